"""`flows list`: the search of flows from the command line, its saved searches and its file."""

import csv
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from chorus_tui.cli.codes import Exit
from chorus_tui.domain.flow import FlowContents, FlowInvoice, FlowMode, FlowType
from chorus_tui.domain.flow_states import FlowState
from chorus_tui.store import Store
from tests.cli.conftest import Run
from tests.console.flowing import NORD, flow

EDI: dict[str, Any] = {"mode": FlowMode.EDI, "connection": "Main", "partner_code": "ABC001"}
MIDNIGHT = datetime(2026, 10, 31, 23, 30, tzinfo=UTC)
"""The first of November in Paris."""
FLOWS = (
    flow(1, FlowState.REJECTED, emitted_at=MIDNIGHT, name="\x1b[31mlot.xml"),
    flow(2, type=FlowType.STRUCTURED, **EDI),
    flow(3, issuer_siret=NORD[0], issuer_name=NORD[1], type=FlowType.STRUCTURED),
)


@pytest.fixture
def flows(home: Path) -> None:
    """A home whose store holds some flows."""
    with Store.open(home / "data") as store:
        store.flows.put(*FLOWS)
        store.contents.put(FlowContents(flow_id="f2", invoices=(FlowInvoice(number="FA-2026-0042"),)))


def ids(answer: Result) -> list[str]:
    """Ids of the flows that were printed."""
    assert answer.exit_code == 0, answer.output
    return [line.split("\t")[0] for line in answer.stdout.splitlines()[1:]]


@pytest.mark.usefixtures("flows")
def test_it_lists_every_flow_by_sender_as_plain_lines(run: Run) -> None:
    """S2-002, S2-005: the list of Home, with the mode of each flow; nothing in it moves a terminal."""
    answer = run("flows", "list")
    assert ids(answer) == ["f3", "f2", "f1"]
    assert answer.stdout.splitlines()[0].split("\t") == [
        "Id",
        "Issuer",
        "Deposited",
        "Flow number",
        "File",
        "Mode",
        "Status",
        "Invoices",
        "Refused",
        "Amount",
    ]
    assert "\tEDI\t✓ Integrated\t37\t\t14230.00" in answer.stdout
    assert "✗ Rejected" in answer.stdout
    assert "\x1b" not in answer.stdout
    assert ids(run("flows")) == ["f3", "f2", "f1"]


@pytest.mark.usefixtures("flows")
@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--issuer", NORD[0]), ["f3"]),
        (("--status", "all"), ["f3", "f2", "f1"]),
        (("--status", "rejected"), ["f1"]),
        (("--mode", "edi"), ["f2"]),
        (("--type", "structured"), ["f3", "f2"]),
        (("--from", "01/11/2026", "--until", "2026-11-01"), ["f1"]),
        (("--until", "2026-10-31"), []),
        (("--type", "structured", "--select", "f2"), ["f2"]),
        (("--select", FLOWS[0].number, "--select", "f3"), ["f3", "f1"]),
        (("--number", "00002"), ["f2"]),
        (("--file", "LOT-3"), ["f3"]),
        (("--invoice", "0042"), ["f2"]),
        (("--partner", "abc"), ["f2"]),
        (("--partner", "abc", "--status", "rejected"), []),
    ],
)
def test_every_criterion_is_an_option(run: Run, options: tuple[str, ...], expected: list[str]) -> None:
    """S2-051…058: each criterion by itself; days in French or ISO form, in Paris."""
    assert ids(run("flows", "list", *options)) == expected


@pytest.mark.usefixtures("flows")
@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--issuer", "123"), "123 is no SIRET"),
        (("--from", "soon"), "soon: Not a date"),
        (("--from", "2026-11-02", "--until", "2026-11-01"), "ends before it begins"),
        (("--type", "mixed", "--select", "f2"), "no flow f2 of this type"),
        (("--saved", "mine"), "no search named “mine”"),
    ],
)
def test_what_cannot_be_searched_for_is_a_sentence(run: Run, options: tuple[str, ...], said: str) -> None:
    answer = run("flows", "list", *options)
    assert answer.exit_code in (Exit.USAGE, Exit.REFUSED)
    assert said in answer.stderr
    assert not answer.stdout


@pytest.mark.usefixtures("flows")
def test_a_script_gets_what_a_person_reads(run: Run) -> None:
    """S2-002, S2-005, S2-016: issuer, mode and state of each flow as JSON."""
    [plain] = json.loads(run("flows", "list", "--mode", "edi", "--json").stdout)
    assert plain["id"] == "f2"
    assert (plain["mode"], plain["partner_code"]) == ("edi", "ABC001")
    assert (plain["issuer_siret"], plain["issuer"]) == (FLOWS[1].issuer_siret, FLOWS[1].issuer_name)
    assert (plain["state"], plain["state_code"]) == ("integrated", "IN_INTEGRE")
    assert (plain["invoices"], plain["amount"]) == (37, "14230.00")


@pytest.mark.usefixtures("flows")
def test_a_search_is_saved_used_over_and_removed(run: Run) -> None:
    """S2-058: options go before what is saved; a name that is gone is said."""
    assert ids(run("flows", "list", "--type", "structured", "--save", "Structurés")) == ["f3", "f2"]
    assert run("flows", "list", "--searches").stdout.splitlines() == ["Structurés"]
    assert ids(run("flows", "list", "--saved", "structures")) == ["f3", "f2"]
    assert ids(run("flows", "list", "--saved", "structures", "--mode", "edi")) == ["f2"]
    [kept] = json.loads(run("flows", "list", "--searches", "--json").stdout)
    assert kept == {"name": "Structurés", "criteria": {"type": "structured"}}
    assert "Structurés" in run("flows", "list", "--forget", "STRUCTURES").stdout
    assert run("flows", "list", "--searches").stdout == ""
    assert run("flows", "list", "--forget", "structures").exit_code == Exit.REFUSED
    assert run("flows", "list", "--save", "everything").exit_code == Exit.REFUSED


@pytest.mark.usefixtures("flows")
def test_the_file_is_the_result_set(run: Run, home: Path, tmp_path: Path) -> None:
    """S2-002, S2-060: exactly what was found; a file that is there stays unless it may be replaced."""
    target = tmp_path / "found.csv"
    answer = run("flows", "list", "--type", "structured", "--csv", target)
    assert f"2 flows written to {target}" in answer.stdout
    rows = list(csv.DictReader(target.read_text(encoding="utf-8-sig").splitlines(), delimiter=";"))
    assert [row["Flow number"] for row in rows] == [FLOWS[2].number, FLOWS[1].number]
    again = run("flows", "list", "--csv", target)
    assert "is there already" in again.stderr
    assert run("flows", "list", "--csv", target, "--force").exit_code == 0
    assert len(target.read_text(encoding="utf-8-sig").splitlines()) == 4
    assert run("flows", "list", "--status", "rejected", "--csv").exit_code == 0
    [named] = (home / "exports").glob("flows-*.csv")
    assert "\x1b" not in named.read_text(encoding="utf-8-sig")


def test_only_who_may_see_a_structure_lists_its_flows(run: Run, home: Path, flows: None) -> None:
    """S2-014: the command line obeys, whichever option names the flow."""
    settings = f'[[structures]]\nsiret = "{NORD[0]}"\nmain_manager = "somebody-else"\n'
    (home / "settings.toml").write_text(settings)
    assert ids(run("flows", "list")) == ["f2", "f1"]
    assert ids(run("flows", "list", "--issuer", NORD[0])) == []
    assert run("flows", "list", "--select", "f3").exit_code == Exit.REFUSED
