"""The dashboard of flows: filter, Show, numbers that are the lists they open (S2-080…082)."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from chorus_tui.domain.flow import Flow, FlowMode, FlowReport, FlowType, RefusedInvoice
from chorus_tui.domain.flow_states import FlowStage, FlowState
from chorus_tui.operations import Desk
from chorus_tui.settings import Structure
from chorus_tui.ui.app import ChorusConsole
from chorus_tui.ui.widgets.reader import Reader
from tests.console.flowing import MIDI, NORD, flow
from tests.console.operator import NOW, SIZES, Operator, console, desk_in

NORTH: dict[str, Any] = {"issuer_siret": NORD[0], "issuer_name": NORD[1]}
MISSING = "Le service exécutant est obligatoire pour ce destinataire (GDP_MSG_05.006)"


def various() -> list[Flow]:
    """Two issuers, three types, every kind of state."""
    return [
        *(flow(place) for place in range(1, 13)),
        *(flow(place, FlowState.REJECTED) for place in range(13, 16)),
        *(flow(place, FlowState.PARTLY_INTEGRATED, **NORTH) for place in range(16, 18)),
        *(flow(place, FlowState.WARNING, type=FlowType.STRUCTURED, **NORTH) for place in range(18, 22)),
        flow(22, FlowState.OTHER, mode=FlowMode.EDI),
        flow(23, FlowState.WAITING_REPROCESSING, emitted_at=NOW - timedelta(days=9)),
        flow(24, None, stage=FlowStage.QUEUED, type=FlowType.MIXED),
        flow(25, FlowState.RECEIVED, emitted_at=NOW - timedelta(days=3)),
    ]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = desk_in(tmp_path)
    desk.store.flows.put(*various())
    for place in (13, 14, 16):
        desk.store.reports.put(
            FlowReport(
                flow_id=f"f{place}",
                number=f"{place}",
                fetched_at=NOW,
                state=FlowState.REJECTED,
                state_code="IN_REJETE",
                refused=(RefusedInvoice(number="F1", messages=(MISSING,)),),
            )
        )
    yield desk
    desk.store.close()


@asynccontextmanager
async def at_dashboard(desk: Desk, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Operator]:
    async with console(desk, place="flows", size=size) as someone:
        await someone.press("d")
        await someone.until_sees("By issuer")
        yield someone


@pytest.fixture
async def operator(desk: Desk) -> AsyncIterator[Operator]:
    """At the dashboard, with everything counted."""
    async with at_dashboard(desk) as someone:
        yield someone


async def to_number(operator: Operator, row: str, column: str) -> int:
    """Put the cursor on a number by the words of its row and column; what it says."""
    grid: Any = operator.app.screen.query_one("CountGrid")
    rows = [at for at, line in enumerate(grid._lines) if getattr(line, "title", "") == row]
    grid._at = rows[0]
    titles = [each.title for each in grid.columns]
    grid._across = titles.index(column) + 1 if column else 0
    grid.move(0, 0)
    await operator.idle()
    return int(grid.number)


async def test_flows_are_counted_by_type_and_issuer_against_their_status(operator: Operator) -> None:
    """S2-004, S2-081: totals, and a code that nobody has written down, beside the others."""
    lines = [" ".join(line.replace(">", " ").split()) for line in operator.lines]
    (head,) = (line for line in lines if line.startswith("Total"))
    assert head == "Total ToSend Recvd Reproc Warn. Reject Integr Part. NOUVE…"
    assert "E1 structured 4 · · · 4 · · · ·" in lines
    assert "E2 Factur-X 20 · 1 1 · 3 12 2 1" in lines
    assert "All types 25 1 1 1 4 3 12 2 1" in lines
    assert f"{NORD[1]} 6 · · · 4 · · 2 ·" in lines
    assert operator.sees("25 flows", "Issuer: all · Type: all · Deposited: all")


async def test_enter_opens_exactly_the_flows_of_a_number(operator: Operator) -> None:
    """S2-082: the list has as many rows as the number says, for cells, totals and the whole."""
    for row, column, expected in (
        ("E2 Factur-X", "Rejected", 3),
        (NORD[1], "Warning", 4),
        ("All types", "Integrated", 12),
        ("E2 mixed", "", 1),
        ("All issuers", "", 25),
        ("E2 Factur-X", "IN_NOUVEAU", 1),
    ):
        assert await to_number(operator, row, column) == expected
        await operator.press("enter")
        screen: Any = operator.app.screen
        assert len(screen.rows.shown) == expected
        assert operator.sees(f"Flows › Dashboard › {row}", f"1/{expected}")
        await operator.press("escape")


async def test_a_number_of_none_says_so(operator: Operator) -> None:
    """S2-082."""
    assert await to_number(operator, "E1 structured", "Integrated") == 0
    await operator.press("enter")
    assert operator.sees("There is no flow behind this number.")


async def test_the_cursor_goes_over_the_numbers_and_says_what_each_counts(operator: Operator) -> None:
    """S2-081: at 80 columns the status is abbreviated above, and told in full below."""
    assert operator.sees("E1 structured: 4 flows; enter lists them")
    await operator.press("right", "right", "right", "right")
    assert operator.sees("E1 structured · Warning: 4 flows; enter lists them")
    await operator.press("down", "down", "down", "down")
    assert operator.sees(f"{NORD[1]} · Warning: 4 flows")
    await operator.press("end")
    assert operator.sees(f"{NORD[1]} · IN_NOUVEAU: 0 flows")
    await operator.press("home", "up")
    assert operator.sees("All types: 25 flows")


async def test_a_filter_counts_once_show_is_pressed(operator: Operator) -> None:
    """S2-080: issuer; the numbers stay what they are until Show."""
    await operator.press("i", "down", "enter")
    assert operator.sees(f"Issuer: {NORD[1]}", "→ F9 shows", "25 flows")
    await operator.press("f9")
    await operator.until_sees("6 flows")
    assert not operator.sees("F9 shows")
    assert not operator.sees(MIDI[1])
    await to_number(operator, "All types", "Warning")
    await operator.press("enter")
    assert operator.sees("1/4")
    await operator.press("escape", "t", "down", "enter", "v")
    await operator.until_sees("4 flows", "Type: E1 structured")
    await operator.press("f10")
    await operator.until_sees("25 flows")


async def test_a_period_is_chosen_or_typed(operator: Operator) -> None:
    """S2-080: both ends count in; a period that ends before it begins is said."""
    await operator.press("o", *["down"] * 7, "enter")
    await operator.type("2026-11-12")
    await operator.press("enter")
    await operator.type("2026-11-19")
    await operator.press("enter", "f9")
    await operator.until_sees("2 flows", "Deposited: 2026-11-12 – 2026-11-19")
    await operator.press("o", *["down"] * 7, "enter")
    await operator.type("2026-11-19")
    await operator.press("enter")
    await operator.type("2026-11-12")
    await operator.press("enter")
    assert operator.sees("The period ends before it begins.")


async def test_an_unanswered_filter_says_how_to_empty_it(operator: Operator) -> None:
    """S2-080."""
    await operator.press("t", "up", "up", "enter", "f9")
    await operator.until_sees("No flow answers to this filter. F10 empties it.")


async def test_each_screen_shows_its_keys_and_opens_a_flow(operator: Operator) -> None:
    """S2-082: help, export and the flow itself, from the dashboard, its lists and its charts."""
    await operator.press("question_mark")
    assert operator.sees("What can be done here")
    await operator.press("escape", "c")
    await operator.until_sees("Flows by day")
    await operator.press("question_mark")
    assert operator.sees("What can be done here")
    await operator.press("escape", "escape")
    await to_number(operator, "E2 Factur-X", "Rejected")
    await operator.press("enter", "question_mark")
    assert operator.sees("What can be done here")
    await operator.press("escape", "x")
    await operator.until_sees("3 flows written to")
    await operator.press("enter")
    assert operator.sees("IN_REJETE")


async def test_before_the_first_deposit_the_dashboard_says_when_data_come(tmp_path: Path) -> None:
    """S2-013."""
    desk = desk_in(tmp_path / "new")
    async with console(desk, place="flows") as someone:
        await someone.press("d")
        await someone.until_sees("data appear once a structure has deposited an incoming flow itself")
        await someone.press("enter")
        assert someone.sees("There is no flow behind this number.")
        await someone.press("c")
        assert someone.sees("There is no flow to draw.")
    desk.store.close()


async def test_numbers_follow_the_store_and_a_list_loses_what_leaves_its_number(
    operator: Operator, desk: Desk
) -> None:
    """S2-082: whatever happens meanwhile, number and list say the same."""
    await to_number(operator, "E2 Factur-X", "Rejected")
    desk.store.flows.put(flow(13))
    await operator.news()
    await operator.press("enter")
    assert operator.sees("1/2")
    desk.store.flows.put(flow(14))
    await operator.news()
    assert operator.sees("1/1")
    await operator.press("escape")
    await operator.until_sees("E2 Factur-X · Rejected: 1 flow;")


async def test_nobody_counts_what_they_may_not_see(tmp_path: Path) -> None:
    """S2-014."""
    desk = replace(
        desk_in(tmp_path / "kept", structures=(Structure(siret=NORD[0], main_manager="alice"),)),
        who="daemon@here",
    )
    desk.store.flows.put(*various())
    async with at_dashboard(desk) as someone:
        assert someone.sees("19 flows")
        assert not someone.sees(NORD[1])
    desk.store.close()


async def test_charts_tell_volume_rate_causes_and_ages(operator: Operator) -> None:
    """What a person would rather see: signs without colours, numbers beside them."""
    await operator.press("c")
    await operator.until_sees("Flows by day: 25 flows", "█ integrated ▒ under way ░ refused")
    text = operator.app.screen.query_one(Reader).text
    assert "Rejection rate by day: 42.9\u00a0% of 21 with an outcome" in text
    assert "Most frequent causes: 3 reports" in text
    assert "3× Performing service missing" in " ".join(text.split())
    assert "Open, by age: 4 flows" in text
    assert "oldest 2026-11-13" in text
    await operator.press("escape")
    assert operator.sees("By issuer")


@pytest.mark.parametrize("size", SIZES[:2])
def test_it_looks_like_this(snap_compare: Any, desk: Desk, size: tuple[int, int]) -> None:
    """S2-081: numbers alone at 80×24; plots, causes and ages below them at 120×40."""

    async def open_it(pilot: Any) -> None:
        someone = Operator(pilot.app, pilot)
        await someone.press("d")
        await someone.until_sees("By issuer")
        if size[1] > 30:
            await someone.until_sees("Rejection rate by day")
        await someone.press("right", "right", "right", "right", "down")

    assert snap_compare(ChorusConsole(desk, place="flows"), terminal_size=size, run_before=open_it)
