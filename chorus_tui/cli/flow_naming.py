"""From what was typed to the flows that are meant."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from chorus_tui.cli.failures import Failed
from chorus_tui.cli.naming import SHORTEST_ID, only_one
from chorus_tui.i18n import _, ngettext

if TYPE_CHECKING:
    from chorus_tui.domain.flow import Flow
    from chorus_tui.operations import Desk


def flow_named(desk: "Desk", name: str) -> "Flow":
    """A flow by number, id (or its beginning) or file name, among those that the operator sees.

    Raises:
        Failed: it is that of no flow, or of several.
    """
    from chorus_tui.operations.flow_listing import flows

    seen = flows(desk)
    same = [flow for flow in seen if name and name in (flow.id, flow.number, flow.name)]
    if not same and len(name) >= SHORTEST_ID:
        same = [flow for flow in seen if flow.id.startswith(name)]
    only_one(name, [flow.number or flow.id for flow in same])
    if not same:
        raise Failed(
            _("No flow {number} is known here.").format(number=name),
            _("`chorus-tui flows list` prints those that you may see."),
        )
    return same[0]


def flows_named(desk: "Desk", names: Iterable[str]) -> "list[Flow]":
    """The same of several, each once."""
    return list({flow.id: flow for flow in (flow_named(desk, name) for name in names)}.values())


def flow_words(flow: "Flow") -> str:
    """A flow as a person knows it."""
    count = ngettext("{count} invoice", "{count} invoices", flow.count).format(count=flow.count)
    amount = "" if flow.amount is None else f"{flow.amount:.2f}"
    named = flow.number or flow.id[:8]
    return " · ".join(filter(None, (named, flow.name, count if flow.count else "", amount)))
