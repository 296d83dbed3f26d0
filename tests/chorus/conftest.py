"""A simulated Chorus Pro for every test that asks for one, with each exchange held against the contract."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta

import pytest

from chorus_tui.chorus import ChorusPro
from chorus_tui.sandbox import ManualClock, Sandbox, World
from chorus_tui.settings import Connection, Credentials
from tests.contract.contract import ContractTransport, checked


async def instantly(_seconds: float) -> None:
    await asyncio.sleep(0)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def sandbox(clock: ManualClock) -> Iterator[Sandbox]:
    sandbox = Sandbox(World.load(), clock, read_in_thread=True)
    yield sandbox
    sandbox.close()


@pytest.fixture
def connection(sandbox: Sandbox) -> Connection:
    account = sandbox.account
    return Connection(
        oauth_url=sandbox.oauth_url,
        api_url=sandbox.api_url,
        credentials=Credentials(
            client_id=account.client_id,
            client_secret=account.client_secret,
            login=account.login,
            password=account.password,
        ),
        calls_per_second=100_000.0,
    )


@pytest.fixture
def transport(sandbox: Sandbox) -> ContractTransport:
    return checked(sandbox)


@pytest.fixture
async def chorus(
    connection: Connection, transport: ContractTransport, sandbox: Sandbox
) -> AsyncIterator[ChorusPro]:
    """A client of the sandbox. No request field may be unknown to it, whatever the contract says."""
    async with ChorusPro(connection, transport=transport, now=sandbox.clock.now, sleep=instantly) as chorus:
        yield chorus
    assert sandbox.exchanges.unknown_fields == ()


@pytest.fixture
def days(clock: ManualClock) -> Callable[[float], None]:
    """Turn the sandbox's clock by so many days."""

    def turn(count: float) -> None:
        clock.turn(timedelta(days=count))

    return turn
