"""The embedded engine: one SQLite file in WAL mode, `synchronous=FULL`.

WAL needs a file system with shared memory between the processes, so the folder is on a local disk.
"""

import errno
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from zlib import crc32

import msgspec

from chorus_tui.i18n import _
from chorus_tui.store import schema
from chorus_tui.store.engine import Row
from chorus_tui.store.errors import (
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreNotWritable,
    StoreTooNew,
)

PATIENCE = 5.0
"""Seconds to wait for another process's transaction."""

LOG_LIMIT = 16 * 1024 * 1024
"""Bytes that the write-ahead log keeps after a large commit."""

_FULL_ERRNO = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

_UPSERT = """
    INSERT INTO rows (tbl, id, key, rev, body, crc) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (tbl, id) DO UPDATE
    SET key = excluded.key, rev = excluded.rev, body = excluded.body, crc = excluded.crc
"""


def in_words(error: sqlite3.Error | OSError, path: Path) -> StoreError | None:
    """The error of the store that an error of SQLite or the system means; None for a defect of ours."""
    if isinstance(error, OSError):
        if error.errno in _FULL_ERRNO:
            return StoreFull.at(path)
        return StoreNotWritable.at(path, error.strerror or str(error))
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return None
    match code & 0xFF:
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return StoreDamaged.at(path, str(error))
        case sqlite3.SQLITE_FULL:
            return StoreFull.at(path)
        case sqlite3.SQLITE_IOERR:
            return _input_output(code, path, str(error))
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED | sqlite3.SQLITE_PROTOCOL:
            return StoreBusy.at(path)
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return StoreNotWritable.at(path, str(error))
    return None


def _input_output(code: int, path: Path, words: str) -> StoreError:
    # SQLite says FULL only for ENOSPC; a quota or a file size limit arrives as a failed write.
    writes = (
        sqlite3.SQLITE_IOERR_WRITE,
        sqlite3.SQLITE_IOERR_FSYNC,
        sqlite3.SQLITE_IOERR_TRUNCATE,
        sqlite3.SQLITE_IOERR_SHMSIZE,
    )
    return StoreFull.at(path) if code in writes else StoreDamaged.at(path, words)


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """SQLite's and the system's errors leave as `StoreError`s."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        if explanation := in_words(error, path):
            raise explanation from error
        raise


class SqliteEngine:
    """Rows in one SQLite file. It belongs to the thread that opened it."""

    def __init__(self, path: Path, patience: float = PATIENCE) -> None:
        """Open the file, which exists and may be empty, and bring its layout up to date.

        `patience`: seconds to wait for another process's transaction.

        Raises:
            StoreDamaged, StoreFull, StoreNotWritable, StoreTooNew, StoreBusy
        """
        self.path = path
        with explained(path):
            self._db = sqlite3.connect(path, timeout=patience, isolation_level=None)
            try:
                self._prepare()
            except BaseException:
                self._db.close()
                raise

    def _prepare(self) -> None:
        self._settle_layout()
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute(f"PRAGMA journal_size_limit = {LOG_LIMIT}")
        self._version = self._data_version()

    def _settle_layout(self) -> None:
        found = self._number("PRAGMA user_version")
        if found == schema.VERSION:
            self._check_ours()
            return
        if found > schema.VERSION:
            raise StoreTooNew.at(self.path, found, schema.VERSION)
        if found:
            self._check_ours()
            self._keep_copy(found)
        self._db.execute("BEGIN EXCLUSIVE")
        try:
            # Another process may have done it while this one waited for the lock.
            found = self._number("PRAGMA user_version")
            if found == 0 and self._number("SELECT count(*) FROM sqlite_schema") == 0:
                schema.create(self._db)
            elif found == 0:
                raise StoreDamaged.at(self.path, _("it is another program's database"))
            elif found < schema.VERSION:
                self._migrate(found)
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    def _migrate(self, found: int) -> None:
        try:
            schema.migrate(self._db, found)
        except msgspec.DecodeError as error:
            raise StoreDamaged.at(self.path, str(error)) from error

    def _check_ours(self) -> None:
        if self._number("PRAGMA application_id") != schema.APPLICATION_ID:
            raise StoreDamaged.at(self.path, _("it is another program's database"))

    def _keep_copy(self, found: int) -> None:
        copy = self.path.with_name(f"{self.path.stem}-layout-{found}.db")
        if not copy.exists():
            self.copy_to(copy)

    def copy_to(self, target: Path) -> None:
        """A complete copy of one moment, by SQLite's online backup; checked, and in one file."""
        with explained(target):
            part = target.with_name(target.name + ".part")
            part.unlink(missing_ok=True)
            part.touch(mode=self.path.stat().st_mode & 0o777)
            copy = sqlite3.connect(part, isolation_level=None)
            try:
                self._db.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")
                if trouble := check(copy):
                    raise StoreDamaged.at(self.path, trouble)
            finally:
                copy.close()
            part.replace(target)

    def _number(self, statement: str) -> int:
        (value,) = self._db.execute(statement).fetchone()
        return int(value or 0)

    def _data_version(self) -> int:
        return self._number("PRAGMA data_version")

    def _sound(self, table: str, key: str, body: bytes, crc: int) -> bytes:
        if not _is_sound(body, crc):
            raise StoreDamaged.at(self.path, _("record {key} of {table}").format(key=key, table=table))
        return body

    def load(self, table: str) -> Iterable[tuple[int, str, bytes]]:
        """(id, key, body) of every record of a table, by id."""
        with explained(self.path):
            rows = self._db.execute(
                "SELECT id, key, body, crc FROM rows WHERE tbl = ? AND body IS NOT NULL ORDER BY id",
                (table,),
            )
            for id_, key, body, crc in rows:
                yield id_, key, self._sound(table, key, body, crc)

    def page(self, table: str, after: int, most: int) -> list[tuple[int, str, bytes]]:
        """The same of those after an id, at most so many."""
        with explained(self.path):
            rows = self._db.execute(
                "SELECT id, key, body, crc FROM rows WHERE tbl = ? AND id > ? AND body IS NOT NULL"
                " ORDER BY id LIMIT ?",
                (table, after, most),
            ).fetchall()
        return [(id_, key, self._sound(table, key, body, crc)) for id_, key, body, crc in rows]

    def find(self, table: str, key: str) -> Row | None:
        """One record, without loading its table."""
        with explained(self.path):
            found = self._db.execute(
                "SELECT id, body, crc FROM rows WHERE tbl = ? AND key = ? AND body IS NOT NULL", (table, key)
            ).fetchone()
        return Row(table, found[0], key, self._sound(table, key, found[1], found[2])) if found else None

    def last_id(self, table: str) -> int:
        """The highest id ever given in a table; 0 for none."""
        with explained(self.path):
            (last,) = self._db.execute("SELECT max(id) FROM rows WHERE tbl = ?", (table,)).fetchone()
        return int(last or 0)

    def tables(self) -> set[str]:
        """Names of the tables that hold records."""
        with explained(self.path):
            return {name for (name,) in self._db.execute("SELECT DISTINCT tbl FROM rows WHERE body NOT NULL")}

    def moved(self) -> bool:
        """Whether another process has committed since `changes_since` last looked."""
        with explained(self.path):
            return self._data_version() != self._version

    def changes_since(self, revision: int) -> tuple[int, list[Row]]:
        """The newest revision and, oldest first, the rows that are newer than the given one."""
        with explained(self.path):
            # Read before the rows: a commit in between is then looked for once more, never missed.
            version = self._data_version()
            if (layout := self._number("PRAGMA user_version")) != schema.VERSION:
                raise StoreTooNew.at(self.path, layout, schema.VERSION)
            newer = self._db.execute(
                "SELECT rev, tbl, id, key, body, crc FROM rows WHERE rev > ? ORDER BY rev",
                (revision,),
            ).fetchall()
        rows = [
            Row(table, id_, key, None if body is None else self._sound(table, key, body, crc))
            for _rev, table, id_, key, body, crc in newer
        ]
        self._version = version
        return (newer[-1][0] if newer else revision), rows

    def revision(self) -> int:
        """The newest revision."""
        with explained(self.path):
            return self._number("SELECT max(rev) FROM rows")

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Everything read inside is of one moment."""
        with explained(self.path):
            self._db.execute("BEGIN")
            try:
                yield
            finally:
                # After some errors SQLite has ended it already.
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")

    def begin(self) -> None:
        """Become the one writer."""
        with explained(self.path):
            self._db.execute("BEGIN IMMEDIATE")

    def apply(self, rows: Collection[Row]) -> int:
        """Write the rows and commit; returns their revision."""
        with explained(self.path):
            revision = self._number("SELECT max(rev) FROM rows") + 1
            # Removals first: a key may go from one id to another.
            ordered = sorted(rows, key=lambda row: row.body is not None)
            self._db.executemany(
                _UPSERT,
                (
                    (r.table, r.id, r.key, revision, r.body, 0 if r.body is None else crc32(r.body))
                    for r in ordered
                ),
            )
            self._db.execute("COMMIT")
        return revision

    def rollback(self) -> None:
        """Stop being the writer without writing. SQLite may already have done so after an error."""
        with explained(self.path):
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")

    def verify(self) -> str:
        """What is wrong with the file, found by reading all of it; empty when all is well."""
        try:
            return check(self._db)
        except sqlite3.DatabaseError as error:
            return str(error)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()


def check(db: sqlite3.Connection) -> str:
    """What SQLite's own check and the checksum of every row find wrong; empty when all is well."""
    (verdict,) = db.execute("PRAGMA integrity_check(1)").fetchone()
    if verdict != "ok":
        return str(verdict)
    (layout,) = db.execute("PRAGMA user_version").fetchone()
    if layout < 2:
        return ""
    for table, key, body, crc in db.execute("SELECT tbl, key, body, crc FROM rows WHERE body NOT NULL"):
        if not _is_sound(body, crc):
            return _("record {key} of {table}").format(key=key, table=table)
    return ""


def _is_sound(body: object, crc: int) -> bool:
    """Whether a body is as it was written; what damage made of the column need not be bytes."""
    return isinstance(body, bytes) and crc32(body) == crc
