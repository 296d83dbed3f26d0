"""The world file: who may sign in, who bills, who is billed, what was deposited before."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from chorus_tui.sandbox.earlier import Deposited, FlowBefore, flows_of_file

FILE = Path(__file__).with_name("world.toml")

Side = Literal["supplier", "recipient", "validator"]
"""Of an invoice: who sent it, who received it, who approves it before it is received."""
Agent = tuple[str, str, str, str]
"""Somebody who acts: first name, last name, mail, telephone."""


class Account(Struct, frozen=True):
    """What signs in."""

    client_id: str
    client_secret: str
    login: str
    password: str
    user_id: int
    side: Side = "supplier"
    structures: tuple[str, ...] = ()
    """SIRETs that a recipient's or a validator's account acts for; none: every structure of its side."""
    agent: Agent = ("Compte", "technique", "", "")

    def acts_for(self, siret: str) -> bool:
        """Whether it may act for a structure of its side."""
        return not self.structures or siret in self.structures

    def __repr__(self) -> str:
        return "Account(****)"


class BankAccount(Struct, frozen=True):
    """A supplier's bank account."""

    id: int
    name: str
    iban: str


class Supplier(Struct, frozen=True):
    """A private structure that bills."""

    id: int
    siret: str
    name: str
    address: str
    postcode: str
    city: str
    vat_number: str
    email: str
    attached: bool
    bank_accounts: tuple[BankAccount, ...]


class Service(Struct, frozen=True):
    """A service of a recipient."""

    id: int
    code: str
    name: str
    active: bool = True
    commitment: bool = False
    begins: date = msgspec.field(name="from", default=date(2016, 10, 25))
    until: date = date(2050, 12, 31)

    def open_on(self, today: date) -> bool:
        """Whether invoices may be sent to it."""
        return self.active and self.begins <= today <= self.until


class Recipient(Struct, frozen=True):
    """A public structure."""

    id: int
    siret: str
    name: str
    address: str
    postcode: str
    city: str
    agent: Agent
    service: bool = False
    commitment: bool = False
    either: bool = False
    active: bool = True
    state: bool = False
    reports_payment: bool = True
    scenario: str = "paid"
    services: tuple[Service, ...] = ()

    def service_of(self, code: str) -> Service | None:
        """The service of that code."""
        return next((service for service in self.services if service.code == code), None)


class Commitment(Struct, frozen=True):
    """A commitment number that the State knows."""

    id: int
    number: str
    services: tuple[str, ...]
    kind: str
    amount: float
    state: str = "COMMANDE"


class Step(Struct, frozen=True):
    """One passage of a scenario."""

    to: str
    after: str
    comment: str = ""

    @property
    def delay(self) -> timedelta:
        """How long after the step before it."""
        unit = {"m": "minutes", "h": "hours", "d": "days"}[self.after[-1]]
        return timedelta(**{unit: float(self.after[:-1])})


class Scenario(Struct, frozen=True):
    """What becomes of an invoice."""

    name: str
    steps: tuple[Step, ...]
    number_ends: str = ""
    numbers: tuple[str, ...] = ()
    """Invoices that it takes by their number, whoever the recipient is."""


class World(Struct, frozen=True, dict=True):
    """All that the sandbox knows when it starts."""

    account: Account
    suppliers: tuple[Supplier, ...]
    recipients: tuple[Recipient, ...]
    commitments: tuple[Commitment, ...]
    scenarios: tuple[Scenario, ...]
    invoices: tuple[Deposited, ...] = ()
    flows: tuple[FlowBefore, ...] = ()
    others: tuple[Account, ...] = ()
    """Accounts that are not the supplier's."""
    recycling_allowed: bool = True
    """Whether a recipient may still set A_RECYCLER, as before Chorus Pro's release of September 2026."""
    crowd: int = 0
    """How many generated invoices join those of the file."""

    @classmethod
    def load(cls, path: Path | None = None) -> "World":
        """Read a world file; without a path, the one that comes with the product.

        Raises:
            msgspec.ValidationError: the file is no world; the message names the place.
        """
        return msgspec.toml.decode((path or FILE).read_bytes(), type=cls)

    def with_flows(self) -> "World":
        """The same world with the flows of the demo."""
        return msgspec.structs.replace(self, flows=(*self.flows, *flows_of_file()))

    def with_invoices(self, count: int) -> "World":
        """The same world with `count` invoices of the account's, as many generated as the file lacks."""
        own = {supplier.siret for supplier in self.attached}
        listed = tuple(held for held in self.invoices if held.supplier in own)[:count]
        return msgspec.structs.replace(self, invoices=listed, crowd=count - len(listed))

    @cached_property
    def supplier_by_id(self) -> dict[int, Supplier]:
        """Suppliers by Chorus Pro's id."""
        return {supplier.id: supplier for supplier in self.suppliers}

    @cached_property
    def supplier_by_siret(self) -> dict[str, Supplier]:
        """Suppliers by SIRET."""
        return {supplier.siret: supplier for supplier in self.suppliers}

    @cached_property
    def recipient_by_id(self) -> dict[int, Recipient]:
        """Recipients by Chorus Pro's id."""
        return {recipient.id: recipient for recipient in self.recipients}

    @cached_property
    def recipient_by_siret(self) -> dict[str, Recipient]:
        """Recipients by SIRET."""
        return {recipient.siret: recipient for recipient in self.recipients}

    @cached_property
    def scenario_by_name(self) -> dict[str, Scenario]:
        """Scenarios by name."""
        return {scenario.name: scenario for scenario in self.scenarios}

    @property
    def accounts(self) -> tuple[Account, ...]:
        """All that may sign in."""
        return (self.account, *self.others)

    def account_of(self, side: Side) -> Account | None:
        """The first account of a side."""
        return next((account for account in self.accounts if account.side == side), None)

    @property
    def attached(self) -> tuple[Supplier, ...]:
        """The supplier structures that the account acts for."""
        return tuple(supplier for supplier in self.suppliers if supplier.attached)

    def scenario_for(self, recipient: Recipient, number: str, frame: str) -> Scenario:
        """What becomes of an invoice: by its frame, by the end of its number, by its recipient."""
        named = self.scenario_by_name
        if frame.startswith(("A9_", "A12_")):
            return named["validated"]
        for scenario in self.scenarios:
            ending = scenario.number_ends
            if number in scenario.numbers or (ending and number.upper().endswith(ending)):
                return scenario
        return named[recipient.scenario]

    def generated(self) -> Iterator[Deposited]:
        """The crowd: the same for the same count, spread over two years and the main statuses."""
        roll = random.Random(20261122).random  # noqa: S311  # invented data, not a secret
        active = [recipient for recipient in self.recipients if recipient.active]
        suppliers = [supplier.siret for supplier in self.attached]
        statuses = [status for status, weight in _CROWD_STATUSES for _ in range(weight)]
        for index in range(self.crowd):
            recipient = active[int(roll() * len(active))]
            services = recipient.services
            status = statuses[int(roll() * len(statuses))]
            days_ago = 2 + int(roll() * 729)
            wants_number = recipient.commitment or recipient.state
            cents = 2_000 + int(roll() * 4_000_000)
            yield Deposited(
                id=9_000_000 + index,
                number=f"FA{index:07d}",
                supplier=suppliers[0] if index % 10 else suppliers[-1],
                recipient=recipient.siret,
                status=status,
                mode="DEPOT_PDF_API" if index % 5 else "SAISIE_PORTAIL",
                net=cents / 100,
                vat=(cents // 5) / 100,
                days_ago=days_ago,
                status_days_ago=int(roll() * days_ago * 24) / 24,
                service=services[cents % len(services)].code if services else "",
                commitment=f"BC{cents:07d}" if wants_number else "",
                comment=_CROWD_COMMENTS.get(status, ""),
            )


_CROWD_STATUSES = (
    ("MISE_EN_PAIEMENT", 62),
    ("MISE_A_DISPOSITION", 12),
    ("MANDATEE", 8),
    ("SERVICE_FAIT", 5),
    ("COMPTABILISEE", 5),
    ("SUSPENDUE", 3),
    ("REJETEE", 3),
    ("A_RECYCLER", 1),
    ("EN_COURS_ACHEMINEMENT", 1),
)
_CROWD_COMMENTS = {
    "SUSPENDUE": "Merci de joindre les pièces justificatives.",
    "REJETEE": "Le montant facturé est erroné.",
    "A_RECYCLER": "Mauvais service exécutant.",
}
