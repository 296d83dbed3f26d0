"""A flow of 37 invoices with 5 bad ones, by keys alone, until 37 are integrated and none twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from msgspec import structs

from chorus_tui.domain.flow import Channel
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.sandbox import World
from tests.console.billing import VALLEY, Clerk, clerk_of
from tests.flows import factur_x
from tests.house import House

GOOD = tuple(f"FA-{number:03}" for number in range(1, 33))
BAD = tuple(f"FA-{number:03}" for number in range(33, 38))
CLOSING, OPEN = "SERVICE_DEST_SERV_OBL", "EAU_ASSAINISSEMENT"
"""A service that the recipient closes while the invoices are on their way, and one that stays."""


def close(world: World) -> None:
    """Close one service of a recipient in the simulated Chorus Pro; no list here tells of it yet."""
    recipient = world.recipient_by_siret[VALLEY.siret]
    services = tuple(structs.replace(s, active=s.active and s.code != CLOSING) for s in recipient.services)
    closed = structs.replace(recipient, services=services)
    world.recipient_by_siret[closed.siret] = world.recipient_by_id[closed.id] = closed


@asynccontextmanager
async def house_with_37(folder: Path, **more: Any) -> AsyncIterator[House]:
    """A house whose watched folder holds the invoices, filed and looked into."""
    world = World.load()
    async with House(folder, world=world, **more) as house:
        for number in GOOD:
            house.drop(factur_x(number), f"{number}.pdf")
        for number in BAD:
            house.drop(factur_x(number, recipient=VALLEY, service_code=CLOSING), f"{number}.pdf")
        await house.settle()
        close(world)
        yield house


async def shown(clerk: Clerk, *texts: str) -> None:
    """Wait until these stand on the screen; says what stands there instead."""
    try:
        async with asyncio.timeout(8):
            await clerk.until_sees(*texts)
    except TimeoutError:
        raise AssertionError(clerk.screen) from None


async def test_by_the_api_37_invoices_with_5_bad_ones_end_integrated_and_none_twice(tmp_path: Path) -> None:
    """S2-009, S2-030, S2-043, S2-072, S2-076, S2-077: dropped, deposited, reported, put right, sent again."""
    async with house_with_37(tmp_path, rule={"channel": Channel.API}) as house, clerk_of(house) as clerk:
        await shown(clerk, "1 To submit 37")
        await clerk.press("a", "s")
        await shown(clerk, "Type 37:")
        await clerk.press("3", "7", "enter")
        await shown(clerk, "37 queued")
        await house.settle()
        await clerk.press("4")
        await shown(clerk, "Queued before the exchange system")
        house.turn(timedelta(minutes=10))
        await house.settle()
        await shown(clerk, "4 Flows 1", "◑ Partially integrated", "✓32 ✗5/37", "Put the 5 refused ones right")
        # What was refused and why, in its report and on the flow; nothing goes again before it is put right.
        await clerk.press("c", "n")
        await shown(clerk, "1/5 FA-03", "“Le code service de la structure publique destinataire est inconnu")
        await clerk.press("escape", "enter")
        await shown(clerk, "37 invoices: ✗ 5 Refused · ✓ 32 Integrated", "not corrected")
        await clerk.press("e")
        await shown(clerk, "! Nothing was put right since it was refused", "O sends it all the same")
        await clerk.press("escape", "escape")
        # The same five are red in place 1, one group by cause; its fix sends them again.
        await clerk.press("1")
        await shown(clerk, "1 To submit 5", "✗ Le code service")
        await clerk.press("b")
        await shown(clerk, "5 ✗ Service unknown or inactive")
        await clerk.press("x")
        await shown(clerk, "Fix: Service", OPEN)
        await clerk.press("enter")
        await shown(clerk, "5 documents")
        await clerk.press("y")
        await shown(clerk, "5 queued")
        await house.settle()
        house.turn(timedelta(minutes=10))
        await house.settle()
        await clerk.press("4")
        await shown(clerk, "✓5/5")
        integrated_once(house)


def integrated_once(house: House) -> None:
    """Each of the 37 is in the simulated Chorus Pro, and none of them twice; every document left place 1."""
    assert {number: house.deposited(number) for number in (*GOOD, *BAD)} == dict.fromkeys((*GOOD, *BAD), 1)
    assert {d.state for d in house.store.documents.all()} == {DocumentState.SUBMITTED}
