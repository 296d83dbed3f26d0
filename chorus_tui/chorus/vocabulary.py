"""The words of Chorus Pro for the things of the domain (API 3), both ways."""

import re
from collections import defaultdict
from collections.abc import Iterable

from chorus_tui.domain.flow import FlowMode, FlowType, Syntax
from chorus_tui.domain.flow_states import FlowState
from chorus_tui.domain.statuses import BillingFrame, InvoiceKind, InvoiceStatus, PaymentMeans, VatRegime

DEPOSITED, COMPLETED = "DEPOSEE", "COMPLETEE"

STATUSES = {
    "BROUILLON": InvoiceStatus.DRAFT,
    "INTERPRETEE_OCR": InvoiceStatus.READ_BY_OCR,
    DEPOSITED: InvoiceStatus.SUBMITTED,
    "EN_COURS_ACHEMINEMENT": InvoiceStatus.BEING_ROUTED,
    "MISE_A_DISPOSITION": InvoiceStatus.MADE_AVAILABLE,
    "A_RECYCLER": InvoiceStatus.TO_BE_RECYCLED,
    "REJETEE": InvoiceStatus.REJECTED,
    "SUSPENDUE": InvoiceStatus.SUSPENDED,
    COMPLETED: InvoiceStatus.COMPLETED,
    "SERVICE_FAIT": InvoiceStatus.SERVICE_RENDERED,
    "MANDATEE": InvoiceStatus.PAYMENT_ORDERED,
    "MISE_A_DISPOSITION_COMPTABLE": InvoiceStatus.WITH_ACCOUNTANT,
    "COMPTABILISEE": InvoiceStatus.POSTED,
    "MISE_EN_PAIEMENT": InvoiceStatus.PAYMENT_ISSUED,
    "NON_CONFORME": InvoiceStatus.NOT_COMPLIANT,
    "A_VALIDER_1": InvoiceStatus.TO_BE_VALIDATED,
    "A_VALIDER_2": InvoiceStatus.TO_BE_VALIDATED,
    "VALIDEE_1": InvoiceStatus.VALIDATED,
    "VALIDEE_2": InvoiceStatus.VALIDATED,
    "REFUSEE_1": InvoiceStatus.VALIDATION_REFUSED,
    "REFUSEE_2": InvoiceStatus.VALIDATION_REFUSED,
    "ERREUR_FOURNISSEUR_SUR_VALIDEUR": InvoiceStatus.WRONG_VALIDATOR,
    "ERREUR_COTRAITANT_SUR_VALIDEUR": InvoiceStatus.WRONG_VALIDATOR,
    "ABANDONNEE": InvoiceStatus.ABANDONED,
    "SUPPRIMEE": InvoiceStatus.DELETED,
    # Works invoices, and what is seldom seen on a simple one: kept apart by their code alone.
    "ABSENCE_VALIDATION_1_HORS_DELAI": InvoiceStatus.OTHER,
    "ABSENCE_VALIDATION_2_HORS_DELAI": InvoiceStatus.OTHER,
    "ABSENCE_VALIDATION_MOE_DELAI_REGLEMENTAIRE": InvoiceStatus.OTHER,
    "ASSOCIEE": InvoiceStatus.OTHER,
    "A_COMPLETER": InvoiceStatus.OTHER,
    "PRISE_EN_COMPTE_DESTINATAIRE": InvoiceStatus.OTHER,
    "EN_COURS_TRAITEMENT_PIVOT_S": InvoiceStatus.OTHER,
    "TECHNIQUE_INCONNU": InvoiceStatus.OTHER,
    "A_VALIDER_MOE": InvoiceStatus.OTHER,
    "REFUSEE_MOE": InvoiceStatus.OTHER,
    "A_ASSOCIER_MOE": InvoiceStatus.OTHER,
    "A_ASSOCIER_MOA": InvoiceStatus.OTHER,
    "A_ASSOCIER_FOURNISSEUR": InvoiceStatus.OTHER,
    "ERREUR_DE_MOE": InvoiceStatus.OTHER,
    "ERREUR_DE_MOA": InvoiceStatus.OTHER,
    "MISE_A_DISPOSITION_MOE": InvoiceStatus.OTHER,
    "MISE_A_DISPOSITION_MOA": InvoiceStatus.OTHER,
    "PRISE_EN_COMPTE_MOE": InvoiceStatus.OTHER,
    "PRISE_EN_COMPTE_MOA": InvoiceStatus.OTHER,
    "TRANSMISE_MOA": InvoiceStatus.OTHER,
    "REFUSEE_MOA": InvoiceStatus.OTHER,
    "REFUSEE_FOURNISSEUR": InvoiceStatus.OTHER,
    "EN_ATTENTE_RECYCLAGE_FOURNISSEUR": InvoiceStatus.OTHER,
    "ERREUR_MOE_SUR_FOURNISSEUR": InvoiceStatus.OTHER,
    "ERREUR_MOA_SUR_FOURNISSEUR": InvoiceStatus.OTHER,
    "ERREUR_FOURNISSEUR_SUR_MOE": InvoiceStatus.OTHER,
    "ERREUR_FOURNISSEUR_SUR_MOA": InvoiceStatus.OTHER,
    "ERREUR_MOE_SUR_MOA": InvoiceStatus.OTHER,
    "ERREUR_DESTINATAIRE_PD": InvoiceStatus.OTHER,
    "ERREUR_DESTINATAIRE_EA": InvoiceStatus.OTHER,
    "REMPLACEE_PAR_A22": InvoiceStatus.OTHER,
    "DUPLIQUE_APRES_REFUS": InvoiceStatus.OTHER,
}

_CODES: dict[InvoiceStatus, list[str]] = defaultdict(list)
for _code, _status in STATUSES.items():
    _CODES[_status].append(_code)


def status_of(code: str) -> InvoiceStatus:
    """The status a code stands for; OTHER for one that nobody has written down yet."""
    return STATUSES.get(code, InvoiceStatus.OTHER)


def codes_of(statuses: Iterable[InvoiceStatus]) -> tuple[str, ...]:
    """Every code that some statuses stand for, which is what a search asks with."""
    return tuple(code for status in statuses for code in _CODES[status])


KINDS = {InvoiceKind.INVOICE: "FACTURE", InvoiceKind.CREDIT_NOTE: "AVOIR"}


def kind_of(word: str) -> InvoiceKind:
    """Advances (ACOMPTE) count as invoices: the domain knows two kinds."""
    return InvoiceKind.CREDIT_NOTE if word == "AVOIR" else InvoiceKind.INVOICE


FRAMES = {
    BillingFrame.A1: "A1_FACTURE_FOURNISSEUR",
    BillingFrame.A2: "A2_FACTURE_FOURNISSEUR_DEJA_PAYEE",
    BillingFrame.A9: "A9_FACTURE_SOUSTRAITANT",
    BillingFrame.A12: "A12_FACTURE_COTRAITANT",
}
FRAME_OF = {word: frame for frame, word in FRAMES.items()}

MEANS = {
    PaymentMeans.TRANSFER: "VIREMENT",
    PaymentMeans.DIRECT_DEBIT: "PRELEVEMENT",
    PaymentMeans.CHEQUE: "CHEQUE",
    PaymentMeans.CASH: "ESPECE",
    PaymentMeans.CARRIED_FORWARD: "REPORT",
    PaymentMeans.OTHER: "AUTRE",
}
MEANS_OF = {word: means for means, word in MEANS.items()}

REGIMES = {
    VatRegime.ON_DEBITS: "TVA_SUR_DEBIT",
    VatRegime.ON_RECEIPTS: "TVA_SUR_ENCAISSEMENT",
    VatRegime.EXEMPT: "EXONERATION",
    VatRegime.NONE: "SANS_TVA",
}
REGIME_OF = {word: regime for regime, word in REGIMES.items()}

FLOW_STATES = {
    "IN_DEPOT_PORTAIL_EN_ATTENTE_TRAITEMENT_SE_CPP": FlowState.AT_PORTAL,
    "IN_RECU": FlowState.RECEIVED,
    "IN_TRAITE_SE_CPP": FlowState.HANDLED,
    "IN_EN_ATTENTE_TRAITEMENT_CPP": FlowState.WAITING,
    "IN_EN_COURS_TRAITEMENT_CPP": FlowState.IN_PROGRESS,
    "IN_EN_ATTENTE_RETRAITEMENT_CPP": FlowState.WAITING_REPROCESSING,
    "IN_A_RELANCER": FlowState.TO_RESTART,
    "IN_ERREUR_INTERNE": FlowState.INTERNAL_ERROR,
    "IN_INCIDENTE": FlowState.WARNING,
    "IN_REJETE": FlowState.REJECTED,
    "IN_INTEGRE": FlowState.INTEGRATED,
    "IN_INTEGRE_PARTIEL": FlowState.PARTLY_INTEGRATED,
    "QP_IRRECEVABLE": FlowState.NOT_ADMISSIBLE,
    "QP_RECEVABLE": FlowState.ADMISSIBLE,
    "QP_RECEVABLE_AVEC_ERREUR": FlowState.ADMISSIBLE_WITH_ERRORS,
}
"""The fifteen that are written down (API 3.2)."""


def flow_state_of(code: str) -> FlowState:
    """The state of a flow that a code stands for; OTHER for one that nobody has written down yet."""
    return FLOW_STATES.get(code.upper(), FlowState.OTHER)


SYNTAXES = {
    Syntax.FACTUR_X: "IN_DP_E2_CII_FACTURX",
    Syntax.CII: "IN_DP_E1_CII_16B",
    Syntax.UBL: "IN_DP_E1_UBL_INVOICE",
    Syntax.CII_MIN: "IN_DP_E2_CII_MIN_16B",
    Syntax.UBL_MIN: "IN_DP_E2_UBL_INVOICE_MIN",
}
"""What a deposit is said to be (API 3.3); nothing of another kind is deposited from here."""

_SYNTAX_OF = {word: syntax for syntax, word in SYNTAXES.items()} | {
    "IN_DP_E1_CII": Syntax.CII,
    "IN_DP_E2_CII_MIN": Syntax.CII_MIN,
    "FSO1100A": Syntax.UBL,
    "FSO1106A": Syntax.CII,
    "FSO1110A": Syntax.UBL_MIN,
    "FSO1117A": Syntax.FACTUR_X,
}
_TYPE_OF_INTERFACE = {"FSO1113A": FlowType.MIXED}
_TYPE_WORDS = re.compile(r"IN_DP_(?:E2_\w*(?P<factur_x>FACTURX)|E(?P<family>[1-5])(?:_|$))")
_FAMILIES = {
    "1": FlowType.STRUCTURED,
    "2": FlowType.MIXED,
    "3": FlowType.JUSTICE,
    "4": FlowType.WORKS,
    "5": FlowType.WORKS,
}


def syntax_of(code: str) -> Syntax:
    """What files of a syntax or of an interface (FSO1100A, API 5) are; OTHER for what is not known."""
    return _SYNTAX_OF.get(code.strip().upper(), Syntax.OTHER)


def flow_type_of(code: str) -> FlowType:
    """The data flow type of a syntax, of a format or of an interface; OTHER for what is not known."""
    code = code.strip().upper()
    if (syntax := syntax_of(code)) is not Syntax.OTHER:
        return syntax.type
    words = _TYPE_WORDS.match(code)
    if words is None:
        return _TYPE_OF_INTERFACE.get(code, FlowType.OTHER)
    return FlowType.FACTUR_X if words["factur_x"] else _FAMILIES[words["family"]]


_FLOW_MODES = {
    "UPLOAD_API": FlowMode.API,
    "UPLOAD_PORTAIL": FlowMode.PORTAL,
    "PORTAIL_PDF": FlowMode.PORTAL,
}


def flow_mode_of(deposit_mode: str) -> FlowMode:
    """By which way the flow came whose invoice bears this way of deposit (API 3.3)."""
    word = deposit_mode.strip().upper()
    return FlowMode.EDI if word.startswith("EDI") else _FLOW_MODES.get(word, FlowMode.UNKNOWN)
