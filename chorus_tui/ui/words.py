"""How numbers, amounts, days, moments and file names are written on a screen, in the operator's language."""

import re
from datetime import date, datetime
from decimal import Decimal
from math import ceil

from chorus_tui.domain.money import format_amount
from chorus_tui.i18n import _, language
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


def size(value: int) -> str:
    """How large a file is."""
    if value >= 1024 * 1024:
        return _("{size} MB").format(size=_one_place(value / 1024 / 1024))
    return _("{size} KB").format(size=count(-(-value // 1024)))


def percent(part: float) -> str:
    """A part of a whole."""
    return f"{_one_place(100 * part)}\u00a0%"


def _one_place(value: float) -> str:
    text = f"{value:.1f}"
    return text.replace(".", ",") if language() == "fr" else text


def day(value: date | None) -> str:
    """A day; empty when it is not known."""
    if value is None:
        return ""
    # Of 100 000 rows each has several: strftime takes four times as long.
    if language() == "fr":
        return f"{value.day:02}/{value.month:02}/{value.year:04}"
    return f"{value.year:04}-{value.month:02}-{value.day:02}"


def day_of(value: datetime | None) -> str:
    """The day of a moment, in Paris."""
    return "" if value is None else day(value.astimezone(PARIS).date())


def moment(value: datetime | None) -> str:
    """A day and a time of day, in Paris."""
    if value is None:
        return ""
    there = value.astimezone(PARIS)
    return f"{day(there)} {there.hour:02}:{there.minute:02}"


def moment_of_year(value: datetime | None, now: datetime) -> str:
    """A moment where there is little room: one of this year without the year, an earlier one by its day."""
    if value is None:
        return ""
    there, here = value.astimezone(PARIS), now.astimezone(PARIS)
    if there.year != here.year:
        return day(there)
    first = f"{there.day:02}/{there.month:02}" if language() == "fr" else f"{there.month:02}-{there.day:02}"
    return f"{first} {there.hour:02}:{there.minute:02}"


def age(since: datetime, now: datetime) -> str:
    """How long ago a moment was, in its largest unit."""
    minutes = max(0, int((now - since).total_seconds() // 60))
    if minutes < 60:
        return _("{n} min").format(n=minutes)
    hours = minutes // 60
    return _("{n} h").format(n=hours) if hours < 48 else _("{n} d").format(n=count(hours // 24))


def seconds_to(moment: datetime, now: datetime) -> int:
    """Whole seconds until a moment, at least one."""
    return max(1, ceil((moment - now).total_seconds()))


def party(name: str, width: int) -> str:
    """A structure's name in at most so many characters; its last word tells it from others of one company."""
    last = name.rsplit(" ", 1)[-1]
    if len(name) <= width or len(last) > width // 2:
        return file_name(name, width)
    return f"{name[: width - len(last) - 2].rstrip()}… {last}"


_NUMBERS = re.compile(r"\d+")
_COMMON = re.compile(r"(19|20)\d\d((0[1-9]|1[0-2])([0-2]\d|3[01]))?|\d{9,}")
"""Numbers that many files share: years, days, SIRETs and moments."""
_TORN = re.compile(r"[^\W_]{1,3}[\W_]")
"""The end of a word that is not worth its room when its beginning went."""


def file_name(name: str, width: int) -> str:
    """A file's name in at most so many characters, cut where files of one kind do not differ.

    Billing systems begin every name alike and often end it with the recipient's SIRET; what tells files
    apart is a number between the two. So ".pdf" goes first, then what is left of that number, then what is
    right of it: `BRUME_FA-2026-1058_11000201100044.pdf` → `…FA-2026-1058…`.
    """
    if len(name) <= width:
        return name
    name = name[:-4] if name.lower().endswith(".pdf") else name
    if len(name) <= width or width < 3:
        return name[:width]
    end = _telling_end(name)
    if end is None:
        left = (width - 1) // 2
        return f"{name[:left]}…{name[len(name) - (width - 1 - left) :]}"
    if end < width:
        return f"{name[: width - 1]}…"
    if len(name) - end <= 1:
        return f"…{name[len(name) - width + 1 :]}"
    start = end - width + 2
    if name[start - 1].isalnum() and (torn := _TORN.match(name, start)):
        start = torn.end()
    return f"…{name[start : start + width - 2]}…"


def _telling_end(name: str) -> int | None:
    """Where the number ends that tells a file from others of its kind: the longest, of equals the last."""
    found = [n for n in _NUMBERS.finditer(name) if not _COMMON.fullmatch(n.group())]
    return max(found, key=lambda n: (len(n.group()), n.start())).end() if found else None
