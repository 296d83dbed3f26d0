"""What a fix changes and what would pass then, as lines: pure, so that it can be read in a test."""

from collections import Counter
from datetime import datetime
from typing import Any

from chorus_tui.domain.checks import RULE_BOOK, Problem
from chorus_tui.domain.statuses import Tone
from chorus_tui.i18n import _, ngettext
from chorus_tui.operations.desk import Outcome
from chorus_tui.operations.fixing import FixPreview
from chorus_tui.operations.submitting import Held
from chorus_tui.ui.screens.form_fields import COMPLETION, METADATA
from chorus_tui.ui.screens.outcomes import outcome_words, queued_words
from chorus_tui.ui.screens.verdicts import would_pass
from chorus_tui.ui.widgets.lines import Line
from chorus_tui.ui.widgets.painted import columns_of, cut, pad, wrap
from chorus_tui.ui.words import count, money

MOST_CHANGES = 5
"""Kinds of changes that are told one by one; the rest are counted together."""
MOST_REASONS = 5
MOST_DOUBTS = 2
LABEL = 20

_FIELDS = {declared.name: declared for declared in (*METADATA, *COMPLETION)}


def preview_lines(preview: FixPreview, width: int) -> list[Line]:
    """Old → new with counts, how many would pass and why others would not, and what stays as it is."""
    lines: list[Line] = [()]
    lines += _changes(preview, width)
    lines.append(())
    if preview.preflight.count:
        lines += _verdict(preview, width)
    lines += _left_alone(preview, width)
    return lines


def _changes(preview: FixPreview, width: int) -> list[Line]:
    kinds = Counter((change.field, change.before, change.after) for change in preview.changes)
    lines: list[Line] = []
    for (name, before, after), number in kinds.most_common(MOST_CHANGES):
        label = _(_FIELDS[name].label) if name in _FIELDS else name
        told = _("{before} → {after}").format(before=_shown(name, before), after=_shown(name, after))
        docs = ngettext("{n} document", "{n} documents", number).format(n=count(number))
        room = width - LABEL - columns_of(docs) - 4
        lines.append(
            (
                (f" {pad(label, LABEL)} ", "faint"),
                (pad(cut(told, room), room), "strong"),
                (f" {docs}", "plain"),
            )
        )
    rest = sum(kinds.values()) - sum(number for _kind, number in kinds.most_common(MOST_CHANGES))
    if rest:
        words = ngettext("and {n} other change", "and {n} other changes", rest).format(n=count(rest))
        lines.append(((f" {words}", "faint"),))
    return lines


def _shown(name: str, value: Any) -> str:
    if value is None or value == "":
        return _("(empty)")
    return _FIELDS[name].show(value) if name in _FIELDS else str(value)


def _verdict(preview: FixPreview, width: int) -> list[Line]:
    result = preview.preflight
    told = would_pass(result)
    if result.passing:
        told += f" ({money(result.amount)})"
    tone = Tone.WAITS if result.failing else Tone.GOOD
    lines: list[Line] = [((f" {'!' if result.failing else '✓'} {told}", tone.value),)]
    for _id, sentence, number in result.why[:MOST_REASONS]:
        words = wrap(f"{count(number)} × {sentence}", width - 6, 2)
        lines += [((f"   {'✗' if at == 0 else ' '} {line}", "bad"),) for at, line in enumerate(words)]
    if len(result.why) > MOST_REASONS:
        lines.append(((f"   {_('and other reasons')}", "faint"),))
    doubts: dict[str, list[Problem]] = {}
    for found in (found for verdict in result.doubtful for found in verdict.problems):
        doubts.setdefault(found.id, []).append(found)
    for name, alike in sorted(doubts.items(), key=lambda doubt: -len(doubt[1]))[:MOST_DOUBTS]:
        same = all(found.args == alike[0].args for found in alike)
        sentence = alike[0].text if same else _(RULE_BOOK[name].words)
        words = wrap(f"{count(len(alike))} × {sentence}", width - 6, 2)
        lines += [((f"   {'!' if at == 0 else ' '} {line}", "waits"),) for at, line in enumerate(words)]
    return lines


def _left_alone(preview: FixPreview, width: int) -> list[Line]:
    said = []
    if preview.reprocessed:
        number = len(preview.reprocessed)
        words = ngettext("{n} is analysed again first", "{n} are analysed again first", number)
        said.append(words.format(n=count(number)))
    if preview.unchanged:
        number = len(preview.unchanged)
        words = ngettext("{n} has this value already", "{n} have this value already", number)
        said.append(words.format(n=count(number)))
    for why, number in Counter(why for _key, why in preview.refused).most_common(2):
        words = ngettext("{n} cannot change now: {why}", "{n} cannot change now: {why}", number)
        said.append(words.format(n=count(number), why=why))
    return [((f" – {cut(line, width - 4)}", "plain"),) for line in said]


def question_words(preview: FixPreview, sends: bool = True) -> str:
    """What is asked before it is done.

    Args:
        sends: whether what passes is submitted then.
    """
    changed = len({change.document_id for change in preview.changes})
    if not sends:
        words = ngettext(
            "Change {n} document? It is sent by the next step.",
            "Change {n} documents? They are sent by the next step.",
            changed,
        )
        return words.format(n=count(changed))
    passing = len(preview.preflight.passing)
    if not passing:
        words = ngettext(
            "Change {n} document? It would not pass yet, so it is not sent.",
            "Change {n} documents? None would pass yet, so none is sent.",
            changed,
        )
        return words.format(n=count(changed))
    total = money(preview.preflight.amount)
    if passing >= changed:
        words = ngettext(
            "Change and submit {n} invoice ({total})?", "Change and submit {n} invoices ({total})?", passing
        )
    else:
        words = ngettext(
            "Change {changed}, submit the {n} that passes ({total})?",
            "Change {changed}, submit the {n} that pass ({total})?",
            passing,
        )
    return words.format(n=count(passing), changed=count(changed), total=total)


def parting_words(outcome: Outcome, sent: bool, held: Held | None, now: datetime) -> tuple[str, Tone]:
    """What became of it; of documents that keep the change and were not queued, why."""
    if sent:
        return outcome_words(outcome, lambda number: queued_words(number, held, now))

    def changed(number: int) -> str:
        words = ngettext(
            "{n} changed and not sent yet; u takes it back",
            "{n} changed and not sent yet; u takes them back",
            number,
        )
        return words.format(n=count(number))

    return outcome_words(outcome, changed)
