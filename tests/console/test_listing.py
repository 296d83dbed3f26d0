"""The table of every list: what it draws, where its cursor goes, what it marks."""

from pathlib import Path

from textual.app import App, ComposeResult

from chorus_tui.domain.statuses import Tone
from chorus_tui.ui.columns import Column
from chorus_tui.ui.screens.told import Told
from chorus_tui.ui.widgets.listing import Listing
from tests.console.operator import console, desk_in, invoice

COLUMNS = (
    Column[int]("n", "Number", 8, lambda n: f"N{n:06}"),
    Column[int]("w", "Word", 4, lambda n: "odd" if n % 2 else "even"),
)


class Counted(list[int]):
    """Rows that remember which of them were looked at."""

    def __init__(self, count: int) -> None:
        super().__init__(range(count))
        self.read: set[int] = set()

    def __getitem__(self, index):  # type: ignore[no-untyped-def]  # as list has it
        if isinstance(index, int):
            self.read.add(index)
        return super().__getitem__(index)


class Alone(App[None]):
    """The table and nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self.table: Listing[int] = Listing(COLUMNS, key=str)

    def compose(self) -> ComposeResult:
        yield self.table


def drawn(app: App[None]) -> list[str]:
    return [strip.text.rstrip() for strip in app.screen._compositor.render_strips()]


async def test_of_a_hundred_thousand_rows_only_those_that_show_are_read() -> None:
    rows, app = Counted(100_000), Alone()
    async with app.run_test(size=(40, 12)) as pilot:
        app.table.show(rows)
        await pilot.pause()
        assert drawn(app)[1] == "> N000000  even"
        assert rows.read <= set(range(11))
        app.table.jump(99_999)
        await pilot.pause()
        assert drawn(app)[11] == "> N099999  odd"
        assert len(rows.read) <= 30


async def test_a_cursor_that_leaves_the_window_moves_it_half_a_page() -> None:
    app = Alone()
    async with app.run_test(size=(40, 13)) as pilot:
        app.table.show(range(100))
        await pilot.pause()
        app.table.jump(11)
        assert app.table.top == 0
        app.table.move(1)
        assert app.table.top == 6
        await pilot.pause()
        assert drawn(app)[7] == "> N000012  even"
        app.table.page(1)
        await pilot.pause()
        assert drawn(app)[7] == "> N000024  even"
        assert drawn(app)[1].endswith("N000018  even")


async def test_the_cursor_stays_on_its_record_when_rows_come_and_go() -> None:
    app = Alone()
    async with app.run_test(size=(40, 12)) as pilot:
        app.table.show(list(range(50)))
        await pilot.pause()
        app.table.jump(20)
        app.table.show([90, 91, *range(5, 50)])
        assert app.table.current == 20
        app.table.show([90, 91, *range(5, 20), *range(21, 50)])
        assert app.table.current == 21
        app.table.show([])
        assert app.table.current is None
        assert app.table.chosen() == []


async def test_marks_are_by_record_and_a_range_is_marked_at_once() -> None:
    app = Alone()
    async with app.run_test(size=(40, 12)) as pilot:
        app.table.show(list(range(50)))
        await pilot.pause()
        app.table.mark()
        assert (app.table.marked, app.table.cursor) == (frozenset({"0"}), 1)
        app.table.jump(5)
        app.table.mark_range()
        app.table.move(2)
        assert app.table.chosen() == [0, 5, 6, 7]
        app.table.mark_range()
        app.table.show(list(range(6, 50)))
        assert app.table.chosen() == [6, 7]
        assert app.table.marked == {"0", "5", "6", "7"}
        app.table.unmark()
        assert len(app.table.chosen()) == 1
        app.table.mark_all()
        assert len(app.table.chosen()) == 44


async def test_a_wide_character_takes_its_two_columns() -> None:
    app = Alone()
    app.table.columns = (Column("a", "A", 6, lambda _n: "東京都庁"), Column("b", "B", 3, lambda _n: "end"))
    async with app.run_test(size=(20, 4)) as pilot:
        app.table.show([1])
        await pilot.pause()
        assert drawn(app)[1] == "> 東京 … end"


async def test_an_empty_table_says_why_and_what_to_press(tmp_path: Path) -> None:
    desk = desk_in(tmp_path)
    async with console(desk) as operator:
        assert operator.sees(
            "No invoice is known yet: Chorus Pro has not been asked. 6 says how sync stands."
        )
        desk.store.invoices.put(invoice(1))
        await operator.news()
        await operator.press("slash", "z", "z", "enter")
        assert operator.sees("None of 1 rows answers to “zz”. esc clears the filter.")
        await operator.press("escape")
        assert operator.sees("FA2026-000001")
    desk.store.close()


def test_the_key_that_starts_a_remedy_is_shown_however_long_the_rest_is() -> None:
    """S1-067: the words as they came first and whole; of the remedy as much as there is room for."""
    told = Told("✗ " + "mot " * 30, Tone.BAD, "Check this, then that, " * 12, "It means that.", "x fixes it")
    lines = told.words(60, 5)
    assert len(lines) == 5
    assert " ".join(lines).startswith(told.text.strip())
    assert lines[-1].endswith("… · x fixes it")
    assert all(len(line) <= 60 for line in lines)
    assert "It means that." in " ".join(told.words(60, 20))
