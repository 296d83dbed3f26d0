"""Messages as they come, and the cause behind each: what a knowledge base of failures is held against."""

from itertools import count
from typing import NamedTuple


class Sample(NamedTuple):
    """A message word for word, its cause, and the requirement or source that names it."""

    message: str
    cause: str
    row: str


CONNECTOR = (
    Sample("Authentication information not present", "sign_in.missing", "S1-081"),
    Sample(
        "The Documents column is blank on the Documents to be processed or Tracking tabs",
        "document.elsewhere",
        "S1-082",
    ),
    Sample("Chorus Pro is not available, please try again later", "api.unavailable", "S1-083"),
    Sample("Performing service is mandatory for this recipient", "service.missing", "S1-084"),
    Sample("Attachment xxxxxxxx of unknown type does not exist", "file.lost", "S1-085"),
    Sample("Attachment 6921279 of unknown type does not exist", "file.lost", "S1-085"),
    Sample("This invoice could not be analyzed by the Chorus Pro system", "file.unreadable", "S1-086"),
    Sample("Header synthesis is not correct", "header.incorrect", "S1-087"),
    Sample("Recipient not located or inactive", "recipient.inactive", "S1-088"),
    Sample("The consistency checks performed on the payment request are not valid", "consistency", "S1-089"),
    Sample("The invoice number has already been sent", "number.used", "S1-090"),
    Sample("The service is missing", "service.missing", "S1-066"),
    Sample("Commitment number is missing", "commitment.missing", "S1-066"),
)
"""Source 1's list, word for word."""

_TRANSACTION = "FichierXml.SupplyChainTradeTransaction.ApplicableSupplyChainTradeSettlement"
_AGREEMENT = "FichierXml.SupplyChainTradeTransaction.ApplicableSupplyChainTradeAgreement"

DOCUMENTED = (
    Sample("TRA_MSG_00.000", "no_failure", "API 1.4"),
    Sample("GCU_MSG_01_000", "no_failure", "API 1.4"),
    Sample("TRA_MSG_00.015 — La recherche n'a retourné aucun résultat", "search.empty", "API 4"),
    Sample("GFT_MSG_01.075", "search.empty", "API 4"),
    Sample("GDP_MSG_11.008", "invoice.unknown", "API 4"),
    Sample("GDP_MSG_11.005", "rights.missing", "API 4"),
    Sample("GDP_MSG_11.033", "status.not_suspended", "API 4"),
    Sample("GDP_MSG_11.022", "flow.size", "API 4"),
    Sample("GDP_MSG_11.001", "status.not_allowed", "API 4"),
    Sample("POQ_MSG_01.003 - Flux introuvable.", "flow.unknown", "API 4"),
    Sample(
        "L'identifiant fournisseur de la demande de paiement (balise : FichierXml.Invoice."
        "AccountingSupplierParty.Party.PartyIdentification.ID.value) n'est pas reference dans notre systeme.",
        "supplier.unknown",
        "API 4",
    ),
    Sample(
        f"L'engagement juridique ({_AGREEMENT}.BuyerReference.value) est obligatoire",
        "service.missing",
        "API 4",
    ),
    Sample(
        f"({_AGREEMENT}.BuyerOrderReferencedDocument.IssuerAssignedID.value) est obligatoire",
        "commitment.missing",
        "API 4",
    ),
    Sample(
        f"L'element {_TRANSACTION}.SpecifiedTradeSettlementPaymentMeans.TypeCode.value est obligatoire",
        "payment_means.missing",
        "API 4",
    ),
    Sample(
        "Le champ identifiant de la facture (FichierXml.ExchangedDocument.ID.value) ne doit pas depasser "
        "20 caracteres",
        "number.long",
        "API 4",
    ),
    Sample(
        "Le code service de la structure publique destinataire est inconnu ou inactif dans Chorus Pro",
        "service.unknown",
        "API 4",
    ),
    Sample(
        "Le flux FSO1117A_CPP001_CPP0011117000000000425903 a été rejetée pour le(s) motif(s) suivants",
        "flow.rejected",
        "API 4",
    ),
    Sample(
        "ERR_XSD_001 IRRECEVABILITE: cvc-complex-type.2.4.a: Invalid content was found starting with element "
        "'ram:BuyerReference'. One of '{ram:ID}' is expected. ligne: 12 - position: 60",
        "xml.invalid",
        "API 4",
    ),
)
"""Every message of part 4 of the API dossier; where it paraphrases, the code alone."""

FRENCH = (
    Sample("Le service exécutant est obligatoire pour ce destinataire", "service.missing", "S1-084"),
    Sample("La pièce jointe 6921279 de type inconnu n’existe pas", "file.lost", "S1-085"),
    Sample("Cette facture n'a pas pu être analysée par le système Chorus Pro", "file.unreadable", "S1-086"),
    Sample("La synthèse de l'en-tête n'est pas correcte", "header.incorrect", "S1-087"),
    Sample(
        "La synthèse de l’en-tête n’est pas correcte : numéro d’engagement obligatoire pour ce destinataire",
        "commitment.missing",
        "S1-087",
    ),
    Sample(
        "La synthèse de l'en-tête n'est pas correcte : numéro d'engagement ou service exécutant obligatoire",
        "commitment.either",
        "S1-087",
    ),
    Sample("Le destinataire est introuvable ou inactif : 12345678200051", "recipient.inactive", "S1-088"),
    Sample(
        "Les contrôles de cohérence effectués sur la demande de paiement ne sont pas valides",
        "consistency",
        "S1-089",
    ),
    Sample("Les contrôles de cohérence effectués ne sont pas valides", "consistency", "S1-089"),
    Sample(
        "Les contrôles de cohérence effectués sur la demande de paiement ne sont pas valides : le numéro "
        "d'engagement 1400000002 et le service exécutant SFACETAT ne concordent pas",
        "commitment.mismatch",
        "S1-089",
    ),
    Sample("Le numéro de facture a déjà été transmis", "number.used", "S1-090"),
    Sample(
        "Vous avez déjà déposé une demande de paiement avec le numéro FA-12 pour cette structure",
        "number.used",
        "operator facts f4",
    ),
    Sample("Le numéro d'engagement est obligatoire", "commitment.missing", "S1-066"),
    Sample("Chorus Pro est indisponible", "api.unavailable", "S1-083"),
)
"""The same causes in French, as the dossier and the simulated Chorus Pro word them."""

COMMENTS = (
    Sample("Merci de joindre le bon de livraison signé.", "comment.document_missing", "S1-041"),
    Sample("Il manque l'attestation de fin de chantier.", "comment.document_missing", "S1-041"),
    Sample("Bon de livraison signé manquant (commande SD-26-0217).", "comment.document_missing", "S1-041"),
    Sample("Merci de joindre le procès-verbal de réception.", "comment.document_missing", "S1-041"),
    Sample("Attestation de TVA à taux réduit non fournie.", "comment.document_missing", "S1-041"),
    Sample("Merci de joindre les pièces justificatives.", "comment.document_missing", "S1-041"),
    Sample("MERCI DE FOURNIR LE BON DE COMMANDE SIGNÉ", "comment.document_missing", "S1-041"),
    Sample("Please attach the delivery note", "comment.document_missing", "S1-041"),
    Sample("RIB absent, merci de le transmettre", "comment.bank_account", "S1-041"),
    Sample("Mauvais service exécutant.", "comment.service", "S1-045"),
    Sample("Mauvais service exécutant : adresser à la direction des travaux.", "comment.service", "S1-045"),
    Sample(
        "Destinataire erroné : cette prestation relève de la commune de Villefranche-sur-Sauve.",
        "comment.recipient",
        "S1-045",
    ),
    Sample("Cette facture ne nous concerne pas", "comment.recipient", "S1-045"),
    Sample("Numéro d'engagement inconnu de nos services.", "comment.commitment", "S1-045"),
    Sample("Le numéro d'engagement 1400000002 est soldé.", "comment.commitment", "S1-045"),
    Sample("Bon de commande erroné", "comment.commitment", "S1-045"),
    Sample("Le montant facturé est erroné.", "comment.amounts", "S1-049"),
    Sample("Le montant facturé ne correspond pas au marché (lot 2).", "comment.amounts", "S1-049"),
    Sample(
        "Prix unitaire différent du bordereau ; merci d'émettre un avoir puis une nouvelle facture.",
        "comment.amounts",
        "S1-049",
    ),
    Sample("Facture en double de P2026-0380.", "comment.duplicate", "S1-049"),
    Sample("Facture déjà payée le 12/03/2026", "comment.duplicate", "S1-049"),
    Sample(
        "Ce marché n'est pas le nôtre : le titulaire est GROS OEUVRE DU PONANT (84990333100015).",
        "comment.contract",
        "S1-049",
    ),
    Sample("Le taux de TVA n'est pas le bon", "comment.vat", "S1-049"),
    Sample("Livraison incomplète", "comment.not_delivered", "S1-041"),
    Sample("Merci d'établir un avoir", "comment.credit_note", "S1-049"),
    Sample(
        "Montant de la retenue de garantie : attestation bancaire à fournir.",
        "comment.document_missing",
        "S1-041",
    ),
    Sample("Absence du PV de réception.", "comment.document_missing", "S1-041"),
    Sample(
        "Merci de nous transmettre le détail quantitatif signé (DPGF).", "comment.document_missing", "S1-041"
    ),
    Sample("Décompte mensuel n° 4 absent.", "comment.document_missing", "S1-041"),
    Sample("Le devis accepté n'est pas joint à la facture.", "comment.document_missing", "S1-041"),
    Sample("Acte de sous-traitance (DC4) non fourni.", "comment.document_missing", "S1-041"),
    Sample("Facture sans les bons de pesée.", "comment.document_missing", "S1-041"),
    Sample("Pièces justificatives des prix révisés manquantes.", "comment.document_missing", "S1-041"),
    Sample(
        "Dans l'attente du certificat de paiement du maître d'œuvre.", "comment.document_missing", "S1-041"
    ),
    Sample(
        "Veuillez nous faire parvenir le bordereau de suivi des déchets.",
        "comment.document_missing",
        "S1-041",
    ),
    Sample("Bordereau de prix non joint.", "comment.document_missing", "S1-041"),
    Sample("Le rapport d'intervention n'a pas été transmis.", "comment.document_missing", "S1-041"),
    Sample("Attestation URSSAF et avenant n° 2 manquants", "comment.document_missing", "S1-041"),
    Sample("The VAT certificate is missing.", "comment.document_missing", "S1-041"),
    Sample("Le montant de l'attestation jointe ne correspond pas à la facture.", "comment.amounts", "S1-049"),
    Sample("La remise contractuelle de 3 % n'a pas été appliquée.", "comment.amounts", "S1-049"),
    Sample("Numéro d'engagement manquant sur le devis joint.", "comment.commitment", "S1-045"),
    Sample("N° de bon de commande non renseigné.", "comment.commitment", "S1-045"),
    Sample("Code service manquant.", "comment.service", "S1-045"),
    Sample("Merci d'adresser cette facture au service DTECH.", "comment.service", "S1-045"),
    Sample("Mention d'autoliquidation de la TVA manquante.", "comment.vat", "S1-049"),
    Sample("Période de la prestation non indiquée.", "comment.content", "S1-049"),
    Sample("Service fait non constaté.", "comment.not_delivered", "S1-041"),
    Sample("Marché terminé depuis le 31/12.", "comment.contract", "S1-049"),
)
"""What recipients write."""

OURS = """
[[failure]]
id = "our.budget"
patterns = ["Le budget {code} est clos depuis le {date}"]
words = ["budget clos"]
action = "ask"
by_recipient = true
en = { title = "Budget closed", meaning = "It is closed.", cause = "Last year's.", remedy = "Ask them." }
fr = { title = "Budget clos", meaning = "Il est clos.", cause = "De l'an dernier.", remedy = "Demandez-le." }
"""
"""What a team writes into its own file."""

_FILLINGS = {
    "id": ("6921279", "6921280"),
    "siret": ("12345678200051", "11000201100044"),
    "number": ("FA-2026/117", "P2026-0380"),
    "path": ("FichierXml.Foo[2].BarBaz.value", "FichierXml.Foo[7].BarBaz.value"),
    "position": ("20", "1204"),
    "code": ("DIR_TRAVAUX", "SFACETAT"),
    "amount": ("1 234,50 €", "20 %"),
    "date": ("2026-11-22", "22/11/2026"),
    "text": ("« SUSPENDUE »", "« REJETEE »"),
    "field": ("champInconnu", "champInconnu"),
}


def filled(pattern: str, which: int = 0) -> str:
    """A wording of the knowledge base as a message, with something in each of its variable parts."""
    places = count()
    while "{" in pattern:
        before, _, rest = pattern.partition("{")
        name, _, after = rest.partition("}")
        pattern = before + _FILLINGS[name.rpartition(":")[2]][(which + next(places)) % 2] + after
    return pattern
