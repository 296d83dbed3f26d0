"""Depositing flows: from chosen documents or from a file, planned and looked at before anything is queued.

Three modes (S2-005): the API, an EDI gateway, and a pack that somebody deposits on the portal. What an
operator sees in the plan is what leaves: the files are made, checked and kept when it is made.
"""

import asyncio
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from chorus_tui.domain.document import Document
from chorus_tui.domain.flow import Flow, FlowInvoice, FlowMode, Syntax
from chorus_tui.i18n import N_, _, ngettext
from chorus_tui.operations.composing_queued import item_of
from chorus_tui.operations.desk import SLICE, Deeds, Desk, Outcome, Refusal, note
from chorus_tui.operations.flow_file import check_file
from chorus_tui.operations.gathering import (
    CHANNEL_OF,
    amount_of,
    claim,
    edi_connection,
    flow_invoice,
    issuer_of,
    new_flow,
    put_flow,
    sending,
    structure_name,
    why_no_issuer,
)
from chorus_tui.operations.permissions import require
from chorus_tui.operations.preflight import obstacles
from chorus_tui.operations.recording import deed
from chorus_tui.operations.submitting import hold_until
from chorus_tui.operations.withdrawing import why_not_withdraw_flow, withdraw_flows

if TYPE_CHECKING:
    from chorus_tui.composing import Composer, Made

__all__ = [
    "ModeChoice",
    "Part",
    "Plan",
    "api_is_down",
    "deposit",
    "issuers",
    "modes",
    "plan",
    "plan_file",
    "why_no_other_issuer",
    "why_not_withdraw_flow",
    "withdraw_flows",
]


class Part(Struct, frozen=True, kw_only=True):
    """One file of a plan: it becomes one flow."""

    syntax: Syntax
    name: str
    sha256: str
    size: int
    invoices: tuple[FlowInvoice, ...]
    amount: Decimal | None = None
    """What its invoices ask to be paid."""


class Plan(Struct, frozen=True, kw_only=True):
    """What a deposit would send, and what it leaves out."""

    mode: FlowMode
    connection: str = ""
    """The name of the EDI connection."""
    issuer_siret: str
    issuer_name: str = ""
    parts: tuple[Part, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    """Document id, or member of the file, and the sentence that says why it does not go."""
    path: str = ""
    """The file that it was made from; empty: from documents."""
    resends: str = ""
    """The id of the flow that it sends again."""
    override: str = ""
    """Why that goes again although nothing changed."""

    @property
    def count(self) -> int:
        """Invoices in all of its parts."""
        return sum(len(part.invoices) for part in self.parts)

    @property
    def amount(self) -> Decimal | None:
        """What they ask to be paid."""
        return amount_of(invoice for part in self.parts for invoice in part.invoices)

    @property
    def documents(self) -> tuple[str, ...]:
        """Ids of the documents in it."""
        return tuple(i.document_id for part in self.parts for i in part.invoices if i.document_id)


class ModeChoice(Struct, frozen=True):
    """One way to deposit a flow."""

    mode: FlowMode
    connection: str
    """The name of the EDI connection."""
    label: str
    """In the operator's language."""
    why_not: str = ""
    """Why it cannot be taken, in the operator's language; empty when it can."""


def modes(desk: Desk) -> tuple[ModeChoice, ...]:
    """What a flow can be deposited by, the best one first: the portal where the API is down (S1-083)."""
    api = ModeChoice(FlowMode.API, "", _(FlowMode.API.label), _why_no_api(desk))
    edi = [
        ModeChoice(FlowMode.EDI, c.name, f"{_(FlowMode.EDI.label)} {c.name} ({c.partner_code})")
        for c in desk.settings.edi
    ] or [ModeChoice(FlowMode.EDI, "", _(FlowMode.EDI.label), why_no_issuer(desk, FlowMode.EDI))]
    portal = ModeChoice(FlowMode.PORTAL, "", _(N_("Pack for the portal")))
    usable = (portal, *edi, api) if api_is_down(desk) else (api, *edi, portal)
    return tuple(sorted(usable, key=lambda choice: bool(choice.why_not)))


def api_is_down(desk: Desk) -> bool:
    """Whether Chorus Pro did not answer lately."""
    state = desk.store.state.get("sync")
    return state is not None and state.trouble is not None


def _why_no_api(desk: Desk) -> str:
    if desk.settings.connection.credentials.missing:
        return _("The technical account is not set: see Settings and health.")
    if not issuer_of(desk, FlowMode.API):
        return why_no_issuer(desk, FlowMode.API)
    return ""


def issuers(desk: Desk) -> tuple[tuple[str, str], ...]:
    """SIRETs and names of the structures that a pack may count for (S2-018)."""
    named = {s.siret: s.name for s in desk.store.suppliers.all()}
    for siret in (*(r.supplier for r in desk.settings.rules), desk.settings.connection.structure):
        named.setdefault(siret, structure_name(desk, siret))
    return tuple(sorted(((s, n) for s, n in named.items() if s), key=lambda pair: (pair[1] or "~", pair[0])))


def why_no_other_issuer(desk: Desk, mode: FlowMode) -> str:
    """Why the issuer of a flow is not chosen (S2-016…018), in the operator's language; empty where it is."""
    if mode is FlowMode.EDI:
        return _("The issuer of an EDI flow is the structure of the connection form; the settings say it.")
    if mode is FlowMode.API:
        return _("The issuer of an API flow is the structure of the technical account; the settings say it.")
    return "" if issuers(desk) else _("No structure is known that could issue it.")


# Plans


async def plan(
    desk: Desk,
    composer: "Composer",
    ids: Iterable[str],
    mode: FlowMode,
    connection: str = "",
    *,
    issuer: str = "",
    resends: str = "",
    override: str = "",
) -> Plan:
    """What a deposit of documents would send; nothing is queued.

    Args:
        issuer: the structure that a pack counts for; empty: the supplier of the documents.
        resends: the id of the flow that they are sent again of.
        override: why, although nothing changed.

    Raises:
        Refusal: this mode is not set up, or the operator does not see the flows of its structure.
    """
    wanted = tuple(dict.fromkeys(ids))
    documents = [d for key in wanted if (d := desk.store.documents.get(key)) is not None]
    if not documents:
        why = _("There is no such document.")
        return Plan(mode=mode, issuer_siret="", refused=tuple((key, why) for key in wanted))
    supplier = next((d.fields.supplier_siret or "" for d in documents), "")
    begun = _begin(desk, mode, connection, issuer or supplier)
    begun = structs.replace(begun, resends=resends, override=override)
    deeds = Deeds()
    for at, key in enumerate(wanted, 1):
        if why := _why_not(desk, key, begun):
            deeds.refuse(key, why)
        else:
            deeds.did(key)
        if at % SLICE == 0:
            await asyncio.sleep(0)
    going = [desk.store.documents[key] for key in deeds.outcome.done]
    # In a flow, as in a list: by the number of the invoice.
    going.sort(key=lambda document: (document.value_of("number") or "", document.id))
    parts, faulty = await _compose(desk, composer, going, mode) if going else ((), ())
    return structs.replace(begun, parts=parts, refused=(*deeds.outcome.refused, *faulty))


def _begin(desk: Desk, mode: FlowMode, connection: str, supplier: str) -> Plan:
    issuer = issuer_of(desk, mode, connection, supplier)
    if not issuer:
        raise Refusal(why_no_issuer(desk, mode, connection))
    require(desk, issuer)
    edi = edi_connection(desk, connection) if mode is FlowMode.EDI else None
    return Plan(
        mode=mode,
        connection=edi.name if edi is not None else "",
        issuer_siret=issuer,
        issuer_name=structure_name(desk, issuer),
    )


def _why_not(desk: Desk, key: str, plan: Plan) -> str:
    found = obstacles(
        desk,
        desk.store.documents.get(key),
        channel=CHANNEL_OF[plan.mode],
        unchanged_too=bool(plan.override),
    )
    return " ".join(problem.text for problem in found)


async def _compose(
    desk: Desk, composer: "Composer", documents: Sequence[Document], mode: FlowMode
) -> tuple[tuple[Part, ...], tuple[tuple[str, str], ...]]:
    by_key = {document.id: document for document in documents}
    with tempfile.TemporaryDirectory(prefix="chorus-tui-") as folder:
        composed = await composer.compose(
            [item_of(desk, document) for document in documents], mode=mode, folder=Path(folder)
        )
        parts = [await _part(desk, made, by_key) for made in composed.made]
    return tuple(parts), tuple((faulty.key, faulty.sentence) for faulty in composed.faulty)


async def _part(desk: Desk, made: "Made", documents: dict[str, Document]) -> Part:
    path = Path(made.path)
    content = await asyncio.to_thread(path.read_bytes)
    sha256 = await asyncio.to_thread(desk.store.blobs.put, content)
    invoices = tuple(flow_invoice(documents[key], member) for key, member in made.members)
    return Part(
        syntax=made.syntax,
        name=made.name,
        sha256=sha256,
        size=len(content),
        invoices=invoices,
        amount=amount_of(invoices),
    )


async def plan_file(
    desk: Desk, composer: "Composer", path: Path, mode: FlowMode, connection: str = "", *, issuer: str = ""
) -> Plan:
    """What a deposit of a file would send; nothing is queued.

    The whole file goes, or nothing of it: where anything in it is refused, the plan has no parts.

    Args:
        issuer: the structure that a pack counts for; empty: the supplier of its first invoice.

    Raises:
        Refusal: it is no such file, its mode is not set up, or the operator may not see its flows.
    """
    checked = await check_file(desk, composer, path)
    supplier = next((i.supplier_siret for i in checked.invoices if i.supplier_siret), "")
    begun = structs.replace(_begin(desk, mode, connection, issuer or supplier), path=checked.shown)
    if checked.refused:
        return structs.replace(begun, refused=checked.refused)
    sha256 = await asyncio.to_thread(desk.store.blobs.put, checked.content)
    part = Part(
        syntax=checked.syntax,
        name=checked.name,
        sha256=sha256,
        size=len(checked.content),
        invoices=checked.invoices,
        amount=amount_of(checked.invoices),
    )
    return structs.replace(begun, parts=(part,))


# The deed


def deposit(desk: Desk, plan: Plan) -> Outcome:
    """Queue what was planned; each part becomes a flow. Done: their ids.

    Refused, with why: documents that changed since, or that somebody else sent meanwhile; their file is no
    longer what would be sent, so nothing of it goes.
    """
    deeds = Deeds()
    require(desk, plan.issuer_siret)
    with deed(desk, "resend" if plan.resends else "deposit"):
        records = [invoice for part in plan.parts for invoice in part.invoices]
        not_before = hold_until(desk, records)
        for part in plan.parts:
            refused = list(changed(desk, plan, part.invoices))
            for key, why in refused:
                deeds.refuse(key, why)
            if not refused:
                deeds.did(_queue(desk, plan, part, not_before))
    for station in ("deposit", "edi"):
        desk.wake(station)
    return deeds.outcome


def changed(
    desk: Desk, plan: Plan, invoices: Iterable[FlowInvoice], *, flow_id: str = ""
) -> Iterator[tuple[str, str]]:
    """What cannot go any more as it was planned, and why.

    Args:
        flow_id: of the flow that is made of them, where it is there already.
    """
    from chorus_tui.operations.flow_file import why_taken

    for invoice in invoices:
        if not invoice.document_id:
            if why := why_taken(desk, invoice, besides=flow_id):
                yield invoice.member or invoice.number, why
            continue
        document = desk.store.documents.get(invoice.document_id)
        if why := _why_not(desk, invoice.document_id, plan):
            yield invoice.document_id, why
        elif document is not None and document.flow_fingerprint != invoice.fingerprint:
            yield invoice.document_id, _("It changed since the flow was made: make it again.")


def flow_of(desk: Desk, plan: Plan, part: Part, not_before: datetime | None) -> Flow:
    """The flow that a part becomes."""
    begun = new_flow(desk, plan.mode, plan.connection, plan.issuer_siret, not_before)
    return structs.replace(
        begun,
        name=part.name,
        sha256=part.sha256,
        size=part.size,
        syntax=part.syntax,
        type=part.syntax.type,
        resends=plan.resends,
        override=plan.override,
    )


def _queue(desk: Desk, plan: Plan, part: Part, not_before: datetime | None) -> str:
    flow = put_flow(desk, flow_of(desk, plan, part, not_before), part.invoices)
    for key in map(attrgetter("document_id"), part.invoices):
        if key:
            desk.store.documents.put(sending(desk.store.documents[key], flow))
    claim(desk, flow)
    note_queued(desk, plan, flow)
    return flow.id


def note_queued(desk: Desk, plan: Plan, flow: Flow) -> None:
    """Write down what was queued; belongs in the transaction of the deed."""
    count = ngettext("{count} invoice", "{count} invoices", flow.count).format(count=flow.count)
    told = (flow.name, count, str(flow.amount or ""), plan.mode, plan.override)
    note(desk, "resend" if plan.resends else "deposit", flow.id, " · ".join(filter(None, told)))
