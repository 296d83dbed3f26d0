"""What can be done about flows, from their lists and from one flow: each asks, does and says.

class Drawers(FlowVerbs[FlowRow]):
    scopes = (DRAWERS, FLOW_VERBS, TABS, LISTING, EVERYWHERE)
    def flows_chosen(self) -> list[Flow]: …          # what a verb is about: marked rows, else the cursor's
"""

from typing import Any, TypeVar

from chorus_tui.domain.flow import Flow
from chorus_tui.domain.flow_states import FlowStage, Resend
from chorus_tui.i18n import N_, _
from chorus_tui.operations import flow_listing
from chorus_tui.operations.flow_journal import is_lost
from chorus_tui.ui.commands import Command, Danger, Scope
from chorus_tui.ui.screens.console import ConsoleScreen
from chorus_tui.ui.screens.listing import ListingScreen
from chorus_tui.ui.screens.triage_commands import UNDO

Row = TypeVar("Row")


def _errand(name: str) -> Any:
    """A function of `flow_errands`, which is imported when a verb is first used."""

    def run(screen: Any) -> Any:
        from chorus_tui.ui.screens import flow_errands

        return getattr(flow_errands, name)(screen)

    return run


def _deposit_file(screen: "FlowActs") -> None:
    from chorus_tui.ui.screens.deposit_file import deposit_file

    deposit_file(screen)


def _some(screen: "FlowActs") -> str:
    return "" if screen.flows_chosen() else _("There is no flow here.")


def _one(screen: "FlowActs") -> str:
    return "" if screen.flow_here() is not None else _("There is no flow here.")


def _resendable(screen: "FlowActs") -> str:
    flow = screen.flow_here()
    if flow is None:
        return _("There is no flow here.")
    return why_not_again(flow)


def _why_no_pack(screen: "FlowActs") -> str:
    from chorus_tui.operations.packs import why_no_pack

    flow = screen.flow_here()
    return _("There is no flow here.") if flow is None else why_no_pack(screen.desk, flow)


def why_not_again(flow: Flow) -> str:
    """Why a flow, by its state alone, is not sent again (S2-041, S2-074)."""
    if flow.resend is not Resend.NOTHING:
        return ""
    if flow.stage is FlowStage.UNSURE:
        return _("It may have arrived: it is never sent again before that is known.")
    return " ".join((flow_listing.meaning_of(flow), flow_listing.what_to_do(flow)))


def _unsure(screen: "FlowActs") -> str:
    flow = screen.flow_here()
    if flow is None:
        return _("There is no flow here.")
    if flow.stage in (FlowStage.UNSURE, FlowStage.HANDED_OVER, FlowStage.DROPPED):
        return ""
    if is_lost(screen.desk, flow):
        return ""
    return _("It is known what became of its deposit: {state}.").format(state=_(flow.label))


REPORT = Command(
    "flows.report",
    "c",
    N_("Report"),
    N_("Shows the integration report: each invoice, each error and what it means, what came in return."),
    _errand("consult"),
    _one,
    line=3,
    words=(N_("Consult"), N_("Integration report"), N_("Errors")),
)
DOWNLOAD = Command(
    "flows.download",
    "t",
    N_("Download reports"),
    N_("Writes the reports of the marked flows to files: Chorus Pro's PDF, or JSON."),
    _errand("download"),
    _some,
    line=7,
)
RESEND = Command(
    "flows.resend",
    "e",
    N_("Send again"),
    N_("Shows what of the flow may go again and why the rest may not; then sends it as a new flow."),
    _errand("send_again"),
    _resendable,
    danger=Danger.COUNT,
    line=2,
    words=(N_("Resend"),),
)
NUMBER = Command(
    "flows.number",
    "n",
    N_("Type a number"),
    N_("Types the number that the portal gave a flow; on any other: follows a flow of another tool."),
    _errand("type_number"),
    line=8,
    words=(N_("Follow"), N_("Pack deposited")),
)
DEPOSIT = Command(
    "flows.deposit",
    "f",
    N_("Deposit a file"),
    N_("Deposits one XML, one Factur-X PDF or an archive of many as a flow."),
    _deposit_file,
    line=6,
)
PACK = Command(
    "flows.pack",
    "P",
    N_("Pack"),
    N_("Writes the file of a flow with a checklist, for whoever deposits it on the portal; again, too."),
    _errand("show_pack"),
    _why_no_pack,
    line=1,
    words=(N_("Checklist"), N_("Portal")),
)
NOT_TAKEN = Command(
    "flows.not_taken",
    "N",
    N_("Was not taken"),
    N_("Says of a flow whose answer was lost that Chorus Pro does not have it: its documents come back."),
    _errand("not_taken"),
    _unsure,
    danger=Danger.ASKS,
)
WITHDRAW = Command(
    "flows.withdraw",
    "w",
    N_("Withdraw"),
    N_("Takes flows back that have not left."),
    _errand("withdraw"),
    _some,
    line=4,
)
UPDATE = Command(
    "flows.update",
    "r",
    N_("Update"),
    N_("Asks Chorus Pro for the states of flows now."),
    lambda s: s.update(),
    line=12,
)

FLOW_VERBS = Scope(
    "flows",
    N_("Flows"),
    (REPORT, DOWNLOAD, RESEND, NUMBER, PACK, DEPOSIT, NOT_TAKEN, WITHDRAW, UPDATE, UNDO),
)


class FlowActs(ConsoleScreen):
    """What verbs on flows need of a screen."""

    def flows_chosen(self) -> list[Flow]:
        """What a verb is about."""
        raise NotImplementedError

    def flow_here(self) -> Flow | None:
        """The one under the cursor."""
        chosen = self.flows_chosen()
        return chosen[0] if chosen else None

    def numbers_marked(self) -> tuple[str, ...]:
        """Numbers of the invoices that sending again begins with; empty: all that may go."""
        return ()

    def unmark(self) -> None:
        """Take the marks away, once what they were for is done."""

    def close_soon(self) -> None:
        """Leave a flow that is gone, or may not be seen any more; what lies above it closes first."""
        self.call_after_refresh(self._close)

    def _close(self) -> None:
        if self.app.screen is self:
            self.dismiss()
        elif self in self.app.screen_stack:
            self.set_timer(0.1, self._close)

    def show_flow(self, flow_id: str) -> None:
        """Bring a flow into sight that was put into the store just now."""

    def name_of(self, key: str) -> str:
        """What the journal calls a flow."""
        return flow_name(self.desk.store.flows.get(key)) or key

    def key_words(self, flow: Flow) -> str:
        """The key that starts what is to be done about a flow, in words; empty where nothing is."""
        registry = self.console.registry
        key = {c.id: registry.key(c) for c in (RESEND, NUMBER, NOT_TAKEN, PACK)}
        if flow.wants_pack:
            return _("{key} writes it").format(key=key[PACK.id])
        if flow.stage is FlowStage.HANDED_OVER:
            words = _("{key} types it, {other} shows the pack")
            return words.format(key=key[NUMBER.id], other=key[PACK.id])
        if flow.stage is FlowStage.UNSURE:
            words = _("{key} types its number, {other} says that it was not taken")
            return words.format(key=key[NUMBER.id], other=key[NOT_TAKEN.id])
        is_stuck = flow.stage is FlowStage.DROPPED and flow_listing.waiting_time(self.desk, flow).stuck
        if is_stuck or is_lost(self.desk, flow):
            return _("{key} says that it was not taken").format(key=key[NOT_TAKEN.id])
        if flow.stage is FlowStage.DEPOSITED and not flow.state_code and flow.message:
            return _("{key} types it").format(key=key[NUMBER.id])
        if not self.goes_again(flow):
            return ""
        words = _("{key} shows what goes") if flow.queued_by else _("{key} says what can be done here")
        return words.format(key=key[RESEND.id])

    def goes_again(self, flow: Flow) -> bool:
        """Whether something of a flow is to be sent again."""
        if flow.resend is Resend.NOTHING or flow.dealt_with:
            return False
        return not flow.resent_by or bool(flow_listing.left_behind(self.desk, flow))

    def update(self) -> None:
        """Wake the stations that ask for states."""
        for station in ("flows", "edi"):
            self.desk.wake(station)
        self.say(_("Asked for the states of flows; they appear as they come."))

    def on_line(self, command: Command) -> bool:
        """What the flow under the cursor does not allow is not offered."""
        flow = self.flow_here()
        if command is RESEND:
            return flow is not None and self.goes_again(flow)
        if command is PACK:
            return flow is not None and (flow.wants_pack or flow.stage is FlowStage.HANDED_OVER)
        if command is WITHDRAW:
            return flow is not None and flow.stage in (FlowStage.QUEUED, FlowStage.HANDED_OVER)
        return super().on_line(command)


class FlowVerbs(ListingScreen[Row], FlowActs):
    """A list of flows, or of what is in one. Textual takes styles from the first base alone."""

    def unmark(self) -> None:
        """Take the marks away."""
        self.listing.unmark()

    def on_listing_moved(self) -> None:
        """Let the key line follow the cursor."""
        super().on_listing_moved()
        if self.is_mounted:
            self.update_keys()


def flow_name(flow: Flow | None) -> str:
    """What a flow is called: its number, or its file before it has one."""
    return "" if flow is None else flow.number or flow.name
