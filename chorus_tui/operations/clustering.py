"""Groups by cause: what is in error, what cannot be sent yet, and what came back from recipients.

What Chorus Pro refused and what is foreseen before sending belong together where the cause is the same: the
rules of the checks and the entries of the knowledge base share their ids.

What a document belongs to is remembered until something it depends on changes, so that 5 000 are grouped in
a few milliseconds once they were looked at; the first look takes 10 µs for one in error and 100 µs for one
that has to be checked.
"""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, time
from typing import NamedTuple
from weakref import WeakKeyDictionary

from msgspec import structs

from chorus_tui.domain.checks import blocking
from chorus_tui.domain.clusters import Cluster, Member, cluster_id, clusters_of
from chorus_tui.domain.document import Document, Failure
from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.knowledge import Explanation, Knowledge
from chorus_tui.domain.recipient import Recipient, Supplier
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.i18n import language
from chorus_tui.operations.checking import problems_of, today
from chorus_tui.operations.desk import Desk
from chorus_tui.operations.explaining import explain_document, explain_invoice, explain_problem, knowledge
from chorus_tui.operations.neighbours import number_problems
from chorus_tui.store import Changes, Store

AT_ONCE = 50
"""Documents looked at between two pauses: about 5 ms where each has to be checked."""

FEW = 5
"""Invoices looked at between two pauses, for the same reason."""

REMEMBERED = 10_000
"""Different messages whose explanation is kept."""

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def document_clusters(desk: Desk, documents: Iterable[Document]) -> tuple[Cluster, ...]:
    """The groups of documents that are in error, or that the checks keep back; others are left out."""
    memory = _Memory.of(desk)
    return _named(desk, clusters_of(m for document in documents if (m := memory.member(desk, document))))


async def document_clusters_in_slices(desk: Desk, documents: Iterable[Document]) -> tuple[Cluster, ...]:
    """The same of very many documents beside a running screen."""
    memory = _Memory.of(desk)
    members = []
    for count, document in enumerate(documents, 1):
        if member := memory.member(desk, document):
            members.append(member)
        if count % AT_ONCE == 0:
            await asyncio.sleep(0)
    return _named(desk, clusters_of(members))


def invoice_clusters(desk: Desk, invoices: Iterable[Invoice]) -> tuple[Cluster, ...]:
    """The groups of invoices that came back: by status, by what the recipient says, and by recipient."""
    return _named(desk, clusters_of(m for invoice in invoices if (m := _invoice(desk, invoice))))


async def invoice_clusters_in_slices(desk: Desk, invoices: Iterable[Invoice]) -> tuple[Cluster, ...]:
    """The same of very many invoices beside a running screen: words nobody knows take a millisecond each."""
    members = []
    for count, invoice in enumerate(invoices, 1):
        if member := _invoice(desk, invoice):
            members.append(member)
        if count % FEW == 0:
            await asyncio.sleep(0)
    return _named(desk, clusters_of(members))


def _invoice(desk: Desk, invoice: Invoice) -> Member | None:
    explanation = explain_invoice(desk, invoice)
    if explanation is None:
        return None
    siret = invoice.recipient_siret
    deposited = invoice.deposited
    return Member(
        key=str(invoice.id),
        cluster=cluster_id(explanation, siret, f"{invoice.status.value}/"),
        explanation=explanation,
        siret=siret,
        amount=invoice.to_pay if invoice.to_pay is not None else invoice.gross,
        at=invoice.status_at or (datetime.combine(deposited, time(), UTC) if deposited else _LONG_AGO),
    )


def _named(desk: Desk, clusters: tuple[Cluster, ...]) -> tuple[Cluster, ...]:
    return tuple(structs.replace(cluster, recipient_name=_name(desk, cluster)) for cluster in clusters)


def _name(desk: Desk, cluster: Cluster) -> str:
    if not cluster.recipient_siret:
        return ""
    known = desk.store.recipients.get(cluster.recipient_siret)
    if known is not None and known.name:
        return known.name
    invoice = desk.store.invoices.get(cluster.keys[0]) if cluster.keys[0].isdecimal() else None
    if invoice is not None:
        return invoice.recipient_name
    document = desk.store.documents.get(cluster.keys[0])
    return (document.value_of("recipient_name") or "") if document is not None else ""


class _Known(NamedTuple):
    """What was worked out of a document, and of what."""

    document: Document
    token: object
    recipient: Recipient | None
    supplier: Supplier | None
    member: Member | None


class _Memory:
    """What documents of one store belong to, as long as it holds."""

    def __init__(self, desk: Desk) -> None:
        self._known: dict[str, _Known] = {}
        self._explanations: dict[tuple[str, int | None, str], Explanation | None] = {}
        self._knowledge: Knowledge | None = None
        self._language = ""
        self._lists = 0
        desk.store.subscribe(self._follow)

    @classmethod
    def of(cls, desk: Desk) -> "_Memory":
        """That of the desk's store, made when first asked for."""
        memory = _memories.get(desk.store)
        if memory is None:
            memory = _memories[desk.store] = cls(desk)
        said = knowledge(desk)
        if said is not memory._knowledge or memory._language != language():
            memory._known.clear()
            memory._explanations.clear()
            memory._knowledge, memory._language = said, language()
        return memory

    def _follow(self, changes: Changes) -> None:
        for key in changes.get("documents", ()):
            self._known.pop(key, None)
        self._lists += "lists" in changes

    def member(self, desk: Desk, document: Document) -> Member | None:
        """The group of a document; None where it belongs to none."""
        if document.in_error and document.state.is_waiting:
            known = self._known.get(document.id)
            if known is None or known.document is not document:
                member = _member(document, self._explained(desk, document, document.failure))
                known = self._known[document.id] = _Known(document, None, None, None, member)
            return known.member
        if document.state is not DocumentState.TO_SUBMIT:
            return None
        return self._checked(desk, document) or _numbered(desk, document)

    def _explained(self, desk: Desk, document: Document, failure: Failure | None) -> Explanation | None:
        """Many documents came back with the same words."""
        words = (failure.message, failure.code, failure.remedy) if failure is not None else ("", None, "")
        if words not in self._explanations:
            if len(self._explanations) >= REMEMBERED:
                self._explanations.clear()
            self._explanations[words] = explain_document(desk, document)
        return self._explanations[words]

    def _checked(self, desk: Desk, document: Document) -> Member | None:
        token = (self._lists, today(desk.now()))
        known = self._known.get(document.id)
        recipient = desk.store.recipients.get(document.value_of("recipient_siret") or "")
        supplier = desk.store.suppliers.get(document.value_of("supplier_siret") or "")
        if (
            known is None
            or known.document is not document
            or known.token != token
            or known.recipient is not recipient
            or known.supplier is not supplier
        ):
            found = blocking(problems_of(desk, document))
            member = _member(document, explain_problem(desk, found[0].id) if found else None)
            known = self._known[document.id] = _Known(document, token, recipient, supplier, member)
        return known.member


_memories: "WeakKeyDictionary[Store, _Memory]" = WeakKeyDictionary()


def _numbered(desk: Desk, document: Document) -> Member | None:
    """A number that is taken depends on all other documents and invoices, so it is looked at each time."""
    found = blocking(tuple(number_problems(desk, document, document.fields)))
    return _member(document, explain_problem(desk, found[0].id)) if found else None


def _member(document: Document, explanation: Explanation | None) -> Member | None:
    if explanation is None:
        return None
    siret = document.value_of("recipient_siret") or "" if explanation.by_recipient else ""
    amount = document.value_of("to_pay")
    return Member(
        key=document.id,
        cluster=cluster_id(explanation, siret),
        explanation=explanation,
        siret=siret,
        amount=document.value_of("gross") if amount is None else amount,
        at=document.filed_at,
    )
