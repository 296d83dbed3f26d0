"""A list of flows that a search fills, slice by slice: what was found, and what is proposed."""

import asyncio
from collections.abc import Iterable, Sequence

from chorus_tui.domain.flow import Flow
from chorus_tui.ui.screens.flow_rows import FlowRow
from chorus_tui.ui.screens.flows import FlowList

AT_ONCE = 500
"""Flows that are put among the others in one go: some milliseconds, so that no key waits."""


class FoundFlows(FlowList):
    """What was found, in the order of Home."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Flow] = []

    def load(self) -> Iterable[FlowRow]:
        """What was found, as it is now."""
        return self._rows_of(self.found)

    async def show_found(self, found: list[Flow], *, top: bool = True) -> None:
        """The first ones at once, the others slice by slice; a command that comes meanwhile takes in all."""
        self.found = found
        self.rows.replace_all(self._rows_of(found[:AT_ONCE]))
        self.partly = len(found) > AT_ONCE
        self.show_rows(top=top)
        for start in range(AT_ONCE, len(found), AT_ONCE):
            await asyncio.sleep(0)
            if not self.partly:
                return
            rows = self._rows_of(found[start : start + AT_ONCE])
            # They come as Home sorts; sorted otherwise, each goes to its own place.
            in_order = (self.rows.sorted_by, self.rows.sorted_down) == self.first_sort
            (self.rows.append if in_order else self.rows.update)(rows)
        if self.partly:
            self.partly = False
            self.show_rows()

    def _rows_of(self, flows: Sequence[Flow]) -> list[FlowRow]:
        """The rows of flows that were found, without those that answer no longer."""
        get = self.desk.store.flows.get
        rows = (FlowRow(f, self.desk) if get(f.id) is f else self.row(f.id) for f in flows)
        return [row for row in rows if row is not None]
