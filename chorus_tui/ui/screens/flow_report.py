"""The integration report of one flow on screen, asked for anew as it opens (S2-070, S2-072, S2-073)."""

from bisect import bisect_right

from textual import events
from textual.app import ComposeResult

from chorus_tui.domain.flow import Flow
from chorus_tui.i18n import N_, _, labelled
from chorus_tui.operations import flow_listing
from chorus_tui.operations.desk import Refusal
from chorus_tui.operations.report_views import six_blocks
from chorus_tui.store import StoreError
from chorus_tui.ui.commands import Command, Scope
from chorus_tui.ui.screens.console import EVERYWHERE, Changes
from chorus_tui.ui.screens.flow_report_lines import ReportLines
from chorus_tui.ui.screens.flow_verbs import DOWNLOAD, RESEND, FlowActs, flow_name
from chorus_tui.ui.widgets.lines import Lines
from chorus_tui.ui.widgets.painted import wrap
from chorus_tui.ui.widgets.prompt import set_height
from chorus_tui.ui.widgets.reader import READING, Reader

NOTE = 2
"""Lines at most for why there is no newer report."""

REPORTING = Scope(
    "flow_report",
    N_("An integration report"),
    (
        Command(
            "flow_report.block",
            "tab",
            N_("Next block"),
            N_("Goes to the next block: file, moments, result, invoices, errors, return flows, history."),
            lambda s: s.next_of(s.blocks),
            line=1,
            palette=False,
        ),
        Command(
            "flow_report.error",
            "n",
            N_("Next error"),
            N_("Goes to the next error."),
            lambda s: s.next_of(s.errors),
            lambda s: "" if s.errors else _("The report tells of no error."),
            line=2,
        ),
        RESEND,
        DOWNLOAD,
        Command(
            "flow_report.ask",
            "r",
            N_("Ask again"),
            N_("Asks Chorus Pro for the report again."),
            lambda s: s.ask_report(),
            lambda s: (
                "" if s.console.lookups else _("This console is offline: the report is the stored one.")
            ),
            line=8,
        ),
    ),
)


class FlowReportScreen(FlowActs):
    """The six blocks as text that scrolls, with what each error means."""

    DEFAULT_CSS = """
    FlowReportScreen #title { height: 1; }
    FlowReportScreen #report-note { display: none; }
    FlowReportScreen Reader { margin: 0 1; }
    """
    scopes = (REPORTING, READING, EVERYWHERE)
    AUTO_FOCUS = "Reader"

    def __init__(self, flow_id: str) -> None:
        super().__init__()
        self.flow_id = flow_id
        self._seen: Flow | None = None
        self.title_line = Lines("bar", id="title")
        self.note_line = Lines("waits", id="report-note")
        self.reader = Reader(id="report", name_of=_("the report"))
        self.blocks: list[int] = []
        self.errors: list[int] = []

    def compose_body(self) -> ComposeResult:
        """Title, how fresh it is, and the text."""
        yield self.title_line
        yield self.note_line
        yield self.reader

    def on_mount(self) -> None:
        """Show what is stored, ask for more."""
        self.connected()

    def connected(self) -> None:
        """Ask for the report."""
        self.show_report()
        if self.console.lookups is None:
            self._note(_("Offline: this is what is stored."))
        elif self.flow.number:
            self.run_worker(self.ask_report(), group="report", exclusive=True)

    def on_resize(self, event: events.Resize) -> None:
        """Break lines anew."""
        super().on_resize(event)
        self.call_after_refresh(self.show_report)

    @property
    def flow(self) -> Flow:
        """The flow as it is now; as it was last, where it turned out to be another one of ours."""
        known = self.desk.store.flows.get(self.flow_id) or self._seen
        if known is None:
            raise Refusal(_("There is no such flow."))
        self._seen = known
        return known

    def flows_chosen(self) -> list[Flow]:
        """The one whose report it is."""
        return [self.flow]

    def show_report(self) -> None:
        """Draw it as the store has it."""
        with self.telling():
            flow = self.flow
            title = _("Integration report of {flow}").format(flow=flow_name(flow))
            self.title_line.show([((f" {title}", "strong"),)])
            width = (self.reader.size.width or self.app.size.width) - 2
            shown = ReportLines(self.desk, flow, six_blocks(self.desk, flow), width)
            self.blocks, self.errors = shown.blocks, shown.errors
            self.reader.show(shown.lines)
        self.update_keys()

    def _note(self, words: str) -> None:
        """Say how fresh the report is; nothing: it is of this moment."""
        self.note_line.display = bool(words)
        lines = wrap(words, self.app.size.width - 2, NOTE)
        set_height(self.note_line, len(lines))
        self.note_line.show([((f" {line}", "waits"),) for line in lines])

    async def ask_report(self) -> None:
        """Ask Chorus Pro; what cannot be had is said above the stored one."""
        from chorus_tui.chorus.errors import ChorusError, Refused

        if self.console.lookups is None:
            return
        self._note(_("asking Chorus Pro…"))
        reason = ""
        try:
            await self.console.lookups.fetch_report(self.flow_id)
        except Refused as error:
            reason = labelled(_(error.title), error.label or _(error.advice))
        except ChorusError as error:
            reason = f"{_(error.title)}. {_(error.advice)}"
        except (Refusal, StoreError) as error:
            reason = str(error)
        self._note(reason)
        self.show_report()

    def store_changed(self, changes: Changes) -> None:
        """Follow the flow and its report, and who may see them."""
        gone = self.flow_id not in self.desk.store.flows
        if gone or ("grants" in changes and not flow_listing.is_visible(self.desk, self.flow)):
            self.close_soon()
            return
        if any(self.flow_id in changes.get(table, ()) for table in ("flows", "reports", "contents")):
            self.show_report()

    def next_of(self, lines: list[int]) -> None:
        """Bring the next of some lines to the top; after the last one, the first."""
        at = bisect_right(lines, self.reader.top)
        before = self.reader.top
        self.reader.turn(lines[at % len(lines)] - before)
        if self.reader.top == before and at < len(lines):
            self.reader.turn(lines[0] - before)

    def go_back(self) -> None:
        """To the list."""
        self.dismiss()
