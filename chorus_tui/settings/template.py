"""The settings file that `chorus-tui init` writes: every key, explained and commented out."""

import os
from pathlib import Path
from textwrap import wrap
from typing import Any, get_args

import msgspec
from msgspec import NODEFAULT, Struct

from chorus_tui.i18n import _
from chorus_tui.settings.credentials import VARIABLES
from chorus_tui.settings.loading import writable_names
from chorus_tui.settings.model import (
    Connection,
    EdiConnection,
    FilingRule,
    Folders,
    Settings,
    Structure,
    WatchedFolder,
)


def template(folders: Folders) -> str:
    """A settings file that sets nothing and explains everything, in the operator's language."""
    secrets = _(
        "Secrets are not kept here. Give them in the environment ({variables}), as systemd credentials, "
        "or as files of mode 0600 in {folder}."
    ).format(variables=", ".join(VARIABLES.values()), folder=folders.secrets)
    parts = [
        _comment(
            _(
                "Settings of chorus-tui. Remove the # that stands right before a key to set it; "
                "what stays commented out stands at its default."
            )
        ),
        _comment(secrets),
        *(_entry(Settings, name) for name in _plain_names()),
        _table("[connection]", Connection, Settings, "connection"),
        _table("[[watch]]", WatchedFolder, Settings, "watch"),
        _table("[[rules]]", FilingRule, Settings, "rules"),
        _table("[[edi]]", EdiConnection, Settings, "edi"),
        _table("[[structures]]", Structure, Settings, "structures"),
        _comment(_description(Settings, "keys")) + '\n#[keys]\n#"to_submit.submit" = "f9"',
        _table("[folders]", Folders, Settings, "folders", folders),
    ]
    return "\n\n".join(parts) + "\n"


def create(folders: Folders) -> bool:
    """Write the settings file and make the folders (0700); False when the file was there already.

    Raises:
        OSError: a folder or the file cannot be made.
    """
    for folder in (folders.settings.parent, folders.data, folders.log, folders.secrets, folders.exports):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        handle = os.open(folders.settings, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with open(handle, "w", encoding="utf-8") as file:  # noqa: PTH123  # from a descriptor
        file.write(template(folders))
    return True


def _plain_names() -> list[str]:
    tables = ("folders", "connection", "watch", "rules", "edi", "structures", "keys")
    return [name for name in writable_names(Settings) if name not in tables]


def _table(title: str, struct: type[Struct], owner: type[Struct], field: str, values: Any = None) -> str:
    entries = "\n".join(_entry(struct, name, values) for name in writable_names(struct))
    return f"{_comment(_description(owner, field))}\n#{title}\n{entries}"


def _entry(struct: type[Struct], name: str, values: Any = None) -> str:
    field = next(field for field in msgspec.structs.fields(struct) if field.name == name)
    examples = _meta(field.type, "examples")
    default = getattr(values, name) if values is not None else field.default
    value = examples[0] if examples and (default is NODEFAULT or not default) else default
    return f"{_comment(_description(struct, name))}\n#{name} = {_toml(value)}"


def _description(struct: type[Struct], name: str) -> str:
    field = next(field for field in msgspec.structs.fields(struct) if field.name == name)
    return _(str(_meta(field.type, "description") or ""))


def _meta(kind: Any, name: str) -> Any:
    return next((getattr(meta, name) for meta in get_args(kind)[1:] if isinstance(meta, msgspec.Meta)), None)


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (str, Path)):
        return msgspec.json.encode(str(value)).decode()
    return f"{value:g}"


def _comment(text: str) -> str:
    return "\n".join(f"# {line}" for line in wrap(text, 96, break_on_hyphens=False))
