"""The small records beside documents and invoices: activity, service matches, drafts, health."""

from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from chorus_tui.i18n import N_


class Activity(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who did what to which record; append-only."""

    id: str
    at: datetime
    who: str
    verb: str
    record: str
    detail: str = ""


TOLD_WORTH = 4
"""How many acceptances the word of an operator is worth, in `ServiceMatch.confidence`."""


class ServiceMatch(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A label printed on invoices → a service of a recipient (S1-003, S1-026)."""

    siret: str
    label: str
    """Folded, as `text.fold` leaves it."""
    service_code: str
    decided_by: str
    decided_at: datetime
    told: bool = False
    """Whether an operator told it in recipient management; else it was learned."""
    held: int = 0
    """How often Chorus Pro accepted it."""
    missed: int = 0
    """How often an operator chose otherwise where it was known, or Chorus Pro refused its service."""
    others: dict[str, int] = {}
    """The services chosen otherwise, and how often Chorus Pro accepted each."""
    counted: dict[str, datetime] = {}
    """When an acceptance of a service that an operator chose was last counted."""

    @property
    def key(self) -> str:
        """Its identity."""
        return f"{self.siret}\n{self.label}"

    @property
    def confidence(self) -> float:
        """How likely it is to hold the next time, from 0 to 1.

        The usual estimate of a rate from few trials (Jeffreys): (held + ½) / (held + missed + 1). One
        acceptance gives 0.75, two 0.83, three with one miss 0.7. So one alone is below the usual bound of
        0.8, and is offered but not filled in by itself: Chorus Pro accepts any open service of a recipient,
        and a hurried choice made once would be repeated unseen until the recipient sends an invoice back to
        be recycled. What an operator told in recipient management was meant for every invoice, so it counts
        as `TOLD_WORTH` acceptances: 0.9 at first, 0.75 after the first miss.
        """
        held = self.held + (TOLD_WORTH if self.told else 0)
        return (held + 0.5) / (held + self.missed + 1)


class FormDraft(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was being typed on a form when it was left: raw text, valid or not. Nothing typed is lost."""

    document_id: str
    typed: dict[str, str]
    saved_at: datetime
    who: str = ""


class Link(StrEnum):
    """The links of the chain to Chorus Pro, each of which can break alone (S1-083)."""

    NETWORK = "network"
    TOKEN = "token"  # noqa: S105  # a link's name
    ACCOUNT = "account"
    API = "api"

    @property
    def label(self) -> str:
        """The English words; translate them where they are shown."""
        return {
            Link.NETWORK: N_("This machine's network"),
            Link.TOKEN: N_("PISTE sign-in"),
            Link.ACCOUNT: N_("Technical account"),
            Link.API: N_("Chorus Pro API"),
        }[self]


class Trouble(Struct, frozen=True, omit_defaults=True):
    """A broken link: since when, in which words, and what to do (English source strings)."""

    link: Link
    message: str
    advice: str
    since: datetime


CLOCK_TOLERANCE = timedelta(minutes=5)
"""A clock that is further off makes invoices look dated in the future, and moments on screens wrong."""


class SyncState(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How the sync service stands; one record, which every console's header shows."""

    leader: str = ""
    """Who runs it (host and process); empty: nobody."""
    alive_at: datetime | None = None
    tracked_at: datetime | None = None
    """Up to when status changes are known."""
    looked_back_at: datetime | None = None
    """When a sweep last began well before that, for changes that were written down late."""
    fresh_at: datetime | None = None
    """When data last came from Chorus Pro."""
    trouble: Trouble | None = None
    read: int = 0
    """Invoices that a sweep under way has read; 0 where none is, or where it is too short to tell."""
    to_read: int = 0
    clock_minutes: int = 0
    """How far this machine's clock is ahead of Chorus Pro's, where that is more than it should be."""
