"""The commands of every list of what came back or waits: by cause, put aside, take back, do again."""

from typing import Any

from chorus_tui.i18n import N_, _
from chorus_tui.ui.commands import Command, Scope


def some_rows(screen: Any) -> str:
    """Why a verb for the chosen rows does nothing now."""
    return "" if screen.chosen() else _("There is no row here.")


async def _undo(screen: Any) -> None:
    from chorus_tui.ui.screens.undo import undo

    await undo(screen)


UNDO = Command(
    "triage.undo",
    "u",
    N_("Undo"),
    N_("Takes back what you changed last, as long as it has not left for Chorus Pro."),
    _undo,
    words=(N_("Bring back"), N_("Take back")),
)

REPEAT = Command(
    "triage.repeat",
    "full_stop",
    N_("Repeat"),
    N_("Does the last fix again, on the marked rows or the one under the cursor; shows first what changes."),
    lambda s: s.repeat(),
    lambda s: s.why_not_repeat(),
    words=(N_("Repeat the last fix"),),
)

SNOOZE = Command(
    "triage.snooze",
    "z",
    N_("Snooze"),
    N_("Puts the marked rows, or the one under the cursor, aside until a day; again: wakes them."),
    lambda s: s.snooze(),
    some_rows,
    words=(N_("Put aside"), N_("Wake")),
)

GROUPS = Command(
    "triage.groups",
    "b",
    N_("By cause"),
    N_("Groups what came back or is incomplete by cause and recipient, to put many right at once."),
    lambda s: s.open_groups(),
    lambda s: s.why_no_groups(),
    line=4,
    words=(N_("Groups"), N_("Clusters")),
)

TRIAGE = Scope(
    "triage",
    N_("What came back"),
    (
        GROUPS,
        SNOOZE,
        Command(
            "triage.asleep",
            "Z",
            N_("Asleep"),
            N_("Shows those that were put aside, too; again: hides them."),
            lambda s: s.turn_asleep(),
        ),
        UNDO,
        REPEAT,
    ),
)
