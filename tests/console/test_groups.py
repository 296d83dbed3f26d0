"""Groups by cause, and one fix for all of a group."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from msgspec import json, structs
from syrupy.assertion import SnapshotAssertion
from textual import events

from chorus_tui.domain.document import Document, Failure, Phase
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.ui.screens.document_groups import DocumentGroups
from chorus_tui.ui.screens.fixing import FixScreen
from chorus_tui.ui.screens.to_submit import ToSubmit
from tests.console.billing import COUNTY, VALLEY, Clerk, clerk_of, ready, refused
from tests.house import House

SERVICE_MISSING = "Le service exécutant est obligatoire pour ce destinataire (GDP_MSG_05.006)"


async def many(house: House, count: int, letter: str = "V", **said: object) -> list[Document]:
    """So many documents, analysed together."""
    filed = [house.filed(f"F{letter}-{number}", **said) for number in range(count)]  # type: ignore[arg-type]
    await house.settle()
    return [house.again_of(document, DocumentState.TO_SUBMIT) for document in filed]


def fail(house: House, documents: Sequence[Document], message: str) -> None:
    """Let Chorus Pro have refused these with a message."""
    failure = Failure(phase=Phase.AFTER, message=message, at=house.now)
    house.store.documents.put(*(structs.replace(house.again_of(d), failure=failure) for d in documents))


def bytes_of(house: House, documents: Sequence[Document]) -> dict[str, bytes]:
    """The records as they are stored."""
    return {d.id: json.encode(house.store.documents[d.id]) for d in documents}


async def shown(clerk: Clerk, *texts: str) -> None:
    """Wait until these stand on the screen; says what stands there instead."""
    try:
        async with asyncio.timeout(8):
            await clerk.until_sees(*texts)
    except TimeoutError:
        raise AssertionError(clerk.screen) from None


async def test_forty_documents_without_their_service_are_put_right_with_six_keys(tmp_path: Path) -> None:
    """S1-064, S1-067, S1-071, S1-080: b, x, enter, 4, 0, enter; nothing else changes."""
    async with House(tmp_path, settings={"hold": 5.0}) as house:
        forty = await many(house, 40, recipient=VALLEY)
        # What Chorus Pro refused for it and what is seen to miss it are one group.
        fail(house, forty[:15], SERVICE_MISSING)
        others = await many(house, 3, "O")
        others += await many(house, 2, "C", recipient=COUNTY)
        fail(house, others[:1], "Quelque chose d'autre")
        before = bytes_of(house, others)
        async with clerk_of(house) as clerk:
            pressed = 0
            for key, then in (
                ("b", ("By cause", "40 ✗ Performing service", SERVICE_MISSING[:30], "x fixes the service")),
                ("x", ("Fix: Service", "EAU_ASSAINISSEMENT")),
                ("enter", ("(empty) → EAU_ASSAINISSEMENT 40 documents", "40 of 40 would pass", "Type 40:")),
                ("4", ("Type 40: 4",)),
                ("0", ("Type 40: 40",)),
                ("enter", ("40 queued; they leave in 5 s, u takes them back",)),
            ):
                await clerk.press(key)
                await shown(clerk, *then)
                pressed += 1
            assert pressed <= 6
            await house.settle()
            assert not house.sandbox.invoices.numbered("FV-0"), "a batch is held for a moment"
            await shown(clerk, "→ 40 leave in 5 s · u takes them back")
            house.turn(timedelta(seconds=6))
            await shown(clerk, "40 are on their way.")
            await house.settle()
        sent = [invoice for n in range(40) for invoice in house.sandbox.invoices.numbered(f"FV-{n}")]
        assert len(sent) == 40
        assert {invoice.row.code_service_executant for invoice in sent} == {"EAU_ASSAINISSEMENT"}
        assert {house.again_of(d).state for d in forty} == {DocumentState.SUBMITTED}
        assert bytes_of(house, others) == before


async def test_keys_that_are_typed_ahead_mean_what_comes(tmp_path: Path) -> None:
    """S1-064: over a slow line all six arrive before the first is answered; none becomes another command."""
    async with House(tmp_path) as house:
        twenty = await many(house, 20, recipient=VALLEY)
        async with clerk_of(house) as clerk:
            for key in ("b", "x", "enter", "2", "0", "enter"):
                clerk.app.post_message(events.Key(key, "\r" if key == "enter" else key))
            await shown(clerk, "By cause", "20 queued for submission")
        assert {house.again_of(d).state for d in twenty} == {DocumentState.SUBMITTING}


async def test_groups_are_counted_sorted_and_told(tmp_path: Path) -> None:
    """S1-061, S1-067, S1-080: the largest first, its words as they came, an unknown message as it is."""
    async with House(tmp_path) as house:
        await many(house, 2, recipient=VALLEY)
        unknown = await many(house, 3, "U")
        fail(house, unknown, "Erreur inattendue du module XY42")
        await many(house, 1, "C", recipient=COUNTY)
        async with clerk_of(house) as clerk:
            await clerk.press("b")
            await shown(clerk, "1/3", "Erreur inattendue du module XY42")
            rows = [line.split()[:2] for line in clerk.lines[4:7]]
            assert [row[-1] for row in rows[:1]] == ["3"]
            assert [line.replace(">", " ").split()[:2] for line in clerk.lines[4:7]] == [
                ["3", "✗"],
                ["2", "○"],
                ["1", "○"],
            ]
            await clerk.press("down", "enter")
            assert isinstance(clerk.app.screen, ToSubmit)
            assert clerk.sees("Performing service missing · COMMUNAUTE DE COMMUNES DU VAL", "1/2")
            assert {row.fields.number for row in clerk.list.rows.shown} == {"FV-0", "FV-1"}
            await clerk.press("b")
            assert "This is one group" in clerk.status
            await clerk.press("escape")
            assert isinstance(clerk.app.screen, DocumentGroups)
            await clerk.press("escape")
            assert len(clerk.list.rows.shown) == 6


async def test_a_cause_that_is_reprocessed_is_put_right_with_one_key(tmp_path: Path) -> None:
    """S1-064, S1-065, S1-085."""
    async with House(tmp_path) as house:
        lost = await many(house, 3)
        fail(house, lost, "Attachment 4711 of unknown type does not exist")
        async with clerk_of(house) as clerk:
            await clerk.press("b")
            await shown(clerk, "3 ✗")
            await clerk.press("x")
            await shown(clerk, "3 sent to analysis again")
            await house.settle()
            assert all(not house.again_of(d, DocumentState.TO_SUBMIT).in_error for d in lost)
            await shown(clerk, "Nothing came back and nothing is incomplete.")


async def test_a_fix_says_what_still_fails_and_sends_only_the_others(tmp_path: Path) -> None:
    """S1-071, S1-066."""
    async with House(tmp_path) as house:
        good = await many(house, 2, recipient=VALLEY)
        (bad,) = await many(house, 1, "B", recipient=VALLEY, fields={"net": Decimal(1)})
        async with clerk_of(house) as clerk:
            await clerk.press("a", "x")
            await shown(clerk, "Fix: Service · 3 documents")
            await clerk.type("techniques")
            assert clerk.sees("> SERVICE_DEST_SE")
            await clerk.press("enter")
            await shown(clerk, "2 of 3 would pass", "✗ 1 ×", "Change 3, submit the 2 that pass")
            await clerk.press("y")
            await shown(clerk, "2 queued", "1 not done")
            assert {house.again_of(d).state for d in good} == {DocumentState.SUBMITTING}
            kept = house.again_of(bad, DocumentState.TO_SUBMIT).fields.service_code or ""
            assert kept.startswith("SERVICE_DEST_SE")


async def test_what_the_chosen_service_demands_is_asked_before_the_preview(tmp_path: Path) -> None:
    """S1-084, S1-087: a service that makes the commitment number mandatory lets none of them pass."""
    async with House(tmp_path) as house:
        await many(house, 2, recipient=VALLEY)
        assert house.store.recipients[VALLEY.siret].service("ECOLES") is not None
        async with clerk_of(house) as clerk:
            await clerk.press("a", "x")
            await shown(clerk, "Fix: Service · 2 documents")
            await clerk.type("ecoles")
            assert clerk.sees("> ECOLES")
            await clerk.press("enter")
            await shown(clerk, "0 of 2 would pass", "✗ 2 ×", "commitment number")


async def test_the_last_fix_is_repeated_and_taken_back(tmp_path: Path) -> None:
    """S1-069, S1-073: `.` shows first what it changes; `u` takes back one change after the other."""
    async with House(tmp_path) as house:
        first, second = await many(house, 2, recipient=VALLEY)
        async with clerk_of(house) as clerk:
            await clerk.press("full_stop")
            assert "Nothing was fixed yet" in clerk.status
            await clerk.on("FV-0.pdf")
            await clerk.press("x", "enter", "y")
            await shown(clerk, "1 queued")
            await clerk.on("FV-1.pdf")
            await clerk.press("full_stop")
            await shown(clerk, "EAU_ASSAINISSEMENT", "Change and submit 1 invoice")
            await clerk.press("y")
            await shown(clerk, "1 queued")
            await clerk.press("u")
            await shown(clerk, "Taken back: fix (1 record)")
            assert house.again_of(second, DocumentState.TO_SUBMIT).fields.service_code is None
            await house.settle()
            assert house.deposited("FV-0") == 1
            await clerk.press("u")
            await shown(clerk, "Not taken back: fix. It has left already.")
            assert house.again_of(first).state is DocumentState.SUBMITTED


async def test_an_unknown_recipient_is_replaced_by_one_that_is_found(tmp_path: Path) -> None:
    """S1-084: the new recipient makes a service mandatory, so that is asked for, too."""
    async with House(tmp_path) as house:
        (document,) = await many(house, 1, fields={"recipient_siret": "99999999999999"})
        await house.ready("FA-1", recipient=VALLEY)
        async with clerk_of(house) as clerk:
            await clerk.on("FV-0.pdf")
            await clerk.press("x")
            await shown(clerk, "Fix: Recipient")
            await clerk.type("val d'oree")
            await shown(clerk, "> 12345678200028")
            await clerk.press("enter")
            await shown(clerk, "makes a service mandatory", "> EAU_ASSAINISSEMENT")
            await clerk.press("enter")
            await shown(clerk, "12345678200028", "(empty) → EAU_ASSAINISSEMENT", "Change and submit 1")
            await clerk.press("y")
            await shown(clerk, "1 queued")
            await house.settle()
        assert house.again_of(document).state is DocumentState.SUBMITTED


async def test_the_groups_and_the_preview_at_eighty_by_twenty_four(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    """Three groups with the words of the largest; then what the fix of twenty would change."""
    async with House(tmp_path) as house:
        twenty = await many(house, 20, recipient=VALLEY)
        fail(house, twenty[:5], SERVICE_MISSING)
        await refused(house)
        await ready(house, "FA-2", recipient=COUNTY)
        async with clerk_of(house) as clerk:
            await clerk.press("b")
            await shown(clerk, "20 ✗")
            assert clerk.body == snapshot(name="groups")
            await clerk.press("x", "enter")
            await shown(clerk, "Type 20:")
            assert clerk.body == snapshot(name="preview")
            assert isinstance(clerk.app.screen, FixScreen)
