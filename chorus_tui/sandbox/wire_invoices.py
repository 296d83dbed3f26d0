"""Requests about invoices."""

from typing import Literal

from msgspec import field

from chorus_tui.sandbox.wire import Count, Direction, Language, Wire

VatRegime = Literal["TVA_SUR_DEBIT", "TVA_SUR_ENCAISSEMENT", "EXONERATION", "SANS_TVA"]
PaymentMeans = Literal["CHEQUE", "PRELEVEMENT", "VIREMENT", "ESPECE", "AUTRE", "REPORT"]
DepositMode = Literal[
    "SAISIE_WEB", "PORTAIL_PDF", "EDI_XML_STRUCT", "EDI_MIXTE", "EDI_PDF_ARCHIVE", "SAISIE_PORTAIL",
    "SAISIE_API", "DEPOT_PDF_PORTAIL", "DEPOT_PDF_SIGNE_PORTAIL", "DEPOT_PDF_API",
    "DEPOT_PDF_SIGNE_API", "EDI", "UPLOAD_PORTAIL", "UPLOAD_API", "EDI_NUMERISATION",
]  # fmt: skip
SubmitFrame = Literal[
    "A1_FACTURE_FOURNISSEUR",
    "A2_FACTURE_FOURNISSEUR_DEJA_PAYEE",
    "A9_FACTURE_SOUSTRAITANT",
    "A12_FACTURE_COTRAITANT",
]
AnyFrame = Literal[
    "A1_FACTURE_FOURNISSEUR", "A2_FACTURE_FOURNISSEUR_DEJA_PAYEE", "A3_MEMOIRE_JUSTICE",
    "A4_PROJET_DECOMPTE_MENSUEL_FOURNISSEUR", "A5_ETAT_ACOMPTE_FOURNISSEUR",
    "A6_ETAT_ACOMPTE_VALIDE_FOURNISSEUR", "A7_PROJET_DECOMPTE_FINAL_FOURNISSEUR",
    "A8_DECOMPTE_GENERAL_DEFINITIF_FOURNISSEUR", "A9_FACTURE_SOUSTRAITANT",
    "A10_PROJET_DECOMPTE_MENSUEL_SOUSTRAITANT", "A11_PROJET_DECOMPTE_FINAL_SOUSTRAITANT",
    "A12_FACTURE_COTRAITANT", "A13_PROJET_DECOMPTE_MENSUEL_COTRAITANT",
    "A14_PROJET_DECOMPTE_FINAL_COTRAITANT", "A15_ETAT_ACOMPTE_MOE", "A16_ETAT_ACOMPTE_VALIDE_MOE",
    "A17_PROJET_DECOMPTE_GENERAL_MOE", "A18_DECOMPTE_GENERAL_MOE", "A19_ETAT_ACOMPTE_VALIDE_MOA",
    "A20_DECOMPTE_GENERAL_MOA", "A21_DEMANDE_REMBOURSEMENT_TIC",
    "A22_PROJET_DECOMPTE_GENERAL_FOURNISSEUR_PROCEDURE_TACITE",
    "A23_DECOMPTE_GENERAL_DEFINITIF_TACITE_FOURNISSEUR",
    "A24_DECOMPTE_GENERAL_DEFINITIF_TACITE_MOE",
    "A25_DECOMPTE_GENERAL_DEFINITIF_MOE_PROCEDURE_TACITE",
]  # fmt: skip


class To(Wire):
    """To whom an invoice goes."""

    code_destinataire: str | None = None
    code_service_executant: str | None = None


class By(Wire):
    """Who sends it."""

    id_fournisseur: int | None = None
    id_service_fournisseur: int | None = None
    code_coordonnees_bancaires_fournisseur: int | None = None


class Frame(Wire):
    """In which role."""

    code_cadre_facturation: SubmitFrame | None = None
    code_structure_valideur: str | None = None
    code_service_valideur: str | None = None


class References(Wire):
    """What an invoice refers to."""

    devise_facture: str | None = None
    type_facture: Literal["FACTURE", "AVOIR"] | None = None
    type_tva: VatRegime | None = None
    motif_exoneration_tva: str | None = None
    numero_marche: str | None = None
    numero_bon_commande: str | None = None
    numero_facture_origine: str | None = None
    mode_paiement: PaymentMeans | None = None


class Line(Wire):
    """One line of an invoice that was typed in."""

    ligne_poste_numero: int | None = None
    ligne_poste_reference: str | None = None
    ligne_poste_denomination: str | None = None
    ligne_poste_quantite: float | None = None
    ligne_poste_unite: str | None = None
    ligne_poste_montant_unitaire_ht: float | None = field(default=None, name="lignePosteMontantUnitaireHT")
    ligne_poste_montant_remise_ht: float | None = field(default=None, name="lignePosteMontantRemiseHT")
    ligne_poste_taux_tva: str | None = None
    ligne_poste_taux_tva_manuel: float | None = None


class VatLine(Wire):
    """The VAT of one rate."""

    ligne_tva_taux: str | None = None
    ligne_tva_montant_base_ht_par_taux: float | None = None
    ligne_tva_montant_tva_par_taux: float | None = None
    ligne_tva_taux_manuel: float | None = None


class Totals(Wire):
    """The totals of an invoice."""

    montant_ht_total: float | None = None
    montant_tva: float | None = field(default=None, name="montantTVA")
    montant_ttc_total: float | None = None
    montant_remise_globale_ttc: float | None = field(default=None, name="montantRemiseGlobaleTTC")
    motif_remise_globale_ttc: str | None = field(default=None, name="motifRemiseGlobaleTTC")
    montant_a_payer: float | None = field(default=None, name="montantAPayer")


class MainFile(Wire):
    """The invoice's own PDF."""

    piece_jointe_principale_designation: str | None = None
    piece_jointe_principale_id: int | None = None


class OtherFile(Wire):
    """A file that goes with it."""

    piece_jointe_complementaire_designation: str | None = None
    piece_jointe_complementaire_type: str | None = None
    piece_jointe_complementaire_numero_ligne_facture: int | None = None
    piece_jointe_complementaire_id: int | None = None
    piece_jointe_complementaire_id_liaison: int | None = None


class Submit(Wire):
    """`soumettre` (API 2.3)."""

    id_utilisateur_courant: int | None = None
    mode_depot: Literal["SAISIE_API", "DEPOT_PDF_API", "DEPOT_PDF_SIGNE_API"] | None = None
    numero_facture_saisi: str | None = None
    date_facture: str | None = None
    destinataire: To = field(default_factory=To)
    fournisseur: By = field(default_factory=By)
    cadre_de_facturation: Frame = field(default_factory=Frame)
    references: References = field(default_factory=References)
    ligne_poste: tuple[Line, ...] = ()
    ligne_tva: tuple[VatLine, ...] = ()
    montant_total: Totals = field(default_factory=Totals)
    piece_jointe_principale: list[MainFile] | MainFile | None = None
    """The swagger says an object, every deployed client sends an array of one: both are taken."""
    piece_jointe_complementaire: tuple[OtherFile, ...] = ()
    commentaire: str | None = None


class WantedRecipient(Wire):
    """A recipient, and services of it."""

    id_destinataire: int | None = None
    liste_id_service_executant: tuple[int, ...] = ()
    raison_sociale_stuct_dmd: str | None = None


SearchColumn = Literal[
    "TypeDemandePaiement", "CodeFournisseur", "TypeIdentifiantFournisseur",
    "DesignationFournisseur", "CodeServiceFournisseur", "NomServiceFournisseur", "CodeDestinataire",
    "DesignationDestinataire", "CodeServiceExecutant", "NomServiceExecutant", "TypeFacture",
    "NumeroFacture", "DateFacture", "DateDepot", "MontantHT", "MontantTTC", "MontantAPayer",
    "Devise", "Statut", "NumeroMarche", "NumeroBonCommande", "NumeroFluxDepot",
    "TypeIdentifiantValideur1", "CodeValideur1", "RaisonSocialeValideur1", "NomValideur1",
    "PrenomValideur1", "DateValidation1", "TypeIdentifiantValideur2", "CodeValideur2",
    "RaisonSocialeValideur2", "NomValideur2", "PrenomValideur2", "DateValidation2",
    "NumeroFactureOrigine", "ModeDepot", "CoordBancairesFournisseurCleIban",
    "CoordBancairesFournisseurCleRib", "CoordBancairesFournisseurCodeBanque",
    "CoordBancairesFournisseurCodePays", "CoordBancairesFournisseurCompteBancaire",
    "CoordBancairesFournisseurNomCb", "AffactureurCode", "AffactureurTypeIdentifiant",
    "AffactureurRaisonSociale", "NomPrenomUtilisateurCreateur",
]  # fmt: skip


class SearchPaging(Wire):
    """The paging of invoice searches (shape b)."""

    nb_resultats_maximum: Count | None = None
    page_resultat_demandee: Count = 1
    nb_resultats_par_page: Count = 10
    tri_sens: Direction = "Descendant"
    tri_colonne: SearchColumn = "DateDepot"


class Search(Wire):
    """`rechercher/fournisseur` (API 2.8)."""

    id_utilisateur_courant: int | None = None
    liste_destinataire: tuple[WantedRecipient, ...] = ()
    recherche_siren_destinataire: bool = False
    numero_facture: str | None = None
    periode_date_depot_du: str | None = None
    periode_date_depot_au: str | None = None
    type_facture: Literal["FACTURE", "AVOIR", "ACOMPTE"] | None = None
    id_fournisseur: int | None = None
    id_service_fournisseur: int | None = None
    id_structure_valideur: int | None = None
    cadre_facturation: AnyFrame | None = None
    statut_courant: tuple[str, ...] = ()
    periode_date_facture_du: str | None = None
    periode_date_facture_au: str | None = None
    montant_ht_min: float | None = field(default=None, name="montantHTMin")
    montant_ht_max: float | None = field(default=None, name="montantHTMax")
    montant_ttc_min: float | None = field(default=None, name="montantTTCMin")
    montant_ttc_max: float | None = field(default=None, name="montantTTCMax")
    montant_apayer_min: float | None = None
    montant_apayer_max: float | None = None
    coordonnee_bancaire: int | None = None
    id_utilisateur_createur: tuple[int, ...] = ()
    numero_marche: str | None = None
    numero_bon_commande: str | None = None
    numero_facture_origine: str | None = None
    mode_depot: DepositMode | None = None
    numero_flux_depot: str | None = None
    recherche_facture_par_fournisseur: SearchPaging = field(default_factory=SearchPaging)
    recuperer_taille: bool = False
    periode_date_heure_etat_courant_du: str | None = None
    periode_date_heure_etat_courant_au: str | None = None
    rejet_traite: bool | None = None


class VatPaging(Wire):
    """Paging with suffixed keys (shape c); "ListeListe" is the service's own spelling."""

    page_resultat_demandee_liste_recapitulatif_tva: Count = field(
        default=1, name="pageResultatDemandeeListeRecapitulatifTVA"
    )
    nb_resultats_par_page_liste_liste_recapitulatif_tva: Count = field(
        default=10, name="nbResultatsParPageListeListeRecapitulatifTVA"
    )
    tri_sens_liste_recapitulatif_tva: Direction = field(
        default="Ascendant", name="triSensListeRecapitulatifTVA"
    )
    tri_colonne_liste_recapitulatif_tva: (
        Literal[
            "LigneTvaMontantTvaParTaux", "LigneTvaTauxRefCode", "LigneTvaTauxRefLibelle",
            "LigneTvaTauxRefValeur", "LigneTvaTauxManuel", "LigneTvaMontantBaseHtParTaux",
        ] | None
    ) = field(default=None, name="triColonneListeRecapitulatifTVA")  # fmt: skip


class FilePaging(Wire):
    """Paging of an invoice's files (shape c)."""

    page_resultat_demandee_liste_piece_jointe: Count = 1
    nb_resultats_par_page_liste_piece_jointe: Count = 10
    tri_sens_liste_pieces_jointes: Direction = "Ascendant"
    tri_colonne_liste_pieces_jointes: (
        Literal[
            "PieceJointeTypeCode", "PieceJointeTypeLibelle", "PieceJointeDesignation",
            "PieceJointeNumeroLigneFacture", "PieceJointeExtension",
        ] | None
    ) = None  # fmt: skip


class LinePaging(Wire):
    """Paging of an invoice's lines (shape c)."""

    page_resultat_demandee_lignes_poste: Count = 1
    nb_resultats_par_page_lignes_poste: Count = 10
    tri_sens_liste_lignes_poste: Direction = "Ascendant"
    tri_colonne_liste_lignes_poste: str | None = None


class ReadInvoice(Wire):
    """`consulter/fournisseur` (API 2.9)."""

    id_utilisateur_courant: int | None = None
    identifiant_facture_cpp: int | None = field(default=None, name="identifiantFactureCPP")
    code_langue: Language = "FR"
    p_ligne_recap_tva: VatPaging = field(default_factory=VatPaging)
    p_liste_pieces_jointes: FilePaging = field(default_factory=FilePaging)
    p_lignes_poste: LinePaging = field(default_factory=LinePaging)


class StatusPaging(Wire):
    """Paging of passages (shape c)."""

    page_resultat_demandee_liste_histo_statut: Count = 1
    nb_resultats_par_page_liste_histo_statut: Count = 10
    tri_sens_liste_histo_statut: Direction = "Descendant"
    tri_colonne_liste_histo_statut: (
        Literal[
            "HistoStatutCode", "HistoStatutDatePassage", "HistoStatutCommentaire",
            "HistoStatutUtilisateurPrenom", "HistoStatutUtilisateurNom",
            "HistoStatutUtilisateurEmail", "HistoStatutUtilisateurTelephone",
        ] | None
    ) = None  # fmt: skip


class EventPaging(Wire):
    """Paging of events (shape c)."""

    page_resultat_demandee_liste_histo_evenement: Count = 1
    nb_resultats_par_page_liste_histo_evenement: Count = 10
    tri_sens_liste_histo_evenement: Direction = "Descendant"
    tri_colonne_liste_histo_evenement: (
        Literal["EvenementLibelle", "EvenementQui", "EvenementDateHeure"] | None
    ) = None


class ActionPaging(Wire):
    """Paging of users' actions (shape c)."""

    page_resultat_demandee_liste_histo_action: Count = 1
    nb_resultats_par_page_liste_histo_action: Count = 10
    tri_sens_liste_histo_action: Direction = "Descendant"
    tri_colonne_liste_histo_action: (
        Literal[
            "HistoActionDateHeure", "HistoActionCode", "HistoAction",
            "HistoActionUtilisateurPrenom", "HistoActionUtilisateurNom",
            "HistoActionUtilisateurEmail", "HistoActionUtilisateurTelephone",
        ] | None
    ) = None  # fmt: skip


class ReadHistory(Wire):
    """`consulter/historique` (API 2.10)."""

    id_utilisateur_courant: int | None = None
    id_facture: int | None = None
    id_espace: int | None = None
    nb_resultats_maximum: Count = 50
    param_recherche_histo_statuts: StatusPaging = field(default_factory=StatusPaging)
    param_recherche_histo_evenements_complementaires: EventPaging = field(default_factory=EventPaging)
    param_recherche_histo_actions_utilisateurs: ActionPaging = field(default_factory=ActionPaging)
