"""The public directory from a file: `recipients import`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chorus_tui.cli.failures import Failed
from chorus_tui.cli.options import dry_option, json_option
from chorus_tui.cli.printing import as_json, line
from chorus_tui.cli.visit import Visit
from chorus_tui.i18n import _, ngettext

if TYPE_CHECKING:
    from chorus_tui.intake.directory import Role, Shape
    from chorus_tui.operations.importing import Report


@click.command(
    "import",
    help=_(
        "Import the public directory from a CSV or XLSX file.\n\n"
        "Columns are recognised by their headings; --column says otherwise. Rows that cannot be used are "
        "counted and told. Recipients of waiting documents that changed are flagged, and Chorus Pro is asked "
        "about them first."
    ),
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar=_("WHAT=HEADING"),
    help=_("What a column holds, such as siret=Identifiant or siret=#3; repeat for each. Empty: none."),
)
@click.option(
    "--sheet", default="", metavar=_("NAME"), help=_("The sheet of a workbook; the first one else.")
)
@dry_option
@json_option
@click.pass_obj
def import_directory(
    visit: Visit, file: Path, columns: tuple[str, ...], sheet: str, dry_run: bool, json: bool
) -> None:
    """The same operation as the console's, without a process of its own."""
    from chorus_tui.intake.directory import look
    from chorus_tui.intake.sheets import DirectoryUnreadable
    from chorus_tui.operations import importing

    try:
        shape = look(file, sheet)
        mapping = _mapping(shape, columns)
        if not json:
            _tell_mapping(shape, mapping)
        if dry_run:
            report = importing.rehearse(shape, mapping)
        else:
            with visit.desk() as desk:
                report = importing.import_directory(desk, shape, mapping)
    except DirectoryUnreadable as problem:
        raise Failed(problem.reason, problem.advice) from problem
    if json:
        as_json(_report(report, shape, mapping, dry_run))
    else:
        _tell(report, dry_run)


def _mapping(shape: "Shape", columns: tuple[str, ...]) -> "dict[Role, int]":
    """The guessed columns, and what the command line says otherwise."""
    from chorus_tui.intake.directory import Role, column_named

    mapping = dict(shape.mapping)
    roles = ", ".join(Role)
    for said in columns:
        what, equals, heading = said.partition("=")
        if not equals or what not in list(Role):
            raise click.UsageError(
                _("--column {said}: say what=heading, where what is one of {roles}.").format(
                    said=said, roles=roles
                )
            )
        role = Role(what)
        mapping.pop(role, None)
        if not heading:
            continue
        at = column_named(shape, heading)
        if at is None:
            raise click.UsageError(
                _("--column {said}: there is no such column. The file has: {headings}.").format(
                    said=said, headings=", ".join(shape.headings)
                )
            )
        mapping = {other: place for other, place in mapping.items() if place != at}
        mapping[role] = at
    return mapping


def _tell_mapping(shape: "Shape", mapping: "dict[Role, int]") -> None:
    how = shape.sheet or f"{shape.encoding.removesuffix('-sig')}, {shape.separator!r}"
    line(_("{file} ({how})").format(file=Path(shape.path).name, how=how))
    for role, at in sorted(mapping.items(), key=lambda item: item[1]):
        line(f"  {role}={shape.headings[at] if at < len(shape.headings) else at + 1}")


def _tell(report: "Report", dry_run: bool) -> None:
    words = ngettext("{count} recipient", "{count} recipients", report.structures).format(
        count=report.structures
    )
    services = ngettext("{count} service", "{count} services", report.services).format(count=report.services)
    line(
        (
            _("Would import {recipients}, {services}.")
            if dry_run
            else _("{recipients}, {services} imported.")
        ).format(recipients=words, services=services)
    )
    if report.padded:
        line(
            ngettext(
                "{count} SIRET got its leading zeros back.",
                "{count} SIRETs got their leading zeros back.",
                report.padded,
            ).format(count=report.padded)
        )
    if report.bad:
        line(
            ngettext("{count} row could not be used:", "{count} rows could not be used:", report.bad).format(
                count=report.bad
            )
        )
        for number, why in report.told:
            line("  " + _("line {line}: {why}").format(line=number, why=_(why)))
        if report.bad > len(report.told):
            line("  …")
    if report.flagged:
        line(_("Changed, and asked about first: {sirets}").format(sirets=", ".join(report.flagged)))


def _report(report: "Report", shape: "Shape", mapping: "dict[Role, int]", dry_run: bool) -> dict[str, Any]:
    return {
        "imported": not dry_run,
        "rows": report.rows,
        "recipients": report.structures,
        "services": report.services,
        "bad": report.bad,
        "bad_rows": [{"line": number, "why": _(why)} for number, why in report.told],
        "zeros_restored": report.padded,
        "flagged": list(report.flagged),
        "columns": {
            role.value: shape.headings[at] for role, at in mapping.items() if at < len(shape.headings)
        },
    }
