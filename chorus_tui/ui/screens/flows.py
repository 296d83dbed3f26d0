"""Place 4, Flows, its Home (S2-031): what was deposited, how it stands and what there is to do."""

from collections.abc import Iterable
from decimal import Decimal

from chorus_tui.domain.flow import Flow
from chorus_tui.i18n import N_, _, ngettext
from chorus_tui.operations import edi, flow_listing, permissions
from chorus_tui.ui.commands import Command, Scope
from chorus_tui.ui.screens.console import EVERYWHERE, Changes
from chorus_tui.ui.screens.flow_export import EXPORT
from chorus_tui.ui.screens.flow_rows import COLUMNS, FIELDS, FlowRow, words_of
from chorus_tui.ui.screens.flow_tabs import DASHBOARD_TAB, SEARCH_TAB, TABS, other_tabs
from chorus_tui.ui.screens.flow_verbs import FLOW_VERBS, FlowVerbs
from chorus_tui.ui.screens.flow_words import flow_lines, flow_told, name_words
from chorus_tui.ui.screens.listing import LISTING, Told
from chorus_tui.ui.widgets.lines import Line
from chorus_tui.ui.words import count

FLOWS = Scope(
    "flow_home",
    N_("Flows: Home"),
    (
        Command(
            "flow_home.open",
            "enter",
            N_("Open"),
            N_("Shows the flow: how it stands, what to do, and each of its invoices."),
            lambda s: s.open_row(),
            lambda s: "" if s.listing.current else _("There is no flow here."),
            line=1,
        ),
        Command(
            "flow_home.set_aside",
            "i",
            N_("Set aside"),
            N_("Lists files that EDI gateways returned and that could not be used, with why."),
            lambda s: s.show_set_aside(),
            lambda s: "" if s.set_aside else _("No file of an EDI gateway is set aside."),
            line=13,
            words=(N_("EDI"), N_("Return folder")),
        ),
        EXPORT,
    ),
)

MINUTE = 60.0
"""Seconds after which ages are told anew."""

FIRST = 100
"""Flows that are read for the first frame: more than the tallest screen shows."""


class FlowList(FlowVerbs[FlowRow]):
    """What Home has in common with other lists of flows: rows, what is said of them, their verbs."""

    columns = COLUMNS
    fields = FIELDS
    tables = frozenset({"flows"})
    first_sort = ("issuer", False)
    message_height = 5
    """Number and file one line, what the state means up to three, what to do another."""

    def on_mount(self) -> None:
        """Let ages grow, and the alarm of what is stuck show, while nothing else happens."""
        self.set_interval(MINUTE, self.time_passes)

    def time_passes(self) -> None:
        """Tell ages anew."""
        if self.is_current:
            self.show_rows()

    def key(self, row: FlowRow) -> str:
        """The flow's identity."""
        return row.flow.id

    def row(self, key: str) -> FlowRow | None:
        """The flow as it is now, if this operator may see it."""
        flow = self.desk.store.flows.get(key)
        if flow is None or not flow_listing.is_visible(self.desk, flow):
            return None
        return FlowRow(flow, self.desk)

    def words(self, row: FlowRow) -> str:
        """Whatever somebody on the telephone may name."""
        return words_of(row)

    def amount(self, row: FlowRow) -> Decimal | None:
        """What its invoices are worth."""
        return row.flow.amount

    def message(self, row: FlowRow) -> Told:
        """What its state means and what to do."""
        told = flow_told(self.desk, row.flow, self.key_words(row.flow))
        return told._replace(text=f"{name_words(row.flow)}\n{told.text}")

    def pane(self, row: FlowRow, width: int) -> list[Line]:
        """The flow in full."""
        return flow_lines(self.desk, row.flow, width, self.key_words(row.flow))

    def copyable(self, row: FlowRow) -> str:
        """Its number, which is what others ask for; else its file's name."""
        return row.flow.number or row.flow.name

    def flows_chosen(self) -> list[Flow]:
        """What a verb is about."""
        return [row.flow for row in self.chosen()]

    def store_changed(self, changes: Changes) -> None:
        """Follow the flows, and who may see them."""
        if "grants" in changes:
            self._take(self.load)
        super().store_changed(changes)
        if "grants" in changes:
            self.show_rows()

    def show_flow(self, flow_id: str) -> None:
        """Put the cursor on it, whatever the filter hides."""
        self.store_changed({"flows": frozenset({flow_id})})
        if not self.listing.go_to(flow_id) and self.rows.filtered_by:
            self.set_filter("")
            self.listing.go_to(flow_id)

    def open(self, row: FlowRow) -> None:
        """The flow with its invoices."""
        from chorus_tui.ui.screens.flow import FlowDetail

        self.app.push_screen(FlowDetail(row.flow.id))


class Flows(FlowList):
    """Every flow, by sender and then the newest first."""

    scopes = (FLOWS, FLOW_VERBS, TABS, LISTING, EVERYWHERE)
    title_of = N_("Flows › Home")
    set_aside = 0
    """Files of EDI gateways that could not be used."""

    def on_mount(self) -> None:
        """They are counted once the flows show."""
        if self.desk.settings.edi:
            self.call_after_refresh(self._count_set_aside)

    def _count_set_aside(self) -> None:
        self.set_aside = len(edi.set_aside(self.desk))
        self.update_title()
        self.update_keys()

    def store_changed(self, changes: Changes) -> None:
        """Follow what the gateways return, too."""
        super().store_changed(changes)
        if self.desk.settings.edi and changes.keys() & {"returned", "grants"}:
            self._count_set_aside()

    def show_set_aside(self) -> None:
        """List them."""
        from chorus_tui.ui.screens.gateway_files import GatewayFiles

        self.app.push_screen(GatewayFiles())

    def aside(self) -> str:
        """Files that somebody should look at."""
        if not self.set_aside:
            return ""
        registry = self.console.registry
        words = ngettext("{n} file set aside: {key}", "{n} files set aside: {key}", self.set_aside)
        key = registry.key(registry["flow_home.set_aside"])
        return words.format(n=count(self.set_aside), key=key)

    def load(self) -> Iterable[FlowRow]:
        """All that this operator may see (S2-014, S2-032)."""
        return [FlowRow(flow, self.desk) for flow in flow_listing.flows(self.desk)]

    def load_first(self) -> Iterable[FlowRow]:
        """Those that stand first: of very many flows, reading all takes longer than showing these."""
        found = flow_listing.first_flows(self.desk, FIRST)
        self.partly = len(found) >= FIRST
        return [FlowRow(flow, self.desk) for flow in found]

    def heading(self) -> str:
        """The tab, and where the keys of the others lead."""
        tabs = other_tabs(self.console.registry, SEARCH_TAB, DASHBOARD_TAB)
        return super().heading() if self.rows.filtered_by else f"{super().heading()}   {tabs}"

    def empty(self) -> str:
        """From when on there is something (S2-013), and how to bring it about; who grants to see what is."""
        words = _(
            "No flow yet: data appear once a structure has deposited an incoming flow itself. "
            "f deposits a file, f in place 1 deposits documents; n follows a flow of another tool."
        )
        return permissions.why_hidden(self.desk) or words
