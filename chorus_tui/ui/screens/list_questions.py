"""What a list asks: for a filter, a field and its value, a column to sort by."""

from typing import TYPE_CHECKING, Any

from chorus_tui.i18n import _
from chorus_tui.operations.checking import today
from chorus_tui.ui.asking import ask_terms
from chorus_tui.ui.filtering import replace_field

if TYPE_CHECKING:
    from chorus_tui.ui.screens.listing import ListingScreen


async def ask_filter(screen: "ListingScreen[Any]") -> None:
    """Filter while it is typed; enter keeps it, escape clears it."""
    text = await screen.prompt.text("/", screen.rows.filtered_by, on_change=screen.set_filter)
    if text is None:
        screen.set_filter("")
    elif text != screen.rows.filtered_by:
        screen.set_filter(text)


async def ask_field(screen: "ListingScreen[Any]") -> None:
    """Ask for a field and its value, and write both into the filter."""
    fields = [(field, _(field.title)) for field in screen.fields]
    field = await screen.prompt.choose(_("Filter by:"), fields)
    if field is None:
        return
    terms = await ask_terms(screen.prompt, field, today(screen.desk.now()))
    if terms is not None:
        screen.set_filter(replace_field(screen.rows.filtered_by, field, terms))


async def ask_sort(screen: "ListingScreen[Any]") -> None:
    """Ask for the column to sort by."""
    rows, columns = screen.rows, screen.columns
    at = [column.id for column in columns].index(rows.sorted_by)
    options = [
        (column, _(column.title) + ((" ▼" if rows.sorted_down else " ▲") if number == at else ""))
        for number, column in enumerate(columns)
    ]
    column = await screen.prompt.choose(_("Sort by:"), options, at)
    if column is not None:
        again = column.id == rows.sorted_by
        screen.sort_by(column.id, not rows.sorted_down if again else column.newest_first)
