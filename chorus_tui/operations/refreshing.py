"""Asking Chorus Pro about recipients again: a queue in the store, which whoever leads works off.

So any console can ask, what was asked survives leaving the screen and a restart, and the calls go through
the one line to Chorus Pro with its limits. `sync.lists` works it off, `progress` tells how far it is.
"""

from collections.abc import Iterable

from msgspec import Struct, structs

from chorus_tui.domain.identifiers import is_siret_shaped
from chorus_tui.domain.recipient import Refresh
from chorus_tui.i18n import _
from chorus_tui.operations.desk import Deeds, Desk, Outcome, note


class Progress(Struct, frozen=True):
    """How far a refresh is: "37 of 212"."""

    done: int
    total: int
    failed: int = 0

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to ask."""
        return self.done >= self.total


def all_known(desk: Desk) -> list[str]:
    """Every recipient that a refresh of all asks about: those asked before, and those with matches."""
    known = dict.fromkeys(desk.store.recipients.keys())
    known |= dict.fromkeys(match.siret for match in desk.store.matches.all())
    return [siret for siret in known if is_siret_shaped(siret)]


def queue_refresh(desk: Desk, sirets: Iterable[str], *, urgent: bool = False) -> Outcome:
    """Have Chorus Pro asked about recipients again; asked already is done, too.

    A screen queues very many with `in_slices`.

    Args:
        urgent: before those queued otherwise, because somebody waits for it.
    """
    deeds = Deeds()
    with desk.store.transaction():
        forget_refreshes(desk)
        asked = 0
        for siret in sirets:
            if not is_siret_shaped(siret):
                deeds.refuse(siret, _("This is no SIRET of fourteen digits."))
                continue
            known = desk.store.refreshes.get(siret)
            if known is None or known.done_at is not None or (urgent and not known.urgent):
                desk.store.refreshes.put(
                    Refresh(siret=siret, asked_at=desk.now(), asked_by=desk.who, urgent=urgent)
                )
                asked += 1
            deeds.did(siret)
        if asked:
            note(desk, "refresh", deeds.outcome.done[0] if asked == 1 else "recipients", str(asked))
    desk.wake("lists")
    return deeds.outcome


def stop_refresh(desk: Desk) -> int:
    """Ask no more about what was queued; what was asked stays as it was answered. How many are left out."""
    with desk.store.transaction():
        left = [refresh.siret for refresh in desk.store.refreshes.by("done_at", None)]
        desk.store.refreshes.remove(*left)
        if left:
            note(desk, "stop refresh", "recipients", str(len(left)))
    return len(left)


def progress(desk: Desk) -> Progress | None:
    """How far the last refresh is; None where there was none, or it is long over."""
    refreshes = desk.store.refreshes.all()
    if not refreshes:
        return None
    done = sum(refresh.done_at is not None for refresh in refreshes)
    return Progress(done, len(refreshes), sum(bool(refresh.failure) for refresh in refreshes))


def is_asked(desk: Desk, siret: str) -> bool:
    """Whether a recipient is still to be asked about."""
    refresh = desk.store.refreshes.get(siret)
    return refresh is not None and refresh.done_at is None


def forget_refreshes(desk: Desk) -> None:
    """Begin to count anew where the last refresh is over; belongs in the transaction that queues."""
    refreshes = desk.store.refreshes
    if not refreshes.by("done_at", None, 1):
        refreshes.remove(*refreshes.keys())


# What the sync service asks and records.


def next_refreshes(desk: Desk, most: int) -> list[Refresh]:
    """The next ones to ask about."""
    left = desk.store.refreshes.by("done_at", None)
    return sorted(left, key=lambda refresh: (not refresh.urgent, refresh.asked_at, refresh.siret))[:most]


def asked_about(desk: Desk, siret: str, failure: str = "") -> None:
    """One was asked about; without effect where the refresh was stopped meanwhile.

    Args:
        failure: English source string: why Chorus Pro could not tell.
    """
    with desk.store.transaction():
        refresh = desk.store.refreshes.get(siret)
        if refresh is not None and (refresh.done_at is None or failure):
            desk.store.refreshes.put(structs.replace(refresh, done_at=desk.now(), failure=failure))
