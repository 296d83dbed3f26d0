"""A defect of the console costs nobody what was typed, is told in words, and shows no invoice."""

import os
import sys
from pathlib import Path

import pytest

from tests.cli.terminal import Terminal
from tests.console.billing import clerk_of
from tests.house import House
from tests.sync.test_service import until

BROKEN = """
import sys
sys.argv = ["chorus-tui", "--home", {home!r}, "demo"]
from chorus_tui.ui.app import ChorusConsole

def look(self):
    secret = "4111-1111"
    raise RuntimeError("boom")

ChorusConsole._look = look
from chorus_tui.cli import main
main()
"""


def test_a_console_that_breaks_says_so_and_leaves_its_story_in_the_log(tmp_path: Path) -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("CHORUS_TUI")}
    script = BROKEN.format(home=str(tmp_path / "home"))
    with Terminal([sys.executable, "-c", script], environ | {"TERM": "xterm-256color"}) as terminal:
        assert terminal.end() == 70
    assert b"This is a defect of chorus-tui: RuntimeError." in terminal.painted
    assert b"Traceback" not in terminal.painted
    assert b"4111-1111" not in terminal.painted
    log = (tmp_path / "home" / "log" / "chorus-tui.log").read_text()
    assert "RuntimeError: boom" in log


async def test_a_console_that_breaks_keeps_what_was_being_typed(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        await house.ready("FA-1")

        def boom() -> None:
            raise RuntimeError("boom")

        async def types_and_breaks() -> None:
            async with clerk_of(house) as clerk:
                await clerk.keys("enter", *"FA7")
                clerk.app.call_later(boom)
                await until(lambda: clerk.app.defect is not None)

        with pytest.raises(RuntimeError, match="boom"):
            await types_and_breaks()
        assert house.store.drafts.all()[0].typed == {"number": "FA7"}
