"""Sign-in: the PISTE application gets a token, the technical account goes in a header (API part 1)."""

import base64
import binascii
import secrets
from collections.abc import Sequence
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

    def __init__(self, accounts: Sequence[Account], clock: Clock) -> None:
        self._accounts = accounts
        self._clock = clock
        self._tokens: dict[str, tuple[str, datetime]] = {}
        """The application that a token was given to, and until when it holds."""
        self.issued = 0
        """How many tokens were given out."""

    def token(self, form: str) -> tuple[int, dict[str, object]]:
        """The token service's status and body. A wrong id and a wrong secret read the same."""
        fields = {name: values[-1] for name, values in parse_qs(form).items()}
        if fields.get("grant_type") != "client_credentials":
            return 400, dict(invented.GRANT_REFUSED)
        given = (fields.get("client_id", ""), fields.get("client_secret", ""))
        if given not in {(known.client_id, known.client_secret) for known in self._accounts}:
            return 400, dict(invented.TOKEN_REFUSED)
        token = secrets.token_urlsafe(TOKEN_BYTES)
        self._tokens[token] = given[0], self._clock.now() + timedelta(seconds=TOKEN_SECONDS)
        self.issued += 1
        body = {"access_token": token, "token_type": "Bearer", "expires_in": TOKEN_SECONDS, "scope": "openid"}
        return 200, body

    def revoke(self, authorization: str | None = None) -> None:
        """Forget the token of a header; without a header, all."""
        if authorization is None:
            self._tokens.clear()
        else:
            self._tokens.pop(_bearer(authorization), None)

    def refusal_of_token(self, authorization: str | None, *, known_path: bool) -> Rejection | None:
        """400 without a bearer, and a challenge that tells a registered path; 401 with another."""
        if not authorization or not authorization.startswith("Bearer "):
            return Rejection(400, MISSING_BEARER.format(realm="PISTE" if known_path else "DefaultRealm"))
        held = self._tokens.get(_bearer(authorization))
        if held is None or held[1] <= self._clock.now():
            return Rejection(401, invented.EXPIRED_BEARER)
        return None

    def account_of(self, authorization: str, header: str) -> Account | None:
        """The technical account of a call.

        None where it is missing or wrong, or not declared with the application that the token was given
        to (API 1.2).
        """
        try:
            given = base64.b64decode(header, validate=True)
        except (binascii.Error, ValueError):
            return None
        application, _ = self._tokens.get(_bearer(authorization), ("", None))
        for known in self._accounts:
            pair = f"{known.login}:{known.password}".encode()
            if secrets.compare_digest(given, pair) and known.client_id == application:
                return known
        return None


def _bearer(authorization: str) -> str:
    return authorization.removeprefix("Bearer ").strip()
