"""Faults in this process: what a client sees, and whether the work was done."""

from typing import Any

import httpx
import pytest

from chorus_tui.sandbox import Kind, ManualClock, Sandbox, World, invented
from tests.sandbox.caller import Caller, client, submission

SUBMIT = "factures/v1/soumettre"
LIST = "transverses/v1/recuperer/tauxtva"

BREAKS: dict[Kind, tuple[type[httpx.TransportError], int]] = {
    Kind.TIMEOUT_BEFORE: (httpx.ReadTimeout, 0),
    Kind.TIMEOUT_AFTER: (httpx.ReadTimeout, 1),
    Kind.CLOSED_BEFORE: (httpx.RemoteProtocolError, 0),
    Kind.CLOSED_AFTER: (httpx.RemoteProtocolError, 1),
    Kind.UNREACHABLE: (httpx.ConnectError, 0),
}
CODES: dict[Kind, tuple[int, int]] = {
    Kind.TOO_MANY: (429, 0),
    Kind.UNAVAILABLE: (503, 0),
    Kind.UNAVAILABLE_AFTER: (503, 1),
    Kind.BROKEN: (500, 0),
    Kind.EXPIRED_TOKEN: (401, 0),
    Kind.GARBAGE: (200, 1),
    Kind.CUT: (200, 1),
    Kind.LATENCY: (200, 1),
}


def test_every_kind_is_tried_here() -> None:
    assert BREAKS.keys() | CODES.keys() == set(Kind)


async def _submission(caller: Caller) -> dict[str, Any]:
    return submission("FA-1", await caller.deposit_pdf())


@pytest.mark.parametrize("kind", BREAKS)
async def test_a_broken_wire(caller: Caller, sandbox: Sandbox, kind: Kind) -> None:
    error, held = BREAKS[kind]
    body = await _submission(caller)
    sandbox.faults.inject("soumettre", kind)
    with pytest.raises(error):
        await caller.post(SUBMIT, body)
    assert len(sandbox.invoices.numbered("FA-1")) == held
    assert sandbox.faults.waiting == 0
    again = await caller.ask(SUBMIT, body)
    assert again["codeRetour"] == (invented.NUMBER_TAKEN.code if held else 0)


@pytest.mark.parametrize("kind", CODES)
async def test_an_answer_that_is_none(caller: Caller, sandbox: Sandbox, kind: Kind) -> None:
    code, held = CODES[kind]
    body = await _submission(caller)
    sandbox.faults.inject("soumettre", kind.value)
    answer = await caller.post(SUBMIT, body)
    assert answer.status_code == code
    assert len(sandbox.invoices.numbered("FA-1")) == held
    assert sandbox.faults.met == [(SUBMIT, kind)]
    assert sandbox.exchanges[-1].status == (200 if held else code)


async def test_garbage_and_a_cut_answer_are_no_json(caller: Caller, sandbox: Sandbox) -> None:
    for kind in (Kind.GARBAGE, Kind.CUT):
        sandbox.faults.inject("tauxtva", kind)
        answer = await caller.post(LIST)
        with pytest.raises(ValueError, match=r"."):
            answer.json()


async def test_429_says_how_long_to_wait(caller: Caller, sandbox: Sandbox) -> None:
    sandbox.faults.inject("recuperer/tauxtva", Kind.TOO_MANY)
    answer = await caller.post(LIST)
    assert answer.headers["Retry-After"] == str(invented.RETRY_AFTER_SECONDS)


async def test_an_expired_token_stays_expired(caller: Caller, sandbox: Sandbox) -> None:
    sandbox.faults.inject("tauxtva", Kind.EXPIRED_TOKEN)
    assert [(await caller.post(LIST)).status_code for _ in range(2)] == [401, 401]
    await caller.sign_in()
    assert (await caller.post(LIST)).status_code == 200


async def test_the_api_is_down_while_its_health_check_is_up(caller: Caller, sandbox: Sandbox) -> None:
    """S1-083."""
    sandbox.faults.inject("*", Kind.UNAVAILABLE, times=None)
    assert [(await caller.post(LIST)).status_code for _ in range(3)] == [503] * 3
    health = await caller.http.get(f"{caller.api}/cpro/transverses/v1/health-check", headers=caller.headers)
    assert health.json()["body"] == "UP"
    await caller.sign_in()
    sandbox.faults.clear()
    assert (await caller.post(LIST)).status_code == 200


async def test_the_token_service_has_faults_too(caller: Caller, sandbox: Sandbox) -> None:
    sandbox.faults.inject("token", Kind.UNREACHABLE)
    with pytest.raises(httpx.ConnectError):
        await caller.sign_in()


async def test_faults_happen_in_their_order_and_number(caller: Caller, sandbox: Sandbox) -> None:
    sandbox.faults.inject("tauxtva", Kind.UNAVAILABLE, times=2)
    sandbox.faults.inject("tauxtva", Kind.TOO_MANY)
    sandbox.faults.inject("modereglements", Kind.BROKEN)
    assert [(await caller.post(LIST)).status_code for _ in range(4)] == [503, 503, 429, 200]
    sandbox.faults.clear("modereglements")
    assert (await caller.post("transverses/v1/recuperer/modereglements")).status_code == 200


async def test_a_fault_of_one_service_leaves_its_namesakes_alone(caller: Caller, sandbox: Sandbox) -> None:
    sandbox.faults.inject("structures/v1/rechercher", Kind.UNAVAILABLE)
    services = await caller.post("structures/v1/rechercher/services", {"idStructure": 26400001})
    assert services.status_code == 200
    assert sandbox.faults.waiting == 1


def test_a_kind_that_is_none_is_an_error(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="earthquake"):
        sandbox.faults.inject("soumettre", "earthquake")


async def test_an_answer_later_than_the_client_waits_is_a_timeout() -> None:
    """The read timeout holds in this process too, and the work was done."""
    sandbox = Sandbox(World.load(), ManualClock(hold=True), read_in_thread=True)
    async with client(sandbox) as http:
        caller = await Caller(sandbox, http, sandbox.oauth_url, sandbox.api_url).sign_in()
        sandbox.faults.inject("tauxtva", Kind.LATENCY, seconds=60)
        http.timeout = httpx.Timeout(0.01)
        with pytest.raises(httpx.ReadTimeout):
            await caller.post(LIST)
    assert sandbox.exchanges.calls("recuperer/tauxtva") == 1


async def test_calls_are_counted_where_nothing_is_kept() -> None:
    sandbox = Sandbox(World.load(), ManualClock(), record=False)
    async with client(sandbox) as http:
        caller = await Caller(sandbox, http, sandbox.oauth_url, sandbox.api_url).sign_in()
        await caller.post(LIST)
    assert len(sandbox.exchanges) == 0
    assert sandbox.exchanges.calls("tauxtva") == 1
    assert sandbox.exchanges.calls("token") == 1
