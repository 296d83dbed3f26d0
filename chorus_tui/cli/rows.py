"""The rows and columns that `list` prints and `export` writes, filtered as the console filters them."""

from collections.abc import Callable
from typing import Any

from chorus_tui.domain.invoice import Invoice
from chorus_tui.i18n import N_, _
from chorus_tui.operations import Desk, to_process, tracked, waiting
from chorus_tui.ui.rows import Rows
from chorus_tui.ui.screens.to_process import ToProcess
from chorus_tui.ui.screens.to_process_rows import Returned
from chorus_tui.ui.screens.to_submit import ToSubmit
from chorus_tui.ui.screens.to_submit_rows import Waiting
from chorus_tui.ui.screens.tracking import Tracking

PlainColumn = tuple[str, str, Callable[[Any], Any]]
"""Its name in JSON, its English title, and its value."""

DOCUMENT_COLUMNS: tuple[PlainColumn, ...] = (
    ("id", N_("Id"), lambda r: r.document.id),
    ("document", N_("Document"), lambda r: r.document.name),
    ("number", N_("Number"), lambda r: r.fields.number),
    ("recipient", N_("Recipient"), lambda r: r.recipient),
    ("service", N_("Service"), lambda r: r.fields.service_code),
    ("amount", N_("Amount"), lambda r: r.amount),
    ("status", N_("OCR status"), lambda r: r.document.ocr_status),
    ("error", N_("Error"), lambda r: r.document.failure and _(r.document.failure.message)),
    ("missing", N_("Missing"), lambda r: r.missing or None),
)

INVOICE_COLUMNS: tuple[PlainColumn, ...] = (
    ("id", N_("Chorus Pro id"), lambda i: i.id),
    ("document", N_("Document"), lambda i: i.document_name),
    ("number", N_("Number"), lambda i: i.number),
    ("recipient", N_("Recipient"), lambda i: i.recipient_name or i.recipient_siret),
    ("service", N_("Service"), lambda i: i.service_code),
    ("issued", N_("Invoice date"), lambda i: i.issued),
    ("deposited", N_("Deposited"), lambda i: i.deposited),
    ("gross", N_("With VAT"), lambda i: i.gross),
    ("status", N_("Status"), lambda i: i.status),
    ("since", N_("Status since"), lambda i: i.status_at),
    ("comment", N_("Comment"), lambda i: i.comment),
)


def documents(desk: Desk, words: str) -> list[Waiting]:
    """The rows of "Documents to be submitted" that pass a filter, in order of arrival."""
    rows: Rows[Waiting] = Rows(
        ToSubmit.columns, ToSubmit.fields, key=lambda row: row.document.id, words=ToSubmit().words
    )
    rows.replace_all(Waiting(document, desk) for document in waiting(desk))
    rows.sort("filed", down=False)
    rows.filter(words)
    return list(rows.shown)


def invoices(desk: Desk, words: str, *, asking: bool = False) -> list[Invoice]:
    """The rows of "Tracking" that pass a filter, latest deposit first; those that ask the supplier alone."""
    rows: Rows[Invoice] = Rows(
        Tracking.columns, Tracking.fields, key=lambda invoice: str(invoice.id), words=Tracking().words
    )
    rows.replace_all(i for i in tracked(desk) if i.asks_supplier or not asking)
    rows.sort("deposited", down=True)
    rows.filter(words)
    return list(rows.shown)


def returned(desk: Desk, words: str, *, settled: bool = False) -> list[Returned]:
    """The rows of "Documents to be processed" that pass a filter, the longest waiting first.

    Args:
        settled: also rejections that were dealt with.
    """
    rows: Rows[Returned] = Rows(
        ToProcess.columns, ToProcess.fields, key=lambda row: str(row.invoice.id), words=ToProcess().words
    )
    rows.replace_all(Returned(invoice, desk) for invoice in to_process(desk, settled=settled))
    rows.sort("age", down=True)
    rows.filter(words)
    return list(rows.shown)
