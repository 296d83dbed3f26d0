"""What goes over the wire about flows and downloads, in both directions (API 2.1, 2.11, 2.18, 7)."""

import re
from typing import Any

import pytest

from chorus_tui.sandbox.flow_reports import FORMATS
from tests import flows
from tests.contract.contract import SERVICES, ContractBroken, check_request, check_response
from tests.sandbox.caller import Caller, clock_of
from tests.sandbox.conftest import caller, recipient, sandbox, validator  # noqa: F401  # fixtures
from tests.sandbox.test_flows import MINUTE, deposited

DEPOSIT = "/cpro/factures/v1/deposer/flux"
DETAILED = "/cpro/transverses/v1/consulterCRDetaille"
PAGES = "/cpro/transverses/v1/consulterCR"
FORMATS_OF = "/cpro/transverses/v1/recuperer/formatflux"
SYNTAXES_OF = "/cpro/transverses/v1/recuperer/syntaxeflux"
DOWNLOAD = "/cpro/factures/v1/telecharger/groupe"

RECORDED_PARTIAL: dict[str, Any] = {
    "codeRetour": 0,
    "libelle": "TRA_MSG_00.000",
    "codeInterfaceDepotFlux": "FSO1110A",
    "dateDepotFlux": "2018-02-16T15:10:25.536+01:00",
    "dateHeureEtatCourantFlux": "2018-02-16T15:10:28.137+01:00",
    "etatCourantDepotFlux": "IN_INTEGRE_PARTIEL",
    "nomFichier": "FSO1110A_CPP001_CPP0011110000000000001557",
    "listeErreurDP": [
        {
            "identifiantDestinataire": "00000000005734",
            "identifiantFournisseur": "00000000005719",
            "numeroDP": "F1110_NBO050740100",
            "libelleErreurDP": "…n'est pas reference dans notre systeme.",
        }
    ],
}
"""The body that the platform's own pages print (API 7)."""


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (DEPOSIT, flows.deposit(b"x", flows.FACTURX, "f.pdf")),
        (DETAILED, {"numeroFluxDepot": "CPP0011110000000000001557"}),
        (PAGES, {"numeroFluxDepot": "CPP0011110000000000001557", "syntaxeFlux": flows.CII}),
        (FORMATS_OF, {}),
        (SYNTAXES_OF, {"formatFlux": "IN_DP_E1_STRUCT", "codeLangue": "FR"}),
        (
            DOWNLOAD,
            {"format": "PDF", "avecPiecesJointesComplementaires": "OUI", "listeFacture": [{"idFacture": 1}]},
        ),
    ],
)
def test_what_deployed_clients_send_keeps_to_it(path: str, body: dict[str, Any]) -> None:
    """API 7, API part 8, 4: the user's id is left out by clients that are served."""
    check_request("POST", path, body, complete=True)


@pytest.mark.parametrize(
    ("path", "body", "reason"),
    [
        (DEPOSIT, {**flows.deposit(b"x"), "syntaxFlux": flows.CII}, "unknown field"),
        (DEPOSIT, {"nomFichier": "f.xml", "syntaxeFlux": flows.CII}, "missing request.fichierFlux"),
        (DEPOSIT, flows.deposit(b"x", "IN_DP_E1_CII_16D"), "none of"),
        (DEPOSIT, flows.deposit(b"x", name="f" * 201), "201 characters"),
        (DETAILED, {"numeroFlux": "1"}, "unknown field"),
        (DETAILED, {}, "missing request.numeroFluxDepot"),
        (SYNTAXES_OF, {}, "missing request.formatFlux"),
        (DOWNLOAD, {"format": "ZIP", "listeFacture": [{"idFacture": 1}]}, "none of"),
        (DOWNLOAD, {"format": "PDF", "listeFacture": [{}]}, "missing request.listeFacture"),
    ],
)
def test_what_no_service_knows_breaks_it(path: str, body: dict[str, Any], reason: str) -> None:
    """API 2.1, 2.11, 2.18."""
    with pytest.raises(ContractBroken, match=reason):
        check_request("POST", path, body, complete=True)


def test_a_recorded_report_keeps_to_it_with_one_refusal_or_a_list() -> None:
    """API 7, API part 8, 9: an array everywhere, a bare object on one page."""
    check_response("POST", DETAILED, 200, RECORDED_PARTIAL)
    bare = {**RECORDED_PARTIAL, "listeErreurDP": RECORDED_PARTIAL["listeErreurDP"][0]}
    check_response("POST", DETAILED, 200, bare)
    bare["listeErreurDP"]["numeroFacture"] = "F1"
    with pytest.raises(ContractBroken, match="unknown field"):
        check_response("POST", DETAILED, 200, bare)


@pytest.mark.parametrize(
    "change",
    [
        {"etatCourantFlux": "IN_RECU"},
        {"dateDepotFlux": "2018-02-16"},
        {"listeErreurTechnique": [{"code": "ERR_XSD_001"}]},
    ],
)
def test_a_wrong_report_breaks_it(change: dict[str, Any]) -> None:
    """API 2.18."""
    with pytest.raises(ContractBroken):
        check_response("POST", DETAILED, 200, {**RECORDED_PARTIAL, **change})


async def test_every_service_of_flows_is_answered_by_the_sandbox(caller: Caller) -> None:  # noqa: F811
    """API 2.1, 2.11, 2.18: the transport holds each of these against the contract."""
    number = await deposited(caller, flows.lot("F-1"))
    clock_of(caller.sandbox).turn(MINUTE)
    await caller.ask("transverses/v1/consulterCRDetaille", {"numeroFluxDepot": number})
    await caller.ask("transverses/v1/consulterCR", {"numeroFluxDepot": number})
    await caller.ask("transverses/v1/recuperer/formatflux")
    await caller.ask("transverses/v1/recuperer/syntaxeflux", {"formatFlux": "IN_DP_E2_MIXTE"})
    (row,) = await caller.search(numeroFluxDepot=number)
    body = {"format": "PIVOT", "listeFacture": [{"idFacture": row["identifiantFactureCPP"]}]}
    await caller.ask("factures/v1/telecharger/groupe", body)
    transport: Any = caller.http._transport
    for path in (DEPOSIT, DETAILED, PAGES, FORMATS_OF, SYNTAXES_OF, DOWNLOAD):
        assert f"POST {path}" in transport.checked


async def test_flows_are_the_suppliers(caller: Caller, recipient: Caller, validator: Caller) -> None:  # noqa: F811
    """API 4: GDP_MSG_11.005 for accounts of another side."""
    number = await deposited(caller, flows.lot("F-1"))
    for other in (recipient, validator):
        for path, body in (
            (DEPOSIT, flows.deposit(flows.cii())),
            (DETAILED, {"numeroFluxDepot": number}),
            (PAGES, {"numeroFluxDepot": number}),
        ):
            answer = await other.ask(path.removeprefix("/cpro/"), body)
            assert answer["libelle"].startswith("GDP_MSG_11.005")


def test_every_syntax_of_a_format_can_be_deposited() -> None:
    """API 3.3: the lists and the enumeration of the deposit agree."""
    allowed = SERVICES[f"POST {DEPOSIT}"]["enums"]["request.syntaxeFlux"]
    for syntaxes in FORMATS.values():
        assert set(syntaxes) <= set(allowed)


async def test_a_flow_number_has_one_shape_by_every_way(caller: Caller) -> None:  # noqa: F811
    """API 5: partner, interface, fifteen digits; for the portal as for the API."""
    by_portal = caller.sandbox.deposit_on_portal(flows.cii(), "f.xml", "83990121200010")
    for number in (await deposited(caller, flows.lot("F-1")), by_portal):
        assert re.fullmatch(r"CPP001\d{4}\d{15}", number)
