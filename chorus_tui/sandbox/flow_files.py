"""What a deposited file holds: one XML, one Factur-X PDF, or a tar.gz of many (API 2.1).

It runs in the process that reads PDFs, so that a large flow holds nothing else up. Nothing in a file reaches
beyond it: XML is read without entities, DTD and network, an archive never touches the disk.
"""

import io
import tarfile
import zlib
from collections.abc import Iterator

import msgspec
from lxml import etree  # type: ignore[import-untyped]

from chorus_tui.sandbox import invented
from chorus_tui.sandbox.flow_contents import Contents, Read, Technical
from chorus_tui.sandbox.flow_schema import schema_errors
from chorus_tui.sandbox.flow_xml import read_invoices
from chorus_tui.sandbox.wordings import technical

MOST_INVOICES = 500
LARGEST_UNPACKED = 1024**3
"""Of one flow (API 3.4)."""
LARGEST_XML = 20 * 1024 * 1024

XML_NAMES = ("factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml")
"""What the XML inside a PDF is called."""
Files = tuple[tuple[str, bytes], ...]

FAMILIES = {
    "IN_DP_E1_UBL_INVOICE": "UBL",
    "IN_DP_E1_CII": "CII",
    "IN_DP_E1_CII_16B": "CII",
    "IN_DP_E2_UBL_INVOICE_MIN": "UBL",
    "IN_DP_E2_CII_MIN": "CII",
    "IN_DP_E2_CII_MIN_16B": "CII",
    "IN_DP_E2_CPP_FACTURE_MIN": "CPP",
    "IN_DP_E2_CII_FACTURX": "FACTURX",
}
"""What is inside, by the syntaxes that are read here; files of the others cannot be processed."""


class Unusable(Exception):
    """A file that is refused as a whole."""

    def __init__(self, error: tuple[str, str], **values: object) -> None:
        self.error = Technical(error[0], technical(error[1], **values))
        super().__init__(self.error.label)


def unpacked(content: bytes, syntax: str) -> Contents:
    """Unpack a file and read its invoices; whatever is wrong with it is an error of the result."""
    family = FAMILIES.get(syntax)
    invoices: list[Read] = []
    errors: list[Technical] = []
    try:
        if family is None:
            raise Unusable(invented.SYNTAX_UNREAD, syntax=syntax)
        for name, member in _members(content):
            found, wrong = _look(name, member, family, syntax)
            invoices += found
            errors += wrong
            if len(invoices) > MOST_INVOICES:
                raise Unusable(invented.TOO_MANY_INVOICES, most=MOST_INVOICES)
    except Unusable as unusable:
        errors = [unusable.error]
    return Contents(() if errors else tuple(invoices), tuple(errors))


def _members(content: bytes) -> Iterator[tuple[str, bytes]]:
    if not content.strip():
        raise Unusable(invented.FLOW_EMPTY)
    if content[:2] != b"\x1f\x8b":
        yield "", content
        return
    left, count = LARGEST_UNPACKED, 0
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r|gz") as archive:
            for entry in archive:
                if entry.isdir():
                    continue
                if not entry.isfile() or entry.name.startswith("/") or ".." in entry.name.split("/"):
                    raise Unusable(invented.MEMBER_REFUSED, name=entry.name)
                left -= entry.size
                if left < 0:
                    raise Unusable(invented.ARCHIVE_TOO_LARGE)
                file = archive.extractfile(entry)
                count += 1
                yield entry.name, file.read() if file is not None else b""
    except (tarfile.TarError, EOFError, OSError, zlib.error):
        raise Unusable(invented.NOT_UNPACKED) from None
    if not count:
        raise Unusable(invented.ARCHIVE_EMPTY)


def _look(name: str, content: bytes, family: str, syntax: str) -> tuple[list[Read], list[Technical]]:
    if not content.strip():
        raise Unusable(invented.MEMBER_EMPTY, name=name)
    pdf, attached = b"", Files()
    if family == "FACTURX":
        xml, attached = _embedded(name, content)
        pdf, family = content, "CII"
    elif b"%PDF-" in content[:1024]:
        raise Unusable(invented.SYNTAX_CONTRADICTS, name=name, syntax=syntax)
    else:
        xml = content
    root = _parsed(name, xml)
    if isinstance(root, Technical):
        return [], [root]
    kind = {"CrossIndustryInvoice": "CII", "Invoice": "UBL", "CreditNote": "UBL"}.get(
        etree.QName(root).localname, ""
    )
    if etree.QName(root).localname.startswith("CPPFacture"):
        kind = "CPP"
    if kind != family:
        raise Unusable(invented.SYNTAX_CONTRADICTS, name=name, syntax=syntax)
    errors = [Technical("ERR_XSD_001", label) for label in schema_errors(root, xml, syntax)]
    if errors:
        return [], errors
    found = read_invoices(root, kind, name, len(content))
    return [_with_files(read, pdf, attached, mixed="_MIN" in syntax) for read in found], []


def _with_files(read: Read, pdf: bytes, attached: Files, *, mixed: bool) -> Read:
    """An invoice with its page: the file itself, or the first PDF inside a minimal form."""
    files = (*read.attachments, *attached)
    if mixed:
        first = next((index for index, (_, held) in enumerate(files) if held.startswith(b"%PDF")), None)
        if first is None:
            return msgspec.structs.replace(read, lacks_pdf=True)
        pdf, files = files[first][1], (*files[:first], *files[first + 1 :])
    return msgspec.structs.replace(read, pdf=pdf, attachments=files)


def _embedded(name: str, content: bytes) -> tuple[bytes, Files]:
    """The XML inside a Factur-X PDF, and the other files in it."""
    import pypdf

    if b"%PDF-" not in content[:1024]:
        raise Unusable(invented.SYNTAX_CONTRADICTS, name=name, syntax="IN_DP_E2_CII_FACTURX")
    try:
        reader = pypdf.PdfReader(io.BytesIO(content), strict=False)
        inside = [(held.name, bytes(held.content or b"")) for held in reader.attachment_list]
    except Exception as damage:
        # Whatever a damaged file makes of the library, the platform's answer is the same.
        raise Unusable(invented.PDF_UNREADABLE, name=name) from damage
    xml = [held for title, held in inside if title.lower() in XML_NAMES and held]
    if not xml:
        raise Unusable(invented.NO_XML_IN_PDF, name=name)
    return xml[0], tuple((title, held) for title, held in inside if title.lower() not in XML_NAMES)


def _parsed(name: str, xml: bytes) -> etree._Element | Technical:
    if len(xml) > LARGEST_XML:
        raise Unusable(invented.MEMBER_REFUSED, name=name)
    marked = next((mark for mark in (b"<!DOCTYPE", b"<!ENTITY") if mark in xml), b"")
    if marked:
        before = xml.partition(marked)[0]
        at = len(before) - before.rfind(b"\n")
        return _not_well_formed(invented.DOCTYPE_WORDS, before.count(b"\n") + 1, at)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )
    try:
        return etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as wrong:
        line, position = wrong.position
        begun = (wrong.msg or "").startswith(("Start tag expected", "Document is empty"))
        return _not_well_formed(invented.PROLOG_WORDS if begun else invented.CUT_WORDS, line, position)


def _not_well_formed(words: str, line: int, position: int) -> Technical:
    label = technical(invented.NOT_WELL_FORMED, words=words, line=line, at=position)
    return Technical("ERR_XSD_001", label)
