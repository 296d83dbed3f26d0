"""Searching flows: by criteria, in a list that the flow type proposes, and by searches kept under a name.

Only incoming flows are found (S2-050), and of them those that the operator may see (S2-014). Invoice numbers
are looked for in what each flow holds; that is read from disk, so it is done in slices beside a screen.
"""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta

from msgspec import Struct

from chorus_tui.domain.flow import Flow, FlowMode, FlowType
from chorus_tui.domain.flow_search import FlowCriteria, SavedSearch
from chorus_tui.domain.flow_states import FlowStage
from chorus_tui.i18n import _
from chorus_tui.operations import permissions
from chorus_tui.operations.checking import PARIS
from chorus_tui.operations.desk import Desk, Refusal, note
from chorus_tui.operations.flow_listing import by_sender
from chorus_tui.text import clean, fold

SLICE = 2_000
"""Flows between two pauses of a search: about 5 ms of work."""
READ = 150
"""The same where the invoices of each flow have to be read."""
OUTGOING = ("CSO", "FEN", "FAR", "OUT_")
"""How the interfaces of flows begin that Chorus Pro sends: reports, life cycle, public directory (API 5)."""
LONGEST = 60
"""Characters of a search's name."""


class Issuer(Struct, frozen=True):
    """A structure that flows count for."""

    siret: str
    name: str
    count: int
    """Its flows that this operator may see."""


def search(desk: Desk, criteria: FlowCriteria) -> list[Flow]:
    """The flows for which every criterion holds, by sender, then by date of emission, newest first."""
    found = (flow for _size, part in _found(desk, criteria) for flow in part)
    return [flow for sent in by_sender(found) for flow in sent]


async def search_in_slices(
    desk: Desk, criteria: FlowCriteria, told: Callable[[int], None] | None = None
) -> list[Flow]:
    """The same beside a running screen.

    Args:
        told: called after each slice with the number of flows looked at.
    """
    found: list[Flow] = []
    looked_at = 0
    for size, part in _found(desk, criteria):
        found += part
        looked_at += size
        if told is not None:
            told(looked_at)
        await asyncio.sleep(0)
    ordered: list[Flow] = []
    for sent in by_sender(found):
        ordered += sent
        await asyncio.sleep(0)
    return ordered


def matches(desk: Desk, criteria: FlowCriteria, flow: Flow) -> bool:
    """Whether one flow is among those that a search finds."""
    return _seen(desk)(flow) and _matcher(criteria)(flow) and _holds(desk, criteria, flow)


def proposals(desk: Desk, type_: FlowType | None) -> list[Flow]:
    """The flows that the Selection field proposes: those of the chosen type (S2-055, S2-056).

    Args:
        type_: None: of every type.
    """
    return search(desk, FlowCriteria(type=type_))


def issuers(desk: Desk) -> list[Issuer]:
    """The structures that have issued flows which this operator may see, by name (S2-051)."""
    counts: dict[str, int] = {}
    names: dict[str, str] = {}
    for flow in filter(_seen(desk), desk.store.flows.all()):
        counts[flow.issuer_siret] = counts.get(flow.issuer_siret, 0) + 1
        names[flow.issuer_siret] = flow.issuer_name or names.get(flow.issuer_siret, "")
    found = [Issuer(siret, names[siret], number) for siret, number in counts.items()]
    return sorted(found, key=lambda issuer: (fold(issuer.name), issuer.siret))


def is_incoming(flow: Flow) -> bool:
    """Whether it went to Chorus Pro (S2-050); whatever was deposited from here did."""
    return flow.mode is not FlowMode.UNKNOWN or not flow.interface.startswith(OUTGOING)


def _found(desk: Desk, criteria: FlowCriteria) -> Iterator[tuple[int, list[Flow]]]:
    """What a search finds, in slices: the number of flows looked at, and those of them that it found."""
    seen, holds = _seen(desk), _matcher(criteria)
    flows = _candidates(desk, criteria)
    size = READ if criteria.invoice_number else SLICE
    for start in range(0, len(flows), size):
        part = flows[start : start + size]
        likely = [flow for flow in part if holds(flow) and seen(flow)]
        yield len(part), [flow for flow in likely if _holds(desk, criteria, flow)]


def _candidates(desk: Desk, criteria: FlowCriteria) -> list[Flow]:
    if not criteria.selection:
        return desk.store.flows.all()
    picked = (desk.store.flows.get(id_) for id_ in dict.fromkeys(criteria.selection))
    return [flow for flow in picked if flow is not None]


def _seen(desk: Desk) -> Callable[[Flow], bool]:
    """Whether a flow is one that this operator finds at all."""
    hidden = permissions.hidden_sirets(desk)
    return lambda flow: flow.issuer_siret not in hidden and is_incoming(flow)


def _matcher(criteria: FlowCriteria) -> Callable[[Flow], bool]:
    """Whether all that a flow itself tells is as the criteria ask."""
    tests: list[Callable[[Flow], bool]] = []
    if siret := criteria.issuer:
        tests.append(lambda flow: flow.issuer_siret == siret)
    if (state := criteria.state) is not None:
        tests.append(lambda flow: flow.stage is FlowStage.DEPOSITED and flow.state is state)
    if (mode := criteria.mode) is not None:
        tests.append(lambda flow: flow.mode is mode)
    if (type_ := criteria.type) is not None:
        tests.append(lambda flow: flow.type is type_)
    if criteria.deposited_from is not None:
        first = _begins(criteria.deposited_from)
        tests.append(lambda flow: flow.emitted_at >= first)
    if criteria.deposited_until is not None:
        after = _begins(criteria.deposited_until + timedelta(days=1))
        tests.append(lambda flow: flow.emitted_at < after)
    if number := fold(criteria.number.strip()):
        tests.append(lambda flow: number in fold(flow.number))
    if name := fold(criteria.file_name.strip()):
        tests.append(lambda flow: name in fold(flow.name))
    if partner := fold(criteria.partner_code.strip()):
        tests.append(lambda flow: partner in fold(flow.partner_code))
    return lambda flow: all(test(flow) for test in tests)


def _begins(day: date) -> datetime:
    """The moment at which a day of Chorus Pro begins: in Paris."""
    return datetime.combine(day, time(), PARIS).astimezone(UTC)


def _holds(desk: Desk, criteria: FlowCriteria, flow: Flow) -> bool:
    """Whether a flow holds an invoice with such a number."""
    wanted = fold(criteria.invoice_number.strip())
    if not wanted:
        return True
    contents = desk.store.contents.peek(flow.id)
    return contents is not None and any(wanted in fold(invoice.number) for invoice in contents.invoices)


# Searches kept under a name


def saved(desk: Desk) -> list[SavedSearch]:
    """The searches that this operator keeps, by name."""
    kept = desk.store.searches.by("owner", permissions.login(desk))
    return sorted(kept, key=lambda search: fold(search.name))


def saved_named(desk: Desk, name: str) -> SavedSearch:
    """The search of a name; case and accents do not matter.

    Raises:
        Refusal: this operator keeps none of that name.
    """
    for kept in saved(desk):
        if fold(kept.name) == fold(name.strip()):
            return kept
    raise Refusal(_("You keep no search named “{name}”.").format(name=clean(name)))


def save(desk: Desk, name: str, criteria: FlowCriteria) -> SavedSearch:
    """Keep criteria under a name, in the place of those that had it.

    Raises:
        Refusal: the name is empty or too long, or nothing is searched for.
    """
    name = clean(" ".join(name.split()))
    if not name:
        raise Refusal(_("A search needs a name."))
    if len(name) > LONGEST:
        raise Refusal(_("The name of a search has at most {n} characters.").format(n=LONGEST))
    if criteria == FlowCriteria():
        raise Refusal(_("There is nothing to save: no criterion is filled in."))
    kept = SavedSearch(name=name, owner=permissions.login(desk), criteria=criteria)
    before = [each.key for each in saved(desk) if fold(each.name) == fold(name)]
    with desk.store.transaction():
        desk.store.searches.remove(*before)
        desk.store.searches.put(kept)
        note(desk, "save search", name)
    return kept


def forget(desk: Desk, name: str) -> SavedSearch:
    """Keep a search no longer; returns it.

    Raises:
        Refusal: this operator keeps none of that name.
    """
    kept = saved_named(desk, name)
    with desk.store.transaction():
        desk.store.searches.remove(kept.key)
        note(desk, "forget search", kept.name)
    return kept
