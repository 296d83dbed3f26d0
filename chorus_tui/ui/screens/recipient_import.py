"""Before a directory is imported: what each of its columns is taken for, told and changeable."""

from collections.abc import Callable, Iterable
from pathlib import Path

from msgspec import Struct

from chorus_tui.domain.statuses import Tone
from chorus_tui.i18n import N_, _
from chorus_tui.intake.directory import Role, Shape, siret_of
from chorus_tui.operations.importing import ImportFailed, look_in_background
from chorus_tui.text import clean
from chorus_tui.ui.columns import Column
from chorus_tui.ui.commands import Command, Scope
from chorus_tui.ui.screens.console import EVERYWHERE
from chorus_tui.ui.screens.listing import LISTING, ListingScreen
from chorus_tui.ui.screens.told import Told


class Chosen(Struct, frozen=True):
    """What is to be imported."""

    shape: Shape
    mapping: dict[Role, int]


class RoleRow(Struct, frozen=True):
    """A thing that a directory may tell, and the column that tells it."""

    role: Role
    heading: str
    """Empty: no column tells it."""
    sample: str


COLUMNS: tuple[Column[RoleRow], ...] = (
    Column("role", N_("What"), 23, lambda r: _(r.role.label), sort=lambda r: list(Role).index(r.role)),
    Column(
        "heading",
        N_("Column of the file"),
        22,
        lambda r: r.heading or f"– {_('none')}",
        tone=lambda r: Tone.PLAIN if r.heading else Tone.FAINT,
        grows=True,
    ),
    Column("sample", N_("First values"), 30, lambda r: r.sample, grows=True),
)

IMPORT = Scope(
    "import",
    N_("Import of a directory"),
    (
        Command(
            "import.start",
            "i",
            N_("Import"),
            N_("Imports the file with these columns, in the background."),
            lambda s: s.start(),
            lambda s: s.why_not_start(),
            line=1,
        ),
        Command(
            "import.column",
            "enter",
            N_("Choose the column"),
            N_("Chooses which column of the file tells this."),
            lambda s: s.ask_column(),
            line=2,
        ),
        Command(
            "import.sheet",
            "s",
            N_("Sheet"),
            N_("Chooses another sheet of the workbook."),
            lambda s: s.ask_sheet(),
            lambda s: "" if len(s.shape.sheets) > 1 else _("The file has no other sheet."),
            line=3,
        ),
    ),
)


class DirectoryImport(ListingScreen[RoleRow]):
    """Twelve things a directory may tell; the SIRET it must."""

    scopes = (IMPORT, LISTING, EVERYWHERE)
    title_of = N_("Import of a directory")
    columns = COLUMNS
    first_sort = ("role", False)

    def __init__(self, shape: Shape, when_chosen: Callable[[Chosen], None]) -> None:
        super().__init__()
        self.shape = shape
        self.mapping = dict(shape.mapping)
        self._when_chosen = when_chosen

    def heading(self) -> str:
        """The file, and the sheet of a workbook."""
        name = clean(Path(self.shape.path).name)
        sheet = f" › {self.shape.sheet}" if self.shape.sheet else ""
        return _("Import of {file}").format(file=name) + sheet

    def aside(self) -> str:
        """How a CSV was read."""
        if self.shape.kind != "csv":
            return ""
        separator = {"\t": _("tab")}.get(self.shape.separator, self.shape.separator)
        encoding = self.shape.encoding.removesuffix("-sig").upper()
        return f"{encoding} · {_('separator')} {separator}"

    def load(self) -> Iterable[RoleRow]:
        """Every role."""
        return [self._row(role) for role in Role]

    def _row(self, role: Role) -> RoleRow:
        at = self.mapping.get(role)
        if at is None:
            return RoleRow(role, "", "")
        heading = self.shape.headings[at] or f"#{at + 1}"
        values = [cells[at] for cells in self.shape.sample if at < len(cells) and cells[at]]
        return RoleRow(role, heading, " · ".join(values[:3]))

    def key(self, row: RoleRow) -> str:
        """The role."""
        return row.role.value

    def row(self, key: str) -> RoleRow | None:
        """The role as it is mapped now."""
        return self._row(Role(key))

    def message(self, row: RoleRow) -> Told:
        """Whether the column can be what it is taken for."""
        if row.role is not Role.SIRET:
            return Told(_("enter chooses its column; i imports with the columns shown."))
        why = self.why_not_start()
        return Told(f"✗ {why}", Tone.BAD) if why else Told(_("i imports with the columns shown."))

    def why_not_start(self) -> str:
        """Why it cannot be imported yet; empty: it can."""
        at = self.mapping.get(Role.SIRET)
        if at is None:
            return _("Choose the column that holds the SIRET.")
        values = [cells[at] for cells in self.shape.sample if at < len(cells)]
        if values and all(siret_of(value, lost_zeros=False)[1] for value in values):
            return _("The column chosen for the SIRET holds none in the first rows; choose another.")
        return ""

    async def ask_column(self) -> None:
        """One of the file's columns, or none."""
        row = self.listing.current
        if row is None:
            return
        options: list[tuple[int, str]] = [(-1, _("none"))]
        options += [(at, heading or f"#{at + 1}") for at, heading in enumerate(self.shape.headings)]
        now = self.mapping.get(row.role, -1)
        question = _("{what}:").format(what=_(row.role.label))
        at = await self.prompt.choose(question, options, now + 1)
        if at is None:
            return
        if at < 0:
            self.mapping.pop(row.role, None)
        else:
            # A column tells one thing.
            self.mapping = {role: place for role, place in self.mapping.items() if place != at}
            self.mapping[row.role] = at
        self._show_again()

    def _show_again(self) -> None:
        self._take(self.load)
        self.show_rows()
        self.on_listing_moved()

    async def ask_sheet(self) -> None:
        """Another sheet, looked at anew."""
        sheet = await self.prompt.choose(_("Sheet:"), [(name, name) for name in self.shape.sheets])
        if sheet is None:
            return
        self.say(_("Looking at the sheet…"))
        try:
            self.shape = await look_in_background(Path(self.shape.path), sheet)
        except ImportFailed as failure:
            self.say(str(failure), Tone.BAD)
            return
        self.mapping = dict(self.shape.mapping)
        self.say("")
        self._show_again()

    def start(self) -> None:
        """Import, and go back to the recipients, where it shows how far it is."""
        self.dismiss()
        self._when_chosen(Chosen(self.shape, self.mapping))
