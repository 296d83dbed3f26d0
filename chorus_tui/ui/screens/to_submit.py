"""Place 1, "Documents to be submitted": what waits, what came back in error and why, and what to do."""

import asyncio
from collections.abc import Iterable
from decimal import Decimal
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from chorus_tui.domain.document import Failure
from chorus_tui.domain.statuses import DocumentState, Tone
from chorus_tui.i18n import N_, _
from chorus_tui.operations import submitting
from chorus_tui.operations.listing import waiting
from chorus_tui.ui.filtering import replace_field
from chorus_tui.ui.screens.console import EVERYWHERE, Changes
from chorus_tui.ui.screens.document_verbs import NAME, DocumentVerbs
from chorus_tui.ui.screens.listing import LISTING, Told
from chorus_tui.ui.screens.to_submit_commands import TO_SUBMIT, may_complete
from chorus_tui.ui.screens.to_submit_rows import (
    AFTER,
    BEFORE,
    COLUMNS,
    ERROR_FIELD,
    FIELDS,
    IN_ERROR,
    Epoch,
    Waiting,
)
from chorus_tui.ui.screens.triage import TriageScreen, Within
from chorus_tui.ui.screens.triage_commands import TRIAGE
from chorus_tui.ui.widgets.lines import Line
from chorus_tui.ui.widgets.painted import pad, wrap
from chorus_tui.ui.words import amount, day, file_name, moment, money

if TYPE_CHECKING:
    from textual.screen import Screen

    from chorus_tui.domain.knowledge import Explanation

PANE_MESSAGE = 14
"""The same beside the table, where lines are short."""

AROUND = frozenset({"documents", "invoices", "recipients", "suppliers", "lists", "alerts", "drafts"})
"""Tables whose changes may change what is missing of a row."""

AT_ONCE = 50
"""Rows looked at between two pauses: some milliseconds, so that no key waits."""

FIRST = 100
"""Rows that show before the others are read: more than any terminal has lines."""


class ToSubmit(DocumentVerbs[Waiting], TriageScreen[Waiting]):
    """The list of documents that wait."""

    scopes = (TO_SUBMIT, TRIAGE, LISTING, EVERYWHERE)
    title_of = N_("Documents to be submitted")
    columns = COLUMNS
    fields = FIELDS
    tables = frozenset({"documents"})
    first_sort = ("filed", False)
    message_height = 5
    """Chorus Pro's own words take two lines as a rule, and what to do with its key two or three more."""

    def __init__(self, within: Within | None = None) -> None:
        super().__init__(within)
        self._epoch = Epoch()
        self._knows = False
        """Whether what is known of failures was read: the first frame does not wait for it."""

    def on_mount(self) -> None:
        """Say what is known of failures once the list stands."""
        self.console.call_when_painted(self._begin_knowing)

    def load(self) -> Iterable[Waiting]:
        """All that waits, in order of arrival; of a group its documents alone."""
        if self.within is not None:
            return self._load_within(self.within)
        return self.awake(Waiting(document, self.desk, self._epoch) for document in waiting(self.desk))

    def _load_within(self, within: Within) -> list[Waiting]:
        store = self.desk.store.documents
        found = [d for key in within.keys if (d := store.get(key)) is not None and d.state.is_waiting]
        found.sort(key=attrgetter("filed_at", "id"))
        return self.awake(Waiting(document, self.desk, self._epoch) for document in found)

    def load_first(self) -> Iterable[Waiting]:
        """Those that arrived first: of very many documents, reading all takes longer than showing these."""
        if self.within is not None:
            return self._load_within(self.within)
        rows = [Waiting(document, self.desk, self._epoch) for document in waiting(self.desk, FIRST)]
        self.partly = len(rows) >= FIRST
        return self.awake(rows)

    def key(self, row: Waiting) -> str:
        """The document's identity."""
        return row.document.id

    def row(self, key: str) -> Waiting | None:
        """The document, as long as it waits."""
        document = self.desk.store.documents.get(key)
        if document is None or not document.state.is_waiting:
            return None
        return self.if_here(Waiting(document, self.desk, self._epoch))

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
        """Follow the documents; what is known of recipients and of other invoices changes what is missing."""
        if not AROUND.isdisjoint(changes):
            self._epoch.number += 1
        if not (AROUND - self.tables).isdisjoint(changes):
            self.rows.forget()
        super().store_changed(changes)
        if not (AROUND - self.tables).isdisjoint(changes):
            self.listing.repaint()
            self.on_listing_moved()

    def message(self, row: Waiting) -> Told:
        """Why it is in error, what that means and the key that puts it right (S1-067); else what is missing,
        or what happens next.
        """
        document = row.document
        if document.failure is not None:
            return self._failure(row, document.failure)
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
        changed = " ".join(row.alerts)
        missing = row.missing
        if changed:
            look = _("{key}, then enter on the recipient, looks at it.").format(
                key=self.console.registry.key(self.console.registry["place.recipients"])
            )
            return Told(f"! {changed} {missing}".rstrip(), Tone.WAITS, look)
        if not missing and row.is_being_typed:
            return Told(_("○ Its form was left before it was validated: enter goes on with it."), Tone.WAITS)
        if not missing:
            return Told(self._ready_words(row), Tone.GOOD)
        told = _("○ To complete: {what}").format(what=missing)
        return Told(told, Tone.WAITS, self._key_words(row.explained) if self._knows else "")

    def _ready_words(self, row: Waiting) -> str:
        """That it can go, and how: its filing rule may send it in a flow."""
        mode = row.document.channel.mode
        if mode is None:
            return _("● Ready: s submits it, enter shows it first.")
        how = " ".join(filter(None, (_(mode.label), row.document.connection)))
        return _("● Ready: s submits it in a flow ({how}), enter shows it first.").format(how=how)

    def _failure(self, row: Waiting, failure: Failure) -> Told:
        """Chorus Pro's own words first, then what they mean and what to do."""
        told = f"✗ {_(failure.message)}"
        explained = row.explained if self._knows else None
        if explained is None:
            return Told(told, Tone.BAD, _(failure.remedy) if failure.remedy else "")
        if explained.decoded and not explained.known:
            told = _("{what} ({field})").format(what=told, field=explained.decoded)
        return Told(told, Tone.BAD, explained.remedy, explained.meaning, self._key_words(explained))

    def _key_words(self, explained: "Explanation | None") -> str:
        from chorus_tui.ui.screens.remedies import key_words

        return key_words(self.console.registry, explained) if explained is not None else ""

    def _begin_knowing(self) -> None:
        self.run_worker(self._know(), group="know", exclusive=True)

    async def _know(self) -> None:
        """Once the list stands, read what is known of failures and what other invoices tell of each row."""
        from chorus_tui.operations.explaining import knowledge
        from chorus_tui.operations.neighbours import Neighbours

        with self.telling():
            # Reading it takes some 50 ms, which no key should wait for; the first question some more.
            await asyncio.to_thread(lambda: knowledge(self.desk).explain(""))
            self._knows = True
            self.on_listing_moved()
            await Neighbours.prepare(self.desk)
            self._epoch.number += 1
            self.listing.repaint()
            self.on_listing_moved()

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

    # Opening

    def open(self, row: Waiting) -> None:
        """The form (S1-021)."""
        reason = may_complete(self)
        if reason:
            self.say(reason, Tone.WAITS)
        else:
            self.complete()

    def complete(self) -> None:
        """The form of the row, then of the next ones (S1-020, S1-025); of marked rows only these."""
        marked = bool(self.listing.marked)
        rows = self.chosen() if marked else list(self.rows.shown)
        row = self.listing.current
        goes_on = not marked and not self.rows.filtered_by and self.within is None
        first = row.document.id if row is not None else ""
        self.work_through([row.document.id for row in rows], first, goes_on=goes_on)

    def edit_metadata(self) -> None:
        """The form of what was read (S1-072)."""
        from chorus_tui.ui.screens.form_metadata import MetadataForm

        row = self.listing.current
        if row is not None:
            form = MetadataForm(row.document.id, (row.document.id,))
            self.app.push_screen(form, lambda _result: self.form_left(form))

    # Putting right

    def groups(self) -> "Screen[Any]":
        """The groups by cause (S1-061)."""
        from chorus_tui.ui.screens.document_groups import DocumentGroups

        return DocumentGroups()

    async def put_right(self) -> None:
        """Start the remedy of the cause that the chosen rows share."""
        from chorus_tui.ui.screens.remedies import put_right

        rows = self.chosen()
        about = file_name(rows[0].document.name, NAME) if len(rows) == 1 else ""
        explained = []
        for number, row in enumerate(rows, 1):
            explained.append(row.explained)
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)
        await put_right(self, explained, about)

    async def adopt(self) -> None:
        """Settle a conflict: it is the same invoice."""
        row = self.listing.current
        if row is None:
            return
        number = row.fields.number or row.document.name
        question = _("Is the invoice {number} that Chorus Pro holds this very document?").format(
            number=number
        )
        if await self.sure("to_submit.adopt", question):
            self.tell(
                submitting.adopt(self.desk, row.document.id),
                lambda _count: _("{number} is in Tracking now").format(number=number),
            )

    # Errors

    def next_family(self) -> None:
        """All → in error → before submission → after submission → all (S1-061)."""
        name = ERROR_FIELD.name
        cycle = ["", *(f'{name}:"{_(words)}"' for words in (IN_ERROR, BEFORE, AFTER))]
        at = next((place for place, term in enumerate(cycle) if term and term in self.rows.filtered_by), 0)
        self.set_filter(replace_field(self.rows.filtered_by, ERROR_FIELD, cycle[(at + 1) % len(cycle)]))
