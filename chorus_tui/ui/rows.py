"""The rows of a table: sorted, filtered, kept up to date record by record. Pure; knows no widget.

    rows = Rows(columns, fields, key=lambda i: str(i.id), words=lambda i: f"{i.number} {i.recipient_name}")
    rows.replace_all(store.invoices.all()); rows.sort("gross", down=True); rows.filter("mairie >1000")
    rows.shown[0], len(rows.shown), len(rows)
    rows.update(changed, removed_keys)

For 100 000 rows a keystroke of filtering stays under 20 ms: what it looks at is read from each row once
(`prepare`, in slices, so that it never holds up a keystroke), and a longer filter looks only at what the
shorter one left.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Generic, TypeVar, overload

from chorus_tui.ui.columns import Column
from chorus_tui.ui.filtering import (
    COMPARE,
    Field,
    Kind,
    Term,
    folded,
    number_reader,
    parse,
    text_reader,
)

Row = TypeVar("Row")

_What = tuple[int, bool]
"""Number of a field, and whether it is read as text."""
_WHOLE: _What = (-1, True)
"""The whole row as text."""
REMEMBERED = 8
"""Filters whose rows are remembered: about the letters of one word."""


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
        self._read: dict[_What, list[Any]] = {}
        self._order: list[int] = []
        self._terms: tuple[Term, ...] = ()
        self._steps: list[list[int]] = [[]]
        self._past: dict[str, tuple[tuple[Term, ...], list[list[int]]]] = {}
        """The last filters and what they left, so that taking letters back costs nothing."""
        self._stale = False
        """Whether the steps were worked out before something around the rows changed."""
        self._forget()
        self.filtered_by = ""
        self.sorted_by = columns[0].id
        self.sorted_down = False

    def __len__(self) -> int:
        return len(self._order)

    def __iter__(self) -> Iterator[Row]:
        """All rows, shown or not."""
        return (self._rows[at] for at in self._order)

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
        self._forget()
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
            else:
                self._rows[at] = row
                for what, known in self._read.items():
                    if at < len(known):
                        known[at] = self._reader(what)(row)
            touched.append(at)
        if not touched and not gone:
            return
        if len(touched) > 500:
            self._sort(set(self._order).difference(gone).union(touched))
            return
        moved = gone.union(touched)
        self._order = [at for at in self._order if at not in moved]
        self._insert(touched)
        self._refilter()

    def append(self, rows: Iterable[Row]) -> None:
        """Take in rows that belong behind all others as they are sorted, which who calls knows; no key is
        worked out for them. A row that is there already stays as it is.
        """
        for row in rows:
            if (key := self.key(row)) not in self._index:
                self._index[key] = at = len(self._rows)
                self._rows.append(row)
                self._order.append(at)
        self._refilter()

    def sort(self, column_id: str, down: bool) -> None:
        """Sort by a column; rows without a value come last either way."""
        self.sorted_by, self.sorted_down = column_id, down
        self._sort(self._order)

    def filter(self, text: str) -> None:
        """Show only rows that answer to every term of a text."""
        self.filtered_by = text
        if (past := self._past.get(text)) is not None:
            self._terms, self._steps = past
            return
        self._narrow(parse(text, self.fields))
        self._past[text] = self._terms, self._steps
        if len(self._past) > REMEMBERED:
            del self._past[next(iter(self._past))]

    def _narrow(self, terms: tuple[Term, ...]) -> None:
        """Work the steps out, from those of the terms that stay."""
        kept = 0
        terms_before = () if self._stale else self._terms
        self._stale = False
        for before, after in zip(terms_before, terms, strict=False):
            if before != after:
                break
            kept += 1
        steps = self._steps[: kept + 1]
        if kept < len(terms) and kept < len(terms_before) and _narrows(terms_before[kept], terms[kept]):
            steps.append(self._keep(self._steps[kept + 1], terms[kept]))
            kept += 1
        for term in terms[kept:]:
            steps.append(self._keep(steps[-1], term))
        self._terms, self._steps = terms, steps

    def prepare(self, count: int) -> bool:
        """Read what a filter looks at from so many rows more; whether some are left."""
        for what, known in self._read.items():
            if len(known) < len(self._rows):
                self._read_to(what, min(len(known) + count, len(self._rows)))
                return True
        return False

    def forget(self) -> None:
        """What rows tell of other records changed: the next filter reads them anew. What shows stays."""
        self._forget()
        self._past.clear()
        self._stale = True

    def sum(self, column: Callable[[Row], Any]) -> Any:
        """The sum over the shown rows of what a function gives, leaving out None."""
        return sum(value for row in self.shown if (value := column(row)) is not None)

    def _forget(self) -> None:
        """Nothing is read yet of what filters look at: the whole text, and each field as it is compared."""
        fields = [(at, field.kind is Kind.TEXT) for at, field in enumerate(self.fields)]
        self._read = {_WHOLE: [], **{what: [] for what in fields}}
        self._readers: dict[_What, Callable[[Row], Any]] = {}

    def _reader(self, what: _What) -> Callable[[Row], Any]:
        reader = self._readers.get(what)
        if reader is None:
            reader = self._readers[what] = self._make_reader(*what)
        return reader

    def _make_reader(self, at: int, as_text: bool) -> Callable[[Row], Any]:
        if (at, as_text) == _WHOLE:
            words = self._words
            return lambda row: folded(words(row))
        field = self.fields[at]
        return text_reader(field) if as_text else number_reader(field)

    def _read_to(self, what: _What, end: int) -> list[Any]:
        """What filters look at, of the first so many rows."""
        known = self._read.setdefault(what, [])
        if len(known) < end:
            known.extend(map(self._reader(what), self._rows[len(known) : end]))
        return known

    def _key(self) -> Callable[[Row], Any]:
        column = next(c for c in self.columns if c.id == self.sorted_by)
        if column.sort is not None:
            return column.sort
        value = column.value
        return lambda row: folded(value(row)) or None

    def _sort(self, which: Iterable[int] | None = None) -> None:
        key, rows = self._key(), self._rows
        order = range(len(rows)) if which is None else list(which)
        keys = {at: key(rows[at]) for at in order}
        valued = [at for at in order if keys[at] is not None]
        without = [at for at in order if keys[at] is None] if len(valued) < len(order) else []
        valued.sort(key=keys.__getitem__, reverse=self.sorted_down)
        self._order = valued + without
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
        self._past.clear()
        self._steps = [self._order]
        for term in self._terms:
            self._steps.append(self._keep(self._steps[-1], term))

    def _keep(self, which: list[int], term: Term) -> list[int]:
        """Those of some rows that answer to a term."""
        what = _WHOLE if term.field is None else (term.field, not term.compare)
        known = self._read_to(what, len(self._rows))
        if len(which) * 4 < len(known):
            return [
                at
                for at, answers in zip(which, _answers([known[at] for at in which], term), strict=True)
                if answers
            ]
        # Read in the order of memory, then put in the order of the table: in the table's order the processor
        # waits for memory at each row (measured 55 against 20 ms for 100 000).
        answers = bytes(_answers(known, term))
        return [at for at in which if answers[at]]


def _answers(values: Sequence[Any], term: Term) -> list[bool]:
    """Whether each value answers to a term."""
    if term.compare:
        compare, than, unless = COMPARE[term.compare], term.than, term.unless
        return [compare(value, than) is not unless for value in values]
    text = term.text
    return [text not in value for value in values] if term.unless else [text in value for value in values]


def _narrows(before: Term, after: Term) -> bool:
    """Whether every row that answers to the longer term answers to the shorter one."""
    plain = not (before.unless or after.unless or before.compare or after.compare)
    return plain and before.field == after.field and before.text in after.text
