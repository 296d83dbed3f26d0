"""Somebody at "Documents to be processed", over a store alone or over a whole house."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.recipient import Choice, Recipient, ReferenceList, Service
from chorus_tui.domain.statuses import InvoiceStatus
from chorus_tui.operations.desk import Desk
from chorus_tui.ui.screens.reply_form import ReplyForm
from chorus_tui.ui.screens.to_process import ToProcess
from chorus_tui.ui.widgets.form_pane import FieldsPane
from tests.console.billing import Clerk
from tests.console.operator import NOW, console, desk_in, invoice
from tests.house import House

SUSPENDED = "Merci de joindre le bon de livraison signé."
TO_RECYCLE = "Mauvais service exécutant."
REJECTED = "Montant TTC erroné."
TOULOUSE = "21310555400017"


class Answerer(Clerk):
    """Somebody at this place."""

    @property
    def place(self) -> ToProcess:
        """The list, as long as it is shown."""
        screen = self.app.screen
        assert isinstance(screen, ToProcess), screen
        return screen

    @property
    def reply(self) -> ReplyForm:
        """The form, as long as it is shown."""
        screen = self.app.screen
        assert isinstance(screen, ReplyForm), screen
        return screen

    @property
    def numbers(self) -> list[str]:
        """The invoices that the list shows."""
        return [row.invoice.number for row in self.place.rows.shown]

    @property
    def key_line(self) -> str:
        """The line of keys."""
        return self.lines[-1]

    def shows(self, *texts: str) -> bool:
        """Whether all of these stand among the fields of the form, however they are broken over lines."""
        seen = " ".join(self.reply.fields.text.replace("\u00a0", " ").split())
        return all(text in seen for text in texts)

    async def keys(self, *keys: str) -> None:
        """Press keys, and wait for what they ask for; words typed into a form arrive as if pasted.

        A pressed key takes 63 ms in a test, however fast the form is.
        """
        word = ""
        for key in (*keys, ""):
            if len(key) == 1 and isinstance(self.app.screen, ReplyForm):
                word += key
                continue
            if word:
                self.reply.fields.post_message(FieldsPane.Typed("paste", word))
                word = ""
            if key:
                await self.press(key)
        await self.answered()

    async def stand_on(self, number: str) -> None:
        """Put the cursor of the list on an invoice."""
        (found,) = self.app.desk.store.invoices.by("number", number)
        assert self.place.listing.go_to(str(found.id))
        await self.idle()

    async def picks(self, path: Path) -> None:
        """Pick a file by its path, from the line that adds one, and answer "Bon de livraison"."""
        await self.keys("enter")
        for character in str(path):
            self.app.screen._press(character, character)  # type: ignore[attr-defined]
        await self.keys()
        await self.keys("enter")
        await self.keys(*"livraison", "enter")


@asynccontextmanager
async def answering(
    folder: Path, *invoices: Invoice, size: tuple[int, int] = (80, 24), place: str = "to_process", **more: Any
) -> AsyncIterator[Answerer]:
    """The console over a store with these invoices; of none given: one of each status that asks."""
    desk = desk_in(folder, **more)
    desk.store.invoices.put(*(invoices or one_of_each()))
    desk.store.lists.put(
        ReferenceList("attachment_types", (Choice("BDL", "Bon de livraison"), Choice("AUT", "Autre")), NOW)
    )
    desk.store.recipients.put(toulouse())
    async with console(desk, size=size, place=place) as operator:
        yield Answerer(operator.app, operator.pilot)
    desk.store.close()


@asynccontextmanager
async def answering_in(house: House, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Answerer]:
    """The console of a house, opened at this place."""
    async with console(house.desk, size=size, place="to_process", lookups=house.lookups) as operator:
        someone = Answerer(operator.app, operator.pilot)
        await someone.news()
        yield someone


def one_of_each() -> tuple[Invoice, ...]:
    """Suspended (1), to be recycled (2), rejected (3), rejected and dealt with (4), under way (5)."""
    return (
        invoice(
            1, status=InvoiceStatus.SUSPENDED, comment=SUSPENDED, document_id="d", document_name="fa_1.pdf"
        ),
        invoice(
            2,
            status=InvoiceStatus.TO_BE_RECYCLED,
            comment=TO_RECYCLE,
            service_code="EAU",
            commitment_number="E-17",
        ),
        invoice(3, status=InvoiceStatus.REJECTED, comment=REJECTED),
        invoice(4, status=InvoiceStatus.REJECTED, comment=REJECTED, rejection_handled=True),
        invoice(5),
    )


def toulouse() -> Recipient:
    """The recipient of all of them, which makes a service mandatory."""
    return Recipient(
        siret=TOULOUSE,
        id=3,
        name="COMMUNE DE TOULOUSE",
        service_required=True,
        checked_at=NOW,
        services=(Service(1, "VOIRIE", "Voirie"), Service(2, "EAU", "Eau")),
    )


def number(of: int) -> str:
    """The number of an invoice of `one_of_each`."""
    return f"FA2026-{of:06}"


def invoice_of(desk: Desk, of: int) -> Invoice:
    """An invoice as it is now."""
    return desk.store.invoices[str(of)]
