"""The status line: the last thing that happened, in words; nothing pops up and nothing goes away by itself.

screen.say(_("3 invoices queued."), Tone.GOOD)     # also goes to the journal (`L`)
"""

from chorus_tui.domain.statuses import Tone
from chorus_tui.ui.widgets.lines import Lines
from chorus_tui.ui.widgets.painted import wrap

SIGNS = {Tone.GOOD: "✓ ", Tone.WAITS: "! ", Tone.BAD: "✗ "}
MOST = 3
"""Lines that a sentence takes at most; the journal has the whole of a longer one."""


class StatusLine(Lines):
    """A sentence with a sign; empty when there is nothing to say. It takes more lines only where it must: a
    path, or what to do about an error, is of no use when its end is cut.
    """

    _said: tuple[str, Tone] = ("", Tone.PLAIN)

    @property
    def text(self) -> str:
        """What was said last, with its sign."""
        text, tone = self._said
        return SIGNS.get(tone, "") + text if text else ""

    def say(self, text: str, tone: Tone = Tone.PLAIN) -> None:
        """Show a sentence instead of the last one."""
        self._said = text, tone
        width = (self.size.width or self.app.size.width) - 2
        words = wrap(self.text, width, MOST) if text else []
        height = self.styles.height
        if height is not None and height.value != max(1, len(words)):
            self.styles.height = max(1, len(words))
        self.show([((f" {line}", tone.value),) for line in words])

    def on_resize(self) -> None:
        """Break the sentence anew."""
        super().on_resize()
        self.say(*self._said)
