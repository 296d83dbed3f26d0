"""The fields of a search of flows: what each key makes of them, and their lines in two columns."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import Enum

from chorus_tui.domain.flow import FlowType
from chorus_tui.i18n import _, labelled, ngettext
from chorus_tui.text import clean, fold
from chorus_tui.ui.screens.flow_criteria import (
    CRITERION,
    MORE,
    Asks,
    Choice,
    Criterion,
    Sheet,
    mode_choices,
    state_choices,
    type_choices,
    words_of,
)
from chorus_tui.ui.screens.form_layout import edited
from chorus_tui.ui.widgets.form_edit import LineEdit
from chorus_tui.ui.widgets.lines import Line, Span
from chorus_tui.ui.widgets.painted import cut, pad
from chorus_tui.ui.words import count

LABELS = (19, 17)
"""Columns of a label and the sign before it, left and right."""
RIGHT = 37
"""Columns of the right half at least; the left one has names of structures."""
TYPING = 6
"""Characters of a day from which on it can be wrong; before that somebody is typing it."""
_ROWS = (
    ("issuer", "deposited_from"),
    ("state", "deposited_until"),
    ("type", "selection"),
    (MORE, ""),
)
_MORE_ROWS = (("number", "file_name"), ("invoice_number", "partner_code"), ("mode", ""))


class Want(Enum):
    """What a key asks the screen for."""

    SEARCH = "search"
    OPTIONS = "options"
    """The list of what can be chosen in the current field."""
    PICKS = "picks"
    RESULTS = "results"
    """To go down from the last field."""


class CriteriaTypist:
    """The sheet, the field that the cursor is in, and the text in it."""

    def __init__(
        self, sheet: Sheet, issuers: Sequence[Choice], type_of: Callable[[str], FlowType | None]
    ) -> None:
        """
        Args:
            sheet: what is filled in.
            issuers: the structures to choose from.
            type_of: the type of a picked flow.
        """
        self.sheet = sheet
        self.at = sheet.shown[0].name
        self.edit = LineEdit()
        self._issuers = issuers
        self._type_of = type_of
        self.go(self.at)

    @property
    def field(self) -> Criterion:
        """The field that the cursor is in."""
        return CRITERION[self.at]

    def choices(self, name: str) -> list[Choice]:
        """What can be chosen, with "every one" first and what is chosen among them."""
        offered = {
            "issuer": lambda: list(self._issuers),
            "state": state_choices,
            "type": type_choices,
            "mode": mode_choices,
        }[name]()
        code = self.sheet.text(name)
        if code and code not in dict(offered):
            offered.append((code, words_of(name, code, offered)))
        return [("", words_of(name, "", ())), *offered]

    def replace(self, sheet: Sheet) -> None:
        """Another sheet; the cursor stays where that has its field."""
        self.sheet = sheet
        shown = {criterion.name for criterion in sheet.shown}
        self.go(self.at if self.at in shown else MORE)

    def choose(self, code: str) -> None:
        """Fill the current field in."""
        self.sheet = self.sheet.having(self.at, code)

    def go(self, name: str) -> None:
        """Put the cursor into a field."""
        self.at = name
        self.edit = LineEdit.at_end(self.sheet.text(name))

    def show_more(self, more: bool) -> None:
        """Show the advanced criteria, or hide them; what is filled in there still counts."""
        self.replace(replace(self.sheet, more=more))

    def next_problem(self) -> str:
        """Go to the first field that cannot be searched for; why, with its name."""
        problems = self.sheet.problems
        name = next((c.name for c in self.sheet.shown if c.name in problems), "")
        if not name:
            return ""
        self.go(name)
        return labelled(_(CRITERION[name].label), problems[name])

    # Keys

    def press(self, key: str, character: str) -> Want | None:
        """What a key does to the current field, or what it asks for."""
        match key:
            case "tab" | "down":
                return self._move(1, may_leave=key == "down")
            case "shift+tab" | "up":
                return self._move(-1, may_leave=False)
            case "enter":
                return self._enter()
        if self.field.asks in (Asks.DAY, Asks.TEXT):
            self._type(key, character)
            return None
        if character == "+":
            self.show_more(not self.sheet.more)
            return None
        if self.field.asks is Asks.CHOICE:
            self._turn(key, character)
            return None
        return self._enter() if key == "space" else None

    def _move(self, by: int, *, may_leave: bool) -> Want | None:
        names = [criterion.name for criterion in self.sheet.shown]
        at = names.index(self.at) + by
        if may_leave and at == len(names):
            return Want.RESULTS
        self.go(names[at % len(names)])
        return None

    def _enter(self) -> Want | None:
        match self.field.asks:
            case Asks.CHOICE:
                return Want.OPTIONS
            case Asks.PICKS:
                return Want.PICKS
            case Asks.MORE:
                self.show_more(not self.sheet.more)
                return None
        return Want.SEARCH

    def _type(self, key: str, character: str) -> None:
        edit = self.edit.insert(clean(character)) if character else self.edit.press(key)
        if edit is not None:
            self.edit = edit
            self.sheet = self.sheet.having(self.at, edit.text)

    def _turn(self, key: str, character: str) -> None:
        """The choice before or after, or the next one that begins with a letter."""
        choices = self.choices(self.at)
        codes = [code for code, _words in choices]
        at = codes.index(self.sheet.text(self.at))
        if key in ("left", "right"):
            at = (at + (1 if key == "right" else -1)) % len(codes)
        elif key in ("backspace", "delete"):
            at = 0
        elif character.strip():
            after = [*range(at + 1, len(codes)), *range(at + 1)]
            letter = fold(character)
            at = next((n for n in after if fold(choices[n][1]).startswith(letter)), at)
        self.choose(codes[at])

    # Showing

    @property
    def height(self) -> int:
        """How many lines the fields take."""
        return len(self._rows)

    @property
    def _rows(self) -> tuple[tuple[str, str], ...]:
        return _ROWS + _MORE_ROWS if self.sheet.more else _ROWS

    def lines(self, width: int, *, typing: bool) -> list[Line]:
        """The fields in two columns.

        Args:
            typing: whether keys go here, so that the cursor shows.
        """
        right = max(RIGHT, width * 45 // 100)
        left = width - right
        problems = self.sheet.problems
        return [
            (
                *self._field(one, left, LABELS[0], problems, typing),
                *(self._field(two, right, LABELS[1], problems, typing) if two else ()),
            )
            for one, two in self._rows
        ]

    def _field(self, name: str, width: int, label: int, problems: dict[str, str], typing: bool) -> list[Span]:
        criterion = CRITERION[name]
        here = typing and self.at == name
        if criterion.asks is Asks.MORE:
            words = self._more_words()
            return [(" ", "plain"), (pad(words, width - 2), "cursor" if here else "plain"), (" ", "plain")]
        wrong = name in problems and not here
        room = width - label - 1
        spans: list[Span] = [("✗" if wrong else " ", "bad"), (pad(_(criterion.label), label - 1), "plain")]
        if here and criterion.asks in (Asks.DAY, Asks.TEXT):
            told, _column = edited(self.edit, room)
            return [*spans, *told, (" ", "plain")]
        words = self._words(criterion)
        if here:
            return [*spans, (pad(f"‹ {cut(words, room - 4)} ›", room), "cursor"), (" ", "plain")]
        look = "bad" if wrong else "strong" if self.sheet.text(name) else "faint"
        return [*spans, (pad(words, room), look), (" ", "plain")]

    def _words(self, criterion: Criterion) -> str:
        text = self.sheet.text(criterion.name)
        match criterion.asks:
            case Asks.CHOICE:
                return dict(self.choices(criterion.name))[text]
            case Asks.PICKS:
                return self._picked_words()
        return text or "·"

    def _picked_words(self) -> str:
        picked, counting = len(self.sheet.picked), len(self.sheet.counting(self._type_of))
        if not picked:
            return _(CRITERION["selection"].every)
        if picked != counting:
            return _("{n} of {all} picked").format(n=count(counting), all=count(picked))
        return ngettext("{n} picked", "{n} picked", picked).format(n=count(picked))

    def _more_words(self) -> str:
        sign = "–" if self.sheet.more else "+"
        words = f"{sign} {_(CRITERION[MORE].label)}"
        hidden = sum(CRITERION[name].advanced for name in self.sheet.values)
        if not hidden or self.sheet.more:
            return words
        return f"{words} " + ngettext("({n} filled in)", "({n} filled in)", hidden).format(n=hidden)

    @property
    def help(self) -> tuple[str, str]:
        """What can be done in the current field, or what is wrong with one; and the look of that."""
        problems = self.sheet.problems
        if len(self.edit.text) < TYPING:
            problems.pop(self.at, None)
        for name, problem in problems.items():
            return f"✗ {labelled(_(CRITERION[name].label), problem)}", "bad"
        match self.field.asks:
            case Asks.CHOICE:
                return _("←→ another one, or its first letter; enter lists them all."), "faint"
            case Asks.DAY:
                return _("A day such as 22/11/2026 or 2026-11-22; enter searches."), "faint"
            case Asks.PICKS:
                return _("enter opens the list of flows of the chosen type, to pick some."), "faint"
            case Asks.MORE:
                return _("enter or + shows more criteria, or hides them."), "faint"
        return _("Any part of it; enter searches."), "faint"
