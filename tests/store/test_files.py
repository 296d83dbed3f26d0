"""Blobs, backup and restore."""

import shutil
import sqlite3
from hashlib import sha256
from pathlib import Path

import pytest

from chorus_tui.store import Store, StoreBusy, StoreDamaged, StoreNotWritable

from .programs import start
from .samples import document, invoice


def test_a_blob_is_named_by_its_content_and_kept_once(store: Store) -> None:
    content = b"%PDF-1.7 \x00\xff"
    name = store.blobs.put(content)
    assert name == sha256(content).hexdigest()
    assert name in store.blobs
    assert store.blobs.get(name) == content
    before = store.blobs.path(name).stat()
    assert store.blobs.put(content) == name
    assert store.blobs.path(name).stat() == before
    assert list(store.blobs) == [name]


def test_an_unknown_blob_is_a_key_error_and_a_path_is_no_name(store: Store) -> None:
    unknown = "0" * 64
    assert unknown not in store.blobs
    with pytest.raises(KeyError):
        store.blobs.get(unknown)
    with pytest.raises(ValueError, match="passwd"):
        store.blobs.path("../../etc/passwd")


def test_a_backup_holds_one_moment_while_others_write(store: Store, tmp_path: Path) -> None:
    store.invoices.put(invoice(1))
    name = store.blobs.put(b"one")
    with Store.open(store.folder) as other, other.transaction():
        other.invoices.put(invoice(2))
        store.backup(tmp_path / "backup")
    with Store.open(tmp_path / "backup") as kept:
        assert kept.invoices.all() == [invoice(1)]
        assert kept.blobs.get(name) == b"one"
    assert store.refresh() == {"invoices": frozenset({"2"})}


def test_a_backup_never_overwrites(store: Store, tmp_path: Path) -> None:
    store.backup(tmp_path / "backup")
    with pytest.raises(StoreNotWritable) as refusal:
        store.backup(tmp_path / "backup")
    assert "exists already" in refusal.value.message


def test_a_restore_brings_back_records_and_blobs_and_keeps_what_was_there(
    folder: Path, tmp_path: Path
) -> None:
    with Store.open(folder) as store:
        store.documents.put(document("a"))
        name = store.blobs.put(b"one")
        store.backup(tmp_path / "backup")
        store.documents.put(document("b"))
    shutil.rmtree(folder / "blobs")
    kept = Store.restore(tmp_path / "backup", folder)
    with Store.open(folder) as store:
        assert store.documents.keys() == ["a"]
        assert store.blobs.get(name) == b"one"
    assert kept is not None
    with sqlite3.connect(kept / "chorus.db") as db:
        assert db.execute("SELECT count(*) FROM rows").fetchone() == (2,)
    db.close()


def test_a_restore_into_an_empty_place_makes_the_store(store: Store, tmp_path: Path) -> None:
    store.invoices.put(invoice(1))
    store.backup(tmp_path / "backup")
    assert Store.restore(tmp_path / "backup", tmp_path / "elsewhere") is None
    with Store.open(tmp_path / "elsewhere") as other:
        assert other.invoices.all() == [invoice(1)]


def test_a_store_that_somebody_has_open_is_not_replaced(store: Store, tmp_path: Path) -> None:
    store.invoices.put(invoice(1))
    store.backup(tmp_path / "backup")
    with pytest.raises(StoreBusy):
        Store.restore(tmp_path / "backup", store.folder)
    assert store.invoices.all() == [invoice(1)]


def test_a_store_left_open_by_a_killed_process_can_be_replaced(folder: Path, tmp_path: Path) -> None:
    with Store.open(folder) as store:
        store.invoices.put(invoice(1))
        store.backup(tmp_path / "backup")
    writes = (
        "store = Store.open(folder)\nstore.invoices.put(invoice(2))\nprint(flush=True)\nsys.stdin.readline()"
    )
    with start(writes, folder) as process:
        assert process.stdout
        process.stdout.readline()
        process.kill()
    kept = Store.restore(tmp_path / "backup", folder)
    assert kept is not None
    with Store.open(folder) as store:
        assert store.invoices.all() == [invoice(1)]
    with Store.open(kept) as before:
        assert before.invoices.all() == [invoice(1), invoice(2)], "its write-ahead log was kept with it"


def test_a_bad_backup_is_refused_and_nothing_is_changed(folder: Path, tmp_path: Path) -> None:
    with Store.open(folder) as store:
        store.invoices.put(invoice(1))
        store.backup(tmp_path / "backup")
    for content in (b"no database at all" * 100, None):
        (tmp_path / "backup" / "chorus.db").unlink()
        if content is not None:
            (tmp_path / "backup" / "chorus.db").write_bytes(content)
        with pytest.raises(StoreDamaged) as refusal:
            Store.restore(tmp_path / "backup", folder)
        assert "backup" in refusal.value.message
    with Store.open(folder) as store:
        assert store.invoices.all() == [invoice(1)]


def test_nobody_opens_a_store_whose_restore_was_cut_off(folder: Path, tmp_path: Path) -> None:
    with Store.open(folder) as store:
        store.invoices.put(invoice(1))
        store.backup(tmp_path / "backup")
    (folder / "restore.unfinished").touch()
    (folder / "chorus.db").unlink()
    with pytest.raises(StoreDamaged) as refusal:
        Store.open(folder)
    assert "interrupted" in refusal.value.message
    Store.restore(tmp_path / "backup", folder)
    with Store.open(folder) as store:
        assert store.invoices.all() == [invoice(1)]
