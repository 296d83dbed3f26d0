"""An XML for a document that has none: Factur-X BASIC WL, and the minimal CII that carries a PDF."""

from lxml import etree  # type: ignore[import-untyped]

from chorus_tui.composing import cii_names as names
from chorus_tui.composing import cii_writing
from chorus_tui.composing.cii_names import EDITOR
from chorus_tui.domain.fields import InvoiceFields
from chorus_tui.intake.tree import Element

EN_16931 = "urn:cen.eu:en16931:2017"


def basic_wl(fields: InvoiceFields) -> Element:
    """The Factur-X BASIC WL of a document's fields."""
    return _named(_empty(cii_writing.BASIC_WL), fields)


def headers(fields: InvoiceFields) -> Element:
    """The same as a CII, which has a place for attached files."""
    return _named(_empty(EN_16931), fields)


def _named(root: Element, fields: InvoiceFields) -> Element:
    cii_writing.write(root, fields)
    agreement = EDITOR.path(root, f"{names.TRANSACTION}/{names.AGREEMENT}")
    for party, siret in (
        ("SellerTradeParty", fields.supplier_siret),
        ("BuyerTradeParty", fields.recipient_siret),
    ):
        found = EDITOR.path(agreement, party)
        if not found.findtext("{*}Name"):
            # The names of the parties are known by their SIRET; the schema wants a word there.
            EDITOR.put(found, "Name", siret or "-")
        EDITOR.put(found, "PostalTradeAddress/CountryID", "FR")
    return root


def _empty(guideline: str) -> Element:
    root = etree.Element(etree.QName(names.RSM, "CrossIndustryInvoice"), nsmap=names.PREFIXES)
    EDITOR.put(root, f"{names.CONTEXT}/{names.GUIDELINE}/ID", guideline)
    return root
