"""What only a real terminal shows: the app runs in the program's own task there, not beside a test."""

from pathlib import Path

from tests.cli.conftest import command
from tests.cli.terminal import Terminal
from tests.cli.test_console import environ

ESCAPE = "\x1b"


def test_every_screen_that_opens_over_another_closes_and_the_console_goes_on(tmp_path: Path) -> None:
    with Terminal(command("demo"), environ(tmp_path)) as terminal:
        terminal.until("FA-2026-10", "sync runs (here)")
        for key, words in (("?", "What can be done here"), (":", "Palette:"), ("L", "Messages"), ("c", "F9")):
            terminal.type(key)
            terminal.until(words)
            terminal.type(ESCAPE)
            terminal.until("Documents to be submitted", gone=(words,))
        terminal.type("q")
        assert terminal.end() == 0
