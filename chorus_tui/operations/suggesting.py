"""What a fix could be, best first: what the documents print, what worked before, what Chorus Pro lists."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TypeVar

from msgspec import Struct

from chorus_tui.domain.document import Document
from chorus_tui.domain.fixes import FixKind
from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.recipient import Recipient
from chorus_tui.i18n import _, ngettext
from chorus_tui.operations.desk import Desk
from chorus_tui.operations.matching import named_service, open_services
from chorus_tui.operations.matching import suggestions as offers_for
from chorus_tui.text import fold

T = TypeVar("T")

REMEMBERED = 2_000
"""Invoices of a recipient that are looked at for what worked before, the latest stored ones."""
SIREN = 9
"""Digits of a SIRET that name the body; the others name one of its places."""


class Suggestion(Struct, frozen=True):
    """One value that may put documents right."""

    value: str
    label: str = ""
    """Its name, where it has one."""
    why: str = ""
    """Why it is suggested, in the operator's language."""


def suggestions(desk: Desk, ids: Iterable[str], kind: FixKind) -> tuple[Suggestion, ...]:
    """What could be typed into documents, best first; nothing where nothing is known."""
    documents = [d for key in ids if (d := desk.store.documents.get(key)) is not None]
    found = _Found()
    _FINDERS[kind](desk, documents, found)
    return found.suggestions


class _Found:
    """Suggestions in the order in which they were found, each value once: the first reason is the best."""

    def __init__(self) -> None:
        self._found: dict[str, Suggestion] = {}

    def add(self, value: str | None, label: str, why: str) -> None:
        if value:
            self._found.setdefault(value, Suggestion(value, label, why))

    @property
    def suggestions(self) -> tuple[Suggestion, ...]:
        return tuple(self._found.values())


def _recipients(documents: Iterable[Document]) -> list[str]:
    """The recipients of some documents, that of most of them first."""
    counted = Counter(siret for d in documents if (siret := d.value_of("recipient_siret")))
    return [siret for siret, _count in counted.most_common()]


def _services(desk: Desk, documents: list[Document], found: _Found) -> None:
    for siret in _recipients(documents):
        recipient = desk.store.recipients.get(siret)
        services = {s.code: s.name for s in open_services(desk, recipient)} if recipient is not None else {}
        own = [d for d in documents if d.value_of("recipient_siret") == siret]
        labels = Counter(label for d in own if (label := d.value_of("service_label")))
        for label, _times in labels.most_common():
            printed = _("printed: {label}").format(label=label)
            found_code = named_service(desk, recipient, label)
            found.add(found_code, services.get(found_code or "", ""), printed)
            for offer in offers_for(desk, siret, label):
                found.add(offer.code, offer.label, f"{printed}, {offer.why}")
        for code, times in _used(desk, siret, lambda invoice: invoice.service_code):
            if not services or code in services:
                found.add(code, services.get(code, ""), _accepted(times))
        for code, name in services.items():
            found.add(code, name, _("open"))


def _commitments(desk: Desk, documents: list[Document], found: _Found) -> None:
    codes = {d.value_of("service_code") for d in documents} - {None}
    for siret in _recipients(documents):
        used = _used(desk, siret, lambda invoice: (invoice.service_code, invoice.commitment_number))
        # What this service took comes before what the recipient's other services took.
        used.sort(key=lambda pair: pair[0][0] not in codes)
        for (_code, number), times in used:
            found.add(number, "", _accepted(times))


def _suppliers(desk: Desk, documents: list[Document], found: _Found) -> None:
    names = {supplier.siret: supplier.name for supplier in desk.store.suppliers}
    for siret, _times in Counter(d.supplier_siret for d in documents).most_common():
        if siret in names:
            found.add(siret, names[siret], _("named by the filing rule"))
    for siret, name in names.items():
        found.add(siret, name, _("this account sends for it"))


def _other_recipients(desk: Desk, documents: list[Document], found: _Found) -> None:
    known = [r for r in desk.store.recipients if r.active and r.id]
    names = Counter(fold(name) for d in documents if (name := d.value_of("recipient_name")))
    bodies = {siret[:SIREN] for siret in _recipients(documents)}
    _add_recipients(found, known, lambda r: fold(r.name) in names, _("bears the printed name"))
    _add_recipients(found, known, lambda r: r.siret[:SIREN] in bodies, _("another place of the same body"))
    for recipient in sorted(known, key=lambda r: fold(r.name)):
        found.add(recipient.siret, recipient.name, _("known"))


def _add_recipients(
    found: _Found, known: list[Recipient], fits: Callable[[Recipient], bool], why: str
) -> None:
    for recipient in known:
        if fits(recipient):
            found.add(recipient.siret, recipient.name, why)


_FINDERS: dict[FixKind, Callable[[Desk, list[Document], _Found], None]] = {
    FixKind.SERVICE: _services,
    FixKind.COMMITMENT: _commitments,
    FixKind.SUPPLIER: _suppliers,
    FixKind.RECIPIENT: _other_recipients,
}


def _used(desk: Desk, siret: str, of: Callable[[Invoice], T]) -> list[tuple[T, int]]:
    """Values that invoices of a recipient bear which did not come back, the most frequent first."""
    invoices = desk.store.invoices.by("recipient_siret", siret)[-REMEMBERED:]
    return Counter(of(i) for i in reversed(invoices) if not i.status.asks_supplier).most_common()


def _accepted(times: int) -> str:
    return ngettext("accepted {n} time", "accepted {n} times", times).format(n=times)
