"""One document becomes one file. Runs in the worker process."""

from datetime import date
from pathlib import Path

from lxml import etree  # type: ignore[import-untyped]

from chorus_tui.composing import building, carrying, cii_writing, ubl_writing
from chorus_tui.composing.pdf import attached_to, described, embed
from chorus_tui.composing.protocol import Flaw, Make, Piece
from chorus_tui.composing.records import Item
from chorus_tui.composing.verdicts import Flawed, held_to_schema, held_to_validator
from chorus_tui.domain.flow import FlowMode, Syntax
from chorus_tui.i18n import N_
from chorus_tui.intake import embedded, schemas, tree
from chorus_tui.intake.kinds import is_cii, is_ubl, syntax_of
from chorus_tui.intake.pdf import is_pdf, open_pdf
from chorus_tui.intake.reading import read_bytes

NOT_AN_INVOICE = N_("The XML is no invoice in CII or UBL.")
XML_DAMAGED = N_("The XML is damaged and cannot be read.")
XML_DECLARES = N_("The XML declares a document type or entities, which Chorus Pro does not accept.")
SIGNED = N_(
    "The XML is signed, and what is corrected in it would break its signature: have the file made again."
)
ATTACHMENT_GONE = N_("The attachment {name} cannot be read any more.")

LEVELS = ("minimum", "basicwl", "basic", "en16931", "extended")
"""Of Factur-X in a PDF."""

_SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"


def make(job: Make) -> Piece:
    """Write the file that carries a document.

    Raises:
        Flawed: it cannot be sent.
        Unreadable: its original cannot be read.
    """
    content = read_bytes(Path(job.item.path))
    if is_pdf(content):
        made, syntax, extension = _of_pdf(content, job.item, job.mode)
    else:
        made, syntax = _of_xml(content, job.item)
        extension = "xml"
    Path(job.to).write_bytes(made)
    return Piece(syntax, extension, len(made))


def _of_pdf(content: bytes, item: Item, mode: FlowMode) -> tuple[bytes, Syntax, str]:
    pdf, _notes = open_pdf(content)
    if mode is FlowMode.PORTAL:
        # The portal takes no Factur-X deposited one by one (API 2.1); it takes a PDF inside an XML.
        return _serialized(carrying.minimal_cii(item, content, _files(item))), Syntax.CII_MIN, "xml"
    found = embedded.xml_of(pdf, content)
    root, changed = None, True
    if found is not None:
        root = _parsed_or_none(found)
    if root is None or schemas.level_of(root) not in LEVELS or not is_cii(root):
        root = building.basic_wl(item.fields)
    else:
        changed = cii_writing.write(root, item.fields)
    held_to_validator(root, item.fields)
    held_to_schema(root, in_pdf=True)
    if not changed and not item.attachments:
        return content, Syntax.FACTUR_X, "pdf"
    xml = found if found is not None and not changed else _serialized(root)
    attachments = {**attached_to(pdf), **_files(item)}
    issued = item.fields.issued or date(1970, 1, 1)
    description = described(pdf, item.fields)
    made = embed(content, xml, schemas.level_of(root), issued, attachments, description)
    return made, Syntax.FACTUR_X, "pdf"


def _parsed_or_none(xml: bytes) -> tree.Element | None:
    try:
        return tree.parse(xml)
    except (tree.Declared, tree.NoXml):
        return None


def _of_xml(content: bytes, item: Item) -> tuple[bytes, Syntax]:
    try:
        root = tree.parse(content)
    except tree.Declared:
        raise Flawed(Flaw(XML_DECLARES)) from None
    except tree.NoXml:
        raise Flawed(Flaw(XML_DAMAGED)) from None
    if is_cii(root):
        changed = cii_writing.write(root, item.fields)
    elif is_ubl(root):
        changed = ubl_writing.write(root, item.fields)
    else:
        raise Flawed(Flaw(NOT_AN_INVOICE))
    for name, file in _files(item).items():
        carrying.attach(root, name, file)
        changed = True
    if changed and next(root.iter(_SIGNATURE), None) is not None:
        raise Flawed(Flaw(SIGNED))
    held_to_validator(root, item.fields)
    held_to_schema(root, in_pdf=False)
    return _serialized(root) if changed else content, syntax_of(root)


def _files(item: Item) -> dict[str, bytes]:
    """The attachments by name; one whose name is taken already is called after it."""
    files: dict[str, bytes] = {}
    for name, path in item.attachments:
        try:
            content = Path(path).read_bytes()
        except OSError:
            raise Flawed(Flaw(ATTACHMENT_GONE, {"name": name})) from None
        stem, dot, extension = name.rpartition(".")
        free, count = name, 1
        while free in files:
            count += 1
            free = f"{stem}_{count}.{extension}" if dot else f"{name}_{count}"
        files[free] = content
    return files


def _serialized(root: tree.Element) -> bytes:
    return bytes(etree.tostring(root.getroottree(), encoding="UTF-8", xml_declaration=True))
