"""What the preview of a fix depends on and nobody asked Chorus Pro yet, so that what it says is true."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from chorus_tui.domain.fixes import Fix, FixKind
from chorus_tui.domain.recipient import STATE_SIRET
from chorus_tui.operations.desk import Desk
from chorus_tui.ui.screens.form_errands import asked

if TYPE_CHECKING:
    from chorus_tui.sync import Lookups

MOST = 20
"""Recipients that are asked about; a group has one as a rule, marked rows may have many."""


async def learn(desk: Desk, lookups: "Lookups | None", ids: Sequence[str], fix: Fix) -> str:
    """Ask; why that could not be, in the operator's language: then the preview is told with less."""
    for question, *arguments in _unasked(desk, ids, fix):
        _answer, why = await asked(lookups, question, *arguments)
        if why:
            return why
    return ""


def _unasked(desk: Desk, ids: Sequence[str], fix: Fix) -> Iterator[tuple[Any, ...]]:
    """Demands of a new recipient and of its service, and whether the State knows a commitment number."""
    code = fix.value if fix.kind is FixKind.SERVICE else fix.also.get(FixKind.SERVICE.field)
    for siret in _recipients(desk, ids, fix)[:MOST]:
        recipient = desk.store.recipients.get(siret)
        if fix.kind is FixKind.RECIPIENT and (recipient is None or recipient.checked_at is None):
            yield "recipient", siret
        service = recipient.service(code) if recipient is not None and code else None
        if service is not None and service.commitment_required is None:
            yield "service_demands", recipient, code
        if fix.kind is FixKind.COMMITMENT and siret == STATE_SIRET:
            yield "commitment_known", siret, fix.value


def _recipients(desk: Desk, ids: Sequence[str], fix: Fix) -> list[str]:
    if fix.kind is FixKind.RECIPIENT:
        return [fix.value]
    documents = (desk.store.documents.get(key) for key in ids)
    found = (document.value_of("recipient_siret") for document in documents if document is not None)
    return [siret for siret in dict.fromkeys(found) if siret]
