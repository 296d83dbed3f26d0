"""The Chorus Pro API: sign-in, one method per service, typed requests, answers and failures.

Domain records go in and come out; wire names, wire dates and wire numbers stay inside. So do those of the
files that EDI gateways take and return (`edi`, `returns`).

Names are resolved on first use: a screen needs the failures and not httpx, whose import takes longer than
the screen's first paint may wait.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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
    from chorus_tui.chorus.records import (
        Analysis,
        Commitment,
        Criteria,
        FlowDetails,
        FlowReceipt,
        InvoicePage,
        Membership,
        Receipt,
    )

_CLIENT = ("PAGE_SIZE", "ChorusPro")
_RECORDS = (
    "Analysis",
    "Commitment",
    "Criteria",
    "FlowDetails",
    "FlowReceipt",
    "InvoicePage",
    "Membership",
    "Receipt",
)

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
    "FlowDetails",
    "FlowReceipt",
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


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(name)
    home = "client" if name in _CLIENT else "records" if name in _RECORDS else "errors"
    return getattr(import_module(f"{__name__}.{home}"), name)
