"""Secrets: from the environment, from systemd credentials, or from files that nobody else can read."""

import stat
from collections.abc import Mapping
from pathlib import Path

from chorus_tui.i18n import _
from chorus_tui.settings.model import Credentials
from chorus_tui.settings.problems import Problem, SettingsError

SECRET_NAMES = Credentials.__struct_fields__
VARIABLES = {name: f"CHORUS_TUI_{name.upper()}" for name in SECRET_NAMES}
"""Secret → environment variable."""


def read_credentials(folder: Path, environ: Mapping[str, str]) -> Credentials:
    """For each secret: the environment variable, else the systemd credential, else the file of that name.

    A secret that is nowhere stays empty.

    Raises:
        SettingsError: a file that others can read, or that holds no line of text.
    """
    found: dict[str, str] = {}
    problems: list[Problem] = []
    places = [(folder, False)]
    if handed_over := environ.get("CREDENTIALS_DIRECTORY"):
        # systemd guards its folder itself, and shows group bits where it does so by ACL.
        places.insert(0, (Path(handed_over), True))
    for name in SECRET_NAMES:
        if value := environ.get(VARIABLES[name]):
            found[name] = value
            continue
        try:
            values = (_read(place / name, guarded=guarded) for place, guarded in places)
            found[name] = next((value for value in values if value is not None), "")
        except SettingsError as error:
            problems.extend(error.problems)
    if problems:
        raise SettingsError(*problems)
    return Credentials(**found)


def _read(path: Path, *, guarded: bool) -> str | None:
    """The secret in a file; None when there is no such file."""
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(path.stat().st_mode)
            content = file.read(4096)
    except FileNotFoundError:
        return None
    except OSError as error:
        message = _("this secret cannot be read: {reason}").format(reason=error.strerror)
        raise SettingsError(Problem(path, message)) from None
    if not guarded and mode & 0o077:
        message = _(
            "this secret can be read by others (mode {mode:04o}) and is not used. Type: chmod 600 {path}"
        )
        raise SettingsError(Problem(path, message.format(mode=mode, path=path)))
    try:
        text = content.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        text = ""
    if not text or not text.isprintable():
        raise SettingsError(Problem(path, _("this file must hold one line of text: the secret alone.")))
    return text
