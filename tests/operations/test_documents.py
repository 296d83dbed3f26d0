"""What an operator does with documents to be submitted."""

import asyncio
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec import structs

from chorus_tui.domain.fields import InvoiceFields, Source, disagreements
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.operations import (
    Refusal,
    add_attachment,
    attach,
    complete,
    copy_attachment,
    detach,
    edit_metadata,
    in_slices,
    load_draft,
    next_to_complete,
    problems_of,
    remove,
    reprocess,
    save_draft,
    submit,
    waiting,
)
from tests.house import WHO, House


async def test_a_typed_value_stands_above_every_other(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        after = complete(house.desk, document.id, {"number": "FA-1-BIS", "comment": "Two\nlines"})
        assert after.fields.number == "FA-1-BIS"
        assert after.source_of("number") is Source.OPERATOR
        assert after.fields.comment == "Two\nlines"
        assert "number" not in disagreements(after.readings)
        assert complete(house.desk, document.id, {"number": None}).fields.number == "FA-1", "given back"


async def test_a_cleared_field_stays_empty_until_it_is_typed(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        assert complete(house.desk, document.id, {}, cleared=["issued"]).fields.issued is None
        assert complete(house.desk, document.id, {"number": ""}).fields.number is None
        assert complete(house.desk, document.id, {"comment": "x"}).fields.issued is None
        assert complete(house.desk, document.id, {"number": "FA-2"}).fields.number == "FA-2"


async def test_what_is_pasted_is_made_safe(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        after = complete(house.desk, document.id, {"number": " FA\x1b[31m-1 "})
        assert after.fields.number is not None
        assert after.fields.number.isprintable()


async def test_amounts_left_out_follow_from_the_others(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = house.filed("FA-1", fields={"vat": None, "to_pay": None})
        assert document.fields.vat == Decimal("136.00")
        assert document.source_of("vat") is Source.DEFAULT
        after = complete(house.desk, document.id, {"gross": Decimal("717.40")})
        assert (after.fields.vat, after.fields.to_pay) == (Decimal("37.40"), Decimal("717.40"))
        assert after.fields.vat_lines is not None
        assert after.fields.vat_lines[0].rate == Decimal("5.5")


async def test_an_unknown_field_is_an_error_of_the_caller(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        with pytest.raises(KeyError):
            complete(house.desk, document.id, {"nmuber": "FA-2"})
        with pytest.raises(KeyError):
            complete(house.desk, "nothing", {"number": "FA-2"})


async def test_what_is_being_submitted_does_not_change(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        submit(house.desk, [document.id])
        with pytest.raises(Refusal, match="being submitted"):
            complete(house.desk, document.id, {"number": "FA-2"})
        assert remove(house.desk, [document.id]).refused
        assert reprocess(house.desk, [document.id]).refused
        await house.settle()
        with pytest.raises(Refusal, match="already"):
            edit_metadata(house.desk, document.id, {"number": "FA-2"})


async def test_what_was_being_typed_is_found_again_and_nothing_is_sent_without_it(tmp_path: Path) -> None:
    """S1-023, S1-071: not by Submit, alone or in a selection, until it is validated or taken away."""
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        save_draft(house.desk, document.id, {"gross": "12,5x", "comment": "half a sen"})
        await house.again()
        draft = load_draft(house.desk, document.id)
        assert draft is not None
        assert draft.typed == {"gross": "12,5x", "comment": "half a sen"}
        ((key, why),) = submit(house.desk, [document.id]).refused
        assert (key, why) == (document.id, "What was typed on its form is not validated yet.")
        await house.settle()
        assert house.deposited("FA-1") == 0
        assert load_draft(house.desk, document.id) == draft
        save_draft(house.desk, document.id, {})
        assert submit(house.desk, [document.id]).done
        await house.settle()
        assert house.deposited("FA-1") == 1
        other = await house.ready("FA-2")
        save_draft(house.desk, other.id, {"number": "F"})
        save_draft(house.desk, other.id, {})
        assert load_draft(house.desk, other.id) is None


async def test_validate_leads_from_one_document_to_the_next(tmp_path: Path) -> None:
    """S1-025."""
    async with House(tmp_path) as house:
        documents = [await house.ready(f"FA-{n}") for n in range(3)]
        order = [d.id for d in waiting(house.desk)]
        assert sorted(order) == sorted(d.id for d in documents)
        current = order[1]
        visited = []
        while True:
            assert submit(house.desk, [current]).done
            visited.append(current)
            following = next_to_complete(house.desk, after=current)
            if following is None:
                break
            current = following.id
        assert visited == [order[1], order[2], order[0]]


async def test_attachments_come_and_go(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        note = tmp_path / "delivery.pdf"
        note.write_bytes(b"%PDF-1.7 delivery")
        after = attach(house.desk, document.id, note, "BDL", "Delivery note")
        (attachment,) = after.attachments
        assert (attachment.name, attachment.type_code, attachment.label) == (
            "delivery.pdf",
            "BDL",
            "Delivery note",
        )
        assert house.store.blobs.get(attachment.sha256) == b"%PDF-1.7 delivery"
        assert after.fingerprint != document.fingerprint
        with pytest.raises(Refusal, match="attached already"):
            attach(house.desk, document.id, note, "BDL")
        assert detach(house.desk, document.id, attachment.sha256).attachments == ()


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("program.exe", b"MZ", "does not take"),
        ("x" * 47 + ".pdf", b"%PDF", "longer than"),
        ("empty.pdf", b"", "empty"),
        ("large.pdf", b"0" * (10 * 1024 * 1024 + 1), "10 MB"),
    ],
    ids=["kind", "name", "empty", "size"],
)
async def test_an_attachment_that_chorus_pro_would_refuse_is_refused_here(
    tmp_path: Path, name: str, content: bytes, word: str
) -> None:
    async with House(tmp_path) as house:
        document = house.filed("FA-1")
        (tmp_path / name).write_bytes(content)
        with pytest.raises(Refusal, match=word):
            attach(house.desk, document.id, tmp_path / name, "BDL")
        with pytest.raises(Refusal, match="went away"):
            attach(house.desk, document.id, tmp_path / "nowhere.pdf", "BDL")
        assert house.again_of(document).attachments == ()


async def test_every_deed_says_who_did_what_to_which_record(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        complete(house.desk, document.id, {"number": "FA-2"})
        reprocess(house.desk, [document.id])
        await house.settle()
        submit(house.desk, [document.id])
        await house.settle()
        deeds = [a for a in house.store.activity.all() if a.record == document.id]
        assert [a.verb for a in deeds] == [
            "file",
            "analysed",
            "complete",
            "reprocess",
            "analysed",
            "submit",
            "accepted",
        ]
        assert {a.who for a in deeds} == {WHO}
        assert "FA-1 → FA-2" in deeds[2].detail
        assert [a.id for a in deeds] == sorted(a.id for a in deeds)


async def test_an_edited_form_is_checked_before_it_is_kept(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        assert problems_of(house.desk, document) == ()
        typed = structs.replace(document.fields, number="É" * 30)
        assert {p.id for p in problems_of(house.desk, document, typed)} == {
            "number.long",
            "number.characters",
        }


async def test_a_verb_on_many_records_does_what_it_can_and_says_the_rest(tmp_path: Path) -> None:
    """S1-065, S1-071."""
    async with House(tmp_path) as house:
        ready, sent = await house.ready("FA-1"), await house.submitted("FA-2")
        outcome = reprocess(house.desk, [ready.id, sent.id, "nothing"])
        assert outcome.done == (ready.id,)
        assert [key for key, _why in outcome.refused] == [sent.id, "nothing"]
        assert all(why for _key, why in outcome.refused)
        assert house.again_of(ready).state is DocumentState.FILED


async def test_a_verb_on_very_many_records_leaves_the_screen_its_turns(tmp_path: Path) -> None:
    """S1-071."""
    async with House(tmp_path) as house:
        ready = [await house.ready(f"FA-{n}") for n in range(3)]
        copies = [
            structs.replace(
                ready[0],
                id=f"copy-{n}",
                path=f"/copies/{n}",
                sha256=f"{n:064x}",
                readings={**ready[0].readings, Source.OPERATOR: InvoiceFields(number=f"COPY-{n}")},
            )
            for n in range(40)
        ]
        house.store.documents.put(*copies)
        told: list[int] = []
        keys = [d.id for d in [*ready, *copies]]
        outcome = await in_slices(submit, house.desk, [*keys, "nothing"], told.append)
        assert outcome.done == tuple(keys)
        assert [key for key, _why in outcome.refused] == ["nothing"]
        assert told == [15, 30, 44]


async def test_the_copy_of_an_attachment_is_made_in_a_thread_and_recorded_on_the_loop(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        note = tmp_path / "delivery.pdf"
        note.write_bytes(b"%PDF-1.7 delivery")
        copy = await asyncio.to_thread(copy_attachment, house.desk, note, "BDL")
        assert house.again_of(document).attachments == (), "nothing is recorded yet"
        note.unlink()
        assert add_attachment(house.desk, document.id, copy).attachments == (copy,)
        assert house.store.blobs.get(copy.sha256) == b"%PDF-1.7 delivery"
        submit(house.desk, [document.id])
        with pytest.raises(Refusal, match="being submitted"):
            add_attachment(house.desk, document.id, copy)
        with pytest.raises(Refusal, match="went away"):
            await asyncio.to_thread(copy_attachment, house.desk, note, "BDL")
