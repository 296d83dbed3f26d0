"""What a form learns from around it while it is filled in: other invoices, lists, services to offer."""

import asyncio
from dataclasses import replace
from typing import Any

from chorus_tui.operations import matching
from chorus_tui.operations.checking import all_problems_of
from chorus_tui.operations.desk import Desk
from chorus_tui.operations.neighbours import Neighbours
from chorus_tui.ui.screens.form_sheet import Option, Sheet

REST = 0.3
"""Seconds without another key before it is looked at: not every letter of a number is one."""


def depends_on(sheet: Sheet) -> tuple[Any, ...]:
    """The values that what stands around an invoice depends on."""
    f = sheet.fields
    return (
        *(f.number, f.issued, f.gross, f.to_pay, f.supplier_siret, f.recipient_siret),
        *(f.service_code, f.service_label, f.commitment_number, f.validator_siret, f.vat_lines),
        sheet.document.attachments,
    )


async def rest(desk: Desk) -> None:
    """Wait until nothing was typed for a moment, and until what is asked then is at hand."""
    await asyncio.sleep(REST)
    await Neighbours.prepare(desk)


def with_around(desk: Desk, sheet: Sheet) -> Sheet:
    """The sheet with what other invoices and lists say of it, and the services to offer.

    A number that is taken or was rejected, content that is there already (S1-050, S1-074): the rules that
    every submission is held to.
    """
    own = {problem.id for problem in sheet.own_problems}
    found = all_problems_of(desk, sheet.as_typed, sheet.fields)
    offers = matching.suggestions(desk, sheet.fields.recipient_siret, sheet.fields.service_label)
    return replace(
        sheet,
        around=tuple(problem for problem in found if problem.id not in own),
        offers=tuple(Option(offer.code, f"{offer.code}  {offer.label}", offer.why) for offer in offers),
    )
