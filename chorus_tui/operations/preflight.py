"""Preflight: which of a batch would pass, which would fail, and why, before anything leaves.

The rules are those that every submission is held to, so what is said to fail here cannot be sent by any path.
"""

import asyncio
from collections.abc import Iterable
from decimal import Decimal

from msgspec import Struct

from chorus_tui.domain.checks import RULE_BOOK, Problem, blocking, problem
from chorus_tui.domain.document import Document
from chorus_tui.domain.flow import Channel
from chorus_tui.i18n import _, labelled, ngettext
from chorus_tui.operations.checking import all_problems_of, state_problem
from chorus_tui.operations.desk import SLICE, Desk
from chorus_tui.operations.gathering import why_not_gather
from chorus_tui.operations.neighbours import Neighbours


class Verdict(Struct, frozen=True):
    """What is said of one document."""

    document_id: str
    problems: tuple[Problem, ...]
    """What keeps it back; of `Preflight.doubtful`: what is worth a look."""


class Preflight(Struct, frozen=True):
    """What would become of a batch."""

    passing: tuple[str, ...] = ()
    failing: tuple[Verdict, ...] = ()
    why: tuple[tuple[str, str, int], ...] = ()
    """Problem id, its sentence in the operator's language and how many have it; most frequent first."""
    amount: Decimal = Decimal(0)
    """What the passing ones ask to be paid."""
    doubtful: tuple[Verdict, ...] = ()
    """Of the passing ones, those with a warning."""

    @property
    def count(self) -> int:
        """How many documents were looked at."""
        return len(self.passing) + len(self.failing)


def preflight(desk: Desk, ids: Iterable[str], *, channel: Channel | None = None) -> Preflight:
    """What would become of documents if they were submitted now (S1-071). About 0.2 ms for each.

    Args:
        channel: by which way they would go; None: each by its own.
    """
    bench = _Bench(desk, channel)
    for key in ids:
        bench.look_at(key, desk.store.documents.get(key))
    return bench.result


def preflight_of(desk: Desk, documents: Iterable[Document]) -> Preflight:
    """The same of documents that are not stored like this: what a fix would make of them."""
    bench = _Bench(desk)
    for document in documents:
        bench.look_at(document.id, document)
    return bench.result


async def preflight_in_slices(desk: Desk, ids: Iterable[str], *, channel: Channel | None = None) -> Preflight:
    """The same of very many documents beside a running screen, a few between two pauses."""
    await Neighbours.prepare(desk)
    bench = _Bench(desk, channel)
    for place, key in enumerate(ids, 1):
        bench.look_at(key, desk.store.documents.get(key))
        if place % SLICE == 0:
            await asyncio.sleep(0)
    return bench.result


def obstacles(
    desk: Desk, document: Document | None, *, channel: Channel | None = None, unchanged_too: bool = False
) -> tuple[Problem, ...]:
    """All that keeps a document from being sent now.

    Args:
        channel: by which way it would go; None: its own.
        unchanged_too: an operator said why it goes again although nothing changed (S2-077).
    """
    return blocking(_found(desk, document, channel, unchanged_too=unchanged_too))


def _found(
    desk: Desk, document: Document | None, channel: Channel | None = None, *, unchanged_too: bool = False
) -> tuple[Problem, ...]:
    state = state_problem(desk, document, channel=channel, unchanged_too=unchanged_too)
    if state is not None or document is None:
        return (state,) if state is not None else ()
    found = all_problems_of(desk, document, channel=channel)
    if channel is None and (why := why_not_gather(desk, document)):
        return (*found, problem("state.no_way", why=why))
    return found


class _Bench:
    """Gathers verdicts."""

    def __init__(self, desk: Desk, channel: Channel | None = None) -> None:
        self._desk = desk
        self._channel = channel
        self._passing: list[str] = []
        self._failing: list[Verdict] = []
        self._doubtful: list[Verdict] = []
        self._amount = Decimal(0)

    def look_at(self, key: str, document: Document | None) -> None:
        """One more document."""
        found = _found(self._desk, document, self._channel)
        kept_back = blocking(found)
        if kept_back:
            self._failing.append(Verdict(key, kept_back))
            return
        self._passing.append(key)
        if found:
            self._doubtful.append(Verdict(key, found))
        if document is not None:
            fields = document.fields
            self._amount += fields.to_pay or fields.gross or Decimal(0)

    @property
    def result(self) -> Preflight:
        """All of them."""
        return Preflight(
            passing=tuple(self._passing),
            failing=tuple(self._failing),
            why=_why(self._failing),
            amount=self._amount,
            doubtful=tuple(self._doubtful),
        )


def _why(failing: Iterable[Verdict]) -> tuple[tuple[str, str, int], ...]:
    told: dict[str, dict[str, set[str]]] = {}
    for verdict in failing:
        for found in verdict.problems:
            told.setdefault(found.id, {}).setdefault(found.text, set()).add(verdict.document_id)
    counted = [
        (name, _words(name, list(sentences)), len(set[str]().union(*sentences.values())))
        for name, sentences in told.items()
    ]
    return tuple(sorted(counted, key=lambda reason: -reason[2]))


def _words(name: str, sentences: list[str]) -> str:
    """One sentence for many documents: the one that all have in common, or the rule's general one."""
    return sentences[0] if len(sentences) == 1 else _(RULE_BOOK[name].words)


def preflight_sentence(result: Preflight) -> str:
    """How many would pass and how many fail, in the operator's language."""
    if not result.failing:
        return ngettext("{count} would pass.", "All {count} would pass.", result.count).format(
            count=result.count
        )
    passing, failing = len(result.passing), len(result.failing)
    # Two counts, two verbs: in French both follow their own.
    told = ngettext("{passing} of {all} would pass", "{passing} of {all} would pass", passing)
    fail = ngettext("{n} fails", "{n} fail", failing)
    sentence = f"{told.format(passing=passing, all=result.count)}, {fail.format(n=failing)}"
    return labelled(sentence, "").rstrip()


def preflight_reasons(result: Preflight) -> tuple[str, ...]:
    """Why those that fail do, most frequent first: `3 × The invoice number is missing.`, and so on."""
    return tuple(f"{count} × {sentence}" for _id, sentence, count in result.why)
