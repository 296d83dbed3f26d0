"""Files become documents: watched folders, filing rules, PDF and Factur-X reading.

`Reader` and `Watcher` are resolved on first use: operations need what reading gives, long before a file is
watched or a process is started, and a console's first paint does not wait for watchfiles.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from chorus_tui.intake.reading import Fault, Reading, Unreadable, read_bytes, sha256_of

if TYPE_CHECKING:
    from chorus_tui.intake.reader import Reader, ReaderClosed
    from chorus_tui.intake.watch import Watcher

__all__ = ["Fault", "Reader", "ReaderClosed", "Reading", "Unreadable", "Watcher", "read_bytes", "sha256_of"]

_HOMES = {"Reader": "reader", "ReaderClosed": "reader", "Watcher": "watch"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
