"""What is imported when: only a run proves that a deferral defers."""

import subprocess
import sys

import pytest

from chorus_tui.cli import ROOMS

HEAVY = {
    *("aiolimiter", "asyncio", "facturx", "httpx", "lxml", "msgspec", "platformdirs", "pypdf", "rich"),
    *("sqlite3", "starlette", "tenacity", "textual", "tinydb", "uvicorn", "watchfiles"),
}
"""What costs more to import than `--version` may take."""


def modules(*arguments: str) -> set[str]:
    """The modules that a run of Python imports."""
    run = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    lines = (line for line in run.stderr.splitlines() if line.startswith("import time:"))
    return {line.rpartition("|")[2].strip() for line in lines}


def imported(*arguments: str) -> set[str]:
    """Their packages."""
    return {module.partition(".")[0] for module in modules(*arguments)}


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_version_and_help_import_nothing_heavy(option: str) -> None:
    found = imported("-m", "chorus_tui", option)
    assert "click" in found
    assert found & HEAVY == set()


def test_version_imports_the_room_of_no_command() -> None:
    found = modules("-m", "chorus_tui", "--version")
    assert "chorus_tui.cli" in found
    assert found & {f"chorus_tui.cli.{room}" for room in ROOMS} == set()


@pytest.mark.parametrize(
    ("module", "without"),
    [
        ("chorus_tui.domain.checks", HEAVY - {"msgspec"}),
        ("chorus_tui.settings", HEAVY - {"msgspec"}),
        ("chorus_tui.store", {"textual", "httpx", "pypdf", "starlette"}),
        ("chorus_tui.chorus", {"textual", "tinydb", "pypdf", "starlette"}),
        ("chorus_tui.operations", {"textual", "httpx", "starlette"}),
        ("chorus_tui.sync", {"textual", "starlette"}),
        ("chorus_tui.sandbox", {"textual", "tinydb", "httpx"}),
        ("chorus_tui.intake.worker", {"textual", "tinydb", "httpx", "facturx", "requests"}),
    ],
)
def test_a_room_imports_without_the_tools_of_another(module: str, without: set[str]) -> None:
    assert imported("-c", f"import {module}") & without == set()
