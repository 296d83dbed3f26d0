"""An invoice as Chorus Pro knows it."""

from datetime import date, datetime
from decimal import Decimal

from msgspec import Struct

from chorus_tui.domain.statuses import InvoiceKind, InvoiceStatus


class Invoice(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One row of "Tracking". Identity: Chorus Pro's id. Only `id` and `number` are always known."""

    id: int
    number: str
    status: InvoiceStatus = InvoiceStatus.OTHER
    status_code: str = ""
    """Chorus Pro's own code; tells apart what `status` calls OTHER."""
    status_at: datetime | None = None
    comment: str = ""
    """The recipient's words with the current status."""
    kind: InvoiceKind = InvoiceKind.INVOICE
    issued: date | None = None
    deposited: date | None = None
    supplier_siret: str = ""
    supplier_name: str = ""
    recipient_siret: str = ""
    recipient_name: str = ""
    service_code: str = ""
    service_name: str = ""
    commitment_number: str = ""
    net: Decimal | None = None
    gross: Decimal | None = None
    to_pay: Decimal | None = None
    currency: str = "EUR"
    deposit_mode: str = ""
    flow_number: str = ""
    rejection_handled: bool = False
    document_id: str = ""
    """Empty: sent from the portal or another tool; its Documents column is blank (S1-036)."""
    document_name: str = ""

    @property
    def asks_supplier(self) -> bool:
        """Whether it stands in "Documents to be processed" (S1-040); a rejection dealt with does not."""
        return self.status.asks_supplier and not self.is_settled

    @property
    def is_settled(self) -> bool:
        """Whether it was rejected and that was dealt with (S1-051)."""
        return self.status is InvoiceStatus.REJECTED and self.rejection_handled


class StatusChange(Struct, frozen=True, omit_defaults=True):
    """One passage of an invoice from a status to the next: who, when, and what they said."""

    status: InvoiceStatus
    code: str
    at: datetime | None
    comment: str = ""
    who: str = ""
    contact: str = ""


class History(Struct, frozen=True, omit_defaults=True):
    """The life of one invoice, newest first, and when it was asked for."""

    invoice_id: int
    changes: tuple[StatusChange, ...]
    fetched_at: datetime
