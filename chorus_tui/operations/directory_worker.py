"""The process that imports a directory: one job on standard input, stages as JSON lines on standard output.

It gives way to the console and is held to a limit of memory, because a workbook may unpack to anything.
"""

import contextlib
import os
import resource
import signal
import sys
from pathlib import Path

import msgspec

from chorus_tui.i18n import _
from chorus_tui.intake.directory import look
from chorus_tui.intake.sheets import DirectoryUnreadable
from chorus_tui.operations.importing import Job, Look, Stage, write_directory
from chorus_tui.store import StoreError

MEMORY = 2 * 1024**3
"""Bytes of address space. A workbook of 200 000 rows takes a quarter of it."""


def main() -> None:
    """Do the job and say what came of it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError):
        os.nice(10)
    with contextlib.suppress(OSError, ValueError):  # not every system limits address space
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    job: Job | Look = msgspec.json.decode(sys.stdin.buffer.read(), type=Job | Look)
    try:
        if isinstance(job, Look):
            _say(Stage(shape=look(Path(job.path), job.sheet)))
        else:
            _say(Stage(report=write_directory(job, lambda percent: _say(Stage(percent=percent)))))
    except DirectoryUnreadable as problem:
        _say(Stage(reason=problem.reason, advice=problem.advice))
    except StoreError as problem:
        _say(Stage(reason=problem.message, advice=problem.advice))
    except MemoryError:
        _say(
            Stage(
                reason=_("The file is too large to be read in memory."),
                advice=_("Save the sheet as CSV, which is read row by row, and import that."),
            )
        )


def _say(stage: Stage) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(stage) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
