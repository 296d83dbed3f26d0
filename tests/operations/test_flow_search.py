"""Searching flows: every criterion by itself and together, proposals, searches under a name, the file."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from time import process_time
from typing import Any

import pytest

from chorus_tui.domain.flow import Flow, FlowContents, FlowInvoice, FlowMode, FlowType, RejectionKind
from chorus_tui.domain.flow_search import FlowCriteria
from chorus_tui.domain.flow_states import SEARCHED_STATES, FlowStage, FlowState
from chorus_tui.operations import Desk, Refusal, flow_search
from chorus_tui.operations.flow_exporting import export_flows, export_flows_in_background
from chorus_tui.settings import Structure
from tests.console.flowing import MIDI, NORD, flow
from tests.console.operator import desk_in

EDI: dict[str, Any] = {"mode": FlowMode.EDI, "connection": "Main", "partner_code": "ABC001"}
MANY = 6_000
NORDIC: dict[str, Any] = {"issuer_siret": NORD[0], "issuer_name": NORD[1]}


@contextmanager
def desk_with(folder: Path, *flows: Flow, **settings: Any) -> Iterator[Desk]:
    """A desk over a store with these flows."""
    desk = desk_in(folder, **settings)
    with desk.store:
        desk.store.flows.put(*flows)
        yield desk


def holding(desk: Desk, flow_id: str, *numbers: str) -> None:
    """Let a flow hold these invoices."""
    invoices = tuple(FlowInvoice(number=number) for number in numbers)
    desk.store.contents.put(FlowContents(flow_id=flow_id, invoices=invoices))


def found(desk: Desk, **criteria: Any) -> list[str]:
    """Ids of what a search finds."""
    return [each.id for each in flow_search.search(desk, FlowCriteria(**criteria))]


def test_nothing_asked_finds_every_flow_by_sender_and_date(tmp_path: Path) -> None:
    """S2-050, S2-058: and in the order of Home."""
    with desk_with(tmp_path, flow(3), flow(1), flow(2, **NORDIC), flow(4, FlowState.REJECTED)) as desk:
        assert found(desk) == ["f2", "f1", "f3", "f4"]


def test_only_incoming_flows_are_found(tmp_path: Path) -> None:
    """S2-050: what Chorus Pro sends is no result; what was deposited from here always is one."""
    theirs: dict[str, Any] = {"mode": FlowMode.UNKNOWN}
    flows = [
        flow(1),
        flow(2, **theirs),
        flow(3, interface="", **theirs),
        flow(4, interface="FEN1200A", **theirs),
        flow(5, interface="CSO1117A", **theirs),
        flow(6, interface="OUT_REF_SP_FAR0037", **theirs),
    ]
    with desk_with(tmp_path, *flows) as desk:
        assert found(desk) == ["f1", "f2", "f3"]
        assert not flow_search.matches(desk, FlowCriteria(), flows[3])


def test_the_issuer(tmp_path: Path) -> None:
    """S2-051: only structures that have flows are proposed, each with how many."""
    with desk_with(tmp_path, flow(1), flow(2, **NORDIC), flow(3, **NORDIC)) as desk:
        assert [(i.name, i.siret, i.count) for i in flow_search.issuers(desk)] == [
            (NORD[1], NORD[0], 2),
            (MIDI[1], MIDI[0], 1),
        ]
        assert found(desk, issuer=NORD[0]) == ["f2", "f3"]


@pytest.mark.parametrize("state", SEARCHED_STATES)
def test_each_of_the_nine_statuses(tmp_path: Path, state: FlowState) -> None:
    """S2-052: each finds its flows alone; what is not deposited stands in none of them."""
    flows = [flow(place, each) for place, each in enumerate(FlowState)]
    waiting = flow(99, state, stage=FlowStage.QUEUED)
    with desk_with(tmp_path, *flows, waiting) as desk:
        assert found(desk, state=state) == [f"f{list(FlowState).index(state)}"]
        assert len(found(desk)) == len(flows) + 1, "all statuses"


def test_there_are_nine_statuses_in_the_order_of_the_portal() -> None:
    """S2-052."""
    assert [state.label for state in SEARCHED_STATES] == [
        "Waiting for reprocessing",
        "Waiting for processing",
        "In progress",
        "Warning",
        "Integrated",
        "Partially integrated",
        "Rejected",
        "Received",
        "Processed SE CPP",
    ]


def test_the_type_and_the_mode(tmp_path: Path) -> None:
    """S2-053, S2-005."""
    structured = flow(1, type=FlowType.STRUCTURED)
    edi = flow(2, type=FlowType.MIXED, **EDI)
    portal = flow(3, mode=FlowMode.PORTAL)
    with desk_with(tmp_path, structured, edi, portal) as desk:
        assert found(desk, type=FlowType.STRUCTURED) == ["f1"]
        assert found(desk, type=FlowType.JUSTICE) == []
        assert found(desk, mode=FlowMode.EDI) == ["f2"]
        assert found(desk, mode=FlowMode.PORTAL, type=FlowType.FACTUR_X) == ["f3"]


def test_days_begin_and_end_in_paris(tmp_path: Path) -> None:
    """S2-054: both days included, summer and winter."""
    moments = {
        "before": datetime(2026, 10, 31, 22, 59, tzinfo=UTC),
        "first": datetime(2026, 10, 31, 23, 0, tzinfo=UTC),
        "last": datetime(2026, 11, 1, 22, 59, tzinfo=UTC),
        "after": datetime(2026, 11, 1, 23, 0, tzinfo=UTC),
        "summer": datetime(2026, 6, 30, 22, 0, tzinfo=UTC),
    }
    with desk_with(tmp_path, *(flow(1, id=name, emitted_at=at) for name, at in moments.items())) as desk:
        day = date(2026, 11, 1)
        assert found(desk, deposited_from=day, deposited_until=day) == ["last", "first"]
        assert found(desk, deposited_from=date(2026, 11, 2)) == ["after"]
        assert found(desk, deposited_until=date(2026, 10, 31)) == ["before", "summer"]
        assert found(desk, deposited_from=date(2026, 7, 1), deposited_until=date(2026, 7, 1)) == ["summer"]


def test_the_proposals_depend_on_the_type(tmp_path: Path) -> None:
    """S2-055, S2-056: what is picked among them narrows the search; criteria still hold for it."""
    structured = [flow(place, type=FlowType.STRUCTURED) for place in (1, 2, 3)]
    outgoing = flow(8, mode=FlowMode.UNKNOWN, interface="FEN1200A", type=FlowType.STRUCTURED)
    with desk_with(tmp_path, *structured, flow(4), outgoing) as desk:
        assert [f.id for f in flow_search.proposals(desk, FlowType.STRUCTURED)] == ["f1", "f2", "f3"]
        assert [f.id for f in flow_search.proposals(desk, FlowType.FACTUR_X)] == ["f4"]
        assert len(flow_search.proposals(desk, None)) == 4
        assert found(desk, selection=("f3", "f1")) == ["f1", "f3"]
        assert found(desk, selection=("f3", "f1"), number="00001") == ["f1"]
        assert found(desk, selection=("f3",), type=FlowType.FACTUR_X) == []
        assert found(desk, selection=("gone",)) == [], "a flow that is not there is no reason to find all"


def test_the_advanced_criteria_take_any_part(tmp_path: Path) -> None:
    """S2-057: flow number, file name, invoice number, partner code; accents and case do not matter."""
    accent = flow(2, name="Été-2026.tar.gz", **EDI)
    with desk_with(tmp_path, flow(1), accent) as desk:
        holding(desk, "f1", "FA-2026-0001", "FA-2026-0002")
        holding(desk, "f2", "FA-2026-0003")
        assert found(desk, number="cpp0011110000000000000002") == ["f2"]
        assert found(desk, number="00001") == ["f1"]
        assert found(desk, file_name="ete") == ["f2"]
        assert found(desk, invoice_number="fa-2026-0002") == ["f1"]
        assert found(desk, invoice_number="2026") == ["f1", "f2"]
        assert found(desk, invoice_number="2027") == []
        assert found(desk, partner_code="abc") == ["f2"]
        assert found(desk, partner_code="abc", invoice_number="0001") == []


def test_only_who_may_see_a_structure_finds_its_flows(tmp_path: Path) -> None:
    """S2-014, S2-051: neither among results, issuers nor proposals."""
    named = (Structure(siret=NORD[0], main_manager="alice"),)
    with desk_with(tmp_path, flow(1), flow(2, **NORDIC), structures=named) as desk:
        assert found(desk) == found(desk, selection=("f1", "f2")) == ["f1"]
        assert [issuer.siret for issuer in flow_search.issuers(desk)] == [MIDI[0]]
        alice = replace(desk, who="alice@desk")
        assert found(alice, issuer=NORD[0]) == ["f2"]


async def test_a_search_beside_a_screen_finds_the_same_in_slices(tmp_path: Path) -> None:
    """S2-058: of very many flows no slice holds a key up; 20 000 are measured in tests/bench."""
    states = list(FlowState)
    many = [flow(place, states[place % 15]) for place in range(MANY)]
    with desk_with(tmp_path, *many) as desk:
        with desk.store.transaction():
            for place in range(0, MANY, 50):
                holding(desk, f"f{place}", f"FA-{place}")
        for criteria in (FlowCriteria(state=FlowState.REJECTED), FlowCriteria(invoice_number="FA-100")):
            slices: list[float] = []
            since = process_time()

            def told(_looked_at: int) -> None:
                nonlocal since
                slices.append(process_time() - since)  # noqa: B023  # it is called inside the loop
                since = process_time()

            answer = await flow_search.search_in_slices(desk, criteria, told)
            assert answer == flow_search.search(desk, criteria) != []
            assert sorted(slices)[len(slices) // 2] < 0.02


def test_a_search_is_kept_for_its_operator_alone(tmp_path: Path) -> None:
    """S2-058: saved searches, each operator's own; a name stands once, whatever its case."""
    rejected = FlowCriteria(state=FlowState.REJECTED, deposited_from=date(2026, 11, 1), selection=("f1",))
    with desk_with(tmp_path) as desk:
        flow_search.save(desk, "  Rejetés   du mois ", rejected)
        flow_search.save(desk, "again", FlowCriteria(number="1"))
        assert [kept.name for kept in flow_search.saved(desk)] == ["again", "Rejetés du mois"]
        assert flow_search.saved_named(desk, "rejetes DU mois").criteria == rejected
        flow_search.save(desk, "AGAIN", FlowCriteria(number="2"))
        assert flow_search.saved_named(desk, "again").criteria.number == "2"
        assert len(flow_search.saved(desk)) == 2
        bob = replace(desk, who="bob@desk")
        assert flow_search.saved(bob) == []
        with pytest.raises(Refusal, match="no search named “again”"):
            flow_search.forget(bob, "again")
        flow_search.forget(desk, "again")
        assert [kept.name for kept in flow_search.saved(desk)] == ["Rejetés du mois"]
        assert "save search" in [done.verb for done in desk.store.activity.all()]


def test_a_search_that_cannot_be_kept_says_why(tmp_path: Path) -> None:
    with desk_with(tmp_path) as desk:
        for name, criteria, why in (
            (" ", FlowCriteria(number="1"), "needs a name"),
            ("x" * 61, FlowCriteria(number="1"), "at most 60"),
            ("all", FlowCriteria(), "no criterion"),
        ):
            with pytest.raises(Refusal, match=why):
                flow_search.save(desk, name, criteria)
        assert flow_search.saved(desk) == []


async def test_the_file_holds_exactly_what_was_found(tmp_path: Path) -> None:
    """S2-002, S2-005, S2-060: every flow given and no other, in their order, text neutralised."""
    rejected = flow(
        1,
        FlowState.REJECTED,
        rejected_for=RejectionKind.BUSINESS,
        name="=cmd|'/c calc'!A1",
        message="\x1b]0;title\x07",
        refused=5,
        **EDI,
    )
    with desk_with(tmp_path, rejected, flow(2), flow(3, FlowState.REJECTED, amount=None)) as desk:
        result = flow_search.search(desk, FlowCriteria(state=FlowState.REJECTED))
        path = export_flows(desk, result)
        beside = await export_flows_in_background(desk, result, tmp_path / "beside.csv")
        assert path.read_bytes() == beside.read_bytes()
        assert path.name.startswith("flows-")
        assert path.parent == desk.settings.folders.exports
        text = path.read_text(encoding="utf-8-sig")
        assert "\x1b" not in text
        rows = list(csv.DictReader(text.splitlines(), delimiter=";"))
        assert [row["Flow number"] for row in rows] == [each.number for each in result]
        first = rows[0]
        assert first["File"] == "'=cmd|'/c calc'!A1"
        assert (first["Mode"], first["Partner code"]) == ("EDI", "ABC001")
        assert (first["Status"], first["Status code"]) == ("Rejected", "IN_REJETE")
        assert first["Rejection"] == "Business rejection"
        assert (first["Invoices"], first["Refused"]) == ("37", "5")
        assert Decimal(first["Amount"]) == Decimal("14230.00")
        assert first["Deposited"] == "2026-11-22 08:42", "Paris time"
        assert rows[1]["Amount"] == rows[1]["Rejection"] == ""
