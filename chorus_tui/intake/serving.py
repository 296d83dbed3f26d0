"""What every worker process does around its jobs: reads them from its standard input, answers on its standard
output until the input ends, gives way to the console, and cannot reach the terminal.
"""

import contextlib
import logging
import os
import resource
import signal
import sys
from collections.abc import Callable
from typing import BinaryIO, TypeVar

from msgspec import Struct

from chorus_tui.intake.protocol import HEADER, frame

Job = TypeVar("Job")


def serve(decode: Callable[[bytes], Job], answer: Callable[[Job], Struct]) -> None:
    """Answer jobs until the console goes away. Arguments of the process: processor seconds a job, bytes of
    memory.
    """
    cpu_seconds, memory = float(sys.argv[1]), int(sys.argv[2])
    answers = _keep_apart()
    with contextlib.suppress(OSError, ValueError):  # not every system limits address space
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    jobs = sys.stdin.buffer
    while len(header := jobs.read(HEADER)) == HEADER:
        job = decode(jobs.read(int.from_bytes(header, "big")))
        # SIGPROF ends the process: nothing in Python can be trusted to stop a runaway file.
        signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
        message = frame(answer(job))
        signal.setitimer(signal.ITIMER_PROF, 0)
        answers.write(message)
        answers.flush()


def _keep_apart() -> BinaryIO:
    """Give way, ignore the terminal, and keep the pipe for answers alone; returns the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError):
        os.nice(10)
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    logging.disable()
    return answers
