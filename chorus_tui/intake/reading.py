"""What reading a file gives, what can go wrong with it, and the limits it is held to."""

import errno
import hashlib
import os
import stat
from enum import StrEnum
from pathlib import Path

from msgspec import Struct

from chorus_tui.domain.fields import InvoiceFields, Source
from chorus_tui.i18n import N_

MAX_BYTES = 10 * 1024 * 1024
"""Chorus Pro takes no bigger PDF (API 3.4), so a bigger one need not be opened."""

MAX_PAGES = 2000
"""More is no invoice; listing the pages alone would take seconds."""

FIRST_PAGES, LAST_PAGES = 10, 2
"""Of a long document, the pages whose text is read: parties and number come first, totals last. A
telephone bill of 400 pages is a real invoice; reading all of it would hold up the files behind it for
10 seconds."""

MAX_TEXT = 200_000
"""Characters of page text kept of one document: fifty dense pages."""

MAX_XML = 5 * 1024 * 1024
"""Bytes of embedded XML that are parsed. An invoice of 1 000 lines has 1.5 MB."""

MAX_MEMORY = 512 * 1024 * 1024
"""Bytes of address space of the worker. Ordinary invoices take 90 MB, libraries included."""

CPU_SECONDS = 20.0
"""Processor time for one file. The slowest of the invoices measured took 0.3 s."""

WALL_SECONDS = 90.0
"""Time for one file however busy the machine is (or however slow its folder)."""


class Reading(Struct, frozen=True, kw_only=True):
    """What was read from one file."""

    sha256: str
    """Of the very bytes that were read."""
    size: int
    pages: int
    """Of an XML: one, which is rendered."""
    text: str
    """The page text, safe to show; only some pages of a long document."""
    readings: dict[Source, InvoiceFields]
    """FACTUR_X where an invoice is embedded or the file is one in XML, PAGE where the text says something."""
    is_pdf: bool = True
    notes: tuple[str, ...] = ()
    """What was noticed (English source strings; translate them where they are shown)."""

    @property
    def supplier_siret(self) -> str | None:
        """The SIRET that a filing rule may ask for: the embedded one before the printed one."""
        for source in (Source.FACTUR_X, Source.PAGE):
            if source in self.readings and self.readings[source].supplier_siret:
                return self.readings[source].supplier_siret
        return None


class Fault(StrEnum):
    """The ways in which a file cannot be read."""

    EMPTY = "empty"
    NOT_A_FILE = "not_a_file"
    NOT_A_PDF = "not_a_pdf"
    NOT_AN_INVOICE = "not_an_invoice"
    XML_DAMAGED = "xml_damaged"
    XML_DECLARES = "xml_declares"
    TRUNCATED = "truncated"
    DAMAGED = "damaged"
    ENCRYPTED = "encrypted"
    TOO_BIG = "too_big"
    TOO_MANY_PAGES = "too_many_pages"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    VANISHED = "vanished"
    DENIED = "denied"
    DISK = "disk"
    WORKER = "worker"
    CRASHED = "crashed"


_PRINT_AGAIN = N_("Print the invoice as PDF again and drop the new file in the folder.")
_WORDS = {
    Fault.EMPTY: (N_("The file is empty."), N_("Drop the file again; the copy may have been interrupted.")),
    Fault.NOT_A_FILE: (N_("This is not a file."), N_("Take it out of the folder.")),
    Fault.NOT_A_PDF: (N_("The file is not a PDF, whatever its name says."), _PRINT_AGAIN),
    Fault.NOT_AN_INVOICE: (
        N_("The XML is no invoice in CII or UBL."),
        N_("Make the invoice again as CII D16B or UBL 2.1, and drop the new file in the folder."),
    ),
    Fault.XML_DAMAGED: (
        N_("The XML is damaged and cannot be read."),
        N_("Drop the file again; the copy may have been interrupted."),
    ),
    Fault.XML_DECLARES: (
        N_("The XML declares a document type or entities, which Chorus Pro does not accept."),
        N_("Make the invoice again without them, and drop the new file in the folder."),
    ),
    Fault.TRUNCATED: (
        N_("The PDF is cut short: its end is missing."),
        N_("Drop the file again; the copy may have been interrupted."),
    ),
    Fault.DAMAGED: (N_("The PDF is damaged and cannot be read."), _PRINT_AGAIN),
    Fault.ENCRYPTED: (
        N_("The PDF is protected by a password."),
        N_("Save it without a password and drop the new file in the folder."),
    ),
    Fault.TOO_BIG: (
        N_("The file is bigger than 10 MB, which Chorus Pro does not accept."),
        N_("Make the PDF smaller (image resolution) or send its annexes as attachments."),
    ),
    Fault.TOO_MANY_PAGES: (
        N_("The PDF has more than 2,000 pages."),
        N_("Send the annexes as attachments, apart from the invoice."),
    ),
    Fault.TIMEOUT: (N_("Reading the PDF took too long and was given up."), _PRINT_AGAIN),
    Fault.MEMORY: (N_("Reading the PDF took too much memory and was given up."), _PRINT_AGAIN),
    Fault.VANISHED: (
        N_("The file went away while it was being read."),
        N_("Drop it again if it is still to be sent."),
    ),
    Fault.DENIED: (
        N_("The file may not be read: permission denied."),
        N_("Give the user who runs the console the right to read it."),
    ),
    Fault.WORKER: (
        N_("The process that reads PDFs cannot run."),
        N_("Check that memory is left and that chorus-tui is installed whole."),
    ),
    Fault.CRASHED: (N_("The PDF made the program that reads it end."), _PRINT_AGAIN),
    Fault.DISK: (
        N_("The disk gave an error while the file was read."),
        N_("Check the disk or the network folder."),
    ),
}


class Unreadable(Exception):
    """A file that cannot be read, with why and what to do (English source strings)."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.reason, self.advice = _WORDS[fault]
        super().__init__(self.reason)


_FAULT_OF_ERRNO = {
    errno.ENOENT: Fault.VANISHED,
    errno.ESTALE: Fault.VANISHED,
    errno.ENOTDIR: Fault.VANISHED,
    errno.EACCES: Fault.DENIED,
    errno.EPERM: Fault.DENIED,
    errno.EISDIR: Fault.NOT_A_FILE,
    errno.ENXIO: Fault.NOT_A_FILE,
    errno.ELOOP: Fault.NOT_A_FILE,
}


def read_bytes(path: Path, limit: int = MAX_BYTES) -> bytes:
    """The content of a regular file of at most `limit` bytes. Blocks: run it in a thread.

    Raises:
        Unreadable: empty, too big, vanished, denied, not a regular file, or a disk error.
    """
    try:
        # Without O_NONBLOCK, opening a named pipe that nobody writes to would wait for ever.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:  # noqa: PTH123  # a descriptor, not a path
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise Unreadable(Fault.NOT_A_FILE)
            content = file.read(limit + 1)
    except OSError as error:
        raise Unreadable(_FAULT_OF_ERRNO.get(error.errno or 0, Fault.DISK)) from error
    if not content:
        raise Unreadable(Fault.EMPTY)
    if len(content) > limit:
        raise Unreadable(Fault.TOO_BIG)
    return content


def sha256_of(content: bytes) -> str:
    """The hash that names a content everywhere."""
    return hashlib.sha256(content).hexdigest()
