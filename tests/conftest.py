"""The world of every test: no settings of whoever runs it, one language, and no network but this machine."""

import gc
import os
import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from hatch_build import compile_catalogues


def pytest_collection_finish() -> None:
    """What was imported and collected stays for good, so the garbage collector need not walk it in each test.

    Two files of it ran in 30 seconds instead of 43 alone; the whole suite gained little.
    """
    gc.set_threshold(100_000, 50, 1000)
    gc.collect()
    gc.freeze()


REFUSED = "a test may only speak to this machine"


def _loopback_only(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse to leave the machine, and to ask for names outside of it."""
    if event == "socket.connect":
        address = arguments[1]
        if isinstance(address, tuple) and not _is_here(str(address[0])):
            raise PermissionError(f"{REFUSED}: {address[0]}")
    elif event == "socket.getaddrinfo" and arguments[0] is not None and not _is_here(_text(arguments[0])):
        raise PermissionError(f"{REFUSED}: {_text(arguments[0])}")


def _text(host: object) -> str:
    return host.decode() if isinstance(host, bytes) else str(host)


def _is_here(host: str) -> bool:
    return host in ("localhost", "::1", "0.0.0.0", "::", "", socket.gethostname()) or host.startswith("127.")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        # Once, before the workers begin: a stale catalogue would hide what is not translated.
        compile_catalogues(Path(__file__).parent.parent)
    sys.addaudithook(_loopback_only)


@pytest.fixture(autouse=True)
def frozen_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the developer's own environment changes what a test sees."""
    for name in list(os.environ):
        if name == "TEXTUAL_SNAPSHOT_TEMPDIR":  # where the snapshot plugin itself keeps its report
            continue
        if name.startswith(("TEXTUAL", "CHORUS_TUI_", "LC_")) or name in (
            "NO_COLOR",
            "FORCE_COLOR",
            "COLORTERM",
            "LANGUAGE",
            "COLUMNS",  # these two would be believed before the size of a test's own terminal
            "LINES",
            "CREDENTIALS_DIRECTORY",
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "ALL_PROXY",
            "http_proxy",
            "https_proxy",
            "all_proxy",
        ):
            monkeypatch.delenv(name)
    monkeypatch.setenv("LANG", "C.UTF-8")
