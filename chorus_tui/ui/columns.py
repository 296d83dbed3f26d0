"""Columns: a table is a tuple of these, and nothing else (design §5).

COLUMNS = (
    Column("number", N_("Number"), 20, lambda i: i.number),
    Column("gross", N_("Gross"), 14, lambda i: format_amount(i.gross), sort=lambda i: i.gross, right=True),
    Column("status", N_("Status"), 20, lambda i: f"{i.status.sign} {_(i.status.label)}",
           tone=lambda i: i.status.tone),
)
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from chorus_tui.domain.statuses import Tone

Row = TypeVar("Row")


@dataclass(frozen=True)
class Column(Generic[Row]):
    """One column: a pure function of the row, and how it is shown."""

    id: str
    title: str
    """English source string."""
    width: int
    value: Callable[[Row], str]
    sort: Callable[[Row], Any] | None = None
    """What it is sorted by; None: its text, accents and case ignored. A row without a value comes last."""
    right: bool = False
    tone: Callable[[Row], Tone] | None = None
    rank: int = 0
    """Which columns go first when there is little room: the highest rank; 0 stays."""
    grows: bool = False
    """Whether it takes the room that is left."""
    newest_first: bool = False
    """Whether choosing it sorts downwards at first (dates, amounts)."""
    shorten: Callable[[str, int], str] | None = None
    """What makes a value fit that is wider than the column; None: its end goes."""


def fit(columns: Sequence[Column[Row]], width: int) -> list[tuple[Column[Row], int]]:
    """The columns that have room, in their order, with the width of each; none is squeezed."""
    kept = list(columns)
    while len(kept) > 1 and sum(c.width + 1 for c in kept) - 1 > width:
        last = max(reversed(kept), key=lambda c: c.rank)
        if last.rank == 0:
            break
        kept.remove(last)
    left = max(0, width - (sum(c.width + 1 for c in kept) - 1))
    growing = [c for c in kept if c.grows]
    widths = []
    for column in kept:
        share = 0
        if column in growing:
            share = left // len(growing) + (left % len(growing) if column is growing[-1] else 0)
        widths.append((column, column.width + share))
    return widths
