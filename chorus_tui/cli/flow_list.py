"""`flows list`: every criterion of the search as an option, searches kept under a name, and their CSV."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chorus_tui.cli.codes import Exit
from chorus_tui.cli.failures import Failed
from chorus_tui.cli.options import json_option
from chorus_tui.cli.printing import as_columns, as_json, line
from chorus_tui.cli.visit import Visit
from chorus_tui.domain.flow import FlowMode, FlowType
from chorus_tui.domain.flow_states import FlowState
from chorus_tui.i18n import N_, P_, _, ngettext

if TYPE_CHECKING:
    from chorus_tui.domain.flow import Flow
    from chorus_tui.domain.flow_search import FlowCriteria
    from chorus_tui.operations import Desk

ALL = "all"
TITLES = (
    N_("Id"),
    N_("Issuer"),
    P_("deposit", "Deposited"),
    N_("Flow number"),
    N_("File"),
    N_("Mode"),
    N_("Status"),
    N_("Invoices"),
    N_("Refused"),
    N_("Amount"),
)


def choices(*members: str) -> click.Choice[str]:
    """An option of these values."""
    return click.Choice(members, case_sensitive=False)


@click.command(
    "list",
    help=_(
        "Print flows as plain lines, or search them.\n\n"
        "Without more: every flow that you may see, by sender, then by date of emission. All that is given "
        "must hold. Cells are between tabs."
    ),
)
@click.option("--issuer", default="", metavar="SIRET", help=_("Flows of this structure."))
@click.option(
    "--status",
    default=ALL,
    type=choices(ALL, *(state.value for state in FlowState if state is not FlowState.OTHER)),
    help=_("Where the flow stands."),
)
@click.option("--mode", type=choices(*(mode.value for mode in FlowMode)), help=_("How it was deposited."))
@click.option("--type", "type_", type=choices(*(each.value for each in FlowType)), help=_("Data flow type."))
@click.option("--from", "since", metavar=_("DAY"), help=_("Deposited on this day or later."))
@click.option("--until", metavar=_("DAY"), help=_("Deposited on this day or before."))
@click.option(
    "--select",
    "picked",
    multiple=True,
    metavar=_("FLOW"),
    help=_("Only this flow of the chosen type, by its id or number; may be repeated."),
)
@click.option("--number", default="", metavar=_("TEXT"), help=_("A part of the flow number."))
@click.option("--file", "file_name", default="", metavar=_("TEXT"), help=_("A part of the file name."))
@click.option("--invoice", default="", metavar=_("TEXT"), help=_("A part of the number of an invoice in it."))
@click.option("--partner", default="", metavar=_("TEXT"), help=_("A part of the EDI partner code."))
@click.option(
    "--saved", metavar=_("NAME"), help=_("Search as saved under this name; other options go before.")
)
@click.option("--save", metavar=_("NAME"), help=_("Save the criteria under this name."))
@click.option("--forget", metavar=_("NAME"), help=_("Remove the search saved under this name."))
@click.option("--searches", is_flag=True, help=_("Print the saved searches."))
@click.option(
    "--csv",
    is_flag=False,
    flag_value="",
    metavar=_("[FILE]"),
    help=_("Write what is found to a CSV file; without a name, into the exports folder."),
)
@click.option("--force", is_flag=True, help=_("Replace the file if it is there."))
@json_option
@click.pass_obj
def list_flows(
    visit: Visit,
    /,
    saved: str | None,
    save: str | None,
    forget: str | None,
    searches: bool,
    csv: str | None,
    force: bool,
    json: bool,
    **asked: Any,
) -> None:
    """The same search as on the screen."""
    if csv and Path(csv).exists() and not force:
        raise Failed(_("{path} is there already.").format(path=csv), _("--force replaces it."))
    with visit.desk() as desk:
        if forget is not None:
            _forget(desk, forget)
        elif searches:
            _print_searches(desk, json)
        else:
            criteria = _criteria(desk, saved, asked)
            if save is not None:
                _save(desk, save, criteria)
            _print_found(desk, criteria, csv, json)


def _print_found(desk: "Desk", criteria: "FlowCriteria", csv: str | None, json: bool) -> None:
    from chorus_tui.operations import flow_search

    found = flow_search.search(desk, criteria)
    if csv is not None:
        from chorus_tui.operations.flow_exporting import export_flows

        path = export_flows(desk, found, Path(csv) if csv else None)
        words = ngettext("{count} flow written to {path}", "{count} flows written to {path}", len(found))
        line(words.format(count=len(found), path=path))
    elif json:
        as_json([plain(flow) for flow in found])
    else:
        as_columns([_(title) for title in TITLES], map(cells, found))


def plain(flow: "Flow") -> dict[str, Any]:
    """A flow as a script wants it."""
    return {
        "id": flow.id,
        "number": flow.number,
        "issuer_siret": flow.issuer_siret,
        "issuer": flow.issuer_name,
        "deposited": flow.emitted_at,
        "mode": flow.mode,
        "stage": flow.stage,
        "state": flow.state if flow.state_code else None,
        "state_code": flow.state_code,
        "since": flow.state_at,
        "rejection": flow.rejected_for,
        "type": flow.type,
        "syntax": flow.syntax,
        "file": flow.name,
        "partner_code": flow.partner_code,
        "invoices": flow.count,
        "integrated": flow.integrated,
        "refused": flow.refused,
        "amount": flow.amount,
        "message": flow.message,
    }


def cells(flow: "Flow") -> list[str]:
    """A flow as a person reads it, a cell for each of `TITLES`."""
    return [
        flow.id,
        flow.issuer_name or flow.issuer_siret,
        f"{flow.emitted_at.astimezone():%Y-%m-%d %H:%M}",
        flow.number,
        flow.name,
        _(flow.mode.label),
        f"{flow.sign} {_(flow.label)}",
        str(flow.count or ""),
        str(flow.refused or ""),
        "" if flow.amount is None else f"{flow.amount:.2f}",
    ]


# Criteria


def _criteria(desk: "Desk", saved: str | None, asked: dict[str, Any]) -> "FlowCriteria":
    """What the options say, over what was saved under a name."""
    from msgspec import structs

    from chorus_tui.domain.flow_search import FlowCriteria
    from chorus_tui.operations import Refusal, flow_search

    try:
        kept = FlowCriteria() if saved is None else flow_search.saved_named(desk, saved).criteria
    except Refusal as refusal:
        advice = _("`chorus-tui flows list --searches` prints them.")
        raise Failed(str(refusal), advice) from refusal
    given: dict[str, Any] = {
        "issuer": siret_typed(asked["issuer"]),
        "state": None if asked["status"] == ALL else FlowState(asked["status"]),
        "mode": asked["mode"] and FlowMode(asked["mode"]),
        "type": asked["type_"] and FlowType(asked["type_"]),
        "deposited_from": day_typed(asked["since"]),
        "deposited_until": day_typed(asked["until"]),
        "number": asked["number"],
        "file_name": asked["file_name"],
        "invoice_number": asked["invoice"],
        "partner_code": asked["partner"],
    }
    criteria = structs.replace(kept, **{name: value for name, value in given.items() if value})
    check_period(criteria)
    if not asked["picked"]:
        return criteria
    return structs.replace(criteria, selection=_picked(desk, criteria.type, asked["picked"]))


def check_period(criteria: "FlowCriteria") -> None:
    """Refuse days of deposit that no flow can have.

    Raises:
        Failed
    """
    since, until = criteria.deposited_from, criteria.deposited_until
    if since is not None and until is not None and since > until:
        raise Failed(_("The period ends before it begins."), "", Exit.USAGE)


def siret_typed(typed: str) -> str:
    """A SIRET with or without spaces, or nothing."""
    from chorus_tui.domain.identifiers import compact_siret, is_siret_shaped

    siret = compact_siret(typed)
    if typed and not is_siret_shaped(siret):
        raise Failed(_("{typed} is no SIRET of fourteen digits.").format(typed=typed), "", Exit.USAGE)
    return siret


def day_typed(typed: str | None) -> date | None:
    """A day as forms take it, or nothing."""
    if not typed:
        return None
    from chorus_tui.ui.screens.form_fields import NotUnderstood, parse_date

    try:
        return parse_date(typed)
    except NotUnderstood as problem:
        raise Failed(f"{typed}: {_(str(problem))}", "", Exit.USAGE) from problem


def _picked(desk: "Desk", type_: FlowType | None, names: tuple[str, ...]) -> tuple[str, ...]:
    """The ids of flows that the type proposes, by their ids or numbers (S2-056)."""
    from chorus_tui.operations import flow_search

    proposed: dict[str, str] = {}
    for flow in flow_search.proposals(desk, type_):
        proposed[flow.id] = flow.id
        if flow.number:
            proposed.setdefault(flow.number, flow.id)
    for name in names:
        if name not in proposed:
            raise Failed(
                _("There is no flow {name} of this type.").format(name=name),
                _("`chorus-tui flows list` prints them."),
            )
    return tuple(dict.fromkeys(proposed[name] for name in names))


# Searches kept under a name


def _save(desk: "Desk", name: str, criteria: "FlowCriteria") -> None:
    from chorus_tui.operations import flow_search

    flow_search.save(desk, name, criteria)


def _forget(desk: "Desk", name: str) -> None:
    from chorus_tui.operations import flow_search

    kept = flow_search.forget(desk, name)
    line(_("The search “{name}” is removed.").format(name=kept.name))


def _print_searches(desk: "Desk", json: bool) -> None:
    from chorus_tui.operations import flow_search

    kept = flow_search.saved(desk)
    if json:
        as_json([{"name": search.name, "criteria": search.criteria} for search in kept])
        return
    for search in kept:
        line(search.name)
