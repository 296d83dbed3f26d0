"""Which document a form opens next, and what became of those it opened: one after the other, none twice."""

from dataclasses import dataclass, field
from datetime import date

from chorus_tui.domain.statuses import DocumentState
from chorus_tui.i18n import _, ngettext
from chorus_tui.operations.desk import Desk
from chorus_tui.operations.listing import next_to_complete
from chorus_tui.operations.snoozing import asleep
from chorus_tui.ui.words import count


@dataclass
class FormQueue:
    """The documents to work through. Those of a group or of marked rows come once; of a whole list what was
    skipped comes again after the others.
    """

    keys: tuple[str, ...]
    goes_on: bool = False
    """Whether every other waiting document follows after these."""
    sent: set[str] = field(default_factory=set)
    skipped: set[str] = field(default_factory=set)
    asleep: set[str] = field(default_factory=set)

    def place(self, key: str) -> tuple[int, int]:
        """Which of how many it is."""
        return self.keys.index(key) + 1, len(self.keys)

    def after(self, desk: Desk, key: str) -> str | None:
        """The next document that can be completed and is not put aside; None where none is left."""
        at = self.keys.index(key)
        aside = asleep(desk)
        for other in (*self.keys[at + 1 :], *self.keys[:at]):
            document = desk.store.documents.get(other)
            seen = not self.goes_on and other in self.sent | self.skipped | self.asleep
            waits = document is not None and document.state is DocumentState.TO_SUBMIT
            if waits and not seen and f"document:{other}" not in aside:
                return other
        return self._further(desk, key, aside) if self.goes_on else None

    def _further(self, desk: Desk, key: str, aside: dict[str, date]) -> str | None:
        """Of all that wait the next one below, which joins the queue."""
        seen = {key}
        found = next_to_complete(desk, key)
        while found is not None and found.id not in seen:
            if f"document:{found.id}" not in aside:
                self.keys = (*self.keys, found.id)
                return found.id
            seen.add(found.id)
            found = next_to_complete(desk, found.id)
        return None

    @property
    def summary(self) -> str:
        """What became of them, once more than one was opened: how many were sent, skipped, put aside."""
        told = [
            words.format(n=count(number))
            for number, words in (
                (len(self.sent), ngettext("{n} queued", "{n} queued", len(self.sent))),
                (len(self.skipped), ngettext("{n} skipped", "{n} skipped", len(self.skipped))),
                (len(self.asleep), ngettext("{n} put aside", "{n} put aside", len(self.asleep))),
            )
            if number
        ]
        if self.goes_on or len(self.keys) < 2 or not told:
            return ""
        return _("Of {n}: {what}.").format(n=count(len(self.keys)), what=", ".join(told))
