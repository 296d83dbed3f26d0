"""Place 6, Settings and health: what is broken and what to do, where settings and data are (S1-083)."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace

from textual import events
from textual.app import ComposeResult

from chorus_tui.i18n import N_, _, labelled
from chorus_tui.operations.desk import Desk
from chorus_tui.operations.edi import set_aside
from chorus_tui.settings import FilingRule
from chorus_tui.store import StoreError
from chorus_tui.text import clean
from chorus_tui.ui.commands import Command, Scope
from chorus_tui.ui.screens.console import EVERYWHERE, Changes, ConsoleScreen
from chorus_tui.ui.widgets.header import ENVIRONMENTS, STUMBLED, Facts, sync_words
from chorus_tui.ui.widgets.lines import Line, Lines
from chorus_tui.ui.widgets.painted import pad, wrap
from chorus_tui.ui.widgets.reader import READING, Reader
from chorus_tui.ui.words import count, moment

LABEL = 23

Value = tuple[str, str, str]
"""Label (English source string), value, look."""

HEALTH = Scope(
    "health",
    N_("Settings and health"),
    (
        Command(
            "health.check",
            "c",
            N_("Check the connection"),
            N_("Signs in anew and checks each link of the chain to Chorus Pro."),
            lambda s: s.check(),
            lambda s: "" if s.console.lookups else _("This console is offline."),
            line=1,
        ),
        Command(
            "health.back",
            "escape",
            N_("Documents to be submitted"),
            N_("Goes to the documents to be submitted."),
            lambda s: s.console.go("to_submit"),
            line=50,
        ),
    ),
)


class Health(ConsoleScreen):
    """How the links to Chorus Pro stand, in words."""

    DEFAULT_CSS = "Health #title { height: 1; }"
    scopes = (HEALTH, READING, EVERYWHERE)
    AUTO_FOCUS = "Reader"

    def __init__(self) -> None:
        super().__init__()
        self._checked: list[Value] = []
        self._told: object = None
        self.reader = Reader(id="health", name_of=_("the state of health"))

    def compose_body(self) -> ComposeResult:
        """Title and text."""
        yield Lines("bar", id="title")
        yield self.reader

    def on_mount(self) -> None:
        """Write it."""
        self.query_one("#title", Lines).show([((f" {_('Settings and health')}", "strong"),)])
        self.show_health()

    def on_screen_resume(self) -> None:
        """Write it again: a station may have stumbled meanwhile."""
        super().on_screen_resume()
        self.show_health()

    def on_resize(self, event: events.Resize) -> None:
        """Break lines anew."""
        super().on_resize(event)
        self.call_after_refresh(self.show_health)

    def store_changed(self, changes: Changes) -> None:
        """Write it again when sync said something."""
        self.show_health()

    def update_header(self) -> None:
        """Follow what the header says of stations and folders, of which no commit tells."""
        super().update_header()
        facts = self.console.facts()
        if (
            told := (dict(facts.stumbles), dict(facts.folders), dict(facts.gateways), facts.leads)
        ) != self._told:
            self._told = told
            self.show_health()

    def show_health(self) -> None:
        """Everything, label beside value."""
        width = self.app.size.width - LABEL - 4
        lines: list[Line] = []
        for label, value, look in self._values():
            if not label and not value:
                lines.append(())
            for number, part in enumerate(wrap(value, width, 6) if value else ()):
                lines.append(((f" {pad(_(label) if number == 0 else '', LABEL)} ", "faint"), (part, look)))
        self.reader.show(lines)

    def _values(self) -> Iterable[Value]:
        """Label (English source string), value, look."""
        facts = self.console.facts()
        sync = facts.sync
        word, meaning = ENVIRONMENTS.get(self.console.environment, (self.console.environment, ""))
        yield N_("Environment"), _with(_(word), _(meaning)), "strong"
        words, look = sync_words(replace(facts, stumbles={}, folders={}, gateways={}))
        yield N_("Sync"), words, look
        yield from _out_of_order(facts, self.desk.settings.rules)
        yield from _returned(self.desk)
        if sync.trouble is not None:
            yield N_("What is broken"), _(sync.trouble.link.label), "bad"
            yield N_("What happened"), _(sync.trouble.message), "bad"
            yield N_("Since"), moment(sync.trouble.since), "plain"
            yield N_("What to do"), _(sync.trouble.advice), "strong"
        yield N_("Statuses known up to"), moment(sync.tracked_at) or _("never asked"), "plain"
        yield N_("Last data"), moment(sync.fresh_at) or _("none yet"), "plain"
        yield from self._checked
        yield "", "", ""
        yield from _settings(self.desk)
        yield from _counts(self.desk)
        yield N_("You are"), self.desk.who, "plain"

    async def check(self) -> None:
        """Sign in anew (S1-004) and say how each link stands."""
        if self.console.lookups is None:
            return
        self._checked = [(N_("Connection"), _("asking…"), "waits")]
        self.show_health()
        self._checked = []
        for checked in await self.console.lookups.connection_check():
            words, look = f"– {_('not reached')}", "faint"
            if checked.known and checked.ok:
                words, look = f"✓ {_('works')}", "good"
            elif checked.known:
                words, look = f"✗ {_(checked.message)}. {_(checked.advice)}", "bad"
            self._checked.append((checked.link.label, words, look))
        self.show_health()

    def go_back(self) -> None:
        """To the first place."""
        self.console.go("to_submit")


def _out_of_order(facts: Facts, filing: Sequence[FilingRule]) -> Iterable[Value]:
    """Stations that cannot work, folders that cannot be read, rules that cannot be used, each with why."""
    from chorus_tui.intake import rules

    for name, why in facts.stumbles.items():
        yield N_("Out of order"), _with(f"✗ {_(STUMBLED.get(name, name))}", _(why)), "bad"
    for folder, why in facts.folders.items():
        yield N_("Watched folder"), _with(f"! {clean(str(folder))}", _(why)), "waits"
    for folder, why in facts.gateways.items():
        yield N_("EDI folder"), _with(f"! {clean(str(folder))}", _(why)), "waits"
    for name, why in rules.faults(filing).items():
        words = _("{rule} files nothing, its expression for the text cannot be used: {why}.")
        yield N_("Filing rule"), f"✗ {words.format(rule=name, why=why)}", "bad"


def _returned(desk: Desk) -> Iterable[Value]:
    """What came back from EDI gateways and could not be used."""
    with suppress(StoreError):
        for file in set_aside(desk):
            yield N_("Set aside"), _with(f"! {file.connection} · {file.name}", _(file.reason)), "waits"


def _with(what: str, more: str) -> str:
    """A thing and more about it, with the colon as the operator's language sets it."""
    return labelled(what, more)


def _settings(desk: Desk) -> Iterable[Value]:
    """Where everything is, and what is watched."""
    folders, settings = desk.settings.folders, desk.settings
    yield N_("Settings file"), str(folders.settings), "plain"
    yield N_("Store and documents"), str(folders.data), "plain"
    yield N_("Exports"), str(folders.exports), "plain"
    yield N_("Logs"), str(folders.log), "plain"
    yield N_("Secrets"), str(folders.secrets), "plain"
    yield N_("Watched folders"), ", ".join(str(w.path) for w in settings.watch) or _("none"), "plain"
    gateways = [f"{c.name} ({c.partner_code})" for c in settings.edi]
    if gateways:
        yield N_("EDI connections"), ", ".join(gateways), "plain"
    yield N_("Filing rules"), ", ".join(rule.name for rule in settings.rules) or _("none"), "plain"


def _counts(desk: Desk) -> Iterable[Value]:
    """How much the store holds; where it cannot be read, `_out_of_order` has said why."""
    with suppress(StoreError):
        yield N_("Invoices in the store"), count(len(desk.store.invoices)), "plain"
        yield N_("Documents in the store"), count(len(desk.store.documents)), "plain"
