"""From what was typed to the invoices and documents that are meant."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from chorus_tui.cli.failures import Failed
from chorus_tui.i18n import _

if TYPE_CHECKING:
    from chorus_tui.domain.document import Document
    from chorus_tui.domain.invoice import Invoice
    from chorus_tui.domain.replies import ReplyKind
    from chorus_tui.domain.statuses import InvoiceStatus
    from chorus_tui.operations import Desk

SHORTEST_ID = 4
"""Characters of a document's id that are enough."""


class Meant(NamedTuple):
    """Ids of invoices and of documents. What nobody knows stays as typed, so that it is refused by name."""

    invoices: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()


def invoices_named(desk: "Desk", names: Iterable[str], kind: "ReplyKind") -> list[str]:
    """Invoices by Chorus Pro's id or by number. Numbers are free again each year, so of several invoices of
    one number the one is meant that can be answered like this.

    Raises:
        Failed: a name is that of several invoices.
    """
    found: dict[str, None] = {}
    for name in names:
        same = _invoices(desk, name, kind)
        only_one(name, [f"{i.id}" for i in same])
        found.update(dict.fromkeys([str(i.id) for i in same] or [name]))
    return list(found)


def records_named(desk: "Desk", names: Iterable[str], kind: "ReplyKind") -> Meant:
    """Invoices as above, and documents that wait: by id or its beginning, file name, invoice number.

    An invoice that can be answered like this goes with a document of the same name: neither is guessed. Of
    an invoice that cannot, the document is meant.

    Raises:
        Failed: a name is that of several records.
    """
    from chorus_tui.domain.replies import ANSWERS

    return _meant(
        desk, names, lambda name: _invoices(desk, name, kind), lambda i: ANSWERS.get(i.status) is kind
    )


def on_their_way(desk: "Desk", names: Iterable[str]) -> Meant:
    """The same of what is to be withdrawn: invoices with a reply that is open, and documents.

    Raises:
        Failed: a name is that of several records.
    """
    from chorus_tui.operations import open_reply

    def invoices(name: str) -> "list[Invoice]":
        by_id = desk.store.invoices.get(name)
        same = [by_id] if by_id is not None else desk.store.invoices.by("number", name)
        return [i for i in same if open_reply(desk, i.id) is not None]

    return _meant(desk, names, invoices, lambda _invoice: True)


def _meant(
    desk: "Desk",
    names: Iterable[str],
    invoices_of: "Callable[[str], list[Invoice]]",
    fits: "Callable[[Invoice], bool]",
) -> Meant:
    from chorus_tui.operations import waiting

    invoices: dict[str, None] = {}
    documents: dict[str, None] = {}
    rows = waiting(desk)
    for name in names:
        same = invoices_of(name)
        fitting = [i for i in same if fits(i)]
        files = documents_among(rows, name)
        chosen = [str(i.id) for i in fitting] if fitting or files else [str(i.id) for i in same]
        only_one(name, [*chosen, *files])
        if files:
            documents.update(dict.fromkeys(files))
        else:
            invoices.update(dict.fromkeys(chosen or [name]))
    return Meant(tuple(invoices), tuple(documents))


def documents_named(desk: "Desk", names: Iterable[str]) -> list[str]:
    """Documents that wait: by id or its beginning, file name or invoice number.

    What is not found stays as it is, so that the operation refuses it by name.

    Raises:
        Failed: a name is that of several documents.
    """
    from chorus_tui.operations import waiting

    found: dict[str, None] = {}
    rows = waiting(desk)
    for name in names:
        same = documents_among(rows, name)
        only_one(name, same)
        found.update(dict.fromkeys(same or [name]))
    return list(found)


def documents_among(rows: "Sequence[Document]", name: str, *, whole: bool = False) -> list[str]:
    """Ids of the documents that a name may mean.

    Args:
        whole: the beginning of an id is not enough.
    """
    same = [d.id for d in rows if name in (d.id, d.name, d.value_of("number"))]
    if not same and not whole and len(name) >= SHORTEST_ID:
        same = [d.id for d in rows if d.id.startswith(name)]
    return same


def _invoices(desk: "Desk", name: str, kind: "ReplyKind") -> "list[Invoice]":
    from chorus_tui.domain.replies import ANSWERS

    by_id = desk.store.invoices.get(name)
    if by_id is not None:
        return [by_id]
    same = desk.store.invoices.by("number", name)
    asking = [i for i in same if ANSWERS.get(i.status) is kind]
    return asking or same


def only_one(name: str, ids: list[str]) -> None:
    """Guess no record.

    Raises:
        Failed: a name is that of several.
    """
    if len(ids) > 1:
        raise Failed(
            _("{name} is the name of several records: {ids}.").format(name=name, ids=", ".join(ids)),
            _("Name the one that you mean by its id."),
        )


def invoice_named(desk: "Desk", name: str) -> "Invoice":
    """One invoice, whatever its status, by Chorus Pro's id or by number.

    Raises:
        Failed: there is none, or there are several.
    """
    by_id = desk.store.invoices.get(name)
    same = [by_id] if by_id is not None else desk.store.invoices.by("number", name)
    only_one(name, [str(i.id) for i in same])
    if not same:
        raise Failed(_("There is no invoice {name}.").format(name=name))
    return same[0]


def status_words(status: "InvoiceStatus") -> str:
    """A status as a person reads it."""
    return f"{status.sign} {_(status.label)}"
