"""Invoices that came back, and what a simulated Chorus Pro made of the replies."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from chorus_tui.domain.document import Attachment
from chorus_tui.domain.intent import IntentState
from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.replies import Correction, PayingOut, Recycling, Reply, ReplyKind
from chorus_tui.domain.statuses import InvoiceStatus
from chorus_tui.operations import (
    complete_invoice,
    copy_attachment,
    correct_validator,
    last_reply,
    pay_out,
    recycle,
)
from tests.house import House

COMPLETE, RECYCLE = "factures/v1/completer", "factures/v1/recycler"
SETTLE, VALIDATOR = "factures/v1/traiterRejet", "corriger/valideur/facture"
UPLOAD, HISTORY, CONSULT = "ajouter/fichier", "consulter/historique", "consulter/fournisseur"

SUSPENDED, TO_RECYCLE, REJECTED = "P2026-0431", "EDI-26-77120", "P2026-0433"
"""Invoices of the world that came back; none of them was sent from here (S1-082)."""
SUBCONTRACTED = "ST-2026-011"
"""One that another structure has to approve first."""
NOTHING_MANDATORY = "12345678200051"
SERVICE_MANDATORY = "12345678200028"
COMMITMENT_MANDATORY = "12345678200036"
MAIN_CONTRACTOR = "81990222200010"


async def came_back(house: House, number: str, status: str, motive: str = "", **said: Any) -> Invoice:
    """An invoice sent from here that its recipient sent back."""
    await house.submitted(number, **said)
    house.sandbox.act(house.invoice(number).id, status, motive or f"motive of {number}")
    await house.settle()
    return house.invoice(number)


def file_of(house: House, name: str = "delivery.pdf", type_code: str = "BDL", size: int = 9) -> Attachment:
    """A file whose copy is kept, as a form would add it."""
    path: Path = house.home / name
    path.write_bytes(b"%PDF-1.7 " + name.encode().ljust(size, b"."))
    return copy_attachment(house.desk, path, type_code)


def replied(house: House, invoice: Invoice) -> Reply:
    """A good reply of the kind that an invoice's status allows."""
    replies: dict[InvoiceStatus, Callable[[], Reply]] = {
        InvoiceStatus.SUSPENDED: lambda: complete_invoice(
            house.desk, invoice.id, "as asked", [file_of(house), file_of(house, "quote.pdf", "DEV")]
        ),
        InvoiceStatus.TO_BE_RECYCLED: lambda: recycle(
            house.desk, invoice.id, Recycling(recipient_siret=NOTHING_MANDATORY, service_code="CANTINE")
        ),
        InvoiceStatus.REJECTED: lambda: pay_out(
            house.desk,
            invoice.id,
            PayingOut(
                credit_notes=(Correction(number=f"A-{invoice.number}"[:20]),),
                replacements=(Correction(number=f"N-{invoice.number}"[:20]),),
            ),
        ),
        InvoiceStatus.WRONG_VALIDATOR: lambda: correct_validator(house.desk, invoice.id, MAIN_CONTRACTOR),
    }
    return replies[invoice.status]()


def done(house: House, invoice: Invoice, kind: ReplyKind) -> int:
    """How often Chorus Pro did what a reply asks."""
    held = house.sandbox.invoices.get(invoice.id)
    assert held is not None
    if kind is ReplyKind.PAY_OUT:
        return sum(action.code == "TRAITEMENT_REJET" for action in held.actions or ())
    made = {
        ReplyKind.COMPLETE: "COMPLETEE",
        ReplyKind.RECYCLE: "DEPOSEE",
        ReplyKind.CORRECT_VALIDATOR: "A_VALIDER_1",
    }[kind]
    passages = [passage.status for passage in held.passages or ()]
    first = 0 if kind is ReplyKind.COMPLETE else 1  # of the deposit itself
    return passages.count(made) - first


def added(house: House, invoice: Invoice) -> int:
    """How many files completed an invoice."""
    held = house.sandbox.invoices.get(invoice.id)
    assert held is not None
    return len(held.added)


def state_of(house: House, invoice: Invoice) -> IntentState:
    """Where the last reply to an invoice is."""
    reply = last_reply(house.desk, invoice.id)
    assert reply is not None
    return reply.state


def sent(house: House, service: str) -> int:
    """How many calls of a service reached Chorus Pro."""
    return house.sandbox.exchanges.calls(service.removeprefix("factures/v1/"))
