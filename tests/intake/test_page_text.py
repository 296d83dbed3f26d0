"""Values from the text of a page: behind their labels, or not at all."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chorus_tui.domain.fields import InvoiceFields, VatLine
from chorus_tui.domain.statuses import InvoiceKind, PaymentMeans
from chorus_tui.intake.page_text import parse_day, read


def test_nothing_is_read_from_a_letter() -> None:
    text = "Madame, Monsieur,\nVeuillez trouver ci-joint la facture.\nTotal respect, le service comptable"
    assert read(text).number is None
    assert read(text).gross is None
    assert read("") == InvoiceFields()


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Facture n° FA-2026/118", "FA-2026/118"),
        ("FACTURE N°2026-0042", "2026-0042"),
        ("Facture nº : F26.10.4", "F26.10.4"),
        ("Numéro de facture : 26100045", "26100045"),
        ("N° de facture\nFAC-77", "FAC-77"),
        ("Invoice number: INV-0091", "INV-0091"),
        ("Invoice #A-7", "A-7"),
        ("Credit note no. CN-5", "CN-5"),
        ("Avoir n° AV-3\nsur facture n° FA-1", "AV-3"),
        ("Facture d'avoir n° FAV-9", "FAV-9"),
        ("Facture à régler sous 30 jours", None),
        ("Facture du 12/10/2026", None),
        ("Facture n° FA-1\nFacture n° FA-2", None),
    ],
)
def test_a_number_is_taken_from_behind_its_label(text: str, number: str | None) -> None:
    assert read(text).number == number


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Date de facture : 05/10/2026", date(2026, 10, 5)),
        ("Date d'émission\n5.10.26", date(2026, 10, 5)),
        ("Date de facturation : 1er octobre 2026", date(2026, 10, 1)),
        ("Rennes, le 3 août 2026", date(2026, 8, 3)),
        ("Facture n° 12 du 30/09/2026", date(2026, 9, 30)),
        ("Invoice date: October 5, 2026", date(2026, 10, 5)),
        ("Invoice date: 2026-10-05", date(2026, 10, 5)),
        ("Invoice date: 10/25/2026", date(2026, 10, 25)),
        ("Invoice date: 11/03/2026", None),
        ("Date de facture : 31/02/2026", None),
        ("Date de livraison : 05/10/2026", None),
    ],
)
def test_a_date_is_taken_where_it_cannot_be_misread(text: str, day: date | None) -> None:
    assert read(text).issued == day


@pytest.mark.parametrize(
    ("text", "field", "amount"),
    [
        ("Total HT 1 234,56 €", "net", "1234.56"),
        ("Montant total HT : 1.234,56 EUR", "net", "1234.56"),
        ("TOTAL H.T. (EUR) : 99,00", "net", "99.00"),
        ("Total TVA : 20,00 €", "vat", "20.00"),
        ("Montant TTC\n120,00 €", "gross", "120.00"),
        ("Total including VAT: €1,234.56", "gross", "1234.56"),
        ("NET À PAYER TTC : 1\u00a0234\u202f567,89 €", "to_pay", "1234567.89"),
        ("Net à payer 1 000 €", "to_pay", "1000.00"),
        ("Amount due 12.50", "to_pay", "12.50"),
        ("Total HT 100,00 120,00", "net", None),
        ("Sous-total HT 100,00", "net", None),
        ("Total HT 100,00\nTotal HT 200,00", "net", None),
        ("Net à payer sous 30 jours", "to_pay", None),
        ("Total TTC 12,345", "gross", None),
    ],
)
def test_an_amount_is_taken_from_behind_its_label(text: str, field: str, amount: str | None) -> None:
    assert getattr(read(text), field) == (Decimal(amount) if amount else None)


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("N° d'engagement : 1400000001", "commitment_number", "1400000001"),
        ("Engagement juridique n° EJ-26-7", "commitment_number", "EJ-26-7"),
        ("N° EJ : 1500000010", "commitment_number", "1500000010"),
        ("Bon de commande n° BC-12", "commitment_number", "BC-12"),
        ("N° d'engagement : 14\nCommande n° 99", "commitment_number", "14"),
        ("Purchase order no. PO445", "commitment_number", "PO445"),
        ("Engagement de qualité depuis 1998", "commitment_number", None),
        ("N° de marché : 2026-M-0042", "contract_number", "2026-M-0042"),
        ("Code service : DIRINFRA", "service_code", "DIRINFRA"),
        ("Code service exécutant (SE) : SERVICE_DEST_1", "service_code", "SERVICE_DEST_1"),
        ("Service exécutant : Direction des collèges", "service_label", "Direction des collèges"),
        ("Prestations de service : ménage", "service_label", None),
        ("Mode de règlement : virement", "payment_means", PaymentMeans.TRANSFER),
        ("Mode de paiement : par chèque", "payment_means", PaymentMeans.CHEQUE),
        ("AVOIR\nFacture d'origine : FA-1", "original_number", "FA-1"),
        ("AVOIR\nannule la facture n° FA-1", "original_number", "FA-1"),
        ("FACTURE\nFacture d'origine : FA-1", "original_number", None),
        ("Facture FA-1", "kind", InvoiceKind.INVOICE),
        ("CREDIT NOTE CN-1", "kind", InvoiceKind.CREDIT_NOTE),
        ("Sauf à avoir payé avant", "kind", None),
        ("Date d'échéance : 30/11/2026", "due", date(2026, 11, 30)),
    ],
)
def test_a_reference_is_taken_from_behind_its_label(text: str, field: str, value: object) -> None:
    assert getattr(read(text), field) == value


OURS, THEIRS = "83990121200010", "12345678200051"


@pytest.mark.parametrize(
    ("text", "supplier", "recipient"),
    [
        (f"SIRET fournisseur : {OURS}\nSIRET client : {THEIRS}", OURS, THEIRS),
        ("SARL au capital de 5 000 € - SIRET 839 901 212 00010 - APE 1623Z", OURS, None),
        (f"Destinataire\nMAIRIE\n2 rue Haute\n72220 SAINT-ELME\nSIRET : {THEIRS}", None, THEIRS),
        (f"SIRET : {OURS}\nSIRET : {THEIRS}", OURS, THEIRS),
        (f"SIRET : {OURS}", None, None),
        (f"Compte {OURS}", None, None),
        (f"SIRET client : {OURS}\nSIRET fournisseur : {OURS}", None, None),
        (f"SIRET client : {THEIRS}\nSIRET client : 12345678200044", None, None),
    ],
)
def test_a_siret_is_given_to_whom_it_belongs(text: str, supplier: str | None, recipient: str | None) -> None:
    found = read(text)
    assert (found.supplier_siret, found.recipient_siret) == (supplier, recipient)


def test_a_vat_table_is_believed_only_where_it_adds_up() -> None:
    good = "Total HT 120,00\nTVA 20 % sur 100,00 € : 20,00 €\nTVA 5,5 % 20,00 € 1,10 €"
    assert read(good).vat_lines == (
        VatLine(Decimal(20), Decimal("100.00"), Decimal("20.00")),
        VatLine(Decimal("5.5"), Decimal("20.00"), Decimal("1.10")),
    )
    assert read(good).vat == Decimal("21.10")
    assert read(good.replace("20,00 €\n", "21,00 €\n")).vat_lines is None
    assert read(good.replace("HT 120,00", "HT 130,00")).vat_lines is None


def test_a_credit_note_that_prints_negative_amounts_reads_positive() -> None:
    found = read("Avoir n° AV-1\nTotal HT -100,00 €\nTVA 20 % -100,00 € -20,00 €\nTotal TTC - 120,00 €")
    assert (found.net, found.vat, found.gross) == (Decimal(100), Decimal(20), Decimal(120))


LABELS = st.sampled_from(
    [
        "Facture n°",
        "Total HT",
        "Net à payer",
        "Date de facture :",
        "SIRET",
        "TVA 20 %",
        "Code service :",
        "Avoir",
        "\n",
    ]
)
SCRAPS = st.lists(st.one_of(LABELS, st.text(st.characters(exclude_categories=()), max_size=12)), max_size=25)


@given(SCRAPS.map(" ".join))
def test_no_text_stops_the_parser(text: str) -> None:
    found = read(text)
    assert all(abs(a) < Decimal("1e13") for a in (found.net, found.vat, found.gross) if a is not None)


@given(st.text(max_size=30), st.booleans())
def test_no_text_stops_the_reading_of_a_day(text: str, english: bool) -> None:
    parse_day(text, english=english)


@given(st.dates(date(2001, 1, 1), date(2099, 12, 31)))
def test_a_french_date_means_the_day_it_says(day: date) -> None:
    assert read(f"Date de facture : {day:%d/%m/%Y}").issued == day
    assert read(f"Date de facture : {day:%d.%m.%y}").issued == day


def test_a_page_of_labels_is_read_in_no_time() -> None:
    """Every expression is linear: what is made to stumble over is read all the same."""
    for scrap in ("Total HT ", "Facture n° ", "1 234,", "SIRET 123 ", "date de facture : ", "TVA 20 % 1,00 "):
        read((scrap * 30 + "\n") * (40_000 // (len(scrap) * 30)))
