"""What `complete` sets on a document to be submitted, and the files that go with it or with a reply."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chorus_tui.cli.failures import Failed
from chorus_tui.cli.reporting import Told
from chorus_tui.i18n import _
from chorus_tui.text import clean

if TYPE_CHECKING:
    from chorus_tui.domain.document import Attachment, Document
    from chorus_tui.operations import Desk


def understood(values: Iterable[str], clear: Iterable[str], comment: str) -> dict[str, Any]:
    """Fields and their values as typed; None for one that is to be empty.

    Raises:
        Failed: there is no such field, or it takes no such value.
    """
    from chorus_tui.ui.screens.form_fields import COMPLETION, METADATA, Editor, NotUnderstood

    known = {field.name: field for field in (*METADATA, *COMPLETION) if field.editor is not Editor.FILES}
    typed: dict[str, Any] = {"comment": comment} if comment else {}
    for pair in values:
        name, equals, text = pair.partition("=")
        field = known.get(name.strip())
        if field is None or not equals:
            raise _no_field(name, known)
        try:
            typed[field.name] = field.parse(text.strip()) if text.strip() else None
        except NotUnderstood as problem:
            raise Failed(f"{name}: {_(str(problem))}", _(field.help)) from None
    for name in clear:
        if name.strip() not in known:
            raise _no_field(name, known)
        typed[name.strip()] = None
    return typed


def _no_field(name: str, known: Iterable[str]) -> Failed:
    return Failed(
        _("There is no field {name}.").format(name=clean(name)),
        _("Fields are {names}: --set number=FA-1").format(names=", ".join(sorted(known))),
    )


def attachments(
    desk: "Desk", files: Sequence[Path], types: Sequence[str], *, keep: bool
) -> "tuple[Attachment, ...]":
    """Files as they would be attached.

    Args:
        keep: whether copies are kept; False: nothing is written, only looked at.

    Raises:
        Failed: a file does not say of what kind it is, or cannot be read.
    """
    from chorus_tui.operations import Refusal, copy_attachment
    from chorus_tui.operations.attachments import read_attachment

    if types and len(types) not in (1, len(files)):
        raise _kinds(desk)
    kinds = types if len(types) == len(files) else [*types] * len(files)
    if len(kinds) != len(files):
        raise _kinds(desk)
    found = []
    for path, kind in zip(files, kinds, strict=True):
        try:
            found.append(copy_attachment(desk, path, kind) if keep else read_attachment(path, kind)[0])
        except Refusal as refusal:
            raise Failed(f"{path}: {refusal}") from None
    return tuple(found)


def _kinds(desk: "Desk") -> Failed:
    listed = desk.store.lists.get("attachment_types")
    known = [f"{choice.code} {choice.label}" for choice in listed.choices] if listed is not None else []
    return Failed(
        _("Say of what kind the files are: --type once for all, or once for each."),
        _("Chorus Pro knows {kinds}.").format(kinds=", ".join(known)) if known else "",
    )


def complete(
    desk: "Desk",
    ids: Sequence[str],
    changes: dict[str, Any],
    files: "Sequence[Attachment]",
    *,
    dry_run: bool,
) -> Told:
    """Set fields of documents and attach files to them, or say what would stand in the way afterwards."""
    from chorus_tui.domain.checks import blocking
    from chorus_tui.operations import Outcome, Refusal
    from chorus_tui.operations.checking import all_problems_of

    done: list[str] = []
    refused: list[tuple[str, str]] = []
    doubts: dict[str, list[str]] = {}
    for key in ids:
        try:
            after = _completed(desk, key, changes, files, dry_run=dry_run)
        except Refusal as refusal:
            refused.append((key, str(refusal)))
            continue
        done.append(key)
        doubts[key] = [problem.text for problem in blocking(all_problems_of(desk, after))]
    return Told(Outcome(tuple(done), tuple(refused)), doubts)


def _completed(
    desk: "Desk", key: str, changes: dict[str, Any], files: "Sequence[Attachment]", *, dry_run: bool
) -> "Document":
    from msgspec import structs

    from chorus_tui import operations
    from chorus_tui.operations import documents
    from chorus_tui.operations.attachments import may_attach

    values = {name: value for name, value in changes.items() if value is not None}
    emptied = [name for name, value in changes.items() if value is None]
    if dry_run:
        before = desk.store.documents[key]
        documents.may_change(before)
        for file in files:
            may_attach(before, file)
        after = documents.completed(desk, before, values, emptied)
        return structs.replace(after, attachments=(*after.attachments, *files))
    with operations.deed(desk, "complete"):
        for file in files:
            operations.add_attachment(desk, key, file)
        return operations.complete(desk, key, values, emptied)
