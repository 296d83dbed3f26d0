"""The key line: what can be pressed here, most useful first; never wider than the screen.

bar.show_keys([("enter", "Complete"), ("s", "Submit")], (("?", "keys"),))
"""

from collections.abc import Sequence

from chorus_tui.ui.widgets.lines import Line, Lines
from chorus_tui.ui.widgets.painted import columns_of

Hint = tuple[str, str]
"""A key and its label, both as shown."""


def key_line(hints: Sequence[Hint], pinned: Sequence[Hint], width: int) -> Line:
    """As many whole hints as fit, then the pinned ones at the right edge."""
    room = width - sum(_width(hint) for hint in pinned)
    spans: list[tuple[str, str]] = []
    for hint in hints:
        if _width(hint) > room:
            break
        room -= _width(hint)
        spans += _spans(hint)
    spans.append((" " * max(0, room), "bar"))
    for hint in pinned:
        spans += _spans(hint)
    return tuple(spans)


def _spans(hint: Hint) -> tuple[tuple[str, str], ...]:
    key, label = hint
    return (" ", "bar"), (key, "key"), (f" {label} ", "bar")


def _width(hint: Hint) -> int:
    return columns_of(f" {hint[0]} {hint[1]} ")


class KeyBar(Lines):
    """One line of keys."""

    def __init__(self) -> None:
        super().__init__("bar")
        self._hints: Sequence[Hint] = ()
        self._pinned: Sequence[Hint] = ()

    def show_keys(self, hints: Sequence[Hint], pinned: Sequence[Hint] = ()) -> None:
        """Show these keys; the pinned ones are never left out."""
        self._hints, self._pinned = hints, pinned
        self.show([key_line(hints, pinned, self.size.width)])

    def on_resize(self) -> None:
        """Let more or fewer keys show."""
        super().on_resize()
        self.show_keys(self._hints, self._pinned)
