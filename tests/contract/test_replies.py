"""What goes over the wire about an invoice that came back, in both directions (API 2.4 to 2.7, 2.12)."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.contract.contract import SERVICES, ContractBroken, check_request, check_response
from tests.sandbox.caller import Caller, client, new_sandbox
from tests.sandbox.test_replies import attached, upload

ROOT = "/cpro/factures/v1/"
FILE = attached(6921279, pieceJointeComplementaireNumeroLigneFacture=0)
TO = {"codeDestinataire": "12345678200028", "codeServiceExecutant": "EAU_ASSAINISSEMENT"}

REQUESTS: dict[str, tuple[str, dict[str, Any]]] = {
    "completer": (
        "supplier",
        {
            "identifiantFactureCPP": 8420002,
            "commentaire": "Bon joint",
            "pieceJointeComplementaire": [FILE],
        },
    ),
    "recycler": (
        "supplier",
        {
            "identifiantFactureCPP": 8420005,
            "destinataire": TO,
            "reference": {"numeroBonCommande": "BC-1"},
            "commentaire": "Service corrigé",
        },
    ),
    "traiterRejet": (
        "supplier",
        {
            "listeDemandePaiement": [{"idDemandePaiement": 8420003}],
            "cpltInfos": "Avoir A-1",
            "motifRejet": "Montant",
        },
    ),
    "corriger/valideur/facture": (
        "supplier",
        {
            "idFacture": 8420027,
            "idStructure": 26300104,
            "typeIdentifiantStructure": "SIRET",
            "identifiantStructure": "84990333100015",
        },
    ),
    "rechercher/recipiendaire": (
        "recipient",
        {
            "statutCourant": ["SUSPENDUE"],
            "paramRecherche": {"triSens": "Descendant"},
            "recupererTaille": True,
        },
    ),
    "consulter/recipiendaire": (
        "recipient",
        {"identifiantFactureCPP": 8420006, "codeLangue": "FR", "recherchePj": {}},
    ),
    "traiter/recue": (
        "recipient",
        {"idFacture": 8420006, "nouveauStatut": "MANDATEE", "motif": "", "numeroDPMandat": "M-1"},
    ),
    "rechercher/valideur": ("validator", {"statutCourant": ["A_VALIDER_1"], "pagination": {}}),
    "traiter/factureAValider": (
        "validator",
        {"idFacture": 8420014, "action": "REFUS", "motifRefus": "Non conforme", "complementInfo": "Lot 2"},
    ),
}
"""One request that each service answers with 0, and whose side it is."""

SPELT_WRONG = {
    "completer": ("identifiantFactureCPP", "identifiantFactureCpp"),
    "recycler": ("reference", "references"),
    "traiterRejet": ("listeDemandePaiement", "listeDemandesPaiement"),
    "corriger/valideur/facture": ("idFacture", "identifiantFactureCPP"),
    "rechercher/recipiendaire": ("paramRecherche", "parametresRecherche"),
    "consulter/recipiendaire": ("recherchePj", "pListePiecesJointes"),
    "traiter/recue": ("numeroDPMandat", "numeroDpMandat"),
    "rechercher/valideur": ("pagination", "paramRecherche"),
    "traiter/factureAValider": ("motifRefus", "motif"),
}
"""Where another service spells it otherwise, or a client easily does."""

OTHERWISE = {
    "completer": ("dateTraitement", "2026-11-23 10:00"),
    "recycler": ("statutFacture", "EN_ROUTE"),
    "traiterRejet": ("idDemandePaiement", 1),
    "corriger/valideur/facture": ("idFacture", "8420027"),
    "rechercher/recipiendaire": ("parametresRetour", {"total": 1}),
    "consulter/recipiendaire": ("factures", []),
    "traiter/recue": ("nouveauStatut", "PERDUE"),
    "rechercher/valideur": ("total", 1),
    "traiter/factureAValider": ("numeroFacture", 7),
}
"""What would be wrong in its answer."""


@pytest.fixture
async def callers() -> AsyncIterator[dict[str, Caller]]:
    sandbox = new_sandbox()
    async with client(sandbox) as http:
        yield {
            account.side: await Caller(sandbox, http, sandbox.oauth_url, sandbox.api_url).sign_in(account)
            for account in sandbox.world.accounts
        }
    sandbox.close()


@pytest.mark.parametrize("service", REQUESTS)
async def test_a_service_keeps_to_it_in_both_directions(callers: dict[str, Caller], service: str) -> None:
    side, body = REQUESTS[service]
    check_request("POST", ROOT + service, body, complete=True)
    if service == "completer":
        await upload(callers["supplier"])
    answer = await callers[side].ask(f"factures/v1/{service}", body)
    assert answer["codeRetour"] == 0
    assert callers[side].sandbox.exchanges.unknown_fields == ()
    field, value = OTHERWISE[service]
    with pytest.raises(ContractBroken, match=field):
        check_response("POST", ROOT + service, 200, answer | {field: value})


@pytest.mark.parametrize("service", REQUESTS)
async def test_a_misspelt_field_is_noticed_by_both(callers: dict[str, Caller], service: str) -> None:
    side, body = REQUESTS[service]
    right, wrong = SPELT_WRONG[service]
    misspelt = {wrong if name == right else name: value for name, value in body.items()}
    with pytest.raises(ContractBroken, match=f"unknown field request.{wrong}"):
        check_request("POST", ROOT + service, misspelt)
    await callers[side].raw(f"factures/v1/{service}", json.dumps(misspelt).encode())
    assert wrong in callers[side].sandbox.exchanges[-1].unknown_fields


@pytest.mark.parametrize("service", REQUESTS)
async def test_a_wrong_type_is_refused_by_both(callers: dict[str, Caller], service: str) -> None:
    side, body = REQUESTS[service]
    name = next(name for name, value in body.items() if isinstance(value, int | list))
    wrong = body | {name: "8420002"}
    with pytest.raises(ContractBroken, match=name):
        check_request("POST", ROOT + service, wrong)
    answer = await callers[side].raw(f"factures/v1/{service}", json.dumps(wrong).encode())
    assert answer.status_code == 400


def test_every_field_of_these_requests_is_known() -> None:
    """What the contract asks for always is among what is sent here."""
    for service, (_, body) in REQUESTS.items():
        always = SERVICES[f"POST {ROOT}{service}"].get("business_required", {}).get("always", ())
        assert {path.partition(".")[0] for path in always} <= body.keys()
