"""The service that analyses, submits and tracks; the only caller of chorus/."""

from chorus_tui.sync.lookups import LinkCheck, Lookups
from chorus_tui.sync.service import LedElsewhere, SyncService

__all__ = ["LedElsewhere", "LinkCheck", "Lookups", "SyncService"]
