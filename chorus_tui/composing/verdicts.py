"""What is wrong with an XML, in plain sentences that name the element and its line."""

import re

from chorus_tui.composing.protocol import Flaw
from chorus_tui.domain.fields import InvoiceFields
from chorus_tui.domain.identifiers import compact_siret
from chorus_tui.i18n import N_
from chorus_tui.intake import schemas
from chorus_tui.intake.tree import Element

OUT_OF_PLACE = N_("The XML does not follow its schema: {element} (line {line}) is out of place.")
INSTEAD = N_(
    "The XML does not follow its schema: {element} (line {line}) stands where {expected} is expected."
)
INCOMPLETE = N_("The XML does not follow its schema: in {element} (line {line}), {missing} is missing.")
WRONG_VALUE = N_("The XML does not follow its schema: {element} (line {line}) has a wrong value: {value}.")
OTHERWISE = N_("The XML does not follow its schema: {element} (line {line}): {words}")
NO_SCHEMA = N_("The XML is of no kind whose schema is known here.")


NO_VALIDATOR = N_(
    "The XML does not name the validator {siret}, and where Chorus Pro expects it is not known here: make "
    "the file with your billing software, or submit the PDF with its form."
)


class Flawed(Exception):
    """A document that cannot be sent, with why."""

    def __init__(self, flaw: Flaw) -> None:
        self.flaw = flaw
        super().__init__(flaw.words)


def held_to_schema(root: Element, *, in_pdf: bool) -> None:
    """Refuse what does not follow its schema.

    Args:
        in_pdf: as `schemas.faults` has it.

    Raises:
        Flawed: names the first place where it does not.
    """
    flaw = flaw_of(root, in_pdf=in_pdf)
    if flaw is not None:
        raise Flawed(flaw)


def held_to_validator(root: Element, fields: InvoiceFields) -> None:
    """Refuse a subcontractor's invoice whose XML does not name who is to approve it (A9, A12).

    No source says where in an XML Chorus Pro reads the validator; the software that wrote it may know.

    Raises:
        Flawed
    """
    frame, siret = fields.billing_frame, fields.validator_siret
    if frame is None or not frame.needs_validator or not siret:
        return
    if not any(compact_siret(text) == siret for text in root.itertext()):
        raise Flawed(Flaw(NO_VALIDATOR, {"siret": siret}))


def flaw_of(root: Element, *, in_pdf: bool) -> Flaw | None:
    """The first place where an XML does not follow its schema; None: it does. As `held_to_schema`."""
    try:
        found = schemas.faults(root, in_pdf=in_pdf)
    except ValueError:
        return Flaw(NO_SCHEMA)
    return _flaw(found[0]) if found else None


def _flaw(fault: schemas.SchemaFault) -> Flaw:
    said = {"element": fault.element, "line": str(fault.line)}
    if missing := re.search(r"Missing child element\(s\)\. Expected is (?:one of )?\( (.+) \)", fault.words):
        return Flaw(INCOMPLETE, {**said, "missing": missing[1]})
    if "This element is not expected" in fault.words:
        expected = re.search(r"Expected is (?:one of )?\( (.+) \)", fault.words)
        return Flaw(INSTEAD, {**said, "expected": expected[1]}) if expected else Flaw(OUT_OF_PLACE, said)
    if value := re.search(r"'([^']*)' is not (?:a valid value|an element of the set)", fault.words):
        return Flaw(WRONG_VALUE, {**said, "value": value[1] or "''"})
    return Flaw(OTHERWISE, {**said, "words": fault.words})
