"""Submitting: what operators queue, withdraw and settle. What becomes of it, `settling` records.

An intent is journalled before the call leaves and its outcome after it; each step is one transaction, so
that a process killed between two steps leaves a journal that says what may have happened.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from msgspec import Struct, structs

from chorus_tui.domain.document import Document
from chorus_tui.domain.intent import Intent, IntentState, Submission
from chorus_tui.domain.replies import Reply
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.i18n import _
from chorus_tui.operations.checking import may_go_alone, open_intent
from chorus_tui.operations.desk import Deeds, Desk, Outcome, note
from chorus_tui.operations.matching import fill
from chorus_tui.operations.preflight import obstacles
from chorus_tui.operations.recording import deed
from chorus_tui.operations.settling import settle_acceptance


def submit(desk: Desk, ids: Iterable[str]) -> Outcome:
    """Queue documents for submission: "Validate", "Submit" and "Submit selection" (S1-023, S1-071).

    Refused, with why: what is not ready, incomplete, queued already, or unchanged since Chorus Pro refused
    it (S1-068).
    """
    keys = list(ids)
    with deed(desk, "submit"):
        outcome = queue(desk, keys, hold_until(desk, keys))
    desk.wake("submit")
    return outcome


def queue(desk: Desk, ids: Iterable[str], not_before: datetime | None) -> Outcome:
    """Queue documents; belongs in the transaction of the verb that does."""
    deeds = Deeds()
    for key in ids:
        document = desk.store.documents.get(key)
        why = why_not_submit(desk, document)
        if document is None or why:
            deeds.refuse(key, why)
            continue
        _queue(desk, document, not_before)
        deeds.did(key)
    return deeds.outcome


def hold_until(desk: Desk, records: Sequence[object]) -> datetime | None:
    """When what is queued may leave; None: at once.

    A batch is held for a few seconds (`hold` in the settings), so that an operator can stop it; what was
    queued alone, and was looked at alone, leaves at once.
    """
    is_batch = bool(desk.batch) or len(records) > 1
    return desk.now() + timedelta(seconds=desk.settings.hold) if is_batch and desk.settings.hold else None


class Held(Struct, frozen=True):
    """What this operator queued and can still be stopped at leisure."""

    count: int
    until: datetime
    """When the first of it leaves."""


def held(desk: Desk) -> Held | None:
    """The batch that is being held; None where none is."""
    calls: list[Intent | Reply] = [
        *desk.store.intents.by("state", IntentState.QUEUED),
        *desk.store.replies.by("state", IntentState.QUEUED),
    ]
    own = [call for call in calls if call.queued_by == desk.who]
    moments = [moment for call in own if (moment := _held_until(desk, call)) is not None]
    return Held(len(moments), min(moments)) if moments else None


def _held_until(desk: Desk, call: Intent | Reply) -> datetime | None:
    """None also where it waits until Chorus Pro is well again."""
    moment = call.not_before
    if moment is None or call.attempts or moment <= desk.now():
        return None
    return moment if moment <= call.queued_at + timedelta(seconds=desk.settings.hold) else None


def why_not_submit(desk: Desk, document: Document | None) -> str:
    """Why a document cannot be submitted now, in the operator's language; empty when it can."""
    return " ".join(problem.text for problem in obstacles(desk, document))


def _queue(desk: Desk, document: Document, not_before: datetime | None) -> None:
    fields = document.fields
    assert document.analysis_id is not None
    intent = Intent(
        id=uuid4().hex,
        document_id=document.id,
        submission=Submission(
            fields=fields,
            supplier_id=desk.store.suppliers[fields.supplier_siret or ""].id,
            main_attachment_id=document.analysis_id,
            main_attachment_name=document.name,
            attachments=document.attachments,
        ),
        fingerprint=document.fingerprint,
        state=IntentState.QUEUED,
        queued_at=desk.now(),
        queued_by=desk.who,
        not_before=not_before,
    )
    desk.store.documents.put(structs.replace(document, state=DocumentState.SUBMITTING, failure=None))
    desk.store.intents.put(intent)
    note(desk, "submit", document.id, f"{fields.number} · {fields.to_pay} → {fields.recipient_siret}")


def withdraw(desk: Desk, ids: Iterable[str]) -> Outcome:
    """Take submissions back that have not left yet; the documents can be changed again."""
    deeds = Deeds()
    with deed(desk, "withdraw"):
        for key in ids:
            document = desk.store.documents.get(key)
            intent = open_intent(desk, key)
            if document is None or intent is None or intent.state is not IntentState.QUEUED:
                deeds.refuse(key, _("It has left already, or was never on its way."))
                continue
            desk.store.intents.put(structs.replace(intent, state=IntentState.WITHDRAWN))
            # A match may have been told while it could not follow.
            back = structs.replace(document, state=DocumentState.TO_SUBMIT, automatic=False)
            desk.store.documents.put(fill(desk, back))
            note(desk, "withdraw", key, f"{document.state} → {DocumentState.TO_SUBMIT}")
            deeds.did(key)
    return deeds.outcome


def automatic(desk: Desk, ids: Iterable[str] | None = None) -> Outcome:
    """Queue what goes by itself (S1-019): complete, undoubted documents of automatic rules, none in error.

    Args:
        ids: documents to consider; None: all that wait.
    """
    waiting = desk.store.documents.by("state", DocumentState.TO_SUBMIT)
    considered = waiting if ids is None else [d for key in ids if (d := desk.store.documents.get(key))]
    ready = [
        document.id
        for document in considered
        if document.automatic and document.state is DocumentState.TO_SUBMIT and may_go_alone(desk, document)
    ]
    if not ready:
        return Outcome()
    # No operator's deed, so none that an operator takes back: `withdraw` does.
    with desk.store.transaction():
        outcome = queue(desk, ready, None)
    desk.wake("submit")
    return outcome


def adopt(desk: Desk, document_id: str) -> Outcome:
    """Settle a conflict: the invoice that Chorus Pro holds under this number is this very document."""
    deeds = Deeds()
    with desk.store.transaction():
        document = desk.store.documents.get(document_id)
        conflicts = [
            intent
            for intent in desk.store.intents.by("document_id", document_id)
            if intent.state is IntentState.CONFLICT and intent.invoice_id is not None
        ]
        invoice = desk.store.invoices.get(str(conflicts[-1].invoice_id)) if conflicts else None
        if document is None or document.state is not DocumentState.TO_SUBMIT or invoice is None:
            deeds.refuse(document_id, _("Chorus Pro holds no other invoice for it."))
        else:
            settle_acceptance(desk, conflicts[-1], document, invoice)
            note(desk, "adopt", document_id, f"→ {invoice.id}")
            deeds.did(document_id)
    return deeds.outcome
