"""The command `flows`: what was deposited, where it stands, what its report says, what goes again.

Each of its commands is imported when it is called, as the commands themselves are.
"""

from collections import UserDict
from importlib import import_module
from typing import Any

import click

from chorus_tui.i18n import _

WHERE = {
    "list": "flow_list.list_flows",
    "show": "flow_showing.show",
    "deposit": "flow_sending.deposit",
    "report": "flow_showing.report_flows",
    "resend": "flow_sending.resend",
    "withdraw": "flow_sending.withdraw",
    "dashboard": "flow_counting.dashboard",
    "rejects": "flow_counting.rejects",
    "pack": "flow_packs.pack",
    "number": "flow_packs.number",
    "follow": "flow_packs.follow",
}
"""Command → its room in this package, and its name there."""


class _Called(UserDict[str, Any]):
    """Commands by name; a room is imported when one of its commands is asked for."""

    def __getitem__(self, name: str) -> click.Command:
        found = super().__getitem__(name)
        if isinstance(found, str):
            room, _dot, attribute = found.partition(".")
            found = self[name] = getattr(import_module(f"chorus_tui.cli.{room}"), attribute)
        return found  # type: ignore[no-any-return]  # values are commands, or where they are


@click.group(
    commands=_Called(WHERE),
    invoke_without_command=True,
    help=_(
        "Flows: what was deposited, where it stands, what its report says, and what to send again.\n\n"
        "Flows are named by number, by id (or its beginning) or by file name. Without more: the list."
    ),
)
@click.pass_context
def flows(ctx: click.Context) -> None:
    """Lists them where nothing else is asked."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(flows.commands["list"])


COMMANDS = (flows,)
