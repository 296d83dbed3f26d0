"""What is said against an invoice of a flow: the checks of a submission, in the words of recorded reports.

The recorded wordings (API 4) are here; those that nobody wrote down are in `invented`.
"""

from collections.abc import Callable
from datetime import date
from typing import get_args

import msgspec

from chorus_tui.sandbox import checks, invented
from chorus_tui.sandbox.flow_contents import Read
from chorus_tui.sandbox.replies import Refused
from chorus_tui.sandbox.wire_invoices import (
    AnyFrame,
    By,
    Frame,
    Line,
    References,
    Submit,
    To,
    Totals,
    VatLine,
)
from chorus_tui.sandbox.wordings import unaccented
from chorus_tui.sandbox.world import World

_AGREEMENT = "FichierXml.SupplyChainTradeTransaction.ApplicableHeaderTradeAgreement"
_SETTLEMENT = "FichierXml.SupplyChainTradeTransaction.ApplicableHeaderTradeSettlement"
_TOTALS = f"{_SETTLEMENT}.SpecifiedTradeSettlementHeaderMonetarySummation"
_UNIT = "CPPFactureUnitaire"
_DATA = f"{_UNIT}.DonneesFacture"

TAGS: dict[str, dict[str, str]] = {
    "CII": {
        "number": "FichierXml.ExchangedDocument.ID",
        "issued": "FichierXml.ExchangedDocument.IssueDateTime.DateTimeString",
        "frame": "FichierXml.ExchangedDocumentContext.BusinessProcessSpecifiedDocumentContextParameter.ID",
        "supplier": f"{_AGREEMENT}.SellerTradeParty.SpecifiedLegalOrganization.ID",
        "party": f"{_AGREEMENT}.SellerTradeParty",
        "recipient": f"{_AGREEMENT}.BuyerTradeParty.SpecifiedLegalOrganization.ID",
        "service": f"{_AGREEMENT}.BuyerReference",
        "commitment": f"{_AGREEMENT}.BuyerOrderReferencedDocument.IssuerAssignedID",
        "means": f"{_SETTLEMENT}.SpecifiedTradeSettlementPaymentMeans.TypeCode",
        "currency": f"{_SETTLEMENT}.InvoiceCurrencyCode",
        "origin": f"{_SETTLEMENT}.InvoiceReferencedDocument.IssuerAssignedID",
        "totals": f"{_TOTALS}.GrandTotalAmount",
        "pdf": f"{_AGREEMENT}.AdditionalReferencedDocument.AttachmentBinaryObject",
        "exemption": f"{_SETTLEMENT}.ApplicableTradeTax.ExemptionReason",
    },
    "UBL": {
        "number": "FichierXml.Invoice.ID",
        "issued": "FichierXml.Invoice.IssueDate",
        "frame": "FichierXml.Invoice.ProfileID",
        "supplier": "AccountingSupplierParty.Party.PartyIdentification.ID",
        "party": "AccountingSupplierParty",
        "recipient": "AccountingCustomerParty.Party.PartyIdentification.ID",
        "service": "FichierXml.Invoice.BuyerReference",
        "commitment": "FichierXml.Invoice.OrderReference.ID",
        "means": "FichierXml.Invoice.PaymentMeans.PaymentMeansCode",
        "currency": "FichierXml.Invoice.DocumentCurrencyCode",
        "origin": "FichierXml.Invoice.BillingReference.InvoiceDocumentReference.ID",
        "totals": "FichierXml.Invoice.LegalMonetaryTotal.TaxInclusiveAmount",
        "pdf": "FichierXml.Invoice.AdditionalDocumentReference.Attachment.EmbeddedDocumentBinaryObject",
        "exemption": "FichierXml.Invoice.TaxTotal.TaxSubtotal.TaxCategory.TaxExemptionReason",
    },
    "CPP": {
        "number": f"{_DATA}.Id",
        "issued": f"{_DATA}.DateEmissionFacture",
        "frame": f"{_DATA}.Cadre",
        "supplier": f"{_UNIT}.Fournisseur.Identifiant",
        "party": f"{_UNIT}.Fournisseur",
        "recipient": f"{_UNIT}.Debiteur.Identifiant",
        "service": f"{_UNIT}.Debiteur.CodeService",
        "commitment": f"{_DATA}.Engagement",
        "means": f"{_DATA}.ModePaiement",
        "currency": f"{_DATA}.Devise",
        "origin": f"{_DATA}.IdFactureOrigine",
        "totals": f"{_DATA}.Montants.TTC",
        "pdf": f"{_UNIT}.PJ",
        "exemption": f"{_DATA}.TVAs",
    },
}

SUPPLIER_UNKNOWN = (
    "L'identifiant fournisseur de la demande de paiement (balise : {tag}.value) n'est pas reference dans "
    "notre systeme."
)
COMMITMENT_WORDS = "L'engagement juridique ({tag}.value) est obligatoire"
"""Also where the service is missing: the tag is the service's although the text says engagement."""
MISSING = "L'element {tag}.value est obligatoire"
NUMBER_TOO_LONG = "Le champ identifiant de la facture ({tag}.value) ne doit pas depasser 20 caracteres"
SERVICE_UNKNOWN = (
    "Le code service de la structure publique destinataire est inconnu ou inactif dans Chorus Pro"
)

_RECORDED: dict[int, tuple[str, str]] = {
    invented.SUPPLIER_UNKNOWN.code: (SUPPLIER_UNKNOWN, "supplier"),
    invented.SERVICE_MISSING.code: (COMMITMENT_WORDS, "service"),
    invented.COMMITMENT_MISSING.code: (COMMITMENT_WORDS, "commitment"),
    invented.COMMITMENT_OR_SERVICE_MISSING.code: (COMMITMENT_WORDS, "commitment"),
    invented.COMMITMENT_MISSING_FOR_SERVICE.code: (COMMITMENT_WORDS, "commitment"),
    invented.NUMBER_TOO_LONG.code: (NUMBER_TOO_LONG, "number"),
    invented.NUMBER_MISSING.code: (MISSING, "number"),
    invented.DATE_MISSING.code: (MISSING, "issued"),
    invented.SERVICE_UNKNOWN.code: (SERVICE_UNKNOWN, "service"),
}
"""By the code of a submission's refusal: the words of a report, and the field whose tag they name."""

FRAMES = {name.partition("_")[0]: name for name in get_args(AnyFrame)}
"""By the short code that an XML bears: A1 … A25."""


def against(read: Read, world: World, today: date, *, used: bool) -> list[str]:
    """Every message against an invoice; none: it can be integrated.

    Args:
        used: whether its number is taken, in the flow or before it.
    """
    tags = TAGS[read.form]
    wanted = submission_of(read, world, "")
    supplier = world.supplier_by_siret.get(read.supplier)
    found: list[str] = []
    if supplier is None:
        found.append(SUPPLIER_UNKNOWN.format(tag=tags["supplier"]))
        found.append(invented.PARTY_OUTSIDE.format(tag=tags["party"]))
    found += _refusals(
        tags,
        lambda: checks.number_and_date(wanted, today),
        lambda: checks.recipient(world, wanted.destinataire, read.commitment, today),
    )
    if used:
        found.append(unaccented(invented.NUMBER_TAKEN.text).format(number=read.number))
    if not read.means:
        found.append(MISSING.format(tag=tags["means"]))
    if read.lacks_pdf:
        found.append(MISSING.format(tag=tags["pdf"]))
    if read.frame and read.frame not in FRAMES:
        found.append(invented.FRAME_WRONG.format(tag=tags["frame"], frame=read.frame))
    found += _refusals(
        tags, lambda: checks.references(world, _without_frame(wanted)), lambda: checks.totals(wanted)
    )
    return found


def _refusals(tags: dict[str, str], *verify: Callable[[], object]) -> list[str]:
    found = []
    for check in verify:
        try:
            check()
        except Refused as refused:
            template, field = _RECORDED.get(refused.code, ("", ""))
            tagged = invented.TAG_OF_REFUSAL.get(refused.code)
            if template:
                found.append(template.format(tag=tags[field]))
            elif tagged is not None:
                found.append(f"{unaccented(refused.label)} (balise : {tags[tagged]}.value)")
            else:
                found.append(unaccented(refused.label))
    return found


def submission_of(read: Read, world: World, mode: str) -> Submit:
    """The invoice as if it had been submitted, so that it is checked, kept and shown like any other."""
    supplier = world.supplier_by_siret.get(read.supplier)
    accounts = supplier.bank_accounts if supplier is not None else ()
    totals = Totals(
        montant_ht_total=read.net,
        montant_tva=read.vat,
        montant_ttc_total=read.gross,
        montant_a_payer=read.to_pay,
    )
    return Submit(
        mode_depot=mode,  # type: ignore[arg-type]  # a way that no submission has
        numero_facture_saisi=read.number,
        date_facture=read.issued,
        destinataire=To(code_destinataire=read.recipient, code_service_executant=read.service or None),
        fournisseur=By(
            id_fournisseur=supplier.id if supplier is not None else None,
            code_coordonnees_bancaires_fournisseur=accounts[0].id if accounts else None,
        ),
        cadre_de_facturation=Frame(code_cadre_facturation=FRAMES.get(read.frame, FRAMES["A1"])),
        references=References(
            devise_facture=read.currency,
            type_facture=read.kind,  # type: ignore[arg-type]  # also ACOMPTE
            type_tva=read.regime,  # type: ignore[arg-type]
            motif_exoneration_tva=read.exemption or None,
            numero_marche=read.contract or None,
            numero_bon_commande=read.commitment or None,
            numero_facture_origine=read.origin if read.kind == "AVOIR" else None,
            mode_paiement=invented.PAYMENT_MEANS.get(read.means, "VIREMENT"),  # type: ignore[arg-type]
        ),
        ligne_poste=tuple(
            Line(
                ligne_poste_numero=index,
                ligne_poste_reference=line.number,
                ligne_poste_denomination=line.name,
                ligne_poste_quantite=line.quantity,
                ligne_poste_montant_unitaire_ht=line.price,
            )
            for index, line in enumerate(read.lines, 1)
        ),
        ligne_tva=()
        if read.regime == "SANS_TVA"
        else tuple(
            VatLine(
                ligne_tva_taux_manuel=tax.rate,
                ligne_tva_montant_base_ht_par_taux=tax.base,
                ligne_tva_montant_tva_par_taux=tax.vat,
            )
            for tax in read.taxes
        ),
        montant_total=totals,
    )


def _without_frame(wanted: Submit) -> Submit:
    """No source says where an XML names the validator that A9 and A12 need."""
    return msgspec.structs.replace(wanted, cadre_de_facturation=Frame())
