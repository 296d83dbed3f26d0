"""What each key makes of a form: where the cursor goes, what is typed, which list is open.

Knows neither Textual nor the network. What has to be asked elsewhere comes back as a want, and its answer
is given to one of the methods at the end.
"""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from chorus_tui.domain.document import Document
from chorus_tui.domain.money import to_cents
from chorus_tui.domain.recipient import STATE_SIRET, Recipient
from chorus_tui.i18n import _
from chorus_tui.ui.screens.form_fields import (
    CELL,
    VAT_COLUMNS,
    Editor,
    NotUnderstood,
    join_vat,
    parse_money,
    parse_rate,
    show_money,
    split_vat,
)
from chorus_tui.ui.screens.form_layout import Desktop, OpenList, Stop, stop_text, stops
from chorus_tui.ui.screens.form_sheet import (
    Option,
    Sheet,
    account_options,
    member_options,
    narrow,
    offered_services,
)
from chorus_tui.ui.screens.form_wants import (
    AskCommitment,
    AskRecipient,
    AskService,
    Attach,
    Detach,
    FindRecipients,
    ListFiles,
    Want,
)
from chorus_tui.ui.widgets.form_edit import LineEdit

SEARCH = "search:"
"""Begins the value of the list entry that asks Chorus Pro."""

MOST_SHOWN = 200
"""Entries of a list of recipients; who looks for one of more types another letter."""


class Typist:
    """The cursor, the text under it and the open list of one form."""

    def __init__(
        self,
        sheet: Sheet,
        types: tuple[Option, ...] = (),
        recipients: Callable[[], list[Recipient]] = list,
    ) -> None:
        self.sheet = sheet
        self.types = types
        """The kinds of attachments."""
        self._recipients = recipients
        self.open_list: OpenList | None = None
        self.editing = False
        self._file = ""
        self._folder = ""
        self._before = ""
        self._fresh = True
        self.at = Stop(sheet.next_problem("") or sheet.shown[0].name)
        self.edit = LineEdit.at_end(stop_text(sheet, self.at))
        self._before = self.edit.text

    def desktop(self, width: int) -> Desktop:
        """What the layout needs."""
        return Desktop(self.at, self.edit, width, self.open_list, self._fresh, self.editing, self.types)

    @property
    def help(self) -> str:
        """What can be done here, in the operator's language."""
        if self.open_list is None:
            return _(self.sheet.declared(self.at.name).help)
        if self._file:
            return _("What kind of attachment is {name}?").format(name=self._file.rpartition("/")[2])
        return _("Up, down and Enter choose; typing narrows; esc closes.")

    @property
    def _editor(self) -> Editor:
        return self.sheet.declared(self.at.name).editor

    # Moving

    def go(self, stop: Stop) -> list[Want]:
        """Leave the current stop and stand on another."""
        wants = self._leave(stop)
        known = stops(self.sheet)
        self.at = min(known, key=lambda other: _distance(other, stop))
        self.edit = LineEdit.at_end(stop_text(self.sheet, self.at))
        self._before = self.edit.text
        self._fresh = self._editor is not Editor.TEXT
        self.editing, self.open_list, self._file = False, None, ""
        return wants

    def next_problem(self) -> list[Want]:
        """Stand on the next field with something to mend."""
        name = self.sheet.next_problem(self.at.name)
        return self.go(Stop(name)) if name and name in {f.name for f in self.sheet.shown} else []

    def _step(self, by: int) -> list[Want]:
        known = stops(self.sheet)
        place = known.index(self.at) if self.at in known else 0
        return self.go(known[max(0, min(place + by, len(known) - 1))])

    def _down(self, by: int) -> list[Want]:
        if self._editor is Editor.VAT:
            below = Stop(self.at.name, self.at.cell + by * len(VAT_COLUMNS))
            if below in stops(self.sheet):
                return self.go(below)
            names = [declared.name for declared in self.sheet.shown]
            place = max(0, min(names.index(self.at.name) + by, len(names) - 1))
            return self.go(Stop(names[place]))
        return self._step(by)

    def _leave(self, to: Stop) -> list[Want]:
        name, text = self.at.name, self.edit.text
        changed = self.editing and text != self._before
        if self._editor is Editor.VAT:
            self._finish_vat(to)
        elif changed and self._editor in (Editor.AMOUNT, Editor.DATE) and text.strip():
            declared = self.sheet.declared(name)
            try:
                self.sheet = self.sheet.type_in(name, declared.show(declared.parse(text)))
            except NotUnderstood:
                return []
        elif changed and name == "commitment_number" and text.strip():
            # Only the State cross-checks it (S1-089); others need not keep a list of theirs.
            state = self.sheet.fields.recipient_siret == STATE_SIRET
            return [AskCommitment(STATE_SIRET, text.strip())] if state else []
        return []

    def _finish_vat(self, to: Stop) -> None:
        lines = split_vat(self.sheet.text(self.at.name))
        row = self.at.cell // len(VAT_COLUMNS)
        same_row = to.name == self.at.name and to.cell // len(VAT_COLUMNS) == row
        if row >= len(lines):
            return
        rate, base, vat = lines[row]
        if rate.strip() and base.strip():
            try:
                worked_out = to_cents(parse_money(base) * parse_rate(rate) / Decimal(100))
                lines[row] = [
                    rate,
                    show_money(parse_money(base)),
                    vat if vat.strip() else show_money(worked_out),
                ]
                lines[row][2] = show_money(parse_money(lines[row][2]))
            except NotUnderstood:
                pass
        self.sheet = self.sheet.type_in(self.at.name, _joined(lines) if same_row else join_vat(lines))

    # Keys

    def press(self, key: str, character: str) -> list[Want]:
        """A key by Textual's name with the character it types; key "paste" pastes the characters."""
        if self.open_list is not None:
            return self._press_in_list(self.open_list, key, character)
        match key:
            case "tab":
                return self._step(1)
            case "shift+tab":
                return self._step(-1)
            case "down":
                return self._down(1)
            case "up":
                return self._down(-1)
            case "enter":
                return self._open() if self._lists_here else self._step(1)
            case "delete" if self._editor is Editor.FILES:
                return [Detach(self.at.cell)] if self.at.cell < len(self.sheet.document.attachments) else []
            case "delete" | "backspace" | "ctrl+u" if self._editor.has_list:
                return self._type("")
            case "ctrl+z" if self._editor.has_list:
                return self._type(self._before)
        if self._lists_here:
            return self._open(character) if character.strip() else []
        if self._editor is Editor.FILES:
            return []
        if key == "ctrl+z":
            return self._edit(LineEdit.at_end(self._before))
        before = LineEdit() if self._fresh and character else self.edit
        edited = before.insert(character) if character else before.press(key)
        self._fresh = False
        return [] if edited is None else self._edit(edited)

    @property
    def _lists_here(self) -> bool:
        adding = self._editor is Editor.FILES and self.at.cell == len(self.sheet.document.attachments)
        return self._editor.has_list or adding

    def _edit(self, edited: LineEdit) -> list[Want]:
        changed = edited.text != self.edit.text
        self.edit = edited
        return self._type(edited.text) if changed else []

    def _type(self, text: str) -> list[Want]:
        self.editing = True
        if self._editor is Editor.VAT:
            lines = split_vat(self.sheet.text(self.at.name))
            row, column = divmod(self.at.cell, len(VAT_COLUMNS))
            lines += [["", "", ""]] * (row + 1 - len(lines))
            lines[row] = [*lines[row][:column], text.replace(CELL, ","), *lines[row][column + 1 :]]
            text = _joined(lines)
        self.sheet = self.sheet.type_in(self.at.name, text)
        if self._editor.has_list:
            self.edit = LineEdit.at_end(text)
        return []

    # Lists

    def _open(self, text: str = "") -> list[Want]:
        if self._editor is Editor.FILES and not text:
            # Attachments mostly lie where the invoice was dropped, or where the last one was found.
            text = self._folder or self.sheet.document.path.rpartition("/")[0] + "/"
            text = text if text.startswith("/") else ""
        self.edit = LineEdit.at_end(text)
        return self._refill()

    def _close(self) -> None:
        self.open_list, self._file = None, ""
        self.edit = LineEdit.at_end(stop_text(self.sheet, self.at))

    def _press_in_list(self, shown: OpenList, key: str, character: str) -> list[Want]:
        count = len(shown.options)
        if key == "escape":
            self._close()
            return []
        if key in ("down", "up"):
            step = 1 if key == "down" else -1
            self.open_list = replace(shown, selected=max(0, min(shown.selected + step, count - 1)))
            return []
        if key in ("enter", "tab") and count:
            return self._take(shown.options[shown.selected].value)
        if key in ("enter", "tab", "shift+tab"):
            return []
        edited = self.edit.insert(character) if character else self.edit.press(key)
        if edited is None or edited.text == self.edit.text:
            self.edit = edited or self.edit
            return []
        self.edit = edited
        return self._refill()

    def _refill(self) -> list[Want]:
        text = self.edit.text.strip()
        match self._editor:
            case Editor.RECIPIENT:
                self.open_list = OpenList(self._known_recipients(text), empty=self._recipient_hint(text))
            case Editor.SERVICE:
                options = narrow(offered_services(self.sheet), text)
                typed = (Option(text, _("{text}  (as typed)").format(text=text)),) if text else ()
                self.open_list = OpenList(options or typed, empty=self._no_services())
            case Editor.FILES if self._file:
                self.open_list = OpenList(narrow(self.types, text), empty=_("Chorus Pro knows no such kind."))
            case Editor.FILES:
                self.open_list = replace(self.open_list or OpenList(()), empty=_("Looking…"))
                return [ListFiles(self.edit.text)]
            case _:
                declared = self.sheet.declared(self.at.name)
                options = (
                    member_options(declared) if declared.values else account_options(self.sheet.supplier)
                )
                nothing = _("Chorus Pro lists no bank account for this supplier.")
                found = narrow(options, text)
                value = stop_text(self.sheet, self.at)
                at = next((place for place, o in enumerate(found) if o.value == value), 0)
                self.open_list = OpenList(found, at, empty=_("Nothing matches.") if options else nothing)
        return []

    def _known_recipients(self, text: str) -> tuple[Option, ...]:
        known = [r for r in self._recipients() if r.checked_at is not None and r.id]
        options = narrow(tuple(map(recipient_option, known)), text)[:MOST_SHOWN]
        if not text:
            return options
        search = Option(SEARCH + text, _("Search Chorus Pro for “{text}”").format(text=text))
        return (*options, search)

    def _recipient_hint(self, text: str) -> str:
        return "" if text else _("Type a SIRET or a part of the name.")

    def _no_services(self) -> str:
        if self.sheet.recipient is None:
            return _("Services are listed once the recipient is chosen; or type the code.")
        return _("This recipient has no open service.")

    def _take(self, value: str) -> list[Want]:
        match self._editor:
            case Editor.RECIPIENT if value.startswith(SEARCH):
                self.open_list = OpenList((), empty=_("Asking Chorus Pro…"))
                return [FindRecipients(value.removeprefix(SEARCH))]
            case Editor.RECIPIENT:
                self._type(value)
                return [AskRecipient(value), *self._step(1)]
            case Editor.SERVICE:
                self._type(value)
                siret = self.sheet.fields.recipient_siret
                asked: list[Want] = [AskService(siret, value)] if siret else []
                return [*asked, *self._step(1)]
            case Editor.FILES if self._file:
                path = self._file
                self._folder = path.rpartition("/")[0] + "/"
                self._close()
                return [Attach(path, value)]
            case Editor.FILES if value.endswith("/"):
                self.edit = LineEdit.at_end(value)
                return [ListFiles(value)]
            case Editor.FILES:
                self._file, self.edit = value, LineEdit()
                return self._refill()
        self._type(value)
        return self._step(1)

    # Answers

    def follow(self, document: Document) -> None:
        """The document as it is now; what is typed stays, and the cursor stands on something."""
        adding = self._editor is Editor.FILES and self._lists_here
        self.sheet = replace(self.sheet, document=document)
        if adding:
            self.at = Stop(self.at.name, len(document.attachments))
        known = stops(self.sheet)
        if self.at not in known:
            self.at = min(known, key=lambda stop: _distance(stop, self.at))
        if not self.editing and self.open_list is None:
            self.edit = LineEdit.at_end(stop_text(self.sheet, self.at))

    def recipients_found(self, text: str, found: tuple[Recipient, ...] | None, why: str = "") -> None:
        """What a search found; None with the reason where Chorus Pro could not be asked."""
        if self._editor is not Editor.RECIPIENT or self.open_list is None or self.edit.text.strip() != text:
            return
        if found is None:
            self.open_list = OpenList((), empty=why)
        else:
            nothing = _("Chorus Pro knows no recipient called “{text}”.").format(text=text)
            self.open_list = OpenList(tuple(map(recipient_option, found)), empty=nothing)

    def recipient_known(self, recipient: Recipient) -> None:
        """What Chorus Pro says of the chosen recipient; a service that it does not have is taken out."""
        if recipient.siret != self.sheet.fields.recipient_siret:
            return
        sheet = replace(self.sheet, recipient=recipient)
        if recipient.name and recipient.name != sheet.fields.recipient_name:
            sheet = sheet.type_in("recipient_name", recipient.name)
        code = sheet.fields.service_code
        if code and recipient.id and recipient.service(code) is None and "service_code" in sheet.typed:
            sheet = sheet.type_in("service_code", "")
        self.sheet = sheet
        if self._editor is Editor.SERVICE and self.open_list is None:
            self.edit = LineEdit.at_end(stop_text(sheet, self.at))

    def files_found(self, text: str, paths: tuple[str, ...]) -> None:
        """The files and folders (these end in a slash) whose path begins with a text."""
        if self._editor is Editor.FILES and self.open_list is not None and self.edit.text == text:
            folder = text[: text.rfind("/") + 1]
            options = tuple(
                Option(path, path.removeprefix(folder) if path.startswith(folder) else "../")
                for path in paths
            )
            self.open_list = OpenList(options, empty=_("No file begins like this."))


def recipient_option(recipient: Recipient) -> Option:
    """A recipient as a list entry."""
    inactive = "" if recipient.active else f"{_('inactive')} "
    return Option(recipient.siret, recipient.name, inactive + recipient.siret)


def _joined(lines: list[list[str]]) -> str:
    return "\n".join(CELL.join(cells) for cells in lines)


def _distance(stop: Stop, wanted: Stop) -> tuple[bool, int]:
    return stop.name != wanted.name, abs(stop.cell - wanted.cell)
