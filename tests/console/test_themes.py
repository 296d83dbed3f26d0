"""Themes: complete, chosen by what the terminal says, and never the only bearer of a meaning."""

from pathlib import Path

import pytest

from chorus_tui.domain.statuses import InvoiceStatus, OcrStatus
from chorus_tui.ui import themes
from tests.console.operator import console, desk_in, invoice


@pytest.mark.parametrize("name", ["dark", "light", "contrast", "sixteen"])
def test_a_theme_draws_every_look(name: str) -> None:
    assert set(themes.load(name).looks) == set(themes.LOOKS)


@pytest.mark.parametrize("name", ["dark", "light", "contrast", "sixteen"])
async def test_the_console_opens_in_each_theme(name: str, tmp_path: Path) -> None:
    desk = desk_in(tmp_path)
    desk.store.invoices.put(invoice(1))
    async with console(desk, theme=name) as operator:
        assert operator.sees("FA2026-000001", "● Made available")
    desk.store.close()


@pytest.mark.parametrize(
    ("environment", "wanted", "chosen"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, "", "dark"),
        ({"TERM": "tmux-256color"}, "", "dark"),
        ({"TERM": "xterm"}, "", "sixteen"),
        ({"TERM": "linux"}, "", "sixteen"),
        ({"TERM": "xterm"}, "light", "light"),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, "light", "sixteen"),
    ],
)
def test_the_theme_follows_what_the_terminal_announces(
    environment: dict[str, str], wanted: str, chosen: str
) -> None:
    assert themes.choose(environment, wanted) == chosen


def test_a_theme_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(themes.ThemeBroken, match=r"mauve.*contrast, dark, light, sixteen"):
        themes.load("mauve")


def test_the_sixteen_colour_theme_uses_only_the_terminals_own_colours() -> None:
    for look, style in themes.load("sixteen").looks.items():
        for colour in (style.color, style.bgcolor):
            assert colour is None or colour.number is None or colour.number < 16, look
            assert colour is None or colour.triplet is None, look


async def test_without_colour_no_colour_code_is_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    desk = desk_in(tmp_path)
    desk.store.invoices.put(invoice(1, status=InvoiceStatus.REJECTED, comment="Wrong number"))
    async with console(desk) as operator:
        compositor = operator.app.screen._compositor
        styles = [segment.style for strip in compositor.render_strips() for segment in strip if segment.style]
        assert operator.sees("✗ Rejected: Wrong number")
        assert any(style.reverse for style in styles)
        assert not [s for s in styles if (s.color and not s.color.is_default)]
        assert not [s for s in styles if (s.bgcolor and not s.bgcolor.is_default)]
    desk.store.close()


def test_every_status_has_a_sign_and_a_word_of_its_own() -> None:
    looks = [(status.sign, status.label) for status in (*InvoiceStatus, *OcrStatus)]
    assert all(len(sign) == 1 and label for sign, label in looks)
    assert len({label for _sign, label in looks}) >= len(InvoiceStatus)
