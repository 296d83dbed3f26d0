"""A file that is an invoice in XML: CII or UBL. Imported by worker processes alone."""

from pathlib import Path

from chorus_tui.domain.fields import Source
from chorus_tui.i18n import N_
from chorus_tui.intake import schemas, tree
from chorus_tui.intake.kinds import fields_of, is_cii, is_ubl
from chorus_tui.intake.reading import MAX_TEXT, Fault, Reading, Unreadable, sha256_of
from chorus_tui.intake.rendering import words_of

NOT_VALID = N_("The XML does not follow its schema; check its values.")

_BLANKS = b" \t\r\n\xef\xbb\xbf"
_UTF_16 = (b"\xff\xfe<\x00", b"\xfe\xff\x00<")


def root_of(path: Path, content: bytes) -> tree.Element | None:
    """The invoice in an XML file; None where it is no XML and does not say so by its name.

    Raises:
        Unreadable
    """
    named_xml = path.suffix.lower() == ".xml"
    if not named_xml and not content.lstrip(_BLANKS).startswith(b"<") and not content.startswith(_UTF_16):
        return None
    try:
        root = tree.parse(content)
    except tree.Declared:
        fault = Fault.XML_DECLARES
    except tree.NoXml:
        fault = Fault.XML_DAMAGED
    else:
        if is_cii(root) or is_ubl(root):
            return root
        fault = Fault.NOT_AN_INVOICE
    if named_xml:
        raise Unreadable(fault)
    return None


def read(content: bytes, root: tree.Element) -> Reading:
    """Everything that an XML file says of its invoice."""
    return Reading(
        sha256=sha256_of(content),
        size=len(content),
        pages=1,
        text=words_of(root)[:MAX_TEXT],
        readings={Source.FACTUR_X: fields_of(root)},
        is_pdf=False,
        notes=(NOT_VALID,) if schemas.faults(root, in_pdf=False) else (),
    )
