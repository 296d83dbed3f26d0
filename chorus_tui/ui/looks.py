"""How a look (`plain`, `bad`, `cursor`…) is drawn in the theme of the running console."""

from rich.style import Style
from textual.widget import Widget

from chorus_tui.ui import themes


def style_of(widget: Widget, look: str) -> Style:
    """The style of a look; that of the sixteen-colour theme in an app that has no theme of ours."""
    colours: themes.Colours = getattr(widget.app, "colours", None) or themes.load("sixteen")
    return colours.looks[look]
