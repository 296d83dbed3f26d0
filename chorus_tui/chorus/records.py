"""What the client answers beyond the domain's own records, and what it is asked with."""

from datetime import date, datetime
from decimal import Decimal

from msgspec import Struct

from chorus_tui.domain.fields import InvoiceFields
from chorus_tui.domain.flow import RefusedInvoice, TechnicalError
from chorus_tui.domain.flow_states import FlowState
from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.recipient import Service
from chorus_tui.domain.statuses import InvoiceStatus


class Analysis(Struct, frozen=True):
    """What Chorus Pro read from a PDF, and its id of the PDF, which the submission names (API 2.2)."""

    fields: InvoiceFields
    analysis_id: int


class Receipt(Struct, frozen=True):
    """A submission that was taken (API 2.3)."""

    invoice_id: int
    number: str
    status: InvoiceStatus
    status_code: str
    deposited: date | None = None


class FlowReceipt(Struct, frozen=True):
    """A flow that was taken: nothing yet is said of its state (API 2.1)."""

    number: str
    deposited: date | None = None


class FlowDetails(Struct, frozen=True, kw_only=True):
    """The integration report of a flow as the API tells it (API 2.18)."""

    state: FlowState
    state_code: str
    state_at: datetime | None = None
    deposited_at: datetime | None = None
    file_name: str = ""
    interface: str = ""
    technical: tuple[TechnicalError, ...] = ()
    refused: tuple[RefusedInvoice, ...] = ()


class Criteria(Struct, frozen=True, kw_only=True):
    """Which invoices a search asks for; all that is given must hold (API 2.8).

    `number` may also find longer numbers, so compare what comes back. `changed_since` and
    `changed_until` are about the current status and are what tracking goes by.
    """

    number: str | None = None
    changed_since: datetime | None = None
    changed_until: datetime | None = None
    deposited_from: date | None = None
    deposited_until: date | None = None
    issued_from: date | None = None
    issued_until: date | None = None
    statuses: tuple[InvoiceStatus, ...] = ()
    supplier_id: int | None = None
    recipient_id: int | None = None
    flow_number: str | None = None
    rejection_handled: bool | None = None


class InvoicePage(Struct, frozen=True):
    """One page of a search: its number, how many there are and how many invoices in all, as told with it."""

    invoices: tuple[Invoice, ...]
    page: int
    pages: int
    total: int


class Commitment(Struct, frozen=True):
    """A commitment (engagement juridique) that a recipient knows."""

    number: str
    state: str = ""
    kind: str = ""
    total: Decimal | None = None
    id: int | None = None


class Membership(Struct, frozen=True):
    """A structure that the technical account is attached to."""

    structure_id: int
    siret: str
    name: str = ""
    role: str = ""
    status: str = ""
    """`VALIDEE` when it may be used (API 3.3)."""
    services: tuple[Service, ...] = ()
