"""`flows dashboard` and `flows rejects`: numbers, and what was rejected of a structure."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chorus_tui.cli.codes import Exit
from chorus_tui.cli.failures import Failed
from chorus_tui.cli.flow_list import check_period, choices, day_typed, siret_typed
from chorus_tui.cli.options import json_option
from chorus_tui.cli.printing import as_columns, as_json, line
from chorus_tui.cli.visit import Visit
from chorus_tui.domain.flow import FlowMode, FlowType
from chorus_tui.i18n import _, labelled, ngettext

if TYPE_CHECKING:
    from chorus_tui.operations import Desk
    from chorus_tui.operations.flow_dashboard import Dashboard, Slot
    from chorus_tui.operations.flow_rejects import Rejected
    from chorus_tui.operations.flow_trends import Trends

CAUSES = 10
"""Causes that are printed as lines; JSON holds all of them."""

_since = click.option("--from", "since", metavar=_("DAY"), help=_("On this day or later."))
_until = click.option("--until", "--to", "until", metavar=_("DAY"), help=_("On this day or before."))


@click.command(
    help=_(
        "Count flows by data flow type and by issuer against their status.\n\n"
        "Then the most frequent causes of refusals, and the age of what is open. Cells are between tabs."
    )
)
@click.option("--issuer", default="", metavar="SIRET", help=_("Flows of this structure."))
@click.option("--type", "type_", type=choices(*(each.value for each in FlowType)), help=_("Data flow type."))
@click.option("--mode", type=choices(*(mode.value for mode in FlowMode)), help=_("How it was deposited."))
@_since
@_until
@json_option
@click.pass_obj
def dashboard(
    visit: Visit,
    issuer: str,
    type_: str | None,
    mode: str | None,
    since: str | None,
    until: str | None,
    json: bool,
) -> None:
    """The numbers of the screen."""
    from chorus_tui.domain.flow_search import FlowCriteria
    from chorus_tui.operations import flow_dashboard, flow_search, flow_trends

    criteria = FlowCriteria(
        issuer=siret_typed(issuer),
        type=FlowType(type_) if type_ else None,
        mode=FlowMode(mode) if mode else None,
        deposited_from=day_typed(since),
        deposited_until=day_typed(until),
    )
    check_period(criteria)
    with visit.desk() as desk:
        flows = flow_search.search(desk, criteria)
        found, trends = flow_dashboard.count(criteria, flows), flow_trends.trends(desk, flows)
    if json:
        as_json(_plain(found, trends))
    else:
        _print(found, trends)


def _rows(found: "Dashboard") -> list[tuple[str, str, "Slot"]]:
    """What each row is, what it is called, and what it counts."""
    from chorus_tui.operations.flow_dashboard import Slot

    rows = [("type", _(each.label), Slot(type=each)) for each in found.types]
    rows += [("issuer", issuer.title, Slot(issuer=issuer.siret)) for issuer in found.issuers]
    return [*rows, ("all", _("All flows"), Slot())]


def _numbers(found: "Dashboard", slot: "Slot") -> list[int]:
    from msgspec import structs

    return [found.count(structs.replace(slot, status=status.key)) for status in found.statuses]


def _print(found: "Dashboard", trends: "Trends") -> None:
    if not found.total:
        line(_("No flow yet, or none that answers to this filter."))
        return
    titles = [_("Flows"), _("Total"), *(_(status.label) for status in found.statuses)]
    as_columns(
        titles,
        (
            [name, str(found.count(slot)), *map(str, _numbers(found, slot))]
            for _kind, name, slot in _rows(found)
        ),
    )
    for cause in trends.causes[:CAUSES]:
        line(f"{cause.errors}× {cause.title}")
    for age in (age for age in trends.ages if age.flows):
        words = ngettext("{count} flow", "{count} flows", age.flows).format(count=age.flows)
        line(labelled(_("Open, {age}").format(age=_(age.label)), words))


def _plain(found: "Dashboard", trends: "Trends") -> dict[str, Any]:
    keys = [status.key for status in found.statuses]

    def row(slot: "Slot") -> dict[str, Any]:
        numbers = dict(zip(keys, _numbers(found, slot), strict=True))
        return {"total": found.count(slot), "statuses": numbers}

    rows = _rows(found)
    return {
        "statuses": [{"key": status.key, "label": _(status.label)} for status in found.statuses],
        "types": [{"type": s.type, **row(s)} for kind, _name, s in rows if kind == "type"],
        "issuers": [
            {"siret": s.issuer, "name": name, **row(s)} for kind, name, s in rows if kind == "issuer"
        ],
        "all": row(rows[-1][2]),
        "days": [
            {"day": day.day, "flows": day.flows, "invoices": day.invoices, "bad": day.bad, "rate": day.rate}
            for day in trends.days
        ],
        "causes": [
            {"cause": cause.id, "title": cause.title, "errors": cause.errors, "flows": cause.flows}
            for cause in trends.causes
        ],
        "open": [{"age": age.label, "flows": age.flows, "oldest": age.oldest} for age in trends.ages],
    }


@click.command(
    help=_(
        "Print the rejected payment requests of a structure, for its main and secondary managers.\n\n"
        "SIRET may be left out where there is one structure. The days are those of rejection. Cells are "
        "between tabs."
    )
)
@click.argument("siret", metavar="[SIRET]", required=False)
@_since
@_until
@click.option(
    "--csv",
    is_flag=False,
    flag_value="",
    metavar=_("[FILE]"),
    help=_("Write them to a CSV file; without a name, into the exports folder."),
)
@click.option("--daily", is_flag=True, help=_("Write a CSV file for each day into the exports folder."))
@click.option("--force", is_flag=True, help=_("Replace the file if it is there."))
@json_option
@click.pass_obj
def rejects(
    visit: Visit,
    siret: str | None,
    since: str | None,
    until: str | None,
    csv: str | None,
    daily: bool,
    force: bool,
    json: bool,
) -> None:
    """What `b` shows at Flows."""
    from chorus_tui.operations import flow_rejects

    if csv and Path(csv).exists() and not force:
        raise Failed(_("{path} is there already.").format(path=csv), _("--force replaces it."))
    with visit.desk() as desk:
        chosen = siret_typed(siret) if siret else _only_structure(desk)
        found = flow_rejects.rejects(desk, chosen, day_typed(since), day_typed(until))
        if daily:
            paths = flow_rejects.export_by_day(desk, found)
            for path in paths:
                line(str(path))
        elif csv is not None:
            path = flow_rejects.export_rejects(desk, found, Path(csv) if csv else None)
            words = ngettext(
                "{count} rejection written to {path}", "{count} rejections written to {path}", len(found)
            )
            line(words.format(count=len(found), path=path))
        else:
            _print_rejects(found, json)


def _only_structure(desk: "Desk") -> str:
    from chorus_tui.operations import flow_rejects

    found = flow_rejects.structures(desk)
    if len(found) == 1:
        return found[0].siret
    if not found:
        raise Failed(_("There is no structure whose rejections you may open."))
    names = ", ".join(f"{issuer.siret} {issuer.name}".strip() for issuer in found)
    raise Failed(_("Name one of: {structures}.").format(structures=names), "", Exit.USAGE)


def _print_rejects(found: "list[Rejected]", json: bool) -> None:
    if json:
        as_json(
            [
                {
                    "flow": row.flow_number or row.flow_id,
                    "invoice": row.number or None,
                    "deposited": row.deposited,
                    "reason": row.reason,
                    "rejected": row.day,
                    "issuer_siret": row.issuer_siret,
                    "recipient": row.recipient,
                    "amount": row.amount,
                    "mode": row.mode,
                    "resent": bool(row.resent_in),
                }
                for row in found
            ]
        )
        return
    titles = [_("Flow number"), _("Invoice number"), _("Deposit date"), _("Reason"), _("Rejected on")]
    as_columns(
        titles,
        ([r.flow_number, r.number, r.deposited.isoformat(), r.reason, r.day.isoformat()] for r in found),
    )
