"""Text that is safe to show: every string from outside (PDF, XML, file names, Chorus Pro) passes here once.

Textual passes escape sequences found in data straight to the operator's terminal, so a supplier's name
could retitle the window or write the clipboard. What a terminal would obey is made visible instead.
"""

import re
import unicodedata

# C0 and C1 controls, bidirectional marks and overrides, line and paragraph separators, lone surrogates, and
# the two characters that no XML may hold.
_ALWAYS_UNSAFE = (
    "\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff"
)
_UNSAFE = re.compile(f"[\x00-\x0a{_ALWAYS_UNSAFE}]")
_UNSAFE_IN_LINES = re.compile(f"[\x00-\x09{_ALWAYS_UNSAFE}]")

# What a spreadsheet runs as a formula when a cell begins with it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_PLAIN_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")


def clean(text: str) -> str:
    """One line of text with nothing in it that a terminal would obey."""
    return text if text.isprintable() else _UNSAFE.sub("\ufffd", text)


def clean_lines(text: str) -> str:
    """Text of several lines with nothing in it that a terminal would obey; line breaks stay."""
    if text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
    return _UNSAFE_IN_LINES.sub("\ufffd", text)


def fold(text: str) -> str:
    """The text as a search sees it: no accents, no case."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def csv_cell(text: str) -> str:
    """A cell that no spreadsheet runs as a formula: a quote goes before what would be one."""
    text = clean_lines(text)
    if text.startswith(_FORMULA) and not _PLAIN_NUMBER.fullmatch(text):
        return "'" + text
    return text
