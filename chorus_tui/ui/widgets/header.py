"""The two lines at the top: which environment, how sync stands, and how many rows wait in each place.

header.show(header_lines(Facts(environment="production", …), width))
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from chorus_tui.domain.records import SyncState
from chorus_tui.i18n import N_, _, ngettext
from chorus_tui.operations.checking import PARIS
from chorus_tui.ui.places import PLACE, PLACES, Place
from chorus_tui.ui.widgets.lines import Line, Lines
from chorus_tui.ui.widgets.painted import columns_of, cut
from chorus_tui.ui.words import count

ENVIRONMENTS = {
    "production": (N_("PRODUCTION"), N_("real invoices")),
    "sandbox": (N_("SANDBOX"), N_("qualification platform, nothing is paid")),
    "simulator": (N_("SIMULATOR"), N_("invented data, nothing leaves this machine")),
}
"""Word and explanation of each environment; its look has its name."""

SILENT = timedelta(seconds=90)
"""A leader that has not been heard of for so long is taken for gone."""
LEAST_REASON = 12
"""Columns below which a reason is left out: it would say nothing."""

_UNKNOWN = SyncState()


STUMBLED = {
    "submit": N_("submission stopped"),
    "deposit": N_("deposit of flows stopped"),
    "edi": N_("EDI exchange stopped"),
    "flows": N_("follow-up of flows stopped"),
    "process": N_("replies stopped"),
    "analyse": N_("analysis stopped"),
    "intake": N_("intake of files stopped"),
    "track": N_("tracking stopped"),
    "lists": N_("recipients and lists stopped"),
    "store": N_("store out of order"),
}
"""What it means that a station of the sync service cannot work; what matters most first."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the header tells."""

    environment: str
    place: str
    """Id of the place on the screen."""
    now: datetime
    sync: SyncState = _UNKNOWN
    leads: bool = False
    """Whether sync runs in this very console."""
    stumbles: Mapping[str, str] = field(default_factory=dict)
    """Stations of this console's sync service that cannot work, and why; "store": what reads for screens."""
    folders: Mapping[Path, str] = field(default_factory=dict)
    """Watched folders that this console's sync service cannot read, and why."""
    gateways: Mapping[Path, str] = field(default_factory=dict)
    """The same of the folders of EDI gateways."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """Rows waiting, by place id."""
    held: tuple[int, int] | None = None
    """How many this operator queued that are still held, and seconds until the first leaves."""


def sync_words(facts: Facts, room: int = 10_000) -> tuple[str, str]:
    """How sync stands, in words that take at most so many columns, and the look of it.

    What is wrong on this machine comes before what is wrong elsewhere: nobody else will put it right.
    """
    if facts.stumbles:
        name, why = min(facts.stumbles.items(), key=lambda stumble: _weight(stumble[0]))
        more = f" (+{len(facts.stumbles) - 1})" if len(facts.stumbles) > 1 else ""
        what = f"✗ {_(STUMBLED.get(name, name))}{more}"
        return _with_reason(what, _(why), room), "bad"
    if facts.held is not None:
        return cut(_held_words(*facts.held), room), "waits"
    sync, now = facts.sync, facts.now
    fresh = _("no data yet")
    if sync.fresh_at is not None:
        at = sync.fresh_at.astimezone(PARIS)
        shown = f"{at:%H:%M}" if at.date() == now.astimezone(PARIS).date() else f"{at:%d/%m %H:%M}"
        fresh = _("data of {time}").format(time=shown)
    if sync.trouble is not None:
        return _and(f"✗ {_(sync.trouble.message)}", fresh, room), "bad"
    if not sync.leader:
        return _and(f"– {_('sync is not running')}", fresh, room), "waits"
    if sync.alive_at is not None and now - sync.alive_at > SILENT:
        return _and(f"! {_('sync is silent ({who})').format(who=sync.leader)}", fresh, room), "waits"
    if facts.folders:
        why = next(iter(facts.folders.values()))
        return _with_reason(f"! {_('a watched folder cannot be read')}", _(why), room), "waits"
    if facts.gateways:
        why = next(iter(facts.gateways.values()))
        return _with_reason(f"! {_('a folder of an EDI gateway cannot be used')}", _(why), room), "waits"
    if sync.clock_minutes:
        off = _("this machine's clock is {minutes} minutes off").format(minutes=abs(sync.clock_minutes))
        return _and(f"! {off}", fresh, room), "waits"
    who = _("here") if facts.leads else sync.leader
    doing = f"● {_('sync runs ({who})').format(who=who)}"
    if sync.to_read:
        reading = _("{read} of {total} invoices").format(read=count(sync.read), total=count(sync.to_read))
        doing = f"{doing} · {reading}"
    return _and(doing, fresh, room), "good"


def _held_words(number: int, seconds: int) -> str:
    words = ngettext(
        "→ {n} leaves in {s} s · u takes it back", "→ {n} leave in {s} s · u takes them back", number
    )
    return words.format(n=count(number), s=seconds)


def _and(what: str, fresh: str, room: int) -> str:
    """How sync stands and of when data are, which is never cut for it."""
    return cut(f"{cut(what, room - columns_of(fresh) - 3)} · {fresh}", room)


def _weight(station: str) -> int:
    order = list(STUMBLED)
    return order.index(station) if station in STUMBLED else len(order)


def _with_reason(what: str, why: str, room: int) -> str:
    """What is wrong and why, and the place that says more, which is never cut for the reason."""
    health = PLACE["health"]
    says = _("{place} says more").format(place=f"{health.number} {_(health.short)}")
    reasoned = _("{what}: {more}")
    left = room - columns_of(f"{reasoned.format(what=what, more='')} · {says}")
    if left >= LEAST_REASON:
        what = reasoned.format(what=what, more=cut(why, left))
    return cut(f"{what} · {says}", room)


def header_lines(facts: Facts, width: int) -> tuple[Line, Line]:
    """Environment and sync on the first line, the places and their counts on the second."""
    word, meaning = ENVIRONMENTS.get(facts.environment, (facts.environment.upper(), ""))
    badge = f" {_(word)} "
    room = width - len(badge) - 1
    words, look = sync_words(facts, room - 1)
    gap = room - columns_of(words) - 1
    meant = f" {_(meaning)}" if meaning and len(_(meaning)) + 3 <= gap else ""
    first: Line = (
        (badge, facts.environment if facts.environment in ENVIRONMENTS else "production"),
        (meant, "place"),
        (" " * max(1, gap - len(meant)), "place"),
        (words, look),
        (" ", "place"),
    )
    return first, _places(facts, width)


def _places(facts: Facts, width: int) -> Line:
    """Names in full where they fit; else short ones; else numbers, first for places where nothing waits."""
    for level in range(4):
        labels = [(_label(place, facts, level), place.id) for place in PLACES]
        # The blank behind the last may go.
        if sum(columns_of(label) for label, _place in labels) - 1 <= width:
            break
    return tuple((label, "place_here" if id_ == facts.place else "place") for label, id_ in labels)


def _label(place: Place, facts: Facts, level: int) -> str:
    waiting = facts.counts.get(place.id)
    name = _(place.title if level == 0 else place.short)
    if place.id != facts.place and (level == 3 or (level == 2 and not waiting)):
        name = ""
    return f" {' '.join(filter(None, (str(place.number), name, count(waiting) if waiting else '')))} "


class Header(Lines):
    """The two lines."""

    DEFAULT_CSS = "Header { height: 2; }"

    def __init__(self) -> None:
        super().__init__("place", id="header")
        self._facts: Facts | None = None

    def tell(self, facts: Facts) -> None:
        """Show the facts; paints only what differs."""
        self._facts = facts
        if self.size.width:
            self.show(header_lines(facts, self.size.width))

    def on_resize(self) -> None:
        """Use the width there is."""
        super().on_resize()
        if self._facts is not None:
            self.tell(self._facts)
