"""The file picker: folders by keyboard, typing narrows, a path may be typed whole.

    picker = FilePicker(room=words_of_what_is_left)
    self.app.push_screen(picker, lambda _result: self.attach(picker.picked))

It begins where the same person picked a file last, and picks several at once (tab marks).
"""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from textual.app import ComposeResult
from textual.containers import Horizontal

from chorus_tui.domain.statuses import Tone
from chorus_tui.i18n import N_, _, ngettext
from chorus_tui.store import StoreError
from chorus_tui.text import clean
from chorus_tui.ui import words
from chorus_tui.ui.columns import Column
from chorus_tui.ui.commands import Command, Scope
from chorus_tui.ui.screens.console import EVERYWHERE, ConsoleScreen
from chorus_tui.ui.screens.form_layout import edited
from chorus_tui.ui.screens.picker_folder import (
    FOLDER,
    Entry,
    Folder,
    Judge,
    as_attachment,
    is_path,
    narrowed,
    parent_of,
    read_folder,
    remember,
    remembered,
    total,
    typed_path,
)
from chorus_tui.ui.widgets.form_edit import LineEdit
from chorus_tui.ui.widgets.form_pane import FieldsPane
from chorus_tui.ui.widgets.lines import Lines
from chorus_tui.ui.widgets.listing import Listing
from chorus_tui.ui.widgets.painted import columns_of, cut, pad, wrap

MESSAGE_HEIGHT = 2


def _tone(entry: Entry) -> Tone:
    return Tone.FAINT if entry.refusal else Tone.PLAIN


COLUMNS: tuple[Column[Entry], ...] = (
    Column("name", N_("Name"), 40, lambda e: e.name, grows=True, tone=_tone, shorten=words.file_name),
    Column("size", N_("Size"), 10, lambda e: e.size_words, right=True, tone=_tone),
    Column("modified", N_("Changed"), 16, lambda e: words.moment(e.modified), tone=_tone),
)


def _key(entry: Entry) -> str:
    return str(entry.path) + ("/.." if entry.is_parent else "")


def _listed(_screen: "FilePicker") -> None:
    """Keys that are typed or move are the picker's own; listed for the help."""


PICKER = Scope(
    "picker",
    N_("File picker"),
    (
        Command(
            "picker.take",
            "",
            N_("Take"),
            N_("Enter opens the folder under the cursor, or takes the file there, or all marked ones."),
            _listed,
            palette=False,
        ),
        Command(
            "picker.mark",
            "",
            N_("Mark"),
            N_("Tab marks a file, so that several are taken at once."),
            _listed,
            palette=False,
        ),
        Command(
            "picker.parent",
            "",
            N_("Folder above"),
            N_("Backspace or left, where nothing is typed, opens the folder above."),
            _listed,
            palette=False,
        ),
        Command(
            "picker.type",
            "",
            N_("Type"),
            N_("Letters narrow the list; a path such as ~/orders/ or /srv/ opens that folder."),
            _listed,
            palette=False,
        ),
        Command(
            "picker.page_down",
            "pagedown",
            N_("Page down"),
            N_("Moves down a page."),
            lambda s: s.listing.page(1),
            palette=False,
        ),
        Command(
            "picker.page_up",
            "pageup",
            N_("Page up"),
            N_("Moves up a page."),
            lambda s: s.listing.page(-1),
            palette=False,
        ),
        Command(
            "picker.leave",
            "escape",
            N_("Back"),
            N_("Takes away what is typed; then the marks; then leaves without a file."),
            lambda s: s.step_back(),
            palette=False,
        ),
    ),
)


def _takes_all(_entries: Sequence[Entry]) -> str:
    return ""


class FilePicker(ConsoleScreen):
    """Folders and files; what was picked is in `picked` once it is closed."""

    DEFAULT_CSS = f"""
    FilePicker #picker-title {{ height: 1; }}
    FilePicker #picker-title Lines {{ height: 1; }}
    FilePicker #picker-at {{ width: 17; }}
    FilePicker FieldsPane {{ height: 1; width: 1fr; }}
    FilePicker #picker-message {{ height: {MESSAGE_HEIGHT}; }}
    """
    scopes = (PICKER, EVERYWHERE)
    AUTO_FOCUS = "FieldsPane"
    takes_letters = True

    def __init__(
        self,
        start: Path | None = None,
        refuse: Callable[[Sequence[Entry]], str] = _takes_all,
        text: str = "",
        *,
        asks: str = N_("Add a file:"),
        judge: Judge = as_attachment,
        remembers: str = FOLDER,
    ) -> None:
        """
        Args:
            start: The folder to begin in where this person has picked no file yet; None: their own.
            refuse: Why some files cannot be taken together, translated; empty: they can.
            text: What was typed already.
            asks: What the title asks for (English source string).
            judge: Why a file cannot be taken.
            remembers: Under which name the last folder is kept.
        """
        super().__init__()
        self.picked: tuple[Path, ...] = ()
        self._start = start
        self._refuse = refuse
        self._asks = asks
        self._judge = judge
        self._remembers = remembers
        self._base = Path("/")
        self._wanted = Path("/")
        self._folder = Folder(Path("/"))
        self._edit = LineEdit.at_end(text)
        self._marked: dict[str, Entry] = {}
        self._arrive: Path | None = None
        """What the cursor stands on once the folder above is read: where one came from."""
        self.title_line = Lines("bar")
        self.position_line = Lines("bar", id="picker-at")
        self.asked = FieldsPane()
        self.listing: Listing[Entry] = Listing(COLUMNS, _key, id="files")
        self.message_lines = Lines(id="picker-message")
        self.listing.when_moved = self._show_current

    def compose_body(self) -> ComposeResult:
        """Folder, what is typed, the list, why a file cannot be taken."""
        with Horizontal(id="picker-title"):
            yield self.title_line
            yield self.position_line
        yield self.asked
        yield self.listing
        yield self.message_lines

    def on_mount(self) -> None:
        """Open the folder of the last time."""
        super().on_mount()
        self.asked.takes_escape = False
        with self.telling():
            self._base = self._first_folder()
        typed = is_path(self._edit.text)
        self._open(typed_path(self._edit.text, self._base)[0] if typed else self._base)

    def _first_folder(self) -> Path:
        folders = filter(None, (remembered(self.desk, self._remembers), self._start))
        return next((folder for folder in folders if folder.is_dir()), typed_path("~", Path("/"))[0])

    # Folders

    def _open(self, folder: Path) -> None:
        """Read a folder; the list of the one before stays until it is there."""
        self._wanted = folder
        # The method and not what it returns: one that gives way to the next folder never begins it.
        self.run_worker(partial(self._read, folder), group="folder", exclusive=True)  # type: ignore[arg-type]

    async def _read(self, path: Path) -> None:
        folder = await asyncio.to_thread(read_folder, path, self._judge)
        if path == self._wanted:
            self._folder = folder
            self._narrow()

    def _go_to(self, folder: Path, arrive: Path | None = None) -> None:
        """Into a folder, with nothing typed."""
        self._edit, self._base, self._arrive = LineEdit(), folder, arrive
        self._draw_typed()
        self._open(folder)

    def _narrow(self) -> None:
        """Show what the text leaves of the folder."""
        text = self._rest
        entries = narrowed(self._folder, text)
        self.listing.empty = self._folder.trouble or (
            _("No file here has “{text}” in its name.").format(text=text) if text else ""
        )
        self.listing.marked = frozenset(self._marked)
        self.listing.show(entries, top=True)
        if self._arrive is not None:
            self.listing.go_to(str(self._arrive))
            self._arrive = None
        elif not text and len(entries) > 1 and entries[0].is_parent:
            self.listing.jump(1)
        self._draw_title()

    @property
    def _rest(self) -> str:
        """The part of what is typed that names a file."""
        text = self._edit.text
        return typed_path(text, self._base)[1] if is_path(text) else text

    # Showing

    def _draw_title(self) -> None:
        asked, path = f" {_(self._asks)} ", clean(str(self._folder.path))
        room = self.app.size.width - 17 - columns_of(asked)
        # Of a long path the end tells where one is.
        shown = path if columns_of(path) <= room else f"…{path[len(path) - room + 1 :]}"
        self.title_line.show([((asked, "plain"), (shown, "strong"))])

    def _draw_typed(self) -> None:
        width = self.asked.size.width
        if not width:
            return
        room = width - 3
        if not self._edit.text:
            hint = cut(_("a part of the name, or a path: ~/orders/"), room - 1)
            spans = [(" ", "cursor"), (pad(hint, room - 1), "faint")]
        else:
            spans, _column = edited(self._edit, room)
        self.asked.show([((" › ", "prompt"), *spans)])

    def _show_current(self) -> None:
        entry, shown = self.listing.current, len(self.listing.rows)
        at = f"{words.count(self.listing.cursor + 1)}/{words.count(shown)} " if shown else ""
        self.position_line.show([((pad(at, 17, right=True), "faint"),)])
        told, look = "", "plain"
        if self._marked:
            told = self._marked_words()
        if entry is not None and entry.refusal:
            told, look = entry.refusal, "waits"
        width = self.app.size.width - 2
        self.message_lines.show([((f" {line}", look),) for line in wrap(told, width, MESSAGE_HEIGHT)])

    def _marked_words(self) -> str:
        marked = tuple(self._marked.values())
        return ngettext(
            "{n} file marked ({size}); enter takes it.",
            "{n} files marked ({size}); enter takes them.",
            len(marked),
        ).format(n=len(marked), size=words.size(total(marked)))

    def on_fields_pane_resized(self) -> None:
        """Draw for the new width."""
        self._draw_typed()
        self._draw_title()
        self._show_current()

    def update_keys(self) -> None:
        """The keys of the picker, which are no letters and so no commands."""
        if self.prompt.asks:
            return
        hints = [
            (_("enter"), _("Take")),
            (_("tab"), _("Mark")),
            ("←", _("Folder above")),
            (_("esc"), _("Back")),
        ]
        self.keybar.show_keys(hints, [("F1", _("all keys"))])

    # Keys

    def on_fields_pane_typed(self, event: FieldsPane.Typed) -> None:
        """A key for the picker."""
        with self.telling():
            self._press(event.key, event.character)

    def _press(self, key: str, character: str) -> None:
        empty = not self._edit.text
        match key:
            case "enter":
                self._enter()
            case "tab":
                self._mark()
            case "down" | "up":
                self.listing.move(1 if key == "down" else -1)
            case "left" | "backspace" if empty:
                up = parent_of(self._folder.path)
                if up is not None:
                    self._go_to(up.path, self._folder.path)
            case "right" if empty:
                entry = self.listing.current
                if entry is not None and entry.is_folder:
                    self._enter_folder(entry)
            case _:
                self._type(self._edit.insert(character) if character else self._edit.press(key))

    def _type(self, edit: LineEdit | None) -> None:
        if edit is None:
            return
        changed, self._edit = edit.text != self._edit.text, edit
        self._draw_typed()
        if not changed:
            return
        folder = typed_path(edit.text, self._base)[0] if is_path(edit.text) else self._base
        if folder == self._folder.path == self._wanted:
            self._narrow()
        else:
            self._open(folder)

    def _enter(self) -> None:
        if self._folder.path != self._wanted:
            return  # what stands there is not yet what was typed
        entry = self.listing.current
        if entry is not None and entry.is_folder and not (self._marked and not self._edit.text):
            self._enter_folder(entry)
            return
        taken = tuple(self._marked.values()) or ((entry,) if entry is not None else ())
        if not taken:
            self.say(_("There is no such file here."), Tone.WAITS)
            return
        refusal = next((e.refusal for e in taken if e.refusal), "") or self._refuse(taken)
        if refusal:
            self.say(refusal, Tone.BAD)
            return
        self._keep_folder()
        self.picked = tuple(e.path for e in taken)
        self.dismiss()

    def _enter_folder(self, entry: Entry) -> None:
        self._go_to(entry.path, self._folder.path if entry.is_parent else None)

    def _mark(self) -> None:
        entry = self.listing.current
        if entry is None:
            return
        if entry.is_folder or entry.refusal:
            self.say(entry.refusal or _("A folder cannot be attached; enter opens it."), Tone.WAITS)
            return
        key = _key(entry)
        if self._marked.pop(key, None) is None:
            self._marked[key] = entry
        self.listing.mark()
        self._show_current()

    def _keep_folder(self) -> None:
        try:
            remember(self.desk, self._remembers, self._folder.path)
        except StoreError as problem:
            self.say(str(problem), Tone.WAITS)

    def step_back(self) -> None:
        """What is typed goes first, then the marks, then the picker."""
        if self._edit.text:
            self._type(LineEdit())
        elif self._marked:
            self._marked.clear()
            self.listing.unmark()
            self._show_current()
        else:
            self.dismiss()
