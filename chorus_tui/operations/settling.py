"""What the sync service records of submissions: begun, accepted, refused, unsure, and found again."""

from datetime import datetime

from msgspec import structs

from chorus_tui.domain.attempts import UNKNOWN, Attempt, ended, without_running
from chorus_tui.domain.document import Document, Failure, Phase
from chorus_tui.domain.intent import Intent, IntentState
from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.money import format_amount
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.i18n import N_, _, language
from chorus_tui.operations.desk import Desk, note
from chorus_tui.operations.learning import learn, unlearn
from chorus_tui.operations.snoozing import rouse


def begin(desk: Desk, intent_id: str) -> Intent | None:
    """Journal that a call is about to leave; None where it was withdrawn or settled meanwhile."""
    with desk.store.transaction():
        intent = desk.store.intents.get(intent_id)
        if intent is None or intent.state is not IntentState.QUEUED:
            return None
        sending = structs.replace(
            intent,
            state=IntentState.SENDING,
            attempts=(*intent.attempts, Attempt(begun_at=desk.now())),
            searches=0,
            not_before=None,
        )
        desk.store.intents.put(sending)
        return sending


def uploaded(desk: Desk, intent: Intent, sha256: str, chorus_id: int) -> Intent | None:
    """Journal Chorus Pro's id of an attachment, so that it is not uploaded twice.

    None where the intent was withdrawn while the file was on its way.
    """
    with desk.store.transaction():
        current = _as_it_stands(desk, intent)
        if current is None:
            return None
        attachments = tuple(
            structs.replace(a, chorus_id=chorus_id) if a.sha256 == sha256 else a
            for a in current.submission.attachments
        )
        changed = structs.replace(
            current, submission=structs.replace(current.submission, attachments=attachments)
        )
        desk.store.intents.put(changed)
        document = desk.store.documents.get(current.document_id)
        if document is not None:
            desk.store.documents.put(structs.replace(document, attachments=attachments))
    return changed


def _as_it_stands(desk: Desk, intent: Intent) -> Intent | None:
    """The intent as stored, which another console may have changed since; None where it moved on.

    Belongs in the transaction that writes it, because only there nobody else writes.
    """
    current = desk.store.intents.get(intent.id)
    return current if current is not None and current.state is intent.state else None


def accepted(desk: Desk, intent: Intent, invoice: Invoice, how: str = "") -> None:
    """Chorus Pro took it: the document has its invoice, and what was chosen is learned (S1-024, S1-026)."""
    with desk.store.transaction():
        document = desk.store.documents.get(intent.document_id)
        if document is None:
            return
        settle_acceptance(desk, intent, document, invoice)
        note(desk, "accepted", document.id, f"{document.state} → {invoice.id} {how}".rstrip())
    desk.wake("track")


def settle_acceptance(desk: Desk, intent: Intent, document: Document, invoice: Invoice) -> None:
    """The document is this invoice; belongs in the transaction of whoever says so."""
    key = str(invoice.id)
    stored = desk.store.invoices.get(key)
    # What tracking brought already is newer than the receipt.
    base = invoice if stored is None else stored
    desk.store.invoices.put(structs.replace(base, document_id=document.id, document_name=document.name))
    desk.store.intents.put(
        structs.replace(
            _ended(desk, intent, "accepted"),
            state=IntentState.ACCEPTED,
            invoice_id=invoice.id,
            not_before=None,
        )
    )
    desk.store.documents.put(
        structs.replace(document, state=DocumentState.SUBMITTED, invoice_id=invoice.id, failure=None)
    )
    if document.id in desk.store.drafts:
        desk.store.drafts.remove(document.id)
    learn(desk, document, intent.queued_at)


def refused(desk: Desk, intent: Intent, message: str, code: int | None = None) -> None:
    """Chorus Pro said no: the document waits again, marked, and is not sent unchanged (S1-060, S1-068)."""
    with desk.store.transaction():
        current = _as_it_stands(desk, intent)
        if current is None:
            return
        ended = structs.replace(
            _ended(desk, current, f"refused {code or ''}".rstrip()),
            state=IntentState.REFUSED,
            message=message,
            not_before=None,
        )
        document = desk.store.documents.get(intent.document_id)
        if document is not None:
            unlearn(desk, document, message, code)
        _fail(desk, ended, message, code)
        note(desk, "refused", intent.document_id, message)


def conflict(desk: Desk, intent: Intent, invoice: Invoice) -> None:
    """Chorus Pro holds another invoice under this number; an operator decides (`adopt`, or a new number)."""
    french = language() == "fr"
    message = _("Chorus Pro already holds invoice {number} of {amount} for {recipient}.").format(
        number=invoice.number,
        amount=format_amount(invoice.gross, french),
        recipient=invoice.recipient_name or invoice.recipient_siret,
    )
    with desk.store.transaction():
        if str(invoice.id) not in desk.store.invoices:
            desk.store.invoices.put(invoice)
        ended = structs.replace(
            _ended(desk, intent, "conflict"),
            state=IntentState.CONFLICT,
            invoice_id=invoice.id,
            message=message,
            not_before=None,
        )
        remedy = N_("Give this one another number, or remove it if it is the same invoice.")
        _fail(desk, ended, message, None, remedy)
        note(desk, "conflict", intent.document_id, f"{invoice.id}")


def lost(desk: Desk, intent: Intent) -> None:
    """Sent several times without an answer, and not found: an operator decides when to try again."""
    message = N_("Chorus Pro never answered, and it does not hold this invoice.")
    with desk.store.transaction():
        ended = structs.replace(
            _ended(desk, intent, UNKNOWN), state=IntentState.REFUSED, message=message, not_before=None
        )
        _fail(
            desk, ended, message, None, N_("Wait until Chorus Pro is well again, reprocess it, then submit.")
        )
        note(desk, "lost", intent.document_id)


def _fail(desk: Desk, intent: Intent, message: str, code: int | None, remedy: str = "") -> None:
    desk.store.intents.put(intent)
    document = desk.store.documents.get(intent.document_id)
    if document is None:
        return
    failure = Failure(
        phase=Phase.AFTER,
        message=message,
        at=desk.now(),
        code=code,
        fingerprint=intent.fingerprint,
        remedy=remedy,
    )
    desk.store.documents.put(structs.replace(document, state=DocumentState.TO_SUBMIT, failure=failure))
    rouse(desk, f"document:{document.id}", "in error")


def unsure(desk: Desk, intent: Intent, look_at: datetime) -> None:
    """The answer was lost: the document is looked for before anything else happens to it."""
    with desk.store.transaction():
        desk.store.intents.put(
            structs.replace(
                _ended(desk, intent, UNKNOWN), state=IntentState.UNSURE, not_before=look_at, searches=0
            )
        )
        _document_state(desk, intent, DocumentState.UNSURE)
        note(desk, "unsure", intent.document_id)


def not_found(desk: Desk, intent: Intent, look_at: datetime) -> Intent:
    """One more search without a find."""
    searched = structs.replace(intent, searches=intent.searches + 1, not_before=look_at)
    desk.store.intents.put(searched)
    return searched


def look_later(desk: Desk, intent: Intent, look_at: datetime) -> None:
    """The search itself did not work out."""
    with desk.store.transaction():
        current = _as_it_stands(desk, intent)
        if current is not None:
            desk.store.intents.put(structs.replace(current, not_before=look_at))


def queue_again(desk: Desk, intent: Intent, not_before: datetime) -> None:
    """It was searched for and is not there, so it may leave again."""
    with desk.store.transaction():
        desk.store.intents.put(
            structs.replace(
                _ended(desk, intent, UNKNOWN), state=IntentState.QUEUED, not_before=not_before, searches=0
            )
        )
        _document_state(desk, intent, DocumentState.SUBMITTING)
        note(desk, "send again", intent.document_id)


def not_left(desk: Desk, intent: Intent, not_before: datetime) -> None:
    """The call certainly was not taken, so the intent waits as if it had never begun."""
    with desk.store.transaction():
        current = _as_it_stands(desk, intent)
        if current is None:
            return
        desk.store.intents.put(
            structs.replace(
                current,
                state=IntentState.QUEUED,
                not_before=not_before,
                attempts=without_running(current.attempts),
            )
        )


def may_be_ours(desk: Desk, intent: Intent) -> bool:
    """Whether an earlier attempt for this document may have succeeded unheard."""
    return any(
        attempt.is_unheard
        for earlier in desk.store.intents.by("document_id", intent.document_id)
        for attempt in earlier.attempts
    )


def recover(desk: Desk) -> int:
    """What a process that was killed left in the middle: begun analyses start again, begun submissions are
    looked for. Called once by whoever begins to lead, because only a leader begins either.
    """
    store = desk.store
    with store.transaction():
        analysing = store.documents.by("state", DocumentState.ANALYSING)
        for document in analysing:
            store.documents.put(structs.replace(document, state=DocumentState.FILED))
        sending = store.intents.by("state", IntentState.SENDING)
        for intent in sending:
            unsure(desk, intent, desk.now())
    return len(analysing) + len(sending)


def _document_state(desk: Desk, intent: Intent, state: DocumentState) -> None:
    document = desk.store.documents.get(intent.document_id)
    if document is not None and document.state is not state:
        desk.store.documents.put(structs.replace(document, state=state))


def _ended(desk: Desk, intent: Intent, outcome: str) -> Intent:
    return structs.replace(intent, attempts=ended(intent.attempts, outcome, desk.now()))
