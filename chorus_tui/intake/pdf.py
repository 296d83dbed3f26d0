"""Opening a PDF. Imported by worker processes alone."""

from io import BytesIO

from pypdf import PasswordType, PdfReader

from chorus_tui.i18n import N_
from chorus_tui.intake.reading import Fault, Unreadable

PROTECTED = N_("The PDF is protected against changes; Chorus Pro may refuse it.")

_HEADER_WITHIN = 1024  # bytes before "%PDF-" that readers accept
_TRAILER_WITHIN = 4096  # bytes after "%%EOF" that readers accept


def is_pdf(content: bytes) -> bool:
    """Whether it begins as a PDF does."""
    return b"%PDF-" in content[:_HEADER_WITHIN]


def open_pdf(content: bytes) -> tuple[PdfReader, tuple[str, ...]]:
    """A PDF that can be read without a password, and what was noticed.

    Raises:
        Unreadable
    """
    if not is_pdf(content):
        raise Unreadable(Fault.NOT_A_PDF)
    if b"%%EOF" not in content[-_TRAILER_WITHIN:]:
        raise Unreadable(Fault.TRUNCATED)
    pdf = PdfReader(BytesIO(content))
    if not pdf.is_encrypted:
        return pdf, ()
    if pdf.decrypt("") is PasswordType.NOT_DECRYPTED:
        raise Unreadable(Fault.ENCRYPTED)
    return pdf, (PROTECTED,)
