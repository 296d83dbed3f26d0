"""What a status, a body or a broken connection becomes: for a question, and for an order."""

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable

import httpx
import pytest

import chorus_tui.chorus
from chorus_tui.chorus import (
    AddressUnusable,
    ChorusError,
    ChorusPro,
    NotAvailable,
    OutcomeUnknown,
    Refused,
    RequestRefused,
    RightsMissing,
    TooManyRequests,
    UnreadableAnswer,
    errors,
    records,
)
from chorus_tui.domain.records import Link
from chorus_tui.settings import Connection
from tests.chorus.support import CONNECTION, Reply, Wire, clock, good, run

Call = Callable[[ChorusPro], Awaitable[object]]


async def ask(chorus: ChorusPro) -> object:
    return await chorus.vat_rates()


async def order(chorus: ChorusPro) -> object:
    return await chorus.analyse_pdf("a.pdf", b"%PDF-1.7")


def failure(wire: Wire, call: Call, connection: Connection = CONNECTION) -> ChorusError:
    async def main() -> ChorusError:
        async with wire.client(connection) as chorus:
            with pytest.raises(ChorusError) as caught:
                await call(chorus)
            return caught.value

    return run(main())


def html(status: int) -> httpx.Response:
    return httpx.Response(status, content=b"<html>maintenance</html>")


def business(code: object, label: str, status: int = 200) -> httpx.Response:
    return httpx.Response(status, json={"codeRetour": code, "libelle": label})


# status or exception → (class for a question, times asked, class for an order)
TABLE: list[tuple[str, Reply, type[ChorusError], int, type[ChorusError]]] = [
    ("500", html(500), NotAvailable, 4, OutcomeUnknown),
    ("502", html(502), NotAvailable, 4, OutcomeUnknown),
    ("503", html(503), NotAvailable, 4, OutcomeUnknown),
    ("504", html(504), NotAvailable, 4, OutcomeUnknown),
    ("408", html(408), NotAvailable, 4, OutcomeUnknown),
    ("500 with a code", business(99999, "Erreur technique", 500), NotAvailable, 4, OutcomeUnknown),
    ("429", html(429), TooManyRequests, 4, TooManyRequests),
    ("403", httpx.Response(403), RightsMissing, 1, RightsMissing),
    ("400", html(400), RequestRefused, 1, RequestRefused),
    ("404", html(404), RequestRefused, 1, RequestRefused),
    ("413", html(413), RequestRefused, 1, RequestRefused),
    ("415", html(415), RequestRefused, 1, RequestRefused),
    ("400 with a code", business(20001, "Non", 400), Refused, 1, Refused),
    (
        "302",
        httpx.Response(302, headers={"Location": "http://elsewhere.test/"}),
        UnreadableAnswer,
        1,
        OutcomeUnknown,
    ),
    ("garbage", html(200), UnreadableAnswer, 4, OutcomeUnknown),
    ("empty", httpx.Response(200), UnreadableAnswer, 4, OutcomeUnknown),
    ("cut", httpx.Response(200, content=b'{"codeRetour":0,"libe'), UnreadableAnswer, 4, OutcomeUnknown),
    (
        "no utf-8",
        httpx.Response(200, content=b'{"codeRetour":0,"libelle":"\xff"}'),
        UnreadableAnswer,
        4,
        OutcomeUnknown,
    ),
    ("deep", httpx.Response(200, content=b'{"x":' + b"[" * 200_000), UnreadableAnswer, 4, OutcomeUnknown),
    ("a list", httpx.Response(200, content=b"[]"), UnreadableAnswer, 1, OutcomeUnknown),
    ("connect error", httpx.ConnectError("no route"), NotAvailable, 4, NotAvailable),
    ("connect timeout", httpx.ConnectTimeout("late"), NotAvailable, 4, NotAvailable),
    ("pool timeout", httpx.PoolTimeout("busy"), NotAvailable, 4, NotAvailable),
    ("proxy", httpx.ProxyError("407"), NotAvailable, 4, NotAvailable),
    ("read timeout", httpx.ReadTimeout("late"), NotAvailable, 4, OutcomeUnknown),
    ("write timeout", httpx.WriteTimeout("late"), NotAvailable, 4, OutcomeUnknown),
    ("write error", httpx.WriteError("pipe"), NotAvailable, 4, OutcomeUnknown),
    ("read error", httpx.ReadError("reset"), NotAvailable, 4, OutcomeUnknown),
    ("closed", httpx.RemoteProtocolError("closed"), NotAvailable, 4, OutcomeUnknown),
]
IDS = [row[0] for row in TABLE]


@pytest.mark.parametrize(("_", "reply", "kind", "times", "__"), TABLE, ids=IDS)
def test_a_question_is_repeated_where_that_may_help(
    _: str, reply: Reply, kind: type[ChorusError], times: int, __: type[ChorusError]
) -> None:
    wire = Wire(lambda request: reply)
    assert type(failure(wire, ask)) is kind
    assert len(wire.requests) == times


@pytest.mark.parametrize(("_", "reply", "__", "___", "kind"), TABLE, ids=IDS)
def test_an_order_leaves_once_whatever_happens(
    _: str, reply: Reply, __: type[ChorusError], ___: int, kind: type[ChorusError]
) -> None:
    wire = Wire(lambda request: reply)
    assert type(failure(wire, order)) is kind
    assert len(wire.requests) == 1


def test_an_order_answered_with_success_but_without_its_id_is_of_unknown_outcome() -> None:
    assert type(failure(Wire(lambda request: good(pieceJointeId=None)), order)) is OutcomeUnknown


def test_an_answer_that_never_ends_is_given_up() -> None:
    class Dripping(httpx.AsyncByteStream):
        async def __aiter__(self):  # type: ignore[no-untyped-def]
            while True:
                await asyncio.sleep(20)
                yield b" "

    wire = Wire(lambda request: httpx.Response(200, stream=Dripping()))

    async def main() -> float:
        async with wire.client() as chorus:
            with pytest.raises(OutcomeUnknown):
                await order(chorus)
            return clock()

    assert run(main()) == pytest.approx(CONNECTION.timeout * 4, abs=1)


@pytest.mark.parametrize(
    ("reply", "link"),
    [
        (httpx.ConnectError("no route"), Link.NETWORK),
        (httpx.ConnectTimeout("late"), Link.NETWORK),
        (httpx.ReadTimeout("late"), Link.API),
        (html(503), Link.API),
        (html(429), Link.API),
    ],
)
def test_not_being_available_says_which_link_broke_and_what_to_do(reply: Reply, link: Link) -> None:
    """S1-083."""
    found = failure(Wire(lambda request: reply), ask)
    assert isinstance(found, NotAvailable)
    assert found.link is link
    assert found.advice
    if link is Link.NETWORK:
        assert "network" in found.advice


def test_the_title_for_an_outage_is_the_one_operators_know() -> None:
    """S1-083."""
    found = failure(Wire(lambda request: html(503)), ask)
    assert str(found).startswith("Chorus Pro is not available, please try again later")


@pytest.mark.parametrize("address", ["", "ht tp://x", "ftp://api.test", "http://[::1", "api.test"])
def test_an_address_that_is_none_is_said_so(address: str) -> None:
    wire = Wire(lambda request: good())
    for connection in (
        Connection(oauth_url=CONNECTION.oauth_url, api_url=address, credentials=CONNECTION.credentials),
        Connection(oauth_url=address, api_url=CONNECTION.api_url, credentials=CONNECTION.credentials),
    ):
        for call in (ask, order):
            assert type(failure(wire, call, connection)) is AddressUnusable
    assert wire.requests == []


@pytest.mark.parametrize("code", [20113, "20113"])
def test_a_refusal_keeps_chorus_pros_code_and_words(code: object) -> None:
    """S1-080: messages nobody has listed are shown as they come."""
    words = "Le numéro de facture a déjà été transmis : F-1\x1b[2J"
    found = failure(Wire(lambda request: business(code, words)), order)
    assert isinstance(found, Refused)
    assert found.code == 20113
    assert found.label == "Le numéro de facture a déjà été transmis : F-1\ufffd[2J"


@pytest.mark.parametrize("label", ["GCU_MSG_01_000", "TRA_MSG_00.000", "CODE PAR DEFAUT", None])
@pytest.mark.parametrize("code", [0, "0", None])
def test_a_success_label_is_no_error(label: str | None, code: object) -> None:
    wire = Wire(lambda request: httpx.Response(200, json={"codeRetour": code, "libelle": label}))

    async def main() -> object:
        async with wire.client() as chorus:
            return await ask(chorus)

    assert run(main()) == ()


@pytest.mark.parametrize(
    ("code", "label"),
    [
        (20000, "TRA_MSG_00.015"),
        (20000, "TRA_MSG_00.015 - La recherche n'a retourné aucun résultat"),
        (20007, "GFT_MSG_01.075"),
        (20042, "Aucun résultat ne correspond à votre recherche"),
    ],
)
def test_nothing_found_is_an_empty_list(code: int, label: str) -> None:
    wire = Wire(lambda request: business(code, label))

    async def main() -> None:
        async with wire.client() as chorus:
            assert await chorus.commitments("11000201100044", "1") == ()
            assert await chorus.find_recipients("nowhere") == ()
            assert [page async for page in chorus.search(chorus_tui.chorus.Criteria())] == []

    run(main())


def test_code_20000_with_other_words_is_a_refusal() -> None:
    found = failure(Wire(lambda request: business(20000, "GDP_MSG_11.008 - inexistante")), ask)
    assert isinstance(found, Refused)


@pytest.mark.parametrize(
    ("reply", "well"),
    [
        (httpx.Response(200, json={"body": "UP", "statusCodeValue": 200, "statusCode": "OK"}), True),
        (httpx.Response(200, json={"body": None, "statusCodeValue": None, "statusCode": None}), True),
        (httpx.Response(200, json={"body": "DOWN", "statusCodeValue": 200, "statusCode": "OK"}), False),
        (httpx.Response(200, json={"body": "", "statusCodeValue": "503"}), False),
        (html(200), False),
        (html(503), False),
        (html(404), False),
        (httpx.ReadTimeout("late"), False),
    ],
)
def test_health_is_what_chorus_pro_says_of_itself(reply: Reply, well: bool) -> None:
    """S1-083: the API can be down while this is up, and the other way round."""
    wire = Wire(lambda request: reply)

    async def main() -> bool:
        async with wire.client() as chorus:
            return await chorus.health()

    assert run(main()) is well
    assert [request.method for request in wire.requests] == ["GET"]


def test_health_that_cannot_be_asked_for_is_no_answer() -> None:
    found = failure(Wire(lambda request: httpx.ConnectError("no route")), lambda chorus: chorus.health())
    assert found.link is Link.NETWORK


def test_the_public_face_is_what_it_says() -> None:
    made = {
        name
        for module in (errors, records)
        for name, value in vars(module).items()
        if isinstance(value, type) and value.__module__ == module.__name__
    }
    assert made | {"PAGE_SIZE", "ChorusPro"} == set(chorus_tui.chorus.__all__)
    assert all(hasattr(chorus_tui.chorus, name) for name in chorus_tui.chorus.__all__)
    assert not hasattr(chorus_tui.chorus, "Nothing")


def test_failures_can_be_named_without_loading_the_client() -> None:
    program = (
        "import sys; from chorus_tui.chorus import NotAvailable; "
        "from chorus_tui.chorus.errors import Refused; sys.exit('httpx' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_outside_of_its_context_the_client_refuses_to_work() -> None:
    async def main() -> None:
        with pytest.raises(RuntimeError, match="async with"):
            await Wire(lambda request: good()).client().vat_rates()

    run(main())
