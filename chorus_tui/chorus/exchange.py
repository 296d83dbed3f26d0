"""One call to the API: paced, signed, retried where it is a question, and turned into an answer or a failure.

A question (read) may be asked again; an order (write) leaves once, whatever happens (design §4). Failures
are raised outside of the `except` that saw them, so that no httpx exception, which holds the request with
its secrets, hangs behind ours.
"""

import asyncio
import base64
import logging
from collections.abc import AsyncIterator
from typing import Final, TypeVar

import httpx
import msgspec
from msgspec import Struct
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from chorus_tui.chorus.auth import UNREADABLE, PisteAuth, is_address
from chorus_tui.chorus.errors import (
    AccountRefused,
    AddressUnusable,
    ChorusError,
    CredentialsMissing,
    NotAvailable,
    OutcomeUnknown,
    Refused,
    RequestRefused,
    RightsMissing,
    TooManyRequests,
    UnreadableAnswer,
)
from chorus_tui.chorus.pace import PATIENCE, Pace, Sleep
from chorus_tui.chorus.values import text, whole
from chorus_tui.chorus.wire.answers import Verdict
from chorus_tui.chorus.wire.requests import Request
from chorus_tui.domain.records import Link
from chorus_tui.settings import Connection
from chorus_tui.text import fold

log = logging.getLogger(__name__)

A = TypeVar("A", bound=Struct)

ATTEMPTS: Final = 4
"""How often a question is asked before its failure is told."""

DRIP: Final = 4.0
"""An answer that drips in may take this many times the timeout of one silence."""

# Success labels are no errors and refusals speak of no result in many codes (API 4).
_EMPTY_CODES = ("TRA_MSG_00.015", "GFT_MSG_01.075")
_EMPTY_WORDS = "aucun resultat"

_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)

_JSON = "application/json;charset=utf-8"
_encode = msgspec.json.Encoder(decimal_format="number").encode


class File(Struct, frozen=True):
    """A file that travels in base64 as one field of the request body."""

    field: str
    content: bytes

    def __repr__(self) -> str:
        return f"File({self.field}, {len(self.content)} bytes)"


class Exchange:
    """Everything between a typed request and a typed answer."""

    def __init__(self, client: httpx.AsyncClient, connection: Connection, sleep: Sleep) -> None:
        self._client = client
        self._connection = connection
        self._sleep = sleep
        self._pace = Pace(connection.calls_per_second, sleep)
        self.auth = PisteAuth(client, connection)

    async def ask(self, path: str, request: Request, answer: type[A], *, may_be_empty: bool = False) -> A:
        """A read. With `may_be_empty`, a refusal that means "no result" is an empty answer."""
        retrying = AsyncRetrying(
            retry=retry_if_exception(_worth_repeating),
            wait=wait_exponential_jitter(multiplier=0.5, max=15.0, jitter=0.5),
            stop=stop_after_attempt(ATTEMPTS),
            sleep=self._sleep,
            reraise=True,
        )
        async for attempt in retrying:
            with attempt:
                outcome = await self._attempt(path, request, None, answer)
                if isinstance(outcome, OutcomeUnknown):
                    raise NotAvailable(outcome.detail, link=outcome.link)
                if isinstance(outcome, Refused) and may_be_empty and _says_empty(outcome):
                    return answer()
                if isinstance(outcome, ChorusError):
                    raise outcome
                return outcome
        raise AssertionError("the last attempt returns or raises")

    async def order(self, path: str, request: Request, answer: type[A], file: File | None = None) -> A:
        """A write: leaves once. What may have left and was not answered is an `OutcomeUnknown`."""
        outcome = await self._attempt(path, request, file, answer)
        if isinstance(outcome, UnreadableAnswer):
            outcome = OutcomeUnknown(outcome.detail)
        if isinstance(outcome, ChorusError):
            raise outcome
        return outcome

    async def health(self, path: str, answer: type[A]) -> A | None:
        """The one GET. None where Chorus Pro answers that it is not well."""
        outcome = await self._attempt(path, None, None, answer)
        if isinstance(outcome, OutcomeUnknown | UnreadableAnswer | RequestRefused):
            return None
        if isinstance(outcome, ChorusError):
            raise outcome
        return outcome

    async def _attempt(
        self, path: str, request: Request | None, file: File | None, answer: type[A]
    ) -> A | ChorusError:
        await self._pace.turn()
        response = await self._send(path, request, file)
        if isinstance(response, ChorusError):
            return response
        log.debug("%s: HTTP %d", path, response.status_code)
        if response.status_code != httpx.codes.TOO_MANY_REQUESTS:
            self._pace.went_well()
        return self._read(response, answer)

    async def _send(
        self, path: str, request: Request | None, file: File | None
    ) -> httpx.Response | ChorusError:
        """The response; OutcomeUnknown where the call may have left and nobody answered."""
        if not is_address(self._connection.api_url):
            return AddressUnusable()
        timeout = self._connection.timeout
        try:
            async with asyncio.timeout(timeout * DRIP):
                return await self._client.send(self._built(path, request, file), auth=self.auth)
        except TooManyRequests as failure:  # of the sign-in, which every call needs
            failure.retry_after = self._pace.hold(failure.retry_after)
            return failure
        except ChorusError as failure:  # of the sign-in: the call itself did not leave
            return failure
        except _NEVER_LEFT as error:
            return NotAvailable(type(error).__name__, link=Link.NETWORK)
        except (httpx.RequestError, TimeoutError) as error:
            return OutcomeUnknown(type(error).__name__)

    def _built(self, path: str, request: Request | None, file: File | None) -> httpx.Request:
        url = f"{self._connection.api_url.rstrip('/')}/cpro/{path}"
        if request is None:
            return self._client.build_request("GET", url, headers={"Accept": _JSON})
        headers = {"Accept": _JSON, "Content-Type": _JSON}
        if file is None:
            return self._client.build_request("POST", url, content=_encode(request), headers=headers)
        body = _BodyWithFile(_encode(request), file)
        headers["Content-Length"] = str(len(body))
        return self._client.build_request("POST", url, content=body, headers=headers)

    def _read(self, response: httpx.Response, answer: type[A]) -> A | ChorusError:
        """The answer, or what the status and the body say is wrong (API 1.4)."""
        verdict = _decoded(response, Verdict)
        business = _business_refusal(verdict) if isinstance(verdict, Verdict) else None
        failure = self._refusal(response, business)
        if failure is not None:
            return failure
        return verdict if isinstance(verdict, ChorusError) else _decoded(response, answer)

    def _refusal(self, response: httpx.Response, business: Refused | None) -> ChorusError | None:
        status = response.status_code
        said = _header_words(response)
        if status == httpx.codes.UNAUTHORIZED:
            return AccountRefused(said)
        if status == httpx.codes.TOO_MANY_REQUESTS:
            return self._pace.slow_down(response.headers)
        if status >= 500 or status == httpx.codes.REQUEST_TIMEOUT:
            # Also 503: nothing public says that it is answered before any work was done (API 8, point 11).
            return OutcomeUnknown(f"HTTP {status}" + (f", {business.detail}" if business else ""))
        if business is not None:
            return business
        if status == httpx.codes.FORBIDDEN:
            return RightsMissing(said)
        if status == httpx.codes.BAD_REQUEST and "bearer" in said.lower():
            return CredentialsMissing(said)
        if status >= 400:
            return RequestRefused(status)
        if status >= 300:
            return UnreadableAnswer(f"HTTP {status}")
        return None


class _BodyWithFile(httpx.AsyncByteStream):
    """A request body with a file in it, encoded while it leaves.

    Ten megabytes at once would hold the event loop for 25 ms; and a call that is signed again is sent again.
    """

    SLICE = 3 * 64 * 1024  # a multiple of three, so that the slices' base64 joins

    def __init__(self, body: bytes, file: File) -> None:
        comma = b"," if body != b"{}" else b""
        self._head = body[:-1] + comma + b'"' + file.field.encode() + b'":"'
        self._content = file.content
        self._tail = b'"}'

    def __len__(self) -> int:
        return len(self._head) + 4 * ((len(self._content) + 2) // 3) + len(self._tail)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._head
        for start in range(0, len(self._content), self.SLICE):
            yield base64.b64encode(self._content[start : start + self.SLICE])
        yield self._tail


def _decoded(response: httpx.Response, answer: type[A]) -> A | UnreadableAnswer:
    try:
        return msgspec.json.decode(response.content, type=answer)
    except msgspec.ValidationError as error:
        # The message names a path and types, never a value.
        return UnreadableAnswer(f"HTTP {response.status_code}, {error}", of_service=True)
    except UNREADABLE:
        return UnreadableAnswer(f"HTTP {response.status_code}", transient=True)


def _business_refusal(verdict: Verdict) -> Refused | None:
    """A `codeRetour` other than 0, on whatever status; the label alone never makes an error."""
    code = verdict.codeRetour
    if code is None or code == "":
        return None
    number = whole(code)
    if number == 0:
        return None
    return Refused(-1 if number is None else number, text(verdict.libelle))


def _says_empty(refusal: Refused) -> bool:
    return any(code in refusal.label for code in _EMPTY_CODES) or _EMPTY_WORDS in fold(refusal.label)


def _header_words(response: httpx.Response) -> str:
    """What is useful of a sign-in failure stands in this header, not in the body (API 1.4)."""
    said = text(response.headers.get("www-authenticate"))[:200]
    return said or f"HTTP {response.status_code}"


def _worth_repeating(error: BaseException) -> bool:
    if isinstance(error, TooManyRequests):
        return error.retry_after <= PATIENCE
    return isinstance(error, ChorusError) and error.transient
