"""Figures of the public directory: imports of 200 000 rows, what they cost a running console, lookups."""

import asyncio
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from chorus_tui.operations import Desk
from chorus_tui.operations.importing import import_in_background, look_in_background
from chorus_tui.operations.recipients import search
from chorus_tui.store import Directory
from tests.bench.work_bench import lag, row
from tests.console.operator import desk_in
from tests.workbook import workbook

ROWS = 200_000
HEADINGS = (
    "Identifiant",
    "Type identifiant",
    "Raison sociale",
    "Code postal",
    "Ville",
    "Structure active",
    "Service obligatoire",
    "Engagement obligatoire",
    "Service ou engagement",
    "Code service",
    "Libellé service",
)
WORDS = (
    "commune communauté saint sainte sur mairie lycée collège hôpital centre hospitalier département région "
    "syndicat des eaux du val pont ville office service agence chambre université institut école"
).upper().split()  # fmt: skip
TOWNS = ("TOULOUSE", "BREST", "RENNES", "LYON", "NANTES", "LILLE", "ANGERS", "BÉZIERS", "METZ", "PAU")
SEARCHES = ("commune de saint", "universite region brest 12", "communa", "com", "s", "20000")


def main() -> None:
    """Print every row."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_rows(Path(folder)))


async def _rows(folder: Path) -> None:
    desk = desk_in(folder / "home")
    file = folder / "annuaire.csv"
    lines = (";".join(map(str, cells)) for cells in [HEADINGS, *_structures()])
    file.write_bytes("\r\n".join(lines).encode("cp1252"))
    await import_row(desk, file)
    book = folder / "annuaire.xlsx"
    workbook(book, {"Annuaire": [HEADINGS, *_structures()]})
    await import_row(desk, book)
    lookup_rows(desk)
    desk.store.close()


def _structures() -> Iterator[list[Any]]:
    """Structures with their SIRET as a number, as the published directory has it (API part 6)."""
    chance = random.Random(3)
    for number in range(ROWS):
        name = " ".join([*chance.choices(WORDS, k=4), str(number)])
        has_service = number % 3 == 0
        yield [
            10_000_000_000_000 + number * 7919,
            "SIRET",
            name,
            f"{chance.randrange(1000, 99999):05}",
            chance.choice(TOWNS),
            "Oui" if number % 40 else "Non",
            "Oui" if has_service else "Non",
            "Non" if number % 4 else "Oui",
            "Non",
            f"SRV{number % 100}" if has_service else "",
            f"Service n° {number % 100}" if has_service else "",
        ]


async def import_row(desk: Desk, file: Path) -> None:
    """How long a file takes in its own process, how much memory, and how long keys wait meanwhile."""
    with lag() as measured:
        begun = time.perf_counter()
        shape = await look_in_background(file)
        looked = time.perf_counter()
        report = await import_in_background(desk, shape, shape.mapping)
        took = time.perf_counter() - looked
    assert report.structures == ROWS
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    kind = shape.kind.upper()
    row(f"{kind}, {ROWS:,} rows: look", f"{looked - begun:.1f} s", "", "")
    row(f"{kind}, {ROWS:,} rows: import", f"{took:.1f} s, {memory:.0f} MB at most", "in the background", "")
    row("  beside it", str(measured), "loop ≤ 20 ms", "")


def lookup_rows(desk: Desk) -> None:
    """How long a screen waits for a SIRET, and for words."""
    directory: Directory = desk.store.directory
    sirets = [found.siret for town in TOWNS for found in directory.search(town)]
    row("directory: by SIRET", _times(lambda: directory.get(random.choice(sirets)), 500), "≤ 1 ms", "")
    for words in SEARCHES:
        row(f"directory: “{words}”", _times(partial(search, desk, words), 20), "≤ 20 ms", "")


def _times(do: Callable[[], object], times: int) -> str:
    taken = []
    for _time in range(times):
        begun = time.perf_counter()
        do()
        taken.append((time.perf_counter() - begun) * 1000)
    return f"{statistics.median(taken):.2f} ms, at most {max(taken):.2f}"


if __name__ == "__main__":
    main()
