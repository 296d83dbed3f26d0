"""The commands that open the console: on the real thing, and on a simulated Chorus Pro."""

import gc
import os
import sys
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chorus_tui.cli.codes import Exit
from chorus_tui.cli.failures import Failed
from chorus_tui.cli.terminal import objection
from chorus_tui.cli.visit import Bell, Visit, now, setting_up, who, working
from chorus_tui.i18n import _

if TYPE_CHECKING:
    import httpx

    from chorus_tui.settings import Settings
    from chorus_tui.sync import Lookups, SyncService


def open_console(visit: Visit) -> None:
    """The console on this user's settings.

    Raises:
        Failed: the terminal cannot show it, or nothing was set up yet.
    """
    _need_terminal()
    settings = visit.settings
    if not visit.folders.settings.exists() and settings.connection.credentials.missing:
        raise Failed(_("Nothing is set up yet."), setting_up(visit.folders), Exit.SETTINGS)
    if settings.keys:
        _check_keys(settings)
    run_console(settings)


def _check_keys(settings: "Settings") -> None:
    from chorus_tui.ui.commands import check_keys

    wrong = check_keys(settings.keys)
    if wrong:
        sentence = "\n".join(f"{settings.folders.settings}: {each}" for each in wrong)
        raise Failed(
            sentence, _("`chorus-tui keys --names` prints the names of all commands."), Exit.SETTINGS
        )


def _need_terminal() -> None:
    refusal = objection()
    if refusal is not None:
        raise Failed(*refusal, Exit.USAGE)


def run_console(settings: "Settings", transport: "httpx.AsyncBaseTransport | None" = None) -> None:
    """Show the console until the operator leaves or the connection drops."""
    # Nothing is thrown away until the first screen stands (the console turns this on again): collections on
    # the way there are a sixth of what an operator waits for.
    gc.disable()
    import asyncio

    from chorus_tui.operations.desk import Desk
    from chorus_tui.store import Store
    from chorus_tui.ui.app import ChorusConsole

    with Store.open(settings.folders.data) as store:
        bell = Bell()
        desk = Desk(store, settings, now, who(), bell.ring)

        @asynccontextmanager
        async def connect() -> "AsyncIterator[tuple[Lookups, SyncService]]":
            # In a thread, so that keys pressed meanwhile are answered.
            await asyncio.to_thread(import_module, "chorus_tui.sync")
            from chorus_tui.sync import Lookups

            async with working(desk, bell, transport) as house:
                yield Lookups(desk, house.chorus, house.reader, house.composer), house.service

        console = ChorusConsole(desk, connect=connect)
        console.run(mouse=False)
        _forget_a_terminal_that_is_gone()
        if console.defect is not None:
            raise console.defect


def _forget_a_terminal_that_is_gone() -> None:
    """Where the connection dropped, what is left to paint goes nowhere, and Python need not fail over it."""
    for stream in (sys.__stdout__, sys.__stderr__):
        if stream is None:
            continue
        try:
            stream.flush()
        except OSError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)


@click.command(
    help=_(
        "Open the console on a simulated Chorus Pro.\n\n"
        "Sample invoices are dropped already. Everything is in a folder that is thrown away at the end, or "
        "in --home, which must hold no data yet."
    )
)
@click.option(
    "--invoices", type=click.IntRange(0), default=None, help=_("How many invoices Chorus Pro holds.")
)
@click.option(
    "--speed",
    type=click.FloatRange(min=0, min_open=True),
    default=1440.0,
    show_default=True,
    help=_("How much faster than life invoices move; 1440 makes a day of it a minute."),
)
@click.pass_obj
def demo(visit: Visit, invoices: int | None, speed: float) -> None:
    """Nothing leaves this machine."""
    from tempfile import TemporaryDirectory

    from chorus_tui.cli import logs, stage

    _need_terminal()
    with ExitStack() as cleaning:
        home = visit.home
        if home is None:
            home = Path(cleaning.enter_context(TemporaryDirectory(prefix="chorus-tui-demo-")))
        scene = stage.build(home, invoices, speed)
        logs.start(scene.settings.folders.log, scene.settings.connection.credentials, verbose=visit.verbose)
        run_console(scene.settings, scene.transport)


COMMANDS = (demo,)
