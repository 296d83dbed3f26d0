"""What the invoice is worth: totals, VAT lines, why there is no VAT."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from chorus_tui.domain.checks.case import Case, Problem, problem
from chorus_tui.domain.fields import InvoiceFields, VatLine
from chorus_tui.domain.money import CENT, to_cents
from chorus_tui.domain.statuses import BillingFrame, InvoiceKind, VatRegime

ROUNDED_AWAY = Decimal(1)
"""By how much the VAT of a line may miss its rate where it was rounded position by position; the validators
of EN 16931 allow as much (BR-CO-17)."""

_CURRENCY = re.compile(r"[A-Z]{3}")


def _currency(case: Case) -> Iterator[Problem]:
    currency = case.fields.currency
    if currency is None:
        if "currency" in case.emptied:
            yield problem("currency.missing")
    elif not _CURRENCY.fullmatch(currency):
        yield problem("currency.shape")


def _vat(fields: InvoiceFields) -> Decimal | None:
    untaxed = fields.vat_regime in (VatRegime.EXEMPT, VatRegime.NONE)
    return Decimal(0) if fields.vat is None and untaxed else fields.vat


def _amounts(case: Case) -> Iterator[Problem]:
    fields = case.fields
    vat = _vat(fields)
    for name, amount in (
        ("net", fields.net),
        ("vat", vat),
        ("gross", fields.gross),
        ("to_pay", fields.to_pay),
    ):
        if amount is None:
            yield problem(f"{name}.missing")
    gross = None if fields.gross is None else to_cents(fields.gross)
    discount = to_cents(fields.discount or Decimal(0))
    due = None if gross is None else gross - discount
    if fields.net is not None and vat is not None and gross is not None:
        total = to_cents(fields.net) + to_cents(vat)
        # Chorus Pro names the total before and after the discount alike (API 2.9), so either is right.
        if gross not in (total, total - discount):
            yield problem("gross.sum", sum=total)
        elif gross == total - discount:
            due = gross
    if gross is not None and gross < 0 and fields.kind is InvoiceKind.INVOICE:
        yield problem("gross.negative")
    if gross is not None and due is not None and fields.to_pay is not None:
        yield from _to_pay(to_cents(fields.to_pay), gross, due, fields.billing_frame)


def _to_pay(to_pay: Decimal, gross: Decimal, due: Decimal, frame: BillingFrame | None) -> Iterator[Problem]:
    if abs(to_pay) > abs(gross) or to_pay * gross < 0:
        yield problem("to_pay.more", gross=gross)
    elif to_pay != due and not (frame is BillingFrame.A2 and not to_pay):
        yield problem("to_pay.sum", sum=due)


def _discount(case: Case) -> Iterator[Problem]:
    if case.fields.discount and not case.fields.discount_reason:
        yield problem("discount.reason")


def _vat_lines(case: Case) -> Iterator[Problem]:
    fields, lines = case.fields, case.fields.vat_lines or ()
    if not lines:
        if fields.vat:
            yield problem("vat_lines.missing")
        return
    # Each line is rounded by itself, so a sum may be a cent off for each line.
    slack = CENT * len(lines)
    for name, total, part in (
        ("net", fields.net, _sum(lines, "base")),
        ("vat", fields.vat, _sum(lines, "vat")),
    ):
        if total is not None and abs(to_cents(total) - part) > slack:
            yield problem(f"vat_lines.{name}", sum=part)
    for line in lines:
        off = abs(to_cents(line.base * line.rate / 100) - to_cents(line.vat))
        if off > CENT:
            name = "vat_lines.wrong" if off > ROUNDED_AWAY else "vat_lines.rate"
            yield problem(name, vat=line.vat, rate=f"{line.rate.normalize():f}", base=line.base)
        if case.in_flow or not line.code or case.vat_codes is None:
            continue
        if line.code not in case.vat_codes:
            yield problem("vat_lines.code", code=line.code)


def _sum(lines: Sequence[VatLine], name: str) -> Decimal:
    return sum((to_cents(getattr(line, name)) for line in lines), Decimal("0.00"))


def _regime(case: Case) -> Iterator[Problem]:
    fields = case.fields
    exempt = fields.vat_regime is VatRegime.EXEMPT
    if exempt and not fields.exemption_reason:
        yield problem("exemption.missing")
    if not fields.vat:
        return
    if exempt or fields.exemption_reason:
        yield problem("vat_regime.exempt")
    elif fields.vat_regime is VatRegime.NONE:
        yield problem("vat_regime.none")


RULES = (_currency, _amounts, _discount, _vat_lines, _regime)
"""In the order of the form."""
