"""Flows of which an operator said that they were not taken, and of which news comes all the same."""

from chorus_tui.domain.flow import Flow
from chorus_tui.domain.flow_states import FlowStage
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.operations.desk import Desk
from chorus_tui.operations.flow_file import why_taken
from chorus_tui.operations.flow_journal import GIVEN_UP
from chorus_tui.operations.gathering import invoices_of


def may_have_arrived(desk: Desk, flow: Flow) -> bool:
    """Whether a flow that counts as not taken may be in Chorus Pro, and nothing of it went again since.

    What Chorus Pro or a gateway itself refused is not there.
    """
    unheard = flow.message == GIVEN_UP or any(attempt.is_unheard for attempt in flow.attempts)
    return flow.stage is FlowStage.REFUSED and unheard and not flow.resent_by and _waits(desk, flow)


def _waits(desk: Desk, flow: Flow) -> bool:
    for own in invoices_of(desk, flow.id):
        if not own.document_id:
            if why_taken(desk, own):
                return False
            continue
        document = desk.store.documents.get(own.document_id)
        if document is not None and (
            document.flow_id != flow.id or document.state is not DocumentState.TO_SUBMIT
        ):
            return False
    return True
