"""What a client of Chorus Pro stands on: connections opened and closed, and the clocks compared."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self

import httpx

import chorus_tui
from chorus_tui.chorus.exchange import Exchange
from chorus_tui.chorus.pace import Sleep, http_date
from chorus_tui.settings import Connection


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Session:
    """The connections of one technical account; `async with` opens and closes them.

    Args:
        connection: which Chorus Pro, and as whom.
        transport: what carries the calls instead of the network.
        now: the time that records are stamped with.
        sleep: how the client waits, in seconds.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        now: Callable[[], datetime] = _utc_now,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._connection = connection
        self._transport = transport
        self._now = now
        self._sleep = sleep
        self._client: httpx.AsyncClient | None = None
        self._exchange: Exchange | None = None
        self.clock_offset = timedelta(0)
        """How far this machine's clock is ahead of the one that stamped the last answer."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._connection.environment})"

    async def __aenter__(self) -> Self:
        # Loading the certificate authorities takes longer than the event loop may be held.
        new = self._new_client
        self._client = new() if self._transport else await asyncio.to_thread(new)
        self._exchange = Exchange(self._client, self._connection, self._sleep)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._client is not None:
            await self._client.aclose()
        self._client = self._exchange = None

    def _new_client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            transport=self._transport,
            timeout=self._connection.timeout,
            headers={"User-Agent": f"chorus-tui/{chorus_tui.__version__}"},
            follow_redirects=False,
            event_hooks={"response": [self._compare_clocks]},
        )

    async def _compare_clocks(self, response: httpx.Response) -> None:
        theirs = http_date(response.headers.get("date", ""))
        if theirs is not None:
            self.clock_offset = self._now() - theirs

    @property
    def _call(self) -> Exchange:
        if self._exchange is None:
            raise RuntimeError("use `async with ChorusPro(…)`")
        return self._exchange
