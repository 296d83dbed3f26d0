"""The line to Chorus Pro: whether it holds, what is broken, and how long to leave it alone.

One for the whole service: whichever station meets a failure, all of them hold back (design §4). What is
broken stands in `SyncState.trouble`, where every console reads it (S1-083).
"""

import logging
from collections.abc import Callable, Coroutine, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from msgspec import structs

from chorus_tui.chorus import AccountRefused, ChorusError, RightsMissing, SignInRefused, TooManyRequests
from chorus_tui.domain.records import Link, SyncState, Trouble
from chorus_tui.operations import Desk
from chorus_tui.sync.parallel import in_parallel

log = logging.getLogger(__name__)

T = TypeVar("T")

TOLERATED = 2
"""Failures in a row that make nobody wait: one call may have bad luck."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=5)
QUOTA_PAUSE = timedelta(seconds=10)
CREDENTIALS_PAUSE = timedelta(minutes=1)
"""Refused credentials are not tried in a row: accounts get locked."""

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class Line:
    """A circuit breaker with words."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._failures = 0
        self._closed_until = _LONG_AGO

    @property
    def is_open(self) -> bool:
        """Whether calls may leave now."""
        return self._desk.now() >= self._closed_until

    @property
    def opens_in(self) -> float:
        """Seconds until calls may leave; 0 when they may."""
        return max(0.0, (self._closed_until - self._desk.now()).total_seconds())

    @property
    def opens_at(self) -> datetime:
        """When calls may leave again; now, when they may."""
        return max(self._closed_until, self._desk.now())

    def reset(self) -> None:
        """Try again at once: an operator put something right."""
        self._closed_until = _LONG_AGO

    def went_well(self) -> None:
        """A call was answered."""
        self._failures = 0
        self._closed_until = _LONG_AGO
        if sync_state(self._desk).trouble is not None:
            put_state(self._desk, trouble=None)

    def failed(self, error: ChorusError) -> None:
        """A call was not answered as it should: say so, and hold back if it goes on."""
        self._failures += 1
        self._closed_until = max(self._closed_until, self._desk.now() + self._pause(error))
        self._say(error)

    def _pause(self, error: ChorusError) -> timedelta:
        if isinstance(error, TooManyRequests):
            return timedelta(seconds=error.retry_after) if error.retry_after else QUOTA_PAUSE
        doublings = min(max(0, self._failures - TOLERATED - 1), 10)
        grown = FIRST_PAUSE * (1 << doublings)
        if isinstance(error, SignInRefused | AccountRefused | RightsMissing):
            return min(max(CREDENTIALS_PAUSE, grown), LONGEST_PAUSE)
        if error.link is not Link.NETWORK and self._failures <= TOLERATED:
            return timedelta(0)
        return min(grown, LONGEST_PAUSE)

    def _say(self, error: ChorusError) -> None:
        known = sync_state(self._desk).trouble
        same = known is not None and (known.link, known.message) == (error.link, error.title)
        if known is not None and same:
            return
        log.warning("%s: %s", error.link, error)
        trouble = Trouble(link=error.link, message=error.title, advice=error.advice, since=self._desk.now())
        put_state(self._desk, trouble=trouble)

    async def work_through(
        self, items: Iterable[T], work: Callable[[T], Coroutine[Any, Any, bool]], at_once: int
    ) -> int:
        """Do the work for each item, a few at once, until the line closes; counts what was done."""
        return await in_parallel(items, work, at_once, lambda: self.is_open)


def sync_state(desk: Desk) -> SyncState:
    """How the service stands."""
    return desk.store.state.get("sync") or SyncState()


def put_state(desk: Desk, **changes: Any) -> None:
    """Record how the service stands."""
    with desk.store.transaction():
        desk.store.state.put(structs.replace(sync_state(desk), **changes))
