"""Signing in: one token for all, renewed early, and once when it is refused."""

import asyncio
import base64
from datetime import UTC, datetime
from urllib.parse import parse_qs

import httpx
import msgspec
import pytest
import time_machine

from chorus_tui.chorus import (
    AccountRefused,
    AddressUnusable,
    ChorusError,
    ChorusPro,
    CredentialsMissing,
    NotAvailable,
    SignInRefused,
    TooManyRequests,
)
from chorus_tui.domain.records import Link
from chorus_tui.settings import Credentials
from tests.chorus.support import CONNECTION, CREDENTIALS, Wire, bearer, clock, good, run


def refuses(status: int, json: object = None) -> httpx.Response:
    return httpx.Response(status, json=json)


def test_a_call_carries_the_token_and_the_technical_account() -> None:
    wire = Wire(lambda request: good())

    async def main() -> None:
        async with wire.client() as chorus:
            await chorus.suppliers()

    run(main())
    (call,) = wire.requests
    account = base64.b64decode(call.headers["cpro-account"]).decode("utf-8")
    assert bearer(call) == "token-1"
    assert account == "TECH_1_987654@cpro.fr:Mot-de-passe-très-secret"
    assert call.headers["content-type"] == call.headers["accept"] == "application/json;charset=utf-8"
    assert call.content == b"{}"


def test_the_token_is_asked_for_with_the_application_and_without_the_account() -> None:
    wire = Wire(lambda request: good())

    async def main() -> None:
        async with wire.client() as chorus:
            await chorus.sign_in()

    run(main())
    (asked,) = wire.token_requests
    assert parse_qs(asked.content.decode()) == {
        "grant_type": ["client_credentials"],
        "client_id": [CREDENTIALS.client_id],
        "client_secret": [CREDENTIALS.client_secret],
        "scope": ["openid"],
    }
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    assert "cpro-account" not in asked.headers
    assert "authorization" not in asked.headers


def test_fifty_calls_at_once_share_one_token() -> None:
    wire = Wire(lambda request: good())

    async def main() -> None:
        async with wire.client() as chorus:
            await asyncio.gather(*(chorus.suppliers() for _ in range(50)))

    run(main())
    assert wire.tokens == 1
    assert len(wire.requests) == 50


@pytest.mark.parametrize("expires_in", [3600, "3600", None])
def test_a_token_is_renewed_a_minute_before_it_expires(expires_in: object) -> None:
    wire = Wire(lambda request: good(), expires_in=expires_in)

    async def main() -> None:
        async with wire.client() as chorus:
            await chorus.suppliers()
            await asyncio.sleep(3539 - clock())
            await chorus.suppliers()
            assert wire.tokens == 1
            await asyncio.sleep(3541 - clock())
            await chorus.suppliers()
            assert wire.tokens == 2

    run(main())


def test_a_wrong_clock_on_this_machine_does_not_touch_the_token() -> None:
    wire = Wire(lambda request: good())

    async def main() -> None:
        async with wire.client() as chorus:
            for year in (2026, 1999, 2071):
                with time_machine.travel(datetime(year, 6, 1, tzinfo=UTC), tick=False):
                    await chorus.suppliers()

    run(main())
    assert wire.tokens == 1


def test_one_renewal_serves_every_call_whose_token_was_refused() -> None:
    wire = Wire(lambda request: refuses(401) if bearer(request) == "token-1" else good())

    async def main() -> None:
        async with wire.client() as chorus:
            await asyncio.gather(*(chorus.suppliers() for _ in range(20)))

    run(main())
    assert wire.tokens == 2


def test_a_renewed_call_is_sent_again_whole_even_when_it_carries_a_file() -> None:
    wire = Wire(lambda request: refuses(401) if bearer(request) == "token-1" else good(pieceJointeId=7))
    content = bytes(range(256)) * 3000

    async def main() -> int:
        async with wire.client() as chorus:
            return await chorus.upload("plan.pdf", content)

    assert run(main()) == 7
    first, second = wire.requests
    assert first.content == second.content
    assert base64.b64decode(msgspec.json.decode(second.content)["pieceJointeFichier"]) == content
    assert second.headers["content-length"] == str(len(second.content))
    assert "transfer-encoding" not in second.headers


def test_a_second_401_with_a_fresh_token_is_the_accounts() -> None:
    wire = Wire(
        lambda request: httpx.Response(
            401, headers={"WWW-Authenticate": 'Bearer realm="PISTE", error="x\x1b"'}
        )
    )

    async def main() -> AccountRefused:
        async with wire.client() as chorus:
            with pytest.raises(AccountRefused) as caught:
                await chorus.suppliers()
            return caught.value

    refusal = run(main())
    assert refusal.link is Link.ACCOUNT
    assert 'realm="PISTE"' in refusal.detail
    assert refusal.detail.isprintable()
    assert wire.tokens == 2
    assert len(wire.requests) == 2


def test_a_refused_account_does_not_cost_a_token_a_call() -> None:
    wire = Wire(lambda request: refuses(401))

    async def main() -> None:
        async with wire.client() as chorus:
            for _ in range(10):
                with pytest.raises(AccountRefused):
                    await chorus.suppliers()
            assert wire.tokens == 2
            wire.reply = lambda request: good()
            await chorus.suppliers()
            wire.reply = lambda request: good() if bearer(request) == "token-3" else refuses(401)
            await chorus.suppliers()

    run(main())
    assert wire.tokens == 3


def test_signing_in_again_fetches_a_new_token_at_once() -> None:
    """S1-004."""
    wire = Wire(lambda request: good())

    async def main() -> None:
        async with wire.client() as chorus:
            await chorus.suppliers()
            await chorus.sign_in()
            await chorus.suppliers()

    run(main())
    assert [bearer(request) for request in wire.requests] == ["token-1", "token-2"]


@pytest.mark.parametrize(
    ("reply", "kind", "link"),
    [
        (refuses(400, {"error": "invalid_client", "error_description": "no"}), SignInRefused, Link.TOKEN),
        (refuses(401, {"error": "invalid_client"}), SignInRefused, Link.TOKEN),
        (refuses(403), SignInRefused, Link.TOKEN),
        (refuses(404), AddressUnusable, Link.NETWORK),
        (refuses(302), AddressUnusable, Link.NETWORK),
        (refuses(429), TooManyRequests, Link.TOKEN),
        (refuses(503), NotAvailable, Link.TOKEN),
        (httpx.Response(200, content=b"<html>"), NotAvailable, Link.TOKEN),
        (httpx.Response(200, content=b"[" * 100_000), NotAvailable, Link.TOKEN),
        (refuses(200, {"access_token": None}), NotAvailable, Link.TOKEN),
        (refuses(200, {"access_token": "a\r\nb"}), NotAvailable, Link.TOKEN),
        (refuses(200, {"access_token": "é"}), NotAvailable, Link.TOKEN),
        (httpx.ConnectError("refused"), NotAvailable, Link.NETWORK),
        (httpx.ConnectTimeout("late"), NotAvailable, Link.NETWORK),
        (httpx.ReadTimeout("late"), NotAvailable, Link.TOKEN),
        (httpx.ReadError("reset"), NotAvailable, Link.TOKEN),
    ],
)
def test_a_sign_in_that_fails_says_which_link_broke(
    reply: httpx.Response | Exception, kind: type[ChorusError], link: Link
) -> None:
    wire = Wire(lambda request: good(), token_reply=lambda request: reply)

    async def main() -> ChorusError:
        async with wire.client() as chorus:
            with pytest.raises(ChorusError) as caught:
                await chorus.upload("a.pdf", b"a")
            return caught.value

    failure = run(main())
    assert type(failure) is kind
    assert failure.link is link
    assert failure.title
    assert failure.advice
    assert len(wire.token_requests) == 1
    assert wire.requests == []


@pytest.mark.parametrize("missing", ["client_id", "client_secret", "login"])
def test_without_identifiers_nobody_is_asked(missing: str) -> None:
    """S1-081."""
    wire = Wire(lambda request: good())
    connection = msgspec.structs.replace(
        CONNECTION, credentials=msgspec.structs.replace(CREDENTIALS, **{missing: ""})
    )

    async def main() -> None:
        async with wire.client(connection) as chorus:
            with pytest.raises(CredentialsMissing):
                await chorus.suppliers()

    run(main())
    assert wire.token_requests == []


def test_a_bearer_that_gets_lost_on_the_way_is_said_so() -> None:
    """S1-081."""
    challenge = (
        'Bearer realm="DefaultRealm", error="invalid_request", '
        'error_description="Unable to find token in the message"'
    )
    wire = Wire(lambda request: httpx.Response(400, headers={"WWW-Authenticate": challenge}))

    async def main() -> None:
        async with wire.client() as chorus:
            with pytest.raises(CredentialsMissing, match="Authentication information not present"):
                await chorus.suppliers()

    run(main())


def test_calls_that_waited_for_a_failing_sign_in_share_its_failure() -> None:
    wire = Wire(lambda request: good(), token_reply=lambda request: httpx.ReadTimeout("late"))

    async def main() -> list[object]:
        async with wire.client() as chorus:
            calls = (chorus.upload(f"{n}.pdf", b"x") for n in range(10))
            return list(await asyncio.gather(*calls, return_exceptions=True))

    outcomes = run(main())
    assert len(wire.token_requests) == 1
    assert all(isinstance(outcome, NotAvailable) for outcome in outcomes)


def test_a_call_that_is_cancelled_while_signing_in_leaves_the_way_free() -> None:
    begun = asyncio.Event()

    class Slow(httpx.AsyncBaseTransport):
        held = True

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if request.url.host == "oauth.test":
                if self.held:
                    self.held = False
                    begun.set()
                    await asyncio.Event().wait()
                return httpx.Response(200, json={"access_token": "late", "expires_in": 3600})
            return good()

    async def main() -> None:
        async with ChorusPro(CONNECTION, transport=Slow()) as chorus:
            first = asyncio.create_task(chorus.suppliers())
            await begun.wait()
            second = asyncio.create_task(chorus.suppliers())
            first.cancel()
            assert await second == ()

    run(main())


def test_identifiers_that_are_no_utf8_do_not_break_the_call() -> None:
    wire = Wire(lambda request: good())
    odd = Credentials(client_id="a", client_secret="s\udce9", login="l", password="p\udce9")
    connection = msgspec.structs.replace(CONNECTION, credentials=odd)

    async def main() -> None:
        async with wire.client(connection) as chorus:
            await chorus.suppliers()

    run(main())
    assert b"client_secret=s%E9" in wire.token_requests[0].content
    assert base64.b64decode(wire.requests[0].headers["cpro-account"]) == b"l:p\xe9"
