"""The one registry of commands: what a screen can do, with which key, and why not now.

Bindings, the key line, the palette, the help screen, the printed cheat sheet and the reason a key did
nothing all come from here.

    class Drawer(ConsoleScreen):
        scopes = (
            Scope("drawer", N_("Drawer"), (
                Command("drawer.open", "o", N_("Open"), N_("Opens the drawer."), lambda s: s.open(),
                        why_not=lambda s: "" if s.has_key else _("There is no key."), line=1),
            )),
            EVERYWHERE,
        )

A command runs with its screen as the only argument; a coroutine runs as a worker, so it may ask
(`await screen.confirm(…)`). Keys are Textual's names, several separated by spaces, the first one shown.
"""

import importlib
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from textual.binding import Binding, BindingType

from chorus_tui.i18n import N_, _


class Danger(StrEnum):
    """What stands between the key and the deed."""

    NONE = "none"
    ASKS = "asks"
    """Asks on one line, with focus on No."""
    COUNT = "count"
    """The same; asks for the number of records to be typed when it is for many."""


MASS = 20
"""From how many records on their number has to be typed."""


def _can(_screen: Any) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Command:
    """One thing an operator can do."""

    id: str
    """`scope.verb`; what the settings name when they rebind it."""
    keys: str
    label: str
    """English source string, one or two words, for the key line."""
    sentence: str
    """English source string, for help and palette."""
    run: Callable[[Any], Awaitable[None] | None]
    why_not: Callable[[Any], str] = _can
    """Why it cannot be done now, translated; empty: it can."""
    danger: Danger = Danger.NONE
    line: int = 0
    """Rank on the key line, 1 most useful; 0: not there."""
    words: tuple[str, ...] = ()
    """Other names (English source strings) under which palette and help find it."""
    palette: bool = True
    """Whether it makes sense to run it from a list (moving the cursor does not)."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Commands that apply together: one screen's own, those of every table, those of everywhere."""

    id: str
    title: str
    """English source string."""
    commands: tuple[Command, ...]


_SHOWN = {
    "space": N_("space"),
    "enter": N_("enter"),
    "escape": N_("esc"),
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "pageup": N_("PgUp"),
    "pagedown": N_("PgDn"),
    "home": N_("Home"),
    "end": N_("End"),
    "tab": N_("tab"),
    "delete": N_("Del"),
    "ampersand": "&",
    "quotation_mark": '"',
    "apostrophe": "'",
    "left_parenthesis": "(",
    "minus": "-",
    "slash": "/",
    "question_mark": "?",
    "colon": ":",
    "full_stop": ".",
}


def shown(key: str) -> str:
    """A key as a keyboard names it: `f2` → F2, `ctrl+p` → ctrl+p, `space` → space."""
    if key.startswith("f") and key[1:].isdigit():
        return key.upper()
    return _(_SHOWN[key]) if key in _SHOWN else key


def _spelt(key: str) -> str:
    return key.lower() if len(key) > 1 else key


def bindings(scopes: Iterable[Scope]) -> list[BindingType]:
    """Textual's bindings for a screen; the nearer scope comes first and so wins a key."""
    return [
        Binding(",".join(command.keys.split()), f"command('{command.id}')", command.label, id=command.id)
        for scope in scopes
        for command in scope.commands
        if command.keys
    ]


class Registry:
    """The commands of the screens met so far, with the keys that the settings gave them."""

    def __init__(self, keys: Mapping[str, str] | None = None) -> None:
        self._scopes: dict[str, Scope] = {}
        self._commands: dict[str, Command] = {}
        self._rebound = {id_: tuple(map(_spelt, text.split())) for id_, text in (keys or {}).items()}

    def add(self, scopes: Iterable[Scope]) -> None:
        """Make commands known; again is harmless."""
        for scope in scopes:
            self._scopes[scope.id] = scope
            self._commands.update((command.id, command) for command in scope.commands)

    def __getitem__(self, command_id: str) -> Command:
        return self._commands[command_id]

    def __contains__(self, command_id: str) -> bool:
        return command_id in self._commands

    def keys(self, command: Command) -> tuple[str, ...]:
        """The keys of a command: those of the settings, or its own."""
        return self._rebound.get(command.id) or tuple(command.keys.split())

    def key(self, command: Command) -> str:
        """The key to show; empty when it has none."""
        keys = self.keys(command)
        return shown(keys[0]) if keys else ""

    def keyed(self, scopes: Iterable[Scope]) -> list[tuple[Command, str]]:
        """The commands of a screen, each with the first of its keys that no nearer one has; empty: none is
        left. A command that lost all of its keys is left out.
        """
        taken: set[str] = set()
        found = []
        for command in (command for scope in scopes for command in scope.commands):
            keys = [key for key in self.keys(command) if key not in taken]
            taken.update(keys)
            if keys or not command.keys:
                found.append((command, shown(keys[0]) if keys else ""))
        return found

    def keymap(self) -> dict[str, str]:
        """What the settings changed, as Textual's `App.set_keymap` takes it."""
        return {id_: ",".join(keys) for id_, keys in self._rebound.items()}

    def clashes(self, scopes: Iterable[Scope]) -> list[str]:
        """A sentence for each key that the settings gave to two commands of one screen, naming both."""
        taken: dict[str, Command] = {}
        found = []
        for scope in scopes:
            for command in scope.commands:
                for key in self.keys(command):
                    other = taken.setdefault(key, command)
                    if other is not command and {command.id, other.id} & self._rebound.keys():
                        found.append(
                            _(
                                "The key {key} stands for both {one} and {other}; change one in the settings."
                            ).format(key=shown(key), one=other.id, other=command.id)
                        )
        return found


SCREENS = (
    ("chorus_tui.ui.screens.to_submit", "ToSubmit"),
    ("chorus_tui.ui.screens.document_groups", "DocumentGroups"),
    ("chorus_tui.ui.screens.fixing", "FixScreen"),
    ("chorus_tui.ui.screens.form", "InvoiceForm"),
    ("chorus_tui.ui.screens.form_metadata", "MetadataForm"),
    ("chorus_tui.ui.screens.to_process", "ToProcess"),
    ("chorus_tui.ui.screens.to_process_groups", "ReturnedGroups"),
    ("chorus_tui.ui.screens.reply_form", "ReplyForm"),
    ("chorus_tui.ui.screens.picker", "FilePicker"),
    ("chorus_tui.ui.screens.tracking", "Tracking"),
    ("chorus_tui.ui.screens.invoice", "InvoiceDetail"),
    ("chorus_tui.ui.screens.flows", "Flows"),
    ("chorus_tui.ui.screens.flow", "FlowDetail"),
    ("chorus_tui.ui.screens.flow_report", "FlowReportScreen"),
    ("chorus_tui.ui.screens.flow_resend", "FlowResend"),
    ("chorus_tui.ui.screens.flow_search", "FlowSearch"),
    ("chorus_tui.ui.screens.flow_picker", "FlowPicker"),
    ("chorus_tui.ui.screens.deposit", "Deposit"),
    ("chorus_tui.ui.screens.portal_pack", "PortalPack"),
    ("chorus_tui.ui.screens.recipients", "Recipients"),
    ("chorus_tui.ui.screens.recipient", "RecipientDetail"),
    ("chorus_tui.ui.screens.recipient_services", "RecipientServices"),
    ("chorus_tui.ui.screens.recipients_found", "RecipientsFound"),
    ("chorus_tui.ui.screens.recipient_import", "DirectoryImport"),
    ("chorus_tui.ui.screens.flow_dashboard", "FlowDashboard"),
    ("chorus_tui.ui.screens.flow_dashboard_list", "FlowsOfNumber"),
    ("chorus_tui.ui.screens.flow_rejects", "FlowRejects"),
    ("chorus_tui.ui.screens.permissions", "Permissions"),
    ("chorus_tui.ui.screens.help", "Help"),
)
"""Every screen with commands of its own, for what prints or checks all of them."""


def every_scope() -> tuple[tuple[Scope, ...], ...]:
    """The scopes of each screen; imports them all."""
    return tuple(getattr(importlib.import_module(module), name).scopes for module, name in SCREENS)


def check_keys(keys: Mapping[str, str]) -> list[str]:
    """What is wrong with the settings' keys, a sentence each: an unknown command, a key given twice."""
    registry = Registry(keys)
    screens = every_scope()
    for scopes in screens:
        registry.add(scopes)
    unknown = [_("keys.{id}: there is no such command").format(id=id_) for id_ in keys if id_ not in registry]
    clashes = dict.fromkeys(sentence for scopes in screens for sentence in registry.clashes(scopes))
    return unknown + list(clashes)


def cheat_sheet(keys: Mapping[str, str] | None = None) -> str:
    """Every key of every screen as plain lines, for the manual and for paper."""
    registry = Registry(keys)
    lines: list[str] = []
    told: set[str] = set()
    for scopes in every_scope():
        registry.add(scopes)
        for scope in scopes:
            if scope.id in told:
                continue
            told.add(scope.id)
            lines += ["", _(scope.title), ""]
            for command in scope.commands:
                names = " ".join(shown(key) for key in registry.keys(command))
                lines.append(f"  {names:<16} {_(command.label):<20} {_(command.sentence)}".rstrip())
    return "\n".join(lines[1:]) + "\n"
