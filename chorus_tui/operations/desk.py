"""The desk an operator sits at: what every verb is given, and how verbs answer."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from uuid import uuid4

from msgspec import Struct

from chorus_tui.domain.records import Activity
from chorus_tui.settings import Settings
from chorus_tui.store import Store

_turns = count()


def _nobody(_station: str) -> None:
    """Where no sync service runs beside, nobody has to be woken: it sees the change in the store."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The store, the settings, the clock, and who acts."""

    store: Store
    settings: Settings
    now: Callable[[], datetime]
    who: str
    """As the activity log names the operator: login and host."""
    wake: Callable[[str], None] = _nobody
    """Nudges a station of the sync service: any name of `sync.service.STATIONS`."""
    batch: str = ""
    """What is done at this desk is part of this batch: it is held together and taken back together."""

    def in_batch(self) -> "Desk":
        """The same desk, at which all that follows is one batch."""
        return self if self.batch else replace(self, batch=uuid4().hex)


class Outcome(Struct, frozen=True):
    """What became of each record that a verb was asked for."""

    done: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    """Key and the sentence that says why, in the operator's language."""

    def __bool__(self) -> bool:
        return bool(self.done)


SLICE = 15
"""Records between two pauses of a verb on many: about 10 ms of work."""


async def in_slices(
    verb: Callable[["Desk", list[str]], Outcome],
    desk: "Desk",
    ids: Iterable[str],
    told: Callable[[int], None] | None = None,
    *,
    size: int = SLICE,
) -> Outcome:
    """A verb on very many records beside a running screen: a few at a time, each few in one transaction.

    However many slices it takes, it is one batch: it is taken back by one `undo`.

    Args:
        told: called after each slice with the number of records seen to.
        size: records of a slice.
    """
    keys = list(ids)
    done: list[str] = []
    refused: list[tuple[str, str]] = []
    if len(keys) > 1:
        desk = desk.in_batch()
    for start in range(0, len(keys), size):
        part = verb(desk, keys[start : start + size])
        done += part.done
        refused += part.refused
        if told is not None:
            told(len(done) + len(refused))
        await asyncio.sleep(0)
    return Outcome(tuple(done), tuple(refused))


class Refusal(Exception):
    """A verb that cannot be done now; its text is the sentence that says why, in the operator's language."""


class Deeds:
    """Gathers an `Outcome` record by record."""

    def __init__(self) -> None:
        self._done: list[str] = []
        self._refused: list[tuple[str, str]] = []

    def did(self, key: str) -> None:
        """The verb was done to this record."""
        self._done.append(key)

    def refuse(self, key: str, sentence: str) -> None:
        """The verb was not done to this record."""
        self._refused.append((key, sentence))

    @property
    def outcome(self) -> Outcome:
        """All of them."""
        return Outcome(tuple(self._done), tuple(self._refused))


def note(desk: Desk, verb: str, record: str, detail: str = "") -> None:
    """Write who did what to which record; belongs in the transaction of the deed itself."""
    at = desk.now()
    desk.store.activity.put(
        Activity(
            # In the order of the deeds, also of those of one moment, and never that of another process.
            id=f"{at:%Y%m%dT%H%M%S%f}-{next(_turns):08}-{uuid4().hex[:6]}",
            at=at,
            who=desk.who,
            verb=verb,
            record=record,
            detail=detail,
        )
    )
