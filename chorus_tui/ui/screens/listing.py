"""What every list of the console has: title with filter and counts, table, message of the row, side pane.

    class Drawers(ListingScreen[Drawer]):
        title_of = N_("Drawers")
        columns = COLUMNS
        fields = FIELDS                                # what a filter may name
        tables = frozenset({"drawers"})                # store tables whose changes concern the rows
        first_sort = ("filed", True)                   # column id, downwards?
        scopes = (Scope("drawers", …), LISTING, EVERYWHERE)

        def load(self) -> Iterable[Drawer]: return self.desk.store.drawers.all()
        def key(self, row: Drawer) -> str: return row.id
        def row(self, key: str) -> Drawer | None: return …        # None: leaves the list
        def words(self, row: Drawer) -> str: …         # what a plain word of a filter looks in
        def message(self, row: Drawer) -> Line: …      # error of the selected row, always on the screen
        def pane(self, row: Drawer, width: int) -> list[Line]: …   # beside the table from 120 columns on
        def empty(self) -> str: …                      # why there is nothing, and what to press
        def open(self, row: Drawer) -> None: …         # enter
        def copyable(self, row: Drawer) -> str: …      # `y`

Verbs use `self.listing.current` and `self.chosen()` (marks, else the row under the cursor).
"""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.containers import Horizontal

from chorus_tui.domain.money import format_amount
from chorus_tui.i18n import N_, _, language, ngettext
from chorus_tui.ui.columns import Column
from chorus_tui.ui.commands import Command, Scope
from chorus_tui.ui.filtering import Field, Kind, replace_field
from chorus_tui.ui.rows import Rows
from chorus_tui.ui.screens.console import EVERYWHERE, Changes, ConsoleScreen
from chorus_tui.ui.widgets.lines import Line, Lines
from chorus_tui.ui.widgets.listing import Listing
from chorus_tui.ui.widgets.painted import columns_of, cut, wrap

Row = TypeVar("Row")

PANE = 42
"""Width of the side pane."""
WIDE = 120
"""From how many columns on there is one."""
SLICE = 1_500
"""Rows whose text is prepared in one go: some milliseconds, so that no key waits."""


def _no_row(screen: Any) -> str:
    return "" if screen.listing.current is not None else _("There is no row here.")


def _no_marks(screen: Any) -> str:
    return (
        "" if screen.listing.marked or screen.listing.in_range else _("Nothing is marked; space marks a row.")
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
            lambda s: s.ask_filter(),
            line=20,
        ),
        Command(
            "list.filter_by",
            "f",
            N_("Filter by"),
            N_("Filters by one field: asks which, then its value."),
            lambda s: s.ask_field(),
            line=21,
        ),
        Command(
            "list.sort",
            "t",
            N_("Sort"),
            N_("Sorts by a column; by the same column again: the other way round."),
            lambda s: s.ask_sort(),
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


class ListingScreen(ConsoleScreen, Generic[Row]):
    """A screen that is a table."""

    DEFAULT_CSS = f"""
    ListingScreen #title {{ height: 1; }}
    ListingScreen #table {{ height: 1fr; }}
    ListingScreen #pane {{ width: {PANE}; height: 1fr; display: none; margin-left: 1; }}
    ListingScreen #message {{ height: 2; }}
    ListingScreen.-wide #pane {{ display: block; }}
    ListingScreen.-wide #message {{ display: none; }}
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012  # Textual's own type
    AUTO_FOCUS = "Listing"

    scopes = (LISTING, EVERYWHERE)
    title_of: ClassVar[str]
    """English source string."""
    columns: ClassVar[Sequence[Column[Any]]]
    fields: ClassVar[Sequence[Field[Any]]] = ()
    tables: ClassVar[frozenset[str]] = frozenset()
    first_sort: ClassVar[tuple[str, bool]]

    def __init__(self) -> None:
        super().__init__()
        self.listing: Listing[Row] = Listing(self.columns, self.key, id="table-rows")
        self.rows: Rows[Row] = Rows(self.columns, self.fields, key=self.key, words=self.words)
        self.rows.sorted_by, self.rows.sorted_down = self.first_sort
        self.title_line = Lines("bar", id="title")
        self.message_lines = Lines(id="message")
        self.pane_lines = Lines(id="pane")

    def load(self) -> Iterable[Row]:
        """All rows."""
        raise NotImplementedError

    def key(self, row: Row) -> str:
        """The identity of a row."""
        raise NotImplementedError

    def row(self, key: str) -> Row | None:
        """The row of a changed record as it is now; None when it does not belong here (any more)."""
        raise NotImplementedError

    def words(self, row: Row) -> str:
        """What a plain word of the filter looks in: as a rule every cell."""
        return " ".join(column.value(row) for column in self.columns)

    def message(self, row: Row) -> Line:
        """What is wrong with the row and why, always on the screen; empty: nothing."""
        return ()

    def pane(self, row: Row, width: int) -> list[Line]:
        """The row in full, beside the table where there is room."""
        return []

    def empty(self) -> str:
        """Why there is no row, and what to press."""
        return ""

    def open(self, row: Row) -> None:
        """What enter does."""

    def copyable(self, row: Row) -> str:
        """The row as text."""
        return "\t".join(column.value(row) for column in self.columns)

    def amount(self, row: Row) -> Decimal | None:
        """What the row is worth, for the sum of the marked ones; None where rows have no amount."""
        return None

    def compose_body(self) -> ComposeResult:
        """Title, table and pane, message."""
        yield self.title_line
        with Horizontal(id="table"):
            yield self.listing
            yield self.pane_lines
        yield self.message_lines

    def on_mount(self) -> None:
        """Show what there is."""
        self.rows.replace_all(self.load())
        self.show_rows(top=True)
        self.run_worker(self._prepare(), group="prepare", exclusive=True)

    async def _prepare(self) -> None:
        """Make the first filter as quick as the next ones."""
        for _slice in range(len(self.rows) // SLICE + 1):
            self.rows.prepare(SLICE)
            await asyncio.sleep(0)

    def store_changed(self, changes: Changes) -> None:
        """Read again exactly the records that changed."""
        keys = frozenset[str]().union(*(changes.get(table, frozenset()) for table in self.tables))
        if not keys:
            return
        found = {key: self.row(key) for key in keys}
        gone = frozenset(key for key, row in found.items() if row is None)
        self.rows.update((row for row in found.values() if row is not None), gone)
        if gone & self.listing.marked:
            self.listing.unmark(gone)
        self.show_rows()

    def show_rows(self, top: bool = False) -> None:
        """Bring the table up to date with the rows."""
        self.listing.sorted_by, self.listing.sorted_down = self.rows.sorted_by, self.rows.sorted_down
        self.listing.empty = self.empty_words()
        self.listing.show(self.rows.shown, self.rows.position, top)
        self.update_title()

    def empty_words(self) -> str:
        """Why the table is empty: the filter, or what the screen says."""
        if len(self.rows) and self.rows.filtered_by:
            return _("None of {count} rows answers to “{filter}”. esc clears the filter.").format(
                count=_count(len(self.rows)), filter=self.rows.filtered_by
            )
        return self.empty()

    def chosen(self) -> list[Row]:
        """What verbs act on: marked rows, also those a filter hides; else the row under the cursor."""
        return self.listing.chosen(self.rows.get)

    def update_title(self) -> None:
        """Name, filter, honest counts, place of the cursor."""
        width = self.title_line.size.width or self.app.size.width
        shown, every = len(self.rows.shown), len(self.rows)
        counts = _("{shown} of {all}").format(shown=_count(shown), all=_count(every))
        if shown == every:
            counts = _count(every)
        marked = len(self.listing.chosen()) if self.listing.in_range else len(self.listing.marked)
        if marked:
            counts += " · " + ngettext("{n} marked", "{n} marked", marked).format(n=_count(marked))
            total = self._marked_total()
            counts += f" ({total})" if total else ""
        at = f" · {_count(self.listing.cursor + 1)}/{_count(shown)} " if shown else " "
        room = width - columns_of(counts + at)
        title = f" {_(self.title_of)} "
        told = (
            cut(f"/{self.rows.filtered_by} ", max(0, room - columns_of(title) - 1))
            if self.rows.filtered_by
            else ""
        )
        gap = " " * max(1, room - columns_of(title) - columns_of(told))
        self.title_line.show(
            [((title, "strong"), (told, "prompt"), (gap, "bar"), (counts, "strong"), (at, "faint"))]
        )

    def _marked_total(self) -> str:
        amounts = [amount for row in self.chosen() if (amount := self.amount(row)) is not None]
        return money(sum(amounts, Decimal(0))) if amounts else ""

    def on_listing_moved(self) -> None:
        """Let title, message and pane follow the cursor."""
        self.update_title()
        row = self.listing.current
        if self.has_class("-wide"):
            width = PANE - 1
            self.pane_lines.show([] if row is None else self.pane(row, width))
            return
        line = () if row is None else self.message(row)
        words = wrap("".join(text for text, _look in line), self.app.size.width - 2, 2) if line else []
        look = line[0][1] if line else "plain"
        self.message_lines.show([((f" {text}", look),) for text in words])

    def on_listing_marked(self) -> None:
        """Count again."""
        self.update_title()

    def on_resize(self, event: Any) -> None:
        """Let title, message and pane use the room."""
        super().on_resize(event)
        self.call_after_refresh(self.on_listing_moved)

    def open_row(self) -> None:
        """Open the row under the cursor."""
        row = self.listing.current
        if row is not None:
            self.open(row)

    def copy_row(self) -> None:
        """Copy the chosen rows."""
        rows = self.chosen()
        what = ngettext("{n} row", "{n} rows", len(rows)).format(n=_count(len(rows)))
        self.copy("\n".join(self.copyable(row) for row in rows), what)

    def step_back(self) -> None:
        """Clear the filter before anything else, then a range or marks, then leave."""
        if self.rows.filtered_by:
            self.set_filter("")
        elif self.listing.in_range or self.listing.marked:
            self.listing.unmark()
        elif len(self.app.screen_stack) > 1:
            self.dismiss()

    def set_filter(self, text: str) -> None:
        """Show the rows that answer to a text."""
        self.rows.filter(text)
        self.show_rows()

    async def ask_filter(self) -> None:
        """Filter while it is typed; enter keeps it, escape clears it."""
        text = await self.prompt.text("/", self.rows.filtered_by, on_change=self.set_filter)
        if text is None:
            self.set_filter("")
        elif text != self.rows.filtered_by:
            self.set_filter(text)

    async def ask_field(self) -> None:
        """Ask for a field and its value, and write both into the filter."""
        field = await self.prompt.choose(_("Filter by:"), [(field, _(field.title)) for field in self.fields])
        if field is None:
            return
        terms = await self._ask_terms(field)
        if terms is not None:
            self.set_filter(replace_field(self.rows.filtered_by, field, terms))

    async def _ask_terms(self, field: Field[Row]) -> str | None:
        name = field.name
        if field.kind is Kind.DATE:
            today = self.desk.now().date()
            options = [(period, _(label)) for label, period in periods(today)]
            period = await self.prompt.choose(f"{_(field.title)}:", [*options, (None, _("other…"))])
            if period is not None:
                since, until = period
                return f"{name}>={since.isoformat()}" + (f" {name}<={until.isoformat()}" if until else "")
            typed = await self.prompt.text(
                _("{field}, such as >=2026-10-01 or 2026-10:").format(field=_(field.title))
            )
        elif field.kind is Kind.AMOUNT:
            typed = await self.prompt.text(
                _("{field}, such as >1000 or <=99,50:").format(field=_(field.title)), ">"
            )
        elif field.options:
            offered = [(option, _(option)) for option in field.options]
            typed = await self.prompt.choose(f"{_(field.title)}:", offered)
            typed = None if typed is None else _(typed)
        else:
            typed = await self.prompt.text(f"{_(field.title)}:")
        if typed is None:
            return None
        if not typed.strip(" >=<"):
            return ""
        if typed[0] in "<>=":
            return " ".join(f"{name}{bound}" for bound in typed.split())
        return f'{name}:"{typed}"' if " " in typed else f"{name}:{typed}"

    async def ask_sort(self) -> None:
        """Ask for the column to sort by."""
        ids = [column.id for column in self.columns]
        at = ids.index(self.rows.sorted_by)
        options = [
            (column, _(column.title) + ((" ▼" if self.rows.sorted_down else " ▲") if number == at else ""))
            for number, column in enumerate(self.columns)
        ]
        column = await self.prompt.choose(_("Sort by:"), options, at)
        if column is not None:
            again = column.id == self.rows.sorted_by
            self.sort_by(column.id, not self.rows.sorted_down if again else column.newest_first)

    def sort_by(self, column_id: str, down: bool) -> None:
        """Sort the table; the cursor stays on its row."""
        self.rows.sort(column_id, down)
        self.show_rows()

    def turn_round(self) -> None:
        """The other way round."""
        self.sort_by(self.rows.sorted_by, not self.rows.sorted_down)


def periods(today: date) -> tuple[tuple[str, tuple[date, date | None]], ...]:
    """The periods a clerk asks for: label (English source string), first and last day."""
    monday = today - timedelta(days=today.weekday())
    month = today.replace(day=1)
    last_month_end = month - timedelta(days=1)
    return (
        (N_("today"), (today, None)),
        (N_("this week"), (monday, None)),
        (N_("this month"), (month, None)),
        (N_("last month"), (last_month_end.replace(day=1), last_month_end)),
        (N_("90 days"), (today - timedelta(days=90), None)),
        (N_("this year"), (today.replace(month=1, day=1), None)),
    )


def money(amount: Decimal | None) -> str:
    """An amount as the operator's language writes it, in euros."""
    return "" if amount is None else f"{format_amount(amount, language() == 'fr')} €"


def _count(number: int) -> str:
    return f"{number:,}".replace(",", "\u00a0")
