"""`flows deposit`, `flows resend` and `flows withdraw`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chorus_tui.cli.codes import Exit
from chorus_tui.cli.failures import Failed
from chorus_tui.cli.flow_naming import flow_named, flow_words, flows_named
from chorus_tui.cli.naming import documents_named
from chorus_tui.cli.options import dry_option, json_option, rehearsed
from chorus_tui.cli.printing import as_json, line
from chorus_tui.cli.reporting import held_words, record_words
from chorus_tui.i18n import _, labelled, ngettext

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from chorus_tui.composing import Composer
    from chorus_tui.domain.flow import FlowMode
    from chorus_tui.operations import Desk, Outcome
    from chorus_tui.operations.depositing import Plan

MODES = ("api", "edi", "portal")


@click.command(
    help=_(
        "Deposit documents, or a file, in a flow.\n\n"
        "Documents are named by id (or its beginning), file name or invoice number. A flow goes through the "
        "API, an EDI gateway, or as a pack that somebody deposits on the portal (`flows pack` writes it). "
        "Files are made and checked first; with --dry-run that is all."
    )
)
@click.argument("ids", nargs=-1, metavar=_("[ID]..."))
@click.option(
    "--file",
    "path",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar=_("FILE"),
    help=_("Deposit this file as it is: an XML, a Factur-X PDF, or a tar.gz of many."),
)
@click.option(
    "--mode", type=click.Choice(MODES), help=_("How it goes; without it, the first way that is set.")
)
@click.option(
    "--connection", default="", metavar=_("NAME"), help=_("The EDI connection, where there are several.")
)
@click.option("--issuer", default="", metavar="SIRET", help=_("The structure that a pack counts for."))
@dry_option
@json_option
@click.pass_context
def deposit(
    ctx: click.Context,
    ids: tuple[str, ...],
    path: Path | None,
    mode: str | None,
    connection: str,
    issuer: str,
    dry_run: bool,
    json: bool,
) -> None:
    """The same plan, and the same deposit, as on the screen."""
    if bool(ids) == (path is not None):
        raise click.UsageError(_("Name documents, or say --file FILE."))
    from chorus_tui.operations import depositing

    with ctx.obj.desk() as desk:
        way = _mode(desk, mode, connection)
        if issuer and (why := depositing.why_no_other_issuer(desk, way)):
            raise Failed(why, "", Exit.USAGE)
        if path is not None:
            planned = _run(
                lambda composer: depositing.plan_file(desk, composer, path, way, connection, issuer=issuer)
            )
        else:
            keys = documents_named(desk, ids)
            planned = _run(
                lambda composer: depositing.plan(desk, composer, keys, way, connection, issuer=issuer)
            )
        _go(ctx, desk, planned, dry_run=dry_run, json=json)


def _mode(desk: "Desk", named: str | None, connection: str) -> "FlowMode":
    """The mode that is asked for, or the first one that can be taken.

    Raises:
        Failed: none can, or not this one.
    """
    from chorus_tui.operations.depositing import modes

    choices = [choice for choice in modes(desk) if named in (None, choice.mode.value)]
    if connection:
        choices = [choice for choice in choices if choice.connection == connection]
    usable = [choice for choice in choices if not choice.why_not]
    if not usable:
        why = next((choice.why_not for choice in choices), "")
        raise Failed(why or _("There is no such way to deposit a flow: see [[edi]] in the settings."))
    return usable[0].mode


def _run(planning: "Callable[[Composer], Awaitable[Plan]]") -> "Plan":
    """Make a plan, with a composer of its own."""
    import asyncio

    from chorus_tui.composing import Composer

    async def run() -> "Plan":
        async with Composer() as composer:
            return await planning(composer)

    return asyncio.run(run())


def _go(ctx: click.Context, desk: "Desk", planned: "Plan", *, dry_run: bool, json: bool) -> None:
    """Say what is planned, and do it unless it is only rehearsed; what is refused makes the exit code 1."""
    from chorus_tui.operations import Outcome
    from chorus_tui.operations.depositing import deposit as queue

    outcome = Outcome() if dry_run else queue(desk, planned)
    refused = (*planned.refused, *outcome.refused)
    if json:
        as_json(_plain(desk, planned, outcome))
    else:
        _print(desk, planned, outcome, dry_run=dry_run)
    if refused or not planned.parts:
        ctx.exit(Exit.REFUSED)


def _print(desk: "Desk", planned: "Plan", outcome: "Outcome", *, dry_run: bool) -> None:
    for part in planned.parts:
        count = ngettext("{count} invoice", "{count} invoices", len(part.invoices))
        told = (
            part.name,
            _(part.syntax.label),
            count.format(count=len(part.invoices)),
            "" if part.amount is None else f"{part.amount:.2f}",
            _("{size} KB").format(size=-(-part.size // 1024)),
        )
        line("→ " + " · ".join(filter(None, told)))
    for key, why in (*planned.refused, *outcome.refused):
        line(labelled(f"✗ {record_words(desk, key)}", why))
    for key in outcome.done:
        line(f"✓ {flow_words(desk.store.flows[key])}")
    flows = len(planned.parts) if dry_run else len(outcome.done)
    words = ngettext("{count} flow queued.", "{count} flows queued.", flows).format(count=flows)
    line(rehearsed(words, dry_run))
    hint = "" if dry_run else held_words(desk)
    if hint and outcome.done:
        line(hint)


def _plain(desk: "Desk", planned: "Plan", outcome: "Outcome") -> dict[str, Any]:
    return {
        "mode": planned.mode.value,
        "connection": planned.connection,
        "issuer": planned.issuer_siret,
        "resends": planned.resends,
        "override": planned.override,
        "parts": [
            {
                "name": part.name,
                "syntax": part.syntax.value,
                "size": part.size,
                "amount": part.amount,
                "invoices": [
                    {"number": i.number, "document_id": i.document_id, "member": i.member, "amount": i.amount}
                    for i in part.invoices
                ],
            }
            for part in planned.parts
        ],
        "done": list(outcome.done),
        "refused": [{"id": key, "why": why} for key, why in (*planned.refused, *outcome.refused)],
    }


@click.command(
    help=_(
        "Send a flow again, or what was refused of it.\n\n"
        "Of a flow that was integrated in part, only the refused invoices; of one that was not taken, all of "
        "it. Nothing goes before something was put right, unless --override says why; the reason is kept. "
        "An integrated invoice never goes again."
    )
)
@click.argument("flow", metavar=_("FLOW"))
@click.option(
    "--numbers",
    multiple=True,
    metavar=_("NUMBER"),
    help=_("Only this refused invoice; may be repeated."),
)
@click.option(
    "--override", default="", metavar=_("REASON"), help=_("Send it although nothing changed; say why.")
)
@dry_option
@json_option
@click.pass_context
def resend(
    ctx: click.Context, flow: str, numbers: tuple[str, ...], override: str, dry_run: bool, json: bool
) -> None:
    """The same as on the screen."""
    from chorus_tui.operations.resending import plan_resend

    with ctx.obj.desk() as desk:
        named = flow_named(desk, flow)
        planned = _run(lambda composer: plan_resend(desk, composer, named.id, numbers or None, override))
        _go(ctx, desk, planned, dry_run=dry_run, json=json)


@click.command(help=_("Take back flows that have not left yet; their documents can be changed again."))
@click.argument("names", nargs=-1, required=True, metavar=_("FLOW..."))
@dry_option
@json_option
@click.pass_context
def withdraw(ctx: click.Context, names: tuple[str, ...], dry_run: bool, json: bool) -> None:
    """The same as on the screen."""
    from chorus_tui import operations
    from chorus_tui.operations.depositing import withdraw_flows

    with ctx.obj.desk() as desk, operations.rehearsal(desk, only=dry_run):
        named = {flow.id: flow for flow in flows_named(desk, names)}
        outcome = withdraw_flows(desk, named)
        if json:
            refused = [{"id": key, "why": why} for key, why in outcome.refused]
            as_json({"done": list(outcome.done), "refused": refused})
        else:
            for key in outcome.done:
                line(f"✓ {flow_words(named[key])}")
            for key, why in outcome.refused:
                line(labelled(f"✗ {flow_words(named[key])}", why))
            count = len(outcome.done)
            words = ngettext("{count} flow withdrawn.", "{count} flows withdrawn.", count).format(count=count)
            line(rehearsed(words, dry_run))
        if outcome.refused:
            ctx.exit(Exit.REFUSED)
