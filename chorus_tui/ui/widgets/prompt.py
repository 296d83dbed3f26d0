"""Questions where the status line is: on one line, or above their answers where they are long.

Await them in a command (a coroutine runs as a worker):

    if await screen.prompt.confirm(_("Submit 12 invoices (14 230,00 €)?")): …        # focus on No
    if await screen.prompt.typed(_("Submit 340 invoices? Type their number to confirm:"), "340"): …
    text = await screen.prompt.text(_("Comment:"), value="…")                        # None: escape
    column = await screen.prompt.choose(_("Sort by:"), [("number", "Number"), …])    # None: escape

A new question answers the one before it with None. While a question stands, keys go to it alone.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from textual import events
from textual.containers import Horizontal
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from chorus_tui.i18n import _
from chorus_tui.text import clean, fold
from chorus_tui.ui.widgets.lines import Line, Lines, Span
from chorus_tui.ui.widgets.painted import columns_of, wrap

T = TypeVar("T")

MOST = 3
"""Lines that a question takes at most."""
LEAST_ANSWERS = 20
"""Columns that answers, or what is typed, must have beside a question; else it stands above them."""


def above(question: str, width: int) -> list[Line]:
    """A question on lines of its own."""
    return [((f" {line}", "prompt"),) for line in wrap(question, width - 2, MOST)]


def set_height(widget: Widget, height: int) -> None:
    """Make it as high as its lines; laid out anew only where that changes."""
    now = widget.styles.height
    if now is None or now.value != height:
        widget.styles.height = height


class _Choices(Lines):
    """A question and its answers; arrows or a first letter choose, enter takes, escape leaves."""

    can_focus = True

    def __init__(self, take: Callable[[int | None], None]) -> None:
        super().__init__(id="prompt-choices")
        self._take = take
        self._question = ""
        self._answers: Sequence[str] = ()
        self._keys: Sequence[str] = ()
        self._at = 0

    def offer(self, question: str, answers: Sequence[str], keys: Sequence[str], at: int) -> None:
        self._question, self._answers, self._keys, self._at = question, answers, keys, at
        self._draw()

    def _draw(self) -> None:
        """The question, above its answers where it is long; as many of them round the chosen one as fit."""
        width = self.size.width or self.app.size.width
        answers = sum(columns_of(answer) + 2 for answer in self._answers)
        if columns_of(self._question) + 3 + min(answers, LEAST_ANSWERS) > width:
            lines = above(self._question, width)
            self._show([*lines, tuple(self._offered(width - 2))])
        else:
            room = width - columns_of(self._question) - 4
            self._show([((f" {self._question} ", "prompt"), *self._offered(room))])

    def _show(self, lines: Sequence[Line]) -> None:
        set_height(self, len(lines))
        self.show(lines)

    def _offered(self, room: int) -> Sequence[Span]:
        spans: list[Span] = []
        first = 0
        while first < self._at and sum(len(a) + 2 for a in self._answers[first : self._at + 1]) > room:
            first += 1
        if first:
            spans.append(("… ", "faint"))
        last = first
        while last < len(self._answers) and (
            last <= self._at or sum(len(a) + 2 for a in self._answers[first : last + 1]) < room
        ):
            spans.append((f" {self._answers[last]} ", "chosen" if last == self._at else "plain"))
            last += 1
        if last < len(self._answers):
            spans.append((" …", "faint"))
        return spans

    def on_resize(self) -> None:
        super().on_resize()
        self._draw()

    async def _on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        self.take(event)

    def take(self, event: events.Key) -> None:
        """What a key does to the question."""
        if event.key in ("escape", "ctrl+c"):
            self._take(None)
        elif event.key == "enter":
            self._take(self._at)
        elif event.key in ("right", "down", "tab", "space"):
            self._at = (self._at + 1) % len(self._answers)
            self._draw()
        elif event.key in ("left", "up", "shift+tab"):
            self._at = (self._at - 1) % len(self._answers)
            self._draw()
        elif event.character and event.is_printable:
            self._letter(fold(event.character))

    def _letter(self, letter: str) -> None:
        """Take the answer that has the letter for itself, or go to the next one that begins with it."""
        if letter in self._keys:
            self._take(self._keys.index(letter))
            return
        after = [*range(self._at + 1, len(self._answers)), *range(self._at + 1)]
        self._at = next((at for at in after if fold(self._answers[at]).startswith(letter)), self._at)
        self._draw()


class _Field(Input):
    """A line of text; its keys stay with it, escape leaves it."""

    def __init__(self, settle: Callable[[str | None], None]) -> None:
        super().__init__(id="prompt-field", compact=True, select_on_focus=False)
        self.cursor_blink = False
        self.asking = False
        """Whether its question stands; a key that comes later is for who asked."""
        self._settle = settle

    def replace(self, text: str, start: int, end: int) -> None:
        """Every change of the text comes through here; what is pasted may hold what a terminal obeys."""
        super().replace(clean(text), start, end)

    async def _on_key(self, event: events.Key) -> None:
        if not self.asking:
            event.prevent_default()
        elif event.key in ("escape", "enter"):
            event.stop()
            event.prevent_default()
            self.take(event)
        else:
            await super()._on_key(event)

    def take(self, event: events.Key) -> None:
        """A key that was pressed before the field had the focus."""
        if event.key == "escape":
            self._settle(None)
        elif event.key == "enter":
            self._settle(self.value)
        elif event.key == "backspace":
            self.action_delete_left()
        elif event.character and event.is_printable:
            self.insert_text_at_cursor(event.character)


class Prompt(Horizontal):
    """One question at a time; not there when nothing is asked."""

    class Standing(Message):
        """A question was asked, or answered."""

        def __init__(self, asks: bool, choice: bool = False) -> None:
            super().__init__()
            self.asks = asks
            self.choice = choice
            """Whether there are answers to choose from, or a text to type."""

    DEFAULT_CSS = """
    Prompt { height: auto; display: none; }
    Prompt.-tall { layout: vertical; }
    Prompt.-tall #prompt-question { width: 1fr; }
    Prompt.-asks { display: block; }
    Prompt #prompt-question { width: auto; }
    Prompt.-text #prompt-choices { display: none; }
    Prompt.-choice #prompt-question, Prompt.-choice #prompt-field { display: none; }
    Prompt Input { width: 1fr; height: 1; border: none; padding: 0; }
    """

    def __init__(self) -> None:
        super().__init__(id="prompt")
        self._answer: asyncio.Future[Any] | None = None
        self._asked: _Choices | _Field | None = None
        self._before: Widget | None = None
        self._making = asyncio.Lock()
        self.made = asyncio.Event()
        """Set once a question shows at once."""
        self._changed: Callable[[str], None] | None = None
        self.ahead: list[events.Key] = []
        """Keys that were pressed before the next question stood and are meant for it."""

    def take_key(self, event: events.Key) -> bool:
        """Take a key that was on its way when the question was asked; whether it was one for it.

        Who types ahead over a slow line presses keys before the focus is here; they never become commands.
        """
        meant = event.is_printable or event.key in ("enter", "escape", "backspace")
        if self._asked is None or not meant:
            return False
        self._asked.take(event)
        return True

    @property
    def asks(self) -> bool:
        """Whether a question stands."""
        return self._answer is not None

    def make_ready(self) -> None:
        """Make what the first question needs, once the first frame stands."""
        # The method and not what it returns: a screen that goes at once never begins it.
        self.run_worker(self._ready, group="prompt")  # type: ignore[arg-type]  # its type knows no methods

    async def _ready(self) -> None:
        """Make the field and the answers when they are first needed; one of them shows."""
        async with self._making:
            if not self.children:
                await self.mount(
                    Lines("prompt", id="prompt-question"),
                    _Field(self._settle),
                    _Choices(self._settle),
                )
                self.made.set()

    async def text(
        self, question: str, value: str = "", on_change: Callable[[str], None] | None = None
    ) -> str | None:
        """A line of text; `on_change` hears every keystroke."""
        await self._ready()
        label, field = self.query_one("#prompt-question", Lines), self.query_one(_Field)
        width = self.app.size.width
        tall = columns_of(question) + 2 + LEAST_ANSWERS > width
        lines = above(question, width) if tall else [((f" {question} ", "prompt"),)]
        label.styles.width = width if tall else columns_of(question) + 2
        set_height(label, len(lines))
        label.show(lines)
        with field.prevent(Input.Changed):
            field.value = value
        field.cursor_position = len(value)
        self._changed = on_change
        field.asking = True
        try:
            answer: str | None = await self._ask("-text -tall" if tall else "-text", field)
        finally:
            field.asking = False
        return answer

    async def choose(self, question: str, options: Sequence[tuple[T, str]], at: int = 0) -> T | None:
        """One of the options; a first letter goes to the next option that begins with it."""
        taken = await self._offer(question, [label for _value, label in options], [], at)
        return None if taken is None else options[taken][0]

    async def confirm(self, question: str) -> bool:
        """Yes or no; focus on No; each answers to its first letter at once."""
        no, yes = _("No"), _("Yes")
        return await self._offer(question, [no, yes], [no[0].lower(), yes[0].lower()], 0) == 1

    async def typed(self, question: str, expected: str) -> bool:
        """Whether exactly this was typed."""
        return await self.text(question) == expected

    def leave(self) -> None:
        """Answer the question with None."""
        self._settle(None)

    async def _offer(self, question: str, answers: list[str], keys: list[str], at: int) -> int | None:
        await self._ready()
        choices = self.query_one(_Choices)
        choices.offer(question, answers, keys, at)
        answer: int | None = await self._ask("-choice", choices)
        return answer

    async def _ask(self, kind: str, focus: _Choices | _Field) -> Any:
        if self._answer is not None:
            self._settle(None)
        else:
            self._before = self.screen.focused
        answer = self._answer = asyncio.get_running_loop().create_future()
        self.set_classes(f"-asks {kind}")
        self._asked = focus
        self.screen.set_focus(focus)
        self.post_message(self.Standing(True, kind == "-choice"))
        ahead, self.ahead = self.ahead, []
        for event in ahead:
            self.take_key(event)
        return await answer

    def _settle(self, value: Any) -> None:
        answer, self._answer, self._changed = self._answer, None, None
        self._asked = None
        if answer is None or answer.done():
            return
        self.set_classes("")
        self.post_message(self.Standing(False))
        if self._before is not None and self._before.is_attached:
            self.screen.set_focus(self._before)
        answer.set_result(value)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Each keystroke goes to who asked."""
        event.stop()
        if self._changed is not None:
            self._changed(event.value)
