"""Schema errors of a report, taken apart (S2-039, S2-073)."""

import pytest

from chorus_tui.domain.knowledge.schemas import SchemaError, schema_error

END = " - ligne: 150 - position: 60"


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (
            "IRRECEVABILITE: cvc-datatype-valid.1.2.1: '-1 324,60' is not a valid value for 'decimal'." + END,
            SchemaError("cvc-datatype-valid.1.2.1", "", "-1 324,60", "", 150, 60),
        ),
        (
            "IRRECEVABILITE: cvc-type.3.1.3: The value 'abc' of element 'ram:CalculatedAmount' is not valid."
            + END,
            SchemaError("cvc-type.3.1.3", "CalculatedAmount", "abc", "", 150, 60),
        ),
        (
            "IRRECEVABILITE: cvc-complex-type.2.4.a: Invalid content was found starting with element "
            "'ram:TypeCode'. One of '{ram:ID}' is expected." + END,
            SchemaError("cvc-complex-type.2.4.a", "TypeCode", None, "ID", 150, 60),
        ),
        (
            "IRRECEVABILITE: cvc-complex-type.2.4.a: Invalid content was found starting with element "
            "'cbc:ID'. One of '{\"urn:oasis:names:cbc-2\":IssueDate}' is expected.",
            SchemaError("cvc-complex-type.2.4.a", "ID", None, "IssueDate"),
        ),
    ],
)
def test_element_value_and_place_are_told(message: str, told: SchemaError) -> None:
    assert schema_error(message) == told


def test_what_is_no_schema_error_is_none() -> None:
    assert schema_error("IRRECEVABILITE: le fichier est vide") is None


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("-1 324,60", "point"),
        ("1 324.60", "point"),
        ("12/11/2026", "year first"),
        ("", "empty"),
        ("2026-11-12", ""),
        ("1324.60", ""),
        ("EUR", ""),
    ],
)
def test_what_is_wrong_with_a_value_is_said_where_it_shows(value: str, hint: str) -> None:
    said = SchemaError(rule="cvc-x", value=value, line=1).sentence
    assert f"“{value}”" in said
    assert (hint in said) if hint else said.endswith("position ?")
