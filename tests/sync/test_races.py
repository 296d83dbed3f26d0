"""What another console does while a call is on its way is neither undone nor overlooked."""

from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import structs

from chorus_tui.domain.intent import IntentState
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.operations import attach, complete, remove, submit, withdraw
from tests.house import House

SUBMIT, UPLOAD, ANALYSE = "factures/v1/soumettre", "ajouter/fichier", "deposer/pdf"


def name_attachment(house: House, name: str) -> None:
    """Give the attachment of the one open intent a name that Chorus Pro refuses and our checks missed."""
    (intent,) = house.store.intents.by("state", IntentState.QUEUED)
    (file,) = intent.submission.attachments
    sent = structs.replace(intent.submission, attachments=(structs.replace(file, name=name),))
    house.store.intents.put(structs.replace(intent, submission=sent))


@pytest.mark.parametrize("kind", [None, "unavailable", "unreachable", "too_many", "refused"])
async def test_what_is_withdrawn_while_its_attachment_travels_is_not_sent(
    tmp_path: Path, kind: str | None
) -> None:
    """Whatever becomes of the attachment, and although the leader has not seen the withdrawal yet."""
    async with House(tmp_path) as leader, House(tmp_path, who="two", neighbour=leader) as other:
        document = await leader.ready("FA-1")
        note = tmp_path / "delivery.pdf"
        note.write_bytes(b"%PDF-1.7 delivery")
        attach(leader.desk, document.id, note, "BDL")
        assert submit(leader.desk, [document.id]).done
        if kind == "refused":
            name_attachment(leader, "delivery.exe")
        elif kind is not None:
            leader.sandbox.faults.inject(UPLOAD, kind)
        other.store.refresh()

        def withdrawn_and_removed() -> None:
            assert withdraw(other.desk, [document.id]).done
            assert remove(other.desk, [document.id]).done

        leader.wire.meanwhile(UPLOAD, withdrawn_and_removed)
        await leader.settle_all()
        assert leader.deposited("FA-1") == 0
        assert leader.again_of(document).state is DocumentState.REMOVED
        (intent,) = leader.store.intents.by("document_id", document.id)
        assert intent.state is IntentState.WITHDRAWN


async def test_what_an_operator_types_while_an_analysis_is_put_off_is_kept(tmp_path: Path) -> None:
    async with House(tmp_path) as leader, House(tmp_path, who="two", neighbour=leader) as other:
        document = leader.filed("FA-1")
        other.store.refresh()

        def typed() -> None:
            complete(other.desk, document.id, {"comment": "Call before delivery"})

        leader.wire.meanwhile(ANALYSE, typed)
        leader.sandbox.faults.inject(ANALYSE, "too_many", 2)
        await leader.settle()
        assert leader.again_of(document).fields.comment == "Call before delivery"
        leader.turn(timedelta(minutes=20))
        await leader.settle_all()
        assert leader.again_of(document, DocumentState.TO_SUBMIT).fields.comment == "Call before delivery"
