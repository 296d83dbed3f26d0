"""The groups by cause: what came back or is incomplete, put right group by group instead of row by row.

    class DrawerGroups(Groups):
        scopes = (DRAWER_GROUPS, GROUPS, LISTING, EVERYWHERE)
        record_kind, own_table = "document", "drawers"
        async def gather(self) -> tuple[Cluster, ...]: …             # in slices
        def latest(self, cluster: Cluster) -> str: …                 # the latest words about one of its rows
        def list_of(self, within: Within) -> ListingScreen[Any]: …   # what enter opens
        def key_words(self, cluster: Cluster) -> str: …              # the key that starts the remedy

The groups are gathered beside the running screen, and keys wait for them.
"""

import asyncio
import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from chorus_tui.domain.statuses import Tone
from chorus_tui.i18n import N_, _
from chorus_tui.ui.columns import Column
from chorus_tui.ui.filtering import Field, Kind
from chorus_tui.ui.screens.console import Changes
from chorus_tui.ui.screens.listing import ListingScreen
from chorus_tui.ui.screens.told import Told
from chorus_tui.ui.screens.triage import TakingBack, Within
from chorus_tui.ui.widgets.lines import Line
from chorus_tui.ui.widgets.painted import pad, wrap
from chorus_tui.ui.words import age, amount, count, moment, money

if TYPE_CHECKING:
    from textual.timer import Timer

    from chorus_tui.domain.clusters import Cluster

AGAIN = 1.0
"""Seconds in which changes are gathered before the groups are made anew."""
WAIT = 10.0
"""Seconds that a key waits for the groups at most."""
PANE_MESSAGE = 26
"""Lines beside the table for what a cause means."""


@dataclass(frozen=True)
class Group:
    """One row."""

    cluster: "Cluster"
    latest: str
    """The latest words of Chorus Pro, or of the recipient, about one of its rows; empty: none came back."""
    age: str

    @property
    def title(self) -> str:
        """The cause; a cross where something came back, an open circle where it is only incomplete."""
        return f"{'✗' if self.latest else '○'} {self.cluster.explanation.title}"

    @property
    def tone(self) -> Tone:
        """Its look."""
        return Tone.BAD if self.latest else Tone.WAITS

    @property
    def recipient(self) -> str:
        """Its name, or its SIRET where that is not known; empty where the cause is one for all recipients."""
        return self.cluster.recipient_name or self.cluster.recipient_siret


COLUMNS: tuple[Column[Group], ...] = (
    Column(
        "count",
        N_("Rows"),
        8,
        lambda g: count(g.cluster.count),
        # Of equal counts the larger amount comes first.
        sort=lambda g: (g.cluster.count, g.cluster.amount),
        right=True,
        newest_first=True,
    ),
    Column("cause", N_("Cause"), 30, lambda g: g.title, tone=lambda g: g.tone, grows=True),
    Column("recipient", N_("Recipient"), 16, lambda g: g.recipient, grows=True),
    Column(
        "amount",
        N_("At stake"),
        12,
        lambda g: amount(g.cluster.amount),
        sort=lambda g: g.cluster.amount,
        right=True,
        newest_first=True,
    ),
    Column("oldest", N_("Age"), 7, lambda g: g.age, sort=lambda g: g.cluster.oldest, right=True),
)

FIELDS: tuple[Field[Group], ...] = (
    Field(N_("cause"), Kind.TEXT, lambda g: f"{g.cluster.explanation.title} {g.cluster.explanation.id}"),
    Field(N_("recipient"), Kind.TEXT, lambda g: f"{g.recipient} {g.cluster.recipient_siret}"),
    Field(N_("amount"), Kind.AMOUNT, lambda g: g.cluster.amount),
)


class Groups(TakingBack[Group]):
    """The list of groups."""

    title_of = N_("By cause")
    columns = COLUMNS
    fields = FIELDS
    first_sort = ("count", True)
    message_height = 5
    own_table: ClassVar[str] = "documents"

    def __init__(self) -> None:
        super().__init__()
        self.gathered = asyncio.Event()
        """Set once the groups are there; keys wait for it."""
        self._clusters: tuple[Cluster, ...] = ()
        self._again: Timer | None = None

    # What a subclass says

    async def gather(self) -> "tuple[Cluster, ...]":
        """The groups as the store stands."""
        raise NotImplementedError

    def latest(self, cluster: "Cluster") -> str:
        """The latest words about one of its rows, as they came."""
        return cluster.explanation.message

    def list_of(self, within: Within) -> ListingScreen[Any]:
        """The list of one group's rows."""
        raise NotImplementedError

    def key_words(self, cluster: "Cluster") -> str:
        """The key that starts the remedy, in words."""
        return ""

    # Rows

    def load(self) -> Iterable[Group]:
        """The groups that were gathered."""
        now = self.desk.now()
        return [Group(c, self.latest(c), age(c.oldest, now)) for c in self._clusters]

    def key(self, row: Group) -> str:
        """Of the group: the same tomorrow."""
        return row.cluster.id

    def words(self, row: Group) -> str:
        """Cause, recipient and what was said."""
        told = row.cluster.explanation
        return f"{row.title} {told.cause} {row.recipient} {row.cluster.recipient_siret} {row.latest}"

    def amount(self, row: Group) -> Decimal | None:
        """What is at stake in it."""
        return row.cluster.amount

    def keys_chosen(self) -> list[str]:
        """The documents or invoices of the marked groups, or of the one under the cursor."""
        return [key for row in self.chosen() for key in row.cluster.keys]

    def on_mount(self) -> None:
        """Gather the groups once the screen stands."""
        self.run_worker(self._gather(top=True), group="gather", exclusive=True)

    async def _gather(self, top: bool = False) -> None:
        try:
            with self.telling():
                self._clusters = await self.gather()
                self._take(self.load)
        finally:
            self.gathered.set()
        self.show_rows(top)
        self.update_keys()

    async def action_command(self, command_id: str) -> None:
        """Keys that were typed ahead mean the groups that are not there yet."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.gathered.wait(), WAIT)
        await super().action_command(command_id)

    def store_changed(self, changes: Changes) -> None:
        """Make the groups anew, not at every one of many changes."""
        if self._again is None and changes.keys() & {self.own_table, "recipients", "suppliers", "snoozes"}:
            self._again = self.set_timer(AGAIN, self._gather_again)

    def _gather_again(self) -> None:
        self._again = None
        self.run_worker(self._gather(), group="gather", exclusive=True)

    def empty(self) -> str:
        """That there is nothing to put right."""
        if not self.gathered.is_set():
            return _("Looking…")
        return _("Nothing came back and nothing is incomplete. esc goes back.")

    # What is said of the group under the cursor

    def message(self, row: Group) -> Told:
        """The latest words as they came, what they mean, what to do and the key for it."""
        explained = row.cluster.explanation
        said = row.latest
        if said and explained.decoded and not explained.known:
            said = _("{what} ({field})").format(what=said, field=explained.decoded)
        text, meaning = (f"✗ {said}", explained.meaning) if said else (f"○ {explained.meaning}", "")
        return Told(text, row.tone, explained.remedy, meaning, self.key_words(row.cluster))

    def pane(self, row: Group, width: int) -> list[Line]:
        """The same in full, with what is in the group."""
        cluster = row.cluster
        lines: list[Line] = [((line, "strong"),) for line in wrap(cluster.explanation.title, width, 2)]
        lines.append(())
        for label, value in (
            (_("Rows"), count(cluster.count)),
            (_("At stake"), money(cluster.amount)),
            (_("Recipient"), row.recipient),
            ("", cluster.recipient_siret),
            (_("Oldest"), moment(cluster.oldest)),
        ):
            if value:
                lines.append(((pad(label, 14), "faint"), (pad(value, width - 14), "plain")))
        lines.append(())
        lines += [((line, row.tone.value),) for line in self.message(row).words(width, PANE_MESSAGE)]
        if cluster.explanation.cause:
            cause = _("Cause: {cause}").format(cause=cluster.explanation.cause)
            lines += [(), *(((line, "plain"),) for line in wrap(cause, width, 8))]
        return lines

    def copyable(self, row: Group) -> str:
        """Its cells, and the words as they came."""
        return f"{super().copyable(row)}\t{row.latest}"

    def open(self, row: Group) -> None:
        """The list of its rows."""
        self.app.push_screen(self.list_of(self.within(row.cluster)))

    def within(self, cluster: "Cluster") -> Within:
        """The group as the title of its list has it."""
        title = f"{self.named(cluster)} · {count(cluster.count)}"
        return Within(title, frozenset(cluster.keys))

    def named(self, cluster: "Cluster") -> str:
        """The cause, and the recipient where each is a problem of its own."""
        name = cluster.recipient_name or cluster.recipient_siret
        return " · ".join(filter(None, (cluster.explanation.title, name)))
