"""What each key makes of the form of a reply: texts of several lines, lists of numbers, picked files."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.recipient import Recipient
from chorus_tui.i18n import _
from chorus_tui.ui.screens.form_fields import Editor
from chorus_tui.ui.screens.form_layout import Desktop, OpenList, Stop, stops
from chorus_tui.ui.screens.form_sheet import Option, narrow
from chorus_tui.ui.screens.form_typist import Typist
from chorus_tui.ui.screens.form_wants import Attach, Want
from chorus_tui.ui.screens.reply_sheet import ReplySheet
from chorus_tui.ui.widgets.form_edit import LineEdit
from chorus_tui.ui.widgets.text_lines import column_of, moved, pressed


class ReplyTypist(Typist):
    """The cursor, the text under it and the open list of the form of a reply."""

    def __init__(
        self,
        sheet: ReplySheet,
        types: tuple[Option, ...] = (),
        recipients: Callable[[], list[Recipient]] = list,
    ) -> None:
        super().__init__(sheet, types, recipients)
        self._width = 78
        self._column: int | None = None
        """Where up and down lead in each line, whatever the lines between them are long."""
        self._picked: tuple[Path, ...] = ()
        self.picks: str | None = None
        """Files are to be picked, from those that begin with this; who shows the picker takes it back."""
        first = sheet.shown[0]
        self.go(Stop(first.name, len(sheet.document.attachments) if first.editor is Editor.FILES else 0))

    @property
    def reply(self) -> ReplySheet:
        """The sheet, which is one of a reply."""
        assert isinstance(self.sheet, ReplySheet)
        return self.sheet

    def desktop(self, width: int) -> Desktop:
        """What the layout needs."""
        self._width = width - 2
        return super().desktop(width)

    @property
    def help(self) -> str:
        """What can be done here, in the operator's language."""
        if len(self._picked) > 1 and self.open_list is not None:
            return _("What kind of attachments are these {n} files?").format(n=len(self._picked))
        return super().help

    # Keys

    def press(self, key: str, character: str) -> list[Want]:
        """A key by Textual's name with the character it types; key "paste" pastes the characters."""
        if self.open_list is None and self._editor is Editor.TEXT:
            return self._press_in_text(key, character)
        if self.open_list is None and self._editor is Editor.NUMBERS and key in ("delete", "backspace"):
            return self._take_off()
        self._column = None
        return super().press(key, character.replace("\n", " "))

    def _press_in_text(self, key: str, character: str) -> list[Want]:
        self._fresh = False
        if key == "enter":
            key, character = "", "\n"
        if key in ("up", "down"):
            by = 1 if key == "down" else -1
            if self._column is None:
                self._column = column_of(self.edit, self._width)
            there = moved(self.edit, by, self._width, self._column)
            if there is None:
                return self._step(by)
            self.edit = there
            return []
        self._column = None
        if key in ("tab", "shift+tab", "ctrl+z"):
            return super().press(key, "")
        edited = self.edit.insert(character) if character else pressed(self.edit, key)
        return [] if edited is None else self._edit(edited)

    def _take_off(self) -> list[Want]:
        numbers = list(self.reply.numbers(self.at.name))
        if self.at.cell < len(numbers):
            del numbers[self.at.cell]
            self.sheet = self.reply.type_in(self.at.name, "\n".join(numbers))
        return []

    @property
    def _lists_here(self) -> bool:
        if self._editor is Editor.NUMBERS:
            return self.at.cell == len(self.reply.numbers(self.at.name))
        return super()._lists_here

    # Lists

    def _open(self, text: str = "") -> list[Want]:
        if self._editor is Editor.FILES:
            self.picks = text
            return []
        return super()._open(text)

    def _close(self) -> None:
        self._picked = ()
        super()._close()

    def _refill(self) -> list[Want]:
        text = self.edit.text.strip()
        if self._editor is Editor.NUMBERS:
            found = narrow(self.reply.candidates(self.at.name), text)
            exact = any(option.value == text for option in found)
            typed = (Option(text, _("{text}  (as typed)").format(text=text)),) if text and not exact else ()
            self.open_list = OpenList((*found, *typed), empty=_("None is known; type its number."))
            return []
        return super()._refill()

    def _known_recipients(self, text: str) -> tuple[Option, ...]:
        found = super()._known_recipients(text)
        invoice = self.reply.invoice
        if text or not invoice.recipient_siret:
            return found
        # Often the recipient was right, and its service or the commitment number was not.
        before = Option(
            invoice.recipient_siret, invoice.recipient_name, f"{_('as before')} {invoice.recipient_siret}"
        )
        return (before, *(option for option in found if option.value != before.value))

    def _take(self, value: str) -> list[Want]:
        if self._editor is Editor.NUMBERS:
            numbers = (*self.reply.numbers(self.at.name), value)
            self.sheet = self.reply.type_in(self.at.name, "\n".join(dict.fromkeys(numbers)))
            self.go(Stop(self.at.name, len(numbers)))
            return []
        if self._editor is Editor.FILES and self._file:
            paths = self._picked
            self._close()
            return [Attach(str(path), value) for path in paths]
        if self._editor is Editor.RECIPIENT:
            self._keep_service(value)
        return super()._take(value)

    def _keep_service(self, siret: str) -> None:
        """The same recipient keeps its service until another one is chosen."""
        invoice = self.reply.invoice
        if siret == invoice.recipient_siret and not self.sheet.text("service_code"):
            self.sheet = self.sheet.type_in("service_code", invoice.service_code)

    # Answers

    def candidates_found(self, known: tuple[Invoice, ...]) -> None:
        """The invoices that may have put the rejected one right; a list that is open fills."""
        self.sheet = replace(self.reply, known=known)
        if self.open_list is not None and self._editor is Editor.NUMBERS:
            self._refill()

    def files_picked(self, paths: tuple[Path, ...]) -> None:
        """Ask of which kind the picked files are."""
        if not paths:
            return
        self.go(stops(self.sheet)[0])
        self.go(Stop("attachments", len(self.sheet.document.attachments)))
        self._picked, self._file = paths, paths[0].name
        self.edit = LineEdit()
        self._refill()
        if self.open_list is not None and not self.types:
            why = _(
                "Chorus Pro's list of kinds was never fetched; a file needs one. Try again once connected."
            )
            self.open_list = replace(self.open_list, empty=why)
