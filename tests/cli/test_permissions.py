"""The command `permissions`: who sees the flows of a structure, and who says so (S2-020…024)."""

import json
import os
import pwd
from pathlib import Path

import pytest

from chorus_tui.cli.visit import who
from chorus_tui.domain.permissions import Grant, Profile
from chorus_tui.store import Store
from tests.cli.conftest import Run
from tests.console.operator import NOW

TOWN, THEIRS = "00000000000017", "00000000000033"
ME = pwd.getpwuid(os.getuid()).pw_name


@pytest.fixture(autouse=True)
def governed(home: Path) -> None:
    """One structure is mine, another one carol's."""
    home.mkdir()
    (home / "settings.toml").write_text(
        f"""
[[structures]]
siret = "000 000 000 00017"
main_manager = "{ME}"
[[structures]]
siret = "{THEIRS}"
main_manager = "carol"
"""
    )


def test_the_operator_is_the_user_of_the_process_and_not_who_the_environment_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """S2-020: LOGNAME=carol makes nobody carol."""
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "carol")
    assert who().rpartition("@")[0] == ME


def test_a_profile_is_granted_listed_and_taken_away(run: Run, home: Path) -> None:
    """S2-020, S2-022, S2-023."""
    rehearsed = run("permissions", "add", TOWN, "daemon", "--dry-run")
    assert rehearsed.stdout.startswith("Nothing was changed.")
    answer = run("permissions", "add", TOWN, "daemon")
    assert (answer.exit_code, answer.stdout) == (
        0,
        f"daemon holds “Follow-up of consultation flows” on {TOWN}.\n",
    )
    listed = json.loads(run("permissions", "list", TOWN, "--json").stdout)
    assert [(row["user"], row["profile"]) for row in listed] == [
        (ME, "main_manager"),
        ("daemon", "flow_follow_up"),
    ]
    assert listed[1]["granted_by"] == ME
    lines = run("permissions").stdout.splitlines()
    assert len(lines) == 1 + 2 + 1
    assert "daemon\tFollow-up of consultation flows" in lines[2]
    assert run("permissions", "remove", TOWN, "daemon").exit_code == 0
    with Store.open(home / "data") as store:
        assert store.grants.all() == []


def test_a_profile_that_is_held_already_is_refused_with_the_sentence_of_the_portal(run: Run) -> None:
    """S2-024."""
    run("permissions", "add", TOWN, "daemon")
    again = run("permissions", "add", TOWN, "daemon")
    assert (again.exit_code, again.stdout) == (1, "")
    assert again.stderr == "The user already has the selected subscription\n"
    assert run("permissions", "add", TOWN, "daemon", "--profile", "secondary-manager").exit_code == 0


def test_only_the_main_manager_grants_also_when_the_environment_says_otherwise(run: Run, home: Path) -> None:
    """S2-020: the command line obeys as the screens do."""
    answer = run("permissions", "add", THEIRS, "daemon", LOGNAME="carol", USER="carol")
    assert answer.exit_code == 1
    assert answer.stderr == (
        f"carol, the main manager of {THEIRS}, grants permissions on it; you are {ME}.\n"
    )
    with Store.open(home / "data") as store:
        assert store.grants.all() == []
        grant = Grant(
            user=ME, siret=THEIRS, profile=Profile.SECONDARY_MANAGER, granted_by="carol", granted_at=NOW
        )
        store.grants.put(grant)
    assert run("permissions", "remove", THEIRS, ME).exit_code == 1


def test_what_is_mistyped_is_said(run: Run) -> None:
    """S2-021."""
    unknown = run("permissions", "add", TOWN, "nobody-of-this-name")
    assert "There is no account nobody-of-this-name on this system" in unknown.stderr
    short = run("permissions", "add", "123", "daemon")
    assert short.exit_code == 2
    assert "`chorus-tui permissions list` prints the structures" in short.stderr


def test_where_no_structure_has_a_main_manager_the_list_says_who_sees_what(run: Run, home: Path) -> None:
    """S2-014."""
    (home / "settings.toml").write_text("")
    assert run("permissions").stdout.startswith("Everybody who opens this console sees every flow")
    assert json.loads(run("permissions", "list", "--json").stdout) == []
