"""Flows of which nothing waits any more, because what came back was dealt with one by one."""

from collections.abc import Iterable

from msgspec import structs

from chorus_tui.domain.flow import Fate, Flow, FlowInvoice
from chorus_tui.domain.flow_states import Resend
from chorus_tui.operations.desk import Desk
from chorus_tui.operations.gathering import invoices_of


def is_dealt_with(desk: Desk, flow: Flow) -> bool:
    """Whether all that a flow brought back went another way since, or was taken out."""
    if flow.resend is Resend.NOTHING:
        return False
    back = [i for i in invoices_of(desk, flow.id) if i.fate in (Fate.REFUSED, Fate.NOT_INTEGRATED)]
    return bool(back) and all(_is_gone(desk, flow, invoice) for invoice in back)


def _is_gone(desk: Desk, flow: Flow, invoice: FlowInvoice) -> bool:
    if invoice.resent_in:
        return True
    document = desk.store.documents.get(invoice.document_id) if invoice.document_id else None
    if document is None:
        return False
    state = document.state
    return document.flow_id != flow.id or state.is_on_its_way or not state.is_waiting


def note_dealt_with(desk: Desk, flow_ids: Iterable[str]) -> int:
    """Write down of flows whether somebody still has to act; counts those of which it changed."""
    changed = 0
    with desk.store.transaction():
        for key in flow_ids:
            flow = desk.store.flows.get(key)
            if flow is not None and flow.dealt_with != (done := is_dealt_with(desk, flow)):
                desk.store.flows.put(structs.replace(flow, dealt_with=done))
                changed += 1
    return changed
