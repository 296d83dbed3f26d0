"""The screen of user permissions: choose a structure, a user, add a profile (S2-020…024)."""

import pwd
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chorus_tui.domain.permissions import Profile
from chorus_tui.domain.recipient import Supplier
from chorus_tui.operations import Desk, permissions
from chorus_tui.settings import Structure
from chorus_tui.ui.screens.permissions import Permissions
from tests.console.flowing import flow
from tests.console.operator import NOW, SIZES, Operator, console, desk_in

TOWN, OTHER = "00000000000017", "00000000000033"
GOVERNED = (Structure(siret=TOWN, main_manager="alice"), Structure(siret=OTHER, main_manager="carol"))
HELD = "The user already has the selected subscription"


def account(login: str, number: int, shell: str = "/bin/sh") -> pwd.struct_passwd:
    return pwd.struct_passwd((login, "x", number, number, "", f"/home/{login}", shell))


def nobody(_number: int) -> pwd.struct_passwd:
    raise KeyError


@pytest.fixture(autouse=True)
def few_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has an account on the machine of the test must not be on its screen."""
    accounts = [account("erin", 1001), account("frank", 1002), account("mail", 8)]
    accounts += [account("nobody", 65534), account("robot", 1003, "/usr/sbin/nologin")]
    monkeypatch.setattr(pwd, "getpwall", lambda: accounts)
    monkeypatch.setattr(pwd, "getpwuid", nobody)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = replace(desk_in(tmp_path, structures=GOVERNED), who="alice@billing")
    desk.store.suppliers.put(
        Supplier(siret=TOWN, id=1, name="Papeterie du Midi"), Supplier(siret=OTHER, id=2, name="Atelier Nord")
    )
    yield desk
    desk.store.close()


@pytest.fixture
async def operator(desk: Desk) -> AsyncIterator[Operator]:
    """Alice, at the permissions of her structure."""
    async with console(desk, place="health") as someone:
        await open_permissions(someone)
        yield someone


async def open_permissions(operator: Operator) -> None:
    await operator.app.push_screen(Permissions())
    await operator.idle()


async def stand_on(operator: Operator, user: str) -> None:
    screen: Any = operator.app.screen
    assert screen.listing.go_to(user)
    await operator.idle()


def status(operator: Operator) -> tuple[str, str]:
    """What the status line says, and in which look."""
    line: Any = operator.app.screen.query_one("#status")
    return line.text, line._lines[0][0][1] if line._lines else ""


async def test_her_own_structure_is_chosen_and_its_users_are_listed(operator: Operator) -> None:
    """S2-020, S2-021."""
    assert operator.sees("User permissions", "Structure: Papeterie du Midi", "Main manager: alice")
    assert operator.sees("alice Main manager everything, by the settings")
    assert operator.sees("erin", "frank", "carol")
    for system in ("mail", "nobody", "robot"):
        assert not operator.sees(system)


async def test_a_chosen_user_gets_a_profile_by_keys_and_it_is_listed_below(
    operator: Operator, desk: Desk
) -> None:
    """S2-022, S2-023: the current profiles follow the cursor; Add offers the source's profile first."""
    await stand_on(operator, "erin")
    assert operator.sees("Current profiles of erin", "none")
    await operator.press("a")
    assert operator.sees("Add for erin: Follow-up of consultation flows Secondary manager")
    await operator.press("enter")
    assert operator.sees("erin User Follow-up of consultation flows", "granted by alice on 2026-11-22")
    (grant,) = desk.store.grants.all()
    assert (grant.user, grant.siret, grant.profile) == ("erin", TOWN, Profile.FLOW_FOLLOW_UP)


async def test_what_is_held_already_is_said_in_red_and_the_screen_is_ready_again(
    operator: Operator, desk: Desk
) -> None:
    """S2-024."""
    permissions.add_profile(desk, TOWN, "erin")
    await operator.news()
    await stand_on(operator, "erin")
    await operator.press("enter", "enter")
    assert status(operator)[0].strip() == f"✗ {HELD}"
    assert status(operator)[1] == "bad"
    await operator.press("a", "right", "enter")
    assert operator.sees("erin holds “Secondary manager”", "erin Secondary manager")
    assert len(desk.store.grants.all()) == 2


async def test_another_structure_has_other_users_and_its_own_manager(operator: Operator, desk: Desk) -> None:
    """S2-020, S2-021: choosing a structure refreshes the users; there, she grants nothing."""
    permissions.add_profile(desk, TOWN, "erin")
    await operator.press("s", "down", "enter")
    assert operator.sees("Structure: Atelier Nord", "carol Main manager", "only the main manager grants")
    await stand_on(operator, "erin")
    assert operator.sees("Current profiles of erin", "none")
    await operator.press("a")
    assert operator.sees("carol, the main manager of Atelier Nord, grants permissions on it; you are alice.")
    assert len(desk.store.grants.all()) == 1


async def test_a_user_who_is_not_listed_is_typed(operator: Operator, desk: Desk) -> None:
    """S2-021: a directory may list nobody; who has no account is refused with a sentence."""
    await operator.press("n")
    await operator.type("root")
    await operator.press("enter", "a", "enter")
    assert [grant.user for grant in desk.store.grants.all()] == ["root"]
    await operator.press("n")
    await operator.type("alcie")
    await operator.press("enter", "a", "enter")
    assert operator.sees("There is no account alcie on this system")
    assert len(desk.store.grants.all()) == 1


async def test_a_profile_is_taken_away_after_a_question(operator: Operator, desk: Desk) -> None:
    """S2-020: the focus is on No; the main manager cannot be removed here."""
    permissions.add_profile(desk, TOWN, "erin")
    await operator.news()
    await stand_on(operator, "erin")
    await operator.press("x", "enter")
    assert len(desk.store.grants.all()) == 1
    await operator.press("x", "y")
    assert desk.store.grants.all() == []
    assert operator.sees("erin holds “Follow-up of consultation flows” no longer")
    await stand_on(operator, "alice")
    await operator.press("x")
    assert operator.sees("alice is the main manager by the settings: change it there.")


async def test_without_a_main_manager_the_screen_says_how_permissions_begin(tmp_path: Path) -> None:
    """S2-014."""
    desk = desk_in(tmp_path / "open")
    async with console(desk, place="health") as operator:
        await open_permissions(operator)
        assert operator.sees("Everybody who opens this console sees every flow")
        await operator.press("a")
        assert operator.sees("The settings name no main manager of any structure.")
        await operator.press("s")
        assert operator.sees("The settings name no main manager of any structure.")
    desk.store.close()


async def test_a_colleague_sees_the_flows_from_the_moment_of_the_grant(desk: Desk) -> None:
    """S2-014: user B, at a desk of his own, sees user A's flow; it goes as the permission goes."""
    desk.store.flows.put(flow(1, issuer_siret=TOWN, queued_by="alice@billing"))
    colleague = replace(desk, who="root@elsewhere")
    async with console(colleague, place="flows") as operator:
        assert operator.sees("You do not see the flows of", "alice, its main manager, can grant that")
        permissions.add_profile(desk, TOWN, "root")
        await operator.news()
        assert operator.sees("PAPETERIE", "✓ Integrated", "1/1")
        permissions.remove_profile(desk, TOWN, "root", Profile.FLOW_FOLLOW_UP)
        await operator.news()
        assert not operator.sees("✓ Integrated")


async def test_p_opens_them_at_flows(desk: Desk) -> None:
    """S2-020: the way there, with one key, and back."""
    async with console(desk, place="flows") as operator:
        await operator.press("p")
        assert operator.sees("User permissions", "Structure: Papeterie du Midi")
        await operator.press("escape")
        assert operator.sees("Flows › Home")


@pytest.mark.parametrize("size", SIZES[:2])
def test_it_looks_like_this(snap_compare: Any, desk: Desk, size: tuple[int, int]) -> None:
    """S2-022: structure, users, and the profiles of the one under the cursor."""
    from chorus_tui.ui.app import ChorusConsole

    permissions.add_profile(desk, TOWN, "erin")
    permissions.add_profile(desk, TOWN, "frank", Profile.SECONDARY_MANAGER)

    async def open_it(pilot: Any) -> None:
        await pilot.app.push_screen(Permissions())
        await pilot.pause()
        await pilot.press("down")
        await pilot.pause()

    assert snap_compare(ChorusConsole(desk, place="health"), terminal_size=size, run_before=open_it)
    assert desk.now() == NOW
