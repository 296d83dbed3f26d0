"""The scene of the demo: a home with sample invoices dropped, and a simulated Chorus Pro in process."""

import os
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from chorus_tui.cli.failures import Failed
from chorus_tui.i18n import _
from chorus_tui.settings import Connection, Credentials, FilingRule, Settings, WatchedFolder, locate

if TYPE_CHECKING:
    import httpx

ADDRESS = "http://simulator.invalid"
"""Never looked up: the transport answers in process."""


class Scene(NamedTuple):
    """What the console needs."""

    settings: Settings
    transport: "httpx.AsyncBaseTransport"


def build(home: Path, invoices: int | None, speed: float) -> Scene:
    """Prepare a home and a simulated Chorus Pro that holds so many invoices.

    Raises:
        Failed: the home holds a store, which invented data must not join.
    """
    from chorus_tui.sandbox import RealClock, Sandbox, World

    folders = locate(home, os.environ)
    drop = folders.data.parent / "drop"
    if folders.data.exists():
        raise Failed(
            _("{path} holds data already, and the demo would mix invented invoices into it.").format(
                path=home
            ),
            _("Choose another --home, or none: the demo then uses a folder that is thrown away."),
        )
    for folder in (folders.data, folders.log, folders.exports, drop):
        folder.mkdir(mode=0o700, parents=True)
    for sample in resources.files("chorus_tui.sandbox").joinpath("samples").iterdir():
        if sample.name.endswith(".pdf"):
            (drop / sample.name).write_bytes(sample.read_bytes())
    world = World.load()
    if invoices is not None:
        world = world.with_invoices(invoices)
    account = world.account
    connection = Connection(
        environment="simulator",
        oauth_url=f"{ADDRESS}/api/oauth/token",
        api_url=ADDRESS,
        credentials=Credentials(account.client_id, account.client_secret, account.login, account.password),
        structure=world.attached[0].siret,
        calls_per_second=50,
    )
    settings = Settings(
        folders=folders,
        connection=connection,
        watch=(WatchedFolder(path=drop),),
        rules=(FilingRule(name=_("Samples"), supplier=world.attached[0].siret, folder=drop),),
        settle=0.2,
        poll=1.0,
        track_every=5.0,
    )
    return Scene(settings, Sandbox(world, RealClock(speed)).transport())
