"""The flow station: where every deposited flow stands, what its report says, and which invoices it brought.

Chorus Pro tells of one flow at a time, so each is asked the less often the older it is, never more than so
many a minute, and never again once it is settled. Integrated flows are searched for their invoices, all
pages; flows of other tools are known by their invoices (API 2.0, 2.18).
"""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from msgspec import structs

from chorus_tui.chorus import ChorusError, ChorusPro, Criteria, FlowDetails, Refused, UnreadableAnswer
from chorus_tui.domain.flow import Flow
from chorus_tui.domain.flow_states import FlowStage, FlowState
from chorus_tui.domain.invoice import Invoice
from chorus_tui.operations import Desk
from chorus_tui.operations.desk import SLICE
from chorus_tui.operations.flow_discovery import discover, telling
from chorus_tui.operations.flow_journal import cannot_follow
from chorus_tui.operations.flow_reports import link_invoices_in_slices, report_of, take_report_in_slices
from chorus_tui.store import Changes
from chorus_tui.sync.line import Line

log = logging.getLogger(__name__)

AT_ONCE = 3
RATE = 60
"""Flows asked about within a minute, at most."""
SOONEST, LATEST = timedelta(seconds=15), timedelta(minutes=30)
"""Between two questions about a flow of the same day: a quarter of its age, within these."""
AFTER_A_DAY, AFTER_A_WEEK = timedelta(hours=1), timedelta(hours=6)
"""The same for older ones, which wait for somebody of the platform as a rule."""
AGAIN_ON_DEMAND = timedelta(seconds=5)
"""However often an operator asks for an update."""
KNOWN_AFTER = timedelta(minutes=10)
"""After which a flow that Chorus Pro says not to know is a matter for somebody here."""
WATCHED_ON = timedelta(days=7)
"""For so long a flow that the platform gave up may be taken up again by it (API 3.2)."""
SEARCHED_FOR = timedelta(days=30)
"""For so long it is asked for what Chorus Pro may never show: invoices of a structure for which this account
does not send, flows of another account."""
LOOKED_AT = 250
"""Invoices looked at between two pauses while flows of other tools are looked for."""

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_MAY_BE_RESTARTED = (FlowState.TO_RESTART, FlowState.INTERNAL_ERROR)


class FlowStation:
    """Asks what became of flows."""

    name = "flows"

    def __init__(self, desk: Desk, chorus: ChorusPro, line: Line) -> None:
        self._desk = desk
        self._chorus = chorus
        self._line = line
        self._next: dict[str, datetime] = {}
        """When each open flow is asked about; nothing else is kept of the settled ones."""
        self._last: dict[str, datetime] = {}
        self._asked: deque[datetime] = deque()
        """The questions of the last minute."""
        self._to_look_at: set[str] | None = None
        """Flows that may have become open or settled; None: any."""
        self._to_discover: set[str] | None = None
        """Invoices that may tell of unknown flows; None: any."""

    def begin(self) -> None:
        """Somebody else may have worked meanwhile."""
        self._to_look_at = self._to_discover = None

    def follow(self, changes: Changes) -> bool:
        """Note what may be open from now on; tells whether there is something to do about it."""
        if self._to_look_at is not None:
            self._to_look_at |= changes.get("flows", frozenset())
        if self._to_discover is not None:
            self._to_discover |= changes.get("invoices", frozenset())
        new = any(self._is_open(key) and key not in self._next for key in changes.get("flows", ()))
        return new or "invoices" in changes

    def stir(self) -> None:
        """Ask about every open flow again, because an operator wants to know."""
        for key in self._next:
            self._next[key] = min(self._next[key], self._last.get(key, _LONG_AGO) + AGAIN_ON_DEMAND)

    @property
    def due_in(self) -> float | None:
        """Seconds until a flow wants to be asked about; None: all are settled."""
        if self._desk.settings.connection.credentials.missing:
            return None
        if self._to_look_at is None or self._to_look_at or self._to_discover is None or self._to_discover:
            return 0.0
        if not self._next:
            return None
        now = self._desk.now()
        at = min(self._next.values())
        if not self._may_ask(now):
            at = max(at, self._asked[0] + timedelta(minutes=1))
        return max(0.0, (at - now).total_seconds())

    async def run_once(self) -> int:
        """Look for flows of other tools, ask about those that are due; counts what was news."""
        if self._desk.settings.connection.credentials.missing:
            return 0
        done = await self._discover()
        self._look_at_changed()
        return done + await self._line.work_through(self._due(), self._ask, AT_ONCE)

    # Which flows

    def _look_at_changed(self) -> None:
        """Keep a place for every open flow, and none for others: thousands are settled."""
        changed, self._to_look_at = self._to_look_at, set()
        store = self._desk.store.flows
        keys = {flow.id for flow in store.by("linked", False)} if changed is None else changed
        for key in keys:
            self._look_at(key)

    def _look_at(self, key: str) -> None:
        if self._is_open(key):
            self._next.setdefault(key, _LONG_AGO)
        else:
            self._next.pop(key, None)
            self._last.pop(key, None)

    def _is_open(self, key: str) -> bool:
        flow = self._desk.store.flows.get(key)
        if flow is None or not flow.number:
            return False
        if flow.stage is not FlowStage.DEPOSITED:
            return flow.stage is FlowStage.DROPPED
        age = self._desk.now() - (flow.state_at or flow.emitted_at)
        if _is_untold(flow):
            asked = bool(flow.message) and (flow.linked or key in self._last)
            return age < SEARCHED_FOR or not asked
        if flow.state.integrates:
            return not flow.linked and (age < SEARCHED_FOR or key not in self._last)
        may_be_restarted = flow.state in _MAY_BE_RESTARTED and not flow.resent_by and age < WATCHED_ON
        return not flow.is_settled or may_be_restarted

    def _due(self) -> list[Flow]:
        """Those whose time has come, the youngest first, and no more than the rate allows."""
        now = self._desk.now()
        while self._asked and self._asked[0] <= now - timedelta(minutes=1):
            self._asked.popleft()
        keys = [key for key, at in self._next.items() if at <= now]
        for key in keys:
            self._look_at(key)
        due = [flow for key in keys if key in self._next and (flow := self._flow(key)) is not None]
        due.sort(key=lambda flow: (flow.emitted_at, flow.id), reverse=True)
        return due[: max(0, RATE - len(self._asked))]

    def _flow(self, key: str) -> Flow | None:
        return self._desk.store.flows.get(key)

    def _may_ask(self, now: datetime) -> bool:
        return len(self._asked) < RATE or self._asked[0] <= now - timedelta(minutes=1)

    # Asking

    async def _ask(self, flow: Flow) -> bool:
        now = self._desk.now()
        self._asked.append(now)
        self._last[flow.id] = now
        self._next[flow.id] = now + pause(now - flow.emitted_at)
        try:
            details = await self._chorus.flow_report(flow.number)
            self._line.went_well()
            news = await self._take(flow, details)
            return await self._link(flow.id) or news
        except Refused as error:
            # About this flow alone; one that is on its way there is not known yet.
            self._line.went_well()
            if flow.stage is FlowStage.DEPOSITED and now - flow.emitted_at >= KNOWN_AFTER:
                cannot_follow(self._desk, flow, error.label or error.title)
            return await self._link_untold(flow.id)
        except UnreadableAnswer as error:
            if not error.of_service:
                self._line.failed(error)
                return False
            # It is what this flow's report says that nobody can read: others must not wait for it.
            self._line.went_well()
            if flow.message != error.title:
                log.warning("flow %s: %s", flow.number, error)
            cannot_follow(self._desk, flow, error.title)
            return False
        except ChorusError as error:
            self._line.failed(error)
            return False

    async def _take(self, flow: Flow, details: FlowDetails) -> bool:
        current = self._flow(flow.id)
        if current is None or current.number != flow.number:
            return False
        return await take(self._desk, current, details)

    async def _link(self, key: str) -> bool:
        """Find the invoices that an integrated flow brought, all pages."""
        flow = self._flow(key)
        if flow is None or flow.linked or not (flow.state.integrates or _is_untold(flow)):
            return False
        invoices = await self._invoices_of(flow)
        # What was integrated a moment ago may not be found at once: then it is searched again.
        return bool(invoices) and (await link_invoices_in_slices(self._desk, key, invoices)).linked

    async def _link_untold(self, key: str) -> bool:
        """The same where Chorus Pro tells nothing of a flow, although its invoices are there."""
        flow = self._flow(key)
        try:
            return flow is not None and _is_untold(flow) and await self._link(key)
        except ChorusError as error:
            self._line.failed(error)
            return False

    async def _invoices_of(self, flow: Flow) -> Sequence[Invoice]:
        found: dict[int, Invoice] = {}
        async for page in self._chorus.search(Criteria(flow_number=flow.number)):
            found.update((i.id, i) for i in page.invoices if i.flow_number in ("", flow.number))
        return tuple(
            structs.replace(invoice, flow_number=flow.number) if not invoice.flow_number else invoice
            for invoice in found.values()
        )

    # Flows of other tools

    async def _discover(self) -> int:
        wanted, self._to_discover = self._to_discover, set()
        told = 0
        try:
            if wanted is None:
                for _step in self._desk.store.invoices.loading("flow_number"):
                    await asyncio.sleep(0)
            keys = self._desk.store.invoices.keys() if wanted is None else sorted(wanted)
            for start in range(0, len(keys), LOOKED_AT):
                unknown = telling(self._desk, keys[start : start + LOOKED_AT])
                for first in range(0, len(unknown), SLICE):
                    told += discover(self._desk, unknown[first : first + SLICE])
                    await asyncio.sleep(0)
                await asyncio.sleep(0)
        except BaseException:
            self._to_discover = None
            raise
        return told


def _is_untold(flow: Flow) -> bool:
    """Whether it is known by its invoices alone: another tool deposited it."""
    return not flow.queued_by and not flow.state_code and flow.stage is FlowStage.DEPOSITED


async def take(desk: Desk, flow: Flow, details: FlowDetails) -> bool:
    """Record what Chorus Pro told of a flow; tells whether it was news."""
    if not details.state_code:
        return False
    known = desk.store.reports.get(flow.id)
    report = report_of(desk, flow, details)
    is_told = bool(flow.state_code) and not flow.message
    if known is not None and is_told and known == structs.replace(report, fetched_at=known.fetched_at):
        return False
    await take_report_in_slices(desk, flow.id, report)
    return True


def pause(age: timedelta) -> timedelta:
    """Until a flow of some age is asked about again."""
    if age >= timedelta(days=7):
        return AFTER_A_WEEK
    if age >= timedelta(days=1):
        return AFTER_A_DAY
    return min(max(age / 4, SOONEST), LATEST)
