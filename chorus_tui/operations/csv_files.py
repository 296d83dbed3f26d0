"""CSV files as a French spreadsheet opens them, written in slices so that a screen goes on meanwhile.

UTF-8 with a byte order mark and `;` between cells, whatever the language: that is what Excel splits into
columns on the French machines where these files are opened, whereas the language of this process is often
that of a server. Decimals follow the language. Amounts are not grouped, so that they stay numbers.
"""

import asyncio
import csv
import os
from collections.abc import Callable, Generator, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum
from functools import lru_cache
from operator import attrgetter, call
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, NamedTuple

from chorus_tui.domain.money import CENT
from chorus_tui.i18n import _, language
from chorus_tui.operations.checking import PARIS
from chorus_tui.text import csv_cell

SLICE = 100
"""Rows between two pauses: under 2 ms of work, so that a key pressed meanwhile is not felt to wait."""
REMEMBERED = 4096
"""Names, numbers and labels that stand in many rows, kept as cells."""
TOLD_EVERY = 10_000
"""Rows between two reports of progress."""


class Cells(Enum):
    """What the cells of a column hold, and so how they are written."""

    TEXTS = "texts"
    REPEATED = "repeated"
    """Texts that stand in many rows."""
    LABELS = "labels"
    """Members that have a `label`, or nothing."""
    WORDS = "words"
    """English words of ours."""
    AMOUNTS = "amounts"
    PLAIN = "plain"
    """Days and numbers."""
    MOMENTS = "moments"


class CsvColumn(NamedTuple):
    """One column: its title (English source string), the attribute of the row, what that is."""

    title: str
    attribute: str
    cells: Cells


def write_in_slices(
    columns: Sequence[CsvColumn], rows: Sequence[Any], target: Path
) -> Generator[int, None, None]:
    """Write a file, slice by slice; each gives the number of rows written so far.

    The file appears whole or not at all; closed early, nothing is left behind.

    Raises:
        OSError: the folder cannot be written, or the disk is full; nothing is left behind.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    row = _row_writer(columns, language() == "fr")
    with NamedTemporaryFile(
        "w", encoding="utf-8-sig", newline="", dir=target.parent, prefix=".export-", delete=False
    ) as file:
        unfinished = Path(file.name)
        try:
            writer = csv.writer(file, delimiter=";")
            writer.writerow([_(column.title) for column in columns])
            for start in range(0, len(rows), SLICE):
                part = rows[start : start + SLICE]
                writer.writerows(map(row, part))
                yield start + len(part)
            file.flush()
            os.fsync(file.fileno())
            unfinished.replace(target)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise


async def write_beside(steps: Generator[int, None, None], told: Callable[[int], None] | None = None) -> None:
    """Let a file be written beside a running screen: in slices on the event loop, which measured gentler on
    keys than a thread (a thread of pure Python triples their latency).

    Args:
        told: called now and then with the number of rows written.

    Raises:
        OSError: as `write_in_slices`.
    """
    try:
        for rows in steps:
            if told is not None and rows % TOLD_EVERY == 0:
                told(rows)
            await asyncio.sleep(0)
    finally:
        steps.close()


def _row_writer(columns: Sequence[CsvColumn], french: bool) -> Callable[[Any], list[str]]:
    """What turns a row into cells; what stands in many rows is worked out once."""

    def label(value: Any) -> str:
        return "" if value is None else csv_cell(_(value.label))

    def amount(value: Decimal | None) -> str:
        if value is None:
            return ""
        text = str(value.quantize(CENT, ROUND_HALF_UP))
        return text.replace(".", ",") if french else text

    def moment(value: datetime | None) -> str:
        return "" if value is None else value.astimezone(PARIS).isoformat(" ", "minutes")[:16]

    def plain(value: object) -> str:
        return "" if value is None else str(value)

    remembered = lru_cache(maxsize=REMEMBERED)
    by_cells: dict[Cells, Callable[[Any], str]] = {
        Cells.TEXTS: csv_cell,
        Cells.REPEATED: remembered(csv_cell),
        Cells.LABELS: remembered(label),
        Cells.WORDS: remembered(lambda words: csv_cell(_(words))),
        Cells.AMOUNTS: amount,
        Cells.PLAIN: plain,
        Cells.MOMENTS: moment,
    }
    writers = tuple(by_cells[column.cells] for column in columns)
    values = attrgetter(*(column.attribute for column in columns))
    return lambda row: list(map(call, writers, values(row)))
