"""The Chorus Pro API: sign-in, one method per service, typed requests, answers and failures.

Domain records go in and come out; wire names, wire dates and wire numbers stay inside.
"""

from chorus_tui.chorus.client import PAGE_SIZE, ChorusPro
from chorus_tui.chorus.errors import (
    AccountRefused,
    AddressUnusable,
    ChorusError,
    CredentialsMissing,
    NotAvailable,
    OutcomeUnknown,
    Refused,
    RequestRefused,
    RightsMissing,
    SignInRefused,
    TooManyRequests,
    UnreadableAnswer,
)
from chorus_tui.chorus.records import Analysis, Commitment, Criteria, InvoicePage, Membership, Receipt

__all__ = [
    "PAGE_SIZE",
    "AccountRefused",
    "AddressUnusable",
    "Analysis",
    "ChorusError",
    "ChorusPro",
    "Commitment",
    "CredentialsMissing",
    "Criteria",
    "InvoicePage",
    "Membership",
    "NotAvailable",
    "OutcomeUnknown",
    "Receipt",
    "Refused",
    "RequestRefused",
    "RightsMissing",
    "SignInRefused",
    "TooManyRequests",
    "UnreadableAnswer",
]
