"""What can be read from the pages of an invoice: the simulated platform's own character recognition.

It reads the pages and nothing else: XML embedded in the file is left alone, as the real recognition does
(API 2.2). It runs in a process of its own, so this module imports nothing of the sandbox.
"""

import io
import logging
import multiprocessing
import multiprocessing.connection
import os
import re
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import TypedDict

PAGES = 6
"""Of a long file the first pages and the last one are read."""
SECONDS = 20


class Seen(TypedDict, total=False):
    """What was seen; a field that was not is not there."""

    number: str
    issued: str
    kind: str
    sirets: list[str]
    service: str
    commitment: str
    currency: str
    regime: str
    net: float
    vat: float
    gross: float
    to_pay: float


class Unreadable(Exception):
    """The file cannot be analysed: no PDF, damaged, encrypted, without pages, too long to read."""


def settle_in() -> None:
    """Make a process ready to read: quiet about damaged files, deaf to Ctrl+C, gone when its parent is."""
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent.sentinel,), daemon=True).start()


def _follow(parent: int) -> None:
    multiprocessing.connection.wait([parent])
    os._exit(1)


def read(content: bytes) -> Seen:
    """Read a PDF.

    Raises:
        Unreadable: the file cannot be analysed.
    """
    with time_limit(SECONDS):
        return recognise(_text(content))


def _text(content: bytes) -> str:
    import pypdf

    if b"%PDF-" not in content[:1024]:
        raise Unreadable("not a PDF")
    try:
        reader = pypdf.PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted:
            raise Unreadable("encrypted")
        count = len(reader.pages)
        if not count:
            raise Unreadable("no page")
        wanted = sorted({*range(min(PAGES, count)), count - 1})
        return "\n".join(reader.pages[index].extract_text() for index in wanted)
    except Unreadable:
        raise
    except Exception as damage:
        # Whatever a damaged file makes of the library, the platform's answer is the same.
        raise Unreadable(type(damage).__name__) from None


@contextmanager
def time_limit(seconds: int) -> Iterator[None]:
    """Give up after a while; only where this is the main thread of its process, as in the worker."""

    def give_up(_number: int, _frame: FrameType | None) -> None:
        raise Unreadable("too long to read")

    try:
        before = signal.signal(signal.SIGALRM, give_up)
    except ValueError:
        yield
        return
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


# --- recognition -------------------------------------------------------------------------------------------

_MONTHS = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]
_MONTH_OF = {name: index for index, name in enumerate(_MONTHS, 1)} | {"fevrier": 2, "aout": 8, "decembre": 12}
_AMOUNT = r"(-?\s?\d{1,3}(?:[ \u00a0\u202f.]\d{3})+[,.]\d{2}|-?\s?\d+[,.]\d{2})(?!\d)"
_CODE = r"([0-9A-Za-z][0-9A-Za-z_/+\-]*)"
_SEP = r"[ \t\u00a0]*(?:n\s?[°º]|no\b|num[ée]ro)?[ \t\u00a0]*[:#]?[ \t\u00a0]*\n?[ \t\u00a0]*"

_NUMBER = (
    re.compile(rf"(?:facture|avoir)[ \t]*(?:n\s?[°º]|no\b\.?|num[ée]ro)[ \t]*:?[ \t]*\n?[ \t]*{_CODE}", re.I),
    re.compile(
        rf"(?:n\s?[°º]|num[ée]ro)[ \t]*(?:de[ \t]+(?:la[ \t]+)?|d['’])?(?:facture|avoir){_SEP}{_CODE}", re.I
    ),
)
_DATE_LABEL = re.compile(
    r"(?:date[ \t]*(?:de[ \t]+(?:la[ \t]+)?(?:facture|facturation)|d['’][ \t]*[ée]mission|de l['’]avoir)?|"
    r"[ée]mise?[ \t]+le|\ble)[ \t]*:?[ \t]*\n?[ \t]*"
    r"(\d{1,2}[/.\-]\d{1,2}[/.\-]\d{4}|\d{4}-\d{2}-\d{2}|\d{1,2}(?:er)?[ ]+[a-zéûè]+[ ]+\d{4})",
    re.I,
)
_SIRET = re.compile(r"(?<!\d)(\d{3}[ \u00a0.]?\d{3}[ \u00a0.]?\d{3}[ \u00a0.]?\d{5})(?!\d)")
_SERVICE = re.compile(
    r"code[ \t]+(?:du[ \t]+)?service(?:[ \t]+(?:ex[ée]cutant|destinataire))?"
    rf"[ \t]*:[ \t]*\n?[ \t]*{_CODE}(?!\w)",
    re.I,
)
_COMMITMENT = re.compile(
    r"(?:(?:n\s?[°º]|num[ée]ro)?[ \t]*(?:d['’][ \t]*|de[ \t]+)?"
    rf"(?:engagement(?:[ \t]+juridique)?|bon[ \t]+de[ \t]+commande|\bEJ\b|commande)){_SEP}"
    r"((?=[0-9A-Za-z_/+\-]*\d)[0-9A-Za-z][0-9A-Za-z_/+\-]*)",
    re.I,
)
_GAP = r"(?:[^\n\d\-]*|[ \t]*:?[ \t]*\n[ \t]*)"
"""Between a label and its amount: the rest of a line without a figure, or the end of the line."""
_SUM = r"(?:total|montant)(?:[ \t]+(?:total|net))?[ \t]*"
_NET = re.compile(rf"{_SUM}(?:H\.?T\.?|hors taxes?){_GAP}{_AMOUNT}", re.I)
_VAT = re.compile(
    rf"{_SUM}(?:de[ \t]+(?:la[ \t]+)?)?T\.?V\.?A\.?[^\n\d\-]*(?:\d+(?:[.,]\d+)?[ \t]*%)?{_GAP}{_AMOUNT}", re.I
)
_GROSS = re.compile(rf"{_SUM}(?:T\.?T\.?C\.?|toutes taxes comprises){_GAP}{_AMOUNT}", re.I)
_TO_PAY = re.compile(rf"(?:net|montant|reste|total)[ \t]*[àa][ \t]*(?:payer|r[ée]gler){_GAP}{_AMOUNT}", re.I)


def recognise(text: str) -> Seen:
    """The fields that a text shows."""
    seen: Seen = {"kind": "AVOIR" if re.search(r"\bavoir\b", text[:400], re.I) else "FACTURE"}
    for pattern in _NUMBER:
        found = next((m[1] for m in pattern.finditer(text) if any(c.isdigit() for c in m[1])), None)
        if found and len(found) <= 20:
            seen["number"] = found
            break
    issued = _DATE_LABEL.search(text)
    if issued:
        with suppress(KeyError, ValueError):
            seen["issued"] = _iso(issued[1])
    sirets = [re.sub(r"\D", "", m[1]) for m in _SIRET.finditer(text)]
    if sirets:
        seen["sirets"] = list(dict.fromkeys(sirets))
    service, commitment = _SERVICE.search(text), _COMMITMENT.search(text)
    if service:
        seen["service"] = service[1][:100]
    if commitment and commitment[1] != seen.get("number"):
        seen["commitment"] = commitment[1][:50]
    if "€" in text or "EUR" in text:
        seen["currency"] = "EUR"
    _amounts(text, seen)
    return seen


def _amounts(text: str, seen: Seen) -> None:
    net, vat, gross, to_pay = (_last(pattern, text) for pattern in (_NET, _VAT, _GROSS, _TO_PAY))
    if net is not None:
        seen["net"] = net
    if vat is not None:
        seen["vat"] = vat
    if gross is not None:
        seen["gross"] = gross
    if to_pay is not None:
        seen["to_pay"] = to_pay
    if re.search(r"exon[ée]r|293[ ]?B|autoliquidation", text, re.I):
        seen["regime"] = "EXONERATION"
    elif re.search(r"sur les d[ée]bits", text, re.I):
        seen["regime"] = "TVA_SUR_DEBIT"
    elif re.search(r"sur les encaissements", text, re.I):
        seen["regime"] = "TVA_SUR_ENCAISSEMENT"


def _last(pattern: re.Pattern[str], text: str) -> float | None:
    """Totals stand at the end, so the last match is the total."""
    found = None
    for match in pattern.finditer(text):
        found = _number(match[1])
    return found


def _number(text: str) -> float:
    digits = re.sub(r"[^\d,.\-]", "", text)
    whole, cents = digits[:-3], digits[-2:]
    return float(re.sub(r"[.,]", "", whole) + "." + cents)


def _iso(text: str) -> str:
    from datetime import date

    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return date.fromisoformat(text).isoformat()
    if re.fullmatch(r"\d{1,2}[/.\-]\d{1,2}[/.\-]\d{4}", text):
        day, month, year = map(int, re.split(r"[/.\-]", text))
        return date(year, month, day).isoformat()
    day_text, month_text, year_text = text.lower().split()
    return date(int(year_text), _MONTH_OF[month_text], int(day_text.removesuffix("er"))).isoformat()
