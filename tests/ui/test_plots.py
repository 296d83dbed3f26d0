"""Plots as plain lines: right size, readable without colours, the same in every process."""

import subprocess
import sys

import pytest

from chorus_tui.ui.plots import stacked

DAYS = [f"2026-11-{day:02}" for day in range(1, 31)]


@pytest.mark.parametrize("number", [1, 2, 7, 30])
@pytest.mark.parametrize("size", [(40, 5), (72, 11), (118, 9)])
def test_a_plot_has_exactly_its_size_and_names_its_first_day(number: int, size: tuple[int, int]) -> None:
    lines = stacked(DAYS[:number], [("█", range(number)), ("░", [1] * number)], size)
    assert len(lines) == size[1]
    assert {len(line) for line in lines} == {size[0]}
    assert DAYS[0] in lines[-1]


def test_parts_stand_on_each_other_with_signs_of_their_own() -> None:
    lines = stacked(DAYS[:2], [("█", [4, 0]), ("░", [4, 0])], (40, 9))
    signs = ["".join(sorted(set(line) & {"█", "░"})) for line in lines[:-1]]
    assert signs == sorted(signs, key=lambda sign: "░█".index(sign[0]) if sign else 2)
    assert {"█", "░"} <= set("".join(signs))
    assert lines[0].startswith("8")
    assert "".join(lines).isprintable()


def test_large_numbers_are_not_cut() -> None:
    lines = stacked(DAYS[:1], [("█", [20_000])], (40, 7))
    assert lines[0].startswith("20\u00a0000")


def test_where_there_is_no_room_or_nothing_there_is_no_plot() -> None:
    assert stacked([], [("█", [])], (40, 9)) == []
    assert stacked(DAYS[:1], [("█", [1])], (8, 9)) == []
    assert stacked(DAYS[:1], [("█", [1])], (40, 2)) == []
    assert len(stacked(DAYS[:1], [("█", [0])], (40, 5))) == 5


def test_it_looks_the_same_in_every_process() -> None:
    """plotext places its own names by hashes, which differ from one process to the next."""
    script = (
        "from chorus_tui.ui.plots import stacked; "
        "print(stacked([f'2026-11-{d}' for d in range(10, 20)], [('█', range(10))], (72, 9)))"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={"PYTHONHASHSEED": str(seed), "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            check=True,
        ).stdout
        for seed in (1, 2, 3)
    }
    assert len(seen) == 1
