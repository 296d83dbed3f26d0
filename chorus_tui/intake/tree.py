"""XML of invoices: parsed without entities, DTD or network, and looked into by local names.

Imported by worker processes alone.
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from chorus_tui.domain.identifiers import compact_siret, is_siret_shaped, siret_key_holds
from chorus_tui.intake.codes import SIREN_SCHEME, SIRET_SCHEME
from chorus_tui.text import clean

Element = Any
"""An lxml element; lxml has no types."""


class Declared(ValueError):
    """The XML declares a document type or entities."""


class NoXml(ValueError):
    """It is no well-formed XML."""


def _parser() -> etree.XMLParser:
    # A text node of an attached file may be longer than libxml2 allows by default; the size of a file is
    # bounded before it is parsed, and nothing in it expands.
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=True
    )


# factur-x parses with lxml's default parser, which expands entities declared in the file.
etree.set_default_parser(_parser())


def parse(xml: bytes) -> Element:
    """The root of an XML.

    Raises:
        Declared, NoXml
    """
    try:
        root = etree.fromstring(xml, _parser())
    except (etree.XMLSyntaxError, ValueError):
        raise (Declared if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml else NoXml) from None
    if root.getroottree().docinfo.doctype or any(True for _ in root.iter(etree.Entity)):
        raise Declared
    return root


def name_of(node: Element) -> str:
    """The local name of an element."""
    return str(etree.QName(node).localname)


def find(node: Element | None, path: str) -> list[Element]:
    """Descendants by local names ("a/b|c"), whatever version of the namespace they are in."""
    found: list[Element] = [] if node is None else [node]
    for step in path.split("/"):
        names = step.split("|")
        found = [child for one in found for child in one.iterchildren("{*}*") if name_of(child) in names]
    return found


def first(node: Element | None, path: str) -> Element | None:
    """The first of them."""
    return next(iter(find(node, path)), None)


def text_of(node: Element | None, path: str, longest: int = 200) -> str | None:
    """The first text at a path, on one line and safe to show; None where there is none."""
    for element in find(node, path):
        text = clean(" ".join((element.text or "").split()))[:longest]
        if text:
            return text
    return None


def amount(text: str | None) -> Decimal | None:
    """The amount that a text is; None where it is none that an invoice can bear."""
    try:
        found = Decimal(text or "")
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found) < Decimal("1e13") else None


def day(text: str | None) -> date | None:
    """The day that a text is."""
    for pattern in ("%Y%m%d", "%Y-%m-%d"):
        try:
            return datetime.strptime(text or "", pattern).date()  # a day has no zone
        except ValueError:
            continue
    return None


def siret_among(identifiers: Iterable[Element]) -> str | None:
    """A party's SIRET: where the scheme says so, else an identifier that is one by its check digits."""
    by_scheme: dict[str, str] = {}
    for element in identifiers:
        number = compact_siret(element.text or "")
        if is_siret_shaped(number):
            by_scheme.setdefault(element.get("schemeID") or element.get("schemeName") or "", number)
    for scheme in (SIRET_SCHEME, SIREN_SCHEME):
        if scheme in by_scheme:
            return by_scheme[scheme]
    plain = by_scheme.get("") or by_scheme.get("SIRET") or by_scheme.get("1")
    return plain if plain and siret_key_holds(plain) else None
