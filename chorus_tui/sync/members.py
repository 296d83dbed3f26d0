"""The members station: refused invoices of flows that were deposited from a file become documents."""

from typing import TYPE_CHECKING

from chorus_tui.domain.flow import Flow
from chorus_tui.intake import Reader
from chorus_tui.operations import Desk
from chorus_tui.operations.flow_members import take_out_refused, to_take_out
from chorus_tui.store import Changes

if TYPE_CHECKING:
    from chorus_tui.composing import Composer


class MembersStation:
    """Takes refused invoices out of the files that they came in."""

    name = "members"

    def __init__(self, desk: Desk, reader: Reader, composer: "Composer | None") -> None:
        self._desk = desk
        self._reader = reader
        self._composer = composer
        self._to_look_at: set[str] | None = None
        """Flows that changed; None: any."""

    def begin(self) -> None:
        """Somebody else may have worked meanwhile."""
        self._to_look_at = None

    def follow(self, changes: Changes) -> bool:
        """Note which flows changed; tells whether there is one to look at."""
        if self._to_look_at is not None:
            self._to_look_at |= changes.get("flows", frozenset())
        return "flows" in changes

    async def run_once(self) -> int:
        """Make documents of all that came back; counts them."""
        if self._composer is None:
            return 0
        changed, self._to_look_at = self._to_look_at, set()
        done = 0
        for flow in self._flows(changed):
            try:
                done += await take_out_refused(self._desk, self._composer, self._reader, flow.id)
            except BaseException:
                if self._to_look_at is not None:
                    self._to_look_at.add(flow.id)
                raise
        return done

    def _flows(self, changed: set[str] | None) -> list[Flow]:
        store = self._desk.store.flows
        found = store.all() if changed is None else [f for key in changed if (f := store.get(key))]
        return [
            flow for flow in found if flow.refused or flow.state.is_failure if to_take_out(self._desk, flow)
        ]
