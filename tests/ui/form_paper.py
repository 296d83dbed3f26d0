"""A document, a recipient and a supplier for the tests of the form."""

from datetime import UTC, date, datetime
from decimal import Decimal

from chorus_tui.domain.document import Document
from chorus_tui.domain.fields import InvoiceFields, Source
from chorus_tui.domain.recipient import BankAccount, Recipient, Service, Supplier
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.ui.screens.form_sheet import Sheet

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)

TOWN = Recipient(
    siret="12345678200028",
    id=1,
    name="Mairie de Saint-Malo",
    service_required=True,
    services=(
        Service(1, "VOIRIE", "Voirie et réseaux"),
        Service(2, "ECOLES", "Écoles", commitment_required=True),
        Service(3, "VIEUX", "Fermé", active=False),
    ),
    checked_at=NOW,
)
COUNTY = Recipient(
    siret="12345678200036", id=2, name="Département du Finistère", commitment_required=True, checked_at=NOW
)
SUPPLIER = Supplier(
    siret="12345678200010",
    id=3,
    name="ACME",
    bank_accounts=(BankAccount(7, "Compte courant"), BankAccount(8, "Compte affacturage")),
    fetched_at=NOW,
)


def a_document(**readings: InvoiceFields) -> Document:
    """A document with what its sources read; keywords are the names of sources."""
    return Document(
        id="paper",
        path="/invoices/FA-1.pdf",
        name="FA-1.pdf",
        sha256="a" * 64,
        size=1200,
        filed_at=NOW,
        rule="invoices",
        state=DocumentState.TO_SUBMIT,
        supplier_siret=SUPPLIER.siret,
        readings={Source(name): fields for name, fields in readings.items()},
    )


READ = InvoiceFields(
    number="FA-1",
    issued=date(2026, 11, 2),
    supplier_siret=SUPPLIER.siret,
    recipient_siret=TOWN.siret,
    recipient_name="MAIRIE",
    service_label="Services techniques",
    net=Decimal("100.00"),
    vat=Decimal("20.00"),
    gross=Decimal("120.00"),
)


def a_sheet(document: Document | None = None, **given: object) -> Sheet:
    """The form of a document read from Factur-X, for the town."""
    known: dict[str, object] = {"recipient": TOWN, "supplier": SUPPLIER, "now": NOW, **given}
    return Sheet(document=document or a_document(factur_x=READ), **known)  # type: ignore[arg-type]
