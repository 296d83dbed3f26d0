"""What a form asks for at once."""

from datetime import timedelta
from pathlib import Path

import pytest

from chorus_tui.chorus import NotAvailable
from chorus_tui.domain.recipient import STATE_SIRET
from chorus_tui.domain.records import Link
from tests.house import House

VAL_D_OREE = "12345678200028"


async def test_a_recipient_is_found_by_name_and_by_siret(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        assert [r.siret for r in await house.lookups.find_recipients("val d'oree")] == [VAL_D_OREE]
        assert [r.siret for r in await house.lookups.find_recipients(VAL_D_OREE)] == [VAL_D_OREE]


async def test_a_recipient_is_kept_for_a_day_and_asked_for_again_on_demand(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        recipient = await house.lookups.recipient(VAL_D_OREE)
        assert recipient is not None
        assert recipient.service_required
        assert recipient.service("ECOLES") is not None
        calls = len(house.wire.calls)
        assert await house.lookups.recipient(VAL_D_OREE) == recipient
        assert len(house.wire.calls) == calls
        assert await house.lookups.recipient(VAL_D_OREE, fresh=True) is not None
        assert len(house.wire.calls) > calls
        house.turn(timedelta(days=2))
        calls = len(house.wire.calls)
        await house.lookups.recipient(VAL_D_OREE)
        assert len(house.wire.calls) > calls


async def test_a_recipient_that_nobody_knows_is_none(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        assert await house.lookups.recipient("00000000000000") is None


async def test_a_service_tells_whether_it_wants_a_commitment_number(tmp_path: Path) -> None:
    """S1-084, S1-087."""
    async with House(tmp_path) as house:
        recipient = await house.lookups.recipient(VAL_D_OREE)
        assert recipient is not None
        assert await house.lookups.service_demands(recipient, None) == (True, False, False)
        assert await house.lookups.service_demands(recipient, "ECOLES") == (True, True, False)
        calls = len(house.wire.calls)
        assert await house.lookups.service_demands(recipient, "ECOLES") == (True, True, False)
        assert len(house.wire.calls) == calls


async def test_the_state_knows_its_commitment_numbers(tmp_path: Path) -> None:
    """S1-089."""
    async with House(tmp_path) as house:
        known = house.sandbox.world.commitments[0].number
        assert await house.lookups.commitment_known(STATE_SIRET, known)
        assert not await house.lookups.commitment_known(STATE_SIRET, "0000000000")


async def test_lists_and_suppliers_stay_readable_while_chorus_pro_is_away(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        types = await house.lookups.choices("attachment_types")
        assert types
        supplier = await house.lookups.supplier("83990121200010")
        assert supplier is not None
        assert supplier.bank_accounts
        house.sandbox.faults.inject("*", "unavailable", None)
        house.turn(timedelta(days=2))
        assert await house.lookups.choices("attachment_types") == types
        with pytest.raises(NotAvailable):
            await house.lookups.choices("vat_rates")


async def test_the_history_of_an_invoice_stays_readable_while_chorus_pro_is_away(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        await house.submitted("FA-1")
        invoice = house.invoice("FA-1")
        history = await house.lookups.history(invoice.id)
        assert history.changes
        house.sandbox.faults.inject("consulter/historique", "unavailable", None)
        assert await house.lookups.history(invoice.id) == history


async def test_the_page_of_a_document_reads_as_it_looks(tmp_path: Path) -> None:
    """S1-022."""
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        assert "FA-1" in await house.lookups.page_text(document)
        assert await house.lookups.page_text(document, 99) == ""


async def test_the_check_of_the_connection_names_the_broken_link(tmp_path: Path) -> None:
    """S1-004, S1-081, S1-083."""
    async with House(tmp_path) as house:
        assert all(link.ok for link in await house.lookups.connection_check())
        house.sandbox.faults.inject("*", "unavailable", None)
        broken = [link for link in await house.lookups.connection_check() if not link.ok]
        assert broken[0].link is Link.API
        assert broken[0].advice
        house.sandbox.faults.clear()
        house.sandbox.faults.inject("token", "unreachable", None)
        broken = [link for link in await house.lookups.connection_check() if not link.ok]
        assert broken[0].link in (Link.NETWORK, Link.TOKEN)
        assert broken[0].known


async def test_what_waiting_documents_name_is_looked_up_before_they_are_opened(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        siret = document.fields.recipient_siret
        assert siret is not None
        assert house.store.recipients[siret].checked_at is not None
        calls = len(house.wire.calls)
        await house.service.lists.run_once()
        assert len(house.wire.calls) == calls, "nothing is asked for twice a day"
