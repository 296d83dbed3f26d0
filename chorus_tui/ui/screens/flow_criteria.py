"""What is asked for in a search of flows, as it stands on the screen: choices, days and parts of words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum
from typing import Any

from chorus_tui.domain.flow import FlowMode, FlowType
from chorus_tui.domain.flow_search import FlowCriteria
from chorus_tui.domain.flow_states import SEARCHED_STATES, FlowState
from chorus_tui.i18n import N_, _
from chorus_tui.ui.screens.form_fields import NotUnderstood, parse_date, show_date


class Asks(Enum):
    """How a criterion is filled in."""

    CHOICE = "choice"
    DAY = "day"
    TEXT = "text"
    PICKS = "picks"
    """Flows that are picked in a list."""
    MORE = "more"
    """No criterion: shows those that are seldom needed, or hides them (S2-057)."""


@dataclass(frozen=True)
class Criterion:
    """One field of the search."""

    name: str
    """The attribute of `FlowCriteria`."""
    label: str
    """English source string."""
    asks: Asks
    every: str = ""
    """What stands there while nothing is chosen (English source string)."""
    advanced: bool = False


MORE = "more"

CRITERIA: tuple[Criterion, ...] = (
    Criterion("issuer", N_("Issuer"), Asks.CHOICE, N_("All issuers")),
    Criterion("state", N_("Current status"), Asks.CHOICE, N_("All statuses")),
    Criterion("type", N_("Data flow type"), Asks.CHOICE, N_("All types")),
    Criterion("deposited_from", N_("Deposited from"), Asks.DAY),
    Criterion("deposited_until", N_("Deposited until"), Asks.DAY),
    Criterion("selection", N_("Selection"), Asks.PICKS, N_("all proposed")),
    Criterion(MORE, N_("Advanced criteria"), Asks.MORE),
    Criterion("number", N_("Data flow number"), Asks.TEXT, advanced=True),
    Criterion("invoice_number", N_("Invoice number"), Asks.TEXT, advanced=True),
    Criterion("mode", N_("Deposit mode"), Asks.CHOICE, N_("All modes"), advanced=True),
    Criterion("file_name", N_("Filename"), Asks.TEXT, advanced=True),
    Criterion("partner_code", N_("Partner code"), Asks.TEXT, advanced=True),
)
"""In the order in which tab goes through them."""

CRITERION = {criterion.name: criterion for criterion in CRITERIA}

Choice = tuple[str, str]
"""A value as it is kept, and its words."""


@dataclass(frozen=True)
class Sheet:
    """What is filled in; never changed in place."""

    values: Mapping[str, str] = field(default_factory=dict)
    """Criterion → the code of what is chosen, or the text as it was typed; nothing: every one."""
    more: bool = False
    """Whether the advanced criteria show."""

    @property
    def shown(self) -> tuple[Criterion, ...]:
        """The fields, in their order."""
        return tuple(c for c in CRITERIA if self.more or not c.advanced)

    def text(self, name: str) -> str:
        """What is filled in for one criterion."""
        return self.values.get(name, "")

    @property
    def picked(self) -> tuple[str, ...]:
        """Ids of the flows that are picked."""
        return tuple(self.text("selection").split())

    def having(self, name: str, value: str) -> "Sheet":
        """The sheet with one criterion filled in otherwise."""
        values = {**self.values, name: value}
        return replace(self, values={key: text for key, text in values.items() if text})

    @property
    def problems(self) -> dict[str, str]:
        """What cannot be searched for, and why, in the operator's language."""
        found = {}
        days: dict[str, date] = {}
        for criterion in CRITERIA:
            if criterion.asks is Asks.DAY and (typed := self.text(criterion.name).strip()):
                try:
                    days[criterion.name] = parse_date(typed)
                except NotUnderstood as problem:
                    found[criterion.name] = _(str(problem))
        if len(days) == 2 and days["deposited_from"] > days["deposited_until"]:
            found["deposited_until"] = _("The period ends before it begins.")
        return found

    def criteria(self, type_of: Callable[[str], FlowType | None]) -> FlowCriteria:
        """What to search for, where there is no problem.

        Args:
            type_of: the type of a picked flow; only those of the chosen type count (S2-056).
        """
        values: dict[str, Any] = {}
        for criterion in CRITERIA:
            text = self.text(criterion.name).strip()
            if text and criterion.asks is not Asks.PICKS:
                values[criterion.name] = _VALUES.get(criterion.name, str)(text)
        return FlowCriteria(**values, selection=self.counting(type_of))

    def counting(self, type_of: Callable[[str], FlowType | None]) -> tuple[str, ...]:
        """The picked flows that are of the chosen type."""
        wanted = self.text("type")
        return tuple(id_ for id_ in self.picked if not wanted or type_of(id_) == wanted)

    @property
    def kept(self) -> dict[str, str]:
        """The sheet as a draft."""
        return {**self.values, **({MORE: MORE} if self.more else {})}


_VALUES: dict[str, Callable[[str], Any]] = {
    "state": FlowState,
    "type": FlowType,
    "mode": FlowMode,
    "deposited_from": parse_date,
    "deposited_until": parse_date,
}


def from_draft(kept: Mapping[str, str]) -> Sheet:
    """The inverse of `Sheet.kept`."""
    values = {name: text for name, text in kept.items() if name in CRITERION and name != MORE}
    return Sheet(values, MORE in kept)


def from_criteria(criteria: FlowCriteria) -> Sheet:
    """The sheet that asks for exactly this."""
    values = {}
    for criterion in CRITERIA:
        value = getattr(criteria, criterion.name, None)
        if not value:
            continue
        if isinstance(value, date):
            values[criterion.name] = show_date(value)
        else:
            values[criterion.name] = " ".join(value) if isinstance(value, tuple) else str(value)
    return Sheet(values, any(CRITERION[name].advanced for name in values))


def state_choices() -> list[Choice]:
    """The nine that the portal offers beside all (S2-052)."""
    return [(state.value, _(state.label)) for state in SEARCHED_STATES]


def type_choices() -> list[Choice]:
    """The data flow types (S2-053)."""
    return [(each.value, _(each.label)) for each in FlowType]


def mode_choices() -> list[Choice]:
    """How flows are deposited (S2-005)."""
    return [(mode.value, _(mode.label)) for mode in FlowMode]


def words_of(name: str, code: str, choices: Sequence[Choice]) -> str:
    """The words of a choice; also of one that is not offered, such as a status that a drill-down asks for."""
    if not code:
        return _(CRITERION[name].every)
    label = dict(choices).get(code)
    if label is None and name == "state":
        label = _(FlowState(code).label)
    return label or code
