"""A flow is deposited once, whatever happens on the way; what nobody answered is searched, never repeated."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from chorus_tui.composing import Composed
from chorus_tui.domain.document import Phase
from chorus_tui.domain.flow import Channel, Fate, FlowMode
from chorus_tui.domain.flow_states import FlowStage
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.operations import Refusal, submit
from chorus_tui.operations.depositing import withdraw_flows
from chorus_tui.operations.flow_journal import LONG_LOST, LOST, begin, found, not_taken, recover_flows
from chorus_tui.operations.gathering import invoices_of
from tests.flows import lot
from tests.house import House
from tests.sync.flow_house import (
    DEPOSIT,
    SEARCH,
    deposits,
    flow_of,
    of_file,
    queue,
    queue_documents,
    queue_file,
)

MINUTE = timedelta(seconds=61)


async def test_a_flow_leaves_once_and_has_its_number(tmp_path: Path) -> None:
    """S2-009, S2-017."""
    async with House(tmp_path) as house:
        key, documents = await queue_documents(house, "FA-1", "FA-2")
        await house.settle()
        flow = flow_of(house, key)
        (taken,) = house.sandbox.flows.all()
        assert (flow.stage, flow.number) == (FlowStage.DEPOSITED, taken.number)
        assert (taken.name, taken.syntax) == ("lot.tar.gz", "IN_DP_E1_CII_16B")
        assert (flow.mode, flow.emitted_at, flow.message) == (FlowMode.API, house.now, "")
        assert [a.outcome for a in flow.attempts] == ["accepted"]
        for document in documents:
            assert house.again_of(document).state is DocumentState.SUBMITTING
            assert house.again_of(document).flow_id == key
        await house.settle()
        assert deposits(house) == 1


# kind of fault → whether Chorus Pro had taken the flow, whether its answer was lost
FAULTS = {
    "latency": (True, False),
    "timeout_before": (False, True),
    "timeout_after": (True, True),
    "closed_before": (False, True),
    "closed_after": (True, True),
    "unreachable": (False, False),
    "garbage": (True, True),
    "cut": (True, True),
    "too_many": (False, False),
    "unavailable": (False, True),
    "unavailable_after": (True, True),
    "broken": (False, True),
    "expired_token": (False, False),
}


@pytest.mark.parametrize("kind", FAULTS)
async def test_a_fault_neither_loses_a_flow_nor_deposits_it_twice(tmp_path: Path, kind: str) -> None:
    taken, lost = FAULTS[kind]
    async with House(tmp_path) as house:
        key, documents = await queue_documents(house, "FA-1", "FA-2")
        house.sandbox.faults.inject(DEPOSIT, kind)
        await house.settle()
        if lost:
            assert flow_of(house, key).stage is FlowStage.UNSURE
            assert flow_of(house, key).message == LOST
            assert {house.again_of(d).state for d in documents} == {DocumentState.UNSURE}
        await house.settle_all()
        flow = flow_of(house, key)
        assert len(house.sandbox.flows) == (taken or not lost)
        if taken or not lost:
            assert (flow.stage, flow.number) == (FlowStage.DEPOSITED, house.sandbox.flows.all()[0].number)
        else:
            assert flow.stage is FlowStage.UNSURE
            assert deposits(house) == 1, "it is not deposited again by itself"
        assert house.store.state["sync"].trouble is None


@pytest.mark.parametrize("after", [False, True], ids=["before the call left", "after the work was done"])
@pytest.mark.parametrize("service", [DEPOSIT, SEARCH])
async def test_a_process_killed_at_any_step_deposits_no_flow_twice(
    tmp_path: Path, service: str, after: bool
) -> None:
    async with House(tmp_path) as house:
        key = queue_file(house, "FA-1", "FA-2")
        if service == SEARCH:
            house.sandbox.faults.inject(DEPOSIT, "timeout_after")
            await house.settle()
            house.turn(MINUTE)
        house.wire.kill(service, after=after)
        await house.until_killed()
        await house.settle_all()
        arrived = service == SEARCH or after
        assert deposits(house) == arrived
        assert len(house.sandbox.flows) == arrived
        assert flow_of(house, key).stage is (FlowStage.DEPOSITED if arrived else FlowStage.UNSURE)


async def test_a_process_killed_before_anything_left_deposits_what_was_queued(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        key = queue_file(house, "FA-1")
        await house.again()
        await house.settle()
        assert flow_of(house, key).stage is FlowStage.DEPOSITED
        assert len(house.sandbox.flows) == 1


async def test_a_new_leader_takes_over_what_the_old_one_left_in_the_middle(tmp_path: Path) -> None:
    """The old one died while its deposit was on its way; the new one does not repeat it."""
    async with House(tmp_path) as house:
        key = queue_file(house, "FA-1")
        house.wire.kill(DEPOSIT, after=True)
        async with House(tmp_path, neighbour=house, who="other@console") as other:
            await house.until_killed()
            assert flow_of(house, key).stage is FlowStage.SENDING
            other.store.refresh()
            await other.settle()
            assert flow_of(other, key).stage is FlowStage.UNSURE
            await other.settle_all()
            assert flow_of(other, key).stage is FlowStage.DEPOSITED
        assert len(house.sandbox.flows) == 1


async def test_what_a_dead_process_left_in_the_middle_is_unsure_at_once(tmp_path: Path) -> None:
    """That of a gateway has a folder to look into instead."""
    async with House(tmp_path) as house:
        api, edi = queue_file(house, "FA-1"), queue_file(house, "FA-2")
        for key, mode in ((api, FlowMode.API), (edi, FlowMode.EDI)):
            flow = begin(house.desk, key, flow_of(house, key).sha256)
            assert flow is not None
            house.store.flows.put(structs.replace(flow, mode=mode))
        assert recover_flows(house.desk) == 1
        assert flow_of(house, api).stage is FlowStage.UNSURE
        assert flow_of(house, edi).stage is FlowStage.SENDING


async def test_a_held_flow_can_be_withdrawn_and_leaves_when_its_time_has_come(tmp_path: Path) -> None:
    """S2-009: held as any batch is."""
    async with House(tmp_path, settings={"hold": 5.0}) as house:
        key, documents = await queue_documents(house, "FA-1", "FA-2")
        await house.settle()
        assert len(house.sandbox.flows) == 0
        assert house.service.held_for == pytest.approx(5.0)
        assert withdraw_flows(house.desk, [key]).done == (key,)
        house.turn(timedelta(seconds=6))
        await house.settle()
        assert len(house.sandbox.flows) == 0
        assert {house.again_of(d).state for d in documents} == {DocumentState.TO_SUBMIT}
        again = queue(house, invoices_of(house.desk, key), lot("FA-1", "FA-2"))
        house.turn(timedelta(seconds=6))
        await house.settle()
        assert flow_of(house, again).stage is FlowStage.DEPOSITED
        assert withdraw_flows(house.desk, [again]).refused


async def test_a_flow_withdrawn_while_it_waits_for_its_turn_does_not_leave(tmp_path: Path) -> None:
    """The one before it is on its way when an operator thinks better of it."""
    async with House(tmp_path) as house:
        keys = []
        for n in range(3):
            keys.append(queue_file(house, f"FA-{n}"))
            house.turn(timedelta(seconds=1))
        house.wire.meanwhile(DEPOSIT, lambda: withdraw_flows(house.desk, [keys[2]]))
        await house.settle()
        assert [flow_of(house, key).stage for key in keys] == [
            FlowStage.DEPOSITED,
            FlowStage.DEPOSITED,
            FlowStage.WITHDRAWN,
        ]
        assert len(house.sandbox.flows) == 2


async def test_a_flow_whose_file_changed_while_it_was_read_waits_for_the_new_one(tmp_path: Path) -> None:
    """Another document joined it: what is deposited is what is written down."""
    async with House(tmp_path) as house:
        key = queue_file(house, "FA-1")
        before = flow_of(house, key).sha256
        other = house.store.blobs.put(lot("FA-1", "FA-2"))
        house.store.flows.put(structs.replace(flow_of(house, key), sha256=other))
        assert begin(house.desk, key, before) is None
        assert flow_of(house, key).stage is FlowStage.QUEUED
        await house.settle()
        assert [len(flow.contents.invoices) for flow in house.sandbox.flows.all()] == [2]


async def test_what_chorus_pro_refuses_comes_back_in_error_with_its_words(tmp_path: Path) -> None:
    """S2-039: a deposit that is not taken at all."""
    async with House(tmp_path) as house:
        key, (document,) = await queue_documents(house, "FA-1")
        house.store.flows.put(structs.replace(flow_of(house, key), name="without an extension"))
        await house.settle()
        flow = flow_of(house, key)
        back = house.again_of(document, DocumentState.TO_SUBMIT)
        assert flow.stage is FlowStage.REFUSED
        assert back.failure is not None
        assert (back.failure.message, back.failure.phase) == (flow.message, Phase.AFTER)
        assert back.failure.code
        assert back.unchanged_since_failure, "the same is not sent again by itself"
        assert [i.fate for i in invoices_of(house.desk, key)] == [Fate.NOT_INTEGRATED]
        await house.settle_all()
        assert deposits(house) == 1


async def test_a_flow_whose_copy_is_gone_comes_back_before_it_left(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        key, (document,) = await queue_documents(house, "FA-1")
        house.store.blobs.path(flow_of(house, key).sha256).unlink()
        await house.settle()
        back = house.again_of(document, DocumentState.TO_SUBMIT)
        assert back.failure is not None
        assert back.failure.phase is Phase.BEFORE
        assert "cannot be read" in back.failure.message
        assert deposits(house) == 0


async def test_a_document_that_joins_while_the_file_is_made_goes_with_it_once(tmp_path: Path) -> None:
    """Documents of a rule of this channel are gathered until their flow leaves."""
    async with House(tmp_path, rule={"channel": Channel.API}) as house:
        documents = [house.filed(f"FA-{n}") for n in range(3)]
        await house.settle()
        compose = house.composer.compose

        async def joined(*items: Any, **said: Any) -> Composed:
            house.composer.compose = compose  # type: ignore[method-assign]
            assert submit(house.desk, [documents[2].id]).done
            return await compose(*items, **said)

        house.composer.compose = joined  # type: ignore[method-assign]  # the moment between two steps
        assert submit(house.desk, [d.id for d in documents[:2]]).done
        await house.settle_all()
        assert [len(flow.contents.invoices) for flow in house.sandbox.flows.all()] == [3]
        assert {house.again_of(d).state for d in documents} == {DocumentState.SUBMITTED}
        assert [house.deposited(f"FA-{n}") for n in range(3)] == [1, 1, 1]


async def test_a_flow_that_could_not_be_made_now_waits_and_leaves_later(tmp_path: Path) -> None:
    """The disk was full while its file was made: the service says so and goes on."""
    async with House(tmp_path, rule={"channel": Channel.API}) as house:
        document = house.filed("FA-1")
        await house.settle()
        compose = house.composer.compose

        async def full(*items: Any, **said: Any) -> Composed:
            raise OSError(28, f"No space left on device ({len(items)}, {len(said)})")

        house.composer.compose = full  # type: ignore[method-assign]
        submit(house.desk, [document.id])
        with pytest.raises(OSError, match="No space"):
            await house.settle()
        (flow,) = [flow for flow in house.store.flows.all() if flow.queued_by]
        assert flow.stage is FlowStage.QUEUED
        house.composer.compose = compose  # type: ignore[method-assign]
        await house.settle_all()
        assert house.deposited("FA-1") == 1


# What nobody answered


async def test_a_lost_flow_is_found_by_its_invoices_even_where_the_first_were_refused(
    tmp_path: Path,
) -> None:
    """S2-009: each search asks for others, and tracking is not needed for it."""
    async with House(tmp_path) as house:
        numbers = [f"FA-{n}" for n in range(8)]
        key, _documents = await queue_documents(house, *numbers, wrong=tuple(numbers[:7]))
        house.sandbox.faults.inject(DEPOSIT, "timeout_after")
        house.service.leads = True
        await house.service.deposit.run_once()
        for _look in range(3):
            assert flow_of(house, key).stage is FlowStage.UNSURE
            house.turn(timedelta(minutes=10))
            await house.service.deposit.run_once()
        house.service.leads = False
        assert flow_of(house, key).number == house.sandbox.flows.all()[0].number


async def test_a_lost_flow_is_found_by_what_tracking_brought(tmp_path: Path) -> None:
    """No search is needed where its invoices are known already."""
    async with House(tmp_path) as house:
        key = queue_file(house, "FA-1")
        house.sandbox.faults.inject(DEPOSIT, "timeout_after")
        await house.settle()
        house.turn(MINUTE)
        await house.service.track.run_once()
        before = len(house.wire.calls)
        await house.service.deposit.run_once()
        assert flow_of(house, key).stage is FlowStage.DEPOSITED
        assert house.wire.calls[before:] == []


@pytest.mark.parametrize(
    "change",
    [
        {"recipient_siret": "12345678200028"},
        {"supplier_siret": "31582210396351"},
        {"amount": of_file("FA-1")[0].amount and of_file("FA-1")[0].amount + 1},  # type: ignore[operator]
        {"issued": of_file("FA-1")[0].issued and of_file("FA-1")[0].issued.replace(year=2025)},  # type: ignore[union-attr]
    ],
    ids=["another recipient", "another supplier", "another amount", "another year"],
)
async def test_an_invoice_that_only_bears_the_number_tells_nothing(
    tmp_path: Path, change: dict[str, object]
) -> None:
    async with House(tmp_path) as house:
        said = tuple(structs.replace(i, **change) for i in of_file("FA-1"))
        key = queue(house, said, lot("FA-1"))
        house.sandbox.faults.inject(DEPOSIT, "timeout_after")
        await house.settle_all()
        assert flow_of(house, key).stage is FlowStage.UNSURE


async def test_after_a_day_without_a_find_an_operator_is_asked(tmp_path: Path) -> None:
    """It is searched less and less often, for ever; and never deposited again."""
    async with House(tmp_path) as house:
        key = queue_file(house, "FA-1")
        house.sandbox.faults.inject(DEPOSIT, "timeout_before")
        await house.settle_all(turns=10, by=timedelta(hours=1))
        assert flow_of(house, key).message == LOST
        await house.settle_all(turns=20, by=timedelta(hours=1))
        assert flow_of(house, key).message == LONG_LOST
        searches = flow_of(house, key).searches
        assert 8 <= searches <= 16
        await house.settle_all(turns=48, by=timedelta(hours=1))
        assert flow_of(house, key).searches - searches <= 9
        assert deposits(house) == 1


async def test_an_operator_says_that_a_flow_was_not_taken(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        key, (document,) = await queue_documents(house, "FA-1")
        house.sandbox.faults.inject(DEPOSIT, "timeout_before")
        await house.settle()
        assert not_taken(house.desk, key).done == (key,)
        back = house.again_of(document, DocumentState.TO_SUBMIT)
        assert back.failure is None
        assert flow_of(house, key).stage is FlowStage.REFUSED
        with pytest.raises(Refusal):
            not_taken(house.desk, key)
        again = queue(house, invoices_of(house.desk, key), lot("FA-1"))
        await house.settle_all()
        assert flow_of(house, again).stage is FlowStage.DEPOSITED
        assert house.deposited("FA-1") == 1


async def test_a_flow_given_up_that_arrived_all_the_same_is_recognised(tmp_path: Path) -> None:
    """Its invoices tell: nobody sends them a second time."""
    async with House(tmp_path) as house:
        key, (document,) = await queue_documents(house, "FA-1")
        house.sandbox.faults.inject(DEPOSIT, "timeout_after")
        await house.settle()
        not_taken(house.desk, key)
        await house.settle_all()
        flow = flow_of(house, key)
        assert flow.stage is FlowStage.DEPOSITED
        assert flow.number == house.sandbox.flows.all()[0].number
        assert house.again_of(document).state is DocumentState.SUBMITTED
        assert house.deposited("FA-1") == 1


async def test_a_number_that_is_typed_is_followed_and_what_was_discovered_of_it_forgotten(
    tmp_path: Path,
) -> None:
    async with House(tmp_path) as house:
        said = tuple(structs.replace(i, amount=None, recipient_siret="x") for i in of_file("FA-1"))
        key = queue(house, said, lot("FA-1"))
        house.sandbox.faults.inject(DEPOSIT, "timeout_after")
        await house.settle_all()
        number = house.sandbox.flows.all()[0].number
        (discovered,) = house.store.flows.by("number", number)
        assert discovered.id != key
        found(house.desk, flow_of(house, key), number)
        assert [flow.id for flow in house.store.flows.by("number", number)] == [key]


async def test_a_number_of_another_flow_of_ours_is_not_taken_for_this_one(tmp_path: Path) -> None:
    """The same file was deposited before, and this one is a copy of it: it stays with the operator."""
    async with House(tmp_path) as house:
        first = queue_file(house, "FA-1")
        await house.settle_all()
        assert flow_of(house, first).linked
        with house.unseen("FA-1"):
            second = queue_file(house, "FA-1")
            house.sandbox.faults.inject(DEPOSIT, "timeout_before")
            await house.settle()
        await house.settle_all()
        assert flow_of(house, second).stage is FlowStage.UNSURE
        assert flow_of(house, first).stage is FlowStage.DEPOSITED
