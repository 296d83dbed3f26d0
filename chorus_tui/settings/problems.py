"""What is wrong with settings, said so that it can be put right."""

from pathlib import Path

from msgspec import Struct

from chorus_tui.i18n import _
from chorus_tui.text import clean


class Problem(Struct, frozen=True):
    """One thing that is wrong: where, and what about it. Never holds a value that may be secret."""

    path: Path
    message: str
    line: int | None = None
    key: str = ""

    def __str__(self) -> str:
        place = clean(str(self.path))
        if self.line is not None:
            place += _(", line {line}").format(line=self.line)
        if self.key:
            place += _(', key "{key}"').format(key=clean(self.key))
        return f"{place}: {self.message}"


class SettingsError(Exception):
    """The settings cannot be used. `problems` holds every reason that was found."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems
