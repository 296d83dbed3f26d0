"""The public directory of recipients, as last imported: a file of its own beside the store.

200 000 structures in the tables would be read at every start; here they cost nothing until somebody looks
one up (well under a millisecond) or searches words (a few). The file never changes in place: an import
writes another one aside and puts it in its place in one step, so whoever reads sees the old directory or the
new one, whole. It is no part of a backup: the file that was imported can be imported again.
"""

import fcntl
import os
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from chorus_tui.i18n import _
from chorus_tui.store.errors import StoreBusy, StoreDamaged
from chorus_tui.store.folder import is_shared, make_private_file, prepare, sync_folder
from chorus_tui.store.sqlite import explained
from chorus_tui.text import clean, fold

DIRECTORY = "directory.db"
LOCK = "directory.lock"
APPLICATION_ID = 0x43507464
"""Marks the file as ours ("CPtd")."""
LAYOUT = 1

INDEXED = 6
"""Letters of the beginnings of words that are indexed."""
NAMED = 40
"""Words that a search names instead of their common beginning, at most."""

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
_NO_WORD = re.compile(r"[\W_]+")
_COLUMNS = "siret, name, place, active, service, commitment, either"


class ListedService(Struct, frozen=True, kw_only=True):
    """A service as the directory lists it. None: the file does not say."""

    code: str
    name: str = ""
    active: bool | None = None
    commitment_required: bool | None = None


class Listed(Struct, frozen=True, kw_only=True):
    """A recipient as the directory lists it. None: the file does not say."""

    siret: str
    name: str = ""
    place: str = ""
    """Postcode and town."""
    active: bool | None = None
    service_required: bool | None = None
    commitment_required: bool | None = None
    service_or_commitment: bool | None = None
    services: tuple[ListedService, ...] = ()


class Edition(Struct, frozen=True, kw_only=True):
    """Which directory was imported."""

    imported_at: datetime
    imported_by: str
    source: str
    """The name of the file."""
    structures: int
    services: int


class Directory:
    """The directory of a store's folder, read-only. Open it once; it notices when another one is imported.

    For the thread that made it.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / DIRECTORY
        self._seen: tuple[int, int, int] | None = None
        self._db: sqlite3.Connection | None = None

    def close(self) -> None:
        """Let go of the file; again is harmless."""
        if self._db is not None:
            self._db.close()
        self._db = self._seen = None

    def _open(self) -> sqlite3.Connection | None:
        """The directory as it stands; None where none was imported."""
        try:
            found = self._path.stat()
        except FileNotFoundError:
            self.close()
            return None
        stamp = (found.st_ino, found.st_mtime_ns, found.st_size)
        if self._db is None or stamp != self._seen:
            self.close()
            # Immutable: the file is replaced and never written to, so it is read without a lock.
            db = sqlite3.connect(f"{self._path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
            try:
                _check(db, self._path)
            except BaseException:
                db.close()
                raise
            self._db, self._seen = db, stamp
        return self._db

    def edition(self) -> Edition | None:
        """Which directory it is; None where none was imported.

        Raises:
            StoreDamaged
        """
        with _reading(self._path):
            db = self._open()
            if db is None:
                return None
            about = dict(db.execute("SELECT name, value FROM about"))
        return Edition(
            imported_at=datetime.fromisoformat(about["imported_at"]),
            imported_by=about["imported_by"],
            source=about["source"],
            structures=int(about["structures"]),
            services=int(about["services"]),
        )

    def get(self, siret: str) -> Listed | None:
        """What the directory says of a SIRET; None where it does not list it.

        Raises:
            StoreDamaged
        """
        with _reading(self._path):
            db = self._open()
            if db is None:
                return None
            row = db.execute(f"SELECT {_COLUMNS} FROM structures WHERE siret = ?", (siret,)).fetchone()  # noqa: S608
            if row is None:
                return None
            services = db.execute(
                "SELECT code, name, active, commitment FROM services WHERE siret = ? ORDER BY code", (siret,)
            )
            return _listed(
                row,
                tuple(
                    ListedService(
                        code=code, name=name, active=_flag(active), commitment_required=_flag(commitment)
                    )
                    for code, name, active, commitment in services
                ),
            )

    def search(self, words: str, most: int = 50) -> tuple[Listed, ...]:
        """Structures that have every word, or its beginning, in name, town or SIRET; without their services.

        Raises:
            StoreDamaged
        """
        parts = _parts(words)
        if not parts:
            return ()
        with _reading(self._path):
            db = self._open()
            if db is None:
                return ()
            rows = db.execute(
                f"SELECT {_COLUMNS} FROM structures WHERE id IN "  # noqa: S608  # our own column names
                "(SELECT rowid FROM words WHERE words MATCH ? LIMIT ?)",
                (" AND ".join(_begun(db, part) for part in parts), most),
            )
            found = [_listed(row) for row in rows]
        return tuple(sorted(found, key=lambda listed: fold(listed.name)))


def _begun(db: sqlite3.Connection, part: str) -> str:
    """What finds the words that begin with a part, one structure after the other.

    Beginnings of up to `INDEXED` letters have an index. Of a longer one FTS5 would first gather everything
    that begins with it (measured: 12 ms for the 35 000 of "commune"), so the words it begins are named.
    """
    if len(part) > INDEXED:
        words = db.execute(
            "SELECT word FROM terms WHERE word >= ? AND word < ? LIMIT ?",
            (part, part + chr(0x10FFFF), NAMED + 1),
        ).fetchall()
        if 0 < len(words) <= NAMED:
            return "(" + " OR ".join(f'"{word}"' for (word,) in words) + ")"
    return f'"{part}"*'


def _parts(words: str) -> list[str]:
    """The words of a search as they are indexed; nothing of them is syntax."""
    return _NO_WORD.sub(" ", fold(words)).split()[:8]


def _indexed(listed: Listed, terms: set[str]) -> str:
    """The words by which a structure is found, apart as `_parts` has them.

    Args:
        terms: takes the long ones; numbers are no words that many share.
    """
    text = _NO_WORD.sub(" ", fold(f"{listed.name} {listed.place} {listed.siret}"))
    terms.update(word for word in text.split() if len(word) > INDEXED and not word.isdecimal())
    return text


def _listed(
    row: tuple[str, str, str, int, int, int, int], services: tuple[ListedService, ...] = ()
) -> Listed:
    siret, name, place, active, service, commitment, either = row
    return Listed(
        siret=siret,
        name=name,
        place=place,
        active=_flag(active),
        service_required=_flag(service),
        commitment_required=_flag(commitment),
        service_or_commitment=_flag(either),
        services=services,
    )


def _flag(value: int | None) -> bool | None:
    return None if value is None else bool(value)


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """What cannot be read is told with what to do about it."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise _unusable(path, str(error)) from error


def _unusable(path: Path, what: str) -> StoreDamaged:
    return StoreDamaged(
        _("The imported directory {path} cannot be read: {what}.").format(
            path=clean(str(path)), what=clean(what)
        ),
        _("Import it again: chorus-tui recipients import FILE. Nothing else depends on it."),
    )


def _check(db: sqlite3.Connection, path: Path) -> None:
    (application,) = db.execute("PRAGMA application_id").fetchone()
    (layout,) = db.execute("PRAGMA user_version").fetchone()
    if (application, layout) != (APPLICATION_ID, LAYOUT):
        raise _unusable(path, _("it is of another version"))


# Writing another one


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
            f"INSERT OR IGNORE INTO structures ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
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
        rows = self._db.execute(f"SELECT id, {_COLUMNS} FROM structures")  # noqa: S608
        terms: set[str] = set()
        self._db.executemany(
            "INSERT INTO words (rowid, text) VALUES (?, ?)",
            ((row[0], _indexed(_listed(row[1:]), terms)) for row in rows),
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
                _sync_file(part)
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


def _sync_file(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
