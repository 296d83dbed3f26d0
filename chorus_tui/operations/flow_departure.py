"""The last look before a flow leaves: it may have waited for hours, for the API or for a folder."""

import asyncio
from collections.abc import Iterable

from chorus_tui.domain.checks import blocking
from chorus_tui.domain.flow import Flow, FlowInvoice
from chorus_tui.operations.desk import SLICE, Desk
from chorus_tui.operations.gathering import invoices_of
from chorus_tui.operations.neighbours import NumberKey, taken


async def taken_meanwhile(desk: Desk, flow: Flow) -> str:
    """That Chorus Pro has come to hold a number of a flow that is about to leave, in the operator's language;
    empty: it may leave. What was integrated by any other way goes by no path again (S2-076).
    """
    invoices = invoices_of(desk, flow.id)
    for start in range(0, len(invoices), SLICE):
        if why := first_taken(desk, flow, invoices[start : start + SLICE]):
            return why
        await asyncio.sleep(0)
    return ""


def first_taken(desk: Desk, flow: Flow, invoices: Iterable[FlowInvoice]) -> str:
    """The same of some of its invoices."""
    for invoice in invoices:
        year = invoice.issued.year if invoice.issued is not None else desk.now().year
        key = NumberKey(invoice.number.strip(), invoice.supplier_siret, year)
        # No document's: one that Chorus Pro holds for this very document is no reason to send it again.
        for found in blocking(tuple(taken(desk, key, flow.id, besides=flow.id))):
            return found.text
    return ""
