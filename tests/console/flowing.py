"""Flows for tests of place 4, and somebody who looks at them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from chorus_tui.domain.document import Document
from chorus_tui.domain.fields import InvoiceFields, Source
from chorus_tui.domain.flow import (
    Channel,
    Fate,
    Flow,
    FlowContents,
    FlowInvoice,
    FlowMode,
    FlowPassage,
    FlowReport,
    FlowType,
    Syntax,
)
from chorus_tui.domain.flow_states import FlowStage, FlowState
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.operations.desk import Desk
from tests.console.billing import Clerk
from tests.console.operator import NOW, console, desk_in

CODES = {
    FlowState.AT_PORTAL: "IN_DEPOT_PORTAIL_EN_ATTENTE_TRAITEMENT_SE_CPP",
    FlowState.RECEIVED: "IN_RECU",
    FlowState.HANDLED: "IN_TRAITE_SE_CPP",
    FlowState.WAITING: "IN_EN_ATTENTE_TRAITEMENT_CPP",
    FlowState.IN_PROGRESS: "IN_EN_COURS_TRAITEMENT_CPP",
    FlowState.WAITING_REPROCESSING: "IN_EN_ATTENTE_RETRAITEMENT_CPP",
    FlowState.TO_RESTART: "IN_A_RELANCER",
    FlowState.INTERNAL_ERROR: "IN_ERREUR_INTERNE",
    FlowState.WARNING: "IN_INCIDENTE",
    FlowState.REJECTED: "IN_REJETE",
    FlowState.INTEGRATED: "IN_INTEGRE",
    FlowState.PARTLY_INTEGRATED: "IN_INTEGRE_PARTIEL",
    FlowState.NOT_ADMISSIBLE: "QP_IRRECEVABLE",
    FlowState.ADMISSIBLE: "QP_RECEVABLE",
    FlowState.ADMISSIBLE_WITH_ERRORS: "QP_RECEVABLE_AVEC_ERREUR",
    FlowState.OTHER: "IN_NOUVEAU",
}
"""As Chorus Pro tells each state (API 3.2); the last is one that nobody has written down."""

MIDI, NORD = ("00000000000017", "PAPETERIE DU MIDI"), ("11000201100044", "ATELIERS DU NORD")


def flow(place: int, state: FlowState | None = FlowState.INTEGRATED, **fields: Any) -> Flow:
    """A flow like any other, deposited so many hours ago; without a state: none was told yet."""
    at = NOW - timedelta(hours=place)
    told: dict[str, Any] = {
        "id": f"f{place}",
        "mode": FlowMode.API,
        "stage": FlowStage.DEPOSITED,
        "issuer_siret": MIDI[0],
        "issuer_name": MIDI[1],
        "number": f"CPP00111100000000000{place:05}",
        "name": f"lot-{place}.tar.gz",
        "size": 48_200,
        "syntax": Syntax.FACTUR_X,
        "type": FlowType.FACTUR_X,
        "interface": "FSO1117A",
        "count": 37,
        "amount": Decimal("14230.00"),
        "integrated": 37 if state is FlowState.INTEGRATED else 0,
        "emitted_at": at,
        "queued_by": "clerk@desk",
        "linked": True,
    }
    if state is not None:
        since = at + timedelta(minutes=5)
        told |= {"state": state, "state_code": CODES[state], "state_at": since}
        told["passages"] = (
            FlowPassage(FlowState.RECEIVED, CODES[FlowState.RECEIVED], at),
            FlowPassage(state, CODES[state], since),
        )
    return Flow(**{**told, **fields})


@asynccontextmanager
async def following(
    folder: Path, *flows: Flow, size: tuple[int, int] = (80, 24), **more: Any
) -> AsyncIterator[Clerk]:
    """The console over a store with these flows, opened at place 4."""
    desk = desk_in(folder, **more)
    desk.store.flows.put(*flows)
    async with console(desk, size=size, place="flows") as operator:
        yield Clerk(operator.app, operator.pilot)
    desk.store.close()


SERVICE_UNKNOWN = (
    "Le code service de la structure publique destinataire est inconnu ou inactif dans Chorus Pro"
)


def line(place: int, fate: Fate = Fate.INTEGRATED, **fields: Any) -> FlowInvoice:
    """An invoice of a flow."""
    told: dict[str, Any] = {
        "number": f"FA-{place:03}",
        "recipient_siret": "21310555400017",
        "recipient_name": "COMMUNE DE TOULOUSE",
        "amount": Decimal(100 * place) + Decimal("0.50"),
        "member": f"FA-{place:03}.pdf",
        "fate": fate,
        "invoice_id": place if fate is Fate.INTEGRATED else None,
        "messages": (SERVICE_UNKNOWN,) if fate is Fate.REFUSED else (),
    }
    return FlowInvoice(**{**told, **fields})


def document(place: int, **fields: Any) -> Document:
    """The document of such an invoice, which came back from its flow."""
    told: dict[str, Any] = {
        "id": f"d{place}",
        "path": f"/srv/out/FA-{place:03}.pdf",
        "name": f"FA-{place:03}.pdf",
        "sha256": f"{place:064}",
        "size": 40_000,
        "filed_at": NOW - timedelta(hours=2),
        "rule": "Invoices",
        "state": DocumentState.TO_SUBMIT,
        "channel": Channel.API,
        "readings": {Source.FACTUR_X: InvoiceFields(number=f"FA-{place:03}")},
    }
    return Document(**{**told, **fields})


def hold(desk: Desk, flow: Flow, *lines: FlowInvoice) -> None:
    """Put a flow with what it holds into the store."""
    desk.store.flows.put(flow)
    desk.store.contents.put(FlowContents(flow_id=flow.id, invoices=lines))


def report(flow: Flow, **fields: Any) -> FlowReport:
    """The report of a flow."""
    told: dict[str, Any] = {
        "flow_id": flow.id,
        "number": flow.number,
        "fetched_at": NOW,
        "state": flow.state,
        "state_code": flow.state_code,
        "state_at": flow.state_at,
        "deposited_at": flow.emitted_at,
        "file_name": f"FSO1117A_CPP001_{flow.number}.tar.gz",
    }
    return FlowReport(**{**told, **fields})
