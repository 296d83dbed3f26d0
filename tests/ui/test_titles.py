"""No title of a column is cut, in either language, with the arrow of the sorted one."""

import importlib
import pkgutil

import pytest

from chorus_tui.i18n import _
from chorus_tui.ui import columns, screens
from chorus_tui.ui.widgets.listing import GUTTER

ARROW = "▼"


def tables() -> dict[str, tuple[columns.Column[object], ...]]:
    """Every table of columns that a screen has, by its name."""
    found = {}
    for module in pkgutil.iter_modules(screens.__path__):
        name = f"{screens.__name__}.{module.name}"
        for constant, value in vars(importlib.import_module(name)).items():
            if isinstance(value, tuple) and value and all(isinstance(c, columns.Column) for c in value):
                found[f"{module.name}.{constant}"] = value
    return found


TABLES = tables()


def test_every_listing_is_here() -> None:
    """The modules are found by looking."""
    assert {"to_submit_rows.COLUMNS", "groups.COLUMNS", "to_process_rows.COLUMNS", "tracking.COLUMNS"} <= set(
        TABLES
    )


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_title_has_room_for_itself_and_the_arrow(
    name: str, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S1-002: at 80 columns and at every width above."""
    monkeypatch.setenv("LANGUAGE", language)
    for width in (80, 100, 120, 160, 220):
        fitted = columns.fit(TABLES[name], width - GUTTER)
        cut = [f"{_(c.title)} ({room})" for c, room in fitted if len(_(c.title) + ARROW) > room]
        assert not cut, f"at {width} columns: {', '.join(cut)}"
        assert sum(room + 1 for _c, room in fitted) - 1 <= width - GUTTER
