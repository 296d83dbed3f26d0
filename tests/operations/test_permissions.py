"""Who may see the flows of which structure, who says so, and what an operator is told (S2-014, S2-020…024)."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from chorus_tui.domain.permissions import Profile, Role
from chorus_tui.operations import Desk, Refusal, permissions
from chorus_tui.operations.permissions import AlreadyHeld
from chorus_tui.settings import Structure
from tests.console.operator import desk_in

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
    assert permissions.visible_sirets(bob, (TOWN, OPEN, OTHER)) == {TOWN, OPEN}
    (told,) = alice.store.activity.all()
    assert (told.who, told.verb, told.record, told.detail) == (
        "alice@billing",
        "grant",
        TOWN,
        "daemon: flow_follow_up",
    )
