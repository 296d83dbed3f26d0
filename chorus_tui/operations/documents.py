"""What an operator does with documents to be submitted, and how a file becomes one."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

from msgspec import structs

from chorus_tui.domain.document import Document, Failure, Phase, document_id
from chorus_tui.domain.fields import FIELD_NAMES, InvoiceFields, Source
from chorus_tui.domain.flow import Channel
from chorus_tui.domain.records import FormDraft
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.i18n import _
from chorus_tui.intake import Reading, Unreadable, read_bytes
from chorus_tui.operations.desk import Deeds, Desk, Outcome, Refusal, note
from chorus_tui.operations.matching import fill
from chorus_tui.operations.recording import deed
from chorus_tui.settings import FilingRule
from chorus_tui.text import clean, clean_lines

NOT_YET_SENT = (
    DocumentState.FILED,
    DocumentState.ANALYSING,
    DocumentState.MISTAKEN,
    DocumentState.TO_SUBMIT,
)
"""States in which nothing of a document has left, so that it may change, be removed or be replaced."""

_URI = "file://"


def shown_path(path: Path) -> str:
    """A path as a record keeps it: safe to show, and `real_path` finds the file again whatever its name."""
    text = os.fspath(path)
    return text if text.isprintable() and not text.startswith(_URI) else path.absolute().as_uri()


def real_path(shown: str) -> Path:
    """The file that `shown_path` named."""
    return (
        Path(os.fsdecode(unquote_to_bytes(shown.removeprefix(_URI))))
        if shown.startswith(_URI)
        else Path(shown)
    )


def stamp_of(path: Path) -> str:
    """Tells one arrival of a file from the next; empty where there is no file."""
    try:
        found = path.stat()
    except OSError:
        return ""
    return f"{found.st_ino}-{found.st_size}-{found.st_mtime_ns}-{found.st_ctime_ns}"


def is_known(desk: Desk, path: Path, stamp: str) -> bool:
    """Whether this very arrival of a file is a document already, so that it need not be read again."""
    return bool(stamp) and any(d.stamp == stamp for d in desk.store.documents.by("path", shown_path(path)))


def file_document(
    desk: Desk, path: Path, reading: Reading, rule: FilingRule, *, stamp: str | None = None
) -> Document | None:
    """Make a settled file a document; None where its content is one already (S1-010, S1-074).

    The same content twice is one document while one waits or was submitted. A new version of a file replaces
    what the old one left waiting, and content that was removed or mistaken comes back when it is dropped
    again. The content is kept as a blob, so that what was analysed is what is sent.

    Args:
        stamp: `stamp_of` the file before it was read; None: take it now.
    """
    shown = shown_path(path)
    arrival = stamp_of(path) if stamp is None else stamp
    store = desk.store
    if reading.sha256 not in store.blobs and store.blobs.put(read_bytes(path)) != reading.sha256:
        return None  # It changed since it was read, so it is announced again.
    key = document_id(reading.sha256, shown)
    with store.transaction():
        same = store.documents.by("sha256", reading.sha256)
        if any(stands(document) for document in same):
            for document in same:
                if document.id == key and document.stamp != arrival:
                    store.documents.put(structs.replace(document, stamp=arrival))
            return None
        before = store.documents.get(key)
        if before is not None and arrival and before.stamp == arrival:
            return None
        _replace(desk, shown, key, mistaken_too=same)
        # Somebody took this very content out; that it came back does not mean that it may go by itself.
        was_removed = any(document.state is DocumentState.REMOVED for document in same)
        document = Document(
            id=key,
            path=shown,
            name=clean(path.name),
            sha256=reading.sha256,
            size=reading.size,
            filed_at=desk.now(),
            rule=rule.name,
            # What goes in a flow is analysed by nobody else: its form opens with what its file says.
            state=DocumentState.FILED if rule.channel is Channel.FORM else DocumentState.TO_SUBMIT,
            supplier_siret=rule.supplier,
            automatic=rule.automatic and not was_removed,
            channel=rule.channel,
            connection=rule.edi if rule.channel is Channel.EDI else "",
            flow_id=before.flow_id if before else "",
            pages=reading.pages,
            readings={**(_typed(before) if before else {}), **reading.readings},
            cleared=before.cleared if before else (),
            attachments=before.attachments if before else (),
            notes=reading.notes,
            stamp=arrival,
        )
        store.documents.put(fill(desk, document))
        note(desk, "file", key, f"{document.name} ({rule.name})")
    desk.wake("analyse")
    return store.documents[key]


def file_unreadable(
    desk: Desk, path: Path, problem: Unreadable, rule: FilingRule, *, stamp: str | None = None
) -> Document | None:
    """A file that should be a document and cannot be read stays in sight, with why (S1-016)."""
    shown = shown_path(path)
    arrival = stamp_of(path) if stamp is None else stamp
    key = document_id("", shown)
    with desk.store.transaction():
        before = desk.store.documents.get(key)
        settled = before is not None and before.state in (DocumentState.MISTAKEN, DocumentState.REMOVED)
        if before is not None and settled and arrival and before.stamp == arrival:
            return None
        _replace(desk, shown, key)
        document = Document(
            id=key,
            path=shown,
            name=clean(path.name),
            sha256="",
            size=_size_of(path),
            filed_at=desk.now(),
            rule=rule.name,
            state=DocumentState.MISTAKEN,
            supplier_siret=rule.supplier,
            channel=rule.channel,
            connection=rule.edi if rule.channel is Channel.EDI else "",
            failure=Failure(phase=Phase.BEFORE, message=problem.reason, at=desk.now(), remedy=problem.advice),
            stamp=arrival,
        )
        desk.store.documents.put(document)
        note(desk, "file", key, f"{document.name} ({rule.name}): {problem.reason}")
    return document


def stands(document: Document) -> bool:
    """Whether its content need not come in again."""
    if document.state is DocumentState.MISTAKEN:
        return False
    return document.state.is_waiting or document.state is DocumentState.SUBMITTED


def why_not_back(desk: Desk, document: Document) -> str:
    """Why a document that was removed cannot come back, in the operator's language; empty when it can."""
    documents = desk.store.documents
    same = documents.by("sha256", document.sha256) if document.sha256 else []
    if any(stands(other) for other in same if other.id != document.id):
        return _("The same content waits or was submitted under another name.")
    number = document.value_of("number")
    if any(
        stands(other) and other.filed_at >= document.filed_at and other.value_of("number") == number
        for other in documents.by("path", document.path)
        if other.id != document.id
    ):
        return _("A newer version of the file waits or was submitted.")
    return ""


def _replace(desk: Desk, shown: str, key: str, mistaken_too: Iterable[Document] = ()) -> None:
    """Take out what a new version makes obsolete: other versions at the path, failed copies of it."""
    versions = [d for d in desk.store.documents.by("path", shown) if d.state in NOT_YET_SENT]
    copies = [d for d in mistaken_too if d.state is DocumentState.MISTAKEN]
    for old in {d.id: d for d in versions + copies if d.id != key}.values():
        desk.store.documents.put(structs.replace(old, state=DocumentState.REMOVED))
        note(desk, "replace", old.id, f"{old.state} → {key}")


def _typed(document: Document) -> dict[Source, InvoiceFields]:
    return {s: r for s, r in document.readings.items() if s is Source.OPERATOR}


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def complete(
    desk: Desk, document_id: str, changes: Mapping[str, Any], cleared: Iterable[str] = ()
) -> Document:
    """Record what an operator typed (S1-020, S1-069); editing metadata is the same thing (S1-072).

    Args:
        changes: field → value; None gives the field back to what the machines read.
        cleared: fields to leave empty whatever the machines read.

    Raises:
        Refusal: the document cannot change any more.
        KeyError: no such document, or no such field.
    """
    with deed(desk, "complete"):
        before = desk.store.documents[document_id]
        may_change(before)
        after = completed(desk, before, changes, cleared)
        if after == before:
            return before
        put_completed(desk, "complete", before, after)
    desk.wake("lists")
    desk.wake("submit")
    return after


def put_completed(desk: Desk, verb: str, before: Document, after: Document) -> None:
    """Keep what `completed` made of a document; belongs in the deed of the verb that types it."""
    desk.store.documents.put(after)
    note(desk, verb, before.id, _difference(before.fields, after.fields))


def completed(
    desk: Desk, before: Document, changes: Mapping[str, Any], cleared: Iterable[str] = ()
) -> Document:
    """What `complete` would make of a document; changes nothing.

    Raises:
        KeyError: no such field.
    """
    emptied = frozenset(cleared)
    for name in (*changes, *emptied):
        if name not in FIELD_NAMES:
            raise KeyError(name)
    values = {name: _safe(name, value) for name, value in changes.items()}
    emptied |= {name for name, value in values.items() if value == ""}
    values |= dict.fromkeys(emptied)
    typed = structs.replace(before.readings.get(Source.OPERATOR) or InvoiceFields(), **values)
    still_empty = tuple(sorted(emptied | (set(before.cleared) - set(values))))
    readings = {**before.readings, Source.OPERATOR: typed}
    return fill(desk, structs.replace(before, readings=readings, cleared=still_empty))


edit_metadata = complete


def _safe(name: str, value: Any) -> Any:
    if not isinstance(value, str) or type(value) is not str:
        return value
    return (clean_lines(value) if name == "comment" else clean(value)).strip()


def _difference(before: InvoiceFields, after: InvoiceFields) -> str:
    changed = [
        f"{name}: {_short(getattr(before, name))} → {_short(getattr(after, name))}"
        for name in FIELD_NAMES
        if getattr(before, name) != getattr(after, name)
    ]
    return ", ".join(changed)


def _short(value: Any) -> str:
    text = "" if value is None else clean(str(value))
    return text if len(text) <= 40 else text[:39] + "…"


def may_change(document: Document) -> None:
    """Refuse to change what is on its way, submitted or removed.

    Raises:
        Refusal
    """
    if document.state.is_on_its_way:
        raise Refusal(_("It is being submitted."))
    if document.state is DocumentState.SUBMITTED:
        raise Refusal(_("It was submitted already."))
    if document.state is DocumentState.REMOVED:
        raise Refusal(_("It was removed."))


def save_draft(desk: Desk, document_id: str, typed: Mapping[str, str]) -> None:
    """Keep what stands on a form as it was typed, valid or not; nothing typed takes the draft away."""
    if typed:
        desk.store.drafts.put(
            FormDraft(document_id=document_id, typed=dict(typed), saved_at=desk.now(), who=desk.who)
        )
    elif document_id in desk.store.drafts:
        desk.store.drafts.remove(document_id)


def load_draft(desk: Desk, document_id: str) -> FormDraft | None:
    """What was being typed on the form of a document when it was left."""
    return desk.store.drafts.get(document_id)


def reprocess(desk: Desk, ids: Iterable[str]) -> Outcome:
    """Send documents to analysis again (S1-064, S1-065, S1-072); what an operator typed stays."""
    deeds = Deeds()
    with deed(desk, "reprocess"):
        for key in ids:
            document = desk.store.documents.get(key)
            why = _why_not_reprocess(document)
            if document is None or why:
                deeds.refuse(key, why)
                continue
            desk.store.documents.put(reprocessed(document))
            note(desk, "reprocess", key, f"{document.state} → {DocumentState.FILED}")
            deeds.did(key)
    desk.wake("analyse")
    return deeds.outcome


def reprocessed(document: Document) -> Document:
    """A document that waits for its analysis again."""
    readings = {s: r for s, r in document.readings.items() if s is not Source.CHORUS}
    return structs.replace(
        document,
        state=DocumentState.FILED,
        failure=None,
        analysis_id=None,
        readings=readings,
        analyses=0,
    )


def _why_not_reprocess(document: Document | None) -> str:
    if document is None:
        return _("There is no such document.")
    if document.state in (DocumentState.MISTAKEN, DocumentState.TO_SUBMIT):
        return ""
    if document.state in (DocumentState.FILED, DocumentState.ANALYSING):
        return _("It is being analysed already.")
    return why_not_change(document)


def why_not_change(document: Document | None) -> str:
    """Why a document cannot change now, in the operator's language; empty when it can."""
    if document is None:
        return _("There is no such document.")
    try:
        may_change(document)
    except Refusal as refusal:
        return str(refusal)
    return ""


def remove(desk: Desk, ids: Iterable[str]) -> Outcome:
    """Take documents out of "Documents to be submitted"; the files stay where they are (S1-073)."""
    deeds = Deeds()
    with deed(desk, "remove"):
        for key in ids:
            document = desk.store.documents.get(key)
            why = why_not_change(document)
            if document is None or why:
                deeds.refuse(key, why)
                continue
            desk.store.documents.put(structs.replace(document, state=DocumentState.REMOVED))
            note(desk, "remove", key, f"{document.state} → {DocumentState.REMOVED}")
            deeds.did(key)
    return deeds.outcome


def restore(desk: Desk, ids: Iterable[str]) -> Outcome:
    """Take a removal back: the documents are analysed again. Never goes by itself afterwards."""
    deeds = Deeds()
    with deed(desk, "restore"):
        for key in ids:
            document = desk.store.documents.get(key)
            if document is None or document.state is not DocumentState.REMOVED:
                deeds.refuse(key, _("It was not removed."))
            elif why := why_not_back(desk, document):
                deeds.refuse(key, why)
            else:
                back = structs.replace(
                    document, state=DocumentState.FILED, failure=None, automatic=False, analyses=0
                )
                desk.store.documents.put(back)
                note(desk, "restore", key, f"{document.state} → {back.state}")
                deeds.did(key)
    desk.wake("analyse")
    return deeds.outcome
