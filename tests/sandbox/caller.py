"""A client of the sandbox for its own tests: plain httpx, nothing of the product."""

import base64
import json
from typing import Any

import httpx

from chorus_tui.sandbox import ManualClock, Sandbox, World
from chorus_tui.sandbox.world import Account
from tests.contract.contract import ContractTransport
from tests.pdfs import text_pdf

SUPPLIER_ID = 26300101
BANK_ACCOUNT = 144050
NOTHING_MANDATORY = "12345678200051"
SERVICE_MANDATORY = "12345678200028"
COMMITMENT_MANDATORY = "12345678200036"
EITHER_MANDATORY = "12345678200044"
STATE = "11000201100044"


class Caller:
    """Signed in to one sandbox; every exchange is held against the contract."""

    def __init__(self, sandbox: Sandbox, http: httpx.AsyncClient, oauth: str, api: str) -> None:
        self.sandbox = sandbox
        self.http = http
        self.oauth = oauth
        self.api = api
        self.headers: dict[str, str] = {}

    async def sign_in(self, account: Account | None = None) -> "Caller":
        """Fetch a token; as the supplier, unless another account is given."""
        account = account or self.sandbox.account
        form = token_form(self.sandbox, client_id=account.client_id, client_secret=account.client_secret)
        answer = await self.http.post(self.oauth, data=form)
        assert answer.status_code == 200, answer.text
        pair = f"{account.login}:{account.password}".encode()
        self.headers = {
            "Authorization": f"Bearer {answer.json()['access_token']}",
            "cpro-account": base64.b64encode(pair).decode(),
            "Content-Type": "application/json;charset=utf-8",
            "Accept": "application/json;charset=utf-8",
        }
        return self

    async def post(self, service: str, body: Any = None, **headers: str | None) -> httpx.Response:
        """Call a service; a header given as None is left out."""
        content = json.dumps(body or {}).encode()
        return await self.http.post(self._url(service), headers=self._headers(headers), content=content)

    async def raw(self, service: str, content: bytes, **headers: str | None) -> httpx.Response:
        """Call a service past the contract: with bytes that no client should send."""
        async with httpx.AsyncClient(transport=self.sandbox.transport()) as http:
            return await http.post(self._url(service), headers=self._headers(headers), content=content)

    def _url(self, service: str) -> str:
        return f"{self.api}/cpro/{service}"

    def _headers(self, changes: dict[str, str | None]) -> dict[str, str]:
        sent = {**self.headers, **{name.replace("_", "-"): value for name, value in changes.items()}}
        return {name: value for name, value in sent.items() if value is not None}

    async def ask(self, service: str, body: Any = None) -> dict[str, Any]:
        """Call a service that answers 200; the body."""
        answer = await self.post(service, body)
        assert answer.status_code == 200, (answer.status_code, answer.text)
        decoded: dict[str, Any] = answer.json()
        return decoded

    async def deposit_pdf(self, content: bytes | None = None, name: str = "facture.pdf") -> int:
        """Let a PDF be analysed; its id."""
        body = pdf_deposit(text_pdf("Facture") if content is None else content, name)
        answer = await self.ask("factures/v1/deposer/pdf", body)
        assert answer["codeRetour"] == 0, answer
        return int(answer["pieceJointeId"])

    async def submit(self, number: str = "FA-1", /, **changes: Any) -> dict[str, Any]:
        """Submit an invoice with a main file of its own."""
        file_id = await self.deposit_pdf()
        return await self.ask("factures/v1/soumettre", submission(number, file_id, **changes))

    async def submitted(self, number: str = "FA-1", /, **changes: Any) -> int:
        """Submit an invoice that is taken; its id."""
        answer = await self.submit(number, **changes)
        assert answer["codeRetour"] == 0, answer
        return int(answer["identifiantFactureCPP"])

    async def search(self, /, page: int = 1, size: int = 1000, **criteria: Any) -> list[dict[str, Any]]:
        """The rows of one page of a search."""
        paging = {"pageResultatDemandee": page, "nbResultatsParPage": size}
        body = {"rechercheFactureParFournisseur": paging, **criteria}
        answer = await self.ask("factures/v1/rechercher/fournisseur", body)
        assert answer["codeRetour"] == 0, answer
        rows: list[dict[str, Any]] = answer["listeFactures"]
        return rows


def token_form(sandbox: Sandbox, **changes: str) -> dict[str, str]:
    """The form of a token request."""
    return {
        "grant_type": "client_credentials",
        "client_id": sandbox.account.client_id,
        "client_secret": sandbox.account.client_secret,
        "scope": "openid",
        **changes,
    }


def pdf_deposit(content: bytes, name: str = "facture.pdf") -> dict[str, str]:
    """The body of `deposer/pdf`."""
    return {
        "fichierFacture": base64.b64encode(content).decode(),
        "nomFichier": name,
        "formatDepot": "PDF_NON_SIGNE",
    }


def submission(number: str = "FA-1", file_id: int = 0, /, **changes: Any) -> dict[str, Any]:
    """A submission that is taken, of 1 000 net and 200 VAT; a change that is a dict goes into its block.

    A value of None takes a field away.
    """
    body: dict[str, Any] = {
        "modeDepot": "DEPOT_PDF_API",
        "numeroFactureSaisi": number,
        "dateFacture": "2026-11-20",
        "destinataire": {"codeDestinataire": NOTHING_MANDATORY},
        "fournisseur": {
            "idFournisseur": SUPPLIER_ID,
            "codeCoordonneesBancairesFournisseur": BANK_ACCOUNT,
        },
        "cadreDeFacturation": {"codeCadreFacturation": "A1_FACTURE_FOURNISSEUR"},
        "references": {
            "deviseFacture": "EUR",
            "typeFacture": "FACTURE",
            "typeTva": "TVA_SUR_DEBIT",
            "modePaiement": "VIREMENT",
        },
        "ligneTva": [
            {
                "ligneTvaTaux": "TVA5",
                "ligneTvaMontantBaseHtParTaux": 1000.0,
                "ligneTvaMontantTvaParTaux": 200.0,
            }
        ],
        "montantTotal": {
            "montantHtTotal": 1000.0,
            "montantTVA": 200.0,
            "montantTtcTotal": 1200.0,
            "montantAPayer": 1200.0,
        },
        "pieceJointePrincipale": [
            {"pieceJointePrincipaleDesignation": "facture.pdf", "pieceJointePrincipaleId": file_id}
        ],
    }
    for name, change in changes.items():
        body[name] = {**body.get(name, {}), **change} if isinstance(change, dict) else change
        if isinstance(change, dict):
            body[name] = {key: value for key, value in body[name].items() if value is not None}
    return {name: value for name, value in body.items() if value is not None}


def new_sandbox(world: World | None = None, **options: Any) -> Sandbox:
    """A sandbox whose clock stands still and which reads PDFs in a thread."""
    return Sandbox(world or World.load(), ManualClock(), read_in_thread=True, **options)


def clock_of(sandbox: Sandbox) -> ManualClock:
    """The clock of a sandbox made by `new_sandbox`."""
    assert isinstance(sandbox.clock, ManualClock)
    return sandbox.clock


def client(sandbox: Sandbox) -> httpx.AsyncClient:
    """An httpx client to a sandbox in this process."""
    return httpx.AsyncClient(transport=ContractTransport(sandbox.transport()))
