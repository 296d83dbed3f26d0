"""What a list says of its selected row: what happened, what that means, what to do, and the key for it."""

from typing import NamedTuple

from chorus_tui.domain.statuses import Tone
from chorus_tui.ui.widgets.painted import columns_of, cut, with_remedy, wrap


class Told(NamedTuple):
    """What the screen says of the selected row."""

    text: str = ""
    tone: Tone = Tone.PLAIN
    remedy: str = ""
    """What to do about it; shown whole, however long the text is."""
    meaning: str = ""
    """The same in plain words, where there is room for them too."""
    key: str = ""
    """The key that starts the remedy, in words; always shown."""

    def words(self, width: int, most: int) -> list[str]:
        """The same in at most so many lines."""
        if not self.text:
            return []
        remedy = " · ".join(filter(None, (self.remedy, self.key)))
        if self.meaning:
            whole = with_remedy(f"{self.text} · {self.meaning}", remedy, width, most + 1)
            if len(whole) <= most:
                return whole
        if not self.key or not self.remedy:
            return with_remedy(self.text, remedy, width, most)
        whole = with_remedy(self.text, remedy, width, most + 1)
        return whole if len(whole) <= most else self._tight(width, most)

    def _tight(self, width: int, most: int) -> list[str]:
        """The text first, then the remedy as far as there is room, with the key behind it."""
        told = wrap(self.text, width, most - 1)
        below = wrap(f"→ {self.remedy}", width, most - len(told))
        key = f" · {self.key}"
        if columns_of(below[-1] + key) > width:
            below[-1] = cut(below[-1].removesuffix("…"), width - columns_of(key) - 1).removesuffix("…") + "…"
        return [*told, *below[:-1], below[-1] + key]
