"""Other processes that use the store, for tests that need them to be real."""

import os
import subprocess
import sys
from pathlib import Path

PREAMBLE = """
import os, sys
from pathlib import Path
from chorus_tui.domain.invoice import History
from chorus_tui.store import Store, StoreError, StoreFull, StoreNotWritable
from samples import NOON, document, invoice
folder = Path(sys.argv[1])
"""


def start(program: str, *arguments: object) -> subprocess.Popen[str]:
    """Run a program, which finds its arguments in `sys.argv`; what it prints can be read as it comes."""
    return subprocess.Popen(
        [sys.executable, "-c", PREAMBLE + program, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,
        text=True,
        bufsize=1,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
    )


def run(program: str, *arguments: object) -> list[str]:
    """Run a program to its end; returns the lines it printed."""
    with start(program, *arguments) as process:
        out, _err = process.communicate(timeout=60)
    assert process.returncode == 0, out
    return out.splitlines()
