"""The dashboard's numbers, the lists they open, and what is drawn beside them (S2-080…082)."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chorus_tui.domain.flow import Flow, FlowMode, FlowReport, FlowType, RefusedInvoice, TechnicalError
from chorus_tui.domain.flow_search import FlowCriteria
from chorus_tui.domain.flow_states import FlowStage, FlowState
from chorus_tui.operations import Desk, flow_dashboard, flow_listing, flow_trends, permissions
from chorus_tui.operations.flow_dashboard import Slot, count, holds, status_key
from chorus_tui.settings import Structure
from tests.console.flowing import CODES, MIDI, NORD, flow
from tests.console.operator import NOW, desk_in

NORTH: dict[str, Any] = {"issuer_siret": NORD[0], "issuer_name": NORD[1]}
EVERYTHING = FlowCriteria()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = desk_in(tmp_path)
    yield desk
    desk.store.close()


def report(of: Flow, *messages: str, technical: tuple[str, ...] = ()) -> FlowReport:
    return FlowReport(
        flow_id=of.id,
        number=of.number,
        fetched_at=NOW,
        state=of.state,
        state_code=of.state_code,
        technical=tuple(TechnicalError(message) for message in technical),
        refused=tuple(RefusedInvoice(number=f"F{at}", messages=(m,)) for at, m in enumerate(messages)),
    )


def test_flows_are_counted_by_type_and_issuer_against_every_status_that_occurs(desk: Desk) -> None:
    """S2-081: also a code that nobody has written down, and what has not left yet; in the order of a life."""
    desk.store.flows.put(
        flow(1),
        flow(2),
        flow(3, FlowState.REJECTED, type=FlowType.STRUCTURED),
        flow(4, FlowState.OTHER, **NORTH),
        flow(5, None, stage=FlowStage.QUEUED, **NORTH),
        flow(6, None),
    )
    found = flow_dashboard.dashboard(desk, EVERYTHING)
    assert [status.key for status in found.statuses] == [
        "queued",
        "deposited",
        "rejected",
        "integrated",
        "IN_NOUVEAU",
    ]
    assert found.types == (FlowType.STRUCTURED, FlowType.FACTUR_X)
    assert [issuer.title for issuer in found.issuers] == [NORD[1], MIDI[1]]
    assert found.count(Slot(type=FlowType.FACTUR_X, status="integrated")) == 2
    assert found.count(Slot(type=FlowType.STRUCTURED, status="integrated")) == 0
    assert found.count(Slot(issuer=NORD[0], status="IN_NOUVEAU")) == 1
    assert found.count(Slot(issuer=MIDI[0])) == 4
    assert found.total == 6


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(FlowType),
            st.sampled_from((MIDI, NORD)),
            st.sampled_from(FlowState),
            st.sampled_from(FlowStage),
        ),
        max_size=30,
    )
)
def test_every_number_is_the_length_of_its_list(
    told: list[tuple[FlowType, tuple[str, str], FlowState, FlowStage]],
) -> None:
    """S2-081, S2-082: cells, totals of rows and columns, and the whole; columns add up to their rows."""
    flows = [
        flow(place, state, stage=stage, type=type_, issuer_siret=issuer[0], issuer_name=issuer[1])
        for place, (type_, issuer, state, stage) in enumerate(told)
    ]
    found = count(EVERYTHING, flows)
    assert all(
        found.count(slot) == sum(holds(slot, flow) for flow in flows) for slot in {*found.counts, Slot()}
    )
    for row in [*(Slot(type=t) for t in FlowType), *(Slot(issuer=s) for s in (MIDI[0], NORD[0]))]:
        cells = (Slot(type=row.type, issuer=row.issuer, status=s.key) for s in found.statuses)
        assert found.count(row) == sum(map(found.count, cells))
    assert found.total == sum(found.count(Slot(status=s.key)) for s in found.statuses) == len(flows)
    assert len({status.key for status in found.statuses}) == len(found.statuses)


def test_a_list_holds_exactly_the_flows_of_its_number_within_the_filter(desk: Desk) -> None:
    """S2-080, S2-082."""
    desk.store.flows.put(
        *(flow(place) for place in range(5)),
        *(flow(place, FlowState.WARNING) for place in range(5, 8)),
        *(flow(place, FlowState.WARNING, **NORTH) for place in range(8, 10)),
    )
    criteria = FlowCriteria(issuer=MIDI[0])
    found = flow_dashboard.dashboard(desk, criteria)
    slot = Slot(type=FlowType.FACTUR_X, status="warning")
    listed = flow_dashboard.flows_of(desk, criteria, slot)
    assert [each.id for each in listed] == ["f5", "f6", "f7"]
    assert found.count(slot) == 3
    assert flow_dashboard.is_of(desk, criteria, slot, listed[0])
    assert not flow_dashboard.is_of(desk, criteria, slot, desk.store.flows["f8"])
    assert not flow_dashboard.is_of(desk, criteria, slot, desk.store.flows["f1"])
    sliced, counted = asyncio.run(flow_dashboard.dashboard_in_slices(desk, criteria))
    assert (sliced, len(counted)) == (found, 8)


def test_nobody_counts_what_they_may_not_see(tmp_path: Path) -> None:
    """S2-014: the numbers are those of the operator's own lists."""
    desk = replace(
        desk_in(tmp_path, structures=(Structure(siret=NORD[0], main_manager="alice"),)), who="alice@here"
    )
    desk.store.flows.put(flow(1), flow(2, **NORTH))
    other = replace(desk, who="daemon@here")
    assert flow_dashboard.dashboard(desk, EVERYTHING).total == 2
    seen = flow_dashboard.dashboard(other, EVERYTHING)
    assert (seen.total, [issuer.siret for issuer in seen.issuers]) == (1, [MIDI[0]])
    permissions.add_profile(desk, NORD[0], "daemon")
    assert flow_dashboard.dashboard(other, EVERYTHING).total == 2
    desk.store.close()


def test_days_tell_volume_and_the_rate_of_what_ended(desk: Desk) -> None:
    """The rate is of flows that have an outcome; a day without flows has its place, too."""
    morning = datetime(2026, 11, 20, 8, tzinfo=NOW.tzinfo)
    flows = [
        flow(1, emitted_at=morning),
        flow(2, FlowState.REJECTED, emitted_at=morning),
        flow(3, FlowState.PARTLY_INTEGRATED, emitted_at=morning),
        flow(4, emitted_at=morning),
        flow(5, FlowState.IN_PROGRESS, emitted_at=morning),
        flow(6, FlowState.IN_PROGRESS, emitted_at=morning + timedelta(days=2)),
        # Half past eleven in London is half past midnight in Paris.
        flow(7, FlowState.WARNING, emitted_at=datetime(2026, 11, 20, 23, 30, tzinfo=NOW.tzinfo)),
    ]
    days = flow_trends.trends(desk, flows).days
    assert [(each.day, each.flows, each.rate) for each in days] == [
        (date(2026, 11, 20), 5, 0.5),
        (date(2026, 11, 21), 1, 1.0),
        (date(2026, 11, 22), 1, None),
    ]
    assert days[0].invoices == 5 * 37


def test_only_the_latest_days_are_drawn_and_the_others_are_counted(desk: Desk) -> None:
    """A flow of years ago makes no plot of years."""
    flows = [flow(1), flow(2, emitted_at=NOW - timedelta(days=4000)), flow(3, emitted_at=NOW)]
    found = flow_trends.trends(desk, flows)
    assert (len(found.days), found.left_out) == (flow_trends.LATEST, 1)


def test_causes_are_counted_over_the_reports_of_what_was_refused(desk: Desk) -> None:
    """The same cause in other words of the platform is one; an unknown one stands by itself."""
    bad = [flow(place, FlowState.PARTLY_INTEGRATED) for place in (1, 2)]
    fine = flow(3)
    taken = "Une facture avec le même numéro existe déjà (doublon)"
    desk.store.flows.put(*bad, fine)
    desk.store.reports.put(
        report(bad[0], "Le service est obligatoire pour ce destinataire", "Mot inconnu 12"),
        report(bad[1], "Le service est obligatoire pour ce destinataire | Mot inconnu 13"),
        report(fine, taken),
    )
    found = flow_trends.trends(desk, [*bad, fine])
    assert found.reports == 2
    assert [(cause.errors, cause.flows) for cause in found.causes] == [(2, 2), (2, 2)]
    assert all(cause.title for cause in found.causes)
    assert asyncio.run(flow_trends.trends_in_slices(desk, [*bad, fine])) == found


def test_technical_errors_are_causes_too(desk: Desk) -> None:
    """S2-039."""
    rejected = flow(1, FlowState.REJECTED)
    desk.store.flows.put(rejected)
    desk.store.reports.put(report(rejected, technical=("Le fichier est vide",)))
    (cause,) = flow_trends.trends(desk, [rejected]).causes
    assert (cause.errors, cause.flows) == (1, 1)


def test_what_is_open_is_told_by_its_age(desk: Desk) -> None:
    """What is over, however it ended, is not open; what nobody deposited yet is."""
    flows = [
        flow(1, FlowState.IN_PROGRESS, emitted_at=NOW - timedelta(minutes=5)),
        flow(2, FlowState.WAITING_REPROCESSING, emitted_at=NOW - timedelta(days=9)),
        flow(3, FlowState.RECEIVED, emitted_at=NOW - timedelta(days=12)),
        flow(4, None, stage=FlowStage.HANDED_OVER, mode=FlowMode.PORTAL, emitted_at=NOW - timedelta(days=2)),
        flow(5, FlowState.REJECTED, emitted_at=NOW - timedelta(days=9)),
        flow(6, None, stage=FlowStage.WITHDRAWN),
    ]
    ages = flow_trends.trends(desk, flows).ages
    assert [(age.label, age.flows) for age in ages] == [
        ("under 1 hour", 1),
        ("1 to 24 hours", 0),
        ("1 to 3 days", 1),
        ("3 to 7 days", 0),
        ("over 7 days", 2),
    ]
    assert ages[-1].oldest == NOW - timedelta(days=12)


def test_a_key_names_one_label() -> None:
    """S2-081: states of Chorus Pro's never share a column with stages of ours."""
    keys = {status_key(flow(1, state)) for state in FlowState}
    keys |= {status_key(flow(1, None, stage=stage)) for stage in FlowStage}
    assert len(keys) == len(FlowState) + len(FlowStage)
    assert CODES[FlowState.OTHER] in keys


@given(
    st.lists(
        st.tuples(st.sampled_from("abC"), st.sampled_from("12"), st.integers(0, 3), st.integers(0, 99)),
        max_size=20,
        unique_by=lambda told: told[3],
    )
)
def test_flows_sorted_sender_by_sender_are_in_the_order_of_home(
    told: list[tuple[str, str, int, int]],
) -> None:
    """S2-032: a part at a time, so that no key waits for 20 000 to be sorted; the same order."""
    flows = [
        flow(n, emitted_at=NOW - timedelta(days=days), issuer_name=name, issuer_siret=siret)
        for name, siret, days, n in told
    ]
    ordered = [one for sent in flow_listing.by_sender(flows) for one in sent]
    assert ordered == sorted(flows, key=flow_listing.order)
