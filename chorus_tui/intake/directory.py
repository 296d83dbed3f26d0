"""A public directory of recipients, as CSV or XLSX, read row by row.

Nothing in it is trusted: separators, encodings and headings are guessed and told, SIRETs that a spreadsheet
kept as numbers get their leading zeros back, every cell is cleaned, and a row that cannot be used is counted
with its line number and never the end (API part 6: the published directory keeps SIRETs as numbers).
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from msgspec import Struct

from chorus_tui.domain.identifiers import compact_siret, is_siret_shaped, siret_key_holds
from chorus_tui.i18n import N_, _
from chorus_tui.intake.sheets import (
    Cell,
    DirectoryUnreadable,
    csv_rows,
    encoding_of,
    is_workbook,
    readable,
    separator_of,
    shown,
    workbook,
)
from chorus_tui.text import fold

SAMPLE = 5
"""Rows that are shown beside a mapping."""
HEADINGS_WITHIN = 20
"""Rows among which the headings are: titles may stand above them."""
LONGEST_NAME = 200
MOST_TOLD = 20
"""Rows told one by one of those that cannot be used."""


class Role(StrEnum):
    """What a column of a directory holds."""

    SIRET = "siret"
    NAME = "name"
    POSTCODE = "postcode"
    TOWN = "town"
    ACTIVE = "active"
    SERVICE_REQUIRED = "service_required"
    COMMITMENT_REQUIRED = "commitment_required"
    SERVICE_OR_COMMITMENT = "service_or_commitment"
    SERVICE_CODE = "service_code"
    SERVICE_NAME = "service_name"
    SERVICE_ACTIVE = "service_active"
    SERVICE_COMMITMENT = "service_commitment"

    @property
    def label(self) -> str:
        """The English words; translate them where they are shown."""
        return _LABELS[self]


_LABELS = {
    Role.SIRET: N_("SIRET"),
    Role.NAME: N_("Name"),
    Role.POSTCODE: N_("Postcode"),
    Role.TOWN: N_("Town"),
    Role.ACTIVE: N_("Active"),
    Role.SERVICE_REQUIRED: N_("Service mandatory"),
    Role.COMMITMENT_REQUIRED: N_("Commitment mandatory"),
    Role.SERVICE_OR_COMMITMENT: N_("Service or commitment"),
    Role.SERVICE_CODE: N_("Service code"),
    Role.SERVICE_NAME: N_("Service name"),
    Role.SERVICE_ACTIVE: N_("Service active"),
    Role.SERVICE_COMMITMENT: N_("Commitment for service"),
}

_GUESSES: tuple[tuple[Role, tuple[str, ...]], ...] = (
    # The most telling first; a heading is taken once. Folded; a heading must hold every word of one entry.
    (Role.SERVICE_ACTIVE, ("service actif", "statut service", "etat service", "service active", "estactif")),
    (Role.SERVICE_OR_COMMITMENT, ("service ou engagement", "service ou ej", "ej ou service", "se ou ej",
        "engagement ou code service", "gestionnumeroejoucodeservice", "service or commitment")),
    (Role.SERVICE_COMMITMENT, ("engagement service", "ej service", "service commitment",
        "servicecommitment")),
    (Role.SERVICE_REQUIRED, ("codeservicedoitetrerenseigne", "service obligatoire", "service requis",
        "gestion service", "service required", "service mandatory")),
    (Role.COMMITMENT_REQUIRED, ("numeroejdoitetrerenseigne", "engagement obligatoire", "ej obligatoire",
        "gestion engagement", "gestion ej", "commitment required", "commitment mandatory",
        "engagement requis")),
    (Role.SERVICE_CODE, ("code service", "service code", "codeservice", "id service")),
    (Role.SERVICE_NAME, ("libelle service", "nom service", "libelleservice", "service name", "nomservice")),
    (Role.ACTIVE, ("structure active", "active structure", "actif", "active", "statut structure", "statut",
        "etat", "status")),
    (Role.SIRET, ("siret", "identifiant structure", "identifiant")),
    (Role.NAME, ("raison sociale", "designation", "denomination", "libelle structure", "nom structure",
        "structure name", "nom", "name", "libelle")),
    (Role.POSTCODE, ("code postal", "postcode", "zip", "cp")),
    (Role.TOWN, ("ville", "commune", "town", "city", "localite")),
)  # fmt: skip

_NOT = {Role.SIRET: ("type",), Role.NAME: ("type", "service"), Role.ACTIVE: ("date", "type")}
"""Words with which a heading is not what it looks like ("Type identifiant")."""

_TRUE = frozenset(["oui", "o", "yes", "y", "true", "vrai", "1", "x", "actif", "active", "a", "ouvert"])
_FALSE = frozenset(["non", "n", "no", "false", "faux", "0", "inactif", "inactive", "i", "ferme"])
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d+")
_FRACTION = re.compile(r"(\d+)[.,]0+")


class Shape(Struct, frozen=True, kw_only=True):
    """What a file looks like before it is read, so that the use of its columns can be told and changed."""

    path: str
    kind: str
    """"csv" or "xlsx"."""
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    separator: str = ""
    encoding: str = ""
    headings: tuple[str, ...]
    heading_line: int
    """Line of the headings, from 1."""
    sample: tuple[tuple[str, ...], ...]
    """The first rows below them."""
    mapping: dict[Role, int]
    """Which column (from 0) each role was guessed to be."""


class Entry(Struct, frozen=True):
    """One usable row. None: the file does not say."""

    siret: str
    name: str = ""
    place: str = ""
    active: bool | None = None
    service_required: bool | None = None
    commitment_required: bool | None = None
    service_or_commitment: bool | None = None
    service_code: str = ""
    service_name: str = ""
    service_active: bool | None = None
    service_commitment: bool | None = None


class Tally:
    """What became of the rows of a file."""

    def __init__(self) -> None:
        self.rows = 0
        """Rows below the headings that hold anything."""
        self.bad = 0
        self.told: list[tuple[int, str]] = []
        """Line number and why (English source string), of the first ones that cannot be used."""
        self.padded = 0
        """SIRETs that got leading zeros back."""

    def broken(self, line: int) -> None:
        """A row cannot even be read."""
        self.rows += 1
        self.refuse(line, BROKEN_ROW)

    def refuse(self, line: int, why: str) -> None:
        """A row cannot be used."""
        self.bad += 1
        if len(self.told) < MOST_TOLD:
            self.told.append((line, why))


NO_SIRET = N_("there is no SIRET")
NOT_A_SIRET = N_("this is no SIRET of fourteen digits")
BROKEN_ROW = N_("the row cannot be read: a quote is not closed, or a cell is too long")
LOST_DIGITS = N_("the spreadsheet rounded the SIRET; keep that column as text and save again")


def look(path: Path, sheet: str = "") -> Shape:
    """What a file looks like, and what its columns are guessed to be.

    Args:
        sheet: of a workbook; empty: the first.

    Raises:
        DirectoryUnreadable
    """
    with readable(path):
        if is_workbook(path):
            sheets, name, rows = workbook(path, sheet)
            separator = encoding = ""
        else:
            encoding = encoding_of(path)
            separator = separator_of(path, encoding)
            sheets, name, rows = (), "", csv_rows(path, encoding, separator, lambda _line: None)
        return _shape(path, rows, sheets=sheets, sheet=name, separator=separator, encoding=encoding)


def _shape(path: Path, rows: Iterable[tuple[int, Sequence[Cell]]], **more: Any) -> Shape:
    first: list[tuple[int, list[str]]] = []
    for line, cells in rows:
        first.append((line, [shown(cell) for cell in cells]))
        if len(first) >= HEADINGS_WITHIN + SAMPLE:
            break
    if not first:
        raise DirectoryUnreadable(_("The file holds no row."), _("Choose another file, or another sheet."))
    at = max(
        range(min(len(first), HEADINGS_WITHIN)),
        key=lambda number: (len(guess(first[number][1])), -number),
    )
    line, headings = first[at]
    return Shape(
        path=str(path),
        kind="xlsx" if more["sheets"] else "csv",
        headings=tuple(headings),
        heading_line=line,
        sample=tuple(tuple(cells) for _line, cells in first[at + 1 : at + 1 + SAMPLE]),
        mapping=guess(headings),
        **more,
    )


def guess(headings: Sequence[str]) -> dict[Role, int]:
    """Which column each role is, by its heading; a heading stands for one role."""
    found: dict[Role, int] = {}
    titles = [" ".join(re.split(r"[\W_]+", fold(heading))).strip() for heading in headings]
    for role, entries in _GUESSES:
        for entry in entries:
            at = _heading_with(titles, entry, _NOT.get(role, ()), set(found.values()))
            if at is not None:
                found[role] = at
                break
    return found


def _heading_with(titles: Sequence[str], entry: str, unless: Sequence[str], taken: set[int]) -> int | None:
    """The first title not taken that is an entry; else one that holds all of its words."""
    words = set(entry.split())
    free = [at for at in range(len(titles)) if at not in taken]
    for at in free:
        if titles[at] == entry:
            return at
    for at in free:
        told = set(titles[at].split())
        if words <= told and not told & set(unless):
            return at
    return None


def column_named(shape: Shape, named: str) -> int | None:
    """The column that somebody named: by its heading, or as `#3` by its place; None: there is none."""
    if named.startswith("#") and named[1:].isdecimal():
        place = int(named[1:]) - 1
        return place if 0 <= place < len(shape.headings) else None
    wanted = fold(named).strip()
    folded = [fold(heading).strip() for heading in shape.headings]
    return folded.index(wanted) if wanted in folded else None


def read(
    shape: Shape, mapping: Mapping[Role, int], tally: Tally, told: Callable[[int], None] | None = None
) -> Iterator[Entry]:
    """Every usable row of a file; what cannot be used is counted in the tally.

    Args:
        told: called now and then with the share that was read, in percent.

    Raises:
        DirectoryUnreadable
    """
    path = Path(shape.path)
    with readable(path):
        if shape.kind == "xlsx":
            _sheets, _name, rows = workbook(path, shape.sheet, told)
        else:
            rows = csv_rows(path, shape.encoding, shape.separator, tally.broken, told)
        columns = _Columns(mapping)
        numbers = shape.kind == "xlsx"
        for line, cells in rows:
            if line <= shape.heading_line or not any(cell not in ("", None) for cell in cells):
                continue
            tally.rows += 1
            entry = _entry(columns, cells, line, tally, numbers)
            if entry is not None:
                yield entry


class _Columns:
    """Takes the cells of a row by their roles."""

    def __init__(self, mapping: Mapping[Role, int]) -> None:
        self._at = mapping

    def cell(self, cells: Sequence[Cell], role: Role) -> Cell:
        at = self._at.get(role)
        return cells[at] if at is not None and at < len(cells) else ""

    def text(self, cells: Sequence[Cell], role: Role) -> str:
        at = self._at.get(role)
        return shown(cells[at])[:LONGEST_NAME] if at is not None and at < len(cells) else ""

    def truth(self, cells: Sequence[Cell], role: Role) -> bool | None:
        at = self._at.get(role)
        return truth(cells[at]) if at is not None and at < len(cells) else None


def _entry(columns: _Columns, cells: Sequence[Cell], line: int, tally: Tally, numbers: bool) -> Entry | None:
    siret, why, padded = siret_of(columns.cell(cells, Role.SIRET), lost_zeros=numbers)
    if why:
        tally.refuse(line, why)
        return None
    tally.padded += padded
    return Entry(
        siret,
        columns.text(cells, Role.NAME),
        f"{columns.text(cells, Role.POSTCODE)} {columns.text(cells, Role.TOWN)}".strip(),
        columns.truth(cells, Role.ACTIVE),
        columns.truth(cells, Role.SERVICE_REQUIRED),
        columns.truth(cells, Role.COMMITMENT_REQUIRED),
        columns.truth(cells, Role.SERVICE_OR_COMMITMENT),
        columns.text(cells, Role.SERVICE_CODE),
        columns.text(cells, Role.SERVICE_NAME),
        columns.truth(cells, Role.SERVICE_ACTIVE),
        columns.truth(cells, Role.SERVICE_COMMITMENT),
    )


def siret_of(cell: Cell, *, lost_zeros: bool) -> tuple[str, str, bool]:
    """The SIRET of a cell, why there is none (English source string), and whether zeros were put back.

    Args:
        lost_zeros: whether a number of less than fourteen digits lost zeros for sure, as in a workbook whose
            cell holds a number; in text it did where the check digits then hold.
    """
    is_number = isinstance(cell, int | float) and not isinstance(cell, bool)
    text = shown(cell)
    if fraction := _FRACTION.fullmatch(text):  # a number as some programs write it into a CSV
        text, is_number = fraction[1], True
    text = compact_siret(text)
    if not text:
        return "", NO_SIRET, False
    if is_siret_shaped(text):
        return (text, "", False) if text.isascii() else ("", NOT_A_SIRET, False)
    if _SCIENTIFIC.fullmatch(text):
        return "", LOST_DIGITS, False
    if text.isascii() and text.isdecimal() and 10 <= len(text) <= 14:
        whole = text.zfill(14)
        if (lost_zeros and is_number) or len(text) == 14 or siret_key_holds(whole):
            return whole, "", len(text) < 14
    return "", NOT_A_SIRET, False


def truth(cell: Cell) -> bool | None:
    """Yes, no, or None where the cell says neither."""
    if isinstance(cell, bool):
        return cell
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return _truth_of(str(cell)[:LONGEST_NAME])


@lru_cache(maxsize=1024)
def _truth_of(text: str) -> bool | None:
    word = fold(text).strip()
    return True if word in _TRUE else False if word in _FALSE else None
