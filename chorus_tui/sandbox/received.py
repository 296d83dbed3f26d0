"""The recipient's side: which invoices came, and what becomes of them (API 2.12)."""

from chorus_tui.sandbox import invented
from chorus_tui.sandbox.clock import day_text
from chorus_tui.sandbox.criteria import tests_of
from chorus_tui.sandbox.invoices import Invoice, Invoices, sort_key
from chorus_tui.sandbox.lifecycle import LONGEST_MOTIVE, NEED_A_MOTIVE, Lifecycle
from chorus_tui.sandbox.replies import NOTHING_FOUND, Body, done, found, page_of, paging, refuse
from chorus_tui.sandbox.rights import Rights
from chorus_tui.sandbox.wire_invoices import Search, WantedRecipient
from chorus_tui.sandbox.wire_received import FindReceived, HandleReceived, Targets
from chorus_tui.sandbox.world import Account, World

FROM = frozenset({"MISE_A_DISPOSITION", "SERVICE_FAIT", "MANDATEE", "COMPLETEE"})
"""Where a recipient may act (API 3.1)."""
TARGETS = (
    "MISE_A_DISPOSITION",
    "SUSPENDUE",
    "REJETEE",
    "SERVICE_FAIT",
    "MANDATEE",
    "MISE_A_DISPOSITION_COMPTABLE",
    "COMPTABILISEE",
    "MISE_EN_PAIEMENT",
)
"""What a recipient may set since September 2026 (API 3.1); before, also A_RECYCLER."""
_SORTED_BY = {"Fournisseur": "DesignationFournisseur", "Destinataire": "DesignationDestinataire"}


class Received:
    """Answers recipients."""

    def __init__(self, world: World, invoices: Invoices, lifecycle: Lifecycle, rights: Rights) -> None:
        self._world = world
        self._invoices = invoices
        self._lifecycle = lifecycle
        self._rights = rights

    def find(self, wanted: FindReceived, account: Account) -> Body:
        """`rechercher/recipiendaire`: its paging is at the top of the answer, an empty list is a code."""
        held = self._found(wanted, account)
        asked = wanted.param_recherche
        total = min(len(held), asked.nb_resultats_maximum or len(held))
        if not total:
            code, label = NOTHING_FOUND
            return {"codeRetour": code, "libelle": label}
        page, size = asked.page_resultat_demandee, asked.nb_resultats_par_page
        rows = [_row(invoice, sized=wanted.recuperer_taille) for invoice in page_of(held[:total], page, size)]
        return found(listeFactures=rows, **paging(page, size, total))

    def handle(self, wanted: HandleReceived, account: Account) -> Body:
        """`traiter/recue`: another status, and why."""
        invoice = self._rights.held(account, wanted.id_facture, "idFacture")
        status, motive = wanted.nouveau_statut, wanted.motif
        if status is None:
            refuse(invented.MISSING_FIELD, field="nouveauStatut")
        if motive is None:
            refuse(invented.MISSING_FIELD, field="motif")
        row = invoice.row
        if row.statut not in FROM:
            refuse(invented.STATUS_FORBIDS, number=row.numero_facture, status=row.statut)
        if status not in self._targets():
            refuse(invented.TARGET_FORBIDDEN, status=status)
        if status in NEED_A_MOTIVE and not motive:
            refuse(invented.MOTIVE_MISSING, status=status)
        if len(motive) > LONGEST_MOTIVE:
            refuse(invented.TEXT_TOO_LONG, field="motif", limit=LONGEST_MOTIVE)
        if status == "MANDATEE" and not wanted.numero_dp_mandat:
            refuse(invented.MISSING_FIELD, field="numeroDPMandat")
        invoice.order = wanted.numero_dp_mandat or invoice.order
        at = self._lifecycle.move(invoice, status, motive)
        return done(
            idFacture=invoice.id,
            numeroFacture=row.numero_facture,
            dateTraitement=day_text(at),
            nouveauStatut=status,
        )

    def targets(self, wanted: Targets) -> Body:
        """`recuperer/etats/traitement`: what may be set from a status."""
        if not wanted.statut_courant:
            refuse(invented.MISSING_FIELD, field="statutCourant")
        known = self._targets() if wanted.statut_courant in FROM else ()
        return done(
            listeStatutsPossiblesPourTraitement=[{"statutPossiblePourTraitement": status} for status in known]
        )

    def _targets(self) -> tuple[str, ...]:
        return (*TARGETS, "A_RECYCLER") if self._world.recycling_allowed else TARGETS

    def _found(self, wanted: FindReceived, account: Account) -> list[Invoice]:
        tests = tests_of(_as_sent(wanted))
        suppliers = {entry.id_fournisseur for entry in wanted.liste_fournisseurs}
        if wanted.recherche_siren_fournisseur:
            world = self._world
            sirens = {world.supplier_by_id[i].siret[:9] for i in suppliers if i in world.supplier_by_id}
            suppliers |= {held.id for held in world.suppliers if held.siret[:9] in sirens}
        kinds = frozenset(wanted.liste_type_facture)
        begin, end = wanted.periode_date_heure_etat_courant_du, wanted.periode_date_heure_etat_courant_au
        held = [
            invoice
            for invoice in self._invoices.changed_between(begin, end)
            if self._rights.may_see(account, invoice)
            and (not suppliers or invoice.supplier_id in suppliers)
            and (not kinds or invoice.row.type_facture in kinds)
            and (wanted.type_demande_paiement in (None, invoice.row.type_demande_paiement))
            and not wanted.liste_type_facture_travaux
            and not wanted.facture_telechargee_par_destinataire
            and all(test(invoice) for test in tests)
        ]
        column = wanted.param_recherche.tri_colonne
        held.sort(key=sort_key(_SORTED_BY.get(column, column)))
        if wanted.param_recherche.tri_sens == "Descendant":
            held.reverse()
        return held


def _as_sent(wanted: FindReceived) -> Search:
    """What a supplier would ask with the same criteria."""
    services = () if wanted.id_service_executant is None else (wanted.id_service_executant,)
    to = WantedRecipient(id_destinataire=wanted.id_destinataire, liste_id_service_executant=services)
    return Search(
        liste_destinataire=() if wanted.id_destinataire is None else (to,),
        numero_facture=wanted.numero_facture,
        periode_date_depot_du=wanted.periode_date_depot_du,
        periode_date_depot_au=wanted.periode_date_depot_au,
        id_structure_valideur=wanted.id_structure_valideur,
        cadre_facturation=wanted.cadre_facturation,
        statut_courant=wanted.statut_courant,
        periode_date_facture_du=wanted.periode_date_facture_du,
        periode_date_facture_au=wanted.periode_date_facture_au,
        montant_ht_min=wanted.montant_ht_min,
        montant_ht_max=wanted.montant_ht_max,
        montant_ttc_min=wanted.montant_ttc_min,
        montant_ttc_max=wanted.montant_ttc_max,
        montant_apayer_min=wanted.montant_apayer_min,
        montant_apayer_max=wanted.montant_apayer_max,
        numero_marche=wanted.numero_marche,
        numero_bon_commande=wanted.numero_bon_commande,
    )


def _row(invoice: Invoice, *, sized: bool) -> Body:
    row = invoice.row
    body: Body = {
        "idFacture": invoice.id,
        "devise": row.devise,
        "typeDemandePaiement": row.type_demande_paiement,
        "codeFournisseur": row.code_fournisseur,
        "typeIdentifiantFournisseur": row.type_identifiant_fournisseur,
        "designationFournisseur": row.designation_fournisseur,
        "idDestinataire": row.id_destinataire,
        "codeDestinataire": row.code_destinataire,
        "designationDestinataire": row.designation_destinataire,
        "idServiceExecutant": row.id_service_executant,
        "codeServiceExecutant": row.code_service_executant,
        "nomServiceExecutant": row.nom_service_executant,
        "typeFacture": row.type_facture,
        "numeroFacture": row.numero_facture,
        "dateFacture": row.date_facture,
        "dateDepot": row.date_depot,
        "montantHT": row.montant_ht,
        "montantTTC": row.montant_ttc,
        "montantAPayer": row.montant_a_payer,
        "statut": row.statut,
        "numeroMarche": row.numero_marche,
        "numeroBonCommande": row.numero_bon_commande,
        "factureTelechargeeParDestinataire": False,
        "dateHeureEtatCourant": row.date_heure_etat_courant,
        "commentaireEtatCourant": row.commentaire_etat_courant,
    }
    if sized:
        body["taille"] = invoice.size
    return body
