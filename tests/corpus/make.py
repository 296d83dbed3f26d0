"""Invoices as a billing office sends them, and what goes wrong with them; the same for the same seed.

Half are clean and as varied as Chorus Pro takes them; each of the others has one or two defects, drawn from
every rule that a submission can break.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from msgspec import structs

from chorus_tui.domain.document import Attachment
from chorus_tui.domain.fields import InvoiceFields, VatLine
from chorus_tui.domain.statuses import BillingFrame, InvoiceKind, PaymentMeans, VatRegime
from chorus_tui.sandbox import World
from chorus_tui.sandbox.world import Recipient

SEED = 20261123
TODAY = date(2026, 11, 23)
CENT = Decimal("0.01")
SUPPLIER, BRANCH, STRANGER = "83990121200010", "83990121200028", "81990222200010"
ACCOUNTS = {SUPPLIER: (144050, 144051), BRANCH: (144060,)}
VALIDATORS = (STRANGER, BRANCH)
RATES = {"TVA2": "2.1", "TVA3": "5.5", "TVA4": "10", "TVA5": "20", "TVA6": "8.5"}
KINDS = ("BDC", "BDL", "DEV", "PVR", "ATT", "DET", "AUT")
MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Example:
    """One invoice, its files, and what was done to it."""

    index: int
    fields: InvoiceFields
    attachments: tuple[Attachment, ...] = ()
    cleared: tuple[str, ...] = ()
    size: int = 48_000
    """Of its own file, in bytes."""
    defects: tuple[str, ...] = ()
    """Ids of the rules that it breaks."""
    touched: frozenset[str] = field(default_factory=frozenset)
    """Fields that a defect changed, so that a second one leaves them alone."""
    before: tuple[str | None, str | None] = (None, None)
    """Number and supplier of the clean one that is sent just before."""

    def but(self, rule: str, **changes: Any) -> "Example":
        """With a defect in some fields."""
        return self.also(rule, fields=structs.replace(self.fields, **changes), names=tuple(changes))

    def without(self, rule: str, *names: str) -> "Example":
        """With fields that an operator emptied."""
        fields = structs.replace(self.fields, **dict.fromkeys(names))
        return self.also(rule, fields=fields, names=names, cleared=(*self.cleared, *names))

    def also(self, rule: str, *, names: tuple[str, ...], **changes: Any) -> "Example":
        """With a defect of any kind."""
        return replace(
            self, **changes, defects=(*self.defects, rule), touched=self.touched | frozenset(names)
        )


def cents(amount: Decimal) -> Decimal:
    """Rounded as invoices are."""
    return amount.quantize(CENT, ROUND_HALF_UP)


class Office:
    """Makes clean invoices."""

    def __init__(self, seed: int, world: World) -> None:
        self.random = random.Random(seed)  # invented invoices, no secret
        self.world = world
        self._recipients = [held for held in world.recipients if held.active]

    def clean(self, index: int) -> Example:
        """One that Chorus Pro takes."""
        dice = self.random
        supplier = SUPPLIER if dice.random() < 0.85 else BRANCH
        kind = InvoiceKind.CREDIT_NOTE if dice.random() < 0.1 else InvoiceKind.INVOICE
        recipient = dice.choice(self._recipients)
        service, commitment = self.routing(recipient)
        fields = InvoiceFields(
            number=self.number(index),
            issued=TODAY - timedelta(days=dice.choice([0, 1, 3, 10, 30, 90, 200, 300])),
            kind=kind,
            original_number=f"P{index}" if kind is InvoiceKind.CREDIT_NOTE else None,
            supplier_siret=supplier,
            bank_account=dice.choice((None, *ACCOUNTS[supplier])),
            recipient_siret=recipient.siret,
            recipient_name=recipient.name,
            service_code=service,
            commitment_number=commitment,
            contract_number=dice.choice((None, None, f"M{index}")),
            payment_means=PaymentMeans.OTHER
            if kind is InvoiceKind.CREDIT_NOTE
            else dice.choice(list(PaymentMeans)),
            currency="EUR",
            comment=dice.choice((None, None, "Selon devis accepté", "é" * 2000)),
            **self.frame(),
            **self.amounts(kind),
        )
        if dice.random() < 0.15:
            fields = structs.replace(fields, **discounted(fields, dice.random() < 0.5))
        if fields.billing_frame is BillingFrame.A2 and dice.random() < 0.5:
            fields = structs.replace(fields, to_pay=Decimal("0.00"))
        return Example(index, fields, self.files(index))

    def number(self, index: int) -> str:
        """All that is legal, up to the last of the twenty characters."""
        return self.random.choice(
            (
                f"FA-2026-{index:05d}",
                f"F{index}",
                f"{index:020d}",
                f"2026/11 {index:05d}/+_-{index % 10}Zz"[:20],
                f"AB_{index}+C",
                f"2026{index % 100:02d}00{index // 100}",
            )
        )

    def routing(self, recipient: Recipient) -> tuple[str | None, str | None]:
        """Service and commitment number as the recipient wants them, or more than it wants."""
        dice = self.random
        if recipient.state:
            commitment = dice.choice([held for held in self.world.commitments if held.state == "COMMANDE"])
            service = recipient.service_of(dice.choice(commitment.services))
            assert service is not None
            return service.code, commitment.number if service.commitment or dice.random() < 0.7 else None
        opened = [s for s in recipient.services if s.open_on(TODAY) and s.code != "FACTURES_PUBLIQUES"]
        chosen = dice.choice(opened) if opened else None
        number = f"BC-{dice.randrange(10**6)}" if dice.random() < 0.8 else "9" * 50
        if recipient.either:
            if chosen is not None and (chosen.commitment or dice.random() < 0.3):
                return chosen.code, number
            return (chosen.code, None) if chosen is not None and dice.random() < 0.5 else (None, number)
        wants = recipient.service or dice.random() < 0.5
        if chosen is None or not wants:
            return None, number if recipient.commitment or dice.random() < 0.2 else None
        by_service = chosen.commitment
        return chosen.code, number if recipient.commitment or by_service or dice.random() < 0.2 else None

    def frame(self) -> dict[str, Any]:
        """A1 mostly; those with a validator name one that Chorus Pro knows."""
        frame = self.random.choices(list(BillingFrame), (80, 8, 7, 5))[0]
        validator = self.random.choice(VALIDATORS) if frame.needs_validator else None
        return {"billing_frame": frame, "validator_siret": validator}

    def amounts(self, kind: InvoiceKind) -> dict[str, Any]:
        """Totals and VAT lines: one rate or several, exempt, without VAT, and every legal rounding."""
        dice = self.random
        sign = -1 if kind is InvoiceKind.CREDIT_NOTE and dice.random() < 0.5 else 1
        if dice.random() < 0.12:
            return self.untaxed(sign)
        codes = dice.sample(list(RATES), dice.choice((1, 1, 1, 2, 3, 4)))
        regime = dice.choice((VatRegime.ON_DEBITS, VatRegime.ON_RECEIPTS, None))
        lines = []
        exact = Decimal(0)
        for code in codes:
            rate, base = Decimal(RATES[code]), sign * Decimal(dice.randrange(1, 3_000_000)) / 100
            exact += base * rate / 100
            by_code = dice.random() < 0.4
            lines.append(VatLine(rate, base, cents(base * rate / 100), code if by_code else ""))
        net = sum((line.base for line in lines), Decimal(0))
        each_rounded = sum((line.vat for line in lines), Decimal(0))
        # Either the VAT of each rate is rounded, or their sum: a cent or two apart, and both are done.
        vat = each_rounded if dice.random() < 0.7 else cents(exact)
        return {
            "vat_regime": regime,
            "vat_lines": tuple(lines),
            "net": net,
            "vat": vat,
            "gross": net + vat,
            "to_pay": net + vat,
        }

    def untaxed(self, sign: int) -> dict[str, Any]:
        """No VAT: because none is due, or exempt with a reason."""
        net = sign * Decimal(self.random.randrange(100, 3_000_000)) / 100
        vat = self.random.choice((None, Decimal("0.00")))
        told: dict[str, Any] = {"net": net, "vat": vat, "gross": net, "to_pay": net}
        if self.random.random() < 0.5:
            return told | {"vat_regime": VatRegime.NONE}
        return told | {"vat_regime": VatRegime.EXEMPT, "exemption_reason": "Article 261 du CGI"}

    def files(self, index: int) -> tuple[Attachment, ...]:
        """Attachments, on some."""
        dice = self.random
        count = dice.choice((0, 0, 0, 0, 0, 1, 1, 3))
        names = ("bon.pdf", "détail.XLSX", "photo_" + "x" * 40 + ".png", "lot.tar.gz", "signature.p7s")
        return tuple(
            attachment(index, place, name, dice.choice(KINDS))
            for place, name in enumerate(dice.sample(names, count))
        )


def attachment(index: int, place: int, name: str, kind: str, size: int = 1000) -> Attachment:
    """A file that goes with an invoice."""
    return Attachment(name=name, sha256=f"{index:032x}{place:032x}", size=size, type_code=kind, label=name)


def discounted(fields: InvoiceFields, within_gross: bool) -> dict[str, Any]:
    """A discount on the whole, named in the total or only in what is to be paid (API 2.9)."""
    gross = fields.gross or Decimal(0)
    discount = cents(abs(gross) / 20)
    if not discount or gross < 0:
        return {}
    return {
        "discount": discount,
        "discount_reason": "Remise de fin d'année",
        "gross": gross - discount if within_gross else gross,
        "to_pay": gross - discount,
    }


def examples(count: int, seed: int = SEED, world: World | None = None) -> Iterator[Example]:
    """So many invoices, every second one with one or two defects; each defect comes in its turn."""
    from tests.corpus.defects import DEFECTS, spoil

    office = Office(seed, world or World.load())
    turn = 0
    before: tuple[str | None, str | None] = (None, None)
    for index in range(1, count + 1):
        example = replace(office.clean(index), before=before)
        if index % 2:
            before = (example.fields.number, example.fields.supplier_siret)
            yield example
            continue
        example = spoil(example, DEFECTS[turn % len(DEFECTS)])
        turn += 1
        if office.random.random() < 0.4:
            second = office.random.choice(DEFECTS)
            example = example if second.heavy else spoil(example, second)
        yield example
