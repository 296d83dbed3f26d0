"""Commands that look after the installation: init, paths, doctor, backup, restore."""

from pathlib import Path

import click

from chorus_tui.cli.codes import Exit
from chorus_tui.cli.failures import Failed
from chorus_tui.cli.printing import as_json, line
from chorus_tui.cli.visit import Visit
from chorus_tui.i18n import _


@click.command(
    help=_(
        "Write a settings file, and make the folders.\n\n"
        "The file explains every key. What is there is never overwritten."
    )
)
@click.pass_obj
def init(visit: Visit) -> None:
    """Never overwrites."""
    from chorus_tui.settings import create

    folders = visit.folders
    try:
        fresh = create(folders)
    except OSError as error:
        sentence = _("{path} cannot be written: {reason}.")
        raise Failed(
            sentence.format(path=error.filename or folders.settings, reason=error.strerror),
            _("Give this user the right to write there, or choose another folder with --home."),
            Exit.SETTINGS,
        ) from None
    if fresh:
        line(_("Settings written: {path}").format(path=folders.settings))
    else:
        line(_("The settings were there already and stay as they are: {path}").format(path=folders.settings))
    line(_("Secrets go into: {path}").format(path=folders.secrets))
    line(_("Then `chorus-tui doctor` says what is still missing."))


@click.command(help=_("Say where settings, data, log and secrets are."))
@click.option("--json", "json", is_flag=True, help=_("Print JSON."))
@click.pass_obj
def paths(visit: Visit, json: bool) -> None:
    """As the settings place them."""
    folders = visit.settings.folders
    places = {name: str(getattr(folders, name)) for name in folders.__struct_fields__}
    if json:
        as_json(places)
        return
    for name, place in places.items():
        line(f"{name:<9} {place}")


@click.command(help=_("Check each link of the chain to Chorus Pro.\n\nSays what to do where one is broken."))
@click.option("--json", "json", is_flag=True, help=_("Print JSON."))
@click.pass_context
def doctor(ctx: click.Context, json: bool) -> None:
    """Ends with the exit code of the first broken link."""
    import asyncio

    from chorus_tui.cli.doctor import examine, told

    findings = []
    code = Exit.OK

    async def go() -> None:
        nonlocal code
        async for finding in examine(ctx.obj):
            findings.append(finding)
            if not json:
                line(told(finding))
            if code is Exit.OK:
                code = finding.code

    asyncio.run(go())
    if json:
        as_json(
            [{"link": f.link, "state": f.state, "detail": f.detail, "advice": f.advice} for f in findings]
        )
    ctx.exit(code)


@click.command(
    help=_("Copy the store to a new folder.\n\nConsoles go on working. Settings and secrets are not copied.")
)
@click.argument("folder", type=click.Path(path_type=Path))
@click.pass_obj
def backup(visit: Visit, folder: Path) -> None:
    """The documents' copies go with it; settings and secrets do not."""
    with visit.desk() as desk:
        desk.store.backup(folder)
    line(_("Store copied to {path}").format(path=folder))


@click.command(
    help=_(
        "Put a backup in the place of the store.\n\n"
        "The old store is kept beside it. Close every console first."
    )
)
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.pass_obj
def restore(visit: Visit, folder: Path) -> None:
    """Refused while a console or service has the store open."""
    from chorus_tui.store import Store

    kept = Store.restore(folder, visit.settings.folders.data)
    line(_("Store restored from {path}").format(path=folder))
    if kept is not None:
        line(_("What stood there before is kept in {path}").format(path=kept))


COMMANDS = (init, paths, doctor, backup, restore)
