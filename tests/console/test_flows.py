"""Place 4, Flows, its Home: every flow, how it stands, what that means, and what there is to do."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from chorus_tui.domain.flow import FlowPassage, RejectionKind
from chorus_tui.domain.flow_states import FlowStage, FlowState
from chorus_tui.settings import Structure
from chorus_tui.ui.app import ChorusConsole
from chorus_tui.ui.screens.flows import Flows
from tests.console.flowing import CODES, MIDI, NORD, flow, following
from tests.console.operator import NOW, Operator, console, desk_in


async def test_home_is_the_place_and_sorts_by_sender_then_the_newest_first(tmp_path: Path) -> None:
    """S2-030, S2-031, S2-032."""
    north: dict[str, Any] = {"issuer_siret": NORD[0], "issuer_name": NORD[1]}
    async with following(tmp_path, flow(3), flow(1), flow(2, **north), flow(4, **north)) as someone:
        assert someone.lines[2].startswith(" Flows › Home")
        screen: Any = someone.app.screen
        assert [row.flow.id for row in screen.rows.shown] == ["f2", "f4", "f1", "f3"]


async def test_before_the_first_deposit_the_screen_says_when_data_come(tmp_path: Path) -> None:
    """S2-013."""
    async with following(tmp_path) as someone:
        assert someone.sees("data appear once a structure has deposited an incoming flow itself")


@pytest.mark.parametrize("state", FlowState)
async def test_each_state_shows_sign_label_code_meaning_and_what_to_do(
    state: FlowState, tmp_path: Path
) -> None:
    """S2-033…043: also one that nobody knows."""
    async with following(tmp_path, flow(1, state)) as someone:
        told = CODES[state] if state is FlowState.OTHER else state.label
        assert someone.sees(f"{state.sign} {told} ({CODES[state]})", "→")


async def test_an_incident_says_that_all_of_it_goes_again(tmp_path: Path) -> None:
    """S2-037: it is an action, not information."""
    async with following(tmp_path, flow(1, FlowState.WARNING)) as someone:
        assert someone.sees("4 Flows 1", "nothing was processed", "→ Send all of it again, as it is")


async def test_what_waits_for_the_platform_asks_nothing(tmp_path: Path) -> None:
    """S2-041."""
    async with following(tmp_path, flow(1, FlowState.WAITING_REPROCESSING)) as someone:
        assert someone.sees("Nothing to do: that is the platform's own work. Do not send it again.")
        assert not someone.sees("4 Flows 1")


@pytest.mark.parametrize(
    ("kind", "words", "why"),
    [
        (RejectionKind.TECHNICAL, "✗ Rejected (technical)", "rejected for its format"),
        (RejectionKind.BUSINESS, "✗ Rejected (business)", "rejected for what its invoices say"),
    ],
)
async def test_a_rejection_says_of_which_kind_it_is(
    kind: RejectionKind, words: str, why: str, tmp_path: Path
) -> None:
    """S2-039, S2-040."""
    async with following(tmp_path, flow(1, FlowState.REJECTED, rejected_for=kind)) as someone:
        assert any(words in line for line in someone.lines[4:6])
        assert someone.sees(why)


async def test_a_flow_that_takes_far_longer_than_others_raises_an_alarm(tmp_path: Path) -> None:
    """Time in state against the usual: ten minutes as a rule, two hours this time."""
    usual = [
        flow(
            number,
            passages=(
                FlowPassage(FlowState.IN_PROGRESS, "", NOW - timedelta(hours=number)),
                FlowPassage(FlowState.INTEGRATED, "", NOW - timedelta(hours=number, minutes=-10)),
            ),
        )
        for number in range(10, 20)
    ]
    stuck = flow(2, FlowState.IN_PROGRESS)
    fresh = flow(1, FlowState.IN_PROGRESS, state_at=NOW - timedelta(minutes=12))
    async with following(tmp_path, stuck, fresh, *usual) as someone:
        assert not someone.sees("it is stuck")
        await someone.press("down")
        assert someone.sees("◐ In progress", "! 1 h", "10 min is usual: ! it is stuck", "→ Ask the support")
        await someone.press("slash")
        await someone.type("stuck:yes")
        await someone.press("enter")
        assert someone.sees("1 of 12")


async def test_what_was_sent_again_asks_nothing_any_more(tmp_path: Path) -> None:
    """S2-075: the old flow leads to the new one."""
    old = flow(2, FlowState.WARNING, resent_by=("f1",))
    async with following(tmp_path, flow(1, resends="f2"), old) as someone:
        await someone.press("down")
        assert someone.sees("→ Nothing to do: it was sent again.")
        assert not someone.sees("4 Flows 1")


async def test_what_went_another_way_asks_nothing_any_more(tmp_path: Path) -> None:
    """S2-076: its invoices were sent by their forms, or taken out."""
    async with following(tmp_path, flow(1, FlowState.REJECTED, dealt_with=True)) as someone:
        assert someone.sees("→ Nothing to do: what came back was dealt with in place 1.")
        assert not someone.sees("4 Flows 1")


async def test_a_flow_shows_its_way_from_the_queue_to_chorus_pro(tmp_path: Path) -> None:
    """S2-011: also those that somebody has to deposit by hand."""
    stages = [flow(at, None, stage=stage, number="") for at, stage in enumerate(FlowStage, 1)]
    async with following(tmp_path, *stages) as someone:
        for stage in FlowStage:
            assert someone.sees(f"{stage.sign} {stage.label}"[:22]), stage
        assert someone.sees("4 Flows 3")


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("state:warning", {"f2"}),
        ("issuer:nord", {"f3"}),
        ("code:incidente", {"f2"}),
        ("number:00001", {"f1"}),
        ("file:lot-3", {"f3"}),
        ("to_do:yes", {"f2"}),
        ("type:factur-x", {"f1", "f2", "f3"}),
        ("mode:edi", set()),
        (MIDI[0], {"f1", "f2"}),
        ("emitted>2027-01-01", set()),
        ("amount>14000", {"f1", "f2", "f3"}),
    ],
)
async def test_a_filter_names_what_a_clerk_asks_by(typed: str, found: set[str], tmp_path: Path) -> None:
    """S2-051…054, S2-057: the same words work on Home."""
    north: dict[str, Any] = {"issuer_siret": NORD[0], "issuer_name": NORD[1]}
    async with following(tmp_path, flow(1), flow(2, FlowState.WARNING), flow(3, **north)) as someone:
        screen: Any = someone.app.screen
        screen.set_filter(typed)
        assert {row.flow.id for row in screen.rows.shown} == found


async def test_changes_arrive_by_themselves(tmp_path: Path) -> None:
    """S2-001: whoever looks follows the progress of every flow."""
    async with following(tmp_path, flow(1, FlowState.RECEIVED), flow(2)) as someone:
        someone.app.desk.store.flows.put(flow(1, FlowState.WARNING), flow(3))
        await someone.news()
        assert someone.sees("▲ Warning (IN_INCIDENTE)", "4 Flows 1", "1/3")


async def test_what_happens_to_flows_of_others_does_not_show(tmp_path: Path) -> None:
    """S2-014: neither one that arrives nor one that changes, until it is granted."""
    north: dict[str, Any] = {"issuer_siret": NORD[0], "issuer_name": NORD[1]}
    named = (Structure(siret=NORD[0], main_manager="alice"),)
    async with following(tmp_path, flow(1), flow(2, **north), structures=named) as someone:
        someone.app.desk.store.flows.put(flow(2, FlowState.WARNING, **north), flow(3, **north), flow(4))
        await someone.news()
        screen: Any = someone.app.screen
        assert {row.flow.id for row in screen.rows.shown} == {"f1", "f4"}
        assert not someone.sees("4 Flows 1")


async def test_y_copies_the_flow_number(tmp_path: Path) -> None:
    async with following(tmp_path, flow(1)) as someone:
        await someone.press("y")
        screen: Any = someone.app.screen
        assert [screen.copyable(row) for row in screen.chosen()] == ["CPP0011110000000000000001"]
        assert "Copied 1 row" in someone.status


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_home_looks_like_its_picture(size: tuple[int, int], tmp_path: Path, snap_compare: Any) -> None:
    """S2-031, S2-032, S2-037: an incident under the cursor and what to do, sign and word of each state."""
    desk = desk_in(tmp_path)
    desk.store.flows.put(
        flow(1, FlowState.WARNING),
        flow(2, FlowState.PARTLY_INTEGRATED, integrated=32, refused=5),
        flow(3, FlowState.REJECTED, rejected_for=RejectionKind.TECHNICAL),
        flow(4, FlowState.WAITING_REPROCESSING),
        flow(5, None, stage=FlowStage.HANDED_OVER, number=""),
        flow(30, FlowState.IN_PROGRESS),
        flow(31),
    )
    app = ChorusConsole(desk, place="flows", theme="dark")

    async def rest(pilot: Any) -> None:
        await Operator(app, pilot).at_rest()

    assert snap_compare(app, terminal_size=size, run_before=rest)
    desk.store.close()


async def test_who_may_see_no_flow_is_told_who_grants_that(tmp_path: Path) -> None:
    """S2-014, S2-020: that there is none yet would not be true."""
    governed = (Structure(siret=flow(1).issuer_siret, main_manager="boss"),)
    async with following(tmp_path, flow(1), structures=governed) as someone:
        assert someone.sees("You do not see the flows of", "boss, its main manager, can grant that")
        await someone.press("d")
        assert someone.sees("boss, its main manager, can grant that")
        await someone.press("b")
        assert someone.sees("boss, its main manager, can grant that")


async def test_ages_and_the_alarm_show_while_nothing_else_happens(tmp_path: Path) -> None:
    """S2-035: a console that stays open tells of what is stuck."""
    at = [NOW]
    desk = replace(desk_in(tmp_path), now=lambda: at[0])
    desk.store.flows.put(flow(1, FlowState.IN_PROGRESS))
    async with console(desk, place="flows") as operator:
        assert operator.sees("55 min")
        at[0] = NOW + timedelta(hours=30)
        screen = operator.app.screen
        assert isinstance(screen, Flows)
        screen.time_passes()
        await operator.idle()
        assert operator.sees("! 30 h", "it is stuck")
    desk.store.close()
