"""What a schema error says, taken apart: the element, the value, where it stands in the file (API 2.18).

The texts are those of Xerces, as recorded: `IRRECEVABILITE: cvc-datatype-valid.1.2.1: '-1 324,60' is not a
valid value for 'decimal'. - ligne: 150 - position: 60`.
"""

import re

from msgspec import Struct

from chorus_tui.domain.knowledge.wording import plain
from chorus_tui.i18n import _, labelled

_RULE = re.compile(r"\bcvc-[\w.-]*\w")
_ELEMENT = re.compile(r"(?:element|attribute) '([^']+)'", re.IGNORECASE)
_VALUES = (
    re.compile(r"'([^']*)' is not a valid value"),
    re.compile(r"[Vv]alue '([^']*)'"),
)
_EXPECTED = re.compile(r"One of '\{?([^'}]+)\}?' is expected")
_LINE = re.compile(r"ligne ?: ?(\d+)")
_POSITION = re.compile(r"position ?: ?(\d+)")
_NAMESPACE = re.compile(r"\{?\"?urn:[^\"}]*[\"}]?:?|\b[a-z]{2,4}:(?=[A-Z])")
_FRENCH_AMOUNT = re.compile(r"[+-]?\d[\d \u00a0\u202f]*,\d+|[+-]?\d+(?: \d{3})+(?:[.,]\d+)?")
_FRENCH_DAY = re.compile(r"\d{1,2}/\d{1,2}/\d{4}")


class SchemaError(Struct, frozen=True):
    """What one message of a schema check is about; what it does not say is empty."""

    rule: str = ""
    element: str = ""
    value: str | None = None
    """None: the message is about no value."""
    expected: str = ""
    line: int | None = None
    position: int | None = None

    @property
    def sentence(self) -> str:
        """Element, value, place, and what is wrong where that shows, in the operator's language."""
        told = [
            labelled(_("Element"), self.element) if self.element else "",
            labelled(_("Value"), f"“{self.value}”") if self.value is not None else "",
            labelled(_("Expected"), self.expected) if self.expected else "",
            _("line {line}, position {position}").format(line=self.line, position=self.position or "?")
            if self.line is not None
            else "",
        ]
        return " · ".join(filter(None, (*told, self.hint)))

    @property
    def hint(self) -> str:
        """What is wrong with the value, in the operator's language; empty where nothing shows."""
        value = (self.value or "").strip()
        if self.value is not None and not value:
            return _("It is empty.")
        if _FRENCH_AMOUNT.fullmatch(value):
            return _("A number is written with a point and without blanks in XML.")
        if _FRENCH_DAY.fullmatch(value):
            return _("A date is written year first in XML.")
        return ""


def schema_error(message: str) -> SchemaError | None:
    """What a message says of the schema; None: it is no schema error."""
    text = plain(message)
    rule = _RULE.search(text)
    if rule is None:
        return None
    element, line, position = _ELEMENT.search(text), _LINE.search(text), _POSITION.search(text)
    expected = _EXPECTED.search(text)
    values = (found[1] for pattern in _VALUES if (found := pattern.search(text)))
    return SchemaError(
        rule=rule[0],
        element=_NAMESPACE.sub("", element[1]) if element else "",
        value=next(values, None),
        expected=_NAMESPACE.sub("", expected[1]) if expected else "",
        line=int(line[1]) if line else None,
        position=int(position[1]) if position else None,
    )
