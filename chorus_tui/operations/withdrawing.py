"""Taking flows back that have not left yet."""

from collections.abc import Iterable

from chorus_tui.domain.flow import Flow
from chorus_tui.domain.flow_states import FlowStage
from chorus_tui.i18n import _
from chorus_tui.operations.desk import Deeds, Desk, Outcome, Refusal, note
from chorus_tui.operations.gathering import unsend
from chorus_tui.operations.permissions import require
from chorus_tui.operations.recording import deed

STILL_HERE = (FlowStage.QUEUED, FlowStage.HANDED_OVER)
"""Stages in which nothing of a flow has left by our doing: a pack is deposited by somebody, or not at all."""


def why_not_withdraw_flow(desk: Desk, flow: Flow) -> str:
    """Why a flow cannot be withdrawn, in the operator's language; empty when it can."""
    try:
        require(desk, flow.issuer_siret)
    except Refusal as refusal:
        return str(refusal)
    if flow.stage in STILL_HERE:
        return ""
    if flow.stage is FlowStage.WITHDRAWN:
        return _("It was withdrawn already.")
    if flow.stage is FlowStage.REFUSED:
        return _("It was not taken, so there is nothing to withdraw.")
    return _("It has left already.")


def withdraw_flows(desk: Desk, ids: Iterable[str]) -> Outcome:
    """Take flows back that have not left yet; their documents can be changed again.

    Of a pack that was handed over the operator says with this that nobody deposited it.
    """
    deeds = Deeds()
    with deed(desk, "withdraw flow"):
        for key in ids:
            flow = desk.store.flows.get(key)
            why = why_not_withdraw_flow(desk, flow) if flow is not None else _("There is no such flow.")
            if flow is None or why:
                deeds.refuse(key, why)
                continue
            unsend(desk, flow)
            note(desk, "withdraw flow", key, f"{flow.name or flow.id} · {flow.count}")
            deeds.did(key)
    return deeds.outcome
