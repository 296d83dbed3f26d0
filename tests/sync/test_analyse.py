"""Every document goes through Chorus Pro's own reading first; when that fails, it says so."""

from pathlib import Path

import pytest

from chorus_tui.domain.document import Phase
from chorus_tui.domain.statuses import DocumentState, OcrStatus
from chorus_tui.operations import complete, decide, remove, reprocess, submit
from chorus_tui.operations.explaining import explain_document
from chorus_tui.operations.matching import suggestions
from tests.house import House
from tests.sheets import Party

ANALYSE = "deposer/pdf"
UP_TO_A_SERVICE = Party("COMMUNAUTE DE COMMUNES DU VAL D'OREE", "12345678200028")


@pytest.mark.parametrize("kind", ["unavailable", "unreachable", "timeout_before", "broken", "garbage"])
async def test_an_outage_during_the_analysis_makes_a_document_mistaken(tmp_path: Path, kind: str) -> None:
    """S1-016, S1-062, S1-083."""
    async with House(tmp_path) as house:
        await house.settle()
        document = house.filed("FA-1")
        house.sandbox.faults.inject(ANALYSE, kind, None)
        await house.settle()
        failed = house.again_of(document, DocumentState.MISTAKEN)
        assert failed.ocr_status is OcrStatus.MISTAKEN
        assert failed.failure is not None
        assert failed.failure.phase is Phase.BEFORE
        assert failed.failure.message == "Chorus Pro is not available, please try again later"
        explained = explain_document(house.desk, failed)
        assert explained is not None
        assert explained.id == "api.unavailable"
        assert house.names() == ["FA-1.pdf"]


async def test_reprocess_makes_a_mistaken_document_ready(tmp_path: Path) -> None:
    """S1-064, S1-065."""
    async with House(tmp_path) as house:
        house.sandbox.faults.inject(ANALYSE, "unavailable", 4)
        documents = [house.filed(number) for number in ("FA-1", "FA-2")]
        await house.settle()
        assert {house.again_of(d).state for d in documents} == {DocumentState.MISTAKEN}
        complete(house.desk, documents[0].id, {"comment": "As agreed"})
        outcome = reprocess(house.desk, [d.id for d in documents])
        assert outcome.done == tuple(d.id for d in documents)
        assert not any(house.again_of(d).in_error for d in documents), "it waits, and is no error any more"
        await house.settle_all(turns=2)
        assert {house.again_of(d).ocr_status for d in documents} == {OcrStatus.TO_SUBMIT}
        assert not house.again_of(documents[0]).in_error
        assert house.again_of(documents[0]).fields.comment == "As agreed"


async def test_a_pdf_that_chorus_pro_cannot_read_is_mistaken_in_its_own_words(tmp_path: Path) -> None:
    """S1-063, S1-086."""
    async with House(tmp_path) as house:
        filed = house.filed("FA-1")
        # What the reader here still takes and Chorus Pro does not.
        path = house.store.blobs.path(filed.sha256)
        path.write_bytes(b"%PDF-1.7 nothing of use")
        await house.settle()
        failed = house.again_of(filed, DocumentState.MISTAKEN)
        assert failed.failure is not None
        assert "analysée" in failed.failure.message
        explained = explain_document(house.desk, failed)
        assert explained is not None
        assert explained.id == "file.unreadable"
        assert failed.failure.code


async def test_one_lost_answer_of_an_analysis_troubles_nobody(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = house.filed("FA-1")
        house.sandbox.faults.inject(ANALYSE, "timeout_after")
        await house.settle()
        assert house.again_of(document).ocr_status is OcrStatus.TO_SUBMIT


async def test_a_quota_postpones_and_does_not_fail(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        await house.settle()
        document = house.filed("FA-1")
        house.sandbox.faults.inject(ANALYSE, "too_many")
        await house.settle()
        assert house.again_of(document).ocr_status is OcrStatus.ANALYSING
        await house.settle_all(turns=1)
        assert house.again_of(document).ocr_status is OcrStatus.TO_SUBMIT


async def test_when_chorus_pro_is_away_the_rest_of_a_burst_waits_instead_of_failing(tmp_path: Path) -> None:
    """A queue does not turn red because the platform is down for a minute."""
    async with House(tmp_path) as house:
        await house.settle()
        documents = [house.filed(f"FA-{n}") for n in range(40)]
        house.sandbox.faults.inject(ANALYSE, "unavailable", None)
        await house.settle()
        states = [house.again_of(d).state for d in documents]
        assert 0 < states.count(DocumentState.MISTAKEN) <= 12
        assert states.count(DocumentState.FILED) >= 28
        trouble = house.store.state["sync"].trouble
        assert trouble is not None
        assert trouble.advice
        house.sandbox.faults.clear()
        await house.settle_all(turns=2)
        assert not any(house.again_of(d).state is DocumentState.FILED for d in documents)
        assert house.store.state["sync"].trouble is None


async def test_an_analysis_interrupted_by_the_end_of_the_process_is_done_again(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = house.filed("FA-1")
        house.wire.kill(ANALYSE, after=True)
        await house.until_killed()
        assert house.again_of(document).state is DocumentState.ANALYSING
        await house.settle()
        assert house.again_of(document).state is DocumentState.TO_SUBMIT


async def test_the_service_printed_on_an_invoice_is_filled_in_once_it_is_matched(tmp_path: Path) -> None:
    """S1-026, S1-070, S1-084: learned from what an operator chose and Chorus Pro accepted."""
    async with House(tmp_path) as house:
        printed = {"service_label": "Bureau des écoles"}
        first = await house.ready("FA-1", recipient=UP_TO_A_SERVICE, fields=printed)
        assert first.fields.service_code is None
        assert "service is mandatory" in submit(house.desk, [first.id]).refused[0][1]
        complete(house.desk, first.id, {"service_code": "SERVICE_DEST_SERV_OBL"})
        assert submit(house.desk, [first.id]).done
        await house.settle()
        house.again_of(first, DocumentState.SUBMITTED)
        printed = {"service_label": "BUREAU  DES ECOLES"}
        second = await house.ready("FA-2", recipient=UP_TO_A_SERVICE, fields=printed)
        assert second.fields.service_code is None, "one acceptance alone is offered, not filled in"
        (offer,) = suggestions(house.desk, UP_TO_A_SERVICE.siret, second.fields.service_label)
        assert offer.code == "SERVICE_DEST_SERV_OBL"
        complete(house.desk, second.id, {"service_code": offer.code})
        assert submit(house.desk, [second.id]).done
        await house.settle()
        third = await house.ready("FA-3", recipient=UP_TO_A_SERVICE, fields=printed)
        assert third.fields.service_code == "SERVICE_DEST_SERV_OBL"
        assert third.source_of("service_code") == "match"
        assert submit(house.desk, [third.id]).done
        await house.settle()
        (match,) = house.store.matches.all()
        assert match.held == 3


async def test_a_match_told_by_hand_reaches_what_already_waits(tmp_path: Path) -> None:
    """S1-070, S1-071."""
    async with House(tmp_path) as house:
        printed = {"service_label": "Bureau des écoles"}
        waiting = [
            await house.ready(number, recipient=UP_TO_A_SERVICE, fields=printed) for number in ("F1", "F2")
        ]
        assert len(submit(house.desk, [d.id for d in waiting]).refused) == 2
        decide(house.desk, UP_TO_A_SERVICE.siret, "Bureau des écoles", "SERVICE_DEST_SERV_OBL")
        assert len(submit(house.desk, [d.id for d in waiting]).done) == 2
        await house.settle()
        assert (house.deposited("F1"), house.deposited("F2")) == (1, 1)


async def test_corrected_metadata_are_used_after_reprocessing(tmp_path: Path) -> None:
    """S1-072."""
    async with House(tmp_path, rule={"supplier": "99999999999999"}) as house:
        document = await house.ready("FA-1")
        assert "not among the structures" in submit(house.desk, [document.id]).refused[0][1]
        complete(house.desk, document.id, {"supplier_siret": "83990121200028"})
        assert reprocess(house.desk, [document.id]).done
        await house.settle()
        assert submit(house.desk, [document.id]).done
        await house.settle()
        assert house.invoice("FA-1").supplier_siret == "83990121200028"


async def test_a_document_removed_while_it_is_analysed_stays_removed(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = house.filed("FA-1")
        house.wire.meanwhile(ANALYSE, lambda: remove(house.desk, [document.id]))
        await house.settle()
        assert house.again_of(document).state is DocumentState.REMOVED


async def test_no_row_is_ready_before_the_analysis_came_back(tmp_path: Path) -> None:
    """S1-014."""
    async with House(tmp_path) as house:
        document = house.filed("FA-1")
        seen: list[tuple[OcrStatus, str]] = []

        def look() -> None:
            now = house.again_of(document)
            seen.append((now.ocr_status, submit(house.desk, [document.id]).refused[0][1]))

        look()
        house.wire.meanwhile(ANALYSE, look)
        await house.settle()
        assert seen == [(OcrStatus.ANALYSING, "It is being analysed.")] * 2
        assert house.again_of(document).ocr_status is OcrStatus.TO_SUBMIT
        assert submit(house.desk, [document.id]).done
