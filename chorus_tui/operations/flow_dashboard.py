"""The dashboard of flows: how many stand where, by data flow type and by issuer (S2-080…082).

A number and the list that it opens are one thing asked twice: a flow is counted in each of its slots, and a
list shows the flows that a slot holds, out of the same search.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable

from msgspec import Struct

from chorus_tui.domain.flow import Flow, FlowType
from chorus_tui.domain.flow_search import FlowCriteria
from chorus_tui.domain.flow_states import FlowStage, FlowState
from chorus_tui.domain.statuses import Tone
from chorus_tui.operations import flow_search
from chorus_tui.operations.desk import Desk

SLICE = 1_000
"""Flows counted between two pauses: about 5 ms of work."""

_ORDER = {
    status.value: place
    for place, status in enumerate(
        (
            FlowStage.QUEUED,
            FlowStage.SENDING,
            FlowStage.DROPPED,
            FlowStage.HANDED_OVER,
            FlowStage.UNSURE,
            FlowStage.REFUSED,
            FlowStage.WITHDRAWN,
            FlowStage.DEPOSITED,
            *FlowState,
        )
    )
}


class Status(Struct, frozen=True):
    """One column: a state of Chorus Pro's, a stage on our side, or a code that nobody has written down."""

    key: str
    label: str
    """English words, or the code."""
    sign: str
    tone: Tone

    @classmethod
    def of(cls, flow: Flow) -> "Status":
        """Where a flow stands."""
        return cls(status_key(flow), flow.label, flow.sign, flow.tone)


class Issuer(Struct, frozen=True):
    """One row: a structure that flows count for."""

    siret: str
    name: str

    @property
    def title(self) -> str:
        """Its name, or its SIRET."""
        return self.name or self.siret


class Slot(Struct, frozen=True):
    """What the flows of one number have in common; what is None is not asked."""

    type: FlowType | None = None
    issuer: str | None = None
    status: str | None = None


class Dashboard(Struct, frozen=True):
    """All the numbers of one filter."""

    criteria: FlowCriteria
    statuses: tuple[Status, ...]
    """In the order of a flow's life; all that occur, and no other."""
    types: tuple[FlowType, ...]
    issuers: tuple[Issuer, ...]
    """By name."""
    counts: dict[Slot, int]

    def count(self, slot: Slot) -> int:
        """How many flows a slot has: as many as `flows_of` gives."""
        return self.counts.get(slot, 0)

    @property
    def total(self) -> int:
        """All of them."""
        return self.count(Slot())


def status_key(flow: Flow) -> str:
    """Names where a flow stands; flows of one key have one label."""
    if not flow.is_told:
        return flow.stage.value
    return flow.state_code if flow.state is FlowState.OTHER else flow.state.value


def slots_of(type_: FlowType, issuer: str, status: str) -> tuple[Slot, ...]:
    """Every number in which such a flow is counted."""
    return (
        Slot(),
        Slot(type=type_),
        Slot(issuer=issuer),
        Slot(status=status),
        Slot(type=type_, status=status),
        Slot(issuer=issuer, status=status),
    )


def holds(slot: Slot, flow: Flow) -> bool:
    """Whether a flow is one of those that a number counts: whether the slot is one of its `slots_of`."""
    return (
        (slot.type is None or slot.type is flow.type)
        and (slot.issuer is None or slot.issuer == flow.issuer_siret)
        and (slot.status is None or slot.status == status_key(flow))
    )


def flows_of(desk: Desk, criteria: FlowCriteria, slot: Slot) -> list[Flow]:
    """The flows that a number counts (S2-082), by sender, then by date of emission."""
    return [flow for flow in flow_search.search(desk, criteria) if holds(slot, flow)]


def is_of(desk: Desk, criteria: FlowCriteria, slot: Slot, flow: Flow) -> bool:
    """Whether one flow is among them, as it stands now."""
    return holds(slot, flow) and flow_search.matches(desk, criteria, flow)


def dashboard(desk: Desk, criteria: FlowCriteria) -> Dashboard:
    """Count the flows that answer to a filter."""
    return count(criteria, flow_search.search(desk, criteria))


async def dashboard_in_slices(desk: Desk, criteria: FlowCriteria) -> tuple[Dashboard, list[Flow]]:
    """The same beside a running screen, and the flows that were counted."""
    flows = await flow_search.search_in_slices(desk, criteria)
    counting = _Counting()
    for start in range(0, len(flows), SLICE):
        counting.take(flows[start : start + SLICE])
        await asyncio.sleep(0)
    return counting.dashboard(criteria), flows


def count(criteria: FlowCriteria, flows: Iterable[Flow]) -> Dashboard:
    """Count these flows."""
    counting = _Counting()
    counting.take(flows)
    return counting.dashboard(criteria)


class _Counting:
    """Counts flows by what tells them apart, then by slot."""

    def __init__(self) -> None:
        self._kinds: Counter[tuple[FlowType, str, str]] = Counter()
        self._statuses: dict[str, Status] = {}
        self._names: dict[str, str] = {}

    def take(self, flows: Iterable[Flow]) -> None:
        kinds, statuses, names = self._kinds, self._statuses, self._names
        for flow in flows:
            key = status_key(flow)
            kinds[flow.type, flow.issuer_siret, key] += 1
            if key not in statuses:
                statuses[key] = Status.of(flow)
            if not names.get(flow.issuer_siret):
                names[flow.issuer_siret] = flow.issuer_name

    def dashboard(self, criteria: FlowCriteria) -> Dashboard:
        counts: Counter[Slot] = Counter()
        for kind, number in self._kinds.items():
            for slot in slots_of(*kind):
                counts[slot] += number
        present = {type_ for type_, _issuer, _status in self._kinds}
        issuers = [Issuer(siret, name) for siret, name in self._names.items()]
        return Dashboard(
            criteria=criteria,
            statuses=tuple(sorted(self._statuses.values(), key=_place)),
            types=tuple(type_ for type_ in FlowType if type_ in present),
            issuers=tuple(sorted(issuers, key=lambda issuer: (issuer.title.casefold(), issuer.siret))),
            counts=dict(counts),
        )


def _place(status: Status) -> tuple[int, str]:
    return _ORDER.get(status.key, len(_ORDER)), status.key
