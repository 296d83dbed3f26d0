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
Ends = Callable[[Terminal], None]


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


@pytest.mark.parametrize(
    "drop",
    [
        lambda terminal: terminal.process.send_signal(signal.SIGHUP),
        lambda terminal: terminal.process.send_signal(signal.SIGTERM),
        lambda terminal: terminal.hang_up(),
    ],
    ids=["SIGHUP", "SIGTERM", "the line is closed"],
)
def test_what_is_being_typed_when_the_connection_drops_is_there_at_the_next_login(
    tmp_path: Path, drop: Ends
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "settings.toml").write_text(NOWHERE)
    with Terminal(command("--home", home, "demo"), environ(tmp_path)) as terminal:
        terminal.until("To submit 23", "● To submit", gone=("Analysing",))
        terminal.type("/1041\r")
        terminal.until("1 of")
        terminal.type("\r")
        terminal.until("F9 Validate", "FA-2026-1041")
        terminal.type("ZZ-99")
        terminal.until("ZZ-99")
        drop(terminal)
        assert terminal.end() == 0
    with Store.open(home / "data") as store:
        [draft] = store.drafts.all()
        assert "ZZ-99" in draft.typed.values()
    with Terminal(command("--home", home), environ(tmp_path, **SECRETS)) as terminal:
        terminal.until("To submit 23", "● To submit")
        terminal.type("/1041\r")
        terminal.until("1 of")
        terminal.type("\r")
        terminal.until("ZZ-99", "stands here again")


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
