"""What is wrong on this machine is said in words where an operator looks, and is never the end."""

import asyncio
import resource
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from chorus_tui.domain.records import SyncState
from chorus_tui.domain.statuses import DocumentState, InvoiceStatus
from chorus_tui.operations.desk import Desk
from chorus_tui.settings import FilingRule
from chorus_tui.store import Store
from chorus_tui.ui.app import ChorusConsole
from chorus_tui.ui.widgets.header import Facts, header_lines
from tests.console.billing import clerk_of, ready
from tests.console.operator import NOW, Operator, console, desk_in, invoice
from tests.house import House

PLACES = ("to_submit", "tracking", "health", "flows")
TABLES = ("documents", "invoices", "histories", "recipients", "suppliers", "state")
RESTORE = "Restore the last backup with `chorus-tui restore`"


@contextmanager
def full_disk() -> Iterator[None]:
    """No file of this process may grow."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def damage(folder: Path, table: str) -> None:
    """Make every record of a table unreadable."""
    with sqlite3.connect(folder / "chorus.db") as db:
        db.execute("UPDATE rows SET body = X'7B' WHERE tbl = ?", (table,))
    db.close()


def damaged(desk: Desk, table: str) -> Desk:
    """The same desk over its store opened again, with a table that cannot be read."""
    desk.store.close()
    damage(desk.settings.folders.data, table)
    return Desk(Store.open(desk.settings.folders.data), desk.settings, desk.now, desk.who)


@pytest.mark.parametrize("table", TABLES)
async def test_a_damaged_table_is_said_with_what_to_do_and_every_place_still_opens(
    table: str, tmp_path: Path
) -> None:
    async with House(tmp_path) as house:
        await ready(house, "FA-1")
        await house.submitted("FA-2")
        await house.service.track.run_once()
        for tracked in house.store.invoices.all():
            await house.lookups.history(tracked.id)
        house.store.state.put(SyncState(tracked_at=NOW))
        desk = damaged(house.desk, table)
    async with console(desk) as operator:
        for key in ("f2", "enter", "escape", "f4", "enter", "escape", "x", "f7", "f5", "f2", "s", "escape"):
            await operator.press(key)
        await operator.press("f2", "slash", "f", "enter", "f4", "slash", "f", "enter")
        assert operator.app.is_running
        assert "✗ store out of order" in operator.lines[0]
    desk.store.close()


@pytest.mark.parametrize(("place", "table"), [("to_submit", "documents"), ("tracking", "invoices")])
async def test_a_place_whose_records_are_damaged_says_so_in_full(
    place: str, table: str, tmp_path: Path
) -> None:
    async with House(tmp_path) as house:
        await ready(house, "FA-1")
        await house.submitted("FA-2")
        await house.service.track.run_once()
        desk = damaged(house.desk, table)
    async with console(desk, place=place) as operator:
        assert operator.sees("is damaged", RESTORE)
        assert "✗ store out of order" in operator.lines[0]
        await operator.press("f7")
        assert operator.sees("Out of order ✗ store out of order: The store")
    desk.store.close()


async def test_one_row_that_cannot_be_drawn_does_not_take_the_table_with_it(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        await ready(house, "FA-1")
        desk = damaged(house.desk, "recipients")
    async with console(desk, place="to_submit") as operator:
        assert operator.sees("> ✗ The store", "→ Nothing was changed in it.", RESTORE)
        await operator.press("d")
        assert operator.sees("Remove FA-1.pdf from this list?")
    desk.store.close()


async def test_a_full_disk_at_a_key_is_a_sentence_and_what_is_typed_stays(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        async with clerk_of(house) as clerk:
            with full_disk():
                await clerk.press("r")
            assert "✗ No room left to write" in clerk.status
            assert house.again_of(document).state is DocumentState.TO_SUBMIT
            await clerk.keys("enter", "9", "9")
            with full_disk():
                await clerk.press("f9")
            assert "✗" in clerk.status
            assert "No room left" in " ".join(e.text for e in clerk.app.journal.entries())
            assert clerk.form.typist.sheet.typed
            await clerk.press("f9")
        assert house.again_of(document).state is DocumentState.SUBMITTING


async def test_a_history_that_cannot_be_kept_is_said_beside_the_stored_one(tmp_path: Path) -> None:
    desk = desk_in(tmp_path)
    desk.store.invoices.put(invoice(3, status=InvoiceStatus.REJECTED))

    class Keeps:
        async def history(self, invoice_id: int) -> None:
            with full_disk():
                desk.store.invoices.put(*(invoice(n) for n in range(100)))

    async with console(desk, lookups=Keeps()) as operator:
        await operator.press("enter")
        await operator.app.workers.wait_for_complete()
        await operator.idle()
        assert operator.sees("No room left to write", "The history was never fetched.")
    desk.store.close()


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("language", ["C.UTF-8", "fr_FR.UTF-8"])
@pytest.mark.parametrize("environment", ["production", "sandbox", "simulator"])
def test_a_station_that_stumbled_is_in_the_header_and_where_to_read_more_is_never_cut(
    width: int, language: str, environment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", language)
    why = "No room left to write in /srv/chorus/data: the disk is full or your quota is reached."
    for name in ("submit", "analyse", "intake", "track", "lists", "store"):
        facts = Facts(environment, "tracking", NOW, stumbles={name: why, "lists": why})
        line = "".join(text for text, _look in header_lines(facts, width)[0])
        assert len(line) <= width
        assert "✗ " in line
        assert line.rstrip().endswith(
            "6 Health says more" if language == "C.UTF-8" else "6 Santé en dit plus"
        )


async def test_of_two_consoles_of_one_user_the_one_that_leads_says_here(tmp_path: Path) -> None:
    async with House(tmp_path) as one, House(tmp_path, neighbour=one) as other:
        assert one.who == other.who
        async with at_work(one) as leads, console(other.desk, service=other.service) as follows:
            await seen(leads, "sync runs (here)")
            await seen(follows, f"sync runs ({one.who})")


async def test_a_watched_folder_and_a_rule_that_cannot_be_used_are_on_health(tmp_path: Path) -> None:
    bad = FilingRule(name="Odd", supplier="83990121200010", text="(a+)+b")
    async with House(tmp_path) as house:
        desk = Desk(
            house.store,
            structs.replace(house.settings, rules=(*house.settings.rules, bad)),
            house.desk.now,
            house.who,
        )
        house.folder.rmdir()
        async with console(desk, place="health", service=house.service) as operator:
            await seen(operator, "! a watched folder cannot be read")
            assert operator.sees("6 Health says more", "Watched folder !", "Filing rule ✗ Odd files nothing")


async def test_a_form_opened_before_the_connection_stands_reads_its_page_when_it_does(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        await house.ready("FA-1")
        stands = asyncio.Event()

        @asynccontextmanager
        async def connect() -> AsyncIterator[Any]:
            await stands.wait()
            yield house.lookups, None

        async with console(house.desk, place="to_submit", connect=connect) as operator:
            await operator.press("enter")
            assert operator.sees("This console cannot read PDF")
            stands.set()
            await seen(operator, "Menuiserie")


@asynccontextmanager
async def at_work(house: House) -> AsyncIterator[Operator]:
    """A console whose sync service leads."""
    async with console(house.desk, service=house.service) as operator:
        while not house.service.leads:
            await operator.pilot.pause(0.01)
        yield operator


async def seen(operator: Operator, text: str) -> None:
    """Wait until the header or the body says something."""
    app: ChorusConsole = operator.app
    for _look in range(200):
        if operator.sees(text):
            return
        await operator.pilot.pause(0.02)
        app._look()
    raise AssertionError(f"{text!r} never came: {operator.screen}")
