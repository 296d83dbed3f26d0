"""The rows of "Documents to be submitted": columns, and what a filter may name."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from chorus_tui.domain.checks import Problem, blocking
from chorus_tui.domain.document import Document, Phase
from chorus_tui.domain.fields import InvoiceFields
from chorus_tui.domain.statuses import DocumentState, OcrStatus, Tone
from chorus_tui.i18n import N_, _
from chorus_tui.operations.alerts import alerts
from chorus_tui.operations.checking import is_being_typed, listed_problems_of
from chorus_tui.operations.desk import Desk
from chorus_tui.ui.columns import Column
from chorus_tui.ui.filtering import Field, Kind
from chorus_tui.ui.words import amount, file_name, moment

if TYPE_CHECKING:
    from chorus_tui.domain.knowledge import Explanation

BEFORE = N_("before submission")
AFTER = N_("after submission")
IN_ERROR = N_("in error")
YES = N_("yes")
NO = N_("no")


class Epoch:
    """Counts the changes of what problems depend on besides the document itself."""

    number = 0


@dataclass(frozen=True)
class Waiting:
    """One row: a document with its values merged once, when something first needs them."""

    document: Document
    desk: Desk
    epoch: Epoch = field(default_factory=Epoch)

    @cached_property
    def fields(self) -> InvoiceFields:
        """The values of the most trusted sources."""
        return self.document.fields

    @property
    def recipient(self) -> str:
        """Name, or SIRET where the name is not known."""
        siret = self.fields.recipient_siret or ""
        known = self.desk.store.recipients.get(siret) if siret else None
        return (known.name if known else "") or self.fields.recipient_name or siret

    @property
    def amount(self) -> Decimal | None:
        """What the recipient is asked to pay."""
        return self.fields.to_pay if self.fields.to_pay is not None else self.fields.gross

    @property
    def missing(self) -> str:
        """What keeps it from being sent, in the operator's language; empty: nothing."""
        return " ".join(problem.text for problem in self.blocking)

    @property
    def blocking(self) -> tuple[Problem, ...]:
        """The same as problems. Every paint of the row asks for them, so they are kept as long as nothing
        around it changed.
        """
        kept: tuple[int, tuple[Problem, ...]] | None = self.__dict__.get("_kept")
        if kept is None or kept[0] != self.epoch.number:
            kept = self.epoch.number, blocking(listed_problems_of(self.desk, self.document, self.fields))
            self.__dict__["_kept"] = kept
        return kept[1]

    @property
    def explained(self) -> "Explanation | None":
        """What is known of why it came back, or of the first thing missing; None: nothing is wrong."""
        from chorus_tui.operations.explaining import explain_document, explain_problem

        if self.document.in_error:
            return explain_document(self.desk, self.document)
        if self.document.state is not DocumentState.TO_SUBMIT or not self.blocking:
            return None
        return explain_problem(self.desk, self.blocking[0].id)

    @property
    def is_being_typed(self) -> bool:
        """Whether its form was left with what was typed and not validated."""
        return is_being_typed(self.desk, self.document)

    @property
    def alerts(self) -> tuple[str, ...]:
        """What an imported directory says otherwise of its recipient, until somebody looked at that."""
        return alerts(self.desk, self.document) if self.document.state.is_waiting else ()

    @property
    def asleep(self) -> date | None:
        """Until which day it is put aside."""
        snooze = self.desk.store.snoozes.get(f"document:{self.document.id}")
        return None if snooze is None else snooze.until

    @property
    def error(self) -> str:
        """Which family of errors it belongs to (S1-061); empty: none."""
        failure = self.document.failure
        if failure is None:
            return ""
        return f"{_(IN_ERROR)} {_(BEFORE) if failure.phase is Phase.BEFORE else _(AFTER)}"


def status_words(row: Waiting) -> str:
    """The OCR status with its sign: a cross where in error, an open circle where something is missing, an
    exclamation mark where its recipient changed.
    """
    status = row.document.ocr_status
    sign = status.sign
    if row.document.in_error:
        sign = "✗"
    elif row.alerts:
        sign = "!"
    elif status is OcrStatus.TO_SUBMIT and (row.blocking or row.is_being_typed):
        sign = "○"
    return f"{sign} {_(status.label)}"


def _status_tone(row: Waiting) -> Tone:
    if row.document.in_error:
        return Tone.BAD
    return Tone.WAITS if row.alerts else row.document.ocr_status.tone


_STATUS_ORDER = {status: str(place) for place, status in enumerate(OcrStatus)}

COLUMNS: tuple[Column[Waiting], ...] = (
    Column("document", N_("Document"), 14, lambda r: r.document.name, grows=True, shorten=file_name),
    Column("number", N_("Number"), 12, lambda r: r.fields.number or ""),
    Column("recipient", N_("Recipient"), 13, lambda r: r.recipient, grows=True),
    Column("service", N_("Service"), 8, lambda r: r.fields.service_code or "", rank=1),
    Column(
        "amount",
        N_("Amount"),
        10,
        lambda r: amount(r.amount),
        sort=lambda r: r.amount,
        right=True,
        newest_first=True,
    ),
    Column(
        "status",
        N_("OCR status"),
        16,
        status_words,
        sort=lambda r: ("0" if r.document.in_error else "1") + _STATUS_ORDER[r.document.ocr_status],
        tone=_status_tone,
    ),
    Column(
        "filed",
        N_("Arrived"),
        16,
        lambda r: moment(r.document.filed_at),
        sort=lambda r: r.document.filed_at,
        rank=2,
        newest_first=True,
    ),
)

ERROR_FIELD: Field[Waiting] = Field(N_("error"), Kind.TEXT, lambda r: r.error, (IN_ERROR, BEFORE, AFTER))

FIELDS: tuple[Field[Waiting], ...] = (
    Field(
        N_("status"), Kind.TEXT, lambda r: _(r.document.ocr_status.label), tuple(s.label for s in OcrStatus)
    ),
    ERROR_FIELD,
    Field(N_("document"), Kind.TEXT, lambda r: r.document.name),
    Field(N_("number"), Kind.TEXT, lambda r: r.fields.number),
    Field(N_("recipient"), Kind.TEXT, lambda r: f"{r.recipient} {r.fields.recipient_siret or ''}"),
    Field(N_("service"), Kind.TEXT, lambda r: r.fields.service_code),
    Field(N_("amount"), Kind.AMOUNT, lambda r: r.amount),
    Field(N_("issued"), Kind.DATE, lambda r: r.fields.issued),
    Field(N_("asleep"), Kind.DATE, lambda r: r.asleep),
    Field(N_("changed"), Kind.TEXT, lambda r: YES if r.alerts else NO, (YES, NO)),
)
