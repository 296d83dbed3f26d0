"""The page of the invoice beside the fields of a form: read in the background, scrolled, made wide."""

from collections.abc import Coroutine
from typing import Any

from chorus_tui.i18n import _
from chorus_tui.ui.screens.console import ConsoleScreen
from chorus_tui.ui.screens.form_errands import Errands
from chorus_tui.ui.screens.form_typist import Typist
from chorus_tui.ui.widgets.form_pane import FieldsPane, PagePane


class FormPage(ConsoleScreen):
    """A form that shows a page."""

    typist: Typist
    errands: Errands

    def __init__(self) -> None:
        super().__init__()
        self.fields = FieldsPane()
        self.page = PagePane()
        self.page_at = 0
        """Which page shows, from 0."""

    def draw(self) -> None:
        """Bring every line up to date."""

    def draw_title(self) -> None:
        """Bring the title up to date, which says how the page goes on."""

    def work(self, errand: Coroutine[Any, Any, None], group: str) -> None:
        """Do something beside the form; a newer one of the group takes its place."""
        self.run_worker(errand, group=f"form-{group}", exclusive=True, exit_on_error=False)

    def read_page(self, from_end: bool = False) -> None:
        """Read the page that shows, in the background."""
        self.work(self._load_page(self.errands, self.page_at, from_end), "page")

    async def _load_page(self, errands: Errands, at: int, from_end: bool) -> None:
        text, is_page = await errands.page_text(at)
        if errands is not self.errands or at != self.page_at:
            return
        self.page.show_page(text, is_page=is_page)
        if from_end:
            self.page.scroll_page(down=len(self.page.lines))
        self.draw()

    def scroll_page(self, by: int) -> None:
        """Scroll most of a window; at the end go to the next page, at the beginning to the one before."""
        below, _right = self.page.more
        pages = self.typist.sheet.document.pages
        if by > 0 and not below and self.page_at + 1 < pages:
            self.page_at += 1
            self.read_page()
        elif by < 0 and not self.page.top and self.page_at:
            self.page_at -= 1
            self.read_page(from_end=True)
        else:
            self.page.scroll_page(down=by * max(1, self.page.size.height - 2))
        self.draw_title()

    def widen(self) -> None:
        """The page alone, spaced as printed; again: fields and page."""
        wide = not self.has_class("-page")
        self.set_class(wide, "-page")
        self.page.raw = self.page.can_focus = wide
        self.page.scroll_page()
        (self.page if wide else self.fields).focus()
        self.call_after_refresh(self.draw)
        if wide:
            self.say(_("Arrows move over the page; esc goes back to the fields."))
