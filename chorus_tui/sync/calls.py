"""What the stations that send share: which calls want something, and the files that leave before a call."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from msgspec import Struct

from chorus_tui.chorus import ChorusError, ChorusPro, Refused
from chorus_tui.domain.document import Attachment
from chorus_tui.domain.intent import Intent, IntentState
from chorus_tui.domain.replies import Reply
from chorus_tui.i18n import N_, _
from chorus_tui.operations import Desk
from chorus_tui.store import Records
from chorus_tui.sync.line import Line

Call = TypeVar("Call", Intent, Reply)

AT_ONCE = 3
SETTLE = timedelta(seconds=30)
"""Between two looks for a call: what was taken a moment ago may not be found at once."""
LOOK_LATER = timedelta(minutes=5)
"""Until a look that Chorus Pro refused is tried again."""
ATTEMPTS = 3
"""Calls with a lost answer before an operator decides."""

COPY_GONE = N_("The copy of {name} cannot be read: detach it and attach it again.")


class Journal(Struct, Generic[Call], frozen=True):
    """How what becomes of the files of one kind of call is recorded."""

    uploaded: Callable[[Desk, Call, str, int], Call | None]
    refused: Callable[[Desk, Call, str, int | None], None]
    not_left: Callable[[Desk, Call, datetime], None]


def still_open(calls: Records[Call]) -> list[Call]:
    """Those of which something is still to happen or to be found out."""
    return calls.by("state", IntentState.UNSURE) + calls.by("state", IntentState.QUEUED)


def due_in(calls: Iterable[Intent | Reply], now: datetime) -> float | None:
    """Seconds until one of them wants something; None: there is none."""
    waits = [(call.not_before - now).total_seconds() if call.not_before else 0.0 for call in calls]
    return max(0.0, min(waits)) if waits else None


def due(calls: Iterable[Call], now: datetime) -> list[Call]:
    """Those whose time has come: first what is unsure, then what was queued first."""
    found = [call for call in calls if call.not_before is None or call.not_before <= now]
    return sorted(found, key=lambda call: (call.state is IntentState.QUEUED, call.queued_at, call.id))


async def with_files(
    desk: Desk,
    chorus: ChorusPro,
    line: Line,
    journal: Journal[Call],
    call: Call,
    attachments: Sequence[Attachment],
) -> Call | None:
    """A queued call with all its files at Chorus Pro; None where that did not work out now.

    Before the call is journalled as begun: an upload that is repeated because its answer was lost leaves a
    file that no invoice names, which nobody sees.
    """
    current: Call | None = call
    for attachment in attachments:
        if current is None or current.state is not IntentState.QUEUED:
            return None  # Withdrawn while it waited for its turn, or while a file was on its way.
        if attachment.chorus_id is not None:
            continue
        try:
            content = await asyncio.to_thread(desk.store.blobs.get, attachment.sha256)
        except (KeyError, OSError):
            journal.refused(desk, current, _(COPY_GONE).format(name=attachment.name), None)
            return None
        try:
            chorus_id = await chorus.upload(attachment.name, content)
        except Refused as error:
            said = f"{attachment.name}: {error.label or error.title}"
            journal.refused(desk, current, said, error.code)
            return None
        except ChorusError as error:
            line.failed(error)
            journal.not_left(desk, current, line.opens_at + timedelta(seconds=1))
            return None
        current = journal.uploaded(desk, current, attachment.sha256, chorus_id)
    return current
