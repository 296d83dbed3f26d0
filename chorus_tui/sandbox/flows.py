"""The flows: what was deposited by which way, how far each has come, and what came of it (API 2.0, 3.2)."""

import heapq
import itertools
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from msgspec import Struct, field

from chorus_tui.sandbox import invented
from chorus_tui.sandbox.clock import Clock, day
from chorus_tui.sandbox.earlier import FlowBefore
from chorus_tui.sandbox.flow_checks import against, submission_of
from chorus_tui.sandbox.flow_contents import Contents, Read, Technical
from chorus_tui.sandbox.invoices import Row
from chorus_tui.sandbox.lifecycle import floor_to_ms
from chorus_tui.sandbox.submission import Desk
from chorus_tui.sandbox.wordings import joined
from chorus_tui.sandbox.world import World

AT_PORTAL = "IN_DEPOT_PORTAIL_EN_ATTENTE_TRAITEMENT_SE_CPP"
INTEGRATED, PARTLY, REJECTED = "IN_INTEGRE", "IN_INTEGRE_PARTIEL", "IN_REJETE"
REPROCESSING, INCIDENT = "IN_EN_ATTENTE_RETRAITEMENT_CPP", "IN_INCIDENTE"
IN_PROGRESS = "IN_EN_COURS_TRAITEMENT_CPP"
END = ""
"""The step at which a flow's invoices are verified and integrated."""
END_STATES = frozenset(
    (INTEGRATED, PARTLY, REJECTED, INCIDENT, "IN_ERREUR_INTERNE", "IN_A_RELANCER", "QP_IRRECEVABLE")
)
"""In which nothing happens any more."""

API, EDI, PORTAL = "API", "EDI", "PORTAIL"
PARTNER = "CPP001"
"""Under which API and portal deposits travel (API 5)."""


class Refusal(Struct, frozen=True):
    """One entry of `listeErreurDP`."""

    number: str
    supplier: str
    recipient: str
    label: str


class Flow(Struct, kw_only=True):
    """One deposit."""

    number: str
    name: str
    """Of the file, as it was deposited."""
    syntax: str
    interface: str
    way: str
    issuer: str
    """SIRET of the structure that it counts for."""
    partner: str = PARTNER
    rejection: str = "partial"
    deposited: datetime
    size: int = 0
    contents: Contents = Contents()
    state: str = ""
    since: datetime | None = None
    passages: list[tuple[datetime, str]] = field(default_factory=list)
    """Oldest first."""
    errors: tuple[Technical, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    integrated: list[int] = field(default_factory=list)
    """Ids of its invoices."""
    plan: int = 0
    """Which plan holds; the steps of earlier ones do not happen."""

    @property
    def exchange_name(self) -> str:
        """What Chorus Pro calls its file (API 5), and tells in reports."""
        return f"{self.interface}_{self.partner}_{self.number}"


class Flows:
    """Every flow, by its number; moves them on when the clock says so.

    Attributes:
        bare_error: `listeErreurDP` of a single refusal is an object, as one source prints it (API part 8, 9).
        facturx_report_broken: `consulterCR` fails for Factur-X, as it did in 2018 (API part 8, 8).
    """

    def __init__(self, world: World, clock: Clock, desk: Desk) -> None:
        self._world = world
        self._clock = clock
        self._desk = desk
        self._held: dict[str, Flow] = {}
        self._numbers = itertools.count(invented.FIRST_FLOW)
        self._order = itertools.count()
        self._due: list[tuple[datetime, int, str, int, str]] = []
        self._met: set[str] = set()
        self._tell_of_before(floor_to_ms(clock.now()))
        self.bare_error = False
        self.facturx_report_broken = False

    def __len__(self) -> int:
        return len(self._held) - len(self._world.flows)

    def __iter__(self) -> Iterator[Flow]:
        return iter(self.all())

    def all(self) -> tuple[Flow, ...]:
        """Every flow that was deposited since the start, oldest first; those of before have their numbers."""
        return tuple(self._held.values())[len(self._world.flows) :]

    def get(self, number: str) -> Flow | None:
        """The flow of that number."""
        return self._held.get(number)

    def by_number(self, number: str) -> Flow:
        """The flow of that number.

        Raises:
            KeyError: there is none.
        """
        return self._held[number]

    def take(
        self,
        contents: Contents,
        *,
        name: str,
        syntax: str,
        way: str = API,
        issuer: str = "",
        number: str = "",
        partner: str = PARTNER,
        rejection: str = "partial",
        size: int = 0,
    ) -> Flow:
        """Take a deposit in and plan its life. A number is given where a partner numbered it itself."""
        interface = invented.INTERFACES.get(syntax, invented.OTHER_INTERFACE)
        now = floor_to_ms(self._clock.now())
        flow = Flow(
            number=number or f"{PARTNER}{interface[3:7]}{next(self._numbers):015d}",
            name=name,
            syntax=syntax,
            interface=interface,
            way=way,
            issuer=issuer or self._world.attached[0].siret,
            partner=partner,
            rejection=rejection,
            deposited=now,
            size=size,
            contents=contents,
        )
        self._held[flow.number] = flow
        self._enter(flow, AT_PORTAL if way != EDI else "IN_RECU", now)
        steps = [step for step in invented.FLOW_STEPS if step[1] != flow.state]
        for seconds, state in (*steps, (invented.FLOW_SECONDS, END)):
            self._plan(flow, now + timedelta(seconds=seconds), state)
        return flow

    def advance(self) -> int:
        """Let everything happen that is due; the number of passages that happened."""
        now, happened = self._clock.now(), 0
        while self._due and self._due[0][0] <= now:
            at, _, number, plan, state = heapq.heappop(self._due)
            flow = self._held[number]
            if plan != flow.plan:
                continue
            if state == END:
                self._conclude(flow, at)
            else:
                self._enter(flow, state, at)
            happened += 1
        return happened

    def set_state(self, number: str, code: str) -> Flow:
        """Bring a flow to any state, known or not; what was planned for it is not to happen.

        Raises:
            KeyError: there is no such flow.
        """
        self.advance()
        flow = self._held[number]
        flow.plan += 1
        self._enter(flow, code, floor_to_ms(self._clock.now()))
        return flow

    def incident(self, number: str) -> Flow:
        """The exchange system fails: nothing of the flow is processed. Otherwise as `set_state`."""
        return self.set_state(number, INCIDENT)

    def internal_error(self, number: str) -> Flow:
        """The platform fails. Otherwise as `set_state`."""
        return self.set_state(number, "IN_ERREUR_INTERNE")

    def hold_for_reprocessing(self, number: str) -> Flow:
        """The flow is blocked until somebody of the platform restarts it. Otherwise as `set_state`."""
        return self.set_state(number, REPROCESSING)

    def restart(self, number: str) -> Flow:
        """Somebody of the platform lets a blocked flow go on. Otherwise as `set_state`."""
        flow = self.set_state(number, IN_PROGRESS)
        last = invented.FLOW_SECONDS - invented.FLOW_STEPS[-1][0]
        self._plan(flow, floor_to_ms(self._clock.now()) + timedelta(seconds=last), END)
        return flow

    def _tell_of_before(self, now: datetime) -> None:
        for before in self._world.flows:
            at = floor_to_ms(now - timedelta(days=before.days_ago))
            flow = Flow(
                number=before.number,
                name=before.name,
                syntax=before.syntax,
                interface=invented.INTERFACES.get(before.syntax, invented.OTHER_INTERFACE),
                way=before.way,
                issuer=before.issuer,
                partner=before.number[: len(PARTNER)],
                rejection=before.rejection,
                deposited=at,
                errors=tuple(_wrong_before(before)),
                refusals=tuple(
                    Refusal(r.number, r.supplier or before.issuer, r.recipient, joined([r.label]))
                    for r in before.refused
                ),
            )
            for seconds, state in invented.FLOW_STEPS:
                self._enter(flow, state, at + timedelta(seconds=seconds))
            self._enter(flow, before.state, at + timedelta(seconds=invented.FLOW_SECONDS))
            rows = self._desk.of_flow(flow.number)
            flow.integrated = [row.identifiant_facture_cpp for row in rows]
            flow.contents = Contents(tuple(_read_before(rows, flow.refusals)))
            self._held[flow.number] = flow

    def _plan(self, flow: Flow, at: datetime, state: str) -> None:
        heapq.heappush(self._due, (at, next(self._order), flow.number, flow.plan, state))

    def _enter(self, flow: Flow, state: str, at: datetime) -> None:
        flow.state, flow.since = state, at
        flow.passages.append((at, state))

    def _conclude(self, flow: Flow, at: datetime) -> None:
        """Verify a flow's invoices, and integrate what may be integrated."""
        if flow.contents.errors:
            flow.errors = flow.contents.errors
            self._enter(flow, REJECTED, at)
            return
        if self._meets_with_an_incident(flow):
            self._enter(flow, INCIDENT, at)
            return
        good, refusals = self._verified(flow, at)
        flow.refusals = tuple(refusals)
        if not good or (refusals and flow.rejection == "complete"):
            self._enter(flow, REJECTED, at)
            return
        mode = invented.mode_of(flow.way, flow.syntax)
        for read in good:
            sent = submission_of(read, self._world, mode)
            flow.integrated.append(self._desk.integrate(sent, flow.number, read, at).id)
        self._enter(flow, PARTLY if refusals else INTEGRATED, at)

    def _verified(self, flow: Flow, at: datetime) -> tuple[list[Read], list[Refusal]]:
        good: list[Read] = []
        refusals: list[Refusal] = []
        numbers: set[tuple[str, str, str]] = set()
        for read in flow.contents.invoices:
            key = (read.supplier, read.number, read.issued[:4])
            messages = against(read, self._world, day(at), used=key in numbers or self._is_used(read))
            numbers.add(key)
            if messages:
                refusals.append(Refusal(read.number, read.supplier, read.recipient, joined(messages)))
            else:
                good.append(read)
        return good, refusals

    def _is_used(self, read: Read) -> bool:
        supplier = self._world.supplier_by_siret.get(read.supplier)
        if supplier is None or not read.issued:
            return False
        return self._desk.is_used(read.number, supplier, datetime.fromisoformat(read.issued).date())

    def _meets_with_an_incident(self, flow: Flow) -> bool:
        """The first flow with an invoice whose number ends so, for training; sent again, it goes through."""
        omens = {
            read.number
            for read in flow.contents.invoices
            if read.number.upper().endswith(invented.INCIDENT_ENDS)
        }
        first = bool(omens - self._met)
        self._met |= omens
        return first


def _wrong_before(before: FlowBefore) -> Iterator[Technical]:
    for wrong in before.technical:
        for index in range(wrong.times):
            yield Technical(wrong.code, wrong.label.format(line=wrong.line + 7 * index))


def _read_before(rows: Iterable[Row], refusals: Iterable[Refusal]) -> Iterator[Read]:
    """What an earlier flow held, as far as its report tells."""
    for row in rows:
        yield Read(
            form="CII",
            number=row.numero_facture,
            supplier=row.code_fournisseur,
            recipient=row.code_destinataire,
        )
    for refused in refusals:
        yield Read(form="CII", number=refused.number, supplier=refused.supplier, recipient=refused.recipient)
