"""Every flow is followed to its end, within a rate, and leads to all of its invoices."""

import asyncio
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import structs

from chorus_tui.chorus import Criteria, FlowDetails, Refused, UnreadableAnswer
from chorus_tui.domain.document import Phase
from chorus_tui.domain.flow import CUT, Fate, Flow, FlowMode, FlowType, RejectionKind, Syntax
from chorus_tui.domain.flow_states import FlowStage, FlowState
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.operations import Refusal
from chorus_tui.operations.desk import SLICE
from chorus_tui.operations.flow_reports import report_of, take_report_in_slices
from chorus_tui.operations.gathering import invoices_of
from chorus_tui.settings import Credentials
from chorus_tui.sync.flows import RATE, pause
from chorus_tui.sync.line import sync_state
from tests.flows import lot, with_wrong_amounts
from tests.house import House
from tests.sheets import Sheet
from tests.sync.flow_house import REPORT, SEARCH, flow_of, of_file, queue, queue_documents, queue_file

MINUTE = timedelta(seconds=61)


def counted(house: House) -> Counter[str]:
    """How often Chorus Pro is asked about each flow from now on, by number."""
    count: Counter[str] = Counter()
    ask = house.chorus.flow_report

    async def counting(number: str) -> FlowDetails:
        count[number] += 1
        return await ask(number)

    house.chorus.flow_report = counting  # type: ignore[method-assign]
    return count


def deposited(house: House, number: str, **said: object) -> Flow:
    """A flow that Chorus Pro is known to have; nobody says that it really has."""
    flow = Flow(
        id=f"id-{number}",
        mode=FlowMode.API,
        stage=FlowStage.DEPOSITED,
        issuer_siret=Sheet().supplier.siret,
        number=number,
        emitted_at=house.now,
        queued_by="clerk",
    )
    flow = structs.replace(flow, **said)
    house.store.flows.put(flow)
    return flow


# States


async def test_the_states_of_a_flow_are_written_down_as_it_passes_them(tmp_path: Path) -> None:
    """S2-033…036, S2-042."""
    async with House(tmp_path) as house:
        key = queue_file(house, "FA-1")
        for _step in range(14):
            await house.settle()
            house.turn(timedelta(seconds=5))
            house.service.wake("flows")
        await house.settle()
        flow = flow_of(house, key)
        assert [p.state for p in flow.passages] == [
            FlowState.AT_PORTAL,
            FlowState.RECEIVED,
            FlowState.HANDLED,
            FlowState.WAITING,
            FlowState.IN_PROGRESS,
            FlowState.INTEGRATED,
        ]
        taken = house.sandbox.flows.by_number(flow.number)
        assert [(p.code, p.at) for p in flow.passages] == [(code, at) for at, code in taken.passages]
        assert (flow.state, flow.state_code, flow.state_at) == (
            FlowState.INTEGRATED,
            "IN_INTEGRE",
            taken.since,
        )
        assert (flow.interface, flow.syntax, flow.type) == ("FSO1106A", Syntax.CII, FlowType.STRUCTURED)


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("IN_INCIDENTE", FlowState.WARNING),
        ("IN_EN_ATTENTE_RETRAITEMENT_CPP", FlowState.WAITING_REPROCESSING),
        ("QP_RECEVABLE", FlowState.ADMISSIBLE),
        ("IN_ARCHIVE_LE_LUNDI", FlowState.OTHER),
    ],
)
async def test_any_state_is_taken_as_it_is_told(tmp_path: Path, code: str, state: FlowState) -> None:
    """S2-037, S2-041: and one that nobody has written down keeps its code."""
    async with House(tmp_path) as house:
        key = queue_file(house, "FA-1")
        await house.settle()
        house.sandbox.flows.set_state(flow_of(house, key).number, code)
        house.turn(MINUTE)
        await house.settle()
        flow = flow_of(house, key)
        assert (flow.state, flow.state_code) == (state, code)
        assert flow.label == (code if state is FlowState.OTHER else state.label)
        assert flow.is_settled is (state is FlowState.WARNING)


async def test_a_blocked_flow_that_the_platform_restarts_is_followed_to_its_end(tmp_path: Path) -> None:
    """S2-041: days may pass; nobody here has to do anything."""
    async with House(tmp_path) as house:
        key = queue_file(house, "FA-1")
        await house.settle()
        number = flow_of(house, key).number
        house.sandbox.flows.hold_for_reprocessing(number)
        await house.settle_all(turns=3, by=timedelta(days=3))
        assert flow_of(house, key).state is FlowState.WAITING_REPROCESSING
        house.sandbox.flows.restart(number)
        await house.settle_all(turns=2, by=timedelta(hours=6))
        assert flow_of(house, key).state is FlowState.INTEGRATED


@pytest.mark.parametrize("code", ["IN_A_RELANCER", "IN_ERREUR_INTERNE"])
async def test_a_flow_that_was_given_up_and_goes_on_after_all_is_noticed(tmp_path: Path, code: str) -> None:
    """API 3.2: "to be restarted" may be restarted; what is in Chorus Pro must not be sent again."""
    async with House(tmp_path) as house:
        key, (document,) = await queue_documents(house, "FA-1")
        await house.settle()
        number = flow_of(house, key).number
        house.sandbox.flows.set_state(number, code)
        house.turn(MINUTE)
        await house.settle()
        assert house.again_of(document).state is DocumentState.TO_SUBMIT
        house.sandbox.flows.restart(number)
        await house.settle_all(turns=2, by=timedelta(hours=1))
        assert flow_of(house, key).state is FlowState.INTEGRATED
        assert house.again_of(document).state is DocumentState.SUBMITTED


# The report, and the invoices


@pytest.mark.parametrize("count", [1, 11, 37])
async def test_an_integrated_flow_leads_to_all_of_its_invoices(tmp_path: Path, count: int) -> None:
    """S2-042; API 2: some clients found the first ten alone."""
    async with House(tmp_path) as house:
        numbers = [f"FA-{n}" for n in range(count)]
        key, documents = await queue_documents(house, *numbers)
        await house.settle()
        house.turn(MINUTE)
        await house.settle()
        flow = flow_of(house, key)
        assert (flow.state, flow.linked, flow.integrated, flow.refused) == (
            FlowState.INTEGRATED,
            True,
            count,
            0,
        )
        for document in documents:
            now = house.again_of(document, DocumentState.SUBMITTED)
            tracked = house.invoice(document.fields.number or "")
            assert (tracked.flow_number, tracked.document_id) == (flow.number, document.id)
            assert now.invoice_id == tracked.id


async def test_five_hundred_invoices_are_all_found_however_small_the_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S2-042: all pages are read."""
    monkeypatch.setattr("chorus_tui.chorus.client.PAGE_SIZE", 100)
    async with House(tmp_path) as house:
        numbers = [f"FA-{n}" for n in range(500)]
        key = queue(house, of_file(*numbers), lot(*numbers))
        await house.settle()
        house.turn(MINUTE)
        await house.service.flows.run_once()
        flow = flow_of(house, key)
        assert (flow.linked, flow.integrated) == (True, 500)
        assert {i.fate for i in invoices_of(house.desk, key)} == {Fate.INTEGRATED}
        assert len(house.store.invoices.by("flow_number", flow.number)) == 500


async def test_refused_invoices_come_back_with_every_word_and_the_others_are_found(tmp_path: Path) -> None:
    """S2-043, S2-075: partial rejection, which the API always does."""
    async with House(tmp_path) as house:
        numbers = [f"FA-{n}" for n in range(12)]
        key, documents = await queue_documents(house, *numbers, wrong=("FA-3", "FA-7"))
        await house.settle()
        house.turn(MINUTE)
        await house.settle()
        flow = flow_of(house, key)
        assert (flow.state, flow.integrated, flow.refused) == (FlowState.PARTLY_INTEGRATED, 10, 2)
        assert flow.rejected_for is RejectionKind.BUSINESS
        for document, number in zip(documents, numbers, strict=True):
            now = house.again_of(document)
            if number not in ("FA-3", "FA-7"):
                assert now.state is DocumentState.SUBMITTED
                continue
            assert now.state is DocumentState.TO_SUBMIT
            assert now.failure is not None
            assert now.failure.phase is Phase.AFTER
            assert "A99" in now.failure.message
        report = house.store.reports[key]
        assert {refused.number for refused in report.refused} == {"FA-3", "FA-7"}
        assert not any(CUT in said for refused in report.refused for said in refused.messages)


async def test_a_large_flow_that_is_cut_off_in_the_middle_of_its_report_is_followed_to_its_end(
    tmp_path: Path,
) -> None:
    """Documents follow a few at a time, so that screens stay quick; what was not done is done again."""
    async with House(tmp_path) as house:
        numbers = [f"FA-{n:02}" for n in range(2 * SLICE + 1)]
        key, documents = await queue_documents(house, *numbers, wrong=("FA-01", "FA-20"))
        await house.settle()
        house.turn(MINUTE)
        flow = flow_of(house, key)
        report = report_of(house.desk, flow, await house.chorus.flow_report(flow.number))
        halfway = asyncio.create_task(take_report_in_slices(house.desk, key, report))
        await asyncio.sleep(0)
        halfway.cancel()
        await asyncio.gather(halfway, return_exceptions=True)
        states = [house.again_of(document).state for document in documents]
        assert states.count(DocumentState.SUBMITTING) == SLICE + 1
        assert flow_of(house, key).state is not FlowState.PARTLY_INTEGRATED
        await house.again()
        await house.settle()
        assert flow_of(house, key).linked
        states = [house.again_of(document).state for document in documents]
        assert states.count(DocumentState.SUBMITTED) == len(numbers) - 2
        assert states.count(DocumentState.TO_SUBMIT) == 2
        assert max(house.deposited(number) for number in numbers) == 1


async def test_a_rejection_of_the_format_is_told_from_one_of_the_business(tmp_path: Path) -> None:
    """S2-039, S2-040: with all of its 53 errors."""
    async with House(tmp_path) as house:
        key = queue(house, of_file("F-XSD"), with_wrong_amounts(53), name="wrong.xml")
        await house.settle()
        house.turn(MINUTE)
        await house.settle()
        flow = flow_of(house, key)
        assert (flow.state, flow.rejected_for) == (FlowState.REJECTED, RejectionKind.TECHNICAL)
        assert len(house.store.reports[key].technical) >= 53
        assert flow.is_settled


async def test_a_report_that_is_known_is_not_written_again(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        key = queue_file(house, "FA-1")
        await house.settle()
        house.sandbox.flows.hold_for_reprocessing(flow_of(house, key).number)
        house.turn(MINUTE)
        await house.settle()
        known = house.store.reports[key]
        asked = counted(house)
        house.turn(timedelta(hours=2))
        await house.settle()
        assert asked[flow_of(house, key).number] == 1
        assert house.store.reports[key] == known


# How often


async def test_settled_flows_cost_nothing(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        with house.store.transaction():
            for n in range(300):
                deposited(house, f"N{n}", state=FlowState.INTEGRATED, state_code="IN_INTEGRE", linked=True)
            for n in range(300, 330):
                deposited(house, f"N{n}", state=FlowState.REJECTED, state_code="IN_REJETE")
        asked = counted(house)
        await house.settle_all(turns=6, by=timedelta(hours=5))
        assert not any(number.startswith("N") for number in asked)


async def test_many_open_flows_are_asked_about_within_the_rate_and_ever_less_often(tmp_path: Path) -> None:
    """200 flows that stay open are not 200 calls a minute for ever."""
    async with House(tmp_path) as house:
        with house.store.transaction():
            for n in range(200):
                number = f"CPP0011106{n:015d}"
                deposited(house, number)
        told = FlowDetails(state=FlowState.WAITING, state_code="IN_EN_ATTENTE_TRAITEMENT_CPP")

        count = 0

        async def waiting(number: str) -> FlowDetails:
            nonlocal count
            count += bool(number)
            return told

        house.chorus.flow_report = waiting  # type: ignore[method-assign]  # a platform at a standstill
        a_minute = []
        for _minute in range(6 * 60):
            before = count
            for _look in range(4):
                await house.service.flows.run_once()
                house.turn(timedelta(seconds=15))
            a_minute.append(count - before)
        assert sum(a_minute[:4]) >= 200, "each was asked about soon"
        assert max(a_minute) <= RATE + 1
        assert sum(a_minute[-60:]) <= 200 * 2 + 10, "half-hourly by then"
        house.turn(timedelta(days=2))
        before = count
        for _minute in range(60):
            await house.service.flows.run_once()
            house.turn(timedelta(minutes=1))
        assert count - before <= 200 + RATE
        assert pause(timedelta(days=30)) >= timedelta(hours=6)


async def test_the_youngest_come_first(tmp_path: Path) -> None:
    """What was deposited a moment ago is what somebody waits for."""
    async with House(tmp_path) as house:
        with house.store.transaction():
            for n in range(RATE * 3):
                deposited(house, f"OLD{n}", emitted_at=house.now - timedelta(days=3))
        keys = [queue_file(house, f"FA-{n}") for n in range(5)]
        await house.settle()
        assert {flow_of(house, key).state for key in keys} == {FlowState.AT_PORTAL}


async def test_an_operator_who_asks_for_an_update_gets_one_at_once(tmp_path: Path) -> None:
    """The key `r`: within what the rate allows."""
    async with House(tmp_path) as house:
        key = queue_file(house, "FA-1")
        await house.settle()
        house.sandbox.flows.hold_for_reprocessing(flow_of(house, key).number)
        await house.settle_all(turns=1, by=timedelta(days=2))
        asked, number = counted(house), flow_of(house, key).number
        house.turn(timedelta(minutes=2))
        await house.settle()
        assert asked[number] == 0, "it is not due"
        house.desk.wake("flows")
        await house.settle()
        assert asked[number] == 1
        for _press in range(10):
            house.desk.wake("flows")
            await house.settle()
        assert asked[number] == 1


async def test_a_flow_that_chorus_pro_does_not_know_says_so_in_its_words(tmp_path: Path) -> None:
    """A number mistyped, or an account of another structure: told, and asked about less and less."""
    async with House(tmp_path) as house:
        flow = deposited(house, "CPP0011106000000000009999")
        await house.settle()
        assert flow_of(house, flow.id).message == "", "it may be on its way there"
        await house.settle_all(turns=4)
        assert flow_of(house, flow.id).message == "POQ_MSG_01.003 - Flux introuvable."
        assert "sync" not in house.store.state or house.store.state["sync"].trouble is None


async def test_a_flow_of_a_gateway_is_followed_as_soon_as_chorus_pro_knows_it(tmp_path: Path) -> None:
    """S2-001: the return folder may be slow, or empty."""
    async with House(tmp_path) as house:
        flow = deposited(
            house, "ABC0011106000000000000001", mode=FlowMode.EDI, stage=FlowStage.DROPPED, count=1
        )
        await house.settle_all(turns=3)
        assert flow_of(house, flow.id).stage is FlowStage.DROPPED
        assert flow_of(house, flow.id).message == ""
        sandbox = house.sandbox.flows
        taken = sandbox.by_number(
            house.sandbox.deposit_on_portal(lot("FA-1"), "lot.tar.gz", Sheet().supplier.siret)
        )
        sandbox._held[flow.number] = taken
        await house.settle_all()
        assert flow_of(house, flow.id).stage is FlowStage.DEPOSITED
        assert flow_of(house, flow.id).state is FlowState.INTEGRATED


async def test_nothing_is_asked_where_no_account_is_set(tmp_path: Path) -> None:
    """EDI and portal alone need no API."""
    async with House(tmp_path) as house:
        connection = structs.replace(house.settings.connection, credentials=Credentials())
        desk = structs.replace(house.settings, connection=connection)
        deposited(house, "CPP0011106000000000009999")
        object.__setattr__(house.desk, "settings", desk)
        assert await house.service.flows.run_once() == 0
        assert house.service.flows.due_in is None


@pytest.mark.parametrize("service", [REPORT, SEARCH])
@pytest.mark.parametrize("kind", ["timeout_before", "garbage", "unavailable", "unreachable", "too_many"])
async def test_a_fault_only_delays_what_is_told(tmp_path: Path, service: str, kind: str) -> None:
    async with House(tmp_path) as house:
        key = queue_file(house, "FA-1", "FA-2")
        await house.settle()
        house.turn(MINUTE)
        house.sandbox.faults.inject(service, kind, times=5)
        await house.settle_all()
        assert flow_of(house, key).linked
        assert house.store.state["sync"].trouble is None


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("service", [REPORT, SEARCH])
async def test_a_process_killed_while_it_asks_asks_again(tmp_path: Path, service: str, after: bool) -> None:
    async with House(tmp_path) as house:
        key, documents = await queue_documents(house, "FA-1", "FA-2", wrong=("FA-2",))
        await house.settle()
        house.turn(MINUTE)
        house.wire.kill(service, after=after)
        await house.until_killed()
        await house.settle_all()
        assert flow_of(house, key).linked
        assert [house.again_of(d).state for d in documents] == [
            DocumentState.SUBMITTED,
            DocumentState.TO_SUBMIT,
        ]


# Flows of other tools


async def test_flows_of_other_tools_are_known_by_their_invoices(tmp_path: Path) -> None:
    """S2-013, S2-031: deposited on the portal, seen by tracking, followed and linked."""
    async with House(tmp_path) as house:
        await house.settle()
        known = {flow.number for flow in house.store.flows.all()}
        assert known == {i.flow_number for i in house.store.invoices.all() if i.flow_number}
        number = house.sandbox.deposit_on_portal(lot("FA-1", "FA-2"), "lot.tar.gz", Sheet().supplier.siret)
        house.turn(MINUTE)
        await house.settle()
        (flow,) = house.store.flows.by("number", number)
        assert (flow.mode, flow.stage, flow.queued_by) == (FlowMode.PORTAL, FlowStage.DEPOSITED, "")
        assert (flow.issuer_siret, flow.partner_code) == (Sheet().supplier.siret, "")
        assert (flow.state, flow.linked, flow.count) == (FlowState.INTEGRATED, True, 2)
        assert {i.number for i in invoices_of(house.desk, flow.id)} == {"FA-1", "FA-2"}
        assert flow.emitted_at == house.sandbox.flows.by_number(number).deposited
        await house.settle_all(turns=2)
        assert len(house.store.flows.by("number", number)) == 1


async def test_a_flow_of_which_chorus_pro_tells_nothing_still_leads_to_its_invoices(tmp_path: Path) -> None:
    """It came by another account; after a month nobody asks any more."""
    async with House(tmp_path) as house:
        number = house.sandbox.deposit_on_portal(lot("FA-1", "FA-2"), "lot.tar.gz", "31582210396351")
        house.turn(MINUTE)
        await house.settle_all(turns=2)
        (flow,) = house.store.flows.by("number", number)
        assert (flow.linked, flow.count, flow.state_code) == (True, 2, "")
        assert "Flux introuvable" in flow.message
        house.turn(timedelta(days=40))
        asked = counted(house)
        await house.settle_all(turns=3, by=timedelta(days=1))
        assert asked[number] == 0


async def test_flows_of_long_ago_are_asked_about_once(tmp_path: Path) -> None:
    """S2-013: the first start after years on the portal."""
    async with House(tmp_path) as house:
        number = house.sandbox.deposit_on_portal(lot("FA-1"), "lot.tar.gz", Sheet().supplier.siret)
        hidden = house.sandbox.deposit_on_portal(lot("FA-2"), "lot.tar.gz", "31582210396351")
        house.turn(timedelta(days=400))
        asked = counted(house)
        await house.settle_all(turns=4, by=timedelta(days=1))
        (flow,) = house.store.flows.by("number", number)
        assert (flow.state, flow.linked, asked[number]) == (FlowState.INTEGRATED, True, 1)
        (untold,) = house.store.flows.by("number", hidden)
        assert (untold.linked, asked[hidden]) == (True, 1)
        await house.again()
        asked = counted(house)
        await house.settle()
        assert not {number, hidden} & set(asked)


async def test_a_report_that_nobody_can_read_keeps_nothing_else_back(tmp_path: Path) -> None:
    """S1-083: it is told at its flow; the line to Chorus Pro holds, and the flow is asked about again."""
    async with House(tmp_path) as house:
        key = queue_file(house, "FA-1")
        await house.settle()
        ask = house.chorus.flow_report

        async def unreadable(number: str) -> FlowDetails:
            raise UnreadableAnswer("listeErreurDP[0]", of_service=True)

        house.chorus.flow_report = unreadable  # type: ignore[method-assign]
        for _turn in range(6):
            house.turn(timedelta(hours=1))
            await house.settle()
        assert flow_of(house, key).message == UnreadableAnswer.title
        assert sync_state(house.desk).trouble is None
        house.chorus.flow_report = ask  # type: ignore[method-assign]
        await house.settle_all(turns=2, by=timedelta(hours=1))
        assert (flow_of(house, key).state, flow_of(house, key).message) == (FlowState.INTEGRATED, "")


async def test_our_own_flow_is_not_discovered_a_second_time(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        await house.settle()
        before = len(house.store.flows)
        queue_file(house, "FA-1")
        await house.settle_all(turns=2)
        assert len(house.store.flows) == before + 1


# On demand


async def test_a_report_is_fetched_on_demand_and_its_pdf_kept(tmp_path: Path) -> None:
    """S2-071, S2-073."""
    async with House(tmp_path) as house:
        key = queue_file(house, "FA-1")
        with pytest.raises(Refusal):
            await house.lookups.fetch_report(key)
        await house.settle()
        house.turn(MINUTE)
        report = await house.lookups.fetch_report(key)
        assert (report.state, flow_of(house, key).state) == (FlowState.INTEGRATED, FlowState.INTEGRATED)
        sha256 = await house.lookups.report_pdf(key)
        assert house.store.blobs.get(sha256).startswith(b"%PDF")
        assert house.store.reports[key].pdf == sha256
        calls = house.sandbox.exchanges.calls("consulterCR")
        assert await house.lookups.report_pdf(key) == sha256
        assert house.sandbox.exchanges.calls("consulterCR") == calls, "the one that is kept"
        await house.settle_all(turns=2)
        assert house.store.reports[key].pdf == sha256


async def test_a_report_that_the_platform_cannot_draw_says_so(tmp_path: Path) -> None:
    """API 8, point 8."""
    async with House(tmp_path) as house:
        key = queue_file(house, "FA-1")
        await house.settle()

        async def broken(number: str) -> bytes:
            raise Refused(20002, f"Compte rendu indisponible ({number})")

        house.chorus.flow_report_pdf = broken  # type: ignore[method-assign]
        with pytest.raises(Refusal, match="Compte rendu indisponible"):
            await house.lookups.report_pdf(key)

        async def empty(number: str) -> bytes:
            return b"" if number else b"%PDF"

        house.chorus.flow_report_pdf = empty  # type: ignore[method-assign]
        with pytest.raises(Refusal, match="no PDF"):
            await house.lookups.report_pdf(key)


async def test_the_report_that_is_kept_is_shown_while_nobody_answers(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        key = queue_file(house, "FA-1")
        await house.settle_all(turns=1)
        house.sandbox.faults.inject(REPORT, "unavailable", times=None)
        assert await house.lookups.fetch_report(key) == house.store.reports[key]


async def test_invoices_of_a_flow_are_found_by_its_number_alone(tmp_path: Path) -> None:
    """API 2.8: the filter itself, all pages."""
    async with House(tmp_path) as house:
        key = queue_file(house, *(f"FA-{n}" for n in range(11)))
        await house.settle()
        house.turn(MINUTE)
        criteria = Criteria(flow_number=flow_of(house, key).number)
        found = [i async for page in house.chorus.search(criteria) for i in page.invoices]
        assert sorted(i.number for i in found) == sorted(f"FA-{n}" for n in range(11))
