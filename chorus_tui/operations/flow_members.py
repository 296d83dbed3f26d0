"""Refused invoices of a flow that was deposited from a file: each becomes a document, so that it can be put
right and sent again like any other.
"""

import asyncio
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import structs

from chorus_tui.domain.document import Document, Failure, Phase, document_id
from chorus_tui.domain.fields import InvoiceFields, Source
from chorus_tui.domain.flow import Channel, Fate, Flow, FlowContents, FlowInvoice
from chorus_tui.domain.flow_states import FlowStage, Resend
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.i18n import N_
from chorus_tui.intake import Reading, Unreadable, read_bytes
from chorus_tui.operations.desk import Desk, note
from chorus_tui.operations.documents import shown_path, stands
from chorus_tui.operations.gathering import CHANNEL_OF, invoices_of
from chorus_tui.operations.matching import fill
from chorus_tui.operations.snoozing import rouse
from chorus_tui.text import clean

if TYPE_CHECKING:
    from chorus_tui.composing import Composer
    from chorus_tui.intake import Reader

FOLDER = "flows"
"""In the exports folder: the files of refused invoices."""
RULE = N_("Flow")
"""What stands in the place of a filing rule."""

_UNSAFE = re.compile(r"[^\w.-]+")


def to_take_out(desk: Desk, flow: Flow) -> list[int]:
    """Places of the invoices of a flow that have to become documents: they came in a file, and came back.

    Where the flow was rejected as a whole, all of it goes again, so all of them; what was not processed at
    all goes again as the file that it came in.
    """
    if not flow.sha256 or flow.stage is not FlowStage.DEPOSITED or not flow.state.is_final:
        return []
    fates = {Resend.REFUSED_ONLY: (Fate.REFUSED,), Resend.EVERYTHING: (Fate.REFUSED, Fate.NOT_INTEGRATED)}
    wanted = fates.get(flow.resend, ())
    return [
        n
        for n, invoice in enumerate(invoices_of(desk, flow.id))
        if not invoice.document_id and not invoice.resent_in and invoice.fate in wanted
    ]


async def take_out_refused(desk: Desk, composer: "Composer", reader: "Reader", flow_id: str) -> int:
    """Make documents of the invoices that a flow of a file brought back; counts them. Each is made once.

    Raises:
        OSError: the exports folder cannot be written to.
    """
    flow = desk.store.flows.get(flow_id)
    places = to_take_out(desk, flow) if flow is not None else []
    if flow is None or not places:
        return 0
    folder = desk.settings.folders.exports / FOLDER / _safe(flow.number or flow.id)
    await asyncio.to_thread(lambda: folder.mkdir(parents=True, exist_ok=True))
    done = 0
    for place in places:
        invoice = invoices_of(desk, flow_id)[place]
        path = folder / _safe(Path(invoice.member or flow.name).name)
        document = await _document(desk, composer, reader, flow, invoice, path)
        done += document is not None and _keep(desk, flow_id, place, document)
    return done


def _safe(name: str) -> str:
    return _UNSAFE.sub("_", clean(name)).strip("._") or "invoice"


async def _document(
    desk: Desk, composer: "Composer", reader: "Reader", flow: Flow, invoice: FlowInvoice, path: Path
) -> Document | None:
    """A document of one member of a file; None where it cannot be taken out."""
    from chorus_tui.composing import Unusable

    blobs = desk.store.blobs
    with tempfile.TemporaryDirectory(prefix="chorus-tui-", dir=path.parent) as aside:
        try:
            made = await composer.take_out(blobs.path(flow.sha256), invoice.member, Path(aside) / path.name)
            content = await asyncio.to_thread(read_bytes, made)
        except (Unusable, Unreadable) as problem:
            note(desk, "not taken out", f"flow:{flow.id}", f"{invoice.number}: {problem}")
            return None
        made.replace(path)
    sha256 = await asyncio.to_thread(blobs.put, content)
    try:
        reading = await reader.read(path)
    except Unreadable:
        reading = None
    return _made(desk, flow, invoice, path, sha256, len(content), reading)


def _made(
    desk: Desk,
    flow: Flow,
    invoice: FlowInvoice,
    path: Path,
    sha256: str,
    size: int,
    reading: Reading | None,
) -> Document:
    shown = shown_path(path)
    # What was looked into when it was deposited holds wherever the file itself cannot be read here.
    known = InvoiceFields(
        number=invoice.number or None,
        issued=invoice.issued,
        supplier_siret=invoice.supplier_siret or None,
        recipient_siret=invoice.recipient_siret or None,
        recipient_name=invoice.recipient_name or None,
        to_pay=invoice.amount,
    )
    document = Document(
        id=document_id(sha256, shown),
        path=shown,
        name=path.name,
        sha256=sha256,
        size=size,
        filed_at=desk.now(),
        rule=RULE,
        state=DocumentState.TO_SUBMIT,
        supplier_siret=invoice.supplier_siret,
        pages=reading.pages if reading is not None else 0,
        readings={Source.PAGE: known, **(reading.readings if reading is not None else {})},
        notes=reading.notes if reading is not None else (),
        channel=CHANNEL_OF.get(flow.mode, Channel.API),
        connection=flow.connection,
        flow_id=flow.id,
    )
    return fill(desk, document)


def _keep(desk: Desk, flow_id: str, place: int, document: Document) -> bool:
    """Write a document down, once; in error where its invoice was refused (S2-073, S2-076)."""
    store = desk.store
    with store.transaction():
        invoices = list(invoices_of(desk, flow_id))
        invoice = invoices[place]
        if invoice.document_id:
            return False
        same = [d for d in store.documents.by("sha256", document.sha256) if stands(d)]
        if any(d.state is not DocumentState.TO_SUBMIT for d in same):
            return False  # It is on its way by another path, or arrived by it.
        kept = structs.replace(same[0], flow_id=flow_id) if same else document
        if invoice.fate is Fate.REFUSED:
            failure = Failure(
                phase=Phase.AFTER,
                message=invoice.said,
                at=desk.now(),
                fingerprint=kept.flow_fingerprint,
            )
            kept = structs.replace(kept, failure=failure, automatic=False)
        store.documents.put(kept)
        invoices[place] = structs.replace(invoice, document_id=kept.id, fingerprint=kept.flow_fingerprint)
        store.contents.put(FlowContents(flow_id=flow_id, invoices=tuple(invoices)))
        rouse(desk, f"document:{kept.id}", "in error")
        note(desk, "take out", kept.id, f"{kept.name} ← {flow_id}")
    return True
