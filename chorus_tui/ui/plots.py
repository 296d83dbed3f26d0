"""Plots as lines of plain text, drawn by plotext; every part has a sign of its own, so none needs a colour.

plotext keeps one figure for the whole process and takes 70 ms to import: `make_ready` imports it beside the
running screen, and each plot is one call of some 10 ms.
"""

import asyncio
from collections.abc import Sequence
from importlib import import_module
from math import ceil
from typing import Any

from chorus_tui.text import clean
from chorus_tui.ui.widgets.painted import cut
from chorus_tui.ui.words import count

MODULE = "plotext"
BETWEEN = 2
"""Columns between two names below a plot, at least."""
LEAST = (12, 3)
"""Columns and rows below which nothing is drawn."""


async def make_ready() -> None:
    """Import what draws."""
    await asyncio.to_thread(import_module, MODULE)


def stacked(
    names: Sequence[str],
    parts: Sequence[tuple[str, Sequence[float]]],
    size: tuple[int, int],
    *,
    top: float | None = None,
    unit: str = "",
) -> list[str]:
    """Bars on top of each other, one for each name, in exactly so many columns and rows.

    Args:
        parts: a sign, and a value for each name; the first is the lowest.
        top: what the highest row stands for; None: the highest bar, or one more so that its half is whole.
        unit: follows the numbers at the left edge.
    """
    width, height = size
    if not names or width < LEAST[0] or height < LEAST[1]:
        return []
    plot: Any = import_module(MODULE)
    places = list(range(len(names)))
    most = max(1, ceil(max(map(sum, zip(*(values for _sign, values in parts), strict=True)))))
    plot.clear_figure()
    plot.theme("clear")
    plot.limit_size(False, False)
    plot.plotsize(width - 1, height - 1)
    plot.frame(False)
    plot.stacked_bar(
        places,
        [list(values) for _sign, values in parts],
        marker=[sign for sign, _values in parts],
        width=0.8 if width >= 2 * len(names) else 1,
    )
    top = top or most + most % 2
    levels = [0.0, top] if height < 5 else [0.0, top / 2, top]
    labels = [f"{count(int(level))}{unit}" for level in levels]
    plot.ylim(0, top)
    plot.yticks(levels, labels)
    plot.xlim(-0.5, len(names) - 0.5)
    plot.xticks([])
    drawn = plot.uncolorize(plot.build()).splitlines()
    margin = max(map(len, labels))
    lines = (f"{line[:margin]} {line[margin:]}" for line in map(clean, drawn[: height - 1]))
    return [*(cut(line, width).ljust(width) for line in lines), _axis(names, margin + 1, width)]


def _axis(names: Sequence[str], margin: int, width: int) -> str:
    """Names below their bars, as many as have room.

    plotext's own stand a column further left or right from one process to the next.
    """
    line = ""
    room = width - margin
    for place, name in enumerate(names):
        middle = margin + int((place + 0.5) * room / len(names))
        start = max(0, min(middle - len(name) // 2, width - len(name)))
        if start >= len(line) + (BETWEEN if line else 0):
            line = line.ljust(start) + name
    return cut(line, width).ljust(width)
