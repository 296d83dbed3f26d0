"""Reading invoices: what a file says, in which process, within which limits."""

import asyncio
import hashlib
import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from chorus_tui.domain.fields import InvoiceFields, Source
from chorus_tui.domain.statuses import InvoiceKind
from chorus_tui.intake import Reader, ReaderClosed
from tests.intake.conftest import Drop
from tests.pdfs import invoice_pdf, many_pages, text_pdf, with_attachment
from tests.sheets import Line

pytestmark = pytest.mark.asyncio(loop_scope="module")

SHARED = Path(os.environ.get("CHORUS_TUI_SHARED", Path(__file__).parents[3] / "shared")) / "data" / "facturx"
# Number, date, kind, supplier, buyer, order, net, VAT, gross, to pay: the table that comes with the files.
REAL = {
    "Avoir_FR_type381_BASIC.pdf": "AV-2017-0005 2017-11-16 credit_note 99999999800010 78787878400035 PO445"
    " 218.48 14.99 233.47 233.47",
    "Facture_DOM_BASICWL.pdf": "FA-2017-0009 2017-11-05 invoice 99999999800010 34343434600010 BC543"
    " 530.75 0.00 530.75 383.75",
    "Facture_DOM_MINIMUM.pdf": "FA-2017-0009 2017-11-05 invoice 99999999800010 34343434600010 BC543"
    " 530.75 0.00 530.75 383.75",
    "Facture_FR_BASICWL.pdf": "FA-2017-0010 2017-11-13 invoice 99999999800010 78787878400035 PO445"
    " 624.90 46.25 671.15 470.15",
    "Facture_FR_MINIMUM.pdf": "FA-2017-0010 2017-11-13 invoice 99999999800010 78787878400035 PO445"
    " 624.90 46.25 671.15 470.15",
    "Facture_UE_BASICWL.pdf": "FA-2017-0008 2017-11-03 invoice 99999999800010 None COMPRA0832"
    " 2076.76 0.00 2076.76 1453.76",
    "Facture_UE_MINIMUM.pdf": "FA-2017-0008 2017-11-03 invoice 99999999800010 None COMPRA0832"
    " 2076.76 0.00 2076.76 1453.76",
}


@pytest.mark.skipif(not SHARED.is_dir(), reason="the real invoices are not on this machine")
@pytest.mark.parametrize("name", REAL)
async def test_a_real_factur_x_reads_exactly_as_it_is(reader: Reader, name: str) -> None:
    reading = await reader.read(SHARED / name)
    found = reading.readings[Source.FACTUR_X]
    assert (
        f"{found.number} {found.issued} {found.kind} {found.supplier_siret} {found.recipient_siret}"
        f" {found.commitment_number} {found.net} {found.vat} {found.gross} {found.to_pay}"
    ) == REAL[name]
    assert found.currency == "EUR"
    assert reading.notes == ()
    reading.text.encode("utf-8")  # symbol fonts leave lone surrogates there


@pytest.mark.skipif(not SHARED.is_dir(), reason="the real invoices are not on this machine")
@pytest.mark.parametrize("name", REAL)
async def test_what_is_printed_on_a_real_invoice_never_contradicts_what_is_embedded(
    reader: Reader, name: str
) -> None:
    readings = (await reader.read(SHARED / name)).readings
    embedded, printed = readings[Source.FACTUR_X], readings[Source.PAGE]
    both = [
        (getattr(printed, field), getattr(embedded, field))
        for field in InvoiceFields.__struct_fields__
        if None not in (getattr(printed, field), getattr(embedded, field))
    ]
    assert len(both) >= 6
    assert [pair for pair in both if pair[0] != pair[1]] == []


async def test_a_factur_x_invoice_is_read_from_its_xml_and_from_its_page(reader: Reader, drop: Drop) -> None:
    content = invoice_pdf(
        number="FA-2026-0777",
        issued=date(2026, 10, 14),
        facturx="basicwl",
        service_code="DIRINFRA",
        commitment="DHS-26-1",
        contract="M-42",
        lines=(
            Line("Banc", Decimal(3), Decimal("415.00")),
            Line("Guide", Decimal(2), Decimal("10.00"), Decimal("5.5")),
        ),
        prepaid=Decimal("100.00"),
    )
    reading = await reader.read(drop(content))
    assert reading.sha256 == hashlib.sha256(content).hexdigest()
    assert (reading.size, reading.pages) == (len(content), 1)
    assert reading.supplier_siret == "83990121200010"
    for source in (Source.FACTUR_X, Source.PAGE):
        found = reading.readings[source]
        assert (found.number, found.issued, found.kind) == (
            "FA-2026-0777",
            date(2026, 10, 14),
            InvoiceKind.INVOICE,
        )
        assert (found.service_code, found.commitment_number, found.contract_number) == (
            "DIRINFRA",
            "DHS-26-1",
            "M-42",
        )
        assert (found.net, found.vat) == (Decimal("1265.00"), Decimal("250.10"))
        assert (found.gross, found.to_pay) == (Decimal("1515.10"), Decimal("1415.10"))
        assert found.vat_lines is not None
        assert [(line.rate, line.base, line.vat) for line in found.vat_lines] == [
            (Decimal(20), Decimal("1245.00"), Decimal("249.00")),
            (Decimal("5.5"), Decimal("20.00"), Decimal("1.10")),
        ]


async def test_a_credit_note_names_what_it_corrects_and_counts_up_not_down(
    reader: Reader, drop: Drop
) -> None:
    reading = await reader.read(
        drop(invoice_pdf(credit=True, original="FA-2026-0001", number="AV-1", facturx="basicwl"))
    )
    for found in reading.readings.values():
        assert (found.kind, found.original_number) == (InvoiceKind.CREDIT_NOTE, "FA-2026-0001")
        assert (found.number, found.gross) == ("AV-1", Decimal("816.00"))


async def test_a_page_is_laid_out_with_its_columns(reader: Reader, drop: Drop) -> None:
    (page,) = await reader.layout(drop(invoice_pdf(commitment="EJ-1")))
    (line,) = (line for line in page.split("\n") if "EJ-1" in line)
    assert "COMMUNE" not in line.split("EJ-1")[0]
    assert any("Total TTC" in line and line.rstrip().endswith("816,00 €") for line in page.split("\n"))


async def test_only_the_pages_asked_for_are_laid_out(reader: Reader, drop: Drop) -> None:
    path = drop(text_pdf("one", "two", "three", "four"))
    assert [page.strip() for page in await reader.layout(path, 1, 2)] == ["two", "three"]
    assert [page.strip() for page in await reader.layout(path, 3, 9)] == ["four"]
    assert await reader.layout(path, 9) == ()


async def test_a_long_document_is_read_at_both_ends_and_says_so(reader: Reader, drop: Drop) -> None:
    """A telephone bill of 400 pages is a real invoice."""
    reading = await reader.read(drop(many_pages(400)))
    found = reading.readings[Source.PAGE]
    assert reading.pages == 400
    assert (found.number, found.to_pay) == ("TEL-2026-400", Decimal("120.00"))
    assert any("first 10 pages" in note for note in reading.notes)
    assert "page 200" not in reading.text


async def test_pages_without_text_are_said_to_have_none(reader: Reader, drop: Drop) -> None:
    reading = await reader.read(drop(text_pdf("")))
    assert reading.readings == {}
    assert any("scan" in note for note in reading.notes)


async def test_an_attachment_that_is_no_invoice_is_named_as_such(reader: Reader, drop: Drop) -> None:
    reading = await reader.read(drop(with_attachment(invoice_pdf(), b"<order/>", "order.xml")))
    assert set(reading.readings) == {Source.PAGE}
    assert any("not a Factur-X" in note for note in reading.notes)


async def test_a_file_whose_name_is_not_unicode_is_read(reader: Reader, tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/fact\xe9\n\x1b[31mure.pdf"))
    await asyncio.to_thread(path.write_bytes, invoice_pdf())
    assert (await reader.read(path)).readings[Source.PAGE].number == "FA-2026-0001"


async def test_a_page_to_show_does_not_wait_for_the_files_to_read(reader: Reader, drop: Drop) -> None:
    path = drop(invoice_pdf())
    order: list[str] = []

    async def note(name: str, work: object) -> None:
        await work  # type: ignore[misc]
        order.append(name)

    waiting = [asyncio.create_task(note(f"read {n}", reader.read(path))) for n in range(4)]
    await asyncio.sleep(0)  # the first file is under way, the others queue
    await asyncio.gather(*waiting, note("layout", reader.layout(path)))
    assert order.index("layout") <= 1


async def test_who_gives_up_waiting_spoils_nothing_for_the_next(reader: Reader, drop: Drop) -> None:
    path = drop(invoice_pdf(number="FA-9"))
    before = reader.worker_id
    given_up = [asyncio.create_task(reader.read(path)) for _ in range(3)]
    await asyncio.sleep(0)
    for task in given_up:
        task.cancel()
    await asyncio.gather(*given_up, return_exceptions=True)
    assert (await reader.layout(path))[0].count("FA-9") == 1
    assert (await reader.read(path)).readings[Source.PAGE].number == "FA-9"
    assert reader.worker_id == before or before is None


async def test_the_worker_keeps_apart_from_the_terminal_and_gives_way(reader: Reader, drop: Drop) -> None:
    await reader.read(drop(invoice_pdf()))
    worker = reader.worker_id
    assert worker is not None
    assert os.getsid(worker) == worker != os.getsid(0)
    assert os.getpriority(os.PRIO_PROCESS, worker) > os.getpriority(os.PRIO_PROCESS, 0)


async def test_secrets_in_the_environment_do_not_reach_the_worker(
    drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHORUS_TUI_CLIENT_SECRET", "hush")
    async with Reader() as own:
        await own.read(drop(invoice_pdf()))
        environment = await asyncio.to_thread(Path(f"/proc/{own.worker_id}/environ").read_bytes)
    assert b"PYTHONPATH" in environment
    assert b"hush" not in environment


async def test_a_closed_reader_leaves_no_process(drop: Drop) -> None:
    async with Reader() as own:
        await own.read(drop(invoice_pdf()))
        worker = own.worker_id
        assert worker is not None
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)


async def test_closing_a_reader_blames_no_file(drop: Drop) -> None:
    path = drop(invoice_pdf())
    own = Reader()
    reads = [asyncio.create_task(own.read(path)) for _ in range(3)]
    await asyncio.sleep(0)
    await own.close()
    ends = await asyncio.gather(*reads, return_exceptions=True)
    assert [type(end) for end in ends] == [ReaderClosed] * 3
    assert own.worker_id is None


async def test_a_worker_that_was_killed_is_replaced_and_the_file_is_read(drop: Drop) -> None:
    path = drop(invoice_pdf())
    async with Reader() as own:
        await own.read(path)
        assert own.worker_id is not None
        os.kill(own.worker_id, 9)
        assert (await own.read(path)).pages == 1
