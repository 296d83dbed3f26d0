"""Reports: what follows for every invoice of a flow and for its document, however and whenever they come."""

from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import structs

from chorus_tui.domain.document import Phase
from chorus_tui.domain.fields import InvoiceFields, Source
from chorus_tui.domain.fixes import Fix, FixKind
from chorus_tui.domain.flow import (
    Channel,
    Fate,
    Flow,
    FlowInvoice,
    FlowMode,
    RefusedInvoice,
    RejectionKind,
    ReturnFlow,
    TechnicalError,
)
from chorus_tui.domain.flow_states import FlowStage, FlowState
from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.records import ServiceMatch
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.intake import read_bytes
from chorus_tui.operations import complete, remove, restore, submit, undo, waiting
from chorus_tui.operations.explaining import explain_document
from chorus_tui.operations.fixing import apply_in_slices
from chorus_tui.operations.flow_members import take_out_refused
from chorus_tui.operations.flow_reports import explain_report, link_invoices, six_blocks, take_report
from chorus_tui.operations.gathering import invoices_of
from chorus_tui.operations.resending import resendable
from tests.house import House
from tests.operations.flow_desk import (
    NUMBER,
    SERVICE_UNKNOWN,
    again,
    queued,
    report,
    sent,
    told,
)
from tests.sheets import RECIPIENT, SUPPLIER
from tests.sync.flow_house import queue_file
from tests.sync.journey import OPEN, VALLEY

XSD = (
    "IRRECEVABILITE: cvc-datatype-valid.1.2.1: '-1 324,60' is not a valid value for 'decimal'. "
    "- ligne: 150 - position: 60"
)


def fates(house: House, flow: Flow) -> list[Fate]:
    return [invoice.fate for invoice in invoices_of(house.desk, flow.id)]


def chorus_invoice(id_: int, number: str) -> Invoice:
    return Invoice(id=id_, number=number, supplier_siret=SUPPLIER.siret, recipient_siret=RECIPIENT.siret)


async def test_integrated_means_all_of_it_and_nothing_is_to_be_done(tmp_path: Path) -> None:
    """S2-042, S2-074."""
    async with House(tmp_path) as house:
        documents = [await house.ready(number) for number in ("FA-1", "FA-2")]
        flow = told(house, sent(house, *documents), FlowState.INTEGRATED)
        assert (flow.integrated, flow.refused, flow.asks_supplier) == (2, 0, False)
        assert {house.again_of(d).state for d in documents} == {DocumentState.SUBMITTED}
        assert not flow.is_settled
        flow = link_invoices(house.desk, flow.id, [chorus_invoice(1, "FA-1")])
        assert (flow.linked, flow.is_settled) == (False, False), "half of them are not shown yet"
        flow = link_invoices(house.desk, flow.id, [chorus_invoice(1, "FA-1"), chorus_invoice(2, "FA-2")])
        assert (flow.linked, flow.is_settled) == (True, True)
        assert [house.again_of(d).invoice_id for d in documents] == [1, 2]
        tracked = house.invoice("FA-2")
        assert (tracked.flow_number, tracked.document_id) == (NUMBER, documents[1].id)
        assert tracked.document_name == documents[1].name


async def test_partly_integrated_splits_the_flow(tmp_path: Path) -> None:
    """S2-043, S2-073: the refused one waits in place 1, in the platform's words; the others are submitted."""
    async with House(tmp_path) as house:
        good, bad = [await house.ready(number) for number in ("FA-1", "FA/2")]
        flow = told(house, sent(house, good, bad), FlowState.PARTLY_INTEGRATED, "FA-2")
        assert fates(house, flow) == [Fate.INTEGRATED, Fate.REFUSED]
        assert (flow.integrated, flow.refused, flow.rejected_for) == (1, 1, RejectionKind.BUSINESS)
        assert house.again_of(good).state is DocumentState.SUBMITTED
        back = house.again_of(bad, DocumentState.TO_SUBMIT)
        assert back.failure is not None
        assert (back.failure.phase, back.failure.message) == (Phase.AFTER, SERVICE_UNKNOWN)
        assert back.unchanged_since_failure
        assert waiting(house.desk) == [back]
        explained = explain_document(house.desk, back)
        assert explained is not None
        assert explained.id == "service.unknown"


async def test_a_report_taken_twice_or_late_changes_nothing(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        good, bad = [await house.ready(number) for number in ("FA-1", "FA-2")]
        flow = sent(house, good, bad)
        house.turn(timedelta(minutes=1))
        middle = report(house, flow, FlowState.IN_PROGRESS)
        house.turn(timedelta(minutes=1))
        said = report(
            house, flow, FlowState.PARTLY_INTEGRATED, RefusedInvoice(number="FA-2", messages=("no",))
        )
        first = take_report(house.desk, flow.id, said)
        stored = list(house.store.documents.all())
        assert take_report(house.desk, flow.id, said) == first
        late = take_report(house.desk, flow.id, middle)
        assert (late.state, late.integrated, late.refused) == (FlowState.PARTLY_INTEGRATED, 1, 1)
        assert [p.state for p in late.passages] == [FlowState.IN_PROGRESS, FlowState.PARTLY_INTEGRATED]
        assert house.store.documents.all() == stored
        kept = house.store.reports[flow.id]
        assert (kept.state, len(kept.refused)) == (FlowState.PARTLY_INTEGRATED, 1)


async def test_what_a_later_report_refuses_is_not_lost_among_the_integrated_ones(tmp_path: Path) -> None:
    """S2-043: that it was integrated was said of the flow as a whole; what was found stays integrated."""
    async with House(tmp_path) as house:
        found, bad = [await house.ready(number) for number in ("FA-1", "FA-2")]
        flow = told(house, sent(house, found, bad), FlowState.INTEGRATED)
        link_invoices(house.desk, flow.id, [chorus_invoice(7, "FA-1")])
        house.turn(timedelta(minutes=1))
        after = told(house, flow, FlowState.PARTLY_INTEGRATED, "FA-1", "FA-2")
        assert fates(house, after) == [Fate.INTEGRATED, Fate.REFUSED]
        assert house.again_of(found).state is DocumentState.SUBMITTED
        assert house.again_of(bad, DocumentState.TO_SUBMIT).in_error
        assert [c.may for c in resendable(house.desk, flow.id).invoices] == [False], "put right first"


async def test_a_document_that_was_put_right_meanwhile_stays_so(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        good, bad = [await house.ready(number) for number in ("FA-1", "FA-2")]
        flow = told(house, sent(house, good, bad), FlowState.PARTLY_INTEGRATED, "FA-2")

        fixed = complete(house.desk, bad.id, {"service_code": "OTHER"})
        told(house, flow, FlowState.PARTLY_INTEGRATED, "FA-2")
        assert house.again_of(bad) == fixed


async def test_a_complete_rejection_marks_those_that_are_named(tmp_path: Path) -> None:
    """S2-038, S2-040, S2-075."""
    async with House(tmp_path) as house:
        good, bad = [await house.ready(number) for number in ("FA-1", "FA-2")]
        flow = told(house, sent(house, good, bad), FlowState.REJECTED, "FA-2")
        assert fates(house, flow) == [Fate.NOT_INTEGRATED, Fate.REFUSED]
        assert flow.rejected_for is RejectionKind.BUSINESS
        assert (house.again_of(good).in_error, house.again_of(bad).in_error) == (False, True)
        assert {house.again_of(d).state for d in (good, bad)} == {DocumentState.TO_SUBMIT}
        assert not house.again_of(good).automatic


@pytest.mark.parametrize(
    ("technical", "in_error"),
    [((XSD,), (False, False)), ((f"{XSD} cii_chorus_facture_1.xml",), (False, True))],
    ids=["of the flow", "of one file"],
)
async def test_a_technical_rejection_names_whom_it_can(
    tmp_path: Path, technical: tuple[str, ...], in_error: tuple[bool, bool]
) -> None:
    """S2-039."""
    async with House(tmp_path) as house:
        documents = [await house.ready(number) for number in ("FA-1", "FA-2")]
        flow = told(house, sent(house, *documents), FlowState.NOT_ADMISSIBLE, technical=technical)
        assert flow.rejected_for is RejectionKind.TECHNICAL
        assert tuple(house.again_of(d).in_error for d in documents) == in_error
        (error,) = explain_report(house.desk, house.store.reports[flow.id])
        assert (error.code, error.message, error.explanation.known) == ("ERR_XSD_001", technical[0], True)
        assert "“-1 324,60”" in error.where
        assert "line 150" in error.where


async def test_a_technical_rejection_of_one_invoice_is_its_own(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        told(house, sent(house, document), FlowState.REJECTED, technical=(XSD,))
        failure = house.again_of(document).failure
        assert failure is not None
        assert failure.message == XSD


@pytest.mark.parametrize("state", [FlowState.WARNING, FlowState.INTERNAL_ERROR, FlowState.TO_RESTART])
async def test_what_was_not_processed_is_nobodys_fault(tmp_path: Path, state: FlowState) -> None:
    """S2-037: Incidenté; the whole flow has to go again, and nothing is wrong with its invoices."""
    async with House(tmp_path) as house:
        documents = [await house.ready(number) for number in ("FA-1", "FA-2")]
        flow = told(house, sent(house, *documents), state, "FA-2")
        assert fates(house, flow) == [Fate.NOT_INTEGRATED] * 2, "whatever its report says against one"
        assert (flow.asks_supplier, flow.integrated, flow.refused) == (True, 0, 0)
        for document in documents:
            back = house.again_of(document, DocumentState.TO_SUBMIT)
            assert (back.in_error, back.automatic) == (False, False)


async def test_what_the_platform_has_to_do_leaves_documents_where_they_are(tmp_path: Path) -> None:
    """S2-041."""
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        flow = told(house, sent(house, document), FlowState.WAITING_REPROCESSING)
        assert (flow.asks_supplier, fates(house, flow)) == (False, [Fate.PENDING])
        assert house.again_of(document).state is DocumentState.SUBMITTING


async def test_a_flow_that_is_taken_up_again_after_an_incident_submits_its_documents(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        flow = told(house, sent(house, document), FlowState.TO_RESTART)
        flow = told(house, flow, FlowState.INTEGRATED)
        assert fates(house, flow) == [Fate.INTEGRATED]
        assert house.again_of(document).state is DocumentState.SUBMITTED


async def test_what_a_report_says_of_an_unknown_number_is_kept_and_told_apart_by_what_is_found(
    tmp_path: Path,
) -> None:
    """The numbers of a report may be cut so short that nobody recognises them."""
    async with House(tmp_path) as house:
        good, bad = [await house.ready(number) for number in ("FA-1", "FA-2")]
        flow = told(house, sent(house, good, bad), FlowState.PARTLY_INTEGRATED, "FA")
        assert fates(house, flow) == [Fate.PENDING] * 2
        assert flow.refused == 1
        view = six_blocks(house.desk, flow)
        assert [i.number for i in view.invoices] == ["FA-1", "FA-2", "FA"]
        assert {house.again_of(d).state for d in (good, bad)} == {DocumentState.SUBMITTING}
        flow = link_invoices(house.desk, flow.id, [chorus_invoice(1, "FA-1")])
        assert fates(house, flow) == [Fate.INTEGRATED, Fate.REFUSED]
        assert (flow.linked, flow.integrated, flow.refused) == (True, 1, 1)
        failure = house.again_of(bad, DocumentState.TO_SUBMIT).failure
        assert failure is not None
        assert failure.message == SERVICE_UNKNOWN
        assert house.again_of(good).state is DocumentState.SUBMITTED


async def test_a_flow_of_another_tool_is_what_its_report_and_its_invoices_say(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        flow = Flow(
            id="theirs",
            mode=FlowMode.UNKNOWN,
            stage=FlowStage.DEPOSITED,
            issuer_siret=SUPPLIER.siret,
            number=NUMBER,
            emitted_at=house.now,
        )
        house.store.flows.put(flow)
        flow = told(house, flow, FlowState.PARTLY_INTEGRATED, "X-9")
        assert [(i.number, i.fate) for i in invoices_of(house.desk, flow.id)] == [("X-9", Fate.REFUSED)]
        flow = link_invoices(house.desk, flow.id, [chorus_invoice(n, f"X-{n}") for n in range(1, 4)])
        assert (flow.linked, flow.count, flow.integrated, flow.refused) == (True, 4, 3, 1)
        assert link_invoices(house.desk, flow.id, [chorus_invoice(n, f"X-{n}") for n in range(1, 4)]) == flow


@pytest.mark.parametrize("count", [1, 11, 37, 500])
async def test_every_invoice_of_a_flow_is_linked(tmp_path: Path, count: int) -> None:
    """All pages: 1, 11, 37 and 500 invoices."""
    async with House(tmp_path) as house:
        numbers = [f"F-{n:03}" for n in range(count)]
        key = queue_file(house, *numbers[:1])
        lines = tuple(
            FlowInvoice(number=n, supplier_siret=SUPPLIER.siret, member=f"{n}.xml") for n in numbers
        )
        contents = house.store.contents[key]
        house.store.contents.put(structs.replace(contents, invoices=lines))
        flow = structs.replace(house.store.flows[key], count=count, number=NUMBER, stage=FlowStage.DEPOSITED)
        house.store.flows.put(flow)
        told(house, flow, FlowState.INTEGRATED)
        found = [chorus_invoice(n, number) for n, number in enumerate(reversed(numbers), 1)]
        flow = link_invoices(house.desk, key, found)
        assert (flow.linked, flow.integrated) == (True, count)
        assert len(house.store.invoices.by("flow_number", NUMBER)) == count


async def test_two_invoices_of_one_number_are_told_apart(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        first = await house.ready("FA-1")
        flow = queued(house, first)
        line = invoices_of(house.desk, flow.id)[0]
        twice = (line, structs.replace(line, document_id="", member="b.xml"))
        house.store.contents.put(structs.replace(house.store.contents[flow.id], invoices=twice))
        flow = structs.replace(again(house, flow), count=2, number=NUMBER, stage=FlowStage.DEPOSITED)
        house.store.flows.put(flow)
        told(house, flow, FlowState.PARTLY_INTEGRATED, "FA-1")
        assert fates(house, flow) == [Fate.INTEGRATED, Fate.REFUSED]
        flow = link_invoices(house.desk, flow.id, [chorus_invoice(7, "FA-1")])
        assert [i.invoice_id for i in invoices_of(house.desk, flow.id)] == [7, None]
        assert flow.linked


async def test_six_blocks_hold_what_the_report_and_the_flow_say(tmp_path: Path) -> None:
    """S2-072: file, timestamp, result, each document, errors, return flow."""
    async with House(tmp_path) as house:
        documents = [await house.ready(number) for number in ("FA-1", "FA-2", "FA-3")]
        flow = sent(house, *documents)
        before = six_blocks(house.desk, flow)
        assert (before.fetched_at, before.errors, len(before.invoices)) == (None, (), 3)
        joined = ("L'element BuyerReference.value est obligatoire", f"{SERVICE_UNKNOWN[:30]}…")
        house.turn(timedelta(minutes=1))
        said = report(
            house,
            flow,
            FlowState.PARTLY_INTEGRATED,
            RefusedInvoice(number="FA-2", messages=joined),
            technical=(TechnicalError(XSD, "ERR_XSD_001", "BLOQUANTE"),),
        )
        back = ReturnFlow(name="CSO1117A_CPP001_1.xml", at=house.now, kind="Integration report")
        flow = take_report(house.desk, flow.id, structs.replace(said, returned=(back,)))
        view = six_blocks(house.desk, flow)
        assert (view.file_name, view.deposited_at, view.state_at) == (
            "lot.tar.gz",
            flow.emitted_at,
            house.now,
        )
        assert (view.result, view.code, view.kind) == (
            "Partially integrated",
            "IN_INTEGRE_PARTIEL",
            "Technical rejection",
        )
        assert [i.fate for i in view.invoices] == [Fate.INTEGRATED, Fate.REFUSED, Fate.INTEGRATED]
        assert [(e.number, e.message) for e in view.errors] == [
            ("", XSD),
            ("FA-2", joined[0]),
            ("FA-2", joined[1]),
        ]
        assert [e.document_id for e in view.errors] == ["", documents[1].id, documents[1].id]
        assert [e.explanation.cut for e in view.errors] == [False, False, True]
        assert view.returned == (back,)
        failure = house.again_of(documents[1]).failure
        assert failure is not None
        assert failure.message == " | ".join(joined)
        explained = explain_document(house.desk, house.again_of(documents[1]))
        assert explained is not None
        assert (explained.id, explained.message) == ("service.missing", failure.message)


async def test_a_report_of_53_technical_errors_is_explained_whole(tmp_path: Path) -> None:
    """API 2.18: a recorded one has as many."""
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        errors = tuple(XSD.replace("150", str(n)) for n in range(53))
        flow = told(house, sent(house, document), FlowState.REJECTED, technical=errors)
        found = explain_report(house.desk, house.store.reports[flow.id])
        assert [e.message for e in found] == list(errors)


# From a file


async def file_flow(house: House, *numbers: str) -> Flow:
    key = queue_file(house, *numbers)
    flow = structs.replace(house.store.flows[key], number=NUMBER, stage=FlowStage.DEPOSITED)
    house.store.flows.put(flow)
    return flow


async def test_a_refused_invoice_of_a_file_becomes_a_document_once(tmp_path: Path) -> None:
    """S2-073, S2-076: in place 1, in error, with what its XML says."""
    async with House(tmp_path) as house:
        flow = await file_flow(house, "FA-1", "FA-2")
        flow = told(house, flow, FlowState.PARTLY_INTEGRATED, "FA-2")
        for _ in range(2):
            await take_out_refused(house.desk, house.composer, house.reader, flow.id)
        (document,) = house.store.documents.all()
        assert (document.value_of("number"), document.state) == ("FA-2", DocumentState.TO_SUBMIT)
        assert document.failure is not None
        assert (document.failure.message, document.unchanged_since_failure) == (SERVICE_UNKNOWN, True)
        assert (document.flow_id, document.channel) == (flow.id, Channel.API)
        assert document.fields.gross is not None
        assert read_bytes(Path(document.path)) == house.store.blobs.get(document.sha256)
        assert Path(document.path).is_relative_to(house.settings.folders.exports)
        assert invoices_of(house.desk, flow.id)[1].document_id == document.id
        await house.settle()
        assert len(house.store.documents) == 1


async def test_of_a_file_that_was_rejected_all_become_documents_and_of_an_incident_none(
    tmp_path: Path,
) -> None:
    async with House(tmp_path) as house:
        flow = await file_flow(house, "FA-1", "FA-2")
        flow = told(house, flow, FlowState.WARNING)
        assert await take_out_refused(house.desk, house.composer, house.reader, flow.id) == 0
        other = structs.replace(
            flow, id="b", state=FlowState.OTHER, state_code="", passages=(), state_at=None
        )
        house.store.flows.put(other)
        contents = house.store.contents[flow.id]
        lines = tuple(structs.replace(i, fate=Fate.PENDING) for i in contents.invoices)
        house.store.contents.put(structs.replace(contents, flow_id="b", invoices=lines))
        told(house, other, FlowState.REJECTED, "FA-2")
        await house.settle()
        found = {d.value_of("number"): d.in_error for d in house.store.documents.all()}
        assert found == {"FA-1": False, "FA-2": True}


async def test_a_flow_asks_nobody_once_all_that_came_back_was_dealt_with(tmp_path: Path) -> None:
    """One was sent by its form instead, one was taken out: nobody has to send the flow again."""
    async with House(tmp_path) as house:
        good, by_form, out = [await house.ready(number) for number in ("FA-1", "FA-2", "FA-3")]
        flow = told(house, sent(house, good, by_form, out), FlowState.PARTLY_INTEGRATED, "FA-2", "FA-3")
        await house.settle()
        assert again(house, flow).asks_supplier
        remove(house.desk, [out.id])
        await house.settle()
        assert again(house, flow).asks_supplier
        complete(house.desk, by_form.id, {"comment": "corrected"})
        assert submit(house.desk, [by_form.id]).done
        await house.settle()
        assert not again(house, flow).asks_supplier
        restore(house.desk, [out.id])
        await house.settle()
        assert again(house, flow).asks_supplier


async def test_what_a_flow_brings_in_or_back_teaches_the_match_that_filled_the_service_in(
    tmp_path: Path,
) -> None:
    """S1-026: as submissions do."""
    async with House(tmp_path) as house:
        known = ServiceMatch(
            siret=VALLEY.siret,
            label="voirie",
            service_code=OPEN,
            decided_by="clerk",
            decided_at=house.now,
            held=5,
        )
        house.store.matches.put(known)
        good, bad = [
            await house.ready(n, recipient=VALLEY, fields={"service_label": "Voirie"})
            for n in ("FA-1", "FA-2")
        ]
        by_match = InvoiceFields(service_code=OPEN)
        for document in (good, bad):
            now = house.again_of(document)
            readings = {**now.readings, Source.MATCH: by_match}
            house.store.documents.put(structs.replace(now, readings=readings))
        flow = sent(house, good, bad)
        told(house, flow, FlowState.PARTLY_INTEGRATED, "FA-2")
        match = house.store.matches[known.key]
        assert (match.held, match.missed) == (6, 1)


async def test_fixed_and_submitted_documents_go_in_one_flow_and_come_back_by_one_undo(tmp_path: Path) -> None:
    """S2-076: one fix for all that a flow brought back, sent again from place 1."""
    async with House(tmp_path, rule={"channel": Channel.API}, settings={"hold": 5.0}) as house:
        documents = [await house.ready(number) for number in ("FA-1", "FA-2", "FA-3")]
        flow = told(
            house, sent(house, *documents), FlowState.REJECTED, *(f"FA-{number}" for number in (1, 2, 3))
        )
        before = [house.again_of(document) for document in documents]
        fix = Fix(FixKind.COMMITMENT, "1400000001")
        outcome = await apply_in_slices(house.desk, [d.id for d in documents], fix, submit=True)
        assert len(outcome.done) == 3, outcome.refused
        second = house.store.flows[house.again_of(documents[0]).flow_id]
        assert (second.count, second.gathered) == (3, True)
        assert again(house, flow).resent_by == (second.id,)
        undone = undo(house.desk)
        assert undone is not None
        assert undone.refused == ()
        assert [structs.replace(house.again_of(d), automatic=False) for d in documents] == [
            structs.replace(d, automatic=False) for d in before
        ]
        assert again(house, second).stage is FlowStage.WITHDRAWN
        assert again(house, flow).resent_by == ()
