"""What the screens and the command line list, and the counts beside the places."""

from collections import Counter
from collections.abc import Callable, Mapping
from operator import attrgetter

from msgspec import Struct

from chorus_tui.domain.document import Document
from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.statuses import DocumentState, InvoiceStatus
from chorus_tui.operations import flow_listing
from chorus_tui.operations.desk import Desk
from chorus_tui.store import Changes

WAITING_STATES = tuple(state for state in DocumentState if state.is_waiting)


class Counts(Struct, frozen=True, kw_only=True):
    """How many rows wait in each place, and how they divide."""

    to_submit: int = 0
    """Documents to be submitted (S1-060: those in error are among them)."""
    in_error: int = 0
    to_process: int = 0
    """Invoices whose recipient waits for the supplier (S1-040)."""
    tracked: int = 0
    flows: int = 0
    """Flows that ask something of somebody here, of structures whose flows the operator sees."""
    documents: Mapping[DocumentState, int] = {}
    invoices: Mapping[InvoiceStatus, int] = {}


def waiting(desk: Desk, most: int | None = None) -> list[Document]:
    """The rows of "Documents to be submitted", in order of arrival.

    Args:
        most: so many of each state are enough, those that were stored first: what a screen shows at once.
    """
    found = [d for state in WAITING_STATES for d in desk.store.documents.by("state", state, most)]
    found.sort(key=attrgetter("filed_at", "id"))
    return found


def tracked(desk: Desk) -> list[Invoice]:
    """The rows of "Tracking": every invoice of the structure, ours or not (S1-030)."""
    return desk.store.invoices.all()


def next_to_complete(desk: Desk, after: str | None = None) -> Document | None:
    """The document whose form opens after Validate (S1-025), None when none is left.

    The next one below that can be worked on and is not put aside; after the last, from the top again.
    """
    from chorus_tui.operations.snoozing import asleep  # which asks the checks for the day, and they list

    sleeping = asleep(desk)
    rows = [
        d
        for d in desk.store.documents.by("state", DocumentState.TO_SUBMIT)
        if d.id != after and f"document:{d.id}" not in sleeping
    ]
    rows.sort(key=attrgetter("filed_at", "id"))
    current = desk.store.documents.get(after) if after else None
    if current is None:
        return rows[0] if rows else None
    place = (current.filed_at, current.id)
    return next((d for d in rows if (d.filed_at, d.id) > place), rows[0] if rows else None)


def counts(desk: Desk) -> Counts:
    """All counts, worked out now. A screen that asks again and again keeps a `Tally`."""
    tally = Tally(desk)
    tally.close()
    return tally.counts


class Tally:
    """Counts that follow the store change by change: asking costs nothing, however many invoices there are.

    `close` it when the screen goes.
    """

    def __init__(self, desk: Desk) -> None:
        store = desk.store
        self._store = store
        self._documents = {d.id: (d.state, d.in_error) for d in store.documents.all()}
        self._invoices = {str(i.id): (i.status, i.asks_supplier) for i in store.invoices.all()}
        self._states = Counter(state for state, _error in self._documents.values())
        self._errors = sum(error for state, error in self._documents.values() if state.is_waiting)
        self._statuses = Counter(status for status, _asks in self._invoices.values())
        self._asking = sum(asks for _status, asks in self._invoices.values())
        self._desk = desk
        self._flows = flow_listing.asking(desk)
        self.close: Callable[[], None] = store.subscribe(self._follow)

    @property
    def counts(self) -> Counts:
        """The counts as the store stands."""
        return Counts(
            to_submit=sum(self._states[state] for state in WAITING_STATES),
            in_error=self._errors,
            to_process=self._asking,
            tracked=len(self._invoices),
            flows=len(self._flows),
            documents=+self._states,
            invoices=+self._statuses,
        )

    def _follow(self, changes: Changes) -> None:
        for key in changes.get("documents", ()):
            old = self._documents.pop(key, None)
            if old is not None:
                self._states[old[0]] -= 1
                self._errors -= old[1] and old[0].is_waiting
            document = self._store.documents.get(key)
            if document is not None:
                self._documents[key] = (document.state, document.in_error)
                self._states[document.state] += 1
                self._errors += document.in_error and document.state.is_waiting
        for key in changes.get("invoices", ()):
            was = self._invoices.pop(key, None)
            if was is not None:
                self._statuses[was[0]] -= 1
                self._asking -= was[1]
            invoice = self._store.invoices.get(key)
            if invoice is not None:
                self._invoices[key] = (invoice.status, invoice.asks_supplier)
                self._statuses[invoice.status] += 1
                self._asking += invoice.asks_supplier
        if "grants" in changes:
            self._flows = flow_listing.asking(self._desk)
        for key in changes.get("flows", ()):
            self._flows.discard(key)
            flow = self._store.flows.get(key)
            if flow is not None and flow.asks_supplier and flow_listing.is_visible(self._desk, flow):
                self._flows.add(key)
