"""A file that is deposited as a flow: picked, then shown as what it makes."""

from typing import TYPE_CHECKING

from chorus_tui.i18n import N_, _
from chorus_tui.operations.flow_file import why_no_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chorus_tui.ui.screens.console import ConsoleScreen
    from chorus_tui.ui.screens.picker_folder import Entry

FLOW_FOLDER = "flow-folder"
"""Under which name the last folder is kept that a flow came from."""


def _one(entries: "Sequence[Entry]") -> str:
    return "" if len(entries) == 1 else _("One file is one flow: take one, or an archive of several.")


def deposit_file(screen: "ConsoleScreen") -> None:
    """Let a file be picked, and show what depositing it would send."""
    from chorus_tui.ui.screens.deposit import Deposit
    from chorus_tui.ui.screens.picker import FilePicker

    watched = next((watch.path for watch in screen.desk.settings.watch), None)
    picker = FilePicker(
        watched, refuse=_one, asks=N_("Deposit a file:"), judge=why_no_file, remembers=FLOW_FOLDER
    )

    def picked(_result: None) -> None:
        if not picker.picked:
            return
        deposit = Deposit(path=picker.picked[0])

        def closed(_result: None) -> None:
            if deposit.parting is not None:
                screen.say(*deposit.parting)

        screen.app.push_screen(deposit, closed)

    screen.app.push_screen(picker, picked)
