"""One fix for one or many documents: which value, what it changes and what would pass then, and go.

    screen = FixScreen(ids, FixKind.SERVICE)              # asks for the value, suggestions best first
    screen = FixScreen(ids, fix.kind, fix)                # begins at the preview: the same fix again
    app.push_screen(screen, lambda _result: screen.parting and say(*screen.parting))

Keys are taken strictly one after the other: who types enter, `40`, enter ahead over a slow line means the
question that comes, even when it does not stand yet.
"""

from collections.abc import Coroutine, Sequence
from typing import Any

from textual import events
from textual.app import ComposeResult

from chorus_tui.domain.recipient import Recipient
from chorus_tui.domain.statuses import Tone
from chorus_tui.i18n import N_, _, labelled, ngettext
from chorus_tui.operations import fixing, submitting
from chorus_tui.operations.fixing import Fix, FixKind, FixPreview
from chorus_tui.text import clean
from chorus_tui.ui.commands import Command, Danger, Scope
from chorus_tui.ui.screens.console import EVERYWHERE, ConsoleScreen
from chorus_tui.ui.screens.fixing_choice import COLUMNS, Choice, offered, suggested
from chorus_tui.ui.screens.fixing_learning import learn
from chorus_tui.ui.screens.fixing_words import parting_words, preview_lines, question_words
from chorus_tui.ui.screens.form_errands import asked
from chorus_tui.ui.screens.list_commands import moves
from chorus_tui.ui.widgets.form_edit import LineEdit
from chorus_tui.ui.widgets.lines import Lines
from chorus_tui.ui.widgets.listing import Listing
from chorus_tui.ui.widgets.painted import cut, wrap
from chorus_tui.ui.words import count

SOON = 100
"""Documents up to which nobody waits long enough to be told how far it is."""

ENOUGH = 200
"""Documents that suggestions are made from, taken evenly from all: more of them tell nothing new."""

FIXING = Scope(
    "fixing",
    N_("Fix"),
    (
        Command(
            "fixing.take",
            "enter",
            N_("Take"),
            N_("Takes the value under the cursor and shows what it changes; then asks before it is done."),
            lambda s: s.take(),
            danger=Danger.COUNT,
            line=1,
        ),
        Command(
            "fixing.narrow",
            "",
            N_("Type"),
            N_("Typing narrows the list; a value that is not in it can be typed in full."),
            lambda s: None,
            palette=False,
        ),
        *moves("fixing"),
        Command(
            "fixing.back",
            "escape",
            N_("Back"),
            N_("Goes back; nothing was changed."),
            lambda s: s.step_back(),
            line=2,
            palette=False,
        ),
    ),
)


class Typed(Lines):
    """The line on which a value is typed; every key of the screen comes here first, in its order."""

    can_focus = True

    def on_key(self, event: events.Key) -> None:
        """Let the screen take it."""
        screen = self.screen
        if isinstance(screen, FixScreen) and screen.take_key(event):
            event.stop()
            event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        """Pasted text arrives in one piece."""
        event.stop()
        screen = self.screen
        if isinstance(screen, FixScreen):
            screen.paste(" ".join(event.text.split()))


class FixScreen(ConsoleScreen):
    """Choose a value, look at what it does, confirm."""

    DEFAULT_CSS = """
    FixScreen Listing { height: 1fr; }
    FixScreen #fix-message { height: 2; }
    FixScreen #fix-preview { height: 1fr; display: none; }
    FixScreen.-preview #fix-preview { display: block; }
    FixScreen.-preview Listing, FixScreen.-preview #fix-message { display: none; }
    """
    scopes = (FIXING, EVERYWHERE)
    AUTO_FOCUS = "Typed"
    takes_letters = True

    def __init__(
        self,
        ids: Sequence[str],
        kind: FixKind,
        fix: Fix | None = None,
        about: str = "",
        *,
        sends: bool = True,
    ) -> None:
        """
        Args:
            ids: the documents it is for.
            kind: what is put right.
            fix: with what; None: ask.
            about: what the documents are, for the title; empty: their number is enough.
            sends: whether what passes then is submitted; False: something else sends it.
        """
        super().__init__()
        self.ids = tuple(ids)
        self.sends = sends
        self.kind = kind
        self.about = about
        self.parting: tuple[str, Tone] | None = None
        """What the list says once this screen is closed; None: nothing was done."""
        self.edit = LineEdit()
        self.title_line = Lines("bar", id="fix-title")
        self.typed_line = Typed(id="fix-typed")
        self.listing: Listing[Choice] = Listing(COLUMNS, lambda c: f"{c.value} {c.asks}", id="fix-choices")
        self.listing.can_focus = False
        self.listing.when_moved = self._tell_choice
        self.message = Lines(id="fix-message")
        self.preview = Lines(id="fix-preview")
        self._fix = fix
        self._asks_value = fix is None
        self._suggested: list[Choice] = []
        self._recipient: Recipient | None = None
        """The new recipient, while its service is asked for."""
        self._busy = False
        """Whether a preview is made or a question stands: keys are for the question."""

    def compose_body(self) -> ComposeResult:
        """Title and typed value above; the choices, then what the chosen one changes."""
        yield self.title_line
        yield self.typed_line
        yield self.listing
        yield self.message
        yield self.preview

    def on_mount(self) -> None:
        """Offer values, or show at once what a known fix changes."""
        super().on_mount()
        if self._fix is not None:
            self._draw_title()
            self._begin(self._go(self._fix))
            return
        self._suggest()

    def _suggest(self) -> None:
        some = self.ids[:: len(self.ids) // ENOUGH + 1]
        self._suggested = suggested(fixing.suggestions(self.desk, some, self.kind))
        self.edit = LineEdit()
        self._draw_title()
        self._offer()

    @property
    def _asked(self) -> FixKind:
        """What is asked for now: after a new recipient its service."""
        return self.kind if self._recipient is None else FixKind.SERVICE

    def _recipients(self) -> Sequence[Recipient]:
        """The recipients that answer to what is typed, offline."""
        from chorus_tui.operations.recipients import search

        return search(self.desk, self.edit.text) if self._asked is FixKind.RECIPIENT else ()

    def _draw_title(self) -> None:
        number = len(self.ids)
        documents = ngettext("{n} document", "{n} documents", number).format(n=count(number))
        what = _("Fix: {what}").format(what=_(self._asked.label))
        told = cut(" " + " · ".join(filter(None, (what, documents, self.about))), self.app.size.width)
        self.title_line.show([((told, "strong"),)])

    # Choosing

    def _offer(self) -> None:
        """Show the values for what is typed."""
        choices = offered(self._asked, self._suggested, self._recipients(), self.edit.text)
        self.listing.empty = _("Type the value; nothing is known that could be offered.")
        self.listing.show(choices, top=True)
        self._draw_typed()

    def _draw_typed(self) -> None:
        hint = "" if self.edit.text else _("type to narrow, or another value in full")
        text, at = self.edit.text, self.edit.cursor
        label = f" {labelled(_(self._asked.label), '')}"
        under = text[at : at + 1] or " "
        self.typed_line.show(
            [
                (
                    (label, "prompt"),
                    (text[:at], "strong"),
                    (under, "cursor"),
                    (text[at + 1 :], "strong"),
                    (f" {hint}", "faint"),
                )
            ]
        )

    def _tell_choice(self) -> None:
        choice = self.listing.current
        told = "" if choice is None else choice.why or choice.label
        self.message.show([((f" {line}", "plain"),) for line in wrap(told, self.app.size.width - 2, 2)])

    def take_key(self, event: events.Key) -> bool:
        """What a key does: a command of the screen, or typing; whether it was one of these."""
        if self._busy:
            self.prompt.ahead.append(event)
            return True
        registry = self.console.registry
        for command in FIXING.commands:
            if event.key in registry.keys(command):
                self.run_command(command)
                return True
        edited = self.edit.insert(event.character) if event.is_printable and event.character else None
        if edited is None:
            edited = self.edit.press(event.key)
        if edited is None:
            return False
        self._retype(edited)
        return True

    def take_stray(self, event: events.Key) -> bool:
        """A key that came before the screen had the focus is typed here all the same."""
        return super().take_stray(event) or self.take_key(event)

    def paste(self, text: str) -> None:
        """Take pasted text as typed."""
        if not self._busy:
            self._retype(self.edit.insert(clean(text)))

    def _retype(self, edited: LineEdit) -> None:
        changed, self.edit = edited.text != self.edit.text, edited
        if changed:
            self._offer()
        else:
            self._draw_typed()

    def take(self) -> None:
        """Take the value under the cursor: ask Chorus Pro, or show what it changes."""
        choice = self.listing.current
        if choice is None:
            self.say(_("Type a value first."), Tone.WAITS)
            return
        fix = self._fix_of(choice)
        if choice.asks:
            self._begin(self._search(choice.value))
        elif why := fixing.why_not_fix(fix):
            self.say(why, Tone.WAITS)
        else:
            self._begin(self._go(fix))

    def _fix_of(self, choice: Choice) -> Fix:
        if self._recipient is None:
            return Fix(self.kind, choice.value)
        return Fix(self.kind, self._recipient.siret, {FixKind.SERVICE.field: choice.value})

    def _begin(self, doing: Coroutine[Any, Any, None]) -> None:
        self._busy = True
        self.run_worker(self._telling(doing), group="fix", exit_on_error=False)

    async def _telling(self, doing: Coroutine[Any, Any, None]) -> None:
        try:
            with self.telling():
                await doing
        finally:
            self._busy = False
            self.prompt.ahead.clear()

    async def _search(self, text: str) -> None:
        """Ask Chorus Pro for recipients."""
        self.say(_("Asking Chorus Pro…"))
        found, why = await asked(self.console.lookups, "find_recipients", text)
        if why:
            self.say(why, Tone.WAITS)
            return
        here = {choice.value for choice in self._suggested}
        new = [Choice(r.siret, r.name, _("Chorus Pro")) for r in found if r.siret not in here]
        self._suggested += new
        self.edit = LineEdit()
        self._offer()
        words = ngettext("{n} recipient found", "{n} recipients found", len(found))
        self.say(words.format(n=count(len(found))), Tone.GOOD if found else Tone.WAITS)
        if new:
            self.listing.go_to(f"{new[0].value} False")

    # Looking and doing

    async def _go(self, fix: Fix) -> None:
        """Show what a fix changes, ask, and do it."""
        if why := await learn(self.desk, self.console.lookups, self.ids, fix):
            self.say(why, Tone.WAITS)
        preview = await fixing.preview_in_slices(self.desk, self.ids, fix)
        if self._needs_service(fix, preview):
            return
        self._show_preview(fix, preview)
        if not preview.changes and not preview.preflight.passing:
            self.say(_("This changes nothing. esc goes back."), Tone.WAITS)
            return
        number = len(preview.preflight.passing) or len(preview.changes)
        if await self.sure("fixing.take", question_words(preview, self.sends), number):
            await self._do(fix, preview)
        else:
            self.step_back()

    def _needs_service(self, fix: Fix, preview: FixPreview) -> bool:
        """Whether a new recipient makes a service mandatory that nothing names: then it is asked for next."""
        recipient = self.desk.store.recipients.get(fix.value) if fix.kind is FixKind.RECIPIENT else None
        missing = any(id_ == "service.missing" for id_, _sentence, _number in preview.preflight.why)
        if recipient is None or fix.also or not missing:
            return False
        open_ones = [s for s in recipient.services if s.is_open(self.desk.now())]
        if not open_ones:
            return False
        self._recipient = recipient
        self._suggested = [Choice(service.code, service.name, _("open")) for service in open_ones]
        self.edit = LineEdit()
        self._draw_title()
        self._offer()
        self.say(_("{name} makes a service mandatory: choose it.").format(name=recipient.name))
        return True

    def _show_preview(self, fix: Fix, preview: FixPreview) -> None:
        self.add_class("-preview")
        names = {choice.value: choice.label for choice in self._suggested if not choice.asks}
        recipient = self.desk.store.recipients.get(fix.value)
        named = names.get(fix.also.get(FixKind.SERVICE.field, fix.value)) or (
            recipient.name if recipient else ""
        )
        self.typed_line.show([((f" {fix.sentence}", "strong"), (f"  {named}", "plain"))])
        self.preview.show(preview_lines(preview, self.app.size.width))

    async def _do(self, fix: Fix, preview: FixPreview) -> None:
        """Apply it slice by slice; what passes is queued, and a batch is held for a moment."""
        submit = self.sends and bool(preview.preflight.passing)
        outcome = await fixing.apply_in_slices(self.desk, self.ids, fix, submit=submit, told=self._progress)
        self.console.last_fix = fix
        self.parting = parting_words(outcome, submit, submitting.held(self.desk), self.desk.now())
        self.dismiss()

    def _progress(self, done: int) -> None:
        if len(self.ids) > SOON:
            self.status.say(_("{done} of {all}…").format(done=count(done), all=count(len(self.ids))))

    def step_back(self) -> None:
        """From the preview to the choice, from there to the list."""
        if self.has_class("-preview") and self._asks_value:
            self.remove_class("-preview")
            self._offer()
        elif self._recipient is not None:
            self._recipient = None
            self._suggest()
        else:
            self.dismiss()
