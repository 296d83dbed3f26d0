"""The commands of recipient management: what they print, refuse and change."""

import json
import re
from pathlib import Path
from typing import Any

import click
import pytest

from chorus_tui.cli import main
from chorus_tui.domain.document import Document
from chorus_tui.domain.fields import InvoiceFields, Source
from chorus_tui.domain.recipient import Recipient, Service
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.store import Store
from tests.cli.conftest import Run
from tests.console.operator import NOW

TOWN, ISLAND = "12345678200028", "01234567800012"
README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def store(home: Path) -> Path:
    """A home whose store knows a recipient, for which two documents wait."""
    with Store.open(home / "data") as store:
        services = (Service(id=1, code="ECOLES", name="Écoles"), Service(id=2, code="V", active=False))
        store.recipients.put(
            Recipient(
                siret=TOWN, id=7, name="VAL D'ORÉE", service_required=True, services=services, checked_at=NOW
            )
        )
        for key in ("a", "b"):
            fields = InvoiceFields(recipient_siret=TOWN, service_label="Pôle jeunesse")
            store.documents.put(
                Document(
                    id=key,
                    path=f"/{key}",
                    name=f"{key}.pdf",
                    sha256=key,
                    size=1,
                    filed_at=NOW,
                    rule="r",
                    state=DocumentState.TO_SUBMIT,
                    readings={Source.PAGE: fields},
                )
            )
    return home


def as_json(run: Run, *arguments: str | Path) -> Any:
    answer = run("recipients", *arguments, "--json")
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.stdout)


def test_recipients_are_listed_filtered_and_shown(run: Run, store: Path) -> None:
    """S1-003."""
    answer = run("recipients")
    assert answer.stdout.splitlines()[1].split("\t")[:4] == ["VAL D'ORÉE", TOWN, "✓ active", "service"]
    assert run("recipients", "list").stdout == answer.stdout
    (row,) = as_json(run, "list", "--filter", "oree waiting>1")
    assert (row["siret"], row["waiting"], row["services"], row["demands"]) == (TOWN, 2, 1, "service")
    assert as_json(run, "list", "--filter", "active:inactive") == []
    shown = as_json(run, "show", "123 456 782 00028")
    assert [s["state"] for s in shown["services"]] == ["open", "closed"]
    assert [(row["label"], row["service"], row["waiting"]) for row in shown["labels"]] == [
        ("Pôle jeunesse", None, 2)
    ]
    assert "Mandatory: service" in run("recipients", "show", TOWN).stdout


def test_a_match_is_told_forgotten_and_fills_documents_in(run: Run, store: Path) -> None:
    """S1-003, S1-070."""
    told = as_json(run, "match", TOWN, "POLE JEUNESSE", "ECOLES")
    assert (told["service"], sorted(told["documents"])) == ("ECOLES", ["a", "b"])
    (row,) = as_json(run, "show", TOWN)["labels"]
    assert (row["service"], row["told"], row["confidence"]) == ("ECOLES", True, 0.9)
    assert "1 waiting document" not in run("recipients", "forget", TOWN, "pôle jeunesse").stdout
    again = run("recipients", "forget", TOWN, "pôle jeunesse")
    assert (again.exit_code, "has no match" in again.stderr) == (1, True)
    with Store.open(store / "data") as opened:
        assert opened.documents["a"].fields.service_code is None
    as_json(run, "match", TOWN, "POLE JEUNESSE", "ECOLES")
    forgotten = as_json(run, "forget", TOWN, "Pôle Jeunesse")
    assert (forgotten["label"], sorted(forgotten["documents"])) == ("pole jeunesse", ["a", "b"])


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("match", TOWN, "x", "V"), 1, "is closed"),
        (("match", TOWN, "x", "NONE"), 1, "has no service NONE"),
        (("match", TOWN, " ", "ECOLES"), 1, "Type the label"),
        (("show", "12"), 2, "is no SIRET"),
        (("refresh",), 2, "Name recipients"),
        (("refresh", "--all", "--stop"), 2, "Name recipients"),
        (("search",), 2, "Missing argument"),
        (("import", "/nowhere.csv"), 2, "does not exist"),
    ],
)
def test_what_cannot_be_is_refused(
    run: Run, store: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    answer = run("recipients", *arguments)
    assert (answer.exit_code, words in answer.stderr) == (code, True), answer.output


def test_a_refresh_is_queued_and_stopped(run: Run, store: Path) -> None:
    assert as_json(run, "refresh", TOWN, ISLAND) == {"queued": [TOWN, ISLAND]}
    assert as_json(run, "refresh", "--stop") == {"stopped": 2}
    answer = run("recipients", "refresh", "--all")
    assert answer.stdout.splitlines()[0] == "1 recipient queued."
    assert "sync --once" in answer.stdout


def test_a_directory_is_imported_and_searched(run: Run, store: Path, tmp_path: Path) -> None:
    file = tmp_path / "annuaire.csv"
    file.write_text(
        f"Siren et nic,Libellé,Active\n{TOWN},Val d'Orée,Non\n{ISLAND},Mairie de l'Île,Oui\n12,x,Oui\n"
    )
    refused = run("recipients", "import", file)
    assert (refused.exit_code, "--column siret=" in refused.stderr) == (1, True)
    column = ("--column", "siret=siren et nic")
    rehearsed = as_json(run, "import", file, *column, "--dry-run")
    assert (rehearsed["imported"], rehearsed["recipients"], rehearsed["bad"]) == (False, 2, 1)
    assert as_json(run, "search", "mairie") == []
    report = as_json(run, "import", file, *column, "--column", "active=#3")
    assert report["columns"] == {"siret": "Siren et nic", "name": "Libellé", "active": "Active"}
    assert report["bad_rows"] == [{"line": 4, "why": "this is no SIRET of fourteen digits"}]
    assert report["flagged"] == [TOWN], "Chorus Pro said that it is active"
    (found,) = as_json(run, "search", "ile", "mair")
    assert (found["siret"], found["known_from"]) == (ISLAND, "directory")
    assert "says that the recipient is inactive" in run("recipients", "show", TOWN).stdout


@pytest.mark.parametrize("said", ["siret", "colour=Active", "siret=Nowhere", "siret=#9"])
def test_a_column_that_is_none_is_told_with_what_there_is(run: Run, tmp_path: Path, said: str) -> None:
    file = tmp_path / "annuaire.csv"
    file.write_text(f"SIRET;Nom\n{TOWN};x\n")
    answer = run("recipients", "import", file, "--column", said)
    assert answer.exit_code == 2
    assert "siret" in answer.stderr
    assert ("SIRET, Nom" in answer.stderr) is (said in ("siret=Nowhere", "siret=#9"))


def test_every_option_of_the_group_is_in_the_manual() -> None:
    group = main.commands["recipients"]
    assert isinstance(group, click.Group)
    for name, command in group.commands.items():
        cell = next(
            (row for row in README.splitlines() if re.search(rf"`recipients \[?{name}\]?[ `]", row)), ""
        )
        assert cell, name
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.opts[0] in cell, f"{name} {parameter.opts[0]}"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("match", TOWN, "Pôle jeunesse", "ECOLES"), "2 waiting documents follow"),
        (("forget", TOWN, "Cantine"), "stands for no service"),
        (("refresh", TOWN), "1 recipient queued"),
    ],
)
def test_a_rehearsal_says_what_would_be_and_changes_nothing(
    run: Run, store: Path, arguments: tuple[str, ...], said: str
) -> None:
    """S1-003: with the real thing after it, which says the same and changes something."""
    run("recipients", "match", TOWN, "Cantine", "ECOLES")
    before = everything(store)
    answer = run("recipients", *arguments, "--dry-run")
    assert answer.exit_code == 0, answer.output
    assert answer.stdout.startswith("Nothing was changed. It would say: ")
    assert said in answer.stdout
    assert everything(store) == before
    real = run("recipients", *arguments)
    assert said in real.stdout
    assert "Nothing was changed" not in real.stdout
    assert everything(store) != before


def everything(home: Path) -> list[object]:
    with Store.open(home / "data") as store:
        return [
            *store.documents.all(),
            *store.matches.all(),
            *store.refreshes.all(),
            *store.activity.all(),
            *store.deeds.all(),
        ]
