"""The Selection field of a search: flows picked in the list that a type proposes (S2-055, S2-056)."""

from collections.abc import Iterable

from chorus_tui.domain.flow import FlowType
from chorus_tui.domain.flow_search import FlowCriteria
from chorus_tui.i18n import N_, _, labelled
from chorus_tui.operations import flow_search
from chorus_tui.ui.commands import Command, Scope
from chorus_tui.ui.screens.console import EVERYWHERE
from chorus_tui.ui.screens.flow_found import FoundFlows
from chorus_tui.ui.screens.flow_rows import FlowRow
from chorus_tui.ui.screens.listing import LISTING

PICKING = Scope(
    "flow_picker",
    N_("Selection of flows"),
    (
        Command(
            "flow_picker.take",
            "enter",
            N_("Take"),
            N_("Takes the marked flows into the search, or the one under the cursor."),
            lambda s: s.take(),
            line=1,
            palette=False,
        ),
        Command(
            "flow_picker.none",
            "d",
            N_("Take none"),
            N_("Empties the selection: the search is about all flows of the type again."),
            lambda s: s.take_none(),
            line=2,
        ),
        Command(
            "flow_picker.back",
            "escape",
            N_("Back"),
            N_("Clears the filter; then goes back, and leaves the selection as it was."),
            lambda s: s.step_back(),
            line=3,
            palette=False,
        ),
    ),
)


class FlowPicker(FoundFlows):
    """What was picked is in `picked` once it is closed; None: it was left."""

    scopes = (PICKING, LISTING, EVERYWHERE)
    title_of = N_("Selection")

    def __init__(self, type_: FlowType | None, picked: Iterable[str]) -> None:
        """
        Args:
            type_: whose flows are proposed; None: all.
            picked: what is picked already.
        """
        super().__init__()
        self.picked: tuple[str, ...] | None = None
        self.searching = True
        self._type = type_
        self.listing.marked = frozenset(picked)

    def on_mount(self) -> None:
        """Look for the flows of the type."""
        # The method and not what it returns: a list that is left at once never begins it.
        self.run_worker(self._propose, group="propose")  # type: ignore[arg-type]  # a method

    async def _propose(self) -> None:
        with self.telling():
            criteria = FlowCriteria(type=self._type)
            found = await flow_search.search_in_slices(self.desk, criteria)
            self.listing.unmark(self.listing.marked - {flow.id for flow in found})
            self.searching = False
            await self.show_found(found)

    def row(self, key: str) -> FlowRow | None:
        """The flow, where it is of the type."""
        row = super().row(key)
        of_type = row is not None and (self._type is None or row.flow.type is self._type)
        return row if of_type and row is not None and flow_search.is_incoming(row.flow) else None

    def heading(self) -> str:
        """Whose flows these are."""
        return labelled(_(self.title_of), _(self._type.label) if self._type else _("All types"))

    def empty(self) -> str:
        """Why there is nothing to pick."""
        if self.searching:
            return ""
        return _("No flow of this type is known here. esc goes back; choose another type.")

    def take(self) -> None:
        """The marked flows, in the order of the list."""
        self.picked = tuple(self.key(row) for row in self.chosen())
        self.dismiss()

    def take_none(self) -> None:
        """No flow in particular."""
        self.picked = ()
        self.dismiss()

    def step_back(self) -> None:
        """The filter goes first, then the list; marks are left as they are until they are taken."""
        if self.rows.filtered_by:
            self.set_filter("")
        else:
            self.dismiss()
