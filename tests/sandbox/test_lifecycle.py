"""What becomes of invoices: by their scenario and the clock, and by hand (API 2.10, 3.1)."""

import re
from datetime import timedelta

import httpx
import pytest

from chorus_tui.sandbox import ManualClock, RealClock, Sandbox, World
from tests.sandbox.caller import Caller

PAID = "12345678200051"
SUSPENDS = "24991617200011"
REJECTS = "25991213700017"
RECYCLES = "13099415500013"
NEVER_REPORTS = "19990506800011"


async def status_of(caller: Caller, number: str) -> str:
    await caller.sign_in()
    (row,) = await caller.search(numeroFacture=number)
    return str(row["statut"])


async def test_an_invoice_is_paid_in_the_end(caller: Caller, clock: ManualClock) -> None:
    await caller.submitted("FA-1")
    seen = [await status_of(caller, "FA-1")]
    for hours in (0.2, 1, 72, 120, 48, 48, 144):
        clock.turn(timedelta(hours=hours))
        seen.append(await status_of(caller, "FA-1"))
    assert seen == [
        "DEPOSEE",
        "EN_COURS_ACHEMINEMENT",
        "MISE_A_DISPOSITION",
        "SERVICE_FAIT",
        "MANDATEE",
        "MISE_A_DISPOSITION_COMPTABLE",
        "COMPTABILISEE",
        "MISE_EN_PAIEMENT",
    ]


@pytest.mark.parametrize(
    ("recipient", "number", "status"),
    [
        (SUSPENDS, "FA-1", "SUSPENDUE"),
        (REJECTS, "FA-1", "REJETEE"),
        (PAID, "FA-1-REJ", "REJETEE"),
        (PAID, "FA-1-SUS", "SUSPENDUE"),
        (PAID, "FA-1-REC", "A_RECYCLER"),
        (PAID, "FA-2026-1046", "SUSPENDUE"),
    ],
)
async def test_a_scenario_is_chosen_by_recipient_or_number(
    caller: Caller, clock: ManualClock, recipient: str, number: str, status: str
) -> None:
    await caller.submitted(number, destinataire={"codeDestinataire": recipient})
    clock.turn(timedelta(days=10))
    await caller.sign_in()
    (row,) = await caller.search(numeroFacture=number)
    assert row["statut"] == status
    assert row["commentaireEtatCourant"]


async def test_what_came_back_and_was_answered_goes_on_by_itself(caller: Caller, clock: ManualClock) -> None:
    """Of the world as it ships: one was completed, one was recycled, a third is only just suspended."""
    assert [await status_of(caller, number) for number in ("N2026-0019", "P2026-0419")] == [
        "COMPLETEE",
        "DEPOSEE",
    ]
    clock.turn(timedelta(hours=1))
    assert await status_of(caller, "P2026-0419") == "MISE_A_DISPOSITION"
    clock.turn(timedelta(days=1))
    assert await status_of(caller, "N2026-0019") == "SERVICE_FAIT"
    answer = await caller.ask("factures/v1/consulter/historique", {"idFacture": 8420021})
    past = answer["historiquesDesStatuts"]["histoStatut"]
    assert [passage["histoStatutCode"] for passage in past] == [
        "MISE_A_DISPOSITION",
        "EN_COURS_ACHEMINEMENT",
        "DEPOSEE",
        "A_RECYCLER",
        "MISE_A_DISPOSITION",
        "EN_COURS_ACHEMINEMENT",
        "DEPOSEE",
    ]
    assert past[3]["histoStatutCommentaire"].startswith("Mauvais service")


async def test_the_world_holds_every_status_that_asks_something_of_the_supplier(caller: Caller) -> None:
    """S1-040: several of each, with a motive, of different ages; a chain to be picked; a wrong validator."""
    rows = await caller.search()
    for status, least in (("SUSPENDUE", 4), ("A_RECYCLER", 3), ("REJETEE", 4)):
        found = [row for row in rows if row["statut"] == status]
        assert len(found) >= least
        assert all(row["commentaireEtatCourant"] for row in found)
        assert len({row["dateHeureEtatCourant"] for row in found}) == len(found)
    chain = [row for row in rows if row.get("numeroFactureOrigine") == "P2026-0405"]
    assert {row["typeFacture"] for row in chain} == {"AVOIR", "FACTURE"}
    assert [row["numeroFacture"] for row in rows if row["statut"] == "ERREUR_FOURNISSEUR_SUR_VALIDEUR"]
    assert {row["rejetTraite"] for row in rows if row["statut"] == "REJETEE"} == {True, False}


async def test_each_passage_happens_at_its_own_moment(caller: Caller, clock: ManualClock) -> None:
    """However far the clock is turned at once."""
    invoice_id = await caller.submitted("FA-1")
    clock.turn(timedelta(days=90))
    await caller.sign_in()
    answer = await caller.ask("factures/v1/consulter/historique", {"idFacture": invoice_id})
    past = answer["historiquesDesStatuts"]["histoStatut"]
    assert [passage["histoStatutCode"] for passage in past][::7] == ["MISE_EN_PAIEMENT", "DEPOSEE"]
    moments = [passage["histoStatutDatePassage"] for passage in past]
    assert moments == sorted(moments, reverse=True)
    assert len(set(moments)) == 8
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", moment) for moment in moments)
    assert moments[-1] == "2026-11-23 10:00"


async def test_a_recipient_that_never_reports_the_payment_stays_posted(
    caller: Caller, clock: ManualClock
) -> None:
    to = {"codeDestinataire": NEVER_REPORTS, "codeServiceExecutant": "BU"}
    await caller.submitted("FA-1", destinataire=to)
    clock.turn(timedelta(days=365))
    assert await status_of(caller, "FA-1") == "COMPTABILISEE"


async def test_speed_shortens_the_life_and_nothing_else() -> None:
    class Fast(ManualClock):
        speed = 1440.0

    sandbox = Sandbox(World.load(), clock := Fast(), read_in_thread=True)

    async with httpx.AsyncClient(transport=sandbox.transport()) as http:
        caller = await Caller(sandbox, http, sandbox.oauth_url, sandbox.api_url).sign_in()
        await caller.submitted("FA-1")
        clock.turn(timedelta(minutes=19))
        assert await status_of(caller, "FA-1") == "MISE_EN_PAIEMENT"
        clock.turn(timedelta(minutes=59))
        assert (await caller.post("transverses/v1/recuperer/tauxtva")).status_code == 200
    sandbox.close()


def test_a_clock_does_not_go_backwards() -> None:
    with pytest.raises(ValueError, match="positive"):
        RealClock(0)


async def test_a_recipient_acts_by_hand(caller: Caller, sandbox: Sandbox, clock: ManualClock) -> None:
    invoice_id = await caller.submitted("FA-1")
    clock.turn(timedelta(hours=2))
    sandbox.act(invoice_id, "SUSPENDUE", motif="Il manque le bon de livraison")
    clock.turn(timedelta(days=90))
    assert await status_of(caller, "FA-1") == "SUSPENDUE"
    answer = await caller.ask("factures/v1/consulter/historique", {"idFacture": invoice_id})
    newest = answer["historiquesDesStatuts"]["histoStatut"][0]
    assert newest["histoStatutCommentaire"] == "Il manque le bon de livraison"
    assert newest["histoStatutUtilisateurNom"] == "Lemercier"
    assert answer["statutCourantCode"] == "SUSPENDUE"


async def test_acting_asks_for_a_motive_and_a_known_status(caller: Caller, sandbox: Sandbox) -> None:
    invoice_id = await caller.submitted("FA-1")
    with pytest.raises(ValueError, match="motive"):
        sandbox.act(invoice_id, "REJETEE")
    with pytest.raises(ValueError, match="255"):
        sandbox.act(invoice_id, "REJETEE", "x" * 256)
    with pytest.raises(ValueError, match="no such status"):
        sandbox.act(invoice_id, "PERDUE")
    with pytest.raises(KeyError):
        sandbox.act(1, "MANDATEE")


async def test_a_history_is_paged_and_can_be_read_forwards(caller: Caller) -> None:
    paging = {
        "nbResultatsParPageListeHistoStatut": 2,
        "pageResultatDemandeeListeHistoStatut": 1,
        "triSensListeHistoStatut": "Ascendant",
    }
    answer = await caller.ask(
        "factures/v1/consulter/historique", {"idFacture": 8420001, "paramRechercheHistoStatuts": paging}
    )
    statuses = answer["historiquesDesStatuts"]
    assert [row["histoStatutCode"] for row in statuses["histoStatut"]] == ["DEPOSEE", "EN_COURS_ACHEMINEMENT"]
    assert statuses["totalHistoStatut"] > 2
    assert statuses["pagesHistoStatut"] == -(-statuses["totalHistoStatut"] // 2)


@pytest.mark.parametrize("service", ["factures/v1/consulter/historique", "factures/v1/consulter/fournisseur"])
async def test_an_unknown_invoice_is_refused(caller: Caller, service: str) -> None:
    key = "idFacture" if service.endswith("historique") else "identifiantFactureCPP"
    answer = await caller.ask(service, {key: 1})
    assert (answer["codeRetour"], answer["libelle"][:14]) == (20000, "GDP_MSG_11.008")


async def test_every_invoice_of_the_world_has_a_past_that_ends_where_it_is(
    caller: Caller, sandbox: Sandbox
) -> None:
    attached = {supplier.id for supplier in sandbox.world.attached}
    for invoice in sandbox.invoices:
        if invoice.supplier_id not in attached:
            continue
        answer = await caller.ask("factures/v1/consulter/historique", {"idFacture": invoice.id})
        newest = answer["historiquesDesStatuts"]["histoStatut"][0]
        assert newest["histoStatutCode"] == answer["statutCourantCode"] == invoice.row.statut
        details = await caller.ask("factures/v1/consulter/fournisseur", {"identifiantFactureCPP": invoice.id})
        assert details["facture"]["numeroFacture"] == invoice.row.numero_facture
