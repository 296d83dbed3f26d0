"""Answers as they travel (API part 2), read with every tolerance that the sources ask for.

Unknown fields are skipped, everything may be null, ids and texts may come as strings or numbers, and one
object may stand for a list of one. Amounts stay as the bytes that came, so that no digit passes through a
float.
"""
# ruff: noqa: N815, D101  # the wire's own names, which the API's documentation explains

from typing import TypeAlias, TypeVar

from msgspec import Raw, Struct

T = TypeVar("T")

Id = int | str | None
Text = str | int | float | None
Flag = bool | int | str | None
Number = Raw
NULL = Raw(b"null")
Many: TypeAlias = list[T] | T | None


class Verdict(Struct, frozen=True):
    """The two fields of every answer, looked for on any HTTP status (API 1.4)."""

    codeRetour: Text = None
    libelle: Text = None


class Jeton(Struct, frozen=True):
    """The answer of the token service, good or bad."""

    access_token: str | None = None
    expires_in: Id = None
    error: Text = None
    error_description: Text = None


class Sante(Struct, frozen=True):
    body: Text = None
    statusCodeValue: Id = None
    statusCode: Text = None


class PageRendue(Struct, frozen=True):
    pageCourante: Id = None
    pages: Id = None
    nbResultatsParPage: Id = None
    total: Id = None


class PdfDepose(Struct, frozen=True):
    numeroFacture: Text = None
    dateFacture: Text = None
    codeDestinataire: Text = None
    codeServiceExecutant: Text = None
    codeFournisseur: Text = None
    codeDeviseFacture: Text = None
    typeFacture: Text = None
    typeTva: Text = None
    numeroBonCommande: Text = None
    montantTtcAvantRemiseGlobalTTC: Number = NULL
    montantAPayer: Number = NULL
    montantHtTotal: Number = NULL
    montantTVA: Number = NULL
    pieceJointeId: Id = None


class FichierAjoute(Struct, frozen=True):
    pieceJointeId: Id = None


class FluxDepose(Struct, frozen=True):
    numeroFluxDepot: Text = None
    dateDepot: Text = None
    syntaxeFlux: Text = None


class ErreurDP(Struct, frozen=True):
    numeroDP: Text = None
    identifiantFournisseur: Text = None
    identifiantDestinataire: Text = None
    libelleErreurDP: Text = None


class ErreurTechnique(Struct, frozen=True):
    codeErreur: Text = None
    libelleErreur: Text = None
    natureErreur: Text = None


class CompteRenduDetaille(Struct, frozen=True):
    codeInterfaceDepotFlux: Text = None
    dateDepotFlux: Text = None
    dateHeureEtatCourantFlux: Text = None
    etatCourantDepotFlux: Text = None
    nomFichier: Text = None
    listeErreurDP: Many[ErreurDP] = None
    listeErreurTechnique: Many[ErreurTechnique] = None


class CompteRendu(Struct, frozen=True):
    fichierCR: str | None = None


class FichierTelecharge(Struct, frozen=True):
    fichierResultat: str | None = None


class LigneFormatFlux(Struct, frozen=True):
    formatFlux: Text = None


class FormatsFlux(Struct, frozen=True):
    listeFormatFlux: Many[LigneFormatFlux] = None


class LigneSyntaxeFlux(Struct, frozen=True):
    syntaxeFlux: Text = None


class SyntaxesFlux(Struct, frozen=True):
    listeSyntaxeFlux: Many[LigneSyntaxeFlux] = None


class FactureSoumise(Struct, frozen=True):
    identifiantFactureCPP: Id = None
    numeroFacture: Text = None
    statutFacture: Text = None
    dateDepot: Text = None


class FactureCompletee(Struct, frozen=True):
    identifiantFactureCPP: Id = None
    numeroFacture: Text = None
    dateTraitement: Text = None


class LigneFacture(Struct, frozen=True, gc=False):
    """One row of a search; gc off because it holds no containers and comes by the thousand."""

    identifiantFactureCPP: Id = None
    codeFournisseur: Text = None
    designationFournisseur: Text = None
    codeDestinataire: Text = None
    designationDestinataire: Text = None
    codeServiceExecutant: Text = None
    nomServiceExecutant: Text = None
    typeFacture: Text = None
    numeroFacture: Text = None
    dateFacture: Text = None
    dateDepot: Text = None
    montantHT: Number = NULL
    montantTTC: Number = NULL
    montantAPayer: Number = NULL
    devise: Text = None
    statut: Text = None
    numeroBonCommande: Text = None
    numeroFluxDepot: Text = None
    modeDepot: Text = None
    dateHeureEtatCourant: Text = None
    commentaireEtatCourant: Text = None
    rejetTraite: Flag = None


class FacturesTrouvees(Struct, frozen=True):
    listeFactures: Many[LigneFacture] = None
    parametresRetour: PageRendue | None = None


class DestinataireFacture(Struct, frozen=True):
    codeDestinataire: Text = None
    libelleDestinataire: Text = None
    designationDestinataire: Text = None
    codeServiceExecutant: Text = None
    libelleServiceExecutant: Text = None


class FournisseurFacture(Struct, frozen=True):
    codeFournisseur: Text = None
    raisonSocialeFournisseur: Text = None
    designationFournisseur: Text = None


class ReferencesFacture(Struct, frozen=True):
    dateFacture: Text = None
    dateDepot: Text = None
    codeDeviseFacture: Text = None
    typeFacture: Text = None
    numeroBonCommande: Text = None


class MontantsFacture(Struct, frozen=True):
    montantHtTotal: Number = NULL
    montantTtcTotal: Number = NULL
    montantTtcAvantRemiseGlobalTTC: Number = NULL
    montantAPayer: Number = NULL


class Facture(Struct, frozen=True):
    identifiantFactureCPP: Id = None
    numeroFacture: Text = None
    statutFacture: Text = None
    modeDepot: Text = None
    rejetTraite: Flag = None
    destinataire: DestinataireFacture | None = None
    fournisseur: FournisseurFacture | None = None
    references: ReferencesFacture | None = None
    montantTotal: MontantsFacture | None = None


class FactureConsultee(Struct, frozen=True):
    facture: Facture | None = None


class HistoStatut(Struct, frozen=True):
    histoStatutCode: Text = None
    histoStatutDatePassage: Text = None
    histoStatutCommentaire: Text = None
    histoStatutUtilisateurPrenom: Text = None
    histoStatutUtilisateurNom: Text = None
    histoStatutUtilisateurEmail: Text = None
    histoStatutUtilisateurTelephone: Text = None


class HistoriquesDesStatuts(Struct, frozen=True):
    histoStatut: Many[HistoStatut] = None
    pagesHistoStatut: Id = None


class HistoriqueConsulte(Struct, frozen=True):
    historiquesDesStatuts: HistoriquesDesStatuts | None = None


class LigneStructure(Struct, frozen=True):
    idStructureCPP: Id = None
    identifiantStructure: Text = None
    designationStructure: Text = None
    statut: Text = None


class StructuresTrouvees(Struct, frozen=True):
    listeStructures: Many[LigneStructure] = None
    parametresRetour: PageRendue | None = None


class ParametresStructure(Struct, frozen=True):
    codeServiceDoitEtreRenseigne: Flag = None
    numeroEJDoitEtreRenseigne: Flag = None
    gestionNumeroEJOuCodeService: Flag = None


class InformationsStructure(Struct, frozen=True):
    raisonSocialeStructure: Text = None
    libelleStructure: Text = None
    dateExpirationMotPasseCompteTech: Text = None


class StructureConsultee(Struct, frozen=True):
    informationGenerales: InformationsStructure | None = None
    parametres: ParametresStructure | None = None


class LigneService(Struct, frozen=True):
    idService: Id = None
    codeService: Text = None
    libelleService: Text = None
    estActif: Flag = None
    statutService: Text = None
    dateDbtService: Text = None
    dateFinService: Text = None


class ServicesTrouves(Struct, frozen=True):
    listeServices: Many[LigneService] = None
    parametresRetour: PageRendue | None = None


class InformationsService(Struct, frozen=True):
    codeService: Text = None
    nomService: Text = None


class ParametresService(Struct, frozen=True):
    numeroEngagement: Flag = None
    dateDebutValidite: Text = None
    dateFinValidite: Text = None


class ServiceConsulte(Struct, frozen=True):
    informationsGenerales: InformationsService | None = None
    parametres: ParametresService | None = None


class LigneFournisseur(Struct, frozen=True):
    idStructureCPP: Id = None
    identifiant: Text = None
    designationStructure: Text = None


class FournisseursActifs(Struct, frozen=True):
    listeStructures: Many[LigneFournisseur] = None


class LigneCoordonneeBancaire(Struct, frozen=True):
    idCoordonneeBancaire: Id = None
    nomCoordonneeBancaire: Text = None


class CoordonneesTrouvees(Struct, frozen=True):
    listeCoordonneeBancaire: Many[LigneCoordonneeBancaire] = None


class LigneTypePieceJointe(Struct, frozen=True):
    codeTypePieceJointe: Text = None
    libelleTypePieceJointe: Text = None


class TypesTrouves(Struct, frozen=True):
    listeTypePieceJointe: Many[LigneTypePieceJointe] = None


class LigneTauxTva(Struct, frozen=True):
    codeTauxTva: Text = None
    libelleTauxTva: Text = None
    valeurTauxTva: Number = NULL


class TauxTrouves(Struct, frozen=True):
    listeTauxTva: Many[LigneTauxTva] = None


class LigneCadre(Struct, frozen=True):
    codeCadreFacturation: Text = None


class CadresTrouves(Struct, frozen=True):
    listeCadreFacturation: Many[LigneCadre] = None


class LigneModePaiement(Struct, frozen=True):
    modePaiement: Text = None


class ModesTrouves(Struct, frozen=True):
    listeModePaiement: Many[LigneModePaiement] = None


class LigneEngagement(Struct, frozen=True):
    idEngagementJuridique: Id = None
    numeroEngagementJuridique: Text = None
    libelleTypeEngagementJuridique: Text = None
    libelleEtatCourantEJ: Text = None
    montantTotalTtc: Number = NULL


class EngagementsTrouves(Struct, frozen=True):
    listeEngagementJuridique: Many[LigneEngagement] = None


class LigneRattachement(Struct, frozen=True):
    idStructure: Id = None
    identifiantStructure: Text = None
    designationStructure: Text = None
    roleUtilisateur: Text = None
    statutRattachementStructure: Text = None
    listeServicesRattache: Many[LigneService] = None


class RattachementsTrouves(Struct, frozen=True):
    listeStructureRattachement: Many[LigneRattachement] = None
    parametresRetour: PageRendue | None = None
