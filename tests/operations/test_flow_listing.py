"""Which flows an operator sees, in which order, and how long they take against the usual."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from chorus_tui.domain.flow import Fate, Flow, FlowPassage
from chorus_tui.domain.flow_states import FlowStage, FlowState
from chorus_tui.domain.permissions import Grant, Profile
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.operations import Desk, Refusal, Tally, flow_listing
from chorus_tui.operations.flow_meanings import meaning_of, what_to_do
from chorus_tui.settings import Structure
from tests.console.flowing import CODES, NORD, document, flow, hold, line
from tests.console.operator import NOW, desk_in

NORTH = {"issuer_siret": NORD[0], "issuer_name": NORD[1]}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = desk_in(tmp_path, structures=(Structure(siret=NORD[0], main_manager="boss"),))
    yield made
    made.store.close()


def test_flows_are_sorted_by_sender_then_the_newest_first(desk: Desk) -> None:
    """S2-032."""
    desk.store.grants.put(granted("clerk"))
    desk.store.flows.put(
        flow(3), flow(1), structs.replace(flow(2), **NORTH), structs.replace(flow(4), **NORTH)
    )
    assert [one.id for one in flow_listing.flows(desk)] == ["f2", "f4", "f1", "f3"]
    assert [one.id for one in flow_listing.first_flows(desk, 3)] == ["f2", "f4", "f1"]


def granted(user: str) -> Grant:
    return Grant(user=user, siret=NORD[0], profile=Profile.FLOW_FOLLOW_UP, granted_by="boss", granted_at=NOW)


def test_every_user_of_a_structure_sees_all_of_its_flows_and_nobody_else_does(desk: Desk) -> None:
    """S2-014: those that somebody else sent, too; also by their number."""
    others = structs.replace(flow(2, FlowState.WARNING), queued_by="other@desk", **NORTH)
    desk.store.flows.put(flow(1), others)
    assert [one.id for one in flow_listing.flows(desk)] == ["f1"]
    assert [one.id for one in flow_listing.first_flows(desk, 3)] == ["f1"], "not for a moment"
    assert flow_listing.asking(desk) == set()
    with pytest.raises(Refusal, match="boss"):
        flow_listing.flow(desk, others.number)
    desk.store.grants.put(granted("clerk"))
    assert [one.id for one in flow_listing.flows(desk)] == ["f2", "f1"]
    assert flow_listing.asking(desk) == {"f2"}
    assert flow_listing.flow(desk, others.number) == others


def test_a_flow_that_nobody_knows_is_refused_by_its_number(desk: Desk) -> None:
    with pytest.raises(Refusal, match="CPP-1"):
        flow_listing.flow(desk, "CPP-1")
    with pytest.raises(Refusal):
        flow_listing.flow(desk, "")


def test_the_count_beside_the_place_follows_flows_and_permissions(desk: Desk) -> None:
    """S2-037: an incident is counted until it was sent again."""
    tally = Tally(desk)
    desk.store.flows.put(flow(1, FlowState.WARNING), structs.replace(flow(2, FlowState.REJECTED), **NORTH))
    assert tally.counts.flows == 1
    desk.store.grants.put(granted("clerk"))
    assert tally.counts.flows == 2
    desk.store.flows.put(flow(1, FlowState.WARNING, resent_by=("f9",)))
    assert tally.counts.flows == 1
    assert tally.counts.flows == flow_listing.flows_waiting(desk)
    tally.close()


# Times


def timed(place: int, took: timedelta) -> Flow:
    """A flow that was in progress for so long."""
    at = NOW - timedelta(days=place)
    passages = (
        FlowPassage(FlowState.IN_PROGRESS, "", at),
        FlowPassage(FlowState.INTEGRATED, "", at + took),
    )
    return flow(place, passages=passages)


def under_way(since: timedelta, state: FlowState = FlowState.IN_PROGRESS) -> Flow:
    return flow(0, state, id="now", state_at=NOW - since)


def test_usual_is_what_most_flows_took_and_far_longer_is_an_alarm(desk: Desk) -> None:
    """One flow that took a week does not make a week usual."""
    took = [timedelta(minutes=minutes) for minutes in (8, 9, 10, 11, 12)]
    desk.store.flows.put(*(timed(at, time) for at, time in enumerate((*took, timedelta(days=7)), 1)))
    wait = flow_listing.waiting_time(desk, under_way(timedelta(minutes=20)))
    assert wait.usual == timedelta(minutes=10, seconds=30)
    assert (wait.in_state, wait.stuck) == (timedelta(minutes=20), False)
    assert flow_listing.waiting_time(desk, under_way(timedelta(hours=1))).stuck


def test_the_usual_follows_the_store(desk: Desk) -> None:
    assert flow_listing.waiting_time(desk, under_way(timedelta(hours=2))).usual is None
    desk.store.flows.put(timed(1, timedelta(minutes=10)))
    assert flow_listing.waiting_time(desk, under_way(timedelta(hours=2))).usual == timedelta(minutes=10)


@pytest.mark.parametrize(
    ("one", "stuck"),
    [
        (under_way(timedelta(hours=23)), False),
        (under_way(timedelta(hours=25)), True),
        (under_way(timedelta(days=4), FlowState.WAITING_REPROCESSING), False),
        (under_way(timedelta(days=6), FlowState.WAITING_REPROCESSING), True),
        (under_way(timedelta(days=90), FlowState.INTEGRATED), False),
        (under_way(timedelta(days=90), FlowState.WARNING), False),
        (flow(48, None, stage=FlowStage.DROPPED), True),
        (flow(48, None, stage=FlowStage.HANDED_OVER), False),
        (flow(48, None, linked=False), True),
    ],
)
def test_where_nothing_was_timed_a_day_is_long_and_what_is_over_is_never_stuck(
    one: Flow, stuck: bool, desk: Desk
) -> None:
    """S2-041: what somebody of the platform does by hand takes days."""
    assert flow_listing.waiting_time(desk, one).stuck is stuck


# Words


@given(st.sampled_from(FlowStage), st.sampled_from(FlowState), st.booleans(), st.booleans())
def test_whatever_the_state_it_means_something_and_says_what_to_do(
    stage: FlowStage, state: FlowState, told: bool, resent: bool
) -> None:
    """S2-033…043: nothing to do is said, too."""
    one = flow(1, state, stage=stage, state_code=CODES[state] if told else "", resent_by=("f2",) * resent)
    assert meaning_of(one)
    assert what_to_do(one)


def test_what_is_left_of_a_flow_that_went_again_in_part_is_told(desk: Desk) -> None:
    """S2-075."""
    old = flow(1, FlowState.REJECTED, resent_by=("f2",))
    lines = (
        line(1, Fate.REFUSED, document_id="d1", resent_in="f2"),
        line(2, Fate.NOT_INTEGRATED, document_id="d2"),
        line(3, Fate.NOT_INTEGRATED, document_id="d3"),
        line(4, Fate.NOT_INTEGRATED, document_id="d4"),
    )
    hold(desk, old, *lines)
    desk.store.documents.put(document(2), document(3), document(4, state=DocumentState.REMOVED))
    left = flow_listing.left_behind(desk, old)
    assert left == 2
    assert "2 invoices still wait" in what_to_do(old, left)
    assert flow_listing.left_behind(desk, structs.replace(old, resent_by=())) == 0


def test_a_number_that_chorus_pro_does_not_know_is_to_be_compared() -> None:
    """S2-011: it goes on by itself only where nothing was said against it."""
    assert "by itself" in what_to_do(flow(1, None))
    assert "Compare its number" in what_to_do(flow(1, None, message="Flux introuvable."))
