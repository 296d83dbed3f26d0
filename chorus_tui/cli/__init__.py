"""The command line: each command calls an operation and prints what came of it.

Heavy imports (screens, HTTP, PDF, store) are inside the commands, so that `--version` and `--help` answer
at once.
"""

import errno
from pathlib import Path
from typing import Any

import click

from chorus_tui import __version__
from chorus_tui.cli import (
    care,
    console,
    explaining,
    grouping,
    looking,
    processing,
    recipients,
    serving,
    triage,
    working,
)
from chorus_tui.cli.codes import Exit, table
from chorus_tui.cli.failures import explain, tell
from chorus_tui.cli.visit import Visit
from chorus_tui.i18n import _

__all__ = ["main"]


class Commands(click.Group):
    """A group whose failures are sentences, and whose help ends with the exit codes."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; say what went wrong and leave with its code."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            if isinstance(error, OSError) and error.errno == errno.EPIPE:
                raise  # the reader of our lines went away: click leaves quietly
            said = explain(error)
            if said.code is Exit.DEFECT:
                from chorus_tui.cli.logs import record_crash

                record_crash(error)
            tell(said)
            ctx.exit(said.code)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The exit codes."""
        formatter.write_paragraph()
        formatter.write(table() + "\n")


@click.group(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help=_(
        "A keyboard-only console for invoicing the French public sector through Chorus Pro.\n\n"
        "Without a command, it opens the console."
    ),
)
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help=_("Keep settings, store and logs in this one folder."),
)
@click.option("--verbose", is_flag=True, help=_("Write more into the log."))
@click.version_option(__version__, prog_name="chorus-tui", message="%(prog)s %(version)s")
@click.pass_context
def main(ctx: click.Context, home: Path | None, verbose: bool) -> None:
    """Open the console, or run a command."""
    ctx.obj = Visit(home, verbose)
    if ctx.invoked_subcommand is None:
        console.open_console(ctx.obj)


ROOMS = (console, working, grouping, triage, processing, looking, recipients, explaining, care, serving)

for module in ROOMS:
    for command in module.COMMANDS:
        main.add_command(command)
