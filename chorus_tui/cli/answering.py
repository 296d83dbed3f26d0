"""How commands answer an invoice that came back."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from chorus_tui.cli.reporting import Told
from chorus_tui.i18n import _, ngettext

if TYPE_CHECKING:
    from chorus_tui.domain.replies import Content, PayingOut
    from chorus_tui.operations import Desk


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
    return Told(Outcome(tuple(done), tuple(refused)), {})


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
