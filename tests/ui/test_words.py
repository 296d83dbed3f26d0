"""How things are written on a screen."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chorus_tui.ui.widgets.painted import with_remedy, wrap
from chorus_tui.ui.words import file_name, moment_of_year, party


@pytest.mark.parametrize(
    ("name", "width", "short"),
    [
        ("facture_1.pdf", 14, "facture_1.pdf"),
        ("facture_12345.pdf", 14, "facture_12345"),
        ("BRUME_FA-2026-1058_11000201100044.pdf", 14, "…FA-2026-1058…"),
        ("BRUME_FA-2026-1058_11000201100044.pdf", 24, "BRUME_FA-2026-1058_1100…"),
        ("BRUME_P2026-0450_12345678200051.pdf", 14, "…P2026-0450_1…"),
        ("Papeterie_Dupont_2026_00123.pdf", 14, "…nt_2026_00123"),
        ("Papeterie_Dupont_00123_20261122.pdf", 14, "…Dupont_00123…"),
        ("facture n°12 Mairie de Saint-Nazaire.pdf", 14, "facture n°12 …"),
        ("Mairie de Saint-Nazaire.pdf", 14, "Mairie…Nazaire"),
    ],
)
def test_a_file_name_is_cut_where_files_of_one_kind_do_not_differ(name: str, width: int, short: str) -> None:
    assert file_name(name, width) == short


@given(st.text("ab_-12.", max_size=40), st.integers(0, 40))
def test_a_shortened_file_name_always_fits(name: str, width: int) -> None:
    assert len(file_name(name, width)) <= width


LONG = " ".join(["La facture est refusée par le destinataire pour ce motif précis."] * 9)
REMEDY = "Check the commitment number and the service code: the State checks one against the other."


def test_what_to_do_is_never_cut_however_long_what_happened_is() -> None:
    lines = with_remedy(f"✗ {LONG}", REMEDY, 78, 4)
    assert len(lines) == 4
    assert " ".join(lines[2:]) == f"→ {REMEDY}"
    assert lines[1].endswith("…")


def test_what_happened_and_what_to_do_share_lines_where_they_fit() -> None:
    assert with_remedy("✗ It is torn.", "Print it again.", 78, 4) == ["✗ It is torn. → Print it again."]
    assert with_remedy("● Ready.", "", 78, 4) == ["● Ready."]


def test_a_path_that_is_longer_than_a_line_is_broken_and_not_cut() -> None:
    assert wrap("in /srv/billing/out and on", 8, 9) == ["in", "/srv/bil", "ling/out", "and on"]


@pytest.mark.parametrize(("language", "shown"), [("en", "11-22 08:42"), ("fr", "22/11 08:42")])
def test_a_moment_of_this_year_needs_no_year(
    monkeypatch: pytest.MonkeyPatch, language: str, shown: str
) -> None:
    """S2-032: in the narrow list of flows; what is of an earlier year is told by its day."""
    monkeypatch.setenv("LANGUAGE", language)
    at, now = datetime(2026, 11, 22, 7, 42, tzinfo=UTC), datetime(2026, 12, 31, 22, 0, tzinfo=UTC)
    assert moment_of_year(at, now) == shown
    first = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    assert moment_of_year(at, first) == {"en": "2026-11-22", "fr": "22/11/2026"}[language]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("ATELIER BRUME SARL", "ATELIER… SARL"),
        ("ATELIER BRUME SARL - AGENCE DE NANTES", "ATELIE… NANTES"),
        ("83990121200010", "83990121200010"),
        ("BRUME", "BRUME"),
    ],
)
def test_the_name_of_a_structure_keeps_its_last_word(name: str, shown: str) -> None:
    """S2-032: flows are sorted by sender, so that senders have to be told apart."""
    assert party(name, 14) == shown
