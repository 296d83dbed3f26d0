"""The three tabs of place 4, as the portal has them (S2-030, S2-031): Home, Search, Dashboard.

class Drawers(ListingScreen[Drawer]):
    scopes = (DRAWERS, TABS, LISTING, EVERYWHERE)       # `h`, `s`, `d` from any of the three
"""

import importlib
from typing import TYPE_CHECKING

from chorus_tui.i18n import N_, P_, _
from chorus_tui.ui.commands import Command, Registry, Scope

if TYPE_CHECKING:
    from chorus_tui.ui.screens.console import ConsoleScreen

HOME, SEARCH, DASHBOARD = "home", "search", "dashboard"
PERMISSIONS, REJECTS = "permissions", "rejects"

_SCREENS = {
    SEARCH: ("chorus_tui.ui.screens.flow_search", "FlowSearch"),
    DASHBOARD: ("chorus_tui.ui.screens.flow_dashboard", "FlowDashboard"),
}
"""Module and class; Home is the place itself."""


_BESIDE = {
    PERMISSIONS: ("chorus_tui.ui.screens.permissions", "Permissions"),
    REJECTS: ("chorus_tui.ui.screens.flow_rejects", "FlowRejects"),
}
"""Screens that stand above a tab; escape goes back to it."""


def other_tabs(registry: Registry, *tabs: Command) -> str:
    """Where else the keys of tabs lead, for a title."""
    return " · ".join(f"{registry.key(tab)} {_(tab.label)}" for tab in tabs)


def open_beside(screen: "ConsoleScreen", name: str) -> None:
    """Open what belongs to flows and is no tab."""
    module, kind = _BESIDE[name]
    screen.app.push_screen(getattr(importlib.import_module(module), kind)())


def show_tab(screen: "ConsoleScreen", tab: str) -> None:
    """Open a tab, from whatever stands on the place."""
    app = screen.app
    module, name = _SCREENS.get(tab, ("", ""))
    if name and type(screen).__name__ == name:
        return
    opened = getattr(importlib.import_module(module), name)() if name else None
    while len(app.screen_stack) > 1:
        app.pop_screen()
    if opened is not None:
        app.push_screen(opened)


HOME_TAB = Command(
    "flow_tabs.home",
    "h",
    P_("tab", "Home"),
    N_("Lists the flows, by sender and then the newest first."),
    lambda s: show_tab(s, HOME),
)
SEARCH_TAB = Command(
    "flow_tabs.search",
    "s",
    N_("Search"),
    N_("Searches flows by issuer, status, type, period, number and more."),
    lambda s: show_tab(s, SEARCH),
    line=10,
)
DASHBOARD_TAB = Command(
    "flow_tabs.dashboard",
    "d",
    N_("Dashboard"),
    N_("Counts flows by type and issuer against their status."),
    lambda s: show_tab(s, DASHBOARD),
    line=11,
)

TABS = Scope(
    "flow_tabs",
    N_("Flows: tabs"),
    (
        HOME_TAB,
        SEARCH_TAB,
        DASHBOARD_TAB,
        Command(
            "flow_tabs.permissions",
            "p",
            N_("Permissions"),
            N_("Shows who sees the flows of a structure; its main manager grants that."),
            lambda s: open_beside(s, PERMISSIONS),
            words=(N_("Manage user permissions"), N_("Users"), N_("Organisation")),
        ),
        Command(
            "flow_tabs.rejects",
            "b",
            N_("Rejections"),
            N_("Lists rejected payment requests of a structure, for its managers."),
            lambda s: open_beside(s, REJECTS),
            words=(N_("Access to EDI rejects"), N_("Rejected payment requests")),
        ),
    ),
)
