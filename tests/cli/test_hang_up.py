"""A dropped connection ends the service in order, unless it was told to outlive it."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.cli.conftest import Run, Where, command, connect
from tests.pdfs import invoice_pdf


@pytest.mark.parametrize("outlives", [True, False])
def test_a_service_under_nohup_goes_on_when_the_connection_drops(
    home: Path, run: Run, where: Where, outlives: bool
) -> None:
    environ = os.environ | connect(home, where)
    before = ["nohup"] if outlives else []
    process = subprocess.Popen(
        [*before, *command("--home", home, "sync")],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environ,
    )
    assert process.stdout is not None
    with process:
        assert "Ctrl+C" in process.stdout.readline()
        process.send_signal(signal.SIGHUP)
        if outlives:
            (home / "drop" / "FA-1.pdf").write_bytes(invoice_pdf(number="FA-1"))
            deadline = time.monotonic() + 60
            while "FA-1.pdf" not in run("list", "to_submit").stdout:
                assert time.monotonic() < deadline, "it works no more"
            process.terminate()
        assert process.wait(30) == 0
