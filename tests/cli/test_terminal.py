"""The console in a real terminal, as a clerk has it over SSH."""

import re
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from chorus_tui.store import Store
from tests.cli.conftest import command
from tests.cli.terminal import Terminal
from tests.cli.test_console import environ

F4 = "\x1bOS"
NOWHERE = """
[connection]
environment = "simulator"
oauth_url = "http://127.0.0.1:1/"
api_url = "http://127.0.0.1:1"
"""
SECRETS = {f"CHORUS_TUI_{name}": "x" for name in ("CLIENT_ID", "CLIENT_SECRET", "LOGIN", "PASSWORD")}


def test_samples_of_the_demo_are_analysed_and_one_is_submitted_and_tracked(tmp_path: Path) -> None:
    """S1-014, S1-016, S1-024: the analysis really happens inside the program that paints."""
    with Terminal(command("demo"), environ(tmp_path)) as terminal:
        terminal.until("● To submit", "○ To submit", "✗ Mistaken", gone=("Analysing",))
        assert terminal.screen.count("To submit") >= 10
        terminal.type("/1041\r")
        terminal.until("/1041", "1 of", "● To submit")
        terminal.type("s")
        terminal.until("Submit 1 invoice", "No", "Yes")
        terminal.type("y")
        terminal.until("1 queued", "To submit 22")
        terminal.type(F4)
        terminal.until(" Tracking ", "FA-2026-1041", "1,872.00")
        terminal.type("q")
        assert terminal.end() == 0


def test_what_is_being_typed_when_the_connection_drops_is_there_at_the_next_login(tmp_path: Path) -> None:
    """Whether the system says so or the line is simply closed, one time after another."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "settings.toml").write_text(NOWHERE)
    demo = Terminal(command("--home", home, "demo"), environ(tmp_path))
    _type_until_dropped(demo, home, "ZZ-1", lambda: demo.process.send_signal(signal.SIGHUP))
    again = Terminal(command("--home", home), environ(tmp_path, **SECRETS))
    _type_until_dropped(again, home, "YY-2", lambda: again.process.send_signal(signal.SIGTERM), stood="ZZ-1")
    third = Terminal(command("--home", home), environ(tmp_path, **SECRETS))
    _type_until_dropped(third, home, "XX-3", third.hang_up, stood="YY-2")


def _type_until_dropped(
    terminal: Terminal, home: Path, text: str, drop: Callable[[], object], stood: str = ""
) -> None:
    """Type into a form, in which something may stand from before, until the connection drops."""
    with terminal:
        terminal.until("To submit 23", "● To submit", gone=("Analysing",))
        terminal.type("/1041\r")
        terminal.until("1 of")
        terminal.type("\r")
        terminal.until("F9 Validate", stood or "FA-2026-1041", "stands here again" if stood else "")
        terminal.type(text)
        terminal.until(text)
        drop()
        assert terminal.end() == 0
    with Store.open(home / "data") as store:
        [draft] = store.drafts.all()
        assert any(text in typed for typed in draft.typed.values())


def test_without_colour_nothing_painted_is_coloured(tmp_path: Path) -> None:
    with Terminal(command("demo"), environ(tmp_path, NO_COLOR="1", COLORTERM="truecolor")) as terminal:
        terminal.until("● To submit", "✗ Mistaken", gone=("Analysing",))
        for parameters in re.findall(rb"\x1b\[([\d;]*)m", terminal.painted):
            assert not set(parameters.split(b";")) & {
                b"%d" % n for n in (*range(30, 50), *range(90, 108))
            } - {
                b"39",
                b"49",
            }


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
def test_the_console_speaks_french_and_fills_the_terminal(tmp_path: Path, size: tuple[int, int]) -> None:
    french = environ(tmp_path, LANG="fr_FR.UTF-8")
    with Terminal(command("demo"), french, size) as terminal:
        settled = ("Documents à déposer", "● À déposer", "✗ En erreur", "? touches")
        terminal.until(*settled, gone=("Analyse en cours",))
        lines = terminal.screen.split("\n")
        assert lines[0].startswith(" SIMULATEUR")
        assert "?" in lines[size[1] - 1]
        terminal.type("q")
        assert terminal.end() == 0


def test_a_demo_of_as_many_invoices_as_asked_for_tracks_them_all(tmp_path: Path) -> None:
    with Terminal(command("demo", "--invoices", "1234"), environ(tmp_path)) as terminal:
        terminal.until("3 Tracking 1\u00a0", "● To submit")
        terminal.type(F4)
        terminal.until("1/1\u00a0")
        terminal.type("q")
        assert terminal.end() == 0
