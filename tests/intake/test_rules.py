"""Filing rules: which files are documents to submit."""

from pathlib import Path
from typing import Any

import pytest

from chorus_tui.intake import rules
from chorus_tui.settings import FilingRule

DROP = Path("/srv/drop")


def rule(name: str = "rule", **said: Any) -> FilingRule:
    return FilingRule(name=name, supplier="83990121200010", **said)


def matched(
    *given: FilingRule, path: Path = DROP / "FA-1.pdf", text: str = "", siret: str | None = None
) -> str | None:
    found = rules.match(given, path, text, siret)
    return found.name if found else None


def test_a_file_of_the_folder_matches_and_one_of_another_does_not() -> None:
    """S1-011, S1-013."""
    by_folder = rule(folder=DROP)
    assert matched(by_folder) == "rule"
    assert matched(by_folder, path=DROP / "2026" / "FA-1.pdf") == "rule"
    assert matched(by_folder, path=Path("/srv/dropped/FA-1.pdf")) is None
    assert matched(by_folder, path=DROP / ".." / "other" / "FA-1.pdf") is None


def test_a_name_matches_whatever_its_case() -> None:
    """S1-012, S1-013."""
    by_name = rule(glob="FA-*.pdf")
    assert matched(by_name, path=DROP / "fa-77.PDF") == "rule"
    assert matched(by_name, path=DROP / "AV-77.pdf") is None


def test_a_name_with_a_line_break_is_matched_whole() -> None:
    assert matched(rule(glob="*.pdf"), path=DROP / "a\n\x1b[31mb.pdf") == "rule"


def test_the_page_text_is_searched_line_by_line_and_case_ignored() -> None:
    """S1-012."""
    by_text = rule(text=r"^atelier\s+brume")
    assert matched(by_text, text="Facture\nATELIER BRUME SARL") == "rule"
    assert matched(by_text, text="Facture de l'Atelier Brume") is None


def test_a_line_longer_than_any_is_still_searched() -> None:
    assert matched(rule(text="needle"), text="x" * 3000 + " needle") == "rule"


def test_the_supplier_read_from_the_document_is_compared_without_its_spaces() -> None:
    """S1-012."""
    by_supplier = rule(supplier_siret="839 901 212 00010")
    assert matched(by_supplier, siret="83990121200010") == "rule"
    assert matched(by_supplier, siret="83990121200028") is None
    assert matched(by_supplier, siret=None) is None


def test_every_criterion_of_a_rule_must_hold_and_the_first_such_rule_is_taken() -> None:
    strict = rule("strict", folder=DROP, glob="FA*", text="brume", supplier_siret="83990121200010")
    loose = rule("loose", folder=DROP)
    assert matched(strict, loose, text="Brume", siret="83990121200010") == "strict"
    assert matched(strict, loose, text="Brume", siret=None) == "loose"
    assert matched(strict, text="Brume", siret=None) is None
    assert matched() is None


def test_before_a_file_is_opened_only_its_place_decides() -> None:
    by_text = rule(folder=DROP, glob="*.pdf", text="brume")
    assert rules.may_match([by_text], DROP / "FA-1.pdf") is by_text
    assert rules.may_match([by_text], DROP / "FA-1.txt") is None


@pytest.mark.parametrize("pattern", ["(a+)+$", "(\\w*\\s?)*x", "((ab)*c*)*", "(?:x{2,}y?)+"])
def test_an_expression_that_could_run_for_ever_is_refused(pattern: str) -> None:
    assert list(rules.faults([rule("good", text="ab+c?"), rule("endless", text=pattern)])) == ["endless"]
    assert matched(rule("endless", text=pattern), rule("next"), text="a" * 40 + "!") == "next"


def test_what_is_no_expression_is_named_with_its_reason() -> None:
    (reason,) = rules.faults([rule(text="(unclosed")]).values()
    assert "unterminated" in reason


@pytest.mark.parametrize(
    "pattern", [r"facture\s+n°\s*\d{4,}", "(FA|AV)-[0-9]+", r"(?:siret\s*:\s*)?839901212\d+"]
)
def test_ordinary_expressions_are_accepted(pattern: str) -> None:
    assert rules.faults([rule(text=pattern)]) == {}
