"""What put a rejected invoice right: the chain that is seen from each of its invoices (S1-052)."""

from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter

from msgspec import Struct, structs

from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.replies import Correction, PayingOut, Settlement
from chorus_tui.domain.statuses import InvoiceKind, InvoiceStatus
from chorus_tui.operations.desk import Desk

NOT_SUBMITTED = (
    InvoiceStatus.DRAFT,
    InvoiceStatus.READ_BY_OCR,
    InvoiceStatus.ABANDONED,
    InvoiceStatus.DELETED,
)
"""What replaces nothing: it was never sent, or was taken back."""


class Chain(Struct, frozen=True, kw_only=True):
    """A rejected invoice, its credit notes and its replacements.

    A number that was typed names its invoice once Chorus Pro reported one.
    """

    rejected: Correction | None = None
    """None: the invoice that was asked about belongs to no chain."""
    credit_notes: tuple[Correction, ...] = ()
    replacements: tuple[Correction, ...] = ()
    remark: str = ""
    settlement: Settlement | None = None
    """Who decided it, and when."""

    def __bool__(self) -> bool:
        return self.rejected is not None

    @property
    def all(self) -> tuple[Correction, ...]:
        """Every link, the rejected invoice first."""
        first = () if self.rejected is None else (self.rejected,)
        return (*first, *self.credit_notes, *self.replacements)


def chain_of(desk: Desk, invoice: Invoice) -> Chain:
    """The chain that an invoice belongs to; an empty one where it belongs to none.

    A replacement that was rejected in its turn belongs to two: the one that it begins counts. `chains_of`
    tells both.
    """
    own = desk.store.settlements.get(str(invoice.id))
    if own is not None:
        return _chain(desk, own)
    named = next((s for s in desk.store.settlements.all() if _names(desk, s, invoice)), None)
    return Chain() if named is None else _chain(desk, named)


def chains_of(desk: Desk, invoice: Invoice) -> tuple[Chain, ...]:
    """Every chain that an invoice hangs in, however far: what replaced it may have been rejected, too.

    In the order in which they were decided.
    """
    all_chains = [_chain(desk, settlement) for settlement in desk.store.settlements.all()]
    reached = {invoice.id}
    found: list[Chain] = []
    while more := [c for c in all_chains if c not in found and reached & set(_ids(c))]:
        found += more
        reached.update(key for chain in more for key in _ids(chain))
    return tuple(chain for chain in all_chains if chain in found)


def _ids(chain: Chain) -> Iterator[int]:
    return (link.invoice_id for link in chain.all if link.invoice_id is not None)


def _chain(desk: Desk, settlement: Settlement) -> Chain:
    of = settlement.supplier_siret
    return Chain(
        rejected=Correction(number=settlement.number, invoice_id=settlement.invoice_id),
        credit_notes=tuple(
            _resolved(desk, of, InvoiceKind.CREDIT_NOTE, link) for link in settlement.credit_notes
        ),
        replacements=tuple(
            _resolved(desk, of, InvoiceKind.INVOICE, link) for link in settlement.replacements
        ),
        remark=settlement.remark,
        settlement=settlement,
    )


def _names(desk: Desk, settlement: Settlement, invoice: Invoice) -> bool:
    links = (*settlement.credit_notes, *settlement.replacements)
    if any(link.invoice_id == invoice.id for link in links):
        return True
    if all(link.number != invoice.number for link in links):
        return False
    return invoice.id in _ids(_chain(desk, settlement))


def _resolved(desk: Desk, supplier: str, kind: InvoiceKind, link: Correction) -> Correction:
    if link.invoice_id is not None:
        return link
    found = _numbered(desk, supplier, kind, link.number)
    return link if found is None else structs.replace(link, invoice_id=found.id)


def _numbered(desk: Desk, supplier: str, kind: InvoiceKind | None, number: str) -> Invoice | None:
    """The newest invoice of a supplier with a number: numbers are free again each year."""
    found = [
        invoice
        for invoice in desk.store.invoices.by("number", number)
        if invoice.supplier_siret in ("", supplier)
        and kind in (None, invoice.kind)
        and invoice.status not in NOT_SUBMITTED
    ]
    return max(found, key=attrgetter("id"), default=None)


def known_correction(
    desk: Desk, rejected: Invoice, kind: InvoiceKind, correction: Correction
) -> Invoice | None:
    """The invoice that a correction means, as Chorus Pro reported it: by its id, else by its number.

    Where no invoice of the kind has the number, another one's that has it.
    """
    supplier = rejected.supplier_siret
    if correction.invoice_id is not None:
        known = desk.store.invoices.get(str(correction.invoice_id))
        same = known is not None and known.supplier_siret == supplier and known.number == correction.number
        return known if same else None
    return _numbered(desk, supplier, kind, correction.number) or _numbered(
        desk, supplier, None, correction.number
    )


def resolved(desk: Desk, rejected: Invoice, content: PayingOut) -> PayingOut:
    """With the ids of the invoices that its typed numbers mean, as far as Chorus Pro reported them."""
    of = rejected.supplier_siret
    return structs.replace(
        content,
        credit_notes=tuple(
            _resolved(desk, of, InvoiceKind.CREDIT_NOTE, link) for link in content.credit_notes
        ),
        replacements=tuple(_resolved(desk, of, InvoiceKind.INVOICE, link) for link in content.replacements),
    )


def candidates(
    desk: Desk, invoice: Invoice, kind: InvoiceKind, among: Iterable[Invoice] | None = None
) -> list[Invoice]:
    """What may have put a rejected invoice right: same supplier; same recipient first, newest first.

    Args:
        among: so many are looked at, where a screen does it slice by slice; None: all.
    """
    found = [
        other
        for other in (desk.store.invoices.all() if among is None else among)
        if other.kind is kind
        and other.id != invoice.id
        and other.number != invoice.number
        and other.supplier_siret == invoice.supplier_siret
        and other.status not in NOT_SUBMITTED
    ]
    found.sort(key=likeliest(invoice), reverse=True)
    return found


def likeliest(invoice: Invoice) -> Callable[[Invoice], tuple[bool, int]]:
    """How likely another invoice put a rejected one right."""
    return lambda other: (other.recipient_siret == invoice.recipient_siret, other.id)
