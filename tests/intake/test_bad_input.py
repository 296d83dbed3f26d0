"""Bad input gets a clear word, and the next file is read as if nothing had been."""

import contextlib
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chorus_tui.domain.fields import Source
from chorus_tui.intake import Fault, Reader, Unreadable
from tests.intake.conftest import Drop
from tests.pdfs import damaged, encrypted, endless_pdf, invoice_pdf, text_pdf, truncated, with_attachment

pytestmark = pytest.mark.asyncio(loop_scope="module")

BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">'
    b'<!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;">]><x>&e;</x>'
)
FACTURX = (
    '<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"'
    ' xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100">'
    "<rsm:ExchangedDocument><ram:ID>{number}</ram:ID></rsm:ExchangedDocument></rsm:CrossIndustryInvoice>"
)
WRONG = {
    "empty": (b"", Fault.EMPTY),
    "not a PDF": (b"Dear customer, please find your invoice below.", Fault.NOT_A_PDF),
    "truncated": (truncated(invoice_pdf()), Fault.TRUNCATED),
    "damaged": (damaged(invoice_pdf()), Fault.DAMAGED),
    "encrypted": (encrypted(invoice_pdf()), Fault.ENCRYPTED),
    "12 MB": (invoice_pdf() + b"\n" * 12 * 1024 * 1024, Fault.TOO_BIG),
    "2001 pages": (text_pdf(*["x"] * 2001), Fault.TOO_MANY_PAGES),
}


async def fault_of(reader: Reader, path: Path) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        await reader.read(path)
    return caught.value


@pytest.mark.parametrize("name", WRONG)
async def test_a_file_that_cannot_be_read_says_why_and_what_to_do(
    reader: Reader, drop: Drop, name: str
) -> None:
    content, fault = WRONG[name]
    error = await fault_of(reader, drop(content))
    assert error.fault is fault
    assert error.reason.endswith(".")
    assert error.advice.endswith(".")
    assert (await reader.read(drop(invoice_pdf()))).pages == 1


async def test_a_page_of_an_unreadable_file_says_the_same(reader: Reader, drop: Drop) -> None:
    with pytest.raises(Unreadable) as caught:
        await reader.layout(drop(encrypted(invoice_pdf())))
    assert caught.value.fault is Fault.ENCRYPTED


async def test_a_file_that_opens_without_its_password_is_read_and_the_protection_named(
    reader: Reader, drop: Drop
) -> None:
    reading = await reader.read(drop(encrypted(invoice_pdf(), "")))
    assert reading.readings[Source.PAGE].number == "FA-2026-0001"
    assert any("protected" in note for note in reading.notes)


async def test_a_file_that_vanished_is_said_to_have(reader: Reader, tmp_path: Path) -> None:
    assert (await fault_of(reader, tmp_path / "gone.pdf")).fault is Fault.VANISHED


async def test_what_is_no_file_is_not_read_and_does_not_hang(reader: Reader, tmp_path: Path) -> None:
    (tmp_path / "folder.pdf").mkdir()
    os.mkfifo(tmp_path / "pipe.pdf")
    (tmp_path / "loop.pdf").symlink_to(tmp_path / "loop.pdf")
    for name in ("folder.pdf", "pipe.pdf", "loop.pdf"):
        assert (await fault_of(reader, tmp_path / name)).fault is Fault.NOT_A_FILE


@pytest.mark.parametrize(
    "xml",
    [
        BOMB,
        BOMB[BOMB.index(b"<!DOCTYPE") :].replace(b"<x>&e;</x>", FACTURX.format(number="&e;").encode()),
        b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>' + FACTURX.format(number="&f;").encode(),
        b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">' + FACTURX.format(number="F1").encode(),
    ],
    ids=["bomb", "bomb in an invoice", "external entity", "external DTD"],
)
async def test_xml_with_entities_is_refused_and_the_page_still_counts(
    reader: Reader, drop: Drop, xml: bytes
) -> None:
    reading = await reader.read(drop(with_attachment(invoice_pdf(), xml)))
    assert set(reading.readings) == {Source.PAGE}
    assert reading.readings[Source.PAGE].number == "FA-2026-0001"
    assert any("XML refused" in note and "entities" in note for note in reading.notes)
    assert "root:" not in reading.text


async def test_xml_that_is_too_big_is_refused_and_the_page_still_counts(reader: Reader, drop: Drop) -> None:
    reading = await reader.read(drop(with_attachment(invoice_pdf(), b"<a>" + b" " * 6_000_000 + b"</a>")))
    assert set(reading.readings) == {Source.PAGE}
    assert any("5 MB" in note for note in reading.notes)


async def test_xml_against_its_schema_is_read_with_a_word(reader: Reader, drop: Drop) -> None:
    xml = FACTURX.format(number="F-12").encode()
    reading = await reader.read(drop(with_attachment(invoice_pdf(), xml)))
    assert reading.readings[Source.FACTUR_X].number == "F-12"
    assert any("schema" in note for note in reading.notes)


async def test_escapes_and_lone_surrogates_on_a_page_are_made_visible(reader: Reader, drop: Drop) -> None:
    path = drop(text_pdf("Facture n\u00b0 FA-1\nTotal\x1b]0;owned\x07 \ud83d et \x9b31m \u202efin"))
    reading = await reader.read(path)
    (page,) = await reader.layout(path)
    for text in (reading.text, page):
        text.encode("utf-8")
        assert not set(text) & set("\x1b\x07\x9b\u202e\ud83d")
        assert "\ufffd" in text
    assert reading.readings[Source.PAGE].number == "FA-1"


async def test_escapes_in_embedded_values_are_made_visible(reader: Reader, drop: Drop) -> None:
    xml = FACTURX.format(number="F&#x9b;31m\u202e1").encode()
    reading = await reader.read(drop(with_attachment(invoice_pdf(), xml)))
    assert reading.readings[Source.FACTUR_X].number == "F\ufffd31m\ufffd1"


async def test_a_file_that_would_take_for_ever_is_given_up(drop: Drop) -> None:
    good = invoice_pdf()
    async with Reader(cpu_seconds=0.7) as own:
        assert (await fault_of(own, drop(endless_pdf(1_000_000)))).fault is Fault.TIMEOUT
        assert (await own.read(drop(good))).pages == 1
    async with Reader(wall_seconds=0.01) as own:
        assert (await fault_of(own, drop(good))).fault is Fault.TIMEOUT


async def test_a_file_that_would_take_all_memory_is_given_up(drop: Drop) -> None:
    async with Reader(memory=150 * 1024 * 1024) as own:
        assert (await fault_of(own, drop(endless_pdf(1_500_000)))).fault is Fault.MEMORY
        assert (await own.read(drop(invoice_pdf()))).pages == 1


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(noise=st.binary(max_size=300), at=st.integers(0, 2500), whole=st.booleans())
async def test_bytes_at_random_never_stop_the_reader(
    reader: Reader, drop: Drop, noise: bytes, at: int, whole: bool
) -> None:
    good = invoice_pdf()
    content = b"%PDF-1.7\n" + noise + b"\n%%EOF" if whole else good[:at] + noise + good[at + len(noise) :]
    before = reader.worker_id
    with contextlib.suppress(Unreadable):
        await reader.read(drop(content))
    assert before in (None, reader.worker_id)
