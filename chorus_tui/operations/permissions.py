"""Who may see the flows of which structure, and who says so (S2-014, S2-020…024, S2-044).

The settings name the main manager of a structure; a main manager grants profiles, which the store keeps.
A structure that the settings do not name is open: everybody who can open the console sees its flows. What
stations of the sync service do is asked for by nobody, and obeys none of this.
"""

from collections.abc import Iterable

from msgspec import Struct

from chorus_tui.domain.permissions import Grant, Profile, Role
from chorus_tui.i18n import _
from chorus_tui.operations import accounts
from chorus_tui.operations.desk import Deeds, Desk, Outcome, Refusal, note
from chorus_tui.text import clean


class AlreadyHeld(Refusal):
    """The profile is held already (S2-024)."""


class Governed(Struct, frozen=True):
    """A structure of which somebody says who sees its flows."""

    siret: str
    name: str
    """Empty: not known."""
    main_manager: str
    role: Role | None
    """What the operator is to it; None: nothing."""


def login(desk: Desk) -> str:
    """The operator's account on this system."""
    name, at, _host = desk.who.rpartition("@")
    return name if at else desk.who


def main_manager(desk: Desk, siret: str) -> str:
    """Who grants permissions on a structure; empty: it is open to everybody."""
    return next((s.main_manager for s in desk.settings.structures if s.siret == siret), "")


def role(desk: Desk, siret: str) -> Role | None:
    """What the operator is to a structure; None: nothing, or it is open to everybody."""
    return role_of(desk, siret, login(desk))


def role_of(desk: Desk, siret: str, user: str) -> Role | None:
    """The same for any user."""
    manager = main_manager(desk, siret)
    if not manager:
        return None
    if user == manager:
        return Role.MAIN_MANAGER
    if _holds(desk, siret, user, Profile.SECONDARY_MANAGER):
        return Role.SECONDARY_MANAGER
    return Role.USER if _holds(desk, siret, user, Profile.FLOW_FOLLOW_UP) else None


def _holds(desk: Desk, siret: str, user: str, profile: Profile) -> bool:
    return _key(user, siret, profile) in desk.store.grants


def _key(user: str, siret: str, profile: Profile) -> str:
    return f"{user}\n{siret}\n{profile}"


# What the operator may do


def may_see(desk: Desk, siret: str) -> bool:
    """Whether the operator sees the flows of a structure: all of them, whoever sent them (S2-014)."""
    return not main_manager(desk, siret) or role(desk, siret) is not None


def hidden_sirets(desk: Desk) -> frozenset[str]:
    """The structures whose flows the operator does not see; for lists of many flows."""
    return frozenset(s.siret for s in desk.settings.structures if not may_see(desk, s.siret))


def why_hidden(desk: Desk) -> str:
    """Who can let the operator see the flows that are hidden from them; empty: none of a structure is."""
    return " ".join(_not_seen(desk, s.siret) for s in desk.settings.structures if not may_see(desk, s.siret))


def _not_seen(desk: Desk, siret: str) -> str:
    words = _("You do not see the flows of {structure}: {manager}, its main manager, can grant that.")
    return words.format(structure=name_of(desk, siret), manager=main_manager(desk, siret))


def require(desk: Desk, siret: str) -> None:
    """Go on only where the operator sees the flows of a structure.

    Raises:
        Refusal: says who grants the permission.
    """
    if not may_see(desk, siret):
        raise Refusal(_not_seen(desk, siret))


def manages(desk: Desk, siret: str) -> bool:
    """Whether the operator opens the rejected payment requests of a structure (S2-044)."""
    found = role(desk, siret)
    return not main_manager(desk, siret) or (found is not None and found.is_manager)


def require_manager(desk: Desk, siret: str) -> None:
    """Go on only where the operator is a manager of a structure, or it has none.

    Raises:
        Refusal: says who they are, and who grants the permission.
    """
    if not manages(desk, siret):
        words = _(
            "Rejected payment requests of {structure} are opened by its main and secondary managers; "
            "{manager} is its main manager and grants that."
        )
        raise Refusal(words.format(structure=name_of(desk, siret), manager=main_manager(desk, siret)))


# What a screen chooses from


def structures(desk: Desk) -> list[Governed]:
    """The structures that have a main manager, as the settings list them; of two entries the first counts."""
    managers: dict[str, str] = {}
    for each in desk.settings.structures:
        managers.setdefault(each.siret, each.main_manager)
    return [
        Governed(siret, _known_name(desk, siret), manager, role(desk, siret))
        for siret, manager in managers.items()
    ]


def name_of(desk: Desk, siret: str) -> str:
    """The name of a structure; its SIRET where nothing tells it."""
    return _known_name(desk, siret) or siret


def _known_name(desk: Desk, siret: str) -> str:
    """As suppliers and flows tell it."""
    supplier = desk.store.suppliers.get(siret)
    if supplier is not None and supplier.name:
        return supplier.name
    named = (flow.issuer_name for flow in desk.store.flows.all() if flow.issuer_siret == siret)
    return next(filter(None, named), "")


def users_of(desk: Desk, siret: str) -> list[str]:
    """The users of a structure (S2-021): its main manager, who holds a profile, whom one can be given to.

    These last are the accounts of this system, those who share its data folder, and whoever worked here.
    """
    manager = main_manager(desk, siret)
    held = {grant.user for grant in desk.store.grants.by("siret", siret)} - {manager}
    known = accounts.people() | accounts.sharing(desk.settings.folders.data) | _seen_here(desk)
    known = known | {s.main_manager for s in desk.settings.structures} | {login(desk)}
    return [*filter(None, [manager]), *sorted(held), *sorted(known - held - {manager})]


def _seen_here(desk: Desk) -> frozenset[str]:
    """Who changed something here lately, or holds a profile on any structure."""
    signed = {deed.who.rpartition("@")[0] for deed in desk.store.deeds.all()}
    return frozenset(filter(None, signed | {grant.user for grant in desk.store.grants.all()}))


def profiles_of(desk: Desk, siret: str, user: str) -> list[Grant]:
    """What a user was granted on a structure, oldest first (S2-022)."""
    found = (grant for grant in desk.store.grants.by("siret", siret) if grant.user == user)
    return sorted(found, key=lambda grant: (grant.granted_at, grant.profile))


# Granting


def why_not_grant(desk: Desk, siret: str) -> str:
    """Why the operator grants nothing on a structure; empty: the operator is its main manager (S2-020)."""
    manager = main_manager(desk, siret)
    if not manager:
        words = _(
            "Everybody who opens this console sees the flows of {structure}: the settings name no main "
            "manager for it. A table [[structures]] does."
        )
        return words.format(structure=name_of(desk, siret))
    if manager != login(desk):
        words = _("{manager}, the main manager of {structure}, grants permissions on it; you are {login}.")
        return words.format(manager=manager, structure=name_of(desk, siret), login=login(desk))
    return ""


def add_profile(desk: Desk, siret: str, user: str, profile: Profile = Profile.FLOW_FOLLOW_UP) -> Grant:
    """Grant a profile on a structure to a user (S2-023).

    Raises:
        AlreadyHeld: the user has it, as the main manager has all of them (S2-024).
        Refusal: the operator may not; there is no such user.
    """
    user = clean(user).strip()
    with desk.store.transaction():
        _require_main(desk, siret)
        if user == main_manager(desk, siret) or _holds(desk, siret, user, profile):
            raise AlreadyHeld(_("The user already has the selected subscription"))
        if not (accounts.exists(user) or user in users_of(desk, siret)):
            words = _("There is no account {user} on this system, and nobody of that name has worked here.")
            raise Refusal(words.format(user=user or "“”"))
        grant = Grant(user=user, siret=siret, profile=profile, granted_by=login(desk), granted_at=desk.now())
        desk.store.grants.put(grant)
        note(desk, "grant", siret, f"{user}: {profile}")
    return grant


def add_to_users(desk: Desk, siret: str, users: Iterable[str], profile: Profile) -> Outcome:
    """Grant a profile on a structure to several users; keys are their logins."""
    deeds = Deeds()
    with desk.store.transaction():
        for user in users:
            try:
                add_profile(desk, siret, user, profile)
            except Refusal as refusal:
                deeds.refuse(user, str(refusal))
            else:
                deeds.did(user)
    return deeds.outcome


def remove_profile(desk: Desk, siret: str, user: str, profile: Profile) -> None:
    """Take a profile on a structure from a user, from the next thing the user does on.

    Raises:
        Refusal: the operator may not; the user does not hold it.
    """
    user = clean(user).strip()
    with desk.store.transaction():
        _require_main(desk, siret)
        if user == main_manager(desk, siret):
            words = _("{user} is the main manager of {structure} by the settings: change it there.")
            raise Refusal(words.format(user=user, structure=name_of(desk, siret)))
        if not _holds(desk, siret, user, profile):
            words = _("{user} does not hold “{profile}” on {structure}.")
            raise Refusal(words.format(user=user, profile=_(profile.label), structure=name_of(desk, siret)))
        desk.store.grants.remove(_key(user, siret, profile))
        note(desk, "revoke", siret, f"{user}: {profile}")


def _require_main(desk: Desk, siret: str) -> None:
    if why := why_not_grant(desk, siret):
        raise Refusal(why)
