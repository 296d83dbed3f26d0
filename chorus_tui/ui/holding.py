"""A batch that is held: how many leave in how many seconds, and that they left."""

from typing import TYPE_CHECKING

from chorus_tui.i18n import ngettext
from chorus_tui.operations import submitting
from chorus_tui.operations.desk import Desk
from chorus_tui.store import StoreError
from chorus_tui.ui.words import count, seconds_to

if TYPE_CHECKING:
    from chorus_tui.ui.screens.console import ConsoleScreen


class HoldWatch:
    """What the header counts down, once a second and only as long as something is held."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._held: tuple[int, int] | None = None
        self._said: tuple[int, str] | None = None
        """How many were held, and what the status line said of them."""

    def look(self) -> tuple[int, int] | None:
        """How many this operator queued that are still held, and seconds until the first leaves."""
        try:
            held = submitting.held(self._desk)
        except StoreError:
            held = None
        self._held = None if held is None else (held.count, seconds_to(held.until, self._desk.now()))
        return self._held

    def tell(self, screen: "ConsoleScreen | None") -> None:
        """When the batch left, what the status line said of taking it back is not true any more."""
        if screen is None:
            return
        if self._held is not None:
            said = self._said[1] if self._said is not None else ""
            self._said = (self._held[0], said or screen.status.text)
        elif self._said is not None:
            (number, said), self._said = self._said, None
            if said and screen.status.text == said:
                words = ngettext("{n} is on its way.", "{n} are on their way.", number)
                screen.say(words.format(n=count(number)))
