"""What the invoice is worth: totals, VAT lines, why there is no VAT."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from chorus_tui.domain.checks.case import Case, Problem
from chorus_tui.domain.fields import VatLine
from chorus_tui.domain.money import CENT, to_cents
from chorus_tui.domain.statuses import VatRegime
from chorus_tui.i18n import N_


def _amounts(case: Case) -> Iterator[Problem]:
    fields = case.fields
    untaxed = fields.vat_regime in (VatRegime.EXEMPT, VatRegime.NONE)
    vat = Decimal(0) if fields.vat is None and untaxed else fields.vat
    for name, amount, message in (
        ("net", fields.net, N_("The amount without VAT is missing.")),
        ("vat", vat, N_("The amount of VAT is missing.")),
        ("gross", fields.gross, N_("The amount with VAT is missing.")),
        ("to_pay", fields.to_pay, N_("The amount to be paid is missing.")),
    ):
        if amount is None:
            yield Problem(f"{name}.missing", name, message)
    if fields.net is not None and vat is not None and fields.gross is not None:
        expected = to_cents(fields.net) + to_cents(vat)
        if expected != to_cents(fields.gross):
            yield Problem(
                "gross.sum",
                "gross",
                N_("Without VAT plus VAT makes {sum}, not the amount with VAT."),
                args={"sum": expected},
            )
    if fields.gross is not None and fields.to_pay is not None:
        expected = to_cents(fields.gross) - to_cents(fields.discount or Decimal(0))
        if to_cents(fields.to_pay) != expected:
            yield Problem(
                "to_pay.sum",
                "to_pay",
                N_("The amount to be paid is not the amount with VAT less the discount ({sum})."),
                blocking=False,
                args={"sum": expected},
            )


def _discount(case: Case) -> Iterator[Problem]:
    if case.fields.discount and not case.fields.discount_reason:
        yield Problem("discount.reason", "discount_reason", N_("A discount on the whole invoice says why."))


def _vat_lines(case: Case) -> Iterator[Problem]:
    fields, lines = case.fields, case.fields.vat_lines or ()
    if not lines:
        if fields.vat:
            yield Problem(
                "vat_lines.missing", "vat_lines", N_("No VAT line says at which rate."), blocking=False
            )
        return
    # Each line is rounded by itself, so a sum may be a cent off for each line.
    slack = CENT * len(lines)
    for name, total, part, message in (
        (
            "net",
            fields.net,
            _sum(lines, "base"),
            N_("The bases of the VAT lines make {sum}, not the amount without VAT."),
        ),
        ("vat", fields.vat, _sum(lines, "vat"), N_("The VAT lines make {sum}, not the amount of VAT.")),
    ):
        if total is not None and abs(to_cents(total) - part) > slack:
            yield Problem(f"vat_lines.{name}", "vat_lines", message, args={"sum": part})
    for line in lines:
        if abs(to_cents(line.base * line.rate / 100) - to_cents(line.vat)) > CENT:
            yield Problem(
                "vat_lines.rate",
                "vat_lines",
                N_("{vat} is not {rate} % of {base}."),
                blocking=False,
                args={"vat": line.vat, "rate": f"{line.rate.normalize():f}", "base": line.base},
            )


def _sum(lines: Sequence[VatLine], name: str) -> Decimal:
    return sum((to_cents(getattr(line, name)) for line in lines), Decimal("0.00"))


def _regime(case: Case) -> Iterator[Problem]:
    if case.fields.vat_regime is VatRegime.EXEMPT and not case.fields.exemption_reason:
        yield Problem(
            "exemption.missing",
            "exemption_reason",
            N_("An exempt invoice says why."),
        )


RULES = (_amounts, _discount, _vat_lines, _regime)
"""In the order of the form."""
