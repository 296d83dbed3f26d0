"""Reading failures from TOML: the file that is shipped, and one that an operator's team adds.

A mistake in the team's file costs the entry it stands in and nothing else; it is told, never raised.
"""

import re
import tomllib
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import msgspec

from chorus_tui.domain.knowledge.base import Action, Entry, Field, Mistake, Sureness, Telling
from chorus_tui.domain.knowledge.book import Knowledge
from chorus_tui.domain.knowledge.wording import unknown_places
from chorus_tui.i18n import _
from chorus_tui.text import clean

LANGUAGES = ("en", "fr")
_TELLING = ("title", "meaning", "cause", "remedy")
_LISTS = ("rows", "codes", "patterns", "words", "also", "apart")
_KEYS = frozenset(("id", "action", "by_recipient", "source", "sure", *_LISTS, *LANGUAGES))
_FIELD_KEYS = frozenset(("name", "paths", "entries", *LANGUAGES))
_ID = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*")
_LONGEST = 2_000
"""Characters of one text."""


def parse(toml_text: str, base: Knowledge | None = None) -> Knowledge:
    """Entries and fields from TOML.

    Args:
        base: what they are added to: an entry whose id is there replaces it, a field's paths count as well.
            None: the text is the shipped file, in which there are no mistakes.
    """
    if base is None:
        # Ours: every mistake in it would be a defect, so it is taken as it is, at a tenth of the time.
        table = tomllib.loads(toml_text)
        entries = msgspec.convert(table["failure"], list[Entry])
        return Knowledge({e.id: e for e in entries}, msgspec.convert(table.get("field", []), list[Field]))
    reader = _Reader(toml_text)
    try:
        table = tomllib.loads(toml_text)
    except tomllib.TOMLDecodeError as error:
        return Knowledge(base.entries, base.fields, [_syntax(toml_text, error)])
    for name in table.keys() - {"failure", "field"}:
        reader.wrong(_("there is no such table; the tables are [[failure]] and [[field]]."), key=name)
    added = {entry.id: entry for entry in reader.entries(table.get("failure", []))}
    fields = (*base.fields, *reader.fields(table.get("field", [])))
    return Knowledge({**base.entries, **added}, fields, reader.mistakes)


def _syntax(text: str, error: tomllib.TOMLDecodeError) -> Mistake:
    found = re.fullmatch(r"(.*) \(at (?:line (\d+), column \d+|end of document)\)", str(error))
    reason, line = (found[1], found[2]) if found else (str(error), None)
    number = int(line) if line else text.count("\n") + 1
    return Mistake(_("this is not TOML: {reason}").format(reason=clean(reason)), line=number)


class _Unfit(Exception):
    """A value that cannot be used."""

    def __init__(self, message: str, key: str) -> None:
        super().__init__(message)
        self.key = key


class _Reader:
    """Turns tables into records, and what does not fit into mistakes."""

    def __init__(self, text: str) -> None:
        self.mistakes: list[Mistake] = []
        self._text = text

    def wrong(self, message: str, *, entry: str = "", key: str = "", line: int | None = None) -> None:
        """Note a mistake."""
        self.mistakes.append(Mistake(message, clean(entry), clean(key), line))

    def entries(self, tables: Any) -> Iterator[Entry]:
        """The entries that can be used."""
        yield from self._each(tables, "failure", self._entry)

    def fields(self, tables: Any) -> Iterator[Field]:
        """The fields that can be used."""
        yield from self._each(tables, "field", self._field)

    def _each(self, tables: Any, name: str, build: Any) -> Iterator[Any]:
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            self.wrong(_("begin each with [[{name}]].").format(name=name), key=name)
            return
        seen: set[str] = set()
        for index, table in enumerate(tables):
            called = str(table.get("id", table.get("name", "")))
            try:
                built = build(table)
            except _Unfit as unfit:
                self.wrong(str(unfit), entry=called, key=unfit.key, line=self._line(name, index))
                continue
            if called in seen:
                message = _("there are two of this name; the last one counts.")
                self.wrong(message, entry=called, line=self._line(name, index))
            seen.add(called)
            yield built

    def _line(self, name: str, index: int) -> int | None:
        """The line on which an entry begins."""
        begins = [
            number
            for number, line in enumerate(self._text.splitlines(), start=1)
            if line.replace(" ", "").startswith(f"[[{name}]]")
        ]
        return begins[index] if index < len(begins) else None

    def _entry(self, table: dict[str, Any]) -> Entry:
        self._only(table, _KEYS)
        lists = {key: self._list(table, key) for key in _LISTS}
        for pattern in lists["patterns"]:
            for place in unknown_places(pattern):
                raise _Unfit(_("there is no variable part {place}.").format(place=clean(place)), "patterns")
        given = table.get("by_recipient", False)
        if not isinstance(given, bool):
            raise _Unfit(_("say true or false."), "by_recipient")
        return Entry(
            id=self._id(table),
            action=self._choice(table, "action", Action),
            en=self._telling(table, "en"),
            fr=self._telling(table, "fr"),
            also=tuple(self._one_of(name, "also", Action) for name in lists.pop("also")),
            by_recipient=given,
            source=self._string(table, "source") if "source" in table else "",
            sure=self._choice(table, "sure", Sureness) if "sure" in table else Sureness.TEAM,
            **lists,
        )

    def _field(self, table: dict[str, Any]) -> Field:
        self._only(table, _FIELD_KEYS)
        return Field(
            name=self._string(table, "name"),
            en=self._string(table, "en"),
            fr=self._string(table, "fr"),
            paths=self._list(table, "paths"),
            entries=self._list(table, "entries"),
        )

    def _telling(self, table: dict[str, Any], code: str) -> Telling:
        given = table.get(code)
        if not isinstance(given, dict):
            raise _Unfit(
                _("write a table with {keys}, or [failure.{language}].").format(
                    keys=", ".join(_TELLING), language=code
                ),
                code,
            )
        self._only(given, frozenset(_TELLING), code)
        return Telling(*(self._string(given, key, code) for key in _TELLING))

    def _id(self, table: dict[str, Any]) -> str:
        name = self._string(table, "id")
        if not _ID.fullmatch(name):
            raise _Unfit(_("use small letters, digits, _ and dots: service.missing."), "id")
        return name

    def _only(self, table: dict[str, Any], known: frozenset[str], at: str = "") -> None:
        for key in table.keys() - known:
            raise _Unfit(_("there is no such key."), f"{at}.{key}" if at else key)

    def _string(self, table: dict[str, Any], key: str, at: str = "") -> str:
        place = f"{at}.{key}" if at else key
        if key not in table:
            raise _Unfit(_("this key is missing."), place)
        value = table[key]
        if not isinstance(value, str) or not value.strip():
            raise _Unfit(_("write a text."), place)
        return self._safe(value, place)

    def _list(self, table: dict[str, Any], key: str) -> tuple[str, ...]:
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(each, str) and each.strip() for each in value):
            raise _Unfit(_("write a list of texts."), key)
        return tuple(self._safe(each, key) for each in value)

    def _safe(self, value: str, key: str) -> str:
        if len(value) > _LONGEST:
            raise _Unfit(_("it is longer than {limit} characters.").format(limit=_LONGEST), key)
        return clean(" ".join(value.split()))

    def _choice(self, table: dict[str, Any], key: str, kind: type[StrEnum]) -> Any:
        return self._one_of(self._string(table, key), key, kind)

    def _one_of(self, value: str, key: str, kind: type[StrEnum]) -> Any:
        try:
            return kind(value)
        except ValueError:
            names = ", ".join(map(str, kind))
            message = _("{value} is none of {names}.").format(value=clean(value), names=names)
            raise _Unfit(message, key) from None
