"""Taking back what an operator did, as long as no call has left (`u`).

The last batch is taken back whole, record by record: what left already, and what somebody changed since,
stays as it is and says so. Every step is one transaction.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta

from msgspec import Struct, structs

from chorus_tui.domain.checks import blocking
from chorus_tui.domain.deeds import Deed, Trace
from chorus_tui.domain.intent import Intent, IntentState
from chorus_tui.domain.replies import Reply
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.i18n import _
from chorus_tui.operations import undoing_flows
from chorus_tui.operations.checking import all_problems_of, open_intent
from chorus_tui.operations.desk import SLICE, Deeds, Desk, Outcome, in_slices, note
from chorus_tui.operations.documents import why_not_back
from chorus_tui.operations.gathering import invoices_of, why_not_gather
from chorus_tui.operations.learning import with_counts_of
from chorus_tui.operations.matching import MATCHED_STATES, affected, fill, let_go
from chorus_tui.operations.processing import open_reply
from chorus_tui.operations.recording import deed, own_deeds, rehearsal, state_of
from chorus_tui.store import StoreDamaged

__all__ = ["Undone", "deed", "last_deed", "rehearse_undo", "undo", "undo_in_slices"]

HEAVY = 100
"""Invoices of a flow that is being gathered that take as long to write as the rest of a step."""
LOOKED_AT = 300
"""Documents between two pauses while those that print a label are looked for."""


class Undone(Struct, frozen=True):
    """What became of a deed that was to be taken back."""

    verb: str
    done: tuple[str, ...] = ()
    """Ids of documents and flows, `invoice:<id>`, keys of matches, records of snoozes."""
    refused: tuple[tuple[str, str], ...] = ()
    """Key and the sentence that says why, in the operator's language."""


class _Unit(Struct, frozen=True):
    """Records that are taken back together or not at all: a document and its submission."""

    key: str
    traces: tuple[Trace, ...]
    verb: str

    def of(self, *tables: str) -> list[Trace]:
        return [trace for trace in self.traces if trace.table in tables]


def last_deed(desk: Desk) -> Deed | None:
    """What `undo` would take back: the last deed of this operator's last batch."""
    own = own_deeds(desk)
    return own[-1] if own else None


def undo(desk: Desk) -> Undone | None:
    """Take back this operator's last batch; None where there is nothing to take back.

    Queued submissions and replies are withdrawn; their journal is kept. What could not be taken back is not
    tried again, so that the next `undo` is about the deed before.
    """
    gathered = Deeds()
    with desk.store.transaction():
        batch = _last_batch(desk)
        for done in _in_order(batch):
            _take_back(desk, done, gathered, follows=_follows(done, batch))
        for key in _matches_of(batch):
            let_go(desk, affected(desk, key))
        desk.store.deeds.remove(*(done.id for done in batch))
    return _told(desk, batch, gathered.outcome)


async def undo_in_slices(desk: Desk, told: Callable[[int], None] | None = None) -> Undone | None:
    """The same beside a running screen: a few records at a time.

    Should the process end in the middle, the next `undo` goes on with the rest.

    Args:
        told: called after each slice with the number of records seen to.
    """
    gathered = Deeds()
    batch = _last_batch(desk)
    open_ = list[Deed]()
    for done in _in_order(batch):
        follows = _follows(done, batch)
        for part in _parts(desk, done):
            for unit in _units(desk, part):
                if unit.of("flows"):
                    await undoing_flows.loosen_large(desk, unit.key, unit.traces, unit.verb)
            with desk.store.transaction():
                _take_back(desk, part, gathered, follows=follows)
                open_ += _close(desk, part, gathered)
            if told is not None:
                told(len(gathered.outcome.done) + len(gathered.outcome.refused))
            await asyncio.sleep(0)
    for key in _matches_of(open_):
        await _let_go_in_slices(desk, key)
    desk.store.deeds.remove(*(done.id for done in open_))
    return _told(desk, batch, gathered.outcome)


def rehearse_undo(desk: Desk) -> Undone | None:
    """What `undo` would do, without doing it."""
    gathered = Deeds()
    batch = _last_batch(desk)
    with rehearsal(desk):
        for done in _in_order(batch):
            _take_back(desk, done, gathered, follows=_follows(done, batch))
    return _undone(batch, gathered.outcome)


def _last_batch(desk: Desk) -> list[Deed]:
    """Newest first."""
    own = own_deeds(desk)
    if not own:
        return []
    last = own[-1]
    if not last.batch:
        return [last]
    return [done for done in reversed(own) if done.batch == last.batch]


def _in_order(batch: Sequence[Deed]) -> list[Deed]:
    """Matches first, because documents follow them again; else as they are."""
    return sorted(batch, key=lambda done: any(trace.table != "matches" for trace in done.traces))


def _follows(done: Deed, batch: Iterable[Deed]) -> bool:
    """Whether the deed, or the one that it continues, is about a match."""
    return _is_about_match(done) or (done.verb == "match" and any(map(_is_about_match, batch)))


def _is_about_match(done: Deed) -> bool:
    return any(trace.table == "matches" for trace in done.traces)


def _matches_of(batch: Iterable[Deed]) -> list[str]:
    """The keys of the matches that were taken back."""
    return list({trace.key: None for done in batch for trace in done.traces if trace.table == "matches"})


def _told(desk: Desk, batch: Sequence[Deed], outcome: Outcome) -> Undone | None:
    if outcome.done:
        for station in ("analyse", "lists", "submit", "process", "deposit", "edi"):
            desk.wake(station)
    return _undone(batch, outcome)


def _undone(batch: Sequence[Deed], outcome: Outcome) -> Undone | None:
    if not batch:
        return None
    # A batch may have touched one record twice.
    done, refused = tuple(dict.fromkeys(outcome.done)), dict(outcome.refused)
    return Undone(batch[0].verb, tuple(key for key in done if key not in refused), tuple(refused.items()))


def _units(desk: Desk, done: Deed) -> list[_Unit]:
    """Matches first: the services of documents follow them."""
    units: dict[str, list[Trace]] = {}
    made = undoing_flows.made_flows(desk, done)
    held = undoing_flows.holding(desk, made)
    for trace in done.traces:
        if trace.table not in undoing_flows.TABLES or trace.key in made:
            units.setdefault(_unit_key(desk, trace, made, held), []).append(trace)
    found = [_Unit(key, tuple(traces), done.verb) for key, traces in units.items()]
    return sorted(found, key=lambda unit: not unit.of("matches"))


def _parts(desk: Desk, done: Deed) -> list[Deed]:
    """A deed of very many records as deeds of a few, first to be taken back first; kept as such, so that no
    step writes the rest of it anew.
    """
    units = _units(desk, done)
    size = _at_once(desk, done)
    few = [units[start : start + size] for start in range(0, len(units), size)]
    if len(few) < 2:
        return [done]
    parts = [
        structs.replace(
            done,
            id=f"{done.id}-{len(few) - place:06}",
            batch=done.batch or done.id,
            traces=tuple(trace for unit in some for trace in unit.traces),
        )
        for place, some in enumerate(few)
    ]
    with desk.store.transaction():
        desk.store.deeds.remove(done.id)
        desk.store.deeds.put(*parts)
    return parts


def _at_once(desk: Desk, done: Deed) -> int:
    """Records of a step: each that leaves a flow of hundreds has all of that flow written anew."""
    held = (len(invoices_of(desk, trace.key)) for trace in done.traces if trace.table == "contents")
    return max(1, SLICE // (1 + max(held, default=0) // HEAVY))


def _unit_key(desk: Desk, trace: Trace, made: frozenset[str], held: Mapping[str, str]) -> str:
    if trace.table == "documents" and (flow := undoing_flows.flow_of(desk, trace, made, held)):
        return flow
    if trace.table in ("intents", "replies"):
        record = getattr(desk.store, trace.table).get(trace.key)
        if isinstance(record, Intent):
            return record.document_id
        if isinstance(record, Reply):
            return f"invoice:{record.invoice_id}"
    return f"invoice:{trace.key}" if trace.table == "settlements" else trace.key


def _take_back(desk: Desk, done: Deed, gathered: Deeds, *, follows: bool) -> None:
    for unit in _units(desk, done):
        try:
            why = _why_not(desk, unit, follows=follows)
            if not why:
                _restore(desk, unit)
        except StoreDamaged:
            why = _("Another version of chorus-tui recorded it.")
        if why:
            gathered.refuse(unit.key, why)
        else:
            gathered.did(unit.key)
            note(desk, "undo", unit.key, done.verb)


def _why_not(desk: Desk, unit: _Unit, *, follows: bool) -> str:
    """Why a record cannot be taken back, in the operator's language; empty when it can.

    Args:
        follows: the deed was about a match, and the service of a document follows it whatever else changed.
    """
    if unit.of("flows"):
        return undoing_flows.why_not_flow(desk, unit.key, unit.traces, unit.verb)
    for trace in unit.of("intents", "replies"):
        call: Intent | Reply | None = getattr(desk.store, trace.table).get(trace.key)
        if call is None:
            return _("It changed since.")
        if call.state is IntentState.WITHDRAWN:
            # Somebody may have queued another call since, which is not this operator's to take back.
            if _another_is_open(desk, call):
                return _("It changed since.")
        elif trace.before:
            return _("It changed since.")
        elif call.state is not IntentState.QUEUED:
            return _("It has left already.")
    for trace in unit.of("documents"):
        if why := _why_not_document(desk, trace, follows=follows):
            return why
    for trace in unit.of("matches", "settlements", "snoozes"):
        if not _is_as_left(desk, trace):
            return _("It changed since.")
    return ""


def _another_is_open(desk: Desk, call: Intent | Reply) -> bool:
    if isinstance(call, Reply):
        return open_reply(desk, call.invoice_id) is not None
    return open_intent(desk, call.document_id) is not None


def _is_as_left(desk: Desk, trace: Trace) -> bool:
    """Whether a record is as the deed left it."""
    return state_of(desk, trace.table, trace.key) == trace.after


def _why_not_document(desk: Desk, trace: Trace, *, follows: bool) -> str:
    current = desk.store.documents.get(trace.key)
    if current is None:
        return _("There is no such document.")
    if undoing_flows.may_leave(desk, current):
        return ""
    if undoing_flows.has_left(desk, current):
        return _("It has left already.")
    if not _is_as_left(desk, trace):
        if current.state.is_on_its_way or current.state is DocumentState.SUBMITTED:
            return _("It has left already.")
        return "" if follows and current.state in MATCHED_STATES else _("It changed since.")
    before = desk.store.documents.read(trace.before.encode())
    if current.state is DocumentState.REMOVED and before.state is not DocumentState.REMOVED:
        return why_not_back(desk, before)
    if before.state is DocumentState.SUBMITTING:
        # A withdrawal taken back sends it, and no path leads around the checks.
        found = [problem.text for problem in blocking(all_problems_of(desk, before))]
        return " ".join(found) or (why_not_gather(desk, current) if before.flow_id else "")
    return ""


def _restore(desk: Desk, unit: _Unit) -> None:
    if unit.of("flows"):
        undoing_flows.take_back_flow(desk, unit.key, unit.traces, unit.verb)
        return
    withdrawn = False
    for trace in unit.of("intents", "replies"):
        calls = getattr(desk.store, trace.table)
        if trace.before:
            # It was withdrawn, and goes again; not before it could be stopped once more.
            call = calls.read(trace.before.encode())
            calls.put(structs.replace(call, not_before=desk.now() + timedelta(seconds=desk.settings.hold)))
        else:
            withdrawn = True
            calls.put(structs.replace(calls[trace.key], state=IntentState.WITHDRAWN))
    for trace in unit.of("documents"):
        current = desk.store.documents[trace.key]
        is_as_left = _is_as_left(desk, trace)
        if undoing_flows.leave(desk, current):
            _restore_document(desk, trace, withdrawn=True)
        elif is_as_left and undoing_flows.joins_again(desk.store.documents.read(trace.before.encode())):
            undoing_flows.join_again(desk, current)
        elif is_as_left:
            _restore_document(desk, trace, withdrawn=withdrawn)
    for trace in unit.of("matches"):
        _restore_match(desk, trace)
    for trace in unit.of("settlements", "snoozes"):
        records = getattr(desk.store, trace.table)
        if trace.before:
            records.put(records.read(trace.before.encode()))
        else:
            records.remove(trace.key)


def _restore_match(desk: Desk, trace: Trace) -> None:
    if trace.before:
        before = desk.store.matches.read(trace.before.encode())
        desk.store.matches.put(with_counts_of(before, desk.store.matches.get(trace.key)))
    else:
        desk.store.matches.remove(trace.key)


def _restore_document(desk: Desk, trace: Trace, *, withdrawn: bool) -> None:
    before = desk.store.documents.read(trace.before.encode())
    uploaded = {a.sha256: a.chorus_id for a in desk.store.documents[trace.key].attachments}
    attachments = tuple(
        structs.replace(a, chorus_id=a.chorus_id or uploaded.get(a.sha256)) for a in before.attachments
    )
    document = structs.replace(before, attachments=attachments)
    if withdrawn:
        # What an operator stopped must not go by itself a moment later.
        document = structs.replace(document, automatic=False)
    if document.state in MATCHED_STATES:
        # A match of this batch freed it of its error, or one that still stands.
        document = structs.replace(fill(desk, document), failure=before.failure)
    desk.store.documents.put(document)


def _close(desk: Desk, done: Deed, gathered: Deeds) -> list[Deed]:
    """All of it was looked at. What is left of it: its matches, until other documents have followed them."""
    taken_back = frozenset(gathered.outcome.done) if _is_about_match(done) else frozenset[str]()
    traces = tuple(
        structs.replace(trace, after=state_of(desk, trace.table, trace.key))
        for trace in done.traces
        if trace.table == "matches" and trace.key in taken_back
    )
    if not traces:
        desk.store.deeds.remove(done.id)
        return []
    left = structs.replace(done, traces=traces)
    desk.store.deeds.put(left)
    return [left]


async def _let_go_in_slices(desk: Desk, key: str) -> None:
    """Other documents that print the label of a match follow it, too."""
    keys = desk.store.documents.keys()
    for start in range(0, len(keys), LOOKED_AT):
        ids = affected(desk, key, keys[start : start + LOOKED_AT])
        await asyncio.sleep(0)
        await in_slices(let_go, desk, ids)
