"""Flows for tests of the stations: queued with files that are in order, without a composer at hand."""

from chorus_tui.domain.document import Document
from chorus_tui.domain.flow import Flow, FlowInvoice, FlowMode, Syntax
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.operations.depositing import Part, Plan, deposit
from chorus_tui.operations.gathering import amount_of, flow_invoice
from tests.flows import archive, cii, lot
from tests.house import House
from tests.sheets import Sheet

DEPOSIT, SEARCH, REPORT = "deposer/flux", "rechercher/fournisseur", "consulterCRDetaille"


def of_file(*numbers: str) -> tuple[FlowInvoice, ...]:
    """What is read of a file of such invoices."""
    sheets = [Sheet(number=number) for number in numbers]
    return tuple(
        FlowInvoice(
            number=sheet.number,
            supplier_siret=sheet.supplier.siret,
            recipient_siret=sheet.recipient.siret,
            issued=sheet.issued,
            amount=sheet.to_pay,
            member=f"cii_chorus_facture_{sheet.number}.xml",
        )
        for sheet in sheets
    )


def queue(
    house: House,
    invoices: tuple[FlowInvoice, ...],
    content: bytes,
    *,
    name: str = "lot.tar.gz",
    syntax: Syntax = Syntax.CII,
) -> str:
    """Queue a flow whose file is there; its id."""
    part = Part(
        syntax=syntax,
        name=name,
        sha256=house.store.blobs.put(content),
        size=len(content),
        invoices=invoices,
        amount=amount_of(invoices),
    )
    plan = Plan(mode=FlowMode.API, issuer_siret=Sheet().supplier.siret, parts=(part,))
    outcome = deposit(house.desk, plan)
    assert not outcome.refused, outcome.refused
    (key,) = outcome.done
    return key


def queue_file(house: House, *numbers: str) -> str:
    """Queue a flow of a file of CII invoices; its id."""
    return queue(house, of_file(*numbers), lot(*numbers))


async def queue_documents(
    house: House, *numbers: str, wrong: tuple[str, ...] = ()
) -> tuple[str, list[Document]]:
    """Queue a flow of documents, of which Chorus Pro will refuse some: its id, and they."""
    filed = [house.filed(number) for number in numbers]
    await house.settle()
    documents = [house.again_of(document, DocumentState.TO_SUBMIT) for document in filed]
    members = [(f"cii_chorus_facture_{n}.xml", cii(n, frame="A99" if n in wrong else "A1")) for n in numbers]
    invoices = tuple(
        flow_invoice(document, member) for document, (member, _) in zip(documents, members, strict=True)
    )
    return queue(house, invoices, archive(members)), documents


def flow_of(house: House, key: str) -> Flow:
    """The flow as it is now."""
    return house.store.flows[key]


def deposits(house: House) -> int:
    """How many deposits reached Chorus Pro, or were lost on the way there."""
    return house.sandbox.exchanges.calls(DEPOSIT)
