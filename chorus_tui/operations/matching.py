"""Service matches: a label printed on invoices → a service of the recipient (S1-003, S1-026, S1-070).

A match is learned when Chorus Pro accepts what an operator chose, or told by hand in recipient management.
"""

import msgspec

from chorus_tui.domain.document import Document
from chorus_tui.domain.fields import InvoiceFields, Source, source_of
from chorus_tui.domain.recipient import Recipient
from chorus_tui.domain.records import ServiceMatch
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.operations.defaults import refreshed
from chorus_tui.operations.desk import Desk, note
from chorus_tui.text import clean, fold


def folded(label: str) -> str:
    """A printed label as a match names it: no accents, no case, single spaces."""
    return " ".join(fold(label).split())


def match_key(siret: str, label: str) -> str:
    """The identity of the match of a label."""
    return f"{siret}\n{folded(label)}"


def find(desk: Desk, siret: str | None, label: str | None) -> ServiceMatch | None:
    """The match of a label, where one is known."""
    return desk.store.matches.get(match_key(siret, label)) if siret and label else None


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
    known = find(desk, siret, label)
    if known is not None:
        return known.service_code
    recipient = desk.store.recipients.get(siret) if siret else None
    return _named(recipient, label) if recipient is not None and label else None


def _named(recipient: Recipient, label: str) -> str | None:
    """The service whose very code or name is printed; nothing where two services share a name."""
    wanted = folded(label)
    named = [s.code for s in recipient.services if s.active and wanted in (folded(s.code), folded(s.name))]
    return named[0] if len(named) == 1 else None


def learn(desk: Desk, document: Document) -> None:
    """Remember what Chorus Pro accepted; belongs in the transaction that settles the submission."""
    fields = document.fields
    source = source_of(document.readings, "service_code")
    if not (fields.recipient_siret and fields.service_label and fields.service_code):
        return
    if source not in (Source.OPERATOR, Source.MATCH):
        return
    known = find(desk, fields.recipient_siret, fields.service_label)
    if known is not None and known.service_code == fields.service_code:
        desk.store.matches.put(msgspec.structs.replace(known, held=known.held + 1))
        return
    desk.store.matches.put(
        ServiceMatch(
            siret=fields.recipient_siret,
            label=folded(fields.service_label),
            service_code=fields.service_code,
            decided_by=desk.who,
            decided_at=desk.now(),
            held=1,
        )
    )


def decide(desk: Desk, siret: str, label: str, service_code: str) -> ServiceMatch:
    """Tell a match by hand; every waiting document that prints the label follows at once (S1-070)."""
    match = ServiceMatch(
        siret=siret,
        label=folded(clean(label)),
        service_code=clean(service_code).strip(),
        decided_by=desk.who,
        decided_at=desk.now(),
    )
    with desk.store.transaction():
        before = desk.store.matches.get(match.key)
        desk.store.matches.put(match)
        note(desk, "match", match.key, f"{before.service_code if before else ''} → {match.service_code}")
        _refill(desk, siret, match.label)
    desk.wake("submit")
    return match


def forget(desk: Desk, key: str) -> None:
    """Take a match back; waiting documents lose what it filled in."""
    with desk.store.transaction():
        match = desk.store.matches.get(key)
        if match is None:
            return
        desk.store.matches.remove(key)
        note(desk, "unmatch", key, f"{match.service_code} →")
        _refill(desk, match.siret, match.label)


def _refill(desk: Desk, siret: str, label: str) -> None:
    for state in (DocumentState.TO_SUBMIT, DocumentState.MISTAKEN):
        for document in desk.store.documents.by("state", state):
            fields = document.fields
            if fields.recipient_siret == siret and folded(fields.service_label or "") == label:
                desk.store.documents.put(fill(desk, document))
