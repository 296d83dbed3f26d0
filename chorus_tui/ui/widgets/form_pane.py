"""The two panes of a form: the fields, which take the keys, and the page of the invoice beside them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.message import Message

from chorus_tui.ui.widgets.lines import Line, Lines, Span
from chorus_tui.ui.widgets.painted import wrap

_MOVES = frozenset({"up", "down", "tab", "shift+tab", "enter"})
_EDITS = frozenset(
    {"left", "right", "home", "end", "ctrl+left", "ctrl+right", "alt+b", "alt+f", "ctrl+e", "ctrl+z"}
    | {"backspace", "delete", "ctrl+h", "ctrl+w", "ctrl+u", "ctrl+k", "ctrl+backspace", "alt+backspace"}
)


class FieldsPane(Lines):
    """Shows the lines of a form and tells what was typed; it knows nothing of fields."""

    can_focus = True
    DEFAULT_CSS = "FieldsPane { height: 1fr; width: 46; }"

    @dataclass
    class Typed(Message):
        """A key that belongs to the form, or text that was pasted (then `key` is "paste")."""

        key: str
        character: str

    class Resized(Message):
        """The pane has another size; its lines have to be laid out again."""

    top = 0
    """The first line in sight."""
    takes_escape = False
    """Whether Escape means something inside the form (a list is open)."""
    keeps_lines = False
    """Whether pasted text keeps its line breaks; else they become spaces."""

    def show_from(self, lines: Sequence[Line], reach: tuple[int, int]) -> None:
        """Show these lines, scrolled so that the lines of `reach` are in sight."""
        height = max(1, self.size.height)
        first, last = reach
        if last - self.top >= height:
            self.top = last - height + 1
        if first < self.top:
            self.top = max(0, first - 1)
        self.top = max(0, min(self.top, len(lines) - height))
        self.show(tuple(lines[self.top : self.top + height]))

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Printable keys are typed, so the key line does not offer them for anything else."""
        return character is not None and character.isprintable()

    def on_key(self, event: events.Key) -> None:
        """Take what is typed or moves inside the form; leave the rest to the commands."""
        mine = event.is_printable or event.key in _MOVES or event.key in _EDITS
        if mine or (event.key == "escape" and self.takes_escape):
            event.stop()
            event.prevent_default()
            self.post_message(self.Typed(event.key, event.character or "" if event.is_printable else ""))

    def on_paste(self, event: events.Paste) -> None:
        """Pasted text arrives in one piece."""
        event.stop()
        between = "\n" if self.keeps_lines else " "
        self.post_message(self.Typed("paste", between.join(event.text.splitlines()).strip()))

    def on_resize(self) -> None:
        """The lines were laid out for another width."""
        super().on_resize()
        self.post_message(self.Resized())


class PagePane(Lines):
    """One page of the invoice as layout text, with what the current field holds marked in it."""

    can_focus = False
    DEFAULT_CSS = "PagePane { height: 1fr; width: 1fr; }"

    def __init__(self) -> None:
        super().__init__()
        self.top = 0
        self.left = 0
        self.raw = False
        """Show the spacing as it is printed; else gaps that all lines of a block share are narrowed."""
        self._page: list[str] = []
        self._narrow: list[str] = []
        self._is_page = True
        self._wanted: tuple[str, ...] = ()

    def show_page(self, text: str, *, is_page: bool = True) -> None:
        """Show another page from its beginning, or (not `is_page`) the sentence why there is none."""
        self._page = text.split("\n")
        self._narrow = narrowed(self._page)
        self._is_page = is_page
        self.top = self.left = 0
        self._draw()

    def mark(self, *texts: str) -> None:
        """Mark these texts where they stand on the page, and bring the first of them in sight."""
        wanted = tuple(text for text in texts if len(text) > 1)
        if wanted == self._wanted:
            return
        self._wanted = wanted
        found = self._find()
        if found is None:
            self.left = 0
        else:
            self._bring_in_sight(*found)
        self._draw()

    def scroll_page(self, down: int = 0, right: int = 0) -> None:
        """Move the view over the page."""
        lines = self.lines
        widest = max(map(len, lines), default=0)
        self.top = max(0, min(self.top + down, len(lines) - self.size.height))
        self.left = max(0, min(self.left + right, widest - self.size.width + 1))
        self._draw()

    @property
    def lines(self) -> list[str]:
        """The page as it is shown, uncut."""
        if not self._is_page:
            return [
                "",
                *(f" {line}" for line in wrap("\n".join(self._page), max(10, self.size.width - 3), 20)),
            ]
        return self._page if self.raw else self._narrow

    @property
    def marked(self) -> list[str]:
        """What is marked among the lines in sight, as it is printed there."""
        return [text for line in self._lines for text, look in line if look == "chosen"]

    @property
    def more(self) -> tuple[bool, bool]:
        """Whether the page goes on below and to the right of what is in sight."""
        lines = self.lines
        return (
            self.top + self.size.height < len(lines),
            self.left + self.size.width - 1 < max(map(len, lines), default=0),
        )

    def _pattern(self) -> re.Pattern[str] | None:
        alternatives = [
            r"[\s\u00a0\u202f.]*".join(map(re.escape, re.sub(r"\s", "", w))) for w in self._wanted
        ]
        return re.compile("|".join(alternatives), re.IGNORECASE) if alternatives else None

    def _find(self) -> tuple[int, int, int] | None:
        """Line, first and last column of the first text to mark."""
        pattern = self._pattern()
        for y, line in enumerate(self.lines if pattern else ()):
            match = pattern.search(line) if pattern else None
            if match:
                return y, match.start(), match.end()
        return None

    def _bring_in_sight(self, y: int, start: int, end: int) -> None:
        height, width = self.size.height, self.size.width - 1
        if not self.top <= y < self.top + height:
            self.top = max(0, min(y - height // 3, len(self.lines) - height))
        if start < self.left or end > self.left + width:
            self.left = 0 if end <= width else min(start, end - width + 2)

    def _draw(self) -> None:
        if not self.size.height:
            return
        pattern = self._pattern()
        shown = self.lines[self.top : self.top + self.size.height]
        shown = shown + [""] * (self.size.height - len(shown))
        width = max(1, self.size.width - 1)
        self.show(tuple((("│", "faint"), *_marked(line, pattern, self.left, width)) for line in shown))

    def on_key(self, event: events.Key) -> None:
        """Arrows move over the page while it has the whole width."""
        moves = {"down": (1, 0), "up": (-1, 0), "right": (0, 8), "left": (0, -8), "j": (1, 0), "k": (-1, 0)}
        if event.key in moves:
            event.stop()
            down, right = moves[event.key]
            self.scroll_page(down, right)

    def on_resize(self) -> None:
        """More or less of the page is in sight."""
        super().on_resize()
        self._draw()


def _marked(line: str, pattern: re.Pattern[str] | None, left: int, width: int) -> list[Span]:
    spans: list[Span] = []
    last = 0
    for match in pattern.finditer(line) if pattern else ():
        spans += [(line[last : match.start()], "plain"), (match.group(), "chosen")]
        last = match.end()
    spans.append((line[last:], "plain"))
    return _cropped(spans, left, width)


def _cropped(spans: list[Span], left: int, width: int) -> list[Span]:
    cropped: list[Span] = []
    x = 0
    for text, look in spans:
        start, end = max(0, left - x), max(0, left + width - x)
        if text[start:end]:
            cropped.append((text[start:end], look))
        x += len(text)
    return cropped


def narrowed(page: Sequence[str]) -> list[str]:
    """The lines of a page with the blank columns that all lines of a block share narrowed to two.

    Columns of a table stay under each other; the block begins at the left edge.
    """
    shown: list[str] = []
    block: list[str] = []
    for line in (*page, ""):
        if line.strip():
            block.append(line.rstrip())
            continue
        shown += _narrow_block(block)
        if shown and shown[-1]:
            shown.append("")
        block = []
    return shown[:-1]


def _narrow_block(block: list[str]) -> list[str]:
    width = max(map(len, block), default=0)
    blank = [all(x >= len(line) or line[x] == " " for line in block) for x in range(width)]
    kept = [x for x in range(width) if not (blank[x] and (x < 2 or all(blank[max(0, x - 2) : x])))]
    while kept and blank[kept[0]]:
        kept.pop(0)
    return ["".join(line[x] if x < len(line) else " " for x in kept).rstrip() for line in block]
