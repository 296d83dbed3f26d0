"""What a gateway brought back is taken in: acknowledgements, integration reports, life-cycle statuses.

A file is taken in, or set aside, in one transaction that also remembers it: the same file is taken once,
whenever the process ends. A file that was set aside and is put into the return folder again is read again.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import uuid4

from msgspec import structs

from chorus_tui.chorus import edi
from chorus_tui.chorus.returns import Acknowledgement, FlowTold, StatusTold, Told
from chorus_tui.chorus.vocabulary import flow_type_of, syntax_of
from chorus_tui.domain.flow import Flow, FlowMode, ReturnFlow
from chorus_tui.domain.flow_states import FlowStage
from chorus_tui.domain.gateway_records import ReturnedFile
from chorus_tui.domain.invoice import Invoice
from chorus_tui.i18n import N_
from chorus_tui.operations import flow_journal, flow_reports
from chorus_tui.operations.desk import Desk, note
from chorus_tui.operations.flow_given_up import may_have_arrived
from chorus_tui.operations.gathering import structure_name
from chorus_tui.operations.snoozing import rouse
from chorus_tui.settings import EdiConnection

ACKNOWLEDGEMENT = N_("Acknowledgement")
REPORT = N_("Integration report")
STATUSES = N_("Life-cycle statuses")

NOT_OURS = N_("It tells of a flow that was not sent from here.")
ANOTHERS = N_("It tells of a flow of another EDI connection.")
GIVEN_UP = N_(
    "It tells of a flow that was given up here. Look whether its invoices are in Chorus Pro before any of "
    "them goes again."
)
NO_REASON = N_("The EDI gateway did not take the flow, and does not say why.")

_GIVEN_UP = (FlowStage.QUEUED, FlowStage.SENDING, FlowStage.REFUSED, FlowStage.WITHDRAWN)


class _Foreign(Exception):
    """What a file says cannot be about anything here; its text is an English source string."""


def return_id(name: str, content: bytes) -> str:
    """The identity of a returned file: its name and its content."""
    return hashlib.sha256(name.encode(errors="surrogateescape") + b"\0" + content).hexdigest()


def is_taken(desk: Desk, key: str) -> bool:
    """Whether a file was taken in already."""
    known = desk.store.returned.get(key)
    return known is not None and not known.reason


def put_aside(desk: Desk, connection: EdiConnection, key: str, name: str, reason: str) -> ReturnedFile:
    """Remember a file that cannot be used.

    Args:
        reason: English source string.
    """
    file = ReturnedFile(id=key, name=name, connection=connection.name, at=desk.now(), reason=reason)
    with desk.store.transaction():
        known = desk.store.returned.get(key)
        if known is not None and known.reason == reason:
            return known
        desk.store.returned.put(file)
        note(desk, "set aside", name, f"{connection.name}: {reason}")
    return file


def take_in(
    desk: Desk,
    connection: EdiConnection,
    key: str,
    name: str,
    told: Sequence[Told],
    *,
    sha256: str = "",
    at: datetime | None = None,
) -> ReturnedFile:
    """Do what a file says, once; what of it is about nothing here sets it aside only when all of it is.

    Args:
        sha256: of the copy in the blob folder.
        at: when the gateway wrote it; None: just now.
    """
    file = ReturnFlow(name=name, at=desk.now(), sha256=sha256, kind=_kind(told))
    with desk.store.transaction():
        known = desk.store.returned.get(key)
        if known is not None and not known.reason:
            return known
        flows: list[str] = []
        reasons: list[str] = []
        for each in told:
            try:
                flows.append(_do(desk, connection, each, file, at or desk.now()))
            except _Foreign as foreign:
                reasons.append(str(foreign))
        if not flows:
            return put_aside(desk, connection, key, name, reasons[0])
        flow_id = next(filter(None, flows), "")
        taken = ReturnedFile(
            id=key,
            name=name,
            connection=connection.name,
            at=file.at,
            kind=file.kind,
            sha256=sha256,
            flow_id=flow_id,
        )
        desk.store.returned.put(taken)
        record = flow_journal.record_of(flow_id) if flow_id else name
        note(desk, "returned", record, "; ".join([f"{name} ({file.kind})", *reasons]))
    desk.wake("flows")
    return taken


def _kind(told: Sequence[Told]) -> str:
    if isinstance(told[0], Acknowledgement):
        return ACKNOWLEDGEMENT
    return REPORT if isinstance(told[0], FlowTold) else STATUSES


def _do(desk: Desk, connection: EdiConnection, told: Told, file: ReturnFlow, at: datetime) -> str:
    if isinstance(told, Acknowledgement):
        return _acknowledge(desk, connection, told, file)
    if isinstance(told, FlowTold):
        return _report(desk, connection, told, file)
    return _status(desk, told, at)


# Acknowledgements


def _acknowledge(desk: Desk, connection: EdiConnection, told: Acknowledgement, file: ReturnFlow) -> str:
    flow = _flow_of(desk, connection, told.number, told.file_name)
    if flow is None:
        raise _Foreign(NOT_OURS)
    came_after_all = told.accepted and may_have_arrived(desk, flow)
    if flow.stage in _GIVEN_UP and not came_after_all:
        if told.accepted or flow.stage is not FlowStage.REFUSED:
            raise _Foreign(GIVEN_UP)
    elif flow.stage is FlowStage.DROPPED or came_after_all:
        if told.accepted:
            flow_journal.deposited(desk, flow, flow.number, told.at or desk.now())
        else:
            # What a gateway says is about the flow, so its invoices may go again as they are.
            flow_journal.refused(desk, flow, told.reason or NO_REASON, sent=False)
    _append(desk, flow.id, file)
    return flow.id


# Reports


def _report(desk: Desk, connection: EdiConnection, told: FlowTold, file: ReturnFlow) -> str:
    details = told.details
    flow = _flow_of(desk, connection, told.number, details.file_name)
    if flow is None:
        flow = _followed(desk, connection, told)
    elif flow.stage in _GIVEN_UP and not may_have_arrived(desk, flow):
        raise _Foreign(GIVEN_UP)
    elif flow.stage is not FlowStage.DEPOSITED:
        # What is reported was taken, whatever became of its acknowledgement.
        flow_journal.deposited(desk, flow, flow.number, details.deposited_at or desk.now())
    report = structs.replace(
        flow_reports.report_of(desk, flow, details),
        number=told.number,
        returned=(*_returned_so_far(desk, flow.id), file),
    )
    flow_reports.take_report(desk, flow.id, report)
    return flow.id


def _followed(desk: Desk, connection: EdiConnection, told: FlowTold) -> Flow:
    """A flow that another tool sent under this partner code: the structure's users see it (S2-014)."""
    number = edi.parse_number(told.number)
    if number is None or number.partner != connection.partner_code:
        raise _Foreign(NOT_OURS)
    details = told.details
    code = details.interface or number.interface
    flow = Flow(
        id=uuid4().hex,
        mode=FlowMode.EDI,
        stage=FlowStage.DEPOSITED,
        issuer_siret=connection.issuer,
        issuer_name=structure_name(desk, connection.issuer),
        connection=connection.name,
        partner_code=connection.partner_code,
        rejection=connection.rejection,
        number=told.number,
        name=details.file_name,
        syntax=syntax_of(code),
        type=flow_type_of(code),
        interface=code,
        emitted_at=details.deposited_at or details.state_at or desk.now(),
    )
    desk.store.flows.put(flow)
    note(desk, "followed", flow_journal.record_of(flow.id), told.number)
    return flow


def _returned_so_far(desk: Desk, flow_id: str) -> tuple[ReturnFlow, ...]:
    report = desk.store.reports.get(flow_id)
    if report is not None:
        return report.returned
    files: list[ReturnedFile] = desk.store.returned.by("flow_id", flow_id)
    return tuple(
        ReturnFlow(name=file.name, at=file.at, sha256=file.sha256, kind=file.kind)
        for file in sorted(files, key=lambda file: file.at)
        if not file.reason
    )


def _append(desk: Desk, flow_id: str, file: ReturnFlow) -> None:
    report = desk.store.reports.get(flow_id)
    if report is not None:
        desk.store.reports.put(structs.replace(report, returned=(*report.returned, file)))


# Statuses


def _status(desk: Desk, told: StatusTold, at: datetime) -> str:
    """The status of an invoice that is tracked; of others Tracking will be told by Chorus Pro itself.

    The file names no moment, so it counts as of when it was written, and what is known since stays.
    """
    for invoice in desk.store.invoices.by("number", told.number):
        if _is_of(invoice, told) and (invoice.status_at is None or invoice.status_at < at):
            _pass_on(desk, invoice, told, at)
    return ""


def _is_of(invoice: Invoice, told: StatusTold) -> bool:
    pairs = (
        (invoice.supplier_siret, told.supplier_siret),
        (invoice.recipient_siret, told.recipient_siret),
    )
    return all(not ours or not theirs or ours == theirs for ours, theirs in pairs)


def _pass_on(desk: Desk, invoice: Invoice, told: StatusTold, at: datetime) -> None:
    if (invoice.status_code, invoice.comment) == (told.status_code, told.comment):
        return
    passed = structs.replace(
        invoice, status=told.status, status_code=told.status_code, status_at=at, comment=told.comment
    )
    desk.store.invoices.put(passed)
    rouse(desk, f"invoice:{invoice.id}", told.status.value)


# Whose it is


def _flow_of(desk: Desk, connection: EdiConnection, number: str, file_name: str) -> Flow | None:
    """The flow that a file tells of, by its number, else by the number in the name of its archive.

    Raises:
        _Foreign: it is another connection's.
    """
    named = edi.parse_name(file_name)
    for candidate in filter(None, (number, named.number if named else "")):
        for flow in desk.store.flows.by("number", candidate):
            # By the code, because one that was found by its invoices names no connection; a connection may be
            # given another name, or another code.
            if flow.partner_code != connection.partner_code and flow.connection != connection.name:
                raise _Foreign(ANOTHERS)
            return flow
    return None


def written_at(modified: float) -> datetime:
    """A file's time of modification as a moment."""
    return datetime.fromtimestamp(modified, UTC)
