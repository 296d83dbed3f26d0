"""Files of flows for tests: single XML, Factur-X, archives of many, and what is wrong with some."""

import base64
import gzip
import io
import tarfile
from collections.abc import Iterable
from typing import Any

from tests.cii import xml
from tests.pdfs import draw
from tests.sheets import Sheet

CII, FACTURX, UBL = "IN_DP_E1_CII_16B", "IN_DP_E2_CII_FACTURX", "IN_DP_E1_UBL_INVOICE"
CII_MIN, UBL_MIN, CPP_MIN = "IN_DP_E2_CII_MIN_16B", "IN_DP_E2_UBL_INVOICE_MIN", "IN_DP_E2_CPP_FACTURE_MIN"

_FRAME = (
    "<ram:BusinessProcessSpecifiedDocumentContextParameter><ram:ID>{}</ram:ID>"
    "</ram:BusinessProcessSpecifiedDocumentContextParameter>"
)


def cii(number: str = "F-1", *, frame: str = "A1", **said: Any) -> bytes:
    """An invoice in CII, as a flow takes it: with billing frame and payment means."""
    return _framed(xml(Sheet(number=number, facturx="basicwl", **said)), frame)


def _framed(content: bytes, frame: str) -> bytes:
    mark = b"<rsm:ExchangedDocumentContext>"
    return content.replace(mark, mark + _FRAME.format(frame).encode() if frame else mark)


def factur_x(number: str = "F-1", **said: Any) -> bytes:
    """A Factur-X PDF (BASIC WL)."""
    return draw(Sheet(number=number, facturx="basicwl", **said))


def plain_pdf() -> bytes:
    """A PDF without XML."""
    return draw(Sheet())


def ubl(number: str = "F-1", *, credit: bool = False, **changes: str) -> bytes:
    """An invoice in UBL 2.1, or a credit note; a change replaces a value, an empty one its element."""
    said = {
        "frame": "A1",
        "issued": "2026-11-12",
        "service": "",
        "order": "",
        "supplier": "83990121200010",
        "recipient": "12345678200051",
        "means": "30",
        "net": "680.00",
        "vat": "136.00",
        "gross": "816.00",
        **changes,
    }
    root, code, line, quantity = (
        (
            "CreditNote",
            "<cbc:CreditNoteTypeCode>381</cbc:CreditNoteTypeCode>",
            "CreditNoteLine",
            "CreditedQuantity",
        )
        if credit
        else ("Invoice", "<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>", "InvoiceLine", "InvoicedQuantity")
    )
    money = 'currencyID="EUR"'
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<{root} xmlns="urn:oasis:names:specification:ubl:schema:xsd:{root}-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
<cbc:ProfileID>{said["frame"]}</cbc:ProfileID>
<cbc:ID>{number}</cbc:ID>
<cbc:IssueDate>{said["issued"]}</cbc:IssueDate>
{code}
<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
{_tag("cbc:BuyerReference", said["service"])}
{_tag("cac:OrderReference", _tag("cbc:ID", said["order"]))}
<cac:AccountingSupplierParty>{_party(said["supplier"])}</cac:AccountingSupplierParty>
<cac:AccountingCustomerParty>{_party(said["recipient"])}</cac:AccountingCustomerParty>
{_tag("cac:PaymentMeans", _tag("cbc:PaymentMeansCode", said["means"]))}
<cac:TaxTotal><cbc:TaxAmount {money}>{said["vat"]}</cbc:TaxAmount><cac:TaxSubtotal>
<cbc:TaxableAmount {money}>{said["net"]}</cbc:TaxableAmount>
<cbc:TaxAmount {money}>{said["vat"]}</cbc:TaxAmount>
<cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>20</cbc:Percent><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>
</cac:TaxCategory></cac:TaxSubtotal></cac:TaxTotal>
<cac:LegalMonetaryTotal><cbc:LineExtensionAmount {money}>{said["net"]}</cbc:LineExtensionAmount>
<cbc:TaxExclusiveAmount {money}>{said["net"]}</cbc:TaxExclusiveAmount>
<cbc:TaxInclusiveAmount {money}>{said["gross"]}</cbc:TaxInclusiveAmount>
<cbc:PayableAmount {money}>{said["gross"]}</cbc:PayableAmount></cac:LegalMonetaryTotal>
<cac:{line}><cbc:ID>1</cbc:ID><cbc:{quantity} unitCode="C62">2</cbc:{quantity}>
<cbc:LineExtensionAmount {money}>{said["net"]}</cbc:LineExtensionAmount>
<cac:Item><cbc:Name>Panneau</cbc:Name></cac:Item>
<cac:Price><cbc:PriceAmount {money}>340.00</cbc:PriceAmount></cac:Price>
</cac:{line}></{root}>""".encode()


def _party(siret: str) -> str:
    return (
        f'<cac:Party><cac:PartyIdentification><cbc:ID schemeID="0009">{siret}</cbc:ID>'
        "</cac:PartyIdentification></cac:Party>"
    )


def _tag(name: str, inside: str) -> str:
    return f"<{name}>{inside}</{name}>" if inside else ""


def with_pdf(content: bytes, pdf: bytes = b"%PDF-1.4 page") -> bytes:
    """The same invoice with a PDF inside, as the minimal forms carry it."""
    encoded = base64.b64encode(pdf)
    inside = b'mimeCode="application/pdf" filename="f.pdf">' + encoded
    if b"CrossIndustryInvoice" in content:
        held = (
            b"<ram:AdditionalReferencedDocument><ram:IssuerAssignedID>f.pdf</ram:IssuerAssignedID>"
            b"<ram:TypeCode>916</ram:TypeCode><ram:AttachmentBinaryObject "
            + inside
            + b"</ram:AttachmentBinaryObject></ram:AdditionalReferencedDocument>"
        )
        mark = b"</ram:ApplicableHeaderTradeAgreement>"
        return content.replace(mark, held + mark)
    held = (
        b"<cac:AdditionalDocumentReference><cbc:ID>f.pdf</cbc:ID><cac:Attachment>"
        b"<cbc:EmbeddedDocumentBinaryObject "
        + inside
        + b"</cbc:EmbeddedDocumentBinaryObject></cac:Attachment></cac:AdditionalDocumentReference>"
    )
    mark = b"<cac:AccountingSupplierParty>"
    return content.replace(mark, held + mark, 1)


def cpp_minimal(*numbers: str) -> bytes:
    """Invoices in Chorus Pro's own minimal form."""
    units = "".join(
        f"<CPPFactureUnitaire><Fournisseur><Identifiant>83990121200010</Identifiant></Fournisseur>"
        f"<Debiteur><Identifiant>12345678200051</Identifiant></Debiteur><DonneesFacture><Id>{number}</Id>"
        f"<Type>FACTURE</Type><Cadre>A1</Cadre><DateEmissionFacture>2026-11-12</DateEmissionFacture>"
        f"<ModePaiement>30</ModePaiement><Devise>EUR</Devise><Montants><HT>100.00</HT><TVA>20.00</TVA>"
        f"<TTC>120.00</TTC><APayer>120.00</APayer></Montants><TVAs><TVA><Taux>20</Taux><Base>100.00</Base>"
        f"<Montant>20.00</Montant></TVA></TVAs></DonneesFacture><PJ><NomPJ>f.pdf</NomPJ><Contenu>JVBERi0xLjQ=</Contenu></PJ></CPPFactureUnitaire>"
        for number in numbers
    )
    return f"<CPPFactureMin>{units}</CPPFactureMin>".encode()


def archive(members: Iterable[tuple[str, bytes]]) -> bytes:
    """A tar.gz of files, the same for the same files."""
    out = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=out, mode="wb", mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w|") as made,
    ):
        for name, content in members:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            made.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def lot(*numbers: str) -> bytes:
    """An archive of CII invoices that are in order."""
    return archive((f"cii_chorus_facture_{number}.xml", cii(number)) for number in numbers)


def with_wrong_amounts(count: int) -> bytes:
    """One CII with so many values that no schema takes: amounts as French people write them."""
    tax = (
        "<ram:ApplicableTradeTax><ram:CalculatedAmount>0.00</ram:CalculatedAmount><ram:TypeCode>VAT</ram:TypeCode>"
        "<ram:BasisAmount>-1 324,60</ram:BasisAmount><ram:CategoryCode>S</ram:CategoryCode>"
        "<ram:RateApplicablePercent>20</ram:RateApplicablePercent></ram:ApplicableTradeTax>\n"
    )
    content = cii("F-XSD").decode()
    mark = "<ram:ApplicableTradeTax>"
    return content.replace(mark, tax * count + mark, 1).encode()


def deposit(content: bytes, syntax: str = CII, name: str = "lot.tar.gz") -> dict[str, Any]:
    """The body of `deposer/flux`."""
    return {
        "fichierFlux": base64.b64encode(content).decode(),
        "nomFichier": name,
        "syntaxeFlux": syntax,
        "avecSignature": False,
    }
