"""Integration reports: taken in, and what follows for each invoice of the flow and for its document.

A report may come several times, by the API and through a gateway, and in any order; taking it in again
changes nothing. What was found integrated never becomes anything else.
"""

import asyncio
from collections.abc import Sequence
from decimal import Decimal

from msgspec import structs

from chorus_tui.chorus.records import FlowDetails
from chorus_tui.domain.document import Document, Failure, Phase
from chorus_tui.domain.flow import Fate, Flow, FlowContents, FlowInvoice, FlowReport, RefusedInvoice
from chorus_tui.domain.flow_matching import match, named_in
from chorus_tui.domain.flow_states import FlowStage, FlowState, Resend
from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.operations import flow_journal
from chorus_tui.operations.checking import open_intent
from chorus_tui.operations.desk import SLICE, Desk, note
from chorus_tui.operations.flow_linking import linked, plain_invoices
from chorus_tui.operations.flow_wrong_number import forget_number, is_anothers, was_typed
from chorus_tui.operations.gathering import invoices_of, returned
from chorus_tui.operations.learning import learn, unlearn
from chorus_tui.operations.report_views import ExplainedError, ReportView, explain_report, six_blocks
from chorus_tui.operations.snoozing import rouse

__all__ = [
    "ExplainedError",
    "ReportView",
    "explain_report",
    "link_invoices",
    "link_invoices_in_slices",
    "report_of",
    "six_blocks",
    "take_report",
    "take_report_in_slices",
]

_MAY_BE_INTEGRATED = (
    DocumentState.SUBMITTING,
    DocumentState.UNSURE,
    DocumentState.TO_SUBMIT,
    DocumentState.SUBMITTED,
)
_NOTHING = Decimal(0)
_ARRIVED = (FlowStage.SENDING, FlowStage.UNSURE, FlowStage.HANDED_OVER, FlowStage.DROPPED)
"""Stages in which a report tells that the flow arrived after all."""


def take_report(desk: Desk, flow_id: str, report: FlowReport) -> Flow:
    """Keep a report, and let its flow, the invoices in it and their documents follow; one transaction.

    Raises:
        KeyError: there is no such flow.
    """
    with desk.store.transaction():
        flow = desk.store.flows[flow_id]
        if flow.stage in _ARRIVED:
            at = report.deposited_at or flow.emitted_at
            flow = flow_journal.deposited(desk, flow, report.number or flow.number, at)
        told = flow_journal.state_told(flow, report)
        kept = _kept(desk.store.reports.get(flow_id), report, told)
        desk.store.reports.put(kept)
        if told.state.resend is not Resend.NOTHING:
            told = structs.replace(told, rejected_for=kept.rejected_for)
        if told.state.is_final:
            settled = _settled(told, kept, invoices_of(desk, flow_id))
            _follow(desk, told, settled)
            told = _counted(told, settled, kept)
        if told != desk.store.flows[flow_id]:
            if told.state_code != flow.state_code:
                note(desk, "flow state", flow_journal.record_of(flow_id), told.state_code)
            desk.store.flows.put(told)
        return told


async def take_report_in_slices(desk: Desk, flow_id: str, report: FlowReport) -> Flow:
    """The same beside a running screen: documents follow a few at a time, then the flow.

    Should the process end in the middle, the flow is as it was, is asked about again, and the rest follows.

    Raises:
        KeyError: there is no such flow.
    """
    told = flow_journal.state_told(desk.store.flows[flow_id], report)
    if told.state.is_final:
        kept = _kept(desk.store.reports.get(flow_id), report, told)
        await _follow_in_slices(desk, told, _settled(told, kept, invoices_of(desk, flow_id)))
    return take_report(desk, flow_id, report)


async def _follow_in_slices(desk: Desk, flow: Flow, settled: Sequence[FlowInvoice]) -> None:
    for start in range(0, len(settled) if len(settled) > SLICE else 0, SLICE):
        with desk.store.transaction():
            for invoice in settled[start : start + SLICE]:
                _lead(desk, flow, invoice)
        await asyncio.sleep(0)


def report_of(desk: Desk, flow: Flow, details: FlowDetails) -> FlowReport:
    """What was told of a flow just now, with the files that were kept of it before."""
    known = desk.store.reports.get(flow.id)
    return FlowReport(
        flow_id=flow.id,
        number=flow.number,
        fetched_at=desk.now(),
        state=details.state,
        state_code=details.state_code,
        state_at=details.state_at,
        deposited_at=details.deposited_at,
        file_name=details.file_name,
        interface=details.interface,
        technical=details.technical,
        refused=details.refused,
        pdf=known.pdf if known is not None and known.state_code == details.state_code else "",
        returned=known.returned if known is not None else (),
    )


def _kept(before: FlowReport | None, report: FlowReport, flow: Flow) -> FlowReport:
    """The report to keep: what an older one has and this one lacks stays."""
    if before is None:
        return report
    late = report.state_code != flow.state_code and before.state_code == flow.state_code
    newer, older = (before, report) if late else (report, before)
    same = newer.state_code == older.state_code
    return structs.replace(
        newer,
        deposited_at=newer.deposited_at or older.deposited_at,
        file_name=newer.file_name or older.file_name,
        interface=newer.interface or older.interface,
        technical=newer.technical or (older.technical if same else ()),
        refused=newer.refused or (older.refused if same else ()),
        pdf=newer.pdf if newer.pdf or not same else older.pdf,
        returned=tuple({(r.name, r.sha256): r for r in (*before.returned, *report.returned)}.values()),
    )


# What becomes of each invoice


def _settled(flow: Flow, report: FlowReport, invoices: Sequence[FlowInvoice]) -> tuple[FlowInvoice, ...]:
    """The invoices of a flow in a final state, each with its fate (S2-042, S2-043, S2-072)."""
    if not invoices:
        return plain_invoices(report)
    said = match(invoices, report.refused)
    messages = dict(said.messages)
    if flow.state.integrates:
        # Whose number nobody recognises is told apart once the integrated ones are found.
        certain = not said.unknown and (bool(said.messages) or flow.state is FlowState.INTEGRATED)
        others = Fate.INTEGRATED if certain else Fate.PENDING
    else:
        others = Fate.NOT_INTEGRATED
        if flow.state.resend is Resend.EVERYTHING:
            messages = _with_technical(messages, report, said.unknown, invoices)
        else:
            messages = {}
    return tuple(_with_fate(one, messages.get(n), others) for n, one in enumerate(invoices))


def _with_fate(invoice: FlowInvoice, messages: tuple[str, ...] | None, otherwise: Fate) -> FlowInvoice:
    found = invoice.invoice_id is not None
    if invoice.fate is Fate.INTEGRATED and (found or messages is None):
        return invoice
    if messages is not None:
        return structs.replace(invoice, fate=Fate.REFUSED, messages=messages)
    if otherwise is Fate.PENDING and invoice.fate in (Fate.REFUSED, Fate.NOT_INTEGRATED):
        return invoice
    return structs.replace(invoice, fate=otherwise, messages=())


def _with_technical(
    messages: dict[int, tuple[str, ...]],
    report: FlowReport,
    unknown: Sequence[RefusedInvoice],
    invoices: Sequence[FlowInvoice],
) -> dict[int, tuple[str, ...]]:
    """What a rejection says of the format, beside those that it names, where it says whose."""
    found = dict(messages)
    for error in report.technical:
        places = [0] if len(invoices) == 1 else named_in(error.message, invoices)
        for n in places:
            found[n] = (*found.get(n, ()), error.message)
    if len(invoices) == 1 and unknown:
        found[0] = (*found.get(0, ()), *(said for one in unknown for said in one.messages))
    return found


# What becomes of their documents


def _follow(desk: Desk, flow: Flow, settled: tuple[FlowInvoice, ...]) -> None:
    """Write fates down, and let documents follow them; belongs in the transaction."""
    if settled == invoices_of(desk, flow.id):
        return
    desk.store.contents.put(FlowContents(flow_id=flow.id, invoices=settled))
    for invoice in settled:
        _lead(desk, flow, invoice)


def _lead(desk: Desk, flow: Flow, invoice: FlowInvoice) -> None:
    """Let the document of one invoice follow its fate."""
    if invoice.fate is Fate.INTEGRATED:
        _integrated(desk, flow, invoice)
    elif invoice.fate is Fate.REFUSED:
        _refused(desk, flow, invoice)
    elif invoice.fate is Fate.NOT_INTEGRATED:
        _not_integrated(desk, flow, invoice)


def _document_in(desk: Desk, flow: Flow, invoice: FlowInvoice) -> Document | None:
    """The document that went in a flow; None where it goes another way since: a later flow, or its form."""
    document = desk.store.documents.get(invoice.document_id) if invoice.document_id else None
    if document is None or document.flow_id != flow.id or open_intent(desk, document.id) is not None:
        return None
    return document


def _integrated(desk: Desk, flow: Flow, invoice: FlowInvoice) -> None:
    document = _document_in(desk, flow, invoice)
    if document is None:
        return
    if document.state not in _MAY_BE_INTEGRATED:
        return
    known = document.invoice_id if invoice.invoice_id is None else invoice.invoice_id
    after = structs.replace(document, state=DocumentState.SUBMITTED, failure=None, invoice_id=known)
    if after == document:
        return
    desk.store.documents.put(after)
    if document.state is DocumentState.SUBMITTED:
        return
    if document.id in desk.store.drafts:
        desk.store.drafts.remove(document.id)
    learn(desk, document, flow.emitted_at)
    note(desk, "integrated", document.id, f"{document.state} → {flow.number}")


def _refused(desk: Desk, flow: Flow, invoice: FlowInvoice) -> None:
    document = _document_in(desk, flow, invoice)
    if document is None:
        return
    # An earlier report may have counted it as integrated without naming it; one that was found stays so.
    unfound = document.state is DocumentState.SUBMITTED and document.invoice_id is None
    if not document.state.is_on_its_way and not unfound:
        return
    message = invoice.said
    unlearn(desk, document, message)
    failure = Failure(phase=Phase.AFTER, message=message, at=desk.now(), fingerprint=invoice.fingerprint)
    desk.store.documents.put(structs.replace(document, state=DocumentState.TO_SUBMIT, failure=failure))
    rouse(desk, f"document:{document.id}", "in error")
    note(desk, "refused", document.id, message)


def _not_integrated(desk: Desk, flow: Flow, invoice: FlowInvoice) -> None:
    document = _document_in(desk, flow, invoice)
    if document is None or not document.state.is_on_its_way:
        return
    desk.store.documents.put(returned(desk, document, flow.id))
    note(desk, "not integrated", document.id, f"{flow.number}: {flow.state_code}")


def _counted(flow: Flow, invoices: Sequence[FlowInvoice], report: FlowReport | None) -> Flow:
    integrated = sum(invoice.fate is Fate.INTEGRATED for invoice in invoices)
    refused = sum(invoice.fate is Fate.REFUSED for invoice in invoices)
    unknown = len(match(invoices, report.refused).unknown) if report is not None and flow.count else 0
    return structs.replace(flow, integrated=integrated, refused=refused + min(unknown, _left(invoices)))


def _left(invoices: Sequence[FlowInvoice]) -> int:
    return sum(invoice.fate is Fate.PENDING for invoice in invoices)


# The invoices that it became


def link_invoices(desk: Desk, flow_id: str, invoices: Sequence[Invoice]) -> Flow:
    """Keep the invoices that Chorus Pro has of a flow; each belongs to a line of it and to a document.

    Args:
        invoices: all pages of the search by the flow's number (API 2.0).

    Raises:
        KeyError: there is no such flow.
    """
    with desk.store.transaction():
        flow = desk.store.flows[flow_id]
        report = desk.store.reports.get(flow_id)
        result = linked(invoices_of(desk, flow_id), invoices, report.refused if report is not None else ())
        if was_typed(flow) and is_anothers(result.invoices, invoices):
            return forget_number(desk, flow)
        _follow(desk, flow, result.invoices)
        documents = {i.invoice_id: i.document_id for i in result.invoices if i.invoice_id is not None}
        for invoice in invoices:
            _keep(desk, flow, invoice, documents.get(invoice.id, ""))
        after = structs.replace(_counted(flow, result.invoices, report), linked=result.is_complete)
        if not flow.count:
            known = [i.to_pay if i.to_pay is not None else i.gross for i in invoices]
            amount = sum((a for a in known if a is not None), start=_NOTHING) if any(known) else None
            after = structs.replace(after, count=len(result.invoices), amount=amount)
        if after.linked and not flow.linked:
            note(desk, "flow linked", flow_journal.record_of(flow_id), f"{after.integrated}")
        desk.store.flows.put(after)
        return after


async def link_invoices_in_slices(desk: Desk, flow_id: str, invoices: Sequence[Invoice]) -> Flow:
    """The same beside a running screen, a few at a time; what was begun is begun again.

    Raises:
        KeyError: there is no such flow.
    """
    flow = desk.store.flows[flow_id]
    report = desk.store.reports.get(flow_id)
    result = linked(invoices_of(desk, flow_id), invoices, report.refused if report is not None else ())
    if is_anothers(result.invoices, invoices):
        return link_invoices(desk, flow_id, invoices)
    await _follow_in_slices(desk, flow, result.invoices)
    documents = {i.invoice_id: i.document_id for i in result.invoices if i.invoice_id is not None}
    for start in range(0, len(invoices) if len(invoices) > SLICE else 0, SLICE):
        with desk.store.transaction():
            for invoice in invoices[start : start + SLICE]:
                _keep(desk, flow, invoice, documents.get(invoice.id, ""))
        await asyncio.sleep(0)
    return link_invoices(desk, flow_id, invoices)


def _keep(desk: Desk, flow: Flow, invoice: Invoice, document_id: str) -> None:
    stored = desk.store.invoices.get(str(invoice.id))
    # What tracking brought already is newer than the search of a flow.
    base = invoice if stored is None else stored
    document = desk.store.documents.get(document_id) if document_id else None
    kept = structs.replace(
        base,
        flow_number=flow.number or base.flow_number,
        document_id=document.id if document is not None else base.document_id,
        document_name=document.name if document is not None else base.document_name,
    )
    if kept != stored:
        desk.store.invoices.put(kept)
