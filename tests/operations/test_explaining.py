"""What is said of documents and invoices that came back, and what a team adds to it."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec import structs

from chorus_tui.chorus import errors
from chorus_tui.domain.checks import RULE_BOOK
from chorus_tui.domain.document import Document, Failure, Phase
from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.knowledge import Action
from chorus_tui.domain.statuses import DocumentState, InvoiceStatus
from chorus_tui.i18n import _
from chorus_tui.intake import Unreadable
from chorus_tui.intake.reading import Fault
from chorus_tui.operations import Desk
from chorus_tui.operations.explaining import (
    LARGEST,
    additions_path,
    explain,
    explain_document,
    explain_invoice,
    explain_problem,
    knowledge,
)
from chorus_tui.settings import Settings, load
from chorus_tui.store import Store
from chorus_tui.sync.analyse import COPY_GONE
from tests.domain.messages import OURS
from tests.house import House

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load(tmp_path / "home", {})


@pytest.fixture
def desk(settings: Settings, tmp_path: Path) -> Iterator[Desk]:
    with Store.open(tmp_path / "store") as store:
        yield Desk(store, settings, lambda: NOW, "clerk@billing")


def failed(message: str, *, remedy: str = "", phase: Phase = Phase.AFTER, code: int | None = None) -> Failure:
    return Failure(phase=phase, message=message, at=NOW, remedy=remedy, code=code)


async def test_a_document_is_explained_as_long_as_it_is_in_error(tmp_path: Path) -> None:
    """S1-067."""
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        assert explain_document(house.desk, document) is None
        back = structs.replace(document, failure=failed("Header synthesis is not correct"))
        explained = explain_document(house.desk, back)
        assert explained is not None
        assert (explained.id, explained.action) == ("header.incorrect", Action.COMMITMENT)


def a_document(failure: Failure) -> Document:
    return Document(
        id="d1",
        path="/drop/FA-1.pdf",
        name="FA-1.pdf",
        sha256="0" * 64,
        size=1,
        filed_at=NOW,
        rule="all",
        state=DocumentState.MISTAKEN,
        failure=failure,
    )


@pytest.mark.parametrize("language", ["C.UTF-8", "fr_FR.UTF-8"])
def test_an_own_remedy_is_never_lost(desk: Desk, monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    """S1-062: what no entry knows keeps what was said when it failed, in the operator's language."""
    monkeypatch.setenv("LANG", language)
    remedy = "Drop the file into its folder again."
    explained = explain_document(desk, a_document(failed("Something of our own.", remedy=remedy)))
    assert explained is not None
    assert (explained.known, explained.remedy) == (False, _(remedy))


@pytest.mark.parametrize("fault", Fault)
def test_a_file_that_cannot_be_read_is_explained_with_its_own_remedy(desk: Desk, fault: Fault) -> None:
    """S1-016, S1-063: a cause of its own for each."""
    problem = Unreadable(fault)
    failure = failed(problem.reason, remedy=problem.advice, phase=Phase.BEFORE)
    explained = explain_document(desk, a_document(failure))
    assert explained is not None
    assert explained.id.startswith("file.")
    assert explained.remedy == problem.advice
    ids = {explain(desk, Unreadable(each).reason).id for each in Fault}
    assert len(ids) == len(Fault)


@pytest.mark.parametrize(
    "failure",
    [
        errors.SignInRefused(),
        errors.CredentialsMissing(),
        errors.AccountRefused(),
        errors.RightsMissing(),
        errors.NotAvailable(),
        errors.TooManyRequests(),
        errors.AddressUnusable(),
        errors.Refused(20_013, ""),
        errors.UnreadableAnswer(),
        errors.OutcomeUnknown(),
        errors.ChorusError(),
        *(errors.RequestRefused(status) for status in (400, 404, 413)),
    ],
    ids=lambda error: f"{type(error).__name__} {getattr(error, 'code', '')}",
)
def test_every_failure_on_the_way_to_chorus_pro_is_known(desk: Desk, failure: errors.ChorusError) -> None:
    """S1-081, S1-083: under the title that operators see."""
    said = failure.label if isinstance(failure, errors.Refused) and failure.label else failure.title
    code = failure.code if isinstance(failure, errors.Refused) else None
    assert explain(desk, said, code).known


@pytest.mark.parametrize("language", ["C.UTF-8", "fr_FR.UTF-8"])
def test_what_was_written_down_in_either_language_is_known(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    """S1-066: a sentence that was translated when it was written is known to a colleague of the other one."""
    monkeypatch.setenv("LANG", language)
    conflict = _("Chorus Pro already holds invoice {number} of {amount} for {recipient}.")
    copy = _("The copy of {name} cannot be read: detach it and attach it again.")
    written = {
        conflict.format(number="FA-1", amount="1 234,50 €", recipient="COMMUNE"): "number.conflict",
        copy.format(name="devis.pdf"): "attachment.copy",
        COPY_GONE: "file.copy",
        "Chorus Pro never answered, and it does not hold this invoice.": "answer.lost",
    }
    for other in ("C.UTF-8", "fr_FR.UTF-8"):
        monkeypatch.setenv("LANG", other)
        assert {message: explain(desk, message).id for message in written} == written


@pytest.mark.parametrize("rule", RULE_BOOK)
def test_a_problem_of_the_form_and_a_refusal_are_one_cause(desk: Desk, rule: str) -> None:
    assert explain_problem(desk, rule).id == rule


def test_a_problem_that_nobody_has_explained_is_still_told(desk: Desk) -> None:
    explained = explain_problem(desk, "lot.missing")
    assert (explained.known, explained.title) == (False, "lot.missing")
    assert explained.remedy


@pytest.mark.parametrize(
    ("status", "comment", "cause", "action"),
    [
        (InvoiceStatus.SUSPENDED, "Merci de joindre le PV", "comment.document_missing", Action.COMPLETE),
        (InvoiceStatus.TO_BE_RECYCLED, "Mauvais service", "comment.service", Action.RECYCLE),
        (InvoiceStatus.REJECTED, "Facture en double", "comment.duplicate", Action.PAY_OUT),
        (InvoiceStatus.REJECTED, "Merci de joindre le PV", "comment.document_missing", Action.PAY_OUT),
        (InvoiceStatus.SUSPENDED, "", "status.suspended", Action.COMPLETE),
    ],
)
def test_an_invoice_is_explained_by_the_recipients_comment(
    desk: Desk, status: InvoiceStatus, comment: str, cause: str, action: Action
) -> None:
    """S1-040…042, S1-045, S1-046, S1-049, S1-050."""
    explained = explain_invoice(desk, Invoice(id=1, number="FA-1", status=status, comment=comment))
    assert explained is not None
    assert (explained.id, explained.action, explained.message) == (cause, action, comment)


def test_an_invoice_that_asks_nothing_is_not_explained(desk: Desk) -> None:
    """S1-040, S1-051."""
    for invoice in (
        Invoice(id=1, number="FA-1", status=InvoiceStatus.MADE_AVAILABLE, comment="Reçue"),
        Invoice(id=1, number="FA-1", status=InvoiceStatus.REJECTED, rejection_handled=True),
    ):
        assert explain_invoice(desk, invoice) is None


# --- What a team adds ---------------------------------------------------------------------------------------


def write(settings: Settings, text: str | bytes) -> Path:
    path = additions_path(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_teams_file_explains_what_failed_before_it_was_written(desk: Desk) -> None:
    """S1-080: beside the settings file; read again when it changes, gone when it is gone."""
    message = "Le budget A-12 est clos depuis le 31/12/2025"
    document = a_document(failed(message, code=20_017))
    before = explain_document(desk, document)
    assert before is not None
    assert not before.known
    path = write(desk.settings, OURS)
    assert path == desk.settings.folders.settings.parent / "failures.toml"
    after = explain_document(desk, document)
    assert after is not None
    assert (after.id, after.remedy) == ("our.budget", "Ask them.")
    write(desk.settings, OURS.replace("Ask them.", "Ask their accountant."))
    assert (
        explain(desk, document.failure.message if document.failure else "").remedy == "Ask their accountant."
    )
    path.unlink()
    assert not explain(desk, message).known


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[[failure]\n", "TOML"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"#" * (LARGEST + 1), "4 MB"),
        (OURS.replace('"ask"', '"pray"').encode(), "pray"),
    ],
    ids=["not TOML", "not text", "too large", "a bad action"],
)
def test_a_teams_file_that_cannot_be_used_stops_nothing(desk: Desk, content: bytes, words: str) -> None:
    """S1-080: the entries of chorus-tui hold, and the mistake is told."""
    write(desk.settings, content)
    known = knowledge(desk)
    assert [words in mistake.message for mistake in known.mistakes] == [True]
    assert explain(desk, "Header synthesis is not correct").id == "header.incorrect"


def test_a_folder_in_place_of_the_teams_file_stops_nothing(desk: Desk) -> None:
    additions_path(desk.settings).mkdir(parents=True)
    assert len(knowledge(desk).mistakes) == 1
    assert explain(desk, "Header synthesis is not correct").known


def test_nothing_is_read_before_something_is_explained() -> None:
    """The file is read when it is first needed, and never for a start."""
    program = (
        "import chorus_tui.operations.explaining as e, chorus_tui.cli; print(e.shipped.cache_info().currsize)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert answer.stdout == "0\n"
