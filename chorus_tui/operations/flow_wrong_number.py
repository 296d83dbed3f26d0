"""Numbers of flows that were typed wrong: what they told is somebody else's, and is forgotten."""

from collections.abc import Sequence

from msgspec import structs

from chorus_tui.domain.attempts import UNKNOWN
from chorus_tui.domain.flow import Fate, Flow, FlowContents, FlowInvoice, FlowMode
from chorus_tui.domain.flow_states import FlowStage, FlowState
from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.i18n import N_
from chorus_tui.operations.desk import Desk, note
from chorus_tui.operations.gathering import invoices_of

WRONG = N_("Chorus Pro has other invoices under the number that was typed: type the right one.")

_FOLLOWED = (
    DocumentState.SUBMITTING,
    DocumentState.UNSURE,
    DocumentState.TO_SUBMIT,
    DocumentState.SUBMITTED,
)


def was_typed(flow: Flow) -> bool:
    """Whether somebody said which number a flow has: that of a pack, or where the answer was lost."""
    if not flow.queued_by or flow.stage is not FlowStage.DEPOSITED:
        return False
    return flow.mode is FlowMode.PORTAL or bool(flow.attempts and flow.attempts[-1].outcome == UNKNOWN)


def may_be_wrong(desk: Desk, flow: Flow) -> bool:
    """Whether the number of a flow was typed, and nothing of what is in it was found under it or went again.

    As long as Chorus Pro is at work on it, nothing can be found.
    """
    if not was_typed(flow) or not (flow.message or flow.state.is_final):
        return False
    lines = invoices_of(desk, flow.id)
    return not any(line.invoice_id is not None or line.resent_in for line in lines)


def is_anothers(lines: Sequence[FlowInvoice], invoices: Sequence[Invoice]) -> bool:
    """Whether Chorus Pro has invoices under a number, and none of them was in the flow.

    Args:
        lines: of the flow, each with the invoice that it became.
    """
    known = any(line.document_id or line.member for line in lines)
    return known and bool(invoices) and not any(line.invoice_id is not None for line in lines)


def forget_number(desk: Desk, flow: Flow, message: str = WRONG) -> Flow:
    """Let a flow wait for its number again, as if the wrong one had never been typed.

    Belongs in the transaction of the caller. Its documents are on their way again: whether they arrived is
    not known, so that none of them is taken for integrated, and none goes again.
    """
    is_pack = flow.mode is FlowMode.PORTAL
    waits = structs.replace(
        flow,
        stage=FlowStage.HANDED_OVER if is_pack else FlowStage.UNSURE,
        number="",
        state=FlowState.OTHER,
        state_code="",
        state_at=None,
        passages=(),
        integrated=0,
        refused=0,
        rejected_for=None,
        linked=False,
        dealt_with=False,
        not_before=None,
        message=message,
    )
    lines = tuple(
        structs.replace(line, fate=Fate.PENDING, invoice_id=None, messages=())
        for line in invoices_of(desk, flow.id)
    )
    desk.store.flows.put(waits)
    desk.store.contents.put(FlowContents(flow_id=flow.id, invoices=lines))
    desk.store.reports.remove(flow.id)
    state = DocumentState.SUBMITTING if is_pack else DocumentState.UNSURE
    for line in lines:
        document = desk.store.documents.get(line.document_id) if line.document_id else None
        if document is not None and document.flow_id == flow.id and document.state in _FOLLOWED:
            desk.store.documents.put(structs.replace(document, state=state, failure=None))
    note(desk, "wrong flow number", f"flow:{flow.id}", flow.number)
    return waits
