"""The filter on a screen: as it is typed, with honest counts, cleared before anything else."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chorus_tui.domain.statuses import InvoiceStatus
from tests.console.operator import Operator, console, desk_in, invoice


@pytest.fixture
async def operator(tmp_path: Path) -> AsyncIterator[Operator]:
    """At Tracking, with three invoices."""
    desk = desk_in(tmp_path)
    desk.store.invoices.put(
        invoice(1, recipient_name="Centre hospitalier de Béziers"),
        invoice(2, recipient_name="Mairie de Béziers", status=InvoiceStatus.REJECTED, comment="Wrong number"),
        invoice(3, recipient_name="Mairie d'Évry", status=InvoiceStatus.TO_BE_RECYCLED),
    )
    async with console(desk) as someone:
        yield someone
    desk.store.close()


async def test_rows_are_filtered_while_the_words_are_typed(operator: Operator) -> None:
    """S1-031."""
    await operator.press("slash")
    await operator.type("bez")
    assert operator.sees("Tracking /bez 2 of 3")
    await operator.type("iers mairie")
    assert operator.sees("/beziers mairie 1 of 3", "FA2026-000002")
    assert not operator.sees("FA2026-000001")
    await operator.press("enter", "space")
    assert operator.sees("1 of 3 · 1 marked (200.50 €)")


async def test_escape_clears_the_filter_before_it_takes_marks_away(operator: Operator) -> None:
    await operator.press("space", "slash")
    await operator.type("evry")
    await operator.press("enter", "escape")
    assert operator.sees("FA2026-000001", "1 marked")
    await operator.press("escape")
    assert not operator.sees("1 marked")


async def test_escape_while_typing_gives_every_row_back(operator: Operator) -> None:
    await operator.press("slash")
    await operator.type("evry")
    await operator.press("escape")
    assert operator.sees("FA2026-000001", "FA2026-000002", "FA2026-000003")
    assert not operator.sees("of 3")


async def test_a_field_is_asked_for_and_written_as_the_filter_has_it(operator: Operator) -> None:
    """S1-031: by status, recipient, period, amount."""
    await operator.press("f")
    assert operator.sees("Filter by: status recipient deposited gross")
    await operator.press("enter", "t", "enter")
    assert operator.sees('/status:"To be recycled" 1 of 3', "FA2026-000003")
    await operator.press("escape", "f", "g", "enter")
    await operator.type("150")
    await operator.press("enter")
    assert operator.sees("/gross>150 2 of 3")
    await operator.press("f", "d", "enter", "enter")
    assert operator.sees("/gross>150 deposited>=2026-11-22 0 of 3")
    await operator.press("escape", "f", "r", "enter")
    await operator.type("beziers")
    await operator.press("enter")
    assert operator.sees("/recipient:beziers 2 of 3")


async def test_a_marked_row_that_the_filter_hides_still_counts(operator: Operator) -> None:
    await operator.press("a", "slash")
    await operator.type("evry")
    await operator.press("enter")
    assert operator.sees("1 of 3 · 3 marked (601.50 €)")
