"""Whether this terminal can show the console, and what to use instead where it cannot."""

import os
import sys

from chorus_tui.i18n import _


def objection() -> tuple[str, str] | None:
    """A sentence and what to do, or None where the console can be shown."""
    instead = _("Plain lines work everywhere: chorus-tui status, list, submit, reprocess, export.")
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return _("This is not a terminal, so the console cannot be shown here."), instead
    if os.environ.get("TERM", "dumb") in ("", "dumb", "unknown"):
        return _("TERM={term} says that this terminal cannot place text.").format(
            term=os.environ.get("TERM", "")
        ), _("If it can, set TERM (for example TERM=xterm-256color).") + " " + instead
    return None
