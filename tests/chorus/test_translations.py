"""Between the domain and the wire, both ways, as the requests really leave and the answers really come."""

import base64
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chorus_tui.chorus import Analysis, Criteria, Receipt
from chorus_tui.chorus.vocabulary import STATUSES, codes_of, status_of
from chorus_tui.domain.document import Attachment
from chorus_tui.domain.fields import InvoiceFields, VatLine
from chorus_tui.domain.intent import Submission
from chorus_tui.domain.invoice import Invoice, StatusChange
from chorus_tui.domain.recipient import Recipient
from chorus_tui.domain.statuses import BillingFrame, InvoiceKind, InvoiceStatus, PaymentMeans, VatRegime
from tests.chorus.support import Wire, body, good, run
from tests.contract import contract

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
FULL = InvoiceFields(
    number="F-2026/001",
    issued=date(2026, 11, 20),
    kind=InvoiceKind.CREDIT_NOTE,
    original_number="F-2025/900",
    bank_account=144050,
    recipient_siret="123 456 782 00028",
    service_code="ECOLES",
    commitment_number="1400000001",
    contract_number="M-7",
    billing_frame=BillingFrame.A9,
    validator_siret="81990222200010",
    validator_service="CHANTIER",
    currency="EUR",
    vat_regime=VatRegime.ON_RECEIPTS,
    payment_means=PaymentMeans.DIRECT_DEBIT,
    due=date(2026, 12, 20),
    vat_lines=(
        VatLine(Decimal("20"), Decimal("1000.1"), Decimal("200.02"), "TVA5"),
        VatLine(Decimal("5.5"), Decimal("10"), Decimal("0.55")),
    ),
    net=Decimal("1010.1"),
    vat=Decimal("200.57"),
    gross=Decimal("1210.67"),
    discount=Decimal("10.67"),
    discount_reason="Fidélité",
    to_pay=Decimal("1200"),
    comment="Merci",
)
ATTACHED = Attachment(
    name="bon.pdf", sha256="0" * 64, size=3, type_code="BDC", label="Bon de commande", chorus_id=77
)


def order(fields: InvoiceFields, *attachments: Attachment) -> Submission:
    return Submission(
        fields=fields,
        supplier_id=26300101,
        main_attachment_id=6921279,
        main_attachment_name="facture.pdf",
        attachments=attachments,
    )


def sent(fields: InvoiceFields, *attachments: Attachment) -> dict[str, Any]:
    wire = Wire(lambda request: good(identifiantFactureCPP=1, numeroFacture="x", statutFacture="DEPOSEE"))

    async def main() -> None:
        async with wire.client() as chorus:
            await chorus.submit(order(fields, *attachments))

    run(main())
    asked = body(wire.requests[0])
    contract.check_request("POST", wire.requests[0].url.path, asked)
    return asked


def test_a_submission_says_everything_in_chorus_pros_terms() -> None:
    """API 2.3."""
    assert sent(FULL, ATTACHED) == {
        "modeDepot": "DEPOT_PDF_API",
        "numeroFactureSaisi": "F-2026/001",
        "dateFacture": "2026-11-20",
        "destinataire": {"codeDestinataire": "12345678200028", "codeServiceExecutant": "ECOLES"},
        "fournisseur": {"idFournisseur": 26300101, "codeCoordonneesBancairesFournisseur": 144050},
        "cadreDeFacturation": {
            "codeCadreFacturation": "A9_FACTURE_SOUSTRAITANT",
            "codeStructureValideur": "81990222200010",
            "codeServiceValideur": "CHANTIER",
        },
        "references": {
            "deviseFacture": "EUR",
            "typeFacture": "AVOIR",
            "typeTva": "TVA_SUR_ENCAISSEMENT",
            "numeroMarche": "M-7",
            "numeroBonCommande": "1400000001",
            "numeroFactureOrigine": "F-2025/900",
            "modePaiement": "PRELEVEMENT",
        },
        "ligneTva": [
            {
                "ligneTvaTaux": "TVA5",
                "ligneTvaMontantBaseHtParTaux": 1000.1,
                "ligneTvaMontantTvaParTaux": 200.02,
            },
            {
                "ligneTvaTauxManuel": 5.5,
                "ligneTvaMontantBaseHtParTaux": 10,
                "ligneTvaMontantTvaParTaux": 0.55,
            },
        ],
        "montantTotal": {
            "montantHtTotal": 1010.1,
            "montantTVA": 200.57,
            "montantTtcTotal": 1210.67,
            "montantRemiseGlobaleTTC": 10.67,
            "motifRemiseGlobaleTTC": "Fidélité",
            "montantAPayer": 1200,
        },
        "pieceJointePrincipale": [
            {"pieceJointePrincipaleDesignation": "facture.pdf", "pieceJointePrincipaleId": 6921279}
        ],
        "pieceJointeComplementaire": [
            {
                "pieceJointeComplementaireDesignation": "Bon de commande",
                "pieceJointeComplementaireType": "BDC",
                "pieceJointeComplementaireId": 77,
            }
        ],
        "commentaire": "Merci",
    }


def test_what_is_not_known_is_left_out_and_nothing_is_invented() -> None:
    asked = sent(InvoiceFields(number="F1", service_code="", commitment_number=""))
    assert asked["destinataire"] == {}
    assert asked["cadreDeFacturation"] == {}
    assert asked["references"] == {"typeTva": "SANS_TVA"}
    assert asked["montantTotal"] == {}
    assert "ligneTva" not in asked
    assert "commentaire" not in asked


@given(st.decimals("-9999999999", "9999999999", places=2))
def test_amounts_leave_as_numbers_with_exactly_their_cents(amount: Decimal) -> None:
    wire = Wire(lambda request: good(identifiantFactureCPP=1))

    async def main() -> None:
        async with wire.client() as chorus:
            await chorus.submit(order(InvoiceFields(number="F1", net=amount)))

    run(main())
    assert f'"montantHtTotal":{amount}'.encode() in wire.requests[0].content


LINE = VatLine(Decimal(20), Decimal(100), Decimal(20))
ZERO = VatLine(Decimal(0), Decimal(100), Decimal(0))


@pytest.mark.parametrize(
    ("fields", "word", "lines"),
    [
        (InvoiceFields(), "SANS_TVA", 0),
        (InvoiceFields(vat_regime=VatRegime.ON_DEBITS), "SANS_TVA", 0),
        (InvoiceFields(vat=Decimal(20)), "TVA_SUR_DEBIT", 0),
        (InvoiceFields(vat_lines=(LINE,)), "TVA_SUR_DEBIT", 1),
        (InvoiceFields(vat_lines=(LINE,), vat_regime=VatRegime.ON_DEBITS), "TVA_SUR_DEBIT", 1),
        (InvoiceFields(vat_lines=(LINE,), vat_regime=VatRegime.ON_RECEIPTS), "TVA_SUR_ENCAISSEMENT", 1),
        (InvoiceFields(vat_lines=(ZERO,), vat_regime=VatRegime.NONE), "SANS_TVA", 0),
        (InvoiceFields(exemption_reason="MUTUELLE"), "EXONERATION", 0),
        (InvoiceFields(vat_lines=(ZERO,), vat_regime=VatRegime.EXEMPT), "EXONERATION", 1),
    ],
)
def test_the_vat_type_follows_from_the_lines_and_the_reason(
    fields: InvoiceFields, word: str, lines: int
) -> None:
    asked = sent(fields)
    assert asked["references"]["typeTva"] == word
    assert len(asked.get("ligneTva", [])) == lines
    assert ("motifExonerationTva" in asked["references"]) is bool(fields.exemption_reason)


def test_only_a_credit_note_names_what_it_corrects() -> None:
    fields = InvoiceFields(kind=InvoiceKind.INVOICE, original_number="F0")
    assert "numeroFactureOrigine" not in sent(fields)["references"]


def test_only_frames_that_need_one_name_a_validator() -> None:
    fields = InvoiceFields(billing_frame=BillingFrame.A1, validator_siret="81990222200010")
    assert sent(fields)["cadreDeFacturation"] == {"codeCadreFacturation": "A1_FACTURE_FOURNISSEUR"}


def test_a_discount_of_nothing_is_none() -> None:
    fields = InvoiceFields(discount=Decimal(0), discount_reason="aucune")
    assert sent(fields)["montantTotal"] == {}


def test_an_attachment_that_was_not_uploaded_never_leaves() -> None:
    wire = Wire(lambda request: good())
    missing = msgspec.structs.replace(ATTACHED, chorus_id=None)

    async def main() -> None:
        async with wire.client() as chorus:
            with pytest.raises(ValueError, match="uploaded"):
                await chorus.submit(order(FULL, missing))

    run(main())
    assert wire.requests == []


def test_files_travel_whole_with_names_that_chorus_pro_takes() -> None:
    wire = Wire(lambda request: good(pieceJointeId="6921279", typeFacture="FACTURE"))
    content = bytes(range(256)) * 2000

    async def main() -> None:
        async with wire.client() as chorus:
            await chorus.analyse_pdf("n" * 300 + ".pdf", content)
            await chorus.upload("a" * 80 + ".PDF", b"")
            await chorus.upload("sans extension", b"x")

    run(main())
    for request in wire.requests:
        contract.check_request("POST", request.url.path, body(request), complete=True)
    analysed, empty, odd = map(body, wire.requests)
    assert base64.b64decode(analysed["fichierFacture"]) == content
    assert len(analysed["nomFichier"]) == 200
    assert analysed["formatDepot"] == "PDF_NON_SIGNE"
    assert empty["pieceJointeFichier"] == ""
    assert len(empty["pieceJointeNom"]) == 50
    assert empty["pieceJointeExtension"] == "PDF"
    assert empty["pieceJointeTypeMime"] == "application/pdf"
    assert odd["pieceJointeTypeMime"] == "application/octet-stream"


def analysed(**answer: Any) -> Analysis:
    async def main() -> Analysis:
        async with Wire(lambda request: good(**answer)).client() as chorus:
            return await chorus.analyse_pdf("a.pdf", b"%PDF")

    return run(main())


def test_an_analysis_gives_what_was_read() -> None:
    assert analysed(
        numeroFacture=" F-1 ",
        dateFacture="2026-11-20T00:00:00.000+01:00",
        codeDestinataire="12345678200028",
        codeServiceExecutant="",
        codeFournisseur=83990121200010,
        codeDeviseFacture="EUR",
        typeFacture="FACTURE",
        typeTva="TVA_SUR_DEBIT",
        numeroBonCommande=None,
        montantTtcAvantRemiseGlobalTTC=120,
        montantAPayer="110.50",
        montantHtTotal=100.0,
        montantTVA=20.00,
        pieceJointeId=6921279,
    ) == Analysis(
        InvoiceFields(
            number="F-1",
            issued=date(2026, 11, 20),
            kind=InvoiceKind.INVOICE,
            supplier_siret="83990121200010",
            recipient_siret="12345678200028",
            currency="EUR",
            vat_regime=VatRegime.ON_DEBITS,
            net=Decimal("100.0"),
            vat=Decimal("20.0"),
            gross=Decimal(120),
            to_pay=Decimal("110.50"),
        ),
        6921279,
    )


def test_an_analysis_that_read_nothing_does_not_claim_to_know_the_kind() -> None:
    """API 2.2: the recorded answer of an unreadable PDF says FACTURE all the same."""
    assert analysed(typeFacture="FACTURE", numeroFacture=None, pieceJointeId=1).fields == InvoiceFields()
    assert analysed(typeFacture="AVOIR", pieceJointeId=1).fields.kind is InvoiceKind.CREDIT_NOTE


def test_a_receipt_keeps_the_number_that_was_sent_where_the_answer_has_none() -> None:
    wire = Wire(
        lambda request: good(identifiantFactureCPP="8420532", statutFacture="DEPOSEE", dateDepot="2026-11-23")
    )

    async def main() -> Receipt:
        async with wire.client() as chorus:
            return await chorus.submit(order(FULL))

    assert run(main()) == Receipt(
        8420532, "F-2026/001", InvoiceStatus.SUBMITTED, "DEPOSEE", date(2026, 11, 23)
    )


def searched(**row: Any) -> Invoice:
    async def main() -> Invoice:
        async with Wire(lambda request: good(listeFactures=[row])).client() as chorus:
            return next(iter([page async for page in chorus.search(Criteria())])).invoices[0]

    return run(main())


def test_a_row_of_which_almost_everything_is_null_is_an_invoice() -> None:
    """API 2: ids and amounts came as strings in recorded answers."""
    assert searched(
        identifiantFactureCPP="3346947", numeroFacture=12, statut=None, montantTTC="20"
    ) == Invoice(id=3346947, number="12", gross=Decimal(20))


def test_a_status_nobody_has_written_down_is_kept_by_its_code() -> None:
    invoice = searched(identifiantFactureCPP=1, numeroFacture="F", statut="INVENTEE_EN_2031")
    assert invoice.status is InvoiceStatus.OTHER
    assert invoice.status_code == "INVENTEE_EN_2031"


def test_text_in_a_row_cannot_reach_the_terminal() -> None:
    invoice = searched(
        identifiantFactureCPP=1,
        numeroFacture="F\x1b]52;c;AAAA\x07",
        designationDestinataire="MAIRIE\u202eEIRIAM",
        commentaireEtatCourant="ligne 1\r\nligne 2\x9b2J",
    )
    for said in (invoice.number, invoice.recipient_name, invoice.comment):
        assert said.isprintable()
    assert invoice.comment.startswith("ligne 1 ligne 2")


def test_every_status_of_the_contract_is_known() -> None:
    path = "POST /cpro/factures/v1/soumettre"
    codes = contract.SERVICES[path]["enums"]["response.statutFacture"]
    assert set(codes) <= set(STATUSES)
    assert len(codes) == 56


def test_codes_and_statuses_are_each_others_inverse() -> None:
    assert set(codes_of(InvoiceStatus)) == set(STATUSES)
    for status in InvoiceStatus:
        assert {status_of(code) for code in codes_of([status])} == {status}


def test_a_history_says_who_did_what_and_how_to_reach_them() -> None:
    """S1-034."""
    told = {
        "histoStatutCode": "SUSPENDUE",
        "histoStatutDatePassage": "2026-07-01 10:00",
        "histoStatutCommentaire": "Pièce\nmanquante",
        "histoStatutUtilisateurPrenom": "Inès",
        "histoStatutUtilisateurNom": "Garnier",
        "histoStatutUtilisateurEmail": "ines@example.org",
        "histoStatutUtilisateurTelephone": "03 25",
    }
    earlier = {"histoStatutCode": "DEPOSEE", "histoStatutDatePassage": "2026-06-30 10:00"}
    undated = {"histoStatutCode": "BROUILLON", "histoStatutDatePassage": None}
    wire = Wire(lambda request: good(historiquesDesStatuts={"histoStatut": [undated, earlier, told]}))

    async def main() -> tuple[StatusChange, ...]:
        async with wire.client(now=lambda: NOW) as chorus:
            history = await chorus.history(9)
            assert history.invoice_id == 9
            assert history.fetched_at == NOW
            return history.changes

    first, second, third = run(main())
    assert first == StatusChange(
        InvoiceStatus.SUSPENDED,
        "SUSPENDUE",
        datetime(2026, 7, 1, 8, 0, tzinfo=UTC),
        "Pièce manquante",
        "Inès Garnier",
        "ines@example.org · 03 25",
    )
    assert second.code == "DEPOSEE"
    assert third.at is None


def directory(rows: list[dict[str, Any]], flags: dict[str, Any]) -> Wire:
    def reply(request: httpx.Request) -> httpx.Response:
        match request.url.path.removeprefix("/cpro/structures/v1/"):
            case "rechercher":
                return good(listeStructures=rows)
            case "consulter":
                return good(parametres=flags)
            case _:
                return good(listeServices=None)

    return Wire(reply)


def asked_recipient(wire: Wire) -> Recipient | None:
    async def main() -> Recipient | None:
        async with wire.client(now=lambda: NOW) as chorus:
            return await chorus.recipient("12345678200028")

    return run(main())


ROW = {"idStructureCPP": 7, "identifiantStructure": "12345678200028", "designationStructure": "MAIRIE"}


@pytest.mark.parametrize("closed", ["INACTIVE", "INACTIF"])
def test_an_inactive_recipient_is_told_without_asking_more(closed: str) -> None:
    wire = directory([{**ROW, "statut": closed}], {})
    assert asked_recipient(wire) == Recipient(
        siret="12345678200028", id=7, name="MAIRIE", active=False, checked_at=NOW
    )
    assert len(wire.requests) == 1


def test_of_two_structures_under_one_siret_the_active_one_counts() -> None:
    rows = [{**ROW, "statut": "INACTIVE"}, {**ROW, "idStructureCPP": 8, "statut": "ACTIVE"}]
    recipient = asked_recipient(directory(rows, {"gestionNumeroEJOuCodeService": "true"}))
    assert recipient is not None
    assert recipient.id == 8
    assert recipient.service_or_commitment


def test_a_siret_nobody_has_is_no_recipient() -> None:
    assert asked_recipient(directory([], {})) is None
    assert asked_recipient(directory([{**ROW, "identifiantStructure": "99999999999999"}], {})) is None


def test_billing_frames_and_means_of_payment_speak_the_domains_codes() -> None:
    def reply(request: httpx.Request) -> httpx.Response:
        frames = ["A1_FACTURE_FOURNISSEUR", "A3_MEMOIRE_JUSTICE", "A12_FACTURE_COTRAITANT"]
        means = ["VIREMENT", "TROC", "ESPECE"]
        return good(
            listeCadreFacturation=[{"codeCadreFacturation": frame} for frame in frames],
            listeModePaiement=[{"modePaiement": mean} for mean in means],
        )

    async def main() -> None:
        async with Wire(reply).client() as chorus:
            assert [BillingFrame(choice.code) for choice in await chorus.billing_frames()] == [
                BillingFrame.A1,
                BillingFrame.A12,
            ]
            assert [PaymentMeans(choice.code) for choice in await chorus.payment_means()] == [
                PaymentMeans.TRANSFER,
                PaymentMeans.CASH,
            ]

    run(main())


def test_a_search_names_every_criterion_that_is_given() -> None:
    wire = Wire(lambda request: good())
    criteria = Criteria(
        number="F1",
        changed_since=datetime(2026, 7, 1, 8, 0, tzinfo=UTC),
        changed_until=datetime(2026, 12, 1, 8, 0, tzinfo=UTC),
        deposited_from=date(2026, 1, 1),
        deposited_until=date(2026, 1, 31),
        issued_from=date(2026, 1, 2),
        issued_until=date(2026, 1, 30),
        statuses=(InvoiceStatus.REJECTED,),
        supplier_id=26300101,
        recipient_id=26400001,
        flow_number="CPP1",
        rejection_handled=False,
    )

    async def main() -> None:
        async with wire.client() as chorus:
            async for _ in chorus.search(criteria):
                raise AssertionError("there is nothing")

    run(main())
    asked = body(wire.requests[0])
    contract.check_request("POST", "/cpro/factures/v1/rechercher/fournisseur", asked)
    asked.pop("rechercheFactureParFournisseur")
    assert asked == {
        "numeroFacture": "F1",
        "periodeDateHeureEtatCourantDu": "2026-07-01T10:00:00.000+02:00",
        "periodeDateHeureEtatCourantAu": "2026-12-01T09:00:00.000+01:00",
        "periodeDateDepotDu": "2026-01-01",
        "periodeDateDepotAu": "2026-01-31",
        "periodeDateFactureDu": "2026-01-02",
        "periodeDateFactureAu": "2026-01-30",
        "statutCourant": ["REJETEE"],
        "idFournisseur": 26300101,
        "listeDestinataire": [{"idDestinataire": 26400001}],
        "numeroFluxDepot": "CPP1",
        "rejetTraite": False,
    }
