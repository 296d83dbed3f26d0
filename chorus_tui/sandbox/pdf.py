"""A PDF of plain lines, as the simulated platform's reports and copies of invoices are."""

import textwrap
import zlib
from collections.abc import Iterator

LINES = 62
COLUMNS = 98
"""Of a page: A4, Courier at 9 points."""
_MEDIA = b"[0 0 595 842]"


def text_pdf(title: str, lines: list[str]) -> bytes:
    """A title and lines, on as many pages as they take; long lines go on below, letter for letter."""
    wrapped = [part for line in lines for part in _wrapped(line)]
    pages = [wrapped[begin : begin + LINES] for begin in range(0, len(wrapped), LINES)] or [[]]
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>"]
    kids = b" ".join(b"%d 0 R" % (6 + index * 2) for index in range(len(pages)))
    objects.append(b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(pages)))
    for font in (b"Courier", b"Courier-Bold"):
        objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /%s /Encoding /WinAnsiEncoding >>" % font)
    objects.append(b"<< /Title %s /Producer (bac a sable chorus-tui) >>" % _literal(title))
    for index, page in enumerate(pages):
        content = zlib.compress(b"\n".join(_drawn(title, index + 1, len(pages), page)))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox %s /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>" % (_MEDIA, 7 + index * 2)
        )
        objects.append(
            b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(content), content)
        )
    return _file(objects)


def _wrapped(line: str) -> list[str]:
    return textwrap.wrap(line, COLUMNS, subsequent_indent="    ", break_on_hyphens=False) or [""]


def _drawn(title: str, page: int, of: int, lines: list[str]) -> Iterator[bytes]:
    yield b"BT /F2 13 Tf 36 800 Td %s Tj ET" % _literal(title)
    yield b"BT /F1 9 Tf 11.5 TL 36 776 Td"
    for line in lines:
        yield b"%s Tj T*" % _literal(line)
    yield b"ET"
    yield b"BT /F1 8 Tf 36 30 Td %s Tj ET" % _literal(f"Page {page} / {of}")


def _literal(text: str) -> bytes:
    plain = text.encode("cp1252", errors="replace")
    for mark in (b"\\", b"(", b")"):
        plain = plain.replace(mark, b"\\" + mark)
    return b"(" + plain + b")"


def _file(objects: list[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    begin = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer << /Size %d /Root 1 0 R /Info 5 0 R >>\n" % (len(objects) + 1)
    out += b"startxref\n%d\n%%%%EOF\n" % begin
    return bytes(out)
