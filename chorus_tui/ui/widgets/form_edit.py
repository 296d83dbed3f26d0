"""One line of text being edited: a frozen value and what each key makes of it. No widget, no terminal."""

import re
from dataclasses import dataclass, replace

from rich.cells import cell_len

_WORD = re.compile(r"\w+\s*|\W+\s*")


@dataclass(frozen=True)
class LineEdit:
    """Text and where the cursor stands in it, in characters."""

    text: str = ""
    cursor: int = 0

    @classmethod
    def at_end(cls, text: str) -> "LineEdit":
        """A text with the cursor behind it."""
        return cls(text, len(text))

    def insert(self, text: str) -> "LineEdit":
        """Text typed or pasted at the cursor."""
        return LineEdit(self.text[: self.cursor] + text + self.text[self.cursor :], self.cursor + len(text))

    def _without(self, start: int, end: int) -> "LineEdit":
        return LineEdit(self.text[:start] + self.text[end:], start)

    def press(self, key: str) -> "LineEdit | None":
        """What an editing key (by Textual's name) makes of it; None for a key that edits nothing."""
        match key:
            case "left":
                return replace(self, cursor=max(0, self.cursor - 1))
            case "right":
                return replace(self, cursor=min(len(self.text), self.cursor + 1))
            case "home":
                return replace(self, cursor=0)
            case "end" | "ctrl+e":
                return LineEdit.at_end(self.text)
            case "ctrl+left" | "alt+b":
                return replace(self, cursor=self._word_left())
            case "ctrl+right" | "alt+f":
                return replace(self, cursor=self._word_right())
            case "backspace" | "ctrl+h":
                return self._without(max(0, self.cursor - 1), self.cursor)
            case "delete":
                return self._without(self.cursor, self.cursor + 1)
            case "ctrl+w" | "ctrl+backspace" | "alt+backspace":
                return self._without(self._word_left(), self.cursor)
            case "ctrl+u":
                return self._without(0, self.cursor)
            case "ctrl+k":
                return self._without(self.cursor, len(self.text))
        return None

    def _word_left(self) -> int:
        starts = [m.start() for m in _WORD.finditer(self.text) if m.start() < self.cursor]
        return starts[-1] if starts else 0

    def _word_right(self) -> int:
        return next((m.end() for m in _WORD.finditer(self.text) if m.end() > self.cursor), len(self.text))

    def window_start(self, width: int) -> int:
        """The first character in sight when `width` columns show and the cursor is among them."""
        start = 0
        while cell_len(self.text[start : self.cursor]) > max(0, width - 1):
            start += 1
        return start

    def window(self, width: int) -> tuple[str, int]:
        """What of the text fits `width` columns with the cursor in sight, and the cursor's column."""
        start, end = self.window_start(width), len(self.text)
        while cell_len(self.text[start:end]) > width:
            end -= 1
        return self.text[start:end], cell_len(self.text[start : self.cursor])
