"""`deposer/pdf`: what is read, what stays null, what cannot be analysed (API 2.2, S1-014…017, S1-086)."""

import asyncio
from datetime import timedelta

import pytest

from chorus_tui.sandbox import ManualClock, Sandbox, World, invented, reading
from tests.pdfs import damaged, encrypted, invoice_pdf, many_pages, text_pdf, truncated
from tests.sandbox.caller import Caller, client, pdf_deposit

DEPOSIT = "factures/v1/deposer/pdf"


async def test_what_the_page_shows_is_answered(caller: Caller) -> None:
    content = invoice_pdf(service_code="MAIRIE", commitment="BC-26-7")
    answer = await caller.ask(DEPOSIT, pdf_deposit(content))
    assert answer == {
        "codeRetour": 0,
        "libelle": "GCU_MSG_01_000",
        "numeroFacture": "FA-2026-0001",
        "dateFacture": "2026-10-12",
        "codeDestinataire": "12345678200051",
        "codeServiceExecutant": "MAIRIE",
        "codeFournisseur": "83990121200010",
        "codeDeviseFacture": "EUR",
        "typeFacture": "FACTURE",
        "typeTva": None,
        "numeroBonCommande": "BC-26-7",
        "montantTtcAvantRemiseGlobalTTC": 816.0,
        "montantAPayer": 816.0,
        "montantHtTotal": 680.0,
        "montantTVA": 136.0,
        "pieceJointeId": 6921279,
    }


async def test_what_the_page_does_not_show_is_null(caller: Caller) -> None:
    """As recorded by Pastell: all null but the type and the file's id."""
    answer = await caller.ask(DEPOSIT, pdf_deposit(text_pdf("Rien à lire")))
    known = {name for name, value in answer.items() if value is not None}
    assert known == {"codeRetour", "libelle", "typeFacture", "pieceJointeId"}


async def test_embedded_xml_is_not_read(caller: Caller) -> None:
    hidden = invoice_pdf(facturx="basicwl", hides=frozenset({"recipient_siret"}))
    answer = await caller.ask(DEPOSIT, pdf_deposit(hidden))
    assert answer["codeDestinataire"] is None
    assert answer["codeFournisseur"] == "83990121200010"


async def test_the_same_file_twice_is_two_files(caller: Caller) -> None:
    content = invoice_pdf()
    assert await caller.deposit_pdf(content) != await caller.deposit_pdf(content)


BAD = {
    "not a PDF": b"PK\x03\x04 a zip file",
    "damaged": damaged(invoice_pdf()),
    "truncated to nothing": truncated(b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog"),
    "behind a password": encrypted(invoice_pdf()),
    "locked for changes": encrypted(invoice_pdf(), password=""),
}


@pytest.mark.parametrize("what", BAD)
async def test_a_file_that_cannot_be_analysed_is_refused(caller: Caller, sandbox: Sandbox, what: str) -> None:
    """S1-086."""
    answer = await caller.ask(DEPOSIT, pdf_deposit(BAD[what]))
    assert answer["codeRetour"] == invented.ANALYSIS_FAILED.code
    assert answer["libelle"] == "Cette facture n'a pas pu être analysée par le système Chorus Pro"
    assert len(sandbox.files) == 0


async def test_a_file_of_more_than_ten_megabytes_is_413(caller: Caller) -> None:
    content = b"%PDF-1.7\n" + bytes(10 * 1024 * 1024)
    answer = await caller.post(DEPOSIT, pdf_deposit(content))
    assert (answer.status_code, answer.content) == (413, b"")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"fichierFacture": ""}, invented.FILE_EMPTY.code),
        ({"fichierFacture": "…"}, invented.FILE_EMPTY.code),
        ({"nomFichier": ""}, invented.FILE_NAME_WRONG.code),
    ],
)
async def test_a_deposit_that_is_not_one_is_refused(
    caller: Caller, changes: dict[str, str], code: int
) -> None:
    answer = await caller.ask(DEPOSIT, pdf_deposit(invoice_pdf()) | changes)
    assert answer["codeRetour"] == code


async def test_four_hundred_pages_are_read_at_both_ends(caller: Caller) -> None:
    answer = await caller.ask(DEPOSIT, pdf_deposit(many_pages(400)))
    assert (answer["numeroFacture"], answer["montantAPayer"]) == ("TEL-2026-400", 120.0)


async def test_an_analysis_takes_a_moment_of_the_clock() -> None:
    clock = ManualClock(hold=True)
    sandbox = Sandbox(World.load(), clock, read_in_thread=True, analysis_seconds=5)
    async with client(sandbox) as http:
        caller = await Caller(sandbox, http, sandbox.oauth_url, sandbox.api_url).sign_in()
        waiting = asyncio.create_task(caller.deposit_pdf())
        await clock.until_held()
        clock.turn(timedelta(seconds=4))
        await asyncio.sleep(0)
        assert not waiting.done()
        clock.turn(timedelta(seconds=1))
        assert await waiting
    sandbox.close()


async def test_reading_happens_in_another_process_that_ends_with_the_sandbox() -> None:
    sandbox = Sandbox(World.load(), ManualClock())
    async with client(sandbox) as http:
        caller = await Caller(sandbox, http, sandbox.oauth_url, sandbox.api_url).sign_in()
        answer = await caller.ask(DEPOSIT, pdf_deposit(invoice_pdf()))
        refused = await caller.ask(DEPOSIT, pdf_deposit(BAD["damaged"]))
    sandbox.close()
    assert answer["numeroFacture"] == "FA-2026-0001"
    assert refused["codeRetour"] == invented.ANALYSIS_FAILED.code


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("Facture n° : FA/2026+12", "number", "FA/2026+12"),
        ("N° de facture\nFA_77", "number", "FA_77"),
        ("AVOIR N° AV-1", "number", "AV-1"),
        ("AVOIR N° AV-1", "kind", "AVOIR"),
        ("Facture n° " + "9" * 21, "number", None),
        ("Date de facture : 3 août 2026", "issued", "2026-08-03"),
        ("Date d'émission : 2026-10-01", "issued", "2026-10-01"),
        ("Date : 31/02/2026", "issued", None),
        ("Total HT : 1 234 567,89 €", "net", 1_234_567.89),
        ("Total HT\n12,00", "net", 12.0),
        ("Net à payer 1.234,50 EUR", "to_pay", 1234.5),
        ("Total TTC -12,30", "gross", -12.3),
        ("Bon de commande : 4500001234", "commitment", "4500001234"),
        ("N° d'engagement juridique 1400000001", "commitment", "1400000001"),
        ("TVA acquittée sur les débits", "regime", "TVA_SUR_DEBIT"),
        ("TVA non applicable, art. 293 B du CGI", "regime", "EXONERATION"),
        ("SIRET : 123 456 782 00051", "sirets", ["12345678200051"]),
        ("Service : Médiathèque", "service", None),
    ],
)
def test_the_recognition_sees(text: str, field: str, value: object) -> None:
    assert reading.recognise(text).get(field) == value
