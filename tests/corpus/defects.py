"""What goes wrong: one function for each rule that a submission can break."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from msgspec import structs

from chorus_tui.domain.fields import VatLine
from chorus_tui.domain.recipient import STATE_SIRET
from chorus_tui.domain.statuses import BillingFrame, InvoiceKind, PaymentMeans, VatRegime
from tests.corpus.make import (
    MEGABYTE,
    STRANGER,
    SUPPLIER,
    TODAY,
    Example,
    attachment,
)

FREE, SERVICED, NUMBERED, EITHER, BOTH = (
    "12345678200051",
    "12345678200028",
    "12345678200036",
    "12345678200044",
    "22990102000011",
)
NOBODY, INACTIVE = "99999999999999", "21991819000014"
UNSEEN = "AILLEURS-{}"
"""Numbers of invoices that another tool deposits after the store last looked."""
SEEN, REJECTED = "P2026-0412", "P2026-0433"
"""Of invoices that tracking brought."""

Change = Callable[[Example], Example]


@dataclass(frozen=True)
class Defect:
    """How a rule is broken."""

    rule: str
    change: Change
    known: bool = True
    """Whether anybody here can know before sending; False: only Chorus Pro can."""
    heavy: bool = False
    """Needs many megabytes, so that a few of them are enough."""


def to(example: Example, rule: str, siret: str, service: str | None, number: str | None) -> Example:
    """Send it to somebody else, so that it breaks a rule of theirs."""
    return example.but(rule, recipient_siret=siret, service_code=service, commitment_number=number)


def ours(example: Example, rule: str, number: str) -> Example:
    """Under a number that the main structure used."""
    return example.but(rule, number=number, supplier_siret=SUPPLIER, bank_account=None)


def twin(example: Example, rule: str) -> Example:
    """Under the number of the one that waits before it."""
    number, supplier = example.before
    return example.but(rule, number=number, supplier_siret=supplier, bank_account=None)


def scaled(example: Example, factor: int) -> dict[str, object]:
    """All amounts times a factor."""
    fields = example.fields
    return {
        "vat_lines": tuple(
            VatLine(line.rate, line.base * factor, line.vat * factor, line.code)
            for line in fields.vat_lines or ()
        )
        or None,
        **{
            name: None if (amount := getattr(fields, name)) is None else amount * factor
            for name in ("net", "vat", "gross", "to_pay")
        },
    }


TAXED = {
    "vat_regime": VatRegime.ON_DEBITS,
    "exemption_reason": None,
    "discount": None,
    "discount_reason": None,
    "net": Decimal("1234.56"),
    "vat": Decimal("246.91"),
    "gross": Decimal("1481.47"),
    "to_pay": Decimal("1481.47"),
    "vat_lines": (VatLine(Decimal(20), Decimal("1234.56"), Decimal("246.91")),),
    "kind": InvoiceKind.INVOICE,
    "original_number": None,
    "payment_means": PaymentMeans.TRANSFER,
    "billing_frame": BillingFrame.A1,
    "validator_siret": None,
}
"""An invoice with VAT at one rate, on which the rules about amounts are broken."""


def taxed(example: Example, rule: str, **changes: object) -> Example:
    """Wrong amounts on an invoice with VAT."""
    return example.but(rule, **TAXED | changes)


def blank(example: Example, rule: str, name: str) -> Example:
    """An operator emptied a field, so that nothing works it out from the others."""
    wrong = taxed(example, rule)
    fields = structs.replace(wrong.fields, **{name: None})
    return replace(wrong, fields=fields, cleared=(*wrong.cleared, name))


def credited(example: Example, rule: str, **changes: object) -> Example:
    """A credit note with something wrong."""
    note = {
        "kind": InvoiceKind.CREDIT_NOTE,
        "original_number": "P1",
        "payment_means": PaymentMeans.OTHER,
        "billing_frame": BillingFrame.A1,
        "validator_siret": None,
    }
    return example.but(rule, **TAXED | note | changes)


def validated(example: Example, rule: str, siret: str | None) -> Example:
    """A subcontractor's or co-contractor's invoice."""
    frame = BillingFrame.A9 if example.index % 3 else BillingFrame.A12
    return example.but(rule, billing_frame=frame, validator_siret=siret)


def attached(example: Example, rule: str, name: str, kind: str = "BDL", size: int = 1000) -> Example:
    """One more file."""
    more = (*example.attachments, attachment(example.index, 9, name, kind, size))
    return example.also(rule, attachments=more, names=("attachments",))


def heavy(example: Example, rule: str) -> Example:
    """Twelve files of ten megabytes, and the invoice's own."""
    files = tuple(attachment(example.index, n, f"plan{n}.pdf", "DET", 10 * MEGABYTE) for n in range(12))
    return example.also(rule, attachments=files, names=("attachments",))


def _defect(
    rule: str, change: Callable[[Example, str], Example], *, known: bool = True, heavy: bool = False
) -> Defect:
    return Defect(rule, lambda example: change(example, rule), known, heavy)


def _tomorrow(example: Example) -> date:
    return TODAY + timedelta(days=1 + example.index % 40)


DEFECTS: tuple[Defect, ...] = (
    _defect("number.missing", lambda e, r: e.but(r, number=("   ", None)[e.index % 4 // 2])),
    _defect("number.long", lambda e, r: e.but(r, number=f"FACTURE-2026-11-{e.index:05d}")),
    _defect("number.characters", lambda e, r: e.but(r, number=f"F{e.index}{'№:é.#'[e.index % 5]}")),
    _defect("number.date", lambda e, r: e.but(r, number=_day_of(e.index))),
    _defect("number.used", lambda e, r: ours(e, r, SEEN)),
    _defect("number.rejected", lambda e, r: ours(e, r, REJECTED)),
    _defect("number.used", lambda e, r: ours(e, r, UNSEEN.format(e.index)), known=False),
    _defect("number.used", twin),
    _defect("issued.missing", lambda e, r: e.but(r, issued=None)),
    _defect("issued.future", lambda e, r: e.but(r, issued=_tomorrow(e))),
    _defect("due.early", lambda e, r: e.but(r, due=date(2025, 1, 1))),
    _defect("kind.missing", lambda e, r: e.without(r, "kind")),
    _defect("payment_means.missing", lambda e, r: e.without(r, "payment_means")),
    _defect("original_number.missing", lambda e, r: credited(e, r, original_number=None)),
    _defect("payment_means.credit_note", lambda e, r: credited(e, r, payment_means=PaymentMeans.TRANSFER)),
    _defect("supplier.missing", lambda e, r: e.without(r, "supplier_siret", "bank_account")),
    _defect("supplier.unknown", lambda e, r: e.but(r, supplier_siret=STRANGER, bank_account=None)),
    _defect("bank_account.unknown", lambda e, r: e.but(r, bank_account=144070)),
    _defect("recipient.missing", lambda e, r: e.but(r, recipient_siret=None)),
    _defect("recipient.shape", lambda e, r: e.but(r, recipient_siret="1234567820005")),
    _defect("recipient.unknown", lambda e, r: to(e, r, NOBODY, None, None)),
    _defect("recipient.inactive", lambda e, r: to(e, r, INACTIVE, None, None)),
    _defect("service.missing", lambda e, r: to(e, r, SERVICED, None, None)),
    _defect("service.unknown", lambda e, r: to(e, r, SERVICED, ("NULLE_PART", "MAIRIE")[e.index % 2], None)),
    _defect("service.closed", lambda e, r: to(e, r, *_closed(e.index))),
    _defect("service.public", lambda e, r: to(e, r, SERVICED, "FACTURES_PUBLIQUES", None)),
    _defect("service.long", lambda e, r: to(e, r, FREE, "S" * 101, None)),
    _defect("commitment.missing", lambda e, r: to(e, r, *_unnumbered(e.index))),
    _defect("commitment.either", lambda e, r: to(e, r, EITHER, None, None)),
    _defect("commitment.long", lambda e, r: to(e, r, NUMBERED, None, "9" * 51)),
    _defect(
        "commitment.unknown",
        lambda e, r: to(e, r, STATE_SIRET, "SFACETAT", ("1499999999", "1300000099")[e.index % 2]),
    ),
    _defect(
        "commitment.mismatch", lambda e, r: to(e, r, STATE_SIRET, "DREALIDF078", "1400000001"), known=False
    ),
    _defect("frame.missing", lambda e, r: e.without(r, "billing_frame")),
    _defect("validator.missing", lambda e, r: validated(e, r, None)),
    _defect("validator.shape", lambda e, r: validated(e, r, "8199022220001")),
    _defect("validator.unknown", lambda e, r: validated(e, r, "55208131766522")),
    _defect("currency.missing", lambda e, r: e.without(r, "currency")),
    _defect("currency.shape", lambda e, r: e.but(r, currency=("EURO", "euro", "€")[e.index % 3])),
    _defect("net.missing", lambda e, r: blank(e, r, "net")),
    _defect("vat.missing", lambda e, r: blank(e, r, "vat")),
    _defect("gross.missing", lambda e, r: blank(e, r, "gross")),
    _defect("to_pay.missing", lambda e, r: blank(e, r, "to_pay")),
    _defect("gross.sum", lambda e, r: taxed(e, r, **_wrong_sum(e.index))),
    _defect("gross.negative", lambda e, r: taxed(e, r, **scaled(taxed(e, r), -1))),
    _defect("to_pay.sum", lambda e, r: taxed(e, r, to_pay=Decimal("1000.00"))),
    _defect(
        "to_pay.more",
        lambda e, r: taxed(e, r, to_pay=(Decimal("1481.48"), Decimal("-1.00"))[e.index % 4 // 2]),
    ),
    _defect(
        "discount.reason", lambda e, r: taxed(e, r, discount=Decimal("10.00"), to_pay=Decimal("1471.47"))
    ),
    _defect("vat_lines.missing", lambda e, r: blank(e, r, "vat_lines")),
    _defect("vat_lines.net", lambda e, r: taxed(e, r, vat_lines=_lines("1200.00", "246.91"))),
    _defect("vat_lines.vat", lambda e, r: taxed(e, r, vat_lines=_lines("1234.56", "240.00"))),
    _defect(
        "vat_lines.rate", lambda e, r: taxed(e, r, vat_lines=_lines("1236.00", "246.91"), **_positions())
    ),
    _defect("vat_lines.wrong", lambda e, r: taxed(e, r, vat_lines=_lines("1234.56", "246.91", "10"))),
    _defect("vat_lines.code", lambda e, r: taxed(e, r, vat_lines=_lines("1234.56", "246.91", "20", "TVA99"))),
    _defect(
        "exemption.missing",
        lambda e, r: taxed(e, r, vat_regime=VatRegime.EXEMPT, **_untaxed("0.00")),
    ),
    _defect(
        "vat_regime.exempt",
        lambda e, r: taxed(e, r, vat_regime=VatRegime.EXEMPT, exemption_reason="Article 261 du CGI"),
    ),
    _defect("vat_regime.none", lambda e, r: taxed(e, r, vat_regime=VatRegime.NONE)),
    _defect("comment.long", lambda e, r: e.but(r, comment="x" * 2001)),
    _defect("attachment.name", lambda e, r: attached(e, r, "n" * 47 + ".pdf")),
    _defect("attachment.extension", lambda e, r: attached(e, r, ("programme.exe", "sans")[e.index % 4 // 2])),
    _defect("attachment.empty", lambda e, r: attached(e, r, "vide.pdf", size=0)),
    _defect("attachment.type", lambda e, r: attached(e, r, "bon.pdf", "")),
    _defect("attachment.kind", lambda e, r: attached(e, r, "bon.pdf", "ZZZ")),
    _defect("attachment.size", lambda e, r: attached(e, r, "plan.pdf", size=10 * MEGABYTE + 1), heavy=True),
    _defect("folder.size", heavy, heavy=True),
    _defect(
        "file.size",
        lambda e, r: replace(e, size=10 * MEGABYTE + 1).also(r, names=("size",)),
        heavy=True,
    ),
)
"""Every rule of the book that an invoice can break on its way; `content.*` and `state.*` are no such."""


def _day_of(index: int) -> str:
    day = date(1995, 1, 1) + timedelta(days=index)
    return f"{day:%d-%m-%Y}" if index % 4 else f"{day:%Y/%m/%d}"


def _closed(index: int) -> tuple[str, str | None, str | None]:
    return (
        (SERVICED, "VOIRIE_ANCIEN", None),
        (STATE_SIRET, "MISSION2024", None),
        (BOTH, "AUTONOMIE", "BC-1"),
        (STATE_SIRET, "DDTM029", None),
    )[index // 2 % 4]


def _unnumbered(index: int) -> tuple[str, str | None, str | None]:
    return (
        (NUMBERED, None, None),
        (BOTH, "DIRINFRA", None),
        (SERVICED, "ECOLES", None),
        (STATE_SIRET, "PREFBZH035", None),
    )[index // 2 % 4]


def _wrong_sum(index: int) -> dict[str, object]:
    off = (Decimal("0.01"), Decimal("-100.00"), Decimal("0.10"))[index // 2 % 3]
    gross = Decimal("1481.47") + off
    return {"gross": gross, "to_pay": gross}


def _lines(base: str, vat: str, rate: str = "20", code: str = "") -> tuple[VatLine, ...]:
    return (VatLine(Decimal(rate), Decimal(base), Decimal(vat), code),)


def _positions() -> dict[str, object]:
    """Amounts whose VAT was rounded position by position: 29 cents beside the rate, and right."""
    return {"net": Decimal("1236.00"), "gross": Decimal("1482.91"), "to_pay": Decimal("1482.91")}


def _untaxed(vat: str) -> dict[str, object]:
    return {
        "net": Decimal("1234.56"),
        "vat": Decimal(vat),
        "gross": Decimal("1234.56"),
        "to_pay": Decimal("1234.56"),
        "vat_lines": None,
    }


def spoil(example: Example, defect: Defect) -> Example:
    """The example with a defect more; as it is where that would undo an earlier one."""
    alone = defect.change(replace(example, touched=frozenset()))
    return example if alone.touched & example.touched else defect.change(example)
