"""A whole house for a test: an empty home, a simulated Chorus Pro with its clock, and everything between.

    async with House(tmp_path) as house:
        house.drop(invoice_pdf(number="F1"), "F1.pdf")
        await house.settle()
        submit(house.desk, [house.document("F1.pdf").id])
        await house.settle()
        assert house.deposited("F1") == 1

Nothing sleeps: the clock is turned by hand, and waits of the client and of the service end at once.
"""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
from msgspec import structs

from chorus_tui.chorus import ChorusPro
from chorus_tui.composing import Composer
from chorus_tui.domain.document import Document
from chorus_tui.domain.fields import InvoiceFields, Source
from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.intake import Reader, Reading
from chorus_tui.operations import Desk, file_document, submit, waiting
from chorus_tui.sandbox import ManualClock, Sandbox, World
from chorus_tui.settings import Connection, Credentials, FilingRule, Folders, Settings, WatchedFolder
from chorus_tui.store import Store
from chorus_tui.sync import Lookups, SyncService
from tests.contract.contract import ContractTransport
from tests.pdfs import SUPPLIER, draw
from tests.sheets import Sheet

WHO = "clerk@billing"


class Killed(BaseException):
    """Stands for the process ending where it is raised: no handler of the product catches it."""


class Wire(httpx.AsyncBaseTransport):
    """The way to the sandbox, on which a process can be killed, and which counts what passes."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self._deaths: list[tuple[str, bool]] = []
        self.stamp: datetime | None = None
        """The Date that answers bear; None: none."""
        self._meanwhile: dict[str, Callable[[], object]] = {}
        self.calls: list[str] = []

    def kill(self, service: str, *, after: bool) -> None:
        """End the process at its next call of a service, before the call leaves or once it was answered."""
        self._deaths.append((service, after))

    def forgive(self) -> None:
        """Let everybody live who was not killed yet."""
        self._deaths.clear()

    def meanwhile(self, service: str, happens: Callable[[], object]) -> None:
        """Let something happen while the next call of a service is on its way."""
        self._meanwhile[service] = happens

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        self.calls.append(path)
        for service in [service for service in self._meanwhile if path.endswith(service)]:
            self._meanwhile.pop(service)()
        death = next((death for death in self._deaths if path.endswith(death[0])), None)
        if death is not None:
            self._deaths.remove(death)
            if not death[1]:
                raise Killed
        answer = await self._inner.handle_async_request(request)
        if death is not None:
            raise Killed
        if self.stamp is not None:
            answer.headers["Date"] = format_datetime(self.stamp, usegmt=True)
        return answer

    async def aclose(self) -> None:
        await self._inner.aclose()


async def no_wait(_seconds: float) -> None:
    """Waits for nothing."""
    await asyncio.sleep(0)


class House:
    """Everything, on a folder of its own. `again` opens the same folder after the process ended.

    Args:
        home: an empty folder.
        world: who is in the sandbox; None: the one that ships.
        rule: changes to the one filing rule, which files every PDF of the watched folder.
        settings: changes to the settings.
        who: who sits at the desk.
        take_over: seconds between attempts to lead.
        neighbour: a house whose folder and sandbox this one shares: another console of the same store.
    """

    def __init__(
        self,
        home: Path,
        *,
        world: World | None = None,
        rule: dict[str, Any] | None = None,
        settings: dict[str, Any] | None = None,
        who: str = WHO,
        neighbour: "House | None" = None,
        take_over: float = 3.0,
    ) -> None:
        self.home = home
        self.folder = home / "drop"
        self.folder.mkdir(parents=True, exist_ok=True)
        self._owns_sandbox = neighbour is None
        if neighbour is None:
            self.clock = ManualClock()
            self.sandbox = Sandbox(world or World.load(), self.clock, read_in_thread=True)
        else:
            self.clock, self.sandbox = neighbour.clock, neighbour.sandbox
        self.who = who
        self._take_over = take_over
        self.settings = structs.replace(self._settings(rule or {}), **(settings or {}))
        self._open = AsyncExitStack()

    def _settings(self, rule: dict[str, Any]) -> Settings:
        account = self.sandbox.account
        everything = FilingRule(name="Invoices", supplier=SUPPLIER.siret, folder=self.folder)
        return Settings(
            folders=Folders(
                settings=self.home / "settings.toml",
                data=self.home / "data",
                log=self.home / "log",
                secrets=self.home / "secrets",
                exports=self.home / "exports",
            ),
            connection=Connection(
                environment="simulator",
                oauth_url=self.sandbox.oauth_url,
                api_url=self.sandbox.api_url,
                credentials=Credentials(
                    client_id=account.client_id,
                    client_secret=account.client_secret,
                    login=account.login,
                    password=account.password,
                ),
                structure=SUPPLIER.siret,
                calls_per_second=10_000.0,
            ),
            watch=(WatchedFolder(path=self.folder),),
            rules=(structs.replace(everything, **rule),),
            hold=0.0,
            settle=0.0,
            poll=0.05,
        )

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as opening:
            await self._enter(opening)
            self._open = opening.pop_all()
        return self

    async def _enter(self, stack: AsyncExitStack) -> None:
        self.store = stack.enter_context(Store.open(self.settings.folders.data))
        self.wire = Wire(ContractTransport(self.sandbox.transport()))
        self.chorus = await stack.enter_async_context(
            ChorusPro(self.settings.connection, transport=self.wire, now=self.clock.now, sleep=no_wait)
        )
        self.reader = await stack.enter_async_context(Reader())
        self.composer = await stack.enter_async_context(Composer())
        self.desk = Desk(self.store, self.settings, self.clock.now, self.who, self._wake)
        self.service = SyncService(
            self.desk, self.chorus, self.reader, self.composer, take_over=self._take_over
        )
        self.lookups = Lookups(self.desk, self.chorus, self.reader, self.composer)

    def _wake(self, station: str) -> None:
        self.service.wake(station)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._open.aclose()
        if self._owns_sandbox:
            self.sandbox.close()
        if kind is None and self._owns_sandbox:
            assert self.sandbox.exchanges.unknown_fields == ()

    async def again(self) -> None:
        """The process ended, and a new one opened the same folder."""
        await self._open.aclose()
        async with AsyncExitStack() as opening:
            await self._enter(opening)
            self._open = opening.pop_all()

    # What a test does

    def drop(self, content: bytes, name: str) -> Path:
        """Put a file into the watched folder, as the billing system does: aside, then renamed."""
        aside = self.home / f"{name}.aside"
        aside.write_bytes(content)
        return aside.rename(self.folder / name)

    def drop_copy(self, source: Path, name: str | None = None) -> Path:
        """Put a copy of a file into the watched folder."""
        return Path(shutil.copy(source, self.folder / (name or source.name)))

    async def settle(self) -> int:
        """Let every station work until nothing is left to do now."""
        return await self.service.once()

    async def settle_all(self, turns: int = 8, by: timedelta = timedelta(minutes=10)) -> None:
        """Settle, turn the clock and settle again, until waits and pauses of every kind are over."""
        for _ in range(turns):
            await self.settle()
            self.turn(by)
        await self.settle()

    async def until_killed(self, *, surely: bool = True) -> None:
        """Let the service work until the process dies at the place that the wire names; then come back.

        Args:
            surely: whether it must die; False: it may also find nothing to do there.
        """
        try:
            await self.settle()
        except BaseException as death:
            if not _is_death(death):
                raise
        else:
            assert not surely, "nothing killed it"
        await self.again()

    def turn(self, by: timedelta) -> None:
        """Turn the clock."""
        self.clock.turn(by)

    def filed(
        self, number: str = "FA-2026-0001", *, fields: dict[str, Any] | None = None, **said: Any
    ) -> Document:
        """A document that intake would have made of an invoice, without reading the file."""
        sheet = Sheet(number=number, **said)
        content = pdf_of(sheet)
        path = self.drop(content, f"{number.replace('/', '_')}.pdf")
        read = InvoiceFields(
            number=number,
            issued=sheet.issued,
            recipient_siret=sheet.recipient.siret,
            net=sheet.net,
            vat=sheet.vat,
            gross=sheet.gross,
            to_pay=sheet.to_pay,
        )
        read = structs.replace(read, **(fields or {}))
        reading = Reading(
            sha256=self.store.blobs.put(content),
            size=len(content),
            pages=1,
            text="",
            readings={Source.FACTUR_X: read},
        )
        filed = file_document(self.desk, path, reading, self.settings.rules[0])
        assert filed is not None
        return filed

    async def ready(self, number: str = "FA-2026-0001", **said: Any) -> Document:
        """A document that was analysed and is ready to be submitted."""
        document = self.filed(number, **said)
        await self.settle()
        return self.again_of(document, DocumentState.TO_SUBMIT)

    async def submitted(self, number: str = "FA-2026-0001", **said: Any) -> Document:
        """A document that Chorus Pro took."""
        document = await self.ready(number, **said)
        outcome = submit(self.desk, [document.id])
        assert outcome.done == (document.id,), outcome.refused
        await self.settle()
        return self.again_of(document, DocumentState.SUBMITTED)

    @contextmanager
    def unseen(self, number: str) -> Iterator[None]:
        """As long as tracking has not brought an invoice, nobody here knows that its number is taken."""
        known = self.store.invoices.by("number", number)
        self.store.invoices.remove(*(str(invoice.id) for invoice in known))
        yield
        self.store.invoices.put(*known)

    # What a test looks at

    def again_of(self, document: Document, state: DocumentState | None = None) -> Document:
        """The document as it is now."""
        now = self.store.documents[document.id]
        assert state is None or now.state is state, (now.state, now.failure)
        return now

    def document(self, name: str) -> Document:
        """The document of a file, waiting or not."""
        (found,) = [d for d in self.store.documents.all() if d.name == name]
        return found

    def names(self) -> list[str]:
        """The rows of "Documents to be submitted"."""
        return [document.name for document in waiting(self.desk)]

    def invoice(self, number: str) -> Invoice:
        """The tracked invoice of a number."""
        (found,) = self.store.invoices.by("number", number)
        return found

    def deposited(self, number: str) -> int:
        """How many invoices of a number the sandbox holds."""
        return len(self.sandbox.invoices.numbered(number))

    @property
    def now(self) -> datetime:
        """The moment."""
        return self.clock.now()


def _is_death(error: BaseException) -> bool:
    if isinstance(error, BaseExceptionGroup):
        return error.subgroup(Killed) is not None
    return isinstance(error, Killed)


@lru_cache(maxsize=256)
def pdf_of(sheet: Sheet) -> bytes:
    """The page of an invoice."""
    return draw(sheet)
