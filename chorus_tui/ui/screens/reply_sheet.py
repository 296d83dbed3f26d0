"""What stands on the form of a reply: what is being typed, and the reply that it makes. Pure values."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property

import msgspec

from chorus_tui.domain.checks import Problem
from chorus_tui.domain.document import Attachment, Document
from chorus_tui.domain.fields import InvoiceFields, Source
from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.replies import (
    Completion,
    Content,
    Correction,
    NewValidator,
    PayingOut,
    Recycling,
    ReplyKind,
)
from chorus_tui.domain.statuses import DocumentState, InvoiceKind
from chorus_tui.i18n import _
from chorus_tui.operations import processing
from chorus_tui.operations.chains import likeliest
from chorus_tui.operations.desk import Desk
from chorus_tui.text import clean_lines
from chorus_tui.ui.screens.form_fields import Editor
from chorus_tui.ui.screens.form_sheet import Option, Sheet
from chorus_tui.ui.screens.reply_fields import FORMS
from chorus_tui.ui.words import day, money

ATTACHMENTS = "attachments"
"""Under which name a draft keeps the files of a completion."""

KINDS = {"credit_notes": InvoiceKind.CREDIT_NOTE, "replacements": InvoiceKind.INVOICE}
"""What the fields of a pay out list."""

CANDIDATES = 1000
"""Invoices that are offered for a pay out, the likeliest first; who needs another one types its number."""

SLICE = 2000
"""Invoices that are looked at between two pauses: a few milliseconds."""

Check = Callable[[Content, bool | None], tuple[Problem, ...]]
"""What stands in the way of a reply, given what the State's list of commitments answered."""


def _unchecked(_content: Content, _known: bool | None) -> tuple[Problem, ...]:
    return ()


@dataclass(frozen=True)
class ReplySheet(Sheet):
    """The form of a reply at one moment. Its document stands for the reply and is never stored."""

    kind: ReplyKind = ReplyKind.COMPLETE
    invoice: Invoice = field(default_factory=lambda: Invoice(id=0, number=""))
    """The invoice that is answered, of several the first."""
    check: Check = _unchecked
    known: tuple[Invoice, ...] = ()
    """Invoices and credit notes that may have put the rejected one right, the likeliest first."""

    def type_in(self, name: str, text: str) -> "ReplySheet":
        """The sheet with a field's text changed; texts and lists keep their lines."""
        declared = self._declared.get(name)
        if declared is None or declared.editor not in (Editor.TEXT, Editor.NUMBERS):
            typed = super().type_in(name, text)
            assert isinstance(typed, ReplySheet)
            return typed
        others = {key: typed for key, typed in self.typed.items() if key != name}
        text = clean_lines(text)
        return replace(self, typed={**others, name: text} if text else others)

    def numbers(self, name: str) -> tuple[str, ...]:
        """The numbers that a field lists."""
        return tuple(self.text(name).splitlines())

    @cached_property
    def content(self) -> Content:
        """The reply as it would be sent."""
        fields = self.fields
        match self.kind:
            case ReplyKind.COMPLETE:
                return Completion(comment=self.text("comment"), attachments=self.document.attachments)
            case ReplyKind.RECYCLE:
                return Recycling(
                    recipient_siret=fields.recipient_siret or "",
                    service_code=fields.service_code or "",
                    commitment_number=fields.commitment_number or "",
                    comment=self.text("comment"),
                )
            case ReplyKind.PAY_OUT:
                return PayingOut(
                    credit_notes=tuple(Correction(number=n) for n in self.numbers("credit_notes")),
                    replacements=tuple(Correction(number=n) for n in self.numbers("replacements")),
                    remark=self.text("remark"),
                )
        return NewValidator(siret=self.text("siret"))

    def _checked(self, fields: InvoiceFields) -> tuple[Problem, ...]:
        return self.check(self.content, self.commitment_known)

    def _is_missed(self, name: str) -> bool:
        blank = replace(self, typed={**self.typed, name: ""})
        found = blank.check(blank.content, blank.commitment_known)
        # A comment or an attachment is enough (S1-044): neither is mandatory by itself.
        return any(p.field == name and p.blocking and p.id != "reply.empty" for p in found)

    def source(self, name: str) -> str:
        """Where a value came from is of no interest here but for what the invoice came back with."""
        return _("as before") if name not in self.typed and self.text(name) else ""

    def about(self, name: str, text: str) -> str:
        """What is known of a number: amount and day, or that Chorus Pro did not report it yet."""
        known = next((i for i in self.of_kind(name) if i.number == text), None)
        return (
            _("not known yet")
            if known is None
            else f"{money(known.gross, known.currency)} {day(known.issued)}"
        )

    def of_kind(self, name: str) -> tuple[Invoice, ...]:
        """The invoices or the credit notes that a field may list."""
        return tuple(invoice for invoice in self.known if invoice.kind is KINDS[name])

    def candidates(self, name: str) -> tuple[Option, ...]:
        """The same as entries of a list, without those that stand there already."""
        named = self.numbers(name)
        return tuple(
            Option(
                i.number, f"{i.number}  {i.recipient_name}", f"{money(i.gross, i.currency)} {day(i.issued)}"
            )
            for i in self.of_kind(name)
            if i.number not in named
        )

    @property
    def draft(self) -> dict[str, str]:
        """Everything that was entered, as a draft keeps it."""
        files = self.document.attachments
        kept = {ATTACHMENTS: msgspec.json.encode(files).decode()} if files else {}
        return {**self.typed, **kept}

    def taken_up(self, draft: dict[str, str]) -> "ReplySheet":
        """The sheet with what a draft kept."""
        sheet = self
        for name, text in draft.items():
            if name != ATTACHMENTS:
                sheet = sheet.type_in(name, text)
        files = msgspec.json.decode(draft.get(ATTACHMENTS, "[]"), type=tuple[Attachment, ...])
        return replace(sheet, document=msgspec.structs.replace(sheet.document, attachments=files))


def sheet_of(desk: Desk, invoice: Invoice, kind: ReplyKind) -> ReplySheet:
    """The empty form of a reply to an invoice."""

    def check(content: Content, known: bool | None) -> tuple[Problem, ...]:
        return processing.reply_problems(desk, invoice, content, commitment_known=known)

    return ReplySheet(
        document=_stand_in(invoice, kind),
        now=desk.now(),
        form=FORMS[kind],
        kind=kind,
        invoice=invoice,
        check=check,
    )


async def candidates(desk: Desk, invoice: Invoice) -> tuple[Invoice, ...]:
    """What may have put a rejected invoice right, found beside a running screen."""
    every = desk.store.invoices.all()
    found: list[Invoice] = []
    for kind in KINDS.values():
        some: list[Invoice] = []
        for start in range(0, len(every), SLICE):
            some += processing.candidates(desk, invoice, kind, every[start : start + SLICE])
            await asyncio.sleep(0)
        some.sort(key=likeliest(invoice), reverse=True)
        found += some[:CANDIDATES]
    return tuple(found)


def _stand_in(invoice: Invoice, kind: ReplyKind) -> Document:
    """What a form of documents works on: the commitment number stays unless another one is typed."""
    readings = {}
    if kind is ReplyKind.RECYCLE and invoice.commitment_number:
        readings[Source.CHORUS] = InvoiceFields(commitment_number=invoice.commitment_number)
    return Document(
        id=f"invoice:{invoice.id}",
        path="",
        name=invoice.number,
        sha256="",
        size=0,
        filed_at=invoice.status_at or datetime.min.replace(tzinfo=UTC),
        rule="",
        state=DocumentState.TO_SUBMIT,
        readings=readings,
    )
