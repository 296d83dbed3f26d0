"""Reads files in a worker process, so that neither the screen nor the console's memory ever feels it."""

import os
from pathlib import Path

from chorus_tui.intake.protocol import Job, Pages, Read, Refused, decode_answer
from chorus_tui.intake.reading import CPU_SECONDS, MAX_MEMORY, WALL_SECONDS, Fault, Reading, Unreadable
from chorus_tui.intake.worker_process import WorkerClosed, WorkerOwner, WorkerProcess

ReaderClosed = WorkerClosed


class Reader(WorkerOwner[Read | Pages]):
    """Reads files, one at a time, in one worker process that is replaced when a file is too much for it.

    A page to show goes before the files that wait to be read.
    """

    def __init__(
        self,
        *,
        cpu_seconds: float = CPU_SECONDS,
        wall_seconds: float = WALL_SECONDS,
        memory: int = MAX_MEMORY,
    ) -> None:
        self._worker = WorkerProcess(
            "chorus_tui.intake.worker",
            decode_answer,
            cpu_seconds=cpu_seconds,
            wall_seconds=wall_seconds,
            memory=memory,
        )

    async def read(self, path: Path) -> Reading:
        """Everything that a file says of its invoice.

        Raises:
            Unreadable: with the reason in words and what to do.
        """
        answer = await self._worker.ask(Job(os.fsencode(path), "read"))
        if not isinstance(answer, Read):
            raise Unreadable(_fault(answer))
        return answer.reading

    async def layout(self, path: Path, first: int = 0, count: int = 1) -> tuple[str, ...]:
        """Some pages as they look: one text per page, safe to show, columns kept with spaces.

        Pages beyond the last are left out.

        Raises:
            Unreadable: with the reason in words and what to do.
        """
        answer = await self._worker.ask(Job(os.fsencode(path), "layout", first, count), urgent=True)
        if not isinstance(answer, Pages):
            raise Unreadable(_fault(answer))
        return answer.pages


def _fault(answer: Read | Pages | Refused) -> Fault:
    return answer.fault if isinstance(answer, Refused) else Fault.DAMAGED
