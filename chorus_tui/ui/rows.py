"""The rows of a table: sorted, filtered, kept up to date record by record. Pure; knows no widget.

    rows = Rows(columns, fields, key=lambda i: str(i.id), words=lambda i: f"{i.number} {i.recipient_name}")
    rows.replace_all(store.invoices.all()); rows.sort("gross", down=True); rows.filter("mairie >1000")
    rows.shown[0], len(rows.shown), len(rows)
    rows.update(changed, removed_keys)

For 100 000 rows a keystroke of filtering stays under 20 ms: folded text of each row is prepared once
(`prepare`, in slices, so that it never holds up a keystroke), and a longer filter looks only at what the
shorter one left.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, TypeVar, overload

from chorus_tui.text import fold
from chorus_tui.ui.columns import Column
from chorus_tui.ui.filtering import COMPARE, Field, Term, comparable, containable, parse

Row = TypeVar("Row")


class Shown(Sequence[Row]):
    """The rows that show, in their order, without a copy."""

    __slots__ = ("_at", "_rows")

    def __init__(self, rows: list[Row], at: Sequence[int]) -> None:
        self._rows = rows
        self._at = at

    def __len__(self) -> int:
        return len(self._at)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        """The row, or the rows, at a position on the screen."""
        if isinstance(index, slice):
            return [self._rows[at] for at in self._at[index]]
        return self._rows[self._at[index]]


class Rows(Generic[Row]):
    """All rows of one table, which of them show, and in which order."""

    def __init__(
        self,
        columns: Sequence[Column[Row]],
        fields: Sequence[Field[Row]],
        *,
        key: Callable[[Row], str],
        words: Callable[[Row], str],
    ) -> None:
        self.columns = columns
        self.fields = fields
        self.key = key
        self._words = words
        self._rows: list[Row] = []
        self._index: dict[str, int] = {}
        self._folded: list[str | None] = []
        self._unfolded = 0
        self._numbers: dict[int, list[float]] = {}
        self._texts: dict[int, list[str]] = {}
        self._order: list[int] = []
        self._terms: tuple[Term, ...] = ()
        self._steps: list[list[int]] = [[]]
        self.filtered_by = ""
        self.sorted_by = columns[0].id
        self.sorted_down = False

    def __len__(self) -> int:
        return len(self._order)

    @property
    def shown(self) -> Shown[Row]:
        """The rows that pass the filter, sorted."""
        return Shown(self._rows, self._steps[-1])

    def get(self, key: str) -> Row | None:
        """The row of a key, shown or not."""
        at = self._index.get(key)
        return None if at is None else self._rows[at]

    def position(self, key: str) -> int | None:
        """Where the row of a key shows; None where it does not."""
        at = self._index.get(key)
        if at is None:
            return None
        try:
            return self._steps[-1].index(at)
        except ValueError:
            return None

    def replace_all(self, rows: Iterable[Row]) -> None:
        """Begin anew with these rows."""
        self._rows = list(rows)
        self._index = {self.key(row): at for at, row in enumerate(self._rows)}
        self._folded = [None] * len(self._rows)
        self._unfolded = 0
        self._numbers.clear()
        self._texts.clear()
        self._sort()

    def update(self, changed: Iterable[Row], removed: Iterable[str] = ()) -> None:
        """Take in rows that are new or changed, and forget removed ones; costs what changed."""
        gone = {at for key in removed if (at := self._index.pop(key, None)) is not None}
        touched = []
        for row in changed:
            key = self.key(row)
            at = self._index.get(key)
            if at is None:
                at = self._index[key] = len(self._rows)
                self._rows.append(row)
                self._folded.append(None)
                for field, numbers in self._numbers.items():
                    numbers.append(comparable(self.fields[field], row))
                for field, texts in self._texts.items():
                    texts.append(containable(self.fields[field], row))
            else:
                self._rows[at] = row
                self._folded[at] = None
                for field, numbers in self._numbers.items():
                    numbers[at] = comparable(self.fields[field], row)
                for field, texts in self._texts.items():
                    texts[at] = containable(self.fields[field], row)
            touched.append(at)
        if not touched and not gone:
            return
        self._fold(touched)
        if len(touched) > 500:
            self._sort(set(self._order).difference(gone).union(touched))
            return
        moved = gone.union(touched)
        self._order = [at for at in self._order if at not in moved]
        self._insert(touched)
        self._refilter()

    def sort(self, column_id: str, down: bool) -> None:
        """Sort by a column; rows without a value come last either way."""
        self.sorted_by, self.sorted_down = column_id, down
        self._sort(self._order)

    def filter(self, text: str) -> None:
        """Show only rows that answer to every term of a text."""
        self.filtered_by = text
        terms = parse(text, self.fields)
        kept = 0
        for before, after in zip(self._terms, terms, strict=False):
            if before != after:
                break
            kept += 1
        steps = self._steps[: kept + 1]
        if kept < len(terms) and kept < len(self._terms) and _narrows(self._terms[kept], terms[kept]):
            steps.append(self._keep(self._steps[kept + 1], terms[kept]))
            kept += 1
        for term in terms[kept:]:
            steps.append(self._keep(steps[-1], term))
        self._terms, self._steps = terms, steps

    def prepare(self, count: int) -> bool:
        """Fold the text of so many rows more; whether some are left."""
        end = min(len(self._rows), self._unfolded + count)
        self._fold(range(self._unfolded, end))
        self._unfolded = end
        return end < len(self._rows)

    def sum(self, column: Callable[[Row], Any]) -> Any:
        """The sum over the shown rows of what a function gives, leaving out None."""
        return sum(value for row in self.shown if (value := column(row)) is not None)

    def _fold(self, which: Iterable[int]) -> None:
        rows, folded, words = self._rows, self._folded, self._words
        for at in which:
            if folded[at] is None:
                folded[at] = fold(words(rows[at]))

    def _key(self) -> Callable[[Row], Any]:
        column = next(c for c in self.columns if c.id == self.sorted_by)
        if column.sort is not None:
            return column.sort
        value = column.value
        return lambda row: fold(value(row)) or None

    def _sort(self, which: Iterable[int] | None = None) -> None:
        key, rows = self._key(), self._rows
        at_key = [(key(rows[at]), at) for at in (range(len(rows)) if which is None else which)]
        without = [at for value, at in at_key if value is None]
        valued = [pair for pair in at_key if pair[0] is not None]
        valued.sort(key=_first, reverse=self.sorted_down)
        self._order = [at for _value, at in valued] + without
        self._refilter()

    def _insert(self, touched: Sequence[int]) -> None:
        """Put rows where they belong in a sorted order, each by a binary search."""
        key, rows, order = self._key(), self._rows, self._order
        for at in touched:
            value = key(rows[at])
            low, high = 0, len(order)
            while low < high:
                middle = (low + high) // 2
                other = key(rows[order[middle]])
                if value is None:
                    before = other is not None
                elif other is None:
                    before = False
                else:
                    before = other > value if self.sorted_down else not value < other
                low, high = (middle + 1, high) if before else (low, middle)
            order.insert(low, at)

    def _refilter(self) -> None:
        self._steps = [self._order]
        for term in self._terms:
            self._steps.append(self._keep(self._steps[-1], term))

    def _keep(self, which: list[int], term: Term) -> list[int]:
        """Those of some rows that answer to a term."""
        if term.field is not None and term.compare:
            numbers, compare, than = self._numbers_of(term.field), COMPARE[term.compare], term.than
            return [at for at in which if compare(numbers[at], than) is not term.unless]
        if term.field is not None:
            texts, text = self._texts_of(term.field), term.text
            return [at for at in which if (text in texts[at]) is not term.unless]
        while self.prepare(len(self._rows)):
            continue
        folded: list[Any] = self._folded
        text = term.text
        if term.unless:
            return [at for at in which if text not in folded[at]]
        return [at for at in which if text in folded[at]]

    def _numbers_of(self, field: int) -> list[float]:
        if field not in self._numbers:
            self._numbers[field] = [comparable(self.fields[field], row) for row in self._rows]
        return self._numbers[field]

    def _texts_of(self, field: int) -> list[str]:
        if field not in self._texts:
            self._texts[field] = [containable(self.fields[field], row) for row in self._rows]
        return self._texts[field]


def _first(pair: tuple[Any, int]) -> Any:
    return pair[0]


def _narrows(before: Term, after: Term) -> bool:
    """Whether every row that answers to the longer term answers to the shorter one."""
    plain = not (before.unless or after.unless or before.compare or after.compare)
    return plain and before.field == after.field and before.text in after.text
