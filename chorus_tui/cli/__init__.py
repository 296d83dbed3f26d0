"""The command line: each command calls an operation and prints what came of it.

A command's room is imported when the command is called (or listed by `--help`), and heavy imports (screens,
HTTP, PDF, store) are inside the commands, so that `--version` answers at once.
"""

import errno
from collections import UserDict
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from chorus_tui import __version__
from chorus_tui.cli.codes import Exit, table
from chorus_tui.cli.failures import explain, tell
from chorus_tui.cli.visit import Visit
from chorus_tui.i18n import _

__all__ = ["ROOMS", "main"]

ROOMS = {
    "console": ("demo",),
    "working": ("sync", "submit", "reprocess", "remove"),
    "grouping": ("clusters",),
    "triage": ("fix", "undo", "snooze"),
    "processing": ("process", "complete", "recycle", "pay-out", "correct-validator", "withdraw"),
    "looking": ("status", "list", "export", "keys"),
    "recipients": ("recipients",),
    "flows": ("flows",),
    "permissions": ("permissions",),
    "explaining": ("explain",),
    "care": ("init", "paths", "doctor", "backup", "restore"),
    "serving": ("sandbox",),
}
"""Room in this package → its commands."""


class _Called(UserDict[str, Any]):
    """Commands by name; a room is imported when one of its commands is asked for."""

    def __init__(self) -> None:
        super().__init__({name: room for room, names in ROOMS.items() for name in names})

    def __getitem__(self, name: str) -> click.Command:
        found = super().__getitem__(name)
        if not isinstance(found, click.Command):
            self.update({each.name: each for each in import_module(f"{__name__}.{found}").COMMANDS})
            found = super().__getitem__(name)
        return found  # type: ignore[no-any-return]  # values are commands, or the names of their rooms


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
    commands=_Called(),
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
        from chorus_tui.cli import console

        console.open_console(ctx.obj)
