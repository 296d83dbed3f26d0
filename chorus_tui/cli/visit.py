"""What one run of a command has at hand: where things are, the settings, the store, the desk."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from chorus_tui.cli.codes import Exit
from chorus_tui.cli.failures import Failed
from chorus_tui.i18n import _
from chorus_tui.text import clean

if TYPE_CHECKING:
    import httpx

    from chorus_tui.chorus import ChorusPro
    from chorus_tui.composing import Composer
    from chorus_tui.intake import Reader
    from chorus_tui.operations import Desk
    from chorus_tui.settings import Folders, Settings
    from chorus_tui.store import Store
    from chorus_tui.sync import SyncService


class Visit:
    """One run of the program by one person. Settings and store are opened when a command asks for them."""

    def __init__(self, home: Path | None = None, verbose: bool = False) -> None:
        self.home = home
        self.verbose = verbose

    @cached_property
    def folders(self) -> "Folders":
        """Where things are, by default; the settings file may say otherwise (`settings.folders`)."""
        from chorus_tui.settings import locate

        return locate(self.home, os.environ)

    @cached_property
    def settings(self) -> "Settings":
        """The settings; from now on the log is written.

        Raises:
            SettingsError
        """
        from chorus_tui.cli import logs
        from chorus_tui.settings import load

        settings = load(self.home, os.environ)
        logs.start(settings.folders.log, settings.connection.credentials, verbose=self.verbose)
        return settings

    @contextmanager
    def desk(self, settings: "Settings | None" = None) -> Iterator["Desk"]:
        """The store opened, and who acts on it.

        Raises:
            SettingsError, StoreError
        """
        from chorus_tui.operations import Desk
        from chorus_tui.store import Store

        settings = settings or self.settings
        with Store.open(settings.folders.data) as store:
            yield Desk(store, settings, now, who())

    def connected(self) -> "Settings":
        """The settings, complete enough to sign in.

        Raises:
            Failed: secrets are missing; says which and where they go.
        """
        settings = self.settings
        missing = settings.connection.credentials.missing
        if missing:
            raise Failed(
                _("Chorus Pro needs {names}, which are not set.").format(names=", ".join(missing)),
                setting_up(self.folders),
                Exit.SETTINGS,
            )
        return settings


def setting_up(folders: "Folders") -> str:
    """What to do first."""
    from chorus_tui.settings import VARIABLES

    if not folders.settings.exists():
        return _(
            "There is no settings file. `chorus-tui init` writes one that explains every key; "
            "`chorus-tui demo` shows the console on a simulated Chorus Pro."
        )
    return _("Set {variables}, or write each into a file of mode 0600 in {folder}.").format(
        variables=", ".join(VARIABLES.values()), folder=clean(str(folders.secrets))
    )


def now() -> datetime:
    """The moment."""
    return datetime.now(UTC)


def who() -> str:
    """Who acts: login and host, for the activity log and for permissions.

    The login is that of the process's user (the one of the SSH session): LOGNAME and USER say what anybody
    likes.
    """
    import pwd
    import socket

    try:
        login = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        login = str(os.getuid())
    return clean(f"{login}@{socket.gethostname()}")


@dataclass(frozen=True, slots=True)
class Running:
    """What talks to Chorus Pro, ready to use."""

    desk: "Desk"
    chorus: "ChorusPro"
    reader: "Reader"
    composer: "Composer"
    service: "SyncService"


class Bell:
    """Wakes a sync service that may not be there yet."""

    def __init__(self) -> None:
        self.service: SyncService | None = None

    def ring(self, station: str) -> None:
        """Wake a station, where there is a service; one that comes later looks everywhere first."""
        if self.service is not None:
            self.service.wake(station)


@asynccontextmanager
async def working(
    desk: "Desk", bell: Bell, transport: "httpx.AsyncBaseTransport | None" = None
) -> AsyncIterator[Running]:
    """A client, what reads and makes files, and a sync service (not started), for a desk that rings this
    bell.
    """
    from chorus_tui.chorus import ChorusPro
    from chorus_tui.composing import Composer
    from chorus_tui.intake import Reader
    from chorus_tui.sync import SyncService

    connection = desk.settings.connection
    async with (
        Reader() as reader,
        Composer() as composer,
        ChorusPro(connection, transport=transport, now=desk.now) as chorus,
    ):
        bell.service = SyncService(desk, chorus, reader, composer)
        try:
            yield Running(desk, chorus, reader, composer, bell.service)
        finally:
            bell.service = None


@asynccontextmanager
async def running(store: "Store", settings: "Settings") -> AsyncIterator[Running]:
    """The same for one command."""
    from chorus_tui.operations import Desk

    bell = Bell()
    async with working(Desk(store, settings, now, who(), bell.ring), bell) as house:
        yield house
