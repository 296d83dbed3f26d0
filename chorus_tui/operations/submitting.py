"""Submitting: what operators queue, withdraw and settle. What becomes of it, `settling` records.

An intent is journalled before the call leaves and its outcome after it; each step is one transaction, so
that a process killed between two steps leaves a journal that says what may have happened.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from msgspec import Struct, structs

from chorus_tui.domain.document import Document
from chorus_tui.domain.flow import Channel, Flow
from chorus_tui.domain.flow_states import FlowStage
from chorus_tui.domain.intent import Intent, IntentState, Submission
from chorus_tui.domain.replies import Reply
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.i18n import _, ngettext
from chorus_tui.operations.checking import may_go_alone, open_intent
from chorus_tui.operations.desk import Deeds, Desk, Outcome, note
from chorus_tui.operations.gathering import (
    Gathering,
    invoices_of,
    queued_flow,
    returned,
    take_out,
    unsend,
)
from chorus_tui.operations.matching import fill
from chorus_tui.operations.preflight import obstacles
from chorus_tui.operations.recording import deed
from chorus_tui.operations.settling import settle_acceptance
from chorus_tui.operations.withdrawing import why_not_withdraw_flow


def submit(desk: Desk, ids: Iterable[str]) -> Outcome:
    """Queue documents for submission: "Validate", "Submit" and "Submit selection" (S1-023, S1-071).

    Refused, with why: what is not ready, incomplete, queued already, or unchanged since Chorus Pro refused
    it (S1-068).
    """
    keys = list(ids)
    with deed(desk, "submit"):
        outcome = queue(desk, keys, hold_until(desk, keys))
    _wake(desk)
    return outcome


def _wake(desk: Desk) -> None:
    for station in ("submit", "deposit", "edi"):
        desk.wake(station)


def queue(desk: Desk, ids: Iterable[str], not_before: datetime | None) -> Outcome:
    """Queue documents; belongs in the transaction of the verb that does."""
    deeds = Deeds()
    gathering = Gathering(desk, not_before)
    for key in ids:
        document = desk.store.documents.get(key)
        why = why_not_submit(desk, document)
        if document is None or why:
            deeds.refuse(key, why)
            continue
        if document.channel is Channel.FORM:
            _queue(desk, document, not_before)
        else:
            gathering.add(document)
        deeds.did(key)
    gathering.close()
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
    moments = [_held_until(desk, call, call.queued_at) for call in calls if call.queued_by == desk.who]
    for flow in desk.store.flows.by("stage", FlowStage.QUEUED):
        if flow.queued_by == desk.who:
            moments += [_held_until(desk, flow, flow.emitted_at)] * flow.count
    held_until = [moment for moment in moments if moment is not None]
    return Held(len(held_until), min(held_until)) if held_until else None


def _held_until(desk: Desk, call: Intent | Reply | Flow, queued_at: datetime) -> datetime | None:
    """None also where it waits until Chorus Pro is well again."""
    moment = call.not_before
    if moment is None or call.attempts or moment <= desk.now():
        return None
    return moment if moment <= queued_at + timedelta(seconds=desk.settings.hold) else None


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
    keys = list(ids)
    with_others = set[str]()
    with deed(desk, "withdraw"):
        for key in keys:
            document = desk.store.documents.get(key)
            flow = queued_flow(desk, document) if document is not None else None
            if key in with_others:
                deeds.did(key)
                continue
            if document is not None and flow is not None:
                if why := _withdraw_from(desk, flow, document, keys):
                    deeds.refuse(key, why)
                    continue
                deeds.did(key)
                with_others.update(() if flow.gathered else _documents_of(desk, flow))
                continue
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


def _withdraw_from(desk: Desk, flow: Flow, document: Document, keys: Sequence[str]) -> str:
    """Take a document out of the flow that it waits in; why not, in the operator's language.

    A flow whose file was made, and looked at, is withdrawn whole or not at all.
    """
    if flow.gathered:
        invoices = invoices_of(desk, flow.id)
        before = next((i.before for i in invoices if i.document_id == document.id), "")
        desk.store.documents.put(returned(desk, document, before))
        take_out(desk, flow, document.id)
    elif _documents_of(desk, flow) <= set(keys):
        if why := why_not_withdraw_flow(desk, flow):
            return why
        unsend(desk, flow)
        note(desk, "withdraw flow", flow.id, flow.name)
    else:
        return ngettext(
            "It goes with {count} invoice in one file: withdraw that flow in Flows.",
            "It goes with {count} invoices in one file: withdraw that flow in Flows.",
            flow.count,
        ).format(count=flow.count)
    note(desk, "withdraw", document.id, f"{document.state} → {DocumentState.TO_SUBMIT}")
    return ""


def _documents_of(desk: Desk, flow: Flow) -> set[str]:
    return {invoice.document_id for invoice in invoices_of(desk, flow.id)}


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
    forms = [key for key in ready if desk.store.documents[key].channel is Channel.FORM]
    others = [key for key in ready if key not in set(forms)]
    with desk.store.transaction():
        alone = queue(desk, forms, None)
        # What is analysed a moment later goes in the same flow.
        later = desk.now() + timedelta(seconds=desk.settings.hold) if desk.settings.hold else None
        gathered = queue(desk, others, later)
    _wake(desk)
    return Outcome(alone.done + gathered.done, alone.refused + gathered.refused)


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
