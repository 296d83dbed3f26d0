"""Recording what an operator changes, so that it can be taken back (`undoing`)."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import datetime, timedelta
from hashlib import blake2b
from operator import attrgetter
from uuid import uuid4

import msgspec
from msgspec import structs

from chorus_tui.domain.deeds import Deed, Trace
from chorus_tui.domain.records import ServiceMatch
from chorus_tui.operations.desk import Desk
from chorus_tui.store import Written

RECORDED = frozenset(
    {"documents", "intents", "matches", "replies", "settlements", "snoozes", "flows", "contents"}
)
"""The tables that hold what an operator decides."""

KEPT = 50
"""Batches of one operator that can be taken back."""
KEPT_TRACES = 1000
"""Records in all of them together; the last batch is kept whole, however large."""
KEPT_FOR = timedelta(days=30)
MAY_GO_ON = timedelta(minutes=1)
"""A batch that something was added to so lately may be under way, here or in another console."""

_UPLOADED = re.compile(rb',"chorus_id":\d+')

_recording: ContextVar[bool] = ContextVar("recording", default=False)


class _Rehearsed(Exception):
    """Ends a transaction that was only a rehearsal."""


@contextmanager
def rehearsal(desk: Desk, *, only: bool = True) -> Iterator[None]:
    """What verbs inside would do, and nothing of it is kept.

    Args:
        only: False: it is no rehearsal, and what is done inside is done.
    """
    if not only:
        yield
        return
    with suppress(_Rehearsed), desk.store.transaction():
        yield
        raise _Rehearsed


@contextmanager
def deed(desk: Desk, verb: str) -> Iterator[None]:
    """One transaction whose changes can be taken back together.

    A deed inside a deed is part of the outer one, so a verb may be made of others. What changes nothing
    leaves no trace.
    """
    with desk.store.transaction():
        if _recording.get():
            yield
            return
        mark = desk.store.mark()
        token = _recording.set(True)
        try:
            yield
        finally:
            _recording.reset(token)
        traces = tuple(_trace(desk, written) for written in desk.store.written(mark, RECORDED))
        if traces:
            _record(desk, verb, traces)


class Trail:
    """A deed in several transactions, because one would keep a screen waiting: the last one records it.

    What the earlier ones did, who makes them takes back where the last is never reached.
    """

    def __init__(self, desk: Desk, verb: str) -> None:
        self._desk = desk
        self._verb = verb
        self._traces: dict[tuple[str, str], Trace] = {}

    @contextmanager
    def step(self) -> Iterator[None]:
        """One transaction of it."""
        with self._desk.store.transaction():
            mark = self._desk.store.mark()
            yield
            for written in self._desk.store.written(mark, RECORDED):
                trace = _trace(self._desk, written)
                first = self._traces.setdefault((trace.table, trace.key), trace)
                self._traces[trace.table, trace.key] = structs.replace(trace, before=first.before)

    @contextmanager
    def last(self) -> Iterator[None]:
        """The transaction that ends it."""
        with self._desk.store.transaction():
            with self.step():
                yield
            _record(self._desk, self._verb, tuple(self._traces.values()))


def _trace(desk: Desk, written: Written) -> Trace:
    after = written.after
    if after and written.table == "matches":
        after = msgspec.json.encode(told_of(desk.store.matches.read(after)))
    return Trace(table=written.table, key=written.key, before=written.before.decode(), after=_hash(after))


def told_of(match: ServiceMatch) -> ServiceMatch:
    """What was decided of a match, without what Chorus Pro's answers count all the time."""
    return msgspec.structs.replace(match, held=0, missed=0, others={}, counted={})


def state_of(desk: Desk, table: str, key: str) -> str:
    """What `Trace.after` would be if the deed had left the record as it is now."""
    record = getattr(desk.store, table).get(key)
    if isinstance(record, ServiceMatch):
        record = told_of(record)
    return _hash(b"" if record is None else msgspec.json.encode(record))


def _hash(body: bytes) -> str:
    """Short, and the same whether or not the sync service has uploaded the attachments meanwhile."""
    return blake2b(_UPLOADED.sub(b"", body), digest_size=8).hexdigest() if body else ""


def _record(desk: Desk, verb: str, traces: tuple[Trace, ...]) -> None:
    at = desk.now()
    desk.store.deeds.put(
        Deed(
            id=_next_id(desk, at),
            at=at,
            who=desk.who,
            verb=verb,
            batch=desk.batch,
            traces=traces,
        )
    )
    _prune(desk, at)


def _next_id(desk: Desk, at: datetime) -> str:
    """In the order of an operator's deeds, also of those of one moment, and where the clock was put back."""
    moment, turn = f"{at:%Y%m%dT%H%M%S%f}", 0
    own = own_deeds(desk)
    if own:
        last_moment, last_turn, _rest = own[-1].id.split("-", 2)
        if last_moment >= moment:
            moment, turn = last_moment, int(last_turn) + 1
    return f"{moment}-{turn:08}-{uuid4().hex[:6]}"


def _prune(desk: Desk, now: datetime) -> None:
    """Forget what is too old to be taken back, in the transaction that adds to it."""
    gone = [deed.id for deed in desk.store.deeds.all() if now - deed.at > KEPT_FOR]
    batches: dict[str, list[Deed]] = {}
    for done in reversed(own_deeds(desk)):
        batches.setdefault(done.batch or done.id, []).append(done)
    traces = 0
    for place, batch in enumerate(batches.values()):
        traces += sum(len(done.traces) for done in batch)
        # A batch goes as a whole, or an undo would take back half of it.
        goes_on = bool(batch[0].batch) and now - batch[0].at < MAY_GO_ON
        if place and not goes_on and (place >= KEPT or traces > KEPT_TRACES):
            gone += (done.id for done in batch)
    desk.store.deeds.remove(*gone)


def own_deeds(desk: Desk) -> list[Deed]:
    """What this operator did and did not take back, oldest first."""
    return sorted(desk.store.deeds.by("who", desk.who), key=attrgetter("id"))
