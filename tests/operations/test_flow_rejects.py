"""Rejected payment requests per structure, and their files (S2-044)."""

import asyncio
import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from chorus_tui.domain.flow import (
    Fate,
    Flow,
    FlowContents,
    FlowInvoice,
    FlowMode,
    FlowReport,
    RefusedInvoice,
    TechnicalError,
)
from chorus_tui.domain.flow_states import FlowState
from chorus_tui.domain.permissions import Profile
from chorus_tui.operations import Desk, Refusal, flow_rejects, permissions
from chorus_tui.settings import Structure
from tests.console.flowing import MIDI, NORD, flow
from tests.console.operator import NOW, desk_in

MISSING = "Le service exécutant est obligatoire pour ce destinataire (GDP_MSG_05.006)"
TAKEN = "Numéro déjà utilisé"
AT = NOW - timedelta(days=2)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Alice's structure has rejections of every kind; nobody governs the other one."""
    desk = replace(
        desk_in(tmp_path, structures=(Structure(siret=MIDI[0], main_manager="alice"),)), who="alice@here"
    )
    fill(desk)
    yield desk
    desk.store.close()


def fill(desk: Desk) -> None:
    """Partial, complete, technical, of another tool, not processed at all, and one of another structure."""
    partial = flow(1, FlowState.PARTLY_INTEGRATED, state_at=AT, emitted_at=AT - timedelta(days=1))
    complete = flow(2, FlowState.REJECTED, state_at=NOW, mode=FlowMode.EDI)
    technical = flow(3, FlowState.REJECTED, state_at=NOW - timedelta(hours=3), mode=FlowMode.PORTAL)
    foreign = flow(4, FlowState.PARTLY_INTEGRATED, state_at=AT, mode=FlowMode.UNKNOWN, count=0)
    lost = flow(5, FlowState.WARNING)
    north = flow(6, FlowState.REJECTED, issuer_siret=NORD[0], issuer_name=NORD[1])
    desk.store.flows.put(partial, complete, technical, foreign, lost, north, flow(7))
    desk.store.contents.put(
        holding(partial, ("A1", Fate.INTEGRATED, ()), ("A2", Fate.REFUSED, (MISSING, TAKEN))),
        holding(complete, ("B1", Fate.REFUSED, (TAKEN,)), ("B2", Fate.NOT_INTEGRATED, ())),
        holding(lost, ("C1", Fate.NOT_INTEGRATED, ())),
        holding(north, ("D1", Fate.REFUSED, ("=1+1",))),
    )
    desk.store.reports.put(
        report(complete, RefusedInvoice(number="B1", messages=(TAKEN,))),
        report(technical, technical=("Le fichier est vide",)),
        report(foreign, RefusedInvoice(number="X9", messages=(MISSING,))),
    )


def holding(of: Flow, *invoices: tuple[str, Fate, tuple[str, ...]]) -> FlowContents:
    made = (FlowInvoice(number=number, fate=fate, messages=said) for number, fate, said in invoices)
    return FlowContents(flow_id=of.id, invoices=tuple(made))


def report(of: Flow, *refused: RefusedInvoice, technical: tuple[str, ...] = ()) -> FlowReport:
    told: dict[str, Any] = {"state": of.state, "state_code": of.state_code, "fetched_at": NOW}
    errors = tuple(TechnicalError(message) for message in technical)
    return FlowReport(flow_id=of.id, number=of.number, refused=refused, technical=errors, **told)


def told(rows: list[flow_rejects.Rejected]) -> list[tuple[str, str, str]]:
    return [(row.flow_id, row.number, row.reason) for row in rows]


def test_each_rejected_payment_request_is_told_whatever_way_its_flow_went(desk: Desk) -> None:
    """S2-044: flow number, invoice number, day of deposit and reason; what was not processed is none."""
    rows = flow_rejects.rejects(desk, MIDI[0])
    assert told(rows) == [
        ("f2", "B1", TAKEN),
        ("f2", "B2", "Rejected with its flow; nothing is said against this invoice."),
        ("f3", "", "Le fichier est vide"),
        ("f1", "A2", f"{MISSING} | {TAKEN}"),
        ("f4", "X9", MISSING),
    ]
    assert {row.mode for row in rows} == set(FlowMode)
    assert rows[3].deposited == date(2026, 11, 19)
    assert rows[3].flow_number == flow(1).number
    assert asyncio.run(flow_rejects.rejects_in_slices(desk, MIDI[0])) == rows


def test_a_period_is_that_of_the_rejection(desk: Desk) -> None:
    """S2-044: both days count in."""
    assert len(flow_rejects.rejects(desk, MIDI[0], since=NOW.date())) == 3
    assert len(flow_rejects.rejects(desk, MIDI[0], until=AT.date())) == 2
    assert flow_rejects.rejects(desk, MIDI[0], date(2026, 11, 21), date(2026, 11, 21)) == []


def test_only_managers_open_them(desk: Desk) -> None:
    """S2-044: following flows is not enough; a secondary manager may; a structure without manager is open."""
    daemon = replace(desk, who="daemon@here")
    permissions.add_profile(desk, MIDI[0], "daemon")
    with pytest.raises(Refusal, match="opened by its main and secondary managers; alice is its main manager"):
        flow_rejects.rejects(daemon, MIDI[0])
    assert [issuer.siret for issuer in flow_rejects.structures(daemon)] == [NORD[0]]
    permissions.add_profile(desk, MIDI[0], "daemon", Profile.SECONDARY_MANAGER)
    assert len(flow_rejects.rejects(daemon, MIDI[0])) == 5
    assert len(flow_rejects.rejects(daemon, NORD[0])) == 1


def cells(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, delimiter=";"))


def test_one_file_holds_them_all_and_no_cell_is_run_by_a_spreadsheet(desk: Desk) -> None:
    """S2-044."""
    path = flow_rejects.export_rejects(desk, flow_rejects.rejects(desk, NORD[0]))
    head, row = cells(path)
    assert head[:4] == ["Flow number", "Invoice number", "Deposit date", "Reason"]
    assert row[:4] == [flow(6).number, "D1", "2026-11-22", "'=1+1"]
    assert path.parent == desk.settings.folders.exports


def test_a_file_for_each_day_as_the_portal_has_them(desk: Desk) -> None:
    """S2-044: operator-facts f1: one file per day per issuer; written again, it is replaced."""
    rows = flow_rejects.rejects(desk, MIDI[0])
    paths = flow_rejects.export_by_day(desk, rows)
    assert [path.name for path in paths] == [
        f"rejects-{MIDI[0]}-20261120.csv",
        f"rejects-{MIDI[0]}-20261122.csv",
    ]
    assert [len(cells(path)) for path in paths] == [1 + 2, 1 + 3]
    assert flow_rejects.export_by_day(desk, rows) == paths


def test_a_rejection_without_a_report_says_so(desk: Desk) -> None:
    """S2-044: it is listed from the moment its state is known."""
    desk.store.flows.put(flow(9, FlowState.REJECTED, state_at=datetime(2026, 11, 1, 9, tzinfo=NOW.tzinfo)))
    assert told(flow_rejects.rejects(desk, MIDI[0]))[-1] == (
        "f9",
        "",
        "No reason is known: its report was not fetched yet.",
    )
