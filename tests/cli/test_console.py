"""Opening the console: where it can be shown, where it cannot, and what is left behind."""

import os
import signal
from pathlib import Path

import pytest

from tests.cli.conftest import Run, command
from tests.cli.terminal import Terminal


def environ(tmp_path: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CHORUS_TUI")}
    return kept | {"TERM": "xterm-256color", "TMPDIR": str(tmp_path), "HOME": str(tmp_path)} | more


def test_the_demo_opens_lists_samples_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with Terminal(command("demo"), environ(tmp_path)) as terminal:
        terminal.wait_for("SIMULATOR")
        terminal.wait_for("FA-2026-10")
        [folder] = tmp_path.glob("chorus-tui-demo-*")
        assert len(list((folder / "drop").glob("*.pdf"))) >= 12
        terminal.type("q")
        assert terminal.end() == 0
    assert list(tmp_path.glob("chorus-tui-demo-*")) == []


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_dropped_connection_ends_the_demo_and_its_folder(tmp_path: Path, number: signal.Signals) -> None:
    with Terminal(command("demo"), environ(tmp_path)) as terminal:
        terminal.wait_for("SIMULATOR")
        terminal.process.send_signal(number)
        assert terminal.end() == 0
    assert list(tmp_path.glob("chorus-tui-demo-*")) == []


def test_the_demo_never_joins_a_store_that_is_there(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "data").mkdir(parents=True)
    with Terminal(command("--home", home, "demo"), environ(tmp_path)) as terminal:
        assert terminal.end() == 1
        assert b"holds data already" in terminal.painted


@pytest.mark.parametrize("term", ["dumb", ""])
def test_a_terminal_that_cannot_place_text_is_refused_with_what_works(tmp_path: Path, term: str) -> None:
    with Terminal(command("demo"), environ(tmp_path, TERM=term)) as terminal:
        assert terminal.end() == 2
        assert b"cannot place text" in terminal.painted
        assert b"chorus-tui status" in terminal.painted
        assert b"\x1b" not in terminal.painted


def test_a_pipe_is_refused_with_what_works(run: Run) -> None:
    answer = run()
    assert answer.exit_code == 2
    assert "This is not a terminal" in answer.stderr
    assert "chorus-tui status" in answer.stderr


def test_without_settings_the_console_says_how_to_begin(tmp_path: Path) -> None:
    with Terminal(command("--home", tmp_path / "home"), environ(tmp_path)) as terminal:
        assert terminal.end() == 3
        assert b"chorus-tui init" in terminal.painted
        assert b"chorus-tui demo" in terminal.painted


def test_a_key_for_a_command_that_does_not_exist_is_named(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "settings.toml").write_text('[keys]\n"to_submit.sbumit" = "f9"\n')
    with Terminal(command("--home", home), environ(tmp_path)) as terminal:
        assert terminal.end() == 3
        assert b"to_submit.sbumit" in terminal.painted
        assert b"keys --names" in terminal.painted


def test_the_console_opens_on_settings_that_reach_nobody(tmp_path: Path) -> None:
    """S1-083: the screens work; what is broken is said in words."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "settings.toml").write_text(
        '[connection]\nenvironment = "simulator"\noauth_url = "http://127.0.0.1:1/"\napi_url = "http://127.0.0.1:1"\n'
    )
    secrets = {f"CHORUS_TUI_{name}": "x" for name in ("CLIENT_ID", "CLIENT_SECRET", "LOGIN", "PASSWORD")}
    with Terminal(command("--home", home), environ(tmp_path, **secrets)) as terminal:
        terminal.wait_for("Documents to be submitted")
        terminal.type("q")
        assert terminal.end() == 0
