"""Rejected payment requests of one structure, for its managers (S2-044)."""

from collections.abc import Iterable
from decimal import Decimal
from functools import partial

from chorus_tui.domain.statuses import Tone
from chorus_tui.i18n import N_, _, ngettext
from chorus_tui.operations import flow_rejects, flow_search, permissions
from chorus_tui.operations.explaining import knowledge
from chorus_tui.operations.flow_rejects import Rejected
from chorus_tui.ui.columns import Column
from chorus_tui.ui.commands import Command, Scope
from chorus_tui.ui.filtering import Field, Kind
from chorus_tui.ui.screens.console import EVERYWHERE, Changes
from chorus_tui.ui.screens.listing import LISTING, ListingScreen
from chorus_tui.ui.screens.told import Told
from chorus_tui.ui.widgets.lines import Line
from chorus_tui.ui.widgets.painted import pad, wrap
from chorus_tui.ui.words import amount, count, day, file_name, money

LABEL = 12
REASON = 20
"""Lines beside the table for why."""


def _number_end(number: str, width: int) -> str:
    """The end of a flow's number, which tells it from others."""
    return number if len(number) <= width else f"…{number[1 - width :]}"


COLUMNS: tuple[Column[Rejected], ...] = (
    Column("day", N_("Rejected"), 10, lambda r: day(r.day), sort=lambda r: r.rejected_at, newest_first=True),
    Column("number", N_("Invoice"), 16, lambda r: r.number or f"– {_('all of it')}", grows=True),
    Column("flow", N_("Flow"), 14, lambda r: r.flow_number, shorten=_number_end),
    Column(
        "deposited",
        N_("Deposited"),
        12,
        lambda r: day(r.deposited),
        sort=lambda r: r.deposited_at,
        newest_first=True,
    ),
    Column("reason", N_("Reason"), 22, lambda r: r.reason, grows=True, tone=lambda _r: Tone.BAD),
    Column("mode", N_("Mode"), 7, lambda r: _(r.mode.label), rank=1),
    Column("recipient", N_("Recipient"), 20, lambda r: r.recipient, rank=3),
    Column(
        "amount",
        N_("Amount"),
        12,
        lambda r: amount(r.amount),
        sort=lambda r: r.amount,
        right=True,
        rank=2,
        newest_first=True,
    ),
    Column("file", N_("File"), 14, lambda r: r.file_name, shorten=file_name, rank=4),
)

FIELDS: tuple[Field[Rejected], ...] = (
    Field(N_("rejected"), Kind.DATE, lambda r: r.day),
    Field(N_("deposited"), Kind.DATE, lambda r: r.deposited),
    Field(N_("invoice"), Kind.TEXT, lambda r: r.number),
    Field(N_("flow"), Kind.TEXT, lambda r: r.flow_number),
    Field(N_("reason"), Kind.TEXT, lambda r: r.reason),
    Field(N_("mode"), Kind.TEXT, lambda r: r.mode.label),
    Field(N_("recipient"), Kind.TEXT, lambda r: r.recipient),
    Field(N_("amount"), Kind.AMOUNT, lambda r: r.amount),
)

REJECTS = Scope(
    "rejects",
    N_("Rejected payment requests"),
    (
        Command(
            "rejects.open",
            "enter",
            N_("Open flow"),
            N_("Opens the flow of the rejected payment request."),
            lambda s: s.open_row(),
            lambda s: "" if s.listing.current else _("There is no rejection here."),
            line=1,
        ),
        Command(
            "rejects.structure",
            "s",
            N_("Structure"),
            N_("Chooses the structure whose rejections are listed."),
            lambda s: s.choose_structure(),
            lambda s: s.why_no_choice(),
            line=2,
        ),
        Command(
            "rejects.export",
            "x",
            N_("Export"),
            N_("Writes what shows to one CSV file, or to a file for each day as the portal has them."),
            lambda s: s.export(),
            lambda s: "" if len(s.rows.shown) else _("No row is displayed, so there is nothing to export."),
            line=3,
        ),
    ),
)


class FlowRejects(ListingScreen[Rejected]):
    """The latest first; the reason of the one under the cursor stands below in full."""

    scopes = (REJECTS, LISTING, EVERYWHERE)
    title_of = N_("Rejected payment requests")
    columns = COLUMNS
    fields = FIELDS
    first_sort = ("day", True)
    message_height = 6

    def __init__(self, siret: str = "") -> None:
        """
        Args:
            siret: of the structure; empty: the first that the operator manages.
        """
        super().__init__()
        self.siret = siret
        self._found: list[Rejected] = []
        self._gathered = False

    def on_mount(self) -> None:
        """Gather beside the running screen."""
        self.gather(top=True)

    def gather(self, top: bool = False) -> None:
        """Read again what was rejected."""
        # The method and not what it returns: a screen that goes at once never begins it.
        gather = partial(self._gather, top)
        self.run_worker(gather, group="gather", exclusive=True)  # type: ignore[arg-type]  # a method

    async def _gather(self, top: bool) -> None:
        found: list[Rejected] = []
        with self.telling():
            managed = [issuer.siret for issuer in flow_rejects.structures(self.desk)]
            if self.siret not in managed:
                self.siret = managed[0] if managed else ""
            if self.siret:
                found = await flow_rejects.rejects_in_slices(self.desk, self.siret)
        self._found = found
        self._gathered = True
        self._take(self.load)
        self.show_rows(top)
        self.update_keys()

    def load(self) -> Iterable[Rejected]:
        """What was gathered."""
        return self._found

    def key(self, row: Rejected) -> str:
        """Flow and invoice."""
        return row.key

    def words(self, row: Rejected) -> str:
        """All that somebody may name."""
        return f"{row.number} {row.flow_number} {row.file_name} {row.recipient} {row.reason}"

    def amount(self, row: Rejected) -> Decimal | None:
        """What it is worth."""
        return row.amount

    def store_changed(self, changes: Changes) -> None:
        """Follow reports, and who may see them."""
        if changes.keys() & {"flows", "reports", "contents", "grants"}:
            self.gather()

    def heading(self) -> str:
        """Of which structure."""
        name = permissions.name_of(self.desk, self.siret) if self.siret else ""
        return f"{_(self.title_of)} · {name}" if name else _(self.title_of)

    def empty(self) -> str:
        """Whether nothing was rejected, or nothing may be seen."""
        if not self._gathered:
            return _("Looking…")
        if self.siret:
            return _("Nothing was rejected of this structure, or its report was not fetched yet.")
        if flow_search.issuers(self.desk):
            return _(
                "Rejected payment requests are opened by the main and secondary managers of a structure, and "
                "you are none. The main manager can grant that; p at Flows shows who it is."
            )
        words = _("No flow yet: data appear once a structure has deposited an incoming flow itself.")
        return permissions.why_hidden(self.desk) or words

    def message(self, row: Rejected) -> Told:
        """Why, in full; what it means and what to do; whether it went again."""
        explained = knowledge(self.desk).explain_all(row.reason)[0]
        again = _("It was sent again.") if row.resent_in else ""
        if not explained.known:
            return Told(f"✗ {row.reason}", Tone.BAD, again)
        remedy = " ".join(filter(None, (again, explained.remedy)))
        return Told(f"✗ {row.reason}", Tone.BAD, remedy, explained.meaning)

    def pane(self, row: Rejected, width: int) -> list[Line]:
        """The rejection in full."""
        lines: list[Line] = [((part, "bad"),) for part in self.message(row).words(width, REASON)]
        lines.append(())
        for label, value in (
            (N_("Invoice"), row.number),
            (N_("Flow number"), row.flow_number),
            (N_("File"), row.file_name),
            (N_("Deposited"), day(row.deposited)),
            (N_("Rejected"), day(row.day)),
            (N_("Mode"), _(row.mode.label)),
            (N_("Recipient"), row.recipient),
            (N_("Amount"), money(row.amount)),
        ):
            for at, part in enumerate(wrap(value, width - LABEL - 1, 2) if value else ()):
                lines.append(((pad(_(label) if not at else "", LABEL) + " ", "faint"), (part, "plain")))
        return lines

    def copyable(self, row: Rejected) -> str:
        """The four things that the portal's file says."""
        return "\t".join((row.flow_number, row.number, day(row.deposited), row.reason))

    def open(self, row: Rejected) -> None:
        """Its flow."""
        from chorus_tui.ui.screens.flow import FlowDetail

        self.app.push_screen(FlowDetail(row.flow_id))

    # Verbs

    def why_no_choice(self) -> str:
        """Why there is no other structure."""
        if len(flow_rejects.structures(self.desk)) > 1:
            return ""
        return _("There is no other structure whose rejections you may open.")

    async def choose_structure(self) -> None:
        """Another structure."""
        found = flow_rejects.structures(self.desk)
        options = [(issuer.siret, issuer.name or issuer.siret) for issuer in found]
        sirets = [issuer.siret for issuer in found]
        at = sirets.index(self.siret) if self.siret in sirets else 0
        chosen = await self.prompt.choose(_("Structure:"), options, at)
        if chosen is not None:
            self.siret = chosen
            self.listing.unmark()
            await self._gather(top=True)

    async def export(self) -> None:
        """One file, or one for each day."""
        options = [("one", _("one file")), ("daily", _("one file for each day"))]
        chosen = await self.prompt.choose(_("Export:"), options)
        if chosen is None:
            return
        rows = list(self.rows.shown)
        words = ngettext("{n} rejection", "{n} rejections", len(rows)).format(n=count(len(rows)))
        try:
            if chosen == "one":
                where = str(flow_rejects.export_rejects(self.desk, rows))
            else:
                paths = flow_rejects.export_by_day(self.desk, rows)
                files = ngettext("{n} file", "{n} files", len(paths)).format(n=count(len(paths)))
                where = f"{files}, {paths[0].parent}"
        except OSError as error:
            told = _("The file could not be written: {reason}.").format(reason=error.strerror or error)
            self.say(told, Tone.BAD)
        else:
            self.say(_("{what} written to {path}").format(what=words, path=where), Tone.GOOD)
