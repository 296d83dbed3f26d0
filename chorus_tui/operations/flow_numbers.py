"""Which flow holds an invoice number: it is on its way there, or was integrated and is not in Tracking yet.

An invoice that was integrated can never go again, and a number can be on its way once (S2-076). Every path
that sends asks this through `neighbours.number_problems` and `neighbours.taken`: forms, flows of documents,
flows of files, packs, and what is sent again. What a flow had and did not bring in is free again.
"""

from collections.abc import Iterator
from typing import NamedTuple
from weakref import WeakKeyDictionary, ref

from chorus_tui.domain.flow import Fate, Flow, FlowInvoice
from chorus_tui.domain.flow_states import FlowStage
from chorus_tui.operations.desk import Desk
from chorus_tui.store import Changes, Store

_HOLDING = (Fate.PENDING, Fate.INTEGRATED)


class Holder(NamedTuple):
    """An invoice of a flow that keeps its number from others."""

    flow: Flow
    invoice: FlowInvoice


class FlowNumbers:
    """The numbers in flows of which something is still to be known; it follows the store."""

    def __init__(self, desk: Desk) -> None:
        self._store = ref(desk.store)
        self._numbers: dict[str, set[str]] = {}
        """Number → ids of flows."""
        self._of: dict[str, tuple[str, ...]] = {}
        """Id of a flow → its numbers."""
        for flow in desk.store.flows.all():
            self._take(desk.store, flow.id)
        desk.store.subscribe(self._follow)

    @classmethod
    def of(cls, desk: Desk) -> "FlowNumbers":
        """Those of the desk's store."""
        found = _known.get(desk.store)
        if found is None:
            found = _known[desk.store] = cls(desk)
        return found

    def _follow(self, changes: Changes) -> None:
        store = self._store()
        if store is not None:
            for key in {*changes.get("flows", ()), *changes.get("contents", ())}:
                self._take(store, key)

    def _take(self, store: Store, key: str) -> None:
        for number in self._of.pop(key, ()):
            self._numbers[number].discard(key)
        flow = store.flows.get(key)
        if flow is None or not _may_hold(flow):
            return
        contents = store.contents.get(key)
        held = {i.number.strip() for i in contents.invoices if i.fate in _HOLDING} if contents else set[str]()
        self._of[key] = tuple(held)
        for number in held:
            self._numbers.setdefault(number, set()).add(key)

    def holders(self, number: str, supplier: str, year: int) -> Iterator[Holder]:
        """What holds a number of a supplier in a year; what nobody wrote down is taken to be the same."""
        store = self._store()
        for key in sorted(self._numbers.get(number, ())) if store is not None else ():
            flow = store.flows.get(key) if store is not None else None
            contents = store.contents.get(key) if store is not None else None
            for invoice in contents.invoices if flow is not None and contents is not None else ():
                if invoice.number.strip() != number or invoice.fate not in _HOLDING:
                    continue
                same_supplier = not supplier or invoice.supplier_siret in ("", supplier)
                if flow is not None and same_supplier and _year(invoice, year) == year:
                    yield Holder(flow, invoice)


def _may_hold(flow: Flow) -> bool:
    if flow.stage is FlowStage.DEPOSITED:
        # Once they are linked, the invoices themselves hold their numbers.
        return not flow.is_settled
    return flow.stage.is_open


def _year(invoice: FlowInvoice, otherwise: int) -> int:
    return invoice.issued.year if invoice.issued is not None else otherwise


_known: "WeakKeyDictionary[Store, FlowNumbers]" = WeakKeyDictionary()


def holder_words(flow: Flow) -> str:
    """A flow in a sentence about a number that it holds: its number, or its file until it has one."""
    return flow.number or flow.name or flow.id[:8]
