"""Corrections are written into the XML, and everything else stays: by any fields, in CII and UBL."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree  # type: ignore[import-untyped]
from msgspec import structs

from chorus_tui.composing import building, cii_writing, ubl_writing
from chorus_tui.domain.fields import InvoiceFields, VatLine
from chorus_tui.domain.money import to_cents
from chorus_tui.domain.statuses import BillingFrame, InvoiceKind, PaymentMeans, VatRegime
from chorus_tui.intake import cii, schemas, tree, ubl
from tests import ubl as ubl_sheets
from tests.cii import with_lines
from tests.cii import xml as facturx_of
from tests.sheets import Line, Sheet

SHEET = Sheet(
    service_code="OLD-SERVICE",
    commitment="OLD-1",
    contract="OLD-C",
    note="Livré le 3 octobre.",
    lines=(Line("Banc", Decimal(3), Decimal("415.00")), Line("Guide", Decimal(2), rate=Decimal("5.5"))),
)

WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=15)
CODES = st.from_regex(r"[A-Z0-9][A-Z0-9_/+-]{0,18}", fullmatch=True)
SIRETS = st.sampled_from(["83990121200010", "12345678200051", "11000201100044", "35600000000048"])
RATES = st.lists(
    st.sampled_from([Decimal(r) for r in ("20", "10", "5.5", "2.1", "8.5")]),
    min_size=1,
    max_size=3,
    unique=True,
)
AMOUNTS = st.decimals(Decimal("0.10"), Decimal("99999.99"), places=2)


@st.composite
def complete_fields(draw: st.DrawFn) -> InvoiceFields:
    """Everything that an XML has a place for, with totals that add up."""
    regime = draw(st.sampled_from(VatRegime))
    if regime in (VatRegime.EXEMPT, VatRegime.NONE):
        lines: tuple[VatLine, ...] = (VatLine(Decimal(0), draw(AMOUNTS), Decimal(0)),)
    else:
        bases = [(rate, draw(AMOUNTS)) for rate in draw(RATES)]
        lines = tuple(VatLine(r, b, to_cents(b * r / 100)) for r, b in bases)
    net, vat = sum((v.base for v in lines), Decimal(0)), sum((v.vat for v in lines), Decimal(0))
    kind = draw(st.sampled_from(InvoiceKind))
    return InvoiceFields(
        number=draw(CODES),
        issued=draw(st.dates(date(2017, 1, 1), date(2030, 12, 31))),
        kind=kind,
        original_number=draw(CODES) if kind is InvoiceKind.CREDIT_NOTE else None,
        supplier_siret=draw(SIRETS),
        supplier_name=draw(WORDS),
        recipient_siret=draw(SIRETS),
        recipient_name=draw(WORDS),
        service_code=draw(st.none() | CODES),
        commitment_number=draw(st.none() | CODES),
        contract_number=draw(st.none() | CODES),
        billing_frame=draw(st.sampled_from(BillingFrame)),
        currency="EUR",
        vat_regime=regime,
        exemption_reason=draw(WORDS) if regime is VatRegime.EXEMPT else None,
        payment_means=draw(st.sampled_from(PaymentMeans)),
        due=draw(st.none() | st.dates(date(2017, 1, 1), date(2030, 12, 31))),
        vat_lines=lines,
        net=net,
        vat=vat,
        gross=net + vat,
        to_pay=draw(st.sampled_from([net + vat, Decimal(0), Decimal("0.05")])),
    )


def same(found: InvoiceFields, wanted: InvoiceFields) -> None:
    assert set(found.vat_lines or ()) == set(wanted.vat_lines or ())
    assert structs.replace(found, vat_lines=None) == structs.replace(wanted, vat_lines=None)


def kept(root: Any, *names: str) -> list[bytes]:
    """The elements of some names as they are, in their order."""
    return [
        etree.tostring(e, method="c14n", with_tail=False) for e in root.iter(*(f"{{*}}{n}" for n in names))
    ]


@given(fields=complete_fields())
@settings(max_examples=50, deadline=None)
def test_a_factur_x_that_is_made_of_fields_says_these_fields(fields: InvoiceFields) -> None:
    """S2-009: what is deposited is what the form says."""
    root = building.basic_wl(fields)
    assert schemas.faults(root, in_pdf=True) == ()
    same(cii.fields_of(root), fields)


@given(fields=complete_fields(), original=st.sampled_from([facturx_of, with_lines]))
@settings(max_examples=50, deadline=None)
def test_corrections_of_a_cii_are_read_back_and_its_lines_stay(fields: InvoiceFields, original: Any) -> None:
    root = tree.parse(original(replace(SHEET, facturx="basicwl")))
    lines = kept(root, "IncludedSupplyChainTradeLineItem", "IncludedNote", "PostalTradeAddress")
    assert cii_writing.write(root, fields)
    assert schemas.faults(root, in_pdf=False) == ()
    same(cii.fields_of(root), fields)
    assert kept(root, "IncludedSupplyChainTradeLineItem", "IncludedNote", "PostalTradeAddress") == lines
    assert not cii_writing.write(root, fields), "a second time there is nothing left to write"


@given(fields=complete_fields(), credit=st.booleans(), service_scheme=st.booleans())
@settings(max_examples=50, deadline=None)
def test_corrections_of_a_ubl_are_read_back_and_its_lines_stay(
    fields: InvoiceFields, credit: bool, service_scheme: bool
) -> None:
    sheet = replace(SHEET, credit=credit, original="F-OLD" if credit else "")
    root = tree.parse(ubl_sheets.xml(sheet, service_scheme=service_scheme))
    if credit:
        fields = structs.replace(
            fields, kind=InvoiceKind.CREDIT_NOTE, original_number=fields.original_number or "F-1"
        )
    lines = kept(root, "InvoiceLine", "CreditNoteLine", "Note", "PostalAddress")
    assert ubl_writing.write(root, fields)
    assert schemas.faults(root, in_pdf=False) == ()
    same(ubl.fields_of(root), fields)
    assert kept(root, "InvoiceLine", "CreditNoteLine", "Note", "PostalAddress") == lines
    assert not ubl_writing.write(root, fields)


@pytest.mark.parametrize("make", [with_lines, ubl_sheets.xml])
def test_an_invoice_that_nobody_corrected_is_left_alone(make: Any) -> None:
    root = tree.parse(make(SHEET))
    before = etree.tostring(root)
    if make is with_lines:
        assert not cii_writing.write(root, cii.fields_of(root))
    else:
        assert not ubl_writing.write(root, ubl.fields_of(root))
    assert etree.tostring(root) == before


def test_a_service_stands_where_the_original_has_it() -> None:
    """API 4: Chorus Pro reads the buyer reference; some systems write a service by its own scheme."""
    root = tree.parse(ubl_sheets.xml(SHEET, service_scheme=True))
    ubl_writing.write(root, structs.replace(ubl.fields_of(root), service_code="FACT-02"))
    assert b'schemeID="0224">FACT-02<' in etree.tostring(root)
    assert b"BuyerReference" not in etree.tostring(root)


def test_a_company_number_stays_beside_the_establishment_that_was_chosen() -> None:
    content = with_lines(SHEET).replace(
        b'<ram:ID schemeID="0002">12345678200051', b'<ram:ID schemeID="0002">123456782'
    )
    root = tree.parse(content)
    assert cii.fields_of(root).recipient_siret is None
    cii_writing.write(root, structs.replace(cii.fields_of(root), recipient_siret="12345678200036"))
    assert schemas.faults(root, in_pdf=False) == ()
    assert b'<ram:GlobalID schemeID="0009">12345678200036<' in etree.tostring(root)
    assert b">123456782<" in etree.tostring(root)


def test_what_an_invoice_says_of_a_rate_stays_when_its_figures_are_corrected() -> None:
    """A tax point of its own (29, delivery) is the supplier's word, over which a default is none."""
    content = with_lines(SHEET).replace(b"DueDateTypeCode>5<", b"DueDateTypeCode>29<")
    root = tree.parse(content)
    before = cii.fields_of(root)
    assert before.vat_lines is not None
    first, second = before.vat_lines
    lines = (structs.replace(first, base=first.base - 1), structs.replace(second, base=second.base + 1))
    cii_writing.write(root, structs.replace(before, vat_lines=lines, vat_regime=VatRegime.ON_DEBITS))
    assert [e.text for e in root.iter("{*}DueDateTypeCode")] == ["29", "29"]
    assert cii.fields_of(root).vat_lines == lines
    cii_writing.write(root, structs.replace(before, vat_regime=VatRegime.ON_RECEIPTS))
    assert [e.text for e in root.iter("{*}DueDateTypeCode")] == ["72", "72"], "this one somebody chose"


def test_the_order_of_vat_lines_and_codes_of_rates_change_nothing() -> None:
    root = tree.parse(with_lines(SHEET))
    before = cii.fields_of(root)
    assert before.vat_lines is not None
    coded = tuple(structs.replace(line, code="TVA5") for line in reversed(before.vat_lines))
    assert not cii_writing.write(root, structs.replace(before, vat_lines=coded))


def test_a_comment_and_a_discount_are_told_in_notes() -> None:
    root = tree.parse(with_lines(SHEET))
    fields = structs.replace(
        cii.fields_of(root),
        comment="Voir le bon joint.",
        discount=Decimal("10.00"),
        discount_reason="Geste commercial",
        to_pay=SHEET.gross - 10,
    )
    cii_writing.write(root, fields)
    assert schemas.faults(root, in_pdf=False) == ()
    notes = [e.text for e in root.iter("{*}Content")]
    assert notes == [
        "Livré le 3 octobre.",
        "Remise globale TTC : 10,00 EUR (Geste commercial)",
        "Voir le bon joint.",
    ]
    assert cii.fields_of(root).to_pay == SHEET.gross - 10


def test_a_minimum_is_raised_to_the_level_that_has_a_place_for_what_was_typed() -> None:
    root = tree.parse(facturx_of(replace(SHEET, facturx="minimum")))
    fields = structs.replace(
        cii.fields_of(root),
        payment_means=PaymentMeans.TRANSFER,
        vat_lines=tuple(VatLine(rate, base, vat) for rate, base, vat in SHEET.taxes),
    )
    cii_writing.write(root, fields)
    assert schemas.level_of(root) == "basicwl"
    assert schemas.faults(root, in_pdf=True) == ()
    same(cii.fields_of(root), fields)
