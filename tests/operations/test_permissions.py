"""Who may see the flows of which structure, and what an operator is told (S2-014, S2-020…024, S2-044)."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs

from chorus_tui.domain.permissions import Profile, Role
from chorus_tui.domain.recipient import Supplier
from chorus_tui.operations import Desk, Refusal, permissions
from chorus_tui.operations.flow_listing import flows
from chorus_tui.operations.permissions import AlreadyHeld
from chorus_tui.settings import Structure, load
from chorus_tui.store import Store
from tests.console.flowing import flow
from tests.console.operator import NOW, desk_in

TOWN, OPEN, OTHER = "00000000000017", "00000000000025", "00000000000033"
GOVERNED = (Structure(siret=TOWN, main_manager="alice"), Structure(siret=OTHER, main_manager="carol"))


@pytest.fixture
def alice(tmp_path: Path) -> Iterator[Desk]:
    """The main manager of TOWN at her desk."""
    desk = replace(desk_in(tmp_path, structures=GOVERNED), who="alice@billing")
    yield desk
    desk.store.close()


def of(desk: Desk, login: str) -> Desk:
    """The desk of somebody else at the same store."""
    return replace(desk, who=f"{login}@billing")


def test_a_structure_without_main_manager_is_open_to_everybody(alice: Desk) -> None:
    """S2-014: permissions begin where the settings name who grants them."""
    bob = of(alice, "bob")
    assert permissions.may_see(bob, OPEN)
    assert permissions.role(bob, OPEN) is None
    assert permissions.manages(bob, OPEN)
    permissions.require(bob, OPEN)
    assert not permissions.may_see(bob, TOWN)
    with pytest.raises(Refusal, match=f"flows of {TOWN}: alice, its main manager, can grant that"):
        permissions.require(bob, TOWN)
    with pytest.raises(Refusal, match="the settings name no main manager"):
        permissions.add_profile(alice, OPEN, "daemon")


def test_the_main_manager_grants_and_the_user_sees_from_then_on(alice: Desk) -> None:
    """S2-020, S2-023: the profile is "Follow-up of consultation flows", and the log tells who granted it."""
    bob = of(alice, "daemon")
    grant = permissions.add_profile(alice, TOWN, "daemon")
    assert (grant.profile.label, grant.granted_by) == ("Follow-up of consultation flows", "alice")
    assert permissions.role(bob, TOWN) is Role.USER
    permissions.require(bob, TOWN)
    assert not permissions.may_see(bob, OTHER)
    assert permissions.hidden_sirets(bob) == {OTHER}
    (told,) = alice.store.activity.all()
    assert (told.who, told.verb, told.record, told.detail) == (
        "alice@billing",
        "grant",
        TOWN,
        "daemon: flow_follow_up",
    )


def test_a_profile_is_held_once(alice: Desk) -> None:
    """S2-024: the portal's own sentence, nothing is written, and another profile can still be added."""
    permissions.add_profile(alice, TOWN, "daemon")
    with pytest.raises(AlreadyHeld, match=r"^The user already has the selected subscription$"):
        permissions.add_profile(alice, TOWN, " daemon ")
    with pytest.raises(AlreadyHeld):  # the main manager holds everything by the settings
        permissions.add_profile(alice, TOWN, "alice")
    permissions.add_profile(alice, TOWN, "daemon", Profile.SECONDARY_MANAGER)
    held = permissions.profiles_of(alice, TOWN, "daemon")
    assert {grant.profile for grant in held} == set(Profile)
    assert len(alice.store.activity.all()) == 2


def test_nobody_else_grants_or_takes_away(alice: Desk) -> None:
    """S2-020: not a secondary manager, not the main manager of another structure, not for oneself."""
    permissions.add_profile(alice, TOWN, "daemon", Profile.SECONDARY_MANAGER)
    for login in ("daemon", "carol", "bob", ""):
        someone = of(alice, login)
        with pytest.raises(Refusal, match="alice, the main manager of"):
            permissions.add_profile(someone, TOWN, "daemon")
        with pytest.raises(Refusal, match="alice, the main manager of"):
            permissions.remove_profile(someone, TOWN, "daemon", Profile.SECONDARY_MANAGER)
    assert len(alice.store.grants.all()) == 1


def test_a_login_is_what_stands_before_the_host(alice: Desk) -> None:
    """S2-020: a login of a directory may hold an @ itself, and must not be taken for another one."""
    assert permissions.login(of(alice, "alice@evil.example")) == "alice@evil.example"
    assert not permissions.may_see(of(alice, "alice@evil.example"), TOWN)


def test_what_is_taken_away_is_gone_at_once(alice: Desk) -> None:
    """S2-020: the other profile stays; the main manager cannot be removed here."""
    permissions.add_profile(alice, TOWN, "daemon")
    permissions.add_profile(alice, TOWN, "daemon", Profile.SECONDARY_MANAGER)
    permissions.remove_profile(alice, TOWN, "daemon", Profile.SECONDARY_MANAGER)
    assert permissions.role(of(alice, "daemon"), TOWN) is Role.USER
    permissions.remove_profile(alice, TOWN, "daemon", Profile.FLOW_FOLLOW_UP)
    assert not permissions.may_see(of(alice, "daemon"), TOWN)
    with pytest.raises(Refusal, match="daemon does not hold “Follow-up of consultation flows”"):
        permissions.remove_profile(alice, TOWN, "daemon", Profile.FLOW_FOLLOW_UP)
    with pytest.raises(Refusal, match=r"alice is the main manager of \d+ by the settings"):
        permissions.remove_profile(alice, TOWN, "alice", Profile.SECONDARY_MANAGER)


def test_managers_alone_open_what_was_rejected(alice: Desk) -> None:
    """S2-044."""
    permissions.add_profile(alice, TOWN, "daemon")
    with pytest.raises(Refusal, match="opened by its main and secondary managers"):
        permissions.require_manager(of(alice, "daemon"), TOWN)
    permissions.add_profile(alice, TOWN, "daemon", Profile.SECONDARY_MANAGER)
    permissions.require_manager(of(alice, "daemon"), TOWN)
    permissions.require_manager(alice, TOWN)


def test_the_users_of_a_structure_are_its_own_first(alice: Desk) -> None:
    """S2-021: the choice depends on the structure; whoever is entitled elsewhere is offered, too."""
    permissions.add_profile(alice, TOWN, "daemon")
    town, other = permissions.users_of(alice, TOWN), permissions.users_of(of(alice, "carol"), OTHER)
    assert town[:2] == ["alice", "daemon"]
    assert (other[0], other[1:]) == ("carol", sorted(other[1:])), "who is entitled at TOWN is none of its own"
    assert {"alice", "carol", "daemon"} <= set(town) & set(other)
    assert len(set(town)) == len(town)


def test_current_profiles_are_those_of_this_user_on_this_structure(alice: Desk) -> None:
    """S2-022: no colleague's, and none that are held elsewhere."""
    permissions.add_profile(alice, TOWN, "daemon")
    permissions.add_profile(alice, TOWN, "daemon", Profile.SECONDARY_MANAGER)
    permissions.add_profile(alice, TOWN, "carol", Profile.SECONDARY_MANAGER)
    held = [grant.profile for grant in permissions.profiles_of(alice, TOWN, "daemon")]
    assert set(held) == {Profile.FLOW_FOLLOW_UP, Profile.SECONDARY_MANAGER}
    assert [g.profile for g in permissions.profiles_of(alice, TOWN, "carol")] == [Profile.SECONDARY_MANAGER]
    assert permissions.profiles_of(alice, OTHER, "daemon") == []


@pytest.mark.parametrize("siret", ["21310555400017", "55566677700011"], ids=["public", "private"])
def test_any_structure_can_set_up_its_area(tmp_path: Path, siret: str) -> None:
    """S2-012: a municipality as well as a company, whether or not it is a supplier of the account."""
    written = f'[[structures]]\nsiret = "{siret}"\nmain_manager = "alice"\n'
    (tmp_path / "settings.toml").write_text(
        f'{written}[[edi]]\nname = "gate"\npartner_code = "ABC001"\nissuer = "{siret}"\n'
        'drop = "out"\nreturns = "in"\n'
    )
    with Store.open(tmp_path / "data") as store:
        alice = Desk(store, load(tmp_path, {}), lambda: NOW, "alice@billing")
        bob = of(alice, "daemon")
        store.flows.put(flow(1, issuer_siret=siret))
        assert flows(bob) == []
        permissions.add_profile(alice, siret, "daemon")
        assert [each.issuer_siret for each in flows(bob)] == [siret]
        assert alice.settings.edi[0].issuer == siret


def test_a_user_whom_nobody_knows_gets_nothing(alice: Desk) -> None:
    """S2-021: a mistyped login is said at once, and does not wait for an account of that name."""
    with pytest.raises(Refusal, match="no account alcie"):
        permissions.add_profile(alice, TOWN, "alcie")
    with pytest.raises(Refusal, match="no account “”"):
        permissions.add_profile(alice, TOWN, "  ")
    assert alice.store.grants.all() == []


def test_structures_tell_what_the_operator_is_to_each(alice: Desk) -> None:
    """S2-020: those of the settings, in their order; the first entry of a SIRET counts."""
    alice.store.suppliers.put(Supplier(siret=OTHER, id=2, name="Atelier Nord"))
    found = permissions.structures(alice)
    assert [(each.siret, each.name, each.main_manager, each.role) for each in found] == [
        (TOWN, "", "alice", Role.MAIN_MANAGER),
        (OTHER, "Atelier Nord", "carol", None),
    ]
    twice = (*GOVERNED, Structure(siret=TOWN, main_manager="mallory"))
    later = replace(alice, settings=structs.replace(alice.settings, structures=twice))
    assert permissions.main_manager(later, TOWN) == "alice"
    assert [each.siret for each in permissions.structures(later)] == [TOWN, OTHER]
