"""`rechercher/fournisseur`: paging, orders, filters, and their cost over 100 000 invoices (API 2.8)."""

import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from chorus_tui.sandbox import ManualClock, Sandbox, World
from tests.sandbox.caller import Caller, client, new_sandbox

SEARCH = "factures/v1/rechercher/fournisseur"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """With the first invoices of the world only, so that it may grow."""
    made = new_sandbox(World.load().with_invoices(14))
    yield made
    made.close()


def ours(sandbox: Sandbox) -> int:
    """How many invoices the account's suppliers sent; the world holds others' too."""
    attached = {supplier.id for supplier in sandbox.world.attached}
    return sum(invoice.supplier_id in attached for invoice in sandbox.invoices)


async def test_a_page_holds_ten_unless_asked_otherwise(caller: Caller, sandbox: Sandbox) -> None:
    answer = await caller.ask(SEARCH)
    total = ours(sandbox)
    assert len(answer["listeFactures"]) == 10
    assert answer["parametresRetour"] == {
        "pageCourante": 1,
        "pages": -(-total // 10),
        "nbResultatsParPage": 10,
        "total": total,
    }


async def test_pages_make_the_whole_without_overlap(caller: Caller, sandbox: Sandbox) -> None:
    pages = [await caller.search(page=page, size=4) for page in range(1, 6)]
    ids = [row["identifiantFactureCPP"] for page in pages for row in page]
    assert [len(page) for page in pages] == [4, 4, 4, 2, 0]
    assert len(set(ids)) == ours(sandbox)


async def test_the_maximum_cuts_the_total(caller: Caller) -> None:
    paging = {"nbResultatsMaximum": 3, "pageResultatDemandee": 1, "nbResultatsParPage": 2}
    answer = await caller.ask(SEARCH, {"rechercheFactureParFournisseur": paging})
    assert (answer["parametresRetour"]["total"], len(answer["listeFactures"])) == (3, 2)


@pytest.mark.parametrize(
    ("column", "field"),
    [
        ("NumeroFacture", "numeroFacture"),
        ("MontantTTC", "montantTTC"),
        ("MontantAPayer", "montantAPayer"),
        ("DateFacture", "dateFacture"),
        ("Statut", "statut"),
        ("DesignationDestinataire", "designationDestinataire"),
        ("NumeroBonCommande", "numeroBonCommande"),
    ],
)
async def test_rows_come_in_the_order_asked_for(caller: Caller, column: str, field: str) -> None:
    both: dict[str, list[Any]] = {}
    for direction in ("Ascendant", "Descendant"):
        paging = {"triColonne": column, "triSens": direction, "nbResultatsParPage": 100}
        rows = (await caller.ask(SEARCH, {"rechercheFactureParFournisseur": paging}))["listeFactures"]
        both[direction] = [row.get(field) or "" for row in rows]
    assert both["Ascendant"] == sorted(both["Ascendant"], key=lambda value: (value != "", value))
    assert both["Descendant"] == both["Ascendant"][::-1]
    assert len(set(both["Ascendant"])) > 1


@pytest.mark.parametrize(
    ("criteria", "numbers"),
    [
        ({"numeroFacture": "P2026-0412"}, {"P2026-0412"}),
        ({"numeroFacture": "P2026"}, set()),
        ({"numeroFluxDepot": "CPP0011110000000000001557"}, {"EDI-26-77120", "EDI-26-77121"}),
        ({"statutCourant": ["REJETEE"]}, {"P2026-0433", "P2026-0398"}),
        ({"statutCourant": ["REJETEE"], "rejetTraite": False}, {"P2026-0433"}),
        ({"statutCourant": ["SUSPENDUE", "A_RECYCLER"]}, {"P2026-0431", "EDI-26-77120"}),
        ({"typeFacture": "AVOIR"}, {"A-2026-0007"}),
        ({"numeroFactureOrigine": "P2026-0380"}, {"A-2026-0007"}),
        ({"idFournisseur": 26300102}, {"N2026-0019", "N2026-0020"}),
        ({"cadreFacturation": "A9_FACTURE_SOUSTRAITANT"}, {"ST-2026-011"}),
        ({"modeDepot": "EDI"}, {"EDI-26-77120", "EDI-26-77121"}),
        ({"numeroBonCommande": "1400000001"}, {"EDI-26-77121"}),
        ({"montantTTCMin": 10_000.0}, {"P2026-0431", "EDI-26-77120", "P2026-0440"}),
        ({"montantHTMin": 95.5, "montantHTMax": 149.0}, {"N2026-0020", "P2026-0450"}),
        ({"montantApayerMax": 115.0}, {"N2026-0020"}),
        ({"periodeDateDepotDu": "2026-11-22"}, {"N2026-0020", "P2026-0450"}),
        ({"periodeDateDepotAu": "2026-09-30"}, {"P2026-0398"}),
        ({"periodeDateFactureDu": "2026-11-21"}, {"N2026-0020"}),
        ({"idStructureValideur": 26300103}, {"ST-2026-011"}),
        ({"idServiceFournisseur": 1}, set()),
        ({"listeDestinataire": [{"raisonSocialeStuctDmd": "monts bleus"}]}, {"P2026-0398", "A-2026-0007"}),
        (
            {"listeDestinataire": [{"idDestinataire": 26400003}], "rechercheSirenDestinataire": True},
            {"P2026-0412", "P2026-0431", "N2026-0020"},
        ),
        (
            {"listeDestinataire": [{"idDestinataire": 26400005}]},
            {"P2026-0412", "N2026-0020"},
        ),
        (
            {"listeDestinataire": [{"idDestinataire": 26400005, "listeIdServiceExecutant": [10136531]}]},
            {"P2026-0412"},
        ),
    ],
)
async def test_a_criterion_finds_what_meets_it(
    caller: Caller, criteria: dict[str, Any], numbers: set[str]
) -> None:
    rows = await caller.search(**criteria)
    assert {row["numeroFacture"] for row in rows} == numbers


async def test_the_size_comes_when_it_is_asked_for(caller: Caller) -> None:
    await caller.submitted("FA-1")
    (without,) = await caller.search(numeroFacture="FA-1")
    (sized,) = await caller.search(numeroFacture="FA-1", recupererTaille=True)
    assert "taille" not in without
    assert sized["taille"] > 100


async def test_an_empty_search_answers_a_list_or_a_code(caller: Caller, sandbox: Sandbox) -> None:
    """Both forms are documented, so a client must take both (API part 8, point 5)."""
    assert await caller.search(numeroFacture="none") == []
    sandbox.directory.empty_is_a_code = True
    answer = await caller.ask(SEARCH, {"numeroFacture": "none"})
    assert answer == {
        "codeRetour": 20000,
        "libelle": "TRA_MSG_00.015 - La recherche n'a retourné aucun résultat",
    }


async def test_the_period_of_status_change_finds_what_changed(caller: Caller, sandbox: Sandbox) -> None:
    invoice_id = await caller.submitted("FA-1")
    before = {row["identifiantFactureCPP"] for row in await caller.search()}
    clock = sandbox.clock
    assert isinstance(clock, ManualClock)
    clock.turn(timedelta(minutes=30))
    since = clock.now().isoformat()
    clock.turn(timedelta(seconds=1))
    sandbox.act(invoice_id, "SUSPENDUE", "Bon de livraison manquant")
    sandbox.act(8420001, "SUSPENDUE", "Attestation manquante")
    rows = await caller.search(periodeDateHeureEtatCourantDu=since)
    assert {row["identifiantFactureCPP"] for row in rows} == {invoice_id, 8420001}
    assert {row["commentaireEtatCourant"] for row in rows} == {
        "Bon de livraison manquant",
        "Attestation manquante",
    }
    rows = await caller.search(periodeDateHeureEtatCourantAu=since)
    assert {row["identifiantFactureCPP"] for row in rows} == before - {invoice_id, 8420001}


async def test_what_a_row_shows_finds_that_row_again(caller: Caller) -> None:
    """Both bounds are inclusive, to the millisecond that the wire shows."""
    await caller.submitted("FA-1")
    (row,) = await caller.search(numeroFacture="FA-1")
    moment = row["dateHeureEtatCourant"]
    assert datetime.fromisoformat(moment).utcoffset() == timedelta(hours=1)
    rows = await caller.search(periodeDateHeureEtatCourantDu=moment, periodeDateHeureEtatCourantAu=moment)
    assert "FA-1" in {row["numeroFacture"] for row in rows}


async def test_a_status_that_changes_moves_in_every_order(caller: Caller, sandbox: Sandbox) -> None:
    body = {"rechercheFactureParFournisseur": {"triColonne": "Statut", "nbResultatsParPage": 100}}
    await caller.ask(SEARCH, body)
    sandbox.act(8420001, "A_RECYCLER", "Mauvais service")
    rows = (await caller.ask(SEARCH, body))["listeFactures"]
    statuses = [row["statut"] for row in rows]
    assert statuses == sorted(statuses, reverse=True)
    assert [row["statut"] for row in rows if row["identifiantFactureCPP"] == 8420001] == ["A_RECYCLER"]


async def test_a_hundred_thousand_invoices_answer_a_page_of_a_thousand_at_once() -> None:
    sandbox = new_sandbox(World.load().with_invoices(100_000))
    assert len(sandbox.invoices) == 100_000
    async with client(sandbox) as http:
        caller = await Caller(sandbox, http, sandbox.oauth_url, sandbox.api_url).sign_in()
        best = 1.0
        for page in range(1, 4):
            paging = {"nbResultatsParPage": 1000, "pageResultatDemandee": page}
            body = json.dumps({"rechercheFactureParFournisseur": paging}).encode()
            begun = time.process_time()
            answer = await caller.raw(SEARCH, body)
            best = min(best, time.process_time() - begun)
            assert answer.json()["parametresRetour"]["total"] == 100_000
        assert best < 0.05
        since = (sandbox.clock.now() - timedelta(hours=30)).isoformat()
        recent = await caller.search(periodeDateHeureEtatCourantDu=since)
        assert 0 < len(recent) <= 1000


def test_the_same_count_makes_the_same_world() -> None:
    first, second = (list(World.load().with_invoices(200).generated()) for _ in range(2))
    assert first == second
    assert len(first) == 200 - ours(new_sandbox())
    assert len({invoice.number for invoice in first}) == len(first)


def test_a_world_smaller_than_its_file() -> None:
    assert len(new_sandbox(World.load().with_invoices(3)).invoices) == 3
