"""Documents become files that Chorus Pro takes: Factur-X, XML, archives, within its limits."""

import asyncio
import io
import os
import random
import signal
import sys
import tarfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import facturx
import pytest
import time_machine
from msgspec import structs
from pypdf import PdfReader, PdfWriter

from chorus_tui.composing import Composer
from chorus_tui.composing.pdf import embed
from chorus_tui.domain.fields import InvoiceFields, VatLine
from chorus_tui.domain.flow import FlowMode, Syntax
from chorus_tui.domain.statuses import BillingFrame, InvoiceKind, PaymentMeans, VatRegime
from chorus_tui.intake import cii, schemas, tree, ubl
from tests import flows
from tests import ubl as ubl_sheets
from tests.cii import with_lines
from tests.cii import xml as facturx_of
from tests.composing.conftest import Bench
from tests.intake.test_reader import REAL, SHARED
from tests.pdfs import draw, encrypted, many_pages, with_attachment
from tests.sheets import Sheet

pytestmark = pytest.mark.asyncio(loop_scope="module")

SHEET = Sheet(number="FA-2026-0777", facturx="basicwl", service_code="DIRINFRA", commitment="DHS-26-1")


def fields_of(sheet: Sheet) -> InvoiceFields:
    """What the form of an invoice says."""
    return InvoiceFields(
        number=sheet.number,
        issued=sheet.issued,
        kind=InvoiceKind.CREDIT_NOTE if sheet.credit else InvoiceKind.INVOICE,
        supplier_siret=sheet.supplier.siret,
        supplier_name=sheet.supplier.name,
        recipient_siret=sheet.recipient.siret,
        recipient_name=sheet.recipient.name,
        service_code=sheet.service_code or None,
        commitment_number=sheet.commitment or None,
        billing_frame=BillingFrame.A1,
        currency="EUR",
        vat_regime=VatRegime.ON_DEBITS,
        payment_means=PaymentMeans.TRANSFER,
        vat_lines=tuple(VatLine(rate, base, vat) for rate, base, vat in sheet.taxes),
        net=sheet.net,
        vat=sheet.vat,
        gross=sheet.gross,
        to_pay=sheet.to_pay,
    )


def inside(pdf: bytes) -> InvoiceFields:
    """What the Factur-X in a PDF says; it follows its schema."""
    _, xml = facturx.get_xml_from_pdf(pdf, check_xsd=False)
    assert facturx.xml_check_xsd(xml)
    return cii.fields_of(tree.parse(xml))


def own_fields(pdf: bytes) -> InvoiceFields:
    """What a Factur-X says already."""
    _, xml = facturx.get_xml_from_pdf(pdf, check_xsd=False)
    return cii.fields_of(tree.parse(xml))


def members(archive: bytes) -> dict[str, bytes]:
    """The files of a tar.gz."""
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tar:
        return {name: tar.extractfile(name).read() for name in tar.getnames()}  # type: ignore[union-attr]


async def test_a_factur_x_that_nobody_corrected_leaves_byte_for_byte(bench: Bench) -> None:
    """S2-009: what the supplier signed off is what is deposited."""
    pdf = draw(SHEET)
    made, content = await bench.one(bench.item(pdf, own_fields(pdf)))
    assert content == pdf
    assert (made.syntax, made.name) == (Syntax.FACTUR_X, "factur-x_chorus_facture_FA-2026-0777.pdf")
    assert [name for _key, name in made.members] == [made.name]


async def test_corrections_are_in_the_xml_and_the_page_stays(bench: Bench) -> None:
    """S2-073: a refused invoice is corrected and sent again; its page is the same."""
    pdf = draw(SHEET)
    wanted = structs.replace(
        own_fields(pdf), service_code="FACT-01", commitment_number=None, billing_frame=BillingFrame.A1
    )
    _made, content = await bench.one(bench.item(pdf, wanted))
    assert inside(content) == wanted
    old, new = PdfReader(io.BytesIO(pdf)), PdfReader(io.BytesIO(content))
    before, after = old.pages[0], new.pages[0]
    assert old.metadata is not None
    assert new.metadata is not None
    assert (new.metadata.title, new.metadata.author) == (old.metadata.title, old.metadata.author)
    assert after.get_contents().get_data() == before.get_contents().get_data()  # type: ignore[union-attr]


async def test_a_pdf_without_xml_becomes_factur_x_of_its_form(bench: Bench) -> None:
    """S2-009: a plain PDF can go in a flow, too."""
    wanted = fields_of(SHEET)
    _made, content = await bench.one(bench.item(draw(SHEET, embed=False), wanted))
    assert inside(content) == wanted
    reader = PdfReader(io.BytesIO(content))
    assert reader.xmp_metadata is not None
    assert b"BASIC WL" in reader.xmp_metadata.stream.get_data()


async def test_a_pdf_whose_title_no_xml_may_hold_becomes_factur_x_all_the_same(bench: Bench) -> None:
    writer = PdfWriter(clone_from=io.BytesIO(draw(SHEET, embed=False)))
    writer.add_metadata({"/Title": "F\x01\x07", "/Author": "\x00"})
    whole = io.BytesIO()
    writer.write(whole)
    _made, content = await bench.one(bench.item(whole.getvalue(), fields_of(SHEET)))
    assert inside(content) == fields_of(SHEET)


async def test_a_form_without_vat_lines_makes_no_factur_x(bench: Bench) -> None:
    composed = await bench.compose(
        bench.item(draw(SHEET, embed=False), structs.replace(fields_of(SHEET), vat_lines=None))
    )
    assert composed.made == ()
    assert composed.faulty[0].sentence == "The VAT of each rate is not known: complete the form."


async def test_attachments_go_inside_and_what_was_attached_stays(bench: Bench, tmp_path: Path) -> None:
    """S2-009: up to what a flow may weigh, the annexes go in the file."""
    pdf = with_attachment(draw(SHEET), b"CGV", "conditions.txt")
    note = tmp_path / "blob"
    note.write_bytes(b"delivery note")
    item = bench.item(pdf, own_fields(pdf), attachments=(("bl.pdf", str(note)), ("bl.pdf", str(note))))
    _made, content = await bench.one(item)
    attached = {a.name: a.content for a in PdfReader(io.BytesIO(content)).attachment_list}
    assert attached.pop("factur-x.xml")
    assert attached == {"conditions.txt": b"CGV", "bl.pdf": b"delivery note", "bl_2.pdf": b"delivery note"}
    assert inside(content) == own_fields(pdf)


@pytest.mark.parametrize(
    ("make", "syntax", "read"),
    [(with_lines, Syntax.CII, cii.fields_of), (ubl_sheets.xml, Syntax.UBL, ubl.fields_of)],
)
async def test_an_xml_leaves_as_xml_with_its_corrections_and_its_attachments(
    bench: Bench,
    tmp_path: Path,
    make: Callable[[Sheet], bytes],
    syntax: Syntax,
    read: Callable[[tree.Element], InvoiceFields],
) -> None:
    original = make(SHEET)
    note = tmp_path / "blob"
    note.write_bytes(b"delivery note")
    untouched = read(tree.parse(original))
    for mode in (FlowMode.API, FlowMode.PORTAL):
        made, content = await bench.one(bench.item(original, untouched, "a.xml"), mode)
        assert (content, made.syntax) == (original, syntax)
        assert made.name.endswith(f"_chorus_facture_{SHEET.number}.xml")
    wanted = structs.replace(untouched, service_code="FACT-01", billing_frame=BillingFrame.A9)
    item = bench.item(original, wanted, "a.xml", attachments=(("bl.pdf", str(note)),))
    _made, content = await bench.one(item)
    root = tree.parse(content)
    assert schemas.faults(root, in_pdf=False) == ()
    assert read(root) == wanted
    assert b"ZGVsaXZlcnkgbm90ZQ==" in content


async def test_the_portal_is_given_the_pdf_inside_a_minimal_cii(bench: Bench) -> None:
    """API 2.1: the portal refuses Factur-X that is deposited one by one."""
    pdf = draw(SHEET)
    made, content = await bench.one(bench.item(pdf, own_fields(pdf)), FlowMode.PORTAL)
    assert (made.syntax, made.name) == (Syntax.CII_MIN, "cii-min_chorus_facture_FA-2026-0777.xml")
    root = tree.parse(content)
    assert cii.fields_of(root) == own_fields(pdf)
    (carried,) = root.iter("{*}AttachmentBinaryObject")
    assert (carried.get("mimeCode"), carried.get("filename")) == ("application/pdf", "invoice.pdf")


async def test_many_documents_are_one_archive_with_names_that_are_safe(bench: Bench) -> None:
    """S2-005: `/` in numbers becomes `-`, as OCA's client does it (API 2.1)."""
    items = [
        bench.item(
            with_lines(replace(SHEET, number=number)), fields_of(replace(SHEET, number=number)), "a.xml"
        )
        for number in ("F/10/1", "F-10-1", "../É tat", "f-10-1")
    ]
    composed = await bench.compose(*items)
    (made,) = composed.made
    assert (made.syntax, made.name) == (Syntax.CII, "cii_chorus_lot_factures.tar.gz")
    names = [name for _key, name in made.members]
    assert [key for key, _name in made.members] == [item.key for item in items]
    assert names == [
        "cii_chorus_facture_F-10-1.xml",
        "cii_chorus_facture_F-10-1_2.xml",
        "cii_chorus_facture_-E-tat.xml",
        "cii_chorus_facture_f-10-1_3.xml",
    ]
    content = await asyncio.to_thread(Path(made.path).read_bytes)
    found = members(content)
    assert list(found) == names
    assert cii.fields_of(tree.parse(found[names[0]])).number == "F/10/1"


async def test_the_same_documents_make_the_same_bytes(bench: Bench) -> None:
    """S2-077: a flow that is made again is known for the same."""
    items = [
        bench.item(draw(SHEET, embed=number != "F-2"), fields_of(replace(SHEET, number=number)))
        for number in ("F-1", "F-2", "F-3")
    ]
    contents = []
    for _time in range(2):
        (made,) = (await bench.compose(*items)).made
        contents.append(await asyncio.to_thread(Path(made.path).read_bytes))
    assert contents[0] == contents[1]


async def test_a_factur_x_bears_the_day_of_its_invoice_whenever_it_is_made() -> None:
    """The library stamps a file in four places with the second it works in."""
    xml = facturx_of(SHEET)
    with time_machine.travel(datetime(2026, 11, 22, 8, 0, tzinfo=UTC), tick=True) as clock:
        first = embed(draw(SHEET), xml, "basicwl", SHEET.issued, {"a.txt": b"a"}, {"title": "Facture"})
        clock.shift(86_400 * 400)
        assert (
            embed(draw(SHEET), xml, "basicwl", SHEET.issued, {"a.txt": b"a"}, {"title": "Facture"}) == first
        )
    assert b"2026-10-12T00:00:00+00:00" in first


async def test_each_syntax_is_a_file_of_its_own_and_an_edi_flow_is_always_an_archive(bench: Bench) -> None:
    """S2-053, API 5."""
    pdf = draw(SHEET)
    items = [
        bench.item(pdf, own_fields(pdf)),
        bench.item(with_lines(SHEET), fields_of(SHEET), "b.xml"),
        bench.item(ubl_sheets.xml(SHEET), fields_of(SHEET), "c.xml"),
    ]
    composed = await bench.compose(*items, mode=FlowMode.EDI)
    assert [made.syntax for made in composed.made] == [Syntax.FACTUR_X, Syntax.CII, Syntax.UBL]
    assert all(made.name.endswith("_chorus_lot_factures.tar.gz") for made in composed.made)
    for made, item in zip(composed.made, items, strict=True):
        content = await asyncio.to_thread(Path(made.path).read_bytes)
        assert list(members(content)) == [made.members[0][1]]
        assert made.members[0][0] == item.key


async def test_a_flow_holds_five_hundred_invoices_and_the_next_one_the_rest(bench: Bench) -> None:
    """API 3.4: 501 invoices are two files."""
    original = ubl_sheets.xml(SHEET)
    one = bench.item(original, ubl.fields_of(tree.parse(original)), "a.xml")
    items = [structs.replace(one, key=str(number)) for number in range(501)]
    composed = await bench.compose(*items)
    assert composed.faulty == ()
    assert [len(made.members) for made in composed.made] == [500, 1]
    content = await asyncio.to_thread(Path(composed.made[0].path).read_bytes)
    assert len(members(content)) == 500


async def test_files_stay_within_ten_megabytes_and_what_is_larger_is_said(
    bench: Bench, tmp_path: Path
) -> None:
    """API 2.1: a file over 10 MB is refused with 20001, so it is split before."""
    noise = random.Random(7)
    pdf = draw(SHEET)
    items = []
    for number, size in enumerate((4, 4, 4, 11, 1)):
        blob = tmp_path / f"blob{number}"
        blob.write_bytes(noise.randbytes(size * 1024 * 1024))
        items.append(bench.item(pdf, own_fields(pdf), attachments=(("scan.bin", str(blob)),)))
    composed = await bench.compose(*items)
    assert [faulty.key for faulty in composed.faulty] == [items[3].key]
    assert "10 MB" in composed.faulty[0].sentence
    assert [len(made.members) for made in composed.made] == [2, 2]
    for made in composed.made:
        assert made.size <= 10 * 1024 * 1024
        content = await asyncio.to_thread(Path(made.path).read_bytes)
        assert len(members(content)) == 2
    left = await asyncio.to_thread(lambda: sorted(p.name for p in bench.made.iterdir()))
    assert left == sorted(Path(made.path).name for made in composed.made), "nothing else is left behind"


async def test_an_xml_that_breaks_its_schema_does_not_leave_and_says_where(bench: Bench) -> None:
    """S2-039: what Chorus Pro would call ERR_XSD_001 is said before anything leaves."""
    broken = {
        "misplaced": with_lines(SHEET).replace(b"<ram:TypeCode>380</ram:TypeCode>", b"<ram:Oops/>"),
        "missing": ubl_sheets.xml(SHEET).replace(
            b"<cac:InvoiceLine><cbc:ID>1</cbc:ID>", b"<cac:InvoiceLine>"
        ),
        "value": with_lines(SHEET).replace(
            b">680.00</ram:LineTotalAmount>", b">-1 324,60</ram:LineTotalAmount>"
        ),
        "not xml": b"<Invoice",
        "declares": b'<!DOCTYPE x [<!ENTITY a "b">]>' + with_lines(SHEET).split(b"?>", 1)[1],
        "other": b"<html/>",
    }
    items = []
    for name, content in broken.items():
        said = fields_of(SHEET)
        items.append(bench.item(content, said, f"{name}.xml", key=name))
    composed = await bench.compose(*items)
    assert composed.made == ()
    told = {faulty.key: faulty.sentence for faulty in composed.faulty}
    assert (
        told["misplaced"]
        == "The XML does not follow its schema: Oops (line 4) stands where TypeCode is expected."
    )
    assert told["missing"] == (
        "The XML does not follow its schema: InvoicedQuantity (line 9) stands where ID is expected."
    )
    assert "LineTotalAmount (line" in told["value"]
    assert "-1 324,60" in told["value"]
    assert told["not xml"] == "The XML is damaged and cannot be read."
    assert "declares a document type" in told["declares"]
    assert told["other"] == "The XML is no invoice in CII or UBL."


SIGNATURE = """<ext:UBLExtensions
 xmlns:ext="urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2"><ext:UBLExtension>
<ext:ExtensionContent><ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo>
<ds:CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"/>
<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>
<ds:Reference URI=""><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>
<ds:DigestValue>AA==</ds:DigestValue></ds:Reference></ds:SignedInfo><ds:SignatureValue>AA==</ds:SignatureValue>
</ds:Signature></ext:ExtensionContent></ext:UBLExtension></ext:UBLExtensions>"""


async def test_a_signed_xml_leaves_as_it_was_signed_or_not_at_all(bench: Bench) -> None:
    """S2-009: a correction would break the signature, which its reader relies on."""
    signed = flows.ubl("FA-9").replace(b"<cbc:ProfileID>", SIGNATURE.encode() + b"<cbc:ProfileID>", 1)
    own = ubl.fields_of(tree.parse(signed))
    _made, content = await bench.one(bench.item(signed, own))
    assert content == signed
    corrected = await bench.compose(bench.item(signed, structs.replace(own, commitment_number="CMD-1")))
    assert corrected.made == ()
    assert "signed" in corrected.faulty[0].sentence


async def test_a_pdf_that_cannot_be_opened_is_faulty_and_the_others_leave(bench: Bench) -> None:
    pdf = draw(SHEET)
    good = bench.item(pdf, own_fields(pdf))
    locked = bench.item(encrypted(draw(SHEET)), fields_of(SHEET))
    gone = structs.replace(good, key="gone", path=str(bench.folder / "gone"))
    composed = await bench.compose(locked, good, gone)
    assert [made.members[0][0] for made in composed.made] == [good.key]
    assert {f.key: f.sentence for f in composed.faulty} == {
        locked.key: "The PDF is protected by a password.",
        "gone": "The file went away while it was being read.",
    }


async def test_a_pdf_protected_against_changes_still_becomes_factur_x(bench: Bench) -> None:
    _made, content = await bench.one(bench.item(encrypted(draw(SHEET), ""), fields_of(SHEET)))
    assert inside(content).number == SHEET.number
    assert not PdfReader(io.BytesIO(content)).is_encrypted


async def test_a_subcontractors_xml_has_to_name_its_validator_itself(bench: Bench) -> None:
    """API 3.3 (A9): no source says where Chorus Pro reads the validator in an XML, so none is invented."""
    wanted = structs.replace(
        fields_of(SHEET), billing_frame=BillingFrame.A9, validator_siret="12345678200036"
    )
    original = with_lines(replace(SHEET, note="Valideur 12345678200036"))
    made, _content = await bench.one(bench.item(original.replace(b"Valideur ", b""), wanted, "a.xml"))
    assert made.syntax is Syntax.CII
    composed = await bench.compose(bench.item(with_lines(SHEET), wanted, "a.xml"))
    assert composed.made == ()
    assert composed.faulty[0].sentence.startswith("The XML does not name the validator 12345678200036, and")


async def test_a_machine_that_cannot_make_files_blames_no_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    async with Composer() as composer:
        bench = Bench(composer, tmp_path)
        with pytest.raises(OSError, match="cannot run"):
            await bench.compose(bench.item(draw(SHEET), fields_of(SHEET)))


async def test_a_worker_that_dies_costs_one_document_at_most(tmp_path: Path) -> None:
    async with Composer(cpu_seconds=0.4) as composer:
        bench = Bench(composer, tmp_path)
        pdf = draw(SHEET)
        good = bench.item(pdf, own_fields(pdf))
        await bench.one(good)
        assert composer.worker_id is not None
        os.kill(composer.worker_id, signal.SIGKILL)
        heavy = bench.item(many_pages(1500), fields_of(SHEET))
        composed = await bench.compose(good, heavy, good)
        assert [len(made.members) for made in composed.made] == [2]
        assert [(faulty.key, faulty.sentence) for faulty in composed.faulty] == [
            (heavy.key, "Reading the PDF took too long and was given up.")
        ]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the real invoices are not on this machine")
@pytest.mark.parametrize("name", REAL)
async def test_a_real_factur_x_is_corrected_and_keeps_the_rest(bench: Bench, name: str) -> None:
    pdf = await asyncio.to_thread((SHARED / name).read_bytes)
    before = own_fields(pdf)
    rate = VatLine(Decimal(20), before.net or Decimal(0), before.vat or Decimal(0))
    wanted = structs.replace(
        before,
        number="FX-1",
        issued=date(2026, 10, 3),
        service_code="FACT-01",
        recipient_siret="12345678200036",
        billing_frame=BillingFrame.A1,
        payment_means=PaymentMeans.TRANSFER,
        vat_lines=before.vat_lines or (rate,),
    )
    _made, content = await bench.one(bench.item(pdf, wanted))
    after = inside(content)
    assert structs.replace(after, vat_regime=None, vat_lines=None) == structs.replace(
        wanted, vat_regime=None, vat_lines=None
    )
    _, old = facturx.get_xml_from_pdf(pdf, check_xsd=False)
    _, new = facturx.get_xml_from_pdf(content, check_xsd=False)
    for kept in (b"LineTotalAmount", b"IncludedNote", b"PostcodeCode", b"SpecifiedTaxRegistration"):
        if b"minimum" not in old:
            assert new.count(kept) == old.count(kept)
