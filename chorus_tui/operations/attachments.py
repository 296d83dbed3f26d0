"""Files that go with an invoice: copied, attached, taken off again."""

from pathlib import Path

from msgspec import structs

from chorus_tui.domain.checks import attachment_problems
from chorus_tui.domain.document import Attachment, Document
from chorus_tui.i18n import _
from chorus_tui.intake import Unreadable, read_bytes, sha256_of
from chorus_tui.operations.defaults import refreshed
from chorus_tui.operations.desk import Desk, Refusal, note
from chorus_tui.operations.documents import may_change
from chorus_tui.operations.recording import deed
from chorus_tui.text import clean


def attach(desk: Desk, document_id: str, path: Path, type_code: str, label: str = "") -> Document:
    """Add a file that goes with the invoice; a copy is kept.

    Reads and writes up to 10 MB, so beside a running screen it is done in two steps: `copy_attachment` in a
    thread, then `add_attachment`.

    Raises:
        Refusal: the file cannot be read, Chorus Pro takes no such file, or the document cannot change.
    """
    return add_attachment(desk, document_id, copy_attachment(desk, path, type_code, label))


def copy_attachment(desk: Desk, path: Path, type_code: str, label: str = "") -> Attachment:
    """Read a file, check it and keep a copy, which no document names yet. Any thread may do it.

    Raises:
        Refusal: the file cannot be read, or Chorus Pro takes no such file.
        StoreFull, StoreNotWritable
    """
    attachment, content = read_attachment(path, type_code, label)
    desk.store.blobs.put(content)
    return attachment


def read_attachment(path: Path, type_code: str, label: str = "") -> tuple[Attachment, bytes]:
    """Read a file and check it, and keep nothing of it. Any thread may do it.

    Raises:
        Refusal: the file cannot be read, or Chorus Pro takes no such file.
    """
    try:
        content = read_bytes(path)
    except Unreadable as problem:
        raise Refusal(f"{_(problem.reason)} {_(problem.advice)}") from problem
    name = clean(path.name)
    for problem_found in attachment_problems(name, len(content)):
        raise Refusal(problem_found.text)
    attachment = Attachment(
        name=name,
        sha256=sha256_of(content),
        size=len(content),
        type_code=clean(type_code),
        label=clean(label) or name,
    )
    return attachment, content


def add_attachment(desk: Desk, document_id: str, attachment: Attachment) -> Document:
    """Record with a document a file whose copy is kept.

    Raises:
        Refusal: it is attached already, or the document cannot change.
        KeyError: no such document.
    """
    with deed(desk, "attach"):
        before = desk.store.documents[document_id]
        may_attach(before, attachment)
        return _with_attachments(desk, before, (*before.attachments, attachment), f"+ {attachment.name}")


def may_attach(document: Document, attachment: Attachment) -> None:
    """Whether a file can go with a document.

    Raises:
        Refusal: it is attached already, or the document cannot change.
    """
    may_change(document)
    if any(a.sha256 == attachment.sha256 for a in document.attachments):
        raise Refusal(_("This file is attached already."))


def detach(desk: Desk, document_id: str, sha256: str) -> Document:
    """Take an attachment off again.

    Raises:
        Refusal: the document cannot change.
    """
    with deed(desk, "detach"):
        before = desk.store.documents[document_id]
        may_change(before)
        kept = tuple(a for a in before.attachments if a.sha256 != sha256)
        gone = ", ".join(a.name for a in before.attachments if a.sha256 == sha256)
        return _with_attachments(desk, before, kept, f"- {gone}")


def _with_attachments(
    desk: Desk, before: Document, attachments: tuple[Attachment, ...], detail: str
) -> Document:
    after = refreshed(structs.replace(before, attachments=attachments))
    desk.store.documents.put(after)
    note(desk, "attach", before.id, detail)
    return after
