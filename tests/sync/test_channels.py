"""Documents that go in a flow: read here alone, analysed by nobody else, opened as forms like any other."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from chorus_tui.domain.document import Phase
from chorus_tui.domain.fields import Source
from chorus_tui.domain.flow import Channel, FlowMode
from chorus_tui.domain.flow_states import FlowStage
from chorus_tui.domain.statuses import DocumentState, OcrStatus
from chorus_tui.operations import complete, remove, reprocess, restore, submit
from chorus_tui.operations.composing_queued import item_of
from chorus_tui.settings import EdiConnection
from tests import ubl as ubl_sheets
from tests.cii import with_lines
from tests.house import House
from tests.pdfs import draw, text_pdf
from tests.sheets import SUPPLIER, Sheet

SHEET = Sheet(number="FA-2026-0777", facturx="basicwl")
API = {"glob": "*", "channel": Channel.API}


def analyses(house: House) -> int:
    """How often Chorus Pro was asked to read a PDF."""
    return sum(path.endswith("deposer/pdf") for path in house.wire.calls)


async def test_what_goes_in_a_flow_is_ready_without_an_analysis(tmp_path: Path) -> None:
    """S2-005, S1-064: the form opens with what the file says."""
    async with House(tmp_path, rule=API) as house:
        house.drop(draw(SHEET), "a.pdf")
        house.drop(with_lines(replace(SHEET, number="F-2")), "b.xml")
        house.drop(ubl_sheets.xml(replace(SHEET, number="F-3")), "c.XML")
        await house.settle()
        assert analyses(house) == 0
        for name, number in (("a.pdf", "FA-2026-0777"), ("b.xml", "F-2"), ("c.XML", "F-3")):
            document = house.document(name)
            assert document.ocr_status is OcrStatus.TO_SUBMIT
            assert (document.channel, document.pages) == (Channel.API, 1)
            assert document.fields.number == number
            assert document.source_of("gross") is Source.FACTUR_X
            assert number in await house.lookups.page_text(document)


async def test_an_edi_rule_names_its_connection_on_the_document(tmp_path: Path) -> None:
    """S2-006, S2-016."""
    edi = EdiConnection(
        name="EDI",
        partner_code="ABC001",
        issuer=SUPPLIER.siret,
        drop=tmp_path / "out",
        returns=tmp_path / "in",
    )
    rule = {"glob": "*.xml", "channel": Channel.EDI, "edi": "EDI"}
    async with House(tmp_path, rule=rule, settings={"edi": (edi,)}) as house:
        house.drop(ubl_sheets.xml(SHEET), "a.xml")
        house.drop(draw(SHEET), "b.pdf")
        await house.settle()
        assert house.names() == ["a.xml"], "the rule takes no PDF"
        document = house.document("a.xml")
        assert (document.channel, document.connection) == (Channel.EDI, "EDI")


async def test_a_rule_that_sends_forms_takes_no_xml(tmp_path: Path) -> None:
    """S1-016: the PDF form needs a PDF; who drops something else is told."""
    async with House(tmp_path, rule={"glob": "*"}) as house:
        house.drop(ubl_sheets.xml(SHEET), "a.xml")
        await house.settle()
        failed = house.again_of(house.document("a.xml"), DocumentState.MISTAKEN)
        assert failed.failure is not None
        assert failed.failure.phase is Phase.BEFORE
        assert failed.failure.message == "The file is not a PDF, whatever its name says."


async def test_reprocessing_reads_the_file_again_also_while_chorus_pro_is_away(tmp_path: Path) -> None:
    """S1-064, S1-083: no call is needed, and what was typed stays."""
    async with House(tmp_path, rule=API) as house:
        house.drop(ubl_sheets.xml(SHEET), "a.xml")
        await house.settle()
        document = complete(house.desk, house.document("a.xml").id, {"service_code": "FACT-01"})
        for service in ("structures", "factures", "transverses"):
            house.sandbox.faults.inject(service, "unreachable", None)
        assert reprocess(house.desk, [document.id]).done == (document.id,)
        assert house.again_of(document).state is DocumentState.FILED
        await house.settle()
        again = house.again_of(document, DocumentState.TO_SUBMIT)
        assert (again.fields.number, again.fields.service_code) == ("FA-2026-0777", "FACT-01")
        assert analyses(house) == 0


async def test_a_removed_document_comes_back_as_it_was(tmp_path: Path) -> None:
    """S1-073."""
    async with House(tmp_path, rule=API) as house:
        house.drop(ubl_sheets.xml(SHEET), "a.xml")
        await house.settle()
        document = house.document("a.xml")
        assert remove(house.desk, [document.id])
        assert restore(house.desk, [document.id])
        await house.settle()
        assert house.again_of(document, DocumentState.TO_SUBMIT).fields == document.fields


async def test_an_unreadable_file_of_a_flow_becomes_ready_once_it_is_put_right(tmp_path: Path) -> None:
    """S1-016, S1-064."""
    async with House(tmp_path, rule=API) as house:
        path = house.drop(b"<Invoice", "a.xml")
        await house.settle()
        failed = house.again_of(house.document("a.xml"), DocumentState.MISTAKEN)
        assert failed.failure is not None
        assert failed.failure.message == "The XML is damaged and cannot be read."
        assert failed.channel is Channel.API
        path.write_bytes(ubl_sheets.xml(SHEET))
        reprocess(house.desk, [failed.id])
        await house.settle()
        (name,) = house.names()
        (ready,) = [d for d in house.store.documents.all() if d.state is DocumentState.TO_SUBMIT]
        assert (name, ready.channel) == ("a.xml", Channel.API)


async def test_a_copy_that_is_gone_is_mistaken_and_says_so(tmp_path: Path) -> None:
    async with House(tmp_path, rule=API) as house:
        house.drop(ubl_sheets.xml(SHEET), "a.xml")
        await house.settle()
        document = house.document("a.xml")
        house.store.blobs.path(document.sha256).unlink()
        reprocess(house.desk, [document.id])
        await house.settle()
        failed = house.again_of(document, DocumentState.MISTAKEN)
        assert failed.failure is not None
        assert failed.failure.message == "The copy of the file that is to be sent cannot be read."


async def test_a_scan_in_a_flow_is_ready_with_an_empty_form(tmp_path: Path) -> None:
    """S1-020: nothing was read, so everything is typed."""
    async with House(tmp_path, rule=API) as house:
        house.drop(text_pdf(""), "scan.pdf")
        await house.settle()
        document = house.again_of(house.document("scan.pdf"), DocumentState.TO_SUBMIT)
        assert document.fields.number is None
        assert document.notes == ("The pages hold no text (a scan?): nothing could be read from them.",)


async def test_a_rule_may_look_for_words_in_an_xml(tmp_path: Path) -> None:
    """S1-012."""
    rule = {**API, "text": "^lot 3$"}
    async with House(tmp_path, rule=rule) as house:
        house.drop(ubl_sheets.xml(SHEET), "a.xml")
        house.drop(ubl_sheets.xml(replace(SHEET, note="Lot 3")), "b.xml")
        await house.settle()
        assert house.names() == ["b.xml"]


@pytest.mark.parametrize("make", [with_lines, ubl_sheets.xml, draw])
async def test_a_correction_on_the_form_is_what_chorus_pro_gets(tmp_path: Path, make: object) -> None:
    """S2-017: the deposited file bears what the operator typed."""
    assert callable(make)
    async with House(tmp_path, rule=API) as house:
        house.drop(make(SHEET), "a.pdf" if make is draw else "a.xml")
        await house.settle()
        (document,) = house.store.documents.all()
        complete(house.desk, document.id, {"number": "FA-CORRECTED"})
        outcome = submit(house.desk, [document.id])
        assert outcome.done == (document.id,), outcome.refused
        await house.settle_all(turns=4)
        flow = house.store.flows[house.again_of(document, DocumentState.SUBMITTED).flow_id]
        assert flow.stage is FlowStage.DEPOSITED
        assert house.deposited("FA-CORRECTED") == 1
        assert house.deposited("FA-2026-0777") == 0


async def test_chorus_pro_takes_the_pdf_inside_a_minimal_cii(tmp_path: Path) -> None:
    """S2-018: what an agent deposits on the portal is integrated, with the PDF for its reader."""
    async with House(tmp_path, rule={"glob": "*.pdf", "channel": Channel.PORTAL}) as house:
        house.drop(draw(SHEET), "a.pdf")
        await house.settle()
        item = item_of(house.desk, house.document("a.pdf"))
        composed = await house.composer.compose([item], mode=FlowMode.PORTAL, folder=tmp_path)
        (made,) = composed.made
        content = await asyncio.to_thread(Path(made.path).read_bytes)
        number = house.sandbox.deposit_on_portal(content, made.name, SUPPLIER.siret)
        await house.settle_all(turns=2)
        assert house.sandbox.flows.by_number(number).refusals == ()
        assert house.deposited("FA-2026-0777") == 1
