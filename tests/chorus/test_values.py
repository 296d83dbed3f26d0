from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from chorus_tui.chorus import values
from chorus_tui.text import clean

AMOUNTS = st.decimals("-9999999999999", "9999999999999", places=6) | st.decimals(
    "-9999999999999", "9999999999999", places=2
)
MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1)).map(
    lambda at: at.replace(tzinfo=UTC, microsecond=at.microsecond // 1000 * 1000)
)


@given(AMOUNTS)
def test_an_amount_keeps_every_digit_over_the_wire_and_back(amount: Decimal) -> None:
    sent = msgspec.json.Encoder(decimal_format="number").encode(amount)
    assert str(values.amount(Raw(sent))) == str(amount)


@given(AMOUNTS)
def test_an_amount_may_come_as_a_string(amount: Decimal) -> None:
    assert values.amount(Raw(f'"{amount}"'.encode())) == amount


@pytest.mark.parametrize(
    ("literal", "amount"),
    [
        (b"0.1", Decimal("0.1")),
        (b"1234567890.123456", Decimal("1234567890.123456")),
        (b"20", Decimal(20)),
        (b'"20"', Decimal(20)),
        (b'" 20,50 "', Decimal("20.50")),
        (b"null", None),
        (b'""', None),
        (b"true", None),
        (b'"NaN"', None),
        (b'"sNaN"', None),
        (b'"Infinity"', None),
        (b"1e400", None),
        (b"[1]", None),
        (b'"\xff"', None),
    ],
)
def test_an_amount_that_cannot_be_read_is_not_known(literal: bytes, amount: Decimal | None) -> None:
    assert values.amount(Raw(literal)) == amount


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)))
def test_a_day_comes_back_as_it_was_sent(day: date) -> None:
    assert values.day(values.wire_day(day)) == day


@given(MOMENTS)
def test_a_moment_comes_back_as_it_was_sent(at: datetime) -> None:
    assert values.moment(values.wire_moment(at)) == at


@given(st.datetimes(datetime(1980, 1, 1), datetime(2090, 1, 1)), st.integers(-14, 14))
def test_a_moment_is_the_same_whatever_offset_it_is_told_with(at: datetime, hours: int) -> None:
    local = at.replace(tzinfo=UTC).astimezone(tz=None)
    told = (at.replace(tzinfo=UTC) + timedelta(hours=hours)).replace(tzinfo=None)
    sign = "+" if hours >= 0 else "-"
    assert values.moment(f"{told.isoformat()}{sign}{abs(hours):02}:00") == local


@pytest.mark.parametrize(
    ("told", "moment"),
    [
        ("2026-01-15 10:00", datetime(2026, 1, 15, 9, 0, tzinfo=UTC)),
        ("2026-07-15 10:00", datetime(2026, 7, 15, 8, 0, tzinfo=UTC)),
        ("2019-07-11T15:45:39.674+02:00", datetime(2019, 7, 11, 13, 45, 39, 674000, tzinfo=UTC)),
        ("2019-07-11T13:45:39Z", datetime(2019, 7, 11, 13, 45, 39, tzinfo=UTC)),
        ("2050-12-31 00:00", datetime(2050, 12, 30, 23, 0, tzinfo=UTC)),
        ("2026-11-22", datetime(2026, 11, 21, 23, 0, tzinfo=UTC)),
        (1563284739674, datetime(2019, 7, 16, 13, 45, 39, 674000, tzinfo=UTC)),
        ("0001-01-01 00:00", None),
        ("hier", None),
        ("", None),
        (None, None),
        (10**30, None),
    ],
)
def test_a_moment_is_read_in_every_form_that_sources_show(told: str | int, moment: datetime | None) -> None:
    assert values.moment(told) == moment


@pytest.mark.parametrize(
    ("told", "day"),
    [
        ("2026-11-22", date(2026, 11, 22)),
        ("2026-11-22 00:30", date(2026, 11, 22)),
        ("2026-11-21T23:30:00.000Z", date(2026, 11, 22)),
        ("2026-11-22T00:10:00.000+01:00", date(2026, 11, 22)),
        ("22/11/2026", None),
        ("2026-13-01", None),
        (None, None),
    ],
)
def test_a_day_is_the_one_it_is_in_france(told: str, day: date | None) -> None:
    assert values.day(told) == day


@given(st.text() | st.integers() | st.floats() | st.none())
def test_nothing_that_comes_as_a_scalar_is_too_odd(value: str | float | None) -> None:
    assert clean(values.text(value)) == values.text(value)
    values.moment(value)
    values.day(value)


def test_text_is_one_safe_line() -> None:
    assert (
        values.text("\x1b]0;owned\x07 SIRET\r\ninconnu\u202e ") == "\ufffd]0;owned\ufffd SIRET inconnu\ufffd"
    )
    assert values.text(4711) == "4711"
    assert values.text(None) == ""


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        (True, True),
        ("OUI", True),
        ("true", True),
        (1, True),
        ("NON", False),
        (0, False),
        ("?", None),
        (None, None),
    ],
)
def test_a_flag_may_come_as_a_word(told: bool | int | str | None, meant: bool | None) -> None:
    assert values.flag(told) is meant


def test_an_id_may_come_as_a_string() -> None:
    assert [values.whole(told) for told in ("3346947", 3346947, "x", None)] == [3346947, 3346947, None, None]


@given(st.text(min_size=1, max_size=300), st.integers(10, 200))
def test_a_shortened_name_is_never_too_long(name: str, limit: int) -> None:
    assert len(values.shortened(name, limit)) <= limit


def test_a_shortened_name_keeps_its_extension() -> None:
    assert values.shortened("a" * 60 + ".pdf", 50) == "a" * 46 + ".pdf"
    assert values.shortened("facture.pdf", 50) == "facture.pdf"
    assert values.shortened("b" * 60, 50) == "b" * 50
