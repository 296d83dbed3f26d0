"""Place 4, Flows, its Search (S2-050…060): criteria above, what was found below.

While the cursor is in the criteria, letters are typed; in the results they are the commands of every list of
flows. What stands in the criteria is kept for the same person, however the screen is left.
"""

from functools import partial

from textual.app import ComposeResult

from chorus_tui.domain.flow import FlowType
from chorus_tui.domain.flow_search import FlowCriteria
from chorus_tui.domain.statuses import Tone
from chorus_tui.i18n import N_, _, labelled, ngettext
from chorus_tui.operations import documents, flow_search, permissions
from chorus_tui.ui.commands import Command
from chorus_tui.ui.screens.console import EVERYWHERE, Changes
from chorus_tui.ui.screens.flow_criteria import Sheet, from_criteria, from_draft
from chorus_tui.ui.screens.flow_criteria_pane import CriteriaTypist, Want
from chorus_tui.ui.screens.flow_found import FoundFlows
from chorus_tui.ui.screens.flow_rows import FlowRow
from chorus_tui.ui.screens.flow_search_commands import SEARCH
from chorus_tui.ui.screens.flow_tabs import TABS
from chorus_tui.ui.screens.flow_verbs import DEPOSIT, FLOW_VERBS, NUMBER, UPDATE
from chorus_tui.ui.screens.listing import LISTING
from chorus_tui.ui.widgets.form_pane import FieldsPane
from chorus_tui.ui.widgets.lines import Lines
from chorus_tui.ui.widgets.painted import cut
from chorus_tui.ui.words import count

SLOW = 2_000
"""Flows from which on a search says how far it is."""


class FlowSearch(FoundFlows):
    """Criteria and results on one screen."""

    DEFAULT_CSS = """
    FlowSearch FieldsPane { width: 1fr; height: 4; }
    FlowSearch #criteria-help { height: 1; }
    """
    scopes = (SEARCH, FLOW_VERBS, TABS, LISTING, EVERYWHERE)
    title_of = N_("Flows › Search")
    AUTO_FOCUS = "FieldsPane"
    message_height = 4
    """One less than at Home: the criteria need the room."""

    def __init__(self, criteria: FlowCriteria | None = None) -> None:
        """
        Args:
            criteria: searched for at once; None: those of the last time stand there, and wait.
        """
        super().__init__()
        self.fields_pane = FieldsPane()
        self.help_line = Lines(id="criteria-help")
        self.typist: CriteriaTypist
        self.searched: FlowCriteria | None = None
        """What the results answer to; None: nothing was searched for yet."""
        self._given = criteria
        self._kept: dict[str, str] = {}
        self.saved_as = ""
        """The name of the saved search that stands in the criteria."""

    def compose_above(self) -> ComposeResult:
        """The criteria, and what can be done in the current one."""
        yield self.fields_pane
        yield self.help_line

    def on_mount(self) -> None:
        """Fill the criteria in as they were left, or as they were given."""
        issuers = [(i.siret, _issuer_words(i)) for i in flow_search.issuers(self.desk)]
        draft = documents.load_draft(self.desk, self._draft_key)
        sheet = from_draft(draft.typed) if draft else Sheet()
        self._kept = sheet.kept
        if self._given is not None:
            sheet = from_criteria(self._given)
        self.typist = CriteriaTypist(sheet, issuers, self._type_of)
        self.draw()
        if self._given is not None:
            self.set_focus(self.listing)
            self.search()

    @property
    def _draft_key(self) -> str:
        return f"flow-search:{permissions.login(self.desk)}"

    def _type_of(self, flow_id: str) -> FlowType | None:
        flow = self.desk.store.flows.get(flow_id)
        return None if flow is None else flow.type

    # The rows

    def row(self, key: str) -> FlowRow | None:
        """A flow that changed, as long as it answers to what was searched for."""
        row = super().row(key)
        if row is None or self.searched is None:
            return None
        return row if flow_search.matches(self.desk, self.searched, row.flow) else None

    def aside(self) -> str:
        """How many were found (S2-058)."""
        if self.searched is None:
            return ""
        found = len(self.found) if self.partly else len(self.rows)
        return ngettext("{n} flow found", "{n} flows found", found).format(n=count(found)) + " "

    def heading(self) -> str:
        """With the name of the saved search."""
        return f"{_(self.title_of)} › {self.saved_as}" if self.saved_as else _(self.title_of)

    def empty(self) -> str:
        """What to press."""
        if self.searched is None:
            return _(
                "Fill in what you know, then F9 searches. Where nothing is filled in, every flow is found."
            )
        return _("No flow answers to these criteria. s goes back to them; F10 empties them.")

    def store_changed(self, changes: Changes) -> None:
        """Follow what was found; nothing appears before the first search."""
        if self.searched is None:
            return
        if "grants" in changes:
            self._look(self.searched)
        else:
            super().store_changed(changes)

    # Showing

    def draw(self) -> None:
        """Bring criteria and help up to date."""
        if (
            self.fields_pane.styles.height is None
            or self.fields_pane.styles.height.value != self.typist.height
        ):
            self.fields_pane.styles.height = self.typist.height
        width = self.app.size.width
        self.fields_pane.show(self.typist.lines(width, typing=self.typing))
        words, look = self.typist.help if self.typing else (self._result_help(), "faint")
        self.help_line.show([((f" {cut(words, width - 2)}", look),)])

    def _result_help(self) -> str:
        keys = {c.id: self.console.registry.key(c) for c in SEARCH.commands}
        words = _("{criteria} goes back to the criteria; {export} writes what was found to a file.")
        return words.format(criteria=keys["flow_search.criteria"], export=keys["flow_export.write"])

    @property
    def typing(self) -> bool:
        """Whether keys go to the criteria."""
        return self.fields_pane.has_focus

    def on_descendant_focus(self) -> None:
        """Other keys count now."""
        if self.is_mounted and hasattr(self, "typist"):
            self.takes_letters = self.typing
            self.draw()
            self.update_keys()

    def on_fields_pane_resized(self) -> None:
        """Draw for the new width."""
        self.draw()

    def on_line(self, command: Command) -> bool:
        """While letters are typed, the keys that are none; in the results, those of the rows."""
        typed = any(key[0] == "f" and key[1:].isdigit() for key in command.keys.split())
        if self.takes_letters or typed:
            return typed and self.takes_letters
        return command not in (DEPOSIT, NUMBER, UPDATE) and super().on_line(command)

    # Criteria

    def on_fields_pane_typed(self, event: FieldsPane.Typed) -> None:
        """A key for the criteria."""
        before = self.typist.at, self.typist.sheet
        want = self.typist.press(event.key, event.character)
        if self.typist.sheet.values != before[1].values:
            self._given = None
            if self.saved_as:
                self.saved_as = ""
                self.update_title()
        if self.typist.at != before[0]:
            self.save_typing()
        self.draw()
        match want:
            case Want.SEARCH:
                self.search()
            case Want.RESULTS:
                self.to_results()
            case Want.PICKS:
                self.pick()
            case Want.OPTIONS:
                self.run_worker(self._ask_option, group="command")  # type: ignore[arg-type]  # a method

    async def _ask_option(self) -> None:
        choices = self.typist.choices(self.typist.at)
        codes = [code for code, _words in choices]
        at = codes.index(self.typist.sheet.text(self.typist.at))
        question = labelled(_(self.typist.field.label), "").rstrip()
        chosen = await self.prompt.choose(question, choices, at)
        if chosen is not None:
            self.typist.choose(chosen)
            self.draw()

    def pick(self) -> None:
        """Let flows be picked among those of the chosen type."""
        from chorus_tui.ui.screens.flow_picker import FlowPicker

        chosen = self.typist.sheet.text("type")
        picker = FlowPicker(FlowType(chosen) if chosen else None, self.typist.sheet.picked)

        def closed(_result: None) -> None:
            if picker.picked is not None:
                self.typist.go("selection")
                self.typist.choose(" ".join(picker.picked))
                self.draw()

        self.app.push_screen(picker, closed)

    def to_criteria(self) -> None:
        """Let letters be typed into the criteria."""
        self.set_focus(self.fields_pane)

    def to_results(self) -> None:
        """Let letters be commands on the results."""
        self.set_focus(self.listing)

    def show_more(self) -> None:
        """Show the advanced criteria, or hide them (S2-057)."""
        self.typist.show_more(not self.typist.sheet.more)
        self.to_criteria()
        self.draw()

    def reset(self) -> None:
        """Empty every criterion (S2-059)."""
        self.workers.cancel_group(self, "search")
        self.saved_as, self.searched, self.found, self.partly = "", None, [], False
        self.typist.replace(Sheet(more=self.typist.sheet.more))
        self.typist.go(self.typist.sheet.shown[0].name)
        self._take(self.load)
        self.show_rows(top=True)
        self.save_typing()
        self.to_criteria()
        self.draw()

    def fill_in(self, criteria: FlowCriteria, name: str) -> None:
        """Put a saved search into the criteria, and search."""
        self.typist.replace(from_criteria(criteria))
        self.saved_as = name
        self.search()

    # Searching

    @property
    def criteria(self) -> FlowCriteria:
        """What is filled in."""
        return self.typist.sheet.criteria(self._type_of)

    def search(self) -> None:
        """Search for what is filled in, or go to what cannot be searched for."""
        if problem := self.typist.next_problem():
            self.to_criteria()
            self.draw()
            self.say(problem, Tone.BAD)
            return
        self.save_typing()
        self.draw()
        self._look(self.criteria)

    def _look(self, criteria: FlowCriteria) -> None:
        # The method and not what it returns: one that gives way to the next search never begins it.
        search = partial(self._search, criteria)
        self.run_worker(search, group="search", exclusive=True)  # type: ignore[arg-type]

    async def _search(self, criteria: FlowCriteria) -> None:
        with self.telling():
            found = await flow_search.search_in_slices(self.desk, criteria, self._progress)
            again = criteria == self.searched
            self.searched = criteria
            words = ngettext("{n} flow found", "{n} flows found", len(found)).format(n=count(len(found)))
            self.say(words, Tone.GOOD if found else Tone.WAITS)
            if found:
                self.to_results()
            await self.show_found(found, top=not again)

    def _progress(self, looked_at: int) -> None:
        if looked_at >= SLOW:
            self.status.say(_("Searching: {n} flows looked at…").format(n=count(looked_at)))

    # Leaving

    def save_typing(self) -> None:
        """Keep the criteria as they stand, valid or not."""
        kept = self.typist.sheet.kept
        if self._given is None and kept != self._kept:
            documents.save_draft(self.desk, self._draft_key, kept)
            self._kept = kept

    def on_screen_suspend(self) -> None:
        """Another screen is shown."""
        with self.telling():
            self.save_typing()

    def on_unmount(self) -> None:
        """Another tab is opened."""
        with self.telling():
            self.save_typing()

    def step_back(self) -> None:
        """From the criteria to what was found, from there to Home."""
        if self.typing and len(self.rows):
            self.to_results()
        else:
            super().step_back()


def _issuer_words(issuer: flow_search.Issuer) -> str:
    return f"{issuer.name} {issuer.siret[-5:]}" if issuer.name else issuer.siret
