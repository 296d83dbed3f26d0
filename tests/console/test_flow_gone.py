"""A flow that was followed by its number turns out to be one of ours, while somebody looks at it."""

from pathlib import Path

import pytest

from chorus_tui.domain.flow import FlowMode
from chorus_tui.domain.flow_states import FlowStage, FlowState
from chorus_tui.operations.packs import typed_number
from tests.console.flowing import flow, following

OWN = {"stage": FlowStage.HANDED_OVER, "mode": FlowMode.PORTAL, "number": "", "queued_by": "bob@billing"}


@pytest.mark.parametrize("keys", [("enter",), ("c",), ("enter", "c"), ("e",)])
async def test_a_screen_of_a_flow_that_became_another_one_closes(
    tmp_path: Path, keys: tuple[str, ...]
) -> None:
    """S2-014: another console types its number; this one goes back to the list and goes on."""
    followed = flow(1, FlowState.REJECTED, queued_by="")
    async with following(tmp_path, followed, flow(2, None, **OWN)) as someone:
        await someone.press(*keys)
        typed_number(someone.app.screen.desk, "f2", followed.number)  # type: ignore[attr-defined]
        await someone.press("t", "escape", "escape", "escape")
        await someone.until_sees("Flows › Home", followed.number)
        assert "went wrong" not in "\n".join(someone.lines)
