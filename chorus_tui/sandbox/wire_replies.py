"""Requests of a supplier about an invoice that came back."""

from msgspec import field

from chorus_tui.sandbox.wire import IdentifierKind, Wire
from chorus_tui.sandbox.wire_invoices import OtherFile, References, To


class Complete(Wire):
    """`completer` (API 2.4)."""

    id_utilisateur_courant: int | None = None
    identifiant_facture_cpp: int | None = field(default=None, name="identifiantFactureCPP")
    piece_jointe_complementaire: tuple[OtherFile, ...] = ()
    commentaire: str | None = None


class Recycle(Wire):
    """`recycler` (API 2.5); the key `reference` is singular here."""

    id_utilisateur_courant: int | None = None
    identifiant_facture_cpp: int | None = field(default=None, name="identifiantFactureCPP")
    destinataire: To = field(default_factory=To)
    commentaire: str | None = None
    reference: References = field(default_factory=References)


class Rejected(Wire):
    """One rejected invoice."""

    id_demande_paiement: int | None = None


class HandleRejections(Wire):
    """`traiterRejet` (API 2.6)."""

    liste_demande_paiement: tuple[Rejected, ...] = ()
    cplt_infos: str | None = None
    motif_rejet: str | None = None


class CorrectValidator(Wire):
    """`corriger/valideur/facture` (API 2.7)."""

    id_facture: int | None = None
    id_structure: int | None = None
    type_identifiant_structure: IdentifierKind | None = None
    identifiant_structure: str | None = None
