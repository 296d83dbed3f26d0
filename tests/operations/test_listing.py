"""Counts beside the places, whoever changes what."""

from datetime import timedelta
from pathlib import Path
from time import perf_counter

import pytest

from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.statuses import DocumentState, InvoiceStatus
from chorus_tui.operations import Counts, Tally, complete, counts, remove, submit, tracked
from tests.house import House


async def test_counts_follow_every_change(tmp_path: Path) -> None:
    """S1-060."""
    async with House(tmp_path) as house:
        tally = Tally(house.desk)
        assert tally.counts == Counts()
        first = await house.ready("FA-1")
        house.turn(timedelta(seconds=1))  # The number is the earlier document's.
        second = await house.ready("FA-2", note="another page")
        assert tally.counts.to_submit == 2
        complete(house.desk, second.id, {"number": "FA-1"})
        submit(house.desk, [first.id])
        await house.settle()
        with house.unseen("FA-1"):
            submit(house.desk, [second.id])
        await house.settle()
        assert (tally.counts.to_submit, tally.counts.in_error) == (1, 1)
        assert tally.counts.documents[DocumentState.TO_SUBMIT] == 1
        assert tally.counts == counts(house.desk)
        remove(house.desk, [second.id])
        assert (tally.counts.to_submit, tally.counts.in_error) == (0, 0)
        house.sandbox.act(house.invoice("FA-1").id, "SUSPENDUE", "pièce manquante")
        before = tally.counts.to_process
        await house.settle()
        assert tally.counts.to_process == before + 1
        assert tally.counts == counts(house.desk)
        tally.close()
        remove(house.desk, [second.id])


async def test_counts_see_what_another_console_did(tmp_path: Path) -> None:
    async with House(tmp_path) as one, House(tmp_path, who="two", neighbour=one) as two:
        tally = Tally(two.desk)
        one.filed("FA-1")
        two.store.refresh()
        assert tally.counts.to_submit == 1


@pytest.mark.parametrize("number", [20_000])
async def test_counting_costs_nothing_however_many_invoices_there_are(tmp_path: Path, number: int) -> None:
    async with House(tmp_path) as house:
        statuses = list(InvoiceStatus)
        house.store.invoices.put(
            *(Invoice(id=n, number=f"X-{n}", status=statuses[n % len(statuses)]) for n in range(number))
        )
        began = perf_counter()
        tally = Tally(house.desk)
        built = perf_counter() - began
        began = perf_counter()
        assert tally.counts.tracked == number
        asked = perf_counter() - began
        print(f"{number} invoices: tally {built * 1e3:.1f} ms, counts {asked * 1e3:.3f} ms")  # noqa: T201
        assert sum(tally.counts.invoices.values()) == number == len(tracked(house.desk))
        house.store.invoices.put(Invoice(id=0, number="X-0", status=InvoiceStatus.REJECTED))
        assert sum(tally.counts.invoices.values()) == number
