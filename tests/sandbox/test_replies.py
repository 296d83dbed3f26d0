"""What a supplier answers to an invoice that came back: completer, recycler, traiterRejet, corriger/valideur.

S1-040 to S1-053, API 2.4 to 2.7.
"""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest

from chorus_tui.sandbox import ManualClock, Sandbox, World, invented
from tests.sandbox.caller import (
    COMMITMENT_MANDATORY,
    NOTHING_MANDATORY,
    SERVICE_MANDATORY,
    STATE,
    Caller,
    client,
    new_sandbox,
)

COMPLETE = "factures/v1/completer"
RECYCLE = "factures/v1/recycler"
HANDLE = "factures/v1/traiterRejet"
CORRECT = "factures/v1/corriger/valideur/facture"
NOT_OURS = 8420015


async def upload(caller: Caller, name: str = "bon.pdf") -> int:
    answer = await caller.ask(
        "transverses/v1/ajouter/fichier",
        {
            "pieceJointeFichier": base64.b64encode(b"ABC").decode(),
            "pieceJointeNom": name,
            "pieceJointeTypeMime": "application/pdf",
            "pieceJointeExtension": "PDF",
        },
    )
    return int(answer["pieceJointeId"])


def attached(file_id: int, **changes: Any) -> dict[str, Any]:
    entry = {
        "pieceJointeComplementaireId": file_id,
        "pieceJointeComplementaireType": "BDL",
        "pieceJointeComplementaireDesignation": "Bon de livraison signé",
    }
    return {key: value for key, value in (entry | changes).items() if value is not None}


async def row_of(caller: Caller, invoice_id: int) -> dict[str, Any]:
    rows = await caller.search(size=10_000)
    return next(row for row in rows if row["identifiantFactureCPP"] == invoice_id)


async def details_of(caller: Caller, invoice_id: int) -> dict[str, Any]:
    answer = await caller.ask("factures/v1/consulter/fournisseur", {"identifiantFactureCPP": invoice_id})
    return dict(answer["facture"])


async def history_of(caller: Caller, invoice_id: int) -> dict[str, Any]:
    return await caller.ask("factures/v1/consulter/historique", {"idFacture": invoice_id})


def passages(history: dict[str, Any]) -> list[str]:
    return [row["histoStatutCode"] for row in history["historiquesDesStatuts"]["histoStatut"]]


def actions(history: dict[str, Any]) -> list[str]:
    return [row["histoActionCode"] for row in history["historiquesDesActionsUtilisateurs"]["histoAction"]]


def is_refused(answer: dict[str, Any], refusal: invented.Refusal) -> None:
    assert answer["codeRetour"] == refusal.code != 0
    assert answer["libelle"].startswith(refusal.text.partition("{")[0])
    assert "{" not in answer["libelle"]


@pytest.fixture
async def suspended(caller: Caller, sandbox: Sandbox) -> int:
    invoice_id = await caller.submitted("FA-1", commentaire="Chantier de la rade")
    sandbox.suspend(invoice_id, "Il manque le bon de livraison")
    return invoice_id


class TestComplete:
    """Only a suspended invoice; files, a comment, or both (S1-042 to S1-044)."""

    async def test_with_a_file_alone(self, caller: Caller, suspended: int, clock: ManualClock) -> None:
        clock.turn(timedelta(minutes=5))
        body = {
            "identifiantFactureCPP": suspended,
            "pieceJointeComplementaire": [attached(await upload(caller))],
        }
        answer = await caller.ask(COMPLETE, body)
        assert (answer["codeRetour"], answer["numeroFacture"]) == (0, "FA-1")
        assert answer["dateTraitement"] == "2026-11-23"
        row = await row_of(caller, suspended)
        assert row["statut"] == "COMPLETEE"
        assert row["dateHeureEtatCourant"] == "2026-11-23T10:05:00.000+01:00"
        assert "commentaireEtatCourant" not in row
        invoice = await details_of(caller, suspended)
        (file,) = invoice["listeDesPiecesJointes"]["pieceJointe"]
        assert file["pieceJointeDesignation"] == "Bon de livraison signé"
        assert file["pieceJointeTypeLibelle"] == "Bon de livraison"
        assert invoice["commentaire"] == "Chantier de la rade"

    async def test_with_a_comment_alone(self, caller: Caller, suspended: int) -> None:
        body = {"identifiantFactureCPP": suspended, "commentaire": "Le bon est au dos de la page 2"}
        assert (await caller.ask(COMPLETE, body))["codeRetour"] == 0
        assert (await row_of(caller, suspended))["commentaireEtatCourant"] == body["commentaire"]
        assert (await details_of(caller, suspended))["commentaire"] == body["commentaire"]
        newest = (await history_of(caller, suspended))["historiquesDesStatuts"]["histoStatut"][0]
        assert newest["histoStatutCode"] == "COMPLETEE"
        assert newest["histoStatutUtilisateurNom"] == "technique"

    async def test_files_are_added_to_earlier_ones(self, caller: Caller, sandbox: Sandbox) -> None:
        first = attached(await upload(caller), pieceJointeComplementaireDesignation="Devis")
        invoice_id = await caller.submitted("FA-1", pieceJointeComplementaire=[first])
        for label in ("Bon", "Procès-verbal"):
            sandbox.suspend(invoice_id)
            more = attached(await upload(caller), pieceJointeComplementaireDesignation=label)
            body = {"identifiantFactureCPP": invoice_id, "pieceJointeComplementaire": [more]}
            assert (await caller.ask(COMPLETE, body))["codeRetour"] == 0
        files = (await details_of(caller, invoice_id))["listeDesPiecesJointes"]["pieceJointe"]
        assert [file["pieceJointeDesignation"] for file in files] == ["Devis", "Bon", "Procès-verbal"]

    async def test_an_invoice_of_the_portal_can_be_completed_too(self, caller: Caller) -> None:
        """S1-082: its document is blank, its actions are not."""
        body = {
            "identifiantFactureCPP": 8420002,
            "pieceJointeComplementaire": [attached(await upload(caller))],
        }
        assert (await caller.ask(COMPLETE, body))["codeRetour"] == 0
        files = (await details_of(caller, 8420002))["listeDesPiecesJointes"]
        assert files["totalListePiecesJointe"] == 1

    async def test_the_recipient_goes_on_with_it(
        self, caller: Caller, suspended: int, clock: ManualClock
    ) -> None:
        await caller.ask(COMPLETE, {"identifiantFactureCPP": suspended, "commentaire": "Voilà"})
        clock.turn(timedelta(days=1))
        await caller.sign_in()
        assert (await row_of(caller, suspended))["statut"] == "SERVICE_FAIT"
        clock.turn(timedelta(days=60))
        await caller.sign_in()
        assert passages(await history_of(caller, suspended))[:5] == [
            "MISE_EN_PAIEMENT",
            "MISE_A_DISPOSITION_COMPTABLE",
            "MANDATEE",
            "SERVICE_FAIT",
            "COMPLETEE",
        ]

    async def test_twice_is_refused(self, caller: Caller, suspended: int) -> None:
        """GDP_MSG_11.033."""
        body = {"identifiantFactureCPP": suspended, "commentaire": "Voilà"}
        await caller.ask(COMPLETE, body)
        again = await caller.ask(COMPLETE, body)
        assert (again["codeRetour"], again["libelle"][:14]) == (20002, "GDP_MSG_11.033")

    @pytest.mark.parametrize(
        ("invoice_id", "code", "message"),
        [
            (1, 20000, "GDP_MSG_11.008"),
            (NOT_OURS, 20001, "GDP_MSG_11.005"),
            (8420001, 20002, "GDP_MSG_11.033"),
        ],
    )
    async def test_the_documented_refusals(
        self, caller: Caller, invoice_id: int, code: int, message: str
    ) -> None:
        answer = await caller.ask(COMPLETE, {"identifiantFactureCPP": invoice_id, "commentaire": "x"})
        assert (answer["codeRetour"], answer["libelle"][:14]) == (code, message)

    async def test_nothing_at_all_is_refused(self, caller: Caller, suspended: int) -> None:
        is_refused(
            await caller.ask(COMPLETE, {"identifiantFactureCPP": suspended, "commentaire": ""}),
            invented.NOTHING_COMPLETED,
        )

    @pytest.mark.parametrize(
        ("change", "refusal"),
        [
            ({"pieceJointeComplementaireId": 4711}, invented.FILE_UNKNOWN),
            ({"pieceJointeComplementaireType": "XXX"}, invented.FILE_TYPE_UNKNOWN),
            ({"pieceJointeComplementaireDesignation": ""}, invented.FILE_LABEL_WRONG),
        ],
    )
    async def test_a_file_that_is_not_in_order(
        self, caller: Caller, suspended: int, change: dict[str, Any], refusal: invented.Refusal
    ) -> None:
        files = [attached(await upload(caller)), attached(await upload(caller), **change)]
        body = {"identifiantFactureCPP": suspended, "pieceJointeComplementaire": files, "commentaire": "x"}
        is_refused(await caller.ask(COMPLETE, body), refusal)
        assert (await row_of(caller, suspended))["statut"] == "SUSPENDUE"
        invoice = await details_of(caller, suspended)
        assert invoice["listeDesPiecesJointes"]["totalListePiecesJointe"] == 0
        assert invoice["commentaire"] == "Chantier de la rade"

    @pytest.mark.parametrize(
        ("change", "refusal"),
        [
            ({"pieceJointeComplementaireId": None}, invented.MISSING_FIELD),
            ({"pieceJointeComplementaireDesignation": "x" * 101}, invented.FILE_LABEL_WRONG),
        ],
    )
    async def test_a_file_as_no_client_should_send_it(
        self, caller: Caller, suspended: int, change: dict[str, Any], refusal: invented.Refusal
    ) -> None:
        files = [attached(await upload(caller), **change)]
        body = {"identifiantFactureCPP": suspended, "pieceJointeComplementaire": files}
        is_refused((await caller.raw(COMPLETE, json.dumps(body).encode())).json(), refusal)

    async def test_a_comment_too_long(self, caller: Caller, suspended: int) -> None:
        body = {"identifiantFactureCPP": suspended, "commentaire": "x" * 2001}
        is_refused((await caller.raw(COMPLETE, json.dumps(body).encode())).json(), invented.TEXT_TOO_LONG)

    async def test_a_folder_holds_120_megabytes(
        self, caller: Caller, suspended: int, sandbox: Sandbox
    ) -> None:
        """Earlier files and the invoice itself count."""
        large = bytes(10 * 1024 * 1024)
        ids = [sandbox.files.take(f"{n}.pdf", large, analysed=False).id for n in range(12)]
        body = {"identifiantFactureCPP": suspended, "pieceJointeComplementaire": [attached(n) for n in ids]}
        is_refused(await caller.ask(COMPLETE, body), invented.FOLDER_TOO_LARGE)
        body["pieceJointeComplementaire"] = [attached(n) for n in ids[:11]]
        assert (await caller.ask(COMPLETE, body))["codeRetour"] == 0
        sandbox.suspend(suspended)
        body["pieceJointeComplementaire"] = [attached(ids[11])]
        is_refused(await caller.ask(COMPLETE, body), invented.FOLDER_TOO_LARGE)


def rerouted(invoice_id: int, siret: str, service: str = "", number: str = "") -> dict[str, Any]:
    body: dict[str, Any] = {"identifiantFactureCPP": invoice_id, "destinataire": {"codeDestinataire": siret}}
    if service:
        body["destinataire"]["codeServiceExecutant"] = service
    if number:
        body["reference"] = {"numeroBonCommande": number}
    return body


@pytest.fixture
async def sent_back(caller: Caller, sandbox: Sandbox) -> int:
    to = {"codeDestinataire": SERVICE_MANDATORY, "codeServiceExecutant": "EAU_ASSAINISSEMENT"}
    references = {"numeroBonCommande": "BC-1", "numeroMarche": "M-1"}
    invoice_id = await caller.submitted("FA-1", destinataire=to, references=references)
    sandbox.send_back(invoice_id, "Mauvais service")
    return invoice_id


class TestRecycle:
    """Only routing changes: recipient, service, commitment number (S1-045 to S1-048)."""

    async def test_goes_on_its_way_again_and_keeps_all_else(
        self, caller: Caller, sent_back: int, clock: ManualClock
    ) -> None:
        before = await row_of(caller, sent_back)
        clock.turn(timedelta(minutes=1))
        answer = await caller.ask(RECYCLE, rerouted(sent_back, COMMITMENT_MANDATORY, number="BC-2"))
        assert (answer["codeRetour"], answer["statutFacture"]) == (0, "DEPOSEE")
        assert (answer["numeroFacture"], answer["dateDepot"]) == ("FA-1", "2026-11-23")
        row = await row_of(caller, sent_back)
        changed = {name for name in before.keys() | row.keys() if before.get(name) != row.get(name)}
        assert changed == {
            "codeDestinataire",
            "idDestinataire",
            "designationDestinataire",
            "codeServiceExecutant",
            "idServiceExecutant",
            "nomServiceExecutant",
            "numeroBonCommande",
            "statut",
            "dateHeureEtatCourant",
            "commentaireEtatCourant",
        }
        assert (row["codeDestinataire"], row["numeroBonCommande"]) == (COMMITMENT_MANDATORY, "BC-2")
        clock.turn(timedelta(hours=2))
        await caller.sign_in()
        assert (await row_of(caller, sent_back))["statut"] == "MISE_A_DISPOSITION"
        assert passages(await history_of(caller, sent_back)) == [
            "MISE_A_DISPOSITION",
            "EN_COURS_ACHEMINEMENT",
            "DEPOSEE",
            "A_RECYCLER",
            "DEPOSEE",
        ]

    async def test_another_service_of_the_same_recipient(self, caller: Caller, sent_back: int) -> None:
        await caller.ask(RECYCLE, rerouted(sent_back, SERVICE_MANDATORY, "SERVICE_DEST_SERV_OBL"))
        invoice = await details_of(caller, sent_back)
        assert invoice["destinataire"]["libelleServiceExecutant"] == "Services techniques"
        assert invoice["references"]["numeroBonCommande"] is None

    async def test_its_past_stays_that_of_the_first_recipient(self) -> None:
        """Also where nobody asked for its past before."""
        sandbox = new_sandbox(World.load().with_invoices(200))
        async with client(sandbox) as http:
            caller = await Caller(sandbox, http, sandbox.oauth_url, sandbox.api_url).sign_in()
            rows = await caller.search(statutCourant=["A_RECYCLER"])
            crowd = [row for row in rows if row["numeroFacture"].startswith("FA")]
            invoice_id = crowd[0]["identifiantFactureCPP"]
            agent = sandbox.world.recipient_by_id[crowd[0]["idDestinataire"]].agent[1]
            answer = await caller.ask(RECYCLE, rerouted(invoice_id, NOTHING_MANDATORY))
            assert answer["codeRetour"] == 0
            past = (await history_of(caller, invoice_id))["historiquesDesStatuts"]["histoStatut"]
            assert [row["histoStatutCode"] for row in past][:2] == ["DEPOSEE", "A_RECYCLER"]
            assert past[1]["histoStatutUtilisateurNom"] == agent
        sandbox.close()

    async def test_searches_find_it_where_it_is(self, caller: Caller, sent_back: int) -> None:
        by_recipient = {"rechercheFactureParFournisseur": {"triColonne": "CodeDestinataire"}}
        await caller.ask("factures/v1/rechercher/fournisseur", by_recipient)
        await caller.ask(RECYCLE, rerouted(sent_back, NOTHING_MANDATORY))
        rows = await caller.search(listeDestinataire=[{"idDestinataire": 26400005}])
        assert "FA-1" in {row["numeroFacture"] for row in rows}
        rows = await caller.search(listeDestinataire=[{"idDestinataire": 26400002}])
        assert "FA-1" not in {row["numeroFacture"] for row in rows}

    @pytest.mark.parametrize(
        ("siret", "service", "number", "refusal"),
        [
            ("99999999999999", "", "", invented.RECIPIENT_UNKNOWN),
            ("21991819000014", "", "", invented.RECIPIENT_UNKNOWN),
            (SERVICE_MANDATORY, "", "", invented.SERVICE_MISSING),
            (SERVICE_MANDATORY, "VOIRIE_ANCIEN", "", invented.SERVICE_UNKNOWN),
            (SERVICE_MANDATORY, "FACTURES_PUBLIQUES", "", invented.SERVICE_RESERVED),
            (SERVICE_MANDATORY, "ECOLES", "", invented.COMMITMENT_MISSING_FOR_SERVICE),
            (COMMITMENT_MANDATORY, "", "", invented.COMMITMENT_MISSING),
            (STATE, "DREALIDF078", "1400000001", invented.STATE_INCOHERENT),
        ],
    )
    async def test_what_a_submission_refuses_is_refused(
        self,
        caller: Caller,
        sent_back: int,
        siret: str,
        service: str,
        number: str,
        refusal: invented.Refusal,
    ) -> None:
        before = await row_of(caller, sent_back)
        is_refused(await caller.ask(RECYCLE, rerouted(sent_back, siret, service, number)), refusal)
        assert await row_of(caller, sent_back) == before

    async def test_a_recipient_is_asked_for(self, caller: Caller, sent_back: int) -> None:
        """S1-047."""
        is_refused(await caller.ask(RECYCLE, {"identifiantFactureCPP": sent_back}), invented.MISSING_FIELD)

    async def test_twice_is_refused(self, caller: Caller, sent_back: int) -> None:
        """GDP_MSG_11.001."""
        body = rerouted(sent_back, NOTHING_MANDATORY)
        await caller.ask(RECYCLE, body)
        assert (await caller.ask(RECYCLE, body))["libelle"].startswith("GDP_MSG_11.001")

    @pytest.mark.parametrize(
        ("invoice_id", "message"),
        [(1, "GDP_MSG_11.008"), (NOT_OURS, "GDP_MSG_11.005"), (8420001, "GDP_MSG_11.001")],
    )
    async def test_an_invoice_that_is_not_to_be_recycled(
        self, caller: Caller, invoice_id: int, message: str
    ) -> None:
        answer = await caller.ask(RECYCLE, rerouted(invoice_id, NOTHING_MANDATORY))
        assert answer["libelle"].startswith(message)

    async def test_the_plural_key_of_a_submission_is_noticed(
        self, caller: Caller, sandbox: Sandbox, sent_back: int
    ) -> None:
        body = rerouted(sent_back, NOTHING_MANDATORY) | {"references": {"numeroBonCommande": "BC-9"}}
        await caller.raw(RECYCLE, json.dumps(body).encode())
        assert sandbox.exchanges[-1].unknown_fields == ("references",)


def handled(*ids: int) -> dict[str, Any]:
    return {"listeDemandePaiement": [{"idDemandePaiement": invoice_id} for invoice_id in ids]}


class TestHandleRejections:
    """Notes that rejections were dealt with; sends nothing (S1-051, S1-053)."""

    async def test_sets_the_flag_and_is_an_action(self, caller: Caller, clock: ManualClock) -> None:
        before = await row_of(caller, 8420003)
        clock.turn(timedelta(minutes=3))
        assert (await caller.ask(HANDLE, handled(8420003)))["codeRetour"] == 0
        assert await row_of(caller, 8420003) == before | {"rejetTraite": True}
        assert (await details_of(caller, 8420003))["rejetTraite"] is True
        history = await history_of(caller, 8420003)
        assert actions(history)[0] == history["derniereAction"]["derniereActionCode"] == "TRAITEMENT_REJET"
        newest = history["historiquesDesActionsUtilisateurs"]["histoAction"][0]
        assert newest["histoActionDateHeure"] == "2026-11-23 10:03"
        assert passages(history)[0] == "REJETEE"

    async def test_the_list_of_what_is_still_to_be_done(self, caller: Caller, sandbox: Sandbox) -> None:
        """S1-053."""
        ids = [await caller.submitted(f"FA-{n}") for n in range(3)]
        for invoice_id in ids:
            sandbox.reject(invoice_id)
        still: dict[str, Any] = {"statutCourant": ["REJETEE"], "rejetTraite": False}
        before = {row["identifiantFactureCPP"] for row in await caller.search(**still)}
        assert set(ids) <= before
        await caller.ask(HANDLE, handled(*ids[:2]))
        after = {row["identifiantFactureCPP"] for row in await caller.search(**still)}
        assert before - after == set(ids[:2])
        done = {row["identifiantFactureCPP"] for row in await caller.search(rejetTraite=True)}
        assert set(ids[:2]) <= done

    @pytest.mark.parametrize(
        ("other", "message"),
        [(1, "GDP_MSG_11.008"), (NOT_OURS, "GDP_MSG_11.005"), (8420001, "GDP_MSG_11.001")],
    )
    async def test_all_or_none(self, caller: Caller, other: int, message: str) -> None:
        answer = await caller.ask(HANDLE, handled(8420003, other))
        assert answer["libelle"].startswith(message)
        assert (await row_of(caller, 8420003))["rejetTraite"] is False

    async def test_a_second_time_changes_nothing(self, caller: Caller) -> None:
        await caller.ask(HANDLE, handled(8420003))
        before = actions(await history_of(caller, 8420003))
        assert (await caller.ask(HANDLE, handled(8420003)))["codeRetour"] == 0
        assert actions(await history_of(caller, 8420003)) == before

    async def test_actions_are_paged_and_newest_first(self, caller: Caller) -> None:
        """The world's was acknowledged, then it is dealt with."""
        await caller.ask(HANDLE, handled(8420022))
        seen = []
        for page in (1, 2, 3):
            paging = {
                "nbResultatsParPageListeHistoAction": 1,
                "pageResultatDemandeeListeHistoAction": page,
            }
            body = {"idFacture": 8420022, "paramRechercheHistoActionsUtilisateurs": paging}
            answer = await caller.ask("factures/v1/consulter/historique", body)
            seen.append(actions(answer))
            assert answer["historiquesDesActionsUtilisateurs"]["totalHistoAction"] == 2
        assert seen == [["TRAITEMENT_REJET"], ["ACQUITTEMENT_REJET"], []]

    async def test_an_empty_list_is_refused(self, caller: Caller) -> None:
        is_refused(await caller.ask(HANDLE, handled()), invented.MISSING_FIELD)

    async def test_what_was_dealt_with_elsewhere_shows(self, caller: Caller, sandbox: Sandbox) -> None:
        sandbox.acknowledge(8420003)
        sandbox.handle_elsewhere(8420003)
        assert (await row_of(caller, 8420003))["rejetTraite"] is True
        assert actions(await history_of(caller, 8420003))[:2] == ["TRAITEMENT_REJET", "ACQUITTEMENT_REJET"]
        with pytest.raises(ValueError, match="not rejected"):
            sandbox.handle_elsewhere(8420001)
        with pytest.raises(ValueError, match="nothing to acknowledge"):
            sandbox.acknowledge(8420001)
