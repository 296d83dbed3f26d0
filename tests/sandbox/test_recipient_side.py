"""The recipient's and the validator's side: what they see, what they may set (API 2.12, 3.1)."""

import base64
import json
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest

from chorus_tui.sandbox import ManualClock, Sandbox, World, invented
from tests.sandbox.caller import NOTHING_MANDATORY, Caller, client, new_sandbox
from tests.sandbox.test_replies import (
    actions,
    attached,
    details_of,
    history_of,
    is_refused,
    passages,
    row_of,
    upload,
)

SEARCH = "factures/v1/rechercher/recipiendaire"
READ = "factures/v1/consulter/recipiendaire"
HANDLE = "factures/v1/traiter/recue"
TARGETS = "transverses/v1/recuperer/etats/traitement"
TO_VALIDATE = "factures/v1/rechercher/valideur"
VALIDATE = "factures/v1/traiter/factureAValider"
CORRECT = "factures/v1/corriger/valideur/facture"
VALIDATOR = "81990222200010"
OTHER_VALIDATOR = "84990333100015"
SUBCONTRACTED = {"codeCadreFacturation": "A9_FACTURE_SOUSTRAITANT", "codeStructureValideur": VALIDATOR}


def status(invoice_id: int, target: str, motive: str = "", **more: Any) -> dict[str, Any]:
    return {"idFacture": invoice_id, "nouveauStatut": target, "motif": motive, **more}


@pytest.fixture
async def available(caller: Caller, recipient: Caller, clock: ManualClock) -> int:
    """An invoice that the recipient has."""
    invoice_id = await caller.submitted("FA-1")
    clock.turn(timedelta(hours=2))
    for one in (caller, recipient):
        await one.sign_in(recipient.sandbox.world.account_of("recipient") if one is recipient else None)
    return invoice_id


class TestHandle:
    """`traiter/recue`."""

    @pytest.mark.parametrize(
        ("target", "motive"),
        [
            ("SUSPENDUE", "Il manque le bon de livraison"),
            ("REJETEE", "Montant erroné"),
            ("A_RECYCLER", "Mauvais service"),
            ("SERVICE_FAIT", ""),
            ("MISE_A_DISPOSITION_COMPTABLE", ""),
            ("COMPTABILISEE", ""),
            ("MISE_EN_PAIEMENT", ""),
            ("MISE_A_DISPOSITION", ""),
        ],
    )
    async def test_sets_a_status_that_the_supplier_sees(
        self, caller: Caller, recipient: Caller, available: int, target: str, motive: str
    ) -> None:
        answer = await recipient.ask(HANDLE, status(available, target, motive))
        assert (answer["codeRetour"], answer["nouveauStatut"]) == (0, target)
        assert (answer["numeroFacture"], answer["dateTraitement"]) == ("FA-1", "2026-11-23")
        row = await row_of(caller, available)
        assert (row["statut"], row.get("commentaireEtatCourant", "")) == (target, motive)
        assert row["dateHeureEtatCourant"] == "2026-11-23T12:00:00.000+01:00"
        newest = (await history_of(caller, available))["historiquesDesStatuts"]["histoStatut"][0]
        assert newest["histoStatutCode"] == target
        assert newest.get("histoStatutCommentaire", "") == motive

    async def test_ends_what_was_planned(
        self, caller: Caller, recipient: Caller, available: int, clock: ManualClock
    ) -> None:
        await recipient.ask(HANDLE, status(available, "SUSPENDUE", "Bon ?"))
        clock.turn(timedelta(days=90))
        await caller.sign_in()
        assert (await row_of(caller, available))["statut"] == "SUSPENDUE"

    async def test_a_payment_order_has_its_number(
        self, caller: Caller, recipient: Caller, available: int
    ) -> None:
        is_refused(await recipient.ask(HANDLE, status(available, "MANDATEE")), invented.MISSING_FIELD)
        body = status(available, "MANDATEE", numeroDPMandat="M-2026-118")
        assert (await recipient.ask(HANDLE, body))["codeRetour"] == 0
        assert (await details_of(caller, available))["references"]["numeroDpMandat"] == "M-2026-118"

    @pytest.mark.parametrize("target", ["SUSPENDUE", "REJETEE", "A_RECYCLER"])
    async def test_a_motive_is_asked_for(self, recipient: Caller, available: int, target: str) -> None:
        is_refused(await recipient.ask(HANDLE, status(available, target)), invented.MOTIVE_MISSING)

    async def test_a_motive_is_empty_rather_than_absent(self, recipient: Caller, available: int) -> None:
        body = {"idFacture": available, "nouveauStatut": "SERVICE_FAIT"}
        is_refused(await recipient.ask(HANDLE, body), invented.MISSING_FIELD)

    async def test_a_motive_has_255_characters(self, recipient: Caller, available: int) -> None:
        is_refused(
            await recipient.ask(HANDLE, status(available, "REJETEE", "x" * 256)), invented.TEXT_TOO_LONG
        )
        assert (await recipient.ask(HANDLE, status(available, "REJETEE", "x" * 255)))["codeRetour"] == 0

    @pytest.mark.parametrize("target", ["DEPOSEE", "COMPLETEE", "NON_CONFORME", "A_VALIDER_1"])
    async def test_what_a_recipient_does_not_set(
        self, recipient: Caller, available: int, target: str
    ) -> None:
        is_refused(await recipient.ask(HANDLE, status(available, target, "x")), invented.TARGET_FORBIDDEN)

    @pytest.mark.parametrize("before", ["SUSPENDUE", "REJETEE", "A_RECYCLER", "MISE_EN_PAIEMENT"])
    async def test_where_a_recipient_does_not_act(
        self, recipient: Caller, sandbox: Sandbox, available: int, before: str
    ) -> None:
        sandbox.act(available, before, "x")
        answer = await recipient.ask(HANDLE, status(available, "SERVICE_FAIT"))
        assert answer["libelle"].startswith("GDP_MSG_11.001")

    @pytest.mark.parametrize("before", ["SERVICE_FAIT", "MANDATEE", "COMPLETEE"])
    async def test_where_it_does(
        self, recipient: Caller, sandbox: Sandbox, available: int, before: str
    ) -> None:
        sandbox.act(available, before)
        assert (await recipient.ask(HANDLE, status(available, "REJETEE", "x")))["codeRetour"] == 0

    @pytest.mark.parametrize(("invoice_id", "message"), [(1, "GDP_MSG_11.008"), (8420013, "GDP_MSG_11.005")])
    async def test_what_is_not_there_yet(self, recipient: Caller, invoice_id: int, message: str) -> None:
        answer = await recipient.ask(HANDLE, status(invoice_id, "SERVICE_FAIT"))
        assert answer["libelle"].startswith(message)

    async def test_an_unknown_status_is_no_request(self, recipient: Caller, available: int) -> None:
        answer = await recipient.raw(HANDLE, json.dumps(status(available, "PERDUE")).encode())
        assert answer.status_code == 400

    async def test_recycling_can_no_longer_be_set_under_the_present_release(self) -> None:
        """API 2.5: since September 2026."""
        sandbox = new_sandbox(msgspec.structs.replace(World.load(), recycling_allowed=False))
        async with client(sandbox) as http:
            agent = Caller(sandbox, http, sandbox.oauth_url, sandbox.api_url)
            await agent.sign_in(sandbox.world.account_of("recipient"))
            is_refused(await agent.ask(HANDLE, status(8420006, "A_RECYCLER", "x")), invented.TARGET_FORBIDDEN)
            listed = await agent.ask(TARGETS, {"statutCourant": "MISE_A_DISPOSITION"})
            assert len(listed["listeStatutsPossiblesPourTraitement"]) == 8
        sandbox.close()

    async def test_what_may_be_set_is_listed(self, recipient: Caller) -> None:
        listed = (await recipient.ask(TARGETS, {"statutCourant": "COMPLETEE"}))[
            "listeStatutsPossiblesPourTraitement"
        ]
        statuses = {entry["statutPossiblePourTraitement"] for entry in listed}
        assert {"SUSPENDUE", "REJETEE", "A_RECYCLER", "MISE_EN_PAIEMENT"} < statuses
        nothing = await recipient.ask(TARGETS, {"statutCourant": "REJETEE"})
        assert nothing["listeStatutsPossiblesPourTraitement"] == []


class TestSides:
    """Each account has its own side."""

    @pytest.mark.parametrize(
        ("service", "body"),
        [
            (HANDLE, status(8420006, "SERVICE_FAIT")),
            (SEARCH, {}),
            (READ, {"identifiantFactureCPP": 8420006}),
            (VALIDATE, {"idFacture": 8420014, "action": "VALIDATION"}),
            (TO_VALIDATE, {}),
        ],
    )
    async def test_a_supplier_has_no_right_there(
        self, caller: Caller, service: str, body: dict[str, Any]
    ) -> None:
        assert (await caller.ask(service, body))["libelle"].startswith("GDP_MSG_11.005")

    @pytest.mark.parametrize(
        ("service", "body"),
        [
            ("factures/v1/completer", {"identifiantFactureCPP": 8420002, "commentaire": "x"}),
            ("factures/v1/recycler", {"identifiantFactureCPP": 8420005}),
            ("factures/v1/traiterRejet", {"listeDemandePaiement": [{"idDemandePaiement": 8420003}]}),
            (CORRECT, {"idFacture": 8420027, "identifiantStructure": OTHER_VALIDATOR}),
            ("factures/v1/soumettre", {}),
            ("factures/v1/rechercher/fournisseur", {}),
            ("factures/v1/consulter/fournisseur", {"identifiantFactureCPP": 8420002}),
            ("transverses/v1/recuperer/structures/actives/fournisseur", {}),
        ],
    )
    async def test_a_recipient_has_no_right_here(
        self, recipient: Caller, service: str, body: dict[str, Any]
    ) -> None:
        answer = (await recipient.raw(service, json.dumps(body).encode())).json()
        assert answer["libelle"].startswith("GDP_MSG_11.005")

    async def test_a_token_lets_in_only_the_accounts_of_its_application(
        self, caller: Caller, sandbox: Sandbox
    ) -> None:
        other = sandbox.world.account_of("recipient")
        assert other is not None
        pair = base64.b64encode(f"{other.login}:{other.password}".encode()).decode()
        answer = await caller.post("transverses/v1/recuperer/tauxtva", cpro_account=pair)
        assert answer.status_code == 401

    async def test_an_account_of_one_recipient_sees_its_invoices_alone(self) -> None:
        world = World.load()
        others = tuple(msgspec.structs.replace(one, structures=(NOTHING_MANDATORY,)) for one in world.others)
        sandbox = new_sandbox(msgspec.structs.replace(world, others=others))
        async with httpx.AsyncClient(transport=sandbox.transport()) as http:
            agent = Caller(sandbox, http, sandbox.oauth_url, sandbox.api_url)
            await agent.sign_in(sandbox.world.account_of("recipient"))
            rows = (await agent.ask(SEARCH, {"paramRecherche": {"nbResultatsParPage": 100}}))["listeFactures"]
            assert {row["codeDestinataire"] for row in rows} == {NOTHING_MANDATORY}
            answer = await agent.ask(HANDLE, status(8420006, "SERVICE_FAIT"))
            assert answer["libelle"].startswith("GDP_MSG_11.005")
        sandbox.close()

    async def test_each_belongs_to_its_structures(
        self, caller: Caller, recipient: Caller, validator: Caller
    ) -> None:
        service = "utilisateurs/v1/monCompte/recuperer/rattachements"
        body = {"parametresRecherche": {"nbResultatsParPage": 100}}
        lists = []
        for one in (caller, recipient, validator):
            rows = (await one.ask(service, body))["listeStructureRattachement"]
            lists.append({row["identifiantStructure"] for row in rows})
        assert lists[2] == {VALIDATOR}
        assert NOTHING_MANDATORY in lists[1]
        assert not lists[0] & lists[1]
        active = await recipient.ask("transverses/v1/recuperer/structures/actives/destinataire")
        assert "21991819000014" not in {row["identifiant"] for row in active["listeStructures"]}


class TestReceived:
    """`rechercher/recipiendaire`, `consulter/recipiendaire`."""

    async def test_pages_are_told_at_the_top_of_the_answer(self, recipient: Caller) -> None:
        answer = await recipient.ask(SEARCH, {"paramRecherche": {"nbResultatsParPage": 5}})
        assert len(answer["listeFactures"]) == answer["nbResultatsParPage"] == 5
        assert answer["pages"] == -(-answer["total"] // 5) > 1
        assert "parametresRetour" not in answer

    async def test_nothing_found_is_a_code(self, recipient: Caller) -> None:
        answer = await recipient.ask(SEARCH, {"numeroFacture": "nowhere"})
        assert (answer["codeRetour"], answer["libelle"][:14]) == (20000, "TRA_MSG_00.015")

    async def test_an_invoice_shows_once_it_is_available(
        self, caller: Caller, recipient: Caller, sandbox: Sandbox
    ) -> None:
        invoice_id = await caller.submitted("FA-1")
        assert (await recipient.ask(SEARCH, {"numeroFacture": "FA-1"}))["codeRetour"] == 20000
        sandbox.act(invoice_id, "MISE_A_DISPOSITION")
        (row,) = (await recipient.ask(SEARCH, {"numeroFacture": "FA-1"}))["listeFactures"]
        assert (row["idFacture"], row["montantTTC"]) == (invoice_id, 1200.0)

    @pytest.mark.parametrize(
        ("criteria", "numbers"),
        [
            ({"idDestinataire": 26400001}, {"EDI-26-77121", "EDI-26-77129"}),
            ({"idDestinataire": 26400001, "idServiceExecutant": 10136502}, {"EDI-26-77121"}),
            ({"listeFournisseurs": [{"idFournisseur": 26300103}]}, {"LX-26-0098"}),
            (
                {"listeFournisseurs": [{"idFournisseur": 26300102}], "statutCourant": ["SUSPENDUE"]},
                {"N2026-0014"},
            ),
            ({"listeTypeFacture": ["AVOIR"]}, {"A-2026-0007", "A-2026-0009"}),
            ({"montantTTCMin": 60_000.0}, {"LX-26-0098"}),
            ({"numeroBonCommande": "DHS-26-1042"}, {"P2026-0440"}),
            ({"statutCourant": ["COMPLETEE"]}, {"N2026-0019"}),
        ],
    )
    async def test_a_criterion_finds_what_meets_it(
        self, recipient: Caller, criteria: dict[str, Any], numbers: set[str]
    ) -> None:
        answer = await recipient.ask(SEARCH, {"paramRecherche": {"nbResultatsParPage": 100}, **criteria})
        assert {row["numeroFacture"] for row in answer["listeFactures"]} == numbers

    async def test_every_supplier_of_a_siren(self, recipient: Caller) -> None:
        both = {"listeFournisseurs": [{"idFournisseur": 26300102}], "rechercheSirenFournisseur": True}
        answer = await recipient.ask(SEARCH, {"paramRecherche": {"nbResultatsParPage": 100}, **both})
        assert {row["codeFournisseur"] for row in answer["listeFactures"]} == {
            "83990121200010",
            "83990121200028",
        }

    async def test_reads_what_was_added(self, caller: Caller, recipient: Caller) -> None:
        reply = {
            "identifiantFactureCPP": 8420002,
            "commentaire": "Voici",
            "pieceJointeComplementaire": [attached(await upload(caller))],
        }
        await caller.ask("factures/v1/completer", reply)
        invoice = (await recipient.ask(READ, {"identifiantFactureCPP": 8420002}))["facture"]
        assert (invoice["statutFacture"], invoice["commentaire"]) == ("COMPLETEE", "Voici")
        assert invoice["listeDesPiecesJointes"]["totalListePiecesJointe"] == 1
        assert passages(await history_of(recipient, 8420002))[:2] == ["COMPLETEE", "SUSPENDUE"]

    async def test_an_acknowledgement_is_seen_by_both(self, caller: Caller, recipient: Caller) -> None:
        for one in (caller, recipient):
            assert actions(await history_of(one, 8420016)) == ["ACQUITTEMENT_SUSPENSION"]
            assert actions(await history_of(one, 8420022)) == ["ACQUITTEMENT_REJET"]
            assert actions(await history_of(one, 8420004)) == ["TRAITEMENT_REJET"]


@pytest.fixture
async def to_validate(caller: Caller) -> int:
    return await caller.submitted("FA-1", cadreDeFacturation=SUBCONTRACTED)


class TestValidator:
    """`rechercher/valideur`, `traiter/factureAValider`, `corriger/valideur/facture`."""

    async def test_sees_what_it_has_to_approve(self, validator: Caller, to_validate: int) -> None:
        answer = await validator.ask(TO_VALIDATE, {"statutCourant": ["A_VALIDER_1"]})
        assert {row["numeroFacture"] for row in answer["listeFactures"]} == {"FA-1", "ST-2026-011"}
        assert {row["designationValideur"] for row in answer["listeFactures"]} == {"CONSTRUCTIONS LEROUX SAS"}
        assert answer["parametresRetour"]["total"] == 2

    async def test_an_approved_invoice_goes_to_its_recipient(
        self, caller: Caller, validator: Caller, to_validate: int, clock: ManualClock
    ) -> None:
        answer = await validator.ask(VALIDATE, {"idFacture": to_validate, "action": "VALIDATION"})
        assert (answer["codeRetour"], answer["statutFacture"]) == (0, "VALIDEE_1")
        clock.turn(timedelta(hours=2))
        await caller.sign_in()
        assert passages(await history_of(caller, to_validate)) == [
            "MISE_A_DISPOSITION",
            "DEPOSEE",
            "VALIDEE_1",
            "A_VALIDER_1",
        ]

    async def test_a_refusal_is_final(
        self, caller: Caller, validator: Caller, to_validate: int, clock: ManualClock
    ) -> None:
        body = {"idFacture": to_validate, "action": "REFUS"}
        is_refused(await validator.ask(VALIDATE, body), invented.MOTIVE_MISSING)
        body |= {"motifRefus": "Prestation non conforme", "complementInfo": "Lot 3"}
        assert (await validator.ask(VALIDATE, body))["statutFacture"] == "REFUSEE_1"
        clock.turn(timedelta(days=30))
        await caller.sign_in()
        row = await row_of(caller, to_validate)
        assert (row["statut"], row["commentaireEtatCourant"]) == (
            "REFUSEE_1",
            "Prestation non conforme - Lot 3",
        )

    async def test_a_wrong_validator_is_corrected_and_asked_anew(
        self, caller: Caller, validator: Caller, to_validate: int, clock: ManualClock
    ) -> None:
        body = {"idFacture": to_validate, "action": "MISE_EN_RECYCLAGE", "motifRefus": "Pas notre marché"}
        await validator.ask(VALIDATE, body)
        row = await row_of(caller, to_validate)
        assert (row["statut"], row["commentaireEtatCourant"]) == (
            "ERREUR_FOURNISSEUR_SUR_VALIDEUR",
            "Pas notre marché",
        )
        correction = {
            "idFacture": to_validate,
            "typeIdentifiantStructure": "SIRET",
            "identifiantStructure": OTHER_VALIDATOR,
        }
        answer = await caller.ask(CORRECT, correction)
        assert (answer["codeRetour"], answer["idFacture"]) == (0, to_validate)
        row = await row_of(caller, to_validate)
        assert (row["statut"], row["codeValideur1"]) == ("A_VALIDER_1", OTHER_VALIDATOR)
        assert "commentaireEtatCourant" not in row
        answer = await validator.ask(VALIDATE, {"idFacture": to_validate, "action": "VALIDATION"})
        assert answer["libelle"].startswith("GDP_MSG_11.005")
        clock.turn(timedelta(days=1))
        await caller.sign_in()
        assert (await row_of(caller, to_validate))["statut"] == "VALIDEE_1"

    async def test_a_validator_is_named_by_its_id_too(self, caller: Caller) -> None:
        assert (await caller.ask(CORRECT, {"idFacture": 8420027, "idStructure": 26300104}))["codeRetour"] == 0
        assert (await details_of(caller, 8420027))["cadreDeFacturation"]["codeValideur1"] == OTHER_VALIDATOR

    @pytest.mark.parametrize(
        ("body", "refusal"),
        [
            ({"idFacture": 8420027}, invented.MISSING_FIELD),
            ({"idFacture": 8420027, "identifiantStructure": "99999999999999"}, invented.VALIDATOR_UNKNOWN),
            ({"idFacture": 8420027, "idStructure": 5}, invented.VALIDATOR_UNKNOWN),
            (
                {"idFacture": 8420027, "idStructure": 26300104, "identifiantStructure": VALIDATOR},
                invented.VALIDATOR_UNKNOWN,
            ),
            ({"idFacture": 8420014, "idStructure": 26300104}, invented.STATUS_FORBIDS),
            ({"idFacture": 8420015, "idStructure": 26300104}, invented.NO_RIGHT),
            ({"idFacture": 1, "idStructure": 26300104}, invented.UNKNOWN_INVOICE),
        ],
    )
    async def test_a_correction_that_is_refused(
        self, caller: Caller, body: dict[str, Any], refusal: invented.Refusal
    ) -> None:
        is_refused(await caller.ask(CORRECT, body), refusal)
        assert (await details_of(caller, 8420027))["statutFacture"] == "ERREUR_FOURNISSEUR_SUR_VALIDEUR"

    @pytest.mark.parametrize(
        ("body", "refusal"),
        [
            ({"idFacture": 8420014}, invented.MISSING_FIELD),
            ({"idFacture": 8420014, "action": "REJET"}, invented.TARGET_FORBIDDEN),
            ({"idFacture": 8420014, "action": "VALIDATION", "idValideur": 5}, invented.NO_RIGHT),
            ({"idFacture": 8420027, "action": "VALIDATION"}, invented.STATUS_FORBIDS),
            ({"idFacture": 8420001, "action": "VALIDATION"}, invented.NO_RIGHT),
            (
                {"idFacture": 8420014, "action": "REFUS", "motifRefus": "x", "idPieceJointe": 5},
                invented.FILE_UNKNOWN,
            ),
        ],
    )
    async def test_what_a_validator_may_not(
        self, validator: Caller, body: dict[str, Any], refusal: invented.Refusal
    ) -> None:
        is_refused(await validator.ask(VALIDATE, body), refusal)


class TestIncrementalTracking:
    """A client that asks for what changed since it last asked sees every reply and every passage (S1-040)."""

    async def test_each_change_of_a_status_is_in_the_next_period(
        self, caller: Caller, recipient: Caller, available: int, clock: ManualClock, sandbox: Sandbox
    ) -> None:
        async def changed() -> list[tuple[str, str]]:
            since = (clock.now() - timedelta(minutes=1)).isoformat(timespec="milliseconds")
            clock.turn(timedelta(minutes=5))
            rows = await caller.search(periodeDateHeureEtatCourantDu=since)
            return [(row["numeroFacture"], row["statut"]) for row in rows if row["numeroFacture"] == "FA-1"]

        assert await changed() == []
        await recipient.ask(HANDLE, status(available, "SUSPENDUE", "Bon ?"))
        assert await changed() == [("FA-1", "SUSPENDUE")]
        await caller.ask(
            "factures/v1/completer", {"identifiantFactureCPP": available, "commentaire": "Voilà"}
        )
        assert await changed() == [("FA-1", "COMPLETEE")]
        await recipient.ask(HANDLE, status(available, "A_RECYCLER", "Autre service"))
        assert await changed() == [("FA-1", "A_RECYCLER")]
        to = {"codeDestinataire": "12345678200028", "codeServiceExecutant": "EAU_ASSAINISSEMENT"}
        await caller.ask("factures/v1/recycler", {"identifiantFactureCPP": available, "destinataire": to})
        assert await changed() == [("FA-1", "DEPOSEE")]
        sandbox.reject(available)
        assert await changed() == [("FA-1", "REJETEE")]
