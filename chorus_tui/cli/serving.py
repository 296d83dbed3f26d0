"""The command that serves a simulated Chorus Pro."""

import signal

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
@click.pass_context
def sandbox(ctx: click.Context, port: int, speed: float, invoices: int | None) -> None:
    """Until it is stopped."""
    from chorus_tui.sandbox import World, serve

    # uvicorn hands the signal on when it has finished; so it ends the command as Ctrl+C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    world = World.load()
    if invoices is not None:
        world = world.with_invoices(invoices)
    ctx.exit(serve(port, speed, world))


COMMANDS = (sandbox,)
