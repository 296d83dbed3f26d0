"""Files of EDI return folders that could not be used: which, why, and where they lie."""

from collections.abc import Iterable

from chorus_tui.domain.gateway_records import ReturnedFile
from chorus_tui.domain.statuses import Tone
from chorus_tui.i18n import N_, _, ngettext
from chorus_tui.operations import edi
from chorus_tui.ui.columns import Column
from chorus_tui.ui.commands import Command, Scope
from chorus_tui.ui.filtering import Field, Kind
from chorus_tui.ui.screens.console import EVERYWHERE
from chorus_tui.ui.screens.listing import LISTING, ListingScreen
from chorus_tui.ui.screens.told import Told
from chorus_tui.ui.widgets.lines import Line
from chorus_tui.ui.widgets.painted import wrap
from chorus_tui.ui.words import count, day_of, file_name, moment

COLUMNS: tuple[Column[ReturnedFile], ...] = (
    Column("at", N_("Day"), 10, lambda r: day_of(r.at), sort=lambda r: r.at, newest_first=True),
    Column("connection", N_("Connection"), 12, lambda r: r.connection),
    Column("name", N_("File"), 26, lambda r: r.name, grows=True, shorten=file_name),
    Column("reason", N_("Reason"), 22, lambda r: _(r.reason), grows=True, tone=lambda _r: Tone.BAD),
)

FIELDS: tuple[Field[ReturnedFile], ...] = (
    Field(N_("file"), Kind.TEXT, lambda r: r.name),
    Field(N_("connection"), Kind.TEXT, lambda r: r.connection),
    Field(N_("reason"), Kind.TEXT, lambda r: _(r.reason)),
)

FILES = Scope(
    "gateway_files",
    N_("Files from EDI gateways"),
    (
        Command(
            "gateway_files.forget",
            "d",
            N_("Seen to"),
            N_("Takes files out of this list that somebody dealt with; the files stay where they are."),
            lambda s: s.forget(),
            lambda s: "" if s.listing.current else _("There is no file here."),
            line=1,
        ),
    ),
)


class GatewayFiles(ListingScreen[ReturnedFile]):
    """The latest first; why and where below."""

    scopes = (FILES, LISTING, EVERYWHERE)
    title_of = N_("Flows › Files set aside")
    columns = COLUMNS
    fields = FIELDS
    tables = frozenset({"returned"})
    first_sort = ("at", True)
    message_height = 5

    def load(self) -> Iterable[ReturnedFile]:
        """Those of the structures that this operator sees."""
        return edi.set_aside(self.desk)

    def key(self, row: ReturnedFile) -> str:
        """Its name and content."""
        return row.id

    def row(self, key: str) -> ReturnedFile | None:
        """The file, as long as it is set aside."""
        return next((file for file in edi.set_aside(self.desk) if file.id == key), None)

    def words(self, row: ReturnedFile) -> str:
        """Whatever somebody may name."""
        return f"{row.name} {row.connection} {_(row.reason)}"

    def message(self, row: ReturnedFile) -> Told:
        """Why, and what to do with it."""
        remedy = _("It lies in {folder}. Put back into the return folder, it is read again.")
        return Told(f"✗ {_(row.reason)}", Tone.BAD, remedy.format(folder=edi.place_of(self.desk, row)))

    def pane(self, row: ReturnedFile, width: int) -> list[Line]:
        """The file in full."""
        lines: list[Line] = [((part, "bad"),) for part in self.message(row).words(width, 20)]
        told = (row.name, f"{row.connection} · {moment(row.at)}")
        return [*lines, (), *[((part, "plain"),) for words in told for part in wrap(words, width, 4)]]

    def empty(self) -> str:
        """All that came was used."""
        return _("No file of an EDI gateway is set aside: everything that came back was taken in.")

    def copyable(self, row: ReturnedFile) -> str:
        """Where it lies."""
        return str(edi.place_of(self.desk, row))

    def forget(self) -> None:
        """Take them out of the list."""
        gone = edi.forget_set_aside(self.desk, [file.id for file in self.chosen()])
        self.listing.unmark()
        words = ngettext(
            "{n} file seen to; it stays where it lies.", "{n} files seen to; they stay where they lie.", gone
        )
        self.say(words.format(n=count(gone)), Tone.GOOD)
