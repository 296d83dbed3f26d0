"""One flow: each invoice with its own status, its report in six blocks, and what goes again."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from chorus_tui.chorus.errors import NotAvailable, Refused
from chorus_tui.domain.flow import (
    Fate,
    Flow,
    FlowInvoice,
    FlowMode,
    RefusedInvoice,
    RejectionKind,
    ReturnFlow,
    TechnicalError,
)
from chorus_tui.domain.flow_states import FlowStage, FlowState
from chorus_tui.domain.permissions import Grant, Profile
from chorus_tui.operations.desk import Desk
from chorus_tui.settings import Structure
from chorus_tui.ui.app import ChorusConsole
from chorus_tui.ui.screens.flow import FlowDetail
from chorus_tui.ui.screens.flow_report import FlowReportScreen
from chorus_tui.ui.screens.flow_resend import FlowResend
from chorus_tui.ui.screens.flows import Flows
from chorus_tui.ui.screens.invoice import InvoiceDetail
from chorus_tui.ui.screens.portal_pack import PortalPack
from chorus_tui.ui.screens.tracking import Tracking
from tests.console.billing import Clerk
from tests.console.flowing import SERVICE_UNKNOWN, document, flow, hold, line, report
from tests.console.operator import NOW, Operator, console, desk_in, invoice

XSD = "IRRECEVABILITE: cvc-datatype-valid.1.2.1: '-1 324,60' is not a valid value for 'decimal'."
PARTLY = flow(1, FlowState.PARTLY_INTEGRATED, count=4, integrated=2, refused=2)


def lines() -> tuple[FlowInvoice, ...]:
    """Two integrated, two refused, one of which was put right since."""
    sent = document(3).fingerprint
    return (
        line(1),
        line(2),
        line(3, Fate.REFUSED, document_id="d3", fingerprint=sent),
        line(4, Fate.REFUSED, document_id="d4", fingerprint="another"),
    )


@asynccontextmanager
async def looking(
    folder: Path, one: Flow = PARTLY, *held: FlowInvoice, size: tuple[int, int] = (80, 24), **more: Any
) -> AsyncIterator[Clerk]:
    """Somebody at Home, whose cursor stands on a flow with these invoices."""
    desk = desk_in(folder)
    hold(desk, one, *(held or lines()))
    desk.store.documents.put(document(3), document(4))
    desk.store.invoices.put(*(invoice(at, flow_number=one.number) for at in (1, 2)), invoice(9))
    async with console(desk, size=size, place="flows", **more) as operator:
        yield Clerk(operator.app, operator.pilot)
    desk.store.close()


# The invoices of a flow


async def test_a_flow_tells_how_it_stands_and_each_invoice_its_own_status(tmp_path: Path) -> None:
    """S2-043, S2-072: refused ones first, what was said against them verbatim, what that means."""
    async with looking(tmp_path) as someone:
        await someone.press("enter")
        assert someone.sees(
            "Flows › CPP0011110000000000000001",
            "lot-1.tar.gz",
            "emitted 2026-11-22 08:42",
            "◑ Partially integrated (IN_INTEGRE_PARTIEL)",
            "→ Put the 2 refused ones right, then send them alone again.",
            "4 invoices: ✗ 2 refused · ✓ 2 integrated",
        )
        rows = [text for text in someone.lines if "FA-00" in text]
        assert ["FA-003" in rows[0], "FA-004" in rows[1]] == [True, True]
        assert someone.sees("not corrected", "corrected")
        assert someone.sees(
            f"✗ FA-003: {SERVICE_UNKNOWN} · The recipient has no such service", "→ Choose a service"
        )


async def test_enter_opens_the_form_of_a_refused_invoice_and_then_those_of_the_others(tmp_path: Path) -> None:
    """S2-077: from the report to the form that puts it right."""
    async with looking(tmp_path) as someone:
        await someone.press("enter", "enter")
        assert someone.form.document_id == "d3"
        await someone.keys("f10")
        assert someone.form.document_id == "d4"
        await someone.press("escape")
        assert isinstance(someone.app.screen, FlowDetail)


async def test_enter_opens_an_integrated_invoice_and_i_shows_all_of_them_in_tracking(tmp_path: Path) -> None:
    """S2-042, S2-074: a flow leads to its invoices."""
    async with looking(tmp_path) as someone:
        await someone.press("enter", "end", "enter")
        assert isinstance(someone.app.screen, InvoiceDetail)
        await someone.press("escape", "i")
        await someone.idle()
        tracking: Any = someone.app.screen
        assert isinstance(tracking, Tracking)
        assert {row.id for row in tracking.rows.shown} == {1, 2}
        assert someone.sees(f"/flow:{PARTLY.number}", "2 of 3")


async def test_the_chain_is_followed_both_ways(tmp_path: Path) -> None:
    """S2-076: what was sent again leads to where it went, and back."""
    again = flow(0, None, id="again", number="CPP-AGAIN", resends="f1")
    old = structs.replace(PARTLY, resent_by=("again",))
    async with looking(tmp_path, old) as someone:
        hold(someone.app.desk, again, line(3, Fate.PENDING, before="f1"))
        await someone.press("enter")
        assert someone.sees("→ sent again in CPP-AGAIN")
        await someone.press("l")
        assert someone.sees("Flows › CPP-AGAIN", f"← sends {PARTLY.number} again")
        await someone.press("l")
        assert someone.sees(f"Flows › {PARTLY.number}")


async def test_an_invoice_that_came_in_a_file_says_that_it_has_no_form(tmp_path: Path) -> None:
    async with looking(tmp_path, PARTLY, line(3, Fate.REFUSED)) as someone:
        await someone.press("enter", "enter")
        assert "It came in a file that was not made here" in someone.status


# Its report


def told(one: Flow) -> Any:
    """A report with everything in it."""
    refused = RefusedInvoice(number="FA-003", messages=(SERVICE_UNKNOWN, "Balise inconnue ZZ9"))
    returned = ReturnFlow(name="CSO1117A_ABC001_7.xml", at=NOW, kind="Integration report")
    return report(one, refused=(refused,), returned=(returned,))


async def test_the_report_has_six_blocks(tmp_path: Path) -> None:
    """S2-070, S2-072, S2-073."""
    async with looking(tmp_path, size=(80, 70)) as someone:
        someone.app.desk.store.reports.put(told(PARTLY))
        await someone.press("c")
        assert someone.sees(
            "1 File Deposited as FSO1117A_CPP001_CPP0011110000000000000001.tar.gz",
            "2 Moments Deposited 2026-11-22 08:42 State since 2026-11-22 08:47",
            "3 Result State ◑ Partially integrated (IN_INTEGRE_PARTIEL)",
            "4 Invoices 4 invoices: ✗ 2 refused · ✓ 2 integrated",
            "✗ Refused FA-003 COMMUNE DE TOULOUSE 300.50",
            "5 Errors 2 errors",
            "1/2 FA-003",
            f"“{SERVICE_UNKNOWN}”",
            "→ Choose a service",
            "“Balise inconnue ZZ9”",
            "6 Return flows of Chorus Pro",
            "CSO1117A_ABC001_7.xml",
            "History of states",
            "↑ Received 5 min",
        )


async def test_fifty_three_technical_errors_are_paged_each_with_its_words(tmp_path: Path) -> None:
    """S2-039, S2-073, S2-078: readable at 80×24; the common meaning once in full, then where it stands."""
    rejected = flow(1, FlowState.REJECTED, rejected_for=RejectionKind.TECHNICAL)
    errors = tuple(
        TechnicalError(f"{XSD} - ligne: {at} - position: 60", "ERR_XSD_001", "T") for at in range(150, 203)
    )
    async with looking(tmp_path, rejected) as someone:
        someone.app.desk.store.reports.put(report(rejected, technical=errors))
        await someone.press("c", "n")
        assert someone.sees("1/53", "ERR_XSD_001", "ligne: 150", "does not follow the schema")
        assert someone.sees("external specifications tell what each tag takes")
        await someone.press("n")
        assert someone.sees("2/53", "ligne: 151", "as in error 1.")
        await someone.press(*["n"] * 18)
        assert someone.sees("20/53", "ligne: 169")
        assert not someone.sees("ligne: 151"), "one error after the other comes to the top"
        await someone.press("G")
        assert someone.sees("53/53", "ligne: 202")


class Answers:
    """Lookups that bring a report, or fail."""

    def __init__(self, desk: Desk, failure: Exception | None = None) -> None:
        self.desk = desk
        self.failure = failure

    async def fetch_report(self, flow_id: str) -> Any:
        if self.failure is not None:
            raise self.failure
        self.desk.store.reports.put(told(self.desk.store.flows[flow_id]))

    async def report_pdf(self, flow_id: str) -> str:
        await self.fetch_report(flow_id)
        kept = self.desk.store.reports[flow_id]
        sha256 = self.desk.store.blobs.put(b"%PDF-1.4 report")
        self.desk.store.reports.put(structs.replace(kept, pdf=sha256))
        return sha256


async def test_the_report_is_asked_for_as_it_opens_and_the_stored_one_shown_meanwhile(tmp_path: Path) -> None:
    """S2-015, S1-083."""
    async with looking(tmp_path) as someone:
        someone.app.lookups = Answers(someone.app.desk)  # type: ignore[assignment]
        await someone.keys("c")
        assert someone.sees("Told at        2026-11-22 09:42")
        someone.app.lookups = Answers(someone.app.desk, NotAvailable())  # type: ignore[assignment]
        await someone.keys("r")
        assert someone.sees(
            "Chorus Pro is not available, please try again later", "Told at        2026-11-22"
        )
        unknown = Refused(20003, "Le numéro de flux est inconnu")
        someone.app.lookups = Answers(someone.app.desk, unknown)  # type: ignore[assignment]
        await someone.keys("r")
        assert someone.sees("Refused by Chorus Pro: Le numéro de flux est inconnu")


# Downloads


async def test_reports_of_marked_flows_are_written_as_the_platforms_pdf_or_as_json(tmp_path: Path) -> None:
    """S2-003, S2-070, S2-071: n files, and the folder is said."""
    async with looking(tmp_path) as someone:
        desk = someone.app.desk
        someone.app.lookups = Answers(desk)  # type: ignore[assignment]
        desk.store.flows.put(flow(2))
        await someone.news()
        await someone.press("a", "t")
        assert someone.sees("2 reports as:", "PDF of Chorus Pro", "JSON")
        await someone.keys("enter")
        folder = desk.settings.folders.exports
        assert f"2 reports written to {folder}" in someone.app.journal.entries()[-1].text
        assert [path.read_bytes()[:4] for path in sorted(folder.glob("*.pdf"))] == [b"%PDF", b"%PDF"]
        await someone.press("t")
        await someone.keys("j", "enter")
        (written,) = folder.glob("*.json")
        assert json.loads(written.read_text())["number"] == PARTLY.number


# Sending again


async def test_only_refused_ones_can_be_chosen_and_what_is_unchanged_says_why(tmp_path: Path) -> None:
    """S2-076, S2-077: integrated ones are not even listed."""
    async with looking(tmp_path) as someone:
        await someone.press("e")
        screen: Any = someone.app.screen
        assert isinstance(screen, FlowResend)
        assert [row.choice.number for row in screen.rows] == ["FA-003", "FA-004"]
        assert not someone.sees("FA-001")


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (FlowState.INTEGRATED, "Nothing to do."),
        (FlowState.WAITING_REPROCESSING, "Do not send it again."),
        (FlowState.IN_PROGRESS, "it goes on by itself"),
    ],
)
async def test_what_cannot_go_again_says_why(state: FlowState, words: str, tmp_path: Path) -> None:
    """S2-041, S2-074."""
    async with looking(tmp_path, flow(1, state)) as someone:
        assert "e Send again" not in someone.lines[-1]
        await someone.press("e")
        assert words in someone.status
        assert isinstance(someone.app.screen, Flows)


# Numbers, lost answers, withdrawing


async def test_the_number_of_a_pack_is_typed_and_its_state_asked_for(tmp_path: Path) -> None:
    """S2-011."""
    pack = flow(1, None, stage=FlowStage.HANDED_OVER, number="")
    async with looking(tmp_path, pack) as someone:
        assert someone.sees("! To be deposited by hand", "n types it, P shows the pack")
        await someone.press("n")
        assert someone.sees("Flow number of lot-1.tar.gz")
        await someone.type("CPP0011110000000000000777")
        await someone.press("enter")
        now = someone.app.desk.store.flows["f1"]
        assert (now.stage, now.number) == (FlowStage.DEPOSITED, "CPP0011110000000000000777")


async def test_a_pack_that_waits_is_written_and_shown_with_its_checklist(tmp_path: Path) -> None:
    """S2-011: also one whose documents were submitted one by one, or that goes again."""
    pack = flow(1, None, stage=FlowStage.QUEUED, mode=FlowMode.PORTAL, number="")
    async with looking(tmp_path, pack) as someone:
        store = someone.app.desk.store
        store.flows.put(structs.replace(pack, sha256=store.blobs.put(b"<xml/>")))
        await someone.news()
        assert someone.sees("4 Flows 1", "→ Write its pack", "P writes it")
        await someone.press("P")
        await someone.answered()
        assert isinstance(someone.app.screen, PortalPack)
        assert list(someone.app.desk.settings.folders.exports.rglob("CHECKLIST.txt"))
        assert store.flows["f1"].stage is FlowStage.HANDED_OVER
        await someone.press("escape")
        assert isinstance(someone.app.screen, Flows)


async def test_a_flow_of_another_tool_is_followed_by_its_number(tmp_path: Path) -> None:
    """S2-014: it is in the list from then on, under the cursor."""
    desk = desk_in(tmp_path)
    structure = structs.replace(desk.settings.connection, structure="00000000000017")
    desk.store.close()
    desk = desk_in(tmp_path, connection=structure)
    async with console(desk, place="flows") as operator:
        someone = Clerk(operator.app, operator.pilot)
        await someone.press("n")
        await someone.type("CPP0011110000000000000778")
        await someone.press("enter")
        await someone.news()
        assert someone.sees("CPP0011110000000000000778 is followed", "1/1")
        await someone.press("n")
        await someone.type("CPP0011110000000000000778")
        await someone.press("enter")
        assert "✗" in someone.lines[-2] or "!" in someone.lines[-2]
    desk.store.close()


async def test_that_a_lost_deposit_did_not_arrive_is_asked_before_it_is_believed(tmp_path: Path) -> None:
    """S2-009: said in error, it would be deposited twice."""
    lost = flow(1, None, stage=FlowStage.UNSURE, number="")
    async with looking(tmp_path, lost) as someone:
        await someone.press("e")
        assert "never sent again before that is known" in someone.status
        await someone.press("N")
        assert someone.sees("Is it certain that lot-1.tar.gz", "14,230.00 €", "No")
        await someone.press("enter")
        assert someone.app.desk.store.flows["f1"].is_settled is False
        await someone.press("N", "y")
        await someone.news()
        assert someone.app.desk.store.flows["f1"].stage is FlowStage.REFUSED


async def test_what_has_not_left_is_withdrawn(tmp_path: Path) -> None:
    waiting = flow(1, None, stage=FlowStage.QUEUED, number="", not_before=NOW + timedelta(minutes=1))
    async with looking(tmp_path, waiting) as someone:
        assert " w Withdraw " in someone.lines[-1]
        await someone.press("w")
        await someone.news()
        assert someone.app.desk.store.flows["f1"].stage is FlowStage.WITHDRAWN


async def test_a_report_leads_back_and_forth(tmp_path: Path) -> None:
    async with looking(tmp_path) as someone:
        await someone.press("enter", "c")
        assert isinstance(someone.app.screen, FlowReportScreen)
        await someone.press("tab", "tab")
        assert someone.sees("3 Result")
        await someone.press("escape", "escape")
        assert isinstance(someone.app.screen, Flows)


async def test_a_flow_whose_permission_is_taken_away_is_not_shown_any_more(tmp_path: Path) -> None:
    """S2-014, S2-023: the screens that stand on it close, too."""
    grant = Grant(
        user="clerk",
        siret=PARTLY.issuer_siret,
        profile=Profile.FLOW_FOLLOW_UP,
        granted_by="boss",
        granted_at=NOW,
    )
    desk = desk_in(tmp_path, structures=(Structure(siret=PARTLY.issuer_siret, main_manager="boss"),))
    desk.store.grants.put(grant)
    hold(desk, PARTLY, *lines())
    async with console(desk, place="flows") as operator:
        await operator.press("enter")
        assert isinstance(operator.app.screen, FlowDetail)
        desk.store.grants.remove(grant.key)
        await operator.news()
        assert isinstance(operator.app.screen, Flows)
        assert not operator.sees(PARTLY.number)
    desk.store.close()


def test_a_flow_looks_like_its_picture(tmp_path: Path, snap_compare: Any) -> None:
    """S2-072: how it stands above its invoices, words and remedy of the refused one, at 80×24."""
    desk = desk_in(tmp_path)
    hold(desk, PARTLY, *lines())
    desk.store.documents.put(document(3), document(4))
    app = ChorusConsole(desk, place="flows", theme="dark")

    async def look(pilot: Any) -> None:
        operator = Operator(app, pilot)
        await operator.news()
        await operator.press("enter")

    assert snap_compare(app, terminal_size=(80, 24), run_before=look)
    desk.store.close()
