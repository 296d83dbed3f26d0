"""How commands answer an invoice that came back, and how they say what became of each record."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import click

from chorus_tui.cli.codes import Exit
from chorus_tui.cli.printing import as_json, line
from chorus_tui.i18n import _, labelled, ngettext

if TYPE_CHECKING:
    from chorus_tui.domain.replies import Content, PayingOut
    from chorus_tui.operations import Desk, Outcome


class Told(NamedTuple):
    """What became of some records, and what is worth a look about each of them."""

    outcome: "Outcome"
    doubts: Mapping[str, Sequence[str]] = {}


def answer(desk: "Desk", ids: Iterable[str], content: "Content", *, dry_run: bool) -> Told:
    """Queue a reply to each invoice, or say to which it would be queued."""
    from chorus_tui.operations import Outcome, processing

    keys, tidy = list(ids), processing.tidied(content)
    invoices = {key: desk.store.invoices.get(key) for key in keys}
    doubts = {
        key: [
            problem.text for problem in processing.reply_problems(desk, invoice, tidy) if not problem.blocking
        ]
        for key, invoice in invoices.items()
        if invoice is not None
    }
    if not dry_run:
        return Told(processing.reply_all(desk, keys, tidy), doubts)
    why = {key: processing.why_not(desk, invoice, tidy) for key, invoice in invoices.items()}
    return Told(
        Outcome(
            tuple(key for key, sentence in why.items() if not sentence),
            tuple((key, sentence) for key, sentence in why.items() if sentence),
        ),
        doubts,
    )


def amend(desk: "Desk", ids: Iterable[str], content: "PayingOut", *, dry_run: bool) -> Told:
    """Record the chains of rejections anew that were dealt with already."""
    from chorus_tui.operations import Outcome, Refusal, processing

    done: list[str] = []
    refused: list[tuple[str, str]] = []
    for key in ids:
        if dry_run:
            why = processing.why_not_amend(desk, desk.store.invoices.get(key), content)
        else:
            try:
                processing.amend(desk, int(key), content)
                why = ""
            except Refusal as refusal:
                why = str(refusal)
        if why:
            refused.append((key, why))
        else:
            done.append(key)
    return Told(Outcome(tuple(done), tuple(refused)))


def report(ctx: click.Context, desk: "Desk", told: Sequence[Told], *, words: str, json: bool) -> None:
    """Say what was done and what was refused; refused records make the exit code 1.

    Args:
        words: the sentence that ends it, with the number of records already in it.
    """
    done = [key for each in told for key in each.outcome.done]
    refused = [pair for each in told for pair in each.outcome.refused]
    doubts = {key: list(found) for each in told for key, found in each.doubts.items() if found}
    if json:
        as_json(
            {
                "done": done,
                "refused": [{"id": key, "why": why} for key, why in refused],
                "doubts": {key: found for key, found in doubts.items() if key in done},
            }
        )
    else:
        for key in done:
            line(f"✓ {_named(desk, key)}")
            for sentence in doubts.get(key, ()):
                line(f"  ! {sentence}")
        for key, why in refused:
            line(labelled(f"✗ {_named(desk, key)}", why))
        line(words)
    if refused:
        ctx.exit(Exit.REFUSED)


def queued_words(desk: "Desk", count: int, *, dry_run: bool) -> str:
    """How many replies wait to leave, and that nobody sends them where that is so."""
    if dry_run:
        return ngettext("{count} reply would be queued.", "{count} replies would be queued.", count).format(
            count=count
        )
    words = ngettext("{count} reply queued.", "{count} replies queued.", count).format(count=count)
    if count and desk.store.leader() is None:
        words += "\n" + _("No sync service is running: `chorus-tui sync --once` sends them.")
    return words


def _named(desk: "Desk", key: str) -> str:
    invoice = desk.store.invoices.get(key)
    if invoice is not None:
        return f"{key} {invoice.number}"
    document = desk.store.documents.get(key)
    return key if document is None else f"{key[:8]} {document.name}"
