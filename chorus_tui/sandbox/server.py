"""The sandbox over a socket: uvicorn on the loopback, with connections that can be closed unanswered."""

import asyncio
import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from chorus_tui.sandbox.app import HANG_UP, TOKEN_PATH, Sandbox
from chorus_tui.sandbox.clock import RealClock
from chorus_tui.sandbox.world import Account, World

HOST = "127.0.0.1"
GATEWAY_SECONDS = 1.0
"""After which a gateway looks into its drop folder again."""


class Protocol(H11Protocol):
    """uvicorn's HTTP protocol, which also tells the application how to close the connection."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        application: ASGIApp = self.app

        async def with_hang_up(scope: Scope, receive: Receive, send: Send) -> None:
            extensions = scope.get("extensions", {}) | {HANG_UP: {"close": self.close_unanswered}}
            await application({**scope, "extensions": extensions}, receive, send)

        self.app = with_hang_up

    def close_unanswered(self) -> None:
        """Close the connection; the application's answer, if any, goes nowhere."""
        self.cycle.disconnected = True
        self.transport.abort()


class Server(uvicorn.Server):
    """Says where it listens as soon as it does."""

    def __init__(self, sandbox: Sandbox, port: int = 0, *, announce: bool = False) -> None:
        config = uvicorn.Config(
            sandbox,
            HOST,
            port,
            http=Protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=1,
        )
        super().__init__(config)
        self._sandbox = sandbox
        self._announce = announce
        self.port = port
        self.listening = asyncio.Event()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{HOST}:{self.port}"

    async def startup(self, sockets: Any = None) -> None:
        """Listen, then say so."""
        await super().startup(sockets)
        if self.servers:
            self.port = self.servers[0].sockets[0].getsockname()[1]
            self.listening.set()
            self._sandbox.gateways.attend()
            if self._announce:
                sys.stdout.write(json.dumps(self.where()) + "\n")
                sys.stdout.flush()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End in order on SIGTERM and SIGINT; in a program of its own only, and without dying of them."""
        if not self._announce:
            yield
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop)
        try:
            yield
        finally:
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)

    def _stop(self) -> None:
        self.force_exit = self.should_exit
        self.should_exit = True

    def where(self) -> dict[str, Any]:
        """What a client needs to sign in here: as the supplier, and below that as anybody else."""
        world = self._sandbox.world
        others = {account.side: account for account in reversed(world.others)}
        return {
            "oauth": self.url + TOKEN_PATH,
            "api": self.url,
            **_credentials(world.account),
            **{side: _credentials(others[side]) for side in sorted(others)},
        }


def _credentials(account: Account) -> dict[str, str]:
    return {
        "client_id": account.client_id,
        "client_secret": account.client_secret,
        "login": account.login,
        "password": account.password,
    }


class Edi(NamedTuple):
    """Folders of an EDI gateway that is served beside the API, and what its connection form says."""

    drop: Path
    returns: Path
    partner_code: str = "ABC001"
    rejection: str = "partial"


def serve(port: int, speed: float = 1.0, world: World | None = None, edi: Edi | None = None) -> int:
    """Serve until SIGTERM or SIGINT; first one JSON line on the standard output that says where and as whom.

    `speed` shortens the life of invoices. Returns the exit code: 0, or 1 where the port is taken.
    """
    sandbox = Sandbox(world, RealClock(speed), record=False)
    if edi is not None:
        sandbox.gateway(**edi._asdict(), every=GATEWAY_SECONDS)
    server = Server(sandbox, port, announce=True)
    try:
        server.run()
    except SystemExit:
        return 1
    finally:
        sandbox.close()
    return 0 if server.started else 1
