"""Place 1, "Documents to be submitted": what waits, what came back in error and why, and what to do."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from chorus_tui.domain.statuses import DocumentState, Tone
from chorus_tui.i18n import N_, _, ngettext
from chorus_tui.operations import documents, submitting
from chorus_tui.operations.desk import Outcome
from chorus_tui.operations.listing import waiting
from chorus_tui.ui.commands import Command
from chorus_tui.ui.filtering import replace_field
from chorus_tui.ui.screens.console import EVERYWHERE, Changes
from chorus_tui.ui.screens.listing import LISTING, ListingScreen, Told
from chorus_tui.ui.screens.to_submit_commands import TO_SUBMIT, may_complete, some
from chorus_tui.ui.screens.to_submit_rows import (
    AFTER,
    BEFORE,
    COLUMNS,
    ERROR_FIELD,
    FIELDS,
    IN_ERROR,
    Waiting,
)
from chorus_tui.ui.widgets.lines import Line
from chorus_tui.ui.widgets.painted import pad, wrap
from chorus_tui.ui.words import amount, day, file_name, moment, money

if TYPE_CHECKING:
    from chorus_tui.ui.screens.form import InvoiceForm

PANE_MESSAGE = 14
"""The same beside the table, where lines are short."""

NAME = 30
"""Characters of a file's name in a question."""

FIRST = 100
"""Rows that show before the others are read: more than any terminal has lines."""

MASS = 20
"""From how many documents on the number has to be typed before they are sent."""


class ToSubmit(ListingScreen[Waiting]):
    """The list of documents that wait."""

    scopes = (TO_SUBMIT, LISTING, EVERYWHERE)
    title_of = N_("Documents to be submitted")
    columns = COLUMNS
    fields = FIELDS
    tables = frozenset({"documents"})
    first_sort = ("filed", False)
    message_height = 4
    """Chorus Pro's own words take two lines as a rule, and what to do two more."""

    def __init__(self) -> None:
        super().__init__()
        self.removed: tuple[str, ...] = ()
        """What `u` brings back."""

    def load(self) -> Iterable[Waiting]:
        """All that waits, in order of arrival."""
        return [Waiting(document, self.desk) for document in waiting(self.desk)]

    def load_first(self) -> Iterable[Waiting]:
        """Those that arrived first: of very many documents, reading all takes longer than showing these."""
        rows = [Waiting(document, self.desk) for document in waiting(self.desk, FIRST)]
        self.partly = len(rows) >= FIRST
        return rows

    def key(self, row: Waiting) -> str:
        """The document's identity."""
        return row.document.id

    def row(self, key: str) -> Waiting | None:
        """The document, as long as it waits."""
        document = self.desk.store.documents.get(key)
        return Waiting(document, self.desk) if document is not None and document.state.is_waiting else None

    def words(self, row: Waiting) -> str:
        """Name, number, recipient, service, amount and status."""
        cells = (
            row.document.name,
            row.fields.number or "",
            row.recipient,
            row.fields.recipient_siret or "",
            row.fields.service_code or "",
            row.fields.commitment_number or "",
            amount(row.amount),
            _(row.document.ocr_status.label),
            row.error,
        )
        return " ".join(cells)

    def store_changed(self, changes: Changes) -> None:
        """Follow the documents; a recipient that became known changes what is missing."""
        super().store_changed(changes)
        if "recipients" in changes or "suppliers" in changes:
            for row in self.rows:
                row.forget()
            self.listing.repaint()
            self.on_listing_moved()

    def message(self, row: Waiting) -> Told:
        """Why it is in error and what to do (S1-067); else what is missing, or what happens next."""
        document = row.document
        failure = document.failure
        if failure is not None:
            return Told(f"✗ {_(failure.message)}", Tone.BAD, _(failure.remedy) if failure.remedy else "")
        said = {
            DocumentState.FILED: _("Waits to be analysed by Chorus Pro."),
            DocumentState.ANALYSING: _("Chorus Pro is reading it; this takes some seconds."),
            DocumentState.SUBMITTING: _(
                "Validated: it is being submitted. w takes it back while it has not left."
            ),
            DocumentState.UNSURE: _(
                "The answer to its submission was lost; it is being looked for, do nothing."
            ),
        }.get(document.state)
        if said:
            return Told(said, Tone.FAINT)
        missing = row.missing
        if missing:
            return Told(_("○ To complete: {what}").format(what=missing), Tone.WAITS)
        return Told(_("● Ready: s submits it, enter shows it first."), Tone.GOOD)

    def pane(self, row: Waiting, width: int) -> list[Line]:
        """The document in full."""
        document, fields = row.document, row.fields
        told = self.message(row)
        lines: list[Line] = [((line, told.tone.value),) for line in told.words(width, PANE_MESSAGE)]
        lines += [(), *(((line, "strong"),) for line in wrap(document.name, width, 2)), ()]
        for label, value in (
            (_("Number"), fields.number or ""),
            (_("Issued"), day(fields.issued)),
            (_("Kind"), _(fields.kind.label) if fields.kind else ""),
            (_("Recipient"), row.recipient),
            ("", fields.recipient_siret or ""),
            (_("Service"), fields.service_code or fields.service_label or ""),
            (_("Commitment"), fields.commitment_number or ""),
            (_("Net total"), money(fields.net)),
            (_("VAT total"), money(fields.vat)),
            (_("Gross total"), money(fields.gross)),
            (_("To pay"), money(fields.to_pay)),
            (_("Rule"), document.rule),
            (_("Arrived"), moment(document.filed_at)),
        ):
            if value:
                lines.append(((pad(label, 14), "faint"), (pad(value, width - 14), "plain")))
        for note in document.notes:
            lines += [((line, "waits"),) for line in wrap(f"! {_(note)}", width, 3)]
        return lines

    def empty(self) -> str:
        """Where to drop invoices."""
        folders = ", ".join(str(folder.path) for folder in self.desk.settings.watch)
        if not folders:
            return _("No folder is watched yet. “chorus-tui init” writes the settings where you name one.")
        return _("Nothing waits. Invoices (PDF) dropped into a watched folder appear here: {folders}").format(
            folders=folders
        )

    def amount(self, row: Waiting) -> Decimal | None:
        """What marked rows are worth together."""
        return row.amount

    def on_listing_marked(self) -> None:
        """Let the labels of the verbs count the marks."""
        super().on_listing_marked()
        self.update_keys()

    def label(self, command: Command) -> str:
        """The verbs that act on marked rows say how many there are."""
        acts = command.why_not is some and (self.listing.marked or self.listing.in_range)
        marked = len(self.chosen()) if acts else 0
        return f"{_(command.label)} ({marked})" if marked else _(command.label)

    # Opening

    def open(self, row: Waiting) -> None:
        """The form (S1-021)."""
        reason = may_complete(self)
        if reason:
            self.say(reason, Tone.WAITS)
        else:
            self.complete()

    def complete(self) -> None:
        """The form of the row, then of the next ones (S1-020, S1-025)."""
        from chorus_tui.ui.screens.form import InvoiceForm

        marked = bool(self.listing.marked)
        rows = self.chosen() if marked else list(self.rows.shown)
        queue = tuple(row.document.id for row in rows if row.document.state in documents.NOT_YET_SENT)
        if not queue:
            self.say(_("None of the marked documents can be changed now."), Tone.WAITS)
            return
        row = self.listing.current
        first = row.document.id if row is not None and row.document.id in queue else queue[0]
        goes_on = not marked and not self.rows.filtered_by
        form = InvoiceForm(first, queue, goes_on=goes_on)
        self.app.push_screen(form, lambda _result: self._back(form))

    def edit_metadata(self) -> None:
        """The form of what was read (S1-072)."""
        from chorus_tui.ui.screens.form_metadata import MetadataForm

        row = self.listing.current
        if row is not None:
            form = MetadataForm(row.document.id, (row.document.id,))
            self.app.push_screen(form, lambda _result: self._back(form))

    def _back(self, form: "InvoiceForm") -> None:
        """Stand where the form was left, and say what became of it."""
        self.listing.go_to(form.document_id)
        if form.parting is not None:
            self.say(*form.parting)

    # Verbs

    async def submit(self) -> None:
        """Submit what is chosen (S1-070, S1-071)."""
        rows = self.chosen()
        ready = [r for r in rows if not submitting.why_not_submit(self.desk, r.document)]
        ids = [row.document.id for row in rows]
        if not ready:
            self._tell(submitting.submit(self.desk, ids), self._queued)
            return
        if await self._sure(ready, len(rows) - len(ready)):
            self._tell(submitting.submit(self.desk, ids), self._queued)

    async def _sure(self, ready: Sequence[Waiting], others: int) -> bool:
        total = money(sum((row.amount or Decimal(0) for row in ready), Decimal(0)))
        question = ngettext(
            "Submit {n} invoice ({total})?", "Submit {n} invoices ({total})?", len(ready)
        ).format(n=len(ready), total=total)
        if others:
            question += " " + ngettext("{n} is not ready.", "{n} are not ready.", others).format(n=others)
        if len(ready) < MASS:
            return await self.prompt.confirm(question)
        number = str(len(ready))
        return await self.prompt.typed(
            _("{question} Type {number}:").format(question=question, number=number), number
        )

    def _queued(self, count: int) -> str:
        return ngettext("{n} queued for submission", "{n} queued for submission", count).format(n=count)

    def reprocess(self) -> None:
        """Analyse what is chosen again (S1-064, S1-065)."""
        self._tell(
            documents.reprocess(self.desk, [row.document.id for row in self.chosen()]),
            lambda count: ngettext("{n} sent to analysis again", "{n} sent to analysis again", count).format(
                n=count
            ),
        )

    async def take_out(self) -> None:
        """Take what is chosen out of the list (S1-073)."""
        rows = self.chosen()
        question = ngettext(
            "Remove {name} from this list? Its file is kept.",
            "Remove {n} documents from this list? Their files are kept.",
            len(rows),
        ).format(n=len(rows), name=file_name(rows[0].document.name, NAME))
        if await self.prompt.confirm(question):
            outcome = documents.remove(self.desk, [row.document.id for row in rows])
            self.removed = outcome.done or self.removed
            self._tell(
                outcome,
                lambda count: ngettext(
                    "{n} removed; u brings it back", "{n} removed; u brings them back", count
                ).format(n=count),
            )

    def bring_back(self) -> None:
        """Take the last removal back."""
        outcome = documents.restore(self.desk, self.removed)
        self.removed = ()
        self._tell(
            outcome, lambda count: ngettext("{n} brought back", "{n} brought back", count).format(n=count)
        )

    def withdraw(self) -> None:
        """Take back what is queued and has not left."""
        self._tell(
            submitting.withdraw(self.desk, [row.document.id for row in self.chosen()]),
            lambda count: ngettext("{n} withdrawn", "{n} withdrawn", count).format(n=count),
        )

    async def adopt(self) -> None:
        """Settle a conflict: it is the same invoice."""
        row = self.listing.current
        if row is None:
            return
        number = row.fields.number or row.document.name
        question = _("Is the invoice {number} that Chorus Pro holds this very document?").format(
            number=number
        )
        if await self.prompt.confirm(question):
            self._tell(
                submitting.adopt(self.desk, row.document.id),
                lambda _count: _("{number} is in Tracking now").format(number=number),
            )

    def _tell(self, outcome: Outcome, done: Callable[[int], str]) -> None:
        """Say how many were done and how many not, and why; the journal tells each one."""
        said = [done(len(outcome.done))] if outcome.done else []
        reasons = Counter(reason for _key, reason in outcome.refused)
        for reason, count in reasons.most_common(1):
            if outcome.done or len(outcome.refused) > 1:
                refused = ngettext("{n} not done", "{n} not done", len(outcome.refused))
                reason = refused.format(n=len(outcome.refused)) + f": {reason}"
            said.append(reason + (" …" if count < len(outcome.refused) else ""))
        for key, reason in outcome.refused if len(outcome.refused) > 1 else ():
            document = self.desk.store.documents.get(key)
            name = document.name if document else key
            self.console.journal.append(self.desk.now(), f"{name}: {reason}", Tone.BAD)
        self.listing.unmark(frozenset(outcome.done))
        tone = Tone.GOOD if not outcome.refused else Tone.WAITS if outcome.done else Tone.BAD
        self.say(", ".join(said), tone)

    # Errors

    def next_family(self) -> None:
        """All → in error → before submission → after submission → all (S1-061)."""
        name = ERROR_FIELD.name
        cycle = ["", *(f'{name}:"{_(words)}"' for words in (IN_ERROR, BEFORE, AFTER))]
        at = next((place for place, term in enumerate(cycle) if term and term in self.rows.filtered_by), 0)
        self.set_filter(replace_field(self.rows.filtered_by, ERROR_FIELD, cycle[(at + 1) % len(cycle)]))
