"""What an invoice's XML says: CII, UBL and Chorus Pro's own minimal form, in one shape.

Which tag means which field follows the semantic model of EN 16931 (BT numbers beside the paths) and the tags
that recorded reports name (API 4).
"""

import base64
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from chorus_tui.sandbox.flow_contents import Position, Read, Tax

Element = Any
"""An lxml element; lxml has no types."""

CREDIT_NOTES = frozenset({"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "502", "503"})
DEPOSITS = frozenset({"386", "500"})
EXEMPT = frozenset({"E", "AE", "G", "K"})


def read_invoices(root: Element, form: str, member: str, size: int) -> list[Read]:
    """The invoices of one XML; only Chorus Pro's own form may hold several."""
    if form == "CPP":
        units = [
            unit
            for unit in root.iter()
            if _name(unit).endswith("Unitaire") and _name(unit) != "EnveloppeUnitaire"
        ]
        return [_cpp(unit, member, size) for unit in units or [root]]
    return [(_cii if form == "CII" else _ubl)(root, member, size)]


def _cii(root: Element, member: str, size: int) -> Read:
    agreement = "SupplyChainTradeTransaction/ApplicableHeaderTradeAgreement/"
    settlement = "SupplyChainTradeTransaction/ApplicableHeaderTradeSettlement/"
    totals = settlement + "SpecifiedTradeSettlementHeaderMonetarySummation/"
    taxes = _all(root, settlement + "ApplicableTradeTax")
    categories = {_text(tax, "CategoryCode") for tax in taxes}
    points = {_text(tax, "DueDateTypeCode") for tax in taxes}
    currency = _text(root, settlement + "InvoiceCurrencyCode")  # BT-5
    vat = [
        amount
        for amount in _all(root, totals + "TaxTotalAmount")  # BT-110
        if amount.get("currencyID") in (None, currency)
    ]
    reference = _text(root, agreement + "BuyerReference")  # BT-10
    return Read(
        form="CII",
        member=member,
        size=size,
        number=_text(root, "ExchangedDocument/ID"),  # BT-1
        issued=_day(_text(root, "ExchangedDocument/IssueDateTime/DateTimeString")),  # BT-2
        kind=_kind(_text(root, "ExchangedDocument/TypeCode")),  # BT-3
        origin=_text(root, settlement + "InvoiceReferencedDocument/IssuerAssignedID"),  # BT-25
        supplier=_cii_siret(_one(root, agreement + "SellerTradeParty")),
        recipient=_cii_siret(_one(root, agreement + "BuyerTradeParty")),
        service=_routing(_one(root, agreement + "BuyerTradeParty")) or reference,
        commitment=_text(root, agreement + "BuyerOrderReferencedDocument/IssuerAssignedID"),  # BT-13
        contract=_text(root, agreement + "ContractReferencedDocument/IssuerAssignedID"),  # BT-12
        frame=_text(
            root, "ExchangedDocumentContext/BusinessProcessSpecifiedDocumentContextParameter/ID"
        ),  # BT-23
        currency=currency,
        means=_text(root, settlement + "SpecifiedTradeSettlementPaymentMeans/TypeCode"),  # BT-81
        regime=_regime(categories, on_receipts="72" in points),
        exemption=next((reason for tax in taxes if (reason := _text(tax, "ExemptionReason"))), ""),
        net=_amount(_text(root, totals + "TaxBasisTotalAmount")),
        vat=_amount(vat[0].text or "") if vat else None,
        gross=_amount(_text(root, totals + "GrandTotalAmount")),
        to_pay=_amount(_text(root, totals + "DuePayableAmount")),
        taxes=_taxes(
            (_text(tax, "RateApplicablePercent"), _text(tax, "BasisAmount"), _text(tax, "CalculatedAmount"))
            for tax in taxes
        ),
        lines=tuple(
            Position(
                _text(line, "AssociatedDocumentLineDocument/LineID"),
                _text(line, "SpecifiedTradeProduct/Name"),
                _amount(_text(line, "SpecifiedLineTradeDelivery/BilledQuantity")),
                _amount(_text(line, "SpecifiedLineTradeAgreement/NetPriceProductTradePrice/ChargeAmount")),
            )
            for line in _all(root, "SupplyChainTradeTransaction/IncludedSupplyChainTradeLineItem")
        ),
        attachments=_files(_all(root, agreement + "AdditionalReferencedDocument/AttachmentBinaryObject")),
    )


def _ubl(root: Element, member: str, size: int) -> Read:
    taxes = _all(root, "TaxTotal/TaxSubtotal")
    categories = {_text(tax, "TaxCategory/ID") for tax in taxes}
    credit = _name(root) == "CreditNote"
    line = "CreditNoteLine" if credit else "InvoiceLine"
    quantity = "CreditedQuantity" if credit else "InvoicedQuantity"
    code = _text(root, "InvoiceTypeCode") or _text(root, "CreditNoteTypeCode")
    return Read(
        form="UBL",
        member=member,
        size=size,
        number=_text(root, "ID"),
        issued=_day(_text(root, "IssueDate")),
        kind="AVOIR" if credit else _kind(code),
        origin=_text(root, "BillingReference/InvoiceDocumentReference/ID"),
        supplier=_ubl_siret(_one(root, "AccountingSupplierParty/Party")),
        recipient=_ubl_siret(_one(root, "AccountingCustomerParty/Party")),
        service=_text(root, "BuyerReference"),
        commitment=_text(root, "OrderReference/ID"),
        contract=_text(root, "ContractDocumentReference/ID"),
        frame=_text(root, "ProfileID"),
        currency=_text(root, "DocumentCurrencyCode"),
        means=_text(root, "PaymentMeans/PaymentMeansCode"),
        regime=_regime(categories, on_receipts=_text(root, "InvoicePeriod/DescriptionCode") == "432"),
        exemption=next(
            (reason for tax in taxes if (reason := _text(tax, "TaxCategory/TaxExemptionReason"))), ""
        ),
        net=_amount(_text(root, "LegalMonetaryTotal/TaxExclusiveAmount")),
        vat=_amount(_text(root, "TaxTotal/TaxAmount")),
        gross=_amount(_text(root, "LegalMonetaryTotal/TaxInclusiveAmount")),
        to_pay=_amount(_text(root, "LegalMonetaryTotal/PayableAmount")),
        taxes=_taxes(
            (_text(tax, "TaxCategory/Percent"), _text(tax, "TaxableAmount"), _text(tax, "TaxAmount"))
            for tax in taxes
        ),
        lines=tuple(
            Position(
                _text(held, "ID"),
                _text(held, "Item/Name"),
                _amount(_text(held, quantity)),
                _amount(_text(held, "Price/PriceAmount")),
            )
            for held in _all(root, line)
        ),
        attachments=_files(_all(root, "AdditionalDocumentReference/Attachment/EmbeddedDocumentBinaryObject")),
    )


def _cpp(unit: Element, member: str, size: int) -> Read:
    """Chorus Pro's own form: the names are those of the pivot (API 5), what it lacks is invented."""
    data = "DonneesFacture/"
    taxes = _all(unit, data + "TVAs/TVA")
    return Read(
        form="CPP",
        member=member,
        size=size,
        number=_text(unit, data + "Id"),
        issued=_day(_text(unit, data + "DateEmissionFacture")),
        kind=_text(unit, data + "Type") or "FACTURE",
        origin=_text(unit, data + "IdFactureOrigine"),
        supplier=_text(unit, "Fournisseur/Identifiant").replace(" ", ""),
        recipient=_text(unit, "Debiteur/Identifiant").replace(" ", ""),
        service=_text(unit, "Debiteur/CodeService"),
        commitment=_text(unit, data + "Engagement"),
        contract=_text(unit, data + "Marche"),
        frame=_text(unit, data + "Cadre"),
        currency=_text(unit, data + "Devise"),
        means=_text(unit, data + "ModePaiement"),
        regime="TVA_SUR_DEBIT" if taxes else "SANS_TVA",
        net=_amount(_text(unit, data + "Montants/HT")),
        vat=_amount(_text(unit, data + "Montants/TVA")),
        gross=_amount(_text(unit, data + "Montants/TTC")),
        to_pay=_amount(_text(unit, data + "Montants/APayer")),
        taxes=_taxes((_text(tax, "Taux"), _text(tax, "Base"), _text(tax, "Montant")) for tax in taxes),
        attachments=_files(_all(unit, "PJ/Contenu")),
    )


# --- parts -------------------------------------------------------------------------------------------------


def _name(element: Element) -> str:
    return str(etree.QName(element).localname) if isinstance(element.tag, str) else ""


def _all(element: Element | None, path: str) -> list[Element]:
    """Elements below, by names without namespaces."""
    found = [] if element is None else [element]
    for name in path.split("/"):
        found = [child for held in found for child in held if _name(child) == name]
    return found


def _one(element: Element | None, path: str) -> Element | None:
    return next(iter(_all(element, path)), None)


def _text(element: Element | None, path: str) -> str:
    found = _one(element, path)
    return "" if found is None else (found.text or "").strip()


def _amount(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _files(holders: list[Element]) -> tuple[tuple[str, bytes], ...]:
    """Embedded files, by the names that they bear; what is no base64 is no file."""
    found = []
    for index, holder in enumerate(holders, 1):
        try:
            content = base64.b64decode("".join((holder.text or "").split()), validate=True)
        except ValueError:
            continue
        found.append((holder.get("filename") or f"piece-{index}.pdf", content))
    return tuple(found)


def _taxes(rows: Iterable[tuple[str, str, str]]) -> tuple[Tax, ...]:
    return tuple(
        Tax(_amount(rate) or 0.0, _amount(base) or 0.0, _amount(vat) or 0.0) for rate, base, vat in rows
    )


def _day(text: str) -> str:
    for form in ("%Y%m%d", "%Y-%m-%d"):
        try:
            return datetime.strptime(text[:10], form).date().isoformat()
        except ValueError:
            continue
    return ""


def _kind(code: str) -> str:
    if code in CREDIT_NOTES:
        return "AVOIR"
    return "ACOMPTE" if code in DEPOSITS else "FACTURE"


def _regime(categories: set[str], *, on_receipts: bool) -> str:
    if categories and categories <= {"O"}:
        return "SANS_TVA"
    if categories and categories <= EXEMPT:
        return "EXONERATION"
    return "TVA_SUR_ENCAISSEMENT" if on_receipts else "TVA_SUR_DEBIT"


def _digits(text: str | None) -> str:
    return "".join((text or "").split())


def _siret(candidates: list[Element]) -> str:
    """The first identifier of fourteen characters; by its scheme, a SIRET (0009) goes first."""
    ordered = sorted(candidates, key=lambda found: found.get("schemeID") not in ("0009", "SIRET", "1"))
    whole = [text for found in ordered if len(text := _digits(found.text)) == 14]
    return whole[0] if whole else next((_digits(found.text) for found in ordered), "")


def _cii_siret(party: Element | None) -> str:
    kept = [found for found in _all(party, "GlobalID") if found.get("schemeID") != "0224"]
    return _siret([*kept, *_all(party, "SpecifiedLegalOrganization/ID"), *_all(party, "ID")])


def _routing(party: Element | None) -> str:
    """The service, where the buyer carries it under its own scheme (0224)."""
    found = [held for held in _all(party, "GlobalID") if held.get("schemeID") == "0224"]
    return (found[0].text or "").strip() if found else ""


def _ubl_siret(party: Element | None) -> str:
    return _siret(
        [
            *_all(party, "PartyIdentification/ID"),
            *_all(party, "PartyLegalEntity/CompanyID"),
            *_all(party, "EndpointID"),
        ]
    )
