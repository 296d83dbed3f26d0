"""Counts in rows and columns with a cursor on one of them: the dashboard of flows.

grid = CountGrid()
grid.show(columns, sections)                   # the cursor stays on its row and column
grid.row, grid.column                          # under the cursor; column None: the total
grid.when_moved = follow

The total of a row stands first and stays; columns that have no room are reached by going right, and the edge
says how many there are. A number is never cut.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from rich.segment import Segment
from textual.geometry import Size
from textual.strip import Strip

from chorus_tui.i18n import _
from chorus_tui.ui.looks import style_of
from chorus_tui.ui.widgets.painted import Painted, columns_of, cut, pad
from chorus_tui.ui.words import count

LABEL = 24
"""Columns for what a row is called, where there is room; it gives way to numbers."""
LEAST_LABEL = 16
GUTTER = 2
EDGE = 4
"""Columns for how many columns are left or right of the window."""


class GridColumn(NamedTuple):
    """One column."""

    key: str
    title: str
    short: str
    """The same where there is little room."""
    look: str


class GridRow(NamedTuple):
    """One row: its counts by column, then all of them together."""

    key: str
    title: str
    cells: tuple[int, ...]
    total: int
    look: str = "plain"


class GridSection(NamedTuple):
    """Rows under a title."""

    title: str
    rows: tuple[GridRow, ...]


_Window = tuple[list[str], list[int], int, range]
"""Titles, widths (of the total first), room for labels, and which columns show."""


def _nothing() -> None:
    """Until somebody wants to know."""


class CountGrid(Painted):
    """The counts; commands of the screen move its cursor."""

    DEFAULT_CSS = "CountGrid { width: 1fr; height: 1fr; }"
    can_focus = True

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # as Widget names it
        super().__init__(id=id)
        self.columns: Sequence[GridColumn] = ()
        self.when_moved: Callable[[], None] = _nothing
        self._lines: list[GridRow | str] = []
        """What stands below the head: rows, and titles of sections."""
        self._at = 0
        """Number of the line under the cursor."""
        self._across = 0
        """Number of the column under it; 0 is the total."""
        self._top = 0
        self._left = 0
        self._laid_out: tuple[int, int, _Window] | None = None
        """For which width and left column, and how; worked out anew for other counts."""

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Rows of the screen that show all of it, where it is as high as that."""
        return len(self._lines) + 1

    @property
    def row(self) -> GridRow | None:
        """The row under the cursor."""
        line = self._lines[self._at] if self._at < len(self._lines) else ""
        return line if isinstance(line, GridRow) else None

    @property
    def column(self) -> GridColumn | None:
        """The column under it; None: the total."""
        return self.columns[self._across - 1] if 0 < self._across <= len(self.columns) else None

    @property
    def number(self) -> int:
        """The number under it."""
        row = self.row
        if row is None:
            return 0
        return row.cells[self._across - 1] if self.column is not None else row.total

    def show(self, columns: Sequence[GridColumn], sections: Sequence[GridSection]) -> None:
        """Show these counts."""
        row, column, lines = self.row, self.column, len(self._lines)
        self.columns = columns
        self._lines = []
        self._laid_out = None
        for section in sections:
            self._lines += [section.title, *section.rows]
        keys = [line.key if isinstance(line, GridRow) else "" for line in self._lines]
        self._at = keys.index(row.key) if row is not None and row.key in keys else 1
        names = [each.key for each in columns]
        self._across = names.index(column.key) + 1 if column is not None and column.key in names else 0
        self._keep_in_window()
        if len(self._lines) != lines:
            self.refresh(layout=True)
        self.repaint()
        self.when_moved()

    def move(self, down: int, right: int) -> None:
        """Move the cursor from number to number."""
        before, stood = (self._top, self._left), self._at
        at = self._at + down
        step = 1 if down > 0 else -1
        while down and 0 <= at < len(self._lines) and not isinstance(self._lines[at], GridRow):
            at += step
        if 0 <= at < len(self._lines) and isinstance(self._lines[at], GridRow):
            self._at = at
        self._across = max(0, min(len(self.columns), self._across + right))
        self._keep_in_window()
        same = (self._top, self._left) == before
        self.repaint([stood - self._top + 1, self._at - self._top + 1] if same else None)
        self.when_moved()

    def page(self, by: int) -> None:
        """Move by a window."""
        rows = [at for at, line in enumerate(self._lines) if isinstance(line, GridRow)]
        wanted = self._at + by * max(1, self.size.height - 2)
        if rows:
            self.move(min(rows, key=lambda at: abs(at - wanted)) - self._at, 0)

    def on_resize(self) -> None:
        """Keep the cursor in the new window."""
        self._keep_in_window()
        super().on_resize()

    def on_focus(self) -> None:
        """Show the cursor as one that keys move."""
        self.repaint()

    def on_blur(self) -> None:
        """Show the cursor as one that keys do not move."""
        self.repaint()

    # Layout

    def _titles(self, width: int) -> list[str]:
        """What columns are called: in full where all of them have room like that."""
        full = [column.title for column in self.columns]
        short = [column.short for column in self.columns]
        return full if self._taken(full) <= width - LABEL - GUTTER else short

    def _widths(self, titles: Sequence[str]) -> list[int]:
        """Of the total and of each column, with the gap before it; the largest number has room."""
        rows = [line for line in self._lines if isinstance(line, GridRow)]
        totals = [columns_of(_("Total")), *(len(count(row.total)) for row in rows)]
        cells = (
            max([columns_of(title), *(len(count(row.cells[place])) for row in rows)])
            for place, title in enumerate(titles)
        )
        return [max(totals) + 1, *(width + 1 for width in cells)]

    def _taken(self, titles: Sequence[str]) -> int:
        return sum(self._widths(titles))

    def _window(self, width: int) -> _Window:
        """As it was worked out for the line before."""
        if self._laid_out is None or self._laid_out[:2] != (width, self._left):
            self._laid_out = (width, self._left, self._lay_out(width))
        return self._laid_out[2]

    def _lay_out(self, width: int) -> _Window:
        titles = self._titles(width)
        widths = self._widths(titles)
        taken = sum(widths)
        longest = max(
            (columns_of(line.title) for line in self._lines if isinstance(line, GridRow)), default=0
        )
        label = max(LEAST_LABEL, min(max(LABEL, longest + 1), width - GUTTER - taken))
        room = width - GUTTER - label - widths[0]
        if taken - widths[0] <= room:
            return titles, widths, label, range(len(titles))
        room -= EDGE
        first = min(self._left, max(0, len(titles) - 1))
        last, used = first, 0
        while last < len(titles) and used + widths[last + 1] <= room:
            used += widths[last + 1]
            last += 1
        return titles, widths, label, range(first, max(last, first + 1))

    def _keep_in_window(self) -> None:
        height = max(1, self.size.height - 1)
        first = self._at - 1 if self._at == 1 else self._at
        if first < self._top:
            self._top = first
        elif self._at >= self._top + height:
            self._top = self._at - height + 1
        self._top = max(0, min(self._top, len(self._lines) - height))
        if not self.size.width:
            return
        shown = self._window(self.size.width)[3]
        if self._across and self._across - 1 < shown.start:
            self._left = self._across - 1
        while self._across - 1 >= (shown := self._window(self.size.width)[3]).stop and shown.start < len(
            self.columns
        ):
            self._left = shown.start + 1
        if not self._across:
            self._left = 0

    # Painting

    def paint(self, y: int, width: int) -> Strip:
        """The head, a row, or the title of a section."""
        if not self._lines:
            return Strip([Segment(" " * width, style_of(self, "plain"))], width)
        titles, widths, label, shown = self._window(width)
        if y == 0:
            cells = [pad(_("Total"), widths[0], right=True)]
            cells += [pad(titles[at], widths[at + 1], right=True) for at in shown]
            text = " " * GUTTER + pad("", label) + "".join(cells) + self._edge(shown)
            return Strip([Segment(pad(text, width), style_of(self, "head"))], width)
        at = self._top + y - 1
        line = self._lines[at] if at < len(self._lines) else ""
        if isinstance(line, str):
            return Strip([Segment(pad(f" {line}", width), style_of(self, "faint"))], width)
        return self._paint_row(line, at == self._at, (widths, label, shown), width)

    def _edge(self, shown: range) -> str:
        """How many columns are left and right of those that show."""
        left, right = shown.start, len(self.columns) - shown.stop
        return (f" ‹{left}" if left else "") + (f" {right}›" if right else "")

    def _paint_row(self, row: GridRow, here: bool, window: tuple[list[int], int, range], width: int) -> Strip:
        widths, label, shown = window
        base = style_of(self, row.look)
        segments = [Segment("  " + pad(cut(row.title, label), label), base)]
        numbers = [(0, row.total, widths[0], row.look)]
        numbers += [
            (at + 1, row.cells[at], widths[at + 1], self.columns[at].look if row.cells[at] else "faint")
            for at in shown
        ]
        for across, number, room, look in numbers:
            text = pad(count(number) if number or not across else "·", room - 1, right=True)
            style, sign = style_of(self, look), " "
            if here and across == self._across:
                style, sign = style_of(self, "cursor" if self.has_focus else "cursor_away"), ">"
            segments += [Segment(sign, base), Segment(text, style)]
        return Strip(segments).crop(0, width).extend_cell_length(width, style_of(self, "plain"))
