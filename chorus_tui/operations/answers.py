"""What Chorus Pro answered about one thing: a commitment number of the State, a validator.

Kept among its lists, one small record for each question, so that a batch is checked without a call for each
document. An answer holds for a day.
"""

from datetime import timedelta

from chorus_tui.domain.recipient import Choice, ReferenceList
from chorus_tui.operations.desk import Desk

HOLDS = timedelta(days=1)

_COMMITMENT, _STRUCTURE = "commitment ", "structure "


def commitment_name(siret: str, number: str) -> str:
    """The record of a commitment number (S1-089)."""
    return f"{_COMMITMENT}{siret} {number}"


def structure_name(siret: str) -> str:
    """The record of whether anybody has this SIRET in Chorus Pro, private structures included."""
    return f"{_STRUCTURE}{siret}"


def remember(desk: Desk, name: str, *, known: bool) -> None:
    """Keep an answer."""
    found = (Choice(code="known", label=""),) if known else ()
    desk.store.lists.put(ReferenceList(name, found, desk.now()))


def kept(desk: Desk, name: str) -> bool | None:
    """What was answered within a day; None: nobody asked."""
    kept = desk.store.lists.get(name)
    if kept is None or desk.now() - kept.fetched_at >= HOLDS:
        return None
    return bool(kept.choices)


def forget_old(desk: Desk) -> None:
    """Let go of what holds no more: a year of invoices to the State asks about a hundred thousand numbers."""
    before = desk.now() - HOLDS
    old = [
        kept.name
        for kept in desk.store.lists.all()
        if kept.name.startswith((_COMMITMENT, _STRUCTURE)) and kept.fetched_at <= before
    ]
    if old:
        desk.store.lists.remove(*old)
