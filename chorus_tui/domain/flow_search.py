"""What a search for flows asks with (S2-050…059)."""

from datetime import date

from msgspec import Struct

from chorus_tui.domain.flow import FlowMode, FlowType
from chorus_tui.domain.flow_states import FlowState


class FlowCriteria(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that is given must hold; nothing given finds every flow."""

    issuer: str = ""
    """SIRET."""
    state: FlowState | None = None
    """None: all statuses."""
    mode: FlowMode | None = None
    type: FlowType | None = None
    deposited_from: date | None = None
    deposited_until: date | None = None
    """That day included."""
    selection: tuple[str, ...] = ()
    """Ids of flows picked in the list that the flow type proposes (S2-055, S2-056)."""
    number: str = ""
    """Any part of it, as the next three (S2-057)."""
    file_name: str = ""
    invoice_number: str = ""
    partner_code: str = ""


class SavedSearch(Struct, frozen=True, kw_only=True):
    """Criteria under a name, for one operator."""

    name: str
    owner: str
    """Login."""
    criteria: FlowCriteria

    @property
    def key(self) -> str:
        """Its identity."""
        return f"{self.owner}\n{self.name}"
