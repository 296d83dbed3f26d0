"""The states of things, each with the sign and the word that a screen shows.

Colour never carries the meaning alone, so every status has both. The sign is one column wide and in
every terminal font.
"""

from enum import Enum, StrEnum

from chorus_tui.i18n import N_


class Tone(StrEnum):
    """How a thing stands, for a theme to colour."""

    PLAIN = "plain"
    GOOD = "good"
    WAITS = "waits"
    BAD = "bad"
    FAINT = "faint"


class DocumentState(StrEnum):
    """Where a document is in its life (design: filed → analysing → to submit → submitting → submitted)."""

    FILED = "filed"
    """Matched a rule; its analysis has not begun."""
    ANALYSING = "analysing"
    MISTAKEN = "mistaken"
    """The analysis failed (S1-016)."""
    TO_SUBMIT = "to_submit"
    SUBMITTING = "submitting"
    """Validated: an intent is journalled, queued or under way."""
    UNSURE = "unsure"
    """The answer of a submission was lost; searched for before anything else happens."""
    SUBMITTED = "submitted"
    REMOVED = "removed"
    """Taken out of the tab by an operator; the file is kept (S1-073)."""

    @property
    def is_waiting(self) -> bool:
        """Whether the document stands in "Documents to be submitted"."""
        return self not in (DocumentState.SUBMITTED, DocumentState.REMOVED)

    @property
    def is_on_its_way(self) -> bool:
        """Whether a call or a flow carries the document, or may have carried it."""
        return self in (DocumentState.SUBMITTING, DocumentState.UNSURE)


class OcrStatus(Enum):
    """The column of that name (S1-015…018)."""

    ANALYSING = (N_("Analysing"), "…", Tone.FAINT)
    MISTAKEN = (N_("Mistaken"), "✗", Tone.BAD)
    TO_SUBMIT = (N_("To submit"), "●", Tone.PLAIN)
    SUBMITTING = (N_("Submitting"), "→", Tone.WAITS)
    UNSURE = (N_("To be verified"), "?", Tone.WAITS)

    def __init__(self, label: str, sign: str, tone: Tone) -> None:
        self.label = label
        self.sign = sign
        self.tone = tone


OCR_STATUS_OF = {
    DocumentState.FILED: OcrStatus.ANALYSING,
    DocumentState.ANALYSING: OcrStatus.ANALYSING,
    DocumentState.MISTAKEN: OcrStatus.MISTAKEN,
    DocumentState.TO_SUBMIT: OcrStatus.TO_SUBMIT,
    DocumentState.SUBMITTING: OcrStatus.SUBMITTING,
    DocumentState.UNSURE: OcrStatus.UNSURE,
}


class InvoiceStatus(StrEnum):
    """The statuses of an invoice in Chorus Pro that a supplier of simple invoices meets (API 3.1).

    Works invoices have some forty more; those arrive as `OTHER` and keep their own code beside them.
    """

    DRAFT = "draft"
    READ_BY_OCR = "read_by_ocr"
    SUBMITTED = "submitted"
    BEING_ROUTED = "being_routed"
    MADE_AVAILABLE = "made_available"
    TO_BE_RECYCLED = "to_be_recycled"
    REJECTED = "rejected"
    SUSPENDED = "suspended"
    COMPLETED = "completed"
    SERVICE_RENDERED = "service_rendered"
    PAYMENT_ORDERED = "payment_ordered"
    WITH_ACCOUNTANT = "with_accountant"
    POSTED = "posted"
    PAYMENT_ISSUED = "payment_issued"
    NOT_COMPLIANT = "not_compliant"
    TO_BE_VALIDATED = "to_be_validated"
    VALIDATED = "validated"
    VALIDATION_REFUSED = "validation_refused"
    WRONG_VALIDATOR = "wrong_validator"
    ABANDONED = "abandoned"
    DELETED = "deleted"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The English word; translate it where it is shown."""
        return _STATUS_LOOKS[self][0]

    @property
    def sign(self) -> str:
        """One column that tells statuses apart without colour."""
        return _STATUS_LOOKS[self][1]

    @property
    def tone(self) -> Tone:
        """How a theme colours it."""
        return _STATUS_LOOKS[self][2]

    @property
    def asks_supplier(self) -> bool:
        """Whether the recipient waits for the supplier (S1-040: suspended, to be recycled, rejected)."""
        return self in (InvoiceStatus.SUSPENDED, InvoiceStatus.TO_BE_RECYCLED, InvoiceStatus.REJECTED)


_STATUS_LOOKS = {
    InvoiceStatus.DRAFT: (N_("Draft"), "·", Tone.FAINT),
    InvoiceStatus.READ_BY_OCR: (N_("Read by OCR"), "·", Tone.FAINT),
    InvoiceStatus.SUBMITTED: (N_("Submitted"), "↑", Tone.PLAIN),
    InvoiceStatus.BEING_ROUTED: (N_("Being routed"), "→", Tone.PLAIN),
    InvoiceStatus.MADE_AVAILABLE: (N_("Made available"), "●", Tone.PLAIN),
    InvoiceStatus.TO_BE_RECYCLED: (N_("To be recycled"), "↻", Tone.BAD),
    InvoiceStatus.REJECTED: (N_("Rejected"), "✗", Tone.BAD),
    InvoiceStatus.SUSPENDED: (N_("Suspended"), "‖", Tone.WAITS),
    InvoiceStatus.COMPLETED: (N_("Completed"), "+", Tone.PLAIN),
    InvoiceStatus.SERVICE_RENDERED: (N_("Service rendered"), "◐", Tone.PLAIN),
    InvoiceStatus.PAYMENT_ORDERED: (N_("Payment ordered"), "◑", Tone.PLAIN),
    InvoiceStatus.WITH_ACCOUNTANT: (N_("With the accountant"), "◑", Tone.PLAIN),
    InvoiceStatus.POSTED: (N_("Posted"), "◕", Tone.PLAIN),
    InvoiceStatus.PAYMENT_ISSUED: (N_("Payment issued"), "✓", Tone.GOOD),
    InvoiceStatus.NOT_COMPLIANT: (N_("Not compliant"), "✗", Tone.BAD),
    InvoiceStatus.TO_BE_VALIDATED: (N_("To be validated"), "○", Tone.PLAIN),
    InvoiceStatus.VALIDATED: (N_("Validated"), "●", Tone.PLAIN),
    InvoiceStatus.VALIDATION_REFUSED: (N_("Validation refused"), "✗", Tone.BAD),
    InvoiceStatus.WRONG_VALIDATOR: (N_("Wrong validator"), "✗", Tone.BAD),
    InvoiceStatus.ABANDONED: (N_("Abandoned"), "–", Tone.FAINT),
    InvoiceStatus.DELETED: (N_("Deleted"), "–", Tone.FAINT),
    InvoiceStatus.OTHER: (N_("Other"), "·", Tone.PLAIN),
}


class InvoiceKind(StrEnum):
    """What the document is, for Chorus Pro."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"

    @property
    def label(self) -> str:
        """The English word; translate it where it is shown."""
        return N_("Invoice") if self is InvoiceKind.INVOICE else N_("Credit note")


class VatRegime(StrEnum):
    """When VAT falls due, or why there is none."""

    ON_DEBITS = "on_debits"
    ON_RECEIPTS = "on_receipts"
    EXEMPT = "exempt"
    NONE = "none"

    @property
    def label(self) -> str:
        """The English words; translate them where they are shown."""
        return {
            VatRegime.ON_DEBITS: N_("On debits"),
            VatRegime.ON_RECEIPTS: N_("On receipts"),
            VatRegime.EXEMPT: N_("Exempt"),
            VatRegime.NONE: N_("Without VAT"),
        }[self]


class PaymentMeans(StrEnum):
    """How the invoice is to be paid."""

    TRANSFER = "transfer"
    DIRECT_DEBIT = "direct_debit"
    CHEQUE = "cheque"
    CASH = "cash"
    CARRIED_FORWARD = "carried_forward"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The English words; translate them where they are shown."""
        return {
            PaymentMeans.TRANSFER: N_("Bank transfer"),
            PaymentMeans.DIRECT_DEBIT: N_("Direct debit"),
            PaymentMeans.CHEQUE: N_("Cheque"),
            PaymentMeans.CASH: N_("Cash"),
            PaymentMeans.CARRIED_FORWARD: N_("Carried forward"),
            PaymentMeans.OTHER: N_("Other"),
        }[self]


class BillingFrame(StrEnum):
    """In which role the supplier bills (API 2.3: the four that a PDF deposit accepts)."""

    A1 = "A1"
    A2 = "A2"
    A9 = "A9"
    A12 = "A12"

    @property
    def label(self) -> str:
        """The English words; translate them where they are shown."""
        return {
            BillingFrame.A1: N_("A1 supplier's invoice"),
            BillingFrame.A2: N_("A2 supplier's invoice, already paid"),
            BillingFrame.A9: N_("A9 subcontractor's invoice"),
            BillingFrame.A12: N_("A12 co-contractor's invoice"),
        }[self]

    @property
    def needs_validator(self) -> bool:
        """Whether another structure must approve first (A9: the main contractor, A12: the lead)."""
        return self in (BillingFrame.A9, BillingFrame.A12)
