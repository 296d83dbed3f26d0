"""Flows leave through the folder of an EDI gateway: once, whatever happens."""

import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from chorus_tui.domain.flow import Rejection, Syntax
from chorus_tui.domain.flow_states import FlowStage
from chorus_tui.operations import Refusal, edi
from chorus_tui.operations.flow_journal import not_taken
from chorus_tui.operations.flow_listing import in_state_since, waiting_time
from chorus_tui.operations.withdrawing import withdraw_flows
from chorus_tui.store import Records
from chorus_tui.sync import edi as station
from tests.sync.edi_office import (
    ISSUER,
    OTHERS,
    Office,
    killed_at,
    members,
    with_connection,
)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path)
    yield office
    office.close()


# Leaving


async def test_a_flow_is_dropped_under_its_number_and_counts_for_the_connection(office: Office) -> None:
    """S2-006, S2-016, S2-043: partner code in name and number; issuer and rejection as the connection form
    has them when the flow leaves.
    """
    queued = office.queue("F-1", issuer=OTHERS[0])
    with_connection(office, rejection=Rejection.COMPLETE)
    office.again()
    await office.work()
    flow = office.store.flows[queued.id]
    assert flow.stage is FlowStage.DROPPED
    assert flow.number == "ABC0011106000000000000001"
    assert flow.name == f"FSO1106A_ABC001_{flow.number}.tar.gz"
    assert (flow.partner_code, flow.interface) == ("ABC001", "FSO1106A")
    assert (flow.issuer_siret, flow.rejection) == (ISSUER, Rejection.COMPLETE)
    [(name, content)] = office.take()
    assert name == flow.name
    assert members(content) == ["F-1.xml"]


async def test_one_flow_may_hold_invoices_of_several_suppliers(office: Office) -> None:
    """S2-007: an operator sends for several structures in one flow."""
    flow = await office.dropped("F-1", "F-2", "F-3", suppliers=OTHERS)
    assert {i.supplier_siret for i in office.store.contents[flow.id].invoices} == set(OTHERS)
    [(_name, content)] = office.take()
    assert members(content) == ["F-1.xml", "F-2.xml", "F-3.xml"]
    assert flow.issuer_siret == ISSUER


async def test_each_flow_has_a_number_of_its_own(office: Office) -> None:
    flows = [await office.dropped(f"F-{n}") for n in range(3)]
    assert [flow.number[-3:] for flow in flows] == ["001", "002", "003"]
    office.again()
    assert (await office.dropped("F-9")).number.endswith("004")


async def test_a_store_that_was_put_back_does_not_give_numbers_twice(office: Office) -> None:
    """The files in the gateway's folders tell how far the numbers had come."""
    await office.deposited("F-1")
    await office.dropped("F-2")
    for table in (office.store.flows, office.store.contents, office.store.sequences, office.store.returned):
        remove_all(table)
    assert (await office.dropped("F-3")).number.endswith("003")


def remove_all(table: Records[Any]) -> None:
    table.remove(*table.keys())


async def test_what_is_held_waits_and_can_be_withdrawn(office: Office) -> None:
    office.settings = structs.replace(office.settings, hold=5.0)
    office.again()
    flow = office.queue("F-1", "F-2")
    await office.work()
    assert office.lying() == []
    assert office.station.queued_in == 5.0
    assert withdraw_flows(office.desk, [flow.id]).done == (flow.id,)
    office.turn(timedelta(seconds=6))
    await office.work()
    assert office.lying() == []


async def test_the_gateway_sees_whole_files_alone(office: Office) -> None:
    """An archive is written aside under a hidden name, which the group of the folder may read."""
    flow = await office.dropped("F-1")
    assert [path.name for path in office.drop.iterdir()] == [flow.name]
    assert (office.drop / flow.name).stat().st_mode & 0o007 == 0


async def test_files_that_no_interface_takes_are_refused_with_a_reason(office: Office) -> None:
    flow = office.queue("F-1", syntax=Syntax.OTHER)
    await office.work()
    after = office.store.flows[flow.id]
    assert (after.stage, after.message) == (FlowStage.REFUSED, edi.NO_INTERFACE)
    assert office.lying() == []


async def test_a_flow_whose_copy_is_gone_says_so(office: Office) -> None:
    flow = office.queue("F-1")
    office.store.blobs.path(flow.sha256).unlink()
    await office.work()
    after = office.store.flows[flow.id]
    assert (after.stage, after.message) == (FlowStage.REFUSED, station.COPY_GONE)


async def test_a_flow_waits_for_its_connection(office: Office) -> None:
    flow = office.queue("F-1")
    with_connection(office, name="another", partner_code="ABC009")
    await office.work()
    after = office.store.flows[flow.id]
    assert (after.stage, after.message) == (FlowStage.QUEUED, edi.NO_CONNECTION)
    with_connection(office, partner_code="ABC001")
    office.turn(timedelta(minutes=1))
    await office.work()
    assert office.store.flows[flow.id].stage is FlowStage.DROPPED


# Folders that are missing, closed or full


async def test_a_missing_drop_folder_is_told_and_nothing_is_lost(office: Office) -> None:
    office.drop.rmdir()
    flow = office.queue("F-1")
    await office.work()
    after = office.store.flows[flow.id]
    assert (after.stage, after.message) == (FlowStage.QUEUED, station.WHY[2])
    assert office.station.troubles == {office.drop: station.WHY[2]}
    office.drop.mkdir()
    office.turn(timedelta(minutes=1))
    await office.work()
    assert office.lying() == [office.store.flows[flow.id].name]
    assert office.store.flows[flow.id].message == ""
    assert office.station.troubles == {}


async def test_a_full_disk_leaves_nothing_behind_and_is_tried_again(office: Office) -> None:
    """A limit on how large a file may grow stands for the full disk."""
    big = office.queue("F-1", content=os.urandom(4_000_000))
    small = office.queue("F-2")
    with largest_file(3_000_000):
        await office.work()
    assert office.store.flows[small.id].stage is FlowStage.DROPPED
    waiting = office.store.flows[big.id]
    assert (waiting.stage, waiting.message) == (FlowStage.QUEUED, station.CANNOT_BE_WRITTEN)
    assert [path.name for path in office.drop.iterdir()] == [office.store.flows[small.id].name]
    office.turn(timedelta(minutes=1))
    await office.work()
    assert office.store.flows[big.id].stage is FlowStage.DROPPED
    assert len(office.lying()) == 2


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)


async def test_a_missing_return_folder_is_told(office: Office) -> None:
    office.returns.rmdir()
    await office.dropped("F-1")
    assert list(office.station.troubles) == [office.returns]
    assert office.lying() != []


async def test_another_file_under_the_name_of_a_flow_is_never_overwritten(office: Office) -> None:
    flow = office.queue("F-1")
    sending = edi.begin(office.desk, flow.id, flow.sha256)
    assert sending is not None
    part = office.drop / f".{sending.name}.part"
    part.write_bytes(b"half")
    edi.dropped(office.desk, flow.id)
    (office.drop / sending.name).write_bytes(b"another")
    await office.work()
    assert (office.drop / sending.name).read_bytes() == b"another"
    assert office.station.troubles == {office.drop: station.LYING}
    (office.drop / sending.name).unlink()
    await office.work()
    [(_name, content)] = office.take()
    assert members(content) == ["F-1.xml"]


# Killed anywhere


@pytest.mark.parametrize("greedy", [False, True], ids=["gateway waits", "gateway takes at once"])
async def test_a_process_killed_anywhere_drops_a_flow_once(tmp_path: Path, greedy: bool) -> None:
    """At every file that is touched on the way, before it is; the gateway may take what lies there."""
    at, died = 0, True
    while died:
        at += 1
        office = Office(tmp_path / f"{at}")
        flow = office.queue("F-1", "F-2")
        died = await killed_at(office, at, office.station.run_once)
        taken = office.take() if greedy else []
        for _ in range(3):
            await office.work()
            office.turn(timedelta(minutes=1))
        taken += office.take()
        after = office.store.flows[flow.id]
        assert after.stage is FlowStage.DROPPED, at
        assert [name for name, _ in taken] == [after.name], at
        assert members(taken[0][1]) == ["F-1.xml", "F-2.xml"]
        assert list(office.drop.iterdir()) == [], at
        office.close()
    assert at > 6  # It died at several places.


async def test_a_process_killed_anywhere_reads_what_came_back_once(tmp_path: Path) -> None:
    at, died = 0, True
    while died:
        at += 1
        office = Office(tmp_path / f"{at}")
        flow = await office.dropped("F-1", "F-2")
        office.take()
        office.acknowledge(flow)
        office.put("damaged.xml", "<a>")
        died = await killed_at(office, at, office.station.run_once)
        await office.work()
        assert office.store.flows[flow.id].stage is FlowStage.DEPOSITED
        assert [(f.name, bool(f.reason)) for f in office.files()] == [
            (f"{flow.name}.ack.xml", False),
            ("damaged.xml", True),
        ]
        assert office.verbs("returned") == 1
        assert office.verbs("set aside") == 1
        assert office.inside("taken") == [f"{flow.name}.ack.xml"]
        assert office.inside("set-aside") == ["damaged.xml"]
        office.close()
    assert at > 4


# Given up


async def test_a_flow_that_the_gateway_left_lying_is_taken_out_before_it_is_given_up(office: Office) -> None:
    flow = await office.dropped("F-1")
    assert not_taken(office.desk, flow.id).done == (flow.id,)
    assert list(office.drop.iterdir()) == []
    assert office.store.flows[flow.id].stage is FlowStage.REFUSED
    again = await office.dropped("F-1")
    assert office.lying() == [again.name]


async def test_a_flow_that_the_gateway_took_is_given_up_only_after_a_day(office: Office) -> None:
    flow = await office.dropped("F-1")
    office.take()
    with pytest.raises(Refusal, match="The gateway has taken it"):
        not_taken(office.desk, flow.id)
    assert office.store.flows[flow.id] == flow
    office.turn(timedelta(days=1))
    not_taken(office.desk, flow.id)
    assert office.store.flows[flow.id].stage is FlowStage.REFUSED


async def test_nothing_is_given_up_while_the_drop_folder_cannot_be_changed(office: Office) -> None:
    flow = await office.dropped("F-1")
    (office.drop / f".{flow.name}.part").mkdir()
    with pytest.raises(Refusal, match="cannot be changed"):
        not_taken(office.desk, flow.id)
    assert office.lying() == [flow.name]


async def test_how_long_a_flow_waits_for_its_acknowledgement_is_told_and_alarmed(office: Office) -> None:
    """It counts from the moment when it was dropped, not from when it was queued."""
    flow = office.queue("F-1")
    office.turn(timedelta(hours=5))
    await office.work()
    dropped = office.store.flows[flow.id]
    assert in_state_since(dropped) == office.clock.now()
    assert not waiting_time(office.desk, dropped).stuck
    office.turn(timedelta(days=2))
    assert waiting_time(office.desk, dropped).stuck
