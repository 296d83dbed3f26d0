"""The integration report as pages: what the source says one holds (S2-072), in invented words and order."""

from chorus_tui.sandbox.clock import PARIS
from chorus_tui.sandbox.flows import END_STATES, REJECTED, Flow
from chorus_tui.sandbox.pdf import text_pdf

LABELS = {
    "IN_DEPOT_PORTAIL_EN_ATTENTE_TRAITEMENT_SE_CPP": "Dépôt portail, en attente du système d'échange",
    "IN_RECU": "Reçu",
    "IN_TRAITE_SE_CPP": "Traité",
    "IN_EN_ATTENTE_TRAITEMENT_CPP": "En attente de traitement",
    "IN_EN_COURS_TRAITEMENT_CPP": "En cours de traitement",
    "IN_EN_ATTENTE_RETRAITEMENT_CPP": "En attente de retraitement",
    "IN_A_RELANCER": "À relancer",
    "IN_ERREUR_INTERNE": "Erreur interne",
    "IN_INCIDENTE": "Incidenté",
    "IN_REJETE": "Rejeté",
    "IN_INTEGRE": "Intégré",
    "IN_INTEGRE_PARTIEL": "Intégré partiellement",
    "QP_IRRECEVABLE": "Irrecevable",
    "QP_RECEVABLE": "Recevable",
    "QP_RECEVABLE_AVEC_ERREUR": "Recevable avec erreur",
}
"""API 3.2."""
MOMENT = "%d/%m/%Y %H:%M:%S"


def report_pdf(flow: Flow) -> bytes:
    """The PDF of `consulterCR`."""
    return text_pdf(f"Compte rendu d'intégration {flow.number}", lines_of(flow))


def lines_of(flow: Flow) -> list[str]:
    """The six blocks, one after the other."""
    since = flow.since or flow.deposited
    label = LABELS.get(flow.state, flow.state)
    return [
        "FICHIER DEPOSE",
        f"  Nom du fichier     : {flow.exchange_name}",
        f"  Fichier d'origine  : {flow.name}",
        f"  Syntaxe            : {flow.syntax} ({flow.interface})",
        f"  Structure émettrice: {flow.issuer}",
        "",
        "HORODATAGE",
        f"  Dépôt              : {flow.deposited.astimezone(PARIS).strftime(MOMENT)}",
        f"  Etat courant depuis: {since.astimezone(PARIS).strftime(MOMENT)}",
        "",
        "RESULTAT DU TRAITEMENT",
        f"  Etat du flux       : {label} ({flow.state})",
        f"  Type de rejet      : {'complet' if flow.rejection == 'complete' else 'partiel'}",
        "",
        f"DEMANDES DE PAIEMENT ({len(flow.contents.invoices)})",
        *_documents(flow),
        "",
        f"DETAIL DES ERREURS ({len(flow.errors) + len(flow.refusals)})",
        *(f"  {error.code} {error.label}" for error in flow.errors),
        *(f"  {refused.number} : {refused.label}" for refused in flow.refusals),
        "",
        "FLUX RETOUR",
        f"  C{flow.interface[1:]}_{flow.partner}_{flow.number}" if flow.way == "EDI" else "  Aucun",
    ]


def _documents(flow: Flow) -> list[str]:
    refused = {refusal.number for refusal in flow.refusals}
    rows = []
    for read in flow.contents.invoices:
        if flow.state not in END_STATES:
            fate = "En attente"
        elif read.number in refused:
            fate = "Rejetée"
        else:
            fate = "Non intégrée" if flow.state == REJECTED or not flow.integrated else "Intégrée"
        rows.append(f"  {read.number:<22} {read.supplier:<15} {read.recipient:<15} {fate}")
    return rows
