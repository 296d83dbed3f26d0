"""What a flow has gone through, whichever way and in whatever order it is told."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from chorus_tui.domain.flow import Flow, FlowMode, FlowReport, FlowType, Syntax
from chorus_tui.domain.flow_states import FlowStage, FlowState
from chorus_tui.operations.flow_journal import state_told

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
NEW = Flow(
    id="f",
    mode=FlowMode.API,
    stage=FlowStage.DEPOSITED,
    issuer_siret="83990121200010",
    number="CPP0011106000000000000001",
    emitted_at=AT,
    queued_by="clerk",
)
TRANSIENT = [state for state in FlowState if not state.is_final]
FINAL = [state for state in FlowState if state.is_final]


def report(state: FlowState, hours: float = 0, code: str = "", dated: bool = True) -> FlowReport:
    at = AT + timedelta(hours=hours)
    return FlowReport(
        flow_id="f",
        number=NEW.number,
        fetched_at=at,
        state=state,
        state_code=code or state.value,
        state_at=at if dated else None,
        interface="FSO1106A",
    )


@given(
    states=st.lists(st.sampled_from(TRANSIENT), max_size=6),
    final=st.sampled_from([*FINAL, None]),
    data=st.data(),
)
def test_the_order_in_which_reports_come_changes_nothing(
    states: list[FlowState], final: FlowState | None, data: st.DataObject
) -> None:
    """By the API, by the folder of a gateway, twice, late: S2-033…043."""
    every = [report(state, n) for n, state in enumerate([*states, *([final] if final else [])])]
    told = NEW
    for one in every:
        told = state_told(told, one)
    twice = data.draw(st.lists(st.sampled_from(every))) if every else []
    shuffled = data.draw(st.permutations([*every, *twice]))
    other = NEW
    for one in shuffled:
        other = state_told(other, one)
    assert (other.passages, other.state, other.state_at) == (told.passages, told.state, told.state_at)
    assert len(told.passages) == len(every)


def test_what_was_integrated_stays_so_and_what_failed_may_be_integrated_after_all() -> None:
    """API 3.2: only the platform can take a flow up again that it had given up."""
    integrated = state_told(NEW, report(FlowState.INTEGRATED, 1))
    assert state_told(integrated, report(FlowState.REJECTED, 2)).state is FlowState.INTEGRATED
    assert state_told(integrated, report(FlowState.WAITING, 2)).state is FlowState.INTEGRATED
    given_up = state_told(NEW, report(FlowState.TO_RESTART, 1))
    assert state_told(given_up, report(FlowState.WAITING, 2)).state is FlowState.TO_RESTART
    assert state_told(given_up, report(FlowState.PARTLY_INTEGRATED, 3)).state is FlowState.PARTLY_INTEGRATED


def test_a_state_without_a_moment_that_lasts_is_one_passage() -> None:
    flow = NEW
    for hours in range(4):
        flow = state_told(flow, report(FlowState.WAITING, hours, dated=False))
    assert len(flow.passages) == 1


def test_two_ways_that_tell_one_moment_tell_one_passage() -> None:
    """The API tells milliseconds, a return file seconds."""
    flow = state_told(NEW, report(FlowState.RECEIVED, 0))
    assert len(state_told(flow, report(FlowState.RECEIVED, 0.674 / 3600)).passages) == 1


def test_the_kind_of_a_flow_is_learned_from_its_interface_and_kept() -> None:
    """S2-053: also of one that another tool deposited."""
    flow = state_told(NEW, report(FlowState.WAITING))
    assert (flow.interface, flow.syntax, flow.type) == ("FSO1106A", Syntax.CII, FlowType.STRUCTURED)


def test_two_unknown_states_are_two_passages() -> None:
    flow = state_told(state_told(NEW, report(FlowState.OTHER, 0, "IN_X")), report(FlowState.OTHER, 1, "IN_Y"))
    assert [p.code for p in flow.passages] == ["IN_X", "IN_Y"]
    assert flow.label == "IN_Y"
