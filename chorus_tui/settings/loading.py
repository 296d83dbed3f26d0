"""From the settings file to `Settings`, or to a sentence that names file, line and key."""

import difflib
import re
import tomllib
from collections.abc import Callable, Mapping
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from types import NoneType
from typing import Any, get_args
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from chorus_tui.domain.identifiers import compact_siret, is_siret_shaped
from chorus_tui.i18n import _
from chorus_tui.settings import channels
from chorus_tui.settings.credentials import SECRET_NAMES, VARIABLES, read_credentials
from chorus_tui.settings.model import (
    ENVIRONMENTS,
    Connection,
    FilingRule,
    Folders,
    Settings,
)
from chorus_tui.settings.problems import Problem, SettingsError
from chorus_tui.text import clean

__all__ = ["SettingsError", "load", "locate", "writable_names"]

Key = tuple[str | int, ...]
_SECRET = re.compile(
    "|".join([*SECRET_NAMES, "secret", "credential", "passw", "token", "mot_de_passe"]), re.IGNORECASE
)


def locate(home: Path | None, environ: Mapping[str, str]) -> Folders:
    """Where things are kept: in `home` (or `CHORUS_TUI_HOME`), else where the system keeps such things."""
    if home is None and environ.get("CHORUS_TUI_HOME"):
        home = Path(environ["CHORUS_TUI_HOME"])
    if home is not None:
        root = home.expanduser().absolute()
        return Folders(
            root / "settings.toml", root / "data", root / "log", root / "secrets", root / "exports"
        )
    import platformdirs  # only where it is asked: 4 ms

    config = platformdirs.user_config_path("chorus-tui", appauthor=False)
    data = platformdirs.user_data_path("chorus-tui", appauthor=False)
    log = platformdirs.user_log_path("chorus-tui", appauthor=False)
    return Folders(config / "settings.toml", data, log, config / "secrets", data / "exports")


def load(home: Path | None, environ: Mapping[str, str]) -> Settings:
    """The settings of this user: the file over the defaults, and the secrets.

    A file that is not there leaves the defaults (`chorus-tui init` writes one).

    Raises:
        SettingsError: with everything that was found wrong, each with file, line and key.
    """
    folders = locate(home, environ)
    try:
        text = folders.settings.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        text = ""
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise SettingsError(Problem(folders.settings, _("this is not UTF-8 text."), line)) from None
    except OSError as error:
        message = _("the settings cannot be read: {reason}").format(reason=error.strerror)
        raise SettingsError(Problem(folders.settings, message)) from None
    settings = _Reader(folders.settings, text).settings(folders)
    credentials = read_credentials(settings.folders.secrets, environ)
    connection = _with_addresses(msgspec.structs.replace(settings.connection, credentials=credentials))
    return msgspec.structs.replace(settings, connection=connection)


def _with_addresses(connection: Connection) -> Connection:
    oauth, api = ENVIRONMENTS[connection.environment]
    return msgspec.structs.replace(
        connection, oauth_url=connection.oauth_url or oauth, api_url=connection.api_url or api
    )


def writable_names(struct: type[Struct]) -> tuple[str, ...]:
    """The keys that a table of the settings file may hold."""
    hidden = {"credentials"} if struct is Connection else {"settings"} if struct is Folders else set()
    return tuple(name for name in struct.__struct_fields__ if name not in hidden)


class _Reader:
    """Reads one file, collecting what is wrong with it."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.text = text
        self.problems: list[Problem] = []

    def settings(self, folders: Folders) -> Settings:
        """The file's settings over the defaults.

        Raises:
            SettingsError: it says something that cannot be.
        """
        try:
            table = tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            raise SettingsError(self._syntax(error)) from None
        defaults = {name: getattr(folders, name) for name in Folders.__struct_fields__}
        values = self._struct(Settings, table, (), {"folders": folders})
        with suppress(_Unfit):
            own = self._fit(table.get("folders", {}), dict, _("a table"), ("folders",))
            values["folders"] = Folders(**defaults | self._struct(Folders, own, ("folders",)))
        self._check(values)
        if self.problems:
            raise SettingsError(*sorted(self.problems, key=lambda problem: problem.line or 0))
        values["rules"] = tuple(map(_compact, values.get("rules", ())))
        channels.compacted(values)
        return Settings(**values)

    def _syntax(self, error: tomllib.TOMLDecodeError) -> Problem:
        found = re.fullmatch(r"(.*) \(at (?:line (\d+), column \d+|end of document)\)", str(error))
        reason, line = (found[1], found[2]) if found else (str(error), None)
        number = int(line) if line else self.text.count("\n") + 1
        return Problem(self.path, _("this is not TOML: {reason}").format(reason=clean(reason)), number)

    def _struct(
        self, struct: type[Struct], table: dict[str, Any], at: Key, given: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """The values of a table that fit the struct; what does not fit becomes a problem."""
        fields = {field.name: field for field in msgspec.structs.fields(struct)}
        names = writable_names(struct)
        values = dict(given or {})
        for key, raw in table.items():
            if key not in names:
                self._unknown((*at, key), names)
            elif key not in values:
                with suppress(_Unfit):
                    values[key] = self._value(fields[key].type, raw, (*at, key))
        for name in names:
            if fields[name].required and name not in values and name not in table and struct is not Folders:
                self._say(at, _('the key "{name}" is missing.').format(name=name))
        return values

    def _unknown(self, at: Key, names: tuple[str, ...]) -> None:
        name = str(at[-1])
        if _SECRET.search(name) and at[0] != "folders":
            secret = next((known for known in SECRET_NAMES if known == name.lower()), "password")
            message = _(
                "secrets are not kept in this file. Put it into the variable {variable} "
                "or a file of mode 0600 in the secrets folder (chorus-tui paths), and change it if others "
                "could read this file."
            )
            self._say(at, message.format(variable=VARIABLES[secret]))
            return
        near = difflib.get_close_matches(name, names, 1)
        if near:
            self._say(at, _('there is no such key. Did you mean "{name}"?').format(name=near[0]))
        else:
            message = _("there is no such key. Known here: {names}.")
            self._say(at, message.format(names=", ".join(names)))

    def _value(self, kind: Any, raw: Any, at: Key) -> Any:
        while hasattr(kind, "__metadata__"):
            self._limits(kind.__metadata__[0], raw, at)
            kind = kind.__origin__
        options = [option for option in get_args(kind) if option is not NoneType]
        if isinstance(kind, type) and issubclass(kind, Struct):
            table = self._fit(raw, dict, _("a table"), at)
            return self._build(kind, table, at)
        if getattr(kind, "__origin__", None) is tuple:
            rows = self._fit(raw, list, _("a list of tables"), at)
            return tuple(self._value(options[0], row, (*at, index)) for index, row in enumerate(rows))
        if getattr(kind, "__origin__", None) is dict:
            table = self._fit(raw, dict, _("a table"), at)
            return {key: self._value(str, value, (*at, key)) for key, value in table.items()}
        return self._plain(options[0] if options else kind, raw, at)

    def _build(self, kind: type[Struct], table: dict[str, Any], at: Key) -> Any:
        before = len(self.problems)
        values = self._struct(kind, table, at)
        if len(self.problems) > before:
            raise _Unfit
        return kind(**values)

    def _plain(self, kind: type, raw: Any, at: Key) -> Any:
        if kind is bool:
            return self._fit(raw, bool, _("true or false"), at)
        if kind is float:
            return float(self._fit(raw, (int, float), _("a number"), at))
        text = self._fit(raw, str, _("text between quotes"), at)
        if issubclass(kind, StrEnum):
            return self._choice(kind, text, at)
        if kind is not Path:
            return text
        if not text:
            self._refuse(at, _("a folder is wanted here."))
        return self.path.parent / Path(text).expanduser()

    def _choice(self, kind: type[StrEnum], text: str, at: Key) -> StrEnum:
        try:
            return kind(text)
        except ValueError:
            names = ", ".join(f'"{choice}"' for choice in kind)
            self._refuse(at, _("one of {names} is wanted here.").format(names=names))
            raise AssertionError from None

    def _fit(self, raw: Any, kind: Any, wanted: str, at: Key) -> Any:
        if isinstance(raw, kind) and not (isinstance(raw, bool) and kind is not bool):
            return raw
        self._refuse(at, _("{wanted} is wanted here, not {found}.").format(wanted=wanted, found=_words(raw)))
        raise AssertionError

    def _limits(self, meta: msgspec.Meta, raw: Any, at: Key) -> None:
        if not isinstance(raw, (int, float)) or isinstance(raw, bool):
            return
        if not abs(raw) < float("inf"):
            self._refuse(at, _("a finite number is wanted here."))
        if meta.gt is not None and raw <= meta.gt:
            self._refuse(at, _("more than {limit:g} is wanted here.").format(limit=meta.gt))
        if meta.ge is not None and raw < meta.ge:
            self._refuse(at, _("at least {limit:g} is wanted here.").format(limit=meta.ge))
        if meta.le is not None and raw > meta.le:
            self._refuse(at, _("at most {limit:g} is wanted here.").format(limit=meta.le))

    def _check(self, values: Mapping[str, Any]) -> None:
        """What types cannot say."""
        connection = values.get("connection", Connection())
        if connection.environment not in ENVIRONMENTS:
            names = ", ".join(f'"{name}"' for name in ENVIRONMENTS)
            self._say(("connection", "environment"), _("one of {names} is wanted here.").format(names=names))
        for name in ("oauth_url", "api_url"):
            address = getattr(connection, name)
            if address and not _is_safe_address(address):
                message = _("an https address is wanted here (http only for this very machine).")
                self._say(("connection", name), message)
            elif not address and connection.environment == "simulator":
                message = _('the key "{name}" is missing.').format(name=name)
                self._say(("connection",), message)
        for index, rule in enumerate(values.get("rules", ())):
            at: Key = ("rules", index)
            for name in ("supplier", "supplier_siret"):
                siret = getattr(rule, name)
                if siret is not None and not is_siret_shaped(compact_siret(siret)):
                    self._say((*at, name), _("a SIRET of 14 digits is wanted here."))
            self._regex((*at, "text"), rule.text)
        for at, message in channels.faults(values):
            self._say(at, message)

    def _regex(self, at: Key, pattern: str | None) -> None:
        try:
            re.compile(pattern or "")
        except re.error as error:
            message = _("this is not a regular expression: {reason}")
            self._say(at, message.format(reason=clean(str(error))))

    def _say(self, at: Key, message: str) -> None:
        key = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in at).lstrip(".")
        self.problems.append(Problem(self.path, message, self._line(at), key))

    def _refuse(self, at: Key, message: str) -> None:
        self._say(at, message)
        raise _Unfit

    def _line(self, at: Key) -> int:
        """The line where a key is set: the first that makes the key appear.

        tomllib tells no positions, so growing beginnings of the file are parsed, to explain an error only.
        """
        lines = self.text.splitlines(keepends=True)
        begun = 0
        for count in range(1, len(lines) + 1):
            try:
                table: Any = tomllib.loads("".join(lines[:count]))
            except tomllib.TOMLDecodeError:
                continue
            if _holds(table, at):
                return begun + 1
            begun = count
        return max(len(lines), 1)


class _Unfit(Exception):
    """A value was refused and said so."""


def _compact(rule: FilingRule) -> FilingRule:
    """The rule with its SIRETs as everything else writes them."""
    reader = rule.supplier_siret
    return msgspec.structs.replace(
        rule, supplier=compact_siret(rule.supplier), supplier_siret=reader and compact_siret(reader)
    )


def _holds(table: Any, at: Key) -> bool:
    for part in at:
        try:
            table = table[part]
        except (KeyError, IndexError, TypeError):
            return False
    return True


def _words(raw: Any) -> str:
    kinds: tuple[tuple[type, Callable[[], str]], ...] = (
        (bool, lambda: _("true or false")),
        (str, lambda: _("text between quotes")),
        (int, lambda: _("a number")),
        (float, lambda: _("a number")),
        (dict, lambda: _("a table")),
        (list, lambda: _("a list")),
    )
    return next((words() for kind, words in kinds if isinstance(raw, kind)), _("a date"))


def _is_safe_address(address: str) -> bool:
    """Whether secrets may travel there: https, or http to this very machine."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    local = parts.hostname in ("localhost", "127.0.0.1", "::1")
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and local))
