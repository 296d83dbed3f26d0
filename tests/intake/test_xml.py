"""Invoices in XML: what they say, as which page they show, and when they are no invoices."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chorus_tui.domain.fields import InvoiceFields, Source, VatLine
from chorus_tui.domain.statuses import InvoiceKind, PaymentMeans, VatRegime
from chorus_tui.intake import Fault, Reader, Unreadable, embedded, tree, ubl
from chorus_tui.intake.rendering import WIDTH, render
from chorus_tui.text import clean_lines
from tests import ubl as ubl_sheets
from tests.cii import with_lines
from tests.sheets import Line, Sheet

pytestmark = pytest.mark.asyncio(loop_scope="module")

SHEET = Sheet(
    number="FA-2026-0777",
    service_code="DIRINFRA",
    commitment="DHS-26-1",
    contract="M-42",
    note="Livré le 3 octobre.",
    lines=(Line("Banc", Decimal(3), Decimal("415.00")), Line("Guide", Decimal(2), rate=Decimal("5.5"))),
    prepaid=Decimal("100.00"),
)

ADDRESSES = ("  14 quai", "  35000", "  2 rue", "  72220")
"""Which tests.cii leaves out."""


def put(folder: Path, content: bytes, name: str = "invoice.xml") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("make", [with_lines, ubl_sheets.xml])
async def test_an_invoice_in_xml_is_read_as_factur_x_is(
    reader: Reader, tmp_path: Path, make: Callable[[Sheet], bytes]
) -> None:
    """S2-005: files of the EDI formats become documents like PDFs."""
    reading = await reader.read(put(tmp_path, make(SHEET)))
    assert (reading.pages, reading.is_pdf, reading.notes) == (1, False, ())
    found = reading.readings[Source.FACTUR_X]
    assert (found.number, found.issued, found.due) == ("FA-2026-0777", date(2026, 10, 12), SHEET.due)
    assert (found.kind, found.currency) == (InvoiceKind.INVOICE, "EUR")
    assert (found.supplier_siret, found.recipient_siret) == (SHEET.supplier.siret, SHEET.recipient.siret)
    assert (found.supplier_name, found.recipient_name) == (SHEET.supplier.name, SHEET.recipient.name)
    assert (found.service_code, found.commitment_number) == ("DIRINFRA", "DHS-26-1")
    assert (found.contract_number, found.payment_means) == ("M-42", PaymentMeans.TRANSFER)
    assert (found.net, found.vat, found.gross) == (Decimal("1445.00"), Decimal("260.00"), Decimal("1705.00"))
    assert found.to_pay == Decimal("1605.00")
    assert found.vat_lines == (
        VatLine(Decimal(20), Decimal("1245.00"), Decimal("249.00")),
        VatLine(Decimal("5.5"), Decimal("200.00"), Decimal("11.00")),
    )
    assert reading.supplier_siret == SHEET.supplier.siret
    assert "Livré le 3 octobre." in reading.text.splitlines()


async def test_cii_and_ubl_of_one_invoice_read_the_same(reader: Reader, tmp_path: Path) -> None:
    sheet = replace(
        SHEET, credit=True, original="F-OLD", number="AV-1", service_code="", service_label="Les Bois"
    )
    first = (await reader.read(put(tmp_path, with_lines(sheet), "a.xml"))).readings[Source.FACTUR_X]
    second = (await reader.read(put(tmp_path, ubl_sheets.xml(sheet), "b.xml"))).readings[Source.FACTUR_X]
    assert (first.kind, first.original_number, first.service_label) == (
        InvoiceKind.CREDIT_NOTE,
        "F-OLD",
        "Les Bois",
    )
    differing = {n for n in InvoiceFields.__struct_fields__ if getattr(first, n) != getattr(second, n)}
    # tests.cii writes the tax point of each rate and leaves the payment of a credit note out.
    assert differing == {"vat_regime", "payment_means"}


@pytest.mark.parametrize(
    ("old", "new", "name", "value"),
    [
        (b'schemeID="0009"', b'schemeName="1"', "recipient_siret", SHEET.recipient.siret),
        (b'schemeID="0009"', b"", "recipient_siret", SHEET.recipient.siret),
        (b'schemeID="0009"', b'schemeID="0088"', "recipient_siret", None),
        (b"<cbc:ID>S</cbc:ID>", b"<cbc:ID>E</cbc:ID>", "vat_regime", VatRegime.EXEMPT),
        (b"<cbc:ID>S</cbc:ID>", b"<cbc:ID>O</cbc:ID>", "vat_regime", VatRegime.NONE),
        (b">30</cbc:PaymentMeansCode>", b">97</cbc:PaymentMeansCode>", "payment_means",
         PaymentMeans.CARRIED_FORWARD),
        (b">1705.00</cbc:TaxInclusive", b">-1 324,60</cbc:TaxInclusive", "gross", None),
        (b">2026-10-12</cbc:IssueDate>", b">soon</cbc:IssueDate>", "issued", None),
    ],
)  # fmt: skip
async def test_values_of_a_ubl_are_read_as_they_are_or_not_at_all(
    old: bytes, new: bytes, name: str, value: object
) -> None:
    content = ubl_sheets.xml(SHEET)
    assert old in content
    found = ubl.fields_of(tree.parse(content.replace(old, new)))
    assert getattr(found, name) == value


async def test_an_xml_shows_as_a_page_with_parties_lines_and_totals(reader: Reader, tmp_path: Path) -> None:
    """S1-020: a form needs its page, also where there is no PDF."""
    pages = []
    for make in (with_lines, ubl_sheets.xml):
        path = put(tmp_path, make(SHEET))
        (page,) = await reader.layout(path)
        assert await reader.layout(path, 1) == ()
        pages.append([line for line in page.splitlines() if not line.startswith(ADDRESSES)])
    assert pages[0] == pages[1]
    text = "\n".join(pages[0])
    for shown in (
        "Invoice FA-2026-0777",
        "  ATELIER BRUME SARL\n  SIRET 83990121200010",
        "  COMMUNE DE SAINT-ELME-LES-BOIS\n  SIRET 12345678200051",
        "Performing service: DIRINFRA",
        "Commitment number: DHS-26-1",
        "Livré le 3 octobre.",
    ):
        assert shown in text
    (bench,) = [line for line in pages[0] if line.startswith("Banc")]
    assert bench.split() == ["Banc", "3", "415.00", "1,245.00"]
    assert max(map(len, pages[0])) <= WIDTH
    (due,) = [line for line in pages[0] if line.startswith("To pay")]
    assert due.split() == ["To", "pay", "1,605.00", "EUR"]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"<html><body/></html>", Fault.NOT_AN_INVOICE),
        (b"<Invoice/>", Fault.NOT_AN_INVOICE),
        (b"<Invoice", Fault.XML_DAMAGED),
        (b"hello", Fault.XML_DAMAGED),
        (b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', Fault.XML_DECLARES),
        (b'<!DOCTYPE a [<!ENTITY b "ha">]>' + with_lines(SHEET).split(b"?>", 1)[1], Fault.XML_DECLARES),
        (b"", Fault.EMPTY),
    ],
)
async def test_an_xml_that_is_no_invoice_is_unreadable_and_says_why(
    reader: Reader, tmp_path: Path, content: bytes, fault: Fault
) -> None:
    for ask in (reader.read, reader.layout):
        with pytest.raises(Unreadable) as refused:
            await ask(put(tmp_path, content))
        assert refused.value.fault is fault
        assert refused.value.advice


async def test_an_xml_by_the_name_of_a_pdf_is_told_to_be_none(reader: Reader, tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as refused:
        await reader.read(put(tmp_path, b"<html/>", "invoice.pdf"))
    assert refused.value.fault is Fault.NOT_A_PDF


async def test_an_xml_against_its_schema_is_read_with_a_word(reader: Reader, tmp_path: Path) -> None:
    content = ubl_sheets.xml(SHEET).replace(b"<cbc:ID>1</cbc:ID>", b"")
    reading = await reader.read(put(tmp_path, content))
    assert reading.notes == ("The XML does not follow its schema; check its values.",)
    assert reading.readings[Source.FACTUR_X].number == "FA-2026-0777"


async def test_an_embedded_ubl_is_no_factur_x() -> None:
    assert embedded.values(ubl_sheets.xml(SHEET)) == (None, (embedded.REFUSED_XML,))


@given(label=st.text(max_size=60), note=st.text(max_size=200))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
async def test_whatever_an_invoice_says_its_page_is_safe_to_show(label: str, note: str) -> None:
    allowed = "".join(c for c in label + note if c in "\t\n\r" or "\x20" <= c <= "\ud7ff")
    sheet = replace(SHEET, lines=(Line(allowed or "x"),), note=allowed)
    for make in (with_lines, ubl_sheets.xml):
        page = render(tree.parse(make(sheet)))
        assert clean_lines(page) == page
