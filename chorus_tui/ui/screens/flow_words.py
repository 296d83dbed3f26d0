"""How a flow is told: its state and what there is to do, its wait against the usual, all that is known."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from chorus_tui.domain.flow import Flow
from chorus_tui.domain.flow_states import FlowStage
from chorus_tui.domain.statuses import Tone
from chorus_tui.i18n import N_, _, labelled
from chorus_tui.operations import flow_listing
from chorus_tui.operations.desk import Desk
from chorus_tui.ui.screens.flow_rows import invoices_words, state_tone, state_words
from chorus_tui.ui.screens.told import Told
from chorus_tui.ui.widgets.lines import Line
from chorus_tui.ui.widgets.painted import pad, wrap
from chorus_tui.ui.words import age, moment, money, size

LABEL = 14
MESSAGE = 12
"""Lines of the pane for what a state means and what to do."""


def lasting(value: timedelta) -> str:
    """A length of time, in its largest unit."""
    start = datetime(2000, 1, 1)  # only the difference counts
    return age(start, start + value)


def wait_words(desk: Desk, flow: Flow) -> str:
    """How long it has been in its state, against the usual; an alarm where that is far longer."""
    wait = flow_listing.waiting_time(desk, flow)
    told = _("for {time}").format(time=lasting(wait.in_state))
    if wait.usual is not None:
        told = _("{told}, {usual} is usual").format(told=told, usual=lasting(wait.usual))
    if not wait.stuck:
        return told
    return _("{told}: ! it is stuck").format(told=told)


def flow_told(desk: Desk, flow: Flow, key: str = "") -> Told:
    """State with its code, time in it, meaning, what was said against it; then what to do.

    Args:
        key: the key that starts that, in words.
    """
    code = f" ({flow.state_code})" if flow.state_code and flow.stage is FlowStage.DEPOSITED else ""
    state = f"{state_words(flow)}{code}, {wait_words(desk, flow)}"
    words = labelled(state, flow_listing.meaning_of(flow))
    if flow.message and flow.stage is not FlowStage.WITHDRAWN:
        words = f"{words} “{_(flow.message)}”"
    stuck = flow_listing.waiting_time(desk, flow).stuck
    remedy = flow_listing.what_to_do(flow)
    if stuck:
        remedy = _("Ask the support of Chorus Pro, and give the flow number; do not send it again.")
    return Told(words, Tone.WAITS if stuck else state_tone(flow), remedy, key=key)


def flow_lines(desk: Desk, flow: Flow, width: int, key: str = "") -> list[Line]:
    """A flow in full, label beside value."""
    told = flow_told(desk, flow, key)
    lines: list[Line] = [((part, told.tone.value),) for part in told.words(width, MESSAGE)]
    lines.append(())
    for label, value, look in particulars(desk, flow):
        for at, part in enumerate(wrap(value, width - LABEL - 1, 3) if value else ()):
            lines.append(((pad(_(label) if not at else "", LABEL) + " ", "faint"), (part, look)))
    return lines


def particulars(desk: Desk, flow: Flow) -> Iterable[tuple[str, str, str]]:
    """Label (English source string), value and look of what is known of it."""
    yield N_("Flow number"), flow.number or _("none yet"), "strong"
    yield N_("Portal label"), state_words(flow), state_tone(flow).value
    yield N_("Code"), flow.state_code, "plain"
    yield N_("State since"), moment(flow_listing.in_state_since(flow)), "plain"
    yield N_("Issuer"), f"{flow.issuer_name} {flow.issuer_siret}".strip(), "plain"
    yield N_("File"), flow.name, "plain"
    yield N_("Size"), size(flow.size) if flow.size else "", "plain"
    yield N_("Type"), " · ".join(filter(None, (_(flow.type.label), flow.interface))), "plain"
    yield N_("Mode"), _mode(flow), "plain"
    yield N_("Emitted"), moment(flow.emitted_at), "plain"
    yield N_("By"), flow.queued_by or _("another tool"), "plain"
    yield N_("Invoices"), invoices_words(flow), "plain"
    yield N_("Amount"), money(flow.amount), "plain"
    yield N_("Sends again"), _number_of(desk, flow.resends), "plain"
    yield N_("Sent again in"), ", ".join(_number_of(desk, other) for other in flow.resent_by), "plain"
    yield N_("Overridden"), flow.override, "waits"


def _mode(flow: Flow) -> str:
    more = (flow.connection, flow.partner_code, _(flow.rejection.label) if flow.connection else "")
    return " · ".join(filter(None, (_(flow.mode.label), *more)))


def _number_of(desk: Desk, flow_id: str) -> str:
    """What another flow is called."""
    if not flow_id:
        return ""
    other = desk.store.flows.get(flow_id)
    return (other.number or other.name) if other is not None and (other.number or other.name) else flow_id
