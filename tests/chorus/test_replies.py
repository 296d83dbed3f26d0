"""The four replies of a supplier, as they really leave; their answers are read with every tolerance."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import httpx
import pytest

from chorus_tui.chorus import ChorusError, ChorusPro, OutcomeUnknown, Receipt, Refused
from chorus_tui.domain.document import Attachment
from chorus_tui.domain.statuses import InvoiceStatus
from tests.chorus.support import Script, Wire, body, good, run
from tests.contract import contract

QUOTE = Attachment(name="devis.pdf", sha256="0" * 64, size=3, type_code="DEVIS", label="Devis", chorus_id=77)
Call = Callable[[ChorusPro], Awaitable[Any]]


def made(call: Call, reply: Script = lambda _request: good()) -> tuple[Wire, Any]:
    """What a call answers, and the wire that it passed; a request that the contract does not know fails."""
    wire = Wire(reply)

    async def main() -> Any:
        async with wire.client() as chorus:
            return await call(chorus)

    try:
        answer = run(main())
    finally:
        for request in wire.requests:
            contract.check_request("POST", request.url.path, body(request), complete=True)
    return wire, answer


def sent(call: Call) -> dict[str, Any]:
    wire, _answer = made(call)
    (request,) = wire.requests
    return body(request)


def test_a_completion_names_its_files_and_its_comment() -> None:
    """API 2.4; S1-043, S1-044."""
    assert sent(lambda c: c.complete(8420532, [QUOTE], "devis joint")) == {
        "identifiantFactureCPP": 8420532,
        "pieceJointeComplementaire": [
            {
                "pieceJointeComplementaireDesignation": "Devis",
                "pieceJointeComplementaireType": "DEVIS",
                "pieceJointeComplementaireId": 77,
            }
        ],
        "commentaire": "devis joint",
    }


def test_a_comment_alone_and_a_file_alone_leave_the_other_out() -> None:
    """S1-044."""
    assert sent(lambda c: c.complete(1, [], "voir mail")) == {
        "identifiantFactureCPP": 1,
        "commentaire": "voir mail",
    }
    assert sent(lambda c: c.complete(1, [QUOTE])).keys() == {
        "identifiantFactureCPP",
        "pieceJointeComplementaire",
    }


def test_a_file_that_was_not_uploaded_does_not_leave() -> None:
    with pytest.raises(ValueError, match="uploaded"):
        made(lambda c: c.complete(1, [Attachment(name="a.pdf", sha256="0" * 64, size=1)]))


def test_a_recycling_names_the_new_routing_alone() -> None:
    """API 2.5; S1-047, S1-048: amounts and number stay."""
    assert sent(
        lambda c: c.recycle(8420532, "110 002 011 00044", "SFACETAT", "1400000001", "service corrigé")
    ) == {
        "identifiantFactureCPP": 8420532,
        "destinataire": {"codeDestinataire": "11000201100044", "codeServiceExecutant": "SFACETAT"},
        "reference": {"numeroBonCommande": "1400000001"},
        "commentaire": "service corrigé",
    }
    assert sent(lambda c: c.recycle(1, "12345678200051")) == {
        "identifiantFactureCPP": 1,
        "destinataire": {"codeDestinataire": "12345678200051"},
    }


def test_rejections_are_settled_by_their_ids() -> None:
    """API 2.6; S1-051."""
    wire, answer = made(lambda c: c.settle_rejections([1, 2], "remplacée"))
    assert answer is None
    assert body(wire.requests[0]) == {
        "listeDemandePaiement": [{"idDemandePaiement": 1}, {"idDemandePaiement": 2}],
        "cpltInfos": "remplacée",
    }
    assert sent(lambda c: c.settle_rejections([1])) == {"listeDemandePaiement": [{"idDemandePaiement": 1}]}


def test_a_validator_is_corrected_by_siret() -> None:
    """API 2.7."""
    assert sent(lambda c: c.correct_validator(5, "819 902 222 00010")) == {
        "idFacture": 5,
        "typeIdentifiantStructure": "SIRET",
        "identifiantStructure": "81990222200010",
    }


def test_a_completion_that_was_taken_makes_the_invoice_completed() -> None:
    """API 2.4: the answer names no status; `dateTraitement` comes in two forms."""
    for treated in ("2026-11-23", "2026-11-23 09:30", None):
        _wire, receipt = made(
            lambda c: c.complete(7, [], "x"),
            lambda _request, treated=treated: good(  # type: ignore[misc]
                identifiantFactureCPP="7", numeroFacture="F1", dateTraitement=treated
            ),
        )
        assert receipt == Receipt(7, "F1", InvoiceStatus.COMPLETED, "COMPLETEE")


def test_a_recycling_that_was_taken_tells_the_new_status() -> None:
    """API 2.5."""
    _wire, receipt = made(
        lambda c: c.recycle(7, "12345678200051"),
        lambda _request: good(
            numeroFacture="F1", statutFacture="EN_COURS_ACHEMINEMENT", dateDepot="2026-11-23"
        ),
    )
    assert receipt == Receipt(
        7, "F1", InvoiceStatus.BEING_ROUTED, "EN_COURS_ACHEMINEMENT", date(2026, 11, 23)
    )
    _wire, untold = made(lambda c: c.recycle(7, "12345678200051"))
    assert untold.status is InvoiceStatus.SUBMITTED


EVERY: list[Call] = [
    lambda c: c.complete(1, [QUOTE], "x"),
    lambda c: c.recycle(1, "12345678200051"),
    lambda c: c.settle_rejections([1]),
    lambda c: c.correct_validator(1, "81990222200010"),
]
NAMES = ["complete", "recycle", "settle", "validator"]


@pytest.mark.parametrize("call", EVERY, ids=NAMES)
@pytest.mark.parametrize(
    "answer",
    [httpx.ReadTimeout("late"), httpx.Response(503), httpx.Response(500), httpx.Response(200, content=b"<")],
    ids=["timeout", "503", "500", "garbage"],
)
def test_a_reply_whose_answer_is_lost_leaves_once(call: Call, answer: httpx.Response | Exception) -> None:
    wire = Wire(lambda _request: answer)

    async def main() -> None:
        async with wire.client() as chorus:
            await call(chorus)

    with pytest.raises(OutcomeUnknown):
        run(main())
    assert len(wire.requests) == 1


@pytest.mark.parametrize("call", EVERY, ids=NAMES)
def test_a_reply_that_is_refused_says_it_in_chorus_pros_words(call: Call) -> None:
    """API 2.4: `GDP_MSG_11.033` and its like."""
    wire = Wire(
        lambda _request: httpx.Response(200, json={"codeRetour": 20002, "libelle": "GDP_MSG_11.033 - Non"})
    )

    async def main() -> None:
        async with wire.client() as chorus:
            await call(chorus)

    with pytest.raises(ChorusError) as caught:
        run(main())
    assert isinstance(caught.value, Refused)
    assert (caught.value.code, caught.value.label) == (20002, "GDP_MSG_11.033 - Non")
    assert len(wire.requests) == 1
