"""Reading a list to its last page, while it may grow, shrink or be told wrongly."""

from collections.abc import AsyncIterator, Sequence
from typing import TypeVar

from chorus_tui.chorus.values import whole
from chorus_tui.chorus.wire.answers import PageRendue

T = TypeVar("T")

MOST_PAGES = 10_000
"""Ten million rows; a list that does not end here does not end."""


class PageAsked:
    """One page: its number and size, and once its rows were taken, what the answer told with them."""

    def __init__(self, number: int, size: int) -> None:
        self.number = number
        self.size = size
        self.rows: Sequence[object] = ()
        self.pages = number
        self.total = 0
        self.told = False

    def take(self, rows: Sequence[T], told: PageRendue | None) -> Sequence[T]:
        """Note the rows of the answer and how many pages and rows there are in all."""
        pages, total = (whole(told.pages), whole(told.total)) if told else (None, None)
        self.rows = rows
        self.told = bool(pages and pages > 0)
        self.pages = pages if pages and pages > 0 else self.number
        self.total = total if total is not None else (self.number - 1) * self.size + len(rows)
        return rows


class Paging:
    """The pages of a list, one after the other: `async for page in Paging(1000)`.

    It ends after the last page by the latest answer, after an empty page, after a page that is not full
    where the answer tells no number of pages, and after a page that came before.
    """

    def __init__(self, size: int) -> None:
        self._size = size

    async def __aiter__(self) -> AsyncIterator[PageAsked]:
        before: Sequence[object] = ()
        for number in range(1, MOST_PAGES + 1):
            page = PageAsked(number, self._size)
            yield page
            last = number >= page.pages if page.told else len(page.rows) < self._size
            if not page.rows or last or page.rows == before:
                return
            before = page.rows
