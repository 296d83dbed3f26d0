from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chorus_tui.domain.fields import FIELD_NAMES, VatLine
from chorus_tui.ui.screens.form_fields import (
    COMPLETION,
    METADATA,
    Editor,
    NotUnderstood,
    join_vat,
    parse_date,
    parse_money,
    parse_rate,
    parse_siret,
    parse_vat_lines,
    show_date,
    show_money,
    show_vat_lines,
    split_vat,
)


@pytest.mark.parametrize(
    "text",
    ["22/11/2026", "22/11/26", "22.11.2026", "22-11-2026", "22 11 2026", "22112026", "221126", "2026-11-22"],
)
def test_a_day_is_read_however_a_clerk_writes_it(text: str) -> None:
    assert parse_date(text) == date(2026, 11, 22)


@pytest.mark.parametrize("text", ["tomorrow", "31/02/2026", "22/11", "2026", "32/01/2026"])
def test_what_is_no_day_is_not_guessed(text: str) -> None:
    with pytest.raises(NotUnderstood):
        parse_date(text)


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2099, 12, 31)))
def test_a_day_shown_is_read_back(day: date) -> None:
    assert parse_date(show_date(day)) == day


@pytest.mark.parametrize("language", ["fr_FR.UTF-8", "C.UTF-8"])
@given(amount=st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_an_amount_shown_is_read_back(language: str, amount: Decimal) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LC_ALL", language)
        assert parse_money(show_money(amount)) == amount


def test_an_amount_read_with_more_places_is_not_rounded_on_the_form() -> None:
    assert parse_money(show_money(Decimal("10.123"))) == Decimal("10.123")


def test_a_siret_may_be_typed_with_spaces_and_needs_its_fourteen_digits() -> None:
    assert parse_siret("123 456 782 00028") == "12345678200028"
    with pytest.raises(NotUnderstood):
        parse_siret("123 456 782")


@pytest.mark.parametrize("text", ["-1", "100", "x"])
def test_a_rate_is_a_percentage(text: str) -> None:
    with pytest.raises(NotUnderstood):
        parse_rate(text)


def test_vat_lines_are_read_back_as_they_show() -> None:
    lines = (
        VatLine(Decimal("20"), Decimal("100.00"), Decimal("20.00")),
        VatLine(Decimal("5.5"), Decimal("10.00"), Decimal("0.55")),
    )
    assert parse_vat_lines(show_vat_lines(lines)) == lines


def test_an_empty_vat_line_is_no_line_and_half_a_line_is_a_problem() -> None:
    text = join_vat([["20", "100", "20"], ["", " ", ""]])
    assert split_vat(text) == [["20", "100", "20"]]
    with pytest.raises(NotUnderstood):
        parse_vat_lines(join_vat([["20", "", ""]]))


@pytest.mark.parametrize("form", [COMPLETION, METADATA], ids=["complete", "metadata"])
def test_every_field_is_declared_once_and_fills_something(form: tuple[object, ...]) -> None:
    names = [field.name for field in form]  # type: ignore[attr-defined]
    assert len(names) == len(set(names))
    assert set(names) <= {*FIELD_NAMES, "attachments"}
    assert all(field.label and field.help for field in form)  # type: ignore[attr-defined]


def test_the_form_has_every_value_that_chorus_pro_takes() -> None:
    """S1-022."""
    filled = {field.name for field in COMPLETION}
    read_only = {"supplier_name", "recipient_name", "service_label"}
    assert set(FIELD_NAMES) - filled == read_only


def test_what_is_chosen_has_a_list() -> None:
    assert Editor.RECIPIENT.has_list
    assert Editor.SERVICE.has_list
    assert not Editor.AMOUNT.has_list
