"""Taking back what an operator changed last (`u`), from whatever screen (S1-073)."""

from collections.abc import Callable

from chorus_tui.domain.deeds import VERBS
from chorus_tui.domain.statuses import Tone
from chorus_tui.i18n import _, ngettext
from chorus_tui.operations import undoing
from chorus_tui.operations.desk import Outcome
from chorus_tui.ui.screens.console import ConsoleScreen
from chorus_tui.ui.screens.outcomes import tell_outcome
from chorus_tui.ui.words import count


async def undo(screen: ConsoleScreen) -> None:
    """Take back this operator's last change, or say why it cannot be: it has left, or changed since."""
    undone = await undoing.undo_in_slices(screen.desk)
    if undone is None:
        screen.say(_("There is nothing to take back."), Tone.WAITS)
        return
    verb = _(VERBS.get(undone.verb, undone.verb))
    if not undone.done and undone.refused:
        why = undone.refused[0][1]
        screen.say(_("Not taken back: {verb}. {why}").format(verb=verb, why=why), Tone.BAD)
        return

    def taken_back(number: int) -> str:
        words = ngettext("Taken back: {verb} ({n} record)", "Taken back: {verb} ({n} records)", number)
        return words.format(verb=verb, n=count(number))

    name_of: Callable[[str], str] = getattr(screen, "name_of", str)
    tell_outcome(screen, Outcome(undone.done, undone.refused), taken_back, name_of)
