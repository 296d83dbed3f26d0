"""Several consoles share a store: one leads, the others read and queue."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from chorus_tui.domain.replies import PayingOut, ReplyKind
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.operations import reply_all, submit
from chorus_tui.operations.processing import answer_to
from chorus_tui.sync import LedElsewhere
from tests.house import House
from tests.pdfs import invoice_pdf


async def until(true: Callable[[], bool]) -> None:
    """Wait for something that another task does."""
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110  # what is waited for is in another part of the house
            await asyncio.sleep(0.01)


async def test_the_service_takes_in_analyses_submits_and_tracks_by_itself(tmp_path: Path) -> None:
    """S1-010, S1-023, S1-024, S1-030."""
    async with House(tmp_path, rule={"automatic": True}) as house:
        running = asyncio.create_task(house.service.run())
        house.drop(invoice_pdf(number="FA-1"), "FA-1.pdf")
        await until(lambda: house.deposited("FA-1") == 1)
        await until(lambda: house.document("FA-1.pdf").state is DocumentState.SUBMITTED)
        ours = {supplier.id for supplier in house.sandbox.world.attached}
        await until(
            lambda: len(house.store.invoices) == sum(i.supplier_id in ours for i in house.sandbox.invoices)
        )
        assert house.store.state["sync"].leader == house.who
        assert house.service.stumbles == {}
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert house.store.state["sync"].leader == ""
        assert house.store.leader() is None


async def test_a_console_that_does_not_lead_queues_and_the_leader_sends(tmp_path: Path) -> None:
    async with House(tmp_path) as leader:
        document = await leader.ready("FA-1")
        leading = asyncio.create_task(leader.service.run())
        await until(lambda: leader.service.leads)
        async with House(tmp_path, who="colleague@billing", neighbour=leader) as other:
            following = asyncio.create_task(other.service.run())
            assert submit(other.desk, [document.id]).done == (document.id,)
            await until(lambda: leader.deposited("FA-1") == 1)
            await until(lambda: other.again_of(document).state is DocumentState.SUBMITTED)
            assert other.wire.calls == []
            with pytest.raises(LedElsewhere, match=leader.who):
                await other.service.once()
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
        leading.cancel()
        await asyncio.gather(leading, return_exceptions=True)


async def test_a_batch_that_is_held_leaves_by_itself_when_its_time_has_come(tmp_path: Path) -> None:
    """S1-051, S1-071: nothing else has to happen for it, neither a key nor a change."""
    async with House(tmp_path, settings={"hold": 0.05}) as house:
        documents = [await house.ready(f"FA-{number}") for number in (1, 2)]
        rejected = [i.id for i in house.store.invoices.all() if answer_to(i) is ReplyKind.PAY_OUT]
        assert len(rejected) > 1
        running = asyncio.create_task(house.service.run())
        await until(lambda: house.service.leads)
        submit(house.desk, [document.id for document in documents])
        reply_all(house.desk, map(str, rejected), PayingOut(remark="cancelled"))
        for _turn in range(100):
            await asyncio.sleep(0)  # The stations look at it, and find that its time has not come.
        assert house.service.held_for == 0.05
        assert house.deposited("FA-1") == house.deposited("FA-2") == 0
        house.turn(timedelta(seconds=1))
        await until(lambda: house.deposited("FA-1") == house.deposited("FA-2") == 1)
        await until(lambda: all(house.store.invoices[str(id_)].is_settled for id_ in rejected))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_leadership_passes_on_when_the_leader_leaves(tmp_path: Path) -> None:
    async with House(tmp_path) as first:
        document = await first.ready("FA-1")
        leading = asyncio.create_task(first.service.run())
        await until(lambda: first.service.leads)
        async with House(tmp_path, who="colleague@billing", neighbour=first, take_over=0.01) as second:
            following = asyncio.create_task(second.service.run())
            leading.cancel()
            await asyncio.gather(leading, return_exceptions=True)
            await until(lambda: second.service.leads)
            assert submit(first.desk, [document.id]).done
            await until(lambda: second.deposited("FA-1") == 1)
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)


async def test_two_consoles_that_submit_the_same_document_make_one_invoice(tmp_path: Path) -> None:
    async with House(tmp_path) as one, House(tmp_path, who="two", neighbour=one) as two:
        document = await one.ready("FA-1")
        two.store.refresh()
        assert submit(one.desk, [document.id]).done
        assert submit(two.desk, [document.id]).refused
        await one.settle()
        assert one.deposited("FA-1") == 1


async def test_a_burst_leaves_the_loop_free(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        lags: list[float] = []

        async def feel() -> None:
            loop = asyncio.get_running_loop()
            while True:
                at = loop.time()
                await asyncio.sleep(0.005)
                lags.append(loop.time() - at - 0.005)

        for number in range(60):
            house.drop(invoice_pdf(number=f"FA-{number}"), f"FA-{number}.pdf")
        feeling = asyncio.create_task(feel())
        await house.settle()
        feeling.cancel()
        assert len(house.names()) == 60
        assert all(house.document(f"FA-{n}.pdf").state is DocumentState.TO_SUBMIT for n in range(60))
        lags.sort()
        p95 = lags[len(lags) * 95 // 100]
        print(f"loop lag, 60 files: p95 {p95 * 1e3:.1f} ms, max {lags[-1] * 1e3:.1f} ms")  # noqa: T201
