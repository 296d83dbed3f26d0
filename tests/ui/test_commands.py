"""The registry of commands: what it feeds and what it refuses."""

import re

import pytest

from chorus_tui.ui.commands import cheat_sheet, check_keys, every_scope
from chorus_tui.ui.places import PLACES

FORBIDDEN = {"ctrl+enter", "shift+enter", "ctrl+backslash", "ctrl+space"} | {f"ctrl+{c}" for c in "sqabjmhi"}
ALT_GR = {
    "left_square_bracket",
    "right_square_bracket",
    "backslash",
    "left_curly_bracket",
    "vertical_line",
    "tilde",
    "at",
}
"""What a French keyboard types with AltGr only (number_sign and circumflex_accent too)."""

COMMANDS = {c.id: c for scopes in every_scope() for scope in scopes for c in scope.commands}


def test_no_command_needs_a_key_that_a_terminal_or_a_french_keyboard_cannot_type() -> None:
    keys = {key for command in COMMANDS.values() for key in command.keys.split()}
    assert not keys & (FORBIDDEN | ALT_GR | {"number_sign", "circumflex_accent"})


def test_every_command_says_what_it_does_in_a_sentence() -> None:
    for command in COMMANDS.values():
        assert command.label
        assert command.sentence.endswith("."), command.id


@pytest.mark.parametrize("scopes", every_scope(), ids=lambda scopes: scopes[0].id)
def test_a_key_of_a_screen_means_one_thing_within_a_scope(scopes: tuple[object, ...]) -> None:
    for scope in scopes:
        keys = [key for c in scope.commands for key in c.keys.split()]  # type: ignore[attr-defined]  # a Scope
        assert len(keys) == len(set(keys))


def test_each_place_opens_with_an_f_key_its_digit_or_the_unshifted_key_of_a_french_keyboard() -> None:
    """S1-001."""
    unshifted = ("ampersand", "é", "quotation_mark", "apostrophe", "left_parenthesis", "minus")
    for place, french in zip(PLACES, unshifted, strict=True):
        assert set(place.keys.split()) == {str(place.number), f"f{place.number + 1}", french}


def test_the_cheat_sheet_names_every_command_with_its_keys() -> None:
    sheet = cheat_sheet()
    for command in COMMANDS.values():
        assert command.sentence in sheet
    assert re.search(r"^  x +Export to CSV", sheet, re.M)


def test_the_cheat_sheet_tells_the_keys_of_the_settings() -> None:
    assert re.search(r"^  F9 +Export to CSV", cheat_sheet({"tracking.export": "f9"}), re.M)


def test_a_key_given_to_two_commands_is_told_with_both_names() -> None:
    (sentence,) = check_keys({"tracking.export": "t"})
    assert "list.sort" in sentence
    assert "tracking.export" in sentence


def test_a_command_that_does_not_exist_is_told() -> None:
    assert check_keys({"tracking.explode": "x"}) == ["keys.tracking.explode: there is no such command"]


def test_keys_that_are_free_are_fine() -> None:
    assert check_keys({"tracking.export": "f9", "list.sort": "O"}) == []
