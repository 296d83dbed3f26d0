"""The service as a process of its own beside the commands of others, and killed at the worst moment."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from chorus_tui.sandbox import ManualClock, Sandbox, World
from chorus_tui.sandbox.server import Server
from tests.cli.conftest import command, connect
from tests.pdfs import invoice_pdf


@asynccontextmanager
async def serving() -> AsyncIterator[tuple[Sandbox, dict[str, str]]]:
    """A sandbox behind a port of this machine, where it is, and how to sign in."""
    sandbox = Sandbox(World.load(), ManualClock(), read_in_thread=True)
    server = Server(sandbox)
    running = asyncio.create_task(server.serve())
    await server.listening.wait()
    account = sandbox.account
    secrets = {name: getattr(account, name) for name in ("client_id", "client_secret", "login", "password")}
    try:
        yield sandbox, {**server.where(), **secrets}
    finally:
        server.should_exit = True
        await running
        sandbox.close()


async def until(true: Callable[[], bool]) -> None:
    """Wait for what another process does."""
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110  # another process does it
            await asyncio.sleep(0.02)


class Office:
    """A home with commands run in it, each a process."""

    def __init__(self, home: Path, environ: dict[str, str]) -> None:
        self.home = home
        self._environ = os.environ | environ

    async def start(self, *arguments: str) -> asyncio.subprocess.Process:
        """Start a command."""
        return await asyncio.create_subprocess_exec(
            *command("--home", self.home, *arguments), stdout=asyncio.subprocess.PIPE, env=self._environ
        )

    async def run(self, *arguments: str) -> str:
        """What a command that must succeed prints."""
        process = await self.start(*arguments)
        printed, _none = await process.communicate()
        assert process.returncode == 0, printed
        return printed.decode()

    async def documents(self) -> dict[str, int]:
        """How many documents are in each state."""
        found: dict[str, int] = json.loads(await self.run("status", "--json"))["documents"]
        return found


async def test_a_daemon_sends_what_a_command_of_another_process_queued(tmp_path: Path) -> None:
    """S1-010, S1-023."""
    async with serving() as (sandbox, where):
        office = Office(tmp_path / "home", connect(tmp_path / "home", where))
        daemon = await office.start("sync")
        assert daemon.stdout is not None
        assert b"Synchronising" in await daemon.stdout.readline()
        (office.home / "drop" / "FA-1.pdf").write_bytes(invoice_pdf(number="FA-1"))
        async with asyncio.timeout(30):
            while await office.documents() != {"to_submit": 1}:
                pass
        assert "1 document queued." in await office.run("submit", "FA-1.pdf")
        await until(lambda: len(sandbox.invoices.numbered("FA-1")) == 1)
        async with asyncio.timeout(30):
            while await office.documents() != {"submitted": 1}:
                pass
        daemon.send_signal(signal.SIGTERM)
        assert await daemon.wait() == 0


async def test_a_daemon_killed_while_its_submission_is_under_way_makes_no_second_invoice(
    tmp_path: Path,
) -> None:
    async with serving() as (sandbox, where):
        office = Office(tmp_path / "home", connect(tmp_path / "home", where))
        (office.home / "drop" / "FA-1.pdf").write_bytes(invoice_pdf(number="FA-1"))
        await office.run("sync", "--once")
        await office.run("submit", "FA-1.pdf")
        sandbox.faults.inject("soumettre", "timeout_after")
        daemon = await office.start("sync")
        await until(lambda: len(sandbox.invoices.numbered("FA-1")) == 1)
        daemon.send_signal(signal.SIGKILL)
        await daemon.wait()
        assert await office.documents() == {"submitting": 1}
        calls = sandbox.exchanges.calls("factures/v1/soumettre")
        await office.run("sync", "--once")
        assert await office.documents() == {"submitted": 1}
        assert len(sandbox.invoices.numbered("FA-1")) == 1
        assert sandbox.exchanges.calls("factures/v1/soumettre") == calls, "found by a search"
