"""One document that cannot be worked on, or a store that is full for a while, holds up nothing else."""

import asyncio
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from chorus_tui import operations
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.operations import attach, submit
from chorus_tui.store import Lease, Store, StoreFull
from chorus_tui.sync import SyncService
from chorus_tui.sync import intake as sync_intake
from tests.house import House
from tests.pdfs import invoice_pdf

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


async def test_a_file_dated_before_1970_does_not_keep_the_service_from_starting_again(tmp_path: Path) -> None:
    """As archives unpack files whose date they do not know."""
    async with House(tmp_path) as house:
        house.drop(invoice_pdf(number="FA-1"), "FA-1.pdf")
        os.utime(house.folder / "FA-1.pdf", ns=(-5_000_000_000, -5_000_000_000))
        await house.settle()
        house.drop(invoice_pdf(number="FA-2"), "FA-2.pdf")
        await house.again()
        await house.settle()
        assert set(house.names()) == {"FA-1.pdf", "FA-2.pdf"}


async def test_a_file_that_cannot_be_taken_holds_up_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with House(tmp_path) as house:
        for number in range(3):
            house.drop(invoice_pdf(number=f"FA-{number}"), f"FA-{number}.pdf")
        whole = operations.stamp_of

        def odd(path: Path) -> str:
            if path.name == "FA-0.pdf":
                raise RuntimeError("a defect that nobody has met yet")
            return whole(path)

        monkeypatch.setattr(sync_intake, "stamp_of", odd)
        with pytest.raises(RuntimeError):
            await house.service.intake.run_once()
        with pytest.raises(RuntimeError):
            await house.service.intake.take_arrived()
        assert set(house.names()) == {"FA-1.pdf", "FA-2.pdf"}
        monkeypatch.undo()
        await house.service.intake.take_arrived()
        assert len(house.names()) == 3


async def test_the_service_starts_although_the_disk_was_full_when_it_wanted_to_lead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with House(tmp_path) as house:
        tried = 0
        lead = type(house.store).try_lead

        def full(store: Store, who: str) -> Lease | None:
            nonlocal tried
            tried += 1
            if tried == 1:
                raise StoreFull.at(house.home)
            return lead(store, who)

        async def soon(_seconds: float) -> None:
            await asyncio.sleep(0.01)

        monkeypatch.setattr(Store, "try_lead", full)
        service = SyncService(house.desk, house.chorus, house.reader, sleep=soon)
        running = asyncio.create_task(service.run())
        async with asyncio.timeout(20):
            while not service.leads and not running.done():  # noqa: ASYNC110  # another part of the house
                await asyncio.sleep(0.01)
        assert service.leads
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
