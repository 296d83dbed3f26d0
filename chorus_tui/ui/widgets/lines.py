"""Lines of plain text, each a run of spans in the looks of the theme.

The header, the key line, the status line, the title line, the message under a table and the side pane are
all this.

    bar = Lines("bar")
    bar.show([(("Submit ", "strong"), ("12 invoices", "plain"))])
"""

from collections.abc import Sequence

from rich.segment import Segment
from textual.strip import Strip

from chorus_tui.ui.looks import style_of
from chorus_tui.ui.widgets.painted import Painted, columns_of, cut, pad, wrap

__all__ = ["Line", "Lines", "Span", "columns_of", "cut", "pad", "wrap"]

Span = tuple[str, str]
"""Text, and the name of its look."""
Line = tuple[Span, ...]


class Lines(Painted):
    """As many lines as its height shows."""

    DEFAULT_CSS = "Lines { height: 1; width: 1fr; }"

    def __init__(
        self,
        look: str = "plain",
        *,
        first: int = 0,
        id: str | None = None,  # noqa: A002  # as Widget names it
    ) -> None:
        super().__init__(id=id)
        self.look = look
        self.first = first
        """The column of the lines at its left edge.

        Textual sends a changed line from its widget's edge on; so two widgets side by side show two parts of
        the same lines, and a change on the right does not send the left.
        """
        self._lines: Sequence[Line] = ()

    @property
    def text(self) -> str:
        """What is shown, without looks."""
        return "\n".join("".join(text for text, _look in line) for line in self._lines)

    def show(self, lines: Sequence[Line]) -> None:
        """Show these lines instead."""
        if lines != self._lines:
            self._lines = lines
            self.repaint()

    def paint(self, y: int, width: int) -> Strip:
        """A line, cut at the right edge."""
        base = style_of(self, self.look)
        line = self._lines[y] if y < len(self._lines) else ()
        strip = Strip([Segment(text, base + style_of(self, look)) for text, look in line if text])
        return strip.crop(self.first, self.first + width).extend_cell_length(width, base)
