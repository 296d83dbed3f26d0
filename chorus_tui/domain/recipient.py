"""Recipients (public structures) and suppliers (the structures we send for)."""

from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from chorus_tui.i18n import N_

STATE_SIRET = "11000201100044"
"""The one SIRET of the State; its services are told apart by service code (API part 6)."""

PUBLIC_INVOICES_SERVICE = "FACTURES_PUBLIQUES"
"""A service for bills between public bodies; a private supplier who uses it is rejected (API part 6)."""


WHOLE_DAY = timedelta(days=1)
"""Chorus Pro names the last day of a service by its midnight (API 2.15), and the day itself still counts."""


class ServiceState(StrEnum):
    """Whether a service takes invoices."""

    OPEN = "open"
    CLOSED = "closed"
    NOT_YET = "not_yet"

    @property
    def label(self) -> str:
        """The English words; translate them where they are shown."""
        return {
            ServiceState.OPEN: N_("open"),
            ServiceState.CLOSED: N_("closed"),
            ServiceState.NOT_YET: N_("not yet open"),
        }[self]

    @property
    def sign(self) -> str:
        """Shown before the word, so that colour carries nothing alone."""
        return {ServiceState.OPEN: "✓", ServiceState.CLOSED: "✗", ServiceState.NOT_YET: "…"}[self]


class Service(Struct, frozen=True, omit_defaults=True):
    """A performing service of a recipient."""

    id: int
    code: str
    name: str = ""
    active: bool = True
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    commitment_required: bool | None = None
    """None: not asked yet (one call per service)."""

    def is_open(self, at: datetime) -> bool:
        """Whether it takes invoices at a moment."""
        return self.state_at(at) is ServiceState.OPEN

    def state_at(self, at: datetime) -> "ServiceState":
        """Whether it takes invoices at a moment, does not yet, or does not any more.

        Chorus Pro calls a service inactive also where its validity is still to begin.
        """
        if self.valid_from is not None and at < self.valid_from:
            return ServiceState.NOT_YET
        if not self.active or (self.valid_to is not None and self.valid_to + WHOLE_DAY <= at):
            return ServiceState.CLOSED
        return ServiceState.OPEN


class Recipient(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A public structure and what it makes mandatory. Identity: its SIRET."""

    siret: str
    id: int = 0
    name: str = ""
    active: bool = True
    service_required: bool = False
    commitment_required: bool = False
    service_or_commitment: bool = False
    services: tuple[Service, ...] = ()
    checked_at: datetime | None = None
    """When Chorus Pro was last asked; None: never, so nothing above is certain."""

    def service(self, code: str) -> Service | None:
        """The service with a code, if the recipient has it."""
        return next((s for s in self.services if s.code == code), None)

    def demands(self, service_code: str | None) -> tuple[bool, bool, bool]:
        """Service needed, commitment number needed, one of both needed (OCA's precedence, API part 6)."""
        service = self.service(service_code) if service_code else None
        by_service = bool(service and service.commitment_required)
        if self.service_or_commitment:
            return False, by_service, True
        return self.service_required, self.commitment_required or by_service, False


class Refresh(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One recipient that Chorus Pro is to be asked about again; kept until all that were asked for are done.

    In the store, so that any console can ask, the one that leads asks, and a restart loses nothing.
    """

    siret: str
    asked_at: datetime
    asked_by: str
    urgent: bool = False
    """Goes before the others: somebody waits for this one."""
    done_at: datetime | None = None
    failure: str = ""
    """English source string: why Chorus Pro could not tell; empty: it told, or was not asked yet."""


class Shift(StrEnum):
    """What an imported directory says otherwise of a recipient than was known."""

    INACTIVE = "inactive"
    ACTIVE = "active"
    DEMANDS = "demands"
    GONE = "gone"


class Alert(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A recipient of waiting documents of which an imported directory says something else.

    Stands until an operator looked at it, or Chorus Pro answered that nothing changed: the directory is a
    hint, the API decides.
    """

    siret: str
    shifts: tuple[Shift, ...]
    at: datetime
    confirmed: bool = False
    """Whether Chorus Pro was asked since and says so, too."""
    before: tuple[bool, bool, bool, bool] = (True, False, False, False)
    """Active, service, commitment number, either of both: as they were known before."""


class BankAccount(Struct, frozen=True):
    """A bank account of a supplier, as Chorus Pro lists it."""

    id: int
    name: str


class Supplier(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A structure that the technical account may send for."""

    siret: str
    id: int
    name: str = ""
    bank_accounts: tuple[BankAccount, ...] = ()
    fetched_at: datetime | None = None


class Choice(Struct, frozen=True):
    """One entry of a list that Chorus Pro keeps (attachment types, VAT rates)."""

    code: str
    label: str
    value: str = ""


class ReferenceList(Struct, frozen=True):
    """A list that Chorus Pro keeps, and when it was asked for."""

    name: str
    choices: tuple[Choice, ...]
    fetched_at: datetime
