"""The flows that an operator may see (S2-014, S2-031), and how long they take."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from heapq import nlargest
from operator import attrgetter
from statistics import median
from weakref import WeakKeyDictionary

from msgspec import Struct

from chorus_tui.domain.flow import Fate, Flow, resend_of
from chorus_tui.domain.flow_states import FlowStage, FlowState, Resend
from chorus_tui.i18n import _
from chorus_tui.operations import permissions
from chorus_tui.operations.desk import Desk, Refusal
from chorus_tui.operations.flow_meanings import meaning_of, what_to_do
from chorus_tui.store import Changes, Store

__all__ = [
    "Wait",
    "asking",
    "by_sender",
    "first_flows",
    "flow",
    "flows",
    "flows_waiting",
    "in_state_since",
    "is_visible",
    "left_behind",
    "meaning_of",
    "waiting_time",
    "what_to_do",
]

LATEST = 1000
"""Flows, the last ones that came, by which it is told what is usual."""
TIMES_USUAL = 4
"""How many times the usual is too long."""
LEAST = timedelta(minutes=30)
"""Below which nothing is stuck, however fast it goes as a rule."""
UNKNOWN = timedelta(days=1)
"""What is too long where nothing was ever timed."""
BY_HAND = timedelta(days=5)
"""The same of what somebody at Chorus Pro does by hand."""
_MAY_ASK = (FlowStage.QUEUED, FlowStage.HANDED_OVER, FlowStage.UNSURE)
"""Stages that may ask something of somebody here."""


def flows(desk: Desk) -> list[Flow]:
    """All flows of the structures whose flows this operator may see, by sender, the newest of each first
    (S2-014, S2-032).
    """
    found = _visible(desk, desk.store.flows.all())
    return [one for sent in by_sender(found) for one in sent]


def by_sender(flows: Iterable[Flow]) -> Iterator[list[Flow]]:
    """The flows of one sender after the other, each the newest first: `order`, a part at a time."""
    senders: defaultdict[tuple[str, str], list[Flow]] = defaultdict(list)
    for one in flows:
        senders[one.issuer_name, one.issuer_siret].append(one)
    merged: dict[tuple[str, str], list[Flow]] = {}
    for (name, siret), sent in senders.items():
        merged.setdefault((name.casefold(), siret), []).extend(sent)
    for _sender, sent in sorted(merged.items()):
        sent.sort(key=attrgetter("id"))
        sent.sort(key=attrgetter("emitted_at"), reverse=True)
        yield sent


def first_flows(desk: Desk, most: int) -> list[Flow]:
    """The first so many of `flows`, of which alone records are made: what a screen shows at once."""
    hidden = permissions.hidden_sirets(desk)
    senders: defaultdict[tuple[str, str], list[tuple[datetime, str]]] = defaultdict(list)
    for key, part in desk.store.flows.parts("issuer_siret", "issuer_name", "emitted_at"):
        if part.issuer_siret not in hidden:
            senders[part.issuer_name, part.issuer_siret].append((part.emitted_at, key))
    found: list[Flow] = []
    for _sender, sent in sorted(senders.items(), key=lambda each: (each[0][0].casefold(), each[0][1])):
        newest = nlargest(most - len(found), sent)
        found += (desk.store.flows[key] for _at, key in newest)
        if len(found) >= most:
            break
    found.sort(key=order)
    return found


def order(flow: Flow) -> tuple[str, str, float, str]:
    """By sender, then by emission, the newest first (S2-032)."""
    return flow.issuer_name.casefold(), flow.issuer_siret, -flow.emitted_at.timestamp(), flow.id


def flow(desk: Desk, id_or_number: str) -> Flow:
    """A flow by our id or Chorus Pro's number; of several with one number, the last.

    Raises:
        Refusal: there is none, or it belongs to a structure whose flows this operator may not see.
    """
    store = desk.store.flows
    known = store.get(id_or_number) or next(reversed(store.by("number", id_or_number)), None)
    if known is None or not id_or_number:
        raise Refusal(_("No flow {number} is known here.").format(number=id_or_number))
    permissions.require(desk, known.issuer_siret)
    return known


def asking(desk: Desk) -> set[str]:
    """Ids of those that ask something of somebody here. Records are made of those alone that may."""
    hidden = permissions.hidden_sirets(desk)
    store = desk.store.flows
    maybe = (
        key
        for key, part in store.parts("stage", "state", "issuer_siret")
        if part.issuer_siret not in hidden
        and (part.stage in _MAY_ASK or resend_of(part.stage, part.state) is not Resend.NOTHING)
    )
    return {key for key in maybe if store[key].asks_supplier}


def flows_waiting(desk: Desk) -> int:
    """How many those are."""
    return len(asking(desk))


def is_visible(desk: Desk, flow: Flow) -> bool:
    """Whether the operator sees it."""
    return permissions.may_see(desk, flow.issuer_siret)


def left_behind(desk: Desk, flow: Flow) -> int:
    """How many invoices of a flow that was sent again in part did not go yet, and still can."""
    contents = desk.store.contents.get(flow.id) if flow.resent_by else None
    if contents is None:
        return 0
    waiting = (i for i in contents.invoices if i.fate is not Fate.INTEGRATED and not i.resent_in)
    documents = (desk.store.documents.get(i.document_id) for i in waiting if i.document_id)
    return sum(document is not None and document.state.is_waiting for document in documents)


def _visible(desk: Desk, found: list[Flow]) -> list[Flow]:
    """Those that the operator sees."""
    hidden = permissions.hidden_sirets(desk)
    return [one for one in found if one.issuer_siret not in hidden] if hidden else found


# How long it takes


class Wait(Struct, frozen=True):
    """How long a flow has been as it is, beside what is usual."""

    in_state: timedelta
    usual: timedelta | None = None
    """The median of what flows of this store took; None: none has left that state yet."""
    stuck: bool = False
    """Whether it takes far longer than that."""


def in_state_since(flow: Flow) -> datetime:
    """When it came into its state."""
    if flow.stage is not FlowStage.DEPOSITED:
        return flow.emitted_at
    last = flow.passages[-1].at if flow.passages else None
    return flow.state_at or last or flow.emitted_at


def waiting_time(desk: Desk, flow: Flow) -> Wait:
    """How long it has been in its state, against what earlier flows took; whether that is an alarm.

    What is over is never stuck, nor what waits for somebody here.
    """
    in_state = max(desk.now() - in_state_since(flow), timedelta(0))
    if not _moves(flow):
        return Wait(in_state)
    usual = _usual_of(desk.store).get(_what(flow))
    if flow.state is FlowState.WAITING_REPROCESSING and flow.stage is FlowStage.DEPOSITED:
        most = max(BY_HAND, usual or BY_HAND)
    else:
        most = UNKNOWN if usual is None else max(usual * TIMES_USUAL, LEAST)
    return Wait(in_state, usual, in_state > most)


_What = FlowStage | FlowState


def _what(flow: Flow) -> _What:
    return flow.state if flow.is_told else flow.stage


def _moves(flow: Flow) -> bool:
    """Whether something is to happen to it without anybody here."""
    if flow.stage is FlowStage.DEPOSITED:
        # One of which nothing is told but its invoices is over when they were found.
        return not flow.state.is_final and (bool(flow.state_code) or not flow.linked)
    return flow.stage in (FlowStage.QUEUED, FlowStage.SENDING, FlowStage.DROPPED) and not flow.wants_pack


_usual: "WeakKeyDictionary[Store, dict[_What, timedelta]]" = WeakKeyDictionary()


def _usual_of(store: Store) -> dict[_What, timedelta]:
    """What is usual for each state, as the flows of the store tell; worked out again when they change."""
    known = _usual.get(store)
    if known is None:
        known = _usual[store] = _work_out(store.flows[key] for key in store.flows.keys()[-LATEST:])

        def forget(changes: Changes) -> None:
            if "flows" in changes:
                _usual.pop(store, None)
                end()

        end = store.subscribe(forget)
    return known


def _work_out(flows: Iterable[Flow]) -> dict[_What, timedelta]:
    seconds: dict[_What, list[float]] = defaultdict(list)
    for one in flows:
        for here, there in zip(one.passages, one.passages[1:], strict=False):
            seconds[here.state].append((there.at - here.at).total_seconds())
    return {what: timedelta(seconds=median(took)) for what, took in seconds.items()}
