"""What goes with the invoice: the comment and the files."""

from collections.abc import Iterator
from pathlib import PurePath

from chorus_tui.domain.checks.case import Case, Problem, problem

COMMENT_LENGTH = 2000
ATTACHMENT_NAME_LENGTH = 50
FILE_SIZE = 10 * 1024 * 1024
"""Bytes of one file (API 3.4)."""
FOLDER_SIZE = 120 * 1024 * 1024
"""Bytes of an invoice with all its attachments (API 3.4)."""
_EXTENSIONS = (
    "bmp gif fax odt ppt tiff xls bz2 gz jpeg p7s rtf txt xml csv gzip jpg pdf svg xhtml xlsx doc htm odp "
    "png tgz xlc zip docx html ods pps tif xlm pptx"
)
ATTACHMENT_EXTENSIONS = frozenset(_EXTENSIONS.split())
"""API 3.4."""


def _comment(case: Case) -> Iterator[Problem]:
    if len(case.fields.comment or "") > COMMENT_LENGTH:
        yield problem("comment.long", limit=COMMENT_LENGTH)


def attachment_problems(name: str, size: int) -> Iterator[Problem]:
    """What Chorus Pro would refuse of one file."""
    extension = PurePath(name).suffix[1:].lower()
    if len(name) > ATTACHMENT_NAME_LENGTH:
        yield problem("attachment.name", name=name, limit=ATTACHMENT_NAME_LENGTH)
    if extension not in ATTACHMENT_EXTENSIONS:
        yield problem("attachment.extension", name=name)
    if size > FILE_SIZE:
        yield problem("attachment.size", name=name)
    if size == 0:
        yield problem("attachment.empty", name=name)


def _attachments(case: Case) -> Iterator[Problem]:
    for attachment in case.attachments:
        yield from attachment_problems(attachment.name, attachment.size)
        if case.in_flow:
            continue
        if not attachment.type_code:
            yield problem("attachment.type", name=attachment.name)
        elif case.attachment_types is not None and attachment.type_code not in case.attachment_types:
            yield problem("attachment.kind", code=attachment.type_code, name=attachment.name)
    if case.size > FILE_SIZE:
        yield problem("file.size")
    if case.size + sum(attachment.size for attachment in case.attachments) > FOLDER_SIZE:
        yield problem("folder.size")


RULES = (_comment, _attachments)
"""In the order of the form."""
