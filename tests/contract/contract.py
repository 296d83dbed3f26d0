"""Exchanges held against the contract file: what the sources say a request and an answer look like.

An unknown or misspelt field, a wrong type, a value outside its enumeration, a text that is too long and a
missing required field all fail. Where the sources contradict each other (API part 8), the reading that is
held here is listed in the tables below, one line each, and nowhere else.
"""

import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs

import httpx

FILE: Final = Path(__file__).with_name("chorus-pro-api-contract.json")
SERVICES: Final[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))
TOKEN_FORM: Final = {"grant_type", "client_id", "client_secret", "scope"}

# --- where sources disagree --------------------------------------------------------------------------------

ANSWERS_ALSO_HOLD: Final = {
    # The swagger leaves both out; every recorded answer has them (Pastell), and API 2.2 adds them.
    "POST /cpro/factures/v1/deposer/pdf": {"codeRetour": "integer(int32)", "libelle": "string"},
}
ARRAY_OR_OBJECT: Final = {
    # The swagger and the Go client say object, every deployed client sends an array of one.
    ("POST /cpro/factures/v1/soumettre", "request.pieceJointePrincipale"),
    # Every client reads an array; one page of the platform prints a bare object (API part 8, 9).
    ("POST /cpro/transverses/v1/consulterCRDetaille", "response.listeErreurDP"),
}
LEFT_OUT_BY_CLIENTS: Final = {
    # The annex of 2017 asks for it; live, OCA and Tryton leave it out and are served (API part 8, 4).
    ("POST /cpro/factures/v1/deposer/flux", "idUtilisateurCourant"),
}
NUMBERS_ALTHOUGH_INTEGERS: Final = {
    # The swagger says integer, the Go client number: an amount has cents.
    ("POST /cpro/factures/v1/rechercher/valideur", f"response.listeFactures[].{name}")
    for name in ("montantHT", "montantTTC", "montantAPayer")
}
NEVER_NULL: Final = {
    # Null is how an answer says "not known" (Pastell's recordings), except for what is always known.
    "codeRetour",
    "libelle",
    "pieceJointeId",
    "identifiantFactureCPP",
    "numeroFacture@POST /cpro/factures/v1/soumettre",
    "statut",
    "typeFacture",
    "idStructureCPP",
    "total",
    "pages",
}
WIDER_ENUMS_OF_ANSWERS: Final = True
"""An answer may hold a value that only the Go client knows; a request may not send one (the swagger
restricts soumettre to A1, A2, A9, A12)."""

# --- the public face ---------------------------------------------------------------------------------------


class ContractBroken(AssertionError):
    """An exchange that the contract does not allow; the message lists every reason."""

    def __init__(self, what: str, problems: list[str]) -> None:
        self.problems = problems
        super().__init__(f"{what}: " + "; ".join(problems))


def check_request(method: str, path: str, body: Any, *, complete: bool = False) -> None:
    """Hold a decoded request body against the contract.

    `complete` also asks for the fields that the business rules always require, which a test of a refusal
    leaves out on purpose.

    Raises:
        ContractBroken: the request is not one that the service knows.
    """
    name = f"{method} {path}"
    service = _service(name)
    if method == "GET":
        problems = [] if body is None else ["a GET carries no body"]
    elif not isinstance(body, dict):
        problems = ["the body is an object"]
    else:
        problems = list(_Check(name, service, "request").of(body, service["request"], "request"))
        optional = {field for service_name, field in LEFT_OUT_BY_CLIENTS if service_name == name}
        required = [field for field in service.get("request_required", ()) if field not in optional]
        if complete:
            required += service.get("business_required", {}).get("always", ())
        problems += _missing(body, required, "request")
    if problems:
        raise ContractBroken(f"request of {name}", problems)


def check_response(method: str, path: str, status: int, body: Any) -> None:
    """Hold a decoded answer against the contract. A refusal needs `codeRetour` and `libelle` alone.

    No source describes the body of another status than 200 and 400.

    Raises:
        ContractBroken: the answer is not one that the service gives.
    """
    name = f"{method} {path}"
    service = _service(name)
    if status not in (200, 400) or (status == 400 and body is None):
        return
    if not isinstance(body, dict):
        raise ContractBroken(f"answer of {name}", ["the answer is an object"])
    shape = service["response"] | ANSWERS_ALSO_HOLD.get(name, {})
    problems = list(_Check(name, service, "response").of(body, shape, "response"))
    refused = status != 200 or body.get("codeRetour", 0) != 0
    required = ["codeRetour", "libelle"] if refused else [*service.get("response_required", ())]
    if "codeRetour" in shape and not refused:
        required += ["codeRetour", "libelle"]
    problems += _missing(body, required, "response")
    if problems:
        raise ContractBroken(f"answer of {name}", problems)


class ContractTransport(httpx.AsyncBaseTransport):
    """Passes every exchange on, and fails on one that breaks the contract, in either direction."""

    def __init__(self, inner: httpx.AsyncBaseTransport, *, complete: bool = False) -> None:
        self._inner = inner
        self._complete = complete
        self.checked: list[str] = []
        """The exchanges that were held against the contract, as `POST /cpro/…`."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Check the request, let it through, check the answer."""
        path = request.url.path
        if not path.startswith("/cpro/"):
            check_token_form((await request.aread()).decode())
            return await self._inner.handle_async_request(request)
        content = await request.aread()
        check_request(request.method, path, json.loads(content) if content else None, complete=self._complete)
        response = await self._inner.handle_async_request(request)
        answer = await response.aread()
        readable, body = _readable(response, answer)
        if readable:
            check_response(request.method, path, response.status_code, body)
        self.checked.append(f"{request.method} {path}")
        return response

    async def aclose(self) -> None:
        """Close what is inside."""
        await self._inner.aclose()


def checked(sandbox: Any) -> ContractTransport:
    """A transport to a sandbox (anything with `transport()`) that holds every exchange."""
    return ContractTransport(sandbox.transport())


def check_token_form(form: str) -> None:
    """Hold a token request against the documented form.

    Raises:
        ContractBroken: a field is unknown, missing or empty.
    """
    fields = parse_qs(form, keep_blank_values=True)
    problems = [f"unknown field {name}" for name in fields.keys() - TOKEN_FORM]
    # Go and tryton leave the scope out, and that works (API 1.2).
    problems += [f"missing {name}" for name in TOKEN_FORM - {"scope"} - fields.keys()]
    if problems:
        raise ContractBroken("request of a token", problems)


# --- the checks --------------------------------------------------------------------------------------------

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_MINUTE = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})")


class _Check:
    """One side of one service."""

    def __init__(self, name: str, service: dict[str, Any], side: str) -> None:
        self._name = name
        self._side = side
        self._enums: dict[str, list[str]] = {
            path: list(values) for path, values in service.get("enums", {}).items()
        }
        if side == "response" and WIDER_ENUMS_OF_ANSWERS:
            for path, values in service.get("enums_extra_from_go", {}).items():
                self._enums.setdefault(path, []).extend(values)
        self._limits: dict[str, int] = service.get("max_length", {})

    def of(self, value: Any, shape: Any, place: str) -> Iterator[str]:
        """Every problem of a value and what is below it."""
        if value is None:
            if self._side == "request":
                yield f"{place} is null: a field that is not given is left out"
            elif self._is_never_null(place):
                yield f"{place} is null"
            return
        if isinstance(shape, dict):
            yield from self._object(value, shape, place)
        elif isinstance(shape, list):
            yield from self._array(value, shape[0], place)
        else:
            yield from self._leaf(value, shape, place)

    def _is_never_null(self, place: str) -> bool:
        field = place.rpartition(".")[2]
        return field in NEVER_NULL or f"{field}@{self._name}" in NEVER_NULL

    def _object(self, value: Any, shape: dict[str, Any], place: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{place} is {_kind(value)}, not an object"
            return
        for key, item in value.items():
            if key in shape:
                yield from self.of(item, shape[key], f"{place}.{key}")
            else:
                yield f"unknown field {place}.{key}" + _nearest(key, shape)

    def _array(self, value: Any, shape: Any, place: str) -> Iterator[str]:
        if isinstance(value, dict) and (self._name, place) in ARRAY_OR_OBJECT:
            yield from self.of(value, shape, place + "[]")
        elif not isinstance(value, list):
            yield f"{place} is {_kind(value)}, not an array"
        else:
            for item in value:
                yield from self.of(item, shape, place + "[]")

    def _leaf(self, value: Any, notation: str, place: str) -> Iterator[str]:
        kind, _, form = notation.partition("(")
        if (self._name, place) in NUMBERS_ALTHOUGH_INTEGERS:
            kind = "number"
        if not _is(value, kind):
            yield f"{place} is {_kind(value)}, not {kind}"
            return
        if kind == "string" and not _has_form(value, form.rstrip(")")):
            yield f"{place} is {value!r}, not {notation}"
        allowed = self._enums.get(place)
        if allowed is not None and value not in allowed:
            yield f"{place} is {value!r}, none of {', '.join(allowed[:6])}"
        limit = self._limits.get(place)
        if limit is not None and len(value) > limit:
            yield f"{place} has {len(value)} characters, more than {limit}"


def _service(name: str) -> dict[str, Any]:
    if name not in SERVICES or name == "_meta":
        raise ContractBroken(name, ["the contract has no such service"])
    service: dict[str, Any] = SERVICES[name]
    return service


def _is(value: Any, kind: str) -> bool:
    if kind == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == "number":
        return isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return isinstance(value, {"string": str, "boolean": bool}[kind])


def _has_form(value: str, form: str) -> bool:
    """Dates travel in three forms; where the form was never observed, a date or an instant will do."""
    if form == "date YYYY-MM-DD":
        return _reads(date.fromisoformat, value) if _DATE.fullmatch(value) else False
    if form == "datetime YYYY-MM-DD HH:MM":
        return _reads(datetime.fromisoformat, value) if _MINUTE.fullmatch(value) else False
    if form == "date-time ISO 8601":
        return _reads(datetime.fromisoformat, value) if _INSTANT.fullmatch(value) else False
    if form == "date-time":
        return bool(_DATE.fullmatch(value) or _INSTANT.fullmatch(value)) and _reads(
            datetime.fromisoformat, value
        )
    return True


def _reads(parse: Any, text: str) -> bool:
    try:
        parse(text)
    except ValueError:
        return False
    return True


def _kind(value: Any) -> str:
    return {dict: "an object", list: "an array", str: "a string", bool: "a boolean"}.get(
        type(value), repr(value)
    )


def _nearest(key: str, shape: dict[str, Any]) -> str:
    same = [known for known in shape if known.casefold() == key.casefold()]
    return f" (the contract spells it {same[0]})" if same else ""


def _missing(body: Any, paths: list[str], side: str) -> list[str]:
    return [f"missing {side}.{path}" for path in dict.fromkeys(paths) if not _has(body, path.split("."))]


def _has(body: Any, keys: list[str]) -> bool:
    """Whether a path leads to a field; below an array, in each of its objects."""
    if not keys:
        return True
    key = keys[0]
    if key.endswith("[]"):
        items = body.get(key[:-2]) if isinstance(body, dict) else None
        return all(_has(item, keys[1:]) for item in items or ())
    return isinstance(body, dict) and key in body and _has(body[key], keys[1:])


def _readable(response: httpx.Response, content: bytes) -> tuple[bool, Any]:
    """The decoded answer; a body that is no JSON is a fault and not a breach."""
    if not content:
        return response.status_code != 200, None
    try:
        return True, json.loads(content)
    except ValueError:
        return False, None
