"""The command that says what a message of Chorus Pro's means: explain."""

import re
import shutil
import sys
import textwrap
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from chorus_tui.cli.codes import Exit
from chorus_tui.cli.failures import Failed
from chorus_tui.cli.printing import as_columns, as_json, line
from chorus_tui.cli.visit import Visit
from chorus_tui.i18n import N_, _, labelled, ngettext
from chorus_tui.text import clean_lines

if TYPE_CHECKING:
    from chorus_tui.domain.knowledge import Explanation, Knowledge
    from chorus_tui.settings import Settings

LONGEST_INPUT = 1024 * 1024
"""Characters read from standard input."""
_WIDEST = 100
"""Columns of a paragraph; longer lines are hard to read."""
_HTTP = re.compile(r"HTTP[ _]?(\d{3})", re.IGNORECASE)


@click.command(
    help=_(
        "Say what a message means and what to do about it.\n\n"
        "A message of Chorus Pro's in French or English, one of its codes (GDP_MSG_11.033), the name of a "
        "check or an entry (service.missing), or a document or invoice by id or number. - reads messages "
        "from standard input, one a line. Needs no network."
    )
)
@click.argument("what", nargs=-1, metavar=_("[MESSAGE|CODE|ID|-]"))
@click.option("--list", "entries", is_flag=True, help=_("Print every entry: id, title, codes, source."))
@click.option("--check", is_flag=True, help=_("Say whether your team's failures.toml can be used."))
@click.option("--json", "json", is_flag=True, help=_("Print JSON."))
@click.pass_context
def explain(ctx: click.Context, what: tuple[str, ...], entries: bool, check: bool, json: bool) -> None:
    """The same explanations as the console's."""
    if [bool(what), entries, check].count(True) != 1:
        raise click.UsageError(_("Give a message, or say --list or --check."))
    from chorus_tui.operations.explaining import knowledge_of

    visit: Visit = ctx.obj
    known = knowledge_of(visit.settings)
    if check:
        ctx.exit(_check(visit.settings, known, json))
    if entries:
        _list(known, json)
        return
    found = [each for text in _asked(what) for each in _explained(visit, known, text)]
    if json:
        as_json([_plain(explained) for explained in found])
        return
    for place, explained in enumerate(found):
        if place:
            line("")
        for text in _paragraphs(visit, explained):
            line(text)


def _asked(what: tuple[str, ...]) -> list[str]:
    if what != ("-",):
        return [clean_lines(" ".join(what)).strip()]
    text = clean_lines(sys.stdin.read(LONGEST_INPUT))
    return [stripped for each in text.splitlines() if (stripped := each.strip())]


def _explained(visit: Visit, known: "Knowledge", text: str) -> "tuple[Explanation, ...]":
    """An entry or a code by its name, a record by its id or number; anything else is a message."""
    http = _HTTP.fullmatch(text)
    found = known.by_code(f"HTTP_{http[1]}" if http else text) or known.of(text)
    if found is not None:
        return (found,)
    of_records = _of_records(visit, text)
    if of_records:
        return of_records
    if text.isdigit():
        raise Failed(
            _("The number {number} means another thing in every service.").format(number=text),
            _("Give the message that came with it."),
        )
    return known.explain_all(text)


def _of_records(visit: Visit, name: str) -> "tuple[Explanation, ...]":
    """Why documents and invoices of this name or number came back; looking makes no store.

    Raises:
        Failed: there are such records, and nothing is wrong with them.
    """
    from chorus_tui.operations.explaining import explain_document, explain_invoice

    if len(name) > 200 or not visit.settings.folders.data.exists():
        return ()
    with visit.desk() as desk:
        documents = [
            document
            for document in desk.store.documents.all()
            if name in (document.id, document.name, document.fields.number)
            or (len(name) >= 8 and document.id.startswith(name))
        ]
        invoices = [
            invoice for invoice in desk.store.invoices.all() if name in (str(invoice.id), invoice.number)
        ]
        found = [
            *(explain_document(desk, document) for document in documents),
            *(explain_invoice(desk, invoice) for invoice in invoices),
        ]
    told = tuple(explained for explained in found if explained is not None)
    if found and not told:
        raise Failed(_("Nothing is wrong with {name}.").format(name=name))
    return told


def _check(settings: "Settings", known: "Knowledge", json: bool) -> Exit:
    from chorus_tui.operations.explaining import additions_path, shipped

    path = additions_path(settings)
    own = shipped().entries
    added = [key for key, entry in known.entries.items() if own.get(key) is not entry]
    if json:
        mistakes = [
            {"line": m.line, "entry": m.entry, "key": m.key, "message": m.message} for m in known.mistakes
        ]
        as_json({"path": str(path), "there": path.exists(), "entries": added, "mistakes": mistakes})
    else:
        for mistake in known.mistakes:
            line(f"✗ {path}{mistake}")
        if path.exists():
            count = ngettext("{count} entry of your own", "{count} entries of your own", len(added))
            line(labelled(str(path), count.format(count=len(added))))
        else:
            line(_("{path} is not there; the entries of chorus-tui hold.").format(path=path))
    return Exit.SETTINGS if known.mistakes else Exit.OK


def _list(known: "Knowledge", json: bool) -> None:
    entries = list(known.entries.values())
    if json:
        as_json(
            [
                {
                    "id": entry.id,
                    "title": entry.telling.title,
                    "action": entry.action.value,
                    "rows": entry.rows,
                    "codes": entry.codes,
                    "patterns": entry.patterns,
                    "source": entry.source,
                    "sure": entry.sure.value,
                }
                for entry in entries
            ]
        )
        return
    as_columns(
        [_("Id"), _("Title"), _("Codes"), _("Source"), _("How sure")],
        (
            [entry.id, entry.telling.title, " ".join(entry.codes), entry.source, _(entry.sure.label)]
            for entry in entries
        ),
    )


def _plain(explained: "Explanation") -> dict[str, Any]:
    return {
        "id": explained.id,
        "known": explained.known,
        "message": explained.message,
        "title": explained.title,
        "meaning": explained.meaning,
        "cause": explained.cause,
        "remedy": explained.remedy,
        "action": explained.action.value,
        "also": [action.value for action in explained.also],
        "field": explained.decoded or None,
        "by_recipient": explained.by_recipient,
        "variables": dict(explained.variables),
        "template": explained.template or None,
        "cut": explained.cut,
        "source": explained.source,
        "sure": explained.sure.value,
    }


def _paragraphs(visit: Visit, explained: "Explanation") -> Iterator[str]:
    """The explanation, a labelled paragraph for each part."""
    source = explained.source
    parts = (
        (_("Message"), explained.message + (" […]" if explained.cut else "")),
        (_("Field"), explained.decoded),
        (_("Meaning"), explained.meaning),
        (_("Cause"), explained.cause),
        (_("Remedy"), explained.remedy),
        (_("Key"), _key(visit, explained)),
        (_("Source"), f"{source} ({_(explained.sure.label)})" if source else _(explained.sure.label)),
    )
    yield f"{explained.title} [{explained.id}]"
    room = max(len(label) for label, _text in parts) + 4
    width = min(_WIDEST, shutil.get_terminal_size().columns) if sys.stdout.isatty() else 0
    for label, text in parts:
        if not text:
            continue
        head = f"  {label:<{room - 2}}"
        if not width:
            yield head + text
        else:
            yield textwrap.fill(text, width, initial_indent=head, subsequent_indent=" " * room)


def _key(visit: Visit, explained: "Explanation") -> str:
    from chorus_tui.domain.knowledge import Action
    from chorus_tui.ui.commands import Registry, every_scope
    from chorus_tui.ui.screens.remedies import DOCUMENTS, key_words

    registry = Registry(visit.settings.keys)
    for scopes in every_scope():
        registry.add(scopes)
    starts: Mapping[Action, tuple[str, str]] = {
        **DOCUMENTS,
        Action.COMPLETE: ("returned.complete", N_("{key} completes it")),
        Action.RECYCLE: ("returned.recycle", N_("{key} recycles it")),
        Action.PAY_OUT: ("returned.pay_out", N_("{key} pays it out")),
    }
    return key_words(registry, explained, starts)


COMMANDS = (explain,)
