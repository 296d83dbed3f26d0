"""Files become documents, each once, and none is lost."""

import os
from pathlib import Path

import pytest

from chorus_tui.domain.document import Phase
from chorus_tui.domain.fields import Source
from chorus_tui.domain.statuses import DocumentState, OcrStatus
from chorus_tui.operations import complete, remove, reprocess, restore, submit
from tests.house import House
from tests.pdfs import damaged, encrypted, invoice_pdf, truncated
from tests.sheets import Line


async def test_a_dropped_invoice_appears_without_anybody_doing_anything(tmp_path: Path) -> None:
    """S1-010, S1-011, S1-014, S1-018."""
    async with House(tmp_path) as house:
        house.drop(invoice_pdf(number="FA-1"), "FA-1.pdf")
        await house.settle()
        document = house.document("FA-1.pdf")
        assert document.ocr_status is OcrStatus.TO_SUBMIT
        assert not document.in_error
        assert Source.CHORUS in document.readings, "listed as ready only after the analysis"
        assert document.fields.number == "FA-1"


async def test_a_rule_files_by_name_and_text(tmp_path: Path) -> None:
    """S1-012, S1-013."""
    async with House(tmp_path, rule={"glob": "FA*.pdf", "text": "Panneau"}) as house:
        house.drop(invoice_pdf(number="FA-1"), "FA-1.pdf")
        house.drop(invoice_pdf(number="DE-1"), "DE-1.pdf")
        (house.home / "elsewhere").mkdir()
        (house.home / "elsewhere" / "FA-2.pdf").write_bytes(invoice_pdf(number="FA-2"))
        house.drop(b"notes", "FA-3.txt")
        house.drop(invoice_pdf(number="FA-4", lines=(Line("Banc de jardin"),)), "FA-4.pdf")
        await house.settle()
        assert house.names() == ["FA-1.pdf"]


async def test_the_same_content_twice_is_one_document(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        house.drop(invoice_pdf(number="FA-1"), "FA-1.pdf")
        house.drop(invoice_pdf(number="FA-1"), "copy of FA-1.pdf")
        await house.settle()
        await house.settle()
        assert len(house.names()) == 1
        (document,) = house.store.documents.all()
        submit(house.desk, [document.id])
        await house.settle()
        house.drop(invoice_pdf(number="FA-1"), "FA-1 again.pdf")
        await house.settle()
        assert house.names() == []


async def test_a_start_reads_nothing_again(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        house.drop(invoice_pdf(number="FA-1"), "FA-1.pdf")
        await house.settle()
        (document,) = house.store.documents.all()
        remove(house.desk, [document.id])
        await house.again()
        await house.settle()
        assert house.reader.worker_id is None, "no file was opened"
        assert house.names() == []


async def test_a_removed_document_keeps_its_file_and_comes_back_when_it_is_dropped_again(
    tmp_path: Path,
) -> None:
    """S1-073, S1-074."""
    async with House(tmp_path, rule={"automatic": True, "text": "facture|FACTURE"}) as house:
        content = invoice_pdf(number="FA-1", hides=frozenset({"recipient_siret"}))
        path = house.drop(content, "FA-1.pdf")
        await house.settle()
        document = house.document("FA-1.pdf")
        assert remove(house.desk, [document.id]).done == (document.id,)
        assert house.names() == []
        assert path.read_bytes() == content
        await house.settle()
        assert house.names() == []
        house.drop(content, "FA-1.pdf")
        await house.settle()
        assert house.names() == ["FA-1.pdf"]
        assert not house.document("FA-1.pdf").automatic, "what was taken out once never goes by itself"


async def test_a_new_version_takes_the_place_of_the_failed_one(tmp_path: Path) -> None:
    """S1-074, S1-086."""
    async with House(tmp_path) as house:
        house.drop(damaged(invoice_pdf(number="FA-1")), "FA-1.pdf")
        await house.settle()
        assert house.document("FA-1.pdf").state is DocumentState.MISTAKEN
        house.drop(invoice_pdf(number="FA-1"), "FA-1.pdf")
        await house.settle()
        (waiting,) = [d for d in house.store.documents.all() if d.state.is_waiting]
        assert waiting.ocr_status is OcrStatus.TO_SUBMIT
        assert waiting.fields.number == "FA-1"


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b"hello, this is no PDF at all", "not a PDF"),
        (truncated(invoice_pdf(number="FA-1")), "cut short"),
        (encrypted(invoice_pdf(number="FA-1")), "password"),
        (b"%PDF-1.7\n" + b"0" * (12 * 1024 * 1024), "10 MB"),
    ],
    ids=["empty", "not a PDF", "truncated", "encrypted", "12 MB"],
)
async def test_a_file_that_cannot_be_read_stays_in_sight_with_its_reason(
    tmp_path: Path, content: bytes, word: str
) -> None:
    """S1-016, S1-061."""
    async with House(tmp_path) as house:
        path = house.drop(content, "FA-1.pdf")
        await house.settle()
        await house.settle()
        document = house.document("FA-1.pdf")
        assert document.ocr_status is OcrStatus.MISTAKEN
        assert document.failure is not None
        assert document.failure.phase is Phase.BEFORE
        assert word in document.failure.message
        assert document.failure.remedy
        assert reprocess(house.desk, [document.id]).done
        await house.settle()
        assert house.again_of(document).state is DocumentState.MISTAKEN
        path.write_bytes(invoice_pdf(number="FA-1"))
        reprocess(house.desk, [document.id])
        await house.settle()
        assert house.names() == ["FA-1.pdf"]
        (waiting,) = [d for d in house.store.documents.all() if d.state.is_waiting]
        assert waiting.ocr_status is OcrStatus.TO_SUBMIT


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
async def test_a_file_that_may_not_be_read_stays_in_sight(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        house.drop(invoice_pdf(number="FA-1"), "FA-1.pdf").chmod(0)
        await house.settle()
        failure = house.document("FA-1.pdf").failure
        assert failure is not None
        assert "permission" in failure.message


async def test_a_file_name_that_would_command_a_terminal_is_safe_and_its_file_is_found(
    tmp_path: Path,
) -> None:
    async with House(tmp_path) as house:
        name = "FA\n\x1b]0;owned\x07\udcff-1.pdf"
        house.drop(b"no PDF", name)
        await house.settle()
        (document,) = house.store.documents.all()
        assert document.name.isprintable()
        assert document.path.isprintable()
        (house.folder / name).write_bytes(invoice_pdf(number="FA-1"))
        reprocess(house.desk, [document.id])
        await house.settle()
        (waiting,) = [d for d in house.store.documents.all() if d.state.is_waiting]
        assert waiting.ocr_status is OcrStatus.TO_SUBMIT


async def test_what_was_analysed_is_what_is_sent_whatever_becomes_of_the_file(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        path = house.drop(invoice_pdf(number="FA-1"), "FA-1.pdf")
        await house.settle()
        document = house.document("FA-1.pdf")
        path.unlink()
        reprocess(house.desk, [document.id])
        await house.settle()
        submit(house.desk, [document.id])
        await house.settle()
        assert house.deposited("FA-1") == 1
        assert await house.lookups.page_text(house.again_of(document))


async def test_a_removal_can_be_taken_back(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        complete(house.desk, document.id, {"comment": "As agreed"})
        remove(house.desk, [document.id])
        assert restore(house.desk, [document.id]).done
        await house.settle()
        assert house.again_of(document, DocumentState.TO_SUBMIT).fields.comment == "As agreed"
