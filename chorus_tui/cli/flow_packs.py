"""`flows pack`, `flows number` and `flows follow`: what is deposited by hand or by other tools."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from chorus_tui.cli.failures import Failed
from chorus_tui.cli.flow_naming import flow_named, flow_words
from chorus_tui.cli.options import json_option
from chorus_tui.cli.printing import as_json, line
from chorus_tui.cli.visit import Visit
from chorus_tui.i18n import _

if TYPE_CHECKING:
    from chorus_tui.domain.flow import Flow
    from chorus_tui.operations import Desk


@click.command(
    help=_(
        "Write the pack of a flow: its file, and a checklist for whoever deposits it on the portal.\n\n"
        "It is written into a folder of its own inside FOLDER, or inside the folder of exports. Type the "
        "flow number afterwards (`flows number`). Again writes it anew."
    )
)
@click.argument("flow", metavar=_("FLOW"))
@click.argument(
    "folder", required=False, type=click.Path(path_type=Path, file_okay=False), metavar=_("[FOLDER]")
)
@json_option
@click.pass_obj
def pack(visit: Visit, flow: str, folder: Path | None, json: bool) -> None:
    """The same as on the screen (S2-011, S2-018)."""
    from chorus_tui.operations import packs

    with visit.desk() as desk:
        named = flow_named(desk, flow)
        _compose(desk, named)
        made = packs.make_pack(desk, named.id, folder or desk.settings.folders.exports)
    if json:
        as_json({"id": named.id, "folder": str(made.folder), "file": str(made.file)})
        return
    line(f"✓ {made.file}")
    line(f"✓ {made.checklist}")
    line(_("Then: chorus-tui flows number {flow} NUMBER").format(flow=named.id[:8]))


def _compose(desk: "Desk", flow: "Flow") -> None:
    """Make the file of a flow that documents were gathered in.

    Raises:
        Failed: none of them can be in a file; each says why.
    """
    import asyncio

    from chorus_tui.composing import Composer
    from chorus_tui.operations import packs
    from chorus_tui.operations.composing_queued import compose_queued

    if not packs.wants_file(flow):
        return

    async def composing() -> "Flow | None":
        async with Composer() as composer:
            return await compose_queued(desk, composer, flow)

    if asyncio.run(composing()) is None:
        raise Failed(_("No file can be made of its documents; `chorus-tui list to_submit` says why."))


@click.command(
    help=_(
        "Type the number that Chorus Pro gave a flow: a pack that was deposited on the portal, or a deposit "
        "whose answer was lost. What is pasted around the number does not matter."
    )
)
@click.argument("flow", metavar=_("FLOW"))
@click.argument("number", metavar=_("NUMBER"))
@json_option
@click.pass_obj
def number(visit: Visit, flow: str, number: str, json: bool) -> None:
    """The same as on the screen."""
    from chorus_tui.operations import packs

    with visit.desk() as desk:
        taken = packs.typed_number(desk, flow_named(desk, flow).id, number)
    _tell(taken, json=json)


@click.command(
    help=_(
        "Follow a flow that was deposited on the portal or by another tool, by its number.\n\n"
        "It counts for the structure that the settings name for the API, or for that of --issuer."
    )
)
@click.argument("number", metavar=_("NUMBER"))
@click.option("--issuer", default="", metavar="SIRET", help=_("The structure that it counts for."))
@json_option
@click.pass_obj
def follow(visit: Visit, number: str, issuer: str, json: bool) -> None:
    """The same as on the screen (S2-014)."""
    from chorus_tui.operations import packs

    with visit.desk() as desk:
        followed = packs.follow(desk, number, issuer)
    _tell(followed, json=json)


def _tell(flow: "Flow", *, json: bool) -> None:
    if json:
        as_json({"id": flow.id, "number": flow.number, "issuer": flow.issuer_siret, "mode": flow.mode.value})
        return
    line(f"✓ {flow_words(flow)}")
    line(_("Its state is asked for at the next synchronisation."))
