"""Faults on demand: what a network, a gateway and a busy platform do to a call.

A fault concerns a service and a number of calls. A service is the end of a path ("soumettre",
"rechercher/fournisseur", "token") or "*", which is every call except the token and the health check, so
that `inject("*", Kind.UNAVAILABLE, times=None)` is an API that is down while its health check is up.
"""

from enum import StrEnum

from msgspec import Struct

from chorus_tui.sandbox import invented

SPARED_BY_STAR = ("token", "health-check")


class Kind(StrEnum):
    """What happens. "After": the work is done, and the caller does not learn it."""

    LATENCY = "latency"
    """The answer comes `seconds` later."""
    TIMEOUT_BEFORE = "timeout_before"
    TIMEOUT_AFTER = "timeout_after"
    CLOSED_BEFORE = "closed_before"
    CLOSED_AFTER = "closed_after"
    UNREACHABLE = "unreachable"
    """No connection; over a socket, closed before anything was read of the request's work."""
    GARBAGE = "garbage"
    """The work is done; the body is not JSON."""
    CUT = "cut"
    """The work is done; the body ends in the middle."""
    TOO_MANY = "too_many"
    """429, before the work."""
    UNAVAILABLE = "unavailable"
    """503, before the work."""
    UNAVAILABLE_AFTER = "unavailable_after"
    """503, although the work was done."""
    BROKEN = "broken"
    """500, before the work."""
    EXPIRED_TOKEN = "expired_token"  # noqa: S105
    """The presented token is no longer known: 401, and to all later calls with it."""

    @property
    def works_first(self) -> bool:
        """Whether the service does its work although the answer is lost."""
        return self in (
            Kind.LATENCY,
            Kind.TIMEOUT_AFTER,
            Kind.CLOSED_AFTER,
            Kind.GARBAGE,
            Kind.CUT,
            Kind.UNAVAILABLE_AFTER,
        )


class Fault(Struct):
    """One fault that waits for its calls."""

    service: str
    kind: Kind
    times: int | None
    seconds: float

    def concerns(self, service: str) -> bool:
        """Whether a call of that service meets it."""
        if self.service == "*":
            return not service.endswith(SPARED_BY_STAR)
        return service == self.service or service.endswith("/" + self.service)


class Faults:
    """The faults that wait, in the order in which they were injected."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self.met: list[tuple[str, Kind]] = []
        """Service and kind of every fault that happened."""

    def inject(
        self,
        service: str,
        kind: Kind | str,
        times: int | None = 1,
        *,
        seconds: float = invented.LATENCY_SECONDS,
    ) -> None:
        """Let the next `times` calls of a service meet a fault; `None`: all, until `clear`.

        Raises:
            ValueError: there is no such kind.
        """
        self._waiting.append(Fault(service, Kind(kind), times, seconds))

    def clear(self, service: str | None = None) -> None:
        """Forget the faults of a service; without a service, all."""
        self._waiting = [fault for fault in self._waiting if service not in (None, fault.service)]

    def take(self, service: str) -> Fault | None:
        """The fault that this call meets, which is thereby used."""
        for fault in self._waiting:
            if fault.concerns(service):
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self._waiting.remove(fault)
                self.met.append((service, fault.kind))
                return fault
        return None

    @property
    def waiting(self) -> int:
        """How many faults are still to happen (or happen until cleared)."""
        return len(self._waiting)


class Lost(Exception):
    """In process there is no wire to cut: the transport turns this into what a client sees."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        super().__init__(kind.value)
