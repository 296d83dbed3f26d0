"""Files inside an XML: attachments, and the PDF that a minimal CII carries (portal label E2)."""

import base64
import mimetypes

from chorus_tui.composing import building, cii_names, ubl_names
from chorus_tui.composing.records import Item
from chorus_tui.composing.verdicts import held_to_schema, held_to_validator
from chorus_tui.domain.flow import Syntax
from chorus_tui.intake.kinds import is_cii, syntax_of
from chorus_tui.intake.tree import Element

PDF = "application/pdf"
SUPPORTING = "916"
"""A document that supports the invoice (UNTDID 1001, as EN 16931 wants it)."""


def attach(root: Element, name: str, content: bytes) -> None:
    """Put a file into an invoice in CII or UBL."""
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    (_attach_cii if is_cii(root) else _attach_ubl)(root, name, content, kind)


def _attach_cii(root: Element, name: str, content: bytes, kind: str) -> None:
    editor = cii_names.EDITOR
    agreement = editor.path(root, f"{cii_names.TRANSACTION}/{cii_names.AGREEMENT}")
    reference = editor.add(agreement, "AdditionalReferencedDocument")
    editor.add(reference, "IssuerAssignedID", name)
    editor.add(reference, "TypeCode", SUPPORTING)
    editor.add(
        reference,
        "AttachmentBinaryObject",
        base64.b64encode(content).decode(),
        mimeCode=kind,
        filename=name,
    )


def _attach_ubl(root: Element, name: str, content: bytes, kind: str) -> None:
    editor = ubl_names.EDITOR
    reference = editor.add(root, "AdditionalDocumentReference")
    editor.add(reference, "ID", name)
    editor.add(
        editor.path(reference, "Attachment"),
        "EmbeddedDocumentBinaryObject",
        base64.b64encode(content).decode(),
        mimeCode=kind,
        filename=name,
    )


def minimal_cii(item: Item, pdf: bytes, attachments: dict[str, bytes]) -> Element:
    """A CII without lines that carries a PDF, which is the invoice for its reader.

    Raises:
        Flawed
    """
    root = building.headers(item.fields)
    # Chorus Pro shows the first one as the invoice itself.
    attach(root, _pdf_name(item.name), pdf)
    for name, content in attachments.items():
        attach(root, name, content)
    held_to_validator(root, item.fields)
    held_to_schema(root, in_pdf=False)
    assert syntax_of(root) is Syntax.CII_MIN
    return root


def _pdf_name(name: str) -> str:
    return name if name.lower().endswith(".pdf") else f"{name}.pdf"
