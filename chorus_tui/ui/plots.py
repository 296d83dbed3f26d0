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

MODULE = "plotext"
BETWEEN = 12
"""Columns between two names below a plot, at least."""


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
        top: what the highest row stands for; None: the highest bar.
        unit: follows the numbers at the left edge.
    """
    width, height = size
    if not names or width < BETWEEN or height < 3:
        return []
    plot: Any = import_module(MODULE)
    places = list(range(len(names)))
    most = max(1, ceil(max(map(sum, zip(*(values for _sign, values in parts), strict=True)))))
    plot.clear_figure()
    plot.theme("clear")
    plot.limit_size(False, False)
    plot.plotsize(width, height)
    plot.frame(False)
    plot.stacked_bar(
        places,
        [list(values) for _sign, values in parts],
        marker=[sign for sign, _values in parts],
        width=0.8 if width >= 2 * len(names) else 1,
    )
    top = top or most
    levels = [0, top] if height < 5 or top < 2 else [0, top / 2, top]
    plot.ylim(0, top)
    plot.yticks(levels, [f"{level:.0f}{unit}" for level in levels])
    plot.xlim(-0.5, len(names) - 0.5)
    step = max(1, ceil(len(names) / max(1, width // BETWEEN)))
    plot.xticks(places[::step], list(names[::step]))
    drawn = plot.uncolorize(plot.build())
    lines = [clean(line)[:width] for line in drawn.splitlines()]
    return [line.ljust(width) for line in lines[:height]]
