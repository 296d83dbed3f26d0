"""What stands in the way of a submission, told before Chorus Pro tells it.

Each rule is one small function that yields `Problem`s; `problems` asks them all. A blocking problem is
something Chorus Pro is known to refuse; the others are worth a look. What is not known (a recipient that
was never looked up) warns and never blocks: Chorus Pro decides.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import PurePath

from msgspec import Struct

from chorus_tui.domain.document import Attachment
from chorus_tui.domain.fields import InvoiceFields, VatLine
from chorus_tui.domain.identifiers import is_siret_shaped, siret_key_holds
from chorus_tui.domain.money import CENT, format_amount, to_cents
from chorus_tui.domain.recipient import PUBLIC_INVOICES_SERVICE, Recipient, Supplier
from chorus_tui.domain.statuses import InvoiceKind, VatRegime
from chorus_tui.i18n import N_, _, language

NUMBER_LENGTH = 20
COMMITMENT_LENGTH = 50
SERVICE_LENGTH = 100
COMMENT_LENGTH = 2000
ATTACHMENT_NAME_LENGTH = 50
FILE_SIZE = 10 * 1024 * 1024
"""Bytes of one file (API 3.4)."""
FOLDER_SIZE = 120 * 1024 * 1024
"""Bytes of an invoice with all its attachments (API 3.4)."""
_EXTENSIONS = (
    "bmp gif fax odt ppt tiff xls bz2 gz jpeg p7s rtf txt xml csv gzip jpg pdf svg xhtml xlsx doc htm odp "
    "png tgz xlc zip docx html ods pps tif xlm pptx"
)
ATTACHMENT_EXTENSIONS = frozenset(_EXTENSIONS.split())
"""API 3.4."""

_NUMBER = re.compile(r"[A-Za-z0-9 _/+-]+")


class Problem(Struct, frozen=True):
    """One thing to put right: a stable name, the field it stands beside, and the sentence."""

    id: str
    field: str
    """A name of `InvoiceFields`, or "attachments"."""
    message: str
    """English source string, with named places for `args`."""
    blocking: bool = True
    args: Mapping[str, str | int | Decimal] = {}
    """A `Decimal` is an amount of money."""

    @property
    def text(self) -> str:
        """The sentence in the operator's language."""
        french = language() == "fr"
        shown = {
            name: format_amount(value, french) if isinstance(value, Decimal) else value
            for name, value in self.args.items()
        }
        return _(self.message).format(**shown)


class Case(Struct, frozen=True, kw_only=True):
    """What is checked, and all that is known around it."""

    fields: InvoiceFields
    recipient: Recipient | None
    supplier: Supplier | None
    today: date
    attachments: tuple[Attachment, ...] = ()
    size: int = 0
    """Bytes of the invoice's own file."""
    commitment_known: bool | None = None
    """What the State's list of commitments answered; None: not asked."""

    @property
    def known_recipient(self) -> Recipient | None:
        """The recipient, where Chorus Pro was asked about this very one."""
        recipient = self.recipient
        if recipient is None or recipient.siret != self.fields.recipient_siret:
            return None
        return recipient if recipient.checked_at is not None else None


def problems(
    fields: InvoiceFields,
    recipient: Recipient | None,
    supplier: Supplier | None,
    today: date,
    *,
    attachments: Sequence[Attachment] = (),
    size: int = 0,
    commitment_known: bool | None = None,
) -> tuple[Problem, ...]:
    """Everything to put right, in the order of the form; blocking and not."""
    case = Case(
        fields=fields,
        recipient=recipient,
        supplier=supplier,
        today=today,
        attachments=tuple(attachments),
        size=size,
        commitment_known=commitment_known,
    )
    return tuple(problem for rule in RULES for problem in rule(case))


def blocking(found: Sequence[Problem]) -> tuple[Problem, ...]:
    """Only what Chorus Pro would refuse."""
    return tuple(problem for problem in found if problem.blocking)


def _number(case: Case) -> Iterator[Problem]:
    number = (case.fields.number or "").strip()
    if not number:
        yield Problem("number.missing", "number", N_("The invoice number is missing."))
        return
    if len(number) > NUMBER_LENGTH:
        yield Problem(
            "number.long",
            "number",
            N_("The invoice number has {length} characters; Chorus Pro takes {limit} at most."),
            args={"length": len(number), "limit": NUMBER_LENGTH},
        )
    if not _NUMBER.fullmatch(number):
        yield Problem(
            "number.characters",
            "number",
            N_("In an invoice number only letters without accents, digits, spaces and - _ / + are allowed."),
        )


def _issued(case: Case) -> Iterator[Problem]:
    if case.fields.issued is None:
        yield Problem("issued.missing", "issued", N_("The invoice date is missing."))
    elif case.fields.issued > case.today:
        yield Problem("issued.future", "issued", N_("The invoice date is in the future."))


def _kind(case: Case) -> Iterator[Problem]:
    if case.fields.kind is InvoiceKind.CREDIT_NOTE and not case.fields.original_number:
        yield Problem(
            "original_number.missing",
            "original_number",
            N_("A credit note usually names the invoice that it corrects."),
            blocking=False,
        )


def _supplier(case: Case) -> Iterator[Problem]:
    siret = case.fields.supplier_siret
    if not siret:
        yield Problem("supplier.missing", "supplier_siret", N_("The supplier's SIRET is missing."))
    elif case.supplier is None or case.supplier.siret != siret:
        yield Problem(
            "supplier.unknown",
            "supplier_siret",
            N_("Supplier {siret} is not among the structures that this technical account sends for."),
            args={"siret": siret},
        )


def _bank_account(case: Case) -> Iterator[Problem]:
    account, supplier = case.fields.bank_account, case.supplier
    if account is None or supplier is None or supplier.fetched_at is None:
        return
    if all(known.id != account for known in supplier.bank_accounts):
        yield Problem(
            "bank_account.unknown",
            "bank_account",
            N_("This bank account is not one of the supplier's in Chorus Pro."),
        )


def _recipient(case: Case) -> Iterator[Problem]:
    siret, recipient = case.fields.recipient_siret, case.known_recipient
    if not siret:
        yield Problem("recipient.missing", "recipient_siret", N_("The recipient is missing."))
        return
    if not is_siret_shaped(siret):
        yield Problem(
            "recipient.shape",
            "recipient_siret",
            N_("A recipient's SIRET has fourteen digits, no more and no less."),
        )
        return
    if recipient is None:
        if not siret_key_holds(siret):
            yield Problem(
                "recipient.key",
                "recipient_siret",
                N_("The recipient's SIRET fails its check digits; some real ones do."),
                blocking=False,
            )
        yield Problem(
            "recipient.unchecked",
            "recipient_siret",
            N_("This recipient has not been looked up in Chorus Pro yet."),
            blocking=False,
        )
    elif not recipient.id:
        yield Problem("recipient.unknown", "recipient_siret", N_("Chorus Pro does not know this recipient."))
    elif not recipient.active:
        yield Problem(
            "recipient.inactive",
            "recipient_siret",
            N_("This recipient is inactive in Chorus Pro and takes no invoices."),
        )


def _service(case: Case) -> Iterator[Problem]:
    code, recipient = case.fields.service_code, case.known_recipient
    if code and len(code) > SERVICE_LENGTH:
        yield Problem(
            "service.long",
            "service_code",
            N_("The service code is longer than {limit} characters."),
            args={"limit": SERVICE_LENGTH},
        )
    if code == PUBLIC_INVOICES_SERVICE:
        yield Problem(
            "service.public",
            "service_code",
            N_("This service is for bills between public bodies; a private supplier's invoice is rejected."),
            blocking=False,
        )
    if recipient is None or not recipient.id:
        return
    if not code:
        needed, _commitment, _either = recipient.demands(None)
        if needed:
            yield Problem(
                "service.missing", "service_code", N_("A performing service is mandatory for this recipient.")
            )
        return
    service = recipient.service(code)
    noon = datetime.combine(case.today, time(12), tzinfo=UTC)
    if service is None:
        yield Problem(
            "service.unknown",
            "service_code",
            N_("This recipient has no service {code}."),
            args={"code": code},
        )
    elif not service.is_open(noon):
        yield Problem(
            "service.closed",
            "service_code",
            N_("Service {code} is closed and takes no invoices."),
            args={"code": code},
        )


def _commitment(case: Case) -> Iterator[Problem]:
    number, recipient = case.fields.commitment_number, case.known_recipient
    if number and len(number) > COMMITMENT_LENGTH:
        yield Problem(
            "commitment.long",
            "commitment_number",
            N_("The commitment number is longer than {limit} characters."),
            args={"limit": COMMITMENT_LENGTH},
        )
    if number and case.commitment_known is False:
        yield Problem(
            "commitment.unknown",
            "commitment_number",
            N_("The State does not know this commitment number."),
        )
    if recipient is None or number:
        return
    _service_needed, needed, either = recipient.demands(case.fields.service_code)
    if needed:
        yield Problem(
            "commitment.missing",
            "commitment_number",
            N_("A commitment number is mandatory for this recipient and service."),
        )
    elif either and not case.fields.service_code:
        yield Problem(
            "commitment.either",
            "commitment_number",
            N_("This recipient needs a performing service or a commitment number."),
        )


def _frame(case: Case) -> Iterator[Problem]:
    frame, validator = case.fields.billing_frame, case.fields.validator_siret
    if frame is None or not frame.needs_validator:
        return
    if not validator:
        yield Problem(
            "validator.missing",
            "validator_siret",
            N_("With this billing frame, name the structure that approves first."),
        )
    elif not is_siret_shaped(validator):
        yield Problem("validator.shape", "validator_siret", N_("The validator's SIRET has fourteen digits."))


def _amounts(case: Case) -> Iterator[Problem]:
    fields = case.fields
    untaxed = fields.vat_regime in (VatRegime.EXEMPT, VatRegime.NONE)
    vat = Decimal(0) if fields.vat is None and untaxed else fields.vat
    for name, amount, message in (
        ("net", fields.net, N_("The amount without VAT is missing.")),
        ("vat", vat, N_("The amount of VAT is missing.")),
        ("gross", fields.gross, N_("The amount with VAT is missing.")),
        ("to_pay", fields.to_pay, N_("The amount to be paid is missing.")),
    ):
        if amount is None:
            yield Problem(f"{name}.missing", name, message)
    if fields.net is not None and vat is not None and fields.gross is not None:
        expected = to_cents(fields.net) + to_cents(vat)
        if expected != to_cents(fields.gross):
            yield Problem(
                "gross.sum",
                "gross",
                N_("Without VAT plus VAT makes {sum}, not the amount with VAT."),
                args={"sum": expected},
            )
    if fields.gross is not None and fields.to_pay is not None:
        expected = to_cents(fields.gross) - to_cents(fields.discount or Decimal(0))
        if to_cents(fields.to_pay) != expected:
            yield Problem(
                "to_pay.sum",
                "to_pay",
                N_("The amount to be paid is not the amount with VAT less the discount ({sum})."),
                blocking=False,
                args={"sum": expected},
            )


def _discount(case: Case) -> Iterator[Problem]:
    if case.fields.discount and not case.fields.discount_reason:
        yield Problem("discount.reason", "discount_reason", N_("A discount on the whole invoice says why."))


def _vat_lines(case: Case) -> Iterator[Problem]:
    fields, lines = case.fields, case.fields.vat_lines or ()
    if not lines:
        if fields.vat:
            yield Problem(
                "vat_lines.missing", "vat_lines", N_("No VAT line says at which rate."), blocking=False
            )
        return
    # Each line is rounded by itself, so a sum may be a cent off for each line.
    slack = CENT * len(lines)
    for name, total, part, message in (
        (
            "net",
            fields.net,
            _sum(lines, "base"),
            N_("The bases of the VAT lines make {sum}, not the amount without VAT."),
        ),
        ("vat", fields.vat, _sum(lines, "vat"), N_("The VAT lines make {sum}, not the amount of VAT.")),
    ):
        if total is not None and abs(to_cents(total) - part) > slack:
            yield Problem(f"vat_lines.{name}", "vat_lines", message, args={"sum": part})
    for line in lines:
        if abs(to_cents(line.base * line.rate / 100) - to_cents(line.vat)) > CENT:
            yield Problem(
                "vat_lines.rate",
                "vat_lines",
                N_("{vat} is not {rate} % of {base}."),
                blocking=False,
                args={"vat": line.vat, "rate": f"{line.rate.normalize():f}", "base": line.base},
            )


def _sum(lines: Sequence[VatLine], name: str) -> Decimal:
    return sum((to_cents(getattr(line, name)) for line in lines), Decimal("0.00"))


def _regime(case: Case) -> Iterator[Problem]:
    if case.fields.vat_regime is VatRegime.EXEMPT and not case.fields.exemption_reason:
        yield Problem(
            "exemption.missing",
            "exemption_reason",
            N_("An exempt invoice says why."),
        )


def _comment(case: Case) -> Iterator[Problem]:
    if len(case.fields.comment or "") > COMMENT_LENGTH:
        yield Problem(
            "comment.long",
            "comment",
            N_("The comment is longer than {limit} characters."),
            args={"limit": COMMENT_LENGTH},
        )


def attachment_problems(name: str, size: int) -> Iterator[Problem]:
    """What Chorus Pro would refuse of one file."""
    extension = PurePath(name).suffix[1:].lower()
    if len(name) > ATTACHMENT_NAME_LENGTH:
        yield Problem(
            "attachment.name",
            "attachments",
            N_("The name of {name} is longer than {limit} characters."),
            args={"name": name, "limit": ATTACHMENT_NAME_LENGTH},
        )
    if extension not in ATTACHMENT_EXTENSIONS:
        yield Problem(
            "attachment.extension",
            "attachments",
            N_("Chorus Pro does not take files like {name}."),
            args={"name": name},
        )
    if size > FILE_SIZE:
        yield Problem(
            "attachment.size", "attachments", N_("{name} is larger than 10 MB."), args={"name": name}
        )


def _attachments(case: Case) -> Iterator[Problem]:
    for attachment in case.attachments:
        yield from attachment_problems(attachment.name, attachment.size)
        if not attachment.type_code:
            yield Problem(
                "attachment.type",
                "attachments",
                N_("Say what kind of attachment {name} is."),
                args={"name": attachment.name},
            )
    if case.size > FILE_SIZE:
        yield Problem("file.size", "attachments", N_("The invoice's file is larger than 10 MB."))
    if case.size + sum(attachment.size for attachment in case.attachments) > FOLDER_SIZE:
        yield Problem(
            "folder.size",
            "attachments",
            N_("The invoice and its attachments are larger than 120 MB together."),
        )


RULES = (
    _number,
    _issued,
    _kind,
    _supplier,
    _bank_account,
    _recipient,
    _service,
    _commitment,
    _frame,
    _amounts,
    _discount,
    _vat_lines,
    _regime,
    _comment,
    _attachments,
)
"""In the order of the form."""
