"""Corrections are written into a Cross Industry Invoice; what they do not touch stays as it is.

Chorus Pro reads the performing service from the buyer reference, the commitment number from the buyer's
order, the billing frame from the business process (API 3.3, 4).
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from chorus_tui.composing import cii_names as names
from chorus_tui.composing.cii_names import EDITOR
from chorus_tui.composing.codes import (
    CODE_OF_KIND,
    CODE_OF_MEANS,
    category_of,
    changed,
    discount_words,
    told_otherwise,
)
from chorus_tui.composing.editing import drop, money, percent
from chorus_tui.composing.protocol import Flaw
from chorus_tui.composing.verdicts import Flawed
from chorus_tui.domain.fields import InvoiceFields, VatLine
from chorus_tui.domain.identifiers import compact_siret
from chorus_tui.domain.statuses import PaymentMeans, VatRegime
from chorus_tui.i18n import N_
from chorus_tui.intake import cii, schemas
from chorus_tui.intake.codes import (
    EXEMPT_CATEGORIES,
    REGIME_OF_TAX_POINT,
    SERVICE_SCHEME,
    SIREN_SCHEME,
    SIRET_SCHEME,
)
from chorus_tui.intake.tree import Element, amount, find, first, name_of, text_of

BASIC_WL = "urn:factur-x.eu:1p0:basicwl"

_BEYOND_MINIMUM = {
    "original_number",
    "contract_number",
    "vat_regime",
    "exemption_reason",
    "payment_means",
    "due",
    "vat_lines",
    "discount",
    "comment",
}
"""What the level MINIMUM has no place for."""

NO_VAT_LINES = N_("The VAT of each rate is not known: complete the form.")

_POINT_OF_REGIME = {VatRegime.ON_DEBITS: "5", VatRegime.ON_RECEIPTS: "72"}
_TOTALS = {
    "net": "TaxBasisTotalAmount",
    "vat": "TaxTotalAmount",
    "gross": "GrandTotalAmount",
    "to_pay": "DuePayableAmount",
}


def write(root: Element, fields: InvoiceFields) -> bool:
    """Make an invoice say `fields`; whether anything had to be changed."""
    before = cii.fields_of(root)
    changes = changed(before, fields)
    return _Writing(root, fields, before).write(changes)


class _Writing:
    """The writing of one invoice."""

    def __init__(self, root: Element, fields: InvoiceFields, before: InvoiceFields) -> None:
        self._root = root
        self._fields = fields
        self._before = before
        self._context = EDITOR.path(root, names.CONTEXT)
        self._document = EDITOR.path(root, names.DOCUMENT)
        transaction = EDITOR.path(root, names.TRANSACTION)
        self._agreement = EDITOR.path(transaction, names.AGREEMENT)
        EDITOR.path(transaction, names.DELIVERY)
        self._settlement = EDITOR.path(transaction, names.SETTLEMENT)
        self._writers: dict[str, Callable[[Any], None]] = {
            "number": lambda number: self._text(self._document, "ID", number),
            "issued": self._issued,
            "kind": lambda kind: self._text(self._document, "TypeCode", kind and CODE_OF_KIND[kind]),
            "original_number": self._original,
            "supplier_siret": lambda siret: self._siret("SellerTradeParty", siret),
            "supplier_name": lambda name: self._party_name("SellerTradeParty", name),
            "recipient_siret": lambda siret: self._siret("BuyerTradeParty", siret),
            "recipient_name": lambda name: self._party_name("BuyerTradeParty", name),
            "service_code": self._service,
            "commitment_number": lambda number: self._text(
                self._agreement, "BuyerOrderReferencedDocument/IssuerAssignedID", number
            ),
            "contract_number": lambda number: self._text(
                self._agreement, "ContractReferencedDocument/IssuerAssignedID", number
            ),
            "billing_frame": lambda frame: self._text(self._context, f"{names.PROCESS}/ID", frame),
            "currency": self._currency,
            "payment_means": self._means,
            "due": self._due,
            "vat_lines": self._vat_lines,
            "vat_regime": self._regime,
            "exemption_reason": self._exemption,
            **dict.fromkeys(_TOTALS, self._totals),
            "discount": self._discount,
            "comment": self._comment,
        }

    def write(self, changes: dict[str, Any]) -> bool:
        """Write what changed; whether that was anything an invoice has a place for."""
        written = [name for name in self._writers if name in changes]
        if schemas.level_of(self._root) == "minimum" and _BEYOND_MINIMUM & set(written):
            self._raise_level()
        for name in written:
            self._writers[name](changes[name])
        if written and schemas.level_of(self._root) != "minimum" and not self._taxes():
            self._untaxed()
        return bool(written)

    def _text(self, parent: Element, path: str, text: str | None) -> None:
        if text:
            EDITOR.put(parent, path, str(text))
        else:
            drop(parent, path)

    def _issued(self, day: date | None) -> None:
        path = "IssueDateTime/DateTimeString"
        if day is None:
            drop(self._document, path)
        else:
            EDITOR.put(self._document, path, f"{day:%Y%m%d}", format="102").set("format", "102")

    def _due(self, day: date | None) -> None:
        path = f"{names.TERMS}/DueDateDateTime/DateTimeString"
        if day is None:
            drop(self._settlement, path)
        else:
            EDITOR.put(self._settlement, path, f"{day:%Y%m%d}", format="102").set("format", "102")

    def _original(self, number: str | None) -> None:
        """The operator named the one that it corrects: no other stays beside it."""
        known = find(self._settlement, "InvoiceReferencedDocument")
        for reference in known:
            if number is None or reference is not known[0]:
                self._settlement.remove(reference)
        if number:
            EDITOR.put(self._settlement, "InvoiceReferencedDocument/IssuerAssignedID", number)

    def _siret(self, name: str, siret: str | None) -> None:
        """Where the original has it, and else where Chorus Pro looks for it."""
        party = EDITOR.path(self._agreement, name)
        old = cii.siret_of(party)
        holders = [e for e in cii.identifiers(party) if old and compact_siret(e.text or "") == old]
        if siret is None:
            for holder in holders:
                drop(holder.getparent(), name_of(holder))
            return
        for holder in holders:
            holder.text = siret
        if holders:
            return
        legal = first(party, "SpecifiedLegalOrganization/ID")
        if legal is not None and schemas.level_of(self._root) != "minimum":
            # A company number stands there already; the establishment's goes beside it.
            EDITOR.add(party, "GlobalID", siret, schemeID=SIRET_SCHEME)
        else:
            holder = EDITOR.put(party, "SpecifiedLegalOrganization/ID", siret)
            holder.set("schemeID", SIREN_SCHEME)

    def _party_name(self, party: str, name: str | None) -> None:
        if name:
            EDITOR.put(EDITOR.path(self._agreement, party), "Name", name)

    def _service(self, code: str | None) -> None:
        """Where the original has it: by its own scheme (0224), else as buyer reference (BT-10)."""
        buyer = EDITOR.path(self._agreement, "BuyerTradeParty")
        own = [e for e in find(buyer, "GlobalID") if e.get("schemeID") == SERVICE_SCHEME]
        for element in own:
            if code:
                element.text = code
            else:
                buyer.remove(element)
        if not own or not code:
            self._text(self._agreement, "BuyerReference", code)

    def _currency(self, currency: str | None) -> None:
        self._text(self._settlement, "InvoiceCurrencyCode", currency)
        for total in find(self._settlement, f"{names.SUMMATION}/TaxTotalAmount"):
            if currency and total.get("currencyID") == self._before.currency:
                total.set("currencyID", currency)

    def _means(self, means: PaymentMeans | None) -> None:
        self._text(self._settlement, f"{names.MEANS}/TypeCode", means and CODE_OF_MEANS[means])

    def _taxes(self) -> list[Element]:
        taxes = find(self._settlement, names.TAX)
        return [tax for tax in taxes if text_of(tax, "TypeCode") in ("VAT", None)]

    def _vat_lines(self, lines: tuple[VatLine, ...] | None) -> None:
        """Each rate's figures; what else the original says of a rate (category, reason, due date) stays."""
        left = self._taxes()
        for line in lines or ():
            tax = next((tax for tax in left if _rate(tax) == line.rate), None)
            if tax is None:
                tax = self._new_tax(line)
            else:
                left.remove(tax)
            EDITOR.put(tax, "CalculatedAmount", money(line.vat))
            EDITOR.put(tax, "BasisAmount", money(line.base))
        for tax in left:
            self._settlement.remove(tax)

    def _new_tax(self, line: VatLine) -> Element:
        tax = EDITOR.add(self._settlement, names.TAX)
        EDITOR.put(tax, "TypeCode", "VAT")
        category = category_of(line.rate, self._fields)
        EDITOR.put(tax, "CategoryCode", category)
        if self._fields.vat_regime in _POINT_OF_REGIME and line.rate:
            EDITOR.put(tax, "DueDateTypeCode", _POINT_OF_REGIME[self._fields.vat_regime])
        if category != "O":
            EDITOR.put(tax, "RateApplicablePercent", percent(line.rate))
        if category == "E" and self._fields.exemption_reason:
            EDITOR.put(tax, "ExemptionReason", self._fields.exemption_reason)
        return tax

    def _untaxed(self) -> None:
        """A breakdown is mandatory, also where there is no VAT (BR-CO-18).

        Raises:
            Flawed: VAT is charged, and nobody said at which rates.
        """
        if self._fields.vat:
            raise Flawed(Flaw(NO_VAT_LINES))
        self._vat_lines((VatLine(Decimal(0), self._fields.net or Decimal(0), Decimal(0)),))

    def _regime(self, regime: VatRegime | None) -> None:
        for tax in self._taxes():
            charged = _rate(tax) or amount(text_of(tax, "CalculatedAmount"))
            point = _POINT_OF_REGIME.get(regime) if regime is not None else None
            if charged and point:
                if not told_otherwise(text_of(tax, "DueDateTypeCode"), REGIME_OF_TAX_POINT, regime):
                    EDITOR.put(tax, "DueDateTypeCode", point)
            elif regime in (VatRegime.EXEMPT, VatRegime.NONE) and not charged:
                self._exempt(tax, regime)

    def _exempt(self, tax: Element, regime: VatRegime) -> None:
        category = text_of(tax, "CategoryCode")
        if regime is VatRegime.EXEMPT and category not in EXEMPT_CATEGORIES:
            EDITOR.put(tax, "CategoryCode", "E")
            EDITOR.put(tax, "RateApplicablePercent", percent(Decimal(0)))
            drop(tax, "DueDateTypeCode")
        elif regime is VatRegime.NONE and category in EXEMPT_CATEGORIES:
            EDITOR.put(tax, "CategoryCode", "O")
            drop(tax, "RateApplicablePercent")
            drop(tax, "ExemptionReason")
            drop(tax, "DueDateTypeCode")

    def _exemption(self, reason: str | None) -> None:
        for tax in self._taxes():
            if text_of(tax, "CategoryCode") in EXEMPT_CATEGORIES:
                self._text(tax, "ExemptionReason", reason)

    def _totals(self, _value: Decimal | None) -> None:
        """All totals, because one follows from the others: what was paid already is the difference."""
        totals = EDITOR.path(self._settlement, names.SUMMATION)
        for name, element in _TOTALS.items():
            total = getattr(self._fields, name)
            if total == getattr(self._before, name):
                continue
            if total is None:
                drop(totals, element)
            elif name == "vat":
                self._vat_total(totals, total)
            else:
                EDITOR.put(totals, element, money(total))
        self._line_total(totals)
        self._prepaid(totals)

    def _vat_total(self, totals: Element, total: Decimal) -> None:
        currency = self._fields.currency or "EUR"
        for element in find(totals, "TaxTotalAmount"):
            if element.get("currencyID") in (None, currency):
                element.text = money(total)
                return
        EDITOR.add(totals, "TaxTotalAmount", money(total), currencyID=currency)

    def _line_total(self, totals: Element) -> None:
        """Without lines to add up, their total is what makes the net total (BR-CO-13)."""
        has_lines = find(self._root, f"{names.TRANSACTION}/IncludedSupplyChainTradeLineItem")
        if has_lines or self._fields.net is None or schemas.level_of(self._root) == "minimum":
            return
        allowances = amount(text_of(totals, "AllowanceTotalAmount")) or Decimal(0)
        charges = amount(text_of(totals, "ChargeTotalAmount")) or Decimal(0)
        EDITOR.put(totals, "LineTotalAmount", money(self._fields.net + allowances - charges))

    def _prepaid(self, totals: Element) -> None:
        gross, to_pay = self._fields.gross, self._fields.to_pay
        if gross is None or to_pay is None or schemas.level_of(self._root) == "minimum":
            return
        rounding = amount(text_of(totals, "RoundingAmount")) or Decimal(0)
        prepaid = gross + rounding - to_pay
        if prepaid:
            EDITOR.put(totals, "TotalPrepaidAmount", money(prepaid))
        else:
            drop(totals, "TotalPrepaidAmount")

    def _discount(self, _value: Decimal | None) -> None:
        """A discount on the total has no place of its own: its amount and reason are told in a note."""
        if self._fields.discount:
            self._comment(discount_words(self._fields))

    def _comment(self, text: str | None) -> None:
        if text:
            note = EDITOR.add(self._document, "IncludedNote")
            EDITOR.put(note, "Content", text)

    def _raise_level(self) -> None:
        """From MINIMUM to BASIC WL, which has a place for VAT, payment and what else was corrected."""
        EDITOR.put(self._context, f"{names.GUIDELINE}/ID", BASIC_WL)
        for party in ("SellerTradeParty", "BuyerTradeParty"):
            found = EDITOR.path(self._agreement, party)
            if first(found, "PostalTradeAddress") is None and cii.siret_of(found):
                EDITOR.put(found, "PostalTradeAddress/CountryID", "FR")
        totals = EDITOR.path(self._settlement, names.SUMMATION)
        self._line_total(totals)
        self._prepaid(totals)
        if not self._taxes():
            self._vat_lines(self._fields.vat_lines)


def _rate(tax: Element) -> Decimal:
    return amount(text_of(tax, "RateApplicablePercent")) or Decimal(0)
