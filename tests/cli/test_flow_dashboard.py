"""`flows dashboard` and `flows rejects`: the numbers and rejections of the screens (S2-044, S2-080…082)."""

import json
from pathlib import Path

import pytest

from chorus_tui.settings import Structure
from chorus_tui.store import Store
from tests.cli.conftest import Run
from tests.console.flowing import MIDI, NORD
from tests.console.operator import desk_in
from tests.console.test_flow_dashboard import various
from tests.operations.test_flow_rejects import fill


@pytest.fixture
def store(home: Path) -> Path:
    """A home with flows of two issuers."""
    with Store.open(home / "data") as store:
        store.flows.put(*various())
    return home


def test_numbers_are_printed_and_add_up(run: Run, store: Path) -> None:
    """S2-081."""
    lines = [line.split("\t") for line in run("flows", "dashboard").stdout.splitlines()]
    head = lines[0]
    assert head[:3] == ["Flows", "Total", "Waiting to leave"]
    assert "IN_NOUVEAU" in head
    rows = {cells[0]: list(map(int, cells[1:])) for cells in lines[1:] if len(cells) == len(head)}
    assert all(sum(numbers[1:]) == numbers[0] for numbers in rows.values())
    assert rows["All flows"][0] == 25
    types = [numbers for name, numbers in rows.items() if name.startswith("E")]
    assert [sum(column) for column in zip(*types, strict=True)] == rows["All flows"]
    assert ["Open, over 7 days: 1 flow"] in lines


def test_each_number_is_the_length_of_the_list_that_the_same_filter_prints(run: Run, store: Path) -> None:
    """S2-080, S2-082: `flows list` finds as many."""
    found = json.loads(run("flows", "dashboard", "--issuer", NORD[0], "--json").stdout)
    assert found["all"]["total"] == 6
    assert [issuer["siret"] for issuer in found["issuers"]] == [NORD[0]]
    for state, number in found["all"]["statuses"].items():
        listed = run("flows", "list", "--issuer", NORD[0], "--status", state, "--json")
        assert len(json.loads(listed.stdout)) == number
    period = json.loads(
        run("flows", "dashboard", "--to", "2026-11-20", "--type", "factur_x", "--json").stdout
    )
    assert period["all"]["total"] == 2
    assert sum(day["flows"] for day in period["days"]) == 2


def test_what_cannot_be_asked_is_said(run: Run, store: Path) -> None:
    """S2-080."""
    wrong = run("flows", "dashboard", "--from", "2026-11-20", "--until", "2026-11-19")
    assert (wrong.exit_code, wrong.stderr) == (2, "The period ends before it begins.\n")
    assert run("flows", "dashboard", "--issuer", "123").exit_code == 2
    assert run("flows", "dashboard", "--type", "works").stdout.startswith("No flow yet")


def test_nobody_counts_or_opens_what_is_not_for_them(run: Run, store: Path) -> None:
    """S2-014, S2-044: the command line obeys as the screens do."""
    (store / "settings.toml").write_text(
        f'[[structures]]\nsiret = "{NORD[0]}"\nmain_manager = "somebody-else"\n'
    )
    found = json.loads(run("flows", "dashboard", "--json").stdout)
    assert found["all"]["total"] == 19
    refused = run("flows", "rejects", NORD[0])
    assert refused.exit_code == 1
    assert "somebody-else is its main manager" in refused.stderr


def test_rejections_are_printed_and_written(run: Run, home: Path) -> None:
    """S2-044: per structure; which one has to be said where there are several."""
    desk = desk_in(home, structures=(Structure(siret=MIDI[0], main_manager="alice"),))
    fill(desk)
    desk.store.close()
    several = run("flows", "rejects")
    assert several.exit_code == 2
    assert NORD[0] in several.stderr
    lines = [line.split("\t") for line in run("flows", "rejects", MIDI[0]).stdout.splitlines()]
    assert lines[0][:4] == ["Flow number", "Invoice number", "Deposit date", "Reason"]
    assert [cells[1] for cells in lines[1:]] == ["B1", "B2", "", "A2", "X9"]
    rows = json.loads(run("flows", "rejects", MIDI[0], "--from", "2026-11-22", "--json").stdout)
    assert [row["invoice"] for row in rows] == ["B1", "B2", None]
    target = home / "out.csv"
    assert run("flows", "rejects", MIDI[0], "--csv", target).stdout.startswith("5 rejections written to")
    assert run("flows", "rejects", MIDI[0], "--csv", target).exit_code == 1
    daily = run("flows", "rejects", MIDI[0], "--daily").stdout.splitlines()
    assert [Path(line).name for line in daily] == [
        f"rejects-{MIDI[0]}-20261120.csv",
        f"rejects-{MIDI[0]}-20261122.csv",
    ]
