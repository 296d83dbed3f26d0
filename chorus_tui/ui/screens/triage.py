"""What the lists of places 1 and 2 share: rows put aside, taking back, groups by cause, a list of one.

    class Drawers(TriageScreen[Drawer]):
        scopes = (DRAWERS, TRIAGE, LISTING, EVERYWHERE)
        tables = frozenset({"drawers"})
        own_table = "drawers"                          # the one whose records are the rows
        record_kind = "document"                       # as snoozes name their records: document:<key>

        def load(self): return self.awake(…)           # leaves out what is put aside, and counts it
        def row(self, key): … return self.if_here(row)
        def groups(self): return DrawerGroups(…)       # the screen that `b` opens

Made with `within`, it lists the rows of one group and is called as the group is.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypeVar

from chorus_tui.i18n import _, ngettext
from chorus_tui.operations.checking import today
from chorus_tui.operations.desk import Outcome
from chorus_tui.operations.snoozing import asleep
from chorus_tui.ui.screens.console import Changes
from chorus_tui.ui.screens.listing import ListingScreen
from chorus_tui.ui.screens.outcomes import tell_outcome
from chorus_tui.ui.words import count, day

if TYPE_CHECKING:
    from textual.screen import Screen

Row = TypeVar("Row")

DAY_LOOK = 60.0
"""Seconds between looks whether a new day began, which wakes rows."""


class Within(NamedTuple):
    """The group whose rows alone a list shows."""

    title: str
    keys: frozenset[str]


class TakingBack(ListingScreen[Row]):
    """A list whose verbs can be taken back, and whose rows can be put aside."""

    record_kind: ClassVar[str] = "document"

    def keys_chosen(self) -> list[str]:
        """Ids of the documents or invoices that a verb is about."""
        return [self.key(row) for row in self.chosen()]

    def record(self, key: str) -> str:
        """A document or an invoice as snoozes name it."""
        return f"{self.record_kind}:{key}"

    def name_of(self, key: str) -> str:
        """What the journal calls a record."""
        kind, _colon, id_ = key.rpartition(":")
        store = self.desk.store
        if (kind or self.record_kind) == "invoice":
            invoice = store.invoices.get(id_)
            return invoice.number if invoice else id_
        document = store.documents.get(id_)
        return document.name if document else id_

    def tell(self, outcome: Outcome, done: Callable[[int], str]) -> None:
        """Say how many were done and how many not, and why; the journal tells each one."""
        tell_outcome(self, outcome, done, self.name_of)
        self.listing.unmark(frozenset(key.rpartition(":")[2] for key in outcome.done))

    async def snooze(self) -> None:
        """Put the chosen ones aside until a day; those that are aside already wake."""
        from chorus_tui.operations import in_slices, snoozing
        from chorus_tui.ui.asking import ask_day

        records = [self.record(key) for key in self.keys_chosen()]
        aside = snoozing.asleep(self.desk)
        if records and all(record in aside for record in records):
            outcome = await in_slices(snoozing.wake, self.desk, records)
            self.tell(
                outcome, lambda n: ngettext("{n} is awake again", "{n} are awake again", n).format(n=count(n))
            )
            return
        question = ngettext("Put {n} row aside until:", "Put {n} rows aside until:", len(records))
        until = await ask_day(self.prompt, question.format(n=count(len(records))), today(self.desk.now()))
        if until is None:
            return
        outcome = await in_slices(lambda desk, keys: snoozing.snooze(desk, keys, until), self.desk, records)
        self.tell(outcome, lambda n: asleep_words(n, until))

    def why_not_repeat(self) -> str:
        """Why nothing can be done again here."""
        return _("There is nothing here that can be done again.")

    def repeat(self) -> None:
        """Do again what was done last, on what is chosen."""


def asleep_words(number: int, until: date) -> str:
    """So many were put aside."""
    words = ngettext("{n} put aside until {day}", "{n} put aside until {day}", number)
    return words.format(n=count(number), day=day(until))


class TriageScreen(TakingBack[Row]):
    """A list of what waits for somebody to do something about it."""

    own_table: ClassVar[str] = "documents"

    def __init__(self, within: Within | None = None) -> None:
        super().__init__()
        self.within = within
        self.shows_asleep = False
        """Whether those that were put aside show, too."""
        self.sleeping: frozenset[str] = frozenset()
        """Keys of rows that were put aside, shown or not."""
        self._asleep: dict[str, date] = {}
        self._day: date | None = None

    def on_mount(self) -> None:
        """Look from time to time whether a new day wakes rows."""
        self.set_interval(DAY_LOOK, self.look_at_day)

    def awake(self, rows: Iterable[Row]) -> list[Row]:
        """The rows of the group, if there is one, without those that are put aside."""
        self._read_asleep()
        listed = [row for row in rows if self.within is None or self.key(row) in self.within.keys]
        if not self._asleep:
            self.sleeping = frozenset()
            return listed
        self.sleeping = frozenset(key for row in listed if self._sleeps(key := self.key(row)))
        return listed if self.shows_asleep else [r for r in listed if self.key(r) not in self.sleeping]

    def if_here(self, row: Row) -> Row | None:
        """The row, if the list shows it: it is of the group, and not put aside."""
        key = self.key(row)
        if self.within is not None and key not in self.within.keys:
            return None
        if not self._sleeps(key):
            self.sleeping -= {key}
            return row
        self.sleeping |= {key}
        return row if self.shows_asleep else None

    def _read_asleep(self) -> None:
        self._day = today(self.desk.now())
        self._asleep = asleep(self.desk)

    def _sleeps(self, key: str) -> bool:
        return self.record(key) in self._asleep

    def store_changed(self, changes: Changes) -> None:
        """Follow the rows, and those that are put aside or wake."""
        own = changes.get(self.own_table, frozenset())
        if snoozed := changes.get("snoozes"):
            self._read_asleep()
            prefix = self.record("")
            own |= {record.removeprefix(prefix) for record in snoozed if record.startswith(prefix)}
            changes = {**changes, self.own_table: own}
        # Those that are aside still are counted again as they are read.
        self.sleeping -= own
        super().store_changed(changes)

    def look_at_day(self) -> None:
        """Show what a new day woke."""
        if self._day not in (None, today(self.desk.now())) and self.sleeping:
            self._reload()

    def _reload(self) -> None:
        self.load_rest()
        self._take(self.load)
        self.show_rows()

    def turn_asleep(self) -> None:
        """Show those that were put aside, too; again: hide them."""
        if not self.sleeping and not self.shows_asleep:
            self.say(_("Nothing is put aside here; z puts a row aside until a day."))
            return
        self.shows_asleep = not self.shows_asleep
        self._reload()

    def heading(self) -> str:
        """The group's name, if it is one."""
        return self.within.title if self.within is not None else super().heading()

    def aside(self) -> str:
        """How many are put aside, and how to see them."""
        number = len(self.sleeping)
        if not number:
            return ""
        if self.shows_asleep:
            return ngettext("{n} asleep", "{n} asleep", number).format(n=count(number))
        key = self.console.registry.key(self.console.registry["triage.asleep"])
        words = ngettext("{n} asleep; {key} shows it", "{n} asleep; {key} shows them", number)
        return words.format(n=count(number), key=key)

    def groups(self) -> "Screen[Any]":
        """The screen of the groups of these rows."""
        raise NotImplementedError

    def why_no_groups(self) -> str:
        """Why there are no groups now."""
        return _("This is one group; esc goes back to all of them.") if self.within is not None else ""

    def open_groups(self) -> None:
        """Group the rows by their cause."""
        self.app.push_screen(self.groups())
