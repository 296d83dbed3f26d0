"""Flows whose number somebody types: packs that are deposited on the portal, and flows of other tools.

A pack is the file of a flow and a checklist: where to log in, which structure and syntax to choose, what to
note (S2-011, S2-018). It helps when the API is down and the portal is not (S1-083).
"""

import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from uuid import uuid4

from msgspec import Struct, structs

from chorus_tui.chorus import edi
from chorus_tui.chorus.vocabulary import flow_type_of, syntax_of
from chorus_tui.domain.flow import Flow, FlowMode
from chorus_tui.domain.flow_states import FlowStage
from chorus_tui.domain.identifiers import compact_siret, is_siret_shaped
from chorus_tui.i18n import N_, _
from chorus_tui.operations.desk import Desk, Refusal, note
from chorus_tui.operations.flow_departure import first_taken
from chorus_tui.operations.flow_discovery import TECHNICAL_PARTNER
from chorus_tui.operations.flow_journal import deposited, found, record_of
from chorus_tui.operations.flow_wrong_number import forget_number, may_be_wrong
from chorus_tui.operations.gathering import invoices_of, issuer_of, structure_name
from chorus_tui.operations.pack_checklist import checklist
from chorus_tui.operations.permissions import require
from chorus_tui.operations.recording import deed

CHECKLIST = "CHECKLIST.txt"
NOT_COMPOSED = N_("Its file is being made; try again in a moment.")


class Pack(Struct, frozen=True):
    """What somebody needs who deposits a flow on the portal."""

    flow: Flow
    folder: Path
    file: Path
    checklist: Path


# Packs


def why_no_pack(desk: Desk, flow: Flow) -> str:
    """Why no pack can be made of a flow, in the operator's language; empty when it can."""
    try:
        require(desk, flow.issuer_siret)
    except Refusal as refusal:
        return str(refusal)
    if flow.mode is not FlowMode.PORTAL:
        return _("It does not go by the portal: it leaves by itself.")
    if flow.stage not in (FlowStage.QUEUED, FlowStage.HANDED_OVER):
        return _("It is no pack that waits to be deposited: {state}.").format(state=_(flow.label))
    return "" if flow.sha256 and not flow.unfinished else _(NOT_COMPOSED)


def wants_file(flow: Flow) -> bool:
    """Whether documents were gathered for a pack, and its file is still to be made."""
    return flow.mode is FlowMode.PORTAL and flow.stage is FlowStage.QUEUED and not flow.sha256


def make_pack(desk: Desk, flow_id: str, folder: Path) -> Pack:
    """Write the pack of a flow into a folder of its own inside `folder`; the flow is handed over then.

    Again writes it anew, so that one that was lost can be had again.

    Raises:
        Refusal: it is no flow for the portal, it or one of its invoices was deposited already, or its file
            is not made yet.
        OSError: it cannot be written; nothing has changed.
    """
    flow = _known(desk, flow_id)
    if why := why_no_pack(desk, flow) or first_taken(desk, flow, invoices_of(desk, flow_id)):
        raise Refusal(why)
    try:
        content = desk.store.blobs.get(flow.sha256)
    except KeyError:
        raise Refusal(_("The copy of its file cannot be read any more.")) from None
    name = _file_name(flow)
    words = checklist(desk, flow, invoices_of(desk, flow.id), name)
    place = _write(folder, flow, {name: content, CHECKLIST: words.encode()})
    with deed(desk, "pack"):
        current = _known(desk, flow_id)
        if why := why_no_pack(desk, current):
            raise Refusal(why)
        if current.stage is FlowStage.QUEUED:
            current = structs.replace(
                current, stage=FlowStage.HANDED_OVER, emitted_at=desk.now(), not_before=None, message=""
            )
            desk.store.flows.put(current)
            note(desk, "pack", record_of(flow_id), str(place))
    return Pack(current, place, place / name, place / CHECKLIST)


def _file_name(flow: Flow) -> str:
    """Its own name where that names a file and nothing else."""
    name = Path(flow.name).name
    return name if name and name == flow.name and not name.startswith(".") else f"{flow.id[:8]}.xml"


def _write(folder: Path, flow: Flow, files: dict[str, bytes]) -> Path:
    """A folder with these files, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / f"flow-{flow.id[:8]}"
    aside = Path(tempfile.mkdtemp(prefix=".flow-", dir=folder))
    try:
        for name, content in files.items():
            with (aside / name).open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        if place.is_dir():
            for name in files:
                (aside / name).replace(place / name)
        else:
            aside.rename(place)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return place


# Numbers


def wants_number(desk: Desk, flow: Flow) -> bool:
    """Whether a number can be typed: it has none yet, or one under which nothing of it was found."""
    return flow.stage in (FlowStage.HANDED_OVER, FlowStage.UNSURE) or may_be_wrong(desk, flow)


def typed_number(desk: Desk, flow_id: str, number: str) -> Flow:
    """Take the number that Chorus Pro gave a flow, typed or pasted with whatever stood around it.

    Args:
        flow_id: of a pack that was handed over, or of a deposit whose answer was lost; also where another
            number was typed and nothing of the flow was found under it.

    Raises:
        Refusal: it is no flow number, another flow has it, or the flow has one already.
    """
    wanted = number_in(number)
    with deed(desk, "flow number"):
        flow = _known(desk, flow_id)
        require(desk, flow.issuer_siret)
        if not wants_number(desk, flow):
            raise Refusal(_("It waits for no number: {state}.").format(state=_(flow.label)))
        # One that is known by its invoices alone, or was followed, is this one.
        _refuse_known(desk, wanted, (f for f in desk.store.flows.by("number", wanted) if f.queued_by))
        if flow.stage is FlowStage.DEPOSITED:
            flow = forget_number(desk, flow)
        if flow.stage is FlowStage.UNSURE:
            taken = found(desk, flow, wanted)
        else:
            taken = deposited(desk, flow, wanted, desk.now(), "(typed)")
    desk.wake("flows")
    return taken


def follow(desk: Desk, number: str, issuer: str = "") -> Flow:
    """Follow a flow that was deposited elsewhere: on the portal, or by another tool (S2-014).

    Args:
        issuer: SIRET of the structure that it counts for; empty: as the settings say.

    Raises:
        Refusal: it is no flow number, it is followed already, or nobody says for which structure it counts.
    """
    wanted = number_in(number)
    parts = edi.parse_number(wanted)
    connection = next(
        (c for c in desk.settings.edi if parts is not None and c.partner_code == parts.partner), None
    )
    siret = compact_siret(issuer) or (connection.issuer if connection else issuer_of(desk, FlowMode.API))
    if not is_siret_shaped(siret):
        raise Refusal(_("Say for which structure it counts: a SIRET of 14 digits."))
    require(desk, siret)
    interface = parts.interface if parts is not None else ""
    flow = Flow(
        id=uuid4().hex,
        mode=FlowMode.EDI if connection else FlowMode.UNKNOWN,
        stage=FlowStage.DEPOSITED,
        issuer_siret=siret,
        issuer_name=structure_name(desk, siret),
        connection=connection.name if connection else "",
        partner_code=parts.partner if parts is not None and parts.partner != TECHNICAL_PARTNER else "",
        number=wanted,
        syntax=syntax_of(interface),
        type=flow_type_of(interface),
        interface=interface,
        emitted_at=desk.now(),
    )
    if connection is not None:
        flow = structs.replace(flow, rejection=connection.rejection)
    with desk.store.transaction():
        _refuse_known(desk, wanted, desk.store.flows.by("number", wanted))
        desk.store.flows.put(flow)
        note(desk, "followed", record_of(flow.id), wanted)
    desk.wake("flows")
    return flow


def number_in(text: str) -> str:
    """The flow number in what was typed or pasted.

    Raises:
        Refusal: there is none, or there are several.
    """
    numbers = edi.numbers_in(text)
    if len(numbers) > 1:
        raise Refusal(_("Several flow numbers stand there: {numbers}.").format(numbers=", ".join(numbers)))
    if not numbers:
        example = edi.FlowNumber(TECHNICAL_PARTNER, "1117", 425903)
        words = _("A flow number is wanted: three letters and 22 digits, such as {example}.")
        raise Refusal(words.format(example=example))
    return numbers[0]


def _refuse_known(desk: Desk, number: str, others: Iterable[Flow]) -> None:
    for other in others:
        require(desk, other.issuer_siret)
        name = other.name or other.id[:8]
        raise Refusal(_("{number} is the number of another flow: {name}.").format(number=number, name=name))


def _known(desk: Desk, flow_id: str) -> Flow:
    flow = desk.store.flows.get(flow_id)
    if flow is None:
        raise Refusal(_("There is no such flow."))
    return flow
