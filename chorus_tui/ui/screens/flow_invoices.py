"""The rows of one flow: its invoices, each with its own status (S2-072)."""

from dataclasses import dataclass
from functools import cached_property

from chorus_tui.domain.document import Document
from chorus_tui.domain.flow import Fate, FlowInvoice
from chorus_tui.domain.knowledge import Explanation
from chorus_tui.domain.statuses import DocumentState, Tone
from chorus_tui.i18n import N_, _
from chorus_tui.operations import explaining
from chorus_tui.operations.desk import Desk
from chorus_tui.ui.columns import Column
from chorus_tui.ui.filtering import Field, Kind
from chorus_tui.ui.words import amount, day

FATES = {
    Fate.REFUSED: ("✗", Tone.BAD),
    Fate.NOT_INTEGRATED: ("–", Tone.WAITS),
    Fate.PENDING: ("…", Tone.PLAIN),
    Fate.INTEGRATED: ("✓", Tone.GOOD),
}
"""Sign and tone of each unitary status, in the order in which they are listed."""
_ORDER = list(FATES)

AGAIN, UNCHANGED, CORRECTED = N_("sent again"), N_("not corrected"), N_("corrected")
AWAY = N_("on its way")


@dataclass(frozen=True)
class Sent:
    """One row: an invoice of a flow, and the document that it came from."""

    at: int
    """Its place in the file."""
    invoice: FlowInvoice
    desk: Desk

    @cached_property
    def document(self) -> Document | None:
        """Its document; None: it came in a file that was not made here."""
        id_ = self.invoice.document_id
        return self.desk.store.documents.get(id_) if id_ else None

    @cached_property
    def explained(self) -> Explanation | None:
        """What that means which is said against it."""
        return explaining.explain_joined(self.desk, self.said) if self.said else None

    @property
    def status(self) -> str:
        """Sign and word of its unitary status."""
        fate = self.invoice.fate
        return f"{FATES[fate][0]} {_(fate.label)}"

    @property
    def tone(self) -> Tone:
        """What was sent again asks nothing any more."""
        return Tone.FAINT if self.invoice.resent_in else FATES[self.invoice.fate][1]

    @property
    def since(self) -> str:
        """What became of it since (English source string)."""
        if self.invoice.resent_in:
            return AGAIN
        document = self.document
        if document is None or self.invoice.fate is not Fate.REFUSED:
            return ""
        if document.state.is_on_its_way or document.state is DocumentState.SUBMITTED:
            return AWAY
        return UNCHANGED if document.would_be_sent_as(self.invoice.fingerprint) else CORRECTED

    @property
    def said(self) -> str:
        """What was said against it."""
        return self.invoice.said


COLUMNS: tuple[Column[Sent], ...] = (
    Column(
        "status",
        N_("Status"),
        16,
        lambda r: r.status,
        sort=lambda r: (_ORDER.index(r.invoice.fate), r.at),
        tone=lambda r: r.tone,
    ),
    Column("number", N_("Number"), 15, lambda r: r.invoice.number, grows=True),
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
    Column("since", N_("Since then"), 13, lambda r: _(r.since) if r.since else ""),
    Column(
        "issued", N_("Issued"), 10, lambda r: day(r.invoice.issued), sort=lambda r: r.invoice.issued, rank=2
    ),
    Column("member", N_("File"), 20, lambda r: r.invoice.member, rank=3),
)

FIELDS: tuple[Field[Sent], ...] = (
    Field(N_("status"), Kind.TEXT, lambda r: r.invoice.fate.label, tuple(fate.label for fate in Fate)),
    Field(N_("number"), Kind.TEXT, lambda r: r.invoice.number),
    Field(N_("recipient"), Kind.TEXT, lambda r: f"{r.invoice.recipient_name} {r.invoice.recipient_siret}"),
    Field(N_("amount"), Kind.AMOUNT, lambda r: r.invoice.amount),
    Field(N_("issued"), Kind.DATE, lambda r: r.invoice.issued),
    Field(N_("message"), Kind.TEXT, lambda r: r.said),
    Field(N_("since then"), Kind.TEXT, lambda r: r.since, (AGAIN, UNCHANGED, CORRECTED, AWAY)),
)


def words_of(row: Sent) -> str:
    """Whatever somebody on the telephone may name."""
    one = row.invoice
    return (
        f"{row.status} {one.number} {one.recipient_name} {one.recipient_siret} {one.supplier_siret} "
        f"{amount(one.amount)} {one.member} {row.said}"
    )
