"""Sending a flow again: what of it may go, and what keeps each invoice back (S2-075…077).

Partial rejection: only the refused ones, because the others are integrated. Complete rejection: the whole
flow, once its anomalies are put right. What was not processed at all (Incidenté) goes as it is. What was
integrated can never go again, whatever an operator says; `neighbours.taken` holds every path to that.
"""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from chorus_tui.domain.flow import Fate, Flow, FlowInvoice
from chorus_tui.domain.flow_states import FlowStage, FlowState, Resend
from chorus_tui.i18n import N_, _
from chorus_tui.operations.depositing import Part, Plan, plan
from chorus_tui.operations.desk import SLICE, Desk, Refusal
from chorus_tui.operations.flow_file import why_taken
from chorus_tui.operations.flow_journal import GIVEN_UP
from chorus_tui.operations.gathering import CHANNEL_OF, amount_of, invoices_of
from chorus_tui.operations.permissions import require
from chorus_tui.operations.preflight import obstacles
from chorus_tui.text import clean

if TYPE_CHECKING:
    from chorus_tui.composing import Composer


_CAME_IN_A_FILE = N_("It came in a file: put it right there, and deposit the file without integrated ones.")
_ANOTHER_TOOLS = N_("Another tool deposited it; its file is not here: put it right there, and send it again.")


class Choice(Struct, frozen=True, kw_only=True):
    """One invoice that a flow may be sent again with."""

    number: str
    document_id: str = ""
    may: bool
    why_not: str = ""
    """Why it cannot go, in the operator's language; empty when it can."""
    needs_reason: bool = False
    """Whether it goes all the same once the operator says why."""


class Resending(Struct, frozen=True, kw_only=True):
    """What may be sent again of a flow."""

    kind: Resend
    invoices: tuple[Choice, ...] = ()
    """Those that it is about: the refused ones, or all of them."""
    why_not: str = ""
    """Why nothing of it can be sent again now, in the operator's language; empty when something can."""
    needs_reason: bool = False
    """Whether that is all, so that an operator who says why may send it again unchanged (S2-077)."""


def resendable(desk: Desk, flow_id: str) -> Resending:
    """What of a flow may be sent again, and why the rest may not.

    Raises:
        Refusal: there is no such flow, or the operator does not see the flows of its structure.
    """
    flow = _flow(desk, flow_id)
    return _judged(desk, flow, tuple(_choice(desk, flow, invoice) for invoice in _concerned(desk, flow)))


async def resendable_in_slices(desk: Desk, flow_id: str) -> Resending:
    """The same beside a running screen: a few invoices at a time.

    Raises:
        Refusal: as `resendable`.
    """
    flow = _flow(desk, flow_id)
    choices = []
    for at, invoice in enumerate(_concerned(desk, flow), 1):
        choices.append(_choice(desk, flow, invoice))
        if at % SLICE == 0:
            await asyncio.sleep(0)
    return _judged(desk, desk.store.flows.get(flow_id) or flow, tuple(choices))


def _judged(desk: Desk, flow: Flow, choices: tuple[Choice, ...]) -> Resending:
    """What the flow as a whole allows, having looked at each of its invoices."""
    kind = _kind(flow)
    if kind is Resend.NOTHING:
        return Resending(kind=kind, why_not=_why_nothing(flow))
    if not choices:
        return Resending(kind=kind, why_not=_("Nobody here knows what is in it: deposit its file again."))
    if kind is Resend.EVERYTHING_AS_IT_IS:
        return _unless_none_may(kind, choices)
    unchanged = _("Nothing was put right since it was refused: correct what the report says first.")
    if kind is Resend.EVERYTHING:
        if not _something_changed(desk, flow):
            return Resending(kind=kind, invoices=choices, why_not=unchanged, needs_reason=True)
        return _unless_none_may(kind, choices)
    if all(choice.needs_reason for choice in choices if not choice.may) and not any(c.may for c in choices):
        return Resending(kind=kind, invoices=choices, why_not=unchanged, needs_reason=True)
    return _unless_none_may(kind, choices)


def _kind(flow: Flow) -> Resend:
    """What of a flow may go again; nothing is to be put right in one of which only the answer was lost."""
    given_up = flow.stage is FlowStage.REFUSED and flow.message == GIVEN_UP
    return Resend.EVERYTHING_AS_IT_IS if given_up else flow.resend


def _unless_none_may(kind: Resend, choices: tuple[Choice, ...]) -> Resending:
    if any(choice.may for choice in choices):
        return Resending(kind=kind, invoices=choices)
    reasons = dict.fromkeys(choice.why_not for choice in choices)
    words = next(iter(reasons)) if len(reasons) == 1 else _("None of its invoices can go now; each says why.")
    needs_reason = any(choice.needs_reason for choice in choices)
    return Resending(kind=kind, invoices=choices, why_not=words, needs_reason=needs_reason)


def _flow(desk: Desk, flow_id: str) -> Flow:
    flow = desk.store.flows.get(flow_id)
    if flow is None:
        raise Refusal(_("There is no such flow."))
    require(desk, flow.issuer_siret)
    return flow


def _why_nothing(flow: Flow) -> str:
    if flow.stage is FlowStage.WITHDRAWN:
        return _("It was withdrawn: its documents wait in place 1.")
    if flow.stage is not FlowStage.DEPOSITED:
        return _("It is still to be known what becomes of it.")
    if flow.state is FlowState.INTEGRATED:
        return _("All of its invoices are integrated: there is nothing to send again.")
    if flow.state is FlowState.WAITING_REPROCESSING:
        return _("Chorus Pro itself has to go on with it: there is nothing to send again.")
    return _("Chorus Pro is still at work on it.")


def _concerned(desk: Desk, flow: Flow) -> list[FlowInvoice]:
    kind, invoices = flow.resend, invoices_of(desk, flow.id)
    if kind is Resend.NOTHING:
        return []
    if kind is Resend.REFUSED_ONLY:
        return [i for i in invoices if i.fate in (Fate.REFUSED, Fate.NOT_INTEGRATED)]
    return [i for i in invoices if i.fate is not Fate.INTEGRATED]


def _something_changed(desk: Desk, flow: Flow) -> bool:
    """Whether one of those that were refused went again, or would be sent differently; where none is named,
    any of them.
    """
    if any(i.fate is Fate.REFUSED and i.resent_in for i in invoices_of(desk, flow.id)):
        return True
    invoices = [i for i in invoices_of(desk, flow.id) if i.fate is not Fate.INTEGRATED and not i.resent_in]
    refused = [i for i in invoices if i.fate is Fate.REFUSED] or invoices
    for invoice in refused:
        document = desk.store.documents.get(invoice.document_id) if invoice.document_id else None
        if document is not None and not document.would_be_sent_as(invoice.fingerprint):
            return True
    return False


def _choice(desk: Desk, flow: Flow, invoice: FlowInvoice) -> Choice:
    why, needs_reason = _why_not(desk, flow, invoice)
    return Choice(
        number=invoice.number,
        document_id=invoice.document_id,
        may=not why,
        why_not=why,
        needs_reason=needs_reason,
    )


def _why_not(desk: Desk, flow: Flow, invoice: FlowInvoice) -> tuple[str, bool]:
    """Why an invoice cannot go again, and whether a reason of the operator's is all that is missing."""
    if invoice.resent_in:
        again = desk.store.flows.get(invoice.resent_in)
        named = (again.number or again.name) if again is not None else invoice.resent_in[:8]
        return _("It went again in flow {flow}.").format(flow=named), False
    if not invoice.document_id:
        if _kind(flow) is Resend.EVERYTHING_AS_IT_IS and flow.sha256:
            return why_taken(desk, invoice), False
        return _(_CAME_IN_A_FILE if flow.queued_by else _ANOTHER_TOOLS), False
    document = desk.store.documents.get(invoice.document_id)
    channel = CHANNEL_OF.get(flow.mode)
    found = obstacles(desk, document, channel=channel)
    words = " · ".join(problem.text for problem in found)
    only = bool(found) and all(problem.id in _UNCHANGED for problem in found)
    if only:
        left = obstacles(desk, document, channel=channel, unchanged_too=True)
        if left:
            return " · ".join((words, *(problem.text for problem in left))), False
    return words, only


_UNCHANGED = ("state.unchanged", "state.refused_in_flow")


async def plan_resend(
    desk: Desk,
    composer: "Composer",
    flow_id: str,
    numbers: Sequence[str] | None = None,
    override: str = "",
) -> Plan:
    """What sending a flow again would send; `deposit` queues it as a new flow.

    Args:
        numbers: of the invoices that go; None: all that may. Of a flow that was rejected as a whole all of
            it goes, so that they are not chosen.
        override: why, although nothing changed; kept with the flow and in the activity log.

    Raises:
        Refusal: nothing of it can be sent again, or not these.
    """
    flow = _flow(desk, flow_id)
    reason = clean(" ".join(override.split()))
    found = await resendable_in_slices(desk, flow_id)
    if found.why_not and not (found.needs_reason and reason):
        raise Refusal(found.why_not)
    chosen = _chosen(found, numbers, reason)
    refused = tuple((c.document_id or c.number, c.why_not) for c in found.invoices if c not in chosen)
    if numbers is not None:
        refused = ()
    if _is_file(flow, found):
        return _same_file(desk, flow, reason)
    made = await plan(
        desk,
        composer,
        [choice.document_id for choice in chosen if choice.document_id],
        flow.mode,
        flow.connection,
        issuer=flow.issuer_siret,
        resends=flow.id,
        override=reason,
    )
    return structs.replace(made, refused=(*made.refused, *refused))


def _chosen(found: Resending, numbers: Sequence[str] | None, reason: str) -> list[Choice]:
    may = [c for c in found.invoices if c.may or (c.needs_reason and reason)]
    if numbers is None:
        return may
    if found.kind is not Resend.REFUSED_ONLY:
        raise Refusal(_("It was not taken as a whole, so all of it goes again: its invoices are not chosen."))
    chosen: list[Choice] = []
    for number in dict.fromkeys(numbers):
        same = [c for c in found.invoices if number in (c.number, c.document_id)]
        if not same:
            raise Refusal(_("{number} is integrated, or was not in this flow.").format(number=number))
        if same[0] not in may:
            raise Refusal(f"{number}: {same[0].why_not}")
        chosen += [c for c in same if c in may]
    return chosen


def _is_file(flow: Flow, found: Resending) -> bool:
    """Whether the very file goes again: nothing of it was processed, and nobody here made it of documents."""
    whole = found.kind is Resend.EVERYTHING_AS_IT_IS and bool(flow.sha256)
    return whole and not any(choice.document_id for choice in found.invoices)


def _same_file(desk: Desk, flow: Flow, reason: str) -> Plan:
    invoices = tuple(
        FlowInvoice(
            number=i.number,
            supplier_siret=i.supplier_siret,
            recipient_siret=i.recipient_siret,
            recipient_name=i.recipient_name,
            issued=i.issued,
            amount=i.amount,
            member=i.member,
        )
        for i in invoices_of(desk, flow.id)
    )
    part = Part(
        syntax=flow.syntax,
        name=flow.name,
        sha256=flow.sha256,
        size=flow.size,
        invoices=invoices,
        amount=amount_of(invoices),
    )
    return Plan(
        mode=flow.mode,
        connection=flow.connection,
        issuer_siret=flow.issuer_siret,
        issuer_name=flow.issuer_name,
        parts=(part,),
        resends=flow.id,
        override=reason,
    )
