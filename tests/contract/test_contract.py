"""The contract fails when it should, and lets through what sources say in two ways."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from chorus_tui.sandbox import Sandbox
from chorus_tui.sandbox.wire import unknown_fields
from tests.contract.contract import (
    FILE,
    SERVICES,
    ContractBroken,
    ContractTransport,
    check_request,
    check_response,
    check_token_form,
    checked,
)
from tests.sandbox.caller import new_sandbox, submission

SUBMIT = "/cpro/factures/v1/soumettre"
SEARCH = "/cpro/factures/v1/rechercher/fournisseur"
HISTORY = "/cpro/factures/v1/consulter/historique"
PDF = "/cpro/factures/v1/deposer/pdf"
REFERENCE = Path(__file__).parents[3] / "shared" / "reference" / FILE.name


def test_a_whole_submission_keeps_to_it() -> None:
    check_request("POST", SUBMIT, submission(), complete=True)


def test_the_main_file_is_an_array_or_an_object() -> None:
    body = submission()
    body["pieceJointePrincipale"] = body["pieceJointePrincipale"][0]
    check_request("POST", SUBMIT, body)
    body["pieceJointePrincipale"]["pieceJointePrincipalId"] = 1
    with pytest.raises(ContractBroken, match="unknown field"):
        check_request("POST", SUBMIT, body)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"numeroFacture": "F1"}, "unknown field request.numeroFacture"),
        ({"montantTotal": {"montantTva": 1.0}}, "the contract spells it montantTVA"),
        ({"destinataire": {"codeServiceExecutant": 7}}, "is 7, not string"),
        ({"montantTotal": {"montantHtTotal": "1000.00"}}, "is a string, not number"),
        ({"fournisseur": {"idFournisseur": True}}, "is a boolean, not integer"),
        ({"fournisseur": {"idFournisseur": 1.5}}, "not integer"),
        ({"fournisseur": [1]}, "is an array, not an object"),
        ({"ligneTva": {"ligneTvaTaux": "TVA5"}}, "is an object, not an array"),
        ({"dateFacture": "12/11/2026"}, "not string"),
        ({"dateFacture": "2026-02-30"}, "not string"),
        ({"dateFacture": "2026-11-12T00:00:00+01:00"}, "not string"),
        ({"modeDepot": "DEPOT_PDF"}, "none of"),
        (
            {"cadreDeFacturation": {"codeCadreFacturation": "A4_PROJET_DECOMPTE_MENSUEL_FOURNISSEUR"}},
            "none of",
        ),
        ({"numeroFactureSaisi": "F" * 21}, "more than 20"),
        ({"references": {"numeroBonCommande": "B" * 51}}, "more than 50"),
    ],
)
def test_a_wrong_submission_breaks_it(change: dict[str, Any], reason: str) -> None:
    body = submission()
    for name, value in change.items():
        body[name] = (
            {**body[name], **value} if isinstance(value, dict) and isinstance(body[name], dict) else value
        )
    with pytest.raises(ContractBroken) as broken:
        check_request("POST", SUBMIT, body)
    assert len(broken.value.problems) == 1
    assert reason in broken.value.problems[0]


def test_a_null_in_a_request_breaks_it() -> None:
    with pytest.raises(ContractBroken, match="left out"):
        check_request("POST", SUBMIT, submission() | {"commentaire": None})


def test_what_the_business_always_requires_is_asked_for_on_demand() -> None:
    body = submission()
    del body["references"]["modePaiement"]
    check_request("POST", SUBMIT, body)
    with pytest.raises(ContractBroken, match=r"missing request\.references\.modePaiement"):
        check_request("POST", SUBMIT, body, complete=True)


@pytest.mark.parametrize("path", [HISTORY, "/cpro/engagementsJuridiques/v1/rechercher"])
def test_a_missing_required_field_breaks_it(path: str) -> None:
    with pytest.raises(ContractBroken, match="missing request"):
        check_request("POST", path, {})


def test_a_misspelt_direction_breaks_it() -> None:
    with pytest.raises(ContractBroken, match="triSens"):
        check_request("POST", SEARCH, {"rechercheFactureParFournisseur": {"triSens": "ascendant"}})
    with pytest.raises(ContractBroken, match="unknown field"):
        check_request("POST", SEARCH, {"rechercheFactureParFournisseur": {"triSense": "Ascendant"}})


def test_a_service_or_method_that_is_not_there_breaks_it() -> None:
    for method, path in (("POST", "/cpro/factures/v1/soumetre"), ("GET", SUBMIT)):
        with pytest.raises(ContractBroken, match="no such service"):
            check_request(method, path, {})


@pytest.mark.parametrize("body", [[], "x", 1, None])
def test_a_body_that_is_no_object_breaks_it(body: Any) -> None:
    with pytest.raises(ContractBroken, match="object"):
        check_request("POST", SEARCH, body)
    with pytest.raises(ContractBroken, match="object"):
        check_response("POST", SEARCH, 200, body)


def row(**changes: Any) -> dict[str, Any]:
    return {
        "codeRetour": 0,
        "libelle": "TRA_MSG_00.000",
        "listeFactures": [
            {
                "identifiantFactureCPP": 1,
                "statut": "DEPOSEE",
                "typeFacture": "FACTURE",
                "dateHeureEtatCourant": "2019-07-11T15:45:39.674+02:00",
                **changes,
            }
        ],
    }


def test_an_answer_keeps_to_it() -> None:
    check_response("POST", SEARCH, 200, row(codeServiceExecutant=None))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"statutFacture": "DEPOSEE"}, "unknown field"),
        ({"identifiantFactureCPP": "3346947"}, "not integer"),
        ({"identifiantFactureCPP": None}, "is null"),
        ({"typeFacture": "DEVIS"}, "none of"),
        ({"rejetTraite": "non"}, "not boolean"),
        ({"dateHeureEtatCourant": "2019-07-11 15:45"}, "not string"),
        ({"dateHeureEtatCourant": "2019-07-11T15:45:39"}, "not string"),
    ],
)
def test_a_wrong_answer_breaks_it(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(ContractBroken, match=reason):
        check_response("POST", SEARCH, 200, row(**change))


def test_an_answer_without_its_code_breaks_it() -> None:
    with pytest.raises(ContractBroken, match=r"missing response\.codeRetour"):
        check_response("POST", SEARCH, 200, {"libelle": "x"})


def test_a_refusal_needs_no_more_than_its_code_and_words() -> None:
    check_response("POST", PDF, 200, {"codeRetour": 20002, "libelle": "non"})
    check_response("POST", PDF, 400, {"codeRetour": 10400, "libelle": "non"})
    with pytest.raises(ContractBroken, match="missing"):
        check_response("POST", PDF, 200, {"codeRetour": 20002})


def test_an_analysis_may_know_nothing_but_says_so_of_every_field() -> None:
    """The swagger lists fourteen fields as required, recordings show them null: present, but null."""
    known = {"codeRetour": 0, "libelle": "GCU_MSG_01_000", "typeFacture": "FACTURE", "pieceJointeId": 6921279}
    nothing = dict.fromkeys(SERVICES[f"POST {PDF}"]["response_required"])
    check_response("POST", PDF, 200, {**nothing, **known})
    with pytest.raises(ContractBroken, match=r"missing response\.numeroFacture"):
        check_response("POST", PDF, 200, known)
    with pytest.raises(ContractBroken, match="pieceJointeId is null"):
        check_response("POST", PDF, 200, {**nothing, **known, "pieceJointeId": None})


def test_a_token_request_is_a_form_of_four_fields() -> None:
    check_token_form("grant_type=client_credentials&client_id=a&client_secret=b&scope=openid")
    check_token_form("grant_type=client_credentials&client_id=a&client_secret=b")
    with pytest.raises(ContractBroken, match="unknown field secret"):
        check_token_form("grant_type=client_credentials&client_id=a&client_secret=b&secret=c")
    with pytest.raises(ContractBroken, match="missing client_id"):
        check_token_form("grant_type=client_credentials&client_secret=b")


async def test_the_transport_fails_on_a_request_and_on_an_answer() -> None:
    def misspelt(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"codeRetour": 0, "libelle": "x", "listTauxTva": []})

    transport = ContractTransport(httpx.MockTransport(misspelt))
    async with httpx.AsyncClient(transport=transport, base_url="http://api.invalid") as http:
        with pytest.raises(ContractBroken, match="request of"):
            await http.post("/cpro/transverses/v1/recuperer/tauxtva", json={"langue": "FR"})
        with pytest.raises(ContractBroken, match="answer of"):
            await http.post("/cpro/transverses/v1/recuperer/tauxtva", json={})


def _services_of(sandbox: Sandbox) -> set[str]:
    return {f"POST /cpro/{path}" for path in sandbox.services} | {"GET /cpro/transverses/v1/health-check"}


def test_the_sandbox_has_no_service_that_the_contract_has_not() -> None:
    assert _services_of(new_sandbox()) <= SERVICES.keys()


def test_the_sandbox_knows_every_request_field_of_its_services() -> None:
    """A field that the sandbox overlooked would be noted as unknown although the contract has it."""
    sandbox = new_sandbox()
    for path, shape in sandbox.services.items():
        request = SERVICES[f"POST /cpro/{path}"]["request"]
        assert unknown_fields(request, shape) == [], path


async def test_a_transport_to_a_sandbox_is_checked() -> None:
    sandbox = new_sandbox()
    async with httpx.AsyncClient(transport=checked(sandbox)) as http:
        with pytest.raises(ContractBroken):
            await http.post(sandbox.oauth_url, data={"user": "me"})
        with pytest.raises(ContractBroken):
            await http.post(sandbox.api_url + "/cpro/nowhere", json={})


@pytest.mark.skipif(not REFERENCE.exists(), reason="the reference is not beside this repository")
def test_the_copy_is_the_reference() -> None:
    assert json.loads(FILE.read_text()) == json.loads(REFERENCE.read_text())
