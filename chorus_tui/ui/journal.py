"""The journal: every sentence the status line said since the console was opened."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime

from chorus_tui.domain.statuses import Tone

KEPT = 2_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One sentence."""

    at: datetime
    text: str
    tone: Tone


class Journal:
    """The last sentences, newest last."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=KEPT)

    def append(self, at: datetime, text: str, tone: Tone = Tone.PLAIN) -> None:
        """Add a sentence."""
        self._entries.append(Entry(at, text, tone))

    def entries(self) -> tuple[Entry, ...]:
        """All of them, oldest first."""
        return tuple(self._entries)
