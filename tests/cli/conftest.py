"""Homes, a served sandbox, and commands run as a user runs them."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from chorus_tui.cli import main
from chorus_tui.cli.logs import SharedFile

Where = dict[str, str]
Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def log_as_before() -> Iterator[None]:
    """A command sends the log of its process to a file; the next test is another process's life."""
    root, raising = logging.getLogger(), logging.raiseExceptions
    level = root.level
    yield
    logging.captureWarnings(False)
    logging.raiseExceptions = raising
    root.setLevel(level)
    for handler in [handler for handler in root.handlers if isinstance(handler, SharedFile)]:
        root.removeHandler(handler)
        handler.close()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def run(home: Path) -> Run:
    """`chorus-tui --home HOME …` in this process."""

    def invoke(*arguments: str | Path, **environ: str) -> Result:
        return CliRunner().invoke(main, ["--home", str(home), *map(str, arguments)], env=environ)

    return invoke


def command(*arguments: str | Path) -> list[str]:
    """The command line of a process of its own."""
    return [sys.executable, "-m", "chorus_tui", *map(str, arguments)]


@pytest.fixture(scope="module")
def where() -> Iterator[Where]:
    """A sandbox served over a socket by the command itself: where it is, and how to sign in."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("CHORUS_TUI")}
    process = subprocess.Popen(
        command("sandbox", "--port", "0", "--speed", "1440"), stdout=subprocess.PIPE, text=True, env=environ
    )
    assert process.stdout is not None
    with process:
        yield json.loads(process.stdout.readline())
        process.terminate()
    assert process.returncode == 0


def connect(home: Path, where: Where) -> dict[str, str]:
    """Write a home's settings so that it speaks to a served sandbox; its secrets, as an environment."""
    (home / "drop").mkdir(parents=True, exist_ok=True)
    (home / "settings.toml").write_text(
        f"""
settle = 0
[connection]
environment = "simulator"
oauth_url = "{where["oauth"]}"
api_url = "{where["api"]}"
timeout = 10
calls_per_second = 100
[[watch]]
path = "drop"
[[rules]]
name = "Invoices"
supplier = "83990121200010"
"""
    )
    names = ("client_id", "client_secret", "login", "password")
    return {f"CHORUS_TUI_{name.upper()}": where[name] for name in names}
