"""A real pseudo-terminal of 80 columns and 24 lines with a command in it."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from types import TracebackType
from typing import Self


class Terminal:
    """Runs a command as a login shell would: what it paints is read, keys are typed."""

    def __init__(self, command: list[str], environ: dict[str, str]) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=environ, start_new_session=True
        )
        os.close(slave)
        self.painted = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._master)

    def wait_for(self, text: str, seconds: float = 60) -> None:
        """Read until a text was painted."""
        deadline = time.monotonic() + seconds
        while text.encode() not in self.painted:
            left = deadline - time.monotonic()
            assert left > 0, f"{text!r} was not painted: {self.painted[-2000:]!r}"
            if not self._read(left):
                raise AssertionError(f"the command ended: {self.painted[-2000:]!r}")

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._master, keys.encode())

    def end(self, seconds: float = 30) -> int:
        """Read until the command ends; its exit code."""
        deadline = time.monotonic() + seconds
        while self._read(max(0.0, deadline - time.monotonic())):
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
        return bool(chunk)
