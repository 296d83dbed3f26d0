"""Checks of a stored document, with all that the store knows around it."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from chorus_tui.domain.checks import Problem, problem, problems
from chorus_tui.domain.document import Attachment, Document
from chorus_tui.domain.fields import InvoiceFields, disagreements
from chorus_tui.domain.flow import Channel, Fate
from chorus_tui.domain.intent import Intent, IntentState
from chorus_tui.domain.recipient import STATE_SIRET
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.i18n import _
from chorus_tui.operations import answers
from chorus_tui.operations.desk import Desk
from chorus_tui.operations.neighbours import Neighbours, neighbour_problems

PARIS = ZoneInfo("Europe/Paris")
"""Chorus Pro's days begin and end in Paris."""


def today(now: datetime) -> date:
    """The day in Paris."""
    return now.astimezone(PARIS).date()


def problems_of(
    desk: Desk,
    document: Document,
    fields: InvoiceFields | None = None,
    *,
    attachments: Sequence[Attachment] | None = None,
    commitment_known: bool | None = None,
    channel: Channel | None = None,
) -> tuple[Problem, ...]:
    """What stands in the way of a document, as far as it tells by itself: cheap enough for every row of a
    list. `all_problems_of` looks at other documents and invoices too.

    Args:
        fields: the values to check, where a form holds newer ones than the document.
        attachments: as above.
        commitment_known: what the State's list of commitments answered; None: what it answered today.
        channel: by which way it would go; None: the document's own.
    """
    checked = document.fields if fields is None else fields
    store = desk.store
    siret, number = checked.recipient_siret, checked.commitment_number
    if commitment_known is None and siret == STATE_SIRET and number:
        commitment_known = answers.kept(desk, answers.commitment_name(siret, number))
    validator = checked.validator_siret if checked.billing_frame else None
    return problems(
        checked,
        store.recipients.get(siret) if siret else None,
        store.suppliers.get(checked.supplier_siret) if checked.supplier_siret else None,
        today(desk.now()),
        attachments=document.attachments if attachments is None else attachments,
        size=document.size,
        commitment_known=commitment_known,
        validator_known=_is_structure(desk, validator) if validator else None,
        emptied=document.cleared,
        attachment_types=_codes(desk, "attachment_types"),
        vat_codes=_codes(desk, "vat_rates"),
        in_flow=(channel or document.channel) is not Channel.FORM,
    )


def all_problems_of(
    desk: Desk,
    document: Document,
    fields: InvoiceFields | None = None,
    *,
    channel: Channel | None = None,
) -> tuple[Problem, ...]:
    """`problems_of`, and what other documents and invoices say: the number is taken, the content is there.

    What a form asks when it opens, what preflight asks, and what every submission asks.
    """
    checked = document.fields if fields is None else fields
    found = problems_of(desk, document, checked, channel=channel)
    return (*found, *neighbour_problems(desk, document, checked))


def listed_problems_of(
    desk: Desk, document: Document, fields: InvoiceFields | None = None
) -> tuple[Problem, ...]:
    """What a list asks for a row: `all_problems_of` where other documents and invoices are in memory already,
    else `problems_of`, so that its first frame does not wait for a table of 100 000 invoices.
    """
    asked_for = all_problems_of if Neighbours.are_at_hand(desk) else problems_of
    return asked_for(desk, document, fields)


def _codes(desk: Desk, name: str) -> frozenset[str] | None:
    known = desk.store.lists.get(name)
    return frozenset(choice.code for choice in known.choices) if known is not None and known.choices else None


def _is_structure(desk: Desk, siret: str) -> bool | None:
    """Whether somebody has this SIRET in Chorus Pro; None: nobody asked."""
    recipient = desk.store.recipients.get(siret)
    if siret in desk.store.suppliers or (recipient is not None and recipient.id):
        return True
    return answers.kept(desk, answers.structure_name(siret))


def state_problem(
    desk: Desk, document: Document | None, *, channel: Channel | None = None, unchanged_too: bool = False
) -> Problem | None:
    """Why a document cannot be sent now, whatever its values; None where its state allows it.

    A document that came back is not sent again before it would be sent differently, whoever asks (S1-068).

    Args:
        channel: by which way it would go; None: its own.
        unchanged_too: an operator said why it goes again although nothing changed (S2-077).
    """
    if document is None:
        return problem("state.gone")
    if document.state is not DocumentState.TO_SUBMIT:
        return problem(_STATES[document.state])
    if open_intent(desk, document.id) is not None:
        return problem("state.submitting")
    if not unchanged_too and (same := _unchanged(desk, document)) is not None:
        return same
    if (channel or document.channel) is Channel.FORM and document.analysis_id is None:
        return problem("state.not_analysed")
    return problem("state.typing") if is_being_typed(desk, document) else None


def _unchanged(desk: Desk, document: Document) -> Problem | None:
    """That it would be sent exactly as it was refused."""
    message = refused_in_flow(desk, document)
    if message is not None:
        return problem("state.refused_in_flow", message=message)
    if document.failure is not None and document.unchanged_since_failure:
        return problem("state.unchanged", message=_(document.failure.message))
    same = _refused_as_it_is(desk, document) if document.analysis_id is not None else None
    return None if same is None else problem("state.unchanged", message=_(same.message))


def refused_in_flow(desk: Desk, document: Document) -> str | None:
    """What a flow that it went in said against it as it would be sent now; None: no flow did.

    Changed, sent again and changed back, it is found in the flow before the last one, too.
    """
    seen, key = set[str](), document.flow_id
    while key and key not in seen:
        seen.add(key)
        contents = desk.store.contents.get(key)
        mine = [i for i in contents.invoices if i.document_id == document.id] if contents is not None else []
        key = next((invoice.before for invoice in mine if invoice.before), "")
        for invoice in mine:
            if invoice.fate is Fate.REFUSED and document.would_be_sent_as(invoice.fingerprint):
                return " ".join(map(_, invoice.messages))
    return None


def is_being_typed(desk: Desk, document: Document) -> bool:
    """Whether its form was left with what was typed and not validated: sent so, that would be lost."""
    return document.id in desk.store.drafts


_STATES = {
    DocumentState.FILED: "state.analysing",
    DocumentState.ANALYSING: "state.analysing",
    DocumentState.MISTAKEN: "state.mistaken",
    DocumentState.SUBMITTING: "state.submitting",
    DocumentState.UNSURE: "state.unsure",
    DocumentState.SUBMITTED: "state.submitted",
    DocumentState.REMOVED: "state.removed",
}


def _refused_as_it_is(desk: Desk, document: Document) -> Intent | None:
    """The submission of this very analysis that was refused as it would be sent now.

    Changed and changed back, a document bears no failure any more; analysed again, it is another one.
    What was refused before its call left (a file that could not be read) says nothing of the document.
    """
    return next(
        (
            intent
            for intent in desk.store.intents.by("document_id", document.id)
            if intent.state in (IntentState.REFUSED, IntentState.CONFLICT)
            and intent.attempts
            and intent.submission.main_attachment_id == document.analysis_id
            and document.would_be_sent_as(intent.fingerprint)
        ),
        None,
    )


def open_intent(desk: Desk, document_id: str) -> Intent | None:
    """The submission of a document that is still to happen or to be settled."""
    intents = desk.store.intents.by("document_id", document_id)
    return next((intent for intent in intents if intent.state.is_open), None)


def may_go_alone(desk: Desk, document: Document) -> bool:
    """Whether an automatic document is complete without any doubt: nobody looks at it again (S1-019).

    What would be worth a look of an operator's is a doubt, and so is what nobody has asked Chorus Pro yet.
    """
    if document.in_error or disagreements(document.readings) or was_refused(desk, document):
        return False
    return not all_problems_of(desk, document) and _demands_are_known(desk, document)


def was_refused(desk: Desk, document: Document) -> bool:
    """Whether it was refused exactly as it would be sent now, reprocessed since or not (S1-068).

    The same file under another name is the same document: what was taken out and dropped again is no news.
    """
    same = desk.store.documents.by("sha256", document.sha256) if document.sha256 else []
    if refused_in_flow(desk, document) is not None:
        return True
    return any(
        document.would_be_sent_as(intent.fingerprint)
        for key in {document.id, *(twin.id for twin in same)}
        for intent in desk.store.intents.by("document_id", key)
        if intent.state in (IntentState.REFUSED, IntentState.CONFLICT)
    )


def _demands_are_known(desk: Desk, document: Document) -> bool:
    """Whether its service was asked about, which may make a commitment number mandatory."""
    fields = document.fields
    if fields.commitment_number or not fields.service_code:
        return True
    recipient = desk.store.recipients.get(fields.recipient_siret or "")
    service = recipient.service(fields.service_code) if recipient is not None else None
    return service is not None and service.commitment_required is not None
