"""What became of the records that a command was about, one line each."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import click

from chorus_tui.cli.codes import Exit
from chorus_tui.cli.printing import as_json, line
from chorus_tui.i18n import labelled, ngettext

if TYPE_CHECKING:
    from chorus_tui.operations import Desk, Outcome


class Told(NamedTuple):
    """What became of some records, and what is worth a look about each of them."""

    outcome: "Outcome"
    doubts: Mapping[str, Sequence[str]] | None = None
    """Record → sentences; None: nobody looked for any."""


def report(
    ctx: click.Context, desk: "Desk", told: Sequence[Told], *, words: str, json: bool, hint: str = ""
) -> None:
    """Say what was done and what was refused; refused records make the exit code 1.

    Args:
        words: the sentence that ends it, with the number of records already in it.
        hint: what comes after it where anything was done.
    """
    done = [key for each in told for key in each.outcome.done]
    refused = [pair for each in told for pair in each.outcome.refused]
    doubts = {key: list(found) for each in told for key, found in (each.doubts or {}).items() if found}
    if json:
        plain: dict[str, object] = {
            "done": done,
            "refused": [{"id": key, "why": why} for key, why in refused],
        }
        if any(each.doubts is not None for each in told):
            plain["doubts"] = {key: found for key, found in doubts.items() if key in done}
        as_json(plain)
    else:
        for key in done:
            line(f"✓ {record_words(desk, key)}")
            for sentence in doubts.get(key, ()):
                line(f"  ! {sentence}")
        for key, why in refused:
            line(labelled(f"✗ {record_words(desk, key)}", why))
        line(words)
        if hint and done:
            line(hint)
    if refused:
        ctx.exit(Exit.REFUSED)


def record_words(desk: "Desk", key: str) -> str:
    """A record as a person knows it: a document, an invoice, or the label of a match."""
    kind, _colon, id_ = key.rpartition(":")
    document = desk.store.documents.get(id_)
    if kind != "invoice" and document is not None:
        return f"{id_[:8]} {document.name}"
    flow = desk.store.flows.get(id_)
    if kind != "invoice" and flow is not None:
        return " ".join(filter(None, (flow.number or id_[:8], flow.name)))
    invoice = desk.store.invoices.get(id_)
    if invoice is not None:
        return f"{id_} {invoice.number}"
    return " ".join(id_.split("\n"))


def held_words(desk: "Desk") -> str:
    """That a batch can still be stopped; empty where none can."""
    from math import ceil

    from chorus_tui.operations import held

    waits = held(desk)
    if waits is None:
        return ""
    seconds = ceil((waits.until - desk.now()).total_seconds())
    words = ngettext(
        "It leaves in {count} second; `chorus-tui undo` stops it.",
        "It leaves in {count} seconds; `chorus-tui undo` stops it.",
        seconds,
    )
    return words.format(count=seconds)
