"""The shipped samples read as their maker says, so they cannot drift apart."""

import tomllib
from typing import Any

from chorus_tui.domain.fields import InvoiceFields, VatLine, disagreements, merge
from chorus_tui.domain.identifiers import siret_key_holds
from chorus_tui.domain.statuses import InvoiceKind
from chorus_tui.intake import Fault, Reader, Unreadable
from tests.samples.make import FAILING, FOLDER, MANIFEST, SAMPLES, WORLD, Sample, manifest
from tests.sheets import Sheet

UNREADABLE = {"FA-2026-1053": Fault.ENCRYPTED, "FA-2026-1054": Fault.TRUNCATED}


def said(sheet: Sheet) -> dict[str, Any]:
    """What a sheet says, as a reading should have it."""
    shows_recipient = "recipient_siret" not in sheet.hides or sheet.facturx
    return {
        "number": sheet.number,
        "issued": sheet.issued,
        "kind": InvoiceKind.CREDIT_NOTE if sheet.credit else InvoiceKind.INVOICE,
        "original_number": sheet.original or None,
        "supplier_siret": sheet.supplier.siret,
        "recipient_siret": sheet.recipient.siret if shows_recipient else None,
        "service_code": sheet.service_code or None,
        "service_label": sheet.service_label or None,
        "commitment_number": sheet.commitment or None,
        "contract_number": sheet.contract or None,
        "currency": "EUR",
        "vat_lines": tuple(VatLine(*tax) for tax in sheet.taxes),
        "net": sheet.net,
        "vat": sheet.vat,
        "gross": sheet.gross,
        "due": None if sheet.credit else sheet.due,
    }


async def readings_of(samples: tuple[Sample, ...]) -> dict[str, InvoiceFields | Fault]:
    found: dict[str, InvoiceFields | Fault] = {}
    async with Reader() as reader:
        for sample in samples:
            try:
                reading = await reader.read(FOLDER / sample.file)
            except Unreadable as error:
                found[sample.sheet.number] = error.fault
                continue
            assert disagreements(reading.readings) == {}, sample.file
            assert (reading.notes, reading.pages) == ((), 1), sample.file
            found[sample.sheet.number] = merge(reading.readings)
    return found


async def test_every_sample_reads_as_its_maker_says() -> None:
    found = await readings_of(SAMPLES)
    for sample in SAMPLES:
        number = sample.sheet.number
        reading = found[number]
        if number in UNREADABLE:
            assert reading is UNREADABLE[number]
            continue
        assert isinstance(reading, InvoiceFields), number
        expected = said(sample.sheet)
        assert {name: getattr(reading, name) for name in expected} == expected, number
        if not sample.sheet.credit:
            assert reading.to_pay == sample.sheet.to_pay, number


def test_the_shipped_list_names_exactly_the_shipped_files() -> None:
    text = (FOLDER / MANIFEST).read_text("utf-8")
    assert text == manifest()
    listed = {entry["file"] for entry in tomllib.loads(text)["samples"]}
    assert listed == {file.name for file in FOLDER.glob("*.pdf")}


def test_the_samples_are_many_and_small() -> None:
    assert sum(s.outcome == "passes" for s in SAMPLES) >= 8
    assert len(FAILING) >= 8
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < 400_000


def test_every_sample_is_billed_to_a_recipient_of_the_simulated_world() -> None:
    known = {recipient["siret"]: recipient for recipient in WORLD["recipients"]}
    for sample in SAMPLES:
        sheet = sample.sheet
        recipient = known[sheet.recipient.siret]
        services = {service["code"] for service in recipient.get("services", ())}
        assert not sheet.service_code or sheet.service_code in services, sample.file
        assert len(sheet.number) <= 20


def test_the_wrong_supplier_number_is_no_supplier_of_the_world_and_yet_well_formed() -> None:
    (wrong,) = (s.sheet.supplier.siret for s in SAMPLES if s.sheet.number == "FA-2026-1060")
    assert wrong not in {supplier["siret"] for supplier in WORLD["suppliers"]}
    assert siret_key_holds(wrong)


def test_no_two_samples_share_a_number() -> None:
    assert len({s.sheet.number for s in SAMPLES}) == len(SAMPLES)
