"""What every screen of the console has: header, status line, prompt, key line, and commands that say why not.

    class Drawer(ConsoleScreen):
        scopes = (
            Scope("drawer", N_("Drawer"), (Command("drawer.open", "o", …, lambda s: s.open()),)),
            EVERYWHERE,
        )

        def compose_body(self) -> ComposeResult:
            yield Lines(id="contents")              # the body has the room between header and status line

        def store_changed(self, changes: Changes) -> None:  # only while shown; the rest comes on return
            if "drafts" in changes: …

        async def open(self) -> None:                       # a coroutine command may ask
            if await self.prompt.confirm(_("Open it?")):
                self.say(_("Opened."), Tone.GOOD)

Also: `save_typing()` for what a dropped connection would lose, `copy(text, what)`, `self.console` (the app),
`self.desk`.
"""

import asyncio
import contextlib
import inspect
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widget import Widget

from chorus_tui.domain.statuses import Tone
from chorus_tui.i18n import N_, _
from chorus_tui.operations.desk import Desk, Refusal
from chorus_tui.store import StoreError
from chorus_tui.ui.commands import MASS, Command, Danger, Scope, bindings, shown
from chorus_tui.ui.places import PLACES
from chorus_tui.ui.widgets.header import Header
from chorus_tui.ui.widgets.keybar import KeyBar
from chorus_tui.ui.widgets.lines import Lines, wrap
from chorus_tui.ui.widgets.prompt import Prompt
from chorus_tui.ui.widgets.statusline import StatusLine

if TYPE_CHECKING:
    from textual.worker import Worker

    from chorus_tui.ui.app import ChorusConsole

log = logging.getLogger(__name__)

Changes = Mapping[str, frozenset[str]]
"""Table name → keys of the records that changed."""

MANY = 300
"""Changed records up to which they are shown in one go."""
AT_ONCE = 50
"""Records of each part, where there are more: some milliseconds, so that no key waits."""

LEAST = (80, 24)
"""Columns and rows below which nothing is shown but a sentence."""


def _goes_to(place_id: str) -> Callable[["ConsoleScreen"], None]:
    return lambda screen: screen.console.go(place_id)


EVERYWHERE = Scope(
    "console",
    N_("Everywhere"),
    (
        Command(
            "console.help",
            "question_mark f1",
            N_("All keys"),
            N_("Shows what can be done here; typing filters, enter runs."),
            lambda s: s.console.show_help(),
        ),
        Command(
            "console.palette",
            "ctrl+p colon",
            N_("Palette"),
            N_("Finds any command by its name and runs it."),
            lambda s: s.console.show_palette(),
            palette=False,
        ),
        *(
            Command(
                f"place.{place.id}",
                place.keys,
                place.title,
                place.sentence,
                _goes_to(place.id),
                words=place.words,
            )
            for place in PLACES
        ),
        Command(
            "console.journal",
            "L",
            N_("Messages"),
            N_("Shows every message since the console was opened."),
            lambda s: s.console.show_journal(),
        ),
        Command(
            "console.cancel",
            "ctrl+c",
            N_("Cancel"),
            N_("Leaves a question; never leaves the console."),
            lambda s: s.cancel(),
            palette=False,
        ),
        Command(
            "console.quit",
            "q",
            N_("Quit"),
            N_("Leaves the console; what is queued stays queued."),
            lambda s: s.console.leave(),
        ),
    ),
)


class ConsoleScreen(Screen[None]):
    """Header, a body, status line or prompt, key line."""

    DEFAULT_CSS = """
    ConsoleScreen { layout: vertical; overflow: hidden; }
    ConsoleScreen > #too-small { display: none; height: 1fr; content-align: center middle; }
    ConsoleScreen.-too-small > * { display: none; }
    ConsoleScreen.-too-small > #too-small { display: block; }
    """

    AUTO_FOCUS = (
        ""  # Textual would focus the field of the prompt, which is not there until something is asked
    )
    scopes: ClassVar[tuple[Scope, ...]] = (EVERYWHERE,)
    """The screen's own commands first, then those it shares."""
    takes_letters: bool = False
    """Whether letters and signs are typed here now, so that no command can have them."""

    def __init_subclass__(
        cls,
        inherit_css: bool = True,
        inherit_bindings: bool = True,
        inherit_component_classes: bool = True,
    ) -> None:
        bound = any("BINDINGS" in base.__dict__ for base in cls.__mro__ if issubclass(base, ConsoleScreen))
        if "scopes" in cls.__dict__ or not bound:
            # Not for every class between: Textual merges those of all bases, and the first frame waits.
            cls.BINDINGS = bindings(cls.scopes)
        super().__init_subclass__(inherit_css, inherit_bindings, inherit_component_classes)

    def __init__(self) -> None:
        super().__init__()
        self.header = Header()
        self.status = StatusLine(id="status")
        self.prompt = Prompt()
        self.keybar = KeyBar()
        self._missed: dict[str, frozenset[str]] = {}

    @property
    def console(self) -> "ChorusConsole":
        """The app."""
        return cast("ChorusConsole", self.app)

    @property
    def desk(self) -> Desk:
        """What operations are given."""
        return self.console.desk

    def compose(self) -> ComposeResult:
        """The frame, with the body in it."""
        yield self.header
        yield from self.compose_body()
        yield self.status
        yield self.prompt
        yield self.keybar
        yield Lines(id="too-small")

    def compose_body(self) -> Iterable[Widget]:
        """The widgets between header and status line; together they take the height that is left."""
        return ()

    def on_mount(self) -> None:
        """Make the screen's commands known."""
        self.console.registry.add(self.scopes)
        for sentence in self.console.registry.clashes(self.scopes):
            self.say(sentence, Tone.BAD)

    def on_screen_resume(self) -> None:
        """Catch up with what changed while another screen was shown."""
        if not self.prompt.made.is_set():
            self.call_after_refresh(self.prompt.make_ready)
        missed, self._missed = self._missed, {}
        if missed:
            self._pass_on(missed)
        self.update_frame()

    def on_resize(self, event: events.Resize) -> None:
        """Say so when there is too little room."""
        width, height = event.size
        small = width < LEAST[0] or height < LEAST[1]
        self.set_class(small, "-too-small")
        if small:
            words = _("chorus-tui needs 80×24; this window is {width}×{height}.")
            told = wrap(words.format(width=width, height=height), width, height)
            self.query_one("#too-small", Lines).show([((line, "strong"),) for line in told])

    def note_changes(self, changes: Changes) -> None:
        """Pass changes on, now or when the screen is shown again."""
        if self.is_current:
            self._pass_on(changes)
            self.update_header()
        else:
            for table, keys in changes.items():
                self._missed[table] = self._missed.get(table, frozenset()) | keys

    def _pass_on(self, changes: Changes) -> None:
        """Very many changes at once (a batch that another screen watched) are shown part by part."""
        if max(map(len, changes.values()), default=0) > MANY:
            self.run_worker(self._pass_on_in_slices(changes), group="changes")
            return
        with self.telling():
            self.store_changed(changes)

    async def _pass_on_in_slices(self, changes: Changes) -> None:
        keys = {table: tuple(changed) for table, changed in changes.items()}
        with self.telling():
            for start in range(0, max(map(len, keys.values())), AT_ONCE):
                part = {table: frozenset(k[start : start + AT_ONCE]) for table, k in keys.items()}
                self.store_changed({table: some for table, some in part.items() if some})
                await asyncio.sleep(0)

    def store_changed(self, changes: Changes) -> None:
        """Show what changed in the store; subclasses read the records of the keys again."""

    def connected(self) -> None:
        """What asks Chorus Pro is there now: `console.lookups` was None before."""

    def save_typing(self) -> None:
        """Keep what is being typed; called when the connection drops, and before leaving."""

    @property
    def unsaved(self) -> str:
        """What leaving would lose or leave half done, in words; empty: nothing."""
        return ""

    def update_frame(self) -> None:
        """Bring header and key line up to date."""
        self.update_header()
        self.update_keys()

    def update_header(self) -> None:
        """Bring the header up to date; sends nothing when nothing changed."""
        self.header.tell(self.console.facts())

    def update_keys(self) -> None:
        """Bring the key line up to date."""
        if self.prompt.asks:
            return
        registry = self.console.registry
        keyed = registry.keyed(self.scopes)
        commands = [(c, key) for c, key in keyed if c.line and self.on_line(c)]
        commands.sort(key=lambda pair: pair[0].line)
        hints = [(key, self.label(command)) for command, key in commands]
        help_ = next((c for scope in self.scopes for c in scope.commands if c.id == "console.help"), None)
        keys = [shown(key) for key in registry.keys(help_)] if help_ else []
        key = next((key for key in keys if len(key) > 1 or not self.takes_letters), "")
        self.keybar.show_keys(hints, [(key, _("all keys"))] if key else [])

    def on_line(self, command: Command) -> bool:
        """Whether the key line has a command that has a rank there; a screen may leave out what is idle."""
        return True

    def label(self, command: Command) -> str:
        """What the key line calls a command; a screen may add a count."""
        return _(command.label)

    def say(self, text: str, tone: Tone = Tone.PLAIN) -> None:
        """Put a sentence on the status line and into the journal."""
        self.status.say(text, tone)
        self.console.journal.append(self.desk.now(), text, tone)

    def copy(self, text: str, what: str) -> None:
        """Copy a text to the operator's clipboard and say what was copied."""
        self.console.copy_text(text, what)

    async def sure(self, command_id: str, question: str, number: int = 1) -> bool:
        """Ask as the danger of a command demands it; whether it may go on.

        Args:
            number: of records that it is about; of many it has to be typed where the command wants that.
        """
        danger = self.console.registry[command_id].danger
        if danger is Danger.NONE:
            return True
        if danger is Danger.ASKS or number < MASS:
            return await self.prompt.confirm(question)
        words = _("{question} Type {number}:").format(question=question, number=number)
        return await self.prompt.typed(words, str(number))

    def cancel(self) -> None:
        """Leave a question, or say how to leave the console."""
        if self.prompt.asks:
            self.prompt.leave()
        else:
            quits = self.console.registry.key(self.console.registry["console.quit"])
            self.say(_("{key} leaves the console.").format(key=quits))

    async def action_command(self, command_id: str) -> None:
        """Run a command by its id; returns when it has begun, so that the next key meets its question."""
        begun = self.run_command(self.console.registry[command_id])
        if begun is not None:
            await asyncio.sleep(0)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.prompt.made.wait(), 1)
            await asyncio.sleep(0)

    def run_command(self, command: Command) -> "Worker[None] | None":
        """Do it, or say why it cannot be done now; the worker that does what takes time."""
        with self._doing(command):
            reason = command.why_not(self)
            if reason:
                self.say(reason, Tone.WAITS)
                return None
            if self.status.text and not self.prompt.asks:
                self.status.say("")
            doing = command.run(self)
            if inspect.iscoroutine(doing):
                return self.run_worker(self._finish(command, doing), group="command")
        return None

    async def _finish(self, command: Command, doing: Awaitable[None]) -> None:
        """Wait for a command that takes time."""
        with self._doing(command):
            await doing

    @contextlib.contextmanager
    def telling(self) -> Iterator[None]:
        """What cannot be done, or what the store refuses (full, damaged), is a sentence and never the end."""
        try:
            yield
        except Refusal as refusal:
            self.say(str(refusal), Tone.WAITS)
        except StoreError as problem:
            log.warning("%s", problem)
            self.say(str(problem), Tone.BAD)
            self.console.note_store(problem)

    @contextlib.contextmanager
    def _doing(self, command: Command) -> Iterator[None]:
        """The same for a command, whose faults of ours are a sentence too."""
        try:
            with self.telling():
                yield
        except Exception:
            log.exception("command %s", command.id)
            self.say(
                _("{label}: something went wrong in the console itself; the log file says what.").format(
                    label=_(command.label)
                ),
                Tone.BAD,
            )

    def take_stray(self, event: events.Key) -> bool:
        """Take a key that no command has and no field took, because it was on its way too early; whether."""
        return self.prompt.take_key(event)

    def on_prompt_standing(self, event: Prompt.Standing) -> None:
        """While a question stands the key line tells its keys, and the status line makes room."""
        self.status.display = not event.asks
        if event.asks:
            arrows = [("←→", _("choose"))] if event.choice else []
            self.keybar.show_keys([(_("enter"), _("OK")), *arrows, (_("esc"), _("back"))])
        else:
            self.update_keys()
