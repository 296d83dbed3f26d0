"""Place 4, Flows, its Dashboard: a filter, Show, and how many flows stand where (S2-080…082)."""

import asyncio
import contextlib
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from msgspec import structs
from textual.app import ComposeResult
from textual.widget import Widget

from chorus_tui.domain.flow import Flow
from chorus_tui.domain.flow_search import FlowCriteria
from chorus_tui.i18n import P_, _, labelled, ngettext
from chorus_tui.operations import flow_dashboard, flow_trends, permissions
from chorus_tui.operations.flow_dashboard import Dashboard
from chorus_tui.ui.screens.console import EVERYWHERE, Changes, ConsoleScreen
from chorus_tui.ui.screens.flow_dashboard_commands import DASHBOARD
from chorus_tui.ui.screens.flow_dashboard_grid import columns_of, sections_of, slot_of
from chorus_tui.ui.screens.flow_tabs import HOME_TAB, SEARCH_TAB, TABS, other_tabs
from chorus_tui.ui.widgets.count_grid import CountGrid
from chorus_tui.ui.widgets.lines import Lines
from chorus_tui.ui.widgets.painted import cut, pad, wrap
from chorus_tui.ui.words import count, day

if TYPE_CHECKING:
    from textual.timer import Timer

    from chorus_tui.ui.screens.flow_charts import Drawn

AGAIN = 1.0
"""Seconds in which changes are gathered before everything is counted anew."""
WAIT = 10.0
"""Seconds that a key waits for the numbers at most."""
HIGH = 36
"""Rows from which on there is room for plots below the numbers."""
GRID = 17
"""Rows of the numbers there at most."""


class FlowDashboard(ConsoleScreen):
    """Filter, numbers, what the number under the cursor is; below, where there is room, what is drawn."""

    DEFAULT_CSS = f"""
    FlowDashboard #filter {{ height: 1; }}
    FlowDashboard #told {{ height: 2; }}
    FlowDashboard #charts {{ height: 1fr; display: none; }}
    FlowDashboard.-high CountGrid {{ height: auto; max-height: {GRID}; }}
    FlowDashboard.-high #charts {{ display: block; }}
    """
    AUTO_FOCUS = "CountGrid"
    scopes = (DASHBOARD, TABS, EVERYWHERE)

    def __init__(self, criteria: FlowCriteria | None = None) -> None:
        """
        Args:
            criteria: the filter at first; None: every flow.
        """
        super().__init__()
        self.criteria = criteria or FlowCriteria()
        """What is filled in."""
        self.shown: Dashboard | None = None
        """What the numbers answer to; None: nothing was counted yet."""
        self.flows: list[Flow] = []
        """Those that were counted, as a search lists them."""
        self.drawn: Drawn | None = None
        """The plots below the numbers, where there is room."""
        self.issuers: dict[str, str] = {}
        """SIRET → name, of those met so far."""
        self.grid = CountGrid()
        self.title_line = Lines("bar", id="title")
        self.filter_line = Lines(id="filter")
        self.told_line = Lines(id="told")
        self.charts = Lines(id="charts")
        self.counted = asyncio.Event()
        """Set once numbers are there; keys wait for it."""
        self._again: Timer | None = None
        self._turn = 0
        """Of the count that began last: only its numbers are shown."""
        self.grid.when_moved = self.show_told

    @property
    def total(self) -> int:
        """Flows that were counted."""
        return self.shown.total if self.shown is not None else 0

    def compose_body(self) -> Iterable[Widget]:
        """Title, filter, numbers, what the number is, plots."""
        return self._body()

    def _body(self) -> ComposeResult:
        yield self.title_line
        yield self.filter_line
        yield self.grid
        yield self.told_line
        yield self.charts

    def on_mount(self) -> None:
        """Count once the frame stands."""
        self.show_filter()
        self.show_told()
        self.run_worker(self.show_counts, group="count", exclusive=True)  # type: ignore[arg-type]  # a method

    def on_resize(self, event: object) -> None:
        """Use the room."""
        super().on_resize(event)  # type: ignore[arg-type]  # Textual's own event
        self.set_class(self.app.size.height >= HIGH, "-high")
        self.call_after_refresh(self._show_all)

    def _show_all(self) -> None:
        self.show_filter()
        self.show_told()
        if self.shown is not None and self.has_class("-high"):
            self._begin_drawing()

    def store_changed(self, changes: Changes) -> None:
        """Count anew, not at every one of many changes."""
        if self._again is None and changes.keys() & {"flows", "grants"}:
            self._again = self.set_timer(AGAIN, self._count_again)

    def _count_again(self) -> None:
        if self.shown is not None:
            again = partial(self._count, self.shown.criteria)
            self.run_worker(again, group="count", exclusive=True)  # type: ignore[arg-type]  # a method

    # Counting

    async def show_counts(self) -> None:
        """Show (S2-080): the numbers for the filter as it is filled in."""
        await self._count(self.criteria)

    async def _count(self, criteria: FlowCriteria) -> None:
        if self._again is not None:
            self._again.stop()
            self._again = None
        self._turn += 1
        turn = self._turn
        try:
            with self.telling():
                found = await flow_dashboard.dashboard_in_slices(self.desk, criteria)
                if turn == self._turn:
                    self._show_numbers(*found)
        finally:
            self.counted.set()

    def _show_numbers(self, found: Dashboard, flows: list[Flow]) -> None:
        self.shown, self.flows, self.drawn = found, flows, None
        self.issuers |= {issuer.siret: issuer.title for issuer in found.issuers}
        self.grid.show(columns_of(found), sections_of(found) if found.total else [])
        self.show_filter()
        self.show_told()
        self.update_keys()
        if self.has_class("-high"):
            self._begin_drawing()

    def _begin_drawing(self) -> None:
        # Methods and not what they return: a screen that goes at once never begins them.
        self.run_worker(self._draw, group="draw", exclusive=True)  # type: ignore[arg-type]  # a method

    async def _draw(self) -> None:
        """The plots, after the numbers."""
        from chorus_tui.ui.screens.flow_charts import draw, plot_heights

        trends = await flow_trends.trends_in_slices(self.desk, self.flows)
        size = self.charts.size
        self.drawn = await draw(trends, size.width * 3 // 5, plot_heights(size.height))
        self.show_charts()

    def show_charts(self) -> None:
        """Plots below the numbers, where there is room."""
        if self.drawn is None or not self.has_class("-high"):
            self.charts.show([])
            return
        from chorus_tui.ui.screens.flow_charts import beside

        size = self.charts.size
        self.charts.show(beside(self.drawn, size.width, size.height) if self.total else [])

    async def open_charts(self) -> None:
        """What is drawn, on a screen of its own."""
        from chorus_tui.ui.screens.flow_charts import FlowCharts

        self.app.push_screen(FlowCharts(self.flows, self.filter_words(self.criteria)))

    async def open_number(self) -> None:
        """Exactly the flows behind the number under the cursor (S2-082)."""
        from chorus_tui.ui.screens.flow_dashboard_list import FlowsOfNumber

        if self._again is not None and self.shown is not None:
            await self._count(self.shown.criteria)
        row, column = self.grid.row, self.grid.column
        if row is None or self.shown is None or not self.grid.number:
            return
        slot = slot_of(row.key, column.key if column is not None else None)
        self.app.push_screen(FlowsOfNumber(self.shown.criteria, slot, self._named(), self.flows))

    # The filter

    def fill_in(self, **values: object) -> None:
        """Take a criterion; Show applies it."""
        self.criteria = structs.replace(self.criteria, **values)
        self.show_filter()
        if self.pending:
            key = self.console.registry.key(self.console.registry["dashboard.show"])
            self.say(_("{key} shows the numbers for this filter.").format(key=key))

    @property
    def pending(self) -> bool:
        """Whether the numbers answer to another filter than the one that is filled in."""
        return self.shown is not None and self.shown.criteria != self.criteria

    async def reset(self) -> None:
        """Every flow again."""
        self.criteria = FlowCriteria()
        await self.show_counts()

    # Showing

    def filter_words(self, criteria: FlowCriteria) -> str:
        """The filter in words."""
        every = _("all")
        name = self.issuers.get(criteria.issuer, criteria.issuer)
        first, last = day(criteria.deposited_from), day(criteria.deposited_until)
        period = f"{first} – {last}".strip() if first or last else every
        told = [
            labelled(_("Issuer"), name or every),
            labelled(_(P_("flow", "Type")), _(criteria.type.label) if criteria.type else every),
            labelled(_(P_("period", "Deposited")), period),
        ]
        if criteria.mode is not None:
            told.append(labelled(_("Mode"), _(criteria.mode.label)))
        return " · ".join(told)

    def show_filter(self) -> None:
        """Title with the number of flows, and the filter; whether it is applied."""
        width = self.app.size.width
        total = ngettext("{n} flow", "{n} flows", self.total).format(n=count(self.total))
        counts = f"{total} " if self.shown is not None else ""
        tabs = other_tabs(self.console.registry, HOME_TAB, SEARCH_TAB)
        title = pad(cut(f" {_('Flows › Dashboard')}   {tabs}", width - len(counts)), width - len(counts))
        self.title_line.show([((title, "strong"), (counts, "strong"))])
        words, look = self.filter_words(self.criteria), "faint"
        if self.pending:
            key = self.console.registry.key(self.console.registry["dashboard.show"])
            words, look = _("{filter} → {key} shows").format(filter=words, key=key), "waits"
        self.filter_line.show([((f" {cut(words, width - 2)}", look),)])

    def _named(self) -> str:
        """The number under the cursor in words, without the number."""
        row, column = self.grid.row, self.grid.column
        if row is None:
            return ""
        return f"{row.title} · {column.title}" if column is not None else row.title

    def show_told(self) -> None:
        """What the number under the cursor counts; or why there is none."""
        width = self.app.size.width - 2
        if self.shown is None:
            words = _("Counting…")
        elif not self.total:
            words = self._empty()
        else:
            number = self.grid.number
            flows = ngettext("{n} flow", "{n} flows", number).format(n=count(number))
            words = labelled(self._named(), flows)
            if number:
                key = self.console.registry.key(self.console.registry["dashboard.open"])
                words = _("{what}; {key} lists them").format(what=words, key=key)
        self.told_line.show([((f" {line}", "plain"),) for line in wrap(words, width, 2)])

    def _empty(self) -> str:
        """Why there is nothing (S2-013), and what to press."""
        if self.shown is not None and self.shown.criteria != FlowCriteria():
            return _("No flow answers to this filter. F10 empties it.")
        words = _(
            "No flow yet: data appear once a structure has deposited an incoming flow itself. h goes to Home."
        )
        return permissions.why_hidden(self.desk) or words

    async def action_command(self, command_id: str) -> None:
        """Keys that were typed ahead mean numbers that are not there yet."""
        if command_id in ("dashboard.open", "dashboard.charts"):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.counted.wait(), WAIT)
        await super().action_command(command_id)
