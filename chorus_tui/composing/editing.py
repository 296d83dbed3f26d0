"""Writing into the XML of an invoice: elements in their schema's order, everything else left as it is."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from lxml import etree  # type: ignore[import-untyped]

from chorus_tui.domain.money import CENT
from chorus_tui.intake.tree import Element, find, first, name_of

Orders = Mapping[str, Sequence[str]]
"""Local name of an element → those of its children in the schema's order."""


def in_order(names: str) -> tuple[str, ...]:
    """Names of elements, with blanks between them."""
    return tuple(names.split())


class Editor:
    """Writes into one kind of XML.

    Args:
        orders: for every element that gets children here.
        namespace_of: local name → namespace of an element that is made here.
    """

    def __init__(self, orders: Orders, namespace_of: Mapping[str, str], otherwise: str) -> None:
        self._orders = orders
        self._namespace_of = namespace_of
        self._otherwise = otherwise

    def add(self, parent: Element, name: str, text: str | None = None, **attributes: str) -> Element:
        """A new child in its place: after those of its name and of the names before it."""
        child = etree.SubElement(
            parent, etree.QName(self._namespace_of.get(name, self._otherwise), name), attributes
        )
        child.text = text
        order = self._orders[name_of(parent)]
        place = order.index(name)
        for sibling in parent.iterchildren("{*}*"):
            known = name_of(sibling)
            if sibling is not child and known in order and order.index(known) > place:
                sibling.addprevious(child)
                break
        return child

    def path(self, parent: Element, path: str) -> Element:
        """The first element at a path ("a/b"), which is made as far as it is missing."""
        for name in path.split("/"):
            found = first(parent, name)
            parent = self.add(parent, name) if found is None else found
        return parent

    def put(self, parent: Element, path: str, text: str, **attributes: str) -> Element:
        """The same, with this text and, where it is new, these attributes."""
        is_new = first(parent, path) is None
        element = self.path(parent, path)
        if is_new:
            element.attrib.update(attributes)
        for child in list(element):
            element.remove(child)
        element.text = text
        return element


def drop(parent: Element | None, path: str) -> None:
    """Take away every element at a path, and those around it that this leaves empty."""
    for element in find(parent, path):
        while element is not None and element is not parent:
            around = element.getparent()
            _take_out(element)
            if len(around) or (around.text or "").strip():
                break
            element = around


def _take_out(element: Element) -> None:
    """Remove an element and leave the blanks after it where they are."""
    around, before = element.getparent(), element.getprevious()
    if element.tail and element.tail.strip():
        if before is None:
            around.text = (around.text or "") + element.tail
        else:
            before.tail = (before.tail or "") + element.tail
    around.remove(element)


def money(amount: Decimal) -> str:
    """An amount as XML has it: plain digits, two of them after the point at least."""
    exponent = amount.as_tuple().exponent
    if isinstance(exponent, int) and exponent > -2:
        amount = amount.quantize(CENT)
    return f"{amount:f}"


def percent(rate: Decimal) -> str:
    """A rate as XML has it."""
    return money(rate)
