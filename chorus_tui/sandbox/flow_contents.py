"""What was found in a deposited file, as plain data: it comes from the process that looks into files."""

from collections.abc import Sequence

from msgspec import Struct

from chorus_tui.sandbox import invented
from chorus_tui.sandbox.reading import Unreadable, time_limit

SECONDS = 120
"""For all of a flow."""


class Tax(Struct, frozen=True):
    """The VAT of one rate."""

    rate: float
    base: float
    vat: float


class Position(Struct, frozen=True):
    """One line of an invoice."""

    number: str
    name: str
    quantity: float | None
    price: float | None


class Read(Struct, frozen=True, kw_only=True):
    """One invoice; what its XML does not say is empty, or None."""

    form: str
    """CII, UBL or CPP: by it the tags are called."""
    member: str = ""
    size: int = 0
    number: str = ""
    issued: str = ""
    kind: str = "FACTURE"
    origin: str = ""
    supplier: str = ""
    recipient: str = ""
    service: str = ""
    commitment: str = ""
    contract: str = ""
    frame: str = ""
    currency: str = ""
    means: str = ""
    regime: str = "TVA_SUR_DEBIT"
    exemption: str = ""
    net: float | None = None
    vat: float | None = None
    gross: float | None = None
    to_pay: float | None = None
    taxes: tuple[Tax, ...] = ()
    lines: tuple[Position, ...] = ()
    pdf: bytes = b""
    """The invoice as a page, where the form carries one."""
    attachments: tuple[tuple[str, bytes], ...] = ()
    """The other files inside: name and content."""
    lacks_pdf: bool = False
    """It is of a minimal form, which carries a PDF, and there is none."""


class Technical(Struct, frozen=True):
    """One entry of `listeErreurTechnique`."""

    code: str
    label: str
    nature: str = invented.NATURE


class Contents(Struct, frozen=True):
    """What was found: with a technical error, the invoices are of no account."""

    invoices: tuple[Read, ...] = ()
    errors: tuple[Technical, ...] = ()


NOT_READ = Contents(errors=(Technical(*invented.NOT_READ),))
"""Of a file that takes too long to read, or ended the process that read it."""


def look_into(content: bytes, syntax: str) -> Contents:
    """Unpack a file and read its invoices; whatever is wrong with it is an error of the result.

    The libraries that it takes are loaded where it runs, and nowhere else.
    """
    from chorus_tui.sandbox.flow_files import unpacked

    try:
        with time_limit(SECONDS):
            return unpacked(content, syntax)
    except Unreadable:
        return NOT_READ


def look_as(content: bytes, syntaxes: Sequence[str]) -> tuple[str, Contents]:
    """The first of several syntaxes that a content agrees with, and what is found by it."""
    found: list[tuple[str, Contents]] = []
    for syntax in syntaxes:
        contents = look_into(content, syntax)
        if not any(error.code == invented.SYNTAX_CONTRADICTS[0] for error in contents.errors):
            found.append((syntax, contents))
            if not any(read.lacks_pdf for read in contents.invoices):
                return syntax, contents
    return found[0] if found else (syntaxes[0], look_into(content, syntaxes[0]))
