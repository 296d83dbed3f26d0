"""Sending a flow again: what of it may go and why the rest may not, then one question (S2-075…077)."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from textual.app import ComposeResult

from chorus_tui.domain.flow import FlowMode
from chorus_tui.domain.flow_states import Resend
from chorus_tui.domain.statuses import Tone
from chorus_tui.i18n import N_, _, labelled, ngettext
from chorus_tui.operations import resending, submitting
from chorus_tui.ui.commands import Command, Danger, Scope
from chorus_tui.ui.screens.console import EVERYWHERE, Changes
from chorus_tui.ui.screens.flow_resend_rows import COLUMNS, FIELDS, Again
from chorus_tui.ui.screens.flow_verbs import flow_name
from chorus_tui.ui.screens.listing import LISTING, ListingScreen, Told
from chorus_tui.ui.screens.outcomes import outcome_words, tell_outcome
from chorus_tui.ui.widgets.lines import Line, Lines
from chorus_tui.ui.widgets.painted import wrap
from chorus_tui.ui.widgets.prompt import set_height
from chorus_tui.ui.words import count, money, seconds_to

if TYPE_CHECKING:
    from chorus_tui.operations.depositing import Plan

HEAD = 3
"""Lines for what may go and what has to be done first."""
_WHAT = {
    Resend.REFUSED_ONLY: N_(
        "Only refused invoices go again, those that are integrated never do. Marked ones go: space marks."
    ),
    Resend.EVERYTHING: N_("It was rejected as a whole: all of it goes again, with what was put right."),
    Resend.EVERYTHING_AS_IT_IS: N_("Nothing was processed: all of it goes again as it is."),
    Resend.NOTHING: N_("Nothing of it goes again."),
}


SEND = Command(
    "flow_resend.send",
    "enter e",
    N_("Send again"),
    N_("Makes the file, says what goes, asks, and queues it as a new flow."),
    lambda s: s.send(),
    lambda s: s.why_not_send(),
    danger=Danger.COUNT,
    line=1,
)
FIX = Command(
    "flow_resend.fix",
    "x",
    N_("Fix"),
    N_("Puts right at once all that were refused for the same cause; nothing leaves by it."),
    lambda s: s.fix(),
    lambda s: s.why_no_fix(),
    line=2,
    words=(N_("Put right"),),
)
OVERRIDE = Command(
    "flow_resend.override",
    "o",
    N_("Override"),
    N_("Sends again what was not put right; asks why, and keeps the reason."),
    lambda s: s.ask_reason(),
    lambda s: s.why_not_override(),
    line=3,
    words=(N_("Reason"),),
)
RESENDING = Scope(
    "flow_resend",
    N_("Sending a flow again"),
    (
        SEND,
        FIX,
        OVERRIDE,
    ),
)


class FlowResend(ListingScreen[Again]):
    """The invoices that may go again, marked where they do."""

    DEFAULT_CSS = f"FlowResend #resend-head {{ height: {HEAD}; }}"
    scopes = (RESENDING, LISTING, EVERYWHERE)
    title_of = N_("Send again")
    columns = COLUMNS
    fields = FIELDS
    first_sort = ("goes", False)
    message_height = 3

    def __init__(self, flow_id: str, numbers: tuple[str, ...] = ()) -> None:
        """
        Args:
            numbers: of the invoices that are marked first; empty: all that may go.
        """
        super().__init__()
        self.flow_id = flow_id
        self.override = ""
        """Why it goes again although nothing changed."""
        self.parting: tuple[str, Tone] | None = None
        """What the screen below says once this one is closed."""
        self.found = resending.Resending(kind=Resend.NOTHING)
        self._first = numbers
        self._looked = False
        """Whether its invoices were looked at yet."""
        self.head_lines = Lines(id="resend-head")

    def compose_above(self) -> ComposeResult:
        """What may go, and what has to be done first."""
        yield self.head_lines

    def _mark_those_that_go(self, numbers: tuple[str, ...] = ()) -> None:
        if not self.chooses:
            return
        go = {self.key(r) for r in self.rows if r.may and (not numbers or r.choice.number in numbers)}
        self.listing.set_marks(frozenset(go))

    @property
    def chooses(self) -> bool:
        """Whether invoices are chosen; of a flow that failed as a whole all of it goes."""
        return self.found.kind is Resend.REFUSED_ONLY

    def heading(self) -> str:
        """The flow that goes again."""
        name = flow_name(self.desk.store.flows.get(self.flow_id))
        return f"{_('Flows')} › {name} › {_('Send again')}"

    def on_mount(self) -> None:
        """Look at each invoice, a few at a time; the first frame does not wait for it."""
        self.run_worker(self._look, group="look", exclusive=True)  # type: ignore[arg-type]  # no methods

    async def _look(self) -> None:
        """What may go and what may not; what became free since is marked, too."""
        before = {self.key(row) for row in self.rows if row.may}
        first = not self._looked
        with self.telling():
            self.found = await resending.resendable_in_slices(self.desk, self.flow_id)
        self._looked = True
        self._take(self.load)
        self.show_rows(top=first)
        if first:
            self._mark_those_that_go(self._first)
            return
        free = {self.key(row) for row in self.rows if row.may} - before
        if self.chooses and free:
            self.listing.set_marks(self.listing.marked | free)

    # Rows

    def load(self) -> Iterable[Again]:
        """What may go and what may not, as it was looked at last."""
        contents = self.desk.store.contents.get(self.flow_id)
        invoices = contents.invoices if contents is not None else ()
        known = {(i.document_id or i.member, i.number): i for i in invoices}
        by_number = {invoice.number: invoice for invoice in invoices}
        rows = []
        for at, choice in enumerate(self.found.invoices):
            invoice = known.get((choice.document_id, choice.number)) or by_number[choice.number]
            rows.append(Again(at, choice, invoice, self.override))
        return rows

    def key(self, row: Again) -> str:
        """A number may stand twice in a flow."""
        return str(row.at)

    def amount(self, row: Again) -> Decimal | None:
        """What marked ones are worth together."""
        return row.invoice.amount

    def store_changed(self, changes: Changes) -> None:
        """Follow what was put right meanwhile."""
        if not self._looked:
            return
        documents = {row.choice.document_id for row in self.rows}
        mine = self.flow_id in changes.get("flows", frozenset()) | changes.get("contents", frozenset())
        if mine or "grants" in changes or not documents.isdisjoint(changes.get("documents", ())):
            self.run_worker(self._look, group="look", exclusive=True)  # type: ignore[arg-type]  # no methods

    def show_rows(self, top: bool = False) -> None:
        """Bring the head up to date, too."""
        super().show_rows(top)
        if not self._looked:
            return
        told = _(_WHAT[self.found.kind])
        look = "plain"
        if self.found.why_not and not (self.found.needs_reason and self.override):
            told, look = f"! {self.found.why_not}", "waits"
            if self.found.needs_reason:
                key = self.console.registry.key(OVERRIDE)
                told = _("{told} {key} sends it all the same, with a reason.").format(told=told, key=key)
        if self.override:
            told = _("{told} Unchanged, because: {reason}").format(told=told, reason=self.override)
        lines = wrap(told, self.app.size.width - 2, HEAD)
        set_height(self.head_lines, len(lines))
        self.head_lines.show([((f" {line}", look),) for line in lines])

    def message(self, row: Again) -> Told:
        """Why the selected one stays, and what was said against it."""
        said = " | ".join(row.invoice.messages)
        if row.may:
            return Told(said, Tone.FAINT)
        return Told(row.choice.why_not + (f" “{said}”" if said else ""), Tone.WAITS)

    def pane(self, row: Again, width: int) -> list[Line]:
        """The same where there is room."""
        told = self.message(row)
        return [((line, told.tone.value),) for line in wrap(told.text, width, 20)]

    def empty(self) -> str:
        """Why nothing can go."""
        return self.found.why_not if self._looked else _("Looking at its invoices…")

    # Verbs

    def on_line(self, command: Command) -> bool:
        """What helps none of these invoices is not offered."""
        if command is OVERRIDE:
            return not self.why_not_override()
        if command is FIX:
            return not self.why_no_fix()
        return super().on_line(command)

    def _going(self) -> list[Again]:
        if not self.chooses:
            return [row for row in self.rows if row.may]
        marked = self.listing.marked
        return [row for row in self.rows if self.key(row) in marked and row.may]

    def why_not_send(self) -> str:
        """Why it cannot go now."""
        if not self._looked:
            return _("Its invoices are still being looked at.")
        if self.found.why_not and not (self.found.needs_reason and self.override):
            return self.found.why_not
        if self.console.lookups is None:
            return _("This console is still being connected; try again in a moment.")
        if not self._going():
            return _("None that may go is marked; space marks.")
        return ""

    async def send(self) -> None:
        """Make the file, say what goes and what it is worth, ask, and queue it."""
        if self.console.lookups is None:
            return
        going = self._going()
        numbers = [row.choice.document_id or row.choice.number for row in going] if self.chooses else None
        self.say(_("Making the file…"))
        plan = await self.console.lookups.plan_resend(self.flow_id, numbers, self.override)
        if not plan.parts:
            self._tell_refused(plan)
            return
        if await self.sure(SEND.id, self._question(plan), plan.count):
            await self._queue(plan)

    def _tell_refused(self, plan: "Plan") -> None:
        from chorus_tui.operations.desk import Outcome

        outcome = Outcome(refused=plan.refused)
        tell_outcome(self, outcome, str, self._name_of)

    def _name_of(self, key: str) -> str:
        document = self.desk.store.documents.get(key)
        return document.name if document is not None else key

    def _question(self, plan: "Plan") -> str:
        """How many go, by which way, what they are worth, how many files, how many stay."""
        question = ngettext(
            "Send {n} invoice again ({amount}, {mode})?",
            "Send {n} invoices again ({amount}, {mode})?",
            plan.count,
        )
        told = {"n": count(plan.count), "amount": money(plan.amount) or "?", "mode": _(plan.mode.label)}
        said = question.format(**told)
        if len(plan.parts) > 1:
            said = _("{files} files. {question}").format(files=count(len(plan.parts)), question=said)
        if plan.refused:
            stay = ngettext("{n} stays: {why}", "{n} stay: {why}", len(plan.refused))
            stays = stay.format(n=count(len(plan.refused)), why=plan.refused[0][1])
            said = f"{stays} {said}"
        return said

    async def _queue(self, plan: "Plan") -> None:
        """Queue it, and say until when it can be taken back."""
        from chorus_tui.operations.queueing import deposit_in_slices

        self._looked = False  # What changes by it is no news.
        try:
            outcome = await deposit_in_slices(self.desk, plan)
        finally:
            self._looked = True
        held = submitting.held(self.desk)

        def done(_flows: int) -> str:
            if held is None:
                words = ngettext("{n} invoice is sent again", "{n} invoices are sent again", plan.count)
                return words.format(n=count(plan.count))
            words = ngettext(
                "{n} invoice goes again in {s} s, u takes it back",
                "{n} invoices go again in {s} s, u takes them back",
                plan.count,
            )
            return words.format(n=count(plan.count), s=seconds_to(held.until, self.desk.now()))

        if outcome.done and plan.mode is FlowMode.PORTAL:
            self._hand_over(outcome.done)
        elif outcome.done:
            self.parting = outcome_words(outcome, done)
            self.dismiss()
        else:
            tell_outcome(self, outcome, done, self._name_of)
            self.run_worker(self._look, group="look", exclusive=True)  # type: ignore[arg-type]  # no methods

    def _hand_over(self, flows: Sequence[str]) -> None:
        """The packs for the portal, in place of this screen."""
        from chorus_tui.ui.screens.portal_pack import PortalPack

        app = self.app
        self.dismiss()
        app.push_screen(PortalPack(flows))

    def step_back(self) -> None:
        """Clear the filter, then leave: what is marked was marked by this screen."""
        if self.rows.filtered_by:
            self.set_filter("")
        else:
            self.dismiss()

    def why_not_override(self) -> str:
        """Why no reason helps."""
        if self.found.needs_reason or any(row.choice.needs_reason for row in self.rows):
            return ""
        return _("Nothing here is kept back for want of a change.")

    async def ask_reason(self) -> None:
        """Take the reason for sending it unchanged; it is kept with the flow and in the activity log."""
        typed = await self.prompt.text(_("Why does it go again unchanged?"), self.override)
        if typed is None:
            return
        self.override = " ".join(typed.split())
        self._take(self.load)
        self.show_rows()
        self._mark_those_that_go()

    def _refused(self) -> list[Again]:
        """Those that something was said against, and that have a document to change; the selected one first,
        where it is one of them.
        """
        refused = [r for r in self.rows if r.invoice.messages and r.choice.document_id]
        refused.sort(key=lambda row: row is not self.listing.current)
        return [row for row in refused if not row.invoice.resent_in]

    def why_no_fix(self) -> str:
        """Why there is nothing to put right here."""
        return "" if self._refused() else _("Nothing is said against any of them that could be changed here.")

    def fix(self) -> None:
        """Put right all that share the cause of the selected one; sending them is left to this screen."""
        from chorus_tui.operations.explaining import explain
        from chorus_tui.operations.fixing import kind_for
        from chorus_tui.ui.screens.fixing import FixScreen

        refused = self._refused()
        explained = {row.at: explain(self.desk, row.invoice.messages[0]) for row in refused}
        cause = explained[refused[0].at]
        alike = [row.choice.document_id for row in refused if explained[row.at].id == cause.id]
        kind = kind_for(cause)
        if kind is None:
            self.say(labelled(cause.title, cause.remedy), Tone.WAITS)
            return
        screen = FixScreen(alike, kind, about=cause.title, sends=False)

        def closed(_result: None) -> None:
            if screen.parting is not None:
                self.say(*screen.parting)

        self.app.push_screen(screen, closed)
