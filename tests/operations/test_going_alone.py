"""What goes by itself is complete, beyond doubt, and was never refused as it is (S1-019, S1-068)."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from chorus_tui.cli import main
from chorus_tui.domain.statuses import DocumentState, InvoiceKind
from chorus_tui.operations import complete, problems_of, remove, reprocess, restore, submit
from tests.house import House
from tests.sheets import Line

SUBMIT = "/cpro/factures/v1/soumettre"


def all_complete(house: House) -> list[str]:
    """What `submit --all-complete` would send."""
    command = ["--home", str(house.home), "submit", "--all-complete", "--dry-run", "--json"]
    found: list[str] = json.loads(CliRunner().invoke(main, command).stdout)["done"]
    return found


async def refused(house: House) -> Any:
    """An automatic document that Chorus Pro refused: its number was sent already."""
    house.filed("FA-1", lines=(Line("Bench", price=Decimal("50.00")),))
    await house.settle()
    document = house.filed("FA-1", note="Second print")
    with house.unseen("FA-1"):
        await house.settle()
    await house.settle_all()
    assert house.again_of(document, DocumentState.TO_SUBMIT).in_error
    assert house.wire.calls.count(SUBMIT) == 2
    return document


async def test_reprocessing_does_not_send_a_refused_document_again_by_itself(tmp_path: Path) -> None:
    """S1-064, S1-068."""
    async with House(tmp_path, rule={"automatic": True}) as house:
        document = await refused(house)
        assert reprocess(house.desk, [document.id]).done
        await house.settle_all()
        await house.again()
        await house.settle_all()
        assert house.wire.calls.count(SUBMIT) == 0, "the wire is new since the restart"
        house.again_of(document, DocumentState.TO_SUBMIT)
        assert all_complete(house) == [], "nor does --all-complete"
        assert "FA-1 is taken" in dict(submit(house.desk, [document.id]).refused)[document.id]
        house.store.invoices.remove(str(house.invoice("FA-1").id))
        assert submit(house.desk, [document.id]).done, "an operator who names it may (S1-085)"


async def test_a_refused_document_that_was_removed_and_restored_does_not_go_by_itself(tmp_path: Path) -> None:
    """S1-068, S1-073."""
    async with House(tmp_path, rule={"automatic": True}) as house:
        document = await refused(house)
        remove(house.desk, [document.id])
        restore(house.desk, [document.id])
        await house.settle_all()
        assert house.wire.calls.count(SUBMIT) == 2
        assert all_complete(house) == []


async def test_a_reprocessed_document_goes_by_itself_once_it_was_changed(tmp_path: Path) -> None:
    """S1-068, S1-072."""
    async with House(tmp_path, rule={"automatic": True}) as house:
        document = await refused(house)
        reprocess(house.desk, [document.id])
        await house.settle_all()
        complete(house.desk, document.id, {"number": "FA-2"})
        await house.settle()
        assert house.deposited("FA-2") == 1


async def test_nothing_goes_by_itself_before_its_service_was_asked_what_it_demands(tmp_path: Path) -> None:
    """S1-019: this service wants a commitment number, which Chorus Pro was not asked about in time."""
    school = {"recipient_siret": "12345678200028", "service_code": "ECOLES"}
    async with House(tmp_path, rule={"automatic": True}) as house:
        house.sandbox.faults.inject("consulter/service", "unavailable", 8)
        document = house.filed("FA-1", fields=school)
        await house.settle()
        assert SUBMIT not in house.wire.calls
        await house.settle_all()
        assert SUBMIT not in house.wire.calls
        assert [p.id for p in problems_of(house.desk, house.again_of(document))] == ["commitment.missing"]


@pytest.mark.parametrize(
    "doubtful",
    [{"to_pay": Decimal("1.00")}, {"kind": InvoiceKind.CREDIT_NOTE}],
    ids=["another amount to pay", "a credit note for no invoice"],
)
async def test_what_is_worth_a_look_does_not_go_by_itself(tmp_path: Path, doubtful: dict[str, Any]) -> None:
    """S1-019."""
    async with House(tmp_path, rule={"automatic": True}) as house:
        document = house.filed("FA-1")
        complete(house.desk, document.id, doubtful)
        await house.settle_all()
        ready = house.again_of(document, DocumentState.TO_SUBMIT)
        assert problems_of(house.desk, ready)
        assert SUBMIT not in house.wire.calls
        assert submit(house.desk, [document.id]).done, "an operator may"
