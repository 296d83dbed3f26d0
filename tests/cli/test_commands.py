"""Each command on its own: what it prints, what it refuses, and the code it ends with."""

import json
import stat
from importlib import import_module
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner

from chorus_tui.cli import ROOMS, Commands, main
from chorus_tui.cli.codes import Exit
from chorus_tui.cli.logs import start
from chorus_tui.settings import Credentials
from tests.cli.conftest import Run


def test_help_names_every_command_and_ends_with_the_exit_codes() -> None:
    text = CliRunner().invoke(main, ["--help"]).stdout
    for name in main.commands:
        assert f"\n  {name} " in text
    for code in Exit:
        assert f"{code.value:>4}  {code.meaning}" in text


def test_every_command_is_found_in_the_room_that_is_said_to_hold_it() -> None:
    folder = files("chorus_tui.cli")
    assert {
        path.name for path in folder.iterdir() if path.is_file() and "\nCOMMANDS = " in path.read_text()
    } == {f"{room}.py" for room in ROOMS}
    for room, names in ROOMS.items():
        commands = import_module(f"chorus_tui.cli.{room}").COMMANDS
        assert names == tuple(command.name for command in commands)
        assert [main.commands[name] for name in names] == list(commands)


def test_a_command_that_is_not_there_is_told_beside_those_that_are() -> None:
    answer = CliRunner().invoke(main, ["recipient"])
    assert (answer.exit_code, "No such command 'recipient'" in answer.stderr) == (2, True)


def test_init_makes_a_home_and_says_where_secrets_go(run: Run, home: Path) -> None:
    answer = run("init")
    assert answer.exit_code == 0
    assert str(home / "settings.toml") in answer.stdout
    assert str(home / "secrets") in answer.stdout
    assert stat.S_IMODE((home / "data").stat().st_mode) == 0o700
    assert json.loads(run("paths", "--json").stdout)["settings"] == str(home / "settings.toml")


def test_init_leaves_what_is_there(run: Run, home: Path) -> None:
    home.mkdir()
    (home / "settings.toml").write_text("hold = 9\n")
    answer = run("init")
    assert (answer.exit_code, "stay as they are" in answer.stdout) == (0, True)
    assert (home / "settings.toml").read_text() == "hold = 9\n"


def test_init_where_nothing_can_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    answer = CliRunner().invoke(main, ["--home", str(tmp_path / "file" / "home"), "init"])
    assert answer.exit_code == 3
    assert "cannot be written" in answer.stderr
    assert "--home" in answer.stderr


def test_status_of_an_empty_home_is_zero_and_makes_nothing(run: Run, home: Path) -> None:
    found = json.loads(run("status", "--json").stdout)
    assert found["places"] == {"to_submit": 0, "in_error": 0, "to_process": 0, "tracking": 0}
    assert (found["documents"], found["invoices"], found["sync"]["leader"]) == ({}, {}, None)
    assert not home.exists()


def test_status_is_plain_lines_too(run: Run) -> None:
    assert "Documents to be submitted: 0" in run("status").stdout


def test_status_speaks_french(run: Run) -> None:
    assert "Documents à déposer" in run("status", LANG="fr_FR.UTF-8").stdout


def test_a_typo_in_the_settings_is_named_and_nothing_runs(run: Run, home: Path) -> None:
    home.mkdir()
    (home / "settings.toml").write_text("\n[connection]\ntimeuot = 3\n")
    answer = run("status")
    assert answer.exit_code == 3
    assert 'settings.toml, line 3, key "connection.timeuot"' in answer.stderr
    assert 'Did you mean "timeout"?' in answer.stderr
    assert answer.stdout == ""


def test_a_secret_others_can_read_is_refused(run: Run, home: Path) -> None:
    (home / "secrets").mkdir(parents=True)
    (home / "secrets" / "password").write_text("hunter2")
    (home / "secrets" / "password").chmod(0o644)
    answer = run("status")
    assert answer.exit_code == 3
    assert "chmod 600" in answer.stderr
    assert "hunter2" not in answer.output


@pytest.mark.parametrize(
    "arguments", [("status",), ("list", "tracking"), ("submit", "--all-complete"), ("doctor",)]
)
def test_a_data_folder_that_cannot_be_written_is_named(
    run: Run, home: Path, arguments: tuple[str, ...]
) -> None:
    home.mkdir()
    (home / "data").write_text("a file where the folder should be")
    answer = run(*arguments)
    assert answer.exit_code == 4
    assert str(home / "data") in answer.output
    assert "--home" in answer.output


def test_a_damaged_store_is_said_with_what_to_do(run: Run, home: Path) -> None:
    (home / "data").mkdir(parents=True)
    (home / "data" / "chorus.db").write_bytes(b"this is no database at all" * 200)
    answer = run("list", "to_submit")
    assert answer.exit_code == 4
    assert "damaged" in answer.stderr
    assert "chorus-tui restore" in answer.stderr


def test_sync_without_secrets_names_them(run: Run, home: Path) -> None:
    """S1-081."""
    run("init")
    answer = run("sync", "--once", CHORUS_TUI_LOGIN="me")
    assert answer.exit_code == 3
    assert "client_id, client_secret, password" in answer.stderr
    assert str(home / "secrets") in answer.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("submit",),
        ("submit", "x", "--all-complete"),
        ("reprocess",),
        ("remove",),
        ("list", "elsewhere"),
        ("nonsense",),
    ],
)
def test_a_command_line_that_is_not_understood_ends_with_2(run: Run, arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2


def test_an_empty_list_is_a_line_of_titles(run: Run) -> None:
    assert run("list", "tracking").stdout.count("\n") == 1
    assert json.loads(run("list", "to_process", "--json").stdout) == []


def test_restore_of_a_folder_that_is_no_backup_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "something").mkdir()
    answer = run("restore", tmp_path / "something")
    assert answer.exit_code == 4
    assert str(tmp_path / "something") in answer.stderr


def test_keys_print_what_the_settings_changed(run: Run, home: Path) -> None:
    home.mkdir()
    (home / "settings.toml").write_text('[keys]\n"to_submit.submit" = "f9"\n')
    sheet = run("keys").stdout
    [line] = [line for line in sheet.splitlines() if line.split()[1:2] == ["Submit"]]
    assert line.split()[0] == "F9"
    assert "to_submit.submit\tf9\tSubmit" in run("keys", "--names").stdout


def test_a_defect_is_one_sentence_and_its_traceback_is_in_the_log(tmp_path: Path) -> None:
    group = Commands("chorus-tui")

    @group.command()
    def stumble() -> None:
        raise RuntimeError("boom")

    start(tmp_path / "log", Credentials())
    answer = CliRunner().invoke(group, ["stumble"])
    assert answer.exit_code == 70
    assert "RuntimeError" in answer.stderr
    assert "boom" not in answer.output
    assert "boom" in (tmp_path / "log" / "chorus-tui.log").read_text()
