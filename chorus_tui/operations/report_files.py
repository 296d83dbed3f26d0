"""Integration reports as files: Chorus Pro's own PDF, or ours as JSON (S2-003, S2-071)."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from chorus_tui.domain.flow import Flow, FlowReport
from chorus_tui.i18n import _
from chorus_tui.operations.desk import Deeds, Desk, Outcome, Refusal, note
from chorus_tui.operations.permissions import require
from chorus_tui.operations.report_views import six_blocks

KINDS = ("pdf", "json")

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def write_reports(desk: Desk, flow_ids: Iterable[str], folder: Path, kind: str = "pdf") -> Outcome:
    """Write the report of each flow into a folder; a file for each. Done: the paths.

    Never over a file that is there. Refused, with why: flows without a report, or without its PDF, and those
    whose structure the operator does not see.

    Args:
        kind: "pdf" or "json".

    Raises:
        OSError: the folder cannot be written to.
    """
    deeds = Deeds()
    folder.mkdir(parents=True, exist_ok=True)
    for key in dict.fromkeys(flow_ids):
        flow = desk.store.flows.get(key)
        try:
            content = _content(desk, flow, kind)
        except Refusal as refusal:
            deeds.refuse(key, str(refusal))
            continue
        assert flow is not None
        path = _write(folder, report_name(flow), kind, content)
        note(desk, "report", f"flow:{key}", path.name)
        deeds.did(str(path))
    return deeds.outcome


def has_pdf(desk: Desk, flow: Flow) -> bool:
    """Whether Chorus Pro's PDF of the state that a flow is in was fetched, and is still here."""
    report = desk.store.reports.get(flow.id)
    fetched = report is not None and bool(report.pdf) and report.state_code == flow.state_code
    return report is not None and fetched and report.pdf in desk.store.blobs


def report_name(flow: Flow) -> str:
    """What the report of a flow is called, without its extension: safe on any system."""
    named = _UNSAFE.sub("_", flow.number or flow.id[:8]).strip("._") or flow.id[:8]
    return f"report_{named}"


def _content(desk: Desk, flow: Flow | None, kind: str) -> bytes:
    if flow is None:
        raise Refusal(_("There is no such flow."))
    require(desk, flow.issuer_siret)
    report = desk.store.reports.get(flow.id)
    if report is None:
        raise Refusal(_("Chorus Pro told no report of it yet."))
    if kind == "json":
        return msgspec.json.format(msgspec.json.encode(plain(desk, flow, report)), indent=2)
    if not report.pdf:
        raise Refusal(_("The PDF of its report was not fetched: there is ours as JSON."))
    try:
        return desk.store.blobs.get(report.pdf)
    except (KeyError, OSError):
        raise Refusal(_("The copy of the PDF cannot be read: fetch it again.")) from None


def plain(desk: Desk, flow: Flow, report: FlowReport | None) -> dict[str, Any]:
    """The six blocks of a report, for machines."""
    view = six_blocks(desk, flow)
    return {
        "number": flow.number,
        "id": flow.id,
        "mode": flow.mode.value,
        "issuer": flow.issuer_siret,
        "file_name": view.file_name,
        "deposited_at": view.deposited_at,
        "state_at": view.state_at,
        "result": view.result,
        "state": view.code,
        "rejected_for": flow.rejected_for.value if flow.rejected_for is not None else None,
        "count": flow.count,
        "integrated": flow.integrated,
        "refused": flow.refused,
        "fetched_at": report.fetched_at if report is not None else None,
        "invoices": [
            {
                "number": i.number,
                "status": i.fate.value,
                "supplier": i.supplier_siret,
                "recipient": i.recipient_siret,
                "amount": i.amount,
                "invoice_id": i.invoice_id,
                "document_id": i.document_id,
                "messages": list(i.messages),
                "resent_in": i.resent_in,
            }
            for i in view.invoices
        ],
        "errors": [
            {
                "number": e.number,
                "code": e.code,
                "message": e.message,
                "cause": e.explanation.id,
                "title": e.explanation.title,
                "meaning": e.explanation.meaning,
                "remedy": e.explanation.remedy,
                "field": e.explanation.decoded,
                "where": e.where,
                "cut": e.explanation.cut,
                "document_id": e.document_id,
            }
            for e in view.errors
        ],
        "returned": [{"name": r.name, "at": r.at, "kind": r.kind} for r in view.returned],
    }


def _write(folder: Path, name: str, kind: str, content: bytes) -> Path:
    count = 1
    while True:
        path = folder / (f"{name}.{kind}" if count == 1 else f"{name}-{count}.{kind}")
        try:
            with path.open("xb") as file:
                file.write(content)
        except FileExistsError:
            count += 1
        else:
            return path
