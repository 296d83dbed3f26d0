"""The frame of the console: places, header, key line, help, palette, prompts, signals."""

import os
import signal
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from textual import events

from chorus_tui.domain.records import Link, SyncState, Trouble
from chorus_tui.domain.statuses import Tone
from chorus_tui.i18n import N_
from chorus_tui.settings import Connection
from chorus_tui.ui.app import refuse_terminal
from chorus_tui.ui.screens.console import ConsoleScreen
from chorus_tui.ui.widgets.header import Facts, header_lines
from tests.console.operator import NOW, SIZES, console, desk_in, invoice


async def test_each_place_opens_with_one_key_and_is_another_place(tmp_path: Path) -> None:
    """S1-001."""
    desk = desk_in(tmp_path)
    async with console(desk, place="health") as operator:
        seen: dict[tuple[str, ...], set[str]] = {}
        for keys in (
            ("f2", "1", "ampersand"),
            ("f3", "2", "é"),
            ("f4", "3", "quotation_mark"),
            ("f7", "6", "minus"),
        ):
            for key in keys:
                await operator.press("f5", key)
                seen.setdefault(keys, set()).add(operator.screen)
        assert all(len(screens) == 1 for screens in seen.values())
        assert len({screen for screens in seen.values() for screen in screens}) == 4
    desk.store.close()


@pytest.mark.parametrize("word", ["tracking", "follow-up"])
async def test_both_names_of_tracking_find_it_in_palette_and_help(word: str, tmp_path: Path) -> None:
    """S1-002."""
    desk = desk_in(tmp_path)
    async with console(desk, place="flows") as operator:
        for opens in ("colon", "question_mark"):
            await operator.press(opens)
            await operator.type(word)
            assert operator.sees("> 3 Tracking")
            await operator.press("enter")
            assert operator.app.current_mode == "tracking"
            await operator.press("f5")
    desk.store.close()


@pytest.mark.parametrize(
    ("word", "screen"),
    [
        ("flow monitoring", "Flows"),
        ("access to edi rejects", "FlowRejects"),
        ("manage user permissions", "Permissions"),
    ],
)
async def test_what_the_portal_calls_it_leads_to_flows(word: str, screen: str, tmp_path: Path) -> None:
    """S2-020, S2-030, S2-044: typed into the palette; a place from any other one."""
    desk = desk_in(tmp_path)
    async with console(desk, place="tracking" if screen == "Flows" else "flows") as operator:
        await operator.press("colon")
        await operator.type(word)
        await operator.press("enter")
        assert operator.app.current_mode == "flows"
        assert type(operator.app.screen).__name__ == screen
    desk.store.close()


async def test_help_shows_this_screens_commands_first_and_runs_one(tmp_path: Path) -> None:
    desk = desk_in(tmp_path)
    desk.store.invoices.put(invoice(1), invoice(2))
    async with console(desk) as operator:
        await operator.press("f1")
        assert "Open" in operator.lines[5]
        assert "Export to CSV" in operator.lines[6]
        await operator.type("mark every")
        await operator.press("enter")
        assert operator.sees("2 marked (301.00 €)")
    desk.store.close()


async def test_a_key_that_cannot_act_now_says_why(tmp_path: Path) -> None:
    desk = desk_in(tmp_path)
    async with console(desk) as operator:
        await operator.press("x")
        assert operator.sees("! No row is displayed, so there is nothing to export.")
        await operator.press("L")
        assert operator.sees("Messages", "09:42:00 ! No row is displayed")
        await operator.press("escape", "question_mark")
        await operator.type("export")
        assert operator.sees("No row is displayed, so there is nothing to export.")
    desk.store.close()


async def test_a_key_of_the_settings_acts_and_shows(tmp_path: Path) -> None:
    desk = desk_in(tmp_path, keys={"tracking.export": "f9", "list.sort": "o"})
    desk.store.invoices.put(invoice(1))
    async with console(desk) as operator:
        assert operator.sees("F9 Export to CSV")
        await operator.press("o")
        assert operator.sees("Sort by:")
        await operator.press("escape", "t")
        assert not operator.sees("Sort by:")
    desk.store.close()


@pytest.mark.parametrize(
    ("environment", "words"),
    [("production", "PRODUCTION real invoices"), ("sandbox", "SANDBOX"), ("simulator", "SIMULATOR")],
)
async def test_the_header_says_which_environment_in_word_and_style(
    environment: str, words: str, tmp_path: Path
) -> None:
    desk = desk_in(tmp_path, connection=Connection(environment=environment))
    async with console(desk, place="flows", size=(120, 40), theme="dark") as operator:
        assert " ".join(operator.lines[0].split()).startswith(words)
        badge = next(iter(operator.app.screen._compositor.render_strips()[0]))
        assert badge.style == operator.app.colours.looks[environment]
    desk.store.close()


LED = SyncState(leader="billing01:4211", alive_at=NOW, fresh_at=NOW)
DOWN = Trouble(Link.API, N_("Chorus Pro is not available"), N_("Wait: the platform is at fault."), NOW)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (SyncState(), "– sync is not running · no data yet"),
        (LED, "● sync runs (billing01:4211) · data of 09:42"),
        (SyncState(leader="billing01:4211", alive_at=NOW - timedelta(minutes=5)), "! sync is silent"),
        (SyncState(leader="me", alive_at=NOW, trouble=DOWN), "✗ Chorus Pro is not available · no data yet"),
    ],
)
async def test_the_header_says_how_sync_stands(state: SyncState, words: str, tmp_path: Path) -> None:
    desk = desk_in(tmp_path)
    async with console(desk, place="flows") as operator:
        desk.store.state.put(state)
        await operator.news()
        assert words in operator.lines[0]
    desk.store.close()


async def test_trouble_is_told_with_what_to_do(tmp_path: Path) -> None:
    """S1-083."""
    desk = desk_in(tmp_path)
    desk.store.state.put(SyncState(leader="me", alive_at=NOW, trouble=DOWN))
    async with console(desk, place="health") as operator:
        assert operator.sees("What is broken Chorus Pro API", "What to do Wait: the platform is at fault.")
        assert operator.sees(f"Settings file {str(tmp_path)[:30]}")
    desk.store.close()


async def test_another_process_is_seen_without_a_key(tmp_path: Path) -> None:
    from chorus_tui.store import Store

    desk = desk_in(tmp_path)
    async with console(desk) as operator:
        with Store.open(tmp_path / "data") as other:
            other.invoices.put(invoice(7))
        desk.store.refresh()
        await operator.news()
        assert operator.sees("FA2026-000007", "3 Tracking 1")
    desk.store.close()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["C.UTF-8", "fr_FR.UTF-8"])
async def test_the_key_line_never_overflows_and_always_shows_help(
    size: tuple[int, int], language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", language)
    desk = desk_in(tmp_path)
    async with console(desk, size=size) as operator:
        assert len(operator.lines[-1]) <= size[0]
        assert operator.lines[-1].split()[-3] == "?" or "? " in operator.lines[-1][-24:]
    desk.store.close()


@pytest.mark.parametrize("size", [(79, 24), (80, 23), (20, 5)])
async def test_a_window_that_is_too_small_gets_one_sentence(size: tuple[int, int], tmp_path: Path) -> None:
    desk = desk_in(tmp_path)
    async with console(desk, size=size) as operator:
        assert (
            " ".join(operator.screen.split())
            == f"chorus-tui needs 80×24; this window is {size[0]}×{size[1]}."
        )
        await operator.pilot.resize_terminal(80, 24)
        await operator.idle()
        assert operator.sees("SIMULATOR", "Tracking")
    desk.store.close()


def test_a_dumb_terminal_is_refused_with_a_sentence() -> None:
    assert "chorus-tui --help" in refuse_terminal({"TERM": "dumb"})
    assert refuse_terminal({"TERM": "vt220"}) == ""


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
async def test_a_dropped_connection_saves_what_is_typed_and_leaves(
    number: signal.Signals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved: list[str] = []

    class Typed(ConsoleScreen):
        def save_typing(self) -> None:
            saved.append("kept")

    desk = desk_in(tmp_path)
    async with console(desk) as operator:
        operator.app.push_screen(Typed())
        await operator.idle()
        await operator.press("f5")
        os.kill(os.getpid(), number)
        await operator.pilot.pause(0.05)
        assert saved == ["kept"]
        assert operator.app.return_code == 0
        assert not operator.app.is_running or operator.app._exit
    assert signal.getsignal(number) is signal.SIG_DFL
    desk.store.close()


class Asks(ConsoleScreen):
    """Asks what a test wants."""

    answers: list[Any]

    async def ask(self, question: str, *arguments: Any) -> None:
        self.answers.append(await getattr(self.prompt, question)(*arguments))


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (("enter",), False),
        (("escape",), False),
        (("n",), False),
        (("y",), True),
        (("right", "enter"), True),
        (("x", "right", "right", "enter"), False),
        (("ctrl+c",), False),
    ],
)
async def test_a_question_begins_at_no(keys: tuple[str, ...], answer: bool, tmp_path: Path) -> None:
    desk = desk_in(tmp_path)
    async with console(desk) as operator:
        screen = Asks()
        screen.answers = []
        await operator.app.push_screen(screen)
        screen.run_worker(screen.ask("confirm", "Submit 12 invoices (14 230,00 €)?"))
        await operator.idle()
        assert operator.sees("Submit 12 invoices (14 230,00 €)? No Yes")
        await operator.press(*keys)
        assert screen.answers == [answer]
        assert not operator.sees("Submit 12 invoices")
    desk.store.close()


async def test_what_is_pasted_into_a_question_holds_nothing_that_a_terminal_obeys(tmp_path: Path) -> None:
    desk = desk_in(tmp_path)
    async with console(desk) as operator:
        screen = Asks()
        screen.answers = []
        await operator.app.push_screen(screen)
        screen.run_worker(screen.ask("text", "Label:"))
        await operator.idle()
        assert screen.focused is not None
        screen.focused.post_message(events.Paste("Écoles\x1b]0;title\x07\r\nsecond"))
        await operator.idle()
        await operator.press("enter")
        assert screen.answers == ["Écoles\ufffd]0;title\ufffd"]
    desk.store.close()


LONG = "Remove the invoice of the town hall and the one of the hospital from this list? Their files are kept."


@pytest.mark.parametrize(
    ("question", "arguments", "seen", "answer"),
    [
        ("confirm", (LONG,), f"{LONG} No Yes", True),
        ("text", (LONG, "written"), f"{LONG} written", "writteny"),
        ("typed", (f"{LONG} {LONG} {LONG}", "y"), LONG, True),
    ],
)
async def test_a_question_longer_than_the_line_keeps_its_answers_in_sight(
    question: str, arguments: tuple[str, ...], seen: str, answer: Any, tmp_path: Path
) -> None:
    desk = desk_in(tmp_path)
    answers: list[Any] = []
    async with console(desk) as operator:
        screen: Any = operator.app.screen

        async def ask() -> None:
            answers.append(await getattr(screen.prompt, question)(*arguments))

        screen.run_worker(ask())
        await operator.idle()
        await operator.idle()
        assert operator.sees(seen)
        assert operator.lines[-1].startswith(" enter OK")
        await operator.press("y")
        if not answers:
            await operator.press("enter")
        assert answers == [answer]
        assert operator.lines[-1].startswith(" enter Open")
    desk.store.close()


async def test_a_sentence_longer_than_the_line_is_said_whole(tmp_path: Path) -> None:
    desk = desk_in(tmp_path)
    async with console(desk) as operator:
        screen: Any = operator.app.screen
        screen.say(LONG, Tone.BAD)
        await operator.idle()
        assert operator.sees(f"✗ {LONG}")
        screen.say("Short.")
        await operator.idle()
        assert operator.lines[-2] == " Short."
        assert not operator.lines[-3].strip()
    desk.store.close()


@pytest.mark.parametrize(("typed", "answer"), [("340", True), ("34", False), ("y", False), ("", False)])
async def test_a_mass_send_asks_for_the_number_to_be_typed(typed: str, answer: bool, tmp_path: Path) -> None:
    desk = desk_in(tmp_path)
    async with console(desk) as operator:
        screen = Asks()
        screen.answers = []
        await operator.app.push_screen(screen)
        screen.run_worker(screen.ask("typed", "Submit 340 invoices? Type their number:", "340"))
        await operator.idle()
        await operator.type(typed)
        await operator.press("enter")
        assert screen.answers == [answer]
    desk.store.close()


async def test_quitting_asks_only_when_something_would_be_left_half_done(tmp_path: Path) -> None:
    desk = desk_in(tmp_path)

    class Busy(ConsoleScreen):
        @property
        def unsaved(self) -> str:
            return "3 invoices are still being sent."

    async with console(desk) as operator:
        await operator.app.push_screen(Busy())
        await operator.press("q")
        assert operator.sees("3 invoices are still being sent. Leave anyway? No Yes")
        await operator.press("escape")
        await operator.app.pop_screen()
        await operator.press("q")
        assert operator.app._exit
    desk.store.close()


async def test_copying_says_what_was_copied_and_falls_back_to_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TMUX", raising=False)
    desk = desk_in(tmp_path)
    desk.store.invoices.put(*(invoice(n) for n in range(1, 1_000)))
    async with console(desk) as operator:
        await operator.press("y")
        assert operator.sees("Copied 1 row to the clipboard.")
        await operator.press("a", "y")
        assert operator.sees("999 rows: too big for the clipboard, written to")
    assert (tmp_path / "exports" / "copied.txt").read_text(encoding="utf-8").count("\n") == 998
    desk.store.close()


async def test_a_command_that_breaks_is_a_sentence_and_not_the_end(tmp_path: Path) -> None:
    desk = desk_in(tmp_path)
    desk.store.invoices.put(invoice(1))
    async with console(desk) as operator:
        command = operator.app.registry["tracking.export"]

        async def breaks(_screen: object) -> None:
            raise ZeroDivisionError

        screen: Any = operator.app.screen
        screen.run_command(replace(command, run=breaks))
        await operator.idle()
        assert operator.sees("✗ Export to CSV: something went wrong in the console itself")
        screen.say("All is well.", Tone.GOOD)
        await operator.idle()
        assert operator.sees("✓ All is well.")
    desk.store.close()


async def test_keys_typed_ahead_of_a_question_are_its_answer_and_never_commands(tmp_path: Path) -> None:
    desk = desk_in(tmp_path)
    desk.store.invoices.put(invoice(1), invoice(2, recipient_name="Mairie de Béziers"))
    async with console(desk) as operator:
        for key, character in (("slash", "/"), *((c, c) for c in "bez"), ("enter", "\r"), ("space", " ")):
            operator.app.post_message(events.Key(key, character))
        await operator.idle()
        await operator.idle()
        assert operator.sees("Tracking /bez 1 of 2 · 1 marked")
    desk.store.close()


@pytest.mark.parametrize("invoices", [7, 123_456])
def test_every_place_keeps_its_number_in_the_header_however_much_waits(invoices: int) -> None:
    counts = {"to_submit": invoices, "to_process": invoices, "tracking": invoices}
    facts = Facts("simulator", "tracking", NOW, counts=counts)
    line = "".join(text for text, _look in header_lines(facts, 80)[1])
    assert len(line) <= 80
    assert [word for word in line.split() if len(word) == 1 and word != "7"] == list("123456")
