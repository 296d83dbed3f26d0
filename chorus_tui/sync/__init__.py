"""The service that analyses, submits, deposits and tracks; nobody else calls services of Chorus Pro."""

from chorus_tui.sync.lookups import LinkCheck, Lookups
from chorus_tui.sync.service import LedElsewhere, SyncService

__all__ = ["LedElsewhere", "LinkCheck", "Lookups", "SyncService"]
