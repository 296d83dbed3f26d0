"""The values of a Cross Industry Invoice: Factur-X, CII D16B and, by its older names, ZUGFeRD 1.0."""

from decimal import Decimal

from chorus_tui.domain.fields import InvoiceFields, VatLine
from chorus_tui.domain.statuses import BillingFrame, InvoiceKind, PaymentMeans, VatRegime
from chorus_tui.intake.codes import (
    CREDIT_NOTES,
    EXEMPT_CATEGORIES,
    MEANS,
    NOT_SUBJECT,
    REGIME_OF_TAX_POINT,
    SERVICE_SCHEME,
)
from chorus_tui.intake.tree import Element, amount, day, find, first, siret_among, text_of
from chorus_tui.text import clean

ROOTS = ("CrossIndustryInvoice", "CrossIndustryDocument")


def fields_of(root: Element) -> InvoiceFields:
    """What the invoice says."""
    return _Invoice(root).fields()


def identifiers(party: Element | None) -> list[Element]:
    """The elements that may hold a party's SIRET, most telling first."""
    return find(party, "GlobalID") + find(party, "SpecifiedLegalOrganization/ID") + find(party, "ID")


def siret_of(party: Element | None) -> str | None:
    """The SIRET of a party."""
    return siret_among(identifiers(party))


class _Invoice:
    """One parsed invoice. Names of ZUGFeRD 1.0 stand beside today's."""

    def __init__(self, root: Element) -> None:
        self.document = first(root, "ExchangedDocument|HeaderExchangedDocument")
        self.context = first(root, "ExchangedDocumentContext|SpecifiedExchangedDocumentContext")
        deal = "SupplyChainTradeTransaction|SpecifiedSupplyChainTradeTransaction/"
        self.agreement = first(
            root, deal + "ApplicableHeaderTradeAgreement|ApplicableSupplyChainTradeAgreement"
        )
        self.settlement = first(
            root, deal + "ApplicableHeaderTradeSettlement|ApplicableSupplyChainTradeSettlement"
        )
        self.currency = text_of(self.settlement, "InvoiceCurrencyCode", 3)

    def fields(self) -> InvoiceFields:
        """Its values as a form knows them.

        The allowances of the XML are before tax and already inside its totals; Chorus Pro's discount is after
        tax and is not, so `discount` stays unknown.
        """
        seller = first(self.agreement, "SellerTradeParty")
        buyer = first(self.agreement, "BuyerTradeParty")
        code = text_of(self.document, "TypeCode")
        kind = None if code is None else self._kind(code)
        service_code, service_label = self._service(buyer)
        regime, reason = self._regime()
        return InvoiceFields(
            number=text_of(self.document, "ID", 50),
            issued=day(text_of(self.document, "IssueDateTime/DateTimeString")),
            kind=kind,
            original_number=self._original() if kind is InvoiceKind.CREDIT_NOTE else None,
            supplier_siret=siret_of(seller),
            supplier_name=text_of(seller, "Name"),
            recipient_siret=siret_of(buyer),
            recipient_name=text_of(buyer, "Name"),
            service_code=service_code,
            service_label=service_label,
            commitment_number=text_of(self.agreement, "BuyerOrderReferencedDocument/IssuerAssignedID|ID", 50),
            contract_number=text_of(self.agreement, "ContractReferencedDocument/IssuerAssignedID|ID", 50),
            billing_frame=self._frame(),
            currency=self.currency,
            vat_regime=regime,
            exemption_reason=reason,
            payment_means=self._means(),
            due=day(text_of(self.settlement, "SpecifiedTradePaymentTerms/DueDateDateTime/DateTimeString")),
            vat_lines=self._vat_lines(),
            net=self._sum("TaxBasisTotalAmount"),
            vat=self._sum("TaxTotalAmount"),
            gross=self._sum("GrandTotalAmount"),
            to_pay=self._sum("DuePayableAmount"),
        )

    @staticmethod
    def _kind(code: str) -> InvoiceKind:
        return InvoiceKind.CREDIT_NOTE if code in CREDIT_NOTES else InvoiceKind.INVOICE

    def _service(self, buyer: Element | None) -> tuple[str | None, str | None]:
        """The performing service: by its own scheme (0224), else the buyer reference (BT-10)."""
        for element in find(buyer, "GlobalID"):
            if element.get("schemeID") == SERVICE_SCHEME and (element.text or "").strip():
                return clean((element.text or "").strip())[:100], None
        reference = text_of(self.agreement, "BuyerReference", 100)
        if reference is None:
            return None, None
        return (None, reference) if " " in reference else (reference, None)

    def _original(self) -> str | None:
        numbers = {
            element.text for element in find(self.settlement, "InvoiceReferencedDocument/IssuerAssignedID|ID")
        }
        if len(numbers) != 1:  # a credit note over several invoices: which one to name is for a human
            return None
        return text_of(self.settlement, "InvoiceReferencedDocument/IssuerAssignedID|ID", 50)

    def _frame(self) -> BillingFrame | None:
        process = text_of(self.context, "BusinessProcessSpecifiedDocumentContextParameter/ID")
        return BillingFrame(process) if process and process in BillingFrame.__members__ else None

    def _taxes(self) -> list[Element]:
        return [
            tax
            for tax in find(self.settlement, "ApplicableTradeTax")
            if text_of(tax, "TypeCode") in ("VAT", None)
        ]

    def _vat_lines(self) -> tuple[VatLine, ...] | None:
        lines = []
        for tax in self._taxes():
            rate = amount(text_of(tax, "RateApplicablePercent|ApplicablePercent"))
            base, vat = amount(text_of(tax, "BasisAmount")), amount(text_of(tax, "CalculatedAmount"))
            if base is None or vat is None:
                return None
            lines.append(VatLine(rate if rate is not None else Decimal(0), base, vat))
        return tuple(lines) or None

    def _regime(self) -> tuple[VatRegime | None, str | None]:
        taxes = self._taxes()
        categories = {text_of(tax, "CategoryCode") for tax in taxes}
        if taxes and categories <= {NOT_SUBJECT}:
            return VatRegime.NONE, None
        if taxes and categories <= EXEMPT_CATEGORIES:
            reasons = [reason for tax in taxes if (reason := text_of(tax, "ExemptionReason", 255))]
            return VatRegime.EXEMPT, reasons[0] if reasons else None
        points = {point for tax in taxes if (point := text_of(tax, "DueDateTypeCode"))}
        return REGIME_OF_TAX_POINT.get(points.pop()) if len(points) == 1 else None, None

    def _means(self) -> PaymentMeans | None:
        return MEANS.get(text_of(self.settlement, "SpecifiedTradeSettlementPaymentMeans/TypeCode") or "")

    def _sum(self, name: str) -> Decimal | None:
        """A total; of several currencies, the one in the invoice's own."""
        sums = find(
            self.settlement,
            "SpecifiedTradeSettlementHeaderMonetarySummation|SpecifiedTradeSettlementMonetarySummation/"
            + name,
        )
        for element in sums:
            if element.get("currencyID") in (None, self.currency):
                return amount((element.text or "").strip())
        return None
