"""The invoices of one flow that a deposit would make."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from chorus_tui.domain.flow import FlowInvoice
from chorus_tui.i18n import N_, labelled, ngettext
from chorus_tui.ui.columns import Column
from chorus_tui.ui.filtering import Field, Kind
from chorus_tui.ui.screens.console import EVERYWHERE
from chorus_tui.ui.screens.listing import LISTING, ListingScreen
from chorus_tui.ui.words import amount, count, day


def _recipient(invoice: FlowInvoice) -> str:
    return invoice.recipient_name or invoice.recipient_siret


COLUMNS: tuple[Column[FlowInvoice], ...] = (
    Column("number", N_("Number"), 20, lambda i: i.number),
    Column("recipient", N_("Recipient"), 20, _recipient, grows=True),
    Column(
        "issued", N_("Invoice date"), 17, lambda i: day(i.issued), sort=lambda i: i.issued, newest_first=True
    ),
    Column(
        "amount",
        N_("Amount"),
        13,
        lambda i: amount(i.amount),
        sort=lambda i: i.amount,
        right=True,
        newest_first=True,
    ),
    Column("member", N_("File"), 24, lambda i: i.member, rank=1),
)

FIELDS: tuple[Field[FlowInvoice], ...] = (
    Field(N_("number"), Kind.TEXT, lambda i: i.number),
    Field(N_("recipient"), Kind.TEXT, lambda i: f"{i.recipient_name} {i.recipient_siret}"),
    Field(N_("issued"), Kind.DATE, lambda i: i.issued),
    Field(N_("amount"), Kind.AMOUNT, lambda i: i.amount),
)


class PlannedInvoices(ListingScreen[FlowInvoice]):
    """A list to look at."""

    scopes = (LISTING, EVERYWHERE)
    title_of = N_("Invoices")
    columns = COLUMNS
    fields = FIELDS
    first_sort = ("number", False)
    message_height = 0

    def __init__(self, name: str, invoices: Sequence[FlowInvoice]) -> None:
        """
        Args:
            name: what the flow is called.
            invoices: what it will hold.
        """
        super().__init__()
        self.flow_name = name
        self.invoices = invoices

    def load(self) -> Iterable[FlowInvoice]:
        """All of them."""
        return self.invoices

    def key(self, row: FlowInvoice) -> str:
        """Document and number; a file may hold what no document here is."""
        return f"{row.document_id}\n{row.member}\n{row.number}"

    def heading(self) -> str:
        """The flow and how many it holds."""
        number = len(self.invoices)
        words = ngettext("{n} invoice", "{n} invoices", number)
        return labelled(self.flow_name, words.format(n=count(number)))

    def amount(self, row: FlowInvoice) -> Decimal | None:
        """What is to be paid."""
        return row.amount
