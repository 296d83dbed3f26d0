"""Files of EDI gateways that could not be used: told at Home and on health, listed, seen to."""

from pathlib import Path

from msgspec import structs

from chorus_tui.domain.flow import FlowMode
from chorus_tui.domain.flow_states import FlowStage
from chorus_tui.domain.gateway_records import ReturnedFile
from chorus_tui.operations import edi
from chorus_tui.operations.desk import Desk
from chorus_tui.settings import EdiConnection
from tests.console.flowing import MIDI, flow
from tests.console.operator import NOW, console, desk_in

REASON = "The XML is damaged or incomplete."


def desk_with_a_gateway(home: Path) -> Desk:
    desk = desk_in(home)
    gate = EdiConnection(
        name="gate", partner_code="ABC001", issuer=MIDI[0], drop=home / "out", returns=home / "in"
    )
    desk.store.flows.put(flow(1))
    settings = structs.replace(desk.settings, edi=(gate,))
    return Desk(desk.store, settings, desk.now, desk.who)


def half(place: int = 1) -> ReturnedFile:
    return ReturnedFile(id=f"r{place}", name=f"half-{place}.xml", connection="gate", at=NOW, reason=REASON)


async def test_a_file_that_was_set_aside_is_told_at_home_and_listed_with_its_reason(tmp_path: Path) -> None:
    desk = desk_with_a_gateway(tmp_path)
    async with console(desk, place="flows") as operator:
        assert not operator.sees("set aside")
        await operator.press("i")
        assert operator.sees("No file of an EDI gateway is set aside.")
        desk.store.returned.put(half(1), half(2))
        await operator.until_sees("2 files set aside: i")
        await operator.press("i")
        assert operator.sees("Flows › Files set aside", "half-1.xml", f"✗ {REASON}")
        assert "in/set-aside" in "".join(operator.screen.split())  # where a long folder breaks is no matter
        await operator.press("d")
        assert len(edi.set_aside(desk)) == 1
        assert operator.sees("1 file seen to; it stays where it lies.")
        await operator.press("escape")
        await operator.until_sees("1 file set aside: i")


async def test_health_names_the_gateways_and_what_was_set_aside(tmp_path: Path) -> None:
    """S2-006: the partner code of each connection is on the screen."""
    desk = desk_with_a_gateway(tmp_path)
    desk.store.returned.put(half())
    async with console(desk, place="health", size=(120, 40)) as operator:
        assert operator.sees("EDI connections gate (ABC001)", "Set aside ! gate · half-1.xml")


async def test_a_flow_that_no_gateway_acknowledges_says_whom_to_ask(tmp_path: Path) -> None:
    """S2-005: a flow by EDI is nothing that the support of Chorus Pro knows before the gateway took it."""
    desk = desk_with_a_gateway(tmp_path)
    desk.store.flows.put(flow(72, None, stage=FlowStage.DROPPED, mode=FlowMode.EDI, connection="gate"))
    desk.store.flows.remove("f1")
    async with console(desk, place="flows") as operator:
        assert operator.sees("With the EDI gateway", "it is stuck", "Ask whoever runs the EDI gateway")
        assert operator.sees("N says that it was not taken")
        assert not operator.sees("support of Chorus Pro")
