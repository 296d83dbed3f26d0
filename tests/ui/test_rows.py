"""Rows of a table, sorted and kept up to date, without a screen."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from chorus_tui.ui.columns import Column, fit
from chorus_tui.ui.filtering import Field, Kind
from chorus_tui.ui.rows import Rows
from tests.ui.test_filtering import BILLS, Bill, rows_of


def numbers(rows: object) -> list[str]:
    return [b.number for b in rows]  # type: ignore[attr-defined]  # any sequence of bills


def test_rows_sort_both_ways_and_those_without_a_value_come_last() -> None:
    """S1-032."""
    rows = rows_of(*BILLS)
    rows.sort("gross", down=False)
    assert numbers(rows.shown) == ["FA1", "FA2", "FA3", "FA4"]
    rows.sort("gross", down=True)
    assert numbers(rows.shown) == ["FA3", "FA2", "FA1", "FA4"]


def test_rows_with_the_same_value_keep_their_order() -> None:
    """S1-032."""
    rows = rows_of(*(Bill(f"FA{n}", gross=Decimal(n % 2)) for n in range(6)))
    rows.sort("gross", down=False)
    assert numbers(rows.shown) == ["FA0", "FA2", "FA4", "FA1", "FA3", "FA5"]


def test_a_removed_row_is_gone_and_a_changed_one_moves() -> None:
    rows = rows_of(*BILLS)
    rows.sort("gross", down=True)
    rows.update([BILLS[0]._replace(gross=Decimal(5000))], ["FA3"])
    assert numbers(rows.shown) == ["FA1", "FA2", "FA4"]
    assert rows.get("FA3") is None
    assert rows.position("FA2") == 1


def test_a_changed_row_that_no_longer_answers_to_the_filter_leaves() -> None:
    rows = rows_of(*BILLS)
    rows.filter("beziers")
    rows.update([BILLS[0]._replace(town="Lyon")])
    assert numbers(rows.shown) == ["FA3"]


def test_rows_that_belong_behind_all_others_are_appended_once_and_filtered() -> None:
    """S2-058: what was found comes in slices, in order."""
    rows = rows_of(*BILLS[:1])
    rows.filter("beziers")
    changed = BILLS[0]._replace(gross=Decimal(7))
    rows.append([changed, *BILLS[1:]])
    whole = rows_of(*BILLS)
    whole.filter("beziers")
    assert sorted(numbers(rows.shown)) == sorted(numbers(whole.shown))
    assert rows.get("FA1") == BILLS[0], "what is there stays"
    rows.filter("")
    assert numbers(rows.shown) == ["FA1", "FA2", "FA3", "FA4"]
    assert len(rows) == len(BILLS)


CHANGES = st.lists(
    st.tuples(
        st.integers(0, 8),
        st.one_of(st.none(), st.integers(0, 3)),
        st.booleans(),
    ),
    max_size=12,
)


@given(CHANGES, st.booleans())
def test_change_by_change_ends_where_beginning_anew_would(
    changes: list[tuple[int, int | None, bool]], down: bool
) -> None:
    rows = rows_of(*BILLS)
    rows.sort("gross", down)
    rows.filter(">=1")
    kept = {b.number: b for b in BILLS}
    for number, gross, gone in changes:
        key = f"FA{number}"
        if gone:
            kept.pop(key, None)
            rows.update([], [key])
        else:
            kept[key] = Bill(key, gross=None if gross is None else Decimal(gross))
            rows.update([kept[key]])
    again = rows_of(*kept.values())
    again.sort("gross", down)
    again.filter(">=1")
    assert {b.number for b in rows.shown} == {b.number for b in again.shown}
    assert [b.gross for b in rows.shown] == [b.gross for b in again.shown]
    assert len(rows) == len(kept)


def test_preparing_in_slices_ends_and_changes_no_answer() -> None:
    rows = rows_of(*BILLS)
    while rows.prepare(1):
        continue
    rows.filter("status:recycled >1000")
    assert numbers(rows.shown) == ["FA3"]


def test_the_next_filter_reads_anew_what_changed_around_the_rows() -> None:
    towns = {"FA1": "Lyon", "FA2": "Lyon"}
    rows = Rows(
        [Column[str]("number", "Number", 10, str)],
        [Field[str]("town", Kind.TEXT, towns.__getitem__)],
        key=str,
        words=str,
    )
    rows.replace_all(towns)
    rows.filter("town:lyon")
    while rows.prepare(1):
        pass
    towns["FA2"] = "Nice"
    rows.forget()
    rows.filter("town:lyon")
    assert list(rows.shown) == ["FA1"]
    rows.filter("town:nice")
    assert list(rows.shown) == ["FA2"]


def column(name: str, width: int, rank: int = 0, grows: bool = False) -> Column[str]:
    return Column(name, name, width, str, rank=rank, grows=grows)


def test_columns_drop_by_rank_and_are_never_squeezed() -> None:
    columns = (column("a", 10), column("b", 10, rank=2), column("c", 10, rank=1), column("d", 5, grows=True))
    assert [(c.id, w) for c, w in fit(columns, 38)] == [("a", 10), ("b", 10), ("c", 10), ("d", 5)]
    assert [(c.id, w) for c, w in fit(columns, 37)] == [("a", 10), ("c", 10), ("d", 15)]
    assert [(c.id, w) for c, w in fit(columns, 20)] == [("a", 10), ("d", 9)]


def test_letters_taken_back_show_again_what_they_hid_also_after_a_change() -> None:
    rows = rows_of(*BILLS)
    rows.filter("b")
    before = numbers(rows.shown)
    rows.filter("beziers")
    rows.filter("b")
    assert numbers(rows.shown) == before
    rows.filter("beziers")
    rows.update([], [before[0]])
    rows.filter("b")
    assert numbers(rows.shown) == before[1:]
