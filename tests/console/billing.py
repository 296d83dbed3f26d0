"""A clerk at the place "Documents to be submitted" of a whole house, for tests of the list and the form."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from chorus_tui.operations import submit
from chorus_tui.ui.screens.form import InvoiceForm
from chorus_tui.ui.screens.to_submit import ToSubmit
from tests.console.operator import Operator, console
from tests.house import House
from tests.sheets import Party

VALLEY = Party("COMMUNAUTE DE COMMUNES DU VAL D'OREE", "12345678200028")
"""Makes the service mandatory."""
COUNTY = Party("DEPARTEMENT DE LA HAUTE-SAUVE", "22990102000011")
"""Makes service and commitment number mandatory."""
STATE = Party("ETAT", "11000201100044")


class Clerk(Operator):
    """Somebody at this place."""

    @property
    def list(self) -> ToSubmit:
        """The list, as long as it is shown."""
        screen = self.app.screen
        assert isinstance(screen, ToSubmit)
        return screen

    @property
    def form(self) -> InvoiceForm:
        """The form, as long as it is shown."""
        screen = self.app.screen
        assert isinstance(screen, InvoiceForm)
        return screen

    def reads(self, *texts: str) -> bool:
        """Whether all of these stand in the fields of the form, however they are broken over lines."""
        seen = " ".join(self.form.fields.text.split())
        return all(text in seen for text in texts)

    async def answered(self) -> None:
        """Wait until everything that was asked is answered, heard of and drawn."""
        for _round in range(3):
            await self.idle()
            asked = [worker for worker in self.app.workers if worker.name != "sync"]
            if asked:  # none would mean all
                await self.app.workers.wait_for_complete(asked)
        await self.news()

    async def keys(self, *keys: str) -> None:
        """Press keys, and wait for what they ask for."""
        await self.press(*keys)
        await self.answered()

    async def on(self, name: str) -> None:
        """Put the cursor of the list on a file."""
        (key,) = [d.id for d in self.app.desk.store.documents.all() if d.name == name]
        assert self.list.listing.go_to(key)
        await self.idle()

    @property
    def row(self) -> int:
        """The line of the screen on which the cursor of the list stands."""
        return next(n for n, line in enumerate(self.lines) if line.startswith("> "))

    @property
    def body(self) -> str:
        """The screen below the header, which tells of other things."""
        return "\n".join(self.lines[2:])

    @property
    def status(self) -> str:
        """The status line."""
        screen: Any = self.app.screen
        return str(screen.status.text)


@asynccontextmanager
async def clerk_of(house: House, size: tuple[int, int] = (80, 24), **more: Any) -> AsyncIterator[Clerk]:
    """The console of a house, opened at this place; `service=house.service` lets its sync run too."""
    async with console(house.desk, size=size, place="to_submit", lookups=house.lookups, **more) as operator:
        clerk = Clerk(operator.app, operator.pilot)
        await clerk.news()
        yield clerk


async def ready(house: House, *numbers: str, **said: Any) -> None:
    """Documents that are ready, the first one on top of the list."""
    for number in numbers:
        await house.ready(number, **said)
        house.turn(timedelta(minutes=1))


async def refused(house: House, number: str = "FA-9") -> None:
    """A document that Chorus Pro refused: its number was sent before."""
    await house.submitted(number)
    again = await house.ready(number, note="Second try")
    with house.unseen(number):
        submit(house.desk, [again.id])
    await house.settle()
    house.turn(timedelta(minutes=1))
