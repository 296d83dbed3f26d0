"""Flows: deposited, followed by the clock, integrated or refused with the recorded words."""

import json
import re
from datetime import timedelta
from typing import Any

import httpx
import pytest

from chorus_tui.sandbox import Kind, ManualClock, Sandbox
from tests import flows
from tests.sandbox.caller import Caller

DEPOSIT = "factures/v1/deposer/flux"
REPORT = "transverses/v1/consulterCRDetaille"
MINUTE = timedelta(seconds=61)


async def deposited(caller: Caller, content: bytes, syntax: str = flows.CII) -> str:
    answer = await caller.ask(DEPOSIT, flows.deposit(content, syntax))
    assert answer["codeRetour"] == 0, answer
    number: str = answer["numeroFluxDepot"]
    return number


async def report(caller: Caller, number: str) -> dict[str, Any]:
    answer = await caller.ask(REPORT, {"numeroFluxDepot": number})
    assert (answer["codeRetour"], answer["libelle"]) == (0, "TRA_MSG_00.000"), answer
    return answer


async def concluded(
    caller: Caller, clock: ManualClock, content: bytes, syntax: str = flows.CII
) -> dict[str, Any]:
    """The report of a flow once it is final."""
    number = await deposited(caller, content, syntax)
    clock.turn(MINUTE)
    return await report(caller, number)


async def test_a_flow_has_a_number_of_the_real_shape_and_a_day(caller: Caller) -> None:
    """S2-009, API 2.1 and 5: partner, digits of the interface, fifteen more; and no state."""
    answer = await caller.ask(DEPOSIT, flows.deposit(flows.cii()))
    assert re.fullmatch(r"CPP0011106\d{15}", answer["numeroFluxDepot"])
    assert (answer["libelle"], answer["dateDepot"]) == ("GCU_MSG_01_000", "2026-11-23")
    assert answer["syntaxeFlux"] == flows.CII
    later = await deposited(caller, flows.factur_x(), flows.FACTURX)
    assert later.startswith("CPP0011117")
    assert later[10:] > answer["numeroFluxDepot"][10:]


async def test_a_flow_passes_its_states_by_the_clock(caller: Caller, clock: ManualClock) -> None:
    """S2-033 to S2-036, S2-042: queued, received, handled, waiting, in progress, integrated."""
    number = await deposited(caller, flows.cii("F-1"))
    seen = []
    for seconds in (0, 5, 10, 10, 15, 20):
        clock.turn(timedelta(seconds=seconds))
        seen.append((await report(caller, number))["etatCourantDepotFlux"])
    assert seen == [
        "IN_DEPOT_PORTAIL_EN_ATTENTE_TRAITEMENT_SE_CPP",
        "IN_RECU",
        "IN_TRAITE_SE_CPP",
        "IN_EN_ATTENTE_TRAITEMENT_CPP",
        "IN_EN_COURS_TRAITEMENT_CPP",
        "IN_INTEGRE",
    ]
    told = await report(caller, number)
    assert told["dateDepotFlux"] == "2026-11-23T10:00:00.000+01:00"
    assert told["dateHeureEtatCourantFlux"] == "2026-11-23T10:01:00.000+01:00"
    assert told["nomFichier"] == f"FSO1106A_CPP001_{number}"
    assert told["listeErreurDP"] == told["listeErreurTechnique"] == []


async def test_no_invoice_is_there_before_its_flow_is_integrated(caller: Caller, clock: ManualClock) -> None:
    """API 2.0: the invoices of a flow are found by its number, once it is integrated."""
    number = await deposited(caller, flows.lot("F-1", "F-2", "F-3"))
    clock.turn(timedelta(seconds=59))
    assert await caller.search(numeroFluxDepot=number) == []
    clock.turn(timedelta(seconds=1))
    rows = await caller.search(numeroFluxDepot=number)
    assert {row["numeroFacture"] for row in rows} == {"F-1", "F-2", "F-3"}
    assert {(row["modeDepot"], row["statut"]) for row in rows} == {("UPLOAD_API", "DEPOSEE")}


async def test_an_unknown_flow_is_unknown(caller: Caller) -> None:
    """API 4: POQ_MSG_01.003."""
    answer = await caller.ask(REPORT, {"numeroFluxDepot": "CPP0011117000000000000001"})
    assert (answer["codeRetour"], answer["libelle"]) == (20001, "POQ_MSG_01.003 - Flux introuvable.")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"fichierFlux": ""}, "base 64"),
        ({"fichierFlux": "é#"}, "base 64"),
        ({"nomFichier": ""}, "nom du fichier"),
        ({"nomFichier": "flux"}, "nom du fichier"),
    ],
)
async def test_what_is_refused_at_deposit(caller: Caller, change: dict[str, Any], words: str) -> None:
    answer = await caller.ask(DEPOSIT, {**flows.deposit(flows.cii()), **change})
    assert answer["codeRetour"] != 0
    assert words in answer["libelle"]
    assert len(caller.sandbox.flows) == 0


async def test_ten_megabytes_are_the_most(caller: Caller) -> None:
    """API 3.4: 20001, GDP_MSG_11.022."""
    answer = await caller.ask(DEPOSIT, flows.deposit(b"x" * (10 * 1024 * 1024 + 1)))
    assert answer["codeRetour"] == 20001
    assert answer["libelle"].startswith("GDP_MSG_11.022")


async def test_a_word_that_is_no_syntax_is_malformed(caller: Caller) -> None:
    body = {**flows.deposit(flows.cii()), "syntaxeFlux": "IN_DP_E9"}
    answer = await caller.raw(DEPOSIT, json.dumps(body).encode())
    assert answer.status_code == 400


async def test_one_bad_invoice_of_three_is_refused_alone(caller: Caller, clock: ManualClock) -> None:
    """S2-043: API flows are rejected in part; the reason is told with number and parties."""
    members = [(f"{n}.xml", flows.ubl(n)) for n in ("F-1", "F-2")]
    bad = flows.ubl("F-3", supplier="00000000005719")
    told = await concluded(caller, clock, flows.archive([*members, ("F-3.xml", bad)]), flows.UBL)
    assert told["etatCourantDepotFlux"] == "IN_INTEGRE_PARTIEL"
    (error,) = told["listeErreurDP"]
    assert (error["numeroDP"], error["identifiantFournisseur"]) == ("F-3", "00000000005719")
    assert error["identifiantDestinataire"] == "12345678200051"
    assert (
        "n'est pas reference dans notre systeme.|La structure (balise Accounting" in error["libelleErreurDP"]
    )
    assert len(error["libelleErreurDP"]) == 200
    assert await caller.search(numeroFacture="F-3") == []
    again = await concluded(caller, clock, flows.cii("F-3"))
    assert again["etatCourantDepotFlux"] == "IN_INTEGRE"


async def test_an_incident_processes_nothing(caller: Caller, sandbox: Sandbox, clock: ManualClock) -> None:
    """S2-037: Incidenté is final, no invoice is there, and the same flow can go again."""
    number = await deposited(caller, flows.cii("F-1"))
    clock.turn(timedelta(seconds=20))
    sandbox.flows.incident(number)
    clock.turn(MINUTE)
    assert (await report(caller, number))["etatCourantDepotFlux"] == "IN_INCIDENTE"
    assert await caller.search(numeroFacture="F-1") == []
    assert (await concluded(caller, clock, flows.cii("F-1")))["etatCourantDepotFlux"] == "IN_INTEGRE"


async def test_the_platform_restarts_what_it_held(
    caller: Caller, sandbox: Sandbox, clock: ManualClock
) -> None:
    """S2-041: blocked until somebody of the platform acts; then it goes on."""
    number = await deposited(caller, flows.cii("F-1"))
    sandbox.flows.hold_for_reprocessing(number)
    clock.turn(timedelta(days=2))
    await caller.sign_in()
    assert (await report(caller, number))["etatCourantDepotFlux"] == "IN_EN_ATTENTE_RETRAITEMENT_CPP"
    sandbox.flows.restart(number)
    assert (await report(caller, number))["etatCourantDepotFlux"] == "IN_EN_COURS_TRAITEMENT_CPP"
    clock.turn(MINUTE)
    assert (await report(caller, number))["etatCourantDepotFlux"] == "IN_INTEGRE"


@pytest.mark.parametrize("code", ["IN_ERREUR_INTERNE", "IN_A_RELANCER", "QP_IRRECEVABLE", "IN_QUELQUE_CHOSE"])
async def test_any_state_can_be_set(caller: Caller, sandbox: Sandbox, clock: ManualClock, code: str) -> None:
    """API 3.2: the states are no enumeration; what was planned does not happen any more."""
    number = await deposited(caller, flows.cii("F-1"))
    sandbox.flows.set_state(number, code)
    clock.turn(MINUTE)
    assert (await report(caller, number))["etatCourantDepotFlux"] == code
    assert sandbox.flows.by_number(number).state == code
    with pytest.raises(KeyError):
        sandbox.flows.set_state("CPP0011117000000000000001", code)


async def test_an_incident_can_be_practised(caller: Caller, clock: ManualClock) -> None:
    """S2-037: a number that ends in -INC makes one, once."""
    assert (await concluded(caller, clock, flows.cii("F-1-INC")))["etatCourantDepotFlux"] == "IN_INCIDENTE"
    assert (await concluded(caller, clock, flows.cii("F-1-INC")))["etatCourantDepotFlux"] == "IN_INTEGRE"


async def test_a_portal_deposit_is_of_the_portal(
    caller: Caller, sandbox: Sandbox, clock: ManualClock
) -> None:
    """S2-011, S2-018: an agent deposits an .xml for the structure that was chosen."""
    number = sandbox.deposit_on_portal(flows.cii("F-1"), "lot.xml", "83990121200028")
    clock.turn(MINUTE)
    (row,) = await caller.search(numeroFluxDepot=number)
    assert row["modeDepot"] == "UPLOAD_PORTAIL"
    assert sandbox.flows.by_number(number).issuer == "83990121200028"


@pytest.mark.parametrize("count", [1, 11, 37, 500])
async def test_every_invoice_of_a_flow_is_found(caller: Caller, clock: ManualClock, count: int) -> None:
    """API 2.0: page by page; a search answers ten at a time where nothing else is asked."""
    number = await deposited(caller, flows.cpp_minimal(*(f"F-{n}" for n in range(count))), flows.CPP_MIN)
    clock.turn(MINUTE)
    answer = await caller.ask("factures/v1/rechercher/fournisseur", {"numeroFluxDepot": number})
    assert answer["parametresRetour"]["total"] == count
    assert len(answer["listeFactures"]) == min(count, 10)
    assert len(await caller.search(numeroFluxDepot=number)) == count


async def test_an_integrated_invoice_is_like_any_other(
    caller: Caller, sandbox: Sandbox, clock: ManualClock
) -> None:
    """API 2.0: consulted, with a history and a life of its own by its number's ending."""
    number = await deposited(caller, flows.ubl("F-1-SUS", order="BC-9"), flows.UBL)
    clock.turn(MINUTE)
    (row,) = await caller.search(numeroFluxDepot=number)
    invoice = row["identifiantFactureCPP"]
    whole = await caller.ask("factures/v1/consulter/fournisseur", {"identifiantFactureCPP": invoice})
    told = whole["facture"]
    assert told["references"]["numeroBonCommande"] == "BC-9"
    assert told["montantTotal"]["montantTtcTotal"] == 816.0
    assert told["recapitulatifDeTva"]["ligneTva"][0]["ligneTvaTauxManuel"] == 20.0
    assert told["lignesDePoste"]["lignePoste"][0]["lignePosteDenomination"] == "Panneau"
    clock.turn(timedelta(days=3))
    await caller.sign_in()
    history = await caller.ask("factures/v1/consulter/historique", {"idFacture": invoice})
    assert history["statutCourantCode"] == "SUSPENDUE"
    assert history["modeDepot"] == "UPLOAD_API"


@pytest.mark.parametrize(
    ("kind", "held"), [(Kind.TIMEOUT_BEFORE, 0), (Kind.TIMEOUT_AFTER, 1), (Kind.CLOSED_AFTER, 1)]
)
async def test_the_answer_of_a_deposit_may_be_lost(
    caller: Caller, sandbox: Sandbox, clock: ManualClock, kind: Kind, held: int
) -> None:
    """API part 8, 16: the caller does not learn whether it was taken; its invoices tell, later."""
    sandbox.faults.inject("deposer/flux", kind)
    with pytest.raises(httpx.TransportError):
        await caller.post(DEPOSIT, flows.deposit(flows.cii("F-1")))
    clock.turn(MINUTE)
    rows = await caller.search(numeroFacture="F-1")
    assert len(rows) == len(sandbox.flows) == held
    assert [row["numeroFluxDepot"] for row in rows] == [flow.number for flow in sandbox.flows]


async def test_a_byte_identical_second_deposit_is_caught_at_integration(
    caller: Caller, clock: ManualClock
) -> None:
    """API part 8, 19: assumed; nobody says that it is refused at deposit."""
    await concluded(caller, clock, flows.lot("F-1", "F-2"))
    told = await concluded(caller, clock, flows.lot("F-1", "F-2"))
    assert told["etatCourantDepotFlux"] == "IN_REJETE"
    assert len(told["listeErreurDP"]) == 2


@pytest.mark.parametrize(
    ("content", "syntax"),
    [
        (flows.cii(), flows.CII),
        (flows.ubl(), flows.UBL),
        (flows.with_pdf(flows.cii()), flows.CII_MIN),
        (flows.with_pdf(flows.ubl()), flows.UBL_MIN),
        (flows.lot("F-1", "F-2"), flows.CII),
        (flows.archive([("f.pdf", flows.factur_x())]), flows.FACTURX),
    ],
)
def test_the_portal_takes_what_a_pack_holds(
    sandbox: Sandbox, clock: ManualClock, content: bytes, syntax: str
) -> None:
    """S2-011, S2-018: whatever of it somebody deposits by hand."""
    number = sandbox.deposit_on_portal(content, "pack", "83990121200010")
    clock.turn(MINUTE)
    sandbox.advance()
    flow = sandbox.flows.by_number(number)
    assert (flow.syntax, flow.state) == (syntax, "IN_INTEGRE")


def test_the_portal_rejects_a_single_factur_x(sandbox: Sandbox, clock: ManualClock) -> None:
    """API 2.1: PDF/A-3 is for deposits of flows."""
    number = sandbox.deposit_on_portal(flows.factur_x(), "f.pdf", "83990121200010")
    clock.turn(MINUTE)
    sandbox.advance()
    flow = sandbox.flows.by_number(number)
    assert (flow.state, len(flow.errors)) == ("IN_REJETE", 1)
