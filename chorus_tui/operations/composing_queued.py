"""The file of a gathered flow, made when it is about to leave."""

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import structs

from chorus_tui.domain.document import Document, Failure, Phase
from chorus_tui.domain.flow import Fate, Flow, FlowInvoice
from chorus_tui.domain.flow_states import FlowStage
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.i18n import N_
from chorus_tui.operations.desk import Desk, note
from chorus_tui.operations.gathering import (
    claim,
    flow_invoice,
    invoices_of,
    new_flow,
    put_flow,
    release,
    returned,
)
from chorus_tui.operations.snoozing import rouse

if TYPE_CHECKING:
    from chorus_tui.composing import Composed, Composer, Item, Made

NO_FILE = N_("No file could be made of its documents; they say why.")


def item_of(desk: Desk, document: Document) -> "Item":
    """What the composer is given of a document."""
    from chorus_tui.composing import Item

    blobs = desk.store.blobs
    return Item(
        key=document.id,
        path=str(blobs.path(document.sha256)),
        name=document.name,
        fields=document.fields,
        attachments=tuple((a.name, str(blobs.path(a.sha256))) for a in document.attachments),
    )


async def compose_queued(desk: Desk, composer: "Composer", flow: Flow) -> Flow | None:
    """Make the file of a flow that was gathered; None where it does not leave now.

    Documents of which no file can be made come back in error (S1-061: before submission). What does not fit
    into one file, or is of another syntax, becomes flows of its own beside it. A flow that changed while its
    file was made is made again.
    """
    while True:
        current = desk.store.flows.get(flow.id)
        if current is None or current.stage is not FlowStage.QUEUED:
            return None
        if current.sha256:
            return current
        invoices = invoices_of(desk, flow.id)
        documents = [d for i in invoices if (d := desk.store.documents.get(i.document_id)) is not None]
        with tempfile.TemporaryDirectory(prefix="chorus-tui-") as folder:
            composed = await composer.compose(
                [item_of(desk, document) for document in documents], mode=current.mode, folder=Path(folder)
            )
            kept = [await _keep(desk, made) for made in composed.made]
        with desk.store.transaction():
            if desk.store.flows.get(flow.id) == current and invoices_of(desk, flow.id) == invoices:
                return _settle(desk, current, documents, composed, kept)


async def _keep(desk: Desk, made: "Made") -> tuple[str, int]:
    content = await asyncio.to_thread(Path(made.path).read_bytes)
    return await asyncio.to_thread(desk.store.blobs.put, content), len(content)


def _settle(
    desk: Desk,
    flow: Flow,
    documents: Sequence[Document],
    composed: "Composed",
    kept: Sequence[tuple[str, int]],
) -> Flow | None:
    by_key = {document.id: document for document in documents}
    faulty_keys = {faulty.key for faulty in composed.faulty}
    release(desk, flow, (i for i in invoices_of(desk, flow.id) if i.document_id in faulty_keys))
    before = {invoice.document_id: invoice.before for invoice in invoices_of(desk, flow.id)}
    for faulty in composed.faulty:
        document = by_key[faulty.key]
        failure = Failure(phase=Phase.BEFORE, message=faulty.sentence, at=desk.now())
        back = returned(desk, document, before[faulty.key])
        desk.store.documents.put(structs.replace(back, failure=failure))
        rouse(desk, f"document:{document.id}", "in error")
        note(desk, "refused", document.id, faulty.sentence)
    if not composed.made:
        told = {faulty.key: faulty.sentence for faulty in composed.faulty}
        refused = tuple(
            structs.replace(i, fate=Fate.REFUSED, messages=(told.get(i.document_id, ""),))
            for i in invoices_of(desk, flow.id)
        )
        empty = structs.replace(flow, stage=FlowStage.REFUSED, message=NO_FILE, not_before=None)
        put_flow(desk, empty, refused)
        return None
    first, *others = zip(composed.made, kept, strict=True)
    result = _made(desk, flow, first[0], first[1], by_key, before)
    for made, content in others:
        aside = new_flow(desk, flow.mode, flow.connection, flow.issuer_siret, flow.not_before)
        aside = structs.replace(aside, queued_by=flow.queued_by, emitted_at=flow.emitted_at, gathered=True)
        _made(desk, aside, made, content, by_key, before)
    if others:
        note(desk, "split", flow.id, f"{1 + len(others)}")
    return result


def _made(
    desk: Desk,
    flow: Flow,
    made: "Made",
    kept: tuple[str, int],
    documents: dict[str, Document],
    before: dict[str, str],
) -> Flow:
    invoices: list[FlowInvoice] = []
    for key, member in made.members:
        invoices.append(structs.replace(flow_invoice(documents[key], member), before=before[key]))
        current = desk.store.documents[key]
        if current.state is DocumentState.SUBMITTING and current.flow_id != flow.id:
            desk.store.documents.put(structs.replace(current, flow_id=flow.id))
    complete = structs.replace(
        flow,
        name=made.name,
        sha256=kept[0],
        size=kept[1],
        syntax=made.syntax,
        type=made.syntax.type,
    )
    result_flow = put_flow(desk, complete, tuple(invoices))
    claim(desk, result_flow)
    return result_flow
