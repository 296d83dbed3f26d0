"""A submission is made exactly once, whatever happens on the way."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from chorus_tui.domain.document import Phase
from chorus_tui.domain.intent import IntentState
from chorus_tui.domain.records import Link
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.operations import adopt, attach, complete, remove, reprocess, submit, withdraw
from chorus_tui.operations.explaining import explain_document
from chorus_tui.operations.settling import queue_again
from tests.house import House
from tests.sheets import Line

SUBMIT, SEARCH, UPLOAD = "factures/v1/soumettre", "rechercher/fournisseur", "ajouter/fichier"


async def test_validate_makes_one_invoice_and_the_row_leaves_the_tab(tmp_path: Path) -> None:
    """S1-023, S1-024."""
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        assert house.names() == ["FA-1.pdf"]
        assert submit(house.desk, [document.id]).done == (document.id,)
        assert house.again_of(document).state is DocumentState.SUBMITTING
        await house.settle()
        assert house.names() == []
        assert house.deposited("FA-1") == 1
        tracked = house.invoice("FA-1")
        assert (tracked.document_id, tracked.document_name) == (document.id, "FA-1.pdf")
        assert house.again_of(document).invoice_id == tracked.id


FAULTS = [
    "latency",
    "timeout_before",
    "timeout_after",
    "closed_before",
    "closed_after",
    "unreachable",
    "garbage",
    "cut",
    "too_many",
    "unavailable",
    "unavailable_after",
    "broken",
    "expired_token",
]


@pytest.mark.parametrize("kind", FAULTS)
@pytest.mark.parametrize("service", [SUBMIT, UPLOAD, "token", SEARCH])
async def test_a_fault_at_any_step_neither_loses_an_invoice_nor_makes_two(
    tmp_path: Path, service: str, kind: str
) -> None:
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        note = tmp_path / "delivery.pdf"
        note.write_bytes(b"%PDF-1.7 delivery")
        attach(house.desk, document.id, note, "BDL")
        assert submit(house.desk, [document.id]).done
        if service == "token":
            house.sandbox.faults.inject(SUBMIT, "expired_token")
        if service == SEARCH:
            house.sandbox.faults.inject(SUBMIT, "timeout_after")
        # A second expired token in a row reads as a refused account, which has a test of its own.
        house.sandbox.faults.inject(service, kind, 1 if kind == "expired_token" else 2)
        await house.settle_all()
        assert house.deposited("FA-1") == 1
        assert house.again_of(document).state is DocumentState.SUBMITTED
        assert house.store.state["sync"].trouble is None


@pytest.mark.parametrize("after", [False, True], ids=["before the call left", "after the work was done"])
@pytest.mark.parametrize("service", [UPLOAD, SUBMIT, SEARCH])
async def test_a_process_killed_at_any_step_neither_loses_an_invoice_nor_makes_two(
    tmp_path: Path, service: str, after: bool
) -> None:
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        note = tmp_path / "delivery.pdf"
        note.write_bytes(b"%PDF-1.7 delivery")
        attach(house.desk, document.id, note, "BDL")
        assert submit(house.desk, [document.id]).done
        if service == SEARCH:
            house.sandbox.faults.inject(SUBMIT, "timeout_after")
        house.wire.kill(service, after=after)
        await house.until_killed()
        await house.settle_all()
        assert house.deposited("FA-1") == 1
        assert house.again_of(document).state is DocumentState.SUBMITTED


async def test_a_process_killed_before_anything_left_sends_what_was_queued(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        submit(house.desk, [document.id])
        await house.again()
        await house.settle()
        assert house.deposited("FA-1") == 1


async def test_a_submission_without_an_answer_is_searched_for_before_anything_else(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        submit(house.desk, [document.id])
        house.sandbox.faults.inject(SUBMIT, "timeout_after")
        before = len(house.wire.calls)
        await house.settle()
        calls = [path.partition("/v1/")[2] for path in house.wire.calls[before:] if "factures" in path]
        assert calls[:2] == ["soumettre", "rechercher/fournisseur"]
        assert house.wire.calls.count("/cpro/factures/v1/soumettre") == 1
        assert house.again_of(document).state is DocumentState.SUBMITTED


async def test_a_lost_call_is_repeated_only_after_two_searches_apart(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        submit(house.desk, [document.id])
        house.sandbox.faults.inject(SUBMIT, "timeout_before")
        await house.settle()
        assert house.again_of(document).state is DocumentState.UNSURE
        assert house.wire.calls.count("/cpro/factures/v1/soumettre") == 1
        house.turn(timedelta(seconds=29))
        await house.settle()
        assert house.wire.calls.count("/cpro/factures/v1/soumettre") == 1, "too early"
        house.turn(timedelta(seconds=2))
        await house.settle()
        assert house.wire.calls.count("/cpro/factures/v1/soumettre") == 2
        assert house.deposited("FA-1") == 1


async def test_a_platform_that_never_answers_leaves_the_decision_to_an_operator(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        submit(house.desk, [document.id])
        house.sandbox.faults.inject(SUBMIT, "timeout_before", None)
        await house.settle_all(turns=12)
        waiting = house.again_of(document, DocumentState.TO_SUBMIT)
        assert waiting.failure is not None
        assert "never answered" in waiting.failure.message
        assert house.wire.calls.count("/cpro/factures/v1/soumettre") == 3
        assert submit(house.desk, [document.id]).refused, "not again by itself, S1-068"


async def test_an_invoice_that_turns_up_after_it_was_given_up_is_recognised(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        submit(house.desk, [document.id])
        house.sandbox.faults.inject(SUBMIT, "timeout_before", None)
        await house.settle_all(turns=12)
        house.again_of(document, DocumentState.TO_SUBMIT)
        house.sandbox.faults.clear()
        (intent,) = house.store.intents.by("document_id", document.id)
        await house.chorus.submit(intent.submission)  # one of the lost calls was only slow
        await house.settle()
        assert house.again_of(document).state is DocumentState.SUBMITTED
        assert house.deposited("FA-1") == 1


async def test_a_number_that_another_invoice_has_is_a_conflict_of_the_operator(tmp_path: Path) -> None:
    """Ours was never taken: another one of the same number and year holds it."""
    async with House(tmp_path) as house:
        await house.submitted("FA-1", lines=(Line("Bench", price=Decimal("50.00")),))
        other = await house.ready("FA-1", note="Second print")
        with house.unseen("FA-1"):
            submit(house.desk, [other.id])
        house.sandbox.faults.inject(SUBMIT, "timeout_before")
        await house.settle_all()
        back = house.again_of(other, DocumentState.TO_SUBMIT)
        assert back.failure is not None
        assert "already holds invoice FA-1" in back.failure.message
        assert house.deposited("FA-1") == 1
        assert house.store.intents.by("state", IntentState.CONFLICT)
        assert adopt(house.desk, other.id).done == (other.id,)
        assert house.again_of(other).state is DocumentState.SUBMITTED


async def test_a_number_already_sent_comes_back_as_an_error_after_submission(tmp_path: Path) -> None:
    """S1-060, S1-061, S1-066, S1-090."""
    async with House(tmp_path) as house:
        await house.submitted("FA-1", lines=(Line("Bench", price=Decimal("50.00")),))
        other = await house.ready("FA-1", note="Second print")
        with house.unseen("FA-1"):
            submit(house.desk, [other.id])
        await house.settle()
        back = house.again_of(other, DocumentState.TO_SUBMIT)
        assert back.failure is not None
        assert back.failure.phase is Phase.AFTER
        assert "déjà" in back.failure.message, "Chorus Pro's own words"
        explained = explain_document(house.desk, back)
        assert explained is not None
        assert explained.id == "number.used"
        assert house.names() == ["FA-1.pdf"]
        assert house.deposited("FA-1") == 1


async def test_a_number_already_sent_by_a_call_of_ours_is_our_own_success(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        submit(house.desk, [document.id])
        # The first call works unheard, and both searches fail to see it: Chorus Pro was slow to file it.
        house.sandbox.faults.inject(SUBMIT, "timeout_after")
        await house.service.submit.run_once()
        assert house.again_of(document).state is DocumentState.UNSURE
        intent = house.store.intents.by("document_id", document.id)[0]
        queue_again(house.desk, intent, house.now)
        await house.settle_all()
        assert house.wire.calls.count("/cpro/factures/v1/soumettre") == 2
        assert house.again_of(document).state is DocumentState.SUBMITTED
        assert house.deposited("FA-1") == 1


async def test_a_refused_invoice_is_not_sent_again_unchanged(tmp_path: Path) -> None:
    """S1-068, S1-069."""
    async with House(tmp_path) as house:
        await house.submitted("FA-1", lines=(Line("Bench", price=Decimal("50.00")),))
        other = await house.ready("FA-1", note="Second print")
        with house.unseen("FA-1"):
            submit(house.desk, [other.id])
        await house.settle()
        calls = house.wire.calls.count("/cpro/factures/v1/soumettre")
        refused = dict(submit(house.desk, [other.id]).refused)
        assert "Nothing changed" in refused[other.id]
        await house.settle_all()
        assert house.wire.calls.count("/cpro/factures/v1/soumettre") == calls
        fixed = complete(house.desk, other.id, {"number": "FA-2"})
        assert not fixed.in_error
        assert submit(house.desk, [other.id]).done
        await house.settle()
        assert house.deposited("FA-2") == 1


@pytest.mark.parametrize("automatic", [False, True])
async def test_automatic_documents_go_by_themselves_and_the_others_wait(
    tmp_path: Path, automatic: bool
) -> None:
    """S1-019."""
    async with House(tmp_path, rule={"automatic": automatic}) as house:
        document = house.filed("FA-1")
        await house.settle()
        assert house.deposited("FA-1") == int(automatic)
        assert house.again_of(document).state is (
            DocumentState.SUBMITTED if automatic else DocumentState.TO_SUBMIT
        )


async def test_an_automatic_document_that_is_incomplete_waits_for_its_operator(tmp_path: Path) -> None:
    """S1-019: auto-send picks only complete rows."""
    async with House(tmp_path, rule={"automatic": True}) as house:
        document = house.filed("FA-1", fields={"gross": Decimal("900.00")})
        await house.settle()
        assert house.again_of(document).state is DocumentState.TO_SUBMIT
        complete(house.desk, document.id, {"gross": Decimal("816.00"), "to_pay": Decimal("816.00")})
        await house.settle()
        assert house.deposited("FA-1") == 1


@pytest.mark.parametrize(
    "doubtful",
    [{"fields": {"issued": date(2026, 10, 11)}}, {"prepaid": Decimal(100)}],
    ids=["two sources disagree", "something is unusual"],
)
async def test_an_automatic_document_that_leaves_a_doubt_waits_although_it_could_be_sent(
    tmp_path: Path, doubtful: dict[str, Any]
) -> None:
    """S1-019."""
    async with House(tmp_path, rule={"automatic": True}) as house:
        document = house.filed("FA-1", **doubtful)
        await house.settle_all(turns=2)
        house.again_of(document, DocumentState.TO_SUBMIT)
        assert house.deposited("FA-1") == 0
        assert submit(house.desk, [document.id]).done == (document.id,), "an operator may"


async def test_an_automatic_document_that_was_refused_stays_when_it_is_only_analysed_again(
    tmp_path: Path,
) -> None:
    """S1-068."""
    async with House(tmp_path, rule={"automatic": True}) as house:
        house.filed("FA-1", lines=(Line("Bench", price=Decimal("50.00")),))
        await house.settle()
        second = house.filed("FA-1", note="Second print")
        with house.unseen("FA-1"):
            await house.settle()
        await house.settle_all()
        assert reprocess(house.desk, [second.id]).done
        await house.settle_all()
        assert house.again_of(second).state is DocumentState.TO_SUBMIT
        assert house.wire.calls.count("/cpro/factures/v1/soumettre") == 2


async def test_an_automatic_document_in_error_is_skipped_until_it_changes(tmp_path: Path) -> None:
    """S1-068."""
    async with House(tmp_path, rule={"automatic": True}) as house:
        first = house.filed("FA-1", lines=(Line("Bench", price=Decimal("50.00")),))
        await house.settle()
        assert house.again_of(first).state is DocumentState.SUBMITTED
        second = house.filed("FA-1", note="Second print")
        with house.unseen("FA-1"):
            await house.settle()
        await house.settle_all()
        assert house.again_of(second).in_error
        assert house.wire.calls.count("/cpro/factures/v1/soumettre") == 2
        complete(house.desk, second.id, {"number": "FA-2"})
        await house.settle()
        assert house.deposited("FA-2") == 1


async def test_a_held_batch_can_be_taken_back_and_leaves_when_its_time_has_come(tmp_path: Path) -> None:
    async with House(tmp_path, settings={"hold": 5.0}) as house:
        documents = [await house.ready(f"FA-{n}") for n in (1, 2)]
        keys = [document.id for document in documents]
        submit(house.desk, keys)
        await house.settle()
        assert house.deposited("FA-1") == 0
        assert withdraw(house.desk, keys).done == tuple(keys)
        house.turn(timedelta(seconds=6))
        await house.settle()
        assert house.deposited("FA-1") == 0
        assert house.again_of(documents[0]).state is DocumentState.TO_SUBMIT
        submit(house.desk, keys)
        house.turn(timedelta(seconds=6))
        await house.settle()
        assert house.deposited("FA-1") == house.deposited("FA-2") == 1
        assert withdraw(house.desk, keys).refused


async def test_an_attachment_is_uploaded_once(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        note = tmp_path / "delivery.pdf"
        note.write_bytes(b"%PDF-1.7 delivery")
        attach(house.desk, document.id, note, "BDL")
        submit(house.desk, [document.id])
        house.sandbox.faults.inject(SUBMIT, "timeout_before")
        await house.settle_all()
        assert house.sandbox.exchanges.calls(UPLOAD) == 1
        assert house.deposited("FA-1") == 1


async def test_what_cannot_be_submitted_says_why(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        filed = house.filed("FA-1")
        why = dict(submit(house.desk, [filed.id, "nothing"]).refused)
        assert "analysed" in why[filed.id]
        assert "no such document" in why["nothing"]
        ready = await house.ready("FA-2")
        complete(house.desk, ready.id, {}, cleared=["recipient_siret"])
        assert "recipient is missing" in submit(house.desk, [ready.id]).refused[0][1]
        sent = await house.submitted("FA-3")
        assert "already" in submit(house.desk, [sent.id]).refused[0][1]
        assert remove(house.desk, [sent.id]).refused
        assert reprocess(house.desk, [sent.id]).refused


async def test_wrong_credentials_send_nothing_and_say_which_link_is_broken(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        submit(house.desk, [document.id])
        house.sandbox.faults.inject(SUBMIT, "expired_token", None)
        await house.settle()
        trouble = house.store.state["sync"].trouble
        assert trouble is not None
        assert trouble.link is Link.ACCOUNT
        assert trouble.advice
        assert house.again_of(document).state is DocumentState.SUBMITTING
        house.sandbox.faults.clear()
        await house.chorus.sign_in()
        await house.settle_all()
        assert house.deposited("FA-1") == 1
