"""The last look before a flow leaves: what Chorus Pro came to hold while it waited goes no second time."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from msgspec import structs

from chorus_tui.domain.flow import FlowMode, FlowReport
from chorus_tui.domain.flow_states import FlowStage, FlowState
from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.statuses import DocumentState, InvoiceStatus
from chorus_tui.operations import Refusal
from chorus_tui.operations.depositing import deposit
from chorus_tui.operations.flow_reports import take_report
from chorus_tui.operations.packs import make_pack
from chorus_tui.operations.resending import plan_resend
from tests.flows import lot
from tests.house import House
from tests.sheets import SUPPLIER
from tests.sync.edi_office import ISSUER, Office
from tests.sync.flow_house import deposits, flow_of, queue_documents, queue_file


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path)
    yield office
    office.close()


def tracked(office: Office, number: str) -> None:
    office.store.invoices.put(
        Invoice(
            id=1,
            number=number,
            status=InvoiceStatus.SUBMITTED,
            supplier_siret=ISSUER,
            issued=date(2026, 11, 1),
        )
    )


async def test_a_flow_that_waits_does_not_send_what_came_in_another_way(tmp_path: Path) -> None:
    """S2-076: the API was down for hours, and somebody helped himself on the portal."""
    async with House(tmp_path) as house:
        key, (one, two) = await queue_documents(house, "FA-1", "FA-2")
        house.store.flows.put(structs.replace(flow_of(house, key), not_before=house.now + timedelta(hours=5)))
        house.sandbox.deposit_on_portal(lot("FA-1"), "lot.tar.gz", SUPPLIER.siret)
        house.turn(timedelta(hours=1))
        await house.settle_all(turns=3, by=timedelta(hours=2))
        assert deposits(house) == 0
        assert flow_of(house, key).stage is FlowStage.REFUSED
        assert "FA-1" in flow_of(house, key).message
        assert {house.again_of(d).state for d in (one, two)} == {DocumentState.TO_SUBMIT}
        assert house.deposited("FA-1") == 1


async def test_what_the_platform_took_up_again_is_not_sent_beside(tmp_path: Path) -> None:
    """S2-037, S2-076: a flow that was given up is sent again, and turns up integrated before that leaves."""
    async with House(tmp_path) as house:
        key = queue_file(house, "FA-1", "FA-2")
        await house.settle()
        first = flow_of(house, key)
        house.sandbox.flows.set_state(first.number, "IN_A_RELANCER")
        told = FlowReport(
            flow_id=key,
            number=first.number,
            fetched_at=house.now,
            state=FlowState.TO_RESTART,
            state_code="IN_A_RELANCER",
        )
        take_report(house.desk, key, told)
        outcome = deposit(house.desk, await plan_resend(house.desk, house.composer, key))
        (again,) = outcome.done
        waits = house.now + timedelta(hours=2)
        house.store.flows.put(structs.replace(flow_of(house, again), not_before=waits))
        house.sandbox.flows.restart(first.number)
        await house.settle_all(turns=4, by=timedelta(hours=1))
        assert deposits(house) == 1
        assert (house.deposited("FA-1"), house.deposited("FA-2")) == (1, 1)
        assert flow_of(house, again).stage is FlowStage.REFUSED


async def test_nothing_that_chorus_pro_holds_is_dropped_for_a_gateway(office: Office) -> None:
    """S2-076: the drop folder was away for a while."""
    flow = office.queue("F-1", "F-2")
    tracked(office, "F-2")
    await office.work()
    assert office.lying() == []
    assert office.store.flows[flow.id].stage is FlowStage.REFUSED


async def test_no_pack_is_written_of_what_chorus_pro_holds(office: Office) -> None:
    """S2-011, S2-076."""
    flow = office.queue("F-1", mode=FlowMode.PORTAL)
    tracked(office, "F-1")
    with pytest.raises(Refusal, match="F-1"):
        make_pack(office.desk, flow.id, office.home / "packs")
    assert office.store.flows[flow.id].stage is FlowStage.QUEUED
