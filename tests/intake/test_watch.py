"""Watched folders. Time is the test's own: it moves when the watcher rests, and nothing really waits."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from chorus_tui.intake import Watcher
from chorus_tui.settings import WatchedFolder

LATER = 4_000_000_000.0
"""A POSIX moment after everything that a test does."""


class Time:
    """Moves on by what the watcher sleeps; `then` happens at each rest, in turn."""

    def __init__(self, *then: Callable[[], object]) -> None:
        self.now = 1000.0
        self.rests = 0
        self._then: Iterator[Callable[[], object]] = iter(then)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)
        self.now += seconds
        self.rests += 1
        next(self._then, lambda: None)()


def watcher(*folders: Path, time: Time | None = None, recursive: bool = False, **more: Any) -> Watcher:
    clock = time or Time()
    watched = [WatchedFolder(path=folder, recursive=recursive) for folder in folders]
    return Watcher(watched, now=lambda: clock.now, sleep=clock.sleep, announce=False, **more)


@asynccontextmanager
async def arriving(watching: Watcher) -> AsyncIterator[AsyncIterator[Path]]:
    async with aclosing(watching.arrivals()) as arrivals:  # type: ignore[type-var]
        yield arrivals


async def next_of(arrivals: AsyncIterator[Path]) -> Path:
    return await asyncio.wait_for(anext(arrivals), 20)


def write(path: Path, content: bytes = b"%PDF") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


async def test_a_file_is_given_once_it_has_stopped_growing(tmp_path: Path) -> None:
    """S1-010."""
    path = write(tmp_path / "a.pdf", b"1")
    sizes: list[int] = []

    def grow() -> None:
        write(path, path.read_bytes() + b"1")
        sizes.append(path.stat().st_size)

    time = Time(grow, grow, grow)
    async with arriving(watcher(tmp_path, time=time, settle=1.0)) as arrivals:
        assert await next_of(arrivals) == path
    assert sizes == [2, 3, 4]
    assert time.now >= 1004.0  # a whole second after the last time it grew


async def test_a_file_is_given_again_when_its_content_is_replaced(tmp_path: Path) -> None:
    """S1-074."""
    path = write(tmp_path / "a.pdf", b"one")
    async with arriving(watcher(tmp_path)) as arrivals:
        assert await next_of(arrivals) == path
        write(path, b"two")
        assert await next_of(arrivals) == path


async def test_a_file_replaced_by_an_older_one_of_the_same_size_is_given_again(tmp_path: Path) -> None:
    """S1-074."""
    path = write(tmp_path / "a.pdf", b"one")
    async with arriving(watcher(tmp_path)) as arrivals:
        await next_of(arrivals)
        older = write(tmp_path / ".older", b"two")
        before = path.stat()
        os.utime(older, ns=(before.st_atime_ns, before.st_mtime_ns))
        older.rename(path)
        assert await next_of(arrivals) == path


async def test_a_file_that_came_back_is_given_again(tmp_path: Path) -> None:
    path, other = write(tmp_path / "a.pdf"), tmp_path / "b.pdf"
    async with arriving(watcher(tmp_path)) as arrivals:
        await next_of(arrivals)
        shutil.move(path, tmp_path / ".kept")
        write(other)
        assert await next_of(arrivals) == other
        shutil.move(tmp_path / ".kept", path)
        assert await next_of(arrivals) == path


async def test_hidden_and_half_written_files_are_left_alone(tmp_path: Path) -> None:
    for name in (".a.pdf", "a.pdf.part", "~$a.pdf", "b.pdf~", "c.PDF.TMP", "d.crdownload", "e.pdf.filepart"):
        write(tmp_path / name)
    (tmp_path / "folder.pdf").mkdir()
    os.mkfifo(tmp_path / "pipe.pdf")
    (tmp_path / "broken.pdf").symlink_to(tmp_path / "nothing")
    good = write(tmp_path / "good.pdf")
    assert await watcher(tmp_path).scan() == (good,)


async def test_names_that_are_not_text_are_given_as_they_are(tmp_path: Path) -> None:
    names = {b"fact\xe9.pdf", b"a\nb.pdf", b"\x1b]0;x\x07.pdf"}
    for name in names:
        os.close(os.open(os.fsencode(tmp_path) + b"/" + name, os.O_CREAT))
    assert {os.fsencode(path.name) for path in await watcher(tmp_path).scan()} == names


async def test_subfolders_are_looked_into_only_where_the_settings_say_so(tmp_path: Path) -> None:
    top, below = write(tmp_path / "a.pdf"), write(tmp_path / "2026" / "10" / "b.pdf")
    assert await watcher(tmp_path).scan() == (top,)
    assert set(await watcher(tmp_path, recursive=True).scan()) == {top, below}


async def test_only_wanted_files_are_given(tmp_path: Path) -> None:
    """S1-013."""
    wanted = write(tmp_path / "FA-1.pdf")
    write(tmp_path / "notes.txt")
    assert await watcher(tmp_path, wanted=lambda path: path.suffix == ".pdf").scan() == (wanted,)


async def test_a_folder_that_is_missing_is_named_once_and_waited_for(tmp_path: Path) -> None:
    folder = tmp_path / "later"
    said: list[tuple[str, str]] = []
    time = Time(*[lambda: None] * 3, folder.mkdir, lambda: write(folder / "a.pdf"))
    watching = watcher(folder, time=time, on_trouble=lambda path, reason: said.append((path.name, reason)))
    async with arriving(watching) as arrivals:
        assert await next_of(arrivals) == folder / "a.pdf"
    assert said == [("later", "The watched folder does not exist (yet)."), ("later", "")]
    assert watching.troubles == {}


async def test_what_is_wrong_with_a_folder_is_said_in_words(tmp_path: Path) -> None:
    file = write(tmp_path / "file")
    watching = watcher(file, tmp_path / "none", tmp_path)
    await watching.scan()
    assert watching.troubles == {
        file: "The watched path is not a folder.",
        tmp_path / "none": "The watched folder does not exist (yet).",
    }


async def test_a_share_that_was_away_does_not_make_its_files_new(tmp_path: Path) -> None:
    share, here = tmp_path / "share", tmp_path / "here"
    write(share / "a.pdf")
    here.mkdir()
    watching = watcher(share, here)
    assert len(await watching.scan()) == 1
    share.rename(tmp_path / "away")
    assert await watching.scan() == ()
    (tmp_path / "away").rename(share)
    assert await watching.scan() == ()


async def test_known_files_cost_one_look_and_are_not_given(tmp_path: Path) -> None:
    known = {str(write(tmp_path / f"{n}.pdf")): (4, LATER) for n in range(2000)}
    time = Time()
    watching = watcher(tmp_path, time=time)
    assert await watching.scan(known) == ()
    assert time.rests == 0
    new = write(tmp_path / "new.pdf")
    async with arriving(watching) as arrivals:
        assert await next_of(arrivals) == new


@pytest.mark.parametrize("known", [(5, LATER), (4, 0.0)], ids=["another size", "changed since"])
async def test_a_known_file_that_changed_while_nobody_looked_is_given(
    tmp_path: Path, known: tuple[int, float]
) -> None:
    """S1-074."""
    path = write(tmp_path / "a.pdf")
    assert await watcher(tmp_path).scan({str(path): known}) == (path,)


async def test_what_the_system_announces_is_looked_at_at_once(
    tmp_path: Path,
) -> None:
    folders = [WatchedFolder(path=tmp_path / "flat"), WatchedFolder(path=tmp_path / "deep", recursive=True)]
    (tmp_path / "flat").mkdir()
    (tmp_path / "deep" / "er").mkdir(parents=True)
    watching = Watcher(folders, settle=0.01, poll=3600.0)
    async with arriving(watching) as arrivals:
        write(tmp_path / "flat" / "first.pdf")
        assert (await next_of(arrivals)).name == "first.pdf"
        for path in (tmp_path / "deep" / "er" / "b.pdf", tmp_path / "flat" / "c.pdf"):
            coming = asyncio.create_task(next_of(arrivals))
            while not coming.done():  # again, should it not have listened yet
                write(path)
                await asyncio.wait({coming}, timeout=1.0)
            assert await coming == path


async def test_looking_gives_way_to_the_screen_however_many_files_there_are(tmp_path: Path) -> None:
    for n in range(3000):
        (tmp_path / f"{n}.pdf").touch()
    gaps: list[float] = []

    async def typist() -> None:
        loop = asyncio.get_running_loop()
        last = loop.time()
        while True:
            await asyncio.sleep(0)
            gaps.append(loop.time() - last)
            last = loop.time()

    typing = asyncio.create_task(typist())
    assert len(await watcher(tmp_path).scan()) == 3000
    typing.cancel()
    assert len(gaps) > 50  # the loop ran on all through both looks
