"""Plans and reports for tests of operations on flows, without making files for real."""

from datetime import timedelta

from chorus_tui.domain.document import Document
from chorus_tui.domain.flow import Flow, FlowMode, FlowReport, RefusedInvoice, Syntax, TechnicalError
from chorus_tui.domain.flow_states import FlowState
from chorus_tui.operations.depositing import Part, Plan, deposit
from chorus_tui.operations.flow_journal import begin, deposited
from chorus_tui.operations.flow_reports import take_report
from chorus_tui.operations.gathering import amount_of, flow_invoice
from tests.flows import lot
from tests.house import House
from tests.sheets import SUPPLIER

NUMBER = "CPP0011117000000000425903"
CODES = {
    FlowState.INTEGRATED: "IN_INTEGRE",
    FlowState.PARTLY_INTEGRATED: "IN_INTEGRE_PARTIEL",
    FlowState.REJECTED: "IN_REJETE",
    FlowState.WARNING: "IN_INCIDENTE",
    FlowState.INTERNAL_ERROR: "IN_ERREUR_INTERNE",
    FlowState.TO_RESTART: "IN_A_RELANCER",
    FlowState.WAITING_REPROCESSING: "IN_EN_ATTENTE_RETRAITEMENT_CPP",
    FlowState.IN_PROGRESS: "IN_EN_COURS_TRAITEMENT_CPP",
    FlowState.NOT_ADMISSIBLE: "QP_IRRECEVABLE",
}
SERVICE_UNKNOWN = (
    "Le code service de la structure publique destinataire est inconnu ou inactif dans Chorus Pro"
)


def planned(house: House, *documents: Document, mode: FlowMode = FlowMode.API, connection: str = "") -> Plan:
    """What a deposit of some documents would send."""
    invoices = tuple(
        flow_invoice(house.again_of(document), f"cii_chorus_facture_{n}.xml")
        for n, document in enumerate(documents)
    )
    content = lot(*(invoice.number for invoice in invoices))
    part = Part(
        syntax=Syntax.CII,
        name="lot.tar.gz",
        sha256=house.store.blobs.put(content),
        size=len(content),
        invoices=invoices,
        amount=amount_of(invoices),
    )
    return Plan(mode=mode, connection=connection, issuer_siret=SUPPLIER.siret, parts=(part,))


def queued(house: House, *documents: Document, mode: FlowMode = FlowMode.API) -> Flow:
    """A flow of some documents that waits to leave."""
    outcome = deposit(house.desk, planned(house, *documents, mode=mode))
    assert not outcome.refused, outcome.refused
    (key,) = outcome.done
    return house.store.flows[key]


def sent(house: House, *documents: Document, number: str = NUMBER) -> Flow:
    """A flow of some documents that Chorus Pro has."""
    flow = queued(house, *documents)
    begun = begin(house.desk, flow.id, flow.sha256)
    assert begun is not None
    return deposited(house.desk, begun, number, house.now)


def report(
    house: House,
    flow: Flow,
    state: FlowState,
    *refused: RefusedInvoice,
    technical: tuple[TechnicalError, ...] = (),
) -> FlowReport:
    """What Chorus Pro tells of it."""
    return FlowReport(
        flow_id=flow.id,
        number=flow.number,
        fetched_at=house.now,
        state=state,
        state_code=CODES[state],
        state_at=house.now,
        deposited_at=flow.emitted_at,
        file_name=flow.name,
        technical=technical,
        refused=refused,
    )


def told(
    house: House,
    flow: Flow,
    state: FlowState,
    *refused: str,
    words: str = SERVICE_UNKNOWN,
    technical: tuple[str, ...] = (),
) -> Flow:
    """Let Chorus Pro tell this of a flow, and against these numbers."""
    against = [RefusedInvoice(number=number, messages=(words,)) for number in refused]
    errors = tuple(TechnicalError(message, "ERR_XSD_001") for message in technical)
    house.turn(timedelta(minutes=1))
    return take_report(house.desk, flow.id, report(house, flow, state, *against, technical=errors))


def again(house: House, flow: Flow) -> Flow:
    """The flow as it is now."""
    return house.store.flows[flow.id]


def typed(house: House, document: Document, **changes: object) -> Document:
    """Put something right in a document."""
    from chorus_tui.operations import complete

    return complete(house.desk, document.id, changes)


def own(house: House) -> list[Flow]:
    """The flows that were queued here, oldest first; the sandbox's world has others."""
    return [flow for flow in house.store.flows.all() if flow.queued_by]
