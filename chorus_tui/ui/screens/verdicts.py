"""What a preflight found, in one line for a question (S1-071)."""

from typing import TYPE_CHECKING

from chorus_tui.i18n import _, ngettext
from chorus_tui.ui.words import count

if TYPE_CHECKING:
    from chorus_tui.operations.preflight import Preflight

MOST = 2
"""Reasons that a question names; the journal has each document's."""


def verdict_words(result: "Preflight", most: int = MOST) -> str:
    """As in “48 of 52 would pass, 4 fail: 3 × …, 1 × …”, in the operator's language."""
    told = _("{passing} of {all} would pass").format(
        passing=count(len(result.passing)), all=count(result.count)
    )
    failing = len(result.failing)
    if not failing:
        return told
    fail = ngettext("{n} fails", "{n} fail", failing).format(n=count(failing))
    return f"{told}, {fail}: {reason_words(result, most)}"


def reason_words(result: "Preflight", most: int) -> str:
    """The most frequent reasons with how many have each."""
    told = [f"{count(number)} × {sentence.removesuffix('.')}" for _id, sentence, number in result.why[:most]]
    return ", ".join(told) + (", …" if len(result.why) > most else "")
