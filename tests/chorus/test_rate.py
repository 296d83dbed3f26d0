"""How fast calls leave, and how all of them slow down together. The clock jumps; nothing sleeps."""

import asyncio
from itertools import pairwise

import httpx
import msgspec
import pytest

from chorus_tui.chorus import ChorusPro, NotAvailable, TooManyRequests
from tests.chorus.support import CONNECTION, Reply, Wire, clock, good, run

BEGIN = 100.0


def too_many(**headers: str) -> httpx.Response:
    return httpx.Response(429, headers={name.replace("_", "-"): value for name, value in headers.items()})


class Refusing:
    """Answers 429 so many times, then well."""

    def __init__(self, *refusals: httpx.Response) -> None:
        self.refusals = list(refusals)

    def __call__(self, request: httpx.Request) -> Reply:
        return self.refusals.pop(0) if self.refusals else good()


async def begun(chorus: ChorusPro) -> float:
    """The moment from which a test counts, with the token already there."""
    await chorus.sign_in()
    await asyncio.sleep(BEGIN)
    return clock()


def test_no_more_calls_leave_than_are_allowed() -> None:
    wire = Wire(lambda request: good())
    slow = msgspec.structs.replace(CONNECTION, calls_per_second=5.0)

    async def main() -> float:
        async with wire.client(slow) as chorus:
            start = await begun(chorus)
            await asyncio.gather(*(chorus.suppliers() for _ in range(60)))
            return start

    start = run(main())
    for instant in wire.instants:
        within = [other for other in wire.instants if instant <= other < instant + 10.0]
        assert len(within) <= 5.0 * 10.0 + 5.0
    assert wire.instants[-1] - start == pytest.approx(11.0, abs=0.5)


def test_less_than_one_call_a_second_is_possible() -> None:
    wire = Wire(lambda request: good())
    slow = msgspec.structs.replace(CONNECTION, calls_per_second=0.1)

    async def main() -> float:
        async with wire.client(slow) as chorus:
            start = await begun(chorus)
            await asyncio.gather(*(chorus.suppliers() for _ in range(3)))
            return clock() - start

    assert run(main()) == pytest.approx(20.0, abs=0.5)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry_After": "7"}, 7.0),
        ({"Retry_After": "Mon, 23 Nov 2026 09:00:09 GMT", "Date": "Mon, 23 Nov 2026 09:00:00 GMT"}, 9.0),
        ({"Retry_After": "Mon, 23 Nov 1998 09:00:09 GMT", "Date": "Mon, 23 Nov 1998 09:00:04 GMT"}, 5.0),
        ({"Retry_After": "soon"}, 1.0),
        ({"Retry_After": "Mon, 23 Nov 2026 09:00:09 GMT"}, 1.0),
        ({}, 1.0),
    ],
)
def test_one_429_holds_every_call_for_as_long_as_it_says(headers: dict[str, str], seconds: float) -> None:
    wire = Wire(Refusing(too_many(**headers)))

    async def main() -> float:
        async with wire.client() as chorus:
            start = await begun(chorus)
            first = asyncio.create_task(chorus.suppliers())
            await asyncio.sleep(0.001)
            assert len(wire.requests) == 1
            await asyncio.gather(first, *(chorus.vat_rates() for _ in range(10)))
            return start

    start = run(main())
    assert wire.instants[0] == pytest.approx(start, abs=0.01)
    assert len(wire.instants) == 12
    assert min(wire.instants[1:]) >= start + seconds


def test_the_pause_grows_while_the_refusals_last_and_is_short_again_afterwards() -> None:
    refusing = Refusing(too_many(), too_many(), too_many())
    wire = Wire(refusing)

    async def main() -> None:
        async with wire.client() as chorus:
            await begun(chorus)
            await chorus.suppliers()
            refusing.refusals = [too_many()]
            await chorus.suppliers()

    run(main())
    pauses = [after - before for before, after in pairwise(wire.instants)]
    assert pauses[0] >= 1.0
    assert pauses[1] >= 2.0
    assert pauses[2] >= 4.0
    assert pauses[4] < 3.0


def test_a_long_pause_is_told_at_once_instead_of_hanging() -> None:
    wire = Wire(Refusing(too_many(Retry_After="600")))

    async def main() -> None:
        async with wire.client() as chorus:
            start = await begun(chorus)
            with pytest.raises(TooManyRequests) as caught:
                await chorus.suppliers()
            assert caught.value.retry_after == pytest.approx(600, abs=1)
            with pytest.raises(TooManyRequests) as caught:
                await chorus.upload("a.pdf", b"a")
            assert caught.value.retry_after == pytest.approx(600, abs=1)
            assert clock() - start < 1.0
            await asyncio.sleep(601)
            assert await chorus.suppliers() == ()

    run(main())
    assert len(wire.requests) == 2


def test_no_answer_can_hold_the_client_for_more_than_a_quarter_of_an_hour() -> None:
    wire = Wire(Refusing(too_many(Retry_After="31536000")))

    async def main() -> float:
        async with wire.client() as chorus:
            await begun(chorus)
            with pytest.raises(TooManyRequests) as caught:
                await chorus.suppliers()
            return caught.value.retry_after

    assert run(main()) == 900.0


def test_a_429_to_an_order_is_no_reason_to_search_but_holds_everything() -> None:
    wire = Wire(Refusing(too_many(Retry_After="5")))

    async def main() -> float:
        async with wire.client() as chorus:
            start = await begun(chorus)
            with pytest.raises(TooManyRequests):
                await chorus.upload("a.pdf", b"a")
            assert len(wire.requests) == 1
            await chorus.suppliers()
            return start

    start = run(main())
    assert wire.instants[1] >= start + 5.0


def test_a_question_waits_longer_each_time_and_not_in_step_with_others() -> None:
    wire = Wire(lambda request: httpx.Response(503))

    async def main() -> None:
        async with wire.client() as chorus:
            await begun(chorus)
            for _ in range(2):
                with pytest.raises(NotAvailable):
                    await chorus.suppliers()

    run(main())
    first, second = wire.instants[:4], wire.instants[4:]
    waits = [[after - before for before, after in pairwise(instants)] for instants in (first, second)]
    for one in waits:
        assert 0.5 <= one[0] <= 1.1
        assert 1.0 <= one[1] <= 1.6
        assert 2.0 <= one[2] <= 2.6
    assert waits[0] != waits[1]


def test_waits_go_through_the_sleep_that_was_given() -> None:
    waits: list[float] = []

    async def noted(seconds: float) -> None:
        waits.append(seconds)

    wire = Wire(Refusing(too_many(Retry_After="20"), httpx.Response(503)))

    async def main() -> float:
        async with wire.client(sleep=noted) as chorus:
            start = await begun(chorus)
            await chorus.suppliers()
            return clock() - start

    assert run(main()) < 1.0
    assert 20.0 in [pytest.approx(wait, abs=0.1) for wait in waits]


@pytest.mark.parametrize(("headers", "least"), [({"Retry_After": "20"}, 20.0), ({}, 1.0)])
def test_a_token_service_that_asks_to_slow_down_is_left_alone_for_as_long(
    headers: dict[str, str], least: float
) -> None:
    asked: list[float] = []

    def token_reply(request: httpx.Request) -> Reply:
        asked.append(clock())
        if len(asked) < 3:
            return too_many(**headers)
        return httpx.Response(
            200, json={"access_token": "token-1", "token_type": "Bearer", "expires_in": 3600}
        )

    wire = Wire(lambda request: good(), token_reply)

    async def main() -> None:
        async with wire.client() as chorus:
            await asyncio.gather(*(chorus.suppliers() for _ in range(5)), return_exceptions=True)
            await chorus.suppliers()

    run(main())
    assert len(asked) == 3
    assert all(later - sooner >= least for sooner, later in pairwise(asked))
