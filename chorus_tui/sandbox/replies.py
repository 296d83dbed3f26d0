"""How a service answers: the documented success texts, business refusals, refusals of the gateway."""

from collections.abc import Sequence
from typing import Any, NoReturn

from chorus_tui.sandbox.invented import Refusal

DONE = "GCU_MSG_01_000"
"""With deposits, submissions, lists, histories."""
FOUND = "TRA_MSG_00.000"
"""With searches and consultations."""
NOTHING_FOUND = (20000, "TRA_MSG_00.015 - La recherche n'a retourné aucun résultat")

Body = dict[str, Any]


class Refused(Exception):
    """A business refusal: HTTP 200, `codeRetour` that is not 0, and a French `libelle`."""

    def __init__(self, refusal: Refusal, **values: object) -> None:
        self.code = refusal.code
        self.label = refusal.text.format(**values)
        super().__init__(self.label)


class Malformed(Exception):
    """HTTP 400: not JSON, a wrong type, a value outside its enumeration."""


class TooLarge(Exception):
    """HTTP 413."""


def refuse(refusal: Refusal, **values: object) -> NoReturn:
    """Refuse a request for business reasons."""
    raise Refused(refusal, **values)


def done(**fields: Any) -> Body:
    """Success of a deposit, a submission, a list or a history."""
    return {"codeRetour": 0, "libelle": DONE, **fields}


def found(**fields: Any) -> Body:
    """Success of a search or a consultation."""
    return {"codeRetour": 0, "libelle": FOUND, **fields}


def page_of(items: Sequence[Any], page: int, size: int) -> Sequence[Any]:
    """One page of a list; beyond the last one, nothing."""
    return items[(page - 1) * size : page * size]


def pages(total: int, size: int) -> int:
    """How many pages a total makes."""
    return -(-total // size)


def paging(page: int, size: int, total: int) -> Body:
    """`parametresRetour` (shape d)."""
    return {
        "pageCourante": page,
        "pages": pages(total, size),
        "nbResultatsParPage": size,
        "total": total,
    }
