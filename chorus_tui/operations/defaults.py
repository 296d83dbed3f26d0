"""What follows from the other values of a document, as the least trusted source of all.

Kept beside the readings so that the form can say "default" where nothing else is known; worked out again
after every change, so that no stale figure stays.
"""

from decimal import Decimal

import msgspec

from chorus_tui.domain.document import Document, Phase
from chorus_tui.domain.fields import InvoiceFields, Source, VatLine, merge
from chorus_tui.domain.money import to_cents
from chorus_tui.domain.statuses import BillingFrame, DocumentState, InvoiceKind, PaymentMeans, VatRegime

_RATES = tuple(map(Decimal, ("20", "10", "5.5", "2.1", "8.5")))
"""The VAT rates of France, overseas included; only to recognise a single-rate invoice."""


def refreshed(document: Document) -> Document:
    """The document with its defaults worked out, and freed of a refusal that its values no longer earn.

    What was refused after submission is no longer held against a document once it would be sent
    differently (S1-068, S1-069); a failed analysis stays until it is done again.
    """
    readings = dict(document.readings)
    readings.pop(Source.DEFAULT, None)
    known = merge(readings, document.cleared)
    readings[Source.DEFAULT] = _defaults(known, document.supplier_siret)
    changed = msgspec.structs.replace(document, readings=readings)
    failure = changed.failure
    if (
        failure is not None
        and failure.phase is Phase.AFTER
        and changed.state is DocumentState.TO_SUBMIT
        and not changed.unchanged_since_failure
    ):
        return msgspec.structs.replace(changed, failure=None)
    return changed


def _defaults(known: InvoiceFields, supplier_siret: str) -> InvoiceFields:
    net, vat, gross = known.net, known.vat, known.gross
    if vat is None and (known.exemption_reason or known.vat_regime in (VatRegime.EXEMPT, VatRegime.NONE)):
        vat = Decimal(0)
    if gross is None and net is not None and vat is not None:
        gross = net + vat
    elif vat is None and net is not None and gross is not None:
        vat = gross - net
    elif net is None and vat is not None and gross is not None:
        net = gross - vat
    return InvoiceFields(
        kind=InvoiceKind.INVOICE,
        supplier_siret=supplier_siret or None,
        billing_frame=BillingFrame.A1,
        currency="EUR",
        # Nobody pays a credit note, and Chorus Pro wants the field filled in (API 2.3).
        payment_means=PaymentMeans.OTHER if known.kind is InvoiceKind.CREDIT_NOTE else PaymentMeans.TRANSFER,
        net=net,
        vat=vat,
        gross=gross,
        to_pay=None if gross is None else gross - (known.discount or Decimal(0)),
        vat_lines=_single_rate(net, vat),
        vat_regime=_regime(known, vat),
    )


def _regime(known: InvoiceFields, vat: Decimal | None) -> VatRegime | None:
    """What Chorus Pro is told of VAT where nobody says more (API 2.3, typeTva).

    Exempt where a reason is given, none where none is charged, else on debits, as its clients say.
    """
    if known.exemption_reason:
        return VatRegime.EXEMPT
    if vat is None:
        return None
    return VatRegime.ON_DEBITS if vat else VatRegime.NONE


def _single_rate(net: Decimal | None, vat: Decimal | None) -> tuple[VatLine, ...] | None:
    """The one VAT line of an invoice whose VAT is exactly that of one rate."""
    if not net or not vat:
        return None
    for rate in _RATES:
        if to_cents(net * rate / 100) == to_cents(vat):
            return (VatLine(rate=rate, base=net, vat=vat),)
    return None
