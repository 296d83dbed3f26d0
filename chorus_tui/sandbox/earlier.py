"""What the world file tells of before: invoices that were deposited, and flows."""

import itertools
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import msgspec
from msgspec import Struct

from chorus_tui.sandbox import invented

DEMO = Path(__file__).with_name("demo.toml")
_FIRST_OF_LOTS = 8_410_000


class Deposited(Struct, frozen=True, gc=False):
    """An invoice that was there before."""

    id: int
    number: str
    supplier: str
    recipient: str
    status: str
    mode: str
    net: float
    vat: float
    days_ago: float
    status_days_ago: float
    service: str = ""
    commitment: str = ""
    comment: str = ""
    kind: str = "FACTURE"
    origin: str = ""
    flow: str = ""
    frame: str = "A1_FACTURE_FOURNISSEUR"
    validator: str = ""
    rejection_handled: bool = False
    issued: date | None = None
    """The invoice's own date; None: the day before its deposit."""
    acknowledged_days_ago: float | None = None
    """When the supplier took note of the suspension or the rejection on the portal."""
    scenario: str = ""
    """How its life goes on from where it is; none: it stays."""
    way: tuple[str, ...] = ()
    """The statuses that it passed, the present one last; none: the usual ones."""
    motive: str = ""
    """The recipient's words at the status before the present one."""


class RefusedBefore(Struct, frozen=True):
    """An invoice that an earlier flow was refused for, or a part of it."""

    number: str
    recipient: str
    label: str
    supplier: str = ""
    """None: the issuer."""


class WrongBefore(Struct, frozen=True):
    """Technical errors of an earlier flow; `{line}` in the label counts up, as do the times."""

    code: str
    label: str
    times: int = 1
    line: int = 1


class Lot(Struct, frozen=True):
    """The integrated invoices of an earlier flow: alike, but for number, recipient and amount."""

    first: int
    count: int
    number: str
    """With `{}` where the number goes."""
    recipients: tuple[str, ...]
    """SIRETs, taken in turn; after a slash, the service; after another, the commitment number."""
    statuses: tuple[str, ...] = ("MISE_A_DISPOSITION",)
    net: float = 400.0


class FlowBefore(Struct, frozen=True):
    """A flow that was deposited before."""

    number: str
    name: str
    syntax: str
    way: str
    issuer: str
    state: str
    days_ago: float
    rejection: str = "partial"
    refused: tuple[RefusedBefore, ...] = ()
    technical: tuple[WrongBefore, ...] = ()
    lot: Lot | None = None


class _Flows(Struct, frozen=True):
    flows: tuple[FlowBefore, ...]


def flows_of_file(path: Path = DEMO) -> tuple[FlowBefore, ...]:
    """The flows of a file; without one, those of the demo.

    Raises:
        msgspec.ValidationError: the file holds something else.
    """
    return msgspec.toml.decode(path.read_bytes(), type=_Flows).flows


def invoices_of_lots(flows: Iterable[FlowBefore]) -> Iterator[Deposited]:
    """The integrated invoices of earlier flows, whose ids go before those of all other invoices."""
    ids = itertools.count(_FIRST_OF_LOTS)
    for flow in flows:
        lot = flow.lot
        if lot is None:
            continue
        for index in range(lot.count):
            to, _, rest = lot.recipients[index % len(lot.recipients)].partition("/")
            service, _, commitment = rest.partition("/")
            net = round(lot.net + 37.5 * (index % 11), 2)
            yield Deposited(
                id=next(ids),
                number=lot.number.format(f"{lot.first + index:04d}"),
                supplier=flow.issuer,
                recipient=to,
                status=lot.statuses[index % len(lot.statuses)],
                mode=invented.mode_of(flow.way, flow.syntax),
                net=net,
                vat=round(net * 0.2, 2),
                days_ago=flow.days_ago,
                status_days_ago=flow.days_ago * 0.6,
                service=service,
                commitment=commitment,
                flow=flow.number,
            )
