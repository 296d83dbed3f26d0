"""Backup and restore: a folder with the database of one moment and the blobs it names."""

import os
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from chorus_tui.i18n import _
from chorus_tui.store import schema
from chorus_tui.store.errors import StoreDamaged, StoreNotWritable, StoreTooNew
from chorus_tui.store.folder import (
    BLOBS,
    DATABASE,
    UNFINISHED,
    enter_alone,
    make_private_file,
    prepare,
    sync_file,
    sync_folder,
)
from chorus_tui.store.sqlite import SqliteEngine, check, explained

_SIDES = ("-wal", "-shm", "-journal")


def backup(engine: SqliteEngine, folder: Path, to: Path) -> None:
    """Copy the store to a new folder. Others may go on writing.

    Blobs, which never change, are hard links on the same disk and copies on another one: a backup that
    is to survive the disk goes to another disk.

    Raises:
        StoreNotWritable: the folder exists already, or cannot be made.
        StoreFull, StoreDamaged
    """
    with explained(to):
        if to.exists():
            raise StoreNotWritable.at(to, _("it exists already"))
        part = to.with_name(f".{to.name}.part")
        if part.exists():
            shutil.rmtree(part)
        prepare(part)
        engine.copy_to(part / DATABASE)
        # The database first: every blob that it names is there already.
        _add_blobs(folder / BLOBS, part / BLOBS)
        sync_file(part / DATABASE)
        sync_folder(part)
        part.rename(to)
        sync_folder(to.parent)


def restore(source: Path, folder: Path) -> Path | None:
    """Put a backup in the place of the store; returns where what stood there is kept, if anything did.

    Cut off in the middle, it leaves a mark, so that nobody opens half a store; it is then run again.

    Raises:
        StoreBusy: a console or the service has the store open.
        StoreDamaged, StoreTooNew: the backup is no good; nothing was changed.
        StoreNotWritable, StoreFull
    """
    _verify(source / DATABASE)
    prepare(folder)
    lock = enter_alone(folder)
    try:
        with explained(folder):
            return _put_back(source, folder)
    finally:
        os.close(lock)


def _put_back(source: Path, folder: Path) -> Path | None:
    fresh = folder / (DATABASE + ".restored")
    fresh.unlink(missing_ok=True)
    os.close(make_private_file(fresh))
    with closing(_open_read_only(source / DATABASE)) as old, closing(sqlite3.connect(fresh)) as new:
        old.backup(new)
        new.execute("PRAGMA journal_mode = DELETE")
    sync_file(fresh)
    if (source / BLOBS).is_dir():
        _add_blobs(source / BLOBS, folder / BLOBS)

    # The old write-ahead log must never meet the new database, so the mark stands until both are in place.
    (folder / UNFINISHED).touch(mode=0o600)
    sync_folder(folder)
    kept = _set_aside(folder)
    fresh.replace(folder / DATABASE)
    sync_folder(folder)
    (folder / UNFINISHED).unlink()
    sync_folder(folder)
    return kept


def _set_aside(folder: Path) -> Path | None:
    old = [path for side in ("", *_SIDES) if (path := folder / (DATABASE + side)).exists()]
    if not old:
        return None
    kept = folder / f"replaced-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    kept.mkdir(mode=0o700)
    for path in old:
        path.rename(kept / path.name)
    sync_folder(kept)
    return kept


def _verify(database: Path) -> None:
    with explained(database):
        if not database.is_file():
            raise StoreDamaged.at(database, _("there is no such file"))
        with closing(_open_read_only(database)) as db:
            (application,) = db.execute("PRAGMA application_id").fetchone()
            (version,) = db.execute("PRAGMA user_version").fetchone()
            if application != schema.APPLICATION_ID:
                raise StoreDamaged.at(database, _("it is another program's database"))
            if version > schema.VERSION:
                raise StoreTooNew.at(database, version, schema.VERSION)
            if trouble := check(db):
                raise StoreDamaged.at(database, trouble)


def _open_read_only(database: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)


def _add_blobs(source: Path, target: Path) -> None:
    for folder in sorted(source.iterdir()):
        if not folder.is_dir():
            continue
        (target / folder.name).mkdir(mode=0o700, exist_ok=True)
        for blob in folder.iterdir():
            copy = target / folder.name / blob.name
            if not blob.name.startswith(".") and not copy.exists():
                _link_or_copy(blob, copy)
        sync_folder(target / folder.name)
    sync_folder(target)


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        target.hardlink_to(source)
    except OSError:
        part = target.with_name(f".part-{target.name}")
        shutil.copyfile(source, part)
        sync_file(part)
        part.replace(target)
