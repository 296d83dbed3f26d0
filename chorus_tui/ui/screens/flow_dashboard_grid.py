"""How the numbers of the dashboard stand in its grid, and which flows are behind each."""

from chorus_tui.domain.flow import FlowType
from chorus_tui.domain.flow_states import FlowStage, FlowState
from chorus_tui.i18n import N_, _
from chorus_tui.operations.flow_dashboard import Dashboard, Slot, Status
from chorus_tui.ui.widgets.count_grid import GridColumn, GridRow, GridSection
from chorus_tui.ui.widgets.painted import cut

SHORT = 6
"""Columns for a status where there is little room; numbers may need more."""

_SHORT = {
    FlowStage.QUEUED.value: N_("ToSend"),
    FlowStage.SENDING.value: N_("Sendng"),
    FlowStage.DROPPED.value: N_("Gatewy"),
    FlowStage.HANDED_OVER.value: N_("ByHand"),
    FlowStage.UNSURE.value: N_("Verify"),
    FlowStage.REFUSED.value: N_("NotTkn"),
    FlowStage.WITHDRAWN.value: N_("Withdr"),
    FlowStage.DEPOSITED.value: N_("Depos."),
    FlowState.AT_PORTAL.value: N_("Queued"),
    FlowState.RECEIVED.value: N_("Recvd"),
    FlowState.HANDLED.value: N_("Proc."),
    FlowState.WAITING.value: N_("Waits"),
    FlowState.IN_PROGRESS.value: N_("InProg"),
    FlowState.WAITING_REPROCESSING.value: N_("Reproc"),
    FlowState.TO_RESTART.value: N_("Restrt"),
    FlowState.INTERNAL_ERROR.value: N_("IntErr"),
    FlowState.WARNING.value: N_("Warn."),
    FlowState.REJECTED.value: N_("Reject"),
    FlowState.INTEGRATED.value: N_("Integr"),
    FlowState.PARTLY_INTEGRATED.value: N_("Part."),
    FlowState.NOT_ADMISSIBLE.value: N_("NotAdm"),
    FlowState.ADMISSIBLE.value: N_("Admiss"),
    FlowState.ADMISSIBLE_WITH_ERRORS.value: N_("AdmErr"),
}
"""English source strings of at most `SHORT` columns; an unknown code is cut."""

TYPE, ISSUER = "type:", "issuer:"


def columns_of(found: Dashboard) -> list[GridColumn]:
    """The statuses that occur."""
    return [GridColumn(s.key, _(s.label), _short(s), s.tone.value) for s in found.statuses]


def _short(status: Status) -> str:
    known = _SHORT.get(status.key)
    words = _(known) if known else status.key.removeprefix("IN_")
    return cut(words, SHORT)


def sections_of(found: Dashboard) -> list[GridSection]:
    """By data flow type, then by issuer, each with its totals."""
    types = [(f"{TYPE}{type_}", _(type_.label)) for type_ in found.types]
    issuers = [(f"{ISSUER}{issuer.siret}", issuer.title) for issuer in found.issuers]
    return [
        _section(found, _("By data flow type"), types, TYPE, _("All types")),
        _section(found, _("By issuer"), issuers, ISSUER, _("All issuers")),
    ]


def _section(found: Dashboard, title: str, rows: list[tuple[str, str]], kind: str, every: str) -> GridSection:
    made = [_row(found, key, words) for key, words in rows]
    return GridSection(title, (*made, _row(found, kind, every)._replace(look="strong")))


def _row(found: Dashboard, key: str, title: str) -> GridRow:
    cells = tuple(found.count(slot_of(key, status.key)) for status in found.statuses)
    return GridRow(key, title, cells, found.count(slot_of(key, None)))


def slot_of(row: str, status: str | None) -> Slot:
    """What a number of the grid counts."""
    kind, _colon, value = row.partition(":")
    if not value:
        return Slot(status=status)
    if f"{kind}:" == TYPE:
        return Slot(type=FlowType(value), status=status)
    return Slot(issuer=value, status=status)
