"""The validator's side: invoices of subcontractors and co-contractors to approve (API 2.12, 3.1)."""

from chorus_tui.sandbox import invented
from chorus_tui.sandbox.clock import day_text
from chorus_tui.sandbox.criteria import tests_of
from chorus_tui.sandbox.files import Files
from chorus_tui.sandbox.invoices import Invoice, Invoices, sort_key
from chorus_tui.sandbox.lifecycle import LONGEST_MOTIVE, Lifecycle
from chorus_tui.sandbox.replies import Body, done, found, page_of, paging, refuse
from chorus_tui.sandbox.rights import Rights
from chorus_tui.sandbox.wire_invoices import Search, WantedRecipient
from chorus_tui.sandbox.wire_received import FindToValidate, Validate
from chorus_tui.sandbox.world import Account, World


class Validation:
    """Answers validators."""

    def __init__(
        self, world: World, files: Files, invoices: Invoices, lifecycle: Lifecycle, rights: Rights
    ) -> None:
        self._world = world
        self._files = files
        self._invoices = invoices
        self._lifecycle = lifecycle
        self._rights = rights

    def find(self, wanted: FindToValidate, account: Account) -> Body:
        """`rechercher/valideur`."""
        tests = tests_of(_as_sent(wanted))
        kinds = frozenset(wanted.liste_type_facture)
        held = [
            invoice
            for invoice in self._invoices.changed_between()
            if self._rights.may_see(account, invoice)
            and (not kinds or invoice.row.type_facture in kinds)
            and (wanted.type_demande_paiement in (None, invoice.row.type_demande_paiement))
            and wanted.id_structure_moe is wanted.id_structure_moa is None
            and not wanted.liste_type_facture_travaux
            and all(test(invoice) for test in tests)
        ]
        asked = wanted.pagination
        held.sort(key=sort_key(asked.tri_colonne))
        if asked.tri_sens == "Descendant":
            held.reverse()
        page, size = asked.page_resultat_demandee, asked.nb_resultats_par_page
        rows = [self._row(invoice) for invoice in page_of(held, page, size)]
        return found(listeFactures=rows, parametresRetour=paging(page, size, len(held)))

    def handle(self, wanted: Validate, account: Account) -> Body:
        """`traiter/factureAValider`: approve, refuse, or say that another structure has to."""
        invoice = self._rights.held(account, wanted.id_facture, "idFacture")
        row = invoice.row
        if wanted.action is None:
            refuse(invented.MISSING_FIELD, field="action")
        if wanted.id_valideur not in (None, invoice.validator_id):
            refuse(invented.NO_RIGHT)
        if row.statut != "A_VALIDER_1":
            refuse(invented.STATUS_FORBIDS, number=row.numero_facture, status=row.statut)
        if wanted.action not in invented.VALIDATIONS:
            refuse(invented.TARGET_FORBIDDEN, status=wanted.action)
        status, then = invented.VALIDATIONS[wanted.action]
        motive = " - ".join(filter(None, (wanted.motif_refus, wanted.complement_info)))
        if wanted.action != "VALIDATION" and not wanted.motif_refus:
            refuse(invented.MOTIVE_MISSING, status=status)
        if len(motive) > LONGEST_MOTIVE:
            refuse(invented.TEXT_TOO_LONG, field="motifRefus", limit=LONGEST_MOTIVE)
        if wanted.id_piece_jointe is not None and wanted.id_piece_jointe not in self._files:
            refuse(invented.FILE_UNKNOWN, id=wanted.id_piece_jointe)
        at = self._lifecycle.move(invoice, status, motive, account.agent, then=then)
        return done(
            idFacture=invoice.id,
            numeroFacture=row.numero_facture,
            dateTraitement=day_text(at),
            statutFacture=status,
        )

    def _row(self, invoice: Invoice) -> Body:
        row, world = invoice.row, self._world
        validator = world.supplier_by_siret.get(row.code_valideur1 or "") or world.recipient_by_siret.get(
            row.code_valideur1 or ""
        )
        return {
            "idFacture": invoice.id,
            "typeDemandePaiement": row.type_demande_paiement,
            "idFournisseur": invoice.supplier_id,
            "identifiantFournisseur": row.code_fournisseur,
            "typeIdentifiantFournisseur": row.type_identifiant_fournisseur,
            "designationFournisseur": row.designation_fournisseur,
            "idDestinataire": row.id_destinataire,
            "typeIdentifiantDestinataire": "SIRET",
            "identifiantDestinataire": row.code_destinataire,
            "designationDestinataire": row.designation_destinataire,
            "idServiceExecutant": row.id_service_executant,
            "codeServiceExecutant": row.code_service_executant,
            "nomServiceExecutant": row.nom_service_executant,
            "idValideur": invoice.validator_id,
            "typeIdentifiantValideur": row.type_identifiant_valideur1,
            "identifiantValideur": row.code_valideur1,
            "designationValideur": validator.name if validator else None,
            "typeFacture": row.type_facture,
            "numeroFacture": row.numero_facture,
            "dateFacture": row.date_facture,
            "dateDepot": row.date_depot,
            "montantHT": row.montant_ht,
            "montantTTC": row.montant_ttc,
            "montantAPayer": row.montant_a_payer,
            "devise": row.devise,
            "statut": row.statut,
            "numeroMarche": row.numero_marche,
            "numeroEngagement": row.numero_bon_commande,
        }


def _as_sent(wanted: FindToValidate) -> Search:
    """What a supplier would ask with the same criteria."""
    services = () if wanted.id_service_executant is None else (wanted.id_service_executant,)
    to = WantedRecipient(id_destinataire=wanted.id_destinataire, liste_id_service_executant=services)
    return Search(
        liste_destinataire=() if wanted.id_destinataire is None else (to,),
        numero_facture=wanted.numero_facture,
        periode_date_depot_du=wanted.periode_date_depot_du,
        periode_date_depot_au=wanted.periode_date_depot_au,
        id_fournisseur=wanted.id_fournisseur,
        id_service_fournisseur=wanted.id_service_fournisseur,
        id_structure_valideur=wanted.id_structure_valideur,
        cadre_facturation=wanted.cadre_facturation,
        statut_courant=wanted.statut_courant,
        periode_date_facture_du=wanted.periode_date_facture_du,
        periode_date_facture_au=wanted.periode_date_facture_au,
        montant_ht_min=wanted.montant_ht_min,
        montant_ht_max=wanted.montant_ht_max,
        montant_ttc_min=wanted.montant_ttc_min,
        montant_ttc_max=wanted.montant_ttc_max,
        montant_apayer_min=wanted.montant_a_payer_min,
        montant_apayer_max=wanted.montant_a_payer_max,
        numero_marche=wanted.numero_marche,
        numero_bon_commande=wanted.numero_engagement,
    )
