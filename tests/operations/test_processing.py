"""What may be answered to an invoice that came back, and what Chorus Pro would refuse of it."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from chorus_tui.domain.document import Attachment
from chorus_tui.domain.intent import IntentState
from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.recipient import Choice, Recipient, ReferenceList, Service
from chorus_tui.domain.replies import (
    ANSWERS,
    Completion,
    Content,
    Correction,
    NewValidator,
    PayingOut,
    Recycling,
    ReplyKind,
)
from chorus_tui.domain.statuses import InvoiceKind, InvoiceStatus
from chorus_tui.operations import (
    Desk,
    Refusal,
    amend,
    answer_to,
    candidates,
    chain_of,
    chains_of,
    complete_invoice,
    last_reply,
    open_reply,
    pay_out,
    recycle,
    reply_all,
    reply_problems,
    submit,
    to_process,
    undo,
    why_not_reply,
    withdraw_reply,
)
from chorus_tui.settings import Connection, Folders, Settings
from chorus_tui.store import Store
from tests.house import House
from tests.returned import NOTHING_MANDATORY, SERVICE_MANDATORY, came_back, file_of, replied

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SUPPLIER = "83990121200010"
FILE = Attachment(name="bon.pdf", sha256="a" * 64, size=100, type_code="BDL")
MB = 1024 * 1024


@pytest.fixture
def desk(tmp_path: Path) -> Any:
    folders = Folders(
        settings=tmp_path / "settings.toml",
        data=tmp_path / "data",
        log=tmp_path / "log",
        secrets=tmp_path / "secrets",
        exports=tmp_path / "exports",
    )
    with Store.open(folders.data) as store:
        yield Desk(store, Settings(folders=folders, connection=Connection()), lambda: NOW, "clerk@billing")


def kept(desk: Desk, number: str, status: InvoiceStatus, **more: Any) -> Invoice:
    """An invoice as tracking stored it."""
    key = more.pop("id", None) or 1000 + len(desk.store.invoices)
    supplier = more.pop("supplier_siret", SUPPLIER)
    invoice = Invoice(id=key, number=number, status=status, supplier_siret=supplier, **more)
    desk.store.invoices.put(invoice)
    return invoice


def ids(found: Any) -> list[str]:
    return [problem.id for problem in found]


def blocking(desk: Desk, invoice: Invoice, content: Content) -> list[str]:
    return [problem.id for problem in reply_problems(desk, invoice, content) if problem.blocking]


# Which invoices, which action


def test_exactly_three_statuses_ask_something_of_the_supplier(desk: Desk) -> None:
    """S1-040: suspended, to be recycled, rejected; the longest waiting first."""
    for days, status in enumerate(InvoiceStatus):
        kept(desk, status.value, status, status_at=NOW - timedelta(days=days))
    kept(desk, "dealt with", InvoiceStatus.REJECTED, rejection_handled=True, status_at=NOW)
    kept(desk, "no moment", InvoiceStatus.SUSPENDED)
    rows = to_process(desk)
    assert [row.number for row in rows] == ["no moment", "suspended", "rejected", "to_be_recycled"]
    assert [r.number for r in to_process(desk, settled=True)] == [*(r.number for r in rows), "dealt with"]


@pytest.mark.parametrize("kind", list(ReplyKind))
def test_only_the_action_of_its_status_is_allowed(desk: Desk, kind: ReplyKind) -> None:
    """S1-042, S1-046, S1-050: no resend of a rejected one; API 2.7."""
    allows = {
        InvoiceStatus.SUSPENDED: ReplyKind.COMPLETE,
        InvoiceStatus.TO_BE_RECYCLED: ReplyKind.RECYCLE,
        InvoiceStatus.REJECTED: ReplyKind.PAY_OUT,
        InvoiceStatus.WRONG_VALIDATOR: ReplyKind.CORRECT_VALIDATOR,
    }
    good: dict[ReplyKind, Content] = {
        ReplyKind.COMPLETE: Completion(comment="x"),
        ReplyKind.RECYCLE: Recycling(recipient_siret=NOTHING_MANDATORY),
        ReplyKind.PAY_OUT: PayingOut(remark="x"),
        ReplyKind.CORRECT_VALIDATOR: NewValidator(siret="81990222200010"),
    }
    invoices = [kept(desk, status.value, status) for status in InvoiceStatus]
    assert {i.status: answer_to(i) for i in invoices if answer_to(i)} == allows
    fitting = [str(i.id) for i in invoices if allows.get(i.status) is kind]
    assert [str(i.id) for i in invoices if not why_not_reply(desk, i, kind)] == fitting
    assert list(reply_all(desk, [str(i.id) for i in invoices], good[kind]).done) == fitting


def test_the_sentence_names_the_one_action_that_is_allowed(desk: Desk) -> None:
    """S1-042."""
    suspended = kept(desk, "F1", InvoiceStatus.SUSPENDED)
    posted = kept(desk, "F2", InvoiceStatus.POSTED)
    assert why_not_reply(desk, suspended, ReplyKind.RECYCLE) == (
        "The invoice is “Suspended”, which allows “Complete” alone."
    )
    assert why_not_reply(desk, posted, ReplyKind.COMPLETE) == (
        "The invoice is “Posted”, which asks nothing of the supplier."
    )
    assert why_not_reply(desk, None, ReplyKind.COMPLETE) == "There is no such invoice."
    settled = kept(desk, "F3", InvoiceStatus.REJECTED, rejection_handled=True)
    assert why_not_reply(desk, settled, ReplyKind.PAY_OUT) == "This rejection was dealt with already."


def test_one_reply_at_a_time(desk: Desk) -> None:
    """S1-042: by whichever console."""
    invoice = kept(desk, "F1", InvoiceStatus.SUSPENDED)
    first = complete_invoice(desk, invoice.id, "first")
    with pytest.raises(Refusal, match="waits to leave"):
        complete_invoice(desk, invoice.id, "second")
    assert open_reply(desk, invoice.id) == first
    assert withdraw_reply(desk, [str(invoice.id)]).done
    assert complete_invoice(desk, invoice.id, "second").state is IntentState.QUEUED
    assert withdraw_reply(desk, ["1", str(invoice.id)]).refused[0][0] == "1"


# Completing


def test_a_comment_alone_and_a_file_alone_are_enough(desk: Desk) -> None:
    """S1-043, S1-044."""
    invoice = kept(desk, "F1", InvoiceStatus.SUSPENDED)
    assert ids(reply_problems(desk, invoice, Completion(comment="see mail"))) == []
    assert ids(reply_problems(desk, invoice, Completion(attachments=(FILE,)))) == []
    assert ids(reply_problems(desk, invoice, Completion(comment=" \n"))) == ["reply.empty"]
    with pytest.raises(Refusal, match="Add an attachment or write a comment"):
        complete_invoice(desk, invoice.id, "  ")


@pytest.mark.parametrize(
    ("file", "problem"),
    [
        ({"name": "n" * 47 + ".pdf"}, "attachment.name"),
        ({"name": "setup.exe"}, "attachment.extension"),
        ({"name": "delivery"}, "attachment.extension"),
        ({"size": 10 * MB + 1}, "attachment.size"),
        ({"type_code": ""}, "attachment.type"),
        ({"type_code": "XXX"}, "attachment.kind"),
        ({"name": "n" * 46 + ".pdf", "size": 10 * MB}, ""),
    ],
)
def test_what_chorus_pro_refuses_of_a_file_is_told_before_it_leaves(
    desk: Desk, file: dict[str, Any], problem: str
) -> None:
    """S1-043, API 3.4: name up to 50 characters with its extension, allowed extensions, 10 MB, a type."""
    desk.store.lists.put(ReferenceList("attachment_types", (Choice("BDL", "Bon de livraison"),), NOW))
    invoice = kept(desk, "F1", InvoiceStatus.SUSPENDED)
    content = Completion(attachments=(structs.replace(FILE, **file),))
    assert blocking(desk, invoice, content) == ([problem] if problem else [])
    assert bool(reply_all(desk, [str(invoice.id)], content).refused) is bool(problem)


def test_all_files_together_are_120_mb_at_most(desk: Desk) -> None:
    """S1-043, API 3.4."""
    invoice = kept(desk, "F1", InvoiceStatus.SUSPENDED)
    files = tuple(structs.replace(FILE, sha256=f"{n:064}", size=10 * MB) for n in range(13))
    assert blocking(desk, invoice, Completion(attachments=files[:12])) == []
    assert blocking(desk, invoice, Completion(attachments=files)) == ["folder.size"]


async def test_what_went_with_the_invoice_counts_among_the_120_mb(tmp_path: Path) -> None:
    """S1-043, API 3.4."""
    async with House(tmp_path) as house:
        invoice = await came_back(house, "FA-1", "SUSPENDUE")
        document = house.store.documents[invoice.document_id]
        files = tuple(structs.replace(FILE, sha256=f"{n:064}", size=10 * MB) for n in range(12))
        house.store.documents.put(structs.replace(document, attachments=(FILE,)))
        assert blocking(house.desk, invoice, Completion(attachments=files)) == ["folder.size"]
        assert blocking(house.desk, invoice, Completion(attachments=(FILE,))) == ["attachment.twice"]


def test_a_comment_has_a_longest_length_and_nothing_a_terminal_obeys(desk: Desk) -> None:
    """S1-044, API 3.4."""
    invoice = kept(desk, "F1", InvoiceStatus.SUSPENDED)
    assert blocking(desk, invoice, Completion(comment="x" * 2001)) == ["comment.long"]
    reply = complete_invoice(desk, invoice.id, " two\r\nlines \x1b[2J ")
    assert isinstance(reply.content, Completion)
    assert reply.content.comment == "two\nlines \ufffd[2J"


# Recycling


def known(desk: Desk, **said: Any) -> str:
    """A recipient that was asked about."""
    recipient = Recipient(siret=SERVICE_MANDATORY, id=5, name="VAL D'OREE", checked_at=NOW, **said)
    desk.store.recipients.put(recipient)
    return recipient.siret


VALID = Service(id=1, code="ECOLES", name="Écoles")
RULES: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"service_required": True, "services": (VALID,)}, {}, "service.missing"),
    ({"service_required": True, "services": (VALID,)}, {"service_code": "ECOLES"}, ""),
    ({"services": (VALID,)}, {"service_code": "GONE"}, "service.unknown"),
    ({"services": (structs.replace(VALID, active=False),)}, {"service_code": "ECOLES"}, "service.closed"),
    (
        {"services": (structs.replace(VALID, valid_to=NOW - timedelta(days=1)),)},
        {"service_code": "ECOLES"},
        "service.closed",
    ),
    (
        {"services": (structs.replace(VALID, commitment_required=True),)},
        {"service_code": "ECOLES"},
        "commitment.missing",
    ),
    ({"commitment_required": True}, {}, "commitment.missing"),
    ({"commitment_required": True}, {"commitment_number": "M1"}, ""),
    ({"service_or_commitment": True}, {}, "commitment.either"),
    ({"service_or_commitment": True}, {"commitment_number": "M1"}, ""),
    ({}, {"commitment_number": "9" * 51}, "commitment.long"),
    ({"active": False}, {}, "recipient.inactive"),
    ({}, {"recipient_siret": ""}, "recipient.missing"),
    ({}, {"recipient_siret": "123"}, "recipient.shape"),
]


@pytest.mark.parametrize(
    ("said", "typed", "problem"), RULES, ids=[f"{n}-{r[2]}" for n, r in enumerate(RULES)]
)
def test_new_routing_is_checked_as_that_of_a_submission(
    desk: Desk, said: dict[str, Any], typed: dict[str, Any], problem: str
) -> None:
    """S1-047, S1-048: a recipient, its service where it is mandatory, the commitment number likewise."""
    invoice = kept(desk, "F1", InvoiceStatus.TO_BE_RECYCLED)
    content = Recycling(**({"recipient_siret": known(desk, **said)} | typed))
    assert blocking(desk, invoice, content) == ([problem] if problem else [])
    if problem:
        with pytest.raises(Refusal):
            recycle(desk, invoice.id, content)
        assert open_reply(desk, invoice.id) is None
    else:
        assert recycle(desk, invoice.id, content).kind is ReplyKind.RECYCLE


def test_the_same_routing_again_is_worth_a_look(desk: Desk) -> None:
    """S1-045, S1-047."""
    siret = known(desk, services=(VALID,))
    invoice = kept(desk, "F1", InvoiceStatus.TO_BE_RECYCLED, recipient_siret=siret, service_code="ECOLES")
    same = Recycling(recipient_siret=siret, service_code="ECOLES")
    assert "reply.unchanged" in ids(reply_problems(desk, invoice, same))
    assert blocking(desk, invoice, same) == []
    other = structs.replace(same, commitment_number="M1")
    assert "reply.unchanged" not in ids(reply_problems(desk, invoice, other))


def test_what_the_state_does_not_know_is_not_sent(desk: Desk) -> None:
    """S1-089."""
    invoice = kept(desk, "F1", InvoiceStatus.TO_BE_RECYCLED)
    content = Recycling(recipient_siret=known(desk), commitment_number="1400000001")
    assert ids(reply_problems(desk, invoice, content, commitment_known=False)) == ["commitment.unknown"]
    assert ids(reply_problems(desk, invoice, content, commitment_known=True)) == []


# Paying out


def number(value: str, key: int | None = None) -> Correction:
    return Correction(number=value, invoice_id=key)


CASES: list[tuple[PayingOut, list[str]]] = [
    (PayingOut(), ["reply.empty"]),
    (PayingOut(remark="a duplicate, nothing replaces it"), []),
    (PayingOut(credit_notes=(number("A1"),)), []),
    (PayingOut(replacements=(number("N1"),)), []),
    (
        PayingOut(
            credit_notes=(number("A1"), number("A2"), number("A3")),
            replacements=(number("N1"), number("N2")),
        ),
        [],
    ),
    (PayingOut(replacements=(number("R1"),)), ["number.rejected"]),
    (PayingOut(replacements=(number("other", 50),)), ["number.rejected"]),
    (PayingOut(credit_notes=(number("R1"),)), ["number.rejected"]),
    (PayingOut(credit_notes=(number("A1"), number(" A1 "))), ["correction.twice"]),
    (PayingOut(credit_notes=(number("X1"),), replacements=(number("X1"),)), ["correction.twice"]),
    (PayingOut(replacements=(number("N" * 21),)), ["number.long"]),
    (PayingOut(replacements=(number("N°1"),)), ["number.characters"]),
    (PayingOut(replacements=(number("  "),)), ["number.missing"]),
    (PayingOut(credit_notes=(number("INV", 51),)), ["correction.kind"]),
    (PayingOut(credit_notes=(number("INV"),)), ["correction.kind"]),
    (PayingOut(replacements=(number("CRN"),)), ["correction.kind"]),
    (PayingOut(replacements=(number("THEIRS", 53),)), ["correction.unknown"]),
    (PayingOut(replacements=(number("INV", 999),)), ["correction.unknown"]),
    (PayingOut(credit_notes=(number("CRN", 52),), replacements=(number("INV", 51),)), []),
    (PayingOut(remark="x" * 2001), ["comment.long"]),
]


@pytest.mark.parametrize(("content", "problems"), CASES, ids=range(len(CASES)))
def test_what_put_a_rejected_invoice_right_is_picked_or_typed(
    desk: Desk, content: PayingOut, problems: list[str]
) -> None:
    """S1-050, S1-052: n credit notes and n invoices, none of them the rejected one, none twice."""
    rejected = kept(desk, "R1", InvoiceStatus.REJECTED, id=50)
    kept(desk, "INV", InvoiceStatus.MADE_AVAILABLE, id=51)
    kept(desk, "CRN", InvoiceStatus.POSTED, id=52, kind=InvoiceKind.CREDIT_NOTE)
    kept(desk, "THEIRS", InvoiceStatus.POSTED, id=53, supplier_siret="81990222200010")
    outcome = reply_all(desk, ["50"], content)
    assert bool(outcome.done) is not bool(problems)
    if "correction.twice" not in problems:
        assert blocking(desk, rejected, content) == problems
    assert (desk.store.settlements.get("50") is None) is bool(problems)


def test_what_was_entered_is_kept_at_once_with_who_and_when(desk: Desk) -> None:
    """S1-051, S1-052."""
    rejected = kept(desk, "R1", InvoiceStatus.REJECTED)
    content = PayingOut(credit_notes=(number("A1"),), replacements=(number("N1"),), remark="price")
    pay_out(desk, rejected.id, content)
    settlement = desk.store.settlements[str(rejected.id)]
    assert (settlement.number, settlement.supplier_siret, settlement.remark) == ("R1", SUPPLIER, "price")
    assert (settlement.decided_at, settlement.decided_by) == (NOW, "clerk@billing")
    assert [c.number for c in (*settlement.credit_notes, *settlement.replacements)] == ["A1", "N1"]
    (last,) = desk.store.activity.all()
    assert (last.who, last.verb, last.record) == ("clerk@billing", "pay out", f"invoice:{rejected.id}")
    assert last.detail == "R1 · → A1, N1"


def test_the_chain_is_seen_from_each_of_the_three(desk: Desk) -> None:
    """S1-052: a number that was typed names its invoice once Chorus Pro reported it."""
    rejected = kept(desk, "R1", InvoiceStatus.REJECTED)
    assert not chain_of(desk, rejected)
    note = kept(desk, "A1", InvoiceStatus.POSTED, kind=InvoiceKind.CREDIT_NOTE)
    pay_out(desk, rejected.id, PayingOut(credit_notes=(number("A1", note.id),), replacements=(number("N1"),)))
    assert chain_of(desk, rejected).replacements == (number("N1"),)
    kept(desk, "N1", InvoiceStatus.SUBMITTED, supplier_siret="81990222200010")
    kept(desk, "N1", InvoiceStatus.DRAFT)
    assert chain_of(desk, rejected).replacements == (number("N1"),), "another supplier's, and a draft"
    new = kept(desk, "N1", InvoiceStatus.SUBMITTED)
    chains = [chain_of(desk, invoice) for invoice in (rejected, note, new)]
    assert chains[0] == chains[1] == chains[2]
    assert [link.invoice_id for link in chains[0].all] == [rejected.id, note.id, new.id]
    assert not chain_of(desk, kept(desk, "Z", InvoiceStatus.POSTED))


def test_a_chain_may_be_entered_after_the_rejection_was_dealt_with(desk: Desk) -> None:
    """S1-052: on the portal, or here before the replacement had a number; no call leaves by that."""
    settled = kept(desk, "R1", InvoiceStatus.REJECTED, rejection_handled=True)
    amend(desk, settled.id, PayingOut(replacements=(number("N1"),)))
    assert chain_of(desk, settled).replacements == (number("N1"),)
    amend(desk, settled.id, PayingOut(credit_notes=(number("A1"),), replacements=(number("N1"),)))
    assert [link.number for link in chain_of(desk, settled).all] == ["R1", "A1", "N1"]
    assert desk.store.replies.all() == []
    assert undo(desk)
    assert [link.number for link in chain_of(desk, settled).all] == ["R1", "N1"]
    with pytest.raises(Refusal, match="new number"):
        amend(desk, settled.id, PayingOut(replacements=(number("R1"),)))
    with pytest.raises(Refusal, match="allows “Pay out” alone"):
        amend(desk, kept(desk, "R2", InvoiceStatus.REJECTED).id, PayingOut(remark="x"))


def test_a_replacement_that_is_rejected_in_its_turn_hangs_in_both_chains(desk: Desk) -> None:
    """S1-052."""
    first = kept(desk, "R1", InvoiceStatus.REJECTED)
    second = kept(desk, "R2", InvoiceStatus.REJECTED)
    third = kept(desk, "R3", InvoiceStatus.SUBMITTED)
    pay_out(desk, first.id, PayingOut(replacements=(number("R2"),)))
    pay_out(desk, second.id, PayingOut(replacements=(number("R3"),)))
    assert chain_of(desk, second).rejected == number("R2", second.id), "the one that it begins"
    for invoice in (first, second, third):
        assert [c.rejected and c.rejected.number for c in chains_of(desk, invoice)] == ["R1", "R2"]


def test_what_may_be_picked_is_of_the_same_supplier_and_kind(desk: Desk) -> None:
    """S1-052: same recipient first, then newest first."""
    here = "12345678200051"
    rejected = kept(desk, "R1", InvoiceStatus.REJECTED, id=10, recipient_siret=here)
    for key, name, more in (
        (11, "old", {"recipient_siret": here}),
        (12, "far", {}),
        (13, "new", {"recipient_siret": here}),
        (14, "note", {"kind": InvoiceKind.CREDIT_NOTE}),
        (15, "theirs", {"supplier_siret": "81990222200010"}),
        (16, "R1", {"recipient_siret": here}),
    ):
        kept(desk, name, InvoiceStatus.SUBMITTED, id=key, **more)
    kept(desk, "draft", InvoiceStatus.READ_BY_OCR, id=17, recipient_siret=here)
    assert [i.number for i in candidates(desk, rejected, InvoiceKind.INVOICE)] == ["new", "old", "far"]
    assert [i.number for i in candidates(desk, rejected, InvoiceKind.CREDIT_NOTE)] == ["note"]


async def test_a_rejected_number_never_leaves_again(tmp_path: Path) -> None:
    """S1-050: whatever else is changed, and although a file with it is dropped again."""
    async with House(tmp_path) as house:
        rejected = await came_back(house, "FA-1", "REJETEE")
        again = await house.ready("FA-1", note="corrected")
        outcome = submit(house.desk, [again.id])
        assert outcome.done == ()
        assert "rejected" in outcome.refused[0][1]
        await house.settle_all()
        assert house.deposited("FA-1") == 1
        replied(house, rejected)
        await house.settle_all()
        assert submit(house.desk, [again.id]).refused, "dealt with, and still taken"
        new = await house.submitted("N-FA-1")
        assert [link.invoice_id for link in chain_of(house.desk, rejected).replacements] == [
            house.again_of(new).invoice_id
        ]


# Many at once, and taking back


def test_several_replies_wait_together_and_one_leaves_at_once(desk: Desk) -> None:
    """A batch can be stopped while it is held."""
    held = structs.replace(desk.settings, hold=5.0)
    desk = Desk(desk.store, held, desk.now, desk.who)
    many = [str(kept(desk, f"F{n}", InvoiceStatus.SUSPENDED).id) for n in range(3)]
    alone = kept(desk, "G", InvoiceStatus.SUSPENDED)
    assert complete_invoice(desk, alone.id, "x").not_before is None
    assert reply_all(desk, [*many, "7", str(alone.id)], Completion(comment="x")).done == tuple(many)
    replies = [last_reply(desk, int(key)) for key in many]
    assert [r.not_before for r in replies if r] == [NOW + timedelta(seconds=5)] * 3
    undone = undo(desk)
    assert undone is not None
    assert (undone.verb, set(undone.done)) == ("complete invoice", {f"invoice:{key}" for key in many})
    assert all(open_reply(desk, int(key)) is None for key in many)
    assert open_reply(desk, alone.id) is not None


@pytest.mark.parametrize("back", [lambda d, k: withdraw_reply(d, [k]), lambda d, _k: undo(d)])
def test_a_pay_out_that_is_taken_back_leaves_no_chain(desk: Desk, back: Callable[[Desk, str], Any]) -> None:
    """S1-051."""
    rejected = kept(desk, "R1", InvoiceStatus.REJECTED)
    pay_out(desk, rejected.id, PayingOut(replacements=(number("N1"),)))
    assert chain_of(desk, rejected)
    assert back(desk, str(rejected.id))
    assert not chain_of(desk, rejected)
    assert open_reply(desk, rejected.id) is None
    assert pay_out(desk, rejected.id, PayingOut(replacements=(number("N1"),)))


def test_a_pay_out_that_is_taken_back_leaves_what_an_earlier_one_said(desk: Desk) -> None:
    """S1-052: nothing that an operator entered is lost."""
    rejected = kept(desk, "R1", InvoiceStatus.REJECTED)
    refused = pay_out(desk, rejected.id, PayingOut(replacements=(number("N1"),)))
    desk.store.replies.put(structs.replace(refused, state=IntentState.REFUSED))
    pay_out(desk, rejected.id, PayingOut(replacements=(number("N2"),)))
    withdraw_reply(desk, [str(rejected.id)])
    assert chain_of(desk, rejected).replacements == (number("N1"),)


async def test_a_withdrawal_that_is_taken_back_makes_no_second_reply(tmp_path: Path) -> None:
    """S1-042: another console answered meanwhile."""
    async with House(tmp_path) as one, House(tmp_path, who="two", neighbour=one) as two:
        invoice = await came_back(one, "FA-1", "SUSPENDUE")
        complete_invoice(one.desk, invoice.id, "first")
        withdraw_reply(one.desk, [str(invoice.id)])
        complete_invoice(two.desk, invoice.id, "second")
        undone = undo(one.desk)
        assert undone is not None
        assert (undone.done, len(undone.refused)) == ((), 1)
        withdraw_reply(two.desk, [str(invoice.id)])
        complete_invoice(one.desk, invoice.id, "third")
        withdraw_reply(one.desk, [str(invoice.id)])
        assert undo(one.desk), "nobody answered meanwhile"
        await one.settle()
        assert one.invoice("FA-1").status is InvoiceStatus.COMPLETED


def test_a_reply_that_left_is_not_taken_back(desk: Desk) -> None:
    invoice = kept(desk, "F1", InvoiceStatus.SUSPENDED)
    reply = complete_invoice(desk, invoice.id, "x")
    desk.store.replies.put(structs.replace(reply, state=IntentState.SENDING))
    assert "has left already" in withdraw_reply(desk, [str(invoice.id)]).refused[0][1]


def test_an_upload_of_an_earlier_reply_is_not_used_again(desk: Desk) -> None:
    """Its id may be what was refused."""
    invoice = kept(desk, "F1", InvoiceStatus.SUSPENDED)
    reply = complete_invoice(desk, invoice.id, "", [structs.replace(FILE, chorus_id=77)])
    assert isinstance(reply.content, Completion)
    assert reply.content.attachments[0].chorus_id is None


def test_every_answer_has_its_status() -> None:
    """S1-042, S1-046, S1-050, API 2.7."""
    assert set(ANSWERS.values()) == set(ReplyKind)


async def test_files_are_read_once_and_kept(tmp_path: Path) -> None:
    """S1-043: the file may go from the disk as soon as the form took it."""
    async with House(tmp_path) as house:
        invoice = await came_back(house, "FA-1", "SUSPENDUE", issued=date(2026, 10, 1))
        file = file_of(house)
        (house.home / "delivery.pdf").unlink()
        complete_invoice(house.desk, invoice.id, "", [file])
        await house.settle()
        assert house.invoice("FA-1").status is InvoiceStatus.COMPLETED
