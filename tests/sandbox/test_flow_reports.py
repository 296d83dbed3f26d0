"""Reports of flows as PDFs, the lists of formats, and downloads of invoices."""

import base64
import io
import zipfile
from typing import Any

import pypdf
import pytest
from lxml import etree  # type: ignore[import-untyped]

from chorus_tui.sandbox import ManualClock, Sandbox
from tests import flows
from tests.pdfs import text_pdf
from tests.sandbox.caller import Caller
from tests.sandbox.test_flows import MINUTE, REPORT, deposited

PAGES = "transverses/v1/consulterCR"
DOWNLOAD = "factures/v1/telecharger/groupe"


def text_of(content: str) -> str:
    reader = pypdf.PdfReader(io.BytesIO(base64.b64decode(content)))
    return "\n".join(page.extract_text() for page in reader.pages)


async def test_the_report_is_a_pdf_with_six_blocks(caller: Caller, clock: ManualClock) -> None:
    """S2-015, S2-072, S2-073: file, times, state, each document, errors word for word, return flow."""
    bad = flows.ubl("F-2", recipient="21991819000014")
    content = flows.archive([("F-1.xml", flows.ubl("F-1")), ("F-2.xml", bad)])
    number = await deposited(caller, content, flows.UBL)
    clock.turn(MINUTE)
    answer = await caller.ask(PAGES, {"numeroFluxDepot": number})
    assert answer["etatCourantFlux"] == "IN_INTEGRE_PARTIEL"
    assert answer["codeInterfaceFlux"] == "FSO1100A"
    assert answer["codeAppliPartenaire"] == "CPP001"
    told = text_of(answer["fichierCR"])
    for words in (
        f"FSO1100A_CPP001_{number}",
        "23/11/2026 10:00:00",
        "23/11/2026 10:01:00",
        "Intégré partiellement (IN_INTEGRE_PARTIEL)",
        "FLUX RETOUR",
    ):
        assert words in told
    assert any("F-1" in line and "Intégrée" in line for line in told.splitlines())
    assert any("F-2" in line and "Rejetée" in line for line in told.splitlines())
    (error,) = (await caller.ask(REPORT, {"numeroFluxDepot": number}))["listeErreurDP"]
    assert "".join(error["libelleErreurDP"].split()) in "".join(told.split())


async def test_a_report_of_many_errors_has_several_pages(caller: Caller, clock: ManualClock) -> None:
    """API 2.18: a recorded report holds 53 technical errors."""
    number = await deposited(caller, flows.with_wrong_amounts(53))
    clock.turn(MINUTE)
    answer = await caller.ask(PAGES, {"numeroFluxDepot": number})
    content = base64.b64decode(answer["fichierCR"])
    assert len(pypdf.PdfReader(io.BytesIO(content)).pages) > 1
    assert text_of(answer["fichierCR"]).count("cvc-datatype-valid.1.2.1") == 53


async def test_the_report_of_factur_x_may_be_broken(
    caller: Caller, sandbox: Sandbox, clock: ManualClock
) -> None:
    """API part 8, 8: as in 2018, by a switch; the detailed report works all the same."""
    number = await deposited(caller, flows.factur_x("F-1"), flows.FACTURX)
    clock.turn(MINUTE)
    assert "fichierCR" in await caller.ask(PAGES, {"numeroFluxDepot": number})
    sandbox.flows.facturx_report_broken = True
    assert (await caller.ask(PAGES, {"numeroFluxDepot": number}))["codeRetour"] != 0
    assert (await caller.ask(REPORT, {"numeroFluxDepot": number}))["codeRetour"] == 0


async def test_every_format_has_its_syntaxes(caller: Caller) -> None:
    """S2-056, API 3.3: what a syntax belongs to."""
    formats = await caller.ask("transverses/v1/recuperer/formatflux")
    found = {}
    for row in formats["listeFormatFlux"]:
        answer = await caller.ask("transverses/v1/recuperer/syntaxeflux", row)
        found[row["formatFlux"]] = {entry["syntaxeFlux"] for entry in answer["listeSyntaxeFlux"]}
    assert found["IN_DP_E2_FACTURX"] == {flows.FACTURX}
    assert found["IN_DP_E1_STRUCT"] == {flows.UBL, flows.CII}
    assert flows.UBL_MIN in found["IN_DP_E2_MIXTE"]


async def downloaded(caller: Caller, *ids: int, kind: str = "PDF", whole: str = "NON") -> bytes:
    body: dict[str, Any] = {"format": kind, "listeFacture": [{"idFacture": one} for one in ids]}
    if kind == "PDF":
        body["avecPiecesJointesComplementaires"] = whole
    answer = await caller.ask(DOWNLOAD, body)
    assert answer["codeRetour"] == 0, answer
    return base64.b64decode(answer["fichierResultat"])


async def test_one_invoice_is_one_pdf(caller: Caller) -> None:
    """API 2.11: the file that was handed over; of an invoice without one, a page of its data."""
    mine = text_pdf("La mienne")
    body = {"fichierFacture": base64.b64encode(mine).decode(), "nomFichier": "f.pdf"}
    analysed = await caller.ask("factures/v1/deposer/pdf", {**body, "formatDepot": "PDF_NON_SIGNE"})
    file = [{"pieceJointePrincipaleDesignation": "f", "pieceJointePrincipaleId": analysed["pieceJointeId"]}]
    invoice = await caller.submitted("FA-1", pieceJointePrincipale=file)
    assert await downloaded(caller, invoice) == mine
    earlier = pypdf.PdfReader(io.BytesIO(await downloaded(caller, 8420001)))
    assert "P2026-0412" in earlier.pages[0].extract_text()


async def test_several_invoices_are_a_zip_of_folders(caller: Caller) -> None:
    """API 2.11: one folder for each invoice, attachments inside where they are asked for."""
    upload = {
        "pieceJointeFichier": base64.b64encode(b"devis").decode(),
        "pieceJointeNom": "devis.txt",
        "pieceJointeTypeMime": "text/plain",
        "pieceJointeExtension": "txt",
    }
    held = (await caller.ask("transverses/v1/ajouter/fichier", upload))["pieceJointeId"]
    attached = {
        "pieceJointeComplementaireDesignation": "devis",
        "pieceJointeComplementaireType": "DEV",
        "pieceJointeComplementaireId": held,
    }
    invoice = await caller.submitted("FA/1", pieceJointeComplementaire=[attached])
    with zipfile.ZipFile(io.BytesIO(await downloaded(caller, invoice, 8420001, whole="Oui"))) as made:
        names = sorted(made.namelist())
        assert names[0].startswith("FA-1_")
        assert len({name.partition("/")[0] for name in names}) == 2
        (note,) = [name for name in names if name.endswith("devis.txt")]
        assert made.read(note) == b"devis"
    alone = await downloaded(caller, invoice, whole="OUI")
    assert len(zipfile.ZipFile(io.BytesIO(alone)).namelist()) == 2
    assert (await downloaded(caller, invoice)).startswith(b"%PDF")


async def test_a_pivot_is_one_xml_with_the_files_inside(caller: Caller) -> None:
    """API 2.11, 5: attachments are always in it."""
    invoice = await caller.submitted("FA-1")
    root = etree.fromstring(await downloaded(caller, invoice, 8420006, kind="PIVOT"))
    units = root.findall("CPPFactures/CPPFacturePivotUnitaire")
    assert [unit.findtext("DonneesFacture/Id") for unit in units] == ["FA-1", "EDI-26-77121"]
    assert units[1].findtext("Debiteur/CodeService") == "PREFBZH035"
    assert base64.b64decode(units[0].findtext("PJ/Contenu")).startswith(b"%PDF")


async def test_more_than_120_megabytes_are_too_large(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """API 1.4: 413."""
    monkeypatch.setattr("chorus_tui.sandbox.downloads.LARGEST_DOWNLOAD", 1_000)
    body = {"format": "PIVOT", "listeFacture": [{"idFacture": 8420001}]}
    assert (await caller.post(DOWNLOAD, body)).status_code == 413
    assert (await caller.post(DOWNLOAD, {**body, "format": "PDF"})).status_code == 413


async def test_others_invoices_are_not_handed_out(caller: Caller) -> None:
    """API 4: no right, or no such invoice."""
    answer = await caller.ask(DOWNLOAD, {"format": "PIVOT", "listeFacture": [{"idFacture": 1}]})
    assert answer["codeRetour"] == 20000


@pytest.mark.parametrize("kind", ["Factur-X", "minimal"])
async def test_an_invoice_of_a_flow_is_handed_out_as_it_came(
    caller: Caller, clock: ManualClock, kind: str
) -> None:
    """API 2.11, 3.3: the Factur-X itself; of a minimal form the PDF that it carried."""
    pdf = flows.factur_x("F-1") if kind == "Factur-X" else flows.plain_pdf()
    content, syntax = (
        (pdf, flows.FACTURX) if kind == "Factur-X" else (flows.with_pdf(flows.cii("F-1"), pdf), flows.CII_MIN)
    )
    number = await deposited(caller, content, syntax)
    clock.turn(MINUTE)
    (row,) = await caller.search(numeroFluxDepot=number)
    assert await downloaded(caller, row["identifiantFactureCPP"]) == pdf


async def test_attachments_inside_an_xml_are_the_invoices(caller: Caller, clock: ManualClock) -> None:
    """API 2.9: files of a structured invoice are listed with it."""
    number = await deposited(caller, flows.with_pdf(flows.ubl("F-1"), b"%PDF-1.4 bon"), flows.UBL)
    clock.turn(MINUTE)
    (row,) = await caller.search(numeroFluxDepot=number)
    invoice = row["identifiantFactureCPP"]
    whole = await caller.ask("factures/v1/consulter/fournisseur", {"identifiantFactureCPP": invoice})
    (piece,) = whole["facture"]["listeDesPiecesJointes"]["pieceJointe"]
    assert (piece["pieceJointeDesignation"], piece["pieceJointeTypeCode"]) == ("f.pdf", "AUT")
    with zipfile.ZipFile(io.BytesIO(await downloaded(caller, invoice, whole="OUI"))) as made:
        (name,) = [name for name in made.namelist() if name.endswith("f.pdf")]
        assert made.read(name) == b"%PDF-1.4 bon"
