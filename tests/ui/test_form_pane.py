from hypothesis import given
from hypothesis import strategies as st

from chorus_tui.ui.widgets.form_edit import LineEdit
from chorus_tui.ui.widgets.form_pane import narrowed

TABLE = """
        Désignation              Quantité         Montant


        Prestation                      2          100,00
        Frais de port                   1           12,50
"""


def test_a_page_is_narrowed_without_tearing_its_columns_apart() -> None:
    lines = [line for line in narrowed(TABLE.split("\n")) if line]
    assert max(map(len, lines)) < 40
    first, second = lines[1], lines[2]
    assert first.rindex("100,00") + 6 == second.rindex("12,50") + 5


@given(st.lists(st.text(alphabet=" ab", max_size=30), max_size=8))
def test_narrowing_loses_no_letter(page: list[str]) -> None:
    def letters(lines: list[str]) -> list[str]:
        return [letter for line in lines for letter in line if letter != " "]

    assert letters(narrowed(page)) == letters(page)


@given(st.text(alphabet="ab é,", max_size=20), st.lists(st.sampled_from(["left", "right", "home", "end"])))
def test_moving_never_changes_the_text(text: str, keys: list[str]) -> None:
    edit = LineEdit.at_end(text)
    for key in keys:
        edit = edit.press(key) or edit
    assert edit.text == text
    assert 0 <= edit.cursor <= len(text)


def test_keys_edit_as_in_a_shell() -> None:
    edit = LineEdit.at_end("one two three")
    assert edit.press("ctrl+w") == LineEdit("one two ", 8)
    assert edit.press("ctrl+u") == LineEdit("", 0)
    assert LineEdit("one two", 4).press("ctrl+k") == LineEdit("one ", 4)
    assert LineEdit("one two", 0).press("ctrl+right") == LineEdit("one two", 4)
    assert edit.press("f9") is None


@given(st.text(max_size=30), st.integers(3, 20))
def test_the_cursor_is_always_in_sight(text: str, width: int) -> None:
    for cursor in range(len(text) + 1):
        _, column = LineEdit(text, cursor).window(width)
        assert 0 <= column < width
