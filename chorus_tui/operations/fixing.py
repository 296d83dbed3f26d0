"""One fix for one document or for forty: preview what changes and what would pass, apply it, send it.

A fix types values into documents, exactly as an operator would on each form (`complete`), so activity,
service matches and the rule about unchanged documents (S1-068) behave as they do there. All of it is one
deed: one `undo` takes it back.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from msgspec import Struct

from chorus_tui.domain.document import Document
from chorus_tui.domain.fields import FIELD_NAMES
from chorus_tui.domain.fixes import Fix, FixKind, kind_for, why_not_fix
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.i18n import _
from chorus_tui.operations.desk import Deeds, Desk, Outcome, Refusal, in_slices
from chorus_tui.operations.documents import completed, put_completed, reprocess, reprocessed, why_not_change
from chorus_tui.operations.matching import decide, find
from chorus_tui.operations.preflight import Preflight, preflight_of
from chorus_tui.operations.recording import deed
from chorus_tui.operations.submitting import hold_until, queue
from chorus_tui.operations.suggesting import Suggestion, suggestions

__all__ = [
    "Change",
    "Fix",
    "FixKind",
    "FixPreview",
    "PrintedLabel",
    "Suggestion",
    "apply",
    "apply_and_submit",
    "apply_in_slices",
    "kind_for",
    "preview",
    "preview_in_slices",
    "printed_labels",
    "remember",
    "suggestions",
    "why_not_fix",
]

SLICE = 8
"""Documents between two pauses: completing and queueing one takes about 1 ms."""

_FOLLOW = frozenset({"recipient_name", "supplier_name"})
"""Fields that only say in words what another one says in digits: no change of their own."""


class Change(Struct, frozen=True):
    """One field of one document."""

    document_id: str
    field: str
    before: Any
    after: Any


class FixPreview(Struct, frozen=True):
    """What a fix would do."""

    changes: tuple[Change, ...] = ()
    unchanged: tuple[str, ...] = ()
    """Documents that have these values already."""
    refused: tuple[tuple[str, str], ...] = ()
    """Documents that cannot change now, and the sentence that says why."""
    preflight: Preflight = Preflight()
    """What would pass afterwards and what still would not; those refused are not in it."""
    reprocessed: tuple[str, ...] = ()
    """Documents that would be analysed again first (S1-072); they are among those that do not pass yet."""


def preview(desk: Desk, ids: Iterable[str], fix: Fix) -> FixPreview:
    """What a fix would change and what would pass then; changes nothing."""
    rehearsal = _Rehearsal(desk, fix)
    for key in ids:
        rehearsal.add(key)
    return rehearsal.result([preflight_of(desk, rehearsal.documents)])


async def preview_in_slices(desk: Desk, ids: Iterable[str], fix: Fix) -> FixPreview:
    """The same of very many documents beside a running screen."""
    rehearsal = _Rehearsal(desk, fix)
    for count, key in enumerate(ids, 1):
        rehearsal.add(key)
        if count % SLICE == 0:
            await asyncio.sleep(0)
    parts = []
    for start in range(0, len(rehearsal.documents), SLICE):
        parts.append(preflight_of(desk, rehearsal.documents[start : start + SLICE]))
        await asyncio.sleep(0)
    return rehearsal.result(parts)


class _Rehearsal:
    """Gathers what a fix would do, document by document."""

    def __init__(self, desk: Desk, fix: Fix) -> None:
        self._desk = desk
        self._fix = fix
        self._changes: list[Change] = []
        self._unchanged: list[str] = []
        self._refused: list[tuple[str, str]] = []
        self._reprocessed: list[str] = []
        self.documents: list[Document] = []
        """As they would be."""

    def add(self, key: str) -> None:
        document = self._desk.store.documents.get(key)
        why = why_not_fix(self._fix) or why_not_change(document)
        if document is None or why:
            self._refused.append((key, why))
            return
        after = completed(self._desk, document, _changes(self._desk, document, self._fix))
        found = _differences(document, after)
        self._changes += found
        if not found:
            self._unchanged.append(key)
        elif _needs_analysis(document, self._fix):
            after = reprocessed(after)
            self._reprocessed.append(key)
        self.documents.append(after)

    def result(self, parts: Iterable[Preflight]) -> FixPreview:
        return FixPreview(
            changes=tuple(self._changes),
            unchanged=tuple(self._unchanged),
            refused=tuple(self._refused),
            preflight=_joined(list(parts)),
            reprocessed=tuple(self._reprocessed),
        )


def _joined(parts: list[Preflight]) -> Preflight:
    if len(parts) == 1:
        return parts[0]
    counted: dict[tuple[str, str], int] = {}
    for name, sentence, count in (reason for part in parts for reason in part.why):
        counted[name, sentence] = counted.get((name, sentence), 0) + count
    return Preflight(
        passing=tuple(key for part in parts for key in part.passing),
        failing=tuple(verdict for part in parts for verdict in part.failing),
        why=tuple(
            (name, sentence, count)
            for (name, sentence), count in sorted(counted.items(), key=lambda told: -told[1])
        ),
        amount=sum((part.amount for part in parts), Preflight().amount),
        doubtful=tuple(verdict for part in parts for verdict in part.doubtful),
    )


def _changes(desk: Desk, document: Document, fix: Fix) -> dict[str, Any]:
    """What to type into one document: what belongs to the old value goes with it."""
    changes: dict[str, Any] = dict(fix.changes)
    if fix.kind is FixKind.RECIPIENT and document.value_of("recipient_siret") != changes["recipient_siret"]:
        recipient = desk.store.recipients.get(changes["recipient_siret"])
        if recipient is not None and recipient.name:
            changes["recipient_name"] = recipient.name
        # A service that was typed is one of the old recipient's; what is printed is matched anew.
        changes.setdefault("service_code", None)
    if fix.kind is FixKind.SUPPLIER and document.value_of("bank_account") is not None:
        supplier = desk.store.suppliers.get(changes["supplier_siret"])
        accounts = {account.id for account in supplier.bank_accounts} if supplier is not None else set()
        if document.value_of("bank_account") not in accounts:
            changes["bank_account"] = ""
    return changes


def _differences(before: Document, after: Document) -> list[Change]:
    old, new = before.fields, after.fields
    return [
        Change(before.id, name, getattr(old, name), getattr(new, name))
        for name in FIELD_NAMES
        if name not in _FOLLOW and getattr(old, name) != getattr(new, name)
    ]


def _needs_analysis(document: Document, fix: Fix) -> bool:
    """Whether a corrected supplier makes a document ready only through a new analysis (S1-072).

    The analysed file itself names no supplier, so one that was analysed stays so.
    """
    return fix.kind is FixKind.SUPPLIER and document.state is DocumentState.MISTAKEN


def apply(desk: Desk, ids: Iterable[str], fix: Fix) -> Outcome:
    """Type the values of a fix into documents. Refused, with why: what cannot change or has them already."""
    deeds = Deeds()
    with deed(desk, "fix"):
        for key in ids:
            why = _fix(desk, key, fix)
            if why:
                deeds.refuse(key, why)
            else:
                deeds.did(key)
    desk.wake("lists")
    desk.wake("submit")
    return deeds.outcome


def apply_and_submit(desk: Desk, ids: Iterable[str], fix: Fix) -> Outcome:
    """Fix documents and queue those that pass then; the others keep the change.

    Done: those that were queued. Refused, with why: the others. A batch is held (`hold`), so that an operator
    can stop it.
    """
    keys = list(ids)
    deeds = Deeds()
    with deed(desk, "fix"):
        not_before = hold_until(desk, keys)
        for key in keys:
            why = _fix(desk, key, fix, keeps=True)
            if why:
                deeds.refuse(key, why)
                continue
            outcome = queue(desk, [key], not_before)
            for _key, sentence in outcome.refused:
                deeds.refuse(key, sentence)
            for _key in outcome.done:
                deeds.did(key)
    desk.wake("lists")
    desk.wake("submit")
    return deeds.outcome


async def apply_in_slices(
    desk: Desk,
    ids: Iterable[str],
    fix: Fix,
    *,
    submit: bool = False,
    told: Callable[[int], None] | None = None,
) -> Outcome:
    """`apply` or `apply_and_submit` beside a running screen; one batch, so one `undo` takes it back.

    Args:
        told: called after each slice with the number of documents seen to.
    """
    verb = apply_and_submit if submit else apply
    return await in_slices(lambda desk, part: verb(desk, part, fix), desk, ids, told, size=SLICE)


class PrintedLabel(Struct, frozen=True):
    """A label that documents print and that stands for a service."""

    siret: str
    """Of the recipient."""
    label: str
    count: int
    """Documents that print it."""


def printed_labels(desk: Desk, ids: Iterable[str], fix: Fix) -> tuple[PrintedLabel, ...]:
    """The labels that documents print and that no match turns into the service of a fix, most frequent first.

    What an operator may want to remember (S1-026); nothing where a fix types no service.
    """
    code = fix.changes.get("service_code")
    counted: Counter[tuple[str, str]] = Counter()
    for key in ids if code else ():
        document = desk.store.documents.get(key)
        siret = document.value_of("recipient_siret") if document is not None else None
        label = document.value_of("service_label") if document is not None else None
        known = find(desk, siret, label)
        if siret and label and (known is None or known.service_code != code):
            counted[siret, label] += 1
    return tuple(PrintedLabel(siret, label, count) for (siret, label), count in counted.most_common())


def remember(desk: Desk, labels: Iterable[PrintedLabel], fix: Fix) -> Outcome:
    """Let labels stand for the service of a fix from here on; other documents that print them follow at once.

    Done and refused: the labels.
    """
    deeds = Deeds()
    with deed(desk, "match"):
        for printed in labels:
            try:
                decide(desk, printed.siret, printed.label, fix.changes["service_code"])
            except Refusal as refusal:
                deeds.refuse(printed.label, str(refusal))
            else:
                deeds.did(printed.label)
    return deeds.outcome


def _fix(desk: Desk, key: str, fix: Fix, *, keeps: bool = False) -> str:
    """Type the values into one document; why not, in the operator's language.

    Args:
        keeps: whether a document that has these values already is as good as fixed.
    """
    document = desk.store.documents.get(key)
    why = why_not_fix(fix) or why_not_change(document)
    if document is None or why:
        return why
    after = completed(desk, document, _changes(desk, document, fix))
    if not _differences(document, after):
        return "" if keeps else _("It has this value already.")
    put_completed(desk, "fix", document, after)
    if _needs_analysis(document, fix):
        reprocess(desk, [key])
    return ""
