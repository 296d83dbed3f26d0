from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from msgspec import structs

from chorus_tui.domain.fields import InvoiceFields, Source
from chorus_tui.domain.statuses import BillingFrame, InvoiceKind, VatRegime
from chorus_tui.ui.screens.form_sheet import narrow, service_options
from tests.ui.form_paper import COUNTY, NOW, READ, TOWN, a_document, a_sheet


def test_each_value_says_where_it_came_from() -> None:
    sheet = a_sheet(a_document(factur_x=READ, chorus=InvoiceFields(due=date(2026, 12, 2))))
    assert sheet.source("number") == "Factur-X"
    assert sheet.source("due") == "Chorus Pro"
    assert sheet.source("to_pay") == "default"
    assert sheet.type_in("number", "FA-2").source("number") == "typed"


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("number", "FA-I", ("Factur-X FA-1", "Chorus Pro FA-I")),
        ("gross", Decimal("121"), ("Factur-X 120.00", "Chorus Pro 121.00")),
        ("issued", date(2026, 11, 3), ("Factur-X 2026-11-02", "Chorus Pro 2026-11-03")),
    ],
)
def test_sources_that_disagree_are_told_with_both_values(
    name: str, value: object, told: tuple[str, str]
) -> None:
    other = InvoiceFields(**{name: value})  # type: ignore[arg-type]
    sheet = a_sheet(a_document(factur_x=READ, chorus=other))
    assert all(part in sheet.disagreement(name) for part in told)


def test_what_the_operator_typed_settles_a_disagreement() -> None:
    sheet = a_sheet(a_document(factur_x=READ, chorus=InvoiceFields(number="FA-I")))
    assert sheet.type_in("number", "FA-2").disagreement("number") == ""


def test_typing_what_already_stands_there_changes_nothing() -> None:
    sheet = a_sheet().type_in("number", "FA-2").type_in("number", "FA-1")
    assert not sheet.typed
    assert not sheet.changes


def test_only_typed_values_are_changes_and_emptied_fields_are_told_apart() -> None:
    sheet = a_sheet().type_in("to_pay", "60,00").type_in("issued", "").type_in("due", "soon")
    assert sheet.changes == {"to_pay": Decimal("60.00")}
    assert sheet.emptied == {"issued"}
    assert [p.id for p in sheet.problems["due"]] == ["typed"]


def test_text_that_is_no_value_blocks() -> None:
    sheet = a_sheet().type_in("service_code", "VOIRIE")
    assert sheet.blocking == ()
    assert sheet.type_in("gross", "a lot").blocking == ("gross",)


def test_totals_follow_from_what_is_typed() -> None:
    sheet = a_sheet(a_document(page=InvoiceFields(net=Decimal(100))))
    assert sheet.type_in("vat", "20").text("gross") == "120.00"


def test_required_is_what_the_checks_would_miss() -> None:
    sheet = a_sheet()
    assert {"number", "issued", "recipient_siret", "service_code", "gross"} <= sheet.required
    assert "commitment_number" not in sheet.required
    assert "commitment_number" in sheet.type_in("service_code", "ECOLES").required
    assert "due" not in sheet.required


def test_choosing_another_recipient_changes_what_is_required() -> None:
    sheet = replace(a_sheet().type_in("recipient_siret", COUNTY.siret), recipient=COUNTY)
    assert "commitment_number" in sheet.required
    assert "service_code" not in sheet.required


@pytest.mark.parametrize(
    ("name", "text", "appears"),
    [
        ("kind", InvoiceKind.CREDIT_NOTE, "original_number"),
        ("billing_frame", BillingFrame.A9, "validator_siret"),
        ("billing_frame", BillingFrame.A12, "validator_siret"),
        ("vat_regime", VatRegime.EXEMPT, "exemption_reason"),
        ("discount", "10", "discount_reason"),
    ],
)
def test_a_field_that_only_some_invoices_need_appears_with_them(name: str, text: str, appears: str) -> None:
    sheet = a_sheet()
    assert appears not in {f.name for f in sheet.shown}
    assert appears in {f.name for f in sheet.type_in(name, text).shown}


def test_pasted_escape_sequences_are_made_visible() -> None:
    sheet = a_sheet().type_in("comment", "\x1b]0;PWNED\x07 hello")
    assert "\x1b" not in sheet.text("comment")
    assert sheet.changes["comment"].endswith("hello")


def test_a_commitment_number_that_the_state_does_not_know_blocks_until_it_is_changed() -> None:
    """S1-089."""
    sheet = replace(a_sheet().type_in("commitment_number", "1400"), commitment_known=False)
    assert "commitment_number" in sheet.blocking
    assert "commitment_number" not in sheet.type_in("commitment_number", "14001").blocking


def test_the_next_problem_goes_round_and_blocking_ones_come_first() -> None:
    sheet = a_sheet(a_document(factur_x=structs.replace(READ, issued=None), chorus=InvoiceFields(number="X")))
    assert sheet.next_problem("number") == "issued"
    assert sheet.next_problem("issued") == "service_code"
    assert sheet.next_problem("service_code") == "issued"


def test_closed_services_are_not_offered_and_words_narrow_without_accents() -> None:
    options = service_options(TOWN, NOW)
    assert [o.value for o in options] == ["VOIRIE", "ECOLES"]
    assert [o.value for o in narrow(options, "reseaux voirie")] == ["VOIRIE"]


def test_an_emptied_field_stays_empty_whatever_the_machines_read() -> None:
    sheet = a_sheet().type_in("number", "")
    assert sheet.fields.number is None
    assert sheet.as_typed.cleared == ("number",)
    assert sheet.as_typed.readings[Source.FACTUR_X].number == "FA-1"
