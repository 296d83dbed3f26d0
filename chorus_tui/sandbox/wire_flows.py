"""Requests about flows (API 2.1, 2.11, 2.18)."""

from typing import Literal

from chorus_tui.sandbox.wire import Language, Wire

FlowSyntax = Literal[
    "IN_DP_E1_UBL_INVOICE", "IN_DP_E1_CII", "IN_DP_E1_CII_16B", "IN_DP_E1_PES_FACTURE",
    "IN_DP_E1_XCBL", "IN_DP_E2_UBL_INVOICE_MIN", "IN_DP_E2_CII_MIN", "IN_DP_E2_CII_MIN_16B",
    "IN_DP_E2_PES_FACTURE_MIN", "IN_DP_E2_CPP_FACTURE_MIN", "IN_DP_E2_CII_FACTURX",
    "IN_DP_PDFARCHIVE_UBL_INVOICE_MUG", "IN_DP_PDFARCHIVE_CII_MUG", "IN_DP_E3_UBL_INVOICE",
]  # fmt: skip
FlowFormat = Literal["IN_DP_E1_STRUCT", "IN_DP_E2_MIXTE", "IN_DP_E2_FACTURX"]


class DepositFlow(Wire):
    """`deposer/flux` (API 2.1)."""

    id_utilisateur_courant: int | None = None
    fichier_flux: str | None = None
    nom_fichier: str | None = None
    syntaxe_flux: FlowSyntax | None = None
    avec_signature: bool = False


class ReadReport(Wire):
    """`consulterCR`."""

    date_depot: str | None = None
    numero_flux_depot: str | None = None
    syntaxe_flux: FlowSyntax | None = None


class ReadDetailedReport(Wire):
    """`consulterCRDetaille`."""

    numero_flux_depot: str | None = None
    syntaxe_flux: FlowSyntax | None = None


class FlowSyntaxes(Wire):
    """`recuperer/syntaxeflux`."""

    format_flux: FlowFormat | None = None
    code_langue: Language = "FR"


class WantedInvoice(Wire):
    """One invoice of a download."""

    id_facture: int | None = None


class Download(Wire):
    """`telecharger/groupe` (API 2.11)."""

    id_utilisateur_courant: int | None = None
    id_espace: int | None = None
    format: Literal["PDF", "PIVOT"] | None = None
    avec_pieces_jointes_complementaires: Literal["OUI", "NON", "Oui", "Non"] | None = None
    """Capitals in one source, not in the other: both are taken."""
    liste_facture: tuple[WantedInvoice, ...] = ()
