"""Flows known by their invoices alone: those of other tools, and our own whose answer was lost.

No service lists flows (API 8, point 16), but every invoice names the one that it came in.
"""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta

from chorus_tui.chorus.vocabulary import flow_mode_of, flow_type_of, syntax_of
from chorus_tui.domain.flow import Flow, FlowInvoice, FlowMode
from chorus_tui.domain.flow_states import FlowStage
from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.money import to_cents
from chorus_tui.domain.statuses import InvoiceStatus
from chorus_tui.operations.desk import Desk, note
from chorus_tui.operations.flow_given_up import may_have_arrived
from chorus_tui.operations.flow_journal import found, record_of
from chorus_tui.operations.gathering import invoices_of
from chorus_tui.settings.model import PARTNER_CODE

TECHNICAL_PARTNER = "CPP001"
"""Under which deposits through the API and the portal travel (API 5)."""

_NOT_DEPOSITED = (InvoiceStatus.DRAFT, InvoiceStatus.READ_BY_OCR)
_A_DAY = timedelta(days=1)
"""Clocks and time zones differ by less."""


def telling(desk: Desk, invoice_ids: Iterable[str]) -> list[str]:
    """Those of some invoices that name a flow which is not known to be there, one for each such flow."""
    found: dict[str, str] = {}
    for key in invoice_ids:
        invoice = desk.store.invoices.peek(key)
        if invoice is None or not invoice.flow_number or invoice.flow_number in found:
            continue
        known = desk.store.flows.by("number", invoice.flow_number)
        if all(may_have_arrived(desk, flow) for flow in known):
            found[invoice.flow_number] = key
    return list(found.values())


def discover(desk: Desk, invoice_ids: Iterable[str]) -> int:
    """Make flows of what some invoices tell; counts those that are new, or found again.

    An invoice that was in a flow of ours whose answer was lost tells that flow's number.
    """
    told = 0
    with desk.store.transaction():
        lost = _Lost(desk)
        for key in telling(desk, invoice_ids):
            invoice = desk.store.invoices[key]
            ours = lost.of(invoice.flow_number)
            if ours is not None:
                found(desk, ours, invoice.flow_number)
                lost.forget(ours)
            else:
                flow = _of_another(desk, invoice)
                desk.store.flows.put(flow)
                note(desk, "flow discovered", record_of(flow.id), flow.number)
            told += 1
    return told


def number_told(desk: Desk, flow: Flow, candidates: Iterable[Invoice]) -> str:
    """The number that some invoices give a flow; empty where none of them came in it."""
    said = {i.number.strip(): i for i in invoices_of(desk, flow.id)}
    for invoice in candidates:
        own = said.get(invoice.number.strip())
        if own is not None and came_in(flow, own, invoice) and not _is_of_another(desk, flow, invoice):
            return invoice.flow_number
    return ""


def known_number(desk: Desk, flow: Flow) -> str:
    """The same by the invoices that tracking has brought."""
    return number_told(desk, flow, _tracked(desk, flow))


def _tracked(desk: Desk, flow: Flow) -> Iterator[Invoice]:
    for own in invoices_of(desk, flow.id):
        yield from desk.store.invoices.by("number", own.number.strip())


def came_in(flow: Flow, own: FlowInvoice, invoice: Invoice) -> bool:
    """Whether an invoice that Chorus Pro holds is one that left in a flow: same parties, year and amount.

    It was deposited no earlier than the flow left.
    """
    if not invoice.flow_number or invoice.status in _NOT_DEPOSITED:
        return False
    if invoice.number.strip() != own.number.strip() or not _same(own.supplier_siret, invoice.supplier_siret):
        return False
    if not _same(own.recipient_siret, invoice.recipient_siret):
        return False
    if own.issued is not None and invoice.issued is not None and own.issued.year != invoice.issued.year:
        return False
    left_at = flow.attempts[-1].begun_at if flow.attempts else flow.emitted_at
    if invoice.deposited is not None and invoice.deposited < (left_at - _A_DAY).date():
        return False
    amounts = [to_cents(amount) for amount in (invoice.to_pay, invoice.gross) if amount is not None]
    return own.amount is None or not amounts or to_cents(own.amount) in amounts


def _same(one: str, other: str) -> bool:
    return not one or not other or one == other


def _is_of_another(desk: Desk, flow: Flow, invoice: Invoice) -> bool:
    """Whether the invoice came in a flow that was deposited from here under that number."""
    others = desk.store.flows.by("number", invoice.flow_number)
    return any(other.queued_by and other.id != flow.id for other in others)


class _Lost:
    """The flows of ours that may have arrived unheard, by the numbers of their invoices."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._flows: dict[str, list[tuple[Flow, FlowInvoice]]] = {}
        for flow in desk.store.flows.by("stage", FlowStage.UNSURE):
            self._remember(flow)
        for flow in desk.store.flows.by("stage", FlowStage.REFUSED):
            if may_have_arrived(desk, flow):
                self._remember(flow)

    def _remember(self, flow: Flow) -> None:
        for own in invoices_of(self._desk, flow.id):
            self._flows.setdefault(own.number.strip(), []).append((flow, own))

    def of(self, number: str) -> Flow | None:
        """The one that the invoices of a number came in."""
        for invoice in self._desk.store.invoices.by("flow_number", number) if self._flows else ():
            for flow, own in self._flows.get(invoice.number.strip(), ()):
                if came_in(flow, own, invoice):
                    return flow
        return None

    def forget(self, flow: Flow) -> None:
        """It was found."""
        for entries in self._flows.values():
            entries[:] = [entry for entry in entries if entry[0].id != flow.id]


def _of_another(desk: Desk, invoice: Invoice) -> Flow:
    """A flow that another tool deposited, as one of its invoices tells it (S2-013).

    It counts for the supplier: nobody tells whose technical account or connection form it was.
    """
    number = invoice.flow_number
    partner, interface = _parts(number)
    mode = flow_mode_of(invoice.deposit_mode)
    if partner == TECHNICAL_PARTNER:
        partner = ""
    elif partner:
        mode = FlowMode.EDI
    day = invoice.deposited
    return Flow(
        id=hashlib.sha256(f"flow\0{number}".encode(errors="surrogateescape")).hexdigest()[:32],
        mode=mode,
        stage=FlowStage.DEPOSITED,
        issuer_siret=invoice.supplier_siret,
        issuer_name=invoice.supplier_name,
        partner_code=partner,
        number=number,
        interface=interface,
        syntax=syntax_of(interface),
        type=flow_type_of(interface),
        emitted_at=datetime.combine(day, time(), UTC) if day is not None else desk.now(),
    )


def _parts(number: str) -> tuple[str, str]:
    """Partner code and interface, where a number has the shape in which all known ones came (API 5)."""
    partner, digits = number[:6], number[6:10]
    if len(number) != 25 or not PARTNER_CODE.fullmatch(partner) or not number[6:].isdecimal():
        return "", ""
    return partner, f"FSO{digits}A"
