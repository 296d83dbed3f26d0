"""Structures, services, memberships, commitment numbers, lists and files (API 2.13 to 2.18)."""

from typing import Any

import pytest

from chorus_tui.sandbox import Sandbox, invented
from tests.sandbox.caller import STATE, Caller

FIND = "structures/v1/rechercher"


async def names(caller: Caller, **structure: Any) -> set[str]:
    answer = await caller.ask(FIND, {"structure": structure})
    return {row["designationStructure"] for row in answer["listeStructures"]}


async def test_a_structure_is_found_by_siret_or_by_a_part_of_its_name(caller: Caller) -> None:
    by_siret = await caller.ask(
        FIND, {"structure": {"identifiantStructure": STATE, "typeIdentifiantStructure": "SIRET"}}
    )
    assert [row["idStructureCPP"] for row in by_siret["listeStructures"]] == [26400001]
    assert await names(caller, raisonSocialeStructure="université de la côte") == {
        "UNIVERSITE DE LA COTE D'AMBRE"
    }


async def test_an_inactive_structure_says_so_in_other_words_than_the_criterion(caller: Caller) -> None:
    answer = await caller.ask(FIND, {"structure": {"identifiantStructure": "21991819000014"}})
    assert [row["statut"] for row in answer["listeStructures"]] == ["INACTIVE"]
    assert await names(caller, raisonSocialeStructure="MONTBRUN", statutStructure="ACTIF") == set()
    assert len(await names(caller, statutStructure="INACTIF")) == 2


async def test_private_structures_show_to_those_who_belong_to_them(caller: Caller) -> None:
    assert await names(caller, raisonSocialeStructure="LEROUX") == set()
    body = {"restreindreStructuresPrivees": False, "structure": {"raisonSocialeStructure": "LEROUX"}}
    assert len((await caller.ask(FIND, body))["listeStructures"]) == 1
    assert len(await names(caller, raisonSocialeStructure="ATELIER BRUME")) == 2


async def test_a_search_without_a_criterion_is_refused(caller: Caller) -> None:
    assert (await caller.ask(FIND))["codeRetour"] == invented.MISSING_CRITERION.code


async def test_structures_come_ten_a_page(caller: Caller) -> None:
    answer = await caller.ask(FIND, {"structure": {"typeStructure": "PUBLIQUE"}})
    assert len(answer["listeStructures"]) == 10
    assert answer["parametresRetour"] == {
        "pageCourante": 1,
        "pages": 3,
        "nbResultatsParPage": 10,
        "total": 25,
    }


async def test_every_combination_of_the_three_demands_is_there(caller: Caller, sandbox: Sandbox) -> None:
    combinations = set()
    for recipient in sandbox.world.recipients:
        answer = await caller.ask("structures/v1/consulter", {"idStructureCPP": recipient.id})
        demands = answer["parametres"]
        combinations.add(
            (
                demands["codeServiceDoitEtreRenseigne"],
                demands["numeroEJDoitEtreRenseigne"],
                demands["gestionNumeroEJOuCodeService"],
            )
        )
    assert len(combinations) == 8


async def test_the_supplier_shows_when_its_password_expires(caller: Caller) -> None:
    answer = await caller.ask("structures/v1/consulter", {"idStructureCPP": 26300101})
    assert answer["informationGenerales"]["dateExpirationMotPasseCompteTech"] == (
        "2028-01-21T10:00:00.000+01:00"
    )


async def test_the_wrong_key_of_another_client_is_not_taken(caller: Caller) -> None:
    """`idStructure` instead of `idStructureCPP` (API part 8, point 2)."""
    answer = (await caller.raw("structures/v1/consulter", b'{"idStructure": 26400005}')).json()
    assert answer["codeRetour"] == invented.MISSING_FIELD.code


async def test_services_are_paged_and_say_whether_they_are_open(caller: Caller) -> None:
    service = "structures/v1/rechercher/services"
    first = await caller.ask(service, {"idStructure": 26400016})
    assert (len(first["listeServices"]), first["parametresRetour"]["total"]) == (10, 12)
    state = await caller.ask(service, {"idStructure": 26400001})
    is_open = {row["codeService"]: row["estActif"] for row in state["listeServices"]}
    assert is_open["SFACETAT"]
    assert not is_open["DDTM029"]
    assert not is_open["MISSION2024"]
    assert {row["dateFinService"] for row in state["listeServices"]} == {
        "2050-12-31 00:00",
        "2024-12-31 00:00",
    }


async def test_a_service_tells_whether_it_wants_a_commitment_number(caller: Caller) -> None:
    answers = [
        await caller.ask("structures/v1/consulter/service", {"idStructure": 26400001, "idService": service})
        for service in (10136501, 10136502)
    ]
    assert [answer["parametres"]["numeroEngagement"] for answer in answers] == [False, True]


@pytest.mark.parametrize(
    ("service", "body"),
    [
        ("structures/v1/consulter", {"idStructureCPP": 1}),
        ("structures/v1/rechercher/services", {"idStructure": 1}),
        ("structures/v1/consulter/service", {"idStructure": 26400001, "idService": 1}),
        ("transverses/v1/recuperer/coordbanc/valides", {"idStructure": 1}),
        ("transverses/v1/recuperer/coordbanc/valides", {"idStructure": 26300103}),
    ],
)
async def test_what_is_not_there_or_not_ours_is_refused(
    caller: Caller, service: str, body: dict[str, int]
) -> None:
    answer = await caller.ask(service, body)
    assert answer["codeRetour"] == 20001
    assert answer["libelle"]


async def test_the_account_bills_for_two_structures_with_bank_accounts(caller: Caller) -> None:
    active = await caller.ask("transverses/v1/recuperer/structures/actives/fournisseur")
    ids = [row["idStructureCPP"] for row in active["listeStructures"]]
    assert ids == [26300101, 26300102]
    accounts = await caller.ask("transverses/v1/recuperer/coordbanc/valides", {"idStructure": ids[0]})
    assert [row["idCoordonneeBancaire"] for row in accounts["listeCoordonneeBancaire"]] == [144050, 144051]
    members = await caller.ask("utilisateurs/v1/monCompte/recuperer/rattachements")
    assert [row["idStructure"] for row in members["listeStructureRattachement"]] == ids


async def test_the_state_knows_its_commitment_numbers(caller: Caller) -> None:
    service = "engagementsJuridiques/v1/rechercher"
    body = {"structureReceptriceEngagementJuridique": STATE, "numeroEngagementJuridique": "1400000001"}
    (known,) = (await caller.ask(service, body))["listeEngagementJuridique"]
    assert (known["numeroEngagementJuridique"], known["libelleEtatCourantEJ"]) == ("1400000001", "COMMANDE")
    closed = {"numeroEngagementJuridique": "1300000099", "etatCourantEngagementJuridique": "COMMANDE"}
    assert (await caller.ask(service, body | closed))["listeEngagementJuridique"] == []
    elsewhere = {"structureReceptriceEngagementJuridique": "12345678200036"}
    assert (await caller.ask(service, body | elsewhere))["listeEngagementJuridique"] == []


async def test_the_lists_of_a_form(caller: Caller) -> None:
    types = await caller.ask("transverses/v1/recuperer/typespj", {"codeLangue": "FR", "typeObjet": "FACTURE"})
    assert {"BDC", "AUT"} <= {row["codeTypePieceJointe"] for row in types["listeTypePieceJointe"]}
    rates = await caller.ask("transverses/v1/recuperer/tauxtva", {"codeLangue": "FR"})
    assert rates["listeTauxTva"][0] == {
        "codeTauxTva": "TVA1",
        "libelleTauxTva": "Art 293B(FranchiseEnBase)",
        "valeurTauxTva": 0.0,
    }
    frames = await caller.ask("transverses/v1/recuperer/cadrefacturation", {"typeDemandePaiement": "FACTURE"})
    assert [row["codeCadreFacturation"].partition("_")[0] for row in frames["listeCadreFacturation"]] == [
        "A1",
        "A2",
        "A9",
        "A12",
    ]
    means = await caller.ask("transverses/v1/recuperer/modereglements")
    assert {"modePaiement": "VIREMENT"} in means["listeModePaiement"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"pieceJointeFichier": ""}, invented.FILE_EMPTY.code),
        ({"pieceJointeFichier": "***"}, invented.FILE_EMPTY.code),
        ({"pieceJointeNom": "x" * 47 + ".pdf"}, invented.FILE_NAME_WRONG.code),
        ({"pieceJointeNom": "bon"}, invented.FILE_NAME_WRONG.code),
        ({"pieceJointeNom": "bon.exe", "pieceJointeExtension": "exe"}, invented.EXTENSION_WRONG.code),
        ({"pieceJointeTypeMime": ""}, invented.MISSING_FIELD.code),
        ({"pieceJointeFichier": "QUFB" * (3_500_000)}, 20003),
    ],
)
async def test_an_attachment_is_refused(caller: Caller, changes: dict[str, str], code: int) -> None:
    body = {
        "pieceJointeFichier": "QUJD",
        "pieceJointeNom": "bon.pdf",
        "pieceJointeTypeMime": "application/pdf",
        "pieceJointeExtension": "pdf",
    }
    answer = await caller.ask("transverses/v1/ajouter/fichier", body | changes)
    assert answer["codeRetour"] == code
