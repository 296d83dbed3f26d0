"""What other documents and invoices say of one: its number is taken, its content is there already.

These rules look beyond the invoice itself. The form, a batch before it leaves and the verbs that send ask
them; a list does not, because the first answer reads the table of all invoices. What is looked through (the
waiting documents, the invoices of a day that was asked about, what the State refused) is indexed once per
store and follows it change by change: the last of a month may be the day of 8 000 invoices.
"""

import asyncio
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple
from weakref import WeakKeyDictionary, ref

from chorus_tui.domain.checks import Problem, problem
from chorus_tui.domain.document import Document
from chorus_tui.domain.fields import InvoiceFields
from chorus_tui.domain.flow import Fate
from chorus_tui.domain.intent import Intent, IntentState
from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.money import to_cents
from chorus_tui.domain.recipient import STATE_SIRET
from chorus_tui.domain.statuses import DocumentState, InvoiceStatus
from chorus_tui.operations.desk import Desk
from chorus_tui.operations.flow_numbers import FlowNumbers, holder_words
from chorus_tui.operations.listing import waiting
from chorus_tui.store import Changes, Store
from chorus_tui.text import fold

NUMBER_IS_FREE = (
    InvoiceStatus.DRAFT,
    InvoiceStatus.READ_BY_OCR,
    InvoiceStatus.ABANDONED,
    InvoiceStatus.DELETED,
    InvoiceStatus.NOT_COMPLIANT,
)
"""Statuses of what never became an invoice: an analysis leaves a draft, a refused flow leaves nothing."""

_COMPARED = (
    "number",
    "supplier_siret",
    "issued",
    "recipient_siret",
    "service_code",
    "commitment_number",
    "to_pay",
    "gross",
)
SLICE = 50
"""Documents looked at between two pauses."""

MISMATCH_HOLDS = timedelta(days=1)
_MISMATCH = re.compile(r"consistency checks|controles? de coherence")


class NumberKey(NamedTuple):
    """What has to be unique: a number is free again in the next calendar year."""

    number: str
    supplier: str
    year: int


class ContentKey(NamedTuple):
    """What two prints of one invoice have in common: twelve schools of one town are twelve invoices."""

    supplier: str
    recipient: str
    service: str
    commitment: str
    issued: date
    amount: Decimal


def number_key(fields: InvoiceFields) -> NumberKey | None:
    """None where number or date are missing, which other rules tell."""
    number = (fields.number or "").strip()
    if not number or fields.issued is None:
        return None
    return NumberKey(number, fields.supplier_siret or "", fields.issued.year)


def content_key(fields: InvoiceFields) -> ContentKey | None:
    """None where too little is known to compare."""
    amount = fields.to_pay if fields.to_pay is not None else fields.gross
    if not fields.recipient_siret or fields.issued is None or not amount:
        return None
    return ContentKey(
        supplier=fields.supplier_siret or "",
        recipient=fields.recipient_siret,
        service=fields.service_code or "",
        commitment=fields.commitment_number or "",
        issued=fields.issued,
        amount=to_cents(amount),
    )


class Neighbours:
    """Waiting documents by number and by content, as the store stands."""

    def __init__(self, desk: Desk) -> None:
        self._store = ref(desk.store)
        self._keys: dict[str, tuple[NumberKey | None, ContentKey | None]] = {}
        self._numbered: dict[NumberKey, set[str]] = {}
        self._alike: dict[ContentKey, set[str]] = {}
        self._to_come: list[str] | None = None
        """Documents that are not in it yet; None: nobody has asked which there are."""
        self._days: dict[date, dict[tuple[str, Decimal], dict[str, None]]] = {}
        """Invoices of the days that were asked about, by recipient and amount."""
        self._placed: dict[str, tuple[date, tuple[str, Decimal]]] = {}
        self._mismatches: dict[tuple[str, str], dict[str, datetime]] | None = None
        """What the State refused, by service and commitment number, and when; None: nobody has asked."""
        desk.store.subscribe(self._follow)

    @classmethod
    def of(cls, desk: Desk) -> "Neighbours":
        """Those of the desk's store, complete."""
        found = cls._begun(desk)
        found.take_in(desk)
        return found

    @classmethod
    def _begun(cls, desk: Desk) -> "Neighbours":
        found = _known.get(desk.store)
        if found is None:
            found = _known[desk.store] = cls(desk)
        return found

    @classmethod
    async def prepare(cls, desk: Desk) -> None:
        """Make the index beside a running screen, and read invoices: who asks afterwards need not wait."""
        found = cls._begun(desk)
        more = True
        while more:
            more = found.take_in(desk, SLICE)
            await asyncio.sleep(0)
        for _step in desk.store.invoices.loading("number", "issued"):
            await asyncio.sleep(0)

    @classmethod
    def are_at_hand(cls, desk: Desk) -> bool:
        """Whether asking costs microseconds: the index is complete and the invoices are in memory."""
        found = _known.get(desk.store)
        return found is not None and found._to_come == [] and desk.store.invoices.is_loaded

    def take_in(self, desk: Desk, most: int | None = None) -> bool:
        """Look at documents that it has not seen yet, at most so many; whether there are more."""
        if self._to_come is None:
            self._to_come = [document.id for document in waiting(desk)]
        part = self._to_come[:most]
        self._to_come = self._to_come[len(part) :]
        for key in part:
            document = desk.store.documents.get(key)
            if key not in self._keys and document is not None and document.state.is_waiting:
                self._add(document)
        return bool(self._to_come)

    def _follow(self, changes: Changes) -> None:
        store = self._store()
        for key in changes.get("documents", ()) if store is not None else ():
            self._drop(key)
            document = store.documents.get(key) if store is not None else None
            if document is not None and document.state.is_waiting:
                self._add(document)
        if store is not None:
            self._follow_invoices(store, changes.get("invoices", ()) if self._days else ())
            self._follow_intents(store, changes.get("intents", ()) if self._mismatches is not None else ())

    def _follow_invoices(self, store: Store, keys: Iterable[str]) -> None:
        for key in keys:
            if key in self._placed:
                day, place = self._placed.pop(key)
                self._days[day][place].pop(key, None)
            invoice = store.invoices.get(key)
            if invoice is not None and invoice.issued in self._days:
                self._place(invoice)

    def _place(self, invoice: Invoice) -> None:
        amount = _amount_of(invoice)
        if amount is not None and invoice.issued is not None:
            key, place = str(invoice.id), (invoice.recipient_siret, amount)
            self._days[invoice.issued].setdefault(place, {})[key] = None
            self._placed[key] = (invoice.issued, place)

    def deposited(self, key: ContentKey) -> Iterator[Invoice]:
        """Invoices of a day for a recipient and an amount."""
        store = self._store()
        if store is None:
            return
        if key.issued not in self._days:
            self._days[key.issued] = {}
            for invoice in store.invoices.by("issued", key.issued):
                self._place(invoice)
        for name in tuple(self._days[key.issued].get((key.recipient, key.amount), ())):
            found = store.invoices.get(name)
            if found is not None:
                yield found

    def _follow_intents(self, store: Store, keys: Iterable[str]) -> None:
        for key in keys:
            intent = store.intents.get(key)
            if intent is not None and intent.state is IntentState.REFUSED:
                self._note_refusal(intent)

    def _note_refusal(self, intent: Intent) -> None:
        sent = intent.submission.fields
        if self._mismatches is None or sent.recipient_siret != STATE_SIRET:
            return
        if _MISMATCH.search(fold(intent.message)):
            left_at = intent.attempts[-1].begun_at if intent.attempts else intent.queued_at
            pair = (sent.service_code or "", sent.commitment_number or "")
            self._mismatches.setdefault(pair, {})[intent.id] = left_at

    def refused_pair(self, code: str, number: str) -> Iterator[datetime]:
        """When the State refused a commitment number for a service."""
        store = self._store()
        if self._mismatches is None and store is not None:
            self._mismatches = {}
            for intent in store.intents.by("state", IntentState.REFUSED):
                self._note_refusal(intent)
        yield from ((self._mismatches or {}).get((code, number)) or {}).values()

    def _add(self, document: Document) -> None:
        fields = document.glance(_COMPARED)
        number, content = number_key(fields), content_key(fields)
        self._keys[document.id] = (number, content)
        if number is not None:
            self._numbered.setdefault(number, set()).add(document.id)
        if content is not None:
            self._alike.setdefault(content, set()).add(document.id)

    def _drop(self, key: str) -> None:
        number, content = self._keys.pop(key, (None, None))
        if number is not None:
            self._numbered[number].discard(key)
        if content is not None:
            self._alike[content].discard(key)

    def numbered(self, key: NumberKey) -> Iterator[Document]:
        """Waiting documents with a number."""
        return self._documents(self._numbered.get(key, ()))

    def alike(self, key: ContentKey, number: str) -> Iterator[Document]:
        """Waiting documents with a content and another number: of the same one more is said elsewhere."""
        others = (other for other in self._alike.get(key, ()) if self._number_of(other) != number)
        return self._documents(others)

    def _number_of(self, key: str) -> str:
        number = self._keys[key][0]
        return number.number if number is not None else ""

    def _documents(self, keys: Iterable[str]) -> Iterator[Document]:
        store = self._store()
        for key in keys:
            document = store.documents.get(key) if store is not None else None
            if document is not None and document.state.is_waiting:
                yield document


_known: "WeakKeyDictionary[Store, Neighbours]" = WeakKeyDictionary()


def neighbour_problems(desk: Desk, document: Document, fields: InvoiceFields) -> Iterator[Problem]:
    """What other documents and invoices say of this one.

    Args:
        fields: the values to check, where they are newer than the document's.
    """
    yield from number_problems(desk, document, fields)
    yield from _content(desk, document, fields)
    yield from _mismatch(desk, fields)


def number_problems(desk: Desk, document: Document, fields: InvoiceFields) -> Iterator[Problem]:
    """Whether its number is taken, by an invoice in Chorus Pro or by a document that came first."""
    key = number_key(fields)
    if key is None:
        return
    yield from taken(desk, key, document.id)
    for other in Neighbours.of(desk).numbered(key):
        if other.id != document.id and _comes_first(other, document):
            yield problem("number.used", number=key.number, holder=other.name)
            return


def taken(desk: Desk, key: NumberKey, document_id: str = "", *, besides: str = "") -> Iterator[Problem]:
    """Whether a number is taken by an invoice in Chorus Pro, or on its way in a flow (S1-090, S2-076).

    Args:
        document_id: whose number it is; empty: that of an invoice in a file that is to be deposited.
        besides: the id of the flow that is made of that file.
    """
    for invoice in desk.store.invoices.by("number", key.number):
        if _bears(desk, invoice, key) and (not document_id or invoice.document_id != document_id):
            if invoice.status is InvoiceStatus.REJECTED:
                yield problem("number.rejected", number=key.number)
            else:
                yield problem("number.used", number=key.number, holder=_owner(invoice))
            return
    for holder in FlowNumbers.of(desk).holders(*key):
        if holder.flow.id == besides:
            continue
        own = document_id and holder.invoice.document_id == document_id
        if not own or holder.invoice.fate is Fate.INTEGRATED:
            yield problem("number.used", number=key.number, holder=holder_words(holder.flow))
            return
    for other in () if document_id else Neighbours.of(desk).numbered(key):
        if other.state.is_on_its_way:
            yield problem("number.used", number=key.number, holder=other.name)
            return


def _bears(desk: Desk, invoice: Invoice, key: NumberKey) -> bool:
    """Whether an invoice keeps a number from this year's: by its date, or by when it was deposited."""
    if invoice.status in NUMBER_IS_FREE:
        return False
    if invoice.supplier_siret and key.supplier and invoice.supplier_siret != key.supplier:
        return False
    if invoice.issued is None or invoice.issued.year == key.year:
        return True
    return invoice.deposited is not None and invoice.deposited.year == desk.now().year


def _comes_first(other: Document, document: Document) -> bool:
    """Of two that wait under one number the one that came first may have it, unless one is on its way.

    One in error holds nothing back: what is sent again in its place may be the other.
    """
    if other.state.is_on_its_way:
        return True
    goes = other.state is DocumentState.TO_SUBMIT and not other.in_error
    return goes and (other.filed_at, other.id) < (document.filed_at, document.id)


def _content(desk: Desk, document: Document, fields: InvoiceFields) -> Iterator[Problem]:
    twins = desk.store.documents.by("sha256", document.sha256) if document.sha256 else []
    for twin in twins:
        if twin.id != document.id and twin.state is not DocumentState.REMOVED:
            yield problem("content.same_file", holder=twin.name)
            return
    key = content_key(fields)
    if key is None:
        return
    number = (fields.number or "").strip()
    for other in Neighbours.of(desk).alike(key, number):
        if other.id != document.id and _comes_first(other, document):
            yield problem("content.duplicate", holder=other.name)
            return
    for invoice in Neighbours.of(desk).deposited(key):
        if invoice.document_id != document.id and invoice.number != number and _is_alike(invoice, key):
            yield problem("content.duplicate", holder=_words(invoice))
            return


def _amount_of(invoice: Invoice) -> Decimal | None:
    amount = invoice.to_pay if invoice.to_pay is not None else invoice.gross
    return None if amount is None else to_cents(amount)


def _is_alike(invoice: Invoice, key: ContentKey) -> bool:
    return (
        invoice.status not in (*NUMBER_IS_FREE, InvoiceStatus.REJECTED)
        and invoice.supplier_siret in ("", key.supplier)
        and invoice.service_code in ("", key.service)
        and invoice.commitment_number in ("", key.commitment)
    )


def _owner(invoice: Invoice) -> str:
    """Who has a number: the document or the recipient of an invoice, and its day."""
    day = invoice.deposited or invoice.issued
    named = invoice.document_name or invoice.recipient_name or invoice.recipient_siret or str(invoice.id)
    return f"{named} ({day.isoformat()})" if day else named


def _words(invoice: Invoice) -> str:
    """An invoice in a sentence about another number."""
    return _owner(invoice) if invoice.document_name else f"{invoice.number} {_owner(invoice)}"


def _mismatch(desk: Desk, fields: InvoiceFields) -> Iterator[Problem]:
    """The State refused this very pair for another invoice; its own list of pairs cannot be asked for."""
    code, number = fields.service_code, fields.commitment_number
    if fields.recipient_siret != STATE_SIRET or not code or not number:
        return
    since = desk.now() - MISMATCH_HOLDS
    if any(left_at >= since for left_at in Neighbours.of(desk).refused_pair(code, number)):
        yield problem("commitment.mismatch", code=code)
