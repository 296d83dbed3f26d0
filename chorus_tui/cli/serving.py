"""The command that serves a simulated Chorus Pro."""

import re
import signal
from pathlib import Path

import click

from chorus_tui.i18n import _


@click.command(
    help=_(
        "Serve a simulated Chorus Pro on this machine. The first line printed is JSON: where it is and how "
        "to sign in."
    )
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help=_("0: any free one."), show_default=True
)
@click.option(
    "--speed",
    type=click.FloatRange(min=0, min_open=True),
    default=1.0,
    help=_("How much faster than life invoices move; 1440 makes a day of it a minute."),
)
@click.option("--invoices", type=click.IntRange(0), default=None, help=_("How many invoices it holds."))
@click.option(
    "--edi-drop",
    type=click.Path(exists=True, file_okay=False, writable=True, path_type=Path),
    help=_("The folder from which a simulated EDI gateway takes flows; with --edi-returns."),
)
@click.option(
    "--edi-returns",
    type=click.Path(exists=True, file_okay=False, writable=True, path_type=Path),
    help=_("The folder into which the gateway puts what comes back."),
)
@click.option("--partner", default="ABC001", show_default=True, help=_("The gateway's partner code."))
@click.option(
    "--rejection",
    type=click.Choice(["partial", "complete"]),
    default="partial",
    show_default=True,
    help=_("What the gateway's flows lose by one wrong invoice: that one, or all."),
)
@click.pass_context
def sandbox(
    ctx: click.Context,
    port: int,
    speed: float,
    invoices: int | None,
    edi_drop: Path | None,
    edi_returns: Path | None,
    partner: str,
    rejection: str,
) -> None:
    """Until it is stopped."""
    from chorus_tui.sandbox import Edi, World, serve

    edi = None
    if edi_drop is not None and edi_returns is not None:
        if not re.fullmatch(r"[A-Z]{3}[0-9]{3}", partner):
            raise click.BadParameter(
                _("A partner code is three capitals and three digits."), param_hint="--partner"
            )
        edi = Edi(edi_drop, edi_returns, partner, rejection)
    elif edi_drop is not None or edi_returns is not None:
        raise click.UsageError(_("--edi-drop and --edi-returns go together."))

    # uvicorn hands the signal on when it has finished; so it ends the command as Ctrl+C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    world = World.load()
    if invoices is not None:
        world = world.with_invoices(invoices)
    ctx.exit(serve(port, speed, world, edi))


COMMANDS = (sandbox,)
