"""Where a flow stands and what may be done about it (S2-033…043)."""

import pytest

from chorus_tui.domain.flow_states import SEARCHED_STATES, FlowState, Resend

AS_THE_SOURCE_NAMES_THEM = {
    FlowState.RECEIVED: "Received",
    FlowState.HANDLED: "Processed SE CPP",
    FlowState.WAITING: "Waiting for processing",
    FlowState.IN_PROGRESS: "In progress",
    FlowState.WARNING: "Warning",
    FlowState.REJECTED: "Rejected",
    FlowState.WAITING_REPROCESSING: "Waiting for reprocessing",
    FlowState.INTEGRATED: "Integrated",
    FlowState.PARTLY_INTEGRATED: "Partially integrated",
}


def test_the_nine_states_of_the_source_have_its_words_and_are_searched() -> None:
    """S2-033…043, S2-052."""
    assert {state: state.label for state in SEARCHED_STATES} == AS_THE_SOURCE_NAMES_THEM


def test_there_are_fifteen_known_states_and_one_for_the_others() -> None:
    assert len(FlowState) == 15 + 1
    assert len({(state.label, state.sign) for state in FlowState}) == len(FlowState)


@pytest.mark.parametrize(
    ("state", "resend"),
    [
        (FlowState.WARNING, Resend.EVERYTHING_AS_IT_IS),
        (FlowState.WAITING_REPROCESSING, Resend.NOTHING),
        (FlowState.INTEGRATED, Resend.NOTHING),
        (FlowState.PARTLY_INTEGRATED, Resend.REFUSED_ONLY),
        (FlowState.REJECTED, Resend.EVERYTHING),
        (FlowState.IN_PROGRESS, Resend.NOTHING),
        (FlowState.OTHER, Resend.NOTHING),
    ],
)
def test_what_may_be_sent_again(state: FlowState, resend: Resend) -> None:
    """S2-037, S2-041, S2-042, S2-075, S2-076: a warning means that nothing was processed."""
    assert state.resend is resend


def test_nothing_may_be_sent_again_of_a_flow_that_is_still_on_its_way() -> None:
    assert all(state.is_final for state in FlowState if state.resend is not Resend.NOTHING)
