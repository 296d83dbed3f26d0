"""A real pseudo-terminal with a command in it, and the screen that an operator would see on it."""

import codecs
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from types import TracebackType
from typing import Self

SEQUENCE = re.compile(
    r"\x1b\[(?P<mode>[?<>=]?)(?P<numbers>[\d;:]*)[ -/]*(?P<final>[@-~])"
    r"|\x1b[\]PX^_].*?(?:\x07|\x1b\\)"
    r"|\x1b[ -/]*[0-Z\\^-~]",
    re.DOTALL,
)
"""What is no text: a control sequence, a string for the terminal itself, or a short escape."""


class Screen:
    """What stands on a terminal after so many bytes: places text, obeys the cursor, forgets colours."""

    def __init__(self, columns: int, rows: int) -> None:
        self._columns, self._rows = columns, rows
        self._cells = self._empty()
        self._row = self._column = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""

    def _empty(self) -> list[list[str]]:
        return [[" "] * self._columns for _row in range(self._rows)]

    def feed(self, painted: bytes) -> None:
        """Take what the program wrote; the beginning of a sequence waits for its end."""
        text = self._rest + self._decoder.decode(painted)
        at = 0
        while at < len(text):
            if text[at] == "\x1b":
                found = SEQUENCE.match(text, at)
                if found is None:
                    break
                if found["final"] and not found["mode"]:
                    self._obey(found["final"], [int(n or 0) for n in re.split("[;:]", found["numbers"])])
                at = found.end()
            else:
                self._put(text[at])
                at += 1
        self._rest = text[at:]

    def _obey(self, final: str, numbers: list[int]) -> None:
        if final == "H":
            self._row, self._column = (max(1, n) - 1 for n in (*numbers, 1)[:2])
        elif final == "J":
            self._cells = self._empty()

    def _put(self, character: str) -> None:
        if character == "\r":
            self._column = 0
        elif character == "\n":
            self._row += 1
        elif character >= " " and self._row < self._rows and self._column < self._columns:
            self._cells[self._row][self._column] = character
            self._column += 1

    @property
    def text(self) -> str:
        """Line by line."""
        return "\n".join("".join(row).rstrip() for row in self._cells)


class Terminal:
    """Runs a command as a login shell would: what it paints is read, keys are typed."""

    def __init__(self, command: list[str], environ: dict[str, str], size: tuple[int, int] = (80, 24)) -> None:
        columns, rows = size
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=environ, preexec_fn=_own_terminal
        )
        os.close(slave)
        self.painted = b""
        self._screen = Screen(columns, rows)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self._master >= 0:
            os.close(self._master)

    @property
    def screen(self) -> str:
        """What stands on it now."""
        return self._screen.text

    def wait_for(self, text: str, seconds: float = 60) -> None:
        """Read until a text was painted."""
        deadline = time.monotonic() + seconds
        while text.encode() not in self.painted:
            left = deadline - time.monotonic()
            assert left > 0, f"{text!r} was not painted: {self.painted[-2000:]!r}"
            if not self._read(left):
                raise AssertionError(f"the command ended: {self.painted[-2000:]!r}")

    def until(self, *texts: str, gone: tuple[str, ...] = (), seconds: float = 30) -> None:
        """Read until all of these stand on the screen, and none of those that must be gone."""
        deadline = time.monotonic() + seconds
        while not all(text in self.screen for text in texts) or any(text in self.screen for text in gone):
            left = deadline - time.monotonic()
            assert left > 0, f"{texts} without {gone} never stood there:\n{self.screen}"
            assert self._read(left), f"the command ended:\n{self.screen}"

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._master, keys.encode())

    def hang_up(self) -> None:
        """Close the line, as a dropped SSH connection does."""
        os.close(self._master)
        self._master = -1

    def end(self, seconds: float = 30) -> int:
        """Read until the command ends; its exit code."""
        deadline = time.monotonic() + seconds
        while self._master >= 0 and self._read(max(0.0, deadline - time.monotonic())):
            assert time.monotonic() < deadline, "the command goes on"
        return self.process.wait(seconds)

    def _read(self, seconds: float) -> bool:
        ready, _write, _error = select.select([self._master], [], [], seconds)
        if not ready:
            return True
        try:
            chunk = os.read(self._master, 65536)
        except OSError:  # the other end is closed
            return False
        self.painted += chunk
        self._screen.feed(chunk)
        return bool(chunk)


def _own_terminal() -> None:
    """Make the pseudo-terminal the one that this process is told about when the line drops."""
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
