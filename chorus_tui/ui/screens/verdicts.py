"""What a preflight found, in one line for a question (S1-071)."""

from typing import TYPE_CHECKING

from chorus_tui.i18n import labelled, ngettext
from chorus_tui.ui.widgets.painted import columns_of
from chorus_tui.ui.words import count, money

if TYPE_CHECKING:
    from chorus_tui.operations.preflight import Preflight

MOST = 2
"""Reasons that a question names; the journal has each document's."""
LINES = 2.6
"""Lines that a question may fill: three, broken at words, with room for the number to be typed."""


def would_pass(result: "Preflight") -> str:
    """As in “48 of 52 would pass”."""
    passing = len(result.passing)
    words = ngettext("{passing} of {all} would pass", "{passing} of {all} would pass", passing)
    return words.format(passing=count(passing), all=count(result.count))


def verdict_words(result: "Preflight", most: int = MOST) -> str:
    """As in “48 of 52 would pass, 4 fail: 3 × …, 1 × …”, in the operator's language."""
    told = would_pass(result)
    failing = len(result.failing)
    if not failing:
        return told
    fail = ngettext("{n} fails", "{n} fail", failing).format(n=count(failing))
    return labelled(f"{told}, {fail}", reason_words(result, most)) if most else f"{told}, {fail}"


def reason_words(result: "Preflight", most: int) -> str:
    """The most frequent reasons with how many have each."""
    told = [f"{count(number)} × {sentence.removesuffix('.')}" for _id, sentence, number in result.why[:most]]
    return ", ".join(told) + (", …" if len(result.why) > most else "")


def submit_words(result: "Preflight", width: int) -> str:
    """The question before a batch is sent: why some fail as far as there is room, then what would be sent."""
    passing = len(result.passing)
    question = ngettext("Submit {n} invoice ({total})?", "Submit {n} invoices ({total})?", passing)
    question = question.format(n=count(passing), total=money(result.amount))
    if not result.failing:
        return question
    for most in range(MOST, -1, -1):
        told = verdict_words(result, most)
        whole = f"{told} {question}" if told.endswith("…") else f"{told}. {question}"
        if columns_of(whole) <= LINES * (width - 2):
            break
    return whole
