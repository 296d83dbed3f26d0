"""Place 2, "Documents to be processed": what recipients sent back, in whose words, and what can be done."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from chorus_tui.domain.intent import IntentState
from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.replies import ReplyKind
from chorus_tui.domain.statuses import InvoiceStatus, Tone
from chorus_tui.i18n import N_, _, labelled, ngettext
from chorus_tui.operations import processing
from chorus_tui.ui.commands import Command
from chorus_tui.ui.screens.answering import kind_of
from chorus_tui.ui.screens.console import EVERYWHERE, Changes
from chorus_tui.ui.screens.listing import LISTING
from chorus_tui.ui.screens.reply_verbs import ReplyVerbs
from chorus_tui.ui.screens.reply_words import age_words, legend, quoted, reply_words
from chorus_tui.ui.screens.to_process_commands import TO_PROCESS
from chorus_tui.ui.screens.to_process_rows import COLUMNS, FIELDS, Returned
from chorus_tui.ui.screens.told import Told
from chorus_tui.ui.screens.triage import TriageScreen, Within
from chorus_tui.ui.screens.triage_commands import TRIAGE
from chorus_tui.ui.widgets.lines import Line
from chorus_tui.ui.widgets.painted import with_remedy
from chorus_tui.ui.words import count, money

if TYPE_CHECKING:
    from textual.screen import Screen

PANE_MESSAGE = 16
"""Lines of the side pane for what was said and what to do."""


class ToProcess(ReplyVerbs[Returned], TriageScreen[Returned]):
    """The list of invoices that came back."""

    scopes = (TO_PROCESS, TRIAGE, LISTING, EVERYWHERE)
    title_of = N_("Documents to be processed")
    columns = COLUMNS
    fields = FIELDS
    tables = frozenset({"invoices"})
    own_table: ClassVar[str] = "invoices"
    first_sort = ("age", True)
    message_height = 7
    """A recipient's words take up to four lines, the legend one, what to do two."""

    def __init__(self, within: Within | None = None) -> None:
        super().__init__(within)
        self.shows_settled = False
        """Whether rejections that were dealt with show, too."""
        self.settled = 0
        """How many there are, shown or not."""
        self._allowed: ReplyKind | None = None
        self._chosen = 0

    def on_mount(self) -> None:
        """Make the commands known: what is said of the first row names their keys."""
        self.console.registry.add(self.scopes)

    def load(self) -> Iterable[Returned]:
        """Exactly what asks something of the supplier (S1-040), unless those dealt with are wanted, too."""
        self._count_settled()
        found = processing.to_process(self.desk, settled=self.shows_settled)
        return self.awake([Returned(invoice, self.desk) for invoice in found])

    def _count_settled(self) -> None:
        rejected = self.desk.store.invoices.by("status", InvoiceStatus.REJECTED)
        self.settled = sum(
            invoice.is_settled
            for invoice in rejected
            if self.within is None or str(invoice.id) in self.within.keys
        )

    def key(self, row: Returned) -> str:
        """Chorus Pro's id."""
        return str(row.invoice.id)

    def row(self, key: str) -> Returned | None:
        """The invoice as it is now, as long as it asks something."""
        invoice = self.desk.store.invoices.get(key)
        if invoice is None:
            return None
        here = invoice.asks_supplier or (self.shows_settled and invoice.is_settled)
        return self.if_here(Returned(invoice, self.desk)) if here else None

    def words(self, row: Returned) -> str:
        """Whatever somebody on the telephone may name."""
        invoice, why = row.invoice, row.explanation
        return (
            f"{row.status} {invoice.number} {invoice.recipient_name} {invoice.recipient_siret} "
            f"{invoice.service_code} {invoice.service_name} {invoice.commitment_number} {invoice.comment} "
            f"{invoice.document_name} {invoice.supplier_name} {why.title if why else ''}"
        )

    def amount(self, row: Returned) -> Decimal | None:
        """What marked rows are worth together."""
        return row.amount

    def store_changed(self, changes: Changes) -> None:
        """Follow the invoices, and the replies and settlements that concern them."""
        replies = (self.desk.store.replies.get(key) for key in changes.get("replies", ()))
        own = changes.get("invoices", frozenset()) | changes.get("settlements", frozenset())
        own |= {str(reply.invoice_id) for reply in replies if reply is not None}
        if own:
            self._count_settled()
        super().store_changed({**changes, "invoices": own})
        self.update_keys()

    # What is said

    def message(self, row: Returned) -> Told:
        """What the status means, what the recipient says (S1-041, S1-045, S1-049), and what to do."""
        invoice = row.invoice
        since = age_words(invoice, self.desk.now())
        said, _tone = self._replied(row)
        told = [said, f"{legend(invoice)} {since and f'({since})'}".strip(), quoted(invoice.comment)]
        tone = Tone.FAINT if invoice.is_settled else invoice.status.tone
        return Told("\n".join(filter(None, told)), tone, self._remedy(row))

    def _remedy(self, row: Returned) -> str:
        """What to do about it, in the words of the knowledge base."""
        why = row.explanation
        if why is None:
            return ""
        known = why.known and why.title != _(row.invoice.status.label)
        return labelled(why.title, why.remedy) if known else why.remedy

    def _replied(self, row: Returned) -> tuple[str, Tone]:
        withdraw = self.console.registry.key(self.console.registry["returned.withdraw"])
        return reply_words(self.desk, row.invoice, withdraw)

    def pane(self, row: Returned, width: int) -> list[Line]:
        """What was said and what to do, then the invoice in full."""
        from chorus_tui.ui.screens.invoice import rest_lines
        from chorus_tui.ui.screens.invoice_chain import headed_lines

        told, invoice = self.message(row), row.invoice
        words = with_remedy(told.text, told.remedy, width, PANE_MESSAGE)
        history = self.desk.store.histories.get(self.key(row))
        lines: list[Line] = [((f"{invoice.number}  {money(row.amount, invoice.currency)}", "strong"),), ()]
        lines += [*(((line, told.tone.value),) for line in words), ()]
        lines += headed_lines(self.desk, invoice, width) if invoice.is_settled else ()
        note = "" if history else _("i asks Chorus Pro for it")
        return [*lines, *rest_lines(invoice, width, history, note)]

    def empty(self) -> str:
        """Whether nothing was ever fetched, or nothing came back."""
        if self.console.facts().sync.tracked_at is None:
            return _("No invoice is known yet: Chorus Pro has not been asked. 6 says how sync stands.")
        return _("Nothing came back: no recipient waits for you. 3 shows every invoice and its status.")

    def aside(self) -> str:
        """How many were dealt with and are left out, and how to see them."""
        told = super().aside()
        if not self.settled:
            return told
        if self.shows_settled or self.listing.marked:
            words = ngettext("{n} dealt with", "{n} dealt with", self.settled)
        else:
            words = ngettext(
                "{n} dealt with; {key} shows it", "{n} dealt with; {key} shows them", self.settled
            )
        key = self.console.registry.key(self.console.registry["to_process.settled"])
        return " · ".join(filter(None, (words.format(n=count(self.settled), key=key), told)))

    def on_listing_moved(self) -> None:
        """Let the key line say what the status of the row allows."""
        super().on_listing_moved()
        if not self.listing.marked or self.listing.in_range:
            self._look_at_chosen()
        if self.is_mounted:
            self.update_keys()

    def on_listing_marked(self) -> None:
        """Let the label of the action count the marks."""
        super().on_listing_marked()
        self._look_at_chosen()
        self.update_keys()

    def _look_at_chosen(self) -> None:
        """What the chosen rows allow, and how many they are: once for all that is painted of it."""
        invoices = self.invoices_chosen()
        self._allowed, self._chosen = kind_of(invoices), len(invoices)

    def on_line(self, command: Command) -> bool:
        """What the row under the cursor does not allow is not offered."""
        row = self.listing.current
        if command.id == "to_process.answer":
            return self._allowed is not None
        if command.id == "returned.withdraw":
            return row is not None and row.reply is not None and row.reply.state is IntentState.QUEUED
        return True

    def label(self, command: Command) -> str:
        """The action has the name of what the status allows, and says how many are marked."""
        if command.id != "to_process.answer":
            return super().label(command)
        if self._allowed is None:
            return super().label(command)
        several = f" ({self._chosen})" if self.listing.marked or self.listing.in_range else ""
        return f"{_(self._allowed.label)}{several}"

    # Verbs

    def queue(self) -> Sequence[Invoice]:
        """The marked ones, else all that show, from the cursor on and then from the top."""
        if self.listing.marked or self.listing.in_range:
            return self.invoices_chosen()
        rows, at = list(self.rows.shown), self.listing.cursor
        return [row.invoice for row in (*rows[at:], *rows[:at])]

    def show_invoice(self) -> None:
        """The invoice in full, with its history and its chain."""
        from chorus_tui.ui.screens.invoice import InvoiceDetail

        row = self.listing.current
        if row is not None:
            self.app.push_screen(InvoiceDetail(row.invoice.id))

    def turn_settled(self) -> None:
        """Show rejections that were dealt with, too (S1-053); again: hide them."""
        if not self.settled and not self.shows_settled:
            self.say(_("No rejected invoice was dealt with yet; o does that."))
            return
        self.shows_settled = not self.shows_settled
        self._reload()

    def groups(self) -> "Screen[Any]":
        """The groups of these rows by cause and recipient."""
        from chorus_tui.ui.screens.to_process_groups import ReturnedGroups

        return ReturnedGroups()
