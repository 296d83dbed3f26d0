"""Packs for the portal, numbers that are typed, flows of other tools."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import structs

from chorus_tui.domain.flow import Channel, Flow, FlowMode, FlowReport, FlowType, Syntax
from chorus_tui.domain.flow_states import FlowStage, FlowState
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.operations import Refusal, submit, undo
from chorus_tui.operations.flow_discovery import discover
from chorus_tui.operations.flow_journal import begin, unsure
from chorus_tui.operations.flow_listing import flows
from chorus_tui.operations.flow_reports import take_report
from chorus_tui.operations.packs import follow, make_pack, typed_number
from chorus_tui.operations.withdrawing import withdraw_flows
from chorus_tui.settings import Connection, Structure
from tests.house import House
from tests.sync.edi_office import ISSUER, OTHERS, XML, Office
from tests.sync.flow_house import queue_documents

NUMBER = "CPP0011106000000000425903"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path)
    yield office
    office.close()


def pack_of(office: Office, *numbers: str, issuer: str = OTHERS[0]) -> Flow:
    return office.queue(*numbers, mode=FlowMode.PORTAL, issuer=issuer)


def handed_over(office: Office, *numbers: str) -> Flow:
    return make_pack(office.desk, pack_of(office, *numbers).id, office.home / "exports").flow


def qualify(office: Office, environment: str) -> None:
    office.settings = structs.replace(office.settings, connection=Connection(environment=environment))
    office.again()


# Packs


def test_a_pack_holds_the_file_and_a_checklist_that_names_structure_and_syntax(office: Office) -> None:
    """S2-011, S2-018: what an agent deposits, and the structure to choose, which is the issuer."""
    qualify(office, "production")
    pack = make_pack(office.desk, pack_of(office).id, office.home / "exports")
    assert pack.file.read_bytes() == XML
    assert (pack.flow.stage, pack.flow.issuer_siret) == (FlowStage.HANDED_OVER, OTHERS[0])
    words = pack.checklist.read_text(encoding="utf-8")
    for told in (
        "https://portail.chorus-pro.gouv.fr",
        f"Structure to choose: {OTHERS[0]}",
        "File: 1.xml",
        "CII D16B (IN_DP_E1_CII_16B)",
        '"Connections", application "Flow monitoring"',
        f"flows number {pack.flow.id[:8]} NUMBER",
        "12.50  Ville",
    ):
        assert told in " ".join(words.split("\n       ")), told
    assert max(map(len, words.splitlines())) <= 96


def test_the_checklist_speaks_the_operators_language_and_of_the_right_platform(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    qualify(office, "sandbox")
    monkeypatch.setenv("LANG", "fr_FR.UTF-8")
    pack = make_pack(office.desk, pack_of(office).id, office.home / "exports")
    words = pack.checklist.read_text(encoding="utf-8")
    assert "12,50  Ville" in words
    assert "portail.chorus-pro.gouv.fr" not in words


def test_a_pack_that_was_lost_is_made_again_with_the_same_content(office: Office) -> None:
    flow = handed_over(office, "F-1", "F-2")
    again = make_pack(office.desk, flow.id, office.home / "exports")
    assert again.flow == flow
    assert sorted(path.name for path in again.folder.iterdir()) == ["2.tar.gz", "CHECKLIST.txt"]
    assert [path.name for path in (office.home / "exports").iterdir()] == [f"flow-{flow.id[:8]}"]


def test_no_pack_is_made_of_what_leaves_by_itself_or_was_deposited(office: Office) -> None:
    edi = office.queue("F-9")
    with pytest.raises(Refusal, match="does not go by the portal"):
        make_pack(office.desk, edi.id, office.home)
    flow = typed_number(office.desk, handed_over(office).id, NUMBER)
    with pytest.raises(Refusal, match="no pack that waits to be deposited: Deposited"):
        make_pack(office.desk, flow.id, office.home)
    with pytest.raises(Refusal, match="no such flow"):
        make_pack(office.desk, "nothing", office.home)


def test_a_pack_that_cannot_be_written_changes_nothing(office: Office) -> None:
    flow = pack_of(office)
    (office.home / "file").write_text("in the way")
    with pytest.raises(OSError, match="file"):
        make_pack(office.desk, flow.id, office.home / "file")
    assert office.store.flows[flow.id] == flow


def test_the_name_of_a_flow_leads_out_of_no_folder(office: Office) -> None:
    flow = structs.replace(pack_of(office), name="../../outside.xml")
    office.store.flows.put(flow)
    pack = make_pack(office.desk, flow.id, office.home / "exports")
    assert pack.file.parent == pack.folder
    assert pack.folder.parent == office.home / "exports"


def test_a_pack_can_be_taken_back_and_withdrawn(office: Office) -> None:
    flow = handed_over(office)
    undone = undo(office.desk)
    assert undone is not None
    assert undone.done == (flow.id,)
    assert office.store.flows[flow.id].stage is FlowStage.QUEUED
    again = make_pack(office.desk, flow.id, office.home / "exports").flow
    assert withdraw_flows(office.desk, [again.id]).done == (flow.id,)
    assert pack_of(office, "F-1").stage is FlowStage.QUEUED  # Its number is free again.


# Numbers


@pytest.mark.parametrize(
    "typed", [NUMBER, f" n° {NUMBER.lower()} \n", "CPP001 1106 000000000425903", f"FSO1106A_CPP001_{NUMBER}"]
)
def test_a_number_is_taken_with_whatever_is_pasted_around_it(office: Office, typed: str) -> None:
    flow = typed_number(office.desk, handed_over(office).id, typed)
    assert (flow.stage, flow.number) == (FlowStage.DEPOSITED, NUMBER)
    assert flow.emitted_at == office.clock.now()


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "three letters and 22 digits"),
        ("CPP001", "three letters and 22 digits"),
        (NUMBER[:-1], "three letters and 22 digits"),
        (f"{NUMBER} {NUMBER[:-1]}4", "Several flow numbers"),
    ],
)
def test_what_is_no_flow_number_is_refused(office: Office, typed: str, why: str) -> None:
    flow = handed_over(office)
    with pytest.raises(Refusal, match=why):
        typed_number(office.desk, flow.id, typed)
    with pytest.raises(Refusal, match=why):
        follow(office.desk, typed, ISSUER)
    assert office.store.flows[flow.id] == flow


def test_a_number_that_another_flow_has_is_refused(office: Office) -> None:
    typed_number(office.desk, handed_over(office, "F-1").id, NUMBER)
    other = handed_over(office, "F-2")
    with pytest.raises(Refusal, match=r"the number of another flow: 1\.xml"):
        typed_number(office.desk, other.id, NUMBER)
    with pytest.raises(Refusal, match="the number of another flow"):
        follow(office.desk, NUMBER, ISSUER)
    assert office.store.flows[other.id].number == ""


def test_a_flow_that_has_its_number_gets_no_other(office: Office) -> None:
    flow = typed_number(office.desk, handed_over(office).id, NUMBER)
    with pytest.raises(Refusal, match="waits for no number: Deposited"):
        typed_number(office.desk, flow.id, NUMBER[:-1] + "4")


def test_a_number_that_was_only_known_by_its_invoices_or_followed_becomes_the_packs(office: Office) -> None:
    followed = follow(office.desk, NUMBER, ISSUER)
    flow = typed_number(office.desk, handed_over(office).id, NUMBER)
    assert followed.id not in office.store.flows
    assert [f.id for f in office.store.flows.by("number", NUMBER)] == [flow.id]
    assert discover(office.desk, []) == 0


def test_a_wrong_number_is_taken_back_while_nothing_was_told(office: Office) -> None:
    before = handed_over(office)
    typed_number(office.desk, before.id, NUMBER)
    undone = undo(office.desk)
    assert undone is not None
    assert undone.done == (before.id,)
    assert office.store.flows[before.id] == before
    right = typed_number(office.desk, before.id, NUMBER[:-1] + "4")
    told = FlowReport(
        flow_id=right.id,
        number=right.number,
        fetched_at=office.clock.now(),
        state=FlowState.RECEIVED,
        state_code="IN_RECU",
    )
    take_report(office.desk, right.id, told)
    undone = undo(office.desk)
    assert undone is not None
    assert undone.refused == ((before.id, "Chorus Pro has told its state: the number is right."),)
    assert office.store.flows[before.id].number == right.number


def test_the_number_of_a_deposit_whose_answer_was_lost_can_be_typed(office: Office) -> None:
    flow = office.queue("F-1", mode=FlowMode.API)
    sending = structs.replace(flow, stage=FlowStage.SENDING)
    office.store.flows.put(sending)
    unsure(office.desk, sending, office.clock.now())
    office.turn(timedelta(hours=1))
    assert typed_number(office.desk, flow.id, NUMBER).stage is FlowStage.DEPOSITED


# Flows of other tools


def test_a_flow_of_another_tool_is_followed(office: Office) -> None:
    """S2-013, S2-014: it is seen like those that were deposited from here."""
    flow = follow(office.desk, f"Flux {NUMBER}", issuer="555 666 777 00011")
    assert (flow.stage, flow.mode, flow.issuer_siret) == (
        FlowStage.DEPOSITED,
        FlowMode.UNKNOWN,
        OTHERS[0],
    )
    assert (flow.interface, flow.syntax, flow.type) == ("FSO1106A", Syntax.CII, FlowType.STRUCTURED)
    assert flows(office.sits("bob@billing")) == [flow]


def test_a_followed_flow_counts_for_what_the_settings_say(office: Office) -> None:
    """S2-016, S2-017: for the connection of its partner code, else for the technical account's structure."""
    ours = follow(office.desk, "ABC0011117000000000000009")
    assert (ours.mode, ours.connection, ours.issuer_siret) == (FlowMode.EDI, "gate", ISSUER)
    with pytest.raises(Refusal, match="Say for which structure"):
        follow(office.desk, NUMBER)
    office.settings = structs.replace(office.settings, connection=Connection(structure=OTHERS[1]))
    office.again()
    assert follow(office.desk, NUMBER).issuer_siret == OTHERS[1]


# Permissions


def test_nobody_touches_the_flows_of_a_structure_that_they_do_not_see(office: Office) -> None:
    """S2-014, S2-020: permissions hold for packs, numbers and followed flows."""
    flow = pack_of(office, issuer=ISSUER)
    governed = (Structure(siret=ISSUER, main_manager="alice"),)
    office.settings = structs.replace(office.settings, structures=governed)
    office.again()
    bob = office.sits("bob@billing")
    with pytest.raises(Refusal, match="alice, its main manager"):
        make_pack(bob, flow.id, office.home)
    with pytest.raises(Refusal, match="alice, its main manager"):
        follow(bob, NUMBER, ISSUER)
    make_pack(office.sits("alice@billing"), flow.id, office.home / "exports")
    with pytest.raises(Refusal, match="alice, its main manager"):
        typed_number(bob, flow.id, NUMBER)


async def test_documents_follow_a_number_that_is_typed_and_taken_back(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        key, documents = await queue_documents(house, "F-1", "F-2")
        flow = house.store.flows[key]
        sending = begin(house.desk, key, flow.sha256)
        assert sending is not None
        unsure(house.desk, sending, house.now)
        before = house.store.flows[key]
        typed_number(house.desk, key, NUMBER)
        for document in documents:
            house.again_of(document, DocumentState.SUBMITTING)
        undone = undo(house.desk)
        assert undone is not None
        assert (undone.done, undone.refused) == ((key,), ())
        assert house.store.flows[key] == before
        for document in documents:
            house.again_of(document, DocumentState.UNSURE)


async def test_a_pack_of_gathered_documents_is_made_by_the_service_and_handed_over(tmp_path: Path) -> None:
    """S2-011: documents whose rule names the portal wait in one pack, which the service composes."""
    async with House(tmp_path, rule={"channel": Channel.PORTAL}) as house:
        documents = [house.filed(number) for number in ("F-1", "F-2")]
        await house.settle()
        assert submit(house.desk, [d.id for d in documents]).refused == ()
        (gathered,) = [flow for flow in house.store.flows.all() if flow.queued_by]
        with pytest.raises(Refusal, match="being made"):
            make_pack(house.desk, gathered.id, house.home / "exports")
        await house.settle()
        pack = make_pack(house.desk, gathered.id, house.home / "exports")
        assert (pack.flow.count, pack.flow.issuer_siret) == (2, house.settings.rules[0].supplier)
        assert pack.file.name.endswith(".tar.gz")
        taken = typed_number(house.desk, gathered.id, NUMBER)
        assert taken.stage is FlowStage.DEPOSITED
        for document in documents:
            house.again_of(document, DocumentState.SUBMITTING)
