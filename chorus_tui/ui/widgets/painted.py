"""A widget drawn line by line that sends only the columns that changed.

Over SSH what costs is bytes. A subclass says how line `y` looks (`paint`); `repaint` compares with what
stands on the screen and marks the stretch of each line that differs.
"""

from collections.abc import Iterable, Iterator

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget


class Painted(Widget):
    """Plain text line by line, never markup."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # as Widget names it
        super().__init__(id=id)
        self._on_screen: dict[int, Strip] = {}

    def paint(self, y: int, width: int) -> Strip:
        """Line `y` in exactly so many columns."""
        raise NotImplementedError

    def repaint(self, lines: Iterable[int] | None = None) -> None:
        """Send what differs in some lines, or in all."""
        width, height = self.size
        if not width:
            return
        for y in range(height) if lines is None else lines:
            before = self._on_screen.get(y)
            self._on_screen[y] = after = self.paint(y, width)
            columns = (0, width) if before is None else changed_columns(before, after)
            if columns is not None:
                self.refresh(Region(columns[0], y, columns[1] - columns[0], 1))

    def forget(self) -> None:
        """Paint everything anew: another size, another theme."""
        self._on_screen.clear()
        self.refresh()

    def notify_style_update(self) -> None:
        """Forget what was painted with another theme's looks."""
        self._on_screen.clear()
        super().notify_style_update()

    def on_resize(self) -> None:
        """Paint for the new size."""
        self.forget()

    def render_line(self, y: int) -> Strip:
        """Line `y` as Textual asks for it."""
        width = self.size.width
        strip = self._on_screen.get(y)
        if strip is None or strip.cell_length != width:
            self._on_screen[y] = strip = self.paint(y, width)
        return strip


def changed_columns(old: Strip, new: Strip) -> tuple[int, int] | None:
    """From which column to which two painted lines differ; None: they do not."""
    if old == new:
        return None
    before, after = _cells(old), _cells(new)
    if before is None or after is None or len(before) != len(after):
        return 0, max(old.cell_length, new.cell_length)
    first = next((at for at, (a, b) in enumerate(zip(before, after, strict=True)) if a != b), None)
    if first is None:
        return None
    last = next(at for at in range(len(before), first, -1) if before[at - 1] != after[at - 1])
    return first, last


def _cells(strip: Strip) -> list[tuple[str, Style | None]] | None:
    """Character and style of each column; None where a character is wider than one."""
    if len(strip.text) != strip.cell_length:
        return None
    return [(character, segment.style) for segment in strip for character in segment.text]


def columns_of(text: str) -> int:
    """How many columns a text takes."""
    return len(text) if text.isascii() else Strip([Segment(text)]).cell_length


def cut(text: str, width: int) -> str:
    """The text in at most so many columns, with … where something had to go."""
    if columns_of(text) <= width:
        return text
    return Strip([Segment(text)]).crop(0, width - 1).text + "…" if width > 0 else ""


def pad(text: str, width: int, right: bool = False) -> str:
    """The text in exactly so many columns."""
    text = cut(text, width)
    blank = " " * (width - columns_of(text))
    return blank + text if right else text + blank


def wrap(text: str, width: int, most: int) -> list[str]:
    """The text in at most so many lines, broken at spaces (a path that is longer: anywhere); the last ends
    in … when something is left.
    """
    lines: list[str] = []
    for paragraph in text.splitlines():
        line = ""
        for word in _breakable(paragraph, width):
            joined = f"{line} {word}" if line else word
            if line and columns_of(joined) > width:
                lines.append(line)
                line = word
            else:
                line = joined
        lines.append(line)
    if len(lines) > most:
        lines[most - 1 :] = [" ".join(lines[most - 1 :])]
    return [cut(line, width) for line in lines]


def _breakable(paragraph: str, width: int) -> Iterator[str]:
    """The words of a paragraph, those that are wider than a line in pieces."""
    for word in paragraph.split(" "):
        if width < 2 or columns_of(word) <= width:
            yield word
        else:
            yield from (word[at : at + width] for at in range(0, len(word), width))


def with_remedy(text: str, remedy: str, width: int, most: int) -> list[str]:
    """What happened, then what to do about it, in at most so many lines; what to do is never cut for it."""
    if not remedy:
        return wrap(text, width, most)
    joined = wrap(f"{text} → {remedy}", width, most + 1)
    if len(joined) <= most:
        return joined
    below = wrap(f"→ {remedy}", width, most - 1)
    return wrap(text, width, most - len(below)) + below
