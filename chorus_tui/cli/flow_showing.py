"""`flows show` and `flows report`: the six blocks of a report on lines, as JSON, or as files."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from chorus_tui.cli.codes import Exit
from chorus_tui.cli.flow_naming import flow_named, flow_words, flows_named
from chorus_tui.cli.options import json_option
from chorus_tui.cli.printing import as_columns, as_json, line
from chorus_tui.cli.visit import Visit
from chorus_tui.i18n import N_, P_, _, labelled, ngettext

if TYPE_CHECKING:
    from datetime import datetime

    from chorus_tui.domain.flow import Flow
    from chorus_tui.operations import Desk
    from chorus_tui.operations.report_views import ExplainedError, ReportView

_INVOICES = (N_("Number"), N_("Status"), N_("Amount"), N_("Recipient"), N_("Document"))


@click.command(
    help=_("Print a flow: its report, what became of each invoice, every error and what to do about it.")
)
@click.argument("flow", metavar=_("FLOW"))
@json_option
@click.pass_obj
def show(visit: Visit, flow: str, json: bool) -> None:
    """The same six blocks as on the screen (S2-070, S2-072)."""
    from chorus_tui.operations.flow_listing import left_behind, meaning_of, what_to_do
    from chorus_tui.operations.report_files import plain
    from chorus_tui.operations.report_views import six_blocks

    with visit.desk() as desk:
        named = flow_named(desk, flow)
        if json:
            as_json(plain(desk, named, desk.store.reports.get(named.id)))
            return
        view = six_blocks(desk, named)
        for words in _head(named, view):
            line(words)
        line(meaning_of(named))
        line(what_to_do(named, left_behind(desk, named)))
        if view.invoices:
            line("")
            as_columns([_(title) for title in _INVOICES], _invoice_rows(desk, view))
        if view.errors:
            line("")
            for error in view.errors:
                _print_error(desk, error)
        if view.returned:
            line("")
            for file in view.returned:
                line(" ".join(filter(None, (_moment(file.at), file.name, _(file.kind) if file.kind else ""))))


def _head(flow: "Flow", view: "ReportView") -> list[str]:
    result = view.result if not view.code else f"{view.result} ({view.code})"
    named = flow.issuer_name or flow.issuer_siret
    told = (
        (N_("Flow"), flow.number or flow.id),
        (N_("File"), view.file_name),
        (N_("Mode"), " ".join(filter(None, (_(flow.mode.label), flow.connection)))),
        (N_("Issuer"), named),
        (P_("deposit", "Deposited"), _moment(view.deposited_at)),
        (N_("Result"), " · ".join(filter(None, (result, view.kind)))),
        (N_("Status since"), _moment(view.state_at)),
        (N_("Invoices"), _counts(flow)),
        (N_("Sent again because"), flow.override),
        (N_("Message"), _(flow.message) if flow.message else ""),
    )
    return [labelled(_(label), value) for label, value in told if value]


def _counts(flow: "Flow") -> str:
    if not flow.count:
        return ""
    words = ngettext(
        "{count}, {integrated} integrated, {refused} refused",
        "{count}, {integrated} integrated, {refused} refused",
        flow.count,
    )
    return words.format(count=flow.count, integrated=flow.integrated, refused=flow.refused)


def _moment(at: "datetime | None") -> str:
    return "" if at is None else at.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _invoice_rows(desk: "Desk", view: "ReportView") -> list[list[str]]:
    documents = desk.store.documents
    rows = []
    for invoice in view.invoices:
        document = documents.get(invoice.document_id) if invoice.document_id else None
        rows.append(
            [
                invoice.number,
                _(invoice.fate.label),
                "" if invoice.amount is None else f"{invoice.amount:.2f}",
                invoice.recipient_name or invoice.recipient_siret,
                f"{document.id[:8]} {document.name}" if document is not None else invoice.member,
            ]
        )
    return rows


def _print_error(desk: "Desk", error: "ExplainedError") -> None:
    found = error.explanation
    words = " ".join(filter(None, (error.number, error.code, error.message)))
    line(f"✗ {words}" + (f" {_('(cut)')}" if found.cut else ""))
    if error.where:
        line(f"    {error.where}")
    line(f"    {labelled(found.title, found.meaning)}")
    line(f"    → {found.remedy}")


@click.command(
    "report",
    help=_(
        "Print reports, or write them as files.\n\n"
        "--pdf writes Chorus Pro's own PDF, --json ours, one file for each flow; --to says where. One report "
        "without --pdf and --to is printed."
    ),
)
@click.argument("names", nargs=-1, required=True, metavar=_("FLOW..."))
@click.option("--pdf", is_flag=True, help=_("Write Chorus Pro's PDF; it is fetched where it is not there."))
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar=_("FOLDER"),
    help=_("Where the files go; without it, the exports folder."),
)
@json_option
@click.pass_context
def report_flows(
    ctx: click.Context, names: tuple[str, ...], pdf: bool, folder: Path | None, json: bool
) -> None:
    """Consult one, download one or several (S2-003, S2-070, S2-071)."""
    visit: Visit = ctx.obj
    if pdf and json:
        raise click.UsageError(_("Say --pdf or --json."))
    if not pdf and folder is None:
        if len(names) > 1 and not json:
            raise click.UsageError(_("Say --pdf or --json to write several reports."))
        if len(names) == 1:
            ctx.invoke(show, flow=names[0], json=json)
            return
    _write(ctx, visit, names, folder, "json" if json or not pdf else "pdf")


def _write(ctx: click.Context, visit: Visit, names: tuple[str, ...], folder: Path | None, kind: str) -> None:
    from chorus_tui.operations.report_files import write_reports

    with visit.desk() as desk:
        wanted = flows_named(desk, names)
        failures = _fetch(visit, desk, wanted) if kind == "pdf" else {}
        to = folder or desk.settings.folders.exports
        outcome = write_reports(desk, [flow.id for flow in wanted], to, kind)
        for path in outcome.done:
            line(path)
        by_id = {flow.id: flow for flow in wanted}
        for key, why in outcome.refused:
            line(labelled(f"✗ {flow_words(by_id[key])}", failures.get(key) or why))
        count = len(outcome.done)
        line(ngettext("{count} report written.", "{count} reports written.", count).format(count=count))
        if outcome.refused:
            ctx.exit(Exit.REFUSED)


def _fetch(visit: Visit, desk: "Desk", wanted: "list[Flow]") -> dict[str, str]:
    """Fetch the PDFs that are not here; why not, by flow."""
    import asyncio

    from chorus_tui.operations.report_files import has_pdf

    missing = [flow for flow in wanted if not has_pdf(desk, flow)]
    if not missing or desk.settings.connection.credentials.missing:
        return {}
    return asyncio.run(_fetching(visit, desk, missing))


async def _fetching(visit: Visit, desk: "Desk", flows: "list[Flow]") -> dict[str, str]:
    from chorus_tui.chorus import ChorusError
    from chorus_tui.cli.failures import explain
    from chorus_tui.cli.visit import running
    from chorus_tui.operations import Refusal
    from chorus_tui.sync import Lookups

    failures: dict[str, str] = {}
    async with running(desk.store, desk.settings) as house:
        lookups = Lookups(house.desk, house.chorus, house.reader, house.composer)
        for flow in flows:
            try:
                await lookups.report_pdf(flow.id)
            except Refusal as refusal:
                failures[flow.id] = str(refusal)
            except ChorusError as error:
                failures[flow.id] = explain(error).sentence
    return failures
