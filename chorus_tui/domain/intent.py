"""Intents: submissions about to happen, or of which nobody knows yet whether they happened.

An intent is written before the call and its outcome after it, so that a lost answer or a killed process
never leads to sending twice.
"""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from chorus_tui.domain.attempts import Attempt
from chorus_tui.domain.document import Attachment
from chorus_tui.domain.fields import InvoiceFields


class Submission(Struct, frozen=True, kw_only=True):
    """Exactly what is sent for one document."""

    fields: InvoiceFields
    supplier_id: int
    """Chorus Pro's id of the supplier structure."""
    main_attachment_id: int
    main_attachment_name: str
    attachments: tuple[Attachment, ...] = ()


class IntentState(StrEnum):
    """Where an intent is."""

    QUEUED = "queued"
    SENDING = "sending"
    """Journalled as begun. Found like this after a restart, it is UNSURE."""
    UNSURE = "unsure"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    CONFLICT = "conflict"
    """Chorus Pro holds another invoice under this number; an operator decides."""
    WITHDRAWN = "withdrawn"

    @property
    def is_open(self) -> bool:
        """Whether something is still to happen."""
        return self in (IntentState.QUEUED, IntentState.SENDING, IntentState.UNSURE)


class Intent(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One submission and its attempts."""

    id: str
    document_id: str
    submission: Submission
    fingerprint: str
    state: IntentState
    queued_at: datetime
    queued_by: str
    not_before: datetime | None = None
    """When it may leave, or when it is looked for (again)."""
    attempts: tuple[Attempt, ...] = ()
    searches: int = 0
    """Searches since the last attempt that did not find it."""
    invoice_id: int | None = None
    message: str = ""
