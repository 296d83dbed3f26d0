"""What an invoice says, for tests and samples to print in one way or another."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Party:
    """A supplier or a recipient as it is printed."""

    name: str
    siret: str
    street: str = ""
    town: str = ""
    vat_number: str = ""
    email: str = ""
    iban: str = ""


SUPPLIER = Party(
    "ATELIER BRUME SARL",
    "83990121200010",
    "14 quai des Tisserands",
    "35000 RENNES",
    "FR73839901212",
    "facturation@atelier-brume.example",
    "FR76 1234 5678 9012 3456 7890 188",
)
RECIPIENT = Party(
    "COMMUNE DE SAINT-ELME-LES-BOIS", "12345678200051", "2 rue de l'Église", "72220 SAINT-ELME-LES-BOIS"
)


@dataclass(frozen=True)
class Line:
    """One line of the table; the price is before tax."""

    label: str
    quantity: Decimal = Decimal(1)
    price: Decimal = Decimal("100.00")
    rate: Decimal = Decimal(20)

    @property
    def net(self) -> Decimal:
        return (self.quantity * self.price).quantize(CENT)


@dataclass(frozen=True)
class Sheet:
    """What an invoice says. Empty strings are not printed."""

    number: str = "FA-2026-0001"
    issued: date = date(2026, 10, 12)
    credit: bool = False
    original: str = ""
    supplier: Party = SUPPLIER
    recipient: Party = RECIPIENT
    service_code: str = ""
    service_label: str = ""
    commitment: str = ""
    contract: str = ""
    lines: tuple[Line, ...] = (Line("Panneau d'information en chêne", Decimal(2), Decimal("340.00")),)
    prepaid: Decimal = Decimal(0)
    printed_gross: Decimal | None = None
    """A total that does not add up, for an invoice that is wrong."""
    due_days: int = 30
    note: str = ""
    facturx: str = ""
    """The profile of the embedded XML: "", "minimum", "basicwl"."""
    hides: frozenset[str] = field(default_factory=frozenset)
    """Of "supplier_siret", "recipient_siret": what the page does not say."""

    @property
    def due(self) -> date:
        return self.issued + timedelta(days=self.due_days)

    @property
    def taxes(self) -> list[tuple[Decimal, Decimal, Decimal]]:
        """Rate, base and VAT, highest rate first."""
        bases: dict[Decimal, Decimal] = {}
        for line in self.lines:
            bases[line.rate] = bases.get(line.rate, Decimal(0)) + line.net
        return [
            (rate, base, (base * rate / 100).quantize(CENT))
            for rate, base in sorted(bases.items(), reverse=True)
        ]

    @property
    def net(self) -> Decimal:
        return sum((line.net for line in self.lines), Decimal(0))

    @property
    def vat(self) -> Decimal:
        return sum((vat for _, _, vat in self.taxes), Decimal(0))

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat if self.printed_gross is None else self.printed_gross

    @property
    def to_pay(self) -> Decimal:
        return self.gross - self.prepaid


def spaced(siret: str) -> str:
    """A SIRET as people write it."""
    return f"{siret[:3]} {siret[3:6]} {siret[6:9]} {siret[9:]}"
