"""Depositing in flows by keys: from documents of place 1 and from a file at place 4, by each way."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs
from syrupy.assertion import SnapshotAssertion

from chorus_tui.domain.flow import Channel, Flow, FlowMode, Rejection, Syntax
from chorus_tui.domain.flow_states import FlowStage
from chorus_tui.domain.records import Link, SyncState, Trouble
from chorus_tui.operations import complete
from chorus_tui.settings import EdiConnection
from chorus_tui.ui.screens.deposit import Deposit
from chorus_tui.ui.screens.form import InvoiceForm
from chorus_tui.ui.screens.portal_pack import PortalPack
from chorus_tui.ui.widgets.form_pane import FieldsPane
from tests.console.billing import VALLEY, Clerk, clerk_of, ready
from tests.flows import cii, factur_x, lot
from tests.house import House
from tests.sheets import SUPPLIER, Party

OTHER = Party("CARRIERES DU VAL SAS", "55566677700011")
"""A structure that is no supplier of the account: the issuer of EDI flows."""


def gateway(folder: Path, **more: Any) -> EdiConnection:
    """An EDI connection whose form names the other structure."""
    drop, returns = folder / "edi-out", folder / "edi-in"
    drop.mkdir(parents=True, exist_ok=True)
    returns.mkdir(exist_ok=True)
    said = {"partner_code": "ABC001", "issuer": OTHER.siret, "drop": drop, "returns": returns, **more}
    return EdiConnection(name="Main", **said)


def deposit_of(clerk: Clerk) -> Deposit:
    """The screen, as long as it is shown."""
    screen = clerk.app.screen
    assert isinstance(screen, Deposit)
    return screen


def flows_of(house: House) -> list[Flow]:
    """What was queued or handed over here."""
    return [flow for flow in house.store.flows.all() if flow.queued_by]


@asynccontextmanager
async def depositing(house: House, **more: Any) -> AsyncIterator[Clerk]:
    """The screen of a deposit of everything that waits."""
    async with clerk_of(house, **more) as clerk:
        await clerk.keys("a", "f")
        yield clerk


async def test_by_the_api_from_place_1(tmp_path: Path) -> None:
    """S2-005, S2-009, S2-017: way, issuer, syntax, invoices, amount and size show before one key sends."""
    async with House(tmp_path, settings={"hold": 5.0}) as house:
        await ready(house, "FA-1", "FA-2", "FA-3")
        async with depositing(house) as clerk:
            assert clerk.sees("Deposit in a flow: 3 documents", "Way", "Issuer of the flow")
            assert clerk.sees(f"• API {SUPPLIER.name} {SUPPLIER.siret}")
            assert clerk.sees("1 flow · 3 invoices · 2,448.00 €", "3 invoices · Factur-X · E2 Factur-X")
            assert clerk.sees("FA-1, FA-2, FA-3", "KB")
            assert flows_of(house) == [], "looking queues nothing"
            await clerk.keys("s")
            assert clerk.sees("1 flow queued; it leaves in 5 s, u takes it back", "Documents to be submitted")
            [flow] = flows_of(house)
            assert (flow.mode, flow.stage, flow.issuer_siret) == (
                FlowMode.API,
                FlowStage.QUEUED,
                SUPPLIER.siret,
            )
            await clerk.keys("u")
            assert flows_of(house)[0].stage is FlowStage.WITHDRAWN
            await clerk.keys("f", "s")
            house.turn(timedelta(seconds=6))
            await house.settle()
        assert sum(call.endswith("deposer/flux") for call in house.wire.calls) == 1
        assert flows_of(house)[1].number


async def test_several_structures_go_in_one_flow_without_more_ado(tmp_path: Path) -> None:
    """S2-007, S2-010: by the API and by EDI; each row of the flow names its invoices."""
    async with House(tmp_path, settings={"edi": (gateway(tmp_path),)}) as house:
        await ready(house, "FA-1")
        other = await house.ready("FA-2")
        complete(house.desk, other.id, {"supplier_siret": "83990121200028"})
        assert house.again_of(other).fields.supplier_siret == "83990121200028"
        async with depositing(house) as clerk:
            assert clerk.sees("• API", "1 flow · 2 invoices")
            await clerk.keys("m")
            assert clerk.sees(f"• EDI Main (ABC001) Partial rejection · {OTHER.siret}", "1 flow · 2 invoices")
            await clerk.keys("s")
        [flow] = flows_of(house)
        suppliers = {i.supplier_siret for i in house.store.contents[flow.id].invoices}
        assert suppliers == {SUPPLIER.siret, "83990121200028"}
        assert (flow.issuer_siret, flow.partner_code) == (OTHER.siret, "ABC001")


async def test_edi_says_partner_code_issuer_and_rejection(tmp_path: Path) -> None:
    """S2-005, S2-006, S2-016: the issuer is the structure of the connection form, and cannot be chosen."""
    complete_ = gateway(tmp_path, rejection=Rejection.COMPLETE)
    async with House(tmp_path, settings={"edi": (complete_,)}) as house:
        await ready(house, "FA-1")
        async with depositing(house) as clerk:
            await clerk.keys("right")
            assert clerk.sees("• EDI Main (ABC001)", OTHER.siret, "Complete rejection")
            assert "i Issuer" not in clerk.lines[-1]
            await clerk.keys("i")
            assert clerk.sees("The issuer of an EDI flow is the structure of the connection form")
            await clerk.keys("f9")
            assert clerk.sees("1 flow queued")
        await house.settle()
        [flow] = flows_of(house)
        assert flow.stage is FlowStage.DROPPED
        [dropped] = (tmp_path / "edi-out").glob("FSO1117A_ABC001_*.tar.gz")
        assert flow.number in dropped.name


async def test_the_rule_of_the_documents_chooses_the_way(tmp_path: Path) -> None:
    """S2-005: what a filing rule says stands there first."""
    rule = {"channel": Channel.EDI, "edi": "Main"}
    async with House(tmp_path, rule=rule, settings={"edi": (gateway(tmp_path),)}) as house:
        house.drop(factur_x("FA-1"), "FA-1.pdf")
        await house.settle()
        async with depositing(house) as clerk:
            assert clerk.sees("• EDI Main (ABC001)")


async def test_what_is_not_set_up_says_why(tmp_path: Path) -> None:
    """S2-008, S2-006: no technical account and no connection: both say what is missing, the pack goes."""
    house = House(tmp_path)
    without = structs.replace(house.settings.connection.credentials, login="", password="")
    house.settings = structs.replace(
        house.settings, connection=structs.replace(house.settings.connection, credentials=without)
    )
    async with house:
        house.filed("FA-1")
        async with depositing(house) as clerk:
            assert clerk.sees(
                "• Pack for the portal", "The technical account is not set", "No EDI connection"
            )
            await clerk.keys("m")
            assert clerk.sees("Nothing can go this way.")
            await clerk.keys("s")
            assert "technical account" in clerk.status or "EDI connection" in clerk.status
            assert flows_of(house) == []


async def test_the_portal_is_suggested_when_the_api_is_down(tmp_path: Path) -> None:
    """S1-083, S2-011: the pack comes first, and says why."""
    async with House(tmp_path) as house:
        await ready(house, "FA-1")
        trouble = Trouble(Link.API, "down", "wait", house.now)
        house.store.state.put(SyncState(trouble=trouble))
        async with depositing(house) as clerk:
            assert clerk.sees("• Pack for the portal", "suggested, the API is down")


async def test_what_cannot_go_says_why_and_leads_to_its_form(tmp_path: Path) -> None:
    """S2-077, S2-040: the others go without it; once it is put right, it goes with them."""
    async with House(tmp_path) as house:
        await ready(house, "FA-1")
        bad = await house.ready("FA-2", recipient=VALLEY)
        async with depositing(house) as clerk:
            assert clerk.sees("1 flow · 1 invoice", "1 cannot go")
            await clerk.press("G")
            assert clerk.sees("✗ FA-2.pdf", "service", "enter opens its form")
            await clerk.press("enter")
            assert isinstance(clerk.app.screen, InvoiceForm)
            complete(house.desk, bad.id, {"service_code": "EAU_ASSAINISSEMENT"})
            await clerk.press("escape")
            await clerk.answered()
            assert clerk.sees("1 flow · 2 invoices")
            assert not clerk.sees("cannot go")


async def test_a_flow_lists_its_invoices(tmp_path: Path) -> None:
    """S2-072: enter on a flow shows each invoice that it will hold."""
    async with House(tmp_path) as house:
        await ready(house, "FA-1", "FA-2")
        async with depositing(house) as clerk:
            await clerk.keys("enter")
            assert clerk.sees("Flow 1: 2 invoices", "FA-1", "FA-2", "816.00")
            await clerk.keys("escape")
            assert clerk.sees("1 flow · 2 invoices")


async def test_several_flows_say_why_they_are_several(tmp_path: Path) -> None:
    """S2-005: a PDF goes as Factur-X and an XML as it came: one flow for each syntax."""
    async with House(tmp_path, rule={"glob": "*", "channel": Channel.API}) as house:
        house.drop(factur_x("FA-1"), "FA-1.pdf")
        house.drop(cii("FA-2"), "FA-2.xml")
        await house.settle()
        async with depositing(house) as clerk:
            assert clerk.sees("2 flows · 2 invoices", "one for each syntax", "Flow 1", "Flow 2", "CII D16B")
            await clerk.keys("s")
        assert {flow.syntax for flow in flows_of(house)} == {Syntax.FACTUR_X, Syntax.CII}


async def test_a_pack_is_written_and_its_number_typed_back(tmp_path: Path) -> None:
    """S2-011, S2-018: the issuer is chosen; file and checklist have a place; the number makes it a flow."""
    async with House(tmp_path) as house:
        await ready(house, "FA-1", "FA-2")
        async with depositing(house) as clerk:
            await clerk.keys("m")
            assert clerk.sees(f"• Pack for the portal {SUPPLIER.name}", "i Issuer")
            await clerk.press("i")
            assert clerk.sees("Issuer:")
            await clerk.press("right", "enter")
            await clerk.answered()
            plan = deposit_of(clerk).plan
            assert plan is not None
            chosen = plan.issuer_siret
            assert chosen != SUPPLIER.siret
            await clerk.keys("s")
            assert isinstance(clerk.app.screen, PortalPack)
            assert clerk.sees("1 pack for the portal · 1 number still to be typed", "The pack is in")
            assert clerk.sees("DEPOSIT ON THE PORTAL OF CHORUS PRO", chosen)
            [flow] = flows_of(house)
            assert (flow.stage, flow.issuer_siret) == (FlowStage.HANDED_OVER, chosen)
            [folder] = house.settings.folders.exports.iterdir()
            assert {file.name for file in folder.iterdir()} == {flow.name, "CHECKLIST.txt"}
            await clerk.press("n", *"12", "enter")
            assert clerk.sees("A flow number is wanted", "12"), "asked again, with what was typed"
            await clerk.press("ctrl+u")
            await clerk.type("CPP0011110000000000001557")
            await clerk.keys("enter")
            assert clerk.sees("CPP0011110000000000001557: place 4 follows it")
            assert flows_of(house)[0].stage is FlowStage.DEPOSITED
            await clerk.keys("n")
            assert clerk.sees("Its number is known: CPP0011110000000000001557.")
            await clerk.keys("escape")
            assert clerk.sees("Documents to be submitted")


async def test_what_was_chosen_stands_there_after_escape(tmp_path: Path) -> None:
    """S2-018: nothing that was chosen is lost by leaving, nothing is sent, and marks stay."""
    async with House(tmp_path) as house:
        await ready(house, "FA-1", "FA-2")
        async with depositing(house) as clerk:
            await clerk.keys("m")
            await clerk.press("i")
            await clerk.press("right", "enter")
            await clerk.answered()
            issuer = deposit_of(clerk).issuer
            await clerk.keys("escape")
            assert clerk.sees("2 marked")
            assert flows_of(house) == []
            await clerk.keys("f")
            assert clerk.sees("• Pack for the portal", issuer)
            await clerk.keys("escape", "A", "f")
            assert clerk.sees("Deposit in a flow: 1 document", "• API"), "other documents, other choices"


async def test_very_many_ask_for_their_number(tmp_path: Path) -> None:
    """S2-005: as mass sends do."""
    async with House(tmp_path) as house:
        for number in range(20):
            house.filed(f"FA-{number:02}")
        await house.settle()
        async with depositing(house) as clerk:
            await clerk.press("s")
            assert clerk.sees("Deposit 20 invoices in 1 flow (16,320.00 €): API? Type 20:")
            await clerk.press("1", "enter")
            await clerk.answered()
            assert flows_of(house) == []
            await clerk.press("s", "2", "0", "enter")
            await clerk.answered()
            assert [flow.count for flow in flows_of(house)] == [20]


async def test_the_files_are_made_beside_the_screen(tmp_path: Path) -> None:
    """S2-005: before they are made, every key is answered and none sends."""
    async with House(tmp_path) as house:
        await ready(house, "FA-1")
        lookups, house.lookups = house.lookups, None  # type: ignore[assignment]  # as a console begins
        async with depositing(house) as clerk:
            assert clerk.sees("The files are made once the console has started")
            await clerk.keys("s")
            assert flows_of(house) == []
            clerk.app.lookups = lookups
            deposit_of(clerk).connected()
            assert clerk.sees("Deposit in a flow: 1 document")
            await clerk.answered()
            assert clerk.sees("1 flow · 1 invoice")


async def test_ways_can_be_turned_and_left_while_files_are_made(tmp_path: Path) -> None:
    """S2-005, S2-011: what is shown is always of the way that is taken."""
    async with House(tmp_path) as house:
        await ready(house, "FA-1", "FA-2")
        async with clerk_of(house) as clerk:
            await clerk.press("a", "f", "m", "m", "m", "m")
            await clerk.press("escape", "f")
            await clerk.answered()
            plan = deposit_of(clerk).plan
            assert plan is not None
            assert (plan.mode, plan.count) == (FlowMode.PORTAL, 2)
            assert [part.syntax for part in plan.parts] == [Syntax.CII_MIN]
            assert clerk.sees("• Pack for the portal", "1 flow · 2 invoices", "PDF with minimal CII")


async def test_a_file_of_place_4_is_looked_into_and_deposited(tmp_path: Path) -> None:
    """S2-005, S2-009, S2-011: picked by keys; what it holds is shown; it goes as it is."""
    async with House(tmp_path) as house:
        folder = tmp_path / "lots"
        folder.mkdir()
        (folder / "lot.tar.gz").write_bytes(lot("L-1", "L-2"))
        (folder / "notes.txt").write_text("no flow")
        async with clerk_of(house) as clerk:
            await clerk.keys("4", "f")
            assert clerk.sees("Deposit a file:")
            picker: Any = clerk.app.screen
            picker.on_fields_pane_typed(FieldsPane.Typed("paste", f"{folder}/"))
            await clerk.answered()
            await clerk.keys("n", "enter")
            assert clerk.sees("notes.txt is no XML, no PDF and no archive")
            await clerk.keys("backspace", "l", "enter")
            assert clerk.sees("Deposit in a flow: lot.tar.gz", "1 flow · 2 invoices")
            await clerk.keys("s")
            assert clerk.sees("1 flow queued; place 4 follows it", "lot.tar.gz")
        await house.settle()
        assert house.sandbox.flows.by_number(flows_of(house)[0].number) is not None


async def test_a_file_that_cannot_go_says_why(tmp_path: Path) -> None:
    """S2-039: what its schema refuses is told before anything leaves."""
    async with House(tmp_path) as house:
        broken = tmp_path / "broken.xml"
        broken.write_bytes(cii("FA-1").replace(b"<ram:TypeCode>380</ram:TypeCode>", b"<ram:Nonsense/>"))
        async with clerk_of(house) as clerk:
            clerk.app.push_screen(Deposit(path=broken))
            await clerk.answered()
            assert clerk.sees("Nothing can go")
            assert clerk.sees("✗ broken.xml")
            await clerk.keys("s")
            assert clerk.sees("Nothing of it can go")
            assert flows_of(house) == []


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_deposit_looks_like_this(
    tmp_path: Path, snapshot: SnapshotAssertion, size: tuple[int, int]
) -> None:
    """S2-016…018: ways, issuers, flows and what cannot go, at both sizes."""
    async with House(tmp_path, settings={"edi": (gateway(tmp_path),)}) as house:
        await ready(house, "FA-1", "FA-2")
        await house.ready("FA-3", recipient=VALLEY)
        async with depositing(house, size=size) as clerk:
            await clerk.press("G")
            if size[0] >= 120:
                await clerk.at_rest()
            assert clerk.body == snapshot
