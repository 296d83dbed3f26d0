"""Flows that were there before: those of the world, and those of the demo."""

from collections.abc import AsyncIterator

import pytest

from chorus_tui.sandbox import World
from chorus_tui.sandbox.wordings import LONGEST, unaccented
from tests import flows
from tests.sandbox.caller import Caller, client, clock_of, new_sandbox
from tests.sandbox.test_flow_reports import PAGES, text_of
from tests.sandbox.test_flows import MINUTE, deposited, report


@pytest.fixture
async def visitor() -> AsyncIterator[Caller]:
    """Somebody signed in to the demo's Chorus Pro."""
    sandbox = new_sandbox(World.load().with_flows())
    async with client(sandbox) as http:
        yield await Caller(sandbox, http, sandbox.oauth_url, sandbox.api_url).sign_in()
    sandbox.close()


async def test_every_invoice_that_names_a_flow_has_one(caller: Caller) -> None:
    """API 2.8, 2.18: what a search tells of a flow can be asked about."""
    numbers = {held.row.numero_flux_depot for held in caller.sandbox.invoices if held.row.numero_flux_depot}
    assert len(numbers) == 3
    for number in numbers:
        assert (await report(caller, number))["etatCourantDepotFlux"] == "IN_INTEGRE"
    assert len(caller.sandbox.flows) == 0, "deposited since the start"


async def test_the_demo_has_one_of_each_kind(visitor: Caller) -> None:
    """S2-037, S2-039, S2-041 to S2-043: something to act on, something to wait for, two issuers."""
    told = {}
    for before in visitor.sandbox.world.flows:
        told[before.number] = await report(visitor, before.number)
        rows = await visitor.search(numeroFluxDepot=before.number)
        assert {row["codeFournisseur"] for row in rows} <= {before.issuer}
    states = {answer["etatCourantDepotFlux"] for answer in told.values()}
    assert states == {
        "IN_INTEGRE",
        "IN_INTEGRE_PARTIEL",
        "IN_REJETE",
        "IN_INCIDENTE",
        "IN_EN_ATTENTE_RETRAITEMENT_CPP",
    }
    assert {len(answer["listeErreurTechnique"]) for answer in told.values()} == {0, 53}
    assert {len(answer["listeErreurDP"]) for answer in told.values()} == {0, 5}
    assert len({before.issuer for before in visitor.sandbox.world.flows}) == 2


async def test_the_demo_tells_thirty_seven_invoices_of_which_five_were_refused(visitor: Caller) -> None:
    """S2-043, S2-072: in the search, in the list, on the pages."""
    number = "CPP0011117000000000425871"
    rows = await visitor.search(numeroFluxDepot=number)
    refused = [error["numeroDP"] for error in (await report(visitor, number))["listeErreurDP"]]
    assert (len(rows), len(refused)) == (32, 5)
    assert not {row["numeroFacture"] for row in rows} & set(refused)
    lines = text_of((await visitor.ask(PAGES, {"numeroFluxDepot": number}))["fichierCR"]).splitlines()
    assert sum("Rejetée" in line for line in lines) == 5
    assert sum("  Intégrée" in line or line.endswith("Intégrée") for line in lines) == 32


async def test_a_refused_number_of_before_is_free(visitor: Caller) -> None:
    """Trap 10: what a flow was refused for never came in."""
    number = await deposited(visitor, flows.cii("FA-2026-0933"))
    clock_of(visitor.sandbox).turn(MINUTE)
    assert (await report(visitor, number))["etatCourantDepotFlux"] == "IN_INTEGRE"
    number = await deposited(visitor, flows.cii("FA-2026-0901"))
    clock_of(visitor.sandbox).turn(MINUTE)
    assert (await report(visitor, number))["etatCourantDepotFlux"] == "IN_REJETE"


def test_messages_of_the_demo_are_spelt_as_recorded() -> None:
    """API 4: without accents, cut by the sandbox and not by hand."""
    told = World.load().with_flows().flows
    labels = [refused.label for flow in told for refused in flow.refused]
    labels += [wrong.label for flow in told for wrong in flow.technical]
    assert labels
    assert all(label == unaccented(label) for label in labels)
    assert any(len(label) > LONGEST for label in labels)
