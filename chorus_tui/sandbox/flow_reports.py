"""`deposer/flux`, and what is told of a flow afterwards (API 2.1, 2.18)."""

import base64
from concurrent.futures.process import BrokenProcessPool

from chorus_tui.sandbox import invented
from chorus_tui.sandbox.analysis import Recognition
from chorus_tui.sandbox.clock import day_text, instant_text
from chorus_tui.sandbox.files import LARGEST_FILE, decoded
from chorus_tui.sandbox.flow_contents import NOT_READ, look_into
from chorus_tui.sandbox.flows import PARTNER, Flow, Flows, Refusal
from chorus_tui.sandbox.invented import Refusal as Refused
from chorus_tui.sandbox.replies import Body, done, found, refuse
from chorus_tui.sandbox.report_pages import report_pdf
from chorus_tui.sandbox.wire_flows import DepositFlow, FlowSyntaxes, ReadDetailedReport, ReadReport
from chorus_tui.sandbox.world import Account, World

LONGEST_NAME = 200
UNKNOWN_FLOW = Refused(20001, "POQ_MSG_01.003 - Flux introuvable.")
FORMATS = {
    "IN_DP_E1_STRUCT": ("IN_DP_E1_UBL_INVOICE", "IN_DP_E1_CII_16B"),
    "IN_DP_E2_MIXTE": ("IN_DP_E2_UBL_INVOICE_MIN", "IN_DP_E2_CPP_FACTURE_MIN", "IN_DP_E2_CII_MIN_16B"),
    "IN_DP_E2_FACTURX": ("IN_DP_E2_CII_FACTURX",),
}


class FlowDesk:
    """Takes flows in and reports on them."""

    def __init__(self, world: World, flows: Flows, recognition: Recognition) -> None:
        self._world = world
        self._flows = flows
        self._recognition = recognition

    async def deposit(self, wanted: DepositFlow) -> Body:
        """`deposer/flux`: what is wrong with the content shows at integration, not here."""
        if not wanted.syntaxe_flux:
            refuse(invented.MISSING_FIELD, field="syntaxeFlux")
        name = wanted.nom_fichier or ""
        if not 0 < len(name) <= LONGEST_NAME or not name.strip(". ").rpartition(".")[0]:
            refuse(invented.FILE_NAME_WRONG, limit=LONGEST_NAME)
        content = decoded(wanted.fichier_flux)
        if len(content) > LARGEST_FILE:
            refuse(invented.FLOW_TOO_LARGE)
        try:
            contents = await self._recognition.run(look_into, content, wanted.syntaxe_flux)
        except BrokenProcessPool:
            contents = NOT_READ
        flow = self._flows.take(contents, name=name, syntax=wanted.syntaxe_flux, size=len(content))
        return done(numeroFluxDepot=flow.number, dateDepot=day_text(flow.deposited), syntaxeFlux=flow.syntax)

    def detailed(self, wanted: ReadDetailedReport, _account: Account) -> Body:
        """`consulterCRDetaille`: `codeRetour` is 0 for a rejected flow, too."""
        flow = self._known(wanted.numero_flux_depot, wanted.syntaxe_flux)
        refusals: list[Body] | Body = [_refusal(refusal) for refusal in flow.refusals]
        if self._flows.bare_error and len(flow.refusals) == 1:
            refusals = _refusal(flow.refusals[0])
        return found(
            codeInterfaceDepotFlux=flow.interface,
            dateDepotFlux=instant_text(flow.deposited),
            dateHeureEtatCourantFlux=instant_text(flow.since or flow.deposited),
            etatCourantDepotFlux=flow.state,
            nomFichier=flow.exchange_name,
            listeErreurDP=refusals,
            listeErreurTechnique=[
                {"codeErreur": error.code, "libelleErreur": error.label, "natureErreur": error.nature}
                for error in flow.errors
            ],
        )

    def report(self, wanted: ReadReport, _account: Account) -> Body:
        """`consulterCR`: the state, and the report as a PDF."""
        flow = self._known(wanted.numero_flux_depot, wanted.syntaxe_flux)
        if self._flows.facturx_report_broken and flow.syntax == "IN_DP_E2_CII_FACTURX":
            refuse(invented.REPORT_BROKEN)
        return found(
            codeAppliPartenaire=flow.partner,
            codeInterfaceFlux=flow.interface,
            dateDepotFlux=instant_text(flow.deposited),
            dateHeureEtatCourantFlux=instant_text(flow.since or flow.deposited),
            designationPartenaire=invented.PARTNER_NAME
            if flow.partner == PARTNER
            else self._name(flow.issuer),
            etatCourantFlux=flow.state,
            fichierCR=base64.b64encode(report_pdf(flow)).decode(),
            nomFichierFlux=flow.exchange_name,
            numeroFluxDepot=flow.number,
        )

    def formats(self) -> Body:
        """`recuperer/formatflux`."""
        return done(listeFormatFlux=[{"formatFlux": name} for name in FORMATS])

    def syntaxes(self, wanted: FlowSyntaxes) -> Body:
        """`recuperer/syntaxeflux`."""
        if wanted.format_flux is None:
            refuse(invented.MISSING_FIELD, field="formatFlux")
        return done(listeSyntaxeFlux=[{"syntaxeFlux": name} for name in FORMATS[wanted.format_flux]])

    def _name(self, siret: str) -> str:
        supplier = self._world.supplier_by_siret.get(siret)
        return supplier.name if supplier is not None else siret

    def _known(self, number: str | None, syntax: str | None) -> Flow:
        if not number:
            refuse(invented.MISSING_FIELD, field="numeroFluxDepot")
        flow = self._flows.get(number)
        if flow is None or syntax not in (None, flow.syntax) or not self._may_see(flow):
            refuse(UNKNOWN_FLOW)
        return flow

    def _may_see(self, flow: Flow) -> bool:
        return any(supplier.siret == flow.issuer for supplier in self._world.attached)


def _refusal(refusal: Refusal) -> Body:
    return {
        "numeroDP": refusal.number,
        "identifiantFournisseur": refusal.supplier,
        "identifiantDestinataire": refusal.recipient,
        "libelleErreurDP": refusal.label,
    }
