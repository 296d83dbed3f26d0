"""No secret, no token and nothing that was sent appears in a log, a failure or a repr."""

import asyncio
import base64
import logging
import socket
import traceback
from collections.abc import Awaitable, Callable, Iterator
from urllib.parse import quote_plus

import httpx
import pytest
import uvicorn

from chorus_tui.chorus import ChorusError, ChorusPro
from chorus_tui.domain.fields import InvoiceFields
from chorus_tui.domain.intent import Submission
from chorus_tui.sandbox import Sandbox
from chorus_tui.settings import Connection
from tests.chorus.support import CONNECTION, CREDENTIALS, Reply, Wire, good, run

PAYLOAD = b"%PDF-1.7 the payload that nobody may read"
NUMBER = "PAYLOAD-NUMBER-42"

Step = Callable[[ChorusPro], Awaitable[object]]


SENT = {PAYLOAD.decode(), base64.b64encode(PAYLOAD).decode(), NUMBER}


def secrets_of(connection: Connection, *tokens: str) -> set[str]:
    given = connection.credentials
    account = base64.b64encode(f"{given.login}:{given.password}".encode()).decode()
    return {given.client_secret, quote_plus(given.client_secret), given.password, account, *tokens}


def among(secrets: set[str], said: str) -> list[str]:
    return [secret for secret in secrets if secret in said]


async def analyse(chorus: ChorusPro) -> object:
    return await chorus.analyse_pdf("f.pdf", PAYLOAD)


async def submit(chorus: ChorusPro) -> object:
    return await chorus.submit(
        Submission(
            fields=InvoiceFields(number=NUMBER),
            supplier_id=1,
            main_attachment_id=2,
            main_attachment_name="f.pdf",
        )
    )


async def ask(chorus: ChorusPro) -> object:
    return await chorus.suppliers()


async def sign_in(chorus: ChorusPro) -> None:
    await chorus.sign_in()


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], str]]:
    """Everything that was logged by anybody, at DEBUG, with its arguments and tracebacks."""
    with caplog.at_level(logging.DEBUG):
        for name in ("httpx", "httpcore", "asyncio", "tenacity", "chorus_tui"):
            caplog.set_level(logging.DEBUG, logger=name)
        yield lambda: "\n".join(
            f"{record.getMessage()} {record.args!r} {record.exc_text}" for record in caplog.records
        )


def told(error: BaseException) -> str:
    """All that a failure says of itself, with everything behind it."""
    seen: list[str] = []
    following: BaseException | None = error
    while following is not None:
        assert not isinstance(following, httpx.HTTPError), "an httpx failure carries the request"
        seen += [str(following), repr(following), repr(following.args), repr(vars(following))]
        seen += traceback.format_exception(following)
        following = following.__cause__ or following.__context__
    return "\n".join(seen)


def locals_of(error: BaseException) -> str:
    """The local variables of our own frames, which a crash report may show."""
    report = traceback.TracebackException.from_exception(error, capture_locals=True)
    return "\n".join(
        f"{frame.name} {frame.locals}"
        for frame in report.stack
        if "/chorus_tui/chorus/" in frame.filename.replace("\\", "/")
    )


class Started(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()


FAILURES: list[Reply] = [
    httpx.ReadTimeout("late"),
    httpx.ConnectError("no route"),
    httpx.RemoteProtocolError("closed"),
    httpx.Response(401),
    httpx.Response(403),
    httpx.Response(429),
    httpx.Response(503),
    httpx.Response(200, content=b"<html>"),
    httpx.Response(200, json={"codeRetour": 20001, "libelle": "Non"}),
    httpx.Response(200, json=[]),
]


@pytest.mark.parametrize("reply", FAILURES, ids=str)
@pytest.mark.parametrize("step", [ask, analyse, submit])
def test_a_failing_call_tells_no_secret(step: Step, reply: Reply, logged: Callable[[], str]) -> None:
    wire = Wire(lambda request: reply)

    async def main() -> tuple[str, str]:
        async with wire.client() as chorus:
            with pytest.raises(ChorusError) as caught:
                await step(chorus)
            return told(caught.value), locals_of(caught.value)

    said, variables = run(main())
    assert "exchange.py" in said
    assert "_attempt" in variables or "order" in variables
    assert among(secrets_of(CONNECTION, "token-1", "token-2") | SENT, said + logged()) == []
    assert among(secrets_of(CONNECTION, "token-1", "token-2"), variables) == []


@pytest.mark.parametrize(
    "reply",
    [
        httpx.ReadTimeout("late"),
        httpx.ConnectError("no route"),
        httpx.Response(503),
        httpx.Response(200, content=b"\xff"),
        httpx.Response(
            400,
            json={
                "error": "invalid_client",
                "error_description": f"no {CREDENTIALS.client_secret} for {CREDENTIALS.client_id}",
            },
        ),
    ],
    ids=str,
)
@pytest.mark.parametrize("step", [ask, analyse, sign_in])
def test_a_failing_sign_in_tells_no_secret(step: Step, reply: Reply, logged: Callable[[], str]) -> None:
    wire = Wire(lambda request: good(), token_reply=lambda request: reply)

    async def main() -> tuple[str, str]:
        async with wire.client() as chorus:
            with pytest.raises(ChorusError) as caught:
                await step(chorus)
            return told(caught.value), locals_of(caught.value)

    said, variables = run(main())
    assert among(secrets_of(CONNECTION) | SENT, said + logged()) == []
    assert among(secrets_of(CONNECTION), variables) == []


def test_a_token_that_cannot_be_used_is_not_told_either(logged: Callable[[], str]) -> None:
    wire = Wire(
        lambda request: good(),
        token_reply=lambda request: httpx.Response(200, json={"access_token": "odd\ntoken"}),
    )

    async def main() -> str:
        async with wire.client() as chorus:
            with pytest.raises(ChorusError) as caught:
                await chorus.sign_in()
            return told(caught.value)

    assert "odd" not in run(main()) + logged()


async def test_over_a_real_socket_nothing_is_logged_but_where_and_how_it_went(
    sandbox: Sandbox, connection: Connection, logged: Callable[[], str]
) -> None:
    """httpx and httpcore log every step of a call at DEBUG; this looks at all of it."""
    server = Started(uvicorn.Config(sandbox.app, port=0, log_config=None, lifespan="off"))
    serving = asyncio.create_task(server.serve())
    try:
        await server.listening.wait()
        (listener,) = server.servers
        port = listener.sockets[0].getsockname()[1]
        here = Connection(
            oauth_url=f"http://127.0.0.1:{port}/api/oauth/token",
            api_url=f"http://127.0.0.1:{port}",
            credentials=connection.credentials,
            calls_per_second=1000.0,
        )
        async with ChorusPro(here) as chorus:
            assert await chorus.suppliers()
            assert await chorus.upload("bon.pdf", PAYLOAD)
            with pytest.raises(ChorusError) as caught:
                await submit(chorus)
    finally:
        server.should_exit = True
        await serving
    text = logged()
    assert "ajouter/fichier" in text
    said = text + told(caught.value)
    assert among(secrets_of(connection) | SENT, said) == []
    assert "Bearer" not in text


def test_nothing_that_holds_a_secret_shows_it() -> None:
    wire = Wire(lambda request: good())

    async def main() -> str:
        async with wire.client() as chorus:
            await chorus.suppliers()
            return repr(chorus) + str(chorus) + f"{CONNECTION!r} {CREDENTIALS!r}"

    said = run(main())
    assert among(secrets_of(CONNECTION, "token-1"), said) == []
