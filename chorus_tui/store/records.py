"""Typed tables: records in, records out."""

from collections.abc import Iterator
from typing import Any, Generic

from tinydb.table import Table

from chorus_tui.store.rows import Rows, T
from chorus_tui.store.tables import Tables


class Records(Generic[T]):
    """The records of one type, by key. What `all` returns is a snapshot of immutable records.

    A record is never changed in place: put a new one under the same key.
    """

    def __init__(self, tables: Tables, rows: Rows, table: Table) -> None:
        self._tables = tables
        self._rows = rows
        self.table = table
        """The TinyDB table underneath, for TinyDB's queries; its documents are dicts."""

    @property
    def name(self) -> str:
        """The table's name, as `Changes` has it."""
        return self._rows.name

    @property
    def is_loaded(self) -> bool:
        """Whether the table is in memory, so that looking through it reads no disk."""
        return self._rows.loaded

    def _all(self) -> Rows:
        return self._tables.loaded(self._rows)

    def get(self, key: str) -> T | None:
        """The record with a key, or None."""
        found: T | None = self._tables.find(self._rows, key)
        return found

    def peek(self, key: str) -> T | None:
        """The same for who looks at very many once: the table is not loaded for it, and no record is kept."""
        found: T | None = self._tables.peek(self._rows, key)
        return found

    def __getitem__(self, key: str) -> T:
        found = self.get(key)
        if found is None:
            raise KeyError(key)
        return found

    def __contains__(self, key: str) -> bool:
        return self.get(key) is not None

    def __len__(self) -> int:
        return len(self._all().cells)

    def __iter__(self) -> Iterator[T]:
        return iter(self.all())

    def all(self) -> list[T]:
        """Every record, in the order in which they were first put."""
        return self._all().records()

    def keys(self) -> list[str]:
        """Every key, in the order of `all`."""
        rows = self._all()
        return [rows.keys[id_] for id_ in rows.ordered_ids()]

    def by(self, index: str, value: Any, most: int | None = None) -> list[T]:
        """The records whose indexed field has a value, in the order of `all`; at most so many, when told.

        Raises:
            KeyError: the field is not declared as an index.
        """
        rows = self._all()
        return [rows.record(id_) for id_ in rows.ids_by(index, value)[:most]]

    def loading(self, *indexes: str) -> Iterator[None]:
        """Load the table, and make these indexes, beside a running screen: a few milliseconds a step.

        Who asks for it meanwhile has it at once, and the rest of the steps have nothing to do.
        """
        return self._tables.loading(self._rows, indexes)

    def parts(self, *names: str) -> list[tuple[str, Any]]:
        """Key of every record, and an object with these fields of it, in no order.

        For who needs little of very many: no record is made of those that nobody looked at yet.
        """
        return self._all().parts(names)

    def read(self, body: bytes) -> T:
        """A record of this table from its JSON.

        Raises:
            StoreDamaged: it is none.
        """
        record: T = self._rows.read(body, 0)
        return record

    def put(self, *records: T) -> None:
        """Write records, in one commit; a record that is there already, and equal, costs nothing."""
        with self._tables.transaction():
            for record in records:
                self._tables.put(self._rows, record)

    def remove(self, *keys: str) -> None:
        """Take records out, in one commit; keys that are not there change nothing."""
        with self._tables.transaction():
            for key in keys:
                self._tables.remove(self._rows, key)
