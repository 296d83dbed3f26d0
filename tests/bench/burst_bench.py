"""A burst: 2 000 PDFs dropped at once are read, analysed and listed while an operator works at the console.

The console, its reader and a simulated Chorus Pro are three processes, as they would be on a server, all on
the cores of this machine. Prints; never fails on time.

    python -m tests.bench.burst_bench [files]
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

from tests.bench.pty import DOWN, UP, Session
from tests.pdfs import SUPPLIER, invoice_pdf
from tests.sheets import Line

FILES = 2_000
BUDGET = 240.0
"""Seconds."""
CURSOR = b"m> "
"""Begins the row under the cursor."""
LOOK_EVERY = 5.0
"""Seconds between two counts; a count is a process of its own and costs a core a fifth of a second."""


def main(files: int = FILES) -> None:
    """Print what the burst cost and what the operator felt meanwhile."""
    with tempfile.TemporaryDirectory() as scratch, simulator() as where:
        home, made = Path(scratch, "home"), Path(scratch, "made")
        drop = home / "drop"
        for folder in (home, made, drop):
            folder.mkdir()
        (home / "settings.toml").write_text(settings(where, drop), encoding="utf-8")
        environment = secrets(where)
        for number in range(files):
            content = invoice_pdf(number=f"B-{number:06}", lines=(Line("Bancs", price=Decimal(number + 1)),))
            (made / f"B-{number:06}.pdf").write_bytes(content)
        with Session(
            [sys.executable, "-m", "chorus_tui", "--home", str(home)], 120, 40, environment
        ) as console:
            console.until(b"Documents to be submitted")
            console.settle(2)
            begun = time.perf_counter()
            for file in made.iterdir():
                file.rename(drop / file.name)
            felt, took, listed = work_on(console, begun, home, environment, files)
    tell(f"burst: {listed} of {files} PDFs read, analysed, listed", f"{took:.0f} s", f"≤ {BUDGET:.0f} s")
    p50, p95 = statistics.median(felt), sorted(felt)[int(len(felt) * 0.95)]
    tell(f"key to paint meanwhile ({len(felt)} keys)", f"p50 {p50:.1f} p95 {p95:.1f} ms", "≤ 8 / ≤ 20 ms")


def work_on(
    console: Session, begun: float, home: Path, environment: dict[str, str], files: int
) -> tuple[list[float], float, int]:
    """Move down the list until everything is ready; milliseconds of each key, seconds in all, how many."""
    console.until(CURSOR)
    felt: list[float] = []
    looked, ready, moves = begun, 0, 0
    while ready < files and time.perf_counter() - begun < 2 * BUDGET:
        # Rows arrive and are painted all the time; the mark of the cursor tells the answer to the key apart.
        felt.append(console.press(DOWN if moves % 8 < 4 else UP, CURSOR))
        moves += 1
        console.listen(0.2)
        if time.perf_counter() - looked > LOOK_EVERY:
            ready = to_submit(home, environment)
            looked = time.perf_counter()
    return felt, time.perf_counter() - begun, ready


def to_submit(home: Path, environment: dict[str, str]) -> int:
    """Documents that are ready, as a script would ask."""
    answer = subprocess.run(
        [sys.executable, "-m", "chorus_tui", "--home", str(home), "status", "--json"],
        env={**os.environ, **environment},
        capture_output=True,
        check=True,
    )
    return int(json.loads(answer.stdout)["documents"]["to_submit"])


@contextmanager
def simulator() -> Iterator[dict[str, str]]:
    """A simulated Chorus Pro in a process of its own."""
    with subprocess.Popen(
        [sys.executable, "-m", "chorus_tui", "sandbox", "--port", "0", "--speed", "60"],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()


def settings(where: dict[str, str], drop: Path) -> str:
    """A settings file for it."""
    return f"""
[connection]
environment = "simulator"
oauth_url = "{where["oauth"]}"
api_url = "{where["api"]}"

[[watch]]
path = "{drop}"

[[rules]]
name = "Burst"
supplier = "{SUPPLIER.siret}"
folder = "{drop}"
"""


def secrets(where: dict[str, str]) -> dict[str, str]:
    """The environment that signs in there."""
    names = ("client_id", "client_secret", "login", "password")
    return {f"CHORUS_TUI_{name.upper()}": where[name] for name in names}


def tell(what: str, ours: str, budget: str) -> None:
    """One line of the table."""
    print(f"{what:<56} {ours:>22}   {budget}", flush=True)  # noqa: T201  # a benchmark prints


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
