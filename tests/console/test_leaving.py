"""Leaving the console ends everything that it started, in order."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from chorus_tui.sync import Lookups, SyncService
from chorus_tui.ui.app import ChorusConsole
from tests.house import House
from tests.pdfs import invoice_pdf
from tests.sync.test_service import until


async def test_leaving_waits_until_sync_has_let_go_of_everything(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        house.drop(invoice_pdf(number="FA-1"), "FA-1.pdf")
        ended = False

        @asynccontextmanager
        async def connect() -> AsyncIterator[tuple[Lookups, SyncService]]:
            nonlocal ended
            try:
                yield house.lookups, house.service
            finally:
                for _turn in range(50):  # longer than the screens take to close
                    await asyncio.sleep(0.01)
                await house.reader.close()
                ended = True

        app = ChorusConsole(house.desk, connect=connect)
        async with app.run_test(size=(80, 24)) as pilot:
            await until(lambda: house.service.leads and house.reader.worker_id is not None)
            await pilot.press("q")
        assert ended
        assert house.reader.worker_id is None
        assert not house.service.leads
        assert house.store.leader() is None
