"""The screen of rejected payment requests: one structure, its managers, files (S2-044)."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chorus_tui.domain.permissions import Profile
from chorus_tui.operations import Desk, permissions
from chorus_tui.settings import Structure
from chorus_tui.ui.app import ChorusConsole
from tests.console.flowing import MIDI, NORD
from tests.console.operator import Operator, console, desk_in
from tests.operations.test_flow_rejects import fill


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = replace(
        desk_in(tmp_path, structures=(Structure(siret=MIDI[0], main_manager="alice"),)), who="alice@here"
    )
    fill(desk)
    yield desk
    desk.store.close()


async def test_a_manager_opens_them_with_one_key_and_reads_each_reason(desk: Desk) -> None:
    """S2-044: the structure is chosen; the message stands below in full, with what to do."""
    async with console(desk, place="flows") as operator:
        await operator.press("b")
        await operator.until_sees("Rejected payment requests · ATELIERS DU NORD", "D1")
        await operator.press("s", "down", "enter")
        await operator.until_sees("Rejected payment requests · PAPETERIE DU MIDI", "B1", "B2", "X9", "A2")
        assert operator.sees("1/5", "✗ Numéro déjà utilisé")
        await operator.press("down", "down", "down")
        assert operator.sees("4/5", "(GDP_MSG_05.006) | Numéro déjà utilisé", "→")
        await operator.press("slash")
        await operator.type("mode:edi")
        await operator.press("enter")
        assert operator.sees("2 of 5")
        await operator.press("enter")
        assert operator.sees("IN_REJETE")


async def test_they_are_written_to_one_file_or_to_one_for_each_day(desk: Desk) -> None:
    """S2-044."""
    async with console(desk, place="flows") as operator:
        await operator.press("b")
        await operator.until_sees("D1")
        await operator.press("s", "down", "enter")
        await operator.until_sees("B1")
        await operator.press("x", "enter")
        await operator.until_sees("5 rejections written to")
        await operator.press("x", "right", "enter")
        await operator.until_sees("5 rejections written to 2 files")
    assert len(list(desk.settings.folders.exports.glob("rejects-*.csv"))) == 3


async def test_who_only_follows_flows_opens_none(desk: Desk) -> None:
    """S2-044: the structure is not offered; what is taken away goes from the screen at once."""
    permissions.add_profile(desk, MIDI[0], "daemon")
    permissions.add_profile(desk, MIDI[0], "daemon", Profile.SECONDARY_MANAGER)
    daemon = replace(desk, who="daemon@here")
    async with console(daemon, place="flows") as operator:
        await operator.press("b")
        await operator.until_sees("D1")
        await operator.press("s", "down", "enter")
        await operator.until_sees("B1")
        permissions.remove_profile(desk, MIDI[0], "daemon", Profile.SECONDARY_MANAGER)
        await operator.news()
        await operator.until_sees("Rejected payment requests · ATELIERS DU NORD")
        assert not operator.sees("B1")
        await operator.press("s")
        assert operator.sees("There is no other structure whose rejections you may open.")


async def test_who_manages_nothing_is_told_whom_to_ask(tmp_path: Path) -> None:
    """S2-044."""
    governed = tuple(Structure(siret=siret, main_manager="alice") for siret in (MIDI[0], NORD[0]))
    desk = replace(desk_in(tmp_path / "other", structures=governed), who="alice@here")
    fill(desk)
    permissions.add_profile(desk, MIDI[0], "daemon")
    async with console(replace(desk, who="daemon@here"), place="flows") as operator:
        await operator.press("b")
        await operator.until_sees("main and secondary managers of a structure, and you are none")
    desk.store.close()


def test_it_looks_like_this(snap_compare: Any, desk: Desk) -> None:
    """S2-044: day, invoice, flow, deposit and reason at 80 columns."""

    async def open_it(pilot: Any) -> None:
        operator = Operator(pilot.app, pilot)
        await operator.press("b")
        await operator.until_sees("D1")
        await operator.press("s", "down", "enter")
        await operator.until_sees("B1")
        await operator.press("down", "down")

    assert snap_compare(ChorusConsole(desk, place="flows"), terminal_size=(80, 24), run_before=open_it)
