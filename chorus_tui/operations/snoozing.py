"""Putting rows aside until a day, so that a queue goes on without them.

A row that sleeps is sent no differently: snoozing is about what an operator looks at. It wakes by itself on
its day (in Paris), and at once when something about it changes that somebody has to see.
"""

from collections.abc import Iterable
from datetime import date

from chorus_tui.domain.replies import Snooze
from chorus_tui.i18n import _
from chorus_tui.operations.checking import today
from chorus_tui.operations.desk import Deeds, Desk, Outcome, note
from chorus_tui.operations.recording import deed

_TABLES = {"document": "documents", "invoice": "invoices"}


def snooze(desk: Desk, records: Iterable[str], until: date) -> Outcome:
    """Put rows aside; they wake on the morning of a day.

    Args:
        records: `document:<id>` or `invoice:<id>`.
    """
    deeds = Deeds()
    now = today(desk.now())
    with desk.store.transaction():
        desk.store.snoozes.remove(*(s.record for s in desk.store.snoozes.all() if s.until <= now))
        with deed(desk, "snooze"):
            for record in records:
                if why := _why_not(desk, record, until, now):
                    deeds.refuse(record, why)
                    continue
                desk.store.snoozes.put(Snooze(record=record, until=until, at=desk.now(), who=desk.who))
                note(desk, "snooze", record, f"→ {until}")
                deeds.did(record)
    return deeds.outcome


def _why_not(desk: Desk, record: str, until: date, now: date) -> str:
    kind, _colon, key = record.partition(":")
    if kind not in _TABLES or key not in getattr(desk.store, _TABLES[kind]):
        return _("There is no such document.") if kind == "document" else _("There is no such invoice.")
    return _("Name a day after today: it wakes on that day.") if until <= now else ""


def wake(desk: Desk, records: Iterable[str]) -> Outcome:
    """Wake rows before their day."""
    deeds = Deeds()
    now = today(desk.now())
    with deed(desk, "wake"):
        for record in records:
            if is_snoozed(desk, record, now):
                desk.store.snoozes.remove(record)
                note(desk, "wake", record)
                deeds.did(record)
            else:
                deeds.refuse(record, _("It is awake."))
    return deeds.outcome


def is_snoozed(desk: Desk, record: str, today: date) -> bool:
    """Whether a row is put aside on a day."""
    found = desk.store.snoozes.get(record)
    return found is not None and today < found.until


def asleep(desk: Desk) -> dict[str, date]:
    """The rows that are put aside, and the day on which each wakes."""
    now = today(desk.now())
    return {snooze.record: snooze.until for snooze in desk.store.snoozes.all() if now < snooze.until}


def rouse(desk: Desk, record: str, why: str) -> None:
    """Wake a row because something about it changed that somebody has to see.

    For what the sync service records; belongs in the transaction that records it.
    """
    if record in desk.store.snoozes:
        desk.store.snoozes.remove(record)
        note(desk, "wake", record, why)
