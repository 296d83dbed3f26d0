"""What tests of the client share: a clock that jumps over every wait, and a wire that answers by script."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import httpx
import msgspec

from chorus_tui.chorus import ChorusPro
from chorus_tui.settings import Connection, Credentials

T = TypeVar("T")

CREDENTIALS = Credentials(
    client_id="application-7f3a",
    client_secret="Sésame-of-the-application",
    login="TECH_1_987654@cpro.fr",
    password="Mot-de-passe-très-secret",
)
CONNECTION = Connection(
    environment="simulator",
    oauth_url="http://oauth.test/api/oauth/token",
    api_url="http://api.test",
    credentials=CREDENTIALS,
    calls_per_second=1000.0,
)

Reply = httpx.Response | Exception
Script = Callable[[httpx.Request], Reply]


class _JumpingSelector(selectors.DefaultSelector):
    """Never waits: where nothing happens, it is later at once; and a turn takes a microsecond."""

    later = 0.0

    def select(self, timeout: float | None = None) -> Any:
        if timeout is None:
            return super().select(None)
        ready = super().select(0)
        self.later += 1e-6 if ready else max(timeout, 1e-6)
        return ready


class JumpingLoop(asyncio.SelectorEventLoop):
    """An event loop on which an hour of waiting takes no time, and its clock shows the hour."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.later


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run to the end on a clock that jumps over every wait."""
    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        return runner.run(main)


def clock() -> float:
    """Seconds on the clock of the running loop."""
    return asyncio.get_running_loop().time()


class Wire:
    """Both servers. Tokens are `token-1`, `token-2`…; `token_reply` and `reply` may answer otherwise.

    A script receives the request and returns the response, or the exception to raise instead.
    """

    def __init__(self, reply: Script, token_reply: Script | None = None, expires_in: object = 3600) -> None:
        self.reply = reply
        self.token_reply = token_reply
        self.expires_in = expires_in
        self.tokens = 0
        self.token_requests: list[httpx.Request] = []
        self.requests: list[httpx.Request] = []
        self.instants: list[float] = []

    @property
    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self._handle)

    async def _handle(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)
        await request.aread()
        if request.url.host == "oauth.test":
            self.token_requests.append(request)
            outcome = self.token_reply(request) if self.token_reply else self.next_token()
        else:
            self.requests.append(request)
            self.instants.append(clock())
            outcome = self.reply(request)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def next_token(self) -> httpx.Response:
        self.tokens += 1
        return httpx.Response(
            200,
            json={
                "access_token": f"token-{self.tokens}",
                "token_type": "Bearer",
                "expires_in": self.expires_in,
                "scope": "openid",
            },
        )

    def client(self, connection: Connection = CONNECTION, **options: Any) -> ChorusPro:
        return ChorusPro(connection, transport=self.transport, **options)


def bearer(request: httpx.Request) -> str:
    """The token that a call presents."""
    return request.headers["authorization"].removeprefix("Bearer ")


def good(**fields: Any) -> httpx.Response:
    """A success of any service."""
    return httpx.Response(200, json={"codeRetour": 0, "libelle": "TRA_MSG_00.000", **fields})


def body(request: httpx.Request) -> dict[str, Any]:
    """What a call sent."""
    decoded: dict[str, Any] = msgspec.json.decode(request.content)
    return decoded
