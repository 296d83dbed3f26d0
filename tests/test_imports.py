"""What is imported when: only a run proves that a deferral defers."""

import subprocess
import sys

import pytest

HEAVY = {
    *("aiolimiter", "asyncio", "facturx", "httpx", "lxml", "msgspec", "platformdirs", "pypdf", "rich"),
    *("sqlite3", "starlette", "tenacity", "textual", "tinydb", "uvicorn", "watchfiles"),
}
"""What costs more to import than `--version` may take."""


def imported(*arguments: str) -> set[str]:
    """The packages that a run of Python imports."""
    run = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    lines = (line for line in run.stderr.splitlines() if line.startswith("import time:"))
    return {line.rpartition("|")[2].strip().partition(".")[0] for line in lines}


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_version_and_help_import_nothing_heavy(option: str) -> None:
    found = imported("-m", "chorus_tui", option)
    assert "click" in found
    assert found & HEAVY == set()


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
    ],
)
def test_a_room_imports_without_the_tools_of_another(module: str, without: set[str]) -> None:
    assert imported("-c", f"import {module}") & without == set()
