"""What a supplier answers when a recipient reports that something is wrong (S1-040…053).

A reply is journalled before its call leaves and its outcome after it, as a submission is: a lost answer or a
killed process never leads to answering twice.
"""

from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct

from chorus_tui.domain.attempts import Attempt
from chorus_tui.domain.document import Attachment
from chorus_tui.domain.intent import IntentState
from chorus_tui.domain.statuses import InvoiceStatus
from chorus_tui.i18n import N_


class ReplyKind(StrEnum):
    """The four things a supplier can do about an invoice that came back."""

    COMPLETE = "complete"
    RECYCLE = "recycle"
    PAY_OUT = "pay_out"
    CORRECT_VALIDATOR = "correct_validator"

    @property
    def label(self) -> str:
        """The English words; translate them where they are shown."""
        return {
            ReplyKind.COMPLETE: N_("Complete"),
            ReplyKind.RECYCLE: N_("Recycle"),
            ReplyKind.PAY_OUT: N_("Pay out"),
            ReplyKind.CORRECT_VALIDATOR: N_("Correct the validator"),
        }[self]


ANSWERS = {
    InvoiceStatus.SUSPENDED: ReplyKind.COMPLETE,
    InvoiceStatus.TO_BE_RECYCLED: ReplyKind.RECYCLE,
    InvoiceStatus.REJECTED: ReplyKind.PAY_OUT,
    InvoiceStatus.WRONG_VALIDATOR: ReplyKind.CORRECT_VALIDATOR,
}
"""The only action that a status allows (S1-042, S1-046, S1-050, API 2.7)."""


class Completion(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="complete"):
    """Attachments, or a comment, or both (S1-043, S1-044)."""

    comment: str = ""
    attachments: tuple[Attachment, ...] = ()


class Recycling(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="recycle"):
    """New routing data; amounts and number stay (S1-045…048, API 2.5)."""

    recipient_siret: str
    service_code: str = ""
    commitment_number: str = ""
    comment: str = ""


class Correction(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A credit note or an invoice that puts a rejected one right: known to Chorus Pro, or typed."""

    number: str
    invoice_id: int | None = None
    """None: typed, and Chorus Pro did not report an invoice with this number yet."""


class PayingOut(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="pay_out"):
    """A rejected invoice was dealt with, by these (S1-051, S1-052). Nothing is paid."""

    credit_notes: tuple[Correction, ...] = ()
    replacements: tuple[Correction, ...] = ()
    remark: str = ""


class NewValidator(Struct, frozen=True, kw_only=True, tag="correct_validator"):
    """The structure that has to approve (A9: the main contractor, A12: the lead)."""

    siret: str


Content = Completion | Recycling | PayingOut | NewValidator

_KINDS: dict[type, ReplyKind] = {
    Completion: ReplyKind.COMPLETE,
    Recycling: ReplyKind.RECYCLE,
    PayingOut: ReplyKind.PAY_OUT,
    NewValidator: ReplyKind.CORRECT_VALIDATOR,
}


def kind_of(content: Content) -> ReplyKind:
    """What a content does."""
    return _KINDS[type(content)]


class Reply(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One reply and its attempts."""

    id: str
    invoice_id: int
    content: Content
    state: IntentState
    queued_at: datetime
    queued_by: str
    not_before: datetime | None = None
    """When it may leave, or when the invoice is looked at (again)."""
    reported_at: datetime | None = None
    """When the recipient reported what this answers: a report that is repeated later is another one."""
    attempts: tuple[Attempt, ...] = ()
    looks: int = 0
    """Looks at the invoice since the last attempt that found it as it was."""
    message: str = ""
    """Why it was refused, in Chorus Pro's words."""
    code: int | None = None

    @property
    def kind(self) -> ReplyKind:
        """What it does."""
        return kind_of(self.content)


class Settlement(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What put a rejected invoice right: the chain rejected → credit notes → replacements (S1-052)."""

    invoice_id: int
    number: str
    """Of the rejected invoice."""
    supplier_siret: str
    credit_notes: tuple[Correction, ...] = ()
    replacements: tuple[Correction, ...] = ()
    remark: str = ""
    decided_at: datetime
    decided_by: str


class Snooze(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A row that is put aside until a day, so that a queue goes on without it."""

    record: str
    """`document:<id>` or `invoice:<id>`."""
    until: date
    at: datetime
    who: str
