"""Requests as they travel: what they share (API parts 2 and 3).

A wrong type or a value outside an enumeration is HTTP 400; an unknown field is ignored, as far as is
known of the real service, and noted by `unknown_fields`.
"""

import types
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct

Direction = Literal["Ascendant", "Descendant"]
Language = Literal["FR", "EN"]
IdentifierKind = Literal["SIRET", "UE_HORS_FRANCE", "HORS_UE", "RIDET", "TAHITI", "AUTRE", "PARTICULIER"]
ObjectKind = Literal[
    "STRUCTURE", "UTILISATEUR", "CB", "MANDAT", "FICHE_RACCORDEMENT", "EJ", "MEMOIRE", "DMD_RBST",
    "TRANSVERSE", "FACTURE_TRAVAUX", "FACTURE", "DMDE_CPTE_DEV_SI_EXT", "SOLLICITATION",
    "CERTIFICAT", "PJ_REJET_EDI",
]  # fmt: skip

Count = Annotated[int, msgspec.Meta(ge=1)]


class Wire(Struct, rename="camel", kw_only=True, omit_defaults=True):
    """A request body: snake_case here, camelCase on the wire; names with capitals are spelled out."""


class Paging(Wire):
    """The paging of structures and accounts (shape a)."""

    nb_resultats_par_page: Count = 10
    page_resultat_demandee: Count = 1
    tri_sens: Direction = "Ascendant"


class Nothing(Wire):
    """`{}`."""

    id_utilisateur_courant: int | None = None


class Listing(Wire):
    """A list in a language."""

    id_utilisateur_courant: int | None = None
    code_langue: Language = "FR"


def without_nulls(body: Any) -> Any:
    """The body without its null fields: a field that is null is a field that is not given."""
    if isinstance(body, dict):
        return {key: without_nulls(value) for key, value in body.items() if value is not None}
    if isinstance(body, list):
        return [without_nulls(item) for item in body]
    return body


def unknown_fields(body: Any, kind: Any, path: str = "") -> list[str]:
    """The fields of a decoded body that the request's type does not have, as dotted paths."""
    if isinstance(body, list):
        inner = _element(kind)
        return [name for item in body for name in unknown_fields(item, inner, path + "[]")]
    shape = _struct(kind)
    if not isinstance(body, dict) or shape is None:
        return []
    known = _fields(shape)
    found: list[str] = []
    for key, value in body.items():
        place = f"{path}.{key}" if path else key
        if key in known:
            found += unknown_fields(value, known[key], place)
        else:
            found.append(place)
    return found


@cache
def _fields(shape: type[Struct]) -> dict[str, Any]:
    hints = get_type_hints(shape)
    return {
        wire: hints[name]
        for name, wire in zip(shape.__struct_fields__, shape.__struct_encode_fields__, strict=True)
    }


def _choices(kind: Any) -> tuple[Any, ...]:
    return get_args(kind) if get_origin(kind) in (Union, types.UnionType) else (kind,)


def _struct(kind: Any) -> type[Struct] | None:
    return next((k for k in _choices(kind) if isinstance(k, type) and issubclass(k, Struct)), None)


def _element(kind: Any) -> Any:
    return next((get_args(k)[0] for k in _choices(kind) if get_origin(k) in (list, tuple)), None)
