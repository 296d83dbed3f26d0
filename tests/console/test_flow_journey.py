"""A flow of 37 invoices with 5 bad ones, by keys alone, until 37 are integrated and none twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import structs

from chorus_tui.domain.flow import Channel, Rejection
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.sandbox import World
from chorus_tui.settings import EdiConnection
from tests.console.billing import VALLEY, Clerk, clerk_of
from tests.flows import factur_x
from tests.house import House
from tests.sheets import SUPPLIER

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


@cache
def files() -> tuple[tuple[str, bytes], ...]:
    """Names and contents, drawn once for all tests."""
    good = [(number, factur_x(number)) for number in GOOD]
    bad = [(number, factur_x(number, recipient=VALLEY, service_code=CLOSING)) for number in BAD]
    return tuple((f"{number}.pdf", content) for number, content in (*good, *bad))


@asynccontextmanager
async def house_with_37(folder: Path, **more: Any) -> AsyncIterator[House]:
    """A house whose watched folder holds the invoices, filed and looked into."""
    world = World.load()
    async with House(folder, world=world, **more) as house:
        for name, content in files():
            house.drop(content, name)
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
        await shown(clerk, "37 invoices: ✗ 5 refused · ✓ 32 integrated", "not corrected")
        await clerk.press("e")
        await shown(clerk, "! Nothing was put right since it was refused", "o sends it all the same")
        await clerk.press("o")
        await clerk.type("opened again")
        await clerk.press("enter")
        await shown(clerk, "Unchanged, because: opened again", "✓ goes", "5 marked (4,080.00 €)")
        await clerk.press("o", "ctrl+u", "enter")
        await shown(clerk, "! Nothing was put right since it was refused")
        await clerk.press("escape", "escape")
        await put_right(clerk)
        await house.settle()
        house.turn(timedelta(minutes=10))
        await house.settle()
        await clerk.press("4")
        await shown(clerk, "✓5/5")
        integrated_once(house)


async def put_right(clerk: Clerk) -> None:
    """The five are red in place 1, one group by cause; its fix sends them again."""
    await clerk.press("1", "e")
    await shown(clerk, "5 of", "✗ Le code service")
    await clerk.press("b")
    await shown(clerk, "5 ✗ Service unknown or inactive")
    await clerk.press("x")
    await shown(clerk, "Fix: Service", OPEN)
    await clerk.press("enter")
    await shown(clerk, "5 documents")
    await clerk.press("y")
    await shown(clerk, "5 queued")


class Gate:
    """An EDI connection's folders, and the gateway of the simulated Chorus Pro behind them."""

    def __init__(self, home: Path, rejection: Rejection) -> None:
        drop, returns = home / "gate" / "out", home / "gate" / "in"
        for folder in (drop, returns):
            folder.mkdir(parents=True)
        self.connection = EdiConnection(
            name="gate",
            partner_code="ABC001",
            issuer=SUPPLIER.siret,
            drop=drop,
            returns=returns,
            rejection=rejection,
        )

    def open(self, house: House) -> None:
        """Put the gateway behind the folders."""
        connection = self.connection
        self.gateway = house.sandbox.gateway(
            drop=connection.drop,
            returns=connection.returns,
            partner_code=connection.partner_code,
            issuer=connection.issuer,
            rejection=connection.rejection.value,
        )

    async def exchange(self, house: House) -> None:
        """What is dropped is taken and told of, until all is told."""
        for _step in range(3):
            await house.settle()
            self.gateway.run_once()
            house.turn(timedelta(minutes=10))
            self.gateway.run_once()
        await house.settle()


@asynccontextmanager
async def edi_house(folder: Path, rejection: Rejection) -> AsyncIterator[tuple[House, Gate, Clerk]]:
    """A clerk at a house that sends its flows through a gateway."""
    gate = Gate(folder, rejection)
    told = {"rule": {"channel": Channel.EDI, "edi": "gate"}, "settings": {"edi": (gate.connection,)}}
    async with house_with_37(folder, **told) as house, clerk_of(house) as clerk:
        gate.open(house)
        yield house, gate, clerk


async def test_by_edi_with_partial_rejection_only_the_refused_ones_go_again(tmp_path: Path) -> None:
    """S2-006, S2-016, S2-043, S2-076: through the folders of a gateway."""
    async with edi_house(tmp_path, Rejection.PARTIAL) as (house, gate, clerk):
        await clerk.press("a", "s")
        await shown(clerk, "Type 37:")
        await clerk.press("3", "7", "enter")
        await shown(clerk, "37 queued")
        await gate.exchange(house)
        await clerk.press("4")
        await shown(clerk, "◑ Partially integrated", "✓32 ✗5/37", "Put the 5 refused ones right")
        await put_right(clerk)
        await gate.exchange(house)
        await clerk.press("4")
        await shown(clerk, "✓5/5")
        integrated_once(house)


async def test_by_edi_with_complete_rejection_the_entire_flow_goes_again(tmp_path: Path) -> None:
    """S2-075, S2-077: put right on the screen that sends it again, then all 37 in one flow; none twice."""
    async with edi_house(tmp_path, Rejection.COMPLETE) as (house, gate, clerk):
        await clerk.press("a", "s")
        await shown(clerk, "Type 37:")
        await clerk.press("3", "7", "enter")
        await shown(clerk, "37 queued")
        await gate.exchange(house)
        await clerk.press("4")
        await shown(clerk, "4 Flows 1", "✗ Rejected (business)", "none of them is integrated")
        await clerk.press("e")
        await shown(clerk, "! Nothing was put right since it was refused")
        await clerk.press("x")
        await shown(clerk, "Fix: Service · 5 documents", OPEN)
        await clerk.press("enter")
        await shown(clerk, "Change 5 documents? They are sent by the next step.")
        await clerk.press("y")
        await shown(clerk, "It was rejected as a whole: all of it goes again", "5 changed and not sent yet")
        await clerk.press("enter")
        await shown(clerk, "Send 37 invoices again (30,192.00 €, EDI)? Type 37:")
        await clerk.press("3", "7", "enter")
        await shown(clerk, "37 invoices are sent again")
        await gate.exchange(house)
        await shown(clerk, "✓37/37", "Nothing to do: it was sent again.")
        integrated_once(house)
        (again,) = [flow for flow in house.store.flows.all() if flow.resends]
        assert (again.count, again.integrated) == (37, 37)


async def test_by_edi_with_complete_rejection_what_is_left_goes_again(tmp_path: Path) -> None:
    """S2-075, S2-077: five were sent from place 1; the other 32 need no reason, and nothing is twice."""
    async with edi_house(tmp_path, Rejection.COMPLETE) as (house, gate, clerk):
        await clerk.press("a", "s")
        await shown(clerk, "Type 37:")
        await clerk.press("3", "7", "enter")
        await shown(clerk, "37 queued")
        await gate.exchange(house)
        await clerk.press("4")
        await shown(clerk, "✗ Rejected (business)", "none of them is integrated")
        await put_right(clerk)
        await gate.exchange(house)
        await clerk.press("4")
        await clerk.press("g", "down")
        await shown(clerk, "A part of it was sent again; 32 invoices still wait to go.")
        await clerk.press("e")
        await shown(clerk, "all of it goes again", "goes FA-0")
        await clerk.press("enter")
        await shown(clerk, "Send 32 invoices again (26,112.00 €, EDI)? Type 32:")
        await clerk.press("3", "2", "enter")
        await shown(clerk, "32 invoices")
        await gate.exchange(house)
        await shown(clerk, "✓32/32", "✓5/5", "Nothing to do: it was sent again.")
        integrated_once(house)


def integrated_once(house: House) -> None:
    """Each of the 37 is in the simulated Chorus Pro, and none of them twice; every document left place 1."""
    assert {number: house.deposited(number) for number in (*GOOD, *BAD)} == dict.fromkeys((*GOOD, *BAD), 1)
    assert {d.state for d in house.store.documents.all()} == {DocumentState.SUBMITTED}
