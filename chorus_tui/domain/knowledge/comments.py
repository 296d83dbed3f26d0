"""What recipients write when they suspend, reject or send back an invoice, recognised by its words.

People write these comments, so there are no wordings to match: an entry names stems of words that occur
together, in any order, each at the beginning of a word ("attestation manqu"). A stem may be one of several
("joindre|fournir attestation") or words that follow each other ("attestation non+fourni"). Where "!" stands
in front, it goes before all others: a missing document is one, whatever the document is about.
"""

import re
from collections.abc import Iterable

from chorus_tui.domain.knowledge.base import Entry
from chorus_tui.domain.knowledge.wording import plain

_WORD = re.compile(r"[a-z0-9]+")
_FIRST = "!"

_Stem = tuple[re.Pattern[str], ...]
"""Ways to say it, each some beginnings of words that follow each other, in words with a space before each."""


class Comments:
    """The entries that recognise a comment, and how."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        told = [
            (words.startswith(_FIRST), _stems(words), entry) for entry in entries for words in entry.words
        ]
        told.sort(key=lambda found: (not found[0], -len(found[1])))  # stable: of two as long, the earlier one
        self._stems = [(stems, entry) for _first, stems, entry in told if stems]

    def recognise(self, comment: str) -> Entry | None:
        """The entry most of whose stems occur in a comment; of several as good, the first in the file."""
        words = " " + " ".join(_WORD.findall(plain(comment).lower()))
        for stems, entry in self._stems:
            if all(_occurs(stem, words) for stem in stems):
                return entry
        return None


def _stems(words: str) -> tuple[_Stem, ...]:
    """The stems that an entry names in one of its lines."""
    said = (tuple(_ways(stem)) for stem in plain(words).lower().split())
    return tuple(stem for stem in said if stem)


def _ways(stem: str) -> Iterable[re.Pattern[str]]:
    for way in stem.split("|"):
        if parts := _WORD.findall(way):
            yield re.compile(" " + "[a-z0-9]* ".join(parts))


def _occurs(stem: _Stem, words: str) -> bool:
    return any(way.search(words) for way in stem)
