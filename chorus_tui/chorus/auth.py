"""Signing in: a PISTE token for the application, the technical account beside it (API 1.2, 1.3)."""

import asyncio
import base64
import logging
from collections.abc import AsyncGenerator
from urllib.parse import urlencode

import httpx
import msgspec
from msgspec import Struct

from chorus_tui.chorus.errors import (
    AddressUnusable,
    ChorusError,
    CredentialsMissing,
    NotAvailable,
    SignInRefused,
    TooManyRequests,
)
from chorus_tui.chorus.pace import retry_after
from chorus_tui.chorus.values import text, whole
from chorus_tui.chorus.wire.answers import Jeton
from chorus_tui.domain.records import Link
from chorus_tui.settings import Connection

log = logging.getLogger(__name__)

EARLY = 60.0
"""Seconds before its expiry from which a token is no longer used."""

USUAL_LIFE = 3600
"""Seconds a token lives where the answer does not say (API 1.2)."""

REFUSED_FOR = 60.0
"""Seconds during which a technical account that was refused costs no further token."""


UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What reading a body that is no JSON, or absurdly deep JSON, raises."""


class Token(Struct, frozen=True):
    """A bearer token and when to stop using it, on the event loop's clock."""

    value: str
    fetched_at: float
    use_until: float

    def __repr__(self) -> str:
        return "Token(****)"


class PisteAuth(httpx.Auth):
    """Signs every call; fetches the token once for all of them, early, and once more when it is refused."""

    requires_request_body = False

    def __init__(self, client: httpx.AsyncClient, connection: Connection) -> None:
        self._client = client
        self._connection = connection
        self._lock = asyncio.Lock()
        self._token: Token | None = None
        self._finished = 0
        self._failure: ChorusError | None = None
        self._account_refused_with: Token | None = None

    def __repr__(self) -> str:
        return f"PisteAuth({self._connection.environment})"

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Sign the call; on 401, fetch one token for all calls that wait and sign it again.

        A second 401 is the technical account's. While that is fresh, no further token is asked for.
        """
        token = await self._valid_token()
        self._sign(request, token)
        response = yield request
        if response.status_code != httpx.codes.UNAUTHORIZED:
            if token is self._account_refused_with:
                self._account_refused_with = None
            return
        if token is self._account_refused_with and _clock() - token.fetched_at < REFUSED_FOR:
            return
        await response.aread()  # gives its connection back, which the token request may need
        token = await self._renewed(token)
        self._sign(request, token)
        response = yield request
        if response.status_code == httpx.codes.UNAUTHORIZED:
            self._account_refused_with = token

    async def renew(self) -> None:
        """Fetch a new token now, whatever the present one is worth (S1-004)."""
        self._account_refused_with = None
        await self._renewed(self._token)

    async def _valid_token(self) -> Token:
        token = self._token
        if token is not None and _clock() < token.use_until:
            return token
        return await self._renewed(token)

    async def _renewed(self, spent: Token | None) -> Token:
        """A token other than `spent`. Who waited for another's attempt shares its outcome, good or bad."""
        finished = self._finished
        async with self._lock:
            if self._token is not None and self._token is not spent:
                return self._token
            if self._failure is not None and self._finished != finished:
                raise self._failure.with_traceback(None)
            outcome = await self._fetch()
            self._finished += 1
            if isinstance(outcome, ChorusError):
                self._failure = outcome
                raise outcome
            self._failure, self._token = None, outcome
            return outcome

    async def _fetch(self) -> Token | ChorusError:
        credentials = self._connection.credentials
        if not (credentials.client_id and credentials.client_secret and credentials.login):
            return CredentialsMissing()
        if not is_address(self._connection.oauth_url):
            return AddressUnusable()
        asked_at = _clock()
        try:
            response = await self._client.send(self._token_request(), auth=None)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
            return NotAvailable(type(error).__name__, link=Link.NETWORK)
        except httpx.RequestError as error:
            return NotAvailable(type(error).__name__, link=Link.TOKEN)
        return self._read(response, asked_at)

    def _token_request(self) -> httpx.Request:
        credentials = self._connection.credentials
        # Environment and files may hold bytes that are no UTF-8; an encoding error would carry the secret.
        form = urlencode(
            {
                "grant_type": "client_credentials",
                "client_id": credentials.client_id,
                "client_secret": credentials.client_secret,
                "scope": "openid",
            },
            errors="surrogateescape",
        )
        return self._client.build_request(
            "POST",
            self._connection.oauth_url,
            content=form.encode(),
            headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
        )

    def _read(self, response: httpx.Response, asked_at: float) -> Token | ChorusError:
        status = response.status_code
        log.debug("token request: HTTP %d", status)
        if status == httpx.codes.TOO_MANY_REQUESTS:
            wait = retry_after(response.headers)
            return TooManyRequests(f"HTTP {status}", link=Link.TOKEN, retry_after=wait or 0.0)
        if status >= 500:
            return NotAvailable(f"HTTP {status}", link=Link.TOKEN)
        try:
            answer = msgspec.json.decode(response.content, type=Jeton)
        except UNREADABLE:
            answer = Jeton()
        if status in (400, 401, 403):
            said = " ".join(filter(None, (text(answer.error), text(answer.error_description))))
            return SignInRefused(self._redacted(said) or f"HTTP {status}")
        value = answer.access_token or ""
        if status in (404, 405) or 300 <= status < 400:
            return AddressUnusable()
        if status != httpx.codes.OK or not (value.isascii() and value.isprintable() and value.strip()):
            return NotAvailable(f"HTTP {status}", link=Link.TOKEN)
        life = float(whole(answer.expires_in) or USUAL_LIFE)
        return Token(value, asked_at, asked_at + life - min(EARLY, life / 2))

    def _redacted(self, said: str) -> str:
        for secret in (self._connection.credentials.client_secret, self._connection.credentials.client_id):
            said = said.replace(secret, "****")
        return said[:200]

    def _sign(self, request: httpx.Request, token: Token) -> None:
        credentials = self._connection.credentials
        account = f"{credentials.login}:{credentials.password}".encode(errors="surrogateescape")
        request.headers["Authorization"] = f"Bearer {token.value}"
        request.headers["cpro-account"] = base64.b64encode(account).decode("ascii")


def is_address(address: str) -> bool:
    """Whether it is the http(s) address of some host."""
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL:
        return False
    return url.scheme in ("http", "https") and bool(url.host)


def _clock() -> float:
    return asyncio.get_running_loop().time()
