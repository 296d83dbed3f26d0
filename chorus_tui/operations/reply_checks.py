"""What stands in the way of a reply, told before Chorus Pro tells it.

Routing, attachments, comments and numbers are checked by the rules that check a submission: Chorus Pro asks
the same of both.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from chorus_tui.domain.checks import Problem
from chorus_tui.domain.document import Attachment, Document
from chorus_tui.domain.fields import InvoiceFields
from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.replies import Completion, Content, Correction, NewValidator, PayingOut, Recycling
from chorus_tui.domain.statuses import BillingFrame, DocumentState, InvoiceKind
from chorus_tui.i18n import N_
from chorus_tui.operations.chains import known_correction
from chorus_tui.operations.checking import problems_of
from chorus_tui.operations.desk import Desk
from chorus_tui.operations.neighbours import neighbour_problems

_ROUTING = ("recipient_siret", "service_code", "commitment_number")
_NUMBER = ("number.missing", "number.long", "number.characters")


def reply_problems(
    desk: Desk, invoice: Invoice, content: Content, *, commitment_known: bool | None = None
) -> tuple[Problem, ...]:
    """What stands in the way of a reply; blocking and not.

    Fields are those of the reply: "comment" and "attachments"; "recipient_siret", "service_code" and
    "commitment_number"; "credit_notes", "replacements" and "remark"; "siret".

    Args:
        commitment_known: what the State's list of commitments answered; None: not asked.
    """
    if isinstance(content, Completion):
        return tuple(_completion(desk, invoice, content))
    if isinstance(content, Recycling):
        return tuple(_recycling(desk, invoice, content, commitment_known))
    if isinstance(content, PayingOut):
        return tuple(_paying_out(desk, invoice, content))
    return tuple(_validator(desk, invoice, content))


def _asked(
    desk: Desk,
    invoice: Invoice,
    fields: InvoiceFields,
    beside: Iterable[str],
    *,
    attachments: tuple[Attachment, ...] = (),
    commitment_known: bool | None = None,
) -> list[Problem]:
    """What the rules of a submission say of some of its fields; a reply has no others."""
    document = desk.store.documents.get(invoice.document_id) if invoice.document_id else None
    asked = document if document is not None else _stand_in(desk, invoice)
    found = [
        *problems_of(desk, asked, fields, attachments=attachments, commitment_known=commitment_known),
        # Of the neighbours' rules only those about routing can speak of fields without number and date.
        *(neighbour_problems(desk, asked, fields) if fields.recipient_siret else ()),
    ]
    return [problem for problem in found if problem.field in beside]


def _stand_in(desk: Desk, invoice: Invoice) -> Document:
    """For an invoice that was sent elsewhere (S1-082): how large it is nobody here knows."""
    return Document(
        id=f"invoice:{invoice.id}",
        path="",
        name=invoice.number,
        sha256="",
        size=0,
        filed_at=desk.now(),
        rule="",
        state=DocumentState.SUBMITTED,
    )


def _completion(desk: Desk, invoice: Invoice, content: Completion) -> Iterator[Problem]:
    if not content.comment.strip() and not content.attachments:
        yield Problem("reply.empty", "comment", N_("Add an attachment or write a comment."))
    document = desk.store.documents.get(invoice.document_id) if invoice.document_id else None
    # What went with the invoice counts among the 120 MB; of an invoice sent elsewhere it is not known.
    sent = () if document is None else document.attachments
    fields = InvoiceFields(comment=content.comment)
    files = (*sent, *content.attachments)
    yield from _asked(desk, invoice, fields, ("comment", "attachments"), attachments=files)
    already = {attachment.sha256 for attachment in sent}
    for attachment in content.attachments:
        if attachment.sha256 in already:
            yield Problem(
                "attachment.twice",
                "attachments",
                N_("{name} is attached already."),
                args={"name": attachment.name},
            )
        already.add(attachment.sha256)


def _recycling(
    desk: Desk, invoice: Invoice, content: Recycling, commitment_known: bool | None
) -> Iterator[Problem]:
    fields = InvoiceFields(
        recipient_siret=content.recipient_siret or None,
        service_code=content.service_code or None,
        commitment_number=content.commitment_number or None,
        comment=content.comment or None,
    )
    yield from _asked(desk, invoice, fields, (*_ROUTING, "comment"), commitment_known=commitment_known)
    before = (invoice.recipient_siret, invoice.service_code, invoice.commitment_number)
    if before == (content.recipient_siret, content.service_code, content.commitment_number):
        yield Problem(
            "reply.unchanged",
            "recipient_siret",
            N_("This is the recipient, service and commitment number that the invoice came back with."),
            blocking=False,
        )


def _paying_out(desk: Desk, invoice: Invoice, content: PayingOut) -> Iterator[Problem]:
    named = [
        *(("credit_notes", InvoiceKind.CREDIT_NOTE, note) for note in content.credit_notes),
        *(("replacements", InvoiceKind.INVOICE, replacement) for replacement in content.replacements),
    ]
    if not named and not content.remark.strip():
        yield Problem(
            "reply.empty",
            "remark",
            N_("Name what replaces the invoice, or say in the remark why nothing does."),
        )
    for field, kind, correction in named:
        yield from _correction(desk, invoice, field, kind, correction)
    counted = Counter(correction.number for _field, _kind, correction in named)
    for field, _kind, correction in named:
        if counted.pop(correction.number, 0) > 1:
            yield Problem(
                "correction.twice", field, N_("{number} is named twice."), args={"number": correction.number}
            )
    for problem in _asked(desk, invoice, InvoiceFields(comment=content.remark), ("comment",)):
        yield Problem(problem.id, "remark", problem.message, problem.blocking, problem.args)


def _correction(
    desk: Desk, invoice: Invoice, field: str, kind: InvoiceKind, correction: Correction
) -> Iterator[Problem]:
    for problem in _asked(desk, invoice, InvoiceFields(number=correction.number), ("number",)):
        if problem.id in _NUMBER:
            yield Problem(problem.id, field, problem.message, problem.blocking, problem.args)
    args = {"number": correction.number}
    if correction.invoice_id == invoice.id or correction.number == invoice.number:
        yield Problem(
            "number.rejected",
            field,
            N_("{number} is the number of the rejected invoice itself; what replaces it has a new number."),
            args=args,
        )
        return
    known = known_correction(desk, invoice, kind, correction)
    if correction.invoice_id is not None and known is None:
        yield Problem(
            "correction.unknown", field, N_("No invoice {number} of this supplier is known."), args=args
        )
    elif known is not None and known.kind is not kind:
        message = (
            N_("{number} is an invoice, not a credit note.")
            if kind is InvoiceKind.CREDIT_NOTE
            else N_("{number} is a credit note, not an invoice.")
        )
        yield Problem("correction.kind", field, message, args=args)


def _validator(desk: Desk, invoice: Invoice, content: NewValidator) -> Iterator[Problem]:
    fields = InvoiceFields(billing_frame=BillingFrame.A9, validator_siret=content.siret or None)
    for problem in _asked(desk, invoice, fields, ("validator_siret",)):
        yield Problem(problem.id, "siret", problem.message, problem.blocking, problem.args)
