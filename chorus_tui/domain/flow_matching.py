"""Which invoice of a flow a report means: it names them by numbers, which come back changed or cut."""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from msgspec import Struct

from chorus_tui.domain.flow import FlowInvoice, RefusedInvoice
from chorus_tui.text import fold

SHORTEST_BEGINNING = 6
"""Characters of a number that was cut by which it is recognised."""

_SIGNS = re.compile(r"[\s/_+.-]+")


@lru_cache(maxsize=16_384)
def plain_number(number: str) -> str:
    """A number as it is compared: a file name has no slash, and a platform may change case or signs."""
    return _SIGNS.sub("-", fold(number).strip()).strip("-")


class Matched(Struct, frozen=True):
    """Who is meant by what a report says."""

    messages: dict[int, tuple[str, ...]]
    """Place of an invoice in its flow → what is said against it."""
    unknown: tuple[RefusedInvoice, ...] = ()
    """What is said against invoices that are not in the flow, or of which nobody can say which."""


def match(invoices: Sequence[FlowInvoice], refused: Iterable[RefusedInvoice]) -> Matched:
    """Find the invoices that a report names.

    Of two under one number the supplier decides, then the recipient; else the later one is meant, because a
    number that is there already is refused to whoever comes second. A number that was cut means the only
    invoice that begins like it.
    """
    found: dict[int, tuple[str, ...]] = {}
    unknown: list[RefusedInvoice] = []
    named = _Names(invoices)
    for one in refused:
        place = _place(named, one, found)
        if place is None:
            unknown.append(one)
        else:
            found[place] = tuple(dict.fromkeys((*found.get(place, ()), *one.messages)))
    return Matched(found, tuple(unknown))


def finder(invoices: Sequence[FlowInvoice]) -> Callable[[RefusedInvoice], int | None]:
    """Tells the place in its flow of each invoice that a report names, whatever else the report names."""
    named = _Names(invoices)
    return lambda refused: _place(named, refused, {})


class _Names:
    """The places of invoices by their numbers: a report may name all 500 of them."""

    def __init__(self, invoices: Sequence[FlowInvoice]) -> None:
        self.invoices = invoices
        self.plain = [plain_number(invoice.number) for invoice in invoices]
        self._places: dict[str, list[int]] = {}
        self._plain_places: dict[str, list[int]] = {}
        for place, invoice in enumerate(invoices):
            self._places.setdefault(invoice.number.strip(), []).append(place)
            self._plain_places.setdefault(self.plain[place], []).append(place)

    def places(self, number: str, plain: str) -> Sequence[int]:
        """Those under this very number; else those under what it is compared as."""
        return self._places.get(number.strip()) or self._plain_places.get(plain) or ()


def _place(named: _Names, refused: RefusedInvoice, taken: dict[int, tuple[str, ...]]) -> int | None:
    invoices = named.invoices
    wanted = plain_number(refused.number)
    if not wanted:
        return 0 if len(invoices) == 1 else None
    same = named.places(refused.number, wanted)
    if same:
        return _narrowed(invoices, same, refused, taken)
    if len(wanted) < SHORTEST_BEGINNING:
        return None
    begun = [n for n, plain in enumerate(named.plain) if _is_cut(plain, wanted)]
    narrowed = [n for n in begun if _same_parties(invoices[n], refused)] if len(begun) > 1 else begun
    return narrowed[0] if len(narrowed) == 1 else None


def _is_cut(number: str, named: str) -> bool:
    """Whether one of both is the beginning of the other."""
    return len(number) >= SHORTEST_BEGINNING and (number.startswith(named) or named.startswith(number))


def _narrowed(
    invoices: Sequence[FlowInvoice],
    same: Sequence[int],
    refused: RefusedInvoice,
    taken: dict[int, tuple[str, ...]],
) -> int:
    named = [n for n in same if _same_parties(invoices[n], refused)] or list(same)
    free = [n for n in named if n not in taken] or named
    return free[-1]


def _same_parties(invoice: FlowInvoice, refused: RefusedInvoice) -> bool:
    pairs = (
        (invoice.supplier_siret, refused.supplier_siret),
        (invoice.recipient_siret, refused.recipient_siret),
    )
    return all(not theirs or not ours or ours == theirs for ours, theirs in pairs)


def named_in(message: str, invoices: Sequence[FlowInvoice]) -> list[int]:
    """Places of the invoices whose number or file a technical message names."""
    return [
        n
        for n, invoice in enumerate(invoices)
        if any(_stands_in(name, message) for name in (invoice.number, invoice.member))
    ]


def _stands_in(name: str, message: str) -> bool:
    if len(name.strip()) < 3 or name.strip() not in message:
        return False
    return re.search(rf"(?<![\w/-]){re.escape(name.strip())}(?![\w/-])", message) is not None
