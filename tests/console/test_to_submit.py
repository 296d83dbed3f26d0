"""Place 1: what waits, what came back and why, and every verb."""

from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import structs
from syrupy.assertion import SnapshotAssertion

from chorus_tui.domain.document import Failure, Phase
from chorus_tui.domain.recipient import Alert, Shift
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.i18n import _
from chorus_tui.operations import submit
from chorus_tui.operations.explaining import explain
from chorus_tui.ui.screens.form import InvoiceForm
from tests.console.billing import VALLEY, clerk_of, ready, refused
from tests.house import House
from tests.sheets import RECIPIENT

ANALYSIS = "deposer/pdf"


async def mistaken(house: House, number: str = "FA-8") -> None:
    """A document whose analysis failed: Chorus Pro was not there."""
    house.sandbox.faults.inject(ANALYSIS, "unavailable", 2)
    house.filed(number)
    await house.settle()
    house.sandbox.faults.clear()
    await house.settle()
    house.turn(timedelta(minutes=1))


async def test_each_row_carries_its_ocr_status_and_errors_their_mark(tmp_path: Path) -> None:
    """S1-015, S1-016, S1-017, S1-018, S1-060, S1-062."""
    async with House(tmp_path) as house:
        await refused(house)
        await mistaken(house)
        await ready(house, "FA-1")
        await ready(house, "FA-2", recipient=VALLEY)
        async with clerk_of(house) as clerk:
            rows = {line[17:29].strip(): line for line in clerk.lines[4:8]}
            assert rows["FA-1"].endswith("● To submit")
            assert rows["FA-2"].endswith("○ To submit")
            assert rows["FA-9"].endswith("✗ To submit")
            assert rows["FA-8"].endswith("✗ Mistaken")


async def test_the_message_of_the_row_is_on_the_screen_with_what_to_do(tmp_path: Path) -> None:
    """S1-067, S1-066."""
    async with House(tmp_path) as house:
        await ready(house, "FA-1")
        await refused(house)
        async with clerk_of(house) as clerk:
            assert clerk.sees("Ready: s submits it")
            await clerk.press("down")
            assert clerk.sees("déjà", "→ Look in Tracking")


async def test_rows_whose_recipient_an_imported_directory_tells_otherwise_are_flagged(tmp_path: Path) -> None:
    """S1-088: until the clerk has looked at the recipient."""
    async with House(tmp_path) as house:
        await ready(house, "FA-1")
        await ready(house, "FA-2", recipient=VALLEY)
        async with clerk_of(house) as clerk:
            while clerk.list.rows.prepare(100):  # what a filter looks at was read before
                pass
            alert = Alert(siret=RECIPIENT.siret, shifts=(Shift.INACTIVE,), at=house.now)
            house.store.alerts.put(alert)
            await clerk.news()
            assert [line for line in clerk.lines if line.endswith("! To submit")]
            assert clerk.sees("! The imported directory says that the recipient is inactive. → 5, then enter")
            await clerk.press("slash")
            await clerk.type("changed:yes")
            await clerk.press("enter")
            assert clerk.sees("1 of 2", "FA-1")
            await clerk.press("escape", "5", "slash")
            await clerk.type(RECIPIENT.siret)
            await clerk.press("enter", "enter", "escape", "1")
            await clerk.news()
            assert clerk.sees("● To submit")
            assert not clerk.sees("The imported directory")


LONG = (
    "Les contrôles de cohérence effectués sur la demande de paiement ne sont pas valides : le numéro "
    "d'engagement 1300012345 n'est pas celui du service."
)


@pytest.mark.parametrize("language", ["C.UTF-8", "fr_FR.UTF-8"])
async def test_a_long_message_and_what_to_do_are_both_read_in_full(
    language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S1-067, S1-089: the words as they came, then what to do, then the key that starts it."""
    monkeypatch.setenv("LANG", language)
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        failure = Failure(phase=Phase.AFTER, message=LONG, at=house.now)
        house.store.documents.put(structs.replace(document, failure=failure))
        remedy = explain(house.desk, LONG).remedy
        async with clerk_of(house) as clerk:
            key = _("{key} fixes the commitment number").format(key="x")
            assert clerk.sees(f"✗ {LONG}", f"→ {remedy} · {key}")
            await clerk.press("enter")
            assert clerk.sees(f"✗ {LONG} → {remedy}")


async def test_the_two_families_of_errors_can_be_told_apart(tmp_path: Path) -> None:
    """S1-061."""
    async with House(tmp_path) as house:
        await house.ready("FA-1")
        await refused(house)
        await mistaken(house)
        async with clerk_of(house) as clerk:
            seen = []
            for _family in range(4):
                await clerk.press("e")
                seen.append({row.fields.number for row in clerk.list.rows.shown})
            assert seen == [{"FA-8", "FA-9"}, {"FA-8"}, {"FA-9"}, {"FA-1", "FA-8", "FA-9"}]


@pytest.mark.parametrize("key", ["enter", "c"])
async def test_the_form_opens_from_the_row(tmp_path: Path, key: str) -> None:
    """S1-020, S1-021."""
    async with House(tmp_path) as house:
        await house.ready("FA-1")
        async with clerk_of(house) as clerk:
            await clerk.keys(key)
            assert isinstance(clerk.app.screen, InvoiceForm)


async def test_marked_rows_are_submitted_in_one_command_with_an_honest_count(tmp_path: Path) -> None:
    """S1-071."""
    async with House(tmp_path) as house:
        await ready(house, "FA-1", "FA-2")
        await house.ready("FA-3", recipient=VALLEY)
        async with clerk_of(house) as clerk:
            await clerk.press("a")
            assert clerk.sees("Submit (3)", "Reprocess (3)")
            await clerk.press("s")
            assert clerk.sees("2 of 3 would pass, 1 fails: 1 × A performing service is mandatory")
            assert clerk.sees("Submit 2 invoices (1,632.00 €)?")
            await clerk.press("y")
            assert "2 queued" in clerk.status
            await house.settle()
            assert house.deposited("FA-1") == house.deposited("FA-2") == 1
            assert house.deposited("FA-3") == 0
            await clerk.news()
            assert [row.fields.number for row in clerk.list.rows.shown] == ["FA-3"]


async def test_no_is_the_answer_when_enter_is_pressed_without_looking(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        async with clerk_of(house) as clerk:
            await clerk.press("s", "enter")
            assert house.again_of(document).state is DocumentState.TO_SUBMIT


async def test_a_row_that_is_not_ready_says_why_and_asks_nothing(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        await house.ready("FA-3", recipient=VALLEY)
        async with clerk_of(house) as clerk:
            await clerk.press("s")
            assert "A performing service is mandatory" in clerk.status


async def test_many_are_submitted_only_when_their_number_is_typed(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        for number in range(20):
            house.filed(f"FA-{number}")
        await house.settle()
        async with clerk_of(house) as clerk:
            await clerk.press("a", "s", "y", "enter")
            assert not house.store.documents.by("state", DocumentState.SUBMITTING)
            await clerk.press("s", "2", "0", "enter")
            assert len(house.store.documents.by("state", DocumentState.SUBMITTING)) == 20


async def test_reprocess_sends_marked_rows_to_analysis_again(tmp_path: Path) -> None:
    """S1-064, S1-065."""
    async with House(tmp_path) as house:
        for number in ("FA-1", "FA-2"):
            await mistaken(house, number)
        async with clerk_of(house) as clerk:
            await clerk.press("a", "r")
            assert "2 sent to analysis again" in clerk.status
            await house.settle()
            await clerk.news()
            assert [line.split()[-2:] for line in clerk.lines[4:6]] == [["To", "submit"]] * 2


async def test_remove_asks_keeps_the_file_and_can_be_taken_back(tmp_path: Path) -> None:
    """S1-073."""
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        async with clerk_of(house) as clerk:
            await clerk.press("d")
            assert clerk.sees("Its file is kept.")
            await clerk.press("y")
            await clerk.news()
            assert not clerk.list.rows.shown
            assert document.path in map(str, house.folder.iterdir())
            await clerk.press("u")
            await clerk.news()
            assert len(clerk.list.rows.shown) == 1


async def test_what_has_not_left_can_be_withdrawn(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        submit(house.desk, [document.id])
        async with clerk_of(house) as clerk:
            assert clerk.sees("→ Submitting", "w takes it back")
            await clerk.press("w")
            assert "1 withdrawn" in clerk.status
            await house.settle()
            assert house.deposited("FA-1") == 0


async def test_rows_follow_the_store_while_the_cursor_stays_on_its_record(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        await ready(house, "FA-1", "FA-2")
        async with clerk_of(house) as clerk:
            await clerk.on("FA-2.pdf")
            await house.ready("FA-3")
            submit(house.desk, [house.document("FA-1.pdf").id])
            await house.settle()
            await clerk.news()
            assert [row.fields.number for row in clerk.list.rows.shown] == ["FA-2", "FA-3"]
            assert clerk.lines[4].startswith("> FA-2.pdf")


async def test_an_empty_list_says_where_to_drop_invoices(tmp_path: Path) -> None:
    async with House(tmp_path) as house, clerk_of(house) as clerk:
        assert clerk.sees("Nothing waits.", "watched folder")
        await clerk.press("s")
        assert "There is no document here." in clerk.status


async def test_a_wide_screen_shows_the_row_in_full_with_its_message(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        await refused(house)
        async with clerk_of(house, (120, 40)) as clerk:
            clerk.list.show_pane()
            await clerk.idle()
            assert clerk.sees("Gross total", "816.00 €", "Look in Tracking")


async def test_the_list_at_eighty_by_twenty_four(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """A refused, a mistaken, an incomplete and a ready document; the refused one's words at the foot."""
    async with House(tmp_path) as house:
        await refused(house)
        await mistaken(house)
        await ready(house, "FA-1")
        await ready(house, "FA-2", recipient=VALLEY)
        async with clerk_of(house) as clerk:
            assert clerk.body == snapshot


async def test_a_recipient_that_becomes_known_changes_what_is_missing(tmp_path: Path) -> None:
    """S1-003, S1-020."""
    async with House(tmp_path) as house:
        await house.ready("FA-1")
        async with clerk_of(house) as clerk:
            assert clerk.sees("● To submit", "Ready: s submits it")
            (known,) = house.store.recipients.all()
            house.store.recipients.put(structs.replace(known, service_required=True))
            await clerk.news()
            assert clerk.sees("○ To submit", "A performing service is mandatory")


@pytest.mark.parametrize(
    ("keys", "said"), [("sy", "2 queued"), ("dy", "2 removed"), ("r", "2 sent to analysis")]
)
async def test_what_was_done_last_is_taken_back(tmp_path: Path, keys: str, said: str) -> None:
    """S1-064, S1-070, S1-073: a batch that is held, a removal, a reprocessing; each whole, with one key."""
    async with House(tmp_path, settings={"hold": 5.0}) as house:
        await ready(house, "FA-1", "FA-2")
        async with clerk_of(house) as clerk:
            await clerk.press("a", *keys)
            await clerk.until_sees(said)
            await clerk.press("u")
            await clerk.until_sees("Taken back:", "(2 records)")
            house.turn(timedelta(minutes=1))
            await house.settle()
            assert {d.state for d in house.store.documents} == {DocumentState.TO_SUBMIT}
            assert house.deposited("FA-1") == house.deposited("FA-2") == 0
            await clerk.press("u")
            assert "There is nothing to take back." in clerk.status
