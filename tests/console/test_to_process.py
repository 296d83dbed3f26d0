"""Place 2, "Documents to be processed": exactly what came back, and the one thing to do about it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs
from syrupy.assertion import SnapshotAssertion

from chorus_tui.domain.intent import IntentState
from chorus_tui.domain.replies import ANSWERS, Completion, ReplyKind
from chorus_tui.domain.statuses import InvoiceStatus
from chorus_tui.operations import complete_invoice, open_reply, reply_all
from chorus_tui.ui.screens.invoice import InvoiceDetail
from chorus_tui.ui.screens.reply_form import ReplyForm
from chorus_tui.ui.screens.to_process import ToProcess
from chorus_tui.ui.screens.to_process_groups import ReturnedGroups
from tests.console.operator import NOW, console, desk_in, invoice
from tests.console.returning import (
    REJECTED,
    SUSPENDED,
    TO_RECYCLE,
    answering,
    invoice_of,
    number,
    one_of_each,
)

ASKING = {InvoiceStatus.SUSPENDED, InvoiceStatus.TO_BE_RECYCLED, InvoiceStatus.REJECTED}
LETTERS = {ReplyKind.COMPLETE: "c", ReplyKind.RECYCLE: "r", ReplyKind.PAY_OUT: "o"}


async def test_exactly_the_three_statuses_that_ask_something_are_listed(tmp_path: Path) -> None:
    """S1-040."""
    every = [invoice(at, status=status) for at, status in enumerate(InvoiceStatus, 1)]
    async with answering(tmp_path, *every) as someone:
        assert {row.invoice.status for row in someone.place.rows.shown} == ASKING
        assert someone.sees("2 To process 3", "1/3")


@pytest.mark.parametrize(
    ("of", "legend", "comment"),
    [
        (1, "‖ Suspended: attachments are missing.", SUSPENDED),
        (2, "↻ To be recycled: its routing is wrong (recipient, service or commitment number).", TO_RECYCLE),
        (
            3,
            "✗ Rejected: its billing data are wrong, such as an amount. A new invoice with a new number",
            REJECTED,
        ),
    ],
)
async def test_legend_comment_and_remedy_of_the_row_stand_on_the_screen(
    of: int, legend: str, comment: str, tmp_path: Path
) -> None:
    """S1-041, S1-045, S1-049: without a key, and without a hover."""
    async with answering(tmp_path) as someone:
        await someone.stand_on(number(of))
        assert someone.sees(legend, f"“{comment}”", "→", f"for {(22 - 1 - of)} days")


async def test_the_same_stands_beside_the_table_where_there_is_room(tmp_path: Path) -> None:
    """S1-041."""
    desk = desk_in(tmp_path)
    desk.store.invoices.put(*one_of_each())
    async with console(desk, size=(120, 40), place="to_process") as operator:
        await operator.at_rest()
        assert operator.sees("attachments are missing.", SUSPENDED.split()[0], "fa_1.pdf")
    desk.store.close()


@pytest.mark.parametrize("of", [1, 2, 3])
async def test_only_the_action_of_the_status_is_offered_and_others_say_why_not(
    of: int, tmp_path: Path
) -> None:
    """S1-042, S1-046, S1-050: also by its letter; nothing else opens anything."""
    async with answering(tmp_path) as someone:
        await someone.stand_on(number(of))
        allowed = ANSWERS[invoice_of(someone.app.desk, of).status]
        assert f" enter {allowed.label} " in someone.key_line
        for kind, letter in LETTERS.items():
            if kind is allowed:
                continue
            await someone.keys(letter)
            status = invoice_of(someone.app.desk, of).status.label
            assert f"The invoice is “{status}”, which allows “{allowed.label}” alone." in someone.status
            assert isinstance(someone.app.screen, ToProcess)
        for key in ("enter", LETTERS[allowed]):
            await someone.keys(key)
            assert someone.reply.typist.reply.kind is allowed
            await someone.keys("escape")


async def test_nothing_here_sends_a_rejected_invoice_again(tmp_path: Path) -> None:
    """S1-050: no command of the place speaks of it, and its form says what to do."""
    async with answering(tmp_path) as someone:
        await someone.stand_on(number(3))
        labels = {command.label for scope in ToProcess.scopes for command in scope.commands}
        assert not {label for label in labels if "ubmit" in label and "Documents" not in label}
        await someone.keys("enter")
        assert someone.sees(f"{number(3)} is never sent again", "a new invoice under a new number")


async def test_an_invoice_from_elsewhere_has_a_blank_document_and_every_action(tmp_path: Path) -> None:
    """S1-036, S1-082."""
    async with answering(tmp_path) as someone:
        lines = [line for line in someone.lines if "FA2026" in line]
        assert lines[0].endswith("fa_1.pdf")
        assert lines[1].rstrip().endswith("19")
        for of, kind in ((2, ReplyKind.RECYCLE), (3, ReplyKind.PAY_OUT)):
            await someone.stand_on(number(of))
            await someone.keys("enter")
            assert someone.reply.typist.reply.kind is kind
            await someone.keys("escape")


async def test_what_waits_longest_comes_first(tmp_path: Path) -> None:
    """S1-040: and what nobody knows the day of may wait longest."""
    old = datetime(2026, 1, 5, 9, tzinfo=UTC)
    rows = (
        invoice(1, status=InvoiceStatus.SUSPENDED, status_at=NOW),
        invoice(2, status=InvoiceStatus.SUSPENDED, status_at=old),
        invoice(3, status=InvoiceStatus.SUSPENDED, status_at=None),
    )
    async with answering(tmp_path, *rows) as someone:
        assert someone.numbers == [number(3), number(2), number(1)]
        assert someone.sees("321", "since today") is False
        assert someone.sees("321")
        await someone.press("end")
        assert someone.sees("(since today)")


async def test_rejections_dealt_with_are_hidden_counted_and_filtered(tmp_path: Path) -> None:
    """S1-051, S1-053: "rejected, not yet processed" is what the list shows of rejected ones."""
    async with answering(tmp_path) as someone:
        assert someone.numbers == [number(1), number(2), number(3)]
        assert someone.sees("1 dealt with; h shows it")
        await someone.press("h")
        assert someone.numbers == [number(1), number(2), number(3), number(4)]
        assert someone.sees("✗ Rejected ✓")
        someone.place.set_filter("dealt_with:yes")
        assert someone.numbers == [number(4)]
        someone.place.set_filter("dealt_with:no")
        assert someone.numbers == [number(3)]
        await someone.press("escape", "end", "enter")
        assert "This rejection was dealt with already." in someone.status
        await someone.press("h")
        assert number(4) not in someone.numbers


async def test_a_filter_finds_by_status_reason_days_and_reply(tmp_path: Path) -> None:
    async with answering(tmp_path) as someone:
        complete_invoice(someone.app.desk, 1, "done")
        await someone.news()
        for text, found in (
            ("status:suspended", [1]),
            ("days>=19", [1, 2]),
            ("reply:queued", [1]),
            ("reply:none", [2, 3]),
            ("comment:montant", [3]),
            (">250", [3]),
            ("livraison", [1]),
        ):
            someone.place.set_filter(text)
            assert someone.numbers == [number(of) for of in found], text


async def test_what_tracking_brings_shows_by_itself(tmp_path: Path) -> None:
    async with answering(tmp_path) as someone:
        store = someone.app.desk.store
        await someone.press("down")
        with store.transaction():
            store.invoices.put(invoice(9, status=InvoiceStatus.REJECTED, comment="Number of the order"))
            store.invoices.put(
                structs.replace(invoice_of(someone.app.desk, 1), status=InvoiceStatus.COMPLETED)
            )
            store.invoices.put(structs.replace(invoice_of(someone.app.desk, 3), rejection_handled=True))
        await someone.news()
        assert someone.numbers == [number(2), number(9)]
        assert someone.place.listing.current is not None
        assert someone.place.listing.current.invoice.id == 2
        assert someone.sees("2 To process 2", "2 dealt with; h shows them")


# Replies


async def test_a_queued_reply_shows_and_is_withdrawn(tmp_path: Path) -> None:
    """S1-042: one reply at a time."""
    async with answering(tmp_path) as someone:
        await someone.press("w")
        assert "there was none" in someone.status
        await someone.keys("enter", "tab", *"ok", "f9")
        assert someone.sees("‖ Suspended →", "→ Complete is queued (a comment). w takes it back")
        assert " w Withdraw " in someone.key_line
        await someone.press("enter")
        assert "A reply waits to leave: withdraw it first." in someone.status
        await someone.press("w")
        await someone.news()
        assert "1 reply withdrawn" in someone.status
        assert not someone.sees("‖ Suspended →")
        assert open_reply(someone.app.desk, 1) is None


async def test_undo_takes_the_last_reply_back(tmp_path: Path) -> None:
    async with answering(tmp_path) as someone:
        await someone.keys("enter", "tab", *"ok", "f9")
        await someone.keys("u")
        await someone.news()
        assert "Taken back" in someone.status
        assert open_reply(someone.app.desk, 1) is None


async def test_a_refused_reply_says_why_in_the_words_of_chorus_pro(tmp_path: Path) -> None:
    """S1-080."""
    async with answering(tmp_path) as someone:
        desk = someone.app.desk
        reply = complete_invoice(desk, 1, "done")
        refused = structs.replace(reply, state=IntentState.REFUSED, message="GDP_MSG_11.005 no right")
        desk.store.replies.put(refused)
        await someone.news()
        assert someone.sees("‖ Suspended ✗", "✗ Complete was refused: GDP_MSG_11.005 no right")
        await someone.press("enter")
        assert someone.sees("✗ Complete was refused: GDP_MSG_11.005 no right")


async def test_a_refusal_of_an_earlier_return_is_no_news(tmp_path: Path) -> None:
    async with answering(tmp_path) as someone:
        desk = someone.app.desk
        reply = complete_invoice(desk, 1, "done")
        desk.store.replies.put(structs.replace(reply, state=IntentState.REFUSED, message="too early"))
        again = structs.replace(invoice_of(desk, 1), status_at=NOW + timedelta(minutes=1))
        desk.store.invoices.put(again)
        await someone.news()
        await someone.stand_on(number(1))
        assert not someone.sees("refused")


# Several at once


def three_suspended() -> list[Any]:
    return [invoice(at, status=InvoiceStatus.SUSPENDED, comment=SUSPENDED) for at in (1, 2, 3)]


async def test_marked_rows_of_one_status_are_answered_alike(tmp_path: Path) -> None:
    """S1-043, S1-044: one comment for all of them, then held as a batch."""
    async with answering(tmp_path, *three_suspended(), invoice(4, status=InvoiceStatus.REJECTED)) as someone:
        await someone.press("space", "space", "space")
        assert " enter Complete (3) " in someone.key_line
        await someone.keys("enter")
        assert someone.sees("Complete: 3 invoices · 601.50 €", "What is entered here goes to each of them.")
        await someone.keys("tab", *"here", "f9")
        assert "“Complete” is queued for 3 invoices" in someone.status
        desk = someone.app.desk
        replies = [open_reply(desk, at) for at in (1, 2, 3)]
        assert [reply.content for reply in replies if reply] == [Completion(comment="here")] * 3
        assert all(
            reply.not_before == NOW + timedelta(seconds=desk.settings.hold) for reply in replies if reply
        )
        assert someone.place.listing.marked == frozenset()


async def test_rows_of_two_statuses_are_not_answered_alike(tmp_path: Path) -> None:
    async with answering(tmp_path) as someone:
        await someone.press("a", "enter")
        assert "The marked invoices allow different actions; mark those of one status." in someone.status
        assert isinstance(someone.app.screen, ToProcess)
        assert "enter" not in someone.key_line


async def test_each_rejection_has_its_own_pay_out(tmp_path: Path) -> None:
    """S1-052: the forms open one after the other."""
    rejected = [invoice(at, status=InvoiceStatus.REJECTED) for at in (1, 2, 3)]
    async with answering(tmp_path, *rejected) as someone:
        await someone.press("space", "space")
        await someone.keys("enter")
        assert someone.sees(f"Pay out: {number(1)}", "1 of 2")
        await someone.keys("tab", *"N1", "enter", "f9")
        assert someone.sees(f"Pay out: {number(2)}", "2 of 2", "queued")
        await someone.keys("f10")
        assert "No other invoice of this selection waits for a reply." in someone.status
        await someone.keys("tab", *"N2", "enter", "f9")
        assert isinstance(someone.app.screen, ToProcess)
        settled = {
            s.number: [r.number for r in s.replacements] for s in someone.app.desk.store.settlements.all()
        }
        assert settled == {number(1): ["N1"], number(2): ["N2"]}


async def test_one_by_one_goes_through_all_that_wait_whatever_their_status(tmp_path: Path) -> None:
    async with answering(tmp_path) as someone:
        await someone.press("down")
        await someone.keys("n")
        assert someone.sees(f"Recycle: {number(2)}", "1 of 3")
        await someone.keys("f10")
        assert someone.sees(f"Pay out: {number(3)}", "2 of 3")
        await someone.press("f11", "enter")
        await someone.answered()
        assert someone.sees(f"Complete: {number(1)}", "3 of 3")
        await someone.keys("escape")
        await someone.news()
        assert someone.numbers == [number(1), number(2)]
        assert someone.sees("1 asleep; Z shows it")


async def test_a_row_is_put_aside_until_a_day_and_shown_again(tmp_path: Path) -> None:
    async with answering(tmp_path) as someone:
        await someone.press("z", "enter")
        await someone.news()
        assert someone.numbers == [number(2), number(3)]
        await someone.press("Z")
        assert someone.numbers == [number(1), number(2), number(3)]


async def test_a_group_by_cause_is_answered_as_one(tmp_path: Path) -> None:
    rows = [*three_suspended(), invoice(4, status=InvoiceStatus.REJECTED, comment=REJECTED)]
    async with answering(tmp_path, *rows) as someone:
        await someone.keys("b")
        assert isinstance(someone.app.screen, ReturnedGroups)
        await someone.until_sees("Document missing")
        assert someone.sees("p Complete (3)")
        await someone.keys("enter")
        assert someone.numbers == [number(1), number(2), number(3)]
        await someone.keys("escape", "p")
        await someone.keys("tab", *"sent", "f9")
        assert {reply.invoice_id for reply in someone.app.desk.store.replies.all()} == {1, 2, 3}
        assert isinstance(someone.app.screen, ReturnedGroups)
        await someone.keys("w")
        assert "3 replies withdrawn" in someone.status


async def test_what_the_store_refuses_of_some_is_said(tmp_path: Path) -> None:
    async with answering(tmp_path, *three_suspended()) as someone:
        await someone.press("a")
        await someone.keys("enter", "tab", *"x")
        reply_all(someone.app.desk, ["2"], Completion(comment="from elsewhere"))
        await someone.news()
        await someone.keys("f9")
        assert "“Complete” is queued for 2 invoices, 1 not done" in someone.status


# The rest


async def test_the_invoice_opens_and_esc_comes_back(tmp_path: Path) -> None:
    async with answering(tmp_path) as someone:
        await someone.press("down")
        await someone.keys("i")
        assert isinstance(someone.app.screen, InvoiceDetail)
        assert someone.sees(f"To process › {number(2)}", TO_RECYCLE)
        await someone.keys("escape")
        assert someone.place.listing.cursor == 1


async def test_an_empty_place_says_whether_anything_was_asked_for(tmp_path: Path) -> None:
    async with answering(tmp_path, invoice(1)) as someone:
        assert someone.sees("No invoice is known yet")
        await someone.press("enter")
        assert "There is no invoice here." in someone.status


async def test_words_from_outside_never_become_markup(tmp_path: Path) -> None:
    bad = invoice(
        1, status=InvoiceStatus.REJECTED, comment="[red]no[/] [@click=x]", recipient_name="[b]T[/b]"
    )
    async with answering(tmp_path, bad) as someone:
        assert someone.sees("[red]no[/] [@click=x]", "[b]T[/b]")
        await someone.keys("enter")
        assert someone.sees("[red]no[/] [@click=x]")
        assert isinstance(someone.app.screen, ReplyForm)


async def test_the_list_as_a_clerk_sees_it(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """Signs and words for each status, days, the recipient's words, and the one action on the key line."""
    rows = (*one_of_each(), invoice(9, status=InvoiceStatus.SUSPENDED, gross=Decimal("14230"), to_pay=None))
    async with answering(tmp_path, *rows) as someone:
        complete_invoice(someone.app.desk, 9, "sent")
        await someone.news()
        await someone.press("down")
        assert someone.body == snapshot
