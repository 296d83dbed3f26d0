"""Every way to a flow obeys the permissions on its structure (S2-014)."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from msgspec import structs

from chorus_tui.domain.document import Document
from chorus_tui.domain.flow import FlowContents, FlowInvoice, FlowMode
from chorus_tui.domain.flow_search import FlowCriteria
from chorus_tui.domain.flow_states import FlowStage, FlowState
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.operations import (
    Desk,
    Refusal,
    depositing,
    flow_dashboard,
    flow_journal,
    flow_listing,
    flow_rejects,
    flow_search,
    packs,
    permissions,
    report_files,
    resending,
    withdraw,
    withdrawing,
)
from chorus_tui.operations.depositing import Plan
from chorus_tui.operations.listing import counts
from chorus_tui.settings import Structure
from tests.console.flowing import MIDI, NORD, flow
from tests.console.operator import NOW, desk_in

NOBODY_COMPOSES = cast("Any", None)
"""Refusals come before anything is composed."""


@pytest.fixture
def alice(tmp_path: Path) -> Iterator[Desk]:
    """Her structure's flows: one rejected, one queued, one unsure, one to be deposited by hand."""
    desk = replace(
        desk_in(tmp_path, structures=(Structure(siret=MIDI[0], main_manager="alice"),)), who="alice@billing"
    )
    desk.store.flows.put(
        flow(1, FlowState.REJECTED, queued_by="alice@billing"),
        flow(2, None, stage=FlowStage.QUEUED),
        flow(3, None, stage=FlowStage.UNSURE),
        flow(4, None, stage=FlowStage.HANDED_OVER, mode=FlowMode.PORTAL, number=""),
        flow(5, issuer_siret=NORD[0], issuer_name=NORD[1]),
    )
    desk.store.contents.put(FlowContents(flow_id="f1", invoices=(FlowInvoice(number="FA-1"),)))
    desk.store.documents.put(
        Document(
            id="d",
            path="/d.pdf",
            name="d.pdf",
            sha256="d",
            size=1,
            filed_at=NOW,
            rule="r",
            state=DocumentState.TO_SUBMIT,
        )
    )
    yield desk
    desk.store.close()


def test_who_is_entitled_sees_all_flows_of_the_structure_whoever_sent_them(alice: Desk) -> None:
    """S2-014: user B sees user A's flow."""
    daemon = replace(alice, who="daemon@elsewhere")
    assert [each.id for each in flow_listing.flows(daemon)] == ["f5"]
    permissions.add_profile(alice, MIDI[0], "daemon")
    assert {each.id for each in flow_listing.flows(daemon)} == {"f1", "f2", "f3", "f4", "f5"}
    assert flow_listing.flow(daemon, "f1").queued_by == "alice@billing"
    assert flow_listing.flows(daemon) == flow_listing.flows(alice)


SEES: dict[str, Callable[[Desk], object]] = {
    "list": lambda desk: [one for one in flow_listing.flows(desk) if one.issuer_siret == MIDI[0]],
    "first": lambda desk: [one for one in flow_listing.first_flows(desk, 9) if one.issuer_siret == MIDI[0]],
    "header": lambda desk: counts(desk).flows,
    "search": lambda desk: flow_search.search(desk, FlowCriteria(issuer=MIDI[0])),
    "number": lambda desk: flow_search.search(desk, FlowCriteria(number=flow(1).number)),
    "invoice": lambda desk: flow_search.search(desk, FlowCriteria(invoice_number="FA-1")),
    "picked": lambda desk: flow_search.search(desk, FlowCriteria(selection=("f1",))),
    "issuers": lambda desk: [one for one in flow_search.issuers(desk) if one.siret == MIDI[0]],
    "proposals": lambda desk: [one for one in flow_search.proposals(desk, None) if one.id == "f1"],
    "dashboard": lambda desk: flow_dashboard.dashboard(desk, FlowCriteria(issuer=MIDI[0])).total,
    "rejections": lambda desk: [one for one in flow_rejects.structures(desk) if one.siret == MIDI[0]],
}


@pytest.mark.parametrize("way", SEES)
def test_nothing_of_it_shows_to_anybody_else(alice: Desk, way: str) -> None:
    """S2-014: lists, searches and counts; what its own people see is there."""
    assert SEES[way](alice)
    assert not SEES[way](replace(alice, who="daemon@billing"))


REFUSED: dict[str, Callable[[Desk, Path], object]] = {
    "open": lambda desk, _at: flow_listing.flow(desk, "f1"),
    "open by number": lambda desk, _at: flow_listing.flow(desk, flow(1).number),
    "resend": lambda desk, _at: resending.resendable(desk, "f1"),
    "plan a resend": lambda desk, _at: asyncio.run(
        resending.plan_resend(desk, NOBODY_COMPOSES, "f1", None, "because")
    ),
    "plan a deposit": lambda desk, _at: asyncio.run(
        depositing.plan(desk, NOBODY_COMPOSES, ["d"], FlowMode.PORTAL, issuer=MIDI[0])
    ),
    "deposit": lambda desk, _at: depositing.deposit(
        desk,
        Plan(mode=FlowMode.PORTAL, connection="", issuer_siret=MIDI[0], issuer_name="", parts=(), refused=()),
    ),
    "pack": lambda desk, at: packs.make_pack(desk, "f4", at),
    "number": lambda desk, _at: packs.typed_number(desk, "f4", "CPP0011110000000000099999"),
    "follow": lambda desk, _at: packs.follow(desk, "CPP0011110000000000099999", MIDI[0]),
    "not taken": lambda desk, _at: flow_journal.not_taken(desk, "f3"),
    "rejections": lambda desk, _at: flow_rejects.rejects(desk, MIDI[0]),
}


@pytest.mark.parametrize("way", REFUSED)
def test_nobody_else_does_anything_about_it(alice: Desk, way: str, tmp_path: Path) -> None:
    """S2-014: refused with whom to ask, and nothing is changed."""
    before = alice.store.flows.all()
    with pytest.raises(Refusal, match="alice"):
        REFUSED[way](replace(alice, who="daemon@billing"), tmp_path)
    assert alice.store.flows.all() == before


def test_verbs_on_many_refuse_each_with_whom_to_ask(alice: Desk, tmp_path: Path) -> None:
    """S2-014: withdrawing and writing reports."""
    daemon = replace(alice, who="daemon@billing")
    for outcome in (
        withdrawing.withdraw_flows(daemon, ["f2"]),
        report_files.write_reports(daemon, ["f1"], tmp_path / "reports", "json"),
    ):
        assert outcome.done == ()
        assert "alice" in outcome.refused[0][1]
    assert alice.store.flows["f2"].stage is FlowStage.QUEUED


def test_a_number_that_is_typed_tells_nothing_of_a_hidden_flow(alice: Desk) -> None:
    """S2-014: not even the name of its file."""
    alice.store.flows.put(flow(6, name="secret.xml"))
    with pytest.raises(Refusal, match="secret"):
        packs.follow(alice, flow(6).number, NORD[0])
    with pytest.raises(Refusal, match="alice") as refusal:
        packs.follow(replace(alice, who="daemon@billing"), flow(6).number, NORD[0])
    assert "secret" not in str(refusal.value)


def test_nobody_else_withdraws_a_flow_by_its_documents(alice: Desk) -> None:
    """S2-014: a flow whose file was made is withdrawn whole, so by those alone who see it."""
    document = structs.replace(alice.store.documents["d"], state=DocumentState.SUBMITTING, flow_id="f2")
    alice.store.documents.put(document)
    line = FlowInvoice(number="FA-1", document_id="d")
    alice.store.contents.put(FlowContents(flow_id="f2", invoices=(line,)))
    daemon = replace(alice, who="daemon@billing")
    assert "alice" in withdraw(daemon, ["d"]).refused[0][1]
    assert alice.store.flows["f2"].stage is FlowStage.QUEUED
    assert withdraw(alice, ["d"]).done == ("d",)
