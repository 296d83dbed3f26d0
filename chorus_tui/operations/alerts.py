"""What an imported directory says otherwise of the recipients of waiting documents.

The directory is a hint, the API decides: a recipient of which it says something else is flagged and asked
about first; where Chorus Pro answers that nothing changed, the flag goes by itself.
"""

from collections.abc import Mapping

from msgspec import structs

from chorus_tui.domain.document import Document
from chorus_tui.domain.recipient import Alert, Recipient, Shift
from chorus_tui.i18n import _
from chorus_tui.operations.desk import Desk, note
from chorus_tui.operations.refreshing import is_asked, queue_refresh
from chorus_tui.store import Listed


def alerts(desk: Desk, document: Document) -> tuple[str, ...]:
    """What changed at the recipient of a waiting document and nobody looked at, a sentence each."""
    return alerts_of(desk, document.fields.recipient_siret or "")


def alerts_of(desk: Desk, siret: str) -> tuple[str, ...]:
    """The same for a recipient."""
    alert = desk.store.alerts.get(siret) if siret else None
    if alert is None:
        return ()
    who = _("Chorus Pro") if alert.confirmed else _("The imported directory")
    told = tuple(_sentence(shift).format(who=who) for shift in alert.shifts)
    if not alert.confirmed and is_asked(desk, siret):
        told += (_("Chorus Pro is being asked."),)
    return told


def _sentence(shift: Shift) -> str:
    return {
        Shift.INACTIVE: _("{who} says that the recipient is inactive."),
        Shift.ACTIVE: _("{who} says that the recipient is active again."),
        Shift.DEMANDS: _("{who} says that the recipient asks for other data than before."),
        Shift.GONE: _("{who} does not list the recipient any more."),
    }[shift]


def looked_at(desk: Desk, siret: str) -> None:
    """An operator looked at what changed: the flags of the recipient's documents go."""
    if siret in desk.store.alerts:
        with desk.store.transaction():
            desk.store.alerts.remove(siret)
            note(desk, "looked at", siret)


def flag(desk: Desk, before: Mapping[str, Listed | None]) -> list[str]:
    """Flag the recipients of which the directory that was just imported says something else than was known.

    Args:
        before: what the directory before it said of the recipients to consider; None: it did not list one.

    Returns:
        The SIRETs flagged, which Chorus Pro is asked about first.
    """
    flagged = []
    with desk.store.transaction():
        for siret, old in before.items():
            known = desk.store.recipients.get(siret)
            if known is not None and known.checked_at is None:
                known = None
            shifts = _shifts(known, old, desk.store.directory.get(siret))
            if shifts:
                desk.store.alerts.put(
                    Alert(siret=siret, shifts=shifts, at=desk.now(), before=_state(known, old))
                )
                note(desk, "alert", siret, ", ".join(shifts))
                flagged.append(siret)
            elif siret in desk.store.alerts:
                desk.store.alerts.remove(siret)
        if flagged:
            queue_refresh(desk, flagged, urgent=True)
    return flagged


def answered(desk: Desk, fetched: Recipient) -> None:
    """Chorus Pro told of a flagged recipient; belongs in the transaction that stores it."""
    alert = desk.store.alerts.get(fetched.siret)
    if alert is None or alert.confirmed:
        return
    active, *demands = alert.before
    shifts: tuple[Shift, ...] = ()
    if not fetched.id:
        shifts = (Shift.GONE,)
    elif fetched.active != active:
        shifts = (Shift.ACTIVE if fetched.active else Shift.INACTIVE,)
    # Of an inactive recipient Chorus Pro tells no demands.
    if fetched.id and fetched.active and list(_demands(fetched)) != demands:
        shifts += (Shift.DEMANDS,)
    if shifts:
        desk.store.alerts.put(structs.replace(alert, shifts=shifts, confirmed=True))
    else:
        desk.store.alerts.remove(fetched.siret)
        note(desk, "alert", fetched.siret, "Chorus Pro: unchanged")


def _shifts(known: Recipient | None, old: Listed | None, new: Listed | None) -> tuple[Shift, ...]:
    if new is None:
        return (Shift.GONE,) if old is not None else ()
    shifts: list[Shift] = []
    active, *demands = _state(known, old)
    if new.active is not None and new.active != active:
        shifts.append(Shift.ACTIVE if new.active else Shift.INACTIVE)
    told = (new.service_required, new.commitment_required, new.service_or_commitment)
    sure = known is not None or old is not None
    if sure and any(now is not None and now != was for now, was in zip(told, demands, strict=True)):
        shifts.append(Shift.DEMANDS)
    return tuple(shifts)


def _state(known: Recipient | None, old: Listed | None) -> tuple[bool, bool, bool, bool]:
    """Active and demands as they were known: by Chorus Pro, else by the directory before."""
    if known is not None:
        return known.active, *_demands(known)
    if old is None:
        return True, False, False, False
    return (
        old.active is not False,
        bool(old.service_required),
        bool(old.commitment_required),
        bool(old.service_or_commitment),
    )


def _demands(recipient: Recipient) -> tuple[bool, bool, bool]:
    return recipient.service_required, recipient.commitment_required, recipient.service_or_commitment
