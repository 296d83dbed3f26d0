"""The record of what was asked and answered, so that tests can fail on what the real service ignores."""

from collections import Counter, deque
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

LONGEST_TEXT = 2_000
LARGEST_ANSWER = 200_000


class Exchange(Struct, frozen=True):
    """One call. Long texts (files) are cut; credentials and tokens are never kept."""

    at: datetime
    method: str
    path: str
    request: Any
    status: int
    answer: bytes
    unknown_fields: tuple[str, ...] = ()
    """Paths of request fields that the service does not know, and ignored."""

    @property
    def response(self) -> Any:
        """The decoded answer; None where it was empty or too large to keep."""
        return msgspec.json.decode(self.answer) if self.answer else None


class Exchanges:
    """The last exchanges, and how often each service was called."""

    def __init__(self, limit: int = 1_000, *, enabled: bool = True) -> None:
        self.enabled = enabled
        self._kept: deque[Exchange] = deque(maxlen=limit)
        self._calls: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._kept)

    def __iter__(self) -> Any:
        return iter(tuple(self._kept))

    def __getitem__(self, index: int) -> Exchange:
        return self._kept[index]

    def clear(self) -> None:
        """Forget everything, counts too."""
        self._kept.clear()
        self._calls.clear()

    def calls(self, service: str) -> int:
        """How often a service was called (the end of its path); counted even where nothing is kept."""
        return sum(n for path, n in self._calls.items() if path == service or path.endswith("/" + service))

    @property
    def total(self) -> int:
        """Calls of all services, the token's included."""
        return sum(self._calls.values())

    @property
    def unknown_fields(self) -> tuple[str, ...]:
        """Every unknown request field seen, as `path: field`."""
        return tuple(f"{kept.path}: {field}" for kept in self._kept for field in kept.unknown_fields)

    def note(
        self,
        at: datetime,
        method: str,
        path: str,
        status: int,
        request: Any = None,
        answer: bytes = b"",
        unknown_fields: tuple[str, ...] = (),
    ) -> None:
        """Count a call, and keep it where that is switched on."""
        self._calls[path] += 1
        if self.enabled:
            body = answer if len(answer) <= LARGEST_ANSWER else b""
            self._kept.append(Exchange(at, method, path, _shortened(request), status, body, unknown_fields))


def _shortened(value: Any) -> Any:
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        return f"{value[:40]}… ({len(value)} characters)"
    if isinstance(value, dict):
        return {key: _shortened(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_shortened(item) for item in value]
    return value
