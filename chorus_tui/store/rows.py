"""One table in memory: JSON until somebody looks at a record, the record itself from then on."""

from bisect import bisect_left, insort
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from gc import disable, enable, isenabled
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import Struct

from chorus_tui.i18n import _
from chorus_tui.store.errors import StoreDamaged

T = TypeVar("T", bound=Struct)

Cell = Any
"""`bytes` (JSON) or the decoded record; never both, which keeps 100 000 of them small."""

INDEXED_AT_ONCE = 2_000
"""Records between two steps of making an index."""

encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(dict[str, Any]).decode


@contextmanager
def uncollected() -> Iterator[None]:
    """No garbage collection while many records are made: it would walk all of them again and again."""
    was_on = isenabled()
    disable()
    try:
        yield
    finally:
        if was_on:
            enable()


@dataclass(frozen=True)
class Shape(Generic[T]):
    """What the records of a table are: their type, their identity, what they are looked up by."""

    name: str
    type: type[T]
    key: Callable[[T], str]
    indexes: tuple[str, ...] = ()
    """Fields by whose value records are found."""


class Rows:
    """The records of one table by document id, in the order of their ids, with their indexes.

    Only `Tables` writes here, so that every change is part of a transaction.
    """

    def __init__(self, name: str, shape: Shape[Any] | None = None) -> None:
        self.name = name
        self.shape = shape
        self.generation = 0
        """Grows with every change, so that a cache knows that it is stale."""
        self.loaded = False
        self.lookups = 0
        """Single records asked for while the table was not loaded."""
        self.next_id: int | None = None
        if shape:
            self._decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(shape.type)
            self._glance = _glance(shape, shape.indexes)
            self._parts: dict[tuple[str, ...], msgspec.json.Decoder[Any]] = {}
        self.forget()

    def forget(self) -> None:
        """Be as before the first look; the next one loads the table again."""
        self.cells: dict[int, Cell] = {}
        self.keys: dict[int, str] = {}
        self.ids: dict[str, int] = {}
        self._indexes: dict[str, dict[Any, list[int]]] = {}
        self._indexed_to: dict[str, int] = {}
        """Indexes that are being made, and up to which id they are kept already."""
        self._last = 0
        self._in_order = True
        self._undecoded = 0
        self.loaded = False
        self.next_id = None
        self.generation += 1

    def fill(self, records: Iterable[tuple[int, str, bytes]]) -> None:
        """Take all records as an engine loads them: by id."""
        with uncollected():
            cells, keys = self.cells, self.keys
            for id_, key, body in records:
                cells[id_] = body
                keys[id_] = key
            ids = {key: id_ for id_, key in keys.items()}
        self.adopt(cells, keys, ids, max(cells, default=0))

    def adopt(self, cells: dict[int, Cell], keys: dict[int, str], ids: dict[str, int], last: int) -> None:
        """Have these, which are JSON and by id, for all records; `last` is the highest id."""
        self.cells, self.keys, self.ids = cells, keys, ids
        self._undecoded = len(cells)
        self._last = last
        self.loaded = True
        self.generation += 1

    def place(self, id_: int, key: str, cell: Cell) -> None:
        """Add a record, or put it in the place of the one with the same id."""
        old_key = self.keys.get(id_)
        if old_key is None:
            self._in_order = self._in_order and id_ > self._last
            self._last = max(self._last, id_)
        else:
            self._leave(id_, old_key)
        self.cells[id_] = cell
        self.keys[id_] = key
        self.ids[key] = id_
        self._undecoded += isinstance(cell, bytes)
        for name, index in self._indexes.items():
            if id_ <= self._indexed_to.get(name, id_):
                insort(index.setdefault(self._value(name, cell), []), id_)
        self.generation += 1

    def drop(self, id_: int) -> None:
        """Take a record out; an id that is not there is none of our business."""
        if (key := self.keys.get(id_)) is not None:
            self._leave(id_, key)
            del self.cells[id_], self.keys[id_]
            self.generation += 1

    def _leave(self, id_: int, key: str) -> None:
        cell = self.cells[id_]
        self._undecoded -= isinstance(cell, bytes)
        if self.ids.get(key) == id_:
            del self.ids[key]
        for name, index in self._indexes.items():
            if id_ > self._indexed_to.get(name, id_):
                continue
            value = self._value(name, cell)
            ids = index[value]
            del ids[bisect_left(ids, id_)]
            if not ids:
                del index[value]

    def reserve_id(self, id_: int) -> None:
        """Never give this id to a new record."""
        if self.next_id is not None and id_ >= self.next_id:
            self.next_id = id_ + 1

    def ordered_ids(self) -> list[int]:
        """All ids, in order."""
        self._put_in_order()
        return list(self.cells)

    def _put_in_order(self) -> None:
        if not self._in_order:
            self.cells = dict(sorted(self.cells.items()))
            self._in_order = True

    def body(self, id_: int) -> bytes:
        """The JSON of a record."""
        cell = self.cells[id_]
        return cell if isinstance(cell, bytes) else encode(cell)

    def document(self, id_: int) -> dict[str, Any]:
        """A record as TinyDB sees it; a fresh dict each time, because callers change what they get."""
        try:
            return decode(self.body(id_))
        except msgspec.DecodeError as error:
            raise self._unreadable(id_, error) from error

    def record(self, id_: int) -> Any:
        """A record as its type."""
        cell = self.cells[id_]
        if isinstance(cell, bytes):
            cell = self.cells[id_] = self.read(cell, id_)
            self._undecoded -= 1
        return cell

    def records(self) -> list[Any]:
        """All records as their type, by id."""
        self._put_in_order()
        if self._undecoded:
            with uncollected():
                for id_, cell in self.cells.items():
                    if isinstance(cell, bytes):
                        self.cells[id_] = self.read(cell, id_)
                        self._undecoded -= 1
        return list(self.cells.values())

    def parts(self, names: tuple[str, ...]) -> list[tuple[str, Any]]:
        """Key of every record, and an object that has these fields of it.

        Records that nobody looked at are read for these alone: a tenth of the work.
        """
        assert self.shape is not None
        if names not in self._parts:
            self._parts[names] = _glance(self.shape, names)
        read, keys = self._parts[names].decode, self.keys
        with uncollected():
            return [
                (keys[id_], read(cell) if isinstance(cell, bytes) else cell)
                for id_, cell in self.cells.items()
            ]

    def read(self, body: bytes, id_: int) -> Any:
        """JSON of this table as its type."""
        try:
            return self._decoder.decode(body)
        except msgspec.DecodeError as error:
            raise self._unreadable(id_, error) from error

    def _unreadable(self, id_: int, error: msgspec.DecodeError) -> StoreDamaged:
        return StoreDamaged(
            _("Record {id} of {table} in the store cannot be read: {error}.").format(
                id=id_, table=self.name, error=error
            ),
            _("Update chorus-tui if a newer one wrote it, or restore a backup with `chorus-tui restore`."),
        )

    def ids_by(self, name: str, value: Any) -> list[int]:
        """Ids of the records whose field has the value. The index is made when first asked for."""
        if name not in self._indexes or name in self._indexed_to:
            for _step in self.indexing(name):
                pass
        return self._indexes[name].get(value, [])

    def indexing(self, name: str) -> Iterator[None]:
        """Make an index, a few milliseconds between two steps; one that was begun is gone on with.

        Raises:
            KeyError: the field is not declared as an index.
        """
        if self.shape is None or name not in self.shape.indexes:
            raise KeyError(name)
        if name not in self._indexes:
            self._indexes[name], self._indexed_to[name] = {}, 0
        while name in self._indexed_to:
            index, done = self._indexes[name], self._indexed_to[name]
            ids = [id_ for id_ in self.ordered_ids() if id_ > done] if done else self.ordered_ids()
            for start in range(0, len(ids), INDEXED_AT_ONCE):
                if self._indexes.get(name) is not index or self._indexed_to.get(name) != done:
                    break  # Somebody else went on with it, or the table was forgotten.
                with uncollected():
                    for id_ in ids[start : start + INDEXED_AT_ONCE]:
                        if id_ in self.cells:
                            index.setdefault(self._value(name, self.cells[id_]), []).append(id_)
                        done = id_
                self._indexed_to[name] = done
                yield
            else:
                if self._last <= done or not ids:
                    self._indexed_to.pop(name, None)

    def _value(self, name: str, cell: Cell) -> Any:
        return getattr(self._glance.decode(cell) if isinstance(cell, bytes) else cell, name)


def _glance(shape: Shape[Any], names: Container[str]) -> msgspec.json.Decoder[Any]:
    """Reads these fields alone: an index over 100 000 records need not make 100 000 records."""
    fields = [field for field in msgspec.structs.fields(shape.type) if field.name in names]
    glance = msgspec.defstruct(
        f"{shape.type.__name__}Glance",
        [(f.name, f.type) if f.required else (f.name, f.type, f.default) for f in fields],
        kw_only=True,
    )
    return msgspec.json.Decoder(glance)
