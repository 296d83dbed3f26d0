"""Which syntax an XML is, found from its content, and what an invoice in either says."""

from chorus_tui.domain.fields import InvoiceFields
from chorus_tui.domain.flow import Syntax
from chorus_tui.intake import cii, ubl
from chorus_tui.intake.tree import Element, find, name_of

_CII_ATTACHED = (
    "SupplyChainTradeTransaction/ApplicableHeaderTradeAgreement/AdditionalReferencedDocument"
    "/AttachmentBinaryObject"
)
_UBL_ATTACHED = "AdditionalDocumentReference/Attachment/EmbeddedDocumentBinaryObject"


def is_cii(root: Element) -> bool:
    """Whether it is a Cross Industry Invoice as Chorus Pro takes it; ZUGFeRD 1.0 is none."""
    return name_of(root) == cii.ROOTS[0]


def is_ubl(root: Element) -> bool:
    """Whether it is an invoice or a credit note in UBL."""
    return name_of(root) in ubl.ROOTS and str(root.tag).startswith("{urn:oasis:names:specification:ubl:")


def syntax_of(root: Element) -> Syntax:
    """The syntax of an XML. Without lines of its own, and with a PDF inside, it is a minimal one (E2)."""
    if is_cii(root):
        lines = find(root, "SupplyChainTradeTransaction/IncludedSupplyChainTradeLineItem")
        return Syntax.CII_MIN if not lines and _holds_pdf(root, _CII_ATTACHED) else Syntax.CII
    if is_ubl(root):
        lines = find(root, "InvoiceLine|CreditNoteLine/Item")
        return Syntax.UBL_MIN if not lines and _holds_pdf(root, _UBL_ATTACHED) else Syntax.UBL
    return Syntax.OTHER


def fields_of(root: Element) -> InvoiceFields:
    """What an invoice in CII or UBL says."""
    return cii.fields_of(root) if is_cii(root) else ubl.fields_of(root)


def _holds_pdf(root: Element, path: str) -> bool:
    return any(element.get("mimeCode") == "application/pdf" for element in find(root, path))
