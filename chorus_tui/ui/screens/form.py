"""The form of an invoice: its fields, with the page beside them (S1-020…026)."""

import logging
from dataclasses import replace
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.worker import Worker, WorkerState

from chorus_tui.domain.document import Document
from chorus_tui.domain.recipient import Recipient, Supplier
from chorus_tui.domain.statuses import Tone
from chorus_tui.i18n import _
from chorus_tui.operations import documents, submitting
from chorus_tui.operations.checking import today
from chorus_tui.store import StoreError
from chorus_tui.ui.screens.console import EVERYWHERE, Changes
from chorus_tui.ui.screens.form_around import depends_on, rest, with_around
from chorus_tui.ui.screens.form_commands import FORM
from chorus_tui.ui.screens.form_errands import ATTACHMENT_TYPES, Errands
from chorus_tui.ui.screens.form_fields import COMPLETION, FormField
from chorus_tui.ui.screens.form_head import failure_words, page_words, printed, refusal_words, title
from chorus_tui.ui.screens.form_layout import Stop, lay_out
from chorus_tui.ui.screens.form_page import FormPage
from chorus_tui.ui.screens.form_queue import FormQueue
from chorus_tui.ui.screens.form_sheet import Sheet, list_options
from chorus_tui.ui.screens.form_typist import Typist
from chorus_tui.ui.screens.form_wants import Want
from chorus_tui.ui.widgets.form_pane import FieldsPane
from chorus_tui.ui.widgets.lines import Lines
from chorus_tui.ui.widgets.painted import columns_of
from chorus_tui.ui.words import day, file_name, moment

log = logging.getLogger(__name__)

NAME = 30
"""Characters of a file's name in a question."""


class InvoiceForm(FormPage):
    """The form of one document after the other."""

    DEFAULT_CSS = """
    InvoiceForm #form-failure { height: 0; }
    InvoiceForm #form-panes { height: 1fr; }
    InvoiceForm FieldsPane { width: 46; }
    InvoiceForm.-w100 FieldsPane { width: 52; }
    InvoiceForm.-w120 FieldsPane { width: 56; }
    InvoiceForm.-w160 FieldsPane { width: 72; }
    InvoiceForm.-page FieldsPane { display: none; }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-w80"), (100, "-w100"), (120, "-w120"), (160, "-w160")]  # noqa: RUF012
    AUTO_FOCUS = "FieldsPane"
    takes_letters = True

    scopes = (FORM, EVERYWHERE)
    form: ClassVar[tuple[FormField, ...]] = COMPLETION

    def __init__(self, document_id: str, queue: tuple[str, ...] = (), *, goes_on: bool = False) -> None:
        """
        Args:
            document_id: Which document to open.
            queue: The documents to open one after the other, this one among them.
            goes_on: Whether every other waiting document follows after those of the queue.
        """
        super().__init__()
        self.document_id = document_id
        self.queue = FormQueue(queue or (document_id,), goes_on)
        self.title_line = Lines("bar", id="form-title")
        self.failure_lines = Lines(id="form-failure")
        self.help_line = Lines(id="form-help")
        self.parting: tuple[str, Tone] | None = None
        """What the list says once this form is closed."""
        self._opened = False
        self._kept: dict[str, str] = {}
        self._asked_around: tuple[Any, ...] = ()

    def compose_body(self) -> ComposeResult:
        """Title, why it came back, fields and page, help of the field."""
        yield self.title_line
        yield self.failure_lines
        with Horizontal(id="form-panes"):
            yield self.fields
            yield self.page
        yield self.help_line

    def on_mount(self) -> None:
        """Open the document."""
        super().on_mount()
        try:
            self.open(self.document_id)
        except StoreError as problem:
            self.parting = str(problem), Tone.BAD
            self.dismiss()

    def connected(self) -> None:
        """Ask for what could not be asked for when the form was opened."""
        if self._opened:
            self.read_page()
            self.work(self._look_up(self.errands), "look-up")

    # Opening

    def open(self, document_id: str) -> None:
        """Show a document's form as it was left."""
        document = self.desk.store.documents[document_id]
        draft = documents.load_draft(self.desk, document_id)
        sheet = Sheet(document=document, now=self.desk.now(), form=self.form)
        for name, text in (draft.typed if draft else {}).items():
            sheet = sheet.type_in(name, text)
        fields = sheet.fields
        sheet = replace(
            sheet,
            recipient=self._recipient(fields.recipient_siret),
            supplier=self._supplier(fields.supplier_siret),
        )
        types = self.desk.store.lists.get(ATTACHMENT_TYPES)
        options = list_options(types.choices) if types else ()
        self.document_id = document_id
        self.typist = Typist(sheet, options, self.desk.store.recipients.all)
        self.errands = Errands(self.desk, lambda: self.console.lookups, self.typist, self.say)
        self._opened = True
        self._kept = dict(sheet.typed)
        self.page_at = 0
        self.fields.top = 0
        if draft and sheet.typed:
            self.say(_("What was typed on {day} stands here again.").format(day=moment(draft.saved_at)))
        self.draw()
        self.read_page()
        self.work(self._look_up(self.errands), "look-up")
        self._asked_around = ()
        self._look_around()

    def _recipient(self, siret: str | None) -> Recipient | None:
        return self.desk.store.recipients.get(siret) if siret else None

    def _supplier(self, siret: str | None) -> Supplier | None:
        return self.desk.store.suppliers.get(siret) if siret else None

    async def _look_up(self, errands: Errands) -> None:
        await errands.look_up()
        if errands is self.errands:
            self.draw()

    def _look_around(self) -> None:
        """Ask what other invoices say of this one, where what they say it of changed."""
        asked = depends_on(self.typist.sheet)
        if asked != self._asked_around:
            self._asked_around = asked
            self.work(self._ask_around(self.errands), "around")

    async def _ask_around(self, errands: Errands) -> None:
        await rest(self.desk)
        if errands is self.errands:
            self.typist.sheet = with_around(self.desk, self.typist.sheet)
            self.draw()

    def store_changed(self, changes: Changes) -> None:
        """Follow the document and what is known of its parties; what is typed stays."""
        if not self._opened:
            return
        if self.document_id in changes.get("documents", ()):
            document = self.desk.store.documents.get(self.document_id)
            if document is not None and document != self.typist.sheet.document:
                self._follow(document)
        fields = self.typist.sheet.fields
        recipient = self._recipient(fields.recipient_siret)
        if recipient is not None and recipient.siret in changes.get("recipients", ()):
            self.typist.recipient_known(recipient)
        if fields.supplier_siret in changes.get("suppliers", ()):
            known = self._supplier(fields.supplier_siret)
            self.typist.sheet = replace(self.typist.sheet, supplier=known)
        self.draw()
        self._look_around()

    def _follow(self, document: Document) -> None:
        before = self.typist.sheet.document.state
        self.typist.follow(document)
        if document.state is before:
            return
        if document.state in documents.NOT_YET_SENT:
            self.say(_("Its OCR status is now: {status}.").format(status=_(document.ocr_status.label)))
        else:
            self.say(submitting.why_not_submit(self.desk, document), Tone.WAITS)

    # Showing

    def draw(self) -> None:
        """Bring every line up to date; sends only what differs."""
        if not self._opened:
            return
        width = self.fields.size.width
        typist = self.typist
        declared = typist.sheet.declared(typist.at.name)
        if width:
            layout = lay_out(typist.sheet, typist.desktop(width))
            self.fields.takes_escape = typist.open_list is not None
            self.fields.show_from(layout.lines, layout.reach)
        self.help_line.show([((f" {typist.help}", "faint"),)])
        self._draw_failure()
        if self.page.size.width:
            self.page.mark(*printed(typist.sheet, declared, typist.edit.text))
            self.draw_title()

    def draw_title(self) -> None:
        """Name, place in the queue, state, and how the page goes on."""
        place = self.queue.place(self.document_id)
        page = page_words(self.typist.sheet.document, self.page_at, *self.page.more)
        room = self.fields.size.width or self.app.size.width - columns_of(page) - 1
        self.title_line.show([title(self.typist.sheet, *place, page, room)])

    def _draw_failure(self) -> None:
        from chorus_tui.operations.explaining import explain_document

        explained = explain_document(self.desk, self.typist.sheet.document)
        words = failure_words(explained, self.app.size.width - 2)
        height = self.failure_lines.styles.height
        if height is None or height.value != len(words):
            self.failure_lines.styles.height = len(words)
        self.failure_lines.show([((f" {line}", "bad"),) for line in words])

    def on_fields_pane_resized(self) -> None:
        """Lay out for the new width."""
        self.draw()

    # Typing

    def on_fields_pane_typed(self, event: FieldsPane.Typed) -> None:
        """A key for the form."""
        with self.telling():
            before = self.typist.at
            self._run(self.typist.press(event.key, event.character))
            if self.typist.at != before:
                self.save_typing()
            self.draw()
            self._look_around()

    def next_problem(self) -> None:
        """Go to the next field with something to put right."""
        if not self.typist.sheet.problems:
            self.say(_("Nothing is left to put right."), Tone.GOOD)
        self._run(self.typist.next_problem())
        self.draw()

    def _run(self, wants: list[Want]) -> None:
        for want in wants:
            self.work(self._errand(self.errands, want), type(want).__name__)

    async def _errand(self, errands: Errands, want: Want) -> None:
        await errands.run(want)
        if errands is self.errands:
            self.draw()
            self._look_around()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """An errand that broke is a sentence and never the end."""
        error = event.worker.error if event.state is WorkerState.ERROR else None
        if isinstance(error, StoreError):
            self.say(str(error), Tone.BAD)
        elif error is not None:
            log.error("errand %s", event.worker.group, exc_info=error)
            words = _("Something went wrong in the console itself; the log file says what.")
            self.say(words, Tone.BAD)

    # Leaving

    def save_typing(self) -> None:
        """Keep what is typed as it stands, valid or not."""
        if not self._opened:
            return
        typed = dict(self.typist.sheet.typed)
        if typed == self._kept:
            return
        try:
            documents.save_draft(self.desk, self.document_id, typed)
        except StoreError as problem:
            self.say(_("What you type is not kept: {why}").format(why=problem), Tone.BAD)
        else:
            self._kept = typed

    def on_screen_suspend(self) -> None:
        """Another screen is shown: nothing typed is lost with this one."""
        self.save_typing()

    def _finish_field(self) -> None:
        """What was typed in the current field counts as left."""
        self._run(self.typist.go(self.typist.at))
        self.save_typing()

    def leave(self) -> None:
        """Back to the fields, or to the list; what was typed stays as a draft."""
        if self.has_class("-page"):
            self.widen()
            return
        self._finish_field()
        if self.typist.sheet.typed:
            name = self.typist.sheet.document.name
            self.parting = _("What you typed for {name} is kept.").format(name=name), Tone.PLAIN
        self.dismiss()

    def skip(self) -> None:
        """Open the next invoice and keep what was typed."""
        self._finish_field()
        self.queue.skipped.add(self.document_id)
        self._go_on("")

    async def snooze(self) -> None:
        """Put this invoice aside until a day, keep what was typed, and open the next one."""
        from chorus_tui.operations import snoozing
        from chorus_tui.ui.asking import ask_day

        self._finish_field()
        key, name = self.document_id, self.typist.sheet.document.name
        question = _("Put {name} aside until:").format(name=file_name(name, NAME))
        until = await ask_day(self.prompt, question, today(self.desk.now()))
        if until is None or key != self.document_id:
            return
        outcome = snoozing.snooze(self.desk, [f"document:{key}"], until)
        if outcome.refused:
            self.say(outcome.refused[0][1], Tone.BAD)
            return
        self.queue.asleep.add(key)
        self._go_on(_("{name} is put aside until {day}.").format(name=name, day=day(until)))

    def validate(self) -> None:
        """Queue the invoice, and open the next one (S1-023, S1-025)."""
        self._finish_field()
        sheet = self.typist.sheet
        if sheet.blocking:
            self._refuse(sheet)
            return
        number = sheet.fields.number or sheet.document.name
        documents.complete(self.desk, self.document_id, sheet.changes, sheet.emptied)
        # It is in the document, and what is still a draft is not sent.
        documents.save_draft(self.desk, self.document_id, {})
        outcome = submitting.submit(self.desk, [self.document_id])
        if outcome.refused:
            self._keep_completed()
            self.say(outcome.refused[0][1], Tone.BAD)
            return
        # What is queued is no draft any more: leaving must not keep it again.
        self._kept = dict(self.typist.sheet.typed)
        self.queue.sent.add(self.document_id)
        self._go_on(_("{number} is queued for submission.").format(number=number))

    def _refuse(self, sheet: Sheet) -> None:
        """Say what keeps it from being sent, and go there."""
        self.typist.go(Stop(sheet.blocking[0]))
        self.say(refusal_words(sheet), Tone.BAD)
        self.draw()

    def _keep_completed(self) -> None:
        """What was typed is in the document now, so nothing of it is typed any more."""
        self._kept = {}
        self.typist.sheet = replace(self.typist.sheet, typed={})
        self.typist.follow(self.desk.store.documents[self.document_id])
        self.draw()

    def _go_on(self, said: str) -> None:
        """Open the next one and say what became of this one; after the last one the list says it."""
        following = self.queue.after(self.desk, self.document_id)
        if following is not None:
            self.open(following)
            if said:
                self.say(said, Tone.GOOD)
        elif not said and not self.queue.summary:
            self.say(_("No other invoice waits to be completed."))
        else:
            last = self.queue.summary or _("No other invoice waits to be completed.")
            self.parting = f"{said} {last}".strip(), Tone.GOOD
            self.dismiss()
