"""PDFs for tests and samples: invoices as a billing program prints them, and files that are wrong in one way.

Everything is made from its arguments alone (no clock, no chance), so two runs give the same bytes.
"""

import zlib
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

from fpdf import FPDF
from pypdf import PdfReader, PdfWriter

from tests.cii import xml
from tests.sheets import RECIPIENT, SUPPLIER, Line, Party, Sheet, spaced

__all__ = [
    "RECIPIENT",
    "SUPPLIER",
    "Line",
    "Party",
    "Sheet",
    "damaged",
    "draw",
    "encrypted",
    "euros",
    "invoice_pdf",
    "many_pages",
    "pages_of",
    "spaced",
    "text_pdf",
    "truncated",
    "with_attachment",
    "xml",
]

CREATED = datetime(2026, 10, 1, 8, 0, tzinfo=UTC)
INK, FAINT, ACCENT, BAND = (30, 34, 40), (110, 116, 124), (31, 78, 95), (232, 239, 242)


def invoice_pdf(**said: Any) -> bytes:
    """An invoice; the arguments are those of `Sheet`."""
    return draw(Sheet(**said))


def draw(sheet: Sheet, *, embed: bool = True) -> bytes:
    """The page of an invoice, with its Factur-X attached where it has one."""
    pdf = FPDF()
    pdf.core_fonts_encoding = "cp1252"
    pdf.set_creation_date(CREATED)
    pdf.set_title(f"{'Avoir' if sheet.credit else 'Facture'} {sheet.number}")
    pdf.set_author(sheet.supplier.name)
    pdf.set_auto_page_break(auto=True, margin=32)
    pdf.add_page()
    _letterhead(pdf, sheet)
    _references(pdf, sheet)
    _table(pdf, sheet)
    _totals(pdf, sheet)
    _mentions(pdf, sheet)
    if sheet.facturx and embed:
        pdf.embed_file(
            bytes=xml(sheet),
            basename="factur-x.xml",
            mime_type="text/xml",
            modification_date=CREATED,
            associated_file_relationship="Data",
        )
    return bytes(pdf.output())


def euros(amount: Decimal) -> str:
    """As French invoices print amounts, with a no-break space between thousands."""
    return f"{amount:,.2f}".replace(",", "\u00a0").replace(".", ",") + " €"


def _write(
    pdf: FPDF, text: str, *, size: int = 9, bold: bool = False, ink: tuple[int, int, int] = INK
) -> None:
    pdf.set_font("Helvetica", "B" if bold else "", size)
    pdf.set_text_color(*ink)
    pdf.cell(0, size * 0.5, text, new_x="LMARGIN", new_y="NEXT")


def _letterhead(pdf: FPDF, sheet: Sheet) -> None:
    seller = sheet.supplier
    _write(pdf, seller.name, size=16, bold=True, ink=ACCENT)
    _write(pdf, "Menuiserie, signalétique et agencement", ink=FAINT)
    _write(pdf, f"{seller.street}, {seller.town}")
    _write(pdf, seller.email, ink=FAINT)
    pdf.set_draw_color(*ACCENT)
    pdf.line(10, pdf.get_y() + 2, 200, pdf.get_y() + 2)
    pdf.ln(6)
    title = "Avoir" if sheet.credit else "Facture"
    _write(pdf, f"{title} n° {sheet.number}", size=14, bold=True)
    _write(pdf, f"Date de {'l’avoir' if sheet.credit else 'facture'} : {sheet.issued:%d/%m/%Y}")
    if sheet.credit and sheet.original:
        _write(pdf, f"Facture d'origine : {sheet.original}")
    if not sheet.credit:
        _write(pdf, f"Date d'échéance : {sheet.due:%d/%m/%Y}")
    pdf.ln(3)


def _references(pdf: FPDF, sheet: Sheet) -> None:
    buyer = sheet.recipient
    top = pdf.get_y()
    pdf.set_left_margin(110)
    pdf.set_xy(110, top)
    _write(pdf, "Destinataire", size=8, ink=FAINT)
    for line in (buyer.name, buyer.street, buyer.town):
        if line:
            _write(pdf, line, bold=line == buyer.name)
    if "recipient_siret" not in sheet.hides:
        _write(pdf, f"SIRET : {spaced(buyer.siret)}")
    bottom = pdf.get_y()
    pdf.set_left_margin(10)
    pdf.set_xy(10, top)
    _write(pdf, "Vos références", size=8, ink=FAINT)
    for label, value in (
        ("Code service", sheet.service_code),
        ("Service destinataire", sheet.service_label),
        ("N° d'engagement", sheet.commitment),
        ("N° de marché", sheet.contract),
    ):
        if value:
            _write(pdf, f"{label} : {value}")
    pdf.set_y(max(bottom, pdf.get_y()) + 6)


def _table(pdf: FPDF, sheet: Sheet) -> None:
    widths = (92, 20, 28, 20, 30)
    pdf.set_font("Helvetica", "B", 9)
    pdf.set_fill_color(*BAND)
    pdf.set_text_color(*ACCENT)
    for width, head in zip(widths, ("Désignation", "Qté", "P.U. HT", "TVA", "Montant HT"), strict=True):
        pdf.cell(width, 7, head, align="L" if width == widths[0] else "R", fill=True)
    pdf.ln(8)
    pdf.set_font("Helvetica", "", 9)
    pdf.set_text_color(*INK)
    sign = -1 if sheet.credit else 1
    for line in sheet.lines:
        cells = (
            line.label,
            _number(line.quantity),
            euros(line.price),
            _rate(line.rate),
            euros(sign * line.net),
        )
        for width, cell in zip(widths, cells, strict=True):
            pdf.cell(width, 6, cell, align="L" if width == widths[0] else "R")
        pdf.ln(6)
    pdf.line(10, pdf.get_y() + 1, 200, pdf.get_y() + 1)
    pdf.ln(4)


def _number(number: Decimal) -> str:
    return f"{number.normalize():f}".replace(".", ",")


def _rate(rate: Decimal) -> str:
    return f"{_number(rate)} %"


def _totals(pdf: FPDF, sheet: Sheet) -> None:
    sign = -1 if sheet.credit else 1
    for rate, base, vat in sheet.taxes:
        _write(pdf, f"TVA {_rate(rate)} sur {euros(sign * base)} : {euros(sign * vat)}", ink=FAINT)
    pdf.ln(2)
    totals = [
        ("Total HT", sign * sheet.net),
        ("Total TVA", sign * sheet.vat),
        ("Total TTC", sign * sheet.gross),
    ]
    if sheet.prepaid:
        totals.append(("Acompte versé", -sheet.prepaid))
    if not sheet.credit:
        totals.append(("Net à payer", sheet.to_pay))
    for label, amount in totals:
        strong = label in ("Net à payer", "Total TTC")
        pdf.set_x(130)
        pdf.set_font("Helvetica", "B" if strong else "", 10)
        pdf.set_text_color(*INK)
        pdf.cell(35, 6, label)
        pdf.cell(35, 6, euros(amount), align="R", new_x="LMARGIN", new_y="NEXT")
    pdf.ln(5)


def _mentions(pdf: FPDF, sheet: Sheet) -> None:
    seller = sheet.supplier
    if sheet.note:
        _write(pdf, sheet.note)
    if not sheet.credit:
        _write(pdf, "Mode de règlement : virement", ink=FAINT)
        _write(pdf, f"IBAN : {seller.iban}", ink=FAINT)
        _write(
            pdf,
            "Retard de paiement : intérêts moratoires et indemnité forfaitaire de 40 € (décret 2013-269).",
            size=7,
            ink=FAINT,
        )
    pdf.set_auto_page_break(auto=False)
    pdf.set_y(-24)
    siret = "" if "supplier_siret" in sheet.hides else f" - SIRET : {seller.siret}"
    _write(
        pdf,
        f"{seller.name} au capital de 12 000 €{siret} - APE : 1623Z - TVA : {seller.vat_number}",
        size=7,
        ink=FAINT,
    )


def encrypted(content: bytes, password: str = "secret") -> bytes:
    """The same pages behind a password; an empty one opens for everybody and forbids changes."""
    writer = PdfWriter(clone_from=BytesIO(content))
    writer.encrypt(password, owner_password="owner", algorithm="RC4-128")
    assert writer._ID is not None
    writer._ID[1] = writer._ID[0]  # pypdf makes the second half by chance
    return _written(writer)


def truncated(content: bytes) -> bytes:
    """The first two thirds, as a broken transfer leaves them."""
    return content[: len(content) * 2 // 3]


def damaged(content: bytes) -> bytes:
    """Whole at both ends, with nothing a reader could follow between them."""
    return content[:20] + b"\xde\xad\xbe\xef" * (len(content) // 8) + b"\n%%EOF\n"


def many_pages(count: int) -> bytes:
    """A document of so many pages, each with its number; totals stand on the last."""
    texts = [f"Détail des communications, page {number}" for number in range(1, count + 1)]
    texts[0] = "Facture n° TEL-2026-400\nDate de facture : 05/10/2026\n" + texts[0]
    texts[-1] += "\nTotal HT : 100,00 €\nTotal TVA : 20,00 €\nNet à payer : 120,00 €"
    return text_pdf(*texts)


def with_attachment(content: bytes, xml_bytes: bytes, name: str = "factur-x.xml") -> bytes:
    """The same pages with a file attached."""
    writer = PdfWriter(clone_from=BytesIO(content))
    writer.add_attachment(name, xml_bytes)
    return _written(writer)


def pages_of(content: bytes) -> int:
    """How many pages there are."""
    return len(PdfReader(BytesIO(content)).pages)


def _written(writer: PdfWriter) -> bytes:
    buffer = BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def text_pdf(*pages: str) -> bytes:
    """Pages that hold exactly these texts, whatever their characters: escapes, lone surrogates, anything.

    Written by hand: a font's map to Unicode gives each of up to 255 distinct characters a code of its own.
    Takes less than a millisecond.
    """
    alphabet = {c: code for code, c in enumerate(dict.fromkeys(c for p in pages for c in p if c != "\n"), 1)}
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", _font(), _stream(_to_unicode(alphabet))]
    kids = []
    for text in pages:
        drawn = "".join(
            f"<{''.join(f'{alphabet[c]:02x}' for c in line)}> Tj 0 -14 Td\n" for line in text.split("\n")
        )
        kids.append(len(objects) + 1)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> >>" % (len(objects) + 2)
        )
        objects.append(_stream(f"BT /F1 10 Tf 40 800 Td\n{drawn}ET".encode()))
    refs = b" ".join(b"%d 0 R" % kid for kid in kids)
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (refs, len(kids))
    return _assembled(objects)


def _font() -> bytes:
    return b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 4 0 R >>"


def _to_unicode(alphabet: dict[str, int]) -> bytes:
    entries = "\n".join(
        f"<{code:02x}> <{c.encode('utf-16-be', 'surrogatepass').hex()}>" for c, code in alphabet.items()
    )
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        "1 begincodespacerange <00> <ff> endcodespacerange\n"
        f"{len(alphabet)} beginbfchar\n{entries}\nendbfchar\nendcmap end end"
    ).encode()


def _stream(content: bytes) -> bytes:
    packed = zlib.compress(content)
    return b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed)


def _assembled(objects: list[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.7\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def endless_pdf(words: int) -> bytes:
    """One small file whose page draws so many words: minutes to read, gigabytes to hold."""
    drawn = _stream(b"BT /F1 9 Tf 40 800 Td " + b"(ab) Tj " * words + b"ET")
    page = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1"
        b" << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>"
    )
    kids = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
    return _assembled([b"<< /Type /Catalog /Pages 2 0 R >>", kids, page, drawn])
