"""The commands of every list: filter, sort, mark, move."""

from typing import Any

from chorus_tui.i18n import N_, _
from chorus_tui.ui.commands import Command, Scope
from chorus_tui.ui.screens.list_questions import ask_field, ask_filter, ask_sort


def _no_row(screen: Any) -> str:
    return "" if screen.listing.current is not None else _("There is no row here.")


def _no_marks(screen: Any) -> str:
    return (
        "" if screen.listing.marked or screen.listing.in_range else _("Nothing is marked; space marks a row.")
    )


def moves(scope: str) -> tuple[Command, ...]:
    """The keys that move in the list of a screen on which letters are typed."""
    return (
        Command(
            f"{scope}.down", "down", N_("Down"), N_("Moves down."), lambda s: s.listing.move(1), palette=False
        ),
        Command(f"{scope}.up", "up", N_("Up"), N_("Moves up."), lambda s: s.listing.move(-1), palette=False),
        Command(
            f"{scope}.page_down",
            "pagedown",
            N_("Page down"),
            N_("Moves down a page."),
            lambda s: s.listing.page(1),
            palette=False,
        ),
        Command(
            f"{scope}.page_up",
            "pageup",
            N_("Page up"),
            N_("Moves up a page."),
            lambda s: s.listing.page(-1),
            palette=False,
        ),
    )


LISTING = Scope(
    "list",
    N_("Lists"),
    (
        Command(
            "list.open",
            "enter",
            N_("Open"),
            N_("Opens the row under the cursor."),
            lambda s: s.open_row(),
            _no_row,
        ),
        Command(
            "list.filter",
            "slash",
            N_("Filter"),
            N_("Shows only rows with the words typed; also field:value, !not, >1000, >2026-10-01."),
            ask_filter,
            line=20,
        ),
        Command(
            "list.filter_by",
            "f F",
            N_("Filter by"),
            N_("Filters by one field: asks which, then its value."),
            ask_field,
            line=21,
        ),
        Command(
            "list.sort",
            "t o",
            N_("Sort"),
            N_("Sorts by a column; by the same column again: the other way round."),
            ask_sort,
            line=22,
        ),
        Command("list.turn", "T", N_("Turn round"), N_("Turns the order round."), lambda s: s.turn_round()),
        Command(
            "list.mark",
            "space",
            N_("Mark"),
            N_("Marks the row, or takes the mark away, and goes down."),
            lambda s: s.listing.mark(),
            _no_row,
            line=23,
            palette=False,
        ),
        Command(
            "list.range",
            "v",
            N_("Mark a range"),
            N_("Begins a range; move, then v or space marks all that is in it."),
            lambda s: s.listing.mark_range(),
            _no_row,
            palette=False,
        ),
        Command(
            "list.mark_all",
            "a",
            N_("Mark all"),
            N_("Marks every row that the filter shows."),
            lambda s: s.listing.mark_all(),
            _no_row,
        ),
        Command(
            "list.unmark",
            "A",
            N_("Unmark all"),
            N_("Takes every mark away."),
            lambda s: s.listing.unmark(),
            _no_marks,
        ),
        Command(
            "list.copy",
            "y",
            N_("Copy"),
            N_("Copies the row as text to the clipboard."),
            lambda s: s.copy_row(),
            _no_row,
        ),
        Command(
            "list.back",
            "escape",
            N_("Back"),
            N_("Clears the filter; then the marks; then leaves the screen."),
            lambda s: s.step_back(),
            palette=False,
        ),
        Command(
            "list.down",
            "down j",
            N_("Down"),
            N_("Moves the cursor down."),
            lambda s: s.listing.move(1),
            palette=False,
        ),
        Command(
            "list.up",
            "up k",
            N_("Up"),
            N_("Moves the cursor up."),
            lambda s: s.listing.move(-1),
            palette=False,
        ),
        Command(
            "list.page_down",
            "pagedown",
            N_("Page down"),
            N_("Moves down a page."),
            lambda s: s.listing.page(1),
            palette=False,
        ),
        Command(
            "list.page_up",
            "pageup",
            N_("Page up"),
            N_("Moves up a page."),
            lambda s: s.listing.page(-1),
            palette=False,
        ),
        Command(
            "list.top",
            "g home",
            N_("First"),
            N_("Goes to the first row."),
            lambda s: s.listing.jump(0),
            palette=False,
        ),
        Command(
            "list.bottom",
            "G end",
            N_("Last"),
            N_("Goes to the last row."),
            lambda s: s.listing.jump(len(s.listing.rows)),
            palette=False,
        ),
    ),
)
