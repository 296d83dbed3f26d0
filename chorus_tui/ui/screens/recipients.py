"""Place 5, "Recipients", also "Recipient management" (S1-003): who is invoiced, and what each asks for."""

import asyncio
from collections.abc import Iterable
from pathlib import Path

from chorus_tui.domain.statuses import Tone
from chorus_tui.i18n import N_, _, labelled, ngettext
from chorus_tui.operations import in_slices, recipients, refreshing
from chorus_tui.operations.importing import ImportFailed, Report, import_in_background, look_in_background
from chorus_tui.operations.recipients import Census, RecipientRow
from chorus_tui.ui.commands import Command, Danger, Scope
from chorus_tui.ui.screens.console import EVERYWHERE, Changes, ConsoleScreen
from chorus_tui.ui.screens.listing import LISTING
from chorus_tui.ui.screens.recipient_import import Chosen, DirectoryImport
from chorus_tui.ui.screens.recipients_rows import COLUMNS, FIELDS, NOBODY, activity_of
from chorus_tui.ui.screens.told import Told
from chorus_tui.ui.screens.triage import TakingBack
from chorus_tui.ui.screens.triage_commands import UNDO
from chorus_tui.ui.widgets.lines import Line
from chorus_tui.ui.widgets.painted import pad, wrap
from chorus_tui.ui.words import count, moment

SLICE = 60
"""Waiting documents looked at between two pauses: a few milliseconds."""
LABELLED = 100
"""Waiting documents of the selected recipient whose labels are looked at for the message."""
LABEL = 12

RECIPIENTS = Scope(
    "recipients",
    N_("Recipients"),
    (
        Command(
            "recipients.open",
            "enter",
            N_("Open"),
            N_("Shows what the recipient makes mandatory, and which labels stand for which services."),
            lambda s: s.open_row(),
            lambda s: "" if s.listing.current else _("There is no recipient here."),
            line=1,
        ),
        Command(
            "recipients.refresh",
            "r",
            N_("Ask again"),
            N_("Asks Chorus Pro about the marked recipients again, or about the one under the cursor."),
            lambda s: s.refresh_chosen(),
            lambda s: "" if s.chosen() else _("There is no recipient here."),
            line=2,
        ),
        Command(
            "recipients.refresh_all",
            "R",
            N_("Ask about all"),
            N_("Asks Chorus Pro about every known recipient again, in the background; again: stops it."),
            lambda s: s.refresh_all(),
            lambda s: "" if len(s.rows) else _("No recipient is known yet."),
            danger=Danger.ASKS,
            line=3,
        ),
        Command(
            "recipients.search",
            "d",
            N_("Directory"),
            N_("Searches the imported directory, offline, by words or SIRET."),
            lambda s: s.ask_search(),
            line=4,
            words=(N_("Find a recipient"),),
        ),
        Command(
            "recipients.import",
            "i",
            N_("Import"),
            N_("Imports the public directory from a CSV or XLSX file, in the background."),
            lambda s: s.ask_import(),
            lambda s: _("A directory is being imported already.") if s.importing else "",
            line=5,
            words=(N_("Import the directory"),),
        ),
        UNDO,
    ),
)


class Recipients(TakingBack[RecipientRow]):
    """The recipients that Chorus Pro told of, that documents name, or that have matches."""

    scopes = (RECIPIENTS, LISTING, EVERYWHERE)
    title_of = N_("Recipients")
    columns = COLUMNS
    fields = FIELDS
    tables = frozenset({"recipients", "matches", "alerts", "documents"})
    first_sort = ("waiting", True)

    def __init__(self) -> None:
        super().__init__()
        self._census: Census | None = None
        self.importing = ""
        """How far an import is; empty: there is none."""
        self._asking = False
        """Whether recipients were being asked about when last looked."""

    @property
    def census(self) -> Census:
        """Who waiting documents are for, as far as they were looked at."""
        if self._census is None:
            self._census = Census(self.desk)
        return self._census

    def on_mount(self) -> None:
        """Show the recipients at once, and count their documents in slices."""
        progress = refreshing.progress(self.desk)
        self._asking = progress is not None and not progress.is_over
        self.run_worker(self._count(), group="census")

    async def _count(self) -> None:
        ids = self.census.ids()
        for start in range(0, len(ids), SLICE):
            self.census.take(ids[start : start + SLICE])
            await asyncio.sleep(0)
        with self.telling():
            self._take(self.load)
            self.show_rows(top=not self.listing.cursor)

    def load(self) -> Iterable[RecipientRow]:
        """All but those only the directory knows."""
        return recipients.listing(self.desk, self.census)

    def key(self, row: RecipientRow) -> str:
        """Its SIRET."""
        return row.siret

    def row(self, key: str) -> RecipientRow | None:
        """The recipient as it is now, as long as anything but the directory knows it."""
        store = self.desk.store
        if not (self.census.waiting[key] or key in store.recipients or store.matches.by("siret", key, 1)):
            return None
        return recipients.row_of(self.desk, key, self.census)

    def words(self, row: RecipientRow) -> str:
        """Name and SIRET; what else there is has its field."""
        return f"{row.name} {row.siret}"

    def store_changed(self, changes: Changes) -> None:
        """Bring the recipients up to date that a changed record is about."""
        touched = set(changes.get("recipients", ())) | set(changes.get("alerts", ()))
        touched |= {key.partition("\n")[0] for key in changes.get("matches", ())}
        touched |= self.census.take(changes.get("documents", ()))
        if touched:
            super().store_changed({"recipients": frozenset(touched)})
        if "refreshes" in changes:
            self._follow_refresh()

    def message(self, row: RecipientRow) -> Told:
        """What an import says otherwise, whether it can be invoiced, and labels without a match."""
        if told := recipients.alerts_of(self.desk, row.siret):
            return Told(" ".join(told), Tone.WAITS, _("enter shows it, and takes the flag away."))
        if activity_of(row) == NOBODY:
            return Told(
                _("✗ Chorus Pro knows nobody with this SIRET."),
                Tone.BAD,
                _("Correct it on the documents; r asks again."),
            )
        if row.active is False:
            return Told(
                _("✗ It is inactive: Chorus Pro refuses invoices to it."),
                Tone.BAD,
                _("Ask the recipient for the SIRET to use; r asks again."),
            )
        unmatched = self._unmatched(row)
        if unmatched:
            words = ngettext(
                "{n} label of waiting documents stands for no service: {labels}",
                "{n} labels of waiting documents stand for no service: {labels}",
                len(unmatched),
            ).format(n=count(len(unmatched)), labels=", ".join(unmatched))
            return Told(words, Tone.WAITS, _("enter, then say what it stands for."))
        return Told()

    def _unmatched(self, row: RecipientRow) -> list[str]:
        found = recipients.labels(self.desk, row.siret, self.census.printed(row.siret, LABELLED))
        return [label.label for label in found if label.match is None and not label.named]

    def pane(self, row: RecipientRow, width: int) -> list[Line]:
        """The recipient in full."""
        lines: list[Line] = []
        told = self.message(row)
        for label, value in (
            (N_("Recipient"), row.name),
            (N_("SIRET"), row.siret),
            (N_("Mandatory"), _(row.demand.label)),
            (N_("Services"), count(row.services)),
            (N_("Matches"), count(row.matches)),
            (N_("Waiting"), count(row.waiting)),
            (N_("In error"), count(row.in_error)),
            (N_("Checked"), moment(row.checked_at) or _("never")),
            (N_("Known from"), _(row.known.label)),
        ):
            for number, part in enumerate(wrap(value, width - LABEL - 1, 3) or [""]):
                lines.append(((pad(_(label) if not number else "", LABEL) + " ", "faint"), (part, "plain")))
        lines.append(())
        lines += [((part, told.tone.value),) for part in told.words(width, 8)]
        return lines

    def empty(self) -> str:
        """Why there is none, and what to press."""
        return _("No recipient is known yet: documents bring them. d searches the directory, i imports one.")

    def open(self, row: RecipientRow) -> None:
        """The detail: demands, labels, services."""
        self.open_siret(row.siret)

    def open_siret(self, siret: str) -> None:
        """The detail of any recipient."""
        from chorus_tui.ui.screens.recipient import RecipientDetail

        self.app.push_screen(RecipientDetail(siret, self.census))

    def aside(self) -> str:
        """How far an import and a refresh are."""
        return " · ".join(filter(None, (self.importing, self._progress_words())))

    def _progress_words(self) -> str:
        progress = refreshing.progress(self.desk)
        if progress is None or progress.is_over:
            return ""
        return _("asked {done} of {total}").format(done=count(progress.done), total=count(progress.total))

    # Asking Chorus Pro again

    async def refresh_chosen(self) -> None:
        """Ask about the chosen ones, before anything else that is queued."""
        sirets = [row.siret for row in self.chosen()]
        outcome = await in_slices(
            lambda desk, keys: refreshing.queue_refresh(desk, keys, urgent=True), self.desk, sirets
        )
        self.listing.unmark(frozenset(outcome.done))
        if outcome.refused and not outcome.done:
            self.say(outcome.refused[0][1], Tone.WAITS)
            return
        self._say_queued(len(outcome.done))

    async def refresh_all(self) -> None:
        """Ask about all of them; where that is under way, stop it."""
        progress = refreshing.progress(self.desk)
        if progress is not None and not progress.is_over:
            left = progress.total - progress.done
            question = ngettext(
                "Stop asking? {n} recipient is left.", "Stop asking? {n} recipients are left.", left
            ).format(n=count(left))
            if await self.prompt.confirm(question):
                self._asking = False
                refreshing.stop_refresh(self.desk)
                self.say(_("Stopped; those asked so far are up to date."))
            return
        sirets = refreshing.all_known(self.desk)
        question = ngettext(
            "Ask Chorus Pro about {n} recipient again?",
            "Ask Chorus Pro about {n} recipients again?",
            len(sirets),
        ).format(n=count(len(sirets)))
        if await self.prompt.confirm(question):
            outcome = await in_slices(refreshing.queue_refresh, self.desk, sirets)
            self._say_queued(len(outcome.done))

    def _say_queued(self, number: int) -> None:
        self._asking = True
        said = ngettext("Asking about {n} recipient", "Asking about {n} recipients", number).format(
            n=count(number)
        )
        why = self.why_not_asked()
        if why:
            self.say(labelled(said, why), Tone.WAITS)
        else:
            self.say(f"{said}…")

    def why_not_asked(self) -> str:
        """Why Chorus Pro is not asked at once, though it is queued; empty: it is."""
        return why_not_asked(self)

    def _follow_refresh(self) -> None:
        progress = refreshing.progress(self.desk)
        self.update_title()
        if progress is None or not progress.is_over:
            self._asking = progress is not None
            return
        if self._asking:
            self._asking = False
            words = ngettext(
                "Chorus Pro told of {n} recipient", "Chorus Pro told of {n} recipients", progress.done
            ).format(n=count(progress.done - progress.failed))
            if progress.failed:
                words += " · " + _("{n} could not be asked").format(n=count(progress.failed))
            self.say(words, Tone.WAITS if progress.failed else Tone.GOOD)

    # The directory

    async def ask_search(self) -> None:
        """Words, then what the directory and the store have of them."""
        from chorus_tui.ui.screens.recipients_found import RecipientsFound

        words = await self.prompt.text(_("Name, town or SIRET:"))
        if words and words.strip():
            self.app.push_screen(RecipientsFound(words.strip(), self.open_siret))

    async def ask_import(self) -> None:
        """Which file, then what its columns are, then import it."""
        edition = self.desk.store.directory.edition()
        if edition is not None:
            self.say(
                _("Imported: {source}, {moment}, {n} recipients.").format(
                    source=edition.source, moment=moment(edition.imported_at), n=count(edition.structures)
                )
            )
        typed = await self.prompt.text(_("CSV or XLSX file of the directory, such as ~/annuaire.xlsx:"))
        if not typed or not typed.strip():
            return
        path = _typed_path(typed)
        self._set_importing(_("looking at the file…"))
        try:
            shape = await look_in_background(path)
        except ImportFailed as failure:
            self.say(str(failure), Tone.BAD)
            return
        finally:
            self._set_importing("")
        self.app.push_screen(DirectoryImport(shape, self.start_import))

    def start_import(self, chosen: Chosen) -> None:
        """Import in the background; it goes on whatever place is shown."""
        self.run_worker(self._import(chosen), group="import")

    async def _import(self, chosen: Chosen) -> None:
        self._set_importing(_("importing…"))
        try:
            report = await import_in_background(self.desk, chosen.shape, chosen.mapping, self._told)
        except ImportFailed as failure:
            self.console.say(str(failure), Tone.BAD)
        else:
            self._say_imported(report)
            self._take(self.load)
        finally:
            self._set_importing("")
            self.show_rows()

    def _told(self, percent: int) -> None:
        self._set_importing(_("importing {percent} %").format(percent=percent))

    def _set_importing(self, words: str) -> None:
        self.importing = words
        if self.is_attached:
            self.update_title()

    def _say_imported(self, report: Report) -> None:
        words = ngettext("{n} recipient imported", "{n} recipients imported", report.structures).format(
            n=count(report.structures)
        )
        if report.bad:
            line, why = report.told[0]
            words += " · " + ngettext(
                "{n} row could not be used (line {line}: {why})",
                "{n} rows could not be used (line {line}: {why}…)",
                report.bad,
            ).format(n=count(report.bad), line=line, why=_(why))
            for line, why in report.told:
                told = _("{source}, line {line}: {why}").format(source=report.source, line=line, why=_(why))
                self.console.journal.append(self.desk.now(), told, Tone.WAITS)
        if report.flagged:
            words += " · " + ngettext(
                "{n} recipient of waiting documents changed",
                "{n} recipients of waiting documents changed",
                len(report.flagged),
            ).format(n=count(len(report.flagged)))
        self.console.say(words, Tone.WAITS if report.bad or report.flagged else Tone.GOOD)

    @property
    def unsaved(self) -> str:
        """An import under way, which leaving would stop."""
        return _("A directory is being imported.") if self.importing else ""


def _typed_path(typed: str) -> Path:
    return Path(typed.strip()).expanduser()


def why_not_asked(screen: ConsoleScreen) -> str:
    """Why what was queued for Chorus Pro is not asked at once; empty: it is."""
    if screen.desk.store.leader() is None and screen.console.service is None:
        return _("no sync service runs, so it is asked when one does.")
    state = screen.desk.store.state.get("sync")
    if state is not None and state.trouble is not None:
        return _("{what}; it is asked once that is over.").format(what=_(state.trouble.message))
    return ""
