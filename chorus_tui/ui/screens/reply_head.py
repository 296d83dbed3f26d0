"""What stands above the fields of a reply: which invoice, what its recipient said, what stays as it is."""

from collections.abc import Sequence

from msgspec import structs

from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.replies import ReplyKind
from chorus_tui.i18n import _, ngettext
from chorus_tui.operations import explaining
from chorus_tui.operations.desk import Desk
from chorus_tui.ui.screens.reply_sheet import ReplySheet
from chorus_tui.ui.screens.reply_words import age_words, at_stake, legend, quoted, reply_words, total
from chorus_tui.ui.widgets.lines import Line
from chorus_tui.ui.widgets.painted import columns_of, pad, wrap
from chorus_tui.ui.words import count, money

WORDS = 4
"""Lines for the words of one recipient."""
REMEDY = 4
"""Lines for what to do about it."""
MANY = 3
"""Invoices whose recipients' words show where several are answered together."""


def title(sheet: ReplySheet, invoices: Sequence[Invoice], at: int, queue: int, width: int) -> Line:
    """The action and what it is about; at the right the place in the queue and what is left to put right."""
    action, first = _(sheet.kind.label), invoices[0]
    if len(invoices) > 1:
        about = ngettext("{n} invoice", "{n} invoices", len(invoices)).format(n=count(len(invoices)))
        about += f" · {total(invoices)}"
    else:
        about = f"{first.number} · {money(at_stake(first), first.currency)} · {first.recipient_name}"
    blocking = len(sheet.blocking)
    if blocking:
        state, look = (
            "✗ " + ngettext("{n} to put right", "{n} to put right", blocking).format(n=blocking),
            "bad",
        )
    else:
        state, look = "✓ " + _("ready"), "good"
    place = _("{at} of {count}").format(at=at, count=queue) + " · " if queue > 1 else ""
    told = f" {place}{state} "
    name = f" {_('{action}:').format(action=action)} {about}"
    return (pad(name, width - columns_of(told)), "strong"), (told, look)


def head(desk: Desk, kind: ReplyKind, invoices: Sequence[Invoice], width: int) -> list[Line]:
    """The lines above the fields."""
    room = width - 2
    lines = _several(desk, invoices, room) if len(invoices) > 1 else _one(desk, kind, invoices[0], room)
    lines += [(text, "plain") for text in _stays(kind, invoices, room)]
    return [((f" {text}", look),) for text, look in lines]


def _one(desk: Desk, kind: ReplyKind, invoice: Invoice, room: int) -> list[tuple[str, str]]:
    tone = invoice.status.tone.value
    since = age_words(invoice, desk.now())
    lines = [(part, tone) for part in wrap(f"{legend(invoice)} {since and f'({since})'}".strip(), room, 2)]
    lines += [(part, "strong") for part in wrap(quoted(invoice.comment), room, WORDS)]
    lines += [(part, "plain") for part in wrap(_remedy(desk, kind, invoice), room, REMEDY)]
    told, look = reply_words(desk, invoice)
    if told:
        lines += [(part, look.value) for part in wrap(told, room, 2)]
    return lines


def _remedy(desk: Desk, kind: ReplyKind, invoice: Invoice) -> str:
    """What the recipient's words ask for; what the status asks for anyway the form itself says."""
    explained = explaining.explain_invoice(desk, invoice)
    if explained is None:
        return ""
    anyway = explaining.explain_invoice(desk, structs.replace(invoice, comment=""))
    own = explained.remedy
    if anyway is not None and kind is not ReplyKind.PAY_OUT:
        own = own.removesuffix(anyway.remedy).strip()
    return f"{explained.title} → {own}" if own else ""


def _several(desk: Desk, invoices: Sequence[Invoice], room: int) -> list[tuple[str, str]]:
    tone = invoices[0].status.tone.value
    lines = [(part, tone) for part in wrap(legend(invoices[0]), room, 2)]
    for invoice in invoices[:MANY]:
        lines.append((wrap(f"{invoice.number} {quoted(invoice.comment)}", room, 1)[0], "strong"))
    if len(invoices) > MANY:
        left = len(invoices) - MANY
        lines.append((ngettext("and {n} more", "and {n} more", left).format(n=count(left)), "faint"))
    same = _("What is entered here goes to each of them.")
    return [*lines, (same, "waits")]


def _stays(kind: ReplyKind, invoices: Sequence[Invoice], room: int) -> list[str]:
    """What the form does not change, and what it never does."""
    invoice = invoices[0]
    if kind is ReplyKind.RECYCLE and len(invoices) == 1:
        routing = _("It went to {recipient}").format(recipient=_routing(invoice))
        stays = _("Number {number} and amount {amount} stay.").format(
            number=invoice.number, amount=money(invoice.gross, invoice.currency)
        )
        return [*wrap(routing, room, 2), stays]
    if kind is ReplyKind.RECYCLE:
        return [_("Numbers and amounts stay.")]
    if kind is ReplyKind.PAY_OUT:
        told = _("{number} is never sent again, and nothing is paid: name here what replaces it.")
        return wrap(told.format(number=invoice.number), room, 2)
    return []


def _routing(invoice: Invoice) -> str:
    parts = [
        f"{invoice.recipient_name} {invoice.recipient_siret}".strip(),
        _("service {code}").format(code=invoice.service_code) if invoice.service_code else "",
        _("commitment {number}").format(number=invoice.commitment_number)
        if invoice.commitment_number
        else "",
    ]
    return ", ".join(part for part in parts if part)
