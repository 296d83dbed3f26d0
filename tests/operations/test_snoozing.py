"""Putting rows aside: until a day, and no longer where something about them changed."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from msgspec import structs

from chorus_tui.domain.statuses import DocumentState, InvoiceStatus
from chorus_tui.operations import (
    asleep,
    is_snoozed,
    next_to_complete,
    remove,
    reprocess,
    snooze,
    submit,
    undo,
    wake,
)
from chorus_tui.operations.checking import today
from tests.console.billing import VALLEY
from tests.house import House

SUSPENDED, SUBMITTED = InvoiceStatus.SUSPENDED, InvoiceStatus.SUBMITTED


async def test_a_row_sleeps_until_the_morning_of_its_day_in_paris(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        record = f"document:{document.id}"
        day = today(house.now) + timedelta(days=2)
        assert snooze(house.desk, [record], day).done == (record,)
        assert asleep(house.desk) == {record: day}
        assert is_snoozed(house.desk, record, today(house.now))
        just_before = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=1, seconds=1)
        house.turn(just_before - house.now)
        assert asleep(house.desk) == {record: day}, "a second before midnight in Paris"
        house.turn(timedelta(seconds=2))
        assert asleep(house.desk) == {}
        assert not is_snoozed(house.desk, record, today(house.now))


async def test_only_what_is_there_is_put_aside_and_only_until_a_later_day(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        record = f"document:{document.id}"
        now = today(house.now)
        outcome = snooze(house.desk, [record], now)
        assert outcome.refused == ((record, "Name a day after today: it wakes on that day."),)
        outcome = snooze(house.desk, ["document:x", "invoice:1", "x"], now + timedelta(days=1))
        assert [why for _key, why in outcome.refused] == [
            "There is no such document.",
            "There is no such invoice.",
            "There is no such invoice.",
        ]
        assert asleep(house.desk) == {}


async def test_a_row_can_be_woken_and_put_aside_again_and_that_is_taken_back(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        record = f"document:{document.id}"
        assert wake(house.desk, [record]).refused == ((record, "It is awake."),)
        snooze(house.desk, [record], date(2030, 1, 1))
        snooze(house.desk, [record], date(2030, 2, 2))
        undone = undo(house.desk)
        assert undone is not None
        assert undone.done == (record,)
        assert asleep(house.desk) == {record: date(2030, 1, 1)}
        assert wake(house.desk, [record]).done == (record,)
        assert asleep(house.desk) == {}
        verbs = [a.verb for a in house.store.activity.all() if a.record == record]
        assert verbs == ["snooze", "snooze", "undo", "wake"]


async def test_what_has_woken_is_forgotten_with_the_next_one(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        first, second = await house.ready("FA-1"), await house.ready("FA-2")
        snooze(house.desk, [f"document:{first.id}"], today(house.now) + timedelta(days=1))
        house.turn(timedelta(days=2))
        snooze(house.desk, [f"document:{second.id}"], today(house.now) + timedelta(days=1))
        assert [s.record for s in house.store.snoozes.all()] == [f"document:{second.id}"]


async def test_what_is_put_aside_is_sent_no_differently(tmp_path: Path) -> None:
    async with House(tmp_path, rule={"automatic": True}) as house:
        document = house.filed("FA-1")
        snooze(house.desk, [f"document:{document.id}"], date(2030, 1, 1))
        await house.settle()
        house.again_of(document, DocumentState.SUBMITTED)


async def test_the_queue_of_forms_goes_past_what_sleeps(tmp_path: Path) -> None:
    """S1-025."""
    async with House(tmp_path) as house:
        first, second, third = [await house.ready(f"FA-{n}") for n in range(3)]
        order = sorted((first, second, third), key=lambda d: (d.filed_at, d.id))
        snooze(house.desk, [f"document:{order[1].id}"], date(2030, 1, 1))
        following = next_to_complete(house.desk, order[0].id)
        assert following is not None
        assert following.id == order[2].id
        remove(house.desk, [order[0].id, order[2].id])
        assert next_to_complete(house.desk) is None, "only what sleeps is left"


async def test_a_snoozed_invoice_wakes_when_its_status_changes(tmp_path: Path) -> None:
    """S1-030, S1-040: a refusal that nobody saw must not stay unseen."""
    async with House(tmp_path) as house:
        await house.settle()
        suspended, other = [i for i in house.store.invoices.all() if i.status is SUSPENDED][:2]
        records = [f"invoice:{suspended.id}", f"invoice:{other.id}"]
        assert snooze(house.desk, records, date(2030, 1, 1)).done == tuple(records)
        # As the store would be had the recipient suspended it only now.
        house.store.invoices.put(structs.replace(suspended, status=SUBMITTED, status_code="DEPOSEE"))
        house.store.state.put(structs.replace(house.store.state["sync"], tracked_at=None))
        await house.settle()
        assert house.store.invoices[str(suspended.id)] == suspended
        assert list(asleep(house.desk)) == [records[1]], "the other one did not change"


async def test_a_snoozed_document_wakes_when_it_comes_back(tmp_path: Path) -> None:
    """S1-060: nobody looks for it where it sleeps."""
    async with House(tmp_path) as house:
        refused = await house.ready("FA-1", recipient=VALLEY)
        known = house.store.recipients[VALLEY.siret]
        house.store.recipients.put(structs.replace(known, service_required=False))
        mistaken = await house.ready("FA-2")
        submit(house.desk, [refused.id])
        snooze(house.desk, [f"document:{d.id}" for d in (refused, mistaken)], date(2030, 1, 1))
        reprocess(house.desk, [mistaken.id])
        house.sandbox.faults.inject("deposer/pdf", "unavailable", None)
        await house.settle()
        assert house.again_of(refused, DocumentState.TO_SUBMIT).in_error
        assert house.again_of(mistaken, DocumentState.MISTAKEN).in_error
        assert asleep(house.desk) == {}
