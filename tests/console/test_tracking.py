"""Place 3, Tracking: every invoice, ours or not, and how it stands."""

import asyncio
import csv
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from textual import events

from chorus_tui.chorus.errors import NotAvailable
from chorus_tui.domain.invoice import History, StatusChange
from chorus_tui.domain.statuses import InvoiceStatus
from tests.console.operator import NOW, SIZES, Operator, console, desk_in, invoice

REASON = (
    "Le numéro d'engagement ne correspond pas à la commande passée auprès de votre société ; "
    "merci d'émettre une nouvelle facture."
)


@pytest.fixture
async def operator(tmp_path: Path) -> AsyncIterator[Operator]:
    """At Tracking, with an invoice of ours, one from elsewhere and a rejected one."""
    desk = desk_in(tmp_path)
    desk.store.invoices.put(
        invoice(1, document_id="d1", document_name="facture_1.pdf"),
        invoice(2, status=InvoiceStatus.PAYMENT_ISSUED),
        invoice(3, status=InvoiceStatus.REJECTED, comment=REASON),
    )
    async with console(desk) as someone:
        yield someone
    desk.store.close()


async def test_every_invoice_is_shown_newest_first(operator: Operator) -> None:
    """S1-030."""
    assert [line[2:15] for line in operator.lines[4:7]] == ["FA2026-000003", "FA2026-000002", "FA2026-000001"]
    assert operator.sees("3 Tracking 3", "1/3")


async def test_the_reason_of_a_rejection_is_on_the_screen_without_a_key(operator: Operator) -> None:
    assert operator.sees(f"✗ Rejected: {REASON}")
    await operator.press("down")
    assert not operator.sees(REASON)


async def test_rows_sort_by_any_column_both_ways(operator: Operator) -> None:
    """S1-032."""
    await operator.press("t", "w", "enter")
    assert operator.sees("With VAT ▼")
    assert "FA2026-000003" in operator.lines[4]
    await operator.press("T")
    assert operator.sees("With VAT ▲")
    assert "FA2026-000001" in operator.lines[4]
    assert operator.lines[6].startswith("> FA2026-000003")


async def test_an_export_is_exactly_what_is_displayed_and_its_path_is_said(
    operator: Operator, tmp_path: Path
) -> None:
    """S1-033, S1-034, S1-035."""
    await operator.press("t", "n", "enter", "slash")
    await operator.type("!payment")
    await operator.press("enter", "x")
    await operator.app.workers.wait_for_complete()
    await operator.idle()
    (path,) = (tmp_path / "exports").glob("*.csv")
    assert operator.sees("✓ 2 invoices written to")
    assert operator.app.journal.entries()[-1].text == f"2 invoices written to {path}"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert [row["Number"] for row in rows] == ["FA2026-000001", "FA2026-000003"]


async def test_the_console_is_used_while_many_invoices_are_exported(tmp_path: Path) -> None:
    """S1-034, S1-035."""
    desk = desk_in(tmp_path)
    desk.store.invoices.put(*(invoice(number) for number in range(1, 30_001)))
    async with console(desk) as operator:
        for key, character in (("x", "x"), ("down", None)):
            operator.app.post_message(events.Key(key, character))
        async with asyncio.timeout(30):
            while not operator.lines[5].startswith("> FA2026-0"):  # noqa: ASYNC110  # keys move it
                await asyncio.sleep(0)
        assert operator.app.journal.entries()[-1].text == "Writing 30\u00a0000 invoices to a file…"
        await operator.app.workers.wait_for_complete()
        await operator.idle()
        assert operator.sees("✓ 30 000 invoices written to")
    (path,) = (tmp_path / "exports").glob("*.csv")
    assert path.read_text(encoding="utf-8-sig").count("\n") == 30_001
    desk.store.close()


async def test_an_export_that_cannot_be_written_says_why(operator: Operator, tmp_path: Path) -> None:
    (tmp_path / "exports").write_text("in the way")
    await operator.press("x")
    await operator.app.workers.wait_for_complete()
    await operator.idle()
    assert operator.sees("✗ The file could not be written:")


async def test_an_invoice_from_elsewhere_has_a_blank_document_and_says_so_in_full(tmp_path: Path) -> None:
    """S1-036."""
    desk = desk_in(tmp_path)
    desk.store.invoices.put(invoice(1, document_id="d1", document_name="facture_1.pdf"), invoice(2))
    async with console(desk, size=(200, 60)) as operator:
        assert "facture_1.pdf" in operator.lines[5]
        assert ".pdf" not in operator.lines[4]
        await operator.press("enter")
        assert operator.sees("Document none: not sent from here")
    desk.store.close()


class Answers:
    """Lookups that answer with a history, or fail."""

    def __init__(self, desk: Any, failure: Exception | None = None) -> None:
        self.desk = desk
        self.failure = failure

    async def history(self, invoice_id: int) -> History:
        if self.failure is not None:
            raise self.failure
        changes = (
            StatusChange(
                InvoiceStatus.REJECTED, "REJETEE", NOW, "Wrong number", "Mme Durand", "05 61 00 00 00"
            ),
            StatusChange(InvoiceStatus.SUBMITTED, "DEPOSEE", datetime(2026, 11, 1, 8, tzinfo=UTC)),
        )
        history = History(invoice_id, changes, NOW)
        self.desk.store.histories.put(history)
        return history


async def test_the_detail_tells_the_history_newest_first_with_who_when_and_why(tmp_path: Path) -> None:
    desk = desk_in(tmp_path)
    desk.store.invoices.put(invoice(3, status=InvoiceStatus.REJECTED, comment="Wrong number"))
    async with console(desk, size=(80, 40), lookups=Answers(desk)) as operator:
        await operator.press("enter")
        await operator.app.workers.wait_for_complete()
        await operator.idle()
        assert operator.sees(
            "2026-11-22 09:42 ✗ Rejected Mme Durand · 05 61 00 00 00 Wrong number "
            "2026-11-01 09:00 ↑ Submitted"
        )
        await operator.press("escape")
        assert operator.lines[4].startswith("> FA2026-000003")
    desk.store.close()


@pytest.mark.parametrize("language", ["C.UTF-8", "fr_FR.UTF-8"])
async def test_at_eighty_by_twenty_four_the_detail_begins_with_reason_and_history(
    language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", language)
    desk = desk_in(tmp_path)
    desk.store.invoices.put(invoice(3, status=InvoiceStatus.REJECTED, comment=REASON))
    async with console(desk, lookups=Answers(desk)) as operator:
        await operator.press("enter")
        await operator.app.workers.wait_for_complete()
        await operator.idle()
        assert operator.sees(REASON.split(" ; ")[0], "Mme Durand · 05 61 00 00 00", "Wrong number")
        told = [operator.screen.index(words) for words in ("Le numéro", " p ", "Mme Durand")]
        assert told == sorted(told)
        await operator.press("pagedown")
        assert operator.sees("Commune de Toulouse")
    desk.store.close()


async def test_offline_the_stored_history_is_shown_with_its_date_and_the_reason(tmp_path: Path) -> None:
    """S1-083."""
    desk = desk_in(tmp_path)
    desk.store.invoices.put(invoice(3))
    desk.store.histories.put(History(3, (StatusChange(InvoiceStatus.SUBMITTED, "DEPOSEE", NOW),), NOW))
    async with console(desk, size=(80, 40), lookups=Answers(desk, NotAvailable())) as operator:
        await operator.press("enter")
        await operator.app.workers.wait_for_complete()
        await operator.idle()
        assert operator.sees("The history is of 2026-11-22 09:42.", "↑ Submitted", "portal")
    desk.store.close()


async def test_changes_arrive_by_themselves_and_the_cursor_stays(operator: Operator) -> None:
    await operator.press("down")
    store = operator.app.desk.store
    with store.transaction():
        store.invoices.put(invoice(2, status=InvoiceStatus.SUSPENDED, comment="Slip missing"), invoice(9))
        store.invoices.remove("1")
    await operator.news()
    assert operator.sees("FA2026-000009", "‖ Suspended: Slip missing", "3/3")
    assert operator.lines[6].startswith("> FA2026-000002")
    assert not operator.sees("FA2026-000001")


async def test_what_changed_while_another_place_was_shown_is_there_on_return(operator: Operator) -> None:
    await operator.press("f5")
    operator.app.desk.store.invoices.put(invoice(9))
    await operator.news()
    await operator.press("f4")
    assert operator.sees("FA2026-000009", "2/4")


async def test_beside_the_table_the_pane_follows_the_cursor_where_there_is_room(tmp_path: Path) -> None:
    desk = desk_in(tmp_path)
    desk.store.invoices.put(invoice(1, comment="Slip missing"), invoice(2))
    async with console(desk, size=(120, 40)) as operator:
        await operator.press("down")
        await operator.at_rest()
        assert operator.sees("Number FA2026-000001", "Comment Slip missing")
    desk.store.close()


@pytest.mark.parametrize("size", SIZES)
async def test_text_from_outside_never_becomes_markup(size: tuple[int, int], tmp_path: Path) -> None:
    desk = desk_in(tmp_path)
    desk.store.invoices.put(
        invoice(
            1,
            recipient_name="[b]Town[/b] [/] [@click=x]",
            comment="[red]no[/]",
            status=InvoiceStatus.REJECTED,
        )
    )
    async with console(desk, size=size) as operator:
        await operator.at_rest()
        assert operator.sees("[b]Town[/b] [/]", "[red]no[/]")
        await operator.press("enter")
        assert operator.sees("[b]Town[/b] [/] [@click=x]")
    desk.store.close()


SCREENS = ((80, 24), (120, 40))


@pytest.mark.parametrize("size", SCREENS)
def test_tracking_looks_like_its_picture(size: tuple[int, int], tmp_path: Path, snap_compare: Any) -> None:
    """A rejected invoice under the cursor with its reason, signs and words for each status, help pinned."""
    desk = desk_in(tmp_path)
    desk.store.invoices.put(
        invoice(1, status=InvoiceStatus.PAYMENT_ISSUED, gross=Decimal("14230")),
        invoice(2, recipient_name="Centre hospitalier de Béziers", status=InvoiceStatus.SUSPENDED),
        invoice(3, deposited=date(2026, 11, 20), status=InvoiceStatus.REJECTED, comment=REASON),
    )
    from chorus_tui.ui.app import ChorusConsole

    app = ChorusConsole(desk, place="tracking", theme="dark")

    async def rest(pilot: Any) -> None:
        await Operator(app, pilot).at_rest()

    assert snap_compare(app, terminal_size=size, run_before=rest)
    desk.store.close()
