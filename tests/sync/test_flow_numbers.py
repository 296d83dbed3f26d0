"""Flow numbers that were typed wrong, and flows of which nothing but a number is known."""

from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import structs

from chorus_tui.domain.document import Document
from chorus_tui.domain.flow import Channel, Fate, Flow
from chorus_tui.domain.flow_states import FlowStage, FlowState, Resend
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.operations import Refusal, submit
from chorus_tui.operations.flow_journal import found, not_taken
from chorus_tui.operations.flow_listing import waiting_time
from chorus_tui.operations.flow_wrong_number import WRONG
from chorus_tui.operations.gathering import invoices_of
from chorus_tui.operations.packs import Pack, make_pack, typed_number
from chorus_tui.operations.resending import resendable
from tests.flows import archive, cii, lot
from tests.house import House
from tests.sheets import SUPPLIER
from tests.sync.flow_house import flow_of, queue_documents

DAY = timedelta(days=1)
UNKNOWN = "CPP0011106000000000999999"


async def handed_over(house: House, *numbers: str) -> tuple[Pack, list[Document]]:
    documents = [await house.ready(number) for number in numbers]
    assert not submit(house.desk, [document.id for document in documents]).refused
    await house.settle()
    (flow,) = [flow for flow in house.store.flows.all() if flow.queued_by]
    return make_pack(house.desk, flow.id, house.home / "packs"), documents


def on_portal(house: House, pack: Pack) -> str:
    return house.sandbox.deposit_on_portal(pack.file.read_bytes(), pack.file.name, SUPPLIER.siret)


def is_whole(house: House, flow: Flow, documents: list[Document]) -> bool:
    after = flow_of(house, flow.id)
    states = {house.again_of(document).state for document in documents}
    return (after.state, after.linked, states) == (FlowState.INTEGRATED, True, {DocumentState.SUBMITTED})


async def test_a_number_of_another_flow_integrates_nothing_here(tmp_path: Path) -> None:
    """S2-011, S2-042: the documents of a pack are not taken for integrated by somebody else's flow."""
    async with House(tmp_path, rule={"channel": Channel.PORTAL}) as house:
        pack, documents = await handed_over(house, "FA-1", "FA-2")
        others = house.sandbox.deposit_on_portal(lot("FA-7"), "lot.tar.gz", SUPPLIER.siret)
        typed_number(house.desk, pack.flow.id, others)
        await house.settle_all(turns=3, by=DAY)
        flow = flow_of(house, pack.flow.id)
        assert (flow.stage, flow.number, flow.message) == (FlowStage.HANDED_OVER, "", WRONG)
        assert flow.asks_supplier
        assert {i.fate for i in invoices_of(house.desk, flow.id)} == {Fate.PENDING}
        assert {house.again_of(d).state for d in documents} == {DocumentState.SUBMITTING}
        assert len(house.store.flows.by("number", others)) == 1, "it is known as the flow that it is"
        typed_number(house.desk, pack.flow.id, on_portal(house, pack))
        await house.settle_all(turns=3)
        assert is_whole(house, flow, documents)
        assert (house.deposited("FA-1"), house.deposited("FA-2")) == (1, 1)


async def test_a_number_that_chorus_pro_does_not_know_can_be_typed_again(tmp_path: Path) -> None:
    """S2-011: days later, too, when it can no longer be undone."""
    async with House(tmp_path, rule={"channel": Channel.PORTAL}) as house:
        pack, documents = await handed_over(house, "FA-1")
        typed_number(house.desk, pack.flow.id, UNKNOWN)
        with pytest.raises(Refusal, match="waits for no number"):
            typed_number(house.desk, pack.flow.id, UNKNOWN)
        await house.settle_all(turns=4, by=DAY)
        assert flow_of(house, pack.flow.id).message
        typed_number(house.desk, pack.flow.id, on_portal(house, pack))
        await house.settle_all(turns=3)
        assert is_whole(house, pack.flow, documents)


async def test_a_rejection_of_another_flow_is_taken_back_with_its_number(tmp_path: Path) -> None:
    """S2-038: what was said of somebody else's invoices does not stay with the documents here."""
    async with House(tmp_path, rule={"channel": Channel.PORTAL}) as house:
        pack, documents = await handed_over(house, "FA-1")
        wrong = archive([("cii_chorus_facture_FA-8.xml", cii("FA-8", frame="A99"))])
        others = house.sandbox.deposit_on_portal(wrong, "lot.tar.gz", SUPPLIER.siret)
        typed_number(house.desk, pack.flow.id, others)
        await house.settle_all(turns=3)
        assert house.again_of(documents[0]).state is not DocumentState.SUBMITTED
        typed_number(house.desk, pack.flow.id, on_portal(house, pack))
        await house.settle_all(turns=3)
        assert is_whole(house, pack.flow, documents)
        assert not resendable(house.desk, pack.flow.id).invoices
        with pytest.raises(Refusal, match="waits for no number"):
            typed_number(house.desk, pack.flow.id, UNKNOWN)


async def test_a_flow_of_which_only_its_invoices_are_told_is_never_stuck(tmp_path: Path) -> None:
    """S2-013: another account's flow of long ago; its invoices are found, and nobody is alarmed."""
    async with House(tmp_path) as house:
        number = house.sandbox.deposit_on_portal(lot("FA-2"), "lot.tar.gz", "31582210396351")
        house.turn(timedelta(days=400))
        await house.settle_all(turns=3, by=DAY)
        (flow,) = house.store.flows.by("number", number)
        assert (flow.state_code, flow.linked, flow.integrated) == ("", True, 1)
        assert not waiting_time(house.desk, flow).stuck


async def test_a_pack_that_was_deposited_although_somebody_gave_it_up_is_found(tmp_path: Path) -> None:
    """S2-076: its documents are not sent a second time once its invoices are seen."""
    async with House(tmp_path, rule={"channel": Channel.PORTAL}) as house:
        pack, documents = await handed_over(house, "FA-1", "FA-2")
        number = on_portal(house, pack)
        not_taken(house.desk, pack.flow.id)
        assert house.again_of(documents[0]).state is DocumentState.TO_SUBMIT
        await house.settle_all(turns=4)
        assert flow_of(house, pack.flow.id).number == number
        assert is_whole(house, pack.flow, documents)
        assert len(house.store.flows.by("number", number)) == 1


@pytest.mark.parametrize("code", ["", "IN_ANNULE"])
async def test_what_chorus_pro_lost_or_left_in_an_unknown_state_can_be_given_up(
    tmp_path: Path, code: str
) -> None:
    """S2-037, S2-041: no document waits for ever; nothing is said against it, so it goes again as it is."""
    async with House(tmp_path) as house:
        key, (document,) = await queue_documents(house, "FA-1")
        house.sandbox.faults.inject("deposer/flux", "timeout_before")
        await house.settle()
        found(house.desk, flow_of(house, key), UNKNOWN)
        if code:
            told = structs.replace(flow_of(house, key), state_code=code, state_at=house.now)
            house.store.flows.put(told)
        house.turn(timedelta(hours=20))
        await house.settle()
        with pytest.raises(Refusal, match="It is known"):
            not_taken(house.desk, key)
        house.turn(timedelta(hours=5))
        not_taken(house.desk, key)
        house.again_of(document, DocumentState.TO_SUBMIT)
        again = resendable(house.desk, key)
        assert (again.kind, [choice.may for choice in again.invoices]) == (Resend.EVERYTHING_AS_IT_IS, [True])
