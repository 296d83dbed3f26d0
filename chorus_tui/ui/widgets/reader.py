"""Text longer than the screen: lines that scroll, and the commands that scroll them.

yield Reader(id="text"); reader.show(lines)
scopes = (Scope(…), READING, EVERYWHERE)        # the screen has `reader`
"""

from collections.abc import Sequence

from rich.segment import Segment
from textual.strip import Strip

from chorus_tui.i18n import N_
from chorus_tui.ui.commands import Command, Scope
from chorus_tui.ui.looks import style_of
from chorus_tui.ui.widgets.lines import Line, Lines
from chorus_tui.ui.widgets.painted import pad

READING = Scope(
    "text",
    N_("Texts"),
    (
        Command(
            "text.back", "escape", N_("Back"), N_("Goes back."), lambda s: s.go_back(), line=50, palette=False
        ),
        Command(
            "text.down",
            "down j",
            N_("Down"),
            N_("Scrolls down a line."),
            lambda s: s.reader.turn(1),
            palette=False,
        ),
        Command(
            "text.up", "up k", N_("Up"), N_("Scrolls up a line."), lambda s: s.reader.turn(-1), palette=False
        ),
        Command(
            "text.page_down",
            "pagedown space",
            N_("Page down"),
            N_("Scrolls down a page."),
            lambda s: s.reader.page(1),
            palette=False,
        ),
        Command(
            "text.page_up",
            "pageup",
            N_("Page up"),
            N_("Scrolls up a page."),
            lambda s: s.reader.page(-1),
            palette=False,
        ),
        Command(
            "text.top",
            "g home",
            N_("Beginning"),
            N_("Goes to the beginning."),
            lambda s: s.reader.page(-10_000),
            palette=False,
        ),
        Command(
            "text.bottom",
            "G end",
            N_("End"),
            N_("Goes to the end."),
            lambda s: s.reader.page(10_000),
            palette=False,
        ),
        Command(
            "text.copy",
            "y",
            N_("Copy"),
            N_("Copies the text to the clipboard."),
            lambda s: s.copy(s.reader.text, s.reader.name_of),
            line=40,
        ),
    ),
)


class Reader(Lines):
    """Lines that scroll; the last line says when there is more."""

    DEFAULT_CSS = "Reader { height: 1fr; }"
    can_focus = True

    def __init__(self, *, id: str | None = None, name_of: str = "") -> None:  # noqa: A002  # as Widget names it
        super().__init__(id=id)
        self.name_of = name_of or "text"
        """What is copied, in words."""
        self.top = 0

    def show(self, lines: Sequence[Line]) -> None:
        """Show another text; the place in it stays."""
        super().show(lines)
        self.turn(0)

    def turn(self, by: int) -> None:
        """Move by so many lines."""
        top = max(0, min(self.top + by, len(self._lines) - self.size.height))
        if top != self.top:
            self.top = top
            self.repaint()

    def page(self, by: int) -> None:
        """Move by so many screens."""
        self.turn(by * max(1, self.size.height - 2))

    def paint(self, y: int, width: int) -> Strip:
        """A line of the text as it stands scrolled."""
        if y == self.size.height - 1 and self.top + self.size.height < len(self._lines):
            left = len(self._lines) - self.top - y
            return self._more(left, width)
        return super().paint(y + self.top, width)

    def _more(self, left: int, width: int) -> Strip:
        return Strip([Segment(pad(f"  ↓ {left}", width), style_of(self, "faint"))], width)
