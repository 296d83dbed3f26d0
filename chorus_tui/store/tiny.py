"""TinyDB over rows, through its own extension points: a `Storage`, and a `Table` that writes what changed.

Documents come in the order of their ids. A table without documents is not listed by `TinyDB.tables()`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from itertools import chain
from typing import Any, cast

from tinydb import TinyDB
from tinydb.queries import QueryLike
from tinydb.storages import Storage
from tinydb.table import Document, Table

from chorus_tui.store.rows import Rows, encode
from chorus_tui.store.tables import Tables

_WINDOW = 64
"""Documents an update keeps in hand: TinyDB has done with one before it looks at the next."""


class TableView(Mapping[str, dict[str, Any]]):
    """One table as TinyDB reads it: ids as text, each document decoded when it is looked at."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows

    def __getitem__(self, id_: str) -> dict[str, Any]:
        try:
            return self.rows.document(int(id_))
        except ValueError:
            raise KeyError(id_) from None

    def __iter__(self) -> Iterator[str]:
        return map(str, self.rows.ordered_ids())

    def __len__(self) -> int:
        return len(self.rows.cells)


class _Draft(MutableMapping[int, Any]):
    """One table as an updater of TinyDB changes it; knows afterwards which documents are different."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._in_hand: dict[int, dict[str, Any]] = {}
        self.written: dict[int, dict[str, Any]] = {}
        self.removed: dict[int, None] = {}
        self._added = 0

    def __getitem__(self, id_: int) -> dict[str, Any]:
        if id_ in self.written:
            return self.written[id_]
        if id_ in self._in_hand:
            return self._in_hand[id_]
        if id_ not in self:
            raise KeyError(id_)
        document = self._in_hand[id_] = self._rows.document(id_)
        if len(self._in_hand) > _WINDOW:
            self._settle(next(iter(self._in_hand)))
        return document

    def __setitem__(self, id_: int, document: dict[str, Any]) -> None:
        self._added += id_ not in self.written and id_ not in self._rows.cells
        self._in_hand.pop(id_, None)
        self.removed.pop(id_, None)
        self.written[id_] = document

    def __delitem__(self, id_: int) -> None:
        if id_ not in self:
            raise KeyError(id_)
        self._in_hand.pop(id_, None)
        self.written.pop(id_, None)
        if id_ in self._rows.cells:
            self.removed[id_] = None
        else:
            self._added -= 1

    def __iter__(self) -> Iterator[int]:
        kept = (id_ for id_ in self._rows.ordered_ids() if id_ not in self.removed)
        return chain(kept, [id_ for id_ in self.written if id_ not in self._rows.cells])

    def __len__(self) -> int:
        return len(self._rows.cells) - len(self.removed) + self._added

    def __contains__(self, id_: object) -> bool:
        return id_ in self.written or (id_ in self._rows.cells and id_ not in self.removed)

    def clear(self) -> None:
        self._in_hand.clear()
        self.written.clear()
        self.removed = dict.fromkeys(self._rows.ordered_ids())
        self._added = 0

    def _settle(self, id_: int) -> None:
        document = self._in_hand.pop(id_)
        if encode(document) != self._rows.body(id_):
            self.written[id_] = document

    def settle(self) -> None:
        """Compare what is still in hand."""
        for id_ in list(self._in_hand):
            self._settle(id_)


class RowStorage(Storage):
    """TinyDB's view of all tables."""

    def __init__(self, tables: Tables) -> None:
        super().__init__()
        self.tables = tables

    def read(self) -> dict[str, Any] | None:
        """Every table that has documents; None when there is none."""
        tables = self.tables
        return {name: TableView(tables.rows(name)) for name in sorted(tables.names())} or None

    def write(self, data: dict[str, Any]) -> None:
        """Make the tables be this; only what is different is written."""
        with self.tables.transaction():
            for name in self.tables.names() | set(data):
                documents = data.get(name, {})
                if not isinstance(documents, TableView):
                    self._replace(name, documents)

    def _replace(self, name: str, documents: Mapping[Any, Any]) -> None:
        rows = self.tables.loaded(self.tables.rows(name))
        wanted = {int(id_): document for id_, document in documents.items()}
        for id_ in rows.ordered_ids():
            if id_ not in wanted:
                self.tables.remove_id(rows, id_)
        for id_, document in wanted.items():
            self.tables.put_document(rows, id_, dict(document))
        if not wanted:
            self.tables.forget_ids(rows)


class RowTable(Table):
    """A table of TinyDB that writes only the documents that changed.

    Each writing method is one transaction, so what it decides is decided on the newest data.
    """

    def __init__(
        self, storage: Storage, name: str, cache_size: int = 10, persist_empty: bool = False
    ) -> None:
        assert isinstance(storage, RowStorage)
        self._tables = storage.tables
        self._rows = storage.tables.rows(name)
        self._cached_generation = self._rows.generation
        super().__init__(storage, name, cache_size=cache_size, persist_empty=persist_empty)

    def _read_table(self) -> dict[str, Mapping[str, Any]]:
        return cast("dict[str, Mapping[str, Any]]", TableView(self._tables.loaded(self._rows)))

    def _update_table(self, updater: Callable[[dict[int, Mapping[str, Any]]], None]) -> None:
        with self._tables.transaction():
            rows = self._tables.loaded(self._rows)
            draft = _Draft(rows)
            updater(cast("dict[int, Mapping[str, Any]]", draft))
            draft.settle()
            for id_ in draft.removed:
                self._tables.remove_id(rows, id_)
            for id_, document in draft.written.items():
                self._tables.put_document(rows, id_, document)
        self.clear_cache()

    def _get_next_id(self) -> int:
        return self._tables.give_id(self._tables.loaded(self._rows))

    def search(self, cond: QueryLike) -> list[Document]:
        """Documents that match; remembered until the table changes, here or in another process."""
        rows = self._tables.loaded(self._rows)
        if rows.generation != self._cached_generation:
            self.clear_cache()
            self._cached_generation = rows.generation
        return super().search(cond)

    def insert(self, document: Mapping[str, Any]) -> int:
        """Insert one document; returns its id."""
        with self._tables.transaction():
            return super().insert(document)

    def insert_multiple(self, documents: Iterable[Mapping[str, Any]]) -> list[int]:
        """Insert documents, all or none; returns their ids."""
        with self._tables.transaction():
            return super().insert_multiple(documents)

    def upsert(self, document: Mapping[str, Any], cond: QueryLike | None = None) -> list[int]:
        """Update the documents that match, or insert this one."""
        with self._tables.transaction():
            return super().upsert(document, cond)

    def truncate(self) -> None:
        """Remove all documents; ids begin again at 1, except where documents are records."""
        with self._tables.transaction():
            super().truncate()
            self._tables.forget_ids(self._rows)


class RowDB(TinyDB):
    """TinyDB whose tables are rows."""

    table_class = RowTable

    def __init__(self, tables: Tables) -> None:
        super().__init__(tables, storage=RowStorage)
