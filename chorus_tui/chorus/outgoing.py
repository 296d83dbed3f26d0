"""From the domain to request bodies: submissions, replies and searches."""

import mimetypes
from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

from chorus_tui.chorus.records import Criteria
from chorus_tui.chorus.values import shortened, wire_day, wire_moment
from chorus_tui.chorus.vocabulary import FRAMES, KINDS, MEANS, REGIMES, SYNTAXES, codes_of
from chorus_tui.chorus.wire import requests as wire
from chorus_tui.domain.document import Attachment
from chorus_tui.domain.fields import InvoiceFields, VatLine
from chorus_tui.domain.flow import Syntax
from chorus_tui.domain.identifiers import compact_siret
from chorus_tui.domain.intent import Submission
from chorus_tui.domain.money import to_cents
from chorus_tui.domain.statuses import InvoiceKind, VatRegime

FRENCH = "FR"
ASCENDING, DESCENDING = "Ascendant", "Descendant"
EVERYTHING = 999_999
"""Lifts the cap that searches put on their result by default (API 2, general pitfalls)."""

ANALYSED_NAME, FLOW_NAME, ATTACHED_NAME, DESIGNATION = 200, 200, 50, 100
"""Longest names that Chorus Pro takes: of a PDF to analyse, of a flow, of an attachment, of either file on
the invoice."""


def page(number: int, size: int, column: str | None = None, *, capped: bool = False) -> wire.Page:
    """One page of a list, in an order that does not move while it is read."""
    return wire.Page(
        nbResultatsParPage=size,
        pageResultatDemandee=number,
        nbResultatsMaximum=EVERYTHING if capped else None,
        triColonne=column,
        triSens=ASCENDING if column else None,
    )


def pdf_to_analyse(name: str) -> wire.DeposerPdf:
    """An unsigned PDF."""
    return wire.DeposerPdf(nomFichier=shortened(name, ANALYSED_NAME), formatDepot="PDF_NON_SIGNE")


def file_to_attach(name: str) -> wire.AjouterFichier:
    """A file, whose type is told by its name."""
    short = shortened(name, ATTACHED_NAME)
    mime, _ = mimetypes.guess_type(short)
    return wire.AjouterFichier(
        pieceJointeNom=short,
        pieceJointeTypeMime=mime or "application/octet-stream",
        pieceJointeExtension=short.rpartition(".")[2].upper(),
    )


def flow_to_deposit(name: str, syntax: Syntax) -> wire.DeposerFlux:
    """A file of invoices; nothing here signs any.

    Raises:
        ValueError: there are no deposits of this syntax.
    """
    if syntax not in SYNTAXES:
        raise ValueError(f"no deposits of syntax {syntax}")
    return wire.DeposerFlux(
        idUtilisateurCourant=0,
        nomFichier=shortened(name, FLOW_NAME),
        syntaxeFlux=SYNTAXES[syntax],
        avecSignature=False,
    )


def download(invoice_ids: Sequence[int], kind: Literal["pdf", "pivot"]) -> wire.TelechargerGroupe:
    """Deposited invoices; a pivot always has their attachments inside (API 2.11)."""
    return wire.TelechargerGroupe(
        format=kind.upper(),
        avecPiecesJointesComplementaires="OUI" if kind == "pdf" else None,
        listeFacture=tuple(wire.FactureATelecharger(idFacture=key) for key in invoice_ids),
    )


def vat_type(fields: InvoiceFields) -> VatRegime:
    """None where none is charged, exempt where a reason is given, else the supplier's regime (API 2.3)."""
    if fields.exemption_reason or fields.vat_regime is VatRegime.EXEMPT:
        return VatRegime.EXEMPT
    if not fields.vat and (not fields.vat_lines or fields.vat_regime is VatRegime.NONE):
        return VatRegime.NONE
    return VatRegime.ON_RECEIPTS if fields.vat_regime is VatRegime.ON_RECEIPTS else VatRegime.ON_DEBITS


def vat_line(line: VatLine) -> wire.LigneTva:
    """By Chorus Pro's code where it is known, else by the rate itself."""
    return wire.LigneTva(
        ligneTvaTaux=line.code or None,
        ligneTvaTauxManuel=None if line.code else line.rate,
        ligneTvaMontantBaseHtParTaux=to_cents(line.base),
        ligneTvaMontantTvaParTaux=to_cents(line.vat),
    )


def vat_lines(fields: InvoiceFields) -> tuple[wire.LigneTva, ...] | None:
    """The VAT by rate; an invoice without VAT has no lines, not even at 0 %."""
    if not fields.vat_lines or vat_type(fields) is VatRegime.NONE:
        return None
    return tuple(map(vat_line, fields.vat_lines))


def totals(fields: InvoiceFields) -> wire.MontantTotal:
    """The totals; a discount only where there is one, and no VAT where an invoice is said to have none."""
    untaxed = fields.vat_regime in (VatRegime.EXEMPT, VatRegime.NONE)
    charged = Decimal(0) if fields.vat is None and untaxed else fields.vat
    net, vat, gross, to_pay = (
        to_cents(value) if value is not None else None
        for value in (fields.net, charged, fields.gross, fields.to_pay)
    )
    return wire.MontantTotal(
        montantHtTotal=net,
        montantTVA=vat,
        montantTtcTotal=gross,
        montantRemiseGlobaleTTC=to_cents(fields.discount) if fields.discount else None,
        motifRemiseGlobaleTTC=fields.discount_reason or None if fields.discount else None,
        montantAPayer=to_pay,
    )


def references(fields: InvoiceFields) -> wire.References:
    """What the invoice refers to and how it is paid."""
    regime = vat_type(fields)
    corrects = fields.original_number if fields.kind is InvoiceKind.CREDIT_NOTE else None
    return wire.References(
        deviseFacture=fields.currency,
        typeFacture=KINDS[fields.kind] if fields.kind else None,
        typeTva=REGIMES[regime],
        motifExonerationTva=fields.exemption_reason or None if regime is VatRegime.EXEMPT else None,
        numeroMarche=fields.contract_number or None,
        numeroBonCommande=fields.commitment_number or None,
        numeroFactureOrigine=corrects or None,
        modePaiement=MEANS[fields.payment_means] if fields.payment_means else None,
    )


def attachment(file: Attachment) -> wire.PieceJointeComplementaire:
    """A file that was uploaded before.

    Raises:
        ValueError: it was not.
    """
    if file.chorus_id is None:
        raise ValueError("an attachment must be uploaded before it is submitted")
    return wire.PieceJointeComplementaire(
        pieceJointeComplementaireDesignation=shortened(file.label or file.name, DESIGNATION),
        pieceJointeComplementaireType=file.type_code,
        pieceJointeComplementaireId=file.chorus_id,
    )


def submission(order: Submission) -> wire.Soumettre:
    """A PDF deposited before, with its data (API 2.3, DEPOT_PDF_API). Nothing is invented: None stays out."""
    fields = order.fields
    frame = fields.billing_frame
    return wire.Soumettre(
        modeDepot="DEPOT_PDF_API",
        numeroFactureSaisi=fields.number,
        dateFacture=wire_day(fields.issued),
        destinataire=wire.Destinataire(
            codeDestinataire=compact_siret(fields.recipient_siret) if fields.recipient_siret else None,
            codeServiceExecutant=fields.service_code or None,
        ),
        fournisseur=wire.Fournisseur(
            idFournisseur=order.supplier_id, codeCoordonneesBancairesFournisseur=fields.bank_account
        ),
        cadreDeFacturation=wire.CadreDeFacturation(
            codeCadreFacturation=FRAMES[frame] if frame else None,
            codeStructureValideur=fields.validator_siret or None if frame and frame.needs_validator else None,
            codeServiceValideur=fields.validator_service or None if frame and frame.needs_validator else None,
        ),
        references=references(fields),
        ligneTva=vat_lines(fields),
        montantTotal=totals(fields),
        pieceJointePrincipale=(
            wire.PieceJointePrincipale(
                pieceJointePrincipaleDesignation=shortened(order.main_attachment_name, DESIGNATION),
                pieceJointePrincipaleId=order.main_attachment_id,
            ),
        ),
        pieceJointeComplementaire=tuple(map(attachment, order.attachments)) or None,
        commentaire=fields.comment or None,
    )


def completion(invoice_id: int, attachments: Sequence[Attachment], comment: str) -> wire.Completer:
    """Files uploaded before, a comment or both, for a suspended invoice."""
    return wire.Completer(
        identifiantFactureCPP=invoice_id,
        pieceJointeComplementaire=tuple(map(attachment, attachments)) or None,
        commentaire=comment or None,
    )


def recycling(
    invoice_id: int, recipient_siret: str, service_code: str, commitment_number: str, comment: str
) -> wire.Recycler:
    """Where an invoice belongs; whatever else it refers to stays as it is."""
    return wire.Recycler(
        identifiantFactureCPP=invoice_id,
        destinataire=wire.Destinataire(
            codeDestinataire=compact_siret(recipient_siret), codeServiceExecutant=service_code or None
        ),
        reference=wire.References(numeroBonCommande=commitment_number) if commitment_number else None,
        commentaire=comment or None,
    )


def settlement(invoice_ids: Sequence[int], remark: str) -> wire.TraiterRejet:
    """Rejected invoices that were dealt with."""
    return wire.TraiterRejet(
        listeDemandePaiement=tuple(wire.DemandePaiement(idDemandePaiement=key) for key in invoice_ids),
        cpltInfos=remark or None,
    )


def new_validator(invoice_id: int, siret: str) -> wire.CorrigerValideur:
    """Another structure that has to approve first."""
    return wire.CorrigerValideur(
        idFacture=invoice_id,
        typeIdentifiantStructure="SIRET",
        identifiantStructure=compact_siret(siret),
    )


def search(criteria: Criteria, number: int, size: int) -> wire.RechercherFournisseur:
    """One page of a search, oldest deposit first, so that what arrives meanwhile comes last."""
    recipient = criteria.recipient_id
    return wire.RechercherFournisseur(
        rechercheFactureParFournisseur=page(number, size, "DateDepot", capped=True),
        numeroFacture=criteria.number,
        listeDestinataire=(wire.CritereDestinataire(idDestinataire=recipient),) if recipient else None,
        idFournisseur=criteria.supplier_id,
        statutCourant=codes_of(criteria.statuses) or None,
        periodeDateDepotDu=wire_day(criteria.deposited_from),
        periodeDateDepotAu=wire_day(criteria.deposited_until),
        periodeDateFactureDu=wire_day(criteria.issued_from),
        periodeDateFactureAu=wire_day(criteria.issued_until),
        periodeDateHeureEtatCourantDu=wire_moment(criteria.changed_since),
        periodeDateHeureEtatCourantAu=wire_moment(criteria.changed_until),
        numeroFluxDepot=criteria.flow_number,
        rejetTraite=criteria.rejection_handled,
    )


def history(invoice_id: int, number: int, size: int) -> wire.ConsulterHistorique:
    """One page of an invoice's statuses, newest first."""
    return wire.ConsulterHistorique(
        idFacture=invoice_id,
        nbResultatsMaximum=EVERYTHING,
        paramRechercheHistoStatuts=wire.PageHistoStatuts(
            pageResultatDemandeeListeHistoStatut=number,
            nbResultatsParPageListeHistoStatut=size,
            triSensListeHistoStatut=DESCENDING,
            triColonneListeHistoStatut="HistoStatutDatePassage",
        ),
    )


def structures(words: str, size: int, *, private_too: bool = False) -> wire.RechercherStructures:
    """Structures with a SIRET, or with words in their name: public ones and ours, or everybody's."""
    compact = compact_siret(words)
    if compact.isdigit() and len(compact) == 14:
        criterion = wire.CritereStructure(identifiantStructure=compact, typeIdentifiantStructure="SIRET")
    else:
        criterion = wire.CritereStructure(raisonSocialeStructure=words.strip())
    return wire.RechercherStructures(
        structure=criterion,
        parametres=page(1, size, "DesignationStructure"),
        restreindreStructuresPrivees=False if private_too else None,
    )
