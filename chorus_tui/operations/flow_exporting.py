"""Export to CSV of exactly the flows given: the list of Home, or what a search found (S2-002, S2-060)."""

from collections.abc import Callable, Sequence
from pathlib import Path

from chorus_tui.domain.flow import Flow
from chorus_tui.i18n import N_, P_
from chorus_tui.operations.csv_files import Cells, CsvColumn
from chorus_tui.operations.desk import Desk
from chorus_tui.operations.exporting import default_path, export_rows, export_rows_beside

_COLUMNS = (
    CsvColumn(N_("Issuer SIRET"), "issuer_siret", Cells.REPEATED),
    CsvColumn(N_("Issuer"), "issuer_name", Cells.REPEATED),
    CsvColumn(N_("Flow number"), "number", Cells.TEXTS),
    CsvColumn(N_("File"), "name", Cells.TEXTS),
    CsvColumn(P_("deposit", "Deposited"), "emitted_at", Cells.MOMENTS),
    CsvColumn(N_("Mode"), "mode", Cells.LABELS),
    CsvColumn(N_("Data flow type"), "type", Cells.LABELS),
    CsvColumn(N_("Syntax"), "syntax", Cells.LABELS),
    CsvColumn(N_("Status"), "label", Cells.WORDS),
    CsvColumn(N_("Status code"), "state_code", Cells.REPEATED),
    CsvColumn(N_("Status since"), "state_at", Cells.MOMENTS),
    CsvColumn(N_("Rejection"), "rejected_for", Cells.LABELS),
    CsvColumn(N_("Invoices"), "count", Cells.PLAIN),
    CsvColumn(N_("Integrated"), "integrated", Cells.PLAIN),
    CsvColumn(N_("Refused"), "refused", Cells.PLAIN),
    CsvColumn(N_("Amount"), "amount", Cells.AMOUNTS),
    CsvColumn(N_("Partner code"), "partner_code", Cells.REPEATED),
    CsvColumn(N_("Interface"), "interface", Cells.REPEATED),
    CsvColumn(N_("Deposited by"), "queued_by", Cells.REPEATED),
    CsvColumn(N_("Message"), "message", Cells.TEXTS),
)


def export_flows(desk: Desk, flows: Sequence[Flow], path: Path | None = None) -> Path:
    """Write the flows and return where. The file appears whole or not at all.

    Raises:
        OSError: the folder cannot be written, or the disk is full; nothing is left behind.
    """
    return export_rows(desk, _COLUMNS, flows, path or default_path(desk, "flows"))


async def export_flows_in_background(
    desk: Desk,
    flows: Sequence[Flow],
    path: Path | None = None,
    told: Callable[[int], None] | None = None,
) -> Path:
    """The same beside a running screen.

    Args:
        told: called now and then with the number of rows written.

    Raises:
        OSError: as `export_flows`.
    """
    return await export_rows_beside(desk, _COLUMNS, flows, path or default_path(desk, "flows"), told)
