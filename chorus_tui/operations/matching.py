"""Service matches: a label printed on invoices → a service of the recipient (S1-003, S1-026, S1-070).

A match is learned when Chorus Pro accepts what an operator chose (`learning`), or told by hand in recipient
management. How often it held and how often it missed make its confidence (`ServiceMatch.confidence`); below
`settings.match_confidence` it is offered on the form and fills nothing in by itself.
"""

import asyncio
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from chorus_tui.domain.document import Document, Phase
from chorus_tui.domain.fields import InvoiceFields, Source
from chorus_tui.domain.recipient import PUBLIC_INVOICES_SERVICE, Recipient, Service, ServiceState
from chorus_tui.domain.records import ServiceMatch
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.i18n import _, ngettext
from chorus_tui.operations.defaults import refreshed
from chorus_tui.operations.desk import Deeds, Desk, Outcome, Refusal, in_slices, note
from chorus_tui.operations.recording import deed
from chorus_tui.text import clean, fold

if TYPE_CHECKING:
    from chorus_tui.domain.knowledge import Explanation

MATCHED_STATES = (DocumentState.TO_SUBMIT, DocumentState.MISTAKEN)
"""States in which a document follows its recipient's matches at once; the others do when analysis ends."""

LOOKED_AT = 100
"""Documents between two pauses while those that print a label are looked for."""

SOLVED = frozenset({"service.missing", "service.unknown", "service.closed", "commitment.either"})
"""Causes (ids of explanations) that a service filled in puts right (S1-070, S1-084)."""


class ServiceOffer(Struct, frozen=True, kw_only=True):
    """A service that a printed label may stand for, not sure enough to be filled in by itself."""

    code: str
    label: str
    """The service's name as the recipient lists it; its code where it is not listed."""
    confidence: float
    """From 0 to 1, as `ServiceMatch.confidence`."""
    why: str
    """A sentence in the operator's language."""


@lru_cache(maxsize=4096)
def folded(label: str) -> str:
    """A printed label as a match names it: no accents, no case, single spaces."""
    return " ".join(fold(clean(label)).split())


def match_key(siret: str, label: str) -> str:
    """The identity of the match of a label."""
    return f"{siret}\n{folded(label)}"


def find(desk: Desk, siret: str | None, label: str | None) -> ServiceMatch | None:
    """The match of a label, where one is known."""
    return desk.store.matches.get(match_key(siret, label)) if siret and label else None


def matches_of(desk: Desk, siret: str) -> list[ServiceMatch]:
    """The matches of a recipient, by label."""
    return sorted(desk.store.matches.by("siret", siret), key=lambda match: match.label)


# What a match fills in, and what it only offers.


def fill(desk: Desk, document: Document) -> Document:
    """The document with what a match says of its service; without, where none holds any more (S1-026)."""
    fields = document.fields
    code = _code(desk, fields.recipient_siret, fields.service_label)
    readings = dict(document.readings)
    readings.pop(Source.MATCH, None)
    if code:
        readings[Source.MATCH] = InvoiceFields(service_code=code)
    return refreshed(msgspec.structs.replace(document, readings=readings))


def _code(desk: Desk, siret: str | None, label: str | None) -> str | None:
    """The service to fill in: that of a match sure enough, else the one whose code or name is printed.

    A match that is not sure enough stands in the way of the printed name where it says otherwise, because
    an operator chose otherwise.
    """
    if not siret or not label:
        return None
    recipient = desk.store.recipients.get(siret)
    named = named_service(desk, recipient, label)
    known = find(desk, siret, label)
    if known is None or not is_usable(desk, known):
        return named
    sure = known.confidence >= desk.settings.match_confidence
    return known.service_code if sure or known.service_code == named else None


def is_usable(desk: Desk, match: ServiceMatch) -> bool:
    """Whether the service of a match takes invoices, as far as is known: a closed one is not filled in."""
    return state_of_match(desk, match) in (None, ServiceState.OPEN)


def state_of_match(desk: Desk, match: ServiceMatch) -> ServiceState | None:
    """How the service of a match stands; None where Chorus Pro was never asked about the recipient.

    A service that the recipient does not list (any more) is closed.
    """
    recipient = desk.store.recipients.get(match.siret)
    if recipient is None or recipient.checked_at is None or not recipient.active:
        return None  # Of an inactive recipient no services are told, and its documents say so already.
    service = recipient.service(match.service_code)
    return ServiceState.CLOSED if service is None else service.state_at(desk.now())


def named_service(desk: Desk, recipient: Recipient | None, label: str) -> str | None:
    """The open service whose very code or name is printed; nothing where two services share a name."""
    if recipient is None:
        return None
    wanted, now = folded(label), desk.now()
    named = [s for s in recipient.services if wanted in (folded(s.code), folded(s.name)) and s.is_open(now)]
    return named[0].code if len(named) == 1 else None


def suggestions(desk: Desk, siret: str | None, label: str | None) -> tuple[ServiceOffer, ...]:
    """What a label may stand for at a recipient, best first: the match, then what was chosen instead."""
    match = find(desk, siret, label)
    if match is None:
        return ()
    recipient = desk.store.recipients.get(match.siret)
    offers = []
    if is_usable(desk, match):
        offers.append(_offer(recipient, match.service_code, match.confidence, _why(match)))
    total = match.held + match.missed
    for code, times in sorted(match.others.items(), key=lambda other: -other[1]):
        other = msgspec.structs.replace(match, service_code=code)
        if is_usable(desk, other):
            why = ngettext(
                "chosen {n} time of {all} for this label", "chosen {n} times of {all} for this label", times
            ).format(n=times, all=total)
            offers.append(_offer(recipient, code, times / (total + 1), why))
    return tuple(offers)


def _offer(recipient: Recipient | None, code: str, confidence: float, why: str) -> ServiceOffer:
    service = recipient.service(code) if recipient is not None else None
    return ServiceOffer(code=code, label=service.name if service else code, confidence=confidence, why=why)


def _why(match: ServiceMatch) -> str:
    if match.told and not match.held + match.missed:
        return _("told by {who}").format(who=match.decided_by)
    held = ngettext("held {n} time", "held {n} times", match.held).format(n=match.held)
    if not match.missed:
        return held
    missed = ngettext("missed {n} time", "missed {n} times", match.missed).format(n=match.missed)
    return f"{held}, {missed}"


# What an operator tells.


def decide(desk: Desk, siret: str, label: str, service_code: str, *, follow: bool = True) -> ServiceMatch:
    """Tell a match by hand; every waiting document that prints the label follows at once (S1-070).

    Telling the same service again clears its misses: somebody looked at them.

    Args:
        follow: whether documents follow in the same transaction.

    Raises:
        Refusal: there is no label, no service, or the service is not one of the recipient's or is closed.
    """
    match = ServiceMatch(
        siret=siret,
        label=folded(label),
        service_code=clean(service_code).strip(),
        decided_by=desk.who,
        decided_at=desk.now(),
        told=True,
    )
    if why := why_not_decide(desk, match):
        raise Refusal(why)
    with deed(desk, "match"):
        before = desk.store.matches.get(match.key)
        if before is not None and before.service_code == match.service_code:
            match = msgspec.structs.replace(match, held=before.held, counted=before.counted)
        desk.store.matches.put(match)
        note(desk, "match", match.key, f"{before.service_code if before else ''} → {match.service_code}")
        if follow:
            refill(desk, affected(desk, match.key))
    desk.wake("submit")
    return match


class Followed(Struct, frozen=True):
    """What came of a match that was told by hand."""

    match: ServiceMatch
    changed: tuple[str, ...] = ()
    """Waiting documents whose service it filled in or took away."""
    freed: tuple[str, ...] = ()
    """Documents that it freed of their error."""


def decide_and_follow(desk: Desk, siret: str, label: str, service_code: str) -> Followed:
    """Tell a match by hand, and say what became of the documents that print its label.

    Raises:
        Refusal: as `decide`.
    """
    with deed(desk, "match"):
        match = decide(desk, siret, label, service_code, follow=False)
        ids = affected(desk, match.key)
        in_error = _in_error(desk, ids)
        changed = refill(desk, ids).done
    return Followed(match, changed, tuple(in_error - _in_error(desk, in_error)))


async def decide_in_slices(
    desk: Desk, siret: str, label: str, service_code: str, among: Sequence[str]
) -> Followed:
    """The same beside a running screen; one batch, so one `undo` takes it back.

    Args:
        among: the documents to look at.

    Raises:
        Refusal: as `decide`.
    """
    desk = desk.in_batch()
    match = decide(desk, siret, label, service_code, follow=False)
    ids: list[str] = []
    for start in range(0, len(among), LOOKED_AT):
        ids += affected(desk, match.key, among[start : start + LOOKED_AT])
        await asyncio.sleep(0)
    in_error = _in_error(desk, ids)
    changed = (await in_slices(refill, desk, ids)).done
    return Followed(match, changed, tuple(in_error - _in_error(desk, in_error)))


def _in_error(desk: Desk, ids: Iterable[str]) -> set[str]:
    return {key for key in ids if (d := desk.store.documents.get(key)) is not None and d.in_error}


def why_not_decide(desk: Desk, match: ServiceMatch) -> str:
    """Why a match cannot be told, in the operator's language; empty when it can."""
    if not match.label:
        return _("Type the label as it is printed on the invoice.")
    if not match.service_code:
        return _("Choose a service.")
    state = state_of_match(desk, match)
    if state is None or state is ServiceState.OPEN:
        return ""
    recipient = desk.store.recipients[match.siret]
    if recipient.service(match.service_code) is None:
        return _("{recipient} has no service {code}. Ask Chorus Pro again if it is new.").format(
            recipient=recipient.name or recipient.siret, code=match.service_code
        )
    return _("The service {code} is {state}; choose an open one.").format(
        code=match.service_code, state=_(state.label)
    )


def forget(desk: Desk, key: str) -> bool:
    """Take a match back; waiting documents lose what it filled in. Whether there was one."""
    with deed(desk, "unmatch"):
        match = desk.store.matches.get(key)
        if match is None:
            return False
        desk.store.matches.remove(key)
        note(desk, "unmatch", key, f"{match.service_code} →")
        refill(desk, affected(desk, key))
    return True


def affected(desk: Desk, key: str, among: Iterable[str] | None = None) -> list[str]:
    """The waiting documents that print the label of a match, or had a service from it.

    Args:
        among: the documents to look at, where a screen looks at very many in slices; None: all.
    """
    siret, _newline, label = key.partition("\n")
    store = desk.store
    documents = (
        (document for state in MATCHED_STATES for document in store.documents.by("state", state))
        if among is None
        else (document for key in among if (document := store.documents.get(key)) is not None)
    )
    return [d.id for d in documents if d.state in MATCHED_STATES and _prints(d, siret, label)]


def _prints(document: Document, siret: str, label: str) -> bool:
    """Whether a document is for a recipient and prints a folded label."""
    # Readings first: working all fields out for every waiting document takes ten times as long.
    if not any(r.recipient_siret == siret for r in document.readings.values()):
        return False
    fields = document.fields
    return fields.recipient_siret == siret and folded(fields.service_label or "") == label


def refill(desk: Desk, ids: Iterable[str]) -> Outcome:
    """Let documents follow the matches, and free them of the errors that this puts right (S1-070, S1-084).

    Only of those: a document that was refused for another cause keeps its red mark, whatever else changes.
    Done: those that changed.
    """
    with deed(desk, "match"):
        outcome = _follow(desk, ids)
    desk.wake("submit")
    return outcome


def let_go(desk: Desk, ids: Iterable[str]) -> Outcome:
    """The same where a match is taken back: no deed of its own, which could be taken back in turn."""
    with desk.store.transaction():
        return _follow(desk, ids)


def follow(desk: Desk, ids: Iterable[str]) -> Outcome:
    """The same for the sync service, which learned of a recipient's services: nobody's deed, and nothing that
    is in error, because nobody treated it (S1-068).
    """
    store = desk.store
    sound = [key for key in ids if (d := store.documents.get(key)) is not None and not d.in_error]
    with store.transaction():
        return _follow(desk, sound)


def _follow(desk: Desk, ids: Iterable[str]) -> Outcome:
    deeds = Deeds()
    for key in ids:
        document = desk.store.documents.get(key)
        if document is None or document.state not in MATCHED_STATES:
            continue
        after = _settled(desk, document, fill(desk, document))
        if after != document:
            desk.store.documents.put(after)
            before, now = document.fields.service_code or "", after.fields.service_code or ""
            note(desk, "matched", key, f"{before} → {now}")
            deeds.did(key)
    return deeds.outcome


def _settled(desk: Desk, before: Document, after: Document) -> Document:
    """The document with the failure that it still earns after its service changed."""
    failure = before.failure
    if failure is None or failure.phase is Phase.BEFORE or before.state is not DocumentState.TO_SUBMIT:
        return after
    code = after.fields.service_code
    changed = code != before.fields.service_code
    if changed and code and _explained(desk, failure.message, failure.code).id in SOLVED:
        return msgspec.structs.replace(after, failure=None)
    if before.unchanged_since_failure:
        # Nothing that matters to this refusal changed, so it is held against the document as it is now.
        failure = msgspec.structs.replace(failure, fingerprint=after.fingerprint_like(failure.fingerprint))
    return msgspec.structs.replace(after, failure=failure)


def _explained(desk: Desk, message: str, code: int | None) -> "Explanation":
    from chorus_tui.operations.explaining import explain  # which reads a file: only where something failed

    return explain(desk, message, code)


def open_services(desk: Desk, recipient: Recipient) -> list[Service]:
    """The services that take a supplier's invoices today, by name."""
    now = desk.now()
    found = [s for s in recipient.services if s.is_open(now) and s.code != PUBLIC_INVOICES_SERVICE]
    return sorted(found, key=lambda service: fold(service.name or service.code))
