"""Every invoice of the structure, its status followed with few requests."""

import asyncio
from datetime import timedelta
from pathlib import Path

from msgspec import structs

from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.records import Link
from chorus_tui.domain.statuses import InvoiceStatus
from chorus_tui.operations import counts, tracked
from chorus_tui.sandbox import World
from chorus_tui.store import Changes
from chorus_tui.ui.widgets.header import Facts, sync_words
from tests.house import House

SEARCH = "rechercher/fournisseur"


def held(house: House) -> int:
    """What the sandbox holds of the structures that this account sends for."""
    attached = {supplier.id for supplier in house.sandbox.world.attached}
    return sum(invoice.supplier_id in attached for invoice in house.sandbox.invoices)


async def test_tracking_shows_every_invoice_ours_or_not(tmp_path: Path) -> None:
    """S1-030, S1-036, S1-082."""
    async with House(tmp_path) as house:
        await house.submitted("FA-1")
        rows = tracked(house.desk)
        assert len(rows) == held(house) > 1
        assert {row.number for row in rows if row.document_id} == {"FA-1"}
        assert counts(house.desk).tracked == len(rows)


async def test_an_invoice_is_followed_until_it_is_paid(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = await house.submitted("FA-1")
        seen: list[InvoiceStatus] = []
        for _ in range(120):
            await house.service.track.run_once()
            invoice = house.invoice("FA-1")
            if not seen or seen[-1] != invoice.status:
                seen.append(invoice.status)
            house.turn(timedelta(hours=12))
        assert InvoiceStatus.PAYMENT_ISSUED in seen
        assert seen.index(InvoiceStatus.MADE_AVAILABLE) < seen.index(InvoiceStatus.PAYMENT_ISSUED)
        assert house.invoice("FA-1").document_id == document.id


async def test_a_change_that_was_written_down_late_is_found_within_a_day(tmp_path: Path) -> None:
    """Dated before what was known already, so that no sweep with a short overlap would meet it."""
    async with House(tmp_path) as house:
        await house.submitted("FA-1")
        house.turn(timedelta(days=4))
        await house.settle()
        known = house.invoice("FA-1")
        held = house.sandbox.invoices.get(known.id)
        until = house.store.state["sync"].tracked_at
        assert held is not None
        assert until is not None
        house.sandbox.invoices.change(held, "SUSPENDUE", until - timedelta(hours=2), "Devis ?")
        house.turn(timedelta(hours=1))
        await house.settle()
        assert house.invoice("FA-1") == known
        house.turn(timedelta(days=1))
        await house.settle()
        assert house.invoice("FA-1").status is InvoiceStatus.SUSPENDED


async def test_the_words_of_the_recipient_come_with_the_status(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        await house.submitted("FA-1")
        house.turn(timedelta(days=2))
        await house.settle()
        house.sandbox.act(house.invoice("FA-1").id, "SUSPENDUE", "Le bon de livraison manque")
        house.turn(timedelta(minutes=1))
        await house.settle()
        invoice = house.invoice("FA-1")
        assert invoice.status is InvoiceStatus.SUSPENDED
        assert invoice.comment == "Le bon de livraison manque"
        assert counts(house.desk).to_process >= 1


async def test_a_sweep_asks_only_for_what_changed(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        await house.settle()
        house.turn(timedelta(days=30))
        await house.settle()
        house.turn(timedelta(minutes=9))
        written: list[Changes] = []
        house.store.subscribe(written.append)
        await house.chorus.sign_in()
        before = house.sandbox.exchanges.calls(SEARCH)
        assert await house.service.track.run_once() == 0
        assert house.sandbox.exchanges.calls(SEARCH) == before + 1
        assert not any("invoices" in changes for changes in written)
        returned = house.sandbox.exchanges[-1].response["listeFactures"]
        assert len(returned) < len(house.store.invoices)


async def test_three_hundred_changes_among_thousands_take_a_handful_of_requests(tmp_path: Path) -> None:
    """Design §8: 10 requests at most; their number depends on the changes and not on the invoices."""
    async with House(tmp_path, world=World.load().with_invoices(3000)) as house:
        await house.service.track.run_once()
        assert len(tracked(house.desk)) == held(house)
        house.turn(timedelta(hours=1))
        for invoice in list(house.sandbox.invoices)[-300:]:
            house.sandbox.act(invoice.id, "SUSPENDUE", "une pièce manque")
        house.turn(timedelta(minutes=1))
        before = len(house.wire.calls)
        assert await house.service.track.run_once() >= 300
        assert len(house.wire.calls) - before <= 10
        suspended = house.store.invoices.by("status", InvoiceStatus.SUSPENDED)
        assert sum(invoice.comment == "une pièce manque" for invoice in suspended) == 300


async def test_a_change_dated_before_the_last_sweep_is_not_missed(tmp_path: Path) -> None:
    """Chorus Pro tells some moments to the minute, and may write them down late."""
    async with House(tmp_path) as house:
        await house.submitted("FA-1")
        await house.submitted("FA-2")
        house.turn(timedelta(days=2))
        await house.settle()
        house.turn(timedelta(minutes=5))
        house.sandbox.act(house.invoice("FA-1").id, "SUSPENDUE", "une pièce manque")
        await house.settle()
        house.clock.turn(timedelta(minutes=-4))
        house.sandbox.act(house.invoice("FA-2").id, "SUSPENDUE", "une autre manque")
        house.turn(timedelta(minutes=4))
        await house.settle()
        assert house.invoice("FA-2").status is InvoiceStatus.SUSPENDED


async def test_an_outage_says_which_link_is_broken_until_it_is_over(tmp_path: Path) -> None:
    """S1-083."""
    async with House(tmp_path) as house:
        await house.settle()
        house.sandbox.faults.inject("*", "unavailable", None)
        await house.settle()
        trouble = house.store.state["sync"].trouble
        assert trouble is not None
        assert trouble.link is Link.API
        assert "portal" in trouble.advice
        assert await house.chorus.health(), "the API is down while its health check is up"
        rows = len(house.store.invoices)
        assert rows, "what was known stays readable"
        house.sandbox.faults.clear()
        await house.settle_all(turns=2)
        assert house.store.state["sync"].trouble is None
        assert house.store.state["sync"].fresh_at == house.now


async def test_a_platform_that_is_down_is_asked_less_and_less(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        await house.settle()
        house.sandbox.faults.inject("*", "unavailable", None)
        before = len(house.wire.calls)
        for _ in range(240):
            await house.settle()
            house.turn(timedelta(seconds=15))
        # An hour of it; four attempts each, as every question has.
        assert len(house.wire.calls) - before < 100


async def test_a_sweep_never_holds_the_screen(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        lags: list[float] = []

        async def feel() -> None:
            loop = asyncio.get_running_loop()
            while True:
                at = loop.time()
                await asyncio.sleep(0.001)
                lags.append(loop.time() - at)

        page = tuple(Invoice(id=n, number=f"X-{n}", supplier_siret="83990121200010") for n in range(1000))
        feeling = asyncio.create_task(feel())
        await house.service.track.take(page)
        feeling.cancel()
        print(f"longest turn of the loop, 1 000 invoices written: {max(lags) * 1e3:.1f} ms")  # noqa: T201
        assert len(house.store.invoices) == 1000


async def test_a_wrong_clock_is_told_until_it_is_set(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        house.wire.stamp = house.now - timedelta(minutes=12)
        await house.settle()
        state = house.store.state["sync"]
        assert state.clock_minutes == 12
        words, _look = sync_words(
            Facts("simulator", "tracking", house.now, sync=structs.replace(state, leader="me"))
        )
        assert "clock is 12 minutes off" in words
        house.wire.stamp = house.now
        house.turn(timedelta(minutes=2))
        await house.settle()
        assert house.store.state["sync"].clock_minutes == 0
