"""What EDI gateways return: read once, in order, and set aside with a reason where it cannot be used."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec import structs

from chorus_tui.domain.flow import Fate, FlowMode
from chorus_tui.domain.flow_states import FlowStage, FlowState
from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.statuses import InvoiceStatus
from chorus_tui.operations import edi, edi_returns
from chorus_tui.operations.flow_discovery import discover
from chorus_tui.operations.flow_file import why_taken
from chorus_tui.operations.flow_journal import not_taken
from chorus_tui.settings import EdiConnection, Structure
from chorus_tui.sync import edi as station
from tests.sync.edi_office import (
    ERROR,
    ISSUER,
    OTHERS,
    STATUS,
    Office,
    with_connection,
)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path)
    yield office
    office.close()


# What comes back


async def test_an_acknowledgement_makes_a_flow_deposited(office: Office) -> None:
    flow = await office.deposited("F-1")
    assert flow.stage is FlowStage.DEPOSITED
    assert flow.emitted_at == datetime(2026, 11, 22, 9, tzinfo=UTC)
    [file] = office.files()
    assert (file.kind, file.flow_id, file.reason) == (edi_returns.ACKNOWLEDGEMENT, flow.id, "")
    assert file.sha256 in office.store.blobs
    assert office.inside("taken") == [f"{flow.name}.ack.xml"]


async def test_a_flow_that_the_gateway_refuses_says_why_and_its_numbers_are_free(office: Office) -> None:
    flow = await office.dropped("F-1")
    office.take()
    office.acknowledge(flow, "REFUSE", "Code partenaire inconnu.")
    await office.work()
    after = office.store.flows[flow.id]
    assert (after.stage, after.message) == (FlowStage.REFUSED, "Code partenaire inconnu.")
    assert [i.fate for i in office.store.contents[flow.id].invoices] == [Fate.NOT_INTEGRATED]
    again = await office.dropped("F-1")
    assert again.stage is FlowStage.DROPPED


async def test_reports_tell_the_states_of_a_flow(office: Office) -> None:
    """S2-043: of a partial rejection each invoice has its own fate; the report names what returned it."""
    flow = await office.deposited("F-1", "F-2")
    office.report(flow, "IN_RECU", turn=1)
    await office.work()
    assert office.store.flows[flow.id].state is FlowState.RECEIVED
    words = "Numéro déjà utilisé.|Service inconnu."
    office.report(
        flow, "IN_INTEGRE_PARTIEL", ERROR.format(number="F-2", supplier=ISSUER, words=words), turn=2
    )
    await office.work()
    after = office.store.flows[flow.id]
    assert (after.state, after.integrated, after.refused) == (FlowState.PARTLY_INTEGRATED, 1, 1)
    good, bad = office.store.contents[flow.id].invoices
    assert (good.fate, bad.fate) == (Fate.INTEGRATED, Fate.REFUSED)
    assert bad.messages == ("Numéro déjà utilisé.", "Service inconnu.")
    returned = office.store.reports[flow.id].returned
    assert [file.kind for file in returned] == [edi_returns.ACKNOWLEDGEMENT, *[edi_returns.REPORT] * 2]
    assert all(file.sha256 in office.store.blobs for file in returned)


async def test_a_report_proves_that_a_flow_was_taken_whatever_became_of_its_acknowledgement(
    office: Office,
) -> None:
    flow = await office.dropped("F-1")
    office.take()
    office.report(flow, "IN_REJETE", ERROR.format(number="F-1", supplier=ISSUER, words="Non."))
    await office.work()
    after = office.store.flows[flow.id]
    assert (after.stage, after.state) == (FlowStage.DEPOSITED, FlowState.REJECTED)
    office.acknowledge(flow)
    await office.work()
    assert office.store.flows[flow.id].state is FlowState.REJECTED
    assert [file.reason for file in office.files()] == ["", ""]


async def test_the_same_file_is_taken_once_and_another_of_its_name_as_well(office: Office) -> None:
    flow = await office.deposited("F-1")
    office.acknowledge(flow)
    await office.work()
    assert office.verbs("returned") == 1
    office.report(flow, "IN_RECU")
    await office.work()
    office.report(flow, "IN_EN_COURS_TRAITEMENT_CPP")  # The same file name, as some gateways do.
    await office.work()
    assert office.store.flows[flow.id].state is FlowState.IN_PROGRESS
    assert office.verbs("returned") == 3
    assert len(office.inside("taken")) == 4


async def test_files_are_read_in_the_order_in_which_they_were_written(office: Office) -> None:
    flow = await office.dropped("F-1")
    office.take()
    paths = [office.acknowledge(flow), office.report(flow, "IN_RECU")]
    paths.append(office.report(flow, "IN_EN_COURS_TRAITEMENT_CPP", turn=2))
    for place, path in enumerate(paths):
        os.utime(path, (place + 1_700_000_000, place + 1_700_000_000))
    await office.work()
    returned = office.store.reports[flow.id].returned
    assert [file.name for file in returned] == [path.name for path in paths]


async def test_statuses_of_invoices_are_passed_on_unless_newer_ones_are_known(office: Office) -> None:
    now = office.clock.now()
    invoice = Invoice(id=7, number="F-1", supplier_siret=ISSUER, status=InvoiceStatus.MADE_AVAILABLE)
    office.store.invoices.put(structs.replace(invoice, status_at=now - timedelta(hours=1)))
    path = office.put(
        "FEN1200A_ABC001_1.xml", STATUS.format(supplier=ISSUER, number="F-1", code="06", words="Devis ?")
    )
    os.utime(path, (now.timestamp(), now.timestamp()))
    await office.work()
    told = office.store.invoices["7"]
    assert (told.status, told.status_code, told.comment) == (
        InvoiceStatus.SUSPENDED,
        "SUSPENDUE",
        "Devis ?",
    )
    assert told.status_at == now
    late = office.put(
        "FEN1200A_ABC001_2.xml", STATUS.format(supplier=ISSUER, number="F-1", code="03", words="")
    )
    before = (now - timedelta(days=1)).timestamp()
    os.utime(late, (before, before))
    other = office.put(
        "FEN1200A_ABC001_3.xml", STATUS.format(supplier=OTHERS[0], number="F-1", code="05", words="Non")
    )
    os.utime(other, (now.timestamp() + 60, now.timestamp() + 60))
    await office.work()
    assert office.store.invoices["7"] == told
    assert [file.reason for file in office.files()] == ["", "", ""]


async def test_a_connection_may_be_given_another_name(office: Office) -> None:
    flow = await office.dropped("F-1")
    office.take()
    with_connection(office, name="another")
    office.acknowledge(flow)
    await office.work()
    assert office.store.flows[flow.id].stage is FlowStage.DEPOSITED
    assert edi.set_aside(office.desk) == []


async def test_a_flow_that_was_known_by_its_invoices_alone_takes_its_report(office: Office) -> None:
    """S2-014: tracking finds flows of other tools, too, and maybe before the gateway reports on them."""
    number = "ABC0011106000000000000777"
    office.store.invoices.put(
        Invoice(id=7, number="X-1", flow_number=number, supplier_siret=ISSUER, deposit_mode="EDI")
    )
    assert discover(office.desk, ["7"]) == 1
    [found] = office.store.flows.by("number", number)
    office.report(structs.replace(found, name=""), "IN_INTEGRE")
    await office.work()
    assert edi.set_aside(office.desk) == []
    assert office.store.flows[found.id].state is FlowState.INTEGRATED


async def test_a_flow_of_another_tool_under_this_partner_code_is_followed(office: Office) -> None:
    """S2-014: all flows of the structure are seen, whoever sent them."""
    flow = await office.deposited("F-1")
    office.report(structs.replace(flow, number="ABC0011117000000000000777", name="X"), "IN_INTEGRE")
    await office.work()
    [other] = office.store.flows.by("number", "ABC0011117000000000000777")
    assert (other.mode, other.issuer_siret, other.state) == (FlowMode.EDI, ISSUER, FlowState.INTEGRATED)
    assert other.queued_by == ""


# What cannot be used


async def test_damaged_and_foreign_files_are_set_aside_with_a_reason(office: Office) -> None:
    flow = await office.deposited("F-1")
    stranger = structs.replace(flow, number="XYZ0091106000000000000001", name="FSO1106A_XYZ009_1.tar.gz")
    office.report(stranger, "IN_INTEGRE", turn=3)
    office.put("notes.txt", "call them on Monday")
    office.put("half.xml", "<CPPStatutPivot>")
    office.put("\x1b]0;x\x07.xml", "<html/>")
    await office.work()
    shown = edi.set_aside(office.desk)
    assert {file.reason for file in shown} == {
        edi_returns.NOT_OURS,
        "It is no acknowledgement, no integration report and no flow of statuses.",
        "The XML is damaged or incomplete.",
    }
    assert all(file.name.isprintable() for file in shown)
    assert len(office.inside("set-aside")) == 4
    assert office.store.flows[flow.id] == flow


async def test_a_file_of_another_connection_is_foreign_to_this_one(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("a", "b", "c", "d")]
    for folder in folders:
        folder.mkdir()
    one = EdiConnection(name="one", partner_code="ABC001", issuer=ISSUER, drop=folders[0], returns=folders[1])
    two = EdiConnection(
        name="two", partner_code="ABC002", issuer=OTHERS[0], drop=folders[2], returns=folders[3]
    )
    office = Office(tmp_path / "home", one, two)
    flow = await office.dropped("F-1")
    folders[3].joinpath("a.xml").write_bytes(office.acknowledge(flow).read_bytes())
    await office.work()
    assert [file.reason for file in office.files()] == [edi_returns.ANOTHERS]
    assert office.store.flows[flow.id].stage is FlowStage.DROPPED
    office.close()


async def test_news_of_a_flow_that_was_given_up_alarms_instead_of_sending_twice(office: Office) -> None:
    flow = await office.dropped("F-1")
    office.take()
    office.acknowledge(flow, "REFUSE", "Non.")
    await office.work()
    office.report(flow, "IN_INTEGRE", turn=2)
    await office.work()
    [file] = edi.set_aside(office.desk)
    assert file.reason == edi_returns.GIVEN_UP
    assert office.store.flows[flow.id].stage is FlowStage.REFUSED


@pytest.mark.parametrize("news", ["acknowledgement", "report"])
async def test_a_flow_that_was_given_up_wrongly_is_followed_again_where_nothing_of_it_went_again(
    office: Office, news: str
) -> None:
    """S2-076: what turns out to be integrated is taken for it, so that it cannot go again."""
    flow = await office.dropped("F-1")
    office.take()
    office.turn(timedelta(days=1))
    not_taken(office.desk, flow.id)
    if news == "acknowledgement":
        office.acknowledge(flow)
    else:
        office.report(flow, "IN_INTEGRE")
    await office.work()
    after = office.store.flows[flow.id]
    assert after.stage is FlowStage.DEPOSITED
    assert edi.set_aside(office.desk) == []
    [line] = office.store.contents[flow.id].invoices
    assert flow.number in why_taken(office.desk, line)


async def test_news_of_a_flow_that_went_again_since_alarms(office: Office) -> None:
    first = await office.dropped("F-1")
    office.take()
    office.turn(timedelta(days=1))
    not_taken(office.desk, first.id)
    second = await office.dropped("F-1")
    office.report(first, "IN_INTEGRE")
    await office.work()
    assert [file.reason for file in edi.set_aside(office.desk)] == [edi_returns.GIVEN_UP]
    assert office.store.flows[first.id].stage is FlowStage.REFUSED
    assert office.store.flows[second.id].stage is FlowStage.DROPPED


async def test_a_flow_on_its_way_survives_a_new_partner_code(office: Office) -> None:
    """S2-006: what travels under the code of before is acknowledged, and delivered where it was not yet."""
    flow = await office.dropped("F-1")
    part = office.drop / f".{flow.name}.part"
    (office.drop / flow.name).rename(part)
    with_connection(office, partner_code="ABC777")
    await office.work()
    assert office.lying() == [flow.name]
    office.take()
    office.acknowledge(flow)
    await office.work()
    assert office.store.flows[flow.id].stage is FlowStage.DEPOSITED
    assert (await office.dropped("F-2")).number.startswith("ABC777")


async def test_a_file_that_was_set_aside_is_read_again_when_it_is_put_back(office: Office) -> None:
    flow = await office.dropped("F-1")
    office.store.flows.remove(flow.id)
    office.take()
    office.acknowledge(flow)
    await office.work()
    assert [file.reason for file in office.files()] == [edi_returns.NOT_OURS]
    office.store.flows.put(flow)
    name = f"{flow.name}.ack.xml"
    (office.returns / "set-aside" / name).rename(office.returns / name)
    await office.work()
    assert edi.set_aside(office.desk) == []
    assert office.store.flows[flow.id].stage is FlowStage.DEPOSITED


async def test_what_was_set_aside_is_seen_by_those_who_see_the_structure_and_can_be_forgotten(
    office: Office,
) -> None:
    """S2-014, S2-020: a structure with a main manager shows nothing to others."""
    office.settings = structs.replace(
        office.settings, structures=(Structure(siret=ISSUER, main_manager="alice"),)
    )
    office.again()
    office.put("half.xml", "<a>")
    await office.work()
    assert edi.set_aside(office.sits("bob@billing")) == []
    alice = office.sits("alice@billing")
    [file] = edi.set_aside(alice)
    assert edi.forget_set_aside(office.sits("bob@billing"), [file.id]) == 0
    assert edi.forget_set_aside(alice, [file.id]) == 1
    assert edi.set_aside(alice) == []
    assert office.inside("set-aside") == ["half.xml"]


async def test_a_return_folder_in_which_nothing_can_be_moved_is_read_once_all_the_same(
    office: Office,
) -> None:
    flow = await office.dropped("F-1")
    office.take()
    (office.returns / "taken").symlink_to("nowhere")
    office.acknowledge(flow)
    await office.work()
    assert office.store.flows[flow.id].stage is FlowStage.DEPOSITED
    assert office.station.troubles[office.returns] == station.UNMOVABLE
    office.again()
    await office.work()
    assert office.verbs("returned") == 1


async def test_what_was_taken_in_long_ago_is_forgotten_and_what_is_set_aside_is_not(office: Office) -> None:
    flow = await office.deposited("F-1")
    office.report(flow, "IN_RECU")
    office.put("half.xml", "<a>")
    await office.work()
    assert len(office.files()) == 3
    office.turn(timedelta(days=31))
    await office.work()
    assert [file.name for file in office.files()] == ["half.xml"]
    assert len(office.store.reports[flow.id].returned) == 2


async def test_hidden_and_half_written_files_are_left_alone(office: Office) -> None:
    for name in (".hidden.xml", "report.xml.part", "report.tmp"):
        office.put(name, "<a>")
    await office.work()
    assert office.files() == []
