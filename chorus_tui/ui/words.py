"""How numbers, amounts, days and moments are written on a screen, in the operator's language."""

from datetime import date, datetime
from decimal import Decimal

from chorus_tui.domain.money import format_amount
from chorus_tui.i18n import language
from chorus_tui.operations.checking import PARIS


def count(number: int) -> str:
    """A whole number, thousands apart."""
    return f"{number:,}".replace(",", "\u00a0")


def amount(value: Decimal | None) -> str:
    """An amount without its currency; empty when it is not known."""
    return format_amount(value, language() == "fr")


def money(value: Decimal | None, currency: str = "EUR") -> str:
    """An amount with its currency."""
    sign = "€" if currency == "EUR" else currency
    return "" if value is None else f"{amount(value)}\u00a0{sign}"


def day(value: date | None) -> str:
    """A day; empty when it is not known."""
    if value is None:
        return ""
    return f"{value:%d/%m/%Y}" if language() == "fr" else f"{value:%Y-%m-%d}"


def day_of(value: datetime | None) -> str:
    """The day of a moment, in Paris."""
    return "" if value is None else day(value.astimezone(PARIS).date())


def moment(value: datetime | None) -> str:
    """A day and a time of day, in Paris."""
    return "" if value is None else f"{day_of(value)} {value.astimezone(PARIS):%H:%M}"
