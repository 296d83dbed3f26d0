"""Commands that only look: status, list, export, keys."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chorus_tui.cli.failures import Failed
from chorus_tui.cli.options import filter_option, json_option
from chorus_tui.cli.printing import as_columns, as_json, line
from chorus_tui.cli.visit import Visit
from chorus_tui.i18n import _, labelled, ngettext

if TYPE_CHECKING:
    from chorus_tui.cli.rows import PlainColumn
    from chorus_tui.domain.records import SyncState
    from chorus_tui.operations import Counts
    from chorus_tui.store import Store


@click.command(
    help=_(
        "Say how many rows wait in each place.\n\n"
        "Also in which status they are and how synchronisation stands. Needs no network."
    )
)
@json_option
@click.pass_obj
def status(visit: Visit, json: bool) -> None:
    """Asks the store alone: works without network and for an empty home."""
    from chorus_tui.operations import Counts, counts

    settings = visit.settings
    if not settings.folders.data.exists():
        # Nothing was ever stored, and looking makes no folder.
        _print_status(visit, Counts(), None, None, json)
        return
    with visit.desk(settings) as desk:
        _print_status(visit, counts(desk), desk.store.state.get("sync"), _leader(desk.store), json)


def _leader(store: "Store") -> str | None:
    leader = store.leader()
    return None if leader is None else leader.who


def _print_status(
    visit: Visit, found: "Counts", state: "SyncState | None", leader: str | None, json: bool
) -> None:
    from chorus_tui.domain.records import SyncState

    state = state or SyncState()
    facts: dict[str, Any] = {
        "environment": visit.settings.connection.environment,
        "places": {
            "to_submit": found.to_submit,
            "in_error": found.in_error,
            "to_process": found.to_process,
            "tracking": found.tracked,
        },
        "documents": {key.value: count for key, count in sorted(found.documents.items())},
        "invoices": {key.value: count for key, count in sorted(found.invoices.items())},
        "sync": {
            "leader": leader,
            "fresh_at": state.fresh_at,
            "tracked_at": state.tracked_at,
            "trouble": state.trouble
            and {
                "link": state.trouble.link.value,
                "message": state.trouble.message,
                "advice": state.trouble.advice,
                "since": state.trouble.since,
            },
        },
    }
    if json:
        as_json(facts)
        return
    line(_("Environment: {name}").format(name=facts["environment"]))
    line(_("Documents to be submitted: {count}").format(count=found.to_submit))
    line(_("  of these in error: {count}").format(count=found.in_error))
    line(_("Documents to be processed: {count}").format(count=found.to_process))
    line(_("Tracking: {count}").format(count=found.tracked))
    for kind, count in sorted(found.invoices.items()):
        line(labelled(f"  {kind.sign} {_(kind.label)}", str(count)))
    line(_("Synchronised by: {who}").format(who=leader or _("nobody")))
    if state.fresh_at is not None:
        line(_("Fresh since: {moment}").format(moment=f"{state.fresh_at.astimezone():%Y-%m-%d %H:%M}"))
    if state.trouble is not None:
        line(labelled(f"✗ {_(state.trouble.link.label)}", _(state.trouble.message)))
        line(f"  {_(state.trouble.advice)}")


@click.command("list", help=_("Print the rows of a place as plain lines.\n\nCells are between tabs."))
@click.argument("place", type=click.Choice(["to_submit", "to_process", "tracking"]))
@filter_option
@json_option
@click.pass_obj
def list_place(visit: Visit, place: str, words: str, json: bool) -> None:
    """For pipes and screen readers."""
    from chorus_tui.cli import rows

    with visit.desk() as desk:
        if place == "to_submit":
            _print(rows.documents(desk, words), rows.DOCUMENT_COLUMNS, json)
        else:
            _print(rows.invoices(desk, words, asking=place == "to_process"), rows.INVOICE_COLUMNS, json)


def _print(found: Iterable[Any], columns: "Sequence[PlainColumn]", json: bool) -> None:
    if json:
        as_json([{name: _plain(value(row)) for name, _title, value in columns} for row in found])
        return
    titles = [_(title) for _name, title, _value in columns]
    as_columns(titles, ([_words(value(row)) for _name, _title, value in columns] for row in found))


def _plain(value: Any) -> Any:
    """A value as a script wants it."""
    return value.name.lower() if isinstance(value, Enum) else value


def _words(value: Any) -> str:
    """A value as a person reads it."""
    if isinstance(value, Enum):
        return _(value.label)  # type: ignore[attr-defined]  # every status has its words
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if isinstance(value, datetime):
        return f"{value.astimezone():%Y-%m-%d %H:%M}"
    return "" if value is None else str(value)


@click.command(help=_("Write tracked invoices to a CSV file."))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@filter_option
@click.option("--force", is_flag=True, help=_("Replace the file if it is there."))
@click.pass_obj
def export(visit: Visit, file: Path | None, words: str, force: bool) -> None:
    """Exactly what the filter shows; without a file name, into the exports folder."""
    from chorus_tui.cli import rows
    from chorus_tui.operations import export_csv

    if file is not None and file.exists() and not force:
        raise Failed(_("{path} is there already.").format(path=file), _("--force replaces it."))
    with visit.desk() as desk:
        found = rows.invoices(desk, words)
        path = export_csv(desk, found, file)
    count = len(found)
    sentence = ngettext("{count} invoice written to {path}", "{count} invoices written to {path}", count)
    line(sentence.format(count=count, path=path))


@click.command(help=_("Print every key of the console, screen by screen."))
@click.option("--names", is_flag=True, help=_("Print the names under which the settings give other keys."))
@click.pass_obj
def keys(visit: Visit, names: bool) -> None:
    """With the keys that the settings changed."""
    from chorus_tui.ui.commands import Registry, cheat_sheet, every_scope

    own = visit.settings.keys
    if not names:
        line(cheat_sheet(own).rstrip("\n"))
        return
    registry = Registry(own)
    commands = {
        command.id: command for scopes in every_scope() for scope in scopes for command in scope.commands
    }
    as_columns(
        [_("Name"), _("Keys"), _("Command")],
        ([name, " ".join(registry.keys(command)), _(command.label)] for name, command in commands.items()),
    )


COMMANDS = (status, list_place, export, keys)
