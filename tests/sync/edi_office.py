"""A store, an EDI connection with its folders, and a process that can be killed at any file it touches."""

import asyncio
import hashlib
import io
import os
import sys
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from msgspec import structs

from chorus_tui.domain.flow import Flow, FlowInvoice, FlowMode, Syntax
from chorus_tui.domain.gateway_records import ReturnedFile
from chorus_tui.operations import Desk
from chorus_tui.operations.depositing import Part, Plan, deposit
from chorus_tui.sandbox import ManualClock
from chorus_tui.settings import EdiConnection, Folders, Settings
from chorus_tui.store import Store
from chorus_tui.sync.edi import EdiStation

ISSUER = "11122233300044"
OTHERS = ("55566677700011", "55566677700029")
RECIPIENT = "12345678200028"
XML = b"<CrossIndustryInvoice/>"

ACK = """<AccuseReception><NomFichier>{name}</NomFichier><NumeroFlux>{number}</NumeroFlux>
<DateHeure>2026-11-22T10:00:00+01:00</DateHeure><Resultat>{result}</Resultat><Motif>{reason}</Motif>
</AccuseReception>"""
REPORT = """<CPPStatutPivot><CPPFluxStatuts><CPPFluxStatutUnitaire><NumeroFlux>{number}</NumeroFlux>
<NomFichier>{name}</NomFichier><CodeInterface>FSO1106A</CodeInterface>
<DateEtat>{at}</DateEtat><EtatFlux>{state}</EtatFlux>{errors}
</CPPFluxStatutUnitaire></CPPFluxStatuts></CPPStatutPivot>"""
ERROR = """<ErreurDP><NumeroDP>{number}</NumeroDP><IdentifiantFournisseur>{supplier}</IdentifiantFournisseur>
<LibelleErreurDP>{words}</LibelleErreurDP></ErreurDP>"""
STATUS = """<CPPStatutPivot><CPPFactureStatuts><CPPFactureStatutUnitaire><Fournisseur><Identifiant>{supplier}
</Identifiant></Fournisseur><DonneesStatut><IdFacture>{number}</IdFacture><IdStatut>{code}</IdStatut>
<Commentaire>{words}</Commentaire></DonneesStatut></CPPFactureStatutUnitaire></CPPFactureStatuts>
</CPPStatutPivot>"""


class Killed(BaseException):
    """Stands for the process ending where it is raised: no handler of the product catches it."""


class Fate:
    """Counts the files under a folder that are opened, renamed or removed, and kills at one of them.

    From then on every other file is refused as well: what is dead cleans nothing up.
    """

    def __init__(self) -> None:
        self._folder = ""
        self._left: int | None = None
        self._installed = False

    @contextmanager
    def kills(self, folder: Path, at: int) -> Iterator[None]:
        """Inside, the process dies at the file of this place, counted from 1."""
        if not self._installed:
            sys.addaudithook(self._hear)  # For good: it is deaf outside of this block.
            self._installed = True
        self._folder, self._left = str(folder), at
        try:
            yield
        finally:
            self._left = None

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self._left is None or event not in ("open", "os.rename", "os.remove", "os.mkdir"):
            return
        path = arguments[0]
        if isinstance(path, (str, bytes, os.PathLike)) and os.fsdecode(path).startswith(self._folder):
            self._left -= 1
            if self._left <= 0:
                raise Killed


FATE = Fate()


class Office:
    """Everything for one EDI connection, without network. `again` is the next process."""

    def __init__(self, home: Path, *connections: EdiConnection, who: str = "clerk@billing") -> None:
        self.home = home
        self.clock = ManualClock()
        self.drop, self.returns = home / "gate" / "out", home / "gate" / "in"
        for folder in (self.drop, self.returns):
            folder.mkdir(parents=True, exist_ok=True)
        self.connection = EdiConnection(
            name="gate", partner_code="ABC001", issuer=ISSUER, drop=self.drop, returns=self.returns
        )
        folders = Folders(*(home / name for name in ("settings.toml", "data", "log", "secrets", "exports")))
        self.settings = Settings(
            folders=folders, edi=connections or (self.connection,), hold=0.0, settle=0.0, poll=0.05
        )
        self.who = who
        self.store = Store.open(folders.data)
        self._begin()

    def _begin(self) -> None:
        self.desk = Desk(self.store, self.settings, self.clock.now, self.who)
        self.station = EdiStation(self.desk, None)

    def again(self) -> None:
        """The process ended, and a new one opened the same folder."""
        self.store.close()
        self.store = Store.open(self.settings.folders.data)
        self._begin()

    def close(self) -> None:
        self.store.close()

    def sits(self, who: str) -> Desk:
        """The desk of somebody else."""
        return Desk(self.store, self.settings, self.clock.now, who)

    # What a test does

    def queue(
        self,
        *numbers: str,
        suppliers: tuple[str, ...] = (ISSUER,),
        content: bytes = XML,
        mode: FlowMode = FlowMode.EDI,
        syntax: Syntax = Syntax.CII,
        issuer: str = ISSUER,
    ) -> Flow:
        """A flow of a file that waits to leave."""
        invoices = tuple(
            FlowInvoice(
                number=number,
                supplier_siret=suppliers[place % len(suppliers)],
                recipient_siret=RECIPIENT,
                recipient_name="Ville",
                issued=date(2026, 11, 1),
                amount=Decimal("12.50"),
                member=f"{number}.xml",
            )
            for place, number in enumerate(numbers or ("F-1",))
        )
        part = Part(
            syntax=syntax,
            name=f"{len(invoices)}.tar.gz" if len(invoices) > 1 else "1.xml",
            sha256=self.store.blobs.put(content if len(invoices) == 1 else archive(invoices)),
            size=len(content),
            invoices=invoices,
        )
        connection = self.settings.edi[0].name if mode is FlowMode.EDI else ""
        outcome = deposit(
            self.desk, Plan(mode=mode, connection=connection, issuer_siret=issuer, parts=(part,))
        )
        assert outcome.refused == ()
        return self.store.flows[outcome.done[0]]

    async def work(self, times: int = 3) -> int:
        """Let the station do what there is to do now."""
        return sum([await self.station.run_once() for _ in range(times)])

    async def dropped(self, *numbers: str, **said: Any) -> Flow:
        """A flow that lies in the drop folder."""
        flow = self.queue(*numbers, **said)
        await self.work()
        return self.store.flows[flow.id]

    async def deposited(self, *numbers: str, **said: Any) -> Flow:
        """A flow that the gateway took and acknowledged."""
        flow = await self.dropped(*numbers, **said)
        self.take()
        self.acknowledge(flow)
        await self.work()
        return self.store.flows[flow.id]

    def turn(self, by: timedelta) -> None:
        self.clock.turn(by)

    # What the gateway does

    def lying(self) -> list[str]:
        """What a gateway sees in its drop folder."""
        return sorted(path.name for path in self.drop.iterdir() if not path.name.startswith("."))

    def take(self) -> list[tuple[str, bytes]]:
        """Take everything out of the drop folder."""
        taken = [(name, (self.drop / name).read_bytes()) for name in self.lying()]
        for name, _ in taken:
            (self.drop / name).unlink()
        return taken

    def put(self, name: str, content: bytes | str, folder: Path | None = None) -> Path:
        """Put a file into the return folder."""
        path = (folder or self.returns) / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def acknowledge(self, flow: Flow, result: str = "ACCEPTE", reason: str = "") -> Path:
        text = ACK.format(name=flow.name, number=flow.number, result=result, reason=reason)
        return self.put(f"{flow.name}.ack.xml", text)

    def report(self, flow: Flow, state: str, errors: str = "", turn: int = 1) -> Path:
        at = f"2026-11-22T10:{turn:02}:00+01:00"
        text = REPORT.format(number=flow.number, name=flow.name, at=at, state=state, errors=errors)
        return self.put(f"CSO1106A_ABC001_ABC0011106{turn:015}.xml", text)

    # What a test looks at

    def files(self) -> list[ReturnedFile]:
        return sorted(self.store.returned.all(), key=lambda file: file.name)

    def inside(self, folder: str) -> list[str]:
        place = self.returns / folder
        return sorted(path.name for path in place.iterdir()) if place.is_dir() else []

    def verbs(self, verb: str) -> int:
        return sum(done.verb == verb for done in self.store.activity.all())


def archive(invoices: tuple[FlowInvoice, ...]) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as tar:
        for invoice in invoices:
            info = tarfile.TarInfo(invoice.member)
            body = f"<CrossIndustryInvoice>{invoice.number}</CrossIndustryInvoice>".encode()
            info.size = len(body)
            tar.addfile(info, io.BytesIO(body))
    return content.getvalue()


def members(content: bytes) -> list[str]:
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        return tar.getnames()


async def killed_at(office: Office, at: int, work: Callable[[], Any]) -> bool:
    """Let something be done by a process that dies at a file; then begin anew. Whether it died."""
    died = False
    with FATE.kills(office.home, at):
        try:
            await work()
        except Killed:
            died = True
        await asyncio.sleep(0)
    office.again()
    return died


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def with_connection(office: Office, **changes: Any) -> None:
    """Change the settings of the connection, as a new start would read them."""
    connection = structs.replace(office.settings.edi[0], **changes)
    office.settings = structs.replace(office.settings, edi=(connection,))
    office.again()
