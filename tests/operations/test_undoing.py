"""Taking back what was done, as long as no call has left: one test per promise."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from chorus_tui.domain.document import Document
from chorus_tui.domain.intent import IntentState
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.operations import (
    Desk,
    attach,
    complete,
    decide,
    detach,
    forget,
    held,
    in_slices,
    last_deed,
    rehearse_undo,
    remove,
    reprocess,
    restore,
    snooze,
    submit,
    undo,
    undo_in_slices,
    wake,
    withdraw,
)
from chorus_tui.operations.matching import affected, find, match_key, refill
from chorus_tui.operations.recording import KEPT, KEPT_FOR, KEPT_TRACES, MAY_GO_ON
from chorus_tui.operations.settling import uploaded
from tests.house import House, Killed, pdf_of
from tests.sheets import Party, Sheet

NEEDS_SERVICE = Party("COMMUNAUTE DE COMMUNES DU VAL D'OREE", "12345678200028")


def of_another(house: House) -> Desk:
    """The desk of somebody else on the same store."""
    return replace(house.desk, who="colleague@elsewhere")


async def test_what_was_typed_is_taken_back_step_by_step(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        first = await house.ready("FA-1")
        second = complete(house.desk, first.id, {"number": "FA-1-BIS"})
        complete(house.desk, first.id, {"comment": "Two"})
        undone = undo(house.desk)
        assert undone is not None
        assert (undone.verb, undone.done, undone.refused) == ("complete", (first.id,), ())
        assert house.again_of(first) == second
        undo(house.desk)
        assert house.again_of(first) == first
        assert undo(house.desk) is None
        assert last_deed(house.desk) is None


async def test_what_changed_nothing_is_nothing_to_take_back(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        complete(house.desk, document.id, {"number": "FA-1-BIS"})
        complete(house.desk, document.id, {"number": "FA-1-BIS"})
        assert submit(house.desk, ["nothing"]).refused
        last = last_deed(house.desk)
        assert last is not None
        assert last.verb == "complete"
        undo(house.desk)
        assert house.again_of(document) == document


VERBS: dict[str, Callable[[House, str], object]] = {
    "reprocess": lambda house, key: reprocess(house.desk, [key]),
    "remove": lambda house, key: remove(house.desk, [key]),
    "submit": lambda house, key: submit(house.desk, [key]),
    "attach": lambda house, key: attach(house.desk, key, house.home / "note.pdf", "BDL"),
    "match": lambda house, _key: decide(house.desk, "12345678200051", "Mairie annexe", "MAIRIE"),
}


@pytest.mark.parametrize("verb", VERBS)
async def test_a_verb_is_taken_back_with_all_it_did(verb: str, tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = await house.ready("FA-1", fields={"service_label": "Mairie annexe", "service_code": None})
        (tmp_path / "note.pdf").write_bytes(b"%PDF-1.7 note")
        VERBS[verb](house, document.id)
        assert house.again_of(document) != document
        undone = undo(house.desk)
        assert undone is not None
        assert undone.verb == verb
        assert document.id in undone.done
        assert undone.refused == ()
        assert house.again_of(document) == document
        assert house.store.matches.all() == []
        assert any(a.verb == "undo" and a.record == document.id for a in house.store.activity.all())


async def test_the_counterparts_are_taken_back_too(tmp_path: Path) -> None:
    """Withdraw, restore, detach, forget and wake are changes like any other."""
    async with House(tmp_path) as house:
        note = tmp_path / "note.pdf"
        note.write_bytes(b"%PDF-1.7 note")
        document = await house.ready("FA-1", fields={"service_label": "Mairie annexe", "service_code": None})
        match = decide(house.desk, "12345678200051", "Mairie annexe", "MAIRIE")
        attached = attach(house.desk, document.id, note, "BDL")
        detach(house.desk, document.id, attached.attachments[0].sha256)
        undo(house.desk)
        assert house.again_of(document) == attached
        forget(house.desk, match.key)
        assert house.again_of(document).fields.service_code is None
        undo(house.desk)
        assert house.again_of(document) == attached
        assert house.store.matches[match.key] == match
        remove(house.desk, [document.id])
        removed = house.again_of(document)
        restore(house.desk, [document.id])
        undo(house.desk)
        assert house.again_of(document) == removed
        undo(house.desk)
        snooze(house.desk, [f"document:{document.id}"], date(2030, 1, 1))
        asleep = house.store.snoozes.all()
        wake(house.desk, [f"document:{document.id}"])
        undo(house.desk)
        assert house.store.snoozes.all() == asleep
        undo(house.desk)
        assert house.store.snoozes.all() == []
        assert house.again_of(document) == attached


async def test_a_queued_submission_is_withdrawn_and_its_journal_kept(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        submit(house.desk, [document.id])
        undo(house.desk)
        (intent,) = house.store.intents.all()
        assert intent.state is IntentState.WITHDRAWN
        await house.settle()
        assert house.deposited("FA-1") == 0
        submit(house.desk, [document.id])
        await house.settle()
        assert house.deposited("FA-1") == 1


async def test_what_has_left_is_not_taken_back_and_says_so(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        complete(house.desk, document.id, {"comment": "one"})
        submit(house.desk, [document.id])
        await house.settle()
        left = house.again_of(document, DocumentState.SUBMITTED)
        undone = undo(house.desk)
        assert undone is not None
        assert (undone.done, undone.refused) == ((), ((document.id, "It has left already."),))
        undone = undo(house.desk)
        assert undone is not None
        assert undone.refused == ((document.id, "It has left already."),), "what was typed left with it"
        assert house.again_of(document) == left
        assert undo(house.desk) is None


async def test_what_is_on_its_way_is_not_taken_back(tmp_path: Path) -> None:
    """The process died while the call was on its way: nobody knows whether it was taken."""
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        submit(house.desk, [document.id])
        house.wire.kill("/soumettre", after=True)
        await house.until_killed()
        undone = undo(house.desk)
        assert undone is not None
        assert undone.refused == ((document.id, "It has left already."),)
        await house.settle_all()
        assert house.deposited("FA-1") == 1


async def test_a_withdrawal_taken_back_queues_again_and_can_be_stopped_once_more(tmp_path: Path) -> None:
    async with House(tmp_path, settings={"hold": 5.0}) as house:
        document = await house.ready("FA-1")
        submit(house.desk, [document.id])
        queued = house.again_of(document)
        withdraw(house.desk, [document.id])
        undo(house.desk)
        assert house.again_of(document) == queued
        await house.settle()
        assert house.deposited("FA-1") == 0, "held"
        house.turn(timedelta(seconds=6))
        await house.settle()
        assert house.deposited("FA-1") == 1


async def test_a_batch_in_slices_is_taken_back_at_once(tmp_path: Path) -> None:
    async with House(tmp_path, settings={"hold": 5.0}) as house:
        before = await ready(house, 40)
        await in_slices(submit, house.desk, [d.id for d in before])
        assert len(house.store.deeds.all()) > 1
        stopped = held(house.desk)
        assert stopped is not None
        assert (stopped.count, stopped.until) == (40, house.now + timedelta(seconds=5))
        undone = undo(house.desk)
        assert undone is not None
        assert len(undone.done) == 40
        assert held(house.desk) is None
        assert [house.again_of(d) for d in before] == before
        assert undo(house.desk) is None


async def test_one_alone_leaves_at_once(tmp_path: Path) -> None:
    async with House(tmp_path, settings={"hold": 5.0}) as house:
        document = await house.ready("FA-1")
        await in_slices(submit, house.desk, [document.id])
        assert held(house.desk) is None
        await house.settle()
        assert house.deposited("FA-1") == 1


async def test_what_waits_for_chorus_pro_is_not_said_to_be_held(tmp_path: Path) -> None:
    async with House(tmp_path, settings={"hold": 5.0}) as house:
        documents = await ready(house, 2)
        submit(house.desk, [d.id for d in documents])
        house.turn(timedelta(seconds=6))
        house.sandbox.faults.inject("soumettre", "unreachable", times=10)
        await house.settle()
        assert {i.state for i in house.store.intents.all()} == {IntentState.QUEUED}
        assert held(house.desk) is None


async def test_of_a_batch_what_left_stays_and_the_rest_comes_back(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        first, second = await ready(house, 2)
        submit(house.desk, [first.id, second.id])
        house.wire.meanwhile("/soumettre", lambda: withdrawn.append(undo(house.desk)))
        withdrawn: list[Any] = []
        await house.settle()
        (undone,) = withdrawn
        assert len(undone.done) + len(undone.refused) == 2
        assert undone.refused
        for key in undone.done:
            assert house.store.documents[key].state is DocumentState.TO_SUBMIT
        for key, why in undone.refused:
            assert why == "It has left already."
            assert house.store.documents[key].state is DocumentState.SUBMITTED
            assert house.store.documents[key].invoice_id is not None


async def test_nobody_takes_back_what_another_did(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        theirs = of_another(house)
        complete(theirs, document.id, {"comment": "theirs"})
        assert undo(house.desk) is None
        complete(house.desk, document.id, {"number": "FA-2"})
        after = complete(theirs, document.id, {"comment": "theirs, again"})
        undone = undo(house.desk)
        assert undone is not None
        assert undone.refused == ((document.id, "It changed since."),)
        assert house.again_of(document) == after


async def test_what_another_withdrew_and_queued_again_stays_theirs(tmp_path: Path) -> None:
    """The document looks as the first submission left it; taken back, it could be removed and still leave."""
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        submit(house.desk, [document.id])
        withdraw(of_another(house), [document.id])
        submit(of_another(house), [document.id])
        queued = house.again_of(document, DocumentState.SUBMITTING)
        undone = undo(house.desk)
        assert undone is not None
        assert undone.refused == ((document.id, "It changed since."),)
        assert house.again_of(document) == queued
        await house.settle()
        assert house.again_of(document, DocumentState.SUBMITTED).invoice_id is not None


async def test_a_withdrawal_is_not_taken_back_into_a_number_that_is_taken_since(tmp_path: Path) -> None:
    """S1-050, S1-090: what is queued again obeys the checks that every submission obeys."""
    async with House(tmp_path) as house:
        first = await house.ready("FA-1")
        house.turn(timedelta(minutes=1))
        second = await house.ready("FA-2")
        submit(house.desk, [second.id])
        withdraw(house.desk, [second.id])
        left = house.again_of(second)
        complete(of_another(house), first.id, {"number": "FA-2"})
        assert submit(of_another(house), [first.id]).done
        await house.settle()
        undone = undo(house.desk)
        assert undone is not None
        ((key, why),) = undone.refused
        assert (key, "taken this year" in why) == (second.id, True)
        assert house.again_of(second) == left
        await house.settle_all()
        assert house.deposited("FA-2") == 1


async def test_the_same_operator_takes_it_back_from_another_console(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        complete(house.desk, document.id, {"number": "FA-2"})
        async with House(tmp_path, neighbour=house) as beside:
            undone = undo(beside.desk)
            assert undone is not None
            assert undone.done == (document.id,)
        house.store.refresh()
        assert house.again_of(document) == document


async def test_a_rehearsal_says_the_same_and_changes_nothing(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        first, second = await ready(house, 2)
        remove(house.desk, [first.id, second.id])
        restore(of_another(house), [first.id])
        removed = house.again_of(second)
        rehearsed = rehearse_undo(house.desk)
        assert house.again_of(second) == removed
        assert rehearsed == undo(house.desk)
        assert rehearsed is not None
        assert rehearsed.done == (second.id,)


async def test_an_undo_cut_short_goes_on_where_it_ended(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        before = await ready(house, 40)
        remove(house.desk, [d.id for d in before])

        def dies(_seen: int) -> None:
            raise Killed

        with pytest.raises(Killed):
            await undo_in_slices(house.desk, dies)
        await house.again()
        back = [d for d in before if house.again_of(d) == d]
        assert 0 < len(back) < 40
        undone = await undo_in_slices(house.desk)
        assert undone is not None
        assert (len(undone.done), undone.refused) == (40 - len(back), ())
        assert [house.again_of(d) for d in before] == before


async def test_an_undo_of_very_many_lets_the_screen_breathe(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        before = await ready(house, 40)
        remove(house.desk, [d.id for d in before])
        turns = 0

        async def breathe() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        breathing = asyncio.create_task(breathe())
        await undo_in_slices(house.desk)
        breathing.cancel()
        assert turns >= 3


async def test_an_automatic_document_that_was_stopped_does_not_go_by_itself(tmp_path: Path) -> None:
    """S1-019: who stops it wants to look at it."""
    async with House(tmp_path, rule={"automatic": True}) as house:
        document = house.filed("FA-1", recipient=NEEDS_SERVICE)
        await house.settle()
        complete(house.desk, document.id, {"service_code": "EAU_ASSAINISSEMENT"})
        assert submit(house.desk, [document.id]).done
        undo(house.desk)
        await house.settle()
        assert house.deposited("FA-1") == 0
        assert house.again_of(document, DocumentState.TO_SUBMIT).fields.service_code == "EAU_ASSAINISSEMENT"


async def test_an_attachment_that_was_uploaded_meanwhile_does_not_stand_in_the_way(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        note = tmp_path / "note.pdf"
        note.write_bytes(b"%PDF-1.7 note")
        document = await house.ready("FA-1")
        document = attach(house.desk, document.id, note, "BDL")
        submit(house.desk, [document.id])
        (intent,) = house.store.intents.all()
        uploaded(house.desk, intent, document.attachments[0].sha256, 4711)
        undone = undo(house.desk)
        assert undone is not None
        assert undone.done == (document.id,)
        now = house.again_of(document, DocumentState.TO_SUBMIT)
        assert now.attachments[0].chorus_id == 4711, "it need not be uploaded again"


async def test_a_removal_is_not_taken_back_where_the_content_came_in_again(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        remove(house.desk, [document.id])
        path = house.folder / "FA-1.pdf"
        path.rename(house.folder / "again.pdf")
        await house.settle()
        assert house.document("again.pdf").state is DocumentState.TO_SUBMIT
        undone = undo(house.desk)
        assert undone is not None
        assert undone.refused == (
            (document.id, "The same content waits or was submitted under another name."),
        )


async def test_a_removal_is_not_taken_back_over_a_newer_version_of_the_file(tmp_path: Path) -> None:
    """S1-074: the old version came first, so it would be the one that is sent."""
    async with House(tmp_path) as house:
        old = await house.ready("FA-1")
        other = await house.ready("FA-2")
        remove(house.desk, [old.id, other.id])
        house.turn(timedelta(minutes=1))
        house.drop(pdf_of(Sheet(number="FA-1", note="corrected")), old.name)
        house.drop(pdf_of(Sheet(number="FA-3", note="another invoice")), other.name)
        await house.settle()
        why = "A newer version of the file waits or was submitted."
        assert restore(house.desk, [old.id]).refused == ((old.id, why),)
        undone = undo(house.desk)
        assert undone is not None
        assert undone.refused == ((old.id, why),)
        assert undone.done == (other.id,), "only its file's name was used again"


async def test_a_match_that_chorus_pro_counted_meanwhile_is_still_taken_back(tmp_path: Path) -> None:
    """S1-070: a wrong label told by hand, of which one invoice was quicker than the operator."""
    async with House(tmp_path) as house:
        siret, label = "12345678200051", "Mairie annexe"
        printed: dict[str, Any] = {"service_label": label, "service_code": None}
        first = await house.ready("FA-1", fields=printed)
        second = await house.ready("FA-2", fields=printed, note="another page")
        decide(house.desk, siret, label, "CANTINE")
        submit(house.desk, [first.id])
        await house.settle()
        undo(house.desk)  # of the submission, which has left
        undone = undo(house.desk)
        assert undone is not None
        assert undone.refused == ((first.id, "It has left already."),)
        assert set(undone.done) == {second.id, match_key(siret, label)}
        assert find(house.desk, siret, label) is None
        assert house.again_of(second).fields.service_code is None


async def test_what_a_match_taken_back_taught_counts_against_the_one_before(tmp_path: Path) -> None:
    """S1-003: what Chorus Pro told since the deed is kept."""
    async with House(tmp_path) as house:
        siret, label = "12345678200051", "Mairie annexe"
        printed: dict[str, Any] = {"service_label": label, "service_code": None}
        for told, code in enumerate(("MAIRIE", "CANTINE", "CANTINE")):
            document = await house.ready(f"FA-{told}", fields=printed, note=f"{told}")
            house.turn(timedelta(minutes=1))
            decide(house.desk, siret, label, code)
            submit(house.desk, [document.id])
            await house.settle()
            undo(house.desk)
        undo(house.desk)
        known = find(house.desk, siret, label)
        assert known is not None
        assert (known.service_code, known.held, known.told) == ("CANTINE", 2, True)
        undo(house.desk)
        known = find(house.desk, siret, label)
        assert known is not None
        assert (known.service_code, known.held) == ("MAIRIE", 1)
        assert (known.missed, known.others) == (2, {"CANTINE": 2})


async def test_documents_that_arrived_since_lose_a_match_that_is_taken_back(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        label: dict[str, Any] = {"service_label": "Mairie annexe", "service_code": None}
        early = await house.ready("FA-1", fields=label)
        decide(house.desk, "12345678200051", "Mairie annexe", "MAIRIE")
        late = await house.ready("FA-2", fields=label)
        changed = complete(of_another(house), early.id, {"comment": "kept"})
        assert {d.fields.service_code for d in (changed, house.again_of(late))} == {"MAIRIE"}
        undone = undo(house.desk)
        assert undone is not None
        assert undone.refused == ()
        assert house.again_of(late).fields.service_code is None
        assert house.again_of(early).fields.service_code is None
        assert house.again_of(early).fields.comment == "kept"


async def matched_in_slices(house: House, number: int) -> list[Document]:
    """Documents that print a label, before they followed its match as beside a running screen."""
    label: dict[str, Any] = {"service_label": "Mairie annexe", "service_code": None}
    model = await house.ready("FA-1", fields=label)
    before = [copy_of(model, place) for place in range(number)]
    house.store.documents.put(*before)
    complete(house.desk, model.id, {"comment": "the deed before"})
    desk = house.desk.in_batch()
    match = decide(desk, "12345678200051", "Mairie annexe", "MAIRIE", follow=False)
    await in_slices(refill, desk, affected(desk, match.key))
    assert {d.fields.service_code for d in house.store.documents.all()} == {"MAIRIE"}
    return before


async def test_a_match_that_many_followed_in_slices_is_one_deed_to_take_back(tmp_path: Path) -> None:
    """S1-070, S1-073: and who presses the key again takes back the deed before."""
    async with House(tmp_path) as house:
        before = await matched_in_slices(house, 40)
        late = copy_of(house.again_of(before[0]), 40)
        house.store.documents.put(late)  # analysed since, and filled in
        changed = complete(of_another(house), before[1].id, {"comment": "kept"})
        undone = await undo_in_slices(house.desk)
        assert undone is not None
        assert (len(undone.done), undone.refused) == (42, ())
        untouched = [d for d in before if d.id != changed.id]
        assert [house.again_of(d) for d in untouched] == untouched
        assert {d.fields.service_code for d in house.store.documents.all()} == {None}
        assert house.again_of(changed).fields.comment == "kept"
        last = await undo_in_slices(house.desk)
        assert last is not None
        assert last.verb == "complete"
        assert last_deed(house.desk) is None


async def test_a_match_whose_undo_was_cut_short_anywhere_is_taken_back_by_the_next(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        before = await matched_in_slices(house, 40)
        late = copy_of(house.again_of(before[0]), 40)
        house.store.documents.put(late)
        for steps in (1, 1, 4):
            undoing = asyncio.create_task(undo_in_slices(house.desk))
            for _step in range(steps):
                await asyncio.sleep(0)
            undoing.cancel()
            await asyncio.gather(undoing, return_exceptions=True)
        done = last_deed(house.desk)
        assert done is not None
        if done.verb == "match":  # else it was finished
            undone = await undo_in_slices(house.desk)
            assert undone is not None
            assert undone.refused == ()
            done = last_deed(house.desk)
        assert done is not None
        assert done.verb == "complete"
        assert house.store.matches.all() == []
        assert [house.again_of(d) for d in before] == before
        assert house.again_of(late).fields.service_code is None


@pytest.mark.parametrize("sliced", [True, False])
async def test_a_large_deed_is_taken_back_in_slices_as_in_one_go(tmp_path: Path, sliced: bool) -> None:
    async with House(tmp_path) as house:
        label: dict[str, Any] = {"service_label": "Mairie annexe", "service_code": None}
        model = await house.ready("FA-1", fields=label)
        before = [copy_of(model, place) for place in range(40)]
        house.store.documents.put(*before)
        decide(house.desk, "12345678200051", "Mairie annexe", "MAIRIE")
        assert len(house.store.deeds.all()) == 1
        changed = complete(of_another(house), before[39].id, {"comment": "kept"})
        undone = await undo_in_slices(house.desk) if sliced else undo(house.desk)
        assert undone is not None
        assert (undone.verb, len(undone.done), undone.refused) == ("match", 42, ())
        assert [house.again_of(d) for d in before[:39]] == before[:39]
        assert house.again_of(changed).fields.service_code is None
        assert last_deed(house.desk) is None


async def test_old_deeds_are_forgotten(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        for number in range(KEPT + 5):
            complete(house.desk, document.id, {"comment": f"{number}"})
        assert len(house.store.deeds.all()) == KEPT
        complete(of_another(house), document.id, {"comment": "theirs"})
        assert len(house.store.deeds.all()) == KEPT + 1, "each operator has his own"
        house.turn(KEPT_FOR + timedelta(days=1))
        complete(house.desk, document.id, {"comment": "late"})
        assert len(house.store.deeds.all()) == 1


async def test_large_deeds_are_forgotten_sooner_and_the_last_never(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        model = await house.ready("FA-1")
        many = [copy_of(model, number) for number in range(KEPT_TRACES + 1)]
        house.store.documents.put(*many)
        keys = [d.id for d in many]
        await in_slices(remove, house.desk, keys)
        assert sum(len(d.traces) for d in house.store.deeds.all()) == len(keys)
        house.turn(MAY_GO_ON)
        restore(house.desk, keys[:1])
        assert len(house.store.deeds.all()) == 1


async def test_a_large_batch_under_way_is_not_forgotten_for_what_is_done_beside_it(tmp_path: Path) -> None:
    """Or its undo would take back only what came afterwards, and say nothing of the rest."""
    async with House(tmp_path) as house:
        model = await house.ready("FA-1")
        many = [copy_of(model, number) for number in range(KEPT_TRACES + 60)]
        house.store.documents.put(*many)

        def beside(seen: int) -> None:
            if seen > KEPT_TRACES and not house.store.snoozes:
                snooze(house.desk, [f"document:{model.id}"], date(2030, 1, 1))

        await in_slices(remove, house.desk, [d.id for d in many], beside)
        undone = undo(house.desk)
        assert undone is not None
        assert (undone.verb, len(undone.done)) == ("remove", len(many))


async def test_the_last_deed_is_the_last_also_where_the_clock_was_put_back(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        complete(house.desk, document.id, {"comment": "first"})
        house.turn(timedelta(hours=-1))
        complete(house.desk, document.id, {"comment": "second"})
        complete(house.desk, document.id, {"comment": "third"})
        for before in ("second", "first", None):
            undone = undo(house.desk)
            assert undone is not None
            assert undone.done == (document.id,)
            assert house.again_of(document).fields.comment == before


def copy_of(document: Document, number: int) -> Document:
    """Another document like this one."""
    return structs.replace(document, id=f"copy-{number:04}", path=f"/copy/{number}", sha256=f"{number:064}")


async def ready(house: House, count: int) -> list[Document]:
    """So many documents that could be submitted."""
    filed = [house.filed(f"FA-{number:04}") for number in range(count)]
    await house.settle()
    return [house.again_of(document, DocumentState.TO_SUBMIT) for document in filed]
