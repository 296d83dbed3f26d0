"""The process that opens files. Only worker processes import pypdf, factur-x and lxml.

It is held to limits of processor time and memory, gives way to the console, and cannot reach the terminal.
"""

import os
from pathlib import Path

from pypdf import PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError

from chorus_tui.domain.fields import InvoiceFields, Source
from chorus_tui.i18n import N_
from chorus_tui.intake import embedded, page_text, xml_file
from chorus_tui.intake.pdf import is_pdf, open_pdf
from chorus_tui.intake.protocol import Answer, Job, Pages, Read, Refused, decode_job
from chorus_tui.intake.reading import (
    FIRST_PAGES,
    LAST_PAGES,
    MAX_PAGES,
    MAX_TEXT,
    Fault,
    Reading,
    Unreadable,
    read_bytes,
    sha256_of,
)
from chorus_tui.intake.rendering import render
from chorus_tui.intake.serving import serve
from chorus_tui.text import clean_lines

LONG = N_("Long document: only its first 10 pages and its last 2 were searched.")
NO_TEXT = N_("The pages hold no text (a scan?): nothing could be read from them.")
SOME_PAGES = N_("The text of some pages could not be read.")


def read(path: Path) -> Reading:
    """Everything that a file says of its invoice."""
    content = read_bytes(path)
    if not is_pdf(content) and (root := xml_file.root_of(path, content)) is not None:
        return xml_file.read(content, root)
    pdf, notes = open_pdf(content)
    pages = len(pdf.pages)
    if pages > MAX_PAGES:
        raise Unreadable(Fault.TOO_MANY_PAGES)
    text, text_notes = _text(pdf, pages)
    found, xml_notes = _embedded(pdf, content)
    readings: dict[Source, InvoiceFields] = {}
    if found is not None:
        readings[Source.FACTUR_X] = found
    printed = page_text.read(text)
    if printed != InvoiceFields():
        readings[Source.PAGE] = printed
    return Reading(
        sha256=sha256_of(content),
        size=len(content),
        pages=pages,
        text=text,
        readings=readings,
        notes=(*notes, *text_notes, *xml_notes),
    )


def layout(path: Path, first: int, count: int) -> tuple[str, ...]:
    """Some pages as they look."""
    content = read_bytes(path)
    if not is_pdf(content) and (root := xml_file.root_of(path, content)) is not None:
        return (render(root),)[first : first + count]
    pdf, _ = open_pdf(content)
    last = min(first + count, len(pdf.pages))
    return tuple(_layout_of(pdf, number) for number in range(max(first, 0), last))


def _text(pdf: PdfReader, pages: int) -> tuple[str, tuple[str, ...]]:
    notes = []
    numbers = list(range(pages))
    if pages > FIRST_PAGES + LAST_PAGES:
        numbers[FIRST_PAGES:-LAST_PAGES] = []
        notes.append(LONG)
    texts = []
    for number in numbers:
        try:
            texts.append(pdf.pages[number].extract_text()[:MAX_TEXT])
        except (MemoryError, FileNotDecryptedError, DependencyError):
            raise
        except Exception:  # whatever pypdf makes of one bad page, the others still count
            notes.append(SOME_PAGES)
    text = clean_lines("\n".join(texts))[:MAX_TEXT]
    if not text.strip() and SOME_PAGES not in notes:
        notes.append(NO_TEXT)
    return text, tuple(dict.fromkeys(notes))


def _embedded(pdf: PdfReader, content: bytes) -> tuple[InvoiceFields | None, tuple[str, ...]]:
    try:
        return embedded.read(pdf, content)
    except MemoryError:
        raise
    except Exception:  # whatever is wrong with an attachment, the page still counts
        return None, (embedded.REFUSED_XML,)


def _layout_of(pdf: PdfReader, number: int) -> str:
    page = pdf.pages[number]
    try:
        text = page.extract_text(extraction_mode="layout")
    except (MemoryError, FileNotDecryptedError, DependencyError):
        raise
    except Exception:  # the layout mode knows fewer fonts than the plain one
        text = page.extract_text()
    return clean_lines(text[:MAX_TEXT])


def answer(job: Job) -> Answer:
    """What is answered to a job, whatever the file does."""
    path = Path(os.fsdecode(job.path))
    try:
        if job.task == "layout":
            return Pages(layout(path, job.first, job.count))
        return Read(read(path))
    except Unreadable as error:
        return Refused(error.fault)
    except MemoryError:
        return Refused(Fault.MEMORY)
    except (FileNotDecryptedError, DependencyError):  # AES needs a library that invoices do not
        return Refused(Fault.ENCRYPTED)
    except Exception:  # pypdf raises anything on a damaged file: KeyError, RecursionError, struct.error…
        return Refused(Fault.DAMAGED)


def main() -> None:
    """Serve until the console goes away."""
    serve(decode_job, answer)


if __name__ == "__main__":
    main()
