"""The form of a reply: complete, recycle, pay out, correct the validator (S1-042…052).

It offers the only action that the invoice's status allows, with the recipient's words above it. Several
invoices are answered alike (`together`), or one after the other.
"""

import logging
from collections.abc import Sequence
from hashlib import sha1
from pathlib import Path

from textual.app import ComposeResult
from textual.worker import Worker, WorkerState

from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.replies import ReplyKind
from chorus_tui.domain.statuses import Tone
from chorus_tui.i18n import _, labelled, ngettext
from chorus_tui.operations import documents, processing
from chorus_tui.operations.desk import Outcome, in_slices
from chorus_tui.store import StoreError
from chorus_tui.ui.commands import Command
from chorus_tui.ui.screens.console import EVERYWHERE, Changes, ConsoleScreen
from chorus_tui.ui.screens.form_errands import ATTACHMENT_TYPES
from chorus_tui.ui.screens.form_layout import Stop, lay_out
from chorus_tui.ui.screens.form_sheet import list_options
from chorus_tui.ui.screens.form_wants import Want
from chorus_tui.ui.screens.outcomes import outcome_words
from chorus_tui.ui.screens.reply_commands import REPLY
from chorus_tui.ui.screens.reply_errands import ReplyErrands, as_attachments, why_not_attach
from chorus_tui.ui.screens.reply_head import head, title
from chorus_tui.ui.screens.reply_sheet import ReplySheet, candidates, sheet_of
from chorus_tui.ui.screens.reply_typist import ReplyTypist
from chorus_tui.ui.screens.reply_words import queued_words
from chorus_tui.ui.widgets.form_pane import FieldsPane
from chorus_tui.ui.widgets.lines import Lines
from chorus_tui.ui.words import count, moment

log = logging.getLogger(__name__)


class ReplyPane(FieldsPane):
    """The fields of a reply, into which a text of several lines can be pasted."""

    keeps_lines = True


class ReplyForm(ConsoleScreen):
    """One reply after the other."""

    DEFAULT_CSS = """
    ReplyForm #reply-title { height: 1; }
    ReplyForm #reply-head { height: 0; margin-bottom: 1; }
    ReplyForm FieldsPane { width: 1fr; max-width: 110; }
    """
    scopes = (REPLY, EVERYWHERE)
    AUTO_FOCUS = "ReplyPane"
    takes_letters = True

    def __init__(self, keys: Sequence[str], *, together: bool = False) -> None:
        """
        Args:
            keys: Ids of the invoices to answer.
            together: Whether one reply goes to all of them; else one after the other has its own.
        """
        super().__init__()
        self.queue = tuple(keys)
        self.together = together and len(self.queue) > 1
        self.keys: tuple[str, ...] = ()
        """The invoices that what is typed goes to."""
        self.title_line = Lines("bar", id="reply-title")
        self.head_lines = Lines(id="reply-head")
        self.fields = ReplyPane()
        self.help_line = Lines(id="reply-help")
        self.typist: ReplyTypist
        self.errands: ReplyErrands
        self.parting: tuple[str, Tone] | None = None
        """What the list says once this form is closed."""
        self._invoices: tuple[Invoice, ...] = ()
        self._kept: dict[str, str] = {}

    def compose_body(self) -> ComposeResult:
        """Title, what the recipient said, fields, help of the field."""
        yield self.title_line
        yield self.head_lines
        yield self.fields
        yield self.help_line

    def on_mount(self) -> None:
        """Open the first invoice."""
        super().on_mount()
        try:
            self.open(self.queue if self.together else self.queue[:1])
        except StoreError as problem:
            self.parting = str(problem), Tone.BAD
            self.dismiss()

    def connected(self) -> None:
        """Ask for what could not be asked for when the form was opened."""
        if self._invoices:
            self._look_up()

    # Opening

    def open(self, keys: tuple[str, ...]) -> None:
        """Show the form of an invoice, or of several, as it was left."""
        found = [self.desk.store.invoices.get(key) for key in keys]
        self.keys, self._invoices = keys, tuple(invoice for invoice in found if invoice is not None)
        first = self._invoices[0] if self._invoices else None
        kind = processing.answer_to(first) if first is not None else None
        if first is None or kind is None:
            self.parting = _("The invoice asks nothing of the supplier any more."), Tone.WAITS
            self.dismiss()
            return
        sheet = sheet_of(self.desk, first, kind)
        draft = documents.load_draft(self.desk, self._draft_key)
        sheet = sheet.taken_up(draft.typed) if draft else sheet
        types = self.desk.store.lists.get(ATTACHMENT_TYPES)
        self.typist = ReplyTypist(
            sheet, list_options(types.choices) if types else (), self.desk.store.recipients.all
        )
        self.errands = ReplyErrands(self.desk, lambda: self.console.lookups, self.typist, self.say)
        self._kept = sheet.draft
        self.fields.top = 0
        if draft and sheet.draft:
            self.say(_("What was typed on {day} stands here again.").format(day=moment(draft.saved_at)))
        self.draw()
        self._look_up()

    @property
    def _draft_key(self) -> str:
        if len(self.keys) == 1:
            return f"invoice:{self.keys[0]}"
        return "invoices:" + sha1(" ".join(sorted(self.keys)).encode(), usedforsecurity=False).hexdigest()

    def _look_up(self) -> None:
        self.run_worker(self._ask(self.errands), group="reply-look-up", exclusive=True, exit_on_error=False)

    async def _ask(self, errands: ReplyErrands) -> None:
        if self.typist.reply.kind is ReplyKind.PAY_OUT:
            found = await candidates(self.desk, self._invoices[0])
            if errands is self.errands:
                self.typist.candidates_found(found)
                self.draw()
        await errands.look_up()
        if errands is self.errands:
            self.draw()

    def store_changed(self, changes: Changes) -> None:
        """Follow the invoice and its new recipient; what is typed stays."""
        if not self._invoices:
            return
        if set(self.keys) & changes.get("invoices", frozenset()):
            found = [self.desk.store.invoices.get(key) for key in self.keys]
            self._invoices = tuple(invoice for invoice in found if invoice is not None) or self._invoices
            why = self.why_not_send()
            if why:
                self.say(why, Tone.WAITS)
        siret = self.typist.sheet.fields.recipient_siret
        if siret and siret in changes.get("recipients", ()):
            recipient = self.desk.store.recipients.get(siret)
            if recipient is not None:
                self.typist.recipient_known(recipient)
        self.draw()

    # Showing

    def draw(self) -> None:
        """Bring every line up to date; sends only what differs."""
        if not self._invoices:
            return
        width = self.app.size.width
        sheet = self.typist.reply
        place = self.queue.index(self.keys[0]) + 1 if not self.together else 1
        queued = 1 if self.together else len(self.queue)
        self.title_line.show([title(sheet, self._invoices, place, queued, width)])
        lines = head(self.desk, sheet.kind, self._invoices, width)
        # At 80×24 the fields need half of the lines.
        most = max(6, self.app.size.height // 2 - 2)
        lines = lines if len(lines) <= most else [*lines[: most - 1], lines[-1]]
        height = self.head_lines.styles.height
        if height is None or height.value != len(lines):
            self.head_lines.styles.height = len(lines)
        self.head_lines.show(lines)
        if self.fields.size.width:
            layout = lay_out(sheet, self.typist.desktop(self.fields.size.width))
            self.fields.takes_escape = self.typist.open_list is not None
            self.fields.show_from(layout.lines, layout.reach)
        self.help_line.show([((f" {self.typist.help}", "faint"),)])

    def on_fields_pane_resized(self) -> None:
        """Lay out for the new width."""
        self.draw()

    def on_line(self, command: Command) -> bool:
        """Skipping is of use where there is a next one."""
        return command.id != "reply.skip" or (len(self.queue) > 1 and not self.together)

    # Typing

    def on_fields_pane_typed(self, event: FieldsPane.Typed) -> None:
        """A key for the form."""
        if not self._invoices:
            return
        with self.telling():
            before = self.typist.at
            self._run(self.typist.press(event.key, event.character))
            if self.typist.at != before:
                self.save_typing()
            self.draw()
            if self.typist.picks is not None:
                text, self.typist.picks = self.typist.picks, None
                self.pick(text)

    def _run(self, wants: list[Want]) -> None:
        if wants:
            self.run_worker(self._errands(self.errands, wants), group="reply-errands", exit_on_error=False)

    async def _errands(self, errands: ReplyErrands, wants: list[Want]) -> None:
        for want in wants:
            await errands.run(want)
            if errands is self.errands:
                self.save_typing()
                self.draw()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """An errand that broke is a sentence and never the end."""
        error = event.worker.error if event.state is WorkerState.ERROR else None
        if isinstance(error, StoreError):
            self.say(str(error), Tone.BAD)
        elif error is not None:
            log.error("errand %s", event.worker.group, exc_info=error)
            words = _("Something went wrong in the console itself; the log file says what.")
            self.say(words, Tone.BAD)

    def pick(self, text: str) -> None:
        """Let files be picked for the completion (S1-043); what was typed narrows them."""
        from chorus_tui.ui.screens.picker import FilePicker

        document_id = self._invoices[0].document_id
        document = self.desk.store.documents.get(document_id) if document_id else None
        start = Path(document.path).parent if document is not None and document.path.startswith("/") else None
        sheet = self.typist.reply
        picker = FilePicker(start, lambda entries: why_not_attach(sheet, as_attachments(entries)), text)
        self.app.push_screen(picker, lambda _result: self._picked(picker.picked))

    def _picked(self, paths: tuple[Path, ...]) -> None:
        self.typist.files_picked(paths)
        self.draw()

    def next_problem(self) -> None:
        """Go to the next field with something to put right."""
        if not self.typist.sheet.problems:
            self.say(_("Nothing is left to put right."), Tone.GOOD)
        self._run(self.typist.next_problem())
        self.draw()

    # Leaving

    def save_typing(self) -> None:
        """Keep what is entered as it stands, valid or not."""
        if not self._invoices:
            return
        entered = self.typist.reply.draft
        if entered == self._kept:
            return
        try:
            documents.save_draft(self.desk, self._draft_key, entered)
        except StoreError as problem:
            self.say(_("What you type is not kept: {why}").format(why=problem), Tone.BAD)
        else:
            self._kept = entered

    def on_screen_suspend(self) -> None:
        """Another screen is shown: nothing typed is lost with this one."""
        self.save_typing()

    def _finish_field(self) -> None:
        """What was typed in the current field counts as left."""
        self._run(self.typist.go(self.typist.at))
        self.save_typing()

    def leave(self) -> None:
        """Back to the list; what was entered stays as a draft."""
        self._finish_field()
        if self.typist.reply.draft:
            name = self._invoices[0].number
            self.parting = _("What you typed for {name} is kept.").format(name=name), Tone.PLAIN
        self.dismiss()

    def show_invoice(self) -> None:
        """The invoice in full, with its history and its chain."""
        from chorus_tui.ui.screens.invoice import InvoiceDetail

        self.app.push_screen(InvoiceDetail(self._invoices[0].id))

    def why_not_send(self) -> str:
        """Why no reply can be queued now, whatever is typed."""
        kind = self.typist.reply.kind
        return next(
            (why for i in self._invoices if (why := processing.why_not_reply(self.desk, i, kind))), ""
        )

    async def send(self) -> None:
        """Queue the reply, and open the next invoice's form if there is one."""
        self._finish_field()
        sheet, key = self.typist.reply, self._draft_key
        if sheet.blocking:
            self._refuse(sheet)
            return
        content, keys = sheet.content, self.keys
        if len(keys) == 1:
            outcome = processing.reply_all(self.desk, keys, content)
        else:
            outcome = await in_slices(
                lambda desk, some: processing.reply_all(desk, some, content), self.desk, keys
            )
        if not outcome.done:
            self.say(outcome.refused[0][1], Tone.BAD)
            self.draw()
            return
        # What is queued is no draft any more; `_kept` stays, so that leaving does not keep it again.
        documents.save_draft(self.desk, key, {})
        self._go_on(*self._sent(sheet, outcome))

    def _sent(self, sheet: ReplySheet, outcome: Outcome) -> tuple[str, Tone]:
        action = _(sheet.kind.label)
        if len(self.keys) == 1:
            words = _("{number}: “{action}” is queued.")
            return words.format(number=sheet.invoice.number, action=action), Tone.GOOD
        for key, why in outcome.refused:
            invoice = self.desk.store.invoices.get(key)
            name = invoice.number if invoice else key
            self.console.journal.append(self.desk.now(), labelled(name, why), Tone.BAD)
        return outcome_words(outcome, lambda number: queued_words(action, number))

    def _refuse(self, sheet: ReplySheet) -> None:
        """Say what keeps it from being sent, and go there."""
        labels = {declared.name: _(declared.label) for declared in sheet.form}
        names = ", ".join(labels.get(name, name) for name in sheet.blocking)
        number = len(sheet.blocking)
        words = ngettext(
            "Not sent. {n} field to put right: {names}.",
            "Not sent. {n} fields to put right: {names}.",
            number,
        )
        if sheet.blocking[0] in labels:
            self.typist.go(Stop(sheet.blocking[0]))
        self.say(words.format(n=number, names=names), Tone.BAD)
        self.draw()

    # The next one

    def why_no_next(self) -> str:
        """Why there is no other invoice to go to."""
        return "" if self._next() else _("No other invoice of this selection waits for a reply.")

    def _next(self) -> str | None:
        if self.together:
            return None
        place = self.queue.index(self.keys[0])
        for key in (*self.queue[place + 1 :], *self.queue[:place]):
            invoice = self.desk.store.invoices.get(key)
            kind = processing.answer_to(invoice) if invoice is not None else None
            if kind is not None and not processing.why_not_reply(self.desk, invoice, kind):
                return key
        return None

    def skip(self) -> None:
        """Open the next invoice and keep what was typed."""
        self._finish_field()
        following = self._next()
        if following is not None:
            self.open((following,))

    async def snooze(self) -> None:
        """Put the invoice aside until a day, and go on."""
        from chorus_tui.operations import snoozing
        from chorus_tui.operations.checking import today
        from chorus_tui.ui.asking import ask_day
        from chorus_tui.ui.screens.triage import asleep_words

        self._finish_field()
        keys = self.keys
        question = ngettext("Put {n} row aside until:", "Put {n} rows aside until:", len(keys))
        day = await ask_day(self.prompt, question.format(n=count(len(keys))), today(self.desk.now()))
        if day is not None:
            outcome = snoozing.snooze(self.desk, [f"invoice:{key}" for key in keys], day)
            self._go_on(asleep_words(len(outcome.done), day), Tone.PLAIN)

    def _go_on(self, said: str, tone: Tone) -> None:
        following = self._next()
        if following is None:
            self.parting = said, tone
            self.dismiss()
            return
        self.open((following,))
        self.say(said, tone)
