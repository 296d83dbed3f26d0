"""What an operator changed, kept so that it can be taken back until the call leaves."""

from datetime import datetime

from msgspec import Struct


class Trace(Struct, frozen=True, omit_defaults=True):
    """One record that a deed changed."""

    table: str
    key: str
    before: str = ""
    """The record as JSON; empty: there was none."""
    after: str = ""
    """A short hash of what the deed left; what differs from it now was changed by somebody else since."""


class Deed(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One verb on one or many records. A deed that was taken back is gone; the activity log tells of it."""

    id: str
    at: datetime
    who: str
    verb: str
    batch: str = ""
    """Deeds of one batch are taken back together: a verb on very many records works in slices."""
    traces: tuple[Trace, ...] = ()
