"""The filter grammar behind `/`.

| typed | keeps rows that |
|---|---|
| `dupont mairie` | contain both words, in any order, accents and case ignored |
| `!mairie` | do not contain it |
| `"ville de"` | contain the words together |
| `status:rejected` | have it in that field; `!status:rejected` do not |
| `>1000` `<=12,50` `=99` | have such an amount |
| `>2026-10-01` `<=31/10/2026` | have such a date |
| `gross>1000` `issued>=2026-10-01` `deposited:2026-10` | the same of a named field |

What cannot be read as one of these is a word. Pure: fields are functions of a row.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import lru_cache
from operator import eq, ge, gt, le, lt
from typing import Any, Generic, TypeVar

from chorus_tui.domain.money import parse_amount
from chorus_tui.i18n import _
from chorus_tui.text import fold

Row = TypeVar("Row")


class Kind(Enum):
    """What a field holds."""

    TEXT = "text"
    AMOUNT = "amount"
    DATE = "date"


@dataclass(frozen=True)
class Field(Generic[Row]):
    """Something a filter may name, in the operator's language or in English, folded, without spaces."""

    title: str
    """English source string."""
    kind: Kind
    value: Callable[[Row], Any]
    """`str`, `Decimal | None` or `date | None`, by its kind; where there are options, one of them."""
    options: tuple[str, ...] = ()
    """English source strings of the values it may have, where they are few."""

    @property
    def name(self) -> str:
        """How the operator's language writes it in a filter."""
        return fold(_(self.title)).replace(" ", "_")

    @property
    def names(self) -> tuple[str, str]:
        """How it may be written."""
        return self.name, fold(self.title).replace(" ", "_")


@dataclass(frozen=True, slots=True)
class Term:
    """One thing a row must answer to."""

    text: str = ""
    """Folded; what the row or its field must contain."""
    unless: bool = False
    field: int | None = None
    """Index of the field it is about; None: the whole row."""
    compare: str = ""
    """"<", "<=", ">", ">=" or "="; then `than` is the bound."""
    than: float = 0.0


COMPARE: dict[str, Callable[[float, float], bool]] = {">": gt, ">=": ge, "<": lt, "<=": le, "=": eq}

_WORDS = re.compile(r'((?:[^\s"]|"[^"]*(?:"|$))+)')
_PARTS = re.compile(r"(?P<unless>!?)(?P<field>[^\W\d]\w*)?(?P<sign>:|[<>]=?|=)(?P<value>.*)", re.S)
_FRENCH_DATE = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")
_PLAIN_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")


def parse(text: str, fields: Sequence[Field[Any]]) -> tuple[Term, ...]:
    """What was typed, term by term; an unfinished term (`>`, `status:`) keeps every row."""
    terms = (_term(word, fields) for word in _WORDS.findall(text))
    return tuple(term for term in terms if term is not None)


def _term(word: str, fields: Sequence[Field[Any]]) -> Term | None:
    parts = _PARTS.fullmatch(word)
    if parts is not None:
        read = _read(parts, fields)
        if read is not _NO_TERM:
            return read
    unless = word.startswith("!")
    bare = fold(word[unless:].replace('"', ""))
    return Term(bare, unless=unless) if bare else None


def replace_field(text: str, field: Field[Any], terms: str) -> str:
    """The filter with what it says of a field taken out, and new terms of it put in."""
    kept = []
    for word in _WORDS.findall(text):
        parts = _PARTS.fullmatch(word)
        if parts is None or parts["field"] is None or fold(parts["field"]) not in field.names:
            kept.append(word)
    return " ".join([*kept, terms]).strip()


_NO_TERM = Term("\0")


def _read(parts: re.Match[str], fields: Sequence[Field[Any]]) -> Term | None:
    unless, name, sign = bool(parts["unless"]), parts["field"], parts["sign"]
    value = parts["value"].replace('"', "").strip()
    if name is None:
        return _unnamed(unless, sign, value, fields)
    folded = fold(name)
    at = next((at for at, field in enumerate(fields) if folded in field.names), None)
    if at is None:
        return _NO_TERM
    if not value:
        return None
    kind = fields[at].kind
    if kind is Kind.TEXT or sign == ":":
        return Term(fold(value), unless=unless, field=at)
    than = _amount(value) if kind is Kind.AMOUNT else _day(value)
    return None if than is None else Term(unless=unless, field=at, compare=sign, than=than)


def _unnamed(unless: bool, sign: str, value: str, fields: Sequence[Field[Any]]) -> Term | None:
    """`>1000`: about the first field of the kind that the value is."""
    if sign == ":":
        return _NO_TERM
    if not value:
        return None
    day = _day(value)
    kind, than = (Kind.DATE, day) if day is not None else (Kind.AMOUNT, _amount(value))
    at = next((at for at, field in enumerate(fields) if field.kind is kind), None)
    if at is None or than is None:
        return _NO_TERM
    return Term(unless=unless, field=at, compare=sign, than=than)


def _amount(text: str) -> float | None:
    try:
        return float(parse_amount(text))
    except ValueError:
        return None


def _day(text: str) -> float | None:
    """A whole date as its ordinal."""
    try:
        if (french := _FRENCH_DATE.fullmatch(text)) is not None:
            return float(date(int(french[3]), int(french[2]), int(french[1])).toordinal())
        if (plain := _PLAIN_DATE.fullmatch(text)) is not None:
            return float(date(int(plain[1]), int(plain[2]), int(plain[3])).toordinal())
    except ValueError:
        return None
    return None


@lru_cache(maxsize=65_536)
def _folded_word(word: str) -> str:
    return fold(word)


def folded(text: str) -> str:
    """The text as a search sees it; names of towns come again and again, so words are remembered."""
    return text.lower() if text.isascii() else " ".join(map(_folded_word, text.split(" ")))


def number_reader(field: Field[Row]) -> Callable[[Row], float]:
    """What gives a row's amount or day as a number; no value compares false with everything."""
    value = field.value
    if field.kind is Kind.DATE:
        return lambda row: _NONE if (day := value(row)) is None else float(day.toordinal())
    return lambda row: _NONE if (amount := value(row)) is None else float(amount)


def text_reader(field: Field[Row]) -> Callable[[Row], str]:
    """What gives a row's field as the folded text in which `field:value` looks."""
    value = field.value
    if field.kind is Kind.DATE:
        return lambda row: "" if (day := value(row)) is None else f"{day.isoformat()} {day:%d/%m/%Y}"
    if field.options:
        words = {option: folded(_(option)) for option in field.options}
        return lambda row: words.get(value(row)) or folded(_(value(row)))
    return lambda row: folded(str(value(row)))


_NONE = float("nan")
