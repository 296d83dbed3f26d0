"""Export to CSV of exactly the invoices given, as a French spreadsheet opens it (S1-033, S1-034).

UTF-8 with a byte order mark and `;` between cells, whatever the language: that is what Excel splits into
columns on the French machines where these files are opened, whereas the language of this process is often
that of a server. Decimals follow the language. Amounts are not grouped, so that they stay numbers.
"""

import asyncio
import csv
import os
from collections.abc import Callable, Generator, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from operator import attrgetter, call
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.money import CENT
from chorus_tui.domain.statuses import InvoiceKind, InvoiceStatus
from chorus_tui.i18n import N_, _, language
from chorus_tui.operations.checking import PARIS
from chorus_tui.operations.desk import Desk, note
from chorus_tui.text import csv_cell

SLICE = 100
"""Rows between two pauses: under 2 ms of work, so that a key pressed meanwhile is not felt to wait."""
REMEMBERED = 4096
"""Names, numbers and labels that stand in many rows, kept as cells."""
TOLD_EVERY = 10_000
"""Rows between two reports of progress."""

_TEXTS, _REPEATED, _LABELS, _AMOUNTS, _DAYS, _MOMENTS = range(6)

_COLUMNS: tuple[tuple[str, str, int], ...] = (
    (N_("Document"), "document_name", _TEXTS),
    (N_("Number"), "number", _TEXTS),
    (N_("Kind"), "kind", _LABELS),
    (N_("Status"), "status", _LABELS),
    (N_("Status since"), "status_at", _MOMENTS),
    (N_("Comment"), "comment", _TEXTS),
    (N_("Invoice date"), "issued", _DAYS),
    (N_("Deposited"), "deposited", _DAYS),
    (N_("Supplier SIRET"), "supplier_siret", _REPEATED),
    (N_("Supplier"), "supplier_name", _REPEATED),
    (N_("Recipient SIRET"), "recipient_siret", _REPEATED),
    (N_("Recipient"), "recipient_name", _REPEATED),
    (N_("Service"), "service_code", _REPEATED),
    (N_("Service name"), "service_name", _REPEATED),
    (N_("Commitment number"), "commitment_number", _TEXTS),
    (N_("Without VAT"), "net", _AMOUNTS),
    (N_("With VAT"), "gross", _AMOUNTS),
    (N_("To be paid"), "to_pay", _AMOUNTS),
    (N_("Currency"), "currency", _REPEATED),
    (N_("Flow"), "flow_number", _REPEATED),
    (N_("Chorus Pro id"), "id", _DAYS),
)


def default_path(desk: Desk) -> Path:
    """A new file in the exports folder, named by the moment."""
    moment = desk.now().astimezone(PARIS)
    return desk.settings.folders.exports / f"chorus-{moment:%Y%m%d-%H%M%S}.csv"


def export_csv(desk: Desk, invoices: Sequence[Invoice], path: Path | None = None) -> Path:
    """Write the invoices and return where. The file appears whole or not at all.

    Raises:
        OSError: the folder cannot be written, or the disk is full; nothing is left behind.
    """
    target = path or default_path(desk)
    for _rows in _write(invoices, target):
        pass
    note(desk, "export", str(target), f"{len(invoices)}")
    return target


async def export_in_background(
    desk: Desk,
    invoices: Sequence[Invoice],
    path: Path | None = None,
    told: Callable[[int], None] | None = None,
) -> Path:
    """The same beside a running screen: in slices on the event loop, which measured gentler on keys than a
    thread (a thread of pure Python triples their latency); only waiting for the disk happens in a thread.

    Args:
        told: called now and then with the number of rows written.

    Raises:
        OSError: as `export_csv`.
    """
    target = path or default_path(desk)
    steps = _write(invoices, target)
    try:
        for rows in steps:
            if told is not None and rows % TOLD_EVERY == 0:
                told(rows)
            await asyncio.sleep(0)
    finally:
        steps.close()
    note(desk, "export", str(target), f"{len(invoices)}")
    return target


def _write(invoices: Sequence[Invoice], target: Path) -> Generator[int, None, None]:
    """The export in slices, each the number of rows written so far; closed early, nothing is left behind."""
    target.parent.mkdir(parents=True, exist_ok=True)
    row = _row_writer(language() == "fr")
    with NamedTemporaryFile(
        "w", encoding="utf-8-sig", newline="", dir=target.parent, prefix=".export-", delete=False
    ) as file:
        unfinished = Path(file.name)
        try:
            writer = csv.writer(file, delimiter=";")
            writer.writerow([_(title) for title, _name, _kind in _COLUMNS])
            for start in range(0, len(invoices), SLICE):
                part = invoices[start : start + SLICE]
                writer.writerows(map(row, part))
                yield start + len(part)
            file.flush()
            os.fsync(file.fileno())
            unfinished.replace(target)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise


def _row_writer(french: bool) -> Callable[[Invoice], list[str]]:
    """What turns an invoice into cells; what stands in many rows is worked out once."""

    def label(value: InvoiceStatus | InvoiceKind) -> str:
        return csv_cell(_(value.label))

    def amount(value: Decimal | None) -> str:
        if value is None:
            return ""
        text = str(value.quantize(CENT, ROUND_HALF_UP))
        return text.replace(".", ",") if french else text

    def moment(value: datetime | None) -> str:
        return "" if value is None else value.astimezone(PARIS).isoformat(" ", "minutes")[:16]

    def plain(value: object) -> str:
        return "" if value is None else str(value)

    remembered = lru_cache(maxsize=REMEMBERED)
    writers_by_kind: dict[int, Callable[[Any], str]] = {
        _TEXTS: csv_cell,
        _REPEATED: remembered(csv_cell),
        _LABELS: remembered(label),
        _AMOUNTS: amount,
        _DAYS: plain,
        _MOMENTS: moment,
    }
    writers = tuple(writers_by_kind[kind] for _title, _name, kind in _COLUMNS)
    values = attrgetter(*(name for _title, name, _kind in _COLUMNS))
    return lambda invoice: list(map(call, writers, values(invoice)))
