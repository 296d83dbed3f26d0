"""Commands that do an operator's work: sync, submit, reprocess, remove."""

import signal
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from chorus_tui.cli.codes import Exit
from chorus_tui.cli.failures import Failed
from chorus_tui.cli.naming import documents_named
from chorus_tui.cli.options import json_option
from chorus_tui.cli.printing import as_json, line
from chorus_tui.cli.reporting import Told, held_words, record_words, report
from chorus_tui.cli.visit import Visit, running
from chorus_tui.i18n import _, labelled, ngettext

if TYPE_CHECKING:
    from chorus_tui.domain.checks import Problem
    from chorus_tui.operations import Desk
    from chorus_tui.settings import Settings
    from chorus_tui.store import Store
    from chorus_tui.sync import SyncService

ids_argument = click.argument("ids", nargs=-1, metavar=_("[ID]..."))


@click.command(
    help=_(
        "Take in, analyse, submit and track until stopped.\n\n"
        "New files are taken in and analysed, what is queued is sent, status changes are fetched."
    )
)
@click.option("--once", is_flag=True, help=_("Stop when nothing is left to do now."))
@click.pass_obj
def sync(visit: Visit, once: bool) -> None:
    """One service works on a store at a time; the others wait their turn."""
    import asyncio

    settings = visit.connected()
    with visit.desk(settings) as desk:
        failure = asyncio.run(_serve(desk.store, settings, once=once))
        if once:
            line(_summary(desk))
        if failure is not None:
            raise failure


async def _serve(store: "Store", settings: "Settings", *, once: bool) -> Exception | None:
    import asyncio

    async with running(store, settings) as house:
        work = asyncio.ensure_future(_passes(house.service) if once else house.service.run())
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup leaves it
                asyncio.get_running_loop().add_signal_handler(number, work.cancel)
        if not once:
            line(_("Synchronising. Ctrl+C stops it."))
        try:
            await work
        except asyncio.CancelledError:
            return None
        return unfinished(store, house.service)


async def _passes(service: "SyncService") -> None:
    """One pass, and another one as soon as a batch that is held may leave (`hold`)."""
    import asyncio
    from math import ceil

    await service.once()
    while (seconds := service.held_for) is not None:
        words = ngettext(
            "A batch leaves in {count} second.", "A batch leaves in {count} seconds.", ceil(seconds)
        )
        line(words.format(count=ceil(seconds)))
        await asyncio.sleep(seconds)
        await service.once()


def unfinished(store: "Store", service: "SyncService") -> Exception | None:
    """What kept a pass from doing all that there was to do, as a command ends with it."""
    from chorus_tui.domain.records import Link

    state = store.state.get("sync")
    if state is not None and state.trouble is not None:
        signed_in = state.trouble.link not in (Link.TOKEN, Link.ACCOUNT)
        sentence = labelled(_(state.trouble.link.label), _(state.trouble.message))
        return Failed(sentence, _(state.trouble.advice), Exit.UNREACHABLE if signed_in else Exit.SIGN_IN)
    for failure in service.lists.failures.values():
        return failure
    for folder, reason in service.folder_troubles.items():
        advice = _("Make the folder, or give this user the right to read it.")
        return Failed(labelled(str(folder), _(reason)), advice, Exit.SETTINGS)
    return None


def _summary(desk: "Desk") -> str:
    from chorus_tui.operations import counts

    found = counts(desk)
    return _(
        "{waiting} documents to be submitted, {errors} of them in error; {tracked} invoices tracked."
    ).format(waiting=found.to_submit, errors=found.in_error, tracked=found.tracked)


@click.command(
    help=_(
        "Queue documents for submission.\n\n"
        "Documents are named by id (or its beginning), file name or invoice number, as `list to_submit` "
        "prints them. The sync service sends what is queued. With --dry-run and no name, all that wait are "
        "looked at."
    )
)
@ids_argument
@click.option("--all-complete", is_flag=True, help=_("All that are complete and not in error."))
@click.option("--dry-run", is_flag=True, help=_("Only say which would pass, which would fail, and why."))
@json_option
@click.pass_context
def submit(ctx: click.Context, ids: tuple[str, ...], all_complete: bool, dry_run: bool, json: bool) -> None:
    """The same operation as the console's."""
    from chorus_tui import operations

    if (ids and all_complete) or not (ids or all_complete or dry_run):
        raise click.UsageError(_("Name documents, or say --all-complete."))
    with ctx.obj.desk() as desk:
        if dry_run:
            named = _complete(desk) if all_complete else documents_named(desk, ids) if ids else _ready(desk)
            _rehearse(ctx, desk, named, json)
            return
        outcome = operations.submit(desk, _complete(desk) if all_complete else documents_named(desk, ids))
        hints = [held_words(desk)]
        if desk.store.leader() is None:
            hints.append(_("No sync service is running: `chorus-tui sync --once` sends them."))
        count = len(outcome.done)
        words = ngettext("{count} document queued.", "{count} documents queued.", count).format(count=count)
        report(ctx, desk, [Told(outcome)], words=words, json=json, hint="\n".join(filter(None, hints)))


@click.command(help=_("Have documents analysed again."))
@ids_argument
@click.option("--all-mistaken", is_flag=True, help=_("All whose analysis failed."))
@json_option
@click.pass_context
def reprocess(ctx: click.Context, ids: tuple[str, ...], all_mistaken: bool, json: bool) -> None:
    """What an operator typed stays."""
    from chorus_tui import operations
    from chorus_tui.domain.statuses import DocumentState

    if bool(ids) == all_mistaken:
        raise click.UsageError(_("Name documents, or say --all-mistaken."))
    with ctx.obj.desk() as desk:
        mistaken = [document.id for document in desk.store.documents.by("state", DocumentState.MISTAKEN)]
        outcome = operations.reprocess(desk, mistaken if all_mistaken else documents_named(desk, ids))
        count = len(outcome.done)
        words = ngettext(
            "{count} document is analysed again.", "{count} documents are analysed again.", count
        ).format(count=count)
        report(ctx, desk, [Told(outcome)], words=words, json=json)


@click.command(help=_("Take documents out of the list.\n\nThe files stay where they are."))
@ids_argument
@json_option
@click.pass_context
def remove(ctx: click.Context, ids: tuple[str, ...], json: bool) -> None:
    """The same operation as the console's."""
    from chorus_tui import operations

    if not ids:
        raise click.UsageError(_("Name the documents to remove."))
    with ctx.obj.desk() as desk:
        outcome = operations.remove(desk, documents_named(desk, ids))
        count = len(outcome.done)
        words = ngettext("{count} document removed.", "{count} documents removed.", count).format(count=count)
        report(ctx, desk, [Told(outcome)], words=words, json=json)


def _complete(desk: "Desk") -> list[str]:
    """What may go: complete; not in error or refused as it is, which goes only when named (S1-068)."""
    from chorus_tui.operations import waiting, was_refused, why_not_submit

    ready = [d for d in waiting(desk) if not d.in_error and not why_not_submit(desk, d)]
    return [d.id for d in ready if not was_refused(desk, d)]


def _ready(desk: "Desk") -> list[str]:
    """What has been analysed and waits for somebody to submit it."""
    from chorus_tui.domain.statuses import DocumentState
    from chorus_tui.operations import waiting

    return [document.id for document in waiting(desk) if document.state is DocumentState.TO_SUBMIT]


def _rehearse(ctx: click.Context, desk: "Desk", ids: Iterable[str], json: bool) -> None:
    """Say what would become of a batch; documents that would fail make the exit code 1."""
    from chorus_tui.operations.preflight import preflight, preflight_reasons, preflight_sentence

    result = preflight(desk, ids)
    doubts = {verdict.document_id: verdict.problems for verdict in result.doubtful}
    if json:
        as_json(
            {
                "sentence": preflight_sentence(result),
                "done": list(result.passing),
                "refused": [_verdict(verdict.document_id, verdict.problems) for verdict in result.failing],
                "doubtful": [_verdict(key, problems) for key, problems in doubts.items()],
                "why": [{"id": id_, "why": why, "count": count} for id_, why, count in result.why],
                "amount": result.amount,
            }
        )
    else:
        line(preflight_sentence(result))
        for reason in preflight_reasons(result):
            line(f"  {reason}")
        for verdict in result.failing:
            line(f"✗ {record_words(desk, verdict.document_id)}")
            for problem in verdict.problems:
                line(f"    {problem.text} → {problem.remedy}")
        for key in result.passing:
            line(f"✓ {record_words(desk, key)}")
            for problem in doubts.get(key, ()):
                line(f"    ? {problem.text}")
    if result.failing:
        ctx.exit(Exit.REFUSED)


def _verdict(key: str, problems: Iterable["Problem"]) -> dict[str, object]:
    told = [{"id": p.id, "field": p.field, "why": p.text, "remedy": p.remedy} for p in problems]
    return {"id": key, "why": " ".join(str(problem["why"]) for problem in told), "problems": told}


COMMANDS = (sync, submit, reprocess, remove)
