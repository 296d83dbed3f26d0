"""Groups of records that came back for the same cause, to be put right together."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from operator import attrgetter

from msgspec import Struct

from chorus_tui.domain.knowledge import Explanation


class Cluster(Struct, frozen=True, kw_only=True):
    """One cause, at one recipient where each recipient is a problem of its own."""

    id: str
    """Stable: the same cause at the same recipient has the same id tomorrow."""
    explanation: Explanation
    recipient_siret: str = ""
    recipient_name: str = ""
    keys: tuple[str, ...]
    """Ids of documents or invoices, oldest first."""
    amount: Decimal
    """At stake, in all of them together."""
    oldest: datetime

    @property
    def count(self) -> int:
        """How many records it holds."""
        return len(self.keys)


class Member(Struct, frozen=True, kw_only=True, gc=False):
    """One record and the group that it belongs to."""

    key: str
    cluster: str
    """The id of the group."""
    explanation: Explanation
    siret: str = ""
    """Of the recipient, where it makes a group of its own."""
    amount: Decimal | None
    at: datetime
    """Since when it waits."""


def cluster_id(explanation: Explanation, siret: str = "", prefix: str = "") -> str:
    """The id of a group, in one word that can be typed on a command line."""
    cause = f"{prefix}{explanation.id}".replace(" ", "_")
    return f"{cause}@{siret}" if siret else cause


def clusters_of(members: Iterable[Member]) -> tuple[Cluster, ...]:
    """The groups of some records, the largest first. Names of recipients are the caller's to fill in."""
    groups: dict[str, list[Member]] = {}
    for member in members:
        groups.setdefault(member.cluster, []).append(member)
    found = [_cluster(id_, group) for id_, group in groups.items()]
    return tuple(sorted(found, key=lambda cluster: (-cluster.count, -cluster.amount, cluster.id)))


def _cluster(id_: str, group: list[Member]) -> Cluster:
    group.sort(key=attrgetter("at", "key"))
    # What Chorus Pro said itself is worth more than what is foreseen: its own words can be shown.
    told = next((member for member in group if member.explanation.message), group[0])
    return Cluster(
        id=id_,
        explanation=told.explanation,
        recipient_siret=group[0].siret,
        keys=tuple(member.key for member in group),
        amount=sum((member.amount for member in group if member.amount is not None), Decimal(0)),
        oldest=group[0].at,
    )
