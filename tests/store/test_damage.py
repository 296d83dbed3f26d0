"""A damaged file is said in words, with what to do, and is never touched."""

import sqlite3
from pathlib import Path

import pytest

from chorus_tui.store import Store, StoreDamaged, StoreTooNew

from .samples import document, invoice


@pytest.fixture
def backup(folder: Path, tmp_path: Path) -> Path:
    """A store of 400 documents and 400 invoices, closed, and its backup."""
    with Store.open(folder) as store:
        store.documents.put(*(document(f"d{n}", path=f"/in/{n:05}/" + "x" * 800) for n in range(400)))
        store.invoices.put(*(invoice(n, comment="y" * 500) for n in range(400)))
        store.backup(tmp_path / "backup")
    return tmp_path / "backup"


def change_an_amount(content: bytearray) -> None:
    at = content.index(b'"net":"10.50"')
    content[at : at + 13] = b'"net":"90.50"'


def wipe_the_middle(content: bytearray) -> None:
    middle = len(content) // 2
    content[middle : middle + 40_000] = b"\xa5" * 40_000


def zero_the_middle(content: bytearray) -> None:
    middle = len(content) // 2
    content[middle : middle + 40_000] = bytes(40_000)


def cut_in_half(content: bytearray) -> None:
    del content[len(content) // 2 :]


def write_over_the_start(content: bytearray) -> None:
    content[:64] = b"Dear Sir or Madam, this is not a database any more. Kind regards"


def become_text(content: bytearray) -> None:
    content[:] = b"not a database " * 1000


@pytest.mark.parametrize(
    "damage",
    [change_an_amount, wipe_the_middle, zero_the_middle, cut_in_half, write_over_the_start, become_text],
)
def test_damage_is_found_said_and_cured_by_the_backup(folder: Path, backup: Path, damage: object) -> None:
    assert callable(damage)
    file = folder / "chorus.db"
    content = bytearray(file.read_bytes())
    damage(content)
    file.write_bytes(content)

    with pytest.raises(StoreDamaged) as found:
        read_everything(folder)
    assert str(file) in found.value.message
    assert "chorus-tui restore" in found.value.advice
    assert file.read_bytes() == content

    kept = Store.restore(backup, folder)
    assert kept is not None
    assert (kept / "chorus.db").read_bytes() == content
    read_everything(folder)


def read_everything(folder: Path) -> None:
    with Store.open(folder) as store:
        assert [i.net for i in store.invoices.all()] == [invoice(n).net for n in range(400)]
        assert len(store.documents.all()) == 400


def test_verify_names_the_record_whose_checksum_does_not_hold(folder: Path, backup: Path) -> None:
    with Store.open(folder) as store:
        assert store.verify() == ""
    file = folder / "chorus.db"
    content = bytearray(file.read_bytes())
    change_an_amount(content)
    file.write_bytes(content)
    with Store.open(folder) as store:
        assert "of invoices" in store.verify()


def test_a_record_of_another_make_is_said_in_words(folder: Path) -> None:
    with Store.open(folder) as store:
        store.table("plain").insert({"a": 1})
        store.invoices.put(invoice(1))
    with sqlite3.connect(folder / "chorus.db") as db:
        db.execute("UPDATE rows SET tbl = 'documents' WHERE tbl = 'plain'")
    db.close()
    with Store.open(folder) as store:
        with pytest.raises(StoreDamaged) as found:
            store.documents.all()
        assert "documents" in found.value.message
        assert store.invoices.all() == [invoice(1)]


@pytest.mark.parametrize("body", ["a text", 7])
def test_a_record_that_is_not_bytes_any_more_is_said_in_words(folder: Path, body: object) -> None:
    with Store.open(folder) as store:
        store.invoices.put(invoice(1))
    with sqlite3.connect(folder / "chorus.db") as db:
        db.execute("UPDATE rows SET body = ?", (body,))
    db.close()
    with Store.open(folder) as store:
        assert "of invoices" in store.verify()
        with pytest.raises(StoreDamaged) as found:
            store.invoices.all()
    assert "record 1 of invoices" in found.value.message


def test_another_programs_database_is_left_alone(folder: Path) -> None:
    folder.mkdir()
    with sqlite3.connect(folder / "chorus.db") as db:
        db.execute("CREATE TABLE music (title)")
    db.close()
    content = (folder / "chorus.db").read_bytes()
    with pytest.raises(StoreDamaged) as found:
        Store.open(folder)
    assert "another program" in found.value.message
    assert (folder / "chorus.db").read_bytes() == content


def test_a_file_of_a_newer_version_is_left_alone(folder: Path) -> None:
    with Store.open(folder) as store:
        store.invoices.put(invoice(1))
    with sqlite3.connect(folder / "chorus.db") as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(StoreTooNew) as found:
        Store.open(folder)
    assert "99" in found.value.message
    assert "Update" in found.value.advice


def test_a_console_that_is_open_notices_that_a_newer_version_took_over(folder: Path) -> None:
    with Store.open(folder) as store:
        store.invoices.put(invoice(1))
        with sqlite3.connect(folder / "chorus.db") as db:
            db.execute("PRAGMA user_version = 99")
            db.execute("CREATE TABLE tomorrow (a)")
        db.close()
        with pytest.raises(StoreTooNew):
            store.invoices.put(invoice(2))
