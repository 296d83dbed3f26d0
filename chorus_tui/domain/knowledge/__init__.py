"""The knowledge base of failures: what Chorus Pro's messages mean, and what to do about them (S1-080…090).

What is known is data: `chorus_tui/domain/failures.toml`, to which an operator's team may add a file of its
own. A message is recognised by its wording, whatever ids, SIRETs, numbers, paths and positions it names.
"""

from chorus_tui.domain.knowledge.base import Action, Entry, Explanation, Field, Mistake, Sureness, Telling
from chorus_tui.domain.knowledge.book import UNKNOWN, Knowledge
from chorus_tui.domain.knowledge.parsing import parse

__all__ = [
    "UNKNOWN",
    "Action",
    "Entry",
    "Explanation",
    "Field",
    "Knowledge",
    "Mistake",
    "Sureness",
    "Telling",
    "parse",
]
