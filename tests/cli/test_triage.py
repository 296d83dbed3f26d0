"""Putting right what came back from the command line: the same operations as the console's."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from chorus_tui.cli import main
from chorus_tui.domain.document import Document
from chorus_tui.domain.statuses import DocumentState, InvoiceStatus
from chorus_tui.operations.checking import today
from tests.console.billing import VALLEY
from tests.house import House

WITHOUT = f"service.missing@{VALLEY.siret}"


def chorus(house: House, *arguments: object, hold: float = 0) -> Result:
    """`chorus-tui --home HOME …` beside the house, which sees what came of it."""
    (house.home / "settings.toml").write_text(f"hold = {hold}\n")
    answer = CliRunner().invoke(main, ["--home", str(house.home), *map(str, arguments)])
    house.store.refresh()
    return answer


def said(answer: Result) -> Any:
    return json.loads(answer.stdout)


async def without_service(house: House, count: int) -> list[Document]:
    filed = [house.filed(f"FA-{n}", recipient=VALLEY) for n in range(count)]
    await house.settle()
    return [house.again_of(d, DocumentState.TO_SUBMIT) for d in filed]


async def test_clusters_prints_a_line_for_each_group(tmp_path: Path) -> None:
    """S1-060, S1-066."""
    async with House(tmp_path) as house:
        documents = await without_service(house, 3)
        await house.ready("FA-9")
        lines = chorus(house, "clusters").stdout.splitlines()
        assert lines[0].split("\t") == ["Id", "Rows", "Amount", "Days", "Cause", "Recipient"]
        [cells] = [line.split("\t") for line in lines[1:]]
        # The commands of the test ask the clock of this machine.
        assert cells[:3] == [WITHOUT, "3", "2448.00"]
        assert cells[4:] == ["Performing service missing", VALLEY.name]
        [plain] = said(chorus(house, "clusters", "to_submit", "--json"))
        assert (plain["id"], plain["count"], plain["cause"]) == (WITHOUT, 3, "service.missing")
        assert sorted(plain["ids"]) == sorted(d.id for d in documents)
        shown = chorus(house, "clusters", "show", WITHOUT).stdout
        assert "3 rows" in shown
        assert "FA-0.pdf\tFA-0\t816.00" in shown
        whole = said(chorus(house, "clusters", "show", WITHOUT, "--json"))
        assert whole["remedy"]
        assert sorted(row["number"] for row in whole["rows"]) == ["FA-0", "FA-1", "FA-2"]


async def test_clusters_of_what_is_to_be_processed(tmp_path: Path) -> None:
    """S1-040."""
    async with House(tmp_path) as house:
        await house.settle()
        found = said(chorus(house, "clusters", "to_process", "--json"))
        asking = [i for i in house.store.invoices.all() if i.asks_supplier]
        assert sum(group["count"] for group in found) == len(asking)
        one = chorus(house, "clusters", "show", found[0]["id"])
        assert one.exit_code == 0
        assert found[0]["recipient"] in one.stdout


async def test_a_group_that_is_not_there_and_words_that_mean_nothing_are_told(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        await house.settle()
        answer = chorus(house, "clusters", "show", "nothing")
        assert answer.exit_code == 1
        assert "no group nothing" in answer.stderr
        assert chorus(house, "clusters", "show").exit_code == 2
        assert chorus(house, "clusters", "nowhere").exit_code == 2


async def test_a_fix_is_rehearsed_done_and_taken_back(tmp_path: Path) -> None:
    """S1-069, S1-084."""
    async with House(tmp_path) as house:
        documents = await without_service(house, 3)
        rehearsed = chorus(house, "fix", WITHOUT, "--service", "EAU_ASSAINISSEMENT", "--dry-run")
        assert rehearsed.exit_code == 0
        assert rehearsed.stdout.count("Service: nothing → EAU_ASSAINISSEMENT") == 3
        assert "All 3 would pass." in rehearsed.stdout
        assert [house.again_of(d) for d in documents] == documents
        plain = said(chorus(house, "fix", WITHOUT, "--service", "NO", "--dry-run", "--json"))
        assert (len(plain["changes"]), plain["passing"], len(plain["failing"])) == (3, [], 3)
        done = chorus(house, "fix", WITHOUT, "--service", "EAU_ASSAINISSEMENT", "--submit", hold=60)
        assert done.exit_code == 0
        assert "3 documents fixed and queued." in done.stdout
        assert done.stdout.endswith("`chorus-tui undo` stops it.\n")
        assert {house.again_of(d).state for d in documents} == {DocumentState.SUBMITTING}
        rehearsed = chorus(house, "undo", "--dry-run")
        assert "3 records would be taken back: fix." in rehearsed.stdout
        assert {house.again_of(d).state for d in documents} == {DocumentState.SUBMITTING}
        undone = said(chorus(house, "undo", "--json"))
        assert sorted(undone["done"]) == sorted(d.id for d in documents)
        assert [house.again_of(d) for d in documents] == documents
        nothing = chorus(house, "undo")
        assert (nothing.exit_code, "nothing to take back" in nothing.stderr) == (1, True)


async def test_a_fixed_service_is_remembered_for_its_printed_label(tmp_path: Path) -> None:
    """S1-026, S1-070: the next invoice that prints it is filled in."""
    async with House(tmp_path) as house:
        label = {"service_label": "Station du Moulin", "service_code": None}
        await house.ready("FA-1", recipient=VALLEY, fields=label)
        waits = await house.ready("FA-2", recipient=VALLEY, fields=label)
        answer = chorus(house, "fix", "FA-1", "--service", "EAU_ASSAINISSEMENT", "--remember")
        assert (answer.exit_code, "1 document fixed." in answer.stdout) == (0, True)
        assert "Remembered: Station du Moulin → EAU_ASSAINISSEMENT" in answer.stdout
        assert house.again_of(waits).fields.service_code == "EAU_ASSAINISSEMENT"
        late = await house.ready("FA-3", recipient=VALLEY, fields=label)
        assert late.fields.service_code == "EAU_ASSAINISSEMENT"
        rehearsed = chorus(house, "fix", "FA-1", "--commitment", "BC-1", "--remember")
        assert rehearsed.exit_code == 2, "only a service is remembered"


async def test_single_documents_are_fixed_by_name_and_with_two_values(tmp_path: Path) -> None:
    """S1-087: service and commitment number may both be mandatory."""
    async with House(tmp_path) as house:
        first, second, third = await without_service(house, 3)
        answer = chorus(
            house, "fix", first.name, "FA-1", "--service", "EAU_ASSAINISSEMENT", "--commitment", "BC-1"
        )
        assert "2 documents fixed." in answer.stdout
        for document in (first, second):
            fields = house.again_of(document).fields
            assert (fields.service_code, fields.commitment_number) == ("EAU_ASSAINISSEMENT", "BC-1")
        assert house.again_of(third) == third
        again = chorus(
            house, "fix", first.name, "nothing", "--service", "EAU_ASSAINISSEMENT", "--commitment", "BC-1"
        )
        assert again.exit_code == 1
        assert "It has this value already." in again.stdout
        assert "✗ nothing: There is no such document." in again.stdout


async def test_a_value_that_cannot_be_one_is_told_before_anything_changes(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        await without_service(house, 1)
        wrong = chorus(house, "fix", WITHOUT, "--supplier", "12")
        assert (wrong.exit_code, "A SIRET has 14 digits." in wrong.stderr) == (2, True)
        assert chorus(house, "fix", WITHOUT).exit_code == 2
        assert house.store.deeds.all() == []


async def test_undo_says_what_has_left(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        chorus(house, "submit", "FA-1")
        await house.settle()
        house.again_of(document, DocumentState.SUBMITTED)
        answer = chorus(house, "undo")
        assert answer.exit_code == 1
        assert f"✗ {document.id[:8]} FA-1.pdf: It has left already." in answer.stdout


async def test_rows_are_put_aside_and_woken(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        documents = await without_service(house, 2)
        await house.settle()
        invoice = next(i for i in house.store.invoices.all() if i.status is InvoiceStatus.SUSPENDED)
        rehearsed = chorus(house, "snooze", WITHOUT, invoice.id, "--until", "2099-12-24", "--dry-run")
        assert "Nothing was changed. It would say: 3 rows put aside." in rehearsed.stdout
        assert said(chorus(house, "snooze", "--json")) == []
        answer = chorus(house, "snooze", WITHOUT, invoice.id, "--until", "2099-12-24")
        assert "3 rows put aside." in answer.stdout
        rows = said(chorus(house, "snooze", "--json"))
        assert {row["record"] for row in rows} == {
            *(f"document:{d.id}" for d in documents),
            f"invoice:{invoice.id}",
        }
        assert {row["until"] for row in rows} == {"2099-12-24"}
        assert "1 row is awake." in chorus(house, "snooze", "FA-0", "--wake").stdout
        assert len(said(chorus(house, "snooze", "--json"))) == 2
        assert "2 records" not in chorus(house, "undo").stdout
        assert len(said(chorus(house, "snooze", "--json"))) == 3


async def test_a_day_is_a_date_or_a_number_of_days(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        await without_service(house, 1)
        assert chorus(house, "snooze", "FA-0", "--until", "3d").exit_code == 0
        ((_record, until),) = [(s.record, s.until) for s in house.store.snoozes.all()]
        assert timedelta(0) < until - today(_now()) <= timedelta(days=3)
        for wrong in ("soon", "2026-13-01", "d"):
            assert chorus(house, "snooze", "FA-0", "--until", wrong).exit_code == 2
        past = chorus(house, "snooze", "FA-0", "--until", "2020-01-01")
        assert (past.exit_code, "a day after today" in past.stdout) == (1, True)
        assert chorus(house, "snooze", "FA-0").exit_code == 2
        assert chorus(house, "snooze", "--wake").exit_code == 2


def _now() -> Any:
    from datetime import UTC, datetime

    return datetime.now(UTC)


async def test_submit_says_how_a_batch_is_stopped_also_where_a_document_of_it_was_refused(
    tmp_path: Path,
) -> None:
    """S1-071: the last line is what there is still to do."""
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        await without_service(house, 1)
        answer = chorus(house, "submit", "FA-1", "FA-0", hold=60)
        assert answer.exit_code == 1
        assert "1 document queued." in answer.stdout
        assert "`chorus-tui undo` stops it." in answer.stdout
        assert house.again_of(document).state is DocumentState.SUBMITTING
        alone = chorus(house, "submit", "FA-0", hold=60)
        assert "stops it" not in alone.stdout, "nothing of this command can be stopped"
