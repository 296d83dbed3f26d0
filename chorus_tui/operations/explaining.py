"""What a failure means and what to do about it, with what the operator's team has added (S1-080…090)."""

from functools import lru_cache
from pathlib import Path

from msgspec import structs

from chorus_tui import domain
from chorus_tui.domain.document import Document
from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.knowledge import Explanation, Knowledge, parse
from chorus_tui.domain.statuses import InvoiceStatus
from chorus_tui.i18n import _
from chorus_tui.operations.desk import Desk

ADDITIONS = "failures.toml"
"""The team's file, beside the settings file."""

_SHIPPED = Path(domain.__file__).parent / "failures.toml"
_LARGEST = 4 * 1024 * 1024
"""Bytes of a team's file; more is not a list that people wrote."""

_OF_STATUS = {
    InvoiceStatus.SUSPENDED: "status.suspended",
    InvoiceStatus.TO_BE_RECYCLED: "status.to_be_recycled",
    InvoiceStatus.REJECTED: "status.rejected",
}


def additions_path(desk: Desk) -> Path:
    """Where a team puts its own failures."""
    return desk.settings.folders.settings.parent / ADDITIONS


def knowledge(desk: Desk) -> Knowledge:
    """The knowledge base with the team's additions as they stand now; its `mistakes` are those of their file."""
    path = additions_path(desk)
    try:
        found = path.stat()
    except OSError:
        return _shipped()
    return _with_additions(path, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=1)
def _shipped() -> Knowledge:
    return parse(_SHIPPED.read_text(encoding="utf-8"))


@lru_cache(maxsize=4)
def _with_additions(path: Path, _changed_at: int, size: int) -> Knowledge:
    return parse(path.read_text(encoding="utf-8"), _shipped())


def explain(desk: Desk, message: str, code: str | int | None = None) -> Explanation:
    """What a message of Chorus Pro's means and what to do about it; also one that nobody knows (S1-080)."""
    return knowledge(desk).explain(message, code)


def explain_document(desk: Desk, document: Document) -> Explanation | None:
    """Why a document is in error and what to do; None where it is not in error.

    What we said ourselves about a file that could not be read comes with its own remedy.
    """
    failure = document.failure
    if failure is None:
        return None
    found = explain(desk, failure.message, failure.code)
    if found.known or not failure.remedy:
        return found
    return structs.replace(found, remedy=_(failure.remedy))


def explain_problem(desk: Desk, problem_id: str) -> Explanation:
    """What stands behind a problem of the checks: their ids are those of the entries."""
    known = knowledge(desk)
    found = known.of(problem_id)
    return found if found is not None else known.explain(problem_id)


def explain_invoice(desk: Desk, invoice: Invoice) -> Explanation | None:
    """What the recipient asks for, by its comment; None where the status asks nothing of the supplier."""
    if not invoice.asks_supplier:
        return None
    known = knowledge(desk)
    status = known.of(_OF_STATUS[invoice.status], invoice.comment)
    return status
