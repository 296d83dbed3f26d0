"""Corrections are written into a UBL 2.1 invoice or credit note; what they do not touch stays as it is."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

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
from chorus_tui.composing.ubl_names import EDITOR
from chorus_tui.composing.verdicts import Flawed
from chorus_tui.domain.fields import InvoiceFields, VatLine
from chorus_tui.domain.identifiers import compact_siret
from chorus_tui.domain.statuses import InvoiceKind, PaymentMeans, VatRegime
from chorus_tui.i18n import N_
from chorus_tui.intake import ubl
from chorus_tui.intake.codes import EXEMPT_CATEGORIES, REGIME_OF_PERIOD, SERVICE_SCHEME, SIRET_SCHEME
from chorus_tui.intake.tree import Element, amount, find, first, name_of, text_of

WRONG_KIND = N_("The XML is a credit note in UBL: it cannot become an invoice. Make the file again.")

_PERIOD_OF_REGIME = {VatRegime.ON_DEBITS: "3", VatRegime.ON_RECEIPTS: "432"}
_TOTALS = {
    "net": "LegalMonetaryTotal/TaxExclusiveAmount",
    "vat": "TaxTotal/TaxAmount",
    "gross": "LegalMonetaryTotal/TaxInclusiveAmount",
    "to_pay": "LegalMonetaryTotal/PayableAmount",
}


def write(root: Element, fields: InvoiceFields) -> bool:
    """Make an invoice say `fields`; whether anything had to be changed.

    Raises:
        Flawed: UBL has no place for what changed.
    """
    before = ubl.fields_of(root)
    changes = changed(before, fields)
    return _Writing(root, fields, before).write(changes)


class _Writing:
    """The writing of one invoice."""

    def __init__(self, root: Element, fields: InvoiceFields, before: InvoiceFields) -> None:
        self._root = root
        self._fields = fields
        self._before = before
        self._is_note = name_of(root) == "CreditNote"
        self._writers: dict[str, Callable[[Any], None]] = {
            "number": lambda number: self._text("ID", number),
            "issued": lambda day: self._text("IssueDate", day and f"{day:%Y-%m-%d}"),
            "kind": self._kind,
            "original_number": self._original,
            "supplier_siret": lambda siret: self._siret(ubl.SUPPLIER, siret),
            "supplier_name": lambda name: self._name(ubl.SUPPLIER, name),
            "recipient_siret": lambda siret: self._siret(ubl.CUSTOMER, siret),
            "recipient_name": lambda name: self._name(ubl.CUSTOMER, name),
            "service_code": self._service,
            "commitment_number": lambda number: self._text("OrderReference/ID", number),
            "contract_number": lambda number: self._text("ContractDocumentReference/ID", number),
            "billing_frame": lambda frame: self._text("ProfileID", frame),
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
        for name in written:
            self._writers[name](changes[name])
        return bool(written)

    @property
    def _currency_id(self) -> str:
        return self._fields.currency or "EUR"

    def _text(self, path: str, text: str | None, parent: Element | None = None) -> None:
        around = self._root if parent is None else parent
        if text:
            EDITOR.put(around, path, str(text))
        else:
            drop(around, path)

    def _money(self, parent: Element, path: str, value: Decimal) -> None:
        EDITOR.put(parent, path, money(value), currencyID=self._currency_id)

    def _kind(self, kind: InvoiceKind | None) -> None:
        if self._is_note:
            raise Flawed(Flaw(WRONG_KIND))
        self._text("InvoiceTypeCode", kind and CODE_OF_KIND[kind])

    def _original(self, number: str | None) -> None:
        """The operator named the one that it corrects: no other stays beside it."""
        known = find(self._root, "BillingReference")
        for reference in known:
            if number is None or reference is not known[0]:
                self._root.remove(reference)
        if number:
            EDITOR.put(self._root, ubl.ORIGINAL, number)

    def _siret(self, path: str, siret: str | None) -> None:
        """Where the original has it, and else where Chorus Pro looks for it."""
        party = EDITOR.path(self._root, path)
        old = ubl.siret_of(party)
        holders = [e for e in ubl.identifiers(party) if old and compact_siret(e.text or "") == old]
        for holder in holders:
            if siret is None:
                drop(party, "/".join(_path_to(holder, party)))
            else:
                holder.text = siret
        if siret and not holders:
            identification = EDITOR.add(party, "PartyIdentification")
            EDITOR.add(identification, "ID", siret, schemeID=SIRET_SCHEME)

    def _name(self, path: str, name: str | None) -> None:
        if not name:
            return
        party = EDITOR.path(self._root, path)
        known = ubl.name_element(party)
        if known is None:
            EDITOR.put(party, "PartyLegalEntity/RegistrationName", name)
        else:
            known.text = name

    def _service(self, code: str | None) -> None:
        """Where the original has it: by its own scheme (0224), else as buyer reference (BT-10)."""
        buyer = EDITOR.path(self._root, ubl.CUSTOMER)
        own = [e for e in find(buyer, "PartyIdentification/ID") if e.get("schemeID") == SERVICE_SCHEME]
        for element in own:
            if code:
                element.text = code
            else:
                buyer.remove(element.getparent())
        if not own or not code:
            self._text("BuyerReference", code)

    def _currency(self, currency: str | None) -> None:
        self._text("DocumentCurrencyCode", currency)
        for element in self._root.iter("{*}*"):
            if currency and element.get("currencyID") == self._before.currency:
                element.set("currencyID", currency)

    def _means(self, means: PaymentMeans | None) -> None:
        if means:
            EDITOR.put(self._root, "PaymentMeans/PaymentMeansCode", CODE_OF_MEANS[means])
        else:
            for element in find(self._root, "PaymentMeans"):
                self._root.remove(element)

    def _due(self, day: date | None) -> None:
        """A credit note has its due date beside its payment means."""
        text = day and f"{day:%Y-%m-%d}"
        in_means = first(self._root, "PaymentMeans/PaymentDueDate") is not None
        if not text:
            drop(self._root, "DueDate")
            drop(self._root, "PaymentMeans/PaymentDueDate")
        elif not self._is_note and not (in_means and first(self._root, "DueDate") is None):
            self._text("DueDate", text)
        elif first(self._root, "PaymentMeans") is not None:
            self._text("PaymentMeans/PaymentDueDate", text)

    def _vat_lines(self, lines: tuple[VatLine, ...] | None) -> None:
        """Each rate's figures; what else the original says of a rate (category, reason) stays."""
        left = ubl.subtotals(self._root)
        for line in lines or ():
            part = next((part for part in left if _rate(part) == line.rate), None)
            if part is None:
                part = self._new_subtotal(line)
            else:
                left.remove(part)
            self._money(part, "TaxableAmount", line.base)
            self._money(part, "TaxAmount", line.vat)
        for part in left:
            part.getparent().remove(part)

    def _new_subtotal(self, line: VatLine) -> Element:
        total = EDITOR.path(self._root, "TaxTotal")
        if first(total, "TaxAmount") is None:
            self._money(total, "TaxAmount", self._fields.vat or Decimal(0))
        part = EDITOR.add(total, "TaxSubtotal")
        category = category_of(line.rate, self._fields)
        EDITOR.put(part, "TaxCategory/ID", category)
        if category != "O":
            EDITOR.put(part, "TaxCategory/Percent", percent(line.rate))
        if category == "E" and self._fields.exemption_reason:
            EDITOR.put(part, "TaxCategory/TaxExemptionReason", self._fields.exemption_reason)
        EDITOR.put(part, "TaxCategory/TaxScheme/ID", "VAT")
        return part

    def _regime(self, regime: VatRegime | None) -> None:
        if regime in _PERIOD_OF_REGIME:
            point = text_of(self._root, "InvoicePeriod/DescriptionCode")
            is_free = not told_otherwise(point, REGIME_OF_PERIOD, regime)
            if is_free and any(map(_charged, ubl.subtotals(self._root))):
                self._text("InvoicePeriod/DescriptionCode", _PERIOD_OF_REGIME[regime])
            return
        for part in ubl.subtotals(self._root):
            if not _charged(part):
                self._exempt(EDITOR.path(part, "TaxCategory"), regime)

    def _exempt(self, category: Element, regime: VatRegime | None) -> None:
        code = text_of(category, "ID")
        if regime is VatRegime.EXEMPT and code not in EXEMPT_CATEGORIES:
            EDITOR.put(category, "ID", "E")
            EDITOR.put(category, "Percent", percent(Decimal(0)))
        elif regime is VatRegime.NONE and code in EXEMPT_CATEGORIES:
            EDITOR.put(category, "ID", "O")
            drop(category, "Percent")
            drop(category, "TaxExemptionReason")

    def _exemption(self, reason: str | None) -> None:
        for part in ubl.subtotals(self._root):
            if text_of(part, "TaxCategory/ID") in EXEMPT_CATEGORIES:
                self._text("TaxCategory/TaxExemptionReason", reason, part)

    def _totals(self, _value: Decimal | None) -> None:
        """All totals, because one follows from the others: what was paid already is the difference."""
        for name, path in _TOTALS.items():
            total = getattr(self._fields, name)
            if total == getattr(self._before, name):
                continue
            element = next(
                (e for e in find(self._root, path) if e.get("currencyID") in (None, self._currency_id)), None
            )
            if total is None:
                drop(self._root, path)
            elif element is None:
                self._money(self._root, path, total)
            else:
                element.text = money(total)
        self._prepaid()

    def _prepaid(self) -> None:
        gross, to_pay = self._fields.gross, self._fields.to_pay
        if gross is None or to_pay is None:
            return
        totals = EDITOR.path(self._root, "LegalMonetaryTotal")
        prepaid = gross + (amount(text_of(totals, "PayableRoundingAmount")) or Decimal(0)) - to_pay
        if prepaid:
            self._money(totals, "PrepaidAmount", prepaid)
        else:
            drop(totals, "PrepaidAmount")

    def _discount(self, _value: Decimal | None) -> None:
        """A discount on the total has no place of its own: its amount and reason are told in a note."""
        if self._fields.discount:
            self._comment(discount_words(self._fields))

    def _comment(self, text: str | None) -> None:
        if text:
            EDITOR.add(self._root, "Note", text)


def _path_to(element: Element, ancestor: Element) -> list[str]:
    path: list[str] = []
    while element is not ancestor:
        path.insert(0, name_of(element))
        element = element.getparent()
    return path


def _charged(part: Element) -> bool:
    return bool(_rate(part) or amount(text_of(part, "TaxAmount")))


def _rate(part: Element) -> Decimal:
    return amount(text_of(part, "TaxCategory/Percent")) or Decimal(0)
