"""The rows of what may be sent again of a flow: columns, and what a filter may name."""

from dataclasses import dataclass

from chorus_tui.domain.flow import FlowInvoice
from chorus_tui.domain.statuses import Tone
from chorus_tui.i18n import N_, _
from chorus_tui.operations.resending import Choice
from chorus_tui.ui.columns import Column
from chorus_tui.ui.filtering import Field, Kind
from chorus_tui.ui.words import amount

GOES, STAYS = N_("goes"), N_("stays")


@dataclass(frozen=True)
class Again:
    """One row: an invoice that may go again, or may not."""

    at: int
    choice: Choice
    invoice: FlowInvoice
    override: str

    @property
    def may(self) -> bool:
        """Whether it can go, with the reason that was given."""
        return self.choice.may or (self.choice.needs_reason and bool(self.override))

    @property
    def word(self) -> str:
        """Whether it goes, in English."""
        return GOES if self.may else STAYS


COLUMNS: tuple[Column[Again], ...] = (
    Column(
        "goes",
        N_("Again"),
        8,
        lambda r: f"{'✓' if r.may else '–'} {_(r.word)}",
        sort=lambda r: (not r.may, r.at),
        tone=lambda r: Tone.GOOD if r.may else Tone.WAITS,
    ),
    Column("number", N_("Number"), 20, lambda r: r.choice.number),
    Column(
        "recipient",
        N_("Recipient"),
        14,
        lambda r: r.invoice.recipient_name or r.invoice.recipient_siret,
        grows=True,
    ),
    Column(
        "amount",
        N_("To pay"),
        11,
        lambda r: amount(r.invoice.amount),
        sort=lambda r: r.invoice.amount,
        right=True,
        newest_first=True,
    ),
    Column("why", N_("Why not"), 16, lambda r: "" if r.may else r.choice.why_not, grows=True),
)

FIELDS: tuple[Field[Again], ...] = (
    Field(N_("again"), Kind.TEXT, lambda r: r.word, (GOES, STAYS)),
    Field(N_("number"), Kind.TEXT, lambda r: r.choice.number),
    Field(N_("recipient"), Kind.TEXT, lambda r: f"{r.invoice.recipient_name} {r.invoice.recipient_siret}"),
    Field(N_("amount"), Kind.AMOUNT, lambda r: r.invoice.amount),
)
