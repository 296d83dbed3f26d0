"""Single values between the wire and the domain, both ways.

What comes is read in every form the sources show and cleaned; what cannot be read is as if it were null,
because one odd value must not hide a thousand invoices.
"""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import TypeVar
from zoneinfo import ZoneInfo

from msgspec import Raw

from chorus_tui.chorus.wire.answers import Flag, Many, Text
from chorus_tui.text import clean

T = TypeVar("T")

PARIS = ZoneInfo("Europe/Paris")
"""Times without a zone are taken to be French time (API 2, general pitfalls)."""

_BREAKS = re.compile(r"\s*[\r\n\t]\s*")
_LIMIT = Decimal("1e13")  # amounts are decimal(19,6)
_YES = frozenset({"true", "oui", "o", "1", "vrai"})
_NO = frozenset({"false", "non", "n", "0", "faux"})


def text(value: Text) -> str:
    """One safe line; empty for null. Line breaks become blanks."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return str(value)
    if value.isprintable():
        return value.strip()
    return clean(_BREAKS.sub(" ", value.strip()))


def known(value: Text) -> str | None:
    """The same, None where there is nothing."""
    return text(value) or None


def whole(value: Text) -> int | None:
    """An id or a count, which may come as a string."""
    if value is None or isinstance(value, int):
        return value
    try:
        return int(value)
    except (ValueError, OverflowError):
        return None


def flag(value: Flag) -> bool | None:
    """A yes or no, which may come as a word."""
    if value is None or isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    return True if word in _YES else False if word in _NO else None


def amount(raw: Raw) -> Decimal | None:
    """An amount, digit for digit; a number or a string on the wire."""
    literal = bytes(raw)
    if literal == b"null":
        return None
    if literal.startswith(b'"'):
        literal = literal.strip(b'" ').replace(b",", b".")
    try:
        value = Decimal(literal.decode())
        return value if -_LIMIT < value < _LIMIT else None
    except (InvalidOperation, UnicodeDecodeError):  # comparing NaN is invalid too
        return None


def moment(value: Text) -> datetime | None:
    """A moment in UTC, from any of the three forms of API 2 (or milliseconds since 1970)."""
    if not value:
        return None
    try:
        if not isinstance(value, str):
            return datetime.fromtimestamp(value / 1000, UTC)
        parsed = datetime.fromisoformat(value.strip())
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=PARIS)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def day(value: Text) -> date | None:
    """A day; of a moment, the day it is in France."""
    if not value:
        return None
    if isinstance(value, str) and len(value) == 10:
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    at = moment(value)
    return at.astimezone(PARIS).date() if at else None


def many(value: Many[T]) -> Sequence[T]:
    """A list, where a single object may stand for a list of one and null for an empty one."""
    if value is None:
        return ()
    return value if isinstance(value, list) else (value,)


def wire_day(value: date | None) -> str | None:
    """`YYYY-MM-DD`."""
    return value.isoformat() if value else None


def wire_moment(value: datetime | None) -> str | None:
    """ISO 8601 with milliseconds and the French offset, as Chorus Pro writes it."""
    return value.astimezone(PARIS).isoformat(timespec="milliseconds") if value else None


def shortened(name: str, limit: int) -> str:
    """A file name of at most `limit` characters that keeps its extension (API 3.4)."""
    if len(name) <= limit:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) >= limit - 1:
        return name[:limit]
    return stem[: limit - len(extension) - 1] + dot + extension
