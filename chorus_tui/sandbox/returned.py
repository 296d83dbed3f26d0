"""What a supplier does about an invoice that came back (API 2.4 to 2.7)."""

from chorus_tui.sandbox import checks, invented
from chorus_tui.sandbox.clock import Clock, day, day_text
from chorus_tui.sandbox.files import Files
from chorus_tui.sandbox.invoices import Invoice, Invoices
from chorus_tui.sandbox.lifecycle import Lifecycle
from chorus_tui.sandbox.replies import Body, done, refuse
from chorus_tui.sandbox.rights import Rights
from chorus_tui.sandbox.wire_invoices import Submit
from chorus_tui.sandbox.wire_replies import Complete, CorrectValidator, HandleRejections, Recycle
from chorus_tui.sandbox.world import Account, Recipient, Service, Supplier, World


class Returned:
    """Takes a supplier's replies. The first thing that is wrong is the answer, and then nothing changes."""

    def __init__(
        self,
        world: World,
        clock: Clock,
        files: Files,
        invoices: Invoices,
        lifecycle: Lifecycle,
        rights: Rights,
    ) -> None:
        self._world = world
        self._clock = clock
        self._files = files
        self._invoices = invoices
        self._lifecycle = lifecycle
        self._rights = rights

    def complete(self, wanted: Complete, account: Account) -> Body:
        """`completer`: a suspended invoice gets files, a comment, or both."""
        invoice = self._rights.held(account, wanted.identifiant_facture_cpp, "identifiantFactureCPP")
        if invoice.row.statut != "SUSPENDUE":
            refuse(invented.NOT_SUSPENDED, number=invoice.row.numero_facture)
        given = wanted.piece_jointe_complementaire
        if not given and not wanted.commentaire:
            refuse(invented.NOTHING_COMPLETED)
        checks.comment(wanted.commentaire)
        checks.attachments(self._files, given)
        sent = invoice.sent if isinstance(invoice.sent, Submit) else Submit()
        earlier = (*sent.piece_jointe_complementaire, *invoice.added)
        checks.folder(self._files, checks.main_file(sent), (*earlier, *given))
        invoice.added = (*invoice.added, *given)
        if wanted.commentaire:
            invoice.comment = wanted.commentaire
        at = self._lifecycle.move(
            invoice, "COMPLETEE", wanted.commentaire or "", account.agent, then="completed"
        )
        return done(
            identifiantFactureCPP=invoice.id,
            numeroFacture=invoice.row.numero_facture,
            dateTraitement=day_text(at),
        )

    def recycle(self, wanted: Recycle, account: Account) -> Body:
        """`recycler`: an invoice goes to another recipient, service or commitment number; the rest stays."""
        invoice = self._rights.held(account, wanted.identifiant_facture_cpp, "identifiantFactureCPP")
        row = invoice.row
        if row.statut != "A_RECYCLER":
            refuse(invented.STATUS_FORBIDS, number=row.numero_facture, status=row.statut)
        if not wanted.destinataire.code_destinataire:
            refuse(invented.MISSING_FIELD, field="codeDestinataire")
        number = wanted.reference.numero_bon_commande or ""
        today = day(self._clock.now())
        recipient, service = checks.recipient(self._world, wanted.destinataire, number, today)
        checks.comment(wanted.commentaire)
        self._lifecycle.past(invoice)  # is told while the recipient is still the one that had it
        self._reroute(invoice, recipient, service, number)
        if wanted.commentaire:
            invoice.comment = wanted.commentaire
        self._lifecycle.move(invoice, "DEPOSEE", wanted.commentaire or "", then="rerouted")
        return done(
            identifiantFactureCPP=invoice.id,
            numeroFacture=row.numero_facture,
            statutFacture=row.statut,
            dateDepot=row.date_depot,
        )

    def handle_rejections(self, wanted: HandleRejections, account: Account) -> Body:
        """`traiterRejet`: rejected invoices were dealt with; all of them, or none is noted."""
        if not wanted.liste_demande_paiement:
            refuse(invented.MISSING_FIELD, field="listeDemandePaiement")
        rejected: list[Invoice] = []
        for one in wanted.liste_demande_paiement:
            invoice = self._rights.held(account, one.id_demande_paiement, "idDemandePaiement")
            if invoice.row.statut != "REJETEE":
                refuse(invented.STATUS_FORBIDS, number=invoice.row.numero_facture, status=invoice.row.statut)
            rejected.append(invoice)
        for invoice in rejected:
            self._lifecycle.handle(invoice.id, account.agent)
        return done()

    def correct_validator(self, wanted: CorrectValidator, account: Account) -> Body:
        """`corriger/valideur/facture`: the invoice is to be approved by another structure."""
        invoice = self._rights.held(account, wanted.id_facture, "idFacture")
        row = invoice.row
        if row.statut != "ERREUR_FOURNISSEUR_SUR_VALIDEUR":
            refuse(invented.STATUS_FORBIDS, number=row.numero_facture, status=row.statut)
        validator = self._validator(wanted)
        row.type_identifiant_valideur1, row.code_valideur1 = "SIRET", validator.siret
        row.raison_sociale_valideur1 = validator.name
        invoice.validator_id = validator.id
        self._invoices.edited()
        self._lifecycle.move(invoice, "A_VALIDER_1", "", then="validated")
        return done(idFacture=invoice.id)

    def _reroute(self, invoice: Invoice, recipient: Recipient, service: Service | None, number: str) -> None:
        row = invoice.row
        row.id_destinataire, row.code_destinataire = recipient.id, recipient.siret
        row.designation_destinataire = recipient.name
        row.id_service_executant = service.id if service else None
        row.code_service_executant = service.code if service else None
        row.nom_service_executant = service.name if service else None
        row.numero_bon_commande = number or None
        self._invoices.edited()

    def _validator(self, wanted: CorrectValidator) -> Recipient | Supplier:
        """By its id or by its SIRET; where both are given, they are of one structure."""
        if wanted.id_structure is None and not wanted.identifiant_structure:
            refuse(invented.MISSING_FIELD, field="identifiantStructure")
        world, siret = self._world, wanted.identifiant_structure
        known: Recipient | Supplier | None
        if wanted.id_structure is not None:
            known = world.supplier_by_id.get(wanted.id_structure) or world.recipient_by_id.get(
                wanted.id_structure
            )
        else:
            known = world.supplier_by_siret.get(siret or "") or world.recipient_by_siret.get(siret or "")
        if known is None or (siret and siret != known.siret):
            refuse(invented.VALIDATOR_UNKNOWN, siret=siret or wanted.id_structure)
        return known
