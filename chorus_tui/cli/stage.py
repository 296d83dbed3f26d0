"""The scene of the demo: a home with sample invoices dropped, and a simulated Chorus Pro in process."""

import os
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from uuid import uuid4

from chorus_tui.cli.failures import Failed
from chorus_tui.domain.flow import Flow, FlowMode, Rejection
from chorus_tui.domain.flow_states import FlowStage
from chorus_tui.i18n import _
from chorus_tui.settings import (
    Connection,
    Credentials,
    EdiConnection,
    FilingRule,
    Settings,
    WatchedFolder,
    locate,
)

if TYPE_CHECKING:
    import httpx

    from chorus_tui.sandbox import World

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
    edi_folder = folders.data.parent / "edi"
    for folder in (folders.data, folders.log, folders.exports, drop, edi_folder / "out", edi_folder / "in"):
        folder.mkdir(mode=0o700, parents=True)
    for sample in resources.files("chorus_tui.sandbox").joinpath("samples").iterdir():
        if sample.name.endswith(".pdf"):
            (drop / sample.name).write_bytes(sample.read_bytes())
    world = World.load()
    world = world.with_flows() if invoices is None else world.with_invoices(invoices)
    edi = EdiConnection(
        name="EDI",
        partner_code="ABC001",
        issuer=world.attached[1].siret,
        drop=edi_folder / "out",
        returns=edi_folder / "in",
        rejection=Rejection.COMPLETE,
    )
    settings = Settings(
        folders=folders,
        connection=_connection(world),
        watch=(WatchedFolder(path=drop),),
        rules=(FilingRule(name=_("Samples"), supplier=world.attached[0].siret, folder=drop),),
        edi=(edi,),
        settle=0.2,
        poll=1.0,
        track_every=5.0,
    )
    sandbox = Sandbox(world, RealClock(speed))
    sandbox.gateway(
        drop=edi.drop,
        returns=edi.returns,
        partner_code=edi.partner_code,
        issuer=edi.issuer,
        rejection=edi.rejection,
        every=1.0,
    )
    _remember_flows(settings, world)
    return Scene(settings, sandbox.transport())


def _connection(world: "World") -> Connection:
    """To the simulated Chorus Pro, whose account is declared on the first of its structures."""
    account = world.account
    return Connection(
        environment="simulator",
        oauth_url=f"{ADDRESS}/api/oauth/token",
        api_url=ADDRESS,
        credentials=Credentials(account.client_id, account.client_secret, account.login, account.password),
        structure=world.attached[0].siret,
        calls_per_second=50,
    )


def _remember_flows(settings: Settings, world: "World") -> None:
    """Let the console know the flows that no invoice tells of, as if it had deposited them."""
    from chorus_tui.chorus.vocabulary import flow_type_of, syntax_of
    from chorus_tui.store import Store

    modes = {"API": FlowMode.API, "EDI": FlowMode.EDI, "PORTAIL": FlowMode.PORTAL}
    now = datetime.now(UTC)
    (edi,) = settings.edi
    with Store.open(settings.folders.data) as store, store.transaction():
        for told in world.flows:
            if told.lot is not None or any(held.flow == told.number for held in world.invoices):
                continue
            interface = f"FSO{told.number[6:10]}A"
            by_edi = told.way == "EDI"
            store.flows.put(
                Flow(
                    id=uuid4().hex,
                    mode=modes[told.way],
                    stage=FlowStage.DEPOSITED,
                    issuer_siret=told.issuer,
                    issuer_name=world.supplier_by_siret[told.issuer].name,
                    connection=edi.name if by_edi else "",
                    partner_code=edi.partner_code if by_edi else "",
                    rejection=edi.rejection if by_edi else Rejection.PARTIAL,
                    number=told.number,
                    name=told.name,
                    interface=interface,
                    syntax=syntax_of(interface),
                    type=flow_type_of(interface),
                    emitted_at=now - timedelta(days=told.days_ago),
                )
            )
