"""An operator at the console, for tests: presses keys, reads the screen as text, waits until nothing moves.

desk = desk_in(tmp_path); desk.store.invoices.put(invoice(1, status=InvoiceStatus.REJECTED))
async with console(desk, place="tracking") as operator:
    await operator.press("slash", *"mairie", "enter")
    assert operator.sees("Mairie", "1 of 2")
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.statuses import InvoiceStatus
from chorus_tui.operations.desk import Desk
from chorus_tui.settings import Connection, Folders, Settings
from chorus_tui.store import Store
from chorus_tui.ui.app import ChorusConsole

NOW = datetime(2026, 11, 22, 8, 42, tzinfo=UTC)
"""What time it is in every console test: 09:42 in Paris."""

SIZES = ((80, 24), (120, 40), (200, 60))
KEYS = {
    " ": "space",
    ">": "greater_than_sign",
    "<": "less_than_sign",
    "=": "equals_sign",
    "!": "exclamation_mark",
    ":": "colon",
    "-": "minus",
    '"': "quotation_mark",
    "/": "slash",
    ".": "full_stop",
    "_": "underscore",
}


class Operator:
    """Somebody who only has a keyboard and eyes."""

    def __init__(self, app: ChorusConsole, pilot: Pilot[Any]) -> None:
        self.app = app
        self.pilot = pilot

    async def press(self, *keys: str) -> None:
        """Press keys, by Textual's names."""
        await self.pilot.press(*keys)
        await self.idle()

    async def type(self, text: str) -> None:
        """Type a text."""
        await self.pilot.press(*(KEYS.get(character, character) for character in text))
        await self.idle()

    async def idle(self) -> None:
        """Wait until screens have drawn what there is to draw."""
        await self.pilot.pause()

    async def news(self) -> None:
        """Wait until the screens have heard of every commit."""
        for _look in range(50):
            await self.pilot.pause(0.02)
            if not self.app.has_news:
                break
        await self.pilot.pause()

    async def until_sees(self, *texts: str) -> None:
        """Wait until all of these stand on the screen."""
        async with asyncio.timeout(30):
            while not self.sees(*texts):
                await self.pilot.pause(0.02)

    async def at_rest(self) -> None:
        """Wait until the side pane has followed the cursor."""
        screen: Any = self.app.screen
        for _look in range(50):
            await self.pilot.pause(0.02)
            if not screen.pane_follows:
                break
        await self.pilot.pause()

    @property
    def screen(self) -> str:
        """What stands on the screen, as text."""
        compositor: Any = self.app.screen._compositor
        return "\n".join(strip.text.rstrip() for strip in compositor.render_strips())

    @property
    def lines(self) -> list[str]:
        """The same, line by line."""
        return self.screen.split("\n")

    def sees(self, *texts: str) -> bool:
        """Whether all of these stand on the screen; spaces of any kind are one."""
        seen = " ".join(self.screen.replace("\u00a0", " ").split())
        return all(" ".join(text.replace("\u00a0", " ").split()) in seen for text in texts)


@asynccontextmanager
async def console(
    desk: Desk, *, size: tuple[int, int] = (80, 24), place: str = "tracking", **more: Any
) -> AsyncIterator[Operator]:
    """An open console of a size, at a place."""
    app = ChorusConsole(desk, place=place, **more)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield Operator(app, pilot)


def desk_in(folder: Path, **settings: Any) -> Desk:
    """A desk over a new store, with a clock that stands still."""
    folders = Folders(
        settings=folder / "settings.toml",
        data=folder / "data",
        log=folder / "log",
        secrets=folder / "secrets",
        exports=folder / "exports",
    )
    settings.setdefault("connection", Connection(environment="simulator"))
    made = Settings(folders=folders, **settings)
    return Desk(Store.open(folders.data), made, lambda: NOW, "clerk@desk")


def invoice(number: int, **fields: Any) -> Invoice:
    """An invoice like any other."""
    told: dict[str, Any] = {
        "number": f"FA2026-{number:06}",
        "status": InvoiceStatus.MADE_AVAILABLE,
        "status_code": "MISE_A_DISPOSITION",
        "status_at": datetime(2026, 11, 1 + number % 20, 9, tzinfo=UTC),
        "issued": date(2026, 10, 1 + number % 28),
        "deposited": date(2026, 11, 1 + number % 20),
        "supplier_siret": "00000000000017",
        "supplier_name": "Papeterie du Midi",
        "recipient_siret": "21310555400017",
        "recipient_name": "Commune de Toulouse",
        "gross": Decimal(100 * number) + Decimal("0.50"),
        "net": Decimal(80 * number),
        "to_pay": Decimal(100 * number) + Decimal("0.50"),
    }
    return Invoice(id=number, **{**told, **fields})
