"""The files that an EDI gateway returns: acknowledgements, reports, life-cycle flows (API 5)."""

from collections.abc import Iterable
from datetime import datetime
from xml.sax.saxutils import escape

from chorus_tui.sandbox.clock import instant_text
from chorus_tui.sandbox.flows import Flow
from chorus_tui.sandbox.invoices import Invoice, Passage

EDI_STATUSES = {
    "DEPOSEE": "01",
    "EN_COURS_ACHEMINEMENT": "02",
    "MISE_A_DISPOSITION": "03",
    "A_RECYCLER": "04",
    "REJETEE": "05",
    "SUSPENDUE": "06",
    "SERVICE_FAIT": "07",
    "MANDATEE": "08",
    "MISE_A_DISPOSITION_COMPTABLE": "09",
    "COMPTABILISEE": "10",
    "MISE_EN_PAIEMENT": "11",
    "COMPLETEE": "12",
    "NON_CONFORME": "37",
}
"""`IdStatut` (API 3.1); the other statuses have none, and are not told."""


def acknowledgement(name: str, number: str, at: datetime, refused: str) -> bytes:
    """That a file was taken, or why not. Invented as a whole."""
    return _document(
        "AccuseReception",
        _tags(
            NomFichier=name,
            NumeroFlux=number,
            DateHeure=instant_text(at),
            Resultat="REFUSE" if refused else "ACCEPTE",
            Motif=refused,
        ),
    )


def flow_report(flow: Flow, state: str, at: datetime, *, final: bool) -> bytes:
    """A state that a flow came into; with the errors, where it is the one that it has."""
    errors = ""
    if final:
        errors = "".join(
            _tag(
                "ErreurTechnique",
                _tags(CodeErreur=error.code, LibelleErreur=error.label, NatureErreur=error.nature),
            )
            for error in flow.errors
        ) + "".join(
            _tag(
                "ErreurDP",
                _tags(
                    NumeroDP=refusal.number,
                    IdentifiantFournisseur=refusal.supplier,
                    IdentifiantDestinataire=refusal.recipient,
                    LibelleErreurDP=refusal.label,
                ),
            )
            for refusal in flow.refusals
        )
    told = _tags(
        NumeroFlux=flow.number,
        NomFichier=flow.name,
        CodeInterface=flow.interface,
        DateDepot=instant_text(flow.deposited),
        DateEtat=instant_text(at),
        EtatFlux=state,
    )
    unit = _tag("CPPFluxStatutUnitaire", told + errors)
    return _document("CPPStatutPivot", _tag("CPPFluxStatuts", unit))


def life_cycle(passages: Iterable[tuple[Invoice, Passage]]) -> bytes:
    """The statuses that invoices came into."""
    units = (
        _tag(
            "CPPFactureStatutUnitaire",
            _tag(
                "Fournisseur",
                _tags(Identifiant=held.row.code_fournisseur, RaisonSociale=held.row.designation_fournisseur),
            )
            + _tag("Debiteur", _tags(Identifiant=held.row.code_destinataire))
            + _tag(
                "DonneesStatut",
                _tags(
                    IdFacture=held.row.numero_facture,
                    IdStatut=EDI_STATUSES[passage.status],
                    Commentaire=passage.comment,
                ),
            ),
        )
        for held, passage in passages
    )
    return _document("CPPStatutPivot", _tag("CPPFactureStatuts", "".join(units)))


def _document(root: str, inside: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{_tag(root, inside)}\n'.encode()


def _tags(**values: str) -> str:
    return "".join(_tag(name, escape(value)) for name, value in values.items())


def _tag(name: str, inside: str) -> str:
    return f"<{name}>{inside}</{name}>" if inside else f"<{name}/>"
