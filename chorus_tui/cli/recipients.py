"""Recipient management from the command line: `recipients` and what it holds."""

from typing import TYPE_CHECKING, Any

import click

from chorus_tui.cli.codes import Exit
from chorus_tui.cli.failures import Failed
from chorus_tui.cli.importing import import_directory
from chorus_tui.cli.options import dry_option, filter_option, json_option, rehearsed
from chorus_tui.cli.printing import as_columns, as_json, line
from chorus_tui.cli.visit import Visit
from chorus_tui.i18n import _, ngettext

if TYPE_CHECKING:
    from chorus_tui.domain.recipient import Recipient
    from chorus_tui.operations.recipients import RecipientRow


@click.group(
    invoke_without_command=True,
    help=_(
        "Who is invoiced, what each asks for, and which label stands for which service.\n\n"
        "Without more: the list of recipients."
    ),
)
@click.pass_context
def recipients(ctx: click.Context) -> None:
    """Lists them where nothing else is asked."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_recipients, words="", json=False)


@recipients.command("list", help=_("Print the recipients as plain lines."))
@filter_option
@json_option
@click.pass_obj
def list_recipients(visit: Visit, words: str, json: bool) -> None:
    """The rows of place 5."""
    from chorus_tui.operations.recipients import listing
    from chorus_tui.ui.rows import Rows
    from chorus_tui.ui.screens.recipients_rows import COLUMNS, FIELDS

    with visit.desk() as desk:
        rows: Rows[RecipientRow] = Rows(
            COLUMNS, FIELDS, key=lambda r: r.siret, words=lambda r: f"{r.name} {r.siret}"
        )
        rows.replace_all(listing(desk))
        rows.sort("name", down=False)
        rows.filter(words)
        found = list(rows.shown)
    if json:
        as_json([_row(row) for row in found])
        return
    as_columns([_(column.title) for column in COLUMNS], ([c.value(row) for c in COLUMNS] for row in found))


def _row(row: "RecipientRow") -> dict[str, Any]:
    """A recipient as a script wants it."""
    return {
        "siret": row.siret,
        "name": row.name,
        "active": row.active,
        "demands": row.demand.value,
        "services": row.services,
        "matches": row.matches,
        "waiting": row.waiting,
        "in_error": row.in_error,
        "checked": row.checked_at,
        "known_from": row.known.value,
    }


@recipients.command(help=_("Print one recipient: demands, services, matches and labels without one."))
@click.argument("siret", metavar="SIRET")
@json_option
@click.pass_obj
def show(visit: Visit, siret: str, json: bool) -> None:
    """What its screen shows."""
    from chorus_tui.operations.recipients import Census, alerts_of, labels, row_of

    siret = siret_of(siret)
    with visit.desk() as desk:
        census = Census.of(desk)
        row = row_of(desk, siret, census)
        found = labels(desk, siret, census.printed(siret))
        recipient, now = desk.store.recipients.get(siret), desk.now()
        told = alerts_of(desk, siret)
    services = recipient.services if recipient is not None else ()
    if json:
        as_json(
            {
                **_row(row),
                "alerts": told,
                "services": [
                    {
                        "code": s.code,
                        "name": s.name,
                        "state": s.state_at(now).value,
                        "from": s.valid_from,
                        "until": s.valid_to,
                        "commitment_required": s.commitment_required,
                    }
                    for s in services
                ],
                "labels": [
                    {
                        "label": label.label,
                        "service": label.match.service_code if label.match else label.named or None,
                        "told": label.match.told if label.match else None,
                        "decided_by": label.match.decided_by if label.match else None,
                        "held": label.match.held if label.match else 0,
                        "missed": label.match.missed if label.match else 0,
                        "confidence": round(label.match.confidence, 3) if label.match else None,
                        "waiting": label.waiting,
                    }
                    for label in found
                ],
            }
        )
        return
    from chorus_tui.ui.screens.recipients_rows import LABEL_COLUMNS, activity, state_words

    line(f"{row.name or '–'} · {row.siret} · {activity(row)} · {_(row.known.label)}")
    line(_("Mandatory: {demand}").format(demand=_(row.demand.label)))
    for sentence in told:
        line(f"! {sentence}")
    for s in services:
        line(f"  {s.code}\t{s.name}\t{state_words(s.state_at(now))}")
    if found:
        titles = [_(column.title) for column in LABEL_COLUMNS]
        as_columns(titles, ([column.value(label) for column in LABEL_COLUMNS] for label in found))


@recipients.command(
    help=_(
        "Have Chorus Pro asked about recipients again.\n\n"
        "They are queued; whoever synchronises asks, `chorus-tui sync --once` too."
    )
)
@click.argument("sirets", nargs=-1, metavar="[SIRET]...")
@click.option("--all", "every", is_flag=True, help=_("All that are known."))
@click.option("--stop", is_flag=True, help=_("Ask no more about those that are queued."))
@dry_option
@json_option
@click.pass_context
def refresh(
    ctx: click.Context, sirets: tuple[str, ...], every: bool, stop: bool, dry_run: bool, json: bool
) -> None:
    """The same queue as the console's."""
    from chorus_tui.operations import refreshing, rehearsal

    if (bool(sirets), every, stop).count(True) != 1:
        raise click.UsageError(_("Name recipients, or say --all or --stop."))
    with ctx.obj.desk() as desk, rehearsal(desk, only=dry_run):
        if stop:
            left = refreshing.stop_refresh(desk)
            if json:
                as_json({"stopped": left})
            else:
                words = ngettext(
                    "{count} recipient is asked no more.", "{count} recipients are asked no more.", left
                )
                line(rehearsed(words.format(count=left), dry_run))
            return
        chosen = refreshing.all_known(desk) if every else [siret_of(siret) for siret in sirets]
        outcome = refreshing.queue_refresh(desk, chosen, urgent=not every)
        if json:
            as_json({"queued": list(outcome.done)})
            return
        count = len(outcome.done)
        words = ngettext("{count} recipient queued.", "{count} recipients queued.", count)
        line(rehearsed(words.format(count=count), dry_run))
        if outcome.done and not dry_run and desk.store.leader() is None:
            line(_("No sync service is running: `chorus-tui sync --once` asks about them."))


@recipients.command(
    help=_(
        "Say which service a label stands for.\n\n"
        "Every waiting document of the recipient that prints the label follows at once, and is free of the "
        "error that this puts right."
    )
)
@click.argument("siret", metavar="SIRET")
@click.argument("label", metavar=_("LABEL"))
@click.argument("service", metavar=_("SERVICE"))
@dry_option
@json_option
@click.pass_obj
def match(visit: Visit, siret: str, label: str, service: str, dry_run: bool, json: bool) -> None:
    """The same operation as the console's."""
    from chorus_tui.operations import matching, rehearsal

    siret = siret_of(siret)
    with visit.desk() as desk, rehearsal(desk, only=dry_run):
        followed = matching.decide_and_follow(desk, siret, label, service)
    decided, changed, freed = followed.match, followed.changed, followed.freed
    if json:
        told = {"siret": siret, "label": decided.label, "service": decided.service_code}
        as_json({**told, "documents": list(changed), "freed": list(freed)})
        return
    words = ngettext(
        "“{label}” stands for {service}; {count} waiting document follows.",
        "“{label}” stands for {service}; {count} waiting documents follow.",
        len(changed),
    )
    said = words.format(label=decided.label, service=decided.service_code, count=len(changed))
    line(rehearsed(said, dry_run))
    if freed:
        words = ngettext("{count} is free of its error.", "{count} are free of their error.", len(freed))
        line(words.format(count=len(freed)))


@recipients.command(help=_("Forget what a label stands for.\n\n`chorus-tui undo` takes it back."))
@click.argument("siret", metavar="SIRET")
@click.argument("label", metavar=_("LABEL"))
@dry_option
@json_option
@click.pass_obj
def forget(visit: Visit, siret: str, label: str, dry_run: bool, json: bool) -> None:
    """Waiting documents lose what the match filled in."""
    from chorus_tui.operations import matching, rehearsal

    siret = siret_of(siret)
    with visit.desk() as desk, rehearsal(desk, only=dry_run):
        key = matching.match_key(siret, label)
        before = {id_: desk.store.documents[id_] for id_ in matching.affected(desk, key)}
        if not matching.forget(desk, key):
            raise Failed(
                _("“{label}” has no match at {siret}.").format(label=label, siret=siret),
                _("`chorus-tui recipients show {siret}` prints those it has.").format(siret=siret),
            )
        changed = [id_ for id_, document in before.items() if desk.store.documents[id_] != document]
    if json:
        as_json({"siret": siret, "label": matching.folded(label), "documents": changed})
        return
    line(rehearsed(_("“{label}” stands for no service any more.").format(label=label), dry_run))


@recipients.command(
    help=_(
        "Search known recipients and the imported directory, offline.\n\n"
        "By words of the name or town, or their beginnings, or by SIRET."
    )
)
@click.argument("words", nargs=-1, required=True, metavar=_("WORDS"))
@json_option
@click.pass_obj
def search(visit: Visit, words: tuple[str, ...], json: bool) -> None:
    """What the form searches, too."""
    from chorus_tui.operations.recipients import search as find

    with visit.desk() as desk:
        found = find(desk, " ".join(words))
    if json:
        as_json([_found(recipient) for recipient in found])
        return
    from chorus_tui.ui.screens.recipients_rows import FOUND_COLUMNS

    titles = [_(column.title) for column in FOUND_COLUMNS]
    as_columns(titles, ([column.value(recipient) for column in FOUND_COLUMNS] for recipient in found))


def _found(recipient: "Recipient") -> dict[str, Any]:
    return {
        "siret": recipient.siret,
        "name": recipient.name,
        "active": recipient.active,
        "checked": recipient.checked_at,
        "known_from": "chorus" if recipient.checked_at else "directory",
    }


def siret_of(typed: str, advice: str = "") -> str:
    """A SIRET as it was typed, with or without spaces."""
    from chorus_tui.domain.identifiers import compact_siret, is_siret_shaped

    siret = compact_siret(typed)
    if not is_siret_shaped(siret):
        raise Failed(
            _("{typed} is no SIRET of fourteen digits.").format(typed=typed),
            advice or _("`chorus-tui recipients search WORDS` finds it."),
            Exit.USAGE,
        )
    return siret


recipients.add_command(import_directory)

COMMANDS = (recipients,)
