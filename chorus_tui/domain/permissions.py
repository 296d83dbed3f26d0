"""Who may see the flows of a structure, and who may say so (S2-014, S2-020…024, S2-044)."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from chorus_tui.i18n import N_


class Role(StrEnum):
    """What somebody is to a structure."""

    MAIN_MANAGER = "main_manager"
    """Named in the settings, which the system protects; grants every other permission (S2-020)."""
    SECONDARY_MANAGER = "secondary_manager"
    USER = "user"

    @property
    def label(self) -> str:
        """The English words; translate them where they are shown."""
        return {
            Role.MAIN_MANAGER: N_("Main manager"),
            Role.SECONDARY_MANAGER: N_("Secondary manager"),
            Role.USER: N_("User"),
        }[self]

    @property
    def is_manager(self) -> bool:
        """Whether it opens the rejected payment requests of the structure (S2-044)."""
        return self is not Role.USER


class Profile(StrEnum):
    """What a main manager grants."""

    FLOW_FOLLOW_UP = "flow_follow_up"
    """Sees all flows of the structure (S2-014, S2-023)."""
    SECONDARY_MANAGER = "secondary_manager"

    @property
    def label(self) -> str:
        """The English words; translate them where they are shown."""
        return {
            Profile.FLOW_FOLLOW_UP: N_("Follow-up of consultation flows"),
            Profile.SECONDARY_MANAGER: N_("Secondary manager"),
        }[self]


class Grant(Struct, frozen=True, kw_only=True):
    """A profile that a user holds on a structure."""

    user: str
    """A login of this system."""
    siret: str
    profile: Profile
    granted_by: str
    granted_at: datetime

    @property
    def key(self) -> str:
        """Its identity: the same profile is held once (S2-024)."""
        return f"{self.user}\n{self.siret}\n{self.profile}"
