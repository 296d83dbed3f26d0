"""What Chorus Pro verifies before it takes an invoice. The first thing that is wrong is the answer.

The rules are documented (API 2.3, parts 3.4 and 6, mission S1-084 to S1-090); the codes and most of the
wording are not, and stand in `invented`.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from chorus_tui.sandbox import invented
from chorus_tui.sandbox.files import Files
from chorus_tui.sandbox.replies import Malformed, refuse
from chorus_tui.sandbox.wire_invoices import MainFile, OtherFile, Submit, To
from chorus_tui.sandbox.world import Recipient, Service, Supplier, World

NUMBER = re.compile(r"[0-9A-Za-z \-_/+]+")
NUMBER_LENGTH = 20
COMMENT_LENGTH = 2000
SERVICE_LENGTH = 100
COMMITMENT_LENGTH = 50
LABEL_LENGTH = 100
LARGEST_FOLDER = 120 * 1024 * 1024
"""All files of one invoice (API 3.4)."""
RESERVED_SERVICE = "FACTURES_PUBLIQUES"
CENT = Decimal("0.01")
EURO = Decimal(1)
"""By how much the VAT of a line may miss its rate: it may have been rounded position by position, and the
validators of EN 16931 (BR-CO-17) allow as much."""


def supplier(world: World, wanted: Submit) -> Supplier:
    """Who sends it: a structure that the account acts for, with a bank account of its own."""
    by = wanted.fournisseur
    sender = world.supplier_by_id.get(by.id_fournisseur or 0)
    if sender is None:
        refuse(invented.SUPPLIER_UNKNOWN)
    if not sender.attached:
        refuse(invented.NO_RIGHT)
    account = by.code_coordonnees_bancaires_fournisseur
    if account is not None and account not in {held.id for held in sender.bank_accounts}:
        refuse(invented.BANK_ACCOUNT_UNKNOWN, id=account)
    return sender


def always_there(wanted: Submit) -> None:
    """The fields that every submission has."""
    totals = wanted.montant_total
    for name, value in (
        ("modeDepot", wanted.mode_depot),
        ("codeDestinataire", wanted.destinataire.code_destinataire),
        ("idFournisseur", wanted.fournisseur.id_fournisseur),
        ("codeCadreFacturation", wanted.cadre_de_facturation.code_cadre_facturation),
        ("deviseFacture", wanted.references.devise_facture),
        ("typeFacture", wanted.references.type_facture),
        ("typeTva", wanted.references.type_tva),
        ("modePaiement", wanted.references.mode_paiement),
        ("montantHtTotal", totals.montant_ht_total),
        ("montantTVA", totals.montant_tva),
        ("montantTtcTotal", totals.montant_ttc_total),
        ("montantAPayer", totals.montant_a_payer),
    ):
        if value is None or value == "":
            refuse(invented.MISSING_FIELD, field=name)


def number_and_date(wanted: Submit, today: date) -> date:
    """The number's shape, and a date that is not in the future.

    Whether the number is free is checked with the invoices. `SAISIE_API` generates the number and, with
    no date given, takes today.
    """
    typed_in = wanted.mode_depot == "SAISIE_API"
    number = wanted.numero_facture_saisi or ""
    if not typed_in:
        if not number.strip():
            refuse(invented.NUMBER_MISSING)
        if len(number) > NUMBER_LENGTH:
            refuse(invented.NUMBER_TOO_LONG)
        if not NUMBER.fullmatch(number):
            refuse(invented.NUMBER_ILLEGAL, number=number)
    if not wanted.date_facture:
        if typed_in:
            return today
        refuse(invented.DATE_MISSING)
    try:
        issued = date.fromisoformat(wanted.date_facture)
    except ValueError:
        raise Malformed(invented.NOT_CONFORM.format(detail="dateFacture")) from None
    if issued > today:
        refuse(invented.DATE_IN_FUTURE)
    if not typed_in and _is_bare_date(number, issued):
        refuse(invented.NUMBER_IS_A_DATE, number=number)
    return issued


def _is_bare_date(number: str, issued: date) -> bool:
    """A number that is a date and nothing else; eight digits together, only where they are the invoice's."""
    if number in (issued.strftime("%Y%m%d"), issued.strftime("%d%m%Y")):
        return True
    parts = re.sub(r"[ _/]", "-", number.strip())
    return any(_reads(parts, form) for form in ("%d-%m-%Y", "%Y-%m-%d"))


def _reads(text: str, form: str) -> bool:
    try:
        datetime.strptime(text, form)
    except ValueError:
        return False
    return True


def recipient(world: World, to: To, number: str, today: date) -> tuple[Recipient, Service | None]:
    """To whom it goes, and what that recipient makes mandatory: of a submission and of a recycling."""
    siret = to.code_destinataire or ""
    receiver = world.recipient_by_siret.get(siret)
    if receiver is None or not receiver.active:
        refuse(invented.RECIPIENT_UNKNOWN, siret=siret)
    code = to.code_service_executant or ""
    if len(code) > SERVICE_LENGTH:
        refuse(invented.TEXT_TOO_LONG, field="codeServiceExecutant", limit=SERVICE_LENGTH)
    if len(number) > COMMITMENT_LENGTH:
        refuse(invented.TEXT_TOO_LONG, field="numeroBonCommande", limit=COMMITMENT_LENGTH)
    service = None
    if code:
        service = receiver.service_of(code)
        if service is None or not service.open_on(today):
            refuse(invented.SERVICE_UNKNOWN, code=code)
        if code == RESERVED_SERVICE:
            refuse(invented.SERVICE_RESERVED)
    _demands(receiver, service, number)
    if receiver.state and number:
        _state_agrees(world, code, number)
    return receiver, service


def _demands(receiver: Recipient, service: Service | None, number: str) -> None:
    """The "either" flag goes before the two others, as deployed clients read it (API part 6)."""
    if receiver.either:
        if service is None and not number:
            refuse(invented.COMMITMENT_OR_SERVICE_MISSING)
    else:
        if receiver.service and service is None:
            refuse(invented.SERVICE_MISSING)
        if receiver.commitment and not number:
            refuse(invented.COMMITMENT_MISSING)
    if service is not None and service.commitment and not number:
        refuse(invented.COMMITMENT_MISSING_FOR_SERVICE, code=service.code)


def _state_agrees(world: World, code: str, number: str) -> None:
    commitment = next((held for held in world.commitments if held.number == number), None)
    if commitment is None or commitment.state != "COMMANDE" or code not in commitment.services:
        refuse(invented.STATE_INCOHERENT, number=number, code=code or "(absent)")


def references(world: World, wanted: Submit) -> None:
    """Currency, frame and validator, what a credit note may name, why there is no VAT."""
    given = wanted.references
    if given.devise_facture not in invented.CURRENCIES:
        refuse(invented.CURRENCY_UNKNOWN, code=given.devise_facture)
    frame = wanted.cadre_de_facturation
    if (frame.code_cadre_facturation or "").startswith(("A9_", "A12_")):
        siret = frame.code_structure_valideur or ""
        if not siret:
            refuse(invented.VALIDATOR_MISSING, frame=frame.code_cadre_facturation)
        if siret not in world.supplier_by_siret and siret not in world.recipient_by_siret:
            refuse(invented.VALIDATOR_UNKNOWN, siret=siret)
    if given.numero_facture_origine and given.type_facture != "AVOIR":
        refuse(invented.ORIGIN_NOT_ALLOWED)
    if given.type_tva == "EXONERATION" and not given.motif_exoneration_tva:
        refuse(invented.EXEMPTION_MISSING)
    if given.type_tva == "SANS_TVA" and wanted.ligne_tva:
        refuse(invented.VAT_REGIME_WRONG, regime=given.type_tva, detail="un récapitulatif de TVA")
    comment(wanted.commentaire)


def comment(text: str | None) -> None:
    """The length of a supplier's comment."""
    if len(text or "") > COMMENT_LENGTH:
        refuse(invented.TEXT_TOO_LONG, field="commentaire", limit=COMMENT_LENGTH)


def totals(wanted: Submit) -> None:
    """Net and VAT make gross, the VAT lines make both, and what is to pay is no more than gross.

    How far roundings may add up is assumed: a cent for each VAT line.
    """
    given = wanted.montant_total
    net, vat = cents(given.montant_ht_total), cents(given.montant_tva)
    gross, to_pay = cents(given.montant_ttc_total), cents(given.montant_a_payer)
    discount = cents(given.montant_remise_globale_ttc)
    if discount and not given.motif_remise_globale_ttc:
        refuse(invented.DISCOUNT_REASON_MISSING)
    if net + vat - discount != gross and net + vat != gross:
        _wrong("le montant TTC n'est pas la somme du montant HT et de la TVA")
    if wanted.references.type_tva in ("EXONERATION", "SANS_TVA") and vat:
        _wrong("une facture sans TVA ne porte pas de montant de TVA")
    if abs(to_pay) > abs(gross) or to_pay * gross < 0:
        _wrong("le montant à payer dépasse le montant TTC")
    if wanted.references.type_facture == "FACTURE" and gross < 0:
        _wrong("seul un avoir peut porter un montant négatif")
    _vat_lines(wanted, net, vat)
    if wanted.mode_depot == "SAISIE_API" and not wanted.ligne_poste:
        refuse(invented.LINES_MISSING)


def _vat_lines(wanted: Submit, net: Decimal, vat: Decimal) -> None:
    rates = {code: Decimal(str(rate)) for code, _, rate in invented.VAT_RATES}
    for line in wanted.ligne_tva:
        if line.ligne_tva_taux and line.ligne_tva_taux not in rates:
            refuse(invented.VAT_RATE_UNKNOWN, rate=line.ligne_tva_taux)
        if not line.ligne_tva_taux and line.ligne_tva_taux_manuel is None:
            refuse(invented.MISSING_FIELD, field="ligneTvaTaux")
        rate = rates[line.ligne_tva_taux] if line.ligne_tva_taux else cents(line.ligne_tva_taux_manuel)
        base, due = cents(line.ligne_tva_montant_base_ht_par_taux), cents(line.ligne_tva_montant_tva_par_taux)
        if abs(base * rate / 100 - due) > EURO:
            _wrong(f"le montant de TVA de la ligne à {rate} % ne correspond pas à sa base")
    if not wanted.ligne_tva:
        if vat:
            _wrong("le récapitulatif de TVA est absent")
        return
    slack = CENT * len(wanted.ligne_tva)
    if abs(sum(cents(line.ligne_tva_montant_tva_par_taux) for line in wanted.ligne_tva) - vat) > slack:
        _wrong("la somme des lignes de TVA diffère du montant de TVA")
    if abs(sum(cents(line.ligne_tva_montant_base_ht_par_taux) for line in wanted.ligne_tva) - net) > slack:
        _wrong("la somme des bases HT diffère du montant HT")


def _wrong(detail: str) -> None:
    refuse(invented.TOTALS_WRONG, detail=detail)


def cents(amount: float | None) -> Decimal:
    """An amount of the wire as it was written; nothing is zero."""
    return Decimal(str(amount or 0))


def files(held: Files, wanted: Submit) -> int | None:
    """The main file's id; every file that the submission names exists and has a known type."""
    given = wanted.piece_jointe_principale
    mains = [given] if isinstance(given, MainFile) else given or []
    main = main_file(wanted)
    if wanted.mode_depot != "SAISIE_API" and main is None:
        refuse(invented.MAIN_FILE_MISSING)
    if main is not None and main not in held:
        refuse(invented.FILE_UNKNOWN, id=main)
    if mains and len(mains[0].piece_jointe_principale_designation or "") > LABEL_LENGTH:
        refuse(invented.FILE_LABEL_WRONG)
    attachments(held, wanted.piece_jointe_complementaire)
    folder(held, main, wanted.piece_jointe_complementaire)
    return main


def main_file(wanted: Submit) -> int | None:
    """The id of the invoice's own PDF."""
    given = wanted.piece_jointe_principale
    mains = [given] if isinstance(given, MainFile) else given or []
    return mains[0].piece_jointe_principale_id if mains else None


def attachments(held: Files, given: Iterable[OtherFile]) -> None:
    """Every file was handed over before, and has a type and a label (API 2.4)."""
    types = {code for _, code, _ in invented.ATTACHMENT_TYPES}
    for other in given:
        if other.piece_jointe_complementaire_id is None:
            refuse(invented.MISSING_FIELD, field="pieceJointeComplementaireId")
        if other.piece_jointe_complementaire_id not in held:
            refuse(invented.FILE_UNKNOWN, id=other.piece_jointe_complementaire_id)
        if (other.piece_jointe_complementaire_type or "") not in types:
            refuse(invented.FILE_TYPE_UNKNOWN, code=other.piece_jointe_complementaire_type or "")
        if not 0 < len(other.piece_jointe_complementaire_designation or "") <= LABEL_LENGTH:
            refuse(invented.FILE_LABEL_WRONG)


def folder(held: Files, main: int | None, given: Iterable[OtherFile]) -> None:
    """The size of all files of an invoice."""
    ids = {main, *(other.piece_jointe_complementaire_id for other in given)}
    files_of_it = [held.get(file_id) for file_id in ids if file_id is not None]
    if sum(file.size for file in files_of_it if file is not None) > LARGEST_FOLDER:
        refuse(invented.FOLDER_TOO_LARGE)
