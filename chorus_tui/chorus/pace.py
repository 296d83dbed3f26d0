"""How fast calls leave: so many a second, and slower for everybody once Chorus Pro says 429.

Instants are those of the event loop's clock, which no change of this machine's date moves.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from email.utils import parsedate_to_datetime

from aiolimiter import AsyncLimiter
from httpx import Headers

from chorus_tui.chorus.errors import TooManyRequests
from chorus_tui.domain.records import Link

Sleep = Callable[[float], Awaitable[None]]

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 900.0
"""Seconds that all calls wait after a 429 that does not say how long; it doubles with each in a row."""

PATIENCE = 30.0
"""Seconds a call waits for its turn; beyond, it fails with `TooManyRequests` so that nobody hangs."""


class Pace:
    """Shared by all calls of one client."""

    def __init__(self, calls_per_second: float, sleep: Sleep) -> None:
        burst = max(1.0, calls_per_second)
        self._limiter = AsyncLimiter(burst, burst / calls_per_second)
        self._sleep = sleep
        self._not_before = 0.0
        self._refusals = 0

    async def turn(self) -> None:
        """Wait until a call may leave.

        Raises:
            TooManyRequests: that is further off than `PATIENCE`.
        """
        waited_for = 0.0
        while True:
            while self._not_before > waited_for:
                waited_for = self._not_before
                seconds = waited_for - _clock()
                if seconds > PATIENCE:
                    raise TooManyRequests(retry_after=seconds)
                if seconds > 0:
                    await self._sleep(seconds)
            await self._limiter.acquire()
            if self._not_before <= waited_for:
                return

    def slow_down(self, headers: Headers) -> TooManyRequests:
        """Make every call wait after a 429, and say for how long."""
        return TooManyRequests("HTTP 429", link=Link.API, retry_after=self.hold(retry_after(headers)))

    def hold(self, seconds: float | None) -> float:
        """Make every call wait so long, longer each time where nobody says how long; returns how long."""
        if not seconds:
            self._refusals += 1
            seconds = FIRST_PAUSE * 2.0 ** min(self._refusals - 1, 20)
        seconds = min(seconds, LONGEST_PAUSE)
        self._not_before = max(self._not_before, _clock() + seconds)
        return seconds

    def went_well(self) -> None:
        """A call was answered: the next pause is short again."""
        self._refusals = 0


def retry_after(headers: Headers) -> float | None:
    """Seconds of a Retry-After header, in seconds or as a date; None where there is none to be read.

    A date is taken against the answer's own Date, because this machine's clock may be wrong.
    """
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    if value.isdecimal():
        return float(value)
    until, at = http_date(value), http_date(headers.get("date", ""))
    if until is None or at is None:
        return None
    return max(0.0, (until - at).total_seconds())


def http_date(value: str) -> datetime | None:
    """The moment in a Date header; None where there is none to be read."""
    try:
        parsed = parsedate_to_datetime(value)
    except ValueError:
        return None
    return parsed if parsed.tzinfo else None


def _clock() -> float:
    return asyncio.get_running_loop().time()
