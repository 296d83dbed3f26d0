"""Commands that answer what came back: process, complete, recycle, pay-out, correct-validator, withdraw."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chorus_tui.cli import answering, naming
from chorus_tui.cli.options import dry_option, filter_option, json_option, rehearsed
from chorus_tui.cli.printing import as_columns, as_json
from chorus_tui.cli.reporting import Told, report
from chorus_tui.i18n import N_, _, ngettext

if TYPE_CHECKING:
    from chorus_tui.cli.visit import Visit
    from chorus_tui.domain.replies import Content, Correction, Reply
    from chorus_tui.operations import Chain, Desk
    from chorus_tui.ui.screens.to_process_rows import Returned

ids_argument = click.argument("ids", nargs=-1, required=True, metavar=_("ID..."))
comment_option = click.option("--comment", default="", metavar=_("TEXT"), help=_("The recipient reads it."))


@click.command(
    help=_(
        "Print the invoices that ask something of the supplier.\n\n"
        "With the recipient's words, and the only action that the status allows. Cells are between tabs."
    )
)
@click.option("--settled", is_flag=True, help=_("Also rejections that were dealt with."))
@click.option("--chain", "of", metavar=_("ID"), help=_("Print what replaced a rejected invoice instead."))
@filter_option
@json_option
@click.pass_obj
def process(visit: "Visit", settled: bool, of: str | None, words: str, json: bool) -> None:
    """The rows of place 2, or the chain that an invoice hangs in."""
    from chorus_tui.cli import rows

    with visit.desk() as desk:
        if of is not None:
            _print_chains(desk, of, json)
            return
        found = rows.returned(desk, words, settled=settled)
        if json:
            as_json([_plain(row) for row in found])
            return
        as_columns([_(title) for title in _TITLES], map(_cells, found))


_TITLES = (
    N_("Id"),
    N_("Number"),
    N_("Status"),
    N_("Days"),
    N_("Amount"),
    N_("Recipient"),
    N_("Comment"),
    N_("Action"),
    N_("Reply"),
)


def _cells(row: "Returned") -> list[str]:
    invoice, amount = row.invoice, row.amount
    return [
        str(invoice.id),
        invoice.number,
        row.status,
        "" if row.days is None else str(row.days),
        "" if amount is None else f"{amount:.2f}",
        invoice.recipient_name or invoice.recipient_siret,
        invoice.comment,
        _(row.kind.label) if row.kind is not None else _("dealt with"),
        " ".join(filter(None, (_(row.replied), row.reply.message))) if row.reply is not None else "",
    ]


def _plain(row: "Returned") -> dict[str, Any]:
    invoice, reply = row.invoice, row.reply
    return {
        "id": invoice.id,
        "number": invoice.number,
        "status": invoice.status.value,
        "since": invoice.status_at,
        "days": row.days,
        "amount": row.amount,
        "recipient": invoice.recipient_name,
        "recipient_siret": invoice.recipient_siret,
        "service": invoice.service_code,
        "comment": invoice.comment,
        "document": invoice.document_name,
        "action": row.kind,
        "settled": invoice.is_settled,
        "reply": None if reply is None else _plain_reply(reply),
    }


def _plain_reply(reply: "Reply") -> dict[str, Any]:
    return {"kind": reply.kind, "state": reply.state, "why": reply.message and _(reply.message)}


def _print_chains(desk: "Desk", name: str, json: bool) -> None:
    from chorus_tui.operations import chains_of

    found = chains_of(desk, naming.invoice_named(desk, name))
    if json:
        as_json([_plain_chain(chain) for chain in found])
        return
    as_columns(
        [_("Role"), _("Number"), _("Id"), _("Status")],
        (cells for chain in found for cells in _chain_cells(desk, chain)),
    )


def _plain_chain(chain: "Chain") -> dict[str, Any]:
    decided = chain.settlement
    return {
        "rejected": _link(chain.rejected),
        "credit_notes": [_link(link) for link in chain.credit_notes],
        "replacements": [_link(link) for link in chain.replacements],
        "remark": chain.remark,
        "by": decided and decided.decided_by,
        "at": decided and decided.decided_at,
    }


def _link(link: "Correction | None") -> dict[str, Any] | None:
    return None if link is None else {"number": link.number, "id": link.invoice_id}


def _chain_cells(desk: "Desk", chain: "Chain") -> Iterable[list[str]]:
    roles: list[tuple[str, Sequence[Correction | None]]] = [
        (_("Rejected"), [chain.rejected]),
        (_("Credit note"), chain.credit_notes),
        (_("Invoice"), chain.replacements),
    ]
    for role, links in roles:
        for link in links:
            if link is None:
                continue
            known = desk.store.invoices.get(str(link.invoice_id)) if link.invoice_id else None
            status = naming.status_words(known.status) if known is not None else ""
            yield [role, link.number, str(link.invoice_id or ""), status]
    if chain.remark:
        yield [_("Remark"), chain.remark, "", ""]
    if chain.settlement is not None:
        at, by = chain.settlement.decided_at, chain.settlement.decided_by
        yield [_("Recorded"), f"{at.astimezone():%Y-%m-%d %H:%M}", "", by]


@click.command(
    help=_(
        "Complete suspended invoices, or documents to be submitted.\n\n"
        "A suspended invoice gets attachments, a comment or both, and the reply is queued. A document to be "
        "submitted gets the values that are set; the sync service does not send it by that."
    )
)
@ids_argument
@click.option(
    "--attach",
    "files",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar=_("FILE"),
    help=_("A file that goes with it; repeat for each."),
)
@click.option(
    "--type",
    "types",
    multiple=True,
    metavar=_("CODE"),
    help=_("Its kind, as Chorus Pro names it: once for all files, or once for each."),
)
@comment_option
@click.option(
    "--set", "values", multiple=True, metavar=_("FIELD=VALUE"), help=_("Documents: what a field is to hold.")
)
@click.option("--clear", multiple=True, metavar=_("FIELD"), help=_("Documents: a field to leave empty."))
@dry_option
@json_option
@click.pass_context
def complete(
    ctx: click.Context,
    ids: tuple[str, ...],
    files: tuple[Path, ...],
    types: tuple[str, ...],
    comment: str,
    values: tuple[str, ...],
    clear: tuple[str, ...],
    dry_run: bool,
    json: bool,
) -> None:
    """What `Complete` does in places 1 and 2."""
    from chorus_tui.cli import completing
    from chorus_tui.domain.replies import Completion, ReplyKind

    changes = completing.understood(values, clear, comment)
    with ctx.obj.desk() as desk:
        meant = naming.records_named(desk, ids, ReplyKind.COMPLETE)
        if meant.invoices and (values or clear):
            raise click.UsageError(_("--set and --clear are for documents to be submitted."))
        if meant.documents and not (changes or files):
            raise click.UsageError(_("Say what to complete: --set, --clear, --attach or --comment."))
        attachments = completing.attachments(desk, files, types, keep=not dry_run)
        told, words = [], []
        if meant.invoices:
            content = Completion(comment=comment, attachments=attachments)
            told.append(answering.answer(desk, meant.invoices, content, dry_run=dry_run))
            words.append(answering.queued_words(desk, len(told[-1].outcome.done), dry_run=dry_run))
        if meant.documents:
            told.append(completing.complete(desk, meant.documents, changes, attachments, dry_run=dry_run))
            words.append(_changed_words(len(told[-1].outcome.done), dry_run=dry_run))
        report(ctx, desk, told, words="\n".join(words), json=json)


def _changed_words(count: int, *, dry_run: bool) -> str:
    words = (
        ngettext("{count} document would be changed.", "{count} documents would be changed.", count)
        if dry_run
        else ngettext("{count} document changed.", "{count} documents changed.", count)
    )
    return words.format(count=count)


@click.command(
    help=_(
        "Send invoices to be recycled to another recipient, service or commitment number.\n\n"
        "Amounts and number stay."
    )
)
@ids_argument
@click.option("--recipient", required=True, metavar="SIRET", help=_("Who is to get it."))
@click.option("--service", default="", metavar=_("CODE"), help=_("The performing service."))
@click.option("--commitment", default="", metavar=_("NUMBER"), help=_("The commitment number."))
@comment_option
@dry_option
@json_option
@click.pass_context
def recycle(
    ctx: click.Context,
    ids: tuple[str, ...],
    recipient: str,
    service: str,
    commitment: str,
    comment: str,
    dry_run: bool,
    json: bool,
) -> None:
    """What `Recycle` does in place 2."""
    from chorus_tui.domain.replies import Recycling

    content = Recycling(
        recipient_siret=recipient, service_code=service, commitment_number=commitment, comment=comment
    )
    _answer(ctx, ids, content, dry_run=dry_run, json=json)


@click.command(
    "pay-out",
    help=_(
        "Record that rejected invoices were dealt with.\n\n"
        "Name the credit notes and invoices that put them right, or say in the remark why there are none. "
        "Nothing is paid by that. Of one that was dealt with already they are recorded anew."
    ),
)
@ids_argument
@click.option(
    "--credit-note",
    "credit_notes",
    multiple=True,
    metavar=_("NUMBER"),
    help=_("A credit note; repeat for each."),
)
@click.option(
    "--invoice",
    "invoices",
    multiple=True,
    metavar=_("NUMBER"),
    help=_("An invoice that replaces it; repeat for each."),
)
@click.option("--remark", default="", metavar=_("TEXT"), help=_("Why, where that does not show."))
@dry_option
@json_option
@click.pass_context
def pay_out(
    ctx: click.Context,
    ids: tuple[str, ...],
    credit_notes: tuple[str, ...],
    invoices: tuple[str, ...],
    remark: str,
    dry_run: bool,
    json: bool,
) -> None:
    """What `Pay out` does in place 2; numbers that Chorus Pro reported name their invoices."""
    from chorus_tui.domain.replies import Correction, PayingOut, ReplyKind

    content = PayingOut(
        credit_notes=tuple(Correction(number=number) for number in credit_notes),
        replacements=tuple(Correction(number=number) for number in invoices),
        remark=remark,
    )
    with ctx.obj.desk() as desk:
        chosen = naming.invoices_named(desk, ids, ReplyKind.PAY_OUT)
        settled = [key for key in chosen if (i := desk.store.invoices.get(key)) is not None and i.is_settled]
        rest = [key for key in chosen if key not in settled]
        told, words = [], []
        if settled:
            told.append(answering.amend(desk, settled, content, dry_run=dry_run))
            words.append(_amended_words(len(told[-1].outcome.done), dry_run=dry_run))
        if rest:
            told.append(answering.answer(desk, rest, content, dry_run=dry_run))
            words.append(answering.queued_words(desk, len(told[-1].outcome.done), dry_run=dry_run))
        report(ctx, desk, told, words="\n".join(words), json=json)


def _amended_words(count: int, *, dry_run: bool) -> str:
    words = (
        ngettext("{count} chain would be recorded anew.", "{count} chains would be recorded anew.", count)
        if dry_run
        else ngettext("{count} chain recorded anew.", "{count} chains recorded anew.", count)
    )
    return words.format(count=count)


@click.command(
    "correct-validator", help=_("Name another structure that has to approve an invoice (frames A9, A12).")
)
@click.argument("id_", metavar="ID")
@click.argument("siret", metavar="SIRET")
@dry_option
@json_option
@click.pass_context
def correct_validator(ctx: click.Context, id_: str, siret: str, dry_run: bool, json: bool) -> None:
    """For invoices whose validator said that it is not the one."""
    from chorus_tui.domain.replies import NewValidator

    _answer(ctx, (id_,), NewValidator(siret=siret), dry_run=dry_run, json=json)


@click.command(
    help=_(
        "Take replies and submissions back that have not left yet.\n\n"
        "Of invoices by Chorus Pro's id or number, of documents as `list to_submit` prints them."
    )
)
@ids_argument
@dry_option
@json_option
@click.pass_context
def withdraw(ctx: click.Context, ids: tuple[str, ...], dry_run: bool, json: bool) -> None:
    """What `Withdraw` does in places 1 and 2."""
    from chorus_tui import operations

    with ctx.obj.desk() as desk, operations.rehearsal(desk, only=dry_run):
        meant = naming.on_their_way(desk, ids)
        told = [
            Told(operations.withdraw_reply(desk, meant.invoices), {}),
            Told(operations.withdraw(desk, meant.documents), {}),
        ]
        count = sum(len(each.outcome.done) for each in told)
        words = ngettext("{count} call taken back.", "{count} calls taken back.", count).format(count=count)
        report(ctx, desk, told, words=rehearsed(words, dry_run), json=json)


def _answer(
    ctx: click.Context, ids: tuple[str, ...], content: "Content", *, dry_run: bool, json: bool
) -> None:
    from chorus_tui.domain.replies import kind_of

    with ctx.obj.desk() as desk:
        chosen = naming.invoices_named(desk, ids, kind_of(content))
        told = answering.answer(desk, chosen, content, dry_run=dry_run)
        words = answering.queued_words(desk, len(told.outcome.done), dry_run=dry_run)
        report(ctx, desk, [told], words=words, json=json)


COMMANDS = (process, complete, recycle, pay_out, correct_validator, withdraw)
