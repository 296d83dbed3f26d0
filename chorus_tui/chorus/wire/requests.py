"""Request bodies as they travel (API part 2). What is None is left out."""
# ruff: noqa: N815, D101  # the wire's own names, which the API's documentation explains

from decimal import Decimal

from msgspec import Struct


class Request(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A request body; empty, it travels as `{}`."""


class Page(Request, frozen=True, kw_only=True):
    """The first of four shapes in which a page is asked for (API 2, general pitfalls)."""

    nbResultatsParPage: int
    pageResultatDemandee: int
    nbResultatsMaximum: int | None = None
    triColonne: str | None = None
    triSens: str | None = None


class DeposerPdf(Request, frozen=True, kw_only=True):
    """The PDF itself follows as `fichierFacture`."""

    nomFichier: str
    formatDepot: str


class AjouterFichier(Request, frozen=True, kw_only=True):
    """The file itself follows as `pieceJointeFichier`."""

    pieceJointeNom: str
    pieceJointeTypeMime: str
    pieceJointeExtension: str


class DeposerFlux(Request, frozen=True, kw_only=True):
    """The file itself follows as `fichierFlux`."""

    idUtilisateurCourant: int
    """Required by the annex of 2017 alone, for this service alone; 0 is taken (API 2.1)."""
    nomFichier: str
    syntaxeFlux: str
    avecSignature: bool


class Destinataire(Request, frozen=True, kw_only=True):
    codeDestinataire: str | None = None
    codeServiceExecutant: str | None = None


class Fournisseur(Request, frozen=True, kw_only=True):
    idFournisseur: int
    idServiceFournisseur: int | None = None
    codeCoordonneesBancairesFournisseur: int | None = None


class CadreDeFacturation(Request, frozen=True, kw_only=True):
    codeCadreFacturation: str | None = None
    codeStructureValideur: str | None = None
    codeServiceValideur: str | None = None


class References(Request, frozen=True, kw_only=True):
    deviseFacture: str | None = None
    typeFacture: str | None = None
    typeTva: str | None = None
    motifExonerationTva: str | None = None
    numeroMarche: str | None = None
    numeroBonCommande: str | None = None
    numeroFactureOrigine: str | None = None
    modePaiement: str | None = None


class LigneTva(Request, frozen=True, kw_only=True):
    ligneTvaTaux: str | None = None
    ligneTvaTauxManuel: Decimal | None = None
    ligneTvaMontantBaseHtParTaux: Decimal
    ligneTvaMontantTvaParTaux: Decimal


class MontantTotal(Request, frozen=True, kw_only=True):
    montantHtTotal: Decimal | None = None
    montantTVA: Decimal | None = None
    montantTtcTotal: Decimal | None = None
    montantRemiseGlobaleTTC: Decimal | None = None
    motifRemiseGlobaleTTC: str | None = None
    montantAPayer: Decimal | None = None


class PieceJointePrincipale(Request, frozen=True, kw_only=True):
    pieceJointePrincipaleDesignation: str
    pieceJointePrincipaleId: int


class PieceJointeComplementaire(Request, frozen=True, kw_only=True):
    pieceJointeComplementaireDesignation: str
    pieceJointeComplementaireType: str
    pieceJointeComplementaireId: int


class Soumettre(Request, frozen=True, kw_only=True):
    modeDepot: str
    numeroFactureSaisi: str | None = None
    dateFacture: str | None = None
    destinataire: Destinataire
    fournisseur: Fournisseur
    cadreDeFacturation: CadreDeFacturation
    references: References
    ligneTva: tuple[LigneTva, ...] | None = None
    montantTotal: MontantTotal
    pieceJointePrincipale: tuple[PieceJointePrincipale]
    """An array of one in every deployed client (API part 8, point 1)."""
    pieceJointeComplementaire: tuple[PieceJointeComplementaire, ...] | None = None
    commentaire: str | None = None


class Completer(Request, frozen=True, kw_only=True):
    identifiantFactureCPP: int
    pieceJointeComplementaire: tuple[PieceJointeComplementaire, ...] | None = None
    commentaire: str | None = None


class Recycler(Request, frozen=True, kw_only=True):
    identifiantFactureCPP: int
    destinataire: Destinataire
    reference: References | None = None
    """Singular here, plural in `soumettre`."""
    commentaire: str | None = None


class DemandePaiement(Request, frozen=True, kw_only=True):
    idDemandePaiement: int
    """What other services call `identifiantFactureCPP` (API 2.6)."""


class TraiterRejet(Request, frozen=True, kw_only=True):
    listeDemandePaiement: tuple[DemandePaiement, ...]
    cpltInfos: str | None = None


class CorrigerValideur(Request, frozen=True, kw_only=True):
    idFacture: int
    typeIdentifiantStructure: str
    identifiantStructure: str


class CritereDestinataire(Request, frozen=True, kw_only=True):
    idDestinataire: int


class RechercherFournisseur(Request, frozen=True, kw_only=True):
    rechercheFactureParFournisseur: Page
    numeroFacture: str | None = None
    listeDestinataire: tuple[CritereDestinataire, ...] | None = None
    idFournisseur: int | None = None
    statutCourant: tuple[str, ...] | None = None
    periodeDateDepotDu: str | None = None
    periodeDateDepotAu: str | None = None
    periodeDateFactureDu: str | None = None
    periodeDateFactureAu: str | None = None
    periodeDateHeureEtatCourantDu: str | None = None
    periodeDateHeureEtatCourantAu: str | None = None
    numeroFluxDepot: str | None = None
    rejetTraite: bool | None = None


class ConsulterFlux(Request, frozen=True, kw_only=True):
    numeroFluxDepot: str


class SyntaxesFlux(Request, frozen=True, kw_only=True):
    formatFlux: str


class FactureATelecharger(Request, frozen=True, kw_only=True):
    idFacture: int


class TelechargerGroupe(Request, frozen=True, kw_only=True):
    format: str
    avecPiecesJointesComplementaires: str | None = None
    listeFacture: tuple[FactureATelecharger, ...]


class ConsulterFournisseur(Request, frozen=True, kw_only=True):
    identifiantFactureCPP: int
    codeLangue: str | None = None


class PageHistoStatuts(Request, frozen=True, kw_only=True):
    pageResultatDemandeeListeHistoStatut: int
    nbResultatsParPageListeHistoStatut: int
    triSensListeHistoStatut: str | None = None
    triColonneListeHistoStatut: str | None = None


class ConsulterHistorique(Request, frozen=True, kw_only=True):
    idFacture: int
    nbResultatsMaximum: int | None = None
    paramRechercheHistoStatuts: PageHistoStatuts


class CritereStructure(Request, frozen=True, kw_only=True):
    identifiantStructure: str | None = None
    typeIdentifiantStructure: str | None = None
    raisonSocialeStructure: str | None = None


class RechercherStructures(Request, frozen=True, kw_only=True):
    structure: CritereStructure
    parametres: Page
    restreindreStructuresPrivees: bool | None = None


class ConsulterStructure(Request, frozen=True, kw_only=True):
    idStructureCPP: int
    codeLangue: str | None = None


class RechercherServices(Request, frozen=True, kw_only=True):
    idStructure: int
    parametresRechercherServicesStructure: Page


class ConsulterService(Request, frozen=True, kw_only=True):
    idStructure: int
    idService: int
    codeLangue: str | None = None


class CoordonneesBancaires(Request, frozen=True, kw_only=True):
    idStructure: int


class TypesPieceJointe(Request, frozen=True, kw_only=True):
    codeLangue: str
    typeObjet: str


class TauxTva(Request, frozen=True, kw_only=True):
    codeLangue: str


class CadresFacturation(Request, frozen=True, kw_only=True):
    typeDemandePaiement: str


class RechercherEngagement(Request, frozen=True, kw_only=True):
    structureReceptriceEngagementJuridique: str
    numeroEngagementJuridique: str
    etatCourantEngagementJuridique: str | None = None


class Rattachements(Request, frozen=True, kw_only=True):
    parametresRecherche: Page
