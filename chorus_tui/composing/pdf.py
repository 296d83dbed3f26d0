"""An XML is put into a PDF, so that the same PDF and the same XML always give the same bytes."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import facturx
from pypdf import PdfReader

from chorus_tui.domain.fields import InvoiceFields
from chorus_tui.domain.statuses import InvoiceKind
from chorus_tui.text import clean

_STAMPS = ("D:%Y%m%d%H%M%S", r"D\072%Y%m%d%H%M%S", "%Y-%m-%dT%H:%M:%S+00:00")
"""How the library writes the moment at which it works: in the PDF, where pypdf escapes it, and in its
metadata."""

_OF_THE_INVOICE = ("factur-x.xml", "zugferd-invoice.xml", "zugferd_invoice.xml", "xrechnung.xml")


def attached_to(pdf: PdfReader) -> dict[str, bytes]:
    """What is attached to a PDF besides its invoice; the library would leave it out."""
    return {
        attachment.name: attachment.content
        for attachment in pdf.attachment_list
        if attachment.name.lower() not in _OF_THE_INVOICE and attachment.content
    }


def described(pdf: PdfReader, fields: InvoiceFields) -> dict[str, str]:
    """What a PDF says of itself; where it says nothing, in French like its reader, what it is."""
    kind = "Avoir" if fields.kind is InvoiceKind.CREDIT_NOTE else "Facture"
    title = f"{kind} {fields.number or ''}".strip()
    said = {"title": title, "author": fields.supplier_name or ""}
    for name in ("title", "author", "subject", "keywords"):
        told = getattr(pdf.metadata, name, None)
        # Symbol fonts leave characters in there that no XML may hold.
        said[name] = clean(str(told)) if told else said.get(name, "")
    return said


def embed(
    content: bytes,
    xml: bytes,
    level: str,
    issued: date,
    attachments: Mapping[str, bytes],
    description: dict[str, str],
) -> bytes:
    """The PDF as Factur-X. It bears the day of the invoice as its date, whenever it is made."""
    began = datetime.now(UTC)
    made = facturx.generate_from_binary(
        content,
        xml,
        flavor="factur-x",
        level=level,
        check_xsd=False,
        pdf_metadata=description,
        attachments={
            name: {"filedata": file, "afrelationship": "supplement"} for name, file in attachments.items()
        },
        xmp_compression=False,
    )
    return _dated(made, began, issued)


def _dated(made: bytes, began: datetime, issued: date) -> bytes:
    """The same with another moment of making. The stamps keep their lengths, so no offset moves."""
    at = datetime(issued.year, issued.month, issued.day, tzinfo=UTC)
    for second in range(int((datetime.now(UTC) - began).total_seconds()) + 2):
        moment = began + timedelta(seconds=second)
        for stamp in _STAMPS:
            made = made.replace(moment.strftime(stamp).encode(), at.strftime(stamp).encode())
    return made
