"""Packs that somebody deposits on the portal: where they are, what to do with them, then their numbers."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from textual.app import ComposeResult

from chorus_tui.domain.flow import Flow
from chorus_tui.domain.flow_states import FlowStage
from chorus_tui.domain.statuses import Tone
from chorus_tui.i18n import N_, _, ngettext
from chorus_tui.operations import packs
from chorus_tui.operations.desk import Refusal
from chorus_tui.text import clean, clean_lines
from chorus_tui.ui.columns import Column
from chorus_tui.ui.screens.console import EVERYWHERE, Changes, ConsoleScreen
from chorus_tui.ui.screens.deposit_commands import PACK
from chorus_tui.ui.widgets.lines import Lines
from chorus_tui.ui.widgets.listing import Listing
from chorus_tui.ui.widgets.painted import wrap
from chorus_tui.ui.words import count, money

HANGING = " " * 7
"""How a step of the checklist goes on."""
LINES = 8
"""Lines that one step takes at most."""
MOST = 5
"""Packs that show at once above the checklist."""


@dataclass(frozen=True)
class PackRow:
    """One pack: its flow, where it was written, and its checklist."""

    flow: Flow
    place: str = ""
    checklist: str = ""
    trouble: str = ""
    """Why it could not be written."""

    @property
    def waits(self) -> bool:
        """Whether its number is still to be typed."""
        return self.flow.stage in (FlowStage.QUEUED, FlowStage.HANDED_OVER)

    @property
    def number_words(self) -> str:
        """Its number, or that it is wanted."""
        return self.flow.number or (_("n takes its number") if self.waits else _(self.flow.label))


def _tone(row: PackRow) -> Tone:
    return Tone.BAD if row.trouble else Tone.WAITS if row.waits else Tone.GOOD


COLUMNS: tuple[Column[PackRow], ...] = (
    Column("file", N_("File"), 20, lambda r: r.flow.name, grows=True),
    Column("invoices", N_("Invoices"), 10, lambda r: count(r.flow.count), right=True),
    Column("amount", N_("Amount"), 14, lambda r: money(r.flow.amount), right=True),
    Column("number", N_("Flow number"), 26, lambda r: r.number_words, tone=_tone),
)


class PortalPack(ConsoleScreen):
    """The packs of one deposit, one after the other."""

    DEFAULT_CSS = """
    PortalPack Listing { height: 2; }
    PortalPack #pack-place { height: 2; }
    PortalPack #pack-list { height: 1fr; }
    """
    scopes = (PACK, EVERYWHERE)
    AUTO_FOCUS = "Listing"

    def __init__(self, flows: Sequence[str]) -> None:
        """
        Args:
            flows: ids of the flows that the packs are of.
        """
        super().__init__()
        self.ids = tuple(flows)
        self.title_line = Lines("bar", id="pack-title")
        self.listing: Listing[PackRow] = Listing(COLUMNS, lambda row: row.flow.id, id="packs")
        self.place_lines = Lines(id="pack-place")
        self.list_lines = Lines(id="pack-list")
        self.listing.when_moved = self._moved
        self._rows: dict[str, PackRow] = {}
        self._top = 0

    def compose_body(self) -> ComposeResult:
        """Title, the packs, where the current one is, its checklist."""
        yield self.title_line
        yield self.listing
        yield self.place_lines
        yield self.list_lines

    def on_mount(self) -> None:
        """Write the packs."""
        super().on_mount()
        found = (self.desk.store.flows.get(key) for key in self.ids)
        self._rows = {flow.id: PackRow(flow) for flow in found if flow is not None}
        self.listing.styles.height = 1 + min(MOST, max(1, len(self._rows)))
        self._show()
        self.run_worker(self._write, group="packs")  # type: ignore[arg-type]  # a method

    async def _write(self) -> None:
        """One after the other: each is a file and its checklist, in a folder of its own."""
        for key, row in tuple(self._rows.items()):
            if row.waits:
                self._rows[key] = self._written(row)
                self._show()
                await asyncio.sleep(0)

    def _written(self, row: PackRow) -> PackRow:
        try:
            pack = packs.make_pack(self.desk, row.flow.id, self.desk.settings.folders.exports)
            text = clean_lines(pack.checklist.read_text(encoding="utf-8"))
        except Refusal as refusal:
            return replace(row, trouble=str(refusal))
        except OSError as error:
            reason = _("The pack could not be written: {reason}.").format(reason=error.strerror or error)
            return replace(row, trouble=reason)
        return PackRow(pack.flow, clean(str(pack.folder)), text)

    # Showing

    def _show(self) -> None:
        waiting = sum(row.waits for row in self._rows.values())
        number = len(self._rows)
        told = ngettext("{n} pack for the portal", "{n} packs for the portal", number).format(n=count(number))
        if waiting:
            left = ngettext("{n} number still to be typed", "{n} numbers still to be typed", waiting)
            told += " · " + left.format(n=count(waiting))
        self.title_line.show([((f" {told}", "strong"),)])
        self.listing.show(list(self._rows.values()))

    def _moved(self) -> None:
        row = self.listing.current
        width = self.app.size.width - 2
        if row is None:
            return
        self._top = 0
        if row.trouble:
            self.place_lines.show([((f" {line}", "bad"),) for line in wrap(f"✗ {row.trouble}", width, 2)])
        else:
            told = _("The pack is in {place}").format(place=row.place) if row.place else ""
            self.place_lines.show([((f" {line}", "good"),) for line in wrap(told, width, 2)])
        self._draw_list()

    def _draw_list(self) -> None:
        row = self.listing.current
        lines = self._list_lines(row) if row is not None else []
        self._top = max(0, min(self._top, len(lines) - self.list_lines.size.height))
        self.list_lines.show([((f" {line}", "plain"),) for line in lines[self._top :]])

    def _list_lines(self, row: PackRow) -> list[str]:
        """Steps that are broken in the file are whole again here, then broken for this width."""
        width = self.app.size.width - 2
        whole: list[str] = []
        for line in row.checklist.splitlines():
            if line.startswith(HANGING) and whole:
                whole[-1] += f" {line.strip()}"
            else:
                whole.append(line)
        lines: list[str] = []
        for line in whole:
            first, *rest = wrap(line, width - len(HANGING), LINES) or [""]
            lines += [first, *(f"{HANGING}{more}" for more in rest)]
        return lines

    def scroll_list(self, by: int) -> None:
        """Move the checklist by whole windows."""
        self._top += by * max(1, self.list_lines.size.height - 1)
        self._draw_list()

    def on_resize(self, event: object) -> None:
        """Let the checklist use the room."""
        super().on_resize(event)  # type: ignore[arg-type]  # as ListingScreen has it
        self.call_after_refresh(self._moved)

    def store_changed(self, changes: Changes) -> None:
        """Follow the flows; a number may be typed elsewhere."""
        for key in changes.get("flows", frozenset()) & self._rows.keys():
            flow = self.desk.store.flows.get(key)
            if flow is not None:
                self._rows[key] = replace(self._rows[key], flow=flow)
        self._show()

    # What is done here

    def copy_place(self) -> None:
        """Copy the folder of the current pack."""
        row = self.listing.current
        if row is None or not row.place:
            self.say(_("No pack is written here."), Tone.WAITS)
            return
        self.copy(row.place, _("the path of the pack"))

    async def ask_number(self) -> None:
        """Ask for the number until it is one, or escape leaves the question."""
        row = self.listing.current
        if row is None:
            return
        question, typed = _("Flow number of {file}:").format(file=row.flow.name), ""
        why = ""
        while (answer := await self.prompt.text(f"{why} {question}".strip(), typed)) is not None:
            typed = answer
            try:
                flow = packs.typed_number(self.desk, row.flow.id, answer)
            except Refusal as refusal:
                why = str(refusal)
                continue
            self._rows[flow.id] = replace(self._rows[flow.id], flow=flow)
            self._show()
            words = _("{number}: place 4 follows it.").format(number=flow.number)
            self.say(words, Tone.GOOD)
            return
