"""What the text of an invoice's pages says, in French or English.

A wrong reading is worse than none: a value is taken only behind its own label, and only when all such labels
agree. Pure: text in, fields out.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import TypeVar

import msgspec

from chorus_tui.domain.fields import InvoiceFields, VatLine
from chorus_tui.domain.identifiers import compact_siret
from chorus_tui.domain.money import parse_amount, to_cents
from chorus_tui.domain.statuses import InvoiceKind
from chorus_tui.intake import labels
from chorus_tui.text import fold

MAX_LINE = 300
"""Characters; what stands further right on a line is no label."""

BUYER_ABOVE = 6
"""Lines above a SIRET in which a heading may say whose it is: an address has no more."""

T = TypeVar("T")


def read(text: str) -> InvoiceFields:
    """The fields that the text of the pages gives away without doubt."""
    lines = [
        re.sub(" {2,}", " ", line[:MAX_LINE]).strip() for line in text.translate(labels.SPACES).split("\n")
    ]
    text = "\n".join(line for line in lines if line)
    kind = _kind(text)
    is_credit = kind is InvoiceKind.CREDIT_NOTE
    supplier, recipient = _sirets(text)
    net, gross, to_pay = (_amount(label, text) for label in (labels.NET, labels.GROSS, labels.TO_PAY))
    vat_lines = _vat_lines(text, net)
    vat = _amount(labels.VAT, text)
    if vat is None and vat_lines is not None and net is not None:
        vat = sum((line.vat for line in vat_lines), Decimal(0))
    code = _one(_tokens(labels.SERVICE_CODE, text))
    fields = InvoiceFields(
        number=_number(text, is_credit=is_credit),
        issued=_day(labels.ISSUED, text) or _day(labels.ISSUED_LOOSELY, text),
        kind=kind,
        original_number=_one(_originals(text)) if is_credit else None,
        supplier_siret=supplier,
        recipient_siret=recipient,
        service_code=code,
        service_label=_one(label.strip() for label in labels.SERVICE_LABEL.findall(text)),
        commitment_number=_one(_tokens(labels.COMMITMENT, text)) or _one(_tokens(labels.ORDER, text)),
        contract_number=_one(_tokens(labels.CONTRACT, text)),
        currency="EUR" if labels.EURO.search(text) else None,
        payment_means=_one(means for means, line in labels.MEANS_LINES if line.search(text)),
        due=_day(labels.DUE, text),
        vat_lines=vat_lines,
        net=net,
        vat=vat,
        gross=gross,
        to_pay=to_pay,
    )
    return _as_credit(fields) if is_credit else fields


def _as_credit(fields: InvoiceFields) -> InvoiceFields:
    """Amounts as Factur-X has them on a credit note: positive, though pages often print them negative."""
    amounts = {
        name: abs(value)
        for name in ("net", "vat", "gross", "to_pay")
        if (value := getattr(fields, name)) is not None
    }
    if fields.vat_lines:
        amounts["vat_lines"] = tuple(VatLine(x.rate, abs(x.base), abs(x.vat)) for x in fields.vat_lines)
    return msgspec.structs.replace(fields, **amounts)


def _one(values: Iterable[T]) -> T | None:
    """The value, if they all agree."""
    distinct = set(values)
    return distinct.pop() if len(distinct) == 1 else None


def _kind(text: str) -> InvoiceKind | None:
    """By the first line that reads as a title."""
    title = labels.TITLE.search(text)
    if title is None:
        return None
    is_credit = labels.CREDIT_WORDS.search(title.group()) is not None
    return InvoiceKind.CREDIT_NOTE if is_credit else InvoiceKind.INVOICE


def _tokens(pattern: re.Pattern[str], text: str) -> Iterator[str]:
    """Identifiers behind a label: with a digit or all in capitals, and no date, so that no word is taken."""
    for found in pattern.finditer(text):
        token = found.group(1)
        names_something = any(c.isdigit() for c in token) or (len(token) > 1 and token.isupper())
        if names_something and not labels.DATE_LIKE.fullmatch(token):
            yield token


def _originals(text: str) -> Iterator[str]:
    for pattern in labels.ORIGINALS:
        yield from _tokens(pattern, text)


def _number(text: str, *, is_credit: bool) -> str | None:
    """The document's own number, not that of an invoice it is about."""
    others = set(_originals(text))
    found: set[str] = set()
    of_credit: set[str] = set()
    for pattern in labels.NUMBERS:
        for match in pattern.finditer(text):
            if not any(c.isdigit() for c in match.group(1)) or labels.DATE_LIKE.fullmatch(match.group(1)):
                continue
            found.add(match.group(1))
            if labels.CREDIT_WORDS.search(match.group(0).removesuffix(match.group(1))):
                of_credit.add(match.group(1))
    return _one((is_credit and of_credit) or found - others)


def _day(patterns: Iterable[re.Pattern[str]], text: str) -> date | None:
    days = set()
    for pattern in patterns:
        for match in pattern.finditer(text):
            english = labels.ENGLISH_DATE.search(match.group(0)) is not None
            days.add(parse_day(match.group(1), english=english))
    return _one(days)


def parse_day(written: str, *, english: bool) -> date | None:
    """A day as an invoice writes it; None where it is none, or day and month cannot be told apart."""
    words = re.findall(r"[^\W\d_]{3,}", fold(written))
    numbers = [int(n) for n in re.findall(r"\d+", written)]
    try:
        if words:
            day, year = numbers
            return date(year, labels.MONTH_OF[words[0]], day)
        first, second, third = numbers
        if first > 31:
            return date(first, second, third)
        year = third + 2000 if third < 100 else third
        if english and "." not in written and first != second:
            if first <= 12 and second <= 12:
                return None
            return date(year, second, first) if first > 12 else date(year, first, second)
        return date(year, second, first)
    except (ValueError, KeyError):
        return None


def _amount(pattern: re.Pattern[str], text: str) -> Decimal | None:
    return _one(_decimals(match.group(1) for match in pattern.finditer(text)))


def _decimals(written: Iterable[str]) -> Iterator[Decimal]:
    for text in written:
        try:
            yield to_cents(parse_amount(text))
        except ValueError:
            continue


def _vat_lines(text: str, net: Decimal | None) -> tuple[VatLine, ...] | None:
    """The VAT table, believed only where rate × base gives each VAT and the bases give the net total."""
    lines = []
    for rate_text, *amounts in labels.VAT_LINE.findall(text):
        rate = Decimal(rate_text.replace(",", "."))
        base, vat = _decimals(amounts)
        if abs(base) < abs(vat):
            base, vat = vat, base
        if abs(base * rate / 100 - vat) > Decimal("0.02"):
            return None
        lines.append(VatLine(rate, base, vat))
    if not lines or (net is not None and sum(line.base for line in lines) != net):
        return None
    return tuple(lines)


def _sirets(text: str) -> tuple[str | None, str | None]:
    """The supplier's SIRET and the recipient's.

    By the label, the heading above, or the legal mentions beside it. Of those that nothing tells apart, one
    that begins with 1 or 2 is a public body's (INSEE) and so the recipient's.
    """
    suppliers: set[str] = set()
    recipients: set[str] = set()
    unclear: set[str] = set()
    lines = text.split("\n")
    for number, line in enumerate(lines):
        for found in labels.SIRET.finditer(line):
            before = lines[number - 1] if number else ""
            if not labels.SIRET_WORD.search(line[: found.start()] or before):
                continue
            siret = compact_siret(found.group())
            {True: suppliers, False: recipients, None: unclear}[
                _is_seller(line, lines[max(0, number - BUYER_ABOVE) : number])
            ].add(siret)
    unclear -= suppliers | recipients
    if not recipients:
        recipients = {siret for siret in unclear if siret[0] in "12"}
    if not suppliers and len(unclear - recipients) == 1 and recipients:
        suppliers = unclear - recipients
    if suppliers & recipients:
        return None, None
    return _one(suppliers), _one(recipients)


def _is_seller(line: str, above: list[str]) -> bool | None:
    """Whether a line with a SIRET speaks of the seller; None where it does not say."""
    for text in (line, *reversed(above)):
        buyer, seller = labels.OF_BUYER.search(text), labels.OF_SELLER.search(text)
        if buyer and not seller:
            return False
        if seller and not buyer:
            return True
    return None
