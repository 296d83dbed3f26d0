"""The manual says what is: commands, options, exit codes, settings, links."""

import re
from pathlib import Path
from urllib.parse import unquote

import click
import pytest

from chorus_tui.cli import main
from chorus_tui.cli.codes import Exit
from chorus_tui.settings import (
    SECRET_NAMES,
    VARIABLES,
    Connection,
    EdiConnection,
    FilingRule,
    Folders,
    Settings,
    Structure,
    WatchedFolder,
)

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def rows(title: str) -> dict[str, list[str]]:
    """The rows of the table that begins with a title, by their first cell."""
    table = README.split(f"\n| {title} |", 1)[1].split("\n\n", 1)[0]
    lines = [line.replace("\\|", "/") for line in table.splitlines()[2:]]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {row[0]: row[1:] for row in cells}


def test_the_table_of_exit_codes_is_the_programs() -> None:
    assert rows("exit code") == {str(code.value): [code.meaning] for code in Exit}


def test_every_command_and_option_is_in_the_manual_and_nothing_else() -> None:
    told = " ".join(rows("command"))
    for name, command in main.commands.items():
        assert re.search(rf"`(chorus-tui )?{name}[ `]", told), name
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                [cell] = [cell for cell in rows("command") if re.search(rf"`{name}[ `]", cell)]
                assert parameter.opts[0] in cell, f"{name} {parameter.opts[0]}"
    for name in re.findall(r"`([a-z]+)[ `]", told):
        assert name in main.commands


def test_every_setting_is_in_the_manual_and_nothing_else() -> None:
    told = {name for cell in rows("key") for name in re.findall(r"`([a-z_]+)`", cell)}
    structs = (Settings, Connection, WatchedFolder, FilingRule, EdiConnection, Structure, Folders)
    known = {name for struct in structs for name in struct.__struct_fields__}
    tables = {"folders", "connection", "watch", "rules", "structures", "keys", "credentials", "settings"}
    assert told == known - tables


def test_the_defaults_in_the_manual_are_the_programs() -> None:
    table = rows("key")
    defaults = {
        name: default
        for cell, (default, _words) in table.items()
        for name in re.findall(r"`([a-z_]+)`", cell)
    }
    for struct, names in ((Settings, ("hold", "poll", "settle", "track_every")), (Connection, ("timeout",))):
        for name in names:
            default = struct.__struct_defaults__[
                struct.__struct_fields__[-len(struct.__struct_defaults__) :].index(name)
            ]
            assert defaults[name] == f"`{default:g}`"


def test_the_variables_and_secret_files_are_in_the_manual() -> None:
    for name in SECRET_NAMES:
        assert VARIABLES[name] in README
        assert re.search(rf"> {name}\n", README)


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)]+)\)", text):
        if not link.startswith("https://"):
            assert (ROOT / unquote(link)).exists(), link
    for named in re.findall(r"`((?:chorus_tui|tests|themes)/[\w/.]*)`", text):
        assert (ROOT / named).exists(), named


def test_the_details_of_interfaces_are_found_from_the_manual() -> None:
    """S2-078: they live in Chorus Pro's external specifications."""
    links = dict(re.findall(r"\[([^\]]+)\]\((https://[^)]+)\)", README))
    assert links["external specifications"].startswith("https://communaute.chorus-pro.gouv.fr/")
    assert links["documentation of its portal"].startswith("https://portail.chorus-pro.gouv.fr/")


def test_make_targets_named_are_there() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for page in ("README.md", "CONTRIBUTING.md"):
        for target in re.findall(
            r"(?:^    |`)make ([a-z]+)", (ROOT / page).read_text(encoding="utf-8"), re.M
        ):
            assert re.search(rf"^{target}:", makefile, re.M), target
