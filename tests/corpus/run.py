"""Asks preflight, then asks the simulated Chorus Pro, and counts how often the two agree."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from time import perf_counter
from typing import Any, Self

from msgspec import structs
from pypdf import PdfWriter

from chorus_tui.chorus import ChorusError, ChorusPro, Refused
from chorus_tui.chorus.exchange import File
from chorus_tui.chorus.wire import answers, requests
from chorus_tui.domain.checks import RULE_BOOK
from chorus_tui.domain.document import Attachment, Document
from chorus_tui.domain.fields import InvoiceFields, Source
from chorus_tui.domain.intent import Submission
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.operations import Desk, all_problems_of
from chorus_tui.operations.defaults import refreshed
from chorus_tui.operations.preflight import Preflight, preflight
from chorus_tui.sandbox import ManualClock, Sandbox, World
from chorus_tui.settings import Connection, Credentials, Folders, Settings
from chorus_tui.store import Store
from chorus_tui.sync.line import Line
from chorus_tui.sync.lists import ListsStation
from chorus_tui.sync.track import TrackStation
from tests.corpus.defects import DEFECTS, FREE, UNSEEN
from tests.corpus.make import MEGABYTE, SUPPLIER, Example
from tests.house import no_wait


@dataclass(frozen=True)
class Asked:
    """One example, what preflight said and what Chorus Pro answered."""

    example: Example
    blocked: frozenset[str]
    """Ids of the rules that keep it back, as preflight says."""
    told: frozenset[str]
    """Ids of all rules that say something of it."""
    refusal: str
    """In Chorus Pro's words; empty: taken."""

    @property
    def is_clean(self) -> bool:
        """Whether nothing was done to it."""
        return not self.example.defects

    @property
    def is_static(self) -> bool:
        """Whether all that is wrong with it is told by the invoice itself and Chorus Pro's lists."""
        return all(RULE_BOOK[rule].static for rule in self.example.defects)


@dataclass
class Figures:
    """How often preflight and Chorus Pro agree."""

    right: int = 0
    """Kept back, and refused."""
    missed: int = 0
    """Let through, and refused."""
    wrong: int = 0
    """Kept back, and taken."""
    fine: int = 0
    """Let through, and taken."""

    @classmethod
    def of(cls, asked: Iterable[Asked]) -> Self:
        """Count them."""
        counted = Counter((bool(one.blocked), bool(one.refusal)) for one in asked)
        return cls(counted[True, True], counted[False, True], counted[True, False], counted[False, False])

    @property
    def recall(self) -> float:
        """Of what Chorus Pro refuses, the part that preflight kept back."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def precision(self) -> float:
        """Of what preflight kept back, the part that Chorus Pro refuses."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0


@dataclass
class Report:
    """All that was asked."""

    asked: list[Asked] = field(default_factory=list)
    preflight: Preflight = field(default_factory=Preflight)
    seconds: float = 0.0
    """That preflight took."""

    @property
    def clean(self) -> list[Asked]:
        """Those that nothing was done to."""
        return [one for one in self.asked if one.is_clean]

    @property
    def static(self) -> Figures:
        """Those whose defects can all be known before sending, and the clean ones."""
        return Figures.of(one for one in self.asked if one.is_static)

    @property
    def overall(self) -> Figures:
        """All of them."""
        return Figures.of(self.asked)

    def by_rule(self) -> dict[str, tuple[int, int, int, int]]:
        """For each rule: how often broken, told, kept back by any rule, and refused."""
        rules = dict.fromkeys(defect.rule for defect in DEFECTS)
        counted = {}
        for rule in rules:
            broken = [one for one in self.asked if rule in one.example.defects]
            counted[rule] = (
                len(broken),
                sum(rule in one.told for one in broken),
                sum(bool(one.blocked) for one in broken),
                sum(bool(one.refusal) for one in broken),
            )
        return counted


class Hatch:
    """Where invoices are handed in: deposits, uploads and submits, through the product's client."""

    def __init__(self, chorus: ChorusPro, suppliers: dict[str, int]) -> None:
        self._chorus = chorus
        self._suppliers = suppliers
        self._pdf = _blank()
        self._large: dict[str, int | ChorusError] = {}
        """What came of large files, each of which is sent once."""

    async def refusal(self, example: Example, fields: InvoiceFields) -> str:
        """Why Chorus Pro refuses it; empty: it was taken."""
        try:
            main = await self._deposit(example)
            files = tuple([await self._upload(file) for file in example.attachments])
            await self._chorus.submit(
                Submission(
                    fields=fields,
                    supplier_id=self._suppliers.get(fields.supplier_siret or "", 0),
                    main_attachment_id=main,
                    main_attachment_name=f"{example.index}.pdf",
                    attachments=files,
                )
            )
        except ChorusError as error:
            return (error.label if isinstance(error, Refused) else "") or error.title
        return ""

    async def _deposit(self, example: Example) -> int:
        if example.size < MEGABYTE:
            return (await self._chorus.analyse_pdf(f"{example.index}.pdf", self._pdf)).analysis_id
        return await self._once(
            f"{example.size}",
            lambda: self._chorus.analyse_pdf("large.pdf", bytes(example.size)),
            "analysis_id",
        )

    async def _upload(self, file: Attachment) -> Attachment:
        if file.size < MEGABYTE:
            return structs.replace(file, chorus_id=int(str((await self._sent(file)).pieceJointeId)))
        given = await self._once(f"{file.name} {file.size}", lambda: self._sent(file), "pieceJointeId")
        return structs.replace(file, chorus_id=given)

    async def _sent(self, file: Attachment) -> answers.FichierAjoute:
        # The client shortens names, so the question whether Chorus Pro takes this one is put without it.
        request = requests.AjouterFichier(
            pieceJointeNom=file.name,
            pieceJointeTypeMime="application/octet-stream",
            pieceJointeExtension=file.name.rpartition(".")[2].upper(),
        )
        content = File("pieceJointeFichier", b"x" * file.size)
        order = self._chorus._call.order
        return await order("transverses/v1/ajouter/fichier", request, answers.FichierAjoute, content)

    async def _once(self, key: str, send: Callable[[], Awaitable[Any]], field: str) -> int:
        """The id of a large file, which is sent once; every later one gets the same answer."""
        if key not in self._large:
            try:
                self._large[key] = int(str(getattr(await send(), field)))
            except ChorusError as error:
                self._large[key] = error
        known = self._large[key]
        if isinstance(known, ChorusError):
            raise known
        return known


def _blank() -> bytes:
    """A PDF that is read at once: what it says does not matter here."""
    page = BytesIO()
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    writer.write(page)
    return page.getvalue()


@asynccontextmanager
async def bench(home: Path, world: World) -> AsyncIterator[tuple[Desk, ChorusPro, Sandbox]]:
    """A store, the client and the sandbox, with nothing between that would stop a wrong request."""
    sandbox = Sandbox(world, ManualClock(), read_in_thread=True, record=False)
    account = sandbox.account
    settings = Settings(
        folders=Folders(home / "s.toml", home / "data", home / "log", home / "secrets", home / "exports"),
        connection=Connection(
            environment="simulator",
            oauth_url=sandbox.oauth_url,
            api_url=sandbox.api_url,
            credentials=Credentials(
                client_id=account.client_id,
                client_secret=account.client_secret,
                login=account.login,
                password=account.password,
            ),
            calls_per_second=1_000_000.0,
        ),
    )
    async with AsyncExitStack() as stack:
        stack.callback(sandbox.close)
        store = stack.enter_context(Store.open(home / "data"))
        client = ChorusPro(
            settings.connection, transport=sandbox.transport(), now=sandbox.clock.now, sleep=no_wait
        )
        chorus = await stack.enter_async_context(client)
        yield Desk(store, settings, sandbox.clock.now, "corpus@bench"), chorus, sandbox


async def run(examples: Iterable[Example], home: Path, world: World | None = None) -> Report:
    """Ask about every example: preflight first, of all of them as one batch, then Chorus Pro, in order."""
    world = world or World.load()
    report = Report()
    async with bench(home, world) as (desk, chorus, _sandbox):
        made = list(examples)
        documents = [document_of(example, desk.now()) for example in made]
        line = Line(desk)
        desk.store.documents.put(*documents)
        await TrackStation(desk, chorus, line).run_once()
        await ListsStation(desk, chorus, line).run_once()
        suppliers = {held.siret: held.id for held in world.suppliers}
        hatch = Hatch(chorus, suppliers)
        await _elsewhere(hatch, made, desk.now())
        began = perf_counter()
        report.preflight = preflight(desk, [document.id for document in documents])
        report.seconds = perf_counter() - began
        blocked = {verdict.document_id: verdict.problems for verdict in report.preflight.failing}
        for example, document in zip(made, documents, strict=True):
            report.asked.append(
                Asked(
                    example,
                    frozenset(problem.id for problem in blocked.get(document.id, ())),
                    frozenset(problem.id for problem in all_problems_of(desk, document)),
                    await hatch.refusal(example, document.fields),
                )
            )
    return report


async def _elsewhere(hatch: Hatch, made: Iterable[Example], now: datetime) -> None:
    """Another tool deposits invoices under some of the numbers, and tracking has not brought them yet."""
    for example in made:
        if example.fields.number == UNSEEN.format(example.index):
            fields = InvoiceFields(
                number=example.fields.number,
                issued=now.date(),
                supplier_siret=SUPPLIER,
                recipient_siret=FREE,
                net=Decimal(1),
                vat=Decimal(0),
                gross=Decimal(1),
                to_pay=Decimal(1),
            )
            other = Example(example.index, fields)
            said = await hatch.refusal(other, document_of(other, now).fields)
            assert not said, said


def document_of(example: Example, now: datetime) -> Document:
    """The document that an operator would have, analysed and ready."""
    document = Document(
        id=f"{example.index:06d}",
        path=f"/corpus/{example.index}.pdf",
        name=f"{example.index}.pdf",
        sha256=f"{example.index:064x}",
        size=example.size,
        filed_at=now,
        rule="Corpus",
        state=DocumentState.TO_SUBMIT,
        readings={Source.OPERATOR: example.fields},
        cleared=example.cleared,
        attachments=example.attachments,
        analysis_id=1,
    )
    return refreshed(document)


__all__ = ["Asked", "Figures", "Report", "run"]
