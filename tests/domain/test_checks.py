"""What is said of an invoice before Chorus Pro says it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from chorus_tui.domain.checks import blocking, problems
from chorus_tui.domain.document import Attachment
from chorus_tui.domain.fields import InvoiceFields, VatLine
from chorus_tui.domain.money import to_cents
from chorus_tui.domain.recipient import STATE_SIRET, BankAccount, Recipient, Service, Supplier
from chorus_tui.domain.statuses import BillingFrame, InvoiceKind, PaymentMeans, VatRegime

TODAY = date(2026, 11, 23)
CHECKED = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
TOWN = Recipient(siret="12345678200051", id=7, name="TOWN", checked_at=CHECKED)
US = Supplier(
    siret="83990121200010", id=3, bank_accounts=(BankAccount(11, "Main account"),), fetched_at=CHECKED
)
GOOD = InvoiceFields(
    number="FA-2026-0001",
    issued=date(2026, 11, 20),
    supplier_siret=US.siret,
    recipient_siret=TOWN.siret,
    net=Decimal("100.00"),
    vat=Decimal("20.00"),
    gross=Decimal("120.00"),
    to_pay=Decimal("120.00"),
    vat_lines=(VatLine(Decimal(20), Decimal("100.00"), Decimal("20.00")),),
)


@dataclass
class Found:
    """Ids of what was found, and of what of it blocks."""

    all: set[str]
    blocking: set[str]


def found(
    recipient: Recipient | None = TOWN,
    supplier: Supplier | None = US,
    attachments: tuple[Attachment, ...] = (),
    size: int = 50_000,
    commitment_known: bool | None = None,
    **changes: Any,
) -> Found:
    told = problems(
        structs.replace(GOOD, **changes),
        recipient,
        supplier,
        TODAY,
        attachments=attachments,
        size=size,
        commitment_known=commitment_known,
    )
    for problem in told:
        assert "{" not in problem.text, "a place in the sentence stayed empty"
    return Found({p.id for p in told}, {p.id for p in blocking(told)})


def test_a_good_invoice_has_no_problem() -> None:
    assert found().all == set()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"number": None}, "number.missing"),
        ({"number": "   "}, "number.missing"),
        ({"number": "X" * 21}, "number.long"),
        ({"number": "FA№7"}, "number.characters"),
        ({"issued": None}, "issued.missing"),
        ({"issued": date(2026, 11, 24)}, "issued.future"),
        ({"supplier_siret": None}, "supplier.missing"),
        ({"supplier_siret": "81990222200010"}, "supplier.unknown"),
        ({"bank_account": 12}, "bank_account.unknown"),
        ({"recipient_siret": None}, "recipient.missing"),
        ({"recipient_siret": "1234567820005"}, "recipient.shape"),
        ({"commitment_number": "9" * 51}, "commitment.long"),
        ({"billing_frame": BillingFrame.A9}, "validator.missing"),
        ({"billing_frame": BillingFrame.A12, "validator_siret": "123"}, "validator.shape"),
        ({"net": None}, "net.missing"),
        ({"vat": None}, "vat.missing"),
        ({"gross": None}, "gross.missing"),
        ({"to_pay": None}, "to_pay.missing"),
        ({"gross": Decimal("120.01")}, "gross.sum"),
        ({"vat_lines": None}, "vat_lines.missing"),
        ({"vat_lines": (VatLine(Decimal(20), Decimal("90.00"), Decimal("20.00")),)}, "vat_lines.net"),
        ({"vat_lines": (VatLine(Decimal(20), Decimal("100.00"), Decimal("18.00")),)}, "vat_lines.vat"),
        ({"vat_lines": (VatLine(Decimal(10), Decimal("100.00"), Decimal("20.00")),)}, "vat_lines.wrong"),
        ({"discount": Decimal(5), "to_pay": Decimal(115)}, "discount.reason"),
        ({"vat_regime": VatRegime.EXEMPT}, "exemption.missing"),
        ({"comment": "x" * 2001}, "comment.long"),
        ({"service_code": "S" * 101}, "service.long"),
    ],
)
def test_what_chorus_pro_refuses_blocks(changes: dict[str, Any], expected: str) -> None:
    assert expected in found(**changes).blocking


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"kind": InvoiceKind.CREDIT_NOTE}, "original_number.missing"),
        ({"to_pay": Decimal("119.00")}, "to_pay.sum"),
        ({"vat_lines": (VatLine(Decimal("19.5"), Decimal("100.00"), Decimal("20.00")),)}, "vat_lines.rate"),
    ],
)
def test_what_is_only_unusual_warns(changes: dict[str, Any], expected: str) -> None:
    told = found(**changes)
    assert expected in told.all
    assert told.blocking == set()


TWO_LINES = (VatLine(Decimal(20), Decimal("50.00"), Decimal("10.00")),) * 2


@pytest.mark.parametrize(
    ("at_the_limit", "beyond", "expected"),
    [
        ({"number": "X" * 20}, {"number": "X" * 21}, "number.long"),
        ({"issued": TODAY}, {"issued": TODAY + timedelta(days=1)}, "issued.future"),
        ({"commitment_number": "9" * 50}, {"commitment_number": "9" * 51}, "commitment.long"),
        ({"comment": "x" * 2000}, {"comment": "x" * 2001}, "comment.long"),
        (
            {"vat_lines": TWO_LINES, "vat": Decimal("20.02"), "gross": Decimal("120.02")},
            {"vat_lines": TWO_LINES, "vat": Decimal("20.03"), "gross": Decimal("120.03")},
            "vat_lines.vat",
        ),
        (
            {"vat_lines": TWO_LINES, "net": Decimal("100.02"), "gross": Decimal("120.02")},
            {"vat_lines": TWO_LINES, "net": Decimal("100.03"), "gross": Decimal("120.03")},
            "vat_lines.net",
        ),
    ],
)
def test_what_reaches_a_limit_is_told_by_nothing_and_one_step_more_blocks(
    at_the_limit: dict[str, Any], beyond: dict[str, Any], expected: str
) -> None:
    """S1-087, API 3.4: each line of VAT rounds by itself, so two lines may be two cents off in all."""
    here, there = (
        {**changes, "to_pay": changes.get("gross", GOOD.to_pay)} for changes in (at_the_limit, beyond)
    )
    assert found(**here).all == set()
    assert found(**there).blocking == {expected}


def test_the_vat_of_a_line_may_be_a_cent_beside_its_rate() -> None:
    """S1-087: as many programs round it; more than that is worth a look."""

    def with_vat(vat: str) -> Found:
        amount = Decimal(vat)
        line = VatLine(Decimal(20), Decimal("100.00"), amount)
        return found(vat_lines=(line,), vat=amount, gross=100 + amount, to_pay=100 + amount)

    assert with_vat("20.01").all == set()
    assert with_vat("20.02").all == {"vat_lines.rate"}


@pytest.mark.parametrize(
    ("known", "siret", "expected", "blocks"),
    [
        (None, US.siret, set(), False),
        (None, "13001100000000", {"validator.key"}, False),
        (True, "13001100000000", set(), False),
        (False, US.siret, {"validator.unknown"}, True),
    ],
)
def test_a_validator_is_missed_only_where_chorus_pro_was_asked_about_it(
    known: bool | None, siret: str, expected: set[str], blocks: bool
) -> None:
    """API 2.3: what nobody asked warns at most; a SIRET that fails its key may be right all the same."""
    fields = structs.replace(GOOD, billing_frame=BillingFrame.A9, validator_siret=siret)
    told = problems(fields, TOWN, US, TODAY, validator_known=known)
    assert {p.id for p in told} == expected
    assert bool(blocking(told)) is blocks


def test_a_bank_account_is_judged_only_where_the_suppliers_are_known() -> None:
    unasked = structs.replace(US, bank_accounts=(), fetched_at=None)
    assert found(supplier=unasked, bank_account=12).all == set()
    assert found(bank_account=11).all == set()
    assert found(bank_account=12).blocking == {"bank_account.unknown"}


def test_a_code_that_chorus_pro_does_not_list_is_told_once_its_list_is_known() -> None:
    """Kinds of attachments and VAT rates; API 2.15."""
    coded = VatLine(Decimal(20), Decimal("100.00"), Decimal("20.00"), "TVA9")
    fields = structs.replace(GOOD, vat_lines=(coded,))

    def told(known: frozenset[str] | None) -> set[str]:
        asked = {"attachments": (attached(),), "attachment_types": known, "vat_codes": known}
        return {p.id for p in problems(fields, TOWN, US, TODAY, **asked)}  # type: ignore[arg-type]

    assert told(None) == set()
    assert told(frozenset({"BDL", "TVA9"})) == set()
    assert told(frozenset({"XXX"})) == {"attachment.kind", "vat_lines.code"}


def test_a_recipient_never_looked_up_warns_and_does_not_block() -> None:
    told = found(recipient=None)
    assert told.all == {"recipient.unchecked"}
    assert told.blocking == set()


def test_a_siret_that_fails_its_key_warns_and_does_not_block() -> None:
    """API part 6: real public structures fail it."""
    told = found(recipient=None, recipient_siret="13001100000000")
    assert "recipient.key" in told.all
    assert told.blocking == set()


def test_a_recipient_looked_up_and_not_found_blocks() -> None:
    """S1-088."""
    nobody = Recipient(siret=TOWN.siret, active=False, checked_at=CHECKED)
    assert found(recipient=nobody).blocking == {"recipient.unknown"}


def test_an_inactive_recipient_blocks() -> None:
    """S1-088."""
    assert found(recipient=structs.replace(TOWN, active=False)).blocking == {"recipient.inactive"}


def test_another_recipient_in_the_store_says_nothing_of_this_one() -> None:
    other = structs.replace(TOWN, siret="26990403300017", active=False)
    assert found(recipient=other).blocking == set()


OPEN = Service(id=1, code="WORKS")
CLOSED = Service(id=2, code="ROADS", active=False)
OVER = Service(id=3, code="MISSION", valid_to=datetime(2026, 1, 1, tzinfo=UTC))
ORDERS = Service(id=4, code="ORDERS", commitment_required=True)
SERVICES = (OPEN, CLOSED, OVER, ORDERS)


@pytest.mark.parametrize(
    ("flags", "fields", "expected"),
    [
        ({"service_required": True}, {}, {"service.missing"}),
        ({"service_required": True}, {"service_code": "WORKS"}, set()),
        ({}, {"service_code": "NOWHERE"}, {"service.unknown"}),
        ({}, {"service_code": "ROADS"}, {"service.closed"}),
        ({}, {"service_code": "MISSION"}, {"service.closed"}),
        ({"commitment_required": True}, {}, {"commitment.missing"}),
        ({"commitment_required": True}, {"commitment_number": "E1"}, set()),
        ({}, {"service_code": "ORDERS"}, {"commitment.missing"}),
        ({"service_or_commitment": True}, {}, {"commitment.either"}),
        ({"service_or_commitment": True}, {"service_code": "WORKS"}, set()),
        ({"service_or_commitment": True}, {"commitment_number": "E1"}, set()),
        (
            {"service_required": True, "commitment_required": True},
            {},
            {"service.missing", "commitment.missing"},
        ),
        # The either-flag stands above the other two (API part 6).
        ({"service_or_commitment": True, "service_required": True}, {"commitment_number": "E1"}, set()),
        ({}, {}, set()),
    ],
)
def test_a_recipient_demands_what_it_makes_mandatory(
    flags: dict[str, bool], fields: dict[str, Any], expected: set[str]
) -> None:
    """S1-084, S1-087: told on the form, before Chorus Pro refuses."""
    assert found(recipient=structs.replace(TOWN, services=SERVICES, **flags), **fields).blocking == expected


@pytest.mark.parametrize(
    ("days", "expected"), [(-1, {"service.closed"}), (0, set()), (1, set())], ids=["over", "last day", "open"]
)
def test_a_service_takes_invoices_to_the_end_of_its_last_day(days: int, expected: set[str]) -> None:
    """API 2.15: Chorus Pro writes the last day as its midnight in Paris."""
    last = datetime.combine(TODAY, time(), tzinfo=ZoneInfo("Europe/Paris")) + timedelta(days=days)
    service = Service(id=5, code="FAIR", valid_to=last.astimezone(UTC))
    told = found(recipient=structs.replace(TOWN, services=(service,)), service_code="FAIR")
    assert told.blocking == expected


@pytest.mark.parametrize(
    ("number", "date_like"),
    [
        ("2026-11-20", True),
        ("20/11/2026", True),
        ("20 11 2026", True),
        ("20261120", True),
        ("20112026", True),
        ("20261101", False),
        ("2026-11-20-1", False),
        ("2026/13", False),
        ("99-99-2026", False),
        ("1/1", False),
    ],
)
def test_a_bare_date_is_no_number_and_year_and_rank_are_no_date(number: str, date_like: bool) -> None:
    """Operator facts f4; eight digits are a date only where they are the invoice's own."""
    assert ("number.date" in found(number=number).blocking) is date_like


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"due": date(2026, 11, 19)}, {"due.early"}),
        ({"due": date(2026, 11, 20)}, set()),
        ({"currency": "EUR"}, set()),
        ({"kind": InvoiceKind.CREDIT_NOTE, "original_number": "F1"}, set()),
        (
            {
                "kind": InvoiceKind.CREDIT_NOTE,
                "original_number": "F1",
                "payment_means": PaymentMeans.TRANSFER,
            },
            {"payment_means.credit_note"},
        ),
        (
            {
                "kind": InvoiceKind.CREDIT_NOTE,
                "original_number": "F1",
                "payment_means": PaymentMeans.CARRIED_FORWARD,
            },
            set(),
        ),
        ({"vat_regime": VatRegime.NONE}, {"vat_regime.none"}),
        ({"billing_frame": BillingFrame.A2, "to_pay": Decimal(0)}, set()),
        ({"to_pay": Decimal(0)}, {"to_pay.sum"}),
        (
            {"discount": Decimal(20), "discount_reason": "x", "gross": Decimal(100), "to_pay": Decimal(100)},
            set(),
        ),
        ({"discount": Decimal(20), "discount_reason": "x", "to_pay": Decimal(100)}, set()),
    ],
)
def test_what_is_unusual_is_told_and_what_is_usual_is_not(
    changes: dict[str, Any], expected: set[str]
) -> None:
    """API 2.3, 2.9: the total may be named before or after the discount; A2 was paid before."""
    told = found(**changes)
    assert told.all == expected
    assert told.blocking == set()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"currency": "euro"}, "currency.shape"),
        ({"to_pay": Decimal("120.01")}, "to_pay.more"),
        ({"to_pay": Decimal("-1")}, "to_pay.more"),
        (
            {
                "kind": InvoiceKind.INVOICE,
                "net": Decimal(-100),
                "vat": Decimal(-20),
                "gross": Decimal(-120),
                "to_pay": Decimal(-120),
            },
            "gross.negative",
        ),
        ({"vat_regime": VatRegime.EXEMPT, "exemption_reason": "x"}, "vat_regime.exempt"),
        ({"number": "FA-1" + " " * 17}, "number.long"),
    ],
)
def test_signs_and_regimes_that_cannot_be_right_block(changes: dict[str, Any], expected: str) -> None:
    assert expected in found(**changes).blocking


def test_a_public_supplier_may_bill_public_bodies() -> None:
    """API 6: the service is closed to private suppliers; SIRENs of public bodies begin with 1 or 2."""
    public = Service(id=9, code="FACTURES_PUBLIQUES")
    town = structs.replace(TOWN, services=(public,))
    assert found(recipient=town, service_code="FACTURES_PUBLIQUES").blocking == {"service.public"}
    county = structs.replace(US, siret="22990102000011")
    told = found(
        recipient=town, supplier=county, service_code="FACTURES_PUBLIQUES", supplier_siret=county.siret
    )
    assert told.all == set()


def test_a_service_for_bills_between_public_bodies_is_told() -> None:
    public = Service(id=9, code="FACTURES_PUBLIQUES")
    told = found(recipient=structs.replace(TOWN, services=(public,)), service_code="FACTURES_PUBLIQUES")
    assert told.all == told.blocking == {"service.public"}


def test_a_commitment_number_that_the_state_does_not_know_blocks() -> None:
    """S1-089."""
    state = Recipient(siret=STATE_SIRET, id=1, checked_at=CHECKED)
    named: dict[str, Any] = {"recipient_siret": STATE_SIRET, "commitment_number": "1400000001"}
    assert found(recipient=state, commitment_known=False, **named).blocking == {"commitment.unknown"}
    assert found(recipient=state, commitment_known=True, **named).blocking == set()
    assert found(recipient=state, commitment_known=None, **named).blocking == set()


def attached(name: str = "delivery.pdf", size: int = 1000, type_code: str = "BDL") -> Attachment:
    return Attachment(name=name, sha256="0" * 64, size=size, type_code=type_code)


@pytest.mark.parametrize(
    ("attachment", "expected"),
    [
        (attached(), set()),
        (attached(name="DELIVERY.PDF"), set()),
        (attached(name="x" * 46 + ".pdf"), set()),
        (attached(name="x" * 47 + ".pdf"), {"attachment.name"}),
        (attached(name="delivery"), {"attachment.extension"}),
        (attached(name="virus.exe"), {"attachment.extension"}),
        (attached(size=10 * 1024 * 1024 + 1), {"attachment.size"}),
        (attached(size=0), {"attachment.empty"}),
        (attached(type_code=""), {"attachment.type"}),
    ],
)
def test_attachments_keep_to_the_limits(attachment: Attachment, expected: set[str]) -> None:
    """API 3.4."""
    assert found(attachments=(attachment,)).blocking == expected


def test_an_invoice_with_its_attachments_keeps_to_120_mb() -> None:
    ten = 10 * 1024 * 1024
    assert found(attachments=(attached(size=ten),) * 11, size=ten).blocking == set()
    assert found(attachments=(attached(size=ten),) * 12, size=1).blocking == {"folder.size"}
    assert found(size=ten + 1).blocking == {"file.size"}


def test_an_invoice_without_vat_needs_no_amount_of_it() -> None:
    untaxed: dict[str, Any] = {"vat": None, "vat_lines": None, "gross": Decimal(100), "to_pay": Decimal(100)}
    assert found(vat_regime=VatRegime.NONE, **untaxed).all == set()
    assert "vat.missing" in found(**untaxed).blocking


cents = st.integers(1, 10_000_000).map(lambda n: Decimal(n) / 100)
rates = st.sampled_from([Decimal("20"), Decimal("10"), Decimal("5.5"), Decimal("2.1"), Decimal("0")])


@given(st.lists(st.tuples(rates, cents), min_size=1, max_size=5), st.integers(-1, 1))
def test_sums_rounded_line_by_line_are_consistent(lines: list[tuple[Decimal, Decimal]], off: int) -> None:
    """S1-087: each line rounds by itself, so a total may be a cent off and still be right."""
    rounded = tuple(VatLine(rate, base, to_cents(base * rate / 100)) for rate, base in lines)
    net = sum((line.base for line in rounded), Decimal(0))
    vat = sum((line.vat for line in rounded), Decimal(0)) + Decimal(off) / 100
    told = found(net=net, vat=vat, gross=net + vat, to_pay=net + vat, vat_lines=rounded)
    assert told.blocking == set()


def test_amounts_in_a_sentence_are_written_as_the_operator_reads_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LANG", "C.UTF-8")
    wrong = structs.replace(GOOD, net=Decimal("2100.00"), vat=Decimal("420"), vat_lines=None)
    (told,) = (p for p in problems(wrong, TOWN, US, TODAY) if p.id == "gross.sum")
    assert "2,520.00" in told.text
    monkeypatch.setenv("LANG", "fr_FR.UTF-8")
    assert "2\u00a0520,00" in told.text
