"""What one line says of many records: counts, verbs and stops, in both languages."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from chorus_tui.operations.preflight import Preflight, Verdict, preflight_sentence
from chorus_tui.ui.screens.verdicts import submit_words, would_pass
from chorus_tui.ui.widgets.header import Facts, header_lines


def found(passing: int, *why: str) -> Preflight:
    reasons = tuple((f"rule.{at}", sentence, 1) for at, sentence in enumerate(why))
    return Preflight(
        tuple(map(str, range(passing))),
        tuple(Verdict(name, ()) for name, *_ in reasons),
        reasons,
        Decimal(10),
    )


@pytest.mark.parametrize(
    ("passing", "words"), [(0, "0 sur 3 passerait"), (1, "1 sur 4 passerait"), (2, "2 sur 5 passeraient")]
)
def test_the_verb_follows_those_that_pass(passing: int, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """S1-071: in the console and on the command line."""
    monkeypatch.setenv("LANGUAGE", "fr")
    result = found(passing, "A.", "B.", "C.")
    assert would_pass(result) == words
    assert preflight_sentence(result) == f"{words}, 3 échouent :"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_reasons_that_are_left_out_end_the_sentence(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """S1-071: no stop behind the three dots of what there is no room for."""
    monkeypatch.setenv("LANGUAGE", language)
    assert "1 × B, … " in submit_words(found(2, "A.", "B.", "C."), 80)
    assert "1 × B. " in submit_words(found(2, "A.", "B."), 80)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_place_has_its_name_at_eighty_columns(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """S1-002: with two digits waiting in each list."""
    monkeypatch.setenv("LANGUAGE", language)
    counts = {"to_submit": 23, "to_process": 11, "tracking": 26}
    _first, places = header_lines(Facts("X", "to_submit", datetime.now(UTC), counts=counts), 80)
    assert all(len(text.split()) > 1 for text, _look in places), places
