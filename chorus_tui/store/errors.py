"""What can go wrong with the store, each in words and with what to do.

StoreError
├── StoreDamaged       the file, or a row of it, cannot be read
├── StoreFull          no room to write: disk full or quota reached
├── StoreNotWritable   this user may not write there
├── StoreTooNew        written by a newer version
└── StoreBusy          another process holds it and does not let go
"""

from pathlib import Path

from chorus_tui.i18n import _
from chorus_tui.text import clean


class StoreError(Exception):
    """Something about the store that an operator must know; nothing acknowledged is lost by it."""

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(message, advice)
        self.message = message
        """What happened, in the operator's language."""
        self.advice = advice
        """What to do."""

    def __str__(self) -> str:
        return f"{self.message} {self.advice}"


class StoreDamaged(StoreError):
    """The file, or a row of it, cannot be read. The file is left as it is."""

    @classmethod
    def at(cls, path: Path, what: str) -> "StoreDamaged":
        """The words for a damaged file; `what` is what was found."""
        return cls(
            _("The store {path} is damaged: {what}.").format(path=clean(str(path)), what=clean(what)),
            _(
                "Nothing was changed in it. Restore the last backup with `chorus-tui restore`; "
                "the damaged file is then kept beside it, in a folder named replaced-…"
            ),
        )

    @classmethod
    def half_restored(cls, folder: Path) -> "StoreDamaged":
        """The words for a restore that was cut off."""
        return cls(
            _("A restore into {path} was interrupted.").format(path=clean(str(folder))),
            _("Run `chorus-tui restore` again; what stood there before is kept in a folder named replaced-…"),
        )


class StoreFull(StoreError):
    """No room to write; the transaction did not happen."""

    @classmethod
    def at(cls, path: Path) -> "StoreFull":
        """The words for a full disk."""
        return cls(
            _("No room left to write in {path}: the disk is full or your quota is reached.").format(
                path=clean(str(path))
            ),
            _("Free some space and do it again. What was acknowledged before is safe."),
        )


class StoreNotWritable(StoreError):
    """The user may not write there, or it is no folder."""

    @classmethod
    def at(cls, path: Path, reason: str) -> "StoreNotWritable":
        """The words for a folder or file that refuses."""
        return cls(
            _("The store {path} cannot be written: {reason}.").format(
                path=clean(str(path)), reason=clean(reason)
            ),
            _("Give this user the right to write there, or choose another folder with --home."),
        )


class StoreTooNew(StoreError):
    """Written by a newer version of the program."""

    @classmethod
    def at(cls, path: Path, found: int, known: int) -> "StoreTooNew":
        """The words for a layout that this version does not know."""
        return cls(
            _("The store {path} has layout {found}; this version knows layouts up to {known}.").format(
                path=clean(str(path)), found=found, known=known
            ),
            _("Update chorus-tui on this machine. Nothing was changed."),
        )


class StoreBusy(StoreError):
    """Another process holds the store and does not let go."""

    @classmethod
    def at(cls, path: Path) -> "StoreBusy":
        """The words for a lock that stays taken."""
        return cls(
            _("Another process keeps the store {path} locked.").format(path=clean(str(path))),
            _("Wait a moment and do it again, or close the other consoles."),
        )
