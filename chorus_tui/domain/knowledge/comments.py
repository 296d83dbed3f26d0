"""What recipients write when they suspend, reject or send back an invoice, recognised by its words.

People write these comments, so there are no wordings to match: an entry names stems of words that occur
together, in any order, each at the beginning of a word ("attestation manqu", "bon livraison").
"""

import re
from collections.abc import Iterable

from chorus_tui.domain.knowledge.base import Entry
from chorus_tui.domain.knowledge.wording import plain

_WORD = re.compile(r"[a-z0-9]+")


class Comments:
    """The entries that recognise a comment, and how."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._stems = [
            (tuple(_WORD.findall(plain(words).lower())), entry) for entry in entries for words in entry.words
        ]
        self._stems.sort(key=lambda found: -len(found[0]))  # stable: of two as long, the earlier one

    def recognise(self, comment: str) -> Entry | None:
        """The entry most of whose stems occur in a comment; of several as good, the first in the file."""
        words = _WORD.findall(plain(comment).lower())
        for stems, entry in self._stems:
            if stems and all(any(word.startswith(stem) for word in words) for stem in stems):
                return entry
        return None
