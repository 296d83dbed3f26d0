"""The sandbox over a real socket, as `chorus-tui sandbox` serves it: another process, uvicorn, loopback."""

import asyncio
import json
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from chorus_tui.sandbox import Kind, Sandbox
from chorus_tui.sandbox.server import Server
from tests.pdfs import invoice_pdf
from tests.sandbox.caller import Caller, pdf_deposit, submission

SERVE = "import sys; from chorus_tui.sandbox import serve; sys.exit(serve({port}, {speed}))"


@asynccontextmanager
async def served(sandbox: Sandbox) -> AsyncIterator[Caller]:
    """The sandbox behind a port of this machine, and somebody signed in."""
    server = Server(sandbox)
    running = asyncio.create_task(server.serve())
    await server.listening.wait()
    where = server.where()
    async with httpx.AsyncClient(timeout=5) as http:
        yield await Caller(sandbox, http, where["oauth"], where["api"]).sign_in()
    server.should_exit = True
    await running


@pytest.fixture
async def online(sandbox: Sandbox) -> AsyncIterator[Caller]:
    async with served(sandbox) as caller:
        yield caller


async def test_the_main_job_works_over_a_socket(online: Caller) -> None:
    analysed = await online.ask("factures/v1/deposer/pdf", pdf_deposit(invoice_pdf(number="FA-9")))
    assert analysed["numeroFacture"] == "FA-9"
    taken = await online.ask("factures/v1/soumettre", submission("FA-9", analysed["pieceJointeId"]))
    assert taken["statutFacture"] == "DEPOSEE"
    (row,) = await online.search(numeroFacture="FA-9")
    assert row["identifiantFactureCPP"] == taken["identifiantFactureCPP"]


async def test_a_suspension_is_answered_over_a_socket(online: Caller) -> None:
    """The recipient suspends, the supplier completes, the recipient pays: three processes' worth of calls."""
    invoice_id = await online.submitted("FA-9")
    sandbox = online.sandbox
    sandbox.act(invoice_id, "MISE_A_DISPOSITION")
    agent = await Caller(sandbox, online.http, online.oauth, online.api).sign_in(
        sandbox.world.account_of("recipient")
    )
    wanted = {"idFacture": invoice_id, "nouveauStatut": "SUSPENDUE", "motif": "Bon manquant"}
    assert (await agent.ask("factures/v1/traiter/recue", wanted))["codeRetour"] == 0
    reply = {"identifiantFactureCPP": invoice_id, "commentaire": "Le bon suit par courrier"}
    assert (await online.ask("factures/v1/completer", reply))["codeRetour"] == 0
    wanted = {"idFacture": invoice_id, "nouveauStatut": "MANDATEE", "motif": "", "numeroDPMandat": "M-12"}
    assert (await agent.ask("factures/v1/traiter/recue", wanted))["codeRetour"] == 0
    history = await online.ask("factures/v1/consulter/historique", {"idFacture": invoice_id})
    passed = [row["histoStatutCode"] for row in history["historiquesDesStatuts"]["histoStatut"]]
    assert passed == ["MANDATEE", "COMPLETEE", "SUSPENDUE", "MISE_A_DISPOSITION", "DEPOSEE"]


@pytest.mark.parametrize(
    ("kind", "held"),
    [(Kind.CLOSED_BEFORE, 0), (Kind.CLOSED_AFTER, 1), (Kind.UNREACHABLE, 0)],
)
async def test_a_closed_connection_is_really_closed(online: Caller, kind: Kind, held: int) -> None:
    body = submission("FA-1", await online.deposit_pdf())
    online.sandbox.faults.inject("soumettre", kind)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        await online.post("factures/v1/soumettre", body)
    assert len(online.sandbox.invoices.numbered("FA-1")) == held
    assert (await online.post("transverses/v1/recuperer/tauxtva")).status_code == 200


@pytest.mark.parametrize(("kind", "held"), [(Kind.TIMEOUT_BEFORE, 0), (Kind.TIMEOUT_AFTER, 1)])
async def test_an_answer_never_comes(online: Caller, kind: Kind, held: int) -> None:
    body = submission("FA-1", await online.deposit_pdf())
    online.sandbox.faults.inject("soumettre", kind)
    online.http.timeout = httpx.Timeout(0.2)
    with pytest.raises(httpx.ReadTimeout):
        await online.post("factures/v1/soumettre", body)
    assert len(online.sandbox.invoices.numbered("FA-1")) == held


async def test_a_cut_answer_and_refusals_of_the_gateway_pass_the_socket(online: Caller) -> None:
    online.sandbox.faults.inject("tauxtva", Kind.CUT)
    answer = await online.post("transverses/v1/recuperer/tauxtva")
    with pytest.raises(ValueError, match=r"."):
        answer.json()
    online.sandbox.faults.inject("tauxtva", Kind.TOO_MANY)
    assert (await online.post("transverses/v1/recuperer/tauxtva")).status_code == 429
    refused = await online.post("transverses/v1/recuperer/tauxtva", Authorization=None)
    assert (refused.status_code, "WWW-Authenticate" in refused.headers) == (400, True)


@pytest.fixture
def program() -> Iterator[subprocess.Popen[str]]:
    code = SERVE.format(port=0, speed=1440.0)
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    yield process
    if process.poll() is None:
        process.kill()
    process.communicate()


def _first_line(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    said: dict[str, Any] = json.loads(process.stdout.readline())
    return said


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_program_is_told_where_and_as_whom(program: subprocess.Popen[str], stop: signal.Signals) -> None:
    said = _first_line(program)
    account = ["client_id", "client_secret", "login", "password"]
    assert list(said) == ["oauth", "api", *account, "recipient", "validator"]
    assert list(said["recipient"]) == list(said["validator"]) == account
    form = {
        "grant_type": "client_credentials",
        "client_id": said["client_id"],
        "client_secret": said["client_secret"],
    }
    answer = httpx.post(said["oauth"], data=form)
    assert answer.json()["token_type"] == "Bearer"
    assert httpx.get(said["api"] + "/cpro/transverses/v1/health-check").status_code == 400
    program.send_signal(stop)
    assert program.wait(10) == 0


def test_it_ends_although_an_answer_is_still_awaited(program: subprocess.Popen[str]) -> None:
    said = _first_line(program)
    address = httpx.URL(said["api"])
    with socket.create_connection((address.host, address.port or 0), timeout=5) as half_a_request:
        half_a_request.sendall(b"POST /cpro/x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab")
        program.send_signal(signal.SIGTERM)
        assert program.wait(10) == 0


def test_a_port_that_is_taken_is_an_error() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code = SERVE.format(port=taken.getsockname()[1], speed=1.0)
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stdout) == (1, "")


def test_the_process_that_reads_ends_with_a_killed_sandbox() -> None:
    """It shares the standard output, which is at its end only once both processes are."""
    code = (
        "import asyncio, os\n"
        "from chorus_tui.sandbox import reading\n"
        "from chorus_tui.sandbox.analysis import Recognition\n"
        "async def main():\n"
        "    try:\n"
        "        await Recognition().read(b'')\n"
        "    except reading.Unreadable:\n"
        "        print('read', flush=True)\n"
        "        os.kill(os.getpid(), 9)\n"
        "asyncio.run(main())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.returncode) == ("read\n", -signal.SIGKILL)
