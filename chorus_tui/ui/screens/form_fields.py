"""The fields of the invoice form, each declared once: label, editor, parse, show, help, when shown.

What is mandatory and what is wrong is not said here: `domain.checks` alone decides it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Any

from chorus_tui.domain.fields import InvoiceFields, VatLine
from chorus_tui.domain.identifiers import compact_siret, is_siret_shaped
from chorus_tui.domain.money import format_amount, parse_amount
from chorus_tui.domain.statuses import BillingFrame, InvoiceKind, PaymentMeans, VatRegime
from chorus_tui.i18n import N_, language
from chorus_tui.ui import words


class Editor(Enum):
    """How a field is edited."""

    LINE = "line"
    AMOUNT = "amount"
    DATE = "date"
    CHOICE = "choice"
    RECIPIENT = "recipient"
    SERVICE = "service"
    VAT = "vat"
    FILES = "files"
    NUMBERS = "numbers"
    """Numbers of invoices, one a line, each chosen in a list or typed."""
    TEXT = "text"
    """Free text over several lines of the screen."""

    @property
    def has_list(self) -> bool:
        """Whether it is chosen in a list that opens under the field."""
        return self in (Editor.CHOICE, Editor.RECIPIENT, Editor.SERVICE)


class NotUnderstood(ValueError):
    """Typed text that is no value of its field; the message is an English source string."""


def _shown_always(fields: InvoiceFields) -> bool:
    return True


@dataclass(frozen=True)
class FormField:
    """One field of the form. `name` is the attribute of `InvoiceFields` that it fills.

    `parse` takes text that is not empty and raises `NotUnderstood`; `show` is its inverse.
    """

    name: str
    label: str
    help: str
    editor: Editor = Editor.LINE
    parse: Callable[[str], Any] = str
    show: Callable[[Any], str] = str
    shown: Callable[[InvoiceFields], bool] = _shown_always
    values: type[StrEnum] | None = None
    """The members to choose from, where they are fixed."""
    heading: str = ""
    """Stands above the field: it begins a group."""


def parse_date(text: str) -> date:
    """A day as a clerk writes it: `22/11/2026`, `22/11/26`, `22.11.2026`, `22112026`, `2026-11-22`.

    Raises:
        NotUnderstood: it is no day of the calendar.
    """
    text = text.strip()
    iso = re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", text)
    day_first = re.fullmatch(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})", text) or re.fullmatch(
        r"(\d{2})(\d{2})(\d{4}|\d{2})", text
    )
    if iso:
        year, month, day = map(int, iso.groups())
    elif day_first:
        day, month, year = map(int, day_first.groups())
        year += 2000 if year < 100 else 0
    else:
        raise NotUnderstood(N_("Not a date. Type it as 22/11/2026."))
    try:
        return date(year, month, day)
    except ValueError:
        raise NotUnderstood(N_("There is no such day.")) from None


def show_date(day: date) -> str:
    """A day as the console writes it; `parse_date` reads that too."""
    return words.day(day)


def parse_money(text: str) -> Decimal:
    """An amount. Raises `NotUnderstood`."""
    try:
        return parse_amount(text)
    except ValueError:
        raise NotUnderstood(N_("Not an amount. Type it as 1234,56.")) from None


def show_money(amount: Decimal) -> str:
    """An amount as the form shows it; what was read with more than two places keeps them."""
    exponent = amount.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -2:
        return str(amount).replace(".", ",") if language() == "fr" else str(amount)
    return format_amount(amount, french=language() == "fr")


def parse_siret(text: str) -> str:
    """A SIRET without its spaces. Raises `NotUnderstood` unless it has fourteen digits."""
    siret = compact_siret(text)
    if not is_siret_shaped(siret):
        raise NotUnderstood(N_("A SIRET has 14 digits."))
    return siret


def parse_member(values: type[StrEnum]) -> Callable[[str], StrEnum]:
    """A parser for the codes of an enumeration."""

    def parse(text: str) -> StrEnum:
        try:
            return values(text)
        except ValueError:
            raise NotUnderstood(N_("Choose it in the list (Enter).")) from None

    return parse


def parse_identifier(text: str) -> int:
    """Chorus Pro's number of a thing chosen in a list. Raises `NotUnderstood`."""
    if not text.isdecimal():
        raise NotUnderstood(N_("Choose it in the list (Enter)."))
    return int(text)


VAT_COLUMNS = ("rate", "base", "vat")
CELL = ";"
"""Between the cells of a VAT line as typed."""


def split_vat(text: str) -> list[list[str]]:
    """The cells of VAT lines as typed: one line a rate, three cells."""
    lines = [line.split(CELL) for line in text.split("\n")] if text else []
    return [[*cells, "", "", ""][:3] for cells in lines]


def join_vat(lines: list[list[str]]) -> str:
    """The inverse of `split_vat`; lines with nothing in them are dropped."""
    return "\n".join(CELL.join(cells) for cells in lines if any(cell.strip() for cell in cells))


def parse_rate(text: str) -> Decimal:
    """A percentage between 0 and 100. Raises `NotUnderstood`."""
    try:
        rate = parse_amount(text.replace("%", ""))
    except ValueError:
        raise NotUnderstood(N_("Not a rate. Type it as 20 or 5,5.")) from None
    if not 0 <= rate < 100:
        raise NotUnderstood(N_("Not a rate. Type it as 20 or 5,5."))
    return rate


def parse_vat_lines(text: str) -> tuple[VatLine, ...]:
    """The VAT lines. Raises `NotUnderstood` for the first cell that is none."""
    lines = []
    for rate, base, vat in split_vat(join_vat(split_vat(text))):
        if not (rate.strip() and base.strip() and vat.strip()):
            raise NotUnderstood(N_("A VAT line has a rate, a net amount and a VAT amount."))
        lines.append(VatLine(parse_rate(rate), parse_money(base), parse_money(vat)))
    return tuple(lines)


def show_rate(rate: Decimal) -> str:
    """A percentage without needless zeros."""
    text = f"{rate.normalize():f}"
    return text.replace(".", ",") if language() == "fr" else text


def show_vat_lines(lines: tuple[VatLine, ...]) -> str:
    """The cells of VAT lines as they are typed."""
    return join_vat([[show_rate(v.rate), show_money(v.base), show_money(v.vat)] for v in lines])


def _credit_note(fields: InvoiceFields) -> bool:
    return fields.kind is InvoiceKind.CREDIT_NOTE


def _with_validator(fields: InvoiceFields) -> bool:
    return fields.billing_frame is not None and fields.billing_frame.needs_validator


def _exempt(fields: InvoiceFields) -> bool:
    return fields.vat_regime is VatRegime.EXEMPT or bool(fields.exemption_reason)


def _discounted(fields: InvoiceFields) -> bool:
    return bool(fields.discount) or bool(fields.discount_reason)


def _amount(name: str, label: str, help_: str) -> FormField:
    return FormField(name, label, help_, Editor.AMOUNT, parse_money, show_money)


def _member(name: str, label: str, help_: str, values: type[StrEnum], heading: str = "") -> FormField:
    return FormField(
        name,
        label,
        help_,
        Editor.CHOICE,
        parse_member(values),
        lambda value: str(value.value),
        values=values,
        heading=heading,
    )


NUMBER = FormField(
    "number",
    N_("Number"),
    N_("As printed; 20 characters at most, never used before."),
    heading=N_("Invoice"),
)
ISSUED = FormField(
    "issued",
    N_("Invoice date"),
    N_("Day, month, year: 22/11/2026. Not later than today."),
    Editor.DATE,
    parse_date,
    show_date,
)
RECIPIENT = FormField(
    "recipient_siret",
    N_("Recipient"),
    N_("Type a SIRET or part of the name; Enter chooses."),
    Editor.RECIPIENT,
    parse_siret,
    heading=N_("Recipient"),
)

SUPPLIER = FormField(
    "supplier_siret",
    N_("Supplier SIRET"),
    N_("Of the structure that the invoice is sent for."),
    parse=parse_siret,
)

COMPLETION: tuple[FormField, ...] = (
    NUMBER,
    ISSUED,
    _member("kind", N_("Kind"), N_("Enter opens the list."), InvoiceKind),
    FormField(
        "original_number",
        N_("Corrects invoice"),
        N_("Number of the invoice that this credit note corrects."),
        shown=_credit_note,
    ),
    SUPPLIER,
    RECIPIENT,
    FormField(
        "service_code",
        N_("Service"),
        N_("Enter lists the recipient's services; typing narrows it."),
        Editor.SERVICE,
    ),
    FormField(
        "commitment_number",
        N_("Commitment number"),
        N_("From the recipient's order; 50 characters at most."),
    ),
    FormField("contract_number", N_("Contract number"), N_("Of the public contract, if there is one.")),
    _member(
        "billing_frame",
        N_("Billing frame"),
        N_("A1, unless you are a subcontractor or co-contractor."),
        BillingFrame,
    ),
    FormField(
        "validator_siret",
        N_("Validator SIRET"),
        N_("Who approves first: main contractor (A9), lead (A12)."),
        parse=parse_siret,
        shown=_with_validator,
    ),
    FormField(
        "validator_service",
        N_("Validator service"),
        N_("Only if that structure has services."),
        shown=_with_validator,
    ),
    _member(
        "vat_regime",
        N_("VAT regime"),
        N_("When VAT falls due, or why there is none: Enter."),
        VatRegime,
        heading=N_("Amounts"),
    ),
    FormField(
        "exemption_reason",
        N_("Exemption reason"),
        N_("Why there is no VAT, with the article of the tax code."),
        shown=_exempt,
    ),
    FormField(
        "vat_lines",
        N_("VAT lines"),
        N_("VAT left empty is worked out; an emptied line is dropped."),
        Editor.VAT,
        parse_vat_lines,
        show_vat_lines,
    ),
    _amount("net", N_("Net total"), N_("Total without VAT.")),
    _amount("vat", N_("VAT total"), N_("Sum of the VAT lines.")),
    _amount("gross", N_("Gross total"), N_("Total with VAT, before any discount.")),
    _amount("discount", N_("Discount"), N_("Taken off the gross total; usually empty.")),
    FormField(
        "discount_reason",
        N_("Discount reason"),
        N_("Why the discount was granted."),
        shown=_discounted,
    ),
    _amount("to_pay", N_("Amount to pay"), N_("Gross total less discount and what was already paid.")),
    FormField(
        "bank_account",
        N_("Bank account"),
        N_("Enter lists the accounts declared in Chorus Pro."),
        Editor.CHOICE,
        parse_identifier,
        heading=N_("Payment"),
    ),
    _member("payment_means", N_("Payment means"), N_("Enter opens the list."), PaymentMeans),
    FormField(
        "due",
        N_("Due date"),
        N_("Day, month, year: 22/11/2026. May stay empty."),
        Editor.DATE,
        parse_date,
        show_date,
    ),
    FormField("currency", N_("Currency"), N_("Three letters: EUR."), parse=lambda text: text.strip().upper()),
    FormField(
        "attachments",
        N_("Attachments"),
        N_("Enter adds a file; Del takes the one here off."),
        Editor.FILES,
        heading=N_("Attachments and comment"),
    ),
    FormField("comment", N_("Comment"), N_("The recipient reads it; may stay empty."), Editor.TEXT),
)
"""The form of "Complete"."""

METADATA: tuple[FormField, ...] = (
    replace(SUPPLIER, heading=N_("What was read from the document")),
    FormField("supplier_name", N_("Supplier name"), N_("As printed on the invoice.")),
    replace(NUMBER, heading=""),
    ISSUED,
    _member("kind", N_("Kind"), N_("Enter opens the list."), InvoiceKind),
    replace(RECIPIENT, heading=""),
    FormField(
        "service_label",
        N_("Service as printed"),
        N_("As on the invoice; the service match looks it up."),
    ),
    FormField("commitment_number", N_("Commitment number"), N_("As printed on the invoice.")),
    _amount("net", N_("Net total"), N_("Total without VAT.")),
    _amount("vat", N_("VAT total"), N_("Sum of the VAT lines.")),
    _amount("gross", N_("Gross total"), N_("Total with VAT, before any discount.")),
    _amount("to_pay", N_("Amount to pay"), N_("Gross total less discount and what was already paid.")),
)
"""The form of "Edit metadata" (S1-072)."""
