"""All tables in memory and the transactions over them."""

import logging
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from chorus_tui.store.engine import Changes, Engine, Row
from chorus_tui.store.rows import Cell, Rows, Shape, encode

logger = logging.getLogger(__name__)

LOOKUPS = 64
"""Single records asked of a table that is not loaded before it is considered for loading."""
PAGE = 500
"""Records read between two steps of loading."""
SMALL = 20_000
"""Records that load within a frame or two."""


class _Step(NamedTuple):
    """One write of a transaction and what it replaced, so that it can be taken back."""

    rows: Rows
    id: int
    key: str
    before_key: str | None
    before_cell: Cell
    before_row: Row | None
    before_id: int | None
    key_was_pending: bool


class Written(NamedTuple):
    """What a transaction did to one record."""

    table: str
    key: str
    before: bytes
    """The record as JSON; empty: there was none."""
    after: bytes
    """The same; empty: it was taken out."""


class Tables:
    """What the engine holds, as this process last saw it, plus what the open transaction writes."""

    def __init__(self, engine: Engine, revision: int, shapes: tuple[Shape[Any], ...]) -> None:
        self._engine = engine
        self._seen = revision
        self._rows = {shape.name: Rows(shape.name, shape) for shape in shapes}
        self._depth = 0
        self._steps: list[_Step] = []
        self._pending: dict[tuple[str, int], Row] = {}
        self._pending_ids: dict[tuple[str, str], int | None] = {}
        self._loaded_here: set[str] = set()
        self._news: dict[str, set[str]] = {}
        self._doubtful = False
        self._subscribers: list[Callable[[Changes], None]] = []

    # Reading

    def rows(self, name: str) -> Rows:
        """A table by its name, not loaded before somebody asks for its content."""
        if name not in self._rows:
            self._rows[name] = Rows(name)
        return self._rows[name]

    def loaded(self, rows: Rows) -> Rows:
        """The table with its content."""
        if not rows.loaded:
            self._load(rows)
        return rows

    def _load(self, rows: Rows) -> None:
        if self._depth:
            rows.fill(self._engine.load(rows.name))
            for row in self._pending.values():
                if row.table == rows.name:
                    _take(rows, row)
            self._loaded_here.add(rows.name)
            return
        # All tables in memory are of one moment, or a screen could see half of a transaction.
        with self._engine.snapshot():
            self._look()
            rows.fill(self._engine.load(rows.name))

    def loading(self, rows: Rows, indexes: Iterable[str]) -> Iterator[None]:
        """Load a table and make indexes of it, a few milliseconds between two steps; no step inside a
        transaction. Whoever asks for it meanwhile loads it at once.
        """
        if not rows.loaded:
            since = self._engine.revision()
            # Three dicts and no tuples: a garbage collection walks over each of 100 000 objects.
            cells, keys, ids, last = dict[int, Cell](), dict[int, str](), dict[str, int](), 0
            while not rows.loaded and (page := self._engine.page(rows.name, last, PAGE)):
                for id_, key, body in page:
                    cells[id_], keys[id_], ids[key] = body, key, id_
                last = page[-1][0]
                yield
            if not rows.loaded:
                # As with `_load`: of one moment with all the others, whatever was read when.
                with self._engine.snapshot():
                    self._look()
                    rows.adopt(cells, keys, ids, last)
                    for row in self._engine.changes_since(since)[1]:
                        if row.table == rows.name:
                            _take(rows, row)
                yield
        for name in indexes:
            yield from rows.indexing(name)

    def names(self) -> set[str]:
        """Tables that hold records."""
        written = {table for table, _id in self._pending}
        names = self._engine.tables() | written
        return {
            name
            for name in names
            if (not self.rows(name).loaded and name not in written) or self.loaded(self.rows(name)).cells
        }

    def find(self, rows: Rows, key: str) -> Any | None:
        """One record. A table that is not loaded is not loaded for one, but a small one is for many."""
        if not rows.loaded and self._is_worth_loading(rows):
            self._load(rows)
        if rows.loaded:
            id_ = rows.ids.get(key)
            return None if id_ is None else rows.record(id_)
        row = self._find_row(rows, key)
        return None if row is None or row.body is None else rows.read(row.body, row.id)

    def peek(self, rows: Rows, key: str) -> Any | None:
        """One record, without loading its table and without keeping what was read of it."""
        if not rows.loaded:
            row = self._find_row(rows, key)
            return None if row is None or row.body is None else rows.read(row.body, row.id)
        id_ = rows.ids.get(key)
        if id_ is None:
            return None
        cell = rows.cells[id_]
        return rows.read(cell, id_) if isinstance(cell, bytes) else cell

    def _is_worth_loading(self, rows: Rows) -> bool:
        """A screen asks for the recipient of every row it paints; from memory that costs a microsecond."""
        rows.lookups += 1
        return rows.lookups % LOOKUPS == 0 and self._engine.last_id(rows.name) <= SMALL

    def _find_row(self, rows: Rows, key: str) -> Row | None:
        if (rows.name, key) in self._pending_ids:
            id_ = self._pending_ids[rows.name, key]
            return None if id_ is None else self._pending[rows.name, id_]
        if not self._depth:
            self._catch_up()
        return self._engine.find(rows.name, key)

    # Writing

    def put(self, rows: Rows, record: Any) -> None:
        """Write a record, in the place of the one with the same key if there is one.

        It is read back from its JSON first, so that nothing can be stored that cannot be read again.
        """
        shape = rows.shape
        assert shape is not None
        body = encode(record)
        record = rows.read(body, 0)
        key = shape.key(record)
        row: Row | None = None
        if rows.loaded:
            id_ = rows.ids.get(key)
            same = id_ is not None and rows.body(id_) == body
        else:
            row = self._find_row(rows, key)
            id_ = None if row is None else row.id
            same = row is not None and row.body == body
        if not same:
            self._write(rows, self.give_id(rows) if id_ is None else id_, key, body, record, row)

    def put_document(self, rows: Rows, id_: int, document: dict[str, Any]) -> None:
        """Write a document as TinyDB has it.

        Raises:
            ValueError: its key belongs to another document of the table.
            TypeError, msgspec.ValidationError: it is no JSON, or no record of the table's type.
        """
        body = encode(document)
        cell: Cell = body
        key = str(id_)
        if rows.shape:
            cell = rows.read(body, id_)
            body = encode(cell)
            key = rows.shape.key(cell)
            if rows.ids.get(key, id_) != id_:
                raise ValueError(f"{rows.name} already holds {key}")
        if rows.keys.get(id_) != key or rows.body(id_) != body:
            rows.reserve_id(id_)
            self._write(rows, id_, key, body, cell)

    def remove(self, rows: Rows, key: str) -> None:
        """Take a record out; a key that is not there changes nothing."""
        row: Row | None = None
        if rows.loaded:
            id_ = rows.ids.get(key)
        else:
            row = self._find_row(rows, key)
            id_ = None if row is None else row.id
        if id_ is not None:
            self._write(rows, id_, key, None, None, row)

    def remove_id(self, rows: Rows, id_: int) -> None:
        """Take a document out by its id."""
        self._write(rows, id_, rows.keys[id_], None, None)

    def give_id(self, rows: Rows) -> int:
        """An id for a new document. Records never get the id of a removed one."""
        if rows.next_id is None:
            rows.next_id = self._last_id(rows) + 1
        id_ = rows.next_id
        rows.next_id += 1
        return id_

    def _last_id(self, rows: Rows) -> int:
        if rows.shape is None:
            return max(self.loaded(rows).cells, default=0)
        written = (id_ for table, id_ in self._pending if table == rows.name)
        return max([self._engine.last_id(rows.name), *written])

    def forget_ids(self, rows: Rows) -> None:
        """After a table was emptied: ids begin again at 1, except where documents are records."""
        if rows.shape is None:
            rows.next_id = None

    def _write(
        self,
        rows: Rows,
        id_: int,
        key: str,
        body: bytes | None,
        cell: Cell,
        found: Row | None = None,
    ) -> None:
        """`found`: what was there, where the table is not loaded."""
        place, named = (rows.name, id_), (rows.name, key)
        self._steps.append(
            _Step(
                rows,
                id_,
                key,
                rows.keys.get(id_),
                rows.cells.get(id_) if found is None else found.body,
                self._pending.get(place),
                self._pending_ids.get(named),
                named in self._pending_ids,
            )
        )
        self._pending[place] = row = Row(rows.name, id_, key, body)
        self._pending_ids[named] = None if body is None else id_
        if rows.loaded:
            _take(rows, row, cell)

    # What the open transaction did

    def mark(self) -> int:
        """A place in the open transaction, from which `written` tells."""
        return len(self._steps)

    def written(self, since: int, tables: Container[str]) -> list[Written]:
        """What became of each record of these tables since a mark, in the order of the first writes."""
        first: dict[tuple[str, int], _Step] = {}
        for step in self._steps[since:]:
            if step.rows.name in tables:
                first.setdefault((step.rows.name, step.id), step)
        found = []
        for place, step in first.items():
            cell = step.before_cell
            before = cell if isinstance(cell, bytes) else b"" if cell is None else encode(cell)
            after = self._pending[place].body or b""
            if before != after:
                found.append(Written(step.rows.name, step.key, before, after))
        return found

    # Transactions

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What is written inside is one durable commit, or did not happen."""
        if not self._depth:
            self._engine.begin()
        mark = len(self._steps)
        self._depth += 1
        try:
            if self._depth == 1:
                self._catch_up()
            yield
            if self._depth == 1:
                self._commit()
        except BaseException:
            self._take_back(mark)
            if self._depth == 1:
                self._close_transaction()
                self._engine.rollback()
            raise
        finally:
            self._depth -= 1
        if not self._depth:
            self._announce()

    def _commit(self) -> None:
        if not self._pending:
            self._close_transaction()
            self._engine.rollback()
            return
        # Should the call fail or be cut off, nobody knows whether it happened; the next look tells.
        self._doubtful = True
        self._seen = self._engine.apply(self._pending.values())
        self._doubtful = False
        steps, self._steps = self._steps, []
        self._close_transaction()
        for step in steps:
            self._note(step.rows.name, step.key, step.before_key)

    def _note(self, table: str, key: str, before_key: str | None) -> None:
        keys = self._news.setdefault(table, set())
        keys.add(key)
        if before_key is not None:
            keys.add(before_key)

    def _close_transaction(self) -> None:
        self._pending.clear()
        self._pending_ids.clear()
        self._loaded_here.clear()

    def _take_back(self, mark: int) -> None:
        while len(self._steps) > mark:
            step = self._steps.pop()
            rows, place, named = step.rows, (step.rows.name, step.id), (step.rows.name, step.key)
            if step.before_row is None:
                del self._pending[place]
            else:
                self._pending[place] = step.before_row
            if step.key_was_pending:
                self._pending_ids[named] = step.before_id
            else:
                del self._pending_ids[named]
            rows.next_id = None
            if rows.loaded and rows.name not in self._loaded_here:
                if step.before_key is None:
                    rows.drop(step.id)
                else:
                    rows.place(step.id, step.before_key, step.before_cell)
        # What was first loaded inside is loaded again when it is next asked for.
        for name in self._loaded_here:
            self._rows[name].forget()
        self._loaded_here.clear()

    # Other processes

    def refresh(self) -> Changes:
        """Take in what other processes committed, tell the subscribers, and return it."""
        if self._depth:
            return {}
        self._catch_up()
        return self._announce()

    def _catch_up(self) -> None:
        if self._doubtful or self._engine.moved():
            self._look()

    def _look(self) -> None:
        self._seen, newer = self._engine.changes_since(self._seen)
        self._doubtful = False
        for row in newer:
            rows = self.rows(row.table)
            rows.reserve_id(row.id)
            before_key = rows.keys.get(row.id)
            if rows.loaded:
                if before_key == row.key and rows.body(row.id) == row.body:
                    continue
                _take(rows, row)
            self._note(row.table, row.key, before_key)

    def subscribe(self, callback: Callable[[Changes], None]) -> Callable[[], None]:
        """Call back after each commit and each refresh with news; the answer ends it."""
        self._subscribers.append(callback)

        def end() -> None:
            if callback in self._subscribers:
                self._subscribers.remove(callback)

        return end

    def _announce(self) -> Changes:
        news, self._news = self._news, {}
        changes = {table: frozenset(keys) for table, keys in news.items()}
        if changes:
            for callback in tuple(self._subscribers):
                try:
                    callback(changes)
                except Exception:
                    # The commit stands whatever a listener makes of it.
                    logger.exception("A listener of the store failed")
        return changes


def _take(rows: Rows, row: Row, cell: Cell = None) -> None:
    if row.body is None:
        rows.drop(row.id)
    else:
        rows.place(row.id, row.key, row.body if cell is None else cell)
