"""A form as lines of text for a given width: pure, so that what a clerk sees can be read in a test.

Each field takes one line (label, value, source) and, below it, what is wrong with it and the list that is
open under it. A stop is a place where the cursor can stand: a field, a cell of a VAT line, an attachment.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from rich.cells import cell_len

from chorus_tui.domain.document import Attachment
from chorus_tui.i18n import _
from chorus_tui.ui.screens.form_fields import VAT_COLUMNS, Editor, FormField, split_vat
from chorus_tui.ui.screens.form_sheet import Option, Sheet, words_for
from chorus_tui.ui.widgets.form_edit import LineEdit
from chorus_tui.ui.widgets.lines import Line, Span
from chorus_tui.ui.widgets.painted import columns_of, cut, pad, wrap
from chorus_tui.ui.widgets.text_lines import broken, line_of

LIST_HEIGHT = 7
"""Lines that an open list takes at most."""

MESSAGE_HEIGHT = 4
"""Lines that one message takes at most."""


class Stop(NamedTuple):
    """Where the cursor stands: a field, and which of its cells or lines."""

    name: str
    cell: int = 0


@dataclass(frozen=True)
class OpenList:
    """The list that is open under the current stop."""

    options: tuple[Option, ...]
    selected: int = 0
    empty: str = ""
    """Translated: why there is nothing in it, or what is being waited for."""


@dataclass(frozen=True)
class Desktop:
    """Everything that the lines depend on besides the sheet."""

    at: Stop
    edit: LineEdit
    width: int
    open_list: OpenList | None = None
    fresh: bool = False
    """The next letter replaces the text, as in a field that was just entered."""
    editing: bool = False
    """Something was typed at the stop since the cursor came: its errors wait until it leaves."""
    types: tuple[Option, ...] = ()
    """The kinds of attachments."""


@dataclass
class Layout:
    """The lines, where each stop is, and where the terminal's cursor belongs."""

    lines: list[Line] = field(default_factory=list)
    line_of: dict[Stop, int] = field(default_factory=dict)
    cursor: tuple[int, int] | None = None
    """Column and line."""
    reach: tuple[int, int] = (0, 0)
    """First and last line that should be in sight."""


def stops(sheet: Sheet) -> tuple[Stop, ...]:
    """Every stop of the form, from top to bottom. A blank VAT line always waits at the end."""
    found: list[Stop] = []
    for declared in sheet.shown:
        count = 1
        if declared.editor is Editor.VAT:
            count = len(VAT_COLUMNS) * (len(split_vat(sheet.text(declared.name))) + 1)
        elif declared.editor is Editor.FILES:
            count = len(sheet.document.attachments) + 1
        elif declared.editor is Editor.NUMBERS:
            count = len(sheet.text(declared.name).splitlines()) + 1
        found.extend(Stop(declared.name, cell) for cell in range(count))
    return tuple(found)


def stop_text(sheet: Sheet, stop: Stop) -> str:
    """What is edited at a stop."""
    declared = sheet.declared(stop.name)
    if declared.editor is Editor.VAT:
        lines = split_vat(sheet.text(stop.name))
        row, column = divmod(stop.cell, len(VAT_COLUMNS))
        return lines[row][column] if row < len(lines) else ""
    return "" if declared.editor in (Editor.FILES, Editor.NUMBERS) else sheet.text(stop.name)


def lay_out(sheet: Sheet, desktop: Desktop) -> Layout:
    """The whole form."""
    layout = Layout()
    label_width = _label_width(sheet, desktop.width)
    for declared in sheet.shown:
        if declared.heading:
            layout.lines.append(_heading(_(declared.heading), desktop.width))
        match declared.editor:
            case Editor.VAT:
                _vat(layout, sheet, declared, desktop)
            case Editor.FILES:
                _files(layout, sheet, declared, desktop)
            case Editor.NUMBERS:
                _numbers(layout, sheet, declared, desktop)
            case Editor.TEXT:
                _free_text(layout, sheet, declared, desktop)
            case _:
                _field(layout, sheet, declared, desktop, label_width)
        _messages(layout, sheet, declared, desktop)
    return layout


def _label_width(sheet: Sheet, width: int) -> int:
    longest = max(len(_(declared.label)) for declared in sheet.shown) + 2
    return min(longest, width * 48 // 100)


def _heading(words: str, width: int) -> Line:
    rule = "─" * max(0, width - len(words) - 3)
    return ((f" {words} ", "head"), (rule, "faint"))


def _mark(sheet: Sheet, name: str) -> Span:
    found = sheet.problems.get(name, ())
    if any(problem.blocking for problem in found):
        return "✗", "bad"
    return ("!", "waits") if found or sheet.disagreement(name) else (" ", "plain")


def _label(sheet: Sheet, declared: FormField, width: int) -> list[Span]:
    required = declared.name in sheet.required
    words = cut(_(declared.label), width - 2 if required else width - 1)
    spans = [_mark(sheet, declared.name), (words, "plain")]
    if required:
        spans.append(("*", "bad"))
    spans.append((" " * (width - len(words) - required), "plain"))
    return spans


def edited(edit: LineEdit, width: int, fresh: bool = False) -> tuple[list[Span], int]:
    """A text being edited in exactly so many columns, with the cursor drawn; and the cursor's column."""
    text, column = edit.window(width)
    if fresh and text:
        return [(text, "cursor"), (" " * max(0, width - cell_len(text)), "cursor_away")], column
    at = edit.cursor - edit.window_start(width)
    under = text[at : at + 1] or " "
    rest = max(0, width - cell_len(text[:at] + under))
    return [
        (text[:at], "cursor_away"),
        (under, "cursor"),
        (pad(text[at + 1 :], rest), "cursor_away"),
    ], column


def _field(layout: Layout, sheet: Sheet, declared: FormField, desktop: Desktop, label_width: int) -> None:
    here = desktop.at.name == declared.name
    spans = _label(sheet, declared, label_width)
    room = desktop.width - 1 - label_width
    y = len(layout.lines)
    layout.line_of[Stop(declared.name)] = y
    if here:
        if declared.editor.has_list and desktop.open_list is None:
            told, column = [(pad(words_for(sheet, declared), room), "cursor")], 0
        else:
            told, column = edited(desktop.edit, room, desktop.fresh)
        layout.cursor = (label_width + 1 + column, y)
        layout.reach = (y, y)
        spans += told
    else:
        tag = sheet.source(declared.name)
        value = words_for(sheet, declared)
        if value and tag:
            # A number that is cut is of no use; the word beside it is.
            beside = max(min(len(tag), 8), min(len(tag), room - columns_of(value) - 1))
            spans += [(pad(value, room - beside - 1), "strong"), (f" {cut(tag, beside)}", "faint")]
        elif not value and declared.name in sheet.required:
            spans.append((_("to fill in"), "bad"))
        else:
            spans.append((cut(value, room), "strong"))
    layout.lines.append(tuple(spans))
    if here:
        _list(layout, desktop)
    for note in _notes(sheet, declared):
        layout.lines.append((("  ", "plain"), (cut(note, desktop.width - 2), "plain")))


def _notes(sheet: Sheet, declared: FormField) -> list[str]:
    if declared.editor is Editor.RECIPIENT:
        name = sheet.fields.recipient_name or ""
        known = sheet.recipient is not None and sheet.recipient.siret == sheet.fields.recipient_siret
        if known and sheet.recipient is not None:
            name = sheet.recipient.name or name
        return [name] if name else []
    if declared.editor is Editor.SERVICE and sheet.recipient is not None:
        service = sheet.recipient.service(sheet.text(declared.name))
        if service is not None:
            return [service.name] if service.name else []
        printed = sheet.fields.service_label
        notes = [_("Printed: {label}").format(label=printed)] if printed else []
        if sheet.offers and not sheet.text(declared.name):
            offer = sheet.offers[0]
            notes.append(_("Perhaps {service} ({why}): Enter.").format(service=offer.value, why=offer.aside))
        return notes
    return []


def _list(layout: Layout, desktop: Desktop) -> None:
    shown = desktop.open_list
    if shown is None:
        return
    if not shown.options:
        for line in wrap(shown.empty, desktop.width - 4, MESSAGE_HEIGHT):
            layout.lines.append((("  │ ", "faint"), (line, "waits")))
    first = min(max(0, shown.selected - LIST_HEIGHT // 2), max(0, len(shown.options) - LIST_HEIGHT))
    for place in range(first, min(first + LIST_HEIGHT, len(shown.options))):
        words = _option_words(shown.options[place], desktop.width - 4)
        if place == shown.selected:
            layout.lines.append((("  ▸ ", "strong"), (words, "cursor")))
        else:
            layout.lines.append((("  │ ", "faint"), (words, "plain")))
    if len(shown.options) > LIST_HEIGHT:
        counted = _("{at} of {count}").format(at=shown.selected + 1, count=len(shown.options))
        layout.lines.append((("  └ ", "faint"), (counted, "faint")))
    layout.reach = (layout.reach[0], len(layout.lines) - 1)


def _option_words(option: Option, width: int) -> str:
    if not option.aside:
        return pad(option.words, width)
    return f"{pad(option.words, max(8, width - len(option.aside) - 1))} {option.aside}"


def _vat_widths(width: int) -> tuple[int, int, int]:
    rate = 7
    net = (width - rate - 6) // 2
    return rate, net, width - rate - 6 - net


def _vat(layout: Layout, sheet: Sheet, declared: FormField, desktop: Desktop) -> None:
    tag = sheet.source(declared.name)
    label = _label(sheet, declared, max(1, desktop.width - 2 - len(tag)))
    layout.lines.append((*label, (tag, "faint")))
    widths = _vat_widths(desktop.width)
    titles = (_("rate %"), _("net"), _("VAT"))
    layout.lines.append(
        (
            ("   ", "plain"),
            *((pad(t, w, right=True) + " ", "faint") for t, w in zip(titles, widths, strict=True)),
        )
    )
    rows = [*split_vat(sheet.text(declared.name)), ["", "", ""]]
    for row, cells in enumerate(rows):
        y = len(layout.lines)
        spans: list[Span] = [("   ", "plain")]
        x = 3
        for column, (text, width) in enumerate(zip(cells, widths, strict=True)):
            stop = Stop(declared.name, row * len(VAT_COLUMNS) + column)
            layout.line_of[stop] = y
            if desktop.at == stop:
                told, shift = edited(desktop.edit, width, desktop.fresh)
                layout.cursor = (x + shift, y)
                layout.reach = (y, y)
                spans += told
            else:
                blank = "·" if row == len(rows) - 1 else ""
                spans.append((pad(text or blank, width, right=True), "strong" if text else "faint"))
            spans.append((" ", "plain"))
            x += width + 1
        layout.lines.append(tuple(spans))


def _file_words(attachment: Attachment, types: Sequence[Option]) -> tuple[str, str]:
    kind = next((o.words for o in types if o.value == attachment.type_code), attachment.type_code)
    kilobytes = max(1, attachment.size // 1024)
    return attachment.name, f"{kind}  " + _("{size} KB").format(size=kilobytes)


def _files(layout: Layout, sheet: Sheet, declared: FormField, desktop: Desktop) -> None:
    attachments = sheet.document.attachments
    entries = [_file_words(attachment, desktop.types) for attachment in attachments]
    _entries(layout, sheet, declared, desktop, entries, _("Add a file"))


def _numbers(layout: Layout, sheet: Sheet, declared: FormField, desktop: Desktop) -> None:
    layout.lines.append(tuple(_label(sheet, declared, desktop.width - 2)))
    numbers = sheet.text(declared.name).splitlines()
    entries = [(number, sheet.about(declared.name, number)) for number in numbers]
    _entries(layout, sheet, declared, desktop, entries, _("Add a number"))


def _entries(
    layout: Layout,
    sheet: Sheet,
    declared: FormField,
    desktop: Desktop,
    entries: Sequence[tuple[str, str]],
    add: str,
) -> None:
    """What was added, each with words beside it, and the line where more is added."""
    width = desktop.width
    for place, (name, about) in enumerate(entries):
        stop = Stop(declared.name, place)
        y = layout.line_of[stop] = len(layout.lines)
        room = max(10, width - 3 - min(len(about), width // 2))
        here = desktop.at == stop
        look = "cursor" if here else "strong"
        layout.lines.append(
            (
                _mark(sheet, declared.name),
                (pad(name, room), look),
                (cut(f" {about}", width - 1 - room), "faint"),
            )
        )
        if here:
            layout.cursor, layout.reach = (1, y), (y, y)
    stop = Stop(declared.name, len(entries))
    y = layout.line_of[stop] = len(layout.lines)
    if desktop.at != stop:
        layout.lines.append(((" ", "plain"), (f"+ {add}", "plain")))
        return
    layout.reach = (y, y)
    if desktop.open_list is None:
        layout.cursor = (1, y)
        layout.lines.append(((" ", "plain"), (pad(f"+ {add}", width - 1), "cursor")))
    else:
        told, column = edited(desktop.edit, width - 3)
        layout.cursor = (3 + column, y)
        layout.lines.append(((" + ", "plain"), *told))
        _list(layout, desktop)


def _free_text(layout: Layout, sheet: Sheet, declared: FormField, desktop: Desktop) -> None:
    here = desktop.at.name == declared.name
    text = desktop.edit.text if here else sheet.text(declared.name)
    tag = sheet.source(declared.name)
    count = f"{len(text)} " if text else ""
    room = max(1, desktop.width - 2 - len(tag) - len(count))
    layout.lines.append((*_label(sheet, declared, room), (count + tag, "faint")))
    width = desktop.width - 2
    first = layout.line_of[Stop(declared.name)] = len(layout.lines)
    parts = broken(text, width)
    line = first + line_of(parts, desktop.edit.cursor)
    for start, end in parts:
        part = text[start:end]
        if here and len(layout.lines) == line:
            told, column = edited(LineEdit(part, desktop.edit.cursor - start), width)
            layout.cursor = (1 + column, len(layout.lines))
            layout.lines.append(((" ", "plain"), *told))
        else:
            layout.lines.append(
                ((" ", "plain"), (pad(part[:width], width), "cursor_away" if here else "strong"))
            )
    if here:
        layout.reach = (line, line)


def _messages(layout: Layout, sheet: Sheet, declared: FormField, desktop: Desktop) -> None:
    """What is wrong; of an empty field "to fill in" stands beside it, and why only where the cursor is."""
    here = desktop.at.name == declared.name
    said: list[tuple[str, str, str]] = []
    if not (here and desktop.editing):
        said += [
            ("✗", "bad", problem.text) if problem.blocking else ("!", "waits", problem.text)
            for problem in sheet.problems.get(declared.name, ())
            if here or not (problem.id.endswith(".missing") and problem.blocking)
        ]
        disagreement = sheet.disagreement(declared.name)
        if disagreement:
            said.append(("≠", "waits", disagreement))
    for sign, look, words in said:
        for place, line in enumerate(wrap(words, desktop.width - 4, MESSAGE_HEIGHT)):
            layout.lines.append((("  ", "plain"), (f"{sign if place == 0 else ' '} {line}", look)))
    if here and desktop.open_list is None:
        layout.reach = (layout.reach[0], len(layout.lines) - 1)
