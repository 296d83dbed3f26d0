"""An EDI gateway: takes archives from a drop folder, and puts what comes back into a return folder (API 5).

    gateway = sandbox.gateway(drop=drop, returns=returns, partner_code="ABC001")
    gateway.run_once()

Sourced are the names of archives and flow numbers, and the elements of life-cycle flows. The acknowledgement,
the elements inside CPPFluxStatuts and when each file is written are invented.
"""

import io
import itertools
import re
from collections.abc import Callable, Iterator
from concurrent.futures.process import BrokenProcessPool
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from chorus_tui.sandbox import invented
from chorus_tui.sandbox.analysis import Recognition
from chorus_tui.sandbox.clock import Clock
from chorus_tui.sandbox.flow_contents import NOT_READ, Contents, look_as
from chorus_tui.sandbox.flows import EDI, Flow, Flows
from chorus_tui.sandbox.invoices import Invoice, Invoices, Passage
from chorus_tui.sandbox.lifecycle import Lifecycle
from chorus_tui.sandbox.return_files import EDI_STATUSES, acknowledgement, flow_report, life_cycle

PARTNER = re.compile(r"[A-Z]{3}[0-9]{3}")
_NAME = re.compile(r"(FSO\d{4}A)_([A-Z]{3}\d{3})_([A-Z]{3}\d{3})(\d{4})(\d{15})\.tar\.gz")
SYNTAXES = {
    "FSO1100A": ("IN_DP_E1_UBL_INVOICE",),
    "FSO1106A": ("IN_DP_E1_CII_16B",),
    "FSO1110A": ("IN_DP_E2_UBL_INVOICE_MIN", "IN_DP_E2_CII_MIN_16B"),
    "FSO1113A": ("IN_DP_E2_CPP_FACTURE_MIN",),
    "FSO1117A": ("IN_DP_E2_CII_FACTURX",),
}
"""What may be inside, by the interface that the name tells."""


class Arrival(Struct, frozen=True):
    """A file of the drop folder."""

    name: str
    content: bytes
    number: str = ""
    interface: str = ""
    refused: str = ""
    """Why it is not taken, without a look inside."""


def look(arrival: Arrival) -> tuple[str, Contents]:
    """What is in a file, and as which syntax: one of its interface's."""
    if arrival.refused:
        return "", Contents()
    return look_as(arrival.content, SYNTAXES[arrival.interface])


class Gateway:
    """One partner's connection."""

    def __init__(
        self,
        *,
        drop: Path,
        returns: Path,
        partner_code: str,
        issuer: str,
        rejection: str,
        packed: bool,
        clock: Clock,
        flows: Flows,
        invoices: Invoices,
        lifecycle: Lifecycle,
        advance: Callable[[], int],
    ) -> None:
        if not PARTNER.fullmatch(partner_code):
            raise ValueError(f"a partner code is three capitals and three digits, not {partner_code!r}")
        if rejection not in ("partial", "complete"):
            raise ValueError(f"a rejection is partial or complete, not {rejection!r}")
        self.drop = drop
        self.returns = returns
        self.partner_code = partner_code
        self.rejection = rejection
        self._issuer = issuer
        self._packed = packed
        self._clock = clock
        self._flows = flows
        self._invoices = invoices
        self._lifecycle = lifecycle
        self._advance = advance
        self._sequence = itertools.count(1)
        self._told: dict[str, int] = {}
        """How many passages of each flow are told."""
        self._told_of_invoices: dict[int, int] = {}

    def run_once(self) -> int:
        """Take what lies in the drop folder, and return what there is to tell; the number of files."""
        taken = 0
        for arrival in self.arrivals():
            self.take(arrival, look(arrival))
            taken += 1
        return taken + self.tell()

    async def run(self, recognition: Recognition) -> int:
        """The same, with archives looked into beside the event loop."""
        taken = 0
        for arrival in self.arrivals():
            try:
                found = await recognition.run(look, arrival)
            except BrokenProcessPool:
                found = (SYNTAXES[arrival.interface][0], NOT_READ)
            self.take(arrival, found)
            taken += 1
        return taken + self.tell()

    def arrivals(self) -> Iterator[Arrival]:
        """The files to take, by name; hidden ones and those that are still written are left alone."""
        for path in sorted(self.drop.iterdir()):
            if path.name.startswith(".") or path.name.endswith(".part") or not path.is_file():
                continue
            content = path.read_bytes()
            path.unlink()
            yield self._read(path.name, content)

    def _read(self, name: str, content: bytes) -> Arrival:
        parts = _NAME.fullmatch(name)
        if parts is None:
            return Arrival(name, content, refused=invented.ACK_NAME)
        interface, partner, by, digits, _ = parts.groups()
        number = "".join(parts.groups()[2:])
        refused = ""
        if self.partner_code not in (partner, by) or partner != by:
            refused = invented.ACK_PARTNER.format(code=partner if partner != self.partner_code else by)
        elif digits != interface[3:7] or interface not in SYNTAXES:
            refused = invented.ACK_INTERFACE.format(code=interface)
        elif self._flows.get(number) is not None:
            refused = invented.ACK_AGAIN.format(number=number)
        return Arrival(name, content, number, interface, refused)

    def take(self, arrival: Arrival, found: tuple[str, Contents]) -> None:
        """Acknowledge a file, and let the flow in that it is."""
        syntax, contents = found
        refused = arrival.refused
        damaged = [error for error in contents.errors if error.code == invented.NOT_UNPACKED[0]]
        if not refused and (damaged or arrival.content[:2] != b"\x1f\x8b"):
            refused = invented.ACK_DAMAGED
        answer = acknowledgement(arrival.name, arrival.number, self._clock.now(), refused)
        self._write(f"{arrival.name}.ack.xml", answer)
        if not refused:
            self._flows.take(
                contents,
                name=arrival.name,
                syntax=syntax,
                way=EDI,
                issuer=self._issuer,
                number=arrival.number,
                partner=self.partner_code,
                rejection=self.rejection,
                size=len(arrival.content),
            )
            self._told[arrival.number] = 0

    def tell(self) -> int:
        """Write a report for every state that a flow came into, and one flow of all new statuses."""
        self._advance()
        written = 0
        for number, told in self._told.items():
            flow = self._flows.by_number(number)
            for at, state in flow.passages[told:]:
                final = state == flow.state and at == flow.since
                self._report(flow, state, at, final=final)
                written += 1
            self._told[number] = len(flow.passages)
        return written + self._tell_statuses()

    def _report(self, flow: Flow, state: str, at: datetime, *, final: bool) -> None:
        name = f"C{flow.interface[1:]}_{self.partner_code}_{self._next(flow.interface)}"
        self._write(f"{name}.xml", flow_report(flow, state, at, final=final))

    def _tell_statuses(self) -> int:
        """The passages of this partner's invoices that were not told yet."""
        units: list[tuple[Invoice, Passage]] = []
        for number in self._told:
            for invoice_id in self._flows.by_number(number).integrated:
                invoice = self._invoices.get(invoice_id)
                if invoice is None:
                    continue
                past = self._lifecycle.past(invoice)
                known = self._told_of_invoices.get(invoice_id, 0)
                units += [(invoice, passage) for passage in past[known:] if passage.status in EDI_STATUSES]
                self._told_of_invoices[invoice_id] = len(past)
        if not units:
            return 0
        name = f"FEN1200A_{self.partner_code}_{self._next('FEN1200A')}.xml"
        self._write(name, life_cycle(units))
        return 1

    def _next(self, interface: str) -> str:
        return f"{self.partner_code}{interface[3:7]}{next(self._sequence):015d}"

    def _write(self, name: str, content: bytes) -> None:
        """Aside, then into place, so that nobody reads half of it."""
        if self._packed and not name.endswith(".ack.xml"):
            name, content = name.removesuffix(".xml") + ".tar.gz", _archive(name, content)
        aside = self.returns / f".{name}.part"
        aside.write_bytes(content)
        aside.replace(self.returns / name)


def _archive(name: str, content: bytes) -> bytes:
    import tarfile

    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as made:
        entry = tarfile.TarInfo(name)
        entry.size = len(content)
        made.addfile(entry, io.BytesIO(content))
    return out.getvalue()
