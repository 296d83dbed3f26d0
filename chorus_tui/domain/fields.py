"""What is known of an invoice before it is sent, and where each value came from.

One `InvoiceFields` is kept per source; the form shows, for each field, the value of the most trusted
source that has one (design §2: operator > Factur-X > service match > Chorus Pro's analysis > page text).
"""

import hashlib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

import msgspec
from msgspec import Struct

from chorus_tui.domain.statuses import BillingFrame, InvoiceKind, PaymentMeans, VatRegime
from chorus_tui.i18n import N_


class Source(StrEnum):
    """Where a value came from."""

    OPERATOR = "operator"
    FACTUR_X = "factur_x"
    MATCH = "match"
    CHORUS = "chorus"
    PAGE = "page"
    DEFAULT = "default"

    @property
    def label(self) -> str:
        """The English words; translate them where they are shown."""
        return {
            Source.OPERATOR: N_("typed"),
            Source.FACTUR_X: N_("Factur-X"),
            Source.MATCH: N_("service match"),
            Source.CHORUS: N_("Chorus Pro"),
            Source.PAGE: N_("page text"),
            Source.DEFAULT: N_("default"),
        }[self]


TRUST = (Source.OPERATOR, Source.FACTUR_X, Source.MATCH, Source.CHORUS, Source.PAGE, Source.DEFAULT)
"""Most trusted first."""


class VatLine(Struct, frozen=True):
    """The VAT of one rate: a percentage, and Chorus Pro's own code for it where it has one."""

    rate: Decimal
    base: Decimal
    vat: Decimal
    code: str = ""


class InvoiceFields(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The data Chorus Pro needs with a PDF (API 2.3). None: this source does not know."""

    number: str | None = None
    issued: date | None = None
    kind: InvoiceKind | None = None
    original_number: str | None = None
    """Of a credit note: the number of the invoice that it corrects."""
    supplier_siret: str | None = None
    supplier_name: str | None = None
    bank_account: int | None = None
    """Chorus Pro's id of a bank account of the supplier."""
    recipient_siret: str | None = None
    recipient_name: str | None = None
    service_code: str | None = None
    service_label: str | None = None
    """The service as it is printed, which a match turns into a code."""
    commitment_number: str | None = None
    contract_number: str | None = None
    billing_frame: BillingFrame | None = None
    validator_siret: str | None = None
    validator_service: str | None = None
    currency: str | None = None
    vat_regime: VatRegime | None = None
    exemption_reason: str | None = None
    payment_means: PaymentMeans | None = None
    due: date | None = None
    vat_lines: tuple[VatLine, ...] | None = None
    net: Decimal | None = None
    vat: Decimal | None = None
    gross: Decimal | None = None
    discount: Decimal | None = None
    discount_reason: str | None = None
    to_pay: Decimal | None = None
    comment: str | None = None


FIELD_NAMES = InvoiceFields.__struct_fields__

COMPARED = ("number", "issued", "net", "vat", "gross", "to_pay")
"""Fields of which the form says so when two sources disagree."""

Readings = Mapping[Source, InvoiceFields]


def merge(
    readings: Readings,
    cleared: frozenset[str] | tuple[str, ...] = (),
    names: tuple[str, ...] = FIELD_NAMES,
) -> InvoiceFields:
    """For each field, the value of the most trusted source; a field the operator emptied stays empty.

    Args:
        names: the fields that are wanted; the others stay empty.
    """
    merged: dict[str, Any] = {}
    present = [readings[source] for source in TRUST if source in readings]
    for name in names:
        if name in cleared:
            continue
        for fields in present:
            value = getattr(fields, name)
            if value is not None:
                merged[name] = value
                break
    return InvoiceFields(**merged)


def source_of(readings: Readings, name: str) -> Source | None:
    """The source whose value the form shows for a field; None where no source has one."""
    for source in TRUST:
        if source in readings and getattr(readings[source], name) is not None:
            return source
    return None


def disagreements(readings: Readings) -> dict[str, dict[Source, Any]]:
    """Fields of `COMPARED` on which machine sources differ, with each source's value.

    What an operator typed settles the matter, so such a field is not in the answer.
    """
    found: dict[str, dict[Source, Any]] = {}
    operator = readings.get(Source.OPERATOR)
    for name in COMPARED:
        if operator is not None and getattr(operator, name) is not None:
            continue
        values: dict[Source, Any] = {
            source: value
            for source, fields in readings.items()
            if source is not Source.DEFAULT and (value := getattr(fields, name)) is not None
        }
        if len(set(values.values())) > 1:
            found[name] = values
    return found


NOT_SENT = ("supplier_name", "recipient_name", "service_label", "due")
"""Fields that help people here and that no form sends (API 2.3)."""


IN_A_FLOW = "flow:"
"""Begins the fingerprint of what went in a flow: that of the same by its form holds less."""


def fingerprint(fields: InvoiceFields, attachments: tuple[str, ...] = ()) -> str:
    """A short hash of what would be sent: an errored document goes again only when this changed (S1-068)."""
    return _hash(msgspec.structs.replace(fields, **dict.fromkeys(NOT_SENT)), attachments)


def flow_fingerprint(fields: InvoiceFields, attachments: tuple[str, ...] = ()) -> str:
    """The same of what a flow would send, whose files name the parties and the due date, too (S2-077)."""
    return IN_A_FLOW + _hash(msgspec.structs.replace(fields, service_label=None), attachments)


def wide_fingerprint(fields: InvoiceFields, attachments: tuple[str, ...] = ()) -> str:
    """A hash of all fields, as failures bear it that a version before 1.0 wrote down."""
    return _hash(fields, attachments)


def _hash(fields: InvoiceFields, attachments: tuple[str, ...]) -> str:
    body = msgspec.json.encode((fields, attachments), order="sorted")
    return hashlib.sha256(body).hexdigest()[:16]
