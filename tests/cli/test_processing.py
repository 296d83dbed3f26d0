"""What came back, answered from the command line: the same operations as the console's."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from chorus_tui.cli import main
from chorus_tui.domain.intent import IntentState
from chorus_tui.domain.replies import Completion, PayingOut, Recycling, ReplyKind
from chorus_tui.domain.statuses import DocumentState, InvoiceStatus
from chorus_tui.operations import last_reply, open_reply
from tests import returned
from tests.cli.conftest import Run
from tests.house import House
from tests.returned import REJECTED, SUSPENDED, TO_RECYCLE, came_back, done


def chorus(house: House, *arguments: object) -> Result:
    """`chorus-tui --home HOME …` beside the house, which sees what came of it."""
    (house.home / "settings.toml").write_text("hold = 0\n")
    answer = CliRunner().invoke(main, ["--home", str(house.home), *map(str, arguments)])
    house.store.refresh()
    return answer


def said(answer: Result) -> Any:
    return json.loads(answer.stdout)


def pdf(house: House, name: str = "delivery.pdf") -> Path:
    path = house.home / name
    path.write_bytes(b"%PDF-1.7 " + name.encode())
    return path


# Listing


async def test_process_prints_what_asks_something_with_its_one_action(tmp_path: Path) -> None:
    """S1-040, S1-042, S1-046, S1-050, S1-051."""
    async with House(tmp_path) as house:
        await house.settle()
        rows = {row["number"]: row for row in said(chorus(house, "process", "--json"))}
        assert set(rows) == {i.number for i in house.store.invoices.all() if i.asks_supplier}
        assert [rows[n]["action"] for n in (SUSPENDED, TO_RECYCLE, REJECTED)] == [
            "complete",
            "recycle",
            "pay_out",
        ]
        row = rows[SUSPENDED]
        assert (row["status"], row["comment"]) == ("suspended", "Il manque l'attestation de fin de chantier.")
        assert (row["amount"], row["recipient_siret"]) == ("10320.0", "12345678200028")
        settled = {row["number"]: row for row in said(chorus(house, "process", "--settled", "--json"))}
        assert settled["P2026-0398"]["settled"] is True
        assert settled["P2026-0398"]["action"] is None
        plain = chorus(house, "process", "--filter", "status:rejected").stdout.splitlines()
        assert plain[0].split("\t")[:4] == ["Id", "Number", "Status", "Days"]
        assert REJECTED in {line.split("\t")[1] for line in plain[1:]}
        assert {line.split("\t")[7] for line in plain[1:]} == {"Pay out"}
        listed = [row["number"] for row in said(chorus(house, "list", "to_process", "--json"))]
        assert sorted(listed) == sorted(rows), "and `list to_process` says the same"


def test_process_of_an_empty_home_is_a_line_of_titles(run: Run) -> None:
    assert run("process").stdout.count("\n") == 1
    assert said(run("process", "--settled", "--json")) == []


# Answering


async def test_complete_attaches_and_comments(tmp_path: Path) -> None:
    """S1-042…044."""
    async with House(tmp_path) as house:
        await house.settle()
        invoice = house.invoice(SUSPENDED)
        arguments = ("complete", invoice.id, "--attach", pdf(house), "--type", "BDL", "--comment", "as asked")
        rehearsed = chorus(house, *arguments, "--dry-run")
        assert (rehearsed.exit_code, "1 reply would be queued." in rehearsed.stdout) == (0, True)
        assert open_reply(house.desk, invoice.id) is None
        assert list(house.store.blobs) == [], "nothing was kept"
        answer = chorus(house, *arguments)
        assert answer.exit_code == 0, answer.output
        assert f"✓ {invoice.id} {SUSPENDED}\n1 reply queued." in answer.stdout
        assert "chorus-tui sync --once" in answer.stdout
        row = next(r for r in said(chorus(house, "process", "--json")) if r["number"] == SUSPENDED)
        assert row["reply"] == {"kind": "complete", "state": "queued", "why": ""}
        again = chorus(house, "complete", SUSPENDED, "--comment", "x")
        assert (again.exit_code, "waits to leave" in again.stdout) == (1, True)
        await house.settle()
        assert done(house, invoice, ReplyKind.COMPLETE) == 1
        assert returned.added(house, invoice) == 1


async def test_complete_says_what_is_wrong_with_a_file(tmp_path: Path) -> None:
    """S1-043, API 3.4."""
    async with House(tmp_path) as house:
        await house.settle()
        script = house.home / "setup.exe"
        script.write_bytes(b"MZ")
        refused = chorus(house, "complete", SUSPENDED, "--attach", script, "--type", "BDL")
        assert refused.exit_code == 1
        assert "does not take files like setup.exe" in refused.output
        kindless = chorus(house, "complete", SUSPENDED, "--attach", pdf(house))
        assert kindless.exit_code == 1
        assert "--type" in kindless.stderr
        assert "BDL Bon de livraison" in kindless.stderr
        missing = chorus(house, "complete", SUSPENDED, "--attach", house.home / "gone.pdf", "--type", "BDL")
        assert (missing.exit_code, "gone.pdf" in missing.output) == (1, True)
        nothing = chorus(house, "complete", SUSPENDED)
        assert "Add an attachment or write a comment." in nothing.stdout
        assert chorus(house, "complete", SUSPENDED, "--set", "number=F1").exit_code == 2


@pytest.mark.parametrize(("name", "content"), [("setup.exe", b"MZ"), ("gone.pdf", None), ("empty.pdf", b"")])
async def test_a_dry_run_says_the_same_of_a_file_and_keeps_nothing_of_one(
    tmp_path: Path, name: str, content: bytes | None
) -> None:
    """S1-043, S1-071: what would be refused is refused."""
    async with House(tmp_path) as house:
        await house.settle()
        if content is not None:
            (house.home / name).write_bytes(content)
        arguments = ("complete", SUSPENDED, "--type", "BDL", "--attach")
        rehearsed = chorus(house, *arguments, house.home / name, "--dry-run")
        assert rehearsed.exit_code == 1
        assert rehearsed.stderr == chorus(house, *arguments, house.home / name).stderr
        kept = sorted((house.home / "data" / "blobs").rglob("*"))
        assert chorus(house, *arguments, pdf(house), "--dry-run").exit_code == 0
        assert sorted((house.home / "data" / "blobs").rglob("*")) == kept


async def test_a_dry_run_knows_a_file_that_is_attached_already(tmp_path: Path) -> None:
    """S1-020."""
    async with House(tmp_path) as house:
        await house.ready("FA-1")
        arguments = ("complete", "FA-1", "--type", "BDL", "--attach", pdf(house))
        assert chorus(house, *arguments).exit_code == 0
        again = pdf(house, "again.pdf")
        again.write_bytes(pdf(house).read_bytes())
        rehearsed = chorus(house, *arguments[:-1], again, "--dry-run")
        assert "This file is attached already." in rehearsed.stdout


async def test_recycle_names_where_the_invoice_belongs(tmp_path: Path) -> None:
    """S1-046…048."""
    async with House(tmp_path) as house:
        await house.settle()
        invoice = house.invoice(TO_RECYCLE)
        await house.lookups.recipient(returned.SERVICE_MANDATORY)
        there = ("recycle", TO_RECYCLE, "--recipient", returned.SERVICE_MANDATORY)
        without = chorus(house, *there)
        assert (without.exit_code, "performing service is mandatory" in without.stdout) == (1, True)
        assert chorus(house, "recycle", TO_RECYCLE).exit_code == 2, "S1-047: not without a recipient"
        with_service = (*there, "--service", "ECOLES", "--commitment", "M1", "--comment", "ours")
        assert said(chorus(house, *with_service, "--dry-run", "--json"))["done"] == [str(invoice.id)]
        assert chorus(house, *with_service).exit_code == 0
        await house.settle()
        moved = house.invoice(TO_RECYCLE)
        assert (moved.recipient_siret, moved.service_code, moved.commitment_number) == (
            returned.SERVICE_MANDATORY,
            "ECOLES",
            "M1",
        )


async def test_an_unknown_recipient_is_a_doubt_that_is_said(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        await house.settle()
        answer = chorus(house, "recycle", TO_RECYCLE, "--recipient", "22990102000011", "--dry-run")
        assert "! This recipient has not been looked up in Chorus Pro yet." in answer.stdout


async def test_pay_out_keeps_the_chain_and_shows_it_from_each_of_the_three(tmp_path: Path) -> None:
    """S1-051…053."""
    async with House(tmp_path) as house:
        rejected = await came_back(house, "FA-1", "REJETEE")
        new = await came_back(house, "FA-2", "SERVICE_FAIT")
        same = chorus(house, "pay-out", "FA-1", "--invoice", "FA-1")
        assert (same.exit_code, "has a new number" in same.stdout) == (1, True)
        answer = chorus(
            house, "pay-out", "FA-1", "--credit-note", "A-1", "--invoice", "FA-2", "--remark", "price"
        )
        assert answer.exit_code == 0, answer.output
        await house.settle()
        assert house.invoice("FA-1").is_settled
        assert "FA-1" not in [row["number"] for row in said(chorus(house, "process", "--json"))]
        chains = [said(chorus(house, "process", "--chain", name, "--json")) for name in ("FA-1", new.id)]
        assert chains[0] == chains[1]
        [chain] = chains[0]
        assert chain["rejected"] == {"number": "FA-1", "id": rejected.id}
        assert chain["credit_notes"] == [{"number": "A-1", "id": None}]
        assert chain["replacements"] == [{"number": "FA-2", "id": new.id}]
        assert chain["remark"] == "price"
        lines = [line.split("\t") for line in chorus(house, "process", "--chain", "FA-2").stdout.splitlines()]
        assert [line[:2] for line in lines[1:5]] == [
            ["Rejected", "FA-1"],
            ["Credit note", "A-1"],
            ["Invoice", "FA-2"],
            ["Remark", "price"],
        ]
        assert lines[5][0] == "Recorded"
        assert chorus(house, "process", "--chain", "nothing").exit_code == 1
        rehearsed = chorus(house, "pay-out", "FA-1", "--invoice", "FA-2", "--dry-run")
        assert "1 chain would be recorded anew." in rehearsed.stdout
        itself = ("pay-out", "FA-1", "--invoice", " FA-1 ")
        for answer in (chorus(house, *itself, "--dry-run"), chorus(house, *itself)):
            assert (answer.exit_code, "has a new number" in answer.stdout) == (1, True)
        anew = chorus(house, "pay-out", "FA-1", "--invoice", "FA-2")
        assert (anew.exit_code, "1 chain recorded anew." in anew.stdout) == (0, True)
        [chain] = said(chorus(house, "process", "--chain", "FA-1", "--json"))
        assert (chain["credit_notes"], chain["replacements"]) == ([], [{"number": "FA-2", "id": new.id}])


async def test_several_rejections_are_paid_out_at_once_and_what_cannot_is_named(tmp_path: Path) -> None:
    """S1-051."""
    async with House(tmp_path) as house:
        await came_back(house, "FA-1", "REJETEE")
        answer = chorus(
            house, "pay-out", "FA-1", REJECTED, SUSPENDED, "12", "--remark", "cancelled", "--json"
        )
        assert answer.exit_code == 1
        refused = {pair["id"]: pair["why"] for pair in said(answer)["refused"]}
        assert len(said(answer)["done"]) == 2
        assert refused == {
            "12": "There is no such invoice.",
            str(house.invoice(SUSPENDED).id): "The invoice is “Suspended”, which allows “Complete” alone.",
        }
        await house.settle()
        assert house.invoice("FA-1").is_settled
        assert house.invoice(REJECTED).is_settled


async def test_correct_validator_names_another_structure(tmp_path: Path) -> None:
    """API 2.7."""
    async with House(tmp_path) as house:
        await house.settle()
        number = returned.SUBCONTRACTED
        house.sandbox.deny_validator(house.invoice(number).id)
        await house.settle()
        wrong = chorus(house, "correct-validator", number, "123")
        assert (wrong.exit_code, "fourteen digits" in wrong.stdout) == (1, True)
        assert chorus(house, "correct-validator", number, returned.MAIN_CONTRACTOR).exit_code == 0
        await house.settle()
        assert house.invoice(number).status is InvoiceStatus.TO_BE_VALIDATED


VERBS: dict[ReplyKind, tuple[str, tuple[str, ...]]] = {
    ReplyKind.COMPLETE: (SUSPENDED, ("complete", SUSPENDED, "--comment", "as asked")),
    ReplyKind.RECYCLE: (TO_RECYCLE, ("recycle", TO_RECYCLE, "--recipient", "12345678200051")),
    ReplyKind.PAY_OUT: (REJECTED, ("pay-out", REJECTED, "--credit-note", "A-1", "--invoice", "N-1")),
    ReplyKind.CORRECT_VALIDATOR: (
        returned.SUBCONTRACTED,
        ("correct-validator", returned.SUBCONTRACTED, returned.MAIN_CONTRACTOR),
    ),
}
"""The invoice, and what answers it."""


@pytest.mark.parametrize("kind", list(ReplyKind))
async def test_a_rehearsal_of_a_reply_says_what_the_reply_says_and_changes_nothing(
    kind: ReplyKind, tmp_path: Path
) -> None:
    """S1-042…051: --dry-run with --json, then --json alone."""
    number, arguments = VERBS[kind]
    async with House(tmp_path) as house:
        await house.settle()
        if kind is ReplyKind.CORRECT_VALIDATOR:
            house.sandbox.deny_validator(house.invoice(number).id)
            await house.settle()
        invoice = house.invoice(number)
        rehearsed = chorus(house, *arguments, "--dry-run", "--json")
        store = house.store
        tables = (store.replies, store.settlements, store.deeds)
        assert [len(table) for table in tables] == [0, 0, 0]
        assert house.invoice(number) == invoice
        answer = chorus(house, *arguments, "--json")
        assert (rehearsed.exit_code, answer.exit_code) == (0, 0), rehearsed.output + answer.output
        assert said(rehearsed) == said(answer)
        assert said(answer)["done"] == [str(invoice.id)]
        [reply] = store.replies.all()
        assert (reply.kind, reply.invoice_id) == (kind, invoice.id)
        assert len(store.settlements) == (kind is ReplyKind.PAY_OUT)
        again = chorus(house, *arguments, "--dry-run", "--json")
        assert again.exit_code == 1
        assert [pair["id"] for pair in said(again)["refused"]] == [str(invoice.id)], "one reply at a time"


# Documents to be submitted


async def test_complete_sets_and_clears_the_fields_of_a_document(tmp_path: Path) -> None:
    """S1-020, S1-069: nothing is possible in the console alone."""
    async with House(tmp_path) as house:
        document = await house.ready("FA-1", fields={"commitment_number": "OLD"})
        arguments = ("complete", "FA-1", "--set", "number=FA-9", "--set", "issued=01/10/2026")
        more = ("--set", "to_pay=1 234,50", "--clear", "commitment_number", "--comment", "thanks")
        rehearsed = chorus(house, *arguments, *more, "--dry-run")
        assert "1 document would be changed." in rehearsed.stdout
        assert house.again_of(document).fields.number == "FA-1"
        answer = chorus(house, *arguments, *more, "--attach", pdf(house), "--type", "BDL")
        assert answer.exit_code == 0, answer.output
        assert "1 document changed." in answer.stdout
        fields = house.again_of(document, DocumentState.TO_SUBMIT).fields
        assert (fields.number, str(fields.issued), str(fields.to_pay)) == ("FA-9", "2026-10-01", "1234.50")
        assert (fields.commitment_number, fields.comment) == (None, "thanks")
        assert [file.name for file in house.again_of(document).attachments] == ["delivery.pdf"]
        undone = chorus(house, "undo") if "undo" in main.commands else None
        assert undone is None or house.again_of(document).fields.number == "FA-1", "all of it, in one"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--set", "nonsense=1"), 1, "There is no field nonsense."),
        (("--set", "number"), 1, "There is no field number."),
        (("--set", "issued=tomorrow"), 1, "issued: "),
        (("--clear", "nonsense"), 1, "There is no field nonsense."),
        ((), 2, "Say what to complete"),
    ],
)
async def test_a_field_that_is_not_understood_changes_nothing(
    tmp_path: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    """S1-069."""
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        answer = chorus(house, "complete", document.id[:8], *arguments)
        assert (answer.exit_code, words in answer.output) == (code, True), answer.output
        assert house.again_of(document) == document


async def test_what_still_stands_in_the_way_is_said(tmp_path: Path) -> None:
    """S1-069."""
    async with House(tmp_path) as house:
        await house.ready("FA-1")
        answer = chorus(house, "complete", "FA-1", "--clear", "recipient_siret", "--json")
        assert answer.exit_code == 0
        [[key, doubts]] = said(answer)["doubts"].items()
        assert doubts == ["The recipient is missing."]
        assert said(answer)["done"] == [key]


async def test_a_name_of_an_invoice_and_a_document_is_not_guessed(tmp_path: Path) -> None:
    """A suspended invoice whose number waits again."""
    async with House(tmp_path) as house:
        await house.settle()
        document = await house.ready(SUSPENDED)
        answer = chorus(house, "complete", SUSPENDED, "--comment", "x")
        assert answer.exit_code == 1
        assert str(house.invoice(SUSPENDED).id) in answer.stderr
        assert document.id in answer.stderr
        assert chorus(house, "complete", document.id, "--comment", "x").exit_code == 0
        assert chorus(house, "complete", house.invoice(SUSPENDED).id, "--comment", "x").exit_code == 0
        assert house.again_of(document).fields.comment == "x"
        assert open_reply(house.desk, house.invoice(SUSPENDED).id) is not None


# Taking back


async def test_withdraw_takes_replies_and_submissions_back(tmp_path: Path) -> None:
    """Before they leave."""
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        invoice = house.invoice(SUSPENDED)
        assert chorus(house, "complete", SUSPENDED, "--comment", "x").exit_code == 0
        assert chorus(house, "submit", "FA-1").exit_code == 0
        rehearsed = chorus(house, "withdraw", SUSPENDED, "FA-1", "--dry-run")
        assert (rehearsed.exit_code, "Nothing was changed" in rehearsed.stdout) == (0, True)
        assert open_reply(house.desk, invoice.id) is not None
        assert house.again_of(document).state is DocumentState.SUBMITTING
        answer = chorus(house, "withdraw", SUSPENDED, "FA-1")
        assert (answer.exit_code, "2 calls taken back." in answer.stdout) == (0, True)
        await house.settle()
        assert house.deposited("FA-1") == 0
        assert house.again_of(document).state is DocumentState.TO_SUBMIT
        last = open_reply(house.desk, invoice.id)
        assert last is None
        assert done(house, invoice, ReplyKind.COMPLETE) == 0
        late = chorus(house, "withdraw", SUSPENDED)
        assert (late.exit_code, "left already" in late.stdout) == (1, True)


async def test_what_is_typed_is_kept_as_text_and_nothing_else(tmp_path: Path) -> None:
    """Nothing that a terminal obeys."""
    async with House(tmp_path) as house:
        await house.settle()
        chorus(house, "complete", SUSPENDED, "--comment", "\x1b]0;gone\x07")
        chorus(house, "recycle", TO_RECYCLE, "--recipient", "123 456 782 00051", "--commitment", " M\x1b1 ")
        chorus(house, "pay-out", REJECTED, "--invoice", " N1 ")
        contents = [reply.content for reply in house.store.replies.all()]
        assert Completion(comment="\ufffd]0;gone\ufffd") in contents
        assert Recycling(recipient_siret="12345678200051", commitment_number="M\ufffd1") in contents
        [paid] = [content for content in contents if isinstance(content, PayingOut)]
        assert paid.replacements[0].number == "N1"
        state = last_reply(house.desk, house.invoice(REJECTED).id)
        assert state is not None
        assert state.state is IntentState.QUEUED
