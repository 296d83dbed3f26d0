"""Invoices with values that nobody thought of: some fields of a clean one, each from a drawer of odd ones.

The corpus holds the defects that the rule book knows; this asks whether there are others.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from msgspec import structs

from chorus_tui.domain.fields import VatLine
from chorus_tui.domain.statuses import BillingFrame, InvoiceKind, PaymentMeans, VatRegime
from chorus_tui.sandbox import World
from tests.corpus.make import BRANCH, STRANGER, SUPPLIER, TODAY, Example, Office


def _line(rate: str, base: str, vat: str, code: str = "") -> VatLine:
    return VatLine(Decimal(rate), Decimal(base), Decimal(vat), code)


def drawers(world: World) -> dict[str, tuple[Any, ...]]:
    """What a field may hold."""
    amounts = (None, *map(Decimal, ("0", "0.00", "100", "120", "-120", "20", "0.005", "99.995", "1e7")))
    return {
        "number": (None, " ", "FA 1", " FA1", "A" * 20, "A" * 21, "é", "2026-01-02", "2-1-2026", "1/2/3"),
        "issued": (None, TODAY, TODAY + timedelta(days=1), date(1999, 1, 1)),
        "kind": (None, *InvoiceKind),
        "original_number": (None, "X1"),
        "supplier_siret": (None, SUPPLIER, BRANCH, STRANGER, "123"),
        "bank_account": (None, 144050, 144060, 1),
        "recipient_siret": (None, *(held.siret for held in world.recipients), "123", "9" * 14, "1" * 15),
        "service_code": (None, "MAIRIE", "FACTURES_PUBLIQUES", "ECOLES", "DDTM029", "S" * 101, "S" * 100),
        "commitment_number": (None, "BC1", "1400000001", "1300000099", "9" * 50, "9" * 51),
        "billing_frame": (None, *BillingFrame),
        "validator_siret": (None, STRANGER, "12345678200051", "123", "55208131766522"),
        "currency": (None, "EUR", "eur", "USD"),
        "vat_regime": (None, *VatRegime),
        "exemption_reason": (None, "x"),
        "payment_means": (None, *PaymentMeans),
        "vat_lines": (
            None,
            (),
            (_line("20", "100", "20"),),
            (_line("0", "100", "0"),),
            (_line("0", "100", "0", "TVA7"),),
            (_line("20", "100", "20", "TVA4"),),
            (_line("10", "50", "5"), _line("20", "50", "10")),
        ),
        **dict.fromkeys(("net", "vat", "gross", "to_pay"), amounts),
        "discount": (None, Decimal(0), Decimal(5), Decimal(-5)),
        "discount_reason": (None, "x"),
        "comment": (None, "x" * 2000, "x" * 2001),
    }


def anything(count: int, seed: int) -> Iterator[Example]:
    """So many of them, the same for the same seed."""
    world = World.load()
    office = Office(seed, world)
    dice, full = office.random, drawers(world)
    for index in range(1, count + 1):
        example = office.clean(index)
        names = dice.sample(sorted(full), dice.choice((1, 1, 2, 3, 4)))
        drawn = {name: dice.choice(full[name]) for name in names}
        yield replace(
            example,
            fields=structs.replace(example.fields, **drawn),
            cleared=tuple(name for name, value in drawn.items() if value is None),
        )
