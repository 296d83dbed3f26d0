"""Taking back what was done to flows: a flow whose file was made is taken back whole, or not at all.

A flow that is being gathered is only what its documents make of it: they leave it, and join one again, one
by one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta

from msgspec import structs

from chorus_tui.domain.checks import blocking
from chorus_tui.domain.deeds import Deed, Trace
from chorus_tui.domain.document import Document
from chorus_tui.domain.flow import Flow, FlowInvoice
from chorus_tui.domain.flow_states import FlowStage
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.i18n import _
from chorus_tui.operations.checking import all_problems_of, open_intent
from chorus_tui.operations.desk import SLICE, Desk
from chorus_tui.operations.flow_file import why_taken
from chorus_tui.operations.gathering import (
    CHANNEL_OF,
    claim,
    gather,
    invoices_of,
    queued_flow,
    sending,
    take_out,
    unsend,
)
from chorus_tui.operations.recording import state_of
from chorus_tui.operations.withdrawing import STILL_HERE

TABLES = ("flows", "contents")
STEPS = ("pack", "flow number")
"""Verbs that take a flow one step further, and send nothing by themselves."""


def made_flows(desk: Desk, done: Deed) -> frozenset[str]:
    """The flows that a deed queued, withdrew or took further as a whole; others it only touched."""
    found = set[str]()
    for trace in done.traces:
        flow = desk.store.flows.get(trace.key) if trace.table == "flows" else None
        if flow is None:
            continue
        whole = not flow.gathered and (not trace.before or _withdrew(desk, trace))
        if whole or done.verb in STEPS:
            found.add(trace.key)
    return frozenset(found)


def _withdrew(desk: Desk, trace: Trace) -> bool:
    """Whether the deed withdrew this flow, whatever became of it since."""
    before = desk.store.flows.read(trace.before.encode())
    current = desk.store.flows.get(trace.key)
    return before.stage in STILL_HERE and current is not None and current.stage is FlowStage.WITHDRAWN


def holding(desk: Desk, made: Iterable[str]) -> dict[str, str]:
    """Document → the flow that it is in, also where it has left it already."""
    return {i.document_id: flow for flow in made for i in invoices_of(desk, flow) if i.document_id}


def flow_of(desk: Desk, trace: Trace, made: frozenset[str], held: Mapping[str, str]) -> str:
    """The flow with which a document is taken back; empty where it is taken back by itself.

    Args:
        held: what `holding` tells of these flows.
    """
    current = desk.store.documents.get(trace.key)
    if current is not None and current.flow_id in made:
        return current.flow_id
    if trace.key in held:
        return held[trace.key]
    before = desk.store.documents.read(trace.before.encode()).flow_id if trace.before else ""
    return before if before in made else ""


# Flows whose file was made


def why_not_flow(desk: Desk, key: str, traces: Sequence[Trace], verb: str) -> str:
    """Why a flow cannot be taken back, in the operator's language; empty when it can."""
    flow = desk.store.flows.get(key)
    trace = next(trace for trace in traces if trace.table == "flows")
    if flow is None:
        return _("There is no such flow.")
    if verb in STEPS:
        return _why_not_step(desk, flow, traces)
    if not trace.before:
        if flow.stage is FlowStage.QUEUED:
            return ""
        return _("It changed since.") if flow.stage is FlowStage.WITHDRAWN else _("It has left already.")
    for document in _documents(traces):
        if state_of(desk, document.table, document.key) != document.after:
            return _("It changed since.")
    return _why_not_queue(desk, flow, traces)


def _why_not_step(desk: Desk, flow: Flow, traces: Sequence[Trace]) -> str:
    if flow.is_told:
        return _("Chorus Pro has told its state: the number is right.")
    if any(state_of(desk, trace.table, trace.key) != trace.after for trace in traces):
        return _("It changed since.")
    return ""


def _why_not_queue(desk: Desk, flow: Flow, traces: Sequence[Trace]) -> str:
    """A withdrawal taken back sends it, and no path leads around the checks."""
    for invoice in invoices_of(desk, flow.id):
        if not invoice.document_id and (why := why_taken(desk, invoice)):
            return f"{invoice.number}: {why}"
    for trace in _documents(traces):
        before = desk.store.documents.read(trace.before.encode())
        found = blocking(all_problems_of(desk, before, channel=CHANNEL_OF.get(flow.mode)))
        if found:
            return " ".join(problem.text for problem in found)
    return ""


def _documents(traces: Iterable[Trace]) -> list[Trace]:
    return [trace for trace in traces if trace.table == "documents"]


def take_back_flow(desk: Desk, key: str, traces: Sequence[Trace], verb: str) -> None:
    """Withdraw a flow that was queued, or queue one that was withdrawn; its documents follow."""
    if verb in STEPS:
        for step in traces:
            records = getattr(desk.store, step.table)
            records.put(records.read(step.before.encode()))
        return
    flow = desk.store.flows[key]
    trace = next(trace for trace in traces if trace.table == "flows")
    if trace.before:
        _queue_again(desk, desk.store.flows.read(trace.before.encode()))
        return
    unsend(desk, flow, _putting_back(desk, traces))


def _putting_back(desk: Desk, traces: Sequence[Trace]) -> Callable[[Document, FlowInvoice], Document]:
    before = {trace.key: trace.before for trace in _documents(traces) if trace.before}

    def put_back(document: Document, _invoice: FlowInvoice) -> Document:
        body = before.get(document.id)
        found = document if body is None else desk.store.documents.read(body.encode())
        # What an operator stopped must not go by itself a moment later.
        return structs.replace(found, automatic=False)

    return put_back


async def loosen_large(desk: Desk, key: str, traces: Sequence[Trace], verb: str) -> None:
    """Let the documents of a flow that was queued leave it a few at a time, before it is taken back."""
    from chorus_tui.operations.queueing import loosen

    trace = next(trace for trace in traces if trace.table == "flows")
    if len(traces) <= SLICE or verb in STEPS or trace.before or why_not_flow(desk, key, traces, verb):
        return
    await loosen(desk, desk.store.flows[key], _putting_back(desk, traces))


def _queue_again(desk: Desk, flow: Flow) -> None:
    held = desk.now() + timedelta(seconds=desk.settings.hold)
    is_pack = flow.stage is FlowStage.HANDED_OVER or flow.not_before is None
    desk.store.flows.put(structs.replace(flow, not_before=None if is_pack else held))
    for invoice in invoices_of(desk, flow.id):
        document = desk.store.documents.get(invoice.document_id) if invoice.document_id else None
        if document is not None:
            desk.store.documents.put(sending(document, flow))
    claim(desk, flow)


# Documents in flows that are being gathered


def may_leave(desk: Desk, document: Document) -> bool:
    """Whether a document waits in a flow that is being gathered."""
    flow = queued_flow(desk, document)
    return flow is not None and flow.gathered


def has_left(desk: Desk, document: Document) -> bool:
    """Whether a document is on its way in a flow that nobody can stop any more."""
    flow = desk.store.flows.get(document.flow_id) if document.flow_id else None
    if not document.state.is_on_its_way or flow is None or flow.stage is FlowStage.QUEUED:
        return False
    # It may have come back from that flow and be on its way by its form.
    return open_intent(desk, document.id) is None


def leave(desk: Desk, document: Document) -> bool:
    """Take a document out of the flow that is being gathered; whether it was in one."""
    flow = queued_flow(desk, document)
    if flow is None or not flow.gathered:
        return False
    take_out(desk, flow, document.id)
    return True


def joins_again(before: Document) -> bool:
    """Whether the deed took a document out of a flow that was being gathered."""
    return before.state is DocumentState.SUBMITTING and bool(before.flow_id)


def join_again(desk: Desk, document: Document) -> None:
    """Let it go in a flow again, not before it could be stopped once more."""
    gather(desk, document, desk.now() + timedelta(seconds=desk.settings.hold))
