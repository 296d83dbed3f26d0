"""What a search of the imported directory and of the known recipients found."""

from collections.abc import Callable, Iterable

from chorus_tui.domain.recipient import Recipient
from chorus_tui.domain.statuses import Tone
from chorus_tui.i18n import N_, _
from chorus_tui.operations import recipients
from chorus_tui.ui.commands import Command, Scope
from chorus_tui.ui.screens.console import EVERYWHERE
from chorus_tui.ui.screens.listing import LISTING, ListingScreen
from chorus_tui.ui.screens.recipients_rows import FOUND_COLUMNS
from chorus_tui.ui.screens.told import Told
from chorus_tui.ui.words import count, day_of

MOST = 200

FOUND = Scope(
    "found",
    N_("Recipients found"),
    (
        Command(
            "found.open",
            "enter",
            N_("Open"),
            N_("Shows the recipient; Chorus Pro can be asked about it there."),
            lambda s: s.open_row(),
            lambda s: "" if s.listing.current else _("There is no recipient here."),
            line=1,
        ),
        Command(
            "found.search",
            "d",
            N_("Other words"),
            N_("Searches for other words."),
            lambda s: s.ask_search(),
            line=2,
        ),
    ),
)


class RecipientsFound(ListingScreen[Recipient]):
    """Found offline: known recipients first, then the directory's, which are a hint and not checked."""

    scopes = (FOUND, LISTING, EVERYWHERE)
    title_of = N_("Recipients found")
    columns = FOUND_COLUMNS
    first_sort = ("name", False)

    def __init__(self, searched: str, when_opened: Callable[[str], None]) -> None:
        """
        Args:
            when_opened: called with the SIRET that is opened.
        """
        super().__init__()
        self._searched = searched
        self._when_opened = when_opened

    def load(self) -> Iterable[Recipient]:
        """What answers to the words."""
        return recipients.search(self.desk, self._searched, MOST)

    def heading(self) -> str:
        """The words searched for."""
        return _("Recipients › “{words}”").format(words=self._searched)

    def aside(self) -> str:
        """An honest count where there are more."""
        return _("the first {n}").format(n=count(MOST)) if len(self.rows) >= MOST else ""

    def key(self, row: Recipient) -> str:
        """Its SIRET."""
        return row.siret

    def row(self, key: str) -> Recipient | None:
        """As it was found."""
        return self.rows.get(key)

    def message(self, row: Recipient) -> Told:
        """How old the directory is, for what only it knows."""
        edition = self.desk.store.directory.edition() if row.checked_at is None else None
        if edition is None:
            return Told()
        words = _("Only the directory of {day} knows it; Chorus Pro was not asked.")
        return Told(words.format(day=day_of(edition.imported_at)), Tone.PLAIN, _("enter, then r asks."))

    def empty(self) -> str:
        """Whether there is a directory at all."""
        if self.desk.store.directory.edition() is None:
            return _("No known recipient has these words, and no directory was imported: 5, then i.")
        return _("Neither a known recipient nor the directory has these words. d searches for others.")

    def open(self, row: Recipient) -> None:
        """The detail."""
        self._when_opened(row.siret)

    async def ask_search(self) -> None:
        """Other words."""
        words = await self.prompt.text(_("Name, town or SIRET:"), self._searched)
        if words and words.strip():
            self._searched = words.strip()
            self.set_filter("")
            self._take(self.load)
            self.show_rows(top=True)
