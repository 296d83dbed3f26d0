"""Every screen in every size and both languages: nothing overflows, nothing breaks, the way to help stays."""

from pathlib import Path

import pytest

from tests.console.billing import VALLEY, clerk_of, ready, refused
from tests.console.operator import SIZES
from tests.house import House


@pytest.mark.parametrize(
    ("size", "language"),
    [*((size, "fr_FR.UTF-8") for size in SIZES), (SIZES[0], "C.UTF-8")],
    ids=lambda told: told if isinstance(told, str) else f"{told[0]}x{told[1]}",
)
async def test_every_screen_fits(
    size: tuple[int, int], language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", language)
    async with House(tmp_path) as house:
        await refused(house)
        await ready(house, "FA-2", recipient=VALLEY)
        async with clerk_of(house, size) as clerk:
            screens = [clerk.lines]
            for key in ("2", "3", "4", "5", "6", "1"):
                await clerk.press(key)
                screens.append(clerk.lines)
            for opens in ("question_mark", "colon", "L"):
                await clerk.press(opens)
                screens.append(clerk.lines)
                await clerk.press("escape")
            await clerk.keys("enter")
            screens.append(clerk.lines)
            await clerk.keys("escape", "3", "enter")
            screens.append(clerk.lines)
            for lines in screens:
                assert len(lines) == size[1]
                assert max(map(len, lines)) <= size[0]
                assert lines[0].strip()
                assert lines[-1].strip(), "the line of keys"
            assert len({"\n".join(lines[2:]) for lines in screens}) >= 10, "these are different screens"
