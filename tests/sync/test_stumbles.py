"""One document that cannot be worked on, or a store that is full for a while, holds up nothing else."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from chorus_tui.domain.statuses import DocumentState
from chorus_tui.operations import attach, submit
from chorus_tui.store import StoreFull
from tests.house import House

SUBMIT, ANALYSE = "factures/v1/soumettre", "deposer/pdf"


def fill_disk(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every commit fail as on a full disk, until `undo`."""

    def full(_engine: Any, _rows: Any) -> int:
        raise StoreFull.at(house.home)

    monkeypatch.setattr("chorus_tui.store.sqlite.SqliteEngine.apply", full)


@pytest.mark.parametrize("others", [0, 4])
async def test_a_disk_that_fills_up_during_a_submission_leaves_nothing_stuck(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, others: int
) -> None:
    async with House(tmp_path) as house:
        documents = [await house.ready(f"FA-{number}") for number in range(1 + others)]
        assert submit(house.desk, [document.id for document in documents]).done
        house.wire.meanwhile(SUBMIT, lambda: fill_disk(house, monkeypatch))
        with pytest.raises(StoreFull):
            await house.service.submit.run_once()
        monkeypatch.undo()
        for _turn in range(6):
            await house.service.submit.run_once()
            house.turn(timedelta(minutes=1))
        for number, document in enumerate(documents):
            assert house.again_of(document).state is DocumentState.SUBMITTED
            assert house.deposited(f"FA-{number}") == 1


async def test_a_disk_that_fills_up_during_an_analysis_leaves_nothing_stuck(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with House(tmp_path) as house:
        documents = [house.filed(f"FA-{number}") for number in range(3)]
        house.wire.meanwhile(ANALYSE, lambda: fill_disk(house, monkeypatch))
        with pytest.raises(StoreFull):
            await house.service.analyse.run_once()
        monkeypatch.undo()
        await house.service.analyse.run_once()
        assert {house.again_of(document).state for document in documents} == {DocumentState.TO_SUBMIT}


async def test_a_document_whose_copy_is_gone_says_so_and_the_others_are_analysed(tmp_path: Path) -> None:
    """S1-016: as after a backup that was restored without its copies."""
    async with House(tmp_path) as house:
        documents = [house.filed(f"FA-{number}") for number in range(4)]
        house.store.blobs.path(documents[0].sha256).unlink()
        await house.settle()
        gone = house.again_of(documents[0], DocumentState.MISTAKEN)
        assert gone.failure is not None
        assert "copy" in gone.failure.message
        assert {house.again_of(d).state for d in documents[1:]} == {DocumentState.TO_SUBMIT}


async def test_an_attachment_whose_copy_is_gone_says_so_and_the_others_are_sent(tmp_path: Path) -> None:
    """S1-060, S1-061."""
    async with House(tmp_path) as house:
        documents = [await house.ready(f"FA-{number}") for number in range(4)]
        note = tmp_path / "delivery.pdf"
        note.write_bytes(b"%PDF-1.7 delivery")
        attached = attach(house.desk, documents[0].id, note, "BDL").attachments[0]
        submit(house.desk, [document.id for document in documents])
        house.store.blobs.path(attached.sha256).unlink()
        await house.settle()
        gone = house.again_of(documents[0], DocumentState.TO_SUBMIT)
        assert gone.failure is not None
        assert "delivery.pdf" in gone.failure.message
        assert {house.again_of(d).state for d in documents[1:]} == {DocumentState.SUBMITTED}


async def test_automatic_documents_go_although_the_disk_was_full_when_they_became_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S1-019."""
    async with House(tmp_path, rule={"automatic": True}) as house:
        document = house.filed("FA-1")
        await house.service.lists.run_once()
        house.service.submit.begin()
        await house.service.submit.run_once()
        await house.service.analyse.run_once()
        house.service.submit.follow({"documents": frozenset([document.id])})
        fill_disk(house, monkeypatch)
        with pytest.raises(StoreFull):
            await house.service.submit.run_once()
        monkeypatch.undo()
        await house.service.submit.run_once()
        assert house.deposited("FA-1") == 1
