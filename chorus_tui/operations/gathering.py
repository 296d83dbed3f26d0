"""Documents in flows: how they join one, and how they leave it again while it waits.

A document whose filing rule names a channel of flows is submitted like any other; those submitted one after
the other are gathered in one flow, whose file is made when it leaves (`composing_queued`).
"""

from collections.abc import Callable, Container, Iterable
from datetime import datetime
from decimal import Decimal
from uuid import uuid4

from msgspec import structs

from chorus_tui.composing import MAX_INVOICES
from chorus_tui.domain.document import Document
from chorus_tui.domain.flow import Channel, Fate, Flow, FlowContents, FlowInvoice, FlowMode, Rejection
from chorus_tui.domain.flow_states import FlowStage
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.i18n import _
from chorus_tui.operations.desk import Desk, note
from chorus_tui.operations.matching import fill
from chorus_tui.operations.permissions import name_of
from chorus_tui.settings import EdiConnection

# From whom a flow is


def edi_connection(desk: Desk, name: str) -> EdiConnection | None:
    """An EDI connection by its name; the only one where none is named."""
    connections = desk.settings.edi
    if not name and len(connections) == 1:
        return connections[0]
    return next((c for c in connections if c.name == name), None)


def issuer_of(desk: Desk, mode: FlowMode, connection: str = "", supplier: str = "") -> str:
    """The SIRET of the structure that a flow counts for (S2-016…018); empty: nobody says.

    Args:
        supplier: of the invoices, for which a pack counts unless the operator chooses another structure.
    """
    if mode is FlowMode.EDI:
        found = edi_connection(desk, connection)
        return found.issuer if found is not None else ""
    if mode is FlowMode.PORTAL:
        return supplier
    if desk.settings.connection.structure:
        return desk.settings.connection.structure
    suppliers = desk.store.suppliers.all()
    return suppliers[0].siret if len(suppliers) == 1 else ""


def why_no_issuer(desk: Desk, mode: FlowMode, connection: str = "") -> str:
    """Why nobody says from whom a flow would be, in the operator's language."""
    if mode is FlowMode.EDI:
        if not desk.settings.edi:
            return _("No EDI connection is set: see [[edi]] in the settings.")
        return _("There is no EDI connection {name} in the settings.").format(name=connection or "?")
    if mode is FlowMode.API:
        return _("Say in the settings on which structure the account is declared: connection.structure.")
    return _("Choose the structure that the pack counts for.")


def new_flow(desk: Desk, mode: FlowMode, connection: str, issuer: str, not_before: datetime | None) -> Flow:
    """A flow that waits to leave, still without contents."""
    edi = edi_connection(desk, connection) if mode is FlowMode.EDI else None
    return Flow(
        id=uuid4().hex,
        mode=mode,
        stage=FlowStage.QUEUED,
        issuer_siret=issuer,
        issuer_name=structure_name(desk, issuer),
        connection=edi.name if edi is not None else "",
        partner_code=edi.partner_code if edi is not None else "",
        rejection=edi.rejection if edi is not None else Rejection.PARTIAL,
        emitted_at=desk.now(),
        queued_by=desk.who,
        # A pack does not leave by itself.
        not_before=None if mode is FlowMode.PORTAL else not_before,
    )


def structure_name(desk: Desk, siret: str) -> str:
    """The name of a structure; empty where nobody knows it."""
    name = name_of(desk, siret)
    return "" if name == siret else name


# A document in a flow


def flow_invoice(document: Document, member: str = "") -> FlowInvoice:
    """What a flow remembers of a document that goes in it."""
    fields = document.fields
    return FlowInvoice(
        number=(fields.number or "").strip(),
        supplier_siret=fields.supplier_siret or "",
        recipient_siret=fields.recipient_siret or "",
        recipient_name=fields.recipient_name or "",
        issued=fields.issued,
        amount=fields.to_pay if fields.to_pay is not None else fields.gross,
        document_id=document.id,
        member=member,
        fingerprint=document.flow_fingerprint,
        before=document.flow_id,
    )


def amount_of(invoices: Iterable[FlowInvoice]) -> Decimal | None:
    """What they ask to be paid; None where nobody knows it of any."""
    known = [invoice.amount for invoice in invoices if invoice.amount is not None]
    return sum(known, Decimal(0)) if known else None


def put_flow(desk: Desk, flow: Flow, invoices: tuple[FlowInvoice, ...]) -> Flow:
    """Keep a flow and what it holds; belongs in the transaction of the verb."""
    kept = structs.replace(flow, count=len(invoices), amount=amount_of(invoices))
    desk.store.flows.put(kept)
    named = tuple(_named(desk, invoice) for invoice in invoices)
    desk.store.contents.put(FlowContents(flow_id=flow.id, invoices=named))
    return kept


def _named(desk: Desk, invoice: FlowInvoice) -> FlowInvoice:
    """With the name of its recipient, where somebody knows it."""
    known = None if invoice.recipient_name else desk.store.recipients.get(invoice.recipient_siret)
    return structs.replace(invoice, recipient_name=known.name) if known is not None else invoice


def invoices_of(desk: Desk, flow_id: str) -> tuple[FlowInvoice, ...]:
    """What a flow holds."""
    contents = desk.store.contents.get(flow_id)
    return contents.invoices if contents is not None else ()


def sending(document: Document, flow: Flow) -> Document:
    """A document on its way in a flow."""
    return structs.replace(document, state=DocumentState.SUBMITTING, flow_id=flow.id, failure=None)


def returned(desk: Desk, document: Document, before: str) -> Document:
    """A document that does not go in its flow after all; it never goes by itself afterwards.

    Args:
        before: the flow that it went in before that one.
    """
    back = structs.replace(document, state=DocumentState.TO_SUBMIT, flow_id=before, automatic=False)
    # A match may have been told while it could not follow.
    return fill(desk, back)


# Gathering


def why_not_gather(desk: Desk, document: Document) -> str:
    """Why no flow of its channel can take a document, in the operator's language; empty when one can."""
    mode = document.channel.mode
    if mode is None:
        return ""
    if not issuer_of(desk, mode, document.connection, document.fields.supplier_siret or ""):
        return why_no_issuer(desk, mode, document.connection)
    return ""


def gather(desk: Desk, document: Document, not_before: datetime | None) -> None:
    """Let a document that may go join the flow of its channel that is being gathered, or begin one.

    Belongs in the transaction of the verb that submits it.
    """
    gathering = Gathering(desk, not_before)
    gathering.add(document)
    gathering.close()


class Gathering:
    """The same of several in one transaction: what a flow holds is written once for all of them.

    Args:
        not_before: when they may leave.
    """

    def __init__(self, desk: Desk, not_before: datetime | None) -> None:
        self._desk = desk
        self._not_before = not_before
        self._joined: dict[str, tuple[Flow, list[FlowInvoice]]] = {}
        """Flows with what joined them, until it is written."""

    def add(self, document: Document) -> None:
        """One more."""
        mode = document.channel.mode
        assert mode is not None
        desk, fields = self._desk, document.fields
        issuer = issuer_of(desk, mode, document.connection, fields.supplier_siret or "")
        flow = self._flow(new_flow(desk, mode, document.connection, issuer, self._not_before))
        self._joined.setdefault(flow.id, (flow, []))[1].append(flow_invoice(document))
        desk.store.documents.put(sending(document, flow))
        told = f"{fields.number} · {fields.to_pay} → {fields.recipient_siret} ({mode})"
        note(desk, "submit", document.id, told)

    def _flow(self, begun: Flow) -> Flow:
        """The flow that takes one more, or a new one."""
        wanted = (begun.mode, begun.connection, begun.issuer_siret)
        for flow, joined in self._joined.values():
            if (flow.mode, flow.connection, flow.issuer_siret) == wanted and flow.count + len(
                joined
            ) < MAX_INVOICES:
                return flow
        open_ = _gathering(self._desk, wanted, self._joined)
        if open_ is None:
            return structs.replace(begun, gathered=True)
        later = max(filter(None, (open_.not_before, begun.not_before)), default=None)
        return structs.replace(open_, not_before=later, emitted_at=begun.emitted_at, sha256="")

    def close(self) -> None:
        """Write what joined."""
        for flow, joined in self._joined.values():
            claim(self._desk, put_flow(self._desk, flow, (*invoices_of(self._desk, flow.id), *joined)))
        self._joined.clear()


def _gathering(desk: Desk, wanted: tuple[FlowMode, str, str], full: Container[str]) -> Flow | None:
    """The flow of this mode, connection and issuer that is being gathered and takes one more."""
    return next(
        (
            flow
            for flow in desk.store.flows.by("stage", FlowStage.QUEUED)
            if flow.gathered
            and not flow.attempts
            and flow.count < MAX_INVOICES
            and flow.id not in full
            and (flow.mode, flow.connection, flow.issuer_siret) == wanted
            and flow.queued_by == desk.who
        ),
        None,
    )


# Leaving it again


def queued_flow(desk: Desk, document: Document) -> Flow | None:
    """The flow in which a document waits and from which it can still be taken."""
    flow = desk.store.flows.get(document.flow_id) if document.flow_id else None
    if flow is None or document.state is not DocumentState.SUBMITTING:
        return None
    return flow if flow.stage is FlowStage.QUEUED else None


def take_out(desk: Desk, flow: Flow, document_id: str) -> Flow:
    """Take one document out of a flow that is being gathered; an empty flow is withdrawn.

    Belongs in the transaction of the verb, which puts the document back itself.
    """
    invoices = invoices_of(desk, flow.id)
    left = tuple(i for i in invoices if i.document_id != document_id)
    release(desk, flow, (i for i in invoices if i.document_id == document_id))
    if not left:
        return put_flow(desk, structs.replace(flow, stage=FlowStage.WITHDRAWN, sha256=""), ())
    return put_flow(desk, structs.replace(flow, sha256=""), left)


def unsend(
    desk: Desk, flow: Flow, put_back: Callable[[Document, FlowInvoice], Document | None] | None = None
) -> Flow:
    """Withdraw a whole flow: its documents wait again, and what it sends again may be sent by another one.

    Belongs in the transaction of the verb.

    Args:
        put_back: what becomes of a document; None: as it was sent, and never by itself.
    """
    for invoice in invoices_of(desk, flow.id):
        document = desk.store.documents.get(invoice.document_id)
        if document is None or document.flow_id != flow.id or document.state is not DocumentState.SUBMITTING:
            continue
        back = put_back(document, invoice) if put_back else returned(desk, document, invoice.before)
        if back is not None:
            desk.store.documents.put(back)
    withdrawn = structs.replace(flow, stage=FlowStage.WITHDRAWN, not_before=None, unfinished=False)
    desk.store.flows.put(withdrawn)
    release(desk, flow, invoices_of(desk, flow.id))
    return withdrawn


def claim(desk: Desk, flow: Flow) -> None:
    """Remember, with the flows that they came back from, which of its invoices a flow sends again.

    Belongs in the transaction of the verb.
    """
    invoices = invoices_of(desk, flow.id)
    for key in {flow.resends, *(invoice.before for invoice in invoices)} - {"", flow.id}:
        earlier = desk.store.flows.get(key)
        if earlier is None:
            continue
        again = {i.document_id or i.number for i in invoices if i.before == key or flow.resends == key}
        lines = tuple(
            structs.replace(line, resent_in=flow.id)
            if line.fate is not Fate.INTEGRATED and (line.document_id or line.number) in again
            else line
            for line in invoices_of(desk, key)
        )
        if flow.resends == key or any(line.resent_in == flow.id for line in lines):
            resent_by = tuple(dict.fromkeys((*earlier.resent_by, flow.id)))
            desk.store.flows.put(structs.replace(earlier, resent_by=resent_by))
            desk.store.contents.put(FlowContents(flow_id=key, invoices=lines))


def release(desk: Desk, flow: Flow, gone: Iterable[FlowInvoice]) -> None:
    """Forget that a flow sends these again: they did not leave with it. Belongs in the transaction."""
    left = list(gone)
    documents = {i.document_id or i.number for i in left}
    for key in {flow.resends, *(invoice.before for invoice in left)} - {"", flow.id}:
        earlier = desk.store.flows.get(key)
        if earlier is None:
            continue
        lines = tuple(
            structs.replace(line, resent_in="")
            if line.resent_in == flow.id and (line.document_id or line.number) in documents
            else line
            for line in invoices_of(desk, key)
        )
        desk.store.contents.put(FlowContents(flow_id=key, invoices=lines))
        if not any(line.resent_in == flow.id for line in lines):
            resent_by = tuple(other for other in earlier.resent_by if other != flow.id)
            desk.store.flows.put(structs.replace(earlier, resent_by=resent_by))


CHANNEL_OF = {channel.mode: channel for channel in Channel if channel.mode is not None}
"""Mode of a flow → how its documents reach Chorus Pro."""
