"""The values of a UBL 2.1 invoice or credit note.

SIRETs stand in PartyIdentification, as the texts of Chorus Pro's errors name it (API 4), or where EN 16931
has them; services and VAT regimes by the codes of EN 16931.
"""

from decimal import Decimal

from chorus_tui.domain.fields import InvoiceFields, VatLine
from chorus_tui.domain.statuses import BillingFrame, InvoiceKind, PaymentMeans, VatRegime
from chorus_tui.intake.codes import (
    CREDIT_NOTES,
    EXEMPT_CATEGORIES,
    MEANS,
    NOT_SUBJECT,
    REGIME_OF_PERIOD,
    SERVICE_SCHEME,
)
from chorus_tui.intake.tree import Element, amount, day, find, first, name_of, siret_among, text_of
from chorus_tui.text import clean

ROOTS = ("Invoice", "CreditNote")
SUPPLIER, CUSTOMER = "AccountingSupplierParty/Party", "AccountingCustomerParty/Party"
ORIGINAL = "BillingReference/InvoiceDocumentReference/ID"


def fields_of(root: Element) -> InvoiceFields:
    """What the invoice says."""
    return _Invoice(root).fields()


def identifiers(party: Element | None) -> list[Element]:
    """The elements that may hold a party's SIRET, most telling first."""
    return (
        find(party, "PartyIdentification/ID")
        + find(party, "PartyLegalEntity/CompanyID")
        + find(party, "EndpointID")
    )


def siret_of(party: Element | None) -> str | None:
    """The SIRET of a party."""
    return siret_among(identifiers(party))


def name_element(party: Element | None) -> Element | None:
    """Where a party's name stands: the legal one, which Chorus Pro knows it by, before the trading one."""
    legal = first(party, "PartyLegalEntity/RegistrationName")
    return first(party, "PartyName/Name") if legal is None else legal


def subtotals(root: Element) -> list[Element]:
    """The VAT of each rate, in the invoice's own currency."""
    currency = text_of(root, "DocumentCurrencyCode", 3)
    return [
        part
        for part in find(root, "TaxTotal/TaxSubtotal")
        if text_of(part, "TaxCategory/TaxScheme/ID") in ("VAT", None)
        and all(a.get("currencyID") in (None, currency) for a in find(part, "TaxAmount"))
    ]


class _Invoice:
    """One parsed invoice."""

    def __init__(self, root: Element) -> None:
        self.root = root
        self.currency = text_of(root, "DocumentCurrencyCode", 3)

    def fields(self) -> InvoiceFields:
        """Its values as a form knows them; `discount` stays unknown as in CII."""
        root = self.root
        seller, buyer = first(root, SUPPLIER), first(root, CUSTOMER)
        kind = self._kind()
        service_code, service_label = self._service(buyer)
        regime, reason = self._regime()
        process = text_of(root, "ProfileID")
        return InvoiceFields(
            number=text_of(root, "ID", 50),
            issued=day(text_of(root, "IssueDate")),
            kind=kind,
            original_number=self._original() if kind is InvoiceKind.CREDIT_NOTE else None,
            supplier_siret=siret_of(seller),
            supplier_name=self._name(seller),
            recipient_siret=siret_of(buyer),
            recipient_name=self._name(buyer),
            service_code=service_code,
            service_label=service_label,
            commitment_number=text_of(root, "OrderReference/ID", 50),
            contract_number=text_of(root, "ContractDocumentReference/ID", 50),
            billing_frame=(
                BillingFrame(process) if process and process in BillingFrame.__members__ else None
            ),
            currency=self.currency,
            vat_regime=regime,
            exemption_reason=reason,
            payment_means=self._means(),
            due=day(text_of(root, "DueDate") or text_of(root, "PaymentMeans/PaymentDueDate")),
            vat_lines=self._vat_lines(),
            net=self._sum("LegalMonetaryTotal/TaxExclusiveAmount"),
            vat=self._sum("TaxTotal/TaxAmount"),
            gross=self._sum("LegalMonetaryTotal/TaxInclusiveAmount"),
            to_pay=self._sum("LegalMonetaryTotal/PayableAmount"),
        )

    def _kind(self) -> InvoiceKind:
        if name_of(self.root) == "CreditNote":
            return InvoiceKind.CREDIT_NOTE
        code = text_of(self.root, "InvoiceTypeCode")
        return InvoiceKind.CREDIT_NOTE if code in CREDIT_NOTES else InvoiceKind.INVOICE

    @staticmethod
    def _name(party: Element | None) -> str | None:
        element = name_element(party)
        return None if element is None else text_of(element.getparent(), name_of(element))

    def _service(self, buyer: Element | None) -> tuple[str | None, str | None]:
        """The performing service: by its own scheme (0224), else the buyer reference (BT-10)."""
        for element in find(buyer, "PartyIdentification/ID"):
            if element.get("schemeID") == SERVICE_SCHEME and (element.text or "").strip():
                return clean((element.text or "").strip())[:100], None
        reference = text_of(self.root, "BuyerReference", 100)
        if reference is None:
            return None, None
        return (None, reference) if " " in reference else (reference, None)

    def _original(self) -> str | None:
        """The invoice that it corrects; of several, which one to name is for a human."""
        numbers = {element.text for element in find(self.root, ORIGINAL)}
        return text_of(self.root, ORIGINAL, 50) if len(numbers) == 1 else None

    def _vat_lines(self) -> tuple[VatLine, ...] | None:
        lines = []
        for part in subtotals(self.root):
            rate = amount(text_of(part, "TaxCategory/Percent"))
            base, vat = amount(text_of(part, "TaxableAmount")), amount(text_of(part, "TaxAmount"))
            if base is None or vat is None:
                return None
            lines.append(VatLine(rate if rate is not None else Decimal(0), base, vat))
        return tuple(lines) or None

    def _regime(self) -> tuple[VatRegime | None, str | None]:
        parts = subtotals(self.root)
        categories = {text_of(part, "TaxCategory/ID") for part in parts}
        if parts and categories <= {NOT_SUBJECT}:
            return VatRegime.NONE, None
        if parts and categories <= EXEMPT_CATEGORIES:
            reasons = [r for part in parts if (r := text_of(part, "TaxCategory/TaxExemptionReason", 255))]
            return VatRegime.EXEMPT, reasons[0] if reasons else None
        return REGIME_OF_PERIOD.get(text_of(self.root, "InvoicePeriod/DescriptionCode") or ""), None

    def _means(self) -> PaymentMeans | None:
        return MEANS.get(text_of(self.root, "PaymentMeans/PaymentMeansCode") or "")

    def _sum(self, path: str) -> Decimal | None:
        """A total; of several currencies, the one in the invoice's own."""
        for element in find(self.root, path):
            if element.get("currencyID") in (None, self.currency):
                return amount((element.text or "").strip())
        return None
