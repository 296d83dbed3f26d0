"""What keeps the rows: a small protocol, because an engine for teams on several servers is to follow."""

from collections.abc import Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol

Changes = Mapping[str, frozenset[str]]
"""Table name → keys of the records that were written or removed."""


class Row(NamedTuple):
    """One record as an engine keeps it. No body: it was removed, which other processes must learn of."""

    table: str
    id: int
    """TinyDB's document id, unique in the table."""
    key: str
    """The record's own identity, unique among the rows of the table that have a body."""
    body: bytes | None
    """JSON."""


class Engine(Protocol):
    """Rows with revisions, shared by several processes. One writer at a time; a commit is durable.

    Revisions only grow, and all rows of one commit have the same. Errors are `StoreError`s.
    """

    def load(self, table: str) -> Iterable[tuple[int, str, bytes]]:
        """(id, key, body) of every record of a table, by id."""

    def page(self, table: str, after: int, most: int) -> list[tuple[int, str, bytes]]:
        """The same of those after an id, at most so many."""

    def find(self, table: str, key: str) -> Row | None:
        """One record, without loading its table."""

    def last_id(self, table: str) -> int:
        """The highest id ever given in a table, those of removed records included; 0 for none."""

    def tables(self) -> set[str]:
        """Names of the tables that hold records."""

    def moved(self) -> bool:
        """Whether another process has committed since `changes_since` last looked. Costs microseconds."""

    def revision(self) -> int:
        """The newest revision."""

    def changes_since(self, revision: int) -> tuple[int, list[Row]]:
        """The newest revision and, oldest first, the rows that are newer than the given one."""

    def snapshot(self) -> AbstractContextManager[None]:
        """Everything read inside is of one moment."""

    def begin(self) -> None:
        """Become the one writer. Raises `StoreBusy` when another one does not finish."""

    def apply(self, rows: Collection[Row]) -> int:
        """Write the rows and commit; returns their revision. On an error nothing of it happened."""

    def rollback(self) -> None:
        """Stop being the writer without writing."""

    def close(self) -> None:
        """Let go of the file or the connection."""
