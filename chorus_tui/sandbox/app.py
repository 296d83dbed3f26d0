"""The sandbox: one ASGI application that is the token service and the API."""

import inspect
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from chorus_tui.sandbox import invented
from chorus_tui.sandbox.analysis import Analysis, Recognition
from chorus_tui.sandbox.auth import Gate, Rejection
from chorus_tui.sandbox.clock import Clock, RealClock
from chorus_tui.sandbox.details import Details
from chorus_tui.sandbox.downloads import Downloads
from chorus_tui.sandbox.exchanges import Exchanges
from chorus_tui.sandbox.faults import Fault, Faults, Kind, Lost
from chorus_tui.sandbox.files import Files
from chorus_tui.sandbox.flow_contents import Contents, Technical, look_as
from chorus_tui.sandbox.flow_reports import FlowDesk
from chorus_tui.sandbox.flows import PORTAL, Flows
from chorus_tui.sandbox.gateways import Gateways
from chorus_tui.sandbox.invoices import Invoices
from chorus_tui.sandbox.lifecycle import Lifecycle
from chorus_tui.sandbox.received import Received
from chorus_tui.sandbox.replies import Body, Malformed, Refused, TooLarge
from chorus_tui.sandbox.returned import Returned
from chorus_tui.sandbox.rights import Rights
from chorus_tui.sandbox.searches import Searches
from chorus_tui.sandbox.services import table
from chorus_tui.sandbox.structures import Directory
from chorus_tui.sandbox.submission import Desk
from chorus_tui.sandbox.transverses import Transverses
from chorus_tui.sandbox.validation import Validation
from chorus_tui.sandbox.wire import Wire, unknown_fields, without_nulls
from chorus_tui.sandbox.world import Account, World

if TYPE_CHECKING:
    from chorus_tui.sandbox.transport import SandboxTransport

TOKEN_PATH = "/api/oauth/token"  # noqa: S105
HEALTH_PATH = "/cpro/transverses/v1/health-check"
HANG_UP = "chorus_tui.hang_up"
"""Names the scope extension by which a server closes the connection without an answer."""
JSON = "application/json"
ANSWER_TYPE = "application/json;charset=utf-8"

PORTAL_SYNTAXES = (
    "IN_DP_E2_CII_MIN_16B",
    "IN_DP_E2_UBL_INVOICE_MIN",
    "IN_DP_E1_CII_16B",
    "IN_DP_E1_UBL_INVOICE",
    "IN_DP_E2_CPP_FACTURE_MIN",
    "IN_DP_E2_CII_FACTURX",
)
"""What is tried of a file that is deposited on the portal, where its syntax is chosen by hand."""

STATUS_OF_FAULT = {Kind.TOO_MANY: 429, Kind.BROKEN: 500, Kind.UNAVAILABLE: 503}


class Sandbox:
    """A Chorus Pro of one world, with a clock and faults of its own.

    Closing it ends the process that reads PDFs; nothing else is held.
    """

    oauth_url = "http://sandbox-oauth.invalid" + TOKEN_PATH
    api_url = "http://sandbox-api.invalid"

    def __init__(
        self,
        world: World | None = None,
        clock: Clock | None = None,
        faults: Faults | None = None,
        *,
        read_in_thread: bool = False,
        analysis_seconds: float = invented.ANALYSIS_SECONDS,
        record: bool = True,
    ) -> None:
        self.world = world or World.load()
        self.clock: Clock = clock or RealClock()
        self.faults = faults or Faults()
        self.exchanges = Exchanges(enabled=record)
        self.gate = Gate(self.world.accounts, self.clock)
        self.files = Files()
        self.invoices = Invoices()
        self.directory = Directory(self.world, self.clock)
        self._lifecycle = Lifecycle(self.world, self.clock, self.invoices)
        self._recognition = Recognition(in_thread=read_in_thread)
        world, rights = self.world, Rights(self.world, self.invoices)
        shared = (world, self.clock, self.files, self.invoices, self._lifecycle)
        lists = Transverses(self.files)
        desk = Desk(*shared)
        self.flows = Flows(world, self.clock, desk)
        self._services = table(
            Analysis(world, self.clock, self.files, self._recognition, analysis_seconds),
            desk,
            Details(world, self.invoices, self.files, self._lifecycle, rights),
            self.directory,
            Downloads(self.files, rights),
            FlowDesk(world, self.flows, self._recognition),
            lists,
            Received(world, self.invoices, self._lifecycle, rights),
            Returned(*shared, rights),
            Searches(world, self.invoices, self.directory),
            Validation(world, self.files, self.invoices, self._lifecycle, rights),
        )
        self._health = lists.health
        self.app = self
        self.gateways = Gateways(
            self.clock, self.flows, self.invoices, self._lifecycle, self._recognition, self.advance
        )
        self.gateway = self.gateways.open

    @property
    def account(self) -> Account:
        """What signs in here."""
        return self.world.account

    @property
    def services(self) -> dict[str, type[Wire]]:
        """The services of the API that take a body, and what that body is."""
        return {path: service.shape for path, service in self._services.items()}

    def transport(self) -> "SandboxTransport":
        """An httpx transport to this sandbox, whatever the host of the URL."""
        from chorus_tui.sandbox.transport import SandboxTransport

        return SandboxTransport(self)

    def advance(self) -> int:
        """Let every passage happen that is due by the clock; the number of them. Each call does so first."""
        return self.flows.advance() + self._lifecycle.advance()

    def deposit_on_portal(self, content: bytes, name: str, siret: str) -> str:
        """Somebody deposits a file on the portal for a structure; the flow's number (S2-011, S2-018).

        A single Factur-X PDF is rejected there: such files are for deposits of flows (API 2.1).
        """
        syntax, contents = look_as(content, PORTAL_SYNTAXES)
        if b"%PDF-" in content[:1024]:
            contents = Contents(errors=(Technical(*invented.PDF_ON_PORTAL),))
        return self.flows.take(
            contents, name=name, syntax=syntax, way=PORTAL, issuer=siret, size=len(content)
        ).number

    def act(self, invoice_id: int, status: str, motif: str = "") -> None:
        """Do what a recipient does with an invoice; its scenario ends with it.

        Raises:
            KeyError: there is no such invoice.
            ValueError: there is no such status, or it needs a motive.
        """
        self._lifecycle.act(invoice_id, status, motif)

    def suspend(self, invoice_id: int, motive: str = "Merci de joindre le bon de livraison signé.") -> None:
        """A recipient misses documents; otherwise as `act`."""
        self.act(invoice_id, "SUSPENDUE", motive)

    def send_back(self, invoice_id: int, motive: str = "Mauvais service exécutant.") -> None:
        """A recipient wants an invoice to be recycled; otherwise as `act`."""
        self.act(invoice_id, "A_RECYCLER", motive)

    def reject(self, invoice_id: int, motive: str = "Le montant facturé est erroné.") -> None:
        """A recipient rejects an invoice; otherwise as `act`."""
        self.act(invoice_id, "REJETEE", motive)

    def deny_validator(self, invoice_id: int, motive: str = "Nous ne sommes pas le valideur.") -> None:
        """A validator says that an invoice is not for it to approve; otherwise as `act`."""
        self.act(invoice_id, "ERREUR_FOURNISSEUR_SUR_VALIDEUR", motive)

    def acknowledge(self, invoice_id: int) -> None:
        """Somebody of the supplier takes note of a suspension or a rejection, on the portal.

        Raises:
            KeyError: there is no such invoice.
            ValueError: it is neither suspended nor rejected.
        """
        self._lifecycle.acknowledge(invoice_id)

    def handle_elsewhere(self, invoice_id: int) -> None:
        """Somebody of the supplier deals with a rejection on the portal.

        Raises:
            KeyError: there is no such invoice.
            ValueError: it is not rejected.
        """
        self._lifecycle.handle(invoice_id)

    def close(self) -> None:
        """End the process that reads PDFs, if it was started, and the work of gateways."""
        self.gateways.close()
        self._recognition.close()

    # --- ASGI ----------------------------------------------------------------------------------------------

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            raise NotImplementedError(scope["type"])
        request = Request(scope, receive)
        self.gateways.attend()
        self.advance()
        fault = self.faults.take(_service(request.url.path))
        try:
            response = await self._answer_or_fail(request, fault)
        except ClientDisconnect:
            return
        if response is not None:
            await response(scope, receive, send)

    async def _answer_or_fail(self, request: Request, fault: Fault | None) -> Response | None:
        if fault is None:
            return await self._answer(request)
        if fault.kind is Kind.EXPIRED_TOKEN:
            self.gate.revoke(request.headers.get("authorization", ""))
            return await self._answer(request)
        answer = await self._answer(request) if fault.kind.works_first else None
        if answer is None:
            self._note(request, STATUS_OF_FAULT.get(fault.kind, 0))
        match fault.kind:
            case Kind.LATENCY:
                await self.clock.pause(fault.seconds)
                return answer
            case Kind.TIMEOUT_BEFORE | Kind.TIMEOUT_AFTER:
                await _never_answer(request, fault.kind)
                return None
            case Kind.CLOSED_BEFORE | Kind.CLOSED_AFTER | Kind.UNREACHABLE:
                _hang_up(request, fault.kind)
                return None
            case Kind.GARBAGE:
                return Response(invented.GARBAGE_BODY, 200, media_type="text/html")
            case Kind.CUT if answer is not None:
                body = bytes(answer.body)
                return Response(body[: len(body) // 2], 200, media_type=ANSWER_TYPE)
            case Kind.TOO_MANY:
                wait = {"Retry-After": str(invented.RETRY_AFTER_SECONDS)}
                return Response(msgspec.json.encode(invented.TOO_MANY_BODY), 429, wait, JSON)
            case Kind.BROKEN:
                return Response(msgspec.json.encode(invented.BROKEN_BODY), 500, media_type=JSON)
            case _:
                return Response(invented.UNAVAILABLE_BODY, 503, media_type="text/html")

    async def _answer(self, request: Request) -> Response:
        if _is_token(request.url.path):
            return await self._token(request)
        refusal = self._refusal(request)
        if refusal is not None:
            self._note(request, refusal.status)
            challenge = {"WWW-Authenticate": refusal.challenge} if refusal.challenge else {}
            return Response(b"", refusal.status, challenge)
        if request.url.path == HEALTH_PATH:
            self._note(request, 200)
            return Response(msgspec.json.encode(self._health()), 200, media_type=ANSWER_TYPE)
        return await self._serve(request)

    async def _token(self, request: Request) -> Response:
        content_type = request.headers.get("content-type", "")
        if request.method != "POST" or not content_type.startswith("application/x-www-form-urlencoded"):
            status, body = 400, dict[str, object](invented.FORM_REFUSED)
        else:
            status, body = self.gate.token((await request.body()).decode(errors="replace"))
        self._note(request, status)
        return Response(msgspec.json.encode(body), status, media_type=JSON)

    def _refusal(self, request: Request) -> Rejection | None:
        """What the gateway refuses, in its order: bearer, path, account, method, type, size."""
        path = request.url.path
        if not path.startswith("/cpro/"):
            return Rejection(404)
        known = path == HEALTH_PATH or path.removeprefix("/cpro/") in self._services
        refusal = self.gate.refusal_of_token(request.headers.get("authorization"), known_path=known)
        if refusal is not None:
            return refusal
        if not known:
            return Rejection(403)
        if path == HEALTH_PATH:
            return None if request.method == "GET" else Rejection(405)
        headers = request.headers
        account = self.gate.account_of(headers.get("authorization", ""), headers.get("cpro-account", ""))
        if account is None:
            return Rejection(401)
        request.state.account = account
        if request.method != "POST":
            return Rejection(405)
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
            return Rejection(415)
        if int(request.headers.get("content-length", "0")) > invented.LARGEST_BODY:
            return Rejection(413)
        return None

    async def _serve(self, request: Request) -> Response:
        service = self._services[request.url.path.removeprefix("/cpro/")]
        raw: Any = None
        status = 200
        try:
            raw = _decoded(await request.body())
            body = service.answer(_converted(raw, service.shape), request.state.account)
            answer: Body = await body if inspect.isawaitable(body) else body
        except Refused as refused:
            answer = {"codeRetour": refused.code, "libelle": refused.label}
        except Malformed as malformed:
            status, answer = 400, {"codeRetour": invented.MALFORMED_CODE, "libelle": str(malformed)}
        except TooLarge:
            self._note(request, 413, raw)
            return Response(b"", 413)
        encoded = msgspec.json.encode(answer)
        self._note(request, status, raw, encoded, tuple(unknown_fields(raw, service.shape)))
        return Response(encoded, status, media_type=ANSWER_TYPE)

    def _note(
        self,
        request: Request,
        status: int,
        raw: Any = None,
        answer: bytes = b"",
        unknown: tuple[str, ...] = (),
    ) -> None:
        now: datetime = self.clock.now()
        self.exchanges.note(now, request.method, request.url.path, status, raw, answer, unknown)


def _is_token(path: str) -> bool:
    """Also with the path twice: some clients are given the host and add the path, others the whole URL."""
    return path.endswith(TOKEN_PATH)


def _service(path: str) -> str:
    return "token" if _is_token(path) else path.removeprefix("/cpro/")


def _decoded(body: bytes) -> Any:
    try:
        raw = msgspec.json.decode(body)
    except msgspec.DecodeError as error:
        raise Malformed(invented.NOT_CONFORM.format(detail=error)) from None
    if not isinstance(raw, dict):
        raise Malformed(invented.NOT_CONFORM.format(detail="un objet est attendu"))
    return raw


def _converted(raw: Any, shape: type[Wire]) -> Wire:
    try:
        return msgspec.convert(without_nulls(raw), shape)
    except msgspec.ValidationError as error:
        raise Malformed(invented.NOT_CONFORM.format(detail=error)) from None


async def _never_answer(request: Request, kind: Kind) -> None:
    """Over a socket: wait until the caller gives up."""
    if HANG_UP not in request.scope.get("extensions", {}):
        raise Lost(kind)
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _hang_up(request: Request, kind: Kind) -> None:
    """Over a socket: close it without a byte of an answer."""
    extension = request.scope.get("extensions", {}).get(HANG_UP)
    if extension is None:
        raise Lost(kind)
    extension["close"]()
