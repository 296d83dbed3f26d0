"""Recipients (public structures) and suppliers (the structures we send for)."""

from datetime import datetime

from msgspec import Struct

STATE_SIRET = "11000201100044"
"""The one SIRET of the State; its services are told apart by service code (API part 6)."""

PUBLIC_INVOICES_SERVICE = "FACTURES_PUBLIQUES"
"""A service for bills between public bodies; a private supplier who uses it is rejected (API part 6)."""


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
        if not self.active:
            return False
        begun = self.valid_from is None or self.valid_from <= at
        return begun and (self.valid_to is None or at <= self.valid_to)


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

    @property
    def is_state(self) -> bool:
        """Whether service and commitment number are checked against each other (S1-089)."""
        return self.siret == STATE_SIRET

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
