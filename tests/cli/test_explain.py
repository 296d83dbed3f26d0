"""The command `explain`, and what `doctor` says of a team's own explanations."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from chorus_tui.cli import main
from chorus_tui.domain.document import Document, Failure, Phase
from chorus_tui.domain.fields import InvoiceFields, Source
from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.statuses import DocumentState, InvoiceStatus
from chorus_tui.store import Store
from tests.cli.conftest import Run
from tests.domain.messages import CONNECTOR, OURS

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


def explained(run: Run, *arguments: str) -> list[dict[str, Any]]:
    answer = run("explain", "--json", *arguments)
    assert answer.exit_code == 0, answer.output
    found = json.loads(answer.stdout)
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize("sample", CONNECTOR, ids=lambda sample: sample.message[:40])
def test_a_message_is_explained(run: Run, home: Path, sample: Any) -> None:
    """S1-080…090: needs no network, and makes no folder."""
    (found,) = explained(run, *sample.message.split())
    assert (found["id"], found["known"], found["message"]) == (sample.cause, True, sample.message)
    assert not home.exists()


def test_an_explanation_is_a_labelled_paragraph_each(run: Run) -> None:
    """S1-084: meaning, cause, remedy, the key to press, where it comes from and how sure that is."""
    text = run("explain", "Performing service is mandatory for this recipient").stdout
    assert text.startswith("Performing service missing [service.missing]\n")
    labels = [line.split()[0] for line in text.splitlines()[1:]]
    assert labels == ["Message", "Meaning", "Cause", "Remedy", "Key", "Source"]
    assert "x fixes the service" in text
    assert "stated by two sources" in text


def test_the_key_is_the_one_that_the_settings_gave(run: Run, home: Path) -> None:
    home.mkdir()
    (home / "settings.toml").write_text('[keys]\n"to_submit.reprocess" = "f"\n')
    assert "f reprocesses it" in run("explain", "file.lost").stdout


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("GDP_MSG_11.033", "status.not_suspended"),
        ("gdp_msg_11_033", "status.not_suspended"),
        ("ERR_XSD_001", "xml.invalid"),
        ("HTTP 413", "file.size"),
        ("service.missing", "service.missing"),
        ("state.unchanged", "state.unchanged"),
    ],
)
def test_a_code_or_the_name_of_a_check_is_explained(run: Run, name: str, cause: str) -> None:
    assert [found["id"] for found in explained(run, name)] == [cause]


def test_a_number_alone_is_not_explained(run: Run) -> None:
    """API 4: it means another thing in every service."""
    answer = run("explain", "20001")
    assert answer.exit_code == 1
    assert "every service" in answer.stderr


def test_an_unknown_message_says_which_field_it_names(run: Run) -> None:
    """S1-080."""
    message = "GDP_MSG_99.999 - L'élément FichierXml.Agreement.BuyerReference.value est étrange"
    (found,) = explained(run, message)
    assert (found["known"], found["field"], found["message"]) == (False, "Performing service", message)
    assert found["template"]
    assert "Field    Performing service" in run("explain", message).stdout


def test_messages_of_a_file_are_explained_line_by_line() -> None:
    given = "Header synthesis is not correct\n\nFlux introuvable\x1b[2J|The service is missing\n"
    command = ["--home", "/nonexistent", "explain", "-"]
    answer = CliRunner().invoke(main, [*command, "--json"], input=given)
    ids = [found["id"] for found in json.loads(answer.stdout)]
    assert ids == ["header.incorrect", "flow.unknown", "service.missing"]
    assert (
        "\x1b" not in CliRunner().invoke(main, ["--home", "/nonexistent", "explain", "-"], input=given).stdout
    )


def fill(home: Path) -> None:
    """A store with a document in error, one that is not, and an invoice that came back."""
    refused = Document(
        id="0123456789abcdef0123",
        path="/drop/FA-1.pdf",
        name="FA-1.pdf",
        sha256="0" * 64,
        size=1,
        filed_at=NOW,
        rule="all",
        state=DocumentState.TO_SUBMIT,
        readings={Source.OPERATOR: InvoiceFields(number="FA-1")},
        failure=Failure(phase=Phase.AFTER, message="Header synthesis is not correct", at=NOW),
    )
    well = Document(
        id="fedcba98765432100000",
        path="/drop/FA-2.pdf",
        name="FA-2.pdf",
        sha256="1" * 64,
        size=1,
        filed_at=NOW,
        rule="all",
        state=DocumentState.TO_SUBMIT,
    )
    back = Invoice(
        id=8420532, number="FA-0", status=InvoiceStatus.SUSPENDED, comment="Merci de joindre le PV"
    )
    (home / "data").mkdir(parents=True)
    with Store.open(home / "data") as store, store.transaction():
        store.documents.put(refused)
        store.documents.put(well)
        store.invoices.put(back)


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("0123456789abcdef0123", "header.incorrect"),
        ("01234567", "header.incorrect"),
        ("FA-1.pdf", "header.incorrect"),
        ("FA-1", "header.incorrect"),
        ("8420532", "comment.document_missing"),
        ("FA-0", "comment.document_missing"),
    ],
)
def test_a_record_is_explained_by_what_happened_to_it(run: Run, home: Path, name: str, cause: str) -> None:
    """S1-040, S1-067: by id or number, as `list` prints them."""
    fill(home)
    assert [found["id"] for found in explained(run, name)] == [cause]


def test_a_record_with_which_nothing_is_wrong_is_said_to_be_well(run: Run, home: Path) -> None:
    fill(home)
    answer = run("explain", "FA-2.pdf")
    assert answer.exit_code == 1
    assert "Nothing is wrong with FA-2.pdf." in answer.stderr


def test_every_entry_is_listed(run: Run) -> None:
    rows = run("explain", "--list").stdout.splitlines()
    found = json.loads(run("explain", "--list", "--json").stdout)
    assert len(rows) == len(found) + 1
    assert {"service.missing", "file.lost", "unknown"} <= {entry["id"] for entry in found}


def test_one_thing_is_asked_at_a_time(run: Run) -> None:
    assert run("explain").exit_code == 2
    assert run("explain", "--list", "--check").exit_code == 2
    assert run("explain", "--list", "FA-1").exit_code == 2


def test_a_teams_own_file_is_checked(run: Run, home: Path) -> None:
    """S1-080: with file, line, entry and key of each mistake."""
    assert run("explain", "--check").exit_code == 0
    home.mkdir()
    path = home / "failures.toml"
    path.write_text(OURS)
    answer = run("explain", "--check")
    assert (answer.exit_code, f"{path}: 1 entry of your own" in answer.stdout) == (0, True)
    assert [found["id"] for found in explained(run, "Le budget A est clos depuis le 01/01/2026")] == [
        "our.budget"
    ]
    path.write_text(OURS + OURS.replace("our.budget", "our.other").replace('"ask"', '"pray"'))
    answer = run("explain", "--check")
    assert answer.exit_code == 3
    line = 2 + OURS.count("\n")
    assert f'✗ {path}, line {line}, entry "our.other", key "action": pray is none of' in answer.stdout
    (mistake,) = json.loads(run("explain", "--check", "--json").stdout)["mistakes"]
    assert (mistake["line"], mistake["entry"], mistake["key"]) == (line, "our.other", "action")


def test_the_doctor_tells_of_a_mistake_in_a_teams_own_file(run: Run, home: Path) -> None:
    """S1-080: a warning, since nothing stops."""
    home.mkdir()
    (home / "failures.toml").write_text("[[failure]]\n")
    found = {each["link"]: each for each in json.loads(run("doctor", "--json").stdout)}
    assert found["explanations"]["state"] == "warning"
    assert "explain --check" in found["explanations"]["advice"]
    (home / "failures.toml").write_text(OURS)
    found = {each["link"]: each for each in json.loads(run("doctor", "--json").stdout)}
    assert found["explanations"]["state"] == "ok"


def test_it_speaks_french(run: Run) -> None:
    text = run("explain", "service.missing", LANG="fr_FR.UTF-8", LC_ALL="", LANGUAGE="").stdout
    assert text.startswith("Service exécutant manquant [service.missing]\n")
