"""One flow: how it stands, what to do, and each of its invoices with its own status (S2-072)."""

from collections.abc import Iterable
from decimal import Decimal

from textual.app import ComposeResult

from chorus_tui.domain.flow import Fate, Flow
from chorus_tui.domain.statuses import Tone
from chorus_tui.i18n import N_, _, labelled
from chorus_tui.operations import Refusal, documents, flow_listing
from chorus_tui.ui.commands import Command, Scope
from chorus_tui.ui.screens.console import EVERYWHERE, Changes
from chorus_tui.ui.screens.flow_invoices import COLUMNS, FIELDS, Sent, words_of
from chorus_tui.ui.screens.flow_verbs import FLOW_VERBS, FlowVerbs
from chorus_tui.ui.screens.flow_words import chain, head_lines, sent_words
from chorus_tui.ui.screens.listing import LISTING, Told
from chorus_tui.ui.widgets.lines import Line, Lines
from chorus_tui.ui.widgets.painted import with_remedy, wrap
from chorus_tui.ui.widgets.prompt import set_height

HEAD = 7
"""Lines at most for how the flow stands, what that means and what to do."""


def _no_invoice(screen: "FlowDetail") -> str:
    return "" if screen.listing.current is not None else _("There is no invoice here.")


FLOW = Scope(
    "flow",
    N_("A flow"),
    (
        Command(
            "flow.open",
            "enter",
            N_("Open"),
            N_("Opens the form of a refused invoice, or the invoice where it is integrated."),
            lambda s: s.open_row(),
            _no_invoice,
            line=1,
        ),
        Command(
            "flow.tracking",
            "i",
            N_("In Tracking"),
            N_("Shows the invoices of the flow in Tracking."),
            lambda s: s.show_in_tracking(),
            lambda s: s.why_not_tracking(),
            line=5,
            words=(N_("Invoices"),),
        ),
        Command(
            "flow.chain",
            "l",
            N_("Other flow"),
            N_("Opens the flow that sends this one again, or the one that it sends again."),
            lambda s: s.follow_chain(),
            lambda s: "" if chain(s.desk, s.flow) else _("It was never sent again, and sends nothing again."),
            line=6,
            words=(N_("Chain"), N_("Resent")),
        ),
    ),
)


class FlowDetail(FlowVerbs[Sent]):
    """The invoices of one flow under how it stands."""

    DEFAULT_CSS = f"FlowDetail #flow-head {{ height: {HEAD}; }}"
    scopes = (FLOW, FLOW_VERBS, LISTING, EVERYWHERE)
    title_of = N_("Flow")
    columns = COLUMNS
    fields = FIELDS
    first_sort = ("status", False)
    message_height = 5
    """What was said against an invoice takes up to three lines, what to do one or two."""

    def __init__(self, flow_id: str) -> None:
        super().__init__()
        self.flow_id = flow_id
        self.head_lines = Lines(id="flow-head")
        self._seen: Flow | None = None

    @property
    def flow(self) -> Flow:
        """The flow as it is now; as it was last, where it turned out to be another one of ours."""
        known = self.desk.store.flows.get(self.flow_id) or self._seen
        if known is None:
            raise Refusal(_("There is no such flow."))
        self._seen = known
        return known

    def compose_above(self) -> ComposeResult:
        """How the flow stands."""
        yield self.head_lines

    def heading(self) -> str:
        """Its number, or its file before it has one."""
        return f"{_('Flows')} › {self.flow.number or self.flow.name}"

    # Rows

    def load(self) -> Iterable[Sent]:
        """Its invoices, in the order of its file."""
        contents = self.desk.store.contents.get(self.flow_id)
        invoices = contents.invoices if contents is not None else ()
        return [Sent(at, invoice, self.desk) for at, invoice in enumerate(invoices)]

    def key(self, row: Sent) -> str:
        """A number may stand twice in a file."""
        return str(row.at)

    def words(self, row: Sent) -> str:
        """Whatever somebody on the telephone may name."""
        return words_of(row)

    def amount(self, row: Sent) -> Decimal | None:
        """What marked ones are worth together."""
        return row.invoice.amount

    def copyable(self, row: Sent) -> str:
        """The number of the invoice."""
        return row.invoice.number

    def show_rows(self, top: bool = False) -> None:
        """Bring the head up to date, too."""
        super().show_rows(top)
        self.show_head()

    def show_head(self) -> None:
        """How the flow stands."""
        width = self.app.size.width - 2
        lines = head_lines(self.desk, self.flow, width, HEAD, self.key_words(self.flow))
        set_height(self.head_lines, len(lines))
        self.head_lines.show([((" ", "plain"), *line) for line in lines])

    def store_changed(self, changes: Changes) -> None:
        """Follow the flow, its invoices and their documents."""
        gone = self.flow_id not in self.desk.store.flows
        if gone or ("grants" in changes and not flow_listing.is_visible(self.desk, self.flow)):
            self.close_soon()
            return
        if {"flows", "contents", "reports", "documents"} & changes.keys():
            self._take(self.load)
            self.show_rows()
            self.update_keys()

    def empty(self) -> str:
        """Why nothing is known of its invoices."""
        if self.flow.queued_by:
            return _("Its invoices are not known yet.")
        return _(
            "Another tool deposited it: its invoices are listed once they are integrated, "
            "refused ones as soon as its report is there."
        )

    # What is said

    def message(self, row: Sent) -> Told:
        """What Chorus Pro said against the invoice, then what that means; else where it went."""
        one = row.invoice
        if one.messages and one.fate is not Fate.INTEGRATED:
            explained = row.explained
            remedy = explained.remedy if explained is not None else ""
            meaning = explained.meaning if explained is not None else ""
            return Told(f"✗ {labelled(one.number, row.said)}", row.tone, remedy, meaning)
        return Told(sent_words(self.desk, one), row.tone)

    def pane(self, row: Sent, width: int) -> list[Line]:
        """The invoice in full."""
        told = self.message(row)
        lines: list[Line] = [((row.invoice.number, "strong"),), ()]
        meant = row.explained.meaning if row.explained is not None else ""
        text = " · ".join(filter(None, (told.text, meant)))
        lines += [((part, told.tone.value),) for part in with_remedy(text, told.remedy, width, 18)]
        if row.document is not None:
            lines += [(), *(((part, "faint"),) for part in wrap(row.document.name, width, 3))]
        return lines

    def on_resize(self, event: object) -> None:
        """Break the lines of the head anew."""
        super().on_resize(event)
        self.call_after_refresh(self.show_head)

    # Opening

    def on_line(self, command: Command) -> bool:
        """What this flow does not lead to is not offered."""
        if command.id == "flow.chain":
            return bool(chain(self.desk, self.flow))
        if command.id == "flow.tracking":
            return self.flow.integrated > 0
        return super().on_line(command)

    def flows_chosen(self) -> list[Flow]:
        """The one that is shown."""
        return [self.flow]

    def numbers_marked(self) -> tuple[str, ...]:
        """The numbers of the marked invoices, which sending again begins with."""
        return tuple(row.invoice.number for row in self.chosen()) if self.listing.marked else ()

    def open(self, row: Sent) -> None:
        """The form of what can be put right, the invoice where it is integrated."""
        one = row.invoice
        if one.invoice_id is not None:
            from chorus_tui.ui.screens.invoice import InvoiceDetail

            self.app.push_screen(InvoiceDetail(one.invoice_id))
        elif row.document is None:
            self.say(_("It came in a file that was not made here; it has no form."), Tone.WAITS)
        elif row.document.state not in documents.NOT_YET_SENT:
            self.say(sent_words(self.desk, one) or _("Its document cannot be changed now."), Tone.WAITS)
        else:
            self._open_form(row)

    def _open_form(self, row: Sent) -> None:
        """Its form, then those of the other ones that can be put right."""
        from chorus_tui.ui.screens.form import InvoiceForm

        queue = tuple(
            other.document.id
            for other in self.rows.shown
            if other.document is not None and other.document.state in documents.NOT_YET_SENT
        )
        assert row.document is not None
        form = InvoiceForm(row.document.id, queue)

        def left(_result: None) -> None:
            if form.parting is not None:
                self.say(*form.parting)

        self.app.push_screen(form, left)

    def why_not_tracking(self) -> str:
        """Why no invoice of it is in Tracking."""
        if not self.flow.number:
            return _("It has no number yet, so none of its invoices is in Tracking.")
        if not self.desk.store.invoices.by("flow_number", self.flow.number):
            return _("None of its invoices is in Tracking: they appear once the flow is integrated.")
        return ""

    async def show_in_tracking(self) -> None:
        """Tracking, with the invoices of this flow alone."""
        from chorus_tui.ui.screens.invoice import InvoiceDetail
        from chorus_tui.ui.screens.tracking import Tracking

        number = self.flow.number
        await self.app.switch_mode("tracking")
        while isinstance(self.app.screen, InvoiceDetail):
            await self.app.pop_screen()
        if isinstance(self.app.screen, Tracking):
            self.app.screen.load_rest()
            self.app.screen.set_filter(f"{_('flow')}:{number}")
        else:
            self.console.say(_("Leave what is open in Tracking first."), Tone.WAITS)

    async def follow_chain(self) -> None:
        """Another flow of the chain; where there are several, which."""
        ids = chain(self.desk, self.flow)
        names = {id_: flow_listing.flow(self.desk, id_) for id_ in ids}
        options = [(id_, flow.number or flow.name or id_) for id_, flow in names.items()]
        picked = ids[0] if len(ids) == 1 else await self.prompt.choose(_("Which flow:"), options)
        if picked is not None:
            self.app.push_screen(FlowDetail(picked))
