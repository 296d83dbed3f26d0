"""The tab Search of place 4: criteria, results, selection, saved searches, export."""

import asyncio
import csv
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from chorus_tui.domain.flow import FlowContents, FlowInvoice, FlowMode, FlowType
from chorus_tui.domain.flow_search import FlowCriteria
from chorus_tui.domain.flow_states import SEARCHED_STATES, FlowState
from chorus_tui.domain.permissions import Grant, Profile
from chorus_tui.i18n import _
from chorus_tui.operations import flow_search
from chorus_tui.settings import Structure
from chorus_tui.ui.screens.flow_search import FlowSearch
from chorus_tui.ui.widgets.form_pane import FieldsPane
from tests.console.billing import Clerk
from tests.console.flowing import MIDI, NORD, flow, following

EDI: dict[str, Any] = {"mode": FlowMode.EDI, "connection": "Main", "partner_code": "ABC001"}
FLOWS = (
    flow(1),
    flow(2, FlowState.REJECTED),
    flow(3, type=FlowType.STRUCTURED, **EDI),
    flow(30, type=FlowType.STRUCTURED),
    flow(31, issuer_siret=NORD[0], issuer_name=NORD[1], type=FlowType.STRUCTURED),
)


def search_of(clerk: Clerk) -> FlowSearch:
    """The screen, as long as it is shown."""
    screen = clerk.app.screen
    assert isinstance(screen, FlowSearch)
    return screen


def found(clerk: Clerk) -> list[str]:
    """Ids of the flows in the results."""
    return [row.flow.id for row in search_of(clerk).rows.shown]


async def run(clerk: Clerk, *keys: str) -> list[str]:
    """Press keys, then search; what is found."""
    await clerk.keys(*keys, "f9")
    return found(clerk)


async def to_field(clerk: Clerk, name: str) -> None:
    """Put the cursor into a criterion, without the 63 ms of every key that leads there."""
    screen = search_of(clerk)
    screen.to_criteria()
    await clerk.idle()
    screen.typist.go(name)
    screen.draw()


async def fill(clerk: Clerk, name: str, text: str) -> None:
    """Paste a text into a criterion, in the place of what stood there."""
    await to_field(clerk, name)
    screen = search_of(clerk)
    screen.on_fields_pane_typed(FieldsPane.Typed("ctrl+u", ""))
    screen.on_fields_pane_typed(FieldsPane.Typed("paste", text))
    await clerk.idle()


def granted(user: str, at: datetime) -> Grant:
    """That somebody sees the flows of NORD."""
    profile = Profile.FLOW_FOLLOW_UP
    return Grant(user=user, siret=NORD[0], profile=profile, granted_by="alice", granted_at=at)


async def test_nothing_shows_before_the_first_search_and_everything_after_it(tmp_path: Path) -> None:
    """S2-050, S2-058, S2-013: the criteria wait; F9 searches; the results are Home's rows, counted."""
    outgoing = flow(9, mode=FlowMode.UNKNOWN, interface="FEN1200A")
    async with following(tmp_path, *FLOWS, outgoing) as clerk:
        await clerk.press("s")
        assert clerk.sees("Flows › Search", "Fill in what you know, then F9 searches")
        clerk.app.desk.store.grants.put(granted("clerk", clerk.app.desk.now()))
        await clerk.news()
        assert found(clerk) == [], "not even when permissions change"
        assert await run(clerk) == ["f31", "f1", "f2", "f3", "f30"]
        assert clerk.sees("5 flows found", "1/5")
        await clerk.keys("enter")
        assert clerk.sees(FLOWS[4].number), "the flow under the cursor opens as at Home"
        await clerk.keys("escape", "slash", *"edi", "enter")
        assert found(clerk) == ["f3"]


async def test_the_issuer_is_chosen_among_those_that_have_flows(tmp_path: Path) -> None:
    """S2-051: by arrow, by first letter, or in the list that enter opens."""
    async with following(tmp_path, *FLOWS) as clerk:
        await clerk.press("s")
        assert clerk.sees("‹ All issuers ›")
        assert await run(clerk, "right") == ["f31"]
        assert clerk.sees(f"{NORD[1]} {NORD[0][-5:]}")
        await clerk.press("s", "p")
        assert await run(clerk) == ["f1", "f2", "f3", "f30"]
        await clerk.press("s", "enter")
        assert clerk.sees("Issuer:", "All issuers")
        await clerk.keys("left", "enter")
        assert await run(clerk) == ["f31"]
        assert await run(clerk, "s", "backspace") != ["f31"], "backspace takes every issuer again"


async def test_the_current_status_has_ten_choices(tmp_path: Path) -> None:
    """S2-052: all statuses and the nine, in the order of the portal; each finds its flows."""
    flows = [flow(place, state) for place, state in enumerate(SEARCHED_STATES)]
    async with following(tmp_path, *flows) as clerk:
        await clerk.press("s", "down")
        offered = [words for _code, words in search_of(clerk).typist.choices("state")]
        assert offered == ["All statuses", *(_(state.label) for state in SEARCHED_STATES)]
        for place, state in enumerate(SEARCHED_STATES):
            search_of(clerk).typist.choose(state.value)
            search_of(clerk).search()
            await clerk.answered()
            assert found(clerk) == [f"f{place}"]
        await clerk.keys("s", "r")
        assert clerk.sees("‹ Rejected ›") or clerk.sees("‹ Received ›")


async def test_the_words_of_the_portal_stand_there_in_french(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S2-052: the statuses bear the words that French users know, as far as the catalogue has them."""
    monkeypatch.setenv("LANG", "fr_FR.UTF-8")
    async with following(tmp_path, *FLOWS) as clerk:
        await clerk.press("s", "down")
        offered = [words for _code, words in search_of(clerk).typist.choices("state")]
        assert offered[1:] == [_(state.label) for state in SEARCHED_STATES]


async def test_every_data_flow_type_is_offered_and_finds_its_flows(tmp_path: Path) -> None:
    """S2-053."""
    async with following(tmp_path, *(flow(at, type=type_) for at, type_ in enumerate(FlowType))) as clerk:
        await clerk.press("s")
        await to_field(clerk, "type")
        offered = [code for code, _words in search_of(clerk).typist.choices("type")]
        assert offered == ["", *FlowType]
        for at, type_ in enumerate(FlowType):
            search_of(clerk).typist.choose(type_.value)
            search_of(clerk).search()
            await clerk.answered()
            assert found(clerk) == [f"f{at}"]


async def test_a_period_is_typed_in_french_or_iso_form(tmp_path: Path) -> None:
    """S2-054: both ends included; what is no day is told on the line, and nothing is searched for."""
    async with following(tmp_path, *FLOWS) as clerk:
        await clerk.press("s")
        await to_field(clerk, "deposited_from")
        await clerk.type("22/11/2026")
        assert await run(clerk) == ["f1", "f2", "f3"]
        await fill(clerk, "deposited_from", "")
        await fill(clerk, "deposited_until", "2026-11-21")
        assert await run(clerk) == ["f31", "f30"]
        await fill(clerk, "deposited_until", "31/02/2026")
        await clerk.press("enter")
        assert clerk.sees("✗ Deposited until: There is no such day.")
        assert search_of(clerk).typing, "the cursor stays where it is to be put right"
        await fill(clerk, "deposited_until", "01/11/2026")
        await fill(clerk, "deposited_from", "02/11/2026")
        await clerk.press("f9")
        assert clerk.sees("The period ends before it begins")


async def test_the_selection_proposes_the_flows_of_the_chosen_type(tmp_path: Path) -> None:
    """S2-053, S2-055, S2-056: several are picked; picks of another type do not count, and are not lost."""
    async with following(tmp_path, *FLOWS) as clerk:
        await clerk.press("s", "down", "down")
        search_of(clerk).typist.choose(FlowType.STRUCTURED.value)
        await to_field(clerk, "selection")
        await clerk.keys("enter")
        assert clerk.sees("Selection: E1 structured", "1/3")
        await clerk.keys("space", "down", "space", "enter")
        assert clerk.sees("2 picked")
        assert await run(clerk) == ["f31", "f30"]
        await to_field(clerk, "selection")
        await clerk.keys("space", "escape")
        assert clerk.sees("2 picked"), "leaving the list changes nothing"
        await to_field(clerk, "type")
        search_of(clerk).typist.choose(FlowType.FACTUR_X.value)
        assert await run(clerk) == ["f1", "f2"]
        assert clerk.sees("0 of 2 picked")
        await to_field(clerk, "selection")
        await clerk.keys("enter")
        assert clerk.sees("Selection: E2 Factur-X", "1/2")
        await clerk.keys("d")
        assert clerk.sees("all proposed")


async def test_plus_opens_the_advanced_criteria(tmp_path: Path) -> None:
    """S2-057: flow number, filename, invoice number, partner code and mode, each by any part."""
    async with following(tmp_path, *FLOWS) as clerk:
        contents = FlowContents(flow_id="f2", invoices=(FlowInvoice(number="FA-2026-0042"),))
        clerk.app.desk.store.contents.put(contents)
        await clerk.press("s")
        assert clerk.sees("+ Advanced criteria")
        assert not clerk.sees("Filename")
        await clerk.press("+")
        assert clerk.sees("– Advanced criteria", "Data flow number", "Filename", "Partner code")
        for name, text, expected in (
            ("number", FLOWS[2].number[5:], ["f3"]),
            ("file_name", "LOT-30", ["f30"]),
            ("invoice_number", "0042", ["f2"]),
            ("partner_code", "abc", ["f3"]),
        ):
            await fill(clerk, name, text)
            await clerk.keys("enter")
            assert found(clerk) == expected, name
            await fill(clerk, name, "")
        await to_field(clerk, "mode")
        assert await run(clerk, "e") == ["f3"]
        await clerk.press("s", "f12")
        assert clerk.sees("+ Advanced criteria (1 filled in)")
        assert await run(clerk) == ["f3"], "what is hidden still counts"


async def test_reset_empties_everything(tmp_path: Path) -> None:
    """S2-059."""
    async with following(tmp_path, *FLOWS) as clerk:
        await clerk.press("s", "right", "down", "right", "plus")
        await fill(clerk, "number", "nothing has this")
        assert await run(clerk) == []
        assert clerk.sees("No flow answers to these criteria")
        await clerk.keys("f10")
        assert search_of(clerk).criteria == FlowCriteria()
        assert clerk.sees("‹ All issuers ›", "All statuses", "Fill in what you know")
        assert len(await run(clerk)) == len(FLOWS)


async def test_the_results_are_exported_and_nothing_else(tmp_path: Path) -> None:
    """S2-060, S2-002: the file holds the result set; with a filter, what shows of it."""
    async with following(tmp_path, *FLOWS) as clerk:
        await clerk.press("s", "down", "down", "right")
        assert await run(clerk) == ["f31", "f3", "f30"]
        await clerk.keys("x")
        assert "3 flows written to" in clerk.status
        [path] = clerk.app.desk.settings.folders.exports.glob("*.csv")
        rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines(), delimiter=";"))
        assert [row["File"] for row in rows] == ["lot-31.tar.gz", "lot-3.tar.gz", "lot-30.tar.gz"]
        path.unlink()
        await clerk.keys("slash", *"nord", "enter", "x")
        [path] = clerk.app.desk.settings.folders.exports.glob("*.csv")
        assert len(path.read_text(encoding="utf-8-sig").splitlines()) == 2
        await clerk.keys("escape", "s", "f10", "f9")
        await clerk.keys("slash", *"nothing", "enter", "x")
        assert clerk.sees("No row is displayed, so there is nothing to export.")


async def test_results_follow_what_happens(tmp_path: Path) -> None:
    """S2-058: a flow that answers no longer leaves the results, one that does comes."""
    async with following(tmp_path, *FLOWS) as clerk:
        await clerk.press("s", "down")
        search_of(clerk).typist.choose(FlowState.REJECTED.value)
        assert await run(clerk) == ["f2"]
        store = clerk.app.desk.store
        store.flows.put(flow(2, FlowState.INTEGRATED), flow(7, FlowState.REJECTED))
        await clerk.news()
        assert found(clerk) == ["f7"]


async def test_very_many_are_found_in_slices_and_none_is_missing(tmp_path: Path) -> None:
    """S2-058, S2-060: as the search has them, sorted otherwise too; a key that comes meanwhile meets all."""
    many = [flow(place, issuer_name=f"STRUCTURE {place % 3}") for place in range(1_700)]
    async with following(tmp_path, *many) as clerk:
        await clerk.press("s")
        expected = [each.id for each in flow_search.search(clerk.app.desk, FlowCriteria())]
        assert await run(clerk) == expected
        assert clerk.sees("1 700 flows found", "1/1 700")
        search_of(clerk).sort_by("emitted", down=True)
        assert (await run(clerk))[:3] == ["f0", "f1", "f2"]
        assert len(found(clerk)) == len(many)
        search_of(clerk).search()
        for _turn in range(100):
            if search_of(clerk).partly:
                break
            await asyncio.sleep(0)
        assert search_of(clerk).partly
        search_of(clerk).load_rest()
        assert sorted(found(clerk)) == sorted(expected)


async def test_results_obey_permissions_from_the_next_moment_on(tmp_path: Path) -> None:
    """S2-014: a structure that is granted comes into the results, one that is taken away leaves them."""
    named = (Structure(siret=NORD[0], main_manager="alice"),)
    async with following(tmp_path, *FLOWS, structures=named) as clerk:
        await clerk.press("s")
        assert "f31" not in await run(clerk)
        desk = clerk.app.desk
        grant = granted("clerk", desk.now())
        desk.store.grants.put(grant)
        await clerk.news()
        await clerk.answered()
        assert "f31" in found(clerk)
        desk.store.grants.remove(grant.key)
        await clerk.news()
        await clerk.answered()
        assert "f31" not in found(clerk)


async def test_criteria_stay_when_another_tab_is_looked_at(tmp_path: Path) -> None:
    """S2-051…057: what was filled in stands there again, also a day that is no day."""
    async with following(tmp_path, *FLOWS) as clerk:
        await clerk.press("s", "right")
        await fill(clerk, "deposited_until", "31/0")
        await clerk.press("escape")
        assert clerk.sees("Flows › Home")
        await clerk.press("s")
        assert clerk.sees(NORD[1], "31/0")
        kept = clerk.app.desk.store.drafts.all()
        assert [draft.document_id for draft in kept] == ["flow-search:clerk"]


async def test_a_search_is_saved_taken_up_and_removed(tmp_path: Path) -> None:
    """S2-058: F11 saves under a name, takes up, asks before it replaces, and removes."""
    async with following(tmp_path, *FLOWS) as clerk:
        await clerk.press("s", "right")
        await clerk.press("f11", "enter")
        await clerk.type("Ateliers")
        await clerk.keys("enter")
        assert clerk.sees("Saved as “Ateliers”", "Flows › Search › Ateliers")
        await clerk.keys("f10")
        assert not clerk.sees("› Ateliers")
        await clerk.keys("f11", "enter")
        assert found(clerk) == ["f31"]
        assert clerk.sees("› Ateliers")
        await clerk.press("s", "f10", "down", "right", "f11", "s", "enter")
        await clerk.type("ateliers")
        await clerk.press("enter")
        assert clerk.sees("Replace the search “Ateliers”?")
        await clerk.keys("escape")
        [kept] = flow_search.saved(clerk.app.desk)
        assert kept.criteria.issuer == NORD[0], "nothing is replaced unasked"
        await clerk.keys("f11", "r", "enter", "enter")
        assert flow_search.saved(clerk.app.desk) == []


async def test_a_drill_down_opens_what_it_counts(tmp_path: Path) -> None:
    """S2-082: with criteria given, the results stand there at once, and the kept criteria are as before."""
    async with following(tmp_path, *FLOWS) as clerk:
        criteria = FlowCriteria(issuer=MIDI[0], state=FlowState.REJECTED)
        await clerk.app.push_screen(FlowSearch(criteria))
        await clerk.answered()
        assert found(clerk) == ["f2"]
        assert clerk.sees("1 flow found", "Rejected")
        await clerk.press("h", "s")
        assert clerk.sees("‹ All issuers ›")


async def test_letters_are_typed_in_criteria_and_commands_in_results(tmp_path: Path) -> None:
    """S2-058: no letter typed into a criterion does anything else, and the key line says which keys count."""
    async with following(tmp_path, *FLOWS) as clerk:
        await clerk.press("s", "plus")
        await to_field(clerk, "file_name")
        await clerk.type("xqd1h")
        assert search_of(clerk).typist.sheet.text("file_name") == "xqd1h"
        assert clerk.sees("F9 Search", "F10 Reset", "F1 all keys")
        await clerk.press("ctrl+u")
        assert await run(clerk) != []
        assert clerk.sees("s Criteria", "x Export", "? all keys")
        await clerk.press("h")
        assert clerk.sees("Flows › Home")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_search_looks_like_this(
    tmp_path: Path, snapshot: SnapshotAssertion, size: tuple[int, int]
) -> None:
    """S2-050…060: at both sizes."""
    async with following(tmp_path, *FLOWS, size=size) as clerk:
        await clerk.press("s", "plus", "down", "down")
        await clerk.keys("right", "f9")
        if size[0] >= 120:
            await clerk.at_rest()
        assert clerk.screen == snapshot
