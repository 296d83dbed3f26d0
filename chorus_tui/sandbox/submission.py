"""`soumettre`: an invoice is verified and taken (API 2.3). And what the world held before."""

import base64
import hashlib
import itertools
from collections.abc import Iterator
from copy import copy
from datetime import date, datetime, timedelta
from functools import lru_cache

import msgspec

from chorus_tui.sandbox import checks, invented
from chorus_tui.sandbox.clock import Clock, day, day_text, instant_text
from chorus_tui.sandbox.earlier import Deposited, invoices_of_lots
from chorus_tui.sandbox.files import Files
from chorus_tui.sandbox.flow_contents import Read
from chorus_tui.sandbox.invoices import Invoice, Invoices, Row
from chorus_tui.sandbox.lifecycle import Lifecycle, floor_to_ms
from chorus_tui.sandbox.replies import Body, done, refuse
from chorus_tui.sandbox.wire_invoices import MainFile, OtherFile, Submit
from chorus_tui.sandbox.world import Recipient, Service, Supplier, World

CREATOR = "TECH Compte technique"


class Desk:
    """Takes invoices in."""

    def __init__(
        self, world: World, clock: Clock, files: Files, invoices: Invoices, lifecycle: Lifecycle
    ) -> None:
        self._world = world
        self._clock = clock
        self._files = files
        self._invoices = invoices
        self._lifecycle = lifecycle
        self._ids = itertools.count(max((held.id for held in world.invoices), default=8_420_000) + 518)
        self._generated = itertools.count(1)
        self._pairs: dict[tuple[str, str, str], Row] = {}
        now = floor_to_ms(clock.now())
        invoices.fill(self._from_file(now))
        invoices.fill(self._from_crowd(now))

    def submit(self, wanted: Submit) -> Body:
        """Verify an invoice and take it; the first thing that is wrong is the answer."""
        now = floor_to_ms(self._clock.now())
        today = day(now)
        checks.always_there(wanted)
        supplier = checks.supplier(self._world, wanted)
        issued = checks.number_and_date(wanted, today)
        recipient, service = checks.recipient(
            self._world, wanted.destinataire, wanted.references.numero_bon_commande or "", today
        )
        checks.references(self._world, wanted)
        checks.totals(wanted)
        main = checks.files(self._files, wanted)
        number = self._number(wanted, now)
        if self.is_used(number, supplier, issued):
            refuse(invented.NUMBER_TAKEN, number=number)
        invoice = self._enter(wanted, supplier, recipient, service, number, issued.isoformat(), now)
        if main is not None and (file := self._files.get(main)) is not None:
            invoice.size = file.size
        proof = hashlib.sha256(msgspec.json.encode(wanted)).digest()
        return done(
            identifiantFactureCPP=invoice.id,
            numeroFacture=number,
            statutFacture=invoice.row.statut,
            dateDepot=invoice.row.date_depot,
            identifiantStructure=supplier.siret,
            empreinteCertificatDepot=base64.b64encode(proof).decode(),
        )

    def integrate(self, wanted: Submit, flow: str, read: Read, at: datetime) -> Invoice:
        """Take in an invoice of a flow, which was verified before, with the files that it carried."""
        world, to = self._world, wanted.destinataire
        supplier = world.supplier_by_id[wanted.fournisseur.id_fournisseur or 0]
        recipient = world.recipient_by_siret[to.code_destinataire or ""]
        service = recipient.service_of(to.code_service_executant or "")
        wanted = self._with_files(wanted, read)
        invoice = self._enter(wanted, supplier, recipient, service, read.number, read.issued, at, flow)
        invoice.size = read.size
        return invoice

    def _with_files(self, wanted: Submit, read: Read) -> Submit:
        main = None
        if read.pdf:
            held = self._files.take(f"{read.number}.pdf", read.pdf, analysed=False)
            main = [
                MainFile(piece_jointe_principale_designation=held.name, piece_jointe_principale_id=held.id)
            ]
        others = tuple(
            OtherFile(
                piece_jointe_complementaire_designation=name,
                piece_jointe_complementaire_type=invented.TYPE_OF_FLOW_FILES,
                piece_jointe_complementaire_id=self._files.take(name, content, analysed=False).id,
            )
            for name, content in read.attachments
        )
        return msgspec.structs.replace(
            wanted, piece_jointe_principale=main, piece_jointe_complementaire=others
        )

    def of_flow(self, number: str) -> list[Row]:
        """The invoices of a flow."""
        return [held.row for held in self._invoices.of_flow(number)]

    def is_used(self, number: str, supplier: Supplier, issued: date) -> bool:
        """Whether a number is taken: it is used once per supplier and year; rejected invoices keep theirs."""
        year = issued.isoformat()[:4]
        return any(
            held.supplier_id == supplier.id and held.row.date_facture.startswith(year)
            for held in self._invoices.numbered(number)
        )

    def _enter(
        self,
        wanted: Submit,
        supplier: Supplier,
        recipient: Recipient,
        service: Service | None,
        number: str,
        issued: str,
        now: datetime,
        flow: str = "",
    ) -> Invoice:
        """Keep an invoice and begin its life."""
        frame = wanted.cadre_de_facturation.code_cadre_facturation or ""
        status = "A_VALIDER_1" if frame.startswith(("A9_", "A12_")) else "DEPOSEE"
        row = self._row(wanted, supplier, recipient, service, number, issued, status, now)
        row.numero_flux_depot = flow or None
        invoice = Invoice(
            row=row,
            supplier_id=supplier.id,
            frame=frame,
            changed=now.timestamp(),
            bank_account=wanted.fournisseur.code_coordonnees_bancaires_fournisseur,
            vat=wanted.montant_total.montant_tva or 0.0,
            sent=wanted,
            comment=wanted.commentaire,
            creator=self._world.account.user_id,
            validator_id=self._structure_id(row.code_valideur1),
        )
        self._invoices.add(invoice)
        self._lifecycle.begin(invoice, status, now, recipient)
        return invoice

    def _structure_id(self, siret: str | None) -> int | None:
        known = self._world.supplier_by_siret.get(siret or "") or self._world.recipient_by_siret.get(
            siret or ""
        )
        return known.id if known else None

    def _number(self, wanted: Submit, now: datetime) -> str:
        if wanted.mode_depot == "SAISIE_API":
            return f"{now.year}{next(self._generated):016d}"
        return wanted.numero_facture_saisi or ""

    def _row(
        self,
        wanted: Submit,
        supplier: Supplier,
        recipient: Recipient,
        service: Service | None,
        number: str,
        issued: str,
        status: str,
        now: datetime,
    ) -> Row:
        totals, references = wanted.montant_total, wanted.references
        validator = wanted.cadre_de_facturation.code_structure_valideur
        accounts = {account.id: account.name for account in supplier.bank_accounts}
        row = _between(supplier, recipient, service)
        row.identifiant_facture_cpp = next(self._ids)
        row.type_facture = references.type_facture or "FACTURE"
        row.numero_facture = number
        row.date_facture, row.date_depot = issued, day_text(now)
        row.montant_ht = totals.montant_ht_total or 0.0
        row.montant_ttc = totals.montant_ttc_total or 0.0
        row.montant_a_payer = totals.montant_a_payer or 0.0
        row.devise = references.devise_facture or "EUR"
        row.statut, row.date_heure_etat_courant = status, instant_text(now)
        row.numero_marche = references.numero_marche or None
        row.numero_bon_commande = references.numero_bon_commande or None
        row.numero_facture_origine = references.numero_facture_origine or None
        row.mode_depot = wanted.mode_depot or ""
        account = wanted.fournisseur.code_coordonnees_bancaires_fournisseur or 0
        row.coord_bancaires_fournisseur_nom_cb = accounts.get(account)
        if validator:
            row.type_identifiant_valideur1, row.code_valideur1 = "SIRET", validator
        row.nom_prenom_utilisateur_createur = CREATOR
        return row

    def _from_file(self, now: datetime) -> Iterator[Invoice]:
        for deposited in (*self._world.invoices, *invoices_of_lots(self._world.flows)):
            invoice = self._earlier(deposited, now)
            recipient = self._world.recipient_by_siret[deposited.recipient]
            invoice.passages = self._lifecycle.of_file(deposited, now, recipient)
            self._lifecycle.take_up(invoice, deposited, now)
            yield invoice

    def _from_crowd(self, now: datetime) -> Iterator[Invoice]:
        for deposited in self._world.generated():
            yield self._earlier(deposited, now)

    def _earlier(self, deposited: Deposited, now: datetime) -> Invoice:
        supplier = self._world.supplier_by_siret[deposited.supplier]
        row = copy(self._parties(deposited.supplier, deposited.recipient, deposited.service))
        row.identifiant_facture_cpp = deposited.id
        row.numero_facture = deposited.number
        row.date_facture, row.date_depot, _, _ = _before(now, deposited.days_ago)
        if deposited.issued is not None:
            row.date_facture = deposited.issued.isoformat()
        _, _, row.date_heure_etat_courant, changed = _before(now, deposited.status_days_ago)
        row.montant_ht = deposited.net
        row.montant_ttc = row.montant_a_payer = round(deposited.net + deposited.vat, 2)
        row.statut = deposited.status
        row.mode_depot = deposited.mode
        row.type_facture = deposited.kind
        row.rejet_traite = deposited.rejection_handled
        row.numero_bon_commande = deposited.commitment or None
        row.numero_flux_depot = deposited.flow or None
        row.numero_facture_origine = deposited.origin or None
        row.commentaire_etat_courant = deposited.comment or None
        if deposited.validator:
            row.type_identifiant_valideur1, row.code_valideur1 = "SIRET", deposited.validator
        return Invoice(
            row=row,
            supplier_id=supplier.id,
            frame=deposited.frame,
            changed=changed,
            bank_account=supplier.bank_accounts[0].id,
            vat=deposited.vat,
            validator_id=self._structure_id(deposited.validator),
        )

    def _parties(self, supplier_siret: str, recipient_siret: str, code: str) -> Row:
        """A row between two parties with nothing else in it, made once for each pair."""
        key = (supplier_siret, recipient_siret, code)
        if key not in self._pairs:
            supplier = self._world.supplier_by_siret[supplier_siret]
            recipient = self._world.recipient_by_siret[recipient_siret]
            self._pairs[key] = _between(supplier, recipient, recipient.service_of(code) if code else None)
        return self._pairs[key]


def _between(supplier: Supplier, recipient: Recipient, service: Service | None) -> Row:
    return Row(
        identifiant_facture_cpp=0,
        code_fournisseur=supplier.siret,
        type_identifiant_fournisseur="SIRET",
        designation_fournisseur=supplier.name,
        id_destinataire=recipient.id,
        code_destinataire=recipient.siret,
        designation_destinataire=recipient.name,
        id_service_executant=service.id if service else None,
        code_service_executant=service.code if service else None,
        nom_service_executant=service.name if service else None,
        type_facture="FACTURE",
        numero_facture="",
        date_facture="",
        date_depot="",
        montant_ht=0.0,
        montant_ttc=0.0,
        montant_a_payer=0.0,
        devise="EUR",
        statut="",
        mode_depot="",
        date_heure_etat_courant="",
        rejet_traite=False,
    )


@lru_cache(maxsize=65_536)
def _before(now: datetime, days: float) -> tuple[str, str, str, float]:
    """So many days ago: the day before as text, the day, the moment, the moment in seconds since 1970."""
    moment = floor_to_ms(now - timedelta(days=days))
    return day_text(moment - timedelta(days=1)), day_text(moment), instant_text(moment), moment.timestamp()
