"""The table of every list: draws only the rows that show, whatever their number.

    table = Listing(COLUMNS, key=lambda i: str(i.id))
    table.show(rows)                       # any sequence; the cursor stays on the record it was on
    table.current                          # the row under the cursor, or None
    table.chosen()                         # the marked rows, or the one under the cursor
    table.marked                           # keys
    table.when_moved = follow              # called at once, so that one frame shows all that a key changed
    table.when_marked = count_again

It has no keys of its own: commands of `screens/listing.py` call `move`, `page`, `jump`, `mark`….
A cursor that leaves the window moves it half a page, which over SSH costs a tenth of line by line.
"""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from chorus_tui.domain.statuses import Tone
from chorus_tui.i18n import _
from chorus_tui.store import StoreError
from chorus_tui.ui.columns import Column, fit
from chorus_tui.ui.looks import style_of
from chorus_tui.ui.widgets.painted import Painted, pad, wrap

Row = TypeVar("Row")


def _nothing() -> None:
    """Until somebody wants to know."""


GUTTER = 2
"""Columns left of the first: the cursor's sign and the mark."""


class Listing(Painted, Generic[Row]):
    """Rows under a header; one has the cursor, any may be marked."""

    DEFAULT_CSS = "Listing { width: 1fr; height: 1fr; }"
    can_focus = True

    def __init__(
        self,
        columns: Sequence[Column[Row]],
        key: Callable[[Row], str],
        *,
        id: str | None = None,  # noqa: A002  # as Widget names it
    ) -> None:
        super().__init__(id=id)
        self.columns = columns
        self.key = key
        self.rows: Sequence[Row] = ()
        self.cursor = 0
        self.top = 0
        self.sorted_by = ""
        self.sorted_down = False
        self.empty: str = ""
        """What stands there when there are no rows: why, and what to press."""
        self.marked: frozenset[str] = frozenset()
        self.when_moved: Callable[[], None] = _nothing
        """Called when the cursor stands on another row, or the row under it changed."""
        self.when_marked: Callable[[], None] = _nothing
        """Called when other rows are marked."""
        self._anchor: int | None = None
        self._cursor_key = ""
        self._fitted: tuple[int, list[tuple[Column[Row], int]]] = (0, [])

    @property
    def current(self) -> Row | None:
        """The row under the cursor."""
        return self.rows[self.cursor] if self.cursor < len(self.rows) else None

    @property
    def in_range(self) -> bool:
        """Whether a range is being marked."""
        return self._anchor is not None

    def chosen(self, find: Callable[[str], Row | None] | None = None) -> list[Row]:
        """What verbs act on: the marked rows (also those that a filter hides, when `find` gives them), else
        the row under the cursor.
        """
        marked = self.marked | self._range()
        if marked:
            shown = [row for row in self.rows if self.key(row) in marked]
            hidden = (
                sorted(marked.difference(map(self.key, shown))) if find and len(shown) < len(marked) else ()
            )
            return shown + [row for key in hidden if find and (row := find(key)) is not None]
        return [] if self.current is None else [self.current]

    def show(
        self, rows: Sequence[Row], position: Callable[[str], int | None] | None = None, top: bool = False
    ) -> None:
        """Show these rows; the cursor stays on its record (`position` finds it) or height; `top`: goes up."""
        self.rows = rows
        self._anchor = None
        at = None if top or not self._cursor_key else (position or self._find)(self._cursor_key)
        offset = self.cursor - self.top
        self.cursor = 0 if top else max(0, min(self.cursor if at is None else at, len(rows) - 1))
        if at is not None:
            self.top = max(0, self.cursor - offset)
        self._keep_in_window()
        self._remember()
        self.repaint()
        self.when_moved()

    def go_to(self, key: str) -> bool:
        """Put the cursor on a record; whether it shows."""
        at = self._find(key)
        if at is not None:
            self.jump(at)
        return at is not None

    def move(self, by: int) -> None:
        """Move the cursor."""
        self.jump(self.cursor + by)

    def page(self, by: int) -> None:
        """Move by whole windows; the cursor keeps its height in the window."""
        height = self._height()
        offset = self.cursor - self.top
        if 0 < self.cursor + by * height < len(self.rows) - 1:
            top, self.top = self.top, max(0, min(self.top + by * height, len(self.rows) - height))
            self._place(self.top + offset, top)
        else:
            self.jump(self.cursor + by * height)

    def jump(self, to: int) -> None:
        """Put the cursor on a row by its number."""
        self._place(max(0, min(to, len(self.rows) - 1)), self.top)

    def _place(self, to: int, top: int) -> None:
        """Put the cursor on a row, of a window that began at `top`."""
        before, self.cursor = self.cursor, to
        self._keep_in_window()
        if (before, top) == (self.cursor, self.top):
            return
        self._remember()
        if self.top != top or self._anchor is not None:
            self.repaint()
        else:
            self.repaint([before - top + 1, to - top + 1])
        self.when_moved()

    def mark(self) -> None:
        """Mark the row under the cursor, or take its mark away, and go down; ends a range."""
        row = self.current
        if row is None:
            return
        if self._anchor is not None:
            self._mark(self.marked | self._range())
            return
        self._mark(self.marked ^ {self.key(row)})
        self.move(1)

    def mark_range(self) -> None:
        """Begin a range at the cursor; again: mark what is in it."""
        if self._anchor is None and self.rows:
            self._anchor = self.cursor
            self.repaint()
            self.when_marked()
        else:
            self._mark(self.marked | self._range())

    def mark_all(self) -> None:
        """Mark every row that shows."""
        self._mark(self.marked | {self.key(row) for row in self.rows})

    def unmark(self, keys: frozenset[str] | None = None) -> None:
        """Take away marks: these, or all."""
        self._mark(frozenset() if keys is None else self.marked - keys)

    def set_marks(self, keys: frozenset[str]) -> None:
        """Mark exactly these."""
        self._mark(keys)

    def _mark(self, keys: frozenset[str]) -> None:
        self._anchor = None
        self.marked = keys
        self.repaint()
        self.when_marked()

    def _range(self) -> frozenset[str]:
        if self._anchor is None:
            return frozenset()
        low, high = sorted((self._anchor, self.cursor))
        return frozenset(self.key(row) for row in self.rows[low : high + 1])

    def _find(self, key: str) -> int | None:
        return next((at for at, row in enumerate(self.rows) if self.key(row) == key), None)

    def _remember(self) -> None:
        row = self.current
        self._cursor_key = "" if row is None else self.key(row)

    def _height(self) -> int:
        return max(1, self.size.height - 1)

    def _keep_in_window(self) -> None:
        """Move the window by half a page when the cursor left it."""
        height = self._height()
        if self.cursor < self.top:
            self.top = max(0, min(self.cursor, self.top - height // 2))
        elif self.cursor >= self.top + height:
            self.top = max(self.cursor - height + 1, self.top + height // 2)
        self.top = max(0, min(self.top, len(self.rows) - height))

    def on_resize(self) -> None:
        """Keep the cursor in the new window."""
        self._keep_in_window()
        super().on_resize()

    def on_focus(self) -> None:
        """Show the cursor as one that keys move."""
        self.repaint([self.cursor - self.top + 1])

    def on_blur(self) -> None:
        """Show the cursor as one that keys do not move."""
        self.repaint([self.cursor - self.top + 1])

    def paint(self, y: int, width: int) -> Strip:
        """The header, a row, or a line of the sentence for an empty table."""
        if self._fitted[0] != width:
            self._fitted = (width, fit(self.columns, width - GUTTER))
        if y == 0:
            return self._paint_header(width)
        at = self.top + y - 1
        if at < len(self.rows):
            return self._paint_row(at, width)
        blank = style_of(self, "plain")
        words = wrap(self.empty, width - 4, 6) if not self.rows and self.empty else []
        text = f"  {words[y - 2]}" if 0 <= y - 2 < len(words) else ""
        return Strip([Segment(pad(text, width), blank)], width)

    def _paint_header(self, width: int) -> Strip:
        cells = []
        for column, room in self._fitted[1]:
            sign = ("▼" if self.sorted_down else "▲") if column.id == self.sorted_by else ""
            title = _(column.title)
            sign = f" {sign}" if sign and len(title) + 2 <= room else sign
            cells.append(pad(pad(title, min(len(title), room - len(sign))) + sign, room, column.right))
        return Strip([Segment(pad(" " * GUTTER + " ".join(cells), width), style_of(self, "head"))], width)

    def _paint_row(self, at: int, width: int) -> Strip:
        row = self.rows[at]
        here = at == self.cursor
        marked = bool(self.marked) and self.key(row) in self.marked
        if self._anchor is not None:
            marked = marked or min(self._anchor, self.cursor) <= at <= max(self._anchor, self.cursor)
        cells: list[tuple[str, Style]] = []
        plain = style_of(self, "plain")
        if here:
            plain = style_of(self, "cursor" if self.has_focus else "cursor_away")
        signs = (">" if here else " ") + ("*" if marked else " ")
        cells.append((signs, plain if here or not marked else style_of(self, "mark")))
        try:
            cells += self._cells(row, here, plain)
        except StoreError as problem:
            # One record that cannot be read must not take the table with it.
            style = plain if here else style_of(self, Tone.BAD.value)
            cells.append((pad(f"✗ {problem}", width - GUTTER), style))
        return _strip(cells, width, plain)

    def _cells(self, row: Row, here: bool, plain: Style) -> list[tuple[str, Style]]:
        cells = []
        for number, (column, room) in enumerate(self._fitted[1]):
            style = plain
            if column.tone is not None and not here:
                style = style_of(self, column.tone(row).value)
            text = column.value(row)
            if column.shorten is not None:
                text = column.shorten(text, room)
            cells.append(((" " if number else "") + pad(text, room, column.right), style))
        return cells


def _strip(cells: Sequence[tuple[str, Style]], width: int, blank: Style) -> Strip:
    """Cells as a line, neighbours of one style joined: fewer escape codes."""
    segments: list[Any] = []
    text, style = "", cells[0][1]
    for more, its in cells:
        if its is not style:
            segments.append(Segment(text, style))
            text, style = "", its
        text += more
    segments.append(Segment(text, style))
    return Strip(segments).crop(0, width).extend_cell_length(width, blank)
