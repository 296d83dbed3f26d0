"""The UBL 2.1 of a test invoice."""

from xml.sax.saxutils import escape

from tests.sheets import Party, Sheet

CUSTOMIZATION = "urn:cen.eu:en16931:2017"


def xml(sheet: Sheet, *, service_scheme: bool = False) -> bytes:
    """An invoice or a credit note with its lines.

    Args:
        service_scheme: the performing service stands among the buyer's identifiers (0224), not as buyer
            reference.
    """
    root = "CreditNote" if sheet.credit else "Invoice"
    reference = "" if service_scheme else _tag("BuyerReference", sheet.service_code or sheet.service_label)
    order = f"<cac:OrderReference>{_tag('ID', sheet.commitment)}</cac:OrderReference>"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<{root} xmlns="urn:oasis:names:specification:ubl:schema:xsd:{root}-2"'
        ' xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"'
        ' xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">\n'
        f"{_tag('CustomizationID', CUSTOMIZATION)}{_tag('ID', sheet.number)}"
        f"{_tag('IssueDate', sheet.issued.isoformat())}"
        f"{'' if sheet.credit else _tag('DueDate', sheet.due.isoformat())}"
        f"{_tag(f'{root}TypeCode', '381' if sheet.credit else '380')}"
        f"{_tag('Note', sheet.note)}{_tag('DocumentCurrencyCode', 'EUR')}{reference}"
        f"{order if sheet.commitment else ''}{_original(sheet)}"
        f"{_contract(sheet)}\n"
        f"<cac:AccountingSupplierParty>{_party(sheet.supplier)}</cac:AccountingSupplierParty>\n"
        f"<cac:AccountingCustomerParty>"
        f"{_party(sheet.recipient, sheet.service_code if service_scheme else '')}"
        "</cac:AccountingCustomerParty>\n"
        f"<cac:PaymentMeans>{_tag('PaymentMeansCode', '30')}</cac:PaymentMeans>\n"
        f"{_taxes(sheet)}{_totals(sheet)}{_lines(sheet, root)}</{root}>\n"
    ).encode()


def _tag(name: str, text: str, attributes: str = "") -> str:
    return f"<cbc:{name}{attributes}>{escape(text)}</cbc:{name}>" if text else ""


def _money(name: str, amount: object) -> str:
    return _tag(name, str(amount), ' currencyID="EUR"')


def _original(sheet: Sheet) -> str:
    if not sheet.original:
        return ""
    reference = f"<cac:InvoiceDocumentReference>{_tag('ID', sheet.original)}</cac:InvoiceDocumentReference>"
    return f"<cac:BillingReference>{reference}</cac:BillingReference>"


def _contract(sheet: Sheet) -> str:
    inside = _tag("ID", sheet.contract)
    return f"<cac:ContractDocumentReference>{inside}</cac:ContractDocumentReference>" if inside else ""


def _party(party: Party, service: str = "") -> str:
    services = _tag("ID", service, ' schemeID="0224"')
    town = f"<cac:PostalAddress>{_tag('StreetName', party.street)}{_tag('CityName', party.town)}"
    siret = _tag("ID", party.siret, ' schemeID="0009"')
    return (
        f"<cac:Party><cac:PartyIdentification>{siret}"
        "</cac:PartyIdentification>"
        f"{f'<cac:PartyIdentification>{services}</cac:PartyIdentification>' if services else ''}"
        f"{town}<cac:Country>{_tag('IdentificationCode', 'FR')}</cac:Country></cac:PostalAddress>"
        f"<cac:PartyLegalEntity>{_tag('RegistrationName', party.name)}</cac:PartyLegalEntity></cac:Party>"
    )


def _taxes(sheet: Sheet) -> str:
    parts = "".join(
        f"<cac:TaxSubtotal>{_money('TaxableAmount', base)}{_money('TaxAmount', vat)}<cac:TaxCategory>"
        f"{_tag('ID', 'S')}{_tag('Percent', str(rate))}<cac:TaxScheme>{_tag('ID', 'VAT')}</cac:TaxScheme>"
        "</cac:TaxCategory></cac:TaxSubtotal>"
        for rate, base, vat in sheet.taxes
    )
    return f"<cac:TaxTotal>{_money('TaxAmount', sheet.vat)}{parts}</cac:TaxTotal>\n"


def _totals(sheet: Sheet) -> str:
    prepaid = _money("PrepaidAmount", sheet.prepaid) if sheet.prepaid else ""
    return (
        f"<cac:LegalMonetaryTotal>{_money('LineExtensionAmount', sheet.net)}"
        f"{_money('TaxExclusiveAmount', sheet.net)}{_money('TaxInclusiveAmount', sheet.gross)}"
        f"{prepaid}{_money('PayableAmount', sheet.to_pay)}</cac:LegalMonetaryTotal>\n"
    )


def _lines(sheet: Sheet, root: str) -> str:
    quantity = "CreditedQuantity" if sheet.credit else "InvoicedQuantity"
    unit = ' unitCode="C62"'
    return "".join(
        f"<cac:{root}Line>{_tag('ID', str(number))}{_tag(quantity, str(line.quantity), unit)}"
        f"{_money('LineExtensionAmount', line.net)}<cac:Item>{_tag('Name', line.label)}</cac:Item>"
        f"<cac:Price>{_money('PriceAmount', line.price)}</cac:Price></cac:{root}Line>\n"
        for number, line in enumerate(sheet.lines, 1)
    )
