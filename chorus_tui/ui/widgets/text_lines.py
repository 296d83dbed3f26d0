"""A text of several lines as it is broken for a width, and where the cursor goes in it. Pure."""

from chorus_tui.ui.widgets.form_edit import LineEdit


def broken(text: str, width: int) -> list[tuple[int, int]]:
    """First character and end of each line on the screen; a blank at a break hangs at the end of its line.

    Every character but line breaks is in exactly one of them, so that the cursor is.
    """
    lines: list[tuple[int, int]] = []
    start = 0
    for paragraph in text.split("\n"):
        end = start + len(paragraph)
        while end - start > width:
            blank = text.rfind(" ", start, start + width + 1)
            after = blank + 1 if blank > start else start + width
            lines.append((start, after))
            start = after
        lines.append((start, end))
        start = end + 1
    return lines


def line_of(lines: list[tuple[int, int]], cursor: int) -> int:
    """On which line a cursor stands."""
    return max(number for number, (start, _end) in enumerate(lines) if start <= cursor or not number)


def column_of(edit: LineEdit, width: int) -> int:
    """In which column of its line the cursor stands."""
    lines = broken(edit.text, width)
    return edit.cursor - lines[line_of(lines, edit.cursor)][0]


def moved(edit: LineEdit, by: int, width: int, column: int) -> LineEdit | None:
    """The cursor some lines further down (up: negative), in a column; None: there is no such line."""
    lines = broken(edit.text, width)
    there = line_of(lines, edit.cursor) + by
    if not 0 <= there < len(lines):
        return None
    start, end = lines[there]
    last = end - 1 if there + 1 < len(lines) and end == lines[there + 1][0] else end
    return LineEdit(edit.text, min(start + column, max(start, last)))


def pressed(edit: LineEdit, key: str) -> LineEdit | None:
    """What an editing key makes of the text: what is about a line is about the paragraph of the cursor."""
    if key not in ("home", "end", "ctrl+e", "ctrl+u", "ctrl+k"):
        return edit.press(key)
    start = edit.text.rfind("\n", 0, edit.cursor) + 1
    end = edit.text.find("\n", edit.cursor)
    end = len(edit.text) if end < 0 else end
    inside = LineEdit(edit.text[start:end], edit.cursor - start).press(key)
    if inside is None:
        return None
    return LineEdit(edit.text[:start] + inside.text + edit.text[end:], start + inside.cursor)
