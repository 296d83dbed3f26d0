"""The services of flows, as their requests really leave and their answers really come."""

import base64
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chorus_tui.chorus import (
    ChorusError,
    ChorusPro,
    Criteria,
    FlowDetails,
    FlowReceipt,
    OutcomeUnknown,
    Refused,
)
from chorus_tui.chorus.errors import RequestRefused, UnreadableAnswer
from chorus_tui.chorus.incoming import messages
from chorus_tui.chorus.vocabulary import (
    FLOW_STATES,
    SYNTAXES,
    flow_mode_of,
    flow_type_of,
    syntax_of,
)
from chorus_tui.domain.flow import CUT, FlowMode, FlowType, RefusedInvoice, Syntax, TechnicalError
from chorus_tui.domain.flow_states import FlowState
from chorus_tui.sandbox import Sandbox
from tests.chorus.support import Script, Wire, body, good, run
from tests.contract import contract
from tests.contract.contract import SERVICES
from tests.domain.test_knowledge import KNOWN
from tests.flows import cii, lot

NUMBER = "CPP0011110000000000001557"
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


def reported(**fields: Any) -> FlowDetails:
    """A report of these fields, as the client tells it."""
    _wire, answer = made(lambda c: c.flow_report(NUMBER), lambda _request: good(**fields))
    assert isinstance(answer, FlowDetails)
    return answer


# Depositing


def test_a_flow_leaves_with_its_file_its_name_and_its_syntax() -> None:
    """S2-009; API 2.1: everything that a deployed client sends, signed by nobody."""
    wire, receipt = made(
        lambda c: c.deposit_flow(b"%PDF-1.7", "F2026-17.pdf", Syntax.FACTUR_X),
        lambda _request: good(
            numeroFluxDepot="CPP0011117000000000425903",
            dateDepot="2026-09-14",
            syntaxeFlux="IN_DP_E2_CII_FACTURX",
        ),
    )
    assert body(wire.requests[0]) == {
        "idUtilisateurCourant": 0,
        "nomFichier": "F2026-17.pdf",
        "syntaxeFlux": "IN_DP_E2_CII_FACTURX",
        "avecSignature": False,
        "fichierFlux": base64.b64encode(b"%PDF-1.7").decode(),
    }
    assert receipt == FlowReceipt("CPP0011117000000000425903", date(2026, 9, 14))


def test_a_long_name_keeps_its_extension() -> None:
    """API 2.1: at most 200 characters."""
    wire, _receipt = made(
        lambda c: c.deposit_flow(b"x", "n" * 250 + ".xml", Syntax.CII),
        lambda _request: good(numeroFluxDepot=NUMBER),
    )
    name = body(wire.requests[0])["nomFichier"]
    assert len(name) == 200
    assert name.endswith(".xml")


@pytest.mark.parametrize("syntax", [s for s in Syntax if s is not Syntax.OTHER])
def test_every_syntax_that_is_made_here_is_one_that_deposits_take(syntax: Syntax) -> None:
    """API 3.3."""
    taken = SERVICES["POST /cpro/factures/v1/deposer/flux"]["enums"]["request.syntaxeFlux"]
    assert SYNTAXES[syntax] in taken
    assert syntax_of(SYNTAXES[syntax]) is syntax


def test_there_are_no_deposits_of_another_syntax() -> None:
    with pytest.raises(ValueError, match="other"):
        made(lambda c: c.deposit_flow(b"x", "x.xml", Syntax.OTHER))


ORDERS: list[tuple[Any, type[ChorusError]]] = [
    (httpx.ReadTimeout("slow"), OutcomeUnknown),
    (httpx.RemoteProtocolError("closed"), OutcomeUnknown),
    (httpx.ConnectError("nobody"), ChorusError),
    (httpx.Response(503), OutcomeUnknown),
    (httpx.Response(200, text="<html>"), OutcomeUnknown),
    (good(), OutcomeUnknown),
    (httpx.Response(413), RequestRefused),
    (
        httpx.Response(200, json={"codeRetour": 20001, "libelle": "GDP_MSG_11.022 - Fichier trop gros"}),
        Refused,
    ),
]


@pytest.mark.parametrize(
    ("answer", "failure"),
    ORDERS,
    ids=["silence", "closed", "unreachable", "503", "unreadable", "no number", "too large", "refused"],
)
def test_a_deposit_leaves_once_whatever_is_answered(answer: Any, failure: type[ChorusError]) -> None:
    """API 8, point 16: nothing tells Chorus Pro that a second deposit is the first one again."""
    wire = Wire(lambda _request: answer)

    async def main() -> None:
        async with wire.client() as chorus:
            await chorus.deposit_flow(b"x", "x.xml", Syntax.CII)

    with pytest.raises(failure):
        run(main())
    assert len(wire.requests) == 1


# States and reports


def test_a_report_is_told_with_everything_against_the_flow() -> None:
    """S2-072; API 7: the recorded report of a partly integrated flow."""
    details = reported(
        codeInterfaceDepotFlux="FSO1110A",
        dateDepotFlux="2018-02-16T15:10:25.536+01:00",
        dateHeureEtatCourantFlux="2018-02-16T15:10:28.137+01:00",
        etatCourantDepotFlux="IN_INTEGRE_PARTIEL",
        nomFichier="FSO1110A_CPP001_CPP0011110000000000001557",
        listeErreurDP=[
            {
                "identifiantDestinataire": "00000000005734",
                "identifiantFournisseur": "00000000005719",
                "numeroDP": "F1110_NBO050740100",
                "libelleErreurDP": "…n'est pas reference dans notre systeme.",
            }
        ],
    )
    assert details == FlowDetails(
        state=FlowState.PARTLY_INTEGRATED,
        state_code="IN_INTEGRE_PARTIEL",
        state_at=datetime(2018, 2, 16, 14, 10, 28, 137000, UTC),
        deposited_at=datetime(2018, 2, 16, 14, 10, 25, 536000, UTC),
        file_name="FSO1110A_CPP001_CPP0011110000000000001557",
        interface="FSO1110A",
        refused=(
            RefusedInvoice(
                number="F1110_NBO050740100",
                supplier_siret="00000000005719",
                recipient_siret="00000000005734",
                messages=("…n'est pas reference dans notre systeme.",),
            ),
        ),
    )


def test_one_error_may_come_as_an_object_and_none_as_null() -> None:
    """API 8, point 9."""
    one = reported(
        etatCourantDepotFlux="IN_REJETE",
        listeErreurDP={"numeroDP": "F1", "libelleErreurDP": "Erreur."},
        listeErreurTechnique={"codeErreur": "ERR_XSD_001", "libelleErreur": "IRRECEVABILITE: cvc"},
    )
    assert one.refused == (RefusedInvoice(number="F1", messages=("Erreur.",)),)
    assert one.technical == (TechnicalError("IRRECEVABILITE: cvc", "ERR_XSD_001"),)
    none = reported(etatCourantDepotFlux="IN_INTEGRE", listeErreurDP=None, listeErreurTechnique=None)
    assert (none.refused, none.technical) == ((), ())


def test_fifty_three_technical_errors_are_all_told() -> None:
    """S2-039; API 2.18: a real report holds as many."""
    said = [
        {"codeErreur": "ERR_XSD_001", "libelleErreur": f"IRRECEVABILITE: cvc ligne: {n}", "natureErreur": "T"}
        for n in range(53)
    ]
    details = reported(etatCourantDepotFlux="IN_REJETE", listeErreurTechnique=said)
    assert [error.message for error in details.technical] == [error["libelleErreur"] for error in said]
    assert {error.nature for error in details.technical} == {"T"}


def test_joined_messages_are_told_apart_and_a_cut_one_says_so() -> None:
    """API 2.18: joined by `|`, cut near 200 characters."""
    first = "L'identifiant fournisseur de la demande de paiement (balise : ID.value) n'est pas reference."
    second = "La structure (balise AccountingSupplierParty.Party.PartyIdentification.ID.value) n'utilise pas"
    joined = f"{first}|{second * 2}"[:200]
    details = reported(listeErreurDP=[{"numeroDP": "F1", "libelleErreurDP": joined}])
    (refused,) = details.refused
    assert refused.messages == (first, joined[len(first) + 1 :].strip() + CUT)


def test_a_cut_message_is_recognised_by_its_beginning() -> None:
    """The mark of the cut must not hide what the message is."""
    whole = "L'identifiant fournisseur de la demande de paiement (balise : ID.value) n'est pas reference dans"
    assert KNOWN.explain(whole + CUT).id == KNOWN.explain(whole + " notre systeme.").id
    assert KNOWN.explain(whole + CUT).known


def test_rows_about_one_invoice_are_gathered() -> None:
    """Nothing says that a report names an invoice once."""
    rows = [{"numeroDP": "F1", "libelleErreurDP": text} for text in ("Un.", "Deux.|Un.", "")]
    (refused,) = reported(listeErreurDP=[*rows, {}]).refused
    assert refused.messages == ("Un.", "Deux.")


@given(st.text(max_size=260))
def test_no_word_of_a_message_is_lost(joined: str) -> None:
    told = messages(joined)
    whole = "".join("".join(joined.replace("|", " ").split()).split(CUT))
    assert "".join("".join(told).split()).replace(CUT, "") == whole
    assert all(message.strip() == message for message in told)


def test_what_a_report_says_is_safe_to_show() -> None:
    """API answers are text from outside: nothing in them may reach the terminal as an order."""
    evil = "a\x1b]0;owned\x07b"
    details = reported(
        etatCourantDepotFlux=evil,
        nomFichier=evil,
        codeInterfaceDepotFlux=evil,
        listeErreurDP=[{"numeroDP": evil, "libelleErreurDP": evil}],
        listeErreurTechnique=[{"codeErreur": evil, "libelleErreur": evil, "natureErreur": evil}],
    )
    told = [
        details.state_code,
        details.file_name,
        details.interface,
        *details.refused[0].messages,
        details.refused[0].number,
        *msgspec.structs.astuple(details.technical[0]),
    ]
    assert set(told) == {"a\ufffd]0;owned\ufffdb"}
    assert details.state is FlowState.OTHER


STATES = {
    "IN_DEPOT_PORTAIL_EN_ATTENTE_TRAITEMENT_SE_CPP": FlowState.AT_PORTAL,
    "IN_RECU": FlowState.RECEIVED,
    "IN_TRAITE_SE_CPP": FlowState.HANDLED,
    "IN_EN_ATTENTE_TRAITEMENT_CPP": FlowState.WAITING,
    "IN_EN_COURS_TRAITEMENT_CPP": FlowState.IN_PROGRESS,
    "IN_EN_ATTENTE_RETRAITEMENT_CPP": FlowState.WAITING_REPROCESSING,
    "IN_A_RELANCER": FlowState.TO_RESTART,
    "IN_ERREUR_INTERNE": FlowState.INTERNAL_ERROR,
    "IN_INCIDENTE": FlowState.WARNING,
    "IN_REJETE": FlowState.REJECTED,
    "IN_INTEGRE": FlowState.INTEGRATED,
    "IN_INTEGRE_PARTIEL": FlowState.PARTLY_INTEGRATED,
    "QP_IRRECEVABLE": FlowState.NOT_ADMISSIBLE,
    "QP_RECEVABLE": FlowState.ADMISSIBLE,
    "QP_RECEVABLE_AVEC_ERREUR": FlowState.ADMISSIBLE_WITH_ERRORS,
}
"""As the sources write them, not as the product does."""


def test_the_fifteen_states_are_known_and_another_keeps_its_code() -> None:
    """S2-033…043; API 3.2."""
    assert {code: reported(etatCourantDepotFlux=code).state for code in STATES} == STATES
    assert (len(STATES), set(STATES)) == (15, set(FLOW_STATES))
    details = reported(etatCourantDepotFlux="IN_ARCHIVE")
    assert (details.state, details.state_code) == (FlowState.OTHER, "IN_ARCHIVE")


def test_an_unknown_flow_is_a_refusal_in_chorus_pros_words() -> None:
    """API 4: 20001 for consulterCRDetaille."""
    with pytest.raises(Refused) as refused:
        made(
            lambda c: c.flow_report(NUMBER),
            lambda _request: httpx.Response(
                200, json={"codeRetour": 20001, "libelle": "POQ_MSG_01.003 - Flux introuvable."}
            ),
        )
    assert refused.value.label == "POQ_MSG_01.003 - Flux introuvable."


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("FSO1100A", FlowType.STRUCTURED),
        ("FSO1106A", FlowType.STRUCTURED),
        ("FSO1110A", FlowType.MIXED),
        ("FSO1113A", FlowType.MIXED),
        ("FSO1117A", FlowType.FACTUR_X),
        ("IN_DP_E1_XCBL", FlowType.STRUCTURED),
        ("IN_DP_E1_STRUCT", FlowType.STRUCTURED),
        ("IN_DP_E2_PES_FACTURE_MIN", FlowType.MIXED),
        ("IN_DP_E2_MIXTE", FlowType.MIXED),
        ("IN_DP_E2_FACTURX", FlowType.FACTUR_X),
        ("IN_DP_E2_CII_FACTURX", FlowType.FACTUR_X),
        ("IN_DP_E3_UBL_INVOICE", FlowType.JUSTICE),
        ("IN_DP_E4_ANYTHING", FlowType.WORKS),
        ("IN_DP_E5", FlowType.WORKS),
        ("IN_DP_PDFARCHIVE_CII_MUG", FlowType.OTHER),
        ("FSO9999A", FlowType.OTHER),
        ("", FlowType.OTHER),
    ],
)
def test_a_flow_type_is_told_by_a_syntax_or_an_interface(code: str, expected: FlowType) -> None:
    """S2-053."""
    assert flow_type_of(code) is expected
    assert flow_type_of(f" {code.lower()} ") is expected


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("UPLOAD_API", FlowMode.API),
        ("UPLOAD_PORTAIL", FlowMode.PORTAL),
        ("EDI", FlowMode.EDI),
        ("EDI_XML_STRUCT", FlowMode.EDI),
        ("DEPOT_PDF_API", FlowMode.UNKNOWN),
        ("", FlowMode.UNKNOWN),
    ],
)
def test_the_mode_of_a_flow_is_told_by_its_invoices(mode: str, expected: FlowMode) -> None:
    """S2-005; API 3.3."""
    assert flow_mode_of(mode) is expected


# Files


def test_the_report_of_chorus_pro_is_a_pdf() -> None:
    """S2-073; API 2.18: consulterCR, by the number alone."""
    wire, content = made(
        lambda c: c.flow_report_pdf(NUMBER),
        lambda _request: good(fichierCR=base64.b64encode(b"%PDF-1.4 report").decode()),
    )
    assert content == b"%PDF-1.4 report"
    assert body(wire.requests[0]) == {"numeroFluxDepot": NUMBER}


def test_a_flow_may_have_no_pdf() -> None:
    """API 8, point 8."""
    assert made(lambda c: c.flow_report_pdf(NUMBER), lambda _request: good(fichierCR=None))[1] == b""


def test_a_file_that_is_no_base64_is_an_unreadable_answer() -> None:
    with pytest.raises(UnreadableAnswer):
        made(lambda c: c.flow_report_pdf(NUMBER), lambda _request: good(fichierCR="a"))


@pytest.mark.parametrize(("kind", "with_files"), [("pdf", "OUI"), ("pivot", None)])
def test_invoices_are_downloaded_with_their_attachments(kind: Any, with_files: str | None) -> None:
    """API 2.11."""
    wire, content = made(
        lambda c: c.download([8420532, 8420533], kind),
        lambda _request: good(fichierResultat=base64.b64encode(b"PK").decode()),
    )
    asked = body(wire.requests[0])
    assert content == b"PK"
    assert asked.pop("avecPiecesJointesComplementaires", None) == with_files
    assert asked == {"format": kind.upper(), "listeFacture": [{"idFacture": 8420532}, {"idFacture": 8420533}]}


def test_an_empty_download_is_an_unreadable_answer() -> None:
    with pytest.raises(UnreadableAnswer):
        made(lambda c: c.download([1], "pdf"))


def test_formats_and_their_syntaxes_are_listed() -> None:
    """API 2.18."""
    _wire, formats = made(
        lambda c: c.flow_formats(),
        lambda _request: good(listeFormatFlux=[{"formatFlux": "IN_DP_E2_FACTURX"}, {}]),
    )
    assert formats == ("IN_DP_E2_FACTURX",)
    wire, syntaxes = made(
        lambda c: c.flow_syntaxes(formats[0]),
        lambda _request: good(listeSyntaxeFlux={"syntaxeFlux": "IN_DP_E2_CII_FACTURX"}),
    )
    assert syntaxes == ("IN_DP_E2_CII_FACTURX",)
    assert body(wire.requests[0]) == {"formatFlux": "IN_DP_E2_FACTURX"}


# All of it, against the simulated Chorus Pro


async def test_a_flow_is_deposited_followed_reported_and_its_invoices_downloaded(
    chorus: ChorusPro, days: Callable[[float], None]
) -> None:
    """S2-009, S2-042, S2-071, S2-073; both directions of every call are held to the contract."""
    receipt = await chorus.deposit_flow(lot("F-1", "F-2"), "lot.tar.gz", Syntax.CII)
    assert receipt.deposited == date(2026, 11, 23)
    assert (await chorus.flow_report(receipt.number)).state is FlowState.AT_PORTAL
    days(0.01)
    details = await chorus.flow_report(receipt.number)
    assert (details.state, details.refused, details.technical) == (FlowState.INTEGRATED, (), ())
    assert flow_type_of(details.interface) is FlowType.STRUCTURED
    assert (await chorus.flow_report_pdf(receipt.number)).startswith(b"%PDF")
    criteria = Criteria(flow_number=receipt.number)
    invoices = [i async for page in chorus.search(criteria) for i in page.invoices]
    assert {(i.number, i.flow_number) for i in invoices} == {("F-1", receipt.number), ("F-2", receipt.number)}
    ids = [invoice.id for invoice in invoices]
    assert (await chorus.download(ids[:1], "pdf")).startswith((b"%PDF", b"PK"))
    assert (await chorus.download(ids, "pdf")).startswith(b"PK")
    assert b"F-2" in await chorus.download(ids, "pivot")


async def test_every_format_that_is_listed_has_syntaxes_of_its_type(chorus: ChorusPro) -> None:
    """S2-053: what the platform lists is what the vocabulary knows."""
    for name in await chorus.flow_formats():
        syntaxes = await chorus.flow_syntaxes(name)
        assert syntaxes
        assert FlowType.OTHER not in {flow_type_of(syntax) for syntax in syntaxes}


async def test_a_report_that_prints_one_error_bare_is_read_all_the_same(
    chorus: ChorusPro, sandbox: Sandbox, days: Callable[[float], None]
) -> None:
    """API 8, point 9: against the simulated platform in that mood."""
    sandbox.flows.bare_error = True
    receipt = await chorus.deposit_flow(cii("F-1", frame="A99"), "F-1.xml", Syntax.CII)
    days(0.01)
    details = await chorus.flow_report(receipt.number)
    assert [refused.number for refused in details.refused] == ["F-1"]
