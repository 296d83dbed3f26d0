"""The Factur-X (Cross Industry Invoice) of a test invoice."""

from dataclasses import replace
from xml.sax.saxutils import escape

from tests.sheets import Line, Party, Sheet


def xml(sheet: Sheet) -> bytes:
    """The Factur-X of an invoice, MINIMUM or BASIC WL."""
    return _XML.format(
        profile={"minimum": "urn:factur-x.eu:1p0:minimum", "basicwl": "urn:factur-x.eu:1p0:basicwl"}[
            sheet.facturx
        ],
        number=escape(sheet.number),
        code="381" if sheet.credit else "380",
        issued=f"{sheet.issued:%Y%m%d}",
        reference=_tag("ram:BuyerReference", sheet.service_code or sheet.service_label),
        seller=_party(sheet.supplier, sheet.facturx),
        buyer=_party(sheet.recipient, sheet.facturx),
        order=_document("BuyerOrderReferencedDocument", sheet.commitment),
        contract=_document(
            "ContractReferencedDocument", sheet.contract if sheet.facturx == "basicwl" else ""
        ),
        taxes=_settlement(sheet) if sheet.facturx == "basicwl" else "",
        net=sheet.net,
        vat=sheet.vat,
        gross=sheet.gross,
        to_pay=sheet.to_pay,
        line_total=f"<ram:LineTotalAmount>{sheet.net}</ram:LineTotalAmount>"
        if sheet.facturx == "basicwl"
        else "",
        prepaid=f"<ram:TotalPrepaidAmount>{sheet.prepaid}</ram:TotalPrepaidAmount>" if sheet.prepaid else "",
        original=_document("InvoiceReferencedDocument", sheet.original if sheet.facturx == "basicwl" else ""),
    ).encode()


EN_16931 = "urn:cen.eu:en16931:2017"


def with_lines(sheet: Sheet) -> bytes:
    """The invoice as a CII of its own, with its lines and a note (EN 16931)."""
    basic = xml(replace(sheet, facturx="basicwl")).decode()
    lines = "".join(_line(number, line) for number, line in enumerate(sheet.lines, 1))
    note = f"<ram:IncludedNote><ram:Content>{escape(sheet.note or 'Merci.')}</ram:Content></ram:IncludedNote>"
    return (
        basic.replace("urn:factur-x.eu:1p0:basicwl", EN_16931)
        .replace("</rsm:ExchangedDocument>", f"{note}</rsm:ExchangedDocument>")
        .replace("<rsm:SupplyChainTradeTransaction>", f"<rsm:SupplyChainTradeTransaction>{lines}")
        .encode()
    )


def _line(number: int, line: Line) -> str:
    return (
        "<ram:IncludedSupplyChainTradeLineItem>"
        f"<ram:AssociatedDocumentLineDocument>{_tag('ram:LineID', str(number))}"
        "</ram:AssociatedDocumentLineDocument>"
        f"<ram:SpecifiedTradeProduct>{_tag('ram:Name', line.label)}</ram:SpecifiedTradeProduct>"
        "<ram:SpecifiedLineTradeAgreement><ram:NetPriceProductTradePrice>"
        f"{_tag('ram:ChargeAmount', str(line.price))}</ram:NetPriceProductTradePrice>"
        "</ram:SpecifiedLineTradeAgreement><ram:SpecifiedLineTradeDelivery>"
        f'<ram:BilledQuantity unitCode="C62">{line.quantity}</ram:BilledQuantity>'
        "</ram:SpecifiedLineTradeDelivery><ram:SpecifiedLineTradeSettlement><ram:ApplicableTradeTax>"
        "<ram:TypeCode>VAT</ram:TypeCode><ram:CategoryCode>S</ram:CategoryCode>"
        f"<ram:RateApplicablePercent>{line.rate}</ram:RateApplicablePercent></ram:ApplicableTradeTax>"
        "<ram:SpecifiedTradeSettlementLineMonetarySummation>"
        f"{_tag('ram:LineTotalAmount', str(line.net))}"
        "</ram:SpecifiedTradeSettlementLineMonetarySummation></ram:SpecifiedLineTradeSettlement>"
        "</ram:IncludedSupplyChainTradeLineItem>"
    )


def _tag(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>" if text else ""


def _document(name: str, number: str) -> str:
    inside = _tag("ram:IssuerAssignedID", number)
    return f"<ram:{name}>{inside}</ram:{name}>" if number else ""


def _party(party: Party, profile: str) -> str:
    tax = ""
    if party.vat_number:
        tax = (
            "<ram:SpecifiedTaxRegistration>"
            f'<ram:ID schemeID="VA">{party.vat_number}</ram:ID></ram:SpecifiedTaxRegistration>'
        )
    address = ""
    if profile == "basicwl" or tax:
        address = "<ram:PostalTradeAddress><ram:CountryID>FR</ram:CountryID></ram:PostalTradeAddress>"
    return (
        f"<ram:Name>{escape(party.name)}</ram:Name><ram:SpecifiedLegalOrganization>"
        f'<ram:ID schemeID="0002">{party.siret}</ram:ID></ram:SpecifiedLegalOrganization>{address}{tax}'
    )


def _settlement(sheet: Sheet) -> str:
    means = (
        ""
        if sheet.credit
        else (
            "<ram:SpecifiedTradeSettlementPaymentMeans><ram:TypeCode>30</ram:TypeCode>"
            "</ram:SpecifiedTradeSettlementPaymentMeans>"
        )
    )
    taxes = "".join(
        f"<ram:ApplicableTradeTax><ram:CalculatedAmount>{vat}</ram:CalculatedAmount><ram:TypeCode>VAT</ram:TypeCode>"
        f"<ram:BasisAmount>{base}</ram:BasisAmount><ram:CategoryCode>S</ram:CategoryCode>"
        f"<ram:DueDateTypeCode>5</ram:DueDateTypeCode>"
        f"<ram:RateApplicablePercent>{rate}</ram:RateApplicablePercent></ram:ApplicableTradeTax>"
        for rate, base, vat in sheet.taxes
    )
    terms = (
        ""
        if sheet.credit
        else (
            '<ram:SpecifiedTradePaymentTerms><ram:DueDateDateTime><udt:DateTimeString format="102">'
            f"{sheet.due:%Y%m%d}</udt:DateTimeString></ram:DueDateDateTime></ram:SpecifiedTradePaymentTerms>"
        )
    )
    return means + taxes + terms


_XML = """<?xml version="1.0" encoding="UTF-8"?>
<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100" \
xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100" \
xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100">
<rsm:ExchangedDocumentContext><ram:GuidelineSpecifiedDocumentContextParameter><ram:ID>{profile}</ram:ID>\
</ram:GuidelineSpecifiedDocumentContextParameter></rsm:ExchangedDocumentContext>
<rsm:ExchangedDocument><ram:ID>{number}</ram:ID><ram:TypeCode>{code}</ram:TypeCode><ram:IssueDateTime>\
<udt:DateTimeString format="102">{issued}</udt:DateTimeString></ram:IssueDateTime></rsm:ExchangedDocument>
<rsm:SupplyChainTradeTransaction><ram:ApplicableHeaderTradeAgreement>{reference}
<ram:SellerTradeParty>{seller}</ram:SellerTradeParty>
<ram:BuyerTradeParty>{buyer}</ram:BuyerTradeParty>
{order}{contract}</ram:ApplicableHeaderTradeAgreement><ram:ApplicableHeaderTradeDelivery/>
<ram:ApplicableHeaderTradeSettlement><ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>{taxes}
<ram:SpecifiedTradeSettlementHeaderMonetarySummation>{line_total}<ram:TaxBasisTotalAmount>{net}\
</ram:TaxBasisTotalAmount><ram:TaxTotalAmount currencyID="EUR">{vat}</ram:TaxTotalAmount>\
<ram:GrandTotalAmount>{gross}\
</ram:GrandTotalAmount>{prepaid}<ram:DuePayableAmount>{to_pay}</ram:DuePayableAmount>\
</ram:SpecifiedTradeSettlementHeaderMonetarySummation>{original}</ram:ApplicableHeaderTradeSettlement>\
</rsm:SupplyChainTradeTransaction></rsm:CrossIndustryInvoice>
"""
