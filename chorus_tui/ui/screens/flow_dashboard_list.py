"""The flows behind one number of the dashboard: as many as the number says (S2-082)."""

from collections.abc import Iterable, Sequence

from chorus_tui.domain.flow import Flow
from chorus_tui.domain.flow_search import FlowCriteria
from chorus_tui.i18n import N_, _
from chorus_tui.operations import flow_dashboard
from chorus_tui.operations.flow_dashboard import Slot
from chorus_tui.ui.commands import Command, Scope
from chorus_tui.ui.screens.console import EVERYWHERE
from chorus_tui.ui.screens.flow_export import EXPORT
from chorus_tui.ui.screens.flow_rows import FlowRow
from chorus_tui.ui.screens.flow_verbs import FLOW_VERBS
from chorus_tui.ui.screens.flows import FlowList
from chorus_tui.ui.screens.listing import LISTING

NUMBER = Scope(
    "dashboard_list",
    N_("Flows: behind a number"),
    (
        Command(
            "dashboard_list.open",
            "enter",
            N_("Open"),
            N_("Shows the flow: how it stands, what to do, and each of its invoices."),
            lambda s: s.open_row(),
            lambda s: "" if s.listing.current else _("There is no flow here."),
            line=1,
        ),
        EXPORT,
    ),
)


class FlowsOfNumber(FlowList):
    """A list like Home's; a flow that changes leaves it as it leaves the number."""

    scopes = (NUMBER, FLOW_VERBS, LISTING, EVERYWHERE)
    title_of = N_("Flows › Dashboard")

    def __init__(self, criteria: FlowCriteria, slot: Slot, named: str, counted: Sequence[Flow]) -> None:
        """
        Args:
            criteria: the dashboard's filter.
            slot: what the number counts.
            named: the same in words.
            counted: what the dashboard counted, all numbers together.
        """
        super().__init__()
        self._criteria = criteria
        self._slot = slot
        self._named = named
        self._counted: Sequence[Flow] | None = counted

    def heading(self) -> str:
        """Which number."""
        return f"{_(self.title_of)} › {self._named}"

    def load(self) -> Iterable[FlowRow]:
        """What the number counted; later, what it would count now."""
        counted, self._counted = self._counted, None
        if counted is None:
            found = flow_dashboard.flows_of(self.desk, self._criteria, self._slot)
        else:
            found = [flow for flow in counted if flow_dashboard.holds(self._slot, flow)]
        return [FlowRow(flow, self.desk) for flow in found]

    def row(self, key: str) -> FlowRow | None:
        """The flow as it is now, if the number counts it still."""
        row = super().row(key)
        if row is None or not flow_dashboard.is_of(self.desk, self._criteria, self._slot, row.flow):
            return None
        return row

    def empty(self) -> str:
        """They went on meanwhile."""
        return _("None of these flows stands there any more. esc goes back.")
