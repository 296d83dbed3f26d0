"""What a verb on many records did, in words: how many were done, how many not, and why."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from chorus_tui.domain.statuses import Tone
from chorus_tui.i18n import labelled, ngettext
from chorus_tui.operations.desk import Outcome
from chorus_tui.operations.submitting import Held
from chorus_tui.ui.screens.console import ConsoleScreen
from chorus_tui.ui.words import count, seconds_to


def outcome_words(outcome: Outcome, done: Callable[[int], str]) -> tuple[str, Tone]:
    """One sentence and its tone; of several reasons the most frequent one.

    Args:
        done: what is said of so many that were done.
    """
    said = [done(len(outcome.done))] if outcome.done else []
    reasons = Counter(reason for _key, reason in outcome.refused)
    for reason, number in reasons.most_common(1):
        if outcome.done or len(outcome.refused) > 1:
            refused = ngettext("{n} not done", "{n} not done", len(outcome.refused))
            reason = refused.format(n=len(outcome.refused)) + f": {reason}"
        said.append(reason + (" …" if number < len(outcome.refused) else ""))
    tone = Tone.GOOD if not outcome.refused else Tone.WAITS if outcome.done else Tone.BAD
    return ", ".join(said), tone


def tell_outcome(
    screen: ConsoleScreen, outcome: Outcome, done: Callable[[int], str], name_of: Callable[[str], str]
) -> None:
    """Say it on a screen; the journal tells each of several that were not done."""
    for key, reason in outcome.refused if len(outcome.refused) > 1 else ():
        screen.console.journal.append(screen.desk.now(), labelled(name_of(key), reason), Tone.BAD)
    words, tone = outcome_words(outcome, done)
    if words:
        screen.say(words, tone)


def queued_words(number: int, held: Held | None, now: datetime) -> str:
    """What is said of so many that are queued; that a batch is held for a moment, too."""
    if held is None:
        words = ngettext("{n} queued for submission", "{n} queued for submission", number)
        return words.format(n=count(number))
    words = ngettext(
        "{n} queued; it leaves in {s} s, u takes it back",
        "{n} queued; they leave in {s} s, u takes them back",
        number,
    )
    return words.format(n=count(number), s=seconds_to(held.until, now))
