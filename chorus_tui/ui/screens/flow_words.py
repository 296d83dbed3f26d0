"""How a flow is told: its state and what there is to do, its wait against the usual, all that is known."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from chorus_tui.domain.flow import Fate, Flow, FlowInvoice
from chorus_tui.domain.flow_states import FlowStage
from chorus_tui.domain.statuses import Tone
from chorus_tui.i18n import N_, P_, _, labelled, ngettext
from chorus_tui.operations import flow_listing
from chorus_tui.operations.desk import Desk
from chorus_tui.ui.screens.flow_invoices import FATES
from chorus_tui.ui.screens.flow_rows import invoices_words, state_tone, state_words
from chorus_tui.ui.screens.told import Told
from chorus_tui.ui.widgets.lines import Line
from chorus_tui.ui.widgets.painted import pad, wrap
from chorus_tui.ui.words import age, count, moment, money, size

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


def name_words(flow: Flow) -> str:
    """Number and file, as the support asks for them."""
    return " · ".join(filter(None, (flow.number or _("no number yet"), flow.name)))


_ASK = N_("Ask the support of Chorus Pro, and give the flow number; do not send it again.")
_HELD_UP = N_("Something keeps it from leaving: Settings and health says what.")
_STUCK = {
    FlowStage.QUEUED: _HELD_UP,
    FlowStage.SENDING: _HELD_UP,
    FlowStage.DROPPED: N_(
        "Ask whoever runs the EDI gateway whether it works; do not send it by another way."
    ),
}
"""What to do about one that does not move, where Chorus Pro does not have it yet."""


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
    remedy = flow_listing.what_to_do(flow, flow_listing.left_behind(desk, flow))
    if stuck:
        remedy = _(_STUCK.get(flow.stage, _ASK))
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


def head_lines(desk: Desk, flow: Flow, width: int, height: int, key: str = "") -> list[Line]:
    """How a flow stands, above its invoices: file, moments and mode; state, meaning and what to do; chain.

    Args:
        key: the key that starts what there is to do, in words.
    """
    since = _("state since {moment}").format(moment=moment(flow_listing.in_state_since(flow)))
    emitted = _("emitted {moment}").format(moment=moment(flow.emitted_at))
    parts = (flow.name, emitted, since if flow.state_code else "", _mode(flow), money(flow.amount))
    lines: list[Line] = [((part, "strong"),) for part in wrap(" · ".join(filter(None, parts)), width, 2)]
    chained = chain_words(desk, flow)
    told = flow_told(desk, flow, key)
    lines += [
        ((part, told.tone.value),) for part in told.words(width, height - len(lines) - bool(chained) - 1)
    ]
    if chained:
        lines.append(((chained, "plain"),))
    contents = desk.store.contents.get(flow.id)
    counts = fate_words(contents.invoices if contents is not None else ())
    return [*lines, ((counts, "faint"),)]


def fate_words(invoices: Sequence[FlowInvoice]) -> str:
    """How many invoices have which unitary status; empty: none is known."""
    if not invoices:
        return ""
    counted = Counter(invoice.fate for invoice in invoices)
    told = [f"{FATES[fate][0]} {_counted(fate, counted[fate])}" for fate in FATES if counted[fate]]
    number = ngettext("{n} invoice", "{n} invoices", len(invoices))
    return labelled(number.format(n=count(len(invoices))), " · ".join(told))


def _counted(fate: Fate, number: int) -> str:
    words = {
        Fate.REFUSED: ngettext("{n} refused", "{n} refused", number),
        Fate.NOT_INTEGRATED: ngettext("{n} not integrated", "{n} not integrated", number),
        Fate.PENDING: ngettext("{n} pending", "{n} pending", number),
        Fate.INTEGRATED: ngettext("{n} integrated", "{n} integrated", number),
    }
    return words[fate].format(n=count(number))


def sent_before(desk: Desk, flow: Flow) -> tuple[str, ...]:
    """Ids of the flows of which it sends something again."""
    contents = desk.store.contents.get(flow.id)
    before = (invoice.before for invoice in contents.invoices) if contents is not None else ()
    return tuple(dict.fromkeys(key for key in (flow.resends, *before) if key and key != flow.id))


def chain(desk: Desk, flow: Flow) -> tuple[str, ...]:
    """Ids of the flows that it hangs together with: those that it sends again, those that send it again."""
    return (*sent_before(desk, flow), *flow.resent_by)


def chain_words(desk: Desk, flow: Flow) -> str:
    """The same in words; empty where there is none."""
    told = []
    if before := sent_before(desk, flow):
        numbers = ", ".join(_number_of(desk, other) for other in before)
        told.append(_("← sends {flow} again").format(flow=numbers))
    if flow.resent_by:
        numbers = ", ".join(_number_of(desk, other) for other in flow.resent_by)
        told.append(_("→ sent again in {flow}").format(flow=numbers))
    return " · ".join(told)


def sent_words(desk: Desk, invoice: FlowInvoice) -> str:
    """What became of one invoice of a flow against which nothing is said; empty: nothing more is known."""
    if invoice.resent_in:
        other = desk.store.flows.get(invoice.resent_in)
        words = _("It was sent again in {flow}").format(flow=_number_of(desk, invoice.resent_in))
        return labelled(words, state_words(other)) if other is not None else words
    if invoice.fate is Fate.INTEGRATED:
        known = desk.store.invoices.get(str(invoice.invoice_id)) if invoice.invoice_id else None
        if known is None:
            return _("It is in Chorus Pro; Tracking has it as soon as it is found there.")
        status = f"{known.status.sign} {_(known.status.label)}"
        return _("It is in Chorus Pro: {status}. enter opens it.").format(status=status)
    if invoice.fate is Fate.NOT_INTEGRATED:
        return _("Nothing is said against it, but its flow was not integrated: it goes again with it.")
    return ""


def particulars(desk: Desk, flow: Flow) -> Iterable[tuple[str, str, str]]:
    """Label (English source string), value and look of what is known of it."""
    yield N_("Flow number"), flow.number or _("no number yet"), "strong"
    yield N_("Portal label"), state_words(flow), state_tone(flow).value
    yield N_("Code"), flow.state_code, "plain"
    yield N_("Rejection"), _(flow.rejected_for.label) if flow.rejected_for else "", "bad"
    yield N_("State since"), moment(flow_listing.in_state_since(flow)), "plain"
    yield N_("Issuer"), f"{flow.issuer_name} {flow.issuer_siret}".strip(), "plain"
    yield N_("File"), flow.name, "plain"
    yield N_("Size"), size(flow.size) if flow.size else "", "plain"
    yield P_("flow", "Type"), " · ".join(filter(None, (_(flow.type.label), flow.interface))), "plain"
    yield N_("Mode"), _mode(flow), "plain"
    yield N_("Emitted"), moment(flow.emitted_at), "plain"
    yield N_("By"), flow.queued_by or _("another tool"), "plain"
    yield N_("Invoices"), invoices_words(flow), "plain"
    yield N_("Amount"), money(flow.amount), "plain"
    yield N_("Sends again"), ", ".join(_number_of(desk, o) for o in sent_before(desk, flow)), "plain"
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
