"""A transaction happens whole or not at all, on disk, in memory, in indexes and caches."""

from contextlib import suppress
from pathlib import Path

import pytest
from tinydb import where

from chorus_tui.domain.statuses import InvoiceStatus
from chorus_tui.store import Changes, Store, StoreBusy

from .samples import document, invoice


class Refused(Exception):
    pass


def everything(store: Store) -> object:
    plain = store.table("plain")
    return (
        store.invoices.all(),
        store.invoices.keys(),
        store.invoices.by("number", "F1"),
        store.invoices.by("status", InvoiceStatus.OTHER),
        store.documents.all(),
        [(d.doc_id, dict(d)) for d in plain.all()],
        [(d.doc_id, dict(d)) for d in plain.search(where("n") > 1)],
        [d.doc_id for d in store.invoices.table.search(where("number") == "F2")],
    )


@pytest.mark.parametrize("looked_at", [True, False])
def test_an_exception_takes_back_everything(folder: Path, looked_at: bool) -> None:
    with Store.open(folder) as store:
        store.invoices.put(invoice(1), invoice(2), invoice(3))
        store.documents.put(document("a"))
        store.table("plain").insert_multiple({"n": n} for n in range(4))
        before = everything(store)
    with Store.open(folder) as store:
        if looked_at:
            assert everything(store) == before
        heard: list[Changes] = []
        store.subscribe(heard.append)
        with suppress(Refused), store.transaction():
            store.invoices.remove("1")
            store.invoices.put(invoice(1, number="again"), invoice(2, number="F1"), invoice(9))
            store.documents.put(document("b"))
            store.documents.remove("a")
            store.table("plain").remove(where("n") == 0)
            store.table("plain").update({"n": 7}, where("n") == 1)
            store.table("plain").insert({"n": 8})
            assert everything(store) != before
            raise Refused
        assert everything(store) == before
        assert heard == []
        store.invoices.put(invoice(4))
        assert store.invoices.keys() == ["1", "2", "3", "4"]
    with Store.open(folder) as store:
        assert store.invoices.keys() == ["1", "2", "3", "4"]
        assert store.documents.all() == [document("a")]


def test_an_inner_block_that_fails_takes_back_only_its_own_part(folder: Path) -> None:
    with Store.open(folder) as store:
        store.invoices.put(invoice(1))
        with store.transaction():
            store.invoices.put(invoice(2))
            with suppress(Refused), store.transaction():
                store.invoices.put(invoice(2, comment="inner"), invoice(3))
                store.invoices.remove("1")
                raise Refused
            assert store.invoices.all() == [invoice(1), invoice(2)]
            store.invoices.put(invoice(4))
        assert store.invoices.keys() == ["1", "2", "4"]
    with Store.open(folder) as store:
        assert store.invoices.all() == [invoice(1), invoice(2), invoice(4)]


def test_an_inner_block_that_fails_leaves_no_trace_in_a_table_nobody_looked_at(folder: Path) -> None:
    with Store.open(folder) as store:
        store.invoices.put(invoice(1))
    with Store.open(folder) as store, store.transaction():
        store.invoices.put(invoice(2))
        with suppress(Refused), store.transaction():
            store.invoices.remove("1", "2")
            store.invoices.put(invoice(3))
            raise Refused
        assert store.invoices.get("3") is None
        store.invoices.put(invoice(3, comment="outer"), invoice(2, comment="outer"))
        assert store.invoices.all() == [invoice(1), invoice(2, comment="outer"), invoice(3, comment="outer")]


def test_nothing_is_told_before_the_outermost_block_ends(store: Store) -> None:
    heard: list[Changes] = []
    store.subscribe(heard.append)
    with store.transaction():
        with store.transaction():
            store.invoices.put(invoice(1))
        assert heard == []
    assert heard == [{"invoices": frozenset({"1"})}]


def test_a_transaction_decides_on_what_other_processes_committed(folder: Path) -> None:
    with Store.open(folder) as one, Store.open(folder) as other:
        one.invoices.put(invoice(1))
        assert other.invoices.keys() == ["1"]
        one.invoices.put(invoice(1, comment="new"))
        with other.transaction():
            assert other.invoices["1"].comment == "new"


def test_what_was_taken_in_stays_when_the_transaction_is_taken_back(folder: Path) -> None:
    with Store.open(folder) as one, Store.open(folder) as other:
        one.invoices.put(invoice(1))
        other.refresh()
        other.invoices.all()
        one.invoices.put(invoice(2))
        with suppress(Refused), other.transaction():
            other.invoices.put(invoice(3))
            raise Refused
        assert other.invoices.keys() == ["1", "2"]
        assert other.refresh() == {"invoices": frozenset({"2"})}


def test_another_process_that_does_not_finish_is_said_in_words(folder: Path) -> None:
    with Store.open(folder) as one, Store.open(folder, patience=0.05) as other:
        with one.transaction():
            one.invoices.put(invoice(1))
            with pytest.raises(StoreBusy) as refusal:
                other.invoices.put(invoice(2))
        assert str(folder) in refusal.value.message
        other.invoices.put(invoice(2))
        assert other.invoices.keys() == ["1", "2"]


def test_a_reader_never_waits_for_a_writer(folder: Path) -> None:
    with Store.open(folder) as one, Store.open(folder, patience=0) as other:
        one.invoices.put(invoice(1))
        with one.transaction():
            one.invoices.put(invoice(2))
            assert other.refresh() == {"invoices": frozenset({"1"})}
            assert other.invoices.keys() == ["1"]
