"""What both syntaxes write alike: ours as trade codes, words of notes, and which fields have changed."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from chorus_tui.domain.fields import FIELD_NAMES, InvoiceFields
from chorus_tui.domain.money import format_amount
from chorus_tui.domain.statuses import InvoiceKind, PaymentMeans, VatRegime

CODE_OF_KIND = {InvoiceKind.INVOICE: "380", InvoiceKind.CREDIT_NOTE: "381"}
CODE_OF_MEANS = {
    PaymentMeans.TRANSFER: "30",
    PaymentMeans.DIRECT_DEBIT: "49",
    PaymentMeans.CHEQUE: "20",
    PaymentMeans.CASH: "10",
    PaymentMeans.CARRIED_FORWARD: "97",
    PaymentMeans.OTHER: "1",
}
"""Those that Chorus Pro admits (S2.05 in API 3.3)."""


def changed(before: InvoiceFields, after: InvoiceFields) -> dict[str, Any]:
    """The fields that an invoice says otherwise, with what it is to say.

    The order of its VAT lines means nothing, and Chorus Pro's codes of rates have no place in it.
    """
    differing = (name for name in FIELD_NAMES if getattr(before, name) != getattr(after, name))
    found = {name: getattr(after, name) for name in differing}
    if _figures(before) == _figures(after):
        found.pop("vat_lines", None)
    return found


def _figures(fields: InvoiceFields) -> list[tuple[Decimal, Decimal, Decimal]]:
    return sorted((line.rate, line.base, line.vat) for line in fields.vat_lines or ())


def told_otherwise(code: str | None, regimes: Mapping[str, VatRegime], regime: VatRegime | None) -> bool:
    """Whether an invoice names a tax point of its own (delivery), over which "on debits" is no better word.

    On debits is what is taken for granted where nobody says more; on receipts somebody chose.
    """
    return code is not None and code not in regimes and regime is VatRegime.ON_DEBITS


def category_of(rate: Decimal, fields: InvoiceFields) -> str:
    """The VAT category of a rate (UNTDID 5305)."""
    if rate:
        return "S"
    if fields.vat_regime is VatRegime.EXEMPT:
        return "E"
    return "O" if fields.vat_regime is VatRegime.NONE else "Z"


def discount_words(fields: InvoiceFields) -> str:
    """The discount as a note of the invoice, in French like what its reader reads."""
    words = f"Remise globale TTC : {format_amount(fields.discount)} {fields.currency or 'EUR'}"
    return f"{words} ({fields.discount_reason})" if fields.discount_reason else words
