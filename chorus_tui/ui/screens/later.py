"""A place whose screen is still to come: says in a sentence what will live there."""

from textual.app import ComposeResult

from chorus_tui.i18n import N_, _
from chorus_tui.ui.commands import Command, Scope
from chorus_tui.ui.places import PLACE
from chorus_tui.ui.screens.console import EVERYWHERE, ConsoleScreen
from chorus_tui.ui.widgets.lines import Lines
from chorus_tui.ui.widgets.painted import wrap

PROMISES = {
    "flows": N_(
        "Every deposit of one or more invoices will be listed here, with its status and its integration "
        "report."
    ),
}


class Later(ConsoleScreen):
    """One sentence."""

    DEFAULT_CSS = "Later #promise { height: 1fr; }"
    scopes = (
        Scope(
            "later",
            N_("Places to come"),
            (
                Command(
                    "later.back",
                    "escape",
                    N_("Documents to be submitted"),
                    N_("Goes back to the documents to be submitted."),
                    lambda s: s.console.go("to_submit"),
                    line=1,
                ),
            ),
        ),
        EVERYWHERE,
    )

    def __init__(self, place_id: str) -> None:
        super().__init__()
        self.place_id = place_id

    def compose_body(self) -> ComposeResult:
        """The sentence."""
        yield Lines(id="promise")

    def on_mount(self) -> None:
        """Write it."""
        words = wrap(_(PROMISES[self.place_id]), 72, 8)
        title = ((f"  {_(PLACE[self.place_id].title)}", "strong"),)
        self.query_one("#promise", Lines).show(
            [(), title, (), *[((f"  {line}", "plain"),) for line in words]]
        )
