"""The file picker: any file found by keyboard alone, and none taken that Chorus Pro would refuse."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from chorus_tui.ui.screens.picker import FilePicker
from chorus_tui.ui.screens.picker_folder import Entry, is_path, narrowed, read_folder, typed_path
from tests.console.operator import Operator, console, desk_in

MANY = 10 * 1024 * 1024 + 1


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Somebody's own folder with files of every kind in it."""
    home = tmp_path / "clerk"
    for folder in ("orders/2026", "slips", ".cache"):
        (home / folder).mkdir(parents=True)
    for name in (
        "Délivrance 12.pdf",
        "order 7.pdf",
        "slip.PDF",
        ".hidden.pdf",
        "run.exe",
        "orders/2026/EJ-1.pdf",
    ):
        (home / name).write_bytes(b"%PDF-1.4 " + name.encode())
    (home / "empty.pdf").touch()
    (home / f"{'long' * 12}.pdf").write_bytes(b"x")
    with (home / "scan.pdf").open("wb") as large:
        large.truncate(MANY)
    monkeypatch.setenv("HOME", str(home))
    return home


class Picking(Operator):
    """Somebody at the picker."""

    picker: FilePicker

    @property
    def status(self) -> str:
        """The status line."""
        screen: Any = self.app.screen
        return str(screen.status.text)

    async def keys(self, *keys: str) -> None:
        """Press keys, and wait for the folders that they open."""
        await self.press(*keys)
        for _round in range(2):
            asked = [worker for worker in self.app.workers if worker.group == "folder"]
            if asked:
                await self.app.workers.wait_for_complete(asked)
            await self.idle()

    async def types(self, text: str) -> None:
        """Type a text at once, as a paste does, and wait for the folders that it opens."""
        self.picker._press("paste", text)
        await self.keys()

    @property
    def names(self) -> list[str]:
        """The names in the list."""
        return [entry.name for entry in self.picker.listing.rows]


@asynccontextmanager
async def picking(folder: Path, **more: Any) -> AsyncIterator[Picking]:
    """The picker, over the console of an empty store."""
    desk = desk_in(folder)
    async with console(desk) as operator:
        someone = Picking(operator.app, operator.pilot)
        someone.picker = FilePicker(**more)
        someone.app.push_screen(someone.picker)
        await someone.keys()
        yield someone
    desk.store.close()


async def test_it_begins_at_home_with_sizes_and_without_hidden_files(files: Path, tmp_path: Path) -> None:
    """S1-043."""
    async with picking(tmp_path) as clerk:
        assert clerk.sees(
            "Add a file:", "clerk", "order 7.pdf", " 1 KB", "scan.pdf", "10.0 MB", "a part of the name"
        )
        assert clerk.names[:3] == ["../", "orders/", "slips/"]
        assert not clerk.sees("hidden")
        await clerk.keys("full_stop")
        assert clerk.names[:3] == [".cache/", ".hidden.pdf", "Délivrance 12.pdf"]


async def test_letters_narrow_accents_and_case_ignored(files: Path, tmp_path: Path) -> None:
    """S1-043."""
    async with picking(tmp_path) as clerk:
        await clerk.keys(*"deliv")
        assert clerk.names == ["Délivrance 12.pdf"]
        await clerk.keys("enter")
        assert clerk.picker.picked == (files / "Délivrance 12.pdf",)
        assert not isinstance(clerk.app.screen, FilePicker)


async def test_folders_open_by_enter_and_close_by_left_or_backspace(files: Path, tmp_path: Path) -> None:
    """S1-043."""
    async with picking(tmp_path) as clerk:
        await clerk.keys(*"orders", "enter")
        await clerk.keys("enter")
        assert clerk.names == ["../", "EJ-1.pdf"]
        assert clerk.picker.listing.current == Entry(
            files / "orders/2026/EJ-1.pdf", False, 29, clerk.picker.listing.rows[1].modified
        )
        await clerk.keys("left")
        assert clerk.names == ["../", "2026/"]
        await clerk.keys("backspace")
        assert clerk.sees("> orders/")
        await clerk.keys("right")
        assert clerk.names == ["../", "2026/"]


async def test_a_path_is_typed_whole_from_home_or_from_the_root(files: Path, tmp_path: Path) -> None:
    """S1-043."""
    async with picking(tmp_path) as clerk:
        await clerk.types("~/orders/2026/EJ")
        assert clerk.names == ["EJ-1.pdf"]
        await clerk.keys("escape")
        assert len(clerk.names) > 5
        await clerk.types(f"{files}/slips/")
        assert clerk.names == ["../"]
        await clerk.keys("ctrl+u")
        await clerk.types("orders/2026/")
        assert clerk.names == ["../", "EJ-1.pdf"]
        await clerk.keys("escape")
        await clerk.types("/nowhere/at/all/x")
        assert clerk.sees("This folder cannot be read: No such file or directory.")
        await clerk.keys("enter")
        assert "There is no such file here." in clerk.status


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("run", "Chorus Pro does not take files like run.exe."),
        ("longlong", "is longer than 50 characters."),
        ("scan", "scan.pdf is larger than 10 MB."),
        ("empty", "empty.pdf is empty."),
    ],
)
async def test_what_chorus_pro_takes_not_says_so_at_once_and_is_not_taken(
    typed: str, why: str, files: Path, tmp_path: Path
) -> None:
    """S1-043: checked before sending."""
    async with picking(tmp_path) as clerk:
        await clerk.keys(*typed)
        assert clerk.sees(why)
        await clerk.keys("enter")
        assert isinstance(clerk.app.screen, FilePicker)
        assert why in clerk.status
        await clerk.keys("tab")
        assert clerk.picker.picked == ()


async def test_several_files_are_taken_at_once(files: Path, tmp_path: Path) -> None:
    """S1-043: 1..n files."""
    asked: list[Sequence[Entry]] = []

    def refuse(entries: Sequence[Entry]) -> str:
        asked.append(entries)
        return "" if len(asked) > 1 else "Too much together."

    async with picking(tmp_path, refuse=refuse) as clerk:
        await clerk.types("order 7")
        await clerk.keys("tab", "escape")
        await clerk.types("slip.")
        await clerk.keys("tab", "escape")
        assert clerk.sees("2 files marked (1 KB); enter takes them.")
        await clerk.keys("enter")
        assert "Too much together." in clerk.status
        await clerk.keys("enter")
        assert clerk.picker.picked == (files / "order 7.pdf", files / "slip.PDF")


async def test_it_begins_where_the_last_file_was_picked(files: Path, tmp_path: Path) -> None:
    """S1-043: attachments lie together."""
    async with picking(tmp_path) as clerk:
        await clerk.types("~/orders/2026/")
        await clerk.keys("down", "enter")
        assert clerk.picker.picked == (files / "orders/2026/EJ-1.pdf",)
        clerk.picker = FilePicker(start=files)
        clerk.app.push_screen(clerk.picker)
        await clerk.keys()
        assert clerk.names == ["../", "EJ-1.pdf"]


async def test_escape_takes_back_one_thing_after_the_other(files: Path, tmp_path: Path) -> None:
    async with picking(tmp_path) as clerk:
        await clerk.types("order 7")
        await clerk.keys("tab", "escape")
        assert clerk.sees("1 file marked")
        await clerk.keys("escape")
        assert not clerk.sees("1 file marked")
        await clerk.keys("escape")
        assert not isinstance(clerk.app.screen, FilePicker)
        assert clerk.picker.picked == ()


def test_names_of_any_bytes_are_shown_safely_and_picked_by_what_they_are(tmp_path: Path) -> None:
    """Names from outside never reach the terminal as they are, and still name their file."""
    for name in (b"bad\xff.pdf", b"esc\x1b]0;x\x07.pdf"):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(b"x")
    folder = read_folder(tmp_path)
    assert [entry.name.isprintable() for entry in folder.entries] == [True, True]
    assert all(entry.path.read_bytes() == b"x" for entry in folder.entries)
    assert len(narrowed(folder, "bad")) == 1


@pytest.mark.parametrize(
    ("text", "folder", "rest"),
    [
        ("~", "~", ""),
        ("~/", "~", ""),
        ("~/a b", "~", "a b"),
        ("/", "/", ""),
        ("/srv/x", "/srv", "x"),
        ("in/x", "/base/in", "x"),
        ("../x", "/", "x"),
        ("~nobody-at-all/x", "/base/~nobody-at-all", "x"),
    ],
)
def test_a_typed_path_is_a_folder_and_the_beginning_of_a_name(text: str, folder: str, rest: str) -> None:
    assert is_path(text)
    assert typed_path(text, Path("/base")) == (
        Path(folder).expanduser() if folder == "~" else Path(folder),
        rest,
    )


async def test_reading_a_slow_folder_holds_up_no_key(files: Path, tmp_path: Path) -> None:
    """The newest folder wins, whichever was read first."""
    async with picking(tmp_path) as clerk:
        clerk.picker._press("paste", "/")
        clerk.picker._press("ctrl+u", "")
        await asyncio.sleep(0)
        await clerk.keys()
        assert "order 7.pdf" in clerk.names
