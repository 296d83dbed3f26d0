"""Working through a group form by form; rows that are put aside; what a form says while it is filled in."""

from datetime import timedelta
from pathlib import Path

from chorus_tui.domain.records import ServiceMatch
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.operations.matching import folded
from chorus_tui.ui.screens.form import InvoiceForm
from chorus_tui.ui.screens.form_layout import Stop
from chorus_tui.ui.screens.to_submit import ToSubmit
from tests.console.billing import VALLEY, clerk_of, ready
from tests.console.test_groups import shown
from tests.house import House


async def test_a_group_is_worked_through_with_a_counter_and_a_summary(tmp_path: Path) -> None:
    """S1-020, S1-025: one is completed and sent, one skipped, one put aside until tomorrow."""
    async with House(tmp_path) as house:
        await ready(house, "FA-0")
        await ready(house, "FA-1", "FA-2", "FA-3", recipient=VALLEY)
        async with clerk_of(house) as clerk:
            await clerk.press("b")
            await shown(clerk, "3 ○ Performing service")
            await clerk.keys("c")
            assert clerk.sees("FA-1.pdf", "1 of 3")
            await clerk.keys("enter", "enter", "f9")
            assert clerk.sees("FA-2.pdf", "2 of 3")
            await clerk.keys("f10")
            assert clerk.sees("FA-3.pdf", "3 of 3")
            await clerk.press("f11")
            await shown(clerk, "Put FA-3.pdf aside until:", "tomorrow", "next Monday")
            await clerk.press("enter")
            await shown(clerk, "Of 3: 1 queued, 1 skipped, 1 put aside.")
            await house.settle()
            assert house.deposited("FA-1") == 1
            assert house.deposited("FA-2") == house.deposited("FA-3") == 0
            await shown(clerk, "1 ○ Performing service")
            await clerk.press("escape")
            await clerk.news()
            assert [row.fields.number for row in clerk.list.rows.shown] == ["FA-0", "FA-2"]
            assert clerk.sees("1 asleep; Z shows it")


async def test_rows_that_are_put_aside_are_counted_shown_and_wake_on_their_day(tmp_path: Path) -> None:
    """Nothing is lost by putting it aside: the title counts it, Z shows it, its day wakes it."""
    async with House(tmp_path) as house:
        await ready(house, "FA-1", "FA-2", "FA-3")
        async with clerk_of(house) as clerk:

            def numbers() -> list[str | None]:
                return [row.fields.number for row in clerk.list.rows.shown]

            await clerk.press("v", "down", "space", "z")
            await shown(clerk, "Put 2 rows aside until:", "other…")
            await clerk.press("o", "enter")
            await clerk.type("1/1/2020")
            await clerk.press("enter")
            await shown(clerk, "That day is not to come.")
            await clerk.type("12/12/2026")
            await clerk.press("enter")
            await shown(clerk, "2 put aside until 2026-12-12", "2 asleep; Z shows them")
            assert numbers() == ["FA-3"]
            await clerk.press("Z")
            assert clerk.sees("2 asleep")
            assert len(numbers()) == 3
            await clerk.press("slash", *"asleep:2026", "enter")
            assert numbers() == ["FA-1", "FA-2"]
            await clerk.press("escape", "Z", "u")
            await shown(clerk, "Taken back: snooze")
            await clerk.news()
            assert len(numbers()) == 3
            await clerk.press("z", "enter")
            await clerk.news()
            assert len(numbers()) == 2
            house.turn(timedelta(days=1))
            clerk.list.look_at_day()
            assert len(numbers()) == 3


async def test_the_form_says_of_a_typed_number_that_it_is_taken(tmp_path: Path) -> None:
    """S1-050, S1-069: once the typing rests, and before anything is sent."""
    async with House(tmp_path) as house:
        await house.submitted("FA-1")
        await house.ready("FA-2")
        async with clerk_of(house) as clerk:
            await clerk.keys("enter", *"FA-1", "down")
            await shown(clerk, "The number FA-1 is taken", "1 to put right")
            await clerk.keys("f9")
            assert isinstance(clerk.app.screen, InvoiceForm)
            await clerk.keys(*"FA-77", "f9")
            await house.settle()
            assert (house.deposited("FA-1"), house.deposited("FA-77")) == (1, 1)


async def test_a_match_that_is_not_sure_is_offered_and_not_filled_in(tmp_path: Path) -> None:
    """S1-003, S1-026: once accepted is not sure enough; the form offers it first."""
    async with House(tmp_path) as house:
        label = "Direction de l'eau"
        await house.ready("FA-0", recipient=VALLEY)
        code = house.store.recipients[VALLEY.siret].services[3].code
        match = ServiceMatch(
            siret=VALLEY.siret,
            label=folded(label),
            service_code=code,
            decided_by="clerk",
            decided_at=house.now,
            held=1,
        )
        house.store.matches.put(match)
        document = await house.ready("FA-1", recipient=VALLEY, fields={"service_label": label})
        async with clerk_of(house) as clerk:
            await clerk.on("FA-1.pdf")
            await clerk.keys("enter")
            assert house.again_of(document).fields.service_code is None
            assert clerk.form.typist.at == Stop("service_code")
            assert clerk.reads(f"Printed: {label}", f"Perhaps {code} (held 1 time)")
            await clerk.keys("enter", "enter")
            await clerk.keys("f9")
            await house.settle()
        assert house.again_of(document, DocumentState.SUBMITTED).fields.service_code == code


async def test_a_form_left_from_a_queue_stands_on_its_row(tmp_path: Path) -> None:
    """What was typed is kept, and the list is where the form was."""
    async with House(tmp_path) as house:
        await ready(house, "FA-1", "FA-2", "FA-3")
        async with clerk_of(house) as clerk:
            await clerk.press("a")
            await clerk.keys("c", *"FA9", "f10", "escape")
            assert isinstance(clerk.app.screen, ToSubmit)
            assert any(line.startswith(">*FA-2.pdf") for line in clerk.lines)
