"""A store written by an older version opens, with everything in it."""

import sqlite3
from pathlib import Path

import pytest

from chorus_tui.store import Store, StoreDamaged

from .samples import document, invoice

LAYOUT_1 = """
CREATE TABLE documents (tbl TEXT, key TEXT, body TEXT, PRIMARY KEY (tbl, key));
PRAGMA application_id = 1129346153;
PRAGMA user_version = 1;
"""


def write_layout_1(folder: Path) -> None:
    folder.mkdir()
    db = sqlite3.connect(folder / "chorus.db")
    db.executescript(LAYOUT_1)
    rows = [
        ("invoices", "8", '{"id": 8, "number": "F8", "net": "10.50", "comment": "Reçue"}'),
        ("plain", "1", '{"a": [1, 2], "b": null}'),
        ("invoices", "7", '{"id": 7, "number": "F7", "net": "10.50"}'),
        (
            "documents",
            "d1",
            '{"id":"d1","path":"/in/d1.pdf","name":"d1.pdf","sha256":"' + "a" * 64 + '","size":1,'
            '"filed_at":"2026-03-02T12:00:00Z","rule":"all","state":"to_submit"}',
        ),
    ]
    db.executemany("INSERT INTO documents VALUES (?, ?, ?)", rows)
    db.commit()
    db.close()


def test_everything_of_layout_1_is_found(folder: Path) -> None:
    write_layout_1(folder)
    with Store.open(folder) as store:
        assert store.invoices.all() == [invoice(8, comment="Reçue"), invoice(7)]
        assert store.documents.all() == [document("d1")]
        assert store.table("plain").all() == [{"a": [1, 2], "b": None}]
        store.invoices.put(invoice(9))
        assert store.verify() == ""
    with Store.open(folder) as store:
        assert store.invoices.keys() == ["8", "7", "9"]


def test_a_copy_is_kept_before_the_layout_is_changed(folder: Path) -> None:
    write_layout_1(folder)
    Store.open(folder).close()
    db = sqlite3.connect(folder / "chorus-layout-1.db")
    assert db.execute("SELECT count(*) FROM documents").fetchone() == (4,)
    db.close()


def test_a_migration_that_fails_leaves_the_file_as_it_was(folder: Path) -> None:
    write_layout_1(folder)
    db = sqlite3.connect(folder / "chorus.db")
    db.execute("UPDATE documents SET body = 'broken' WHERE key = 'd1'")
    db.commit()
    db.close()
    content = (folder / "chorus.db").read_bytes()
    with pytest.raises(StoreDamaged) as found:
        Store.open(folder)
    assert "chorus.db" in found.value.message
    assert (folder / "chorus.db").read_bytes() == content
