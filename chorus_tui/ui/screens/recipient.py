"""A recipient opened from place 5: what it demands, what its labels stand for (S1-003, S1-070, S1-084)."""

from collections.abc import Iterable

from textual.app import ComposeResult
from textual.containers import Horizontal

from chorus_tui.chorus.errors import ChorusError
from chorus_tui.domain.recipient import Recipient, ServiceState
from chorus_tui.domain.statuses import Tone
from chorus_tui.i18n import N_, _, labelled, ngettext
from chorus_tui.operations import matching, recipients, refreshing
from chorus_tui.operations.recipients import Census, LabelRow
from chorus_tui.ui.commands import Command, Scope
from chorus_tui.ui.screens.console import EVERYWHERE, Changes
from chorus_tui.ui.screens.listing import LISTING
from chorus_tui.ui.screens.recipients_rows import (
    LABEL_COLUMNS,
    LABEL_FIELDS,
    activity,
    percent,
    service_words,
    trials,
    who,
)
from chorus_tui.ui.screens.told import Told
from chorus_tui.ui.screens.triage import TakingBack
from chorus_tui.ui.screens.triage_commands import UNDO
from chorus_tui.ui.widgets.lines import Line, Lines
from chorus_tui.ui.widgets.painted import cut, wrap
from chorus_tui.ui.words import count, day, moment

CARD = 4
"""Lines above the labels that tell of the recipient."""

RECIPIENT = Scope(
    "recipient",
    N_("A recipient"),
    (
        Command(
            "recipient.match",
            "enter",
            N_("Say its service"),
            N_("Chooses the service that the label stands for, and fills it into every waiting document."),
            lambda s: s.match_current(),
            lambda s: "" if s.listing.current else _("There is no label here; n types one."),
            line=1,
        ),
        Command(
            "recipient.new",
            "n",
            N_("New label"),
            N_("Types a label as it is printed on invoices, and chooses its service."),
            lambda s: s.new_match(),
            line=2,
        ),
        Command(
            "recipient.forget",
            "x",
            N_("Forget"),
            N_("Forgets what the marked labels stand for, or the one under the cursor; u takes it back."),
            lambda s: s.forget(),
            lambda s: s.why_not_forget(),
            line=3,
        ),
        Command(
            "recipient.services",
            "s",
            N_("Services"),
            N_("Shows the recipient's services: which are open, and from when to when."),
            lambda s: s.show_services(),
            lambda s: s.why_no_services(),
            line=4,
        ),
        Command(
            "recipient.refresh",
            "r",
            N_("Ask again"),
            N_("Asks Chorus Pro about the recipient and its services again."),
            lambda s: s.refresh_recipient(),
            line=5,
        ),
        UNDO,
    ),
)


class RecipientDetail(TakingBack[LabelRow]):
    """The labels of a recipient, those that stand for nothing yet first."""

    DEFAULT_CSS = f"RecipientDetail #card {{ height: {CARD}; }}"
    scopes = (RECIPIENT, LISTING, EVERYWHERE)
    title_of = N_("Recipients")
    columns = LABEL_COLUMNS
    fields = LABEL_FIELDS
    tables = frozenset({"matches"})
    first_sort = ("waiting", True)

    def __init__(self, siret: str, census: Census) -> None:
        """
        Args:
            census: Who waiting documents are for; the list that opened it keeps it up to date.
        """
        super().__init__()
        self.siret = siret
        self._census = census
        self._alerts: tuple[str, ...] = ()
        self._failure = ""
        self._following = False
        """Whether documents follow a match now: what shows is brought up to date when all have."""
        self.card = Lines(id="card")

    def compose_body(self) -> ComposeResult:
        """Title, card, labels, message."""
        with Horizontal(id="title-row"):
            yield self.title_line
            yield self.position_line
        yield self.card
        with Horizontal(id="table"):
            yield self.listing
            with Horizontal(id="pane"):
                yield self.pane_labels
                yield self.pane_values
        yield self.message_lines

    def on_mount(self) -> None:
        """Show what an import changed; who opened it has looked at it."""
        with self.telling():
            self._alerts = recipients.alerts_of(self.desk, self.siret)
            recipients.looked_at(self.desk, self.siret)
            self.show_card()

    @property
    def recipient(self) -> Recipient | None:
        """As Chorus Pro told of it."""
        return self.desk.store.recipients.get(self.siret)

    def load(self) -> Iterable[LabelRow]:
        """Labels printed on waiting documents, and matches."""
        return recipients.labels(self.desk, self.siret, self._census.printed(self.siret))

    def key(self, row: LabelRow) -> str:
        """The folded label."""
        return row.folded

    def row(self, key: str) -> LabelRow | None:
        """As it stands."""
        return next((row for row in self.load() if row.folded == key), None)

    def heading(self) -> str:
        """Which recipient."""
        return f"{_('Recipients')} › {self._called()}"

    def _called(self) -> str:
        return recipients.row_of(self.desk, self.siret, self._census).name or self.siret

    # Showing

    def show_card(self) -> None:
        """What is known of the recipient itself."""
        row = recipients.row_of(self.desk, self.siret, self._census)
        recipient, width = self.recipient, self.app.size.width - 2
        checked = (
            _("asked {moment}").format(moment=moment(row.checked_at))
            if row.checked_at
            else _("Chorus Pro was never asked")
        )
        if refreshing.is_asked(self.desk, self.siret):
            checked = _("Chorus Pro is being asked…")
        first = f"{self.siret} · {activity(row)} · {checked}"
        total = len(recipient.services) if recipient else 0
        services = _("no services")
        if total:
            services = ngettext("{open} of {n} service open", "{open} of {n} services open", total).format(
                open=count(row.services), n=count(total)
            )
        waiting = ngettext("{n} document waits", "{n} documents wait", row.waiting).format(
            n=count(row.waiting)
        )
        if row.in_error:
            waiting += ", " + _("{n} in error").format(n=count(row.in_error))
        second = f"{labelled(_('Mandatory'), _(row.demand.label))} · {services} · {waiting}"
        lines: list[Line] = [((f" {cut(first, width)}", "plain"),), ((f" {cut(second, width)}", "plain"),)]
        note = self._note()
        lines += [((f" {part}", "waits"),) for part in wrap(note, width, CARD - 2) if note]
        self.card.show(lines)

    def _note(self) -> str:
        if self._failure:
            return self._failure
        if self._alerts:
            return " ".join(self._alerts)
        recipient = self.recipient
        if recipient is not None and recipient.checked_at is not None:
            return ""
        listed = self.desk.store.directory.get(self.siret)
        edition = self.desk.store.directory.edition() if listed else None
        if listed is None or edition is None:
            return _("r asks Chorus Pro about it.")
        return _("Known from the directory of {day} alone: {place}. r asks Chorus Pro about it.").format(
            day=day(edition.imported_at.date()), place=listed.place or "–"
        )

    def message(self, row: LabelRow) -> Told:
        """What is wrong with the label's service, and what to press."""
        match = row.match
        if match is None and row.named:
            return Told(_("The very name of the service is printed, so it needs no match."))
        if match is None:
            words = ngettext(
                "Nothing says which service this stands for; {n} waiting document prints it.",
                "Nothing says which service this stands for; {n} waiting documents print it.",
                row.waiting,
            ).format(n=count(row.waiting))
            return Told(words, Tone.WAITS, _("enter chooses the service and fills it in."))
        if row.state not in (None, ServiceState.OPEN):
            words = _("The service {code} is {state}, so it is not filled in.")
            state = (
                row.state.label if row.state and row.service else N_("not listed by the recipient any more")
            )
            return Told(
                words.format(code=match.service_code, state=_(state)),
                Tone.BAD,
                _("enter chooses another one."),
            )
        bound = self.desk.settings.match_confidence
        if match.confidence < bound:
            words = _("Only {sure} sure, below {bound}: it is offered on forms, and filled in by nobody.")
            others = ", ".join(f"{code} {times}×" for code, times in match.others.items())
            told = words.format(sure=percent(row), bound=f"{bound:.0%}".replace("%", " %"))
            if others:
                told += " " + _("Chosen instead: {others}.").format(others=others)
            return Told(told, Tone.WAITS, _("enter settles it."))
        return Told(f"{service_words(row)} · {who(row)} · {day(match.decided_at.date())}")

    def pane(self, row: LabelRow, width: int) -> list[Line]:
        """The label in full."""
        told = self.message(row)
        parts = [row.label, service_words(row), who(row)]
        if row.match is not None:
            held = _("held/missed {trials}, {sure} sure").format(trials=trials(row), sure=percent(row))
            parts.append(held)
        lines: list[Line] = [((part, "plain"),) for text in parts for part in wrap(text, width, 3) if text]
        return [*lines, (), *(((part, told.tone.value),) for part in told.words(width, 8))]

    def empty(self) -> str:
        """Why there is no label."""
        return _("No waiting document prints a label, and none was matched. n types one.")

    def store_changed(self, changes: Changes) -> None:
        """Follow the recipient, its documents and its matches."""
        about = {key.partition("\n")[0] for key in changes.get("matches", ())}
        about |= set(changes.get("recipients", ())) | set(changes.get("refreshes", ()))
        touched = self._census.take(changes.get("documents", ()))
        refresh = self.desk.store.refreshes.get(self.siret)
        if refresh is not None and refresh.done_at is not None and self.siret in changes.get("refreshes", ()):
            self._failure = (
                _("Chorus Pro could not tell: {why}.").format(why=_(refresh.failure))
                if refresh.failure
                else ""
            )
        if self.siret in about | touched and not self._following:
            self._take(self.load)
            self.show_rows()
            self.show_card()
            self.on_listing_moved()

    def on_resize(self, event: object) -> None:
        """Let the card use the room."""
        super().on_resize(event)
        self.call_after_refresh(self.show_card)

    # Matches

    def match_current(self) -> None:
        """Choose the service of the label under the cursor."""
        row = self.listing.current
        if row is not None:
            self._choose(row.label, row.match.service_code if row.match else "")

    async def new_match(self) -> None:
        """Type a label, then choose its service."""
        label = await self.prompt.text(_("Label as it is printed on the invoice:"))
        if label and label.strip():
            known = matching.find(self.desk, self.siret, label)
            self._choose(label.strip(), known.service_code if known else "")

    def _choose(self, label: str, now: str) -> None:
        recipient = self.recipient
        if recipient is None or not recipient.services:
            self.run_worker(self._type_service(label, now), group="command")
            return
        from chorus_tui.ui.screens.recipient_services import RecipientServices

        def picked(code: str) -> None:
            self.run_worker(self._match(label, code), group="command")

        self.app.push_screen(RecipientServices(self.siret, label, now, picked))

    async def _type_service(self, label: str, now: str) -> None:
        question = _("Its services are not known; code of the service for “{label}”:").format(
            label=cut(label, 24)
        )
        code = await self.prompt.text(question, now)
        if code and code.strip():
            await self._match(label, code)

    async def _match(self, label: str, code: str) -> None:
        with self.telling():
            self._following = True
            try:
                followed = await matching.decide_in_slices(
                    self.desk, self.siret, label, code, self._census.ids()
                )
            finally:
                self._following = False
            self._take(self.load)
            self.show_rows()
            self.show_card()
            self.listing.go_to(followed.match.label)
            changed, freed = len(followed.changed), len(followed.freed)
            self._say_matched(label, followed.match.service_code, changed, freed)

    def _say_matched(self, label: str, code: str, filled: int, freed: int) -> None:
        words = _("“{label}” stands for {code}").format(label=label, code=code)
        if filled:
            words += " · " + ngettext("{n} document filled in", "{n} documents filled in", filled).format(
                n=count(filled)
            )
        if freed:
            words += ", " + ngettext("{n} free of its error", "{n} free of their error", freed).format(
                n=count(freed)
            )
        self.say(words, Tone.GOOD)

    def why_not_forget(self) -> str:
        """Why there is nothing to forget."""
        rows = [row for row in self.chosen() if row.match is not None]
        return "" if rows else _("This label has no match to forget.")

    async def forget(self) -> None:
        """Forget matches; what they filled in goes from waiting documents."""
        rows = [row for row in self.chosen() if row.match is not None]
        desk = self.desk.in_batch()
        for row in rows:
            matching.forget(desk, matching.match_key(self.siret, row.label))
        self.listing.unmark()
        words = ngettext("{n} match forgotten", "{n} matches forgotten", len(rows)).format(n=count(len(rows)))
        self.say(f"{words} · {_('u takes it back.')}")

    # Services and Chorus Pro

    def why_no_services(self) -> str:
        """Why there is no service to show."""
        recipient = self.recipient
        if recipient is None or recipient.checked_at is None:
            return _("Chorus Pro was not asked about it yet: r asks.")
        return "" if recipient.services else _("It has no services.")

    def show_services(self) -> None:
        """All its services."""
        from chorus_tui.ui.screens.recipient_services import RecipientServices

        self.app.push_screen(RecipientServices(self.siret))

    async def refresh_recipient(self) -> None:
        """Ask at once where this console is connected, else leave it to whoever runs the sync service."""
        from chorus_tui.ui.screens.recipients import why_not_asked

        lookups = self.console.lookups
        if lookups is None:
            refreshing.queue_refresh(self.desk, [self.siret], urgent=True)
            why = why_not_asked(self)
            self.say(_("Queued: {why}").format(why=why) if why else _("Chorus Pro is being asked…"))
            self.show_card()
            return
        self.say(_("Chorus Pro is being asked…"))
        try:
            found = await lookups.recipient(self.siret, fresh=True)
        except ChorusError as error:
            self._failure = f"{_(error.title)}. {_(error.advice)}"
            self.say(self._failure, Tone.BAD)
        else:
            self._failure = ""
            if found is None:
                self.say(_("Chorus Pro knows nobody with this SIRET."), Tone.BAD)
            else:
                self.say(_("Chorus Pro told of it."), Tone.GOOD)
        self.show_card()
