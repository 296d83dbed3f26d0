"""Which line of a flow each invoice is that Chorus Pro has of it."""

from collections.abc import Sequence

from msgspec import Struct, structs

from chorus_tui.domain.flow import Fate, FlowInvoice, FlowReport, RefusedInvoice
from chorus_tui.domain.flow_matching import match, plain_number
from chorus_tui.domain.invoice import Invoice


class Linked(Struct, frozen=True):
    """A flow beside the invoices that it became."""

    invoices: tuple[FlowInvoice, ...]
    is_complete: bool
    """Whether nothing integrated is still to be found."""


def plain_invoices(report: FlowReport) -> tuple[FlowInvoice, ...]:
    """All that is known of a flow that was not sent from here: whom its report refuses."""
    return tuple(_of_refused(one) for one in report.refused)


def _of_refused(refused: RefusedInvoice) -> FlowInvoice:
    return FlowInvoice(
        number=refused.number,
        supplier_siret=refused.supplier_siret,
        recipient_siret=refused.recipient_siret,
        fate=Fate.REFUSED,
        messages=refused.messages,
    )


def linked(
    lines: Sequence[FlowInvoice], invoices: Sequence[Invoice], refused: Sequence[RefusedInvoice]
) -> Linked:
    """The lines of a flow, each with its invoice where there is one.

    Args:
        lines: as the flow remembers them.
        invoices: all that Chorus Pro has under the flow's number.
        refused: what the report says.
    """
    settled = list(lines)
    places = {line.invoice_id: n for n, line in enumerate(lines) if line.invoice_id is not None}
    numbered: dict[str, list[int]] = {}
    for n, line in enumerate(lines):
        numbered.setdefault(plain_number(line.number), []).append(n)
    for invoice in invoices:
        if invoice.id in places:
            continue
        place = _place(settled, numbered.get(plain_number(invoice.number), ()), invoice)
        if place is not None:
            settled[place] = _integrated(settled[place], invoice)
        elif not _sent_here(lines):
            settled.append(_integrated(_of_invoice(invoice), invoice))
    if len(invoices) >= len(settled) - len(refused) and invoices:
        settled = _without_pending(settled, refused)
    open_ = [s for s in settled if s.fate in (Fate.PENDING, Fate.INTEGRATED) and s.invoice_id is None]
    return Linked(tuple(settled), bool(invoices) and not open_)


def _sent_here(lines: Sequence[FlowInvoice]) -> bool:
    return any(line.document_id or line.member for line in lines)


def _place(lines: Sequence[FlowInvoice], namesakes: Sequence[int], invoice: Invoice) -> int | None:
    same = [
        n
        for n in namesakes
        if lines[n].invoice_id is None
        and (not lines[n].supplier_siret or invoice.supplier_siret in ("", lines[n].supplier_siret))
    ]
    # Of two under one number, the one against which nothing is said.
    same.sort(key=lambda n: (lines[n].fate is Fate.REFUSED, lines[n].number != invoice.number, n))
    return same[0] if same else None


def _integrated(line: FlowInvoice, invoice: Invoice) -> FlowInvoice:
    return structs.replace(line, fate=Fate.INTEGRATED, invoice_id=invoice.id, messages=())


def _of_invoice(invoice: Invoice) -> FlowInvoice:
    return FlowInvoice(
        number=invoice.number,
        supplier_siret=invoice.supplier_siret,
        recipient_siret=invoice.recipient_siret,
        recipient_name=invoice.recipient_name,
        issued=invoice.issued,
        amount=invoice.to_pay if invoice.to_pay is not None else invoice.gross,
    )


def _without_pending(lines: list[FlowInvoice], refused: Sequence[RefusedInvoice]) -> list[FlowInvoice]:
    """All integrated ones were found, so what is left was not; what nobody recognised is said of it."""
    left = [n for n, line in enumerate(lines) if line.fate is Fate.PENDING]
    unknown = match(lines, refused).unknown
    if len(left) == 1 and unknown:
        messages = tuple(said for one in unknown for said in one.messages)
        lines[left[0]] = structs.replace(lines[left[0]], fate=Fate.REFUSED, messages=messages)
        return lines
    for n in left:
        lines[n] = structs.replace(lines[n], fate=Fate.NOT_INTEGRATED)
    return lines
