"""The lists station: what Chorus Pro knows of suppliers, recipients and choices, kept fresh day by day.

So that forms open at once, checks speak before Chorus Pro does, and the console works while it is away.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from msgspec import structs

from chorus_tui.chorus import ChorusError, ChorusPro, Refused, RightsMissing, UnreadableAnswer
from chorus_tui.domain.checks.routing import COMMITMENT_LENGTH
from chorus_tui.domain.fields import InvoiceFields
from chorus_tui.domain.identifiers import is_siret_shaped
from chorus_tui.domain.recipient import STATE_SIRET, Choice, Recipient, ReferenceList, Service, Supplier
from chorus_tui.operations import Desk, answers, waiting
from chorus_tui.operations.alerts import answered
from chorus_tui.operations.matching import follow, matches_of
from chorus_tui.operations.refreshing import asked_about, is_asked, next_refreshes
from chorus_tui.store import Changes
from chorus_tui.sync.line import Line

Fetch = Callable[[], Awaitable[Any]]

FRESH = timedelta(days=1)
AFTER_REFUSAL = timedelta(hours=1)
"""What Chorus Pro refuses to tell is not asked for again and again."""
SUPPLIERS = "suppliers"
COMMITMENTS, VALIDATORS = "commitments", "validators"
"""What preflight knows better with, and this account may not be allowed to ask."""
SLICE = 50
"""Documents looked at between two pauses."""
REFRESHED = 5
"""Recipients asked about again between two looks at what is needed sooner."""
HOUR = timedelta(hours=1).total_seconds()
"""Seconds after which the station looks anyway: what it knows grows old."""


class Catalogue:
    """Fetches and keeps one thing at a time; shared by the station and by forms that cannot wait for it."""

    def __init__(self, desk: Desk, chorus: ChorusPro) -> None:
        self._desk = desk
        self._chorus = chorus
        self._fetches: dict[str, Callable[[], Awaitable[tuple[Choice, ...]]]] = {
            "attachment_types": chorus.attachment_types,
            "vat_rates": chorus.vat_rates,
            "billing_frames": chorus.billing_frames,
            "payment_means": chorus.payment_means,
        }

    @property
    def names(self) -> tuple[str, ...]:
        """The lists there are."""
        return tuple(self._fetches)

    def is_fresh(self, at: datetime | None) -> bool:
        """Whether something asked for at a moment need not be asked for again today."""
        return at is not None and self._desk.now() - at < FRESH

    def list_is_fresh(self, name: str) -> bool:
        """Whether a list need not be asked for."""
        known = self._desk.store.lists.get(name)
        return known is not None and self.is_fresh(known.fetched_at)

    async def fetch_list(self, name: str) -> ReferenceList:
        """Ask for a list and keep it.

        Raises:
            ChorusError, KeyError
        """
        fetched = ReferenceList(name, await self._fetches[name](), self._desk.now())
        self._desk.store.lists.put(fetched)
        return fetched

    async def fetch_suppliers(self) -> list[Supplier]:
        """Ask for the suppliers and their bank accounts, and keep them; those no longer told are dropped.

        Raises:
            ChorusError
        """
        store = self._desk.store
        fetched = []
        for supplier in await self._chorus.suppliers():
            try:
                accounts = await self._chorus.bank_accounts(supplier.id)
            except Refused:
                # An invoice may name no account, so this supplier can be sent for all the same.
                known = store.suppliers.get(supplier.siret)
                accounts = known.bank_accounts if known is not None else ()
            fetched.append(structs.replace(supplier, bank_accounts=accounts, fetched_at=self._desk.now()))
        gone = set(store.suppliers.keys()) - {supplier.siret for supplier in fetched}
        with store.transaction():
            store.suppliers.put(*fetched)
            store.suppliers.remove(*gone)
        return fetched

    async def fetch_recipient(self, siret: str) -> Recipient:
        """Ask for a recipient and keep it. One that Chorus Pro does not know is kept too, with id 0.

        Raises:
            ChorusError
        """
        found = await self._chorus.recipient(siret)
        fetched = found or Recipient(siret=siret, active=False, checked_at=self._desk.now())
        with self._desk.store.transaction():
            known = self._desk.store.recipients.get(siret)
            if known is not None:
                fetched = structs.replace(fetched, services=_with_known_demands(fetched, known))
            self._desk.store.recipients.put(fetched)
            answered(self._desk, fetched)
            asked_about(self._desk, siret)
        return fetched

    async def refresh(self, siret: str) -> None:
        """Ask for a recipient and for what those of its services demand that matches name.

        Raises:
            ChorusError
        """
        fetched = await self.fetch_recipient(siret)
        codes = {match.service_code for match in matches_of(self._desk, siret)}
        for code in sorted(codes):
            if fetched.id and fetched.service(code) is not None:
                await self.fetch_service(siret, code)

    async def fetch_service(self, siret: str, code: str) -> Recipient | None:
        """Ask what one service makes mandatory, and keep it with its recipient.

        Raises:
            ChorusError
        """
        known = self._desk.store.recipients.get(siret)
        service = known.service(code) if known is not None else None
        if known is None or service is None:
            return known
        fetched = await self._chorus.service(known.id, service.id)
        required = bool(fetched.commitment_required)
        with self._desk.store.transaction():
            current = self._desk.store.recipients.get(siret) or known
            changed = structs.replace(
                current,
                services=tuple(
                    structs.replace(s, commitment_required=required) if s.code == code else s
                    for s in current.services
                ),
            )
            self._desk.store.recipients.put(changed)
        return changed

    async def fetch_commitment(self, siret: str, number: str) -> bool:
        """Ask the State's list whether it holds a commitment number, and keep the answer (S1-089).

        Raises:
            ChorusError
        """
        found = await self._chorus.commitments(siret, number)
        known = any(commitment.number == number for commitment in found)
        answers.remember(self._desk, answers.commitment_name(siret, number), known=known)
        return known

    async def fetch_structure(self, siret: str) -> bool:
        """Ask whether anybody has a SIRET in Chorus Pro, private structures included, and keep the answer.

        Raises:
            ChorusError
        """
        known = await self._chorus.is_structure(siret)
        answers.remember(self._desk, answers.structure_name(siret), known=known)
        return known


def _with_known_demands(fetched: Recipient, known: Recipient) -> tuple[Service, ...]:
    """The services as fetched; what was asked about each one before stays known."""
    asked = {s.code: s.commitment_required for s in known.services}
    return tuple(
        structs.replace(s, commitment_required=asked.get(s.code)) if s.commitment_required is None else s
        for s in fetched.services
    )


class ListsStation:
    """Keeps fresh what waiting documents need, and what every form needs."""

    name = "lists"

    def __init__(self, desk: Desk, chorus: ChorusPro, line: Line) -> None:
        self._desk = desk
        self._line = line
        self._catalogue = Catalogue(desk, chorus)
        self._named: dict[str, tuple[str, str]] = {}
        """Document → the recipient and the service that it names."""
        self._asking: dict[str, tuple[str, str]] = {}
        """Document → the State's commitment number and the validator that it names."""
        self._to_look_at: set[str] | None = None
        """Documents that changed since; None: all."""
        self._suppliers_asked_at: datetime | None = None
        self._not_before: dict[str, datetime] = {}
        self.failures: dict[str, ChorusError] = {}
        """What could not be asked for when it was last tried, though forms and submissions need it."""

    def begin(self) -> None:
        """Somebody else may have worked meanwhile, so every document is to be looked at."""
        self._to_look_at = None
        self._named.clear()
        self._asking.clear()
        self.retry_now()

    def retry_now(self) -> None:
        """Forget what was refused: somebody may have put it right."""
        self._not_before.clear()
        self.failures.clear()

    def follow(self, changes: Changes) -> None:
        """Note which documents may name another recipient now."""
        if self._to_look_at is not None:
            self._to_look_at |= changes.get("documents", frozenset())

    async def run_once(self) -> int:
        """Ask for everything that is missing or older than a day; counts what was asked for."""
        await self._look_at_documents()
        answers.forget_old(self._desk)
        fetched = 0
        for name, fetch in self._wanted():
            if not self._line.is_open:
                break
            refused_until = self._not_before.get(name)
            if refused_until is not None and self._desk.now() < refused_until:
                continue
            try:
                await fetch()
            except (Refused, RightsMissing, UnreadableAnswer) as error:
                # Perhaps only this one cannot be had; the rest may still be.
                self._not_before[name] = self._desk.now() + AFTER_REFUSAL
                self._note(name, error)
            except ChorusError as error:
                self._note(name, error)
                break
            else:
                self._line.went_well()
                self.failures.pop(name, None)
                fetched += 1
                if name == SUPPLIERS:
                    self._suppliers_asked_at = self._desk.now()
                await self._follow_matches(name)
        return fetched + await self._refresh_some()

    @property
    def due_in(self) -> float:
        """Seconds until it is to look again though nobody wakes it: at once while recipients are queued."""
        return 0.0 if next_refreshes(self._desk, 1) else HOUR

    async def _refresh_some(self) -> int:
        """Work off some of what operators asked to be asked again; one that is stopped meanwhile is not."""
        done = 0
        for refresh in next_refreshes(self._desk, REFRESHED):
            if not self._line.is_open:
                break
            if not is_asked(self._desk, refresh.siret):
                continue
            try:
                await self._catalogue.refresh(refresh.siret)
            except (Refused, RightsMissing, UnreadableAnswer) as error:
                if isinstance(error, Refused):
                    self._line.went_well()
                else:
                    self._line.failed(error)
                asked_about(self._desk, refresh.siret, error.title)
            except ChorusError as error:
                self._line.failed(error)
                break
            else:
                self._line.went_well()
                await self._follow_matches(refresh.siret)
            done += 1
        return done

    async def _follow_matches(self, siret: str) -> None:
        """Let documents follow what was learned of their recipient's services (S1-026)."""
        keys = [key for key, named in self._named.items() if named == (siret, "")]
        for start in range(0, len(keys), SLICE // 5):
            follow(self._desk, keys[start : start + SLICE // 5])
            await asyncio.sleep(0)

    def _note(self, name: str, error: ChorusError) -> None:
        if name in (COMMITMENTS, VALIDATORS) and isinstance(error, RightsMissing | UnreadableAnswer):
            return  # Everything else of Chorus Pro may be well, and submissions need neither.
        refused = isinstance(error, Refused)
        if refused:
            self._line.went_well()
        else:
            self._line.failed(error)
        # Without suppliers nothing can be submitted; a list that this account may not see is none of those.
        if not refused or name == SUPPLIERS:
            self.failures[name] = error

    async def _look_at_documents(self) -> None:
        keys, self._to_look_at = self._to_look_at, set()
        begins = keys is None
        if keys is None:
            keys = {document.id for document in waiting(self._desk)}
        for count, key in enumerate(keys, 1):
            document = self._desk.store.documents.get(key)
            if document is None or not document.state.is_waiting:
                self._named.pop(key, None)
                self._asking.pop(key, None)
                continue
            fields = document.fields
            self._named[key] = (fields.recipient_siret or "", fields.service_code or "")
            self._asking[key] = (_commitment(fields), _validator(fields))
            if begins and fields.service_label and not fields.service_code:
                # A console may have ended after it told a match and before all documents followed.
                follow(self._desk, [key])
            if count % SLICE == 0:
                await asyncio.sleep(0)

    def _wanted(self) -> Iterator[tuple[str, Fetch]]:
        """What to ask for, the most needed first; each is decided when its turn comes."""
        store, catalogue = self._desk.store, self._catalogue
        if self._suppliers_are_stale():
            yield SUPPLIERS, catalogue.fetch_suppliers
        pairs = sorted(set(self._named.values()))
        for siret in sorted({siret for siret, _code in pairs}):
            known = store.recipients.get(siret)
            if is_siret_shaped(siret) and not (known and catalogue.is_fresh(known.checked_at)):
                yield siret, partial(catalogue.fetch_recipient, siret)
        for siret, code in pairs:
            recipient = store.recipients.get(siret)
            service = recipient.service(code) if recipient is not None and code else None
            if service is not None and service.commitment_required is None:
                yield f"{siret} {code}", partial(catalogue.fetch_service, siret, code)
        for name in catalogue.names:
            if not catalogue.list_is_fresh(name):
                yield name, partial(catalogue.fetch_list, name)
        for number in sorted({number for number, _siret in self._asking.values() if number}):
            if answers.kept(self._desk, answers.commitment_name(STATE_SIRET, number)) is None:
                yield COMMITMENTS, partial(catalogue.fetch_commitment, STATE_SIRET, number)
        for siret in sorted({siret for _number, siret in self._asking.values() if siret}):
            if answers.kept(self._desk, answers.structure_name(siret)) is None:
                yield VALIDATORS, partial(catalogue.fetch_structure, siret)

    def _suppliers_are_stale(self) -> bool:
        suppliers = self._desk.store.suppliers.all()
        if not suppliers:
            # None at all is an answer too, which need not be asked for at every turn.
            return not self._catalogue.is_fresh(self._suppliers_asked_at)
        return not all(self._catalogue.is_fresh(supplier.fetched_at) for supplier in suppliers)


def _commitment(fields: InvoiceFields) -> str:
    """The commitment number that the State's list is asked about; empty: none."""
    number = fields.commitment_number or ""
    return number if fields.recipient_siret == STATE_SIRET and len(number) <= COMMITMENT_LENGTH else ""


def _validator(fields: InvoiceFields) -> str:
    """The structure that has to approve first; empty: none, or no SIRET."""
    needed = fields.billing_frame is not None and fields.billing_frame.needs_validator
    siret = fields.validator_siret or ""
    return siret if needed and is_siret_shaped(siret) else ""
