"""Flows that travel by EDI: their numbers, their way through the folders of a gateway, what comes back.

    queued ── number given, journalled: sending ── archive written aside ── journalled: dropped ── renamed
                                                                                                     │
                       deposited ◀── acknowledgement, or any report ── return folder ◀── gateway ◀──┘

An archive gets its own name only once it is journalled as dropped, so a process that is killed anywhere
leaves either a flow that never left or one that is given its name at the next start: never two archives.
"""

import os
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path

from msgspec import structs

from chorus_tui.chorus import edi
from chorus_tui.domain.attempts import Attempt, ended, without_running
from chorus_tui.domain.flow import Flow, FlowContents, FlowMode, Syntax
from chorus_tui.domain.flow_states import FlowStage
from chorus_tui.domain.gateway_records import ReturnedFile, Sequence
from chorus_tui.i18n import N_, _
from chorus_tui.operations import gateway_folders as folders
from chorus_tui.operations.desk import Desk, Refusal, note
from chorus_tui.operations.flow_journal import LONG, record_of
from chorus_tui.operations.permissions import may_see
from chorus_tui.settings import EdiConnection
from chorus_tui.store import Blobs

UNSENT = (FlowStage.QUEUED, FlowStage.SENDING)

REMEMBERED = timedelta(days=30)
"""For so long it is known which files were taken in; they were moved away long before."""

NO_CONNECTION = N_("Its EDI connection is not in the settings.")
NO_INTERFACE = N_("No EDI interface takes files of this syntax.")


def connection_of(desk: Desk, flow: Flow) -> EdiConnection | None:
    """The EDI connection of a flow, also under another name; None where the settings have it no longer."""
    named = (c for c in desk.settings.edi if c.name == flow.connection)
    same_partner = (c for c in desk.settings.edi if c.partner_code == flow.partner_code)
    return next(chain(named, same_partner), None)


def flows_in(desk: Desk, *stages: FlowStage) -> list[Flow]:
    """The EDI flows in some stages, the one first that was queued first."""
    found = [f for s in stages for f in desk.store.flows.by("stage", s) if f.mode is FlowMode.EDI]
    return sorted(found, key=lambda flow: (flow.emitted_at, flow.id))


def travels(flow: Flow) -> bool:
    """Whether an EDI interface takes files of its syntax."""
    return flow.syntax in edi.INTERFACES


def flow_of_file(desk: Desk, connection: EdiConnection, name: str) -> Flow | None:
    """The flow that an archive in the drop folder is; None: it is none of ours."""
    parsed = edi.parse_name(name)
    if parsed is None:
        return None
    found = (f for f in desk.store.flows.by("number", parsed.number) if f.name == name)
    ours = (f for f in found if connection.partner_code == f.partner_code or connection.name == f.connection)
    return next((flow for flow in ours if flow.mode is FlowMode.EDI), None)


def archive_of(blobs: Blobs, flow: Flow, contents: FlowContents | None) -> bytes:
    """What the gateway is given: the file of a flow, in an archive. Reads the disk.

    Raises:
        KeyError: the copy is gone.
    """
    members = [i.member for i in contents.invoices if i.member] if contents is not None else []
    ending = ".pdf" if flow.syntax is Syntax.FACTUR_X else ".xml"
    member = members[0] if len(members) == 1 else f"{flow.number}{ending}"
    return edi.archive(blobs.get(flow.sha256), member)


# Numbers


def highest(partner: str, names: Iterable[str]) -> int:
    """The highest sequence among the names of files, for who continues after a store was put back."""
    parsed = (edi.parse_name(name) for name in names)
    numbers = (edi.parse_number(name.number) for name in parsed if name is not None)
    return max((n.sequence for n in numbers if n is not None and n.partner == partner), default=0)


def _next_number(desk: Desk, connection: EdiConnection, flow: Flow, lying: int) -> edi.FlowNumber:
    """A number that no flow of this partner had; belongs in the transaction that gives it."""
    key = f"edi {connection.partner_code}"
    kept = desk.store.sequences.get(key)
    if kept is None:
        known = (edi.parse_number(f.number) for f in desk.store.flows.all())
        used = (n.sequence for n in known if n is not None and n.partner == connection.partner_code)
        kept = Sequence(key, max(used, default=0))
    value = max(kept.value, lying) + 1
    desk.store.sequences.put(Sequence(key, value))
    return edi.flow_number(connection.partner_code, flow.syntax, value)


# Leaving


def begin(desk: Desk, flow_id: str, sha256: str, *, lying: int = 0) -> Flow | None:
    """Journal that the archive of a flow is about to be written, and give the flow its number.

    None where it was withdrawn meanwhile, or something joined or left it.

    Args:
        sha256: of the file that is to be sent.
        lying: the highest sequence among the files in the gateway's folders.
    """
    with desk.store.transaction():
        flow = desk.store.flows.get(flow_id)
        if flow is None or flow.stage is not FlowStage.QUEUED or not sha256 or flow.sha256 != sha256:
            return None
        if flow.unfinished:
            return None
        connection = connection_of(desk, flow)
        if connection is None:
            return None
        # A number that was given and did not leave serves again, unless the flow became another interface's.
        number = edi.parse_number(flow.number)
        if (
            number is None
            or number.partner != connection.partner_code
            or number.interface != edi.INTERFACES[flow.syntax]
        ):
            number = _next_number(desk, connection, flow, lying)
        sending = structs.replace(
            flow,
            stage=FlowStage.SENDING,
            connection=connection.name,
            number=str(number),
            name=edi.file_name(number),
            interface=number.interface,
            partner_code=connection.partner_code,
            issuer_siret=connection.issuer,
            rejection=connection.rejection,
            attempts=(*flow.attempts, Attempt(begun_at=desk.now())),
            not_before=None,
            message="",
        )
        desk.store.flows.put(sending)
        return sending


def dropped(desk: Desk, flow_id: str) -> Flow | None:
    """Journal that the archive of a flow, written aside, is the gateway's from here on."""
    with desk.store.transaction():
        flow = desk.store.flows.get(flow_id)
        if flow is None or flow.stage is not FlowStage.SENDING:
            return None
        now = desk.now()
        left = structs.replace(
            flow,
            stage=FlowStage.DROPPED,
            emitted_at=now,
            attempts=ended(flow.attempts, "dropped", now),
            not_before=None,
        )
        desk.store.flows.put(left)
        note(desk, "dropped", record_of(flow.id), f"{flow.connection}: {flow.name}")
        return left


def not_left(desk: Desk, flow_id: str, why: str, not_before: datetime | None) -> None:
    """The archive could not be written: the flow waits as before, and says why.

    Args:
        why: English source string, or the system's words.
    """
    with desk.store.transaction():
        flow = desk.store.flows.get(flow_id)
        if flow is None or flow.stage not in UNSENT:
            return
        desk.store.flows.put(
            structs.replace(
                flow,
                stage=FlowStage.QUEUED,
                message=why,
                not_before=not_before,
                attempts=without_running(flow.attempts),
            )
        )


def unfinished(desk: Desk) -> int:
    """Flows whose archive was being written when the process ended: none of them has left.

    Called by the one who leads, before anything else is sent.
    """
    found = flows_in(desk, FlowStage.SENDING)
    for flow in found:
        not_left(desk, flow.id, "", None)
    return len(found)


def take_out(desk: Desk, flow: Flow) -> None:
    """Take the archive of a flow out of the drop folder, so that it can be said that it was not taken.

    After a day without an acknowledgement, the operator is believed although it lies there no longer.

    Raises:
        Refusal: the gateway has it, or its folder cannot be reached.
    """
    connection = connection_of(desk, flow)
    try:
        if connection is not None and folders.take_back(connection.drop, flow.name):
            note(desk, "taken back", record_of(flow.id), flow.name)
            return
    except OSError as error:
        words = _("The drop folder of the EDI gateway cannot be changed: {reason}.")
        raise Refusal(words.format(reason=error.strerror)) from None
    if desk.now() - flow.emitted_at < LONG:
        raise Refusal(_("The gateway has taken it: ask whoever runs the gateway, or wait for a day."))


# What came back


def set_aside(desk: Desk) -> list[ReturnedFile]:
    """Files of return folders that could not be used, newest first; of structures that the operator sees."""
    seen = {c.name for c in desk.settings.edi if may_see(desk, c.issuer)}
    if not seen:
        return []
    found = [file for file in desk.store.returned.by("kind", "") if file.connection in seen]
    return sorted(found, key=lambda file: (file.at, file.id), reverse=True)


def place_of(desk: Desk, file: ReturnedFile) -> Path:
    """Where a file lies that was set aside; its name as it is shown."""
    connection = next((c for c in desk.settings.edi if c.name == file.connection), None)
    return (connection.returns / folders.SET_ASIDE if connection else Path()) / file.name


def forget_set_aside(desk: Desk, ids: Iterable[str]) -> int:
    """Somebody dealt with files that were set aside: they are not shown any more; the files stay."""
    known = {file.id: file for file in set_aside(desk)}
    gone = [known[key] for key in ids if key in known]
    with desk.store.transaction():
        for file in gone:
            desk.store.returned.remove(file.id)
            note(desk, "set aside", file.name, "forgotten")
    return len(gone)


def forget_old(desk: Desk) -> int:
    """Forget which files were taken in long ago; one that still lies there is read again, to no effect."""
    now = desk.now()
    old = [f.id for f in desk.store.returned.all() if f.kind and now - f.at > REMEMBERED]
    desk.store.returned.remove(*old)
    return len(old)


def folder_troubles(connection: EdiConnection) -> dict[Path, str]:
    """What is wrong with the folders of a connection (English source strings); touches them."""
    troubles = {}
    for path in (connection.drop, connection.returns):
        if not path.is_dir():
            troubles[path] = N_("The folder does not exist.")
        elif not os.access(path, os.R_OK | os.W_OK | os.X_OK):
            troubles[path] = N_("The folder may not be read and written by this user.")
    return troubles
