"""Ours as trade codes, and words that stand in an invoice."""

from decimal import Decimal

from chorus_tui.domain.fields import InvoiceFields
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
