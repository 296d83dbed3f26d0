"""Export of a list of flows to a CSV file: of exactly the rows that show (S2-002, S2-060)."""

from typing import TYPE_CHECKING

from chorus_tui.domain.statuses import Tone
from chorus_tui.i18n import N_, _, ngettext
from chorus_tui.ui.commands import Command
from chorus_tui.ui.words import count

if TYPE_CHECKING:
    from chorus_tui.ui.screens.flows import FlowList


def why_no_export(screen: "FlowList") -> str:
    """Why there is nothing to export now."""
    return "" if len(screen.rows.shown) else _("No row is displayed, so there is nothing to export.")


async def export(screen: "FlowList") -> None:
    """Write what is displayed; screens stay usable, and the path is said when it is there."""
    from chorus_tui.operations.flow_exporting import export_flows_in_background

    flows = [row.flow for row in screen.rows.shown]
    words = ngettext("{n} flow", "{n} flows", len(flows)).format(n=count(len(flows)))
    screen.say(_("Writing {flows} to a file…").format(flows=words))
    try:
        path = await export_flows_in_background(screen.desk, flows)
    except OSError as error:
        told = _("The file could not be written: {reason}.").format(reason=error.strerror or error)
        screen.console.say(told, Tone.BAD)
    else:
        told = _("{flows} written to {path}").format(flows=words, path=path)
        screen.console.say(told, Tone.GOOD)


EXPORT = Command(
    "flow_export.write",
    "x",
    N_("Export"),
    N_("Writes the flows that show to a CSV file."),
    export,
    why_no_export,
    line=8,
    words=(N_("Export results"), N_("Download the list")),
)
