"""The status line: the last thing that happened, in words; nothing pops up and nothing goes away by itself.

screen.say(_("3 invoices queued."), Tone.GOOD)     # also goes to the journal (`L`)
"""

from chorus_tui.domain.statuses import Tone
from chorus_tui.ui.widgets.lines import Lines

SIGNS = {Tone.GOOD: "✓ ", Tone.WAITS: "! ", Tone.BAD: "✗ "}


class StatusLine(Lines):
    """One line of words with a sign; empty when there is nothing to say."""

    def say(self, text: str, tone: Tone = Tone.PLAIN) -> None:
        """Show a sentence instead of the last one."""
        self.show([((" " + SIGNS.get(tone, "") + text, tone.value),)] if text else [])
