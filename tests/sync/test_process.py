"""A reply is made exactly once, whatever happens on the way."""

from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import structs

from chorus_tui.chorus import Criteria
from chorus_tui.domain.intent import IntentState
from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.records import Link
from chorus_tui.domain.replies import Completion, Correction, PayingOut, Recycling, ReplyKind
from chorus_tui.domain.statuses import InvoiceStatus
from chorus_tui.operations import (
    complete_invoice,
    correct_validator,
    last_reply,
    open_reply,
    pay_out,
    recycle,
    reply_all,
    to_process,
    why_not_reply,
    withdraw_reply,
)
from chorus_tui.store import StoreFull
from tests import returned
from tests.house import House
from tests.returned import COMPLETE, HISTORY, UPLOAD, came_back, done, file_of, replied, sent, state_of
from tests.sync.test_stumbles import fill_disk

CALLS = {
    ReplyKind.COMPLETE: returned.COMPLETE,
    ReplyKind.RECYCLE: returned.RECYCLE,
    ReplyKind.PAY_OUT: returned.SETTLE,
    ReplyKind.CORRECT_VALIDATOR: returned.VALIDATOR,
}
LOOKS = dict.fromkeys(CALLS, HISTORY) | {ReplyKind.PAY_OUT: returned.CONSULT}
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
LOST = ["timeout_before", "timeout_after", "too_many"]
OTHERS = [kind for kind in ReplyKind if kind is not ReplyKind.COMPLETE]
every_kind = pytest.mark.parametrize("kind", list(ReplyKind))


async def asked(house: House, kind: ReplyKind) -> Invoice:
    """An invoice of the world that asks for a reply of a kind."""
    await house.settle()
    number = {
        ReplyKind.COMPLETE: returned.SUSPENDED,
        ReplyKind.RECYCLE: returned.TO_RECYCLE,
        ReplyKind.PAY_OUT: returned.REJECTED,
        ReplyKind.CORRECT_VALIDATOR: returned.SUBCONTRACTED,
    }[kind]
    if kind is ReplyKind.CORRECT_VALIDATOR:
        house.sandbox.deny_validator(house.invoice(number).id)
        await house.settle()
    return house.invoice(number)


# What becomes of a reply that is taken


async def test_a_completed_invoice_leaves_the_place_at_once(tmp_path: Path) -> None:
    """S1-042…044: files uploaded once, the comment with them; tracking confirms."""
    async with House(tmp_path) as house:
        invoice = await came_back(house, "FA-1", "SUSPENDUE")
        assert invoice in to_process(house.desk)
        complete_invoice(house.desk, invoice.id, "as asked", [file_of(house), file_of(house, "quote.pdf")])
        assert await house.service.process.run_once() == 1
        completed = house.invoice("FA-1")
        assert (completed.status, completed.status_code) == (InvoiceStatus.COMPLETED, "COMPLETEE")
        assert completed not in to_process(house.desk)
        held = house.sandbox.invoices.get(invoice.id)
        assert held is not None
        assert [file.piece_jointe_complementaire_type for file in held.added] == ["BDL", "BDL"]
        assert held.comment == "as asked"
        await house.settle_all()
        assert house.invoice("FA-1").status is InvoiceStatus.COMPLETED
        assert house.invoice("FA-1").document_name == "FA-1.pdf"
        assert (done(house, invoice, ReplyKind.COMPLETE), sent(house, UPLOAD)) == (1, 2)


async def test_a_recycled_invoice_has_its_new_routing_at_once(tmp_path: Path) -> None:
    """S1-045…048: recipient, service and commitment number change; number and amounts stay."""
    async with House(tmp_path) as house:
        invoice = await came_back(house, "FA-1", "A_RECYCLER")
        await house.lookups.recipient(returned.SERVICE_MANDATORY)
        new = Recycling(
            recipient_siret=returned.SERVICE_MANDATORY, service_code="ECOLES", commitment_number="M1"
        )
        recycle(house.desk, invoice.id, new)
        await house.service.process.run_once()
        moved = house.invoice("FA-1")
        assert (moved.status, moved.recipient_siret) == (InvoiceStatus.SUBMITTED, returned.SERVICE_MANDATORY)
        assert moved.recipient_name == "COMMUNAUTE DE COMMUNES DU VAL D'OREE"
        assert (moved.service_code, moved.commitment_number) == ("ECOLES", "M1")
        assert (moved.number, moved.gross, moved.to_pay) == (invoice.number, invoice.gross, invoice.to_pay)
        await house.settle()
        confirmed = house.invoice("FA-1")
        assert (confirmed.recipient_siret, confirmed.service_code) == (returned.SERVICE_MANDATORY, "ECOLES")
        assert confirmed.service_name == moved.service_name == "Écoles et périscolaire"
        assert confirmed.gross == invoice.gross


async def test_a_rejection_that_was_dealt_with_leaves_the_place_and_says_so(tmp_path: Path) -> None:
    """S1-051, S1-053: a flag, visible and confirmed by Chorus Pro."""
    async with House(tmp_path) as house:
        invoice = await came_back(house, "FA-1", "REJETEE")
        other = await came_back(house, "FA-2", "REJETEE")
        replied(house, invoice)
        assert not house.invoice("FA-1").rejection_handled, "not before Chorus Pro took it"
        await house.service.process.run_once()
        assert house.invoice("FA-1").is_settled
        await house.settle_all()
        assert house.invoice("FA-1").is_settled
        held = house.sandbox.invoices.get(invoice.id)
        assert held is not None
        assert held.row.rejet_traite is True
        asking = [i.number for i in to_process(house.desk)]
        assert "FA-1" not in asking
        assert other.number in asking
        assert "FA-1" in [i.number for i in to_process(house.desk, settled=True)]


async def test_a_corrected_validator_puts_the_invoice_on_its_way_again(tmp_path: Path) -> None:
    """API 2.7."""
    async with House(tmp_path) as house:
        invoice = await asked(house, ReplyKind.CORRECT_VALIDATOR)
        assert invoice.status is InvoiceStatus.WRONG_VALIDATOR
        replied(house, invoice)
        await house.settle()
        assert house.invoice(invoice.number).status is InvoiceStatus.TO_BE_VALIDATED
        held = house.sandbox.invoices.get(invoice.id)
        assert held is not None
        assert held.row.code_valideur1 == returned.MAIN_CONTRACTOR


@every_kind
async def test_an_invoice_sent_elsewhere_allows_every_reply(tmp_path: Path, kind: ReplyKind) -> None:
    """S1-082: its documents column is blank, and that is all."""
    async with House(tmp_path) as house:
        invoice = await asked(house, kind)
        assert (invoice.document_id, invoice.document_name) == ("", "")
        replied(house, invoice)
        await house.settle()
        assert state_of(house, invoice) is IntentState.ACCEPTED
        assert done(house, invoice, kind) == 1


# Faults, deaths and lost answers at every step


@pytest.mark.parametrize(
    ("kind", "step", "fault"),
    [(ReplyKind.COMPLETE, step, fault) for step in ("upload", "call") for fault in FAULTS]
    + [(ReplyKind.COMPLETE, step, fault) for step in ("look", "token") for fault in LOST]
    + [(kind, step, fault) for kind in OTHERS for step in ("call", "look") for fault in LOST],
)
async def test_a_fault_at_any_step_neither_loses_a_reply_nor_makes_two(
    tmp_path: Path, kind: ReplyKind, step: str, fault: str
) -> None:
    """S1-042, S1-046, S1-051."""
    async with House(tmp_path) as house:
        invoice = await asked(house, kind)
        replied(house, invoice)
        service = {"upload": UPLOAD, "call": CALLS[kind], "look": LOOKS[kind], "token": "token"}[step]
        if step == "token":
            house.sandbox.faults.inject(CALLS[kind], "expired_token")
        if step == "look":
            house.sandbox.faults.inject(CALLS[kind], "timeout_after")
        # A second expired token in a row reads as a refused account, which has a test of its own.
        house.sandbox.faults.inject(service, fault, 1 if fault == "expired_token" else 2)
        await house.settle_all(turns=4)
        assert done(house, invoice, kind) == 1
        assert returned.added(house, invoice) == (2 if kind is ReplyKind.COMPLETE else 0)
        assert state_of(house, invoice) is IntentState.ACCEPTED
        assert house.invoice(invoice.number) not in to_process(house.desk)
        assert house.store.state["sync"].trouble is None


@pytest.mark.parametrize("after", [False, True], ids=["before the call left", "after the work was done"])
@pytest.mark.parametrize(
    ("kind", "step"),
    [(ReplyKind.COMPLETE, "upload"), *((kind, step) for kind in ReplyKind for step in ("call", "look"))],
)
async def test_a_process_killed_at_any_step_neither_loses_a_reply_nor_makes_two(
    tmp_path: Path, kind: ReplyKind, step: str, after: bool
) -> None:
    """S1-042, S1-046, S1-051."""
    async with House(tmp_path) as house:
        invoice = await asked(house, kind)
        replied(house, invoice)
        if step == "look":
            house.sandbox.faults.inject(CALLS[kind], "timeout_after")
        house.wire.kill({"upload": UPLOAD, "call": CALLS[kind], "look": LOOKS[kind]}[step], after=after)
        await house.until_killed()
        await house.settle_all(turns=4)
        assert done(house, invoice, kind) == 1
        assert returned.added(house, invoice) == (2 if kind is ReplyKind.COMPLETE else 0)
        assert state_of(house, invoice) is IntentState.ACCEPTED


async def test_what_was_uploaded_is_not_uploaded_again_after_a_death(tmp_path: Path) -> None:
    """S1-043: the first file's id is journalled before the second one leaves."""
    async with House(tmp_path) as house:
        invoice = await asked(house, ReplyKind.COMPLETE)
        files = [file_of(house, name) for name in ("one.pdf", "two.pdf", "three.pdf")]
        complete_invoice(house.desk, invoice.id, "", files)
        house.wire.kill(COMPLETE, after=False)
        await house.until_killed()
        await house.settle_all(turns=4)
        assert (sent(house, UPLOAD), returned.added(house, invoice)) == (3, 3)


async def test_after_a_lost_answer_the_invoice_is_looked_at_before_anything_else(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        invoice = await asked(house, ReplyKind.COMPLETE)
        replied(house, invoice)
        house.sandbox.faults.inject(COMPLETE, "timeout_after")
        before = len(house.wire.calls)
        await house.settle()
        calls = [path.partition("/v1/")[2] for path in house.wire.calls[before:] if "factures" in path]
        assert calls[:2] == ["completer", "consulter/historique"]
        assert sent(house, COMPLETE) == 1
        assert house.invoice(invoice.number).status is InvoiceStatus.COMPLETED


async def test_a_lost_call_is_repeated_only_after_two_looks_apart(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        invoice = await asked(house, ReplyKind.COMPLETE)
        replied(house, invoice)
        house.sandbox.faults.inject(COMPLETE, "timeout_before")
        await house.settle()
        assert state_of(house, invoice) is IntentState.UNSURE
        assert "looked at" in why_not_reply(house.desk, invoice, ReplyKind.COMPLETE)
        house.turn(timedelta(seconds=29))
        await house.settle()
        assert sent(house, COMPLETE) == 1, "too early"
        house.turn(timedelta(seconds=2))
        await house.settle()
        assert sent(house, COMPLETE) == 2
        assert (done(house, invoice, ReplyKind.COMPLETE), sent(house, UPLOAD)) == (1, 2)


@every_kind
async def test_a_platform_that_never_answers_leaves_the_decision_to_an_operator(
    tmp_path: Path, kind: ReplyKind
) -> None:
    async with House(tmp_path) as house:
        invoice = await asked(house, kind)
        replied(house, invoice)
        house.sandbox.faults.inject(CALLS[kind], "timeout_before", None)
        await house.settle_all(turns=12)
        last = last_reply(house.desk, invoice.id)
        assert last is not None
        assert last.state is IntentState.REFUSED
        assert "never answered" in last.message
        assert sent(house, CALLS[kind]) == 3
        assert house.invoice(invoice.number).status is invoice.status
        house.sandbox.faults.clear()
        await house.settle_all()
        assert sent(house, CALLS[kind]) == 3, "not again by itself"
        replied(house, invoice)
        await house.settle()
        assert done(house, invoice, kind) == 1


async def test_a_report_that_is_repeated_after_a_lost_answer_is_another_one(tmp_path: Path) -> None:
    """S1-040: the completion was taken, and the recipient asks for something more."""
    async with House(tmp_path) as house:
        invoice = await asked(house, ReplyKind.COMPLETE)
        replied(house, invoice)
        house.sandbox.faults.inject(COMPLETE, "timeout_after")
        house.sandbox.faults.inject(HISTORY, "unavailable", 4)
        await house.settle()
        assert state_of(house, invoice) is IntentState.UNSURE
        house.sandbox.suspend(invoice.id, "and the invoice of the carrier")
        await house.settle_all()
        assert (sent(house, COMPLETE), done(house, invoice, ReplyKind.COMPLETE)) == (1, 1)
        assert state_of(house, invoice) is IntentState.ACCEPTED
        again = house.invoice(invoice.number)
        assert (again.status, again.comment) == (InvoiceStatus.SUSPENDED, "and the invoice of the carrier")
        assert again in to_process(house.desk)
        replied(house, again)
        await house.settle()
        assert done(house, invoice, ReplyKind.COMPLETE) == 2


async def test_an_invoice_that_went_another_way_meanwhile_is_not_answered(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        invoice = await asked(house, ReplyKind.COMPLETE)
        replied(house, invoice)
        house.sandbox.faults.inject(COMPLETE, "timeout_before")
        house.wire.meanwhile(COMPLETE, lambda: house.sandbox.reject(invoice.id, "too late"))
        await house.settle_all()
        last = last_reply(house.desk, invoice.id)
        assert last is not None
        assert last.state is IntentState.REFUSED
        assert last.message == "No answer came, and the invoice is “Rejected”: look at its history."
        assert house.invoice(invoice.number).status is InvoiceStatus.REJECTED
        assert (sent(house, COMPLETE), done(house, invoice, ReplyKind.COMPLETE)) == (1, 0)


# Refusals


@every_kind
async def test_a_refusal_is_kept_in_chorus_pros_words_and_never_sent_again_by_itself(
    tmp_path: Path, kind: ReplyKind
) -> None:
    """S1-040, S1-068: the invoice stays where it is, and says why."""
    async with House(tmp_path) as house:
        invoice = await asked(house, kind)
        match kind:
            case ReplyKind.COMPLETE:
                reply = complete_invoice(house.desk, invoice.id, "", [file_of(house)])
                missed = structs.replace(file_of(house), type_code="XXX")
                content = Completion(attachments=(missed,))
                house.store.replies.put(structs.replace(reply, content=content))
            case ReplyKind.RECYCLE:
                recycle(house.desk, invoice.id, Recycling(recipient_siret="98765432100017"))
            case ReplyKind.PAY_OUT:
                house.sandbox.act(invoice.id, "MISE_A_DISPOSITION")
                pay_out(house.desk, invoice.id, PayingOut(remark="cancelled"))
            case ReplyKind.CORRECT_VALIDATOR:
                correct_validator(house.desk, invoice.id, "98765432100017")
        await house.service.process.run_once()
        last = last_reply(house.desk, invoice.id)
        assert last is not None
        assert (last.state, last.code is None) == (IntentState.REFUSED, False)
        assert last.message
        assert open_reply(house.desk, invoice.id) is None
        calls = sent(house, CALLS[kind])
        await house.settle_all()
        await house.again()
        await house.settle_all()
        assert sent(house, CALLS[kind]) == calls
        assert done(house, invoice, kind) == 0
        if kind not in (ReplyKind.PAY_OUT, ReplyKind.CORRECT_VALIDATOR):
            assert house.invoice(invoice.number) in to_process(house.desk)
        if kind is ReplyKind.PAY_OUT:
            assert house.store.settlements.get(str(invoice.id)) is not None, "what was entered is kept"


async def test_a_status_that_forbids_the_reply_is_seen_at_once(tmp_path: Path) -> None:
    """S1-042: GDP_MSG_11.033; somebody completed it on the portal."""
    async with House(tmp_path) as house:
        invoice = await asked(house, ReplyKind.COMPLETE)
        replied(house, invoice)
        house.sandbox.act(invoice.id, "SERVICE_FAIT")
        await house.service.process.run_once()
        last = last_reply(house.desk, invoice.id)
        assert last is not None
        assert last.state is IntentState.REFUSED
        assert "GDP_MSG_11.033" in last.message
        assert house.invoice(invoice.number).status is InvoiceStatus.SERVICE_RENDERED
        assert house.invoice(invoice.number) not in to_process(house.desk)


async def test_a_refusal_that_only_says_that_it_was_done_already_is_none(tmp_path: Path) -> None:
    """The lost call arrived late: after both looks, before the second one."""
    async with House(tmp_path) as house:
        invoice = await asked(house, ReplyKind.COMPLETE)
        replied(house, invoice)
        house.sandbox.faults.inject(COMPLETE, "timeout_before")
        await house.settle()
        house.turn(timedelta(minutes=1))
        house.wire.meanwhile(COMPLETE, lambda: house.sandbox.act(invoice.id, "COMPLETEE"))
        await house.settle_all()
        assert state_of(house, invoice) is IntentState.ACCEPTED
        assert done(house, invoice, ReplyKind.COMPLETE) == 1


async def test_a_file_whose_copy_is_gone_is_named(tmp_path: Path) -> None:
    """S1-043."""
    async with House(tmp_path) as house:
        invoice = await asked(house, ReplyKind.COMPLETE)
        file = file_of(house)
        complete_invoice(house.desk, invoice.id, "", [file])
        house.store.blobs.path(file.sha256).unlink()
        await house.settle()
        last = last_reply(house.desk, invoice.id)
        assert last is not None
        assert (last.state, "delivery.pdf" in last.message) == (IntentState.REFUSED, True)
        assert sent(house, COMPLETE) == 0


async def test_refused_credentials_lose_no_reply(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        invoice = await asked(house, ReplyKind.COMPLETE)
        replied(house, invoice)
        house.sandbox.faults.inject(COMPLETE, "expired_token", 2)
        await house.settle()
        trouble = house.store.state["sync"].trouble
        assert trouble is not None
        assert trouble.link is Link.ACCOUNT
        await house.chorus.sign_in()
        house.service.retry_now()
        house.turn(timedelta(minutes=1))
        await house.settle()
        assert done(house, invoice, ReplyKind.COMPLETE) == 1
        assert sent(house, UPLOAD) == 2


@pytest.mark.parametrize("kind", list(ReplyKind))
async def test_a_disk_that_fills_up_during_a_reply_leaves_nothing_stuck(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: ReplyKind
) -> None:
    """S1-042, S1-046, S1-051: it was taken, and nobody could write that down."""
    async with House(tmp_path) as house:
        invoice = await asked(house, kind)
        replied(house, invoice)
        house.wire.meanwhile(CALLS[kind], lambda: fill_disk(house, monkeypatch))
        with pytest.raises(StoreFull):
            await house.service.process.run_once()
        monkeypatch.undo()
        assert house.invoice(invoice.number).status is invoice.status
        for _turn in range(4):
            await house.service.process.run_once()
            house.turn(timedelta(minutes=1))
        assert state_of(house, invoice) is IntentState.ACCEPTED
        assert (done(house, invoice, kind), sent(house, CALLS[kind])) == (1, 1)


# Two consoles, and what is taken back


@pytest.mark.parametrize("kind", [None, "unavailable", "unreachable", "too_many", "timeout_before"])
async def test_what_is_withdrawn_while_its_file_travels_is_not_sent(tmp_path: Path, kind: str | None) -> None:
    """Whatever becomes of the file, and although the leader has not seen the withdrawal yet."""
    async with House(tmp_path) as leader, House(tmp_path, who="two", neighbour=leader) as other:
        invoice = await asked(leader, ReplyKind.COMPLETE)
        replied(leader, invoice)
        if kind is not None:
            leader.sandbox.faults.inject(UPLOAD, kind)
        other.store.refresh()

        def withdrawn() -> None:
            assert withdraw_reply(other.desk, [str(invoice.id)]).done

        leader.wire.meanwhile(UPLOAD, withdrawn)
        await leader.settle_all()
        assert sent(leader, COMPLETE) == 0
        (reply,) = leader.store.replies.by("invoice_id", invoice.id)
        assert reply.state is IntentState.WITHDRAWN
        assert open_reply(leader.desk, invoice.id) is None


async def test_two_consoles_answer_an_invoice_once(tmp_path: Path) -> None:
    """S1-042."""
    async with House(tmp_path) as one, House(tmp_path, who="two", neighbour=one) as two:
        invoice = await asked(one, ReplyKind.COMPLETE)
        replied(one, invoice)
        outcome = reply_all(two.desk, [str(invoice.id)], PayingOut(remark="x"))
        assert "allows “Complete” alone" in outcome.refused[0][1]
        why = why_not_reply(two.desk, two.invoice(invoice.number), ReplyKind.COMPLETE)
        assert why == "A reply waits to leave: withdraw it first."
        await one.settle()
        assert done(one, invoice, ReplyKind.COMPLETE) == 1


async def test_an_invoice_that_moves_on_while_a_reply_waits_is_not_answered(tmp_path: Path) -> None:
    """S1-042: tracking saw it first, so no call leaves, and no file."""
    async with House(tmp_path, settings={"hold": 600.0}) as house:
        invoice = await asked(house, ReplyKind.COMPLETE)
        content = Completion(comment="as asked", attachments=(file_of(house),))
        assert reply_all(house.desk, [str(invoice.id), "0"], content).refused == (
            ("0", "There is no such invoice."),
        )
        house.sandbox.reject(invoice.id, "wrong amount")
        await house.settle()
        assert open_reply(house.desk, invoice.id) is not None
        house.turn(timedelta(minutes=11))
        await house.settle()
        last = last_reply(house.desk, invoice.id)
        assert last is not None
        assert last.message == "The invoice became “Rejected” before the reply left."
        assert (sent(house, UPLOAD), sent(house, COMPLETE)) == (0, 0)


async def test_a_reply_that_waited_does_not_answer_a_later_report(tmp_path: Path) -> None:
    """S1-042: somebody answered on the portal, and the recipient asks for something else now."""
    async with House(tmp_path, settings={"hold": 600.0}) as house:
        invoice = await asked(house, ReplyKind.COMPLETE)
        reply_all(house.desk, [str(invoice.id), "0"], Completion(comment="the contract, as asked"))
        house.turn(timedelta(minutes=3))
        house.sandbox.act(invoice.id, "COMPLETEE", "on the portal")
        house.turn(timedelta(minutes=3))
        house.sandbox.act(invoice.id, "SUSPENDUE", "the delivery note is missing, too")
        house.turn(timedelta(minutes=11))
        await house.service.track.run_once()
        await house.settle()
        last = last_reply(house.desk, invoice.id)
        assert last is not None
        assert last.message == "The recipient reported something new before the reply left: look at it again."
        assert last.content == Completion(comment="the contract, as asked"), "what was entered is kept"
        assert sent(house, COMPLETE) == 0
        assert house.invoice(invoice.number).asks_supplier


async def test_forty_rejections_are_paid_out_and_held_together(tmp_path: Path) -> None:
    """S1-051: one batch, held for a few seconds, each sent once."""
    async with House(tmp_path, settings={"hold": 5.0}) as house:
        await house.settle()
        for n in range(40):
            house.store.invoices.put(Invoice(id=900_000 + n, number=f"X-{n}", status=InvoiceStatus.REJECTED))
        keys = [str(900_000 + n) for n in range(40)]
        outcome = reply_all(house.desk, keys, PayingOut(replacements=(Correction(number="N-1"),)))
        assert len(outcome.done) == 40
        await house.service.process.run_once()
        assert sent(house, returned.SETTLE) == 0, "held"
        assert withdraw_reply(house.desk, keys[:1]).done
        house.turn(timedelta(seconds=6))
        await house.service.process.run_once()
        assert sent(house, returned.SETTLE) == 39


# What tracking brings


@every_kind
async def test_a_page_read_before_a_reply_was_taken_does_not_bring_the_invoice_back(
    tmp_path: Path, kind: ReplyKind
) -> None:
    """S1-040: a sweep under way, or a search that lags."""
    async with House(tmp_path) as house:
        invoice = await asked(house, kind)
        page = [i async for p in house.chorus.search(Criteria(number=invoice.number)) for i in p.invoices]
        replied(house, invoice)
        await house.service.process.run_once()
        answered = house.invoice(invoice.number)
        assert await house.service.track.take(page) == 0
        assert house.invoice(invoice.number) == answered
        house.turn(timedelta(hours=1))
        assert await house.service.track.take(page) == 1, "what is told for so long is true"


async def test_a_report_that_is_repeated_soon_after_a_reply_is_news(tmp_path: Path) -> None:
    """S1-040."""
    async with House(tmp_path) as house:
        invoice = await asked(house, ReplyKind.COMPLETE)
        replied(house, invoice)
        await house.settle()
        house.turn(timedelta(minutes=2))
        house.sandbox.suspend(invoice.id, "and the order, please")
        await house.settle()
        assert house.invoice(invoice.number).comment == "and the order, please"
        assert house.invoice(invoice.number) in to_process(house.desk)


async def test_a_rejection_that_is_dealt_with_on_the_portal_leaves_the_place(tmp_path: Path) -> None:
    """S1-053: its status does not change by that, so a sweep for changes would not tell."""
    async with House(tmp_path) as house:
        invoice = await asked(house, ReplyKind.PAY_OUT)
        await house.settle()
        house.sandbox.handle_elsewhere(invoice.id)
        await house.settle()
        assert not house.invoice(invoice.number).is_settled, "not asked all the time"
        house.turn(timedelta(minutes=11))
        before = sent(house, "rechercher/fournisseur")
        await house.settle()
        assert house.invoice(invoice.number).is_settled
        assert house.invoice(invoice.number) not in to_process(house.desk)
        assert sent(house, "rechercher/fournisseur") == before + 2


async def test_a_list_of_rejections_that_is_not_told_takes_nothing_from_a_sweep(tmp_path: Path) -> None:
    """S1-053: that is asked again later; what the sweep found is known."""
    async with House(tmp_path) as house:
        invoice = await asked(house, ReplyKind.PAY_OUT)
        house.turn(timedelta(minutes=11))
        track, known = house.service.track, house.store.state["sync"].fresh_at
        await house.chorus.sign_in()
        house.wire.meanwhile(
            "rechercher/fournisseur",
            lambda: house.wire.meanwhile(
                "rechercher/fournisseur",
                lambda: house.sandbox.faults.inject("rechercher/fournisseur", "unavailable", None),
            ),
        )
        await track.run_once()
        assert house.store.state["sync"].fresh_at == house.now != known
        house.sandbox.faults.clear()
        house.sandbox.handle_elsewhere(invoice.id)
        house.turn(timedelta(minutes=11))
        await house.settle()
        assert house.invoice(invoice.number).is_settled
