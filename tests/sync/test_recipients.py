"""Recipients asked about again: queued by any console, asked by the one that leads, through the one line."""

from datetime import timedelta
from pathlib import Path

from msgspec import structs

from chorus_tui.domain.recipient import Alert, Shift
from chorus_tui.operations import recipients
from chorus_tui.operations.matching import decide
from chorus_tui.operations.refreshing import Progress, next_refreshes, progress, queue_refresh, stop_refresh
from tests.console.billing import VALLEY
from tests.house import House

TOWN, HOSPITAL, NOBODY = "12345678200051", "26990304300017", "99999999999999"
SEARCH = "structures/v1/rechercher"


async def test_what_one_console_queues_the_leader_asks(tmp_path: Path) -> None:
    async with House(tmp_path) as one:
        await one.settle()
        async with House(tmp_path, neighbour=one, who="other@desk") as two:
            queue_refresh(two.desk, [TOWN, HOSPITAL, NOBODY])
            one.store.refresh()
            await one.settle()
            two.store.refresh()
            assert progress(two.desk) == Progress(3, 3)
            assert two.store.recipients[TOWN].checked_at is not None
            assert two.store.recipients[NOBODY].id == 0


async def test_what_is_left_goes_on_after_a_restart(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        queue_refresh(house.desk, [TOWN, HOSPITAL])
        house.wire.kill(SEARCH, after=True)
        await house.until_killed()
        left = [refresh.siret for refresh in next_refreshes(house.desk, 9)]
        assert left
        await house.settle()
        assert progress(house.desk) == Progress(2, 2)


async def test_a_stopped_refresh_asks_no_more(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        await house.settle()
        queue_refresh(house.desk, [TOWN, HOSPITAL])
        house.wire.meanwhile(SEARCH, lambda: stop_refresh(house.desk))
        await house.settle()
        assert TOWN in house.store.recipients, "it was on its way"
        assert HOSPITAL not in house.store.recipients
        assert next_refreshes(house.desk, 9) == []


async def test_while_chorus_pro_is_away_the_queue_waits(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        await house.settle()
        house.sandbox.faults.inject("*", "unavailable", None)
        queue_refresh(house.desk, [TOWN, HOSPITAL])
        await house.settle()
        assert progress(house.desk) == Progress(0, 2)
        assert house.store.state["sync"].trouble is not None
        house.sandbox.faults.clear()
        await house.settle_all(3)
        assert progress(house.desk) == Progress(2, 2)


async def test_one_that_cannot_be_had_holds_up_no_other(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        await house.settle()
        house.sandbox.faults.inject(SEARCH, "garbage", 4)
        queue_refresh(house.desk, [TOWN, HOSPITAL])
        await house.settle_all(3)
        assert progress(house.desk) == Progress(2, 2, 1)


async def test_a_refresh_of_many_holds_up_no_document(tmp_path: Path) -> None:
    """What a waiting document needs is asked for between two handfuls of the queue."""
    async with House(tmp_path) as house:
        await house.settle()
        queue_refresh(house.desk, [f"{number:014}" for number in range(1, 60)])
        document = house.filed("FA-1", recipient=VALLEY)
        house.service.lists.follow({"documents": frozenset([document.id])})
        done = await house.service.lists.run_once()
        assert VALLEY.siret in house.store.recipients
        assert 0 < done < 20
        assert house.service.lists.due_in == 0.0
        await house.settle()
        assert progress(house.desk) == Progress(59, 59)
        assert house.service.lists.due_in > 0


async def test_what_services_demand_is_asked_again_with_their_recipient(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        await house.ready("FA-1", recipient=VALLEY)
        decide(house.desk, VALLEY.siret, "Écoles", "ECOLES")
        queue_refresh(house.desk, [VALLEY.siret])
        await house.settle()
        service = house.store.recipients[VALLEY.siret].service("ECOLES")
        assert service is not None
        assert service.commitment_required is True


async def test_documents_follow_when_their_recipients_services_become_known(tmp_path: Path) -> None:
    """S1-026: the printed name is a service that nobody knew when the document came."""
    async with House(tmp_path) as house:
        document = await house.ready(
            "FA-1", recipient=VALLEY, fields={"service_label": "Eau et assainissement"}
        )
        assert document.fields.service_code == "EAU_ASSAINISSEMENT"


async def test_the_api_decides_what_an_imported_directory_said(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = await house.ready("FA-1", recipient=VALLEY)
        known = house.store.recipients[VALLEY.siret]
        before = (True, known.service_required, known.commitment_required, known.service_or_commitment)
        alert = Alert(siret=VALLEY.siret, shifts=(Shift.INACTIVE,), at=house.now, before=before)
        for kept, said in ((alert, ()), (structs.replace(alert, before=(False, True, False, False)), 1)):
            house.store.alerts.put(kept)
            queue_refresh(house.desk, [VALLEY.siret], urgent=True)
            assert recipients.alerts(house.desk, document)[-1] == "Chorus Pro is being asked."
            await house.settle()
            told = recipients.alerts(house.desk, document)
            if not said:
                assert told == (), "Chorus Pro says that nothing changed"
            else:
                assert told == ("Chorus Pro says that the recipient is active again.",)
            house.turn(timedelta(minutes=1))
