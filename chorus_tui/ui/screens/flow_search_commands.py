"""The commands of the search of flows. Those that are needed while typing have keys that are no letters."""

from typing import TYPE_CHECKING

from chorus_tui.domain.flow_search import SavedSearch
from chorus_tui.domain.statuses import Tone
from chorus_tui.i18n import N_, _
from chorus_tui.operations import flow_search
from chorus_tui.ui.commands import Command, Scope
from chorus_tui.ui.screens.flow_export import EXPORT

if TYPE_CHECKING:
    from chorus_tui.ui.screens.flow_search import FlowSearch

_KEEP, _REMOVE = "\0keep", "\0remove"
"""What is chosen beside the names."""


async def ask_saved(screen: "FlowSearch") -> None:
    """Take up a saved search, save the criteria, or remove a saved search."""
    kept = flow_search.saved(screen.desk)
    options = [(search.name, search.name) for search in kept]
    options.append((_KEEP, _("save these criteria…")))
    if kept:
        options.append((_REMOVE, _("remove one…")))
    chosen = await screen.prompt.choose(_("Saved searches:"), options)
    if chosen == _KEEP:
        await _keep(screen, kept)
    elif chosen == _REMOVE:
        await _remove(screen, kept)
    elif chosen is not None:
        screen.fill_in(flow_search.saved_named(screen.desk, chosen).criteria, chosen)


async def _keep(screen: "FlowSearch", kept: list[SavedSearch]) -> None:
    if problem := screen.typist.next_problem():
        screen.say(problem, Tone.BAD)
        screen.draw()
        return
    name = await screen.prompt.text(_("Name of the search:"), screen.saved_as)
    if not name:
        return
    taken = next((search.name for search in kept if search.name.casefold() == name.strip().casefold()), "")
    replaces = taken and taken != screen.saved_as
    if replaces and not await screen.prompt.confirm(_("Replace the search “{name}”?").format(name=taken)):
        return
    saved = flow_search.save(screen.desk, name, screen.criteria)
    screen.saved_as = saved.name
    screen.update_title()
    screen.say(_("Saved as “{name}”; F11 takes it up again.").format(name=saved.name), Tone.GOOD)


async def _remove(screen: "FlowSearch", kept: list[SavedSearch]) -> None:
    name = await screen.prompt.choose(_("Remove which search?"), [(each.name, each.name) for each in kept])
    if name is None:
        return
    flow_search.forget(screen.desk, name)
    screen.say(_("The search “{name}” is removed.").format(name=name), Tone.GOOD)


SEARCH = Scope(
    "flow_search",
    N_("Flows: search"),
    (
        Command(
            "flow_search.run",
            "f9",
            N_("Search"),
            N_("Searches for what is filled in; enter does it too where words are typed."),
            lambda s: s.search(),
            line=1,
        ),
        Command(
            "flow_search.reset",
            "f10",
            N_("Reset"),
            N_("Empties every criterion."),
            lambda s: s.reset(),
            line=2,
        ),
        Command(
            "flow_search.saved",
            "f11",
            N_("Saved searches"),
            N_("Takes up a saved search, saves these criteria under a name, or removes one."),
            ask_saved,
            line=3,
        ),
        Command(
            "flow_search.more",
            "f12 plus",
            N_("Advanced"),
            N_("Shows flow number, filename, invoice number, mode and partner code, or hides them."),
            lambda s: s.show_more(),
            line=4,
            words=(N_("Advanced criteria"),),
        ),
        Command(
            "flow_search.criteria",
            "s",
            N_("Criteria"),
            N_("Goes back to the criteria."),
            lambda s: s.to_criteria(),
            line=5,
        ),
        EXPORT,
        Command(
            "flow_search.move",
            "",
            N_("Move"),
            N_("Up, down and tab go from criterion to criterion, and down from the last one to the results."),
            lambda _s: None,
            palette=False,
        ),
    ),
)
