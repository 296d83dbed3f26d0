"""What a folder holds, for the file picker, and what a typed text leaves of it."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from chorus_tui.domain.checks import attachment_problems
from chorus_tui.i18n import _
from chorus_tui.operations import documents
from chorus_tui.operations.desk import Desk
from chorus_tui.text import clean, fold
from chorus_tui.ui import words

MOST = 20_000
"""Entries of a folder that are listed; who looks for another one types its path."""

FOLDER = "folder"
"""Under which name the last folder is kept."""

Judge = Callable[[str, int], str]
"""Why a file of a name and a size cannot be taken, translated; empty: it can."""


def as_attachment(name: str, size: int) -> str:
    """Why Chorus Pro takes no such file as an attachment."""
    if not size:
        return _("{name} is empty.").format(name=name)
    return next((problem.text for problem in attachment_problems(name, size)), "")


@dataclass(frozen=True)
class Entry:
    """A file or a folder, by the very path it has; its name is safe to show."""

    path: Path
    is_folder: bool = False
    size: int = 0
    modified: datetime | None = None
    is_parent: bool = False
    judge: Judge = as_attachment

    @cached_property
    def name(self) -> str:
        """As it is listed: folders end in a slash."""
        if self.is_parent:
            return "../"
        return clean(self.path.name) + ("/" if self.is_folder else "")

    @cached_property
    def refusal(self) -> str:
        """Why it cannot be taken, translated; empty: it can, or it is a folder."""
        return "" if self.is_folder else self.judge(self.name, self.size)

    @property
    def size_words(self) -> str:
        """Its size; of a folder nothing."""
        return "" if self.is_folder else words.size(self.size)


@dataclass(frozen=True)
class Folder:
    """What a folder holds, folders first."""

    path: Path
    entries: tuple[Entry, ...] = ()
    trouble: str = ""
    """Why it cannot be read, translated; empty: it can."""


def read_folder(path: Path, judge: Judge = as_attachment) -> Folder:
    """Look into a folder. Blocks (network folders are slow): run it in a thread."""
    found: list[Entry] = []
    try:
        with os.scandir(path) as entries:
            for entry in entries:
                if len(found) >= MOST:
                    break
                found.append(_entry(entry, judge))
    except OSError as error:
        reason = error.strerror or str(error)
        return Folder(path, trouble=_("This folder cannot be read: {reason}.").format(reason=clean(reason)))
    found.sort(key=lambda entry: (not entry.is_folder, fold(entry.name)))
    return Folder(path, tuple(found))


def _entry(entry: "os.DirEntry[str]", judge: Judge) -> Entry:
    try:
        told = entry.stat()
        modified = datetime.fromtimestamp(told.st_mtime, UTC)
        return Entry(Path(entry.path), entry.is_dir(), told.st_size, modified, judge=judge)
    except (OSError, ValueError, OverflowError):
        return Entry(Path(entry.path), judge=judge)


def parent_of(folder: Path) -> Entry | None:
    """The way up; None at the root."""
    return None if folder.parent == folder else Entry(folder.parent, is_folder=True, is_parent=True)


def is_path(text: str) -> bool:
    """Whether a path is being typed, and not a part of a name."""
    return text.startswith("~") or "/" in text


def typed_path(text: str, base: Path) -> tuple[Path, str]:
    """The folder that a typed path names, and the beginning of a name in it.

    `~` and `~/` are the operator's own folder; what does not begin at the root begins at `base`.
    """
    folder, _slash, rest = ("~", "", "") if text == "~" else text.rpartition("/")
    try:
        named = Path(folder or "/").expanduser()
    except RuntimeError:  # ~somebody whom this machine does not know
        named = Path(folder)
    return Path(os.path.normpath(base / named)), rest


def narrowed(folder: Folder, text: str) -> tuple[Entry, ...]:
    """The entries whose name has every typed word, those that begin with the text first.

    Hidden ones show once the text begins with a dot. Without a text the way up comes first.
    """
    shown = [e for e in folder.entries if text.startswith(".") or not e.name.startswith(".")]
    if not text:
        up = parent_of(folder.path)
        return (*((up,) if up else ()), *shown)
    sought, parts = fold(text), fold(text).split()
    found = [entry for entry in shown if all(part in fold(entry.name) for part in parts)]
    return tuple(sorted(found, key=lambda entry: not fold(entry.name).startswith(sought)))


def total(entries: Sequence[Entry]) -> int:
    """Bytes of all of them."""
    return sum(entry.size for entry in entries)


def remembered(desk: Desk, name: str) -> Path | None:
    """The folder from which an operator took files of a kind the last time; it may be gone."""
    kept = documents.load_draft(desk, f"{name}:{desk.who}")
    return documents.real_path(kept.typed[FOLDER]) if kept and FOLDER in kept.typed else None


def remember(desk: Desk, name: str, folder: Path) -> None:
    """Keep that folder.

    Raises:
        StoreError: it cannot be written.
    """
    documents.save_draft(desk, f"{name}:{desk.who}", {FOLDER: documents.shown_path(folder)})
