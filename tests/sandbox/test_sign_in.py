"""The gateway: who gets in, and the code for each way of not getting in (API 1.2 to 1.4)."""

import base64
from datetime import timedelta

import pytest

from chorus_tui.sandbox import ManualClock, Sandbox
from tests.sandbox.caller import Caller, token_form

LIST = "transverses/v1/recuperer/tauxtva"


async def test_a_token_lasts_an_hour_and_looks_as_was_seen(caller: Caller, sandbox: Sandbox) -> None:
    answer = await caller.http.post(sandbox.oauth_url, data=token_form(sandbox))
    body = answer.json()
    assert (body["token_type"], body["expires_in"], body["scope"]) == ("Bearer", 3600, "openid")
    assert len(body["access_token"]) == 54


async def test_a_wrong_id_and_a_wrong_secret_read_the_same(caller: Caller, sandbox: Sandbox) -> None:
    wrong_id = await caller.http.post(sandbox.oauth_url, data=token_form(sandbox, client_id="nobody"))
    wrong_secret = await caller.http.post(sandbox.oauth_url, data=token_form(sandbox, client_secret="guess"))
    assert wrong_id.status_code == wrong_secret.status_code == 400
    assert wrong_id.content == wrong_secret.content
    assert wrong_id.json()["error"] == "invalid_client"
    assert wrong_id.json()["error_description"]


async def test_a_client_that_adds_the_path_itself_gets_its_token(caller: Caller, sandbox: Sandbox) -> None:
    twice = sandbox.oauth_url + "/api/oauth/token"
    assert (await caller.http.post(twice, data=token_form(sandbox))).status_code == 200


async def test_another_grant_is_refused(caller: Caller, sandbox: Sandbox) -> None:
    answer = await caller.http.post(sandbox.oauth_url, data=token_form(sandbox, grant_type="password"))
    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


async def test_without_a_bearer_it_is_400_with_a_challenge(caller: Caller) -> None:
    answer = await caller.post(LIST, Authorization=None)
    assert answer.status_code == 400
    assert answer.headers["WWW-Authenticate"] == (
        'Bearer realm="PISTE", error="invalid_request", '
        'error_description="Unable to find token in the message"'
    )


async def test_the_challenge_tells_an_unknown_path(sandbox: Sandbox, caller: Caller) -> None:
    answer = await caller.raw("factures/v1/inconnu", b"{}", Authorization=None)
    assert answer.status_code == 400
    assert 'realm="DefaultRealm"' in answer.headers["WWW-Authenticate"]


async def test_a_foreign_bearer_is_401(caller: Caller) -> None:
    answer = await caller.post(LIST, Authorization="Bearer made-up")
    assert (answer.status_code, answer.content) == (401, b"")


async def test_a_token_expires_by_the_clock(caller: Caller, clock: ManualClock) -> None:
    clock.turn(timedelta(seconds=3599))
    assert (await caller.post(LIST)).status_code == 200
    clock.turn(timedelta(seconds=1))
    assert (await caller.post(LIST)).status_code == 401
    await caller.sign_in()
    assert (await caller.post(LIST)).status_code == 200


@pytest.mark.parametrize(
    "account",
    [None, "", "not base64!", base64.b64encode(b"TECH_1_11223344556677@cpro.fr:wrong").decode()],
)
async def test_a_wrong_technical_account_is_401(caller: Caller, account: str | None) -> None:
    assert (await caller.post(LIST, cpro_account=account)).status_code == 401


async def test_the_health_check_needs_no_technical_account(caller: Caller) -> None:
    headers = {"Authorization": caller.headers["Authorization"]}
    answer = await caller.http.get(f"{caller.api}/cpro/transverses/v1/health-check", headers=headers)
    assert (answer.status_code, answer.json()["statusCodeValue"]) == (200, 200)


@pytest.mark.parametrize("path", ["factures/v1/inconnu", "facturesTravaux/v1/rechercher"])
async def test_a_path_outside_the_subscription_is_an_empty_403(caller: Caller, path: str) -> None:
    answer = await caller.raw(path, b"{}")
    assert (answer.status_code, answer.content) == (403, b"")


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded"])
async def test_another_content_type_is_415(caller: Caller, kind: str | None) -> None:
    assert (await caller.raw(LIST, b"{}", Content_Type=kind)).status_code == 415


@pytest.mark.parametrize(
    ("service", "body"),
    [
        (LIST, b""),
        (LIST, b"{"),
        (LIST, b"[]"),
        (LIST, b'{"codeLangue": "fr"}'),
        ("structures/v1/consulter", b'{"idStructureCPP": "26400005"}'),
        ("factures/v1/consulter/historique", b'{"idFacture": true}'),
        ("factures/v1/rechercher/fournisseur", b'{"statutCourant": "REJETEE"}'),
        (
            "factures/v1/rechercher/fournisseur",
            b'{"rechercheFactureParFournisseur": {"triSens": "ascendant"}}',
        ),
        (
            "factures/v1/rechercher/fournisseur",
            b'{"rechercheFactureParFournisseur": {"triColonne": "dateDepot"}}',
        ),
        ("factures/v1/rechercher/fournisseur", b'{"periodeDateHeureEtatCourantDu": "hier"}'),
        ("factures/v1/rechercher/fournisseur", b'{"periodeDateDepotDu": "12/11/2026"}'),
    ],
)
async def test_malformed_json_and_wrong_types_are_400(caller: Caller, service: str, body: bytes) -> None:
    answer = await caller.raw(service, body)
    assert answer.status_code == 400
    assert answer.json()["codeRetour"] != 0
    assert answer.json()["libelle"]


async def test_unknown_fields_are_ignored_and_noted(caller: Caller, sandbox: Sandbox) -> None:
    body = b'{"structure": {"identifiantStructur": "1", "raisonSocialeStructure": "commune"}, "triSense": 1}'
    answer = await caller.raw("structures/v1/rechercher", body)
    assert answer.status_code == 200
    assert set(sandbox.exchanges[-1].unknown_fields) == {"structure.identifiantStructur", "triSense"}


async def test_the_record_keeps_no_secret_and_no_file(caller: Caller, sandbox: Sandbox) -> None:
    await caller.raw("transverses/v1/ajouter/fichier", b'{"pieceJointeFichier": "' + b"QUJD" * 5_000 + b'"}')
    kept = repr(list(sandbox.exchanges))
    assert sandbox.account.client_secret not in kept
    assert sandbox.account.password not in kept
    assert caller.headers["Authorization"].removeprefix("Bearer ") not in kept
    assert "QUJD" * 600 not in kept
