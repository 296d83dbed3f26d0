"""What a flow, or an invoice of one, is refused for, and in which words (API 4)."""

import gzip
import io
import tarfile

import pytest

from chorus_tui.sandbox import ManualClock, Sandbox
from chorus_tui.sandbox.flow_contents import look_into
from tests import flows
from tests.sandbox.caller import Caller
from tests.sandbox.test_flows import MINUTE, concluded, deposited, report
from tests.sheets import Party

INACTIVE = Party("COMMUNE DE MONTBRUN-LE-VIEUX", "21991819000014")
SERVICE = Party("COMMUNAUTE DE COMMUNES DU VAL D'OREE", "12345678200028")
COMMITMENT = Party("SYNDICAT DES EAUX", "12345678200036")
EITHER = Party("OFFICE DE TOURISME", "12345678200044")
STATE = Party("ETAT", "11000201100044")
REGION = Party("REGION ARMORIQUE-OCEAN", "20099112300015")


def without(content: bytes, begin: str, end: str) -> bytes:
    """A file from which one element is taken out."""
    before, _, rest = content.partition(begin.encode())
    return before + rest.partition(end.encode())[2]


MEANS = ("<ram:SpecifiedTradeSettlementPaymentMeans>", "</ram:SpecifiedTradeSettlementPaymentMeans>")


# --- technical ---------------------------------------------------------------------------------------------


def linked(kind: bytes, name: str = "f.xml") -> bytes:
    """An archive whose one member is no file."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as made:
        entry = tarfile.TarInfo(name)
        entry.type, entry.linkname = kind, "/etc/passwd"
        made.addfile(entry)
    return out.getvalue()


BOMB = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><Invoice>&c;</Invoice>'

TECHNICAL: dict[str, tuple[bytes, str, str, str]] = {
    "blank": (b" \n ", flows.CII, "ERR_FIC_001", "le fichier est vide"),
    "truncated archive": (flows.lot("F-1")[:300], flows.CII, "ERR_ARC_001", "ne peut pas etre decompressee"),
    "no archive inside": (gzip.compress(b"plain"), flows.CII, "ERR_ARC_001", "decompressee"),
    "empty archive": (flows.archive([]), flows.CII, "ERR_ARC_002", "ne contient aucun fichier"),
    "empty member": (flows.archive([("a.xml", b"")]), flows.CII, "ERR_FIC_001", "a.xml"),
    "link": (linked(tarfile.SYMTYPE), flows.CII, "ERR_ARC_005", "f.xml"),
    "hard link": (linked(tarfile.LNKTYPE), flows.CII, "ERR_ARC_005", "f.xml"),
    "device": (linked(tarfile.CHRTYPE), flows.CII, "ERR_ARC_005", "f.xml"),
    "outside": (flows.archive([("../a.xml", flows.cii())]), flows.CII, "ERR_ARC_005", "../a.xml"),
    "absolute": (flows.archive([("/a.xml", flows.cii())]), flows.CII, "ERR_ARC_005", "/a.xml"),
    "entities": (BOMB.encode(), flows.UBL, "ERR_XSD_001", "DOCTYPE is disallowed"),
    "CII said to be UBL": (flows.cii(), flows.UBL, "ERR_SYN_001", "IN_DP_E1_UBL_INVOICE"),
    "UBL said to be CII": (flows.ubl(), flows.CII, "ERR_SYN_001", "IN_DP_E1_CII_16B"),
    "XML said to be Factur-X": (flows.cii(), flows.FACTURX, "ERR_SYN_001", "FACTURX"),
    "Factur-X said to be CII": (flows.factur_x(), flows.CII, "ERR_SYN_001", "CII_16B"),
    "PDF without XML": (flows.plain_pdf(), flows.FACTURX, "ERR_PDF_002", "factur-x.xml"),
    "damaged PDF": (b"%PDF-1.4 " + b"x" * 99, flows.FACTURX, "ERR_PDF_001", "illisible"),
    "no XML": (b"bonjour", flows.CII, "ERR_XSD_001", "not allowed in prolog. - ligne: 1"),
    "cut XML": (flows.cii()[:900], flows.CII, "ERR_XSD_001", "same entity. - ligne: "),
    "of another schema": (b"<a/>", flows.CII, "ERR_SYN_001", "ne correspond pas"),
    "a syntax not read": (flows.cii(), "IN_DP_E1_PES_FACTURE", "ERR_SYN_002", "PES"),
}


@pytest.mark.parametrize("case", TECHNICAL)
async def test_a_technical_error_rejects_the_flow(caller: Caller, clock: ManualClock, case: str) -> None:
    """S2-038, S2-039: wrong format, empty file, file that cannot be unpacked; codeRetour stays 0."""
    content, syntax, code, words = TECHNICAL[case]
    told = await concluded(caller, clock, content, syntax)
    assert told["etatCourantDepotFlux"] == "IN_REJETE"
    (error,) = told["listeErreurTechnique"]
    assert error["codeErreur"] == code
    assert error["libelleErreur"].startswith("IRRECEVABILITE: ")
    assert words in error["libelleErreur"]
    assert told["listeErreurDP"] == []
    assert caller.sandbox.invoices.numbered("F-1") == ()


async def test_every_schema_error_is_told_with_line_and_position(caller: Caller, clock: ManualClock) -> None:
    """API 2.18: fifty-three entries, in the recorded words."""
    content = flows.with_wrong_amounts(53)
    told = await concluded(caller, clock, content)
    errors = told["listeErreurTechnique"]
    assert len(errors) == 53
    line = next(i for i, text in enumerate(content.splitlines(), 1) if b"-1 324,60" in text)
    where = content.splitlines()[line - 1].index(b"</ram:BasisAmount>") + len("</ram:BasisAmount>") + 1
    assert errors[0] == {
        "codeErreur": "ERR_XSD_001",
        "libelleErreur": "IRRECEVABILITE: cvc-datatype-valid.1.2.1: '-1 324,60' is not a valid value for "
        f"'decimal'. - ligne: {line} - position: {where}",
        "natureErreur": "BLOQUANTE",
    }


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            flows.cii().replace(b"<ram:GrandTotalAmount>", b"<ram:Foo>1</ram:Foo><ram:GrandTotalAmount>"),
            "cvc-complex-type.2.4.a: Invalid content was found starting with element 'Foo'. One of '{",
        ),
        (
            without(flows.ubl(), "<cbc:IssueDate>", "</cbc:IssueDate>"),
            "cvc-complex-type.2.4.a: Invalid content was found starting with element 'InvoiceTypeCode'.",
        ),
        (
            without(flows.ubl(), "<cac:InvoiceLine>", "</cac:InvoiceLine>"),
            "cvc-complex-type.2.4.b: The content of element 'Invoice' is not complete. One of '{",
        ),
        (
            flows.ubl().replace(b' currencyID="EUR">816.00</cbc:Pay', b">816.00</cbc:Pay"),
            "cvc-complex-type.4: Attribute 'currencyID' must appear on element 'PayableAmount'.",
        ),
        (
            flows.ubl(issued="12/11/2026"),
            "cvc-datatype-valid.1.2.1: '12/11/2026' is not a valid value for 'date'.",
        ),
    ],
)
def test_schema_errors_read_as_xerces_writes_them(content: bytes, words: str) -> None:
    """API 4: ERR_XSD_001, IRRECEVABILITE: cvc-…"""
    syntax = flows.UBL if b"Invoice-2" in content else flows.CII
    found = look_into(content, syntax)
    assert found.invoices == ()
    assert any(words in error.label for error in found.errors), [error.label for error in found.errors]


def test_what_is_in_order_has_no_errors() -> None:
    """Every form that is read: the same invoice in each."""
    for content, syntax in (
        (flows.cii(), flows.CII),
        (flows.factur_x(), flows.FACTURX),
        (flows.ubl(), flows.UBL),
        (flows.ubl(credit=True), flows.UBL),
        (flows.with_pdf(flows.cii()), flows.CII_MIN),
        (flows.with_pdf(flows.ubl()), flows.UBL_MIN),
        (flows.cpp_minimal("F-1"), flows.CPP_MIN),
    ):
        found = look_into(content, syntax)
        assert found.errors == (), syntax
        (read,) = found.invoices
        assert (read.number, read.supplier, read.recipient) == ("F-1", "83990121200010", "12345678200051")
        assert read.taxes, syntax


def test_more_than_500_invoices_are_too_many() -> None:
    """API 3.4."""
    content = flows.cpp_minimal(*(f"F-{number}" for number in range(501)))
    (error,) = look_into(content, flows.CPP_MIN).errors
    assert error.code == "ERR_ARC_004"
    assert len(look_into(flows.cpp_minimal(*map(str, range(500))), flows.CPP_MIN).invoices) == 500


def test_an_archive_that_swells_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """API 3.4: 1 GB; what is announced counts before it is unpacked."""
    monkeypatch.setattr("chorus_tui.sandbox.flow_files.LARGEST_UNPACKED", 10_000)
    content = flows.archive([("a.xml", b" " * 20_000)])
    (error,) = look_into(content, flows.CII).errors
    assert error.code == "ERR_ARC_003"


# --- business ----------------------------------------------------------------------------------------------

AGREEMENT = "FichierXml.SupplyChainTradeTransaction.ApplicableHeaderTradeAgreement"
SETTLEMENT = "FichierXml.SupplyChainTradeTransaction.ApplicableHeaderTradeSettlement"

BUSINESS: dict[str, tuple[bytes, str]] = {
    "number too long": (
        flows.cii("F" * 21),
        "Le champ identifiant de la facture (FichierXml.ExchangedDocument.ID.value) ne doit pas depasser 20 "
        "caracteres",
    ),
    "number with strange letters": (flows.cii("F#1"), "Le numero de facture F#1 contient des caracteres non"),
    "supplier unknown": (
        flows.cii().replace(b"83990121200010", b"00000000005719"),
        f"L'identifiant fournisseur de la demande de paiement (balise : {AGREEMENT}.SellerTradeParty",
    ),
    "recipient unknown": (
        flows.cii(recipient=Party("NULLE PART", "99999999999999")),
        "Le destinataire est introuvable ou inactif : 99999999999999",
    ),
    "recipient inactive": (
        flows.cii(recipient=INACTIVE),
        "Le destinataire est introuvable ou inactif : 21991819000014",
    ),
    "service missing": (
        flows.cii(recipient=SERVICE),
        f"L'engagement juridique ({AGREEMENT}.BuyerReference.value) est obligatoire",
    ),
    "service unknown": (
        flows.cii(recipient=SERVICE, service_code="NIMPORTE"),
        "Le code service de la structure publique destinataire est inconnu ou inactif dans Chorus Pro",
    ),
    "service closed": (
        flows.cii(recipient=SERVICE, service_code="VOIRIE_ANCIEN"),
        "Le code service de la structure publique destinataire est inconnu ou inactif dans Chorus Pro",
    ),
    "commitment missing": (
        flows.cii(recipient=COMMITMENT),
        f"L'engagement juridique ({AGREEMENT}.BuyerOrderReferencedDocument.IssuerAssignedID.value) est "
        "obligatoire",
    ),
    "service or commitment missing": (
        flows.cii(recipient=EITHER),
        f"L'engagement juridique ({AGREEMENT}.BuyerOrderReferencedDocument.IssuerAssignedID.value) est "
        "obligatoire",
    ),
    "commitment missing for the service": (
        flows.cii(recipient=REGION, service_code="LYCEES"),
        f"L'engagement juridique ({AGREEMENT}.BuyerOrderReferencedDocument.IssuerAssignedID.value) est "
        "obligatoire",
    ),
    "commitment of another service of the State": (
        flows.cii(recipient=STATE, service_code="SFACETAT", commitment="1400000002"),
        "Les controles de coherence effectues sur la demande de paiement ne sont pas valides",
    ),
    "payment means missing": (
        without(flows.cii(), *MEANS),
        f"L'element {SETTLEMENT}.SpecifiedTradeSettlementPaymentMeans.TypeCode.value est obligatoire",
    ),
    "frame unknown": (flows.cii(frame="B1"), "Le cadre de facturation 'B1'"),
    "date to come": (
        flows.ubl(issued="2027-01-31"),
        "La date de facture ne peut pas etre posterieure a la date du jour",
    ),
    "totals that do not add up": (
        flows.ubl(gross="817.00"),
        "La synthese de l'en-tete n'est pas correcte : le montant TTC n'est pas la somme du montant HT et de "
        "la TVA",
    ),
    "commitment missing, in UBL": (
        flows.ubl(recipient="12345678200036"),
        "L'engagement juridique (FichierXml.Invoice.OrderReference.ID.value) est obligatoire",
    ),
    "payment means missing, in UBL": (
        flows.ubl(means=""),
        "L'element FichierXml.Invoice.PaymentMeans.PaymentMeansCode.value est obligatoire",
    ),
}


@pytest.mark.parametrize("case", BUSINESS)
async def test_a_business_error_names_its_tag(caller: Caller, clock: ManualClock, case: str) -> None:
    """S2-040, S2-073: the recorded words, without accents; a flow of nothing but such is rejected."""
    content, words = BUSINESS[case]
    syntax = flows.UBL if b"Invoice-2" in content else flows.CII
    told = await concluded(caller, clock, content, syntax)
    assert told["etatCourantDepotFlux"] == "IN_REJETE"
    assert told["listeErreurTechnique"] == []
    (error,) = told["listeErreurDP"]
    assert error["libelleErreurDP"].startswith(words[:200]), error["libelleErreurDP"]


@pytest.mark.parametrize(("content", "syntax"), [(flows.cii(), flows.CII_MIN), (flows.ubl(), flows.UBL_MIN)])
async def test_a_minimal_form_carries_a_pdf(
    caller: Caller, clock: ManualClock, content: bytes, syntax: str
) -> None:
    """S2-053, API 3.3: E2 mixed is a PDF inside a minimal XML."""
    (error,) = (await concluded(caller, clock, content, syntax))["listeErreurDP"]
    assert "BinaryObject.value est obligatoire" in error["libelleErreurDP"]
    told = await concluded(caller, clock, flows.with_pdf(content), syntax)
    assert told["etatCourantDepotFlux"] == "IN_INTEGRE"


async def test_several_messages_are_joined_and_cut(caller: Caller, clock: ManualClock) -> None:
    """API 2.18: joined by a bar, cut near 200 characters."""
    told = await concluded(
        caller, clock, flows.ubl("F" * 21, recipient="12345678200036", means=""), flows.UBL
    )
    (error,) = told["listeErreurDP"]
    messages = error["libelleErreurDP"].split("|")
    assert len(error["libelleErreurDP"]) == 200
    assert len(messages) == 3
    assert messages[0].endswith("20 caracteres")
    assert messages[1].endswith("est obligatoire")


async def test_a_number_is_used_once_by_any_way(caller: Caller, clock: ManualClock) -> None:
    """S2-040, trap 10: duplicates inside a flow, of another flow, of a form; one refused leaves it free."""
    await caller.submitted("FA-1")
    twice = flows.archive([("1.xml", flows.cii("F-1")), ("2.xml", flows.cii("F-1"))])
    told = await concluded(caller, clock, twice)
    assert told["etatCourantDepotFlux"] == "IN_INTEGRE_PARTIEL"
    (error,) = told["listeErreurDP"]
    assert error["numeroDP"] == "F-1"
    assert error["libelleErreurDP"].startswith("Le numero de facture a deja ete transmis")
    assert len(caller.sandbox.invoices.numbered("F-1")) == 1
    told = await concluded(
        caller, clock, flows.archive([("a.xml", flows.cii("F-1")), ("b.xml", flows.cii("FA-1"))])
    )
    assert told["etatCourantDepotFlux"] == "IN_REJETE"
    assert [error["numeroDP"] for error in told["listeErreurDP"]] == ["F-1", "FA-1"]
    answer = await caller.submit("F-1")
    assert answer["codeRetour"] == 20113, "a form knows the numbers of flows"


async def test_the_same_number_of_two_suppliers_is_two_numbers(caller: Caller, clock: ManualClock) -> None:
    """S2-010: several structures in one flow, without an authorisation."""
    other = flows.ubl("F-1", supplier="83990121200028")
    content = flows.archive([("a.xml", flows.ubl("F-1")), ("b.xml", other)])
    number = await deposited(caller, content, flows.UBL)
    clock.turn(MINUTE)
    assert (await report(caller, number))["etatCourantDepotFlux"] == "IN_INTEGRE"
    rows = await caller.search(numeroFluxDepot=number)
    assert {row["codeFournisseur"] for row in rows} == {"83990121200010", "83990121200028"}


async def test_a_single_refusal_may_come_as_an_object(caller: Caller, clock: ManualClock) -> None:
    """API part 8, 9: one page prints a bare object; by a switch, and for a single one."""
    caller.sandbox.flows.bare_error = True
    told = await concluded(caller, clock, flows.ubl("F-1", means=""), flows.UBL)
    assert told["listeErreurDP"]["numeroDP"] == "F-1"
    two = flows.archive([("a.xml", flows.ubl("F-2", means="")), ("b.xml", flows.ubl("F-3", means=""))])
    told = await concluded(caller, clock, two, flows.UBL)
    assert [error["numeroDP"] for error in told["listeErreurDP"]] == ["F-2", "F-3"]


async def test_a_flow_is_of_those_who_deposited_it(sandbox: Sandbox, caller: Caller) -> None:
    """S2-017, S2-018: the issuer of a portal flow is who was chosen; others' flows are unknown here."""
    mine = sandbox.deposit_on_portal(flows.cii("F-1"), "f.xml", "83990121200028")
    theirs = sandbox.deposit_on_portal(flows.cii("F-2"), "f.xml", "84990333100015")
    assert (await caller.ask("transverses/v1/consulterCRDetaille", {"numeroFluxDepot": mine}))[
        "codeRetour"
    ] == 0
    answer = await caller.ask("transverses/v1/consulterCRDetaille", {"numeroFluxDepot": theirs})
    assert answer["codeRetour"] == 20001


def test_hostile_numbers_do_not_break_the_reading() -> None:
    """Whatever stands in the fields is read as text."""
    content = flows.ubl("{0}%s&lt;b&gt;")
    found = look_into(content, flows.UBL)
    assert found.invoices[0].number == "{0}%s<b>"
