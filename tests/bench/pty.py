"""Drives a terminal program through a real pty and measures what an operator would feel.

with Session([sys.executable, "-m", "…"], columns=120, rows=40) as session:
    seconds = session.until(b"FA2026-")       # from start to that text on the wire
    session.settle()
    session.key(DOWN)                         # → Felt(first, last, size)
"""

import fcntl
import os
import pty
import select
import signal
import statistics
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

DOWN, UP, PAGE_DOWN, ESCAPE, ENTER = b"\x1b[B", b"\x1b[A", b"\x1b[6~", b"\x1b", b"\r"
QUIET = 0.05
"""Seconds without a byte after which a frame is taken for finished."""


@dataclass(frozen=True, slots=True)
class Felt:
    """What one key caused: milliseconds to the first and the last byte, and bytes."""

    first: float
    last: float
    size: int


@dataclass(frozen=True, slots=True)
class Summary:
    """The same over many keys."""

    paint_p50: float
    paint_p95: float
    size_p50: int
    size_max: int


def summary(felt: Sequence[Felt]) -> Summary:
    """Median and 95th percentile of time to paint (the last byte); median and greatest size."""
    lasts = sorted(f.last for f in felt)
    sizes = [f.size for f in felt]
    return Summary(
        statistics.median(lasts),
        lasts[min(len(lasts) - 1, int(len(lasts) * 0.95))],
        int(statistics.median(sizes)),
        max(sizes),
    )


class Session:
    """One program on one pty; true colour, as a good terminal over a good network."""

    def __init__(
        self,
        command: Sequence[str],
        columns: int = 80,
        rows: int = 24,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.seen = bytearray()
        self.begun = time.perf_counter()
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            told = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
            told.pop("NO_COLOR", None)
            os.execvpe(command[0], list(command), {**told, **(environment or {})})
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._fd)

    def _read(self, wait: float) -> int:
        """Bytes read, after answering the questions that Textual asks a terminal."""
        if not select.select([self._fd], [], [], wait)[0]:
            return 0
        try:
            data = os.read(self._fd, 1 << 16)
        except OSError:
            return 0
        if b"\x1b[?2026$p" in data:
            os.write(self._fd, b"\x1b[?2026;2$y")
        self.seen += data
        return len(data)

    def until(self, text: bytes, limit: float = 60.0) -> float:
        """Seconds from the start until a text was written.

        Raises:
            TimeoutError: it never was.
        """
        while text not in self.seen:
            self._read(0.02)
            if time.perf_counter() - self.begun > limit:
                raise TimeoutError(f"{text!r} not seen in {bytes(self.seen[-400:])!r}")
        return time.perf_counter() - self.begun

    def settle(self, quiet: float = 0.4, limit: float = 30.0) -> None:
        """Read until nothing came for a while."""
        last = begun = time.perf_counter()
        while time.perf_counter() - last < quiet and time.perf_counter() - begun < limit:
            if self._read(0.02):
                last = time.perf_counter()

    def listen(self, seconds: float) -> int:
        """Bytes written while nobody touches a key."""
        end, size = time.perf_counter() + seconds, 0
        while (left := end - time.perf_counter()) > 0:
            size += self._read(left)
        return size

    def key(self, data: bytes, limit: float = 20.0) -> Felt:
        """Press a key and wait for the frame it causes."""
        while self._read(0):
            continue
        begun = time.perf_counter()
        os.write(self._fd, data)
        first = last = 0.0
        size = 0
        while True:
            got = self._read(0.005)
            now = time.perf_counter()
            if got:
                first, last, size = first or now, now, size + got
            elif (size and now - last > QUIET) or now - begun > limit:
                return Felt((first - begun) * 1000, (last - begun) * 1000, size)

    def press(self, data: bytes, text: bytes, limit: float = 20.0) -> float:
        """Press a key and wait for a text that only its answer writes; milliseconds.

        Raises:
            TimeoutError: it was not written.
        """
        while self._read(0):
            continue
        self.seen.clear()
        begun = time.perf_counter()
        os.write(self._fd, data)
        while text not in self.seen:
            self._read(0.005)
            if time.perf_counter() - begun > limit:
                raise TimeoutError(f"{text!r} not seen in {bytes(self.seen[-400:])!r}")
        return (time.perf_counter() - begun) * 1000

    def keys(self, data: bytes, times: int) -> Summary:
        """Press a key again and again."""
        return summary([self.key(data) for _time in range(times)])

    def memory(self) -> float:
        """Resident megabytes."""
        with open(f"/proc/{self.pid}/status", encoding="ascii") as file:  # noqa: PTH123  # a kernel file
            line = next(line for line in file if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024

    def processor(self) -> float:
        """Seconds of processor used so far."""
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as file:  # noqa: PTH123  # a kernel file
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
