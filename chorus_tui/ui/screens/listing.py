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
        def message(self, row: Drawer) -> Told: …      # error of the selected row, always on the screen
        def pane(self, row: Drawer, width: int) -> list[Line]: …   # beside the table from 120 columns on
        def empty(self) -> str: …                      # why there is nothing, and what to press
        def open(self, row: Drawer) -> None: …         # enter
        def copyable(self, row: Drawer) -> str: …      # `y`

Verbs use `self.listing.current` and `self.chosen()` (marks, else the row under the cursor).
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.timer import Timer

from chorus_tui.domain.statuses import Tone
from chorus_tui.i18n import _, ngettext
from chorus_tui.store import StoreError
from chorus_tui.ui.columns import Column
from chorus_tui.ui.commands import Command, Scope
from chorus_tui.ui.filtering import Field
from chorus_tui.ui.rows import Rows
from chorus_tui.ui.screens.console import EVERYWHERE, Changes, ConsoleScreen
from chorus_tui.ui.screens.list_commands import LISTING
from chorus_tui.ui.screens.told import Told
from chorus_tui.ui.widgets.lines import Line, Lines
from chorus_tui.ui.widgets.listing import Listing
from chorus_tui.ui.widgets.painted import columns_of, cut, pad
from chorus_tui.ui.words import count, money

if TYPE_CHECKING:
    from textual.worker import Worker

__all__ = ["LISTING", "ListingScreen", "Told"]

Row = TypeVar("Row")

PANE = 42
"""Width of the side pane."""
LABELS = 15
"""Columns of the pane that hold names of values and seldom change."""
POSITION = 17
"""Columns for the place of the cursor: 100 000/100 000."""
REST = 0.1
"""Seconds the cursor rests before the pane follows: who runs through rows does not send each one over SSH."""
WIDE = 120
"""From how many columns on there is one."""
SLICE = 500
"""Rows that are made ready for a filter in one go: a few milliseconds, so that no key waits."""
PREPARE = 0.5
"""Seconds after which that begins: the first frame comes first."""


class ListingScreen(ConsoleScreen, Generic[Row]):
    """A screen that is a table."""

    DEFAULT_CSS = f"""
    ListingScreen #title-row {{ height: 1; }}
    ListingScreen #position {{ width: {POSITION}; }}
    ListingScreen #pane-labels {{ width: {LABELS}; height: 1fr; }}
    ListingScreen #pane-values {{ height: 1fr; }}
    ListingScreen #table {{ height: 1fr; }}
    ListingScreen #pane {{ width: {PANE}; height: 1fr; display: none; }}
    ListingScreen #pane {{ border-left: solid $secondary; padding-left: 1; margin-left: 1; }}
    ListingScreen.-wide #pane {{ display: block; }}
    ListingScreen.-wide #message {{ display: none; }}
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012  # Textual's own type
    AUTO_FOCUS = "Listing"

    scopes: ClassVar[tuple[Scope, ...]] = (LISTING, EVERYWHERE)
    title_of: ClassVar[str]
    """English source string."""
    columns: ClassVar[Sequence[Column[Any]]]
    fields: ClassVar[Sequence[Field[Any]]] = ()
    tables: ClassVar[frozenset[str]] = frozenset()
    first_sort: ClassVar[tuple[str, bool]]
    message_height: ClassVar[int] = 2
    """Lines below the table for what is wrong with the selected row."""

    def __init__(self) -> None:
        super().__init__()
        self.listing: Listing[Row] = Listing(self.columns, self.key, id="table-rows")
        self.rows: Rows[Row] = Rows(self.columns, self.fields, key=self.key, words=self.words)
        self.rows.sorted_by, self.rows.sorted_down = self.first_sort
        self.title_line = Lines("bar", id="title")
        self.message_lines = Lines(id="message")
        self.message_lines.styles.height = self.message_height
        self.position_line = Lines("bar", id="position")
        self.pane_labels = Lines(id="pane-labels")
        self.pane_values = Lines(first=LABELS, id="pane-values")
        self.partly = False
        """Whether only the first rows were read yet."""
        self.unread = ""
        """Why the rows could not be read; empty: they could."""
        self._rest: Timer | None = None
        self.listing.when_moved = self.on_listing_moved
        self.listing.when_marked = self.on_listing_marked

    def load(self) -> Iterable[Row]:
        """All rows."""
        raise NotImplementedError

    def load_first(self) -> Iterable[Row]:
        """What to show at once; sets `partly` where that is not all."""
        return self.load()

    def key(self, row: Row) -> str:
        """The identity of a row."""
        raise NotImplementedError

    def row(self, key: str) -> Row | None:
        """The row of a changed record as it is now; None when it does not belong here (any more)."""
        raise NotImplementedError

    def words(self, row: Row) -> str:
        """What a plain word of the filter looks in: as a rule every cell."""
        return " ".join(column.value(row) for column in self.columns)

    def message(self, row: Row) -> Told:
        """What is wrong with the row and why, always on the screen; empty: nothing."""
        return Told()

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

    def compose_above(self) -> ComposeResult:
        """What stands between the title and the table."""
        return ()

    def compose_body(self) -> ComposeResult:
        """Title, table and pane, message."""
        with Horizontal(id="title-row"):
            yield self.title_line
            yield self.position_line
        yield from self.compose_above()
        with Horizontal(id="table"):
            yield self.listing
            with Horizontal(id="pane"):
                yield self.pane_labels
                yield self.pane_values
        yield self.message_lines

    def on_mount(self) -> None:
        """Show what there is: where that takes time, a screenful of it first."""
        self._take(self.load_first)
        self.show_rows(top=True)
        if self.partly:
            self.console.call_when_painted(self.load_rest)
        self.set_timer(PREPARE, self._begin_preparing)

    def load_rest(self) -> None:
        """Take in all rows where only the first ones show yet; no command and no change comes before it."""
        if self.partly:
            self.partly = False
            self._take(self.load)
            self.show_rows(top=not self.listing.cursor)

    def _take(self, load: Callable[[], Iterable[Row]]) -> None:
        try:
            self.rows.replace_all(load())
        except StoreError as problem:
            self.unread = str(problem)
            self.say(self.unread, Tone.BAD)
            self.console.note_store(problem)

    def run_command(self, command: Command) -> "Worker[None] | None":
        """A command is about all rows."""
        self.load_rest()
        return super().run_command(command)

    def _begin_preparing(self) -> None:
        # The method and not what it returns: a screen that goes at once never begins it.
        self.run_worker(self._prepare, group="prepare", exclusive=True)  # type: ignore[arg-type]  # no methods

    async def _prepare(self) -> None:
        """Make the first filter as quick as the next ones."""
        slices = (len(self.fields) + 1) * (len(self.rows) // SLICE + 1)
        with self.telling():
            for _slice in range(slices):
                self.rows.prepare(SLICE)
                await asyncio.sleep(0)

    def store_changed(self, changes: Changes) -> None:
        """Read again exactly the records that changed."""
        keys = frozenset[str]().union(*(changes.get(table, frozenset()) for table in self.tables))
        if not keys:
            return
        self.load_rest()
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
        """Why the table is empty: the store, the filter, or what the screen says."""
        if self.unread:
            return self.unread
        if len(self.rows) and self.rows.filtered_by:
            return _("None of {count} rows answers to “{filter}”. esc clears the filter.").format(
                count=count(len(self.rows)), filter=self.rows.filtered_by
            )
        return self.empty()

    def chosen(self) -> list[Row]:
        """What verbs act on: marked rows, also those a filter hides; else the row under the cursor."""
        return self.listing.chosen(self.rows.get)

    def heading(self) -> str:
        """The name of what is listed."""
        return _(self.title_of)

    def aside(self) -> str:
        """What belongs to the counts: what the list leaves out."""
        return ""

    def update_title(self) -> None:
        """Name, filter, honest counts, place of the cursor."""
        width = self.app.size.width - POSITION
        counts = " · ".join(filter(None, (self._filtered(), self._marked(), self.aside())))
        room = width - columns_of(counts)
        title = cut(f" {self.heading()} ", room - 1)
        told = (
            cut(f"/{self.rows.filtered_by} ", max(0, room - columns_of(title) - 1))
            if self.rows.filtered_by
            else ""
        )
        gap = " " * max(1, room - columns_of(title) - columns_of(told))
        self.title_line.show([((title, "strong"), (told, "prompt"), (gap, "bar"), (counts, "strong"))])

    def _filtered(self) -> str:
        if not self.rows.filtered_by:
            return ""
        shown, every = count(len(self.rows.shown)), count(len(self.rows))
        return _("{shown} of {all}").format(shown=shown, all=every)

    def _marked(self) -> str:
        marked = len(self.listing.chosen()) if self.listing.in_range else len(self.listing.marked)
        if not marked:
            return ""
        words = ngettext("{n} marked", "{n} marked", marked).format(n=count(marked))
        total = self._marked_total()
        return f"{words} ({total})" if total else words

    def _marked_total(self) -> str:
        amounts = [amount for row in self.chosen() if (amount := self.amount(row)) is not None]
        return money(sum(amounts, Decimal(0))) if amounts else ""

    def on_listing_moved(self) -> None:
        """Let place, message and pane follow the cursor."""
        shown = len(self.rows.shown)
        every = "…" if self.partly else count(shown)
        at = f"{count(self.listing.cursor + 1)}/{every} " if shown else ""
        self.position_line.show([((pad(at, POSITION, right=True), "faint"),)])
        if self.listing.in_range:
            self.update_title()
        if self.has_class("-wide"):
            self._follow_at_rest()
            return
        row = self.listing.current
        try:
            told = Told() if row is None else self.message(row)
        except StoreError as problem:
            told = Told(f"✗ {problem.message}", Tone.BAD, problem.advice)
            self.console.note_store(problem)
        words = told.words(self.app.size.width - 2, self.message_height)
        self.message_lines.show([((f" {line}", told.tone.value),) for line in words])

    def _follow_at_rest(self) -> None:
        if self._rest is None:
            self._rest = self.set_timer(REST, self.show_pane)
        else:
            self._rest.reset()

    @property
    def pane_follows(self) -> bool:
        """Whether the pane is still about another row than the cursor's."""
        return self._rest is not None

    def show_pane(self) -> None:
        """Bring the pane up to date with the cursor."""
        self._rest = None
        row = self.listing.current
        lines: list[Line] = []
        if row is not None:
            with self.telling():
                lines = self.pane(row, PANE - 2)
        self.pane_labels.show(lines)
        self.pane_values.show(lines)

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
        what = ngettext("{n} row", "{n} rows", len(rows)).format(n=count(len(rows)))
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
        with self.telling():
            self.rows.filter(text)
        self.show_rows()

    def sort_by(self, column_id: str, down: bool) -> None:
        """Sort the table; the cursor stays on its row."""
        self.rows.sort(column_id, down)
        self.show_rows()

    def turn_round(self) -> None:
        """The other way round."""
        self.sort_by(self.rows.sorted_by, not self.rows.sorted_down)
