"""The form of a document that goes in a flow: an XML has no pages, and shows as one all the same."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from syrupy.assertion import SnapshotAssertion

from chorus_tui.domain.flow import Channel
from chorus_tui.domain.flow_states import FlowStage
from chorus_tui.domain.statuses import DocumentState
from tests import ubl as ubl_sheets
from tests.cii import with_lines
from tests.console.billing import clerk_of
from tests.house import House
from tests.sheets import Line, Sheet

API = {"glob": "*.xml", "channel": Channel.API}
SHEET = Sheet(
    number="FA-2026-0777",
    commitment="DHS-26-1",
    note="Livré le 3 octobre.",
    lines=(
        Line("Banc de chêne", Decimal(3), Decimal("415.00")),
        Line("Guide", Decimal(2), rate=Decimal("5.5")),
    ),
)


async def test_an_xml_is_read_beside_its_fields_and_corrected_and_sent_by_keys(tmp_path: Path) -> None:
    """S2-005, S2-017, S1-022: the same form as for a PDF."""
    async with House(tmp_path, rule=API) as house:
        house.drop(ubl_sheets.xml(SHEET), "a.xml")
        await house.settle()
        async with clerk_of(house) as clerk:
            await clerk.keys("enter")
            page = "\n".join(line[47:] for line in clerk.lines[3:])
            for shown in ("Invoice FA-2026-0777", "ATELIER BRUME SARL", "Commitment number"):
                assert shown in page
            await clerk.keys(*"FA77", "f9")
            await house.settle_all(turns=4)
        document = house.document("a.xml")
        assert document.state is DocumentState.SUBMITTED
        assert house.store.flows[document.flow_id].stage is FlowStage.DEPOSITED
        assert house.deposited("FA77") == 1


async def test_its_page_made_wide_has_its_columns(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with House(tmp_path, rule=API) as house:
        house.drop(with_lines(replace(SHEET, service_code="DIRINFRA")), "a.xml")
        await house.settle()
        async with clerk_of(house) as clerk:
            await clerk.keys("enter")
            assert clerk.body == snapshot(name="beside")
            await clerk.keys("f12")
            assert clerk.body == snapshot(name="wide")
