"""Records in, records out, and still there after a new start."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from threading import Thread

import pytest

from chorus_tui.domain.fields import InvoiceFields, Source
from chorus_tui.domain.records import SyncState
from chorus_tui.domain.statuses import DocumentState, InvoiceStatus
from chorus_tui.store import Changes, Store

from .samples import document, invoice


def test_a_record_comes_back_equal_after_a_new_start(folder: Path) -> None:
    whole = document(
        "d1",
        readings={Source.FACTUR_X: InvoiceFields(number="F1", issued=date(2026, 1, 2), net=Decimal("1.10"))},
        notes=("no text layer",),
        invoice_id=7,
    )
    with Store.open(folder) as store:
        store.documents.put(whole)
    with Store.open(folder) as store:
        assert store.documents["d1"] == whole
        assert store.documents.all() == [whole]


def test_a_put_replaces_the_record_of_the_same_key(store: Store) -> None:
    store.invoices.put(invoice(1), invoice(2))
    store.invoices.put(invoice(1, comment="late"))
    assert [i.comment for i in store.invoices.all()] == ["late", ""]
    assert store.invoices.keys() == ["1", "2"]
    assert len(store.invoices) == 2


def test_a_removed_record_is_gone_and_others_stay(store: Store) -> None:
    store.invoices.put(invoice(1), invoice(2))
    store.invoices.remove("1", "unknown")
    assert "1" not in store.invoices
    assert store.invoices.get("1") is None
    with pytest.raises(KeyError):
        store.invoices["1"]
    assert store.invoices.all() == [invoice(2)]


def test_the_state_of_the_service_is_one_record(store: Store) -> None:
    store.state.put(SyncState(leader="a"))
    store.state.put(SyncState(leader="b"))
    assert store.state["sync"] == SyncState(leader="b")
    assert len(store.state) == 1


def look_at_all(store: Store) -> None:
    store.invoices.all()


def look_at_nothing(store: Store) -> None:
    pass


@pytest.mark.parametrize("look", [look_at_all, look_at_nothing])
def test_records_can_be_written_and_read_by_key_whether_their_table_was_looked_at_or_not(
    folder: Path, look: Callable[[Store], None]
) -> None:
    with Store.open(folder) as store:
        store.invoices.put(invoice(1), invoice(2), invoice(3))
    with Store.open(folder) as store:
        look(store)
        with store.transaction():
            store.invoices.put(invoice(4))
            store.invoices.put(invoice(4, comment="again"))
            store.invoices.remove("2")
            store.invoices.put(invoice(1, comment="first"))
            assert store.invoices["4"].comment == "again"
            assert store.invoices.get("2") is None
            store.invoices.put(invoice(2, comment="back"))
        expected = [
            invoice(1, comment="first"),
            invoice(3),
            invoice(4, comment="again"),
            invoice(2, comment="back"),
        ]
        assert store.invoices.all() == expected
    with Store.open(folder) as store:
        assert store.invoices.all() == expected


def test_indexes_follow_puts_and_removals(store: Store) -> None:
    store.documents.put(document("a"), document("b", state=DocumentState.UNSURE), document("c"))
    assert [d.id for d in store.documents.by("state", DocumentState.TO_SUBMIT)] == ["a", "c"]
    store.documents.put(document("a", state=DocumentState.UNSURE))
    store.documents.remove("c")
    assert store.documents.by("state", DocumentState.TO_SUBMIT) == []
    assert [d.id for d in store.documents.by("state", DocumentState.UNSURE)] == ["a", "b"]
    with pytest.raises(KeyError):
        store.documents.by("name", "a.pdf")


def test_an_index_finds_fields_left_at_their_default(folder: Path) -> None:
    with Store.open(folder) as store:
        store.invoices.put(invoice(1), invoice(2, status=InvoiceStatus.REJECTED))
        store.documents.put(document("a"), document("b", invoice_id=2))
    with Store.open(folder) as store:
        assert store.invoices.by("status", InvoiceStatus.OTHER) == [invoice(1)]
        assert [d.id for d in store.documents.by("invoice_id", None)] == ["a"]


def test_what_could_not_be_read_again_is_not_stored(store: Store) -> None:
    store.documents.put(document("a"))
    with pytest.raises(Exception, match="size"):
        store.documents.put(document("b"), document("c", size="twelve"))
    assert store.documents.keys() == ["a"]


def test_subscribers_hear_once_for_a_transaction(store: Store) -> None:
    heard: list[Changes] = []
    end = store.subscribe(heard.append)
    with store.transaction():
        store.invoices.put(invoice(1))
        store.documents.put(document("a"))
        store.documents.remove("a")
    assert heard == [{"invoices": frozenset({"1"}), "documents": frozenset({"a"})}]
    store.invoices.put(invoice(1))
    assert len(heard) == 1, "an equal record is no news"
    end()
    store.invoices.remove("1")
    assert len(heard) == 1


def test_a_subscriber_that_fails_stops_neither_the_commit_nor_the_others(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[Changes] = []

    def fail(_changes: Changes) -> None:
        raise RuntimeError("no")

    store.subscribe(fail)
    store.subscribe(heard.append)
    store.invoices.put(invoice(1))
    assert "1" in store.invoices
    assert len(heard) == 1
    assert "listener" in caplog.text


def test_a_subscriber_may_write(store: Store) -> None:
    def answer(changes: Changes) -> None:
        if "invoices" in changes:
            store.documents.put(document("d"))

    store.subscribe(answer)
    store.invoices.put(invoice(1))
    assert "d" in store.documents


def test_a_list_of_records_can_be_read_by_a_thread_while_the_store_changes(store: Store) -> None:
    store.invoices.put(*(invoice(n) for n in range(100)))
    snapshot = store.invoices.all()
    seen: list[int] = []
    thread = Thread(target=lambda: seen.extend(i.id for i in snapshot))
    thread.start()
    store.invoices.remove(*(str(n) for n in range(100)))
    thread.join()
    assert seen == list(range(100))
    assert len(store.invoices) == 0


def test_a_glance_at_many_loads_no_table_and_keeps_nothing(store: Store, folder: Path) -> None:
    store.invoices.put(*(invoice(n) for n in range(100)))
    with Store.open(folder) as other:
        assert [other.invoices.peek(str(n)) for n in range(100)] == [invoice(n) for n in range(100)]
        assert not other.invoices.is_loaded
        assert other.invoices.peek("unknown") is None
        other.invoices.all()
        assert other.invoices.peek("7") == invoice(7)
        assert other.invoices.peek("unknown") is None
