"""Requests of a recipient about invoices received, and of a validator about invoices to approve."""

from typing import Literal

from msgspec import field

from chorus_tui.sandbox.wire import Count, Direction, Language, Wire
from chorus_tui.sandbox.wire_invoices import AnyFrame, FilePaging, LinePaging, VatPaging

Status = Literal[
    "BROUILLON", "A_VALIDER_1", "ERREUR_FOURNISSEUR_SUR_VALIDEUR", "REFUSEE_1", "VALIDEE_1",
    "ABSENCE_VALIDATION_1_HORS_DELAI", "A_VALIDER_2", "ERREUR_COTRAITANT_SUR_VALIDEUR", "REFUSEE_2",
    "VALIDEE_2", "ABSENCE_VALIDATION_2_HORS_DELAI", "DEPOSEE", "ERREUR_FOURNISSEUR_SUR_MOE",
    "EN_COURS_ACHEMINEMENT", "MISE_A_DISPOSITION", "A_RECYCLER", "SUSPENDUE", "REJETEE", "MANDATEE",
    "MISE_EN_PAIEMENT", "COMPTABILISEE", "MISE_A_DISPOSITION_COMPTABLE", "ABANDONNEE", "SUPPRIMEE",
    "ASSOCIEE", "EN_COURS_TRAITEMENT_PIVOT_S", "A_VALIDER_MOE", "REFUSEE_MOE",
    "EN_ATTENTE_RECYCLAGE_FOURNISSEUR", "ERREUR_MOE_SUR_FOURNISSEUR", "ERREUR_MOA_SUR_FOURNISSEUR",
    "INTERPRETEE_OCR", "COMPLETEE", "ERREUR_FOURNISSEUR_SUR_MOA", "ERREUR_MOE_SUR_MOA",
    "ERREUR_DESTINATAIRE_PD", "ERREUR_DESTINATAIRE_EA", "SERVICE_FAIT", "NON_CONFORME",
    "A_ASSOCIER_MOE", "ERREUR_DE_MOE", "MISE_A_DISPOSITION_MOE", "PRISE_EN_COMPTE_MOE",
    "A_ASSOCIER_MOA", "ERREUR_DE_MOA", "REFUSEE_MOA", "A_ASSOCIER_FOURNISSEUR", "REFUSEE_FOURNISSEUR",
    "A_COMPLETER", "TRANSMISE_MOA", "PRISE_EN_COMPTE_DESTINATAIRE", "REMPLACEE_PAR_A22",
    "DUPLIQUE_APRES_REFUS", "MISE_A_DISPOSITION_MOA", "PRISE_EN_COMPTE_MOA", "TECHNIQUE_INCONNU",
]  # fmt: skip
WorksKind = Literal[
    "DP_DE_SOUSTRAITANT_TRAVAUX", "PROJET_DECOMPTE_MENSUEL", "ETAT_ACOMPTE", "ETAT_ACOMPTE_VALIDE",
    "PROJET_DECOMPTE_FINAL", "PROJET_DECOMPTE_GENERAL", "PROJET_DECOMPTE_GENERAL_PROCEDURE_TACITE",
    "DECOMPTE_GENERAL", "DECOMPTE_GENERAL_SIGNE", "DECOMPTE_GENERAL_DEFINITIF_TACITE",
    "DECOMPTE_GENERAL_DEFINITIF_PROCEDURE_TACITE",
]  # fmt: skip


class ReceivedPaging(Wire):
    """The paging of invoices received (shape b)."""

    nb_resultats_maximum: Count | None = None
    page_resultat_demandee: Count = 1
    nb_resultats_par_page: Count = 10
    tri_sens: Direction = "Descendant"
    tri_colonne: Literal[
        "TypeDemandePaiement", "CodeFournisseur", "TypeIdentifiantFournisseur", "Fournisseur",
        "CodeServiceFournisseur", "NomServiceFournisseur", "CodeDestinataire", "Destinataire",
        "CodeServiceExecutant", "NomServiceExecutant", "TypeFacture", "TypeFactureTravaux",
        "NumeroFacture", "DateFacture", "DateDepot", "MontantHT", "MontantTTC", "MontantAPayer",
        "Devise", "Statut", "NumeroMarche", "NumeroBonCommande", "FactureTelechargeeParDestinataire",
    ] = "DateDepot"  # fmt: skip


class WantedSupplier(Wire):
    """A supplier, and services of it."""

    id_fournisseur: int | None = None
    liste_id_service: tuple[int, ...] = ()


class FindReceived(Wire):
    """`rechercher/recipiendaire` (API 2.12)."""

    id_utilisateur_courant: int | None = None
    type_demande_paiement: Literal["FACTURE", "FACTURE_TRAVAUX"] | None = None
    id_destinataire: int | None = None
    id_service_executant: int | None = None
    numero_facture: str | None = None
    periode_date_depot_du: str | None = None
    periode_date_depot_au: str | None = None
    liste_type_facture: tuple[Literal["AVOIR", "FACTURE"], ...] = ()
    liste_type_facture_travaux: tuple[WorksKind, ...] = ()
    liste_fournisseurs: tuple[WantedSupplier, ...] = ()
    recherche_siren_fournisseur: bool = False
    id_structure_valideur: int | None = None
    cadre_facturation: AnyFrame | None = None
    statut_courant: tuple[Status, ...] = ()
    periode_date_facture_du: str | None = None
    periode_date_facture_au: str | None = None
    montant_ht_min: float | None = field(default=None, name="montantHTMin")
    montant_ht_max: float | None = field(default=None, name="montantHTMax")
    montant_ttc_min: float | None = field(default=None, name="montantTTCMin")
    montant_ttc_max: float | None = field(default=None, name="montantTTCMax")
    montant_apayer_min: float | None = None
    montant_apayer_max: float | None = None
    numero_marche: str | None = None
    numero_bon_commande: str | None = None
    facture_telechargee_par_destinataire: bool | None = None
    param_recherche: ReceivedPaging = field(default_factory=ReceivedPaging)
    recuperer_taille: bool = False
    periode_date_heure_etat_courant_du: str | None = None
    periode_date_heure_etat_courant_au: str | None = None


class ReadReceived(Wire):
    """`consulter/recipiendaire` (API 2.12); its paging has other names than the supplier's."""

    id_utilisateur_courant: int | None = None
    identifiant_facture_cpp: int | None = field(default=None, name="identifiantFactureCPP")
    code_langue: Language = "FR"
    rechercheligne_tva_recap: VatPaging = field(default_factory=VatPaging)
    recherche_pj: FilePaging = field(default_factory=FilePaging)
    recherche_ligne_poste: LinePaging = field(default_factory=LinePaging)


class HandleReceived(Wire):
    """`traiter/recue` (API 2.12)."""

    id_utilisateur_courant: int | None = None
    id_facture: int | None = None
    nouveau_statut: Status | None = None
    motif: str | None = None
    numero_dp_mandat: str | None = field(default=None, name="numeroDPMandat")


class Targets(Wire):
    """`recuperer/etats/traitement`."""

    statut_courant: str | None = None


class ToValidatePaging(Wire):
    """The paging of invoices to approve (shape a)."""

    page_resultat_demandee: Count = 1
    nb_resultats_par_page: Count = 10
    tri_sens: Direction = "Descendant"
    tri_colonne: Literal[
        "IdFacture", "TypeDemandePaiement", "IdFournisseur", "IdentifiantFournisseur",
        "TypeIdentifiantFournisseur", "DesignationFournisseur", "CodeServiceFournisseur",
        "NomServiceFournisseur", "IdMoe", "TypeIdentifiantMoe", "IdentifiantMoe", "DesignationMoe",
        "IdServiceMoe", "CodeServiceMoe", "NomServiceMoe", "IdMoa", "IdentifiantMoa", "DesignationMoa",
        "IdServiceMoa", "CodeServiceMoa", "NomServiceMoa", "IdDestinataire", "IdentifiantDestinataire",
        "DesignationDestinataire", "IdServiceExecutant", "CodeServiceExecutant", "NomServiceExecutant",
        "TypeFacture", "TypeFactureTravaux", "NumeroFacture", "DateFacture", "DateDepot", "MontantHT",
        "MontantTTC", "MontantAPayer", "Devise", "Statut", "NumeroMarche", "NumeroEngagement",
    ] = "DateDepot"  # fmt: skip


class FindToValidate(Wire):
    """`rechercher/valideur` (API 2.12)."""

    id_utilisateur_courant: int | None = None
    type_demande_paiement: (
        Literal["FACTURE", "FACTURE_TRAVAUX", "MEMOIRE_JUSTICE", "DEMANDE_REMBOURSEMENT"] | None
    ) = None
    id_destinataire: int | None = None
    recherche_siren_destinataire: bool = False
    id_service_executant: int | None = None
    numero_facture: str | None = None
    periode_date_depot_du: str | None = None
    periode_date_depot_au: str | None = None
    liste_type_facture: tuple[Literal["FACTURE", "AVOIR", "ACOMPTE"], ...] = ()
    liste_type_facture_travaux: tuple[WorksKind, ...] = ()
    id_fournisseur: int | None = None
    recherche_siren_fournisseur: bool = False
    id_service_fournisseur: int | None = None
    id_structure_valideur: int | None = None
    id_structure_moe: int | None = None
    id_structure_moa: int | None = None
    cadre_facturation: AnyFrame | None = None
    statut_courant: tuple[Status, ...] = ()
    periode_date_facture_du: str | None = None
    periode_date_facture_au: str | None = None
    montant_ht_min: float | None = field(default=None, name="montantHTMin")
    montant_ht_max: float | None = field(default=None, name="montantHTMax")
    montant_ttc_min: float | None = field(default=None, name="montantTTCMin")
    montant_ttc_max: float | None = field(default=None, name="montantTTCMax")
    montant_a_payer_min: float | None = field(default=None, name="montantAPayerMin")
    montant_a_payer_max: float | None = field(default=None, name="montantAPayerMax")
    numero_marche: str | None = None
    numero_engagement: str | None = None
    pagination: ToValidatePaging = field(default_factory=ToValidatePaging)


class Validate(Wire):
    """`traiter/factureAValider` (API 2.12)."""

    id_facture: int | None = None
    action: (
        Literal["REFUS", "VALIDATION", "MISE_EN_PAIEMENT", "MISE_EN_RECYCLAGE", "SUSPENSION", "REJET"] | None
    ) = None
    type_valideur: str | None = None
    id_valideur: int | None = None
    motif_refus: str | None = None
    complement_info: str | None = None
    id_piece_jointe: int | None = None
