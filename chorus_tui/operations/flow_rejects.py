"""Rejected payment requests of a structure, whichever way their flows went (S2-044).

The portal's "Access to EDI rejects": a file for each day and issuer, with flow number, invoice number, day of
deposit and reason. What is listed here are the invoices that a report names, those that were rejected with
their flow as a whole, and flows whose format was rejected and of which nobody knows the invoices. Flows that
were not processed at all (Warning) rejected nothing.
"""

import asyncio
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from msgspec import Struct

from chorus_tui.domain.flow import Fate, Flow, FlowInvoice, FlowMode, FlowReport
from chorus_tui.domain.flow_search import FlowCriteria
from chorus_tui.domain.flow_states import FlowStage, FlowState, Resend
from chorus_tui.i18n import N_, _
from chorus_tui.operations import flow_search, permissions
from chorus_tui.operations.checking import today
from chorus_tui.operations.csv_files import Cells, CsvColumn
from chorus_tui.operations.desk import Desk
from chorus_tui.operations.exporting import default_path, export_rows
from chorus_tui.operations.flow_linking import plain_invoices

SLICE = 15
"""Flows between two pauses, of which each has its invoices and its report read: about 5 ms of work."""
JOINT = " | "
"""Between the messages of one invoice."""


class Rejected(Struct, frozen=True, kw_only=True):
    """One rejected payment request."""

    flow_id: str
    flow_number: str
    file_name: str
    mode: FlowMode
    number: str
    """Of the invoice; empty: the flow was rejected before anybody looked at its invoices."""
    deposited_at: datetime
    rejected_at: datetime
    issuer_siret: str
    issuer_name: str
    recipient: str = ""
    amount: Decimal | None = None
    reason: str
    """In Chorus Pro's words; ours where it gave none for this invoice."""
    document_id: str = ""
    resent_in: str = ""
    """The id of the flow in which it went again."""

    @property
    def key(self) -> str:
        """Its identity."""
        return f"{self.flow_id}\n{self.number}"

    @property
    def day(self) -> date:
        """On which it was rejected, in Paris."""
        return today(self.rejected_at)

    @property
    def deposited(self) -> date:
        """The day of deposit, in Paris."""
        return today(self.deposited_at)


def structures(desk: Desk) -> list[flow_search.Issuer]:
    """The structures whose rejections the operator may open, by name."""
    return [issuer for issuer in flow_search.issuers(desk) if permissions.manages(desk, issuer.siret)]


def rejects(desk: Desk, siret: str, since: date | None = None, until: date | None = None) -> list[Rejected]:
    """What was rejected of a structure, the latest first.

    Args:
        since: the first day of rejection; None: from the beginning.
        until: the last one.

    Raises:
        Refusal: the operator is no manager of the structure.
    """
    permissions.require_manager(desk, siret)
    flows = flow_search.search(desk, FlowCriteria(issuer=siret))
    return _latest_first(row for part in _found(desk, flows, since, until) for row in part)


async def rejects_in_slices(
    desk: Desk, siret: str, since: date | None = None, until: date | None = None
) -> list[Rejected]:
    """The same beside a running screen.

    Raises:
        Refusal: as `rejects`.
    """
    permissions.require_manager(desk, siret)
    flows = await flow_search.search_in_slices(desk, FlowCriteria(issuer=siret))
    found: list[Rejected] = []
    for part in _found(desk, flows, since, until):
        found += part
        await asyncio.sleep(0)
    return _latest_first(found)


def _found(
    desk: Desk, flows: Iterable[Flow], since: date | None, until: date | None
) -> Iterator[list[Rejected]]:
    rejected = [flow for flow in flows if _rejects(flow)]
    for start in range(0, len(rejected), SLICE):
        rows = (row for flow in rejected[start : start + SLICE] for row in rejects_of(desk, flow))
        yield [row for row in rows if (since or row.day) <= row.day <= (until or row.day)]


def _rejects(flow: Flow) -> bool:
    """Whether anything of a flow was rejected."""
    if flow.stage is FlowStage.DEPOSITED:
        return flow.state.resend in (Resend.REFUSED_ONLY, Resend.EVERYTHING)
    return flow.stage is FlowStage.REFUSED


def rejects_of(desk: Desk, flow: Flow) -> list[Rejected]:
    """The rejected payment requests of one flow."""
    if not _rejects(flow):
        return []
    contents, report = desk.store.contents.peek(flow.id), desk.store.reports.peek(flow.id)
    invoices = contents.invoices if contents is not None and contents.invoices else ()
    if not invoices and report is not None:
        invoices = plain_invoices(report)
    whole = flow.state is not FlowState.PARTLY_INTEGRATED
    found = [
        _row(flow, invoice, invoice.said or _reason(flow, report))
        for invoice in invoices
        if invoice.fate is Fate.REFUSED or (whole and invoice.fate is not Fate.INTEGRATED)
    ]
    return found or [_row(flow, FlowInvoice(number=""), _reason(flow, report))]


def _reason(flow: Flow, report: FlowReport | None) -> str:
    """Why a flow was rejected, where nothing is said against an invoice itself."""
    told = [error.message for error in report.technical] if report is not None else []
    if told or flow.message:
        return JOINT.join(told) or _(flow.message)
    if report is not None and report.refused:
        return _("Rejected with its flow; nothing is said against this invoice.")
    return _("No reason is known: its report was not fetched yet.")


def _row(flow: Flow, invoice: FlowInvoice, reason: str) -> Rejected:
    return Rejected(
        flow_id=flow.id,
        flow_number=flow.number,
        file_name=flow.name,
        mode=flow.mode,
        number=invoice.number,
        deposited_at=flow.emitted_at,
        rejected_at=flow.state_at or flow.emitted_at,
        issuer_siret=flow.issuer_siret,
        issuer_name=flow.issuer_name,
        recipient=invoice.recipient_name or invoice.recipient_siret,
        amount=invoice.amount if invoice.number else flow.amount,
        reason=reason,
        document_id=invoice.document_id,
        resent_in=invoice.resent_in,
    )


def _latest_first(rows: Iterable[Rejected]) -> list[Rejected]:
    return sorted(rows, key=lambda row: (-row.rejected_at.timestamp(), row.flow_number, row.number))


# Files

_COLUMNS = (
    CsvColumn(N_("Flow number"), "flow_number", Cells.REPEATED),
    CsvColumn(N_("Invoice number"), "number", Cells.TEXTS),
    CsvColumn(N_("Deposit date"), "deposited", Cells.PLAIN),
    CsvColumn(N_("Reason"), "reason", Cells.TEXTS),
    CsvColumn(N_("Rejected on"), "day", Cells.PLAIN),
    CsvColumn(N_("Issuer SIRET"), "issuer_siret", Cells.REPEATED),
    CsvColumn(N_("Issuer"), "issuer_name", Cells.REPEATED),
    CsvColumn(N_("Recipient"), "recipient", Cells.REPEATED),
    CsvColumn(N_("Amount"), "amount", Cells.AMOUNTS),
    CsvColumn(N_("Mode"), "mode", Cells.LABELS),
    CsvColumn(N_("File"), "file_name", Cells.REPEATED),
)


def export_rejects(desk: Desk, rows: list[Rejected], path: Path | None = None) -> Path:
    """Write rejections to one CSV file and return where. The file appears whole or not at all.

    Raises:
        OSError: the folder cannot be written, or the disk is full; nothing is left behind.
    """
    return export_rows(desk, _COLUMNS, rows, path or default_path(desk, "rejects"))


def export_by_day(desk: Desk, rows: list[Rejected], folder: Path | None = None) -> list[Path]:
    """The same, a file for each issuer and day of rejection, as the portal has them; the oldest first.

    A file of that day which is there is replaced: what was rejected on it may have grown.

    Raises:
        OSError: as `export_rejects`.
    """
    days: dict[tuple[date, str], list[Rejected]] = {}
    for row in rows:
        days.setdefault((row.day, row.issuer_siret), []).append(row)
    target = folder or desk.settings.folders.exports
    return [
        export_rows(desk, _COLUMNS, days[day, siret], target / f"rejects-{siret}-{day:%Y%m%d}.csv")
        for day, siret in sorted(days)
    ]
