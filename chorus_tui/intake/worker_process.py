"""A worker process as its owner sees it: started at the first job, held to limits, replaced when it died.

A pure-Python thread triples key latency (8 → 24.5 ms measured), and a hostile file can ask for any amount of
time and memory. A worker is a plain subprocess with its own session.
"""

import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Generic, Self, TypeVar

import msgspec
from msgspec import Struct

from chorus_tui.intake.protocol import HEADER, MAX_ANSWER, Refused, frame
from chorus_tui.intake.reading import Fault

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")


class WorkerClosed(RuntimeError):
    """The worker was closed before it could answer; nothing is wrong with the file."""


class WorkerProcess(Generic[Answer]):
    """One process that does one job at a time. Whatever happens to it, every job has an answer.

    Args:
        module: what it runs.
        decode: turns what it says into an answer.
        cpu_seconds: processor time for one job.
        wall_seconds: time for one job however busy the machine is.
        memory: bytes of address space.
    """

    def __init__(
        self,
        module: str,
        decode: Callable[[bytes], Answer | Refused],
        *,
        cpu_seconds: float,
        wall_seconds: float,
        memory: int,
    ) -> None:
        self._module = module
        self._decode = decode
        self._limits = (str(cpu_seconds), str(memory))
        self._wall_seconds = wall_seconds
        self._worker: asyncio.subprocess.Process | None = None
        self._closed = False
        self._turns = _Turns()
        self._trips: set[asyncio.Task[Answer | Refused]] = set()

    @property
    def id(self) -> int | None:
        """The process id; None while none runs."""
        return None if self._worker is None else self._worker.pid

    async def ask(self, job: Struct, *, urgent: bool = False) -> Answer | Refused:
        """What comes of a job.

        Args:
            urgent: it goes before the jobs that wait.

        Raises:
            WorkerClosed
        """
        await self._turns.acquire(urgent=urgent)
        trip = asyncio.create_task(self._trip(job))
        self._trips.add(trip)
        trip.add_done_callback(self._trips.discard)
        # Who asked may be cancelled (the operator moved on); the worker ends this file all the same.
        answer = await asyncio.shield(trip)
        if self._closed:
            raise WorkerClosed
        return answer

    async def close(self) -> None:
        """Stop the process. What was being done is given up."""
        self._closed = True
        await self._stop()
        if self._trips:
            await asyncio.wait(self._trips)
            await self._stop()

    async def _trip(self, job: Struct) -> Answer | Refused:
        """One question and its answer. Never raises: nobody may be left to hear it."""
        try:
            answer = await self._attempt(job)
            if isinstance(answer, Refused) and answer.fault in (Fault.CRASHED, Fault.WORKER):
                # It may have been ended while it was idle, by the system or by hand: not this file's fault.
                answer = await self._attempt(job)
            return answer
        finally:
            self._turns.release()

    async def _attempt(self, job: Struct) -> Answer | Refused:
        try:
            async with asyncio.timeout(self._wall_seconds):
                return await self._exchange(job)
        except TimeoutError:
            await self._stop()
            return Refused(Fault.TIMEOUT)
        except (OSError, asyncio.IncompleteReadError, msgspec.MsgspecError) as error:
            fault = await self._post_mortem()
            log.warning(
                "%s ended in the middle of a file (%s): %s", self._module, type(error).__name__, fault
            )
            return Refused(fault)

    async def _exchange(self, job: Struct) -> Answer | Refused:
        worker = await self._running()
        assert worker.stdin is not None
        assert worker.stdout is not None
        worker.stdin.write(frame(job))
        await worker.stdin.drain()
        length = int.from_bytes(await worker.stdout.readexactly(HEADER), "big")
        if length > MAX_ANSWER:
            raise msgspec.ValidationError
        answer = self._decode(await worker.stdout.readexactly(length))
        if isinstance(answer, Refused) and answer.fault is Fault.MEMORY:
            # A heap that was full once stays in pieces.
            await self._stop()
        return answer

    async def _running(self) -> asyncio.subprocess.Process:
        if self._closed:
            raise BrokenPipeError
        if self._worker is None or self._worker.returncode is not None:
            await self._stop()
            self._worker = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",  # a watched folder may be the working directory: nothing is imported from there
                "-m",
                self._module,
                *self._limits,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                start_new_session=True,  # the terminal's ctrl+c and hang-up are not for it
                env=_environment(),
            )
        return self._worker

    async def _post_mortem(self) -> Fault:
        """Why the worker is gone."""
        worker = self._worker
        if worker is None:
            return Fault.WORKER
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(worker.wait(), 1.0)
        code = worker.returncode
        await self._stop()
        if code in (-signal.SIGPROF, -signal.SIGXCPU):
            return Fault.TIMEOUT
        if code is not None and code > 0:
            return Fault.WORKER
        return Fault.CRASHED

    async def _stop(self) -> None:
        worker, self._worker = self._worker, None
        if worker is None:
            return
        with contextlib.suppress(ProcessLookupError):
            worker.kill()
        assert worker.stdin is not None
        worker.stdin.close()
        with contextlib.suppress(OSError):
            await worker.stdin.wait_closed()
        await worker.wait()


class WorkerOwner(Generic[Answer]):
    """What gives its jobs to one worker process, and ends it on leaving."""

    _worker: WorkerProcess[Answer]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def worker_id(self) -> int | None:
        """The process id of the worker; None while none runs."""
        return self._worker.id

    async def close(self) -> None:
        """Stop the worker. What it was at is given up."""
        await self._worker.close()


_KEPT = ("LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LD_LIBRARY_PATH")


def _environment() -> dict[str, str]:
    """Nothing of the console's own: secrets may be in it, and the worker opens hostile files."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


class _Turns:
    """A lock that lets an urgent caller go before those who wait."""

    def __init__(self) -> None:
        self._taken = False
        self._urgent: deque[asyncio.Future[None]] = deque()
        self._patient: deque[asyncio.Future[None]] = deque()

    async def acquire(self, *, urgent: bool) -> None:
        if not self._taken:
            self._taken = True
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        (self._urgent if urgent else self._patient).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.release()
            raise

    def release(self) -> None:
        for waiting in (self._urgent, self._patient):
            while waiting:
                turn = waiting.popleft()
                if not turn.done():
                    turn.set_result(None)
                    return
        self._taken = False
