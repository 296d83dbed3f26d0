"""`soumettre`: what is taken, and every way of being refused (API 2.3, S1-066, S1-084 to S1-090)."""

import json
from datetime import timedelta
from typing import Any

import pytest

from chorus_tui.sandbox import ManualClock, Sandbox, invented
from tests.sandbox.caller import (
    COMMITMENT_MANDATORY,
    EITHER_MANDATORY,
    SERVICE_MANDATORY,
    STATE,
    SUPPLIER_ID,
    Caller,
    submission,
)

BOTH_MANDATORY = "22990102000011"
ALL_FLAGS = "13099405600013"
INACTIVE = "21991819000014"
VALIDATOR = "81990222200010"


def to(siret: str, service: str | None = None) -> dict[str, Any]:
    return {"codeDestinataire": siret, "codeServiceExecutant": service}


def vat_line(**changes: Any) -> list[dict[str, Any]]:
    line = {
        "ligneTvaTaux": "TVA5",
        "ligneTvaMontantBaseHtParTaux": 1000.0,
        "ligneTvaMontantTvaParTaux": 200.0,
    }
    return [{name: value for name, value in (line | changes).items() if value is not None}]


TAKEN: dict[str, dict[str, Any]] = {
    "nothing is mandatory": {},
    "a service that is not mandatory": {"destinataire": to("12345678200051", "MAIRIE")},
    "the mandatory service": {"destinataire": to(SERVICE_MANDATORY, "EAU_ASSAINISSEMENT")},
    "the mandatory commitment number": {
        "destinataire": to(COMMITMENT_MANDATORY),
        "references": {"numeroBonCommande": "ANY-77"},
    },
    "either: the service": {"destinataire": to(EITHER_MANDATORY, "BOUTIQUE")},
    "either: the number": {
        "destinataire": to(EITHER_MANDATORY),
        "references": {"numeroBonCommande": "ANY-77"},
    },
    "either goes before both": {"destinataire": to(ALL_FLAGS, "LABO")},
    "both": {
        "destinataire": to(BOTH_MANDATORY, "DIRINFRA"),
        "references": {"numeroBonCommande": "DHS-26-1"},
    },
    "the State, number and service agree": {
        "destinataire": to(STATE, "PREFBZH035"),
        "references": {"numeroBonCommande": "1400000001"},
    },
    "the State without a number": {"destinataire": to(STATE, "SFACETAT")},
    "a recipient whose SIRET fails its key": {"destinataire": to("17990033000013")},
    "the main file as an object": {"pieceJointePrincipale": "object"},
    "a number that is no date": {"numeroFactureSaisi": "20261121"},
    "a rate by hand": {"ligneTva": vat_line(ligneTvaTaux=None, ligneTvaTauxManuel=20.0)},
    "VAT lines a cent off": {
        "ligneTva": vat_line(ligneTvaMontantTvaParTaux=200.01),
    },
    "something already paid": {"montantTotal": {"montantAPayer": 700.0}},
    "a discount with its reason": {
        "montantTotal": {
            "montantRemiseGlobaleTTC": 200.0,
            "motifRemiseGlobaleTTC": "Geste commercial",
            "montantTtcTotal": 1000.0,
            "montantAPayer": 1000.0,
        }
    },
    "exempt, with a reason": {
        "references": {"typeTva": "EXONERATION", "motifExonerationTva": "Art. 261"},
        "ligneTva": vat_line(ligneTvaTaux="TVA7", ligneTvaMontantTvaParTaux=0.0),
        "montantTotal": {"montantTVA": 0.0, "montantTtcTotal": 1000.0, "montantAPayer": 1000.0},
    },
    "a credit note that names its invoice": {
        "references": {"typeFacture": "AVOIR", "numeroFactureOrigine": "FA-2025-1"}
    },
    "a negative credit note": {
        "references": {"typeFacture": "AVOIR"},
        "ligneTva": vat_line(ligneTvaMontantBaseHtParTaux=-1000.0, ligneTvaMontantTvaParTaux=-200.0),
        "montantTotal": {
            "montantHtTotal": -1000.0,
            "montantTVA": -200.0,
            "montantTtcTotal": -1200.0,
            "montantAPayer": -1200.0,
        },
    },
}


@pytest.mark.parametrize("case", TAKEN)
async def test_is_taken(caller: Caller, sandbox: Sandbox, case: str) -> None:
    file_id = await caller.deposit_pdf()
    body = submission("FA-1", file_id, **TAKEN[case])
    if body["pieceJointePrincipale"] == "object":
        body["pieceJointePrincipale"] = {"pieceJointePrincipaleId": file_id}
    answer = await caller.ask("factures/v1/soumettre", body)
    assert (answer["codeRetour"], answer["libelle"]) == (0, "GCU_MSG_01_000")
    assert answer["statutFacture"] == "DEPOSEE"
    assert answer["dateDepot"] == "2026-11-23"
    assert len(answer["empreinteCertificatDepot"]) == 44
    (held,) = sandbox.invoices.numbered(body["numeroFactureSaisi"])
    assert held.id == answer["identifiantFactureCPP"]


REFUSED: dict[str, tuple[invented.Refusal, dict[str, Any]]] = {
    "unknown recipient": (invented.RECIPIENT_UNKNOWN, {"destinataire": to("99999999999999")}),
    "inactive recipient (S1-088)": (invented.RECIPIENT_UNKNOWN, {"destinataire": to(INACTIVE)}),
    "service missing (S1-084)": (invented.SERVICE_MISSING, {"destinataire": to(SERVICE_MANDATORY)}),
    "unknown service": (invented.SERVICE_UNKNOWN, {"destinataire": to(SERVICE_MANDATORY, "NOWHERE")}),
    "service of another recipient": (
        invented.SERVICE_UNKNOWN,
        {"destinataire": to(SERVICE_MANDATORY, "MAIRIE")},
    ),
    "closed service": (invented.SERVICE_UNKNOWN, {"destinataire": to(SERVICE_MANDATORY, "VOIRIE_ANCIEN")}),
    "expired service": (invented.SERVICE_UNKNOWN, {"destinataire": to(STATE, "MISSION2024")}),
    "service that opens next year": (
        invented.SERVICE_UNKNOWN,
        {"destinataire": to(BOTH_MANDATORY, "AUTONOMIE")},
    ),
    "service between public bodies": (
        invented.SERVICE_RESERVED,
        {"destinataire": to(SERVICE_MANDATORY, "FACTURES_PUBLIQUES")},
    ),
    "commitment number missing (S1-087)": (
        invented.COMMITMENT_MISSING,
        {"destinataire": to(COMMITMENT_MANDATORY)},
    ),
    "both mandatory, number missing (S1-087)": (
        invented.COMMITMENT_MISSING,
        {"destinataire": to(BOTH_MANDATORY, "DIRINFRA")},
    ),
    "neither number nor service": (
        invented.COMMITMENT_OR_SERVICE_MISSING,
        {"destinataire": to(EITHER_MANDATORY)},
    ),
    "service that wants a number": (
        invented.COMMITMENT_MISSING_FOR_SERVICE,
        {"destinataire": to(SERVICE_MANDATORY, "ECOLES")},
    ),
    "the State, service without the number it wants": (
        invented.COMMITMENT_MISSING_FOR_SERVICE,
        {"destinataire": to(STATE, "DREALIDF078")},
    ),
    "the State, number of another service (S1-089)": (
        invented.STATE_INCOHERENT,
        {"destinataire": to(STATE, "DREALIDF078"), "references": {"numeroBonCommande": "1400000001"}},
    ),
    "the State, unknown number (S1-089)": (
        invented.STATE_INCOHERENT,
        {"destinataire": to(STATE, "PREFBZH035"), "references": {"numeroBonCommande": "1499999999"}},
    ),
    "the State, closed number (S1-089)": (
        invented.STATE_INCOHERENT,
        {"destinataire": to(STATE, "SFACETAT"), "references": {"numeroBonCommande": "1300000099"}},
    ),
    "number missing": (invented.NUMBER_MISSING, {"numeroFactureSaisi": None}),
    "number of blanks": (invented.NUMBER_MISSING, {"numeroFactureSaisi": "  "}),
    "number with a forbidden sign": (invented.NUMBER_ILLEGAL, {"numeroFactureSaisi": "FA:1"}),
    "number with an accent": (invented.NUMBER_ILLEGAL, {"numeroFactureSaisi": "FÉ1"}),
    "number that is a date": (invented.NUMBER_IS_A_DATE, {"numeroFactureSaisi": "20/11/2026"}),
    "number that is a date, year first": (
        invented.NUMBER_IS_A_DATE,
        {"numeroFactureSaisi": "2026-11-03"},
    ),
    "number that is its own date": (invented.NUMBER_IS_A_DATE, {"numeroFactureSaisi": "20261120"}),
    "date missing": (invented.DATE_MISSING, {"dateFacture": None}),
    "date of tomorrow": (invented.DATE_IN_FUTURE, {"dateFacture": "2026-11-24"}),
    "net and VAT are not gross": (
        invented.TOTALS_WRONG,
        {"montantTotal": {"montantTtcTotal": 1200.01, "montantAPayer": 1200.01}},
    ),
    "VAT lines are not the VAT": (
        invented.TOTALS_WRONG,
        {"montantTotal": {"montantTVA": 201.0, "montantTtcTotal": 1201.0, "montantAPayer": 1201.0}},
    ),
    "VAT bases are not the net": (
        invented.TOTALS_WRONG,
        {"ligneTva": vat_line(ligneTvaMontantBaseHtParTaux=1000.03)},
    ),
    "VAT lines more than a cent off": (
        invented.TOTALS_WRONG,
        {"ligneTva": vat_line(ligneTvaMontantBaseHtParTaux=1000.02)},
    ),
    "VAT does not follow its rate": (
        invented.TOTALS_WRONG,
        {"ligneTva": vat_line(ligneTvaTaux="TVA4")},
    ),
    "VAT without a line": (invented.TOTALS_WRONG, {"ligneTva": []}),
    "more to pay than gross": (invented.TOTALS_WRONG, {"montantTotal": {"montantAPayer": 1200.01}}),
    "unknown rate": (invented.VAT_RATE_UNKNOWN, {"ligneTva": vat_line(ligneTvaTaux="TVA99")}),
    "exempt without a reason": (invented.EXEMPTION_MISSING, {"references": {"typeTva": "EXONERATION"}}),
    "without VAT, but with VAT lines": (invented.VAT_REGIME_WRONG, {"references": {"typeTva": "SANS_TVA"}}),
    "discount without a reason": (
        invented.DISCOUNT_REASON_MISSING,
        {"montantTotal": {"montantRemiseGlobaleTTC": 1.0}},
    ),
    "an invoice that names an original": (
        invented.ORIGIN_NOT_ALLOWED,
        {"references": {"numeroFactureOrigine": "FA-2025-1"}},
    ),
    "a negative invoice": (
        invented.TOTALS_WRONG,
        {
            "ligneTva": vat_line(ligneTvaMontantBaseHtParTaux=-1000.0, ligneTvaMontantTvaParTaux=-200.0),
            "montantTotal": {
                "montantHtTotal": -1000.0,
                "montantTVA": -200.0,
                "montantTtcTotal": -1200.0,
                "montantAPayer": -1200.0,
            },
        },
    ),
    "unknown currency": (invented.CURRENCY_UNKNOWN, {"references": {"deviseFacture": "XXX"}}),
    "unknown supplier": (invented.SUPPLIER_UNKNOWN, {"fournisseur": {"idFournisseur": 1}}),
    "a supplier that is not ours": (invented.NO_RIGHT, {"fournisseur": {"idFournisseur": 26300103}}),
    "a bank account of another supplier": (
        invented.BANK_ACCOUNT_UNKNOWN,
        {"fournisseur": {"codeCoordonneesBancairesFournisseur": 144060}},
    ),
    "subcontracted without a validator": (
        invented.VALIDATOR_MISSING,
        {"cadreDeFacturation": {"codeCadreFacturation": "A9_FACTURE_SOUSTRAITANT"}},
    ),
    "an unknown validator": (
        invented.VALIDATOR_UNKNOWN,
        {
            "cadreDeFacturation": {
                "codeCadreFacturation": "A12_FACTURE_COTRAITANT",
                "codeStructureValideur": "99999999999999",
            }
        },
    ),
    "no main file": (invented.MAIN_FILE_MISSING, {"pieceJointePrincipale": None}),
    "an unknown main file (S1-085)": (
        invented.FILE_UNKNOWN,
        {"pieceJointePrincipale": [{"pieceJointePrincipaleId": 5}]},
    ),
    "an unknown attachment (S1-085)": (
        invented.FILE_UNKNOWN,
        {
            "pieceJointeComplementaire": [
                {
                    "pieceJointeComplementaireId": 5,
                    "pieceJointeComplementaireType": "BDC",
                    "pieceJointeComplementaireDesignation": "bon",
                }
            ]
        },
    ),
    "typed in without a line": (invented.LINES_MISSING, {"modeDepot": "SAISIE_API"}),
    "no payment means": (invented.MISSING_FIELD, {"references": {"modePaiement": None}}),
    "a comment too long": (invented.TEXT_TOO_LONG, {"commentaire": "x" * 2001}),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_is_refused(caller: Caller, sandbox: Sandbox, case: str) -> None:
    refusal, changes = REFUSED[case]
    before = len(sandbox.invoices)
    answer = await caller.submit("FA-1", **changes)
    assert answer["codeRetour"] == refusal.code != 0
    assert answer["libelle"].startswith(refusal.text.partition("{")[0])
    assert "{" not in answer["libelle"]
    assert len(sandbox.invoices) == before


def test_every_refusal_of_a_submission_has_a_code_of_its_own() -> None:
    codes = [value.code for value in vars(invented).values() if isinstance(value, invented.Refusal)]
    of_submission = [code for code in codes if code > 20100]
    assert len(of_submission) == len(set(of_submission)) > 25


async def test_a_number_too_long_is_refused(caller: Caller, sandbox: Sandbox) -> None:
    """The contract allows 20 characters, so this goes past it."""
    file_id = await caller.deposit_pdf()
    body = json.dumps(submission("F" * 21, file_id)).encode()
    answer = (await caller.raw("factures/v1/soumettre", body)).json()
    assert answer["codeRetour"] == invented.NUMBER_TOO_LONG.code


@pytest.mark.parametrize(
    ("block", "field", "limit"),
    [("destinataire", "codeServiceExecutant", 100), ("references", "numeroBonCommande", 50)],
)
async def test_a_field_too_long_is_refused(caller: Caller, block: str, field: str, limit: int) -> None:
    file_id = await caller.deposit_pdf()
    body = json.dumps(submission("FA-1", file_id, **{block: {field: "X" * (limit + 1)}})).encode()
    answer = (await caller.raw("factures/v1/soumettre", body)).json()
    assert answer["libelle"] == f"Le champ {field} ne doit pas dépasser {limit} caractères"


async def test_a_folder_of_more_than_120_megabytes_is_refused(caller: Caller, sandbox: Sandbox) -> None:
    large = bytes(10 * 1024 * 1024)
    others = [
        {
            "pieceJointeComplementaireId": sandbox.files.take(f"{n}.pdf", large, analysed=False).id,
            "pieceJointeComplementaireType": "BDL",
            "pieceJointeComplementaireDesignation": "bon",
        }
        for n in range(12)
    ]
    refused = await caller.submit("FA-1", pieceJointeComplementaire=others)
    assert refused["codeRetour"] == invented.FOLDER_TOO_LARGE.code
    await caller.submitted("FA-1", pieceJointeComplementaire=others[:11])


async def test_at_least_twelve_causes_say_which_value_is_wrong(caller: Caller) -> None:
    """Two refusals of one cause differ where their values do, and nowhere else (the clusters live on it)."""
    causes: dict[str, str] = {}
    for case, (refusal, changes) in REFUSED.items():
        if "{" in refusal.text:
            causes[refusal.text] = (await caller.submit(f"FA-{len(causes)}", **changes))["libelle"]
            assert causes[refusal.text] != refusal.text, case
    assert len(set(causes.values())) == len(causes) >= 12


async def test_the_unknown_file_is_named_in_the_message(caller: Caller) -> None:
    """S1-085."""
    answer = await caller.submit("FA-1", pieceJointePrincipale=[{"pieceJointePrincipaleId": 4711}])
    assert answer["libelle"] == "La pièce jointe 4711 de type inconnu n'existe pas"


async def test_an_attachment_goes_with_the_invoice(caller: Caller) -> None:
    uploaded = await caller.ask(
        "transverses/v1/ajouter/fichier",
        {
            "pieceJointeFichier": "QUJD",
            "pieceJointeNom": "bon.pdf",
            "pieceJointeTypeMime": "application/pdf",
            "pieceJointeExtension": "PDF",
        },
    )
    other = {
        "pieceJointeComplementaireId": uploaded["pieceJointeId"],
        "pieceJointeComplementaireType": "BDL",
        "pieceJointeComplementaireDesignation": "Bon de livraison",
        "pieceJointeComplementaireNumeroLigneFacture": 0,
    }
    refused = await caller.submit(
        "FA-1", pieceJointeComplementaire=[other | {"pieceJointeComplementaireType": "???"}]
    )
    assert refused["codeRetour"] == invented.FILE_TYPE_UNKNOWN.code
    invoice_id = await caller.submitted("FA-1", pieceJointeComplementaire=[other])
    answer = await caller.ask("factures/v1/consulter/fournisseur", {"identifiantFactureCPP": invoice_id})
    (kept,) = answer["facture"]["listeDesPiecesJointes"]["pieceJointe"]
    assert (kept["pieceJointeTypeLibelle"], kept["pieceJointeExtension"]) == ("Bon de livraison", "PDF")


class TestNumbers:
    """A number is used once per supplier and year (S1-066, S1-090)."""

    async def test_the_same_number_is_refused_and_named(self, caller: Caller, sandbox: Sandbox) -> None:
        await caller.submitted("FA-1")
        again = await caller.submit("FA-1")
        assert again["codeRetour"] == invented.NUMBER_TAKEN.code
        assert "FA-1" in again["libelle"]
        assert len(sandbox.invoices.numbered("FA-1")) == 1

    async def test_of_an_invoice_that_was_there_before_is_taken_too(self, caller: Caller) -> None:
        assert (await caller.submit("P2026-0450"))["codeRetour"] == invented.NUMBER_TAKEN.code

    async def test_a_rejected_invoice_keeps_its_number(self, caller: Caller, sandbox: Sandbox) -> None:
        sandbox.act(await caller.submitted("FA-1"), "REJETEE", "Montant erroné")
        assert (await caller.submit("FA-1"))["codeRetour"] == invented.NUMBER_TAKEN.code

    async def test_another_supplier_may_use_it(self, caller: Caller) -> None:
        await caller.submitted("FA-1")
        other = {"idFournisseur": 26300102, "codeCoordonneesBancairesFournisseur": 144060}
        await caller.submitted("FA-1", fournisseur=other)

    async def test_an_invoice_of_the_next_year_may_use_it(self, caller: Caller, clock: ManualClock) -> None:
        await caller.submitted("FA-1")
        clock.turn(timedelta(days=60))
        await caller.sign_in()
        late = await caller.submit("FA-1", dateFacture="2026-12-31")
        assert late["codeRetour"] == invented.NUMBER_TAKEN.code
        await caller.submitted("FA-1", dateFacture="2027-01-04")

    async def test_a_typed_in_invoice_gets_one_of_twenty_digits(self, caller: Caller) -> None:
        line = {"lignePosteNumero": 1, "lignePosteDenomination": "Lot", "lignePosteQuantite": 1.0}
        answer = await caller.submit("FA-1", modeDepot="SAISIE_API", lignePoste=[line])
        assert answer["numeroFacture"] == "20260000000000000001"


async def test_a_subcontracted_invoice_goes_to_its_validator_first(
    caller: Caller, clock: ManualClock
) -> None:
    frame = {"codeCadreFacturation": "A9_FACTURE_SOUSTRAITANT", "codeStructureValideur": VALIDATOR}
    answer = await caller.submit("FA-1", cadreDeFacturation=frame)
    assert answer["statutFacture"] == "A_VALIDER_1"
    clock.turn(timedelta(days=1))
    await caller.sign_in()
    (row,) = await caller.search(numeroFacture="FA-1")
    assert (row["statut"], row["codeValideur1"]) == ("VALIDEE_1", VALIDATOR)


async def test_the_details_give_back_what_was_sent(caller: Caller) -> None:
    invoice_id = await caller.submitted(
        "FA-1",
        destinataire=to(SERVICE_MANDATORY, "EAU_ASSAINISSEMENT"),
        references={"numeroBonCommande": "BC-1", "numeroMarche": "M-1"},
        commentaire="Merci",
    )
    answer = await caller.ask("factures/v1/consulter/fournisseur", {"identifiantFactureCPP": invoice_id})
    invoice = answer["facture"]
    assert invoice["destinataire"]["codeServiceExecutant"] == "EAU_ASSAINISSEMENT"
    assert invoice["destinataire"]["destinataireEtat"] == "NON"
    assert invoice["fournisseur"]["idFournisseur"] == SUPPLIER_ID
    assert invoice["references"]["numeroBonCommande"] == "BC-1"
    assert invoice["recapitulatifDeTva"]["ligneTva"][0]["ligneTvaTauxRefValeur"] == 20.0
    assert invoice["recapitulatifDeTva"]["totalLignesRecapitulativesTVA"] == 1
    assert invoice["montantTotal"]["montantTtcTotal"] == 1200.0
    assert invoice["commentaire"] == "Merci"
