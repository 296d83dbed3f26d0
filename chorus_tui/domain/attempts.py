"""Attempts of calls that must not be made twice, as their journals keep them."""

from datetime import datetime

from msgspec import Struct, structs

UNKNOWN = "unknown"
"""The outcome of an attempt whose answer was lost."""


class Attempt(Struct, frozen=True, omit_defaults=True):
    """One call that left, and how it ended."""

    begun_at: datetime
    ended_at: datetime | None = None
    outcome: str = ""

    @property
    def is_unheard(self) -> bool:
        """Whether its answer was lost, so that Chorus Pro may have taken the call."""
        return self.outcome == UNKNOWN


Attempts = tuple[Attempt, ...]
"""Oldest first; the last one may be running."""


def ended(attempts: Attempts, outcome: str, at: datetime) -> Attempts:
    """With the running one closed; one that has ended keeps its outcome."""
    if not attempts or attempts[-1].ended_at is not None:
        return attempts
    return (*attempts[:-1], structs.replace(attempts[-1], ended_at=at, outcome=outcome))


def without_running(attempts: Attempts) -> Attempts:
    """As if the one that is running had never begun."""
    return attempts[:-1] if attempts and attempts[-1].ended_at is None else attempts
