"""The log: a rotating file in the log folder, never the terminal, with secrets struck out.

Nothing of ours logs a secret or a payload; the formatter here is the belt, for what a library might say.
"""

import base64
import logging
import os
import sys
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from chorus_tui.settings import Credentials
from chorus_tui.text import clean_lines

NAME = "chorus-tui.log"
_STRUCK = "****"
_SHORTEST = 4
"""Shorter values would strike out half of every line."""


class Discreet(logging.Formatter):
    """Writes records without the values of secrets, and without what a terminal would obey."""

    def __init__(self, credentials: Credentials) -> None:
        super().__init__("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s")
        values = [getattr(credentials, name) for name in credentials.__struct_fields__]
        pair = f"{credentials.login}:{credentials.password}".encode()
        values.append(base64.b64encode(pair).decode() if credentials.password else "")
        self._values = sorted((value for value in values if len(value) >= _SHORTEST), key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        """One record, safe to keep and to show."""
        text = super().format(record)
        for value in self._values:
            text = text.replace(value, _STRUCK)
        return clean_lines(text)


class SharedFile(RotatingFileHandler):
    """A rotating file that several consoles write: who finds it rotated by another opens the new one.

    File and folder are made by the first record.
    """

    def _open(self) -> TextIOWrapper:
        path = Path(self.baseFilename)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        return super()._open()

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record to the file of that name, whoever rotated it last."""
        if self.stream is not None:
            try:
                moved = not os.path.samestat(os.stat(self.baseFilename), os.fstat(self.stream.fileno()))  # noqa: PTH116
            except OSError:
                moved = True
            if moved:
                self.stream.close()
                self.stream = None  # opened again by the next write, as with delay=True
        super().emit(record)


def start(folder: Path, credentials: Credentials, *, verbose: bool = False) -> None:
    """Send the log to the folder. A folder that cannot be written costs the log, not the command."""
    logging.raiseExceptions = False
    logging.captureWarnings(True)
    root = logging.getLogger()
    for former in [handler for handler in root.handlers if isinstance(handler, SharedFile)]:
        root.removeHandler(former)
        former.close()
    handler = SharedFile(
        folder / NAME, maxBytes=2_000_000, backupCount=5, encoding="utf-8", errors="replace", delay=True
    )
    handler.setFormatter(Discreet(credentials))
    root.addHandler(handler)
    root.setLevel(logging.DEBUG if verbose else logging.INFO)
    # Their debug lines hold headers, so the password and the token.
    for name in ("httpx", "httpcore", "asyncio", "pypdf", "uvicorn", "watchfiles", "fontTools"):
        logging.getLogger(name).setLevel(logging.WARNING)


def record_crash(error: BaseException) -> None:
    """Write a defect with its traceback into the log."""
    logging.getLogger("chorus_tui").critical("%s", sys.argv[1:2], exc_info=error)
