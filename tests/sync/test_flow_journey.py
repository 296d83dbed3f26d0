"""A flow of 37 invoices with 5 bad ones: deposited, reported, put right, sent again, and none twice."""

from collections.abc import Callable
from pathlib import Path

import pytest

from chorus_tui.domain.fixes import Fix, FixKind
from chorus_tui.domain.flow import Channel, Fate, Flow, FlowMode, RejectionKind
from chorus_tui.domain.flow_states import FlowStage, FlowState, Resend
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.operations import Refusal, submit, waiting
from chorus_tui.operations.clustering import document_clusters
from chorus_tui.operations.depositing import deposit
from chorus_tui.operations.fixing import apply
from chorus_tui.operations.flow_reports import six_blocks
from chorus_tui.operations.gathering import invoices_of
from chorus_tui.operations.resending import resendable
from chorus_tui.sandbox import ManualClock
from chorus_tui.settings import EdiConnection
from tests.house import House
from tests.sheets import SUPPLIER
from tests.sync.journey import (
    BAD,
    DAY,
    GOOD,
    MINUTES,
    OPEN,
    VALLEY,
    documents_of,
    file_all,
    own_flows,
    world_where_a_service_closes,
)

ALL = (*GOOD, *BAD)


def house_of(folder: Path, **more: object) -> House:
    return House(folder, world=world_where_a_service_closes(ManualClock().now().date()), **more)  # type: ignore[arg-type]


async def goes(house: House, gateway: Callable[[], object] = lambda: None) -> None:
    """Let all that is queued leave, be processed, and be told of."""
    for _ in range(4):
        await house.settle()
        gateway()
        await house.settle()
        house.turn(MINUTES)
    await house.settle()


def all_integrated_once(house: House) -> bool:
    numbers = {number: house.deposited(number) for number in ALL}
    tracked = {number: len(house.store.invoices.by("number", number)) for number in ALL}
    states = {document.state for document in documents_of(house, ALL)}
    return set(numbers.values()) == {1} == set(tracked.values()) and states == {DocumentState.SUBMITTED}


async def test_by_the_api_five_refused_ones_are_put_right_and_go_again(tmp_path: Path) -> None:
    """S2-009, S2-043, S2-070…074, S2-076, S2-077: partial rejection, as every flow of the API."""
    async with house_of(tmp_path, rule={"channel": Channel.API}) as house:
        documents = await file_all(house)
        assert not submit(house.desk, [d.id for d in documents]).refused
        (flow,) = own_flows(house)
        assert (flow.stage, flow.count, flow.issuer_siret) == (FlowStage.QUEUED, 37, SUPPLIER.siret)
        house.turn(DAY)
        await goes(house)
        (flow,) = own_flows(house)
        assert (flow.state, flow.integrated, flow.refused) == (FlowState.PARTLY_INTEGRATED, 32, 5)
        assert (flow.rejected_for, flow.linked) == (RejectionKind.BUSINESS, True)
        assert {i.number for i in house.store.invoices.by("flow_number", flow.number)} == set(GOOD)
        view = six_blocks(house.desk, flow)
        assert [i.number for i in view.invoices if i.fate is Fate.REFUSED] == list(BAD)
        assert {e.explanation.id for e in view.errors} == {"service.unknown"}, "S2-073"

        assert {d.value_of("number") for d in waiting(house.desk)} == set(BAD)
        assert all(d.in_error and d.failure for d in documents_of(house, BAD))
        (group,) = document_clusters(house.desk, waiting(house.desk))
        assert (group.count, group.recipient_siret) == (5, VALLEY.siret)

        found = resendable(house.desk, flow.id)
        assert (found.kind, len(found.invoices)) == (Resend.REFUSED_ONLY, 5)
        assert "Nothing changed" in found.why_not
        assert "closed" in found.why_not
        for reason in ("", "the service is open, they say"):
            with pytest.raises(Refusal):
                await house.lookups.plan_resend(flow.id, override=reason)
        assert not apply(house.desk, group.keys, Fix(FixKind.SERVICE, OPEN)).refused
        plan = await house.lookups.plan_resend(flow.id)
        assert (plan.count, plan.refused) == (5, ())
        (again,) = deposit(house.desk, plan).done
        assert house.store.flows[flow.id].resent_by == (again,)
        await goes(house)
        second = house.store.flows[again]
        assert (second.state, second.integrated, second.resends) == (FlowState.INTEGRATED, 5, flow.id)
        assert all_integrated_once(house)
        assert resendable(house.desk, again).kind is Resend.NOTHING, "S2-074"
        with pytest.raises(Refusal):
            await house.lookups.plan_resend(flow.id, override="once more, please")
        assert len(house.sandbox.flows.all()) == 2


def gateway_of(house: House) -> Callable[[], object]:
    (connection,) = house.settings.edi
    gateway = house.sandbox.gateway(
        drop=connection.drop,
        returns=connection.returns,
        partner_code=connection.partner_code,
        issuer=connection.issuer,
        rejection=connection.rejection.value,
    )
    return gateway.run_once


def edi(folder: Path, rejection: str) -> EdiConnection:
    from chorus_tui.domain.flow import Rejection

    drop, returns = folder / "gate" / "out", folder / "gate" / "in"
    for each in (drop, returns):
        each.mkdir(parents=True)
    return EdiConnection(
        name="gate",
        partner_code="ABC001",
        issuer=SUPPLIER.siret,
        drop=drop,
        returns=returns,
        rejection=Rejection(rejection),
    )


async def put_right_and_resend(house: House, flow: Flow) -> str:
    (group,) = document_clusters(house.desk, [d for d in waiting(house.desk) if d.in_error])
    assert (group.count, group.explanation.id) == (5, "service.unknown")
    assert resendable(house.desk, flow.id).why_not
    assert not apply(house.desk, group.keys, Fix(FixKind.SERVICE, OPEN)).refused
    assert not resendable(house.desk, flow.id).why_not
    plan = await house.lookups.plan_resend(flow.id)
    (again,) = deposit(house.desk, plan).done
    return again


@pytest.mark.parametrize(("rejection", "again"), [("partial", 5), ("complete", 37)])
async def test_through_a_gateway_what_was_not_taken_goes_again(
    tmp_path: Path, rejection: str, again: int
) -> None:
    """S2-016, S2-043, S2-075, S2-076: partial, only the 5; complete, the whole flow."""
    settings = {"edi": (edi(tmp_path, rejection),)}
    rule = {"channel": Channel.EDI, "edi": "gate"}
    async with house_of(tmp_path, rule=rule, settings=settings) as house:
        gateway = gateway_of(house)
        documents = await file_all(house)
        assert not submit(house.desk, [d.id for d in documents]).refused
        house.turn(DAY)
        await goes(house, gateway)
        (flow,) = own_flows(house)
        assert (flow.mode, flow.partner_code, flow.refused) == (FlowMode.EDI, "ABC001", 5)
        returned = {file.kind for file in house.store.reports[flow.id].returned}
        assert {"Acknowledgement", "Integration report"} <= returned, "not by the API alone"
        partly = rejection == "partial"
        assert flow.state is (FlowState.PARTLY_INTEGRATED if partly else FlowState.REJECTED)
        assert flow.resend is (Resend.REFUSED_ONLY if partly else Resend.EVERYTHING)
        assert {d.value_of("number") for d in waiting(house.desk)} == set(BAD if partly else ALL)
        assert {d.value_of("number") for d in waiting(house.desk) if d.in_error} == set(BAD)
        fates = {i.number: i.fate for i in invoices_of(house.desk, flow.id)}
        assert {fates[n] for n in GOOD} == {Fate.INTEGRATED if partly else Fate.NOT_INTEGRATED}
        assert {fates[n] for n in BAD} == {Fate.REFUSED}

        second = await put_right_and_resend(house, flow)
        assert house.store.flows[second].count == again
        await goes(house, gateway)
        assert house.store.flows[second].state is FlowState.INTEGRATED
        assert house.store.flows[second].integrated == again
        assert all_integrated_once(house)
