"""Files become documents: watched folders, filing rules, PDF and Factur-X reading."""

from chorus_tui.intake.reader import Reader, ReaderClosed
from chorus_tui.intake.reading import Fault, Reading, Unreadable, read_bytes
from chorus_tui.intake.watch import Watcher

__all__ = ["Fault", "Reader", "ReaderClosed", "Reading", "Unreadable", "Watcher", "read_bytes"]
