"""Programs that `ui_bench` starts on a pty: the console, an empty Textual app, Textual's own table.

python -m tests.bench.console_app console FOLDER PLACE | empty | table ROWS
"""

import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path


def fill(folder: Path, invoices: int) -> None:
    """A store of so many invoices."""
    from chorus_tui.domain.invoice import Invoice
    from chorus_tui.domain.statuses import InvoiceStatus
    from chorus_tui.store import Store

    statuses = (
        InvoiceStatus.MADE_AVAILABLE,
        InvoiceStatus.PAYMENT_ISSUED,
        InvoiceStatus.REJECTED,
        InvoiceStatus.POSTED,
    )
    towns = ("Toulouse", "Béziers", "Évry", "Clermont-Ferrand", "Saint-Étienne", "Nîmes", "Lyon")
    with Store.open(folder) as store, store.transaction():
        store.invoices.put(
            *(
                Invoice(
                    id=n,
                    number=f"FA2026-{n:06}",
                    status=statuses[n % len(statuses)],
                    status_at=datetime(2026, 1 + n % 11, 1 + n % 28, tzinfo=UTC),
                    issued=date(2026, 1 + n % 11, 1 + n % 28),
                    deposited=date(2026, 1 + n % 11, 1 + n % 28),
                    recipient_siret=f"{21310555400017 + n % 5000}",
                    recipient_name=f"Commune de {towns[n % len(towns)]} {n % 500}",
                    service_code=f"S{n % 40}",
                    gross=Decimal(n * 137 % 9_000_000) / 100,
                    comment="Numéro d'engagement erroné" if n % 4 == 2 else "",
                    document_name=f"facture_{n}.pdf" if n % 3 else "",
                )
                for n in range(1, invoices + 1)
            )
        )


def fill_documents(folder: Path, documents: int) -> None:
    """A store of so many documents that wait."""
    from chorus_tui.domain.document import Document
    from chorus_tui.domain.fields import InvoiceFields, Source
    from chorus_tui.domain.statuses import DocumentState
    from chorus_tui.store import Store

    with Store.open(folder) as store, store.transaction():
        store.documents.put(
            *(
                Document(
                    id=f"{n:020}",
                    path=f"/drop/facture_{n}.pdf",
                    name=f"facture_{n}.pdf",
                    sha256=f"{n:064}",
                    size=50_000,
                    filed_at=datetime(2026, 1 + n % 11, 1 + n % 28, tzinfo=UTC),
                    rule="Invoices",
                    state=DocumentState.TO_SUBMIT,
                    analysis_id=n,
                    readings={
                        Source.FACTUR_X: InvoiceFields(
                            number=f"FA2026-{n:06}",
                            issued=date(2026, 1 + n % 11, 1 + n % 28),
                            recipient_siret=f"{21310555400017 + n % 5000}",
                            recipient_name=f"Commune {n % 500}",
                            net=Decimal(n * 137 % 9_000_000) / 100,
                            gross=Decimal(n * 137 % 9_000_000) / 100,
                        )
                    },
                )
                for n in range(1, documents + 1)
            )
        )


def console(folder: Path, place: str) -> None:
    """The console over a store, offline."""
    from chorus_tui.operations.desk import Desk
    from chorus_tui.settings import Connection, Folders, Settings
    from chorus_tui.store import Store
    from chorus_tui.ui.app import ChorusConsole

    folders = Folders(settings=folder, data=folder, log=folder, secrets=folder, exports=folder)
    settings = Settings(folders=folders, connection=Connection(environment="simulator"))
    with Store.open(folder) as store:
        desk = Desk(store, settings, lambda: datetime.now(UTC), "bench")
        ChorusConsole(desk, place=place).run(mouse=False)


def empty() -> None:
    """What the cheapest Textual app costs."""
    from textual.app import App

    App[None]().run(mouse=False)


def table(rows: int) -> None:
    """Textual's DataTable with as many rows of as many columns."""
    from textual.app import App, ComposeResult
    from textual.widgets import DataTable

    class Stock(App[None]):
        def compose(self) -> ComposeResult:
            yield DataTable[str](cursor_type="row")

        def on_mount(self) -> None:
            stock = self.query_one(DataTable)
            stock.add_columns("Number", "Recipient", "Status", "With VAT", "Deposited", "Since")
            stock.add_rows(
                (
                    f"FA2026-{n:06}",
                    f"Commune de Toulouse {n % 500}",
                    "● Made available",
                    f"{n}.50",
                    "2026-11-01",
                    "2026-11-02",
                )
                for n in range(rows, 0, -1)
            )
            stock.focus()

    Stock().run(mouse=False)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["console", folder, place]:
            console(Path(folder), place)
        case ["empty"]:
            empty()
        case ["table", rows]:
            table(int(rows))
