"""What the journeys of a flow have in common: 37 invoices, 5 of them for a service that closes on the way."""

from datetime import date, timedelta
from typing import Any

from msgspec import structs

from chorus_tui.domain.document import Document
from chorus_tui.domain.flow import Flow
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.sandbox import World
from tests.house import House
from tests.sheets import Party

VALLEY = Party("COMMUNAUTE DE COMMUNES DU VAL D'OREE", "12345678200028")
CLOSING, OPEN = "EAU_ASSAINISSEMENT", "SERVICE_DEST_SERV_OBL"
"""A service that the recipient closes while the invoices are on their way, and one that stays."""
GOOD = tuple(f"FA-{number:03}" for number in range(1, 33))
BAD = tuple(f"FA/{number:03}" for number in range(33, 38))
"""Their numbers have a slash, which no file name may have."""
DAY = timedelta(days=1)
MINUTES = timedelta(minutes=10)


def world_where_a_service_closes(on: date) -> World:
    """The world that ships; on a day one service of a recipient is closed, which no list here tells yet."""
    world = World.load()

    def changed(recipient: Any) -> Any:
        if recipient.siret != VALLEY.siret:
            return recipient
        services = (structs.replace(s, until=on) if s.code == CLOSING else s for s in recipient.services)
        return structs.replace(recipient, services=tuple(services))

    return structs.replace(world, recipients=tuple(map(changed, world.recipients)))


async def file_all(house: House, good: tuple[str, ...] = GOOD, bad: tuple[str, ...] = BAD) -> list[Document]:
    """Their documents, ready to be sent on the last day of the service."""
    documents = [house.filed(number) for number in good]
    documents += [
        house.filed(number, recipient=VALLEY, service_code=CLOSING, fields={"service_code": CLOSING})
        for number in bad
    ]
    await house.settle()
    return [house.again_of(document, DocumentState.TO_SUBMIT) for document in documents]


def own_flows(house: House) -> list[Flow]:
    """The flows that were sent from here, oldest first."""
    return [flow for flow in house.store.flows.all() if flow.queued_by]


def documents_of(house: House, numbers: tuple[str, ...]) -> list[Document]:
    """The documents of some numbers, as they are now."""
    by_number = {document.value_of("number"): document for document in house.store.documents.all()}
    return [by_number[number] for number in numbers]
