"""Recipient management (S1-003, S1-070, S1-084): who is known, what each asks for, what its labels stand for.

Recipients are known from Chorus Pro, from waiting documents that name them, from matches and from the
imported directory. Only the first three are listed; the directory's 200 000 are searched.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from itertools import islice

from msgspec import Struct

from chorus_tui.domain.document import Document
from chorus_tui.domain.identifiers import compact_siret, is_siret_shaped
from chorus_tui.domain.recipient import Recipient, Service, ServiceState
from chorus_tui.domain.records import ServiceMatch
from chorus_tui.i18n import N_
from chorus_tui.operations import matching
from chorus_tui.operations.alerts import alerts, alerts_of, looked_at
from chorus_tui.operations.desk import Desk
from chorus_tui.operations.listing import WAITING_STATES
from chorus_tui.operations.refreshing import (
    Progress,
    all_known,
    is_asked,
    progress,
    queue_refresh,
    stop_refresh,
)
from chorus_tui.store import Listed
from chorus_tui.text import fold

__all__ = [
    "Census",
    "Demand",
    "Known",
    "LabelRow",
    "Progress",
    "RecipientRow",
    "alerts",
    "alerts_of",
    "all_known",
    "demand_of",
    "find",
    "is_asked",
    "labels",
    "listing",
    "looked_at",
    "progress",
    "queue_refresh",
    "row_of",
    "search",
    "stop_refresh",
    "stub",
]

FOUND = 50
"""Recipients that a search tells at most."""


class Demand(StrEnum):
    """What a recipient makes mandatory."""

    UNKNOWN = "unknown"
    NOTHING = "nothing"
    SERVICE = "service"
    COMMITMENT = "commitment"
    BOTH = "both"
    EITHER = "either"

    @property
    def label(self) -> str:
        """The English words; translate them where they are shown."""
        return {
            Demand.UNKNOWN: N_("not known"),
            Demand.NOTHING: N_("nothing"),
            Demand.SERVICE: N_("service"),
            Demand.COMMITMENT: N_("commitment number"),
            Demand.BOTH: N_("service and commitment"),
            Demand.EITHER: N_("service or commitment"),
        }[self]


class Known(StrEnum):
    """Where a recipient is known from, the surest."""

    CHORUS = "chorus"
    DIRECTORY = "directory"
    DOCUMENTS = "documents"

    @property
    def label(self) -> str:
        """The English words; translate them where they are shown."""
        return {
            Known.CHORUS: N_("Chorus Pro"),
            Known.DIRECTORY: N_("directory"),
            Known.DOCUMENTS: N_("documents"),
        }[self]


class RecipientRow(Struct, frozen=True, kw_only=True):
    """A recipient as place 5 lists it."""

    siret: str
    name: str
    active: bool | None
    """None: nobody said."""
    exists: bool = True
    """False: Chorus Pro knows nobody with this SIRET."""
    checked_at: datetime | None
    """When Chorus Pro was last asked."""
    demand: Demand
    services: int
    """Those that take invoices today."""
    matches: int
    waiting: int
    """Waiting documents for it."""
    in_error: int
    known: Known
    alert: bool = False
    """Whether an imported directory says something else and nobody looked yet."""


class LabelRow(Struct, frozen=True, kw_only=True):
    """A label of a recipient: matched to a service, or printed on waiting documents and matched to none."""

    label: str
    """As it is printed, where a waiting document prints it."""
    folded: str
    match: ServiceMatch | None = None
    service: Service | None = None
    """The service of the match, where the recipient lists it."""
    state: ServiceState | None = None
    """How the service of the match stands; None: not known."""
    named: str = ""
    """The code of the service whose very name or code is printed; it needs no match."""
    waiting: int = 0
    in_error: int = 0


class Census:
    """Who the waiting documents are for. `take` it in slices, then let it `follow` the store."""

    def __init__(self, desk: Desk) -> None:
        self._store = desk.store
        self._named: dict[str, tuple[str, bool, str]] = {}
        self.waiting: Counter[str] = Counter()
        """Waiting documents by SIRET."""
        self.in_error: Counter[str] = Counter()
        self._documents: dict[str, set[str]] = {}

    @classmethod
    def of(cls, desk: Desk) -> "Census":
        """All of them at once."""
        census = cls(desk)
        census.take(census.ids())
        return census

    def ids(self) -> list[str]:
        """The waiting documents."""
        return [d.id for state in WAITING_STATES for d in self._store.documents.by("state", state)]

    def take(self, keys: Iterable[str]) -> set[str]:
        """Look at some documents (again); the recipients whose counts changed."""
        touched: set[str] = set()
        for key in keys:
            before = self._named.pop(key, None)
            if before is not None:
                self._count(key, before, -1)
                touched.add(before[0])
            document = self._store.documents.get(key)
            if document is None or not document.state.is_waiting:
                continue
            fields = document.fields
            if fields.recipient_siret:
                now = (fields.recipient_siret, document.in_error, fields.service_label or "")
                self._named[key] = now
                self._count(key, now, 1)
                touched.add(fields.recipient_siret)
        return touched

    def _count(self, key: str, named: tuple[str, bool, str], by: int) -> None:
        siret, in_error, _label = named
        self.waiting[siret] += by
        self.in_error[siret] += by * in_error
        documents = self._documents.setdefault(siret, set())
        if by > 0:
            documents.add(key)
        else:
            documents.discard(key)

    def printed(self, siret: str, most: int | None = None) -> list[tuple[str, bool]]:
        """The labels that its waiting documents print, one for each, and whether that is in error."""
        named = (self._named[key] for key in islice(self._documents.get(siret, ()), most))
        return [(label, in_error) for _siret, in_error, label in named if label]

    def documents_of(self, siret: str) -> list[Document]:
        """The waiting documents for a recipient, in order of arrival."""
        found = [self._store.documents.get(key) for key in self._documents.get(siret, ())]
        return sorted((d for d in found if d is not None), key=lambda d: (d.filed_at, d.id))

    def sirets(self) -> list[str]:
        """Who is named by a waiting document."""
        return [siret for siret, number in self.waiting.items() if number]


def listing(desk: Desk, census: Census | None = None) -> list[RecipientRow]:
    """Every recipient that Chorus Pro told of, that a waiting document names or that has a match."""
    census = census or Census.of(desk)
    sirets = dict.fromkeys(desk.store.recipients.keys())
    sirets |= dict.fromkeys(census.sirets())
    sirets |= dict.fromkeys(match.siret for match in desk.store.matches.all())
    return [row_of(desk, siret, census) for siret in sirets]


def row_of(desk: Desk, siret: str, census: Census) -> RecipientRow:
    """One recipient."""
    recipient = desk.store.recipients.get(siret)
    listed = None if recipient is not None and recipient.id else desk.store.directory.get(siret)
    known = Known.CHORUS if recipient is not None and recipient.checked_at else Known.DOCUMENTS
    active: bool | None = recipient.active if recipient is not None and recipient.checked_at else None
    if known is Known.DOCUMENTS and listed is not None:
        known, active = Known.DIRECTORY, listed.active
    now = desk.now()
    return RecipientRow(
        siret=siret,
        name=_name(desk, siret, recipient, listed, census),
        active=active,
        exists=recipient is None or bool(recipient.id) or recipient.checked_at is None,
        checked_at=recipient.checked_at if recipient is not None else None,
        demand=demand_of(recipient, listed),
        services=sum(s.is_open(now) for s in recipient.services) if recipient is not None else 0,
        matches=len(desk.store.matches.by("siret", siret)),
        waiting=census.waiting[siret],
        in_error=census.in_error[siret],
        known=known,
        alert=siret in desk.store.alerts,
    )


def _name(desk: Desk, siret: str, recipient: Recipient | None, listed: Listed | None, census: Census) -> str:
    if recipient is not None and recipient.name:
        return recipient.name
    if listed is not None and listed.name:
        return listed.name
    return next((d.fields.recipient_name or "" for d in census.documents_of(siret)[:1]), "")


def demand_of(recipient: Recipient | None, listed: Listed | None = None) -> Demand:
    """What a recipient makes mandatory, as Chorus Pro told, else as the directory lists it."""
    if recipient is not None and recipient.checked_at is not None and recipient.id and recipient.active:
        flags = (
            recipient.service_required,
            recipient.commitment_required,
            recipient.service_or_commitment,
        )
    elif listed is not None and listed.service_required is not None:
        flags = (
            bool(listed.service_required),
            bool(listed.commitment_required),
            bool(listed.service_or_commitment),
        )
    else:
        return Demand.UNKNOWN
    service, commitment, either = flags
    if either:
        return Demand.EITHER
    if service and commitment:
        return Demand.BOTH
    return Demand.SERVICE if service else Demand.COMMITMENT if commitment else Demand.NOTHING


def labels(desk: Desk, siret: str, told: Iterable[tuple[str, bool]]) -> list[LabelRow]:
    """The labels of a recipient: those that stand for nothing yet first, then its matches, by label.

    Args:
        told: what its waiting documents print, as `Census.printed` has it.
    """
    printed: dict[str, str] = {}
    waiting: Counter[str] = Counter()
    in_error: Counter[str] = Counter()
    for label, error in told:
        if key := matching.folded(label):
            printed[key] = min(printed.get(key, label), label, key=_plainness)
            waiting[key] += 1
            in_error[key] += error
    recipient = desk.store.recipients.get(siret)
    matches = {match.label: match for match in matching.matches_of(desk, siret)}
    rows = [
        _label_row(desk, recipient, key, printed.get(key, key), matches.get(key), waiting[key], in_error[key])
        for key in {**dict.fromkeys(printed), **dict.fromkeys(matches)}
    ]
    return sorted(rows, key=lambda row: (row.match is not None or bool(row.named), row.folded))


def _plainness(label: str) -> tuple[bool, bool, str]:
    """Of spellings that fold alike, the one with small letters and accents is read most easily."""
    return label.isupper(), label.isascii(), label


def _label_row(
    desk: Desk,
    recipient: Recipient | None,
    key: str,
    label: str,
    match: ServiceMatch | None,
    waiting: int,
    in_error: int,
) -> LabelRow:
    named = matching.named_service(desk, recipient, key) or ""
    code = match.service_code if match is not None else named
    return LabelRow(
        label=label,
        folded=key,
        match=match,
        service=recipient.service(code) if recipient is not None and code else None,
        state=matching.state_of_match(desk, match) if match is not None else None,
        named="" if match is not None else named,
        waiting=waiting,
        in_error=in_error,
    )


def search(desk: Desk, words: str, most: int = FOUND) -> tuple[Recipient, ...]:
    """Recipients by SIRET or words of their name, offline: those known first, then the directory's.

    Those of the directory are stubs without services; `checked_at` None says that nothing of them is
    certain. Whole words and beginnings of words, accents and case ignored; all of them must be there.
    """
    wanted = fold(words).split()
    if is_siret_shaped(compact_siret(words)):
        wanted = [compact_siret(words)]
    if not wanted:
        return ()
    known = [
        recipient
        for recipient in desk.store.recipients.all()
        if recipient.id and _has_all(fold(f"{recipient.name} {recipient.siret}"), wanted)
    ]
    known.sort(key=lambda recipient: fold(recipient.name))
    found = {recipient.siret: recipient for recipient in known[:most]}
    if len(found) < most:
        for listed in desk.store.directory.search(" ".join(wanted), most):
            found.setdefault(listed.siret, stub(listed))
    return tuple(found.values())[:most]


find = search


def _has_all(text: str, wanted: Iterable[str]) -> bool:
    return all(word in text for word in wanted)


def stub(listed: Listed) -> Recipient:
    """A recipient as the directory lists it; nothing of it is checked."""
    return Recipient(
        siret=listed.siret,
        name=listed.name,
        active=listed.active is not False,
        service_required=bool(listed.service_required),
        commitment_required=bool(listed.commitment_required),
        service_or_commitment=bool(listed.service_or_commitment),
    )
