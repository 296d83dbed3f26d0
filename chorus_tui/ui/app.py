"""The console: an app with six places, one store, and nothing that moves unless something happened."""

import asyncio
import contextlib
import gc
import importlib
import logging
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import events
from textual.app import App, ScreenStackError
from textual.binding import BindingType
from textual.screen import Screen
from textual.worker import Worker, WorkerError, WorkerState

from chorus_tui.domain.records import SyncState
from chorus_tui.domain.statuses import Tone
from chorus_tui.i18n import _
from chorus_tui.operations.desk import Desk
from chorus_tui.operations.listing import Tally
from chorus_tui.store import StoreDamaged, StoreError
from chorus_tui.ui import clipboard, themes
from chorus_tui.ui.commands import Registry
from chorus_tui.ui.holding import HoldWatch
from chorus_tui.ui.journal import Journal
from chorus_tui.ui.places import PLACE, PLACES
from chorus_tui.ui.screens.console import ConsoleScreen
from chorus_tui.ui.widgets.header import Facts

if TYPE_CHECKING:
    from chorus_tui.operations.fixing import Fix
    from chorus_tui.sync import Lookups, SyncService

    Connected = AbstractAsyncContextManager[tuple[Lookups, SyncService]]

log = logging.getLogger(__name__)

LOOK_EVERY = 1.0
"""Seconds between looks at what other processes committed."""
LEAVE_WITHIN = 5.0
"""Seconds that sync has to end in order when the console is left."""
GATHER = 0.1
"""Seconds in which commits are gathered before screens show them."""


def _place_screen(place_id: str) -> Callable[[], Screen[Any]]:
    """Makes a place's screen when it is first opened; its module is imported then."""

    def make() -> Screen[Any]:
        module, name = PLACE[place_id].screen
        screen_class = getattr(importlib.import_module(module), name)
        screen: Screen[Any] = screen_class()
        return screen

    return make


def refuse_terminal(environment: Mapping[str, str]) -> str:
    """Why the console cannot run on this terminal, in a sentence; empty: it can."""
    if environment.get("TERM", "") in ("dumb", ""):
        return _(
            "This terminal cannot show screens (TERM is “{term}”). "
            "The same lists are commands: chorus-tui --help."
        ).format(term=environment.get("TERM", ""))
    return ""


class ChorusConsole(App[None], inherit_bindings=False):
    """The console. `app.run(mouse=False)`."""

    ENABLE_COMMAND_PALETTE = False
    TITLE = "chorus-tui"
    BINDINGS: ClassVar[list[BindingType]] = []
    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = {
        place.id: _place_screen(place.id) for place in PLACES
    }
    DEFAULT_MODE = "to_submit"

    def __init__(
        self,
        desk: Desk,
        lookups: "Lookups | None" = None,
        service: "SyncService | None" = None,
        *,
        connect: "Callable[[], Connected] | None" = None,
        environment: str = "",
        theme: str = "",
        place: str = "to_submit",
    ) -> None:
        """
        Args:
            desk: What operations are given.
            lookups: What screens ask Chorus Pro at once; None: offline.
            service: The sync service this console runs while it is open; None: it runs elsewhere, or not.
            connect: Opens what talks to Chorus Pro once the first screen stands, because importing that takes
                longer than an operator should look at nothing; instead of `lookups` and `service`.
            environment: "production", "sandbox" or "simulator"; empty: as the settings say.
            theme: Name of a theme; empty: as the settings say, or by what the terminal can show.
            place: The place that opens first.
        """
        self.DEFAULT_MODE = place  # type: ignore[misc]  # Textual reads it from the instance while it is made
        self.colours = themes.load(themes.choose(os.environ, theme or desk.settings.theme))
        super().__init__(ansi_color=self.colours.theme.ansi)
        self.desk = desk
        self.lookups = lookups
        self.service = service
        self._connect = connect
        self.environment = environment or desk.settings.connection.environment
        self.journal = Journal()
        self.registry = Registry(desk.settings.keys)
        self.set_keymap(self.registry.keymap())
        self.register_theme(self.colours.theme)
        self.theme = self.colours.theme.name
        self._unreadable = ""
        """Why the store could not be read when it was last looked at; empty: it could."""
        self._damage = ""
        """What was found damaged in it since the console was opened; that does not pass."""
        self._when_painted: list[Callable[[], None]] = []
        self._painted = False
        self._tally: Tally | None = None
        self._news: dict[str, frozenset[str]] = {}
        self._unsubscribe: Callable[[], None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._sync_worker: Worker[None] | None = None
        self._hold = HoldWatch(desk)
        self.last_fix: Fix | None = None
        """What `.` does again."""
        self.defect: Exception | None = None
        """What ended the console against everybody's will."""

    def on_mount(self) -> None:
        """Listen to the store and to the signals of a dropped connection."""
        self._loop = loop = asyncio.get_running_loop()
        self._unsubscribe = self.desk.store.subscribe(self._heard)
        self.set_interval(LOOK_EVERY, self._look)
        for number in (signal.SIGHUP, signal.SIGTERM):
            with contextlib.suppress(ValueError, RuntimeError):
                loop.add_signal_handler(number, self.leave_at_once)
        self.call_after_refresh(self._start_service)

    async def on_unmount(self) -> None:
        """Stop listening, and wait until sync has let go of its lease, its connections and the PDF reader."""
        if self._unsubscribe is not None:
            self._unsubscribe()
        if self._tally is not None:
            self._tally.close()
        if self._loop is not None:
            for number in (signal.SIGHUP, signal.SIGTERM):
                with contextlib.suppress(ValueError, RuntimeError):
                    self._loop.remove_signal_handler(number)
        await self._end_sync()

    async def _end_sync(self) -> None:
        worker = self._sync_worker
        if worker is None:
            return
        if not worker.is_cancelled:
            worker.cancel()
        # Cancelled once and not again: a second time would cut off its tidying up.
        with contextlib.suppress(WorkerError, TimeoutError):
            async with asyncio.timeout(LEAVE_WITHIN):
                await worker.wait()

    def _start_service(self) -> None:
        """Run sync once the first screen stands."""
        self._painted = True
        for do in self._when_painted:
            do()
        if not gc.isenabled():
            # What stands now stays: later collections need not walk it, whose pause a key would feel.
            gc.freeze()
            gc.enable()
        with self._watching_store():
            self._tally = Tally(self.desk)
        self._update_header()
        if self._connect is not None or self.service is not None:
            self._sync_worker = self.run_worker(self._sync(), name="sync", group="sync", exit_on_error=False)

    def call_when_painted(self, do: Callable[[], None]) -> None:
        """Do something once the operator sees a screen; a screen's own first refresh may come before that."""
        if self._painted:
            self.call_after_refresh(do)
        else:
            self._when_painted.append(do)

    async def _sync(self) -> None:
        async with contextlib.AsyncExitStack() as opened:
            if self._connect is not None:
                self.lookups, self.service = await opened.enter_async_context(self._connect())
                for screen in self._screens():
                    screen.connected()
            if self.service is not None:
                await self.service.run()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say so when sync ended with an error."""
        if event.worker.name == "sync" and event.state is WorkerState.ERROR:
            log.error("sync ended", exc_info=event.worker.error)
            self.say(_("Sync stopped: an error in the console itself; the log file says what."), Tone.BAD)

    def on_key(self, event: events.Key) -> None:
        """Give a question the keys that were on their way when it was asked; they are no commands."""
        screen = self.screen
        if isinstance(screen, ConsoleScreen) and screen.take_stray(event):
            event.prevent_default()

    def _heard(self, changes: Mapping[str, frozenset[str]]) -> None:
        """A commit, on whatever thread made it: gather, then tell the screens."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._gather, changes)

    def _gather(self, changes: Mapping[str, frozenset[str]]) -> None:
        first = not self._news
        for table, keys in changes.items():
            self._news[table] = self._news.get(table, frozenset()) | keys
        if first and self._news and self.is_running:
            self.set_timer(GATHER, self._tell)

    def _tell(self) -> None:
        news, self._news = self._news, {}
        for screen in self._screens():
            screen.note_changes(news)
        self._hold.tell(self._front)

    def _look(self) -> None:
        """See what other processes committed; costs nothing when nothing was."""
        with self._watching_store():
            self.desk.store.refresh()
        self._update_header()
        self._hold.tell(self._front)

    @contextlib.contextmanager
    def _watching_store(self) -> Iterator[None]:
        """Let header, Health and journal say what keeps the store from being read, until it can be again."""
        try:
            yield
        except StoreError as problem:
            if self._unreadable != str(problem):
                self._unreadable = str(problem)
                log.warning("%s", problem)
                self.say(str(problem), Tone.BAD)
            self.note_store(problem)
        else:
            self._unreadable = ""

    def note_store(self, problem: StoreError) -> None:
        """Let header and Health tell of damage, wherever it was met."""
        if isinstance(problem, StoreDamaged) and not self._damage:
            self._damage = str(problem)
            self._update_header()

    def _screens(self) -> Iterator[ConsoleScreen]:
        """Every screen that is open, shown or not."""
        for stack in self._screen_stacks.values():
            yield from (screen for screen in stack if isinstance(screen, ConsoleScreen))

    @property
    def _front(self) -> ConsoleScreen | None:
        """The screen that is shown; None while the console comes or goes."""
        with contextlib.suppress(ScreenStackError):
            if isinstance(self.screen, ConsoleScreen):
                return self.screen
        return None

    def _update_header(self) -> None:
        if (screen := self._front) is not None:
            screen.update_header()

    def facts(self) -> Facts:
        """What the header tells now."""
        service, sync = self.service, None
        stumbles = {} if service is None else dict(service.stumbles)
        try:
            sync = self.desk.store.state.get("sync")
        except StoreError as problem:
            stumbles["store"] = str(problem)
        if store := self._damage or self._unreadable:
            stumbles["store"] = store
        return Facts(
            environment=self.environment,
            place=self.current_mode,
            now=self.desk.now(),
            sync=sync or SyncState(),
            leads=service is not None and service.leads,
            stumbles=stumbles,
            folders=service.intake.troubles if service is not None and service.leads else {},
            gateways=service.edi.troubles if service is not None and service.leads else {},
            counts=self._counts(),
            held=self._hold.look() if self._painted else None,
        )

    def _counts(self) -> dict[str, int]:
        if self._tally is None:
            return {}
        counts = self._tally.counts
        return {
            "to_submit": counts.to_submit,
            "to_process": counts.to_process,
            "tracking": counts.tracked,
            "flows": counts.flows,
        }

    def say(self, text: str, tone: Tone = Tone.PLAIN) -> None:
        """Say a sentence on the screen that is shown."""
        if (screen := self._front) is not None:
            screen.say(text, tone)

    def go(self, place_id: str) -> None:
        """Open a place; again: its list, from whatever was opened on it."""
        if self.current_mode != place_id:
            self.switch_mode(place_id)

    def copy_text(self, text: str, what: str) -> None:
        """Copy to the operator's clipboard, or to a file when that cannot be, and say which."""
        sentence = clipboard.copy(text, what, os.environ, self._write, self.desk.settings.folders.exports)
        self.say(sentence, Tone.GOOD)

    def _write(self, sequence: str) -> None:
        if self._driver is not None:
            self._driver.write(sequence)

    def show_help(self) -> None:
        """All commands, this screen's first."""
        self._push_list("chorus_tui.ui.screens.help", "Help", self.screen)

    def show_palette(self) -> None:
        """Any command by its name."""
        self._push_list("chorus_tui.ui.screens.help", "Palette", self.screen)

    def show_journal(self) -> None:
        """Every message."""
        self._push_list("chorus_tui.ui.screens.messages", "Messages")

    def _push_list(self, module: str, name: str, *arguments: Any) -> None:
        screen_class = getattr(importlib.import_module(module), name)
        if not isinstance(self.screen, screen_class):
            self.push_screen(screen_class(*arguments))

    @property
    def has_news(self) -> bool:
        """Whether a commit was heard of that screens do not show yet."""
        return bool(self._news)

    async def leave(self) -> None:
        """Leave; asks only when something would be left half done."""
        screen = cast("ConsoleScreen", self.screen)
        unsaved = screen.unsaved
        question = _("{what} Leave anyway?").format(what=unsaved)
        if not unsaved or await screen.prompt.confirm(question):
            self.leave_at_once()

    def leave_at_once(self) -> None:
        """Keep what is being typed, and leave: the connection dropped, or the operator goes."""
        self._keep_typing()
        self.exit()

    def _keep_typing(self) -> None:
        for screen in self._screens():
            try:
                screen.save_typing()
            except Exception:
                # A full disk must neither hold the operator nor cost what stands on the other screens.
                log.exception("what was being typed could not be kept")

    def _handle_exception(self, error: Exception) -> None:
        """Keep what is being typed, whatever ends the console; who ran it tells the defect (`defect`)."""
        if self.defect is None:
            self.defect = error
            self._keep_typing()
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """End without Textual's own report: it shows the values of variables, so invoices and more."""
        self._close_messages_no_wait()
