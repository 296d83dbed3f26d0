"""Checks of a stored document, with all that the store knows around it."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from chorus_tui.domain.checks import Problem, problems
from chorus_tui.domain.document import Attachment, Document
from chorus_tui.domain.fields import InvoiceFields, disagreements
from chorus_tui.domain.intent import IntentState
from chorus_tui.operations.desk import Desk

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
) -> tuple[Problem, ...]:
    """What stands in the way of a document.

    Args:
        fields: the values to check, where a form holds newer ones than the document.
        attachments: as above.
        commitment_known: what the State's list of commitments answered; None: not asked.
    """
    checked = document.fields if fields is None else fields
    return problems(
        checked,
        desk.store.recipients.get(checked.recipient_siret) if checked.recipient_siret else None,
        desk.store.suppliers.get(checked.supplier_siret) if checked.supplier_siret else None,
        today(desk.now()),
        attachments=document.attachments if attachments is None else attachments,
        size=document.size,
        commitment_known=commitment_known,
    )


def may_go_alone(desk: Desk, document: Document) -> bool:
    """Whether an automatic document is complete without any doubt: nobody looks at it again (S1-019).

    What would be worth a look of an operator's is a doubt, and so is what nobody has asked Chorus Pro yet.
    """
    if document.in_error or disagreements(document.readings) or was_refused(desk, document):
        return False
    return not problems_of(desk, document) and _demands_are_known(desk, document)


def was_refused(desk: Desk, document: Document) -> bool:
    """Whether it was refused exactly as it would be sent now, reprocessed since or not (S1-068)."""
    ended = [
        intent.fingerprint
        for intent in desk.store.intents.by("document_id", document.id)
        if intent.state in (IntentState.REFUSED, IntentState.CONFLICT)
    ]
    return bool(ended) and document.fingerprint in ended


def _demands_are_known(desk: Desk, document: Document) -> bool:
    """Whether its service was asked about, which may make a commitment number mandatory."""
    fields = document.fields
    if fields.commitment_number or not fields.service_code:
        return True
    recipient = desk.store.recipients.get(fields.recipient_siret or "")
    service = recipient.service(fields.service_code) if recipient is not None else None
    return service is not None and service.commitment_required is not None
