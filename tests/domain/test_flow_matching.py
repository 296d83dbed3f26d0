"""Which invoice a report means, however its number came back (API 2.18)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chorus_tui.domain.flow import FlowInvoice, RefusedInvoice
from chorus_tui.domain.flow_matching import match, named_in, plain_number

OURS, THEIRS = "83990121200010", "55566677700011"


def flow(*numbers: str, suppliers: tuple[str, ...] = ()) -> list[FlowInvoice]:
    sirets = suppliers or (OURS,) * len(numbers)
    return [FlowInvoice(number=n, supplier_siret=s) for n, s in zip(numbers, sirets, strict=True)]


def refused(number: str, *messages: str, supplier: str = "") -> RefusedInvoice:
    return RefusedInvoice(number=number, supplier_siret=supplier, messages=messages or ("no",))


@pytest.mark.parametrize(
    ("named", "place"),
    [
        ("FA/2026/0002", 1),
        ("FA-2026-0002", 1),
        ("fa/2026/0002", 1),
        (" FA 2026 0002 ", 1),
        ("FA/2026/0002-A", 2),
        ("FA/2026/000", None),
        ("LONG-NUMBER-OF-20-CH", 3),
        ("LONG-NUM", 3),
        ("LONG", None),
        ("", None),
        ("ELSE-1", None),
    ],
)
def test_a_number_that_came_back_changed_or_cut_means_its_invoice(named: str, place: int | None) -> None:
    invoices = flow("FA/2026/0001", "FA/2026/0002", "FA/2026/0002-A", "LONG-NUMBER-OF-20-CHARS")
    found = match(invoices, [refused(named)])
    assert list(found.messages) == ([] if place is None else [place])
    assert len(found.unknown) == (place is None)


def test_of_two_under_one_number_the_supplier_decides() -> None:
    invoices = flow("F-1", "F-1", suppliers=(OURS, THEIRS))
    assert list(match(invoices, [refused("F-1", supplier=OURS)]).messages) == [0]
    assert list(match(invoices, [refused("F-1", supplier=THEIRS)]).messages) == [1]


def test_of_two_alike_the_later_one_is_the_duplicate_and_two_refusals_mean_both() -> None:
    invoices = flow("F-1", "F-1")
    assert list(match(invoices, [refused("F-1")]).messages) == [1]
    assert sorted(match(invoices, [refused("F-1"), refused("F-1", "also")]).messages) == [0, 1]


def test_a_flow_of_one_needs_no_number() -> None:
    assert match(flow("F-1"), [refused("")]).messages == {0: ("no",)}


def test_messages_against_one_invoice_are_kept_once_each_in_their_order() -> None:
    assert match(flow("F-1"), [refused("F-1", "a", "b"), refused("f-1", "b", "c")]).messages == {
        0: ("a", "b", "c")
    }


def test_a_technical_message_names_a_number_or_a_file_as_a_whole_word() -> None:
    invoices = [
        FlowInvoice(number="FA-1", member="cii_FA-1.xml"),
        FlowInvoice(number="FA-11", member="b.xml"),
    ]
    assert named_in("le fichier 'b.xml' est vide", invoices) == [1]
    assert named_in("la facture FA-1 est vide", invoices) == [0]
    assert named_in("ligne: 150", invoices) == []


NUMBERS = st.lists(
    st.from_regex(r"[A-Z]{2}[/-][0-9]{6}", fullmatch=True), min_size=1, max_size=12, unique=True
)


@given(NUMBERS, st.data())
def test_every_refusal_finds_its_invoice_or_stays_unknown_and_none_is_lost(
    numbers: list[str], data: st.DataObject
) -> None:
    named = data.draw(st.lists(st.sampled_from(numbers) | st.text(max_size=25), max_size=12))
    invoices = flow(*numbers)
    found = match(invoices, [refused(number) for number in named])
    assert sum(map(len, found.messages.values())) + len(found.unknown) <= len(named)
    for number in named:
        if number in numbers:
            meant = [
                n
                for n, invoice in enumerate(invoices)
                if plain_number(invoice.number) == plain_number(number)
            ]
            assert set(meant) & set(found.messages)
    assert all(0 <= place < len(invoices) for place in found.messages)
