"""Commands that put right what came back: fix, undo, snooze."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import click

from chorus_tui.cli.codes import Exit
from chorus_tui.cli.failures import Failed
from chorus_tui.cli.grouping import PLACES, clusters_in
from chorus_tui.cli.naming import documents_among, only_one
from chorus_tui.cli.options import dry_option, json_option, rehearsed
from chorus_tui.cli.printing import as_columns, as_json, line
from chorus_tui.cli.reporting import Told, held_words, record_words, report
from chorus_tui.i18n import _, labelled, ngettext

if TYPE_CHECKING:
    from chorus_tui.domain.clusters import Cluster
    from chorus_tui.domain.fixes import Fix
    from chorus_tui.operations import Desk
    from chorus_tui.operations.fixing import FixPreview

_DAYS = re.compile(r"(\d{1,4})[dj]")


@click.command(
    help=_(
        "Type one value into many documents.\n\n"
        "Groups are named by the id that `clusters` prints, documents by id, file name or invoice number. "
        "--dry-run says what would change and what would pass then; --submit queues what passes. "
        "`undo` takes all of it back until it leaves."
    )
)
@click.argument("names", nargs=-1, required=True, metavar=_("ID..."))
@click.option("--service", metavar=_("CODE"), help=_("The performing service."))
@click.option("--commitment", metavar=_("NUMBER"), help=_("The commitment number."))
@click.option("--supplier", metavar="SIRET", help=_("The supplier."))
@click.option("--recipient", metavar="SIRET", help=_("The recipient."))
@click.option("--submit", is_flag=True, help=_("Queue what passes then."))
@click.option("--remember", is_flag=True, help=_("Let the label that is printed stand for this service."))
@dry_option
@json_option
@click.pass_context
def fix(
    ctx: click.Context,
    names: tuple[str, ...],
    service: str | None,
    commitment: str | None,
    supplier: str | None,
    recipient: str | None,
    submit: bool,
    remember: bool,
    dry_run: bool,
    json: bool,
) -> None:
    """The same fix as the console's."""
    from chorus_tui.operations import fixing

    wanted = _fix(service=service, commitment=commitment, supplier=supplier, recipient=recipient)
    if remember and service is None:
        raise click.UsageError(_("--remember goes with --service."))
    with ctx.obj.desk() as desk:
        keys = [key for kind, key in _meant(desk, names) if kind == "document"]
        if dry_run:
            _rehearse(ctx, desk, fixing.preview(desk, keys, wanted), json)
            return
        verb = fixing.apply_and_submit if submit else fixing.apply
        outcome = verb(desk, keys, wanted)
        if remember:
            _remember(desk, keys, wanted, json)
        words = (_queued if submit else _fixed)(len(outcome.done))
        report(ctx, desk, [Told(outcome)], words=words, json=json, hint=held_words(desk))


def _remember(desk: "Desk", keys: list[str], wanted: "Fix", json: bool) -> None:
    from chorus_tui.operations import fixing

    outcome = fixing.remember(desk, fixing.printed_labels(desk, keys, wanted), wanted)
    for label in () if json else outcome.done:
        told = _("Remembered: {label} → {code}")
        line(told.format(label=label, code=wanted.changes["service_code"]))
    for label, why in () if json else outcome.refused:
        line(labelled(f"✗ {label}", why))


def _queued(count: int) -> str:
    return ngettext(
        "{count} document fixed and queued.", "{count} documents fixed and queued.", count
    ).format(count=count)


def _fixed(count: int) -> str:
    return ngettext("{count} document fixed.", "{count} documents fixed.", count).format(count=count)


def _fix(**values: str | None) -> "Fix":
    """One fix from the options: the first that is given leads, the others go with it."""
    from chorus_tui.domain.fixes import Fix, FixKind, why_not_fix

    leading = (FixKind.RECIPIENT, FixKind.SUPPLIER, FixKind.SERVICE, FixKind.COMMITMENT)
    typed = [(kind, value) for kind in leading if (value := values[kind.value]) is not None]
    if not typed:
        raise click.UsageError(_("Say what to fix: --service, --commitment, --supplier or --recipient."))
    for kind, value in typed:
        if why := why_not_fix(Fix(kind, value)):
            raise click.UsageError(f"--{kind.value}: {why}")
    (first, value), *others = typed
    return Fix(first, value, {name: text for k, v in others for name, text in Fix(k, v).changes.items()})


def _rehearse(ctx: click.Context, desk: "Desk", seen: "FixPreview", json: bool) -> None:
    from chorus_tui.domain.fixes import FixKind
    from chorus_tui.operations.preflight import preflight_reasons, preflight_sentence

    if json:
        as_json(
            {
                "changes": [
                    {"id": c.document_id, "field": c.field, "before": c.before, "after": c.after}
                    for c in seen.changes
                ],
                "unchanged": list(seen.unchanged),
                "refused": [{"id": key, "why": why} for key, why in seen.refused],
                "reprocessed": list(seen.reprocessed),
                "passing": list(seen.preflight.passing),
                "failing": [
                    {"id": v.document_id, "why": " ".join(p.text for p in v.problems)}
                    for v in seen.preflight.failing
                ],
                "amount": seen.preflight.amount,
            }
        )
    else:
        labels = {kind.field: kind.label for kind in FixKind}
        for change in seen.changes:
            name = record_words(desk, change.document_id)
            field = _(labels[change.field]) if change.field in labels else change.field
            line(labelled(f"✓ {name}", labelled(field, f"{_value(change.before)} → {_value(change.after)}")))
        for key in seen.unchanged:
            line(f"= {record_words(desk, key)}")
        for key, why in seen.refused:
            line(labelled(f"✗ {record_words(desk, key)}", why))
        if seen.preflight.count:
            line(preflight_sentence(seen.preflight))
        for reason in preflight_reasons(seen.preflight):
            line(f"  {reason}")
    if seen.refused or seen.preflight.failing:
        ctx.exit(Exit.REFUSED)


def _value(value: Any) -> str:
    return _("nothing") if value is None else str(value)


@click.command(
    help=_(
        "Take back what you changed last.\n\n"
        "A whole batch at once, as long as its calls have not left; again: what you changed before that."
    )
)
@dry_option
@json_option
@click.pass_context
def undo(ctx: click.Context, dry_run: bool, json: bool) -> None:
    """The same as the console's."""
    from chorus_tui import operations
    from chorus_tui.domain.deeds import VERBS

    with ctx.obj.desk() as desk:
        undone = operations.rehearse_undo(desk) if dry_run else operations.undo(desk)
        if undone is None:
            raise Failed(_("There is nothing to take back."))
        verb = _(VERBS.get(undone.verb, undone.verb))
        count = len(undone.done)
        if dry_run:
            words = ngettext(
                "{count} record would be taken back: {verb}.",
                "{count} records would be taken back: {verb}.",
                count,
            )
        else:
            words = ngettext(
                "{count} record taken back: {verb}.", "{count} records taken back: {verb}.", count
            )
        told = Told(operations.Outcome(undone.done, undone.refused))
        report(ctx, desk, [told], words=words.format(count=count, verb=verb), json=json)


@click.command(
    help=_(
        "Put rows aside until a day, or wake them.\n\n"
        "Rows are documents or invoices by id, file name or number, or whole groups. They wake by themselves "
        "on their day, and at once when Chorus Pro says something new about them. Without rows: print those "
        "that are aside."
    )
)
@click.argument("names", nargs=-1, metavar=_("[ID]..."))
@click.option("--until", metavar=_("DATE|Nd"), help=_("A day (2026-12-24), or a number of days (3d)."))
@click.option("--wake", is_flag=True, help=_("Wake them now."))
@dry_option
@json_option
@click.pass_context
def snooze(
    ctx: click.Context, names: tuple[str, ...], until: str | None, wake: bool, dry_run: bool, json: bool
) -> None:
    """The same as the console's."""
    from chorus_tui import operations

    if names and (until is None) is not wake:
        raise click.UsageError(_("Say --until DATE, or --wake."))
    if not names and (until is not None or wake):
        raise click.UsageError(_("Name documents or invoices."))
    with ctx.obj.desk() as desk, operations.rehearsal(desk, only=dry_run):
        if not names:
            _print_asleep(desk, json)
            return
        records = [f"{kind}:{key}" for kind, key in _meant(desk, names)]
        if until is not None:
            outcome = operations.snooze(desk, records, _day(desk, until))
        else:
            outcome = operations.wake(desk, records)
        words = (_woken if wake else _put_aside)(len(outcome.done))
        report(ctx, desk, [Told(outcome)], words=rehearsed(words, dry_run), json=json)


def _woken(count: int) -> str:
    return ngettext("{count} row is awake.", "{count} rows are awake.", count).format(count=count)


def _put_aside(count: int) -> str:
    return ngettext("{count} row put aside.", "{count} rows put aside.", count).format(count=count)


def _print_asleep(desk: "Desk", json: bool) -> None:
    from chorus_tui.operations import asleep

    found = sorted(asleep(desk).items(), key=lambda item: (item[1], item[0]))
    if json:
        as_json([{"record": record, "until": until} for record, until in found])
        return
    as_columns([_("Id"), _("Until")], [[record, until.isoformat()] for record, until in found])


def _day(desk: "Desk", text: str) -> date:
    from chorus_tui.operations import today

    days = _DAYS.fullmatch(text.strip())
    try:
        return today(desk.now()) + timedelta(int(days[1])) if days else date.fromisoformat(text.strip())
    except ValueError:
        raise click.UsageError(_("--until: a day like 2026-12-24, or a number of days like 3d.")) from None


def _meant(desk: "Desk", names: Iterable[str]) -> list[tuple[str, str]]:
    """Kinds and ids of the records that were named, each once: whole groups, documents, invoices.

    What nobody knows stays as it is, so that the operation refuses it by name.

    Raises:
        Failed: a name is that of several records.
    """
    from chorus_tui.operations import to_process, waiting

    groups = {c.id: (kind, c.keys) for kind, c in _all_clusters(desk)}
    documents, invoices = waiting(desk), to_process(desk)
    found: dict[tuple[str, str], None] = {}
    for name in names:
        if name in groups:
            kind, keys = groups[name]
            found.update(dict.fromkeys((kind, key) for key in keys))
            continue
        same = [("invoice", str(i.id)) for i in invoices if name in (str(i.id), i.number)]
        same += [("document", key) for key in documents_among(documents, name, whole=bool(same))]
        only_one(name, [key for _kind, key in same])
        found.update(dict.fromkeys(same or [("document", name)]))
    return list(found)


def _all_clusters(desk: "Desk") -> "list[tuple[str, Cluster]]":
    kinds = zip(("document", "invoice"), PLACES, strict=True)
    return [(kind, cluster) for kind, place in kinds for cluster in clusters_in(desk, place)]


COMMANDS = (fix, undo, snooze)
