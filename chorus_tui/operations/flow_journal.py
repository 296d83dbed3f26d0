"""What became of deposits, as the sync service records it: one transaction for each step.

The journal is kept as that of submissions is (`settling`): a process killed between two steps leaves what
may have happened. One thing differs: a flow whose answer was lost is never deposited again by itself,
because nothing tells Chorus Pro that it is the same flow (API 8, point 16).
"""

from datetime import datetime, timedelta

from msgspec import structs

from chorus_tui.chorus.vocabulary import flow_type_of, syntax_of
from chorus_tui.domain.attempts import UNKNOWN, Attempt, ended, without_running
from chorus_tui.domain.document import Failure, Phase
from chorus_tui.domain.flow import (
    Fate,
    Flow,
    FlowContents,
    FlowMode,
    FlowPassage,
    FlowReport,
    FlowType,
    Syntax,
)
from chorus_tui.domain.flow_states import FlowStage, FlowState
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.i18n import N_, _
from chorus_tui.operations.desk import Desk, Outcome, Refusal, note
from chorus_tui.operations.gathering import invoices_of, returned
from chorus_tui.operations.permissions import require
from chorus_tui.operations.snoozing import rouse

LOST = N_("No answer came: Chorus Pro is searched for its invoices, and it is not deposited again by itself.")
LONG_LOST = N_(
    "Not found for a day: look for it on the portal and type its number, or say that it was not taken."
)
UNHEARD = (FlowStage.UNSURE, FlowStage.HANDED_OVER, FlowStage.DROPPED)
"""Stages of which only somebody who looks can say that it was not taken."""
LONG = timedelta(days=1)
"""For so long Chorus Pro is searched for a flow before an operator is asked to look for it."""
SAME_MOMENT = timedelta(minutes=1)
"""The API tells milliseconds and a gateway's file seconds or minutes."""

GIVEN_UP = N_("An operator said that it was not taken.")
"""Nothing is said against what was in it, so it goes again as it is."""


def record_of(flow_id: str) -> str:
    """How the activity log names a flow."""
    return f"flow:{flow_id}"


# Leaving


def begin(desk: Desk, flow_id: str, sha256: str) -> Flow | None:
    """Journal that a deposit is about to leave.

    None where it was withdrawn or settled meanwhile, or where its file is no longer this one because
    another document joined it.
    """
    with desk.store.transaction():
        flow = desk.store.flows.get(flow_id)
        if flow is None or flow.stage is not FlowStage.QUEUED or not sha256 or flow.sha256 != sha256:
            return None
        if flow.unfinished:
            return None
        sending = structs.replace(
            flow,
            stage=FlowStage.SENDING,
            attempts=(*flow.attempts, Attempt(begun_at=desk.now())),
            searches=0,
            not_before=None,
            message="",
        )
        desk.store.flows.put(sending)
        return sending


def as_it_stands(desk: Desk, flow: Flow) -> Flow | None:
    """The flow as stored, which another console may have changed since; None where it moved on.

    Belongs in the transaction that writes it.
    """
    current = desk.store.flows.get(flow.id)
    return current if current is not None and current.stage is flow.stage else None


def wait(desk: Desk, flow: Flow, until: datetime) -> None:
    """It wants something later: it could not be made, or the search for it did not work out."""
    with desk.store.transaction():
        current = as_it_stands(desk, flow)
        if current is not None:
            desk.store.flows.put(structs.replace(current, not_before=until))


def not_left(desk: Desk, flow: Flow, not_before: datetime) -> None:
    """The deposit certainly was not taken, so the flow waits as if it had never begun."""
    with desk.store.transaction():
        current = as_it_stands(desk, flow)
        if current is None:
            return
        desk.store.flows.put(
            structs.replace(
                current,
                stage=FlowStage.QUEUED,
                not_before=not_before,
                attempts=without_running(current.attempts),
            )
        )


# What was answered


def deposited(desk: Desk, flow: Flow, number: str, at: datetime, how: str = "") -> Flow:
    """Chorus Pro has it, under a number; what it makes of it is told by states.

    What was known of the number from invoices alone becomes part of this flow.

    Args:
        at: when it was deposited.
    """
    with desk.store.transaction():
        current = desk.store.flows.get(flow.id) or flow
        _absorb(desk, current, number)
        taken = structs.replace(
            _ended(desk, current, "accepted"),
            stage=FlowStage.DEPOSITED,
            number=number,
            emitted_at=at,
            not_before=None,
            searches=0,
            message="",
        )
        desk.store.flows.put(taken)
        if current.stage is FlowStage.REFUSED:
            # It was given up, and arrived: its numbers are on their way, and held.
            _fates(desk, taken, Fate.PENDING, since=Fate.NOT_INTEGRATED)
        _document_states(desk, taken, DocumentState.SUBMITTING)
        note(desk, "flow deposited", record_of(flow.id), f"{number} {how}".rstrip())
        return taken


def found(desk: Desk, flow: Flow, number: str) -> Flow:
    """The answer was lost, and its number is known all the same."""
    at = flow.attempts[-1].begun_at if flow.attempts else flow.emitted_at
    return deposited(desk, flow, number, at, "(found)")


def _absorb(desk: Desk, flow: Flow, number: str) -> None:
    """Forget what was made of a number that nobody here was known to have deposited."""
    for other in desk.store.flows.by("number", number):
        if other.id != flow.id and not other.queued_by:
            desk.store.flows.remove(other.id)
            desk.store.contents.remove(other.id)
            desk.store.reports.remove(other.id)


def refused(desk: Desk, flow: Flow, message: str, code: int | None = None, *, sent: bool = True) -> None:
    """It was not taken: its documents wait again, marked with the words that were said.

    Args:
        sent: whether it was Chorus Pro who said so; else it could not leave at all.
    """
    with desk.store.transaction():
        current = as_it_stands(desk, flow)
        if current is None:
            return
        desk.store.flows.put(
            structs.replace(
                _ended(desk, current, f"refused {code or ''}".rstrip()),
                stage=FlowStage.REFUSED,
                message=message,
                not_before=None,
            )
        )
        _fates(desk, current, Fate.NOT_INTEGRATED)
        for invoice in invoices_of(desk, flow.id):
            document = desk.store.documents.get(invoice.document_id) if invoice.document_id else None
            if document is None or document.flow_id != flow.id or not document.state.is_on_its_way:
                continue
            failure = Failure(
                phase=Phase.AFTER if sent else Phase.BEFORE,
                message=message,
                at=desk.now(),
                code=code,
                fingerprint=invoice.fingerprint if sent else "",
            )
            back = structs.replace(document, state=DocumentState.TO_SUBMIT, failure=failure)
            desk.store.documents.put(back)
            rouse(desk, f"document:{document.id}", "in error")
        note(desk, "flow refused", record_of(flow.id), message)


# What nobody answered


def unsure(desk: Desk, flow: Flow, look_at: datetime) -> None:
    """The answer was lost: it is looked for by the numbers of its invoices."""
    with desk.store.transaction():
        current = as_it_stands(desk, flow)
        if current is None:
            return
        lost = structs.replace(
            _ended(desk, current, UNKNOWN),
            stage=FlowStage.UNSURE,
            not_before=look_at,
            searches=0,
            message=LOST,
        )
        desk.store.flows.put(lost)
        _document_states(desk, lost, DocumentState.UNSURE)
        note(desk, "flow unsure", record_of(flow.id))


def not_found(desk: Desk, flow: Flow, look_at: datetime) -> None:
    """One more search without a find. After a day of them, an operator is asked to look for it."""
    with desk.store.transaction():
        current = as_it_stands(desk, flow)
        if current is None:
            return
        since = current.attempts[-1].begun_at if current.attempts else current.emitted_at
        long = desk.now() - since >= LONG
        desk.store.flows.put(
            structs.replace(
                current,
                searches=current.searches + 1,
                not_before=look_at,
                message=LONG_LOST if long else current.message,
            )
        )
        if long and current.message != LONG_LOST:
            note(desk, "flow not found", record_of(flow.id))


def is_lost(desk: Desk, flow: Flow) -> bool:
    """Whether Chorus Pro counts as having a flow, and for a day has not known it, or has not got on with it
    from a state that nobody here knows: without somebody who looks, its documents would wait for ever.
    """
    if flow.stage is not FlowStage.DEPOSITED or not flow.queued_by or flow.state is not FlowState.OTHER:
        return False
    since = flow.state_at or flow.emitted_at
    return bool(flow.state_code or flow.message) and desk.now() - since >= LONG


def not_taken(desk: Desk, flow_id: str) -> Outcome:
    """An operator says that a deposit did not arrive: its documents can be sent again.

    Raises:
        Refusal: it is known whether it arrived, or the operator may not see its structure's flows.
    """
    with desk.store.transaction():
        flow = desk.store.flows.get(flow_id)
        if flow is None:
            raise Refusal(_("There is no such flow."))
        require(desk, flow.issuer_siret)
        if flow.stage not in UNHEARD and not is_lost(desk, flow):
            raise Refusal(_("It is known what became of it: its state says so."))
        if flow.stage is FlowStage.DROPPED:
            from chorus_tui.operations.edi import take_out

            take_out(desk, flow)
        desk.store.flows.put(
            structs.replace(flow, stage=FlowStage.REFUSED, message=GIVEN_UP, not_before=None)
        )
        _fates(desk, flow, Fate.NOT_INTEGRATED)
        for invoice in invoices_of(desk, flow_id):
            document = desk.store.documents.get(invoice.document_id) if invoice.document_id else None
            if document is not None and document.flow_id == flow_id and document.state.is_on_its_way:
                desk.store.documents.put(returned(desk, document, flow_id))
        note(desk, "flow not taken", record_of(flow_id), flow.name)
    return Outcome(done=(flow_id,))


def recover_flows(desk: Desk) -> int:
    """Deposits through the API that a killed process left in the middle: they are looked for.

    Called once by whoever begins to lead.
    """
    with desk.store.transaction():
        sending = [
            flow for flow in desk.store.flows.by("stage", FlowStage.SENDING) if flow.mode is FlowMode.API
        ]
        for flow in sending:
            unsure(desk, flow, desk.now())
    return len(sending)


# What Chorus Pro tells


def state_told(flow: Flow, report: FlowReport) -> Flow:
    """A flow as a report shows it: its state, the passages to it, and what kind of flow it is.

    Reports may come twice and in any order: by the API, and through a gateway. What was final stays so,
    unless it turns out that invoices were integrated after all.
    """
    at = report.state_at or report.fetched_at
    told = FlowPassage(report.state, report.state_code, at)
    passages = _with_passage(flow.passages, told, dated=report.state_at is not None)
    latest = passages[-1]
    if flow.state_code and flow.state.is_final and not latest.state.integrates:
        latest = FlowPassage(flow.state, flow.state_code, flow.state_at or at)
    interface = report.interface or flow.interface
    kind = flow_type_of(interface)
    return structs.replace(
        flow,
        state=latest.state,
        state_code=latest.code,
        state_at=latest.at,
        passages=passages,
        interface=interface,
        name=flow.name or report.file_name,
        syntax=syntax_of(interface) if flow.syntax is Syntax.OTHER else flow.syntax,
        type=kind if flow.type is FlowType.OTHER else flow.type,
        emitted_at=report.deposited_at or flow.emitted_at,
        message="",
    )


def _with_passage(
    passages: tuple[FlowPassage, ...], new: FlowPassage, *, dated: bool
) -> tuple[FlowPassage, ...]:
    """In the order of their moments; one that is told again is the same one.

    Args:
        dated: whether its moment was told; else a state that is there already lasts.
    """
    if any(p.code == new.code and abs(p.at - new.at) < SAME_MOMENT for p in passages):
        return passages
    if not dated and passages and passages[-1].code == new.code:
        return passages
    return tuple(sorted((*passages, new), key=lambda passage: passage.at))


def cannot_follow(desk: Desk, flow: Flow, message: str) -> None:
    """Chorus Pro tells nothing of this flow, in its own words; written down once."""
    with desk.store.transaction():
        current = as_it_stands(desk, flow)
        if current is not None and current.message != message:
            desk.store.flows.put(structs.replace(current, message=message))


# What the steps share


def _document_states(desk: Desk, flow: Flow, state: DocumentState) -> None:
    for invoice in invoices_of(desk, flow.id):
        document = desk.store.documents.get(invoice.document_id) if invoice.document_id else None
        if document is None or document.state is state:
            continue
        waits = document.state is DocumentState.TO_SUBMIT and flow.stage is FlowStage.DEPOSITED
        if document.flow_id == flow.id and (document.state.is_on_its_way or waits):
            desk.store.documents.put(structs.replace(document, state=state, failure=None))


def _fates(desk: Desk, flow: Flow, fate: Fate, *, since: Fate = Fate.PENDING) -> None:
    invoices = tuple(
        structs.replace(i, fate=fate) if i.fate is since else i for i in invoices_of(desk, flow.id)
    )
    if invoices:
        desk.store.contents.put(FlowContents(flow_id=flow.id, invoices=invoices))


def _ended(desk: Desk, flow: Flow, outcome: str) -> Flow:
    return structs.replace(flow, attempts=ended(flow.attempts, outcome, desk.now()))


__all__ = [
    "GIVEN_UP",
    "LONG",
    "LONG_LOST",
    "LOST",
    "as_it_stands",
    "begin",
    "cannot_follow",
    "deposited",
    "found",
    "is_lost",
    "not_found",
    "not_left",
    "not_taken",
    "record_of",
    "recover_flows",
    "refused",
    "state_told",
    "unsure",
    "wait",
]
