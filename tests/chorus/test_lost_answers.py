"""Faults at each moment of a call: a question is answered all the same, an order never happens twice."""

import pytest

from chorus_tui.chorus import ChorusError, ChorusPro, Criteria, NotAvailable, OutcomeUnknown, TooManyRequests
from chorus_tui.domain.records import Link
from chorus_tui.domain.statuses import InvoiceStatus
from chorus_tui.sandbox import Sandbox
from tests.chorus.test_services import FIELDS, every_invoice, ready
from tests.pdfs import invoice_pdf

# kind of fault → what an order raises, and whether it was done
ORDERS = [
    ("timeout_before", OutcomeUnknown, False),
    ("timeout_after", OutcomeUnknown, True),
    ("closed_before", OutcomeUnknown, False),
    ("closed_after", OutcomeUnknown, True),
    ("unreachable", NotAvailable, False),
    ("garbage", OutcomeUnknown, True),
    ("cut", OutcomeUnknown, True),
    ("too_many", TooManyRequests, False),
    ("unavailable", OutcomeUnknown, False),
    ("unavailable_after", OutcomeUnknown, True),
    ("broken", OutcomeUnknown, False),
]
SUSPENDED = 8420002
IDS = [kind for kind, _, _ in ORDERS]


@pytest.mark.parametrize(("kind", "failure", "done"), ORDERS, ids=IDS)
async def test_a_submission_whose_answer_is_lost_leaves_once(
    kind: str, failure: type[ChorusError], done: bool, chorus: ChorusPro, sandbox: Sandbox
) -> None:
    submission = await ready(chorus)
    sandbox.faults.inject("soumettre", kind)
    with pytest.raises(ChorusError) as caught:
        await chorus.submit(submission)
    assert type(caught.value) is failure
    assert sandbox.exchanges.calls("soumettre") == 1
    assert len(await every_invoice(chorus, Criteria(number=FIELDS.number))) == done


@pytest.mark.parametrize(("kind", "failure", "_"), ORDERS, ids=IDS)
@pytest.mark.parametrize("service", ["deposer/pdf", "ajouter/fichier"])
async def test_a_file_whose_answer_is_lost_leaves_once(
    service: str, kind: str, failure: type[ChorusError], _: bool, chorus: ChorusPro, sandbox: Sandbox
) -> None:
    """S1-062."""
    send = chorus.analyse_pdf if service == "deposer/pdf" else chorus.upload
    sandbox.faults.inject(service, kind)
    with pytest.raises(ChorusError) as caught:
        await send("facture.pdf", invoice_pdf())
    assert type(caught.value) is failure
    assert sandbox.exchanges.calls(service) == 1


@pytest.mark.parametrize(("kind", "failure", "done"), ORDERS, ids=IDS)
async def test_a_reply_whose_answer_is_lost_leaves_once(
    kind: str, failure: type[ChorusError], done: bool, chorus: ChorusPro, sandbox: Sandbox
) -> None:
    """S1-042."""
    sandbox.faults.inject("completer", kind)
    with pytest.raises(ChorusError) as caught:
        await chorus.complete(SUSPENDED, [], "as asked")
    assert type(caught.value) is failure
    assert sandbox.exchanges.calls("completer") == 1
    [invoice] = await every_invoice(chorus, Criteria(number="P2026-0431"))
    assert invoice.status is (InvoiceStatus.COMPLETED if done else InvoiceStatus.SUSPENDED)


@pytest.mark.parametrize("kind", IDS)
async def test_a_question_is_answered_in_spite_of_a_fault(
    kind: str, chorus: ChorusPro, sandbox: Sandbox
) -> None:
    sandbox.faults.inject("rechercher/fournisseur", kind, times=2)
    assert await every_invoice(chorus, Criteria(number="P2026-0412"))


@pytest.mark.parametrize("kind", IDS)
async def test_a_question_that_keeps_failing_is_given_up(
    kind: str, chorus: ChorusPro, sandbox: Sandbox
) -> None:
    sandbox.faults.inject("rechercher/fournisseur", kind, times=None)
    with pytest.raises(ChorusError):
        await every_invoice(chorus, Criteria())
    assert sandbox.exchanges.calls("rechercher/fournisseur") == 4


@pytest.mark.parametrize("kind", ["unavailable", "timeout_before", "unreachable", "garbage", "broken"])
async def test_an_order_does_not_leave_while_nobody_signs_in(
    kind: str, chorus: ChorusPro, sandbox: Sandbox
) -> None:
    sandbox.faults.inject("token", kind, times=None)
    with pytest.raises(NotAvailable) as caught:
        await chorus.upload("facture.pdf", b"%PDF")
    assert caught.value.link is (Link.NETWORK if kind == "unreachable" else Link.TOKEN)
    assert sandbox.exchanges.calls("ajouter/fichier") == 0


async def test_an_order_whose_token_expired_is_sent_again_because_it_was_not_done(
    chorus: ChorusPro, sandbox: Sandbox
) -> None:
    submission = await ready(chorus)
    sandbox.faults.inject("soumettre", "expired_token")
    assert await chorus.submit(submission)
    assert len(await every_invoice(chorus, Criteria(number=FIELDS.number))) == 1


async def test_a_long_list_survives_faults_in_its_middle(chorus: ChorusPro, sandbox: Sandbox) -> None:
    before = len(await every_invoice(chorus, Criteria()))
    for kind in ("unavailable", "cut", "timeout_after"):
        sandbox.faults.inject("rechercher/fournisseur", kind)
    assert len(await every_invoice(chorus, Criteria())) == before
