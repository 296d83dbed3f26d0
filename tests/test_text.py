"""Text from outside, made safe."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from chorus_tui.text import clean, clean_lines, csv_cell, fold

ANYTHING = st.text(st.characters(exclude_categories=()), max_size=60)
"""Every code point, lone surrogates and control characters included."""


def is_obeyed(text: str) -> bool:
    """Whether a terminal would act on something in the text."""
    return any(
        ord(c) < 0x20 or 0x7F <= ord(c) <= 0x9F or c in "\u200e\u200f\u202a\u202e\u2066\u2069" for c in text
    )


@given(ANYTHING)
def test_a_cleaned_line_holds_nothing_that_a_terminal_obeys_and_can_be_written(text: str) -> None:
    cleaned = clean(text)
    assert not is_obeyed(cleaned)
    cleaned.encode("utf-8")
    assert clean(cleaned) == cleaned


@given(ANYTHING)
def test_cleaned_lines_keep_their_breaks_and_nothing_else_that_is_obeyed(text: str) -> None:
    cleaned = clean_lines(text)
    assert not is_obeyed(cleaned.replace("\n", ""))
    cleaned.encode("utf-8")


def test_an_escape_sequence_becomes_visible() -> None:
    assert clean("which no XML may hold: \ufffe\uffff").endswith(" \ufffd\ufffd")
    assert clean("Mairie\x1b]0;owned\x07 de Lyon") == "Mairie\ufffd]0;owned\ufffd de Lyon"


def test_ordinary_french_text_is_untouched() -> None:
    text = "Établissement « L’Œuvre » – n° 12 €"
    assert clean(text) == text


@given(ANYTHING)
def test_no_csv_cell_is_run_as_a_formula(text: str) -> None:
    cell = csv_cell(text)
    sheet = io.StringIO()
    csv.writer(sheet).writerow([cell])
    (read,) = next(csv.reader(io.StringIO(sheet.getvalue(), newline="")))
    assert not read.startswith(("=", "@", "\t", "\r"))
    if read.startswith(("+", "-")):
        float(read.replace(",", "."))


def test_a_negative_amount_stays_a_number_in_a_csv() -> None:
    assert csv_cell("-12,50") == "-12,50"
    assert csv_cell('=HYPERLINK("x")') == '\'=HYPERLINK("x")'


def test_a_search_ignores_accents_and_case() -> None:
    assert fold("Évêché d'ÉTAMPES") == "eveche d'etampes"
