"""The members station: what flows brought back, followed to its end.

Refused invoices of flows that were deposited from a file become documents; a flow whose documents were all
dealt with one by one asks nobody any more.
"""

from typing import TYPE_CHECKING

from chorus_tui.domain.flow import Flow
from chorus_tui.domain.flow_states import Resend
from chorus_tui.intake import Reader
from chorus_tui.operations import Desk
from chorus_tui.operations.flow_members import take_out_refused, to_take_out
from chorus_tui.operations.flow_settling import note_dealt_with
from chorus_tui.store import Changes

if TYPE_CHECKING:
    from chorus_tui.composing import Composer


class MembersStation:
    """Takes refused invoices out of the files that they came in, and notes what was dealt with."""

    name = "members"

    def __init__(self, desk: Desk, reader: Reader, composer: "Composer | None") -> None:
        self._desk = desk
        self._reader = reader
        self._composer = composer
        self._to_look_at: set[str] | None = None
        """Flows that changed, or whose documents did; None: any."""

    def begin(self) -> None:
        """Somebody else may have worked meanwhile."""
        self._to_look_at = None

    def follow(self, changes: Changes) -> bool:
        """Note which flows changed; tells whether there is one to look at."""
        flows = set(changes.get("flows", ()))
        for key in changes.get("documents", ()):
            document = self._desk.store.documents.get(key)
            if document is not None and document.flow_id:
                flows.add(document.flow_id)
        if self._to_look_at is not None:
            self._to_look_at |= flows
        return bool(flows)

    async def run_once(self) -> int:
        """Make documents of all that came back; counts them."""
        changed, self._to_look_at = self._to_look_at, set()
        back = self._came_back(changed)
        done = note_dealt_with(self._desk, [flow.id for flow in back])
        if self._composer is None:
            return done
        for flow in (flow for flow in back if to_take_out(self._desk, flow)):
            try:
                done += await take_out_refused(self._desk, self._composer, self._reader, flow.id)
            except BaseException:
                if self._to_look_at is not None:
                    self._to_look_at.add(flow.id)
                raise
        return done

    def _came_back(self, changed: set[str] | None) -> list[Flow]:
        store = self._desk.store.flows
        found = store.all() if changed is None else [f for key in changed if (f := store.get(key))]
        return [flow for flow in found if flow.resend is not Resend.NOTHING]
