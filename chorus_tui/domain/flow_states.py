"""Where a flow stands: on our side until it is deposited, then in Chorus Pro (S2-033…043, API 3.2)."""

from enum import StrEnum

from chorus_tui.domain.statuses import Tone
from chorus_tui.i18n import P_


class FlowStage(StrEnum):
    """How far the deposit of a flow has come."""

    QUEUED = "queued"
    """It waits to leave; it can be withdrawn."""
    SENDING = "sending"
    """Journalled as begun. Found like this after a restart, it is UNSURE."""
    UNSURE = "unsure"
    """The answer was lost: it is searched for by its invoice numbers, and never deposited again by itself."""
    HANDED_OVER = "handed_over"
    """A pack for somebody to deposit on the portal; its number is still to be typed (S2-011)."""
    DROPPED = "dropped"
    """Put into the folder of an EDI gateway, which has not acknowledged it yet."""
    DEPOSITED = "deposited"
    """Chorus Pro has it: from here on `FlowState` tells."""
    REFUSED = "refused"
    """Chorus Pro or the gateway did not take it, or it could not be made."""
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The English words; translate them where they are shown."""
        return _STAGE_LOOKS[self][0]

    @property
    def sign(self) -> str:
        """One column that tells stages apart without colour."""
        return _STAGE_LOOKS[self][1]

    @property
    def tone(self) -> Tone:
        """How a theme colours it."""
        return _STAGE_LOOKS[self][2]

    @property
    def is_open(self) -> bool:
        """Whether it is still to be known whether Chorus Pro has it."""
        return self in _OPEN_STAGES


_OPEN_STAGES = frozenset(
    (
        FlowStage.QUEUED,
        FlowStage.SENDING,
        FlowStage.UNSURE,
        FlowStage.HANDED_OVER,
        FlowStage.DROPPED,
    )
)

_STAGE_LOOKS = {
    FlowStage.QUEUED: (P_("flow", "Waiting to leave"), "…", Tone.WAITS),
    FlowStage.SENDING: (P_("flow", "Being deposited"), "→", Tone.WAITS),
    FlowStage.UNSURE: (P_("flow", "To be verified"), "?", Tone.WAITS),
    FlowStage.HANDED_OVER: (P_("flow", "To be deposited by hand"), "!", Tone.WAITS),
    FlowStage.DROPPED: (P_("flow", "With the EDI gateway"), "→", Tone.WAITS),
    FlowStage.DEPOSITED: (P_("flow", "Deposited"), "↑", Tone.PLAIN),
    FlowStage.REFUSED: (P_("flow", "Not taken"), "✗", Tone.BAD),
    FlowStage.WITHDRAWN: (P_("flow", "Withdrawn"), "–", Tone.FAINT),
}


class Resend(StrEnum):
    """What may be sent again of a flow (S2-037, S2-041, S2-075, S2-076)."""

    NOTHING = "nothing"
    REFUSED_ONLY = "refused_only"
    """Only the invoices that were refused; the others are integrated."""
    EVERYTHING = "everything"
    """The flow was refused as a whole: all of it, once its anomalies are put right."""
    EVERYTHING_AS_IT_IS = "everything_as_it_is"
    """Nothing of it was processed, through no fault of the invoices: all of it, changed or not."""


class FlowState(StrEnum):
    """The fifteen states that are known (API 3.2); any other arrives as OTHER and keeps its code."""

    AT_PORTAL = "at_portal"
    RECEIVED = "received"
    HANDLED = "handled"
    WAITING = "waiting"
    IN_PROGRESS = "in_progress"
    WAITING_REPROCESSING = "waiting_reprocessing"
    """Blocked until somebody of the platform acts (S2-041): nothing for a supplier to do."""
    TO_RESTART = "to_restart"
    INTERNAL_ERROR = "internal_error"
    WARNING = "warning"
    """*Incidenté*: not processed at all; the whole flow has to go again (S2-037)."""
    REJECTED = "rejected"
    INTEGRATED = "integrated"
    PARTLY_INTEGRATED = "partly_integrated"
    NOT_ADMISSIBLE = "not_admissible"
    ADMISSIBLE = "admissible"
    ADMISSIBLE_WITH_ERRORS = "admissible_with_errors"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The English words, which the source uses; translate them where they are shown."""
        return _STATE_LOOKS[self][0]

    @property
    def sign(self) -> str:
        """One column that tells states apart without colour."""
        return _STATE_LOOKS[self][1]

    @property
    def tone(self) -> Tone:
        """How a theme colours it."""
        return _STATE_LOOKS[self][2]

    @property
    def is_final(self) -> bool:
        """Whether nothing further happens by itself."""
        return self in _FINAL or self.is_failure

    @property
    def is_failure(self) -> bool:
        """Whether all of the flow, or its envelope, failed."""
        return self in _AS_IT_IS or self in _REFUSED

    @property
    def integrates(self) -> bool:
        """Whether at least one of its invoices is in Chorus Pro."""
        return self in (FlowState.INTEGRATED, FlowState.PARTLY_INTEGRATED)

    @property
    def resend(self) -> Resend:
        """What of a flow in this state may be sent again."""
        if self in _AS_IT_IS:
            return Resend.EVERYTHING_AS_IT_IS
        if self in _REFUSED:
            return Resend.EVERYTHING
        return Resend.REFUSED_ONLY if self is FlowState.PARTLY_INTEGRATED else Resend.NOTHING


_FINAL = frozenset((FlowState.INTEGRATED, FlowState.PARTLY_INTEGRATED))
_AS_IT_IS = frozenset((FlowState.TO_RESTART, FlowState.INTERNAL_ERROR, FlowState.WARNING))
_REFUSED = frozenset((FlowState.REJECTED, FlowState.NOT_ADMISSIBLE, FlowState.ADMISSIBLE_WITH_ERRORS))

_STATE_LOOKS = {
    FlowState.AT_PORTAL: (P_("flow", "Queued before the exchange system"), "…", Tone.PLAIN),
    FlowState.RECEIVED: (P_("flow", "Received"), "↑", Tone.PLAIN),
    FlowState.HANDLED: (P_("flow", "Processed SE CPP"), "→", Tone.PLAIN),
    FlowState.WAITING: (P_("flow", "Waiting for processing"), "○", Tone.PLAIN),
    FlowState.IN_PROGRESS: (P_("flow", "In progress"), "◐", Tone.PLAIN),
    FlowState.WAITING_REPROCESSING: (P_("flow", "Waiting for reprocessing"), "‖", Tone.WAITS),
    FlowState.TO_RESTART: (P_("flow", "To be restarted"), "↻", Tone.BAD),
    FlowState.INTERNAL_ERROR: (P_("flow", "Internal error"), "✗", Tone.BAD),
    FlowState.WARNING: (P_("flow", "Warning"), "▲", Tone.BAD),
    FlowState.REJECTED: (P_("flow", "Rejected"), "✗", Tone.BAD),
    FlowState.INTEGRATED: (P_("flow", "Integrated"), "✓", Tone.GOOD),
    FlowState.PARTLY_INTEGRATED: (P_("flow", "Partially integrated"), "◑", Tone.BAD),
    FlowState.NOT_ADMISSIBLE: (P_("flow", "Not admissible"), "✗", Tone.BAD),
    FlowState.ADMISSIBLE: (P_("flow", "Admissible"), "●", Tone.PLAIN),
    FlowState.ADMISSIBLE_WITH_ERRORS: (P_("flow", "Admissible with errors"), "✗", Tone.BAD),
    FlowState.OTHER: (P_("flow", "Other state"), "·", Tone.PLAIN),
}

SEARCHED_STATES = (
    FlowState.WAITING_REPROCESSING,
    FlowState.WAITING,
    FlowState.IN_PROGRESS,
    FlowState.WARNING,
    FlowState.INTEGRATED,
    FlowState.PARTLY_INTEGRATED,
    FlowState.REJECTED,
    FlowState.RECEIVED,
    FlowState.HANDLED,
)
"""The nine that the portal's search offers beside "All statuses", in its order (S2-052)."""
