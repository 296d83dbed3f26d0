"""Settings: a TOML file, the environment and secret files; where things are kept.

`--home DIR` (or `CHORUS_TUI_HOME`) puts settings, store and logs in one folder; otherwise each goes where
the system keeps such things (platformdirs).
"""

from chorus_tui.settings.credentials import SECRET_NAMES, VARIABLES
from chorus_tui.settings.loading import SettingsError, load, locate
from chorus_tui.settings.model import (
    ENVIRONMENTS,
    Connection,
    Credentials,
    EdiConnection,
    FilingRule,
    Folders,
    Settings,
    Structure,
    WatchedFolder,
)
from chorus_tui.settings.template import create, template

__all__ = [
    "ENVIRONMENTS",
    "SECRET_NAMES",
    "VARIABLES",
    "Connection",
    "Credentials",
    "EdiConnection",
    "FilingRule",
    "Folders",
    "Settings",
    "SettingsError",
    "Structure",
    "WatchedFolder",
    "create",
    "load",
    "locate",
    "template",
]
