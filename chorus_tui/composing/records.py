"""What is composed, what comes of it, and what a file that was looked into holds."""

from enum import StrEnum

from msgspec import Struct

from chorus_tui.domain.fields import InvoiceFields
from chorus_tui.domain.flow import FlowInvoice, Syntax
from chorus_tui.i18n import N_

MAX_SIZE = 10 * 1024 * 1024
"""Bytes of one file as it is uploaded (API 2.1)."""

MAX_INVOICES = 500
"""Invoices of one flow (API 3.4)."""


class Item(Struct, frozen=True, kw_only=True):
    """One document to be sent."""

    key: str
    """Tells it from the others; any text."""
    path: str
    """Of the original: a PDF or an XML."""
    name: str
    """The original's name, for the operator."""
    fields: InvoiceFields
    """What is to be sent. Where the original says otherwise, the composed file says this."""
    attachments: tuple[tuple[str, str], ...] = ()
    """Name and path of the files that go with it."""


class Made(Struct, frozen=True, kw_only=True):
    """One file, ready to be uploaded."""

    syntax: Syntax
    name: str
    path: str
    """A temporary file: whoever asked keeps it elsewhere and removes it."""
    size: int
    members: tuple[tuple[str, str], ...]
    """Key and file name of each invoice in it; of a single one that is not archived, the name of the file."""


class Faulty(Struct, frozen=True):
    """One invoice that cannot be sent."""

    key: str
    """The item's; of a file that was looked into: the member's name."""
    sentence: str
    """Why, in the operator's language."""


class Composed(Struct, frozen=True):
    """What became of all items."""

    made: tuple[Made, ...] = ()
    faulty: tuple[Faulty, ...] = ()


class Inspected(Struct, frozen=True, kw_only=True):
    """What a file holds."""

    syntax: Syntax
    size: int
    invoices: tuple[FlowInvoice, ...] = ()
    """In the order of the file, those that are faulty included as far as they can be read."""
    faulty: tuple[Faulty, ...] = ()


class Trouble(StrEnum):
    """Why a file as a whole is no flow."""

    NOTHING = "nothing"
    NOT_A_FLOW = "not_a_flow"
    DAMAGED = "damaged"
    TOO_BIG = "too_big"
    TOO_MANY = "too_many"
    BOMB = "bomb"
    OUTSIDE = "outside"
    LINKS = "links"
    NESTED = "nested"
    MIXED = "mixed"
    TWICE = "twice"
    NO_MEMBER = "no_member"
    ENCRYPTED = "encrypted"


_WORDS = {
    Trouble.NOTHING: (N_("The file holds no invoice."), N_("Choose a file that holds invoices.")),
    Trouble.NOT_A_FLOW: (
        N_("The file is neither an invoice in XML (CII, UBL), nor a Factur-X, nor an archive of such files."),
        N_("Choose an XML, a Factur-X PDF, or a tar.gz or zip of those."),
    ),
    Trouble.DAMAGED: (
        N_("The archive is damaged and cannot be unpacked."),
        N_("Make the archive again, or copy it again."),
    ),
    Trouble.TOO_BIG: (
        N_("The file is bigger than 10 MB, which Chorus Pro does not accept."),
        N_("Split it into several files."),
    ),
    Trouble.TOO_MANY: (
        N_("The archive holds more than 500 files, and a flow at most 500 invoices."),
        N_("Split it into several files."),
    ),
    Trouble.BOMB: (
        N_("The archive unpacks to far more than invoices take: it was not opened."),
        N_("Ask where the archive comes from; make it again from the invoices."),
    ),
    Trouble.OUTSIDE: (
        N_("The archive names files outside of itself: it was not opened."),
        N_("Ask where the archive comes from; make it again from the invoices."),
    ),
    Trouble.LINKS: (
        N_("The archive holds links or devices: it was not opened."),
        N_("Ask where the archive comes from; make it again from the invoices."),
    ),
    Trouble.NESTED: (
        N_("The archive holds another archive, which Chorus Pro does not open."),
        N_("Put the invoices themselves into one archive."),
    ),
    Trouble.MIXED: (
        N_("The archive holds invoices of several syntaxes, and a flow has one."),
        N_("Make one archive for each syntax."),
    ),
    Trouble.TWICE: (
        N_("The archive holds two files of the same name."),
        N_("Make the archive again, with a name of its own for each invoice."),
    ),
    Trouble.NO_MEMBER: (
        N_("The archive holds no file of this name."),
        N_("Look at what the flow holds again."),
    ),
    Trouble.ENCRYPTED: (
        N_("The archive is protected by a password."),
        N_("Make it again without a password."),
    ),
}


class Unusable(Exception):
    """A file that is no flow, with why and what to do (English source strings)."""

    def __init__(self, reason: str, advice: str) -> None:
        self.reason, self.advice = reason, advice
        super().__init__(reason)

    @classmethod
    def of(cls, trouble: Trouble) -> "Unusable":
        """The error for a known trouble."""
        return cls(*_WORDS[trouble])
