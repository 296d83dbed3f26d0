"""Texts of several lines: broken at words, and the cursor moves over them as they look."""

from hypothesis import given
from hypothesis import strategies as st

from chorus_tui.ui.widgets.form_edit import LineEdit
from chorus_tui.ui.widgets.text_lines import broken, column_of, line_of, moved, pressed

TEXTS = st.text(alphabet="ab \n", max_size=60)
WIDTHS = st.integers(2, 20)


@given(TEXTS, WIDTHS)
def test_every_character_stands_on_exactly_one_line(text: str, width: int) -> None:
    lines = broken(text, width)
    assert "".join(text[start:end] for start, end in lines) == text.replace("\n", "")
    assert all(len(text[start:end].rstrip(" ")) <= width for start, end in lines)
    assert lines == sorted(lines)


@given(TEXTS, WIDTHS, st.data())
def test_up_and_down_go_to_the_neighbouring_line_and_nowhere_else(
    text: str, width: int, data: st.DataObject
) -> None:
    edit = LineEdit(text, data.draw(st.integers(0, len(text))))
    lines = broken(text, width)
    here = line_of(lines, edit.cursor)
    for by in (-1, 1):
        there = moved(edit, by, width, column_of(edit, width))
        if there is None:
            assert not 0 <= here + by < len(lines)
        else:
            assert line_of(lines, there.cursor) == here + by
            assert there.text == text


@given(TEXTS, st.data(), st.sampled_from(["home", "end", "ctrl+u", "ctrl+k", "backspace", "left"]))
def test_a_key_about_a_line_leaves_other_paragraphs_alone(text: str, data: st.DataObject, key: str) -> None:
    edit = LineEdit(text, data.draw(st.integers(0, len(text))))
    after = pressed(edit, key)
    assert after is not None
    assert 0 <= after.cursor <= len(after.text)
    if key in ("ctrl+u", "ctrl+k", "home", "end"):
        assert after.text.count("\n") == text.count("\n")
        at = text[: edit.cursor].count("\n")
        others = [part for place, part in enumerate(text.split("\n")) if place != at]
        assert [part for place, part in enumerate(after.text.split("\n")) if place != at] == others


def test_words_are_not_torn_but_those_that_are_wider_than_a_line() -> None:
    for text, width, lines in (
        ("the recipient asked for it", 14, ["the recipient ", "asked for it"]),
        ("x" * 7, 3, ["xxx", "xxx", "x"]),
    ):
        assert [text[start:end] for start, end in broken(text, width)] == lines
