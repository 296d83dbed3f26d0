"""Depositing: what is planned, what is held back, and that a document goes by one way at a time."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from chorus_tui.domain.document import Phase
from chorus_tui.domain.flow import Channel, Fate, FlowMode, Rejection, Syntax
from chorus_tui.domain.flow_states import FlowStage, FlowState
from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.records import Link, SyncState, Trouble
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.operations import (
    Refusal,
    automatic,
    complete,
    held,
    save_draft,
    submit,
    undo,
    why_not_submit,
    withdraw,
)
from chorus_tui.operations.composing_queued import compose_queued
from chorus_tui.operations.depositing import (
    deposit,
    issuers,
    modes,
    plan,
    plan_file,
    why_not_withdraw_flow,
    withdraw_flows,
)
from chorus_tui.operations.desk import SLICE
from chorus_tui.operations.gathering import invoices_of
from chorus_tui.operations.preflight import obstacles
from chorus_tui.operations.queueing import deposit_in_slices
from chorus_tui.settings import EdiConnection, Structure
from tests.flows import archive, cii, factur_x, lot
from tests.house import House
from tests.operations.flow_desk import again, own, planned, queued, sent, told
from tests.sheets import SUPPLIER, Party
from tests.sync.flow_house import queue_file

OTHER = Party("CARRIERES DU VAL SAS", "55566677700011")


def edi(folder: Path, name: str = "gate", **more: Any) -> EdiConnection:
    said = {"partner_code": "ABC001", "issuer": OTHER.siret, "drop": folder, "returns": folder / "in", **more}
    return EdiConnection(name=name, **said)


# Ways


async def test_ways_that_are_set_up_are_offered_and_the_portal_first_where_the_api_is_down(
    tmp_path: Path,
) -> None:
    """S2-005, S2-008, S1-083."""
    async with House(tmp_path, settings={"edi": (edi(tmp_path),)}) as house:
        ways = [(way.mode, way.connection, bool(way.why_not)) for way in modes(house.desk)]
        assert ways == [
            (FlowMode.API, "", False),
            (FlowMode.EDI, "gate", False),
            (FlowMode.PORTAL, "", False),
        ]
        trouble = Trouble(Link.API, "down", "wait", house.now)
        house.store.state.put(SyncState(trouble=trouble))
        assert modes(house.desk)[0].mode is FlowMode.PORTAL
        connection = structs.replace(house.settings.connection, structure="")
        unset = structs.replace(house.settings, connection=connection)
        last = modes(house.desk.__class__(house.store, unset, house.clock.now, house.who))[-1]
        assert last.mode is FlowMode.API
        assert "connection.structure" in last.why_not


async def test_each_flow_knows_its_issuer_by_its_mode(tmp_path: Path) -> None:
    """S2-016, S2-017, S2-018: connection form, technical account, what was chosen."""
    async with House(tmp_path, settings={"edi": (edi(tmp_path),)}) as house:
        (document,) = [await house.ready("FA-1")]
        ways = ((FlowMode.API, ""), (FlowMode.EDI, "gate"), (FlowMode.PORTAL, ""))
        plans = [await plan(house.desk, house.composer, [document.id], mode, name) for mode, name in ways]
        assert [p.issuer_siret for p in plans] == [SUPPLIER.siret, OTHER.siret, SUPPLIER.siret]
        chosen = await plan(house.desk, house.composer, [document.id], FlowMode.PORTAL, issuer=OTHER.siret)
        assert chosen.issuer_siret == OTHER.siret
        theirs = await house.ready("FA-2", fields={"supplier_siret": OTHER.siret})
        house.store.documents.put(structs.replace(house.again_of(theirs), supplier_siret=""))
        assert house.again_of(theirs).fields.supplier_siret == OTHER.siret
        by_api = await plan(house.desk, house.composer, [theirs.id], FlowMode.API)
        assert by_api.issuer_siret == SUPPLIER.siret, "the account's structure, whoever the supplier is"
        assert SUPPLIER.siret in dict(issuers(house.desk))
        syntaxes = [part.syntax for p in plans for part in p.parts]
        assert syntaxes == [Syntax.FACTUR_X, Syntax.FACTUR_X, Syntax.CII_MIN]
        with pytest.raises(Refusal, match="no EDI connection nowhere"):
            await plan(house.desk, house.composer, [document.id], FlowMode.EDI, "nowhere")


async def test_nobody_deposits_for_a_structure_whose_flows_are_not_theirs(tmp_path: Path) -> None:
    """S2-014."""
    closed = (Structure(siret=SUPPLIER.siret, main_manager="carol"),)
    async with House(tmp_path, settings={"structures": closed}) as house:
        document = await house.ready("FA-1")
        with pytest.raises(Refusal, match="carol"):
            await plan(house.desk, house.composer, [document.id], FlowMode.API)
        made = planned(house, document)
        with pytest.raises(Refusal, match="carol"):
            deposit(house.desk, made)
        part = structs.replace(made.parts[0], invoices=made.parts[0].invoices * (SLICE + 1))
        with pytest.raises(Refusal, match="carol"):
            await deposit_in_slices(house.desk, structs.replace(made, parts=(part,)))
        assert own(house) == []


# Plans


async def test_a_plan_shows_what_would_leave_and_queues_nothing(tmp_path: Path) -> None:
    """S2-009, S2-010: two suppliers in one flow, one of whom the account cannot submit for by the form."""
    async with House(tmp_path) as house:
        ours = await house.ready("FA-2")
        theirs = await house.ready("FA-1", fields={"supplier_siret": OTHER.siret})
        theirs = house.again_of(theirs)
        house.store.documents.put(structs.replace(theirs, supplier_siret=""))
        assert "supplier.unknown" in {p.id for p in obstacles(house.desk, house.again_of(theirs))}
        made = await plan(house.desk, house.composer, [ours.id, theirs.id, "nobody"], FlowMode.API)
        (part,) = made.parts
        assert (part.syntax, part.name) == (Syntax.FACTUR_X, "factur-x_chorus_lot_factures.tar.gz")
        assert [(i.number, i.supplier_siret) for i in part.invoices] == [
            ("FA-1", OTHER.siret),
            ("FA-2", SUPPLIER.siret),
        ]
        assert part.amount == made.amount == sum(i.amount for i in part.invoices if i.amount)
        assert part.size == len(house.store.blobs.get(part.sha256))
        assert made.refused == (("nobody", "There is no such document."),)
        assert own(house) == []
        assert house.again_of(ours).state is DocumentState.TO_SUBMIT


async def test_what_is_not_complete_is_refused_and_the_others_go(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        whole = await house.ready("FA-1")
        torn = await house.ready("FA-2", fields={"issued": None})
        typing = await house.ready("FA-3")
        save_draft(house.desk, typing.id, {"comment": "half"})
        house.store.documents.put(structs.replace(house.again_of(torn), cleared=("issued",)))
        made = await plan(house.desk, house.composer, [whole.id, torn.id, typing.id], FlowMode.API)
        assert made.documents == (whole.id,)
        why = dict(made.refused)
        assert "date" in why[torn.id]
        assert "not validated" in why[typing.id]


async def test_a_deposit_is_held_can_be_taken_back_and_leaves_no_trace_on_documents(tmp_path: Path) -> None:
    async with House(tmp_path, settings={"hold": 5.0}) as house:
        documents = [await house.ready(number) for number in ("FA-1", "FA-2")]
        before = [house.again_of(document) for document in documents]
        flow = queued(house, *documents)
        assert flow.rejection is Rejection.PARTIAL, "the complete one exists for EDI alone (S2-043)"
        assert flow.not_before == house.now + timedelta(seconds=5)
        waits = held(house.desk)
        assert waits is not None
        assert (waits.count, waits.until) == (2, flow.not_before)
        assert {house.again_of(d).state for d in documents} == {DocumentState.SUBMITTING}
        undone = undo(house.desk)
        assert undone is not None
        assert (undone.verb, undone.done, undone.refused) == ("deposit", (flow.id,), ())
        assert again(house, flow).stage is FlowStage.WITHDRAWN
        assert [house.again_of(d) for d in documents] == [structs.replace(d, automatic=False) for d in before]
        house.turn(timedelta(minutes=1))
        await house.settle()
        assert len(house.sandbox.flows) == 0


async def test_what_left_cannot_be_taken_back_or_withdrawn(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        flow = sent(house, await house.ready("FA-1"))
        undone = undo(house.desk)
        assert undone is not None
        assert undone.refused == ((flow.id, "It has left already."),)
        assert withdraw_flows(house.desk, [flow.id]).refused == ((flow.id, "It has left already."),)
        assert why_not_withdraw_flow(house.desk, again(house, flow)) == "It has left already."


async def test_a_withdrawn_flow_gives_its_documents_back_and_undo_queues_it_again(tmp_path: Path) -> None:
    async with House(tmp_path, settings={"hold": 5.0}) as house:
        documents = [await house.ready(number) for number in ("FA-1", "FA-2")]
        flow = queued(house, *documents)
        assert withdraw_flows(house.desk, [flow.id]).done == (flow.id,)
        assert {house.again_of(d).state for d in documents} == {DocumentState.TO_SUBMIT}
        undone = undo(house.desk)
        assert undone is not None
        assert undone.done == (flow.id,), undone.refused
        assert again(house, flow).stage is FlowStage.QUEUED
        assert {house.again_of(d).flow_id for d in documents} == {flow.id}
        assert {house.again_of(d).state for d in documents} == {DocumentState.SUBMITTING}


async def test_a_withdrawal_is_not_taken_back_where_a_document_went_another_way_meanwhile(
    tmp_path: Path,
) -> None:
    async with House(tmp_path) as house:
        documents = [await house.ready(number) for number in ("FA-1", "FA-2")]
        flow = queued(house, *documents)
        withdraw_flows(house.desk, [flow.id])
        other = house.desk.__class__(house.store, house.settings, house.clock.now, "bob@billing")
        assert submit(other, [documents[0].id]).done
        undone = undo(house.desk)
        assert undone is not None
        assert undone.refused == ((flow.id, "It changed since."),)
        assert again(house, flow).stage is FlowStage.WITHDRAWN


async def test_documents_of_one_file_are_withdrawn_together_or_not_at_all(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        documents = [await house.ready(number) for number in ("FA-1", "FA-2")]
        flow = queued(house, *documents)
        (refused,) = withdraw(house.desk, [documents[0].id]).refused
        assert "2 invoices in one file" in refused[1]
        assert withdraw(house.desk, [d.id for d in documents]).done == tuple(d.id for d in documents)
        assert again(house, flow).stage is FlowStage.WITHDRAWN


async def test_a_document_goes_by_one_way_at_a_time(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        by_flow, by_form = [await house.ready(number) for number in ("FA-1", "FA-2")]
        queued(house, by_flow)
        assert submit(house.desk, [by_flow.id]).refused
        assert submit(house.desk, [by_form.id]).done
        made = await plan(house.desk, house.composer, [by_flow.id, by_form.id], FlowMode.API)
        assert (made.parts, len(made.refused)) == ((), 2)


async def test_a_plan_that_is_out_of_date_queues_nothing(tmp_path: Path) -> None:
    """What was looked at is what leaves."""
    async with House(tmp_path) as house:
        documents = [await house.ready(number) for number in ("FA-1", "FA-2")]
        made = planned(house, *documents)

        complete(house.desk, documents[0].id, {"comment": "another"})
        outcome = deposit(house.desk, made)
        assert outcome.done == ()
        assert [key for key, _why in outcome.refused] == [documents[0].id]
        assert own(house) == []
        assert house.again_of(documents[1]).state is DocumentState.TO_SUBMIT


# Rules that name a flow


def flow_rule(**more: Any) -> dict[str, Any]:
    return {"channel": Channel.API, **more}


async def test_documents_of_such_a_rule_are_gathered_in_one_flow(tmp_path: Path) -> None:
    async with House(tmp_path, rule=flow_rule(), settings={"hold": 5.0}) as house:
        documents = [await house.ready(number) for number in ("FA-1", "FA-2", "FA-3")]
        for document in documents:
            assert submit(house.desk, [document.id]).done
        (flow,) = own(house)
        assert (flow.count, flow.gathered, flow.sha256) == (3, True, "")
        assert withdraw(house.desk, [documents[0].id]).done
        assert [i.number for i in invoices_of(house.desk, flow.id)] == ["FA-2", "FA-3"]
        undone = undo(house.desk)
        assert undone is not None
        assert undone.done == (documents[0].id,), undone.refused
        assert [i.number for i in invoices_of(house.desk, flow.id)] == ["FA-2", "FA-3", "FA-1"]
        for _ in range(2):
            undo(house.desk)
        assert again(house, flow).count == 1
        house.turn(timedelta(seconds=6))
        await house.settle()
        (taken,) = house.sandbox.flows.all()
        assert again(house, flow).number == taken.number


async def test_automatic_ones_go_together_and_none_goes_again_by_itself(tmp_path: Path) -> None:
    async with House(tmp_path, rule=flow_rule(automatic=True), settings={"hold": 5.0}) as house:
        for day, number in enumerate(("FA-1", "FA-2"), 12):
            house.filed(number, issued=date(2026, 10, day))
        await house.settle()
        automatic(house.desk)
        (flow,) = own(house)
        assert flow.count == 2
        house.turn(timedelta(seconds=6))
        await house.settle()
        flow = again(house, flow)
        assert flow.stage is FlowStage.DEPOSITED
        told(house, flow, FlowState.WARNING)
        await house.settle()
        assert automatic(house.desk).done == ()
        assert {d.state for d in house.store.documents.all()} == {DocumentState.TO_SUBMIT}
        assert len(own(house)) == 1


async def test_a_queued_flow_is_made_when_it_leaves_split_by_syntax_and_without_the_faulty(
    tmp_path: Path,
) -> None:
    """S1-061: what cannot be made into a file comes back in error, before submission."""
    async with House(tmp_path, rule=flow_rule(glob="*.*")) as house:
        house.drop(factur_x("FA-1"), "FA-1.pdf")
        house.drop(cii("FA-2"), "FA-2.xml")
        await house.settle()
        broken = await house.ready("FA-3")
        house.store.blobs.path(broken.sha256).write_bytes(b"no PDF any more")
        ids = [d.id for d in house.store.documents.all()]
        assert not submit(house.desk, ids).refused
        (flow,) = own(house)
        made = await compose_queued(house.desk, house.composer, flow)
        assert made is not None
        flows = own(house)
        assert sorted((f.syntax, f.count, f.stage) for f in flows) == [
            (Syntax.CII, 1, FlowStage.QUEUED),
            (Syntax.FACTUR_X, 1, FlowStage.QUEUED),
        ]
        back = house.again_of(broken)
        assert back.state is DocumentState.TO_SUBMIT
        assert back.failure is not None
        assert back.failure.phase is Phase.BEFORE
        assert back.flow_id == ""
        for each in flows:
            (invoice,) = invoices_of(house.desk, each.id)
            assert house.store.documents[invoice.document_id].flow_id == each.id


async def test_a_flow_of_which_nothing_can_be_made_is_not_taken(tmp_path: Path) -> None:
    async with House(tmp_path, rule=flow_rule()) as house:
        broken = await house.ready("FA-1")
        house.store.blobs.path(broken.sha256).write_bytes(b"no PDF any more")
        submit(house.desk, [broken.id])
        (flow,) = own(house)
        assert await compose_queued(house.desk, house.composer, flow) is None
        assert again(house, flow).stage is FlowStage.REFUSED
        (invoice,) = invoices_of(house.desk, flow.id)
        assert (invoice.fate, bool(invoice.messages[0])) == (Fate.REFUSED, True)
        assert house.again_of(broken).in_error


async def test_without_an_issuer_a_document_of_such_a_rule_says_what_to_set(tmp_path: Path) -> None:
    async with House(tmp_path, rule={"channel": Channel.EDI, "edi": "gone"}) as house:
        document = await house.ready("FA-1")
        assert "EDI connection" in why_not_submit(house.desk, document)
        assert submit(house.desk, [document.id]).done == ()


# Files


async def test_a_file_is_looked_into_and_deposited_as_it_is(tmp_path: Path) -> None:
    """S2-007: invoices of two issuing structures in one flow."""
    async with House(tmp_path) as house:
        content = archive([("a.xml", cii("FA-1")), ("b.xml", cii("FA-2", supplier=OTHER))])
        path = house.home / "lot.tar.gz"
        path.write_bytes(content)
        made = await plan_file(house.desk, house.composer, path, FlowMode.API)
        assert {i.supplier_siret for i in made.parts[0].invoices} == {SUPPLIER.siret, OTHER.siret}
        assert (made.parts[0].syntax, made.count, made.path) == (Syntax.CII, 2, str(path))
        (key,) = deposit(house.desk, made).done
        assert house.store.blobs.get(house.store.flows[key].sha256) == content


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("empty.xml", b"", "is empty"),
        ("big.xml", b"x" * (10 * 1024 * 1024 + 1), "10 MB"),
        ("note.txt", b"hello", "neither an invoice"),
        ("gone.xml", None, "No such file"),
    ],
)
async def test_what_is_no_flow_is_refused_with_why(
    tmp_path: Path, name: str, content: bytes | None, why: str
) -> None:
    """S2-039: before it leaves."""
    async with House(tmp_path) as house:
        path = house.home / name
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(Refusal, match=why):
            await plan_file(house.desk, house.composer, path, FlowMode.API)


async def test_a_file_with_one_invoice_that_may_not_go_stays_whole(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        await house.submitted("FA-1")
        path = house.home / "lot.tar.gz"
        path.write_bytes(lot("FA-1", "FA-2"))
        made = await plan_file(house.desk, house.composer, path, FlowMode.API)
        assert made.parts == ()
        ((member, why),) = made.refused
        assert "FA-1" in member
        assert "taken this year" in why
        path.write_bytes(archive([("a.xml", cii("FA-9")), ("b.xml", cii("FA-9"))]))
        made = await plan_file(house.desk, house.composer, path, FlowMode.API)
        assert made.refused == (("b.xml", "The number FA-9 is in it twice."),)


async def test_a_withdrawal_is_not_taken_back_once_a_number_is_taken(tmp_path: Path) -> None:
    """No path leads around the checks: another tool sent one of the invoices meanwhile."""
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        by_document = queued(house, document)
        withdraw_flows(house.desk, [by_document.id])
        house.store.invoices.put(
            Invoice(id=1, number="FA-1", issued=date(2026, 10, 12), supplier_siret=SUPPLIER.siret)
        )
        undone = undo(house.desk)
        assert undone is not None
        ((key, why),) = undone.refused
        assert (key, "taken this year" in why) == (by_document.id, True)
        by_file = queue_file(house, "FA-2")
        withdraw_flows(house.desk, [by_file])
        house.store.invoices.put(
            Invoice(id=2, number="FA-2", issued=date(2026, 10, 12), supplier_siret=SUPPLIER.siret)
        )
        undone = undo(house.desk)
        assert undone is not None
        assert [key for key, _why in undone.refused] == [by_file]
        assert {flow.stage for flow in own(house)} == {FlowStage.WITHDRAWN}


async def test_what_was_gathered_and_left_cannot_be_taken_back(tmp_path: Path) -> None:
    async with House(tmp_path, rule=flow_rule()) as house:
        document = await house.ready("FA-1")
        assert submit(house.desk, [document.id]).done
        await house.settle()
        assert own(house)[0].stage is FlowStage.DEPOSITED
        undone = undo(house.desk)
        assert undone is not None
        assert undone.refused == ((document.id, "It has left already."),)
        assert house.again_of(document).state is DocumentState.SUBMITTING


async def test_a_report_leaves_alone_what_goes_by_its_form_since(tmp_path: Path) -> None:
    async with House(tmp_path, settings={"hold": 5.0}) as house:
        document = await house.ready("FA-1")
        flow = told(house, sent(house, document), FlowState.REJECTED, "FA-1")
        complete(house.desk, document.id, {"comment": "corrected"})
        assert submit(house.desk, [document.id]).done
        line = structs.replace(invoices_of(house.desk, flow.id)[0], fate=Fate.PENDING)
        contents = house.store.contents[flow.id]
        house.store.contents.put(structs.replace(contents, invoices=(line,)))
        told(house, flow, FlowState.REJECTED, "FA-1")
        assert house.again_of(document).state is DocumentState.SUBMITTING
        undone = undo(house.desk)
        assert undone is not None
        assert undone.done == (document.id,), undone.refused
