"""`flows pack`, `flows number`, `flows follow`, and what the doctor says of gateways and issuers."""

import json
from pathlib import Path

import pytest

from chorus_tui.cli.doctor_flows import api_issuer
from chorus_tui.cli.visit import Visit
from chorus_tui.domain.flow import FlowMode
from chorus_tui.domain.recipient import Supplier
from chorus_tui.operations import edi_returns
from tests.cli.conftest import Run
from tests.sync.edi_office import ISSUER, OTHERS, Office

NUMBER = "CPP0011106000000000425903"


def prepared(home: Path, mode: FlowMode = FlowMode.PORTAL) -> str:
    """A home with one flow; its id."""
    office = Office(home)
    flow = office.queue("F-1", mode=mode)
    office.close()
    return flow.id


def test_a_pack_is_written_and_its_number_typed(run: Run, home: Path) -> None:
    """S2-011: the agent who deposits on the portal has a file and a checklist, then the number is told."""
    flow = prepared(home)
    answer = run("flows", "pack", flow[:8], home / "packs")
    assert answer.exit_code == 0, answer.output
    assert (home / "packs" / f"flow-{flow[:8]}" / "CHECKLIST.txt").is_file()
    assert f"chorus-tui flows number {flow[:8]} NUMBER" in answer.stdout
    answer = run("flows", "number", flow[:8], f"n° {NUMBER}", "--json")
    assert json.loads(answer.stdout) == {
        "id": flow,
        "number": NUMBER,
        "issuer": ISSUER,
        "mode": "portal",
    }
    assert run("undo").exit_code == 0
    assert run("flows", "number", NUMBER, NUMBER).exit_code == 1


def test_a_pack_goes_where_exports_go_when_no_folder_is_named(run: Run, home: Path) -> None:
    flow = prepared(home)
    told = json.loads(run("flows", "pack", flow[:8], "--json").stdout)
    assert told["id"] == flow
    assert Path(told["file"]).parent == home / "exports" / f"flow-{flow[:8]}"


def test_what_cannot_be_done_is_refused_with_a_sentence(run: Run, home: Path) -> None:
    flow = prepared(home, FlowMode.EDI)
    answer = run("flows", "pack", flow[:8])
    assert answer.exit_code == 1
    assert "does not go by the portal" in answer.output
    answer = run("flows", "number", flow[:8], "12")
    assert answer.exit_code == 1
    assert "three letters and 22 digits" in answer.output
    answer = run("flows", "follow", NUMBER, "--issuer", "12")
    assert answer.exit_code == 1
    assert "a SIRET of 14 digits" in answer.output


def test_a_flow_of_another_tool_is_followed_once(run: Run, home: Path) -> None:
    """S2-014: whoever deposited it, it is among the flows of the structure."""
    answer = run("flows", "follow", f"Flux {NUMBER}", "--issuer", ISSUER)
    assert answer.exit_code == 0, answer.output
    assert NUMBER in answer.stdout
    [row] = json.loads(run("flows", "list", "--json").stdout)
    assert row["number"] == NUMBER
    answer = run("flows", "follow", NUMBER, "--issuer", ISSUER)
    assert answer.exit_code == 1
    assert "the number of another flow" in answer.output


# The doctor


def settings(home: Path) -> None:
    for name in ("out", "in"):
        (home / name).mkdir(parents=True, exist_ok=True)
    (home / "settings.toml").write_text(
        f"[[edi]]\nname='gate'\npartner_code='ABC001'\nissuer='{ISSUER}'\ndrop='out'\nreturns='in'\n"
        "rejection='complete'\n"
    )


def found(run: Run, link: str) -> dict[str, str]:
    [finding] = [f for f in json.loads(run("doctor", "--json").stdout) if f["link"] == link]
    return finding  # type: ignore[no-any-return]


def test_the_doctor_looks_at_each_edi_connection(run: Run, home: Path) -> None:
    """S2-006: partner code and folders are checked."""
    settings(home)
    finding = found(run, "EDI connection: gate")
    assert finding["state"] == "ok"
    assert finding["detail"] == f"partner code: ABC001, issuer: {ISSUER}, Complete rejection"
    (home / "in").rmdir()
    finding = found(run, "EDI connection: gate")
    assert (finding["state"], finding["detail"]) == ("broken", f"{home / 'in'}: The folder does not exist.")


def test_the_doctor_names_files_that_were_set_aside(run: Run, home: Path) -> None:
    settings(home)
    visit = Visit(home)
    with visit.desk() as desk:
        edi_returns.put_aside(desk, desk.settings.edi[0], "1", "half.xml", "The file is empty.")
    finding = found(run, "files from EDI gateways")
    assert finding["state"] == "warning"
    assert finding["detail"] == "1 file set aside: half.xml: The file is empty."
    assert str(home / "in" / "set-aside") in finding["advice"]


SUPPLIERS = [Supplier(siret=siret, id=n, name=f"S{n}") for n, siret in enumerate(OTHERS)]


@pytest.mark.parametrize(
    ("structure", "suppliers", "state", "words"),
    [
        ("", SUPPLIERS[:1], "ok", f"S0 ({OTHERS[0]})"),
        (OTHERS[1], SUPPLIERS, "ok", f"S1 ({OTHERS[1]})"),
        ("", SUPPLIERS, "warning", "several structures"),
        (ISSUER, SUPPLIERS, "warning", "does not send for"),
    ],
)
def test_the_doctor_says_from_whom_flows_by_api_are(
    structure: str, suppliers: list[Supplier], state: str, words: str
) -> None:
    """S2-008, S2-017: the technical account, and the structure on which it is declared."""
    finding = api_issuer(structure, suppliers)
    assert finding.state == state
    assert words in finding.detail
    assert bool(finding.advice) == (state == "warning")
