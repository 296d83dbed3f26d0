"""What a person would rather see than read: flows and rejections by day, causes, the age of what is open."""

import asyncio
from collections.abc import Iterable, Sequence

from textual.widget import Widget

from chorus_tui.domain.flow import Flow
from chorus_tui.i18n import _, labelled, ngettext
from chorus_tui.operations import flow_trends
from chorus_tui.operations.flow_trends import Cause, Day, Trends
from chorus_tui.ui.plots import make_ready, stacked
from chorus_tui.ui.screens.console import EVERYWHERE, ConsoleScreen
from chorus_tui.ui.widgets.lines import Line, Lines
from chorus_tui.ui.widgets.painted import columns_of, cut, pad, wrap
from chorus_tui.ui.widgets.reader import READING, Reader
from chorus_tui.ui.words import count, day, day_of, percent

GOOD, UNDER_WAY, BAD = "█", "▒", "░"
"""Signs of the parts of a bar."""
VOLUME, RATE = 9, 7
"""Rows of the two plots."""
CAUSES = 10
"""Causes that are told."""
NUMBER = 9


class Drawn:
    """The two plots, and the trends that they are of."""

    def __init__(self, trends: Trends, volume: list[str], rate: list[str], days: int) -> None:
        self.trends = trends
        self.volume = volume
        self.rate = rate
        self.days = days
        """Days that had room."""


async def draw(trends: Trends, width: int, heights: tuple[int, int] = (VOLUME, RATE)) -> Drawn:
    """Both plots, one after the other beside a running screen."""
    await make_ready()
    days = trends.days[-max(1, width - 8) :]
    names = [day(each.day) for each in days]
    parts = (
        (GOOD, [each.good for each in days]),
        (UNDER_WAY, [each.flows - each.good - each.bad for each in days]),
        (BAD, [each.bad for each in days]),
    )
    volume = stacked(names, parts, (width, heights[0]))
    await asyncio.sleep(0)
    rates = [(BAD, [100 * (each.rate or 0) for each in days])]
    rate = stacked(names, rates, (width, heights[1]), top=100, unit=" %")
    return Drawn(trends, volume, rate, len(days))


def plot_heights(height: int) -> tuple[int, int]:
    """The rows of both plots where both and their titles have so many."""
    room = max(0, height - 3)
    return room - room * 4 // 9, room * 4 // 9


# Words


def _legend() -> str:
    told = ((GOOD, _("integrated")), (UNDER_WAY, _("under way")), (BAD, _("refused, wholly or in part")))
    return "  ".join(f"{sign} {words}" for sign, words in told)


def _rate_words(days: Sequence[Day]) -> str:
    bad, ended = sum(d.bad for d in days), sum(d.bad + d.good for d in days)
    if not ended:
        return _("No flow has an outcome yet.")
    words = _("{percent} of {ended} with an outcome")
    return words.format(percent=percent(bad / ended), ended=count(ended))


def _volume_lines(drawn: Drawn) -> Iterable[Line]:
    shown = drawn.trends.days[-drawn.days :]
    flows = sum(each.flows for each in shown)
    words = ngettext("{n} flow", "{n} flows", flows).format(n=count(flows))
    earlier = drawn.trends.left_out + sum(each.flows for each in drawn.trends.days) - flows
    if earlier:
        words += ", " + ngettext("{n} earlier", "{n} earlier", earlier).format(n=count(earlier))
    yield ((labelled(f" {_('Flows by day')}", words), "strong"),)
    yield ((f" {_legend()}", "faint"),)
    yield from (((line, "plain"),) for line in drawn.volume)


def _rate_lines(drawn: Drawn) -> Iterable[Line]:
    words = labelled(f" {_('Rejection rate by day')}", _rate_words(drawn.trends.days))
    yield ((words, "strong"),)
    yield from (((line, "bad"),) for line in drawn.rate)


def _cause_lines(trends: Trends, width: int, most: int, *, remedies: bool) -> Iterable[Line]:
    reports = ngettext("{n} report", "{n} reports", trends.reports).format(n=count(trends.reports))
    yield ((labelled(f" {_('Most frequent causes')}", reports), "strong"),)
    if not trends.causes:
        yield ((f" {_('No report names any.')}", "faint"),)
    for cause in trends.causes[:most]:
        yield from _cause(cause, width, remedies)
    if len(trends.causes) > most:
        rest = len(trends.causes) - most
        words = ngettext("{n} other cause", "{n} other causes", rest).format(n=count(rest))
        yield ((f" {pad('', NUMBER)}{words}", "faint"),)


def _cause(cause: Cause, width: int, remedies: bool) -> Iterable[Line]:
    number = pad(f"{count(cause.errors)}× ", NUMBER, right=True)
    yield (f" {number}", "bad"), (cut(cause.title, width - NUMBER - 1), "plain")
    if remedies:
        for part in wrap(f"→ {cause.remedy}", width - NUMBER - 2, 2):
            yield ((f" {pad('', NUMBER)}{part}", "faint"),)


def _age_lines(trends: Trends, width: int) -> Iterable[Line]:
    number = sum(age.flows for age in trends.ages)
    words = ngettext("{n} flow", "{n} flows", number).format(n=count(number))
    yield ((labelled(f" {_('Open, by age')}", words), "strong"),)
    label = max(columns_of(_(age.label)) for age in trends.ages) + 2
    most = max(1, *(age.flows for age in trends.ages))
    room = max(0, width - label - NUMBER - 20)
    for age in trends.ages:
        bar = "█" * _bar_length(age.flows, most, room)
        oldest = _("oldest {day}").format(day=day_of(age.oldest)) if age.oldest else ""
        look = "waits" if age.flows and age is trends.ages[-1] else "plain"
        text = f" {pad(_(age.label), label)}{pad(count(age.flows), NUMBER - 2, right=True)}  {bar} {oldest}"
        yield ((cut(text, width), look),)


def _bar_length(value: int, most: int, room: int) -> int:
    """How long a bar is: at least one column where there is anything."""
    return -(-value * room // most)


def all_lines(drawn: Drawn, width: int) -> list[Line]:
    """Everything below each other, for a screen that scrolls."""
    return [
        *_volume_lines(drawn),
        (),
        *_rate_lines(drawn),
        (),
        *_cause_lines(drawn.trends, width, CAUSES, remedies=True),
        (),
        *_age_lines(drawn.trends, width),
    ]


def beside(drawn: Drawn, width: int, height: int) -> list[Line]:
    """Plots left, causes and ages right, in at most so many rows."""
    left = [*_volume_lines(drawn), *_rate_lines(drawn)]
    room = len(drawn.volume[0]) if drawn.volume else width // 2
    narrow = width - room - 2
    ages = list(_age_lines(drawn.trends, narrow))
    causes = list(_cause_lines(drawn.trends, narrow, max(1, height - len(ages) - 3), remedies=False))
    right = [*causes, (), *ages]
    lines: list[Line] = []
    for at in range(min(height, max(len(left), len(right)))):
        line = left[at] if at < len(left) else ()
        text = "".join(part for part, _look in line)
        look = line[0][1] if line else "plain"
        lines.append(((pad(text, room + 2), look), *(right[at] if at < len(right) else ())))
    return lines


class FlowCharts(ConsoleScreen):
    """All of it, on a screen of its own."""

    scopes = (READING, EVERYWHERE)

    def __init__(self, flows: Sequence[Flow], named: str) -> None:
        """
        Args:
            flows: what is drawn.
            named: the filter that they answer to, in words.
        """
        super().__init__()
        self._flows = flows
        self._named = named
        self._trends: Trends | None = None
        self.title_line = Lines("bar", id="title")
        self.reader = Reader(id="text", name_of=_("charts"))

    def compose_body(self) -> Iterable[Widget]:
        """Title and text."""
        return (self.title_line, self.reader)

    def on_mount(self) -> None:
        """Draw beside the running screen."""
        self.draw_all()

    def on_resize(self, event: object) -> None:
        """Draw for the new width."""
        super().on_resize(event)  # type: ignore[arg-type]  # Textual's own event
        self.call_after_refresh(self.draw_all)

    def draw_all(self) -> None:
        """Title at once, the rest when it is worked out."""
        width = self.app.size.width
        self.title_line.show([((pad(f" {_('Flows › Charts')} · {self._named}", width), "strong"),)])
        self.run_worker(self._draw, group="draw", exclusive=True)  # type: ignore[arg-type]  # a method

    async def _draw(self) -> None:
        with self.telling():
            if self._trends is None:
                self._trends = await flow_trends.trends_in_slices(self.desk, self._flows)
            width = self.app.size.width - 2
            self.reader.show(all_lines(await draw(self._trends, width), width))

    def go_back(self) -> None:
        """To the numbers."""
        self.dismiss()
