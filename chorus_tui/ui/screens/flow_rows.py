"""The rows of a list of flows: columns, and what a filter may name. Home, Search and Dashboard share them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from chorus_tui.domain.flow import Flow, FlowMode, FlowType, RejectionKind
from chorus_tui.domain.flow_states import FlowStage, FlowState
from chorus_tui.domain.statuses import Tone
from chorus_tui.i18n import N_, P_, _
from chorus_tui.operations import flow_listing
from chorus_tui.operations.checking import today
from chorus_tui.operations.desk import Desk
from chorus_tui.ui.columns import Column
from chorus_tui.ui.filtering import Field, Kind
from chorus_tui.ui.words import age, count, file_name, moment, moment_of_year, party

YES, NO = N_("yes"), N_("no")
_KINDS = {RejectionKind.TECHNICAL: N_("technical"), RejectionKind.BUSINESS: N_("business")}


@dataclass(frozen=True)
class FlowRow:
    """One row: a flow, and the desk that knows what is usual."""

    flow: Flow
    desk: Desk

    @property
    def issuer(self) -> str:
        """Who it counts for (S2-016…018)."""
        return self.flow.issuer_name or self.flow.issuer_siret

    @property
    def wait(self) -> flow_listing.Wait:
        """How long it has been in its state."""
        return flow_listing.waiting_time(self.desk, self.flow)

    @property
    def state(self) -> str:
        """Sign and word of its state."""
        return state_words(self.flow)

    @property
    def since(self) -> str:
        """How long it has been in it, and an alarm where it is stuck."""
        told = age(flow_listing.in_state_since(self.flow), self.desk.now())
        return f"! {told}" if self.wait.stuck else told

    @property
    def emitted(self) -> date:
        """The day of its emission."""
        return today(self.flow.emitted_at)


def state_words(flow: Flow) -> str:
    """Sign and word of a state; which kind a rejection is (S2-039, S2-040)."""
    word = _(flow.label)
    if flow.state is FlowState.REJECTED and flow.rejected_for is not None:
        word = f"{word} ({_(_KINDS[flow.rejected_for])})"
    return f"{flow.sign} {word}"


def state_tone(flow: Flow) -> Tone:
    """Its tone; what was sent again asks nothing any more."""
    return Tone.FAINT if flow.resent_by or flow.dealt_with else flow.tone


def invoices_words(flow: Flow) -> str:
    """How many are integrated, refused, and in all, as far as that is known."""
    told = [f"✓{count(flow.integrated)}"] if flow.integrated else []
    if flow.refused:
        told.append(f"✗{count(flow.refused)}")
    every = count(flow.count) if flow.count else "?"
    return "/".join((" ".join(told), every)) if told else every


def _by_issuer(row: FlowRow) -> Any:
    """By sender, the newest of each first, as the portal sorts (S2-032)."""
    return flow_listing.order(row.flow)


COLUMNS: tuple[Column[FlowRow], ...] = (
    Column("issuer", N_("Issuer"), 13, lambda r: r.issuer, sort=_by_issuer, grows=True, shorten=party),
    Column(
        "emitted",
        N_("Emitted"),
        11,
        lambda r: moment_of_year(r.flow.emitted_at, r.desk.now()),
        sort=lambda r: r.flow.emitted_at,
        newest_first=True,
    ),
    Column("state", N_("State"), 28, lambda r: r.state, tone=lambda r: state_tone(r.flow)),
    Column(
        "age",
        N_("Age"),
        7,
        lambda r: r.since,
        sort=lambda r: flow_listing.in_state_since(r.flow),
        right=True,
        tone=lambda r: Tone.WAITS if r.wait.stuck else Tone.PLAIN,
        newest_first=True,
    ),
    Column(
        "invoices",
        N_("Invoices"),
        11,
        lambda r: invoices_words(r.flow),
        sort=lambda r: r.flow.count,
        right=True,
        newest_first=True,
    ),
    Column("number", N_("Flow number"), 25, lambda r: r.flow.number, rank=1),
    Column("file", N_("File"), 24, lambda r: r.flow.name, shorten=file_name, rank=2),
    Column("mode", N_("Mode"), 7, lambda r: _(r.flow.mode.label), rank=3),
    Column("type", P_("flow", "Type"), 13, lambda r: _(r.flow.type.label), rank=4),
)

_STATES = tuple(dict.fromkeys((*(s.label for s in FlowState), *(s.label for s in FlowStage))))

FIELDS: tuple[Field[FlowRow], ...] = (
    Field(N_("state"), Kind.TEXT, lambda r: r.flow.label, _STATES),
    Field(N_("issuer"), Kind.TEXT, lambda r: f"{r.flow.issuer_name} {r.flow.issuer_siret}"),
    Field(N_("emitted"), Kind.DATE, lambda r: r.emitted),
    Field(N_("number"), Kind.TEXT, lambda r: r.flow.number),
    Field(N_("file"), Kind.TEXT, lambda r: r.flow.name),
    Field(N_("type"), Kind.TEXT, lambda r: r.flow.type.label, tuple(t.label for t in FlowType)),
    Field(N_("mode"), Kind.TEXT, lambda r: r.flow.mode.label, tuple(m.label for m in FlowMode)),
    Field(N_("code"), Kind.TEXT, lambda r: r.flow.state_code),
    Field(N_("partner"), Kind.TEXT, lambda r: r.flow.partner_code),
    Field(N_("to do"), Kind.TEXT, lambda r: YES if r.flow.asks_supplier else NO, (YES, NO)),
    Field(N_("stuck"), Kind.TEXT, lambda r: YES if r.wait.stuck else NO, (YES, NO)),
    Field(N_("since"), Kind.DATE, lambda r: today(flow_listing.in_state_since(r.flow))),
    Field(N_("amount"), Kind.AMOUNT, lambda r: r.flow.amount),
    Field(N_("refused"), Kind.AMOUNT, lambda r: r.flow.refused),
    Field(
        N_("rejection"),
        Kind.TEXT,
        lambda r: _KINDS[r.flow.rejected_for] if r.flow.rejected_for else "",
        tuple(_KINDS.values()),
    ),
)


def words_of(row: FlowRow) -> str:
    """Whatever somebody on the telephone may name."""
    one = row.flow
    return (
        f"{one.number} {one.name} {one.issuer_name} {one.issuer_siret} {state_words(one)} "
        f"{one.state_code} {_(one.type.label)} {_(one.mode.label)} {one.connection} {one.partner_code} "
        f"{moment(one.emitted_at)}"
    )
