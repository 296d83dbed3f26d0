"""What is kept of EDI gateways besides their flows: files that came back, numbers that were given."""

from datetime import datetime

from msgspec import Struct


class ReturnedFile(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file of an EDI return folder that was taken in, or set aside with a reason."""

    id: str
    """Of its content and its name: the same file is taken once."""
    name: str
    connection: str
    at: datetime
    kind: str = ""
    """English source string; empty: it was set aside."""
    sha256: str = ""
    """Names the copy in the blob folder."""
    flow_id: str = ""
    reason: str = ""
    """Why it was set aside (English source string); empty: it was taken in."""


class Sequence(Struct, frozen=True):
    """A number that only grows: that of an EDI connection's flows."""

    name: str
    value: int
