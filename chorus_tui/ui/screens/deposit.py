"""A deposit before it is made: by which way, for which issuer, which flows it makes, and what cannot go.

    screen = Deposit(ids)                         # documents of place 1
    screen = Deposit(path=path)                   # a file, as it is
    app.push_screen(screen, lambda _result: screen.parting and say(*screen.parting))

The files of each way that is looked at are made and checked beside the screen; what is listed is what leaves.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from time import monotonic

from textual.app import ComposeResult
from textual.timer import Timer

from chorus_tui.domain.document import Document
from chorus_tui.domain.flow import FlowMode
from chorus_tui.domain.statuses import DocumentState, Tone
from chorus_tui.i18n import N_, _, labelled, ngettext
from chorus_tui.operations import depositing, documents, permissions, queueing, submitting
from chorus_tui.operations.depositing import ModeChoice, Plan
from chorus_tui.operations.desk import Refusal
from chorus_tui.text import clean
from chorus_tui.ui.commands import MASS, Command
from chorus_tui.ui.screens.console import EVERYWHERE, Changes
from chorus_tui.ui.screens.deposit_commands import DEPOSIT
from chorus_tui.ui.screens.deposit_rows import COLUMNS, FIELDS, Entry, entries
from chorus_tui.ui.screens.deposit_words import (
    entry_lines,
    entry_told,
    mode_lines,
    plan_words,
    question_words,
    queued_words,
)
from chorus_tui.ui.screens.listing import LISTING, ListingScreen, Told
from chorus_tui.ui.widgets.lines import Line, Lines
from chorus_tui.ui.words import count

TELL = 1.0
"""Seconds between two words on how long it has been taking to make the files."""

_Key = tuple[FlowMode, str, str]
"""Mode, connection and issuer: for what a plan was made."""


class Deposit(ListingScreen[Entry]):
    """The ways above, the flows and what cannot go below; one key deposits."""

    DEFAULT_CSS = """
    Deposit #deposit-modes { height: 3; }
    Deposit #deposit-plan { height: 1; }
    """
    scopes = (DEPOSIT, LISTING, EVERYWHERE)
    title_of = N_("Deposit in a flow")
    columns = COLUMNS
    fields = FIELDS
    tables = frozenset({"documents"})
    first_sort = ("name", False)
    message_height = 4

    def __init__(self, ids: Sequence[str] = (), path: Path | None = None) -> None:
        """
        Args:
            ids: the documents to deposit.
            path: a file to deposit as it is, instead.
        """
        super().__init__()
        self.ids = tuple(ids)
        self.path = path
        self.parting: tuple[str, Tone] | None = None
        """What the list says once this screen is closed; None: nothing was deposited."""
        self.modes_lines = Lines(id="deposit-modes")
        self.plan_line = Lines("bar", id="deposit-plan")
        self.choices: tuple[ModeChoice, ...] = ()
        self.at = 0
        """The way that is taken."""
        self.issuer = ""
        """The structure that was chosen for a pack; empty: the supplier of the invoices."""
        self.plan: Plan | None = None
        """What the way that is taken would send; None: it is being made, or cannot be."""
        self._queueing = False
        """Whether very many are on their way into flows, a few at a time."""
        self.trouble = ""
        """Why it cannot be made."""
        self._plans: dict[_Key, Plan] = {}
        self._since = 0.0
        self._timer: Timer | None = None

    def compose_above(self) -> ComposeResult:
        """The ways, and what the one that is taken makes."""
        yield self.modes_lines
        yield self.plan_line

    def on_mount(self) -> None:
        """Take the way that fits, and begin to make the files."""
        self.choices = depositing.modes(self.desk)
        self.modes_lines.styles.height = 1 + len(self.choices)
        self._take_up()
        self._make()

    def connected(self) -> None:
        """What makes the files is there now."""
        if self.plan is None:
            self._make()

    # The way

    @property
    def choice(self) -> ModeChoice:
        """The way that is taken."""
        return self.choices[self.at]

    @property
    def _draft_key(self) -> str:
        return f"deposit:{permissions.login(self.desk)}"

    @property
    def _about(self) -> str:
        """What is deposited, as the draft names it."""
        return documents.shown_path(self.path) if self.path is not None else " ".join(sorted(self.ids))

    def _take_up(self) -> None:
        """The way chosen for the same documents before, or that of their rule, or the suggested one."""
        kept = documents.load_draft(self.desk, self._draft_key)
        wanted = self._ruled()
        if kept is not None and kept.typed.get("about") == self._about:
            wanted = FlowMode(kept.typed["mode"]), kept.typed["connection"]
            self.issuer = kept.typed.get("issuer", "")
        for place, choice in enumerate(self.choices):
            if (choice.mode, choice.connection) == wanted and not choice.why_not:
                self.at = place

    def _ruled(self) -> tuple[FlowMode, str] | None:
        """The way of the rules that filed the documents, where that is one; none while the API is down."""
        found = {(d.channel.mode, d.connection) for d in self._documents() if d.channel.mode is not None}
        mode, connection = found.pop() if len(found) == 1 else (None, "")
        if mode is None or (mode is FlowMode.API and depositing.api_is_down(self.desk)):
            return None
        return mode, connection

    def _documents(self) -> Iterable[Document]:
        store = self.desk.store.documents
        return (document for key in self.ids if (document := store.get(key)) is not None)

    def turn(self, by: int) -> None:
        """Take the next way; of one that is not set up the list says why it cannot be taken."""
        self.at = (self.at + by) % len(self.choices)
        self._keep()
        self._make()

    def why_no_issuer(self) -> str:
        """Why no issuer can be chosen now."""
        return depositing.why_no_other_issuer(self.desk, self.choice.mode)

    async def ask_issuer(self) -> None:
        """Let the structure be chosen that a pack counts for (S2-018)."""
        offered = [(siret, f"{name} {siret}".strip()) for siret, name in depositing.issuers(self.desk)]
        current = self.plan.issuer_siret if self.plan is not None else self.issuer
        at = next((n for n, (siret, _name) in enumerate(offered) if siret == current), 0)
        chosen = await self.prompt.choose(_("Issuer:"), offered, at)
        if chosen is not None:
            self.issuer = chosen
            self._keep()
            self._make()

    def _keep(self) -> None:
        """What was chosen stands here again when the same documents are deposited later."""
        choice = self.choice
        typed = {"about": self._about, "mode": choice.mode.value, "connection": choice.connection}
        documents.save_draft(self.desk, self._draft_key, {**typed, "issuer": self.issuer})

    # The plan

    @property
    def _key(self) -> _Key:
        issuer = self.issuer if self.choice.mode is FlowMode.PORTAL else ""
        return self.choice.mode, self.choice.connection, issuer

    def plan_again(self) -> None:
        """Make the files again, as the documents are now."""
        self._plans.clear()
        self._make()

    def _make(self) -> None:
        """Show the plan of the way that is taken; it is made beside where that was not done yet."""
        self.plan, self.trouble = self._plans.get(self._key), self.choice.why_not
        if self.plan is None and not self.trouble:
            self._since = monotonic()
            self._timer = self._timer or self.set_interval(TELL, self._tell_time)
            # The method and not what it returns: one that gives way to another way never begins it.
            plan = partial(self._plan, self._key)
            self.run_worker(plan, group="plan", exclusive=True)  # type: ignore[arg-type]
        self._show_plan()

    async def _plan(self, key: _Key) -> None:
        mode, connection, issuer = key
        lookups = self.console.lookups
        if lookups is None:
            self.trouble = _("The files are made once the console has started; that takes a moment.")
            self._show_plan()
            return
        try:
            if self.path is not None:
                plan = await lookups.plan_file(self.path, mode, connection, issuer=issuer)
            else:
                plan = await lookups.plan(self.ids, mode, connection, issuer=issuer)
        except (Refusal, OSError) as problem:
            self.trouble = str(problem)
        else:
            self._plans[key] = plan
            self.plan = plan
        self._show_plan()

    def _tell_time(self) -> None:
        if self.plan is None and not self.trouble:
            self._draw_above()
        elif self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _show_plan(self) -> None:
        self._take(self.load)
        self.show_rows(top=not self.listing.cursor)
        self._draw_above()
        self.update_keys()

    def _draw_above(self) -> None:
        width = self.app.size.width
        planned = self.plan if self.choice.mode is FlowMode.PORTAL else None
        issuer = planned.issuer_siret if planned is not None else self.issuer
        down = depositing.api_is_down(self.desk)
        self.modes_lines.show(mode_lines(self.desk, self.choices, self.at, issuer, down=down, width=width))
        self.plan_line.show([((f" {self._plan_words()}", "strong"),)])

    def _plan_words(self) -> str:
        if self.plan is not None:
            return plan_words(self.plan)
        if self.trouble:
            return _("Nothing can go this way.")
        passed = int(monotonic() - self._since)
        told = _("Making and checking the files…")
        return f"{told} {_('{n} s').format(n=passed)}" if passed else told

    def on_resize(self, event: object) -> None:
        """Let the ways use the room."""
        super().on_resize(event)
        if self.choices:
            self._draw_above()

    def on_line(self, command: Command) -> bool:
        """The issuer is chosen for a pack alone (S2-018)."""
        return command.id != "deposit.issuer" or self.choice.mode is FlowMode.PORTAL

    # The rows

    def load(self) -> Iterable[Entry]:
        """The flows of the plan, then what cannot go."""
        return [] if self.plan is None else entries(self.desk, self.plan)

    def key(self, row: Entry) -> str:
        """The file, or the document."""
        return row.key

    def heading(self) -> str:
        """What is deposited."""
        if self.path is not None:
            return labelled(_(self.title_of), clean(self.path.name))
        number = len(self.ids)
        told = ngettext("{n} document", "{n} documents", number).format(n=count(number))
        return labelled(_(self.title_of), told)

    def message(self, row: Entry) -> Told:
        """The invoices of the flow, or why this cannot go."""
        return entry_told(row)

    def pane(self, row: Entry, width: int) -> list[Line]:
        """The same, with each invoice."""
        return entry_lines(row, width)

    def empty(self) -> str:
        """Why nothing is listed."""
        return self.trouble or _("The files are made and checked; this screen can be left meanwhile.")

    def open(self, row: Entry) -> None:
        """The form of what cannot go; the invoices of a flow."""
        if row.part is not None:
            from chorus_tui.ui.screens.deposit_invoices import PlannedInvoices

            self.app.push_screen(PlannedInvoices(row.name, row.part.invoices))
            return
        document = self.desk.store.documents.get(row.document_id) if row.document_id else None
        if document is None:
            words = _("It stands in the file itself: put it right there, and choose the file again.")
            self.say(words if self.path is not None else row.sentence, Tone.WAITS)
            return
        from chorus_tui.ui.screens.form import InvoiceForm

        form = InvoiceForm(document.id, (document.id,))
        self.app.push_screen(form, lambda _result: self.plan_again())

    def store_changed(self, changes: Changes) -> None:
        """What changed meanwhile is made again; what is gone from place 1 is said when it is deposited."""
        changed = not changes.get("documents", frozenset()).isdisjoint(self.ids)
        if (
            changed
            and not self._queueing
            and any(d.state is DocumentState.TO_SUBMIT for d in self._documents())
        ):
            self.plan_again()

    # The deed

    def why_not_deposit(self) -> str:
        """Why nothing can be deposited now."""
        if self.plan is None or self._queueing:
            return self.trouble or _("The files are still being made and checked.")
        if not self.plan.parts:
            return _("Nothing of it can go: each row says why, and enter opens its form.")
        return ""

    async def deposit(self) -> None:
        """Queue the flows; very many ask for their number first."""
        plan = self.plan
        if plan is None:
            return
        question = question_words(plan, self.choice.label)
        if plan.count >= MASS and not await self.sure("deposit.go", question, plan.count):
            return
        self._queueing = True
        try:
            outcome = await queueing.deposit_in_slices(self.desk, plan)
        finally:
            self._queueing = False
        if not outcome.done:
            self.say(outcome.refused[0][1], Tone.BAD)
            self.plan_again()
            return
        documents.save_draft(self.desk, self._draft_key, {})
        for key, why in outcome.refused:
            self.console.journal.append(self.desk.now(), labelled(key, why), Tone.BAD)
        if plan.mode is FlowMode.PORTAL:
            self._hand_over(outcome.done)
            return
        held = submitting.held(self.desk)
        self.parting = queued_words(len(outcome.done), held, self.desk.now()), Tone.GOOD
        self.dismiss()

    def _hand_over(self, flows: Sequence[str]) -> None:
        """The packs, in place of this screen."""
        from chorus_tui.ui.screens.portal_pack import PortalPack

        words = ngettext("{n} pack made; place 4 keeps it", "{n} packs made; place 4 keeps them", len(flows))
        self.parting = words.format(n=count(len(flows))), Tone.GOOD
        app = self.app
        self.dismiss()
        app.push_screen(PortalPack(flows))
