"""Figures of the work behind the screens: start, sweeps, exports. Prints; never fails on time."""

import asyncio
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from chorus_tui.operations import export_in_background, tracked
from chorus_tui.sandbox import World
from tests.house import House

INVOICES = 100_000
CHANGES = 300


def main() -> None:
    """Print every row."""
    version_row()
    with tempfile.TemporaryDirectory() as home:
        asyncio.run(track_rows(Path(home)))


def row(what: str, figure: str, budget: str, beside: str) -> None:
    """One line of the table."""
    print(f"{what:<46} {figure:<34} {budget:<22} {beside}", flush=True)  # noqa: T201  # a benchmark prints


def version_row() -> None:
    """How long `chorus-tui --version` takes, beside a Python that does nothing."""

    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}  # compiled, as where it is installed

    def median(argv: list[str]) -> float:
        times = []
        for _ in range(9):
            begun = time.perf_counter()
            subprocess.run(argv, check=True, capture_output=True, env=environment)
            times.append(time.perf_counter() - begun)
        return statistics.median(times) * 1000

    ours = median([sys.executable, "-m", "chorus_tui", "--version"])
    row(
        "chorus-tui --version",
        f"{ours:.0f} ms",
        "≤ 120 ms",
        f"python -c pass {median([sys.executable, '-c', 'pass']):.0f} ms",
    )


class Lag:
    """How long the event loop kept anything else waiting."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.own: list[float] = []
        self._begin()

    def _begin(self) -> None:
        self._begun, self._worked = time.perf_counter(), time.process_time()

    async def measure(self) -> None:
        """Until cancelled."""
        while True:
            self._begin()
            await asyncio.sleep(0.002)
            self.note()

    def note(self) -> None:
        """Take in how long the wait was, or is so far."""
        self.waits.append(max(0.0, time.perf_counter() - self._begun - 0.002) * 1000)
        self.own.append((time.process_time() - self._worked) * 1000)

    def __str__(self) -> str:
        waits = sorted(self.waits) or [0.0]
        p95 = waits[int(len(waits) * 0.95)]
        # The rest of a wait is what other processes took: a busy machine, not a busy loop.
        return f"loop lag p95 {p95:.0f} max {waits[-1]:.0f} ms, own work ≤ {max(self.own, default=0.0):.0f}"


@contextmanager
def lag() -> Iterator[Lag]:
    """Measure the loop's lag meanwhile."""
    measured = Lag()
    task = asyncio.get_running_loop().create_task(measured.measure())
    try:
        yield measured
    finally:
        measured.note()  # work that ends the measuring would never be seen
        task.cancel()


async def track_rows(home: Path) -> None:
    """First reading of everything, a sweep for few changes, and an export of everything."""
    world = World.load().with_invoices(INVOICES)
    async with House(home, world=world) as house:
        house.sandbox.exchanges.enabled = False
        begun = time.perf_counter()
        with lag() as measured:
            await house.settle()
        held = len(house.store.invoices)
        row(
            f"first reading of {held} invoices",
            f"{time.perf_counter() - begun:.1f} s, {measured}",
            "loop ≤ 20 ms",
            "",
        )

        for known in list(house.store.invoices.all())[:CHANGES]:
            house.sandbox.act(known.id, "SERVICE_FAIT")
        house.turn(timedelta(minutes=30))
        house.wire.calls.clear()
        begun = time.perf_counter()
        with lag() as measured:
            changed = await house.service.track.run_once()
        row(
            f"status sweep, {changed} changes",
            f"{len(house.wire.calls)} requests, {time.perf_counter() - begun:.2f} s",
            "≤ 10 requests",
            f"one call per invoice: {held} requests",
        )

        rows = tracked(house.desk)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        begun = time.perf_counter()
        with lag() as measured:
            path = await export_in_background(house.desk, rows, home / "all.csv")
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        row(
            f"CSV of {len(rows)} rows",
            f"{time.perf_counter() - begun:.2f} s, +{grown:.0f} MB, {measured}",
            "≤ 2 s, flat memory",
            f'source: "several minutes" ({path.stat().st_size / 1e6:.0f} MB written)',
        )


if __name__ == "__main__":
    main()
