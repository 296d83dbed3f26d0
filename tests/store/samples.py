"""Records to store."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from chorus_tui.domain.document import Document
from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.statuses import DocumentState

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def invoice(id_: int, **changes: Any) -> Invoice:
    return Invoice(**{"id": id_, "number": f"F{id_}", "net": Decimal("10.50"), **changes})


def document(id_: str, **changes: Any) -> Document:
    fields: dict[str, Any] = {
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
    return Document(**fields)
