"""The layout of the SQLite file and how older layouts become the current one.

Layout 1 kept `documents(tbl, key, body)`: no document ids, no revisions, no trace of what was removed.
Layout 2 is `SCHEMA` below.
"""

import sqlite3
from collections.abc import Callable
from zlib import crc32

import msgspec

APPLICATION_ID = 0x43507469
"""Marks the file as ours ("CPti"), in SQLite's own header field for it."""

VERSION = 2

SCHEMA = (
    """
    CREATE TABLE rows (
        tbl TEXT NOT NULL,
        id INTEGER NOT NULL,
        key TEXT NOT NULL,
        rev INTEGER NOT NULL,
        body BLOB,
        crc INTEGER NOT NULL,
        UNIQUE (tbl, id)
    )
    """,
    "CREATE UNIQUE INDEX rows_by_key ON rows (tbl, key) WHERE body IS NOT NULL",
    "CREATE INDEX rows_by_rev ON rows (rev)",
)


def create(db: sqlite3.Connection) -> None:
    """Lay out an empty file. The caller holds the write transaction."""
    for statement in SCHEMA:
        db.execute(statement)
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute(f"PRAGMA user_version = {VERSION}")


def _give_ids_and_revisions(db: sqlite3.Connection) -> None:
    for statement in SCHEMA:
        db.execute(statement)
    documents = db.execute(
        """
        SELECT tbl, row_number() OVER (PARTITION BY tbl ORDER BY rowid), key, body FROM documents
        ORDER BY tbl, rowid
        """
    )
    for table, id_, key, body in documents:
        written = msgspec.json.encode(msgspec.json.decode(body))
        db.execute("INSERT INTO rows VALUES (?, ?, ?, 1, ?, ?)", (table, id_, key, written, crc32(written)))
    db.execute("DROP TABLE documents")


MIGRATIONS: dict[int, Callable[[sqlite3.Connection], None]] = {1: _give_ids_and_revisions}
"""From a layout to the next one."""


def migrate(db: sqlite3.Connection, found: int) -> None:
    """Bring an older layout up to `VERSION`. The caller holds the write transaction."""
    for version in range(found, VERSION):
        MIGRATIONS[version](db)
    db.execute(f"PRAGMA user_version = {VERSION}")
