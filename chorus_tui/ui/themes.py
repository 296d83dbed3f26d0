"""Colour themes: one TOML file each, in `themes/` of a checkout and inside the wheel.

A theme says how each *look* is drawn (`plain`, `good`, `bad`, `cursor`…); widgets name looks, never colours.

    looks = load("dark")["bad"]       # a rich Style
    choose(os.environ, settings.theme)
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from msgspec import Struct
from rich.style import Style
from textual.theme import BUILTIN_THEMES, Theme

from chorus_tui.domain.statuses import Tone

_PACKAGED = Path(__file__).parent.parent / "themes"
_CHECKOUT = Path(__file__).parent.parent.parent / "themes"

LOOKS = (
    *(tone.value for tone in Tone),
    "strong",
    "key",
    "head",
    "cursor",
    "cursor_away",
    "mark",
    "bar",
    "place",
    "place_here",
    "prompt",
    "chosen",
    "production",
    "sandbox",
    "simulator",
)
"""Every look a theme must draw."""


class Colours(Struct, frozen=True):
    """A theme as the console uses it: Textual's part, and the style of each look."""

    theme: Theme
    looks: Mapping[str, Style]


class ThemeBroken(Exception):
    """A theme file that cannot be used; the message names the file and what is wrong."""


def folder() -> Path:
    """Where the theme files are."""
    return _PACKAGED if _PACKAGED.is_dir() else _CHECKOUT


def names() -> tuple[str, ...]:
    """The themes there are."""
    return tuple(sorted(path.stem for path in folder().glob("*.toml")))


@cache
def load(name: str) -> Colours:
    """The theme of a name.

    Raises:
        ThemeBroken: no such file, or it lacks a look or a colour.
    """
    path = folder() / f"{name}.toml"
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        looks = {look: Style.parse(told["looks"][look]) for look in LOOKS}
        theme = Theme(
            name=f"chorus-{name}",
            dark=told["dark"],
            ansi=told["ansi"],
            variables=dict(BUILTIN_THEMES["ansi-dark"].variables) if told["ansi"] else {},
            **told["colors"],
        )
    except FileNotFoundError:
        raise ThemeBroken(f"{name}: no such theme; there are {', '.join(names())}") from None
    except KeyError as missing:
        raise ThemeBroken(f"{path.name}: {missing} is missing") from None
    except (tomllib.TOMLDecodeError, TypeError, ValueError) as wrong:
        raise ThemeBroken(f"{path.name}: {wrong}") from None
    return Colours(theme, looks)


def choose(environment: Mapping[str, str], wanted: str = "") -> str:
    """The theme asked for, or the one for what the terminal announces.

    `ssh` does not forward COLORTERM and PuTTY says TERM=xterm: both get the sixteen colours, as does
    anyone who set NO_COLOR (whose colours are then left out altogether).
    """
    if environment.get("NO_COLOR"):
        return "sixteen"
    if wanted:
        return wanted
    many = environment.get("COLORTERM", "").lower() in ("truecolor", "24bit")
    return "dark" if many or "256" in environment.get("TERM", "") else "sixteen"
