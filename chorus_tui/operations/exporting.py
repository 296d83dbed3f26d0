"""Export to CSV of exactly the invoices given (S1-033, S1-034), and of any other list."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from chorus_tui.domain.invoice import Invoice
from chorus_tui.i18n import N_
from chorus_tui.operations.checking import PARIS
from chorus_tui.operations.csv_files import Cells, CsvColumn, write_beside, write_in_slices
from chorus_tui.operations.desk import Desk, note

_COLUMNS = (
    CsvColumn(N_("Document"), "document_name", Cells.TEXTS),
    CsvColumn(N_("Number"), "number", Cells.TEXTS),
    CsvColumn(N_("Kind"), "kind", Cells.LABELS),
    CsvColumn(N_("Status"), "status", Cells.LABELS),
    CsvColumn(N_("Status since"), "status_at", Cells.MOMENTS),
    CsvColumn(N_("Comment"), "comment", Cells.TEXTS),
    CsvColumn(N_("Invoice date"), "issued", Cells.PLAIN),
    CsvColumn(N_("Deposited"), "deposited", Cells.PLAIN),
    CsvColumn(N_("Supplier SIRET"), "supplier_siret", Cells.REPEATED),
    CsvColumn(N_("Supplier"), "supplier_name", Cells.REPEATED),
    CsvColumn(N_("Recipient SIRET"), "recipient_siret", Cells.REPEATED),
    CsvColumn(N_("Recipient"), "recipient_name", Cells.REPEATED),
    CsvColumn(N_("Service"), "service_code", Cells.REPEATED),
    CsvColumn(N_("Service name"), "service_name", Cells.REPEATED),
    CsvColumn(N_("Commitment number"), "commitment_number", Cells.TEXTS),
    CsvColumn(N_("Without VAT"), "net", Cells.AMOUNTS),
    CsvColumn(N_("With VAT"), "gross", Cells.AMOUNTS),
    CsvColumn(N_("To be paid"), "to_pay", Cells.AMOUNTS),
    CsvColumn(N_("Currency"), "currency", Cells.REPEATED),
    CsvColumn(N_("Flow"), "flow_number", Cells.REPEATED),
    CsvColumn(N_("Chorus Pro id"), "id", Cells.PLAIN),
)


def default_path(desk: Desk, kind: str = "chorus") -> Path:
    """A new file in the exports folder, named by what it holds and the moment."""
    moment = desk.now().astimezone(PARIS)
    return desk.settings.folders.exports / f"{kind}-{moment:%Y%m%d-%H%M%S}.csv"


def export_csv(desk: Desk, invoices: Sequence[Invoice], path: Path | None = None) -> Path:
    """Write the invoices and return where. The file appears whole or not at all.

    Raises:
        OSError: the folder cannot be written, or the disk is full; nothing is left behind.
    """
    return export_rows(desk, _COLUMNS, invoices, path or default_path(desk))


async def export_in_background(
    desk: Desk,
    invoices: Sequence[Invoice],
    path: Path | None = None,
    told: Callable[[int], None] | None = None,
) -> Path:
    """The same beside a running screen.

    Args:
        told: called now and then with the number of rows written.

    Raises:
        OSError: as `export_csv`.
    """
    return await export_rows_beside(desk, _COLUMNS, invoices, path or default_path(desk), told)


def export_rows(desk: Desk, columns: Sequence[CsvColumn], rows: Sequence[Any], target: Path) -> Path:
    """Write a list of anything, and note that; returns where.

    Raises:
        OSError: as `export_csv`.
    """
    for _rows in write_in_slices(columns, rows, target):
        pass
    note(desk, "export", str(target), f"{len(rows)}")
    return target


async def export_rows_beside(
    desk: Desk,
    columns: Sequence[CsvColumn],
    rows: Sequence[Any],
    target: Path,
    told: Callable[[int], None] | None = None,
) -> Path:
    """The same beside a running screen; `told` as in `export_in_background`.

    Raises:
        OSError: as `export_csv`.
    """
    await write_beside(write_in_slices(columns, rows, target), told)
    note(desk, "export", str(target), f"{len(rows)}")
    return target
