"""Records in, records out, and still there after a new start."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from chorus_tui.domain.document import Document
from chorus_tui.domain.fields import InvoiceFields, Source
from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.statuses import DocumentState, InvoiceStatus
from chorus_tui.store import Changes, Store

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "data") as store:
        yield store


def invoice(id_: int, **changes: object) -> Invoice:
    return Invoice(**{"id": id_, "number": f"F{id_}", "net": Decimal("10.50"), **changes})  # type: ignore[arg-type]


def document(id_: str, **changes: object) -> Document:
    fields: dict[str, object] = {
        "id": id_,
        "path": f"/in/{id_}.pdf",
        "name": f"{id_}.pdf",
        "sha256": "a" * 64,
        "size": 1,
        "filed_at": NOON,
        "rule": "all",
        "state": DocumentState.TO_SUBMIT,
        **changes,
    }
    return Document(**fields)  # type: ignore[arg-type]


def test_a_record_comes_back_equal_after_a_new_start(tmp_path: Path) -> None:
    whole = document(
        "d1",
        readings={Source.FACTUR_X: InvoiceFields(number="F1", issued=date(2026, 1, 2), net=Decimal("1.10"))},
        notes=("no text layer",),
        invoice_id=7,
    )
    with Store.open(tmp_path) as store:
        store.documents.put(whole)
    with Store.open(tmp_path) as store:
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


def test_indexes_follow_puts_and_removals(store: Store) -> None:
    store.documents.put(document("a"), document("b", state=DocumentState.UNSURE), document("c"))
    assert [d.id for d in store.documents.by("state", DocumentState.TO_SUBMIT)] == ["a", "c"]
    store.documents.put(document("a", state=DocumentState.UNSURE))
    store.documents.remove("c")
    assert store.documents.by("state", DocumentState.TO_SUBMIT) == []
    assert [d.id for d in store.documents.by("state", DocumentState.UNSURE)] == ["a", "b"]
    with pytest.raises(KeyError):
        store.documents.by("name", "a.pdf")


def test_an_index_finds_fields_left_at_their_default(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        store.invoices.put(invoice(1), invoice(2, status=InvoiceStatus.REJECTED))
    with Store.open(tmp_path) as store:
        assert store.invoices.by("status", InvoiceStatus.OTHER) == [invoice(1)]


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
