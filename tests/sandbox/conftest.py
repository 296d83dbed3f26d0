"""A sandbox, and somebody signed in to it."""

from collections.abc import AsyncIterator, Iterator

import pytest

from chorus_tui.sandbox import ManualClock, Sandbox
from tests.sandbox.caller import Caller, client, clock_of, new_sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    made = new_sandbox()
    yield made
    made.close()


@pytest.fixture
def clock(sandbox: Sandbox) -> ManualClock:
    return clock_of(sandbox)


@pytest.fixture
async def recipient(sandbox: Sandbox) -> AsyncIterator[Caller]:
    """Somebody who acts for every recipient."""
    async with client(sandbox) as http:
        caller = Caller(sandbox, http, sandbox.oauth_url, sandbox.api_url)
        yield await caller.sign_in(sandbox.world.account_of("recipient"))


@pytest.fixture
async def validator(sandbox: Sandbox) -> AsyncIterator[Caller]:
    """Somebody who acts for a main contractor."""
    async with client(sandbox) as http:
        caller = Caller(sandbox, http, sandbox.oauth_url, sandbox.api_url)
        yield await caller.sign_in(sandbox.world.account_of("validator"))


@pytest.fixture
async def caller(sandbox: Sandbox) -> AsyncIterator[Caller]:
    async with client(sandbox) as http:
        yield await Caller(sandbox, http, sandbox.oauth_url, sandbox.api_url).sign_in()
