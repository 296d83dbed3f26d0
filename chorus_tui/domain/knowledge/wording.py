"""Messages as they are compared: the same words are the same message, whatever ids and numbers they name."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from functools import cached_property

from chorus_tui.domain.flow import CUT
from chorus_tui.domain.knowledge.paths import FILE, PATH, tag_of

_TYPOGRAPHY = str.maketrans(
    dict.fromkeys("’‘ʼ′´`", "'")
    | dict.fromkeys("«»“”„‟", '"')
    | dict.fromkeys("–—‑−", "-")
    | {"œ": "oe", "Œ": "OE"}
)
_BEFORE_SIGN = re.compile(r" +(?=[:;!?,.)](?: |$))")
_WORD = re.compile(r"[a-z0-9]+")

_CUT_NEAR = range(185, 261)
"""Lengths of a report's text that was probably cut (API 4)."""

LONGEST = 2_000
"""Characters of a message that are looked at."""

Variables = tuple[tuple[str, str], ...]
"""What varies in a message: name and value, in order."""

CODE = re.compile(r"\b[A-Z]{2,4}_[A-Z]{2,4}_\d+(?:[._]\d+)*\b")
"""What Chorus Pro calls a message: GDP_MSG_11.033. It tells failures apart; an answer's number does not."""


def plain(text: str) -> str:
    """Without accents and typography, on one line; case stays."""
    text = text[:LONGEST].translate(_TYPOGRAPHY)
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(text.split())


def bare(text: str) -> str:
    """As `plain`, without quotation marks and the space that French puts before a colon."""
    return _BEFORE_SIGN.sub("", " ".join(plain(text).replace('"', " ").split()))


def seems_cut(message: str) -> bool:
    """Whether the end of a report's text is missing: it says so, or has the length and ends no sentence."""
    if message.endswith(CUT):
        return True
    return len(message) in _CUT_NEAR and not message.rstrip().endswith((".", "!", "?", ")", "»"))


def words_of(text: str) -> frozenset[str]:
    """The words of a text that `plain` or `bare` left."""
    return frozenset(_WORD.findall(text.lower()))


def codes_of(text: str) -> tuple[str, ...]:
    """Chorus Pro's own names of messages in a text, spelt one way."""
    return tuple(spelt(found) for found in CODE.findall(text.upper()))


def spelt(code: str) -> str:
    """A name of a message as it is compared: GDP_MSG_11_033 is GDP_MSG_11.033."""
    name, _, number = code.strip().upper().partition("_MSG_")
    return f"{name}_MSG_{number.replace('_', '.')}" if number else name


# --- Patterns ----------------------------------------------------------------------------------------------

KINDS = {
    "id": r"\S+?",
    "siret": r"\d(?: ?\d){8,13}",
    "number": r"\S(?:.{0,59}?\S)??",
    "path": r"[^\s()|]+",
    "position": r"\d+",
    "code": r"\S(?:.{0,99}?\S)??",
    "amount": r"[+-]?\d[\d ,.]*(?: ?(?:€|EUR|%))?",
    "date": r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[ T]\d\d:\d\d(?::\d\d)?)?",
    "text": r".*?",
    "field": r"[A-Za-z_][\w.]*?",
}
"""What a variable part of a pattern may be; `{field}` is a wire name of one word."""

_PLACE = re.compile(r"\{(?:(\w+):)?(\w+)\}")
_MARK = "\0"
_LAZY = re.compile(r"([?*+}])\?")
_WHOLE_WORD = re.compile(rf"(?<![a-z0-9{_MARK}])[a-z0-9]+(?![a-z0-9{_MARK}])")


class Pattern:
    """One wording of a failure, with named places for what varies."""

    def __init__(self, text: str) -> None:
        self._bare = bare(text).rstrip(" .")
        literal = _PLACE.sub(_MARK, self._bare).lower()
        self._fixed = literal.split(_MARK)
        self.words = frozenset(_WHOLE_WORD.findall(literal))
        """Words that a message must have to match."""
        self.weight = sum(map(len, self._fixed)) + (500 if CODE.search(literal.upper()) else 0)
        """How much of it is fixed: of two wordings that a message has, the heavier one says more."""

    def match(self, message: str, lower: str) -> Variables | None:
        """What varies in a message that `bare` left, by name; None where it is not of this wording.

        Args:
            lower: the same message in lower case; most wordings are ruled out by its fixed parts alone.
        """
        at = 0
        for fixed in self._fixed:
            at = lower.find(fixed, at)
            if at < 0:
                return None
            at += len(fixed)
        found = self._expression.search(message)
        if found is None:
            return None
        return tuple((name.rstrip("_"), value.strip()) for name, value in found.groupdict().items())

    @cached_property
    def _expression(self) -> re.Pattern[str]:
        parts, at, names = [], 0, Counter[str]()
        for place in _PLACE.finditer(self._bare):
            parts.append(re.escape(self._bare[at : place.start()]))
            name, kind = place[1] or place[2], KINDS[place[2]]
            if place.end() == len(self._bare):  # nothing follows that would end it
                kind = _LAZY.sub(r"\1", kind)
            parts.append(f"(?P<{name}{'_' * names[name]}>{kind})")
            names[name] += 1
            at = place.end()
        parts.append(re.escape(self._bare[at:]))
        begin = r"(?<!\w)" if self._bare[:1].isalnum() else ""
        end = r"(?!\w)" if self._bare[-1:].isalnum() else ""
        return re.compile(begin + "".join(parts) + end, re.IGNORECASE)

    def begins_with(self, skeleton: str) -> bool:
        """Whether a message of which the end is missing may be of this wording."""
        return self._skeleton.startswith(skeleton)

    @cached_property
    def _skeleton(self) -> str:
        return skeleton(_PLACE.sub("0", self._bare))


def unknown_places(text: str) -> list[str]:
    """Variable parts of a pattern whose kind nobody knows."""
    return [place[0] for place in _PLACE.finditer(text) if place[2] not in KINDS]


# --- Templates of messages that no pattern knows ------------------------------------------------------------

_ABOUT_FILE = re.compile(r"^[^|]{1,120}?\.\w{2,4}: ")
"""What stands before a refusal of an attachment."""
_QUOTED = re.compile(r"\"[^\"]*\"|(?<!\w)'[^']*'(?!\w)")
_KEPT = re.compile(rf"{CODE.pattern}|\bcvc-[\w.-]*\w")
_WITH_DIGIT = re.compile(r"[\w./+-]*\d[\w./+,-]*")
_CAPITALS = re.compile(
    r"(?<=\b(?i:service) )[A-Z][A-Z0-9_-]{2,}\b|(?<=\b(?i:code) )[A-Z][A-Z0-9_-]{2,}\b|\b[A-Z]+(?:_[A-Z]+)+\b"
)
_RUN = re.compile(r"<>(?:[ ,./:-]*<>)+")
_CURRENCY = re.compile(r"<> ?(?:€|%|(?:EUR|euros?)\b)", re.IGNORECASE)


def template(message: str) -> str:
    """A message without what varies from invoice to invoice: ids, numbers, dates, amounts, quoted values.

    A path keeps its last meaningful tags (`paths.tag_of`), because they say which field is meant.
    """
    text = _ABOUT_FILE.sub("", plain(message))
    kept: list[str] = []

    def keep(value: str) -> str:
        kept.append(value)
        return chr(0xE000 + len(kept) - 1)  # nothing below takes a private character for a digit or a letter

    text = _KEPT.sub(lambda found: keep(found[0]), text[:LONGEST])
    text = _QUOTED.sub(lambda found: _unquoted(found[0], keep), text)
    text = FILE.sub("<>", text)
    text = PATH.sub(lambda found: keep(tag_of(found[0])), text)
    text = _CAPITALS.sub("<>", text)
    text = _WITH_DIGIT.sub("<>", text)
    text = _RUN.sub("<>", _CURRENCY.sub("<>", text))
    for index, value in enumerate(kept):
        text = text.replace(chr(0xE000 + index), value)
    return " ".join(_BEFORE_SIGN.sub("", text).lower().split()).rstrip(" .,;:")


def _unquoted(quoted: str, keep: Callable[[str], str]) -> str:
    inner = quoted[1:-1].strip()
    whole = PATH.fullmatch(inner)
    # A tag in quotation marks is a name; a number or a code there is a value.
    return keep(tag_of(inner)) if whole and any(map(str.islower, inner)) else "<>"


def fingerprint(pattern: str) -> str:
    """Eight characters that stand for a template."""
    return hashlib.sha256(pattern.encode()).hexdigest()[:8]


_TAGGED = re.compile(r"\bbalise ?:? ?[^\s)]*")
"""A report's word for a tag, with the tag, which may be one word alone."""


def skeleton(text: str) -> str:
    """Only the letters of what does not vary, for comparing the beginnings of messages."""
    shrunk = _WITH_DIGIT.sub("", _TAGGED.sub("balise", PATH.sub("0", bare(text))))
    return "".join(c for c in shrunk.lower() if c.isalpha())
