"""An invoice in full: what its recipient asks for, what was answered, and what put a rejected one right."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.replies import Correction, PayingOut, ReplyKind
from chorus_tui.domain.statuses import InvoiceKind, InvoiceStatus
from chorus_tui.operations import open_reply, pay_out
from chorus_tui.ui.screens.invoice import INVOICE, InvoiceDetail
from chorus_tui.ui.screens.reply_form import ReplyForm
from chorus_tui.ui.screens.tracking import Tracking
from tests.console.operator import invoice
from tests.console.returning import Answerer, answering

NUMBERS = {3: "FA-3", 6: "AV-6", 7: "FA-7"}


def a_chain() -> Iterable[Invoice]:
    """Rejected (3), its credit note (6), the invoice that replaces it (7)."""
    yield structs.replace(invoice(3, status=InvoiceStatus.REJECTED, comment="Montant"), number="FA-3")
    yield structs.replace(invoice(6), kind=InvoiceKind.CREDIT_NOTE, number="AV-6")
    yield structs.replace(invoice(7, status=InvoiceStatus.PAYMENT_ISSUED), number="FA-7")


CHAIN = PayingOut(
    credit_notes=(Correction(number="AV-6"),),
    replacements=(Correction(number="FA-7"), Correction(number="FA-8")),
    remark="The discount was missing.",
)


async def opened(someone: Answerer, of: int) -> None:
    someone.app.push_screen(InvoiceDetail(of))
    await someone.answered()


@pytest.mark.parametrize("of", [3, 6, 7])
async def test_the_chain_shows_from_each_of_its_invoices_and_leads_to_the_others(
    of: int, tmp_path: Path
) -> None:
    """S1-052."""
    async with answering(tmp_path, *a_chain(), place="tracking") as someone:
        pay_out(someone.app.desk, 3, CHAIN)
        await opened(someone, of)
        for key, role in ((3, "rejected"), (6, "credit note"), (7, "new invoice")):
            assert someone.sees(f"{'●' if key == of else '→'} {NUMBERS[key]}", role)
        assert someone.sees("FA-8", "not known yet", "The discount was missing.", "entered by clerk@desk")
        others = [key for key in NUMBERS if key != of]
        assert " enter Open  tab Next " in someone.key_line
        await someone.keys("enter")
        assert someone.lines[2] == f" Tracking › {NUMBERS[others[0]]}"
        await someone.keys("escape", "tab", "enter")
        assert someone.lines[2] == f" Tracking › {NUMBERS[others[1]]}"


async def test_a_rejection_says_that_it_was_not_dealt_with(tmp_path: Path) -> None:
    """S1-053."""
    async with answering(tmp_path, *a_chain(), place="tracking") as someone:
        await opened(someone, 3)
        assert someone.sees("Not dealt with yet: p records what replaces it.")
        await someone.keys("enter")
        assert "No other invoice hangs together with this one." in someone.status
        settled = structs.replace(someone.app.desk.store.invoices["3"], rejection_handled=True)
        someone.app.desk.store.invoices.put(settled)
        await someone.news()
        assert someone.sees("Dealt with yes", "Dealt with, but not from here")


@pytest.mark.parametrize(
    ("of", "kind"), [(1, ReplyKind.COMPLETE), (2, ReplyKind.RECYCLE), (3, ReplyKind.PAY_OUT)]
)
async def test_the_only_action_of_the_status_is_offered_here_too(
    of: int, kind: ReplyKind, tmp_path: Path
) -> None:
    """S1-042, S1-046, S1-050."""
    async with answering(tmp_path) as someone:
        await opened(someone, of)
        assert someone.key_line.startswith(f" p {kind.label} ")
        await someone.keys("p")
        assert someone.reply.typist.reply.kind is kind
        await someone.keys("f12")
        await someone.keys("p")
        assert "Its form is open: esc goes back to it." in someone.status
        await someone.keys("escape")
        assert isinstance(someone.app.screen, ReplyForm)


async def test_nothing_here_sends_an_invoice_again() -> None:
    """S1-050."""
    assert {command.id for command in INVOICE.commands} == {
        "invoice.answer",
        "invoice.withdraw",
        "invoice.link",
        "invoice.next_link",
        "invoice.ask",
    }


async def test_a_reply_shows_here_and_is_withdrawn(tmp_path: Path) -> None:
    async with answering(tmp_path) as someone:
        await opened(someone, 1)
        await someone.keys("p")
        await someone.keys("tab", *"ok", "f9")
        await someone.news()
        assert someone.sees("→ Complete is queued (a comment).")
        await someone.keys("w")
        await someone.news()
        assert "The reply is withdrawn." in someone.status
        assert open_reply(someone.app.desk, 1) is None
        assert not someone.sees("is queued")


async def test_an_invoice_that_asks_nothing_says_so(tmp_path: Path) -> None:
    async with answering(tmp_path) as someone:
        await opened(someone, 5)
        await someone.keys("p")
        words = "The invoice is “Made available”, which asks nothing of the supplier."
        assert words in someone.status
        assert "p " not in someone.key_line.split("r Ask")[0]


# Tracking


async def test_tracking_answers_and_filters_what_was_dealt_with(tmp_path: Path) -> None:
    """S1-051, S1-053: the flag is seen and filtered by in Tracking, too."""
    async with answering(tmp_path, place="tracking") as someone:
        tracking: Any = someone.app.screen
        assert isinstance(tracking, Tracking)
        for text, found in (("dealt_with:no", [3]), ("dealt_with:yes", [4])):
            tracking.set_filter(text)
            assert [row.id for row in tracking.rows.shown] == found
        await someone.idle()
        assert someone.sees("✗ Rejected ✓")
        await someone.keys("p")
        assert "This rejection was dealt with already." in someone.status
        tracking.set_filter("status:suspended")
        await someone.idle()
        assert " p Complete " in someone.key_line
        await someone.keys("p", "tab", *"ok", "f9")
        await someone.news()
        assert someone.sees("→ Complete is queued")
        await someone.keys("u")
        assert "Taken back" in someone.status
        assert open_reply(someone.app.desk, 1) is None


async def test_the_chain_stands_beside_tracking_where_there_is_room(tmp_path: Path) -> None:
    """S1-052."""
    async with answering(tmp_path, *a_chain(), size=(120, 40), place="tracking") as someone:
        pay_out(someone.app.desk, 3, CHAIN)
        await someone.news()
        await someone.at_rest()
        assert someone.sees("What put it right", "FA-3", "AV-6", "FA-7")
