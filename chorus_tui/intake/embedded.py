"""The invoice inside a PDF: Factur-X and ZUGFeRD (Cross Industry Invoice).

The factur-x library finds the XML and checks it against its schema; values are taken with lxml, without
entities, DTD or network. Imported by the worker process alone.
"""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import facturx
from lxml import etree  # type: ignore[import-untyped]
from pypdf import PdfReader

from chorus_tui.domain.fields import InvoiceFields, VatLine
from chorus_tui.domain.identifiers import compact_siret, is_siret_shaped, siret_key_holds
from chorus_tui.domain.statuses import BillingFrame, InvoiceKind, PaymentMeans, VatRegime
from chorus_tui.i18n import N_
from chorus_tui.intake.reading import MAX_XML
from chorus_tui.text import clean

REFUSED_DTD = N_("Embedded XML refused: it declares a document type or entities.")
REFUSED_SIZE = N_("Embedded XML refused: it is bigger than 5 MB.")
REFUSED_XML = N_("Embedded XML refused: it is not a Factur-X or ZUGFeRD invoice that can be read.")
NOT_VALID = N_("The embedded Factur-X does not follow its schema; check its values.")

Element = Any
"""An lxml element; lxml has no types."""


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )


# factur-x parses with lxml's default parser, which expands entities declared in the file.
etree.set_default_parser(_parser())

# Trade codes → ours. UNTDID 1001, 4461, 2475.
CREDIT_NOTES = {"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "502", "503", "532"}
MEANS = {
    "10": PaymentMeans.CASH,
    "20": PaymentMeans.CHEQUE,
    "30": PaymentMeans.TRANSFER,
    "31": PaymentMeans.TRANSFER,
    "42": PaymentMeans.TRANSFER,
    "48": PaymentMeans.OTHER,
    "49": PaymentMeans.DIRECT_DEBIT,
    "54": PaymentMeans.OTHER,
    "55": PaymentMeans.OTHER,
    "57": PaymentMeans.TRANSFER,
    "58": PaymentMeans.TRANSFER,
    "59": PaymentMeans.DIRECT_DEBIT,
}
REGIME_OF_TAX_POINT = {"5": VatRegime.ON_DEBITS, "72": VatRegime.ON_RECEIPTS}
EXEMPT_CATEGORIES = {"E", "AE", "G", "K"}
NOT_SUBJECT = "O"

SIRET_SCHEME, SIREN_SCHEME, SERVICE_SCHEME = "0009", "0002", "0224"


def read(pdf: PdfReader, content: bytes) -> tuple[InvoiceFields | None, tuple[str, ...]]:
    """The embedded invoice's values, and what was noticed. No invoice embedded: None and nothing noticed."""
    attached = [a.content for a in pdf.attachment_list if a.name.lower().endswith(".xml") and a.content]
    if not attached:
        return None, ()
    if max(map(len, attached)) > MAX_XML:
        return None, (REFUSED_SIZE,)
    _, xml = facturx.get_xml_from_pdf(content, check_xsd=False)
    # Where the library finds nothing it can parse, the reason is still worth a word.
    return values(xml or attached[0])


def values(xml: bytes) -> tuple[InvoiceFields | None, tuple[str, ...]]:
    """The values of a Cross Industry Invoice, and what was noticed."""
    try:
        root = etree.fromstring(xml, _parser())
    except (etree.XMLSyntaxError, ValueError):
        return None, (REFUSED_DTD if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml else REFUSED_XML,)
    if root.getroottree().docinfo.doctype or any(True for _ in root.iter(etree.Entity)):
        return None, (REFUSED_DTD,)
    if etree.QName(root).localname not in ("CrossIndustryInvoice", "CrossIndustryDocument"):
        return None, (REFUSED_XML,)
    return _Invoice(root).fields(), () if _follows_schema(root) else (NOT_VALID,)


def _follows_schema(root: Element) -> bool:
    try:
        return bool(facturx.xml_check_xsd(root))
    except Exception:  # the library raises a bare Exception for an XML that does not conform
        return False


def _find(node: Element | None, path: str) -> list[Element]:
    """Descendants by local names ("a/b|c"), whatever version of the namespace they are in."""
    found: list[Element] = [] if node is None else [node]
    for step in path.split("/"):
        names = step.split("|")
        found = [
            child
            for one in found
            for child in one.iterchildren("{*}*")
            if etree.QName(child).localname in names
        ]
    return found


def _text(node: Element | None, path: str, longest: int = 200) -> str | None:
    """The first text at a path, on one line and safe to show; None where there is none."""
    for element in _find(node, path):
        text = clean(" ".join((element.text or "").split()))[:longest]
        if text:
            return text
    return None


def _amount(text: str | None) -> Decimal | None:
    try:
        amount = Decimal(text or "")
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and abs(amount) < Decimal("1e13") else None


def _day(text: str | None) -> date | None:
    for pattern in ("%Y%m%d", "%Y-%m-%d"):
        try:
            return datetime.strptime(text or "", pattern).date()  # a day has no zone
        except ValueError:
            continue
    return None


def _siret(party: Element | None) -> str | None:
    """The SIRET of a party: where the scheme says so, else an identifier that is one by its check digits."""
    by_scheme: dict[str, str] = {}
    for element in (
        _find(party, "GlobalID") + _find(party, "SpecifiedLegalOrganization/ID") + _find(party, "ID")
    ):
        number = compact_siret(element.text or "")
        if is_siret_shaped(number):
            by_scheme.setdefault(element.get("schemeID", ""), number)
    for scheme in (SIRET_SCHEME, SIREN_SCHEME):
        if scheme in by_scheme:
            return by_scheme[scheme]
    plain = by_scheme.get("") or by_scheme.get("SIRET")
    return plain if plain and siret_key_holds(plain) else None


class _Invoice:
    """One parsed invoice. Names of ZUGFeRD 1.0 stand beside today's."""

    def __init__(self, root: Element) -> None:
        self.document = next(iter(_find(root, "ExchangedDocument|HeaderExchangedDocument")), None)
        self.context = next(
            iter(_find(root, "ExchangedDocumentContext|SpecifiedExchangedDocumentContext")), None
        )
        deal = "SupplyChainTradeTransaction|SpecifiedSupplyChainTradeTransaction/"
        self.agreement = next(
            iter(_find(root, deal + "ApplicableHeaderTradeAgreement|ApplicableSupplyChainTradeAgreement")),
            None,
        )
        self.settlement = next(
            iter(_find(root, deal + "ApplicableHeaderTradeSettlement|ApplicableSupplyChainTradeSettlement")),
            None,
        )
        self.currency = _text(self.settlement, "InvoiceCurrencyCode", 3)

    def fields(self) -> InvoiceFields:
        """Its values as a form knows them.

        The allowances of the XML are before tax and already inside its totals; Chorus Pro's discount is after
        tax and is not, so `discount` stays unknown.
        """
        seller = next(iter(_find(self.agreement, "SellerTradeParty")), None)
        buyer = next(iter(_find(self.agreement, "BuyerTradeParty")), None)
        code = _text(self.document, "TypeCode")
        kind = None if code is None else self._kind(code)
        service_code, service_label = self._service(buyer)
        regime, reason = self._regime()
        return InvoiceFields(
            number=_text(self.document, "ID", 50),
            issued=_day(_text(self.document, "IssueDateTime/DateTimeString")),
            kind=kind,
            original_number=self._original() if kind is InvoiceKind.CREDIT_NOTE else None,
            supplier_siret=_siret(seller),
            supplier_name=_text(seller, "Name"),
            recipient_siret=_siret(buyer),
            recipient_name=_text(buyer, "Name"),
            service_code=service_code,
            service_label=service_label,
            commitment_number=_text(self.agreement, "BuyerOrderReferencedDocument/IssuerAssignedID|ID", 50),
            contract_number=_text(self.agreement, "ContractReferencedDocument/IssuerAssignedID|ID", 50),
            billing_frame=self._frame(),
            currency=self.currency,
            vat_regime=regime,
            exemption_reason=reason,
            payment_means=self._means(),
            due=_day(_text(self.settlement, "SpecifiedTradePaymentTerms/DueDateDateTime/DateTimeString")),
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
        for element in _find(buyer, "GlobalID"):
            if element.get("schemeID") == SERVICE_SCHEME and (element.text or "").strip():
                return clean((element.text or "").strip())[:100], None
        reference = _text(self.agreement, "BuyerReference", 100)
        if reference is None:
            return None, None
        return (None, reference) if " " in reference else (reference, None)

    def _original(self) -> str | None:
        numbers = {
            element.text
            for element in _find(self.settlement, "InvoiceReferencedDocument/IssuerAssignedID|ID")
        }
        if len(numbers) != 1:  # a credit note over several invoices: which one to name is for a human
            return None
        return _text(self.settlement, "InvoiceReferencedDocument/IssuerAssignedID|ID", 50)

    def _frame(self) -> BillingFrame | None:
        process = _text(self.context, "BusinessProcessSpecifiedDocumentContextParameter/ID")
        return BillingFrame(process) if process and process in BillingFrame.__members__ else None

    def _taxes(self) -> list[Element]:
        return [
            tax
            for tax in _find(self.settlement, "ApplicableTradeTax")
            if _text(tax, "TypeCode") in ("VAT", None)
        ]

    def _vat_lines(self) -> tuple[VatLine, ...] | None:
        lines = []
        for tax in self._taxes():
            rate = _amount(_text(tax, "RateApplicablePercent|ApplicablePercent"))
            base, vat = _amount(_text(tax, "BasisAmount")), _amount(_text(tax, "CalculatedAmount"))
            if base is None or vat is None:
                return None
            lines.append(VatLine(rate if rate is not None else Decimal(0), base, vat))
        return tuple(lines) or None

    def _regime(self) -> tuple[VatRegime | None, str | None]:
        taxes = self._taxes()
        categories = {_text(tax, "CategoryCode") for tax in taxes}
        if taxes and categories <= {NOT_SUBJECT}:
            return VatRegime.NONE, None
        if taxes and categories <= EXEMPT_CATEGORIES:
            reasons = [reason for tax in taxes if (reason := _text(tax, "ExemptionReason", 255))]
            return VatRegime.EXEMPT, reasons[0] if reasons else None
        points = {point for tax in taxes if (point := _text(tax, "DueDateTypeCode"))}
        return REGIME_OF_TAX_POINT.get(points.pop()) if len(points) == 1 else None, None

    def _means(self) -> PaymentMeans | None:
        return MEANS.get(_text(self.settlement, "SpecifiedTradeSettlementPaymentMeans/TypeCode") or "")

    def _sum(self, name: str) -> Decimal | None:
        """A total; of several currencies, the one in the invoice's own."""
        sums = _find(
            self.settlement,
            "SpecifiedTradeSettlementHeaderMonetarySummation|SpecifiedTradeSettlementMonetarySummation/"
            + name,
        )
        for element in sums:
            if element.get("currencyID") in (None, self.currency):
                return _amount((element.text or "").strip())
        return None
