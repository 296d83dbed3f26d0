"""Writing the imported directory: aside, and in the place of the one before in one step."""

import fcntl
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from chorus_tui.i18n import _
from chorus_tui.store.directory import (
    APPLICATION_ID,
    COLUMNS,
    DIRECTORY,
    INDEXED,
    LAYOUT,
    Edition,
    Listed,
    listed_of,
    words_of,
)
from chorus_tui.store.errors import StoreBusy
from chorus_tui.store.folder import is_shared, make_private_file, prepare, sync_file, sync_folder
from chorus_tui.store.sqlite import explained

LOCK = "directory.lock"

_SCHEMA = (
    """
    CREATE TABLE structures (
        id INTEGER PRIMARY KEY,
        siret TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        place TEXT NOT NULL,
        active INTEGER,
        service INTEGER,
        commitment INTEGER,
        either INTEGER
    )
    """,
    """
    CREATE TABLE services (
        siret TEXT NOT NULL,
        code TEXT NOT NULL,
        name TEXT NOT NULL,
        active INTEGER,
        commitment INTEGER,
        PRIMARY KEY (siret, code)
    ) WITHOUT ROWID
    """,
    "CREATE TABLE terms (word TEXT PRIMARY KEY) WITHOUT ROWID",
    "CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
)
_WORDS = """
    CREATE VIRTUAL TABLE words USING fts5 (text, content='', columnsize=0, detail=none, prefix='1 2 3 4 5 6',
        tokenize="unicode61 remove_diacritics 0")
"""


class Draft:
    """A directory that is being written; nobody sees it before `publish`."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self.structures = 0
        self.services = 0
        self.finished = False
        """Whether it may take the place of the one before."""

    def add(self, rows: Iterable[Listed]) -> None:
        """Add structures. One that is there already keeps what it has and gains what it lacked.

        So a file may have a line for each service of a structure.
        """
        for listed in rows:
            if not self._insert(listed):
                self._complete(listed)
            for service in listed.services:
                added = self._db.execute(
                    "INSERT OR IGNORE INTO services VALUES (?, ?, ?, ?, ?)",
                    (listed.siret, service.code, service.name, service.active, service.commitment_required),
                )
                self.services += added.rowcount

    def _insert(self, listed: Listed) -> bool:
        """Whether it was not there yet."""
        added = self._db.execute(
            f"INSERT OR IGNORE INTO structures ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
            (
                listed.siret,
                listed.name,
                listed.place,
                listed.active,
                listed.service_required,
                listed.commitment_required,
                listed.service_or_commitment,
            ),
        )
        self.structures += added.rowcount
        return bool(added.rowcount)

    def _complete(self, listed: Listed) -> None:
        self._db.execute(
            """
            UPDATE structures SET name = CASE name WHEN '' THEN ? ELSE name END,
                place = CASE place WHEN '' THEN ? ELSE place END,
                active = coalesce(active, ?), service = coalesce(service, ?),
                commitment = coalesce(commitment, ?), either = coalesce(either, ?)
            WHERE siret = ?
            """,
            (
                listed.name,
                listed.place,
                listed.active,
                listed.service_required,
                listed.commitment_required,
                listed.service_or_commitment,
                listed.siret,
            ),
        )

    def finish(self, who: str, source: str, at: datetime) -> Edition:
        """Index the words, and say what it is."""
        self._db.execute(_WORDS)
        rows = self._db.execute(f"SELECT id, {COLUMNS} FROM structures")  # noqa: S608
        terms: set[str] = set()
        self._db.executemany(
            "INSERT INTO words (rowid, text) VALUES (?, ?)",
            ((row[0], _indexed(listed_of(row[1:]), terms)) for row in rows),
        )
        self._db.executemany("INSERT INTO terms VALUES (?)", ((word,) for word in sorted(terms)))
        edition = Edition(
            imported_at=at.astimezone(UTC),
            imported_by=who,
            source=source,
            structures=self.structures,
            services=self.services,
        )
        about = {
            "imported_at": edition.imported_at.isoformat(),
            "imported_by": who,
            "source": source,
            "structures": str(self.structures),
            "services": str(self.services),
        }
        self._db.executemany("INSERT INTO about VALUES (?, ?)", about.items())
        self._db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        self._db.execute(f"PRAGMA user_version = {LAYOUT}")
        self._db.commit()
        self.finished = True
        return edition


@contextmanager
def replacing(folder: Path) -> Iterator[Draft]:
    """Write another directory; it takes the place of the old one when the block ends, and not at all when it
    was not finished, when the block ends with an error or when the process is killed.

    Raises:
        StoreBusy: another import is under way.
        StoreFull, StoreNotWritable
    """
    target = folder / DIRECTORY
    with explained(target):
        prepare(folder)
        with _alone(folder):
            for left in folder.glob(f".{DIRECTORY}.*"):  # of an import that was killed
                left.unlink()
            part = folder / f".{DIRECTORY}.{os.getpid()}.part"
            os.close(make_private_file(part))
            try:
                with closing(sqlite3.connect(part, isolation_level=None)) as db:
                    # Until it is published nobody needs it, so it may be lost with the power.
                    db.execute("PRAGMA journal_mode = OFF")
                    db.execute("PRAGMA synchronous = OFF")
                    db.execute("BEGIN")
                    for statement in _SCHEMA:
                        db.execute(statement)
                    draft = Draft(db)
                    yield draft
                if not draft.finished:
                    part.unlink()
                    return
                if is_shared(folder):
                    part.chmod(0o660)
                sync_file(part)
                part.replace(target)
                sync_folder(folder)
            except BaseException:
                part.unlink(missing_ok=True)
                raise


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One import at a time."""
    descriptor = make_private_file(folder / LOCK)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreBusy(
                _("Another import of the directory is under way."), _("Wait until it has ended.")
            ) from None
        yield
    finally:
        with suppress(OSError):
            os.close(descriptor)


def _indexed(listed: Listed, terms: set[str]) -> str:
    """The words by which a structure is found, apart as `words_of` has them.

    Args:
        terms: takes the long ones; numbers are no words that many share.
    """
    text = words_of(f"{listed.name} {listed.place} {listed.siret}")
    terms.update(word for word in text.split() if len(word) > INDEXED and not word.isdecimal())
    return text
