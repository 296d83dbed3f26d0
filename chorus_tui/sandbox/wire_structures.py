"""Requests about structures, accounts, commitments, lists and files."""

from typing import Literal

from msgspec import field

from chorus_tui.sandbox.wire import IdentifierKind, Language, Listing, ObjectKind, Paging, Wire


class StructureCriteria(Wire):
    """What to look for; at least one."""

    adresse_code_pays: str | None = None
    adresse_code_postal: str | None = None
    adresse_ville: str | None = None
    est_moa: bool | None = field(default=None, name="estMOA")
    est_moa_uniquement: bool | None = field(default=None, name="estMOAUniquement")
    identifiant_structure: str | None = None
    libelle_structure: str | None = None
    nom_structure: str | None = None
    prenom_structure: str | None = None
    raison_sociale_structure: str | None = None
    statut_structure: Literal["ACTIF", "INACTIF"] | None = None
    type_identifiant_structure: IdentifierKind | None = None
    type_structure: Literal["PRIVEE", "PUBLIQUE"] | None = None


class StructurePaging(Paging):
    """Paging of `structures/rechercher`."""

    tri_colonne: Literal[
        "IdentifiantStructure", "DesignationStructure", "TypeIdentifiantStructure", "Statut"
    ] = "DesignationStructure"


class FindStructures(Wire):
    """`structures/rechercher` (API 2.13)."""

    parametres: StructurePaging = field(default_factory=StructurePaging)
    restreindre_structures_privees: bool = True
    structure: StructureCriteria = field(default_factory=StructureCriteria)


class ReadStructure(Wire):
    """`structures/consulter` (API 2.14); the key is idStructureCPP."""

    code_langue: Language = "FR"
    id_structure_cpp: int | None = field(default=None, name="idStructureCPP")


class ServicePaging(Paging):
    """Paging of `structures/rechercher/services`."""

    tri_colonne: Literal["CodeService", "LibelleService", "DateDbtService", "DateFinService", "EstActif"] = (
        "CodeService"
    )


class FindServices(Wire):
    """`structures/rechercher/services` (API 2.15)."""

    id_structure: int | None = None
    parametres_rechercher_services_structure: ServicePaging = field(default_factory=ServicePaging)
    id_utilisateur_courant: int | None = None


class ReadService(Wire):
    """`structures/consulter/service` (API 2.16)."""

    code_langue: Language = "FR"
    id_service: int | None = None
    id_structure: int | None = None


class MembershipPaging(Paging):
    """Paging of the account's structures; its columns are not documented."""

    tri_colonne: str = "IdStructure"


class FindMemberships(Wire):
    """`monCompte/recuperer/rattachements` (API 2.17)."""

    parametres_recherche: MembershipPaging = field(default_factory=MembershipPaging)


class FindCommitments(Wire):
    """`engagementsJuridiques/rechercher` (API 2.18)."""

    structure_receptrice_engagement_juridique: str | None = None
    numero_engagement_juridique: str | None = None
    etat_courant_engagement_juridique: str | None = None


# --- lists and files ---------------------------------------------------------------------------------------


class AttachmentTypes(Listing):
    """`recuperer/typespj`."""

    type_objet: ObjectKind | None = None


class BankAccounts(Wire):
    """`recuperer/coordbanc/valides`."""

    id_utilisateur_courant: int | None = None
    id_structure: int | None = None


class Frames(Wire):
    """`recuperer/cadrefacturation`."""

    type_demande_paiement: str | None = None


class Upload(Wire):
    """`ajouter/fichier`."""

    id_utilisateur_courant: int | None = None
    piece_jointe_extension: str | None = None
    piece_jointe_fichier: str | None = None
    piece_jointe_nom: str | None = None
    piece_jointe_type_mime: str | None = None


class DepositPdf(Wire):
    """`deposer/pdf` (API 2.2)."""

    id_utilisateur_courant: int | None = None
    fichier_facture: str | None = None
    nom_fichier: str | None = None
    format_depot: Literal["PDF_NON_SIGNE", "PDF_SIGNE_PADES", "PDF_SIGNE_XADES"] | None = None
