"""A directory of recipients as spreadsheets save it: any separator, encoding and heading; no row is fatal."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chorus_tui.intake.directory import (
    BROKEN_ROW,
    LOST_DIGITS,
    NO_SIRET,
    NOT_A_SIRET,
    Entry,
    Role,
    Shape,
    Tally,
    column_named,
    guess,
    look,
    read,
    siret_of,
    truth,
)
from chorus_tui.intake.sheets import DirectoryUnreadable
from tests.workbook import workbook

HEAD = ["Identifiant", "Raison sociale", "Structure active", "Code service"]
TOWN = "21310555400017"


def entries(path: Path, **mapping: int) -> tuple[list[Entry], Tally, Shape]:
    """What is read of a file."""
    shape, tally = look(path), Tally()
    chosen = {**shape.mapping, **{Role(role): at for role, at in mapping.items()}}
    return list(read(shape, chosen, tally)), tally, shape


def saved(tmp_path: Path, *rows: list[str], separator: str = ";", encoding: str = "utf-8") -> Path:
    """A CSV file as a program saves it."""
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator="\r\n").writerows([HEAD, *rows])
    file = tmp_path / "annuaire.csv"
    file.write_bytes(text.getvalue().encode(encoding))
    return file


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_separator_and_encoding_are_guessed(tmp_path: Path, separator: str, encoding: str) -> None:
    name = "COMMUNE D'ÉVRY; « centre », n° 1"
    found, tally, shape = entries(
        saved(tmp_path, [TOWN, name, "Oui", "É1"], separator=separator, encoding=encoding)
    )
    assert shape.separator == separator
    assert [(e.siret, e.name, e.active, e.service_code) for e in found] == [(TOWN, name, True, "É1")]
    assert (tally.rows, tally.bad) == (1, 0)


def test_a_letter_of_windows_far_into_the_file_decides(tmp_path: Path) -> None:
    rows = [[f"{n:014}", "X" * 60, "Oui", ""] for n in range(1, 14_000)]
    found, _tally, shape = entries(saved(tmp_path, *rows, [TOWN, "ORÉE", "Oui", ""], encoding="cp1252"))
    assert shape.encoding == "cp1252"
    assert found[-1].name == "ORÉE"


def test_bad_rows_are_counted_with_their_lines_and_end_nothing(tmp_path: Path) -> None:
    file = saved(
        tmp_path,
        [TOWN, "good", "Oui", ""],
        ["", "no siret", "Oui", ""],
        ["2,13106E+13", "rounded", "Oui", ""],
        ["TVA FR123", "none", "Oui", ""],
        ["", "", "", ""],
        [TOWN],
    )
    found, tally, _shape = entries(file)
    assert [e.name for e in found] == ["good", ""]
    assert (tally.rows, tally.bad) == (5, 3)
    assert tally.told == [(3, NO_SIRET), (4, LOST_DIGITS), (5, NOT_A_SIRET)]


def test_a_quote_that_is_never_closed_costs_its_own_neighbourhood(tmp_path: Path) -> None:
    file = tmp_path / "annuaire.csv"
    good = [f"{n:014};Structure {n};Oui;" for n in range(1, 5001)]
    lines = [";".join(HEAD), *good[:2000], f'{TOWN};"never closed;Oui;', *good[2000:]]
    file.write_text("\n".join(lines))
    found, tally, _shape = entries(file)
    assert tally.told[0][1] == BROKEN_ROW
    assert len(found) > 4000
    assert found[-1].siret == f"{5000:014}"


def test_hostile_cells_are_cleaned(tmp_path: Path) -> None:
    """Nothing of it is a command to a terminal, and length has an end."""
    nasty = "=CMD()\x1b]0;title\x07\u202egpj\u0000" + "x" * 50_000
    found, tally, _shape = entries(saved(tmp_path, [TOWN, nasty[:9000], "Oui\x1b[2J", "\x9b31m"]))
    (entry,) = found
    assert entry.name.isprintable()
    assert len(entry.name) <= 200
    assert entry.service_code.isprintable()
    assert tally.bad == 0


def test_titles_may_stand_above_the_headings(tmp_path: Path) -> None:
    file = tmp_path / "annuaire.csv"
    file.write_text(f"Annuaire Chorus Pro;;\n;;\nSIRET;Nom;Actif\n{TOWN};Mairie;O\n")
    found, tally, shape = entries(file)
    assert shape.heading_line == 3
    assert [e.name for e in found] == ["Mairie"]
    assert tally.rows == 1


def test_numbers_of_a_workbook_get_their_zeros_back(tmp_path: Path) -> None:
    """The published directory keeps SIRETs as numbers (API part 6)."""
    file = tmp_path / "annuaire.xlsx"
    rows: list[list[Any]] = [
        HEAD,
        [int(TOWN), "Toulouse", True, ""],
        [1234567800012, "Vannes", "Non", 12],
        ["012 345 678 00020", "Texte", "oui", None],
        [123456789, "SIREN", "Oui", ""],
        [None, None, None, None],
    ]
    workbook(file, {"Feuille 1": rows, "Autre": [["x"]]})
    found, tally, shape = entries(file)
    assert (shape.kind, shape.sheets) == ("xlsx", ("Feuille 1", "Autre"))
    assert [(e.siret, e.active, e.service_code) for e in found] == [
        (TOWN, True, ""),
        ("01234567800012", False, "12"),
        ("01234567800020", True, ""),
    ]
    assert (tally.rows, tally.padded, tally.told) == (4, 1, [(5, NOT_A_SIRET)])
    with pytest.raises(DirectoryUnreadable, match="no sheet"):
        look(file, "Nulle part")


@pytest.mark.parametrize(
    ("cell", "lost_zeros", "siret"),
    [
        ("213 105 554 00017", False, TOWN),
        ("213.105.554.00017", False, TOWN),
        (21310555400017.0, True, TOWN),
        ("21310555400017.0", False, TOWN),
        ("5580854700018", False, ""),
        (1234567800012, True, "01234567800012"),
        ("1234567800012", True, ""),
        ("213105554000171", False, ""),
        ("٢١٣١٠٥٥٥٤٠٠٠١٧", False, ""),
        (True, True, ""),
        ("", False, ""),
    ],
)
def test_a_siret_is_recognised_as_people_and_spreadsheets_write_it(
    cell: object, lost_zeros: bool, siret: str
) -> None:
    found, why, _padded = siret_of(cell, lost_zeros=lost_zeros)
    assert found == siret
    assert bool(found) is not bool(why)


def test_text_that_lost_zeros_is_mended_where_the_check_digits_say_so() -> None:
    assert siret_of("05650141400017".lstrip("0"), lost_zeros=False) == ("05650141400017", "", True)


@pytest.mark.parametrize(
    ("headings", "found"),
    [
        (["Type identifiant", "Identifiant", "Désignation"], {"siret": 1, "name": 2}),
        (["SIRET", "Nom service", "Nom"], {"siret": 0, "service_name": 1, "name": 2}),
        (
            ["N° SIRET", "Service obligatoire", "Engagement obligatoire", "Service ou engagement"],
            {"siret": 0, "service_required": 1, "commitment_required": 2, "service_or_commitment": 3},
        ),
        (["Date d'activation", "Statut", "siret"], {"active": 1, "siret": 2}),
        (["a", "b"], {}),
    ],
)  # fmt: skip
def test_columns_are_guessed_by_their_headings(headings: list[str], found: dict[str, int]) -> None:
    assert guess(headings) == {Role(role): at for role, at in found.items()}


def test_a_column_is_named_by_its_heading_or_its_place(tmp_path: Path) -> None:
    shape = look(saved(tmp_path, [TOWN, "x", "", ""]))
    assert column_named(shape, " raison SOCIALE") == 1
    assert column_named(shape, "#4") == 3
    assert [column_named(shape, wrong) for wrong in ("#0", "#5", "Ville", "")] == [None] * 4


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "holds no row"), (b"PK\x03\x04nothing", "workbook"), (b"\xff\xfe\x00", "")],
)
def test_a_file_that_is_none_is_told(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "annuaire.csv"
    file.write_bytes(content)
    if words:
        with pytest.raises(DirectoryUnreadable, match=words):
            look(file)
    else:
        assert entries(file)[0] == []
    with pytest.raises(DirectoryUnreadable, match="No such file"):
        look(tmp_path / "gone.csv")


@given(content=st.binary(max_size=600))
def test_whatever_is_in_a_file_is_read_or_refused_in_words(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("any") / "file.csv"
    file.write_bytes(content)
    try:
        shape = look(file)
        tally = Tally()
        found = list(read(shape, {Role.SIRET: 0, Role.NAME: 1, Role.ACTIVE: 2}, tally))
    except DirectoryUnreadable:
        return
    assert len(found) + tally.bad == tally.rows
    assert all(entry.siret.isdecimal() and len(entry.siret) == 14 for entry in found)
    assert all(entry.name.isprintable() for entry in found)


_CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\n"), max_size=30)


@given(
    rows=st.lists(
        st.tuples(st.integers(1, 10**14 - 1), _CELL, st.sampled_from(["Oui", "non", "1", "", "?"])),
        max_size=20,
    ),
    separator=st.sampled_from([";", ",", "\t", "|"]),
)
def test_every_row_that_was_written_is_read_again(
    rows: list[tuple[int, str, str]], separator: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("rows")
    file = saved(
        folder, *([f"{siret:014}", name, active, ""] for siret, name, active in rows), separator=separator
    )
    found, tally, _shape = entries(file)
    assert [e.siret for e in found] == [f"{siret:014}" for siret, _name, _active in rows]
    assert [e.active for e in found] == [truth(active) for _siret, _name, active in rows]
    assert tally.bad == 0
