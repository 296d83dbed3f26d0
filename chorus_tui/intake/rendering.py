"""An invoice in XML as a page to read: parties, references, lines, totals, in the operator's language."""

from collections.abc import Iterator
from typing import NamedTuple

from chorus_tui.domain.fields import InvoiceFields
from chorus_tui.domain.money import format_amount
from chorus_tui.domain.statuses import InvoiceKind
from chorus_tui.i18n import _, labelled, language
from chorus_tui.intake import ubl
from chorus_tui.intake.kinds import fields_of, is_cii
from chorus_tui.intake.tree import Element, amount, find, first, text_of
from chorus_tui.text import clean

WIDTH = 76
"""Columns; the pane beside a form shows some sixty, and cuts or moves to the right."""
MOST_LINES = 2000
"""Of an invoice with more, the first ones show."""
_AMOUNTS = 14


class _Places(NamedTuple):
    """Where a syntax has what is shown."""

    seller: str
    buyer: str
    address: str
    notes: str
    lines: str
    label: str
    quantity: str
    price: str
    total: str


_CII = _Places(
    seller="SupplyChainTradeTransaction/ApplicableHeaderTradeAgreement/SellerTradeParty",
    buyer="SupplyChainTradeTransaction/ApplicableHeaderTradeAgreement/BuyerTradeParty",
    address="PostalTradeAddress",
    notes="ExchangedDocument/IncludedNote/Content",
    lines="SupplyChainTradeTransaction/IncludedSupplyChainTradeLineItem",
    label="SpecifiedTradeProduct/Name",
    quantity="SpecifiedLineTradeDelivery/BilledQuantity",
    price="SpecifiedLineTradeAgreement/NetPriceProductTradePrice/ChargeAmount",
    total="SpecifiedLineTradeSettlement/SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount",
)
_UBL = _Places(
    seller=ubl.SUPPLIER,
    buyer=ubl.CUSTOMER,
    address="PostalAddress",
    notes="Note",
    lines="InvoiceLine|CreditNoteLine",
    label="Item/Name",
    quantity="InvoicedQuantity|CreditedQuantity",
    price="Price/PriceAmount",
    total="LineExtensionAmount",
)
_ADDRESS = (
    "LineOne|StreetName",
    "LineTwo|AdditionalStreetName",
    "PostcodeCode|PostalZone",
    "CityName",
)


def render(root: Element) -> str:
    """The page of an invoice in CII or UBL."""
    places = _CII if is_cii(root) else _UBL
    fields = fields_of(root)
    seller, buyer = first(root, places.seller), first(root, places.buyer)
    blocks = (
        _head(fields),
        _party(_("Supplier"), seller, places, fields.supplier_name, fields.supplier_siret),
        _party(_("Recipient"), buyer, places, fields.recipient_name, fields.recipient_siret),
        _references(fields),
        _lines(root, places),
        _totals(fields),
        _notes(root, places),
    )
    return "\n\n".join("\n".join(lines) for block in blocks if (lines := list(block)))


def words_of(root: Element) -> str:
    """Every text that an invoice in XML holds, a line each: what filing rules are searched in."""
    return "\n".join(clean(" ".join(text.split())) for text in root.itertext() if text.strip())


def _head(fields: InvoiceFields) -> Iterator[str]:
    kind = fields.kind or InvoiceKind.INVOICE
    yield f"{_(kind.label)} {fields.number or ''}".strip()
    if fields.issued:
        yield labelled(_("Date"), f"{fields.issued:%d/%m/%Y}")
    if fields.due:
        yield labelled(_("Due"), f"{fields.due:%d/%m/%Y}")
    if fields.original_number:
        yield labelled(_("Original invoice"), fields.original_number)


def _party(
    title: str, party: Element | None, places: _Places, name: str | None, siret: str | None
) -> Iterator[str]:
    yield title
    yield f"  {name or ''}".rstrip()
    address = first(party, places.address)
    street = [text for path in _ADDRESS[:2] if (text := text_of(address, path))]
    town = " ".join(text for path in _ADDRESS[2:] if (text := text_of(address, path)))
    for line in (*street, town):
        if line:
            yield f"  {line}"
    if siret:
        yield f"  SIRET {siret}"


def _references(fields: InvoiceFields) -> Iterator[str]:
    for label, value in (
        (_("Performing service"), fields.service_code or fields.service_label),
        (_("Commitment number"), fields.commitment_number),
        (_("Contract"), fields.contract_number),
        (_("Billing frame"), fields.billing_frame and _(fields.billing_frame.label)),
        (_("Payment"), fields.payment_means and _(fields.payment_means.label)),
    ):
        if value:
            yield labelled(label, value)


def _lines(root: Element, places: _Places) -> Iterator[str]:
    found = find(root, places.lines)
    if not found:
        return
    left = WIDTH - 2 * _AMOUNTS - 10
    yield _row(_("Line"), _("Quantity"), _("Price"), _("Net"), left)
    for line in found[:MOST_LINES]:
        label = text_of(line, places.label) or ""
        quantity = text_of(line, places.quantity) or ""
        yield _row(label, quantity, _money(line, places.price), _money(line, places.total), left)


def _row(label: str, quantity: str, price: str, net: str, width: int) -> str:
    shown = label if len(label) <= width else label[: width - 1] + "…"
    return f"{shown:<{width}}{quantity[:9]:>10}{price:>{_AMOUNTS}}{net:>{_AMOUNTS}}"


def _money(node: Element, path: str) -> str:
    return format_amount(amount(text_of(node, path)), language() == "fr")


def _totals(fields: InvoiceFields) -> Iterator[str]:
    french = language() == "fr"
    for line in fields.vat_lines or ():
        rate = f"{line.rate.normalize():f}"
        label = _("VAT {rate} % of {base}").format(rate=rate, base=format_amount(line.base, french))
        yield _total(label, format_amount(line.vat, french))
    currency = fields.currency or ""
    for label, value in (
        (_("Net"), fields.net),
        (_("VAT"), fields.vat),
        (_("Gross"), fields.gross),
        (_("To pay"), fields.to_pay),
    ):
        if value is not None:
            yield _total(label, f"{format_amount(value, french)} {currency}")


def _total(label: str, value: str) -> str:
    return f"{label:<{WIDTH - 24}}{value:>24}".rstrip()


def _notes(root: Element, places: _Places) -> Iterator[str]:
    for note in find(root, places.notes):
        for line in (note.text or "").strip().splitlines():
            if text := clean(" ".join(line.split())):
                yield text[:500]
