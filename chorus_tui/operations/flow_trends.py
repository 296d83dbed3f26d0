"""What a dashboard shows beside its numbers: flows and rejections by day, causes, age of what is open.

A flow counts for the day of its emission in Paris; one that was withdrawn never was emitted. Its outcome is
good where all of it was integrated, bad where any of it was not; what is under way has none. So a rate says
which part of the flows that ended did so badly, and does not sink while many are under way.
"""

import asyncio
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct

from chorus_tui.domain.flow import Flow
from chorus_tui.domain.flow_states import FlowStage, FlowState
from chorus_tui.domain.knowledge import Knowledge
from chorus_tui.i18n import N_
from chorus_tui.operations.checking import today
from chorus_tui.operations.desk import Desk
from chorus_tui.operations.explaining import knowledge

SLICE = 500
"""Flows between two pauses: about 5 ms of work."""
READ = 20
"""The same where reports are read and their messages explained."""
_VARIES = re.compile(r"(?<![\d_.])\d+(?!\.?\d)")
"""Numbers that tell messages of one kind apart; those of a code (GDP_MSG_05.006) tell its kind."""
LATEST = 90
"""Days that are drawn at most, the last ones."""


class Day(Struct, frozen=True):
    """The flows emitted on one day."""

    day: date
    flows: int = 0
    invoices: int = 0
    good: int = 0
    bad: int = 0

    @property
    def rate(self) -> float | None:
        """From 0 to 1, the part of what has an outcome that was refused, wholly or in part; None: nothing."""
        ended = self.good + self.bad
        return self.bad / ended if ended else None


class Cause(Struct, frozen=True):
    """One reason for refusals, as the knowledge base names it."""

    id: str
    title: str
    remedy: str
    errors: int
    """How often it was said."""
    flows: int
    """In how many flows."""


class Age(Struct, frozen=True):
    """What is open and was emitted so long ago."""

    label: str
    """English source string."""
    flows: int
    oldest: datetime | None = None
    """The emission of the oldest one."""


_AGES = (
    (N_("under 1 hour"), timedelta(hours=1)),
    (N_("1 to 24 hours"), timedelta(days=1)),
    (N_("1 to 3 days"), timedelta(days=3)),
    (N_("3 to 7 days"), timedelta(days=7)),
    (N_("over 7 days"), timedelta.max),
)


class Trends(Struct, frozen=True):
    """All of it for the flows of one dashboard."""

    days: tuple[Day, ...]
    """From the first day with flows to the last, without a gap; the last `LATEST` of them."""
    left_out: int
    """Flows of the days before."""
    causes: tuple[Cause, ...]
    """The most frequent first."""
    reports: int
    """Reports that name a reason."""
    ages: tuple[Age, ...]


def is_bad(flow: Flow) -> bool:
    """Whether any of it was refused."""
    if flow.stage is FlowStage.DEPOSITED:
        return flow.state.is_failure or flow.state is FlowState.PARTLY_INTEGRATED
    return flow.stage is FlowStage.REFUSED


def is_open(flow: Flow) -> bool:
    """Whether it has no outcome yet."""
    if flow.stage is FlowStage.DEPOSITED:
        return not flow.state.is_final
    return flow.stage.is_open


def trends(desk: Desk, flows: Sequence[Flow]) -> Trends:
    """Work it out at once, for the command line."""
    gathering = _Gathering(desk)
    gathering.take_days(flows)
    gathering.take_reports(flows)
    return gathering.trends()


async def trends_in_slices(desk: Desk, flows: Sequence[Flow]) -> Trends:
    """The same beside a running screen."""
    await asyncio.to_thread(knowledge, desk)  # reading it for the first time takes longer than a key waits
    gathering = _Gathering(desk)
    for start in range(0, len(flows), SLICE):
        gathering.take_days(flows[start : start + SLICE])
        await asyncio.sleep(0)
    told = [flow for flow in flows if is_bad(flow)]
    for start in range(0, len(told), READ):
        gathering.take_reports(told[start : start + READ])
        await asyncio.sleep(0)
    return gathering.trends()


class _Gathering:
    """Counts what trends are made of."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._now = desk.now()
        self._known: Knowledge = knowledge(desk)
        self._days: dict[date, list[int]] = {}
        self._ages: list[list[datetime]] = [[] for _age in _AGES]
        self._causes: dict[str, list[int]] = {}
        self._told: dict[str, tuple[str, str]] = {}
        self._explained: dict[tuple[str, str], tuple[str, ...]] = {}
        self._reports = 0

    def take_days(self, flows: Iterable[Flow]) -> None:
        for flow in flows:
            if flow.stage is FlowStage.WITHDRAWN:
                continue
            numbers = self._days.setdefault(today(flow.emitted_at), [0, 0, 0, 0])
            numbers[0] += 1
            numbers[1] += flow.count
            if is_bad(flow):
                numbers[3] += 1
            elif flow.stage is FlowStage.DEPOSITED and flow.state.is_final:
                numbers[2] += 1
            elif is_open(flow):
                self._take_age(flow.emitted_at)

    def _take_age(self, emitted: datetime) -> None:
        old = self._now - emitted
        place = next(place for place, (_label, most) in enumerate(_AGES) if old < most)
        self._ages[place].append(emitted)

    def take_reports(self, flows: Iterable[Flow]) -> None:
        for flow in flows:
            report = self._desk.store.reports.peek(flow.id) if is_bad(flow) else None
            if report is None:
                continue
            said = [(error.message, error.code) for error in report.technical]
            said += [(message, "") for refused in report.refused for message in refused.messages]
            self._reports += bool(said)
            here: set[str] = set()
            for message, code in said:
                for cause in self._causes_of(message, code):
                    numbers = self._causes.setdefault(cause, [0, 0])
                    numbers[0] += 1
                    numbers[1] += cause not in here
                    here.add(cause)

    def _causes_of(self, message: str, code: str) -> tuple[str, ...]:
        """The ids of what a message says; the same words, with other numbers, stand in many reports."""
        kind = _VARIES.sub(lambda found: "0" * len(found[0]), message), code
        known = self._explained.get(kind)
        if known is None:
            explained = self._known.explain_all(message, code or None)
            self._told.update((each.id, (each.title, each.remedy)) for each in explained)
            known = self._explained[kind] = tuple(each.id for each in explained)
        return known

    def trends(self) -> Trends:
        days = self._latest_days()
        causes = [
            Cause(id_, *self._told[id_], errors=errors, flows=flows)
            for id_, (errors, flows) in self._causes.items()
        ]
        causes.sort(key=lambda cause: (-cause.errors, -cause.flows, cause.id))
        ages = (
            Age(label, len(found), min(found, default=None))
            for (label, _most), found in zip(_AGES, self._ages, strict=True)
        )
        return Trends(
            days=days,
            left_out=sum(numbers[0] for numbers in self._days.values()) - sum(day.flows for day in days),
            causes=tuple(causes),
            reports=self._reports,
            ages=tuple(ages),
        )

    def _latest_days(self) -> tuple[Day, ...]:
        if not self._days:
            return ()
        last = max(self._days)
        first = max(min(self._days), last - timedelta(days=LATEST - 1))
        every = (first + timedelta(days=at) for at in range((last - first).days + 1))
        return tuple(Day(day, *self._days.get(day, ())) for day in every)
