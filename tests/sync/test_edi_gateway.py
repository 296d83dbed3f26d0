"""The whole house and the simulated EDI gateway: a file of several suppliers, statuses that come back."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from chorus_tui.domain.flow import FlowMode, Syntax
from chorus_tui.domain.flow_states import FlowStage, FlowState
from chorus_tui.domain.statuses import InvoiceStatus
from chorus_tui.operations import edi, edi_returns
from chorus_tui.operations.depositing import deposit
from chorus_tui.sandbox.gateway import Gateway
from chorus_tui.settings import EdiConnection
from tests.flows import archive, cii
from tests.house import House
from tests.sheets import SUPPLIER, Party

NANTES = Party("ATELIER BRUME SARL - AGENCE DE NANTES", "83990121200028")
HOUR = timedelta(hours=1)


def connection(home: Path) -> EdiConnection:
    drop, returns = home / "gate" / "out", home / "gate" / "in"
    for folder in (drop, returns):
        folder.mkdir(parents=True)
    return EdiConnection(
        name="gate", partner_code="ABC001", issuer=SUPPLIER.siret, drop=drop, returns=returns
    )


def gateway_of(house: House, *, packed: bool) -> Gateway:
    [found] = house.settings.edi
    return house.sandbox.gateway(
        drop=found.drop,
        returns=found.returns,
        partner_code=found.partner_code,
        issuer=found.issuer,
        packed=packed,
    )


async def deposited(house: House) -> str:
    """A file of two invoices of two suppliers, queued; the flow's id."""
    members = [
        (f"cii_chorus_facture_F-{n}.xml", cii(f"F-{n}", supplier=supplier))
        for n, supplier in enumerate((SUPPLIER, NANTES), 1)
    ]
    path = house.home / "lot.tar.gz"
    path.write_bytes(archive(members))
    plan = await house.lookups.plan_file(path, FlowMode.EDI, "gate")
    assert plan.refused == ()
    (key,) = deposit(house.desk, plan).done
    return key


@pytest.mark.parametrize("packed", [False, True], ids=["files", "archives"])
async def test_a_file_of_two_suppliers_goes_through_the_gateway_and_is_followed(
    tmp_path: Path, packed: bool
) -> None:
    """S2-007, S2-014, S2-016: several issuing structures in one flow, which counts for the connection's."""
    async with House(tmp_path, settings={"edi": (connection(tmp_path),)}) as house:
        gateway = gateway_of(house, packed=packed)
        key = await deposited(house)
        await house.settle()
        flow = house.store.flows[key]
        assert (flow.stage, flow.syntax, flow.interface) == (FlowStage.DROPPED, Syntax.CII, "FSO1106A")
        assert {i.supplier_siret for i in house.store.contents[key].invoices} == {
            SUPPLIER.siret,
            NANTES.siret,
        }
        for _ in range(3):
            gateway.run_once()
            await house.settle()
            house.turn(HOUR)
        flow = house.store.flows[key]
        assert (flow.stage, flow.state, flow.integrated) == (FlowStage.DEPOSITED, FlowState.INTEGRATED, 2)
        assert flow.issuer_siret == SUPPLIER.siret
        assert edi.set_aside(house.desk) == []
        kinds = {file.kind for file in house.store.reports[key].returned}
        assert kinds == {edi_returns.ACKNOWLEDGEMENT, edi_returns.REPORT}
        assert house.deposited("F-1") == house.deposited("F-2") == 1
        assert house.invoice("F-1").flow_number == flow.number


async def test_statuses_arrive_by_the_gateway_while_the_api_is_away(tmp_path: Path) -> None:
    async with House(tmp_path, settings={"edi": (connection(tmp_path),)}) as house:
        gateway = gateway_of(house, packed=False)
        key = await deposited(house)
        for _ in range(3):
            await house.settle()
            gateway.run_once()
            house.turn(HOUR)
        await house.settle()
        before = house.invoice("F-1")
        assert house.store.flows[key].linked
        house.sandbox.suspend(before.id, "Devis ?")
        house.turn(HOUR)
        gateway.run_once()
        for path in gateway.returns.glob("*.xml"):
            os.utime(path, (house.now.timestamp(), house.now.timestamp()))
        await house.service.edi.run_once()
        told = house.invoice("F-1")
        assert (told.status, told.status_code) == (InvoiceStatus.SUSPENDED, "SUSPENDUE")
        assert (told.comment, told.status_at) == ("Devis ?", house.now)
