"""How sure a match is: what Chorus Pro's answers teach of the service that a label stands for (S1-026)."""

from collections import Counter
from datetime import datetime

import msgspec

from chorus_tui.domain.document import Document
from chorus_tui.domain.fields import Source, source_of
from chorus_tui.domain.records import ServiceMatch
from chorus_tui.operations.desk import Desk
from chorus_tui.operations.matching import find, folded, is_usable, named_service

REFUSED = frozenset({"service.unknown", "service.closed", "service.public", "commitment.mismatch"})
"""Causes that say that the service sent was the wrong one."""


def learn(desk: Desk, document: Document, chosen_at: datetime | None = None) -> None:
    """Remember what Chorus Pro accepted; belongs in the transaction that settles the submission.

    Counts what an operator chose and what a match filled in and nobody overruled. A label for which
    operators choose now one, now another service keeps both counts, and the one chosen most often, of
    equals the later one, is the match; its confidence is low as long as they disagree. What an operator told
    in recipient management is never replaced, only doubted.

    A service chosen for forty documents at once is one choice and counts once, or one hurried key would be
    as sure as forty: what was queued before the last acceptance was counted is no second opinion.

    Args:
        chosen_at: when the submission was queued; None: after all that was counted.
    """
    fields = document.fields
    if not (fields.recipient_siret and fields.service_label):
        return
    known = find(desk, fields.recipient_siret, fields.service_label)
    if not fields.service_code:
        if known is not None and "service_code" in document.cleared:
            desk.store.matches.put(_missed(known))
        return
    source = source_of(document.readings, "service_code")
    if source not in (Source.OPERATOR, Source.MATCH):
        return
    counted = known.counted.get(fields.service_code) if known is not None else None
    if source is Source.OPERATOR and chosen_at is not None and counted is not None and chosen_at < counted:
        return
    if known is None:
        named = named_service(desk, desk.store.recipients.get(fields.recipient_siret), fields.service_label)
        if named == fields.service_code:
            return  # The name itself is printed: there is nothing to remember.
        learned = _first(desk, fields.recipient_siret, fields.service_label, fields.service_code)
    elif known.service_code == fields.service_code:
        learned = msgspec.structs.replace(known, held=known.held + 1)
    else:
        learned = _overruled(desk, known, fields.service_code)
    if source is Source.OPERATOR:
        before = known.counted if known is not None else {}
        counts = {**before, fields.service_code: desk.now()}
        learned = msgspec.structs.replace(learned, counted=counts)
    desk.store.matches.put(learned)


def _first(desk: Desk, siret: str, label: str, code: str) -> ServiceMatch:
    return ServiceMatch(
        siret=siret,
        label=folded(label),
        service_code=code,
        decided_by=desk.who,
        decided_at=desk.now(),
        held=1,
    )


def _missed(match: ServiceMatch) -> ServiceMatch:
    return msgspec.structs.replace(match, missed=match.missed + 1)


def _overruled(desk: Desk, known: ServiceMatch, chosen: str) -> ServiceMatch:
    """The match after another service was accepted for its label."""
    times = known.others.get(chosen, 0) + 1
    if not is_usable(desk, known) and not known.told:
        # Its service closed: that is no doubt about the one that took its place.
        fresh = _first(desk, known.siret, known.label, chosen)
        return msgspec.structs.replace(fresh, held=times)
    if known.told or times < known.held:
        return msgspec.structs.replace(_missed(known), others={**known.others, chosen: times})
    others = {code: count for code, count in known.others.items() if code != chosen}
    if known.held:
        others[known.service_code] = known.held
    return ServiceMatch(
        siret=known.siret,
        label=known.label,
        service_code=chosen,
        decided_by=desk.who,
        decided_at=desk.now(),
        held=times,
        missed=known.held + known.missed - (times - 1),
        others=others,
        counted=known.counted,
    )


def with_counts_of(match: ServiceMatch, later: ServiceMatch | None) -> ServiceMatch:
    """A match as it was told before another one, with what Chorus Pro's answers taught since."""
    if later is None:
        return match
    if later.service_code == match.service_code:
        return msgspec.structs.replace(
            match, held=later.held, missed=later.missed, others=later.others, counted=later.counted
        )
    since = Counter(later.others)
    since[later.service_code] += later.held
    held = since.pop(match.service_code, 0)
    return msgspec.structs.replace(
        match,
        held=match.held + held,
        missed=match.missed + later.held + later.missed - held,
        others=dict(+(Counter(match.others) + since)),
        counted=later.counted,
    )


def unlearn(desk: Desk, document: Document, message: str, code: int | None = None) -> None:
    """Count a refusal against the match that filled the refused service in.

    Belongs in the transaction that records the refusal; the document is as it was sent.
    """
    fields = document.fields
    known = find(desk, fields.recipient_siret, fields.service_label)
    if known is None or known.service_code != fields.service_code:
        return
    if document.source_of("service_code") is not Source.MATCH:
        return
    from chorus_tui.operations.explaining import knowledge  # which reads a file: only where something failed

    if any(found.id in REFUSED for found in knowledge(desk).explain_all(message, code)):
        desk.store.matches.put(_missed(known))


def relearn(desk: Desk, document: Document, siret: str, service_code: str) -> None:
    """Take back what an invoice taught that was sent back to be recycled, and learn the service chosen then.

    Only this tells that an open service was the wrong one: Chorus Pro accepts any. Belongs in the
    transaction that settles the reply.

    Args:
        document: as it was submitted.
        siret: the recipient that the invoice was sent to now; another one says nothing of the label.
        service_code: the service chosen now.
    """
    fields = document.fields
    label = fields.service_label
    if not label or siret != fields.recipient_siret or service_code in ("", fields.service_code):
        return
    known = find(desk, siret, label)
    if known is None:
        desk.store.matches.put(_first(desk, siret, label, service_code))
    elif known.service_code == service_code:
        desk.store.matches.put(msgspec.structs.replace(known, held=known.held + 1))
    else:
        if known.service_code == fields.service_code:
            known = msgspec.structs.replace(known, held=max(0, known.held - 1))
        desk.store.matches.put(_overruled(desk, known, service_code))
