"""The EDI gateway at work by itself: beside a served sandbox, and in one that is asked something."""

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path

from click.testing import CliRunner

from chorus_tui.cli import main
from chorus_tui.sandbox import ManualClock, Sandbox
from tests import flows
from tests.sandbox.caller import Caller, client
from tests.sandbox.test_flows import deposited

NAME = "FSO1106A_ABC001_ABC0011106000000000000001.tar.gz"


def folders(tmp_path: Path) -> tuple[Path, Path]:
    drop, returns = tmp_path / "drop", tmp_path / "returns"
    drop.mkdir()
    returns.mkdir()
    return drop, returns


async def until_there(path: Path) -> None:
    """Wait for a file."""
    async with asyncio.timeout(10):
        while not path.exists():  # noqa: ASYNC110, ASYNC240  # the gateway makes it
            await asyncio.sleep(0)


async def test_a_gateway_works_by_itself_once_the_sandbox_is_asked(
    sandbox: Sandbox, caller: Caller, tmp_path: Path
) -> None:
    """S2-006: as in the demo, where nobody tells it to."""
    drop, returns = folders(tmp_path)
    sandbox.gateway(drop=drop, returns=returns, every=0.0)
    (drop / NAME).write_bytes(flows.lot("F-1"))
    await caller.ask("transverses/v1/recuperer/tauxtva")
    await until_there(returns / f"{NAME}.ack.xml")
    assert [flow.way for flow in sandbox.flows] == ["EDI"]


async def test_a_folder_that_goes_away_does_not_end_the_gateway(
    sandbox: Sandbox, caller: Caller, tmp_path: Path
) -> None:
    """A network folder comes and goes."""
    drop, returns = folders(tmp_path)
    sandbox.gateway(drop=drop, returns=returns, every=0.0)
    drop.rmdir()
    await caller.ask("transverses/v1/recuperer/tauxtva")
    drop.mkdir()
    (drop / NAME).write_bytes(flows.lot("F-1"))
    await until_there(returns / f"{NAME}.ack.xml")


async def test_flows_are_looked_into_in_another_process() -> None:
    """A large flow holds nothing else up, and what comes back is as if it were read here."""
    sandbox = Sandbox(clock=ManualClock())
    async with client(sandbox) as http:
        caller = await Caller(sandbox, http, sandbox.oauth_url, sandbox.api_url).sign_in()
        number = await deposited(caller, flows.factur_x("F-1"), flows.FACTURX)
        (read,) = sandbox.flows.by_number(number).contents.invoices
    assert (read.number, read.pdf) == ("F-1", flows.factur_x("F-1"))
    sandbox.close()


def test_the_command_serves_a_gateway(tmp_path: Path) -> None:
    """S2-006, S2-016: `sandbox --edi-drop … --edi-returns …`."""
    drop, returns = folders(tmp_path)
    (drop / NAME.replace("ABC001", "XYZ123")).write_bytes(flows.lot("F-1"))
    where = ["--edi-drop", str(drop), "--edi-returns", str(returns), "--partner", "XYZ123"]
    process = subprocess.Popen(
        [sys.executable, "-m", "chorus_tui", "sandbox", *where], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process:
        assert "oauth" in json.loads(process.stdout.readline())
        deadline = time.monotonic() + 20
        while not list(returns.glob("*.ack.xml")) and time.monotonic() < deadline:
            time.sleep(0.02)
        process.terminate()
    assert process.returncode == 0
    (ack,) = returns.glob("*.ack.xml")
    assert "<Resultat>ACCEPTE</Resultat>" in ack.read_text()


def test_the_command_says_what_goes_together(tmp_path: Path) -> None:
    """S2-006: one folder alone, or a partner code of another form, is a mistake of whoever typed it."""
    drop, returns = folders(tmp_path)
    alone = CliRunner().invoke(main, ["sandbox", "--edi-drop", str(drop)])
    assert (alone.exit_code, "go together" in alone.stderr) == (2, True)
    where = ["sandbox", "--edi-drop", str(drop), "--edi-returns", str(returns)]
    wrong = CliRunner().invoke(main, [*where, "--partner", "abc1"])
    assert (wrong.exit_code, "three capitals" in wrong.stderr) == (2, True)
