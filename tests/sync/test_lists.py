"""What Chorus Pro knows is kept fresh; one thing that cannot be had holds up nothing else, and is told."""

import asyncio
from datetime import timedelta
from pathlib import Path

from chorus_tui.chorus import NotAvailable
from chorus_tui.cli.codes import Exit
from chorus_tui.cli.failures import explain
from chorus_tui.cli.working import unfinished
from chorus_tui.domain.intent import IntentState
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.operations import complete, submit
from chorus_tui.sandbox import World
from chorus_tui.store import Changes
from chorus_tui.sync import SyncService
from chorus_tui.sync.line import put_state
from chorus_tui.sync.service import BEAT
from tests.house import House
from tests.sync.test_service import until

VAL_D_OREE = "12345678200028"


async def test_a_pass_that_could_not_ask_for_the_suppliers_does_not_end_as_done(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        house.sandbox.faults.inject("structures/actives/fournisseur", "unavailable", None)
        house.filed("FA-1")
        await house.settle()
        assert house.store.state["sync"].trouble is None, "other calls were answered since"
        failure = unfinished(house.store, house.service)
        assert isinstance(failure, NotAvailable)
        assert explain(failure).code is Exit.UNREACHABLE
        house.sandbox.faults.clear()
        await house.settle()
        assert unfinished(house.store, house.service) is None


async def test_a_pass_whose_watched_folder_is_away_does_not_end_as_done(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        house.folder.rmdir()
        await house.settle()
        failure = unfinished(house.store, house.service)
        assert failure is not None
        assert str(house.folder) in explain(failure).sentence
        assert explain(failure).code is Exit.SETTINGS


async def test_a_recipient_whose_answer_cannot_be_read_holds_up_no_other(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        for number, siret in enumerate([VAL_D_OREE, "11000201100044"]):
            house.filed(f"FA-{number}", fields={"recipient_siret": siret})
        await house.service.analyse.run_once()
        # Recipients are asked for in the order of their SIRETs, each question up to four times.
        house.sandbox.faults.inject("structures/v1/rechercher", "garbage", 4)
        await house.service.lists.run_once()
        assert "11000201100044" not in house.store.recipients
        assert VAL_D_OREE in house.store.recipients
        assert "attachment_types" in house.store.lists


async def test_a_sign_of_life_is_given_however_seldom_invoices_are_tracked(tmp_path: Path) -> None:
    async with House(tmp_path, settings={"track_every": 3600.0}) as house:

        async def sleep(seconds: float) -> None:
            if seconds == BEAT:
                house.turn(timedelta(seconds=seconds))
                await asyncio.sleep(0.01)
            else:
                await asyncio.sleep(seconds)

        running = asyncio.create_task(SyncService(house.desk, house.chorus, house.reader, sleep=sleep).run())
        began = house.now
        await until(lambda: house.now - began > timedelta(minutes=10))
        alive_at = house.store.state["sync"].alive_at
        assert alive_at is not None
        assert house.now - alive_at <= timedelta(seconds=2 * BEAT)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_an_invoice_of_another_document_is_no_lost_call_of_this_one(tmp_path: Path) -> None:
    """The same invoice printed twice: what the first print made is not taken for the second one's."""
    async with House(tmp_path) as house:
        first = await house.submitted("FA-1")
        second = await house.ready("FA-1", note="Second print")
        with house.unseen("FA-1"):
            submit(house.desk, [second.id])
        house.sandbox.faults.inject("factures/v1/soumettre", "timeout_before")
        await house.settle_all()
        assert house.invoice("FA-1").document_id == first.id
        assert house.again_of(second, DocumentState.TO_SUBMIT).in_error
        assert house.store.intents.by("state", IntentState.CONFLICT)


async def test_an_invoice_that_turns_up_late_is_not_given_to_a_document_submitted_again(
    tmp_path: Path,
) -> None:
    """While a sweep goes on, an operator gives the document another number and submits it again."""
    async with House(tmp_path, world=World.load().with_invoices(60)) as house:
        document = await house.ready("FA-1")
        submit(house.desk, [document.id])
        house.sandbox.faults.inject("factures/v1/soumettre", "timeout_before", None)
        await house.settle_all(turns=12)
        house.sandbox.faults.clear()
        (intent,) = house.store.intents.by("document_id", document.id)
        await house.chorus.submit(intent.submission)  # one of the lost calls was only slow

        def again(changes: Changes) -> None:
            if "invoices" in changes and house.again_of(document).state is DocumentState.TO_SUBMIT:
                complete(house.desk, document.id, {"number": "FA-2"})
                assert submit(house.desk, [document.id]).done

        house.store.invoices.remove(*house.store.invoices.keys())
        put_state(house.desk, tracked_at=None)
        house.store.subscribe(again)
        await house.settle()
        await house.settle()
        assert house.again_of(document).invoice_id == house.invoice("FA-2").id
        assert house.invoice("FA-1").document_id == ""
