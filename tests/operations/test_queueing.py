"""Queueing flows of very many invoices a few at a time: whole or not at all, whatever happens between."""

import shutil
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from msgspec import structs

from chorus_tui.domain.document import Document, Failure, Phase
from chorus_tui.domain.flow import Flow, FlowMode
from chorus_tui.domain.flow_states import FlowStage
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.operations import Desk, Outcome, edi, flow_journal, undo, undo_in_slices
from chorus_tui.operations.depositing import Plan, deposit
from chorus_tui.operations.desk import SLICE
from chorus_tui.operations.packs import why_no_pack
from chorus_tui.operations.queueing import cut_off, deposit_in_slices, take_back_cut_off
from chorus_tui.store import Store
from tests.house import House
from tests.operations.flow_desk import own, planned

MANY = 3 * SLICE + 2


async def documents_of(house: House, number: int = MANY) -> list[Document]:
    """So many that are ready, two of them corrected after they were refused."""
    first = await house.ready("FA-0")
    failure = Failure(phase=Phase.AFTER, message="no", at=house.now, fingerprint="another")
    made = []
    for n in range(number):
        readings = {
            source: structs.replace(read, number=f"FA-{n}", to_pay=Decimal(n + 1))
            for source, read in first.readings.items()
        }
        made.append(
            structs.replace(
                first,
                id=first.id if n == 0 else f"{n:020x}",
                path=f"{first.path}.{n}",
                sha256=first.sha256 if n == 0 else f"{n:064x}",
                readings=readings,
                automatic=True,
                failure=failure if n in (3, 20) else None,
            )
        )
    house.store.documents.put(*made)
    return [house.again_of(document) for document in made]


def states(store: Store, documents: list[Document]) -> set[tuple[DocumentState, str]]:
    """Where they stand, and in which flow."""
    return {(d.state, d.flow_id) for key in documents if (d := store.documents.get(key.id)) is not None}


def begun(doing: Coroutine[Any, Any, object], slices: int) -> None:
    """Let it work for so many slices."""
    for _slice in range(slices):
        doing.send(None)


@contextmanager
def after_a_kill(house: House, aside: Path) -> Iterator[Desk]:
    """Another process on what a process that ends here leaves on the disk."""
    data = house.settings.folders.data
    shutil.copytree(data, aside, ignore=shutil.ignore_patterns("*.lock"))
    with Store.open(aside) as store:
        yield replace(house.desk, store=store)


async def test_a_large_flow_is_queued_whole_and_taken_back_whole_by_one_undo(tmp_path: Path) -> None:
    async with House(tmp_path, settings={"hold": 30.0}) as house:
        documents = await documents_of(house)
        outcome = await deposit_in_slices(house.desk, planned(house, *documents))
        (flow,) = own(house)
        assert outcome == Outcome(done=(flow.id,))
        assert not flow.unfinished
        assert flow.not_before == house.now + timedelta(seconds=30)
        assert states(house.store, documents) == {(DocumentState.SUBMITTING, flow.id)}
        undone = await undo_in_slices(house.desk)
        assert undone is not None
        assert (undone.verb, undone.done, undone.refused) == ("deposit", (flow.id,), ())
        assert own(house)[0].stage is FlowStage.WITHDRAWN
        assert not own(house)[0].unfinished
        # As they were, with what was said of them; only that they do not go by themselves.
        assert [house.again_of(d) for d in documents] == [
            structs.replace(d, automatic=False) for d in documents
        ]
        assert await undo_in_slices(house.desk) is None


async def test_both_ways_of_queueing_leave_the_same(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        documents = await documents_of(house)
        assert deposit(house.desk, planned(house, *documents)).done
        at_once = [structs.replace(house.again_of(d), flow_id="") for d in documents]
        (flow,) = own(house)
        undo(house.desk)
        house.store.documents.put(*documents)
        assert (await deposit_in_slices(house.desk, planned(house, *documents))).done
        assert [structs.replace(house.again_of(d), flow_id="") for d in documents] == at_once
        again = next(other for other in own(house) if other.id != flow.id)
        alike = structs.replace(flow, id=again.id, emitted_at=again.emitted_at, sha256=again.sha256)
        assert again == alike
        deed = house.store.deeds.all()[-1]
        assert {trace.table for trace in deed.traces} == {"flows", "contents", "documents"}


async def test_nothing_of_it_leaves_before_all_of_it_is_queued(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        documents = await documents_of(house)
        doing = deposit_in_slices(house.desk, planned(house, *documents))
        begun(doing, 2)
        (flow,) = own(house)
        assert flow.unfinished
        assert flow_journal.begin(house.desk, flow.id, flow.sha256) is None
        assert edi.begin(house.desk, flow.id, flow.sha256) is None
        pack = structs.replace(flow, mode=FlowMode.PORTAL)
        assert "being made" in why_no_pack(house.desk, pack)
        house.turn(timedelta(seconds=30))
        await house.service.deposit.run_once()
        assert own(house) == [flow]
        assert flow_calls(house) == 0
        doing.close()


def flow_calls(house: House) -> int:
    """Deposits that left."""
    return sum(path.endswith("deposer/flux") for path in house.wire.calls)


async def test_where_one_cannot_go_any_more_all_are_as_they_were(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        documents = await documents_of(house)
        doing = deposit_in_slices(house.desk, planned(house, *documents))
        begun(doing, 2)
        last = house.again_of(documents[-1])
        changed = structs.replace(last, state=DocumentState.MISTAKEN)
        house.store.documents.put(changed)
        outcome = await rest_of(doing)
        assert outcome.done == ()
        assert [key for key, _why in outcome.refused] == [last.id]
        assert own(house) == []
        assert not any(i.document_id for c in house.store.contents.all() for i in c.invoices)
        assert [house.again_of(d) for d in documents] == [*documents[:-1], changed]
        assert house.store.deeds.all() == []


async def rest_of(doing: Coroutine[Any, Any, Outcome]) -> Outcome:
    """What becomes of it."""
    try:
        while True:
            doing.send(None)
    except StopIteration as end:
        outcome: Outcome = end.value
        return outcome


async def test_a_console_that_goes_down_meanwhile_takes_it_back(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        documents = await documents_of(house)
        doing = deposit_in_slices(house.desk, planned(house, *documents))
        begun(doing, 2)
        assert states(house.store, documents) != {(DocumentState.TO_SUBMIT, "")}
        doing.close()
        assert own(house) == []
        assert [house.again_of(d) for d in documents] == documents


async def test_what_a_killed_process_left_half_queued_is_withdrawn_after_a_minute(tmp_path: Path) -> None:
    for slices in (1, 2, 4):
        async with House(tmp_path / str(slices)) as house:
            documents = await documents_of(house)
            doing = deposit_in_slices(house.desk, planned(house, *documents))
            begun(doing, slices)
            with after_a_kill(house, tmp_path / f"{slices} killed") as desk:
                assert len(states(desk.store, documents)) == (1 if slices == 4 else 2)
                assert await take_back_cut_off(desk) == 0, "it may still be under way in another console"
                assert len(cut_off(desk)) == 1
                house.turn(timedelta(minutes=1))
                assert await take_back_cut_off(desk) == 1
                (flow,) = (flow for flow in desk.store.flows.all() if flow.queued_by)
                assert (flow.stage, flow.unfinished) == (FlowStage.WITHDRAWN, False)
                assert states(desk.store, documents) == {(DocumentState.TO_SUBMIT, "")}
                assert not any(desk.store.documents[d.id].automatic for d in documents[: slices * SLICE])
                assert await take_back_cut_off(desk) == 0
            doing.close()


async def test_the_service_withdraws_what_was_cut_off_and_goes_on_with_the_rest(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        documents = await documents_of(house)
        doing = deposit_in_slices(house.desk, planned(house, *documents))
        begun(doing, 2)
        due = house.service.deposit.due_in
        assert due is not None
        assert 0 < due <= 60
        house.turn(timedelta(minutes=1))
        await house.settle()
        assert states(house.store, documents) == {(DocumentState.TO_SUBMIT, "")}
        assert flow_calls(house) == 0
        # The console wakes up late: the flow is not its any more.
        outcome = await rest_of(doing)
        assert outcome.done == ()
        assert outcome.refused
        assert states(house.store, documents) == {(DocumentState.TO_SUBMIT, "")}
        assert [flow.stage for flow in own(house)] == [FlowStage.WITHDRAWN]


async def test_an_undo_that_is_killed_in_the_middle_is_ended_by_the_service(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        documents = await documents_of(house)
        assert (await deposit_in_slices(house.desk, planned(house, *documents))).done
        doing = undo_in_slices(house.desk)
        begun(doing, 2)
        with after_a_kill(house, tmp_path / "killed") as desk:
            (flow,) = (flow for flow in desk.store.flows.all() if flow.queued_by)
            assert flow.unfinished
            assert flow_journal.begin(desk, flow.id, flow.sha256) is None
            house.turn(timedelta(minutes=1))
            assert await take_back_cut_off(desk) == 1
            assert states(desk.store, documents) == {(DocumentState.TO_SUBMIT, "")}
        doing.close()


async def test_two_consoles_that_queue_the_same_at_once_never_both_queue_it(tmp_path: Path) -> None:
    """S2-076: of documents, and of a file."""
    for of_file in (False, True):
        async with House(tmp_path / str(of_file)) as house:
            documents = await documents_of(house)
            plan = planned(house, *documents)
            plan = as_file(plan) if of_file else plan
            one, other = (deposit_in_slices(house.desk, plan) for _console in range(2))
            begun(one, 1)
            begun(other, 1)
            outcomes = [await rest_of(one), await rest_of(other)]
            assert sum(len(outcome.done) for outcome in outcomes) <= 1
            flows: list[Flow] = [flow for flow in own(house) if flow.stage is FlowStage.QUEUED]
            assert [flow.id for flow in flows] == [key for outcome in outcomes for key in outcome.done]
            going = {(DocumentState.SUBMITTING, flow.id) for flow in flows}
            waiting = {(DocumentState.TO_SUBMIT, "")}
            assert states(house.store, documents) == (going if flows and not of_file else waiting)


async def test_a_file_of_many_is_queued_and_its_own_numbers_do_not_keep_it_back(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        plan = as_file(planned(house, *await documents_of(house)))
        assert len((await deposit_in_slices(house.desk, plan)).done) == 1
        refused = (await deposit_in_slices(house.desk, plan)).refused
        assert len(refused) == MANY, "each number is taken by the first one"
        assert len(own(house)) == 1


def as_file(plan: Plan) -> Plan:
    """The same invoices in a file that somebody else made."""
    (part,) = plan.parts
    invoices = tuple(structs.replace(i, document_id="", fingerprint="") for i in part.invoices)
    return structs.replace(plan, parts=(structs.replace(part, invoices=invoices),))
