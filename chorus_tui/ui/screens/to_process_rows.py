"""The rows of "Documents to be processed": columns, and what a filter may name."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from chorus_tui.domain.intent import IntentState
from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.knowledge import Explanation
from chorus_tui.domain.replies import Reply, ReplyKind
from chorus_tui.domain.statuses import InvoiceStatus, Tone
from chorus_tui.i18n import N_, _
from chorus_tui.operations import explaining, processing
from chorus_tui.operations.checking import today
from chorus_tui.operations.desk import Desk
from chorus_tui.ui.columns import Column
from chorus_tui.ui.filtering import Field, Kind
from chorus_tui.ui.screens.reply_words import (
    NO,
    REPLY_SIGNS,
    YES,
    age,
    at_stake,
    dealt_with,
    open_or_refused,
)
from chorus_tui.ui.words import amount, count, file_name, moment

NOT_ANSWERED, QUEUED, REFUSED = N_("none"), N_("queued"), N_("refused")


@dataclass(frozen=True)
class Returned:
    """One row: an invoice that came back, with what is known around it once something needs it."""

    invoice: Invoice
    desk: Desk

    @property
    def kind(self) -> ReplyKind | None:
        """The only action that its status allows (S1-042, S1-046, S1-050); None: it was dealt with."""
        return processing.answer_to(self.invoice)

    @cached_property
    def reply(self) -> Reply | None:
        """The reply to its present status that is open, or that was refused."""
        return open_or_refused(self.desk, self.invoice)

    @cached_property
    def explanation(self) -> Explanation | None:
        """What the recipient asks for."""
        return explaining.explain_invoice(self.desk, self.invoice)

    @property
    def amount(self) -> Decimal | None:
        """What is not paid as long as it stands like this."""
        return at_stake(self.invoice)

    @property
    def days(self) -> int | None:
        """Days since the status."""
        return age(self.invoice, self.desk.now())

    @property
    def since(self) -> date | None:
        """The day of the status."""
        return None if self.invoice.status_at is None else today(self.invoice.status_at)

    @property
    def status(self) -> str:
        """Sign and word of the status, and the sign of a reply that is under way or was refused."""
        invoice = self.invoice
        sign = REPLY_SIGNS.get(self.reply.state, "") if self.reply is not None else ""
        if invoice.is_settled:
            sign = "✓"
        return f"{invoice.status.sign} {_(invoice.status.label)} {sign}".rstrip()

    @property
    def replied(self) -> str:
        """Whether a reply is under way or was refused (English source string)."""
        if self.reply is None:
            return NOT_ANSWERED
        return REFUSED if self.reply.state is IntentState.REFUSED else QUEUED

    @property
    def settled(self) -> str:
        """Whether it was rejected and that was dealt with (English source string; S1-051, S1-053)."""
        return dealt_with(self.invoice)


def _tone(row: Returned) -> Tone:
    if row.invoice.is_settled:
        return Tone.FAINT
    reply = row.reply
    if reply is not None and reply.state is IntentState.REFUSED:
        return Tone.BAD
    return Tone.WAITS if reply is not None else row.invoice.status.tone


def _age(row: Returned) -> float:
    """So that the one that waits longest comes first of those sorted downwards."""
    at = row.invoice.status_at
    # Nobody can say that what has no day does not wait longest.
    return float("inf") if at is None else -at.timestamp()


COLUMNS: tuple[Column[Returned], ...] = (
    Column("status", N_("Status"), 18, lambda r: r.status, tone=_tone),
    Column("number", N_("Number"), 13, lambda r: r.invoice.number),
    Column(
        "recipient",
        N_("Recipient"),
        14,
        lambda r: r.invoice.recipient_name or r.invoice.recipient_siret,
        grows=True,
    ),
    Column(
        "amount",
        N_("At stake"),
        10,
        lambda r: amount(r.amount),
        sort=lambda r: r.amount,
        right=True,
        newest_first=True,
    ),
    Column(
        "age",
        N_("Days"),
        6,
        lambda r: "" if r.days is None else count(r.days),
        sort=_age,
        right=True,
        newest_first=True,
    ),
    Column("document", N_("Document"), 9, lambda r: r.invoice.document_name, shorten=file_name, rank=1),
    Column(
        "cause",
        N_("Reason"),
        22,
        lambda r: r.explanation.title if r.explanation is not None else "",
        rank=3,
    ),
    Column(
        "since",
        N_("Since"),
        16,
        lambda r: moment(r.invoice.status_at),
        sort=lambda r: r.invoice.status_at,
        rank=4,
        newest_first=True,
    ),
    Column("service", N_("Service"), 16, lambda r: r.invoice.service_name or r.invoice.service_code, rank=5),
    Column("settled", N_("Dealt with"), 11, lambda r: _(r.settled) if r.invoice.is_settled else "", rank=2),
)

_ASKING = tuple(status for status in InvoiceStatus if status.asks_supplier)

FIELDS: tuple[Field[Returned], ...] = (
    Field(N_("status"), Kind.TEXT, lambda r: r.invoice.status.label, tuple(s.label for s in _ASKING)),
    Field(N_("recipient"), Kind.TEXT, lambda r: f"{r.invoice.recipient_name} {r.invoice.recipient_siret}"),
    Field(N_("amount"), Kind.AMOUNT, lambda r: r.amount),
    Field(N_("days"), Kind.AMOUNT, lambda r: r.days),
    Field(N_("reason"), Kind.TEXT, lambda r: r.explanation.title if r.explanation is not None else ""),
    Field(N_("comment"), Kind.TEXT, lambda r: r.invoice.comment),
    Field(N_("reply"), Kind.TEXT, lambda r: r.replied, (NOT_ANSWERED, QUEUED, REFUSED)),
    Field(N_("dealt with"), Kind.TEXT, lambda r: r.settled, (YES, NO)),
    Field(N_("since"), Kind.DATE, lambda r: r.since),
    Field(N_("number"), Kind.TEXT, lambda r: r.invoice.number),
    Field(N_("document"), Kind.TEXT, lambda r: r.invoice.document_name),
    Field(N_("service"), Kind.TEXT, lambda r: f"{r.invoice.service_code} {r.invoice.service_name}"),
    Field(N_("supplier"), Kind.TEXT, lambda r: f"{r.invoice.supplier_name} {r.invoice.supplier_siret}"),
)
