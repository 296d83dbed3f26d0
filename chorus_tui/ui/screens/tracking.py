"""Place 3, Tracking, also "Follow-up" (S1-002): every invoice Chorus Pro knows, ours or not (S1-030…036)."""

from collections.abc import Iterable
from decimal import Decimal

from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.replies import ANSWERS, ReplyKind
from chorus_tui.domain.statuses import InvoiceStatus, Tone
from chorus_tui.i18n import N_, _, labelled, ngettext
from chorus_tui.operations.listing import tracked
from chorus_tui.operations.processing import answer_to
from chorus_tui.ui.columns import Column
from chorus_tui.ui.commands import Command, Scope
from chorus_tui.ui.filtering import Field, Kind
from chorus_tui.ui.screens.answering import kind_of, why_no_answer
from chorus_tui.ui.screens.console import EVERYWHERE, Changes
from chorus_tui.ui.screens.invoice_chain import headed_lines
from chorus_tui.ui.screens.listing import LISTING, Told
from chorus_tui.ui.screens.reply_verbs import WITHDRAW, ReplyVerbs
from chorus_tui.ui.screens.reply_words import NO, YES, dealt_with, reply_words
from chorus_tui.ui.screens.triage_commands import UNDO
from chorus_tui.ui.widgets.lines import Line
from chorus_tui.ui.words import amount, count, day, day_of, file_name


def status_words(invoice: Invoice) -> str:
    """Sign and word; a status that only works invoices have keeps Chorus Pro's own code."""
    known = invoice.status is not InvoiceStatus.OTHER or not invoice.status_code
    word = _(invoice.status.label) if known else invoice.status_code
    return f"{invoice.status.sign} {word}{' ✓' if invoice.is_settled else ''}"


COLUMNS: tuple[Column[Invoice], ...] = (
    Column("number", N_("Number"), 20, lambda i: i.number),
    Column("recipient", N_("Recipient"), 14, lambda i: i.recipient_name or i.recipient_siret, grows=True),
    Column("status", N_("Status"), 25, status_words, tone=lambda i: i.status.tone),
    Column(
        "gross",
        N_("With VAT"),
        13,
        lambda i: amount(i.gross),
        sort=lambda i: i.gross,
        right=True,
        rank=1,
        newest_first=True,
    ),
    Column(
        "deposited",
        N_("Deposited"),
        12,
        lambda i: day(i.deposited),
        sort=lambda i: i.deposited,
        rank=2,
        newest_first=True,
    ),
    Column(
        "since",
        N_("Since"),
        10,
        lambda i: day_of(i.status_at),
        sort=lambda i: i.status_at,
        rank=3,
        newest_first=True,
    ),
    Column(
        "issued",
        N_("Issued"),
        10,
        lambda i: day(i.issued),
        sort=lambda i: i.issued,
        rank=4,
        newest_first=True,
    ),
    Column("document", N_("Document"), 20, lambda i: i.document_name, rank=5, shorten=file_name),
    Column("service", N_("Service"), 18, lambda i: i.service_name or i.service_code, rank=6),
    Column("flow", N_("Flow"), 25, lambda i: i.flow_number, rank=7),
)

FIELDS: tuple[Field[Invoice], ...] = (
    Field(N_("status"), Kind.TEXT, lambda i: i.status.label, tuple(s.label for s in InvoiceStatus)),
    Field(N_("recipient"), Kind.TEXT, lambda i: f"{i.recipient_name} {i.recipient_siret}"),
    Field(N_("deposited"), Kind.DATE, lambda i: i.deposited),
    Field(N_("gross"), Kind.AMOUNT, lambda i: i.gross),
    Field(N_("issued"), Kind.DATE, lambda i: i.issued),
    Field(N_("since"), Kind.DATE, lambda i: None if i.status_at is None else i.status_at.date()),
    Field(N_("service"), Kind.TEXT, lambda i: f"{i.service_code} {i.service_name}"),
    Field(N_("supplier"), Kind.TEXT, lambda i: f"{i.supplier_name} {i.supplier_siret}"),
    Field(N_("document"), Kind.TEXT, lambda i: i.document_name),
    Field(N_("flow"), Kind.TEXT, lambda i: i.flow_number),
    Field(N_("comment"), Kind.TEXT, lambda i: i.comment),
    Field(N_("dealt with"), Kind.TEXT, dealt_with, (YES, NO)),
)

TRACKING = Scope(
    "tracking",
    N_("Tracking"),
    (
        Command(
            "tracking.open",
            "enter",
            N_("Open"),
            N_("Shows the invoice in full and the history of its status."),
            lambda s: s.open_row(),
            lambda s: "" if s.listing.current else _("There is no invoice here."),
            line=1,
        ),
        Command(
            "tracking.export",
            "x",
            N_("Export to CSV"),
            N_("Writes exactly the rows displayed to a file, in the background."),
            lambda s: s.export(),
            lambda s: s.why_no_export(),
            line=2,
        ),
        Command(
            "tracking.track",
            "r",
            N_("Update"),
            N_("Asks Chorus Pro for new statuses now."),
            lambda s: s.track(),
            line=3,
        ),
        Command(
            "tracking.answer",
            "p",
            N_("Answer"),
            N_("Does the only thing that the status allows, and none where it allows none."),
            lambda s: s.answer(),
            why_no_answer,
            line=2,
            words=(N_("Process"), N_("Complete"), N_("Recycle"), N_("Pay out")),
        ),
        UNDO,
    ),
)


class Tracking(ReplyVerbs[Invoice]):
    """Every invoice and its status."""

    scopes = (TRACKING, LISTING, EVERYWHERE)
    title_of = N_("Tracking")
    columns = COLUMNS
    fields = FIELDS
    tables = frozenset({"invoices"})
    first_sort = ("deposited", True)

    def __init__(self) -> None:
        super().__init__()
        self._exporting = False
        self._allowed: ReplyKind | None = None
        """What the key line offers for the row under the cursor."""
        self._status_words = {status: _(status.label) for status in InvoiceStatus}

    def load(self) -> Iterable[Invoice]:
        """All of them (S1-030), of equal ones the latest first."""
        return reversed(tracked(self.desk))

    def key(self, row: Invoice) -> str:
        """Chorus Pro's id."""
        return str(row.id)

    def row(self, key: str) -> Invoice | None:
        """The invoice as it is now."""
        return self.desk.store.invoices.get(key)

    def words(self, row: Invoice) -> str:
        """Whatever somebody on the telephone may name."""
        return (
            f"{row.number} {row.recipient_name} {row.recipient_siret} {self._status_words[row.status]} "
            f"{row.status_code} {row.service_code} {row.service_name} {row.commitment_number} "
            f"{row.document_name} {row.supplier_name} {row.flow_number} {row.comment}"
        )

    def amount(self, row: Invoice) -> Decimal | None:
        """With VAT."""
        return row.gross

    def message(self, row: Invoice) -> Told:
        """What became of our reply, and the recipient's words with the status."""
        replied, tone = reply_words(self.desk, row) if row.status in ANSWERS else ("", Tone.PLAIN)
        if not row.comment and not row.status.asks_supplier:
            return Told(replied, tone)
        told = row.comment or _("The recipient gave no reason.")
        words = labelled(status_words(row), told)
        return Told("\n".join(filter(None, (replied, words))), _loud(row))

    def pane(self, row: Invoice, width: int) -> list[Line]:
        """The invoice in full; its history is asked for on enter."""
        from chorus_tui.ui.screens.invoice import invoice_lines

        history = self.desk.store.histories.get(self.key(row))
        note = "" if history else _("enter asks Chorus Pro for it")
        return invoice_lines(row, width, history, note, headed_lines(self.desk, row, width))

    def empty(self) -> str:
        """Whether nothing was ever fetched, or there is nothing."""
        if self.console.facts().sync.tracked_at is None:
            return _("No invoice is known yet: Chorus Pro has not been asked. 6 says how sync stands.")
        return _("Chorus Pro knows no invoice of this structure. 1 shows the documents to be submitted.")

    def open(self, row: Invoice) -> None:
        """The detail, with its history."""
        from chorus_tui.ui.screens.invoice import InvoiceDetail

        self.app.push_screen(InvoiceDetail(row.id))

    def store_changed(self, changes: Changes) -> None:
        """Follow the invoices, and the replies and settlements that concern the one under the cursor."""
        super().store_changed(changes)
        if changes.keys() & {"replies", "settlements"}:
            self.on_listing_moved()

    def on_listing_moved(self) -> None:
        """Let the key line say what the status of the row allows."""
        super().on_listing_moved()
        if self._allowed != self._allows():
            self._allowed = self._allows()
            self.update_keys()

    def on_listing_marked(self) -> None:
        """Let the label of the action count the marks."""
        super().on_listing_marked()
        self.update_keys()

    def _allows(self) -> ReplyKind | None:
        row = self.listing.current
        return None if row is None else answer_to(row)

    def on_line(self, command: Command) -> bool:
        """What the row does not allow is not offered."""
        return command is not WITHDRAW and (command.id != "tracking.answer" or self._allows() is not None)

    def label(self, command: Command) -> str:
        """The action has the name of what the status allows."""
        if command.id != "tracking.answer":
            return super().label(command)
        marked = self.chosen() if self.listing.marked or self.listing.in_range else []
        kind = kind_of(marked) if marked else self._allows()
        several = f" ({count(len(marked))})" if marked else ""
        return super().label(command) if kind is None else f"{_(kind.label)}{several}"

    def track(self) -> None:
        """Wake the station that looks for status changes."""
        self.desk.wake("track")
        self.say(_("Asked for new statuses; they appear as they come."))

    def why_no_export(self) -> str:
        """Why there is nothing to export now."""
        if self._exporting:
            return _("An export is still being written.")
        return "" if len(self.rows.shown) else _("No row is displayed, so there is nothing to export.")

    async def export(self) -> None:
        """Write what is displayed; screens stay usable, and the path is said when it is there (S1-035)."""
        from chorus_tui.operations.exporting import export_in_background

        rows = list(self.rows.shown)
        words = ngettext("{n} invoice", "{n} invoices", len(rows)).format(n=count(len(rows)))
        self._exporting = True
        self.say(_("Writing {invoices} to a file…").format(invoices=words))
        try:
            path = await export_in_background(self.desk, rows)
        except OSError as error:
            self.console.say(
                _("The file could not be written: {reason}.").format(reason=error.strerror or error), Tone.BAD
            )
        else:
            self.console.say(_("{invoices} written to {path}").format(invoices=words, path=path), Tone.GOOD)
        finally:
            self._exporting = False


def _loud(invoice: Invoice) -> Tone:
    return invoice.status.tone if invoice.asks_supplier else Tone.PLAIN
