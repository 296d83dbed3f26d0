"""Sign-in: the PISTE application gets a token, the technical account goes in a header (API part 1)."""

import base64
import binascii
import secrets
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import parse_qs

from chorus_tui.sandbox import invented
from chorus_tui.sandbox.clock import Clock
from chorus_tui.sandbox.world import Account

TOKEN_SECONDS = 3600
TOKEN_BYTES = 40
"""Makes 54 characters, as was seen."""
MISSING_BEARER = (
    'Bearer realm="{realm}", error="invalid_request", error_description="Unable to find token in the message"'
)


class Rejection(NamedTuple):
    """An HTTP refusal of the gateway."""

    status: int
    challenge: str = ""


class Gate:
    """Issues tokens and lets calls in."""

    def __init__(self, account: Account, clock: Clock) -> None:
        self._account = account
        self._clock = clock
        self._tokens: dict[str, datetime] = {}
        self.issued = 0
        """How many tokens were given out."""

    def token(self, form: str) -> tuple[int, dict[str, object]]:
        """The token service's status and body. A wrong id and a wrong secret read the same."""
        fields = {name: values[-1] for name, values in parse_qs(form).items()}
        if fields.get("grant_type") != "client_credentials":
            return 400, dict(invented.GRANT_REFUSED)
        given = (fields.get("client_id", ""), fields.get("client_secret", ""))
        if given != (self._account.client_id, self._account.client_secret):
            return 400, dict(invented.TOKEN_REFUSED)
        token = secrets.token_urlsafe(TOKEN_BYTES)
        self._tokens[token] = self._clock.now() + timedelta(seconds=TOKEN_SECONDS)
        self.issued += 1
        body = {"access_token": token, "token_type": "Bearer", "expires_in": TOKEN_SECONDS, "scope": "openid"}
        return 200, body

    def revoke(self, authorization: str | None = None) -> None:
        """Forget the token of a header; without a header, all."""
        if authorization is None:
            self._tokens.clear()
        else:
            self._tokens.pop(authorization.removeprefix("Bearer ").strip(), None)

    def refusal_of_token(self, authorization: str | None, *, known_path: bool) -> Rejection | None:
        """400 without a bearer, and a challenge that tells a registered path; 401 with another."""
        if not authorization or not authorization.startswith("Bearer "):
            return Rejection(400, MISSING_BEARER.format(realm="PISTE" if known_path else "DefaultRealm"))
        expires = self._tokens.get(authorization.removeprefix("Bearer ").strip())
        if expires is None or expires <= self._clock.now():
            return Rejection(401, invented.EXPIRED_BEARER)
        return None

    def refusal_of_account(self, header: str | None) -> Rejection | None:
        """401 with a technical account that is missing or wrong."""
        try:
            given = base64.b64decode(header or "", validate=True).decode()
        except (binascii.Error, UnicodeDecodeError, ValueError):
            return Rejection(401)
        wanted = f"{self._account.login}:{self._account.password}"
        return None if secrets.compare_digest(given.encode(), wanted.encode()) else Rejection(401)
