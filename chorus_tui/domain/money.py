"""Amounts: always `Decimal`, two places where they are shown or sent."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

CENT = Decimal("0.01")


def to_cents(amount: Decimal) -> Decimal:
    """The amount rounded half up to two places, as an invoice rounds."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def parse_amount(text: str) -> Decimal:
    """An amount as an operator or a French invoice writes it: `1 234,56`, `1.234,56`, `1,234.56`, `-12 €`.

    Raises:
        ValueError: the text is no finite amount.
    """
    compact = "".join(c for c in text if not c.isspace() and c not in "€\u202f\u00a0")
    compact = compact.removesuffix("EUR")
    comma, point = compact.rfind(","), compact.rfind(".")
    compact = compact.replace(".", "").replace(",", ".") if comma > point else compact.replace(",", "")
    try:
        amount = Decimal(compact)
    except InvalidOperation:
        raise ValueError(text) from None
    if not amount.is_finite() or abs(amount) >= Decimal("1e13"):
        raise ValueError(text)
    return amount


def format_amount(amount: Decimal | None, french: bool = True) -> str:
    """Two places and grouped thousands; empty for an amount that is not known."""
    if amount is None:
        return ""
    grouped = f"{to_cents(amount):,.2f}"
    return grouped.replace(",", "\u00a0").replace(".", ",") if french else grouped
