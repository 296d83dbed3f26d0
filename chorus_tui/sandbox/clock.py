"""Time, as the sandbox sees it: a clock that tests turn by hand, and a real one."""

import asyncio
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def _paris() -> tzinfo:
    try:
        return ZoneInfo("Europe/Paris")
    except ZoneInfoNotFoundError:  # a system without time zone data: wrong by an hour in summer
        return timezone(timedelta(hours=1))


PARIS = _paris()


class Clock(Protocol):
    """What the sandbox asks about time."""

    speed: float
    """By how much the steps of an invoice's life are shortened. Dates and tokens are not."""

    def now(self) -> datetime:
        """The moment, aware."""

    async def pause(self, seconds: float) -> None:
        """Let a caller wait."""


class ManualClock:
    """Stands still until a test turns it; a caller's wait ends at once, or when it is turned that far."""

    speed = 1.0

    def __init__(
        self, start: datetime = datetime(2026, 11, 23, 9, 0, tzinfo=UTC), *, hold: bool = False
    ) -> None:
        self._now = start
        self._hold = hold
        self._waiting: list[tuple[datetime, asyncio.Event]] = []
        self._arrived = asyncio.Event()

    def now(self) -> datetime:
        """The moment that it was last turned to."""
        return self._now

    async def until_held(self) -> None:
        """Return once somebody waits for the clock to be turned."""
        await self._arrived.wait()

    def turn(self, by: timedelta) -> None:
        """Move on; who waited long enough goes on."""
        self._now += by
        for due, event in self._waiting:
            if due <= self._now:
                event.set()

    async def pause(self, seconds: float) -> None:
        """Return at once; with `hold`, when the clock was turned by so many seconds."""
        if not self._hold:
            await asyncio.sleep(0)
            return
        entry = (self._now + timedelta(seconds=seconds), asyncio.Event())
        self._waiting.append(entry)
        self._arrived.set()
        try:
            await entry[1].wait()
        finally:
            self._waiting.remove(entry)
            if not self._waiting:
                self._arrived.clear()


class RealClock:
    """The machine's clock. `speed` shortens the life of invoices: 1440 makes a day of it a minute."""

    def __init__(self, speed: float = 1.0) -> None:
        if speed <= 0:
            raise ValueError("the speed of a clock is positive")
        self.speed = speed

    def now(self) -> datetime:
        """The moment."""
        return datetime.now(UTC)

    async def pause(self, seconds: float) -> None:
        """Wait so many real seconds: a person waits for them."""
        await asyncio.sleep(seconds)


def day(moment: datetime) -> date:
    """The date in Paris."""
    return moment.astimezone(PARIS).date()


def day_text(moment: datetime) -> str:
    """`2026-11-23`: invoice and deposit dates."""
    return day(moment).isoformat()


def minute_text(moment: datetime) -> str:
    """`2026-11-23 10:00`: histories and validity of services, Paris time without zone."""
    return moment.astimezone(PARIS).strftime("%Y-%m-%d %H:%M")


def instant_text(moment: datetime) -> str:
    """`2026-11-23T10:00:00.000+01:00`: `dateHeureEtatCourant`."""
    return moment.astimezone(PARIS).isoformat(timespec="milliseconds")
