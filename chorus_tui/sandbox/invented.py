"""Everything that the sandbox answers and no public source states. Treat none of it as fact.

The documented answers are where they are used; whatever had to be made up is here: the bodies of HTTP
refusals, the codes and the French wording of business refusals, lists whose content was never published,
figures. A client that relies on anything of this module relies on our imagination.
"""

from typing import NamedTuple

# --- HTTP ------------------------------------------------------------------------------------------------

RETRY_AFTER_SECONDS = 5
"""No source tells whether PISTE sends `Retry-After`."""
LATENCY_SECONDS = 3.0
ANALYSIS_SECONDS = 0.8
"""How long an analysis takes before its answer; connectors say "several seconds"."""
LARGEST_BODY = 40 * 1024 * 1024
"""Of a whole request, at the gateway."""

TOO_MANY_BODY = {"error": "quota_exceeded", "error_description": "Too many requests for this application"}
UNAVAILABLE_BODY = b"<html><body><h1>503</h1><p>Service en maintenance</p></body></html>"
BROKEN_BODY = {"codeRetour": 99999, "libelle": "Erreur technique"}
GARBAGE_BODY = b"<!DOCTYPE html><html><body>\x00\xff Proxy Error</body>"
MALFORMED_CODE = 10400
"""`codeRetour` with HTTP 400. That a body with both fields can come with 400 is documented."""
NOT_CONFORM = "La requête n'est pas conforme au format attendu : {detail}"

TOKEN_REFUSED = {
    "error": "invalid_client",
    "error_description": "The client credentials are invalid",
}
"""`error` is documented, and that both mistakes read the same; the description's words are ours."""
GRANT_REFUSED = {
    "error": "unsupported_grant_type",
    "error_description": "grant_type must be client_credentials",
}
FORM_REFUSED = {"error": "invalid_request", "error_description": "The request is not a form"}
EXPIRED_BEARER = (
    'Bearer realm="PISTE", error="invalid_token", error_description="The token is unknown or expired"'
)

HEALTH = {"body": "UP", "statusCodeValue": 200, "statusCode": "OK"}

# --- business refusals: HTTP 200, codeRetour, libelle ------------------------------------------------------


class Refusal(NamedTuple):
    """A code and a text; codes are per service. Where a text names its GDP_MSG, that part is documented."""

    code: int
    text: str


ANALYSIS_FAILED = Refusal(20002, "Cette facture n'a pas pu être analysée par le système Chorus Pro")
FILE_EMPTY = Refusal(20001, "Le fichier transmis est vide ou son encodage en base 64 est incorrect")
FILE_NAME_WRONG = Refusal(
    20004, "Le nom du fichier est obligatoire et ne doit pas dépasser {limit} caractères"
)
EXTENSION_WRONG = Refusal(20005, "L'extension « {extension} » n'est pas autorisée pour une pièce jointe")
MISSING_CRITERION = Refusal(20002, "Au moins un critère de recherche doit être renseigné")
MISSING_FIELD = Refusal(20010, "Le champ {field} est obligatoire")
UNKNOWN_STRUCTURE = Refusal(20001, "La structure demandée n'existe pas")
UNKNOWN_SERVICE = Refusal(20001, "Le service demandé n'existe pas pour cette structure")
NO_RIGHT = Refusal(
    20001, "GDP_MSG_11.005 - Vous ne disposez pas des droits suffisants pour effectuer cette action"
)
UNKNOWN_INVOICE = Refusal(20000, "GDP_MSG_11.008 - La demande de paiement n'existe pas")
STATUS_FORBIDS = Refusal(
    20002,
    "GDP_MSG_11.001 - L'état « {status} » de la demande de paiement {number} ne permet pas cette action",
)
"""GDP_MSG_11.001 is documented for recycling; for rejections and validators the same is assumed."""
NOT_SUSPENDED = Refusal(
    20002, "GDP_MSG_11.033 - Le statut de la demande de paiement {number} est différent de Suspendue"
)
TARGET_FORBIDDEN = Refusal(20004, "Le statut « {status} » ne peut pas être positionné par ce service")
MOTIVE_MISSING = Refusal(20005, "Le motif est obligatoire pour le statut « {status} »")
NOTHING_COMPLETED = Refusal(
    20003, "Au moins une pièce jointe ou un commentaire est nécessaire pour compléter la demande de paiement"
)
FOLDER_TOO_LARGE = Refusal(
    20134, "La taille totale des pièces jointes de la facture dépasse la limite autorisée de 120 Mo"
)
"""The limit is documented, code and words are not."""
FILE_TOO_LARGE = Refusal(20003, "La taille de la pièce jointe dépasse la limite autorisée de 10 Mo")
"""The code is documented, the words are not."""

RECIPIENT_UNKNOWN = Refusal(20101, "Le destinataire est introuvable ou inactif : {siret}")
SERVICE_MISSING = Refusal(20102, "Le service exécutant est obligatoire pour ce destinataire")
SERVICE_UNKNOWN = Refusal(
    20103,
    "Le code service de la structure publique destinataire est inconnu ou inactif dans Chorus Pro : {code}",
)
"""The sentence is documented for Hélios acknowledgements."""
SERVICE_RESERVED = Refusal(
    20104, "Le service FACTURES_PUBLIQUES est réservé aux factures émises par des entités publiques"
)
COMMITMENT_MISSING = Refusal(
    20105,
    "La synthèse de l'en-tête n'est pas correcte : numéro d'engagement obligatoire pour ce destinataire",
)
COMMITMENT_OR_SERVICE_MISSING = Refusal(
    20106,
    "La synthèse de l'en-tête n'est pas correcte : numéro d'engagement ou service exécutant obligatoire",
)
COMMITMENT_MISSING_FOR_SERVICE = Refusal(
    20107,
    "La synthèse de l'en-tête n'est pas correcte : numéro d'engagement obligatoire pour le service {code}",
)
STATE_INCOHERENT = Refusal(
    20108,
    "Les contrôles de cohérence effectués sur la demande de paiement ne sont pas valides : "
    "le numéro d'engagement {number} et le service exécutant {code} ne concordent pas",
)
NUMBER_MISSING = Refusal(20110, "Le numéro de facture est obligatoire")
NUMBER_TOO_LONG = Refusal(20111, "Le champ identifiant de la facture ne doit pas dépasser 20 caractères")
NUMBER_ILLEGAL = Refusal(20112, "Le numéro de facture {number} contient des caractères non autorisés")
NUMBER_IS_A_DATE = Refusal(20135, "Le numéro de facture {number} ne peut pas être une simple date")
NUMBER_TAKEN = Refusal(
    20113,
    "Le numéro de facture a déjà été transmis : vous avez déjà déposé une demande de paiement "
    "avec le numéro {number} pour cette structure",
)
"""That it is used once per supplier and year is documented; that the year is the invoice's own is assumed."""
DATE_MISSING = Refusal(20114, "La date de facture est obligatoire")
DATE_IN_FUTURE = Refusal(20115, "La date de facture ne peut pas être postérieure à la date du jour")
TOTALS_WRONG = Refusal(20116, "La synthèse de l'en-tête n'est pas correcte : {detail}")
VAT_RATE_UNKNOWN = Refusal(20117, "Le taux de TVA {rate} n'est pas référencé")
VAT_REGIME_WRONG = Refusal(20118, "Le type de TVA {regime} n'est pas compatible avec {detail}")
EXEMPTION_MISSING = Refusal(
    20119, "Le motif d'exonération est obligatoire lorsque la facture est exonérée de TVA"
)
DISCOUNT_REASON_MISSING = Refusal(20120, "Le motif de la remise globale est obligatoire")
ORIGIN_NOT_ALLOWED = Refusal(20121, "Le numéro de facture d'origine ne peut être renseigné que pour un avoir")
MAIN_FILE_MISSING = Refusal(20123, "La pièce jointe principale est obligatoire pour ce mode de dépôt")
FILE_UNKNOWN = Refusal(20124, "La pièce jointe {id} de type inconnu n'existe pas")
FILE_TYPE_UNKNOWN = Refusal(20125, "Le type de pièce jointe {code} n'est pas référencé")
FILE_LABEL_WRONG = Refusal(20126, "La désignation d'une pièce jointe est obligatoire, 100 caractères au plus")
SUPPLIER_UNKNOWN = Refusal(20127, "L'identifiant fournisseur de la demande de paiement n'est pas référencé")
BANK_ACCOUNT_UNKNOWN = Refusal(
    20128, "Les coordonnées bancaires {id} ne sont pas valides pour ce fournisseur"
)
VALIDATOR_MISSING = Refusal(20129, "Le valideur est obligatoire pour le cadre de facturation {frame}")
VALIDATOR_UNKNOWN = Refusal(20130, "Le valideur {siret} n'est pas référencé")
LINES_MISSING = Refusal(20131, "Au moins une ligne de poste est obligatoire")
CURRENCY_UNKNOWN = Refusal(20132, "La devise {code} n'est pas référencée")
TEXT_TOO_LONG = Refusal(20133, "Le champ {field} ne doit pas dépasser {limit} caractères")

# --- lists whose content was never published ---------------------------------------------------------------

VAT_RATES = (
    ("TVA1", "Art 293B(FranchiseEnBase)", 0.0),  # this one is documented
    ("TVA2", "Taux particulier 2,1 %", 2.1),
    ("TVA3", "Taux réduit 5,5 %", 5.5),
    ("TVA4", "Taux intermédiaire 10 %", 10.0),
    ("TVA5", "Taux normal 20 %", 20.0),  # the code was seen, its value was not
    ("TVA6", "Taux DOM 8,5 %", 8.5),
    ("TVA7", "Exonération", 0.0),
)
ATTACHMENT_TYPES = (
    (101, "BDC", "Bon de commande"),
    (102, "BDL", "Bon de livraison"),
    (103, "DEV", "Devis"),
    (104, "PVR", "Procès-verbal de réception"),
    (105, "ATT", "Attestation"),
    (106, "DET", "Détail de la facture"),
    (107, "RIB", "Relevé d'identité bancaire"),
    (108, "AUT", "Autre"),
)
"""For typeObjet FACTURE; AUT was seen for other objects."""
CURRENCIES = ("EUR", "USD", "GBP", "CHF", "XPF")

# --- flows (API 2.1, 2.18, 3.2, 4, 5) ----------------------------------------------------------------------

FLOW_TOO_LARGE = Refusal(20001, "GDP_MSG_11.022 - La taille du fichier dépasse la limite autorisée de 10 Mo")
"""Code and GDP_MSG are documented, the words are not."""
REPORT_BROKEN = Refusal(20002, "Le compte rendu de ce flux n'est pas disponible")
"""What `consulterCR` answers where it is broken for Factur-X, as it was in 2018."""
FLOW_STEPS = (
    (5, "IN_RECU"),
    (15, "IN_TRAITE_SE_CPP"),
    (25, "IN_EN_ATTENTE_TRAITEMENT_CPP"),
    (40, "IN_EN_COURS_TRAITEMENT_CPP"),
)
"""Seconds after the deposit. The states are documented, and that a flow may wait for hours; not the pace."""
FLOW_SECONDS = 60
"""Until a flow is final; not shortened by a clock's speed, as a person watches."""
FIRST_FLOW = 425_903
"""The number of the first flow; that they grow by one is a guess."""
NATURE = "BLOQUANTE"
"""`natureErreur`: no recorded report tells a value."""
INCIDENT_ENDS = "-INC"
"""The first flow with an invoice whose number ends so is not processed (IN_INCIDENTE), so that it can be
practised."""
PARTNER_NAME = "PORTAIL CHORUS PRO"

INTERFACES = {
    "IN_DP_E1_UBL_INVOICE": "FSO1100A",
    "IN_DP_E1_CII": "FSO1106A",
    "IN_DP_E1_CII_16B": "FSO1106A",
    "IN_DP_E2_UBL_INVOICE_MIN": "FSO1110A",
    "IN_DP_E2_CII_MIN": "FSO1110A",
    "IN_DP_E2_CII_MIN_16B": "FSO1110A",
    "IN_DP_E2_CPP_FACTURE_MIN": "FSO1113A",
    "IN_DP_E2_CII_FACTURX": "FSO1117A",
}
"""Five codes are documented; that both minimal forms share FSO1110A is a guess."""
OTHER_INTERFACE = "FSO1199A"

NOT_UNPACKED = ("ERR_ARC_001", "IRRECEVABILITE: l'archive ne peut pas être décompressée")
ARCHIVE_EMPTY = ("ERR_ARC_002", "IRRECEVABILITE: l'archive ne contient aucun fichier")
ARCHIVE_TOO_LARGE = ("ERR_ARC_003", "IRRECEVABILITE: l'archive décompressée dépasse 1 Go")
TOO_MANY_INVOICES = ("ERR_ARC_004", "IRRECEVABILITE: le flux contient plus de {most} factures")
MEMBER_REFUSED = ("ERR_ARC_005", "IRRECEVABILITE: le fichier '{name}' de l'archive n'est pas autorisé")
FLOW_EMPTY = ("ERR_FIC_001", "IRRECEVABILITE: le fichier est vide")
MEMBER_EMPTY = ("ERR_FIC_001", "IRRECEVABILITE: le fichier '{name}' est vide")
SYNTAX_CONTRADICTS = (
    "ERR_SYN_001",
    "IRRECEVABILITE: le contenu du fichier '{name}' ne correspond pas à la syntaxe {syntax}",
)
SYNTAX_UNREAD = ("ERR_SYN_002", "IRRECEVABILITE: la syntaxe {syntax} n'est pas prise en charge")
NOT_READ = ("ERR_FIC_002", "IRRECEVABILITE: le fichier ne peut pas etre lu")
PDF_UNREADABLE = ("ERR_PDF_001", "IRRECEVABILITE: le fichier PDF '{name}' est illisible")
NO_XML_IN_PDF = (
    "ERR_PDF_002",
    "IRRECEVABILITE: le fichier PDF '{name}' ne contient pas de fichier factur-x.xml",
)
TYPE_OF_FLOW_FILES = "AUT"
"""Which type the attachments inside an XML become."""
PDF_ON_PORTAL = ("ERR_SYN_003", "IRRECEVABILITE: un PDF Factur-X ne peut pas etre depose seul sur le portail")
NOT_WELL_FORMED = "IRRECEVABILITE: {words} - ligne: {line} - position: {at}"
"""Of `listeErreurTechnique`: ERR_XSD_001 and its words are documented, every other code and text is ours."""
PROLOG_WORDS = "Content is not allowed in prolog."
CUT_WORDS = "XML document structures must start and end within the same entity."
DOCTYPE_WORDS = (
    'DOCTYPE is disallowed when the feature "http://apache.org/xml/features/disallow-doctype-decl" '
    "set to true."
)
"""As Xerces says it, which wrote the recorded errors; that these come with ERR_XSD_001 is a guess."""

ACK_NAME = "Le nom du fichier n'est pas conforme"
ACK_PARTNER = "Le code partenaire {code} n'est pas celui du raccordement"
ACK_INTERFACE = "Le code interface {code} n'est pas conforme"
ACK_AGAIN = "Le flux {number} a déjà été reçu"
ACK_DAMAGED = "L'archive est endommagée"
"""Why a gateway does not take a file. That it acknowledges at all, and how, is invented (`return_files`)."""

PARTY_OUTSIDE = "La structure (balise {tag}) n'utilise pas le depot de factures par flux"
"""Its beginning was recorded, cut after "n'utilise pa"."""
FRAME_WRONG = "Le cadre de facturation '{frame}' ({tag}.value) doit etre compris entre A1 et A25"
TAG_OF_REFUSAL = {
    20101: "recipient",
    20112: "number",
    20115: "issued",
    20116: "totals",
    20119: "exemption",
    20132: "currency",
}
"""Which tag a report names beside a refusal whose words are those of a submission, without accents."""
PAYMENT_MEANS = {
    "1": "AUTRE",
    "01": "AUTRE",
    "10": "ESPECE",
    "20": "CHEQUE",
    "30": "VIREMENT",
    "31": "VIREMENT",
    "42": "VIREMENT",
    "48": "AUTRE",
    "49": "PRELEVEMENT",
    "58": "VIREMENT",
    "59": "PRELEVEMENT",
    "97": "REPORT",
}
"""The codes admitted are documented, and that all others become a transfer; which becomes what is a guess."""

# --- behaviour ---------------------------------------------------------------------------------------------
#
# completer: refuses a call with neither file nor comment; files are added to earlier ones; a comment takes
#   the place of the invoice's own, and is what the passage to COMPLETEE says.
# recycler: what is sent is what holds, so a service or an order number that is left out is taken away; the
#   other fields of `reference` are ignored; `dateDepot` stays that of the first deposit; a wrong recipient,
#   service or number is refused with the codes of a submission.
# traiterRejet: all or none; a rejection that was dealt with is accepted again and noted once. The status does
#   not change, so `dateHeureEtatCourant` does not either: a search by its period does not find what was dealt
#   with elsewhere, a search by `rejetTraite` does.
# corriger/valideur/facture: takes the structure by its id or its SIRET; where both come, they are of one.
# traiter/recue: refuses a call without `motif`; MANDATEE asks for `numeroDPMandat`, A_RECYCLER for a motive.
# soumettre: the VAT lines may miss the totals by a cent for each line.
# deposer/flux: a deposit is looked into at once, and what is wrong with it told at integration; a file that
#   is deposited twice is taken twice, the duplicates being refused by their numbers.
# flows: one technical error rejects all of a flow; an XML without a billing frame (BT-23) is of frame A1; a
#   subcontractor's invoice (A9, A12) is integrated without the validator, which no source finds in an XML;
#   where the syntax that a report is asked with is not the flow's, the flow is unknown.
# EDI gateway: takes a file away whether it accepts it or not; a report for each state, with the errors in the
#   last; one life-cycle flow for all passages since the one before; a flow begins at IN_RECU.
# consulterCR: the words and the order of the report's blocks; which blocks it has is documented.
# telecharger/groupe: names of folders and files; the pivot's CodeService, Contenu and the names of amounts.
# token: lets in the technical accounts of its own application alone; others are 401.

UNSEEN_BY_RECIPIENTS = frozenset(
    {
        "DEPOSEE",
        "EN_COURS_ACHEMINEMENT",
        "A_VALIDER_1",
        "VALIDEE_1",
        "REFUSEE_1",
        "ERREUR_FOURNISSEUR_SUR_VALIDEUR",
        "ABANDONNEE",
        "SUPPRIMEE",
        "NON_CONFORME",
    }
)
"""A recipient sees an invoice from the moment it is made available."""

VALIDATIONS = {
    "VALIDATION": ("VALIDEE_1", "approved"),
    "REFUS": ("REFUSEE_1", ""),
    "MISE_EN_RECYCLAGE": ("ERREUR_FOURNISSEUR_SUR_VALIDEUR", ""),
}
"""What each action of a validator leads to, and the scenario that follows; the other actions are of works
invoices. That a wrong validator is told by MISE_EN_RECYCLAGE is a guess: the enumeration has no other name.
"""


def mode_of(way: str, syntax: str) -> str:
    """`modeDepot` of an invoice that came in a flow: the values are documented, which is whose is not."""
    if way == "EDI":
        return "EDI_XML_STRUCT" if "_E1_" in syntax else "EDI_MIXTE"
    return "UPLOAD_API" if way == "API" else "UPLOAD_PORTAIL"
