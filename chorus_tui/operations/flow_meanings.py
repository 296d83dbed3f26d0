"""What the state of a flow means, and what there is to do about it (S2-033…043, S2-074…076)."""

from chorus_tui.domain.flow import Flow, RejectionKind
from chorus_tui.domain.flow_states import FlowStage, FlowState
from chorus_tui.i18n import N_, _, ngettext

_NOTHING = N_("Nothing to do: it goes on by itself.")
_ALL_AGAIN = N_("Send all of it again, as it is: none of its invoices is to blame.")
_CORRECT_ALL = N_("Put right what its report names, then send all of it again.")
_LOOK = N_("Look at its report; ask the support of Chorus Pro if it stays like this.")

_UNKNOWN_NUMBER = N_("Compare its number with the one that the portal shows, and type the right one.")

_STAGES = {
    FlowStage.QUEUED: (N_("It waits to leave."), _NOTHING),
    FlowStage.SENDING: (N_("It is being deposited."), _NOTHING),
    FlowStage.UNSURE: (
        N_("The answer to its deposit was lost; it is looked for by the numbers of its invoices."),
        N_("Do not deposit it by another way: it may have arrived."),
    ),
    FlowStage.HANDED_OVER: (
        N_("Its file was written for somebody to deposit on the portal."),
        N_("Deposit it there, then type the flow number that the portal gives it."),
    ),
    FlowStage.DROPPED: (
        N_("It lies in the folder of the EDI gateway, which has not acknowledged it yet."),
        _NOTHING,
    ),
    FlowStage.DEPOSITED: (N_("Chorus Pro has it, and has told no state yet."), _NOTHING),
    FlowStage.REFUSED: (
        N_("It was not taken: nothing of it is in Chorus Pro."),
        N_("Put right what was said against it, then send it again."),
    ),
    FlowStage.WITHDRAWN: (
        N_("It was taken back before it left."),
        N_("Nothing to do: its documents wait to be submitted."),
    ),
}

_STATES = {
    FlowState.AT_PORTAL: (N_("Chorus Pro took it; the exchange system comes next."), _NOTHING),
    FlowState.RECEIVED: (N_("Chorus Pro has received it."), _NOTHING),
    FlowState.HANDLED: (
        N_("Its file reached the exchange system; its invoices are not looked at yet."),
        _NOTHING,
    ),
    FlowState.WAITING: (N_("It stands in the waiting list of Chorus Pro."), _NOTHING),
    FlowState.IN_PROGRESS: (N_("Chorus Pro is checking its invoices."), _NOTHING),
    FlowState.WAITING_REPROCESSING: (
        N_("It is blocked until somebody at Chorus Pro deals with it by hand."),
        N_("Nothing to do: that is the platform's own work. Do not send it again."),
    ),
    FlowState.TO_RESTART: (N_("Chorus Pro gave it up: nothing was processed."), _ALL_AGAIN),
    FlowState.INTERNAL_ERROR: (
        N_("An error inside Chorus Pro ended it: nothing was processed."),
        _ALL_AGAIN,
    ),
    FlowState.WARNING: (N_("An incident at Chorus Pro: nothing was processed."), _ALL_AGAIN),
    FlowState.REJECTED: (
        N_("It was rejected for its anomalies: none of its invoices is integrated."),
        _CORRECT_ALL,
    ),
    FlowState.INTEGRATED: (
        N_("All of its invoices are in Chorus Pro, and their recipients can process them."),
        N_("Nothing to do."),
    ),
    FlowState.PARTLY_INTEGRATED: (
        N_("Only the invoices without anomaly are in Chorus Pro."),
        N_("Put the refused ones right, then send them alone again."),
    ),
    FlowState.NOT_ADMISSIBLE: (
        N_("Its file was refused before its invoices were read."),
        _CORRECT_ALL,
    ),
    FlowState.ADMISSIBLE: (N_("Its file can be read; its invoices come next."), _NOTHING),
    FlowState.ADMISSIBLE_WITH_ERRORS: (
        N_("Its file could be read, and has errors that stop it."),
        _CORRECT_ALL,
    ),
    FlowState.OTHER: (N_("Chorus Pro told a state that is not known here."), _LOOK),
}

_REJECTIONS = {
    RejectionKind.TECHNICAL: N_(
        "It was rejected for its format (schema, empty file, file that cannot be unpacked): none of its "
        "invoices is integrated."
    ),
    RejectionKind.BUSINESS: N_(
        "It was rejected for what its invoices say (such as a number used twice, a wrong service): none of "
        "them is integrated."
    ),
}


_PACK = (
    N_("Its file is for somebody to deposit on the portal."),
    N_("Write its pack, deposit it there, then type the flow number that the portal gives it."),
)


def meaning_of(flow: Flow) -> str:
    """What its state means, in the operator's language."""
    if flow.wants_pack:
        return _(_PACK[0])
    if not flow.is_told:
        return _(_STAGES[flow.stage][0])
    if flow.state is FlowState.REJECTED and flow.rejected_for is not None:
        return _(_REJECTIONS[flow.rejected_for])
    return _(_STATES[flow.state][0])


def what_to_do(flow: Flow, left: int = 0) -> str:
    """What an operator has to do about it, in the operator's language; that it is nothing, too.

    Args:
        left: of a flow that was sent again in part: how many of its invoices did not go yet.
    """
    if flow.resent_by and left:
        words = ngettext(
            "A part of it was sent again; {n} invoice still waits to go.",
            "A part of it was sent again; {n} invoices still wait to go.",
            left,
        )
        return words.format(n=left)
    if flow.resent_by:
        return _("Nothing to do: it was sent again.")
    if flow.dealt_with:
        return _("Nothing to do: what came back was dealt with in place 1.")
    if flow.stage is FlowStage.DEPOSITED and not flow.is_told and flow.message:
        return _(_UNKNOWN_NUMBER)
    if not flow.is_told:
        return _(_PACK[1] if flow.wants_pack else _STAGES[flow.stage][1])
    if flow.state is FlowState.PARTLY_INTEGRATED and flow.refused:
        words = ngettext(
            "Put the refused one right, then send it alone again.",
            "Put the {n} refused ones right, then send them alone again.",
            flow.refused,
        )
        return words.format(n=flow.refused)
    return _(_STATES[flow.state][1])
