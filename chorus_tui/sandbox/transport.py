"""The way to the sandbox for a client in the same process."""

import asyncio

import httpx
from starlette.types import ASGIApp

from chorus_tui.sandbox.faults import Kind, Lost


class SandboxTransport(httpx.AsyncBaseTransport):
    """httpx's own ASGI transport, plus what it cannot do: a wire that breaks, and the client's read timeout.

    Faults that happen after the work was done raise after it was done.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._inner = httpx.ASGITransport(app)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request, or fail as a network fails."""
        seconds = request.extensions.get("timeout", {}).get("read")
        try:
            async with asyncio.timeout(seconds):
                return await self._inner.handle_async_request(request)
        except TimeoutError:
            raise httpx.ReadTimeout("The read operation timed out", request=request) from None
        except Lost as lost:
            raise _broken(lost.kind, request) from None

    async def aclose(self) -> None:
        """Nothing is open."""
        await self._inner.aclose()


def _broken(kind: Kind, request: httpx.Request) -> httpx.TransportError:
    if kind in (Kind.TIMEOUT_BEFORE, Kind.TIMEOUT_AFTER):
        return httpx.ReadTimeout("The read operation timed out", request=request)
    if kind is Kind.UNREACHABLE:
        return httpx.ConnectError("All connection attempts failed", request=request)
    return httpx.RemoteProtocolError("Server disconnected without sending a response.", request=request)
