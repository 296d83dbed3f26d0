"""Whatever a supplier, a recipient and the clock do in whatever order, an invoice and its history agree."""

import asyncio
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from chorus_tui.sandbox import Sandbox
from chorus_tui.sandbox.received import FROM, TARGETS
from tests.sandbox.caller import Caller, client, clock_of, new_sandbox
from tests.sandbox.test_replies import history_of, passages, row_of

INVOICES = (8420002, 8420003, 8420005, 8420006, 8420011, 8420021)
Step = tuple[str, int, str]

STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("traiter/recue"), st.sampled_from(INVOICES), st.sampled_from((*TARGETS, "A_RECYCLER"))
        ),
        st.tuples(st.sampled_from(["completer", "traiterRejet"]), st.sampled_from(INVOICES), st.just("")),
        st.tuples(
            st.just("recycler"),
            st.sampled_from(INVOICES),
            st.sampled_from(["12345678200051", "12345678200028", "21991819000014"]),
        ),
        st.tuples(st.just("turn"), st.just(0), st.sampled_from(["10", "600", "6000"])),
    ),
    max_size=12,
)
ALLOWED = {"completer": {"SUSPENDUE"}, "recycler": {"A_RECYCLER"}, "traiterRejet": {"REJETEE"}}
LEADS_TO = {"completer": "COMPLETEE", "recycler": "DEPOSEE", "traiterRejet": "REJETEE"}


def body_of(kind: str, invoice_id: int, argument: str) -> dict[str, Any]:
    match kind:
        case "traiter/recue":
            return {
                "idFacture": invoice_id,
                "nouveauStatut": argument,
                "motif": "Parce que",
                "numeroDPMandat": "M-1",
            }
        case "completer":
            return {"identifiantFactureCPP": invoice_id, "commentaire": "Voilà"}
        case "recycler":
            return {"identifiantFactureCPP": invoice_id, "destinataire": {"codeDestinataire": argument}}
        case _:
            return {"listeDemandePaiement": [{"idDemandePaiement": invoice_id}]}


@settings(max_examples=20, deadline=None)
@given(steps=STEPS)
def test_an_invoice_and_its_history_agree(steps: list[Step]) -> None:
    """S1-042, S1-046, S1-050: its status decides what may be done, and what is refused changes nothing."""
    asyncio.run(_play(steps))


async def _play(steps: list[Step]) -> None:
    sandbox = new_sandbox()
    async with client(sandbox) as http:
        supplier = Caller(sandbox, http, sandbox.oauth_url, sandbox.api_url)
        agent = Caller(sandbox, http, sandbox.oauth_url, sandbox.api_url)
        await _sign_in(sandbox, supplier, agent)
        for kind, invoice_id, argument in steps:
            if kind == "turn":
                clock_of(sandbox).turn(timedelta(minutes=int(argument)))
                await _sign_in(sandbox, supplier, agent)
                continue
            before = await row_of(supplier, invoice_id)
            past = passages(await history_of(supplier, invoice_id))
            caller = agent if kind == "traiter/recue" else supplier
            answer = await caller.ask(f"factures/v1/{kind}", body_of(kind, invoice_id, argument))
            after = await row_of(supplier, invoice_id)
            now = passages(await history_of(supplier, invoice_id))
            if answer["codeRetour"]:
                assert (after, now) == (before, past)
            else:
                assert before["statut"] in ALLOWED.get(kind, FROM)
                assert after["statut"] == now[0] == LEADS_TO.get(kind, argument)
                assert now == (past if kind == "traiterRejet" else [now[0], *past])[: len(now)]
                assert after["rejetTraite"] is (before["rejetTraite"] or kind == "traiterRejet")
            assert after["dateHeureEtatCourant"] >= before["dateHeureEtatCourant"]
            for name in ("numeroFacture", "dateFacture", "dateDepot", "montantTTC", "codeFournisseur"):
                assert after[name] == before[name]
    sandbox.close()


async def _sign_in(sandbox: Sandbox, supplier: Caller, agent: Caller) -> None:
    await supplier.sign_in()
    await agent.sign_in(sandbox.world.account_of("recipient"))
