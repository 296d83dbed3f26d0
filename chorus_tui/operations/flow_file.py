"""A file that is to be deposited as it is: what is in it, and whether it may go."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from chorus_tui.composing import MAX_INVOICES, MAX_SIZE, Unusable
from chorus_tui.domain.flow import FlowInvoice, Syntax
from chorus_tui.i18n import _
from chorus_tui.intake import Unreadable
from chorus_tui.operations.desk import Desk, Refusal
from chorus_tui.operations.documents import shown_path
from chorus_tui.operations.neighbours import NumberKey, taken
from chorus_tui.text import clean

if TYPE_CHECKING:
    from chorus_tui.composing import Composer

ENDINGS = (".xml", ".pdf", ".tar.gz", ".tgz", ".zip")
"""Of the names of files that can be a flow: one XML, one Factur-X PDF, an archive of many."""


def why_no_file(name: str, size: int) -> str:
    """Why a file is no flow, by its name and its size alone, in the operator's language; empty: it may be.

    Args:
        size: in bytes.
    """
    if not name.lower().endswith(ENDINGS):
        return _("{name} is no XML, no PDF and no archive (.tar.gz, .zip) of them.").format(name=name)
    return _why_not_of_this_size(name, size)


def _why_not_of_this_size(name: str, size: int) -> str:
    if not size:
        return _("{name} is empty.").format(name=name)
    if size > MAX_SIZE:
        return _("{name} is larger than the 10 MB that a flow may have: split it.").format(name=name)
    return ""


class CheckedFile(Struct, frozen=True):
    """A file that was looked into."""

    shown: str
    """Its path."""
    name: str
    content: bytes
    syntax: Syntax = Syntax.OTHER
    invoices: tuple[FlowInvoice, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    """Member and the sentence that says why the file cannot go with it, in the operator's language."""


async def check_file(desk: Desk, composer: "Composer", path: Path) -> CheckedFile:
    """Look into a file.

    Raises:
        Refusal: there is no such file, or nobody can read it.
    """
    shown, name = shown_path(path), clean(path.name)
    try:
        content = await asyncio.to_thread(_read, path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise Refusal(_("{path}: {reason}.").format(path=shown, reason=reason)) from None
    if why := _why_not_of_this_size(name, len(content)):
        raise Refusal(why)
    try:
        inside = await composer.inspect(path)
    except (Unreadable, Unusable) as problem:
        raise Refusal(" ".join(map(_, filter(None, (problem.reason, problem.advice))))) from None
    refused = [(faulty.key, faulty.sentence) for faulty in inside.faulty]
    if len(inside.invoices) > MAX_INVOICES:
        words = _("It holds {count} invoices, and a flow takes {limit}: split it.")
        refused.append((name, words.format(count=len(inside.invoices), limit=MAX_INVOICES)))
    seen = set[tuple[str, str]]()
    for invoice in inside.invoices:
        key = invoice.member or invoice.number
        if why := why_taken(desk, invoice):
            refused.append((key, why))
        elif (invoice.supplier_siret, invoice.number) in seen:
            refused.append((key, _("The number {number} is in it twice.").format(number=invoice.number)))
        seen.add((invoice.supplier_siret, invoice.number))
    return CheckedFile(shown, name, content, inside.syntax, tuple(inside.invoices), tuple(refused))


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_SIZE + 1)


def why_taken(desk: Desk, invoice: FlowInvoice, *, besides: str = "") -> str:
    """Why the number of an invoice in a file cannot go, in the operator's language; empty when it can.

    What was integrated never goes again, and what is on its way goes once (S2-076).

    Args:
        besides: the id of the flow that is made of it.
    """
    year = invoice.issued.year if invoice.issued is not None else desk.now().year
    key = NumberKey(invoice.number.strip(), invoice.supplier_siret, year)
    return " ".join(problem.text for problem in taken(desk, key, besides=besides))
