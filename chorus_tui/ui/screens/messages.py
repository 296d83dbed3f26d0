"""The journal on the screen: every message since the console was opened, newest first."""

from textual.app import ComposeResult

from chorus_tui.i18n import N_, _
from chorus_tui.operations.checking import PARIS
from chorus_tui.ui.commands import Scope
from chorus_tui.ui.screens.console import EVERYWHERE, ConsoleScreen
from chorus_tui.ui.widgets.lines import Line, Lines
from chorus_tui.ui.widgets.painted import wrap
from chorus_tui.ui.widgets.reader import READING, Reader
from chorus_tui.ui.widgets.statusline import SIGNS


class Messages(ConsoleScreen):
    """All messages; `y` copies them."""

    scopes = (Scope("messages", N_("Messages"), ()), READING, EVERYWHERE)
    AUTO_FOCUS = "Reader"

    def __init__(self) -> None:
        super().__init__()
        self.reader = Reader(id="messages", name_of=_("the messages"))

    def compose_body(self) -> ComposeResult:
        """Title and text."""
        yield Lines("bar", id="title")
        yield self.reader

    def on_mount(self) -> None:
        """Write them."""
        self.query_one("#title", Lines).show([((f" {_('Messages')}", "strong"),)])
        lines: list[Line] = []
        for entry in reversed(self.console.journal.entries()):
            parts = wrap(SIGNS.get(entry.tone, "") + entry.text, self.app.size.width - 12, 20)
            for number, part in enumerate(parts):
                at = f" {entry.at.astimezone(PARIS):%H:%M:%S}  " if number == 0 else " " * 11
                lines.append(((at, "faint"), (part, entry.tone.value)))
        self.reader.show(lines or [((f" {_('Nothing was said yet.')}", "faint"),)])

    def go_back(self) -> None:
        """To where one was."""
        self.dismiss()
