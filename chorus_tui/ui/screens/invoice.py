"""One invoice: how it stands, the history of its status as Chorus Pro tells it, the rest (S1-030…036)."""

from collections.abc import Iterable, Sequence

from textual import events
from textual.app import ComposeResult

from chorus_tui.domain.intent import IntentState
from chorus_tui.domain.invoice import History, Invoice
from chorus_tui.domain.statuses import InvoiceStatus, Tone
from chorus_tui.i18n import N_, _
from chorus_tui.operations.explaining import explain_invoice
from chorus_tui.operations.processing import open_reply
from chorus_tui.store import StoreError
from chorus_tui.ui.commands import Command, Scope
from chorus_tui.ui.places import PLACE
from chorus_tui.ui.screens.answering import kind_of, open_form, why_no_answer
from chorus_tui.ui.screens.console import EVERYWHERE, Changes, ConsoleScreen
from chorus_tui.ui.screens.invoice_chain import chain_lines, open_words
from chorus_tui.ui.screens.outcomes import tell_outcome
from chorus_tui.ui.screens.reply_words import reply_words
from chorus_tui.ui.widgets.lines import Line, Lines
from chorus_tui.ui.widgets.painted import columns_of, pad, wrap
from chorus_tui.ui.widgets.reader import READING, Reader
from chorus_tui.ui.words import day, moment, money

COMMENT_HEIGHT = 6
"""Lines for the recipient's words at most."""
NOTE_HEIGHT = 5
"""Lines for why the history is not fresh."""
LABEL = 14
"""Columns for the name of a value."""
MOMENT, STATUS = 16, 21
"""Columns for day and time of a passage, and for its status."""


def invoice_lines(
    invoice: Invoice,
    width: int,
    history: History | None,
    note: str = "",
    between: Sequence[Line] = (),
) -> list[Line]:
    """What an invoice is opened for first: its status, what the recipient said, the history newest first;
    then everything else known of it, label beside value.

    Args:
        width: Columns there are.
        history: None: not asked for yet.
        note: How the history stands ("asking Chorus Pro…"), shown above it.
        between: What stands between status and history: a reply, what put it right.
    """
    return [*standing_lines(invoice, width), (), *between, *rest_lines(invoice, width, history, note)]


def rest_lines(invoice: Invoice, width: int, history: History | None, note: str = "") -> list[Line]:
    """The history, and everything that does not say how the invoice stands."""
    lines: list[Line] = [((_("History of the status"), "strong"),)]
    if note:
        lines += [((part, "waits"),) for part in wrap(note, width, NOTE_HEIGHT)]
    if history is not None:
        lines += history_lines(history, width)
    lines.append(())
    lines += [line for value in _particulars(invoice) for line in _labelled(*value, width, 1)]
    return lines


def standing_lines(invoice: Invoice, width: int) -> list[Line]:
    """How it stands, and in whose words."""
    return [line for value in _standing(invoice) for line in _labelled(*value, width, COMMENT_HEIGHT)]


def _labelled(label: str, value: str, look: str, width: int, most: int) -> Iterable[Line]:
    """A value beside its label (English source string), in at most so many lines."""
    for number, part in enumerate(wrap(value, width - LABEL - 1, most) or [""]):
        yield (pad(_(label) if label and number == 0 else "", LABEL) + " ", "faint"), (part, look)


def _standing(invoice: Invoice) -> Iterable[tuple[str, str, str]]:
    """Label, value and look of how it stands."""
    status = f"{invoice.status.sign} {_(invoice.status.label)}"
    if invoice.status is InvoiceStatus.OTHER:
        status += f" ({invoice.status_code})"
    asks = invoice.status.asks_supplier
    comment = invoice.comment or (_("The recipient gave no reason.") if asks else "")
    yield N_("Number"), invoice.number, "strong"
    yield N_("Status"), status, invoice.status.tone.value
    yield N_("Since"), moment(invoice.status_at), "plain"
    if invoice.is_settled:
        yield N_("Dealt with"), _("yes"), "good"
    if comment:
        yield N_("Comment"), comment, invoice.status.tone.value if asks else "plain"


_MODES = {
    "SAISIE_WEB": N_("typed on the portal"),
    "SAISIE_PORTAIL": N_("typed on the portal"),
    "SAISIE_API": N_("typed in another program"),
    "PORTAIL_PDF": N_("PDF given to the portal"),
    "DEPOT_PDF_PORTAIL": N_("PDF given to the portal"),
    "DEPOT_PDF_SIGNE_PORTAIL": N_("PDF given to the portal"),
    "DEPOT_PDF_API": N_("PDF sent by a program"),
    "DEPOT_PDF_SIGNE_API": N_("PDF sent by a program"),
    "UPLOAD_PORTAIL": N_("flow given to the portal"),
    "UPLOAD_API": N_("flow sent by a program"),
    "EDI": N_("flow sent by a program"),
    "EDI_XML_STRUCT": N_("flow sent by a program"),
    "EDI_MIXTE": N_("flow sent by a program"),
    "EDI_PDF_ARCHIVE": N_("flow sent by a program"),
    "EDI_NUMERISATION": N_("scanned from paper"),
}
"""Ways into Chorus Pro (API 6, modeDepot), as an operator would say them."""


def deposited_words(invoice: Invoice) -> str:
    """When and how it came to Chorus Pro; a way that is not known keeps its code."""
    mode = invoice.deposit_mode
    return f"{day(invoice.deposited)} {_(_MODES[mode]) if mode in _MODES else mode}".strip()


def _particulars(invoice: Invoice) -> Iterable[tuple[str, str, str]]:
    """Label, value and look of the rest; each has its line whatever the invoice."""
    service = f"{invoice.service_code} {invoice.service_name}".strip()
    ours = invoice.document_id or invoice.document_name
    yield N_("Recipient"), invoice.recipient_name, "plain"
    yield "", invoice.recipient_siret, "plain"
    yield N_("Service"), service, "plain"
    yield N_("Commitment"), invoice.commitment_number, "plain"
    yield N_("Net total"), money(invoice.net, invoice.currency), "plain"
    yield N_("With VAT"), money(invoice.gross, invoice.currency), "strong"
    yield N_("To be paid"), money(invoice.to_pay, invoice.currency), "plain"
    yield N_("Kind"), _(invoice.kind.label), "plain"
    yield N_("Issued"), day(invoice.issued), "plain"
    yield N_("Deposited"), deposited_words(invoice), "plain"
    yield N_("Supplier"), f"{invoice.supplier_name} {invoice.supplier_siret}".strip(), "plain"
    yield N_("Document"), invoice.document_name if ours else _("none: not sent from here"), "plain"
    yield N_("Flow"), invoice.flow_number, "plain"
    yield N_("Chorus Pro id"), str(invoice.id), "faint"


def history_lines(history: History, width: int) -> list[Line]:
    """Each passage: when, which status, who (on that line where there is room); below it what they said."""
    lines: list[Line] = []
    for change in history.changes:
        known = change.status is not InvoiceStatus.OTHER
        word = f"{change.status.sign} {_(change.status.label) if known else change.code}"
        who = " · ".join(part for part in (change.who, change.contact) if part)
        line: Line = ((pad(moment(change.at), MOMENT) + " ", "faint"), (word, change.status.tone.value))
        if who and MOMENT + STATUS + columns_of(who) + 2 <= width:
            gap = " " * max(1, STATUS - columns_of(word) + 1)
            lines.append((*line, (gap + who, "faint")))
        else:
            lines += [line, *(((f"  {part}", "faint"),) for part in wrap(who, width - 2, 2) if who)]
        lines += [((f"  {part}", "plain"),) for part in wrap(change.comment, width - 2, 8) if change.comment]
    return lines


def _why_no_link(screen: "InvoiceDetail") -> str:
    return "" if screen.links else _("No other invoice hangs together with this one.")


def _why_no_answer(screen: "InvoiceDetail") -> str:
    if screen.answers_below:
        return _("Its form is open: esc goes back to it.")
    return why_no_answer(screen)


INVOICE = Scope(
    "invoice",
    N_("An invoice"),
    (
        Command(
            "invoice.answer",
            "p",
            N_("Answer"),
            N_("Does the only thing that the status allows, and none where it allows none."),
            lambda s: s.answer(),
            _why_no_answer,
            line=1,
            words=(N_("Process"), N_("Complete"), N_("Recycle"), N_("Pay out")),
        ),
        Command(
            "invoice.withdraw",
            "w",
            N_("Withdraw"),
            N_("Takes the reply back while it has not left."),
            lambda s: s.withdraw(),
            line=2,
        ),
        Command(
            "invoice.link",
            "enter",
            N_("Open"),
            N_("Opens the selected invoice of the chain: rejected, credit note, new invoice."),
            lambda s: s.open_link(),
            _why_no_link,
            line=3,
        ),
        Command(
            "invoice.next_link",
            "tab",
            N_("Next"),
            N_("Selects the next invoice of the chain."),
            lambda s: s.next_link(),
            _why_no_link,
            line=4,
            palette=False,
        ),
        Command(
            "invoice.ask",
            "r",
            N_("Ask again"),
            N_("Asks Chorus Pro for the history again."),
            lambda s: s.ask_history(),
            lambda s: (
                "" if s.console.lookups else _("This console is offline: the history is the stored one.")
            ),
            line=5,
        ),
    ),
)


class InvoiceDetail(ConsoleScreen):
    """An invoice opened from the list; asks for its history at once and shows the stored one meanwhile."""

    DEFAULT_CSS = """
    InvoiceDetail #title { height: 1; }
    InvoiceDetail Reader { margin: 0 1; }
    """
    scopes = (INVOICE, READING, EVERYWHERE)
    AUTO_FOCUS = "Reader"

    def __init__(self, invoice_id: int) -> None:
        super().__init__()
        self.invoice_id = invoice_id
        self.title_line = Lines("bar", id="title")
        self.reader = Reader(id="invoice", name_of=_("the invoice"))
        self.links: list[tuple[int, int]] = []
        """Lines of the text that name another invoice of the chain, and its id."""
        self._at = 0
        self._note = ""

    def compose_body(self) -> ComposeResult:
        """Title and text."""
        yield self.title_line
        yield self.reader

    def on_mount(self) -> None:
        """Show what is stored, ask for more."""
        if self.console.lookups is None:
            with self.telling():
                self._note = self._dated(_("Offline."))
        self.connected()

    def connected(self) -> None:
        """Ask for the history."""
        self.show_invoice()
        if self.console.lookups is not None:
            self.run_worker(self.ask_history(), group="history", exclusive=True)

    def on_resize(self, event: events.Resize) -> None:
        """Break lines anew."""
        super().on_resize(event)
        self.call_after_refresh(self.show_invoice)

    def show_invoice(self) -> None:
        """Draw invoice and history as the store has them."""
        with self.telling():
            self._draw()

    def _draw(self) -> None:
        key = str(self.invoice_id)
        invoice, history = self.desk.store.invoices.get(key), self.desk.store.histories.get(key)
        if invoice is None:
            self.reader.show([((_("This invoice is no longer known."), "waits"),)])
            return
        place = _(PLACE[self.app.current_mode].short)
        self.title_line.show([((f" {place} › {invoice.number}", "strong"),)])
        width = (self.reader.size.width or self.app.size.width) - 2
        chain = chain_lines(self.desk, invoice, width, self._at)
        above = standing_lines(invoice, width)
        between = self._reply_lines(invoice, width, bool(chain.lines))
        if chain.lines:
            first = len(above) + 1 + len(between) + 1
            between += [((_("What put it right"), "strong"),), *chain.lines, ()]
            self.links = [(first + line, link) for line, link in chain.links]
        else:
            self.links = []
        self.reader.show(invoice_lines(invoice, width, history, self._note, between))
        self.update_keys()

    def _reply_lines(self, invoice: Invoice, width: int, chained: bool) -> list[Line]:
        """What became of our reply, and what to do where there is none."""
        told, tone = reply_words(self.desk, invoice)
        lines: list[Line] = [((part, tone.value),) for part in wrap(told, width, NOTE_HEIGHT) if told]
        why = explain_invoice(self.desk, invoice)
        if why is not None and why.remedy:
            lines += [((part, "plain"),) for part in wrap(f"→ {why.remedy}", width, NOTE_HEIGHT)]
        if not chained and (told := open_words(invoice)):
            lines += [((part, "waits"),) for part in wrap(told, width, 2)]
        return [*lines, ()] if lines else []

    # The chain

    def next_link(self) -> None:
        """Select the next invoice of the chain and bring it in sight."""
        self._at = (self._at + 1) % len(self.links)
        self.show_invoice()
        line = self.links[self._at][0]
        if not self.reader.top <= line < self.reader.top + self.reader.size.height - 1:
            self.reader.turn(line - self.reader.top - 2)

    def open_link(self) -> None:
        """Open the selected invoice of the chain; esc comes back."""
        self.app.push_screen(InvoiceDetail(self.links[min(self._at, len(self.links) - 1)][1]))

    # Answering

    def invoices_chosen(self) -> list[Invoice]:
        """The one that is shown."""
        invoice = self.desk.store.invoices.get(str(self.invoice_id))
        return [] if invoice is None else [invoice]

    @property
    def answers_below(self) -> bool:
        """Whether it was opened from the form of a reply."""
        from chorus_tui.ui.screens.reply_form import ReplyForm

        return any(isinstance(screen, ReplyForm) for screen in self.app.screen_stack)

    def answer(self) -> None:
        """Open the form of the only thing that the status allows."""
        open_form(self, self.invoices_chosen(), self._back)

    def _back(self, parting: tuple[str, Tone] | None, _key: str) -> None:
        if parting is not None:
            self.say(*parting)

    def withdraw(self) -> None:
        """Take the reply back."""
        from chorus_tui.operations import processing

        outcome = processing.withdraw_reply(self.desk, [str(self.invoice_id)])
        tell_outcome(self, outcome, lambda _n: _("The reply is withdrawn."), str)

    def on_line(self, command: Command) -> bool:
        """Only what can be done here now."""
        if command.id == "invoice.answer":
            return not _why_no_answer(self)
        if command.id in ("invoice.link", "invoice.next_link"):
            return len(self.links) > (command.id == "invoice.next_link")
        if command.id == "invoice.withdraw":
            reply = open_reply(self.desk, self.invoice_id)
            return reply is not None and reply.state is IntentState.QUEUED
        return True

    def label(self, command: Command) -> str:
        """The action has the name of what the status allows."""
        kind = kind_of(self.invoices_chosen()) if command.id == "invoice.answer" else None
        return super().label(command) if kind is None else _(kind.label)

    async def ask_history(self) -> None:
        """Ask Chorus Pro for the history; what cannot be had is said above the stored one."""
        from chorus_tui.chorus.errors import ChorusError

        if self.console.lookups is None:
            return
        self._note = _("asking Chorus Pro…")
        self.show_invoice()
        self._note, reason = "", ""
        try:
            await self.console.lookups.history(self.invoice_id)
        except ChorusError as error:
            reason = f"{_(error.title)}. {_(error.advice)}"
        except StoreError as error:
            reason = str(error)
        if reason:
            with self.telling():
                self._note = self._dated(reason)
        self.show_invoice()

    def _dated(self, reason: str) -> str:
        """Why the history is not fresh, and from when it is."""
        history = self.desk.store.histories.get(str(self.invoice_id))
        if history is None:
            return f"{reason} {_('The history was never fetched.')}"
        return f"{reason} {_('The history is of {moment}.').format(moment=moment(history.fetched_at))}"

    def store_changed(self, changes: Changes) -> None:
        """Follow the invoice."""
        key = str(self.invoice_id)
        mine = key in changes.get("invoices", ()) or key in changes.get("histories", ())
        if mine or changes.keys() & {"replies", "settlements"}:
            self.show_invoice()

    def go_back(self) -> None:
        """To the list, where the cursor still stands on the invoice."""
        self.dismiss()
