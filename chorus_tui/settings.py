"""Settings: a TOML file, the environment and secret files; where things are kept.

`--home DIR` (or `CHORUS_TUI_HOME`) puts settings, store and logs in one folder; otherwise each goes where
the system keeps such things (platformdirs).
"""

from pathlib import Path

from msgspec import Struct


class Folders(Struct, frozen=True):
    """Where things are kept."""

    settings: Path
    """The settings file itself."""
    data: Path
    """The store and its blobs; 0700 (0770 with a group for teams)."""
    log: Path
    secrets: Path
    exports: Path


class Credentials(Struct, frozen=True):
    """What signs in: the PISTE application and the technical account. Not shown by `repr` either."""

    client_id: str = ""
    client_secret: str = ""
    login: str = ""
    password: str = ""

    def __repr__(self) -> str:
        return "Credentials(****)"

    __str__ = __repr__


class Connection(Struct, frozen=True, kw_only=True):
    """Which Chorus Pro, and as whom."""

    environment: str = "sandbox"
    """"production", "sandbox" (the qualification platform) or "simulator"."""
    oauth_url: str = ""
    api_url: str = ""
    credentials: Credentials = Credentials()
    timeout: float = 30.0
    """Seconds before an answer is given up."""
    calls_per_second: float = 8.0


class WatchedFolder(Struct, frozen=True, kw_only=True):
    """A folder where the billing system drops PDFs."""

    path: Path
    recursive: bool = False


class FilingRule(Struct, frozen=True, kw_only=True):
    """Which files of the watched folders are documents to submit (S1-010…013).

    Every criterion that is given must hold; `folder` alone is criterion type 1, the others type 2.
    """

    name: str
    supplier: str
    """SIRET of the supplier structure that the documents are sent for."""
    folder: Path | None = None
    glob: str = "*.pdf"
    """On the file's name, case ignored."""
    text: str | None = None
    """A regular expression searched in the page text."""
    supplier_siret: str | None = None
    """The supplier SIRET read from the document."""
    automatic: bool = False
    """Whether documents go by themselves once complete."""


class Settings(Struct, frozen=True, kw_only=True):
    """Everything that a user may set."""

    folders: Folders
    connection: Connection = Connection()
    watch: tuple[WatchedFolder, ...] = ()
    rules: tuple[FilingRule, ...] = ()
    theme: str = ""
    """Empty: chosen by what the terminal can show."""
    keys: dict[str, str] = {}
    """Command id → key."""
    hold: float = 0.0
    """Seconds a submission waits before it leaves, so that it can be taken back."""
    poll: float = 2.0
    """Seconds between looks at folders where the system announces nothing."""
    settle: float = 1.0
    """Seconds a file must not have grown before it is taken."""
    track_every: float = 60.0
    """Seconds between sweeps for status changes."""
