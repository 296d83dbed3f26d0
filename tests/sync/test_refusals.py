"""What Chorus Pro refuses although nobody here could know: its words, what to do, and that it helps.

A recipient changed what it demands after it was looked up, or the platform lost a file.
"""

from pathlib import Path
from typing import Any, NamedTuple

import pytest
from msgspec import structs

from chorus_tui.domain.document import Document, Phase
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.operations import complete, reprocess, submit
from chorus_tui.operations.explaining import explain, explain_document
from chorus_tui.sandbox import invented
from tests.console.billing import COUNTY, STATE, VALLEY, clerk_of
from tests.house import House
from tests.sheets import RECIPIENT, Party

NUMBERED = Party("SYNDICAT", "12345678200036")
"""Makes the commitment number mandatory."""
CLOSED = Party("COMMUNE FUSIONNEE", "21991819000014")
"""Is not active any more."""


class Case(NamedTuple):
    """An invoice that is refused, the words on the screen, their cause, and what puts it right."""

    recipient: Party
    fields: dict[str, Any]
    words: str
    cause: str
    right: dict[str, Any]


REFUSED = {
    "S1-084: the service is mandatory": Case(
        VALLEY,
        {},
        "Le service exécutant est obligatoire",
        "service.missing",
        {"service_code": "EAU_ASSAINISSEMENT"},
    ),
    "S1-087: the commitment number is mandatory": Case(
        NUMBERED,
        {},
        "La synthèse de l'en-tête n'est pas correcte",
        "commitment.missing",
        {"commitment_number": "BC-7"},
    ),
    "S1-087: both are mandatory": Case(
        COUNTY,
        {"service_code": "DIRINFRA"},
        "La synthèse de l'en-tête n'est pas correcte",
        "commitment.missing",
        {"commitment_number": "BC-7"},
    ),
    "S1-088: the recipient is inactive": Case(
        CLOSED,
        {},
        "Le destinataire est introuvable ou inactif",
        "recipient.inactive",
        {"recipient_siret": RECIPIENT.siret},
    ),
    "S1-089: the State checks number against service": Case(
        STATE,
        {"service_code": "SFACETAT", "commitment_number": "1400000002"},
        "Les contrôles de cohérence",
        "commitment.mismatch",
        {"service_code": "DREALIDF078"},
    ),
}


def forget_demands(house: House, siret: str) -> None:
    """Let the house know the recipient as it was before it changed its demands."""
    known = house.store.recipients[siret]
    house.store.recipients.put(
        structs.replace(
            known,
            active=True,
            service_required=False,
            commitment_required=False,
            service_or_commitment=False,
        )
    )


async def refusal_of(house: House, document: Document) -> Document:
    """Submit it, and see it come back."""
    outcome = submit(house.desk, [document.id])
    assert outcome.done == (document.id,), outcome.refused
    await house.settle()
    back = house.again_of(document, DocumentState.TO_SUBMIT)
    assert back.failure is not None
    assert back.failure.phase is Phase.AFTER
    assert house.deposited(document.fields.number or "") == 0
    return back


@pytest.mark.parametrize("name", REFUSED)
async def test_a_refusal_is_shown_in_chorus_pros_words_with_what_to_do_which_helps(
    tmp_path: Path, name: str
) -> None:
    """S1-017, S1-060, S1-066, S1-067, S1-069."""
    case = REFUSED[name]
    async with House(tmp_path) as house:
        document = await house.ready("FA-1", recipient=case.recipient, fields=case.fields)
        forget_demands(house, case.recipient.siret)
        explained = explain_document(house.desk, await refusal_of(house, document))
        assert explained is not None
        assert explained.id == case.cause
        async with clerk_of(house) as clerk:
            assert clerk.lines[clerk.row].endswith("✗ To submit")
            assert clerk.sees(f"✗ {case.words}", f"→ {explained.remedy[:30]}")
        assert not complete(house.desk, document.id, case.right).in_error
        assert submit(house.desk, [document.id]).done
        await house.settle()
        assert house.deposited("FA-1") == 1


async def test_a_file_that_the_platform_lost_is_analysed_again_and_sent(tmp_path: Path) -> None:
    """S1-085."""
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        lost = document.analysis_id
        assert lost is not None
        house.sandbox.files.forget(lost)
        back = await refusal_of(house, document)
        assert back.failure is not None
        assert f"La pièce jointe {lost} de type inconnu n'existe pas" in back.failure.message
        async with clerk_of(house) as clerk:
            assert clerk.sees(str(lost), "→ Reprocess the document")
            await clerk.keys("r")
            await house.settle()
            await clerk.news()
            assert clerk.sees("● To submit")
            await clerk.keys("s", "y")
            await house.settle()
            assert house.deposited("FA-1") == 1


async def test_a_message_that_nobody_has_listed_is_shown_and_can_be_dealt_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S1-080."""
    words = "GDP_MSG_99.999 - Cas {id} que personne n'a décrit"
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        assert document.analysis_id is not None
        house.sandbox.files.forget(document.analysis_id)
        monkeypatch.setattr(invented, "FILE_UNKNOWN", invented.Refusal(29_999, words))
        back = await refusal_of(house, document)
        assert back.failure is not None
        assert (back.failure.code, back.failure.remedy) == (29_999, "")
        explained = explain_document(house.desk, back)
        assert explained is not None
        assert not explained.known
        assert explained.id == explain(house.desk, words.format(id=1)).id, "whatever file it names"
        async with clerk_of(house) as clerk:
            assert clerk.lines[clerk.row].endswith("✗ To submit")
            assert clerk.sees(words.format(id=document.analysis_id))
            await clerk.keys("e", "e", "e")
            assert [row.document.id for row in clerk.list.rows.shown] == [document.id], "among those refused"
        assert reprocess(house.desk, [document.id]).done
        await house.settle()
        assert submit(house.desk, [document.id]).done
        await house.settle()
        assert house.deposited("FA-1") == 1
