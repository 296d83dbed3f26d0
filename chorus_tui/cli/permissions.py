"""Who sees the flows of which structure: `permissions` and what it holds (S2-020…024)."""

from typing import TYPE_CHECKING, Any

import click

from chorus_tui.cli.options import dry_option, json_option, rehearsed
from chorus_tui.cli.printing import as_columns, as_json, line
from chorus_tui.cli.visit import Visit
from chorus_tui.i18n import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from chorus_tui.domain.permissions import Profile
    from chorus_tui.operations import Desk

PROFILES = {"follow-up": "flow_follow_up", "secondary-manager": "secondary_manager"}
"""What is typed → what is granted."""

_profile = click.option(
    "--profile",
    type=click.Choice(list(PROFILES)),
    default="follow-up",
    help=_(
        "What to grant or take away: follow-up (sees the flows), secondary-manager (sees rejections, too)."
    ),
)


@click.group(
    invoke_without_command=True,
    help=_(
        "Who may see the flows of a structure.\n\n"
        "The settings name the main manager of each structure, who grants permissions to others. "
        "Without more: the list of permissions."
    ),
)
@click.pass_context
def permissions(ctx: click.Context) -> None:
    """Lists them where nothing else is asked."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_permissions, siret=None, json=False)


@permissions.command("list", help=_("Print who holds which profile, of all structures or of one."))
@click.argument("siret", metavar="[SIRET]", required=False)
@json_option
@click.pass_obj
def list_permissions(visit: Visit, siret: str | None, json: bool) -> None:
    """The main managers of the settings, and what they granted."""
    wanted = None if siret is None else structure_of(siret)
    with visit.desk() as desk:
        rows = [row for row in _held(desk) if wanted in (None, row["siret"])]
    if json:
        as_json(rows)
        return
    if not rows:
        line(_open_to_all(wanted))
        return
    titles = [_("Structure"), _("Name"), _("User"), _("Profile"), _("Granted by"), _("Granted")]
    as_columns(titles, (_cells(row) for row in rows))


def structure_of(typed: str) -> str:
    """The SIRET of a structure as it was typed."""
    from chorus_tui.cli.recipients import siret_of

    return siret_of(typed, _("`chorus-tui permissions list` prints the structures that have a main manager."))


def _held(desk: "Desk") -> list[dict[str, Any]]:
    from chorus_tui.operations import permissions as held

    rows: list[dict[str, Any]] = []
    for structure in held.structures(desk):
        about = {"siret": structure.siret, "name": structure.name}
        rows.append({**about, "user": structure.main_manager, "profile": "main_manager"})
        grants = desk.store.grants.by("siret", structure.siret)
        rows += (
            {
                **about,
                "user": grant.user,
                "profile": grant.profile.value,
                "granted_by": grant.granted_by,
                "granted_at": grant.granted_at,
            }
            for grant in sorted(grants, key=lambda grant: (grant.user, grant.profile))
        )
    return rows


def _cells(row: dict[str, Any]) -> list[str]:
    from chorus_tui.domain.permissions import Profile, Role

    granted = row.get("granted_at")
    main = row["profile"] == "main_manager"
    return [
        row["siret"],
        row["name"],
        row["user"],
        _(Role.MAIN_MANAGER.label if main else Profile(row["profile"]).label),
        _("the settings") if main else row["granted_by"],
        f"{granted.astimezone():%Y-%m-%d %H:%M}" if granted else "",
    ]


def _open_to_all(siret: str | None) -> str:
    if siret is None:
        return _(
            "Everybody who opens this console sees every flow: the settings name no structure with a main "
            "manager. A table [[structures]] does."
        )
    words = _(
        "Everybody who opens this console sees the flows of {siret}: the settings name no main manager."
    )
    return words.format(siret=siret)


@permissions.command(help=_("Grant a profile on a structure; only its main manager may."))
@click.argument("siret", metavar="SIRET")
@click.argument("user", metavar=_("USER"))
@_profile
@dry_option
@json_option
@click.pass_obj
def add(visit: Visit, siret: str, user: str, profile: str, dry_run: bool, json: bool) -> None:
    """What `a` does on the screen."""
    from chorus_tui.operations.permissions import add_profile

    words = _("{user} holds “{profile}” on {siret}.")
    _change(visit, add_profile, words, (siret, user, profile), dry_run, json)


@permissions.command(help=_("Take a profile on a structure away; only its main manager may."))
@click.argument("siret", metavar="SIRET")
@click.argument("user", metavar=_("USER"))
@_profile
@dry_option
@json_option
@click.pass_obj
def remove(visit: Visit, siret: str, user: str, profile: str, dry_run: bool, json: bool) -> None:
    """What `x` does on the screen."""
    from chorus_tui.operations.permissions import remove_profile

    words = _("{user} holds “{profile}” on {siret} no longer.")
    _change(visit, remove_profile, words, (siret, user, profile), dry_run, json)


def _change(
    visit: Visit,
    verb: "Callable[[Desk, str, str, Profile], object]",
    words: str,
    asked: tuple[str, str, str],
    dry_run: bool,
    json: bool,
) -> None:
    """One verb on what was typed, and what came of it."""
    from chorus_tui.domain.permissions import Profile
    from chorus_tui.operations import rehearsal

    siret, user, profile = structure_of(asked[0]), asked[1], Profile(PROFILES[asked[2]])
    with visit.desk() as desk, rehearsal(desk, only=dry_run):
        verb(desk, siret, user, profile)
    if json:
        as_json({"siret": siret, "user": user, "profile": profile.value})
        return
    line(rehearsed(words.format(user=user, profile=_(profile.label), siret=siret), dry_run))


COMMANDS = (permissions,)
