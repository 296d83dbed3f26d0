"""What a failure means and what to do about it, with what the operator's team has added (S1-080…090)."""

from functools import lru_cache
from pathlib import Path

from msgspec import structs

from chorus_tui import domain
from chorus_tui.domain.document import Document
from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.knowledge import Explanation, Knowledge, Mistake, parse
from chorus_tui.domain.statuses import InvoiceStatus
from chorus_tui.i18n import _
from chorus_tui.operations.desk import Desk
from chorus_tui.settings import Settings

ADDITIONS = "failures.toml"
"""The team's file, beside the settings file."""
LARGEST = 4 * 1024 * 1024
"""Bytes of a team's file; a larger one was not written by people."""

_SHIPPED = Path(domain.__file__).parent / "failures.toml"

_OF_STATUS = {
    InvoiceStatus.SUSPENDED: "status.suspended",
    InvoiceStatus.TO_BE_RECYCLED: "status.to_be_recycled",
    InvoiceStatus.REJECTED: "status.rejected",
    InvoiceStatus.WRONG_VALIDATOR: "status.wrong_validator",
}


def additions_path(settings: Settings) -> Path:
    """Where a team puts its own failures."""
    return settings.folders.settings.parent / ADDITIONS


def knowledge(desk: Desk) -> Knowledge:
    """The knowledge base, with the team's additions as they stand at this moment.

    Its `mistakes` are those of the team's file; what can be used of it is used.
    """
    return knowledge_of(desk.settings)


def knowledge_of(settings: Settings) -> Knowledge:
    """The same where there is no desk: for `doctor`."""
    path = additions_path(settings)
    try:
        found = path.stat()
    except FileNotFoundError:
        return shipped()
    except OSError as error:
        return _without_additions(error.strerror or str(error))
    return _with_additions(path, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=1)
def shipped() -> Knowledge:
    """What comes with chorus-tui."""
    return parse(_SHIPPED.read_text(encoding="utf-8"))


@lru_cache(maxsize=4)
def _with_additions(path: Path, _changed_at: int, size: int) -> Knowledge:
    if size > LARGEST:
        return _without_additions(_("it is larger than 4 MB."))
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        return _without_additions(_("this is not UTF-8 text."))
    except OSError as error:
        return _without_additions(error.strerror or str(error))
    return parse(text, shipped())


def _without_additions(why: str) -> Knowledge:
    ours = shipped()
    return Knowledge(ours.entries, ours.fields, [Mistake(why)])


def explain(desk: Desk, message: str, code: str | int | None = None) -> Explanation:
    """What a message of Chorus Pro's means and what to do about it; also one that nobody knows (S1-080)."""
    return knowledge(desk).explain(message, code)


def explain_joined(desk: Desk, message: str, code: str | int | None = None) -> Explanation:
    """The same of what a report says against one invoice: of several messages, the first one that is known.

    A service that is unknown is put right first, and what follows from it goes with it.
    """
    told = knowledge(desk).explain_all(message, code) if "|" in message else (explain(desk, message, code),)
    return next((found for found in told if found.known), told[0])


def explain_document(desk: Desk, document: Document) -> Explanation | None:
    """Why a document is in error and what to do (S1-067); None where it is not in error.

    Worked out when it is shown, so that what a team adds today explains the failures of yesterday.
    """
    failure = document.failure
    if failure is None:
        return None
    found = explain_joined(desk, failure.message, failure.code)
    said = _(failure.message)
    if not found.known and failure.remedy:
        return structs.replace(found, message=said, remedy=_(failure.remedy))
    return structs.replace(found, message=said) if said != found.message else found


def explain_problem(desk: Desk, problem_id: str) -> Explanation:
    """What stands behind a problem of the checks: their ids are those of the entries."""
    known = knowledge(desk)
    found = known.of(problem_id)
    return found if found is not None else known.explain(problem_id)


def explain_invoice(desk: Desk, invoice: Invoice) -> Explanation | None:
    """What the recipient asks for, by its comment; None where the status asks nothing of the supplier.

    The action is the only one that the status allows (S1-042, S1-046, S1-050), whatever the comment says.
    """
    if not invoice.asks_supplier:
        return None
    return knowledge(desk).explain_comment(invoice.comment, _OF_STATUS[invoice.status])
