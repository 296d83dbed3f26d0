"""Sending again: what may go, what is blocked and why, and that nothing integrated goes twice by any path."""

import json
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from chorus_tui.domain.document import Document
from chorus_tui.domain.flow import Channel, Fate, Flow, FlowMode, Syntax
from chorus_tui.domain.flow_states import FlowStage, FlowState, Resend
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.intake import read_bytes
from chorus_tui.operations import Refusal, submit, undo, why_not_submit
from chorus_tui.operations.depositing import Part, Plan, deposit, plan, plan_file, withdraw_flows
from chorus_tui.operations.flow_file import why_taken
from chorus_tui.operations.gathering import gather, invoices_of
from chorus_tui.operations.report_files import write_reports
from chorus_tui.operations.resending import plan_resend, resendable
from chorus_tui.settings import EdiConnection
from tests.flows import lot
from tests.house import House
from tests.operations.flow_desk import NUMBER, again, own, planned, queued, sent, told, typed
from tests.sheets import SUPPLIER
from tests.sync.flow_house import queue_file


async def three(house: House) -> list[Document]:
    return [await house.ready(number) for number in ("FA-1", "FA-2", "FA-3")]


def chosen(house: House, flow: Flow) -> dict[str, bool]:
    return {choice.number: choice.may for choice in resendable(house.desk, flow.id).invoices}


async def test_of_a_partial_rejection_only_the_refused_ones_and_once_they_changed(tmp_path: Path) -> None:
    """S2-076, S2-077."""
    async with House(tmp_path) as house:
        documents = await three(house)
        flow = told(house, sent(house, *documents), FlowState.PARTLY_INTEGRATED, "FA-2", "FA-3")
        found = resendable(house.desk, flow.id)
        assert (found.kind, found.needs_reason) == (Resend.REFUSED_ONLY, True)
        assert "correct what the report says" in found.why_not
        assert chosen(house, flow) == {"FA-2": False, "FA-3": False}
        typed(house, documents[1], comment="corrected")
        assert resendable(house.desk, flow.id).why_not == ""
        assert chosen(house, flow) == {"FA-2": True, "FA-3": False}
        for number in ("FA-1", "FA-3"):
            with pytest.raises(Refusal, match=number):
                await plan_resend(house.desk, house.composer, flow.id, [number])
        made = await plan_resend(house.desk, house.composer, flow.id)
        assert [i.number for part in made.parts for i in part.invoices] == ["FA-2"]
        assert [key for key, _why in made.refused] == [documents[2].id]
        (key,) = deposit(house.desk, made).done
        assert again(house, flow).resent_by == (key,)
        assert [i.resent_in for i in invoices_of(house.desk, flow.id)] == ["", key, ""]
        assert (own(house)[-1].resends, house.again_of(documents[1]).flow_id) == (flow.id, key)
        assert chosen(house, flow) == {"FA-2": False, "FA-3": False}


async def test_of_a_complete_rejection_the_whole_flow_once_one_refused_one_changed(tmp_path: Path) -> None:
    """S2-075, S2-077."""
    async with House(tmp_path) as house:
        documents = await three(house)
        flow = told(house, sent(house, *documents), FlowState.REJECTED, "FA-2")
        found = resendable(house.desk, flow.id)
        assert (found.kind, found.needs_reason, bool(found.why_not)) == (Resend.EVERYTHING, True, True)
        typed(house, documents[0], comment="not what was refused")
        assert resendable(house.desk, flow.id).why_not
        typed(house, documents[1], comment="corrected")
        assert resendable(house.desk, flow.id).why_not == ""
        with pytest.raises(Refusal, match="as a whole"):
            await plan_resend(house.desk, house.composer, flow.id, ["FA-2"])
        made = await plan_resend(house.desk, house.composer, flow.id)
        assert made.documents == tuple(d.id for d in documents)


@pytest.mark.parametrize("corrected", [{"due": date(2027, 1, 31)}, {"recipient_name": "MAIRIE"}])
async def test_what_only_the_files_of_flows_hold_counts_as_put_right(
    tmp_path: Path, corrected: dict[str, Any]
) -> None:
    """S2-077: no form sends the due date or the names of parties, a flow does."""
    async with House(tmp_path) as house:
        documents = await three(house)
        flow = told(house, sent(house, *documents), FlowState.PARTLY_INTEGRATED, "FA-2")
        assert resendable(house.desk, flow.id).needs_reason
        typed(house, documents[1], **corrected)
        assert resendable(house.desk, flow.id).why_not == ""


@pytest.mark.parametrize("state", [FlowState.WARNING, FlowState.INTERNAL_ERROR, FlowState.TO_RESTART])
async def test_what_was_not_processed_goes_again_as_it_is(tmp_path: Path, state: FlowState) -> None:
    """S2-037: nothing is to be corrected."""
    async with House(tmp_path) as house:
        documents = await three(house)
        flow = told(house, sent(house, *documents), state)
        found = resendable(house.desk, flow.id)
        assert (found.kind, found.why_not) == (Resend.EVERYTHING_AS_IT_IS, "")
        assert all(choice.may for choice in found.invoices)


async def test_a_file_that_was_not_processed_goes_again_as_that_file(tmp_path: Path) -> None:
    """S2-037."""
    async with House(tmp_path) as house:
        key = queue_file(house, "FA-1", "FA-2")
        flow = structs.replace(house.store.flows[key], number=NUMBER, stage=FlowStage.DEPOSITED)
        house.store.flows.put(flow)
        told(house, flow, FlowState.WARNING)
        made = await plan_resend(house.desk, house.composer, key)
        assert made.parts[0].sha256 == flow.sha256
        (second,) = deposit(house.desk, made).done
        assert {i.resent_in for i in invoices_of(house.desk, key)} == {second}
        assert [i.fate for i in invoices_of(house.desk, second)] == [Fate.PENDING] * 2
        with pytest.raises(Refusal, match="went again"):
            await plan_resend(house.desk, house.composer, key)


@pytest.mark.parametrize(
    ("state", "why"),
    [
        (FlowState.WAITING_REPROCESSING, "Chorus Pro itself"),
        (FlowState.IN_PROGRESS, "still at work"),
        (FlowState.INTEGRATED, "integrated"),
    ],
)
async def test_nothing_is_sent_again_that_is_under_way_or_done(
    tmp_path: Path, state: FlowState, why: str
) -> None:
    """S2-041, S2-042, S2-074: waiting for reprocessing is the platform's work."""
    async with House(tmp_path) as house:
        flow = told(house, sent(house, *await three(house)), state)
        found = resendable(house.desk, flow.id)
        assert (found.kind, why in found.why_not, found.needs_reason) == (Resend.NOTHING, True, False)
        with pytest.raises(Refusal, match=why):
            await plan_resend(house.desk, house.composer, flow.id, override="because I want to")


async def test_a_reason_lets_it_go_unchanged_and_is_kept(tmp_path: Path) -> None:
    """S2-077: explicit override."""
    async with House(tmp_path) as house:
        documents = await three(house)
        flow = told(house, sent(house, *documents), FlowState.PARTLY_INTEGRATED, "FA-2")
        for reason in ("", "  \t"):
            with pytest.raises(Refusal):
                await plan_resend(house.desk, house.composer, flow.id, override=reason)
        reason = "The recipient opened the\x1b service"
        made = await plan_resend(house.desk, house.composer, flow.id, override=reason)
        (key,) = deposit(house.desk, made).done
        kept = house.store.flows[key].override
        assert kept.startswith("The recipient opened the")
        assert "\x1b" not in kept
        assert any(a.verb == "resend" and kept in a.detail for a in house.store.activity.all())


async def test_plainly_submitting_an_unchanged_one_is_blocked_too_and_says_where_to_go(
    tmp_path: Path,
) -> None:
    """S2-077: whichever way, also once it was changed, withdrawn and changed back."""
    async with House(tmp_path, rule={"channel": Channel.API}) as house:
        document = (await three(house))[0]
        flow = told(house, sent(house, document), FlowState.REJECTED, "FA-1")
        assert "Nothing changed" in why_not_submit(house.desk, house.again_of(document))
        typed(house, document, comment="corrected")
        second = queued(house, document)
        assert withdraw_flows(house.desk, [second.id]).done
        assert house.again_of(document).flow_id == flow.id
        typed(house, document, comment=None)
        assert house.again_of(document).failure is None
        assert "Nothing changed" in why_not_submit(house.desk, house.again_of(document))
        assert again(house, flow).resent_by == ()


async def test_a_resending_that_is_taken_back_may_be_done_again(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        documents = await three(house)
        flow = told(house, sent(house, *documents), FlowState.WARNING)
        made = await plan_resend(house.desk, house.composer, flow.id)
        (key,) = deposit(house.desk, made).done
        assert again(house, flow).asks_supplier is False
        undone = undo(house.desk)
        assert undone is not None
        assert (undone.verb, undone.done) == ("resend", (key,))
        assert (again(house, flow).resent_by, again(house, flow).asks_supplier) == ((), True)
        assert {i.resent_in for i in invoices_of(house.desk, flow.id)} == {""}
        made = await plan_resend(house.desk, house.composer, flow.id)
        assert deposit(house.desk, made).done


async def test_a_deposit_that_was_refused_goes_again_once_something_changed(tmp_path: Path) -> None:
    from chorus_tui.operations.flow_journal import begin, refused

    async with House(tmp_path) as house:
        documents = await three(house)
        flow = queued(house, *documents)
        begun = begin(house.desk, flow.id, flow.sha256)
        assert begun is not None
        refused(house.desk, begun, "GDP_MSG_11.022", 20001)
        found = resendable(house.desk, flow.id)
        assert (found.kind, found.needs_reason) == (Resend.EVERYTHING, True)
        made = await plan_resend(house.desk, house.composer, flow.id, override="the limit was raised")
        assert made.count == 3


# Never twice


Path_ = Callable[[House, Document], Awaitable[str]]


async def by_form(house: House, document: Document) -> str:
    form = structs.replace(house.again_of(document), channel=Channel.FORM)
    house.store.documents.put(form)
    outcome = submit(house.desk, [document.id])
    return "" if outcome.done else outcome.refused[0][1]


async def by_rule(house: House, document: Document) -> str:
    house.store.documents.put(structs.replace(house.again_of(document), channel=Channel.API))
    outcome = submit(house.desk, [document.id])
    return "" if outcome.done else outcome.refused[0][1]


async def _by_plan(house: House, document: Document, mode: FlowMode) -> str:
    made = await plan(house.desk, house.composer, [document.id], mode)
    return "" if made.parts else made.refused[0][1]


async def by_api(house: House, document: Document) -> str:
    return await _by_plan(house, document, FlowMode.API)


async def by_edi(house: House, document: Document) -> str:
    return await _by_plan(house, document, FlowMode.EDI)


async def by_pack(house: House, document: Document) -> str:
    return await _by_plan(house, document, FlowMode.PORTAL)


async def by_old_plan(house: House, document: Document) -> str:
    """A plan that was made before, and is deposited now."""
    outcome = deposit(house.desk, planned(house, document))
    return "" if outcome.done else outcome.refused[0][1]


async def by_file(house: House, document: Document) -> str:
    path = house.home / "again.tar.gz"
    path.write_bytes(lot(str(document.value_of("number"))))
    made = await plan_file(house.desk, house.composer, path, FlowMode.API)
    return "" if made.parts else made.refused[0][1]


async def by_old_file(house: House, document: Document) -> str:
    invoices = tuple(
        structs.replace(i, document_id="") for part in planned(house, document).parts for i in part.invoices
    )
    part = Part(syntax=Syntax.CII, name="x", sha256="0" * 64, size=1, invoices=invoices)
    outcome = deposit(house.desk, Plan(mode=FlowMode.API, issuer_siret=SUPPLIER.siret, parts=(part,)))
    return "" if outcome.done else outcome.refused[0][1]


async def by_resending(house: House, document: Document) -> str:
    flow = next(flow for flow in own(house) if flow.number == NUMBER)
    try:
        await plan_resend(
            house.desk, house.composer, flow.id, [str(document.value_of("number"))], override="I insist"
        )
    except Refusal as refusal:
        return str(refusal)
    return ""


PATHS: tuple[Path_, ...] = (
    by_form,
    by_rule,
    by_api,
    by_edi,
    by_pack,
    by_old_plan,
    by_file,
    by_old_file,
    by_resending,
)


@pytest.mark.parametrize("linked", [False, True], ids=["integrated", "linked"])
@pytest.mark.parametrize("by", PATHS, ids=lambda by: by.__name__)
async def test_an_integrated_invoice_goes_again_by_no_path(tmp_path: Path, by: Path_, linked: bool) -> None:
    """S2-076: resending an integrated one must be impossible."""
    gate = EdiConnection(
        name="gate",
        partner_code="ABC001",
        issuer=SUPPLIER.siret,
        drop=tmp_path / "out",
        returns=tmp_path / "in",
    )
    async with House(tmp_path, settings={"edi": (gate,)}) as house:
        good, bad = (await three(house))[:2]
        flow = told(house, sent(house, good, bad), FlowState.PARTLY_INTEGRATED, "FA-2")
        if linked:
            from chorus_tui.operations.flow_reports import link_invoices
            from tests.operations.test_flow_reports import chorus_invoice

            link_invoices(house.desk, flow.id, [chorus_invoice(1, "FA-1")])
        assert await by(house, good), "the document itself"
        # Even where its document seems to wait: put back by hand, or the same invoice dropped once more.
        state = structs.replace(house.again_of(good), state=DocumentState.TO_SUBMIT, invoice_id=None)
        house.store.documents.put(state)
        if not linked or by in (by_file, by_old_file, by_resending):
            assert await by(house, good), "the same document, put back"
        house.store.documents.remove(good.id)
        if by is not by_resending:
            twin = structs.replace(state, id="twin", path="elsewhere.pdf", flow_id="", sha256="f" * 64)
            house.store.documents.put(twin)
            assert await by(house, twin), "another copy of it"
        assert len(own(house)) == 1


async def test_an_invoice_on_its_way_in_a_file_is_held_like_one_in_a_document(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = (await three(house))[0]
        queue_file(house, "FA-1")
        assert "taken this year" in why_not_submit(house.desk, house.again_of(document))
        flow = own(house)[0]
        assert withdraw_flows(house.desk, [flow.id]).done
        assert why_not_submit(house.desk, house.again_of(document)) == ""


async def test_a_number_of_a_rejected_flow_is_free_again(tmp_path: Path) -> None:
    """Trap 10: what a flow brought back never entered Chorus Pro."""
    async with House(tmp_path) as house:
        documents = await three(house)
        flow = told(house, sent(house, *documents), FlowState.REJECTED, "FA-2")
        line = invoices_of(house.desk, flow.id)[0]
        assert why_taken(house.desk, structs.replace(line, document_id="")) == ""
        assert why_not_submit(house.desk, house.again_of(documents[0])) == ""


async def test_a_number_that_was_refused_alone_is_free_before_the_others_are_found(tmp_path: Path) -> None:
    """Trap 10, S2-043: another file may bear it at once; those of the integrated ones stay taken."""
    async with House(tmp_path) as house:
        flow = told(house, sent(house, *await three(house)), FlowState.PARTLY_INTEGRATED, "FA-2")
        assert not again(house, flow).linked
        free = {i.number: not why_taken(house.desk, i) for i in invoices_of(house.desk, flow.id)}
        assert free == {"FA-1": False, "FA-2": True, "FA-3": False}


async def test_a_document_goes_into_no_second_flow_while_it_waits_in_one(tmp_path: Path) -> None:
    async with House(tmp_path, rule={"channel": Channel.API}) as house:
        document = (await three(house))[0]
        gather(house.desk, house.again_of(document), None)
        assert deposit(house.desk, planned(house, document)).done == ()
        assert len(own(house)) == 1


# Reports as files


async def test_reports_are_written_a_file_for_each_flow_and_over_none(tmp_path: Path) -> None:
    """S2-003, S2-071."""
    async with House(tmp_path) as house:
        first, second, third = await three(house)
        flows = [sent(house, first), sent(house, second, number="../\x1b[2JCPP/1"), queued(house, third)]
        told(house, flows[0], FlowState.REJECTED, "FA-1")
        told(house, flows[1], FlowState.INTEGRATED)
        report = house.store.reports[flows[0].id]
        house.store.reports.put(structs.replace(report, pdf=house.store.blobs.put(b"%PDF-1.4")))
        folder = tmp_path / "reports"
        for turn in range(2):
            outcome = write_reports(house.desk, [flow.id for flow in flows], folder, "json")
            assert [Path(p).parent for p in outcome.done] == [folder] * 2
            assert [key for key, _why in outcome.refused] == [flows[2].id]
            assert len(list(folder.iterdir())) == 2 * (turn + 1)
        told_ = json.loads((folder / f"report_{NUMBER}.json").read_bytes())
        assert (told_["state"], told_["invoices"][0]["status"]) == ("IN_REJETE", "refused")
        assert told_["errors"][0]["cause"] == "service.unknown"
        outcome = write_reports(house.desk, [flow.id for flow in flows], folder, "pdf")
        (path,) = outcome.done
        assert read_bytes(Path(path)) == b"%PDF-1.4"
        assert len(outcome.refused) == 2


@pytest.mark.parametrize("of_file", [False, True], ids=["documents", "a file"])
async def test_a_flow_whose_answer_was_lost_goes_again_as_it_is_once_an_operator_says_so(
    tmp_path: Path, of_file: bool
) -> None:
    from chorus_tui.operations.flow_journal import begin, not_taken, unsure

    async with House(tmp_path) as house:
        key = queue_file(house, "FA-7") if of_file else queued(house, *await three(house)).id
        begun = begin(house.desk, key, house.store.flows[key].sha256)
        assert begun is not None
        unsure(house.desk, begun, house.now)
        assert resendable(house.desk, key).kind is Resend.NOTHING
        not_taken(house.desk, key)
        assert resendable(house.desk, key).why_not == ""
        made = await plan_resend(house.desk, house.composer, key)
        assert made.count == (1 if of_file else 3)
        assert deposit(house.desk, made).done
