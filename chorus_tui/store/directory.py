"""The public directory of recipients, as last imported: a file of its own beside the store.

200 000 structures in the tables would be read at every start; here they cost nothing until somebody looks
one up (well under a millisecond) or searches words (a few). The file never changes in place: an import
writes another one aside and puts it in its place in one step, so whoever reads sees the old directory or the
new one, whole. It is no part of a backup: the file that was imported can be imported again.
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from chorus_tui.i18n import _
from chorus_tui.store.errors import StoreDamaged
from chorus_tui.text import clean, fold

DIRECTORY = "directory.db"
APPLICATION_ID = 0x43507464
"""Marks the file as ours ("CPtd")."""
LAYOUT = 1

INDEXED = 6
"""Letters of the beginnings of words that are indexed."""
SEARCHED = 8
"""Words that are searched for at once, at most."""
NAMED = 40
"""Words that a search names instead of their common beginning, at most."""

_NO_WORD = re.compile(r"[\W_]+")
COLUMNS = "siret, name, place, active, service, commitment, either"
"""Of a structure, as `listed_of` takes them."""


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
            row = db.execute(f"SELECT {COLUMNS} FROM structures WHERE siret = ?", (siret,)).fetchone()  # noqa: S608
            if row is None:
                return None
            services = db.execute(
                "SELECT code, name, active, commitment FROM services WHERE siret = ? ORDER BY code", (siret,)
            )
            return listed_of(
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
        parts = words_of(words).split()[:SEARCHED]
        if not parts:
            return ()
        with _reading(self._path):
            db = self._open()
            if db is None:
                return ()
            rows = db.execute(
                f"SELECT {COLUMNS} FROM structures WHERE id IN "  # noqa: S608  # our own column names
                "(SELECT rowid FROM words WHERE words MATCH ? LIMIT ?)",
                (" AND ".join(_begun(db, part) for part in parts), most),
            )
            found = [listed_of(row) for row in rows]
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


def words_of(text: str) -> str:
    """The words of a text as they are indexed, with spaces between them; nothing of them is syntax."""
    return _NO_WORD.sub(" ", fold(text))


def listed_of(
    row: tuple[str, str, str, int, int, int, int], services: tuple[ListedService, ...] = ()
) -> Listed:
    """A structure from its row (`COLUMNS`)."""
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
