"""Rows of a CSV file or of a workbook, whatever wrote it: separators, encodings, numbers of a spreadsheet."""

import codecs
import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path

from chorus_tui.i18n import _
from chorus_tui.text import clean

Cell = object
"""What a cell holds: text, or what a spreadsheet made of it (a number, a truth value, a day)."""

SEPARATORS = (";", ",", "\t", "|")
LONGEST_CELL = 2_000
"""Characters of a cell that are shown and kept."""
UNCLOSED = 20_000
"""Characters after which a quote that is never closed ends, and not with the file."""
FIRST_LINES = 20
"""Lines that a separator is guessed from."""
_CHUNK = 1 << 20


class DirectoryUnreadable(Exception):
    """A file that is no directory at all; what can be read of others is read."""

    def __init__(self, reason: str, advice: str) -> None:
        super().__init__(reason)
        self.reason = reason
        """What is wrong, in the operator's language."""
        self.advice = advice
        """What to do."""


def shown(cell: Cell) -> str:
    """A cell as safe text; a whole number without the point that a spreadsheet gives it."""
    if isinstance(cell, str):
        text = cell
    elif cell is None:
        return ""
    elif isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        text = str(int(cell))
    elif isinstance(cell, datetime):
        text = cell.isoformat(" ", "minutes")
    else:
        text = str(cell)
    text = text[:LONGEST_CELL].strip()
    return text if text.isprintable() and "  " not in text else clean(" ".join(text.split()))


# CSV


def encoding_of(path: Path) -> str:
    """UTF-8 where all of the file is that, UTF-16 where it says so, else what Windows writes in France."""
    with path.open("rb") as file:
        head = file.read(2)
        if head in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16"
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8-sig")()
        try:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"


def separator_of(path: Path, encoding: str) -> str:
    """The separator of the line that has the most of one, among the first."""
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        lines = [file.readline(10_000) for _line in range(FIRST_LINES)]
    bare = [re.sub(r'"[^"]*"', "", line) for line in lines]
    best = max(SEPARATORS, key=lambda mark: (max(line.count(mark) for line in bare), -SEPARATORS.index(mark)))
    return best if any(best in line for line in bare) else ";"


def csv_rows(
    path: Path,
    encoding: str,
    separator: str,
    broken: Callable[[int], None],
    told: Callable[[int], None] | None = None,
) -> Iterator[tuple[int, Sequence[Cell]]]:
    """(line, cells) of every row; one that cannot be read is passed over.

    Args:
        broken: called with the line of each row that cannot be read.
        told: called now and then with the share that was read, in percent.
    """
    size = max(1, path.stat().st_size)
    csv.field_size_limit(UNCLOSED)
    with path.open("rb") as raw:
        lines = TextIOWrapper(raw, encoding, errors="replace", newline="")
        rows = csv.reader(_without_nul(lines), delimiter=separator)
        share = -1
        while True:
            try:
                cells = next(rows)
            except StopIteration:
                return
            except csv.Error:
                broken(rows.line_num)
                continue
            if told is not None and rows.line_num % 1000 == 0:
                now = min(100, raw.tell() * 100 // size)
                if now != share:
                    told(share := now)
            yield rows.line_num, cells


def _without_nul(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield line.replace("\0", "\ufffd") if "\0" in line else line


# XLSX


def is_workbook(path: Path) -> bool:
    """Whether a file is a ZIP, which every XLSX is; other files are read as CSV."""
    with path.open("rb") as file:
        return file.read(4) == b"PK\x03\x04"


def workbook(
    path: Path, sheet: str, told: Callable[[int], None] | None = None
) -> tuple[tuple[str, ...], str, Iterator[tuple[int, Sequence[Cell]]]]:
    """The names of the sheets, the one that is read, and its rows."""
    from python_calamine import CalamineError, CalamineWorkbook  # 3 MB that nobody else needs

    try:
        book = CalamineWorkbook.from_path(path)
        names = tuple(book.sheet_names)
        if sheet and sheet not in names:
            raise DirectoryUnreadable(
                _("There is no sheet {sheet}.").format(sheet=clean(sheet)),
                _("Its sheets are: {sheets}.").format(sheets=clean(", ".join(names))),
            )
        name = sheet or names[0]
        page = book.get_sheet_by_name(name)
    except (CalamineError, IndexError, ValueError) as error:
        raise _no_workbook(error) from error

    def rows() -> Iterator[tuple[int, Sequence[Cell]]]:
        height = max(1, page.height)
        start = page.start[0] if page.start else 0
        for number, cells in enumerate(page.iter_rows(), 1):
            if told is not None and number % 2000 == 0:
                told(min(100, number * 100 // height))
            yield start + number, cells

    return names, name, rows()


def _no_workbook(error: Exception) -> DirectoryUnreadable:
    return DirectoryUnreadable(
        _("The workbook cannot be read: {reason}.").format(reason=clean(str(error))),
        _("Open it in a spreadsheet, save it again as XLSX or CSV, and import that."),
    )


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """What the system says of a file that it does not give, in words."""
    try:
        yield
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DirectoryUnreadable(
            _("{path} cannot be read: {reason}.").format(path=clean(str(path)), reason=clean(reason)),
            _("Check its name, and that this user may read it."),
        ) from error
