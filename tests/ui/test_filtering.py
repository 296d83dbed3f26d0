"""The filter grammar, without a screen."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chorus_tui.ui.columns import Column
from chorus_tui.ui.filtering import Field, Kind, replace_field
from chorus_tui.ui.rows import Rows


class Bill(NamedTuple):
    number: str
    town: str = "Lyon"
    status: str = "Posted"
    gross: Decimal | None = Decimal(10)
    issued: date | None = date(2026, 10, 15)


COLUMNS = (
    Column[Bill]("number", "Number", 10, lambda b: b.number),
    Column[Bill]("gross", "Gross", 10, lambda b: str(b.gross), sort=lambda b: b.gross),
)
FIELDS = (
    Field[Bill]("status", Kind.TEXT, lambda b: b.status, ("Posted", "To be recycled")),
    Field[Bill]("town", Kind.TEXT, lambda b: b.town),
    Field[Bill]("gross", Kind.AMOUNT, lambda b: b.gross),
    Field[Bill]("issued", Kind.DATE, lambda b: b.issued),
)
BILLS = (
    Bill("FA1", "Béziers", "Posted", Decimal("999.99"), date(2026, 9, 30)),
    Bill("FA2", "Ville de Lyon", "To be recycled", Decimal("1000"), date(2026, 10, 1)),
    Bill("FA3", "BEZIERS Sud", "To be recycled", Decimal("1234.50"), date(2026, 10, 31)),
    Bill("FA4", "Lyon ville", "Posted", None, None),
)


def rows_of(*bills: Bill) -> Rows[Bill]:
    rows = Rows(COLUMNS, FIELDS, key=lambda b: b.number, words=lambda b: f"{b.number} {b.town} {b.status}")
    rows.replace_all(bills)
    return rows


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", "FA1 FA2 FA3 FA4"),
        ("beziers", "FA1 FA3"),
        ("BÉZIERS", "FA1 FA3"),
        ("lyon ville", "FA2 FA4"),
        ('"ville de"', "FA2"),
        ("!beziers", "FA2 FA4"),
        ("!", "FA1 FA2 FA3 FA4"),
        ("status:recycled", "FA2 FA3"),
        ('status:"to be"', "FA2 FA3"),
        ("!status:posted", "FA2 FA3"),
        ("status:", "FA1 FA2 FA3 FA4"),
        (">1000", "FA3"),
        (">=1000", "FA2 FA3"),
        ("<1 000", ""),
        ("<=999,99", "FA1"),
        ("=1000", "FA2"),
        ("gross>1.000,50", "FA3"),
        ("!>1000", "FA1 FA2 FA4"),
        (">", "FA1 FA2 FA3 FA4"),
        (">2026-10-01", "FA3"),
        (">=01/10/2026", "FA2 FA3"),
        ("issued:2026-10", "FA2 FA3"),
        ("issued>=2026-10-01 issued<=2026-10-30", "FA2"),
        ("beziers status:recycled >1000", "FA3"),
        ("unheard:of", ""),
        ("nothing", ""),
    ],
)
def test_a_filter_keeps_the_rows_that_answer_to_every_term(typed: str, kept: str) -> None:
    """S1-031."""
    rows = rows_of(*BILLS)
    rows.filter(typed)
    assert [b.number for b in rows.shown] == kept.split()


def test_a_word_with_a_colon_that_names_no_field_is_a_word() -> None:
    rows = rows_of(Bill("FA1", "at 12:30"), Bill("FA2"))
    rows.filter("12:30")
    assert [b.number for b in rows.shown] == ["FA1"]


WORDS = st.sampled_from(
    ["beziers", "!lyon", ">1000", "<=1000", "status:posted", "issued:2026", "ville", "!status:to", "é", '"'],
)


@given(st.lists(st.lists(WORDS, max_size=4), min_size=1, max_size=6))
def test_typing_on_finds_what_typing_anew_finds(history: list[list[str]]) -> None:
    one = rows_of(*BILLS)
    for words in history:
        text = " ".join(words)
        for end in range(len(text) + 1):
            one.filter(text[:end])
            other = rows_of(*BILLS)
            other.filter(text[:end])
            assert list(one.shown) == list(other.shown)


def test_a_field_of_the_filter_is_replaced_and_the_rest_stays() -> None:
    status = FIELDS[0]
    assert replace_field("beziers status:posted >10", status, "status:recycled") == (
        "beziers >10 status:recycled"
    )
    assert replace_field("beziers !status:posted", status, "") == "beziers"
