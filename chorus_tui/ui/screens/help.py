"""What can be done: the help screen (this screen's commands first) and the palette (all, by name).

Typing filters, enter runs the command on the screen one came from; a command that cannot act now stays in
the list and says why.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.widgets import Input

from chorus_tui.domain.statuses import Tone
from chorus_tui.i18n import N_, _
from chorus_tui.text import fold
from chorus_tui.ui.columns import Column
from chorus_tui.ui.commands import Command, Scope
from chorus_tui.ui.screens.console import ConsoleScreen
from chorus_tui.ui.screens.list_commands import moves
from chorus_tui.ui.widgets.lines import Lines
from chorus_tui.ui.widgets.listing import Listing
from chorus_tui.ui.widgets.painted import wrap


@dataclass(frozen=True, slots=True)
class Entry:
    """A command as it is listed."""

    command: Command
    where: str
    key: str
    why_not: str

    @property
    def haystack(self) -> str:
        """Where the typed words are looked for."""
        command = self.command
        names = " ".join((*command.words, *map(_, command.words)))
        return fold(f"{self.key} {_(command.label)} {_(command.sentence)} {names} {command.id} {self.where}")


COLUMNS: tuple[Column[Entry], ...] = (
    Column("key", N_("Key"), 9, lambda e: e.key),
    Column("label", N_("Command"), 20, lambda e: _(e.command.label), tone=lambda e: _tone(e)),
    Column(
        "sentence",
        N_("What it does"),
        36,
        lambda e: _(e.command.sentence),
        grows=True,
        tone=lambda e: _tone(e),
    ),
    Column("where", N_("Where"), 14, lambda e: e.where, rank=1, tone=lambda _e: Tone.FAINT),
)


def _tone(entry: Entry) -> Tone:
    return Tone.FAINT if entry.why_not else Tone.PLAIN


HELP = Scope(
    "help",
    N_("Help and palette"),
    (
        Command(
            "help.run",
            "enter",
            N_("Run"),
            N_("Runs the command."),
            lambda s: s.run_entry(),
            line=1,
            palette=False,
        ),
        *moves("help"),
        Command(
            "help.back",
            "escape f1 ctrl+c",
            N_("Back"),
            N_("Goes back."),
            lambda s: s.go_back(),
            line=2,
            palette=False,
        ),
    ),
)


class Help(ConsoleScreen):
    """The commands of the screen one came from, its own first."""

    DEFAULT_CSS = """
    Help #ask, Palette #ask { height: 1; border: none; padding: 0 1; width: 1fr; }
    Help #message, Palette #message { height: 2; }
    """
    scopes = (HELP,)
    AUTO_FOCUS = "#ask"
    title_of = N_("What can be done here: type to filter, enter runs")

    def __init__(self, target: ConsoleScreen) -> None:
        super().__init__()
        self.target = target
        self.listing: Listing[Entry] = Listing(COLUMNS, lambda e: e.command.id, id="commands")
        self.listing.when_moved = self.on_listing_moved
        self.entries: list[Entry] = []

    def commands(self) -> Iterable[tuple[Scope, Command]]:
        """What is listed, in this order."""
        return ((scope, command) for scope in self.target.scopes for command in scope.commands)

    def compose_body(self) -> ComposeResult:
        """A field, the list, the sentence of the selected command in full."""
        yield Lines("bar", id="title")
        field = Input(id="ask", compact=True, placeholder=_("a word of what you want to do"))
        field.cursor_blink = False
        yield field
        yield self.listing
        yield Lines(id="message")

    def on_mount(self) -> None:
        """List them."""
        self.query_one("#title", Lines).show([((f" {_(self.title_of)}", "strong"),)])
        keys = {command.id: key for command, key in self.console.registry.keyed(self.target.scopes)}
        self.entries = [
            Entry(command, _(scope.title), keys[command.id], command.why_not(self.target))
            for scope, command in self.commands()
            if command.id in keys
        ]
        self.listing.empty = _("No command has these words.")
        self.listing.show(self.entries, top=True)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter."""
        words = fold(event.value).split()
        found = [entry for entry in self.entries if all(word in entry.haystack for word in words)]
        self.listing.show(found, top=True)

    def on_input_submitted(self) -> None:
        """Run."""
        self.run_entry()

    def on_listing_moved(self) -> None:
        """Tell the whole sentence, and why not now."""
        entry = self.listing.current
        lines = []
        if entry is not None:
            look = "waits" if entry.why_not else "plain"
            text = f"{_(entry.command.sentence)} {entry.why_not}"
            lines = [((f" {part}", look),) for part in wrap(text.strip(), self.app.size.width - 2, 2)]
        self.query_one("#message", Lines).show(lines)

    def go_back(self) -> None:
        """To where one was. Nobody waits for it: who waits for the end of its own screen ends the app."""
        self.dismiss()

    def run_entry(self) -> None:
        """Go back and do it there, or say there why not."""
        entry = self.listing.current
        if entry is not None:
            target = self.target
            self.dismiss()
            target.call_after_refresh(target.run_command, entry.command)


class Palette(Help):
    """Every command that makes sense to run from a list, by name; places first."""

    title_of = N_("Palette: type a command's name, enter runs")

    def commands(self) -> Iterable[tuple[Scope, Command]]:
        """Those of this screen and of everywhere, movement left out."""
        return (pair for pair in super().commands() if pair[1].palette)
