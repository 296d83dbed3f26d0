"""What a transaction did, told before it is over: what undo is made of."""

from pathlib import Path

import msgspec
import pytest

from chorus_tui.domain.invoice import Invoice
from chorus_tui.store import Store

from .samples import document, invoice

BOTH = frozenset({"documents", "invoices"})


def json(record: object) -> bytes:
    return msgspec.json.encode(record)


def test_each_record_is_told_once_with_what_it_was_first_and_is_last(store: Store) -> None:
    store.invoices.put(invoice(1), invoice(2))
    with store.transaction():
        mark = store.mark()
        store.invoices.put(invoice(1, comment="a"))
        store.invoices.put(invoice(1, comment="b"))
        store.invoices.remove("2")
        store.documents.put(document("d1"))
        told = {(w.table, w.key): (w.before, w.after) for w in store.written(mark, BOTH)}
    assert told == {
        ("invoices", "1"): (json(invoice(1)), json(invoice(1, comment="b"))),
        ("invoices", "2"): (json(invoice(2)), b""),
        ("documents", "d1"): (b"", json(document("d1"))),
    }


def test_what_was_not_looked_at_yet_is_told_too(folder: Path) -> None:
    """A table is not loaded for one record, and its record of before is told all the same."""
    with Store.open(folder) as store:
        store.invoices.put(invoice(1), invoice(2))
    with Store.open(folder) as store, store.transaction():
        mark = store.mark()
        store.invoices.put(invoice(1, comment="a"))
        store.invoices.remove("2")
        told = [(w.key, w.before, w.after) for w in store.written(mark, BOTH)]
        assert told == [
            ("1", json(invoice(1)), json(invoice(1, comment="a"))),
            ("2", json(invoice(2)), b""),
        ]
        assert len(store.invoices) == 1
        store.invoices.put(invoice(1, comment="b"))
        (first, _second) = store.written(mark, BOTH)
        assert (first.before, first.after) == (json(invoice(1)), json(invoice(1, comment="b")))


def _write_and_fail(store: Store) -> None:
    store.invoices.put(invoice(1, comment="a"))
    assert store.invoices["nothing"]


def test_what_was_taken_back_what_changed_nothing_and_other_tables_are_not_told(store: Store) -> None:
    store.invoices.put(invoice(1), invoice(2))
    with store.transaction():
        store.invoices.put(invoice(2, comment="before the mark"))
        mark = store.mark()
        with pytest.raises(KeyError), store.transaction():
            _write_and_fail(store)
        store.invoices.put(invoice(1, comment="a"))
        store.invoices.put(invoice(1))
        store.documents.put(document("d1"))
        assert store.written(mark, frozenset({"invoices"})) == []


def test_a_record_is_read_from_its_json(store: Store) -> None:
    read = store.invoices.read(json(invoice(1, comment="a")))
    assert isinstance(read, Invoice)
    assert read == invoice(1, comment="a")
